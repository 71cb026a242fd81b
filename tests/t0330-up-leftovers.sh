#!/bin/sh
# What a script leaves in its session: the next one finds a session as if it were new, and so does the ledger.
. "$(dirname "$0")/lib/test-lib.sh"

role=leaver_$$

# The name of each script that leaves something, and what it does. `both` scripts run in a transaction and statement by statement.
leavers='
search_path|both|SET search_path = other
time_zone|both|SET TIME ZONE '"'Asia/Tokyo'"'
work_mem|both|SELECT set_config($$work_mem$$, $$1MB$$, false)
encoding|both|SET client_encoding = $$LATIN1$$
strings|both|SET standard_conforming_strings = off
dates|both|SET DateStyle = $$SQL, DMY$$
intervals|both|SET IntervalStyle = $$iso_8601$$
timeouts|both|SET statement_timeout = $$1h$$; SET lock_timeout = $$1h$$
triggers|both|SET session_replication_role = replica
own_setting|both|SET my.name = $$set$$
isolation|both|SET default_transaction_isolation = $$serializable$$
read_only|both|SET default_transaction_read_only = on
deferrable|both|SET default_transaction_deferrable = on
character|both|SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY
role|both|SET ROLE '$role'
authorization|both|SET SESSION AUTHORIZATION '$role'
temporary|both|CREATE TEMP TABLE target (i int, v text)
prepared|both|PREPARE p AS SELECT 1
cursor|both|DECLARE c CURSOR WITH HOLD FOR SELECT 1
listen|both|LISTEN channel
sequence|both|SELECT nextval($$public.numbers$$)
locks|both|SELECT pg_advisory_lock(42), pg_advisory_lock(42), pg_advisory_lock_shared(7), pg_advisory_lock(1, -5)
big_lock|both|SELECT pg_advisory_lock(-9223372036854775807)
unlock_all|both|SELECT pg_advisory_unlock_all()
discard|alone|DISCARD ALL
'

# What a new session would show: everything that the scripts above touch.
observer='
INSERT INTO target VALUES (%d, $$x$$);
INSERT INTO public.seen
SELECT %d, current_user = session_user, session_user::text = current_setting($$session_authorization$$),
	current_setting($$search_path$$), current_setting($$transaction_isolation$$), current_setting($$transaction_read_only$$),
	current_setting($$transaction_deferrable$$), nullif(current_setting($$my.name$$, true), $$$$),
	(SELECT string_agg(name || $$=$$ || setting, $$ $$ ORDER BY name) FROM pg_settings WHERE source = $$session$$
		AND name NOT IN ($$application_name$$, $$transaction_isolation$$, $$transaction_read_only$$, $$transaction_deferrable$$)),
	(SELECT count(*) FROM pg_prepared_statements WHERE from_sql), (SELECT count(*) FROM pg_cursors WHERE is_holdable),
	(SELECT count(*) FROM pg_listening_channels()), public.last(),
	(SELECT count(*) FROM pg_class WHERE relpersistence = $$t$$ AND pg_table_is_visible(oid)),
	(SELECT count(*) FROM pg_locks WHERE locktype = $$advisory$$ AND pid = pg_backend_pid() AND classid <> 1735947373);
'

write_base() {
	migration 000_base <<-SQL
		CREATE SCHEMA other;
		CREATE TABLE target (i int, v text);
		CREATE TABLE other.target (i int, v text);
		CREATE SEQUENCE numbers;
		GRANT ALL ON SCHEMA public, other TO $role;
		GRANT ALL ON ALL TABLES IN SCHEMA public, other TO $role;
		GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO $role;
		CREATE FUNCTION last() RETURNS bigint LANGUAGE plpgsql AS \$\$
		BEGIN RETURN lastval(); EXCEPTION WHEN OTHERS THEN RETURN NULL; END \$\$;
		CREATE TABLE seen (n int, plain_role boolean, plain_user boolean, path text, isolation text, read_only text,
			defer text, own text, settings text, prepared int, cursors int, channels int, last bigint, temporary int, locks int);
	SQL
}

