/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the netlink family need besides devsec.h: the generated client. */
#ifndef NL_H
#define NL_H

#include <poll.h>
#include <ynl.h>

#include "devsec.h"
#include "pci-tsm-user.h"

static inline struct ynl_sock *nl_open(void)
{
	struct ynl_error err;

	struct ynl_sock *ys = ynl_sock_create(&ynl_pci_tsm_family, &err);

	if (!ys)
		ksft_print_msg("no socket: %s\n", err.msg);
	return ys;
}

/* The next notification of a kind within @ms; what is of other kinds is dropped */
static inline struct ynl_ntf_base_type *nl_next(struct ynl_sock *ys, int cmd, long ms)
{
	struct pollfd pfd = { .fd = ynl_socket_get_fd(ys), .events = POLLIN };
	long end = now_ms() + ms;
	struct ynl_ntf_base_type *ntf;

	for (;;) {
		while ((ntf = ynl_ntf_dequeue(ys))) {
			if (ntf->cmd == cmd)
				return ntf;
			ynl_ntf_free(ntf);
		}
		if (now_ms() > end || ynl_ntf_check(ys))
			return NULL;
		if (!ynl_has_ntf(ys))
			poll(&pfd, 1, 20);
	}
}

/* How the request with a cookie ended: its errno, or -1 if that was not told */
static inline int nl_end(struct ynl_sock *ys, __u64 cookie, long ms)
{
	struct pci_tsm_request_done *done;
	long end = now_ms() + ms;
	int error = -1;

	while (error < 0 && now_ms() < end) {
		done = (void *)nl_next(ys, PCI_TSM_CMD_REQUEST_DONE, end - now_ms());
		if (done && done->obj.cookie == cookie)
			error = done->obj.error;
		if (done)
			ynl_ntf_free((void *)done);
	}
	return error;
}

/* Begin to connect: the cookie, or 0 with errno in ys->err.code */
static inline __u64 nl_connect(struct ynl_sock *ys, const char *dev)
{
	struct pci_tsm_connect_req *req = pci_tsm_connect_req_alloc();
	struct pci_tsm_connect_rsp *rsp;
	__u64 cookie;

	pci_tsm_connect_req_set_dev_name(req, dev);
	rsp = pci_tsm_connect(ys, req);
	pci_tsm_connect_req_free(req);
	cookie = rsp ? rsp->cookie : 0;
	if (rsp)
		pci_tsm_connect_rsp_free(rsp);
	return cookie;
}

static inline __u64 nl_disconnect(struct ynl_sock *ys, const char *dev)
{
	struct pci_tsm_disconnect_req *req = pci_tsm_disconnect_req_alloc();
	struct pci_tsm_disconnect_rsp *rsp;
	__u64 cookie;

	pci_tsm_disconnect_req_set_dev_name(req, dev);
	rsp = pci_tsm_disconnect(ys, req);
	pci_tsm_disconnect_req_free(req);
	cookie = rsp ? rsp->cookie : 0;
	if (rsp)
		pci_tsm_disconnect_rsp_free(rsp);
	return cookie;
}

static inline struct pci_tsm_dev_get_rsp *nl_dev(struct ynl_sock *ys, const char *dev)
{
	struct pci_tsm_dev_get_req *req = pci_tsm_dev_get_req_alloc();
	struct pci_tsm_dev_get_rsp *rsp;

	pci_tsm_dev_get_req_set_name(req, dev);
	rsp = pci_tsm_dev_get(ys, req);
	pci_tsm_dev_get_req_free(req);
	return rsp;
}

#endif /* NL_H */
