#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# tsm-hostd and tsm-agent with each other, over the loopback of vsock: what holds is
# verified, and what somebody on the way made of it is refused, with the reason.
# timeout: 300

pci=/sys/bus/pci/devices
here=$(dirname "$0")
dir=/run/agents
ca=$dir/anchors.pem
guest=0000:00:05.0
. "$here/tap.sh"

explain() {
	sed 's/^/# /' $dir/out $dir/err 2>/dev/null | cut -c 1-300
	tail -n 3 $dir/hostd.log 2>/dev/null | sed 's/^/# hostd: /'
}

# wait_for FILE TEXT: it is in there, or comes within 10 s
wait_for() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		! grep -qs "$2" "$1" || return 0
		sleep 1
	done
	return 1
}

# agent STATUS [OPTION...]: it ends so; what it says is in $dir/out
agent() {
	want=$1
	shift
	tsm-agent --host 1 --timeout 30 --verify-only "$@" >$dir/out 2>$dir/err
	got=$?
	[ $got = "$want" ] && return
	echo "# status $got, not $want"
	return 1
}

says() { grep -q "$1" $dir/out $dir/err; }
# refuses STATUS REASON: what comes by way of the proxy
refuses() { agent "$1" --ca $ca --device "$a" --port 5679 && says "refused: .*$2"; }

# Cut off is something that does not hold (6), or that nobody can read (7)
refuses_broken() { refuses 6 . || refuses 7 .; }

# All holds, also against the TSM's own digests, but no kernel has the guest's role yet
accepts_nothing() {
	tsm-agent --host 1 --ca $ca --device "$a" --json >$dir/out 2>$dir/err
	got=$?
	echo "# status $got"
	[ $got = 9 ] && says '"accepted":false' && says '"instance-identity":2' &&
		says '"what":"slot0: digest of the VM.s TSM","result":"pass"' &&
		says '"reason":"[^"]*guest'
}

# evil MODE...: a proxy on port 5679, in the place of the one before
evil_end() {
	[ -z "$proxy" ] || { kill "$proxy"; wait "$proxy"; } 2>/dev/null
	proxy=
}

evil() {
	evil_end
	evil-proxy 5679 5678 "$@" >$dir/proxy 2>&1 &
	proxy=$!
	wait_for $dir/proxy ready
}

# All of this is asked for within a minute or so
configure() {
	printf '{"version": 1, "limits": {"requests_per_minute": 600}, "vms": [%s]}\n' "$1" \
		>$dir/hostd.json
}

reload() {
	: >$dir/hostd.log
	kill -HUP "$hostd"
	wait_for $dir/hostd.log "$1"
}

cleanup() {
	evil_end
	[ -z "$hostd" ] || kill "$hostd" 2>/dev/null
	for d in "$pci"/*/tsm/disconnect; do
		[ ! -e "$d" ] || { echo 1 >"$d"; } 2>/dev/null
	done
	[ ! -e /sys/module/native_tsm ] || rmmod native_tsm
	[ ! -e /run/devsec-dsm.pid ] || kill "$(cat /run/devsec-dsm.pid)"
	while [ -e /run/devsec-dsm.pid ]; do usleep 10000; done
	for m in devsec_tsm devsec_bus; do
		[ ! -e /sys/module/$m ] || rmmod $m
	done
}

# Two devices of native SPDM, connected, with all roots in the keyring
devices() {
	modprobe devsec_bus "topology=ep*2" &&
		devsec-dsm --slots 0,1 --pid-file /run/devsec-dsm.pid >/dev/null &&
		"$here/anchor" clear && "$here/anchor" add /etc/devsec-dsm/root-*.der >/dev/null &&
		modprobe native_tsm || return
	set -- $pci/*/tsm/connect
	a=${1%/tsm/connect} a=${a##*/}
	b=${2%/tsm/connect} b=${b##*/}
	for d in "$a" "$b"; do
		[ "$(cat "$pci/$d/tsm/connect")" ] || echo 1 >"$pci/$d/tsm/connect" || return
	done
}

# The anchors as PEM
anchors() {
	for r in /etc/devsec-dsm/root-*.der; do
		echo "-----BEGIN CERTIFICATE-----"
		base64 "$r"
		echo "-----END CERTIFICATE-----"
	done
}

# A policy of what the device says that it runs, and one that has it otherwise
policy() {
	agent 0 --ca $ca --device "$a" --json || return
	jq '{ schema: "pci-tsm-policy", version: 1, measurements: [ .verdict.measurements[] |
		{ index, (if .raw then "values" else "digests" end): [ .value ] } ] }' \
		<$dir/out >$dir/good.json &&
		jq '.measurements[0].digests[0] |= (explode | reverse | implode)' \
			<$dir/good.json >$dir/bad.json
}

