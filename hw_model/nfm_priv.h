/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Insides of the model, shared by the files of hw_model/ only.  Floor 1.
 *
 * struct nfm holds one sub-structure per file that owns it.  Calls go down:
 *   {core, state} -> regs -> {cmd, cpu, event, irq} -> {pipe, ring} ->
 *   {acl, bridge, flow, lag, out, parse, rewrite, fault} -> ctr
 * Files of one floor do not call each other; nfm_core.c joins the pipeline's
 * verdicts to rings and ports, and hands events raised below to nfm_event.c through
 * the small queue in struct nfm_evbuf.
 */
#ifndef NFM_PRIV_H
#define NFM_PRIV_H

#include "nfm.h"

/* ---- a frame on its way ----------------------------------------------- */

/* What becomes of a frame. */
enum nfm_verdict {
	NFM_V_FLOW,		/* leaves through pk->oport, rewritten and counted */
	NFM_V_SEND,		/* leaves through pk->oport as it came in, counted */
	NFM_V_BRIDGE,		/* leaves through pk->oport with other tags, counted */
	NFM_V_GONE,		/* copies have left through several ports, counted */
	NFM_V_CPU,		/* to the CPU port, unchanged, pk->reason; to be counted */
	NFM_V_DROP,		/* pk->reason, counted */
	NFM_V_NEXT,		/* not known yet; never left by nfm_pipe_run() */
};

/**
 * struct nfm_pkt - a frame in the pipeline: bytes, what the parser saw, the verdict
 * @data: first octet of the frame
 * @len: octets
 * @iport: ingress port
 * @logical: what @iport is in keys: itself, or its LAG
 * @l3_off: offset of the IP header, 0 = none found
 * @l4_off: offset of the L4 header, 0 = none found
 * @l3_len: octets of the IP packet, from its header
 * @tags: number of tags parsed, 0..2
 * @pflags: NFM_P_*
 * @verdict: enum nfm_verdict
 * @reason: enum nftsw_reason, when @verdict is CPU or DROP
 * @acl: rules of the access control list that take effect; not set while there are none
 * @oport: egress port, when @verdict is FLOW, SEND or BRIDGE; within the pipeline perhaps a
 *	LAG or a virtual port
 * @hash: hash of @key, 0 when there is no key
 * @flow: entry number of the match, ~0 = none
 * @tag: PCP and DEI of the tag that came; with @verdict BRIDGE: TPID and TCI to be pushed
 * @fid: broadcast domain; 0: the port stands alone, and what follows has no meaning
 * @bport: bridge port that it came in through
 * @pop: octets of tag that the bridge takes off, 0 or 4
 * @key_hash: all of the hash, when NFM_P_KEY is set
 * @key: flow key, complete when NFM_P_KEY is set
 */
struct nfm_pkt {
	u8 *data;
	u32 len;
	u16 iport;
	u16 logical;
	u16 l3_off;
	u16 l4_off;
	u16 l3_len;
	u8 tags;
	u8 verdict;
	u8 reason;
	u16 acl;
	u16 oport;
	u32 pflags;
	u32 hash;
	u32 flow;
	u32 tag;
	u16 fid;
	u8 bport;
	u8 pop;
	u64 key_hash;
	struct nftsw_hw_flow_key key;
};

#define NFM_P_KEY		NFTSW_BIT(0)	/* key can be looked up */
#define NFM_P_IPV4		NFTSW_BIT(1)
#define NFM_P_IPV6		NFTSW_BIT(2)
#define NFM_P_RMAC		NFTSW_BIT(3)	/* destination is a router MAC */
#define NFM_P_TCP_CTL		NFTSW_BIT(4)	/* SYN, FIN or RST set */
#define NFM_P_MCAST		NFTSW_BIT(5)
#define NFM_P_BCAST		NFTSW_BIT(6)
#define NFM_P_PPPOE		NFTSW_BIT(7)
#define NFM_P_FWD_MARK		NFTSW_BIT(8)	/* for the CPU, and the chip has forwarded it */
#define NFM_P_L2_MISS		NFTSW_BIT(9)	/* the bridge does not know its destination */
#define NFM_P_FILTERED		NFTSW_BIT(10)	/* the address filter drops it, behind the rules */
#define NFM_P_EXC_SHIFT		16		/* parser's own verdict: reason in 23:16 */
#define NFM_P_EXC		NFTSW_MASK(23, 16)

