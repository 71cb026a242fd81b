CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;
COPY t FROM stdin;
1	a;b
\.
SELECT $x$ ; $x$, E'\'', "a""b", U&'x', a ?| b /* /* */ */ -- ;
;
