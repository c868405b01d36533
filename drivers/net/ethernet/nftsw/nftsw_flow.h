/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Offloaded flows.  Floor 4; see the essay at the head of nftsw_flow.c.
 * What nftsw_core.c and nftsw_port.c need is in nftsw.h.
 */
#ifndef NFTSW_FLOW_H
#define NFTSW_FLOW_H

#include "nftsw_flow_table.h"

struct flow_stats;

/**
 * struct nftsw_flow_info - a flow at one moment, for people
 * @index: entry number
 * @state: see there
 * @paired: its other direction is in the chip, too
 * @spec: what it does
 * @mtu: MTU in the entry
 * @ctr: packets and octets since it was made
 * @lastused: last hit in jiffies, 0 = never
 * @created: when it was made, in jiffies
 */
struct nftsw_flow_info {
	u32 index;
	enum nftsw_flow_state state;
	bool paired;
	struct nftsw_flow_spec spec;
	u16 mtu;
	struct nftsw_flow_ctr ctr;
	u64 lastused;
	u64 created;
};

/* nftsw_flow_room.c: floor 4 */
int nftsw_flow_room_init(struct nftsw_flow_table *ft);
void nftsw_flow_room_fini(struct nftsw_flow_table *ft);
void nftsw_flow_room_full(struct nftsw_flow_table *ft);
void nftsw_flow_room_check(struct nftsw_flow_table *ft);
enum nftsw_flow_room nftsw_flow_room_get(struct nftsw_flow_table *ft);
const char *nftsw_flow_room_name(enum nftsw_flow_room room);

/* nftsw_flow_index.c: floor 4 */
int nftsw_flow_index_init(struct nftsw_flow_index *ix, u32 size);
void nftsw_flow_index_fini(struct nftsw_flow_index *ix);
int nftsw_flow_index_take(struct nftsw_flow_index *ix, struct nftsw_flow *nf);
void nftsw_flow_index_give(struct nftsw_flow_index *ix, u32 index);
u32 nftsw_flow_index_used(const struct nftsw_flow_index *ix);
struct nftsw_flow *nftsw_flow_index_find(const struct nftsw_flow_index *ix,
					 unsigned long *index);

/* nftsw_flow_tail.c: floor 4 */
void nftsw_flow_tails_init(struct nftsw_flow_table *ft);
void nftsw_flow_tails_purge(struct nftsw_flow_table *ft, u32 block);
struct nftsw_flow_ctr nftsw_flow_untold(const struct nftsw_flow *nf);
void nftsw_flow_tail_add(struct nftsw_flow_table *ft, const struct nftsw_flow_id *id,
			 const struct nftsw_flow_ctr *ctr);
