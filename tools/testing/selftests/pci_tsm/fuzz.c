// SPDX-License-Identifier: GPL-2.0
/*
 * Nonsense at every door: random bytes and spoilt lines to tsm/connect, tsm/disconnect
 * and the emulation's own files in debugfs; random writes to the registers of IDE,
 * DOE, AER, PCI Express and SR-IOV of two endpoints, and to IDE and DOE of the ports
 * above them; with connects, disconnects and resets in between. What is nonsense is
 * refused, what is not documented does not happen, and a reset makes all as good as
 * new. Each operation may take 60 s.
 *
 * FUZZ_OPS operations; FUZZ_SEED repeats the choices, not what they meet.
 *
 * Left alone are bus numbers, BARs and the command register: the base relies on them.
 * Surprise removal, link down and AER are the storm's.
 */
#include "registers.h"

#define TOPOLOGY	"topology=ep*2,mf:2,sriov:2,switch:1,rciep"
#define TSMS		"tsms=2 latency_ms=1"
#define POLL_MS		"/sys/module/pci_ide/parameters/poll_ms"
#define PAGE		4096
#define REGIONS_MAX	8

/* A function, as found at the beginning */
static struct slot {
	const char *shape;
	const char *kind;
	int n;
	bool connects;		/* it may hold a DSM */
	bool victim;		/* so may the registers of it and of its port be written to */
	struct bdf fn;
	struct region regions[REGIONS_MAX];
	int nr;
	int nr_own;		/* the others are the port's */
	struct region doe;
	struct region port_doe;
	struct region port_ide;
	unsigned char port_was[CFG_SIZE];
} slots[] = {
	{ "ep", "endpoint", 0, true, true },
	{ "sriov", "endpoint", 0, true, true },
	{ "ep", "endpoint", 1, true },
	{ "mf", "endpoint", 0, true },
	{ "mf", "endpoint", 1 },
	{ "switch", "upstream", 0, true },
	{ "switch", "endpoint", 0 },
	{ "rciep", "rciep", 0, true },
	{ "ep", "root-port", 1 },
};

#define NR_SLOTS	ARRAY_SIZE(slots)
#define NR_VICTIMS	2

static struct slot *any_victim(struct worker *w)
{
	return &slots[roll(w, NR_VICTIMS)];
}

static struct slot *any_slot(struct worker *w)
{
	return roll(w, 2) ? any_victim(w) : &slots[roll(w, NR_SLOTS)];
}

static unsigned char any_byte(struct worker *w)
{
	static const char likely[] = "\0\n \t*-+.:x0123456789tsm";

	return roll(w, 2) ? likely[roll(w, sizeof(likely))] : roll(w, 256);
}

/* A line that may have been valid once; returns its length, at most PAGE + 1 */
static size_t spoil(struct worker *w, char *buf, const char *line)
{
	size_t len = snprintf(buf, PAGE, "%s", line);

	for (int n = roll(w, 4); n; n--) {
		size_t at = roll(w, len + 1);

		switch (roll(w, 5)) {
		case 0:
			buf[at] = any_byte(w);
			len += at == len;
			break;
		case 1:
			memmove(buf + at + 1, buf + at, len - at);
			buf[at] = any_byte(w);
			len++;
			break;
		case 2:
			memmove(buf + at, buf + at + 1, len - at);
			len -= at < len;
			break;
		case 3:
			len = at;
			break;
		default:
			if (2 * len < PAGE) {
				memcpy(buf + len, buf, at);
				len += at;
			}
		}
		if (len > PAGE)
			len = PAGE;
	}
	return len;
}

/* That, or no line at all; preferably as long as something that has a limit */
static size_t any_text(struct worker *w, char *buf, const char *line)
{
	static const int lengths[] = { 0, 1, 2, 15, 16, 127, 128, 129, PAGE - 1, PAGE, PAGE + 1 };
	size_t len;

	if (roll(w, 3))
		return spoil(w, buf, line);
	len = roll(w, 2) ? lengths[roll(w, ARRAY_SIZE(lengths))] : roll(w, PAGE + 2);
	for (size_t i = 0; i < len; i++)
		buf[i] = any_byte(w);
	return len;
}