# A shuffled chain: a script that leaves something, then one that looks, and so on, with no word between the two.
write_chain() {
	number=$2
	echo "$leavers" | grep . | sed 's/^\([^|]*\)|both|\(.*\)/\1|alone|\2\n\1|inside|\2/' | shuf --random-source="$1" >chain
	while IFS='|' read -r name where sql; do
		number=$((number + 1))
		{
			[ "$where" = inside ] || echo '-- migrate: no-transaction'
			echo "$sql;"
		} | migration "${number}_leave_$name"
		number=$((number + 1))
		# shellcheck disable=SC2059
		printf "$observer" $number $number | migration "${number}_look"
	done <chain
}

contents() {
	query 'SELECT * FROM seen ORDER BY n' && query 'SELECT i, v FROM public.target ORDER BY i' &&
		query 'SELECT i, v FROM other.target ORDER BY i' &&
		query 'SELECT id, blob FROM git_migrate.applied ORDER BY position' &&
		"$PG_TEST_BIN/pg_dump" -s -n public -n other "$TEST_DB" | grep -v '^.restrict\|^.unrestrict'
}

"$psql" -Xqc "CREATE ROLE $role" -c "GRANT $role TO CURRENT_USER" postgres

test_repo leftovers
environment together 'sign: false'
together=$TEST_DB
environment apart 'sign: false'
apart=$TEST_DB
write_base
commit base
git migrate up --env together >/dev/null && git migrate up --env apart >/dev/null

# SEED=N shuffles otherwise.
head -c 4096 /dev/zero | tr '\0' "${SEED:-1}" >"$trash/seed"

test_expect_success 'one deployment does what a deployment for each script does' '
	write_chain "$trash/seed" 100 && commit chain &&
	git migrate up --env together &&
	for file in db/migrations/[12]*.up.sql; do
		git migrate up --env apart --to "$(basename "$file" .up.sql)" || return 1
	done &&
	TEST_DB=$together contents >together && TEST_DB=$apart contents >apart &&
	test_is "$(TEST_DB=$apart query "SELECT count(*) FROM seen")" $(wc -l <chain) &&
	test_cmp apart together &&
	git migrate verify --env together && git migrate verify --env apart
'

test_expect_success 'every row of the looking scripts is that of a new session' '
	test "$(TEST_DB=$together query "SELECT count(DISTINCT (plain_role, path, isolation, read_only, defer, own, settings,
		prepared, cursors, channels, last, temporary, locks)) FROM seen")" = 1
'

test_repo pins
environment latin 'sign: false'

test_expect_success 'a database with an encoding and string rules of its own: scripts are read as UTF-8 behind a RESET ALL too' '
	query "DO \$d\$ BEGIN EXECUTE format(\$f\$ALTER DATABASE %I SET client_encoding = LATIN1\$f\$, current_database());
		EXECUTE format(\$f\$ALTER DATABASE %I SET standard_conforming_strings = off\$f\$, current_database()); END \$d\$" &&
	printf "CREATE TABLE words (at text, word text);\nRESET ALL;\n" | migration 001_reset &&
	printf "INSERT INTO words VALUES (\$\$behind\$\$, \047grün\\\\n\047);\n" | migration 002_behind &&
	printf -- "-- migrate: no-transaction\nINSERT INTO words VALUES (\$\$apart\$\$, \047grün\\\\n\047);\nRESET ALL;\n" | migration 003_apart &&
	printf "INSERT INTO words VALUES (\$\$last\$\$, \047grün\\\\n\047);\n" | migration 004_last &&
	printf "RESET ALL;\nINSERT INTO words VALUES (\$\$midst\$\$, \047grün\\\\n\047);\n" | migration 005_midst &&
	printf -- "-- migrate: no-transaction\nDISCARD ALL;\nINSERT INTO words VALUES (\$\$whole\$\$, \047grün\\\\n\047);\n" |
		migration 006_whole &&
	commit pins && git migrate up --env latin &&
	query "SELECT at, encode(convert_to(word, \$\$UTF8\$\$), \$\$hex\$\$) FROM words ORDER BY at" >words &&
	printf "%s|6772c3bc6e5c6e\\n" apart behind last midst whole >expected &&
	test_cmp expected words
'

