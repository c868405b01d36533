/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * The bridge as the datasheet describes it, without sets and hashes: arrays that are searched
 * from end to end, a loop over all bridge ports for each frame.  What nfm_bridge.c is compared
 * with.
 */
#ifndef NFM_TEST_REF_BRIDGE_H
#define NFM_TEST_REF_BRIDGE_H

#include "nfm.h"

#define REF_BR_FIDS	16
#define REF_BR_HOSTS	512
#define REF_BR_GROUPS	64
#define REF_BR_OUTS	64

struct ref_br_port {
	u32 flags;
	u32 fid;
	u32 pvid;
	u32 tpid;
	u32 limit;
	u32 vport_port;
	u32 vport_vid;
};

struct ref_br_fid {
	bool valid;
	u32 vid;
	u32 tpid;
	u32 msti;
	u32 flags;
	bool member[NFTSW_MAX_BR_PORTS];
	bool untagged[NFTSW_MAX_BR_PORTS];
};

struct ref_br_host {
	u32 fid;
	u8 mac[6];
	u32 port;
	u32 flags;
};

struct ref_br_group {
	u32 fid;
	u8 mac[6];
	u32 flags;
	bool port[NFTSW_MAX_BR_PORTS];
};

/**
 * struct ref_br - a chip with a bridge and nothing else
 * @ports: it has
 * @up: their links
 * @lag: which LAG each is active in, or ~0
 * @own: one address of each port
 * @router: that address is a router's
 */
struct ref_br {
	u32 ports;
	bool up[64];
	u32 lag[64];
	u8 own[64][6];
	bool router[64];
	struct ref_br_port port[NFTSW_MAX_BR_PORTS];
	u8 stp[NFTSW_MAX_BR_PORTS][NFTSW_MAX_MSTIS];
	u16 vlan[NFTSW_VPORT(0)][4096];
	struct ref_br_fid fid[REF_BR_FIDS];
	struct ref_br_host host[REF_BR_HOSTS];
	u32 hosts;
	struct ref_br_group group[REF_BR_GROUPS];
	u32 groups;
};

/* A copy that leaves: through a port, or through some member of a LAG (its number then). */
struct ref_br_out {
	u32 port;
	u32 len;
	u8 data[256];
};

/**
 * struct ref_br_end - what becomes of a frame
 * @reason: why it does not leave, or why the CPU has it; NONE
 * @mark: the CPU's copy carries FWD_MARK
 * @outs: entries of @out
 * @out: what leaves
 */
struct ref_br_end {
	u32 reason;
	bool mark;
	u32 outs;
	struct ref_br_out out[REF_BR_OUTS];
};

void ref_br_init(struct ref_br *b, u32 ports);
struct ref_br_host *ref_br_host(struct ref_br *b, u32 fid, const u8 *mac);
void ref_br_host_set(struct ref_br *b, u32 fid, const u8 *mac, u32 port, u32 flags);
bool ref_br_host_del(struct ref_br *b, u32 fid, const u8 *mac);
struct ref_br_group *ref_br_group(struct ref_br *b, u32 fid, const u8 *mac);
u32 ref_br_learned(const struct ref_br *b, u32 port);
void ref_br_frame(struct ref_br *b, u32 port, const u8 *data, u32 len, struct ref_br_end *end);

#endif /* NFM_TEST_REF_BRIDGE_H */
