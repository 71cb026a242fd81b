#!/bin/sh
# Bad input: names, layouts, directives, scripts, connections. Each has its message and its place; nothing is half done; nothing leaks.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo bad
environment staging 'sign: false'
commit start

# bad FILE PLACE PATTERN: the script on standard input is refused with this place and message, before anything ran.
bad() {
	rm -rf db/migrations && mkdir -p "$(dirname "db/migrations/$1")" && cat >"db/migrations/$1" && commit bad &&
		test_expect_code 128 git migrate up --env staging 2>err >out && test_grep "^error: db/migrations/$1$2: .*$3" err &&
		test_is "$(query "SELECT count(*) FROM git_migrate.record" 2>/dev/null || echo 0)" 0
}

while IFS='|' read -r title place pattern script; do
	test_expect_success "$title" "printf -- '$script' | bad x.up.sql '$place' '$pattern'"
done <<'EOF'
an unterminated string|:1:8|this string is never closed|SELECT \047oops;
an unterminated name|:1:8|this quoted name is never closed|SELECT "oops;
an unterminated dollar quote|:2:8|this dollar-quoted text is never closed|SELECT 1;\nSELECT $a$ oops $b$;
an unterminated comment|:1:1|this comment is never closed|/* /* oops */ SELECT 1;
an escape that swallows the quote|:1:8|this string is never closed|SELECT E\047oops\\\047;
a NUL byte|:1:9|a NUL character|SELECT 1\000;
invalid UTF-8|:2:9|this is not UTF-8|SELECT 1;\nSELECT \047\377\047;
COPY data without an end|:1:1|never ended by a line|COPY t FROM stdin;\n1\n2\n
COPY without data|:1:1|the data of this COPY are missing|COPY t FROM stdin
a psql include|:1:1|psql meta-commands are not SQL|\\\\i other.sql\n
a psql command behind a statement|:1:11|psql meta-commands are not SQL|SELECT 1; \\\\g\n
COMMIT|:2:1|COMMIT is not allowed|SELECT 1;\nCOMMIT;
an unknown directive|:1:1|unknown directive .requries.|-- migrate: requries x\nSELECT 1;
requires without an id|:1:1|.requires. needs a value|-- migrate: requires\nSELECT 1;
no-transaction with a value|:1:1|.no-transaction. takes no value|-- migrate: no-transaction please\nSELECT 1;
a timeout without a unit|:1:1|.timeout. needs a duration|-- migrate: timeout 10\nSELECT 1;
a timeout twice|:2:1|.timeout. stands here a second time|-- migrate: timeout 10s\n-- migrate: timeout 20s\nSELECT 1;
a risk of its own|:1:1|.risk. is low, medium, high or critical|-- migrate: risk huge\nSELECT 1;
a batch without size|:1:1|.batch. needs size=N|-- migrate: batch pause=1s\nSELECT 1;
a batch of nothing|:1:1|.batch size. needs a whole number|-- migrate: batch size=0\nSELECT 1;
a batch of something|:1:1|.batch. knows size=N|-- migrate: batch rows=5\nSELECT 1;
allow without a reason|:1:1|.allow drop-table. needs a reason|-- migrate: allow drop-table\nSELECT 1;
irreversible without a reason|:1:1|.irreversible. needs a value|-- migrate: irreversible\nSELECT 1;
EOF

single() {
	title=$1 place=$2 pattern=$3 script=$4
	test_expect_success "$title" "printf -- '$script' | bad x.sql '$place' '$pattern'"
}
single 'two up sections' :3:1 'a second up section' '-- migrate:up\nSELECT 1;\n-- migrate:up\n'
single 'two down sections' :3:1 'a second down section' '-- migrate:up\n-- migrate:down\n-- migrate:down\n'
single 'down before up' :1:1 'the down section stands before the up section' '-- migrate:down\n-- migrate:up\n'
single 'SQL before the first section' :1:1 'SQL before the first section marker never runs' 'SELECT 1;\n-- migrate:up\n'
single 'sections of two tools' :2:1 'markers of two tools' '-- migrate:up\n-- +goose Down\n'

test_expect_success 'a down script without its up script' '
	echo "SELECT 1;" | bad lonely.down.sql "" "this script has no migration"
'

test_expect_success 'two migrations of one version' '
	rm -rf db/migrations && mkdir db/migrations &&
	echo "SELECT 1;" | tee db/migrations/V1__a.sql >db/migrations/V1__b.sql && commit same &&
	test_expect_code 128 git migrate up --env staging 2>err && test_grep "two migrations have this version" err
'

test_expect_success 'a name with a control character' '
	rm -rf db/migrations && mkdir db/migrations && echo "SELECT 1;" >"db/migrations/a$(printf "\001").up.sql" &&
	commit control &&
	test_expect_code 128 git migrate up --env staging 2>err && test_grep "control characters" err
