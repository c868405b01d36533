// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * The chip as its host sees it: birth, reset, time, work, frames, inspection.
 *
 * Top floor; implements nfm.h.  Joins what the floors below keep apart: verdicts of
 * the pipeline with ports and the CPU's rings, raised events with the event ring.
 * The host serialises all calls on one instance.
 */
#include "nfm_flow.h"

#define NFM_IDLE_SLICE		4096	/* entries looked at per nfm_run() */
/* Events of one pass: a host for each frame, and what it leads to. */
#define NFM_EVENTS_PER_PASS	(NFM_BATCH + 16)

/* ---- birth ------------------------------------------------------------------------- */

/**
 * nfm_cfg_check() - are these properties a chip?
 * @cfg: properties
 *
 * Return: NULL, or a sentence for the user about what is wrong.
 */
const char *nfm_cfg_check(const struct nfm_cfg *cfg)
{
	static const u8 zero[NFTSW_ETH_ALEN];
	u32 i;

	if (!cfg->ports || cfg->ports > NFTSW_MAX_PORTS)
		return "the number of ports must be 1 to 64";
	if (!cfg->queues || cfg->queues > NFTSW_MAX_QUEUES)
		return "the number of queues must be 1 to 16";
	if (cfg->flows < NFTSW_MIN_FLOWS || cfg->flows > NFTSW_MAX_FLOWS)
		return "the number of flows must be 16 to 1048576";
	if (cfg->fdb && (cfg->fdb < NFTSW_MIN_FDB || cfg->fdb > NFTSW_MAX_FDB))
		return "the number of FDB entries must be 64 to 131072, or 0 for no bridge";
	if ((cfg->mac[0] & 1) || !memcmp(cfg->mac, zero, sizeof(zero)))
		return "the base MAC address must be unicast and not zero";
	if (((u32)cfg->mac[3] << 16 | (u32)cfg->mac[4] << 8 | cfg->mac[5]) >
	    0x1000000 - cfg->ports)
		return "the base MAC address leaves no room for one address per port";
	for (i = 0; i < cfg->ports; i++)
		if (!cfg->speed_mbps[i] || cfg->speed_mbps[i] > 400000)
			return "the speed of a port must be 1 to 400000 Mbit/s";
	return NULL;
}

static size_t nfm_line_up(size_t n)
{
	return (n + NFM_CACHE_LINE - 1) & ~(size_t)(NFM_CACHE_LINE - 1);
}

/**
 * nfm_size() - memory that a chip takes
 * @cfg: properties that nfm_cfg_check() likes
 *
 * Return: bytes, whatever the alignment of the memory.
 */
size_t nfm_size(const struct nfm_cfg *cfg)
{
	return NFM_CACHE_LINE + nfm_line_up(sizeof(struct nfm)) +
	       nfm_line_up((size_t)NFM_BATCH * NFM_TXBUF_BYTES) + nfm_br_size(cfg) +
	       nfm_flow_size(cfg);
}

/**
 * nfm_init() - make a chip
 * @mem: nfm_size() bytes, zeroed; free them after the last call to get rid of the chip
 * @cfg: properties that nfm_cfg_check() likes; copied
 * @ops: the host's functions; must outlive the chip
 * @host: their first argument
 *
 * The chip is as after a reset: READY, ports off, tables empty.  No function of @ops
 * but the optional trace is called.
 *
 * Return: the chip; somewhere inside @mem.
 */
struct nfm *nfm_init(void *mem, const struct nfm_cfg *cfg,
		     const struct nfm_host_ops *ops, void *host)
{
	size_t skew = -(size_t)mem & (NFM_CACHE_LINE - 1);
	u8 *p = (u8 *)mem + skew;
	struct nfm *m = (struct nfm *)(void *)p;

	m->ops = ops;
	m->host = host;
	m->cfg = *cfg;
	p += nfm_line_up(sizeof(*m));
	m->txbuf = p;
	p += nfm_line_up((size_t)NFM_BATCH * NFM_TXBUF_BYTES);
	nfm_br_init(m, p);
	p += nfm_br_size(cfg);
	nfm_flow_init(m, p);
	nfm_regs_stop(m);
	nfm_regs_clear(m);
	return m;
}

