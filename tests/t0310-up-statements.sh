#!/bin/sh
# Scripts that cannot run in one transaction: found by the parser, journalled, resumed; INVALID indexes; verify scripts; COPY.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo statements
environment staging 'sign: false'
migration 001_base 'DROP TABLE t;' <<'SQL'
CREATE TABLE t (id int, word text);
INSERT INTO t SELECT i % 10, i::text FROM generate_series(1, 100) i;
SQL
commit base
git migrate up --env staging >/dev/null

test_expect_success 'CREATE INDEX CONCURRENTLY runs without any directive' '
	migration 002_index "DROP INDEX CONCURRENTLY t_word;" <<-\SQL &&
	CREATE INDEX CONCURRENTLY t_word ON t (word);
	SQL
	commit index && git migrate up --env staging &&
	test_is "$(query "SELECT indisvalid FROM pg_index WHERE indexrelid = \$\$t_word\$\$::regclass")" t
'

test_expect_success 'a failed unique build: the INVALID index is named with the remedy, what is done stays' '
	migration 003_unique "DROP INDEX CONCURRENTLY t_id;" <<-\SQL &&
	CREATE TABLE side (id int);
	CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id);
	CREATE TABLE never (id int);
	SQL
	commit unique &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "db/migrations/003_unique.up.sql:2:1: migration .003_unique. failed: could not create unique index" err &&
	test_grep "index \"t_id\" was left INVALID" err &&
	test_grep "DROP INDEX CONCURRENTLY \"t_id\"" err &&
	test_grep "the first 1 of 3 statements are done and stay" err &&
	git migrate status --env staging >out &&
	test_grep "stopped   003_unique (up)" out &&
	test_grep "invalid   public.t_id" out
'

test_expect_success 'the next run drops the INVALID index and goes on at the statement that failed' '
	query "DELETE FROM t WHERE word::int > 9" && query "DELETE FROM t WHERE id = 0" &&
	git migrate up --env staging 2>err &&
	test_grep "dropping index \"t_id\", which an earlier try left INVALID" err &&
	test_is "$(query "SELECT indisvalid FROM pg_index WHERE indexrelid = \$\$t_id\$\$::regclass")" t &&
	test_is "$(query "SELECT count(*) FROM git_migrate.journal")" 0 &&
	query "SELECT * FROM never"
'

test_expect_success 'a finished statement that was edited is refused; the failed one may be' '
	migration 004_half "SELECT 1;" <<-\SQL &&
	-- migrate: no-transaction
	CREATE TABLE half (id int);
	SELECT 1 / 0;
	SQL
	commit half &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "division by zero" err &&
	sed -i "s/half (id int)/half (id bigint)/" db/migrations/004_half.up.sql && commit edited &&
	test_expect_code 4 git migrate up --env staging 2>err &&
	test_grep "statement 1 of .004_half. was edited after it ran" err &&
	sed -i -e "s/half (id bigint)/half (id int)/" -e "s:1 / 0:1 / 1:" db/migrations/004_half.up.sql && commit fixed &&
	git migrate up --env staging
'

test_expect_success 'also by a text that would be one transaction: it goes on statement by statement' '
	printf -- "-- migrate: no-transaction\nCREATE TABLE third (id int);\nSELECT 1 / 0;\n" |
		migration 0041_third "DROP TABLE third;" &&
	commit third && test_expect_code 3 git migrate up --env staging 2>err &&
	printf "CREATE TABLE IF NOT EXISTS third (id int, more int);\n" | migration 0041_third && commit whole &&
	test_expect_code 4 git migrate up --env staging 2>err &&
	test_grep "statement 1 of .0041_third. was edited after it ran" err &&
	printf "CREATE TABLE third (id int);\nSELECT 1 / 1;\n" | migration 0041_third &&
	cp db/environments/staging.yaml kept && echo "options: {transaction: deployment}" >>db/environments/staging.yaml &&
	commit "one transaction" && test_expect_code 4 git migrate up --env staging 2>err &&
	test_grep "stopped half-way, statement by statement, and this environment deploys in one transaction" err &&
	test_expect_code 4 git migrate up --env staging --dry-run 2>err && test_grep "statement by statement" err &&
	mv kept db/environments/staging.yaml && commit back && git migrate up --env staging &&
	git migrate status --env staging >out && test_grep -v stopped out &&
	test_is "$(query "SELECT count(*) FROM git_migrate.journal")" 0 &&
	git migrate down --env staging && git migrate up --env staging
'

