// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Flow table: exact match of a 48-octet key, entry numbers chosen by software.
 * Floor 2; called by nfm_pipe.c (lookup), nfm_cmd.c (everything else), nfm_core.c
 * (reset), and by nfm_flow_scan.c beside it (purge, idle entries).
 *
 * What
 * ====
 * An entry lives in three arrays that are indexed by its number, and its number
 * stands in one slot of a hash table:
 *
 *   bucket (64 octets)       10 fingerprints of 16 bits | 10 entry numbers
 *   hot    (2 x 64 octets)   key, new addresses, ports, deltas | link header, counters
 *   cold   (3 x 64 octets)   the entry as it was written, for dumps and IPv6 NAT
 *
 * A frame that is forwarded touches one bucket line and the two hot lines, and with new
 * IPv6 addresses one line of the cold part.
 *
 * How
 * ===
 * A 64-bit keyed hash (nfm_hash.h) gives two different buckets and a fingerprint that
 * is never 0.  A key is put into its first bucket, and only when that is full into its
 * second, so that most lookups end in the first.  When both are full, a breadth-first
 * search looks for the shortest chain of entries that can each step over to their other
 * bucket, at most NFM_FLOW_STEPS buckets wide; if none ends in a free slot, the answer
 * is NO_SPACE.  Where an entry may go to is known from its key.
 *
 * Lookup takes a batch, in passes, so that the cache misses of 32 frames overlap: hash
 * and prefetch the bucket, before the frames are classified; compare fingerprints (ten
 * lanes in three words, no vector unit) and prefetch the key; the few without a match
 * in the first bucket prefetch and search the second; prefetch the link header and
 * compare keys.  A fingerprint that matches by chance, once in about 6,500 searches of
 * a full bucket, sends the frame to a plain one-key search.
 *
 * Why these numbers
 * =================
 * Ten slots: fingerprints of 16 bits with 32-bit numbers take 6 octets, and 10 x 6 fit
 * into a line.  Sized for 9 keys per bucket, a table with all FLOWS entries in it is
 * 90 % full.  Random keys have never been refused there: with 1 Mi entries a quarter of
 * the inserts into a full table (one goes, one comes) need the search, which
 * then queues 4 buckets on average and 28 at most in 200,000.  NFM_FLOW_STEPS leaves
 * room above that, and bounds a refused insert to about 1,300 visited entries.  Of a table
 * just filled, 11 % of the keys live in their second bucket; of a half full one, 0.2 %.
 * A bucket count need not be a power of two: half a hash is scaled by a multiplication
 * and a shift.
 *
 * Concurrency
 * ===========
 * The caller serialises calls on one chip, so a command runs between two batches.  That
 * is what makes FLOW_SET atomic for frames: an entry that is replaced is completely old
 * in one batch and completely new in the next.  Within FLOW_SET every check and the
 * search for room come before the first change, so an error leaves the table as it was.
 *
 * References
 * ==========
 * Pagh, Rodler: "Cuckoo Hashing", 2001.  Erlingsson, Manasse, McSherry: "A Cool and
 * Practical Alternative to Traditional Hash Tables", 2006 (slots per bucket and load).
 * Fan, Andersen, Kaminsky: "MemC3", NSDI 2013 (tags, breadth-first moves in Li et al.,
 * EuroSys 2014).  Zhou et al.: "Scalable, High Performance Ethernet Forwarding with
 * CuckooSwitch", CoNEXT 2013 (batched, prefetching lookup).
 */
#include "nfm_flow.h"

#define NFM_FLOW_PER_BUCKET	9	/* keys at full table; 10 slots: 90 % */
#define NFM_FLOW_SECOND		0xfffffffeu	/* look into the second bucket too */
#define NFM_NSEC_PER_MSEC	1000000u

