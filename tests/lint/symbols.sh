#!/bin/sh
# No name of ours is also a library's: the program would call the wrong one, silently.
cd "$(dirname "$0")/../.." || exit 1
ours=$(mktemp) theirs=$(mktemp)
trap 'rm -f "$ours" "$theirs"' EXIT

nm -g --defined-only "$BUILD/libgitmigrate.a" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$ours"
ldd "$BUILD/git-migrate" | awk '/libgit2|libpq|libpg_query|libglib|libjansson|libyaml/ { print $3 }' |
	while read -r library; do
		nm -D --defined-only "$library" | awk '{ print $3 }' | sed 's/@.*//'
	done | sort -u >"$theirs"
both=$(comm -12 "$ours" "$theirs")
if [ -s "$ours" ] && [ -s "$theirs" ] && [ -z "$both" ]; then
	echo "ok 1 - none of $(wc -l <"$ours") symbols is a library's"
else
	echo "not ok 1 - symbols collide with a library's"
	echo "$both" | sed 's/^/# /'
fi
echo 1..1
