#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run the KUnit suites that are built into a lab kernel and count them.
#
# usage: kunit.sh KERNEL	environment: B, FILTER=glob of suites
set -eu

here=$(cd "$(dirname "$0")" && pwd)
B=${B:?} kernel=$1
name=kunit-$kernel
res=${RESULTS:-$B/results}
mkdir -p "$res"

append=${APPEND:-}
[ -z "${FILTER:-}" ] || append="$append kunit.filter_glob=$FILTER"

status=0
# Bit 18: KUnit itself taints the kernel that runs it.
KERNEL=$kernel NAME=$name TAINT_OK=$((1 << 18)) APPEND=$append KEEP_LOGS=1 \
	STAGE_ERR=$B/logs/$name.err "$here/stage.sh" "$name" "$res/$name.ktap" \
	"$here/run.sh" --kunit >&2 || status=$?
"$here/verdict.py" ktap --name "$name" --status $status --skips "$here/skips" \
	--results "$res/$name.counts" "$res/$name.ktap" || status=1
[ $status -eq 0 ]