/**
 * nfm_reset() - function level reset
 * @m: chip
 *
 * Everything stops at once; tables are emptied and STATUS.READY is set by the next
 * nfm_run().  Serial number, properties, fault knobs and partners stay.  DS 10
 */
void nfm_reset(struct nfm *m)
{
	nfm_regs_stop(m);
	m->ops->kick(m->host);
}

static u64 nfm_min(u64 a, u64 b)
{
	return a < b ? a : b;
}

static void nfm_time_set(struct nfm *m, u64 now_ns)
{
	if (now_ns > m->now_ns)
		m->now_ns = now_ns;
}

/* ---- registers ----------------------------------------------------------------------- */

/**
 * nfm_mmio_read() - software reads BAR0
 * @m: chip
 * @off: offset
 *
 * TIME is the time of the last call that told it; a host that wants it finer calls
 * nfm_run() with a budget of 0 before.
 *
 * Return: value of the register; 0 and a count in BAD_ACCESS where there is none.
 */
u32 nfm_mmio_read(struct nfm *m, u32 off)
{
	if ((off & 3) || off >= NFTSW_BAR0_SIZE) {
		nfm_mmio_bad(m, off, 4);
		return 0;
	}
	return nfm_regs_read(m, off);
}

/**
 * nfm_mmio_write() - software writes BAR0
 * @m: chip
 * @off: offset
 * @val: value
 *
 * Takes constant time.  Calls kick when there is something for nfm_run(), or
 * nfm_prompt(), to do.
 */
void nfm_mmio_write(struct nfm *m, u32 off, u32 val)
{
	if ((off & 3) || off >= NFTSW_BAR0_SIZE) {
		nfm_mmio_bad(m, off, 4);
		return;
	}
	nfm_regs_write(m, off, val);
	if (m->work || m->tx_mask)
		m->ops->kick(m->host);
}

/**
 * nfm_mmio_bad() - an access that cannot be a register: unaligned or not 32 bits wide
 * @m: chip
 * @off: offset
 * @size: bytes
 *
 * Counted in BAD_ACCESS and traced.
 */
void nfm_mmio_bad(struct nfm *m, u32 off, u32 size)
{
	nfm_regs_bad(m, NFM_TRACE_BAD_SIZE, off, size);
}

/* ---- frames ---------------------------------------------------------------------------- */

/*
 * Hand the frames with verdict FLOW, SEND or BRIDGE to the host, one batch per port.  Frames of
 * one port keep their order.
 */
static void nfm_egress(struct nfm *m, const struct nfm_pkt *pk, u32 n)
{
	struct nfm_frame *out = m->scratch.out;
	u32 todo = 0;
	u32 i, k, c;

	for (i = 0; i < n; i++)
		if (pk[i].verdict <= NFM_V_BRIDGE)
			todo |= NFTSW_BIT(i);
	for (i = 0; todo; i++) {
		if (!(todo & NFTSW_BIT(i)))
			continue;
		for (k = i, c = 0; k < n; k++) {
			if (!(todo & NFTSW_BIT(k)) || pk[k].oport != pk[i].oport)
				continue;
			todo &= ~NFTSW_BIT(k);
			out[c].data = pk[k].data;
			out[c].len = pk[k].len;
			c++;
		}
		m->ops->egress(m->host, pk[i].oport, out, c);
		nfm_out_sent(m, pk[i].oport, out, c);
	}
}

/* One frame for the CPU: its policer, its queue; what counts is where it ended.  DS 8.2 */
static void nfm_to_cpu(struct nfm *m, const struct nfm_pkt *pk)
{
	u32 reason = NFTSW_REASON_POLICED;

	if (nfm_police(m, nfm_reason_group(pk->reason), m->now_ns))
		reason = nfm_cpu_rx(m, pk);
	nfm_ctr_reason(m, pk->iport, reason == NFTSW_REASON_NONE ? pk->reason : reason);
}

/* Frames of one pass: through the pipeline, then where their verdicts say. */
static void nfm_forward(struct nfm *m, struct nfm_pkt *pk, u32 n)
{
	u32 i;

	nfm_pipe_run(m, pk, n, m->now_ns);
	nfm_egress(m, pk, n);
	for (i = 0; i < n; i++)
		if (nfm_unlikely(pk[i].verdict == NFM_V_CPU))
			nfm_to_cpu(m, &pk[i]);
	/* a pass may raise an event for each frame: hosts that are learned */
	if (nfm_unlikely(m->evbuf.count > NFM_EVBUF_COUNT - NFM_EVENTS_PER_PASS))
		nfm_event_run(m);
}

