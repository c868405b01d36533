// SPDX-License-Identifier: GPL-2.0
/*
 * Command queue: carries commands to the chip and waits for their answers.  Floor 2.
 *
 * What: up to NFTSW_CMDQ_SLOTS commands are on their way at once.  Each has a slot:
 * a tag, a completion to sleep on, and NFTSW_CMD_DATA_SIZE bytes of coherent memory.
 *
 * How: submission takes the spinlock for a few stores.  The doorbell is rung outside
 * it, by one caller at a time: those that submit while it rings leave their entries to
 * be published by its next turn, so a crowd of callers shares few register writes.
 * The interrupt handler only matches tags and completes; data is copied by the caller.
 *
 * Waiting: a chip that is quick answers a table write within a few microseconds, less
 * than it takes to fall asleep, be interrupted and be woken.  So a caller looks at the
 * ring for NFTSW_CMD_SPIN_NS first, and takes the answers of others along.  Only who goes
 * to sleep arms the vector; while nobody sleeps there are no interrupts, and entries of
 * the completion ring are given back in bulk.
 *
 * Trust: a tag carries its slot's generation, so an answer that comes twice, late or
 * out of nowhere matches no waiter and is counted.  The slot of a command that timed
 * out is set aside, because the chip may still write to its memory, until its answer
 * comes, or that of a younger command (commands complete in order, DS 5.1), or a reset.
 *
 * Lost interrupts: whoever sleeps looks at the ring itself every NFTSW_CMD_POLL_MS.
 *
 * Locking: nftsw_cmdq.lock, taken from hard interrupts.  Callers may hold any mutex.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/preempt.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include "nftsw_hw.h"
#include "nftsw_ring.h"

#define CREATE_TRACE_POINTS
#include "nftsw_trace.h"

/* As many as one ring may hold without a slot being reused too soon; power of two. */
#define NFTSW_CMDQ_SLOTS	256
/* Commands of one call that share a doorbell and its wait. */
#define NFTSW_CMDQ_BATCH	16
/* Doorbells in a row that a caller rings without being preempted. */
#define NFTSW_CMD_RING_TURNS	64
#define NFTSW_CMD_TIMEOUT_MS	5000
#define NFTSW_CMD_POLL_MS	100
/* How long to look before going to sleep, and how often should the clock stand still. */
#define NFTSW_CMD_SPIN_NS	10000
#define NFTSW_CMD_SPIN_LOOKS	10000
/* Completions: those of all slots, and as many taken that the chip was not told of. */
#define NFTSW_CMDQ_CPLS		(2 * NFTSW_CMDQ_SLOTS)
#define NFTSW_CMDQ_UNRELEASED	(NFTSW_CMDQ_SLOTS / 2)
/* Interrupts in a row that may find nothing before the vector is left unarmed. */
#define NFTSW_CMD_EMPTY_IRQS	16

/**
 * enum nftsw_slot_state - life of a command slot
 * @NFTSW_SLOT_FREE: in the free list
 * @NFTSW_SLOT_BUSY: the chip has the command, its caller waits
 * @NFTSW_SLOT_DONE: answered or aborted; its caller takes the outcome
 * @NFTSW_SLOT_LATE: its caller has given up, the chip has not answered
 */
enum nftsw_slot_state {
	NFTSW_SLOT_FREE,
	NFTSW_SLOT_BUSY,
	NFTSW_SLOT_DONE,
	NFTSW_SLOT_LATE,
};

/**
 * struct nftsw_cmd_slot - a command on its way
 * @answered: completed with @state DONE for a caller that is asleep
 * @state: enum nftsw_slot_state
 * @asleep: its caller is one of &nftsw_cmdq.sleepers
 * @tag: slot number, and a generation above it
 * @sq_idx: index of its entry in the command ring
 * @err: outcome
 * @done: entries done
 * @next: where a dump goes on
 */
struct nftsw_cmd_slot {
	struct completion answered;
	enum nftsw_slot_state state;
	bool asleep;
	u16 tag;
	u16 sq_idx;
	int err;
	u32 done;
	u32 next;
};

