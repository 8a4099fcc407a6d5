#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Configure and build one lab kernel in $B/NAME.
#
# usage: kernel.sh NAME		x86_64, x86_64-debug, x86_64-kcsan or arm64
# environment: B, JOBS
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=$1
B=${B:?} TREE=$B/tree
export TREE MAKEARGS

kunit=$here/../kunit/pci_tsm.config
targets="bzImage modules"
case $name in
x86_64)		arch=x86_64 more= ;;
x86_64-debug)	arch=x86_64 more=$here/debug.config ;;
x86_64-kcsan)	arch=x86_64 more="$here/kunit-only.config $here/kcsan.config" targets=bzImage ;;
arm64)		arch=arm64 more=$here/kunit-only.config targets=Image ;;
*)		echo "kernel: unknown kernel $name" >&2; exit 2 ;;
esac
MAKEARGS=
if [ $arch = arm64 ]; then
	MAKEARGS="ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-"
fi

O=$B/$name
mkdir -p "$O"
exec 9>"$B/.lock-$name"
flock 9
# Nothing to do if neither the tree nor a fragment changed since the last build.
done=$O/.lab-built
fresh=yes
for f in "$TREE/.overlay-changed" "$here/base.config" "$here/arch/$arch.config" "$kunit" $more "$0"; do
	[ "$done" -nt "$f" ] || fresh=no
done
if [ $fresh = yes ]; then
	echo "kernel $name: up to date"
	exit 0
fi
rm -f "$done"
touch "$done.start"
# Debian's ccache has links for every compiler in one folder. Paths relative to
# $B let another clone use what this one compiled.
if [ -d /usr/lib/ccache ]; then
	export PATH="/usr/lib/ccache:$PATH" CCACHE_BASEDIR="$B" CCACHE_NOHASHDIR=1
fi
# shellcheck disable=SC2086
"$here/config.sh" "$O" "$here/base.config" "$here/arch/$arch.config" "$kunit" $more
# Guests that run beside it go first.
# shellcheck disable=SC2086
"$here/stage.sh" "kernel $name" "$B/logs/kernel-$name.log" \
	nice make -C "$TREE" O="$O" $MAKEARGS -j"${JOBS:-$(nproc)}" $targets
if [ "$targets" != "${targets% modules}" ]; then
	rm -rf "$O/lab-modules"
	make -C "$TREE" O="$O" INSTALL_MOD_PATH="$O/lab-modules" modules_install \
		>"$B/logs/modules-$name.log" 2>&1 || {
		tail -n 5 "$B/logs/modules-$name.log" >&2
		exit 1
	}
fi
# As old as the start: what changed while it was built is built next time.
mv "$done.start" "$done"
