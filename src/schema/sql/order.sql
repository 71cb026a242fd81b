-- The physical order of columns: outside the compared tree, and one file, a line for each table.
SELECT NULL, NULL, 'columns', 0, format('%I.%I (%s)', n.nspname, r.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum))
FROM pg_class r
JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE r.relkind IN ('r', 'p', 'f') AND r.relpersistence <> 't'
	AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
GROUP BY n.nspname, r.relname
