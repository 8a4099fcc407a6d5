#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Configure a lab kernel: allnoconfig plus fragments, then check the result.
#
# usage: config.sh O-FOLDER FRAGMENT...		make variables (ARCH=) in MAKEARGS
#
# An option that is not in the result is an error that names it.
set -eu

O=$1; shift
TREE=${TREE:?}
mkdir -p "$O"
want=$O/lab.fragment
log=$O/config.log

cat "$@" >"$want.new"
mv "$want.new" "$want"

# allnoconfig leaves .config alone when nothing changes.
# shellcheck disable=SC2086
make -C "$TREE" O="$O" ${MAKEARGS:-} KCONFIG_ALLCONFIG="$want" allnoconfig >"$log" 2>&1 || {
	why=$(grep -E '^[^ ]*Kconfig[^ ]*:[0-9]+:' "$log" | head -n 3)
	echo "config: allnoconfig failed in $O: ${why:-see $log}" >&2
	exit 1
}

missing=$(awk '
	NR == FNR { if (/^CONFIG_/) { split($0, a, "="); have[a[1]] = substr($0, length(a[1]) + 2) } next }
	/^CONFIG_/ { split($0, a, "="); v = substr($0, length(a[1]) + 2); want[a[1]] = v }
	/^# CONFIG_.* is not set/ { want[$2] = "n" }
	END {
		for (s in want) {
			h = (s in have) ? have[s] : "n"
			if (h != want[s])
				printf "%s=%s (is %s) ", s, want[s], h
		}
	}' "$O/.config" "$want")
if [ -n "$missing" ]; then
	echo "config: not in the result of $(basename "$O"): $missing" >&2
	exit 1
fi
