#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Native SPDM through QEMU's NVMe: the software DSM runs here, outside of the guest,
# and QEMU connects to it when it starts. So there is one boot for each DSM. A QEMU
# that knows no spdm_port (before 9.1) is a skip, by name.
#
# usage: nvme-test.sh [--cases]	--cases: only run them, KTAP on stdout
# environment: B, KERNEL, QEMU_ARGS
set -u

here=$(cd "$(dirname "$0")" && pwd)
export B="${B:?}" KERNEL="${KERNEL:-x86_64}"
res=${RESULTS:-$B/results}

if [ "${1:-}" != --cases ]; then
	mkdir -p "$res"
	status=0
	STAGE_ERR=$B/logs/nvme.err "$here/stage.sh" nvme "$res/nvme.ktap" \
		"$0" --cases >&2 || status=$?
	exec "$here/verdict.py" ktap --name nvme --status $status --skips "$here/skips" \
		--results "$res/nvme.counts" "$res/nvme.ktap"
fi

. "$here/../selftests/pci_tsm/tap.sh"
w=$(mktemp -d "$B/nvme.XXXXXX") || exit 1
trap 'dsm_end; rm -rf "$w"' EXIT
trap 'exit 130' INT TERM

explain() {
	sed 's/^/# /' "$w/dsm.out"
}

# dsm OPTION...: one that serves a port of loopback that was free, $port
dsm() {
	for _ in 1 2 3 4 5; do
		port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 10000))
		"$B/dsm/devsec-dsm" --qemu $port --identity "$B/dsm/identity" \
			--pid-file "$w/dsm.pid" "$@" >"$w/dsm.out" 2>&1 && return
	done
	return 1
}

# It takes its file along when it ends
dsm_end() {
	[ -e "$w/dsm.pid" ] || return
	kill "$(cat "$w/dsm.pid")"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -e "$w/dsm.pid" ] || return 0
		sleep 0.5
	done
	return 1
}

# boot MODE OPTION...: the guest's half of a mode, with a DSM that has these options
boot() {
	mode=$1
	shift
	check "$mode: the DSM waits for QEMU" dsm "$@"
	NAME=nvme-$mode TIMEOUT=180 QEMU_ARGS="-device pcie-root-port,id=lab-port,chassis=1
		-drive if=none,id=lab-disk,driver=null-co,size=1M,read-zeroes=on
		-device nvme,bus=lab-port,drive=lab-disk,serial=lab,spdm_port=$port
		${QEMU_ARGS:-}" "$here/run.sh" "/tests/nvme.sh $mode" || failed=1
	check "$mode: the DSM ends in order" dsm_end
}

if qemu-system-x86_64 -device nvme,help 2>/dev/null | grep -q '^ *spdm_port'; then
	boot good --chain big
	boot refused --fault bad-signature:KEY_EXCHANGE
else
	check "a DSM waits for QEMU" dsm
	check "and ends in order" dsm_end
	n=$((n + 1))
	echo "ok $n QEMU's NVMe with spdm_port # SKIP $(qemu-system-x86_64 --version |
		head -n 1) has no spdm_port, 9.1 has"
fi
echo "1..$n"
[ $failed = 0 ]
