// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Register file of BAR0, and what a reset does to it.  DS 3.
 *
 * Floor: above rings, commands and events; called by nfm_core.c.  An access takes
 * constant time: it changes registers and marks work for nfm_run().  Each block of
 * the map has its own pair of functions; offsets that belong to no register, and
 * writes to read-only ones, end in nfm_regs_bad().
 */
#include "nfm_priv.h"

#define NFM_CAPS	(NFTSW_CAPS_FLOW | NFTSW_CAPS_FLOW_IPV6 | NFTSW_CAPS_FLOW_VLAN | \
			 NFTSW_CAPS_FLOW_PPPOE | NFTSW_CAPS_FLOW_IDLE | NFTSW_CAPS_POLICER | \
			 NFTSW_CAPS_TX_CSUM | NFTSW_CAPS_RX_CSUM | NFTSW_CAPS_FAULT | \
			 NFTSW_CAPS_LAG | NFTSW_CAPS_ACL)
#define NFM_TEST_DMA_MAX	4096
#define NFM_DEFAULT_MAX_FRAME	1514

static u64 nfm_set_lo(u64 v, u32 lo)
{
	return (v & ~(u64)~0u) | lo;
}

static u64 nfm_set_hi(u64 v, u32 hi)
{
	return (v & ~0u) | (u64)hi << 32;
}

/**
 * nfm_regs_bad() - an access that no register answers
 * @m: chip
 * @what: NFM_TRACE_BAD_READ, NFM_TRACE_BAD_WRITE or NFM_TRACE_BAD_SIZE
 * @off: offset in BAR0
 * @val: value written, or bytes
 */
void nfm_regs_bad(struct nfm *m, u32 what, u32 off, u32 val)
{
	m->bad_access += m->bad_access != ~0u;
	m->bad_access_total++;
	if (m->ops->trace)
		m->ops->trace(m->host, what, off, val);
}

static u32 nfm_regs_bad_read(struct nfm *m, u32 off)
{
	nfm_regs_bad(m, NFM_TRACE_BAD_READ, off, 0);
	return 0;
}

static void nfm_regs_bad_write(struct nfm *m, u32 off, u32 val)
{
	nfm_regs_bad(m, NFM_TRACE_BAD_WRITE, off, val);
}

/* ---- links: DS 3.5 ------------------------------------------------------------- */

/**
 * nfm_link_is_up() - link state of a port
 * @m: chip
 * @port: port that exists
 *
 * Return: true when the MAC is on and the partner is there.
 */
bool nfm_link_is_up(const struct nfm *m, u32 port)
{
	return m->port[port].enabled && m->port[port].partner;
}

/**
 * nfm_link_event() - the link of a port has changed
 * @m: chip
 * @port: port that exists
 */
void nfm_link_event(struct nfm *m, u32 port)
{
	nfm_event_raise(m, NFTSW_EV_LINK, NFTSW_SEV_INFO, port, nfm_link_is_up(m, port), 0);
	m->work |= NFM_WORK_EVENT;
}

static void nfm_port_enable(struct nfm *m, u32 port, bool on)
{
	struct nfm_port_state *p = &m->port[port];

	if (p->enabled == on)
		return;
	p->enabled = on;
	nfm_lag_link(m, port);
	m->link_changed |= (u64)1 << port;
	m->work |= NFM_WORK_LINK;
	if (p->partner)
		nfm_link_event(m, port);
}

/* ---- identity, control, tests: below 0x100 --------------------------------------- */

