SELECT n.nspname, NULL, 'schema', 0, format('CREATE SCHEMA IF NOT EXISTS %I;', n.nspname)
FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
