// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* See ref_flow.h. */
#include <stdlib.h>
#include <string.h>
#include "ref_flow.h"

void ref_init(struct ref_tbl *t, u32 flows)
{
	t->flows = flows;
	t->full = false;
	t->f = calloc(flows, sizeof(*t->f));
	if (!t->f)
		abort();
}

void ref_fini(struct ref_tbl *t)
{
	free(t->f);
}

u32 ref_used(const struct ref_tbl *t)
{
	u32 n = 0;
	u32 i;

	for (i = 0; i < t->flows; i++)
		n += t->f[i].valid;
	return n;
}

u32 ref_find(const struct ref_tbl *t, const struct nftsw_hw_flow_key *key)
{
	u32 i;

	for (i = 0; i < t->flows; i++)
		if (t->f[i].valid && !memcmp(&t->f[i].e.key, key, sizeof(*key)))
			return i;
	return NFM_FLOW_NONE;
}

u32 ref_set(struct ref_tbl *t, const struct nftsw_hw_flow_entry *e)
{
	u32 index = NFM_LE32(e->index);
	u32 other = ref_find(t, &e->key);
	struct ref_flow *f = &t->f[index];

	if (other != NFM_FLOW_NONE && other != index)
		return NFTSW_ST_EXISTS;
	if (other == NFM_FLOW_NONE && t->full)
		return NFTSW_ST_NO_SPACE;
	if (!f->valid || other != index || f->e.cookie != e->cookie) {
		f->packets = 0;
		f->octets = 0;
		f->last_hit_ns = 0;
	}
	f->valid = true;
	f->e = *e;
	f->e.state |= NFM_TO_LE32(NFTSW_FS_VALID);
	return NFTSW_ST_OK;
}

u32 ref_del(struct ref_tbl *t, u32 index)
{
	if (index >= t->flows)
		return NFTSW_ST_BAD_PARAM;
	if (!t->f[index].valid)
		return NFTSW_ST_NOT_FOUND;
	t->f[index].valid = false;
	return NFTSW_ST_OK;
}

u32 ref_state(struct ref_tbl *t, u32 index, u32 state)
{
	if (index >= t->flows || state & ~(NFTSW_FS_TO_CPU | NFTSW_FS_STATIC))
		return NFTSW_ST_BAD_PARAM;
	if (!t->f[index].valid)
		return NFTSW_ST_NOT_FOUND;
	t->f[index].e.state = NFM_TO_LE32(state | NFTSW_FS_VALID);
	return NFTSW_ST_OK;
}

void ref_hit(struct ref_tbl *t, u32 index, u32 octets, u64 now_ns)
{
	t->f[index].packets++;
	t->f[index].octets += octets;
	t->f[index].last_hit_ns = now_ns;
}

static bool ref_purge_match(const struct ref_flow *f, u32 index,
			    const struct nftsw_hw_flow_purge *p)
{
	const struct nftsw_hw_flow_entry *e = &f->e;
	u32 match = NFM_LE32(p->match);
	bool ok = f->valid && !(NFM_LE32(e->state) & NFTSW_FS_STATIC);

	if (match & NFTSW_FP_BLOCK)
		ok = ok && e->block == p->block;
	if (match & NFTSW_FP_PORT)
		ok = ok && (e->key.iport == p->port || e->oport == p->port);
	if (match & NFTSW_FP_DMAC)
		ok = ok && !memcmp(e->dmac, p->dmac, 6);
	if (match & NFTSW_FP_RANGE)
		ok = ok && NFM_LE32(p->first) <= index && index <= NFM_LE32(p->last);
	return ok;
}

u32 ref_purge(struct ref_tbl *t, const struct nftsw_hw_flow_purge *p)
{
	u32 n = 0;
	u32 i;

	for (i = 0; i < t->flows; i++) {
		if (!ref_purge_match(&t->f[i], i, p))
			continue;
		t->f[i].valid = false;
		n++;
	}
	return n;
}

bool ref_read(const struct ref_tbl *t, u32 index, struct nftsw_hw_flow_record *rec)
{
	const struct ref_flow *f = &t->f[index];

	if (!f->valid)
		return false;
	rec->entry = f->e;
	rec->ctrs.packets = NFM_TO_LE64(f->packets);
	rec->ctrs.octets = NFM_TO_LE64(f->octets);
	rec->ctrs.last_hit_ns = NFM_TO_LE64(f->last_hit_ns);
	rec->ctrs.cookie = f->e.cookie;
	return true;
}
