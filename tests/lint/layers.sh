#!/bin/sh
# Arrows between parts point one way only: reads every #include and holds it against layers.txt.
cd "$(dirname "$0")/../.." || exit 1

# PART | what for | what it may name
find src include -name '*.[ch]' | sort | xargs awk '
BEGIN {
	while ((getline line < "tests/lint/layers.txt") > 0) {
		if (line ~ /^#/)
			continue
		if (line ~ /^@/) {
			split(line, word, " ")
			owner[substr(word[1], 2)] = word[2]
			continue
		}
		split(line, field, / *[|] */)
		part = field[1]
		known[part] = 1
		sub(/^[*]/, "base model git pg", field[3])
		n = split(field[3], word, " ")
		for (i = 1; i <= n; i++) {
			if (!(word[i] in known))
				fault[++faults] = "layers.txt: " part " names " word[i] ", which does not stand above it"
			allowed[part, word[i]] = 1
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
	if (!(part in known) && !(part in told)) {
		fault[++faults] = FILENAME ": part " part " has no line in layers.txt"
		told[part] = 1
	}
	if ((name in owner) && owner[name] != part)
		fault[++faults] = FILENAME ": only part " owner[name] " may include " name
	if ((target in known) && target != part && !((part, target) in allowed))
		fault[++faults] = FILENAME ": part " part " may not name " name
	used[part, target] = 1
}
END {
	for (pair in allowed) {
		split(pair, one, SUBSEP)
		if (!(pair in used) && one[2] !~ /^(base|model|git|pg)$/)
			fault[++faults] = "layers.txt: " one[1] " names " one[2] ", and uses nothing of it"
	}
	for (i = 1; i <= faults; i++)
		print "# " fault[i]
	print (faults ? "not ok" : "ok") " 1 - arrows point downwards only"
	print "1..1"
	exit faults > 0
}'
