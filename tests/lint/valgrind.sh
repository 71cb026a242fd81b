#!/bin/sh
# valgrind over the pure parts and one whole command: no invalid access, nothing definitely lost.
cd "$(dirname "$0")/../.." || exit 1
number=0

clean() {
	number=$((number + 1))
	title=$1
	shift
	if output=$(G_SLICE=always-malloc valgrind --quiet --error-exitcode=99 --leak-check=full \
		--errors-for-leak-kinds=definite "$@" 2>&1 >/dev/null); then
		echo "ok $number - $title"
	else
		echo "not ok $number - $title"
		echo "$output" | head -n 40 | sed 's/^/# /'
	fi
}

make -s unit BUILD="$BUILD" >/dev/null 2>&1
for test in plan/plan ledger/record config/config; do
	clean "unit test $test" "$BUILD/unit/$test-test" --tap
done
clean 'a whole command' "$BUILD/git-migrate" completion bash
echo "1..$number"
