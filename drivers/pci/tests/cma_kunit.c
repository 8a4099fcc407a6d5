// SPDX-License-Identifier: GPL-2.0
/*
 * CMA: the names that a leaf certificate may have for a function, and what the
 * keyring of anchors lets in.
 */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/key-type.h>
#include <linux/pci.h>
#include <linux/pci-cma.h>
#include <linux/spdm.h>
#include <linux/string.h>

#include <crypto/public_key.h>
#include <keys/asymmetric-subtype.h>

#include "../cma.h"

#define NVME	"Vendor=1b36:Device=0010:CC=010802:REV=02:SSVID=1af4:SSID=1100"

#define LONGEST	\
	"Vendor=ffff:Device=ffff:CC=ffffff:REV=ff:SSVID=ffff:SSID=ffff:ffffffffffffffff"

static const struct cma_ids nvme = {
	.vendor = 0x1b36, .device = 0x10, .class = 0x010802, .revision = 2,
	.subvendor = 0x1af4, .subdevice = 0x1100, .has_sub = true,
};

static const u8 oid[] = { 0x67, 0x81, 0x13 };

static struct spdm_leaf leaf_of(const char *name)
{
	return (struct spdm_leaf) {
		.names = { name }, .name_len = { strlen(name) },
		.name_oid = { oid }, .name_oid_len = { sizeof(oid) },
		.nr = 1,
	};
}

static int check(const struct pci_cma *cma, const char *name)
{
	struct spdm_leaf leaf = leaf_of(name);

	return cma_check_leaf(cma, &leaf);
}

static void names_are_made_of_the_ids(struct kunit *test)
{
	struct cma_ids ids = nvme;
	struct pci_cma cma;

	cma_name(&cma, &ids);
	KUNIT_EXPECT_STREQ(test, cma.name, NVME);
	KUNIT_EXPECT_STREQ(test, cma.serial_name, "");
	ids.serial = 0x1122ULL;
	cma_name(&cma, &ids);
	KUNIT_EXPECT_STREQ(test, cma.name, NVME);
	KUNIT_EXPECT_STREQ(test, cma.serial_name, NVME ":0000000000001122");
	ids.has_sub = false;
	cma_name(&cma, &ids);
	KUNIT_EXPECT_STREQ(test, cma.name, "Vendor=1b36:Device=0010:CC=010802:REV=02");
	/* As long as it can be: nothing is cut off */
	memset(&ids, 0xff, sizeof(ids));
	ids.class = 0xffffff;
	ids.has_sub = true;
	cma_name(&cma, &ids);
	KUNIT_EXPECT_STREQ(test, cma.serial_name, LONGEST);
}

static void leaf_must_name_all_of_the_function(struct kunit *test)
{
	char name[] = NVME;
	struct pci_cma cma;

	cma_name(&cma, &nvme);
	KUNIT_EXPECT_EQ(test, check(&cma, NVME), 0);
	KUNIT_EXPECT_EQ(test, check(&cma, ""), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check(&cma, NVME "0"), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check(&cma, NVME ":0000000000001122"), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check(&cma, "Vendor=1b36:Device=0010:CC=010802:REV=02"),
			-EKEYREJECTED);
	for (size_t i = 0; i < sizeof(name) - 1; i++) {
		name[i] ^= 1;
		KUNIT_EXPECT_EQ(test, check(&cma, name), -EKEYREJECTED);
		name[i] ^= 1;
	}
}

static void serial_number_may_be_left_out_only(struct kunit *test)
{
	struct cma_ids ids = nvme;
	struct pci_cma cma;

	ids.serial = 0x1122;
	cma_name(&cma, &ids);
	KUNIT_EXPECT_EQ(test, check(&cma, NVME), 0);
	KUNIT_EXPECT_EQ(test, check(&cma, NVME ":0000000000001122"), 0);
	KUNIT_EXPECT_EQ(test, check(&cma, NVME ":0000000000001123"), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check(&cma, NVME ":"), -EKEYREJECTED);
}