/* ---- tables and counters below the pipeline ---------------------------- */

struct nfm_flow_tbl;			/* private to nfm_flow.c; hangs off struct nfm */
struct nfm_br;				/* private to the bridge, likewise */

#define NFM_ETH_ZLEN		60	/* shortest frame, without FCS */

/**
 * struct nfm_rmac - an address of a port
 * @mac: octets
 * @flags: NFTSW_RMAC_*; meaningful below nfm_port_state.rmac_count
 */
struct nfm_rmac {
	u8 mac[NFTSW_ETH_ALEN];
	u8 flags;
};

/**
 * struct nfm_port_state - a front-panel port
 * @ctr: enum nftsw_pctr
 * @enabled: PORT_CTRL.EN
 * @partner: the other end is there
 * @speed_mbps: property
 * @queue: RX queue of its CPU frames
 * @logical: its own number, or NFTSW_LAG_PORT() of the LAG that it is active in
 * @max_frame: octets, untagged
 * @flags: NFTSW_PORT_*
 * @rmac_count: valid entries of @rmac
 * @rmac: addresses it listens to
 * @mirror_rx: 1 + port for copies of what is received, 0 = none
 * @mirror_tx: 1 + port for copies of what is sent, 0 = none
 */
struct nfm_port_state {
	u64 ctr[NFTSW_PCTR_COUNT];
	bool enabled;
	bool partner;
	u32 speed_mbps;
	u16 queue;
	u16 logical;
	u32 max_frame;
	u32 flags;
	u32 rmac_count;
	struct nfm_rmac rmac[NFTSW_RMAC_PER_PORT];
	u16 mirror_rx;
	u16 mirror_tx;
};

/**
 * struct nfm_policer - virtual scheduling (GCRA): no division per packet
 * @rate_pps: as configured, 0 = off
 * @burst: as configured
 * @cost_ns: time that one packet takes at the rate
 * @limit_ns: how far the schedule may run ahead: burst * cost
 * @tat_ns: theoretical arrival time of the next packet
 * @last_event_ns: when TRAP_POLICED was last raised
 * @passed: packets let through
 * @policed: packets dropped
 */
struct nfm_policer {
	u32 rate_pps;
	u32 burst;
	u64 cost_ns;
	u64 limit_ns;
	u64 tat_ns;
	u64 last_event_ns;
	u64 passed;
	u64 policed;
};

#define NFM_LAG_NONE		0xff

/**
 * struct nfm_lag - a link aggregation group
 * @slot: the port of each slot, or NFM_LAG_NONE; one cache line
 * @members: ports that belong to it
 * @active: of these, the ports that software lets send
 */
struct nfm_lag {
	u8 slot[NFTSW_LAG_SLOTS];
	u64 members;
	u64 active;
};

/**
 * struct nfm_acl_rule - a rule of the access control list
 * @e: as it was written
 * @packets: frames that matched
 * @octets: their octets
 * @last_hit_ns: time of the last of them, 0 = none
 * @valid: there is one
 */
struct nfm_acl_rule {
	struct nftsw_hw_acl_entry e;
	u64 packets;
	u64 octets;
	u64 last_hit_ns;
	bool valid;
};

/**
 * struct nfm_acl - the access control list
 * @count: valid rules
 * @ports: ports that have any
 * @l2_miss: of these, the ones with rules that ask the bridge
 * @order: numbers of the valid rules, in the order in which they are looked at
 * @rule: by number
 */
struct nfm_acl {
	u32 count;
	u64 ports;
	u64 l2_miss;
	u16 order[NFTSW_MAX_ACLS];
	struct nfm_acl_rule rule[NFTSW_MAX_ACLS];
};

