// SPDX-License-Identifier: GPL-2.0
/*
 * Give up what is not needed: all capabilities but one, and the way to get others.
 *
 * CAP_SYS_ADMIN is a lot, but it is what verbs and evidence take; the units take away
 * what one could do with it besides.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "rights.h"

int rights_drop(struct tsm_error *err)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
	uint32_t keep = 1u << CAP_SYS_ADMIN;

	/* Not there before: the kernel refuses evidence then, with a reason of its own */
	if (syscall(SYS_capget, &head, data))
		return tsm_fail(err, TSM_FAILED, errno, "capget: %s", strerror(errno));
	keep &= data[0].permitted;
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (cap != CAP_SYS_ADMIN && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) &&
		    errno != EPERM)
			return tsm_fail(err, TSM_FAILED, errno, "capabilities: %s",
					strerror(errno));
	}
	memset(data, 0, sizeof(data));
	data[0].permitted = keep;
	data[0].effective = keep;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_capset, &head, data))
		return tsm_fail(err, TSM_FAILED, errno, "capabilities: %s", strerror(errno));
	return 0;
}
