-- The physical order of columns: outside the compared tree.
SELECT n.nspname, 'table', r.relname, 0, string_agg(format('%I', a.attname), E'\n' ORDER BY a.attnum)
FROM pg_class r
JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE r.relkind IN ('r', 'p', 'f') AND r.relpersistence <> 't'
	AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
GROUP BY 1, 3
