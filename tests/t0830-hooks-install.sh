#!/bin/sh
# Hooks beside those of other tools: nothing overwritten, the earlier ones run first, uninstall leaves no trace.
. "$(dirname "$0")/lib/test-lib.sh"

test_repo install
git checkout -q -b main
environment staging 'sign: false' 'source: {branch: main}'
migration 001_a 'DROP TABLE a;' <<'SQL'
CREATE TABLE a (id int);
SQL
commit first
git migrate up --env staging >/dev/null
newer_git() {
	git version | awk '{ split($3, v, "."); exit !(v[1] > 2 || (v[1] == 2 && v[2] >= 54)) }'
}
# What is installed is a stub before git 2.54, and settings from then on.
installed() {
	if newer_git; then
		git config "hook.git-migrate-$1.event" >/dev/null && ! grep -qs "git migrate hook" ".git/hooks/$1"
	else
		grep -qs "git migrate hook $1" ".git/hooks/$1" && test -x ".git/hooks/$1" || return 1
	fi
}
edit() {
	migration 001_a 'DROP TABLE a;' <<-\SQL
		CREATE TABLE a (id bigint);
	SQL
	git add db
}
refused() {
	edit && test_expect_code 1 git commit -q -m edit 2>err && test_grep "this commit is refused" err && git reset -q --hard
}
folder() {
	find .git/hooks -type f ! -name "*.sample" -exec sha1sum {} + | sort
	git config --local --list | grep -v "^user\|^core" | sort
}

test_expect_success 'install, guard, uninstall: as it was before' '
	folder >before && git migrate hooks install >out &&
	for h in pre-commit pre-push post-merge post-checkout post-rewrite; do
		installed $h || return 1
	done && test_expect_code 1 installed pre-receive && refused && git migrate hooks uninstall >out &&
	test_grep "5 hooks removed" out && folder >after && test_cmp before after
'

test_expect_success 'installing twice changes nothing' '
	git migrate hooks install >/dev/null && folder >before && git migrate hooks install >/dev/null && folder >after &&
	test_cmp before after && git migrate hooks uninstall >/dev/null
'

test_expect_success 'status tells them apart' '
	git migrate hooks install >/dev/null && git migrate hooks status >out && test_grep "^pre-commit *installed" out &&
	test_grep "^pre-receive *not installed" out &&
	git migrate hooks status --format=json >out && test_grep "\"hook\": \"pre-commit\"" out &&
	git migrate hooks uninstall >/dev/null
'

test_expect_success 'a hand-written hook runs first, with its arguments, and still decides' '
	printf "#!/bin/sh\necho mine >>$trash/mine\ntest ! -e $trash/stop\n" >.git/hooks/pre-commit &&
	chmod +x .git/hooks/pre-commit &&
	printf "#!/bin/sh\necho \"\$@\" >>$trash/args; cat >>$trash/input\n" >.git/hooks/pre-push &&
	chmod +x .git/hooks/pre-push && folder >before &&
	git migrate hooks install >out && refused && test_grep mine "$trash/mine" &&
	touch "$trash/stop" && test_expect_code 1 git commit -q --allow-empty -m stopped 2>err && rm "$trash/stop" &&
	git commit -q --allow-empty -m goes &&
	git init -q --bare "$trash/r.git" && git push -q "$trash/r.git" main &&
	test_grep "$trash/r.git $trash/r.git" "$trash/args" &&
	test_grep "^refs/heads/main .* refs/heads/main 0000" "$trash/input" &&
	git migrate hooks uninstall >/dev/null && folder >after && test_cmp before after && rm .git/hooks/pre-*
'

test_wants 'git-lfs is not installed' command -v git-lfs
test_expect_success 'git-lfs keeps working beside it, in either order' '
	git lfs install --local --force >/dev/null && git migrate hooks install >out && git lfs track "*.bin" >/dev/null &&
	echo large >a.bin && git add .gitattributes a.bin && git commit -q -m lfs &&
	git init -q --bare "$trash/lfs.git" &&
	git push -q "file://$trash/lfs.git" main 2>err && test -n "$(find "$trash/lfs.git/lfs/objects" -type f)" &&
	refused && git migrate hooks uninstall >/dev/null && test_grep "git-lfs" .git/hooks/pre-push &&
	git lfs uninstall --local >/dev/null && git migrate hooks install >/dev/null &&
	{ git lfs update >/dev/null 2>&1 || git lfs update --manual >out; } && refused &&
	git migrate hooks uninstall >/dev/null
