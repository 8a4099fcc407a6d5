# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The part of lab-test.sh that boots nothing: the lab's scripts with made-up
# input. Sourced by it; $w is a scratch folder.

verdict=$here/verdict.py overlay=$here/../overlay

## verdict.py boot: all is well but for what a case changes
# boot SED CONSOLE [OPTION...]: a verdict changed by the sed script
qemu=--qemu-status
boot() {
	printf '%s\n' 'cookie c0ffee' 'status 0' 'taint 0' 'lockdep 1' 'kmemleak 0' \
		'end c0ffee' | sed "$1" >"$w/verdict"
	printf 'Linux version 6.12\n%s\n' "$2" >"$w/console"
	shift 2
	"$verdict" boot --cookie c0ffee --verdict "$w/verdict" --console "$w/console" "$@"
}

t 'verdict: nothing wrong' expect 0 '^$' boot '' 'all is well'
t 'verdict: status of the command' expect 7 'exit status 7' boot 's/status 0/status 7/' ''
t 'verdict: none' expect 125 'wrote no verdict' boot d ''
t 'verdict: none in time' expect 124 'did not end in time' boot d '' $qemu 124
t 'verdict: no end after it' expect 124 'did not end in time' boot '' '' $qemu 124
t 'verdict: QEMU failed after it' expect 125 'QEMU ended with status 1' boot '' '' $qemu 1
t 'verdict: of another boot' expect 125 'wrote no verdict' boot s/c0ffee/decaf/ ''
t 'verdict: cut off' expect 125 'wrote no verdict' boot '$d' ''
t 'verdict: cut off in the cookie' expect 125 'wrote no verdict' boot '$s/ee//' ''
t 'verdict: without a status' expect 125 'wrote no verdict' boot /status/d ''
t 'verdict: tainted' expect 125 'unexpected taint 512' boot 's/taint 0/taint 512/' ''
t 'verdict: allowed taint' expect 0 '^$' boot 's/taint 0/taint 4096/' '' --taint-ok 4096
t 'verdict: further taint' expect 125 'taint 512' boot 's/taint 0/taint 4608/' '' --taint-ok 4096
t 'verdict: lockdep off' expect 125 'lockdep switched' boot 's/lockdep 1/lockdep 0/' ''
t 'verdict: lockdep not there' expect 125 'lockdep was not' boot /lockdep/d '' --want lockdep
t 'verdict: leaks' expect 125 'kmemleak found 3' boot 's/leak 0/leak 3/' ''
t 'verdict: kmemleak broken' expect 125 'kmemleak found unknown' boot 's/leak 0/leak unknown/' ''
t 'verdict: kmemleak not there' expect 125 'kmemleak was' boot /kmemleak/d '' --want kmemleak
t 'verdict: no console' expect 125 'no console log' boot '' '' --console "$w/none"
for splat in 'WARNING: CPU: 0 PID: 1' 'BUG: sleeping function' 'Oops: general' \
	'UBSAN: shift-out-of-bounds' 'INFO: task a:1 blocked' 'unreferenced object 0xf' \
	'Kernel panic' 'possible circular locking' 'kmemleak: Kernel memory leak detector disabled'; do
	t "verdict: console: $splat" expect 125 'lab: FAILED' boot '' "[    1.0] $splat"
done

## verdict.py ktap
# ktap TEXT [OPTION...]
ktap() {
	printf "$1" >"$w/ktap"
	shift
	printf '# why\nallowed*	# a reason\n' >"$w/skips"
	"$verdict" ktap --name x --skips "$w/skips" "$@" "$w/ktap"
}
nested() { ktap "1..1\n    1..2\n    ok 1 a\n    $1\n$2 1 parent\n"; }

