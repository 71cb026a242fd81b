#!/bin/sh
# make bench: how long the main commands take, as multiples of what a stock program takes for the like in the same run.
#
# Each row is timed in turn with its reference, RUNS times (default 5; long rows fewer). Limits are 1.3 times of what was measured on a quiet
# machine with two cores: they catch what became slower, not what is slow. ROWS="up ledger" runs some of the groups.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
runs=${RUNS:-5}
. "$here/bench/bench-lib.sh"

# Deployments of 1,000 migrations, and what is left to do when nothing is.
bench_up() {
	make_repo thousand 1000
	section 'deployments' psql
	short=$runs && runs=3
	compare 'up, 1,000 migrations, signed, both ledgers' 1.9 psql_all up fresh_plain forget_deployments
	compare 'the same, and a snapshot of its 1,000 tables' 2.2 psql_all up_drawn fresh_plain forget_deployments
	runs=$short
	forget_deployments && up >/dev/null
	compare 'up with nothing pending, 1,000 applied' 4.7 select_1 up
	compare 'status, 1,000 applied' 4.5 select_1 status
}

# The memory of a long deployment, read while it runs.
bench_memory() {
	make_repo tenthousand 10000
	section 'ten thousand' psql
	up >/dev/null 2>&1 &
	pid=$!
	high=0
	while kill -0 "$pid" 2>/dev/null; do
		now=$(cat /proc/"$(pgrep -P "$pid" git-migrate || echo "$pid")"/status 2>/dev/null | awk '/VmHWM/ { print $2 }')
		[ "${now:-0}" -gt "$high" ] && high=$now
		sleep 0.05
	done
	wait "$pid"
	awk -v kb="$high" 'BEGIN { printf "%-56s %8.1f MB %29s %s\n", "memory, up of 10,000 migrations", kb / 1024, "64 MB", kb <= 65536 ? "ok" : "MISSED" }'
	compare 'up with nothing pending, 10,000 applied' 10.5 select_1 up
	compare 'status, 10,000 applied' 13 select_1 status
}

# A server that is 20 ms away.
bench_latency() {
	make_repo far 100
	far=$(mktemp -d /tmp/gm-far-XXXXXX)
	"$BUILD/bench/delay" "$far/.s.PGSQL.$PGPORT" "$PGHOST/.s.PGSQL.$PGPORT" 10 &
	proxy=$!
	for _ in $(seq 500); do [ -S "$far/.s.PGSQL.$PGPORT" ] || sleep 0.01; done
	section 'a round trip of 20 ms' psql
	far_psql_all() { PGHOST=$far psql_all; }
	far_up() { PGHOST=$far up; }
	far_select() { PGHOST=$far select_1; }
	short=$runs && runs=3
	compare 'up, 100 migrations' 0.65 far_psql_all far_up fresh_plain forget_deployments
	runs=$short
	forget_deployments && up >/dev/null
	compare 'up with nothing pending' 6.6 far_select far_up
	kill "$proxy"
	proxy=
	rm -rf "$far"
}

