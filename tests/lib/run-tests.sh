#!/bin/sh
# Runs test programs and scripts under prove, beside a PostgreSQL that it starts itself, in a clean environment.
# usage: BUILD=folder run-tests.sh TEST...   (JOBS, PROVE_FLAGS)
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d "${TMPDIR:-/tmp}/gm-test-XXXXXX")
chmod 755 "$root"

# Nothing of the caller's git or PostgreSQL settings may reach a test.
for name in $(env | sed -n 's/^\(GIT_[A-Z_]*\|PG[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done

. "$here/postgres.sh"

stop_all() {
	pg_test_stop immediate
	for data in /var/lib/git-migrate/*/owner; do
		case "$(cat "$data" 2>/dev/null)" in
		"$root"/*)
			base=$(dirname "$data")
			pid=$(sed -n 1p "$base/data/postmaster.pid" 2>/dev/null)
			[ -z "$pid" ] || kill -QUIT "$pid" 2>/dev/null
			rm -rf "$base" "$base.lock"
			;;
		esac
	done
	rm -rf "$root" "${PGHOST:-}"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

pg_test_start "$root/postgres" || exit 1

HOME=$root/home
mkdir -p "$HOME"
cat >"$HOME/.gitconfig" <<'EOF'
[user]
	name = Test User
	email = test@example.com
[init]
	defaultBranch = main
[gc]
	auto = 0
[maintenance]
	auto = false
[advice]
	detachedHead = false
[protocol "file"]
	allow = always
EOF
GIT_MIGRATE=$BUILD/git-migrate
PATH=$BUILD:$PATH
TMPDIR=$root/tmp
mkdir -p "$TMPDIR"
chmod 1777 "$TMPDIR"
GIT_CONFIG_NOSYSTEM=1
LC_ALL=C.UTF-8
TZ=UTC
unset XDG_RUNTIME_DIR XDG_CONFIG_HOME GNUPGHOME NO_COLOR
export HOME GIT_MIGRATE PATH TMPDIR GIT_CONFIG_NOSYSTEM LC_ALL TZ BUILD

TEST_SKIPPED=$root/skipped
: >"$TEST_SKIPPED"
TEST_FAILED=$root/failed
: >"$TEST_FAILED"
export TEST_SKIPPED TEST_FAILED

# prove names neither a test that was skipped within a script nor one that failed: they stand before its closing lines, the
# failed ones with what they printed.
# shellcheck disable=SC2086
{
	prove -j"${JOBS:-2}" --exec "sh $here/run-one.sh" ${PROVE_FLAGS:-} "$@" :: --tap
	echo $? >"$root/status"
} | awk -v skipped="$TEST_SKIPPED" -v failed="$TEST_FAILED" '
	function tell(line) {
		while (!told && (getline line <skipped) > 0) print "Skipped: " line
		while (!told && (getline line <failed) > 0) print line
		told = 1
	}
	/^Files=[0-9]/ { tell() }
	{ print; fflush() }
	END { tell() }'
exit "$(cat "$root/status")"
