#!/bin/sh
# Drift: the live schema against the recorded one, two environments, and what stock git answers about them.
. "$(dirname "$0")/lib/test-lib.sh"

test_ssh_key ann
test_repo drift
test_sign_with ann
git checkout -q -b main
environment staging 'source: {branch: main}'
STAGING=$TEST_DB
environment production 'sign: false'
PRODUCTION=$TEST_DB
environment plain 'sign: false' 'options: {snapshot: false}'
migration 001_users 'DROP TABLE users;' <<'SQL'
CREATE TABLE users (id int PRIMARY KEY, name varchar(10));
CREATE INDEX users_name ON users (name);
SQL
commit first
live() {
	"$psql" -Xqc "$1" "$STAGING"
}

test_expect_success 'without a record there is nothing to compare with' '
	test_expect_code 2 git migrate diff --env staging 2>err &&
	test_grep "no snapshot of the schema of .staging. is recorded here" err
'

test_expect_success 'after a deployment the snapshot stands in the state and, signed, in the record' '
	git migrate up --env staging >/dev/null && tree=$(git rev-parse refs/migrate/state/staging:schema) &&
	git migrate show 2 --env staging >out &&
	test_grep "snapshot *$tree" out && test_is "$(git migrate schema --env staging --tree)" "$tree" &&
	git ls-tree -r --name-only "$tree" >out && test_grep "^public/table/users.sql" out
'

test_expect_success 'an unchanged schema writes no object, and its tree again is no new one' '
	objects() { git cat-file --batch-all-objects --batch-check | wc -l; } && count=$(objects) &&
	git migrate schema --env staging --tree >out && git migrate diff --env staging >out && test_is "$(objects)" "$count" &&
	live "CREATE TABLE other (id int)" && git migrate schema --env staging --tree >out && test_is "$(objects)" "$count" &&
	live "DROP TABLE other"
'

test_expect_success 'what is as recorded is no drift, and says how much was looked at' '
	git migrate diff --env staging >out &&
	test_grep "staging: 3 objects of record 2 of .* against the live database: no difference" out
'

test_expect_success 'an extra object, a missing one and a changed one are found, with lines and repair' '
	live "ALTER TABLE users ADD COLUMN hot text; DROP INDEX users_name; CREATE VIEW spare AS SELECT 1 AS a; DROP EXTENSION plpgsql" &&
	test_expect_code 1 git migrate diff --env staging --repair >out && test_grep "extra    public/view/spare.sql" out &&
	test_grep "DROP VIEW public.spare;" out &&
	test_grep "missing  @global/extension/plpgsql.sql" out && test_grep "CREATE EXTENSION IF NOT EXISTS plpgsql" out &&
	test_grep "changed  public/table/users.sql" out && test_grep "^    +.hot text," out &&
	test_grep "^    -CREATE INDEX users_name" out && test_grep "4 objects of record 2 .*: 3 differ" out
'

test_expect_success 'the derived repair, run, repairs' '
	test_expect_code 1 git migrate diff --env staging --format=json >json &&
	perl -MJSON::PP -e "local \$/; print map { \$_->{repair} ? \$_->{repair} . qq(\n) : () }
		@{ decode_json(<>)->{changes} }" json >repair && "$psql" -Xq -v ON_ERROR_STOP=1 -f repair "$STAGING" && rm repair &&
	git migrate diff --env staging >out && test_grep "no difference" out
'

test_expect_success 'a serial column: the repair runs as it is printed, and the adoption is proven' '
	live "ALTER TABLE users ADD COLUMN number serial; CREATE TABLE counted (id serial)" &&
	test_expect_code 1 git migrate diff --env staging --adopt >out &&
	test_grep "^-- proven" out &&
	test_grep "^ALTER SEQUENCE public.counted_id_seq OWNED BY" out &&
	test_expect_code 1 git migrate diff --env staging --repair >out &&
	sed -n "s/^    repair: //p" out >repair.sql &&
	"$psql" -Xq1 -v ON_ERROR_STOP=1 -f repair.sql "$STAGING" &&
	git migrate diff --env staging >out &&
	test_grep "no difference" out
'

