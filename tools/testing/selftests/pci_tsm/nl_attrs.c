// SPDX-License-Identifier: GPL-2.0
/*
 * Every command of the family with every attribute missing, too short, too long,
 * out of its range, of another type, and with one that it does not have. What is
 * refused is told by errno and by the attribute that is at fault.
 */
#include "../kselftest_harness.h"
#include "nl_raw.h"

enum kind { END, U8, U32, ID, TYPES, TYPE, UINT, NAME, NONCE, FLAG, BYTES };

struct attr {
	int type;
	enum kind kind;
	bool required;
};

#define DEV_NAME	{ PCI_TSM_A_REQUEST_DEV_NAME, NAME, true }
#define TSM_ID		{ PCI_TSM_A_REQUEST_TSM_ID, ID }

/* What the spec says, once more */
static const struct command {
	const char *name;
	int cmd;
	int flags;
	int unknown;		/* first number that none of its attributes has */
	struct attr attrs[8];
} commands[] = {
	{ "tsm-get", PCI_TSM_CMD_TSM_GET, 0, PCI_TSM_A_TSM_NAME,
	  { { PCI_TSM_A_TSM_ID, U32, true } } },
	{ "dev-get", PCI_TSM_CMD_DEV_GET, 0, PCI_TSM_A_DEV_ROLE,
	  { { PCI_TSM_A_DEV_NAME, NAME, true } } },
	{ "connect", PCI_TSM_CMD_CONNECT, 0, PCI_TSM_A_REQUEST_TYPES,
	  { DEV_NAME, TSM_ID, { PCI_TSM_A_REQUEST_SLOT, U8 },
	    { PCI_TSM_A_REQUEST_ALGO_POLICY, U32 } } },
	{ "disconnect", PCI_TSM_CMD_DISCONNECT, 0, PCI_TSM_A_REQUEST_SLOT, { DEV_NAME, TSM_ID } },
	{ "lock", PCI_TSM_CMD_LOCK, 0, PCI_TSM_A_REQUEST_SLOT, { DEV_NAME, TSM_ID } },
	{ "unlock", PCI_TSM_CMD_UNLOCK, 0, PCI_TSM_A_REQUEST_SLOT, { DEV_NAME, TSM_ID } },
	{ "accept", PCI_TSM_CMD_ACCEPT, 0, PCI_TSM_A_REQUEST_COOKIE,
	  { DEV_NAME, { PCI_TSM_A_REQUEST_GENERATION, UINT } } },
	{ "evidence-refresh", PCI_TSM_CMD_EVIDENCE_REFRESH, 0, PCI_TSM_A_REQUEST_GENERATION,
	  { DEV_NAME, { PCI_TSM_A_REQUEST_TYPES, TYPES, true }, { PCI_TSM_A_REQUEST_SLOT, U8 },
	    { PCI_TSM_A_REQUEST_NONCE, NONCE, true } } },
	{ "request-cancel", PCI_TSM_CMD_REQUEST_CANCEL, 0, PCI_TSM_A_REQUEST_ERROR,
	  { { PCI_TSM_A_REQUEST_COOKIE, UINT, true } } },
	{ "evidence-get", PCI_TSM_CMD_EVIDENCE_GET, NLM_F_DUMP, PCI_TSM_A_OBJECT_TYPE,
	  { { PCI_TSM_A_OBJECT_DEV_NAME, NAME, true }, { PCI_TSM_A_OBJECT_TYPES, TYPES },
	    { PCI_TSM_A_OBJECT_GENERATION, UINT }, { PCI_TSM_A_OBJECT_COOKIE, UINT },
	    { PCI_TSM_A_OBJECT_DIGESTS, FLAG } } },
	{ "evidence-set", PCI_TSM_CMD_EVIDENCE_SET, 0, PCI_TSM_A_OBJECT_DIGEST,
	  { { PCI_TSM_A_OBJECT_DEV_NAME, NAME, true }, { PCI_TSM_A_OBJECT_GENERATION, UINT },
	    { PCI_TSM_A_OBJECT_TYPE, TYPE }, { PCI_TSM_A_OBJECT_LENGTH, U32 },
	    { PCI_TSM_A_OBJECT_OFFSET, U32 }, { PCI_TSM_A_OBJECT_DATA, BYTES } } },
};

