#!/bin/sh
# What other tools say: formatting, static analysis, shell scripts, manual pages, banned functions.
cd "$(dirname "$0")/../.." || exit 1
number=0

check() {
	number=$((number + 1))
	title=$1
	shift
	if output=$("$@" 2>&1); then
		echo "ok $number - $title"
	else
		echo "not ok $number - $title"
		echo "$output" | head -n 40 | sed 's/^/# /'
	fi
}

formatted() { find src include tests -name '*.[ch]' | xargs clang-format --dry-run -Werror; }
analysed() {
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --error-exitcode=1 --inline-suppr \
		--suppress=missingIncludeSystem --suppress=unknownMacro --library=gtk -Iinclude src
}
# What is left out: style, and words that the test scripts hand to eval in single quotes on purpose.
shells() {
	find tests .ci -name '*.sh' -o -path '.ci/run' |
		xargs shellcheck -x -S warning -e SC1091,SC2154,SC2034,SC2046,SC3043,SC2038,SC2044
}
manuals() { mandoc -T lint -W warning man/*; }
# A pointer that is laundered through an integer, past the compiler's warning.
const_kept() { ! grep -nE '\*\)\(gsize\)|\(gpointer\)\(gsize\)' src/*/*.c src/*/*.h include/*/*.h tests/unit/*/*.c tests/fuzz/*.c; }
banned() {
	! grep -nE '\b(strcpy|strcat|strncpy|sprintf|vsprintf|strtok|gets|atoi|atol|system|popen|malloc|calloc|realloc|gmtime|localtime)\(' \
		src/*/*.c && ! grep -nE '(^|[^_a-z])(printf|puts|putchar)\(' src/[abd-q]*/*.c src/config/*.c
}

check 'formatted as .clang-format says' formatted
check 'cppcheck finds nothing' analysed
check 'shellcheck finds nothing' shells
check 'mandoc finds nothing in the manual pages' manuals
check 'no banned function, no printing below report and cmd' banned
check 'const is never cast away' const_kept
echo "1..$number"
