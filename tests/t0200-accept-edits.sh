#!/bin/sh
# Edits of applied migrations: found, explained, refused; accepted one at a time. Renames and removals.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo edits
environment staging 'sign: false'
migration 001_users 'DROP TABLE users;' <<'SQL'
CREATE TABLE users (id int, name varchar(10));
SQL
migration 002_view 'DROP VIEW v;' <<'SQL'
CREATE VIEW v AS SELECT id FROM users;
SQL
commit first
git migrate up --env staging >/dev/null

test_expect_success 'a cosmetic edit is named as such, and stops nothing' '
	migration 001_users <<-\SQL &&
	-- people
	create table USERS (id integer, name VARCHAR(10) );
	SQL
	commit "tidy up" &&
	git migrate status --env staging --exit-code >out &&
	test_grep "edited    001_users (cosmetic) by Test User in .*: tidy up" out &&
	git migrate up --env staging 2>err &&
	test_grep "without changing what it means" err
'

test_expect_success 'a real edit is found, with commit, author and date' '
	migration 001_users <<-\SQL &&
	CREATE TABLE users (id int, name varchar(20));
	SQL
	commit "longer names" &&
	test_expect_code 1 git migrate status --env staging --exit-code >out &&
	test_grep "edited    001_users (real) by Test User in .*2023-11-14: longer names" out
'

test_expect_success 'a real edit stops a deployment: place, commits, diff, remedies' '
	migration 003_more "DROP TABLE more;" <<-\SQL &&
	CREATE TABLE more (id int);
	SQL
	commit more &&
	test_expect_code 4 git migrate up --env staging 2>err &&
	test_grep "db/migrations/001_users.up.sql: migration .001_users. was edited after it was applied" err &&
	test_grep "Test User: longer names" err &&
	test_grep "^  -.*varchar(10)" err &&
	test_grep "^  +.*varchar(20)" err &&
	test_grep "git migrate accept --env staging" err &&
	test_is "$(query "SELECT to_regclass(\$\$more\$\$) IS NULL")" t
'

test_expect_success 'the dry run stops for it too' '
	test_expect_code 4 git migrate up --env staging --dry-run 2>err
'

test_expect_success 'a directive is part of the meaning' '
	git show HEAD~3:db/migrations/001_users.up.sql >db/migrations/001_users.up.sql &&
	git show HEAD:db/migrations/002_view.up.sql | sed "1i -- migrate: lock-timeout 3s" >new &&
	mv new db/migrations/002_view.up.sql && commit directive &&
	git migrate status --env staging >out &&
	test_grep "002_view (real)" out &&
	git revert -n HEAD && commit back
'

test_expect_success 'accept needs a reason, a migration that is applied, and an edit' '
	test_expect_code 129 git migrate accept --env staging 001_users 2>err &&
	test_grep "reason TEXT. is required" err &&
	test_expect_code 129 git migrate accept --env staging --reason x 999_none 2>err &&
	test_grep "is not applied" err &&
	test_expect_code 129 git migrate accept --env staging --reason x 002_view 2>err &&
	test_grep "was not edited since" err
'

test_expect_success 'accept lets one migration pass, and says why in the log' '
	migration 002_view <<-\SQL &&
	CREATE VIEW v AS SELECT id, name FROM users;
	SQL
	commit "two edits" &&
	git migrate accept --env staging --reason "changed by hand on the server" 001_users &&
	test_expect_code 4 git migrate up --env staging 2>err &&
	test_grep "002_view" err &&
	git migrate accept --env staging --reason "the same" 002_view &&
	git migrate up --env staging &&
	git migrate log --env staging >out &&
	test_grep "reason: changed by hand on the server" out &&
	git migrate verify --env staging --full
'

test_expect_success 'a renamed file is known under its old name and never runs again' '
	git mv db/migrations/003_more.up.sql db/migrations/004_better_name.up.sql &&
	git mv db/migrations/003_more.down.sql db/migrations/004_better_name.down.sql &&
	commit renamed &&
	git migrate status --env staging >out &&
	test_grep "renamed   003_more -> 004_better_name" out &&
	test_grep "pending   none" out &&
	git migrate up --env staging >out && test_grep "nothing to do" out
'

test_expect_success 'a migration merged late with a lower number runs' '
	git checkout -q -b late HEAD~1 &&
	migration 000_late "DROP TABLE late;" <<-\SQL &&
	CREATE TABLE late (id int);
	SQL
	commit late && git checkout -q main && tick && git merge -q -m "merge late" late &&
	git migrate plan --env staging >out && test_grep "  1  000_late" out &&
	git migrate up --env staging && query "SELECT id FROM late"
'

