#!/bin/sh
# A developer's own database goes where HEAD goes: forwards, backwards, across branches, through a bisection.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo switch
git checkout -q -b main
environment dev 'mode: follow' 'sign: false'
printf 'default_environment: dev\n' >migrate.yaml
git config core.hooksPath /dev/null
table() {
	migration "$1" "DROP TABLE $2;" <<-SQL
		CREATE TABLE $2 (id int);
	SQL
	commit "$1"
}
tables() {
	query "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
}
applied() {
	query "SELECT string_agg(id, ' ' ORDER BY position) FROM git_migrate.applied"
}
table 001_a a
table 002_b b
git migrate up >/dev/null

test_expect_success 'a branch switch undoes what the commit does not have, newest first, and applies what it has' '
	git checkout -q -b feature &&
	table 003_f f && table 004_g g && git migrate switch >out &&
	test_grep "dev: at .*, 0 undone, 2 applied in" out &&
	git checkout -q main && table 005_c c &&
	git migrate switch >out &&
	test_grep "dev: at .*, 2 undone, 1 applied in" out &&
	test_is "$(tables)" "a b c" && test_is "$(applied)" "001_a 002_b 005_c"
'

test_expect_success 'any commit can be named, and staying costs nothing' '
	git migrate switch feature >out && test_grep "1 undone, 2 applied" out &&
	test_is "$(tables)" "a b f g" &&
	git migrate switch feature >out && test_grep "is at .* already" out &&
	git migrate switch main~2 >out && test_is "$(tables)" "a"
'

test_expect_success 'the scripts come from the state, although the branch is gone' '
	git migrate switch feature >/dev/null &&
	git branch -D feature >/dev/null && git reflog expire --expire=now --all && git gc -q --prune=now &&
	git migrate switch >out && test_grep "2 undone, 1 applied" out &&
	test_is "$(tables)" "a b c"
'

test_expect_success 'an edited migration goes down as it was and up as it is; a cosmetic edit stays' '
	git checkout -q -b edit &&
	migration 002_b "DROP TABLE b2;" <<-\SQL &&
	CREATE TABLE b2 (id int);
	SQL
	migration 001_a "DROP TABLE a;" <<-\SQL &&
	-- only a comment
	CREATE TABLE a (id int);
	SQL
	commit edit && git migrate switch >out 2>err &&
	test_grep "2 undone, 2 applied" out && test_is "$(tables)" "a b2 c" &&
	git checkout -q main && git migrate switch >out && test_is "$(tables)" "a b c"
'

test_expect_success 'what was applied since an edited migration, and stands on it, is made again' '
	git checkout -q -b below && migration 0051_d "ALTER TABLE b DROP note;" <<-\SQL &&
	ALTER TABLE b ADD note text; INSERT INTO b VALUES (1, $$kept$$);
	SQL
	commit d && git migrate switch >out &&
	printf "CREATE TABLE b (id bigint);\n" | migration 002_b "DROP TABLE b;" && commit wider &&
	git migrate switch >out && test_grep "3 undone, 3 applied" out && test_is "$(query "SELECT note FROM b")" kept &&
	git migrate schema --tree >one && git migrate schema --commit HEAD --tree >two && test_cmp one two &&
	git checkout -q main && git migrate switch >out && test_is "$(tables)" "a b c"
'

test_expect_success 'what cannot be undone is named, all of it, and nothing is touched' '
	git checkout -q -b oneway &&
	migration 006_x <<-\SQL &&
	CREATE TABLE x (id int);
	SQL
	migration 007_y <<-\SQL &&
	-- migrate: irreversible drops data
	CREATE TABLE y (id int);
	SQL
	table 008_z z && git migrate switch >/dev/null &&
	git checkout -q main &&
	test_expect_code 4 git migrate switch 2>err &&
	test_grep "2 of the 3 migrations that must go for commit .* cannot be undone" err &&
	test_grep "migration .006_x. has no down script" err &&
	test_grep "migration .007_y. is irreversible: drops data" err &&
	test_grep "git migrate restore --env dev" err &&
	test_is "$(tables)" "a b c x y z"
'

