# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests of tsmctl: how to call it, and what to make of what it says.

pci=/sys/bus/pci/devices
tmp=/tmp/tsmctl
. "${0%/*}/tap.sh"

explain() { sed 's/^/# /' $tmp/out $tmp/err; }

unload() {
	for m in native_tsm devsec_tsm devsec_bus; do
		[ ! -e /sys/module/$m ] || rmmod $m
	done
}

# run CODE ARGUMENTS...: does tsmctl end with that code?
run() {
	code=$1
	shift
	tsmctl "$@" >$tmp/out 2>$tmp/err
	[ $? = "$code" ]
}

# says CODE TEXT ARGUMENTS...: and say so on stderr?
says() {
	text=$2 code=$1
	shift 2
	run "$code" "$@" && grep -q "^tsmctl: .*$text" $tmp/err && [ ! -s $tmp/out ]
}

# json CODE FILTER ARGUMENTS...: one valid document, which the filter is true of?
json() {
	code=$1 filter=$2
	shift 2
	run "$code" --json "$@" && [ "$(wc -l <$tmp/out)" = 1 ] &&
		jq -e ".schema == \"tsmctl\" and .version == 1 and ($filter)" $tmp/out >/dev/null
}

# holds FILTER FILE: is it true of the documents in the file, as a list?
holds() { jq -e -s "$1" "$2" >/dev/null; }

# As somebody who may not do much
nobody() { su -s /bin/sh nobody -c "$*"; }
