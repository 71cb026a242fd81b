#!/bin/sh
# Records are signed with whatever git signs with: an ssh key in a file, in an agent, a gpg key; and clones exchange them.
. "$(dirname "$0")/lib/test-lib.sh"

test_ssh_key ann
test_repo signing
environment staging
n=0

# deploy: one more migration, deployed and verified.
deploy() {
	n=$((n + 1))
	migration "m$n" "DROP TABLE t$n;" <<-SQL
		CREATE TABLE t$n (id int);
	SQL
	commit "m$n" && git migrate up --env staging >out && test_grep ', signed$' out &&
		git migrate verify --env staging --full >out && test_grep 'no problem' out
}

test_expect_success 'nothing to sign with: refused before anything happened, with the settings to make' '
	migration m0 "DROP TABLE t0;" <<-\SQL &&
	CREATE TABLE t0 (id int);
	SQL
	commit m0 && test_expect_code 128 git migrate up --env staging 2>err &&
	test_grep "git cannot sign a record" err && test_grep "user.signingKey" err &&
	test_is "$(query "SELECT to_regclass(\$\$t0\$\$) IS NULL")" t
'

test_expect_success 'a key that git would not accept afterwards is found out before anything happened' '
	git config gpg.format ssh && git config user.signingKey "$trash/key-ann" &&
	test_expect_code 128 git migrate up --env staging 2>err && test_grep "allowedSignersFile" err &&
	test_is "$(query "SELECT to_regclass(\$\$t0\$\$) IS NULL")" t
'

test_expect_success 'an ssh key in a file' '
	test_sign_with ann && deploy && git migrate show --env staging 1 >out && test_grep "signature    ann@example.com" out
'

test_expect_success 'doctor signs a text and verifies it' '
	git migrate doctor --env staging >out && test_grep "ok  *signing  *as ann@example.com, key SHA256:" out
'

test_expect_success 'an ssh key in an agent, named by its public half' '
	eval "$(ssh-agent -s)" >/dev/null && ssh-add -q "$trash/key-ann" &&
	git config user.signingKey "key::$(cat "$trash/key-ann.pub")" &&
	deploy
'
kill "${SSH_AGENT_PID:?}"
unset SSH_AUTH_SOCK

test_expect_success 'a gpg key, in the same ledger' '
	GNUPGHOME=$(mktemp -d /tmp/gm-gpg-XXXXXX) && export GNUPGHOME && chmod 700 "$GNUPGHOME" &&
	gpg -q --batch --passphrase "" --quick-generate-key "Ann <ann@example.com>" ed25519 sign never 2>/dev/null &&
	git config gpg.format openpgp && git config user.signingKey ann@example.com &&
	deploy && git migrate show --env staging 5 >out && test_grep "signature    Ann <ann@example.com>" out
'

test_expect_success 'h: a gpg key whose name looks like the word of gpg about another key' '
	ann=$(gpg --batch --with-colons --list-keys ann@example.com | sed -n "s/^fpr:*\([0-9A-F]*\):/\1/p" | head -n 1) &&
	test -n "$ann" && gpg -q --batch --passphrase "" --quick-generate-key \
		"Mallory [GNUPG:] VALIDSIG x $ann" ed25519 sign never 2>/dev/null &&
	git config user.signingKey Mallory && environment guarded "signers: [$ann]" && commit guarded &&
	test_expect_code 128 git migrate up --env guarded 2>err &&
	test_grep "is not among the signers of environment .guarded." err &&
	git config user.signingKey ann@example.com && git migrate up --env guarded &&
	git migrate verify --env guarded --full >out && test_grep "no problem" out &&
	gpg -q --batch --yes --delete-secret-and-public-key "$(gpg --batch --with-colons --list-keys Mallory |
		sed -n "s/^fpr:*\([0-9A-F]*\):/\1/p" | head -n 1)"
'

test_expect_success 'a gpg key that is not in the keyring' '
	mv "$GNUPGHOME" "$GNUPGHOME.away" && mkdir -m 700 "$GNUPGHOME" &&
	test_expect_code 1 git migrate verify --env staging --full >out &&
	test_grep "the key is not in the gpg keyring" out
'
gpgconf --kill all
rm -rf "$GNUPGHOME"
mv "$GNUPGHOME.away" "$GNUPGHOME"

test_expect_success 'stock git verifies a record, too' '
	test_sign_with ann && git show "$(git notes --ref migrate/staging list HEAD~2 | cut -d" " -f1)" >note &&
	awk "/^object /{n++} n==1" note | git hash-object -t tag -w --stdin >id && git verify-tag "$(cat id)" && rm note id
'

test_expect_success 'clones exchange records by the remote, without a fetch refspec' '
	git init -q --bare ../remote.git && git remote add origin ../remote.git && git push -q origin main && deploy &&
	git push -q origin main &&
	git clone -q ../remote.git ../other && cd ../other && test_sign_with ann && git migrate log --env staging >out &&
	test_grep "up done" out && rm out &&
	git migrate verify --env staging && cd ../signing
'

test_expect_success 'records that diverged are joined, and none is lost' '
	cd ../other && git pull -q && git update-ref -d refs/migrate/state/staging && git config migrate.remote "" &&
	migration other "DROP TABLE o;" <<-\SQL &&
	CREATE TABLE o (id int);
	SQL
	commit other && git migrate up --env staging && git config --unset migrate.remote && git push -q origin HEAD &&
	cd ../signing && git pull -q --rebase origin main && deploy && git push -q origin main &&
	cd ../other && git pull -q && git migrate up --env staging && git migrate verify --env staging --full >out &&
	test_grep "no problem" out && rm out && cd ../signing
'

test_expect_success 'a forced push over the records is an alarm, and they come back' '
	git --git-dir=../remote.git update-ref refs/notes/migrate/staging "$(git --git-dir=../remote.git commit-tree -m rewritten "$(git rev-parse "refs/notes/migrate/staging~1^{tree}")")" &&
	git migrate up --env staging 2>err && test_grep "somebody rewrote the records" err &&
	git migrate verify --env staging --full &&
	test_is "$(git --git-dir=../remote.git rev-parse refs/notes/migrate/staging)" "$(git rev-parse refs/notes/migrate/staging)"
'

test_expect_success 'a: a list of signers that a push can change is not believed, by whatever path' '
	test_sign_with ann && cp "$trash/allowed" signers && commit signers && ln -s "$PWD/signers" "$trash/linked" &&
	for path in signers "$PWD/signers" "$trash/linked"; do
		git config gpg.ssh.allowedSignersFile "$path" &&
		test_expect_code 128 git migrate verify --env staging --full 2>err &&
		test_grep "inside the work tree: whoever changes it there would choose who is believed" err || return 1
	done &&
	commit more && test_expect_code 128 git migrate up --env staging --no-fetch 2>err &&
	test_grep "inside the work tree" err && cp signers .git/signers &&
	git config gpg.ssh.allowedSignersFile .git/signers &&
	git migrate verify --env staging >out && test_grep "no problem" out
'

gpgconf --kill all 2>/dev/null
rm -rf "${GNUPGHOME:-/nonexistent}" "${GNUPGHOME:-/nonexistent}.away"
test_done
