#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The series is bisectable: after each patch, our directories build.
set -u
here=$(cd "$(dirname "$0")" && pwd)
SRC=$B/bisect O=$B/bisect-o
. "$here/check-lib.sh"

n=$(sed 's/#.*//' "$REPO/patches/6.12/series" | grep -c '[^ ]')
: >"$B/bisect.frag"
i=1
while [ "$i" -le "$n" ]; do
	name=$(sed 's/#.*//' "$REPO/patches/6.12/series" | grep '[^ ]' | sed -n "${i}p")
	TREE=$SRC OVERLAY_ARGS="--upto $i" "$here/apply.sh" "${KSRC:-}" >"$B/bisect.log" 2>&1 || {
		cat "$B/bisect.log"
		exit 1
	}
	# shellcheck disable=SC2046
	configure "$B/bisect.frag" && kmake $(our_dirs) || {
		echo "bisect: the tree does not build after $name"
		exit 1
	}
	echo "bisect: $i/$n $name builds"
	i=$((i + 1))
done
