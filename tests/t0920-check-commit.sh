#!/bin/sh
# The gate for CI: what a commit says, held against itself and against what is applied, without a database at hand.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo check
git checkout -q -b main
migration 001_users 'DROP TABLE users;' <<'SQL'
CREATE TABLE users (id int PRIMARY KEY, name text);
SQL
migration 002_bio 'ALTER TABLE users DROP COLUMN bio;' <<'SQL'
ALTER TABLE users ADD COLUMN bio text;
SQL
mkdir -p db/schema
echo "CREATE TABLE users (name text, id int4 PRIMARY KEY, bio text);" >db/schema/users.sql
commit first

test_expect_success 'schema files and migrations agree: exit 0, and what was checked' '
	git migrate check >out && test_grep "^skipped ledgers    no state of any environment is here" out &&
	test_grep "^ok      migrations 2 migrations applied from nothing" out &&
	test_grep "^ok      schema     1 schema file against 2 migrations" out && test_grep ": 0 findings" out
'

test_expect_success 'it leaves nothing behind' '
	test_is "$(git for-each-ref refs/notes refs/migrate)" "" &&
	test_is "$(scratch_query "SELECT count(*) FROM pg_database WHERE NOT datistemplate")" 1
'

test_expect_success 'a schema file lags one column behind: the file, the column, the migration' '
	echo "CREATE TABLE users (id int PRIMARY KEY, name text);" >db/schema/users.sql && commit lag &&
	test_expect_code 1 git migrate check >out && test_grep "^  db/schema/users.sql" out &&
	test_grep "public/table/users.sql: schema files (-) and migrations (+) differ" out &&
	test_grep "^    +.bio text," out &&
	test_grep ".bio. comes from db/migrations/002_bio.up.sql" out && test_grep ": 1 finding$" out
'

test_expect_success 'a column that only the schema file has: which migration is missing' '
	git checkout -q -b ahead &&
	echo "CREATE TABLE users (id int PRIMARY KEY, name text, bio text, ahead text);" >db/schema/users.sql &&
	commit ahead && test_expect_code 1 git migrate check >out &&
	test_grep "^      .ahead. is in no migration: write one for it" out && git checkout -q main
'

test_expect_success 'as TAP, for GitHub, as JSON' '
	test_expect_code 1 git migrate check --format=tap >out &&
	test_grep "^not ok 3 - schema: 1 schema file against 2 migrations" out && test_grep "^1..3" out &&
	test_expect_code 1 git migrate check --format=github >out &&
	test_grep "^::error file=db/schema/users.sql,line=1,title=git migrate check::public/table/users.sql: .*%0A" out &&
	test_expect_code 1 git migrate check --format=json >out && test_grep "\"path\": \"db/schema/users.sql\"" out
'

test_expect_success 'objects that only one side has' '
	echo "CREATE TABLE users (id int PRIMARY KEY, name text, bio text); CREATE VIEW only_file AS SELECT 1 AS a;" >db/schema/users.sql &&
	migration 003_view "DROP VIEW only_here;" <<-\SQL &&
	CREATE VIEW only_here AS SELECT 1 AS a;
	SQL
	commit sides &&
	test_expect_code 1 git migrate check >out &&
	test_grep "public/view/only_file.sql: only the schema files have it" out &&
	test_grep "public/view/only_here.sql: only the migrations make it" out &&
	test_grep "^  db/migrations/003_view.up.sql" out
'

test_expect_success 'a migration that does not apply from nothing: file and line' '
	migration 004_bad "SELECT 1;" <<-\SQL &&
	SELECT 1;
	ALTER TABLE nowhere ADD COLUMN x int;
	SQL
	commit bad && test_expect_code 1 git migrate check >out && test_grep "^  db/migrations/004_bad.up.sql" out &&
	test_grep "line 2: .*\"nowhere\" does not exist" out
'

test_expect_success 'a role that only the target has: the finding says what to do' '
	echo "GRANT SELECT ON users TO nobody_s_reader;" >db/migrations/004_bad.up.sql && commit grant &&
	test_expect_code 1 git migrate check >out && test_grep "line 1: role \"nobody_s_reader\" does not exist" out &&
	test_grep "a scratch server has only the roles that the migrations make" out
'

test_expect_success 'a schema file that does not build: file and line' '
	git rm -q db/migrations/004* && printf "\n\nCREATE TABLE broken (id nonsense);\n" >db/schema/users.sql &&
	commit broken && test_expect_code 1 git migrate check >out && test_grep "^  db/schema/users.sql" out &&
	test_grep "line 3: type \"nonsense\" does not exist" out
'

test_expect_success 'what pg_dump -s wrote is checked as it is: restrict lines, owners, unknown settings, a version table' '
	cat >db/schema/users.sql <<-\SQL &&
	\restrict AbC123
	SET statement_timeout = 0;
	SET no_such_setting_of_a_newer_server = off;
	SELECT pg_catalog.set_config($$search_path$$, $$$$, false);
	CREATE TABLE public.schema_migrations (version character varying(128) NOT NULL);
	CREATE TABLE public.users (
	    id integer NOT NULL,
	    name text,
	    bio text
	);
	ALTER TABLE public.users OWNER TO nobody_here;
	CREATE VIEW public.only_here AS
	 SELECT 1 AS a;
	COPY public.schema_migrations (version) FROM stdin;
	001
	\.
	ALTER TABLE ONLY public.users
	    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
	GRANT SELECT ON TABLE public.users TO nobody_here;
	\unrestrict AbC123
	SQL
	commit dump && git migrate check >out && test_grep "^ok      schema" out
