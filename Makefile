# SPDX-License-Identifier: GPL-2.0
# PCI/TSM for Linux 6.12: the lab. `make help` explains every target.

# Everything is made in $(B); nothing is written outside of it.
B ?= build
override B := $(abspath $(B))
KSRC ?=
JOBS ?= $(shell nproc)
KERNEL := x86_64$(if $(filter-out 0,$(DEBUG)),-debug)
# Debian's own tools first: what the packages bring is what is used.
export PATH := /usr/sbin:/usr/bin:/sbin:/bin:$(PATH)
export B KSRC JOBS KERNEL

overlay := tools/testing/overlay
qemu := tools/testing/qemu

# Stages tell their progress on stderr: stdout is for results.
.PHONY: all help deps tree kernel kernel-debug kernel-kcsan kernel-arm64 image
.PHONY: demo test kunit kunit-arm64 selftest debug-test soak bench
.PHONY: check check-fast run run-guest shell clean
.NOTPARALLEL:

all: help

help:
	@$(qemu)/help.sh

deps:
	@$(overlay)/deps.sh >&2

tree: deps
	@$(overlay)/apply.sh $(KSRC) >&2

kernel: tree
	@$(qemu)/kernel.sh $(KERNEL) >&2

kernel-debug kernel-kcsan: kernel-%: tree
	@$(qemu)/kernel.sh x86_64-$* >&2

kernel-arm64: tree
	@$(qemu)/kernel.sh arm64 >&2

image: tree
	@$(qemu)/stage.sh image $(B)/logs/image.log $(qemu)/image.sh >&2

## Judged stages: each leaves its counts in $(B)/results
kunit: kernel image
	@$(qemu)/kunit.sh $(KERNEL)

kunit-arm64: kernel-arm64 image
	@$(qemu)/kunit.sh arm64

selftest: kernel image
	@status=0; $(qemu)/selftest.sh || status=1; \
	APPEND="$(APPEND) pci_tsm=off" $(qemu)/selftest.sh selftest-off \
		"/lab/run-tests /tests/off.sh" || status=1; exit $$status

debug-test: kernel-debug kernel-kcsan image
	@$(qemu)/debug-test.sh

soak: kernel-debug image
	@STORM_OPS=$${STORM_OPS:-100000} SOAK=1 $(qemu)/debug-test.sh

bench: kernel image
	@$(qemu)/run.sh /tests/bench

demo: kernel image
	@NAME=demo $(qemu)/run.sh /tests/demo

test:
	@$(qemu)/test.sh

check-fast: tree
	@$(overlay)/check.sh fast

check: tree
	@$(overlay)/check.sh full

## A command line, or a prompt, in the lab kernel
export CMD FILES QEMU_ARGS APPEND TIMEOUT

# Modules of others taint the guest (TAINT_OOT_MODULE), which is no failure here.
run-guest: kernel image
	@rm -f $(B)/run.status; status=0; \
	TAINT_OK=4096 $(qemu)/run.sh "$${CMD:?CMD= is empty}" || status=$$?; \
	echo $$status >$(B)/run.status

ifneq ($(filter load,$(.FEATURES)),)
ifneq ($(filter run,$(MAKECMDGOALS)),)
# The recipe's first line is expanded after run-guest is done: make ends there.
-load $(B)/make_exit.so

$(B)/make_exit.so: $(qemu)/make-exit.c | deps
	@mkdir -p $(@D)
	@$(CC) -shared -fPIC -O1 -o $@ $<

run: run-guest
	$(lab-exit $(B)/run.status)
endif
else
run: run-guest
	@exit $$(cat $(B)/run.status)
endif

shell: kernel image
	@$(qemu)/run.sh --shell

clean:
	rm -rf $(B)
