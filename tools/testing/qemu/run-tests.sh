#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest: run test programs and print their results as one KTAP document.
#
# usage: run-tests [PROGRAM...]		default: every executable /tests/*.test
#
# A program prints KTAP and exits 0 (passed), 4 (skipped as a whole) or else
# (failed). Its limit is 120 s, or a line '# timeout: N' near its head, or the
# same in PROGRAM.settings; TIMEOUT_SCALE multiplies it (slow kernels). PART=1/2:
# only every second one, beginning with the first; 2/2: the others.
set -u

[ $# -gt 0 ] || set -- /tests/*.test

if [ -n "${PART:-}" ]; then
	i=0 all=$#
	for prog; do
		i=$((i + 1))
		[ $((i % ${PART#*/})) -ne $((${PART%/*} % ${PART#*/})) ] || set -- "$@" "$prog"
	done
	shift "$all"
fi

limit() {
	t=$(cat "$1.settings" 2>/dev/null | sed -n 's/^\(# *\)*timeout[:=] *\([0-9]*\).*/\2/p' | head -n 1)
	[ -n "$t" ] || t=$(head -n 30 "$1" | grep -a '^[#/ *]* *timeout: *[0-9]' | sed 's/.*timeout: *\([0-9]*\).*/\1/' | head -n 1)
	echo $((${t:-120} * ${TIMEOUT_SCALE:-1}))
}

failed=0 n=0 said=$(mktemp) KMSG=${KMSG:-/dev/kmsg}
echo "KTAP version 1"
echo "1..$#"
for prog; do
	n=$((n + 1))
	name=${prog##*/}
	if [ ! -x "$prog" ]; then
		echo "not ok $n $name # not there or not executable"
		failed=1
		continue
	fi
	echo "    # Subtest: $name"
	echo "lab: === $name ===" >"$KMSG"
	start=$(date +%s)
	: >"$said"
	{ cd "${prog%/*}"; timeout -k 5 "$(limit "$prog")" "$prog" 2>&1; echo $? >"$said"; } |
		awk '{ print "    " $0; fflush() }'
	status=$(cat "$said")
	took=$(($(date +%s) - start))
	case $status in
	0) echo "ok $n $name # took ${took}s" ;;
	4) echo "ok $n $name # SKIP the program skipped itself" ;;
	124|137|143) echo "not ok $n $name # timed out after ${took}s"; failed=1 ;;
	*) echo "not ok $n $name # exit status $status, took ${took}s"; failed=1 ;;
	esac
done
rm -f "$said"
exit $failed
