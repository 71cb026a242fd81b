COPY t (a, b) FROM STDIN WITH (FORMAT csv); -- data
1;'
2,"
\.
SELECT 2;
