#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A reboot disconnects every device: what the selftest's halves before and after it
# say, for each of its modes.
#
# usage: reboot-test.sh [--cases]	--cases: only run them, KTAP on stdout
# environment: B, KERNEL
set -u

here=$(cd "$(dirname "$0")" && pwd)
export B="${B:?}"
res=${RESULTS:-$B/results}
program=tests/reboot.sh

if [ "${1:-}" != --cases ]; then
	mkdir -p "$res"
	status=0
	STAGE_ERR=$B/logs/reboot.err "$here/stage.sh" reboot "$res/reboot.ktap" \
		"$0" --cases >&2 || status=$?
	exec "$here/verdict.py" ktap --name reboot --status $status \
		--results "$res/reboot.counts" "$res/reboot.ktap"
fi

failed=0
for mode in plain slow hung; do
	rm -f "$B/logs/reboot-$mode-console."*
	# A trace in memory would be lost with the kernel
	KEEP_LOGS=1 NAME=reboot-$mode TIMEOUT=120 \
		APPEND="${APPEND:-} trace_event=pci_tsm:pci_tsm_state tp_printk" \
		"$here/run.sh" "/$program $mode" || failed=1
	"$B/image/tests/$program" judge $mode "$B/logs/reboot-$mode-console."*.log || failed=1
done
exit $failed
