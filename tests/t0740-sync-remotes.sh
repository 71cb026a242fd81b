#!/bin/sh
# Records, approvals and states between clones: nothing is lost, nothing private leaves, whoever writes at once.
. "$(dirname "$0")/lib/test-lib.sh"

for who in ann bob; do test_ssh_key $who; done
test_repo seed
git checkout -q -b main
environment one 'source: {branch: main}' && ONE=$TEST_DB
environment two 'source: {branch: main}' && TWO=$TEST_DB
environment three 'source: {branch: main}' 'approvals: 1' && THREE=$TEST_DB
environment dev 'mode: follow' 'sign: false'
migration 001_a 'DROP TABLE a;' <<'SQL'
CREATE TABLE a (id int);
SQL
commit first
git clone -q --bare . "$trash/bare.git"

# A clone of its own for each host, signing as ann or as somebody else.
host() {
	git clone -q "file://$trash/bare.git" "$trash/$1" && cd "$trash/$1" && test_sign_with "${2:-ann}" &&
		cp "$trash/seed/.git/info/exclude" .git/info/exclude &&
		git config user.email "${2:-ann}@example.com"
}

test_expect_success 'without a remote, sync says what is missing' '
	cd "$trash/seed" && test_expect_code 128 git migrate sync 2>err &&
	test_grep "there is no remote to synchronise records with" err
'

test_expect_success 'what one host deploys, another one knows' '
	host h1 && git migrate up --env one >/dev/null && host h2 && git migrate log --env one >out &&
	test_grep "up done" out && git migrate status --env one >out && test_grep "the same in notes and database" out
'

test_expect_success 'an approval travels by push and fetch' '
	host h3 bob && git -c user.name=bob migrate approve --env three >out && test_grep "approved 1 migration" out &&
	cd "$trash/h1" && git migrate up --env three >out && test_grep "1 migration applied" out &&
	git migrate show 1 --env three >out && test_grep "^approval " out
'

test_expect_success 'approvals given in two clones at once are joined' '
	cd "$trash/h1" && migration 002_b "DROP TABLE b;" <<-\SQL &&
	CREATE TABLE b (id int);
	SQL
	commit b && git push -q && cd "$trash/h3" && git pull -q &&
	git config remote.origin.url "file:///nowhere" && git migrate approve --env three -m offline >/dev/null 2>err &&
	test_grep "warning: cannot fetch records from .origin." err &&
	git config remote.origin.url "file://$trash/bare.git" &&
	cd "$trash/h2" && test_sign_with bob && git pull -q && git migrate approve --env three -m online >/dev/null &&
	cd "$trash/h3" && git migrate sync >out && test_grep "origin: 3 refs updated here, 1 ref pushed" out &&
	git notes --ref=migrate-approvals/three show >out && test_grep "comment \"offline\"" out &&
	test_grep "comment \"online\"" out &&
	git migrate sync >out && test_grep "origin: 0 refs updated here, 0 refs pushed" out
'

test_expect_success 'a developer own records stay in the clone' '
	cd "$trash/h1" && git migrate up --env dev >/dev/null && git migrate sync >/dev/null &&
	git for-each-ref --format="%(refname)" >out && test_grep "refs/notes/migrate/dev" out &&
	git ls-remote origin >out && test_grep -v "/dev$" out && test_grep "refs/notes/migrate/one" out
'

test_expect_success 'an embedded database is its clone own, even under a name that others have' '
	cd "$trash/seed" && git clone -q --bare . "$trash/emb.git" && git clone -q "file://$trash/emb.git" "$trash/e1" &&
	git clone -q "file://$trash/emb.git" "$trash/e2" &&
	for c in e1 e2; do
		cd "$trash/$c" && test_sign_with ann && git checkout -q main && echo "embedded: true" >db/environments/emb.yaml &&
		commit emb && git migrate up --env emb >out && test_grep "1 migration applied" out &&
		git migrate sync >/dev/null || return 1
	done && git migrate up --env emb >out && test_grep "nothing to do" out && git ls-remote origin >out &&
	test_grep -v "/emb$" out
'

# Six writers on three environments: two clones each, deploying and undoing in turn.
writer() {
	cd "$trash/w$1" || return 1
	for _ in $(seq 10); do
		git migrate up --env "$2" --wait 60 >>"$trash/w$1.log" 2>&1 || return 1
		git migrate down --env "$2" --wait 60 >>"$trash/w$1.log" 2>&1
	done
}

# Every record of a database is in the notes of a fresh clone, and the chain holds.
all_there() {
	git migrate verify --env "$1" --full >out 2>&1 && test_grep "no problem" out &&
		test_grep "^$1: $2 records in the database, $2 in the notes" out
}

test_expect_success 'six writers, ten rounds each, lose no record' '
	for i in 1 2 3 4 5 6; do host "w$i" || return 1; done &&
	cd "$trash/w1" && sed -i "/approvals/d" db/environments/three.yaml && commit "no approvals" && git push -q &&
	cd "$trash/h2" && git pull -q && git migrate approve --env three >/dev/null && cd "$trash/h1" && git pull -q &&
	git migrate up --env three >/dev/null &&
	for i in 1 2 3 4 5 6; do git -C "$trash/w$i" pull -q || return 1; done &&
	pids= && for i in 1 2 3 4 5 6; do
		{ writer $i "$(echo one two three | cut -d" " -f$((i % 3 + 1)))" & } && pids="$pids $!" || return 1
	done &&
	for pid in $pids; do wait $pid || { tail -n 5 "$trash"/w*.log; return 1; }; done &&
	host last && git migrate sync >/dev/null &&
	for env in one two three; do
		case $env in one) TEST_DB=$ONE ;; two) TEST_DB=$TWO ;; three) TEST_DB=$THREE ;; esac &&
		all_there $env "$(query "SELECT count(*) FROM git_migrate.record")" &&
		test "$(query "SELECT count(*) FROM git_migrate.record")" -ge 20 || return 1
	done
'

test_expect_success 'a push that is never accepted warns, and the deployment stands' '
	printf "#!/bin/sh\nexit 1\n" >"$trash/bare.git/hooks/pre-receive" && chmod +x "$trash/bare.git/hooks/pre-receive" &&
	git migrate up --env one >out 2>err && test_grep "warning: the records are not pushed yet" err &&
	rm "$trash/bare.git/hooks/pre-receive" && git migrate sync >out && test_grep "2 refs pushed" out
'

test_done