/* Events and interrupts that a call has caused. */
static void nfm_settle(struct nfm *m)
{
	if (nfm_unlikely(m->evbuf.count || (m->work & NFM_WORK_EVENT)))
		nfm_event_run(m);
	if (nfm_unlikely(m->irq_mask))
		nfm_irq_run(m);
	m->work &= ~NFM_WORK_IRQ;
}

/**
 * nfm_ingress() - frames arrive at a port
 * @m: chip
 * @port: ingress port; frames for a port that does not exist vanish
 * @f: frames; their octets and NFM_HEADROOM before them are rewritten in place
 * @n: how many; more than NFM_BATCH are taken in several passes
 * @now_ns: time
 *
 * Frames that leave are handed to the host's egress before this returns, one batch
 * for each port and pass, and copies of mirrored frames by themselves.
 */
void nfm_ingress(struct nfm *m, u32 port, struct nfm_frame *f, u32 n, u64 now_ns)
{
	struct nfm_pkt *pk = m->scratch.pk;
	u32 i, batch;

	nfm_time_set(m, now_ns);
	if (port >= m->cfg.ports)
		return;
	for (; n; n -= batch, f += batch) {
		batch = n < NFM_BATCH ? n : NFM_BATCH;
		for (i = 0; i < batch; i++) {
			pk[i].data = f[i].data;
			pk[i].len = f[i].len;
			pk[i].iport = (u16)port;
		}
		nfm_forward(m, pk, batch);
	}
	nfm_settle(m);
}

/* May a frame from the CPU leave through its port? */
static u32 nfm_tx_check(const struct nfm *m, const struct nfm_pkt *pk)
{
	if (!nfm_link_is_up(m, pk->oport))
		return NFTSW_REASON_EGRESS_DOWN;
	if (pk->len > m->port[pk->oport].max_frame +
		      nfm_parse_overhead(pk->data, pk->len))
		return NFTSW_REASON_EGRESS_OVERSIZE;
	return NFTSW_REASON_NONE;
}

static void nfm_tx_count(struct nfm_port_state *p, const struct nfm_pkt *pk)
{
	nfm_ctr_tx(p, pk->data, pk->len);
	p->ctr[NFTSW_PCTR_TX_FROM_CPU]++;
}

/* Frames from the CPU that go straight out.  Those that may not get their reason. */
static void nfm_tx_direct(struct nfm *m, struct nfm_pkt *pk, struct nfm_txm *t, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (t[i].reason == NFTSW_REASON_NONE)
			t[i].reason = (u8)nfm_tx_check(m, &pk[i]);
		pk[i].verdict = t[i].reason == NFTSW_REASON_NONE ? NFM_V_FLOW : NFM_V_DROP;
		if (t[i].reason == NFTSW_REASON_NONE)
			nfm_tx_count(&m->port[pk[i].oport], &pk[i]);
		else if (!t[i].skipped)
			nfm_ctr_reason(m, pk[i].oport, t[i].reason);
	}
	nfm_egress(m, pk, n);
}

static bool nfm_tx_is_pipeline(const struct nfm_txm *t)
{
	return t->pipeline && t->reason == NFTSW_REASON_NONE;
}

/* A batch from one queue, in runs of frames that go the same way.  Return: taken. */
static u32 nfm_tx_batch(struct nfm *m, u32 q, u32 max)
{
	u32 n = nfm_cpu_tx(m, q, max);
	struct nfm_pkt *pk = m->scratch.pk;
	struct nfm_txm *t = m->scratch.txm;
	u32 i, k;

	for (i = 0; i < n; i = k) {
		for (k = i + 1; k < n; k++)
			if (nfm_tx_is_pipeline(&t[k]) != nfm_tx_is_pipeline(&t[i]))
				break;
		if (nfm_tx_is_pipeline(&t[i]))
			nfm_forward(m, pk + i, k - i);
		else
			nfm_tx_direct(m, pk + i, t + i, k - i);
	}
	for (i = 0; i < n; i++)
		m->cpu_tx_frames += !t[i].skipped;
	nfm_cpu_tx_done(m, q, n);
	return n;
}

