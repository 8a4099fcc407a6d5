/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __SHIM_LINUX_LIST_H
#define __SHIM_LINUX_LIST_H

#include <linux/kernel.h>

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l;
	l->prev = l;
}

static inline void shim_link(struct list_head *a, struct list_head *b)
{
	a->next = b;
	b->prev = a;
}

static inline void list_add(struct list_head *l, struct list_head *head)
{
	shim_link(l, head->next);
	shim_link(head, l);
}

static inline void list_add_tail(struct list_head *l, struct list_head *head)
{
	list_add(l, head->prev);
}

static inline void list_del_init(struct list_head *l)
{
	shim_link(l->prev, l->next);
	INIT_LIST_HEAD(l);
}

#define list_del(l)		list_del_init(l)

static inline void list_move(struct list_head *l, struct list_head *head)
{
	list_del(l);
	list_add(l, head);
}

static inline void list_move_tail(struct list_head *l, struct list_head *head)
{
	list_move(l, head->prev);
}

#define list_empty(head)	((head)->next == (head))
#define list_entry(l, t, m)	container_of(l, t, m)
#define list_first_entry(h, t, m)	list_entry((h)->next, t, m)
#define list_last_entry(h, t, m)	list_entry((h)->prev, t, m)
#define list_next_entry(p, m)	list_entry((p)->m.next, __typeof__(*(p)), m)
#define list_prev_entry(p, m)	list_entry((p)->m.prev, __typeof__(*(p)), m)
#define list_for_each_entry(p, h, m)	\
	for ((p) = list_first_entry(h, __typeof__(*(p)), m); &(p)->m != (h);	\
	     (p) = list_next_entry(p, m))
#define list_for_each_entry_reverse(p, h, m)	\
	for ((p) = list_last_entry(h, __typeof__(*(p)), m); &(p)->m != (h);	\
	     (p) = list_prev_entry(p, m))
#define list_for_each_entry_safe(p, n, h, m)	\
	for ((p) = list_first_entry(h, __typeof__(*(p)), m), (n) = list_next_entry(p, m);	\
	     &(p)->m != (h); (p) = (n), (n) = list_next_entry(n, m))

#endif /* __SHIM_LINUX_LIST_H */
