// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * State of a chip as a blob: migration, snapshots, seeds of the fuzzers.
 *
 * Top floor, beside nfm_core.c.  What: a header, then sections, each with a tag and
 * a length, then a checksum; integers are little endian, whatever the machine.
 *
 *   "NFMS" version sections-length | tag length octets | ... | FNV-1a of all before
 *
 * How: one function per section writes and reads it, field by field, through struct
 * nfm_blob, so that the two directions cannot drift apart.  A blob is treated as
 * hostile: length and checksum come first, every value is checked against what the chip
 * itself could have reached, and flows go through nfm_flow_set() like software's.
 *
 * What is not in it: properties (compared only), how far the scans are (the idle time of
 * a flow starts again, so FLOW_IDLE may come later, or once more), order in the buckets.
 */
#include "nfm_flow.h"
#include "nfm_blob.h"

#define NFM_STATE_MAGIC		0x534d464eu	/* "NFMS" */
#define NFM_STATE_VERSION	5
#define NFM_STATE_HEAD		12
#define NFM_STATE_SECTION_HEAD	8
#define NFM_STATE_TAIL		8
#define NFM_FNV_BASIS		0xcbf29ce484222325ull
#define NFM_FNV_PRIME		0x100000001b3ull

/* Sections stand in this order.  Events come behind flows and hosts, which may raise some. */
enum nfm_section {
	NFM_S_CFG = 1,
	NFM_S_REGS,
	NFM_S_RINGS,
	NFM_S_IRQS,
	NFM_S_CMD,
	NFM_S_PORTS,
	NFM_S_LAGS,
	NFM_S_ACLS,
	NFM_S_METERS,
	NFM_S_BRIDGE,
	NFM_S_HOSTS,
	NFM_S_GROUPS,
	NFM_S_COUNTERS,
	NFM_S_FLOWS,
	NFM_S_EVENTS,
	NFM_S_FAULTS,
	NFM_S_END,
};

/* ---- sections, one function each, both ways --------------------------------------- */

/* Compared, never taken over: the blob must come from an equal chip. */
static void nfm_state_cfg(struct nfm *m, struct nfm_blob *b)
{
	struct nfm_cfg c = m->cfg;
	u32 i;

	nfm_blob_u32(b, &c.ports);
	nfm_blob_u32(b, &c.queues);
	nfm_blob_u32(b, &c.flows);
	nfm_blob_u32(b, &c.fdb);
	nfm_blob_need(b, c.ports == m->cfg.ports && c.queues == m->cfg.queues &&
		      c.flows == m->cfg.flows && c.fdb == m->cfg.fdb,
		      "the state is of a chip with other ports, queues, flows or FDB entries");
	nfm_blob_u64(b, &c.serial);
	nfm_blob_octets(b, c.mac, sizeof(c.mac));
	nfm_blob_need(b, c.serial == m->cfg.serial &&
		      !memcmp(c.mac, m->cfg.mac, sizeof(c.mac)),
		      "the state is of a chip with another serial number or address");
	for (i = 0; i < m->cfg.ports; i++) {
		nfm_blob_u32(b, &c.speed_mbps[i]);
		nfm_blob_need(b, c.speed_mbps[i] == m->cfg.speed_mbps[i],
			      "the state is of a chip whose ports have other speeds");
	}
}

static void nfm_state_regs(struct nfm *m, struct nfm_blob *b)
{
	u32 queues = NFTSW_BIT(m->cfg.queues) - 1;
	u32 vectors = NFTSW_BIT(NFTSW_VEC_QUEUE(m->cfg.queues)) - 1;

	nfm_blob_u64(b, &m->now_ns);
	nfm_blob_u32(b, &m->ctrl);
	nfm_blob_u32(b, &m->status);
	nfm_blob_u32(b, &m->work);
	nfm_blob_u32(b, &m->bad_access);
	nfm_blob_u64(b, &m->bad_access_total);
	nfm_blob_u32(b, &m->latch_hi);
	nfm_blob_u32(b, &m->test_echo);
	nfm_blob_u64(b, &m->test_dma_addr);
	nfm_blob_u32(b, &m->test_dma_size);
	nfm_blob_u32(b, &m->test_dma_op);
	nfm_blob_u64(b, &m->seed);
	nfm_blob_u32(b, &m->irq_mask);
	nfm_blob_u32(b, &m->tx_mask);
	nfm_blob_u32(b, &m->tx_skip);
	nfm_blob_u32(b, &m->tx_next);
	nfm_blob_need(b, !(m->ctrl & ~NFTSW_CTRL_ENABLE) && !(m->work & ~NFM_WORK_ALL),
		      "unknown bits in the registers of the state");
	nfm_blob_need(b, m->status == 0 || (m->status & NFTSW_STATUS_READY),
		      "impossible STATUS in the state");
	nfm_blob_need(b, !m->status == !!(m->work & NFM_WORK_RESET),
		      "STATUS of the state does not fit a reset that is or is not pending");
	nfm_blob_need(b, !(m->ctrl && (!m->status || m->status & NFTSW_STATUS_FATAL)),
		      "the chip of the state is enabled and stopped at once");
	nfm_blob_need(b, !((m->tx_mask | m->tx_skip) & ~queues) && m->tx_next < m->cfg.queues &&
		      !(m->irq_mask & ~vectors), "unknown queues or vectors in the state");
}

