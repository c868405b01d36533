// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Event ring: moves events from the chip's own buffer to host memory.  DS 6.
 *
 * Floor: above nfm_ring.c.  Units below raise events into struct nfm_evbuf, which
 * holds NFM_EVBUF_COUNT while the ring is full.  When that is full too, events are
 * counted as lost until the buffer has drained and an OVERFLOW event has told
 * software; so OVERFLOW stands behind all that came before the loss and ahead of
 * all that comes after it.  Without an event ring, nobody listens: events vanish.
 */
#include "nfm_priv.h"

static bool nfm_event_put(struct nfm *m, struct nftsw_hw_event *ev)
{
	u32 type = ev->type;
	u32 index = NFM_LE32(ev->index);

	if (!nfm_ring_put(m, NFTSW_RING_EVENT, ev, &ev->flags))
		return false;
	m->events++;
	if (m->ops->trace)
		m->ops->trace(m->host, NFM_TRACE_EVENT, type, index);
	return true;
}

/* As many buffered events as the ring takes, oldest first. */
static void nfm_event_drain(struct nfm *m)
{
	struct nfm_evbuf *b = &m->evbuf;
	u32 room = nfm_ring_room(m, NFTSW_RING_EVENT);
	u32 n = 0;

	while (n < b->count && n < room && nfm_event_put(m, &b->ev[n]))
		n++;
	/* the host may fail any write, and that raises HEALTH: count has moved then */
	if (!n)
		return;
	b->count -= n;
	memmove(b->ev, b->ev + n, b->count * sizeof(b->ev[0]));
}

/* DS 6.2 */
static void nfm_event_overflow(struct nfm *m)
{
	u64 lost = m->evbuf.lost;
	struct nftsw_hw_event ev = {
		.type = NFTSW_EV_OVERFLOW,
		.severity = NFTSW_SEV_WARN,
		.time_ns = NFM_TO_LE64(m->now_ns),
		.arg[0] = NFM_TO_LE32(lost > ~0u ? ~0u : (u32)lost),
	};

	if (!nfm_event_put(m, &ev))
		return;
	m->events_lost += lost;
	m->evbuf.lost = 0;
}

/**
 * nfm_event_run() - send what was raised
 * @m: chip
 */
void nfm_event_run(struct nfm *m)
{
	struct nfm_evbuf *b = &m->evbuf;

	m->work &= ~NFM_WORK_EVENT;
	if (!m->ring[NFTSW_RING_EVENT].enabled) {
		m->events_lost += b->count + b->lost;
		b->count = 0;
		b->lost = 0;
		return;
	}
	nfm_event_drain(m);
	if (nfm_likely(!b->lost))
		return;
	m->ring[NFTSW_RING_EVENT].sts |= NFTSW_RING_STS_OVERFLOW;
	if (!b->count && nfm_ring_room(m, NFTSW_RING_EVENT))
		nfm_event_overflow(m);
}