/* every lane of a fingerprint word, its lowest and its highest bit */
#define NFM_LANES		0x0001000100010001ull
#define NFM_LANES_LOW		0x7fff7fff7fff7fffull
#define NFM_LANES_TENTH		0x00000000ffffffffull	/* lanes of fp[2] that are slots */

_Static_assert(NFTSW_FS_STATIC == 4, "nfm_flow_state() knows three state bits");

/**
 * struct nfm_flow_place - a slot
 * @bucket: number, or NFM_FLOW_NONE
 * @slot: 0..NFM_FLOW_SLOTS - 1
 */
struct nfm_flow_place {
	u32 bucket;
	u32 slot;
};

/* ---- sizes and memory ---------------------------------------------------- */

static u32 nfm_flow_bucket_count(u32 flows)
{
	u32 n = (flows + NFM_FLOW_PER_BUCKET - 1) / NFM_FLOW_PER_BUCKET;

	return n < 2 ? 2 : n;
}

static u32 nfm_flow_words(u32 flows)
{
	return (flows + 63) / 64;
}

static size_t nfm_flow_align(size_t bytes)
{
	return (bytes + NFM_CACHE_LINE - 1) & ~(size_t)(NFM_CACHE_LINE - 1);
}

/**
 * nfm_flow_size() - memory that the flow table takes
 * @cfg: properties of the chip
 *
 * Return: bytes; any alignment of the block will do
 */
size_t nfm_flow_size(const struct nfm_cfg *cfg)
{
	size_t flows = cfg->flows;

	return NFM_CACHE_LINE + nfm_flow_align(sizeof(struct nfm_flow_tbl)) +
	       nfm_flow_bucket_count(cfg->flows) * sizeof(struct nfm_flow_bucket) +
	       flows * sizeof(struct nfm_flow_hot) +
	       nfm_flow_align(nfm_flow_words(cfg->flows) * sizeof(u64)) +
	       flows * sizeof(struct nfm_flow_cold);
}

/* Cut an array off the block, on a cache line. */
static void *nfm_flow_carve(void **mem, size_t bytes)
{
	u8 *p = *mem;

	p += -(size_t)p & (NFM_CACHE_LINE - 1);
	*mem = p + bytes;
	return p;
}

/**
 * nfm_flow_init() - lay the flow table out, empty
 * @m: chip; @m->cfg is set
 * @mem: nfm_flow_size() bytes, zeroed
 *
 * Touches only the head of the memory: a large table costs nothing until it is used.
 */
void nfm_flow_init(struct nfm *m, void *mem)
{
	struct nfm_flow_tbl *t = nfm_flow_carve(&mem, sizeof(*t));

	t->flows = m->cfg.flows;
	t->bucket_count = nfm_flow_bucket_count(t->flows);
	t->buckets = nfm_flow_carve(&mem, t->bucket_count * sizeof(*t->buckets));
	t->hot = nfm_flow_carve(&mem, t->flows * sizeof(*t->hot));
	t->valid = nfm_flow_carve(&mem, nfm_flow_words(t->flows) * sizeof(*t->valid));
	t->cold = nfm_flow_carve(&mem, t->flows * sizeof(*t->cold));
	t->idle_next_ns = NFM_NEVER;
	nfm_hash_expand(t->secret, 0);
	m->flow = t;
}

/**
 * nfm_flow_reset() - empty the flow table
 * @m: chip
 *
 * Seed 0 again.  Costs nothing when the table is empty already.
 */
void nfm_flow_reset(struct nfm *m)
{
	struct nfm_flow_tbl *t = m->flow;

	if (t->used) {
		memset(t->buckets, 0, t->bucket_count * sizeof(*t->buckets));
		memset(t->valid, 0, nfm_flow_words(t->flows) * sizeof(u64));
	}
	t->used = 0;
	t->pressure = false;
	t->idle_users = 0;
	t->idle_cursor = 0;
	t->idle_quiet_ns = 0;
	t->idle_next_ns = NFM_NEVER;
	nfm_hash_expand(t->secret, 0);
}

