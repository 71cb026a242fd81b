#!/bin/sh
# Every way to falsify a ledger that we know of is found, each with its own message.
. "$(dirname "$0")/lib/test-lib.sh"

test_ssh_key ann
test_ssh_key eve
GNUPGHOME=$trash/gnupg # verdicts depend on the keyring, and other tests change theirs
export GNUPGHOME
test_repo ledger
environment staging 'signers: [ann@example.com]'
environment production 'signers: [ann@example.com]'
production_db=$TEST_DB
migration 001_a 'DROP TABLE a;' <<'SQL'
CREATE TABLE a (id int);
SQL
commit first
test_sign_with ann
git migrate up --env staging >/dev/null
migration 002_b 'DROP TABLE b;' <<'SQL'
CREATE TABLE b (id int);
SQL
commit second
git migrate up --env production >/dev/null
git migrate up --env staging >/dev/null
TEST_DB=$(sed -n 's/^url: postgresql:\/\/\///p' db/environments/staging.yaml)
staging_db=$TEST_DB

"$PG_TEST_BIN/pg_dump" -Fc -n git_migrate "$staging_db" >"$trash/ledger.dump"
git update-ref refs/keep/notes refs/notes/migrate/staging

# Everything as it was before a test falsified something; the clone's memory is forgotten unless it is the witness.
restore_all() {
	query 'DROP SCHEMA IF EXISTS git_migrate CASCADE' >/dev/null 2>&1
	"$PG_TEST_BIN/pg_restore" -d "$staging_db" "$trash/ledger.dump" &&
		git update-ref refs/notes/migrate/staging refs/keep/notes &&
		rm -rf .git/git-migrate
}

# found PATTERN: verify exits 1 and says it.
found() {
	test_expect_code 1 git migrate verify --env staging >out 2>&1 && test_grep "$1" out
}

# refused PATTERN: a deployment stops before it touches anything.
refused() {
	test_expect_code 4 git migrate up --env staging >out 2>&1 && test_grep "$1" out
}

note_of() {
	git notes --ref migrate/staging show "$1"
}

test_expect_success 'nothing is found where nothing is wrong' '
	restore_all && git migrate verify --env staging >out && test_grep "4 signatures verified" out &&
	test_grep "no problem" out &&
	git migrate verify --env staging >out && test_grep "0 signatures verified, 4 good from before" out &&
	git migrate verify --env staging --full >out && test_grep "4 signatures verified" out
'

test_expect_success 'a forged applied row' '
	restore_all && query "INSERT INTO git_migrate.applied (id, blob, content, path, commit, record, execution_time_ms)
		SELECT \$\$666_evil\$\$, blob, content, path, commit, record, 0 FROM git_migrate.applied LIMIT 1" &&
	found "says .666_evil. is applied, and no record does: a forged row"
'

test_expect_success 'an applied row that was removed' '
	restore_all && query "DELETE FROM git_migrate.applied WHERE id = \$\$001_a\$\$" &&
	found "applied .001_a., and the database.s row of it is gone"
'

test_expect_success 'an applied row that names another script' '
	restore_all && query "UPDATE git_migrate.applied SET blob = repeat(\$\$a\$\$, 40) WHERE id = \$\$001_a\$\$" &&
	found "row of .001_a. names another script"
'

# rows: what the table says, without who and how long.
rows() {
	query "SELECT id, position, blob, content, path, commit, record FROM git_migrate.applied ORDER BY position"
}
# contradicted: 'up', its dry run and status stop at the rows, and what 'verify --rows' prints puts them right.
contradicted() {
	git migrate status --env staging >out && test_grep "ledger    the rows of what is applied contradict its records: .*$1" out &&
		test_expect_code 1 git migrate status --env staging --exit-code >/dev/null &&
		refused "the rows of git_migrate.applied in environment .staging. are not what its records say" && test_grep "$1" out &&
		test_expect_code 4 git migrate up --env staging --dry-run >out 2>&1 && test_grep "$1" out &&
		test_expect_code 4 git migrate down --env staging >out 2>&1 && test_grep "$1" out &&
		git migrate verify --env staging --rows >sql && "$psql" -Xq -v ON_ERROR_STOP=1 -f sql "$staging_db" && rows >now &&
		test_cmp "$trash/rows" now && git migrate up --env staging >out && test_grep "nothing to do" out &&
		git migrate verify --env staging --rows >out && test_grep "^-- the rows are what the records say" out
}

