#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What every target of the Makefile does, and the variables.
cat <<END
PCI/TSM for Linux 6.12: the lab.

Judged runs
  demo        boot the lab kernel and show the whole thing once
  test        everything a change must pass; the last line has the counts
              (LANES=2: so many stages at once; STAGES='kunit demo' for some)
  kunit       the KUnit suites on x86-64 (FILTER=glob); kunit-arm64: on arm64
  selftest    /tests/*.test in the guest (TESTS='a.test b.test' for some, VARS='A=1'
              set there), then with pci_tsm=off, then by the kernel's Python client
  debug-test  KUnit, selftests, storm and fault injection on the debug kernel,
              kmemleak before and after; one KUnit run under KCSAN. Parts of it:
              debug-kunit, debug-selftest-1, debug-selftest-2, debug-storm
  soak        debug-test's long forms, about an hour (STORM_OPS=100000
              FUZZ_OPS=30000 FUZZ_NL_OPS=1000000 SWEEP_ROUNDS=5 STORM_SEED=
              FUZZ_SEED=), then each SPDM fuzzer FUZZ_RUNS=2000000 times
  spdm-test   the SPDM requester in user space: with the software DSM in all
              combinations of algorithms, and with answers that were tampered with
              (FUZZ_TIME=10 seconds for each fuzzer, or FUZZ_RUNS=n)
  tools-test  the library of the tools and the agents, without a guest (FUZZ_TIME=)
  fuzz        requester, DSM and agents with libFuzzer, TIME=60 seconds a target
              (RUNS=n: so many executions of each)
  reboot-test does a reboot disconnect every device?
  lab-test    does the lab say so when something goes wrong? Its scripts with
              made-up input, and boots that go wrong
  nvme-test   native SPDM with QEMU's NVMe, for which QEMU must be 9.1 or later
  bench       print figures, 'name value unit' a line, that have limits; up to
              three tries, as others may keep the machine busy: the last counts
  check       check-fast and the matrix of configurations, series bisected
              (STEPS='sparse includes' for some, also of check-fast)
  check-fast  sparse, W=1, checkpatch, kernel-doc, the documented driver, includes,
              sizes, MAINTAINERS, whether what is generated is fresh

Programs
  tools       tsmctl and the agents, in build/tsm
  install     them, manual pages, completion, units, udev rule: DESTDIR=
              PREFIX=/usr/local; uninstall
  deb         the same as a Debian package, in build/deb
  deb-kernel  the kernel as Debian packages, in build/deb-kernel (KCONFIG= its
              configuration, else the lab's)
  regen       from the netlink spec: what is generated from it

By hand
  run         CMD='...' in the guest with /bin/sh: its stdout, its stderr, its
              exit status. 124: timed out, 125: the guest crashed or was tainted.
              make itself exits with that status where it can load objects
              (.FEATURES has 'load', as Debian's has), else with 2 and 'Error N';
              $(dirname "$0")/run.sh always exits with it.
  shell       a prompt in the guest
  help        this text
  deps        as root, install the missing Debian packages; else print the line
              that does (every build begins with it)
  tree        base + our files + patches in build/tree
  kernel      build/x86_64 (DEBUG=1: build/x86_64-debug); kernel-debug,
              kernel-kcsan, kernel-arm64
  image       the guest's file system
  clean       remove build/

Variables
  DEBUG=1       the debug kernel        FILES=dir    seen in the guest as /files
  QEMU_ARGS=    more for QEMU           APPEND=      more kernel command line
  TIMEOUT=600   seconds for a boot      SMP=2 MEM=1G the guest's size
  KSRC=         kernel tree or tarball instead of Debian's linux-source-6.12
  B=build       where everything goes   JOBS=        parallel jobs
  ACCEL=tcg     do not try KVM          PROGRESS=15  seconds between progress lines
  BACKPORTS=1   on Debian 12, as root: install QEMU from Debian's backports suite,
                which nvme-test wants; the list of sources stays as it is

Modules of your own: make -C build/tree O=${B:-build}/x86_64 M=\$PWD modules, then
FILES=\$PWD and insmod /files/x.ko. Module.symvers is in the O= folder; an
out-of-tree module taints the guest, which 'run' accepts.
Logs are in build/logs. Packages: tools/testing/overlay/packages.
END
