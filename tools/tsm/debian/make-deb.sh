#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The Debian package pci-tsm-tools: what `make install` installs, and what dpkg
# wants to know of it. dpkg-deb and dpkg-shlibdeps (dpkg-dev) are all that it takes.
#
# usage: make-deb.sh		prints the name of the package
# environment: B, TREE (default $B/tree)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
B=${B:?} TREE=${TREE:-$B/tree}
tools=${here%/*}
out=$B/deb
package=pci-tsm-tools
root=$out/$package
version=$(sed -n 's/^VERSION := //p' "$tools/Makefile")
arch=$(dpkg --print-architecture)
maintainer=$(sed -n 's/^M:[[:space:]]*//p' "$tools/../../MAINTAINERS" | grep @ | grep -v address@domain | head -n 1)
# Fixed, so that the same source makes the same package
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(stat -c %Y "$tools/Makefile")}"

rm -rf "$root" "$out/shlibs"
mkdir -p "$root/DEBIAN" "$out/shlibs/debian"
umask 022

# Units and rules of packages are below /usr/lib, their configuration in /etc
make -s -C "$tools" TREE="$TREE" O="$B/tsm" DESTDIR="$root" PREFIX=/usr \
	CONFDIR=/etc/pci-tsm install >&2

files() { (cd "$root" && find . -type f -path "$1" | sed 's|^\.||' | sort); }

programs() { for d in bin sbin; do find "$root/usr/$d" -type f 2>/dev/null; done; }

# Debug information is in nobody's package, and manual pages are compressed
for p in $(programs); do
	strip --strip-unneeded --remove-section=.comment --remove-section=.note "$p"
done
for f in $(files './usr/share/man/*'); do
	gzip -9n "$root$f"
done

doc=$root/usr/share/doc/$package
mkdir -p "$doc"
date=$(date -u -R -d "@$SOURCE_DATE_EPOCH")
cat >"$out/changelog" <<END
$package ($version) unstable; urgency=medium

  * tsmctl, the agents, units and the udev rule.

 -- $maintainer  $date
END
gzip -9nc "$out/changelog" >"$doc/changelog.gz"
cat >"$doc/copyright" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: PCI/TSM for Linux 6.12

Files: *
Copyright: 2026 PCI/TSM maintainers
License: GPL-2

Files: generated/* libynl
Copyright: 2021-2024 the authors of Linux
License: GPL-2 or BSD-3-Clause

License: GPL-2
 On Debian systems the text of version 2 of the GNU General Public License is
 in /usr/share/common-licenses/GPL-2.

License: GPL-2 or BSD-3-Clause
 This is taken under the GPL-2, as above.
END

# The control file of a source package is what dpkg-shlibdeps looks for
printf 'Source: %s\n\nPackage: %s\nArchitecture: any\n' $package $package \
	>"$out/shlibs/debian/control"
depends=$(cd "$out/shlibs" && dpkg-shlibdeps -O --warnings=0 $(programs) | sed 's/^shlibs:Depends=//')

files './etc/*' >"$root/DEBIAN/conffiles"
[ -s "$root/DEBIAN/conffiles" ] || rm "$root/DEBIAN/conffiles"
cat >"$root/DEBIAN/control" <<END
Package: $package
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends
Section: admin
Priority: optional
Description: PCI devices in the trust boundary of confidential VMs
 tsmctl shows the PCI devices that a TEE Security Manager (TSM) serves,
 connects them, gets the evidence of what they are, and verifies it. tsm-hostd
 gives a host's evidence to its VMs, tsm-agent judges and accepts devices in a
 VM. A rule for udev connects devices when their TSM arrives.
 .
 The kernel must have PCI/TSM with the netlink family pci-tsm.
END

# Units are known to systemd once it has read them; none is enabled by itself
if [ -n "$(files './usr/lib/systemd/*')" ]; then
	for script in postinst postrm; do
		cat >"$root/DEBIAN/$script" <<-'END'
			#!/bin/sh
			set -e
			if [ -d /run/systemd/system ]; then
				systemctl --system daemon-reload >/dev/null || true
			fi
		END
		chmod 755 "$root/DEBIAN/$script"
	done
fi
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | sort | xargs md5sum) \
	>"$root/DEBIAN/md5sums"
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
deb=$out/${package}_${version}_$arch.deb
dpkg-deb --root-owner-group -b "$root" "$deb" >&2
echo "$deb"
