#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Boot a lab kernel, run the selftests in the guest, count them.
#
# usage: selftest.sh [NAME [COMMAND LINE]]
# environment: B, KERNEL, TESTS='a.test b.test' (default all), VARS='A=1 B=2'
# (set in the guest), TIMEOUT (default 1500)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
B=${B:?} name=${1:-selftest}
res=${RESULTS:-$B/results}
mkdir -p "$res"

progs=
for t in ${TESTS:-}; do
	progs="$progs /tests/$t"
done
cmd=${2:-/lab/run-tests$progs}
set_vars=
for v in ${VARS:-}; do
	set_vars="$set_vars export $v;"
done

status=0
NAME=$name TIMEOUT=${TIMEOUT:-1500} STAGE_ERR=$B/logs/$name.err \
	"$here/stage.sh" "$name on ${KERNEL:-x86_64}" "$res/$name.ktap" \
	"$here/run.sh" "$set_vars $cmd" >&2 || status=$?
"$here/verdict.py" ktap --name "$name" --status $status --skips "$here/skips" \
	--results "$res/$name.counts" "$res/$name.ktap" || status=1
[ $status -eq 0 ]
