#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# With BACKPORTS=1, on a Debian whose QEMU knows no SPDM (before 9.1): take QEMU
# from the backports suite of the mirror that Debian itself comes from. The
# system's list of sources is left as it is.
#
# environment: B, BACKPORTS
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=${B:?}/backports

[ "${BACKPORTS:-0}" = 1 ] || exit 0
! qemu-system-x86_64 -device nvme,help 2>/dev/null | grep -q '^ *spdm_port' || exit 0

suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ "$suite" = bookworm ] || {
	echo "backports: QEMU is too old for SPDM, and nothing is known of backports for '$suite'" >&2
	exit 0
}
if [ "$(id -u)" != 0 ]; then
	echo "backports: as root: apt-get install -y --no-install-recommends -t $suite-backports qemu-system-x86 qemu-system-arm" >&2
	exit 1
fi
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
	awk -v suite="$suite" '$2 == suite { print $1; exit }')
[ -n "$mirror" ] || {
	echo "backports: no mirror of $suite in the list of sources" >&2
	exit 1
}

mkdir -p "$dir/parts" "$dir/lists/partial"
for f in /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
	[ ! -e "$f" ] || cp "$f" "$dir/parts/"
done
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite-backports main" \
	>"$dir/parts/backports.list"

echo "backports: installing qemu-system-x86 qemu-system-arm from $suite-backports"
export DEBIAN_FRONTEND=noninteractive
"$here/../qemu/stage.sh" backports "$B/logs/backports.log" sh -c '
	set -- -o Dir::Etc::SourceParts="$1/parts" -o Dir::State::Lists="$1/lists" \
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -t "$2"
	apt-get "$@" update &&
	apt-get "$@" install -y --no-install-recommends qemu-system-x86 qemu-system-arm' - "$dir" "$suite-backports"
