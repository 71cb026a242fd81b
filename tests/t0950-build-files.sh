#!/bin/sh
# A new database from the schema files: proven against the migrations, which are recorded as applied; all in one transaction.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo build
git checkout -q -b main
environment staging 'sign: false' 'include_dirs: [db/schema/10_tables, db/schema/20_views/]' 'exclude_dirs: [db/schema/10_tables/roles.sql, db/schema/20_views/old]'
STAGING=$TEST_DB
migration 001_users 'DROP TABLE users;' <<'SQL'
CREATE TABLE users (id int PRIMARY KEY, name text);
SQL
migration 002_names 'DROP VIEW names;' <<'SQL'
CREATE VIEW names AS SELECT name FROM users;
SQL
mkdir -p db/schema/10_tables db/schema/20_views/old db/seeds/staging
echo "CREATE TABLE users (id int PRIMARY KEY, name text);" >db/schema/10_tables/users.sql
echo "CREATE ROLE nobody_anywhere;" >db/schema/10_tables/roles.sql
echo "CREATE VIEW old AS SELECT 1 AS a;" >db/schema/20_views/old/old.sql
printf 'SET no_such_setting_of_a_newer_server = off;\nCREATE VIEW names AS SELECT name FROM users;\n' >db/schema/20_views/names.sql
echo "INSERT INTO users VALUES (1, 'one');" >db/seeds/staging/users.sql
commit first

# fresh SQL: staging is a database with just this, and nothing is recorded.
fresh() {
	"$psql" -Xqc "DROP DATABASE \"$STAGING\" WITH (FORCE)" -c "CREATE DATABASE \"$STAGING\"" postgres &&
	query "$1" >/dev/null &&
		git for-each-ref --format='delete %(refname)' refs/notes refs/migrate | git update-ref --stdin &&
		rm -rf .git/git-migrate/notes .git/git-migrate/verified
}

test_expect_success 'folders in their order, less what is excluded; up has nothing to do' '
	git migrate build --env staging --seed >out &&
	test_grep "^staging: built from 2 schema files at $(git rev-parse --short=7 HEAD), 2 migrations recorded as applied, record 1; 0 objects differ" out &&
	test_grep "^staging: 1 seed loaded" out &&
	test_is "$(query "SELECT name FROM names")" one && git migrate up --env staging >out &&
	test_grep "nothing to do" out && git migrate verify --env staging --full >out && test_grep "no problem" out &&
	git migrate diff --env staging >out && test_grep "no difference" out && git migrate show 1 --env staging >out &&
	test_grep "built from schema files" out && test_grep 002_names out
'

test_expect_success 'rows that migrations write are in no schema file: said' '
	fresh "" && git checkout -q -b rows && migration 003_rows "DELETE FROM users;" <<-\SQL &&
	INSERT INTO users VALUES (7);
	SQL
	commit rows && git migrate build --env staging --at rows 2>err >out &&
	test_grep "warning: migrations write rows into users, and schema files hold none" err &&
	test_grep "0 objects differ" out && git checkout -q main && fresh "" && git migrate build --env staging 2>err >out &&
	test_grep -v "write rows" err
'

test_expect_success 'what was built can be undone like what was run' '
	git migrate down --env staging >out && test_grep "1 migration undone" out &&
	test_is "$(query "SELECT to_regclass(\$\$names\$\$)")" ""
'

test_expect_success 'a database with migrations, or with anything else, is refused; nothing is made' '
	test_expect_code 4 git migrate build --env staging 2>err &&
	test_grep "environment .staging. has 1 migrations applied already" err &&
	fresh "CREATE TABLE mine (id int); CREATE TABLE mine_too (id int)" &&
	test_expect_code 4 git migrate build --env staging 2>err &&
	test_grep "is not empty: it has 2 objects" err && test_grep "^  public/table/mine.sql" err &&
	test_grep "hint: git migrate baseline --env staging" err &&
	test_is "$(query "SELECT to_regnamespace(\$\$git_migrate\$\$) IS NULL")" t
'

