-- Comments, in the file of the relation, routine or type that they belong to.
WITH comments AS (
	-- Since 16 a transform is called "for T language L": it keeps the name that it had before.
	SELECT d.*, i.type, i.schema, i.name,
		CASE i.type WHEN 'transform' THEN regexp_replace(i.identity, '( on)? language ("[^"]*"|[^ "]+)$', ' on language \2') ELSE i.identity END AS identity,
		coalesce(r.oid, k.conrelid, t.tgrelid, w.ev_class, p.polrelid) AS relation
	FROM pg_description d
	CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
	LEFT JOIN pg_index x ON d.classoid = 'pg_class'::regclass AND x.indexrelid = d.objoid
	LEFT JOIN pg_class r ON r.oid = CASE WHEN d.classoid = 'pg_class'::regclass THEN coalesce(x.indrelid, d.objoid) END
	LEFT JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid AND k.conrelid <> 0
	LEFT JOIN pg_trigger t ON d.classoid = 'pg_trigger'::regclass AND t.oid = d.objoid
	LEFT JOIN pg_rewrite w ON d.classoid = 'pg_rewrite'::regclass AND w.oid = d.objoid
	LEFT JOIN pg_policy p ON d.classoid = 'pg_policy'::regclass AND p.oid = d.objoid
	-- 2200 is schema public, whose comment may be changed.
	WHERE d.objoid >= 16384 OR (d.classoid = 'pg_namespace'::regclass AND d.objoid = 2200 AND d.description <> 'standard public schema')
), placed AS (
	SELECT c.*, n.nspname AS relation_schema, r.relname, r.relkind
	FROM comments c LEFT JOIN pg_class r ON r.oid = c.relation LEFT JOIN pg_namespace n ON n.oid = r.relnamespace
	WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = c.classoid AND e.objid = c.objoid AND e.deptype = 'e')
		AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.relation AND e.deptype = 'e')
)
SELECT coalesce(relation_schema, CASE type WHEN 'schema' THEN name ELSE schema END),
	CASE WHEN relation IS NOT NULL THEN CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized_view' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type' ELSE 'table' END
		WHEN type = 'schema' THEN NULL WHEN type = 'domain constraint' OR (type = 'type' AND EXISTS (SELECT FROM pg_type y WHERE y.oid = objoid AND y.typtype = 'd')) THEN 'domain' WHEN type IN ('composite type') THEN 'type' ELSE replace(type, ' ', '_') END,
	CASE WHEN relation IS NOT NULL THEN relname WHEN type = 'schema' THEN 'schema'
		WHEN classoid = 'pg_proc'::regclass THEN (SELECT format('%s(%s)', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc WHERE oid = objoid)
		WHEN classoid = 'pg_type'::regclass THEN (SELECT typname FROM pg_type WHERE oid = objoid)
		WHEN type = 'domain constraint' THEN (SELECT t.typname FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid WHERE k.oid = objoid)
		WHEN schema IS NULL THEN identity ELSE regexp_replace(identity, '^("([^"]|"")*"|[^".]*)\.', '') END,
	90, format('COMMENT ON %s %s IS %L;',
		CASE type WHEN 'table column' THEN 'COLUMN' WHEN 'view column' THEN 'COLUMN' WHEN 'materialized view column' THEN 'COLUMN' WHEN 'composite type column' THEN 'COLUMN' WHEN 'foreign table column' THEN 'COLUMN'
			WHEN 'table constraint' THEN 'CONSTRAINT' WHEN 'domain constraint' THEN 'CONSTRAINT' WHEN 'composite type' THEN 'TYPE' WHEN 'statistics object' THEN 'STATISTICS' WHEN 'foreign-data wrapper' THEN 'FOREIGN DATA WRAPPER' ELSE upper(type) END,
		CASE type WHEN 'domain constraint' THEN regexp_replace(identity, ' on ', ' ON DOMAIN ') WHEN 'transform' THEN regexp_replace(identity, ' on language ', ' LANGUAGE ') ELSE identity END, description)
FROM placed
WHERE coalesce(relation_schema, schema, '') !~ '^pg_' AND coalesce(relation_schema, schema, '') NOT IN ('information_schema', 'git_migrate')
	AND NOT (type = 'schema' AND name = 'git_migrate')
	-- What an extension says of itself came with it.
	AND NOT (type = 'extension' AND description = (SELECT v.comment FROM pg_available_extensions v WHERE v.name = (SELECT x.extname FROM pg_extension x WHERE x.oid = objoid)))