static u32 nfm_regs_cfg_read(struct nfm *m, u32 off)
{
	const struct nfm_cfg *c = &m->cfg;

	switch (off) {
	case NFTSW_ID:
		return NFTSW_ID_VAL;
	case NFTSW_ABI:
		return NFTSW_ABI_VERSION;
	case NFTSW_REV:
		return NFTSW_PUT(NFTSW_REV_BUILD, NFM_BUILD);
	case NFTSW_CAPS:
		return NFM_CAPS | (c->fdb ? NFTSW_CAPS_BRIDGE : 0);
	case NFTSW_PORTS:
		return c->ports;
	case NFTSW_QUEUES:
		return c->queues;
	case NFTSW_FLOWS:
		return c->flows;
	case NFTSW_FDB:
		return c->fdb;
	case NFTSW_SERIAL_LO:
		return (u32)c->serial;
	case NFTSW_SERIAL_HI:
		return (u32)(c->serial >> 32);
	case NFTSW_MAC_LO:
		return c->mac[0] | (u32)c->mac[1] << 8 | (u32)c->mac[2] << 16 |
		       (u32)c->mac[3] << 24;
	case NFTSW_MAC_HI:
		return c->mac[4] | (u32)c->mac[5] << 8;
	case NFTSW_MAX_FRAME:
		return NFTSW_MAX_FRAME_VAL;
	case NFTSW_VECTORS:
		return NFTSW_VEC_QUEUE(c->queues);
	case NFTSW_LAGS:
		return NFTSW_MAX_LAGS;
	case NFTSW_ACLS:
		return NFTSW_MAX_ACLS;
	default:
		return nfm_regs_bad_read(m, off);
	}
}

static u32 nfm_regs_ctl_read(struct nfm *m, u32 off)
{
	u32 v;

	switch (off) {
	case NFTSW_CTRL:
		return m->ctrl;
	case NFTSW_STATUS:
		return m->status;
	case NFTSW_BAD_ACCESS:
		v = m->bad_access;
		m->bad_access = 0;
		return v;
	case NFTSW_TIME_LO:
		m->latch_hi = (u32)(m->now_ns >> 32);
		return (u32)m->now_ns;
	case NFTSW_TIME_HI:
		return m->latch_hi;
	case NFTSW_SEED_LO:
		return (u32)m->seed;
	case NFTSW_SEED_HI:
		return (u32)(m->seed >> 32);
	case NFTSW_TEST_ECHO:
		return ~m->test_echo;
	case NFTSW_TEST_IRQ:
		return 0;
	case NFTSW_TEST_DMA_LO:
		return (u32)m->test_dma_addr;
	case NFTSW_TEST_DMA_HI:
		return (u32)(m->test_dma_addr >> 32);
	case NFTSW_TEST_DMA_SIZE:
		return m->test_dma_size;
	case NFTSW_TEST_DMA_OP:
		return m->work & NFM_WORK_TEST_DMA ? NFTSW_TEST_DMA_OP_RUNNING : m->test_dma_op;
	default:
		return nfm_regs_cfg_read(m, off);
	}
}

/* DS 3.2 */
static void nfm_regs_ctrl_write(struct nfm *m, u32 val)
{
	if (val & NFTSW_CTRL_RESET)
		nfm_regs_stop(m);
	else if (!(m->status & NFTSW_STATUS_FATAL))
		m->ctrl = val & NFTSW_CTRL_ENABLE;
}

static void nfm_regs_seed_write(struct nfm *m, u32 off, u32 val)
{
	if (nfm_flow_used(m)) {
		nfm_regs_bad_write(m, off, val);
		return;
	}
	m->seed = off == NFTSW_SEED_LO ? nfm_set_lo(m->seed, val) : nfm_set_hi(m->seed, val);
	nfm_flow_seed(m, m->seed);
	nfm_br_seed(m, m->seed);
}

static void nfm_regs_test_irq_write(struct nfm *m, u32 val)
{
	if (val < NFTSW_VEC_QUEUE(m->cfg.queues))
		nfm_irq_test(m, val);
	else
		nfm_regs_bad_write(m, NFTSW_TEST_IRQ, val);
}

static void nfm_regs_ctl_write(struct nfm *m, u32 off, u32 val)
{
	switch (off) {
	case NFTSW_CTRL:
		nfm_regs_ctrl_write(m, val);
		break;
	case NFTSW_SEED_LO:
	case NFTSW_SEED_HI:
		nfm_regs_seed_write(m, off, val);
		break;
	case NFTSW_TEST_ECHO:
		m->test_echo = val;
		break;
	case NFTSW_TEST_IRQ:
		nfm_regs_test_irq_write(m, val);
		break;
	case NFTSW_TEST_DMA_LO:
		m->test_dma_addr = nfm_set_lo(m->test_dma_addr, val);
		break;
	case NFTSW_TEST_DMA_HI:
		m->test_dma_addr = nfm_set_hi(m->test_dma_addr, val);
		break;
	case NFTSW_TEST_DMA_SIZE:
		m->test_dma_size = val;
		break;
	case NFTSW_TEST_DMA_OP:
		m->test_dma_op = val;
		m->work |= NFM_WORK_TEST_DMA;
		break;
	default:
		nfm_regs_bad_write(m, off, val);
	}
}

