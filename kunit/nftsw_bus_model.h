/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver's bus over the chip's model: what a KUnit test holds in its hand.
 * Floor 6.  Includes both sides of the seam, which only kunit/ may do.
 */
#ifndef NFTSW_BUS_MODEL_H
#define NFTSW_BUS_MODEL_H

#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include "../drivers/net/ethernet/nftsw/nftsw_bus.h"
#include "../hw_model/nfm.h"

/* Accesses that the recorder keeps; a power of two. */
#define NFTSW_BM_LOG_COUNT	4096

/* Opcodes of commands that are counted. */
#define NFTSW_BM_OPCODES	0x48

/**
 * struct nftsw_bm_access - one register access
 * @off: offset in BAR0
 * @val: value written, or read
 * @write: direction
 */
struct nftsw_bm_access {
	u32 off;
	u32 val;
	bool write;
};

/**
 * struct nftsw_bm_frame - a frame that left the chip
 * @list: node of &nftsw_bus_model.egress
 * @port: through which port
 * @len: octets
 * @data: the frame
 */
struct nftsw_bm_frame {
	struct list_head list;
	u32 port;
	u32 len;
	u8 data[];
};

/**
 * struct nftsw_bm_vec - an interrupt vector
 * @fn: handler, or NULL
 * @data: its argument
 * @raised: how often the chip raised it
 * @delivered: how often @fn was called
 */
struct nftsw_bm_vec {
	irq_handler_t fn;
	void *data;
	u32 raised;
	u32 delivered;
};

/**
 * struct nftsw_bus_model - a chip on the KUnit bus
 * @bus: what the driver gets
 * @m: the model; all calls into it hold @lock
 * @mem: its memory
 * @cfg: its properties
 * @lock: protects @m, @now_ns, @pending, @egress, @log_pos, @log; irq-safe
 * @pump_lock: held while handlers are delivered: one pump at a time, and
 *	irq_free() waits for it
 * @now_ns: chip time; moves only when a test or the pump says so
 * @step_ns: the pump may move @now_ns to a deadline that is at most so far away
 * @pending: bitmap of raised, undelivered vectors
 * @vec: vectors
 * @worker: thread that pumps when the driver has rung a bell
 * @work: its work
 * @paused: the thread leaves everything to nftsw_bm_pump()
 * @prompt: commands are answered before the write of their doorbell returns
 * @gone: the chip has been pulled out: reads as all ones
 * @dma_on: the chip reaches memory
 * @dma_cuts: how often the driver has said that it must not
 * @irq_fail_vec: irq_request() of this vector fails; NFTSW_GONE: none
 * @egress: frames that left, oldest first
 * @accesses: register accesses since the last nftsw_bm_log_reset()
 * @log: the last of them
 * @cmds: commands that the chip has completed, by opcode
 * @lasers: ports whose MAC the driver has switched on
 * @egress_lost: frames that found no memory
 * @dma_bad: DMA addresses of the driver that are no memory
 * @dma_live: mappings that the model has not given back
 * @rd_hook: may change what a register reads; called with @lock held
 * @wr_hook: sees a write before the chip does; called with @lock held
 * @hook_priv: the hooks' own
 */
struct nftsw_bus_model {
	struct nftsw_bus bus;
	struct nfm *m;
	void *mem;
	struct nfm_cfg cfg;
	spinlock_t lock;	/* protects the model and what it calls back into */
	struct mutex pump_lock;	/* protects delivery of interrupts */
	u64 now_ns;
	u64 step_ns;
	unsigned long pending;
	struct nftsw_bm_vec vec[NFTSW_MAX_VECTORS];
	struct kthread_worker *worker;
	struct kthread_work work;
	bool paused;
	bool prompt;
	bool gone;
	bool dma_on;
	u32 dma_cuts;
	u32 irq_fail_vec;
	struct list_head egress;
	u32 accesses;
	struct nftsw_bm_access log[NFTSW_BM_LOG_COUNT];
	u32 cmds[NFTSW_BM_OPCODES];
	u64 lasers;
	u32 egress_lost;
	u32 dma_bad;
	s32 dma_live;
	u32 (*rd_hook)(struct nftsw_bus_model *bm, u32 off, u32 val);
	void (*wr_hook)(struct nftsw_bus_model *bm, u32 off, u32 val);
	void *hook_priv;
};

int nftsw_bm_init(struct nftsw_bus_model *bm, struct device *dev,
		  const struct nfm_cfg *cfg);
void nftsw_bm_fini(struct nftsw_bus_model *bm);
void nftsw_bm_pump(struct nftsw_bus_model *bm);
void nftsw_bm_pause(struct nftsw_bus_model *bm, bool paused);
void nftsw_bm_advance(struct nftsw_bus_model *bm, u64 ns);
void nftsw_bm_ingress(struct nftsw_bus_model *bm, u32 port, const void *data,
		      u32 len);
void nftsw_bm_ingress_quiet(struct nftsw_bus_model *bm, u32 port, const void *data,
			    u32 len);
void nftsw_bm_link_set(struct nftsw_bus_model *bm, u32 port, bool up);
void nftsw_bm_fault(struct nftsw_bus_model *bm, enum nfm_fault_knob knob,
		    u64 value);
void nftsw_bm_pull_out(struct nftsw_bus_model *bm, bool gone);
u32 nftsw_bm_reg(struct nftsw_bus_model *bm, u32 off);
struct nftsw_bm_frame *nftsw_bm_egress_take(struct nftsw_bus_model *bm);
u32 nftsw_bm_flows(struct nftsw_bus_model *bm, u32 nth,
		   struct nftsw_hw_flow_record *rec);
u64 nftsw_bm_port_ctr(struct nftsw_bus_model *bm, u32 port, enum nftsw_pctr ctr);
u64 nftsw_bm_reason(struct nftsw_bus_model *bm, enum nftsw_reason reason);
void nftsw_bm_lag(struct nftsw_bus_model *bm, u32 lag, struct nftsw_hw_lag *cfg);
bool nftsw_bm_acl(struct nftsw_bus_model *bm, u32 at, struct nftsw_hw_acl_record *rec);
void nftsw_bm_log_reset(struct nftsw_bus_model *bm);
u32 nftsw_bm_log_count(struct nftsw_bus_model *bm, u32 off, bool write);

#endif /* NFTSW_BUS_MODEL_H */
