// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Link aggregation groups: which ports belong together, and through which of them a frame
 * leaves.  Floor 2; called by nfm_cmd.c for software, by nfm_regs.c and nfm_core.c when
 * links change, by nfm_state.c.  nfm_pipe.c reads the tables filled here.  DS 8.4.
 *
 * A frame takes the low bits of its key's hash as its slot; a slot holds a port.  The hash
 * covers the whole key and is there already, so a flow stays on one member and
 * the choice costs one load.  It is not symmetric: the other direction is another key, and
 * where its frames come in is the partner's choice anyhow.
 *
 * Slots are dealt out to the members in turn.  Those of a member that cannot send are
 * dealt out, in turn again, to the ones that can.  So when a member fails only its own flows
 * move, and they return with it; and the table follows from what is configured and
 * which links are up, whatever happened before.
 */
#include "nfm_priv.h"
#include "nfm_bytes.h"

_Static_assert(NFTSW_MAX_PORTS <= 64, "ports of a LAG are bits of 64");
_Static_assert(!(NFTSW_LAG_SLOTS & (NFTSW_LAG_SLOTS - 1)), "slots are bits of a hash");

/* Take the lowest port out of *@left; when there is none left, begin again with @all. */
static u8 nfm_lag_deal(u64 *left, u64 all)
{
	u32 port;

	if (!*left)
		*left = all;
	if (!*left)
		return NFM_LAG_NONE;
	port = nfm_ctz64(*left);
	*left &= *left - 1;
	return (u8)port;
}

static u64 nfm_lag_sending(const struct nfm *m, const struct nfm_lag *l)
{
	u64 up = 0;
	u32 i;

	for (i = 0; i < m->cfg.ports; i++)
		if (m->port[i].enabled && m->port[i].partner)
			up |= (u64)1 << i;
	return l->active & up;
}

static void nfm_lag_fill(const struct nfm *m, struct nfm_lag *l)
{
	u64 sending = nfm_lag_sending(m, l);
	u64 members = 0, spare = 0;
	u32 i;

	for (i = 0; i < NFTSW_LAG_SLOTS; i++) {
		l->slot[i] = nfm_lag_deal(&members, l->members);
		if (l->slot[i] == NFM_LAG_NONE || !(sending >> l->slot[i] & 1))
			l->slot[i] = nfm_lag_deal(&spare, sending);
	}
}

/*
 * A member that may send stands in keys as its LAG, any other port as itself: what a partner
 * floods to a standby member as well must not be forwarded twice.
 */
static void nfm_lag_join(struct nfm *m, u64 ports, u32 lag)
{
	u32 i;

	for (i = 0; i < m->cfg.ports; i++)
		if (ports >> i & 1)
			m->port[i].logical = (u16)(lag == NFM_LAG_NONE ? i : NFTSW_LAG_PORT(lag));
}

static u32 nfm_lag_check(const struct nfm *m, u32 lag, const struct nftsw_hw_lag *cfg)
{
	u64 members = NFM_LE64(cfg->members);
	u64 ports = m->cfg.ports == 64 ? ~(u64)0 : ((u64)1 << m->cfg.ports) - 1;
	u32 i;

	if (NFM_LE32(cfg->lag) != lag || cfg->rsvd || members & ~ports ||
	    NFM_LE64(cfg->active) & ~members || cfg->sending)
		return NFTSW_ST_BAD_PARAM;
	for (i = 0; i < NFTSW_MAX_LAGS; i++)
		if (i != lag && m->lag[i].members & members)
			return NFTSW_ST_EXISTS;
	return NFTSW_ST_OK;
}

/**
 * nfm_lag_set() - software says which ports belong to a LAG, and which of them send
 * @m: chip
 * @lag: number that exists
 * @cfg: what it says
 *
 * Return: OK; BAD_PARAM: another number, no such port, active without being a member;
 * EXISTS: a port belongs to another LAG
 */
u32 nfm_lag_set(struct nfm *m, u32 lag, const struct nftsw_hw_lag *cfg)
{
	struct nfm_lag *l = &m->lag[lag];
	u32 status = nfm_lag_check(m, lag, cfg);

	if (status != NFTSW_ST_OK)
		return status;
	nfm_lag_join(m, l->active, NFM_LAG_NONE);
	l->members = NFM_LE64(cfg->members);
	l->active = NFM_LE64(cfg->active);
	nfm_lag_join(m, l->active, lag);
	nfm_lag_fill(m, l);
	return NFTSW_ST_OK;
}

/**
 * nfm_lag_read() - a LAG, as a table entry
 * @m: chip
 * @lag: number that exists
 * @cfg: filled in
 *
 * Return: whether it has members
 */
bool nfm_lag_read(const struct nfm *m, u32 lag, struct nftsw_hw_lag *cfg)
{
	const struct nfm_lag *l = &m->lag[lag];

	memset(cfg, 0, sizeof(*cfg));
	cfg->lag = NFM_TO_LE32(lag);
	cfg->members = NFM_TO_LE64(l->members);
	cfg->active = NFM_TO_LE64(l->active);
	cfg->sending = NFM_TO_LE64(nfm_lag_sending(m, l));
	return l->members;
}

/**
 * nfm_lag_link() - a port's link may have come or gone: its LAG goes around it
 * @m: chip
 * @port: port that exists
 *
 * Takes constant time.
 */
void nfm_lag_link(struct nfm *m, u32 port)
{
	u32 logical = m->port[port].logical;

	if (logical >= NFTSW_LAG_PORT(0))
		nfm_lag_fill(m, &m->lag[logical - NFTSW_LAG_PORT(0)]);
}

/**
 * nfm_lag_reset() - no port belongs to a LAG
 * @m: chip
 */
void nfm_lag_reset(struct nfm *m)
{
	u32 i;

	for (i = 0; i < NFTSW_MAX_LAGS; i++) {
		m->lag[i].members = 0;
		m->lag[i].active = 0;
		memset(m->lag[i].slot, NFM_LAG_NONE, sizeof(m->lag[i].slot));
	}
	nfm_lag_join(m, ~(u64)0, NFM_LAG_NONE);
}
