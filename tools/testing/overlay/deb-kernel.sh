#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The patched kernel as Debian packages, by its own bindeb-pkg.
#
# usage: deb-kernel.sh [CONFIG]	a .config, or nothing: that of the lab kernel
# environment: B, JOBS
#
# The packages, and all that is built, are in $B/deb-kernel.
set -eu

B=${B:?} config=${1:-}
out=$B/deb-kernel/o
if ! command -v dh_listpackages >/dev/null; then
	echo "deb-kernel: error: the kernel's packaging wants debhelper: apt-get install debhelper" >&2
	exit 1
fi
mkdir -p "$out"
# As the lab's kernels are built
if [ -d /usr/lib/ccache ]; then
	export PATH="/usr/lib/ccache:$PATH" CCACHE_BASEDIR="$B" CCACHE_NOHASHDIR=1
fi
cp "${config:-$B/x86_64/.config}" "$out/.config"
# What is new in this kernel, and was not asked of who made CONFIG
"$B/tree/scripts/config" --file "$out/.config" -e VIRT_DRIVERS -e PCI_TSM -m NATIVE_TSM
make -C "$B/tree" O="$out" olddefconfig
make -C "$B/tree" O="$out" -j"${JOBS:-2}" bindeb-pkg
