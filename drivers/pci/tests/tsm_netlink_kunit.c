// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence in messages of any size: all of it arrives, in order and once, and what
 * does not fit leaves nothing behind.
 */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "../tsm.h"
#include "../tsm-nl-gen.h"

#define OBJECT_LEN	5000
/* More than a message has beside the bytes */
#define HEAD_MAX	512

struct nl_fake {
	struct netlink_callback cb;
	struct genl_dumpit_info dump;
	struct pci_tsm_snapshot snap;
	struct pci_tsm_blob blob;
	u8 sent[OBJECT_LEN];
	u8 got[OBJECT_LEN];
	unsigned int nr_got;
};

static struct pci_tsm_nl_dump *cursor(struct nl_fake *f)
{
	return (struct pci_tsm_nl_dump *)f->cb.ctx;
}

/* A dump that begins, of an object of @len bytes */
static void begin(struct nl_fake *f, size_t len, bool digests)
{
	f->blob.obj.len = len;
	f->nr_got = 0;
	*cursor(f) = (struct pci_tsm_nl_dump) {
		.types = BIT(PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS),
		.whole = true,
		.digests = digests,
	};
}

static int nl_init(struct kunit *test)
{
	struct nl_fake *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (int i = 0; i < OBJECT_LEN; i++)
		f->sent[i] = i + i / 251;
	genl_info_init_ntf(&f->dump.info, &pci_tsm_nl_family, PCI_TSM_CMD_EVIDENCE_GET);
	f->cb.data = &f->dump;
	strscpy(f->snap.hash, "SHA-512");
	strscpy(f->snap.signature, "RSASSA-4096");
	f->snap.spdm_version = 0x12;
	f->snap.generation = U64_MAX;
	f->blob.obj.type = PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS;
	f->blob.obj.data = f->sent;
	f->blob.obj.digest_len = PCI_TSM_DIGEST_MAX;
	f->blob.obj.answer = true;
	test->priv = f;
	return 0;
}

/* Room for so many bytes and no more, as a dump has it */
static struct sk_buff *exact_skb(struct kunit *test, unsigned int room)
{
	struct sk_buff *skb = alloc_skb(room, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, skb_tailroom(skb) - room);
	return skb;
}

static int fill(struct nl_fake *f, struct sk_buff *skb)
{
	return pci_tsm_nl_fill_object(skb, &f->cb, &f->snap, &f->blob);
}

static void take_piece(struct kunit *test, struct nl_fake *f, const struct nlmsghdr *nlh)
{
	const struct nlattr *data, *offset;

	data = nlmsg_find_attr(nlh, GENL_HDRLEN, PCI_TSM_A_OBJECT_DATA);
	offset = nlmsg_find_attr(nlh, GENL_HDRLEN, PCI_TSM_A_OBJECT_OFFSET);
	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_NOT_NULL(test, offset);
	KUNIT_ASSERT_EQ(test, nla_get_u32(offset), f->nr_got);
	KUNIT_ASSERT_LE(test, f->nr_got + nla_len(data), f->blob.obj.len);
	memcpy(f->got + f->nr_got, nla_data(data), nla_len(data));
	f->nr_got += nla_len(data);
	/* All but the last one are worth it */
	if (f->nr_got < f->blob.obj.len)
		KUNIT_EXPECT_GE(test, nla_len(data), PCI_TSM_NL_PIECE_MIN);
}

/* As many messages as fit into one buffer; false if none did */
static bool fill_one(struct kunit *test, struct nl_fake *f, unsigned int room)
{
	struct sk_buff *skb = exact_skb(test, room);
	struct nlmsghdr *nlh = nlmsg_hdr(skb);
	unsigned int len;
	int rc = 0;

	while (!rc && cursor(f)->types) {
		len = skb->len;
		rc = fill(f, skb);
		if (rc) {
			KUNIT_EXPECT_EQ(test, rc, -EMSGSIZE);
			KUNIT_EXPECT_EQ(test, skb->len, len);
		}
	}
	len = skb->len;
	for (int left = len; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left))
		take_piece(test, f, nlh);
	kfree_skb(skb);
	return len;
}

