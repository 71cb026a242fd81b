#!/bin/sh
# kill -9 at every step of a deployment: the next command of another clone finds the exact truth and finishes the work once.
. "$(dirname "$0")/lib/test-lib.sh"

test_ssh_key ann
git init -q --bare "$trash/remote.git"

test_expect_success 'a signed environment, a remote, two clones' '
	test_repo one &&
	environment staging "signers: [ann@example.com]" &&
	migration 001_a "DROP TABLE a;" <<-\SQL &&
	CREATE TABLE a (id int);
	SQL
	migration 002_b "DROP TABLE b;" <<-\SQL &&
	CREATE TABLE b (id int);
	SQL
	migration 003_c "DROP INDEX CONCURRENTLY a_id;" <<-\SQL &&
	CREATE INDEX CONCURRENTLY a_id ON a (id);
	SQL
	commit first &&
	git remote add origin "$trash/remote.git" &&
	git push -q origin main &&
	git clone -q "$trash/remote.git" "$trash/two" &&
	test_sign_with ann &&
	cd "$trash/two" && test_sign_with ann
'

# The whole truth after the next command: everything applied once, both ledgers whole, nothing open.
whole() {
	test_is "$(query 'SELECT string_agg(id, $$ $$ ORDER BY position) FROM git_migrate.applied')" "001_a 002_b 003_c" &&
		test_is "$(query 'SELECT count(*) FROM pg_class WHERE relname IN ($$a$$, $$b$$, $$a_id$$) AND relkind IN ($$r$$, $$i$$)')" 3 &&
		test_is "$(query 'SELECT count(*) FROM git_migrate.journal')" 0 &&
		test_is "$(query 'SELECT count(*) FROM pg_index WHERE NOT indisvalid')" 0 &&
		git migrate verify --env staging --full >verified &&
		test_grep 'no problem' verified &&
		git migrate status --env staging --exit-code >state &&
		test_grep 'the same in notes and database' state &&
		test_grep -v '  open ' state
}

reset_all() {
	query 'DROP SCHEMA git_migrate CASCADE; DROP TABLE a, b' >/dev/null 2>&1
	query 'DROP SCHEMA IF EXISTS git_migrate CASCADE' && query 'DROP TABLE IF EXISTS a' && query 'DROP TABLE IF EXISTS b'
	for each in "$trash/one" "$trash/two" "$trash/remote.git"; do
		git -C "$each" for-each-ref --format='delete %(refname)' refs/notes refs/migrate |
			git -C "$each" update-ref --stdin
		rm -rf "$(git -C "$each" rev-parse --absolute-git-dir)/git-migrate"
	done
}

# Points of a deployment of three migrations, in the order in which they are passed.
for point in signed:1 recorded:1 begun migration:1 applied:1 migration:2 applied:2 statement migration:3 \
	applied:3 signed:2 recorded:2 note state push; do
	test_expect_success "killed at '$point': another clone finishes it" '
		reset_all &&
		cd "$trash/one" &&
		test_expect_code 137 env GIT_MIGRATE_FAULT=$point=kill git-migrate up --env staging &&
		cd "$trash/two" &&
		git migrate up --env staging &&
		whole
	'
done

test_expect_success 'what a crash left is told' '
	reset_all &&
	cd "$trash/one" &&
	test_expect_code 137 env GIT_MIGRATE_FAULT=applied:2=kill git-migrate up --env staging &&
	git migrate status --env staging >out &&
	test_grep "has no outcome" out &&
	git migrate up --env staging 2>err &&
	test_grep "2 of its 3 migrations had run, the rest is pending" err &&
	git migrate log --env staging >log &&
	test_grep "up crashed" log
'

test_expect_success 'down killed in the middle: the next down goes on' '
	reset_all &&
	git migrate up --env staging &&
	test_expect_code 137 env GIT_MIGRATE_FAULT=applied:1=kill git-migrate down --env staging --steps 2 &&
	test_is "$(query "SELECT count(*) FROM git_migrate.applied")" 2 &&
	git migrate down --env staging &&
	test_is "$(query "SELECT string_agg(id, \$\$ \$\$) FROM git_migrate.applied")" 001_a &&
	git migrate verify --env staging --full &&
	git migrate up --env staging &&
	whole
