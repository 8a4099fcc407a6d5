#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# checkpatch --strict over our sources and over the patches of the series.
#
# Types that say nothing here are in checkpatch-ignore, each with its reason.
set -u

here=$(cd "$(dirname "$0")" && pwd)
cd "${REPO:?}" || exit 1
ignore=$(sed 's/#.*//' "$here/checkpatch-ignore" | tr -s ' \t\n' ',' | sed 's/^,//;s/,$//')
bad=0

run() { perl "$TREE/scripts/checkpatch.pl" --root="$TREE" --strict --terse \
	--show-types --no-summary --ignore "$ignore" "$@" || bad=1; }

# Only kernel sources: user-space programs under tools/ and dsm/ are C of another world.
# shellcheck disable=SC2046
run -f $(echo "$SOURCES" | grep -vE '^tools/testing/selftests/|/dsm/')
# shellcheck disable=SC2046
selftests=$(echo "$SOURCES" | grep -E '^tools/testing/selftests/|/dsm/')
if [ -n "$selftests" ]; then
	# shellcheck disable=SC2086
	run -f $selftests
fi
for p in patches/*/*.patch; do
	[ -e "$p" ] || continue
	# By stdin: a file that git knows would be read as a source.
	run - <"$p" >"$B/checkpatch.out"
	sed "s|^-:|$p:|" "$B/checkpatch.out"
done
exit $bad
