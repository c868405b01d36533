// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Is this a rule of the access control list?  Floor 2, below nfm_acl.c.  DS 8.5.
 *
 * A mask over something that the frame does not have would match zeros, so that a rule for
 * port 0 took every ARP frame: it needs the flag that says that the thing is there.
 */
#include "nfm_priv.h"

/* A field added to the key must find its place here. */
NFTSW_SIZE_IS(struct nftsw_hw_acl_key, 56);
_Static_assert(NFTSW_AK_ALL == 0xff, "nfm_acl_check() knows eight flags");
_Static_assert(NFTSW_MAX_PORTS <= 64, "ports of a rule are bits of 64");

static bool nfm_acl_zero(const u8 *p, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* A frame must have what @need says. */
static bool nfm_acl_asked(const struct nftsw_hw_acl_entry *e, u8 need)
{
	return (e->mask.flags & e->key.flags & need) == need;
}

static bool nfm_acl_addrs_ok(const struct nftsw_hw_acl_entry *e)
{
	const struct nftsw_hw_acl_key *m = &e->mask;

	if (nfm_acl_zero(m->saddr, 16) && nfm_acl_zero(m->daddr, 16))
		return true;
	if (!nfm_acl_asked(e, NFTSW_AK_IP) || !(m->flags & NFTSW_AK_IPV6))
		return false;
	return (e->key.flags & NFTSW_AK_IPV6) ||
	       (nfm_acl_zero(m->saddr + 4, 12) && nfm_acl_zero(m->daddr + 4, 12));
}

static bool nfm_acl_mask_ok(const struct nftsw_hw_acl_entry *e)
{
	const struct nftsw_hw_acl_key *m = &e->mask;

	if ((m->tci || m->flags & NFTSW_AK_TAG_AD) && !nfm_acl_asked(e, NFTSW_AK_TAG))
		return false;
	if (m->l4proto && !nfm_acl_asked(e, NFTSW_AK_L4))
		return false;
	if ((m->sport || m->dport) && !nfm_acl_asked(e, NFTSW_AK_PORTS))
		return false;
	return nfm_acl_addrs_ok(e);
}

static bool nfm_acl_key_ok(const struct nftsw_hw_acl_entry *e)
{
	const u8 *key = (const u8 *)&e->key;
	const u8 *mask = (const u8 *)&e->mask;
	u32 i;

	if (e->mask.rsvd)
		return false;
	for (i = 0; i < sizeof(e->key); i++)
		if (key[i] & ~mask[i])
			return false;
	return nfm_acl_mask_ok(e);
}

static bool nfm_acl_action_ok(const struct nfm *m, const struct nftsw_hw_acl_entry *e)
{
	u32 oport = NFM_LE16(e->oport);
	u32 mport = NFM_LE16(e->mport);

	if (e->verdict >= NFTSW_ACL_VERDICT_COUNT || e->flags & ~NFTSW_AF_ALL ||
	    NFM_LE16(e->meter) > NFTSW_MAX_METERS)
		return false;
	return (e->verdict == NFTSW_ACL_VERDICT_REDIRECT ? oport < m->cfg.ports : !oport) &&
	       (e->flags & NFTSW_AF_MIRROR ? mport < m->cfg.ports : !mport);
}

/**
 * nfm_acl_check() - may this rule be written?
 * @m: chip
 * @e: rule
 *
 * Return: OK, or BAD_PARAM
 */
u32 nfm_acl_check(const struct nfm *m, const struct nftsw_hw_acl_entry *e)
{
	u64 all = m->cfg.ports == 64 ? ~(u64)0 : ((u64)1 << m->cfg.ports) - 1;
	u64 ports = NFM_LE64(e->ports);

	if (NFM_LE32(e->index) >= NFTSW_MAX_ACLS || e->rsvd || !ports ||
	    ports & ~all || !nfm_acl_action_ok(m, e) || !nfm_acl_key_ok(e))
		return NFTSW_ST_BAD_PARAM;
	return NFTSW_ST_OK;
}
