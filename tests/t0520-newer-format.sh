#!/bin/sh
# A ledger that a newer version has written to: reading commands go on and say so, writing ones refuse.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo newer
environment staging 'sign: false'
printf 'CREATE TABLE a (i int);\n' | migration 001_a 'DROP TABLE a;'
commit a
git migrate up --env staging >/dev/null

# The last record's text, as a version of tomorrow might write the next one.
query 'SELECT convert_from(raw, $$UTF8$$) FROM git_migrate.record ORDER BY sequence DESC LIMIT 1' | sed '$ { /^$/d }' >last
previous=$(query 'SELECT encode(id, $$hex$$) FROM git_migrate.record ORDER BY sequence DESC LIMIT 1')
sed -e 's/^git-migrate record 1$/git-migrate record 9/' -e 's/^sequence 2$/sequence 3/' -e 's/0000002$/0000003/' \
	-e "s/^previous .*/previous sha256:$previous/" -e 's/^action .*/action rehearse/' -e 's/^tool .*/tool git-migrate\/9.0/' \
	-e 's/^items .*/moon "full"/' -e '/^item /d' last >newer
hex=$(od -An -v -tx1 newer | tr -d ' \n')
id=$(sha256sum newer | cut -d ' ' -f 1)

test_expect_success 'the record of a newer version stands in both ledgers' '
	grep "^git-migrate record 9" newer && grep "^moon" newer && grep "^sequence 3" newer &&
	query "INSERT INTO git_migrate.record (sequence, id, raw) VALUES (3, decode(\$\$$id\$\$, \$\$hex\$\$), decode(\$\$$hex\$\$, \$\$hex\$\$))" &&
	git notes --ref refs/notes/migrate/staging show HEAD >note && cat newer >>note &&
	git notes --ref refs/notes/migrate/staging add -f -C "$(git hash-object -w note)" HEAD
'

test_expect_success 'status goes on, says so, and is no clean bill' '
	git migrate status --env staging >out &&
	test_grep "its last record was written by a newer version of git-migrate" out &&
	test_grep "applied   1 of 1" out &&
	test_expect_code 1 git migrate status --env staging --exit-code
'

test_expect_success 'log and show go on with what they understand' '
	git migrate log --env staging >out &&
	test_grep "unknown (written by a newer version)" out &&
	test_grep "up done" out &&
	git migrate show --env staging 3 >out &&
	test_grep "git-migrate/9.0" out && test_grep "^format .*written by a newer version" out
'

test_expect_success 'verify could not tell: exit status 2' '
	test_expect_code 2 git migrate verify --env staging >out &&
	test_grep "1 of the records were written by a newer version of git-migrate" out &&
	test_grep "could not tell whether all is well" out &&
	test_grep -v "no problem" out &&
	test_expect_code 2 git migrate verify --env staging --format=json >out &&
	test_grep "\"records_newer\": 1," out
'

refuses() {
	test_expect_code 128 "$@" 2>err &&
		test_grep "record 3 of environment .staging. was written by a newer version of git-migrate (format 9)" err &&
		test_grep "install a newer git-migrate: this one may only read" err
}

test_expect_success 'commands that write refuse, and write nothing' '
	printf "CREATE TABLE b (i int);\n" | migration 002_b && commit b &&
	refuses git migrate up --env staging &&
	refuses git migrate down --env staging &&
	refuses git migrate accept --env staging --reason x 001_a &&
	test_is "$(query "SELECT count(*) FROM git_migrate.record")" 3 &&
	test_is "$(query "SELECT count(*) FROM git_migrate.applied")" 1
'

test_expect_success 'a text of no format at all is damage, not a newer version' '
	sed "s/^git-migrate record 9/git-migrate record x/" newer >odd &&
	odd=$(od -An -v -tx1 odd | tr -d " \n") &&
	query "UPDATE git_migrate.record SET raw = decode(\$\$$odd\$\$, \$\$hex\$\$), id = sha256(decode(\$\$$odd\$\$, \$\$hex\$\$)) WHERE sequence = 3" &&
	test_expect_code 128 git migrate up --env staging 2>err &&
	test_grep "wrong number of its format" err
'

test_done
