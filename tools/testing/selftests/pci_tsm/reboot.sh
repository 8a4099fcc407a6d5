#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A reboot disconnects every device first. It is the last thing that a guest does,
# so it takes two: one half leaves connected devices behind, the other one reads
# what the kernel had to say when it rebooted.
#
# usage: reboot.sh [MODE]		in the guest; reboot it afterwards
#        reboot.sh judge MODE CONSOLE	anywhere, with the kernel's log
#
# MODE: plain (default); slow: one device takes 3 s, and what others want meanwhile
# is refused; hung: one does not disconnect at all, and the reboot goes on.
#
# Needs on the kernel's command line: tp_printk trace_event=pci_tsm:pci_tsm_state
# (a trace would be lost with the kernel). The lab's target is reboot-test; the init
# of its guest ends in "reboot -f", which asks the kernel as any other reboot does.

devices="0010:01:00.0 0010:02:00.0 0010:03:00.0"
. "${0%/*}/tap.sh"

# --- in the guest

tsm=/sys/kernel/debug/devsec_tsm

is() {
	[ "$(cat "/sys/bus/pci/devices/$1/tsm/$2")" = "$3" ]
}

# Wait for the reboot to come to the first device; then want something of another
meanwhile() {
	until is 0010:01:00.0 state disconnecting; do
		usleep 10000
	done
	error=$({ echo 1 >/sys/bus/pci/devices/0010:04:00.0/tsm/connect; } 2>&1)
	echo "reboot.sh: connect meanwhile: ${error:-done}" >/dev/kmsg
}

leave_connected() {
	echo "1..8"
	check "the kernel traces to its log" grep -qw tp_printk /proc/cmdline
	check "the bus loads" modprobe devsec_bus topology=ep,ep,mf:2,ep
	check "the TSM loads" modprobe devsec_tsm
	for d in $devices; do
		echo 1 >/sys/bus/pci/devices/$d/tsm/connect
		check "$d is connected" is $d state connected
	done
	echo "0010:03:00.1 7" >$tsm/bind
	check "a function is bound" is 0010:03:00.1 state bound
	case $1 in
	slow) echo "0010:01:00.0 disconnect hard 3000" >$tsm/fault ;;
	hung) echo "0010:01:00.0 disconnect hard 60000" >$tsm/fault ;;
	esac
	check "and stays so" is 0010:01:00.0 state connected
	if [ "$1" = slow ]; then
		# A shell of its own, that keeps no copy of what it is not to hold open
		(meanwhile) </dev/null >/dev/null 2>&1 &
	fi
	[ $failed = 0 ]
}

# --- with its log

says() {
	grep -q "$1" "$log"
}

# Seconds from the first disconnect until the kernel is through with it
seconds() {
	sed -n -e '/(reboot) seq/p' -e '/reboot: /p' "$log" | tr -d '[]' |
		awk 'NR == 1 { from = $1 } { to = $1 } END { printf "%d\n", to - from }'
}

between() {
	took=$(seconds)
	echo "# it took $took s"
	[ "$took" -ge "$1" ] && [ "$took" -le "$2" ]
}

disconnected() {
	says "$1 tsm0 connected -> disconnecting (reboot) seq=3$(printf '\r\\?')$" &&
		says "$1 tsm0 disconnecting -> disconnected (reboot) seq=4"
}

judge() {
	mode=$1 log=$2
	echo "TAP version 13"
	for d in $devices; do
		if [ $mode = hung ] && [ $d = 0010:01:00.0 ]; then
			check "$d tries to" says "$d tsm0 connected -> disconnecting (reboot) seq=3"
			check "and is named" says "$d: TSM: does not disconnect"
		else
			check "$d is disconnected" disconnected $d
		fi
	done
	check "what was bound is not any more" \
		says "0010:03:00.1 tsm0 bound -> unbound (reboot) seq=2"
	check "who was not connected is left alone" eval '! says "0010:04:00.0 tsm"'
	case $mode in
	plain)
		check "at once" between 0 2
		check "without a warning" eval '! says "rebooting with connected devices"' ;;
	slow)
		check "in as long as one takes" between 3 6
		check "no connect meanwhile" says "connect meanwhile: .*resource busy"
		check "without a warning" eval '! says "rebooting with connected devices"' ;;
	hung)
		check "in 10 s" between 10 13
		check "with a warning" says "PCI/TSM: rebooting with connected devices" ;;
	esac
	check "and then it reboots" says "reboot: Restarting system"
	echo "1..$n"
	[ $failed = 0 ]
}

case ${1:-plain} in
judge) judge "$2" "$3" ;;
*) leave_connected "${1:-plain}" ;;
esac
