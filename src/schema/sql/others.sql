-- Everything that belongs to no table, routine or type. Named as the server names objects.
WITH created(classid, objid, rank, ddl) AS (
	SELECT 'pg_cast'::regclass, c.oid, 0, format('CREATE CAST (%s AS %s) %s%s;', format_type(c.castsource, NULL), format_type(c.casttarget, NULL),
		CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
		CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' END)
		FROM pg_cast c WHERE c.oid >= 16384
	UNION ALL
	SELECT 'pg_operator'::regclass, o.oid, 0, format(E'CREATE OPERATOR %I.%s (\n%s\n);', n.nspname, o.oprname, concat_ws(E',\n',
		'FUNCTION = ' || o.oprcode, 'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL), 'RIGHTARG = ' || format_type(nullif(o.oprright, 0), NULL),
		(SELECT format('COMMUTATOR = OPERATOR(%I.%s)', cn.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprcom),
		(SELECT format('NEGATOR = OPERATOR(%I.%s)', cn.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprnegate),
		'RESTRICT = ' || nullif(o.oprrest::oid, 0)::regproc, 'JOIN = ' || nullif(o.oprjoin::oid, 0)::regproc,
		CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END))
		FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oprcode::oid <> 0
	UNION ALL
	SELECT 'pg_opfamily'::regclass, f.oid, 0, format('CREATE OPERATOR FAMILY %I.%I USING %I;', n.nspname, f.opfname, m.amname)
		FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
	UNION ALL
	SELECT 'pg_opclass'::regclass, c.oid, 0, format(E'CREATE OPERATOR CLASS %I.%I\n%sFOR TYPE %s USING %I FAMILY %I.%I AS\n%s;', n.nspname, c.opcname, CASE WHEN c.opcdefault THEN 'DEFAULT ' END,
		format_type(c.opcintype, NULL), m.amname, fn.nspname, f.opfname, coalesce(concat_ws(E',\n', 'STORAGE ' || format_type(nullif(c.opckeytype, 0), NULL),
		(SELECT string_agg(format('OPERATOR %s %s%s', a.amopstrategy, a.amopopr::regoperator, (SELECT format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = a.amopsortfamily)), E',\n' ORDER BY a.amopstrategy)
			FROM pg_amop a JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid),
		(SELECT string_agg(format('FUNCTION %s (%s, %s) %s', a.amprocnum, format_type(a.amproclefttype, NULL), format_type(a.amprocrighttype, NULL), a.amproc::regprocedure), E',\n' ORDER BY a.amprocnum)
			FROM pg_amproc a JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid)),
		'STORAGE ' || format_type(c.opcintype, NULL)))
		FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod
		JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace fn ON fn.oid = f.opfnamespace
	UNION ALL
	-- Members of a family that came without a class.
	SELECT 'pg_opfamily'::regclass, f.oid, 10, format('ALTER OPERATOR FAMILY %I.%I USING %I ADD OPERATOR %s %s;', n.nspname, f.opfname, m.amname, a.amopstrategy, a.amopopr::regoperator)
		FROM pg_amop a JOIN pg_opfamily f ON f.oid = a.amopfamily JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
		WHERE a.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amop'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass)
	UNION ALL
	SELECT 'pg_opfamily'::regclass, f.oid, 11, format('ALTER OPERATOR FAMILY %I.%I USING %I ADD FUNCTION %s (%s, %s) %s;', n.nspname, f.opfname, m.amname, a.amprocnum, format_type(a.amproclefttype, NULL), format_type(a.amprocrighttype, NULL), a.amproc::regprocedure)
		FROM pg_amproc a JOIN pg_opfamily f ON f.oid = a.amprocfamily JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
		WHERE a.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amproc'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass)
	UNION ALL
	SELECT 'pg_collation'::regclass, c.oid, 0, format('CREATE COLLATION %I.%I (%s);', n.nspname, c.collname, concat_ws(', ',
		'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' WHEN 'b' THEN 'builtin' END,
		'LOCALE = ' || quote_literal(c.colliculocale), --since 150000 --before 170000
		'LOCALE = ' || quote_literal(c.colllocale), --since 170000
		'LC_COLLATE = ' || quote_literal(c.collcollate), 'LC_CTYPE = ' || quote_literal(c.collctype),
		CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END))
		FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
	UNION ALL
	SELECT 'pg_conversion'::regclass, c.oid, 0, format('CREATE %sCONVERSION %I.%I FOR %L TO %L FROM %s;', CASE WHEN c.condefault THEN 'DEFAULT ' END, n.nspname, c.conname,
		pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc)
		FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace
	UNION ALL
	SELECT 'pg_ts_dict'::regclass, d.oid, 0, format('CREATE TEXT SEARCH DICTIONARY %I.%I (TEMPLATE = %I.%I%s);', n.nspname, d.dictname, tn.nspname, t.tmplname, ', ' || d.dictinitoption)
		FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
	UNION ALL
	SELECT 'pg_ts_config'::regclass, c.oid, 0, format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I.%I);', n.nspname, c.cfgname, pn.nspname, p.prsname)
		FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace pn ON pn.oid = p.prsnamespace
	UNION ALL
	SELECT 'pg_ts_config'::regclass, c.oid, 10, format('ALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s;', n.nspname, c.cfgname,
		(SELECT t.alias FROM ts_token_type(c.cfgparser) t WHERE t.tokid = m.maptokentype),
		string_agg(format('%I.%I', dn.nspname, d.dictname), ', ' ORDER BY m.mapseqno))
		FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace JOIN pg_ts_config_map m ON m.mapcfg = c.oid
		JOIN pg_ts_dict d ON d.oid = m.mapdict JOIN pg_namespace dn ON dn.oid = d.dictnamespace
		GROUP BY c.oid, n.nspname, c.cfgname, c.cfgparser, m.maptokentype
	UNION ALL
	SELECT 'pg_ts_parser'::regclass, p.oid, 0, format('CREATE TEXT SEARCH PARSER %I.%I (START = %s, GETTOKEN = %s, END = %s, LEXTYPES = %s%s);', n.nspname, p.prsname, p.prsstart, p.prstoken, p.prsend, p.prslextype,
		', HEADLINE = ' || nullif(p.prsheadline::oid, 0)::regproc)
		FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
	UNION ALL
	SELECT 'pg_ts_template'::regclass, t.oid, 0, format('CREATE TEXT SEARCH TEMPLATE %I.%I (%sLEXIZE = %s);', n.nspname, t.tmplname, 'INIT = ' || nullif(t.tmplinit::oid, 0)::regproc || ', ', t.tmpllexize)
		FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
	UNION ALL
	SELECT 'pg_language'::regclass, l.oid, 0, format('CREATE %sLANGUAGE %I HANDLER %s%s%s;', CASE WHEN l.lanpltrusted THEN 'TRUSTED ' END, l.lanname, l.lanplcallfoid::regproc,
		' INLINE ' || nullif(l.laninline, 0)::regproc, ' VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc)
		FROM pg_language l WHERE l.lanispl
	UNION ALL
	SELECT 'pg_transform'::regclass, t.oid, 0, format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s);', format_type(t.trftype, NULL), l.lanname, concat_ws(', ',
		'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql::oid, 0)::regprocedure, 'TO SQL WITH FUNCTION ' || nullif(t.trftosql::oid, 0)::regprocedure))
		FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
	UNION ALL
	SELECT 'pg_am'::regclass, m.oid, 0, format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s;', m.amname, CASE m.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, m.amhandler)
		FROM pg_am m
	UNION ALL
	SELECT 'pg_statistic_ext'::regclass, s.oid, 0, format('CREATE STATISTICS %I.%I%s ON %s FROM %I.%I;', n.nspname, s.stxname,
		(SELECT format(' (%s)', string_agg(CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' WHEN 'm' THEN 'mcv' END, ', ' ORDER BY k)) FROM unnest(s.stxkind) k WHERE k <> 'e' HAVING count(*) > 0),
		concat_ws(', ', (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C") FROM unnest(s.stxkeys::int2[]) u JOIN pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = u),
			(SELECT string_agg('(' || x || ')', ', ') FROM unnest(pg_get_statisticsobjdef_expressions(s.oid)) x)), --since 140000
			NULL), --before 140000
		rn.nspname, r.relname)
		FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace JOIN pg_class r ON r.oid = s.stxrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
	UNION ALL
	SELECT 'pg_statistic_ext'::regclass, s.oid, 10, format('ALTER STATISTICS %I.%I SET STATISTICS %s;', n.nspname, s.stxname, s.stxstattarget)
		FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxstattarget >= 0
	UNION ALL
	SELECT 'pg_event_trigger'::regclass, t.oid, 0, format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s();%s', t.evtname, t.evtevent,
		(SELECT format(' WHEN TAG IN (%s)', string_agg(quote_literal(g), ', ' ORDER BY g COLLATE "C")) FROM unnest(t.evttags) g HAVING count(*) > 0), t.evtfoid::regproc,
		CASE t.evtenabled WHEN 'O' THEN '' ELSE format(E'\nALTER EVENT TRIGGER %I %s;', t.evtname, CASE t.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END) END)
		FROM pg_event_trigger t
	UNION ALL
	-- Options may hold secrets: only their names and a digest of their values are shown.
	SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, format('CREATE FOREIGN DATA WRAPPER %I%s%s%s;', w.fdwname, ' HANDLER ' || nullif(w.fdwhandler, 0)::regproc, ' VALIDATOR ' || nullif(w.fdwvalidator, 0)::regproc,
		(SELECT format(' OPTIONS (%s)', string_agg(format('%I %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ' ORDER BY o COLLATE "C")) FROM unnest(w.fdwoptions) o HAVING count(*) > 0))
		FROM pg_foreign_data_wrapper w
	UNION ALL
	SELECT 'pg_foreign_server'::regclass, s.oid, 0, format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I%s;', s.srvname, ' TYPE ' || quote_literal(s.srvtype), ' VERSION ' || quote_literal(s.srvversion), w.fdwname,
		(SELECT format(' OPTIONS (%s)', string_agg(format('%I %L', split_part(o, '=', 1), CASE WHEN split_part(o, '=', 1) ~* 'password|secret|key|token' THEN 'sha256:' || encode(sha256(convert_to(o, 'UTF8')), 'hex') ELSE substr(o, strpos(o, '=') + 1) END), ', ' ORDER BY o COLLATE "C")) FROM unnest(s.srvoptions) o HAVING count(*) > 0))
		FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
	UNION ALL
	SELECT 'pg_publication'::regclass, p.oid, 0, format('CREATE PUBLICATION %I%s WITH (%s);', p.pubname, CASE WHEN p.puballtables THEN ' FOR ALL TABLES' END, concat_ws(', ',
		format('publish = %L', concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)),
		CASE WHEN p.pubviaroot THEN 'publish_via_partition_root = true' END)) --since 130000
		FROM pg_publication p
	UNION ALL
	SELECT 'pg_publication'::regclass, p.oid, 10, format('ALTER PUBLICATION %I ADD TABLE %s%I.%I%s%s;', p.pubname, CASE r.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END, n.nspname, r.relname,
		(SELECT format(' (%s)', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C")) FROM unnest(pr.prattrs) u JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = u HAVING count(*) > 0), --since 150000
		' WHERE ' || pg_get_expr(pr.prqual, pr.prrelid)) --since 150000
		NULL, NULL) --before 150000
		FROM pg_publication p JOIN pg_publication_rel pr ON pr.prpubid = p.oid JOIN pg_class r ON r.oid = pr.prrelid JOIN pg_namespace n ON n.oid = r.relnamespace
	UNION ALL --since 150000
	SELECT 'pg_publication'::regclass, p.oid, 11, format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %I;', p.pubname, n.nspname) FROM pg_publication p JOIN pg_publication_namespace s ON s.pnpubid = p.oid JOIN pg_namespace n ON n.oid = s.pnnspid --since 150000
)
SELECT CASE WHEN i.schema IS NULL THEN NULL ELSE i.schema END, replace(i.type, ' ', '_'),
	-- Since 16 a transform is called "for T language L": it keeps the name that it had before.
	CASE WHEN i.schema IS NULL THEN CASE i.type WHEN 'transform' THEN regexp_replace(i.identity, '( on)? language ("[^"]*"|[^ "]+)$', ' on language \2') ELSE i.identity END ELSE regexp_replace(i.identity, '^("([^"]|"")*"|[^".]*)\.', '') END, c.rank, c.ddl
FROM created c, LATERAL pg_identify_object(c.classid, c.objid, 0) i
WHERE c.objid >= 16384 AND coalesce(i.schema, '') !~ '^pg_' AND coalesce(i.schema, '') NOT IN ('information_schema', 'git_migrate')
	AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = c.classid AND e.objid = c.objid AND e.deptype IN ('e', 'i'))
