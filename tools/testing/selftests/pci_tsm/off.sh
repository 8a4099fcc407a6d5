#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# With pci_tsm=off on the kernel's command line there is no PCI/TSM: no TSM
# registers, no device has files, and PCI works. Needs a boot of its own.

. "${0%/*}/tap.sh"

echo "TAP version 13"
echo "1..6"
check "the kernel was told so" grep -qw pci_tsm=off /proc/cmdline
check "a bus loads" modprobe devsec_bus topology=ep,mf:2
modprobe devsec_tsm 2>/tmp/error
check "a TSM does not: not supported" grep -q "not supported" /tmp/error
check "no TSM is there" [ -z "$(ls /sys/class/tsm)" ]
files=$(ls -d /sys/bus/pci/devices/*/tsm /sys/bus/pci/devices/*/authenticated 2>/dev/null)
check "no device has files" [ -z "$files" ]
check "the bus unloads" rmmod devsec_bus
[ $failed = 0 ]
