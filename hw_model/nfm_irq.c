// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Interrupt vectors: arming, raising once, moderation.  DS 7.
 *
 * Floor: above nfm_ring.c.  m->irq_mask names the vectors worth a look: those that
 * were armed, tested, or whose rings got an entry.  A vector that is held back by
 * moderation stays in the mask, and nfm_irq_deadline() says until when.
 */
#include "nfm_priv.h"

/* Entries of the vector's rings that software has not taken. */
static u32 nfm_irq_waiting(const struct nfm *m, u32 vec)
{
	u32 q = vec - NFTSW_VEC_QUEUE(0);

	if (vec == NFTSW_VEC_CMD)
		return nfm_ring_used(m, NFTSW_RING_CMD_CQ);
	if (vec == NFTSW_VEC_EVENT)
		return nfm_ring_used(m, NFTSW_RING_EVENT);
	return nfm_ring_used(m, NFTSW_RING_RX_CQ(q)) + nfm_ring_used(m, NFTSW_RING_TX_CQ(q));
}

/* When moderation lets the vector go, whatever the number of entries. */
static u64 nfm_irq_due_ns(const struct nfm_irq *v)
{
	u32 usecs = NFTSW_GET(NFTSW_IRQ_MOD_USECS, v->mod);

	return v->last_ns && usecs ? v->last_ns + (u64)usecs * 1000 : 0;
}

static void nfm_irq_raise(struct nfm *m, u32 vec)
{
	m->irq[vec].raised++;
	if (!nfm_fault_take(m, NFM_FAULT_IRQ_DROP))
		m->ops->irq(m->host, vec);
}

/* Return: true when the vector must be looked at again later. */
static bool nfm_irq_eval(struct nfm *m, u32 vec)
{
	struct nfm_irq *v = &m->irq[vec];
	u32 count = NFTSW_GET(NFTSW_IRQ_MOD_COUNT, v->mod);
	u32 waiting;

	if (v->test) {
		v->test = false;
		nfm_irq_raise(m, vec);
	}
	waiting = v->armed ? nfm_irq_waiting(m, vec) : 0;
	if (!waiting)
		return false;
	if (m->now_ns < nfm_irq_due_ns(v) && !(count && waiting >= count))
		return true;
	v->armed = false;
	v->last_ns = m->now_ns;
	nfm_irq_raise(m, vec);
	return false;
}

/**
 * nfm_irq_arm() - IRQ_CTRL was written
 * @m: chip
 * @vec: vector that exists
 * @on: ARM
 */
void nfm_irq_arm(struct nfm *m, u32 vec, bool on)
{
	m->irq[vec].armed = on;
	if (!on || !nfm_irq_waiting(m, vec))
		return;
	m->irq_mask |= NFTSW_BIT(vec);
	m->work |= NFM_WORK_IRQ;
}

/**
 * nfm_irq_moderate() - IRQ_MOD was written
 * @m: chip
 * @vec: vector that exists
 * @mod: IRQ_MOD
 *
 * An interrupt that is held back now is held back by the new rule.
 */
void nfm_irq_moderate(struct nfm *m, u32 vec, u32 mod)
{
	m->irq[vec].mod = mod;
	if (m->irq_mask & NFTSW_BIT(vec))
		m->work |= NFM_WORK_IRQ;
}

/**
 * nfm_irq_test() - TEST_IRQ was written
 * @m: chip
 * @vec: vector that exists
 */
void nfm_irq_test(struct nfm *m, u32 vec)
{
	m->irq[vec].test = true;
	m->irq_mask |= NFTSW_BIT(vec);
	m->work |= NFM_WORK_IRQ;
}

/**
 * nfm_irq_run() - raise what is due
 * @m: chip
 */
void nfm_irq_run(struct nfm *m)
{
	u32 todo = m->irq_mask;
	u32 vec;

	m->work &= ~NFM_WORK_IRQ;
	for (vec = 0; todo; vec++, todo >>= 1)
		if ((todo & 1) && !nfm_irq_eval(m, vec))
			m->irq_mask &= ~NFTSW_BIT(vec);
}

/**
 * nfm_irq_deadline() - when nfm_irq_run() has something to do by time alone
 * @m: chip
 *
 * Return: time in ns, or NFM_NEVER.
 */
u64 nfm_irq_deadline(const struct nfm *m)
{
	u64 min = NFM_NEVER;
	u32 todo = m->irq_mask;
	u64 due;
	u32 vec;

	for (vec = 0; todo; vec++, todo >>= 1) {
		if (!(todo & 1))
			continue;
		due = nfm_irq_due_ns(&m->irq[vec]);
		if (due < min)
			min = due;
	}
	return min;
}
