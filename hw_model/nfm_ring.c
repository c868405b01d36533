// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Host memory and the rings in it: the only file that calls dma_map.
 *
 * Floor: above nfm_fault.c, below everything that owns a ring.  Indices run freely
 * modulo 65536; an entry never crosses a mapping, because bases are aligned to 64
 * and entry sizes divide 64.  Host memory is hostile and may change at any time:
 * an entry is copied out once, and only the copy is looked at.  DS 4.
 */
#include "nfm_priv.h"

/* The four rings of a queue pair, in the order of their numbers. */
static const u8 nfm_queue_entry_bytes[4] = {
	sizeof(struct nftsw_hw_rxd), sizeof(struct nftsw_hw_rxc),
	sizeof(struct nftsw_hw_txd), sizeof(struct nftsw_hw_txc),
};

/**
 * nfm_dma_map() - host memory as the chip sees it
 * @m: chip
 * @addr: DMA address
 * @len: bytes, not 0
 * @write: the chip will write
 *
 * Return: the memory until nfm_dma_unmap(), or NULL: counted and traced here.
 */
void *nfm_dma_map(struct nfm *m, u64 addr, u32 len, bool write)
{
	void *p = NULL;

	if (addr + len >= addr && !nfm_fault_take(m, NFM_FAULT_DMA_FAIL))
		p = m->ops->dma_map(m->host, addr, len, write);
	if (nfm_unlikely(!p)) {
		m->dma_errors++;
		if (m->ops->trace)
			m->ops->trace(m->host, NFM_TRACE_DMA_ERROR, len, addr);
	}
	return p;
}

/**
 * nfm_dma_unmap() - end of use of mapped memory
 * @m: chip
 * @p: what nfm_dma_map() returned
 * @len: as mapped
 * @write: as mapped
 */
void nfm_dma_unmap(struct nfm *m, void *p, u32 len, bool write)
{
	m->ops->dma_unmap(m->host, p, len, write);
}

/* Queue pair of a packet ring. */
static u32 nfm_ring_queue(u32 ring)
{
	return (ring - NFTSW_RING_RX_SQ(0)) / 4;
}

/**
 * nfm_ring_exists() - does this chip have a ring of that number?
 * @m: chip
 * @ring: number from the register map
 *
 * Return: true if so.
 */
bool nfm_ring_exists(const struct nfm *m, u32 ring)
{
	if (ring < NFTSW_RING_RX_SQ(0))
		return ring <= NFTSW_RING_EVENT;
	return ring < NFTSW_MAX_RINGS && nfm_ring_queue(ring) < m->cfg.queues;
}

/**
 * nfm_ring_config_ok() - may a ring be enabled with these values?
 * @ring: ring number
 * @base: DMA address of the first entry
 * @count: entries
 *
 * Return: true when base and count keep DS 4.1.
 */
bool nfm_ring_config_ok(u32 ring, u64 base, u32 count)
{
	u32 max = ring <= NFTSW_RING_CMD_CQ ? NFTSW_CMD_MAX_COUNT : NFTSW_RING_MAX_COUNT;
	u64 end = base + (u64)count * 64;

	return !(base & 63) && end > base && count >= NFTSW_RING_MIN_COUNT &&
	       count <= max && !(count & (count - 1));
}

/* A doorbell: which unit may have something to do now? */
static void nfm_ring_wake(struct nfm *m, u32 ring)
{
	if (ring <= NFTSW_RING_CMD_CQ)
		m->work |= NFM_WORK_CMD;
	else if (ring == NFTSW_RING_EVENT)
		m->work |= NFM_WORK_EVENT;
	else if ((ring & 3) >= 2)
		m->tx_mask |= NFTSW_BIT(nfm_ring_queue(ring));
}

/**
 * nfm_ring_enable() - RING_CTRL.EN was written
 * @m: chip
 * @ring: ring number that exists
 * @on: new value of EN
 *
 * Setting EN starts the ring from 0, or is refused with STS.CONFIG.  DS 4.1
 */
