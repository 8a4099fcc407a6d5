#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Native SPDM with a device that is not ours: QEMU's NVMe, whose mailbox QEMU
# serves, with a software DSM outside of the guest (spdm_port=). It has neither IDE
# nor TEE-I/O: it is authenticated, measured, and gets a session. No driver is needed.
#
# usage: nvme.sh good		the DSM does what it should
#        nvme.sh refused	it signs with another key
#
# The lab's target is nvme-test, which starts the DSM and QEMU.

. "${0%/*}/tap.sh"
pci=/sys/bus/pci/devices
identity=/etc/devsec-dsm
nonce=00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210

explain() {
	grep -s . "$nvme"/tsm/state "$nvme"/tsm/reason "$evidence"/info /tmp/error | sed 's/^/# /'
}

# The function of QEMU's NVMe: 1b36:0010
find_nvme() {
	for d in "$pci"/*; do
		if [ "$(cat "$d/vendor")$(cat "$d/device")" = 0x1b360x0010 ]; then
			nvme=$d evidence=/sys/kernel/debug/native_tsm/${d##*/}
			return
		fi
	done
	return 1
}

connect() {
	{ echo 1 >"$nvme/tsm/connect"; } 2>/tmp/error
}

refused_with() {
	! connect && grep -q "$1" /tmp/error
}

disconnect() {
	echo 1 >"$nvme/tsm/disconnect"
}

# Nothing is left of a connection
is_apart() {
	[ "$(cat "$nvme/tsm/state")" = disconnected ] && [ -z "$(cat "$nvme/authenticated")" ]
}

is_connected() {
	[ "$(cat "$nvme/tsm/state")" = connected ] && [ "$(cat "$nvme/authenticated")" = tsm0 ]
}

is_lost() {
	[ "$(cat "$nvme/tsm/state") $(cat "$nvme/tsm/reason")" = "failed $1" ] &&
		[ -z "$(cat "$nvme/authenticated")" ]
}

remove_and_rescan() {
	echo 1 >"$nvme/remove" && [ ! -e "$nvme" ] && echo 1 >$pci/../rescan && [ -e "$nvme" ]
}

info() {
	sed -n "s/^$1: *//p" "$evidence/info"
}

refresh() {
	echo "$1" >"$evidence/refresh"
}

has_nonce() {
	xxd -p "$evidence/measurements" | tr -d '\n' | grep -q $nonce
}

add_anchors() {
	/tests/anchor add $identity/root-*.der >/dev/null
}

begin() {
	echo "TAP version 13"
	echo "1..$1"
	check "the device is there" find_nvme
	check "the native TSM loads" modprobe native_tsm
	check "the device has its files" [ -w "$nvme/tsm/connect" ]
}

good() {
	begin 27
	check "without an anchor it is refused" refused_with "Required key not available"
	check "and nothing is left" is_apart
	check "anchors are added" add_anchors
	check "it connects" connect
	check "it is authenticated" is_connected
	check "its identity is verified" [ "$(info identity)" = verified ]
	check "with the certificate of the NVMe" eval 'info subject | grep -q "1b36-0010"'
	check "there is a session" eval 'info session | grep -q "^0x"'
	check "and no stream" [ "$(info stream)" = none ]
	check "there is no evidence yet" eval '! cat "$evidence/measurements" 2>/dev/null'
	check "evidence is taken" refresh $nonce
	check "measurements are for the nonce" has_nonce
	# More than QEMU takes as one object
	check "the chain is there in full length" [ "$(wc -c <"$evidence/slot0")" -gt 20000 ]
	first=$(info messages)
	check "it disconnects" disconnect
	check "and nothing is left of that" is_apart
	check "it connects again" eval 'connect && is_connected'
	check "by fewer messages" [ "$(info messages)" -lt "$first" ]
	check "a reset is a loss" eval 'echo 1 >"$nvme/reset" && is_lost reset'
	check "it disconnects after that" eval 'disconnect && is_apart'
	check "and connects" eval 'connect && is_connected'
	check "it is removed while it is connected, and found again" remove_and_rescan
	check "and is not connected" is_apart
	check "and connects as before" eval 'connect && is_connected'
	check "the TSM goes, and disconnects it" \
		eval 'rmmod native_tsm && [ ! -e "$nvme/tsm/connect" ]'
}

refused() {
	begin 7
	check "anchors are added" add_anchors
	check "another's signature is refused" refused_with "Key was rejected by service"
	check "and nothing is left" is_apart
	check "the TSM goes" rmmod native_tsm
}

case ${1:-} in
good | refused) "$1" ;;
*) echo "usage: nvme.sh good | refused" >&2; exit 2 ;;
esac
[ $failed = 0 ]