static void nfm_state_ring(struct nfm *m, struct nfm_blob *b, u32 n)
{
	struct nfm_ring *r = &m->ring[n];
	u32 phase = r->phase;
	u16 used;

	nfm_blob_u64(b, &r->base);
	nfm_blob_u32(b, &r->count);
	nfm_blob_bool(b, &r->enabled);
	nfm_blob_u32(b, &phase);
	nfm_blob_u16(b, &r->prod);
	nfm_blob_u16(b, &r->cons);
	nfm_blob_u32(b, &r->sts);
	used = (u16)(r->prod - r->cons);
	nfm_blob_need(b, phase <= 1, "a phase of the state is neither 0 nor 1");
	nfm_blob_need(b, !r->enabled || (nfm_ring_config_ok(n, r->base, r->count) &&
					 used <= r->count),
		      "a ring of the state runs that could not be enabled");
	if (b->in)
		r->phase = phase & 1;
}

static void nfm_state_rings(struct nfm *m, struct nfm_blob *b)
{
	u32 n;

	for (n = 0; n < NFTSW_MAX_RINGS; n++)
		if (nfm_ring_exists(m, n))
			nfm_state_ring(m, b, n);
}

static void nfm_state_irqs(struct nfm *m, struct nfm_blob *b)
{
	struct nfm_irq *v = m->irq;
	u32 n = NFTSW_VEC_QUEUE(m->cfg.queues);

	for (; n; n--, v++) {
		nfm_blob_bool(b, &v->armed);
		nfm_blob_bool(b, &v->test);
		nfm_blob_u32(b, &v->mod);
		nfm_blob_u32(b, &v->raised);
		nfm_blob_u64(b, &v->last_ns);
		nfm_blob_need(b, v->last_ns <= m->now_ns,
			      "an interrupt of the state lies in the future");
	}
}

static void nfm_state_cmd(struct nfm *m, struct nfm_blob *b)
{
	struct nfm_cmd_state *c = &m->cmd;
	const char *wrong;

	nfm_blob_bool(b, &c->active);
	nfm_blob_bool(b, &c->held);
	nfm_blob_u16(b, &c->opcode);
	nfm_blob_u16(b, &c->tag);
	nfm_blob_u32(b, &c->index);
	nfm_blob_u32(b, &c->count);
	nfm_blob_u32(b, &c->arg);
	nfm_blob_u64(b, &c->addr);
	nfm_blob_u32(b, &c->size);
	nfm_blob_u32(b, &c->done);
	nfm_blob_u32(b, &c->cursor);
	nfm_blob_octets(b, &c->purge, sizeof(c->purge));
	nfm_blob_octets(b, &c->flush, sizeof(c->flush));
	nfm_blob_u64(b, &c->held_until_ns);
	nfm_blob_octets(b, &c->cpl, sizeof(c->cpl));
	nfm_blob_u64(b, &c->total);
	nfm_blob_u64(b, &c->errors);
	if (!b->in || b->error)
		return;
	wrong = nfm_cmd_check_active(m);
	if (wrong)
		nfm_blob_refuse(b, wrong);
}

static void nfm_state_events(struct nfm *m, struct nfm_blob *b)
{
	struct nfm_evbuf *e = &m->evbuf;

	nfm_blob_u64(b, &e->lost);
	nfm_blob_u32(b, &e->count);
	nfm_blob_u64(b, &m->events);
	nfm_blob_u64(b, &m->events_lost);
	if (e->count > NFM_EVBUF_COUNT) {
		e->count = 0;
		nfm_blob_refuse(b, "too many events in the state");
		return;
	}
	nfm_blob_octets(b, e->ev, e->count * sizeof(e->ev[0]));
}