proxy='' hostd=''
rm -rf $dir
mkdir -p $dir
echo "TAP version 13"
cleanup
devices || exit 1
anchors >$ca
configure "{\"cid\": 1, \"devices\": [{\"host\": \"$a\", \"guest\": \"$guest\"}]}"
check "a configuration that makes sense" \
	[ "$(tsm-hostd --config $dir/hostd.json --check)" = "$dir/hostd.json: 1 VMs" ]
tsm-hostd --config $dir/hostd.json >>$dir/hostd.log 2>&1 &
hostd=$!
check "a daemon that listens" wait_for $dir/hostd.log "1 VMs are served"

check "a device is verified by the host's name" agent 0 --ca $ca --device "$a"
check "and by the VM's" agent 0 --ca $ca --device $guest --json
check "with the schema" says '"schema":"tsm-agent","version":1'
check "with evidence for others" says '"class":"pci","type":"measurements","evidence":"'
check "and a verdict" says '"ear.status":"warning"'
check "that does not claim which device it is" says '"instance-identity":0'
check "all devices that the host names" agent 0 --ca $ca
check "which is the one" says "^$guest: verified"

check "nothing is trusted without an anchor" agent 6 --device "$a"
check "the other device is not this VM's" agent 4 --ca $ca --device "$b"
check "and that is what the agent says" says "$b: refused: host: .*no such device"
check "nor is one that does not exist" agent 4 --ca $ca --device 0010:7f:00.0
check "all holds, and nothing is accepted until the kernel has a guest's role" accepts_nothing

su -s /bin/sh nobody -c "$(command -v tsm-agent) --host 1 --verify-only --device $a" \
	>$dir/out 2>$dir/err
check "somebody without rights is not this VM's agent" [ $? = 4 ]
check "and that is what the agent says" says "from a port that anybody in the VM may use"

evil pass
check "by way of a proxy that is honest" agent 0 --ca $ca --device "$a" --port 5679
evil flip slot0
check "one bit of a certificate changed on the way" refuses 6 "slot0"
evil flip vca
check "one bit of the VCA changed on the way" refuses 6 "vca\|signature"
evil flip measurements
check "one bit of the measurements changed on the way" refuses 6 "measurements"
evil cut measurements
check "measurements a byte too short" refuses_broken
evil replay
check "the first answer" agent 0 --ca $ca --device "$a" --port 5679
check "the same answer again" refuses 6 "another nonce\|nonce: another one"
evil relabel
check "the first answer, again" agent 0 --ca $ca --device "$a" --port 5679
check "an old answer that is said to be new" refuses 6 nonce

check "a policy of what there is" policy
check "measurements as the policy has them" \
	agent 0 --ca $ca --device "$a" --policy $dir/good.json --json
check "and a claim of what it runs" says '"executables":2,"configuration":2'
check "a measurement that the policy has otherwise" \
	agent 6 --ca $ca --device "$a" --policy $dir/bad.json
check "and that is what the agent says" says "refused: .*[Mm]easurement"

configure '{"cid": 1, "devices": [1]}'
reload "stays so"
check "a configuration that makes no sense changes nothing" agent 0 --ca $ca --device "$a"
evil hold
check "a connection" agent 0 --ca $ca --device "$a" --port 5679
check "that is held open" [ "$(grep -c closed $dir/proxy)" = 0 ]
configure '{"cid": 1, "devices": []}'
reload "1 VMs are served"
check "ends when the VM has other devices" wait_for $dir/proxy "host closed"
evil_end
check "a device that is taken from the VM" agent 4 --ca $ca --device "$a"
configure '{"cid": 7, "devices": []}'
reload "1 VMs are served"
check "a VM that is not served" agent 4 --ca $ca --device "$a"
check "and that is what the agent says" says "no VM that is served"
kill $hostd
check "the daemon ends when it is told" wait $hostd
hostd=
check "there is no host" agent 3 --ca $ca --device "$a"

cleanup
check "nothing remains" [ ! -e /sys/module/native_tsm ]
echo "1..$n"
[ $failed = 0 ]