/**
 * struct nftsw_cmdq - the command queue of a chip
 * @ns: chip
 * @lock: protects all below
 * @up: commands are accepted
 * @ringing: somebody writes the doorbell
 * @armed: the vector is, or will be in a moment
 * @rung: the last index written to the doorbell
 * @released: the last index of @cq that the chip was told
 * @sleepers: callers that only an interrupt will wake soon
 * @empty_irqs: interrupts in a row that found nothing
 * @sq: commands
 * @cq: completions
 * @data: memory of the slots
 * @data_dma: where the chip sees it
 * @room: to wait for slots, and for @ringing to end
 * @free: numbers of the free slots
 * @free_count: length of @free
 * @stats: what has happened
 * @slots: the slots
 */
struct nftsw_cmdq {
	struct nftsw *ns;
	spinlock_t lock; /* protects all below */
	bool up;
	bool ringing;
	bool armed;
	u16 rung;
	u16 released;
	u32 sleepers;
	u32 empty_irqs;
	struct nftsw_ring sq;
	struct nftsw_ring cq;
	void *data;
	dma_addr_t data_dma;
	wait_queue_head_t room;
	u16 free[NFTSW_CMDQ_SLOTS];
	u32 free_count;
	struct nftsw_cmdq_stats stats;
	struct nftsw_cmd_slot slots[NFTSW_CMDQ_SLOTS];
};

/**
 * nftsw_cmdq_errno() - what a status code of the chip means to the kernel
 * @status: enum nftsw_status
 *
 * Return: 0 or a negative errno; -EPROTO for a code that this driver does not know.
 */
int nftsw_cmdq_errno(u8 status)
{
	switch (status) {
	case NFTSW_ST_OK:
		return 0;
	case NFTSW_ST_BAD_OPCODE:
	case NFTSW_ST_UNSUPPORTED:
		return -EOPNOTSUPP;
	case NFTSW_ST_BAD_PARAM:
		return -EINVAL;
	case NFTSW_ST_NO_SPACE:
		return -ENOSPC;
	case NFTSW_ST_EXISTS:
		return -EEXIST;
	case NFTSW_ST_NOT_FOUND:
		return -ENOENT;
	case NFTSW_ST_ABORTED:
		return -ECANCELED;
	case NFTSW_ST_DMA:
	case NFTSW_ST_INTERNAL:
		return -EIO;
	default:
		return -EPROTO;
	}
}

static u32 nftsw_cmdq_slot_nr(const struct nftsw_cmdq *q,
			      const struct nftsw_cmd_slot *slot)
{
	return slot - q->slots;
}

static void *nftsw_cmdq_slot_data(const struct nftsw_cmdq *q,
				  const struct nftsw_cmd_slot *slot)
{
	return q->data + nftsw_cmdq_slot_nr(q, slot) * NFTSW_CMD_DATA_SIZE;
}

/* Caller holds the lock. */
static void nftsw_cmdq_slot_put(struct nftsw_cmdq *q, struct nftsw_cmd_slot *slot)
{
	if (slot->state == NFTSW_SLOT_LATE)
		q->stats.quarantined--;
	slot->state = NFTSW_SLOT_FREE;
	slot->tag += NFTSW_CMDQ_SLOTS;
	q->free[q->free_count++] = nftsw_cmdq_slot_nr(q, slot);
	/* Who waits for room looks for it under the same lock. */
	if (waitqueue_active(&q->room))
		wake_up(&q->room);
}

/* Caller holds the lock.  The chip is through with all that is older: DS 5.1 */
static void nftsw_cmdq_release_older(struct nftsw_cmdq *q, u16 sq_idx)
{
	u32 i;

	for (i = 0; i < NFTSW_CMDQ_SLOTS && q->stats.quarantined; i++) {
		struct nftsw_cmd_slot *slot = &q->slots[i];

		if (slot->state == NFTSW_SLOT_LATE &&
		    (s16)(slot->sq_idx - sq_idx) < 0)
			nftsw_cmdq_slot_put(q, slot);
	}
}

