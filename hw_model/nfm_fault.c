// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Fault knobs, and the stop that only a reset ends.
 *
 * Floor: above nfm_ctr.c, below nfm_ring.c.  Knobs are set by the host (QEMU
 * properties, debugfs of the tests) and taken by the unit that misbehaves.  They
 * survive a reset, so that a driver's recovery can be watched failing too.
 */
#include "nfm_priv.h"

static const char * const nfm_fault_names[NFM_FAULT_COUNT] = {
	[NFM_FAULT_CMD_DELAY_NS] = "cmd_delay_ns",
	[NFM_FAULT_CMD_DROP] = "cmd_drop",
	[NFM_FAULT_CMD_STATUS] = "cmd_status",
	[NFM_FAULT_CMD_OPCODE] = "cmd_opcode",
	[NFM_FAULT_IRQ_DROP] = "irq_drop",
	[NFM_FAULT_DMA_FAIL] = "dma_fail",
	[NFM_FAULT_TABLE_FULL] = "table_full",
	[NFM_FAULT_RESET_STUCK] = "reset_stuck",
	[NFM_FAULT_FATAL] = "fatal",
};

/**
 * nfm_fault_take() - shall this operation misbehave?
 * @m: chip
 * @knob: a knob that counts operations
 *
 * Return: true for each of the next n operations after the knob was set to n.
 */
bool nfm_fault_take(struct nfm *m, enum nfm_fault_knob knob)
{
	if (nfm_likely(!m->fault[knob]))
		return false;
	m->fault[knob]--;
	return true;
}

/**
 * nfm_fatal() - stop the chip
 * @m: chip
 * @cause: NFTSW_CAUSE_*
 * @ring: the ring that could not be reached, or ~0
 *
 * Only the event ring goes on, so that the HEALTH event may still arrive.  The
 * first cause stays in STATUS until the reset.
 */
void nfm_fatal(struct nfm *m, u32 cause, u32 ring)
{
	u32 i;

	if (m->status & NFTSW_STATUS_FATAL)
		return;
	m->status |= NFTSW_STATUS_FATAL | NFTSW_PUT(NFTSW_STATUS_CAUSE, cause);
	m->ctrl &= ~NFTSW_CTRL_ENABLE;
	for (i = 0; i < NFTSW_MAX_RINGS; i++)
		if (i != NFTSW_RING_EVENT)
			m->ring[i].enabled = false;
	m->cmd.active = false;
	m->cmd.held = false;
	m->tx_mask = 0;
	m->work &= NFM_WORK_LINK;
	nfm_event_raise(m, NFTSW_EV_HEALTH, NFTSW_SEV_FATAL, ring, cause, 0);
	m->work |= NFM_WORK_EVENT;
}

/**
 * nfm_fault_set() - set a fault knob
 * @m: chip
 * @knob: which
 * @value: as &enum nfm_fault_knob says; 0 = behave
 *
 * Unknown knobs are ignored.  NFM_FAULT_FATAL acts at once and reads back as 0; it
 * has no effect while a reset is pending.
 */
void nfm_fault_set(struct nfm *m, enum nfm_fault_knob knob, u64 value)
{
	if ((u32)knob >= NFM_FAULT_COUNT)
		return;
	if (knob != NFM_FAULT_FATAL)
		m->fault[knob] = value;
	else if (value && !(m->work & NFM_WORK_RESET))
		nfm_fatal(m, NFTSW_CAUSE_FORCED, ~0u);
	m->ops->kick(m->host);
}

/**
 * nfm_fault_get() - read a fault knob
 * @m: chip
 * @knob: which
 *
 * Return: what is left of the value; 0 for an unknown knob.
 */
u64 nfm_fault_get(const struct nfm *m, enum nfm_fault_knob knob)
{
	return (u32)knob < NFM_FAULT_COUNT ? m->fault[knob] : 0;
}

/**
 * nfm_fault_name() - name of a fault knob, for properties and monitors
 * @knob: which
 *
 * Return: lower-case name without spaces, or NULL for an unknown knob.
 */
const char *nfm_fault_name(enum nfm_fault_knob knob)
{
	return (u32)knob < NFM_FAULT_COUNT ? nfm_fault_names[knob] : NULL;
}
