#!/bin/sh
# The forms of output are interfaces: text and JSON against golden files. GOLDEN=write makes them anew, to be reviewed.
golden=$(cd "$(dirname "$0")" && pwd)/golden
. "$(dirname "$0")/lib/test-lib.sh"

# What differs from run to run is replaced: ids, times, names of databases, durations.
plain() {
	sed -E -e 's/[0-9a-f]{64}/ID/g' -e 's/[0-9a-f]{40}/OID/g' -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+( UTC|Z)?/TIME/g' \
		-e 's/[0-9a-f]{8}-[0-9a-f-]{27}/UUID/g' -e 's:[0-9]{15,}/[0-9]+/[a-z0-9_]+:DATABASE:g' -e 's/[0-9]+ ms/N ms/g' \
		-e 's/"duration_ms": [0-9]+/"duration_ms": N/' -e 's/<test@example.com> [0-9]+/<test@example.com> SECONDS/' \
		-e 's/\(?[0-9a-f]{7}\b\)?/SHORT/g' -e 's/"git-migrate\/[0-9.]+"/"git-migrate\/VERSION"/' -e 's/git-migrate\/[0-9]+\.[0-9.]+/git-migrate\/VERSION/'
}

# same NAME command...: what it prints is the golden file NAME.
same() {
	name=$1
	shift
	"$@" 2>&1 </dev/null | plain >"$trash/actual"
	[ "${GOLDEN:-}" != write ] || { mkdir -p "$golden" && cp "$trash/actual" "$golden/$name"; }
	test_expect_success "$* ($name)" "test_cmp '$golden/$name' '$trash/actual'"
}

test_repo formats
environment staging 'sign: false'
migration 001_a 'DROP TABLE a;' <<'SQL'
CREATE TABLE a (id int);
SQL
migration 002_b 'DROP TABLE b;' <<'SQL'
-- migrate: requires 001_a
CREATE TABLE b (id int);
SQL
commit first
same status-before.txt git migrate status --env staging
same plan.json git migrate plan --env staging --format=json
same dry-run.txt git migrate up --env staging --dry-run
same dry-run.json git migrate up --env staging --dry-run --format=json
same up.txt git migrate up --env staging --to 001_a
same up.json git migrate up --env staging --format=json
migration 001_a <<'SQL'
CREATE TABLE a (id bigint);
SQL
migration 003_c <<'SQL'
CREATE TABLE c (id int);
SQL
git rm -q db/migrations/002_b.up.sql db/migrations/002_b.down.sql
commit 'an edit, a removal, one more'
same status.txt git migrate status --env staging
same status.json git migrate status --env staging --format=json
same refused.txt git migrate up --env staging
same down-dry-run.txt git migrate down --env staging --dry-run --to 001_a
same down-dry-run.json git migrate down --env staging --dry-run --to 001_a --format=json
same down.txt git migrate down --env staging
same log.txt git migrate log --env staging -v
same log.json git migrate log --env staging -n 1 --format=json
same show.txt git migrate show --env staging 1
same show.json git migrate show --env staging 2 --format=json
same show-migration.txt git migrate show --env staging 001_a
same show-migration.json git migrate show --env staging 001_a --format=json
same verify.txt git migrate verify --env staging
same verify.json git migrate verify --env staging --format=json
git init -q --bare "$trash/remote.git" && git remote add origin "$trash/remote.git"
same sync.json git migrate sync --format=json
printf 'sign: false\nmode: follow\nembedded: true\n' >db/environments/local.yaml
migration 003_c 'DROP TABLE c;' <<'SQL'
CREATE TABLE c (id int);
SQL
commit 'an environment that follows'
same switch.json git migrate switch --env local --format=json
same usage.txt git-migrate up -h
same overview.txt git-migrate -h
test_done
