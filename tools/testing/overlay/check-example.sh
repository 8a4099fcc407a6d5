#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The driver that the documentation for authors of TSM drivers walks through
# compiles as it stands there, without a warning.
#
# usage: check-example.sh [OUT.c]	OUT.c: only write the driver there
set -u
here=$(cd "$(dirname "$0")" && pwd)
doc=Documentation/driver-api/pci/tsm.rst

# The first block of C, without its indentation. It must be a whole module.
extract() {
	awk '/code-block:: c$/ { on = 1; next }
		on && /^[^\t]/ { exit }
		on { sub(/^\t/, ""); print }' "$here/../../../$doc" >"$1"
	grep -q '^MODULE_LICENSE' "$1" && return
	echo "example: no driver in $doc"
	return 1
}

if [ $# -gt 0 ]; then
	extract "$1"
	exit
fi
SRC=$TREE O=$B/check-w1
. "$here/check-lib.sh"
dir=$B/check-example
rm -rf "$dir"
mkdir -p "$dir"
: >"$dir/Kbuild"
extract "$dir/example.c" && configure && kmake M="$dir" W=1 KCFLAGS=-Werror example.o
