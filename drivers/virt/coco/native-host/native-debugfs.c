// SPDX-License-Identifier: GPL-2.0
/*
 * Native TSM: a door for tests and demonstrations, below /sys/kernel/debug/
 * native_tsm/. A folder for each function that was ever connected: what the
 * connection has come to, and evidence on demand.
 *
 * Documentation/ABI/testing/debugfs-native-tsm. Folders stay until the module goes:
 * a write waits for the DSM's worker, so the worker must not wait for files.
 */
#define pr_fmt(fmt) "native_tsm: " fmt

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/hex.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-ide.h>
#include <linux/pci-tsm.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spdm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "native.h"

#define REFRESH_MAX	80

/**
 * struct native_door - the files of one function
 * @node: in the list of doors
 * @domain: which function
 * @bus: likewise
 * @devfn: likewise
 * @lock: protects what follows
 * @dsm: its connection, NULL if there is none
 * @evidence: from the last refresh in this connection, or NULL
 */
struct native_door {
	struct list_head node;
	int domain;
	u8 bus;
	u8 devfn;
	struct mutex lock;	/* protects what follows */
	struct native_dsm *dsm;
	struct pci_tsm_evidence *evidence;
};

/* Protects the list of doors, which only grows while the module is there */
static DEFINE_MUTEX(doors_lock);
static LIST_HEAD(doors);
static struct dentry *doors_dir;

static void show_slots(struct seq_file *m, u8 slots)
{
	seq_puts(m, "slots:");
	for (int slot = 0; slot < SPDM_SLOTS; slot++)
		if (slots & BIT(slot))
			seq_printf(m, " %d", slot);
	seq_putc(m, '\n');
}

static void show_stream(struct seq_file *m, const struct native_stream *stream)
{
	if (stream->ide)
		seq_printf(m, "stream: %d\nkey_set: %u\n", stream->ide->stream_id,
			   READ_ONCE(stream->km.set));
	else
		seq_puts(m, "stream: none\n");
}

static void show_info(struct seq_file *m, struct native_dsm *dsm)
{
	static const char * const identities[] = {
		[SPDM_IDENTITY_NONE] = "none",
		[SPDM_IDENTITY_UNVERIFIED] = "unverified",
		[SPDM_IDENTITY_VERIFIED] = "verified",
	};
	struct spdm_info info;

	spdm_info(dsm->spdm, &info);
	seq_printf(m, "version: %u.%u\n", info.version >> 4, info.version & 0xf);
	seq_printf(m, "capabilities: %#x\n", info.caps);
	seq_printf(m, "base_asym: %s\n", info.base_asym ?: "none");
	seq_printf(m, "base_hash: %s\n", info.base_hash ?: "none");
	seq_printf(m, "meas_hash: %s\n", info.meas_hash ?: "none");
	seq_printf(m, "dhe: %s\n", info.dhe ?: "none");
	seq_printf(m, "aead: %s\n", info.aead ?: "none");
	show_slots(m, info.slots);
	seq_printf(m, "slot: %u\n", info.slot);
	seq_printf(m, "identity: %s\n", identities[info.identity]);
	/* The device chose these bytes */
	seq_puts(m, "subject: ");
	seq_escape(m, info.subject, "\n\r\\");
	seq_putc(m, '\n');
	if (info.session_id)
		seq_printf(m, "session: %#010x\n", info.session_id);
	else
		seq_puts(m, "session: none\n");
	seq_printf(m, "heartbeat: %u\n", info.heartbeat_s);
	seq_printf(m, "messages: %u\n", info.messages);
	show_stream(m, &dsm->stream);
}

static int info_show(struct seq_file *m, void *unused)
{
	struct native_door *door = m->private;

	guard(mutex)(&door->lock);
	if (!door->dsm)
		return -ENOTCONN;
	show_info(m, door->dsm);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(info);

static void free_evidence(struct pci_tsm_evidence *evidence)
{
	if (evidence)
		pci_tsm_evidence_free(evidence);
	kfree(evidence);
}

/* "NONCE [SLOT]": 64 hex digits, or "random" */
static int parse_refresh(char *text, u8 *nonce, u8 *slot)
{
	char *word = strsep(&text, " ");

	*slot = 0;
	if (text && kstrtou8(text, 10, slot))
		return -EINVAL;
	if (!strcmp(word, "random")) {
		get_random_bytes(nonce, PCI_TSM_NONCE_SIZE);
		return 0;
	}
	if (strlen(word) != 2 * PCI_TSM_NONCE_SIZE || hex2bin(nonce, word, PCI_TSM_NONCE_SIZE))
		return -EINVAL;
	return 0;
}

/* If it is another connection by now, that one shows it: good enough for a test */
static int refresh(struct native_door *door, u8 slot, const u8 *nonce)
{
	struct pci_dev *pdev __free(pci_dev_put) =
		pci_get_domain_bus_and_slot(door->domain, door->bus, door->devfn);
	struct pci_tsm_evidence *evidence;
	int rc;

	if (!pdev)
		return -ENODEV;
	evidence = kzalloc(sizeof(*evidence), GFP_KERNEL);
	if (!evidence)
		return -ENOMEM;
	rc = pci_tsm_refresh_evidence(pdev, GENMASK(PCI_TSM_NR_EVIDENCE - 1, 0), slot, nonce,
				      evidence);
	scoped_guard(mutex, &door->lock)
		if (!rc && door->dsm)
			swap(door->evidence, evidence);
	free_evidence(evidence);
	return rc;
}

static ssize_t refresh_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	u8 nonce[PCI_TSM_NONCE_SIZE], slot;
	char text[REFRESH_MAX];
	int rc;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, len))
		return -EFAULT;
	text[len] = '\0';
	rc = parse_refresh(strim(text), nonce, &slot);
	if (!rc)
		rc = refresh(file->private_data, slot, nonce);
	return rc ?: len;
}