/**
 * struct nfm_acl_walk - the rules that a frame matches, one after the other
 * @key: of the frame
 * @words: the same, as it is compared
 * @port: bit of its ingress port
 * @at: next place of nfm_acl.order
 * @passed: group that a rule has passed over, when @pass is set
 * @pass: see there
 */
struct nfm_acl_walk {
	union {
		struct nftsw_hw_acl_key key;
		u64 words[sizeof(struct nftsw_hw_acl_key) / sizeof(u64)];
	};
	u64 port;
	u32 at;
	u32 passed;
	bool pass;
};

/**
 * struct nfm_meter - a token bucket
 * @rate: as configured, 0 = off
 * @burst: as configured
 * @flags: NFTSW_MF_*
 * @level: what may pass now, in units of 10^-9 frames or octets
 * @level_ns: when @level was right
 * @passed: frames let through
 * @dropped: frames dropped
 */
struct nfm_meter {
	u64 rate;
	u64 burst;
	u32 flags;
	u64 level;
	u64 level_ns;
	u64 passed;
	u64 dropped;
};

#define NFM_EVBUF_COUNT		64
#define NFM_EVENT_ARGS		3	/* that are ever used */

/**
 * struct nfm_evbuf - events raised on the lower floors, until nfm_event.c sends them
 * @lost: raised while full
 * @count: pending entries of @ev
 * @ev: pending, oldest first
 */
struct nfm_evbuf {
	u64 lost;
	u32 count;
	struct nftsw_hw_event ev[NFM_EVBUF_COUNT];
};

/* ---- rings and interrupts ----------------------------------------------- */

/**
 * struct nfm_ring - a ring in host memory
 * @base: DMA address
 * @count: entries, power of two
 * @entry_bytes: size of an entry
 * @enabled: RING_CTRL.EN
 * @is_cq: written by the chip
 * @phase: of the next entry written (CQ)
 * @vec: interrupt vector of a CQ
 * @prod: producer index, free running
 * @cons: consumer index, free running
 * @sts: NFTSW_RING_STS_*
 */
struct nfm_ring {
	u64 base;
	u32 count;
	u32 entry_bytes;
	bool enabled;
	bool is_cq;
	u8 phase;
	u32 vec;
	u16 prod;
	u16 cons;
	u32 sts;
};

/**
 * struct nfm_irq - an interrupt vector
 * @armed: may raise
 * @test: TEST_IRQ asked for it
 * @mod: IRQ_MOD
 * @raised: IRQ_RAISED
 * @last_ns: when it was last raised, 0 = never
 */
struct nfm_irq {
	bool armed;
	bool test;
	u32 mod;
	u32 raised;
	u64 last_ns;
};

/* ---- the chip ------------------------------------------------------------- */

/* struct nfm.work: what a doorbell has left to do for nfm_run() */
#define NFM_WORK_RESET		NFTSW_BIT(0)
#define NFM_WORK_CMD		NFTSW_BIT(1)
#define NFM_WORK_EVENT		NFTSW_BIT(2)
#define NFM_WORK_TEST_DMA	NFTSW_BIT(3)
#define NFM_WORK_LINK		NFTSW_BIT(4)
#define NFM_WORK_IRQ		NFTSW_BIT(5)
#define NFM_WORK_ALL		NFTSW_MASK(5, 0)

/**
 * struct nfm_cmd_state - command processor, owned by nfm_cmd.c
 * @active: a command has been taken and is being worked on, slice by slice
 * @held: a completion is waiting for CMD_CQ room or for the fault delay
 * @opcode: of the active command, in the CPU's byte order like all that follows
 * @tag: of the active command
 * @index: of the active command
 * @count: of the active command, at least 1
 * @arg: of the active command
 * @addr: of the active command
 * @size: of the active command
 * @done: entries done
 * @cursor: next entry to look at (FLOW_PURGE, FDB_FLUSH, DUMP)
 * @purge: condition of an active FLOW_PURGE, read once
 * @flush: condition of an active FDB_FLUSH, likewise
 * @held_until_ns: earliest time to write @cpl
 * @cpl: the completion that is held
 * @total: commands completed
 * @errors: of these, not OK
 */
