-- What is there and not captured, counted: it is named in the output, never silently skipped.
SELECT kind, count FROM (VALUES
	('large object', (SELECT count(*) FROM pg_largeobject_metadata)),
	('user mapping', (SELECT count(*) FROM pg_user_mappings)),
	('subscription', (SELECT count(*) FROM pg_stat_subscription WHERE subid IS NOT NULL)),
	('setting of a role or database', (SELECT count(*) FROM pg_db_role_setting s WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))),
	('parameter privilege', (SELECT count(*) FROM pg_parameter_acl)), --since 150000
	('changed privilege of an extension''s object', (SELECT count(*) FROM pg_class r JOIN pg_init_privs i ON i.classoid = 'pg_class'::regclass AND i.objoid = r.oid WHERE i.privtype = 'e' AND r.relacl IS DISTINCT FROM i.initprivs))
) AS kinds(kind, count)
WHERE count > 0
