#!/bin/sh
# Promotion from staging to production: every gate closed and open, the tag, the witness, and the emergency.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo promote
for who in ann bob carl dora; do test_ssh_key $who; done
test_sign_with ann
git config user.email ann@example.com
git checkout -q -b main
environment staging 'source: {branch: main}'
STAGING=$TEST_DB
environment production 'source: {tags: "v*"}' 'promote_from: staging' 'soak: 24h' 'approvals: 2' \
	'overridable: [soak, approvals]'
PRODUCTION=$TEST_DB
migration 001_users 'DROP TABLE users;' <<'SQL'
CREATE TABLE users (id int);
SQL
commit first

as() {
	who=$1
	shift
	git -c user.signingKey="$trash/key-$who" -c user.name="$who" -c user.email="$who@example.com" "$@"
}

# Another database becomes staging, with a ledger of its own.
new_staging() {
	test_database "$1" && STAGING=$TEST_DB && git config migrate.staging.url "postgresql:///$STAGING" &&
		git update-ref -d refs/notes/migrate/staging && git update-ref -d refs/migrate/state/staging &&
		rm -f .git/git-migrate/verified/staging .git/git-migrate/notes/staging
}

test_expect_success 'what staging never deployed cannot be promoted' '
	test_expect_code 4 git migrate promote staging production --tag v1.0 2>err &&
	test_grep "environment .staging. has not finished a deployment yet" err &&
	test_expect_code 4 git migrate promote staging production --tag v1.0 --at main --dry-run >out &&
	test_grep "promotion   failed      the migrations of commit .* were never deployed to .staging." out
'

test_expect_success 'a dry run lists every gate, and what would open it' '
	git migrate up --env staging >/dev/null &&
	test_expect_code 4 git migrate promote staging production --tag v1.0 --dry-run >out &&
	test_grep "release     passed      v1.0 will be made and signed by this command, on main" out &&
	test_grep "promotion   passed      .staging. deployed $(git rev-parse --short=7 HEAD) at .*, record 2" out &&
	test_grep "soak        waiting     .* of 24 h in .staging." out &&
	test_grep "wait for another 23 h 59 min" out &&
	test_grep "drift       passed      the database of .staging. is as its records say" out &&
	test_grep "order       passed      the same 1 in the same order" out &&
	test_grep "approvals   waiting     0 of 2" out &&
	test_grep "git migrate approve --env production --at" out &&
	test_grep "6 gates asked, 2 closed" out &&
	test_is "$(git tag)" ""
'

test_expect_success 'the same as JSON' '
	test_expect_code 4 git migrate promote staging production --tag v1.0 --dry-run --format=json >out &&
	test_grep "\"gate\": \"soak\"" out && test_grep "\"state\": \"waiting\"" out && test_grep "\"open\": false" out
'

test_expect_success 'closed gates refuse, and make no tag' '
	test_expect_code 4 git migrate promote staging production --tag v1.0 2>err &&
	test_grep "the gates of environment .production. are not open" err &&
	test_grep "soak *waiting" err && test_grep "approvals *waiting" err &&
	test_is "$(git tag)" "" &&
	test_is "$(query "SELECT to_regclass(\$\$users\$\$) IS NULL")" t
'

test_expect_success 'the author of a migration, and who deploys, cannot approve it' '
	git migrate approve --env production --at main >out &&
	test_grep "production: approved 1 migration at" out &&
	git migrate approve --env production --at main --format=json >out &&
	test_grep "\"format\": \"git-migrate/approve\"" out && test_grep "\"commit\": \"$(git rev-parse main)\"" out &&
	test_grep "\"approval\": \"[0-9a-f]" out && test_grep "^    \"001_" out &&
	test_expect_code 4 git migrate promote staging production --tag v1.0 --dry-run >out &&
	test_grep "approvals   waiting     0 of 2 (not counted: ann@example.com" out
'

test_expect_success 'one person counts once, whatever they do' '
	as bob migrate approve --env production --at main -m "looks right" &&
	as bob migrate approve --env production --at main -m "still" &&
	test_expect_code 4 git migrate promote staging production --tag v1.0 --dry-run >out &&
	test_grep "approvals   waiting     1 of 2: bob@example.com" out &&
	test_grep "bob@example.com has approved already" out
'

test_expect_success 'a key that is listed under two names is one person' '
	sed "s/^bob@/robert@/" "$trash/key-bob.pub" >/dev/null &&
	echo "robert@example.com $(cat "$trash/key-bob.pub")" >>"$trash/allowed" &&
	test_expect_code 4 git migrate promote staging production --tag v1.0 --dry-run >out &&
	test_grep "approvals   waiting     1 of 2" out
'

test_expect_success 'status shows who has approved' '
	git migrate status --env production --at main >out &&
	test_grep "approvals 1 of 2: bob@example.com" out
'

test_expect_success 'an approval that expires is not counted any more' '
	as carl migrate approve --env production --at main --expires 1ms >/dev/null &&
	test_expect_code 4 git migrate promote staging production --tag v1.0 --dry-run >out &&
	test_grep "carl@example.com has expired" out
'

test_expect_success 'enough people open the gate' '
	as carl migrate approve --env production --at main >/dev/null &&
	test_expect_code 4 git migrate promote staging production --tag v1.0 --dry-run >out &&
	test_grep "approvals   passed      2 of 2: bob@example.com, carl@example.com" out
'

test_expect_success 'a gate that the policy does not list cannot be passed over' '
	test_expect_code 4 git migrate promote staging production --tag v1.0 --override drift --reason x 2>err &&
	test_grep "does not let gate .drift. be passed over" err &&
	test_grep "overridable: soak, approvals" err
'

