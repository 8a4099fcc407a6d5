#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# PID 1 of the lab guest: run /lab/job, then write the verdict as the last act.
#
# /lab/job is a shell script. Its stdout and stderr go out through the virtio
# ports lab.out and lab.err. The verdict goes through a port of its own,
# lab.verdict, and carries the cookie of this boot: status, taint, lockdep's
# state, and the number of leaks where kmemleak is there. With lab.shell on the
# command line an interactive shell on hvc0 takes the job's place.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=linux

arg() { sed -n "s/.*\b$1=\([^ ]*\).*/\1/p" /proc/cmdline; }
has() { grep -qw "$1" /proc/cmdline; }

mount_all() {
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mountpoint -q /dev || mount -t devtmpfs devtmpfs /dev
	mkdir -p /dev/pts /dev/shm /run /tmp /root
	mount -t devpts devpts /dev/pts
	mount -t tmpfs tmpfs /dev/shm
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /tmp
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
	mount -t configfs configfs /sys/kernel/config 2>/dev/null
	ln -sf /proc/self/fd /dev/fd
	ln -sf fd/0 /dev/stdin
	ln -sf fd/1 /dev/stdout
	ln -sf fd/2 /dev/stderr
	ip link set lo up 2>/dev/null || ifconfig lo up
	[ ! -e /proc/sys/kernel/hung_task_panic ] || echo 1 >/proc/sys/kernel/hung_task_panic
}

# The character device of the virtio port named $1 (they appear a bit late).
port() {
	n=0
	while [ $n -lt 300 ]; do
		for p in /sys/class/virtio-ports/*; do
			if [ "$(cat "$p/name" 2>/dev/null)" = "$1" ] &&
			   [ -c "/dev/${p##*/}" ]; then
				echo "/dev/${p##*/}"
				return
			fi
		done
		usleep 100000
		n=$((n + 1))
	done
	echo "lab: no port $1" >/dev/console
	echo /dev/null
}

start_udev() {
	/lib/systemd/systemd-udevd --daemon --resolve-names=never 2>/dev/null
	udevadm trigger --action=add
	udevadm settle --timeout=30
}

# New leaks since the last call. An object counts when it is older than 5 s,
# and two scans weed out what only moved about.
kmemleaks() {
	f=/sys/kernel/debug/kmemleak
	[ -e $f ] || { echo none; return; }
	sleep 6
	# It cannot scan any more once it has switched itself off
	echo scan >$f && sleep 1 && echo scan >$f || { echo unknown; return; }
	grep -c '^unreferenced object' $f
}

# End whoever has the job's pipes open, but those who empty them.
kill_writers() {
	for fd in /proc/[0-9]*/fd/*; do
		pid=${fd#/proc/}
		pid=${pid%%/*}
		case $pid,$(readlink "$fd") in
		$c1,* | $c2,*) ;;
		*,/run/out | *,/run/err) kill -9 "$pid" ;;
		esac
	done
}

run_job() {
	mkfifo /run/out /run/err
	cat /run/out >"$(port lab.out)" &
	c1=$!
	cat /run/err >"$(port lab.err)" &
	c2=$!
	/bin/sh /lab/job </dev/null >/run/out 2>/run/err
	status=$?
	# What the job left running may hold the pipes: it gets 3 s, then it goes.
	# The output itself is waited for, however slowly it is read.
	n=0
	while kill -0 $c1 || kill -0 $c2; do
		usleep 100000
		n=$((n + 1))
		[ $n -ne 30 ] || kill_writers
	done 2>/dev/null
}

mount_all
verdict=$(port lab.verdict)
if has lab.udev; then
	start_udev
fi

status=0
if has lab.shell; then
	cd /root
	setsid sh -c 'exec /bin/sh -i </dev/hvc0 >/dev/hvc0 2>&1'
else
	if has lab.kmemleak; then
		before=$(kmemleaks)
		echo clear >/sys/kernel/debug/kmemleak 2>/dev/null
	fi
	run_job
	if has lab.kmemleak; then
		after=$(kmemleaks)
		[ "$after" = none ] || cat /sys/kernel/debug/kmemleak >/dev/console
	fi
fi

cookie=$(arg lab.cookie)
{
	echo "cookie $cookie"
	echo "status $status"
	echo "taint $(cat /proc/sys/kernel/tainted)"
	echo "lockdep $(awk '/debug_locks:/ {print $2}' /proc/lockdep_stats 2>/dev/null)"
	echo "kmemleak_boot ${before:-none}"
	echo "kmemleak ${after:-none}"
	echo "end $cookie"
} >/run/verdict
cat /run/verdict >"$verdict"
usleep 200000
reboot -f
