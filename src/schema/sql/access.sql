-- Owners and privileges: outside the compared tree unless asked for. A missing list is the default one, and order is no meaning.
WITH objects(schema, kind, name, ident, owner, acl, code) AS (
	SELECT n.nspname, CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized_view' WHEN 'S' THEN 'sequence' ELSE 'table' END, r.relname,
		format('%s %I.%I', CASE r.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, r.relname), r.relowner, r.relacl, (CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char"
		FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
		WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype IN ('e', 'i'))
	UNION ALL
	SELECT n.nspname, CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
		format('ROUTINE %s', p.oid::regprocedure), p.proowner, p.proacl, 'f'
		FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
		WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
	UNION ALL
	SELECT n.nspname, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, t.typname, format('TYPE %I.%I', n.nspname, t.typname), t.typowner, t.typacl, 'T'
		FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
		WHERE t.typtype IN ('e', 'd', 'r', 'c', 'b') AND t.typelem = 0 AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class r WHERE r.oid = t.typrelid AND r.relkind = 'c'))
			AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype IN ('e', 'i'))
	UNION ALL
	SELECT n.nspname, NULL, 'schema', format('SCHEMA %I', n.nspname), n.nspowner, n.nspacl, 'n' FROM pg_namespace n
	UNION ALL
	SELECT NULL, 'language', l.lanname, format('LANGUAGE %I', l.lanname), l.lanowner, l.lanacl, 'l' FROM pg_language l WHERE l.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_language'::regclass AND e.objid = l.oid AND e.deptype = 'e')
	UNION ALL
	SELECT NULL, 'foreign-data_wrapper', w.fdwname, format('FOREIGN DATA WRAPPER %I', w.fdwname), w.fdwowner, w.fdwacl, 'F' FROM pg_foreign_data_wrapper w
	UNION ALL
	SELECT NULL, 'server', s.srvname, format('FOREIGN SERVER %I', s.srvname), s.srvowner, s.srvacl, 'S' FROM pg_foreign_server s
), shown AS (
	SELECT * FROM objects WHERE coalesce(schema, '') !~ '^pg_' AND coalesce(schema, '') NOT IN ('information_schema', 'git_migrate')
)
SELECT schema, kind, name, 0, format('ALTER %s OWNER TO %I;', regexp_replace(ident, '^FOREIGN SERVER', 'SERVER'), pg_get_userbyid(owner)) FROM shown
UNION ALL
SELECT schema, kind, name, 10, format('GRANT %s ON %s TO %s%s;', string_agg(DISTINCT a.privilege_type, ', ' ORDER BY a.privilege_type), ident,
	CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
	FROM shown, aclexplode(coalesce(acl, acldefault(code, owner))) a GROUP BY schema, kind, name, ident, a.grantee, a.is_grantable
UNION ALL
SELECT n.nspname, CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized_view' ELSE 'table' END, r.relname, 20,
	format('GRANT %s (%I) ON TABLE %I.%I TO %s%s;', string_agg(DISTINCT x.privilege_type, ', ' ORDER BY x.privilege_type), a.attname, n.nspname, r.relname,
		CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END, CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' END)
	FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	CROSS JOIN LATERAL aclexplode(a.attacl) x GROUP BY n.nspname, r.relkind, r.relname, a.attname, x.grantee, x.is_grantable
UNION ALL
SELECT NULL, 'default_privileges', pg_get_userbyid(d.defaclrole), 0, format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s GRANT %s ON %s TO %s%s;', pg_get_userbyid(d.defaclrole), (SELECT format(' IN SCHEMA %I', n.nspname) FROM pg_namespace n WHERE n.oid = d.defaclnamespace),
	string_agg(DISTINCT x.privilege_type, ', ' ORDER BY x.privilege_type), CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END,
	CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END, CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' END)
	FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) x GROUP BY d.oid, d.defaclrole, d.defaclnamespace, d.defaclobjtype, x.grantee, x.is_grantable