/* Queues take turns, a batch each.  DS 4.5 */
static void nfm_tx_run(struct nfm *m, u32 *budget)
{
	u32 q, n;

	while (m->tx_mask && *budget) {
		q = m->tx_next;
		m->tx_next = q + 1 < m->cfg.queues ? q + 1 : 0;
		if (!(m->tx_mask & NFTSW_BIT(q)))
			continue;
		n = nfm_tx_batch(m, q, *budget);
		*budget -= n;
		if (!n)
			m->tx_mask &= ~NFTSW_BIT(q);
	}
}

/* ---- work -------------------------------------------------------------------------------- */

/* Tell the host which MACs were switched.  DS 3.5 */
static void nfm_link_run(struct nfm *m)
{
	u64 todo = m->link_changed;
	u32 port;

	m->work &= ~NFM_WORK_LINK;
	m->link_changed = 0;
	for (port = 0; todo; port++, todo >>= 1)
		if (todo & 1)
			m->ops->link(m->host, port, m->port[port].enabled);
}

/* Both scans wait while their events have no room: software must read some first. */
static u64 nfm_scan_deadline(const struct nfm *m)
{
	if (m->evbuf.lost || m->evbuf.count >= NFM_EVBUF_COUNT)
		return NFM_NEVER;
	return nfm_min(nfm_flow_idle_deadline(m), nfm_fdb_age_deadline(m));
}

/* Flows that have fallen idle, hosts that have aged. */
static void nfm_scan(struct nfm *m)
{
	if (m->now_ns >= nfm_flow_idle_deadline(m))
		nfm_flow_idle_scan(m, m->now_ns, NFM_IDLE_SLICE);
	if (m->now_ns >= nfm_fdb_age_deadline(m))
		nfm_fdb_age_scan(m, NFM_IDLE_SLICE);
}

/**
 * nfm_run() - do what registers and time have asked for
 * @m: chip
 * @now_ns: time, monotonic; an earlier time than before counts as the same
 * @budget: how much: one for each slice of a command and each frame from the CPU
 *
 * With a budget of 0 only the time is taken, and interrupts that it makes due.
 *
 * Return: true when work remains that needs no further event: call again soon.
 */
bool nfm_run(struct nfm *m, u64 now_ns, u32 budget)
{
	nfm_time_set(m, now_ns);
	if (budget && (m->work & NFM_WORK_RESET) && !m->fault[NFM_FAULT_RESET_STUCK])
		nfm_regs_clear(m);
	if (m->work & NFM_WORK_LINK || m->link_changed)
		nfm_link_run(m);
	if (m->work & NFM_WORK_RESET)
		return !m->fault[NFM_FAULT_RESET_STUCK];
	if (budget && (m->work & NFM_WORK_TEST_DMA))
		nfm_regs_test_dma(m);
	if (m->cmd.active || m->cmd.held || (m->work & NFM_WORK_CMD))
		nfm_cmd_run(m, &budget);
	if (m->tx_mask)
		nfm_tx_run(m, &budget);
	if (budget && m->now_ns >= nfm_scan_deadline(m))
		nfm_scan(m);
	nfm_settle(m);
	return m->work || m->tx_mask || m->now_ns >= nfm_scan_deadline(m);
}

/**
 * nfm_prompt() - work on commands at once
 * @m: chip
 * @now_ns: time, as for nfm_run()
 * @budget: slices of commands
 *
 * For hosts that would answer late otherwise: behind the write of a doorbell, before
 * software goes on.  Only commands are looked at, and what they cause.
 *
 * Return: true when something is left for nfm_run(), now or at nfm_deadline().
 */
bool nfm_prompt(struct nfm *m, u64 now_ns, u32 budget)
{
	u64 scan = nfm_scan_deadline(m);

	nfm_time_set(m, now_ns);
	if (m->work & NFM_WORK_RESET)
		return true;
	if (m->work & NFM_WORK_CMD)
		nfm_cmd_run(m, &budget);
	nfm_settle(m);
	return m->work || m->irq_mask || m->cmd.held || nfm_scan_deadline(m) < scan;
}

/**
 * nfm_deadline() - when nfm_run() has something to do by time alone
 * @m: chip
 *
 * To be asked after each call that may have changed it: nfm_run(), nfm_ingress() and
 * nfm_state_load().
 *
 * Return: time in ns, possibly past; or NFM_NEVER.
 */
