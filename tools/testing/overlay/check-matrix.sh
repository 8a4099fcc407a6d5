#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Compile our directories with one option after the other taken away, tristates
# =m and =y, and on 32-bit x86. All with -Werror.
set -u
here=$(cd "$(dirname "$0")" && pwd)
SRC=$TREE
. "$here/check-lib.sh"

frag=$B/matrix.frag
tristates=$(awk '/^(menu)?config / {s=$2} /^\ttristate/ {print s}' \
	"$TREE"/samples/devsec/Kconfig "$TREE"/drivers/pci/Kconfig.tsm \
	"$TREE"/drivers/virt/coco/Kconfig.tsm "$TREE"/drivers/pci/*/Kconfig.tsm 2>/dev/null)
failed=0

# Is each line what the variation was configured with? "=n" may be a symbol's absence.
took() {
	for line; do
		case $line in
		*=n) ! grep -q "^${line%n}" "$O/.config" ;;
		*) grep -qx "$line" "$O/.config" ;;
		esac || { echo "matrix: $line is not in the result"; return 1; }
	done
}

# variation NAME O-FOLDER LINE...
variation() {
	name=$1 O=$B/$2
	shift 2
	printf '%s\n' "$@" CONFIG_WERROR=y >"$frag"
	start=$(date +%s)
	# shellcheck disable=SC2046
	if configure "$frag" && took "$@" && kmake $(our_dirs); then
		echo "matrix $name: ok, $(($(date +%s) - start)) s"
	else
		echo "matrix $name: FAILED"
		failed=1
	fi
}

for s in PCI_TSM PCI_IOV PCIEAER NET MEMCG ACPI SMP DEBUG_FS KUNIT; do
	variation "$s=n" matrix "CONFIG_$s=n"
done
# It has no question of its own
variation "PM_SLEEP=n" matrix CONFIG_SUSPEND=n CONFIG_PM_SLEEP=n
for v in m y; do
	# shellcheck disable=SC2046
	variation "tristates=$v" matrix $(for s in $tristates; do echo "CONFIG_$s=$v"; done)
done
KARCH=i386
variation "i386" matrix-i386 CONFIG_64BIT=n CONFIG_HIGHMEM64G=n CONFIG_M686=y
exit $failed
