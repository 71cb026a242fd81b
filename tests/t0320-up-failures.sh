#!/bin/sh
# What a failure looks like, and what it leaves: place, line, the server's words, the state of the database. Timeouts, Ctrl-C, leaks.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo failures
environment staging 'sign: false'
migration 001_t 'DROP TABLE t;' <<'SQL'
CREATE TABLE t (id int PRIMARY KEY);
SQL
commit first
git migrate up --env staging >/dev/null

test_expect_success 'a failing statement: file:line:column, its line with a mark, SQLSTATE, and what is now' '
	migration 002_bad "SELECT 1;" <<-\SQL &&
	CREATE TABLE half (id int);

	SELECT id,
	       nmae FROM t;
	SQL
	migration 003_after "SELECT 1;" <<-\SQL &&
	SELECT 1;
	SQL
	commit bad &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "^error: db/migrations/002_bad.up.sql:4:8: migration .002_bad. failed: column \"nmae\" does not exist" err &&
	test_grep "^ *nmae FROM t;" err &&
	test_grep "^ *^$" err &&
	test_grep "SQLSTATE 42703" err &&
	test_grep "0 of 2 migrations are applied and stay; this one was rolled back, the rest was not begun" err &&
	test_is "$(query "SELECT to_regclass(\$\$half\$\$) IS NULL")" t
'

test_expect_success 'the failure stands in the record, status and log' '
	git migrate status --env staging >out &&
	test_grep "deployment failed" out && test_grep "failed    migration .002_bad. failed: column" out &&
	git migrate log --env staging >out && test_grep "error: migration .002_bad. failed" out
'

test_expect_success 'an error inside a function shows where it came from' '
	migration 002_bad "SELECT 1;" <<-\SQL &&
	DO $x$ BEGIN RAISE EXCEPTION USING MESSAGE = chr(110) || chr(111), DETAIL = $$why$$, HINT = $$do that$$; END $x$;
	SQL
	commit raise &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "002_bad.up.sql:1:1: .*failed: no" err && test_grep "^  why" err && test_grep "^hint: do that" err &&
	test_grep "PL/pgSQL function inline_code_block line 1 at RAISE" err
'

test_expect_success 'notices are shown with their migration' '
	migration 002_bad "SELECT 1;" <<-\SQL &&
	DO $x$ BEGIN RAISE NOTICE $$look here$$; RAISE WARNING $$and there$$; END $x$;
	SQL
	commit notice && git migrate up --env staging --to 002_bad 2>err &&
	test_grep "notice: 002_bad: look here" err && test_grep "warning: 002_bad: and there" err
'

test_expect_success 'transaction control is refused with its place, before anything ran' '
	for word in BEGIN COMMIT ROLLBACK "START TRANSACTION" ABORT END "PREPARE TRANSACTION $(printf "\047a\047")"; do
		printf "SELECT 1;\n  %s;\n" "$word" >db/migrations/003_after.up.sql && commit "$word" &&
		test_expect_code 128 git migrate up --env staging 2>err &&
		test_grep "003_after.up.sql:2:3: .*is not allowed in a migration" err || return 1
	done
'

test_expect_success 'savepoints of a script are its own affair' '
	migration 0021_points "DROP TABLE points;" <<-\SQL &&
	CREATE TABLE points (i int);
	SAVEPOINT "A b"; INSERT INTO points VALUES (1); SAVEPOINT b; INSERT INTO points VALUES (2);
	ROLLBACK TO "A b"; INSERT INTO points VALUES (3); ROLLBACK TO SAVEPOINT "A b"; INSERT INTO points VALUES (4);
	RELEASE "A b"; SAVEPOINT left_open;
	SQL
	git rm -qf "db/migrations/003_*" && commit points && git migrate up --env staging &&
	test_is "$(query "SELECT string_agg(i::text, \$\$ \$\$) FROM points")" 4 &&
	git migrate verify --env staging >out && test_grep "no problem" out
'

test_expect_success 'nobody goes back to the savepoint of another, which would undo its record' '
	for words in "ROLLBACK TO x" "RELEASE x" "SAVEPOINT x; RELEASE x; ROLLBACK TO x" \
		"SAVEPOINT a; SAVEPOINT x; ROLLBACK TO a; RELEASE x"; do
		printf "SELECT 1;\n%s;\n" "$words" >db/migrations/003_after.up.sql && commit "$words" &&
		test_expect_code 128 git migrate up --env staging 2>err &&
		test_grep "003_after.up.sql:2:.*.x. is no savepoint of this script that is open here" err || return 1
	done &&
	printf "SAVEPOINT x;\nVACUUM;\n" >db/migrations/003_after.up.sql && commit apart &&
	test_expect_code 128 git migrate up --env staging 2>err &&
	test_grep "003_after.up.sql:1:1: .*savepoints need one transaction" err
'