'

test_expect_success 'an empty script, and one of comments alone, are migrations that do nothing' '
	rm -rf db/migrations && mkdir db/migrations && : >db/migrations/1.up.sql &&
	echo "-- nothing" >db/migrations/2.up.sql && commit empty &&
	git migrate up --env staging >out && test_grep "2 migrations applied" out &&
	test_expect_code 4 git migrate down --env staging 2>err && test_grep "has no down script" err
'

test_expect_success 'a down script of comments alone undoes nothing, unless nothing was done' '
	migration 21_nothing "-- nothing to undo" <<-\SQL &&
	-- nothing to do
	SQL
	commit nothing && git migrate up --env staging && git migrate down --env staging && git migrate up --env staging &&
	migration 22_some "-- written later" <<-\SQL &&
	CREATE TABLE thing (id int);
	SQL
	commit some && git migrate up --env staging && test_expect_code 4 git migrate down --env staging 2>err &&
	test_grep "db/migrations/22_some.down.sql: the down script of migration .22_some. has no statement" err &&
	test_expect_code 4 git migrate down --env staging --dry-run 2>err && test_grep "has no statement" err &&
	query "SELECT * FROM thing"
'

test_expect_success 'an 100 MB script runs' '
	perl -e "print qq(CREATE TABLE big (t text);\n); \$line = q(x) x 100000; print qq(INSERT INTO big VALUES (\\x27\$line\\x27);\n) for 1 .. 1000" >db/migrations/3.up.sql &&
	commit big && git migrate up --env staging &&
	test_is "$(query "SELECT count(*), sum(length(t)) FROM big")" "1000|100000000" && query "DROP TABLE big"
'

# Every command that might tell where it connects. Most of them fail: what counts is what they say.
all_that_speaks() {
	git migrate status --all
	git migrate status --all --format=json
	for each in gone url staging; do git migrate doctor --env $each; done
	for each in staging gone url odd; do git migrate up --env $each -v; done
	git migrate log --env staging -v
	git migrate show --env staging 3
	git migrate psql --env odd -- -c 'SELECT 1'
	query 'SELECT encode(raw, $$escape$$) FROM git_migrate.record'
	git log --notes='migrate/*'
}

test_expect_success 'a password appears nowhere: not in errors, status, doctor, records' '
	printf "database: {host: \"%s\", port: \"%s\", database: \"%s\", user: postgres, password: s3cr3t-word}\nsign: false\n" \
		"$PGHOST" "$PGPORT" "$TEST_DB" >db/environments/staging.yaml &&
	printf "database: {host: /nowhere, database: x, user: y, password: s3cr3t-word}\n" >db/environments/gone.yaml &&
	printf "url: postgresql://u:s3cr3t-word@/x?host=/nowhere\n" >db/environments/url.yaml &&
	printf "url: \"postgresql://u:s3cr3t-word@/x?nonsense=1\"\n" >db/environments/odd.yaml &&
	echo "SELECT 1 / 0;" >db/migrations/4.up.sql && commit secret &&
	all_that_speaks >out 2>&1 &&
	test_grep "division by zero" out && test_grep "nowhere" out && test_grep -v "s3cr3t" out
'

test_expect_success 'an unknown environment lists those that exist' '
	test_expect_code 128 git migrate up --env stagin 2>err && test_grep "there is no environment .stagin." err &&
	test_grep "it has: local, gone, odd, staging, url" err &&
	test_expect_code 128 git migrate up --env ../etc 2>err && test_grep "cannot be an environment.s name" err
'

test_expect_success 'a file of settings that is wrong stops with its place' '
	printf "embedded: true\noptoins: {}\n" >db/environments/odd.yaml && commit odd &&
	test_expect_code 128 git migrate up --env odd 2>err &&
	test_grep "^error: db/environments/odd.yaml:2:1: unknown key .optoins." err &&
	test_grep "^hint: did you mean .options.?" err
'

test_expect_success 'who may not read the ledger is told what lets him, and that no migration failed' '
	git rm -q -r db/migrations db/environments/odd.yaml &&
	printf "url: postgresql:///$TEST_DB\nsign: false\n" >db/environments/staging.yaml && migration 001_a <<-\SQL &&
	CREATE TABLE a (id int);
	SQL
	commit rights && git migrate up --env staging && query "CREATE ROLE \"bad reader\" LOGIN" &&
	test_expect_code 128 env PGUSER="bad reader" git migrate status --env staging 2>err &&
	test_grep "permission denied for schema git_migrate" err &&
	sed -n "s/.*\(GRANT USAGE.*\)/\1/p" err >grants && query "$(cat grants)" &&
	PGUSER="bad reader" git migrate status --env staging >out && test_grep "applied   1 of 1" out &&
	query "DROP OWNED BY \"bad reader\"; DROP ROLE \"bad reader\""
'

test_done