struct nfm_cmd_state {
	bool active;
	bool held;
	u16 opcode;
	u16 tag;
	u32 index;
	u32 count;
	u32 arg;
	u64 addr;
	u32 size;
	u32 done;
	u32 cursor;
	struct nftsw_hw_flow_purge purge;
	struct nftsw_hw_fdb_flush flush;
	u64 held_until_ns;
	struct nftsw_hw_cpl cpl;
	u64 total;
	u64 errors;
};

/* Buffers that a received frame may need: the smallest allowed hold 64 octets. */
#define NFM_RX_MAX_FRAGS	160

/**
 * struct nfm_txm - what is known of a frame from the CPU beside the frame
 * @reason: why it cannot be sent, or NFTSW_REASON_NONE
 * @sq_cons: TX_SQ index behind its last descriptor
 * @report: software wants a completion
 * @pipeline: goes through the pipeline as if received
 * @skipped: tail of a chain that was refused and counted before
 */
struct nfm_txm {
	u8 reason;
	u16 sq_cons;
	bool report;
	bool pipeline;
	bool skipped;
};

/**
 * struct nfm_bridge_probe - lookups of a batch under way
 * @key: what is looked for
 * @hash: of it
 * @at: entry found, or NFM_MAC_NONE
 * @todo: frames that are looked up, bit i for frame i
 */
struct nfm_bridge_probe {
	u64 key[NFM_BATCH];
	u64 hash[NFM_BATCH];
	u32 at[NFM_BATCH];
	u32 todo;
};

/**
 * struct nfm_bridge_edit - beside a frame whose tag changes
 * @head: its addresses, and the tag behind them that goes
 * @pad: the frame, when a tag less makes it too short: behind its end no memory is ours
 */
struct nfm_bridge_edit {
	u8 head[16];
	u8 pad[NFM_ETH_ZLEN];
};

/**
 * struct nfm_scratch - working memory too large for a kernel stack; no state
 * @pk: frames of one pass
 * @out: frames of one egress batch
 * @txm: beside @pk, for frames from the CPU
 * @rxd: buffers of one frame to the CPU
 * @txd: descriptors of one frame from the CPU
 * @probe: hosts that the bridge looks for
 * @edit: what the bridge needs to change a tag, one for each of @pk
 */
struct nfm_scratch {
	struct nfm_pkt pk[NFM_BATCH];
	struct nfm_frame out[NFM_BATCH];
	struct nfm_txm txm[NFM_BATCH];
	struct nftsw_hw_rxd rxd[NFM_RX_MAX_FRAGS];
	struct nftsw_hw_txd txd[NFTSW_TX_MAX_FRAGS];
	struct nfm_bridge_probe probe;
	struct nfm_bridge_edit edit[NFM_BATCH];
};

/**
 * struct nfm - one chip
 * @ops: the host's functions
 * @host: their first argument
 * @cfg: properties
 * @now_ns: time of the current call, never goes back
 * @ctrl: CTRL
 * @status: STATUS
 * @work: NFM_WORK_*
 * @bad_access: BAD_ACCESS
 * @bad_access_total: the same, not cleared by reading
 * @latch_hi: upper half of the TIME that was read last
 * @test_echo: last value written to TEST_ECHO
 * @test_dma_size: TEST_DMA_SIZE
 * @test_dma_op: TEST_DMA_OP, the code until the operation has run
 * @seed: SEED
 * @test_dma_addr: TEST_DMA
 * @link_changed: bitmap of ports whose EN changed and whose host does not know yet
 * @irq_mask: vectors that nfm_irq_run() has to look at
 * @tx_mask: queues that may have frames to send
 * @tx_skip: queues in the middle of a chain that was refused
 * @tx_next: queue whose turn it is
 * @ring: by ring number
 * @irq: by vector
 * @cmd: command processor
 * @evbuf: events not yet in the event ring
 * @events: events sent
 * @events_lost: events without room
 * @port: by port
 * @lag: by number
 * @acl: access control list
 * @meter: by number
 * @mirror_rx: ports that have one
 * @br: the bridge, inside the caller's memory; NULL on a chip without one
 * @br_active: ports and LAGs whose frames have anything to do with it, bits as in
 *	nftsw_hw_fid
 * @reason: frames by reason
 * @policer: by trap group
 * @fault: by knob
 * @cpu_rx_frames: frames handed to the CPU
 * @cpu_tx_frames: frames taken from the CPU
 * @dma_errors: failed DMA mappings
 * @scratch: valid within one call only
 * @flow: flow table, inside the caller's memory
 * @txbuf: NFM_BATCH buffers of NFM_TXBUF_BYTES, headroom included
 */