static const struct file_operations refresh_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = refresh_write,
};

static const struct pci_tsm_object *find_object(const struct native_door *door, unsigned int type)
{
	for (unsigned int i = 0; door->evidence && i < door->evidence->nr; i++)
		if (door->evidence->objects[i].type == type)
			return &door->evidence->objects[i];
	return NULL;
}

static ssize_t object_read(struct native_door *door, unsigned int type, char __user *buf,
			   size_t len, loff_t *pos)
{
	void *copy __free(kvfree) = NULL;
	const struct pci_tsm_object *object;
	size_t size = 0;

	/* The reader's memory may take long, and a disconnect waits for the lock */
	scoped_guard(mutex, &door->lock) {
		object = find_object(door, type);
		if (!object)
			return -ENODATA;
		size = object->len;
		copy = kvmemdup(object->data, size, GFP_KERNEL);
	}
	return copy ? simple_read_from_buffer(buf, len, pos, copy, size) : -ENOMEM;
}

#define OBJECT_FILE(name, type)								\
static ssize_t name##_read(struct file *file, char __user *buf, size_t len, loff_t *pos)	\
{											\
	return object_read(file->private_data, type, buf, len, pos);			\
}											\
											\
static const struct file_operations name##_fops = {					\
	.owner = THIS_MODULE,								\
	.open = simple_open,								\
	.read = name##_read,								\
	.llseek = default_llseek,							\
}

OBJECT_FILE(slot0, 0);
OBJECT_FILE(slot1, 1);
OBJECT_FILE(slot2, 2);
OBJECT_FILE(slot3, 3);
OBJECT_FILE(slot4, 4);
OBJECT_FILE(slot5, 5);
OBJECT_FILE(slot6, 6);
OBJECT_FILE(slot7, 7);
OBJECT_FILE(vca, PCI_TSM_EVIDENCE_TYPE_VCA);
OBJECT_FILE(measurements, PCI_TSM_EVIDENCE_TYPE_MEASUREMENTS);
OBJECT_FILE(challenge, PCI_TSM_EVIDENCE_TYPE_CHALLENGE);

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} files[] = {
	{ "info", 0400, &info_fops },
	{ "refresh", 0200, &refresh_fops },
	{ "slot0", 0400, &slot0_fops },
	{ "slot1", 0400, &slot1_fops },
	{ "slot2", 0400, &slot2_fops },
	{ "slot3", 0400, &slot3_fops },
	{ "slot4", 0400, &slot4_fops },
	{ "slot5", 0400, &slot5_fops },
	{ "slot6", 0400, &slot6_fops },
	{ "slot7", 0400, &slot7_fops },
	{ "vca", 0400, &vca_fops },
	{ "measurements", 0400, &measurements_fops },
	{ "challenge", 0400, &challenge_fops },
};

static struct native_door *find_door(struct pci_dev *pdev)
{
	struct native_door *door;

	lockdep_assert_held(&doors_lock);
	list_for_each_entry(door, &doors, node)
		if (door->domain == pci_domain_nr(pdev->bus) && door->bus == pdev->bus->number &&
		    door->devfn == pdev->devfn)
			return door;
	return NULL;
}

static struct native_door *make_door(struct pci_dev *pdev)
{
	struct native_door *door = kzalloc(sizeof(*door), GFP_KERNEL);
	struct dentry *dir;

	if (!door)
		return NULL;
	mutex_init(&door->lock);
	door->domain = pci_domain_nr(pdev->bus);
	door->bus = pdev->bus->number;
	door->devfn = pdev->devfn;
	list_add_tail(&door->node, &doors);
	dir = debugfs_create_dir(pci_name(pdev), doors_dir);
	for (int i = 0; i < ARRAY_SIZE(files); i++)
		debugfs_create_file(files[i].name, files[i].mode, dir, door, files[i].fops);
	return door;
}

/* At the end of connect; without memory there is no door, which is no error */
void native_door_open(struct native_dsm *dsm)
{
	struct native_door *door;

	scoped_guard(mutex, &doors_lock) {
		door = find_door(dsm->cma.pdev);
		if (!door)
			door = make_door(dsm->cma.pdev);
	}
	dsm->door = door;
	if (!door)
		return;
	guard(mutex)(&door->lock);
	door->dsm = dsm;
}

/* At the begin of disconnect: waits for a reader, which waits for one exchange at most */
void native_door_close(struct native_dsm *dsm)
{
	struct native_door *door = dsm->door;

	if (!door)
		return;
	guard(mutex)(&door->lock);
	door->dsm = NULL;
	free_evidence(door->evidence);
	door->evidence = NULL;
	dsm->door = NULL;
}

void native_debugfs_init(void)
{
	doors_dir = debugfs_create_dir("native_tsm", NULL);
}

void native_debugfs_exit(void)
{
	struct native_door *door, *next;

	debugfs_remove_recursive(doors_dir);
	list_for_each_entry_safe(door, next, &doors, node) {
		free_evidence(door->evidence);
		mutex_destroy(&door->lock);
		kfree(door);
	}
}