u64 nfm_deadline(const struct nfm *m)
{
	u64 t = nfm_irq_deadline(m);

	t = nfm_min(t, nfm_cmd_deadline(m));
	if (m->status & NFTSW_STATUS_READY)
		t = nfm_min(t, nfm_scan_deadline(m));
	return t;
}

/**
 * nfm_link_set() - the other end of a port's wire came or went
 * @m: chip
 * @port: port; numbers that do not exist are ignored
 * @partner_up: it is there
 *
 * Software learns by a LINK event when the MAC is on, too.  DS 3.5
 */
void nfm_link_set(struct nfm *m, u32 port, bool partner_up)
{
	if (port >= m->cfg.ports || m->port[port].partner == partner_up)
		return;
	m->port[port].partner = partner_up;
	nfm_lag_link(m, port);
	if (!m->port[port].enabled)
		return;
	nfm_link_event(m, port);
	m->ops->kick(m->host);
}

/**
 * nfm_port_ready() - would frames at this port be looked at?
 * @m: chip
 * @port: port
 *
 * For hosts that can hold frames back instead of seeing them dropped.
 *
 * Return: true when the chip is enabled and the port's link is up.
 */
bool nfm_port_ready(const struct nfm *m, u32 port)
{
	return (m->ctrl & NFTSW_CTRL_ENABLE) && nfm_port_link(m, port);
}

/* ---- inspection ---------------------------------------------------------------------------- */

/**
 * nfm_info_get() - the chip at a glance
 * @m: chip
 * @info: filled in
 */
void nfm_info_get(const struct nfm *m, struct nfm_info *info)
{
	info->flows_used = nfm_flow_used(m);
	info->fdb_used = nfm_fdb_used(m);
	info->mdb_used = nfm_mdb_used(m);
	info->cmds = m->cmd.total;
	info->cmd_errors = m->cmd.errors;
	info->events = m->events;
	info->events_lost = m->events_lost + m->evbuf.lost;
	info->cpu_rx_frames = m->cpu_rx_frames;
	info->cpu_tx_frames = m->cpu_tx_frames;
	info->dma_errors = m->dma_errors;
	info->bad_access = m->bad_access_total;
	info->status = m->status;
	info->ctrl = m->ctrl;
}

/**
 * nfm_port_cfg_get() - configuration of a port
 * @m: chip
 * @port: port; all 0 for one that does not exist
 * @cfg: filled in
 */
void nfm_port_cfg_get(const struct nfm *m, u32 port, struct nftsw_hw_port_cfg *cfg)
{
	if (port < m->cfg.ports)
		nfm_port_cfg_read(m, port, cfg);
	else
		memset(cfg, 0, sizeof(*cfg));
}

/**
 * nfm_port_ctrs_get() - counters of a port
 * @m: chip
 * @port: port; all 0 for one that does not exist
 * @ctr: filled in, indexed by enum nftsw_pctr
 */
void nfm_port_ctrs_get(const struct nfm *m, u32 port, u64 ctr[NFTSW_PCTR_COUNT])
{
	if (port < m->cfg.ports)
		memcpy(ctr, m->port[port].ctr, sizeof(m->port[port].ctr));
	else
		memset(ctr, 0, sizeof(m->port[0].ctr));
}

/**
 * nfm_port_link() - link state of a port
 * @m: chip
 * @port: port
 *
 * Return: true when the link is up.
 */
bool nfm_port_link(const struct nfm *m, u32 port)
{
	return port < m->cfg.ports && nfm_link_is_up(m, port);
}

/**
 * nfm_lag_get() - a link aggregation group
 * @m: chip
 * @lag: its number
 * @cfg: filled in; all 0 for one that does not exist
 *
 * Return: true when it has members.
 */
bool nfm_lag_get(const struct nfm *m, u32 lag, struct nftsw_hw_lag *cfg)
{
	if (lag < NFTSW_MAX_LAGS)
		return nfm_lag_read(m, lag, cfg);
	memset(cfg, 0, sizeof(*cfg));
	return false;
}

/**
 * nfm_acl_get() - a rule of the access control list
 * @m: chip
 * @at: place in the order in which rules are looked at, from 0
 * @rec: filled in
 *
 * Return: false when there are not so many.
 */
