// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
static struct kunit_case cases[] = { {} };
static struct kunit_suite s = { .name = "pci_tsm_state", .test_cases = cases };
kunit_test_suite(s);