t 'ktap: passed' expect 0 '^x: 2 passed, 0 failed, 0 skipped' ktap '1..2\nok 1 a\nok 2 b\n'
t 'ktap: a failure' expect 1 '^x: 1 passed, 1 failed' ktap '1..2\nok 1 a\nnot ok 2 b\n'
t 'ktap: fewer than planned' expect 1 '1 results of 2 planned' ktap '1..2\nok 1 a\n'
t 'ktap: more than planned' expect 1 '2 results of 1 planned' ktap '1..1\nok 1 a\nok 2 b\n'
t 'ktap: nothing planned' expect 1 '1 results of none planned' ktap 'ok 1 a\n'
t 'ktap: empty' expect 1 'no test ran' ktap ''
t 'ktap: planned, none ran' expect 1 '0 results of 3 planned' ktap '1..3\n'
t 'ktap: a part without tests' expect 1 'no test in it' ktap '1..1\n    1..0\nok 1 a\n'
t 'ktap: nested passed' expect 0 '^x: 2 passed, 0 failed' nested 'ok 2 b' ok
t 'ktap: nested failure' expect 1 '^x: 1 passed, 1 failed' nested 'not ok 2 b' 'not ok'
t 'ktap: nested failure below ok' expect 1 '^x: 1 passed, 1 failed' nested 'not ok 2 b' ok
t 'ktap: nested, fewer than planned' expect 1 '1 results of 2 planned' nested '#' ok
t 'ktap: parent failed by itself' expect 1 '^x: 2 passed, 1 failed' nested 'ok 2 b' 'not ok'
t 'ktap: skip allowed' expect 0 '1 passed, 0 failed, 1 skipped' \
	ktap '1..2\nok 1 a\nok 2 allowed.b # SKIP no\n'
t 'ktap: skip not allowed' expect 1 'not on the allow-list' ktap '1..2\nok 1 a\nok 2 b # SKIP no\n'
t 'ktap: all skipped' expect 1 'no test ran' ktap '1..1\nok 1 allowed # SKIP no\n'
t 'ktap: ok, guest failed' expect 1 'status 125' ktap '1..1\nok 1 a\n' --status 125

## test.sh: stages that a stub of make plays
# stages LIST [ALONE]: two at once
stages() {
	rm -rf "$w/t"
	mkdir -p "$w/t"
	B=$w/t MAKE=$w/stub/make LANES=2 STAGES=$1 ALONE=${2:-none} "$here/test.sh"
}
# Who is stopped takes along what it has started, however deep.
stopped() {
	rm -rf "$w/t"
	mkdir -p "$w/t"
	B=$w/t MAKE=$w/stub/make STAGES=lasting "$here/test.sh" &
	job=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ ! -e "$w/t/here" ] || break
		sleep 1
	done
	kill $job
	wait $job
	sleep 4
	[ -e "$w/t/here" ] && [ ! -e "$w/t/outlives" ]
}
mkdir -p "$w/stub"
cat >"$w/stub/make" <<'END'
#!/bin/sh
counts() { echo "$1 passed, $2 failed, 0 skipped" >"$RESULTS/$stage.counts"; }
stage=$2
case $stage in
good*) counts 1 0; echo "$stage says" ;;
bad) counts 2 1; exit 1 ;;
denies) counts 1 0; exit 1 ;;
silent) sleep 1 ;;
lasting) sh -c 'touch "$B/here"; sleep 3; touch "$B/outlives"'; exit 1 ;;
killed) kill -9 $PPID ;;
thief) stage=good1; sleep 1; counts 1 1; exit 1 ;;
meets*)
	touch "$B/$stage"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(echo "$B"/meets*)" = "$B/meets1 $B/meets2" ] && counts 1 0 && exit
		sleep 1
	done
	exit 1 ;;
slow* | lone*)
	[ $stage != lone ] || [ ! -e "$B"/busy-* ] || exit 1
	[ ! -e "$B/busy-lone" ] || exit 1
	touch "$B/busy-$stage"
	sleep 1
	rm "$B/busy-$stage"
	counts 1 0 ;;
