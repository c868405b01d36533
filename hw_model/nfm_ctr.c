// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Counters of the model: MAC counters of a port, reasons, policers of the trap
 * groups, and the queue of events that the lower floors raise.  Floor 2, below the
 * other files of that floor; called by everyone above.  The caller of the model
 * serialises, so nothing here locks.
 */
#include "nfm_priv.h"
#include "nfm_bytes.h"

#define NFM_FCS_LEN		4
#define NFM_ETHERTYPE_MAC_CTRL	0x8808
#define NFM_MAC_CTRL_PAUSE	0x0001
#define NFM_NSEC_PER_SEC	1000000000u
#define NFM_POLICER_MAX_PPS	10000000u
#define NFM_POLICER_MAX_BURST	65536u

/* The receive and the transmit block of enum nftsw_pctr lie in the same order. */
#define NFM_CTR_SAME(sym) \
	_Static_assert(NFTSW_PCTR_RX_##sym - NFTSW_PCTR_RX_FRAMES == \
		       NFTSW_PCTR_TX_##sym - NFTSW_PCTR_TX_FRAMES, \
		       #sym " stands elsewhere in the transmit block")
NFM_CTR_SAME(OCTETS);
NFM_CTR_SAME(UCAST);
NFM_CTR_SAME(MCAST);
NFM_CTR_SAME(BCAST);
NFM_CTR_SAME(PAUSE);
NFM_CTR_SAME(64);
NFM_CTR_SAME(1519_MAX);
_Static_assert(NFTSW_PCTR_RX_1519_MAX == NFTSW_PCTR_RX_64 + 6, "histogram has a gap");

#define NFM_X_REASON(sym, kind, grp, name, doc)	NFTSW_GROUP_##grp,
static const u8 nfm_reason_groups[NFTSW_REASON_COUNT] = {
	NFTSW_REASONS(NFM_X_REASON)
};

#undef NFM_X_REASON

#define NFM_X_REASON(sym, kind, grp, name, doc)	NFTSW_KIND_##kind,
static const u8 nfm_reason_kinds[NFTSW_REASON_COUNT] = {
	NFTSW_REASONS(NFM_X_REASON)
};

#undef NFM_X_REASON

/* Which of the seven sizes of RFC 2819 a frame of @octets (with FCS) belongs to. */
static u32 nfm_ctr_size_class(u32 octets)
{
	u32 log2;

	if (octets <= 64)
		return 0;
	log2 = 31u - (u32)__builtin_clz(octets);
	if (log2 < 10)
		return log2 - 5;
	return octets <= 1518 ? 5 : 6;
}

static u32 nfm_ctr_cast_class(const u8 *frame)
{
	if (nfm_likely(!(frame[0] & 1)))
		return NFTSW_PCTR_RX_UCAST;
	if (nfm_ld32(frame) == 0xffffffffu && nfm_ld16(frame + 4) == 0xffffu)
		return NFTSW_PCTR_RX_BCAST;
	return NFTSW_PCTR_RX_MCAST;
}

static bool nfm_ctr_is_pause(const u8 *frame, u32 len)
{
	return nfm_ld_be16(frame + 12) == NFM_ETHERTYPE_MAC_CTRL && len >= 16 &&
	       nfm_ld_be16(frame + 14) == NFM_MAC_CTRL_PAUSE;
}

/* @ctr: the receive or the transmit block.  DS 8.1 */
static void nfm_ctr_mac(u64 *ctr, const u8 *frame, u32 len)
{
	u32 octets = len + NFM_FCS_LEN;

	ctr[NFTSW_PCTR_RX_FRAMES]++;
	ctr[NFTSW_PCTR_RX_OCTETS] += octets;
	ctr[nfm_ctr_cast_class(frame)]++;
	ctr[NFTSW_PCTR_RX_64 + nfm_ctr_size_class(octets)]++;
	if (nfm_unlikely(nfm_ctr_is_pause(frame, len)))
		ctr[NFTSW_PCTR_RX_PAUSE]++;
}

/**
 * nfm_ctr_rx() - count a good frame that a MAC has received
 * @p: port
 * @frame: its first octet
 * @len: octets without FCS, at least 14
 */
void nfm_ctr_rx(struct nfm_port_state *p, const u8 *frame, u32 len)
{
	nfm_ctr_mac(p->ctr, frame, len);
}

/**
 * nfm_ctr_tx() - count a frame that a MAC sends
 * @p: port
 * @frame: its first octet
 * @len: octets without FCS, at least 14
 */
void nfm_ctr_tx(struct nfm_port_state *p, const u8 *frame, u32 len)
{
	nfm_ctr_mac(p->ctr + NFTSW_PCTR_TX_FRAMES - NFTSW_PCTR_RX_FRAMES, frame, len);
}

/* The port counter that belongs to a reason; NFTSW_PCTR_COUNT: none. */
static u32 nfm_ctr_of_reason(u32 reason)
{
	switch (reason) {
	case NFTSW_REASON_DISABLED:	/* the MAC has not taken it: no good frame */
	case NFTSW_REASON_PORT_DOWN:
		return NFTSW_PCTR_COUNT;
	case NFTSW_REASON_RUNT:
		return NFTSW_PCTR_RX_RUNT;
	case NFTSW_REASON_OVERSIZE:
		return NFTSW_PCTR_RX_OVERSIZE;
	case NFTSW_REASON_EGRESS_DOWN:
	case NFTSW_REASON_EGRESS_OVERSIZE:
	case NFTSW_REASON_TX_DMA:
	case NFTSW_REASON_TX_BAD_DESC:
		return NFTSW_PCTR_TX_DROPS;
	default:
		return nfm_reason_kinds[reason] == NFTSW_KIND_DROP ?
			NFTSW_PCTR_RX_DROPS : NFTSW_PCTR_RX_TO_CPU;
	}
}

/**
 * nfm_ctr_reason() - count why a frame did not leave through a port
 * @m: chip
 * @port: ingress port; egress port for EGRESS_* and TX_*.  A number that the chip
 *	does not have counts the reason only.
 * @reason: enum nftsw_reason, not NONE
 *
 * To be called once for each such frame, when its fate is known: a trap reason when
 * the CPU has the frame, POLICED or CPU_* instead when it did not get that far.
 * Counts the reason, and with it RX_TO_CPU, RX_DROPS, RX_RUNT, RX_OVERSIZE or TX_DROPS;
 * with RX_DROPS RX_NO_BUFFER, when the CPU was short of them.
 */
void nfm_ctr_reason(struct nfm *m, u32 port, u32 reason)
{
	u32 ctr;

	if (reason == NFTSW_REASON_NONE || reason >= NFTSW_REASON_COUNT)
		return;
	m->reason[reason]++;
	ctr = nfm_ctr_of_reason(reason);
	if (port >= m->cfg.ports || ctr >= NFTSW_PCTR_COUNT)
		return;
	m->port[port].ctr[ctr]++;
	if (reason == NFTSW_REASON_CPU_NO_BUFFER)
		m->port[port].ctr[NFTSW_PCTR_RX_NO_BUFFER]++;
}

/**
 * nfm_reason_group() - the trap group whose policer a reason goes through
 * @reason: enum nftsw_reason
 *
 * Return: enum nftsw_trap_group; NONE for drops and unknown reasons
 */
u32 nfm_reason_group(u32 reason)
{
	return reason < NFTSW_REASON_COUNT ? nfm_reason_groups[reason] : NFTSW_GROUP_NONE;
}

/* DS 6.1: TRAP_POLICED, at most once a second for each group */
static void nfm_police_event(struct nfm *m, struct nfm_policer *p, u32 group, u64 now_ns)
{
	if (p->last_event_ns && now_ns - p->last_event_ns < NFM_NSEC_PER_SEC)
		return;
	p->last_event_ns = now_ns ? now_ns : 1;
	nfm_event_raise(m, NFTSW_EV_TRAP_POLICED, NFTSW_SEV_WARN, group, 0, 0);
}

/**
 * nfm_police() - may one more frame of a trap group go to the CPU?
 * @m: chip
 * @group: enum nftsw_trap_group
 * @now_ns: chip time
 *
 * Virtual scheduling (ITU-T I.371): one comparison and one addition, no division.
 * DS 8.2.
 *
 * Return: true to let it pass; false: drop it, with reason POLICED
 */
bool nfm_police(struct nfm *m, u32 group, u64 now_ns)
{
	struct nfm_policer *p;
	u64 tat;

	if (group == NFTSW_GROUP_NONE || group >= NFTSW_GROUP_COUNT)
		return true;
	p = &m->policer[group];
	if (p->rate_pps) {
		tat = p->tat_ns > now_ns ? p->tat_ns : now_ns;
		if (tat - now_ns + p->cost_ns > p->limit_ns) {
			p->policed++;
			nfm_police_event(m, p, group, now_ns);
			return false;
		}
		p->tat_ns = tat + p->cost_ns;
	}
	p->passed++;
	return true;
}

/**
 * nfm_policer_set() - configure the policer of a trap group
 * @m: chip
 * @g: group, rate and burst; its counters are read only and not looked at
 *
 * The time of one packet is kept in whole ns, rounded to the nearest: the rate is
 * right within 0.5 % at 10 Mpps and better below.
 *
 * Return: enum nftsw_status
 */
u32 nfm_policer_set(struct nfm *m, const struct nftsw_hw_trap_group *g)
{
	u32 group = NFM_LE32(g->group);
	u32 rate = NFM_LE32(g->rate_pps);
	u32 burst = NFM_LE32(g->burst);
	struct nfm_policer *p;

	if (group == NFTSW_GROUP_NONE || group >= NFTSW_GROUP_COUNT || g->rsvd)
		return NFTSW_ST_BAD_PARAM;
	if (rate > NFM_POLICER_MAX_PPS || burst > NFM_POLICER_MAX_BURST || (rate && !burst))
		return NFTSW_ST_BAD_PARAM;
	p = &m->policer[group];
	p->rate_pps = rate;
	p->burst = burst;
	p->cost_ns = rate ? (NFM_NSEC_PER_SEC + rate / 2) / rate : 0;
	p->limit_ns = p->cost_ns * burst;
	p->tat_ns = 0;
	return NFTSW_ST_OK;
}

/**
 * nfm_event_raise() - queue an event for the event ring
 * @m: chip
 * @type: enum nftsw_event_type
 * @sev: enum nftsw_severity
 * @index: what it is about
 * @arg0: per type
 * @arg1: per type
 *
 * See nfm_event_raise_args().
 */
void nfm_event_raise(struct nfm *m, u32 type, u32 sev, u32 index, u32 arg0, u32 arg1)
{
	u32 arg[NFM_EVENT_ARGS] = { arg0, arg1, 0 };

	nfm_event_raise_args(m, type, sev, index, arg);
}

/**
 * nfm_event_raise_args() - queue an event that says more
 * @m: chip
 * @type: enum nftsw_event_type
 * @sev: enum nftsw_severity
 * @index: what it is about
 * @arg: NFM_EVENT_ARGS of them, per type
 *
 * Stamped with the time of the current call.  When the queue is full, and from then
 * on until nfm_event.c has reported the overflow, the event is counted as lost.
 */
void nfm_event_raise_args(struct nfm *m, u32 type, u32 sev, u32 index, const u32 *arg)
{
	struct nftsw_hw_event *ev;
	u32 i;

	if (m->evbuf.lost || m->evbuf.count >= NFM_EVBUF_COUNT) {
		m->evbuf.lost++;
		return;
	}
	ev = &m->evbuf.ev[m->evbuf.count++];
	memset(ev, 0, sizeof(*ev));
	ev->type = (u8)type;
	ev->severity = (u8)sev;
	ev->index = NFM_TO_LE32(index);
	ev->time_ns = NFM_TO_LE64(m->now_ns);
	for (i = 0; i < NFM_EVENT_ARGS; i++)
		ev->arg[i] = NFM_TO_LE32(arg[i]);
}