struct nfm {
	const struct nfm_host_ops *ops;
	void *host;
	struct nfm_cfg cfg;
	u64 now_ns;

	u32 ctrl;
	u32 status;
	u32 work;
	u32 bad_access;
	u64 bad_access_total;
	u32 latch_hi;
	u32 test_echo;
	u32 test_dma_size;
	u32 test_dma_op;
	u64 seed;
	u64 test_dma_addr;
	u64 link_changed;
	u32 irq_mask;
	u32 tx_mask;
	u32 tx_skip;
	u32 tx_next;

	struct nfm_ring ring[NFTSW_MAX_RINGS];
	struct nfm_irq irq[NFTSW_MAX_VECTORS];
	struct nfm_cmd_state cmd;
	struct nfm_evbuf evbuf;
	u64 events;
	u64 events_lost;

	struct nfm_port_state port[NFTSW_MAX_PORTS];
	struct nfm_lag lag[NFTSW_MAX_LAGS];
	struct nfm_acl acl;
	struct nfm_meter meter[NFTSW_MAX_METERS];
	u64 mirror_rx;
	struct nfm_br *br;
	u64 br_active[NFTSW_BR_PORT_WORDS];
	u64 reason[NFTSW_REASON_COUNT];
	struct nfm_policer policer[NFTSW_GROUP_COUNT];
	u64 fault[NFM_FAULT_COUNT];
	u64 cpu_rx_frames;
	u64 cpu_tx_frames;
	u64 dma_errors;

	struct nfm_scratch scratch;
	struct nfm_flow_tbl *flow;
	u8 *txbuf;
};

#define NFM_TXBUF_BYTES		(NFM_HEADROOM + NFTSW_MAX_FRAME_VAL + 76)

/* nfm_flow.c (floor 2): the flow table */
size_t nfm_flow_size(const struct nfm_cfg *cfg);
void nfm_flow_init(struct nfm *m, void *mem);
void nfm_flow_reset(struct nfm *m);
void nfm_flow_seed(struct nfm *m, u64 seed);
u32 nfm_flow_used(const struct nfm *m);
u32 nfm_flow_set(struct nfm *m, const struct nftsw_hw_flow_entry *e);
u32 nfm_flow_del(struct nfm *m, u32 index);
u32 nfm_flow_state(struct nfm *m, u32 index, u32 state);
bool nfm_flow_read(const struct nfm *m, u32 index, struct nftsw_hw_flow_record *rec);
void nfm_flow_ctrs(const struct nfm *m, u32 index, struct nftsw_hw_flow_ctrs *out);
void nfm_flow_ctrs_restore(struct nfm *m, u32 index, const struct nftsw_hw_flow_ctrs *c);
/* Purge and idle scan run in slices: examine up to n entries from *cursor on. */
u32 nfm_flow_purge(struct nfm *m, const struct nftsw_hw_flow_purge *p, u32 *cursor, u32 n);
void nfm_flow_idle_scan(struct nfm *m, u64 now_ns, u32 n);
u64 nfm_flow_idle_deadline(const struct nfm *m);
void nfm_flow_hash(struct nfm *m, struct nfm_pkt *pk, u32 n);
void nfm_flow_lookup(struct nfm *m, struct nfm_pkt *pk, u32 n);

