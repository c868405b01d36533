/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rings shared with the chip: memory, index arithmetic, phase bit, start and stop.
 * Floor 1.  Users: command queue, event ring, packet rings.  Locking is the user's.
 *
 * Indices run free modulo 65536; a ring's count is a power of two (DS 4.1).  The
 * phase of pass k over a CQ is 1 for even k, so it is the inverse of the index bit
 * that says how often the ring has wrapped (DS 4.3).
 */
#ifndef NFTSW_RING_H
#define NFTSW_RING_H

#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/string.h>
#include "nftsw_bus.h"

/**
 * struct nftsw_ring - one ring
 * @va: its entries
 * @dma: where the chip sees them
 * @nr: NFTSW_RING_*
 * @count: entries, a power of two
 * @entry_size: bytes of an entry
 * @prod: producer index: ours on an SQ
 * @cons: consumer index: ours on a CQ; on an SQ the last one the chip told
 */
struct nftsw_ring {
	void *va;
	dma_addr_t dma;
	u32 nr;
	u32 count;
	u32 entry_size;
	u16 prod;
	u16 cons;
};

/**
 * nftsw_ring_entry() - address of an entry
 * @r: ring
 * @idx: free-running index
 *
 * Return: pointer to the entry.
 */
static inline void *nftsw_ring_entry(const struct nftsw_ring *r, u16 idx)
{
	return r->va + (size_t)(idx & (r->count - 1)) * r->entry_size;
}

/**
 * nftsw_ring_phase() - phase that a new entry of a CQ must have
 * @r: ring
 *
 * Return: NFTSW_PHASE or 0.
 */
static inline u8 nftsw_ring_phase(const struct nftsw_ring *r)
{
	return r->cons & r->count ? 0 : NFTSW_BIT(0);
}

/**
 * nftsw_ring_is_new() - has the chip written the next entry of a CQ?
 * @r: ring
 * @flags: address of the entry's flags
 *
 * Return: true when it has; the rest of the entry may be read then.
 */
static inline bool nftsw_ring_is_new(const struct nftsw_ring *r, const u8 *flags)
{
	if ((READ_ONCE(*flags) & NFTSW_BIT(0)) != nftsw_ring_phase(r))
		return false;
	/* Pairs with the chip's order: the entry first, its phase last. */
	dma_rmb();
	return true;
}

/**
 * nftsw_ring_used() - entries of an SQ between @cons and @prod
 * @r: ring
 *
 * Return: their number.
 */
static inline u16 nftsw_ring_used(const struct nftsw_ring *r)
{
	return r->prod - r->cons;
}

/**
 * nftsw_ring_room() - entries of an SQ that can be produced
 * @r: ring
 *
 * Return: their number.
 */
static inline u32 nftsw_ring_room(const struct nftsw_ring *r)
{
	return r->count - nftsw_ring_used(r);
}

/**
 * nftsw_ring_cons_ok() - may the chip's consumer index of an SQ be believed?
 * @r: ring
 * @cons: what the chip says
 *
 * Return: true when it lies within [cons, prod].
 */
static inline bool nftsw_ring_cons_ok(const struct nftsw_ring *r, u16 cons)
{
	return (u16)(cons - r->cons) <= nftsw_ring_used(r);
}

/**
 * nftsw_ring_alloc() - get memory for a ring
 * @r: ring
 * @dev: device
 * @nr: NFTSW_RING_*
 * @count: entries, a power of two
 * @entry_size: bytes of an entry
 *
 * Return: 0 or -ENOMEM.
 */
static inline int nftsw_ring_alloc(struct nftsw_ring *r, struct device *dev,
				   u32 nr, u32 count, u32 entry_size)
{
	r->nr = nr;
	r->count = count;
	r->entry_size = entry_size;
	r->prod = 0;
	r->cons = 0;
	r->va = dma_alloc_coherent(dev, (size_t)count * entry_size, &r->dma,
				   GFP_KERNEL);
	return r->va ? 0 : -ENOMEM;
}

/**
 * nftsw_ring_free() - give a ring's memory back
 * @r: ring, stopped; one that was never allocated is no error
 * @dev: device
 */
static inline void nftsw_ring_free(struct nftsw_ring *r, struct device *dev)
{
	if (!r->va)
		return;
	dma_free_coherent(dev, (size_t)r->count * r->entry_size, r->va, r->dma);
	r->va = NULL;
}

/**
 * nftsw_ring_doorbell() - publish the producer index of an SQ
 * @r: ring
 * @bus: the chip
 */
static inline void nftsw_ring_doorbell(const struct nftsw_ring *r,
				       struct nftsw_bus *bus)
{
	nftsw_wr32(bus, NFTSW_RING_PROD(r->nr), r->prod);
}

/**
 * nftsw_ring_release() - tell the chip which entries of a CQ are free again
 * @r: ring
 * @bus: the chip
 */
static inline void nftsw_ring_release(const struct nftsw_ring *r,
				      struct nftsw_bus *bus)
{
	nftsw_wr32(bus, NFTSW_RING_CONS(r->nr), r->cons);
}

/**
 * nftsw_ring_start() - hand a ring to the chip, empty
 * @r: ring
 * @bus: the chip
 *
 * Return: 0, or -EIO when the chip refuses it.
 */
static inline int nftsw_ring_start(struct nftsw_ring *r, struct nftsw_bus *bus)
{
	memset(r->va, 0, (size_t)r->count * r->entry_size);
	r->prod = 0;
	r->cons = 0;
	nftsw_wr64(bus, NFTSW_RING_BASE_LO(r->nr), r->dma);
	nftsw_wr32(bus, NFTSW_RING_COUNT(r->nr), r->count);
	nftsw_wr32(bus, NFTSW_RING_CTRL(r->nr), NFTSW_RING_CTRL_EN);
	if (nftsw_rd32(bus, NFTSW_RING_CTRL(r->nr)) != NFTSW_RING_CTRL_EN)
		return -EIO;
	return 0;
}

/**
 * nftsw_ring_stop() - take a ring back from the chip
 * @r: ring
 * @bus: the chip
 *
 * On return the chip touches the ring and the buffers in it no more (DS 4.1).  One that
 * does not say so is cut off from all memory until its next reset.
 */
static inline void nftsw_ring_stop(const struct nftsw_ring *r,
				   struct nftsw_bus *bus)
{
	nftsw_wr32(bus, NFTSW_RING_CTRL(r->nr), 0);
	if (nftsw_rd32(bus, NFTSW_RING_CTRL(r->nr)))
		bus->ops->dma_set(bus, false);
}

#endif /* NFTSW_RING_H */