void nfm_ring_enable(struct nfm *m, u32 ring, bool on)
{
	struct nfm_ring *r = &m->ring[ring];

	if (on == r->enabled)
		return;
	if (on && !nfm_ring_config_ok(ring, r->base, r->count)) {
		r->sts |= NFTSW_RING_STS_CONFIG;
		return;
	}
	r->enabled = on;
	if (!on)
		return;
	r->prod = 0;
	r->cons = 0;
	r->phase = 1;
	nfm_ring_wake(m, ring);
}

/**
 * nfm_ring_set_prod() - doorbell of a submission ring
 * @m: chip
 * @ring: ring number of an SQ
 * @idx: value written
 *
 * An index that leaves more than COUNT entries, or a ring that is not enabled, sets
 * STS.INDEX; nothing else happens then.  DS 4.2
 */
void nfm_ring_set_prod(struct nfm *m, u32 ring, u32 idx)
{
	struct nfm_ring *r = &m->ring[ring];
	u16 used = (u16)(idx - r->cons);

	if (!r->enabled || idx > NFTSW_RING_IDX || used > r->count) {
		r->sts |= NFTSW_RING_STS_INDEX;
		return;
	}
	r->prod = (u16)idx;
	nfm_ring_wake(m, ring);
}

/**
 * nfm_ring_set_cons() - software has taken entries of a completion ring
 * @m: chip
 * @ring: ring number of a CQ
 * @idx: value written
 *
 * An index outside [CONS, PROD], or a ring that is not enabled, sets STS.INDEX; nothing
 * else happens then.  DS 4.2
 */
void nfm_ring_set_cons(struct nfm *m, u32 ring, u32 idx)
{
	struct nfm_ring *r = &m->ring[ring];
	u16 taken = (u16)(idx - r->cons);

	if (!r->enabled || idx > NFTSW_RING_IDX || taken > nfm_ring_used(m, ring)) {
		r->sts |= NFTSW_RING_STS_INDEX;
		return;
	}
	r->cons = (u16)idx;
	nfm_ring_wake(m, ring);
}

/**
 * nfm_ring_used() - entries that wait in a ring
 * @m: chip
 * @ring: ring number
 *
 * Return: published and not taken; 0 for a ring that is not enabled.
 */
u32 nfm_ring_used(const struct nfm *m, u32 ring)
{
	const struct nfm_ring *r = &m->ring[ring];

	return r->enabled ? (u16)(r->prod - r->cons) : 0;
}

/**
 * nfm_ring_room() - entries that the chip may write to a CQ
 * @m: chip
 * @ring: ring number of a CQ
 *
 * Return: free entries; 0 for a ring that is not enabled.
 */
u32 nfm_ring_room(const struct nfm *m, u32 ring)
{
	const struct nfm_ring *r = &m->ring[ring];

	return r->enabled ? r->count - nfm_ring_used(m, ring) : 0;
}

/* The ring cannot be reached: stop it, and the chip if it cannot do without.  DS 4.6 */
static void nfm_ring_fail(struct nfm *m, u32 ring)
{
	static const u8 cause[] = {
		[NFTSW_RING_CMD_SQ] = NFTSW_CAUSE_CMD_DMA,
		[NFTSW_RING_CMD_CQ] = NFTSW_CAUSE_CPL_DMA,
		[NFTSW_RING_EVENT] = NFTSW_CAUSE_EVQ_DMA,
	};

	m->ring[ring].sts |= NFTSW_RING_STS_DMA;
	m->ring[ring].enabled = false;
	if (ring < NFM_ARRAY_COUNT(cause)) {
		nfm_fatal(m, cause[ring], ring);
		return;
	}
	nfm_event_raise(m, NFTSW_EV_HEALTH, NFTSW_SEV_ERROR, ring, NFTSW_CAUSE_NONE, 0);
	m->work |= NFM_WORK_EVENT;
}

/* DMA address of the entry with a free-running index. */
static u64 nfm_ring_addr(const struct nfm_ring *r, u16 idx)
{
	return r->base + (u64)(idx & (r->count - 1)) * r->entry_bytes;
}

