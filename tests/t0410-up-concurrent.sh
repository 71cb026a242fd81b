#!/bin/sh
# Eight deployers at once, again and again: every migration runs once, no record is lost, nobody deadlocks.
. "$(dirname "$0")/lib/test-lib.sh"

rounds=${ROUNDS:-20}
test_repo many
environment staging 'sign: false'
commit start
git init -q --bare "$trash/remote.git"
git remote add origin "$trash/remote.git"
git push -q origin main
for i in 1 2 3 4 5 6 7 8; do
	git clone -q "$trash/remote.git" "$trash/clone$i"
done

# Each round brings two migrations that fail when they run twice, and eight deployers in clones of their own.
round() {
	printf 'CREATE TABLE r%s_a (id int);\nINSERT INTO tally VALUES (%s);\n' "$1" "$1" >"db/migrations/r$1_a.up.sql"
	printf 'CREATE TABLE r%s_b (id int);\nINSERT INTO tally VALUES (%s);\n' "$1" "$1" >"db/migrations/r$1_b.up.sql"
	commit "round $1" && git push -q origin main || return 1
	pids=
	for i in 1 2 3 4 5 6 7 8; do
		git -C "$trash/clone$i" pull -q || return 1
		(cd "$trash/clone$i" && exec git-migrate up --env staging --wait 30 --allow-existing) >"$trash/log$i" 2>&1 &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid" || { cat "$trash"/log*; return 1; }
	done
	test_is "$(cat "$trash"/log* | grep -c '2 migrations applied')" 1
}

test_expect_success "$rounds rounds of eight deployers: one works, the others wait and find nothing to do" '
	mkdir -p db/migrations && query "CREATE TABLE tally (round int)" &&
	for n in $(seq 1 $rounds); do round $n || return 1; done
'

test_expect_success 'every migration was applied exactly once' '
	test_is "$(query "SELECT count(*) FROM git_migrate.applied")" $((rounds * 2)) &&
	test_is "$(query "SELECT count(*) FROM tally")" $((rounds * 2))
'

test_expect_success 'no record was lost, and the chain is whole, in every clone and on the remote' '
	test_is "$(query "SELECT count(*) FROM git_migrate.record")" $((rounds * 2)) &&
	git migrate up --env staging && git migrate verify --env staging --full >out && test_grep "no problem" out &&
	git clone -q "$trash/remote.git" "$trash/fresh" && cd "$trash/fresh" &&
	git migrate verify --env staging --full >out && test_grep "$((rounds * 2)) in the notes" out && cd ../many
'

sleeping() {
	test "$(query "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%'
		AND pid <> pg_backend_pid() AND datname = current_database()")" = 1
}

test_expect_success 'who may not wait exits 5 and names the holder' '
	printf "SELECT pg_sleep(600);\n" >db/migrations/sleep.up.sql && commit sleep &&
	{ git-migrate up --env staging >/dev/null 2>&1 & } && pid=$! &&
	wait_for "the statement" 30 sleeping &&
	test_expect_code 5 git migrate up --env staging --wait 0 2>err &&
	test_grep "is locked by another deployer" err && test_grep "held by git-migrate up staging (.*@.*" err &&
	git migrate status --env staging >out && test_grep "has no outcome" out &&
	kill -INT $pid && test_expect_code 3 wait $pid
'

test_expect_success 'CREATE INDEX CONCURRENTLY beside a waiting deployer: no deadlock' '
	git rm -qf db/migrations/sleep.up.sql && commit "no sleep" &&
	query "CREATE TABLE big AS SELECT i FROM generate_series(1, 200000) i" &&
	printf "CREATE INDEX CONCURRENTLY big_i ON big (i);\n" >db/migrations/cic.up.sql && commit cic &&
	git push -q origin main &&
	git -C "$trash/clone1" pull -q && git -C "$trash/clone2" pull -q &&
	{ (cd "$trash/clone1" && exec git-migrate up --env staging --wait 60) >"$trash/log1" 2>&1 & } && pid1=$! &&
	{ (cd "$trash/clone2" && exec git-migrate up --env staging --wait 60) >"$trash/log2" 2>&1 & } && pid2=$! &&
	wait $pid1 && wait $pid2 &&
	test_is "$(query "SELECT indisvalid FROM pg_index WHERE indexrelid = \$\$big_i\$\$::regclass")" t
'

test_done
