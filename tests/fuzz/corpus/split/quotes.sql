SELECT 'a;''', E'b\';', "c;""", $$;$$, $x$;$$;$x$, U&'\003B', $1, a$b;/* ; /* ; */ */ -- ;
DO $do$BEGIN NULL; END$do$
