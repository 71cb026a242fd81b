#!/bin/sh
# No circle of files by include or by call, and none of parts by call: reads who includes whom, who defines a function and who
# names it.
cd "$(dirname "$0")/../.." || exit 1
number=0

# The strongly connected groups of the edges on standard input ("A B" a line), each on one line.
circles() {
	awk '
	{ if ($1 != $2 && !(($1, $2) in edge)) { edge[$1, $2] = 1; next_of[$1] = next_of[$1] " " $2; node[$1] = 1; node[$2] = 1 } }
	function visit(v, i, n, to, w, group, size) {
		order[v] = low[v] = ++time; stack[++top] = v; on[v] = 1
		n = split(next_of[v], to, " ")
		for (i = 1; i <= n; i++) {
			if (!(to[i] in order)) { visit(to[i]); if (low[to[i]] < low[v]) low[v] = low[to[i]] }
			else if (on[to[i]] && order[to[i]] < low[v]) low[v] = order[to[i]]
		}
		if (low[v] != order[v]) return
		size = 0; group = ""
		do { w = stack[top--]; on[w] = 0; group = group " " w; size++ } while (w != v)
		if (size > 1) print substr(group, 2)
	}
	END { for (v in node) if (!(v in order)) visit(v) }'
}

report() {
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		echo "$2" | sed 's/^/# circle: /'
		failed=1
	fi
}
failed=0

# What a file defines and is known beyond it, and what each names that another one defines.
defined=$(mktemp) calls=$(mktemp)
trap 'rm -f "$defined" "$calls"' EXIT
find src -name '*.c' | xargs ctags --languages=C --c-kinds=f --extras=-F --fields=+aSt -x --_xformat='%N %F %P %{file}' 2>/dev/null |
	awk '$NF != "file" && !/ static /{ print $1, $2 }' >"$defined.all"
find src -name '*.c' | xargs grep -hoE '^static [^;=]*\b[a-z_0-9]+\(' | grep -oE '[a-z_0-9]+\($' | tr -d '(' | sort -u >"$defined.static"
awk 'NR == FNR { local[$1] = 1; next } !($1 in local)' "$defined.static" "$defined.all" >"$defined"
rm -f "$defined.all" "$defined.static"
find src -name '*.c' | sort | xargs awk -v table="$defined" '
	BEGIN { while ((getline line < table) > 0) { split(line, f, " "); owner[f[1]] = f[2] } }
	{ line = $0; gsub(/"([^"\\]|\\.)*"/, "", line); sub(/\/\*.*/, "", line)
	  while (match(line, /[a-z_][a-z_0-9]*\(/)) {
		name = substr(line, RSTART, RLENGTH - 1)
		if ((name in owner) && owner[name] != FILENAME) print FILENAME, owner[name]
		line = substr(line, RSTART + RLENGTH) } }' | sort -u >"$calls"

includes=$(find src include -name '*.[ch]' | xargs grep -HoE '^#include "[a-z_/.]+"' |
	sed -e 's/:#include "/ /' -e 's/"$//' | while read -r file name; do
	case $name in
	*/*) echo "$file include/$name" ;;
	*) echo "$file $(dirname "$file")/$name" ;;
	esac
done | sort -u)

report 'no circle of files by include' "$(echo "$includes" | circles)"
report 'no circle of files by call' "$(sed -e 's/src\///g' -e 's/\.c//g' "$calls" | circles)"
report 'no circle of parts by call' "$(sed -e 's/src\/\([a-z]*\)\/[^ ]*/\1/g' "$calls" | circles)"
echo "1..$number"
exit $failed
