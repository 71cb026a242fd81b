#!/bin/sh
# Every assertion of the end-to-end tests can fail a test: each is made to fail in turn, and its test must be the one that is not ok.
# usage: make mutate   SAMPLE=N of them (0: all), chosen by a hash of SEED; MUTATE_SECONDS ends it; MUTATE= names scripts
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/mutate-XXXXXX")
trap 'rm -rf "$work"' EXIT
sample=${SAMPLE:-0} seed=${SEED:-$(git rev-parse HEAD 2>/dev/null)}
end=$(($(date +%s) + ${MUTATE_SECONDS:-86400}))
number=0 checked=0 failed=0

# shuffled: the lines of standard input in an order of SEED's own.
shuffled() {
	while read -r line; do
		echo "$(echo "$seed $line" | cksum | cut -d ' ' -f 1) $line"
	done | sort -n | cut -d ' ' -f 2-
}

# mutate SCRIPT N: runs it with its N-th assertion made to fail; says so unless the test of that assertion is the first not ok.
mutate() {
	TEST_FAIL_AT=$2 TEST_ASSERTIONS=$work/these sh "$1" </dev/null >"$work/tap" 2>&1
	expected=$(sed -n "$2p" "$work/these")
	actual=$(sed -n 's/^not ok \([0-9]*\).*/\1/p' "$work/tap" | head -n 1)
	[ -n "$expected" ] || return 0
	checked=$((checked + 1))
	[ "$expected" = "$actual" ] || echo "assertion $2, in test $expected: ${actual:-none} is not ok"
}

for script in $(printf '%s\n' ${MUTATE:-tests/t*.sh} | shuffled); do
	[ "$(date +%s)" -lt "$end" ] || break
	[ "$sample" = 0 ] || [ "$checked" -lt "$sample" ] || break
	: >"$work/all"
	TEST_FAIL_AT=0 TEST_ASSERTIONS=$work/all sh "$script" </dev/null >/dev/null 2>&1
	before=$checked
	: >"$work/faults"
	for n in $(seq "$(wc -l <"$work/all")" | shuffled | if [ "$sample" = 0 ]; then cat; else head -n 8; fi); do
		[ "$(date +%s)" -lt "$end" ] || break
		mutate "$script" "$n" >>"$work/faults"
	done
	number=$((number + 1))
	title="$script: $((checked - before)) of $(wc -l <"$work/all") assertions made to fail, each fails its test"
	if [ -s "$work/faults" ]; then
		failed=1
		echo "not ok $number - $title"
		sed 's/^/# /' "$work/faults"
	else
		echo "ok $number - $title"
	fi
done
echo "1..$number"
echo "# $checked assertions"
exit $failed