/**
 * nfm_flow_seed() - set the seed of the hash
 * @m: chip
 * @seed: see NFTSW_SEED_LO
 *
 * Has no effect while an entry is valid.
 */
void nfm_flow_seed(struct nfm *m, u64 seed)
{
	if (!m->flow->used)
		nfm_hash_expand(m->flow->secret, seed);
}

/**
 * nfm_flow_used() - number of valid entries
 * @m: chip
 *
 * Return: 0..FLOWS
 */
u32 nfm_flow_used(const struct nfm *m)
{
	return m->flow->used;
}

static bool nfm_flow_valid(const struct nfm_flow_tbl *t, u32 index)
{
	return index < t->flows && (t->valid[index / 64] >> (index % 64) & 1);
}

/**
 * nfm_flow_next_valid() - the first valid entry from a number on
 * @m: chip
 * @index: where to begin
 *
 * Return: its number, or NFM_FLOW_NONE
 */
u32 nfm_flow_next_valid(const struct nfm *m, u32 index)
{
	const struct nfm_flow_tbl *t = m->flow;
	u32 words = nfm_flow_words(t->flows);
	u32 w = index / 64;
	u64 bits;

	if (index >= t->flows || !t->used)
		return NFM_FLOW_NONE;
	bits = t->valid[w] & (~0ull << (index % 64));
	while (!bits) {
		if (++w == words)
			return NFM_FLOW_NONE;
		bits = t->valid[w];
	}
	return w * 64 + nfm_ctz64(bits);
}

/* ---- buckets --------------------------------------------------------------- */

static u32 nfm_flow_scale(u32 hash, u32 range)
{
	return (u32)((u64)hash * range >> 32);
}

static u32 nfm_flow_first(const struct nfm_flow_tbl *t, u64 h)
{
	return nfm_flow_scale((u32)(h >> 32), t->bucket_count);
}

/* Never @first, so that a move always leads to another bucket. */
static u32 nfm_flow_second(const struct nfm_flow_tbl *t, u64 h, u32 first)
{
	u32 b = nfm_flow_scale((u32)h, t->bucket_count - 1);

	return b + (b >= first);
}

/* From the low ends of both halves: the buckets come from their high ends. */
static u64 nfm_flow_fingerprint(u64 h)
{
	u64 fp = (h ^ h >> 32) & 0xffff;

	return fp + !fp;
}

/* 0x8000 in each lane of @word that is 0, exactly. */
static u64 nfm_flow_zero_lanes(u64 word)
{
	return ~(((word & NFM_LANES_LOW) + NFM_LANES_LOW) | word | NFM_LANES_LOW);
}

/* Slots whose fingerprint is @fp: bit 16 * (slot % 4) + slot / 4 each. */
static u64 nfm_flow_match(const struct nfm_flow_bucket *b, u64 fp)
{
	u64 lanes = fp * NFM_LANES;

	return nfm_flow_zero_lanes(b->fp[0] ^ lanes) >> 15 |
	       nfm_flow_zero_lanes(b->fp[1] ^ lanes) >> 14 |
	       nfm_flow_zero_lanes(b->fp[2] ^ lanes) >> 13;
}

static u32 nfm_flow_match_slot(u64 match)
{
	u32 bit = nfm_ctz64(match);

	return (bit & 15) * 4 + (bit >> 4);
}

static u32 nfm_flow_free_slot(const struct nfm_flow_bucket *b)
{
	u64 tenth = b->fp[2] | ~NFM_LANES_TENTH;
	u64 match = nfm_flow_zero_lanes(b->fp[0]) >> 15 |
		    nfm_flow_zero_lanes(b->fp[1]) >> 14 |
		    nfm_flow_zero_lanes(tenth) >> 13;

	return match ? nfm_flow_match_slot(match) : NFM_FLOW_SLOTS;
}

