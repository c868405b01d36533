// SPDX-License-Identifier: GPL-2.0
/*
 * struct nftsw_bus over struct nfm: the driver, unchanged, on a chip made of
 * software.  Floor 6.  Called by the driver through its bus and by nftsw_kt.c.
 *
 * Locking: every call into the model holds bm->lock with interrupts off.  What the model
 * calls back only notes: an interrupt becomes a pending bit, a frame a list entry.
 * nftsw_bm_pump() alternates between the model and the pending handlers, which it
 * calls outside the lock as a CPU would: interrupts off, softirqs (NAPI) right after.
 * A thread pumps as well, whenever the driver has rung a bell, so that
 * code which sleeps until the chip answers needs no help from the test.
 *
 * Chip time is virtual.  It moves when a test says so, and over short waits (reset,
 * interrupt moderation) when nothing else is left to do.
 */

#include <linux/bitops.h>
#include <linux/dma-direct.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "nftsw_bus_model.h"

#define NFTSW_BM_BUDGET		64
#define NFTSW_BM_MAX_ROUNDS	20000
#define NFTSW_BM_STEP_NS	(250ull * NSEC_PER_MSEC)
#define NFTSW_BM_START_NS	(1000ull * NSEC_PER_SEC)

/* ---- what the model asks of its host; bm->lock is held ---- */

static void *nftsw_bm_dma_map(void *host, u64 addr, u32 len, bool write)
{
	struct nftsw_bus_model *bm = host;
	phys_addr_t phys = dma_to_phys(bm->bus.dev, addr);

	if (!bm->dma_on)
		return NULL;
	if (!len || addr + len - 1 < addr || !pfn_valid(PHYS_PFN(phys)) ||
	    !pfn_valid(PHYS_PFN(phys + len - 1))) {
		bm->dma_bad++;
		return NULL;
	}
	bm->dma_live++;
	return phys_to_virt(phys);
}

static void nftsw_bm_dma_unmap(void *host, void *p, u32 len, bool write)
{
	struct nftsw_bus_model *bm = host;

	bm->dma_live--;
}

static void nftsw_bm_irq(void *host, u32 vec)
{
	struct nftsw_bus_model *bm = host;

	if (vec >= ARRAY_SIZE(bm->vec))
		return;
	bm->vec[vec].raised++;
	__set_bit(vec, &bm->pending);
}

static void nftsw_bm_egress(void *host, u32 port, const struct nfm_frame *f, u32 n)
{
	struct nftsw_bus_model *bm = host;
	struct nftsw_bm_frame *copy;
	u32 i;

	for (i = 0; i < n; i++) {
		copy = kmalloc(struct_size(copy, data, f[i].len), GFP_ATOMIC);
		if (!copy) {
			bm->egress_lost++;
			continue;
		}
		copy->port = port;
		copy->len = f[i].len;
		memcpy(copy->data, f[i].data, f[i].len);
		list_add_tail(&copy->list, &bm->egress);
	}
}

static void nftsw_bm_link(void *host, u32 port, bool on)
{
	struct nftsw_bus_model *bm = host;

	if (on)
		bm->lasers |= BIT_ULL(port);
	else
		bm->lasers &= ~BIT_ULL(port);
}

static void nftsw_bm_kick(void *host)
{
	struct nftsw_bus_model *bm = host;

	if (!bm->paused)
		kthread_queue_work(bm->worker, &bm->work);
}

static void nftsw_bm_trace(void *host, u32 what, u32 a, u64 b)
{
	struct nftsw_bus_model *bm = host;
	u32 opcode = a & 0xffff;

	if (what == NFM_TRACE_CMD && opcode < NFTSW_BM_OPCODES)
		bm->cmds[opcode]++;
}

static const struct nfm_host_ops nftsw_bm_host_ops = {
	.dma_map = nftsw_bm_dma_map,
	.dma_unmap = nftsw_bm_dma_unmap,
	.irq = nftsw_bm_irq,
	.egress = nftsw_bm_egress,
	.link = nftsw_bm_link,
	.kick = nftsw_bm_kick,
	.trace = nftsw_bm_trace,
};

/* ---- what the driver asks of its bus ---- */