/* FLOW_PURGE's data: enum nftsw_status */
u32 nfm_flow_purge_check(const struct nfm *m, const struct nftsw_hw_flow_purge *p);

/* nfm_lag.c (floor 2): link aggregation groups */
u32 nfm_lag_set(struct nfm *m, u32 lag, const struct nftsw_hw_lag *cfg);
bool nfm_lag_read(const struct nfm *m, u32 lag, struct nftsw_hw_lag *cfg);
void nfm_lag_link(struct nfm *m, u32 port);
void nfm_lag_reset(struct nfm *m);

/* nfm_acl_check.c (floor 2): enum nftsw_status of a rule */
u32 nfm_acl_check(const struct nfm *m, const struct nftsw_hw_acl_entry *e);

/* nfm_acl.c (floor 2): access control list */
u32 nfm_acl_set(struct nfm *m, const struct nftsw_hw_acl_entry *e);
void nfm_acl_del(struct nfm *m, u32 index);
void nfm_acl_ctrs(const struct nfm *m, u32 index, struct nftsw_hw_acl_ctrs *c);
bool nfm_acl_read(const struct nfm *m, u32 index, struct nftsw_hw_acl_record *rec);
void nfm_acl_ctrs_restore(struct nfm *m, u32 index, const struct nftsw_hw_acl_ctrs *c);
void nfm_acl_reset(struct nfm *m);
void nfm_acl_walk(struct nfm_acl_walk *w, const struct nfm_pkt *pk);
struct nfm_acl_rule *nfm_acl_next(struct nfm *m, struct nfm_acl_walk *w);
void nfm_acl_count(struct nfm *m, struct nfm_acl_rule *r, const struct nfm_acl_walk *w, u32 len);

/* nfm_vlan.c (floor 2): the bridge's memory; ports, spanning trees, VLANs, FIDs */
size_t nfm_br_size(const struct nfm_cfg *cfg);
void nfm_br_init(struct nfm *m, void *mem);
void nfm_br_reset(struct nfm *m);
void nfm_br_seed(struct nfm *m, u64 seed);
u32 nfm_br_port_set(struct nfm *m, u32 port, const struct nftsw_hw_br_port *cfg);
bool nfm_br_port_read(const struct nfm *m, u32 port, struct nftsw_hw_br_port *cfg);
u32 nfm_stp_set(struct nfm *m, const struct nftsw_hw_stp *s);
u32 nfm_stp_skip(const struct nfm *m, u32 i);
bool nfm_stp_read(const struct nfm *m, u32 i, struct nftsw_hw_stp *s);
u32 nfm_vlan_set(struct nfm *m, const struct nftsw_hw_vlan *v);
u32 nfm_vlan_skip(const struct nfm *m, u32 i);
bool nfm_vlan_read(const struct nfm *m, u32 i, struct nftsw_hw_vlan *v);
u32 nfm_fid_set(struct nfm *m, const struct nftsw_hw_fid *f);
u32 nfm_fid_skip(const struct nfm *m, u32 fid);
bool nfm_fid_read(const struct nfm *m, u32 fid, struct nftsw_hw_fid *f);

/* nfm_fdb.c (floor 2): forwarding database.  Flush and ageing run in slices. */
u32 nfm_fdb_set(struct nfm *m, const struct nftsw_hw_fdb *e);
u32 nfm_fdb_restore(struct nfm *m, u32 at, const struct nftsw_hw_fdb *e, u64 seen_ns);
u32 nfm_fdb_del(struct nfm *m, const struct nftsw_hw_fdb *e);
u32 nfm_fdb_used(const struct nfm *m);
u32 nfm_fdb_skip(const struct nfm *m, u32 i);
bool nfm_fdb_read(const struct nfm *m, u32 at, struct nftsw_hw_fdb *e);
u32 nfm_fdb_flush_check(const struct nfm *m, const struct nftsw_hw_fdb_flush *f);
u32 nfm_fdb_flush(struct nfm *m, const struct nftsw_hw_fdb_flush *f, u32 *cursor, u32 n);
void nfm_fdb_age_scan(struct nfm *m, u32 n);
u64 nfm_fdb_age_deadline(const struct nfm *m);