/* Caller holds the lock. */
static bool nftsw_cmdq_awake(struct nftsw_cmdq *q, struct nftsw_cmd_slot *slot)
{
	bool asleep = slot->asleep;

	q->sleepers -= asleep;
	slot->asleep = false;
	return asleep;
}

/* Caller holds the lock.  The outcome is in the slot. */
static void nftsw_cmdq_slot_done(struct nftsw_cmdq *q, struct nftsw_cmd_slot *slot)
{
	/* Pairs with the acquire in nftsw_cmdq_spin(). */
	smp_store_release(&slot->state, NFTSW_SLOT_DONE);
	/* Who does not sleep yet will look at the state first. */
	if (nftsw_cmdq_awake(q, slot))
		complete(&slot->answered);
}

/* Caller holds the lock. */
static void nftsw_cmdq_complete(struct nftsw_cmdq *q, const struct nftsw_hw_cpl *cpl)
{
	u16 tag = le16_to_cpu(cpl->tag);
	struct nftsw_cmd_slot *slot = &q->slots[tag % NFTSW_CMDQ_SLOTS];

	if (slot->tag != tag || (slot->state != NFTSW_SLOT_BUSY &&
				 slot->state != NFTSW_SLOT_LATE) ||
	    !nftsw_ring_cons_ok(&q->sq, slot->sq_idx + 1)) {
		q->stats.bogus++;
		return;
	}
	if (!nftsw_ring_cons_ok(&q->sq, le16_to_cpu(cpl->sq_cons)))
		q->stats.bogus++;
	/* Our own record says the same as sq_cons, and is not open to doubt. */
	q->sq.cons = slot->sq_idx + 1;
	nftsw_cmdq_release_older(q, slot->sq_idx);
	if (slot->state == NFTSW_SLOT_LATE) {
		q->stats.late++;
		nftsw_cmdq_slot_put(q, slot);
		return;
	}
	slot->err = nftsw_cmdq_errno(cpl->status);
	slot->done = le32_to_cpu(cpl->done);
	slot->next = le32_to_cpu(cpl->next);
	nftsw_cmdq_slot_done(q, slot);
}

/* Without the lock: what it says is looked at again under it. */
static bool nftsw_cmdq_has_news(const struct nftsw_cmdq *q)
{
	const struct nftsw_hw_cpl *cpl;

	cpl = nftsw_ring_entry(&q->cq, READ_ONCE(q->cq.cons));
	return nftsw_ring_is_new(&q->cq, &cpl->flags);
}

/* Caller holds the lock. */
static void nftsw_cmdq_release(struct nftsw_cmdq *q, u16 keep)
{
	if ((u16)(q->cq.cons - q->released) <= keep)
		return;
	q->released = q->cq.cons;
	nftsw_ring_release(&q->cq, q->ns->bus);
}

/* Caller holds the lock.  At most one pass, however fast a broken chip writes. */
static u32 nftsw_cmdq_drain(struct nftsw_cmdq *q)
{
	const struct nftsw_hw_cpl *cpl;
	u32 n;

	if (!q->up)
		return 0;
	for (n = 0; n < q->cq.count; n++) {
		cpl = nftsw_ring_entry(&q->cq, q->cq.cons);
		if (!nftsw_ring_is_new(&q->cq, &cpl->flags))
			break;
		nftsw_cmdq_complete(q, cpl);
		WRITE_ONCE(q->cq.cons, q->cq.cons + 1);
	}
	if (n)
		q->empty_irqs = 0;
	nftsw_cmdq_release(q, NFTSW_CMDQ_UNRELEASED);
	return n;
}

/* Caller holds the lock.  The chip would interrupt for what was taken, but not released. */
static void nftsw_cmdq_arm(struct nftsw_cmdq *q)
{
	q->armed = true;
	nftsw_cmdq_release(q, 0);
	nftsw_wr32(q->ns->bus, NFTSW_IRQ_CTRL(NFTSW_VEC_CMD), NFTSW_IRQ_CTRL_ARM);
}

