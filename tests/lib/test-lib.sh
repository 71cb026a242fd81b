# The vocabulary of the end-to-end tests, sourced by tests/t*.sh. Prints TAP. POSIX sh with `local`.
#
#   test_expect_success 'what holds' 'commands'   one test; its commands are chained with &&
#   test_wants REASON command...                  the next test runs where this command succeeds; else it is skipped, and why
#   test_skip_all REASON                          ends a script that cannot run here
#   test_expect_code N command...                 the command must exit with N
#   test_grep [-v] PATTERN FILE                   FILE has (not) a line that matches; shows FILE otherwise, or says that it is missing
#   test_is ACTUAL EXPECTED                       the two words are the same; shows both otherwise
#   wait_for WHAT SECONDS command...              until the command succeeds, and no longer than SECONDS; says what never came
#   test_cmp EXPECTED ACTUAL                      the files are the same; shows their diff otherwise
#   test_repo NAME                                makes repository NAME in the trash folder and changes into it
#   migration NAME <<up [down text as $2]         writes db/migrations/NAME.{up,down}.sql
#   commit MESSAGE                                commits everything, at the next second of a fixed clock
#   test_database                                 a database of this script's own; exports TEST_DB
#   environment NAME [YAML lines...]              writes db/environments/NAME.yaml for a database of its own
#   query SQL                                     one value or rows of TEST_DB, unaligned
#   test_done                                     the end
#
# A failing test shows what its commands printed. TEST_FAIL_AT=N makes the N-th assertion fail, whatever it sees (mutate.sh). KEEP=1 keeps the trash folder.
# shellcheck shell=dash disable=SC2034

set -u
test_count=0
test_failed=0
test_skip=
test_name=$(basename "$0" .sh)
trash=$(mktemp -d "${TMPDIR:-/tmp}/$test_name-XXXXXX")
test_databases=
clock=1700000000
psql=$PG_TEST_BIN/psql

test_cleanup() {
	cd /
	for each in $test_databases; do
		"$psql" -Xqc "DROP DATABASE IF EXISTS \"$each\" WITH (FORCE)" postgres >/dev/null 2>&1
	done
	[ -n "${KEEP:-}" ] || rm -rf "$trash"
}
trap test_cleanup EXIT
trap 'exit 130' INT TERM
cd "$trash" || exit 1

# A function of its own, so that a `return` in the commands ends them and not the test's report.
test_eval() {
	eval "$1"
}

# Whether a failure anywhere in the commands fails the test: with a first one that fails, none of the others may run or decide.
test_chained() {
	test_eval "(exit 117) && $1" >"$trash/.output" 2>&1 </dev/null
	[ $? = 117 ] && return 0
	echo "the commands are not all chained with &&: a failure in the midst would be lost" >>"$trash/.output"
	return 1
}

# Opens every assertion: fails where this one is to fail. Each is noted with the number of its test.
test_forced=0
test_asserting=
test_assertion() {
	[ -n "$test_asserting" ] || return 0
	echo "$test_count" >>"$trash/.assertions"
	[ "$(wc -l <"$trash/.assertions")" = "$TEST_FAIL_AT" ] || return 0
	echo "made to fail: $*"
	return 1
}
if [ -n "${TEST_FAIL_AT:-}" ]; then
	: >"$trash/.assertions"
	test() {
		test_assertion test "$@" && command test "$@"
	}
fi

# test_run COMMANDS: with its assertions counted, where somebody asks for that. Nothing comes behind the one that was to fail.
test_run() {
	local status=0
	[ -z "${TEST_FAIL_AT:-}" ] || test_asserting=yes
	test_eval "$1" || status=$?
	test_asserting=
	return $status
}

test_told_enough() {
	[ "${TEST_FAIL_AT:-0}" -gt 0 ] && [ "$(wc -l <"$trash/.assertions")" -ge "$TEST_FAIL_AT" ] && test_done
}

test_wants() {
	local reason="$1"
	shift
	"$@" >/dev/null 2>&1 || test_skip=$reason
}

# run-tests.sh names what was skipped at the end of the run.
test_skip_note() {
	echo "$test_name: $1" >>"${TEST_SKIPPED:-/dev/null}"
}

test_skip_all() {
	test_skip_note "all of it: $1"
	echo "1..0 # SKIP $1"
	exit 0
}

