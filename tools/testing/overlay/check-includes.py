#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Who may include whom: the direction of dependencies between our parts.

usage: check-includes.py REPO FILE...

For each group of files the table says which includes are refused (and which
are the exceptions). The first group whose pattern fits a file counts.
"""
import fnmatch
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# Our headers, by layer: pattern of the header's name as it is included.
CORE_API = ["linux/pci-tsm.h", "linux/pci-ide.h", "linux/pci-tdisp.h",
            "linux/tsm-class.h"]
PRIVATE_PCI = ["*drivers/pci/*", "tsm.h", "tsm-hooks.h", "ide.h",
               "tsm-nl-gen.h"]

# (files, refused, allowed although refused)
RULES = [
    (["include/uapi/*"], ["linux/pci*", "linux/tsm*", "linux/spdm.h"], []),
    (["include/linux/spdm.h"], ["linux/pci*", "linux/tsm*"], []),
    (["include/linux/tsm-class.h", "include/linux/tsm.h"],
     ["linux/pci*", "linux/spdm.h"], []),
    (["include/linux/pci-ide.h", "include/linux/pci-tdisp.h"],
     ["linux/pci-tsm.h", "linux/tsm*", "linux/spdm.h"], []),
    (["include/linux/pci-tsm.h"], ["linux/spdm.h"], []),
    (["drivers/pci/spdm/crypto.c"], ["linux/pci*", "linux/tsm*"], []),
    (["drivers/pci/spdm/tests/*"], ["linux/pci*", "linux/tsm*"], []),
    (["drivers/pci/spdm/*"],
     ["linux/pci*", "linux/tsm*", "crypto/*", "keys/*", "../*"], []),
    (["drivers/pci/tests/*"], ["*spdm/spdm.h"], []),
    (["drivers/pci/tsm-netlink.c", "drivers/pci/tsm-nl-gen.c",
      "drivers/pci/tsm-nl-gen.h"], ["linux/spdm.h", "*spdm/*.h"], []),
    (["drivers/pci/cma*.c", "drivers/pci/ide-km.c", "drivers/pci/tdisp.c"],
     ["*spdm/*.h", "tsm-nl-gen.h", "net/*"], []),
    (["drivers/pci/tsm*", "drivers/pci/ide*"],
     ["linux/spdm.h", "*spdm/*.h", "tsm-nl-gen.h", "net/*", "crypto/*"], []),
    (["drivers/virt/coco/*"], PRIVATE_PCI + ["*../pci/*"], []),
    (["samples/devsec/dsm/*"], ["linux/*", "net/*", "asm/*", "*drivers/pci/*"],
     ["*spdm/wire.h", "linux/types.h", "linux/limits.h", "linux/vm_sockets.h"]),
    (["samples/devsec/*"], PRIVATE_PCI, []),
    (["tools/testing/selftests/*"], ["*drivers/*", "../../../../../include/linux/*"],
     []),
]


def fits(name, patterns):
    return any(fnmatch.fnmatch(name, p) for p in patterns)


def check(path, text):
    """Faults of one file of the repository."""
    for files, refused, allowed in RULES:
        if not fits(path, files):
            continue
        for m in INCLUDE.finditer(text):
            # A fault of layering, not a file of the same folder's own name.
            own = m[1] == '"' and os.path.dirname(path) == "samples/devsec"
            if fits(m[2], refused) and not fits(m[2], allowed) and not own:
                line = text.count("\n", 0, m.start()) + 1
                yield f"{path}:{line}: must not include {m[2]}"
        return


def private_to_private(path, text):
    """A private header includes no other private header of its folder."""
    if not path.endswith(".h") or path.startswith(("include/", "tools/")):
        return
    for m in INCLUDE.finditer(text):
        if m[1] == '"' and "/" not in m[2] and \
           (os.path.basename(path), m[2]) != ("spdm.h", "wire.h") and \
           m[2] != "fw.h" and \
           "/tests/" not in path and "/dsm/" not in path and \
           not m[2].startswith("wire"):
            line = text.count("\n", 0, m.start()) + 1
            yield f"{path}:{line}: private header includes {m[2]}"


def main():
    repo, bad, files = sys.argv[1], 0, 0
    for path in sys.argv[2:]:
        if not path.endswith((".c", ".h")):
            continue
        files += 1
        with open(os.path.join(repo, path), errors="replace") as f:
            text = f.read()
        for fault in [*check(path, text), *private_to_private(path, text)]:
            print(fault)
            bad += 1
    print(f"check-includes: {files} files, {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
