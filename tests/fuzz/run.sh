#!/bin/sh
# Fuzzes every NAME-fuzz.c in this folder with clang's libFuzzer and the sanitizers.
# usage: [BUILD=folder] [FUZZ_SECONDS=60] run.sh [NAME...]
#
# A target is one C file with LLVMFuzzerTestOneInput(); nothing else needs to be named here. Inputs
# to begin with lie in corpus/NAME, words to try in NAME.dict; both are optional. What is found on
# the way is kept in $BUILD/fuzz/corpus/NAME, an input that breaks something in $BUILD/fuzz.
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BUILD:-$root/build}/fuzz
seconds=${FUZZ_SECONDS:-60}
sanitizers=address,undefined

cd "$root" || exit 1
mkdir -p "$build" || exit 1
command -v clang >/dev/null 2>&1 || {
	echo "error: clang is needed: run make deps-lint" >&2
	exit 1
}

# The whole library as the program has it, with coverage for the fuzzer.
compile_library() {
	packages="libgit2 libpq yaml-0.1 glib-2.0 jansson"
	# shellcheck disable=SC2086
	flags="-std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -g -O1 -Iinclude
		-fsanitize=$sanitizers -fno-sanitize-recover=all $(pkg-config --cflags $packages)"
	# shellcheck disable=SC2086
	libraries="$build/libgitmigrate.a $(pkg-config --libs $packages) -lpg_query -lpthread -lm"
	make -s BUILD="$build" CC=clang SANITIZE="fuzzer-no-link,$sanitizers" "$build/libgitmigrate.a"
}

run_target() {
	name=$1
	# shellcheck disable=SC2086
	clang $flags -fsanitize=fuzzer -o "$build/$name-fuzz" "$here/$name-fuzz.c" $libraries ||
		return 1
	mkdir -p "$build/corpus/$name"
	set -- "$build/corpus/$name"
	[ -d "$here/corpus/$name" ] && set -- "$@" "$here/corpus/$name"
	[ -f "$here/$name.dict" ] && set -- "$@" "-dict=$here/$name.dict"
	# GLib's own slices hide overruns from the sanitizer; libpg_query holds standard error while it
	# parses, so what is to be read afterwards goes to a file.
	G_SLICE=always-malloc "$build/$name-fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 \
		-print_final_stats=1 -artifact_prefix="$build/$name-" "$@" >"$build/$name.log" 2>&1
}

compile_library || exit 1
if [ $# -eq 0 ]; then
	for file in "$here"/*-fuzz.c; do
		set -- "$@" "$(basename "$file" -fuzz.c)"
	done
fi
failed=0
for target in "$@"; do
	printf '%s: ' "$target"
	if run_target "$target"; then
		echo "$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log") inputs, nothing found"
	else
		echo "FAILED"
		tail -n 40 "$build/$target.log"
		failed=1
	fi
done
exit $failed