esac
END
chmod +x "$w/stub/make"
t 'test: counts of all stages' expect 0 '^2 passed, 0 failed, 0 skipped$' stages 'good1 good2'
t 'test: a stage is named with its outcome' expect 1 '^bad  *FAILED  *[0-9]* s$' stages 'good1 bad'
t 'test: what a stage says' expect 0 '^good1 says$' stages good1
t 'test: a failure' expect 1 '^3 passed, 1 failed' stages 'good1 bad'
t 'test: a failure that no count tells of' expect 1 '^2 passed, 1 failed' stages 'good1 denies'
t 'test: silence beside counts' expect 1 '^1 passed, 1 failed' stages 'silent good1'
t 'test: a stage that was killed' expect 1 '^1 passed, 1 failed' stages 'killed good1'
t 'test: counts of one name, twice' expect 1 '^1 passed, 1 failed' stages 'good1 thief'
t 'test: two at once' expect 0 '^2 passed, 0 failed' stages 'meets1 meets2'
t 'test: a signal ends all' stopped
t 'test: alone' expect 0 '^3 passed, 0 failed' stages 'slow1 lone slow2' lone

## run-tests.sh
halves() {
	mkdir -p "$w/progs"
	for i in 1 2 3 4 5; do
		printf '#!/bin/sh\nexit 0\n' >"$w/progs/$i"
		chmod +x "$w/progs/$i"
	done
	for part in 1/2 2/2; do
		KMSG=/dev/null PART=$part "$here/run-tests.sh" "$w"/progs/*
	done | sed -n 's/^\(1\.\.[0-9]*\)$/\1/p; s/^\(ok [0-9]* [0-9]*\).*/\1/p' | tr '\n' ' '
}
t 'run-tests: two halves' expect 0 '^1..3 ok 1 1 ok 2 3 ok 3 5 1..2 ok 1 2 ok 2 4 $' halves

## config.sh
config() {
	echo "$1" >"$w/fragment"
	TREE=$B/tree "$here/config.sh" "$w/config" "$here/base.config" \
		"$here/arch/x86_64.config" "$w/fragment"
}
t 'config: names what cannot be had' expect 1 '^config: .*: CONFIG_LAB_NONE=y \(is n\) *$' \
	config CONFIG_LAB_NONE=y

## apply.sh, overlay.py: a base with one file that is patched, and one of ours
again() {
	(cd "$w" && eval "$1") && B=$w/out TREE= \
		"$w/repo/tools/testing/overlay/apply.sh" "$w/${2:-src}"
}
apply() {
	rm -rf "$w/out" "$w/src" "$w/repo"
	mkdir -p "$w/src/drivers" "$w/repo/drivers" "$w/repo/patches/6.12" "$w/repo/tools/testing"
	cp -r "$overlay" "$w/repo/tools/testing/"
	printf '%s\n' 'VERSION = 6' 'PATCHLEVEL = 12' 'SUBLEVEL = 999' 'EXTRAVERSION =' >"$w/src/Makefile"
	touch "$w/src/Kconfig" "$w/repo/Kconfig" "$w/repo/drivers/ours.c"
	seq 20 >"$w/src/drivers/a.c"
	sed 's/^10$/ten/' "$w/src/drivers/a.c" | diff -u --label a/drivers/a.c \
		--label b/drivers/a.c "$w/src/drivers/a.c" - >"$w/repo/patches/6.12/1.patch"
	echo 1.patch >"$w/repo/patches/6.12/series"
	again "$@"
}
creates='printf "%s\n" "--- /dev/null" "+++ b/x" "@@ -0,0 +1 @@" +x >repo/patches/6.12/2.patch
	echo 2.patch >>repo/patches/6.12/series'

