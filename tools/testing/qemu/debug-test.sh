#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Everything on the debug kernel: KUnit, the selftests, the storm and the
# allocation-failure sweep, with kmemleak before and after; KCSAN for the state
# record. SOAK=1: only storm and sweep, at length.
#
# environment: B, STORM_OPS (2000), STORM_SEED (42; SOAK=1: from the clock, printed)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
export B="${B:?}" KERNEL=x86_64-debug KMEMLEAK=1 MEM=2G
ops=${STORM_OPS:-2000}
seed=${STORM_SEED:-42}
[ -z "${SOAK:-}" ] || seed=${STORM_SEED:-$(date +%s)}
failed=0

progs=
for p in storm fail_nth; do
	if [ -x "$B/image/tests/tests/$p" ]; then
		progs="$progs /tests/$p"
	else
		echo "debug-test: no /tests/$p in this checkout" >&2
		failed=1
	fi
done

if [ -z "${SOAK:-}" ]; then
	"$here/kunit.sh" x86_64-debug || failed=1
	FILTER='pci_tsm_state*' KMEMLEAK= "$here/kunit.sh" x86_64-kcsan || failed=1
	VARS="TIMEOUT_SCALE=4" TIMEOUT=1800 "$here/selftest.sh" selftest-debug || failed=1
fi

echo "debug-test: STORM_OPS=$ops STORM_SEED=$seed" >&2
scale=4
[ -z "${SOAK:-}" ] || scale=120
if [ -n "$progs" ]; then
	VARS="STORM_OPS=$ops STORM_SEED=$seed SOAK=${SOAK:-} TIMEOUT_SCALE=$scale" \
		TIMEOUT=$((scale * 450)) \
		"$here/selftest.sh" storm "/lab/run-tests$progs" || failed=1
fi
exit $failed
