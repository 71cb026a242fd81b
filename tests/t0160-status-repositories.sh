#!/bin/sh
# Every shape of repository works, or says what to do: bare, worktree, subfolder, shallow, partial, sha256, reftable, foreign owner.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo whole
environment staging 'sign: false'
for n in 1 2 3; do
	migration "00${n}_t" "DROP TABLE t$n;" <<-SQL
		CREATE TABLE t$n (id int);
	SQL
	commit "t$n"
done
git config uploadpack.allowFilter true
git config uploadpack.allowAnySHA1InWant true

test_expect_success 'from a subfolder' '
	mkdir -p deep/er && cd deep/er && git migrate status --env staging >../../out && cd ../.. &&
	test_grep "pending   3" out
'

test_expect_success 'a bare clone deploys a branch' '
	git clone -q --bare . ../bare.git && cd ../bare.git && git migrate up --env staging --to 001_t --at main &&
	git migrate doctor --env staging >out && test_grep "(bare)" out && rm -f out && cd ../whole
'

test_expect_success 'a linked worktree shares ledger and state' '
	git fetch -q ../bare.git "refs/notes/migrate/*:refs/notes/migrate/*" && git worktree add -q ../linked &&
	cd ../linked &&
	git migrate up --env staging --to 002_t && cd ../whole && git migrate status --env staging >out &&
	test_grep "applied   2 of 3" out
'

test_expect_success 'a shallow clone with one pending migration needs no history' '
	git clone -q --depth 1 "file://$trash/whole" ../shallow && cd ../shallow && git migrate up --env staging && cd ../whole
'

test_expect_success 'a shallow clone that hides an order says so, with the remedy' '
	query "DROP TABLE t1, t2, t3" && query "DROP SCHEMA git_migrate CASCADE" &&
	git for-each-ref --format="delete %(refname)" refs/notes refs/migrate | git update-ref --stdin &&
	rm -rf .git/git-migrate &&
	git clone -q --depth 1 "file://$trash/whole" ../shallow2 && cd ../shallow2 &&
	test_expect_code 128 git migrate up --env staging 2>err && test_grep "shallow clone hides" err &&
	test_grep "fetch-depth: 0" err && cd ../whole
'

test_expect_success 'the same where some of the order is seen, and some is not' '
	git clone -q --depth 2 "file://$trash/whole" ../shallow3 && cd ../shallow3 &&
	test_expect_code 128 git migrate plan --env staging 2>err && test_grep "shallow clone hides" err &&
	git fetch -q --depth 3 && git migrate plan --env staging && cd ../whole
'

test_expect_success 'a shallow clone that goes back to the root hides nothing' '
	git clone -q --depth "$(git rev-list --count HEAD)" "file://$trash/whole" ../shallow4 && cd ../shallow4 &&
	git migrate plan --env staging && cd ../whole
'

test_expect_success 'a shallow clone counts no commits that it cannot see' '
	git migrate up --env staging && commit later && git clone -q --depth 1 "file://$trash/whole" ../shallow5 &&
	cd ../shallow5 &&
	git fetch -q --depth 1 origin "$(git -C ../whole rev-parse HEAD~1)" &&
	git fetch -q origin "refs/notes/migrate/*:refs/notes/migrate/*" "refs/migrate/*:refs/migrate/*" &&
	git migrate status --env staging --format=json >out && test_grep "\"ahead\": null" out &&
	git fetch -q --unshallow && git migrate status --env staging --format=json >out && test_grep "\"ahead\": 1" out &&
	cd ../whole
'

test_expect_success 'a shallow clone puts an edit down to nobody rather than to the wrong one' '
	echo "CREATE TABLE t1 (id bigint);" >db/migrations/001_t.up.sql && commit "who edits" && commit "innocent" &&
	git clone -q --depth 1 "file://$trash/whole" ../shallow6 && cd ../shallow6 &&
	test_expect_code 4 git migrate up --env staging 2>err && test_grep -v innocent err &&
	test_grep "shallow clone hides who edited it" err &&
	git fetch -q --unshallow && test_expect_code 4 git migrate up --env staging 2>err && test_grep "who edits" err &&
	cd ../whole
'

test_expect_success 'check does not pass a removal because a shallow clone hides how old it is' '
	git rm -q db/migrations/00[23]_t.* && commit "remove" && git clone -q --depth 1 "file://$trash/whole" ../shallow7 &&
	cd ../shallow7 &&
	git fetch -q origin "refs/notes/migrate/*:refs/notes/migrate/*" "refs/migrate/*:refs/migrate/*" &&
	test_expect_code 128 git migrate check 2>err && test_grep "this shallow clone does not show" err && cd ../whole &&
	git reset -q --hard HEAD~3
'

test_expect_success 'a partial clone fetches what it lacks' '
	git clone -q --filter=blob:none --no-checkout "file://$trash/whole" ../partial && cd ../partial &&
	for name in a b c d e f g h; do git config "remote.$name.promisor" false || return 1; done &&
	git migrate up --env staging && git migrate verify --env staging && cd ../whole
