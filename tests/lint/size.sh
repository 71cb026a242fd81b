#!/bin/sh
# Small rooms: no function over 60 lines and half of them under 15, no file over 500, no function with more than 15 ways through it; every
# header compiles alone and opens with what it is for.
cd "$(dirname "$0")/../.." || exit 1

long=$(find src -name '*.c' | xargs ctags --languages=C --c-kinds=f --fields=+ne -o - 2>/dev/null |
	awk -F '\t' '!/^!/ { s = e = 0; for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) s = substr($i, 6); if ($i ~ /^end:/) e = substr($i, 5) }
		if (e - s + 1 > 60) print $2 ": " $1 " has " e - s + 1 " lines" }')
files=$(find src include tests -name '*.[ch]' | xargs wc -l | awk '$2 != "total" && $1 > 500 { print $2 " has " $1 " lines" }')
headers=$(for header in include/*/*.h; do
	head -n 1 "$header" | grep -q '^/\*' || echo "$header does not open with a comment"
	# shellcheck disable=SC2046
	echo "#include \"${header#include/}\"" |
		cc -std=c11 -fsyntax-only -Iinclude -xc $(pkg-config --cflags glib-2.0) - 2>&1 | head -n 3
done)

median=$(find src -name '*.c' | xargs ctags --languages=C --c-kinds=f --fields=+ne -o - 2>/dev/null |
	awk -F '\t' '!/^!/ { s = e = 0; for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) s = substr($i, 6); if ($i ~ /^end:/) e = substr($i, 5) }
		print e - s + 1 }' | sort -n | awk '{ a[NR] = $1 } END { m = a[int((NR + 1) / 2)]; if (m > 14) print "half of all functions have more than " m " lines" }')
tangled=$(find src -name '*.c' | xargs pmccabe 2>&1 | awk '!/^[0-9]/ || $2 > 15 { print }')

number=0
for fault in "$long" "$files" "$headers" "$median" "$tangled"; do
	number=$((number + 1))
	title=$(echo "functions of at most 60 lines|files of at most 500 lines|headers stand alone|half of all functions of at most 14 lines|at most 15 ways through a function" | cut -d '|' -f "$number")
	if [ -z "$fault" ]; then
		echo "ok $number - $title"
	else
		echo "not ok $number - $title"
		echo "$fault" | sed 's/^/# /'
	fi
done
echo 1..5