'

test_expect_success 'another tool that overwrites our file is found' '
	if ! newer_git; then
		printf "#!/bin/sh\ntrue\n" >.git/hooks/pre-commit && git migrate hooks install >/dev/null &&
		printf "#!/bin/sh\nfalse\n" >.git/hooks/pre-commit &&
		git migrate hooks status >out && test_grep "^pre-commit *lost: another tool" out &&
		test_expect_code 128 git migrate hooks install 2>err &&
		test_grep "both hold a hook that is not ours" err && printf "#!/bin/sh\ntrue\n" >.git/hooks/pre-commit &&
		git migrate hooks install >/dev/null &&
		git migrate hooks status >out && test_grep "^pre-commit *installed, runs the earlier hook first" out &&
		git migrate hooks uninstall >/dev/null && rm .git/hooks/pre-commit
	fi
'

test_expect_success 'a tool that keeps our stub as its own earlier hook makes no circle' '
	if ! newer_git; then
		printf "#!/bin/sh\n[ ! -x .git/hooks/pre-commit.legacy ] || .git/hooks/pre-commit.legacy || exit 1\necho tool >>$trash/tool\n" >.git/hooks/pre-commit &&
		chmod +x .git/hooks/pre-commit && cp .git/hooks/pre-commit tool &&
		git migrate hooks install >/dev/null && mv .git/hooks/pre-commit .git/hooks/pre-commit.legacy &&
		mv tool .git/hooks/pre-commit &&
		timeout 60 git commit -q --allow-empty -m circle && test_is "$(wc -l <"$trash/tool")" 2 && refused &&
		git migrate hooks install >/dev/null && rm "$trash/tool" && timeout 60 git commit -q --allow-empty -m circle &&
		test_is "$(wc -l <"$trash/tool")" 1 && refused &&
		git migrate hooks uninstall >/dev/null && rm .git/hooks/pre-commit .git/hooks/pre-commit.legacy
	fi
'

test_expect_success 'core.hooksPath belongs to its tool: nothing is written, the line to add is said' '
	if ! newer_git; then
		mkdir -p .husky/_ &&
		printf "#!/bin/sh\n[ ! -f .husky/\${0##*/} ] || sh .husky/\${0##*/} \"\$@\"\n" >.husky/_/pre-commit &&
		chmod +x .husky/_/pre-commit && git config core.hooksPath .husky/_ &&
		test_expect_code 1 git migrate hooks install >out &&
		test_grep "add to .*/.husky/_/pre-commit: git migrate hook pre-commit -- \"\$@\"" out &&
		test_grep -v "git migrate" .husky/_/pre-commit &&
		echo "git migrate hook pre-commit -- \"\$@\"" >.husky/pre-commit && refused && git migrate hooks status >out &&
		test_grep "^pre-commit *another tool.s, calls git-migrate" out &&
		git migrate hooks install --force >out && test_grep "^pre-commit *installed, runs the earlier hook first" out &&
		refused && git migrate hooks uninstall >/dev/null && test_grep husky .husky/_/pre-commit &&
		git config --unset core.hooksPath
	fi
'

test_expect_success 'hooks of a worktree are those of the repository' '
	git migrate hooks install >/dev/null && git worktree add -q "$trash/linked" -b linked && cd "$trash/linked" && edit &&
	test_expect_code 1 git commit -q -m edit 2>err && test_grep "this commit is refused" err && cd "$trash/install" &&
	git migrate hooks uninstall >/dev/null
'

test_expect_success 'wrong words' '
	test_expect_code 129 git migrate hooks instal 2>err && test_grep "is none of install, status and uninstall" err &&
	test_expect_code 129 git migrate hook post-toast 2>err && test_grep "there is no hook .post-toast." err &&
	test_expect_code 129 git migrate hooks install --server --follow 2>err &&
	test_grep "for a clone that people work in" err
'

test_done
