#!/bin/sh
# A repository that is pushed to: what pre-receive refuses under quarantine, and deployment by post-receive.
. "$(dirname "$0")/lib/test-lib.sh"

test_ssh_key ann
test_repo work
test_sign_with ann
git checkout -q -b main
environment staging 'sign: false' 'source: {branch: main}'
STAGING=$TEST_DB
environment production 'signers: [ann@example.com]' 'source: {tags: "v*", branch: main}'
PRODUCTION=$TEST_DB
migration 001_a 'DROP TABLE a;' <<'SQL'
CREATE TABLE a (id int, name varchar(10));
SQL
commit first
git init -q --bare -b main "$trash/server.git"
git -C "$trash/server.git" config gpg.ssh.allowedSignersFile "$trash/allowed"
git -C "$trash/server.git" config user.signingKey "$trash/key-ann"
git -C "$trash/server.git" config gpg.format ssh
git remote add origin "file://$trash/server.git"

server() {
	(cd "$trash/server.git" && "$@")
}
table() {
	migration "$1" "DROP TABLE $2;" <<-SQL
		CREATE TABLE $2 (id int);
	SQL
	commit "$1"
}
exists() {
	test_is "$(query "SELECT to_regclass('$1') IS NOT NULL")" t
}
absent() {
	test_is "$(query "SELECT to_regclass('$1') IS NULL")" t
}
objects() {
	server git count-objects -v | grep -v "^size"
}

test_expect_success 'install in a bare repository' '
	server git migrate hooks install --server --deploy "staging production" >out &&
	test_grep "^pre-receive *installed" out && test_grep "^post-receive *installed" out
'

test_expect_success 'a push deploys in the foreground, and the pusher sees it' '
	TEST_DB=$STAGING && git push -q origin main 2>err && test_grep "remote: .*ok  001_a" err &&
	test_grep "remote: git-migrate: staging: 1 migration applied" err && exists a
'

test_expect_success 'a signed tag deploys production, a tag that is no release says why' '
	TEST_DB=$PRODUCTION && git tag v0.1 && git push -q origin v0.1 2>err &&
	test_grep "remote: git-migrate: .production. was NOT deployed; the push itself is done" err &&
	test_grep "tag .v0.1. is not annotated" err && absent a &&
	git tag -s -m x v0.2 && git push -q origin v0.2 2>err &&
	test_grep "remote: git-migrate: production: 1 migration applied" err && exists a
'

test_expect_success 'an edit of an applied migration is refused: file, commit, environments; nothing is written' '
	objects >before && migration 001_a "DROP TABLE a;" <<-\SQL &&
	CREATE TABLE a (id int, name varchar(20));
	SQL
	commit "longer names" && test_expect_code 1 git push -q origin main 2>err &&
	test_grep "remote: git-migrate: this push is refused, nothing was changed" err &&
	test_grep "db/migrations/001_a.up.sql" err &&
	test_grep "edited after it was applied to .staging., in $(git rev-parse --short=7 HEAD) by Test User: longer names" err &&
	test_grep "edited after it was applied to .production." err && objects >after && test_cmp before after &&
	git reset -q --hard HEAD~
'

test_expect_success 'a removal is refused' '
	git rm -q db/migrations/001* && git commit -q -m gone && test_expect_code 1 git push -q origin main 2>err &&
	test_grep "removed, and it is applied to .staging." err && git reset -q --hard HEAD~
'

test_expect_success 'unmapping the environment in the same push does not help' '
	git rm -q db/migrations/001* db/environments/staging.yaml && table 002_x x &&
	test_expect_code 1 git push -q origin main 2>err && test_grep "removed, and it is applied to .staging." err &&
	git reset -q --hard HEAD~
'

test_expect_success 'a rename that reorders is refused' '
	table 002_b b && git push -q origin main 2>/dev/null && git mv db/migrations/002_b.up.sql db/migrations/000_b.up.sql &&
	git mv db/migrations/002_b.down.sql db/migrations/000_b.down.sql && git commit -q -m reorder &&
	test_expect_code 1 git push -q origin main 2>err && test_grep "ran before it in .staging." err &&
	git reset -q --hard HEAD~
'

test_expect_success 'a script that does not parse, and one without down, are refused' '
	migration 003_c <<-\SQL &&
	CREATE TABEL c (id int);
	SQL
	commit c && test_expect_code 1 git push -q origin main 2>err &&
	test_grep "line 1: the PostgreSQL parser does not accept it" err && test_grep "it has no down script" err &&
	git reset -q --hard HEAD~
'

