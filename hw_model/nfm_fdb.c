// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Forwarding database: behind which bridge port a host is.  Floor 2, above nfm_vlan.c; called
 * by nfm_bridge.c (learning), by nfm_cmd.c and nfm_dump.c for software, by nfm_core.c when
 * hosts have aged.  DS 8.9.
 *
 * Addresses live in a struct nfm_mac_tbl; what is known of a host lies beside it, by entry
 * number: 16 octets, so that four hosts share a cache line.  A frame writes the time into it,
 * and that is all that ageing asks of the fast path.
 *
 * Ageing walks over all entries, in slices.  A host has to go when its FID's time has
 * passed since its last frame; the walk that finds it begins a sixteenth of that time (or 1 ms)
 * later.  So a host goes between one and 1.0625 of its time, and because every host that a
 * walk leaves behind has at least that sixteenth to live, there are at most 16 walks in
 * the shortest time of any FID, however many hosts come and go.
 */
#include "nfm_bridge.h"

#define NFM_NSEC_PER_MSEC	1000000u
#define NFM_FDB_AGE_SHIFT	4	/* how late: a sixteenth */

_Static_assert(NFTSW_FF_ALL == 7, "nfm_fdb_flush_match() knows three conditions");

/* ---- entries ------------------------------------------------------------------ */

/* One more or less of the hosts that are learned at a bridge port. */
static void nfm_fdb_count_learned(struct nfm_br *br, const struct nfm_host *h, bool more)
{
	if (!(h->flags & NFTSW_FDB_LEARNED))
		return;
	if (more)
		br->port[h->port].learned++;
	else
		br->port[h->port].learned--;
}

static void nfm_fdb_event(struct nfm *m, u32 type, u64 key, u32 port, u32 before)
{
	u32 arg[NFM_EVENT_ARGS];
	u8 mac[NFTSW_ETH_ALEN];

	nfm_mac_octets(key, mac);
	arg[0] = mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24;
	arg[1] = NFTSW_PUT(NFTSW_EV_FDB_MAC, mac[4] | (u32)mac[5] << 8) |
		 NFTSW_PUT(NFTSW_EV_FDB_PORT, port);
	arg[2] = before;
	nfm_event_raise_args(m, type, NFTSW_SEV_INFO, nfm_mac_fid(key), arg);
}

/* DS 6.1: TABLE events when 90 % are passed going up, and 80 % going down. */
static void nfm_fdb_pressure(struct nfm *m)
{
	struct nfm_fdb *f = &m->br->fdb;
	u32 used = f->tbl.used;
	u32 all = f->tbl.capacity;

	if (!f->pressure && used > all - all / 10) {
		f->pressure = true;
		nfm_event_raise(m, NFTSW_EV_TABLE, NFTSW_SEV_WARN, NFTSW_TBL_FDB, used, all);
	} else if (f->pressure && used <= all - all / 5) {
		f->pressure = false;
		nfm_event_raise(m, NFTSW_EV_TABLE, NFTSW_SEV_INFO, NFTSW_TBL_FDB, used, all);
	}
}

/* How long a host of the FID may stay unseen, 0 = for ever. */
static u64 nfm_fdb_age_ns(const struct nfm_fid *d)
{
	return (u64)d->age_ms * NFM_NSEC_PER_MSEC;
}

/* The walk that is to find a host that has to go at @at. */
static u64 nfm_fdb_walk_at(u64 at, u64 age_ns)
{
	u64 late = age_ns >> NFM_FDB_AGE_SHIFT;

	return at + (late > NFM_NSEC_PER_MSEC ? late : NFM_NSEC_PER_MSEC);
}

/* A host that may age has been written: the walk must not come too late for it. */
static void nfm_fdb_age_expect(struct nfm *m, u64 key, const struct nfm_host *h)
{
	u64 age = nfm_fdb_age_ns(&m->br->fid[nfm_mac_fid(key)]);
	struct nfm_fdb *f = &m->br->fdb;
	u64 at;

	if (!age || h->flags & NFTSW_FDB_NO_AGE)
		return;
	at = nfm_fdb_walk_at(h->seen_ns + age, age);
	if (at < f->age_next_ns)
		f->age_next_ns = at;
	if (at < f->age_soonest_ns)
		f->age_soonest_ns = at;
}

static void nfm_fdb_fill(struct nfm *m, u32 at, u32 port, u32 flags)
{
	struct nfm_host *h = &m->br->fdb.host[at];

	h->seen_ns = m->now_ns;
	h->port = (u16)port;
	h->flags = (u16)flags;
	nfm_fdb_count_learned(m->br, h, true);
	nfm_fdb_age_expect(m, m->br->fdb.tbl.key[at], h);
}

