// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupt of a root port, by which AER, PME and hot-plug of that port
 * come. Each has a line of its own, from a simulator of its own: drivers wait
 * for the threads of a whole line when they let go of it, perhaps with locks
 * held that another port's thread wants; and the simulator of 6.12 gets lost
 * when several of its interrupts are pending at once.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_sim.h>
#include <linux/irqdomain.h>

#include "devsec.h"

int devsec_irq_add(struct devsec_fn *port)
{
	struct fwnode_handle *fwnode;
	struct irq_domain *irqs;

	fwnode = irq_domain_alloc_named_id_fwnode("devsec",
						  port->host->domain << 16 | port->devfn);
	if (!fwnode)
		return -ENOMEM;

	irqs = irq_domain_create_sim(fwnode, 1);
	if (IS_ERR(irqs)) {
		irq_domain_free_fwnode(fwnode);
		return PTR_ERR(irqs);
	}

	port->irqs = irqs;
	port->irq = irq_create_mapping(irqs, 0);
	return port->irq ? 0 : -ENOSPC;
}

void devsec_irq_free(struct devsec_fn *port)
{
	struct fwnode_handle *fwnode;

	if (!port->irqs)
		return;

	fwnode = port->irqs->fwnode;
	if (port->irq)
		irq_dispose_mapping(port->irq);
	irq_domain_remove_sim(port->irqs);
	irq_domain_free_fwnode(fwnode);
}

/* Raise it. Process context, without the host's lock. */
void devsec_irq_raise(struct devsec_fn *port)
{
	irq_set_irqchip_state(port->irq, IRQCHIP_STATE_PENDING, true);
}