static void nfm_flow_slot_set(struct nfm_flow_bucket *b, u32 slot, u64 fp, u32 index)
{
	u32 shift = slot % 4 * 16;

	b->index[slot] = index;
	b->fp[slot / 4] = (b->fp[slot / 4] & ~(0xffffull << shift)) | fp << shift;
}

static u64 nfm_flow_hash_of(const struct nfm_flow_tbl *t, u32 index)
{
	return nfm_hash(t->secret, &t->hot[index].key);
}

static bool nfm_flow_key_eq(const struct nftsw_hw_flow_key *a, const struct nftsw_hw_flow_key *b)
{
	const u8 *x = (const u8 *)a;
	const u8 *y = (const u8 *)b;
	u64 diff = 0;
	u32 i;

	for (i = 0; i < sizeof(*a); i += 8)
		diff |= nfm_ld64(x + i) ^ nfm_ld64(y + i);
	return !diff;
}

static u32 nfm_flow_find_in(const struct nfm_flow_tbl *t, u32 bucket, u64 fp,
			    const struct nftsw_hw_flow_key *key)
{
	const struct nfm_flow_bucket *b = &t->buckets[bucket];
	u64 match;
	u32 index;

	for (match = nfm_flow_match(b, fp); match; match &= match - 1) {
		index = b->index[nfm_flow_match_slot(match)];
		if (nfm_flow_key_eq(&t->hot[index].key, key))
			return index;
	}
	return NFM_FLOW_NONE;
}

static u32 nfm_flow_find(const struct nfm_flow_tbl *t, u64 h, const struct nftsw_hw_flow_key *key)
{
	u32 first = nfm_flow_first(t, h);
	u64 fp = nfm_flow_fingerprint(h);
	u32 index = nfm_flow_find_in(t, first, fp, key);

	if (index == NFM_FLOW_NONE)
		index = nfm_flow_find_in(t, nfm_flow_second(t, h, first), fp, key);
	return index;
}

/* ---- room for a key -------------------------------------------------------- */

static bool nfm_flow_room_in(const struct nfm_flow_tbl *t, u32 bucket, struct nfm_flow_place *at)
{
	u32 slot = nfm_flow_free_slot(&t->buckets[bucket]);

	if (slot == NFM_FLOW_SLOTS)
		return false;
	at->bucket = bucket;
	at->slot = slot;
	return true;
}

/* The bucket that the entry in a slot of @bucket can move to. */
static u32 nfm_flow_other(const struct nfm_flow_tbl *t, u32 bucket, u32 slot)
{
	u64 h = nfm_flow_hash_of(t, t->buckets[bucket].index[slot]);
	u32 first = nfm_flow_first(t, h);

	return bucket == first ? nfm_flow_second(t, h, first) : first;
}

static void nfm_flow_move(struct nfm_flow_tbl *t, const struct nfm_flow_place *from,
			  const struct nfm_flow_place *to)
{
	struct nfm_flow_bucket *b = &t->buckets[from->bucket];
	u64 fp = b->fp[from->slot / 4] >> (from->slot % 4 * 16) & 0xffff;

	nfm_flow_slot_set(&t->buckets[to->bucket], to->slot, fp, b->index[from->slot]);
	nfm_flow_slot_set(b, from->slot, 0, 0);
}

/* @at is free: empty slot @slot of node @n into it, and so on up to a root. */
static void nfm_flow_unwind(struct nfm_flow_tbl *t, u32 n, u32 slot, struct nfm_flow_place *at)
{
	struct nfm_flow_place from;

	for (;;) {
		from.bucket = t->step[n].bucket;
		from.slot = slot;
		nfm_flow_move(t, &from, at);
		*at = from;
		if (n < 2)
			return;
		slot = t->step[n].slot;
		n = t->step[n].parent;
	}
}

