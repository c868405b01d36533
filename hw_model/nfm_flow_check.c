// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Checks of what software writes to the flow table.  Floor 2, below nfm_flow.c: it only
 * looks at the ABI's structures and the chip's limits.  An entry that passes can be
 * used by the fast path without another look.
 */
#include "nfm_flow.h"
#include "nfm_proto.h"

_Static_assert(NFTSW_FK_ALL == 0x3f, "nfm_flow_check_key() knows six key flags");
_Static_assert(NFTSW_FA_ALL == 0x7f, "nfm_flow_check_action() knows seven actions");

static bool nfm_flow_is_zero(const void *p, u32 len)
{
	const u8 *o = p;
	u8 any = 0;
	u32 i;

	for (i = 0; i < len; i++)
		any |= o[i];
	return !any;
}

static bool nfm_flow_mac_ok(const u8 *mac)
{
	return !(mac[0] & 1) && !nfm_flow_is_zero(mac, NFTSW_ETH_ALEN);
}

static bool nfm_flow_tpid_ok(__be16 tpid)
{
	u16 v = NFM_BE16(tpid);

	return v == 0x8100 || v == 0x88a8;
}

/* A port, or a LAG, whether it has members or not.  DS 8.4 */
static bool nfm_flow_port_ok(const struct nfm *m, __le16 port)
{
	u32 p = NFM_LE16(port);

	return p < m->cfg.ports || (p >= NFTSW_LAG_PORT(0) && p < NFTSW_MAX_LOGICAL);
}

/* Fields of the key that depend on its flags.  DS 8.3 */
static bool nfm_flow_check_key(const struct nfm *m, const struct nftsw_hw_flow_key *k)
{
	u32 f = k->flags;

	if (f & ~NFTSW_FK_ALL || k->rsvd || !nfm_flow_port_ok(m, k->iport))
		return false;
	if ((f & NFTSW_FK_TAG2 && !(f & NFTSW_FK_TAG1)) ||
	    (f & NFTSW_FK_TAG1_AD && !(f & NFTSW_FK_TAG1)) ||
	    (f & NFTSW_FK_TAG2_AD && !(f & NFTSW_FK_TAG2)))
		return false;
	if (NFM_LE16(k->vid1) > (f & NFTSW_FK_TAG1 ? 4095 : 0) ||
	    NFM_LE16(k->vid2) > (f & NFTSW_FK_TAG2 ? 4095 : 0) ||
	    (k->sid && !(f & NFTSW_FK_PPPOE)))
		return false;
	if (k->l4proto == NFM_PROTO_GRE && (k->sport || k->dport))
		return false;
	return f & NFTSW_FK_IPV6 || (nfm_flow_is_zero(k->saddr + 4, 12) &&
				     nfm_flow_is_zero(k->daddr + 4, 12));
}

/* A new address: nothing without its flag, four octets for IPv4. */
static bool nfm_flow_check_addr(const u8 *addr, bool used, bool v6)
{
	if (!used)
		return nfm_flow_is_zero(addr, 16);
	return v6 || nfm_flow_is_zero(addr + 4, 12);
}

static bool nfm_flow_check_push(const struct nftsw_hw_flow_entry *e, u32 a)
{
	if (a & NFTSW_FA_PUSH2 && !(a & NFTSW_FA_PUSH1))
		return false;
	if (a & NFTSW_FA_PUSH1 ? !nfm_flow_tpid_ok(e->tpid1) : e->tpid1 || e->tci1)
		return false;
	if (a & NFTSW_FA_PUSH2 ? !nfm_flow_tpid_ok(e->tpid2) : e->tpid2 || e->tci2)
		return false;
	return a & NFTSW_FA_PUSH_PPPOE || !e->sid;
}

static bool nfm_flow_check_action(const struct nftsw_hw_flow_entry *e)
{
	u32 a = NFM_LE32(e->action);
	bool v6 = e->key.flags & NFTSW_FK_IPV6;

	if (a & ~NFTSW_FA_ALL || !nfm_flow_check_push(e, a))
		return false;
	if (e->key.l4proto == NFM_PROTO_GRE && a & (NFTSW_FA_SPORT | NFTSW_FA_DPORT))
		return false;
	if ((e->sport && !(a & NFTSW_FA_SPORT)) || (e->dport && !(a & NFTSW_FA_DPORT)))
		return false;
	return nfm_flow_check_addr(e->saddr, a & NFTSW_FA_SADDR, v6) &&
	       nfm_flow_check_addr(e->daddr, a & NFTSW_FA_DADDR, v6);
}

/**
 * nfm_flow_check() - check an entry that software writes
 * @m: chip
 * @e: entry
 *
 * What is not there must be 0: a field that the chip would ignore is an error.
 * DS 8.3.
 *
 * Return: OK, BAD_PARAM, or UNSUPPORTED for an L4 protocol that keys do not have
 */
u32 nfm_flow_check(const struct nfm *m, const struct nftsw_hw_flow_entry *e)
{
	u32 all = NFTSW_FS_VALID | NFTSW_FS_TO_CPU | NFTSW_FS_STATIC;
	u32 mtu = NFM_LE16(e->mtu);
	u8 proto = e->key.l4proto;

	if (e->rsvd || e->rsvd2 || e->rsvd3[0] || e->rsvd3[1] ||
	    NFM_LE32(e->index) >= m->flow->flows || NFM_LE32(e->state) & ~all ||
	    !nfm_flow_port_ok(m, e->oport) ||
	    mtu < NFTSW_FLOW_MTU_MIN || mtu > NFTSW_FLOW_MTU_MAX ||
	    !nfm_flow_mac_ok(e->dmac) || !nfm_flow_mac_ok(e->smac))
		return NFTSW_ST_BAD_PARAM;
	if (proto != NFM_PROTO_TCP && proto != NFM_PROTO_UDP && proto != NFM_PROTO_GRE)
		return NFTSW_ST_UNSUPPORTED;
	if (!nfm_flow_check_key(m, &e->key) || !nfm_flow_check_action(e))
		return NFTSW_ST_BAD_PARAM;
	return NFTSW_ST_OK;
}

/**
 * nfm_flow_purge_check() - check the data of FLOW_PURGE
 * @m: chip
 * @p: what to delete
 *
 * Return: OK or BAD_PARAM: unknown condition, reserved field, empty range, no such port
 */
u32 nfm_flow_purge_check(const struct nfm *m, const struct nftsw_hw_flow_purge *p)
{
	u32 match = NFM_LE32(p->match);

	if (match & ~NFTSW_FP_ALL || p->rsvd[0] || p->rsvd[1])
		return NFTSW_ST_BAD_PARAM;
	if (match & NFTSW_FP_PORT && !nfm_flow_port_ok(m, p->port))
		return NFTSW_ST_BAD_PARAM;
	if (match & NFTSW_FP_RANGE && (NFM_LE32(p->first) > NFM_LE32(p->last) ||
				       NFM_LE32(p->last) >= m->flow->flows))
		return NFTSW_ST_BAD_PARAM;
	return NFTSW_ST_OK;
}
