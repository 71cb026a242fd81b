#!/bin/sh
# Ledgers that earlier versions of the program wrote (fixtures/ledgers/COMMIT) are read, proven and continued by this one.
ledgers=$(cd "$(dirname "$0")/fixtures/ledgers" && pwd)
. "$(dirname "$0")/lib/test-lib.sh"
. "$ledgers/../../lib/postgres.sh"

# Records name the server by its identifier and the database by its oid: this server takes those of the fixture. Its identifier
# stands in the first eight bytes of pg_control, and pg_resetwal makes the rest of the cluster follow.
take_identity() {
	pg_test_stop fast &&
		perl -e 'print pack "Q", shift' "$(sed -n 's/^server //p' "$1/identity")" |
		dd of="$PG_TEST_DATA/global/pg_control" bs=8 count=1 conv=notrunc 2>/dev/null &&
		pg_test_as_server "$PG_TEST_BIN/pg_resetwal" --force --pgdata "$PG_TEST_DATA" && pg_test_restart &&
		test_is "server $("$psql" -XAtqc "SELECT system_identifier FROM pg_control_system()")" "$(head -n 1 "$1/identity")"
}

restore_databases() {
	sed -n 's/^database //p' "$1/identity" | while read -r oid name; do
		"$psql" -Xqc "CREATE DATABASE $name OID $oid" && gzip -dc "$1/$name.sql.gz" >"$trash/dump" &&
			"$psql" -Xq --set ON_ERROR_STOP=1 -o /dev/null -f "$trash/dump" "$name" || return 1
	done
}

# old_clone KIND: a clone of a fixture's repository, with its records, that signs as the fixture did.
old_clone() {
	git clone -q "$fixture/$1.bundle" "$trash/$1" && cd "$trash/$1" &&
		git fetch -q origin "+refs/notes/*:refs/notes/*" "+refs/migrate/*:refs/migrate/*" && git remote remove origin &&
		printf '/%s\n' out err >.git/info/exclude && sign_as ann
}
sign_as() {
	git config user.name "$1" && git config user.email "$1@example.com" && git config gpg.format ssh &&
		git config user.signingKey "$trash/keys/$1" && git config gpg.ssh.allowedSignersFile "$trash/keys/allowed_signers" &&
		{ [ "${kind:-}" != gpg ] || { git config gpg.format openpgp && git config user.signingKey "$1@example.com"; }; }
}

# judge ENV STATUS_RECORDS RECORDS_IN_DATABASE RECORDS_IN_NOTES APPLIED: status, verify and diff say that all is well, in these
# numbers.
judge() {
	local signed="$3 signatures verified, 0 good from before" mark=
	[ "$kind" != unsigned ] || { signed=unsigned && mark=' (unsigned)'; }
	git migrate status --env "$1" >out && test_grep "^  ledger    $2 records$mark, the same in notes and database$" out &&
		git migrate verify --env "$1" --full >out &&
		test_grep "^$1: $3 records in the database, $4 in the notes, $5 applied migrations; $signed; no problem$" out &&
		git migrate diff --env "$1" >out && test_grep "live database: no difference$" out
}

# log_of ENV: without times, commits and people, which each fixture has its own of.
log_of() {
	git migrate log --env "$1" | sed -E 's/^( *[0-9]+)  [0-9-]+ [0-9:]+  /\1 /; s/ +[0-9a-f]{7} \(/ (/; s/  ann$//'
}

# shown ENV N LINE...: record N has these lines.
shown() {
	git migrate show --env "$1" "$2" >out || return
	shift 2
	for line in "$@"; do
		test_grep "^$line" out || return
	done
}

signature() {
	case $kind in
	ssh) echo 'signature    ann@example.com$' ;;
	gpg) echo 'signature    Ann <ann@example.com>$' ;;
	*) echo 'signature    none$' ;;
	esac
}

cat >"$trash/staging.log" <<'EOF'
   25 up done (main)  1 of 1
   23 up done (main)  1 of 1
   22 restore (main)
       reason: the disk was full
   20 up done (main)  1 of 1
   19 accept (main)
       reason: the same to everybody
   17 up done (main)  1 of 1
   15 down done (main)  1 of 1
   13 up crashed (main)  1 of 1
       error: the deployer ended without recording the outcome
   11 up done (main)  1 of 1
    9 up crashed (main)  0 of 1
       error: the deployer ended without recording the outcome
    7 up done (main)  1 of 1
    5 up failed (main)  0 of 1
       error: migration '004_orders' failed: type "txet" does not exist
    3 up done (main)  1 of 1
    1 up done (main)  2 of 2