test_expect_success 'a project without down scripts says so once; a new branch brings its old ones' '
	git checkout -q -b forward && echo "require_down: false" >migrate.yaml &&
	migration 003_c <<-\SQL &&
	CREATE TABLE c (id int);
	SQL
	commit c && git push -q origin forward:main 2>err && test_grep "1 migration applied" err && git checkout -q main &&
	git merge -q forward &&
	git init -q --bare "$trash/second.git" && (cd "$trash/second.git" && git migrate hooks install --server >/dev/null) &&
	sed -i "s/false/true/" migrate.yaml && commit "down again" && git push -q "$trash/second.git" main 2>err &&
	test_cmp /dev/null err && git push -q origin main 2>err
'

test_expect_success 'a: a branch that says that it feeds an environment feeds it not, in the background neither' '
	git checkout -q -b evil && sed "s/branch: main/branch: evil/" db/environments/staging.yaml >evil.yaml &&
	test_expect_code 1 cmp -s evil.yaml db/environments/staging.yaml && mv evil.yaml db/environments/staging.yaml &&
	table 005_evil evil && git push -q origin evil 2>err && test_grep "NOT deployed" err &&
	test_grep "refs/heads/evil. does not feed environment .staging." err &&
	test_grep "by the policy in force .* branch main" err && absent evil &&
	test_expect_code 4 git -C "$trash/server.git" migrate up --env staging --at evil --if-fed 2>err &&
	test_grep "does not feed" err && absent evil &&
	test_expect_code 4 git -C "$trash/server.git" migrate up --env staging --at evil --if-fed --dry-run 2>err &&
	test_grep "does not feed" err &&
	git checkout -q main && git branch -q -D evil && git push -q origin :evil 2>/dev/null
'

test_expect_success 'a rewritten history below the deployed commit is refused' '
	git checkout -q --orphan fresh && git commit -q -m "all anew" &&
	test_expect_code 1 git push -q -f origin fresh:main 2>err &&
	test_grep "is deployed to .staging. and would not be on refs/heads/main any more" err && git checkout -q -f main
'

test_expect_success 'on a branch that feeds nothing all of this may be pushed' '
	git checkout -q -b wip && migration 003_c <<-\SQL &&
	CREATE TABEL c (id int);
	SQL
	commit wip && git push -q origin wip && git checkout -q main
'

test_expect_success 'a deployed tag is neither moved nor deleted nor made again' '
	commit later && git tag -f -s -m again v0.2 >/dev/null && test_expect_code 1 git push -q -f origin v0.2 2>err &&
	test_grep "refs/tags/v0.2 was deployed to .production. as .*, record 1" err &&
	test_expect_code 1 git push -q origin :v0.2 2>err && test_grep "was deployed to .production." err &&
	server git update-ref -d refs/tags/v0.2 && test_expect_code 1 git push -q origin v0.2 2>err &&
	test_grep "a release never moves" err
'

test_expect_success 'records are neither deleted nor overwritten by force' '
	test_expect_code 1 git push -q origin :refs/notes/migrate/staging 2>err &&
	test_grep "holds records and cannot be deleted" err &&
	git update-ref refs/notes/migrate/staging HEAD &&
	test_expect_code 1 git push -q -f origin refs/notes/migrate/staging 2>err &&
	test_grep "a forced push would lose some" err &&
	git update-ref -d refs/notes/migrate/staging
'

test_expect_success 'deployment in the background: the pusher does not wait, and is told the log' '
	TEST_DB=$STAGING && server git migrate hooks install --server --deploy staging --background >/dev/null &&
	table 004_d d && git push -q origin main 2>err &&
	log=$(sed -n "s/.*is being deployed in the background; its log: \([^ ]*\).*/\1/p" err) && test -n "$log" &&
	wait_for "the deployment in the background" 60 grep "1 migration applied" "$log" && exists d
'

test_expect_success 'a push of a thousand commits and migrations is judged as one' '
	server git config --unset migrate.autoDeploy && for i in $(seq 1 300); do
		printf "CREATE TABLE t%s (id int);\n" $i >db/migrations/1$i.up.sql &&
		printf "DROP TABLE t%s;\n" $i >db/migrations/1$i.down.sql && git add db && git commit -q -m $i || return 1
	done && git push -q origin main 2>err && test_cmp /dev/null err
'

test_expect_success 'under quarantine nothing is written, whatever runs' '
	git reset -q --hard HEAD && git init -q "$trash/quarantine" && cd "$trash/quarantine" && environment q "sign: false" &&
	table 001_q q &&
	GIT_QUARANTINE_PATH="$PWD/.git/objects" git migrate up --env q 2>err >out &&
	test_grep "nothing may be written while a push is being judged" err &&
	test_is "$(git for-each-ref refs/notes refs/migrate)" "" && cd "$trash/work"
'

test_expect_success 'a server without the program refuses' '
	clean=$(echo "$PATH" | tr ":" "\n" | grep -v "^$BUILD\$" | paste -sd:) && commit last &&
	test_expect_code 1 env PATH="$clean" git push -q origin main 2>err &&
	test_grep "git-migrate is not installed on this server: pre-receive failed" err
'

test_done