static void nl_an_object_in_buffers_of_any_size(struct kunit *test)
{
	static const size_t lengths[] = { 1, 3, 1023, 1024, 1025, 2047, 2048, OBJECT_LEN };
	struct nl_fake *f = test->priv;

	for (unsigned int room = 0; room < 3 * PCI_TSM_NL_PIECE_MIN; room += 1 + room / 512) {
		for (int i = 0; i < ARRAY_SIZE(lengths); i++) {
			begin(f, lengths[i], false);
			while (cursor(f)->types && fill_one(test, f, room))
				;
			/* Only a buffer that is too small for anything gets stuck */
			if (cursor(f)->types) {
				KUNIT_EXPECT_LT(test, room, HEAD_MAX + PCI_TSM_NL_PIECE_MIN);
				continue;
			}
			KUNIT_EXPECT_EQ(test, f->nr_got, lengths[i]);
			KUNIT_EXPECT_MEMEQ(test, f->got, f->sent, lengths[i]);
		}
	}
}

/* Exactly what a message takes is enough, and one byte less is not */
static void nl_a_digest_fits_exactly_or_not_at_all(struct kunit *test)
{
	struct nl_fake *f = test->priv;
	struct sk_buff *skb = exact_skb(test, HEAD_MAX);
	unsigned int need;

	begin(f, OBJECT_LEN, true);
	KUNIT_EXPECT_EQ(test, fill(f, skb), 0);
	KUNIT_EXPECT_EQ(test, cursor(f)->types, 0);
	need = skb->len;
	kfree_skb(skb);
	KUNIT_ASSERT_LT(test, need, HEAD_MAX);
	for (unsigned int room = 0; room <= need; room++) {
		begin(f, OBJECT_LEN, true);
		skb = exact_skb(test, room);
		KUNIT_EXPECT_EQ(test, fill(f, skb), room < need ? -EMSGSIZE : 0);
		KUNIT_EXPECT_EQ(test, skb->len, room < need ? 0 : need);
		KUNIT_EXPECT_EQ(test, !cursor(f)->types, room == need);
		kfree_skb(skb);
	}
}

/* What one reader did not get yet is not in the way of another */
static void nl_a_dump_goes_on_where_it_was(struct kunit *test)
{
	struct nl_fake *f = test->priv;
	struct pci_tsm_nl_dump halfway;
	unsigned int had;

	begin(f, OBJECT_LEN, false);
	KUNIT_ASSERT_TRUE(test, fill_one(test, f, 2000));
	halfway = *cursor(f);
	had = f->nr_got;
	KUNIT_EXPECT_EQ(test, halfway.offset, had);
	begin(f, OBJECT_LEN, false);
	while (fill_one(test, f, 1800))
		;
	KUNIT_EXPECT_EQ(test, f->nr_got, OBJECT_LEN);
	*cursor(f) = halfway;
	f->nr_got = had;
	while (fill_one(test, f, 3000))
		;
	KUNIT_EXPECT_EQ(test, f->nr_got, OBJECT_LEN);
	KUNIT_EXPECT_MEMEQ(test, f->got, f->sent, OBJECT_LEN);
}

static struct kunit_case nl_cases[] = {
	KUNIT_CASE(nl_an_object_in_buffers_of_any_size),
	KUNIT_CASE(nl_a_digest_fits_exactly_or_not_at_all),
	KUNIT_CASE(nl_a_dump_goes_on_where_it_was),
	{}
};

static struct kunit_suite nl_suite = {
	.name = "pci_tsm_netlink",
	.init = nl_init,
	.test_cases = nl_cases,
};

kunit_test_suite(nl_suite);
