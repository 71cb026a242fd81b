#!/bin/sh
# make compilers: the program and its unit tests build without a warning by every compiler that is here.
# usage: BUILD=folder MAKE=make compilers.sh
#
# Each has a folder of its own under $BUILD/compilers. Prints TAP; a compiler that is missing is skipped, and named at the end.
set -u
cd "$(dirname "$0")/../.." || exit 1

number=0
failed=0
said=
# The settings of the make that called us are not those of a compiler.
unset MAKEFLAGS MFLAGS MAKELEVEL

# build NAME COMPILER [OPT]
build() {
	number=$((number + 1))
	compiler=$2
	if ! command -v "$compiler" >/dev/null 2>&1; then
		# gcc-14 may be here under the name gcc.
		if [ "$compiler" = "gcc-$(gcc -dumpversion 2>/dev/null)" ]; then
			compiler=gcc
		else
			echo "ok $number - $1 # SKIP $compiler is not installed"
			said="${said}Skipped: $1: $compiler is not installed
"
			return
		fi
	fi
	folder=$BUILD/compilers/$(echo "$1" | tr -c 'a-z0-9\n' -)
	mkdir -p "$folder"
	start=$(date +%s)
	if "${MAKE:-make}" -j"${JOBS:-2}" BUILD="$folder" CC="$compiler" DEVELOPER=1 OPT="${3:--O2 -g}" all unit >"$folder/log" 2>&1; then
		echo "ok $number - $1: $("$compiler" --version | head -n 1)"
	else
		failed=$((failed + 1))
		echo "not ok $number - $1: $("$compiler" --version | head -n 1)"
		grep -E 'error|warning' -A 4 "$folder/log" | head -n 40 | sed 's/^/# /'
		said="${said}Failed: $1 (all of it: $folder/log)
"
	fi
	echo "# $(($(date +%s) - start)) s"
}

build 'gcc 12' gcc-12
build 'gcc 14' gcc-14
build 'gcc, the whole program at once' gcc '-O3 -flto=auto'
build 'clang' clang
echo "1..$number"
printf '%s' "$said"
[ "$failed" = 0 ]