test_expect_success 'files that are not what the migrations give are refused, object by object, or accepted with a reason' '
	fresh "" && git checkout -q -b lag && echo "CREATE TABLE users (id int PRIMARY KEY);" >db/schema/10_tables/users.sql &&
	echo "CREATE VIEW names AS SELECT id FROM users;" >db/schema/20_views/names.sql && commit lag &&
	test_expect_code 4 git migrate build --env staging --at lag 2>err &&
	test_grep "the schema of these files is not what these 2 migrations give: 2 objects differ" err &&
	test_grep "changed  public/table/users.sql" err && test_grep "git migrate check shows the lines" err &&
	test_is "$(query "SELECT to_regclass(\$\$users\$\$)")" "" &&
	test_expect_code 129 git migrate build --env staging --at lag --accept-drift "" 2>err &&
	git migrate build --env staging --at lag --accept-drift "names come later" >out && test_grep "2 objects differ" out &&
	git migrate show 1 --env staging >out && test_grep "names come later" out && git checkout -q main
'

test_expect_success 'ignore rules take objects out of the proof, counted' '
	fresh "" && git checkout -q -b ignoring &&
	printf "ignore:\n  - {kind: view, name: \"*\", reason: views are reports}\n" >migrate.yaml &&
	echo "CREATE VIEW other AS SELECT 1 AS a;" >db/schema/20_views/names.sql && commit ignoring &&
	git migrate build --env staging --at ignoring >out && test_grep "^ignored: 2 of view \* (views are reports)" out &&
	git checkout -q main
'

test_expect_success 'a file that fails on the real server leaves nothing: file and line' '
	fresh "" && git checkout -q -b fails &&
	printf "\nDO \$d\$ BEGIN IF current_database() LIKE \$\$t_%%\$\$ THEN RAISE EXCEPTION \$\$not here\$\$; END IF; END \$d\$;\n" >>db/schema/20_views/names.sql &&
	commit fails && test_expect_code 3 git migrate build --env staging --at fails 2>err &&
	test_grep "db/schema/20_views/names.sql:4:1: .*not here" err &&
	test_is "$(query "SELECT to_regclass(\$\$users\$\$)")" "" &&
	test_is "$(query "SELECT count(*) FROM git_migrate.record")" 0 && git checkout -q main
'

test_expect_success 'a role that is not there is an error on a real server; so is what cannot be in a transaction' '
	fresh "" && git checkout -q -b grants &&
	echo "GRANT SELECT ON users TO nobody_anywhere;" >>db/schema/20_views/names.sql && commit grants &&
	test_expect_code 3 git migrate build --env staging --at grants 2>err &&
	test_grep "role .nobody_anywhere. does not exist" err &&
	sed -i "s/^GRANT.*/ALTER TABLE users OWNER TO nobody_anywhere;/" db/schema/20_views/names.sql && commit owner &&
	test_expect_code 3 git migrate build --env staging --at grants 2>err &&
	test_grep "role .nobody_anywhere. does not exist" err &&
	echo "CREATE INDEX CONCURRENTLY ON users (name);" >db/schema/20_views/z.sql &&
	git checkout -q main db/schema/20_views/names.sql && commit concurrently &&
	test_expect_code 128 git migrate build --env staging --at grants --accept-drift x 2>err &&
	test_grep "db/schema/20_views/z.sql:1:1: CREATE INDEX CONCURRENTLY cannot be part of a build" err &&
	test_is "$(query "SELECT to_regclass(\$\$users\$\$)")" "" && git checkout -q main
'

test_expect_success 'a folder that is named and not there' '
	git checkout -q -b nofolder && sed -i "s/20_views/30_views/" db/environments/staging.yaml && commit nofolder &&
	test_expect_code 128 git migrate build --env staging --at nofolder 2>err &&
	test_grep "include_dirs of environment .staging. names .db/schema/30_views/.: .* has no .sql file there" err &&
	git checkout -q main
'

test_expect_success 'an embedded database is built anew from empty; another one is not dropped' '
	printf "embedded: true\nmode: follow\nsign: false\nexclude_dirs: [db/schema/10_tables/roles.sql]\n" >db/environments/local.yaml &&
	commit local && git migrate build --env local --accept-drift "old views" --format=json >out &&
	test_grep "\"recorded\": 2" out &&
	git migrate psql -- -XAtqc "INSERT INTO users VALUES (7)" &&
	git migrate build --env local --from-empty --accept-drift "old views" >out &&
	test_grep "built from 3 schema files" out && test_is "$(git migrate psql -- -XAtqc "SELECT count(*) FROM users")" 0 &&
	git migrate log --env local >out && test_grep "rebuilt by git migrate build" out &&
	git migrate verify --env local >out && test_grep "no problem" out &&
	test_expect_code 4 git migrate build --env staging --from-empty 2>err && test_grep "goes only forward" err
'

test_done