test_expect_success 'views over a changed column: made again, with their privileges, in one transaction' '
	cat <<-\SQL | migration 0015_views "DROP VIEW over; DROP VIEW names;" &&
	CREATE VIEW names AS SELECT id, name FROM users;
	CREATE VIEW over AS SELECT name FROM names;
	SQL
	commit views && git migrate up --env staging >/dev/null &&
	live "GRANT SELECT ON over TO pg_monitor" &&
	live "BEGIN; DROP VIEW over, names; ALTER TABLE users ALTER COLUMN name TYPE text;
		CREATE VIEW names AS SELECT id, name FROM users; CREATE VIEW over AS SELECT name FROM names;
		GRANT SELECT ON over TO pg_monitor; COMMIT" &&
	test_expect_code 1 git migrate diff --env staging --adopt >out &&
	test_grep "^-- proven" out &&
	test_expect_code 1 git migrate diff --env staging --repair --format=json >json &&
	perl -MJSON::PP -e "local \$/; print decode_json(<>)->{script}" json >repair.sql &&
	"$psql" -Xq1 -v ON_ERROR_STOP=1 -f repair.sql "$STAGING" &&
	git migrate diff --env staging >out &&
	test_grep "no difference" out &&
	test_is "$("$psql" -XAtc "SELECT has_table_privilege(\$q\$pg_monitor\$q\$, \$q\$over\$q\$, \$q\$SELECT\$q\$)" "$STAGING")" t &&
	cat <<-\SQL | migration 0016_none "CREATE VIEW names AS SELECT id, name FROM users;" &&
	DROP VIEW over;
	DROP VIEW names;
	SQL
	commit none && git migrate up --env staging >/dev/null
'

test_expect_success 'stock git answers for the history of a live table' '
	migration 002_longer "ALTER TABLE users ALTER COLUMN name TYPE varchar(10);" <<-\SQL &&
	ALTER TABLE users ALTER COLUMN name TYPE varchar(20);
	SQL
	commit second && git migrate up --env staging >/dev/null &&
	git log -p --format=%s refs/migrate/state/staging -- schema/public/table/users.sql >out &&
	test_grep "^-.*name character varying(10)" out && test_grep "^+.*name character varying(20)" out
'

test_expect_success 'two environments are compared without a database' '
	git migrate up --env production --at main~1 >/dev/null && git config migrate.production.url postgresql:///nowhere &&
	test_expect_code 1 git migrate diff production staging >out && test_grep "changed  public/table/users.sql" out &&
	test_grep "^    +.name character varying(20)" out &&
	test_grep "production: 3 objects of production against staging: 1 differ" out &&
	git diff refs/migrate/state/production refs/migrate/state/staging -- schema >out && test_grep "^+.*varying(20)" out &&
	git config --unset migrate.production.url
'

test_expect_success 'a state that is not the one of the signed record is refused' '
	good=$(git rev-parse refs/migrate/state/staging) &&
	git update-ref refs/migrate/state/staging "$(git commit-tree -m forged "$(git rev-parse refs/migrate/state/production^{tree})")" &&
	test_expect_code 4 git migrate diff --env staging 2>err &&
	test_grep "holds another snapshot (.*) than its last record names" err &&
	git update-ref refs/migrate/state/staging "$good"
'

test_expect_success 'acceptance and failure keep the snapshot right' '
	migration 003_bad "SELECT 1;" <<-\SQL &&
	CREATE TABLE half (id int);
	SELECT nonsense;
	SQL
	commit third && test_expect_code 3 git migrate up --env staging 2>err && git migrate diff --env staging >out &&
	test_grep "record 10 .* no difference" out
'

test_expect_success 'an environment may go without snapshots' '
	git migrate up --env plain --at main~1 >/dev/null &&
	test_expect_code 1 git rev-parse -q --verify refs/migrate/state/plain:schema &&
	test_expect_code 2 git migrate diff --env plain 2>err
'

test_expect_success 'a schema that drifted in staging is not promoted' '
	git rm -q db/migrations/003* && environment last "promote_from: staging" "source: {tags: \"v*\"}" && commit fourth &&
	git migrate up --env staging >/dev/null && live "CREATE TABLE hotfix (id int)" &&
	test_expect_code 4 git migrate promote staging last --tag v1 --at main --dry-run >out &&
	test_grep "drift *failed *in .staging.: 1 object differs from the record: public/table/hotfix.sql" out &&
	test_grep "look: git migrate diff --env staging" out &&
	live "DROP TABLE hotfix" && git migrate promote staging last --tag v1 --at main --dry-run >out &&
	test_grep "drift *passed" out
'

test_expect_success 'check asks the live database when told to' '
	git migrate check --live --env staging >out &&
	test_grep "^ok      live       .* objects of .staging.: record [0-9]* of .* against the live database" out &&
	test_grep ": 0 findings" out &&
	live "CREATE TABLE by_hand (id int); ALTER TABLE users ADD COLUMN by_hand int" &&
	test_expect_code 1 git migrate check --live --env staging >out && test_grep "^failed  live" out &&
	test_grep "^    extra public/table/by_hand.sql" out && test_grep "^    +.by_hand integer," out &&
	test_grep "2 findings" out &&
	git migrate check >out && test_grep -v live out && test_expect_code 129 git migrate check --env staging 2>err &&
	test_grep "belongs to .--live." err && live "DROP TABLE by_hand; ALTER TABLE users DROP COLUMN by_hand"