'

test_expect_success 'the server process killed in the middle of a migration: rolled back and recorded' '
	reset_all &&
	migration 004_kill "SELECT 1;" <<-\SQL &&
	CREATE TABLE half (id int);
	SELECT pg_terminate_backend(pg_backend_pid());
	SQL
	commit kill &&
	test_expect_code 3 git migrate up --env staging 2>err &&
	test_grep "migration .004_kill. failed" err &&
	test_grep "3 of 4 migrations are applied and stay" err &&
	test_is "$(query "SELECT to_regclass(\$\$half\$\$) IS NULL")" t &&
	git migrate log --env staging >log &&
	test_grep "up failed" log &&
	git migrate verify --env staging --full &&
	git reset -q --hard HEAD~1
'

test_expect_success 'the answer to the last COMMIT lost: found out, and recorded as done' '
	reset_all &&
	GIT_MIGRATE_FAULT=answer:2=fail git-migrate up --env staging --to 002_b 2>err &&
	test_grep "all had been committed" err &&
	git migrate up --env staging &&
	whole
'

test_expect_success 'the answer to an earlier COMMIT lost: what is applied stays, the rest runs later, once' '
	reset_all &&
	test_expect_code 3 env GIT_MIGRATE_FAULT=answer:1=fail git-migrate up --env staging 2>err &&
	test_grep "1 of 3 migrations are applied and stay" err &&
	git migrate up --env staging &&
	whole
'

test_expect_success 'notes that cannot be written are a warning, and written by the next command' '
	reset_all &&
	env GIT_MIGRATE_FAULT=note=fail git-migrate up --env staging 2>err &&
	test_grep "warning: the notes are not written yet" err &&
	git migrate status --env staging >out &&
	test_grep "the notes lack the last 2 records" out &&
	git migrate up --env staging 2>err &&
	test_grep "repaired the notes" err &&
	whole
'

test_expect_success 'a lock that a crash left on the notes: a warning, and written by the next command' '
	reset_all &&
	mkdir -p .git/refs/notes/migrate && : >.git/refs/notes/migrate/staging.lock &&
	git migrate up --env staging 2>err &&
	test_grep "warning: the notes are not written yet" err &&
	rm .git/refs/notes/migrate/staging.lock &&
	git migrate up --env staging &&
	whole
'

test_expect_success 'a state that cannot be written is a warning, and drawn by the next command' '
	reset_all &&
	env GIT_MIGRATE_FAULT=state=fail git-migrate up --env staging 2>err &&
	test_grep "warning: the state commit is not written yet" err &&
	git migrate up --env staging &&
	git rev-parse --verify refs/migrate/state/staging &&
	whole
'

# A real full disk, where this machine lets us mount one for ourselves alone.
if unshare -m sh -c 'mount -t tmpfs -o size=64k none /mnt' 2>/dev/null; then
	test_expect_success 'a full disk under the objects: the database has it all, the notes get it later' '
		reset_all &&
		sed -i "s/^signers.*/sign: false/" db/environments/staging.yaml && commit unsigned &&
		unshare -m sh -c "
			cp -a .git/objects ../objects.copy && mount -t tmpfs -o size=2m none .git/objects &&
			cp -a ../objects.copy/. .git/objects/ && { cat /dev/zero >.git/objects/filler; git migrate up --env staging; }" 2>err &&
		test_grep "warning: the notes are not written yet" err &&
		git migrate up --env staging && whole && git reset -q --hard HEAD~1
	'
fi

test_expect_success 'an unreachable remote is a warning, and pushed to later' '
	reset_all &&
	git remote set-url origin "$trash/gone.git" &&
	git migrate up --env staging 2>err &&
	test_grep "warning: cannot fetch records from .origin." err &&
	test_grep "not pushed yet" err &&
	git remote set-url origin "$trash/remote.git" &&
	git migrate up --env staging &&
	git -C "$trash/remote.git" rev-parse --verify refs/notes/migrate/staging &&
	whole
'

test_done
