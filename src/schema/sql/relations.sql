-- Flags of relations: replica identity, row security, the index that a table is clustered on.
WITH relations AS (
	SELECT r.*, n.nspname FROM pg_class r
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	WHERE r.relkind IN ('r', 'p', 'm') AND r.relpersistence <> 't'
		AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
)
SELECT nspname, 'table', relname, 70, format('ALTER TABLE ONLY %I.%I REPLICA IDENTITY %s;', nspname, relname,
	CASE relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE (SELECT format('USING INDEX %I', x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = r.oid AND i.indisreplident) END)
	FROM relations r WHERE relreplident IN ('f', 'n', 'i') AND relkind <> 'm'
UNION ALL
SELECT nspname, 'table', relname, 60, format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY;', nspname, relname) FROM relations WHERE relrowsecurity
UNION ALL
SELECT nspname, 'table', relname, 61, format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY;', nspname, relname) FROM relations WHERE relforcerowsecurity
UNION ALL
SELECT r.nspname, CASE r.relkind WHEN 'm' THEN 'materialized_view' ELSE 'table' END, r.relname, 71,
	format('ALTER %s %I.%I CLUSTER ON %I;', CASE r.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, r.nspname, r.relname, x.relname)
	FROM relations r JOIN pg_index i ON i.indrelid = r.oid AND i.indisclustered JOIN pg_class x ON x.oid = i.indexrelid
