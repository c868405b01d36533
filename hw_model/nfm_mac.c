// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Table of addresses: exact match of FID and MAC address, 64 bits.  Floor 2; called by
 * nfm_fdb.c and nfm_mdb.c, which keep what they know of an address beside it, by its
 * entry number.
 *
 * What
 * ====
 *   bucket (64 octets)   8 keys
 *   at (32 octets)       the entry numbers of the 8 slots
 *   key                  by entry number, so that walks need no buckets
 *
 * How
 * ===
 * As in nfm_flow.c: a keyed hash gives two different buckets; a key is put into its first,
 * when that is full into its second, and when both are full a breadth-first search looks for
 * the shortest chain of keys that can each step over to their other bucket, NFM_MAC_STEPS
 * buckets wide.  A whole key fits into the slot, so there are no fingerprints.
 *
 * Keys move between slots, entries do not: an entry keeps its number as long as it lives.
 * Walks in slices (dump, flush, ageing) go by number, and so they meet every entry
 * that is there all the time exactly once, whatever is learned in between.
 *
 * Why these numbers
 * =================
 * With eight slots and two choices the search first fails when 99 % of the slots are taken
 * (measured with 16 Ki keys; Erlingsson, Manasse, McSherry, 2006, say the same).  Sized for
 * 7.6 keys per bucket, a table with all its entries is 95 % full, so random keys are never refused
 * before the entries are used up.
 *
 * Concurrency: the caller serialises.
 */
#include "nfm_mac.h"

/* 8 * 38 / 5: what a full table leaves free is 5 %. */
#define NFM_MAC_LOAD_NUM	5
#define NFM_MAC_LOAD_DEN	38

static u32 nfm_mac_buckets(u32 capacity)
{
	u32 n = (capacity * NFM_MAC_LOAD_NUM + NFM_MAC_LOAD_DEN - 1) / NFM_MAC_LOAD_DEN;

	return n < 2 ? 2 : n;
}

static size_t nfm_mac_align(size_t bytes)
{
	return (bytes + NFM_CACHE_LINE - 1) & ~(size_t)(NFM_CACHE_LINE - 1);
}

/**
 * nfm_mac_size() - memory that a table takes
 * @capacity: entries
 *
 * Return: bytes, a multiple of a cache line
 */
size_t nfm_mac_size(u32 capacity)
{
	size_t buckets = nfm_mac_buckets(capacity);

	return buckets * sizeof(struct nfm_mac_bucket) +
	       nfm_mac_align(buckets * NFM_MAC_SLOTS * sizeof(u32)) +
	       nfm_mac_align(capacity * sizeof(u64)) + nfm_mac_align(capacity * sizeof(u32));
}

/**
 * nfm_mac_init() - lay a table out, empty
 * @t: table
 * @mem: nfm_mac_size() bytes, zeroed, on a cache line
 * @capacity: entries
 *
 * Return: the first octet behind its memory
 */
void *nfm_mac_init(struct nfm_mac_tbl *t, void *mem, u32 capacity)
{
	u8 *p = mem;

	t->capacity = capacity;
	t->buckets = nfm_mac_buckets(capacity);
	t->bucket = (struct nfm_mac_bucket *)(void *)p;
	p += t->buckets * sizeof(struct nfm_mac_bucket);
	t->at = (u32 *)(void *)p;
	p += nfm_mac_align((size_t)t->buckets * NFM_MAC_SLOTS * sizeof(u32));
	t->key = (u64 *)(void *)p;
	p += nfm_mac_align(capacity * sizeof(u64));
	t->spare = (u32 *)(void *)p;
	p += nfm_mac_align(capacity * sizeof(u32));
	nfm_hash_expand(t->secret, 0);
	return p;
}

/**
 * nfm_mac_reset() - empty a table
 * @t: table
 *
 * Seed 0 again.  Costs nothing when nothing was in it.
 */
