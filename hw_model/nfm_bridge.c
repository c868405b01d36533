// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * The bridge: three stages of the pipeline.  Floor 2, above the tables (nfm_vlan.c,
 * nfm_fdb.c, nfm_mdb.c); called by nfm_pipe.c, and only while some port has anything to do
 * with a bridge.  DS 9.10, 9.11.
 *
 *   nfm_bridge_in()       the frame's broadcast domain, its spanning tree, its source
 *   nfm_bridge_forward()  its destination
 *   nfm_bridge_out()      tags, and the counters of both MACs
 *
 * Known unicast is the fast path: it stays in the batch, and each stage goes over all frames in
 * passes, so that the cache misses of 32 lookups overlap.  What goes to many ports leaves
 * from the second stage at once, copy by copy; then the frame is put back as it came, because the
 * CPU may want it.  Two frames of one conversation go the same way, so order is kept.
 *
 * Only the first 16 octets ever change: addresses move by one tag either way, into the
 * headroom or over the tag that is taken off.
 */
#include "nfm_bridge.h"
#include "nfm_proto.h"

#define NFM_MACS_LEN		12
#define NFM_TAG_LEN		4
#define NFM_TAGGED_LEN		18	/* addresses, tag, type */
#define NFM_TCI_VID		0x0fffu
#define NFM_TCI_PCP		0xf000u	/* and DEI */
#define NFM_IPV6_HLEN		40

static void nfm_bridge_probe_add(const struct nfm_mac_tbl *t, struct nfm_bridge_probe *pr, u32 i,
				 u64 key)
{
	pr->key[i] = key;
	pr->hash[i] = nfm_mac_hash(t, key);
	pr->todo |= NFTSW_BIT(i);
	nfm_mac_prefetch(t, pr->hash[i]);
}

/* Entries of all that was added; what is known of each is on its way into the cache. */
static void nfm_bridge_probe_find(const struct nfm_fdb *f, struct nfm_bridge_probe *pr)
{
	u32 todo, i;

	for (todo = pr->todo; todo; todo &= todo - 1) {
		i = (u32)__builtin_ctz(todo);
		pr->at[i] = nfm_mac_find(&f->tbl, pr->key[i], pr->hash[i]);
		if (nfm_likely(pr->at[i] != NFM_MAC_NONE))
			nfm_prefetch_w(&f->host[pr->at[i]]);
	}
}

/* ---- ingress: broadcast domain.  DS 9.10 ------------------------------------------- */

/* PTP over Ethernet and MRP, behind at most one tag: between neighbours, whatever the group. */
static u32 nfm_bridge_control(const struct nfm_pkt *pk)
{
	u32 type = nfm_ld_be16(pk->data + NFM_MACS_LEN);

	if ((type == NFM_TYPE_VLAN || type == NFM_TYPE_VLAN_AD) && pk->len >= NFM_TAGGED_LEN)
		type = nfm_ld_be16(pk->data + NFM_MACS_LEN + NFM_TAG_LEN);
	if (nfm_unlikely(type == NFM_TYPE_PTP))
		return NFTSW_REASON_PTP;
	return nfm_unlikely(type == NFM_TYPE_MRP) ? NFTSW_REASON_L2_CONTROL : NFTSW_REASON_NONE;
}

/*
 * Where the frame's VLAN leads.  Without VLAN_AWARE a VLAN that leads nowhere is payload.  A
 * tag of VLAN 0 says a priority, and no VLAN.
 */
static u32 nfm_bridge_vlan(const struct nfm_br *br, struct nfm_pkt *pk)
{
	const struct nfm_br_port *p = &br->port[pk->logical];
	bool aware = p->flags & NFTSW_BP_VLAN_AWARE;
	u32 to = NFTSW_VLAN_NONE;
	u32 vid = 0;

	pk->pop = 0;
	pk->tag = 0;
	if (nfm_ld_be16(pk->data + NFM_MACS_LEN) == p->tpid && pk->len >= NFM_TAGGED_LEN) {
		pk->tag = nfm_ld_be16(pk->data + NFM_MACS_LEN + 2);
		pk->pop = NFM_TAG_LEN;
		vid = pk->tag & NFM_TCI_VID;
		pk->tag &= NFM_TCI_PCP;
	}
	if (!vid && aware)
		vid = p->pvid;
	if (vid)
		to = *nfm_br_vlan(br, pk->logical, vid);
	if (aware || to != NFTSW_VLAN_NONE)
		return to;
	pk->pop = 0;
	return p->fid;
}

