#!/bin/sh
# Every prototype of a face says what it does: a comment right above it, or behind it on the same line.
cd "$(dirname "$0")/../.." || exit 1

bare=$(for header in include/*/*.h src/*/*.h; do
	awk -v file="$header" '
		/^[A-Za-z].*\(/ && !/^(G_DEFINE|G_GNUC|typedef|static|extern .*\[)/ && !/=/ { if (!open) { start = NR; documented = (before ~ /\*\/$/); name = $0 } open = 1 }
		open && /;/ { if ($0 ~ /; *\/\*/) documented = 1; if (!documented && name !~ /^(struct|enum|union)/) print file ":" start ": " name; open = 0 }
		!/^ *$/ { before = $0 }
		/^ *$/ { before = "" }' "$header"
done)
count=$(cat include/*/*.h | grep -c '^[A-Za-z].*(.*')
if [ -z "$bare" ]; then
	echo "ok 1 - each of $count prototypes is documented"
else
	echo "not ok 1 - prototypes without a word"
	echo "$bare" | sed 's/^/# /'
fi
echo 1..1
[ -z "$bare" ]