test_expect_success 'the lines by which pg_dump restricts psql are no meta-commands that matter' '
	printf "\\\\restrict aB3\n\nCREATE TABLE dumped (i int);\n\\\\unrestrict aB3\n" >db/migrations/0022_dumped.up.sql &&
	git rm -qf "db/migrations/003_*" && commit dumped && git migrate up --env staging && query "SELECT * FROM dumped" &&
	printf "SELECT 1 \\\\restrict x\n;" >db/migrations/003_after.up.sql && commit inside &&
	test_expect_code 128 git migrate up --env staging 2>err && test_grep "psql meta-commands are not SQL" err
'

test_expect_success 'psql meta-commands are refused with their place' '
	printf "SELECT 1;\n\\\\i other.sql\n" >db/migrations/003_after.up.sql && commit meta &&
	test_expect_code 128 git migrate up --env staging 2>err &&
	test_grep "003_after.up.sql:2:1: .*psql meta-commands are not SQL" err
'

test_expect_success 'what one script sets does not reach the next' '
	cat >db/migrations/003_after.up.sql <<-\SQL &&
	SET search_path = pg_catalog;
	SET statement_timeout = 12345;
	CREATE ROLE migrate_test_role;
	SET ROLE migrate_test_role;
	SELECT set_config($$lock_timeout$$, $$7s$$, false);
	RESET ROLE;
	SQL
	migration 004_clean "SELECT 1;" <<-\SQL &&
	CREATE TABLE seen AS SELECT current_setting($$search_path$$) AS path, current_setting($$lock_timeout$$) AS lock,
		current_setting($$statement_timeout$$) AS statement, current_user::text AS who;
	DROP ROLE migrate_test_role;
	SQL
	commit leak && git migrate up --env staging &&
	test_is "$(query "SELECT path, lock, statement, who = session_user FROM seen")" "\"\$user\", public|5s|0|t"
'

test_expect_success 'lock_timeout holds by default, and a directive changes it' '
	migration 005_locked "SELECT 1;" <<-\SQL &&
	-- migrate: lock-timeout 50ms
	ALTER TABLE t ADD COLUMN x int;
	SQL
	commit locked &&
	mkfifo hold && { "$psql" -Xq "$TEST_DB" <hold >/dev/null 2>&1 & } && exec 9>hold &&
	echo "BEGIN; LOCK TABLE t; \! touch locked" >&9 && wait_for "the lock" 30 test -e locked &&
	test_expect_code 3 git migrate up --env staging 2>err && exec 9>&- && wait &&
	test_grep "canceling statement due to lock timeout" err &&
	git migrate up --env staging && rm -f hold locked
'

test_expect_success 'a migration that takes longer than it may is cancelled and rolled back' '
	migration 006_slow "SELECT 1;" <<-\SQL &&
	-- migrate: timeout 100ms
	CREATE TABLE slow (id int);
	SELECT pg_sleep(600);
	SQL
	commit slow &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "006_slow.up.sql:3:1: .*timed out" err &&
	test_is "$(query "SELECT to_regclass(\$\$slow\$\$) IS NULL")" t
'

sleeping() {
	test "$(query "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%'
		AND pid <> pg_backend_pid() AND datname = current_database()")" = 1
}

test_expect_success 'Ctrl-C cancels the statement, rolls back, records the outcome, frees the lock' '
	sed -i "/timeout/d" db/migrations/006_slow.up.sql && commit slower &&
	{ git-migrate up --env staging 2>err & } && pid=$! &&
	wait_for "the statement" 30 sleeping &&
	kill -INT $pid && test_expect_code 3 wait $pid &&
	test_grep "interrupted" err &&
	test_is "$(query "SELECT to_regclass(\$\$slow\$\$) IS NULL")" t &&
	git migrate log --env staging >out && test_grep "up interrupted" out &&
	git migrate verify --env staging --full &&
	git rm -qf db/migrations/006_slow.up.sql db/migrations/006_slow.down.sql && commit gone && git migrate up --env staging
'

test_expect_success 'a migration without a down script, and an irreversible one, say so before anything is undone' '
	migration 007_none <<-\SQL &&
	CREATE TABLE none (id int);
	SQL
	commit none && git migrate up --env staging &&
	test_expect_code 4 git migrate down --env staging 2>err && test_grep "migration .007_none. has no down script" err &&
	migration 008_irr <<-\SQL &&
	-- migrate: irreversible data was thrown away
	SELECT 1;
	SQL
	commit irr && git migrate up --env staging &&
	test_expect_code 4 git migrate down --env staging 2>err &&
	test_grep "migration .008_irr. is irreversible: data was thrown away" err
'

test_expect_success 'a repeatable migration runs again when its text changes' '
	mkdir -p db/migrations/rep && echo "CREATE OR REPLACE VIEW r AS SELECT 1 AS one;" >db/migrations/rep/R__view.sql &&
	commit rep && git migrate up --env staging && git migrate up --env staging >out && test_grep "nothing to do" out &&
	echo "CREATE OR REPLACE VIEW r AS SELECT 2 AS one;" >db/migrations/rep/R__view.sql && commit rep2 &&
	git migrate up --env staging && test_is "$(query "SELECT one FROM r")" 2 && git migrate verify --env staging --full
'

test_done
