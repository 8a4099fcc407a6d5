# SPDX-License-Identifier: GPL-2.0
# Shared by the checks that compile: configure an O= folder and build our
# directories in it.

lab=$here/../qemu
dirs="drivers/pci/ drivers/virt/coco/"
if [ -d /usr/lib/ccache ]; then
	export PATH="/usr/lib/ccache:$PATH" CCACHE_BASEDIR="$B" CCACHE_NOHASHDIR=1
fi
kmake() { make -s -C "$SRC" O="$O" ${KARCH:+ARCH=$KARCH} -j"${JOBS:-$(nproc)}" "$@"; }

# configure FRAGMENT...: lab kernel's options, then the given ones, then 'make
# prepare'. Nothing is demanded: what a variation takes away may take more away.
configure() {
	mkdir -p "$O"
	cat "$lab/base.config" "$lab/arch/x86_64.config" "$lab/../kunit/pci_tsm.config" "$@" >"$O/frag"
	kmake KCONFIG_ALLCONFIG="$O/frag" allnoconfig >"$O/config.log" 2>&1 || {
		grep -E 'Kconfig.*:[0-9]+:' "$O/config.log"
		return 1
	}
	kmake modules_prepare
}

# The directories of ours that this tree has.
our_dirs() {
	echo "$dirs"
	if [ -e "$SRC/samples/devsec/Makefile" ] && grep -q '^CONFIG_SAMPLES=y' "$O/.config"; then
		echo samples/devsec/
	fi
}
