#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Make sure that the Debian packages of the list beside this script are there.
#
# As root the missing ones are installed; otherwise the one line that installs
# them is printed and nothing more happens. With KSRC set the base need not
# come from Debian.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
B=${B:?}
log=$B/logs/packages.log

command -v dpkg-query >/dev/null || {
	echo "deps: no dpkg-query: the lab runs on Debian 12 or 13" >&2
	exit 1
}

missing=
for p in $(sed 's/#.*//' "$here/packages"); do
	[ "$p" != linux-source-6.12 ] || [ -z "${KSRC:-}" ] || continue
	status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) || status=
	[ "$status" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "deps: packages are missing; as root: apt-get install -y --no-install-recommends$missing" >&2
	exit 1
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
"$here/../qemu/stage.sh" packages "$log" sh -c '
	apt-get update && apt-get install -y --no-install-recommends "$@"' - $missing
