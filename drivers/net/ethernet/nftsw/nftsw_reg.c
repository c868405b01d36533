// SPDX-License-Identifier: GPL-2.0
/*
 * Register map: its sections as a table, for dumps, and what bring-up does with
 * registers alone: reset, identity, self-tests.  Floor 2.
 *
 * Called at probe and from reset paths, and by ethtool and devlink for dumps.  The
 * test registers are shared by the whole chip; callers hold the devlink lock or
 * RTNL, and nftsw_reg_test_lock serialises the two.
 */
#include <linux/bitfield.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/iopoll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <nftsw/bridge.h>
#include "nftsw.h"

/* Longer than the chip's own limit: the host that models it may be busy. */
#define NFTSW_RESET_WAIT_MS	(20 * NFTSW_RESET_MS)
#define NFTSW_TEST_WAIT_MS	2000

/* How many instances of a section a chip has */
enum nftsw_reg_kind {
	NFTSW_REG_ONE,
	NFTSW_REG_PER_VECTOR,
	NFTSW_REG_PER_RING,
	NFTSW_REG_PER_QUEUE_RING,
	NFTSW_REG_PER_PORT,
};

/**
 * struct nftsw_reg_row - a row of the section table
 * @name: what the registers are
 * @base: offset of the first
 * @words: registers in one instance
 * @stride: distance of instances
 * @kind: what there is one instance of
 */
struct nftsw_reg_row {
	const char *name;
	u32 base;
	u32 words;
	u32 stride;
	enum nftsw_reg_kind kind;
};

/*
 * Nobody loses anything when these are read.  BAD_ACCESS (RC) is left out, and TIME_LO,
 * which latches TIME_HI, is read under the lock of the pair.
 */
static const struct nftsw_reg_row nftsw_reg_rows[] = {
	{ "identity", NFTSW_ID, 14, 0, NFTSW_REG_ONE },
	{ "control", NFTSW_CTRL, 2, 0, NFTSW_REG_ONE },
	{ "time", NFTSW_TIME_LO, 4, 0, NFTSW_REG_ONE },
	{ "irq", NFTSW_IRQ_CTRL(0), 3, NFTSW_IRQ_STRIDE, NFTSW_REG_PER_VECTOR },
	{ "ring", NFTSW_RING_BASE_LO(0), 7, NFTSW_RING_STRIDE, NFTSW_REG_PER_RING },
	{ "queue", NFTSW_RING_BASE_LO(NFTSW_RING_RX_SQ(0)), 7, NFTSW_RING_STRIDE,
	  NFTSW_REG_PER_QUEUE_RING },
	{ "port", NFTSW_PORT_CTRL(0), 3, NFTSW_PORT_STRIDE, NFTSW_REG_PER_PORT },
};

static DEFINE_MUTEX(nftsw_reg_test_lock); /* protects the test registers */

/**
 * struct nftsw_lost - memory that is not ours until the next reset
 * @list: in &nftsw.lost
 * @va: address
 * @dma: where the chip sees it
 * @size: bytes
 */
struct nftsw_lost {
	struct list_head list;
	void *va;
	dma_addr_t dma;
	size_t size;
};

/**
 * nftsw_reg_section_count() - number of sections of the register map
 *
 * Return: the number.
 */
u32 nftsw_reg_section_count(void)
{
	return ARRAY_SIZE(nftsw_reg_rows);
}

static u32 nftsw_reg_instances(const struct nftsw *ns, enum nftsw_reg_kind kind)
{
	switch (kind) {
	case NFTSW_REG_PER_VECTOR:
		return NFTSW_VEC_QUEUE(ns->info.queues);
	case NFTSW_REG_PER_RING:
		return NFTSW_RING_EVENT + 1;
	case NFTSW_REG_PER_QUEUE_RING:
		return NFTSW_RING_RX_SQ(ns->info.queues) - NFTSW_RING_RX_SQ(0);
	case NFTSW_REG_PER_PORT:
		return ns->info.ports;
	default:
		return 1;
	}
}

/**
 * nftsw_reg_section_get() - one section of the register map
 * @ns: chip
 * @i: number of the section, below nftsw_reg_section_count()
 * @sec: where to put it, with the instances that this chip has
 */