/*
 * Breadth-first from two full buckets.  A bucket may be met twice, but the chain found
 * consists of first visits: what a later visit leads to, the first one led to before.
 */
static bool nfm_flow_room_by_moves(struct nfm_flow_tbl *t, u32 first, u32 second,
				   struct nfm_flow_place *at)
{
	u32 count = 2;
	u32 n, slot, other;

	t->step[0].bucket = first;
	t->step[1].bucket = second;
	for (n = 0; n < count; n++) {
		for (slot = 0; slot < NFM_FLOW_SLOTS; slot++) {
			other = nfm_flow_other(t, t->step[n].bucket, slot);
			if (nfm_flow_room_in(t, other, at)) {
				nfm_flow_unwind(t, n, slot, at);
				return true;
			}
			if (count == NFM_FLOW_STEPS)
				continue;
			t->step[count].bucket = other;
			t->step[count].parent = (u16)n;
			t->step[count++].slot = (u16)slot;
		}
	}
	return false;
}

static bool nfm_flow_room(struct nfm_flow_tbl *t, u64 h, struct nfm_flow_place *at)
{
	u32 first = nfm_flow_first(t, h);
	u32 second = nfm_flow_second(t, h, first);

	return nfm_flow_room_in(t, first, at) || nfm_flow_room_in(t, second, at) ||
	       nfm_flow_room_by_moves(t, first, second, at);
}

/* Take the slot of a valid entry away. */
static void nfm_flow_unlink(struct nfm_flow_tbl *t, u32 index)
{
	u64 h = nfm_flow_hash_of(t, index);
	u32 bucket = nfm_flow_first(t, h);
	struct nfm_flow_bucket *b;
	u32 slot, try;

	for (try = 0; try < 2; try++) {
		b = &t->buckets[bucket];
		for (slot = 0; slot < NFM_FLOW_SLOTS; slot++) {
			if (b->index[slot] != index ||
			    !(b->fp[slot / 4] >> (slot % 4 * 16) & 0xffff))
				continue;
			nfm_flow_slot_set(b, slot, 0, 0);
			return;
		}
		bucket = nfm_flow_second(t, h, bucket);
	}
}

/* ---- writing ---------------------------------------------------------------- */

/* DS 6.1: TABLE events when 90 % are passed going up, and 80 % going down. */
static void nfm_flow_pressure(struct nfm *m)
{
	struct nfm_flow_tbl *t = m->flow;

	if (!t->pressure && t->used > t->flows - t->flows / 10) {
		t->pressure = true;
		nfm_event_raise(m, NFTSW_EV_TABLE, NFTSW_SEV_WARN, NFTSW_TBL_FLOW, t->used,
				t->flows);
	} else if (t->pressure && t->used <= t->flows - t->flows / 5) {
		t->pressure = false;
		nfm_event_raise(m, NFTSW_EV_TABLE, NFTSW_SEV_INFO, NFTSW_TBL_FLOW, t->used,
				t->flows);
	}
}

/* An entry with an idle time was written: the idle scan must not come too late. */
static void nfm_flow_idle_expect(struct nfm *m, const struct nftsw_hw_flow_entry *e)
{
	u64 at = m->now_ns + (u64)NFM_LE32(e->idle_ms) * NFM_NSEC_PER_MSEC;
	struct nfm_flow_tbl *t = m->flow;

	if (!e->idle_ms)
		return;
	t->idle_users++;
	if (at < t->idle_quiet_ns)
		at = t->idle_quiet_ns;
	if (at < t->idle_next_ns)
		t->idle_next_ns = at;
	if (at < t->idle_soonest_ns)
		t->idle_soonest_ns = at;
}