test_expect_success 'rows that the records contradict stop a deployment, and the way out is printed' '
	restore_all && rows >"$trash/rows" && git migrate up --env staging &&
	query "DELETE FROM git_migrate.applied WHERE id = \$\$001_a\$\$" &&
	contradicted "applied .001_a., and the database.s row of it is gone" &&
	query "INSERT INTO git_migrate.applied (id, blob, content, path, commit, record, execution_time_ms)
		SELECT \$\$6\\\\6 \$\$ || chr(39), blob, content, path, commit, record, 0 FROM git_migrate.applied LIMIT 1" &&
	contradicted "a forged row" &&
	query "UPDATE git_migrate.applied SET blob = repeat(\$\$a\$\$, 40) WHERE id = \$\$002_b\$\$" &&
	contradicted "row of .002_b. names another script" &&
	query "TRUNCATE git_migrate.applied" && contradicted "applied .001_a., and the database.s row of it is gone" &&
	test_expect_code 129 git migrate verify --env staging --rows --format=json
'

test_expect_success 'c: the text of the last record under its old id is not believed' '
	restore_all && git migrate up --env staging &&
	query "ALTER TABLE git_migrate.record DROP CONSTRAINT IF EXISTS record_check" &&
	query "UPDATE git_migrate.record SET raw = decode(replace(encode(raw, \$\$escape\$\$), \$\$outcome done\$\$, \$\$outcome failed\$\$), \$\$escape\$\$) WHERE sequence = 4" &&
	test_expect_code 128 git migrate up --env staging 2>err &&
	test_grep "the last record of environment .staging.: its text is not the one that its id is the hash of" err
'

test_expect_success 'c: nor that of an earlier one' '
	restore_all && git migrate up --env staging && rm -r .git/git-migrate/applied &&
	query "ALTER TABLE git_migrate.record DROP CONSTRAINT IF EXISTS record_check" &&
	query "UPDATE git_migrate.record SET raw = decode(replace(encode(raw, \$\$escape\$\$), \$\$tool git\$\$, \$\$tool hit\$\$), \$\$escape\$\$) WHERE sequence = 2" &&
	found "the text of record 2 is not the one that its id is the hash of" &&
	refused "the text of record 2 is not the one that its id is the hash of"
'

test_expect_success 'a forged record row: changed text' '
	restore_all &&
	query "UPDATE git_migrate.record SET raw = r, id = sha256(r) FROM (SELECT decode(replace(encode(raw, \$\$escape\$\$), \$\$outcome done\$\$, \$\$outcome failed\$\$), \$\$escape\$\$) AS r FROM git_migrate.record WHERE sequence = 4) x WHERE sequence = 4" &&
	found "record 4: bad signature: the text was changed after it was signed" &&
	refused "the ledgers of environment .staging. do not agree"
'

test_expect_success 'a forged record row: rubbish' '
	restore_all && query "ALTER TABLE git_migrate.record DROP CONSTRAINT record_check" &&
	query "UPDATE git_migrate.record SET raw = \$\$rubbish\$\$ WHERE sequence = 2" &&
	found "the database holds a forged or damaged row: not a record: line 1"
'

test_expect_success 'a record removed from the middle of the database' '
	restore_all && query "ALTER TABLE git_migrate.applied DROP CONSTRAINT applied_record_fkey" &&
	query "DELETE FROM git_migrate.record WHERE sequence = 2" &&
	found "record 3 follows record 1: a record between them is missing" &&
	refused "removed from the middle of the database"
'

test_expect_success 'the tail of the database cut off' '
	restore_all && query "DELETE FROM git_migrate.applied WHERE record = 3" &&
	query "DELETE FROM git_migrate.record WHERE sequence > 2" &&
	found "the database lacks 2 records that the notes have" &&
	refused "git migrate restore --env staging"
'

test_expect_success 'the tail of the notes cut off' '
	restore_all && git update-ref refs/notes/migrate/staging refs/notes/migrate/staging~1 &&
	git migrate verify --env staging >out && test_grep "the notes lack the last 2 records" out
'

test_expect_success 'a record removed from the middle of the notes' '
	restore_all && git notes --ref migrate/staging remove HEAD~1 &&
	found "2 records of the database was removed from the notes"
'

test_expect_success 'the tail of both cut off: this clone saw them' '
	restore_all && git migrate verify --env staging &&
	query "DELETE FROM git_migrate.applied WHERE record = 3" &&
	query "DELETE FROM git_migrate.record WHERE sequence > 2" &&
	git update-ref refs/notes/migrate/staging refs/notes/migrate/staging~1 &&
	found "record 4 (.*) was verified here before and is not in the database any more" &&
	refused "was verified here before"
'

test_expect_success 'a forged note: changed text' '
	restore_all && note_of HEAD | sed "s/outcome done/outcome failed/" >new &&
	git notes --ref migrate/staging add -f -F new HEAD &&
	found "the ledgers have forked\|in the notes" && refused "do not agree"
'

test_expect_success 'bytes behind the signature, which it does not cover' '
	restore_all && { note_of HEAD && echo "item 666"; } >new && git notes --ref migrate/staging add -f -F new HEAD &&
	found "text behind the signature that it does not cover"