/* A host that is not there yet.  Return: false: there is no room */
static bool nfm_fdb_add(struct nfm *m, u64 key, u32 port, u32 flags)
{
	struct nfm_br *br = m->br;
	u32 at;

	if (m->fault[NFM_FAULT_TABLE_FULL])
		return false;
	at = nfm_mac_add(&br->fdb.tbl, key);
	if (at == NFM_MAC_NONE)
		return false;
	br->fid[nfm_mac_fid(key)].hosts++;
	nfm_fdb_fill(m, at, port, flags);
	nfm_fdb_pressure(m);
	return true;
}

static void nfm_fdb_remove(struct nfm *m, u32 at)
{
	struct nfm_br *br = m->br;

	nfm_fdb_count_learned(br, &br->fdb.host[at], false);
	br->fid[nfm_mac_fid(br->fdb.tbl.key[at])].hosts--;
	nfm_mac_del(&br->fdb.tbl, at);
	nfm_fdb_pressure(m);
}

/* ---- learning: for nfm_bridge.c -------------------------------------------------- */

/* A limit of 0 is none. */
static bool nfm_fdb_may_learn(const struct nfm_br_port *p)
{
	return !p->learn_limit || p->learned < p->learn_limit;
}

/**
 * nfm_fdb_learn() - a host that nobody knew has sent a frame
 * @m: chip
 * @key: its FID and address
 * @port: bridge port that it is behind
 *
 * Nothing happens when the port has learned as many as it may, or the table is full.
 */
void nfm_fdb_learn(struct nfm *m, u64 key, u32 port)
{
	if (nfm_fdb_may_learn(&m->br->port[port]) &&
	    nfm_fdb_add(m, key, port, NFTSW_FDB_LEARNED))
		nfm_fdb_event(m, NFTSW_EV_FDB_LEARNED, key, port, 0);
}

/**
 * nfm_fdb_move() - a host has sent a frame behind another bridge port than before
 * @m: chip
 * @at: its entry, at a bridge port or the CPU, without NO_MOVE
 * @port: bridge port that it is behind now
 *
 * The entry becomes LEARNED; one that never ages stays so, unless it comes from the CPU, where
 * the chip does not hear hosts and only software knows how old they are.  Where as many are
 * learned as may be, nothing happens.
 */
void nfm_fdb_move(struct nfm *m, u32 at, u32 port)
{
	struct nfm_fdb *f = &m->br->fdb;
	struct nfm_host *h = &f->host[at];
	u32 before = h->port;
	u32 keep = before == NFTSW_FDB_CPU ? 0 : NFTSW_FDB_NO_AGE;

	if (!nfm_fdb_may_learn(&m->br->port[port]))
		return;
	nfm_fdb_count_learned(m->br, h, false);
	nfm_fdb_fill(m, at, port, (h->flags & keep) | NFTSW_FDB_LEARNED);
	nfm_fdb_event(m, NFTSW_EV_FDB_MOVED, f->tbl.key[at], port, before);
}

/* ---- software: DS 8.9 ---------------------------------------------------------------- */

static u32 nfm_fdb_check_key(const struct nfm *m, const struct nftsw_hw_fdb *e)
{
	static const u8 zero[NFTSW_ETH_ALEN];
	u32 fid = NFM_LE16(e->fid);

	if (!fid || fid >= NFTSW_MAX_FIDS || e->mac[0] & 1 || !memcmp(e->mac, zero, sizeof(zero)))
		return NFTSW_ST_BAD_PARAM;
	return nfm_fid_valid(m->br, fid) ? NFTSW_ST_OK : NFTSW_ST_NOT_FOUND;
}

/* Entry of the address, or NFM_MAC_NONE. */
static u32 nfm_fdb_find(const struct nfm *m, u64 key)
{
	const struct nfm_mac_tbl *t = &m->br->fdb.tbl;

	return nfm_mac_find(t, key, nfm_mac_hash(t, key));
}

/**
 * nfm_fdb_set() - software says where a host is
 * @m: chip that has a bridge
 * @e: what it says; unseen_ms is read only and not looked at
 *
 * Replaces what is there.  The host counts as seen now.
 *
 * Return: OK; BAD_PARAM; NOT_FOUND: no such FID; NO_SPACE
 */
u32 nfm_fdb_set(struct nfm *m, const struct nftsw_hw_fdb *e)
{
	u64 key = nfm_mac_key(NFM_LE16(e->fid), e->mac);
	u32 port = NFM_LE16(e->port);
	u32 flags = NFM_LE16(e->flags);
	bool cpu = port == NFTSW_FDB_CPU;
	u32 status = nfm_fdb_check_key(m, e);
	u32 at;

	if (flags & ~NFTSW_FDB_ALL || (!cpu && !nfm_br_port_ok(m, port)) ||
	    (cpu && flags & NFTSW_FDB_LEARNED))
		return NFTSW_ST_BAD_PARAM;
	if (status != NFTSW_ST_OK)
		return status;
	at = nfm_fdb_find(m, key);
	if (at == NFM_MAC_NONE)
		return nfm_fdb_add(m, key, port, flags) ? NFTSW_ST_OK : NFTSW_ST_NO_SPACE;
	nfm_fdb_count_learned(m->br, &m->br->fdb.host[at], false);
	nfm_fdb_fill(m, at, port, flags);
	return NFTSW_ST_OK;
}

