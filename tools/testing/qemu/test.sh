#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# `make test`: every stage, in order, each with its own time; a failed stage does
# not stop the others. The last line has the counts of all.
#
# environment: B with an empty $B/results, STAGES (default: all)
set -u

here=$(cd "$(dirname "$0")" && pwd)
B=${B:?}
res=$B/results
stages=${STAGES:-kunit selftest reboot-test demo bench lab-test nvme-test spdm-test kunit-arm64 debug-test check-fast}
start=$(date +%s)
mkdir -p "$res"

report=
for s in $stages; do
	t=$(date +%s)
	echo "== $s" >&2
	touch "$res/.start"
	if "${MAKE:-make}" --no-print-directory "$s"; then
		outcome=ok
	else
		outcome=FAILED
	fi
	# A failure that no count tells of still counts, and so does silence.
	counts=$(find "$res" -name '*.counts' -newer "$res/.start")
	# shellcheck disable=SC2086
	if [ -z "$counts" ] ||
	   { [ $outcome = FAILED ] && ! grep -q ' [1-9][0-9]* failed' $counts; }; then
		outcome=FAILED
		echo "0 passed, 1 failed, 0 skipped" >"$res/stage-$s.counts"
	fi
	report="$report$(printf '%-12s %-6s %5d s' "$s" $outcome $(($(date +%s) - t)))
"
done
echo
printf '%s' "$report"
echo "base $(cat "$B/base.version" 2>/dev/null), $(($(date +%s) - start)) s in all"
"$here/verdict.py" sum "$res"/*.counts >"$res/total"
status=$?
cat "$res/total"
exit $status