/* FID and bridge port.  Without a FID the port stands alone, unless it filters VLANs. */
static void nfm_bridge_domain(struct nfm *m, struct nfm_pkt *pk)
{
	const struct nfm_br *br = m->br;
	u32 to = nfm_bridge_vlan(br, pk);
	u32 bport = pk->logical;

	if (nfm_unlikely(to == NFTSW_VLAN_CPU))
		return;
	if (to >= NFTSW_VLAN_VPORT(0)) {
		bport = NFTSW_VPORT(to - NFTSW_VLAN_VPORT(0));
		to = br->port[bport].vport_vid ? br->port[bport].fid : 0;
	}
	if (nfm_unlikely(!nfm_fid_valid(br, to))) {
		if (br->port[pk->logical].flags & NFTSW_BP_VLAN_AWARE)
			nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_VLAN_FILTER);
		return;
	}
	pk->fid = (u16)to;
	pk->bport = (u8)bport;
	/* where frames keep their tags, only that of a virtual port goes */
	if (!br->fid[to].vid && bport < NFTSW_VPORT(0))
		pk->pop = 0;
}

static bool nfm_bridge_bad_source(const u8 *mac)
{
	return mac[0] & 1 || !(nfm_ld32(mac) | nfm_ld16(mac + 4));
}

/* Between two MACs, or two neighbours: classification takes care of them. */
static bool nfm_bridge_is_macs(const struct nfm_pkt *pk)
{
	return nfm_ld_be16(pk->data + NFM_MACS_LEN) == NFM_TYPE_MAC_CTRL ||
	       nfm_mac_is_reserved(pk->data);
}

/* Return: whether the frame's source is to be looked at */
static bool nfm_bridge_enter(struct nfm *m, struct nfm_pkt *pk)
{
	const struct nfm_br *br = m->br;
	u32 control;

	if (pk->verdict != NFM_V_NEXT || !nfm_br_is_active(m, pk->logical) ||
	    nfm_bridge_is_macs(pk))
		return false;
	control = nfm_bridge_control(pk);
	if (nfm_unlikely(control != NFTSW_REASON_NONE)) {
		nfm_pkt_cpu(pk, control);
		return false;
	}
	nfm_bridge_domain(m, pk);
	if (!pk->fid)
		return false;
	if (nfm_unlikely(!nfm_ports_has(&br->learning[br->fid[pk->fid].msti], pk->bport)))
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_STP_DISCARD);
	else if (nfm_unlikely(nfm_bridge_bad_source(pk->data + NFTSW_ETH_ALEN)))
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_BAD_SOURCE);
	return pk->verdict == NFM_V_NEXT;
}

/* ---- ingress: source.  DS 9.10 ---------------------------------------------------------- */

/* The source is not known behind this port, and nothing is learned at a locked one. */
static void nfm_bridge_locked(struct nfm *m, struct nfm_pkt *pk, u32 at)
{
	if (at == NFM_MAC_NONE && m->br->port[pk->bport].flags & NFTSW_BP_MAB)
		nfm_pkt_cpu(pk, NFTSW_REASON_LOCKED_MISS);
	else
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_LOCKED);
}

/* A known host has sent a frame behind another port than the one of its entry. */
static void nfm_bridge_moved(struct nfm *m, const struct nfm_pkt *pk, u32 at)
{
	if (!(m->br->fdb.host[at].flags & NFTSW_FDB_NO_MOVE))
		nfm_fdb_move(m, at, pk->bport);
}

