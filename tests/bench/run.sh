#!/bin/sh
# make bench: how long the main commands take, as multiples of what psql takes for the like in the same run.
#
# Each figure is the median of RUNS runs (default 7), taken in turn with its psql. The server's durability settings are its
# defaults (fsync on): a commit costs what it costs in production.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
runs=${RUNS:-7}
root=$(mktemp -d "${TMPDIR:-/tmp}/gm-bench-XXXXXX")
chmod 755 "$root"
for name in $(env | sed -n 's/^\(GIT_[A-Z_]*\|PG[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done
. "$here/lib/postgres.sh"
trap 'pg_test_stop immediate; rm -rf "$root" "${PGHOST:-}"' EXIT
pg_test_start "$root/postgres"
sed -i '/^\(fsync\|synchronous_commit\|full_page_writes\) /d' "$PG_TEST_DATA/postgresql.conf"
pg_test_stop fast && pg_test_restart
export HOME="$root" PATH="$BUILD:$PATH" GIT_CONFIG_NOSYSTEM=1 LC_ALL=C.UTF-8
git config --global user.name Bench
git config --global user.email bench@example.com
git config --global gc.auto 0
psql=$PG_TEST_BIN/psql

ssh-keygen -q -t ed25519 -N '' -f "$root/key"
echo "bench@example.com $(cat "$root/key.pub")" >"$root/allowed"
git config --global gpg.format ssh
git config --global user.signingKey "$root/key"
git config --global gpg.ssh.allowedSignersFile "$root/allowed"

# Milliseconds that a command takes; its output is thrown away, its failure ends the benchmark.
time_ms() {
	start=$(date +%s%N)
	"$@" >/dev/null 2>"$root/err" || { cat "$root/err" >&2; exit 1; }
	echo $((($(date +%s%N) - start) / 10000))
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# compare TITLE LIMIT BASE COMMAND: both are functions; prints the ratio of their medians.
compare() {
	: >"$root/a" && : >"$root/b"
	for _ in $(seq "$runs"); do
		time_ms "$3" >>"$root/b"
		time_ms "$4" >>"$root/a"
	done
	awk -v title="$1" -v limit="$2" -v a="$(median <"$root/a")" -v b="$(median <"$root/b")" 'BEGIN {
		r = a / b
		printf "%-52s %8.1f ms %8.1f ms %7.2f  %s %s\n", title, a / 100, b / 100, r, limit, r <= limit ? "ok" : "MISSED"
	}'
}

# make_repo NAME COUNT: a repository with COUNT small migrations, and one file with the same as transactions for psql.
make_repo() {
	git init -q -b main "$root/$1"
	cd "$root/$1"
	mkdir -p db/migrations db/environments
	printf 'url: postgresql:///%s\noptions: {snapshot: false}\n' "$1" >db/environments/bench.yaml
	printf 'url: postgresql:///%s\n' "$1" >db/environments/drawn.yaml
	awk -v n="$2" 'BEGIN {
		for (i = 1; i <= n; i++) {
			up = sprintf("db/migrations/%05d_t.up.sql", i)
			printf "CREATE TABLE t%d (id int PRIMARY KEY, v text);\n", i >up
			close(up)
			down = sprintf("db/migrations/%05d_t.down.sql", i)
			printf "DROP TABLE t%d;\n", i >down
			close(down)
			printf "BEGIN;\nCREATE TABLE t%d (id int PRIMARY KEY, v text);\nCOMMIT;\n", i >"all.sql"
		}
	}'
	mv all.sql "$root/$1.sql"
	git add -A && git commit -q -m all
	"$psql" -Xqc "CREATE DATABASE \"$1\"" postgres
}

fresh_database() {
	"$psql" -Xqc "DROP DATABASE IF EXISTS \"$1\"" postgres 2>/dev/null
	"$psql" -Xqc "CREATE DATABASE \"$1\"" postgres
}

select_1() { "$psql" -Xqc 'select 1' "$database"; }
psql_all() { "$psql" -Xq -v ON_ERROR_STOP=1 -f "$root/thousand.sql" plain; }
up() { git-migrate up --env bench; }
up_all() { git-migrate up --env bench; }
up_drawn() { git-migrate up --env drawn; }
status() { git-migrate status --env bench; }

printf '%-52s %11s %11s %7s  %s\n' 'what' 'git migrate' 'psql' 'ratio' 'limit'

make_repo thousand 1000
database=thousand
: >"$root/a" && : >"$root/b"
for _ in 1 2 3; do
	fresh_database plain
	time_ms psql_all >>"$root/b"
	fresh_database thousand
	git for-each-ref --format='delete %(refname)' refs/notes refs/migrate | git update-ref --stdin
	rm -rf .git/git-migrate
	time_ms up_all >>"$root/a"
