// SPDX-License-Identifier: GPL-2.0
/*
 * The module parameter "topology": a comma list of shapes, one for each slot of
 * a host bridge's root bus, each perhaps with a number (":N") and repeated
 * ("*N"). Slot n is device n % 32, function n / 32 of the root bus.
 *
 * It makes functions and says where they sit; how they behave is elsewhere.
 */
#include <linux/kstrtox.h>
#include <linux/slab.h>

#include "devsec.h"

#define DEVSEC_SLOTS		256	/* functions that a root bus has room for */
#define DEVSEC_BUSES		240	/* of 256: the PCI core keeps some in reserve */

#define DEVSEC_PORT_HAS		(DEVSEC_HAS_IDE | DEVSEC_HAS_FW)

/**
 * struct devsec_shape - a word of the topology
 * @name: the word
 * @min: least value of its number; 0 for a word without one
 * @max: largest value of its number
 * @on_root_bus: it has no root port
 * @buses: buses that it takes, without those for its number
 * @buses_each: buses for each of its number
 * @build: make the functions below @port (on the root bus: at @devfn)
 */
struct devsec_shape {
	const char *name;
	unsigned int min;
	unsigned int max;
	bool on_root_bus;
	unsigned int buses;
	unsigned int buses_each;
	int (*build)(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
		     const struct devsec_shape *shape, unsigned int n);
};

/* Make one function that is complete as it comes. */
static int devsec_make(struct devsec_host *host, struct devsec_fn *port,
		       enum devsec_kind kind, u8 devfn, u32 has, const char *shape)
{
	struct devsec_fn *fn = devsec_fn_create(host, port, kind, devfn, has, shape);

	if (IS_ERR(fn))
		return PTR_ERR(fn);
	devsec_fn_seal(fn);
	return 0;
}

static int devsec_build_ep(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			   const struct devsec_shape *shape, unsigned int n)
{
	return devsec_make(host, port, DEVSEC_ENDPOINT, 0, DEVSEC_HAS_DSM, shape->name);
}

static int devsec_build_mf(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			   const struct devsec_shape *shape, unsigned int n)
{
	int rc = 0;

	for (unsigned int i = 0; i < n && !rc; i++)
		rc = devsec_make(host, port, DEVSEC_ENDPOINT, i, DEVSEC_HAS_SIBLINGS |
				 (i ? DEVSEC_HAS_TEE : DEVSEC_HAS_DSM), shape->name);
	return rc;
}

static int devsec_build_ari(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			    const struct devsec_shape *shape, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct devsec_fn *fn;

		fn = devsec_fn_create(host, port, DEVSEC_ENDPOINT, i,
				      DEVSEC_HAS_SIBLINGS | DEVSEC_HAS_ARI |
				      (i ? DEVSEC_HAS_TEE : DEVSEC_HAS_DSM), shape->name);
		if (IS_ERR(fn))
			return PTR_ERR(fn);
		if (i + 1 < n)
			devsec_cfg_init(fn->cfg, fn->ari + PCI_ARI_CAP + 1, 1, i + 1, 0);
		devsec_fn_seal(fn);
	}
	return 0;
}

static int devsec_build_sriov(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			      const struct devsec_shape *shape, unsigned int n)
{
	struct devsec_fn *pf;

	pf = devsec_fn_create(host, port, DEVSEC_ENDPOINT, 0,
			      DEVSEC_HAS_DSM | DEVSEC_HAS_ARI | DEVSEC_HAS_SRIOV,
			      shape->name);
	if (IS_ERR(pf))
		return PTR_ERR(pf);

	devsec_sriov_add(pf, n);
	if (!pf->sriov)
		return -ENOSPC;
	devsec_fn_seal(pf);

	for (unsigned int i = 0; i < n; i++) {
		struct devsec_fn *vf;

		vf = devsec_fn_create(host, port, DEVSEC_VF, 1 + i,
				      DEVSEC_HAS_TEE | DEVSEC_HAS_ARI, shape->name);
		if (IS_ERR(vf))
			return PTR_ERR(vf);
		vf->pf = pf;
		vf->vf_index = i;
		devsec_fn_seal(vf);
	}
	return 0;
}