void nfm_mac_reset(struct nfm_mac_tbl *t)
{
	if (t->fresh) {
		memset(t->bucket, 0, t->buckets * sizeof(*t->bucket));
		memset(t->key, 0, t->fresh * sizeof(*t->key));
	}
	t->used = 0;
	t->fresh = 0;
	nfm_hash_expand(t->secret, 0);
}

/**
 * nfm_mac_seed() - set the seed of the hash
 * @t: table
 * @seed: see NFTSW_SEED_LO
 *
 * Has no effect while there is an entry.
 */
void nfm_mac_seed(struct nfm_mac_tbl *t, u64 seed)
{
	if (!t->used)
		nfm_hash_expand(t->secret, seed);
}

/* ---- buckets ---------------------------------------------------------------- */

/* Never @first, so that a move always leads to another bucket. */
static u32 nfm_mac_second(const struct nfm_mac_tbl *t, u64 h, u32 first)
{
	u32 b = (u32)((u64)(u32)h * (t->buckets - 1) >> 32);

	return b + (b >= first);
}

/* Slot of a key in a bucket, 0 for a free one; NFM_MAC_SLOTS when there is none. */
static u32 nfm_mac_slot(const struct nfm_mac_bucket *b, u64 key)
{
	u32 slot;

	for (slot = 0; slot < NFM_MAC_SLOTS; slot++)
		if (b->key[slot] == key)
			break;
	return slot;
}

static u32 nfm_mac_find_in(const struct nfm_mac_tbl *t, u32 bucket, u64 key)
{
	u32 slot = nfm_mac_slot(&t->bucket[bucket], key);

	return slot < NFM_MAC_SLOTS ? t->at[bucket * NFM_MAC_SLOTS + slot] : NFM_MAC_NONE;
}

/**
 * nfm_mac_find() - look an address up
 * @t: table
 * @key: nfm_mac_key()
 * @h: nfm_mac_hash() of it
 *
 * Return: its entry number, or NFM_MAC_NONE
 */
u32 nfm_mac_find(const struct nfm_mac_tbl *t, u64 key, u64 h)
{
	u32 first = nfm_mac_first(t, h);
	u32 at = nfm_mac_find_in(t, first, key);

	if (nfm_unlikely(at == NFM_MAC_NONE))
		at = nfm_mac_find_in(t, nfm_mac_second(t, h, first), key);
	return at;
}

static void nfm_mac_put(struct nfm_mac_tbl *t, u32 bucket, u32 slot, u64 key, u32 at)
{
	t->bucket[bucket].key[slot] = key;
	t->at[bucket * NFM_MAC_SLOTS + slot] = at;
}

/* ---- room for a key ----------------------------------------------------------- */

/* The bucket that the key in a slot of @bucket can move to. */
static u32 nfm_mac_other(const struct nfm_mac_tbl *t, u32 bucket, u32 slot)
{
	u64 h = nfm_mac_hash(t, t->bucket[bucket].key[slot]);
	u32 first = nfm_mac_first(t, h);

	return bucket == first ? nfm_mac_second(t, h, first) : first;
}

/*
 * Slot @free of @bucket is free: empty slot @slot of node @n into it, and so on up to a root.
 * Return: the slot that is free in the root, whose bucket is left in *@bucket
 */
static u32 nfm_mac_unwind(struct nfm_mac_tbl *t, u32 n, u32 slot, u32 *bucket, u32 free)
{
	u32 from;

	for (;;) {
		from = t->step[n].bucket;
		nfm_mac_put(t, *bucket, free, t->bucket[from].key[slot],
			    t->at[from * NFM_MAC_SLOTS + slot]);
		nfm_mac_put(t, from, slot, 0, 0);
		*bucket = from;
		free = slot;
		if (n < 2)
			return free;
		slot = t->step[n].slot;
		n = t->step[n].parent;
	}
}