static void nfm_bridge_source(struct nfm *m, struct nfm_pkt *pk, u64 key, u64 hash, u32 at)
{
	u32 flags = m->br->port[pk->bport].flags;
	struct nfm_fdb *f = &m->br->fdb;

	/* a frame before it in the batch may have been the first of the host */
	if (nfm_unlikely(at == NFM_MAC_NONE))
		at = nfm_mac_find(&f->tbl, key, hash);
	if (nfm_likely(at != NFM_MAC_NONE && f->host[at].port == pk->bport)) {
		f->host[at].seen_ns = m->now_ns;
	} else if (flags & NFTSW_BP_LOCKED) {
		nfm_bridge_locked(m, pk, at);
		return;
	} else if (flags & NFTSW_BP_LEARNING) {
		if (at == NFM_MAC_NONE)
			nfm_fdb_learn(m, key, pk->bport);
		else
			nfm_bridge_moved(m, pk, at);
	}
	if (!nfm_ports_has(&m->br->forwarding[m->br->fid[pk->fid].msti], pk->bport))
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_STP_DISCARD);
}

/**
 * nfm_bridge_in() - frames come in through bridge ports
 * @m: chip that has a bridge
 * @pk: parsed frames; those with verdict NEXT are looked at, but for what classification takes
 *	whatever a bridge says: MAC control frames, reserved groups
 * @n: 1..NFM_BATCH
 *
 * Frames of a broadcast domain get their fid, bport, pop and tag, those of ports that stand
 * alone keep fid 0.  What the VLANs, the spanning tree or the source forbid gets its verdict.
 */
void nfm_bridge_in(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	struct nfm_bridge_probe *pr = &m->scratch.probe;
	u32 todo, i;

	pr->todo = 0;
	for (i = 0; i < n; i++)
		if (nfm_bridge_enter(m, &pk[i]))
			nfm_bridge_probe_add(&m->br->fdb.tbl, pr, i,
					     nfm_mac_key(pk[i].fid, pk[i].data + NFTSW_ETH_ALEN));
	nfm_bridge_probe_find(&m->br->fdb, pr);
	for (todo = pr->todo; todo; todo &= todo - 1) {
		i = (u32)__builtin_ctz(todo);
		nfm_bridge_source(m, &pk[i], pr->key[i], pr->hash[i], pr->at[i]);
	}
}

/* ---- egress ports and tags ------------------------------------------------------------- */

/* Keep of @to what the frame may leave through. */
static void nfm_bridge_reach(const struct nfm_br *br, const struct nfm_pkt *pk,
			     struct nfm_ports *to)
{
	const struct nfm_ports *isolated = nfm_br_with(br, NFTSW_BP_ISOLATED);
	const struct nfm_fid *d = &br->fid[pk->fid];

	nfm_ports_and(to, &d->members);
	nfm_ports_and(to, &br->forwarding[d->msti]);
	nfm_ports_and(to, &br->exists);
	if (nfm_ports_has(isolated, pk->bport))
		nfm_ports_minus(to, isolated);
	if (!(br->port[pk->bport].flags & NFTSW_BP_HAIRPIN))
		nfm_ports_put(to, pk->bport, false);
}

/* What stands behind the addresses when the frame leaves: TPID and TCI, 0 = nothing new. */
static u32 nfm_bridge_tag(const struct nfm_br *br, const struct nfm_pkt *pk, u32 bport)
{
	const struct nfm_br_port *p = &br->port[bport];
	const struct nfm_fid *d = &br->fid[pk->fid];

	if (nfm_unlikely(bport >= NFTSW_VPORT(0)))
		return (u32)br->port[p->vport_port].tpid << 16 | p->vport_vid;
	if (!d->vid || nfm_ports_has(&d->untagged, bport))
		return 0;
	return (u32)d->tpid << 16 | (pk->tag & NFM_TCI_PCP) | d->vid;
}

/* Frames that are not IP have no hash of a flow: one of their addresses. */
static u32 nfm_bridge_hash(const struct nfm *m, const struct nfm_pkt *pk, const u8 *macs)
{
	const u64 *secret = m->br->fdb.tbl.secret;

	if (nfm_likely(pk->hash))
		return pk->hash;
	return (u32)nfm_hash_fold(nfm_ld64(macs) ^ secret[0], nfm_ld32(macs + 8) ^ secret[1]);
}

/* The port behind a bridge port, or NFM_LAG_NONE.  @macs: the frame's addresses */
static u32 nfm_bridge_oport(const struct nfm *m, const struct nfm_pkt *pk, const u8 *macs,
			    u32 bport)
{
	if (bport >= NFTSW_VPORT(0))
		bport = m->br->port[bport].vport_port;
	if (nfm_likely(bport < NFTSW_LAG_PORT(0)))
		return bport;
	return m->lag[bport - NFTSW_LAG_PORT(0)].slot[nfm_bridge_hash(m, pk, macs) %
						      NFTSW_LAG_SLOTS];
}

