#!/bin/sh
# Installs the Debian packages named as arguments that are missing; says so when it cannot.
#   a|b          either will do; when neither is installed, the first that this system knows
#   optional:a   may stay away: that is said, and is no failure (the tests that want it are skipped)
set -u

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}
is_known() {
	apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

# The one of `a|b` that is to be installed: nothing when one is there, `a` when none is known.
choose() (
	first=
	for alternative in $(echo "$1" | tr '|' ' '); do
		is_installed "$alternative" && return
		[ -n "$first" ] || ! is_known "$alternative" || first=$alternative
	done
	echo "${first:-${1%%|*}}"
)

# Sets missing and optional from the arguments.
look() {
	missing=
	optional=
	for argument in "$@"; do
		case $argument in
		optional:*) optional="$optional $(choose "${argument#optional:}")" ;;
		*) missing="$missing $(choose "$argument")" ;;
		esac
	done
	missing=$(echo "$missing" | xargs)
	optional=$(echo "$optional" | xargs)
}

look "$@"
[ -n "$missing$optional" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
	echo "these packages make more tests run, under your system's names for them: $optional"
	[ -n "$missing" ] || exit 0
	echo "error: these packages are needed, under your system's names for them: $missing" >&2
	exit 1
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
if [ -n "$as_root" ] && ! $as_root true; then
	[ -n "$missing" ] || exit 0
	echo "error: cannot install without sudo: $missing" >&2
	exit 1
fi

log=$(mktemp)
cluster=
# The tests and the embedded server start their own servers: Debian is to make and start none because of us. What the
# machine's owner has settled stays as it is.
forbid_cluster() {
	settings=/etc/postgresql-common
	[ ! -e "$settings/createcluster.conf" ] || return 0
	cluster=$settings/createcluster.d/git-migrate-deps.conf
	$as_root mkdir -p "$settings/createcluster.d"
	echo 'create_main_cluster = false' | $as_root tee "$cluster" >/dev/null
}
# shellcheck disable=SC2317
finish() {
	rm -f "$log"
	[ -z "$cluster" ] || $as_root rm -f "$cluster"
}
trap finish EXIT
trap 'exit 130' INT TERM

get() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1
}
# shellcheck disable=SC2086
install() {
	get install -y --no-install-recommends $missing $optional || return
}

forbid_cluster
echo "installing: $missing${optional:+ $optional}"
for package in $missing $optional; do
	is_known "$package" && continue
	get update
	look "$@"
	break
done
install && exit 0
get update
look "$@"
install && exit 0
# Whatever is optional may be what cannot be had.
wanted=$optional
optional=
if [ -z "$missing" ] || install; then
	for package in $wanted; do
		get install -y --no-install-recommends "$package" ||
			echo "cannot install $package: the tests that want it will be skipped"
	done
	exit 0
fi
tail -n 20 "$log" >&2
echo "error: cannot install: $missing" >&2
echo "hint: install them yourself, then run make again" >&2
exit 1
