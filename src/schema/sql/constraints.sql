-- Constraints of tables. Where the name is the one that the server makes up it is left out: it depends on the order of statements.
WITH constraints AS (
	SELECT k.*, n.nspname, r.relname, r.relkind,
		CASE WHEN k.contype <> 'p' THEN (SELECT string_agg(a.attname, '_' ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
			JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) END AS columns
	FROM pg_constraint k
	JOIN pg_class r ON r.oid = k.conrelid AND r.relkind IN ('r', 'p', 'f') AND r.relpersistence <> 't'
	JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'git_migrate')
	WHERE k.contype IN ('p', 'u', 'x', 'f', 'c') AND k.conparentid = 0 AND (k.conislocal OR k.coninhcount = 0)
		AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
), named AS (
	SELECT *, CASE WHEN contype = 'p' AND conname = relname || '_pkey' THEN false ELSE conname !~ ('^(' || regexp_replace(CASE contype
			WHEN 'p' THEN relname || '_pkey'
			WHEN 'c' THEN relname || '_' || CASE WHEN cardinality(conkey) = 1 THEN columns || '_check' ELSE 'check' END
			ELSE relname || '_' || coalesce(columns, '') || CASE contype WHEN 'u' THEN '_key' WHEN 'f' THEN '_fkey' ELSE '_excl' END
		END, '([^A-Za-z0-9_])', '\\\1', 'g') || ')\d*$') AND octet_length(conname) < 63 END AS is_named
	FROM constraints
)
SELECT nspname, 'table', relname, CASE contype WHEN 'p' THEN 30 WHEN 'u' THEN 31 WHEN 'x' THEN 32 WHEN 'c' THEN 33 ELSE 35 END,
	format('ALTER %sTABLE %I.%I ADD %s%s;', CASE relkind WHEN 'f' THEN 'FOREIGN ' END, nspname, relname,
		CASE WHEN is_named THEN format('CONSTRAINT %I ', conname) END, pg_get_constraintdef(oid))
	FROM named
UNION ALL
-- Options of the indexes behind them, which pg_get_constraintdef() does not show.
SELECT k.nspname, 'table', k.relname, 36, format('ALTER INDEX %I.%I SET (%s);', k.nspname, x.relname, array_to_string(x.reloptions, ', '))
	FROM constraints k JOIN pg_class x ON x.oid = k.conindid WHERE x.reloptions IS NOT NULL AND k.contype IN ('p', 'u', 'x')
UNION ALL
SELECT k.nspname, 'table', k.relname, 37, format('ALTER INDEX %I.%I SET TABLESPACE %I;', k.nspname, x.relname, s.spcname)
	FROM constraints k JOIN pg_class x ON x.oid = k.conindid JOIN pg_tablespace s ON s.oid = x.reltablespace WHERE k.contype IN ('p', 'u', 'x')
UNION ALL
-- Foreign keys and deferrable constraints whose own triggers do not fire: nothing else shows that they are not enforced.
SELECT k.nspname, 'table', k.relname, 38, format(
	E'DO $git_migrate$ DECLARE t record; BEGIN FOR t IN SELECT tgname, tgrelid::regclass AS r FROM pg_catalog.pg_trigger WHERE tgrelid = %L::regclass AND tgconstraint = (SELECT oid FROM pg_catalog.pg_constraint WHERE conrelid = %L::regclass AND conname = %L) LOOP EXECUTE format(''ALTER TABLE %%s %s TRIGGER %%I'', t.r, t.tgname); END LOOP; IF NOT FOUND THEN RAISE EXCEPTION ''no such constraint''; END IF; END $git_migrate$;',
	format('%I.%I', tn.nspname, tr.relname), format('%I.%I', k.nspname, k.relname), k.conname,
	CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END)
	FROM constraints k JOIN pg_trigger t ON t.tgconstraint = k.oid AND t.tgisinternal AND t.tgenabled <> 'O' AND t.tgparentid = 0 --since 130000
	JOIN pg_class tr ON tr.oid = t.tgrelid JOIN pg_namespace tn ON tn.oid = tr.relnamespace
	GROUP BY k.nspname, k.relname, k.conname, tn.nspname, tr.relname, t.tgenabled
