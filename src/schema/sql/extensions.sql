SELECT NULL, 'extension', x.extname, 0,
	format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I VERSION %L;', x.extname, n.nspname, x.extversion)
FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
