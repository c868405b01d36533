// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Frames that leave through a port at once, beside the batch: copies for a mirror port, and
 * what the bridge floods.  Floor 2, above nfm_ctr.c and nfm_parse.c; called by nfm_pipe.c,
 * nfm_bridge.c and nfm_core.c.
 *
 * At once, because the octets may be rewritten soon: the host takes them before egress()
 * returns.
 */
#include "nfm_priv.h"

/**
 * nfm_out_check() - can a frame leave through a port as it is?
 * @p: port
 * @data: first octet
 * @len: octets
 *
 * Return: NONE, or why not: EGRESS_DOWN, EGRESS_OVERSIZE
 */
u32 nfm_out_check(const struct nfm_port_state *p, const u8 *data, u32 len)
{
	if (nfm_unlikely(!p->enabled || !p->partner))
		return NFTSW_REASON_EGRESS_DOWN;
	if (nfm_unlikely(len > p->max_frame) && len > p->max_frame + nfm_parse_overhead(data, len))
		return NFTSW_REASON_EGRESS_OVERSIZE;
	return NFTSW_REASON_NONE;
}

/**
 * nfm_out_drop() - a frame cannot leave through its egress port
 * @m: chip
 * @pk: frame, @pk->oport is its port
 * @reason: enum nftsw_reason
 *
 * Dropped for the egress port, and a drop of the ingress port as well.
 */
void nfm_out_drop(struct nfm *m, struct nfm_pkt *pk, u32 reason)
{
	nfm_pkt_drop(m, pk, pk->oport, reason);
	m->port[pk->iport].ctr[NFTSW_PCTR_RX_DROPS]++;
}

static void nfm_out_send(struct nfm *m, u32 port, const struct nfm_frame *f, u32 ctr)
{
	struct nfm_port_state *p = &m->port[port];

	nfm_ctr_tx(p, f->data, f->len);
	p->ctr[ctr]++;
	m->ops->egress(m->host, port, f, 1);
}

/**
 * nfm_out_mirror() - a copy of a frame leaves through a mirror port
 * @m: chip
 * @port: mirror port
 * @f: frame
 *
 * The copy is a frame of its own, so it has an end of its own: when it cannot leave, it has
 * a reason.  It is not mirrored again.
 */
void nfm_out_mirror(struct nfm *m, u32 port, const struct nfm_frame *f)
{
	u32 reason = nfm_out_check(&m->port[port], f->data, f->len);

	if (reason == NFTSW_REASON_NONE)
		nfm_out_send(m, port, f, NFTSW_PCTR_TX_MIRROR);
	else
		nfm_ctr_reason(m, port, reason);
}

/**
 * nfm_out_sent() - frames are sent through a port: does somebody want copies?
 * @m: chip
 * @port: egress port
 * @f: frames, as they leave
 * @n: how many
 */
void nfm_out_sent(struct nfm *m, u32 port, const struct nfm_frame *f, u32 n)
{
	if (nfm_likely(!m->port[port].mirror_tx))
		return;
	for (; n; n--, f++)
		nfm_out_mirror(m, m->port[port].mirror_tx - 1u, f);
}

/**
 * nfm_out_copy() - a copy of a flooded frame leaves through a port
 * @m: chip
 * @port: egress port
 * @f: frame, as it is to leave
 *
 * Return: false when it cannot; nobody counts that: it is one of many ways for the frame.
 */
bool nfm_out_copy(struct nfm *m, u32 port, const struct nfm_frame *f)
{
	if (nfm_out_check(&m->port[port], f->data, f->len) != NFTSW_REASON_NONE)
		return false;
	nfm_out_send(m, port, f, NFTSW_PCTR_TX_BRIDGE);
	nfm_out_sent(m, port, f, 1);
	return true;
}
