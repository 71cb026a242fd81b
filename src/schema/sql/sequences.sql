-- Sequences; those of identity columns stand in their column's line.
WITH sequences AS (
	SELECT n.nspname, r.relname, r.relpersistence, s.* FROM pg_class r
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	JOIN pg_sequence s ON s.seqrelid = r.oid
	WHERE r.relkind = 'S' AND r.relpersistence <> 't'
		AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype IN ('e', 'i'))
)
SELECT nspname, 'sequence', relname, 0, format('CREATE %sSEQUENCE %I.%I AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s;',
	CASE relpersistence WHEN 'u' THEN 'UNLOGGED ' END, nspname, relname, format_type(seqtypid, NULL), seqincrement, seqmin, seqmax, seqstart, seqcache,
	CASE WHEN seqcycle THEN ' CYCLE' END)
	FROM sequences
UNION ALL
SELECT s.nspname, 'sequence', s.relname, 20, format('ALTER SEQUENCE %I.%I OWNED BY %I.%I.%I;', s.nspname, s.relname, n.nspname, r.relname, a.attname)
	FROM sequences s
	JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a' AND d.refobjsubid > 0
	JOIN pg_class r ON r.oid = d.refobjid JOIN pg_namespace n ON n.oid = r.relnamespace
	JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
