#!/bin/sh
# make fresh: README's commands on machines that have nothing yet but git, make, gcc and apt.
# usage: BUILD=folder [SUITES="bookworm trixie"] [USERS="root user"] [FRESH_WHOLE="trixie/user ..."] run.sh
#
# For every suite of Debian and every user (root, or an ordinary user with sudo) a minimal system is unpacked, and HEAD of this
# checkout cloned into it; enter.sh goes in and runs `make test` and `make demo`. With FRESH_WHOLE the pairs that it does not
# name run a few of the tests instead of all. Prints TAP. What cannot be had here is skipped, with the reason, and named at the
# end once more; the exit status is that of what could be run.
#
# The systems are kept under $BUILD/fresh for the day, packages that were downloaded for longer.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=$BUILD/fresh
suites=${SUITES:-bookworm trixie}
users=${USERS:-root user}
some_tests='tests/t0100-up-basics.sh tests/t0160-status-repositories.sh tests/t0510-up-signing.sh tests/t0900-schema-tree.sh'
number=0
failed=0
said=

report() {
	number=$((number + 1))
	echo "$1 $number - $2"
}
pass() { report ok "$1"; }
skip() {
	report ok "$1 # SKIP $2"
	said="${said}Skipped: $1: $2
"
}
fail() {
	failed=$((failed + 1))
	report 'not ok' "$1"
	tail -n 40 "$2" | sed 's/^/# /'
	said="${said}Failed: $1 (all of it: $2)
"
}
finish() {
	echo "1..$number"
	printf '%s' "$said"
	[ "$failed" = 0 ]
	exit
}

# What a log says about packages that could not be reached.
no_network() {
	grep -m 1 -E 'Could not resolve|Temporary failure resolving|Could not connect|Cannot initiate the connection|Unable to connect|Connection (failed|timed out)|Network is unreachable' "$1"
}

# ---- what this machine must have ----

# Why no fresh machine can be made here; nothing when it can.
obstacle() {
	if [ "$(id -u)" != 0 ]; then
		echo "only root can make one: sudo make fresh"
	elif ! command -v mmdebstrap >/dev/null && ! command -v debootstrap >/dev/null; then
		echo "neither mmdebstrap nor debootstrap is installed: make deps-fresh"
	elif ! unshare --mount --pid --ipc --fork mount -t tmpfs none /mnt 2>/dev/null; then
		echo "this machine does not allow namespaces of their own (unshare --mount --pid)"
	fi
}

# How apt reaches its packages here: mirror, proxies, checks. Nothing of it is written down in this repository.
host_mirror() {
	apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		sed -n 's/^Debian Debian //p' | head -n 1
}
host_settings() {
	apt-config dump 2>/dev/null |
		grep -E '^Acquire::(Check-|https?::|Retries|ForceIPv|Proxy)' | grep -v -E '"";$|::User-Agent'
}

# ---- systems ----

# root_of SUITE: its system as a tar file, made unless today's is there; its name in $tar.
root_of() {
	packages=git,make,gcc,libc6-dev,ca-certificates,sudo,mount,util-linux
	tar=$cache/$1-$(date +%F).tar
	log=$cache/$1.log
	[ ! -s "$tar" ] || return 0
	rm -f "$cache/$1"-*.tar
	mirror=$(host_mirror)
	if command -v mmdebstrap >/dev/null; then
		# shellcheck disable=SC2086
		mmdebstrap --mode=root --variant=minbase --include="$packages" --aptopt="$cache/apt.conf" \
			"$1" "$cache/$1.part.tar" $mirror >"$log" 2>&1 || return
	else
		# shellcheck disable=SC2086
		debootstrap --variant=minbase --include="$packages" "$1" "$cache/$1.root" $mirror >"$log" 2>&1 &&
			tar -C "$cache/$1.root" -cf "$cache/$1.part.tar" . >>"$log" 2>&1 || return
		rm -rf "$cache/$1.root"
	fi
	mv "$cache/$1.part.tar" "$tar"
}

# machine SUITE USER: unpacks a machine into $machine, with a clone of HEAD in the user's home.
machine() {
	machine=$(mktemp -d "$cache/machine-XXXXXX") && chmod 755 "$machine" && tar -C "$machine" -xf "$tar" &&
		cp "$cache/apt.conf" "$machine/etc/apt/apt.conf.d/99host" &&
		cp /etc/resolv.conf "$machine/etc/resolv.conf" || return
	# A mirror that is reached over https is believed for the host's reasons.
	case $(host_mirror) in
	https:*) cp /etc/ssl/certs/ca-certificates.crt "$machine/etc/ssl/certs/" ;;
	esac
	home=$machine/root
	if [ "$2" = user ]; then
		home=$machine/home/user
		chroot "$machine" useradd --create-home --shell /bin/sh user &&
			echo 'user ALL=(ALL) NOPASSWD: ALL' >"$machine/etc/sudoers.d/user" || return
	fi
	git clone -q --no-hardlinks "$top" "$home/git-migrate" &&
		git -C "$home/git-migrate" checkout -q --detach "$commit" &&
		git -C "$home/git-migrate" remote remove origin || return
	[ "$2" != user ] || chroot "$machine" chown -R user:user /home/user
}

# run SUITE USER TITLE COMMAND...: runs it in the machine's clone; in words how it went.
run() {
	title="$1, $2: $3"
	log=$cache/$1-$2-$(echo "$3" | tr -c 'a-z0-9\n' -).log
	start=$(date +%s)
	inside=$2
	debs=$cache/debs-$1
	shift 3
	mkdir -p "$debs"
	unshare --mount --pid --ipc --fork --kill-child "$here/enter.sh" "$machine" "$debs" "$inside" "$@" >"$log" 2>&1
	status=$?
	echo "# $title: $(($(date +%s) - start)) s"
	sed -n 's/^\(Skipped: \|Files=\|cannot install \)/# &/p' "$log"
	if [ "$status" = 0 ]; then
		pass "$title"
	elif why=$(no_network "$log"); then
		skip "$title" "the packages cannot be reached: $why"
	else
		fail "$title" "$log"
	fi
	[ "$status" = 0 ]
}

examine() {
	case " ${FRESH_WHOLE:-$1/$2} " in
	*" $1/$2 "*) run "$1" "$2" 'make test' make test ;;
	*) run "$1" "$2" 'make deps, make check (some of the tests)' sh -c "make deps && make check TESTS='$some_tests'" ;;
	esac && run "$1" "$2" 'make demo' make demo
}

mkdir -p "$cache" || exit 1
cache=$(cd "$cache" && pwd)
host_settings >"$cache/apt.conf"
commit=$(git -C "$top" rev-parse HEAD) || exit 1
git -C "$top" diff --quiet HEAD || echo "# what is not committed is not tested"
machine=
trap 'rm -rf "$machine"' EXIT
trap 'exit 130' INT TERM

why_not=$(obstacle)
for suite in $suites; do
	if [ -n "$why_not" ]; then
		skip "$suite: a fresh machine" "$why_not"
		continue
	fi
	if ! root_of "$suite"; then
		if why=$(no_network "$log"); then
			skip "$suite: a fresh machine" "the packages cannot be reached: $why"
		else
			fail "$suite: a fresh machine" "$log"
		fi
		continue
	fi
	for user in $users; do
		if machine "$suite" "$user" >>"$log" 2>&1; then
			examine "$suite" "$user"
		else
			fail "$suite, $user: a fresh machine" "$log"
		fi
		rm -rf "$machine"
		machine=
	done
done
finish