/* "1" or "tsmN", which may be followed by one newline. Any number will do here. */
static bool is_tsm(const char *text)
{
	size_t digits;

	if (!strcmp(text, "1") || !strcmp(text, "1\n"))
		return true;
	if (strncmp(text, "tsm", 3))
		return false;
	text += 3;
	text += *text == '-' || *text == '+';
	digits = strspn(text, "0123456789");
	return digits && (!text[digits] || !strcmp(text + digits, "\n"));
}

static int tsm_text(struct worker *w, struct slot *s, const char *file)
{
	static const char * const names[] = { "1", "1\n", "tsm0", "tsm1\n", "tsm99", "tsm-1" };
	char buf[PAGE + 2];
	size_t len = any_text(w, buf, names[roll(w, ARRAY_SIZE(names))]);
	int rc = put_bytes(buf, len, str(DEV "tsm/%s", s->fn.s, file));

	buf[len] = '\0';
	if (!rc && len && !is_tsm(buf))
		failure("nonsense was accepted", buf);
	return rc;
}

static int op_connect_text(struct worker *w, struct slot *s)
{
	return tsm_text(w, s, "connect");
}

static int op_disconnect_text(struct worker *w, struct slot *s)
{
	return tsm_text(w, s, "disconnect");
}

static int op_connect(struct worker *w, struct slot *s)
{
	return put(roll(w, 2) ? "tsm0" : "1", DEV "tsm/connect", s->fn.s);
}

static int op_disconnect(struct worker *w, struct slot *s)
{
	return put("1", DEV "tsm/disconnect", s->fn.s);
}

