#!/bin/sh
# Old migrations replaced by one that is proven to give the same; databases that have the old ones are covered.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo squash
git checkout -q -b main
environment old 'sign: false'
OLD=$TEST_DB
environment new 'sign: false'
NEW=$TEST_DB
environment part 'sign: false'
PART=$TEST_DB
for i in 1 2 3; do
	migration "00$i"_t$i "DROP TABLE t$i;" <<-SQL
		CREATE TABLE t$i (id int PRIMARY KEY, name text DEFAULT 'a;b');
		INSERT INTO t$i VALUES ($i), (0);
		ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
	SQL
done
commit first
git tag v1
git migrate up --env old >/dev/null
git migrate up --env part --to 002_t2 >/dev/null
migration 004_later "ALTER TABLE t3 DROP COLUMN later;" <<'SQL'
-- migrate: requires 003_t3
ALTER TABLE t3 ADD COLUMN later int;
SQL
commit later
applied() {
	"$psql" -XAtqc "SELECT string_agg(id, ' ' ORDER BY position) FROM git_migrate.applied" "$1"
}

test_expect_success 'a dry run proves, and writes nothing' '
	git migrate squash --through v1 --dry-run >out &&
	test_grep "^db/migrations/003_baseline.up.sql stands for 3 migrations up to $(git rev-parse --short=7 v1)" out &&
	test_grep "same schema (tree [0-9a-f]*), rows and privileges" out &&
	test_grep "6 files would be removed" out && test_is "$(git status --porcelain)" "" &&
	git migrate squash --through v1 --dry-run --format=json >out && test_grep "\"replaced\": 3" out &&
	test_grep "\"written\": false" out
'

test_expect_success 'the old files leave, one comes that names them; nothing is committed' '
	before=$(git rev-parse HEAD:db/migrations/001_t1.up.sql) && tree=$(git migrate schema --commit v1 --tree) &&
	git migrate squash --through v1 >out && test_grep "6 files removed and staged with it" out &&
	test "$(git status --porcelain | grep -c "^[DR] ")" -ge 5 &&
	test_is "$(cd db/migrations && echo *)" "003_baseline.up.sql 004_later.down.sql 004_later.up.sql" &&
	test_grep "^-- migrate: replaces 001_t1 $before" db/migrations/003_baseline.up.sql &&
	test_grep "tree $tree" db/migrations/003_baseline.up.sql &&
	test_grep "^ALTER DEFAULT PRIVILEGES GRANT" db/migrations/003_baseline.up.sql &&
	test_grep -v "restrict\|FOR ROLE\|_timeout" db/migrations/003_baseline.up.sql && commit squash &&
	git migrate schema --commit HEAD --tree >actual && git migrate schema --commit HEAD~1 --tree >expected &&
	test_cmp expected actual && test_expect_code 1 git migrate check >out &&
	test_grep "2 migrations applied from nothing" out && test_grep "^  db/migrations/003_baseline.up.sql" out &&
	test_grep "it replaces 3 migrations, of which .part. has 2: .003_t3. is not applied" out && test_grep "1 finding$" out
'

test_expect_success 'a database that has them is covered: only what is new runs' '
	git migrate status --env old >out && test_grep "^  applied   1 of 2 in this commit" out &&
	test_grep "^  covered   003_baseline, by 3 applied migrations" out && test_grep "pending   1 migration$" out &&
	test_grep -v removed out &&
	git migrate up --env old >out && test_grep "1 migration applied" out &&
	test_is "$(applied "$OLD")" "001_t1 002_t2 003_t3 004_later" && git migrate verify --env old --full >out &&
	test_grep "no problem" out &&
	git migrate status --env old --format=json >out && test_grep "\"replaced\": 3" out
'

test_expect_success 'a new database runs the baseline, before what landed earlier' '
	git migrate up --env new >out && test_is "$(applied "$NEW")" "003_baseline 004_later" &&
	test_is "$("$psql" -XAtqc "SELECT sum(id) FROM t2" "$NEW")" 2 && git migrate diff old new >out &&
	test_grep "no difference" out && git migrate schema --env old --access >one &&
	git migrate schema --env new --access >two && test_cmp one two
'

test_expect_success 'a database with a part of them is told to finish first' '
	test_expect_code 4 git migrate up --env part 2>err &&
	test_grep "003_baseline.up.sql: .part. has 2 of the 3 migrations that .003_baseline. replaces: .003_t3. is not applied, or was with another text" err &&
	test_grep "git migrate up --env part --at COMMIT" err &&
	test_expect_code 4 git migrate status --env part >out 2>&1 && test_grep "has 2 of the 3" out &&
	git migrate up --env part --at v1 >out && test_grep "1 migration applied" out && git migrate up --env part >out &&
	test_is "$(applied "$PART")" "001_t1 002_t2 003_t3 004_later"
'

test_expect_success 'an older commit on a database that ran the baseline: nothing runs twice' '
	git migrate up --env new --at v1 >out && test_grep "nothing to do" out && git migrate up --env new --at HEAD~1 >out &&
	test_grep "nothing to do" out && git migrate status --env new --at HEAD~1 >out && test_grep -v "removed" out &&
	test_grep "applied   4 of 4 in this commit" out &&
	test_grep "covered   001_t1, 002_t2, 003_t3, by 1 applied migration" out &&
	test_is "$(applied "$NEW")" "003_baseline 004_later"
'

test_expect_success 'a migration may still require one that was replaced' '
	migration 005_needs "SELECT 1;" <<-\SQL &&
	-- migrate: requires 002_t2
	SELECT 1;
	SQL
	commit needs && git migrate up --env new >out && test_grep "1 migration applied" out &&
	git migrate up --env old >/dev/null && git migrate up --env part >/dev/null && git migrate check >out &&
	test_grep "^ok      ledgers    3 migrations against what is applied in 3 environments" out
