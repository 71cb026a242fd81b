#!/bin/sh
# Staging by post-merge: what deploys, what does not, and how a failure is told.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo author
git checkout -q -b main
environment staging 'sign: false' 'source: {branch: main}'
migration 001_a 'DROP TABLE a;' <<'SQL'
CREATE TABLE a (id int);
SQL
commit first
git clone -q --bare . "$trash/remote.git"
git remote add origin "$trash/remote.git"
git fetch -q && git branch -q -u origin/main

clone() {
	git clone -q "$trash/remote.git" "$trash/$1" && cd "$trash/$1" && cp "$trash/author/.git/info/exclude" .git/info/
}
# publish NAME: one more migration on the remote's main.
publish() {
	(cd "$trash/author" && git pull -q --rebase && migration "$1" "DROP TABLE $2;" <<-SQL && commit "$1" && git push -q origin main)
		CREATE TABLE $2 (id int);
	SQL
}
exists() {
	test_is "$(query "SELECT to_regclass('$1') IS NOT NULL")" t
}
absent() {
	test_is "$(query "SELECT to_regclass('$1') IS NULL")" t
}

test_expect_success 'a developer clone with hooks deploys nothing by pulling' '
	clone dev && git migrate hooks install >out && test_grep "^post-merge *installed" out &&
	publish 002_b b && git pull -q 2>err && test_grep -v "deployed" err && absent a
'

test_expect_success 'install names an environment that does not exist' '
	test_expect_code 128 git migrate hooks install --deploy stagin 2>err &&
	test_grep "there is no environment .stagin." err
'

test_expect_success 'a fast-forward pull on the mapped branch deploys' '
	clone host && git migrate hooks install --deploy staging >out && test_grep "^deploys *staging" out &&
	publish 003_c c && git pull -q 2>err >out && test_grep "git-migrate: staging: 3 migrations applied" err && exists c &&
	git migrate log --env staging >out && test_grep "(main)" out
'

test_expect_success 'a pull that merges deploys once the merge is published' '
	git commit -q --allow-empty -m local && publish 004_d d && git pull -q --no-rebase --no-edit 2>err &&
	test_grep "nothing deployed: .main. has commits that its upstream has not" err && absent d &&
	git push -q && git migrate up --env staging >/dev/null && exists d
'

test_expect_success 'a shallow clone that hides whether a merge is published says so, with the remedy' '
	git clone -q --depth 1 "file://$trash/remote.git" "$trash/cut" && cd "$trash/cut" &&
	cp ../host/.git/info/exclude .git/info/ && git migrate hooks install --deploy staging >/dev/null &&
	git checkout -q -b side && commit local && git checkout -q main && publish 0041_x x &&
	git fetch -q --depth 1 && git merge -q side 2>err && test_grep "^git-migrate: nothing deployed$" err &&
	test_grep "error: this shallow clone does not show" err && test_grep "hint: git fetch --unshallow" err &&
	absent x && cd "$trash/host" && git pull -q 2>err && exists x
'

test_expect_success 'pull --rebase that can fast-forward deploys' '
	publish 005_e e && git pull -q --rebase 2>err && test_grep "1 migration applied" err && exists e
'

test_expect_success 'a real rebase fires no hook: nothing is deployed until somebody does' '
	commit "only here" && publish 0051_r r && git pull -q --rebase 2>err && test_grep -v "git-migrate: staging" err &&
	absent r &&
	git push -q && git migrate up --env staging >/dev/null && exists r
'

test_expect_success 'merge --squash deploys nothing' '
	git checkout -q -b side && migration 006_f "DROP TABLE f;" <<-\SQL &&
	CREATE TABLE f (id int);
	SQL
	commit side && git checkout -q main && git merge -q --squash side >out 2>err &&
	test_grep -v "git-migrate: staging" err && absent f &&
	git reset -q --hard
'

test_expect_success 'another branch deploys nothing' '
	git checkout -q -b other && git branch -q -u origin/main && publish 007_g g && git pull -q 2>err &&
	test_grep -v "applied" err && absent g &&
	git checkout -q main && git pull -q 2>err && exists g