/* Write the bodies of an entry.  @keep: its counters go on. */
static void nfm_flow_fill(struct nfm *m, u32 index, const struct nftsw_hw_flow_entry *e, bool keep)
{
	struct nfm_flow_cold *cold = &m->flow->cold[index];
	struct nfm_flow_hot *hot = &m->flow->hot[index];

	if (!keep) {
		hot->packets = 0;
		hot->octets = 0;
		hot->last_hit_ns = 0;
	}
	hot->key = e->key;
	nfm_rewrite_prepare(hot, e);
	cold->e = *e;
	cold->e.state |= NFM_TO_LE32(NFTSW_FS_VALID);
	cold->since_ns = m->now_ns;
	cold->idle_sent = 0;
	nfm_flow_idle_expect(m, e);
}

static u32 nfm_flow_update(struct nfm *m, u32 index, const struct nftsw_hw_flow_entry *e)
{
	const struct nftsw_hw_flow_entry *old = &m->flow->cold[index].e;

	if (old->idle_ms)
		m->flow->idle_users--;
	nfm_flow_fill(m, index, e, old->cookie == e->cookie);
	return NFTSW_ST_OK;
}

/* A key that no entry has, at an index that may be in use by another key. */
static u32 nfm_flow_insert(struct nfm *m, u32 index, const struct nftsw_hw_flow_entry *e, u64 h)
{
	struct nfm_flow_tbl *t = m->flow;
	struct nfm_flow_place at;

	if (m->fault[NFM_FAULT_TABLE_FULL] || !nfm_flow_room(t, h, &at))
		return NFTSW_ST_NO_SPACE;
	if (nfm_flow_valid(t, index)) {
		nfm_flow_unlink(t, index);
		if (t->cold[index].e.idle_ms)
			t->idle_users--;
	} else {
		t->valid[index / 64] |= 1ull << (index % 64);
		t->used++;
	}
	nfm_flow_fill(m, index, e, false);
	nfm_flow_slot_set(&t->buckets[at.bucket], at.slot, nfm_flow_fingerprint(h), index);
	nfm_flow_pressure(m);
	return NFTSW_ST_OK;
}

/**
 * nfm_flow_set() - write an entry
 * @m: chip
 * @e: entry; VALID in its state is allowed (a record of a dump can be written back)
 *
 * See struct nftsw_hw_flow_entry for what replacing means.  DS 8.3.
 *
 * Return: OK; BAD_PARAM, UNSUPPORTED, EXISTS (the key, at another index), NO_SPACE:
 * nothing has changed
 */
u32 nfm_flow_set(struct nfm *m, const struct nftsw_hw_flow_entry *e)
{
	u32 status = nfm_flow_check(m, e);
	u32 index = NFM_LE32(e->index);
	u32 found;
	u64 h;

	if (status != NFTSW_ST_OK)
		return status;
	h = nfm_hash(m->flow->secret, &e->key);
	found = nfm_flow_find(m->flow, h, &e->key);
	if (found == index)
		return nfm_flow_update(m, index, e);
	if (found != NFM_FLOW_NONE)
		return NFTSW_ST_EXISTS;
	return nfm_flow_insert(m, index, e, h);
}

static void nfm_flow_remove(struct nfm *m, u32 index)
{
	struct nfm_flow_tbl *t = m->flow;

	nfm_flow_unlink(t, index);
	t->valid[index / 64] &= ~(1ull << (index % 64));
	t->used--;
	if (t->cold[index].e.idle_ms)
		t->idle_users--;
	nfm_flow_pressure(m);
}

/**
 * nfm_flow_del() - delete an entry
 * @m: chip
 * @index: entry number
 *
 * Return: OK, BAD_PARAM (no such number), NOT_FOUND (not valid)
 */
u32 nfm_flow_del(struct nfm *m, u32 index)
{
	if (index >= m->flow->flows)
		return NFTSW_ST_BAD_PARAM;
	if (!nfm_flow_valid(m->flow, index))
		return NFTSW_ST_NOT_FOUND;
	nfm_flow_remove(m, index);
	return NFTSW_ST_OK;
}