test_expect_success 'an override needs a reason, and names a gate' '
	test_expect_code 129 git migrate promote staging production --tag v1.0 --override soak 2>err &&
	test_grep "needs .--reason TEXT." err &&
	test_expect_code 129 git migrate promote staging production --tag v1.0 --override haste --reason x 2>err &&
	test_grep "there is no gate .haste." err &&
	test_expect_code 129 git migrate up --env production --reason x 2>err &&
	test_grep ".--reason. belongs to .--override." err
'

test_expect_success 'an emergency passes over the soak: tag, records, witness, approvals' '
	git migrate promote staging production --tag v1.0 -m "the first" --override soak --reason "customers are waiting" >out 2>err &&
	test_grep "production: 1 migration applied" out &&
	git verify-tag v1.0 && git cat-file tag v1.0 | grep "^the first" &&
	test_is "$(git rev-parse "v1.0^{commit}")" "$(git rev-parse main)" &&
	git migrate show 1 --env production >out &&
	test_grep "passed over  soak" out && test_grep "reason *customers are waiting" out &&
	test_is "$(grep -c "^approval " out)" 2 &&
	test_grep "witness *staging sha256:$(git migrate show 2 --env staging | sed -n "s/^record //p")" out
'

test_expect_success 'log and status show the override until the next ordinary deployment' '
	git migrate log --env production >out &&
	test_grep "passed over: soak" out && test_grep "reason: customers are waiting" out &&
	git migrate status --env production >out &&
	test_grep "override  the last deployment passed over soak: customers are waiting" out
'

test_expect_success 'used approvals cannot be used again: the ledger has a new head' '
	sed -i "/soak:/d; s/approvals: 2/approvals: 1/" db/environments/production.yaml &&
	migration 002_more "DROP TABLE more;" <<-\SQL &&
	CREATE TABLE more (id int);
	SQL
	commit more &&
	git migrate up --env staging >/dev/null &&
	test_expect_code 4 git migrate promote staging production --tag v1.1 --dry-run >out &&
	test_grep "approvals   waiting     0 of 2" out
'

test_expect_success 'a commit that lowers its own gates is held to the old ones' '
	as bob migrate approve --env production --at main >/dev/null &&
	test_expect_code 4 git migrate promote staging production --tag v1.1 --dry-run >out &&
	test_grep "soak        waiting" out &&
	test_grep "approvals   waiting     1 of 2: bob@example.com" out
'

test_expect_success 'drift in staging closes its gate' '
	as dora migrate approve --env production --at main >/dev/null &&
	"$psql" -Xqc "DELETE FROM git_migrate.applied WHERE id = \$\$002_more\$\$" "$STAGING" &&
	test_expect_code 4 git migrate promote staging production --tag v1.1 --override soak --reason x 2>err &&
	test_grep "drift *failed *in .staging.: record .* applied .002_more., and the database.s row of it is gone" err &&
	test_is "$(git tag)" v1.0
'

test_expect_success 'a staging database that cannot be asked closes it, too' '
	git config migrate.staging.url "postgresql:///no_such_database" &&
	test_expect_code 4 git migrate promote staging production --tag v1.1 --override soak --reason x 2>err &&
	git config --unset migrate.staging.url &&
	test_grep "drift *failed *the database of .staging. cannot be asked" err
'

test_expect_success 'what was undone in staging is not promoted' '
	new_staging other &&
	git migrate up --env staging >/dev/null &&
	git migrate down --env staging >/dev/null &&
	test_expect_code 4 git migrate promote staging production --tag v1.1 --dry-run >out &&
	test_grep "promotion   failed      .staging. was changed after it: record 3 (revert)" out &&
	test_grep "order       failed      in .staging. .002_more. is not applied" out
'

test_expect_success 'another order in staging than here is found' '
	new_staging third &&
	git checkout -q -b side main~1 &&
	migration 003_late "DROP TABLE late;" <<-\SQL &&
	CREATE TABLE late (id int);
	SQL
	commit late &&
	git migrate up --env staging --at side >/dev/null &&
	git checkout -q main && git merge -q --no-edit side &&
	git migrate up --env staging >/dev/null &&
	test_expect_code 4 git migrate promote staging production --tag v1.1 --dry-run >out &&
	test_grep "order       failed      in .staging. .003_late. ran before .002_more." out
'

test_expect_success 'once deployed, the lower gates are in force' '
	new_staging fourth &&
	git migrate up --env staging >/dev/null &&
	as bob migrate approve --env production --at main >/dev/null &&
	as dora migrate approve --env production --at main >/dev/null &&
	git migrate promote staging production --tag v1.1 --override soak --reason "once more" >out &&
	migration 004_last "DROP TABLE last;" <<-\SQL &&
	CREATE TABLE last (id int);
	SQL
	commit last && git migrate up --env staging >/dev/null &&
	as bob migrate approve --env production --at main >/dev/null &&
	git migrate promote staging production --tag v1.2 >out 2>err &&
	test_grep "production: 1 migration applied" out &&
	git migrate status --env production >out &&
	test_grep -v "override" out
'

test_expect_success 'a promotion from elsewhere than the policy says is refused' '
	test_expect_code 4 git migrate promote production staging 2>err &&
	test_grep "environment .staging. is not promoted from .production." err
'

test_expect_success 'a release without a name needs one' '
	commit empty && git migrate up --env staging >/dev/null &&
	test_expect_code 129 git migrate promote staging production --at main 2>err &&
	test_grep "has no tag that matches .v\*." err && test_grep "name the release: --tag NAME" err
'

test_expect_success 'the records verify, with every policy they were held to' '
	git migrate verify --env production --full >out &&
	test_grep "no problem" out
'

test_done