test_expect_success 'an environment that goes forward is never taken back' '
	git checkout -q oneway && environment staging "sign: false" && commit staging &&
	git migrate up --env staging >/dev/null &&
	test_expect_code 4 git migrate switch --env staging 2>err &&
	test_grep "environment .staging. goes only forward" err
'

test_expect_success 'a failing down leaves the rest and says so' '
	git checkout -q -b broken main &&
	migration 009_k "DROP TABLE nowhere;" <<-\SQL &&
	CREATE TABLE k (id int);
	SQL
	commit k && TEST_DB=${TEST_DB%_staging}_dev &&
	test_expect_code 4 git migrate switch 2>err &&
	git checkout -q oneway && git migrate switch >/dev/null 2>&1 &&
	git checkout -q -b broken2 oneway &&
	migration 009_k "DROP TABLE nowhere;" <<-\SQL &&
	CREATE TABLE k (id int);
	SQL
	commit k && git migrate switch >/dev/null && git checkout -q oneway &&
	test_expect_code 3 git migrate switch 2>err &&
	test_grep "table \"nowhere\" does not exist" err &&
	test_grep "009_k.down.sql:1:1" err &&
	test_is "$(query "SELECT to_regclass(\$\$k\$\$) IS NOT NULL")" t
'

test_expect_success 'an embedded database is rebuilt from nothing, with its sample data' '
	test_repo rebuild && mkdir -p db/seeds/local &&
	migration 001_a <<-\SQL &&
	CREATE TABLE a (id int);
	SQL
	printf "INSERT INTO a VALUES (1);\nCOPY a FROM stdin;\n2\n3\n\\\\.\n" >db/seeds/local/01_rows.sql &&
	echo "INSERT INTO a SELECT max(id) + 1 FROM a;" >db/seeds/local/2_more.sql &&
	commit one && git migrate up >/dev/null &&
	git checkout -q -b other && migration 002_b <<-\SQL &&
	CREATE TABLE b (id int);
	SQL
	commit two && git migrate switch >/dev/null && git checkout -q main &&
	test_expect_code 4 git migrate switch 2>err && test_grep "git migrate switch --rebuild --env local" err &&
	git migrate switch --rebuild >out &&
	test_grep "local: at .*, 0 undone, 1 applied, 2 seeds in" out &&
	git migrate psql -- -Atc "SELECT string_agg(id::text, chr(32) ORDER BY id) FROM a" >out && test_grep "^1 2 3 4$" out &&
	git migrate status >out && test_grep "applied   1 of 1" out &&
	git migrate verify >out && test_grep "no problem" out &&
	git migrate log >out && test_grep "rebuilt by git migrate switch" out
'

test_expect_success 'sample data that fails names its file and line' '
	echo "INSERT INTO nowhere VALUES (1);" >db/seeds/local/3_bad.sql && commit bad &&
	test_expect_code 3 git migrate switch --rebuild 2>err &&
	test_grep "db/seeds/local/3_bad.sql:1:" err
'

test_expect_success 'git bisect run finds the commit that broke the schema, over 60 commits with branches' '
	test_repo bisect && environment bis "mode: follow" "sign: false" &&
	printf "default_environment: bis\n" >migrate.yaml &&
	table 000_start start && good=$(git rev-parse HEAD) &&
	for i in $(seq 1 20); do
		git checkout -q -b "side$i" &&
		table "side/$i" "s$i" && commit "work $i" && git checkout -q main &&
		if [ "$i" = 13 ]; then
			migration 13_break "ALTER TABLE start RENAME ident TO id;" <<-\SQL &&
			ALTER TABLE start RENAME id TO ident;
			SQL
			commit "the culprit" && culprit=$(git rev-parse HEAD)
		else
			table "main/$i" "m$i"
		fi && git merge -q --no-edit "side$i" || return 1
	done &&
	test_is "$(git rev-list --count "$good..HEAD")" 80 &&
	git migrate switch -q && git bisect start HEAD "$good" >/dev/null &&
	cat >../check.sh <<-\SH &&
	git migrate switch -q || exit 125
	"$PG_TEST_BIN/psql" -XAtqc "SELECT id FROM start" "$TEST_DB" >/dev/null 2>&1
	SH
	git bisect run sh ../check.sh >log 2>&1 &&
	test_grep "^$culprit is the first .*bad.* commit" log
'

test_done
