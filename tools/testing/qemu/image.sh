#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Make the parts of the guest's initramfs that do not change from run to run.
#
# usage: image.sh
# environment: B; TREE (default $B/tree)
#
# $B/image/base.cpio	busybox, udev, jq, tsmctl, the agents and the software DSM with
#			their libraries, init; /etc/devsec-dsm has the DSM's
#			certificates and keys
# $B/image/tests.cpio	/tests: what the selftests install
# $B/image/python.cpio	Python and the base's client of netlink families, for one test
# $B/image/kunit-ARCH/	the guest that only runs KUnit
# A part is written anew only when its content changed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
B=${B:?} TREE=${TREE:-$B/tree}
img=$B/image
selftests=$TREE/tools/testing/selftests/pci_tsm

# Copy the program $1 to $3 in $2 with its shared libraries.
with_libs() {
	mkdir -p "$2/$(dirname "$3")"
	cp -L "$1" "$2/$3"
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r lib; do
		mkdir -p "$2/$(dirname "$lib")"
		cp -L "$lib" "$2/$lib"
	done
}

base() {
	root=$img/base
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/sbin" "$root/usr" "$root/lib" "$root/lab" "$root/etc/udev/rules.d" \
		"$root/usr/lib/udev/rules.d" "$root/proc" "$root/sys" "$root/dev" "$root/run" \
		"$root/tmp" "$root/root" "$root/var"
	ln -s ../bin "$root/usr/bin"
	ln -s ../sbin "$root/usr/sbin"
	ln -s ../usr/lib/udev "$root/lib/udev"
	ln -s ../run "$root/var/run"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for a in $(busybox --list); do
		[ "$a" = busybox ] || ln -sf busybox "$root/bin/$a"
	done
	rm -f "$root/bin/modprobe" "$root/bin/insmod" "$root/bin/rmmod" \
		"$root/bin/lsmod" "$root/bin/modinfo" "$root/bin/depmod"
	with_libs "$(command -v udevadm || echo /bin/udevadm)" "$root" bin/udevadm
	with_libs "$(command -v kmod || echo /bin/kmod)" "$root" bin/kmod
	for a in modprobe insmod rmmod lsmod modinfo depmod; do
		ln -s ../bin/kmod "$root/sbin/$a"
	done
	mkdir -p "$root/lib/systemd"
	ln -s ../../bin/udevadm "$root/lib/systemd/systemd-udevd"
	for r in 50-udev-default 80-drivers; do
		cp "/usr/lib/udev/rules.d/$r.rules" "$root/usr/lib/udev/rules.d/"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\ntty:x:5:\ndisk:x:6:\nnogroup:x:65534:\n' >"$root/etc/group"
	cp "$here/init.sh" "$root/init"
	cp "$here/run-tests.sh" "$root/lab/run-tests"
	chmod 755 "$root/init" "$root/lab/run-tests"
	with_libs "$(command -v jq || echo /usr/bin/jq)" "$root" bin/jq
	for p in "$B"/tsm/*.bin; do
		with_libs "$p" "$root" "bin/$(basename "$p" .bin)"
	done
	with_libs "$B/dsm/devsec-dsm" "$root" usr/bin/devsec-dsm
	cp -R "$B/dsm/identity" "$root/etc/devsec-dsm"
}

# The software DSM, a program of the host as the libraries that it takes along.
dsm() {
	make -C "$TREE/samples/devsec/dsm" O="$B/dsm" all
}

# tsmctl and the agents; the guest has their libraries
programs() {
	make -C "$TREE/tools/tsm" TREE="$TREE" O="$B/tsm" all lab
}

# Nothing to do if neither the tree nor the kernel's configuration changed.
tests() {
	built=$img/.tests-built
	if [ "$built" -nt "$TREE/.overlay-changed" ] && [ "$built" -nt "$here/image.sh" ] &&
	   [ "$built" -nt "$B/x86_64/include/generated/autoconf.h" ]; then
		return
	fi
	touch "$built.start"
	rm -rf "$img/tests" "$built"
	mkdir -p "$img/tests/tests"
	if [ -e "$selftests/Makefile" ]; then
		make -C "$selftests" TREE="$TREE" OUT="$img/tests/tests" install
	else
		echo "image: no selftests in this checkout"
		return 1
	fi
	idle_bytes
	mv "$built.start" "$built"
}

# What a device that never connects costs: struct pci_dev with and without us.
idle_bytes() {
	dir=$img/idle
	[ -e "$B/x86_64/include/generated/autoconf.h" ] || return 0
	mkdir -p "$dir"
	: >"$dir/Kbuild"
	size='#include <linux/pci.h>
char size_of_pci_dev[sizeof(struct pci_dev)];'
	echo "$size" >"$dir/with.c"
	printf '#undef CONFIG_PCI_IDE\n#undef CONFIG_PCI_TSM\n%s\n' "$size" >"$dir/without.c"
	make -C "$TREE" O="$B/x86_64" M="$dir" with.o without.o
	for o in with without; do
		printf '%d\n' "0x$(nm -S "$dir/$o.o" | awk '/size_of_pci_dev/ {print $2}')"
	done | paste -s -d - | tr - ' ' | { read -r with without; echo $((with - without)); } \
		>"$img/tests/tests/idle_bytes"
}

# What Python loads to run the client, and no more of it. The client's schema check
# is make check's, so that needs no package here.
python() {
	root=$img/python
	ynl=$TREE/tools/net/ynl
	rm -rf "$root"
	mkdir -p "$root/usr/share/ynl/lib"
	cp "$ynl/cli.py" "$TREE/Documentation/netlink/specs/pci-tsm.yaml" "$root/usr/share/ynl/"
	cp "$ynl"/lib/*.py "$root/usr/share/ynl/lib/"
	with_libs "$(readlink -f /usr/bin/python3)" "$root" bin/python3
	PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c '
import sys
sys.path.insert(0, sys.argv[1])
import cli, subprocess, encodings.ascii, textwrap, traceback
for module in list(sys.modules.values()):
	path = getattr(module, "__file__", None)
	if path and path.startswith("/usr/lib/"):
		print(path)' "$ynl" | sort -u >"$img/python.files"
	while read -r file; do
		case $file in
		*.so) with_libs "$file" "$root" "$file" ;;
		*) mkdir -p "$root${file%/*}"; cp "$file" "$root$file" ;;
		esac
	done <"$img/python.files"
}

# The guest that only runs KUnit: one static program for an architecture.
kunit() {
	root=$img/kunit-$1
	mkdir -p "$root/proc" "$root/sys" "$root/dev"
	# A shell's -nt may be false where there is nothing to compare with yet
	if ! [ "$root.stamp" -nt "$here/kunit-init.c" ]; then
		"$2gcc" -static -O2 -Wall -Werror -o "$root/init.new" "$here/kunit-init.c"
		mv "$root/init.new" "$root/init"
		touch "$root.stamp"
	fi
}

# cpio of folder $1, replaced only if it changed; names sorted, times fixed.
pack() {
	"$here/cpio.sh" "$img/$1" >"$img/$1.cpio.new"
	if cmp -s "$img/$1.cpio.new" "$img/$1.cpio"; then
		rm "$img/$1.cpio.new"
	else
		mv "$img/$1.cpio.new" "$img/$1.cpio"
	fi
}

mkdir -p "$img"
exec 9>"$B/.lock-image"
flock 9
dsm
programs
base
pack base
python
pack python
kunit x86_64 ""
kunit arm64 aarch64-linux-gnu-
tests
pack tests
