#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What is generated from the netlink spec, by the base's own generators: kernel
# glue, uapi header, C client, reference page. They run in $B/tree, where the
# generators, their schema and our spec are.
#
# usage: regen.sh [check]	write the files, or complain about those that are stale
# environment: B
set -eu

here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../../.." && pwd)
tree=${B:?}/tree
spec=Documentation/netlink/specs/pci-tsm.yaml
out=$B/regen
stale=0

rm -rf "$out"
mkdir -p "$out"
cp "$repo/$spec" "$tree/$spec.new"
cmp -s "$tree/$spec.new" "$tree/$spec" || cp "$tree/$spec.new" "$tree/$spec"
rm "$tree/$spec.new"
cd "$tree"

# gen FILE GENERATOR ARGUMENTS...: the name of the output gets into it
gen() {
	file=$1
	shift
	mkdir -p "$out/${file%/*}"
	"$@" -o "$out/$file"
	# The generator of 6.12 mixes up the family's name and what it is in C
	sed -i 's/\bpci-tsm_ntf_info\b/pci_tsm_ntf_info/g; s/= "pci_tsm",$/= "pci-tsm",/' "$out/$file"
	cmp -s "$out/$file" "$repo/$file" && return
	if [ "$mode" = check ]; then
		echo "$file: not what the spec makes of it: make regen"
		stale=1
	else
		mkdir -p "$repo/${file%/*}"
		cp "$out/$file" "$repo/$file"
		echo "$file"
	fi
}

mode=${1:-write}
ynl="tools/net/ynl/ynl-gen-c.py --spec $spec --mode"
# shellcheck disable=SC2086
{
	gen include/uapi/linux/pci-tsm.h $ynl uapi --header
	gen drivers/pci/tsm-nl-gen.h $ynl kernel --header
	gen drivers/pci/tsm-nl-gen.c $ynl kernel --source
	gen tools/tsm/generated/pci-tsm-user.h $ynl user --header
	gen tools/tsm/generated/pci-tsm-user.c $ynl user --source
}
gen Documentation/PCI/tsm-netlink.rst tools/net/ynl/ynl-gen-rst.py -i "$spec"
exit $stale