'

test_expect_success 'several dumps in one file' '
	git checkout -q -b dumps && migration 003a_second "DROP TABLE second;" <<-\SQL &&
	CREATE TABLE second (id int);
	SQL
	cat >>db/schema/users.sql <<-\DUMP &&
	\restrict XyZ789
	SET statement_timeout = 0;
	SELECT pg_catalog.set_config($$search_path$$, $$$$, false);
	CREATE TABLE public.second (
	    id integer
	);
	\unrestrict XyZ789
	DUMP
	commit dumps && git migrate check >out && test_grep "^ok      schema" out && git checkout -q main
'

test_expect_success 'every way back is walked: a down script that leaves something is found' '
	git migrate check --reversible >out && test_grep "^ok      reversible 3 of 3 migrations undone, newest first" out &&
	migration 005_two "DROP TABLE two;" <<-\SQL &&
	CREATE TABLE two (id int); CREATE SEQUENCE left_over;
	SQL
	commit two && git migrate check --reversible --at HEAD~1 >/dev/null &&
	cat >>db/schema/users.sql <<-\SQL &&
	CREATE TABLE public.two (id int); CREATE SEQUENCE public.left_over;
	SQL
	commit "in the files, too" && test_expect_code 1 git migrate check --reversible >out &&
	test_grep "db/migrations/005_two.down.sql" out &&
	test_grep "it does not bring the schema back: public/sequence/left_over.sql" out
'

test_expect_success 'scripts that cannot run in a transaction are built, too' '
	migration 006_index "DROP INDEX CONCURRENTLY users_bio;" <<-\SQL &&
	CREATE INDEX CONCURRENTLY users_bio ON users (bio);
	SQL
	echo "CREATE INDEX users_bio ON public.users (bio);" >>db/schema/users.sql && commit index && git migrate check >out &&
	test_grep "^ok      schema" out
'

test_expect_success 'roles that scripts make meet nobody else, however often they are made' '
	git checkout -q -b roles && migration 007_role "DROP OWNED BY app_role; DROP ROLE app_role;" <<-\SQL &&
	CREATE ROLE app_role;
	GRANT SELECT ON users TO app_role;
	SQL
	echo "CREATE ROLE app_role; GRANT SELECT ON public.users TO app_role;" >>db/schema/users.sql && commit roles &&
	git migrate up --env local >/dev/null && git migrate check >out && test_grep "^ok      schema" out &&
	git migrate check >/dev/null &&
	test_is "$(scratch_query "SELECT count(*) FROM pg_roles WHERE rolname !~ \$\$^pg_\$\$")" 1 &&
	git migrate down --env local --to 006_index >/dev/null && git checkout -q main
'

test_expect_success 'edits and removals of what is applied anywhere are found' '
	environment staging "sign: false" && commit staging && git migrate up --env staging >/dev/null &&
	migration 002_bio "ALTER TABLE users DROP COLUMN bio;" <<-\SQL &&
	ALTER TABLE users ADD COLUMN bio varchar(5);
	SQL
	git rm -q db/migrations/006* && sed -i "/users_bio/d; s/    bio text/    bio varchar(5)/" db/schema/users.sql &&
	commit edited &&
	test_expect_code 1 git migrate check >out &&
	test_grep "^failed  ledgers    4 migrations against what is applied in 1 environment" out &&
	test_grep "edited after it was applied to .staging., in $(git rev-parse --short=7 HEAD) by Test User: edited" out &&
	test_grep "removed, and it is applied to .staging." out
'

test_expect_success 'a killed check is swept by the next one' '
	scratch_query "CREATE DATABASE git_migrate_scratch_999999_0" &&
	scratch_query "SELECT datname FROM pg_database" >out && test_grep "^git_migrate_scratch_999999_0" out &&
	test_expect_code 1 git migrate check >/dev/null &&
	test_is "$(scratch_query "SELECT count(*) FROM pg_database WHERE NOT datistemplate")" 1
'

test_expect_success 'the schema of any commit, from its migrations or its files, without an environment' '
	git migrate schema --commit "HEAD^{/first}" --tree >one && git migrate schema --files "HEAD^{/first}" --tree >two &&
	test -s one && test_cmp one two &&
	git migrate schema --files "HEAD^{/sides}" >out && test_grep only_file out && test_grep -v only_here out &&
	git migrate schema --commit "HEAD^{/sides}" >out && test_grep only_here out && test_grep -v only_file out &&
	git migrate schema --commit HEAD >out && test_grep "bio character varying(5)" out && test_grep -v "users_bio" out &&
	git migrate schema --files HEAD~1 --format=json >out && test_grep "\"files\": \"HEAD~1\"" out
'

test_expect_success 'ignore rules take objects out of the comparison, counted' '
	git checkout -q -b ignoring "HEAD^{/sides}" &&
	printf "ignore:\n  - {kind: view, name: public.only_?*, reason: reports}\n" >migrate.yaml && commit ignoring &&
	git migrate check >out && test_grep "^ok      schema .*; 2 of view public.only_?. ignored (reports)" out &&
	git checkout -q main
'

test_expect_success 'one source at a time, and files that are not there' '
	test_expect_code 129 git migrate schema --commit HEAD --files HEAD 2>err &&
	test_grep "only one of .--env., .--commit. and .--files. can be given" err &&
	git checkout -q --orphan empty && git rm -rqf db/schema && commit nothing &&
	test_expect_code 128 git migrate schema --files HEAD 2>err &&
	test_grep "there are no schema files below .db/schema. in" err &&
	test_grep "key schema of migrate.yaml names their folder" err
'

test_done
