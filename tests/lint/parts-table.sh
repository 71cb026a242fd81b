#!/bin/sh
# The table of parts in ARCHITECTURE.md is that of layers.txt. parts-table.sh --write makes it so, --print prints it.
cd "$(dirname "$0")/../.." || exit 1
file=ARCHITECTURE.md
begin='| part | what it is for | may name |'

table() {
	echo "$begin"
	echo '| --- | --- | --- |'
	grep '^[a-z]* |' tests/lint/layers.txt | sed -e 's/ *|$/ | |/' -e 's/^\(.*\) | \(.*\) | \(.*\)$/| \1 | \2 | \3 |/' -e 's/| |$/| |/' |
		sed -e 's/| \* *|$/| base, model, git, pg |/' -e 's/| \* /| base model git pg /' |
		awk -F ' [|] ' '{ n = split($0, f, "|"); gsub(/^ +| +$/, "", f[4]); gsub(/ +/, ", ", f[4]); gsub(/,+,/, ",", f[4])
			printf "|%s|%s| %s |\n", f[2], f[3], f[4] }' | sed 's/|  |$/| |/'
}

case ${1:-} in
--write)
	new=$(mktemp)
	table >"$new.table"
	awk -v begin="$begin" -v table="$new.table" '
		$0 == begin { while ((getline line < table) > 0) print line; skip = 1; next }
		skip && /^[|]/ { next }
		{ skip = 0; print }' "$file" >"$new" && cat "$new" >"$file"
	rm -f "$new" "$new.table"
	;;
--print) table ;;
*)
	if [ "$(awk -v begin="$begin" '$0 == begin { on = 1 } on && !/^[|]/ { exit } on' "$file")" = "$(table)" ]; then
		echo 'ok 1 - the table of parts in ARCHITECTURE.md is that of layers.txt'
	else
		echo 'not ok 1 - the table of parts in ARCHITECTURE.md is another one: sh tests/lint/parts-table.sh --write'
	fi
	echo 1..1
	;;
esac