static irqreturn_t nftsw_cmdq_irq(int irq, void *data)
{
	struct nftsw_cmdq *q = data;
	unsigned long flags;

	nftsw_irq_seen(q->ns, NFTSW_VEC_CMD);
	spin_lock_irqsave(&q->lock, flags);
	q->armed = false;
	if (!nftsw_cmdq_drain(q) && q->empty_irqs < NFTSW_CMD_EMPTY_IRQS)
		q->empty_irqs++;
	/* A chip that is out of step with us would interrupt for ever. */
	if (q->up && q->sleepers && q->empty_irqs < NFTSW_CMD_EMPTY_IRQS)
		nftsw_cmdq_arm(q);
	spin_unlock_irqrestore(&q->lock, flags);
	return IRQ_HANDLED;
}

/*
 * Caller holds the lock, which is given up while the doorbell is written.  Nobody else
 * rings meanwhile: were this task preempted then, the commands of all others would wait
 * for it, and their callers fall asleep.  Where spinlocks sleep that cannot be prevented;
 * and a crowd that goes on submitting must not keep the CPU from others for ever.
 */
static void nftsw_cmdq_ring(struct nftsw_cmdq *q)
	__must_hold(&q->lock)
{
	u32 turns = IS_ENABLED(CONFIG_PREEMPT_RT) ? 0 : NFTSW_CMD_RING_TURNS;
	u16 prod;

	if (q->ringing)
		return;
	q->ringing = true;
	while (q->up && q->rung != q->sq.prod) {
		prod = q->sq.prod;
		q->rung = prod;
		if (turns)
			preempt_disable();
		spin_unlock_irq(&q->lock);
		nftsw_wr32(q->ns->bus, NFTSW_RING_PROD(q->sq.nr), prod);
		spin_lock_irq(&q->lock);
		if (turns) {
			preempt_enable();
			turns--;
		}
	}
	q->ringing = false;
	if (!q->up)
		wake_up(&q->room);
}

/* Caller holds the lock. */
static bool nftsw_cmdq_has_room(const struct nftsw_cmdq *q, u32 n)
{
	return !q->up || (q->free_count >= n && nftsw_ring_room(&q->sq) >= n);
}

/* Caller holds the lock. */
static void nftsw_cmdq_write(struct nftsw_cmdq *q, struct nftsw_cmd_slot *slot,
			     const struct nftsw_cmd *cmd)
{
	struct nftsw_hw_cmd *hw = nftsw_ring_entry(&q->sq, q->sq.prod);
	u32 size = cmd->dma_size ?: max(cmd->in_size, cmd->out_size);
	dma_addr_t addr = cmd->dma;

	if (!cmd->dma_size)
		addr = q->data_dma + nftsw_cmdq_slot_nr(q, slot) * NFTSW_CMD_DATA_SIZE;
	memset(hw, 0, sizeof(*hw));
	hw->opcode = cpu_to_le16(cmd->opcode);
	hw->tag = cpu_to_le16(slot->tag);
	hw->index = cpu_to_le32(cmd->index);
	hw->count = cpu_to_le32(cmd->count);
	hw->arg = cpu_to_le32(cmd->arg);
	hw->data_addr = cpu_to_le64(size ? addr : 0);
	hw->data_size = cpu_to_le32(size);
	if (cmd->in)
		memcpy(nftsw_cmdq_slot_data(q, slot), cmd->in, cmd->in_size);
	slot->sq_idx = q->sq.prod++;
	q->stats.submitted++;
}

/* Caller holds the lock. */
static struct nftsw_cmd_slot *nftsw_cmdq_slot_get(struct nftsw_cmdq *q)
{
	struct nftsw_cmd_slot *slot = &q->slots[q->free[--q->free_count]];

	slot->state = NFTSW_SLOT_BUSY;
	return slot;
}

static int nftsw_cmdq_submit(struct nftsw_cmdq *q, const struct nftsw_cmd *cmds,
			     struct nftsw_cmd_slot **slots, u32 n)
{
	int err = 0;
	u32 i;

