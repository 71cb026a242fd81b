#!/bin/sh
# Adopting a database that another tool, or nobody, has kept: proven on the scratch server, then recorded, never run.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo adopt
git checkout -q -b main
environment staging 'sign: false'
STAGING=$TEST_DB
for i in 1 2 3; do
	migration "00$i"_t$i "DROP TABLE t$i;" <<-SQL
		CREATE TABLE t$i (id int PRIMARY KEY);
	SQL
done
commit first

# fresh SQL: staging is a database with just this.
fresh() {
	"$psql" -Xqc "DROP DATABASE \"$STAGING\" WITH (FORCE)" -c "CREATE DATABASE \"$STAGING\"" postgres &&
	query "$1" >/dev/null &&
		git for-each-ref --format='delete %(refname)' refs/notes refs/migrate | git update-ref --stdin &&
		rm -rf .git/git-migrate/notes .git/git-migrate/verified
}
two='CREATE TABLE t1 (id int PRIMARY KEY); CREATE TABLE t2 (id int PRIMARY KEY);'
adopted() {
	query "SELECT string_agg(id, ' ' ORDER BY position) FROM git_migrate.applied"
}

test_expect_success 'a schema that the migrations do not give is refused, object by object, and nothing is made' '
	fresh "$two CREATE VIEW spare AS SELECT 1 AS a" && test_expect_code 4 git migrate baseline --env staging 2>err &&
	test_grep "is not what these 3 migrations give: 2 objects differ" err &&
	test_grep "missing  public/table/t3.sql" err && test_grep "extra    public/view/spare.sql" err &&
	test_grep "accept-drift REASON" err && test_is "$(query "SELECT to_regnamespace(\$\$git_migrate\$\$) IS NULL")" t
'

# untouched: nothing was made there, and the other tool may go on.
untouched() {
	test_is "$(query "SELECT to_regnamespace(\$\$git_migrate\$\$) IS NULL AND to_regclass(\$\$t3\$\$) IS NULL")" t
}

test_expect_success 'up runs over no database that nobody has adopted, and every preview says so' '
	fresh "$two CREATE TYPE kind AS ENUM (\$\$a\$\$); CREATE VIEW v AS SELECT 1 AS a" &&
	test_expect_code 4 git migrate up --env staging 2>err &&
	test_grep "the database of environment .staging. has 4 objects, and git migrate has no record of them" err &&
	test_grep "^  table public.t1" err && test_grep "^  ... and 1 more" err &&
	test_grep "^hint: .*git migrate baseline --env staging" err && test_grep "up --env staging --allow-existing" err &&
	untouched && test_expect_code 4 git migrate up --env staging --dry-run 2>err && test_grep "has 4 objects" err &&
	git migrate status --env staging >out &&
	test_grep "ledger    none yet, and the database has 4 objects (table public.t1, ...)" out &&
	test_expect_code 1 git migrate status --env staging --exit-code &&
	test_expect_code 4 git migrate down --env staging 2>err && test_grep "has 4 objects" err && untouched
'

test_expect_success 'nor over one that another tool keeps' '
	fresh "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)" &&
	test_expect_code 4 git migrate up --env staging 2>err &&
	test_grep "was kept by dbmate or Rails, whose ledger is there, and git migrate has no record" err && untouched
'

test_expect_success 'what an extension brings is nobody'"'"'s object; and who knows better says so' '
	fresh "CREATE EXTENSION pgcrypto" &&
	test_is "$(query "SELECT count(*) > 0 FROM pg_proc WHERE proname = \$\$crypt\$\$")" t &&
	git migrate up --env staging --to 001_t1 && fresh "CREATE TABLE other (id int)" &&
	test_expect_code 4 git migrate up --env staging 2>err &&
	git migrate up --env staging --allow-existing --dry-run &&
	git migrate up --env staging --allow-existing >out && test_grep "3 migrations applied" out &&
	git migrate down --env staging --to 001_t1 >out && git migrate up --env staging >out &&
	test_grep "2 migrations applied" out
'

test_expect_success 'through the migration that it has: recorded, and up does the rest' '
	fresh "$two" && git migrate baseline --env staging --through 002_t2 >out &&
	test_grep "staging: adopted with 2 migrations, record 1; 0 objects differ" out &&
	test_is "$(adopted)" "001_t1 002_t2" && git migrate up --env staging >out && test_grep "1 migration applied" out &&
	git migrate verify --env staging --full >out && test_grep "no problem" out &&
	git migrate log --env staging >out && test_grep "baseline" out && git migrate diff --env staging >out &&
	test_grep "no difference" out