/**
 * nfm_regs_test_dma() - the operation that TEST_DMA_OP asked for
 * @m: chip
 *
 * Leaves DONE or ERROR in the register.  DS 3.3
 */
void nfm_regs_test_dma(struct nfm *m)
{
	u32 size = m->test_dma_size;
	u32 op = m->test_dma_op;
	u8 *p = NULL;
	u32 i;

	m->work &= ~NFM_WORK_TEST_DMA;
	m->test_dma_op = NFTSW_TEST_DMA_OP_ERROR;
	if (size && size <= NFM_TEST_DMA_MAX &&
	    (op == NFTSW_TEST_DMA_OP_FILL || op == NFTSW_TEST_DMA_OP_INVERT))
		p = nfm_dma_map(m, m->test_dma_addr, size, true);
	if (!p)
		return;
	for (i = 0; i < size; i++)
		p[i] = op == NFTSW_TEST_DMA_OP_FILL ? NFTSW_TEST_DMA_PATTERN : (u8)~p[i];
	nfm_dma_unmap(m, p, size, true);
	m->test_dma_op = NFTSW_TEST_DMA_OP_DONE;
}

/* ---- vectors, rings, ports ---------------------------------------------------------- */

static u32 nfm_regs_irq_read(struct nfm *m, u32 off)
{
	u32 vec = (off - NFTSW_IRQ_CTRL(0)) / NFTSW_IRQ_STRIDE;

	if (vec >= NFTSW_VEC_QUEUE(m->cfg.queues))
		return nfm_regs_bad_read(m, off);
	switch (off - vec * NFTSW_IRQ_STRIDE) {
	case NFTSW_IRQ_CTRL(0):
		return m->irq[vec].armed ? NFTSW_IRQ_CTRL_ARM : 0;
	case NFTSW_IRQ_MOD(0):
		return m->irq[vec].mod;
	case NFTSW_IRQ_RAISED(0):
		return m->irq[vec].raised;
	default:
		return nfm_regs_bad_read(m, off);
	}
}

static void nfm_regs_irq_write(struct nfm *m, u32 off, u32 val)
{
	u32 vec = (off - NFTSW_IRQ_CTRL(0)) / NFTSW_IRQ_STRIDE;

	if (vec >= NFTSW_VEC_QUEUE(m->cfg.queues)) {
		nfm_regs_bad_write(m, off, val);
		return;
	}
	switch (off - vec * NFTSW_IRQ_STRIDE) {
	case NFTSW_IRQ_CTRL(0):
		nfm_irq_arm(m, vec, val & NFTSW_IRQ_CTRL_ARM);
		break;
	case NFTSW_IRQ_MOD(0):
		nfm_irq_moderate(m, vec, val);
		break;
	default:
		nfm_regs_bad_write(m, off, val);
	}
}

static u32 nfm_regs_ring_read(struct nfm *m, u32 off)
{
	u32 n = (off - NFTSW_RING_BASE_LO(0)) / NFTSW_RING_STRIDE;
	const struct nfm_ring *r;

	if (!nfm_ring_exists(m, n))
		return nfm_regs_bad_read(m, off);
	r = &m->ring[n];
	switch (off - n * NFTSW_RING_STRIDE) {
	case NFTSW_RING_BASE_LO(0):
		return (u32)r->base;
	case NFTSW_RING_BASE_HI(0):
		return (u32)(r->base >> 32);
	case NFTSW_RING_COUNT(0):
		return r->count;
	case NFTSW_RING_CTRL(0):
		return r->enabled ? NFTSW_RING_CTRL_EN : 0;
	case NFTSW_RING_PROD(0):
		return r->prod;
	case NFTSW_RING_CONS(0):
		return r->cons;
	case NFTSW_RING_STS(0):
		return r->sts;
	default:
		return nfm_regs_bad_read(m, off);
	}
}

