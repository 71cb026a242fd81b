#!/bin/sh
# What a newcomer does first: init, status, up, down, log, show.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo basics
environment staging 'sign: false'
migration 001_users 'DROP TABLE users;' <<'SQL'
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
SQL
migration 002_bio 'ALTER TABLE users DROP COLUMN bio;' <<'SQL'
ALTER TABLE users ADD COLUMN bio text;
SQL
commit 'users'

test_expect_success 'status before the first deployment' '
	git migrate status --env staging >out &&
	test_grep "pending   2 migrations" out &&
	test_grep "none yet: the first deployment makes it" out
'

test_expect_success 'status exits 1 for pending migrations only when asked to' '
	git migrate status --env staging &&
	test_expect_code 1 git migrate status --env staging --exit-code
'

test_expect_success 'plan lists what up would run, in order' '
	git migrate plan --env staging >out &&
	sed -n "s/^ *[0-9]*  \(00[12]_[a-z]*\).*/\1/p" out >order &&
	printf "001_users\n002_bio\n" >expected &&
	test_cmp expected order
'

test_expect_success 'up --dry-run changes nothing' '
	git migrate up --env staging --dry-run >out &&
	test_grep "2 migrations to run" out &&
	test_is "$(query "SELECT to_regnamespace(\$\$git_migrate\$\$) IS NULL")" t
'

test_expect_success 'up --to stops behind the named migration' '
	git migrate up --env staging --to 001_users &&
	test_is "$(query "SELECT string_agg(id, \$\$ \$\$) FROM git_migrate.applied")" 001_users
'

test_expect_success 'up applies the rest' '
	git migrate up --env staging >out &&
	test_grep "ok  002_bio" out &&
	test_grep "staging: 1 migration applied" out &&
	query "SELECT bio FROM users"
'

test_expect_success 'a second up has nothing to do, and writes no record' '
	before=$(query "SELECT count(*) FROM git_migrate.record") &&
	git migrate up --env staging >out &&
	test_grep "nothing to do" out &&
	test_is "$(query "SELECT count(*) FROM git_migrate.record")" "$before"
'

test_expect_success 'status exits 0 with --exit-code when all is applied' '
	git migrate status --env staging --exit-code >out &&
	test_grep "applied   2 of 2" out &&
	test_grep "the same in notes and database" out
'

test_expect_success 'each record stands in the note of the deployed commit' '
	git log --notes=migrate/staging -1 >out &&
	test_grep "action begin" out &&
	test_grep "outcome done" out
'

test_expect_success 'the state holds the scripts as they were applied' '
	git ls-tree -r --name-only refs/migrate/state/staging >out &&
	test_grep "^migrations/002_bio.down.sql$" out
'

test_expect_success 'down undoes the last one' '
	git migrate down --env staging >out &&
	test_grep "ok  002_bio" out &&
	test_is "$(query "SELECT string_agg(id, \$\$ \$\$) FROM git_migrate.applied")" 001_users &&
	test_is "$(query "SELECT count(*) FROM information_schema.columns WHERE table_name = \$\$users\$\$")" 2
'

test_expect_success 'down --to undoes all that came after' '
	git migrate up --env staging &&
	git migrate down --env staging --to 001_users &&
	test_is "$(query "SELECT string_agg(id, \$\$ \$\$) FROM git_migrate.applied")" 001_users &&
	git migrate up --env staging
'

test_expect_success 'down refuses more steps than there are' '
	test_expect_code 129 git migrate down --env staging --steps 3 2>err &&
	test_grep "only 2 of the 3 migrations to undo are applied" err
'

test_expect_success 'down works for a migration that is gone from the tree' '
	git rm -q db/migrations/002_bio.up.sql db/migrations/002_bio.down.sql &&
	commit "bio is gone" &&
	git migrate status --env staging >out &&
	test_grep "removed   002_bio" out &&
	git migrate down --env staging &&
	test_is "$(query "SELECT count(*) FROM git_migrate.applied")" 1
'

test_expect_success 'log lists deployments, newest first' '
	git migrate log --env staging >out &&
	head -1 out >first &&
	test_grep "down done" first &&
	test_grep "up done" out
'

test_expect_success 'log -n limits, --format=json is an object with a version' '
	git migrate log --env staging -n 1 --format=json >out &&
	test_grep "\"format\": \"git-migrate/log\"" out &&
	test_grep "\"version\": 1" out &&
	test_is "$(grep -c "\"action\": \"revert\"" out)" 1
'

test_expect_success 'show prints a record by its sequence and by its id' '
	git migrate show --env staging 1 >out &&
	test_grep "action       begin" out &&
	id=$(sed -n "s/^record //p" out) &&
	git migrate show --env staging "$(echo "$id" | cut -c1-10)" >again &&
	test_cmp out again
'

test_expect_success 'show prints a migration and the text that ran, although it is gone' '
	git migrate show --env staging 002_bio >out &&
	test_grep "revert" out &&
	test_grep "ALTER TABLE users" out
'

test_expect_success 'show says so when there is nothing of that name' '
	test_expect_code 129 git migrate show --env staging nothing 2>err &&
	test_grep "neither a record nor a migration" err
'

test_expect_success 'verify finds nothing wrong' '
	git migrate verify --env staging >out &&
	test_grep "no problem" out
'

test_expect_success 'verify --full and JSON' '
	git migrate verify --env staging --full --format=json >out &&
	test_grep "\"problems\": \[\]" out
'

test_expect_success 'the history view is there for people with psql' '
	test_is "$(query "SELECT version, name, status FROM git_migrate.history")" "001|001_users|applied"
'

test_expect_success 'git migrate psql reaches the environment' '
	git migrate psql --env staging -- -XAtc "SELECT 40 + 2" >out &&
	test_is "$(cat out)" 42
'

test_expect_success 'up --to COMMIT deploys that commit' '
	migration 004_later "SELECT 1;" <<-\SQL &&
	CREATE TABLE later (id int);
	SQL
	commit later && git migrate up --env staging --to HEAD~1 >out &&
	test_grep "nothing to do at $(git rev-parse --short=7 HEAD~1)" out &&
	test_expect_code 129 git migrate up --env staging --to HEAD~1 --at HEAD 2>err &&
	git reset -q --hard HEAD~1
'

test_expect_success 'up with JSON prints one document and nothing else' '
	migration 003_more "SELECT 1;" <<-\SQL &&
	CREATE TABLE more (id int);
	SQL
	commit more &&
	git migrate up --env staging --format=json >out 2>err &&
	perl -MJSON::PP -e "local \$/; \$d = decode_json(<>); exit !(\$d->{done} == 1 && !defined \$d->{failed})" out
'

test_done