'

test_expect_success 'a staging record replayed as production, and the other way round' '
	restore_all && git notes --ref migrate/production show HEAD >new &&
	git notes --ref migrate/staging append -F new HEAD &&
	found "of environment .production.: replayed here"
'

test_expect_success 'a note that an amend copied to another commit' '
	restore_all && git commit -q --allow-empty -m other && git notes --ref migrate/staging copy HEAD~1 HEAD &&
	found "is a copy of that of" && git reset -q --hard HEAD~1
'

test_expect_success 'a record under another name than its own (a renamed tag)' '
	restore_all && note_of HEAD | sed "s:^tag migrate/staging/00000003:tag migrate/staging/00000009:" >new &&
	git notes --ref migrate/staging add -f -F new HEAD &&
	found "the tag.s name is not that of its environment and sequence"
'

test_expect_success 'a record in the database of another environment' '
	restore_all && query "UPDATE git_migrate.meta SET environment = \$\$production\$\$" &&
	test_expect_code 4 git migrate up --env staging 2>err &&
	test_grep "is the one of environment .production., not of .staging." err
'

test_expect_success 'records of another ledger' '
	restore_all && query "UPDATE git_migrate.meta SET ledger = gen_random_uuid()" && found "belongs to another ledger"
'

test_expect_success 'the ledger of one database copied into another' '
	restore_all && query "CREATE TABLE x ()" && git config migrate.staging.url "postgresql:///${staging_db}_copy" &&
	"$psql" -Xqc "CREATE DATABASE \"${staging_db}_copy\" TEMPLATE \"$staging_db\"" postgres &&
	test_databases="$test_databases ${staging_db}_copy" &&
	test_expect_code 4 git migrate up --env staging 2>err && git config --unset migrate.staging.url &&
	test_grep "this is not the database that the ledger of environment .staging. was written in" err
'

test_expect_success 'an unsigned record in a signed ledger' '
	restore_all &&
	query "UPDATE git_migrate.record SET raw = r, id = sha256(r)
		FROM (SELECT substring(raw FOR position(\$\$-----BEGIN\$\$::bytea IN raw) - 1) AS r
		FROM git_migrate.record WHERE sequence = 4) x WHERE sequence = 4" &&
	found "record 4 is not signed"
'

test_expect_success 'a key that is not listed' '
	restore_all && : >"$trash/nobody" && git config gpg.ssh.allowedSignersFile "$trash/nobody" &&
	found "bad signature: the key is not listed" && test_sign_with ann
'

test_expect_success 'a key that was not valid at that time' '
	restore_all && echo "ann@example.com valid-before=\"20200101Z\" $(cat "$trash/key-ann.pub")" >"$trash/expired" &&
	git config gpg.ssh.allowedSignersFile "$trash/expired" &&
	found "not valid at that time" && test_sign_with ann
'

test_expect_success 'a key that was revoked' '
	restore_all && cp "$trash/key-ann.pub" "$trash/revoked" && git config gpg.ssh.revocationFile "$trash/revoked" &&
	found "the key was revoked" && git config --unset gpg.ssh.revocationFile
'

test_expect_success 'a listed key that is not among the environment.s signers cannot deploy' '
	restore_all && test_sign_with eve && migration 003_c "DROP TABLE c;" <<-\SQL &&
	CREATE TABLE c (id int);
	SQL
	commit third && test_expect_code 128 git migrate up --env staging 2>err &&
	test_grep "is not among the signers of environment .staging." err &&
	test_is "$(query "SELECT count(*) FROM git_migrate.record")" 4 && test_sign_with ann
'

test_expect_success 'a database restored from a backup: stopped, explained by restore, and clean again' '
	restore_all && query "DROP TABLE b" && query "DELETE FROM git_migrate.applied WHERE record = 3" &&
	query "DELETE FROM git_migrate.record WHERE sequence > 2" &&
	refused "restored from a backup" &&
	git migrate restore --env staging --reason "disk died" >out && test_grep "2 records abandoned" out &&
	git migrate up --env staging >out && test_grep "2 migrations applied" out &&
	git migrate verify --env staging --full >out && test_grep "no problem" out &&
	git migrate log --env staging >out && test_grep "reason: disk died" out &&
	test_expect_code 129 git migrate restore --env staging --reason again 2>err && test_grep "was not restored" err
'

test_expect_success 'a database that was made anew: the same way out' '
	restore_all && query "DROP SCHEMA git_migrate CASCADE" && query "DROP TABLE IF EXISTS a, b, c" &&
	refused "the database lacks 4 records" &&
	git migrate restore --env staging --reason "made anew" >out && test_grep "4 records abandoned" out &&
	git migrate up --env staging && git migrate verify --env staging --full >out && test_grep "no problem" out
'

test_done