/* DS 4.1: base and count stand still while the ring runs */
static void nfm_regs_ring_config(struct nfm *m, u32 n, u32 reg, u32 val)
{
	struct nfm_ring *r = &m->ring[n];

	if (r->enabled)
		r->sts |= NFTSW_RING_STS_CONFIG;
	else if (reg == NFTSW_RING_BASE_LO(0))
		r->base = nfm_set_lo(r->base, val);
	else if (reg == NFTSW_RING_BASE_HI(0))
		r->base = nfm_set_hi(r->base, val);
	else
		r->count = val;
}

static void nfm_regs_ring_ctrl(struct nfm *m, u32 n, u32 val)
{
	bool was = m->ring[n].enabled;

	/* only a reset starts a chip that has stopped */
	if ((val & NFTSW_RING_CTRL_EN) && (m->status & NFTSW_STATUS_FATAL))
		return;
	nfm_ring_enable(m, n, val & NFTSW_RING_CTRL_EN);
	if (n <= NFTSW_RING_CMD_CQ && was && !m->ring[n].enabled)
		nfm_cmd_stop(m, n == NFTSW_RING_CMD_CQ);
	if (n >= NFTSW_RING_RX_SQ(0) && (n & 3) == 2 && !was)
		m->tx_skip &= ~NFTSW_BIT((n - NFTSW_RING_RX_SQ(0)) / 4);
}

static void nfm_regs_ring_write(struct nfm *m, u32 off, u32 val)
{
	u32 n = (off - NFTSW_RING_BASE_LO(0)) / NFTSW_RING_STRIDE;
	u32 reg = off - n * NFTSW_RING_STRIDE;

	if (!nfm_ring_exists(m, n))
		nfm_regs_bad_write(m, off, val);
	else if (reg <= NFTSW_RING_COUNT(0))
		nfm_regs_ring_config(m, n, reg, val);
	else if (reg == NFTSW_RING_CTRL(0))
		nfm_regs_ring_ctrl(m, n, val);
	else if (reg == NFTSW_RING_PROD(0) && !m->ring[n].is_cq)
		nfm_ring_set_prod(m, n, val);
	else if (reg == NFTSW_RING_CONS(0) && m->ring[n].is_cq)
		nfm_ring_set_cons(m, n, val);
	else if (reg == NFTSW_RING_STS(0))
		m->ring[n].sts &= ~val;
	else
		nfm_regs_bad_write(m, off, val);
}

static u32 nfm_regs_port_read(struct nfm *m, u32 off)
{
	u32 p = (off - NFTSW_PORT_CTRL(0)) / NFTSW_PORT_STRIDE;

	if (p >= m->cfg.ports)
		return nfm_regs_bad_read(m, off);
	switch (off - p * NFTSW_PORT_STRIDE) {
	case NFTSW_PORT_CTRL(0):
		return m->port[p].enabled ? NFTSW_PORT_CTRL_EN : 0;
	case NFTSW_PORT_STS(0):
		return nfm_link_is_up(m, p) ? NFTSW_PORT_STS_LINK : 0;
	case NFTSW_PORT_SPEED(0):
		return m->port[p].speed_mbps;
	default:
		return nfm_regs_bad_read(m, off);
	}
}

static void nfm_regs_port_write(struct nfm *m, u32 off, u32 val)
{
	u32 p = (off - NFTSW_PORT_CTRL(0)) / NFTSW_PORT_STRIDE;

	if (p < m->cfg.ports && off == NFTSW_PORT_CTRL(p))
		nfm_port_enable(m, p, val & NFTSW_PORT_CTRL_EN);
	else
		nfm_regs_bad_write(m, off, val);
}

/* ---- dispatch ------------------------------------------------------------------------- */

/**
 * nfm_regs_read() - read a register
 * @m: chip
 * @off: offset in BAR0, aligned to 4
 *
 * Return: its value; 0 where there is none.
 */
