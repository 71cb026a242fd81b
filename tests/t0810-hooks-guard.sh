#!/bin/sh
# A developer's guards: pre-commit and pre-push refuse what no deployment would take, before it is shared.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo guard
git checkout -q -b main
environment staging 'sign: false' 'source: {branch: main}'
migration 001_a 'DROP TABLE a;' <<'SQL'
CREATE TABLE a (id int, name varchar(10));
SQL
migration 002_b 'DROP TABLE b;' <<'SQL'
CREATE TABLE b (id int);
SQL
commit first
git clone -q --bare . "$trash/remote.git"
git remote add origin "$trash/remote.git"
git fetch -q && git branch -q -u origin/main
git migrate up --env staging >/dev/null
git clone -q "$trash/remote.git" "$trash/dev"
cd "$trash/dev" || exit 1
cp "$trash/guard/.git/info/exclude" .git/info/
git migrate hooks install >/dev/null
git migrate sync >/dev/null

edit_applied() {
	migration 001_a 'DROP TABLE a;' <<-\SQL
		CREATE TABLE a (id int, name varchar(20));
	SQL
}

test_expect_success 'an ordinary commit passes in silence' '
	migration 003_c "DROP TABLE c;" <<-\SQL &&
	CREATE TABLE c (id int);
	SQL
	commit c 2>err && test_cmp /dev/null err
'

test_expect_success 'a staged edit of an applied migration is refused, with file, environment and remedy' '
	edit_applied && test_expect_code 1 commit edit 2>err &&
	test_grep "git-migrate: this commit is refused" err && test_grep "^  db/migrations/001_a.up.sql" err &&
	test_grep "edited after it was applied to .staging." err &&
	test_grep "git cat-file blob $(git rev-parse --short=12 HEAD:db/migrations/001_a.up.sql) >db/migrations/001_a.up.sql" err &&
	test_is "$(git log -1 --format=%s)" c
'

test_expect_success 'the index counts, not the work tree' '
	git reset -q && git commit -q --allow-empty -m "nothing staged" && git add -A &&
	git checkout -q HEAD -- db/migrations/001_a.up.sql
'

test_expect_success 'commit -a and a commit of some paths are judged by their own index' '
	edit_applied && test_expect_code 1 git commit -q -a -m all 2>err && test_grep "edited after" err &&
	echo x >other && git add other && git commit -q -m "only other" other &&
	test_expect_code 1 git commit -q -m path db/migrations 2>err &&
	test_grep "edited after" err && git checkout -q HEAD -- db/migrations
'

test_expect_success 'a cosmetic edit passes' '
	migration 001_a "DROP TABLE a;" <<-\SQL &&
	-- people
	CREATE TABLE a (id int, name varchar(10));
	SQL
	commit cosmetic 2>err && test_cmp /dev/null err
'

test_expect_success 'removing an applied migration is refused' '
	git rm -q db/migrations/002* && test_expect_code 1 git commit -q -m gone 2>err &&
	test_grep "removed, and it is applied to .staging." err &&
	git reset -q --hard
'

test_expect_success 'a rename that keeps the place passes, one that does not is refused' '
	git mv db/migrations/002_b.up.sql db/migrations/002_bb.up.sql &&
	git mv db/migrations/002_b.down.sql db/migrations/002_bb.down.sql && git commit -q -m rename 2>err &&
	test_cmp /dev/null err &&
	git mv db/migrations/002_bb.up.sql db/migrations/000_b.up.sql &&
	git mv db/migrations/002_bb.down.sql db/migrations/000_b.down.sql &&
	test_expect_code 1 git commit -q -m reorder 2>err &&
	test_grep "would come behind .000_b., and ran before it in .staging." err && git reset -q --hard HEAD~
'

test_expect_success 'a migration without down needs a reason' '
	migration 004_d <<-\SQL &&
	CREATE TABLE d (id int);
	SQL
	test_expect_code 1 commit d 2>err && test_grep "it has no down script" err && test_grep "irreversible REASON" err &&
	migration 004_d <<-\SQL &&
	-- migrate: irreversible it is only a demonstration
	CREATE TABLE d (id int);
	SQL
	commit d 2>err && test_cmp /dev/null err
'

test_expect_success 'a script that does not parse is refused, by line' '
	migration 005_e "DROP TABLE e;" <<-\SQL &&
	SELECT 1;
	CREATE TABEL e (id int);
	SQL
	test_expect_code 1 commit e 2>err &&
	test_grep "line 2: the PostgreSQL parser does not accept it: .*syntax error" err &&
	test_grep "allow syntax REASON" err &&
	migration 005_e "DROP TABLE e;" <<-\SQL &&
	SELECT $$open;
	SQL
	test_expect_code 1 commit e 2>err && test_grep "line 1: " err && test_grep "unterminated\|not closed\|never" err &&
	migration 005_e "DROP TABLE e;" <<-\SQL &&
	COMMIT;
	SQL
	test_expect_code 1 commit e 2>err && test_grep "COMMIT is not allowed in a migration" err &&
	migration 005_e "DROP TABLE e;" <<-\SQL &&
	-- migrate: allow syntax the server is newer
	CREATE TABEL e (id int);
	SQL
	commit e 2>err && test_cmp /dev/null err