'

test_expect_success 'the same as JSON' '
	fresh "$two" && git migrate baseline --env staging --through 002_t2 --format=json >out &&
	test_grep "\"format\": \"git-migrate/baseline\"" out && test_grep "\"recorded\": 2," out &&
	test_grep "\"tool\": null," out && test_grep "\"differences\": 0," out && test_grep "\"record\": 1$" out &&
	git migrate up --env staging
'

test_expect_success 'what was adopted can be undone, and is not adopted twice' '
	git migrate down --env staging --to 001_t1 >out && test_grep "2 migrations undone" out &&
	test_expect_code 4 git migrate baseline --env staging 2>err && test_grep "has 5 records already" err
'

test_expect_success 'a difference is accepted with a reason, which stands in the record' '
	fresh "$two CREATE VIEW spare AS SELECT 1 AS a" &&
	test_expect_code 129 git migrate baseline --env staging --accept-drift "" 2>err &&
	git migrate baseline --env staging --through 002_t2 --accept-drift "the view is legacy" >out &&
	test_grep "1 objects differ" out && git migrate show 1 --env staging >out && test_grep "the view is legacy" out
'

# from TOOL SQL: with that ledger two of the three migrations are adopted.
from() {
	fresh "$two $2" && git migrate baseline --env staging >out &&
	test_grep "adopted with 2 migrations that are in the ledger of $1" out && test_is "$(adopted)" "001_t1 002_t2"
}

test_expect_success 'dbmate and Rails' '
	from "dbmate or Rails" "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES (\$\$001\$\$), (\$\$002\$\$)"
'

test_expect_success 'golang-migrate, which keeps the last one only' '
	from golang-migrate "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean); INSERT INTO schema_migrations VALUES (2, false)"
'

test_expect_success 'Flyway, failed rows aside' '
	from Flyway "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), success boolean); INSERT INTO flyway_schema_history VALUES (1, 1, true), (2, 2, true), (3, 3, false), (4, NULL, true)"
'

test_expect_success 'goose, of which the last word counts' '
	from goose "CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint, is_applied boolean); INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (3, true), (3, false)"
'

test_expect_success 'sqlx, Diesel, node-pg-migrate' '
	from sqlx "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, success boolean); INSERT INTO _sqlx_migrations VALUES (1, true), (2, true)" &&
	from Diesel "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY); INSERT INTO __diesel_schema_migrations VALUES (\$\$001\$\$), (\$\$002\$\$)" &&
	from node-pg-migrate "CREATE TABLE pgmigrations (id serial PRIMARY KEY, name text); INSERT INTO pgmigrations (name) VALUES (\$\$001_t1\$\$), (\$\$002_t2\$\$)"
'

test_expect_success 'Alembic, which keeps the newest revision only, whatever its name' '
	git checkout -q -b alembic &&
	for i in 1 2 3; do git mv db/migrations/00${i}_t$i.up.sql db/migrations/00${i}_$((i * 975))ea83b_t$i.up.sql &&
	git mv db/migrations/00${i}_t$i.down.sql db/migrations/00${i}_$((i * 975))ea83b_t$i.down.sql || return 1; done &&
	commit alembic &&
	fresh "$two CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES (\$\$1950ea83b\$\$)" &&
	git migrate baseline --env staging >out &&
	test_grep "adopted with 2 migrations that are in the ledger of Alembic" out &&
	test_is "$(adopted)" "001_975ea83b_t1 002_1950ea83b_t2" &&
	fresh "$two CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES (\$\$0000ea83b\$\$)" &&
	test_expect_code 4 git migrate baseline --env staging 2>err &&
	test_grep "the ledger of Alembic names .0000ea83b., and the commit has no such migration" err && git checkout -q main
'

test_expect_success 'the tool can be named: two ledgers in one database, and one that is not there' '
	fresh "$two CREATE TABLE pgmigrations (id serial PRIMARY KEY, name text); INSERT INTO pgmigrations (name) VALUES (\$\$001_t1\$\$), (\$\$002_t2\$\$); CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES (\$\$777\$\$)" &&
	test_expect_code 4 git migrate baseline --env staging 2>err && test_grep "names .777." err &&
	test_expect_code 4 git migrate baseline --env staging --from flyway 2>err &&
	test_grep "the database of .staging. has no ledger of .flyway." err &&
	test_expect_code 129 git migrate baseline --env staging --from nothing 2>err &&
	test_expect_code 129 git migrate baseline --env staging --from rails --through 001_t1 2>err &&
	test_grep "only one of" err &&
	git migrate baseline --env staging --from node-pg-migrate >out &&
	test_grep "adopted with 2 migrations that are in the ledger of node-pg-migrate" out
