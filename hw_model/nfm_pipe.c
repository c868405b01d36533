// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Pipeline: a table of stages, each of which takes the whole batch.  Floor 3; called
 * by nfm_core.c, which gives it frames and takes the verdicts.  No lock: the
 * caller of the model serialises.
 *
 * A frame's verdict is NEXT until a stage decides; later stages pass it by.  A
 * frame for the CPU keeps every octet, because only frames with verdict FLOW or BRIDGE are
 * rewritten, after the last stage that can change its mind.  Stages that later issues add
 * (queues behind the rewrite) go into the table.  The bridge's stages live in nfm_bridge.c, and
 * cost a batch one test each while no port has anything to do with a bridge.
 */
#include "nfm_flow.h"
#include "nfm_proto.h"

#define NFM_ETH_HLEN		14
#define NFM_FCS_LEN		4

static bool nfm_pipe_port_up(const struct nfm_port_state *p)
{
	return p->enabled && p->partner;
}

static bool nfm_pipe_oversize(const struct nfm_port_state *p, const struct nfm_pkt *pk)
{
	return nfm_unlikely(pk->len > p->max_frame) &&
	       pk->len > p->max_frame + nfm_parse_overhead(pk->data, pk->len);
}

/* ---- ingress MAC: link, limits, counters.  DS 9.1 ------------------------------ */

static void nfm_pipe_mac_in_one(struct nfm *m, struct nfm_pkt *pk)
{
	struct nfm_port_state *p = &m->port[pk->iport];

	pk->verdict = NFM_V_NEXT;
	pk->reason = NFTSW_REASON_NONE;
	pk->oport = 0;
	pk->fid = 0;
	pk->logical = p->logical;
	if (nfm_unlikely(!(m->ctrl & NFTSW_CTRL_ENABLE)))
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_DISABLED);
	else if (nfm_unlikely(!nfm_pipe_port_up(p)))
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_PORT_DOWN);
	else if (nfm_unlikely(pk->len < NFM_ETH_HLEN))
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_RUNT);
	else if (nfm_pipe_oversize(p, pk))
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_OVERSIZE);
	else
		nfm_ctr_rx(p, pk->data, pk->len);
}

/* Copies of what was received, before anything else happens to it.  DS 9.12 */
static void nfm_pipe_mirror_rx(struct nfm *m, const struct nfm_pkt *pk, u32 n)
{
	struct nfm_frame copy;
	u32 i, to;

	for (i = 0; i < n; i++) {
		to = m->port[pk[i].iport].mirror_rx;
		if (!to || pk[i].verdict != NFM_V_NEXT)
			continue;
		copy.data = pk[i].data;
		copy.len = pk[i].len;
		nfm_out_mirror(m, to - 1, &copy);
	}
}

static void nfm_pipe_mac_in(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		nfm_prefetch_w(pk[i].data);
	for (i = 0; i < n; i++)
		nfm_pipe_mac_in_one(m, &pk[i]);
	if (nfm_unlikely(m->mirror_rx))
		nfm_pipe_mirror_rx(m, pk, n);
}

/* ---- parser.  DS 9.2 ------------------------------------------------------------- */

static void nfm_pipe_parse(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	nfm_parse(pk, n);
	nfm_flow_hash(m, pk, n);
}

/* ---- bridge ports: domain, spanning tree, source.  DS 9.10 ---------------------------- */

static void nfm_pipe_br_in(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	if (nfm_unlikely(nfm_br_any(m)))
		nfm_bridge_in(m, pk, n);
}

/* ---- classification: whose frame is it?  DS 9.3 ---------------------------------- */

static const struct nfm_rmac *nfm_pipe_rmac(const struct nfm_port_state *p, const u8 *mac)
{
	u32 i;

	for (i = 0; i < p->rmac_count; i++)
		if (nfm_mac_eq(p->rmac[i].mac, mac))
			return &p->rmac[i];
	return NULL;
}

/* Unicast to none of the port's addresses: the bridge's, or the filter's. */
static void nfm_pipe_classify_foreign(struct nfm *m, struct nfm_pkt *pk)
{
	if (pk->fid)
		return;
	if (m->port[pk->iport].flags & NFTSW_PORT_PROMISC)
		nfm_pkt_cpu(pk, NFTSW_REASON_PROMISC);
	else if (nfm_unlikely(m->acl.ports >> pk->iport & 1))
		pk->pflags |= NFM_P_FILTERED;
	else
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_UC_FILTER);
}