void nftsw_reg_section_get(const struct nftsw *ns, u32 i,
			   struct nftsw_reg_section *sec)
{
	const struct nftsw_reg_row *row = &nftsw_reg_rows[i];

	sec->name = row->name;
	sec->base = row->base;
	sec->words = row->words;
	sec->stride = row->stride;
	sec->instances = nftsw_reg_instances(ns, row->kind);
}

/**
 * nftsw_reg_dump_size() - size of a register dump
 * @ns: chip
 *
 * Return: bytes that nftsw_reg_dump() writes.
 */
u32 nftsw_reg_dump_size(const struct nftsw *ns)
{
	struct nftsw_reg_section sec;
	u32 words = 0;
	u32 i;

	for (i = 0; i < nftsw_reg_section_count(); i++) {
		nftsw_reg_section_get(ns, i, &sec);
		words += sec.words * sec.instances;
	}
	return words * sizeof(u32);
}

static void nftsw_reg_dump_run(struct nftsw *ns, u32 base, u32 words, u32 *buf)
{
	unsigned long flags;
	u32 i;

	spin_lock_irqsave(&ns->time_lock, flags);
	for (i = 0; i < words; i++)
		buf[i] = nftsw_rd32(ns->bus, base + 4 * i);
	spin_unlock_irqrestore(&ns->time_lock, flags);
}

/**
 * nftsw_reg_dump() - read all registers, section after section
 * @ns: chip
 * @buf: room for nftsw_reg_dump_size() bytes
 */
void nftsw_reg_dump(struct nftsw *ns, u32 *buf)
{
	struct nftsw_reg_section sec;
	u32 i, j;

	for (i = 0; i < nftsw_reg_section_count(); i++) {
		nftsw_reg_section_get(ns, i, &sec);
		for (j = 0; j < sec.instances; j++, buf += sec.words)
			nftsw_reg_dump_run(ns, sec.base + j * sec.stride, sec.words, buf);
	}
}

/**
 * nftsw_reg_test_echo() - do writes and reads of registers arrive unharmed?
 * @ns: chip
 *
 * Return: 0, or -EIO.
 */
int nftsw_reg_test_echo(struct nftsw *ns)
{
	static const u32 patterns[] = { 0, ~0u, 0x55555555, 0xaaaaaaaa, 0x12345678 };
	int err = 0;
	u32 i;

	mutex_lock(&nftsw_reg_test_lock);
	for (i = 0; i < ARRAY_SIZE(patterns) && !err; i++) {
		nftsw_wr32(ns->bus, NFTSW_TEST_ECHO, patterns[i]);
		if (nftsw_rd32(ns->bus, NFTSW_TEST_ECHO) != ~patterns[i])
			err = -EIO;
	}
	mutex_unlock(&nftsw_reg_test_lock);
	return err;
}

static int nftsw_reg_dma_op(struct nftsw *ns, u32 op)
{
	u32 val;
	int err;

	nftsw_wr32(ns->bus, NFTSW_TEST_DMA_OP, op);
	err = read_poll_timeout(nftsw_rd32, val, val != NFTSW_TEST_DMA_OP_RUNNING,
				50, NFTSW_TEST_WAIT_MS * USEC_PER_MSEC, false,
				ns->bus, NFTSW_TEST_DMA_OP);
	if (err)
		return err;
	return val == NFTSW_TEST_DMA_OP_DONE ? 0 : -EIO;
}

static int nftsw_reg_dma_check(struct nftsw *ns, const u8 *buf, u32 size, u32 op,
			       u8 want)
{
	int err = nftsw_reg_dma_op(ns, op);

	if (err)
		return err;
	/* The status read above orders these reads behind the chip's writes. */
	return memchr_inv(buf, want, size) ? -EIO : 0;
}

/**
 * nftsw_reg_lose() - give up memory that the chip was told to use and may use yet
 * @ns: chip
 * @va: address, from dma_alloc_coherent()
 * @dma: where the chip sees it
 * @size: bytes
 *
 * It is freed when the chip has been reset.
 */
