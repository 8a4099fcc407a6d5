#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Everything on the debug kernel: KUnit, the selftests, device locks under lockdep,
# the storm, the fuzzer and the allocation-failure sweep, with kmemleak before and
# after; KCSAN for the state record. SOAK=1: only the last ones, at length.
#
# usage: debug-test.sh [PART...]	kunit, selftest-1, selftest-2 (every second one
#	each), storm; default: all, or with SOAK=1 storm
#
# environment: B, and how much of what, in brackets without and with SOAK=1:
#   STORM_OPS (2000, 100000)	operations of the storm
#   FUZZ_OPS (2000, 30000)	operations of the fuzzer
#   FUZZ_NL_OPS (20000, 1000000)	operations of the fuzzer of the netlink family
#   SWEEP_ROUNDS (1, 5)		how often each allocation fails
#   STORM_SEED, FUZZ_SEED	which ones (42, from the clock; printed)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
parts=$*
[ -n "$parts" ] || parts=${SOAK:+storm}
parts=${parts:-kunit selftest-1 selftest-2 storm}
export B="${B:?}" KERNEL=x86_64-debug KMEMLEAK=1 MEM=2G
if [ -z "${SOAK:-}" ]; then
	set -- 2000 2000 1 42 20000
else
	set -- 100000 30000 5 "$(date +%s)" 1000000
fi
params="STORM_OPS=${STORM_OPS:-$1} FUZZ_OPS=${FUZZ_OPS:-$2} SWEEP_ROUNDS=${SWEEP_ROUNDS:-$3}"
params="$params STORM_SEED=${STORM_SEED:-$4} FUZZ_SEED=${FUZZ_SEED:-$4}"
params="$params FUZZ_NL_OPS=${FUZZ_NL_OPS:-$5}"
failed=0

kunit() {
	"$here/kunit.sh" x86_64-debug || failed=1
	FILTER='pci_tsm_state*' KMEMLEAK='' "$here/kunit.sh" x86_64-kcsan || failed=1
}

# The longest by name, so that both halves get their share; then the others
long="native native_keys params faults cancel config tsms topology connect"

# selftest HALF
selftest() {
	progs=
	for t in $long; do
		progs="$progs /tests/$t.test"
	done
	# What secrets.test searches is the same there, and four times as much
	VARS="TIMEOUT_SCALE=4 PART=$1/2" TIMEOUT=2400 "$here/selftest.sh" "selftest-debug-$1" \
		"/lab/run-tests \$(printf '%s\\n' $progs /tests/*.test |
			awk '!seen[\$0]++ && !/secrets/')" || failed=1
}

storm() {
	# The sweep wants slabs that are still in order: before the storm and the fuzzer
	scale=4 progs=
	for p in locks.sh fail_nth fail_nth_native storm fuzz fuzz_nl; do
		if [ -x "$B/image/tests/tests/$p" ]; then
			progs="$progs /tests/$p"
		else
			echo "debug-test: no /tests/$p in this checkout" >&2
			failed=1
		fi
	done
	[ -n "$progs" ] || return 0
	echo "debug-test: $params" >&2
	[ -z "${SOAK:-}" ] || scale=120
	# For each program what its settings say, and a reserve for all
	VARS="$params SOAK=${SOAK:-} TIMEOUT_SCALE=$scale" TIMEOUT=$((scale * 3 * 300 + 300)) \
		"$here/selftest.sh" storm "/lab/run-tests$progs" || failed=1
}

for part in $parts; do
	case $part in
	kunit) kunit ;;
	selftest-[12]) selftest "${part#*-}" ;;
	storm) storm ;;
	*) echo "debug-test: no part $part" >&2; exit 2 ;;
	esac
done
exit $failed
