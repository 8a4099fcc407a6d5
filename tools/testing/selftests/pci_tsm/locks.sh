#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What is done under device locks, with lock classes that lockdep checks: those of
# other devices are exempt. For a kernel with lockdep, which must still be at work
# at the end. Without AER and bus resets, where the base itself fails.

pci=/sys/bus/pci/devices
bus=/sys/kernel/debug/devsec_bus
tsm=/sys/kernel/debug/devsec_tsm
ep=0010:01:00.0 mf=0010:02:00.0 switch=0010:03:00.0
. "${0%/*}/tap.sh"

put() {
	echo "$1" >"$2"
}

connect_all() {
	for d in $ep $mf $switch; do
		put 1 $pci/$d/tsm/connect || return 1
	done
}

is() {
	[ "$(cat $pci/$1/tsm/state)" = "$2" ]
}

reset() {
	put flr $pci/$1/reset_method && put 1 $pci/$1/reset
}

remove_and_rescan() {
	put 1 $pci/$mf/remove && put 1 $pci/$switch/remove && put 1 /sys/bus/pci/rescan
}

replug() {
	for act in unplug settle plug settle; do
		put "0010:00:00.0 $act" $bus/fault || return 1
	done
}

at_work() {
	[ "$(awk '/debug_locks:/ {print $2}' /proc/lockdep_stats)" = 1 ]
}

echo "TAP version 13"
echo "1..13"
check "lockdep is at work" at_work
check "the bus loads" modprobe devsec_bus lock_classes=1 topology=ep,mf:2,switch:2
check "its functions have classes of their own" grep -q "devsec function" /proc/lockdep
check "the TSM loads" modprobe devsec_tsm
check "devices connect" connect_all
check "a function is bound" put "${mf%0}1 7" $tsm/bind
check "it is reset" reset "${mf%0}1"
check "and lost by that" is "${mf%0}1" error
check "connected devices are removed, and found again" remove_and_rescan
check "one is unplugged and plugged" replug
check "they connect again" connect_all
check "the modules unload" eval 'rmmod devsec_tsm && rmmod devsec_bus'
check "lockdep is at work still" at_work
[ $failed = 0 ]
