#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# SPDM without a guest: the software DSM's own tests; the requester in user space,
# built from the kernel's own sources, in all conversations with the DSM, then in
# all of the spoilt ones; the verifier of tools/tsm, on evidence of all of them; and a
# while of each fuzzer.
#
# usage: spdm-test.sh [spdm-fuzz]	spdm-fuzz: only the fuzzers
# environment: B; FUZZ_TIME (10): seconds for each fuzzer, or FUZZ_RUNS: executions
set -u

here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../../.." && pwd)
export B="${B:?}" IDENTITY="$B/dsm/identity" TIME="${FUZZ_TIME:-10}" RUNS="${FUZZ_RUNS:-}"
res=${RESULTS:-$B/results}
out=$B/spdm
. "$here/tap-run.sh"

"$here/stage.sh" spdm-build "$B/logs/spdm-build.log" sh -c '
	make -C "$1/samples/devsec/dsm" O="$2/dsm" all tests &&
	make -C "$1/tools/testing/spdm" programs fuzzers corpus' - "$repo" "$B" >&2 || exit 1

if [ "${1:-}" != spdm-fuzz ]; then
	for t in "$B"/dsm/tests/*_test; do
		run "dsm-${t##*/}" "$t"
	done
	run spdm-converse "$out/converse" "$IDENTITY"
	run spdm-tamper "$out/tamper" "$IDENTITY"
	run spdm-evidence "$out/evidence" "$IDENTITY"
fi
run spdm-fuzz make -s --no-print-directory -C "$repo/tools/testing/spdm" fuzz
exit $failed
