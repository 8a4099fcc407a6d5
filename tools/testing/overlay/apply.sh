#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Make $B/tree: a copy of the base with our files and patches over it.
#
# usage: apply.sh [KSRC]	KSRC: a kernel tree or tarball; default is Debian's
# environment: B (build folder), TREE (default $B/tree), and for the checks
# OVERLAY_ARGS (more options of overlay.py)
#
# $B/base keeps the pristine base: patched files are made anew from it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../../.." && pwd)
B=${B:-$repo/build}
TREE=${TREE:-$B/tree}
KSRC=${1:-}
[ -n "$KSRC" ] || KSRC=/usr/src/linux-source-6.12.tar.xz

die() { echo "apply: $*" >&2; exit 1; }

# Of a folder: names, sizes and times of all that is in it.
base_id() {
	if [ -d "$KSRC" ]; then
		echo "tree $KSRC $(cd "$KSRC" && find . -path ./.git -prune -o -printf '%p %s %T@\n' |
			LC_ALL=C sort | sha256sum)"
	else
		stat -c 'tarball %n %s %Y' "$KSRC"
	fi
}

# The version from the tree's Makefile; it must have a folder under patches/.
base_version() {
	awk -F'= *' '/^VERSION/ {v=$2} /^PATCHLEVEL/ {p=$2} /^SUBLEVEL/ {s=$2}
		/^EXTRAVERSION/ {print v "." p "." s; exit}' "$B/base/Makefile"
}

fetch_base() {
	[ -e "$KSRC" ] || die "no base: $KSRC does not exist (KSRC= names a kernel tree or tarball)"
	id=$(base_id)
	if [ -e "$B/base.id" ] && [ "$(cat "$B/base.id")" = "$id" ]; then
		return
	fi
	echo "apply: taking the base from $KSRC"
	rm -rf "$B/base" "$B/base.id"
	mkdir -p "$B/base"
	# Files get the time of now: make would not see that another base has other
	# contents if they came with times older than what was built before.
	if [ -d "$KSRC" ]; then
		[ -e "$KSRC/Kconfig" ] || die "$KSRC is not a kernel tree"
		[ ! -e "$KSRC/.config" ] || die "$KSRC has been built in: run 'make mrproper' there first"
		rsync -rlp --exclude=/.git "$KSRC/" "$B/base/"
	else
		tar -C "$B/base" --strip-components=1 --touch -xf "$KSRC"
	fi
	echo "$id" >"$B/base.id"
}

check_version() {
	version=$(base_version)
	short=${version%.*}
	if [ ! -d "$repo/patches/$short" ]; then
		die "base $version is not supported; supported: $(cd "$repo/patches" 2>/dev/null && echo [0-9]*)"
	fi
	tested=$(sed -n "s/^$short: *//p" "$here/tested-bases")
	case " $tested " in
	*" $version "*) note="tested" ;;
	*) note="NOT among the tested ones ($tested)" ;;
	esac
	echo "$version ($note)" >"$B/base.version"
	echo "apply: base $version, $note"
}

mkdir -p "$B"
exec 9>"$B/.lock-tree"
flock 9
fetch_base
check_version
if [ "$(cat "$TREE/.copied" 2>/dev/null)" != "$id" ]; then
	echo "apply: copying the base to ${TREE#"$repo"/}"
	rm -rf "$TREE"
	mkdir -p "$TREE"
	cp -a --reflink=auto "$B/base/." "$TREE/"
	echo "$id" >"$TREE/.copied"
fi
# shellcheck disable=SC2086 # options, to be split
python3 "$here/overlay.py" --base "$B/base" --tree "$TREE" --repo "$repo" \
	--series "$repo/patches/$short/series" ${OVERLAY_ARGS:-}