/* Make @f the frame as it leaves: without the tag that the bridge has taken, with @tag. */
static void nfm_bridge_dress(const struct nfm_pkt *pk, struct nfm_bridge_edit *ed, u32 tag,
			     struct nfm_frame *f)
{
	u32 push = tag ? NFM_TAG_LEN : 0;

	f->data = pk->data + pk->pop - push;
	f->len = pk->len - pk->pop + push;
	if (nfm_unlikely(f->len < NFM_ETH_ZLEN && pk->pop > push)) {
		memcpy(ed->pad, f->data, f->len);
		memset(ed->pad + f->len, 0, NFM_ETH_ZLEN - f->len);
		f->data = ed->pad;
		f->len = NFM_ETH_ZLEN;
	}
	__builtin_memcpy(f->data, ed->head, NFM_MACS_LEN);
	if (!tag)
		return;
	nfm_st_be16(f->data + NFM_MACS_LEN, tag >> 16);
	nfm_st_be16(f->data + NFM_MACS_LEN + 2, tag);
}

/* ---- to many ports.  DS 9.11 ---------------------------------------------------------------- */

/* Return: whether a copy left */
static bool nfm_bridge_copy(struct nfm *m, const struct nfm_pkt *pk, struct nfm_bridge_edit *ed,
			    u32 bport)
{
	u32 port = nfm_bridge_oport(m, pk, ed->head, bport);
	struct nfm_frame f;

	if (port == NFM_LAG_NONE)
		return false;
	nfm_bridge_dress(pk, ed, nfm_bridge_tag(m->br, pk, bport), &f);
	return nfm_out_copy(m, port, &f);
}

/* Return: how many copies left; the frame is as it was */
static u32 nfm_bridge_copies(struct nfm *m, struct nfm_pkt *pk, const struct nfm_ports *to)
{
	struct nfm_bridge_edit *ed = &m->scratch.edit[0];
	u32 keep = pk->pop ? sizeof(ed->head) : NFM_MACS_LEN;
	u32 sent = 0;
	u64 left;
	u32 i;

	memcpy(ed->head, pk->data, keep);
	for (i = 0; i < NFTSW_BR_PORT_WORDS; i++)
		for (left = to->w[i]; left; left &= left - 1)
			sent += nfm_bridge_copy(m, pk, ed, i * 64 + nfm_ctz64(left));
	memcpy(pk->data, ed->head, keep);
	return sent;
}

/* To all of @to that may take it, and to the CPU. */
static void nfm_bridge_flood(struct nfm *m, struct nfm_pkt *pk, struct nfm_ports *to, bool cpu)
{
	u32 sent;

	nfm_bridge_reach(m->br, pk, to);
	sent = nfm_bridge_copies(m, pk, to);
	if (sent)
		m->port[pk->iport].ctr[NFTSW_PCTR_RX_BRIDGE]++;
	if (cpu) {
		nfm_pkt_cpu(pk, NFTSW_REASON_BRIDGE_FLOOD);
		pk->pflags |= NFM_P_FWD_MARK;
	} else if (sent) {
		pk->verdict = NFM_V_GONE;
	} else {
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_NO_EGRESS);
	}
}

/* IGMP, or a message of MLD or MRD behind at most a hop-by-hop header. */
static bool nfm_bridge_is_report(const struct nfm_pkt *pk)
{
	const u8 *ip = pk->data + pk->l3_off;
	u32 off = NFM_IPV6_HLEN;
	u32 next;

	if (!pk->l3_off || pk->pflags & NFM_P_PPPOE)
		return false;
	if (pk->pflags & NFM_P_IPV4)
		return ip[9] == NFM_PROTO_IGMP;
	next = ip[6];
	if (next == NFM_PROTO_HOP && pk->l3_len >= off + 8) {
		next = ip[off];
		off += (ip[off + 1] + 1u) * 8;
	}
	if (next != NFM_PROTO_ICMPV6 || off >= pk->l3_len)
		return false;
	return (ip[off] >= 130 && ip[off] <= 132) || ip[off] == 143 || ip[off] == 151;
}