static void nftsw_bm_record(struct nftsw_bus_model *bm, u32 off, u32 val,
			    bool write)
{
	struct nftsw_bm_access *a;

	a = &bm->log[bm->accesses++ % NFTSW_BM_LOG_COUNT];
	a->off = off;
	a->val = val;
	a->write = write;
}

static u32 nftsw_bm_rd32(struct nftsw_bus *bus, u32 off)
{
	struct nftsw_bus_model *bm = bus->priv;
	unsigned long flags;
	u32 val;

	spin_lock_irqsave(&bm->lock, flags);
	val = bm->gone ? NFTSW_GONE : nfm_mmio_read(bm->m, off);
	if (bm->rd_hook)
		val = bm->rd_hook(bm, off, val);
	nftsw_bm_record(bm, off, val, false);
	spin_unlock_irqrestore(&bm->lock, flags);
	return val;
}

static void nftsw_bm_wr32(struct nftsw_bus *bus, u32 off, u32 val)
{
	struct nftsw_bus_model *bm = bus->priv;
	unsigned long flags;

	spin_lock_irqsave(&bm->lock, flags);
	nftsw_bm_record(bm, off, val, true);
	if (bm->wr_hook)
		bm->wr_hook(bm, off, val);
	if (!bm->gone)
		nfm_mmio_write(bm->m, off, val);
	if (bm->prompt && !bm->gone && off == NFTSW_RING_PROD(NFTSW_RING_CMD_SQ))
		nfm_prompt(bm->m, bm->now_ns, NFTSW_BM_BUDGET);
	spin_unlock_irqrestore(&bm->lock, flags);
}

static int nftsw_bm_irq_request(struct nftsw_bus *bus, u32 vec, irq_handler_t fn,
				const char *name, void *data)
{
	struct nftsw_bus_model *bm = bus->priv;

	if (vec >= bus->vec_count || vec == bm->irq_fail_vec)
		return -ENOSPC;
	if (bm->vec[vec].fn)
		return -EBUSY;
	mutex_lock(&bm->pump_lock);
	bm->vec[vec].fn = fn;
	bm->vec[vec].data = data;
	mutex_unlock(&bm->pump_lock);
	return 0;
}

static void nftsw_bm_irq_free(struct nftsw_bus *bus, u32 vec, void *data)
{
	struct nftsw_bus_model *bm = bus->priv;

	if (WARN_ON(vec >= ARRAY_SIZE(bm->vec) || bm->vec[vec].data != data))
		return;
	mutex_lock(&bm->pump_lock);
	bm->vec[vec].fn = NULL;
	bm->vec[vec].data = NULL;
	mutex_unlock(&bm->pump_lock);
}

static void nftsw_bm_dma_set(struct nftsw_bus *bus, bool on)
{
	struct nftsw_bus_model *bm = bus->priv;
	unsigned long flags;

	might_sleep();
	spin_lock_irqsave(&bm->lock, flags);
	bm->dma_on = on;
	bm->dma_cuts += !on;
	spin_unlock_irqrestore(&bm->lock, flags);
}

static const struct nftsw_bus_ops nftsw_bm_bus_ops = {
	.rd32 = nftsw_bm_rd32,
	.wr32 = nftsw_bm_wr32,
	.irq_request = nftsw_bm_irq_request,
	.irq_free = nftsw_bm_irq_free,
	.dma_set = nftsw_bm_dma_set,
};

/* ---- the pump ---- */

/* A hard interrupt, and what a CPU does on its way out of one. */
static void nftsw_bm_deliver(struct nftsw_bus_model *bm, u32 vec)
{
	struct nftsw_bm_vec *v = &bm->vec[vec];
	unsigned long flags;

	if (!v->fn)
		return;
	v->delivered++;
	local_bh_disable();
	local_irq_save(flags);
	v->fn(vec, v->data);
	local_irq_restore(flags);
	local_bh_enable();
}

/* Nothing left to do now: is there something soon?  Then it is that time. */
static bool nftsw_bm_step(struct nftsw_bus_model *bm)
{
	u64 next = nfm_deadline(bm->m);

	if (next == NFM_NEVER || next <= bm->now_ns ||
	    next - bm->now_ns > bm->step_ns)
		return false;
	bm->now_ns = next;
	return true;
}