test_repo lock
environment staging 'sign: false'
printf 'CREATE TABLE runs (i int);\n' | migration 001_base
commit base
git migrate up --env staging >/dev/null

test_expect_success 'a script that frees the lock: nobody gets in before the next migration, and it runs once' '
	printf "DISCARD ALL;\n" | migration 002_discard &&
	printf "SELECT pg_sleep(0); INSERT INTO runs VALUES (1);\n" | migration 003_insert &&
	commit discard &&
	git migrate up --env staging &&
	test_is "$(query "SELECT count(*) FROM runs")" 1
'

# wait_until SQL: waits until it is true, ten seconds at most.
wait_until() {
	wait_for "$1" 10 is_true "$1"
}
is_true() {
	test_is "$(query "SELECT $1")" t
}

# hold KEY: a session of its own that waits for this advisory lock and keeps it.
hold() {
	PGAPPNAME="holds $1" "$psql" -Xqtc "SELECT pg_advisory_lock($1)" -c "SELECT pg_sleep(60)" "$TEST_DB" >/dev/null 2>&1 &
}

end_holders() {
	query "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '$1'" >/dev/null
}

locked="EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory'"

test_expect_success 'another deployer that took over is noticed inside the transaction, which is rolled back' '
	printf "SELECT pg_advisory_lock(77);\nSELECT pg_advisory_unlock_all();\nINSERT INTO runs VALUES (2);\n" | migration 004_free &&
	commit free &&
	hold 77 && wait_until "$locked AND objid = 77 AND granted)" &&
	{ git migrate up --env staging 2>err & deployer=$!; } &&
	wait_until "$locked AND objid = 77 AND NOT granted)" &&
	hold "1735947373, 1" && wait_until "$locked AND classid = 1735947373 AND NOT granted)" &&
	end_holders "holds 77" &&
	test_expect_code 5 wait $deployer &&
	test_grep "another deployer took over while this script ran" err &&
	test_grep "remove DISCARD ALL and pg_advisory_unlock_all" err &&
	test_is "$(query "SELECT count(*) FROM runs")" 1 &&
	end_holders "holds %" && wait_until "NOT $locked)"
'

test_expect_success 'another deployer that came and went meanwhile is noticed by its record' '
	rm db/migrations/004_free.up.sql &&
	printf "SELECT pg_advisory_unlock_all();\nSELECT pg_advisory_lock(78);\nINSERT INTO runs VALUES (4);\n" | migration 004_gone &&
	commit gone &&
	hold 78 && wait_until "$locked AND objid = 78 AND granted)" &&
	{ git migrate up --env staging 2>err & deployer=$!; } &&
	wait_until "$locked AND objid = 78 AND NOT granted)" &&
	git migrate up --env staging --at HEAD~2 >out 2>&1 &&
	end_holders "holds 78" &&
	test_expect_code 5 wait $deployer &&
	test_grep "another deployer took over while this script ran" err &&
	test "$(query "SELECT count(*) FROM runs")" = 1 &&
	rm db/migrations/004_gone.up.sql
'

test_expect_success 'a migration whose row is there already does not run again' '
	printf "INSERT INTO runs VALUES (3);\n" | migration 005_twice && commit twice &&
	query "CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS \$f\$ BEGIN
		INSERT INTO git_migrate.applied (id, blob, content, path, commit, record, execution_time_ms)
		SELECT \$\$005_twice\$\$, blob, content, path, commit, record, 0 FROM git_migrate.applied LIMIT 1; RETURN NEW; END \$f\$" &&
	query "CREATE TRIGGER again BEFORE INSERT ON runs EXECUTE FUNCTION again()" &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "duplicate key value" err &&
	test_is "$(query "SELECT count(*) FROM runs")" 1 &&
	query "DROP TRIGGER again ON runs" && git migrate up --env staging
'

test_repo resume
environment resumed 'sign: false'
cat <<'SQL' | migration 001_base
CREATE TABLE t (i int);
CREATE SCHEMA tenant;
CREATE TABLE tenant.t (i int);
INSERT INTO tenant.t VALUES (1), (1);
SQL
commit base
git migrate up --env resumed >/dev/null

