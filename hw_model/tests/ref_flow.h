/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * The flow table as the ABI describes it, without a hash: one array, searched from
 * end to end.  What nfm_flow.c is compared with.
 */
#ifndef NFM_TEST_REF_FLOW_H
#define NFM_TEST_REF_FLOW_H

#include "chip.h"

/**
 * struct ref_flow - an entry
 * @valid: in use
 * @e: as it was written
 * @packets: forwarded
 * @octets: of their IP packets
 * @last_hit_ns: time of the last one
 */
struct ref_flow {
	bool valid;
	struct nftsw_hw_flow_entry e;
	u64 packets;
	u64 octets;
	u64 last_hit_ns;
};

/**
 * struct ref_tbl - the table
 * @flows: entry numbers
 * @full: new keys get NO_SPACE
 * @f: entries
 */
struct ref_tbl {
	u32 flows;
	bool full;
	struct ref_flow *f;
};

void ref_init(struct ref_tbl *t, u32 flows);
void ref_fini(struct ref_tbl *t);
u32 ref_used(const struct ref_tbl *t);
u32 ref_find(const struct ref_tbl *t, const struct nftsw_hw_flow_key *key);
u32 ref_set(struct ref_tbl *t, const struct nftsw_hw_flow_entry *e);
u32 ref_del(struct ref_tbl *t, u32 index);
u32 ref_state(struct ref_tbl *t, u32 index, u32 state);
void ref_hit(struct ref_tbl *t, u32 index, u32 octets, u64 now_ns);
u32 ref_purge(struct ref_tbl *t, const struct nftsw_hw_flow_purge *p);
bool ref_read(const struct ref_tbl *t, u32 index, struct nftsw_hw_flow_record *rec);

#endif /* NFM_TEST_REF_FLOW_H */
