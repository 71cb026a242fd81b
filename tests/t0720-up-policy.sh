#!/bin/sh
# The policy in force is the last deployed one: what changes it, what does not, and who keeps it.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo policy
for who in ann bob; do test_ssh_key $who; done
test_sign_with ann
git config user.email ann@example.com
git checkout -q -b main
environment production 'source: {branch: main}' 'approvals: 1' 'signers: [ann@example.com, bob@example.com]'
migration 001_a 'DROP TABLE a;' <<'SQL'
CREATE TABLE a (id int);
SQL
commit first

bob_approves() {
	git -c user.signingKey="$trash/key-bob" migrate approve --env production
}

test_expect_success 'the first deployment is held to its own policy' '
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "approvals  waiting  0 of 1" err &&
	bob_approves && git migrate up --env production >out &&
	test_grep "1 migration applied" out
'

test_expect_success 'an approval that was used is used up, for the very same plan, too' '
	git migrate down --env production >/dev/null &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "approvals  waiting  0 of 1" err &&
	bob_approves && git migrate up --env production >out
'

test_expect_success 'loosening the policy needs what the old one asks for, with nothing pending, too' '
	sed -i "s/approvals: 1/approvals: 0/" db/environments/production.yaml &&
	commit "no more approvals" &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "approvals  waiting  0 of 1" err &&
	git migrate status --env production >out &&
	test_grep "approvals 0 of 1" out
'

test_expect_success 'it comes into force by a deployment of its own' '
	bob_approves && git migrate up --env production >out &&
	test_grep "nothing to apply at .*; its policy is in force from now on, record 8" out &&
	git migrate up --env production >out &&
	test_grep "nothing to do" out &&
	git migrate show 8 --env production >out &&
	test_grep "policy  *$(git rev-parse HEAD):$(git rev-parse HEAD:db/environments/production.yaml)" out
'

test_expect_success 'who signs records is judged by the policy before, each time' '
	sed -i "s/, bob@example.com//" db/environments/production.yaml &&
	commit "only ann" &&
	git -c user.signingKey="$trash/key-bob" migrate up --env production >out &&
	migration 002_b "DROP TABLE b;" <<-\SQL &&
	CREATE TABLE b (id int);
	SQL
	commit second &&
	test_expect_code 128 git -c user.signingKey="$trash/key-bob" migrate up --env production 2>err &&
	test_grep "bob@example.com. is not among the signers" err &&
	git migrate up --env production >out &&
	git migrate verify --env production --full >out &&
	test_grep "no problem" out
'

test_expect_success 'an environment that was signed once stays signed' '
	echo "sign: false" >>db/environments/production.yaml &&
	commit "no signatures" && git migrate up --env production >out &&
	migration 003_c "DROP TABLE c;" <<-\SQL &&
	CREATE TABLE c (id int);
	SQL
	commit third && git migrate up --env production >out &&
	test_grep ", signed$" out &&
	git migrate verify --env production --full >out && test_grep "no problem" out
'

test_expect_success 'signing can begin later: what was unsigned until then is vouched for by the first signature' '
	environment late "source: {branch: main}" "sign: false" && commit late &&
	git migrate up --env late >out && test_grep -v ", signed" out &&
	sed -i "s/sign: false/sign: true/" db/environments/late.yaml &&
	commit "sign from now on" && git migrate up --env late >out &&
	test_grep "its policy is in force" out &&
	git migrate verify --env late --full >out && test_grep "no problem" out
'

test_expect_success 'a shallow clone has the old policies from the state' '
	git clone -q --bare . "$trash/bare.git" && git remote add origin "file://$trash/bare.git" &&
	git migrate sync >out && test_grep "origin: 0 refs updated here, 5 refs pushed" out &&
	git clone -q --depth 1 "file://$trash/bare.git" "$trash/shallow" && cd "$trash/shallow" && test_sign_with ann &&
	git migrate verify --env production --full >out && test_grep "no problem" out &&
	cd "$trash/policy"
'

test_done
