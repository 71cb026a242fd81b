#!/bin/sh
# Runs a command in the clone of a fresh machine, as run.sh calls it: in mount and process namespaces of its own.
# usage: enter.sh MACHINE DEBS root|user COMMAND...
#
# Of the host nothing is seen there but the network, its few devices and DEBS, the packages that apt has downloaded before.
set -eu

machine=$1
debs=$2
user=$3
shift 3

mount --make-rprivate /
mount --bind "$machine" "$machine"
cd "$machine"
mount -t proc proc proc
mount -t tmpfs -o mode=755 dev dev
for device in null zero full random urandom; do
	: >"dev/$device"
	mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/shm dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mkdir -p var/cache/apt/archives
mount --bind "$debs" var/cache/apt/archives
pivot_root . mnt

# Names only what a login would; proxies go along because apt takes them from there. The shell stays as process 1, which reaps
# what the servers of the tests leave behind.
# shellcheck disable=SC2016
exec chroot . /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEVELOPER=1 \
	${JOBS:+JOBS="$JOBS"} ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
	/bin/sh -c '
		umount -l /mnt || exit 1
		user=$1
		shift
		if [ "$user" = root ]; then
			HOME=/root USER=root
			export HOME USER
			cd /root/git-migrate && "$@"
		else
			HOME=/home/user USER=user
			export HOME USER
			cd /home/user/git-migrate && setpriv --reuid=user --regid=user --init-groups "$@"
		fi
		exit $?' enter "$user" "$@"
