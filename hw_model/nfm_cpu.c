// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * The CPU port: frames to RX rings and from TX rings.  DS 4.4, 4.5.
 *
 * Floor: above nfm_ring.c; called by nfm_core.c, which joins it to the pipeline and
 * to the ports.  Descriptors and data are read once, into struct nfm_scratch and
 * the TX buffers, because software may change them behind the chip's back.
 */
#include "nfm_priv.h"
#include "nfm_bytes.h"
#include "nfm_proto.h"

#define NFM_RX_MIN_SIZE		64
#define NFM_TX_MIN_LEN		14
#define NFM_TXD_ALL		(NFTSW_TXD_EOP | NFTSW_TXD_REPORT | \
				 NFTSW_TXD_CSUM | NFTSW_TXD_PIPELINE)

/* The smallest buffers must hold the largest frame: two tags, PPPoE and all. */
_Static_assert(NFM_RX_MAX_FRAGS * NFM_RX_MIN_SIZE >= NFTSW_MAX_FRAME_VAL + 16,
	       "NFM_RX_MAX_FRAGS is too small");

/* Sum of 16-bit words in the order of the machine; see nfm_bytes.h. */
static u64 nfm_cpu_sum(const u8 *p, u32 len)
{
	u64 sum = 0;
	u8 last[2] = { 0, 0 };

	for (; len >= 4; p += 4, len -= 4)
		sum += nfm_ld32(p);
	if (len >= 2) {
		sum += nfm_ld16(p);
		p += 2;
	}
	if (len & 1) {
		last[0] = p[0];
		sum += nfm_ld16(last);
	}
	return sum;
}

/* @addrs: both addresses in the IP header, which lead the pseudo header. */
static bool nfm_cpu_l4_ok(const u8 *addrs, u32 addrs_len, u32 proto, const u8 *l4, u32 len)
{
	u64 sum;

	if (proto == NFM_PROTO_UDP) {
		if (len < 8 || nfm_ld_be16(l4 + 4) != len || !nfm_ld16(l4 + 6))
			return false;
	} else if (proto != NFM_PROTO_TCP || len < 20) {
		return false;
	}
	sum = nfm_cpu_sum(addrs, addrs_len) + nfm_cpu_sum(l4, len);
	sum += (u64)nfm_sum_word((u16)proto) + nfm_sum_word((u16)len);
	return nfm_sum_fold(sum) == 0xffff;
}

static bool nfm_cpu_csum_ok_v4(const u8 *ip, u32 room)
{
	u32 ihl, tot;

	if (room < 20 || ip[0] >> 4 != 4)
		return false;
	ihl = (ip[0] & 15u) * 4;
	tot = nfm_ld_be16(ip + 2);
	if (ihl < 20 || tot < ihl || tot > room || nfm_ld_be16(ip + 6) & 0x3fff)
		return false;
	if (nfm_sum_fold(nfm_cpu_sum(ip, ihl)) != 0xffff)
		return false;
	return nfm_cpu_l4_ok(ip + 12, 8, ip[9], ip + ihl, tot - ihl);
}

static bool nfm_cpu_csum_ok_v6(const u8 *ip, u32 room)
{
	u32 len;

	if (room < 40 || ip[0] >> 4 != 6)
		return false;
	len = nfm_ld_be16(ip + 4);
	if (len > room - 40)
		return false;
	return nfm_cpu_l4_ok(ip + 8, 32, ip[6], ip + 40, len);
}

/* NFTSW_RXC_CSUM_OK: every checksum that is there has been seen, and is right. */
static bool nfm_cpu_csum_ok(const struct nfm_pkt *pk)
{
	u32 off = pk->l3_off;

	if (!off || off >= pk->len)
		return false;
	if (pk->pflags & NFM_P_IPV4)
		return nfm_cpu_csum_ok_v4(pk->data + off, pk->len - off);
	if (pk->pflags & NFM_P_IPV6)
		return nfm_cpu_csum_ok_v6(pk->data + off, pk->len - off);
	return false;
}

static u32 nfm_cpu_rxd_size(const struct nftsw_hw_rxd *d)
{
	u32 size = NFM_LE16(d->size);

	return size < NFM_RX_MIN_SIZE || d->rsvd ? 0 : size;
}

/*
 * Copy enough descriptors for @len octets to scratch; *@n: how many.  A descriptor
 * that breaks the rules ends the frame, and nfm_cpu_rx_fill() refuses it.
 */
