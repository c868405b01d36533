/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Layout of a table of addresses, for nfm_mac.c (which owns it and explains it) and the two
 * databases that are made of it: nfm_fdb.c, nfm_mdb.c.  Floor 1.
 */
#ifndef NFM_MAC_H
#define NFM_MAC_H

#include "nfm_port.h"
#include "nfm_hash.h"

#define NFM_MAC_NONE		0xffffffffu
#define NFM_MAC_SLOTS		8
#define NFM_MAC_STEPS		128

/**
 * struct nfm_mac_bucket - eight slots in one cache line
 * @key: nfm_mac_key(), 0 = free slot
 */
struct nfm_mac_bucket {
	u64 key[NFM_MAC_SLOTS];
};
NFTSW_SIZE_IS(struct nfm_mac_bucket, NFM_CACHE_LINE);

/**
 * struct nfm_mac_step - node of the search for room
 * @bucket: visited
 * @parent: node whose slot @slot could be emptied into @bucket
 * @slot: see @parent
 */
struct nfm_mac_step {
	u32 bucket;
	u16 parent;
	u16 slot;
};

/**
 * struct nfm_mac_tbl - addresses, each in its broadcast domain
 * @secret: of the hash
 * @bucket: @buckets of them
 * @at: entry number of each slot
 * @key: by entry number, 0 = not in use
 * @spare: entry numbers that were in use and are not any more
 * @capacity: entry numbers
 * @buckets: at least 2
 * @used: entries
 * @fresh: no entry number from here on has ever been in use
 * @step: scratch of the search for room
 */
struct nfm_mac_tbl {
	u64 secret[NFM_HASH_SECRETS];
	struct nfm_mac_bucket *bucket;
	u32 *at;
	u64 *key;
	u32 *spare;
	u32 capacity;
	u32 buckets;
	u32 used;
	u32 fresh;
	struct nfm_mac_step step[NFM_MAC_STEPS];
};

/* Key of an address in a broadcast domain.  FIDs begin at 1, so it is never 0. */
static inline u64 nfm_mac_key(u32 fid, const u8 *mac)
{
	return (u64)fid << 48 | (u64)nfm_ld16(mac + 4) << 32 | nfm_ld32(mac);
}

static inline u32 nfm_mac_fid(u64 key)
{
	return (u32)(key >> 48);
}

/* The address of a key, back as octets. */
static inline void nfm_mac_octets(u64 key, u8 *mac)
{
	nfm_st32(mac, (u32)key);
	nfm_st16(mac + 4, (u16)(key >> 32 & 0xffff));
}

static inline u64 nfm_mac_hash(const struct nfm_mac_tbl *t, u64 key)
{
	u64 h = nfm_hash_fold(key ^ t->secret[0], t->secret[1]);

	return nfm_hash_fold(h ^ t->secret[2], t->secret[3]);
}

static inline u32 nfm_mac_first(const struct nfm_mac_tbl *t, u64 h)
{
	return (u32)((h >> 32) * t->buckets >> 32);
}

static inline void nfm_mac_prefetch(const struct nfm_mac_tbl *t, u64 h)
{
	u32 b = nfm_mac_first(t, h);

	nfm_prefetch(&t->bucket[b]);
	nfm_prefetch(&t->at[b * NFM_MAC_SLOTS]);
}

/* nfm_mac.c (floor 2.1) */
size_t nfm_mac_size(u32 capacity);
void *nfm_mac_init(struct nfm_mac_tbl *t, void *mem, u32 capacity);
void nfm_mac_reset(struct nfm_mac_tbl *t);
void nfm_mac_seed(struct nfm_mac_tbl *t, u64 seed);
u32 nfm_mac_find(const struct nfm_mac_tbl *t, u64 key, u64 h);
u32 nfm_mac_add(struct nfm_mac_tbl *t, u64 key);
bool nfm_mac_skip(struct nfm_mac_tbl *t, u32 at);
void nfm_mac_del(struct nfm_mac_tbl *t, u32 at);

#endif /* NFM_MAC_H */
