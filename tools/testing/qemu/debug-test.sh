#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Everything on the debug kernel: KUnit, the selftests, device locks under lockdep,
# the storm, the fuzzer and the allocation-failure sweep, with kmemleak before and
# after; KCSAN for the state record. SOAK=1: only the last ones, at length.
#
# environment: B, and how much of what, in brackets without and with SOAK=1:
#   STORM_OPS (2000, 100000)	operations of the storm
#   FUZZ_OPS (2000, 30000)	operations of the fuzzer
#   SWEEP_ROUNDS (1, 5)		how often each allocation fails
#   STORM_SEED, FUZZ_SEED	which ones (42, from the clock; printed)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
export B="${B:?}" KERNEL=x86_64-debug KMEMLEAK=1 MEM=2G
if [ -z "${SOAK:-}" ]; then
	set -- 2000 2000 1 42
else
	set -- 100000 30000 5 "$(date +%s)"
fi
params="STORM_OPS=${STORM_OPS:-$1} FUZZ_OPS=${FUZZ_OPS:-$2} SWEEP_ROUNDS=${SWEEP_ROUNDS:-$3}"
params="$params STORM_SEED=${STORM_SEED:-$4} FUZZ_SEED=${FUZZ_SEED:-$4}"
failed=0

# The sweep wants slabs that are still in order: before the storm and the fuzzer
progs=
for p in locks.sh fail_nth fail_nth_native storm fuzz; do
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
	# What secrets.test searches is the same there, and four times as much
	# shellcheck disable=SC2016
	VARS="TIMEOUT_SCALE=4" TIMEOUT=2400 "$here/selftest.sh" selftest-debug \
		'/lab/run-tests $(ls /tests/*.test | grep -v /secrets.test)' || failed=1
fi

echo "debug-test: $params" >&2
scale=4
[ -z "${SOAK:-}" ] || scale=120
if [ -n "$progs" ]; then
	# For each program what its settings say, and a reserve for all
	VARS="$params SOAK=${SOAK:-} TIMEOUT_SCALE=$scale" TIMEOUT=$((scale * 3 * 300 + 300)) \
		"$here/selftest.sh" storm "/lab/run-tests$progs" || failed=1
fi
exit $failed