static void nfm_state_rmacs(struct nfm_port_state *p, struct nfm_blob *b)
{
	u32 flags;
	u32 i;

	nfm_blob_u32(b, &p->rmac_count);
	if (p->rmac_count > NFTSW_RMAC_PER_PORT) {
		p->rmac_count = 0;
		nfm_blob_refuse(b, "too many addresses on a port of the state");
		return;
	}
	for (i = 0; i < p->rmac_count; i++) {
		flags = p->rmac[i].flags;
		nfm_blob_u32(b, &flags);
		nfm_blob_octets(b, p->rmac[i].mac, NFTSW_ETH_ALEN);
		nfm_blob_need(b, !(flags & ~NFTSW_RMAC_ROUTER) && !(p->rmac[i].mac[0] & 1),
			      "an address of the state is not one that a port may have");
		if (b->in)
			p->rmac[i].flags = flags & NFTSW_RMAC_ROUTER;
	}
}

/* To another port that there is, or to none. */
static void nfm_state_mirrors(struct nfm *m, struct nfm_blob *b, u32 port)
{
	struct nfm_port_state *p = &m->port[port];

	nfm_blob_u16(b, &p->mirror_rx);
	nfm_blob_u16(b, &p->mirror_tx);
	nfm_blob_need(b, p->mirror_rx <= m->cfg.ports && p->mirror_tx <= m->cfg.ports &&
		      p->mirror_rx != port + 1 && p->mirror_tx != port + 1,
		      "a port of the state is mirrored to one that cannot be");
	if (b->in && p->mirror_rx)
		m->mirror_rx |= (u64)1 << port;
}

static void nfm_state_ports(struct nfm *m, struct nfm_blob *b)
{
	struct nfm_port_state *p = m->port;
	u32 n = m->cfg.ports;
	u32 port, i;

	for (port = 0; port < n; port++, p++) {
		nfm_blob_bool(b, &p->enabled);
		nfm_blob_bool(b, &p->partner);
		nfm_blob_u16(b, &p->queue);
		nfm_blob_u32(b, &p->max_frame);
		nfm_blob_u32(b, &p->flags);
		nfm_blob_need(b, p->queue < m->cfg.queues && p->max_frame >= 64 &&
			      p->max_frame <= NFTSW_MAX_FRAME_VAL &&
			      !(p->flags & ~NFTSW_PORT_PROMISC),
			      "a port of the state has a configuration that it cannot have");
		for (i = 0; i < NFTSW_PCTR_COUNT; i++)
			nfm_blob_u64(b, &p->ctr[i]);
		nfm_state_mirrors(m, b, port);
		nfm_state_rmacs(p, b);
	}
}

/* Behind the ports: which of them send follows from their links. */
static void nfm_state_lags(struct nfm *m, struct nfm_blob *b)
{
	struct nftsw_hw_lag cfg = { 0 };
	u64 members, active;
	u32 i;

	for (i = 0; i < NFTSW_MAX_LAGS && !b->error; i++) {
		members = m->lag[i].members;
		active = m->lag[i].active;
		nfm_blob_u64(b, &members);
		nfm_blob_u64(b, &active);
		cfg.lag = NFM_TO_LE32(i);
		cfg.members = NFM_TO_LE64(members);
		cfg.active = NFM_TO_LE64(active);
		if (b->in && nfm_lag_set(m, i, &cfg) != NFTSW_ST_OK)
			nfm_blob_refuse(b, "a LAG of the state has ports that it cannot have");
	}
}

static void nfm_state_acl_load(struct nfm *m, struct nfm_blob *b)
{
	struct nftsw_hw_acl_record rec;
	u32 index;
	u64 hit;

	nfm_blob_octets(b, &rec, sizeof(rec));
	if (b->error)
		return;
	index = NFM_LE32(rec.entry.index);
	hit = NFM_LE64(rec.ctrs.last_hit_ns);
	if (nfm_acl_set(m, &rec.entry) != NFTSW_ST_OK)
		nfm_blob_refuse(b, "a rule of the state is not one that the chip takes");
	else if (rec.ctrs.cookie != rec.entry.cookie || (hit > m->now_ns && hit != 1))
		nfm_blob_refuse(b, "a rule of the state has counters that it cannot have");
	else
		nfm_acl_ctrs_restore(m, index, &rec.ctrs);
}

