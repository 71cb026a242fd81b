WITH triggers AS (
	SELECT n.nspname, r.relname, CASE r.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind, t.* FROM pg_trigger t
	JOIN pg_class r ON r.oid = t.tgrelid
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	WHERE NOT t.tgisinternal AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
)
SELECT nspname, kind, relname, 50, pg_get_triggerdef(oid) || ';' FROM triggers WHERE tgparentid = 0 --since 130000
UNION ALL
SELECT nspname, kind, relname, 51, format('ALTER TABLE %I.%I %s TRIGGER %I;', nspname, relname,
	CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, tgname)
	FROM triggers t WHERE tgenabled <> CASE WHEN tgparentid = 0 THEN 'O' ELSE (SELECT p.tgenabled FROM pg_trigger p WHERE p.oid = t.tgparentid) END
UNION ALL
SELECT n.nspname, CASE r.relkind WHEN 'v' THEN 'view' ELSE 'table' END, r.relname, 55,
	pg_get_ruledef(w.oid) || CASE w.ev_enabled WHEN 'O' THEN '' ELSE format(E'\nALTER TABLE %I.%I %s RULE %I;', n.nspname, r.relname,
		CASE w.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, w.rulename) END
	FROM pg_rewrite w JOIN pg_class r ON r.oid = w.ev_class
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	WHERE w.rulename <> '_RETURN' AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
UNION ALL
SELECT n.nspname, 'table', r.relname, 65, format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s%s%s;', p.polname, n.nspname, r.relname,
	CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
	CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
	(SELECT string_agg(CASE u WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(u)) END, ', ' ORDER BY pg_get_userbyid(u) COLLATE "C") FROM unnest(p.polroles) u),
	' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
	FROM pg_policy p JOIN pg_class r ON r.oid = p.polrelid
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