static void names_of_others_do_not_count(struct kunit *test)
{
	static const u8 dmtf[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0x1c, 0x82, 0x12, 0x01 };
	struct spdm_leaf leaf = leaf_of(NVME);
	struct pci_cma cma;

	cma_name(&cma, &nvme);
	leaf.name_oid_len[0] = 2;
	KUNIT_EXPECT_EQ(test, cma_check_leaf(&cma, &leaf), -EKEYREJECTED);
	leaf.name_oid[0] = dmtf;
	leaf.name_oid_len[0] = sizeof(dmtf);
	KUNIT_EXPECT_EQ(test, cma_check_leaf(&cma, &leaf), -EKEYREJECTED);
	leaf.nr = 0;
	KUNIT_EXPECT_EQ(test, cma_check_leaf(&cma, &leaf), -EKEYREJECTED);
	/* The second one does; more than there is room for is no reason to look further */
	leaf.names[1] = NVME;
	leaf.name_len[1] = strlen(NVME);
	leaf.name_oid[1] = oid;
	leaf.name_oid_len[1] = sizeof(oid);
	leaf.nr = 2;
	KUNIT_EXPECT_EQ(test, cma_check_leaf(&cma, &leaf), 0);
	leaf.nr = 1000;
	KUNIT_EXPECT_EQ(test, cma_check_leaf(&cma, &leaf), 0);
	leaf.name_len[1]--;
	KUNIT_EXPECT_EQ(test, cma_check_leaf(&cma, &leaf), -EKEYREJECTED);
}

static void only_ca_certificates_are_anchors(struct kunit *test)
{
	struct asymmetric_key_subtype subtype = { .name = "public_key" };
	struct asymmetric_key_subtype other_subtype = { .name = "other" };
	struct key_type asymmetric = { .name = "asymmetric" };
	struct key_type user = { .name = "user" };
	struct public_key key = {};
	union key_payload payload = {};

	KUNIT_EXPECT_EQ(test, cma_check_anchor(NULL, &asymmetric, &payload, NULL), -EOPNOTSUPP);
	payload.data[asym_subtype] = &subtype;
	payload.data[asym_crypto] = &key;
	KUNIT_EXPECT_EQ(test, cma_check_anchor(NULL, &asymmetric, &payload, NULL), -ENOKEY);
	key.key_eflags = BIT(KEY_EFLAG_DIGITALSIG);
	KUNIT_EXPECT_EQ(test, cma_check_anchor(NULL, &asymmetric, &payload, NULL), -ENOKEY);
	key.key_eflags |= BIT(KEY_EFLAG_CA);
	KUNIT_EXPECT_EQ(test, cma_check_anchor(NULL, &asymmetric, &payload, NULL), 0);
	KUNIT_EXPECT_EQ(test, cma_check_anchor(NULL, &user, &payload, NULL), -EOPNOTSUPP);
	payload.data[asym_subtype] = &other_subtype;
	KUNIT_EXPECT_EQ(test, cma_check_anchor(NULL, &asymmetric, &payload, NULL), -EOPNOTSUPP);
}

static void keyring_is_there(struct kunit *test)
{
	struct key *keyring = pci_cma_keyring();

	KUNIT_ASSERT_NOT_NULL(test, keyring);
	KUNIT_EXPECT_STREQ(test, keyring->description, ".cma");
	KUNIT_EXPECT_EQ(test, keyring->perm & KEY_USR_SETATTR, 0);
	KUNIT_EXPECT_EQ(test, keyring->perm & (KEY_GRP_ALL | KEY_OTH_ALL), 0);
}

/* Nobody serves this function, so that an op about it has long been cancelled */
static void what_undoes_goes_on_for_a_while(struct kunit *test)
{
	struct pci_dev *pdev = kunit_kzalloc(test, sizeof(*pdev), GFP_KERNEL);
	struct pci_cma cma = { .pdev = pdev };
	struct spdm_config config = {};

	KUNIT_ASSERT_NOT_NULL(test, pdev);
	pci_cma_config(&cma, &config);
	KUNIT_EXPECT_TRUE(test, config.ops->cancelled(config.priv));
	pci_cma_undo(&cma);
	KUNIT_EXPECT_FALSE(test, config.ops->cancelled(config.priv));
	cma.undo_until = jiffies - 1;
	KUNIT_EXPECT_TRUE(test, config.ops->cancelled(config.priv));
}

static struct kunit_case cma_cases[] = {
	KUNIT_CASE(names_are_made_of_the_ids),
	KUNIT_CASE(leaf_must_name_all_of_the_function),
	KUNIT_CASE(serial_number_may_be_left_out_only),
	KUNIT_CASE(names_of_others_do_not_count),
	KUNIT_CASE(only_ca_certificates_are_anchors),
	KUNIT_CASE(keyring_is_there),
	KUNIT_CASE(what_undoes_goes_on_for_a_while),
	{ }
};

static struct kunit_suite cma_suite = {
	.name = "pci_cma",
	.test_cases = cma_cases,
};

kunit_test_suite(cma_suite);
