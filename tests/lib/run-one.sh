#!/bin/sh
# Runs one test program for run-tests.sh, with its TAP on standard output; what failed goes to $TEST_FAILED, too: script, number,
# name, and what it printed. A program of GLib that bails out fails alone, and the others run. Other lines of the same program
# stay between.
tap=$(mktemp "${TMPDIR:-/tmp}/tap-XXXXXX")
case $1 in
*.sh) runner="sh" ;;
*) runner= ;;
esac
{
	$runner "$@"
	echo $? >"$tap.status"
} | sed -u 's/^Bail out!/not ok - bailed out:/' | tee "$tap"
told=$(awk -v script="$(basename "$1")" '
	/^ok / { on = 0 }
	/^not ok / && !/# TODO/ { on = 1; sub(/^not ok /, ""); sub(/ - /, ": "); print "FAILED " script " " $0; next }
	/^#/ && on { print }' "$tap")
[ -z "$told" ] || echo "$told" >>"$TEST_FAILED"
status=$(cat "$tap.status")
rm -f "$tap" "$tap.status"
exit "$status"
