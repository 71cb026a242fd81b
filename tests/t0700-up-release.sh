#!/bin/sh
# Production by tag: which tags are believed, and why the others are not.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo release
for who in ann bob mallory; do test_ssh_key $who; done
sed -i '/^mallory/d' "$trash/allowed"
test_sign_with ann
git config tag.gpgSign false
git checkout -q -b main
environment production 'source: {branch: main, tags: "v*"}' 'signers: [ann@example.com]'
migration 001_users 'DROP TABLE users;' <<'SQL'
CREATE TABLE users (id int);
SQL
commit first

test_expect_success 'without a matching tag there is nothing to deploy' '
	git tag -s -m x other-1 &&
	test_expect_code 128 git migrate up --env production 2>err &&
	test_grep "no tag matches .v\*." err
'

test_expect_success 'a bare commit is no release' '
	test_expect_code 4 git migrate up --env production --at HEAD 2>err &&
	test_grep "release    failed   commit .* is no release: environment .production. is deployed from tags .v\*." err &&
	test_grep "hint: tag it: git tag -s" err &&
	test_is "$(query "SELECT to_regclass(\$\$users\$\$) IS NULL")" t
'

test_expect_success 'a tag whose name does not match is no release' '
	test_expect_code 4 git migrate up --env production --at other-1 2>err &&
	test_grep "tag .other-1. does not match .v\*." err
'

test_expect_success 'a lightweight tag is refused, with the fetch that a CI checkout needs' '
	git tag v0.1 &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "tag .v0.1. is not annotated" err &&
	test_grep "git fetch -f REMOTE refs/tags/v0.1:refs/tags/v0.1" err &&
	git tag -d v0.1
'

test_expect_success 'an unsigned annotated tag is refused' '
	git tag -a -m x v0.2 &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "tag .v0.2. is not to be trusted: it is not signed" err &&
	git tag -d v0.2
'

test_expect_success 'a tag by a key that is not listed is refused' '
	git -c user.signingKey="$trash/key-mallory" tag -s -m x v0.3 &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "tag .v0.3. is not to be trusted: the key is not listed" err &&
	git tag -d v0.3
'

test_expect_success 'a tag by somebody git knows, who may not release, is refused' '
	git -c user.signingKey="$trash/key-bob" tag -s -m x v0.4 &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "signed by .bob@example.com., who is not among the signers of environment .production." err &&
	git tag -d v0.4
'

test_expect_success 'a tag object under another name is refused' '
	git tag -s -m x w1 &&
	git update-ref refs/tags/v0.5 refs/tags/w1 &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "tag .v0.5. is a copy of tag .w1. under another name" err &&
	git tag -d v0.5
'

test_expect_success 'a tag whose signed text was changed is refused' '
	git cat-file tag w1 | sed "s/^tag w1/tag v0.6/" >forged &&
	git update-ref refs/tags/v0.6 $(git hash-object -t tag -w forged) &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "tag .v0.6. is not to be trusted: the text was changed after it was signed" err &&
	git tag -d v0.6
'

test_expect_success 'a tag that is not on the mapped branch is refused' '
	git checkout -q -b side &&
	commit aside &&
	git tag -s -m x v0.7 &&
	git checkout -q main &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "commit .* is not on branch .main." err &&
	git tag -d v0.7
'

test_expect_success 'the newest signed tag by version is deployed' '
	git tag -s -m x v0.9 &&
	commit later &&
	git tag -s -m x v0.10 &&
	git migrate up --env production >out &&
	test_grep "production: 1 migration applied" out &&
	git migrate show 1 --env production >out &&
	test_grep "ref  *refs/tags/v0.10" out &&
	test_grep "release  *$(git rev-parse v0.10^{tag})" out
'

test_expect_success '--at names an older release' '
	git migrate up --env production --at v0.9 >out &&
	test_grep "nothing to do at $(git rev-parse --short=7 v0.9^{commit})" out
'

test_expect_success 'a release that was deployed never moves' '
	migration 002_more "DROP TABLE more;" <<-\SQL &&
	CREATE TABLE more (id int);
	SQL
	commit more &&
	git tag -f -s -m again v0.10 &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "tag .v0.10. was deployed as another object before (record 1)" err &&
	test_grep "make a new tag: a release never moves" err
'

test_expect_success 'a shallow clone without history is told what to fetch' '
	git tag -d v0.10 &&
	git tag -s -m x v0.11 &&
	commit unrelated &&
	git clone -q --bare . "$trash/bare.git" &&
	git clone -q --depth 1 --no-tags "file://$trash/bare.git" "$trash/ci" &&
	(cd "$trash/ci" && test_sign_with ann &&
	git fetch -q --depth 1 origin tag v0.11 &&
	test_expect_code 128 git migrate up --env production >out 2>err &&
	cat err) >err2 &&
	test_grep "unshallow" err2
'

test_expect_success 'CI: a tag fetched as a commit names the exact fetch, which then works' '
	git clone -q --no-tags "file://$trash/bare.git" "$trash/ci2" &&
	cd "$trash/ci2" && test_sign_with ann &&
	git fetch -q origin "+$(git ls-remote -q origin "refs/tags/v0.11^{}" | cut -f1):refs/tags/v0.11" &&
	test_expect_code 4 git migrate up --env production 2>err &&
	remedy=$(sed -n "s/.*fetch the tag itself: \(git fetch [^;]*\);.*/\1/p" err) &&
	test_is "$remedy" "git fetch -f origin refs/tags/v0.11:refs/tags/v0.11" &&
	$remedy &&
	git migrate up --env production >out &&
	test_grep "production: 1 migration applied" out
'

test_expect_success 'a tag by a gpg key, whose user id holds a listed mail address' '
	cd "$trash/release" && GNUPGHOME=$(mktemp -d /tmp/gm-gpg-XXXXXX) && export GNUPGHOME && chmod 700 "$GNUPGHOME" &&
	gpg -q --batch --passphrase "" --quick-generate-key "Ann <ann@example.com>" ed25519 sign never 2>/dev/null &&
	gpg -q --batch --passphrase "" --quick-generate-key "Mallory <ann@example.com.evil.org>" ed25519 sign never 2>/dev/null &&
	git -c gpg.format=openpgp -c user.signingKey=evil.org tag -s -m x v0.11.1 &&
	test_expect_code 4 git migrate up --env production 2>err &&
	test_grep "signed by .Mallory <ann@example.com.evil.org>., who is not among the signers" err && git tag -d v0.11.1 &&
	git -c gpg.format=openpgp -c user.signingKey="Ann <ann@example.com>" tag -s -m x v0.11.2 &&
	git migrate up --env production 2>err
'
gpgconf --kill all
rm -rf "$GNUPGHOME"
unset GNUPGHOME

test_expect_success 'CI: a partial clone without blobs deploys' '
	cd "$trash/release" &&
	migration 003_again "DROP TABLE again;" <<-\SQL &&
	CREATE TABLE again (id int);
	SQL
	commit again &&
	git tag -s -m x v0.12 &&
	git push -q "$trash/bare.git" main v0.12 &&
	git -C "$trash/bare.git" config uploadpack.allowFilter true &&
	git clone -q --filter=blob:none --no-checkout "file://$trash/bare.git" "$trash/ci3" &&
	cd "$trash/ci3" && test_sign_with ann &&
	git migrate up --env production >out 2>err &&
	test_grep "production: 1 migration applied" out &&
	cd "$trash/release"
'

test_done
