#!/bin/sh
# make fuzz: builds every tests/fuzz/*-fuzz.c with libFuzzer and runs each for FUZZ_SECONDS (60). New inputs are kept in the build folder.
set -eu
cd "$(dirname "$0")/../.."

out=$BUILD/fuzz
mkdir -p "$out"
make -s "$BUILD/gen/embed.h" BUILD="$BUILD"
packages='libgit2 libpq yaml-0.1 glib-2.0 jansson'
flags="-std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -DGIT_MIGRATE_VERSION=\"0\" -Iinclude -I$BUILD/gen -g -O1"
sources=$(ls src/*/*.c "$BUILD/gen/embed.c" | grep -v 'src/cmd/')
for target in tests/fuzz/*-fuzz.c; do
	name=$(basename "$target" .c)
	# shellcheck disable=SC2046,SC2086
	clang $flags -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined $(pkg-config --cflags $packages) \
		-o "$out/$name" "$target" $sources $(pkg-config --libs $packages) -lpg_query -lpthread
	mkdir -p "$out/$name.corpus"
	seeds=tests/fuzz/corpus/${name%-fuzz}
	echo "$name: ${FUZZ_SECONDS:-60} s"
	# shellcheck disable=SC2046
	"$out/$name" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
		-artifact_prefix="$out/$name-" "$out/$name.corpus" $([ -d "$seeds" ] && echo "$seeds") >"$out/$name.log" 2>&1 ||
		{ tail -n 60 "$out/$name.log"; exit 1; }
	grep -E 'stat::number_of_executed_units|DONE' "$out/$name.log"
done
echo 'no findings'