	spin_lock_irq(&q->lock);
	if (!wait_event_lock_irq_timeout(q->room, nftsw_cmdq_has_room(q, n), q->lock,
					 msecs_to_jiffies(2 * NFTSW_CMD_TIMEOUT_MS))) {
		err = -ETIMEDOUT;
	} else if (!q->up) {
		err = -ENODEV;
	} else {
		for (i = 0; i < n; i++) {
			slots[i] = nftsw_cmdq_slot_get(q);
			nftsw_cmdq_write(q, slots[i], &cmds[i]);
		}
		nftsw_cmdq_ring(q);
	}
	spin_unlock_irq(&q->lock);
	return err;
}

/*
 * Look at the ring without an interrupt.  Return: 0 to go on waiting, 1 when the
 * answer is there, -ETIMEDOUT when the slot was given up and is not the caller's
 * any more.
 */
static int nftsw_cmdq_look(struct nftsw_cmdq *q, struct nftsw_cmd_slot *slot,
			   unsigned long deadline)
{
	bool gone = nftsw_bus_gone(q->ns->bus);
	bool over = gone || time_after(jiffies, deadline);
	int ret = 0;

	spin_lock_irq(&q->lock);
	q->stats.irq_lost += nftsw_cmdq_drain(q);
	q->empty_irqs = 0;
	/* The next caller need not wait to find out. */
	if (gone)
		q->up = false;
	if (slot->state == NFTSW_SLOT_DONE) {
		ret = 1;
	} else if (over) {
		slot->state = NFTSW_SLOT_LATE;
		nftsw_cmdq_awake(q, slot);
		q->stats.quarantined++;
		q->stats.timeouts++;
		ret = -ETIMEDOUT;
	}
	if (q->up)
		nftsw_cmdq_arm(q);
	spin_unlock_irq(&q->lock);
	return ret;
}

/* The chip may be about to answer.  Return: true when it has. */
static bool nftsw_cmdq_spin(struct nftsw_cmdq *q, struct nftsw_cmd_slot *slot)
{
	u32 looks = NFTSW_CMD_SPIN_LOOKS;
	u64 end = 0;

	/* Pairs with the release in nftsw_cmdq_slot_done(). */
	while (smp_load_acquire(&slot->state) == NFTSW_SLOT_BUSY) {
		if (nftsw_cmdq_has_news(q)) {
			spin_lock_irq(&q->lock);
			nftsw_cmdq_drain(q);
			spin_unlock_irq(&q->lock);
		} else if (!end) {
			end = local_clock() + NFTSW_CMD_SPIN_NS;
		} else if (!--looks || local_clock() > end || need_resched()) {
			return false;
		}
		cpu_relax();
	}
	return true;
}

/* Return: 0 when the slot has an outcome, -ETIMEDOUT when it was given up. */
static int nftsw_cmdq_sleep(struct nftsw_cmdq *q, struct nftsw_cmd_slot *slot,
			    unsigned long deadline)
{
	unsigned long step = msecs_to_jiffies(NFTSW_CMD_POLL_MS);
	bool done;
	int ret = 0;

	spin_lock_irq(&q->lock);
	done = slot->state == NFTSW_SLOT_DONE;
	if (!done) {
		slot->asleep = true;
		q->sleepers++;
		reinit_completion(&slot->answered);
		if (q->up && !q->armed)
			nftsw_cmdq_arm(q);
	}
	spin_unlock_irq(&q->lock);
	while (!done && !ret && !wait_for_completion_timeout(&slot->answered, step))
		ret = nftsw_cmdq_look(q, slot, deadline);
	return min(ret, 0);
}

static void nftsw_cmdq_fault(struct nftsw *ns, const struct nftsw_cmd *cmd)
{
	void (*fault)(struct nftsw *ns, enum nftsw_fault fault, u32 arg);

	fault = READ_ONCE(ns->fault);
	if (fault)
		fault(ns, NFTSW_FAULT_CMD_TIMEOUT, cmd->opcode);
}