/* nfm_mdb.c (floor 2): multicast database */
u32 nfm_mdb_set(struct nfm *m, const struct nftsw_hw_mdb *e);
u32 nfm_mdb_restore(struct nfm *m, u32 at, const struct nftsw_hw_mdb *e);
u32 nfm_mdb_del(struct nfm *m, const struct nftsw_hw_mdb *e);
u32 nfm_mdb_used(const struct nfm *m);
u32 nfm_mdb_skip(const struct nfm *m, u32 i);
bool nfm_mdb_read(const struct nfm *m, u32 at, struct nftsw_hw_mdb *e);

/* nfm_bridge.c (floor 2): stages of the pipeline */
void nfm_bridge_in(struct nfm *m, struct nfm_pkt *pk, u32 n);
void nfm_bridge_miss(struct nfm *m, struct nfm_pkt *pk);
void nfm_bridge_forward(struct nfm *m, struct nfm_pkt *pk, u32 n);
void nfm_bridge_out(struct nfm *m, struct nfm_pkt *pk, u32 n);

/* nfm_out.c (floor 2): frames that leave at once, beside the batch */
u32 nfm_out_check(const struct nfm_port_state *p, const u8 *data, u32 len);
void nfm_out_drop(struct nfm *m, struct nfm_pkt *pk, u32 reason);
void nfm_out_mirror(struct nfm *m, u32 port, const struct nfm_frame *f);
void nfm_out_sent(struct nfm *m, u32 port, const struct nfm_frame *f, u32 n);
bool nfm_out_copy(struct nfm *m, u32 port, const struct nfm_frame *f);

/* nfm_meter.c (floor 2): how much may pass */
u32 nfm_meter_set(struct nfm *m, u32 index, const struct nftsw_hw_meter *cfg);
bool nfm_meter_read(const struct nfm *m, u32 index, struct nftsw_hw_meter *cfg);
bool nfm_meter_pass(struct nfm *m, u32 index, u32 octets);
void nfm_meter_reset(struct nfm *m);

/* nfm_parse.c (floor 2): frame -> key, offsets, parser's verdict */
void nfm_parse(struct nfm_pkt *pk, u32 n);
u32 nfm_parse_overhead(const u8 *frame, u32 len);

/*
 * nfm_pipe.c (floor 3): the stage table; sets verdict, rewrites in place.  The caller
 * fills data, len, iport.  Counts everything of FLOW and DROP, both MACs included;
 * what becomes of CPU frames only the caller knows, who calls nfm_ctr_reason().
 */
void nfm_pipe_run(struct nfm *m, struct nfm_pkt *pk, u32 n, u64 now_ns);

/* nfm_ctr.c (floor 2): MAC counters, reasons, policers, events from below */
void nfm_ctr_rx(struct nfm_port_state *p, const u8 *frame, u32 len);
void nfm_ctr_tx(struct nfm_port_state *p, const u8 *frame, u32 len);
void nfm_ctr_reason(struct nfm *m, u32 port, u32 reason);
bool nfm_police(struct nfm *m, u32 group, u64 now_ns);
u32 nfm_policer_set(struct nfm *m, const struct nftsw_hw_trap_group *g);
void nfm_event_raise(struct nfm *m, u32 type, u32 sev, u32 index, u32 arg0, u32 arg1);
void nfm_event_raise_args(struct nfm *m, u32 type, u32 sev, u32 index, const u32 *arg);
u32 nfm_reason_group(u32 reason);

static inline void nfm_pkt_cpu(struct nfm_pkt *pk, u32 reason)
{
	pk->verdict = NFM_V_CPU;
	pk->reason = (u8)reason;
}

/* @port: to whom nfm_ctr_reason() counts it */
static inline void nfm_pkt_drop(struct nfm *m, struct nfm_pkt *pk, u32 port, u32 reason)
{
	pk->verdict = NFM_V_DROP;
	pk->reason = (u8)reason;
	nfm_ctr_reason(m, port, reason);
}

