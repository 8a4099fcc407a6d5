#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Boot a lab kernel, run one command line in the guest, exit with its status.
#
# usage: run.sh 'COMMAND LINE'	run with /bin/sh; stdout and stderr come through
#        run.sh --shell		interactive prompt (needs a terminal)
#        run.sh --kunit	no command: run the KUnit suites, KTAP on stdout
#
# environment: B; KERNEL=x86_64|x86_64-debug|... FILES=dir (seen as /files)
# QEMU_ARGS= APPEND= TIMEOUT=seconds SMP= MEM= UDEV=0|1 KMEMLEAK=1 NAME=log name
# TAINT_OK=mask of taint bits that are no failure; PARTS= of the initramfs that only
# some guests need (python)
#
# Exit status: the command's. 124: timed out. 125: the guest ended without a
# verdict, or it was tainted or leaked; why, and the name of the console log, go
# to stderr.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../../.." && pwd)
export B="${B:-$repo/build}"
KERNEL=${KERNEL:-x86_64}
TIMEOUT=${TIMEOUT:-600}
NAME=${NAME:-run}
TAINT_OK=${TAINT_OK:-0}

die() { echo "run: $*" >&2; exit 125; }

mode=cmd cmd=${1:?a command line, --shell or --kunit}
case $cmd in
--shell) mode=shell; [ -t 0 ] || die "--shell needs a terminal" ;;
--kunit) mode=kunit ;;
esac

work=$(mktemp -d "${TMPDIR:-/tmp}/lab.XXXXXX")
mkdir -p "$B/logs"
console=$B/logs/$NAME-console.$$.log
cookie=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# The parts of the initramfs; what is particular to this run comes last.
initramfs() {
	if [ $mode = kunit ]; then
		"$here/cpio.sh" "$B/image/kunit-${KERNEL%%-*}"
		return
	fi
	mkdir -p "$work/root/lab" "$work/root/files"
	[ $mode = shell ] || printf '%s\n' "$cmd" >"$work/root/lab/job"
	if [ -n "${FILES:-}" ]; then
		[ -d "$FILES" ] || die "FILES=$FILES is not a directory"
		cp -a "$FILES/." "$work/root/files/" || die "cannot copy $FILES"
	fi
	cat "$B/image/base.cpio" "$B/image/tests.cpio"
	for part in ${PARTS:-}; do
		cat "$B/image/$part.cpio"
	done
	if [ -d "$B/$KERNEL/lab-modules" ]; then
		mkdir -p "$work/root/lib"
		cp -a "$B/$KERNEL/lab-modules/lib/modules" "$work/root/lib/"
		rm -f "$work"/root/lib/modules/*/build
	fi
	"$here/cpio.sh" "$work/root"
}

machine() {
	case $KERNEL in
	arm64)
		image=$B/arm64/arch/arm64/boot/Image
		qemu="qemu-system-aarch64 -M virt -cpu max,pauth-impdef=on -accel tcg"
		tty=ttyAMA0 ;;
	*)
		image=$B/$KERNEL/arch/x86/boot/bzImage
		tty=ttyS0
		# On a busy machine its tick may be too late to convince the kernel
		append="$append no_timer_check"
		[ ! -e "$image" ] || case $("$here/accel.sh" "$image") in
		kvm) qemu="qemu-system-x86_64 -M q35 -accel kvm -cpu host" ;;
		*) qemu="qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max" ;;
		esac ;;
	esac
	[ -e "$image" ] || die "kernel $KERNEL is not built ($image)"
}

append="console=%s panic_on_warn=1 panic=-1 oops=panic softlockup_panic=1 watchdog_thresh=60
	rcupdate.rcu_cpu_stall_timeout=120 workqueue.watchdog_thresh=120
	lab.cookie=$cookie"
if [ $mode = kunit ]; then
	append="$append kunit.enable=1"
else
	append="$append kunit.enable=0"
fi
[ $mode != shell ] || append="$append lab.shell"
[ "${UDEV:-1}" = 0 ] || append="$append lab.udev"
[ -z "${KMEMLEAK:-}" ] || append="$append lab.kmemleak"

# A checker that is not at work finds nothing.
want=
[ "$KERNEL" = "${KERNEL%-debug}" ] || want="--want lockdep"
[ -z "${KMEMLEAK:-}" ] || want="$want --want kmemleak"

# The base itself has data races: only those of our functions are a failure.
own=
if [ "$KERNEL" != "${KERNEL%-kcsan}" ]; then
	append="$append panic_on_warn=0"
	own=$work/own
	nm "$B/$KERNEL"/drivers/pci/tsm*.o "$B/$KERNEL"/drivers/pci/ide*.o \
		"$B/$KERNEL"/drivers/virt/coco/tsm*.o "$B/$KERNEL"/drivers/pci/tests/*.o \
		2>/dev/null | awk 'NF == 3 && tolower($2) == "t" {print $3}' >"$own"
	[ -s "$own" ] || die "no function of ours in $KERNEL"
fi

machine
initramfs >"$work/initramfs"
: >"$work/verdict"
# shellcheck disable=SC2059,SC2086
append=$(printf "$append" $tty | tr -s '\n\t' '  ')

# shellcheck disable=SC2086
set -- $qemu -smp "${SMP:-2}" -m "${MEM:-1G}" -nodefaults -display none -no-reboot \
	-serial "file:$console" -kernel "$image" -initrd "$work/initramfs" \
	-append "$append ${APPEND:-}" -device virtio-serial-pci,ioeventfd=off \
	-chardev "file,id=verdict,path=$work/verdict" \
	-device virtserialport,chardev=verdict,name=lab.verdict

# Output goes through files: QEMU throws away what a slow reader has not taken
# from a pipe when the guest ends.
: >"$work/out"
: >"$work/err"
status=0
if [ $mode = shell ]; then
	# shellcheck disable=SC2086
	"$@" -chardev stdio,id=sh,signal=off -device virtconsole,chardev=sh ${QEMU_ARGS:-} || status=$?
else
	# shellcheck disable=SC2086
	timeout --foreground -k 5 "$TIMEOUT" "$@" \
		-chardev "file,id=out,path=$work/out" -device virtserialport,chardev=out,name=lab.out \
		-chardev "file,id=err,path=$work/err" -device virtserialport,chardev=err,name=lab.err \
		${QEMU_ARGS:-} </dev/null >"$work/qemu.log" 2>&1 &
	pid=$!
	trap 'kill $pid; exit 130' INT TERM HUP
	tail -f -s 0.1 -c +1 --pid=$pid "$work/out" &
	out=$!
	tail -f -s 0.1 -c +1 --pid=$pid "$work/err" >&2 &
	err=$!
	wait $pid || status=$?
	wait $out $err || :
	cp "$work/qemu.log" "$console.qemu" 2>/dev/null || :
fi
# shellcheck disable=SC2086
exec python3 "$here/verdict.py" boot --cookie "$cookie" --verdict "$work/verdict" \
	--console "$console" --qemu-status "$status" --taint-ok "$TAINT_OK" \
	$want ${own:+--own "$own"} --cleanup "$work"
