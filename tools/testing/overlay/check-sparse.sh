#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# W=1 and sparse with endianness over our directories; findings in our files fail.
set -u
here=$(cd "$(dirname "$0")" && pwd)
SRC=$TREE O=$B/check-w1
. "$here/check-lib.sh"

configure || exit 1
# Objects of ours are compiled anew, so that an old finding shows again.
for f in $(echo "$FILES" | grep -E '^(drivers|samples)/.*\.c$'); do
	rm -f "$O/${f%.c}.o"
done
# -Wno-context: sparse does not run cleanup handlers, so every guard() looks to it
# like a lock that is never released; lockdep on the debug kernel sees to those.
# shellcheck disable=SC2046
kmake W=1 C=1 CF="-D__CHECK_ENDIAN__ -Wno-context" $(our_dirs) >"$O/w1.log" 2>&1
status=$?
patterns=$O/our-files
echo "$FILES" | grep -E '^(drivers|include|samples)/' >"$patterns"
findings=$(grep -E '(warning|error):' "$O/w1.log" | grep -F -f "$patterns")
compiled=$(cd "$O" && for f in $(grep '\.c$' "$patterns"); do [ ! -e "${f%.c}.o" ] || echo "$f"; done)
echo "compiled: $(echo "$compiled" | wc -w) of $(grep -c '\.c$' "$patterns") files"
grep '\.c$' "$patterns" | grep -v '/dsm/' | while read -r f; do
	[ -e "$O/${f%.c}.o" ] || echo "not compiled on x86-64: $f"
done
if [ -n "$findings" ] || [ $status -ne 0 ]; then
	grep -E 'error|\*\*\*' "$O/w1.log" | head -n 10
	echo "$findings"
	exit 1
fi