/**
 * nfm_fdb_restore() - a host of a state that is loaded
 * @m: chip that has a bridge
 * @at: its entry number, above those of the hosts before it
 * @e: host
 * @seen_ns: chip time of its last frame, not in the future
 *
 * Return: as nfm_fdb_set(); EXISTS: the number is not above the others
 */
u32 nfm_fdb_restore(struct nfm *m, u32 at, const struct nftsw_hw_fdb *e, u64 seen_ns)
{
	struct nfm_fdb *f = &m->br->fdb;
	u32 status;

	if (!nfm_mac_skip(&f->tbl, at))
		return NFTSW_ST_EXISTS;
	status = nfm_fdb_set(m, e);
	if (status != NFTSW_ST_OK || !f->tbl.key[at])
		return status;
	f->host[at].seen_ns = seen_ns;
	nfm_fdb_age_expect(m, f->tbl.key[at], &f->host[at]);
	return NFTSW_ST_OK;
}

/**
 * nfm_fdb_del() - software forgets a host
 * @m: chip that has a bridge
 * @e: its FID and address; nothing else is looked at
 *
 * Return: OK; BAD_PARAM; NOT_FOUND: no such FID, or host in it
 */
u32 nfm_fdb_del(struct nfm *m, const struct nftsw_hw_fdb *e)
{
	u32 status = nfm_fdb_check_key(m, e);
	u32 at;

	if (status != NFTSW_ST_OK)
		return status;
	at = nfm_fdb_find(m, nfm_mac_key(NFM_LE16(e->fid), e->mac));
	if (at == NFM_MAC_NONE)
		return NFTSW_ST_NOT_FOUND;
	nfm_fdb_remove(m, at);
	return NFTSW_ST_OK;
}

/**
 * nfm_fdb_used() - hosts in the database
 * @m: chip
 *
 * Return: 0..FDB
 */
u32 nfm_fdb_used(const struct nfm *m)
{
	return m->br ? m->br->fdb.tbl.used : 0;
}

/**
 * nfm_fdb_skip() - the first number that may have a host
 * @m: chip that has a bridge
 * @i: entry number to begin with
 *
 * Return: such a number, or the capacity
 */
u32 nfm_fdb_skip(const struct nfm *m, u32 i)
{
	const struct nfm_mac_tbl *t = &m->br->fdb.tbl;

	return i < t->fresh ? i : t->capacity;
}

/* Whole ms of @ns, at most 32 bits: long division, as 64-bit ones are a library's. */
static u32 nfm_fdb_ms(u64 ns)
{
	u64 q = 0;
	u32 r = 0;
	s32 shift;

	ns >>= 6;	/* 1,000,000 is 2^6 * 15,625 */
	for (shift = 48; shift >= 0; shift -= 16) {
		r = r << 16 | (u32)(ns >> shift & 0xffff);
		q = q << 16 | r / 15625;
		r %= 15625;
	}
	return q > ~0u ? ~0u : (u32)q;
}

/**
 * nfm_fdb_read() - a host, as a table entry
 * @m: chip that has a bridge
 * @at: entry number below the capacity
 * @e: filled in
 *
 * Return: whether there is one
 */
bool nfm_fdb_read(const struct nfm *m, u32 at, struct nftsw_hw_fdb *e)
{
	const struct nfm_fdb *f = &m->br->fdb;
	const struct nfm_host *h = &f->host[at];
	u64 key = at < f->tbl.fresh ? f->tbl.key[at] : 0;

	if (!key)
		return false;
	e->fid = NFM_TO_LE16((u16)nfm_mac_fid(key));
	nfm_mac_octets(key, e->mac);
	e->port = NFM_TO_LE16(h->port);
	e->flags = NFM_TO_LE16(h->flags);
	e->unseen_ms = NFM_TO_LE32(nfm_fdb_ms(m->now_ns - h->seen_ns));
	return true;
}

/* ---- flush ---------------------------------------------------------------------------- */

/**
 * nfm_fdb_flush_check() - check the data of FDB_FLUSH
 * @m: chip that has a bridge
 * @f: what to forget
 *
 * Return: OK, or BAD_PARAM: unknown condition, reserved field, no such FID number or port
 */