/* The parser's exceptions stop frames that would be routed, and no others. */
static void nfm_pipe_classify_ucast(struct nfm *m, struct nfm_pkt *pk)
{
	const struct nfm_port_state *p = &m->port[pk->iport];
	const struct nfm_rmac *rmac = nfm_pipe_rmac(p, pk->data);

	if (nfm_unlikely(!rmac)) {
		nfm_pipe_classify_foreign(m, pk);
		return;
	}
	if (nfm_unlikely(!(rmac->flags & NFTSW_RMAC_ROUTER))) {
		if (!pk->fid)
			nfm_pkt_cpu(pk, NFTSW_REASON_LOCAL);
		return;
	}
	pk->pflags |= NFM_P_RMAC;
	if (nfm_unlikely(pk->pflags & NFM_P_EXC))
		nfm_pkt_cpu(pk, NFTSW_GET(NFM_P_EXC, pk->pflags));
}

static void nfm_pipe_classify(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (pk[i].verdict != NFM_V_NEXT)
			continue;
		if (nfm_unlikely(nfm_ld_be16(pk[i].data + 12) == NFM_TYPE_MAC_CTRL))
			nfm_pkt_drop(m, &pk[i], pk[i].iport, NFTSW_REASON_PAUSE);
		else if (nfm_likely(!(pk[i].pflags & (NFM_P_MCAST | NFM_P_BCAST))))
			nfm_pipe_classify_ucast(m, &pk[i]);
		else if (nfm_mac_is_reserved(pk[i].data))
			nfm_pkt_cpu(&pk[i], NFTSW_REASON_L2_CONTROL);
	}
}

/* ---- access control list.  DS 9.9 -------------------------------------------------------- */

static void nfm_pipe_redirect(struct nfm *m, struct nfm_pkt *pk, u32 port)
{
	struct nfm_port_state *p = &m->port[port];
	u32 reason = nfm_out_check(p, pk->data, pk->len);

	pk->oport = (u16)port;
	if (reason != NFTSW_REASON_NONE) {
		nfm_out_drop(m, pk, reason);
		return;
	}
	pk->verdict = NFM_V_SEND;
	pk->reason = NFTSW_REASON_NONE;
	m->port[pk->iport].ctr[NFTSW_PCTR_RX_REDIRECT]++;
	nfm_ctr_tx(p, pk->data, pk->len);
	p->ctr[NFTSW_PCTR_TX_REDIRECT]++;
}

/* What the rules say of a frame; who counts it is known when its end is. */
static void nfm_pipe_acl_one(struct nfm *m, struct nfm_pkt *pk)
{
	const struct nfm_acl_rule *r, *last = NULL;
	struct nfm_acl_walk w;

	nfm_acl_walk(&w, pk);
	while ((r = nfm_acl_next(m, &w))) {
		last = r;
		pk->acl++;
		if (nfm_unlikely(r->e.meter) &&
		    !nfm_meter_pass(m, NFM_LE16(r->e.meter) - 1u, pk->len)) {
			nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_METERED);
			return;
		}
	}
	if (!last)
		return;
	if (last->e.verdict == NFTSW_ACL_VERDICT_DROP)
		nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_ACL_DROP);
	else if (last->e.verdict == NFTSW_ACL_VERDICT_REDIRECT)
		nfm_pipe_redirect(m, pk, NFM_LE16(last->e.oport));
	else if (last->e.verdict == NFTSW_ACL_VERDICT_TRAP && pk->verdict != NFM_V_CPU)
		nfm_pkt_cpu(pk, NFTSW_REASON_ACL_TRAP);
}

/*
 * Behind classification, as software at the ingress of a netdev: what the MAC consumes is not
 * seen, what goes to the CPU for any reason is, and so is what the address filter drops behind
 * the rules.
 */
static void nfm_pipe_acl(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	u32 i;

	if (nfm_likely(!m->acl.count))
		return;
	for (i = 0; i < n; i++) {
		pk[i].acl = 0;
		if (pk[i].verdict == NFM_V_DROP || !(m->acl.ports >> pk[i].iport & 1))
			continue;
		if (nfm_unlikely(m->acl.l2_miss >> pk[i].iport & 1) && pk[i].fid)
			nfm_bridge_miss(m, &pk[i]);
		nfm_pipe_acl_one(m, &pk[i]);
		if (nfm_unlikely(pk[i].pflags & NFM_P_FILTERED) && pk[i].verdict == NFM_V_NEXT)
			nfm_pkt_drop(m, &pk[i], pk[i].iport, NFTSW_REASON_UC_FILTER);
	}
}