test_expect_success 'IF NOT EXISTS does not pass over an INVALID index that somebody else left' '
	test_expect_code 1 query "INSERT INTO t VALUES (1, \$\$dup\$\$)" && query "DROP INDEX t_id" &&
	query "INSERT INTO t VALUES (1, \$\$x\$\$), (1, \$\$y\$\$)" &&
	test_expect_code 1 query "CREATE UNIQUE INDEX CONCURRENTLY left_over ON t (id)" &&
	migration 005_over "SELECT 1;" <<-\SQL &&
	CREATE INDEX CONCURRENTLY IF NOT EXISTS left_over ON t (id);
	SQL
	commit over &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "index \"left_over\" is INVALID" err &&
	query "DROP INDEX left_over" &&
	git migrate up --env staging
'

test_expect_success 'VACUUM and other statements that refuse a transaction run by themselves' '
	printf "VACUUM t;\nREINDEX INDEX CONCURRENTLY t_word;\nALTER TYPE mood ADD VALUE \047sad\047;\n" \
		>db/migrations/006_vacuum.up.sql &&
	query "CREATE TYPE mood AS ENUM (\$\$ok\$\$)" &&
	commit vacuum && git migrate up --env staging
'

test_expect_success 'COPY FROM stdin blocks load their data, in and out of a transaction' '
	printf "COPY t FROM stdin;\n1\tone;two\n2\t\\\\N\n\\\\.\nSELECT count(*) FROM t;\n%s\n7\n8\n\\\\.\n" \
		"COPY t (id) FROM STDIN WITH (FORMAT csv);" >db/migrations/007_copy.up.sql &&
	{ echo "-- migrate: no-transaction" && cat db/migrations/007_copy.up.sql; } >db/migrations/008_copy.up.sql &&
	commit copy && git migrate up --env staging &&
	test_is "$(query "SELECT count(*) FROM t WHERE word = \$\$one;two\$\$ OR word IS NULL")" 8
'

test_expect_success 'a bad COPY line fails with the place of its COPY, and nothing stays' '
	printf "CREATE TABLE c (id int);\nCOPY c FROM stdin;\n1\nx\n\\\\.\n" >db/migrations/009_bad.up.sql && commit badcopy &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "009_bad.up.sql:2:1: .*invalid input syntax for type integer" err &&
	test_grep "COPY c, line 2, column id" err &&
	test_is "$(query "SELECT to_regclass(\$\$c\$\$) IS NULL")" t &&
	git rm -qf db/migrations/009_bad.up.sql && commit gone
'

test_expect_success 'a verify script whose rows are true passes; one that is not rolls its migration back' '
	migration 010_ok "DROP TABLE ok;" <<-\SQL &&
	CREATE TABLE ok (id int);
	SQL
	echo "SELECT count(*) = 0, true FROM ok;" >db/migrations/010_ok.verify.sql &&
	migration 011_not "DROP TABLE nok;" <<-\SQL &&
	CREATE TABLE nok (id int);
	SQL
	printf "SELECT true;\nSELECT count(*) = 1 FROM nok;\n" >db/migrations/011_not.verify.sql &&
	commit verify &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "011_not.verify.sql:2:1: .*verification failed: row 1 is not true" err &&
	query "SELECT * FROM ok" &&
	test_is "$(query "SELECT to_regclass(\$\$nok\$\$) IS NULL")" t &&
	echo "SELECT true;" >db/migrations/011_not.verify.sql && commit right && git migrate up --env staging
'

test_expect_success 'transaction: deployment makes the whole run one transaction' '
	sed -i "\$a options: {transaction: deployment}" db/environments/staging.yaml &&
	migration 020_one "DROP TABLE one;" <<-\SQL &&
	CREATE TABLE one (id int);
	SQL
	migration 021_two "DROP TABLE two;" <<-\SQL &&
	CREATE TABLE two (id int);
	SELECT nothing FROM two;
	SQL
	commit both &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "0 of 2 migrations are applied and stay" err &&
	test_is "$(query "SELECT to_regclass(\$\$one\$\$) IS NULL")" t &&
	sed -i "/nothing/d" db/migrations/021_two.up.sql && commit fixed &&
	git migrate up --env staging && query "SELECT * FROM one, two" &&
	git migrate verify --env staging --full
'

test_expect_success '... and refuses a script that cannot run in one, before anything ran' '
	migration 022_con "SELECT 1;" <<-\SQL &&
	CREATE INDEX CONCURRENTLY one_id ON one (id);
	SQL
	commit con && before=$(query "SELECT count(*) FROM git_migrate.record") &&
	test_expect_code 128 git migrate up --env staging 2>err &&
	test_grep "022_con.up.sql:1:1: .*cannot run in a transaction, and this environment deploys in one" err &&
	test_is "$(query "SELECT count(*) FROM git_migrate.record")" "$before"
'

test_done