void nftsw_reg_lose(struct nftsw *ns, void *va, dma_addr_t dma, size_t size)
{
	struct nftsw_lost *lost = kmalloc(sizeof(*lost), GFP_KERNEL);

	/* Better memory that is never freed than memory that is written to by surprise. */
	if (!lost)
		return;
	lost->va = va;
	lost->dma = dma;
	lost->size = size;
	spin_lock(&ns->lost_lock);
	list_add(&lost->list, &ns->lost);
	spin_unlock(&ns->lost_lock);
}

/**
 * nftsw_reg_lost_free() - free what nftsw_reg_lose() was given
 * @ns: chip, which does no DMA
 */
void nftsw_reg_lost_free(struct nftsw *ns)
{
	struct nftsw_lost *lost, *next;
	LIST_HEAD(list);

	spin_lock(&ns->lost_lock);
	list_splice_init(&ns->lost, &list);
	spin_unlock(&ns->lost_lock);
	list_for_each_entry_safe(lost, next, &list, list) {
		dma_free_coherent(ns->dev, lost->size, lost->va, lost->dma);
		kfree(lost);
	}
}

/**
 * nftsw_reg_test_dma() - does the chip reach host memory, both ways?
 * @ns: chip
 *
 * Return: 0, -EIO on wrong data, -ETIMEDOUT, or -ENOMEM.
 */