static bool nftsw_bm_round(struct nftsw_bus_model *bm)
{
	unsigned long flags, pending;
	bool more;
	u32 vec;

	spin_lock_irqsave(&bm->lock, flags);
	more = nfm_run(bm->m, bm->now_ns, NFTSW_BM_BUDGET);
	pending = bm->pending;
	bm->pending = 0;
	if (!more && !pending)
		more = nftsw_bm_step(bm);
	spin_unlock_irqrestore(&bm->lock, flags);

	for_each_set_bit(vec, &pending, NFTSW_MAX_VECTORS)
		nftsw_bm_deliver(bm, vec);
	return more || pending;
}

/* What softirqs put off to their thread is part of a round too. */
static bool nftsw_bm_softirqs(void)
{
	if (!local_softirq_pending())
		return false;
	local_bh_disable();
	local_bh_enable();
	cond_resched();
	return true;
}

/**
 * nftsw_bm_pump() - let the chip and the interrupt handlers work until they are idle
 * @bm: chip
 *
 * May sleep.  On return every consequence in the chip, in NAPI and in interrupt handlers
 * of what was done before has happened; work items are the driver's own.
 */
void nftsw_bm_pump(struct nftsw_bus_model *bm)
{
	u32 round = 0;

	mutex_lock(&bm->pump_lock);
	while (nftsw_bm_round(bm) || nftsw_bm_softirqs()) {
		if (WARN_ONCE(++round > NFTSW_BM_MAX_ROUNDS,
			      "nftsw: chip and driver keep each other busy\n"))
			break;
	}
	mutex_unlock(&bm->pump_lock);
}

static void nftsw_bm_work(struct kthread_work *work)
{
	struct nftsw_bus_model *bm = container_of(work, struct nftsw_bus_model, work);

	if (!READ_ONCE(bm->paused))
		nftsw_bm_pump(bm);
}

/**
 * nftsw_bm_pause() - stop or start the thread that pumps
 * @bm: chip
 * @paused: from now on, the chip works in nftsw_bm_pump() only
 */
void nftsw_bm_pause(struct nftsw_bus_model *bm, bool paused)
{
	WRITE_ONCE(bm->paused, paused);
	if (!paused)
		kthread_queue_work(bm->worker, &bm->work);
	kthread_flush_work(&bm->work);
}

/* ---- what tests ask ---- */

/**
 * nftsw_bm_advance() - let chip time pass
 * @bm: chip
 * @ns: how much
 */
void nftsw_bm_advance(struct nftsw_bus_model *bm, u64 ns)
{
	unsigned long flags;

	spin_lock_irqsave(&bm->lock, flags);
	bm->now_ns += ns;
	spin_unlock_irqrestore(&bm->lock, flags);
	nftsw_bm_pump(bm);
}

/**
 * nftsw_bm_ingress_quiet() - a frame arrives while interrupts are off
 * @bm: chip
 * @port: port
 * @data: the frame
 * @len: octets
 */
void nftsw_bm_ingress_quiet(struct nftsw_bus_model *bm, u32 port, const void *data,
			    u32 len)
{
	struct nfm_frame f = { .len = len };
	unsigned long flags;
	u8 *buf;

	buf = kzalloc(NFM_HEADROOM + len, GFP_KERNEL);
	if (WARN_ON(!buf))
		return;
	f.data = buf + NFM_HEADROOM;
	memcpy(f.data, data, len);
	spin_lock_irqsave(&bm->lock, flags);
	nfm_ingress(bm->m, port, &f, 1, bm->now_ns);
	spin_unlock_irqrestore(&bm->lock, flags);
	kfree(buf);
}

/**
 * nftsw_bm_ingress() - a frame arrives at a port, and is dealt with
 * @bm: chip
 * @port: port
 * @data: the frame
 * @len: octets
 */
void nftsw_bm_ingress(struct nftsw_bus_model *bm, u32 port, const void *data,
		      u32 len)
{
	nftsw_bm_ingress_quiet(bm, port, data, len);
	nftsw_bm_pump(bm);
}

/**
 * nftsw_bm_link_set() - plug a partner in, or out
 * @bm: chip
 * @port: port
 * @up: the partner is there
 */
void nftsw_bm_link_set(struct nftsw_bus_model *bm, u32 port, bool up)
{
	unsigned long flags;

	spin_lock_irqsave(&bm->lock, flags);
	nfm_link_set(bm->m, port, up);
	spin_unlock_irqrestore(&bm->lock, flags);
	nftsw_bm_pump(bm);
}