/**
 * nfm_flow_state() - set TO_CPU and STATIC of an entry
 * @m: chip
 * @index: entry number
 * @state: NFTSW_FS_TO_CPU, NFTSW_FS_STATIC
 *
 * Return: OK, BAD_PARAM (no such number, other bits), NOT_FOUND (not valid)
 */
u32 nfm_flow_state(struct nfm *m, u32 index, u32 state)
{
	struct nfm_flow_tbl *t = m->flow;
	struct nfm_flow_hot *hot;

	if (index >= t->flows || state & ~(NFTSW_FS_TO_CPU | NFTSW_FS_STATIC))
		return NFTSW_ST_BAD_PARAM;
	if (!nfm_flow_valid(t, index))
		return NFTSW_ST_NOT_FOUND;
	t->cold[index].e.state = NFM_TO_LE32(state | NFTSW_FS_VALID);
	hot = &t->hot[index];
	hot->flags &= (u8)~NFM_ACT_TO_CPU;
	if (state & NFTSW_FS_TO_CPU)
		hot->flags |= NFM_ACT_TO_CPU;
	return NFTSW_ST_OK;
}

/* ---- reading ---------------------------------------------------------------- */

/**
 * nfm_flow_ctrs() - read the counters of an entry
 * @m: chip
 * @index: entry number
 * @out: counters; all 0 when the entry is not valid
 */
void nfm_flow_ctrs(const struct nfm *m, u32 index, struct nftsw_hw_flow_ctrs *out)
{
	const struct nfm_flow_tbl *t = m->flow;
	const struct nfm_flow_hot *hot;

	if (!nfm_flow_valid(t, index)) {
		memset(out, 0, sizeof(*out));
		return;
	}
	hot = &t->hot[index];
	out->packets = NFM_TO_LE64(hot->packets);
	out->octets = NFM_TO_LE64(hot->octets);
	out->last_hit_ns = NFM_TO_LE64(hot->last_hit_ns);
	out->cookie = t->cold[index].e.cookie;
}

/**
 * nfm_flow_ctrs_restore() - set the counters of an entry, when state is loaded
 * @m: chip
 * @index: entry number of a valid entry
 * @c: counters; the cookie is not looked at
 */
void nfm_flow_ctrs_restore(struct nfm *m, u32 index, const struct nftsw_hw_flow_ctrs *c)
{
	struct nfm_flow_hot *hot = &m->flow->hot[index];

	hot->packets = NFM_LE64(c->packets);
	hot->octets = NFM_LE64(c->octets);
	hot->last_hit_ns = NFM_LE64(c->last_hit_ns);
}

/**
 * nfm_flow_read() - read an entry with its counters
 * @m: chip
 * @index: entry number
 * @rec: filled when the entry is valid
 *
 * Return: whether it is valid
 */
bool nfm_flow_read(const struct nfm *m, u32 index, struct nftsw_hw_flow_record *rec)
{
	if (!nfm_flow_valid(m->flow, index))
		return false;
	memcpy(&rec->entry, &m->flow->cold[index].e, sizeof(rec->entry));
	nfm_flow_ctrs(m, index, &rec->ctrs);
	return true;
}

/* ---- lookup --------------------------------------------------------------------- */

/**
 * nfm_flow_hash() - hash the keys of a batch, and fetch their buckets
 * @m: chip
 * @pk: parsed frames; hash and key_hash are set in all of them
 * @n: how many
 *
 * To be called as early as there are keys: what is done with the frames before
 * nfm_flow_lookup() gives the buckets time to come.
 */
void nfm_flow_hash(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	const struct nfm_flow_tbl *t = m->flow;
	u32 i;

	for (i = 0; i < n; i++) {
		pk[i].hash = 0;
		if (!(pk[i].pflags & NFM_P_KEY))
			continue;
		pk[i].key_hash = nfm_hash(t->secret, &pk[i].key);
		pk[i].hash = (u32)pk[i].key_hash + !(u32)pk[i].key_hash;
		nfm_prefetch(&t->buckets[nfm_flow_first(t, pk[i].key_hash)]);
	}
}

