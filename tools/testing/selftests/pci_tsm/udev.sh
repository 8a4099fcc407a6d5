#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The shipped rule under a real systemd-udevd: devices are connected whichever
# module comes first, and what an administrator disconnected stays disconnected.
# timeout: 300

rule=90-pci-tsm.rules
pci=/sys/bus/pci/devices
. "${0%/*}/tap.sh"

explain() {
	grep -s . $pci/*/tsm/state $pci/*/tsm/reason | sed 's/^/# /'
}

udevd() {
	/lib/systemd/systemd-udevd --daemon --resolve-names=never
	udevadm settle --timeout=60
}

no_udevd() {
	[ ! -e /run/udev/control ] || udevadm control --exit 2>/dev/null
	rm -f /run/udev/control
}

unload() {
	for m in devsec_tsm devsec_bus; do
		[ ! -e /sys/module/$m ] || rmmod $m
	done
	udevadm settle --timeout=60
}

# Number of functions whose file $1 says $2, all events being handled
count() {
	udevadm settle --timeout=60
	cat $pci/*/tsm/"$1" 2>/dev/null | grep -cx "$2"
}

all() { [ "$(count state "$1")" = "$2" ]; }
is() { udevadm settle --timeout=60; [ "$(cat $pci/"$1"/tsm/state)" = "$2" ]; }

no_udevd
unload 2>/dev/null
mkdir -p /run/udev/rules.d
[ -e /usr/lib/udev/rules.d/$rule ] || cp "$(dirname "$0")/$rule" /run/udev/rules.d/ || exit 1
udevd

echo "TAP version 13"
modprobe devsec_tsm
modprobe devsec_bus topology="ep*4"
check "TSM first: four devices connect" all connected 4
unload
modprobe devsec_bus topology="ep*4"
check "no TSM: no device has files" [ -z "$(ls -d $pci/*/tsm 2>/dev/null)" ]
modprobe devsec_tsm
check "bus first: four devices connect" all connected 4

a=$(basename "$(dirname "$(dirname "$(ls $pci/*/tsm/connect | head -n 1)")")")
echo 1 >$pci/"$a"/tsm/disconnect
check "a disconnect stays" is "$a" disconnected
udevadm trigger --action=add --settle
check "it stays over coldplug" is "$a" disconnected
udevadm trigger --action=change --settle
check "it stays over changes" is "$a" disconnected
check "the others stay connected" all connected 3
rmmod devsec_tsm
modprobe devsec_tsm tsms=2
check "it stays over a reload with two TSMs" is "$a" disconnected
check "the others connect again" all connected 3
check "to the first" [ "$(count connect tsm0)" = 3 ]
echo 1 >$pci/"$a"/tsm/connect
check "the administrator may connect it" is "$a" connected
echo 1 >$pci/"$a"/remove
echo 1 >/sys/bus/pci/rescan
check "a device that is added connects" is "$a" connected

# Events that are not ours are no reason to connect; coldplug is
no_udevd
unload
modprobe devsec_bus topology="ep*4"
modprobe devsec_tsm
check "without udevd nothing connects" all disconnected 4
udevd
udevadm trigger --action=change --settle
check "a change of another kind connects nothing" all disconnected 4
udevadm trigger --action=add --settle
check "coldplug connects" all connected 4

# A loss is for somebody to look at, not to be hidden by a new connection
a=$(basename "$(dirname "$(dirname "$(ls $pci/*/tsm/connect | head -n 1)")")")
echo "$a 9" >/sys/kernel/debug/devsec_tsm/report
udevadm trigger --action=add --settle
check "what has failed stays failed" is "$a" failed

unload
no_udevd
echo "1..$n"
[ $failed = 0 ]
