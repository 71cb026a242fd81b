WITH types AS (
	SELECT n.nspname, t.* FROM pg_type t
	JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype IN ('e', 'i'))
)
SELECT nspname, 'type', typname, 0, format('CREATE TYPE %I.%I AS ENUM (%s);', nspname, typname,
	(SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = types.oid))
	FROM types WHERE typtype = 'e'
UNION ALL
SELECT t.nspname, 'domain', t.typname, 0, format('CREATE DOMAIN %I.%I AS %s%s%s%s;', t.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),
	CASE WHEN t.typcollation <> b.typcollation THEN (SELECT format(' COLLATE %I.%I', n.nspname, o.collname) FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = t.typcollation) END,
	' DEFAULT ' || t.typdefault, CASE WHEN t.typnotnull THEN ' NOT NULL' END)
	FROM types t JOIN pg_type b ON b.oid = t.typbasetype WHERE t.typtype = 'd'
UNION ALL
SELECT t.nspname, 'domain', t.typname, 30, format('ALTER DOMAIN %I.%I ADD %s%s;', t.nspname, t.typname,
	CASE WHEN k.conname !~ ('^' || regexp_replace(t.typname, '([^A-Za-z0-9_])', '\\\1', 'g') || '_check\d*$') THEN format('CONSTRAINT %I ', k.conname) END, pg_get_constraintdef(k.oid))
	FROM types t JOIN pg_constraint k ON k.contypid = t.oid AND k.contype = 'c'
UNION ALL
SELECT t.nspname, 'type', t.typname, 0, format(E'CREATE TYPE %I.%I AS (\n%s\n);', t.nspname, t.typname,
	(SELECT string_agg(format(E'\t%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
		CASE WHEN a.attcollation <> b.typcollation THEN (SELECT format(' COLLATE %I.%I', n.nspname, o.collname) FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = a.attcollation) END), E',\n' ORDER BY a.attnum)
		FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
	FROM types t JOIN pg_class r ON r.oid = t.typrelid AND r.relkind = 'c' WHERE t.typtype = 'c'
UNION ALL
SELECT t.nspname, 'type', t.typname, 0, format('CREATE TYPE %I.%I AS RANGE (%s);', t.nspname, t.typname, concat_ws(', ',
	'SUBTYPE = ' || format_type(g.rngsubtype, NULL),
	(SELECT format('SUBTYPE_OPCLASS = %I.%I', n.nspname, o.opcname) FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE o.oid = g.rngsubopc),
	(SELECT format('COLLATION = %I.%I', n.nspname, o.collname) FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = g.rngcollation),
	'CANONICAL = ' || nullif(g.rngcanonical::oid, 0)::regproc, 'SUBTYPE_DIFF = ' || nullif(g.rngsubdiff::oid, 0)::regproc,
	(SELECT format('MULTIRANGE_TYPE_NAME = %I.%I', mn.nspname, m.typname) FROM pg_type m JOIN pg_namespace mn ON mn.oid = m.typnamespace WHERE m.oid = g.rngmultitypid) --since 140000
	))
	FROM types t JOIN pg_range g ON g.rngtypid = t.oid WHERE t.typtype = 'r'
UNION ALL
SELECT t.nspname, 'type', t.typname, 0, CASE WHEN NOT t.typisdefined THEN format('CREATE TYPE %I.%I;', t.nspname, t.typname) ELSE
	format('CREATE TYPE %I.%I (%s);', t.nspname, t.typname, concat_ws(', ', 'INPUT = ' || t.typinput, 'OUTPUT = ' || t.typoutput,
		'RECEIVE = ' || nullif(t.typreceive::oid, 0)::regproc, 'SEND = ' || nullif(t.typsend::oid, 0)::regproc, 'TYPMOD_IN = ' || nullif(t.typmodin::oid, 0)::regproc,
		'TYPMOD_OUT = ' || nullif(t.typmodout::oid, 0)::regproc, 'ANALYZE = ' || nullif(t.typanalyze::oid, 0)::regproc,
		'INTERNALLENGTH = ' || CASE t.typlen WHEN -1 THEN 'VARIABLE' ELSE t.typlen::text END, CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END,
		'ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END,
		'STORAGE = ' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END,
		'CATEGORY = ' || quote_literal(t.typcategory::text), CASE WHEN t.typispreferred THEN 'PREFERRED = true' END, 'DEFAULT = ' || quote_literal(t.typdefault),
		'ELEMENT = ' || format_type(nullif(t.typelem, 0), NULL), 'DELIMITER = ' || quote_literal(t.typdelim::text), CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE = true' END)) END
	FROM types t WHERE (t.typtype = 'b' AND t.typelem = 0) OR t.typtype = 'p'