static u32 nfm_cpu_rx_gather(struct nfm *m, u32 q, u32 len, u32 *n)
{
	struct nftsw_hw_rxd *rxd = m->scratch.rxd;
	u32 sq = NFTSW_RING_RX_SQ(q);
	u32 cq = NFTSW_RING_RX_CQ(q);
	u32 used = nfm_ring_used(m, sq);
	u32 room = nfm_ring_room(m, cq);
	u32 i, size;

	for (i = 0; len && i < NFM_RX_MAX_FRAGS; i++) {
		if (i == room)
			m->ring[cq].sts |= NFTSW_RING_STS_OVERFLOW;
		if (i == room || i == used)
			return NFTSW_REASON_CPU_NO_BUFFER;
		if (!nfm_ring_peek(m, sq, i, &rxd[i]))
			return NFTSW_REASON_RX_DMA;
		size = nfm_cpu_rxd_size(&rxd[i]);
		len = size && size < len ? len - size : 0;
	}
	*n = i;
	return len ? NFTSW_REASON_CPU_NO_BUFFER : NFTSW_REASON_NONE;
}

static u32 nfm_cpu_rx_fill(struct nfm *m, const struct nfm_pkt *pk, u32 n)
{
	const struct nftsw_hw_rxd *rxd = m->scratch.rxd;
	u32 off = 0;
	u32 i, size;
	void *p;

	for (i = 0; i < n; i++) {
		size = nfm_cpu_rxd_size(&rxd[i]);
		if (!size)
			return NFTSW_REASON_RX_DMA;
		if (size > pk->len - off)
			size = pk->len - off;
		p = nfm_dma_map(m, NFM_LE64(rxd[i].addr), size, true);
		if (!p)
			return NFTSW_REASON_RX_DMA;
		memcpy(p, pk->data + off, size);
		nfm_dma_unmap(m, p, size, true);
		off += size;
	}
	return NFTSW_REASON_NONE;
}

/* What only the first completion of a frame carries. */
static void nfm_cpu_rxc_sop(const struct nfm *m, const struct nfm_pkt *pk,
			    struct nftsw_hw_rxc *c)
{
	c->flags = NFTSW_RXC_SOP;
	if (nfm_cpu_csum_ok(pk))
		c->flags |= NFTSW_RXC_CSUM_OK;
	if (pk->flow != ~0u)
		c->flags |= NFTSW_RXC_FLOW;
	if (pk->pflags & NFM_P_FWD_MARK)
		c->flags |= NFTSW_RXC_FWD_MARK;
	if ((pk->pflags & NFM_P_KEY) && (pk->key.sport || pk->key.dport))
		c->flags |= NFTSW_RXC_HASH_L4;
	c->reason = pk->reason;
	c->port = NFM_TO_LE16(pk->iport);
	c->frame_len = NFM_TO_LE16((u16)pk->len);
	c->hash = NFM_TO_LE32(pk->hash);
	c->flow = NFM_TO_LE32(pk->flow != ~0u ? pk->flow : 0);
	c->time_ns = NFM_TO_LE64(m->now_ns);
}

static u32 nfm_cpu_rx_complete(struct nfm *m, u32 q, const struct nfm_pkt *pk, u32 n)
{
	const struct nftsw_hw_rxd *rxd = m->scratch.rxd;
	struct nftsw_hw_rxc c;
	u32 left = pk->len;
	u32 i, size;

	for (i = 0; i < n; i++) {
		memset(&c, 0, sizeof(c));
		if (!i)
			nfm_cpu_rxc_sop(m, pk, &c);
		size = nfm_cpu_rxd_size(&rxd[i]);
		if (size >= left) {
			size = left;
			c.flags |= NFTSW_RXC_EOP;
		}
		left -= size;
		c.id = rxd[i].id;
		c.len = NFM_TO_LE16((u16)size);
		if (!nfm_ring_put(m, NFTSW_RING_RX_CQ(q), &c, &c.flags))
			return NFTSW_REASON_RX_DMA;
	}
	m->cpu_rx_frames++;
	return NFTSW_REASON_NONE;
}

/* The frame is lost; software gets its buffers back, each as an empty frame. */
static void nfm_cpu_rx_give_back(struct nfm *m, u32 q, const struct nfm_pkt *pk, u32 n)
{
	struct nftsw_hw_rxc c;
	u32 i;

	for (i = 0; i < n; i++) {
		memset(&c, 0, sizeof(c));
		c.flags = NFTSW_RXC_SOP | NFTSW_RXC_EOP;
		c.reason = NFTSW_REASON_RX_DMA;
		c.port = NFM_TO_LE16(pk->iport);
		c.id = m->scratch.rxd[i].id;
		c.time_ns = NFM_TO_LE64(m->now_ns);
		if (!nfm_ring_put(m, NFTSW_RING_RX_CQ(q), &c, &c.flags))
			return;
	}
}

