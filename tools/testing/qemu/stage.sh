#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run one long command with its output in a log and its progress shown.
#
# usage: stage.sh NAME LOG COMMAND...
#
# Every 15 s (PROGRESS= seconds) a line: elapsed time, stage, lines of log so
# far, and the last of them. A failure shows the errors and the log's name.
# With STAGE_ERR=file stderr goes there instead, and a failure shows that.
set -eu

name=$1 log=$2
shift 2
mkdir -p "$(dirname "$log")"
start=$(date +%s)
elapsed() { s=$(($(date +%s) - start)); printf '%d:%02d' $((s / 60)) $((s % 60)); }

echo "[0:00] $name: started, log $log"
if [ -n "${STAGE_ERR:-}" ]; then
	"$@" >"$log" 2>"$STAGE_ERR" 9>&- &
else
	"$@" >"$log" 2>&1 9>&- &
fi
pid=$!
trap 'kill $pid 2>/dev/null; exit 130' INT TERM
(
	while sleep "${PROGRESS:-15}" >/dev/null 2>&1; do
		last=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c1-60)
		echo "[$(elapsed)] $name: $(wc -l <"$log") lines, $last"
	done
) 9>&- &
ticker=$!
status=0
wait $pid || status=$?
kill $ticker 2>/dev/null || :
wait $ticker 2>/dev/null || :

if [ $status -ne 0 ] && [ -n "${STAGE_ERR:-}" ]; then
	tail -n 40 "$STAGE_ERR" >&2
	echo "[$(elapsed)] $name: status $status, log $log" >&2
	exit $status
elif [ $status -ne 0 ]; then
	grep -nE '(error|warning|undefined|Error [0-9]|\*\*\*)' "$log" | tail -n 15 >&2 ||
		tail -n 15 "$log" >&2
	echo "[$(elapsed)] $name: FAILED ($status), log $log" >&2
	exit $status
fi
echo "[$(elapsed)] $name: done"
