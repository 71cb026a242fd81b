-- Indexes that no constraint has. One that is attached to a partitioned index is the parent's.
WITH indexes AS (
	SELECT n.nspname, r.relname, r.relkind, xn.nspname AS index_schema, x.relname AS index_name, x.reloptions AS index_options, m.amname, x.oid, i.*
	FROM pg_index i
	JOIN pg_class x ON x.oid = i.indexrelid
	JOIN pg_namespace xn ON xn.oid = x.relnamespace
	JOIN pg_am m ON m.oid = x.relam
	JOIN pg_class r ON r.oid = i.indrelid AND r.relkind IN ('r', 'p', 'm') AND r.relpersistence <> 't'
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
		AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
		AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
), plain AS (
	-- Most indexes are of columns with nothing else said: for these the text is put together here, because pg_get_indexdef()
	-- looks for the default operator class of each column by reading all of them. A test compares both.
	SELECT i.indexrelid, string_agg(format('%I', a.attname), ', ' ORDER BY k.place) AS columns
	FROM indexes i
	CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[])
		WITH ORDINALITY AS k(number, operators, sorting, options, place)
	LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND a.attnum > 0
	LEFT JOIN pg_opclass o ON o.oid = k.operators AND o.opcdefault AND (o.opcintype = a.atttypid OR (o.opcintype = 'text'::regtype AND a.atttypid = 'varchar'::regtype))
	WHERE i.indexprs IS NULL AND i.indpred IS NULL AND i.index_options IS NULL
		AND NOT i.indnullsnotdistinct --since 150000
		AND NOT EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = i.indexrelid AND x.attoptions IS NOT NULL)
	GROUP BY i.indexrelid
	HAVING bool_and(o.oid IS NOT NULL AND k.options = 0 AND k.sorting IN (0, a.attcollation))
)
SELECT nspname, CASE relkind WHEN 'm' THEN 'materialized_view' ELSE 'table' END, relname, 40,
	CASE WHEN p.columns IS NOT NULL THEN format('CREATE %sINDEX %I ON %I.%I USING %I (%s)', CASE WHEN indisunique THEN 'UNIQUE ' END, index_name, nspname, relname, amname, p.columns)
		WHEN relkind = 'p' THEN regexp_replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') ELSE pg_get_indexdef(i.indexrelid) END || ';'
	|| CASE WHEN NOT indisvalid AND relkind <> 'p' THEN format(E'\n-- INVALID: %I.%I', index_schema, index_name) ELSE '' END
	|| coalesce((SELECT format(E'\nALTER INDEX %I.%I SET TABLESPACE %I;', index_schema, index_name, s.spcname)
		FROM pg_class x JOIN pg_tablespace s ON s.oid = x.reltablespace WHERE x.oid = i.indexrelid), '')
	FROM indexes i LEFT JOIN plain p ON p.indexrelid = i.indexrelid
UNION ALL
SELECT i.nspname, CASE i.relkind WHEN 'm' THEN 'materialized_view' ELSE 'table' END, i.relname, 41,
	format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s;', i.index_schema, i.index_name, a.attnum, a.attstattarget)
	FROM indexes i JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attstattarget >= 0