/**
 * nfm_cpu_rx() - hand a frame to the CPU
 * @m: chip
 * @pk: frame with verdict NFM_V_CPU; its ingress port names the queue
 *
 * Either the whole frame gets buffers and completions, or none is taken from it.  DS 4.4
 *
 * Return: NFTSW_REASON_NONE, or why the frame is lost.
 */
u32 nfm_cpu_rx(struct nfm *m, const struct nfm_pkt *pk)
{
	u32 q = m->port[pk->iport].queue;
	u32 n = 0;
	u32 reason;

	if (!m->ring[NFTSW_RING_RX_SQ(q)].enabled || !m->ring[NFTSW_RING_RX_CQ(q)].enabled)
		return NFTSW_REASON_CPU_QUEUE_OFF;
	reason = nfm_cpu_rx_gather(m, q, pk->len, &n);
	if (reason != NFTSW_REASON_NONE)
		return reason;
	nfm_ring_consume(m, NFTSW_RING_RX_SQ(q), n);
	reason = nfm_cpu_rx_fill(m, pk, n);
	if (reason == NFTSW_REASON_NONE)
		return nfm_cpu_rx_complete(m, q, pk, n);
	nfm_cpu_rx_give_back(m, q, pk, n);
	return reason;
}

/* ---- from the CPU ------------------------------------------------------------ */

static bool nfm_cpu_txd_rsvd(const struct nftsw_hw_txd *d)
{
	static const __le16 zero[NFM_ARRAY_COUNT(d->rsvd)];

	return memcmp(d->rsvd, zero, sizeof(zero)) || (NFM_LE16(d->flags) & ~NFM_TXD_ALL);
}

/*
 * Copy the descriptors of the next frame to scratch.
 *
 * Return: how many; 0 when the end has not been published yet; negative when the
 * chain breaks the rules (the absolute value was seen) or the ring is gone (*@gone).
 */
static s32 nfm_cpu_tx_chain(struct nfm *m, u32 sq, bool *gone)
{
	struct nftsw_hw_txd *txd = m->scratch.txd;
	u32 used = nfm_ring_used(m, sq);
	u32 i;

	for (i = 0; i < used && i < NFTSW_TX_MAX_FRAGS; i++) {
		*gone = !nfm_ring_peek(m, sq, i, &txd[i]);
		if (*gone)
			return -1;
		if (NFM_LE16(txd[i].flags) & NFTSW_TXD_EOP)
			return (s32)i + 1;
	}
	/* a ring that is full of one chain would never see its end */
	if (i == NFTSW_TX_MAX_FRAGS || i == m->ring[sq].count)
		return -(s32)i;
	return 0;
}

static u32 nfm_cpu_tx_copy(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	const struct nftsw_hw_txd *txd = m->scratch.txd;
	u32 i, len;
	void *p;

	for (i = 0; i < n; i++) {
		len = NFM_LE16(txd[i].len);
		if (!len || len > NFTSW_MAX_FRAME_VAL - pk->len || nfm_cpu_txd_rsvd(&txd[i]))
			return NFTSW_REASON_TX_BAD_DESC;
		p = nfm_dma_map(m, NFM_LE64(txd[i].addr), len, false);
		if (!p)
			return NFTSW_REASON_TX_DMA;
		memcpy(pk->data + pk->len, p, len);
		nfm_dma_unmap(m, p, len, false);
		pk->len += len;
	}
	return pk->len < NFM_TX_MIN_LEN ? NFTSW_REASON_TX_BAD_DESC : NFTSW_REASON_NONE;
}

/* DS 4.5: a sum of 0 is stored as 0xffff, which UDP needs and TCP allows */
static u32 nfm_cpu_tx_csum(const struct nftsw_hw_txd *d, struct nfm_pkt *pk)
{
	u32 start = NFM_LE16(d->csum_start);
	u32 at = start + NFM_LE16(d->csum_offset);
	u16 sum;

	if (start >= pk->len || at + 2 > pk->len)
		return NFTSW_REASON_TX_BAD_DESC;
	sum = (u16)~nfm_sum_fold(nfm_cpu_sum(pk->data + start, pk->len - start));
	nfm_st16(pk->data + at, sum ? sum : 0xffff);
	return NFTSW_REASON_NONE;
}

