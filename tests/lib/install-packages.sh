#!/bin/sh
# Installs the Debian packages named as arguments that are missing; says so when it cannot.
set -u

missing=
for package in "$@"; do
	state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "error: these packages are needed, under your system's names for them:$missing" >&2
	exit 1
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo

echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# A server that Debian starts by itself is not wanted: the tests and the embedded server start their own.
# shellcheck disable=SC2086
if { [ -z "$as_root" ] || $as_root true; } &&
	{ $as_root apt-get install -y --no-install-recommends $missing >"$log" 2>&1 ||
		{ $as_root apt-get update >"$log" 2>&1 &&
			$as_root apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; }; }; then
	rm -f "$log"
	exit 0
fi
tail -n 20 "$log" >&2
echo "error: cannot install:$missing" >&2
echo "hint: install them yourself, then run make again" >&2
exit 1