static void nfm_pipe_acl_done_one(struct nfm *m, const struct nfm_pkt *pk)
{
	struct nfm_frame copy = { .data = pk->data, .len = pk->len };
	bool metered = pk->verdict == NFM_V_DROP && pk->reason == NFTSW_REASON_METERED;
	struct nfm_acl_rule *r;
	struct nfm_acl_walk w;
	u32 left = pk->acl;

	nfm_acl_walk(&w, pk);
	for (; left && (r = nfm_acl_next(m, &w)); left--) {
		if (pk->verdict == NFM_V_CPU && r->e.flags & NFTSW_AF_CPU_TOO)
			continue;
		nfm_acl_count(m, r, &w, pk->len);
		if (r->e.flags & NFTSW_AF_MIRROR && !(metered && left == 1))
			nfm_out_mirror(m, NFM_LE16(r->e.mport), &copy);
	}
}

/* In front of the rewrite, and behind the last stage that gives frames to the CPU. */
static void nfm_pipe_acl_done(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	u32 i;

	if (nfm_likely(!m->acl.count))
		return;
	for (i = 0; i < n; i++)
		if (pk[i].acl)
			nfm_pipe_acl_done_one(m, &pk[i]);
}

/* ---- flow table.  DS 9.4 ----------------------------------------------------------- */

static struct nfm_flow_hot *nfm_pipe_hot(const struct nfm *m, const struct nfm_pkt *pk)
{
	return &m->flow->hot[pk->flow];
}

/*
 * A connection begins anew or ends.  What follows in this direction is software's as well:
 * forwarded here it would pass by a connection tracker that has not yet answered.
 */
static void nfm_pipe_flow_end(struct nfm *m, struct nfm_pkt *pk)
{
	u32 state = NFM_LE32(m->flow->cold[pk->flow].e.state);

	if (!(state & NFTSW_FS_TO_CPU))
		(void)nfm_flow_state(m, pk->flow,
				     (state & NFTSW_FS_STATIC) | NFTSW_FS_TO_CPU);
	nfm_pkt_cpu(pk, NFTSW_REASON_TCP_FLAGS);
}

/* What a match means: forward, unless software wants to see the frame. */
static void nfm_pipe_flow_hit(struct nfm *m, struct nfm_pkt *pk)
{
	const struct nfm_flow_hot *hot = nfm_pipe_hot(m, pk);

	if (nfm_unlikely(pk->pflags & NFM_P_TCP_CTL)) {
		nfm_pipe_flow_end(m, pk);
	} else if (nfm_unlikely(hot->flags & NFM_ACT_TO_CPU)) {
		nfm_pkt_cpu(pk, NFTSW_REASON_FLOW_TO_CPU);
	} else if (nfm_unlikely(pk->l3_len > hot->mtu)) {
		nfm_pkt_cpu(pk, NFTSW_REASON_MTU);
	} else {
		pk->verdict = NFM_V_FLOW;
		pk->oport = hot->oport;
		if (hot->flags & (NFM_ACT_SADDR6 | NFM_ACT_DADDR6))
			nfm_prefetch(m->flow->cold[pk->flow].e.saddr);
	}
}

static void nfm_pipe_flow(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	u32 i;

	nfm_flow_lookup(m, pk, n);
	for (i = 0; i < n; i++)
		if (pk[i].flow != NFM_FLOW_NONE)
			nfm_pipe_flow_hit(m, &pk[i]);
}

/* ---- bridge.  DS 9.5, 9.11: what is no bridge's, or to an own address, is the CPU's ----- */

static void nfm_pipe_bridge(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	u32 i;

	if (nfm_unlikely(nfm_br_any(m)))
		nfm_bridge_forward(m, pk, n);
	for (i = 0; i < n; i++) {
		if (nfm_likely(pk[i].verdict != NFM_V_NEXT))
			continue;
		if (pk[i].pflags & NFM_P_RMAC && pk[i].pflags & (NFM_P_IPV4 | NFM_P_IPV6))
			nfm_pkt_cpu(&pk[i], NFTSW_REASON_FLOW_MISS);
		else
			nfm_pkt_cpu(&pk[i], NFTSW_REASON_LOCAL);
	}
}

/* ---- egress: member of a LAG, filter.  DS 9.5 ------------------------------------------ */

/* To a LAG: which of its members?  DS 8.4.  Return: false when none may send. */
static bool nfm_pipe_member(struct nfm *m, struct nfm_pkt *pk)
{
	const struct nfm_lag *l = &m->lag[pk->oport - NFTSW_LAG_PORT(0)];

	pk->oport = l->slot[pk->hash % NFTSW_LAG_SLOTS];
	if (nfm_likely(pk->oport != NFM_LAG_NONE))
		return true;
	nfm_pkt_drop(m, pk, pk->iport, NFTSW_REASON_LAG_DOWN);
	return false;
}

