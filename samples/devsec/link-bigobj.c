// SPDX-License-Identifier: GPL-2.0
/*
 * Evidence of any size, which stands for nothing: objects that a test describes,
 * for all devices of all emulated TSMs. Its record is the same until the seed is
 * another one, what is around it is new in each answer.
 *
 * The bytes of an object can be had from a sysfs file too, for comparison.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "link.h"

/* More than the core takes */
#define DEVSEC_OBJECT_MAX	(2 * PCI_TSM_OBJECT_MAX)

/**
 * struct devsec_bigobj - an object, as it was described
 * @len: its length; 0 if there is none
 * @seed: what the bytes of its record are made from
 * @record_offset: where that begins
 * @record_len: bytes of it, 0 for all
 */
struct devsec_bigobj {
	unsigned int len;
	unsigned int seed;
	unsigned int record_offset;
	unsigned int record_len;
};

/* Protects the descriptions, and what the file has */
static DEFINE_MUTEX(devsec_bigobj_lock);
static struct devsec_bigobj devsec_bigobjs[PCI_TSM_NR_EVIDENCE];
static u8 *devsec_bigobj_report;
static atomic_t devsec_bigobj_answers;

static void devsec_bigobj_fill(const struct devsec_bigobj *big, u8 *data)
{
	unsigned int around = atomic_inc_return(&devsec_bigobj_answers);
	unsigned int end = big->record_offset + (big->record_len ?: big->len);

	for (unsigned int i = 0; i < big->len; i++)
		data[i] = (i >= big->record_offset && i < end ? big->seed : around) + i / 251;
}

static int devsec_bigobj_add(const struct devsec_bigobj *big, unsigned int type,
			     struct pci_tsm_evidence *result)
{
	struct pci_tsm_object *obj = &result->objects[result->nr];
	u8 *data = kvmalloc(big->len, GFP_KERNEL_ACCOUNT);

	if (!data)
		return -ENOMEM;
	devsec_bigobj_fill(big, data);
	*obj = (struct pci_tsm_object) {
		.type = type,
		.data = data,
		.len = big->len,
		.record_offset = big->record_offset,
		.record_len = big->record_len,
		.digest_len = 32,
		.answer = type >= PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS,
	};
	/* It is no digest, but says which object it would be of */
	memset(obj->digest, big->seed + type, obj->digest_len);
	result->nr++;
	return 0;
}

/* Was any object described? */
bool devsec_bigobj_any(void)
{
	guard(mutex)(&devsec_bigobj_lock);
	for (unsigned int i = 0; i < PCI_TSM_NR_EVIDENCE; i++)
		if (devsec_bigobjs[i].len)
			return true;
	return false;
}

/* The objects of these types that were described. */
int devsec_bigobj_evidence(u32 types, struct pci_tsm_evidence *result)
{
	int rc = 0;

	strscpy(result->hash, "SHA-256");
	guard(mutex)(&devsec_bigobj_lock);
	for (unsigned int i = 0; !rc && i < PCI_TSM_NR_EVIDENCE; i++)
		if (types & BIT(i) && devsec_bigobjs[i].len)
			rc = devsec_bigobj_add(&devsec_bigobjs[i], i, result);
	return rc;
}

/* What the file has: the report as it was described, which no device is asked for */
static int devsec_bigobj_show(const struct devsec_bigobj *big)
{
	u8 *data = NULL;

	lockdep_assert_held(&devsec_bigobj_lock);
	if (big->len) {
		data = kvmalloc(big->len, GFP_KERNEL);
		if (!data)
			return -ENOMEM;
		devsec_bigobj_fill(big, data);
	}
	swap(devsec_bigobj_report, data);
	kvfree(data);
	return 0;
}

static int devsec_bigobj_parse(struct devsec_bigobj *big, char *line)
{
	unsigned int *fields[] = { &big->len, &big->seed, &big->record_offset, &big->record_len };

	for (unsigned int i = 0; line && i < ARRAY_SIZE(fields); i++)
		if (kstrtouint(strsep(&line, " "), 10, fields[i]))
			return -EINVAL;
	return line || big->len > DEVSEC_OBJECT_MAX ? -EINVAL : 0;
}

/* "TYPE LENGTH [SEED [OFFSET LENGTH]]" */
int devsec_bigobj_line(char *line)
{
	struct devsec_bigobj big = {};
	unsigned int type;
	int rc;

	if (kstrtouint(strsep(&line, " "), 10, &type) || type >= PCI_TSM_NR_EVIDENCE || !line)
		return -EINVAL;
	rc = devsec_bigobj_parse(&big, line);
	if (rc)
		return rc;
	guard(mutex)(&devsec_bigobj_lock);
	if (type == PCI_TSM_EVIDENCE_TYPE_REPORT)
		rc = devsec_bigobj_show(&big);
	if (!rc)
		devsec_bigobjs[type] = big;
	return rc;
}

static ssize_t report_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			   char *buf, loff_t pos, size_t len)
{
	guard(mutex)(&devsec_bigobj_lock);
	return memory_read_from_buffer(buf, len, &pos, devsec_bigobj_report,
				       devsec_bigobjs[PCI_TSM_EVIDENCE_TYPE_REPORT].len);
}
static BIN_ATTR_ADMIN_RO(report, 0);

/* A TSM's device has the file. */
int devsec_bigobj_add_file(struct devsec_tsm *tsm)
{
	return device_create_bin_file(&tsm->parent->dev, &bin_attr_report);
}

void devsec_bigobj_del_file(struct devsec_tsm *tsm)
{
	device_remove_bin_file(&tsm->parent->dev, &bin_attr_report);
}

void devsec_bigobj_exit(void)
{
	kvfree(devsec_bigobj_report);
}
