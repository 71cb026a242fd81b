#!/bin/sh
# Small rooms: no function over 80 lines, no file over 800; every header compiles alone and opens with what it is for.
cd "$(dirname "$0")/../.." || exit 1

long=$(find src -name '*.c' | xargs ctags --languages=C --c-kinds=f --fields=+ne -o - 2>/dev/null |
	awk -F '\t' '!/^!/ { s = e = 0; for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) s = substr($i, 6); if ($i ~ /^end:/) e = substr($i, 5) }
		if (e - s + 1 > 80) print $2 ": " $1 " has " e - s + 1 " lines" }')
files=$(find src include tests -name '*.[ch]' | xargs wc -l | awk '$2 != "total" && $1 > 800 { print $2 " has " $1 " lines" }')
headers=$(for header in include/*/*.h; do
	head -n 1 "$header" | grep -q '^/\*' || echo "$header does not open with a comment"
	# shellcheck disable=SC2046
	echo "#include \"${header#include/}\"" |
		cc -std=c11 -fsyntax-only -Iinclude -xc $(pkg-config --cflags glib-2.0) - 2>&1 | head -n 3
done)

number=0
for fault in "$long" "$files" "$headers"; do
	number=$((number + 1))
	title=$(echo "functions of at most 80 lines|files of at most 800 lines|headers stand alone" | cut -d '|' -f "$number")
	if [ -z "$fault" ]; then
		echo "ok $number - $title"
	else
		echo "not ok $number - $title"
		echo "$fault" | sed 's/^/# /'
	fi
done
echo 1..3
