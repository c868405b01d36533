// SPDX-License-Identifier: GPL-2.0
/*
 * Bridge ports as the chip sees them: configuration and states in spanning trees.
 * Floor 4.5.  Called by nftsw_bridge.c and nftsw_bridge_attr.c.
 *
 * What the chip should have is computed from the objects, and written when it is not what
 * the chip was told last.  After a command that failed nobody knows what the chip has:
 * nftsw_bridge.c does it all again once a second until that works.
 *
 * Locking: RTNL.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include "nftsw_bridge.h"
#include "nftsw_hw.h"

static const struct {
	unsigned long linux_flag;
	u32 chip_flag;
} nftsw_bport_flags[] = {
	{ BR_LEARNING, NFTSW_BP_LEARNING },
	{ BR_FLOOD, NFTSW_BP_FLOOD },
	{ BR_MCAST_FLOOD, NFTSW_BP_MCAST_FLOOD },
	{ BR_BCAST_FLOOD, NFTSW_BP_BCAST_FLOOD },
	{ BR_ISOLATED, NFTSW_BP_ISOLATED },
	{ BR_HAIRPIN_MODE, NFTSW_BP_HAIRPIN },
	{ BR_PORT_LOCKED, NFTSW_BP_LOCKED },
	{ BR_PORT_MAB, NFTSW_BP_MAB },
};

/**
 * nftsw_bport_stp() - the chip's name for a state of Linux
 * @state: BR_STATE_*
 *
 * Return: enum nftsw_stp.
 */
enum nftsw_stp nftsw_bport_stp(u8 state)
{
	if (state == BR_STATE_FORWARDING)
		return NFTSW_STP_FORWARDING;
	return state == BR_STATE_LEARNING ? NFTSW_STP_LEARNING : NFTSW_STP_DISCARDING;
}

/**
 * nftsw_bport_default() - a port that is in no bridge
 * @nr: its number
 * @p: result
 */
void nftsw_bport_default(u16 nr, struct nftsw_hw_br_port *p)
{
	memset(p, 0, sizeof(*p));
	p->port = cpu_to_le16(nr);
	p->tpid = htons(ETH_P_8021Q);
}

static u32 nftsw_bport_hw_flags(const struct nftsw_bport *bp)
{
	u32 flags = 0, i;

	for (i = 0; i < ARRAY_SIZE(nftsw_bport_flags); i++)
		if (bp->flags & nftsw_bport_flags[i].linux_flag)
			flags |= nftsw_bport_flags[i].chip_flag;
	if (bp->mrouter)
		flags |= NFTSW_BP_MROUTER;
	if (bp->br->aware)
		flags |= NFTSW_BP_VLAN_AWARE;
	if (!bp->br->age_ms)	/* Linux: nobody is learned; the chip: for ever */
		flags &= ~NFTSW_BP_LEARNING;
	return flags;
}

/* A port of a bridge without VLANs has the protocol of the VLAN devices above it. */
static u16 nftsw_bport_tpid(const struct nftsw_bport *bp)
{
	u16 tpid = ETH_P_8021Q;

	if (bp->br->aware)
		return bp->br->proto;
	if (bp->vid)
		return bp->tpid;
	nftsw_vlan_uppers(bp->dev, NULL, &tpid);
	return tpid;
}

static int nftsw_bport_write(struct nftsw_bridges *brs, u16 nr,
			     const struct nftsw_hw_br_port *p)
{
	int err;

	if (!brs->up)
		return 0;
	if (!test_bit(nr, brs->port_unsure) && !memcmp(p, &brs->hw_port[nr], sizeof(*p)))
		return 0;
	err = nftsw_hw_br_port_set(brs->ns, p);
	__assign_bit(nr, brs->port_unsure, err);
	if (!err)
		brs->hw_port[nr] = *p;
	return nftsw_bridge_failed(brs, err);
}

