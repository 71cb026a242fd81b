#!/bin/sh
# The whole way of a commit's migrations on a scratch database: up, verify, sample data, down, up again.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo walk
git checkout -q -b main
migration 001_users 'DROP TABLE users;' <<'SQL'
CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);
SQL
migration 002_note 'ALTER TABLE users DROP COLUMN note;' <<'SQL'
ALTER TABLE users ADD COLUMN note text;
SQL
echo "SELECT count(*) = 3 FROM information_schema.columns WHERE table_name = 'users';" >db/migrations/002_note.verify.sql
mkdir -p db/seeds/local
echo "INSERT INTO users VALUES (1, 'one', NULL);" >db/seeds/local/users.sql
commit first

test_expect_success 'there, back and there again: each part with counts' '
	git migrate test >out &&
	test_grep "^ok      up         2 migrations applied from nothing, 1 verify script passed" out &&
	test_grep "^ok      seeds      1 of environment .local." out &&
	test_grep "^ok      down       2 of 2 migrations undone, newest first$" out &&
	test_grep "^ok      again      2 migrations applied again" out && test_grep ": 0 findings" out
'

test_expect_success 'it leaves nothing behind, and -q says nothing' '
	git migrate test -q >out && test ! -s out &&
	test_is "$(scratch_query "SELECT count(*) FROM pg_database WHERE NOT datistemplate")" 1 &&
	test_is "$(git for-each-ref refs/notes refs/migrate)" ""
'

test_expect_success 'a verify script that is not true is found by test and by check' '
	echo "SELECT count(*) = 9 FROM users;" >db/migrations/002_note.verify.sql && commit untrue &&
	test_expect_code 1 git migrate test >out &&
	test_grep "^failed  up         2 migrations, of which one cannot be applied" out &&
	test_grep "^  db/migrations/002_note.verify.sql" out &&
	test_grep "line 1: verification failed: row 1 is not true" out && test_grep -v "^ok      down" out &&
	test_expect_code 1 git migrate check >out && test_grep "002_note.verify.sql" out &&
	git revert --no-edit HEAD >/dev/null
'

test_expect_success 'the verify script of one that cannot run in a transaction, too' '
	git checkout -q -b concurrently && migration 003_index "DROP INDEX CONCURRENTLY users_note;" <<-\SQL &&
	CREATE INDEX CONCURRENTLY users_note ON users (note);
	SQL
	echo "SELECT false;" >db/migrations/003_index.verify.sql && commit index && test_expect_code 1 git migrate test >out &&
	test_grep "db/migrations/003_index.verify.sql" out && git checkout -q main
'

test_expect_success 'sample data that does not load: file and line; another environment has none' '
	printf "\nINSERT INTO nowhere VALUES (1);\n" >db/seeds/local/users.sql && commit seeds &&
	test_expect_code 1 git migrate test --format=github >out &&
	test_grep "^::error file=db/seeds/local/users.sql,line=2,title=git migrate test::" out &&
	environment staging "sign: false" && commit staging && git migrate test --env staging >out &&
	test_grep "^skipped seeds      there are none below db/seeds/staging" out &&
	test_expect_code 128 git migrate test --env nowhere 2>err && test_grep "nowhere" err
'

test_expect_success 'a down script that fails only when there is data' '
	git revert --no-edit HEAD~1 >/dev/null &&
	migration 003_drop "ALTER TABLE users ADD COLUMN name text NOT NULL;" <<-\SQL &&
	ALTER TABLE users DROP COLUMN name;
	SQL
	commit data && git migrate test --env staging >out && test_grep "^ok      down       3 of 3" out &&
	echo "INSERT INTO users VALUES (1, NULL);" >db/seeds/local/users.sql && commit "rows" &&
	test_expect_code 1 git migrate test >out && test_grep "^failed  down       0 of 3 migrations undone" out &&
	test_grep "^  db/migrations/003_drop.down.sql" out && test_grep "contains null values" out && test_grep -v again out
'

test_expect_success 'a change that its own way back does not survive: the second time gives another schema' '
	git revert --no-edit HEAD HEAD~1 >/dev/null && migration 003_once "DROP FUNCTION f();" <<-\SQL &&
	DO $do$ BEGIN EXECUTE format($o$CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $b$ SELECT text $x$%s$x$ $b$ $o$, pg_current_xact_id()); END $do$;
	SQL
	commit once && test_expect_code 1 git migrate test --format=tap >out &&
	test_grep "^not ok 4 - again: 3 migrations applied again" out &&
	test_grep "the schema is not what it was the first time: public/function/f().sql" out
'

test_expect_success 'the walk back ends at a migration without a way back, which is named; repeatables are left out' '
	git checkout -q --orphan flyway && git rm -rqf . && mkdir -p db/migrations &&
	echo "CREATE TABLE a (id int);" >db/migrations/V1__a.sql && echo "CREATE TABLE b (id int);" >db/migrations/V2__b.sql &&
	echo "DROP TABLE b;" >db/migrations/U2__b.sql &&
	echo "CREATE OR REPLACE VIEW v AS SELECT id FROM b;" >db/migrations/R__v.sql && commit flyway &&
	git migrate test >out && test_grep "^ok      up         2 migrations applied" out &&
	test_grep "1 of 2 migrations undone, newest first: V1__a has no down script" out &&
	test_grep "1 migration applied again" out
'

test_done