# A fresh clone that has verified nothing yet, of an environment with 1,000 signed records.
bench_ledger() {
	make_repo chain 500
	for file in db/migrations/*.up.sql; do
		git-migrate up --env bench --to "$(basename "$file" .up.sql)" >/dev/null
	done
	git clone -q --bare . "$root/chain.git"
	git remote add origin "$root/chain.git"
	git-migrate sync >/dev/null
	fresh_clone() {
		rm -rf "$root/clone-of-chain"
		git clone -q "$root/chain.git" "$root/clone-of-chain"
	}
	in_clone() { (cd "$root/clone-of-chain" && up); }
	verify_known() { git-migrate verify --env bench; }
	verify_clone() { (cd "$root/clone-of-chain" && git-migrate verify --env bench); }
	section '1,000 signed records' 'known here'
	short=$runs && runs=1
	compare 'up with nothing pending, in a fresh clone' 300 up in_clone nothing fresh_clone
	compare 'verify, in a fresh clone' 290 verify_known verify_clone nothing fresh_clone
	runs=$short
}

# Twenty environments at once.
bench_environments() {
	make_repo many 1
	for i in $(seq 20); do
		"$psql" -Xqc "CREATE DATABASE many$i" postgres
		echo "url: postgresql:///many$i" >"db/environments/e$i.yaml"
	done
	rm db/environments/bench.yaml db/environments/drawn.yaml
	echo 'url: postgresql:///many' >db/environments/local.yaml
	git add -A && git commit -q -m environments
	select_20() { for i in $(seq 20); do "$psql" -Xqc 'select 1' "many$i"; done; }
	status_all() { git-migrate status --all; }
	section 'twenty environments' psql
	compare 'status --all' 1.5 select_20 status_all
}

# Histories of 100,000 commits.
bench_history() {
	# 1,000 migrations, of which the last 20 land within the last 500 commits.
	git init -q -b main "$root/long" && cd "$root/long"
	awk 'BEGIN {
		for (i = 1; i <= 100000; i++) {
			printf "commit refs/heads/main\ncommitter B <b@example.com> %d +0000\ndata 2\nc\n", 1600000000 + i
			printf "M 100644 inline src/f%d\ndata 4\n%03d\n\n", i % 50, i % 1000
			m = 0
			if (i <= 98000 && i % 100 == 0) m = i / 100
			if (i > 99500 && i % 25 == 0) m = 980 + (i - 99500) / 25
			if (i == 1) printf "M 100644 inline db/environments/bench.yaml\ndata 24\nurl: postgresql:///long\n\n"
			if (m) {
				text = sprintf("CREATE TABLE m%d (id int);\n", m)
				printf "M 100644 inline db/migrations/%04d.up.sql\ndata %d\n%s\n", m, length(text), text
			}
		}
	}' | git fast-import --quiet
	git reset -q --hard
	"$psql" -Xqc 'CREATE DATABASE long' postgres
	database=long
	section '100,000 commits' psql
	git-migrate up --env bench --at main~500 >/dev/null
	compare 'status, 100,000 commits, 20 pending in the last 500' 6.8 select_1 status
	git-migrate up --env bench --at main~1 >/dev/null
	compare 'status, 100,000 commits, 1 pending' 4.8 select_1 status
}

bench_hooks() {
	# Hooks, in a clone of the repository with 1,000 migrations, all applied to an environment that main feeds.
	make_repo hooked 1000
	echo 'source: {branch: main}' >>db/environments/bench.yaml
	git commit -q -am 'fed by main'
	git-migrate up --env bench >/dev/null
	git clone -q --bare . "$root/server.git"
	git clone -q "$root/server.git" "$root/clone" 2>/dev/null
	cd "$root/clone"
	git-migrate sync >/dev/null
	head=$(git rev-parse HEAD)
	rev_parse() { git rev-parse --verify -q HEAD; }
	hook() { git migrate hook "$@"; }
	pre_commit_same() { hook pre-commit; }
	post_checkout_same() { hook post-checkout -- "$head" "$head" 1; }
	post_checkout_other() { hook post-checkout -- "$head~1" "$head" 1; }
	post_merge() { hook post-merge -- 0; }
	pre_push() { echo "refs/heads/main $head refs/heads/main $head" | hook pre-push -- origin "$root/server.git"; }
	pre_receive() { (cd "$root/server.git" && echo "$head $head refs/heads/main" | hook pre-receive); }
	section 'hooks, with 1,000 migrations' git
	compare 'pre-commit, no migration staged, to git rev-parse' 21 rev_parse pre_commit_same
	compare 'pre-push, nothing new' 21 rev_parse pre_push
	compare 'post-checkout of the same commit' 19 rev_parse post_checkout_same
	compare 'post-checkout of another commit' 17 rev_parse post_checkout_other
	compare 'post-merge, nothing to deploy' 17 rev_parse post_merge
	compare 'pre-receive, nothing new' 22 rev_parse pre_receive

	# A push of 1,000 commits with 1,000 migrations, into a repository with pre-receive and into one without.
	for i in $(seq 1 1000); do
		printf 'commit refs/heads/push\ncommitter B <b@example.com> %d +0000\ndata 2\nc\n' $((1800000000 + i))
		[ "$i" -gt 1 ] || printf 'from %s\n' "$head"
		text="CREATE TABLE p$i (id int);"
		printf 'M 100644 inline db/migrations/p%04d.up.sql\ndata %d\n%s\n' "$i" ${#text} "$text"
		text="DROP TABLE p$i;"
		printf 'M 100644 inline db/migrations/p%04d.down.sql\ndata %d\n%s\n' "$i" ${#text} "$text"
	done | git fast-import --quiet
	cp -r "$root/server.git" "$root/guarded.git"
	(cd "$root/guarded.git" && git-migrate hooks install --server >/dev/null)
	push_to() {
		git -C "$1" update-ref refs/heads/main "$head"
		git push -q "$1" push:main
	}
	push_plain() { push_to "$root/server.git"; }
	push_guarded() { push_to "$root/guarded.git"; }
	compare 'push of 1,000 commits with pre-receive, to one without' 1.3 push_plain push_guarded
}

bench_schema() {
	# The schema: 2,000 tables, 10,000 columns, 4,000 indexes, 500 functions.
	git init -q -b main "$root/big" && cd "$root/big"
	mkdir -p db/environments
	echo 'url: postgresql:///big' >db/environments/bench.yaml
	git add -A && git commit -q -m big
	"$psql" -Xqc 'CREATE DATABASE big' postgres
	awk 'BEGIN {
		for (i = 0; i < 2000; i++) {
			printf "CREATE TABLE t%d (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int DEFAULT 5, b text NOT NULL, c numeric(10,2), d timestamptz DEFAULT now());\n", i
			printf "CREATE INDEX t%d_a ON t%d (a);\n", i, i
		}
		for (i = 0; i < 500; i++) printf "CREATE FUNCTION f%d(a int) RETURNS int LANGUAGE sql AS $$SELECT a + %d$$;\n", i, i
	}' | "$psql" -Xq big
	dump() { "$PG_TEST_BIN/pg_dump" -s big; }
	snapshot() { git-migrate schema --env bench --tree; }
	section 'the schema' 'pg_dump -s'
	compare 'snapshot of 2,000 tables' 0.5 dump snapshot
}

# Everything on the scratch server, which is warm.
bench_check() {
	make_repo three 300
	section 'the gate, 300 migrations' psql
	check() { git-migrate check; }
	reversible() { git-migrate check --reversible; }
	walk() { git-migrate test --env bench; }
	check >/dev/null
	compare 'check' 2 psql_all check fresh_plain
	short=$runs && runs=3
	compare 'check --reversible' 56 psql_all reversible fresh_plain
	compare 'test' 54 psql_all walk fresh_plain
	runs=$short
}

for group in ${ROWS:-up memory latency ledger environments history hooks schema check}; do
	"bench_$group"
done
