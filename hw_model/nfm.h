/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * NFTSW-1 as a C model: public interface.  The only header of hw_model/ that
 * others (QEMU device, KUnit, tests, fuzzers, bench) include.
 *
 * The model owns no thread, clock, lock or memory.  The caller gives zeroed memory,
 * the time in ns (monotonic), frames and a way to host memory, and serialises all
 * calls on one instance.  Functions are documented where they are defined.
 */
#ifndef NFM_H
#define NFM_H

#include "nfm_port.h"
#include "../include/nftsw/regs.h"
#include "../include/nftsw/desc.h"
#include "../include/nftsw/tbl.h"
#include "../include/nftsw/acl.h"
#include "../include/nftsw/bridge.h"

/* Octets that must be writable in front of every frame: two tags and PPPoE. */
#define NFM_HEADROOM		32
/* Frames that nfm_ingress() takes in one pass of the pipeline; more are split. */
#define NFM_BATCH		32
/* nfm_deadline(): nothing to wait for. */
#define NFM_NEVER		(~(u64)0)
/* Build number, shown in NFTSW_REV. */
#define NFM_BUILD		3

struct nfm;

/**
 * struct nfm_frame - a frame at a port, without FCS
 * @data: first octet; NFM_HEADROOM octets before it are writable.  The pipeline
 *	rewrites in place and may move it either way.
 * @len: octets
 */
struct nfm_frame {
	u8 *data;
	u32 len;
};

/**
 * struct nfm_host_ops - what the model asks of its host
 * @dma_map: @len bytes of host memory at bus address @addr, or NULL (DMA error).
 *	The pointer is valid until @dma_unmap.
 * @dma_unmap: end of use; @write as in @dma_map
 * @irq: raise MSI-X vector @vec
 * @egress: @n frames leave through @port; valid until it returns
 * @link: the MAC of @port was switched on or off by software
 * @kick: work is pending: call nfm_run() soon.  Called from nfm_mmio_write(),
 *	nfm_link_set(), nfm_fault_set(), nfm_reset() and nfm_state_load()
 * @trace: something worth a trace line; may be NULL.  @what: enum nfm_trace
 *
 * All but @kick and @trace are called from nfm_run() and nfm_ingress() only.  None may
 * call back into the model.
 */
struct nfm_host_ops {
	void *(*dma_map)(void *host, u64 addr, u32 len, bool write);
	void (*dma_unmap)(void *host, void *p, u32 len, bool write);
	void (*irq)(void *host, u32 vec);
	void (*egress)(void *host, u32 port, const struct nfm_frame *f, u32 n);
	void (*link)(void *host, u32 port, bool on);
	void (*kick)(void *host);
	void (*trace)(void *host, u32 what, u32 a, u64 b);
};

/**
 * enum nfm_trace - kinds of &nfm_host_ops.trace
 * @NFM_TRACE_BAD_READ: read of an unknown register, a = offset
 * @NFM_TRACE_BAD_WRITE: write of an unknown or read-only register, a = offset, b = value
 * @NFM_TRACE_BAD_SIZE: access that is no aligned 32-bit word, a = offset, b = bytes
 * @NFM_TRACE_CMD: command done, a = opcode | status << 16, b = index
 * @NFM_TRACE_EVENT: event sent, a = type, b = index
 * @NFM_TRACE_RESET: reset
 * @NFM_TRACE_DMA_ERROR: a = length, b = address
 */
enum nfm_trace {
	NFM_TRACE_BAD_READ,
	NFM_TRACE_BAD_WRITE,
	NFM_TRACE_BAD_SIZE,
	NFM_TRACE_CMD,
	NFM_TRACE_EVENT,
	NFM_TRACE_RESET,
	NFM_TRACE_DMA_ERROR,
};

/**
 * struct nfm_cfg - properties of a chip
 * @ports: 1..NFTSW_MAX_PORTS
 * @queues: queue pairs, 1..NFTSW_MAX_QUEUES
 * @flows: flow entries, NFTSW_MIN_FLOWS..NFTSW_MAX_FLOWS
 * @fdb: entries of the forwarding database, NFTSW_MIN_FDB..NFTSW_MAX_FDB; 0 = no bridge
 * @serial: serial number
 * @mac: base address, unicast
 * @speed_mbps: per port, 1..400000
 */
struct nfm_cfg {
	u32 ports;
	u32 queues;
	u32 flows;
	u32 fdb;
	u64 serial;
	u8 mac[NFTSW_ETH_ALEN];
	u32 speed_mbps[NFTSW_MAX_PORTS];
};