test_expect_success 'a script that goes on in a new session has its settings again' '
	cat <<-\SQL | migration 002_index &&
	-- migrate: no-transaction
	SET search_path = tenant;
	PREPARE add AS INSERT INTO t VALUES (9);
	CREATE INDEX CONCURRENTLY t_1 ON t (i);
	CREATE UNIQUE INDEX CONCURRENTLY t_2 ON t (i);
	EXECUTE add;
	CREATE TABLE extra (i int);
	SQL
	commit index &&
	test_expect_code 3 git migrate up --env resumed &&
	query "DELETE FROM tenant.t" &&
	git migrate up --env resumed &&
	test "$(query "SELECT string_agg(schemaname || \$\$.\$\$ || tablename || \$\$:\$\$ || indexname, \$\$ \$\$ ORDER BY indexname)
		FROM pg_indexes WHERE indexname LIKE \$\$t__\$\$")" = "tenant.t:t_1 tenant.t:t_2" &&
	test_is "$(query "SELECT schemaname FROM pg_tables WHERE tablename = \$\$extra\$\$")" tenant &&
	test_is "$(query "SELECT i FROM tenant.t")" 9
'

test_expect_success 'one that needs the temporary table of the earlier run says so, and goes on without it' '
	cat <<-\SQL | migration 003_temporary &&
	-- migrate: no-transaction
	CREATE TEMP TABLE scratch AS SELECT 5 AS i;
	SELECT 1 / (SELECT count(*) FROM public.t)::int;
	INSERT INTO public.t SELECT i FROM scratch;
	SQL
	commit temporary &&
	test_expect_code 3 git migrate up --env resumed &&
	query "INSERT INTO t VALUES (1)" &&
	test_expect_code 4 git migrate up --env resumed 2>err &&
	test_grep "003_temporary.up.sql:2:1: .*statement 1 made the temporary relation .scratch., which ended with the session" err &&
	test_grep "the first 1 of 3 statements are done and stay" err &&
	test_grep -v "rolled back" err &&
	sed -i "s/SELECT i FROM scratch/VALUES (5)/" db/migrations/003_temporary.up.sql && commit without &&
	git migrate up --env resumed &&
	test_is "$(query "SELECT count(*) FROM t WHERE i = 5")" 1
'

test_expect_success 'a role that the script takes holds on between its statements; the journal is written as ourselves' '
	query "GRANT CREATE ON SCHEMA public TO $role" &&
	cat <<-SQL | migration 004_role &&
	-- migrate: no-transaction
	SET ROLE $role;
	CREATE TABLE theirs (i int);
	CREATE INDEX CONCURRENTLY theirs_i ON theirs (i);
	RESET ROLE;
	SET SESSION AUTHORIZATION $role;
	CREATE TABLE also_theirs (i int);
	SQL
	commit role && git migrate up --env resumed &&
	test_is "$(query "SELECT string_agg(tableowner, \$\$ \$\$) FROM pg_tables WHERE tablename LIKE \$\$%theirs\$\$")" "$role $role" &&
	test_is "$(query "SELECT applied_by FROM git_migrate.applied WHERE id = \$\$004_role\$\$")" "$PGUSER" &&
	query "DROP OWNED BY $role"
'

test_expect_success 'COPY TO stdout is refused with its place before anything ran, in verify scripts too' '
	printf "CREATE TABLE u (i int);\nCOPY u TO stdout;\n" | migration 005_out && commit out &&
	test_expect_code 128 git migrate up --env resumed 2>err &&
	test_grep "005_out.up.sql:2:1: .*COPY ... TO stdout sends its rows to nobody" err &&
	printf "CREATE TABLE u (i int);\n" | migration 005_out &&
	echo "COPY u TO STDOUT;" >db/migrations/005_out.verify.sql && commit verify &&
	test_expect_code 128 git migrate up --env resumed 2>err &&
	test_grep "005_out.verify.sql:1:1: .*COPY ... TO stdout" err &&
	test_expect_code 1 query "SELECT * FROM u"
'

for each in $test_databases; do
	"$psql" -Xqc "DROP OWNED BY $role" "$each" >/dev/null 2>&1
done
"$psql" -Xqc "DROP ROLE IF EXISTS $role" postgres >/dev/null 2>&1
test_done