/* Descriptors of one frame are in scratch: make the frame. */
static u32 nfm_cpu_tx_frame(struct nfm *m, struct nfm_pkt *pk, struct nfm_txm *t, u32 n)
{
	const struct nftsw_hw_txd *d = m->scratch.txd;
	u32 port = NFM_LE16(d->port);
	u32 flags = NFM_LE16(d->flags);
	u32 reason;

	t->report = NFM_LE16(d[n - 1].flags) & NFTSW_TXD_REPORT;
	t->pipeline = flags & NFTSW_TXD_PIPELINE;
	pk->iport = (u16)port;
	pk->oport = (u16)port;
	if (port >= m->cfg.ports)
		return NFTSW_REASON_TX_BAD_DESC;
	reason = nfm_cpu_tx_copy(m, pk, n);
	if (reason == NFTSW_REASON_NONE && (flags & NFTSW_TXD_CSUM))
		reason = nfm_cpu_tx_csum(d, pk);
	return reason;
}

/* Go on discarding a chain that was refused.  Return: false when there is nothing. */
static bool nfm_cpu_tx_skip(struct nfm *m, u32 q, struct nfm_txm *t)
{
	struct nftsw_hw_txd *d = m->scratch.txd;
	u32 sq = NFTSW_RING_TX_SQ(q);
	u32 n = 0;

	t->reason = NFTSW_REASON_TX_BAD_DESC;
	t->skipped = true;
	while (n < NFTSW_TX_MAX_FRAGS && nfm_ring_used(m, sq)) {
		if (!nfm_ring_peek(m, sq, 0, d))
			return false;
		nfm_ring_consume(m, sq, 1);
		n++;
		if (!(NFM_LE16(d->flags) & NFTSW_TXD_EOP))
			continue;
		m->tx_skip &= ~NFTSW_BIT(q);
		t->report = NFM_LE16(d->flags) & NFTSW_TXD_REPORT;
		break;
	}
	return n;
}

/* Take one frame, good or bad.  Return: false when there is none to take now. */
static bool nfm_cpu_tx_one(struct nfm *m, u32 q, struct nfm_pkt *pk, struct nfm_txm *t)
{
	u32 sq = NFTSW_RING_TX_SQ(q);
	bool gone = false;
	s32 n;

	if (m->tx_skip & NFTSW_BIT(q)) {
		if (!nfm_cpu_tx_skip(m, q, t))
			return false;
	} else {
		n = nfm_cpu_tx_chain(m, sq, &gone);
		if (gone || !n)
			return false;
		if (n < 0) {
			m->tx_skip |= NFTSW_BIT(q);
			t->reason = NFTSW_REASON_TX_BAD_DESC;
			nfm_ring_consume(m, sq, (u32)-n);
		} else {
			nfm_ring_consume(m, sq, (u32)n);
			t->reason = (u8)nfm_cpu_tx_frame(m, pk, t, (u32)n);
		}
	}
	t->sq_cons = m->ring[sq].cons;
	return true;
}

/**
 * nfm_cpu_tx() - take frames from a TX ring
 * @m: chip
 * @q: queue
 * @max: at most so many, and NFM_BATCH
 *
 * Frames are left in m->scratch.pk and .txm.  No more are taken than TX_CQ has room
 * to complete, so that a completion is never lost.  DS 4.5
 *
 * Return: number of frames, those that cannot be sent included.
 */
u32 nfm_cpu_tx(struct nfm *m, u32 q, u32 max)
{
	u32 room = nfm_ring_room(m, NFTSW_RING_TX_CQ(q));
	struct nfm_pkt *pk = m->scratch.pk;
	struct nfm_txm *t = m->scratch.txm;
	u32 i;

	if (max > NFM_BATCH)
		max = NFM_BATCH;
	if (max > room)
		max = room;
	for (i = 0; i < max; i++) {
		memset(&pk[i], 0, sizeof(pk[i]));
		memset(&t[i], 0, sizeof(t[i]));
		pk[i].data = m->txbuf + (size_t)i * NFM_TXBUF_BYTES + NFM_HEADROOM;
		pk[i].flow = ~0u;
		if (!nfm_cpu_tx_one(m, q, &pk[i], &t[i]))
			break;
	}
	return i;
}

/**
 * nfm_cpu_tx_done() - complete the frames that nfm_cpu_tx() took
 * @m: chip
 * @q: queue
 * @n: what nfm_cpu_tx() returned
 *
 * Writes a completion for each frame that failed or whose sender wants one.
 */
void nfm_cpu_tx_done(struct nfm *m, u32 q, u32 n)
{
	const struct nfm_txm *t = m->scratch.txm;
	struct nftsw_hw_txc c;
	u32 i;

	for (i = 0; i < n; i++, t++) {
		if (!t->report && (t->skipped || t->reason == NFTSW_REASON_NONE))
			continue;
		memset(&c, 0, sizeof(c));
		c.reason = t->reason;
		c.sq_cons = NFM_TO_LE16(t->sq_cons);
		if (!nfm_ring_put(m, NFTSW_RING_TX_CQ(q), &c, &c.flags))
			return;
	}
}
