#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Print the QEMU accelerator to use for x86-64: kvm where it works, else tcg.
#
# usage: accel.sh KERNEL
#
# /dev/kvm may exist and yet run no guest, so it is tried: the kernel must get
# to its first line. The answer is kept in $B/accel.
set -eu

B=${B:?}
if [ -n "${ACCEL:-}" ]; then
	echo "$ACCEL"
	exit
fi
if [ ! -e "$B/accel" ]; then
	log=$B/logs/accel.log
	: >"$log"
	if [ -w /dev/kvm ]; then
		timeout -k 2 15 qemu-system-x86_64 -accel kvm -cpu host -M q35 -m 256 \
			-nodefaults -display none -no-reboot -serial "file:$log" \
			-kernel "$1" -append "console=ttyS0 panic=-1" \
			>"$B/logs/accel-qemu.log" 2>&1 </dev/null || :
	fi
	if grep -aq 'Linux version' "$log"; then
		echo kvm >"$B/accel"
	else
		echo tcg >"$B/accel"
	fi
fi
cat "$B/accel"
