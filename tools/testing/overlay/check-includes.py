#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Who may include whom: the direction of dependencies between our parts.

usage: check-includes.py REPO FILE...

The table lists, for each group of files, all that they may include: of ours,
by name, and of others, by pattern. What it does not list is refused, and so is
a file that is in no group. The first group that has a file counts.
"""
import fnmatch
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# Layers, as lists of names. API is what everything in the kernel may use.
API = ("linux/tsm-class.h linux/pci-ide.h linux/pci-ide-kcu.h linux/pci-ide-km.h "
       "linux/pci-tdisp.h linux/pci-tsm.h ")
TRACE = "trace/events/pci_tsm.h "
KERNEL = "linux/* "
CRYPTO = "crypto/* keys/* "
WIRE = "wire.h cursor.h "
ANY = "*"       # user space: libc, and linux/* is uapi there

# (files, what of ours, what of others); "!pattern" takes away again.
# Of ours is what is quoted (pci.h is the base's) or is below include/ here.
RULES = [
    # Interfaces: each stands on those above it, none on an implementation.
    ("include/uapi/*", "", "linux/types.h"),
    ("include/linux/spdm.h", "", KERNEL + "!linux/pci*"),
    ("include/linux/tsm-class.h", "", KERNEL + "!linux/pci*"),
    ("include/linux/pci-ide.h include/linux/pci-ide-kcu.h include/linux/pci-tdisp.h", "",
     KERNEL),
    ("include/linux/pci-ide-km.h", "linux/pci-ide-kcu.h", KERNEL),
    ("include/linux/pci-cma.h", "uapi/linux/pci-tsm.h", KERNEL),
    ("include/linux/pci-tsm.h", "uapi/linux/pci-tsm.h", KERNEL),
    ("include/trace/events/*", "", "linux/tracepoint.h trace/define_trace.h"),
    ("drivers/pci/spdm/trace.h", "", "linux/tracepoint.h trace/define_trace.h"),

    # SPDM knows no PCI and no TSM, and leaves cryptography to two files. The suites
    # of the requests have a device; comparing secrets is no cryptography.
    ("drivers/pci/spdm/trace.h", "", "linux/tracepoint.h trace/define_trace.h"),
    ("drivers/pci/spdm/tests/fake-* drivers/pci/spdm/tests/req_*", "linux/spdm.h fake-*.h "
     "vectors*.h ../spdm.h ../wire.h ../cursor.h ../crypto.h",
     KERNEL + CRYPTO + "kunit/* !linux/pci*"),
    ("drivers/pci/spdm/req-session.c", "linux/spdm.h spdm.h crypto.h " + WIRE,
     KERNEL + "crypto/utils.h !linux/pci*"),
    ("drivers/pci/spdm/tests/*", "linux/spdm.h fake-responder.h vectors.h "
     "../spdm.h ../wire.h ../cursor.h ../crypto.h",
     KERNEL + CRYPTO + "kunit/* !linux/pci*"),
    ("drivers/pci/spdm/crypto.c", "linux/spdm.h spdm.h crypto.h " + WIRE,
     KERNEL + CRYPTO + "kunit/visibility.h !linux/pci*"),
    ("drivers/pci/spdm/x509.c",
     "linux/spdm.h spdm.h crypto.h spdm_*.asn1.h x509_parser.h " + WIRE,
     KERNEL + CRYPTO + "!linux/pci*"),
    ("drivers/pci/spdm/*.c", "linux/spdm.h spdm.h crypto.h trace.h " + WIRE,
     KERNEL + "kunit/visibility.h !linux/pci*"),
    ("drivers/pci/spdm/*.h", "linux/spdm.h wire.h", KERNEL + "!linux/pci*"),

    # The core. Private headers include none of their kind; IDE does not know
    # the TSM core's, nor the core IDE's; nothing but the glue knows SPDM.
    ("drivers/pci/tests/cma_kunit.c", "../cma.h linux/pci-cma.h linux/spdm.h",
     KERNEL + CRYPTO + "kunit/*"),
    ("drivers/pci/tests/tsm_netlink_kunit.c", "../tsm.h ../tsm-nl-gen.h " + API,
     KERNEL + "kunit/* net/netlink.h net/genetlink.h"),
    ("drivers/pci/tests/*", "../tsm.h ../ide.h ../ide-*.h ../tsm-hooks.h fake-*.h " + API,
     KERNEL + "kunit/*"),
    ("drivers/pci/tsm-hooks.h", "", "linux/types.h"),
    ("drivers/pci/tsm-nl-gen.*", "tsm-nl-gen.h uapi/linux/pci-tsm.h",
     "tsm-netlink.h net/netlink.h net/genetlink.h"),
    ("drivers/pci/tsm.h drivers/pci/tsm-netlink.h drivers/pci/ide*.h drivers/pci/cma.h", API,
     KERNEL),
    ("drivers/pci/tsm-netlink.c", "tsm.h tsm-nl-gen.h ide.h " + API,
     KERNEL + "net/netlink.h net/genetlink.h"),
    ("drivers/pci/tsm-nl-*.c", "tsm.h tsm-nl-gen.h " + API,
     KERNEL + "kunit/visibility.h net/netlink.h net/genetlink.h net/sock.h"),
    ("drivers/pci/cma-keyring.c", "linux/pci-cma.h cma.h", KERNEL + CRYPTO),
    ("drivers/pci/cma*.c drivers/pci/tdisp.c",
     "linux/pci-cma.h linux/spdm.h cma.h tsm-hooks.h pci.h " + API, KERNEL),
    ("drivers/pci/tsm*.c", "tsm.h tsm-hooks.h pci.h " + API + TRACE,
     KERNEL + "kunit/visibility.h"),
    ("drivers/pci/ide*.c", "ide.h ide-*.h tsm-hooks.h pci.h " + API, KERNEL),

    # Drivers know the interfaces only; bus and TSM of the emulation share the
    # protocol between firmware and device, and nothing else.
    ("drivers/virt/coco/native-host/*", "native.h linux/pci-cma.h linux/spdm.h " + API, KERNEL),
    ("drivers/virt/coco/*", API, KERNEL),
    ("samples/devsec/dsm/*", "[!.]*.h ../dsm-link.h ../../../drivers/pci/spdm/wire.h !linux/*",
     ANY),
    ("samples/devsec/fw.h samples/devsec/dsm-link.h", "", KERNEL),
    ("samples/devsec/devsec.h", "fw.h", KERNEL),
    ("samples/devsec/link.h", API, KERNEL),
    ("samples/devsec/link-evidence.c", "link.h linux/pci-cma.h linux/spdm.h " + API, KERNEL),
    ("samples/devsec/link*.c samples/devsec/tsm-*.c", "link.h fw.h " + API, KERNEL),
    ("samples/devsec/dsm-chardev.c", "devsec.h dsm-link.h", KERNEL),
    ("samples/devsec/kcu.c", "devsec.h linux/pci-ide-kcu.h", KERNEL),
    ("samples/devsec/*.c", "devsec.h " + API, KERNEL + "crypto/algapi.h"),

    # Programs know the ABI by what is generated from its spec, libynl, and each the
    # library below it; the verifier shares nothing with the kernel's.
    ("tools/tsm/generated/*", "pci-tsm-user.h ynl.h linux/pci-tsm.h", ANY),
    ("tools/tsm/lib/client*.[ch]", "client*.h evidence.h generated/pci-tsm-user.h ynl.h "
     "!linux/*", ANY),
    ("tools/tsm/lib/*", "[!.]*.h !client*.h !ynl.h !linux/*", ANY),
    ("tools/tsm/tsmctl/*", "tsmctl.h ../lib/*.h ynl.h !linux/*", ANY),
    ("tools/tsm/tests/*", "[!.]*.h lib/*.h ynl.h !linux/*", ANY),
    # Of the agents, what is between them knows neither kernel nor sockets.
    ("tools/tsm/agent/wire.[ch] tools/tsm/agent/stream.[ch] tools/tsm/agent/ask.[ch] "
     "tools/tsm/agent/serve.[ch] tools/tsm/agent/config.[ch] tools/tsm/agent/bucket.[ch]",
     "wire.h stream.h ask.h serve.h config.h bucket.h ../lib/evidence.h", ANY),
    ("tools/tsm/agent/tests/*", "[!.]*.h ../*.h !linux/*", ANY),
    ("tools/tsm/agent/*", "[!.]*.h ../lib/*.h !linux/*", ANY),

    # Tests see what user space sees, and the headers of their own folder.
    ("tools/testing/selftests/pci_tsm/*", "[!.]*.h ../kselftest*.h "
     "../../../../samples/devsec/dsm-link.h linux/pci-tsm.h", ANY),
    ("tools/testing/qemu/*", "", ANY),

    # The requester in user space: stand-ins for the kernel's headers, and programs that
    # know both ends.
    ("tools/testing/spdm/include/*", "linux/*", ANY),
    ("tools/testing/spdm/*", "[!.]*.h linux/*", ANY),
]


def fits(name, patterns):
    """Is @name in the list of patterns, and not taken away again?"""
    hits = [p for p in patterns.split() if fnmatch.fnmatchcase(name, p.lstrip("!"))]
    return bool(hits) and not any(p.startswith("!") for p in hits)


def check(repo, path, text):
    """Faults of one file of the repository."""
    rule = next((r for r in RULES if fits(path, r[0])), None)
    if not rule:
        yield f"{path}:1: is in no group of check-includes.py"
        return
    for m in INCLUDE.finditer(text):
        ours = m[1] == '"' or os.path.exists(os.path.join(repo, "include", m[2]))
        if not fits(m[2], rule[1] if ours else rule[2]):
            line = text.count("\n", 0, m.start(1)) + 1
            yield f"{path}:{line}: must not include {m[2]}"


def main():
    repo, bad, files = sys.argv[1], 0, 0
    for path in sys.argv[2:]:
        if not path.endswith((".c", ".h")):
            continue
        files += 1
        with open(os.path.join(repo, path), errors="replace") as f:
            text = f.read()
        for fault in check(repo, path, text):
            print(fault)
            bad += 1
    print(f"check-includes: {files} files, {bad} faults")
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main())