/**
 * struct nfm_flow_probe - a lookup under way
 * @bucket: being searched
 * @index: entry whose fingerprint matches; NFM_FLOW_SECOND, NFM_FLOW_NONE
 */
struct nfm_flow_probe {
	u32 bucket;
	u32 index;
};

static void nfm_flow_probe_hot(const struct nfm_flow_tbl *t, struct nfm_flow_probe *pr, u64 match)
{
	pr->index = t->buckets[pr->bucket].index[nfm_flow_match_slot(match)];
	nfm_prefetch(&t->hot[pr->index].key);
}

/* First buckets: fetch the entry, or the second bucket. */
static u32 nfm_flow_probe_first(const struct nfm_flow_tbl *t, struct nfm_pkt *pk,
				struct nfm_flow_probe *pr, u32 n)
{
	u32 want = NFM_P_KEY | NFM_P_RMAC;
	u32 open = 0;
	u64 match, h;
	u32 i;

	for (i = 0; i < n; i++) {
		pr[i].index = NFM_FLOW_NONE;
		if (pk[i].verdict != NFM_V_NEXT || (pk[i].pflags & want) != want)
			continue;
		h = pk[i].key_hash;
		pr[i].bucket = nfm_flow_first(t, h);
		match = nfm_flow_match(&t->buckets[pr[i].bucket], nfm_flow_fingerprint(h));
		if (nfm_likely(match)) {
			nfm_flow_probe_hot(t, &pr[i], match);
			continue;
		}
		pr[i].bucket = nfm_flow_second(t, h, pr[i].bucket);
		pr[i].index = NFM_FLOW_SECOND;
		nfm_prefetch(&t->buckets[pr[i].bucket]);
		open++;
	}
	return open;
}

static void nfm_flow_probe_second(const struct nfm_flow_tbl *t, const struct nfm_pkt *pk,
				  struct nfm_flow_probe *pr, u32 n)
{
	u64 match;
	u32 i;

	for (i = 0; i < n; i++) {
		if (pr[i].index != NFM_FLOW_SECOND)
			continue;
		match = nfm_flow_match(&t->buckets[pr[i].bucket],
				       nfm_flow_fingerprint(pk[i].key_hash));
		pr[i].index = NFM_FLOW_NONE;
		if (match)
			nfm_flow_probe_hot(t, &pr[i], match);
	}
}

static void nfm_flow_probe_key(const struct nfm_flow_tbl *t, struct nfm_pkt *pk,
			       const struct nfm_flow_probe *pr, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		pk[i].flow = NFM_FLOW_NONE;
		if (pr[i].index == NFM_FLOW_NONE)
			continue;
		nfm_prefetch_w(&t->hot[pr[i].index].l2);
		if (nfm_likely(nfm_flow_key_eq(&t->hot[pr[i].index].key, &pk[i].key)))
			pk[i].flow = pr[i].index;
		else	/* the fingerprint matched by chance */
			pk[i].flow = nfm_flow_find(t, pk[i].key_hash, &pk[i].key);
	}
}

/**
 * nfm_flow_lookup() - find the flows of a batch
 * @m: chip
 * @pk: frames that nfm_flow_hash() has seen; flow is set in all of them.  Looked up are
 *	those with verdict NEXT, NFM_P_KEY and NFM_P_RMAC.
 * @n: 1..NFM_BATCH
 */
void nfm_flow_lookup(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	const struct nfm_flow_tbl *t = m->flow;
	struct nfm_flow_probe pr[NFM_BATCH];

	if (nfm_flow_probe_first(t, pk, pr, n))
		nfm_flow_probe_second(t, pk, pr, n);
	nfm_flow_probe_key(t, pk, pr, n);
}
