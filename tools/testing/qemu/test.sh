#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# `make test`: every stage, each with its own time; a failed stage does not stop the
# others. Guests sleep much of their time, so as many stages as there are lanes run
# at once, in the order of the list. Some stand alone: the first, as it makes what
# the others share, and what measures time. What a stage says comes in one piece,
# when it has ended; the last line has the counts of all.
#
# environment: B with an empty $B/results, STAGES and ALONE (default: below), LANES
# (2, with one processor 1)
#
# Each stage has a folder of its own for its results (RESULTS), so that nobody's
# counts are taken for another's; it is emptied into $B/results in the end.
set -u

here=$(cd "$(dirname "$0")" && pwd)
B=${B:?}
res=$B/results
stages=${STAGES:-kunit selftest kunit-arm64 debug-kunit debug-selftest-1 debug-selftest-2 \
	lab-test spdm-test tools-test debug-storm reboot-test check-fast nvme-test demo bench}
alone=${ALONE:-kunit bench}
lanes=${LANES:-$(($(nproc) > 1 ? 2 : 1))}
start=$(date +%s)
running=
mkdir -p "$res"
unset RESULTS

# A stage, in the background; that it came to its end is the last it says
stage() {
	dir=$res/$1.stage t=$(date +%s) outcome=FAILED
	RESULTS=$dir setsid "${MAKE:-make}" --no-print-directory "$1" >"$dir/.out" &
	pid=$!
	# Guests and compilers are in the group, and no terminal's signal reaches them.
	trap 'kill -s TERM -- -$pid; exit 130' INT TERM HUP
	wait $pid && outcome=ok
	echo "$outcome $(($(date +%s) - t))" >"$dir/.ended"
}

# What it left, under its own name: a second file of that name is a failure.
collect() {
	for f in "$dir"/*; do
		[ -e "$f" ] || continue
		if [ -e "$res/${f##*/}" ]; then
			echo "test: $1: another stage left ${f##*/} too" >&2
			outcome=FAILED told=no
		else
			mv "$f" "$res/"
		fi
	done
}

# judge STAGE: it is over
judge() {
	dir=$res/$1.stage outcome=FAILED took=0
	cat "$dir/.out" 2>/dev/null
	[ ! -e "$dir/.ended" ] || read -r outcome took <"$dir/.ended"
	counts=$(find "$dir" -name '*.counts')
	[ -n "$counts" ] || outcome=FAILED
	told=no
	# shellcheck disable=SC2086
	[ -z "$counts" ] || ! grep -q ' [1-9][0-9]* failed' $counts || told=yes
	collect "$1"
	# A failure that no count tells of still counts, and so does silence.
	[ "$outcome" = ok ] || [ $told = yes ] ||
		echo "0 passed, 1 failed, 0 skipped" >"$res/stage-$1.counts"
	printf '%-16s %-6s %5d s\n' "$1" "$outcome" "$took" >"$res/.report-$1"
	echo "== $1: $outcome, $took s" >&2
	rm -rf "$dir"
}

# Come back when at most $1 stages run
wait_for() {
	while :; do
		n=0 left=
		for job in $running; do
			if kill -0 "${job%%:*}" 2>/dev/null; then
				left="$left $job" n=$((n + 1))
			else
				judge "${job#*:}"
			fi
		done
		running=$left
		[ $n -gt "$1" ] || return 0
		sleep 1
	done
}

# Asked for by a signal
# shellcheck disable=SC2317
stop() {
	for job in $running; do
		kill "${job%%:*}" 2>/dev/null
	done
	exit 130
}
trap stop INT TERM HUP

for s in $stages; do
	limit=$lanes
	case " $alone " in *" $s "*) limit=1 ;; esac
	wait_for $((limit - 1))
	echo "== $s" >&2
	rm -rf "$res/$s.stage"
	mkdir -p "$res/$s.stage"
	stage "$s" &
	running="$running $!:$s"
	[ "$limit" -gt 1 ] || wait_for 0
done
wait_for 0

echo
for s in $stages; do
	cat "$res/.report-$s"
done
echo "base $(cat "$B/base.version" 2>/dev/null), $(($(date +%s) - start)) s in all, $lanes at once"
"$here/verdict.py" sum "$res"/*.counts >"$res/total"
status=$?
cat "$res/total"
exit $status