static void nfm_pipe_egress(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	const struct nfm_port_state *p;
	const struct nfm_flow_hot *hot;
	u32 i;

	for (i = 0; i < n; i++) {
		if (pk[i].verdict != NFM_V_FLOW)
			continue;
		if (nfm_unlikely(pk[i].oport >= NFTSW_LAG_PORT(0)) && !nfm_pipe_member(m, &pk[i]))
			continue;
		p = &m->port[pk[i].oport];
		hot = nfm_pipe_hot(m, &pk[i]);
		if (nfm_unlikely(!nfm_pipe_port_up(p)))
			nfm_out_drop(m, &pk[i], NFTSW_REASON_EGRESS_DOWN);
		else if (nfm_unlikely((u32)hot->l2_len + pk[i].l3_len > p->max_frame + hot->extra))
			nfm_out_drop(m, &pk[i], NFTSW_REASON_EGRESS_OVERSIZE);
	}
}

/* ---- rewrite, and the counters of flow and ports.  DS 9.6 -------------------------------- */

static void nfm_pipe_count_flow(struct nfm *m, const struct nfm_pkt *pk, struct nfm_flow_hot *hot)
{
	u64 *in = m->port[pk->iport].ctr;

	hot->packets++;
	hot->octets += pk->l3_len;
	hot->last_hit_ns = m->now_ns ? m->now_ns : 1;
	in[NFTSW_PCTR_RX_FLOW]++;
	in[NFTSW_PCTR_RX_FLOW_OCTETS] += pk->len + NFM_FCS_LEN;
}

static void nfm_pipe_rewrite(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	struct nfm_flow_hot *hot;
	u32 i;

	for (i = 0; i < n; i++) {
		if (pk[i].verdict != NFM_V_FLOW)
			continue;
		hot = nfm_pipe_hot(m, &pk[i]);
		nfm_pipe_count_flow(m, &pk[i], hot);
		nfm_rewrite_apply(&pk[i], hot, &m->flow->cold[pk[i].flow].e);
	}
}

/* ---- egress MAC ---------------------------------------------------------------------- */

static void nfm_pipe_mac_out(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	struct nfm_port_state *p;
	u32 i;

	if (nfm_unlikely(nfm_br_any(m)))
		nfm_bridge_out(m, pk, n);
	for (i = 0; i < n; i++) {
		if (pk[i].verdict != NFM_V_FLOW)
			continue;
		p = &m->port[pk[i].oport];
		nfm_ctr_tx(p, pk[i].data, pk[i].len);
		p->ctr[NFTSW_PCTR_TX_FLOW]++;
		p->ctr[NFTSW_PCTR_TX_FLOW_OCTETS] += pk[i].len + NFM_FCS_LEN;
	}
}

/* The order is the chip: one call per stage and batch, none per frame that is forwarded. */
static void (* const nfm_pipe_stages[])(struct nfm *m, struct nfm_pkt *pk, u32 n) = {
	nfm_pipe_mac_in,
	nfm_pipe_parse,
	nfm_pipe_br_in,
	nfm_pipe_classify,
	nfm_pipe_acl,
	nfm_pipe_flow,
	nfm_pipe_bridge,
	nfm_pipe_acl_done,
	nfm_pipe_egress,
	nfm_pipe_rewrite,
	nfm_pipe_mac_out,
};

/**
 * nfm_pipe_run() - take frames through the pipeline
 * @m: chip
 * @pk: frames; data, len and iport are set, and NFM_HEADROOM octets before data are
 *	writable.  iport is a port of the chip.
 * @n: 1..NFM_BATCH
 * @now_ns: chip time
 *
 * On return each has a verdict.  FLOW: data and len are those of the rewritten frame,
 * oport is where it leaves; all counters have been counted.  BRIDGE: the same.  SEND: the same, but
 * the frame is as it came in.  DROP: counted.  GONE and other copies have left.  CPU: nothing in
 * the frame has changed; the caller polices it, hands it over, and calls
 * nfm_ctr_reason() with what became of it.
 */
void nfm_pipe_run(struct nfm *m, struct nfm_pkt *pk, u32 n, u64 now_ns)
{
	size_t i;

	m->now_ns = now_ns;
	for (i = 0; i < NFM_ARRAY_COUNT(nfm_pipe_stages); i++)
		nfm_pipe_stages[i](m, pk, n);
}