done
awk -v a="$(median <"$root/a")" -v b="$(median <"$root/b")" 'BEGIN {
	r = a / b
	printf "%-52s %8.1f ms %8.1f ms %7.2f  %s %s\n", "up, 1,000 migrations, signed, both ledgers", a / 100, b / 100, r, 1.25, r <= 1.25 ? "ok" : "MISSED"
}'
: >"$root/a"
for _ in 1 2 3; do
	fresh_database thousand
	git for-each-ref --format='delete %(refname)' refs/notes refs/migrate | git update-ref --stdin
	rm -rf .git/git-migrate
	time_ms up_drawn >>"$root/a"
done
awk -v a="$(median <"$root/a")" -v b="$(median <"$root/b")" 'BEGIN {
	r = a / b
	printf "%-52s %8.1f ms %8.1f ms %7.2f  %s %s\n", "the same, and a snapshot of its 1,000 tables", a / 100, b / 100, r, 2, r <= 2 ? "ok" : "MISSED"
}'
fresh_database thousand
git for-each-ref --format='delete %(refname)' refs/notes refs/migrate | git update-ref --stdin
rm -rf .git/git-migrate
up_all >/dev/null
compare 'up with nothing pending, 1,000 applied' 5 select_1 up
compare 'status, 1,000 applied' 5 select_1 status

make_repo tenthousand 10000
database=tenthousand
/usr/bin/env time -f %M -o "$root/memory" true 2>/dev/null || true
peak() { awk '/VmHWM/ { print $2 }' "/proc/$1/status"; }
git-migrate up --env bench >/dev/null 2>&1 &
pid=$!
high=0
while kill -0 "$pid" 2>/dev/null; do
	now=$(peak "$pid" 2>/dev/null || echo 0)
	[ "${now:-0}" -gt "$high" ] && high=$now
	sleep 0.05
done
wait "$pid"
awk -v kb="$high" 'BEGIN { printf "%-52s %8.1f MB %30s %s\n", "memory, up of 10,000 migrations", kb / 1024, "64 MB", kb <= 65536 ? "ok" : "MISSED" }'
compare 'up with nothing pending, 10,000 applied' 8 select_1 up
compare 'status, 10,000 applied' 8 select_1 status

# 100,000 commits by fast-import; 1,000 migrations, of which the last 20 land within the last 500 commits.
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
git-migrate up --env bench --at main~500 >/dev/null
compare 'status, 100,000 commits, 20 pending in the last 500' 10 select_1 status
git-migrate up --env bench --at main~1 >/dev/null
compare 'status, 100,000 commits, 1 pending' 6 select_1 status

# Hooks, in a clone of the repository with 1,000 migrations, all applied to an environment that main feeds.
cd "$root/thousand"
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
printf '\n%-52s %11s %11s %7s  %s\n' 'what' 'git migrate' 'git' 'ratio' 'limit'
compare 'pre-commit, no migration staged, to git rev-parse' 20 rev_parse pre_commit_same
compare 'pre-push, nothing new' 20 rev_parse pre_push
compare 'post-checkout of the same commit' 20 rev_parse post_checkout_same
compare 'post-checkout of another commit' 20 rev_parse post_checkout_other
compare 'post-merge, nothing to deploy' 20 rev_parse post_merge
compare 'pre-receive, nothing new' 20 rev_parse pre_receive

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
compare 'push of 1,000 commits with pre-receive, to one without' 1.5 push_plain push_guarded

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
printf '\n%-52s %11s %11s %7s  %s\n' 'what' 'git migrate' 'pg_dump -s' 'ratio' 'limit'
compare 'snapshot of 2,000 tables' 0.3 dump snapshot

# check on 300 migrations, with a warm scratch server.
make_repo three 300
database=three
psql_three() { fresh_database plain && "$psql" -Xq -v ON_ERROR_STOP=1 -f "$root/three.sql" plain; }
check() { git-migrate check; }
check >/dev/null
printf '\n%-52s %11s %11s %7s  %s\n' 'what' 'git migrate' 'psql' 'ratio' 'limit'
# A second is allowed on top, for two databases that are made and dropped.
compare 'check, 300 migrations (1.5 and 1 s)' 1.5 psql_three check |
	awk '{ ours = $(NF - 6); theirs = $(NF - 4); sub(/[^ ]*$/, ours <= 1.5 * theirs + 1000 ? "ok" : "MISSED"); print }'