'

test_expect_success 'a squash of a squash covers both kinds of database' '
	git tag v2 && git migrate squash --through v2 --name again >out &&
	test_grep "005_again.up.sql stands for 3 migrations" out &&
	test_grep "^-- migrate: replaces 001_t1 [0-9a-f]* via 003_baseline" db/migrations/005_again.up.sql &&
	commit "squash again" &&
	for each in old new part; do git migrate up --env $each >out && test_grep "nothing to do" out &&
	git migrate status --env $each >out && test_grep "covered   005_again" out &&
	test_grep -v "removed" out || return 1; done &&
	git migrate up --env local >out && test_grep "1 migration applied" out && git migrate schema --env local --tree >one &&
	git migrate schema --env old --tree >two && test_cmp one two
'

test_expect_success 'what was renamed before is known by its content' '
	test_repo renamed && git checkout -q -b main && environment staging "sign: false" &&
	migration 001_old "DROP TABLE a;" <<-\SQL &&
	CREATE TABLE a (id int);
	SQL
	migration 002_b "DROP TABLE b;" <<-\SQL2 &&
	CREATE TABLE b (id int);
	SQL2
	commit first && git migrate up --env staging >/dev/null &&
	git mv db/migrations/001_old.up.sql db/migrations/001_new.up.sql &&
	git mv db/migrations/001_old.down.sql db/migrations/001_new.down.sql && commit renamed &&
	git migrate squash --through HEAD >/dev/null && commit squash && git migrate up --env staging >out &&
	test_grep "nothing to do" out && git migrate status --env staging >out && test_grep "covered   002_baseline" out &&
	test_grep -v "removed" out
'

test_expect_success 'the other layouts; repeatable migrations stay' '
	test_repo flyway && git checkout -q -b main && mkdir -p db/migrations &&
	echo "CREATE TABLE a (id int);" >db/migrations/V1__a.sql && echo "CREATE TABLE b (id int);" >db/migrations/V2__b.sql &&
	echo "CREATE OR REPLACE VIEW v AS SELECT id FROM b;" >db/migrations/R__v.sql && commit flyway &&
	git migrate squash --through HEAD >/dev/null && test_is "$(cd db/migrations && echo *)" "R__v.sql V2__baseline.sql" &&
	commit squash && git migrate up >out && test_grep "2 migrations applied" out &&
	test_repo folders && git checkout -q -b main && mkdir -p db/migrations/1_a &&
	echo "CREATE TABLE a (id int);" >db/migrations/1_a/up.sql && commit folders &&
	git migrate squash --through HEAD --name begin >/dev/null && commit squash &&
	test_is "$(git ls-files)" db/migrations/1_begin/up.sql && git migrate up >/dev/null &&
	test_repo single && git checkout -q -b main && mkdir -p db/migrations &&
	printf -- "-- migrate:up\nCREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;\n" >db/migrations/20240101_a.sql &&
	commit single && git migrate squash --through HEAD >/dev/null && commit squash &&
	test_is "$(git ls-files)" db/migrations/20240101_baseline.sql && git migrate up >out &&
	test_grep "1 migration applied" out
'

test_expect_success 'a folder that was moved since: the migrations are the same, under the new path' '
	test_repo moved && git checkout -q -b main && migration 001_a "DROP TABLE a;" <<-\SQL &&
	CREATE TABLE a (id int);
	SQL
	commit first && git tag v1 && git mv db/migrations sql && echo "migrations: sql" >migrate.yaml && commit moved &&
	git migrate squash --through v1 >out && test_grep "^sql/001_baseline.up.sql stands for 1 migration" out &&
	test_is "$(ls sql)" 001_baseline.up.sql && commit squash && git migrate up >out && test_grep "1 migration applied" out
'

test_expect_success 'what cannot be squashed is refused, and nothing is written' '
	test_repo refused && git checkout -q -b main && migration 001_a "DROP TABLE a;" <<-\SQL &&
	CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a);
	SQL
	commit first && git tag v1 && git checkout -q -b side &&
	commit side && git checkout -q main && test_expect_code 129 git migrate squash 2>err &&
	test_grep "through COMMIT. is needed" err && test_expect_code 129 git migrate squash --through v1 --name a/b 2>err &&
	test_expect_code 4 git migrate squash --through side 2>err && test_grep ".side. is not in the history of HEAD" err &&
	echo "-- spare" >>db/migrations/001_a.up.sql && test_expect_code 4 git migrate squash --through v1 2>err &&
	test_grep "changed and not committed" err && test_grep "db/migrations/001_a.up.sql" err && commit edited &&
	test_expect_code 4 git migrate squash --through v1 2>err &&
	test_grep "migration .001_a. is not the same in HEAD as in .v1." err && test_grep "name a later commit" err &&
	echo "ALTER TABLE a DISABLE TRIGGER ALL;" >>db/migrations/001_a.up.sql && commit trigger &&
	test_expect_code 4 git migrate squash --through HEAD 2>err &&
	test_grep "the baseline does not give what the migrations give: objects differ" err &&
	test_grep "public/table/a.sql" err &&
	echo "CREATE ROLE app;" >>db/migrations/001_a.up.sql && commit role &&
	test_expect_code 4 git migrate squash --through HEAD 2>err && test_grep "make roles (app)" err &&
	test_is "$(git status --porcelain)" "" && git clone -q --bare . ../bare.git &&
	test_expect_code 128 git -C ../bare.git migrate squash --through HEAD 2>err && test_grep "bare repository" err
'

test_done