/* In the order in which they are looked at. */
static void nfm_state_acls(struct nfm *m, struct nfm_blob *b)
{
	struct nftsw_hw_acl_record rec;
	u32 count = m->acl.count;
	u32 i;

	nfm_blob_u32(b, &count);
	nfm_blob_need(b, count <= NFTSW_MAX_ACLS, "too many rules in the state");
	for (i = 0; i < count && !b->error; i++) {
		if (b->in) {
			nfm_state_acl_load(m, b);
			continue;
		}
		nfm_acl_read(m, m->acl.order[i], &rec);
		nfm_blob_octets(b, &rec, sizeof(rec));
	}
	nfm_blob_need(b, m->acl.count == count, "a rule stands twice in the state");
}

static void nfm_state_meter(struct nfm *m, struct nfm_blob *b, u32 index)
{
	struct nftsw_hw_meter cfg = { .index = NFM_TO_LE32(index) };
	struct nfm_meter t = m->meter[index];

	nfm_blob_u32(b, &t.flags);
	nfm_blob_u64(b, &t.rate);
	nfm_blob_u64(b, &t.burst);
	nfm_blob_u64(b, &t.level);
	nfm_blob_u64(b, &t.level_ns);
	nfm_blob_u64(b, &t.passed);
	nfm_blob_u64(b, &t.dropped);
	if (!b->in || b->error)
		return;
	cfg.flags = NFM_TO_LE32(t.flags);
	cfg.rate = NFM_TO_LE64(t.rate);
	cfg.burst = NFM_TO_LE64(t.burst);
	if (nfm_meter_set(m, index, &cfg) != NFTSW_ST_OK || t.level > m->meter[index].level ||
	    t.level_ns > m->now_ns)
		nfm_blob_refuse(b, "a meter of the state is not one that the chip takes");
	else
		m->meter[index] = t;
}

static void nfm_state_meters(struct nfm *m, struct nfm_blob *b)
{
	u32 i;

	for (i = 0; i < NFTSW_MAX_METERS && !b->error; i++)
		nfm_state_meter(m, b, i);
}

static void nfm_state_policer(struct nfm *m, struct nfm_blob *b, u32 group)
{
	struct nfm_policer *p = &m->policer[group];
	struct nftsw_hw_trap_group g = { .group = NFM_TO_LE32(group) };

	nfm_blob_u32(b, &p->rate_pps);
	nfm_blob_u32(b, &p->burst);
	g.rate_pps = NFM_TO_LE32(p->rate_pps);
	g.burst = NFM_TO_LE32(p->burst);
	if (b->in && group != NFTSW_GROUP_NONE && nfm_policer_set(m, &g) != NFTSW_ST_OK)
		nfm_blob_refuse(b, "a policer of the state has a rate that it cannot have");
	nfm_blob_u64(b, &p->tat_ns);
	nfm_blob_u64(b, &p->last_event_ns);
	nfm_blob_u64(b, &p->passed);
	nfm_blob_u64(b, &p->policed);
	nfm_blob_need(b, p->tat_ns <= m->now_ns || p->tat_ns - m->now_ns <= p->limit_ns,
		      "a policer of the state is further ahead than its burst");
	nfm_blob_need(b, p->last_event_ns <= m->now_ns || p->last_event_ns == 1,
		      "an event of a policer of the state lies in the future");
}

static void nfm_state_counters(struct nfm *m, struct nfm_blob *b)
{
	u32 i;

	for (i = 0; i < NFTSW_REASON_COUNT; i++)
		nfm_blob_u64(b, &m->reason[i]);
	for (i = 0; i < NFTSW_GROUP_COUNT; i++)
		nfm_state_policer(m, b, i);
	nfm_blob_u64(b, &m->cpu_rx_frames);
	nfm_blob_u64(b, &m->cpu_tx_frames);
	nfm_blob_u64(b, &m->dma_errors);
}

