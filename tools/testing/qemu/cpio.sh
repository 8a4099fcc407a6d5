#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Write folder $1 as a newc archive, all owned by root, to stdout.
set -eu
cd "$1"
find . -mindepth 1 -exec touch -h -d @1 {} +
find . -mindepth 1 | LC_ALL=C sort | cpio -o -H newc -R 0:0 --reproducible --quiet
