#!/bin/sh
# Arrows between parts point one way only: reads every #include and holds it against layers.txt.
cd "$(dirname "$0")/../.." || exit 1

find src include -name '*.[ch]' | sort | xargs awk '
BEGIN {
	while ((getline line < "tests/lint/layers.txt") > 0) {
		n = split(line, word, " ")
		if (n == 0 || line ~ /^#/)
			continue
		if (word[1] ~ /^@/) {
			owner[substr(word[1], 2)] = word[2]
			continue
		}
		known[word[1]] = 1
		for (i = 2; i <= n; i++) {
			if (!(word[i] in known))
				fault[++faults] = "layers.txt: " word[1] " names " word[i] ", which does not stand above it"
			allowed[word[1], word[i]] = 1
		}
	}
}
/^#include [<"]/ {
	split(FILENAME, path, "/")
	part = path[2]
	name = $2
	gsub(/[<">]/, "", name)
	slash = index(name, "/")
	target = slash ? substr(name, 1, slash - 1) : ""
	if ((name in owner) && owner[name] != part)
		fault[++faults] = FILENAME ": only part " owner[name] " may include " name
	if ((target in known) && target != part && !((part, target) in allowed))
		fault[++faults] = FILENAME ": part " part " may not name " name
}
END {
	for (i = 1; i <= faults; i++)
		print "# " fault[i]
	print (faults ? "not ok" : "ok") " 1 - arrows point downwards only"
	print "1..1"
	exit faults > 0
}'