/**
 * nfm_ring_peek() - copy an entry of an SQ, without taking it
 * @m: chip
 * @ring: ring number of an SQ
 * @at: 0 for the oldest; below nfm_ring_used()
 * @entry: where to, the ring's entry size
 *
 * Return: false when the ring cannot be reached; it is stopped then.
 */
bool nfm_ring_peek(struct nfm *m, u32 ring, u32 at, void *entry)
{
	struct nfm_ring *r = &m->ring[ring];
	void *p;

	p = nfm_dma_map(m, nfm_ring_addr(r, (u16)(r->cons + at)), r->entry_bytes, false);
	if (nfm_unlikely(!p)) {
		nfm_ring_fail(m, ring);
		return false;
	}
	memcpy(entry, p, r->entry_bytes);
	nfm_dma_unmap(m, p, r->entry_bytes, false);
	return true;
}

/**
 * nfm_ring_consume() - take entries of an SQ
 * @m: chip
 * @ring: ring number of an SQ
 * @n: how many, at most nfm_ring_used()
 */
void nfm_ring_consume(struct nfm *m, u32 ring, u32 n)
{
	m->ring[ring].cons = (u16)(m->ring[ring].cons + n);
}

/**
 * nfm_ring_put() - write an entry to a CQ, and look at its interrupt
 * @m: chip
 * @ring: ring number of a CQ with room
 * @entry: the entry
 * @flags: the octet of @entry that carries NFTSW_PHASE
 *
 * The phase becomes visible behind the rest of the entry.  DS 4.3
 *
 * Return: false when the ring cannot be reached; it is stopped then.
 */
bool nfm_ring_put(struct nfm *m, u32 ring, void *entry, u8 *flags)
{
	struct nfm_ring *r = &m->ring[ring];
	size_t at = (size_t)(flags - (u8 *)entry);
	u8 new_flags = *flags | r->phase;
	u8 *p;

	p = nfm_dma_map(m, nfm_ring_addr(r, r->prod), r->entry_bytes, true);
	if (nfm_unlikely(!p)) {
		nfm_ring_fail(m, ring);
		return false;
	}
	*flags = new_flags ^ NFTSW_PHASE;
	memcpy(p, entry, r->entry_bytes);
	NFM_STORE_RELEASE(p + at, new_flags);
	nfm_dma_unmap(m, p, r->entry_bytes, true);
	r->prod++;
	if (!(r->prod & (r->count - 1)))
		r->phase ^= NFTSW_PHASE;
	m->irq_mask |= NFTSW_BIT(r->vec);
	return true;
}

/**
 * nfm_ring_reset() - stop and forget every ring
 * @m: chip
 */
void nfm_ring_reset(struct nfm *m)
{
	struct nfm_ring *r;
	u32 i;

	memset(m->ring, 0, sizeof(m->ring));
	m->ring[NFTSW_RING_CMD_SQ].entry_bytes = sizeof(struct nftsw_hw_cmd);
	m->ring[NFTSW_RING_CMD_CQ].entry_bytes = sizeof(struct nftsw_hw_cpl);
	m->ring[NFTSW_RING_CMD_CQ].is_cq = true;
	m->ring[NFTSW_RING_CMD_CQ].vec = NFTSW_VEC_CMD;
	m->ring[NFTSW_RING_EVENT].entry_bytes = sizeof(struct nftsw_hw_event);
	m->ring[NFTSW_RING_EVENT].is_cq = true;
	m->ring[NFTSW_RING_EVENT].vec = NFTSW_VEC_EVENT;
	for (i = NFTSW_RING_RX_SQ(0); i < NFTSW_MAX_RINGS; i++) {
		r = &m->ring[i];
		r->entry_bytes = nfm_queue_entry_bytes[i & 3];
		r->is_cq = i & 1;
		r->vec = NFTSW_VEC_QUEUE(nfm_ring_queue(i));
	}
}
