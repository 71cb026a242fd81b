-- Indexes that no constraint has. One that is attached to a partitioned index is the parent's.
WITH indexes AS (
	SELECT n.nspname, r.relname, r.relkind, xn.nspname AS index_schema, x.relname AS index_name, x.oid, i.*
	FROM pg_index i
	JOIN pg_class x ON x.oid = i.indexrelid
	JOIN pg_namespace xn ON xn.oid = x.relnamespace
	JOIN pg_class r ON r.oid = i.indrelid AND r.relkind IN ('r', 'p', 'm') AND r.relpersistence <> 't'
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
		AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
		AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
)
SELECT nspname, CASE relkind WHEN 'm' THEN 'materialized_view' ELSE 'table' END, relname, 40,
	CASE relkind WHEN 'p' THEN regexp_replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') ELSE pg_get_indexdef(indexrelid) END || ';'
	|| CASE WHEN NOT indisvalid AND relkind <> 'p' THEN format(E'\n-- INVALID: %I.%I', index_schema, index_name) ELSE '' END
	|| coalesce((SELECT format(E'\nALTER INDEX %I.%I SET TABLESPACE %I;', index_schema, index_name, s.spcname)
		FROM pg_class x JOIN pg_tablespace s ON s.oid = x.reltablespace WHERE x.oid = indexrelid), '')
	FROM indexes
UNION ALL
SELECT i.nspname, CASE i.relkind WHEN 'm' THEN 'materialized_view' ELSE 'table' END, i.relname, 41,
	format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s;', i.index_schema, i.index_name, a.attnum, a.attstattarget)
	FROM indexes i JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attstattarget >= 0
