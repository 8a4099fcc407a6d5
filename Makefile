# SPDX-License-Identifier: GPL-2.0
# PCI/TSM for Linux 6.12: the lab. `make help` explains every target.

# Everything is made in $(B); nothing is written outside of it.
B ?= build
override B := $(abspath $(B))
KSRC ?=
KCONFIG ?=
BACKPORTS ?=
JOBS ?= $(shell nproc)
KERNEL := x86_64$(if $(filter-out 0,$(DEBUG)),-debug)
# Text for others is taken as it is: a $ in it is a shell's, not make's. It goes
# through the environment only, so that a make of the kernel's does not expand it.
text := CMD FILES QEMU_ARGS APPEND TESTS VARS FILTER
$(foreach v,$(text),$(eval override $v := $$(value $v)))
MAKEOVERRIDES :=
# Debian's own tools first: what the packages bring is what is used.
export PATH := /usr/sbin:/usr/bin:/sbin:/bin:$(PATH)
export B KSRC KCONFIG JOBS KERNEL BACKPORTS $(text)

overlay := tools/testing/overlay
qemu := tools/testing/qemu

# Stages tell their progress on stderr: stdout is for results.
.PHONY: all help deps tree kernel kernel-debug kernel-kcsan kernel-arm64 image
.PHONY: demo test kunit kunit-arm64 selftest debug-test reboot-test lab-test nvme-test soak bench
.PHONY: debug-kunit debug-selftest-1 debug-selftest-2 debug-storm
.PHONY: spdm-test tools-test fuzz check check-fast run run-guest shell no-results clean
.PHONY: tools install uninstall deb deb-kernel regen
.NOTPARALLEL:

all: help

help:
	@$(qemu)/help.sh

deps:
	@$(overlay)/deps.sh >&2
	@$(overlay)/backports.sh >&2

tree: deps
	@$(overlay)/apply.sh "$$KSRC" >&2

kernel: tree
	@$(qemu)/kernel.sh $(KERNEL) >&2

kernel-debug kernel-kcsan: kernel-%: tree
	@$(qemu)/kernel.sh x86_64-$* >&2

kernel-arm64: tree
	@$(qemu)/kernel.sh arm64 >&2

image: tree
	@$(qemu)/stage.sh image $(B)/logs/image.log $(qemu)/image.sh >&2

## Judged stages: each leaves its counts in $(B)/results, or in $RESULTS
kunit: kernel image
	@$(qemu)/kunit.sh $(KERNEL)

kunit-arm64: kernel-arm64 image
	@$(qemu)/kunit.sh arm64

selftest: kernel image
	@status=0; $(qemu)/selftest.sh || status=1; \
	APPEND="$$APPEND pci_tsm=off" $(qemu)/selftest.sh selftest-off \
		"/lab/run-tests /tests/off.sh" || status=1; \
	PARTS=python $(qemu)/selftest.sh selftest-ynl "/lab/run-tests /tests/ynl.py" || status=1; \
	exit $$status

debug-test: kernel-debug kernel-kcsan image
	@$(qemu)/debug-test.sh

# Its parts, for lanes of `test`
debug-kunit: kernel-kcsan
debug-kunit debug-selftest-1 debug-selftest-2 debug-storm: debug-%: kernel-debug image
	@$(qemu)/debug-test.sh $*

spdm-test: deps
	@$(qemu)/spdm-test.sh

tools-test: tree
	@$(qemu)/tools-test.sh

# Only the fuzzers, for as long as one likes: TIME= seconds or RUNS= for each
fuzz: deps
	@$(qemu)/stage.sh fuzzers $(B)/logs/fuzzers.log \
		$(MAKE) -C tools/testing/spdm fuzzers corpus >&2
	@$(qemu)/stage.sh fuzzers $(B)/logs/fuzzers-agent.log \
		$(MAKE) -C tools/tsm/agent/tests fuzzers corpus >&2
	@status=0; for d in tools/testing/spdm tools/tsm/agent/tests; do \
		$(MAKE) -s --no-print-directory -C $$d fuzz || status=1; \
	done; exit $$status

# Long forms of debug-test and, with twelve million executions, of spdm-test's fuzzers
soak: kernel-debug image
	@status=0; SOAK=1 $(qemu)/debug-test.sh || status=1; \
	FUZZ_RUNS=$${FUZZ_RUNS:-2000000} $(qemu)/spdm-test.sh spdm-fuzz || status=1; \
	exit $$status

bench: kernel image
	@status=0; $(qemu)/once.sh bench 3 /tests/bench || status=1; \
	$(qemu)/once.sh bench-spdm 3 /tests/bench_spdm || status=1; \
	$(qemu)/once.sh bench-nl 3 /tests/bench_nl || status=1; exit $$status

demo: kernel image
	@$(qemu)/once.sh demo 1 /tests/demo

reboot-test: kernel image
	@$(qemu)/reboot-test.sh

lab-test: kernel image
	@$(qemu)/lab-test.sh

nvme-test: kernel image
	@$(qemu)/nvme-test.sh

# Counts of an earlier run are nobody's verdict, whatever stops this one.
no-results:
	@rm -rf $(B)/results

test: no-results tree
	@$(qemu)/test.sh

check-fast: tree
	@$(overlay)/check.sh fast

check: tree
	@$(overlay)/check.sh full

## A command line, or a prompt, in the lab kernel

# Modules of others taint the guest (TAINT_OOT_MODULE), which is no failure here.
run-guest: kernel image
	@status=0; TAINT_OK=4096 $(qemu)/run.sh "$${CMD:?CMD= is empty}" || status=$$?; \
	echo $$status >$(run.status)

ifneq ($(filter run,$(MAKECMDGOALS)),)
# One of this make's own: another one may run at the same time.
run.status := $(B)/run.status.$(shell echo $$PPID)
ifneq ($(filter load,$(.FEATURES)),)
-load $(B)/make_exit.so

$(B)/make_exit.so: $(qemu)/make-exit.c | deps
	@mkdir -p $(@D)
	-@$(CC) -shared -fPIC -O1 -o $@ $<
endif
endif

# The first line is expanded after run-guest is done: make ends there if it could
# load make_exit.so. Else the function is unknown, and the shell has the last word.
run: run-guest
	$(lab-exit $(run.status))@read -r s <$(run.status); rm -f $(run.status); exit $${s:-125}

shell: kernel image
	@$(qemu)/run.sh --shell

## Programs, packages, and what is generated

# For `make install` of an administrator: $(B) has been made by then, by anybody
tools := $(MAKE) -C tools/tsm TREE=$(B)/tree O=$(B)/tsm

tools: tree
	@$(qemu)/stage.sh tools $(B)/logs/tools.log $(tools) all >&2

install uninstall: tools
	@$(tools) -s $@

deb: tree
	@tools/tsm/debian/make-deb.sh

# By the kernel's own packaging; KCONFIG= a configuration, or else the lab kernel's
deb-kernel: kernel
	@$(qemu)/stage.sh deb-kernel $(B)/logs/deb-kernel.log \
		tools/testing/overlay/deb-kernel.sh "$$KCONFIG" >&2
	@ls $(B)/deb-kernel/*.deb

regen: tree
	@$(overlay)/regen.sh

clean:
	rm -rf $(B)
