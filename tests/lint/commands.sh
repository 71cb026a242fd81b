#!/bin/sh
# Every command of the table has a manual page, a row in git-migrate(1), a test, and a page whose options equal its -h.
cd "$(dirname "$0")/../.." || exit 1
count=0
failed=0

check() {
	count=$((count + 1))
	if [ -z "$2" ]; then
		echo "ok $count - $1"
	else
		failed=1
		echo "not ok $count - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

for command in $("$BUILD/git-migrate" -h | sed -n 's/^    \([a-z]*\) .*/\1/p'); do
	page=man/git-migrate-$command.1
	if [ ! -f "$page" ]; then
		check "$command has a manual page" "$page is missing"
		continue
	fi
	said=$("$BUILD/git-migrate" "$command" -h | sed -n 's/^    .*--\([a-z-]*\).*/\1/p' |
		grep -vx 'help\|verbose\|quiet\|no-color' | sort)
	written=$(sed -n 's/^\.It .*Fl -\([a-z-]*\).*/\1/p' "$page" | sort)
	difference=
	[ "$said" = "$written" ] || difference="-h: $(echo $said); manual: $(echo $written)"
	check "$command: the manual's options equal -h" "$difference"
	missing=
	grep -q "^\.It Xr git-migrate-$command 1" man/git-migrate.1 || missing="no row in man/git-migrate.1"
	grep -q "git migrate $command\|git-migrate $command" tests/t*.sh || missing="$missing no test"
	check "$command stands in git-migrate(1) and in a test" "$missing"
done
echo "1..$count"
exit $failed