void nftsw_flow_tail_keep(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
bool nftsw_flow_tail_take(struct nftsw_flow_table *ft, const struct nftsw_flow_id *id,
			  struct nftsw_flow_ctr *ctr);

/* nftsw_flow_entry.c: floor 4 */
struct nftsw_flow *nftsw_flow_get(struct nftsw_flow_table *ft,
				  const struct nftsw_flow_id *id);
struct nftsw_flow *nftsw_flow_get_or_create(struct nftsw_flow_table *ft,
					    const struct nftsw_flow_id *id);
struct nftsw_flow *nftsw_flow_next(struct nftsw_flow_table *ft, unsigned long *index);
void nftsw_flow_put(struct nftsw_flow *nf);
void nftsw_flow_index_free(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
int nftsw_flow_hash_init(struct nftsw_flow_table *ft);
void nftsw_flow_hash_fini(struct nftsw_flow_table *ft);
struct nftsw_flow *nftsw_flow_claim(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
void nftsw_flow_disclaim(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
u32 nftsw_flow_mac_nr(const u8 *mac);
struct hlist_head *nftsw_flow_mac_list(struct nftsw_flow_table *ft, const u8 *mac);
void nftsw_flow_link(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
void nftsw_flow_unlink(struct nftsw_flow *nf);
void nftsw_flow_encode(const struct nftsw_flow *nf, struct nftsw_hw_flow_entry *e);
bool nftsw_flow_count(struct nftsw_flow *nf, const struct nftsw_hw_flow_ctrs *rec,
		      u64 now_ns, u64 now);
int nftsw_flow_withdraw(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
void nftsw_flow_unhash(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
void nftsw_flow_stale(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
void nftsw_flow_stale_end(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
void nftsw_flow_drop(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
void nftsw_flow_abandon(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
void nftsw_flow_match_reverse(const struct nftsw_flow_spec *spec,
			      struct nftsw_flow_match *reverse);
struct nftsw_flow *nftsw_flow_partner(struct nftsw_flow_table *ft,
				      const struct nftsw_flow *nf);
int nftsw_flow_sync(struct nftsw_flow_table *ft, struct nftsw_flow *nf);
int nftsw_flow_resync(struct nftsw_flow_table *ft, struct nftsw_flow *nf);

/* nftsw_flow_end.c: floor 4 */
int nftsw_flow_end_init(struct nftsw_flow_table *ft);
void nftsw_flow_end_fini(struct nftsw_flow_table *ft);
void nftsw_flow_end_start(struct nftsw_flow_table *ft);
void nftsw_flow_end_stop(struct nftsw_flow_table *ft);

/* nftsw_flow_ctr.c: floor 4 */
int nftsw_flow_ctr_init(struct nftsw_flow_table *ft);
void nftsw_flow_ctr_fini(struct nftsw_flow_table *ft);
void nftsw_flow_ctr_start(struct nftsw_flow_table *ft);
void nftsw_flow_ctr_stop(struct nftsw_flow_table *ft);
int nftsw_flow_refresh(struct nftsw *ns);
int nftsw_flow_stats(struct nftsw *ns, const struct nftsw_flow_id *id,
		     struct flow_stats *stats);

/**
 * struct nftsw_flow_purge - which flows to delete at once
 * @match: NFTSW_FP_BLOCK, NFTSW_FP_PORT, NFTSW_FP_DMAC, as the chip's command; 0 = all
 * @block: block tag
 * @port: port number
 * @dmac: address they are sent to
 * @no_chip: the chip's table is empty, or will be
 * @teardown: netfilter has to forget them, too
 * @kept: netfilter keeps them, and will ask for their counters
 * @why: what to count them as
 */
struct nftsw_flow_purge {
	u32 match;
	u32 block;
	u16 port;
	u8 dmac[ETH_ALEN];
	bool no_chip;
	bool teardown;
	bool kept;
	enum nftsw_flow_event why;
};

/* nftsw_flow_purge.c: floor 4 */
u32 nftsw_flow_purge(struct nftsw_flow_table *ft, const struct nftsw_flow_purge *p);
void nftsw_flow_purge_block(struct nftsw *ns, u32 block);
void nftsw_flow_purge_block_port(struct nftsw *ns, u32 block, u16 port);
void nftsw_flow_offload_set(struct nftsw *ns, u16 port, bool on);

/* nftsw_flow.c: floor 4 */
u32 nftsw_flow_block_new(struct nftsw *ns);
int nftsw_flow_replace(struct nftsw *ns, const struct nftsw_flow_id *id,
		       const struct flow_rule *rule,
		       const struct nftsw_flow_ports *ports,
		       struct netlink_ext_ack *extack);
int nftsw_flow_destroy(struct nftsw *ns, const struct nftsw_flow_id *id);
void nftsw_flow_forget(struct nftsw *ns, const struct nftsw_flow_id *id);
bool nftsw_flow_info_next(struct nftsw *ns, unsigned long *index,
			  struct nftsw_flow_info *info);
u32 nftsw_flow_half(struct nftsw *ns);
const char *nftsw_flow_state_name(enum nftsw_flow_state state);

#endif /* NFTSW_FLOW_H */