t 'apply: a good base' expect 0 '1 patches, .* 3 written' apply :
t 'apply: again, nothing to do' expect 0 '^overlay: .* 0 written' again :
t 'apply: the base was edited' expect 0 'taking the base' again 'echo >>src/drivers/a.c'
t 'apply: ours was edited' expect 0 '^overlay: .* 1 written' again 'echo >>repo/drivers/ours.c'
t 'apply: the patch is gone' expect 0 '^overlay: 0 .* 1 written' again ': >repo/patches/6.12/series'
t 'apply: ... from the tree too' expect 0 '^10$' cat "$w/out/tree/drivers/a.c"
t 'apply: no base' expect 1 '^apply: no base: ' apply : none
t 'apply: unknown version' expect 1 '^apply: base 6.11.999 is not supported; supported: 6.12$' \
	apply 'sed -i s/12/11/ src/Makefile'
t 'apply: fuzz' expect 1 '^overlay: 1.patch does not apply' apply 'sed -i s/^7$/x/ src/drivers/a.c'
t 'apply: patched file is not there' expect 1 'patch touches .*/a.c' apply 'rm src/drivers/a.c'
t 'apply: patch is not there' expect 1 '1.patch is in the series' apply 'rm repo/patches/6.12/1*'
t 'apply: patch of nothing' expect 1 '1.patch changes no' apply ': >repo/patches/6.12/1.patch'
t 'apply: patch creates a file' expect 1 '^overlay: .*/2.patch creates' apply "$creates"
t 'apply: our file is in the base' expect 1 '/ours.c exists' apply 'touch src/drivers/ours.c'

## deps.sh
# deps STATUS ID: what the stubs of dpkg-query and id say
deps() {
	mkdir -p "$w/stub"
	printf '#!/bin/sh\necho %s\n' "$1" >"$w/stub/dpkg-query"
	printf '#!/bin/sh\necho %s\n' "$2" >"$w/stub/id"
	printf '#!/bin/sh\necho apt-get was called\n' >"$w/stub/apt-get"
	chmod +x "$w"/stub/*
	PATH=$w/stub:$PATH "$overlay/deps.sh"
}
one_line() {
	expect 1 '^deps: .* apt-get install -y .* qemu-system-x86 ' deps not-installed 1000 &&
		[ "$(echo "$out" | wc -l)" = 1 ]
}
t 'deps: all there' expect 0 '^$' deps installed 1000
t 'deps: missing, not root: one line' one_line

## backports.sh, nvme-test.sh: with a QEMU that knows no SPDM, and no network
# backports ID SUITE [VALUE]
backports() {
	old_qemu
	printf '#!/bin/sh\necho %s\n' "$1" >"$w/stub/id"
	echo "VERSION_CODENAME=$2" >"$w/os-release"
	B=$w/out BACKPORTS=${3-1} OS_RELEASE=$w/os-release PATH=$w/stub:$PATH \
		"$overlay/backports.sh"
}
old_qemu() {
	mkdir -p "$w/stub"
	printf '#!/bin/sh\necho QEMU 7.2\n' >"$w/stub/qemu-system-x86_64"
	printf '#!/bin/sh\necho apt-get was called\nexit 100\n' >"$w/stub/apt-get"
	chmod +x "$w"/stub/*
}
old_nvme() { old_qemu && PATH=$w/stub:$PATH "$here/nvme-test.sh" --cases; }
t 'backports: not asked for' expect 0 '^$' backports 0 bookworm ''
t 'backports: not root' expect 1 '^backports: .* as root: make deps BACKPORTS=1$' \
	backports 1000 bookworm
t 'backports: another Debian' expect 0 "nothing is known of backports for 'sid'" backports 0 sid
t 'backports: they cannot be had' expect 0 '^backports: going on with QEMU 7.2$' \
	backports 0 bookworm
t 'nvme-test: QEMU is too old' expect 0 "^ok 3 QEMU's NVMe .* # SKIP QEMU 7.2 has no spdm_port" \
	old_nvme

## help.sh
help_names() {
	for target in $(sed -n 's/^\.PHONY: //p' "$repo/Makefile"); do
		case $target in all | run-guest | no-results) continue ;; esac
		echo "$target"
		"$here/help.sh" | grep -qE "(^ +|[,;] )$target([ ,:]|\$)" || return 1
	done
}
t 'help: names every target' help_names