EOF
cat >"$trash/adopted.log" <<'EOF'
    2 up done (main)  5 of 5
    1 baseline (main)
       reason: the live schema is what these migrations give
EOF

# What a ledger of the first version holds: make.sh did the same to each.
examine() {
	kind=$1
	test_expect_success "$fixed $kind: cloned; nothing is pending but in the adopted database" '
		old_clone $kind && git migrate status --env staging --exit-code >out &&
		test_grep "^  covered   007_baseline, by 7 applied migrations" out &&
		test_expect_code 1 git migrate status --env adopted --exit-code >out && test_grep "^            008_notes" out
	'
	test_expect_success "$fixed $kind: records, signatures, states and schemas are whole" '
		judge staging 24 24 26 8 && judge adopted 3 3 3 7
	'
	test_expect_success "$fixed $kind: log tells every act" '
		log_of staging >actual && test_cmp "$trash/staging.log" actual && log_of adopted >actual &&
		test_cmp "$trash/adopted.log" actual && rm actual
	'
	test_expect_success "$fixed $kind: show tells each kind of record" '
		shown staging 1 "action       begin" "previous     none" "$(signature)" "    002_items  737b89618f20" &&
		shown staging 6 "outcome *failed" "$(signature)" && shown staging 10 "outcome *crashed" "$(signature)" &&
		shown staging 19 "action       accept" "reason       the same to everybody" "$(signature)" "    002_items  4fd5887619f5" &&
		shown staging 22 "action       restore" "$(signature)" &&
		shown adopted 1 "action       baseline" "$(signature)" "    002_items  4fd5887619f5"
	'
	[ $kind != ssh ] || test_expect_success "$fixed $kind: a promotion, its approval and its witness" '
		judge production 2 2 2 7 &&
		shown production 1 "release      b5e159b09e74" "witness      staging sha256:3a73493748af" "approval     9332d961c6e7"
	'
	test_expect_success "$fixed $kind: an act of before is undone with the scripts of before" '
		git migrate down --env adopted --to 003_index >out && test_grep "4 migrations undone" out &&
		git migrate up --env adopted --at before-squash >out && test_grep "4 migrations applied" out &&
		git migrate up --env adopted >out && test_grep "1 migration applied" out && judge adopted 9 9 9 8
	'
	test_expect_success "$fixed $kind: continued, up and down" '
		migration 009_later "DROP TABLE later;" <<-\SQL &&
			CREATE TABLE later (id integer);
		SQL
		commit later && git migrate up --env staging && judge staging 26 26 28 9 &&
		git migrate down --env staging && judge staging 28 28 30 8 && git migrate up --env staging && judge staging 30 30 32 9
	'
	[ $kind != ssh ] || test_expect_success "$fixed $kind: the next promotion" '
		sign_as bob && git migrate approve --env production --at main && sign_as ann &&
		git migrate promote staging production --tag v2.0 && judge production 4 4 4 9
	'
}

# A server as it was, for one folder of fixtures.
fixture_server() {
	pg_test_start "$trash/postgres-$fixed" >/dev/null && take_identity "$fixture" && restore_databases "$fixture"
}

test -n "$("$psql" -XAtqc "SELECT 1 WHERE current_setting('server_version_num')::int >= 150000" postgres)" ||
	test_skip_all 'a database cannot be made with a given oid before PostgreSQL 15'
chmod 755 "$trash"
cp -r "$ledgers/keys" "$trash/keys" && chmod -R go= "$trash/keys"
GNUPGHOME=$(mktemp -d /tmp/gm-gpg-XXXXXX)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"; pg_test_stop immediate; rm -rf "$PGHOST"; test_cleanup' EXIT
gpg -q --batch --import "$trash/keys/ann-gpg.asc"

for fixture in "$ledgers"/*/identity; do
	fixture=$(dirname "$fixture")
	fixed=$(basename "$fixture")
	test_expect_success "$fixed: the databases as they were, by name, oid and server" fixture_server
	for kind in ssh gpg unsigned; do
		examine $kind
	done
	pg_test_stop immediate
done
test_done