/* Nobody has asked for this group, and such groups go to multicast routers alone. */
static bool nfm_bridge_for_routers(const struct nfm_fid *d, const struct nfm_pkt *pk)
{
	static const u8 all_nodes[16] = { 0xff, 2, [15] = 1 };
	const u8 *ip = pk->data + pk->l3_off;

	if (!pk->l3_off || pk->pflags & NFM_P_PPPOE)
		return false;
	if (pk->pflags & NFM_P_IPV4)
		return d->flags & NFTSW_FID_MC4_ROUTERS &&
		       (ip[16] != 224 || ip[17] || ip[18]);
	return d->flags & NFTSW_FID_MC6_ROUTERS && memcmp(ip + 24, all_nodes, sizeof(all_nodes));
}

static void nfm_bridge_mcast(struct nfm *m, struct nfm_pkt *pk)
{
	u64 key = nfm_mac_key(pk->fid, pk->data);
	const struct nfm_br *br = m->br;
	const struct nfm_fid *d = &br->fid[pk->fid];
	struct nfm_ports to = { { 0 } };
	u32 cpu;
	u32 at;

	if (d->flags & NFTSW_FID_SNOOPING && nfm_bridge_is_report(pk)) {
		nfm_pkt_cpu(pk, NFTSW_REASON_SNOOPING);
		return;
	}
	cpu = d->flags & NFTSW_FID_CPU_ROUTER;
	at = nfm_mac_find(&br->mdb, key, nfm_mac_hash(&br->mdb, key));
	if (at != NFM_MAC_NONE && br->group[at].flags & NFTSW_MDB_TRAP) {
		nfm_pkt_cpu(pk, NFTSW_REASON_BRIDGE_LOCAL);
		return;
	}
	if (at != NFM_MAC_NONE) {
		to = br->group[at].ports;
		cpu |= br->group[at].flags & NFTSW_MDB_CPU;
	} else if (!nfm_bridge_for_routers(d, pk)) {
		to = *nfm_br_with(br, NFTSW_BP_MCAST_FLOOD);
		cpu = d->flags & NFTSW_FID_CPU_MCAST;
	}
	nfm_ports_or(&to, nfm_br_with(br, NFTSW_BP_MROUTER));
	nfm_bridge_flood(m, pk, &to, cpu);
}

static void nfm_bridge_bcast(struct nfm *m, struct nfm_pkt *pk)
{
	struct nfm_ports to = *nfm_br_with(m->br, NFTSW_BP_BCAST_FLOOD);

	nfm_bridge_flood(m, pk, &to, m->br->fid[pk->fid].flags & NFTSW_FID_CPU_BCAST);
}

/* ---- to one port.  DS 9.11 ------------------------------------------------------------- */

static void nfm_bridge_known(struct nfm *m, struct nfm_pkt *pk, u32 bport)
{
	struct nfm_ports to = { { 0 } };

	nfm_ports_put(&to, bport, true);
	nfm_bridge_reach(m->br, pk, &to);
	if (nfm_unlikely(!nfm_ports_has(&to, bport))) {
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_NO_EGRESS);
		return;
	}
	pk->verdict = NFM_V_BRIDGE;
	pk->oport = (u16)bport;
	pk->tag = nfm_bridge_tag(m->br, pk, bport);
}

static void nfm_bridge_ucast(struct nfm *m, struct nfm_pkt *pk, u32 at)
{
	struct nfm_ports to;
	u32 port;

	if (nfm_unlikely(at == NFM_MAC_NONE)) {
		to = *nfm_br_with(m->br, NFTSW_BP_FLOOD);
		nfm_bridge_flood(m, pk, &to, m->br->fid[pk->fid].flags & NFTSW_FID_CPU_UCAST);
		return;
	}
	port = m->br->fdb.host[at].port;
	if (nfm_unlikely(port == NFTSW_FDB_CPU))
		nfm_pkt_cpu(pk, NFTSW_REASON_BRIDGE_LOCAL);
	else
		nfm_bridge_known(m, pk, port);
}

static bool nfm_bridge_is_mine(const struct nfm_pkt *pk)
{
	return pk->verdict == NFM_V_NEXT && pk->fid && !(pk->pflags & NFM_P_RMAC);
}