/* Wait for one command, take its outcome, free its slot. */
static void nftsw_cmdq_finish(struct nftsw_cmdq *q, struct nftsw_cmd *cmd,
			      struct nftsw_cmd_slot *slot, unsigned long deadline)
{
	cmd->err = nftsw_cmdq_spin(q, slot) ? 0 : nftsw_cmdq_sleep(q, slot, deadline);
	if (cmd->err) {
		nftsw_cmdq_fault(q->ns, cmd);
		trace_nftsw_cmd(q->ns, cmd);
		return;
	}
	cmd->err = slot->err;
	cmd->done = slot->done;
	cmd->next = slot->next;
	if (!cmd->err && cmd->out)
		memcpy(cmd->out, nftsw_cmdq_slot_data(q, slot), cmd->out_size);
	spin_lock_irq(&q->lock);
	if (cmd->err)
		q->stats.failed++;
	nftsw_cmdq_slot_put(q, slot);
	spin_unlock_irq(&q->lock);
	trace_nftsw_cmd(q->ns, cmd);
}

static int nftsw_cmdq_exec_batch(struct nftsw_cmdq *q, struct nftsw_cmd *cmds, u32 n)
{
	struct nftsw_cmd_slot *slots[NFTSW_CMDQ_BATCH];
	unsigned long deadline;
	int err, ret = 0;
	u32 i;

	err = nftsw_cmdq_submit(q, cmds, slots, n);
	deadline = jiffies + msecs_to_jiffies(NFTSW_CMD_TIMEOUT_MS);
	for (i = 0; i < n; i++) {
		if (err)
			cmds[i].err = err;
		else
			nftsw_cmdq_finish(q, &cmds[i], slots[i], deadline);
		ret = ret ?: cmds[i].err;
	}
	return ret;
}

/**
 * nftsw_cmdq_exec() - have the chip execute commands, and wait for it
 * @ns: chip
 * @cmds: commands; each gets its own outcome in err, done and next
 * @n: how many; batches of them share one doorbell
 *
 * Context: process, may sleep.
 *
 * Return: 0 when all succeeded, else the first error.
 */
int nftsw_cmdq_exec(struct nftsw *ns, struct nftsw_cmd *cmds, u32 n)
{
	int err, ret = 0;
	u32 i, batch;

	might_sleep();
	for (i = 0; i < n; i += batch) {
		batch = min_t(u32, n - i, NFTSW_CMDQ_BATCH);
		err = nftsw_cmdq_exec_batch(ns->cmdq, &cmds[i], batch);
		ret = ret ?: err;
	}
	return ret;
}

/**
 * nftsw_cmdq_stats_get() - what the command queue has seen
 * @ns: chip
 * @s: where to put it
 */
void nftsw_cmdq_stats_get(struct nftsw *ns, struct nftsw_cmdq_stats *s)
{
	struct nftsw_cmdq *q = ns->cmdq;

	spin_lock_irq(&q->lock);
	*s = q->stats;
	spin_unlock_irq(&q->lock);
	s->slots = NFTSW_CMDQ_SLOTS;
}

/**
 * nftsw_cmdq_start() - open the queue on a chip that has been reset
 * @ns: chip
 *
 * Return: 0, or -EIO when the chip refuses the rings.
 */
int nftsw_cmdq_start(struct nftsw *ns)
{
	struct nftsw_cmdq *q = ns->cmdq;
	int err;
	u32 i;

	err = nftsw_ring_start(&q->cq, ns->bus) ?: nftsw_ring_start(&q->sq, ns->bus);
	if (err)
		return err;
	spin_lock_irq(&q->lock);
	for (i = 0; i < NFTSW_CMDQ_SLOTS; i++)
		if (q->slots[i].state == NFTSW_SLOT_LATE)
			nftsw_cmdq_slot_put(q, &q->slots[i]);
	q->rung = 0;
	q->released = 0;
	q->armed = false;
	q->empty_irqs = 0;
	q->up = true;
	spin_unlock_irq(&q->lock);
	return 0;
}

