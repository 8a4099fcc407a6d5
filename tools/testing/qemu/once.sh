#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run one program in the guest as one test: its exit status is the verdict.
#
# usage: once.sh NAME TRIES COMMAND	environment: as for run.sh
#
# Several tries are for what measures time, which a busy machine spoils: status 1,
# a limit that was exceeded, is tried again. No other status ever is: not an error,
# a crash, a taint or a time-out.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
export B="${B:?}" NAME="$1"
tries=$2 cmd=$3
res=${RESULTS:-$B/results}
mkdir -p "$res"
rm -f "$res/$NAME.counts"

try=1
while :; do
	rm -f "$res/$NAME.status"
	{
		status=0
		"$here/run.sh" "$cmd" || status=$?
		echo $status >"$res/$NAME.status"
	} | tee "$res/$NAME.txt"
	read -r status <"$res/$NAME.status" || status=125
	[ "$status" -eq 1 ] && [ $try -lt "$tries" ] || break
	echo "$NAME: try $try of $tries exceeded a limit; the figures of the next one count:"
	try=$((try + 1))
done
rm -f "$res/$NAME.status"

if [ "$status" -eq 0 ]; then
	echo "1 passed, 0 failed, 0 skipped" >"$res/$NAME.counts"
	exit 0
fi
echo "0 passed, 1 failed, 0 skipped" >"$res/$NAME.counts"
echo "$NAME: FAILED with status $status in try $try of $tries" >&2
exit 1