int nftsw_reg_test_dma(struct nftsw *ns)
{
	const u32 size = 1024;
	dma_addr_t dma;
	u8 *buf;
	int err;

	buf = dma_alloc_coherent(ns->dev, size, &dma, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	mutex_lock(&nftsw_reg_test_lock);
	nftsw_wr64(ns->bus, NFTSW_TEST_DMA_LO, dma);
	nftsw_wr32(ns->bus, NFTSW_TEST_DMA_SIZE, size);
	err = nftsw_reg_dma_check(ns, buf, size, NFTSW_TEST_DMA_OP_FILL,
				  NFTSW_TEST_DMA_PATTERN);
	if (!err)
		err = nftsw_reg_dma_check(ns, buf, size, NFTSW_TEST_DMA_OP_INVERT,
					  0xff ^ NFTSW_TEST_DMA_PATTERN);
	mutex_unlock(&nftsw_reg_test_lock);
	if (err == -ETIMEDOUT)
		nftsw_reg_lose(ns, buf, dma, size);
	else
		dma_free_coherent(ns->dev, size, buf, dma);
	return err;
}

static int nftsw_reg_test_vector(struct nftsw *ns, u32 vec)
{
	u32 before = READ_ONCE(ns->irqs[vec]);
	u32 now;

	nftsw_wr32(ns->bus, NFTSW_TEST_IRQ, vec);
	return read_poll_timeout(READ_ONCE, now, now != before, 50,
				 NFTSW_TEST_WAIT_MS * USEC_PER_MSEC, false,
				 ns->irqs[vec]);
}

/**
 * nftsw_reg_test_irq() - does every vector reach its handler?
 * @ns: chip, all its vectors requested
 *
 * Return: 0, or -ETIMEDOUT.
 */
int nftsw_reg_test_irq(struct nftsw *ns)
{
	int err = 0;
	u32 vec;

	mutex_lock(&nftsw_reg_test_lock);
	for (vec = 0; vec < NFTSW_VEC_QUEUE(ns->info.queues) && !err; vec++)
		err = nftsw_reg_test_vector(ns, vec);
	mutex_unlock(&nftsw_reg_test_lock);
	return err;
}

/**
 * nftsw_reg_wait_ready() - wait until the chip's reset is complete
 * @ns: chip
 *
 * Return: 0, -ENODEV when the chip is gone, or -ETIMEDOUT.
 */
int nftsw_reg_wait_ready(struct nftsw *ns)
{
	u32 val;
	int err;

	err = read_poll_timeout(nftsw_rd32, val,
				val == NFTSW_GONE || val & NFTSW_STATUS_READY,
				1000, NFTSW_RESET_WAIT_MS * USEC_PER_MSEC, false,
				ns->bus, NFTSW_STATUS);
	if (err)
		return err;
	return nftsw_bus_gone(ns->bus) ? -ENODEV : 0;
}

/**
 * nftsw_reg_reset() - reset the chip and wait until it is ready
 * @ns: chip
 *
 * On return the chip does no DMA of its own accord, its tables are empty and its links
 * down (DS 9).  A chip of which that is not known reaches memory no more.
 *
 * Return: 0, -ENODEV or -ETIMEDOUT.
 */
int nftsw_reg_reset(struct nftsw *ns)
{
	int err;

	nftsw_wr32(ns->bus, NFTSW_CTRL, NFTSW_CTRL_RESET);
	err = nftsw_reg_wait_ready(ns);
	ns->bus->ops->dma_set(ns->bus, !err);
	if (!err)
		nftsw_reg_lost_free(ns);
	return err;
}

static int nftsw_reg_info_check(struct nftsw *ns)
{
	const struct nftsw_info *info = &ns->info;

	if (FIELD_GET(NFTSW_ABI_MAJOR, info->abi) !=
	    FIELD_GET(NFTSW_ABI_MAJOR, NFTSW_ABI_VERSION)) {
		dev_err(ns->dev, "chip speaks ABI %#x, driver %#x\n", info->abi,
			NFTSW_ABI_VERSION);
		return -EPROTO;
	}
	if (!info->ports || info->ports > NFTSW_MAX_PORTS || !info->queues ||
	    info->queues > NFTSW_MAX_QUEUES || info->flows > NFTSW_MAX_FLOWS ||
	    info->lags > NFTSW_MAX_LAGS || info->acls > NFTSW_MAX_ACLS ||
	    info->fdb > NFTSW_MAX_FDB || info->max_frame < ETH_FRAME_LEN ||
	    info->max_frame > U16_MAX || !is_valid_ether_addr(info->mac)) {
		dev_err(ns->dev, "chip reports impossible figures: %u ports, %u queues, %u flows, frames of %u, mac %pM\n",
			info->ports, info->queues, info->flows, info->max_frame,
			info->mac);
		return -EPROTO;
	}
	return 0;
}

/**
 * nftsw_reg_info_read() - read what the chip is and can do
 * @ns: chip; ns->info is filled in
 *
 * Return: 0, -ENODEV when it does not answer, -EPROTO when it is not ours to drive.
 */
int nftsw_reg_info_read(struct nftsw *ns)
{
	struct nftsw_info *info = &ns->info;
	u32 lo, hi;

	if (nftsw_bus_gone(ns->bus)) {
		dev_err(ns->dev, "no chip behind the registers\n");
		return -ENODEV;
	}
	info->abi = nftsw_rd32(ns->bus, NFTSW_ABI);
	info->rev = nftsw_rd32(ns->bus, NFTSW_REV);
	info->caps = nftsw_rd32(ns->bus, NFTSW_CAPS);
	info->ports = nftsw_rd32(ns->bus, NFTSW_PORTS);
	info->queues = nftsw_rd32(ns->bus, NFTSW_QUEUES);
	info->flows = nftsw_rd32(ns->bus, NFTSW_FLOWS);
	info->max_frame = nftsw_rd32(ns->bus, NFTSW_MAX_FRAME);
	/* not a register of a chip without */
	if (info->caps & NFTSW_CAPS_LAG)
		info->lags = nftsw_rd32(ns->bus, NFTSW_LAGS);
	if (info->caps & NFTSW_CAPS_ACL)
		info->acls = nftsw_rd32(ns->bus, NFTSW_ACLS);
	if (info->caps & NFTSW_CAPS_BRIDGE)
		info->fdb = nftsw_rd32(ns->bus, NFTSW_FDB);
	info->serial = nftsw_rd64(ns->bus, NFTSW_SERIAL_LO);
	lo = nftsw_rd32(ns->bus, NFTSW_MAC_LO);
	hi = nftsw_rd32(ns->bus, NFTSW_MAC_HI);
	put_unaligned_le32(lo, info->mac);
	put_unaligned_le16(hi, info->mac + 4);
	if (!(info->caps & NFTSW_CAPS_FLOW))
		info->flows = 0;
	return nftsw_reg_info_check(ns);
}