test_expect_success() {
	local skip="$test_skip"
	test_count=$((test_count + 1))
	test_skip=
	if [ -n "$skip" ]; then
		test_skip_note "$1: $skip"
		echo "ok $test_count - $1 # SKIP $skip"
	elif test_chained "$2" && test_run "$2" >"$trash/.output" 2>&1 </dev/null; then
		echo "ok $test_count - $1"
	else
		test_failed=$((test_failed + 1))
		echo "not ok $test_count - $1"
		sed 's/^/# /' "$trash/.output"
	fi
	test_told_enough || :
}

test_expect_code() {
	local expected="$1" actual=0
	shift
	"$@" || actual=$?
	test_assertion test_expect_code "$expected" "$@" || return 1
	[ "$actual" = "$expected" ] && return 0
	echo "exit status $actual, expected $expected: $*"
	return 1
}

test_grep() {
	local unwanted=
	test_assertion test_grep "$@" || return 1
	[ "$1" != -v ] || { unwanted=yes && shift; }
	if [ ! -r "$2" ]; then
		echo "there is no file '$2' to look for '$1' in"
		return 1
	fi
	if grep -q -e "$1" "$2"; then
		[ -n "$unwanted" ] || return 0
		echo "unexpected '$1' in:"
	else
		[ -z "$unwanted" ] || return 0
		echo "no '$1' in:"
	fi
	cat "$2"
	return 1
}

test_is() {
	test_assertion test_is "$@" || return 1
	[ "$1" != "$2" ] || return 0
	echo "it is:       $1"
	echo "expected is: $2"
	return 1
}

wait_for() {
	local what="$1" seconds="$2" end test_asserting=
	end=$(($(date +%s) + $2))
	shift 2
	until "$@" >/dev/null 2>&1; do
		if [ "$(date +%s)" -gt "$end" ]; then
			echo "waited $seconds seconds in vain for $what: $*"
			return 1
		fi
		sleep 0.02
	done
}

test_cmp() {
	test_assertion test_cmp "$@" && diff -u "$1" "$2"
}

test_repo() {
	git init -q "$trash/$1" && cd "$trash/$1" &&
		printf '/%s\n' out err expected order actual state verified log again first new hold locked >.git/info/exclude
}

tick() {
	clock=$((clock + 60))
	GIT_AUTHOR_DATE="$clock +0000"
	GIT_COMMITTER_DATE="$clock +0000"
	export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
}

commit() {
	tick
	git add -A && git commit -q --allow-empty -m "$1"
	local status=$?
	unset GIT_COMMITTER_DATE GIT_AUTHOR_DATE
	return $status
}

migration() {
	mkdir -p "$(dirname "db/migrations/$1")"
	cat >"db/migrations/$1.up.sql"
	[ -z "${2:-}" ] || echo "$2" >"db/migrations/$1.down.sql"
}

test_database() {
	TEST_DB="t_$(echo "$test_name" | tr -c 'a-z0-9\n' _)_$$_${1:-a}"
	test_databases="$test_databases $TEST_DB"
	export TEST_DB
	"$psql" -Xqc "CREATE DATABASE \"$TEST_DB\"" postgres
}

environment() {
	local name="$1"
	shift
	test_database "$name" || return 1
	mkdir -p db/environments
	{
		echo "url: postgresql:///$TEST_DB"
		for line in "$@"; do
			echo "$line"
		done
	} >"db/environments/$name.yaml"
}

query() {
	"$psql" -XAtqc "$1" "$TEST_DB"
}

# scratch_query SQL: asks the scratch server of this repository.
scratch_query() {
	local socket
	socket=$(ls -d "${XDG_RUNTIME_DIR:-/tmp}"/git-migrate-*"$(cat .git/git-migrate/server-name)"-scratch*) &&
		"$psql" -XAtqc "$1" -h "$socket" -p 5432 -U postgres postgres
}

# A key to sign with, made for this script; every repository of it uses it.
test_ssh_key() {
	ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$trash/key-$1" &&
		echo "$1@example.com $(cat "$trash/key-$1.pub")" >>"$trash/allowed"
}

test_sign_with() {
	git config gpg.format ssh &&
		git config user.signingKey "$trash/key-$1" &&
		git config gpg.ssh.allowedSignersFile "$trash/allowed"
}

test_done() {
	[ -z "${TEST_FAIL_AT:-}" ] || cp "$trash/.assertions" "${TEST_ASSERTIONS:-/dev/null}"
	echo "1..$test_count"
	[ "$test_failed" = 0 ]
	exit
}
