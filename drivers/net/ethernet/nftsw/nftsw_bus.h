/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the driver reaches its chip: register accesses and interrupts, and the switch
 * that lets the chip reach memory.  Floor 1.
 *
 * Two carriers implement it: nftsw_pci.c for silicon, and a KUnit bus over the
 * chip's model.  DMA mappings are not part of the seam; they are made with the
 * kernel's own API on @dev.  Register accessors may be called from any context.
 */
#ifndef NFTSW_BUS_H
#define NFTSW_BUS_H

#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/types.h>
#include <nftsw/regs.h>

struct nftsw_bus;

/* What a register reads when nobody answers. */
#define NFTSW_GONE		0xffffffffu

/**
 * struct nftsw_bus_ops - what a carrier provides
 * @rd32: read a register; used while &nftsw_bus.bar is NULL
 * @wr32: write a register; used while &nftsw_bus.bar is NULL
 * @irq_request: attach @fn to a vector; @fn runs in hard interrupt context, or with
 *	softirqs disabled
 * @irq_free: detach; on return no handler of the vector runs
 * @dma_set: let the chip read and write memory, or not; off at probe.  Off: what the
 *	chip has written is in memory on return, and nothing more will be.  May sleep
 */
struct nftsw_bus_ops {
	u32 (*rd32)(struct nftsw_bus *bus, u32 off);
	void (*wr32)(struct nftsw_bus *bus, u32 off, u32 val);
	int (*irq_request)(struct nftsw_bus *bus, u32 vec, irq_handler_t fn,
			   const char *name, void *data);
	void (*irq_free)(struct nftsw_bus *bus, u32 vec, void *data);
	void (*dma_set)(struct nftsw_bus *bus, bool on);
};

/**
 * struct nftsw_bus - one chip, as its carrier found it
 * @dev: device for DMA, devlink and messages
 * @bar: registers, or NULL: accesses go through @ops
 * @ops: the carrier's operations
 * @priv: the carrier's own
 * @vec_count: interrupt vectors that can be requested
 * @name: what the device is called in drvinfo and devlink
 */
struct nftsw_bus {
	struct device *dev;
	void __iomem *bar;
	const struct nftsw_bus_ops *ops;
	void *priv;
	u32 vec_count;
	const char *name;
};

/**
 * nftsw_rd32() - read a register
 * @bus: the chip
 * @off: offset in BAR0
 *
 * Return: its value, NFTSW_GONE when the chip is not there.
 */
static inline u32 nftsw_rd32(struct nftsw_bus *bus, u32 off)
{
	void __iomem *bar = READ_ONCE(bus->bar);

	if (likely(bar))
		return readl(bar + off);
	return bus->ops->rd32(bus, off);
}

/**
 * nftsw_wr32() - write a register
 * @bus: the chip
 * @off: offset in BAR0
 * @val: value
 *
 * Memory writes that came before are visible to the chip first, as with writel().
 */
static inline void nftsw_wr32(struct nftsw_bus *bus, u32 off, u32 val)
{
	void __iomem *bar = READ_ONCE(bus->bar);

	if (likely(bar))
		writel(val, bar + off);
	else
		bus->ops->wr32(bus, off, val);
}

/**
 * nftsw_rd64() - read a pair of registers
 * @bus: the chip
 * @off: offset of the LO register; HI follows it
 *
 * Reading LO latches HI (DS 3).  Callers that share a pair serialise themselves.
 *
 * Return: the 64-bit value.
 */
static inline u64 nftsw_rd64(struct nftsw_bus *bus, u32 off)
{
	u32 lo = nftsw_rd32(bus, off);

	return (u64)nftsw_rd32(bus, off + 4) << 32 | lo;
}

/**
 * nftsw_wr64() - write a pair of registers
 * @bus: the chip
 * @off: offset of the LO register; HI follows it
 * @val: value
 */
static inline void nftsw_wr64(struct nftsw_bus *bus, u32 off, u64 val)
{
	nftsw_wr32(bus, off, lower_32_bits(val));
	nftsw_wr32(bus, off + 4, upper_32_bits(val));
}

/**
 * nftsw_bus_gone() - is the chip unreachable?
 * @bus: the chip
 *
 * Return: true when the identity register does not read as it must.
 */
static inline bool nftsw_bus_gone(struct nftsw_bus *bus)
{
	return nftsw_rd32(bus, NFTSW_ID) != NFTSW_ID_VAL;
}

#endif /* NFTSW_BUS_H */
