#!/bin/sh
# The words of the tests themselves: each of them can fail, and says why.
lib=$(cd "$(dirname "$0")/lib" && pwd)/test-lib.sh
. "$(dirname "$0")/lib/test-lib.sh"

printf 'one\ntwo\n' >text
: >empty

# inner BODY: runs a test with that body, in a script of its own.
inner() {
	{
		echo ". '$lib'"
		echo "cd '$trash' || exit 1"
		printf "test_expect_success 'inner' '\n%s\n'\ntest_done\n" "$1"
	} >inner.sh
	TEST_FAIL_AT='' sh inner.sh >inner.out 2>&1
}

# fails WORDS BODY: such a test fails, and says these words.
fails() {
	test_expect_code 1 inner "$2" && test_grep "^not ok 1 - inner" inner.out && test_grep "$1" inner.out
}

passes() {
	inner "$1" && test_grep "^ok 1 - inner" inner.out
}

test_expect_success 'test_grep: a line that is not there, that is there, a file that is not there' '
	passes "test_grep one text && test_grep -v three text && test_grep -v x empty" &&
	fails "no .three. in" "test_grep three text" &&
	fails "unexpected .one. in" "test_grep -v one text" &&
	fails "there is no file .nowhere." "test_grep one nowhere" &&
	fails "there is no file .nowhere." "test_grep -v one nowhere"
'

test_expect_success 'test_is and test_cmp show both sides' '
	passes "test_is a a && test_cmp text text" &&
	fails "it is: *a" "test_is a b" &&
	fails "expected is: *b" "test_is a b" &&
	fails "^# -one" "test_cmp text empty"
'

test_expect_success 'test_expect_code' '
	passes "test_expect_code 3 sh -c \"exit 3\"" &&
	fails "exit status 0, expected 3: true" "test_expect_code 3 true"
'

test_expect_success 'wait_for ends, and names what it waited for' '
	passes "wait_for \"the file\" 60 test -e text" &&
	fails "waited 1 seconds in vain for the file: test -e nowhere" "wait_for \"the file\" 1 test -e nowhere"
'

test_expect_success 'a broken chain fails, whatever its commands say' '
	passes "true && true" &&
	fails "not all chained" "true
true" &&
	fails "not all chained" "true; true" &&
	fails "not all chained" "true || true"
'

# run_tests NAME...: the runner on these programs, beside a server of its own.
run_tests() {
	TEST_FAIL_AT='' PROVE_FLAGS='' sh "$(dirname "$lib")/run-tests.sh" "$@" >run.out 2>&1
}

test_expect_success 'a program that ends early is a failed test, and the others run all the same' '
	printf "echo 1..2; echo ok 1 - a; echo oops >&2; echo \"Bail out! ERROR: boom\"; exit 134\n" >early.sh &&
	printf "echo 1..1; echo ok 1 - fine\n" >fine.sh &&
	test_expect_code 1 run_tests early.sh fine.sh &&
	test_grep "^fine.sh .* ok$" run.out && test_grep "FAILED early.sh .*bailed out: ERROR: boom" run.out &&
	test_grep "^Result: FAIL" run.out && test_grep "^Files=2" run.out
'

test_done
