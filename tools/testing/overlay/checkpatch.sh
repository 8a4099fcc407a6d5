#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# checkpatch --strict over our sources and over the patches of the series.
#
# Types that say nothing here are in checkpatch-ignore, each with its reason.
set -u

here=$(cd "$(dirname "$0")" && pwd)
# It leaves a cache where it runs: that is $B, and names are made relative again.
cd "$B" || exit 1
# "TYPE" alone is never asked for; "TYPE GLOB" is left out for those files.
ignore=$(awk '!/^#/ && NF && ($2 == "" || $2 ~ /^#/) {printf "%s%s", s, $1; s = ","}' "$here/checkpatch-ignore")
awk '!/^#/ && NF && $2 != "" && $2 !~ /^#/ {
	gsub(/\./, "\\.", $2); gsub(/\*/, ".*", $2); print "^" $2 ":[0-9]+: [A-Z]+:" $1 ":"
}' "$here/checkpatch-ignore" >"$B/checkpatch.except"
bad=0

run() {
	perl "$TREE/scripts/checkpatch.pl" --root="$TREE" --strict --terse \
		--show-types --no-summary --ignore "$ignore" "$@" 2>&1 |
		sed "s|^$REPO/||" | grep -vE -f checkpatch.except | grep . && bad=1
}

# What the base's generators make of the netlink spec is theirs
# shellcheck disable=SC2046,SC2086
run -f $(cd "$REPO" && grep -L YNL-GEN $SOURCES | sed "s|^|$REPO/|")
for p in "$REPO"/patches/*/*.patch; do
	[ ! -e "$p" ] || run "$p"
done
exit $bad