/**
 * nftsw_bm_fault() - turn one of the chip's fault knobs
 * @bm: chip
 * @knob: which
 * @value: how far
 */
void nftsw_bm_fault(struct nftsw_bus_model *bm, enum nfm_fault_knob knob,
		    u64 value)
{
	unsigned long flags;

	spin_lock_irqsave(&bm->lock, flags);
	nfm_fault_set(bm->m, knob, value);
	spin_unlock_irqrestore(&bm->lock, flags);
}

/**
 * nftsw_bm_pull_out() - surprise removal, and its opposite
 * @bm: chip
 * @gone: reads return all ones, writes and interrupts are lost
 */
void nftsw_bm_pull_out(struct nftsw_bus_model *bm, bool gone)
{
	unsigned long flags;

	spin_lock_irqsave(&bm->lock, flags);
	bm->gone = gone;
	if (gone)
		nfm_reset(bm->m);
	bm->pending = 0;
	spin_unlock_irqrestore(&bm->lock, flags);
}

/**
 * nftsw_bm_reg() - read a register behind the driver's back
 * @bm: chip
 * @off: offset in BAR0
 *
 * Return: its value.  Side effects of reading happen; nothing is recorded.
 */
u32 nftsw_bm_reg(struct nftsw_bus_model *bm, u32 off)
{
	unsigned long flags;
	u32 val;

	spin_lock_irqsave(&bm->lock, flags);
	val = nfm_mmio_read(bm->m, off);
	spin_unlock_irqrestore(&bm->lock, flags);
	return val;
}

/**
 * nftsw_bm_egress_take() - the oldest frame that left the chip
 * @bm: chip
 *
 * Return: the frame, the caller's to kfree(); NULL when there is none.
 */
struct nftsw_bm_frame *nftsw_bm_egress_take(struct nftsw_bus_model *bm)
{
	struct nftsw_bm_frame *f;
	unsigned long flags;

	spin_lock_irqsave(&bm->lock, flags);
	f = list_first_entry_or_null(&bm->egress, struct nftsw_bm_frame, list);
	if (f)
		list_del(&f->list);
	spin_unlock_irqrestore(&bm->lock, flags);
	return f;
}

/**
 * nftsw_bm_flows() - look into the chip's flow table
 * @bm: chip
 * @nth: which of its entries, in order of entry numbers
 * @rec: gets that entry, if there are so many; may be NULL
 *
 * Return: number of entries in the table.
 */
u32 nftsw_bm_flows(struct nftsw_bus_model *bm, u32 nth,
		   struct nftsw_hw_flow_record *rec)
{
	struct nftsw_hw_flow_record cur;
	unsigned long flags;
	u32 index, count = 0;

	spin_lock_irqsave(&bm->lock, flags);
	for (index = 0; nfm_flow_next(bm->m, &index, &cur); count++) {
		if (rec && count == nth)
			*rec = cur;
	}
	spin_unlock_irqrestore(&bm->lock, flags);
	return count;
}

/**
 * nftsw_bm_port_ctr() - a counter of a port, from inside the chip
 * @bm: chip
 * @port: port
 * @ctr: which
 *
 * Return: its value.
 */
u64 nftsw_bm_port_ctr(struct nftsw_bus_model *bm, u32 port, enum nftsw_pctr ctr)
{
	u64 ctrs[NFTSW_PCTR_COUNT];
	unsigned long flags;

	spin_lock_irqsave(&bm->lock, flags);
	nfm_port_ctrs_get(bm->m, port, ctrs);
	spin_unlock_irqrestore(&bm->lock, flags);
	return ctrs[ctr];
}

/**
 * nftsw_bm_reason() - how many frames had a reason, from inside the chip
 * @bm: chip
 * @reason: which
 *
 * Return: their number.
 */
u64 nftsw_bm_reason(struct nftsw_bus_model *bm, enum nftsw_reason reason)
{
	unsigned long flags;
	u64 n;

	spin_lock_irqsave(&bm->lock, flags);
	n = nfm_reason_get(bm->m, reason);
	spin_unlock_irqrestore(&bm->lock, flags);
	return n;
}

/**
 * nftsw_bm_lag() - a link aggregation group, from inside the chip
 * @bm: chip
 * @lag: its number
 * @cfg: filled in
 */