/* What an attribute of a kind may not be, and what is said of it then */
static const struct spoil {
	const char *what;
	enum kind kind;
	const char *bytes;
	int len;
	int error;
} spoils[] = {
	{ "an empty number", U8, "", 0, EINVAL },
	{ "a number that is too long", U8, "\1\0", 2, EINVAL },
	{ "a slot that there is not", U8, "\x8", 1, ERANGE },
	{ "an empty number", U32, "", 0, EINVAL },
	{ "a number that is too short", U32, "\0\0", 2, EINVAL },
	{ "a number that is too long", U32, "\0\0\0\0\0\0\0\0", 8, EINVAL },
	{ "a number that is too short", ID, "\0\0", 2, EINVAL },
	{ "a number that is no TSM's", ID, "\xff\xff\xff\xff", 4, ERANGE },
	{ "a number that is too long", ID, "\0\0\0\0\0\0\0\0", 8, EINVAL },
	{ "a number that is too short", TYPES, "\1", 1, EINVAL },
	{ "a number that is too long", TYPES, "\1\0\0\0\0\0\0\0", 8, EINVAL },
	{ "a type that there is not", TYPES, "\1\x10\0\0", 4, EINVAL },
	{ "a number that is too short", TYPE, "\1\0", 2, EINVAL },
	{ "a type that there is not", TYPE, "\xc\0\0\0", 4, ERANGE },
	{ "an empty number", UINT, "", 0, EINVAL },
	{ "a number that is too short", UINT, "\1\0", 2, EINVAL },
	{ "a number of an odd length", UINT, "\1\0\0\0\0", 5, EINVAL },
	{ "a number that is too long", UINT, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, EINVAL },
	{ "an empty name", NAME, "", 0, EINVAL },
	{ "a name without an end", NAME, "0010:01:00.0", 12, EINVAL },
	{ "a name that is too long", NAME, "0000000000000010:01:00.0x", 26, EINVAL },
	{ "a name with something behind it", NAME, "0010:01:00.0\0xxxxxxxxxxxxx", 27, ERANGE },
	{ "an empty nonce", NONCE, "", 0, ERANGE },
	{ "a nonce that is too short", NONCE, "0123456789012345678901234567890", 31, ERANGE },
	{ "a nonce that is too long", NONCE, "012345678901234567890123456789012", 33, ERANGE },
	{ "a flag with a value", FLAG, "\1\0\0\0", 4, ERANGE },
};

FIXTURE(attrs) {
	struct bdf ep;
	struct raw nl;
	struct raw_msg msg;
};

FIXTURE_SETUP(attrs)
{
	ASSERT_TRUE(devsec_load("topology=ep", ""));
	ASSERT_TRUE(devsec_find(&self->ep, "ep", "endpoint", 0));
	self->nl = raw_open();
	ASSERT_EQ(0, self->nl.error);
}

FIXTURE_TEARDOWN(attrs)
{
	/* None of them was obeyed */
	EXPECT_STREQ("disconnected", get(DEV "tsm/state", self->ep.s));
	EXPECT_EQ(0, counter(" connects "));
	raw_close(&self->nl);
	EXPECT_TRUE(devsec_unload());
}

static void put_valid(struct raw_msg *m, const struct attr *a, const char *dev)
{
	static const char zeros[NONCE_SIZE];
	static const char lengths[] = {
		[U8] = 1, [U32] = 4, [ID] = 4, [TYPES] = 4, [TYPE] = 4, [UINT] = 8,
		[NONCE] = NONCE_SIZE, [FLAG] = 0, [BYTES] = 16,
	};

	if (a->kind == NAME)
		raw_str(m, a->type, dev);
	else
		raw_put(m, a->type, zeros, lengths[a->kind]);
}

/* A message with all that is required, but for @without */
static struct raw_msg *make(struct _test_data_attrs *self, const struct command *c,
			    const struct attr *without)
{
	raw_begin(&self->msg, self->nl.family, c->cmd, c->flags);
	for (const struct attr *a = c->attrs; a->kind; a++)
		if (a->required && a != without)
			put_valid(&self->msg, a, self->ep.s);
	return &self->msg;
}

#define for_each_command(c)							\
	for (const struct command *c = commands; c < commands + ARRAY_SIZE(commands); c++)
#define for_each_attr(a, c)							\
	for (const struct attr *a = (c)->attrs; a->kind; a++)

TEST_F(attrs, what_is_missing_is_named)
{
	for_each_command(c) {
		for_each_attr(a, c) {
			if (!a->required)
				continue;
			TH_LOG("%s without %d", c->name, a->type);
			EXPECT_EQ(EINVAL, raw_talk(&self->nl, make(self, c, a), NULL));
			EXPECT_EQ(a->type, self->nl.miss);
			EXPECT_EQ(0, self->nl.bad);
		}
	}
}

TEST_F(attrs, what_cannot_be_is_named)
{
	for_each_command(c) {
		for_each_attr(a, c) {
			for (int i = 0; i < ARRAY_SIZE(spoils); i++) {
				if (spoils[i].kind != a->kind)
					continue;
				TH_LOG("%s: %s in %d", c->name, spoils[i].what, a->type);
				make(self, c, a);
				raw_put(&self->msg, a->type, spoils[i].bytes, spoils[i].len);
				EXPECT_EQ(spoils[i].error, raw_talk(&self->nl, &self->msg, NULL));
				EXPECT_EQ(a->type, self->nl.bad);
			}
		}
	}
}

TEST_F(attrs, a_nest_is_none_of_them)
{
	for_each_command(c) {
		for_each_attr(a, c) {
			TH_LOG("%s: %d", c->name, a->type);
			make(self, c, a);
			put_valid(&self->msg, &(struct attr) { a->type | NLA_F_NESTED, a->kind },
				  self->ep.s);
			EXPECT_EQ(EINVAL, raw_talk(&self->nl, &self->msg, NULL));
			EXPECT_EQ(a->type, self->nl.bad);
		}
	}
}

