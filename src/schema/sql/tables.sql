-- Tables, partitioned and foreign ones. Columns are in order of their names: where they stand in a row is kept apart.
WITH columns AS (
	SELECT a.attrelid,
		string_agg(format(E'\t%I %s%s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
			CASE WHEN a.attcollation <> t.typcollation THEN (SELECT format(' COLLATE %I.%I', n.nspname, o.collname)
				FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = a.attcollation) END,
			CASE WHEN a.attidentity <> '' THEN (SELECT format(' GENERATED %s AS IDENTITY (INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s%s)',
					CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
					CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)
				FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
				WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
					AND d.refobjsubid = a.attnum AND d.deptype = 'i') END,
			CASE WHEN a.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', d.expression)
				WHEN a.attgenerated = 'v' THEN format(' GENERATED ALWAYS AS (%s) VIRTUAL', d.expression)
				-- DEFAULT NULL is stored for some types and not for others: it is no default.
				WHEN d.expression IS NOT NULL AND NOT (starts_with(d.expression, 'NULL') AND d.expression ~ '^NULL(::[^(]*(\(\d+(,\d+)?\))?[^(]*)?$' AND t.typtype <> 'd')
				THEN ' DEFAULT ' || d.expression END,
			CASE WHEN a.attnotnull THEN ' NOT NULL' END), E',\n' ORDER BY a.attname COLLATE "C") AS list
	FROM pg_attribute a
	JOIN pg_class r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p', 'f') AND NOT r.relispartition AND r.reloftype = 0
	JOIN pg_type t ON t.oid = a.atttypid
	-- Only what is generated from other columns needs the relation, which is slow to open (PostgreSQL manual, pg_get_expr).
	LEFT JOIN LATERAL (SELECT pg_get_expr(e.adbin, CASE a.attgenerated WHEN '' THEN 0 ELSE e.adrelid END) AS expression FROM pg_attrdef e
		WHERE e.adrelid = a.attrelid AND e.adnum = a.attnum OFFSET 0) d ON a.atthasdef
	WHERE a.attnum > 0 AND NOT a.attisdropped AND (a.attislocal OR a.attinhcount = 0)
	GROUP BY a.attrelid
)
SELECT n.nspname, 'table', r.relname, 0, concat(
	'CREATE ', CASE r.relpersistence WHEN 'u' THEN 'UNLOGGED ' END, CASE r.relkind WHEN 'f' THEN 'FOREIGN ' END,
	format('TABLE %I.%I', n.nspname, r.relname),
	CASE WHEN r.relispartition THEN (SELECT format(' PARTITION OF %I.%I %s', pn.nspname, p.relname, pg_get_expr(r.relpartbound, r.oid))
			FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = r.oid)
		WHEN r.reloftype <> 0 THEN ' OF ' || format_type(r.reloftype, NULL)
		ELSE E' (\n' || coalesce(c.list || E'\n', '') || ')' END,
	CASE WHEN NOT r.relispartition THEN (SELECT format(E'\nINHERITS (%s)', string_agg(format('%I.%I', pn.nspname, p.relname), ', ' ORDER BY i.inhseqno))
			FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
			WHERE i.inhrelid = r.oid HAVING count(*) > 0) END,
	CASE r.relkind WHEN 'p' THEN E'\nPARTITION BY ' || pg_get_partkeydef(r.oid) END,
	CASE WHEN m.amname <> 'heap' THEN format(E'\nUSING %I', m.amname) END,
	(SELECT format(E'\nWITH (%s)', string_agg(o, ', ' ORDER BY o COLLATE "C")) FROM (
		SELECT unnest(r.reloptions) UNION ALL SELECT 'toast.' || unnest(toast.reloptions)) AS s(o) HAVING count(*) > 0),
	CASE WHEN r.reltablespace <> 0 THEN (SELECT format(E'\nTABLESPACE %I', s.spcname) FROM pg_tablespace s WHERE s.oid = r.reltablespace) END,
	CASE r.relkind WHEN 'f' THEN (SELECT format(E'\nSERVER %I%s', s.srvname,
			(SELECT format(' OPTIONS (%s)', string_agg(format('%I %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ' ORDER BY o COLLATE "C")) FROM unnest(f.ftoptions) o HAVING count(*) > 0))
			FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = r.oid) END,
	';')
FROM pg_class r
JOIN pg_namespace n ON n.oid = r.relnamespace
LEFT JOIN columns c ON c.attrelid = r.oid
LEFT JOIN pg_am m ON m.oid = r.relam
LEFT JOIN pg_class toast ON toast.oid = r.reltoastrelid
WHERE r.relkind IN ('r', 'p', 'f') AND r.relpersistence <> 't'
	AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
