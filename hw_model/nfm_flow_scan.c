// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Walks over the flow table: purge, and the search for idle entries.  Floor 2, above
 * nfm_flow.c.  Called by nfm_cmd.c and nfm_core.c in slices, so that a table of a
 * million entries does not hold up frames.
 */
#include "nfm_flow.h"

#define NFM_FLOW_IDLE_PERIOD_NS	100000000ull	/* between two passes, at least */
#define NFM_NSEC_PER_MSEC	1000000u

_Static_assert(NFTSW_FP_ALL == 0xf, "nfm_flow_purge_match() knows four conditions");

/* ---- purge --------------------------------------------------------------------- */

/* All conditions but the range.  Static entries stay. */
static bool nfm_flow_purge_match(const struct nftsw_hw_flow_entry *e,
				 const struct nftsw_hw_flow_purge *p)
{
	u32 match = NFM_LE32(p->match);

	if (NFM_LE32(e->state) & NFTSW_FS_STATIC)
		return false;
	if (match & NFTSW_FP_BLOCK && e->block != p->block)
		return false;
	if (match & NFTSW_FP_PORT && e->key.iport != p->port && e->oport != p->port)
		return false;
	return !(match & NFTSW_FP_DMAC) || nfm_mac_eq(e->dmac, p->dmac);
}

/**
 * nfm_flow_purge() - delete what meets every condition, one slice of the table
 * @m: chip
 * @p: conditions, checked by nfm_flow_purge_check()
 * @cursor: entry number to go on from, 0 at first; FLOWS when the purge is complete
 * @n: valid entries to look at, at most
 *
 * Return: entries deleted
 */
u32 nfm_flow_purge(struct nfm *m, const struct nftsw_hw_flow_purge *p, u32 *cursor, u32 n)
{
	bool range = NFM_LE32(p->match) & NFTSW_FP_RANGE;
	u32 last = range ? NFM_LE32(p->last) : m->flow->flows - 1;
	u32 index = *cursor;
	u32 deleted = 0;

	if (range && index < NFM_LE32(p->first))
		index = NFM_LE32(p->first);
	for (; n; n--, index++) {
		index = nfm_flow_next_valid(m, index);
		if (index == NFM_FLOW_NONE || index > last) {
			*cursor = m->flow->flows;
			return deleted;
		}
		if (!nfm_flow_purge_match(&m->flow->cold[index].e, p))
			continue;
		nfm_flow_del(m, index);
		deleted++;
	}
	*cursor = index;
	return deleted;
}

/* ---- idle entries --------------------------------------------------------------- */

/* When the entry falls idle, NFM_NEVER when that has been told already. */
static u64 nfm_flow_idle_at(const struct nfm_flow_hot *hot, struct nfm_flow_cold *cold)
{
	u64 from = hot->last_hit_ns;

	if (cold->idle_sent && cold->idle_mark == hot->packets)
		return NFM_NEVER;
	cold->idle_sent = 0;
	if (from < cold->since_ns)
		from = cold->since_ns;
	return from + (u64)NFM_LE32(cold->e.idle_ms) * NFM_NSEC_PER_MSEC;
}

/* Returns when to look at the entry again. */
static u64 nfm_flow_idle_one(struct nfm *m, u32 index, u64 now_ns)
{
	struct nfm_flow_cold *cold = &m->flow->cold[index];
	struct nfm_flow_hot *hot = &m->flow->hot[index];
	u64 idle_ns = (u64)NFM_LE32(cold->e.idle_ms) * NFM_NSEC_PER_MSEC;
	u64 at = nfm_flow_idle_at(hot, cold);

	if (at > now_ns)
		return at == NFM_NEVER ? now_ns + idle_ns : at;
	cold->idle_sent = 1;
	cold->idle_mark = hot->packets;
	nfm_event_raise(m, NFTSW_EV_FLOW_IDLE, NFTSW_SEV_INFO, index, 0, 0);
	return now_ns + idle_ns;
}

/* An idle event is sent once: rather wait than lose it. */
static bool nfm_flow_event_room(const struct nfm *m)
{
	return m->evbuf.count < NFM_EVBUF_COUNT && !m->evbuf.lost;
}

static void nfm_flow_idle_pass_end(struct nfm_flow_tbl *t, u64 now_ns)
{
	u64 next = t->idle_soonest_ns;

	t->idle_cursor = 0;
	t->idle_quiet_ns = now_ns + NFM_FLOW_IDLE_PERIOD_NS;
	if (next < t->idle_quiet_ns)
		next = t->idle_quiet_ns;
	t->idle_next_ns = t->idle_users ? next : NFM_NEVER;
}

/**
 * nfm_flow_idle_scan() - look for entries that have fallen idle
 * @m: chip
 * @now_ns: chip time
 * @n: valid entries to look at, at most
 *
 * To be called when nfm_flow_idle_deadline() has come.  A pass over the table begins when the
 * first entry seen in the pass before can be idle, at the earliest 100 ms later: an
 * event is at most that late.  Stops while there is no room for events.  DS 6.1.
 */
void nfm_flow_idle_scan(struct nfm *m, u64 now_ns, u32 n)
{
	struct nfm_flow_tbl *t = m->flow;
	u32 index = t->idle_cursor;
	u64 at;

	if (!index)
		t->idle_soonest_ns = NFM_NEVER;
	for (; n && nfm_flow_event_room(m); n--, index++) {
		index = t->idle_users ? nfm_flow_next_valid(m, index) : NFM_FLOW_NONE;
		if (index == NFM_FLOW_NONE) {
			nfm_flow_idle_pass_end(t, now_ns);
			return;
		}
		if (!t->cold[index].e.idle_ms)
			continue;
		at = nfm_flow_idle_one(m, index, now_ns);
		if (at < t->idle_soonest_ns)
			t->idle_soonest_ns = at;
	}
	t->idle_cursor = index;
}

/**
 * nfm_flow_idle_deadline() - when nfm_flow_idle_scan() has something to do
 * @m: chip
 *
 * Return: chip time, in the past while a pass is under way; NFM_NEVER
 */
u64 nfm_flow_idle_deadline(const struct nfm *m)
{
	return m->flow->idle_next_ns;
}