/**
 * nftsw_bport_base_sync() - tell the chip of a port that has virtual ports, or had
 * @brs: bridges
 * @base: port or LAG, itself in a bridge or not
 *
 * Which outer tag says the VLAN is configured there.
 *
 * Return: 0 or a negative errno.
 */
int nftsw_bport_base_sync(struct nftsw_bridges *brs, u16 base)
{
	struct nftsw_hw_br_port p;
	u32 v;

	if (brs->port[base])
		return nftsw_bport_sync(brs->port[base]);
	nftsw_bport_default(base, &p);
	for (v = NFTSW_VPORT(0); v < NFTSW_MAX_BR_PORTS; v++)
		if (brs->port[v] && brs->port[v]->base == base)
			p.tpid = htons(brs->port[v]->tpid);
	return nftsw_bport_write(brs, base, &p);
}

/**
 * nftsw_bport_sync() - tell the chip the configuration of a bridge port
 * @bp: bridge port
 *
 * Return: 0 or a negative errno.
 */
int nftsw_bport_sync(struct nftsw_bport *bp)
{
	struct nftsw_fid *f = xa_load(&bp->br->fids, 0);
	struct nftsw_hw_br_port p;
	int err = 0;

	nftsw_bport_default(bp->nr, &p);
	p.tpid = htons(nftsw_bport_tpid(bp));
	p.flags = cpu_to_le32(nftsw_bport_hw_flags(bp));
	if (bp->br->aware)
		p.pvid = cpu_to_le16(bp->pvid);
	else if (f)
		p.fid = cpu_to_le16(f->fid);
	if (bp->vid) {
		p.vport_port = cpu_to_le16(bp->base);
		p.vport_vid = cpu_to_le16(bp->vid);
		err = nftsw_bport_base_sync(bp->br->brs, bp->base);
	}
	return err ?: nftsw_bport_write(bp->br->brs, bp->nr, &p);
}

static int nftsw_bport_stp_write(struct nftsw_bridges *brs, u16 nr, const u8 *want)
{
	struct nftsw_hw_stp rec[NFTSW_MAX_MSTIS];
	u32 n = 0, i;
	int err;

	if (!brs->up)
		return 0;
	memset(rec, 0, sizeof(rec));
	for (i = 0; i < NFTSW_MAX_MSTIS; i++) {
		if (brs->hw_stp[nr][i] == want[i])
			continue;
		rec[n].port = cpu_to_le16(nr);
		rec[n].msti = i;
		rec[n].state = want[i];
		n++;
	}
	if (!n)
		return 0;
	err = nftsw_hw_stp_set(brs->ns, rec, n);
	for (i = 0; i < n; i++)
		brs->hw_stp[nr][rec[i].msti] = err ? NFTSW_STP_COUNT : rec[i].state;
	return nftsw_bridge_failed(brs, err);
}

/**
 * nftsw_bport_stp_sync() - tell the chip the states of a bridge port
 * @bp: bridge port
 *
 * Return: 0 or a negative errno.
 */
int nftsw_bport_stp_sync(struct nftsw_bport *bp)
{
	u8 want[NFTSW_MAX_MSTIS];
	u32 i;

	memset(want, NFTSW_STP_FORWARDING, sizeof(want));
	for (i = 0; i < NFTSW_MAX_MSTIS; i++)
		if (!i || bp->br->msti[i])
			want[i] = nftsw_bport_stp(bp->state[i]);
	return nftsw_bport_stp_write(bp->br->brs, bp->nr, want);
}

/**
 * nftsw_bport_reset() - a port is in no bridge any more
 * @brs: bridges
 * @nr: its number
 *
 * Return: 0 or a negative errno.
 */
int nftsw_bport_reset(struct nftsw_bridges *brs, u16 nr)
{
	u8 want[NFTSW_MAX_MSTIS];
	struct nftsw_hw_br_port p;
	int err;

	nftsw_bport_default(nr, &p);
	memset(want, NFTSW_STP_FORWARDING, sizeof(want));
	err = nftsw_bport_write(brs, nr, &p);
	return nftsw_bport_stp_write(brs, nr, want) ?: err;
}
