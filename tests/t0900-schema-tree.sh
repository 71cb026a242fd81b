#!/bin/sh
# Snapshots as trees: replayed and dumped databases give the same id, and nothing is written.
lib=$(cd "$(dirname "$0")/lib" && pwd)
. "$(dirname "$0")/lib/test-lib.sh"

fixtures=$lib/../fixtures/schema
test_repo tree
environment every 'sign: false' && EVERY=$TEST_DB
environment other 'sign: false' && OTHER=$TEST_DB
commit environments
"$psql" -Xq -v ON_ERROR_STOP=1 -f "$fixtures/every-kind.sql" "$EVERY" >/dev/null 2>&1 || echo "Bail out! the fixture does not load"
tree() {
	git migrate schema --env "$1" --tree 2>/dev/null
}
empty_other() {
	"$psql" -Xqc "DROP DATABASE \"$OTHER\" WITH (FORCE)" -c "CREATE DATABASE \"$OTHER\" ${1:-}" postgres
}

test_expect_success 'an object stands at its path, its parts in one order' '
	git migrate schema --env every >out 2>err && test_grep "^-- app/table/users.sql" out &&
	test_grep "^CREATE TABLE app.users (" out &&
	test_grep "^-- app/function/add(a integer, b integer, VARIADIC rest integer\[\]).sql" out &&
	test_grep "^-- Odd Näme%2Fwith%25/table/Tab le.sql" out &&
	test_grep -v "pg_trgm.*FUNCTION" out && test_grep -v "git_migrate.record" out
'

test_expect_success 'the tree is that of git, and is not written' '
	id=$(tree every) && test_is ${#id} 40 && test_expect_code 1 git cat-file -e "$id" && test_is "$(tree every)" "$id"
'

test_expect_success 'the canonical DDL replayed into an empty database gives the same tree' '
	git migrate schema --env every --format=json | "$lib/replay.pl" "$psql" "$OTHER" &&
	test_is "$(tree other)" "$(tree every)"
'

test_expect_success 'dumped and restored, once what pg_dump cannot see is put right' '
	empty_other && "$psql" -Xqc "DROP LANGUAGE plx" -c "ALTER TABLE app.orders ENABLE TRIGGER ALL" "$EVERY" &&
	"$PG_TEST_BIN/pg_dump" -s "$EVERY" | "$psql" -Xq -v ON_ERROR_STOP=1 "$OTHER" >/dev/null 2>&1 &&
	"$psql" -Xqc "REFRESH MATERIALIZED VIEW app.totals" "$OTHER" &&
	test_is "$(tree other)" "$(tree every)"
'

test_expect_success 'in another locale and encoding of the database it is the same, but for what differs' '
	empty_other "LC_COLLATE '\''C.UTF-8'\'' LC_CTYPE '\''C.UTF-8'\'' TEMPLATE template0" &&
	git migrate schema --env every --format=json 2>/dev/null | "$lib/replay.pl" "$psql" "$OTHER" &&
	test_is "$(LC_ALL=C PGTZ=Asia/Tokyo PGDATESTYLE=German tree other)" "$(tree every)"
'

test_expect_success 'what is not captured is counted and named' '
	"$psql" -Xqc "SELECT lo_create(4711)" -c "CREATE USER MAPPING FOR PUBLIC SERVER far" "$EVERY" >/dev/null &&
	git migrate schema --env every 2>err >/dev/null && test_grep "not captured: 1 large object, 1 user mapping" err &&
	git migrate schema --env every --format=json >out && test_grep "\"1 user mapping\"" out
'

test_expect_success 'owners and privileges are apart' '
	before=$(tree every) && "$psql" -Xqc "GRANT SELECT (name) ON app.users TO pg_monitor" "$EVERY" &&
	test_is "$(tree every)" "$before" &&
	git migrate schema --env every --access >out &&
	test_grep "GRANT SELECT (name) ON TABLE app.users TO pg_monitor;" out &&
	test_grep "ALTER TABLE app.users OWNER TO" out && test_grep "GRANT EXECUTE ON ROUTINE app.touch() TO PUBLIC;" out
'

test_expect_success 'secrets in options are not shown' '
	"$psql" -Xqc "ALTER SERVER far OPTIONS (ADD password '\''hunter2'\'')" "$EVERY" &&
	git migrate schema --env every >out 2>&1 && test_grep "password .sha256:" out && test_grep -v hunter2 out
'

test_expect_success 'a locked catalog is unknown, never clean' '
	mkfifo go &&
	{ (echo "BEGIN; LOCK TABLE app.stacked IN ACCESS EXCLUSIVE MODE; SELECT 4711;" && cat go) |
		"$psql" -XAtq "$EVERY" >locked 2>&1 & } &&
	wait_for "the lock" 60 grep 4711 locked &&
	test_expect_code 2 git migrate schema --env every 2>err && echo >go && wait &&
	test_grep "cannot read the schema: canceling statement due to lock timeout" err
'

test_done