static void nfm_state_flow_load(struct nfm *m, struct nfm_blob *b)
{
	struct nftsw_hw_flow_record rec;
	u32 index;

	nfm_blob_octets(b, &rec, sizeof(rec));
	if (b->error)
		return;
	index = NFM_LE32(rec.entry.index);
	if (nfm_flow_set(m, &rec.entry) != NFTSW_ST_OK) {
		nfm_blob_refuse(b, "the flow table does not take an entry of the state");
		return;
	}
	if (NFM_LE64(rec.ctrs.last_hit_ns) > m->now_ns && NFM_LE64(rec.ctrs.last_hit_ns) != 1) {
		nfm_blob_refuse(b, "a flow of the state was last hit in the future");
		return;
	}
	nfm_flow_ctrs_restore(m, index, &rec.ctrs);
}

static void nfm_state_flows(struct nfm *m, struct nfm_blob *b)
{
	struct nftsw_hw_flow_record rec;
	u32 used = nfm_flow_used(m);
	u32 index = 0;
	u32 i;

	nfm_blob_u32(b, &used);
	if (b->in)
		nfm_flow_seed(m, m->seed);
	nfm_blob_need(b, used <= m->cfg.flows, "too many flows in the state");
	for (i = 0; i < used && !b->error; i++) {
		if (b->in) {
			nfm_state_flow_load(m, b);
			continue;
		}
		index = nfm_flow_next_valid(m, index);
		if (!nfm_flow_read(m, index++, &rec))
			break;
		nfm_blob_octets(b, &rec, sizeof(rec));
	}
	nfm_blob_need(b, nfm_flow_used(m) == used, "a flow stands twice in the state");
}

/* Behind the flows: a full table that is only pretended must not refuse them. */
static void nfm_state_faults(struct nfm *m, struct nfm_blob *b)
{
	u32 i;

	for (i = 0; i < NFM_FAULT_COUNT; i++)
		nfm_blob_u64(b, &m->fault[i]);
}

static void (* const nfm_state_sections[NFM_S_END])(struct nfm *m, struct nfm_blob *b) = {
	[NFM_S_CFG] = nfm_state_cfg,
	[NFM_S_REGS] = nfm_state_regs,
	[NFM_S_RINGS] = nfm_state_rings,
	[NFM_S_IRQS] = nfm_state_irqs,
	[NFM_S_CMD] = nfm_state_cmd,
	[NFM_S_PORTS] = nfm_state_ports,
	[NFM_S_LAGS] = nfm_state_lags,
	[NFM_S_ACLS] = nfm_state_acls,
	[NFM_S_METERS] = nfm_state_meters,
	[NFM_S_BRIDGE] = nfm_state_bridge,
	[NFM_S_HOSTS] = nfm_state_hosts,
	[NFM_S_GROUPS] = nfm_state_groups,
	[NFM_S_COUNTERS] = nfm_state_counters,
	[NFM_S_FLOWS] = nfm_state_flows,
	[NFM_S_EVENTS] = nfm_state_events,
	[NFM_S_FAULTS] = nfm_state_faults,
};

/* ---- the blob as a whole ------------------------------------------------------------- */

static u64 nfm_state_sum(const u8 *p, size_t n)
{
	u64 h = NFM_FNV_BASIS;

	for (; n; n--, p++)
		h = (h ^ *p) * NFM_FNV_PRIME;
	return h;
}

/* Tag and length; the length is known when the section has been written. */
static void nfm_state_save_one(struct nfm *m, struct nfm_blob *b, u32 tag)
{
	size_t head = b->at;
	size_t body = head + NFM_STATE_SECTION_HEAD;
	struct nfm_blob back = *b;
	u32 len = 0;

	nfm_blob_u32(b, &tag);
	nfm_blob_u32(b, &len);
	nfm_state_sections[tag](m, b);
	if (b->error)
		return;
	len = (u32)(b->at - body);
	back.at = head + sizeof(tag);
	nfm_blob_u32(&back, &len);
}

static size_t nfm_state_write(struct nfm *m, u8 *out, size_t size)
{
	struct nfm_blob b = { .out = out, .end = size };
	u32 magic = NFM_STATE_MAGIC;
	u32 version = NFM_STATE_VERSION;
	u32 len = 0;
	u64 sum = 0;
	u32 i;

	nfm_blob_u32(&b, &magic);
	nfm_blob_u32(&b, &version);
	nfm_blob_u32(&b, &len);
	for (i = NFM_S_CFG; i < NFM_S_END; i++)
		nfm_state_save_one(m, &b, i);
	if (out && !b.error) {
		struct nfm_blob back = { .out = out, .at = 8, .end = size };

		len = (u32)(b.at - NFM_STATE_HEAD);
		nfm_blob_u32(&back, &len);
		sum = nfm_state_sum(out, b.at);
	}
	nfm_blob_u64(&b, &sum);
	return b.error ? 0 : b.at;
}

