# The frame of the benchmark: a server with its defaults, a signing key, and comparisons in turn. Sourced by run.sh; POSIX sh.
# shellcheck shell=sh

root=$(mktemp -d "${TMPDIR:-/tmp}/gm-bench-XXXXXX")
chmod 755 "$root"
for name in $(env | sed -n 's/^\(GIT_[A-Z_]*\|PG[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done
. "$here/lib/postgres.sh"
bench_end() {
	[ -z "${proxy:-}" ] || kill "$proxy" 2>/dev/null
	pg_test_stop immediate
	rm -rf "$root" "${PGHOST:-}"
}
trap bench_end EXIT
pg_test_start "$root/postgres"
# The durability settings are the server's defaults: a commit costs what it costs in production.
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

# Hundredths of a millisecond that a command takes; its output is thrown away, its failure ends the benchmark.
time_of() {
	start=$(date +%s%N)
	"$@" >/dev/null 2>"$root/err" || { cat "$root/err" >&2; exit 1; }
	echo $((($(date +%s%N) - start) / 10000))
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

nothing() { :; }

# section TITLE REFERENCE: a head for the rows below it.
section() {
	printf '\n%-56s %11s %11s %7s  %s\n' "$1" 'git migrate' "$2" ratio limit
}

# compare TITLE LIMIT REFERENCE COMMAND [BEFORE-REFERENCE BEFORE-COMMAND]: all are functions; the two are run in turn, what comes
# before them is not timed. Prints both medians and the median of the ratios, pair by pair.
compare() {
	: >"$root/ours" && : >"$root/theirs"
	for _ in $(seq "$runs"); do
		${5:-nothing} >/dev/null 2>&1
		time_of "$3" >>"$root/theirs"
		${6:-nothing} >/dev/null 2>&1
		time_of "$4" >>"$root/ours"
	done
	paste "$root/ours" "$root/theirs" | awk '{ print $1 / $2 }' >"$root/ratios"
	awk -v title="$1" -v limit="$2" -v ours="$(median <"$root/ours")" -v theirs="$(median <"$root/theirs")" -v r="$(median <"$root/ratios")" \
		'BEGIN { printf "%-56s %8.1f ms %8.1f ms %7.2f  %s %s\n", title, ours / 100, theirs / 100, r, limit, r <= limit ? "ok" : "MISSED" }'
}

# make_repo NAME COUNT: a repository with COUNT small migrations, and a file with the same as transactions for psql.
make_repo() {
	git init -q -b main "$root/$1"
	cd "$root/$1" || exit 1
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
	database=$1
}

fresh_database() {
	"$psql" -Xqc "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" postgres
	"$psql" -Xqc "CREATE DATABASE \"$1\"" postgres
}

# The repository at hand as if nothing had ever been deployed.
forget_deployments() {
	fresh_database "$database"
	git for-each-ref --format='delete %(refname)' refs/notes refs/migrate | git update-ref --stdin
	rm -rf .git/git-migrate
}

fresh_plain() { fresh_database plain; }
select_1() { "$psql" -Xqc 'select 1' "$database"; }
psql_all() { "$psql" -Xq -v ON_ERROR_STOP=1 -f "$root/$database.sql" plain; }
up() { git-migrate up --env bench; }
up_drawn() { git-migrate up --env drawn; }
status() { git-migrate status --env bench; }
