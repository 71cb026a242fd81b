WITH views AS (
	SELECT n.nspname, r.* FROM pg_class r
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	WHERE r.relkind IN ('v', 'm') AND r.relpersistence <> 't'
		AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
)
SELECT nspname, CASE relkind WHEN 'm' THEN 'materialized_view' ELSE 'view' END, relname, 0,
	format(E'CREATE %sVIEW %I.%I%s%s%s AS\n%s%s;', CASE relkind WHEN 'm' THEN 'MATERIALIZED ' END, nspname, relname,
		(SELECT format(' USING %I', m.amname) FROM pg_am m WHERE m.oid = relam AND m.amname <> 'heap'),
		(SELECT format(' WITH (%s)', string_agg(o, ', ' ORDER BY o COLLATE "C")) FROM unnest(reloptions) o HAVING count(*) > 0),
		(SELECT format(' TABLESPACE %I', s.spcname) FROM pg_tablespace s WHERE s.oid = reltablespace),
		rtrim(pg_get_viewdef(oid), ';'), CASE WHEN relkind = 'm' AND NOT relispopulated THEN E'\nWITH NO DATA' END)
	FROM views
UNION ALL
SELECT v.nspname, 'view', v.relname, 10, format('ALTER VIEW %I.%I ALTER COLUMN %I SET DEFAULT %s;', v.nspname, v.relname, a.attname, pg_get_expr(d.adbin, d.adrelid))
	FROM views v JOIN pg_attrdef d ON d.adrelid = v.oid JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum = d.adnum
UNION ALL
SELECT v.nspname, 'materialized_view', v.relname, 11, format('ALTER MATERIALIZED VIEW %I.%I ALTER COLUMN %I SET STATISTICS %s;', v.nspname, v.relname, a.attname, a.attstattarget)
	FROM views v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0 AND a.attstattarget >= 0 WHERE v.relkind = 'm'