'

test_expect_success 'a branch without upstream deploys nothing, and says so' '
	publish 008_h h && git branch --unset-upstream && git fetch -q && git merge -q origin/main 2>err &&
	test_grep "nothing deployed: branch .main. has no upstream here" err && absent h &&
	git branch -q -u origin/main && git migrate up --env staging >/dev/null
'

test_expect_success 'in a linked worktree it works the same' '
	git checkout -q other && git worktree add -q "$trash/linked" main && publish 009_i i &&
	(cd "$trash/linked" && git pull -q 2>err && test_grep "1 migration applied" err) &&
	exists i && git worktree remove --force "$trash/linked" && git checkout -q main
'

test_expect_success 'a failure is told in words that nobody misses, and the merge stays' '
	(cd "$trash/author" && git pull -q --rebase && migration 010_bad "SELECT 1;" <<-\SQL &&
	CREATE TABLE bad (id nonsense);
	SQL
	commit bad && git push -q origin main) &&
	git pull -q 2>err && test_grep "git-migrate: .staging. was NOT deployed; the merge itself is done" err &&
	test_grep "010_bad.up.sql:1:" err && test_grep "again: git migrate up --env staging" err &&
	test_is "$(git rev-parse HEAD)" "$(git rev-parse origin/main)"
'

test_expect_success 'two environments of one branch are both deployed' '
	(cd "$trash/author" && git pull -q --rebase && git rm -q db/migrations/010* && commit "take it back" &&
	environment second "sign: false" "source: {branch: main}" && commit second && git push -q origin main &&
	echo "$TEST_DB" >"$trash/second") &&
	git config migrate.autoDeploy "staging second" && git pull -q 2>err &&
	test_grep "staging: nothing to do" err && test_grep "second: 10 migrations applied" err
'

test_expect_success 'the setting must not come from a tracked file' '
	git config --unset migrate.autoDeploy && printf "[migrate]\n\tautoDeploy = staging\n" >tracked.config &&
	git config include.path ../tracked.config &&
	publish 011_k k && git pull -q 2>err && test_grep "comes from a file inside the work tree" err &&
	absent k &&
	git config --unset include.path && git migrate hooks install --deploy staging >/dev/null
'

test_expect_success 'the cost of nothing: already up to date runs no hook' '
	git pull -q 2>err && test_grep -v "git-migrate" err
'

test_expect_success 'follow: the own database goes where HEAD goes, on checkout, merge, rebase and amend' '
	clone follower && environment dev "mode: follow" "sign: false" && printf "default_environment: dev\n" >migrate.yaml &&
	commit dev &&
	DEV=$TEST_DB && git migrate hooks install --follow >/dev/null && git migrate switch >/dev/null && exists c &&
	git checkout -q -b topic &&
	migration 020_topic "DROP TABLE topic;" <<-\SQL &&
	CREATE TABLE topic (id int);
	SQL
	commit topic && git migrate switch >/dev/null && exists topic &&
	git checkout -q main 2>err && test_grep "database .dev. is at .*: 1 undone, 0 applied" err &&
	absent topic &&
	git merge -q topic 2>err && test_grep "0 undone, 1 applied" err && exists topic &&
	git commit -q --amend -m amended 2>err && test_grep -v "undone" err &&
	git rm -q db/migrations/020* && git commit -q --amend --allow-empty -m without 2>err &&
	test_grep "1 undone, 0 applied" err && absent topic
'

test_expect_success 'without follow it only says what the switch means' '
	git config --unset migrate.follow && git checkout -q topic 2>err &&
	test_grep "database .dev.: 1 pending (git migrate switch)" err && absent topic &&
	git migrate switch >/dev/null && git checkout -q main 2>err &&
	test_grep "database .dev.: 1 applied that this commit does not have (git migrate switch)" err && exists topic
'

test_expect_success 'a database that cannot follow does not stop the checkout' '
	git config migrate.follow true && git config migrate.dev.url "postgresql:///no_such" &&
	git checkout -q topic 2>err &&
	 test_grep "database .dev. did not follow" err && test_is "$(git branch --show-current)" topic
'

test_done
