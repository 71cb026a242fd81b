-- What a column has beyond its line in CREATE TABLE; and, of columns that come from a parent or type, what differs from it.
WITH attributes AS (
	SELECT n.nspname, r.relname, r.relkind, r.relispartition, r.reloftype, a.*, t.typstorage, t.typtype, pg_get_expr(d.adbin, d.adrelid) AS expression,
		format('ALTER %sTABLE ONLY %I.%I ALTER COLUMN %I ', CASE r.relkind WHEN 'f' THEN 'FOREIGN ' END, n.nspname, r.relname, a.attname) AS alter
	FROM pg_attribute a
	JOIN pg_class r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p', 'f') AND r.relpersistence <> 't'
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	JOIN pg_type t ON t.oid = a.atttypid
	LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	-- Most columns have nothing of this, and are not looked at further.
	WHERE a.attnum > 0 AND NOT a.attisdropped
		AND (a.attstorage <> t.typstorage OR a.attstattarget >= 0 OR a.attoptions::text ~ 'n_distinct' OR a.attfdwoptions IS NOT NULL
			OR a.attcompression <> '' --since 140000
			OR a.attinhcount > 0 OR r.relispartition OR r.reloftype <> 0)
		AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
), parents AS (
	SELECT a.attrelid, a.attnum, bool_or(p.attnotnull) AS attnotnull, min(pg_get_expr(d.adbin, d.adrelid)) AS expression
	FROM attributes a
	JOIN pg_inherits i ON i.inhrelid = a.attrelid
	JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
	LEFT JOIN pg_attrdef d ON d.adrelid = p.attrelid AND d.adnum = p.attnum
	GROUP BY a.attrelid, a.attnum
), taken AS (
	SELECT a.*, p.attnotnull AS parent_notnull, p.expression AS parent_expression
	FROM attributes a LEFT JOIN parents p USING (attrelid, attnum)
	WHERE (p.attrelid IS NOT NULL AND (a.relispartition OR NOT a.attislocal)) OR a.reloftype <> 0
)
SELECT nspname, 'table', relname, 10, alter || 'SET STORAGE ' || CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END || ';'
	FROM attributes WHERE attstorage <> typstorage AND relkind <> 'f'
UNION ALL
SELECT nspname, 'table', relname, 11, alter || 'SET COMPRESSION ' || CASE attcompression WHEN 'p' THEN 'pglz' ELSE 'lz4' END || ';' FROM attributes WHERE attcompression <> '' --since 140000
UNION ALL --since 140000
SELECT nspname, 'table', relname, 12, alter || format('SET STATISTICS %s;', attstattarget) FROM attributes WHERE attstattarget >= 0
UNION ALL
SELECT nspname, 'table', relname, 13, alter || format('SET (%s);', string_agg(o, ', ' ORDER BY o COLLATE "C"))
	FROM attributes, unnest(attoptions) o WHERE o ~ '^n_distinct' GROUP BY nspname, relname, alter
UNION ALL
SELECT nspname, 'table', relname, 14, alter || format('OPTIONS (%s);', string_agg(format('ADD %I %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ' ORDER BY o COLLATE "C"))
	FROM attributes, unnest(attfdwoptions) o GROUP BY nspname, relname, alter
UNION ALL
SELECT nspname, 'table', relname, 15, alter || 'SET NOT NULL;' FROM taken WHERE attnotnull AND NOT coalesce(parent_notnull, false)
UNION ALL
SELECT nspname, 'table', relname, 16, alter || coalesce('SET DEFAULT ' || expression, 'DROP DEFAULT') || ';' FROM taken
	WHERE expression IS DISTINCT FROM parent_expression AND attgenerated = '' AND attidentity = ''