static int op_read(struct worker *w, struct slot *s)
{
	static const char * const files[] = {
		"tsm/state", "tsm/reason", "tsm/connect", "tsm/dsm", "tsm/bound", "config",
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		get(DEV "%s", s->fn.s, files[i]);
	get(TSM_DEBUG "guest_req");
	get(BUS_DEBUG "state");
	get(DSMS);
	return 0;
}

/* What a line did to whomever: all faults end */
static void clear_faults(void)
{
	put("clear", TSM_DEBUG "fault");
	for (size_t i = 0; i < NR_SLOTS; i++)
		put(str("%s clear", slots[i].fn.s), BUS_DEBUG "fault");
}

/* A file of the emulation's, and a line that it understands behind a function's name */
static const struct door {
	const char *path;
	const char *rest;
} doors[] = {
	{ BUS_DEBUG "fault", " doe drop" },
	{ BUS_DEBUG "fault", " doe delay 5 2" },
	{ BUS_DEBUG "fault", " doe corrupt 3 1" },
	{ BUS_DEBUG "fault", " ide stuck" },
	{ BUS_DEBUG "fault", " ide insecure" },
	{ BUS_DEBUG "fault", " ide fail\n" },
	{ BUS_DEBUG "fault", " settle" },
	{ TSM_DEBUG "fault", " connect error -5" },
	{ TSM_DEBUG "fault", " probe null" },
	{ TSM_DEBUG "fault", " bind hang 20\n" },
	{ TSM_DEBUG "bind", " 7" },
	{ TSM_DEBUG "bind", " 0x12345678\n" },
	{ TSM_DEBUG "unbind", "" },
	{ TSM_DEBUG "unbind", "\n" },
	{ TSM_DEBUG "guest_req", " 0 0011223344" },
	{ TSM_DEBUG "guest_req", " 1 00" },
	{ TSM_DEBUG "report", " 9" },
	{ TSM_DEBUG "report", " 15 irq" },
};

static int op_door(struct worker *w, struct slot *s)
{
	const struct door *door = &doors[roll(w, ARRAY_SIZE(doors))];
	char buf[PAGE + 2];
	size_t len;
	int rc;

	/* Nobody writes to the registers of a function that a VM has */
	if (s->victim)
		s = &slots[3];
	len = any_text(w, buf, str("%s%s", s->fn.s, door->rest));
	rc = put_bytes(buf, len, door->path);
	if (!rc && strstr(door->path, "fault"))
		clear_faults();
	return rc;
}

static int op_config(struct worker *w, struct slot *s)
{
	struct region *r;
	int rc = 0;

	s = any_victim(w);
	r = &s->regions[roll(w, s->nr)];
	for (int n = 1 + roll(w, 8); n && !rc; n--)
		rc = write_register(w, r);
	/* The end of the port cannot be reset, and an exchange that fails there leaves a key */
	doe_abort(&s->port_doe);
	if (roll(w, 4))
		doe_abort(&s->doe);
	return rc;
}

/* An object that is well-formed, or nearly so, is sent to the mailbox */
static int op_mailbox(struct worker *w, struct slot *s)
{
	unsigned int obj[20], go = PCI_DOE_CTRL_GO;
	int len = roll(w, 20), rc = 0;

	s = any_victim(w);
	for (int i = 0; i < 20; i++)
		obj[i] = rand_r(&w->seed);
	/* PCI-SIG's: discovery, CMA, secured CMA */
	if (roll(w, 4))
		obj[0] = 1 | roll(w, 3) << 16;
	if (roll(w, 4))
		obj[1] = len;
	for (int i = 0; i < len && rc >= 0; i++)
		rc = pwrite(s->doe.fd, &obj[i], 4, s->doe.pos + PCI_DOE_WRITE);
	if (rc >= 0)
		rc = pwrite(s->doe.fd, &go, 4, s->doe.pos + PCI_DOE_CTRL);
	for (int i = roll(w, 8); i && rc >= 0; i--)
		rc = pwrite(s->doe.fd, &obj[0], 4, s->doe.pos + PCI_DOE_READ);
	if (rc >= 0 && roll(w, 4))
		doe_abort(&s->doe);
	return rc < 0 ? -errno : 0;
}

/* Registers change while they are being set up; not the port's mailbox: see above */
static int op_race(struct worker *w, struct slot *s)
{
	static const char * const verbs[] = { "connect", "disconnect" };
	int verb = !roll(w, 3), rc = 0;
	pid_t writer;

	s = any_victim(w);
	put("1", DEV "tsm/%s", s->fn.s, verbs[!verb]);
	writer = put_begin("1", DEV "tsm/%s", s->fn.s, verbs[verb]);
	for (int n = 1 + roll(w, 8); n && !rc; n--) {
		rc = write_register(w, roll(w, 3) ? &s->regions[roll(w, s->nr_own)] : &s->port_ide);
		usleep(roll(w, 2000));
	}
	return put_end(writer) ?: rc;
}

static int op_reset(struct worker *w, struct slot *s)
{
	return put("1", DEV "reset", s->victim ? s->fn.s : any_victim(w)->fn.s);
}

/* Back to the beginning, without the registers of the port: it cannot be reset */
static int renew(struct slot *s)
{
	put(s->fn.s, TSM_DEBUG "unbind");
	put("1", DEV "tsm/disconnect", s->fn.s);
	if (!s->victim)
		return 0;
	for (int i = 0; i < s->port_ide.len; i += 4)
		if (pwrite(s->port_ide.fd, s->port_was + s->port_ide.pos + i, 4,
			   s->port_ide.pos + i) < 0)
			return -errno;
	doe_abort(&s->port_doe);
	doe_abort(&s->doe);
	return put("1", DEV "reset", s->fn.s);
}

/* As good as new */
static int op_renew(struct worker *w, struct slot *s)
{
	int rc;

	s = any_victim(w);
	rc = renew(s) ?: put("1", DEV "tsm/connect", s->fn.s);
	if (rc)
		failure("a device that was reset", strerrorname_np(-rc));
	return rc;
}

/*
 * ENOENT: no such file for this function. EIO and EPROTO: what was written to a
 * victim has spoilt its mailbox, or its stream.
 */
static const int connect_errnos[] = { ENOENT, ENXIO, EBUSY, EIO, EPROTO, 0 };
static const int connect_text_errnos[] = { ENOENT, ENXIO, EBUSY, EIO, EPROTO, EINVAL, 0 };
static const int disconnect_errnos[] = { ENOENT, ENXIO, 0 };
static const int disconnect_text_errnos[] = { ENOENT, ENXIO, EINVAL, 0 };
static const int door_errnos[] = { ENXIO, EBUSY, ENODEV, EINVAL, ECANCELED, 0 };
static const int race_errnos[] = { ENXIO, EBUSY, EIO, EPROTO, ECANCELED, 0 };

static struct op ops[] = {
	{ "text to connect", 20, op_connect_text, connect_text_errnos },
	{ "text to disconnect", 16, op_disconnect_text, disconnect_text_errnos },
	{ "connect", 14, op_connect, connect_errnos },
	{ "disconnect", 10, op_disconnect, disconnect_errnos },
	{ "read", 3, op_read },
	{ "text to debugfs", 14, op_door, door_errnos },
	{ "config writes", 12, op_config },
	{ "mailbox", 2, op_mailbox },
	{ "config meanwhile", 3, op_race, race_errnos },
	{ "reset", 3, op_reset },
	{ "renew", 3, op_renew },
};

static bool find_regions(struct slot *s)
{
	int fd = open(str(DEV "config", s->fn.s), O_RDWR | O_CLOEXEC);
	int port = open(str(DEV "../config", s->fn.s), O_RDWR | O_CLOEXEC);
	struct region *r = s->regions;

	if (pread(port, s->port_was, CFG_SIZE, 0) != CFG_SIZE ||
	    !find_exp(r++, fd) || !find_ext(r++, fd, PCI_EXT_CAP_ID_ERR) ||
	    !find_ext(r++, fd, IDE_CAP_ID) || !find_ext(&s->doe, fd, PCI_EXT_CAP_ID_DOE) ||
	    !find_ext(&s->port_doe, port, PCI_EXT_CAP_ID_DOE) ||
	    !find_ext(&s->port_ide, port, IDE_CAP_ID))
		return false;
	*r++ = s->doe;
	r += find_ext(r, fd, PCI_EXT_CAP_ID_SRIOV);
	s->nr_own = r - s->regions;
	*r++ = s->port_doe;
	*r++ = s->port_ide;
	s->nr = r - s->regions;
	return true;
}

static void setup(void)
{
	if (!devsec_load(TOPOLOGY, TSMS)) {
		printf("Bail out! the modules do not load\n");
		exit(1);
	}
	for (size_t i = 0; i < NR_SLOTS; i++) {
		struct slot *s = &slots[i];

		/* What would be tried if FLR failed resets the link, which others share */
		if (!devsec_find(&s->fn, s->shape, s->kind, s->n) ||
		    (s->victim && (!find_regions(s) || put("flr", DEV "reset_method", s->fn.s)))) {
			printf("Bail out! no %s %s\n", s->shape, s->kind);
			exit(1);
		}
	}
}

static bool usable(void)
{
	bool ok = true;

	clear_faults();
	for (size_t i = 0; i < NR_SLOTS; i++) {
		struct slot *s = &slots[i];
		int rc = renew(s);

		if (!rc && s->connects)
			rc = put("1", DEV "tsm/connect", s->fn.s) ?:
			     put("1", DEV "tsm/disconnect", s->fn.s);
		if (rc)
			printf("# %s %s: %s\n", s->shape, s->fn.s, strerrorname_np(-rc));
		ok &= !rc;
	}
	return ok;
}

int main(void)
{
	unsigned int seed = param("FUZZ_SEED", time(NULL));
	long total = param("FUZZ_OPS", 2000);
	char poll_ms[16];
	int bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..6\n# %ld operations, FUZZ_SEED=%u\n", total, seed);
	setup();
	/* Streams that were broken are to be found soon */
	snprintf(poll_ms, sizeof(poll_ms), "%s", get(POLL_MS));
	put("100", POLL_MS);
	plan.ops = ops;
	plan.nr_ops = ARRAY_SIZE(ops);
	plan.slot = any_slot;
	ops_run(total, seed, 1);
	bad += result(true, 1, "no task is stuck");
	bad += result(!failures, 2, "only what makes sense is accepted, and errnos are documented");
	bad += result(ops_report(total), 3, "each operation succeeded at least once");
	bad += result(usable(), 4, "every device connects again after a reset");
	bad += result(nothing_left(2), 5, "no stream, context or TDI is left");
	put(poll_ms, POLL_MS);
	bad += result(devsec_unload(), 6, "the modules unload and report no leak");
	return bad > 0;
}
