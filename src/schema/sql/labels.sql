SELECT i.schema, 'security_label', i.type || ' ' || i.identity, 95, format('SECURITY LABEL FOR %I ON %s %s IS %L;', l.provider,
	CASE WHEN i.type LIKE '% column' THEN 'COLUMN' ELSE upper(i.type) END, i.identity, l.label)
FROM pg_seclabel l CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i
WHERE coalesce(i.schema, '') !~ '^pg_' AND coalesce(i.schema, '') NOT IN ('information_schema', 'git_migrate')