/**
 * nfm_bridge_miss() - would the bridge flood this frame because it does not know better?
 * @m: chip that has a bridge
 * @pk: frame of a broadcast domain
 *
 * For rules of the access control list, which stand in front of the bridge; so storms of unknown
 * unicast and multicast can be held back.  Broadcast is meant for all, and no miss.
 */
void nfm_bridge_miss(struct nfm *m, struct nfm_pkt *pk)
{
	const struct nfm_mac_tbl *t = &m->br->fdb.tbl;
	u64 key = nfm_mac_key(pk->fid, pk->data);

	if (!nfm_bridge_is_mine(pk) || pk->pflags & NFM_P_BCAST)
		return;
	if (pk->pflags & NFM_P_MCAST)
		t = &m->br->mdb;
	if (nfm_mac_find(t, key, nfm_mac_hash(t, key)) == NFM_MAC_NONE)
		pk->pflags |= NFM_P_L2_MISS;
}

/**
 * nfm_bridge_forward() - where frames of a broadcast domain go
 * @m: chip that has a bridge
 * @pk: frames that nfm_bridge_in() has seen; those that no flow has taken and that are not
 *	to an address of their port are looked at
 * @n: 1..NFM_BATCH
 *
 * Those get their verdict.  BRIDGE: oport is a bridge port, for nfm_bridge_out().  GONE: copies
 * have left.  CPU and DROP as everywhere.
 */
void nfm_bridge_forward(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	const u32 many = NFM_P_MCAST | NFM_P_BCAST;
	struct nfm_bridge_probe *pr = &m->scratch.probe;
	u32 i;

	pr->todo = 0;
	for (i = 0; i < n; i++)
		if (nfm_bridge_is_mine(&pk[i]) && !(pk[i].pflags & many))
			nfm_bridge_probe_add(&m->br->fdb.tbl, pr, i,
					     nfm_mac_key(pk[i].fid, pk[i].data));
	nfm_bridge_probe_find(&m->br->fdb, pr);
	for (i = 0; i < n; i++) {
		if (pr->todo & NFTSW_BIT(i))
			nfm_bridge_ucast(m, &pk[i], pr->at[i]);
		else if (!nfm_bridge_is_mine(&pk[i]))
			continue;
		else if (pk[i].pflags & NFM_P_BCAST)
			nfm_bridge_bcast(m, &pk[i]);
		else
			nfm_bridge_mcast(m, &pk[i]);
	}
}

/* ---- egress.  DS 9.11 ---------------------------------------------------------------------- */

static void nfm_bridge_out_one(struct nfm *m, struct nfm_pkt *pk, struct nfm_bridge_edit *ed)
{
	struct nfm_port_state *p;
	struct nfm_frame f;
	u32 reason, port;

	__builtin_memcpy(ed->head, pk->data, NFM_MACS_LEN);
	port = nfm_bridge_oport(m, pk, ed->head, pk->oport);
	if (nfm_unlikely(port == NFM_LAG_NONE)) {
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_LAG_DOWN);
		return;
	}
	pk->oport = (u16)port;
	p = &m->port[port];
	nfm_bridge_dress(pk, ed, pk->tag, &f);
	reason = nfm_out_check(p, f.data, f.len);
	if (nfm_unlikely(reason != NFTSW_REASON_NONE)) {
		nfm_out_drop(m, pk, reason);
		return;
	}
	pk->data = f.data;
	pk->len = f.len;
	m->port[pk->iport].ctr[NFTSW_PCTR_RX_BRIDGE]++;
	nfm_ctr_tx(p, pk->data, pk->len);
	p->ctr[NFTSW_PCTR_TX_BRIDGE]++;
}

/**
 * nfm_bridge_out() - frames that the bridge sends through one port
 * @m: chip that has a bridge
 * @pk: frames; those with verdict BRIDGE are looked at
 * @n: 1..NFM_BATCH
 *
 * Their data, len and oport become those of what leaves; all counters have been counted.  Those
 * that cannot leave are dropped.
 */
void nfm_bridge_out(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (pk[i].verdict == NFM_V_BRIDGE)
			nfm_bridge_out_one(m, &pk[i], &m->scratch.edit[i]);
}