bool nfm_acl_get(const struct nfm *m, u32 at, struct nftsw_hw_acl_record *rec)
{
	return at < m->acl.count && nfm_acl_read(m, m->acl.order[at], rec);
}

/**
 * nfm_reason_get() - frames that had a reason
 * @m: chip
 * @reason: enum nftsw_reason
 *
 * Return: their number since reset; 0 for an unknown reason.
 */
u64 nfm_reason_get(const struct nfm *m, u32 reason)
{
	return reason < NFTSW_REASON_COUNT ? m->reason[reason] : 0;
}

/**
 * nfm_flow_next() - walk through the flow table
 * @m: chip
 * @index: entry number to begin with; moved behind the entry that was found
 * @rec: filled in
 *
 * Return: false when there is no further entry.
 */
bool nfm_flow_next(const struct nfm *m, u32 *index, struct nftsw_hw_flow_record *rec)
{
	u32 at = nfm_flow_next_valid(m, *index);

	if (at >= m->cfg.flows)
		return false;
	*index = at + 1;
	return nfm_flow_read(m, at, rec);
}

/**
 * nfm_table_next() - walk through any table that DUMP knows
 * @m: chip
 * @table: enum nftsw_table
 * @index: as in DUMP, to begin with; moved behind the record that was found
 * @rec: filled in: the record that NFTSW_TABLES() names, aligned to 8
 *
 * Return: false when there is no further record, or no such table.
 */
bool nfm_table_next(const struct nfm *m, u32 table, u32 *index, void *rec)
{
	u32 entries = nfm_dump_entries(m, table);

	while (*index < entries) {
		*index = nfm_dump_skip(m, table, *index);
		if (*index < entries && nfm_dump_read(m, table, (*index)++, rec))
			return true;
	}
	return false;
}

/**
 * nfm_reason_name() - name of a reason
 * @reason: enum nftsw_reason
 *
 * Return: the name in the ABI, or "unknown".
 */
const char *nfm_reason_name(u32 reason)
{
	static const char * const names[] = {
#define NFM_X_STR(sym, kind, group, name, doc)	name,
		NFTSW_REASONS(NFM_X_STR)
#undef NFM_X_STR
	};

	return reason < NFM_ARRAY_COUNT(names) ? names[reason] : "unknown";
}

/**
 * nfm_reason_is_drop() - kind of a reason
 * @reason: enum nftsw_reason
 *
 * Return: true when such frames go nowhere, false when they go to the CPU.
 */
bool nfm_reason_is_drop(u32 reason)
{
	static const u8 kinds[] = {
#define NFM_X_KIND(sym, kind, group, name, doc)	NFTSW_KIND_##kind,
		NFTSW_REASONS(NFM_X_KIND)
#undef NFM_X_KIND
	};

	return reason < NFM_ARRAY_COUNT(kinds) && kinds[reason] == NFTSW_KIND_DROP;
}

/**
 * nfm_pctr_name() - name of a port counter
 * @ctr: enum nftsw_pctr
 *
 * Return: the name in the ABI, or "unknown".
 */
const char *nfm_pctr_name(u32 ctr)
{
	static const char * const names[] = {
#define NFM_X_STR(sym, name, doc)	name,
		NFTSW_PORT_CTRS(NFM_X_STR)
#undef NFM_X_STR
	};

	return ctr < NFM_ARRAY_COUNT(names) ? names[ctr] : "unknown";
}

/**
 * nfm_acl_verdict_name() - name of what a rule says
 * @verdict: enum nftsw_acl_verdict
 *
 * Return: the name in the ABI, or "unknown".
 */
const char *nfm_acl_verdict_name(u32 verdict)
{
	static const char * const names[] = {
#define NFM_X_STR(sym, name, doc)	name,
		NFTSW_ACL_VERDICTS(NFM_X_STR)
#undef NFM_X_STR
	};

	return verdict < NFM_ARRAY_COUNT(names) ? names[verdict] : "unknown";
}

/**
 * nfm_status_name() - name of a status code
 * @status: enum nftsw_status
 *
 * Return: the name in the ABI, or "unknown".
 */
const char *nfm_status_name(u32 status)
{
	static const char * const names[] = {
#define NFM_X_STR(sym, name, doc)	name,
		NFTSW_STATUSES(NFM_X_STR)
#undef NFM_X_STR
	};

	return status < NFM_ARRAY_COUNT(names) ? names[status] : "unknown";
}
