#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# With BACKPORTS=1, on a Debian whose QEMU knows no SPDM (before 9.1): take QEMU
# from the backports suite of the mirror that Debian itself comes from. The
# system's lists of sources and of packages are left as they are.
#
# A mirror that has no such suite, or does not answer, stops nothing: what needs
# the new QEMU skips itself.
#
# environment: B, BACKPORTS; OS_RELEASE (for tests)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=${B:?}/backports
packages="qemu-system-x86 qemu-system-arm"

[ "${BACKPORTS:-0}" = 1 ] || exit 0
! qemu-system-x86_64 -device nvme,help 2>/dev/null | grep -q '^ *spdm_port' || exit 0

release=${OS_RELEASE:-/etc/os-release}
suite=$([ ! -e "$release" ] || . "$release" && echo "${VERSION_CODENAME:-}")
[ "$suite" = bookworm ] || {
	echo "backports: QEMU is too old for SPDM, and nothing is known of backports for '$suite'" >&2
	exit 0
}
if [ "$(id -u)" != 0 ]; then
	echo "backports: QEMU is too old for SPDM; as root: make deps BACKPORTS=1" >&2
	exit 1
fi

# apt with its own lists below $dir
apt() {
	apt-get -o "Dir::Etc::SourceParts=$dir/parts" -o "Dir::State::Lists=$dir/lists" \
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}

# mirror SUITE: the first that has it; unknown as long as there are no lists
mirror() {
	apt indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
		awk -v suite="$1" '$2 == suite { print $1; exit }'
}

fetch() {
	rm -rf "$dir"
	mkdir -p "$dir/parts" "$dir/lists/partial"
	for f in /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
		[ ! -e "$f" ] || cp "$f" "$dir/parts/"
	done
	apt update || return 1
	# The system may have the suite already
	if [ -z "$(mirror "$suite-backports")" ]; then
		uri=$(mirror "$suite")
		[ -n "$uri" ] || { echo "no mirror of $suite in the list of sources"; return 1; }
		keys=/usr/share/keyrings/debian-archive-keyring.gpg
		echo "deb [signed-by=$keys] $uri $suite-backports main" >"$dir/parts/lab-backports.list"
		apt update || return 1
	fi
	apt install -y --no-install-recommends -t "$suite-backports" --download-only $packages
}

install_them() {
	apt install -y --no-install-recommends -t "$suite-backports" $packages
}

export DEBIAN_FRONTEND=noninteractive
case ${1:-} in
--fetch) fetch ;;
--install) install_them ;;
*)
	echo "backports: $packages from $suite-backports"
	"$here/../qemu/stage.sh" "backports, fetch" "$B/logs/backports-fetch.log" "$0" --fetch || {
		echo "backports: going on with $(qemu-system-x86_64 --version | head -n 1)"
		exit 0
	}
	"$here/../qemu/stage.sh" "backports, install" "$B/logs/backports.log" "$0" --install ;;
esac