'

test_expect_success 'owners and privileges, when asked for: found, and put right' '
	git migrate diff --access --env staging >out && test_grep "no difference" out &&
	live "GRANT SELECT, INSERT ON users TO pg_monitor; GRANT SELECT (id) ON users TO pg_read_all_data WITH GRANT OPTION; REVOKE USAGE ON SCHEMA public FROM PUBLIC" &&
	git migrate diff --env staging >out && test_grep "no difference" out &&
	test_expect_code 1 git migrate diff --access --env staging --repair >out &&
	test_grep "^  changed  public/table/users.sql" out &&
	test_grep "^    +GRANT INSERT, SELECT ON TABLE public.users TO pg_monitor;" out &&
	test_grep "repair: REVOKE INSERT, SELECT ON TABLE public.users FROM pg_monitor;" out &&
	test_grep "repair: REVOKE SELECT (id) ON TABLE public.users FROM pg_read_all_data;$" out &&
	test_grep "repair: GRANT USAGE ON SCHEMA public TO PUBLIC;" out &&
	sed -n "s/^    repair: //p" out | "$psql" -Xq -v ON_ERROR_STOP=1 "$STAGING" &&
	git migrate diff --access --env staging >out && test_grep "no difference" out &&
	git rev-parse -q --verify refs/migrate/state/staging:access/public/table/users.sql >/dev/null &&
	test_expect_code 129 git migrate diff --access --adopt 2>err && git migrate diff --access staging staging >out &&
	test_grep "no difference" out
'

test_expect_success 'ignore rules take objects out, with their reason and how many' '
	printf "ignore:\n  - kind: table\n    name: public.tmp_*\n    reason: the import makes them\n  - {name: public.unused, reason: never there}\n" >migrate.yaml &&
	commit rules && git migrate up --env staging >/dev/null &&
	live "CREATE TABLE tmp_a (id int); CREATE TABLE tmp_b (id int); CREATE VIEW tmp_c AS SELECT 1 AS a" &&
	test_expect_code 1 git migrate diff --env staging >out && test_grep "extra *public/view/tmp_c.sql" out &&
	test_grep -v "table/tmp_" out && test_grep "ignored: 2 of table public.tmp_. (the import makes them)" out &&
	test_grep -v "never there" out &&
	live "DROP VIEW tmp_c" && git migrate diff --env staging >out && test_grep "no difference" out &&
	test_expect_code 0 git migrate diff --env staging --format=json >out &&
	test_grep "\"rule\": \"table public.tmp_.\"" out && live "DROP TABLE tmp_a, tmp_b"
'

test_expect_success 'a new ignore rule opens the gate of a promotion only after a deployment under the old ones' '
	git checkout -q -b ruled &&
	printf "ignore:\n  - {kind: table, name: public.hotfix, reason: just so}\n" >migrate.yaml && commit "one rule" &&
	git checkout -q main && git merge -q ruled && live "CREATE TABLE hotfix (id int)" &&
	git tag v0.1 && git migrate up --dry-run --env last --at v0.1 >out &&
	test_grep "drift *failed *in .staging.: 1 object differs" out && git migrate diff --env staging >out &&
	test_grep "ignored: 1 of table public.hotfix" out &&
	migration 004_drop "DROP TABLE four;" <<-\SQL &&
	CREATE TABLE four (id int);
	SQL
	commit four && git migrate up --env staging >/dev/null && git tag v0.2 &&
	git migrate up --dry-run --env last --at v0.2 >out && test_grep "drift *passed" out && live "DROP TABLE hotfix"
'

test_expect_success 'an ignore rule needs its name and its reason' '
	printf "ignore:\n  - name: public.x\n" >migrate.yaml && commit "no reason" &&
	printf "ignore:\n  - {name: public.x, why: y}\n" >migrate.yaml && commit "wrong key" &&
	test_expect_code 128 git migrate check 2>err2 &&
	test_expect_code 128 git migrate check --at HEAD~1 2>err &&
	test_grep "migrate.yaml:2:5: .ignore. has no .reason." err &&
	test_grep "migrate.yaml:2:22: unknown key .ignore.why." err2 && git rm -qf migrate.yaml && commit "no rules"
'

test_expect_success 'wrong words' '
	test_expect_code 129 git migrate diff staging 2>err && test_grep "name two environments, or none" err
'

test_done
