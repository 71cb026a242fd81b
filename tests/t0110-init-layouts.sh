#!/bin/sh
# An existing repository in any layout: git migrate init && git migrate up, with no configuration written by hand.
. "$(dirname "$0")/lib/test-lib.sh"

# layout NAME EXPECTED-IDS: the current repository deploys to the embedded database and back.
layout() {
	commit "$1" && git migrate init >out && git migrate up >out &&
		git migrate psql -- -XAtc "SELECT string_agg(id, ' ' ORDER BY position) FROM git_migrate.applied" >actual &&
		test_is "$(cat actual)" "$2" &&
		test_is "$(git migrate psql -- -XAtc 'SELECT count(*) FROM a, b')" 0
}

test_expect_success 'NAME.up.sql and NAME.down.sql in db/migrations, 9 before 10' '
	test_repo pair && migration 9_a "DROP TABLE a;" <<-\SQL &&
	CREATE TABLE a (id int);
	SQL
	migration 10_b "DROP TABLE b;" <<-\SQL &&
	CREATE TABLE b (id int REFERENCES c);
	SQL
	sed -i "s/ REFERENCES c//" db/migrations/10_b.up.sql && layout pair "9_a 10_b" && git migrate down --steps 2
'

test_expect_success 'V1__x.sql with rollbacks, in migrations/' '
	test_repo flyway && mkdir migrations &&
	echo "CREATE TABLE a (id int);" >migrations/V1__a.sql && echo "DROP TABLE a;" >migrations/V1__rollback_a.sql &&
	echo "CREATE TABLE b (id int);" >migrations/V1.1__b.sql && echo "DROP TABLE b;" >migrations/U1.1__b.sql &&
	echo "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;" >migrations/R__v.sql &&
	layout flyway "V1__a V1.1__b R__v" &&
	test_grep "migrations: migrations" migrate.yaml && test_expect_code 4 git migrate down --steps 1 2>err &&
	test_grep "R__v. has no down script" err
'

test_expect_success 'the file that init wrote takes over once it is committed' '
	commit settings && git config --unset migrate.migrations && git migrate status >out && test_grep "applied   3 of 3" out
'

test_expect_success 'NAME/up.sql in folders, with spaces and other letters in names' '
	test_repo folder && mkdir -p "db/migrations/1 users" "db/migrations/2 größe" &&
	echo "CREATE TABLE a (id int);" >"db/migrations/1 users/up.sql" &&
	echo "DROP TABLE a;" >"db/migrations/1 users/down.sql" &&
	echo "CREATE TABLE b (id int);" >"db/migrations/2 größe/up.sql" &&
	echo "DROP TABLE b;" >"db/migrations/2 größe/down.sql" &&
	layout folder "1 users 2 größe" && git migrate down --steps 2
'

test_expect_success 'one file with sections of dbmate, in db/migrate' '
	test_repo dbmate && mkdir -p db/migrate &&
	printf -- "-- migrate:up\nCREATE TABLE a (id int);\n\n-- migrate:down\nDROP TABLE a;\n" >db/migrate/20240101_a.sql &&
	printf -- "-- migrate:up transaction:false\nCREATE TABLE b (id int);\n-- migrate:down\nDROP TABLE b;\n" >db/migrate/20240102_b.sql &&
	layout dbmate "20240101_a 20240102_b" && git migrate down --steps 2
'

test_expect_success 'goose and sql-migrate sections, and plain files; CRLF and a byte order mark' '
	test_repo single && mkdir -p db/migrations &&
	printf -- "-- +goose Up\n-- +goose StatementBegin\n%b" \
		"CREATE TABLE a (id int);\n-- +goose StatementEnd\n-- +goose Down\nDROP TABLE a;\n" >db/migrations/1.sql &&
	printf -- "-- +migrate Up\r\nCREATE TABLE b (id int);\r\n-- +migrate Down\r\nDROP TABLE b;\r\n" >db/migrations/2.sql &&
	printf "\357\273\277CREATE TABLE c (id int);\r\n" >db/migrations/3.sql &&
	layout single "1 2 3"
'

test_expect_success 'two layouts in one folder are refused, with the files' '
	printf "SELECT 1;\n" >db/migrations/4.up.sql && commit mixture &&
	test_expect_code 128 git migrate status 2>err &&
	test_grep "mixes two layouts" err && test_grep "4.up.sql is of the form NAME.up.sql" err
'

test_expect_success 'a migration that is a link or a submodule is refused by name, in a hook, too' '
	test_repo links && migration 001_a "DROP TABLE a;" <<-\SQL &&
	CREATE TABLE a (id int);
	SQL
	ln -s ../../README db/migrations/README.md && commit a && git migrate up && git migrate hooks install >/dev/null &&
	ln -s ../../shared/s.sql db/migrations/002_s.up.sql && test_expect_code 1 commit link 2>err &&
	test_grep ".db/migrations/002_s.up.sql. is a symbolic link, not a script" err &&
	git commit -q --no-verify -m link && test_expect_code 128 git migrate status 2>err &&
	test_grep "002_s.up.sql. is a symbolic" err && git reset -q --hard HEAD~1 &&
	ln -s ../shared db/migrations/more && git add -A && git commit -q --no-verify -m folder &&
	test_expect_code 128 git migrate up 2>err && test_grep ".db/migrations/more. is a symbolic link" err &&
	git reset -q --hard HEAD~1 &&
	git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),db/migrations/sub" &&
	git commit -q --no-verify -m sub && test_expect_code 128 git migrate up 2>err &&
	test_grep ".db/migrations/sub. is a submodule, not a script" err && git reset -q --hard HEAD~1