test_expect_success 'several pending ones run in the order in which they landed, and requires comes first' '
	git checkout -q -b feature && migration 010_a "SELECT 1;" <<-\SQL &&
	-- migrate: requires 030_base
	CREATE TABLE ten (id int REFERENCES base);
	SQL
	commit ten && git checkout -q main &&
	migration 020_b "SELECT 1;" <<-\SQL &&
	CREATE TABLE twenty (id int);
	SQL
	commit twenty && tick && git merge -q -m "merge ten" feature &&
	migration 030_base "SELECT 1;" <<-\SQL &&
	CREATE TABLE base (id int PRIMARY KEY);
	SQL
	commit base &&
	git migrate plan --env staging | sed -n "s/^ *[0-9]  \([^ ]*\).*/\1/p" >order &&
	printf "020_b\n030_base\n010_a\n" >expected && test_cmp expected order &&
	git migrate up --env staging
'

# planned ID...: what is pending, in that order.
planned() {
	git migrate plan --env staging | sed -n "s/^ *[0-9]  \([^ ]*\).*/\1/p" >order && printf "%s\n" "$@" >expected && test_cmp expected order
}

test_expect_success 'what a deployment left, or was undone, keeps the order in which it landed' '
	migration 031_t "DROP TABLE t;" <<-\SQL &&
	CREATE TABLE t (a int);
	SQL
	commit t && git checkout -q -b side && migration 035_f "DROP TABLE f;" <<-\SQL &&
	CREATE TABLE f (a int);
	SQL
	commit f && git checkout -q main && commit meanwhile && tick && git merge -q -m "merge f" side &&
	migration 032_g "ALTER TABLE f DROP b;" <<-\SQL &&
	ALTER TABLE f ADD b int;
	SQL
	commit g && planned 031_t 035_f 032_g && git migrate up --env staging --to 031_t && planned 035_f 032_g &&
	migration 033_last "SELECT 1;" <<-\SQL &&
	SELECT 1;
	SQL
	commit last && planned 035_f 032_g 033_last && git migrate up --env staging &&
	git migrate down --env staging --to 031_t && planned 035_f 032_g 033_last && git migrate up --env staging
'

test_expect_success 'renamed and at once reworded: it has run, and does not run again' '
	migration 036_bonus "SELECT 1;" <<-\SQL &&
	INSERT INTO base VALUES (36);
	SQL
	commit bonus && git migrate up --env staging && git rm -q db/migrations/036_bonus.*.sql &&
	printf -- "-- a better name\ninsert into BASE values (36);\r\n" | migration 037_better "SELECT 1;" &&
	commit better &&
	git migrate status --env staging >out && test_grep " 036_bonus -> 037_better" out && test_grep -v removed out &&
	git migrate up --env staging >out && test_grep "nothing to do" out &&
	git rm -q db/migrations/037_better.*.sql &&
	migration 038_other "SELECT 1;" <<-\SQL &&
	INSERT INTO base VALUES (38);
	SQL
	commit other && git migrate status --env staging >out && test_grep "removed   036_bonus" out &&
	git migrate up --env staging &&
	test_is "$(query "SELECT string_agg(id::text, \$\$ \$\$ ORDER BY id) FROM base")" "36 38" &&
	git revert --no-edit HEAD HEAD~1 >/dev/null && git migrate down --env staging
'

test_expect_success 'requires: an unknown id, and a circle, are told with their place' '
	migration 040_x "SELECT 1;" <<-\SQL &&
	-- migrate: requires 030_bse
	SELECT 1;
	SQL
	commit x &&
	test_expect_code 128 git migrate plan --env staging 2>err &&
	test_grep "migration .040_x. requires .030_bse., which does not exist" err &&
	test_grep "did you mean .030_base.?" err &&
	migration 040_x "SELECT 1;" <<-\SQL &&
	-- migrate: requires 050_y
	SELECT 1;
	SQL
	migration 050_y "SELECT 1;" <<-\SQL &&
	-- migrate: requires 040_x
	SELECT 1;
	SQL
	commit circle &&
	test_expect_code 128 git migrate up --env staging 2>err &&
	test_grep "in a circle: 040_x -> 050_y -> 040_x" err
'

test_expect_success 'a command that is printed can be pasted: a name is no code' '
	git rm -qf "db/migrations/04*" "db/migrations/05*" && name="099_x \$(touch pwned)" &&
	printf "CREATE TABLE odd (i int);\n" >"db/migrations/$name.up.sql" && commit odd &&
	git migrate up --env staging && printf "CREATE TABLE odd (i bigint);\n" >"db/migrations/$name.up.sql" &&
	commit wider && test_expect_code 4 git migrate up --env staging 2>err &&
	sed -n "s/^ *\(git cat-file blob.*\)/\1/p" err >paste && test_grep "099_x" paste && sh ./paste &&
	test_expect_code 1 test -e pwned && test_is "$(cat "db/migrations/$name.up.sql")" "CREATE TABLE odd (i int);" &&
	sed -n "s/.*\(git migrate accept.*\)/\1/p" err >paste && test_grep "099_x" paste && git checkout -q . && sh ./paste &&
	test_expect_code 1 test -e pwned && git migrate up --env staging
'

test_done