/* See nfm_flow_room_by_moves().  Return: a free slot of *@bucket, or NFM_MAC_SLOTS */
static u32 nfm_mac_room_by_moves(struct nfm_mac_tbl *t, u32 first, u32 second, u32 *bucket)
{
	u32 count = 2;
	u32 n, slot, free;

	t->step[0].bucket = first;
	t->step[1].bucket = second;
	for (n = 0; n < count; n++) {
		for (slot = 0; slot < NFM_MAC_SLOTS; slot++) {
			*bucket = nfm_mac_other(t, t->step[n].bucket, slot);
			free = nfm_mac_slot(&t->bucket[*bucket], 0);
			if (free < NFM_MAC_SLOTS)
				return nfm_mac_unwind(t, n, slot, bucket, free);
			if (count == NFM_MAC_STEPS)
				continue;
			t->step[count].bucket = *bucket;
			t->step[count].parent = (u16)n;
			t->step[count++].slot = (u16)slot;
		}
	}
	return NFM_MAC_SLOTS;
}

static u32 nfm_mac_room(struct nfm_mac_tbl *t, u64 h, u32 *bucket)
{
	u32 first = nfm_mac_first(t, h);
	u32 second = nfm_mac_second(t, h, first);
	u32 slot;

	*bucket = first;
	slot = nfm_mac_slot(&t->bucket[first], 0);
	if (slot < NFM_MAC_SLOTS)
		return slot;
	*bucket = second;
	slot = nfm_mac_slot(&t->bucket[second], 0);
	if (slot < NFM_MAC_SLOTS)
		return slot;
	return nfm_mac_room_by_moves(t, first, second, bucket);
}

/**
 * nfm_mac_add() - take an address in
 * @t: table
 * @key: nfm_mac_key() that is not there yet
 *
 * Return: its entry number, which it keeps; NFM_MAC_NONE: there is no room
 */
u32 nfm_mac_add(struct nfm_mac_tbl *t, u64 key)
{
	u32 bucket, slot, at;

	if (t->used == t->capacity)
		return NFM_MAC_NONE;
	slot = nfm_mac_room(t, nfm_mac_hash(t, key), &bucket);
	if (slot == NFM_MAC_SLOTS)
		return NFM_MAC_NONE;
	/* of the fresh numbers, those below used + spare ones are taken or spare */
	at = t->fresh > t->used ? t->spare[t->fresh - t->used - 1] : t->fresh++;
	t->used++;
	t->key[at] = key;
	nfm_mac_put(t, bucket, slot, key, at);
	return at;
}

/**
 * nfm_mac_skip() - the next address that is taken in gets a certain number
 * @t: table
 * @at: entry number above all that have been in use
 *
 * For a state that is loaded: walks that are under way go by number.
 *
 * Return: false: it is not above them, or there is no such number
 */
bool nfm_mac_skip(struct nfm_mac_tbl *t, u32 at)
{
	if (at < t->fresh || at >= t->capacity)
		return false;
	for (; t->fresh <= at; t->fresh++)
		t->spare[t->fresh - t->used] = t->fresh;
	return true;
}

/**
 * nfm_mac_del() - forget an address
 * @t: table
 * @at: entry number in use
 */
void nfm_mac_del(struct nfm_mac_tbl *t, u32 at)
{
	u64 h = nfm_mac_hash(t, t->key[at]);
	u32 bucket = nfm_mac_first(t, h);
	u32 slot = nfm_mac_slot(&t->bucket[bucket], t->key[at]);

	if (slot == NFM_MAC_SLOTS) {
		bucket = nfm_mac_second(t, h, bucket);
		slot = nfm_mac_slot(&t->bucket[bucket], t->key[at]);
	}
	nfm_mac_put(t, bucket, slot, 0, 0);
	t->key[at] = 0;
	t->used--;
	t->spare[t->fresh - t->used - 1] = at;
}
