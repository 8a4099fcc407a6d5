#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The lab's own promises: whatever goes wrong is said and is a failure. First its
# scripts with made-up input (lab-unit.sh), then boots that go wrong.
#
# usage: lab-test.sh [--cases]	--cases: only run them, KTAP on stdout
# environment: B, KERNEL
set -u

here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../../.." && pwd)
export B="${B:?}" KERNEL="${KERNEL:-x86_64}"
res=${RESULTS:-$B/results}

if [ "${1:-}" != --cases ]; then
	mkdir -p "$res"
	status=0
	STAGE_ERR=$B/logs/lab-test.err "$here/stage.sh" lab-test "$res/lab-test.ktap" \
		"$0" --cases >&2 || status=$?
	exec "$here/verdict.py" ktap --name lab-test --status $status \
		--results "$res/lab-test.counts" "$res/lab-test.ktap"
fi
unset TREE APPEND QEMU_ARGS FILES KMEMLEAK TAINT_OK KSRC KEEP_LOGS
w=$(mktemp -d "$B/lab-test.XXXXXX") || exit 1
trap 'rm -rf "$w"' EXIT
n=0 failed=0

# t NAME COMMAND...: one test; what it printed is shown if it failed
t() {
	name=$1 n=$((n + 1))
	shift
	if "$@" >"$w/says" 2>&1; then
		echo "ok $n $name"
	else
		failed=1
		echo "not ok $n $name"
		sed 's/^/# /' "$w/says"
	fi
}

# expect STATUS REGEX COMMAND...: its exit status, and one line of what it says
expect() {
	status=$1 regex=$2 got=0
	shift 2
	out=$("$@" 2>&1) || got=$?
	echo "$out"
	[ $got -eq "$status" ] && echo "$out" | grep -qE -e "$regex" && return
	echo "expected status $status and /$regex/, got status $got"
	return 1
}

echo "KTAP version 1"
. "$here/lab-unit.sh"

## Boots
# run COMMAND [VARIABLE=VALUE...]
run() {
	cmd=$1
	shift
	env TIMEOUT=120 NAME=lab-test "$@" "$here/run.sh" "$cmd"
}
streams() {
	run 'echo one; echo two >&2; exit 7' >"$w/stdout" 2>"$w/stderr"
	got=$?
	cat "$w/stdout" "$w/stderr"
	[ $got -eq 7 ] && [ "$(cat "$w/stdout")" = one ] && grep -qx two "$w/stderr"
}
# The guest's shell must get what the shell here gets.
meta='for i in 1 2; do echo "$i $((i + 1)) ${i}x" '\''$i'\'' \\ "it'\''s" `echo b` $(echo c) % \# "a  b"; done #
echo "second line"; exit 7'
through_make() {
	sh -c "$meta" >"$w/want"
	"${MAKE:-make}" -s --no-print-directory -C "$repo" run CMD="$meta" >"$w/got"
	got=$?
	diff "$w/want" "$w/got" && [ $got -eq 7 ]
}
# More than what pipes hold, less than what makes the command itself wait.
slow_reader() {
	{ run 'sleep 1000 & seq 50000'; echo "status $?"; } | { sleep 15; cat; } >"$w/lines"
	wc -l "$w/lines"
	{ seq 50000; echo 'status 0'; } | cmp - "$w/lines"
}
modules() {
	mkdir -p "$w/files"
	printf '%s\n' '#include <linux/module.h>' 'MODULE_LICENSE("GPL");' \
		'static int __init warns(void) { return WARN_ON(1); }' 'module_init(warns);' >"$w/files/warns.c"
	echo 'obj-m := warns.o example.o' >"$w/files/Kbuild"
	"$overlay/check-example.sh" "$w/files/example.c" &&
		make -C "$B/tree" O="$B/$KERNEL" M="$w/files" modules
}

t 'boot: status, stdout and stderr come through' streams
t 'boot: panic' expect 125 'wrote no verdict' run 'echo c >/proc/sysrq-trigger; sleep 60'
t 'boot: taint' expect 125 'unexpected taint 64' run 'echo 64 >/proc/sys/kernel/tainted'
t 'boot: time-out' expect 124 'did not end in time' run 'sleep 1000' TIMEOUT=20
t 'boot: QEMU refuses to start' expect 125 'lab: FAILED' run true QEMU_ARGS=-none
t 'boot: all output, to a slow reader, in spite of a process left behind' slow_reader
t 'modules: build against the lab kernel' modules
t 'modules: load, the documented driver too' expect 0 '^example ' \
	run 'insmod /files/example.ko && lsmod && rmmod example' \
	FILES="$w/files" TAINT_OK=4096
t 'modules: one that warns' expect 125 'WARNING: ' \
	run 'insmod /files/warns.ko; sleep 60' FILES="$w/files" TAINT_OK=4096
t 'FILES: no such folder' expect 125 'is not a directory' run true FILES="$w/none"
t 'make run: any text, its status' through_make

echo "1..$n"
exit $failed