u32 nfm_fdb_flush_check(const struct nfm *m, const struct nftsw_hw_fdb_flush *f)
{
	u32 match = NFM_LE32(f->match);
	u32 fid = NFM_LE16(f->fid);
	u32 port = NFM_LE16(f->port);

	if (match & ~NFTSW_FF_ALL || f->rsvd[0] || f->rsvd[1])
		return NFTSW_ST_BAD_PARAM;
	if (match & NFTSW_FF_FID && (!fid || fid >= NFTSW_MAX_FIDS))
		return NFTSW_ST_BAD_PARAM;
	if (match & NFTSW_FF_PORT && port != NFTSW_FDB_CPU && !nfm_br_port_ok(m, port))
		return NFTSW_ST_BAD_PARAM;
	return NFTSW_ST_OK;
}

static bool nfm_fdb_flush_match(const struct nftsw_hw_fdb_flush *f, u64 key,
				const struct nfm_host *h)
{
	u32 match = NFM_LE32(f->match);

	if (match & NFTSW_FF_FID && nfm_mac_fid(key) != NFM_LE16(f->fid))
		return false;
	if (match & NFTSW_FF_PORT && h->port != NFM_LE16(f->port))
		return false;
	return !(match & NFTSW_FF_LEARNED) || h->flags & NFTSW_FDB_LEARNED;
}

/**
 * nfm_fdb_flush() - forget what meets every condition, one slice of the table
 * @m: chip that has a bridge
 * @f: conditions, checked by nfm_fdb_flush_check()
 * @cursor: entry number to go on from, 0 at first; the capacity when the flush is complete
 * @n: entries to look at, at most
 *
 * Return: entries deleted
 */
u32 nfm_fdb_flush(struct nfm *m, const struct nftsw_hw_fdb_flush *f, u32 *cursor, u32 n)
{
	const struct nfm_fdb *db = &m->br->fdb;
	u32 deleted = 0;
	u32 at = *cursor;

	for (; n && at < db->tbl.fresh; n--, at++) {
		if (!db->tbl.key[at] ||
		    !nfm_fdb_flush_match(f, db->tbl.key[at], &db->host[at]))
			continue;
		nfm_fdb_remove(m, at);
		deleted++;
	}
	*cursor = nfm_fdb_skip(m, at);
	return deleted;
}

/* ---- ageing ------------------------------------------------------------------------------ */

/* The event says once that a host is gone: rather wait than lose it. */
static bool nfm_fdb_event_room(const struct nfm *m)
{
	return m->evbuf.count < NFM_EVBUF_COUNT && !m->evbuf.lost;
}

/* When the walk that is to find the host begins; NFM_NEVER: it stays, or is gone. */
static u64 nfm_fdb_age_one(struct nfm *m, u32 at)
{
	struct nfm_fdb *f = &m->br->fdb;
	struct nfm_host *h = &f->host[at];
	u64 key = f->tbl.key[at];
	u64 age, end;

	if (!key || h->flags & NFTSW_FDB_NO_AGE)
		return NFM_NEVER;
	age = nfm_fdb_age_ns(&m->br->fid[nfm_mac_fid(key)]);
	if (!age)
		return NFM_NEVER;
	end = h->seen_ns + age;
	if (end > m->now_ns)
		return nfm_fdb_walk_at(end, age);
	nfm_fdb_event(m, NFTSW_EV_FDB_AGED, key, h->port, 0);
	nfm_fdb_remove(m, at);
	return NFM_NEVER;
}

/**
 * nfm_fdb_age_scan() - forget hosts that have not been seen for their time
 * @m: chip that has a bridge
 * @n: entries to look at, at most
 *
 * To be called when nfm_fdb_age_deadline() has come.  Stops while there is no room for
 * events.  DS 8.9.
 */
void nfm_fdb_age_scan(struct nfm *m, u32 n)
{
	struct nfm_fdb *f = &m->br->fdb;
	u32 at = f->age_cursor;
	u64 next;

	if (!at)
		f->age_soonest_ns = NFM_NEVER;
	for (; n && at < f->tbl.fresh && nfm_fdb_event_room(m); n--, at++) {
		next = nfm_fdb_age_one(m, at);
		if (next < f->age_soonest_ns)
			f->age_soonest_ns = next;
	}
	f->age_cursor = at;
	if (at < f->tbl.fresh)
		return;
	f->age_cursor = 0;
	f->age_next_ns = f->age_soonest_ns;
}

/**
 * nfm_fdb_age_deadline() - when nfm_fdb_age_scan() has something to do
 * @m: chip
 *
 * Return: chip time, in the past while a walk is under way; NFM_NEVER
 */
u64 nfm_fdb_age_deadline(const struct nfm *m)
{
	return m->br ? m->br->fdb.age_next_ns : NFM_NEVER;
}
