/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * A host for a whole chip: flat guest memory, rings as a driver keeps them, capture
 * of egress, interrupts and links.  DMA goes through exact-size copies, so that the
 * sanitizers see an access that leaves its mapping.
 */
#ifndef NFM_TEST_HOST_H
#define NFM_TEST_HOST_H

#include "nfm.h"

#define HOST_GUEST_BASE		0x100000000ull
#define HOST_GUEST_BYTES	0x1000000u
#define HOST_OUT_MAX		512
#define HOST_RING_COUNT		32

/**
 * struct host_out - a frame that left the chip
 * @port: where
 * @batch: number of the egress call
 * @len: octets
 * @data: octets
 */
struct host_out {
	u32 port;
	u32 batch;
	u32 len;
	u8 data[9400];
};

/**
 * struct host_ring - a ring as software sees it
 * @addr: DMA address
 * @count: entries
 * @bytes: size of an entry
 * @idx: next entry that software writes (SQ) or reads (CQ)
 * @phase: expected (CQ)
 * @flags_at: offset of the octet with the phase (CQ)
 */
struct host_ring {
	u64 addr;
	u32 count;
	u32 bytes;
	u16 idx;
	u8 phase;
	u32 flags_at;
};

/**
 * struct host - a chip, and all that it can reach
 * @m: the chip
 * @cfg: its properties
 * @mem: its memory
 * @guest: HOST_GUEST_BYTES of guest memory at HOST_GUEST_BASE
 * @used: of @guest, by host_alloc()
 * @now: time
 * @mapped: mappings not yet undone
 * @maps: mappings made
 * @kicks: calls of kick
 * @irqs: interrupts, by vector
 * @links: calls of link
 * @link: MAC on, by port
 * @traces: calls of trace, by kind
 * @batches: calls of egress
 * @out_count: entries of @out
 * @out: captured frames
 * @ring: by ring number
 * @tag: of the next command
 * @on_map: called before each mapping; guest memory that changes under the chip
 */
struct host {
	struct nfm *m;
	struct nfm_cfg cfg;
	void *mem;
	u8 *guest;
	u32 used;
	u64 now;
	u32 mapped;
	u32 maps;
	u32 kicks;
	u32 irqs[NFTSW_MAX_VECTORS];
	u32 links;
	bool link[NFTSW_MAX_PORTS];
	u32 traces[NFM_TRACE_DMA_ERROR + 1];
	u32 batches;
	u32 out_count;
	struct host_out *out;
	struct host_ring ring[NFTSW_MAX_RINGS];
	u16 tag;
	void (*on_map)(struct host *h, u64 addr, u32 len);
};

struct host *host_new(const struct nfm_cfg *cfg);
struct host *host_new_up(void);
void host_cfg(struct nfm_cfg *cfg);
void host_free(struct host *h);
u32 host_rd(struct host *h, u32 off);
void host_wr(struct host *h, u32 off, u32 val);
u32 host_run(struct host *h);
u64 host_alloc(struct host *h, u32 bytes);
void *host_ptr(struct host *h, u64 addr);
void host_ring_set(struct host *h, u32 n, u32 count);
void host_put(struct host *h, u32 n, const void *entry);
void host_doorbell(struct host *h, u32 n);
bool host_peek(struct host *h, u32 n, void *entry);
bool host_take(struct host *h, u32 n, void *entry);
void host_up(struct host *h);
void host_rx_fill(struct host *h, u32 q, u32 n, u16 size);
void host_cmd_put(struct host *h, u32 op, u32 index, u32 count, u32 arg, u64 addr, u32 size);
u32 host_cmd(struct host *h, u32 op, u32 index, u32 count, u32 arg, u64 addr, u32 size,
	     struct nftsw_hw_cpl *cpl);
void host_rmac(struct host *h, u32 port, const u8 *mac, u8 flags);
void host_in(struct host *h, u32 port, const u8 *data, u32 len);
void host_tx(struct host *h, u32 q, const void *data, u32 len, u16 flags, u16 port);
u64 host_ctr(struct host *h, u32 port, u32 ctr);

#endif /* NFM_TEST_HOST_H */