'

test_expect_success 'ignore rules of the project hold' '
	git checkout -q -b ignoring &&
	printf "ignore:\n  - {kind: view, name: public.spare, reason: reports}\n" >migrate.yaml && commit ignoring &&
	fresh "$two CREATE TABLE t3 (id int PRIMARY KEY); CREATE VIEW spare AS SELECT 1 AS a" &&
	git migrate baseline --env staging >out && test_grep "0 objects differ" out &&
	test_grep "^ignored: 1 of view public.spare (reports)" out && git checkout -q main
'

test_expect_success 'a change by hand becomes a migration: derived, proven, recorded where it is, run elsewhere' '
	fresh "" && git migrate up --env staging >/dev/null &&
	query "ALTER TABLE t1 ADD COLUMN note text NOT NULL DEFAULT \$\$-\$\$; CREATE INDEX t1_note ON t1 (note); CREATE FUNCTION noted(t1) RETURNS text LANGUAGE sql AS \$\$SELECT \$1.note\$\$; DROP TABLE t3" >/dev/null &&
	test_expect_code 1 git migrate diff --env staging --adopt >db/migrations/004_adopted.up.sql &&
	cp db/migrations/004_adopted.up.sql out && test_grep "^-- 3 changes in .staging. since record 2" out &&
	test_grep "^-- proven: after the applied migrations this gives the live schema" out &&
	test_grep "^ALTER TABLE public.t1 ADD COLUMN note text" out && test_grep "^DROP TABLE public.t3;" out &&
	git checkout -q -b adopting && commit adopt &&
	git migrate baseline --env staging --at adopting --through 004_adopted >out &&
	test_grep "staging: adopted with 1 migration, record 3; 0 objects differ" out &&
	git migrate up --env staging --at adopting >out && test_grep "nothing to do" out &&
	git migrate diff --env staging >out && test_grep "no difference" out &&
	git migrate up --env local >out && git migrate schema --env local --tree >one &&
	git migrate schema --env staging --tree >two && test_cmp one two && git migrate verify --env staging --full >out &&
	test_grep "no problem" out
'

test_expect_success 'what the database has not is not recorded beside other records, whatever the reason' '
	migration 005_more "DROP TABLE more;" <<-\SQL &&
	CREATE TABLE more (id int);
	SQL
	commit more && test_expect_code 4 git migrate baseline --env staging --at adopting --through 005_more 2>err &&
	test_grep "missing  public/table/more.sql" err &&
	test_expect_code 4 git migrate baseline --env staging --at adopting --through 005_more --accept-drift x 2>err &&
	test_grep "a difference can only be accepted the first time" err
'

test_expect_success 'a script that is not all says so: what a person must do, and what would still differ' '
	query "ALTER TABLE t2 ADD COLUMN g int GENERATED ALWAYS AS (id * 2) STORED; ALTER TABLE t2 ADD CHECK (id > 0)" >/dev/null &&
	test_expect_code 1 git migrate diff --env staging --adopt >out && test_grep "^-- proven" out &&
	query "ALTER TABLE t2 ALTER COLUMN g DROP EXPRESSION" >/dev/null &&
	git migrate up --env staging --at adopting >/dev/null &&
	query "ALTER TABLE t2 DROP COLUMN g; ALTER TABLE t2 ADD COLUMN g int GENERATED ALWAYS AS (id * 3) STORED" >/dev/null &&
	test_expect_code 1 git migrate diff --env staging --adopt >out &&
	test_grep "^-- not proven: changed  public/table/t2.sql" out &&
	test_grep "^-- by hand (nothing derives it): CREATE TABLE public.t2" out &&
	test_expect_code 1 git migrate diff --env staging --adopt --format=json >out && test_grep "\"not_proven\": \[$" out &&
	test_expect_code 129 git migrate diff --adopt staging staging 2>err && git checkout -q main
'

test_expect_success 'a version that the commit does not have is refused' '
	fresh "$two CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES (\$\$001\$\$), (\$\$777\$\$)" &&
	test_expect_code 4 git migrate baseline --env staging 2>err &&
	test_grep "names .777., and the commit has no such migration" err
'

test_done