/**
 * nfm_state_size() - size of the chip's state now
 * @m: chip
 *
 * Return: bytes that nfm_state_save() needs; grows with the tables.
 */
size_t nfm_state_size(const struct nfm *m)
{
	/* sections go both ways, so they take a chip that could change; writing does not */
	return nfm_state_write((struct nfm *)m, NULL, ~(size_t)0);
}

/**
 * nfm_state_save() - write the chip's state
 * @m: chip; not between two parts of a call
 * @buf: where to
 * @size: bytes there
 *
 * Return: bytes written, or 0 when @size is less than nfm_state_size().
 */
size_t nfm_state_save(const struct nfm *m, void *buf, size_t size)
{
	return nfm_state_write((struct nfm *)m, buf, size);
}

static const char *nfm_state_check(const u8 *buf, size_t size)
{
	struct nfm_blob b = { .in = buf, .end = size };
	u32 magic = 0, version = 0, len = 0;
	u64 sum = 0;

	nfm_blob_u32(&b, &magic);
	nfm_blob_u32(&b, &version);
	nfm_blob_u32(&b, &len);
	if (b.error || magic != NFM_STATE_MAGIC)
		return "this is not the state of a chip";
	if (version != NFM_STATE_VERSION)
		return "the state has another version";
	if (size < NFM_STATE_HEAD + NFM_STATE_TAIL ||
	    len != size - NFM_STATE_HEAD - NFM_STATE_TAIL)
		return "the state has another length than it says";
	b.at = size - NFM_STATE_TAIL;
	nfm_blob_u64(&b, &sum);
	return sum == nfm_state_sum(buf, size - NFM_STATE_TAIL) ?
	       NULL : "the checksum of the state is wrong";
}

static void nfm_state_load_one(struct nfm *m, struct nfm_blob *b, u32 want)
{
	struct nfm_blob section;
	u32 tag = 0, len = 0;

	nfm_blob_u32(b, &tag);
	nfm_blob_u32(b, &len);
	if (b->error)
		return;
	if (tag != want || len > b->end - b->at) {
		nfm_blob_refuse(b, "a section of the state is missing or too long");
		return;
	}
	section = *b;
	section.end = b->at + len;
	nfm_state_sections[tag](m, &section);
	b->error = section.error;
	if (!b->error && section.at != section.end)
		nfm_blob_refuse(b, "a section of the state is longer than its contents");
	b->at = section.end;
}

/* A chip that nothing has happened to, with time and faults wiped as well. */
static void nfm_state_blank(struct nfm *m)
{
	nfm_regs_stop(m);
	memset(m->fault, 0, sizeof(m->fault));
	m->now_ns = 0;
	nfm_regs_clear(m);
}

/**
 * nfm_state_load() - become the chip whose state this is
 * @m: chip with the same properties as the one that was saved
 * @buf: the state; need not be trusted
 * @size: bytes
 *
 * The time goes on from the saved one, so the host's clock must not be behind it.  The
 * host is told about every port's MAC, and kicked; the presence of partners is part of
 * the state.  When the state is refused the chip is as after a reset, with every fault
 * knob at 0; unless it was refused as a whole (not a state, version, length, checksum,
 * properties): then nothing has changed.
 *
 * Return: NULL, or a sentence that says why not.
 */
const char *nfm_state_load(struct nfm *m, const void *buf, size_t size)
{
	const char *why = nfm_state_check(buf, size);
	struct nfm_blob b = { .in = buf, .at = NFM_STATE_HEAD };
	u32 i;

	if (why)
		return why;
	b.end = size - NFM_STATE_TAIL;
	nfm_state_load_one(m, &b, NFM_S_CFG);
	if (b.error)
		return b.error;
	nfm_state_blank(m);
	for (i = NFM_S_REGS; i < NFM_S_END && !b.error; i++)
		nfm_state_load_one(m, &b, i);
	if (!b.error && b.at != b.end)
		nfm_blob_refuse(&b, "the state goes on behind its end");
	if (b.error)
		nfm_state_blank(m);
	m->link_changed = m->cfg.ports == 64 ? ~(u64)0 : ((u64)1 << m->cfg.ports) - 1;
	m->work |= NFM_WORK_LINK;
	m->ops->kick(m->host);
	return b.error;
}
