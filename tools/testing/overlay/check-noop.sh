#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# With PCI_TSM=n the hooks change no object code: every object of drivers/pci and
# of each patched directory is the same as the pristine base's.
#
# Line numbers move with any patch, so both sides are compiled with __LINE__ set
# to 0; debug information is stripped.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/check-lib.sh"

off=$B/noop.frag
printf '%s\n' CONFIG_PCI_TSM=n CONFIG_PCI_IDE=n CONFIG_SAMPLES=n >"$off"
patched=$(sed -n 's|^+++ b/\([^\t]*\)\.c.*|\1.o|p' "$REPO"/patches/6.12/*.patch 2>/dev/null | sort -u)
flags="-Wno-builtin-macro-redefined -D__LINE__=0"

for side in base tree; do
	SRC=$B/$side O=$B/noop-$side
	configure "$off" || exit 1
	# What an earlier run left would be compared too.
	rm -rf "$O/drivers/pci"
	built=
	for o in $patched; do
		case $o in drivers/pci/*) ;; *) built="$built $o" ;; esac
	done
	# shellcheck disable=SC2086
	kmake KCFLAGS="$flags" drivers/pci/ $built 2>"$B/noop.err" || {
		grep -v '__LINE__. redefined' "$B/noop.err"
		exit 1
	}
done

# All that either side has, and a file that only one has is a difference.
objects=$(for side in base tree; do
	(cd "$B/noop-$side" && find drivers/pci $patched -name '*.o' 2>/dev/null)
done | sort -u)

bad=0 n=0
for o in $objects; do
	n=$((n + 1))
	for side in base tree; do
		objcopy --strip-debug --remove-section=.comment "$B/noop-$side/$o" "$B/noop-$side.o" || bad=1
		objdump -dr -s "$B/noop-$side.o" | sed 1,3d >"$B/noop-$side.dis"
	done
	if ! cmp -s "$B/noop-base.dis" "$B/noop-tree.dis"; then
		echo "$o differs with PCI_TSM=n:"
		diff "$B/noop-base.dis" "$B/noop-tree.dis" | head -n 10
		bad=1
	fi
done
echo "noop: $n objects compared"
[ $n -gt 0 ] && exit $bad