'

test_expect_success 'a wrong directive and a mixture of layouts are refused, too' '
	migration 006_f "DROP TABLE f;" <<-\SQL &&
	-- migrate: requries 001_a
	CREATE TABLE f (id int);
	SQL
	test_expect_code 1 commit f 2>err && test_grep "line 1: unknown directive" err &&
	git reset -q --hard && git clean -fdq && echo "SELECT 1;" >db/migrations/V9__x.sql && git add -A &&
	test_expect_code 1 git commit -q -m mix 2>err && test_grep "pre-commit: " err && git reset -q --hard && git clean -fdq
'

test_expect_success 'a new migration beside unchanged schema files is worth a warning' '
	mkdir -p db/schema && echo "CREATE TABLE a (id int);" >db/schema/a.sql && commit schema &&
	migration 007_g "DROP TABLE g;" <<-\SQL &&
	CREATE TABLE g (id int);
	SQL
	commit g 2>err && test_grep "warning: a new migration, and no file in .db/schema. changes with it" err
'

test_expect_success '--no-verify passes over the guard; pre-push is the second one' '
	edit_applied && git add -A && git commit -q --no-verify -m "edited after all" &&
	test_expect_code 1 git push -q origin main 2>err &&
	test_grep "this push is refused" err &&
	test_grep "edited after it was applied to .staging., in $(git rev-parse --short=7 HEAD) by Test User: edited after all" err &&
	test "$(git rev-parse origin/main)" != "$(git rev-parse HEAD)"
'

test_expect_success 'a cherry-pick fires no pre-commit: pre-push catches what it brings' '
	git branch -q picked HEAD~ && edited=$(git rev-parse HEAD) && git checkout -q picked &&
	git cherry-pick "$edited" >/dev/null 2>err && test_grep -v "refused" err &&
	test_expect_code 1 git push -q origin picked:main 2>err && test_grep "edited after it was applied to .staging." err &&
	git checkout -q main
'

test_expect_success 'a branch that feeds nothing may be pushed as it is' '
	git push -q origin main:work-in-progress 2>err && test_cmp /dev/null err
'

test_expect_success 'a branch that is behind removes nothing' '
	git checkout -q -b ahead origin/main && migration 020_ahead "DROP TABLE ahead;" <<-\SQL &&
	CREATE TABLE ahead (id int);
	SQL
	commit ahead && git push -q origin ahead:main 2>err && git migrate up --env staging --at ahead >/dev/null 2>&1 &&
	git checkout -q -b behind ahead~1 && migration 019_behind "DROP TABLE behind;" <<-\SQL &&
	CREATE TABLE behind (id int);
	SQL
	commit behind 2>err && test_cmp /dev/null err && git checkout -q main
'

test_expect_success 'what was edited before is not found in every commit after it' '
	git checkout -q -b edited ahead && edit_applied && git add -A && git commit -q --no-verify -m "edited before" &&
	migration 021_next "DROP TABLE next;" <<-\SQL &&
	CREATE TABLE next (id int);
	SQL
	commit next 2>err && test_cmp /dev/null err && git checkout -q main
'

test_expect_success 'unpushed records are mentioned' '
	git reset -q --hard origin/main && migration 030_n "DROP TABLE n;" <<-\SQL &&
	CREATE TABLE n (id int);
	SQL
	commit n && git config remote.origin.pushurl /nowhere && git migrate up --env staging >/dev/null 2>&1 &&
	git config --unset remote.origin.pushurl &&
	git commit -q --allow-empty -m more && git push -q origin main 2>err &&
	test_grep "2 ledger refs of this clone are not pushed yet: git migrate sync" err
'

test_expect_success 'our own pushes call no hook again' '
	printf "#!/bin/sh\necho ran >>$trash/ran\nexec git migrate hook pre-push -- \"\$@\"\n" >.git/hooks/pre-push &&
	chmod +x .git/hooks/pre-push &&
	git migrate sync >out && test_grep "2 refs pushed" out && test_expect_code 1 test -e "$trash/ran"
'

test_expect_success 'a missing program lets a developer go on, with a word' '
	PATH=$(echo "$PATH" | tr ":" "\n" | grep -v "^$BUILD\$" | paste -sd:) &&
	edit_applied && git commit -q -a -m "no guard" 2>err &&
	test_grep "git-migrate is not installed: pre-commit did nothing" err
'

test_done
