-- What needs what, as the server knows it: an object's path, which of its parts needs it (0 body, 1 keys, 2 links), the path that is needed,
-- which part of that, and the column where it is one. Paths are put together as the other queries do; some belong to no object, and are passed over.
WITH places(classid, objid, schema, kind, name, part) AS MATERIALIZED (
	SELECT 'pg_class'::regclass::oid, r.oid, n.nspname::text, CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized_view' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type' ELSE 'table' END, r.relname::text, 0
		FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
		WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
	UNION ALL
	SELECT 'pg_type'::regclass, t.oid, n.nspname, CASE WHEN b.typtype = 'd' THEN 'domain' WHEN r.relkind IN ('r', 'p', 'f') THEN 'table' WHEN r.relkind = 'v' THEN 'view' WHEN r.relkind = 'm' THEN 'materialized_view' ELSE 'type' END, b.typname, 0
		FROM pg_type t JOIN pg_type b ON b.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
		JOIN pg_namespace n ON n.oid = b.typnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
		LEFT JOIN pg_class r ON r.oid = b.typrelid
	UNION ALL
	SELECT 'pg_proc'::regclass, p.oid, n.nspname, CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), 0
		FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	UNION ALL
	-- What belongs to a relation and stands in its file.
	SELECT s.classid, s.objid, n.nspname, CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized_view' ELSE 'table' END, r.relname, s.part
		FROM (
			SELECT 'pg_class'::regclass, indexrelid, indrelid, 1 FROM pg_index
			UNION ALL SELECT 'pg_constraint'::regclass, oid, conrelid, CASE contype WHEN 'f' THEN 2 ELSE 1 END FROM pg_constraint WHERE conrelid <> 0
			UNION ALL SELECT 'pg_attrdef'::regclass, oid, adrelid, 0 FROM pg_attrdef
			UNION ALL SELECT 'pg_rewrite'::regclass, oid, ev_class, CASE rulename WHEN '_RETURN' THEN 0 ELSE 2 END FROM pg_rewrite
			UNION ALL SELECT 'pg_trigger'::regclass, oid, tgrelid, 2 FROM pg_trigger WHERE NOT tgisinternal
			UNION ALL SELECT 'pg_policy'::regclass, oid, polrelid, 2 FROM pg_policy
		) AS s(classid, objid, relation, part)
		JOIN pg_class r ON r.oid = s.relation JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	UNION ALL
	SELECT 'pg_constraint'::regclass, k.oid, n.nspname, 'domain', t.typname, 1
		FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
	UNION ALL
	SELECT 'pg_namespace'::regclass, n.oid, n.nspname, NULL, 'schema', 0 FROM pg_namespace n
	UNION ALL
	SELECT 'pg_extension'::regclass, x.oid, NULL, 'extension', x.extname, 0 FROM pg_extension x
	UNION ALL
	SELECT e.classid, e.objid, NULL, 'extension', x.extname, 0 FROM pg_depend e JOIN pg_extension x ON e.refclassid = 'pg_extension'::regclass AND e.refobjid = x.oid WHERE e.deptype = 'e'
	UNION ALL
	SELECT 'pg_publication_rel'::regclass, m.oid, NULL, 'publication', quote_ident(p.pubname), 2 FROM pg_publication_rel m JOIN pg_publication p ON p.oid = m.prpubid
	UNION ALL
	SELECT o.classid, o.objid, i.schema, replace(i.type, ' ', '_'), CASE WHEN i.schema IS NULL THEN i.identity ELSE regexp_replace(i.identity, '^("([^"]|"")*"|[^".]*)\.', '') END, 0
		FROM (
			SELECT 'pg_cast'::regclass, oid FROM pg_cast UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator
			UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
			UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
			UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
			UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
			UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
			UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am UNION ALL SELECT 'pg_statistic_ext'::regclass, oid FROM pg_statistic_ext
			UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
			UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server UNION ALL SELECT 'pg_publication'::regclass, oid FROM pg_publication
		) AS o(classid, objid), LATERAL pg_identify_object(o.classid, o.objid, 0) i
		WHERE o.objid >= 16384
)
SELECT DISTINCT o.schema, o.kind, o.name, CASE WHEN o.kind = 'sequence' AND d.deptype = 'a' THEN 2 ELSE o.part END, t.schema, t.kind, t.name, t.part, a.attname
FROM pg_depend d
JOIN places o ON o.classid = d.classid AND o.objid = d.objid
JOIN places t ON t.classid = d.refclassid AND t.objid = d.refobjid
LEFT JOIN pg_attribute a ON d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.deptype <> 'e' AND (o.schema, o.kind, o.name) IS DISTINCT FROM (t.schema, t.kind, t.name)