/**
 * enum nfm_fault_knob - ways to make the chip misbehave, for tests
 * @NFM_FAULT_CMD_DELAY_NS: completions are held back this long
 * @NFM_FAULT_CMD_DROP: the next n completions are never written
 * @NFM_FAULT_CMD_STATUS: the next n commands answer INTERNAL without effect
 * @NFM_FAULT_CMD_OPCODE: not 0: the two above count commands with this opcode only
 * @NFM_FAULT_IRQ_DROP: the next n interrupts are lost
 * @NFM_FAULT_DMA_FAIL: the next n DMA mappings fail
 * @NFM_FAULT_TABLE_FULL: while not 0, new flow keys, rules, hosts and groups get NO_SPACE
 * @NFM_FAULT_RESET_STUCK: while not 0, a reset never becomes READY
 * @NFM_FAULT_FATAL: writing any value not 0 stops the chip with CAUSE_FORCED
 * @NFM_FAULT_COUNT: number of knobs
 */
enum nfm_fault_knob {
	NFM_FAULT_CMD_DELAY_NS,
	NFM_FAULT_CMD_DROP,
	NFM_FAULT_CMD_STATUS,
	NFM_FAULT_CMD_OPCODE,
	NFM_FAULT_IRQ_DROP,
	NFM_FAULT_DMA_FAIL,
	NFM_FAULT_TABLE_FULL,
	NFM_FAULT_RESET_STUCK,
	NFM_FAULT_FATAL,
	NFM_FAULT_COUNT,
};

/**
 * struct nfm_info - the chip at a glance, for monitors
 * @flows_used: valid flow entries
 * @fdb_used: hosts in the forwarding database
 * @mdb_used: groups in the multicast database
 * @cmds: commands completed
 * @cmd_errors: of these, not OK
 * @events: events sent
 * @events_lost: events without room
 * @cpu_rx_frames: frames handed to the CPU
 * @cpu_tx_frames: frames taken from the CPU
 * @dma_errors: failed DMA mappings
 * @bad_access: bad register accesses since reset
 * @status: STATUS register
 * @ctrl: CTRL register
 */
struct nfm_info {
	u32 flows_used;
	u32 fdb_used;
	u32 mdb_used;
	u64 cmds;
	u64 cmd_errors;
	u64 events;
	u64 events_lost;
	u64 cpu_rx_frames;
	u64 cpu_tx_frames;
	u64 dma_errors;
	u64 bad_access;
	u32 status;
	u32 ctrl;
};

/* Life: nfm_core.c */
const char *nfm_cfg_check(const struct nfm_cfg *cfg);
size_t nfm_size(const struct nfm_cfg *cfg);
struct nfm *nfm_init(void *mem, const struct nfm_cfg *cfg,
		     const struct nfm_host_ops *ops, void *host);
void nfm_reset(struct nfm *m);

/* Work: nfm_core.c */
u32 nfm_mmio_read(struct nfm *m, u32 off);
void nfm_mmio_write(struct nfm *m, u32 off, u32 val);
void nfm_mmio_bad(struct nfm *m, u32 off, u32 size);
void nfm_ingress(struct nfm *m, u32 port, struct nfm_frame *f, u32 n, u64 now_ns);
bool nfm_run(struct nfm *m, u64 now_ns, u32 budget);
bool nfm_prompt(struct nfm *m, u64 now_ns, u32 budget);
u64 nfm_deadline(const struct nfm *m);
void nfm_link_set(struct nfm *m, u32 port, bool partner_up);
bool nfm_port_ready(const struct nfm *m, u32 port);

/* Inspection from the host's side, no side effects: nfm_core.c */
void nfm_info_get(const struct nfm *m, struct nfm_info *info);
void nfm_port_cfg_get(const struct nfm *m, u32 port, struct nftsw_hw_port_cfg *cfg);
void nfm_port_ctrs_get(const struct nfm *m, u32 port, u64 ctr[NFTSW_PCTR_COUNT]);
bool nfm_port_link(const struct nfm *m, u32 port);
bool nfm_lag_get(const struct nfm *m, u32 lag, struct nftsw_hw_lag *cfg);
bool nfm_acl_get(const struct nfm *m, u32 at, struct nftsw_hw_acl_record *rec);
u64 nfm_reason_get(const struct nfm *m, u32 reason);
bool nfm_flow_next(const struct nfm *m, u32 *index, struct nftsw_hw_flow_record *rec);
bool nfm_table_next(const struct nfm *m, u32 table, u32 *index, void *rec);
const char *nfm_reason_name(u32 reason);
bool nfm_reason_is_drop(u32 reason);
const char *nfm_pctr_name(u32 ctr);
const char *nfm_acl_verdict_name(u32 verdict);
const char *nfm_status_name(u32 status);

/* Faults: nfm_fault.c */
void nfm_fault_set(struct nfm *m, enum nfm_fault_knob knob, u64 value);
u64 nfm_fault_get(const struct nfm *m, enum nfm_fault_knob knob);
const char *nfm_fault_name(enum nfm_fault_knob knob);

/* State for migration, snapshots and fuzz seeds: nfm_state.c */
size_t nfm_state_size(const struct nfm *m);
size_t nfm_state_save(const struct nfm *m, void *buf, size_t size);
const char *nfm_state_load(struct nfm *m, const void *buf, size_t size);

#endif /* NFM_H */
