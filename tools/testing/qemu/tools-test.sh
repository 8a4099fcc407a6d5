#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The tools without a guest: tests of the library and of the agents, then a while of each
# fuzzer of the agents' protocol.
#
# usage: tools-test.sh
# environment: B, TREE (default $B/tree); FUZZ_TIME (10): seconds for each fuzzer, or
# FUZZ_RUNS: executions
set -u

here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../../.." && pwd)
export B="${B:?}" TIME="${FUZZ_TIME:-10}" RUNS="${FUZZ_RUNS:-}"
agent=$repo/tools/tsm/agent/tests
res=${RESULTS:-$B/results}
failed=0

mkdir -p "$res"
"$here/stage.sh" tools-build "$B/logs/tools-build.log" sh -c '
	make -C "$1/tools/tsm" TREE="$3" O="$2/tsm" all tests &&
	make -C "$4" tests fuzzers corpus' - "$repo" "$B" "${TREE:-$B/tree}" "$agent" >&2 || exit 1

# run NAME COMMAND...: a program that prints TAP
run() {
	name=$1
	shift
	status=0
	STAGE_ERR=$B/logs/$name.err "$here/stage.sh" "$name" "$res/$name.ktap" "$@" >&2 ||
		status=$?
	"$here/verdict.py" ktap --name "$name" --status $status \
		--results "$res/$name.counts" "$res/$name.ktap" || failed=1
}

for t in "$B"/tsm/tests/*_test "$B"/tsm-agent/*_test; do
	run "tools-${t##*/}" "$t"
done
run tools-fuzz make -s --no-print-directory -C "$agent" fuzz
exit $failed