'

test_expect_success 'the same for the folder itself' '
	git mv db/migrations elsewhere && ln -s ../elsewhere db/migrations &&
	git add -A && git commit -q --no-verify -m linked &&
	test_expect_code 128 git migrate status 2>err && test_grep ".db/migrations. is a symbolic link, not a folder" err &&
	git rm -q --cached db/migrations && rm db/migrations &&
	git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),db/migrations" &&
	git commit -q --no-verify -m module &&
	test_expect_code 128 git migrate up 2>err && test_grep ".db/migrations. is a submodule, not a folder" err
'

test_expect_success 'a folder that nobody would guess; without init, no migrations is an error and no success' '
	test_repo deep && mkdir -p server/store/sql && echo "CREATE TABLE a (id int);" >server/store/sql/000001_a.up.sql &&
	echo "DROP TABLE a;" >server/store/sql/000001_a.down.sql && commit deep &&
	test_expect_code 128 git migrate up 2>err && test_grep "there are no migrations in .db/migrations." err &&
	test_expect_code 128 git migrate status 2>err &&
	git migrate init >out && test_grep "found 1 migration in server/store/sql" out && git migrate up && git migrate down
'

test_expect_success 'a repository with nothing in it: init says what to do, new writes, up deploys' '
	test_repo empty && git migrate init >out && test_grep "git migrate new NAME" out &&
	test_expect_code 128 git migrate status 2>err && test_grep "the current branch has no commit yet" err &&
	SOURCE_DATE_EPOCH=1700000000 git migrate new "Add users!" --verify >out &&
	printf "db/migrations/20231114221320_add_users.%s.sql\n" up down verify >expected && test_cmp expected out &&
	test_expect_code 128 env SOURCE_DATE_EPOCH=1700000000 git migrate new "add users" 2>err &&
	test_grep "exists already" err &&
	echo "CREATE TABLE users (id int);" >>db/migrations/20231114221320_add_users.up.sql &&
	echo "SELECT count(*) = 0 FROM users;" >>db/migrations/20231114221320_add_users.verify.sql &&
	echo "DROP TABLE users;" >>db/migrations/20231114221320_add_users.down.sql &&
	commit users && git migrate up && git migrate down && git migrate up
'

test_expect_success 'new follows the layout that is there' '
	cd ../flyway && git migrate new more >out && test_grep "migrations/V2__more.sql" out &&
	test_grep "V2__rollback_more.sql" out &&
	cd ../dbmate && git migrate new more >out && test_grep "^db/migrate/[0-9]*_more.sql$" out &&
	git migrate new add user bio >out && test_grep "_add_user_bio.sql$" out &&
	test_expect_code 129 git migrate new "!!!" 2>err && test_expect_code 129 git migrate new 2>err
'

test_expect_success 'init --env writes an environment that works' '
	cd ../empty && git migrate init --env staging >out && test_grep "wrote db/environments/staging.yaml" out &&
	git migrate init --env staging >out && test_grep "is there already" out &&
	commit staging && git migrate up --env staging && git migrate status --all >out && test_grep "^staging" out
'

test_expect_success 'init is idempotent' '
	test_is "$(git config --get-all notes.displayRef)" "refs/notes/migrate/*"
'

gone() {
	test_expect_code 1 kill -0 "$1"
}

test_expect_success 'the embedded server comes back after a kill -9, with its data' '
	data=$(git migrate psql -- -XAtc "SHOW data_directory") && kill -9 $(head -1 "$data/postmaster.pid") &&
	wait_for "the end of the server" 30 gone $(head -1 "$data/postmaster.pid") &&
	git migrate status >out && test_grep "applied   1 of 1" out
'

test_expect_success 'completion is made of the table' '
	git migrate completion bash >out && bash -n out && test_grep "status) words=" out
'

test_expect_success 'usage: overview, -h of each command, unknown words' '
	test_expect_code 129 git-migrate && git-migrate -h >out && test_grep "  verify " out &&
	for command in $(sed -n "s/^    \([a-z]*\) .*/\1/p" out); do git-migrate $command -h >usage &&
	test_grep "usage: git migrate $command" usage || return 1; done &&
	test_expect_code 129 git migrate stauts 2>err && test_grep "did you mean .git migrate status.?" err &&
	test_expect_code 129 git migrate up --dry 2>err && test_grep "unknown option .--dry." err &&
	test_expect_code 129 git migrate up --enviroment=x 2>err &&
	test_expect_code 129 git migrate log -n many 2>err && test_grep "needs a whole number" err &&
	test_expect_code 129 git migrate status --format=xml 2>err && test_grep "is one of text, json" err &&
	test_expect_code 129 git migrate show 2>err && test_grep "an argument is missing" err &&
	test_expect_code 129 git migrate up extra 2>err && test_grep "unexpected argument .extra." err &&
	git-migrate --version >out && test_grep "^git-migrate [0-9]" out
'

test_expect_success 'output that cannot be written is an error, not a success' '
	test_expect_code 128 git-migrate status >/dev/full 2>err && test_grep "cannot write the output" err
'

test_done
