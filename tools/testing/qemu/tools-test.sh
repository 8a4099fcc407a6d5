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
. "$here/tap-run.sh"

# libynl's lists end in a number that is no address
sane="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize=alignment
	-fno-sanitize-recover=all"

# shellcheck disable=SC2086
"$here/stage.sh" tools-build "$B/logs/tools-build.log" sh -c '
	make -C "$1/tools/tsm" TREE="$3" O="$2/tsm" all &&
	make -C "$1/tools/tsm" TREE="$3" O="$2/tsm-test" CFLAGS="$5" tests &&
	make -C "$4" tests fuzzers corpus' - "$repo" "$B" "${TREE:-$B/tree}" "$agent" \
	"$(echo $sane)" >&2 || exit 1

for t in "$B"/tsm-test/tests/*_test "$B"/tsm-agent/*_test; do
	run "tools-${t##*/}" "$t"
done
run tools-fuzz make -s --no-print-directory -C "$agent" fuzz
exit $failed