/* Have frames of a port or LAG anything to do with the bridge? */
static inline bool nfm_br_is_active(const struct nfm *m, u32 logical)
{
	return m->br_active[logical / 64] >> (logical % 64) & 1;
}

/* Have frames of any port? */
static inline bool nfm_br_any(const struct nfm *m)
{
	return m->br_active[0] | m->br_active[1];
}

/* nfm_fault.c: fault knobs, and the stop that only a reset ends */
bool nfm_fault_take(struct nfm *m, enum nfm_fault_knob knob);
void nfm_fatal(struct nfm *m, u32 cause, u32 ring);

/* nfm_ring.c: host memory and the rings in it */
void *nfm_dma_map(struct nfm *m, u64 addr, u32 len, bool write);
void nfm_dma_unmap(struct nfm *m, void *p, u32 len, bool write);
bool nfm_ring_exists(const struct nfm *m, u32 ring);
bool nfm_ring_config_ok(u32 ring, u64 base, u32 count);
void nfm_ring_enable(struct nfm *m, u32 ring, bool on);
void nfm_ring_set_prod(struct nfm *m, u32 ring, u32 idx);
void nfm_ring_set_cons(struct nfm *m, u32 ring, u32 idx);
u32 nfm_ring_used(const struct nfm *m, u32 ring);
u32 nfm_ring_room(const struct nfm *m, u32 ring);
bool nfm_ring_peek(struct nfm *m, u32 ring, u32 at, void *entry);
void nfm_ring_consume(struct nfm *m, u32 ring, u32 n);
bool nfm_ring_put(struct nfm *m, u32 ring, void *entry, u8 *flags);
void nfm_ring_reset(struct nfm *m);

/* nfm_irq.c: interrupt vectors and their moderation */
void nfm_irq_arm(struct nfm *m, u32 vec, bool on);
void nfm_irq_moderate(struct nfm *m, u32 vec, u32 mod);
void nfm_irq_test(struct nfm *m, u32 vec);
void nfm_irq_run(struct nfm *m);
u64 nfm_irq_deadline(const struct nfm *m);

/* nfm_cpu.c: frames between the CPU port's rings and the pipeline */
u32 nfm_cpu_rx(struct nfm *m, const struct nfm_pkt *pk);
u32 nfm_cpu_tx(struct nfm *m, u32 q, u32 max);
void nfm_cpu_tx_done(struct nfm *m, u32 q, u32 n);

/* nfm_dump.c (floor 3): tables, record by record */
u32 nfm_dump_rec_bytes(u32 table);
u32 nfm_dump_entries(const struct nfm *m, u32 table);
u32 nfm_dump_skip(const struct nfm *m, u32 table, u32 i);
bool nfm_dump_read(const struct nfm *m, u32 table, u32 i, void *rec);
void nfm_port_cfg_read(const struct nfm *m, u32 port, struct nftsw_hw_port_cfg *cfg);
bool nfm_trap_read(const struct nfm *m, u32 group, struct nftsw_hw_trap_group *g);

/* nfm_cmd.c: command ring */
bool nfm_cmd_run(struct nfm *m, u32 *budget);
void nfm_cmd_stop(struct nfm *m, bool cq);
const char *nfm_cmd_check_active(const struct nfm *m);
u64 nfm_cmd_deadline(const struct nfm *m);

/* nfm_event.c: event ring */
void nfm_event_run(struct nfm *m);

/* nfm_regs.c: register file */
u32 nfm_regs_read(struct nfm *m, u32 off);
void nfm_regs_write(struct nfm *m, u32 off, u32 val);
void nfm_regs_bad(struct nfm *m, u32 what, u32 off, u32 val);
void nfm_regs_test_dma(struct nfm *m);
bool nfm_link_is_up(const struct nfm *m, u32 port);
void nfm_link_event(struct nfm *m, u32 port);
void nfm_regs_stop(struct nfm *m);
void nfm_regs_clear(struct nfm *m);

#endif /* NFM_PRIV_H */