void nftsw_bm_lag(struct nftsw_bus_model *bm, u32 lag, struct nftsw_hw_lag *cfg)
{
	unsigned long flags;

	spin_lock_irqsave(&bm->lock, flags);
	nfm_lag_get(bm->m, lag, cfg);
	spin_unlock_irqrestore(&bm->lock, flags);
}

/**
 * nftsw_bm_acl() - a rule of the access control list, from inside the chip
 * @bm: chip
 * @at: place in the order in which rules are looked at
 * @rec: filled in
 *
 * Return: false when there are not so many.
 */
bool nftsw_bm_acl(struct nftsw_bus_model *bm, u32 at, struct nftsw_hw_acl_record *rec)
{
	unsigned long flags;
	bool there;

	spin_lock_irqsave(&bm->lock, flags);
	there = nfm_acl_get(bm->m, at, rec);
	spin_unlock_irqrestore(&bm->lock, flags);
	return there;
}

/**
 * nftsw_bm_log_reset() - forget the recorded accesses
 * @bm: chip
 */
void nftsw_bm_log_reset(struct nftsw_bus_model *bm)
{
	unsigned long flags;

	spin_lock_irqsave(&bm->lock, flags);
	bm->accesses = 0;
	spin_unlock_irqrestore(&bm->lock, flags);
}

/**
 * nftsw_bm_log_count() - how often the driver touched a register
 * @bm: chip
 * @off: offset in BAR0
 * @write: count writes, not reads
 *
 * Return: number of accesses among the last NFTSW_BM_LOG_COUNT.
 */
u32 nftsw_bm_log_count(struct nftsw_bus_model *bm, u32 off, bool write)
{
	unsigned long flags;
	u32 i, n = 0, end;

	spin_lock_irqsave(&bm->lock, flags);
	end = min_t(u32, bm->accesses, NFTSW_BM_LOG_COUNT);
	for (i = 0; i < end; i++)
		n += bm->log[i].off == off && bm->log[i].write == write;
	spin_unlock_irqrestore(&bm->lock, flags);
	return n;
}

static int nftsw_bm_thread_start(struct nftsw_bus_model *bm)
{
	bm->worker = kthread_create_worker(0, "nftsw-chip");
	if (IS_ERR(bm->worker))
		return PTR_ERR(bm->worker);
	kthread_init_work(&bm->work, nftsw_bm_work);
	return 0;
}

/**
 * nftsw_bm_init() - make a chip and the bus to it
 * @bm: zeroed memory
 * @dev: device that the driver does its DMA with
 * @cfg: the chip's properties
 *
 * Return: 0 or a negative errno.
 */
int nftsw_bm_init(struct nftsw_bus_model *bm, struct device *dev,
		  const struct nfm_cfg *cfg)
{
	int err;

	if (nfm_cfg_check(cfg))
		return -EINVAL;
	spin_lock_init(&bm->lock);
	mutex_init(&bm->pump_lock);
	INIT_LIST_HEAD(&bm->egress);
	bm->cfg = *cfg;
	bm->now_ns = NFTSW_BM_START_NS;
	bm->step_ns = NFTSW_BM_STEP_NS;
	bm->dma_on = true;
	bm->irq_fail_vec = NFTSW_GONE;
	bm->bus.dev = dev;
	bm->bus.ops = &nftsw_bm_bus_ops;
	bm->bus.priv = bm;
	bm->bus.vec_count = NFTSW_VEC_QUEUE(cfg->queues);
	bm->bus.name = dev_name(dev);
	bm->mem = kvzalloc(nfm_size(cfg), GFP_KERNEL);
	if (!bm->mem)
		return -ENOMEM;
	err = nftsw_bm_thread_start(bm);
	if (err) {
		kvfree(bm->mem);
		return err;
	}
	bm->m = nfm_init(bm->mem, cfg, &nftsw_bm_host_ops, bm);
	return 0;
}

/**
 * nftsw_bm_fini() - take the chip away
 * @bm: chip; the driver has left it
 */
void nftsw_bm_fini(struct nftsw_bus_model *bm)
{
	struct nftsw_bm_frame *f;

	kthread_destroy_worker(bm->worker);
	while ((f = nftsw_bm_egress_take(bm)))
		kfree(f);
	kvfree(bm->mem);
}
