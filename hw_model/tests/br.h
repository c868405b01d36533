/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * A bridge in a host, for tests: its tables are written by commands, frames come in at ports,
 * and what leaves is looked at.
 */
#ifndef NFM_TEST_BR_H
#define NFM_TEST_BR_H

#include "host.h"
#include "chip.h"

#define BR_FLAGS	(NFTSW_BP_LEARNING | NFTSW_BP_FLOOD | NFTSW_BP_MCAST_FLOOD | \
			 NFTSW_BP_BCAST_FLOOD)
#define BR_AWARE	(BR_FLAGS | NFTSW_BP_VLAN_AWARE)
#define BR_DATA_BYTES	0x40000

/**
 * struct br_frame - octets being put together
 * @len: how many there are
 * @data: they
 */
struct br_frame {
	u32 len;
	u8 data[2048];
};

extern struct nftsw_hw_cpl br_cpl;
extern u64 br_data;

struct host *br_new(u32 ports, u32 fdb);
u32 br_put(struct host *h, u32 op, u32 index, const void *rec, u32 bytes);
u32 br_dump(struct host *h, u32 table, u32 bytes, u32 max);
void *br_rec(struct host *h);
u32 br_port(struct host *h, u32 port, u32 fid, u32 pvid, u32 flags);
u32 br_vport(struct host *h, u32 v, u32 port, u32 vid, u32 fid, u32 flags);
u32 br_stp(struct host *h, u32 port, u32 msti, u32 state);
u32 br_vlan(struct host *h, u32 port, u32 vid, u32 to);
void br_fid_init(struct nftsw_hw_fid *f, u32 fid, u32 vid, u64 members, u64 untagged);
u32 br_fid(struct host *h, u32 fid, u32 vid, u64 members, u64 untagged);
u32 br_fid_put(struct host *h, const struct nftsw_hw_fid *f);
u32 br_fdb(struct host *h, u32 fid, const u8 *mac, u32 port, u32 flags);
u32 br_fdb_del(struct host *h, u32 fid, const u8 *mac);
bool br_fdb_get(struct host *h, u32 fid, const u8 *mac, struct nftsw_hw_fdb *e);
u32 br_fdb_port(struct host *h, u32 fid, const u8 *mac);
u32 br_flush(struct host *h, u32 match, u32 fid, u32 port);
u32 br_mdb(struct host *h, u32 fid, const u8 *mac, u64 ports, u32 flags);
u32 br_unaware(struct host *h, u32 fid, u64 ports);

const u8 *br_mac(u32 n);
void br_eth(struct br_frame *f, const u8 *dst, const u8 *src);
void br_tag(struct br_frame *f, u32 tpid, u32 tci);
void br_body(struct br_frame *f, u32 type, const void *body, u32 len);
void br_plain(struct br_frame *f, const u8 *dst, const u8 *src, u32 len);
u64 br_in(struct host *h, u32 port, const struct br_frame *f);
const struct host_out *br_out(struct host *h, u32 port);
bool br_out_is(struct host *h, u32 port, const struct br_frame *f);
bool br_take_rx(struct host *h, struct nftsw_hw_rxc *c, const struct br_frame *f);
bool br_event(struct host *h, struct nftsw_hw_event *ev);

#endif /* NFM_TEST_BR_H */