static void nftsw_cmdq_abort(struct nftsw_cmdq *q)
{
	u32 i;

	spin_lock_irq(&q->lock);
	for (i = 0; i < NFTSW_CMDQ_SLOTS; i++) {
		struct nftsw_cmd_slot *slot = &q->slots[i];

		if (slot->state != NFTSW_SLOT_BUSY)
			continue;
		slot->err = -ECANCELED;
		nftsw_cmdq_slot_done(q, slot);
	}
	spin_unlock_irq(&q->lock);
}

/**
 * nftsw_cmdq_stop() - close the queue; those who wait get -ECANCELED at once
 * @ns: chip
 *
 * On return nobody rings the doorbell, and the chip executes no commands.
 */
void nftsw_cmdq_stop(struct nftsw *ns)
{
	struct nftsw_cmdq *q = ns->cmdq;

	spin_lock_irq(&q->lock);
	q->up = false;
	wake_up_all(&q->room);
	wait_event_lock_irq(q->room, !q->ringing, q->lock);
	spin_unlock_irq(&q->lock);
	/* First the chip, then the callers: they may free what it writes to. */
	nftsw_ring_stop(&q->sq, ns->bus);
	nftsw_ring_stop(&q->cq, ns->bus);
	nftsw_cmdq_abort(q);
}

static int nftsw_cmdq_mem_alloc(struct nftsw_cmdq *q)
{
	struct device *dev = q->ns->dev;
	int err;

	err = nftsw_ring_alloc(&q->sq, dev, NFTSW_RING_CMD_SQ, NFTSW_CMDQ_SLOTS,
			       sizeof(struct nftsw_hw_cmd));
	err = err ?: nftsw_ring_alloc(&q->cq, dev, NFTSW_RING_CMD_CQ, NFTSW_CMDQ_CPLS,
				      sizeof(struct nftsw_hw_cpl));
	if (err)
		return err;
	q->data = dma_alloc_coherent(dev, NFTSW_CMDQ_SLOTS * NFTSW_CMD_DATA_SIZE,
				     &q->data_dma, GFP_KERNEL);
	return q->data ? 0 : -ENOMEM;
}

static void nftsw_cmdq_mem_free(struct nftsw_cmdq *q)
{
	struct device *dev = q->ns->dev;

	if (q->data)
		dma_free_coherent(dev, NFTSW_CMDQ_SLOTS * NFTSW_CMD_DATA_SIZE,
				  q->data, q->data_dma);
	nftsw_ring_free(&q->cq, dev);
	nftsw_ring_free(&q->sq, dev);
}

/**
 * nftsw_cmdq_init() - create the queue, closed
 * @ns: chip
 *
 * Return: 0, -ENOMEM, or why the interrupt could not be had.
 */
int nftsw_cmdq_init(struct nftsw *ns)
{
	struct nftsw_cmdq *q;
	int err;
	u32 i;

	q = kvzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return -ENOMEM;
	q->ns = ns;
	spin_lock_init(&q->lock);
	init_waitqueue_head(&q->room);
	for (i = 0; i < NFTSW_CMDQ_SLOTS; i++) {
		init_completion(&q->slots[i].answered);
		q->slots[i].tag = i;
		q->free[q->free_count++] = i;
	}
	err = nftsw_cmdq_mem_alloc(q);
	err = err ?: ns->bus->ops->irq_request(ns->bus, NFTSW_VEC_CMD,
					       nftsw_cmdq_irq, "cmd", q);
	if (err)
		goto err_mem_free;
	ns->cmdq = q;
	return 0;

err_mem_free:
	nftsw_cmdq_mem_free(q);
	kvfree(q);
	return err;
}

/**
 * nftsw_cmdq_fini() - destroy the queue
 * @ns: chip, which has been reset since the queue was closed, or is gone; nobody
 *	sends commands any more
 */
void nftsw_cmdq_fini(struct nftsw *ns)
{
	struct nftsw_cmdq *q = ns->cmdq;

	ns->bus->ops->irq_free(ns->bus, NFTSW_VEC_CMD, q);
	nftsw_cmdq_mem_free(q);
	ns->cmdq = NULL;
	kvfree(q);
}