/* Also those that only replies have, or other commands, and the number that is none */
TEST_F(attrs, what_a_command_does_not_have_is_unknown)
{
	for_each_command(c) {
		/* The last one is the largest that there can be */
		const int unknown[] = { c->unknown, c->unknown + 1, 100, 0x3fff };

		for (int i = 0; i < ARRAY_SIZE(unknown); i++) {
			TH_LOG("%s: %d", c->name, unknown[i]);
			make(self, c, NULL);
			raw_u32(&self->msg, unknown[i], 0);
			EXPECT_EQ(EINVAL, raw_talk(&self->nl, &self->msg, NULL));
			EXPECT_EQ(unknown[i], self->nl.bad);
		}
		raw_u32(make(self, c, NULL), 0, 0);
		EXPECT_EQ(EINVAL, raw_talk(&self->nl, &self->msg, NULL));
		EXPECT_STREQ("Unknown attribute type", self->nl.text);
	}
}

TEST_F(attrs, nothing_may_follow_the_last_one)
{
	for_each_command(c) {
		TH_LOG("%s", c->name);
		make(self, c, NULL);
		memset(self->msg.bytes + self->msg.hdr.nlmsg_len, 0, 3);
		self->msg.hdr.nlmsg_len += 3;
		EXPECT_EQ(EINVAL, raw_talk(&self->nl, &self->msg, NULL));
		EXPECT_STRNE("", self->nl.text);
	}
}

/* Which of them may be asked for one, and which for all? */
TEST_F(attrs, a_command_is_a_do_or_a_dump)
{
	for_each_command(c) {
		bool both = c->cmd == PCI_TSM_CMD_TSM_GET || c->cmd == PCI_TSM_CMD_DEV_GET;

		TH_LOG("%s", c->name);
		make(self, c, NULL)->hdr.nlmsg_flags ^= NLM_F_DUMP;
		/* Whoever wants all of them need not say which */
		EXPECT_EQ(both ? 0 : EOPNOTSUPP, raw_talk(&self->nl, &self->msg, NULL));
	}
}

TEST_F(attrs, a_number_that_is_no_command)
{
	const int none[] = {
		0, PCI_TSM_CMD_TSM_NTF, PCI_TSM_CMD_DEV_NTF, PCI_TSM_CMD_REQUEST_DONE,
		PCI_TSM_CMD_MAX + 1, 255,
	};

	for (int i = 0; i < ARRAY_SIZE(none); i++) {
		raw_begin(&self->msg, self->nl.family, none[i], 0);
		EXPECT_EQ(EOPNOTSUPP, raw_talk(&self->nl, &self->msg, NULL));
		raw_begin(&self->msg, self->nl.family, none[i], NLM_F_DUMP);
		EXPECT_EQ(EOPNOTSUPP, raw_talk(&self->nl, &self->msg, NULL));
	}
}

/* No other way to write the name of the device that there is, and near misses */
TEST_F(attrs, a_device_that_is_none_is_named)
{
	static const char * const names[] = {
		"", "x", "0010:01:00", "0010:01:00.0x", "0010:01:20.0", "0010:01:00.8",
		"0010:100:00.0", "ffffffff:01:00.0", "0010:01:1f.7", "0010:01:00.0 ",
		"ffff:ff:1f.7", "-1:01:00.0", "123456789012345678901234", "10:1:0.0",
		"0x10:0x1:0x0.0x0", "0010:01:00.00", "00010:01:00.0", " 0010:01:00.0",
	};

	for_each_command(c) {
		int which = c->attrs[0].kind == NAME ? c->attrs[0].type : 0;

		for (int i = 0; which && i < ARRAY_SIZE(names); i++) {
			TH_LOG("%s '%s'", c->name, names[i]);
			make(self, c, &c->attrs[0]);
			raw_str(&self->msg, which, names[i]);
			EXPECT_EQ(ENODEV, raw_talk(&self->nl, &self->msg, NULL));
			EXPECT_EQ(which, self->nl.bad);
			EXPECT_STREQ("no such device", self->nl.text);
		}
	}
}

TEST_F(attrs, a_TSM_that_is_none_is_named)
{
	for (__u32 i = 1; i; i <<= 1) {
		raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_TSM_GET, 0);
		raw_u32(&self->msg, PCI_TSM_A_TSM_ID, i);
		EXPECT_EQ(ENXIO, raw_talk(&self->nl, &self->msg, NULL));
		EXPECT_EQ(PCI_TSM_A_TSM_ID, self->nl.bad);
	}
	raw_begin(&self->msg, self->nl.family, PCI_TSM_CMD_CONNECT, 0);
	raw_str(&self->msg, PCI_TSM_A_REQUEST_DEV_NAME, self->ep.s);
	raw_u32(&self->msg, PCI_TSM_A_REQUEST_TSM_ID, 77);
	EXPECT_EQ(ENXIO, raw_talk(&self->nl, &self->msg, NULL));
	EXPECT_EQ(PCI_TSM_A_REQUEST_TSM_ID, self->nl.bad);
}

TEST_HARNESS_MAIN
