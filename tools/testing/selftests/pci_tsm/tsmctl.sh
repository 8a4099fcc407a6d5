#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# tsmctl: what it prints, its documents, and the exit code of each kind of failure.
# timeout: 300

. "${0%/*}/ctl.sh"

# Wait for a line of a file; 5 s are ages
wait_for() {
	for _ in $(seq 50); do
		! grep -q "$1" "$2" || return 0
		usleep 100000
	done
	return 1
}

rm -rf $tmp
mkdir -p $tmp
udevadm control --exit 2>/dev/null
rm -f /run/udev/control
unload 2>/dev/null
echo "TAP version 13"

## No TSM, no device
check "an empty list" json 0 '.tsms == [] and .devices == []' list
check "for people, too" run 0 list
modprobe devsec_bus topology="ep*2,mf:2"
dev=$(ls $pci | grep -m 1 '^0010.*00.0$')
check "a device without a TSM" says 3 "no TSM serves this device" show "$dev"

## What there is
modprobe devsec_tsm tsms=2
dev=$(ls -d $pci/*/tsm/connect | head -n 1)
dev=${dev%/tsm/connect}
dev=${dev##*/}
part=$(ls $pci | grep -m 1 '\.1$')
check "list" run 0 list
check "with a line for each" [ "$(grep -cE '^(tsm[01]|0010:)' $tmp/out)" = 6 ]
check "list as a document" json 0 '(.tsms|length) == 2 and (.devices|length) == 4' list
check "a name for each" json 0 'all(.devices[]; .name and .state and .interface.state)' list
check "a TSM" json 0 '.tsms[0] | .name == "tsm0" and .mode == "link" and .connections == 0' list
check "show" run 0 show "$dev"
check "with its state" grep -q "state *disconnected" $tmp/out
check "show as a document" json 0 ".device | .name == \"$dev\" and .role == \"link\" and
	.counters.connects == 0 and (.caps | index(\"dsm\")) != null" show "$dev"

## Verbs
check "connect" run 0 connect "$dev"
check "it says so" grep -q "^$dev: connected" $tmp/out
check "sysfs, too" [ "$(cat $pci/"$dev"/tsm/state)" = connected ]
check "connect once more" says 5 "connected already" connect "$dev"
check "the same as a document" json 5 '.error.kind == "busy" and .error.errno == 16' \
	connect "$dev"
check "disconnect from another TSM" says 2 "another TSM" disconnect "$dev" tsm1
check "disconnect" json 0 '.device.state == "disconnected"' disconnect "$dev"
check "disconnect once more" says 3 "not connected" disconnect "$dev"
check "connect to one of two" json 0 '.device.tsm == 1' connect "$dev" tsm1
check "disconnect from it" run 0 disconnect "$dev" 1
check "a TSM that there is not" says 3 "no such TSM" connect "$dev" tsm9
check "a function whose DSM is elsewhere" says 9 "in another function" connect "$part"
for verb in lock unlock accept; do
	check "$verb is a guest's" says 9 "guest" $verb "$dev"
done

## Usage
check "no command" says 2 "which command"
check "a command that there is not" says 2 "no such command" frobnicate
check "no device" says 2 "usage: tsmctl show" show
check "too many words" says 2 "usage" show "$dev" "$dev"
check "no name of a device" says 2 "is no device" show tsm0
check "a function beyond 7" says 2 "is no device" show 0010:00:00.8
check "no name of a TSM" says 2 "is no TSM" connect "$dev" tsmx
check "an option that is another command's" says 2 "no such option" show --ca x "$dev"
check "a device that there is not" says 3 "no such device" show 0:1e.7
check "the same as a document" json 3 '.error.kind == "not-there"' show 0:1e.7
check "a name without the domain" says 3 "0000:00:1e.7" show 00:1e.7
check "a nonce that is too short" says 2 "nonce" evidence "$dev" --nonce 00 -o $tmp/e
check "a type that there is not" says 2 "no type" evidence "$dev" --type slot8 -o $tmp/e
check "evidence to nowhere" says 2 "where to" evidence "$dev"
check "digests to somewhere" says 2 "no evidence to write" evidence "$dev" --digests -o $tmp/e
check "a slot beyond 7" says 2 "from 0 to 7" connect "$dev" --slot 8
check "a generation that nothing has" says 2 "generation 0" accept "$dev" --generation 0
check "version" json 0 '.program | length > 0' version
check "help" run 0 --help

## Rights
check "anybody may look" nobody "tsmctl list >/dev/null"
nobody "tsmctl connect $dev" >$tmp/out 2>$tmp/err
check "but not connect" [ $? = 4 ]

## Ctrl-C
# interrupt ARGUMENTS...: start, wait for the device to be busy, send SIGINT
interrupt() {
	tsmctl "$@" >$tmp/out 2>$tmp/err &
	pid=$!
	for _ in $(seq 50); do
		[ "$(cat $pci/"$dev"/tsm/state)" != connecting ] || break
		usleep 100000
	done
	kill -INT $pid
}

ends_with() { wait $pid; [ $? = "$1" ]; }

echo "$dev connect hang 60000" >/sys/kernel/debug/devsec_tsm/fault
interrupt connect "$dev"
check "Ctrl-C cancels a connect" ends_with 8
check "and says so" grep -q "cancelled" $tmp/err
check "the device is where it was" [ "$(cat $pci/"$dev"/tsm/state)" = disconnected ]
interrupt --json connect "$dev"
check "as a document" ends_with 8
check "of that kind" holds '.[0].error.kind == "cancelled"' $tmp/out
echo "$dev connect hard 6000" >/sys/kernel/debug/devsec_tsm/fault
interrupt connect "$dev"
# Two that come at once are one
for _ in $(seq 5); do
	usleep 200000
	kill -INT $pid
done
check "a second Ctrl-C gives up" ends_with 8
check "while the request goes on" [ "$(cat $pci/"$dev"/tsm/state)" = connecting ]
echo clear >/sys/kernel/debug/devsec_tsm/fault
echo "$dev connect error -5" >/sys/kernel/debug/devsec_tsm/fault
for _ in $(seq 100); do
	[ "$(cat $pci/"$dev"/tsm/state)" = connecting ] || break
	usleep 100000
done
check "a TSM that refuses" says 1 "error" connect "$dev"
echo clear >/sys/kernel/debug/devsec_tsm/fault

## Events
tsmctl watch >>$tmp/watch &
watch=$!
tsmctl --json watch >$tmp/watch.json &
watchj=$!
# They say nothing until something happens
for _ in $(seq 50); do
	echo 1 >$pci/"$dev"/tsm/connect
	echo 1 >$pci/"$dev"/tsm/disconnect
	usleep 100000
	[ ! -s $tmp/watch ] || [ ! -s $tmp/watch.json ] || break
done
wait_for "disconnecting -> disconnected" $tmp/watch
: >$tmp/watch
tsmctl connect "$dev" >/dev/null
rmmod devsec_tsm
modprobe devsec_tsm
check "watch: a transition" wait_for "$dev.*connecting -> connected (request)" $tmp/watch
check "watch: a TSM leaves" wait_for "tsm0.*gone" $tmp/watch
check "watch: a TSM arrives" wait_for '"available".*"tsm0"' $tmp/watch.json
kill -STOP $watch
for _ in $(seq 200); do
	echo 1 >$pci/"$dev"/tsm/connect
	echo 1 >$pci/"$dev"/tsm/disconnect
done
: >$tmp/watch
kill -CONT $watch
check "watch: events were lost" wait_for "lost" $tmp/watch
check "watch: what there is, then" wait_for "$dev.*sync.*disconnected" $tmp/watch
echo 1 >$pci/"$dev"/tsm/connect
check "watch: and what comes after" wait_for "$dev.*connecting -> connected" $tmp/watch
kill -INT $watch
wait $watch
check "watch: ends by SIGINT" [ $? = 0 ]
kill -TERM $watchj
wait $watchj
check "watch: ends by SIGTERM" [ $? = 0 ]
check "watch: each line is a document" holds 'all(.[]; .schema == "tsmctl" and
	.command == "watch" and .time and .event)' $tmp/watch.json
check "watch: old and new state" holds 'any(.[]; .event == "state" and
	.old_state == "connecting" and .device.state == "connected")' $tmp/watch.json

unload
echo "1..$n"
[ $failed = 0 ]