/* An upstream port at @port with @n downstream ports and an endpoint below each. */
static int devsec_build_tree(struct devsec_host *host, struct devsec_fn *port,
			     const struct devsec_shape *shape, unsigned int n,
			     u32 up_has, u32 down_has, u32 ep_has)
{
	struct devsec_fn *up;

	up = devsec_fn_create(host, port, DEVSEC_UPSTREAM, 0, up_has, shape->name);
	if (IS_ERR(up))
		return PTR_ERR(up);
	devsec_fn_seal(up);

	for (unsigned int i = 0; i < n; i++) {
		struct devsec_fn *down;
		int rc;

		down = devsec_fn_create(host, up, DEVSEC_DOWNSTREAM, PCI_DEVFN(i, 0),
					down_has, shape->name);
		if (IS_ERR(down))
			return PTR_ERR(down);
		rc = devsec_make(host, down, DEVSEC_ENDPOINT, 0, ep_has, shape->name);
		if (rc)
			return rc;
		devsec_slot_update(down);
		devsec_fn_seal(down);
	}
	return 0;
}

/* The switch speaks for what is below it. */
static int devsec_build_switch(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			       const struct devsec_shape *shape, unsigned int n)
{
	return devsec_build_tree(host, port, shape, n, DEVSEC_HAS_DSM, 0, 0);
}

/* Each endpoint speaks for itself, through the switch. */
static int devsec_build_fswitch(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
				const struct devsec_shape *shape, unsigned int n)
{
	return devsec_build_tree(host, port, shape, n, DEVSEC_HAS_FLOW, DEVSEC_HAS_FLOW,
				 DEVSEC_HAS_DSM);
}

static int devsec_build_rciep(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			      const struct devsec_shape *shape, unsigned int n)
{
	return devsec_make(host, NULL, DEVSEC_RCIEP, devfn,
			   DEVSEC_HAS_TEE | DEVSEC_HAS_CMA | DEVSEC_HAS_FW, shape->name);
}

static int devsec_build_notee(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			      const struct devsec_shape *shape, unsigned int n)
{
	return devsec_make(host, port, DEVSEC_ENDPOINT, 0, DEVSEC_HAS_DSM & ~DEVSEC_HAS_TEE,
			   shape->name);
}

static int devsec_build_noide(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			      const struct devsec_shape *shape, unsigned int n)
{
	return devsec_make(host, port, DEVSEC_ENDPOINT, 0, DEVSEC_HAS_DSM & ~DEVSEC_HAS_IDE,
			   shape->name);
}

static int devsec_build_cma(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			    const struct devsec_shape *shape, unsigned int n)
{
	return devsec_make(host, port, DEVSEC_ENDPOINT, 0, DEVSEC_HAS_CMA, shape->name);
}

/* As "ep", but the device is still in somebody's hand. */
static int devsec_build_empty(struct devsec_host *host, struct devsec_fn *port, u8 devfn,
			      const struct devsec_shape *shape, unsigned int n)
{
	struct devsec_fn *fn;
	int rc;

	rc = devsec_build_ep(host, port, devfn, shape, n);
	list_for_each_entry(fn, &port->below, level)
		fn->gone = true;
	return rc;
}

static const struct devsec_shape devsec_shapes[] = {
	{ .name = "ep", .buses = 1, .build = devsec_build_ep },
	{ .name = "mf", .min = 2, .max = 8, .buses = 1, .build = devsec_build_mf },
	{ .name = "ari", .min = 2, .max = 256, .buses = 1, .build = devsec_build_ari },
	{ .name = "sriov", .min = 1, .max = 254, .buses = 1, .build = devsec_build_sriov },
	{ .name = "switch", .min = 1, .max = 32, .buses = 2, .buses_each = 1,
	  .build = devsec_build_switch },
	{ .name = "fswitch", .min = 1, .max = 32, .buses = 2, .buses_each = 1,
	  .build = devsec_build_fswitch },
	{ .name = "rciep", .on_root_bus = true, .build = devsec_build_rciep },
	{ .name = "notee", .buses = 1, .build = devsec_build_notee },
	{ .name = "noide", .buses = 1, .build = devsec_build_noide },
	{ .name = "cma", .buses = 1, .build = devsec_build_cma },
	{ .name = "empty", .buses = 1, .build = devsec_build_empty },
};

/* One word of the list, parsed. */
struct devsec_word {
	const struct devsec_shape *shape;
	unsigned int n;
	unsigned int times;
};

