#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run fuzzers one after the other, each from the seeds and from what earlier
# runs found worth keeping.
#
# usage: fuzz.sh TARGET...
# environment: OUT (where they are), TIME (seconds a target) or RUNS (executions),
# IDENTITY for the DSM
#
# TAP: a result for each target, with the executions done. A crash is status 1, and
# its input is named; its log has the report.
set -u

OUT=${OUT:?}
export IDENTITY="${IDENTITY:-}"
limit=-max_total_time=${TIME:-60}
[ -z "${RUNS:-}" ] || limit=-runs=$RUNS
status=0 all=0 n=0
mkdir -p "$OUT/crashes"
echo "TAP version 13"
echo "1..$#"

for t in "$@"; do
	corpus=$OUT/corpus/$t seeds=$OUT/seeds/$t log=$OUT/fuzz-$t.log
	mkdir -p "$corpus" "$seeds"
	ok=0
	"$OUT/fuzz-$t" "$limit" -max_len=8192 -timeout=20 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$OUT/crashes/$t-" \
		"$corpus" "$seeds" >"$log" 2>&1 || ok=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
	all=$((all + ${runs:-0}))
	n=$((n + 1))
	echo "# fuzz-$t: ${runs:-0} executions, $(find "$corpus" -type f | wc -l) inputs kept"
	if [ $ok -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
		echo "ok $n fuzz-$t"
	else
		echo "not ok $n fuzz-$t"
		status=1
		grep -E '^==.*ERROR|runtime error|^SUMMARY|BUG_ON|WARN_ON' "$log" | head -n 5 >&2
		input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
		echo "fuzz-$t: CRASHED, input ${input:-none}, log $log" >&2
	fi
done
echo "# fuzz: $all executions in all"
exit $status