'

test_expect_success 'a sha256 repository is refused with words' '
	git init -q --object-format=sha256 ../sha256 && cd ../sha256 && git commit -q --allow-empty -m x &&
	test_expect_code 128 git migrate status 2>../whole/err && cd ../whole && test_grep "has sha256 objects" err &&
	test_grep "object-format=sha1" err
'

test_expect_success 'an extension that libgit2 does not know is refused with words' '
	git clone -q . ../reftable && cd ../reftable && git config core.repositoryformatversion 1 &&
	git config extensions.refstorage reftable &&
	test_expect_code 128 git-migrate status 2>../whole/err && cd ../whole && test_grep "^error: " err &&
	test_grep "^hint: " err
'

test_expect_success 'outside of any repository' '
	mkdir ../nothing && cd ../nothing && test_expect_code 128 git-migrate status 2>../whole/err && cd ../whole &&
	test_grep "there is no git repository here" err
'

test_wants 'only root can give a repository to somebody else' [ "$(id -u)" = 0 ]
test_expect_success 'a repository of somebody else is refused until git trusts it' '
	cp -r ../whole ../foreign && chown -R nobody ../foreign && (cd ../foreign &&
	test_expect_code 128 git-migrate status --env staging 2>../whole/err &&
	test_grep "git does not trust this repository" ../whole/err &&
	GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="*" git-migrate status --env staging 2>../whole/err)
'

# A real PgBouncer, where one is installed. It refuses to run as root, as the server does.
pool=$(mktemp -d /tmp/gm-pool-XXXXXX)
chmod 777 "$pool"
start_pool() {
	printf "[databases]\n* = host=%s port=%s user=postgres\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = %s\nlisten_port = 6432\nauth_type = any\npool_mode = %s\nlogfile = %s/log\npidfile = %s/pid\n" \
		"$PGHOST" "$PGPORT" "$pool" "$1" "$pool" "$pool" >"$pool/ini" && chmod 644 "$pool/ini" &&
		if [ "$(id -u)" = 0 ]; then
			setpriv --reuid=postgres --regid=postgres --clear-groups pgbouncer -q -d "$pool/ini"
		else
			pgbouncer -q -d "$pool/ini"
		fi && wait_for "the socket of pgbouncer" 30 test -S "$pool/.s.PGSQL.6432" && wait_for "its pid" 30 test -s "$pool/pid"
}
stop_pool() {
	pid=$(cat "$pool/pid") && kill "$pid" && wait_for "the end of pgbouncer" 30 test_expect_code 1 kill -0 "$pid" &&
		rm -f "$pool"/.s.* "$pool/pid"
}

test_wants 'pgbouncer is not installed' command -v pgbouncer
test_expect_success 'a transaction pooler is refused with the reason' '
	start_pool transaction && git config migrate.staging.url "postgresql://postgres@/$TEST_DB?host=$pool&port=6432" &&
	test_expect_code 128 git migrate up --env staging 2>err && test_grep "reached through a transaction pooler" err &&
	test_grep "pool in session mode" err &&
	test_expect_code 1 git migrate doctor --env staging >out && test_grep "failed  *pooler" out && stop_pool
'

test_wants 'pgbouncer is not installed' command -v pgbouncer
test_expect_success 'a pool in session mode works' '
	start_pool session && git migrate up --env staging && git migrate doctor --env staging >out &&
	test_grep "ok  *pooler" out &&
	git config --unset migrate.staging.url && stop_pool
'
rm -rf "$pool"

test_expect_success 'git -c and the environment reach us' '
	test_expect_code 128 git -c migrate.staging.url=postgresql://nobody@/nowhere_at_all migrate status --env staging 2>err &&
	test_grep "cannot connect to nobody@.*nowhere_at_all" err
'

test_expect_success 'a setting from a file inside the work tree cannot redirect an environment' '
	git config -f evil.conf migrate.staging.url postgresql:///evil && git config include.path "$PWD/evil.conf" &&
	test_expect_code 128 git migrate status --env staging 2>err && git config --unset include.path && rm evil.conf &&
	test_grep "comes from a file inside the work tree" err
'

test_expect_success 'rewritten history is refused' '
	git checkout -q --orphan other && git rm -rqf --cached . && commit other && migration 009_x <<-\SQL &&
	SELECT 1;
	SQL
	migration 010_y <<-\SQL &&
	SELECT 1;
	SQL
	commit two && test_expect_code 4 git migrate up --env staging 2>err && test_grep "history was rewritten" err &&
	git checkout -qf main
'

test_expect_success 'doctor passes where all is well, and says what is not' '
	git migrate doctor --env staging >out && test_grep "0 failed" out &&
	test_expect_code 1 git migrate doctor --env nothere >out && test_grep "there is no environment .nothere." out &&
	git migrate doctor --env staging --format=json >out && test_grep "\"state\": \"ok\"" out
'

test_done