static int devsec_word_parse(char *text, struct devsec_word *word)
{
	char *times = strchr(text, '*');
	char *n = strchr(text, ':');

	*word = (struct devsec_word){ .times = 1 };
	if (times)
		*times++ = '\0';
	if (n)
		*n++ = '\0';
	if (times && (kstrtouint(times, 10, &word->times) || !word->times))
		return -EINVAL;
	if (n && kstrtouint(n, 10, &word->n))
		return -EINVAL;

	for (unsigned int i = 0; i < ARRAY_SIZE(devsec_shapes); i++) {
		const struct devsec_shape *shape = &devsec_shapes[i];

		if (strcmp(text, shape->name))
			continue;
		word->shape = shape;
		if (!n != !shape->min || word->n < shape->min || word->n > shape->max)
			return -EINVAL;
		return 0;
	}
	return -EINVAL;
}

static int devsec_topology_parse(const char *topology, bool (*each)(const struct devsec_word *,
								    void *), void *data)
{
	char *copy __free(kfree) = kstrdup(topology, GFP_KERNEL);
	char *rest = copy;

	if (!copy)
		return -ENOMEM;

	for (char *text; (text = strsep(&rest, ","));) {
		struct devsec_word word;

		if (devsec_word_parse(strim(text), &word)) {
			pr_err("devsec_bus: topology: \"%s\" not understood\n", text);
			return -EINVAL;
		}
		if (!each(&word, data))
			return -EINVAL;
	}
	return 0;
}

struct devsec_count {
	unsigned int slots;
	unsigned int buses;
};

/* Count before anything is made, so that what does not fit is refused as a whole. */
static bool devsec_count(const struct devsec_word *word, void *data)
{
	const struct devsec_shape *shape = word->shape;
	struct devsec_count *count = data;

	if (word->times > DEVSEC_SLOTS - count->slots) {
		pr_err("devsec_bus: topology: more than %u slots for one bridge\n",
		       DEVSEC_SLOTS);
		return false;
	}
	count->slots += word->times;
	count->buses += word->times * (shape->buses + word->n * shape->buses_each);
	if (count->buses > DEVSEC_BUSES) {
		pr_err("devsec_bus: topology: more than %u buses for one bridge\n",
		       DEVSEC_BUSES);
		return false;
	}
	if (shape->on_root_bus && count->slots > 32) {
		pr_err("devsec_bus: topology: \"%s\" must be in one of the first 32 slots\n",
		       shape->name);
		return false;
	}
	return true;
}

int devsec_topology_check(const char *topology)
{
	struct devsec_count count = {};

	return devsec_topology_parse(topology, devsec_count, &count);
}

struct devsec_builder {
	struct devsec_host *host;
	unsigned int slot;
	unsigned int slots;
	int rc;
};

static int devsec_build_slot(struct devsec_builder *b, const struct devsec_word *word)
{
	u8 devfn = PCI_DEVFN(b->slot % 32, b->slot / 32);
	const struct devsec_shape *shape = word->shape;
	struct devsec_fn *port;
	u32 has = DEVSEC_PORT_HAS;
	int rc;

	if (shape->on_root_bus)
		return shape->build(b->host, NULL, devfn, shape, word->n);

	/* The multi-function bit, where a later round of slots comes back here */
	if (b->slot / 32 || b->slot + 32 < b->slots)
		has |= DEVSEC_HAS_SIBLINGS;
	port = devsec_fn_create(b->host, NULL, DEVSEC_ROOT_PORT, devfn, has, shape->name);
	if (IS_ERR(port))
		return PTR_ERR(port);

	rc = shape->build(b->host, port, devfn, shape, word->n);
	devsec_slot_update(port);
	devsec_fn_seal(port);
	return rc;
}

static bool devsec_build(const struct devsec_word *word, void *data)
{
	struct devsec_builder *b = data;

	for (unsigned int i = 0; i < word->times && !b->rc; i++) {
		b->rc = devsec_build_slot(b, word);
		b->slot++;
	}
	return !b->rc;
}

/* What was made before an error is in the host's list: the caller destroys it. */
int devsec_topology_build(struct devsec_host *host, const char *topology)
{
	struct devsec_builder b = { .host = host };
	struct devsec_count count = {};
	int rc;

	rc = devsec_topology_parse(topology, devsec_count, &count);
	if (rc)
		return rc;

	b.slots = count.slots;
	rc = devsec_topology_parse(topology, devsec_build, &b);
	return b.rc ?: rc;
}