u32 nfm_regs_read(struct nfm *m, u32 off)
{
	if (off < NFTSW_IRQ_CTRL(0))
		return nfm_regs_ctl_read(m, off);
	if (off < NFTSW_RING_BASE_LO(0))
		return nfm_regs_irq_read(m, off);
	if (off < NFTSW_PORT_CTRL(0))
		return nfm_regs_ring_read(m, off);
	return nfm_regs_port_read(m, off);
}

/**
 * nfm_regs_write() - write a register
 * @m: chip
 * @off: offset in BAR0, aligned to 4
 * @val: value
 *
 * A chip in reset ignores all but CTRL.RESET.  DS 10
 */
void nfm_regs_write(struct nfm *m, u32 off, u32 val)
{
	if ((m->work & NFM_WORK_RESET) && (off != NFTSW_CTRL || !(val & NFTSW_CTRL_RESET)))
		nfm_regs_bad_write(m, off, val);
	else if (off < NFTSW_IRQ_CTRL(0))
		nfm_regs_ctl_write(m, off, val);
	else if (off < NFTSW_RING_BASE_LO(0))
		nfm_regs_irq_write(m, off, val);
	else if (off < NFTSW_PORT_CTRL(0))
		nfm_regs_ring_write(m, off, val);
	else
		nfm_regs_port_write(m, off, val);
}

/**
 * nfm_regs_stop() - first half of a reset, in constant time: nothing moves any more
 * @m: chip
 *
 * Stops rings and interrupts, switches the ports off, and leaves the tables to
 * nfm_regs_clear().  DS 10
 */
void nfm_regs_stop(struct nfm *m)
{
	u32 i;

	m->ctrl = 0;
	m->status = 0;
	m->bad_access = 0;
	m->test_echo = 0;
	m->test_dma_addr = 0;
	m->test_dma_size = 0;
	m->test_dma_op = 0;
	m->latch_hi = 0;
	m->irq_mask = 0;
	m->tx_mask = 0;
	m->tx_skip = 0;
	m->tx_next = 0;
	m->work = NFM_WORK_RESET;
	nfm_ring_reset(m);
	memset(m->irq, 0, sizeof(m->irq));
	memset(&m->cmd, 0, sizeof(m->cmd));
	for (i = 0; i < m->cfg.ports; i++) {
		if (m->port[i].enabled)
			m->link_changed |= (u64)1 << i;
		m->port[i].enabled = false;
	}
	m->evbuf.count = 0;
	m->evbuf.lost = 0;
	if (m->ops->trace)
		m->ops->trace(m->host, NFM_TRACE_RESET, 0, 0);
}

static void nfm_regs_clear_port(struct nfm *m, u32 i)
{
	struct nfm_port_state *p = &m->port[i];
	bool partner = p->partner;

	memset(p, 0, sizeof(*p));
	p->partner = partner;
	p->speed_mbps = m->cfg.speed_mbps[i];
	p->max_frame = NFM_DEFAULT_MAX_FRAME;
}

/**
 * nfm_regs_clear() - second half of a reset: empty every table, and be READY
 * @m: chip
 *
 * Properties, fault knobs and the presence of the partners stay.  DS 10
 */
void nfm_regs_clear(struct nfm *m)
{
	u32 i;

	for (i = 0; i < m->cfg.ports; i++)
		nfm_regs_clear_port(m, i);
	nfm_lag_reset(m);
	nfm_acl_reset(m);
	nfm_br_reset(m);
	m->mirror_rx = 0;
	nfm_meter_reset(m);
	memset(m->reason, 0, sizeof(m->reason));
	memset(m->policer, 0, sizeof(m->policer));
	m->events = 0;
	m->events_lost = 0;
	m->cpu_rx_frames = 0;
	m->cpu_tx_frames = 0;
	m->dma_errors = 0;
	m->bad_access_total = m->bad_access;
	m->seed = 0;
	nfm_flow_reset(m);
	nfm_flow_seed(m, 0);
	m->work &= ~NFM_WORK_RESET;
	if (m->link_changed)
		m->work |= NFM_WORK_LINK;
	m->status = NFTSW_STATUS_READY;
}
