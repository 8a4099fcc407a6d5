#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The SPDM requester in user space, built from the kernel's own sources: all
# conversations with the software DSM, then all of the spoilt ones.
#
# usage: spdm-test.sh	environment: B
set -u

here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../../.." && pwd)
export B="${B:?}"
res=$B/results
out=$B/spdm

mkdir -p "$res"
"$here/stage.sh" spdm-build "$B/logs/spdm-build.log" \
	make -C "$repo/tools/testing/spdm" programs identity >&2 || exit 1

failed=0
for p in converse tamper; do
	status=0
	STAGE_ERR=$B/logs/spdm-$p.err "$here/stage.sh" "spdm-$p" "$res/spdm-$p.ktap" \
		"$out/$p" "$out/identity" >&2 || status=$?
	"$here/verdict.py" ktap --name "spdm-$p" --status $status \
		--results "$res/spdm-$p.counts" "$res/spdm-$p.ktap" || failed=1
done
exit $failed
