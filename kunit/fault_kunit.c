// SPDX-License-Identifier: GPL-2.0
/*
 * A chip that is wrong, breaks, or goes away: probe undoes itself, the kernel stays up, and
 * what can recover does.  Floor 11.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/dma-direct.h>
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <net/devlink.h>
#include "nftsw_kt_offload.h"

#define FAULT_RECOVERY_MS	20000
#define FAULT_COMMANDS_MAX	64

static int fault_init(struct kunit *test)
{
	struct nfm_cfg cfg;

	nftsw_kt_cfg(&cfg);
	nftsw_kt_chip(test, &cfg);
	return 0;
}

/* The chip is in order again: probe works, a frame comes through. */
static void fault_expect_working(struct nftsw_kt *kt)
{
	struct nftsw_kt_conn conn;
	struct nftsw_kt_frame f;

	nftsw_kt_up(kt, 0);
	nftsw_kt_conn_init(&conn, NFPROTO_IPV4, IPPROTO_UDP, nftsw_kt_dev(kt, 0),
			   nftsw_kt_dev(kt, 0));
	nftsw_kt_conn_frame(&conn, NFTSW_KT_ORIG, false, &f);
	nftsw_kt_send(kt, 0, &f);
	nftsw_kt_expect_rx(kt, 0, &f);
	nftsw_kt_flush(kt);
}

/* ---- probe ---- */

/**
 * struct fault_reg - a register that reads wrong
 * @name: of the test case
 * @off: offset
 * @val: what it reads
 * @err: what probe must say
 */
struct fault_reg {
	const char *name;
	u32 off;
	u32 val;
	int err;
};

static const struct fault_reg fault_regs[] = {
	{ "id", NFTSW_ID, 0x12345678, -ENODEV },
	{ "abi_major", NFTSW_ABI, 0x00020000, -EPROTO },
	{ "no_ports", NFTSW_PORTS, 0, -EPROTO },
	{ "too_many_ports", NFTSW_PORTS, NFTSW_MAX_PORTS + 1, -EPROTO },
	{ "no_queues", NFTSW_QUEUES, 0, -EPROTO },
	{ "too_many_flows", NFTSW_FLOWS, NFTSW_MAX_FLOWS + 1, -EPROTO },
	{ "tiny_frames", NFTSW_MAX_FRAME, 64, -EPROTO },
	{ "group_mac", NFTSW_MAC_LO, 0x03020101, -EPROTO },
	{ "echo", NFTSW_TEST_ECHO, 0, -EIO },
	{ "cmd_sq", NFTSW_RING_CTRL(NFTSW_RING_CMD_SQ), 0, -EIO },
	{ "cmd_cq", NFTSW_RING_CTRL(NFTSW_RING_CMD_CQ), 0, -EIO },
	{ "event_ring", NFTSW_RING_CTRL(NFTSW_RING_EVENT), 0, -EIO },
	{ "rx_sq_0", NFTSW_RING_CTRL(NFTSW_RING_RX_SQ(0)), 0, -EIO },
	{ "rx_cq_1", NFTSW_RING_CTRL(NFTSW_RING_RX_CQ(1)), 0, -EIO },
	{ "tx_sq_1", NFTSW_RING_CTRL(NFTSW_RING_TX_SQ(1)), 0, -EIO },
	{ "tx_cq_0", NFTSW_RING_CTRL(NFTSW_RING_TX_CQ(0)), 0, -EIO },
};

static void fault_reg_desc(const struct fault_reg *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(fault_reg, fault_regs, fault_reg_desc);

static u32 fault_rd_hook(struct nftsw_bus_model *bm, u32 off, u32 val)
{
	const struct fault_reg *r = bm->hook_priv;

	return off == r->off ? r->val : val;
}

static void probe_refuses_register(struct kunit *test)
{
	const struct fault_reg *r = test->param_value;
	struct nftsw_kt *kt = test->priv;

	kt->bm->hook_priv = (void *)r;
	kt->bm->rd_hook = fault_rd_hook;
	KUNIT_EXPECT_EQ(test, nftsw_kt_probe(kt), r->err);
	kt->bm->rd_hook = NULL;
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	fault_expect_working(kt);
}

static void probe_survives_absence(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	nftsw_bm_pull_out(kt->bm, true);
	KUNIT_EXPECT_EQ(test, nftsw_kt_probe(kt), -ENODEV);
	nftsw_bm_pull_out(kt->bm, false);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	fault_expect_working(kt);
}

static void probe_survives_failing_dma(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	nftsw_bm_fault(kt->bm, NFM_FAULT_DMA_FAIL, 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_probe(kt), -EIO);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	fault_expect_working(kt);
}

static void probe_survives_stuck_reset(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	nftsw_bm_fault(kt->bm, NFM_FAULT_RESET_STUCK, 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_probe(kt), -ETIMEDOUT);
	nftsw_bm_fault(kt->bm, NFM_FAULT_RESET_STUCK, 0);
	nftsw_bm_pump(kt->bm);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	fault_expect_working(kt);
}

static void probe_survives_lost_test_interrupt(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	nftsw_bm_fault(kt->bm, NFM_FAULT_IRQ_DROP, 1);
	KUNIT_EXPECT_EQ(test, nftsw_kt_probe(kt), -ETIMEDOUT);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	fault_expect_working(kt);
}

static void probe_survives_every_missing_vector(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	u32 vec;

	for (vec = 0; vec < NFTSW_VEC_QUEUE(NFTSW_KT_QUEUES); vec++) {
		kt->bm->irq_fail_vec = vec;
		KUNIT_EXPECT_EQ_MSG(test, nftsw_kt_probe(kt), -ENOSPC, "vector %u",
				    vec);
	}
	kt->bm->irq_fail_vec = NFTSW_GONE;
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	fault_expect_working(kt);
}

/* Fewer vectors than queues: fewer queues.  None for packets: no driver. */
static void probe_makes_do_with_fewer_vectors(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	kt->bm->bus.vec_count = NFTSW_VEC_QUEUE(0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_probe(kt), -ENOSPC);
	kt->bm->bus.vec_count = NFTSW_VEC_QUEUE(1);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	KUNIT_EXPECT_EQ(test, kt->ns->info.queues, 1u);
	fault_expect_working(kt);
}

/* Before the n-th doorbell of the command ring, arm a fault for that command. */
static void fault_nth_command(struct nftsw_bus_model *bm, u32 off, u32 val)
{
	u32 *left = bm->hook_priv;

	if (off == NFTSW_RING_PROD(NFTSW_RING_CMD_SQ) && *left && !--*left)
		nfm_fault_set(bm->m, NFM_FAULT_CMD_STATUS, 1);
}

static void probe_undoes_itself_at_every_command(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	u32 n, left;
	int err;

	kt->bm->hook_priv = &left;
	for (n = 1; n < FAULT_COMMANDS_MAX; n++) {
		left = n;
		kt->bm->wr_hook = fault_nth_command;
		err = nftsw_kt_probe(kt);
		kt->bm->wr_hook = NULL;
		nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_STATUS, 0);
		if (!err)
			break;
		KUNIT_EXPECT_EQ_MSG(test, err, -EIO, "command %u", n);
	}
	/* a sign of life, then an address and a configuration for each port */
	KUNIT_EXPECT_GT(test, n, 1u + 2 * NFTSW_KT_PORTS);
	KUNIT_ASSERT_EQ(test, err, 0);
	fault_expect_working(kt);
}

struct fault_first_reset {
	u32 resets;
	bool dma_was_on;
};

static void fault_dma_at_reset(struct nftsw_bus_model *bm, u32 off, u32 val)
{
	struct fault_first_reset *r = bm->hook_priv;

	if (off == NFTSW_CTRL && val & NFTSW_CTRL_RESET && !r->resets++)
		r->dma_was_on = bm->dma_on;
}

/*
 * A chip that another kernel has left running has rings in memory that is not its any
 * more: it is reset before it may reach memory.
 */
static void no_dma_before_the_first_reset(struct kunit *test)
{
	struct fault_first_reset first = {};
	struct nftsw_kt *kt = test->priv;

	kt->bm->hook_priv = &first;
	kt->bm->wr_hook = fault_dma_at_reset;
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	kt->bm->wr_hook = NULL;
	KUNIT_EXPECT_GE(test, first.resets, 1u);
	KUNIT_EXPECT_FALSE(test, first.dma_was_on);
	KUNIT_EXPECT_TRUE(test, kt->bm->dma_on);
	fault_expect_working(kt);
}

static void probes_again_after_remove(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	u32 i;

	for (i = 0; i < 5; i++) {
		KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
		fault_expect_working(kt);
		nftsw_kt_remove(kt);
	}
}

/* ---- while it runs ---- */

static void fault_start(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	u32 i;

	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	for (i = 0; i < NFTSW_KT_PORTS; i++)
		nftsw_kt_up(kt, i);
}

/* Resets of the chip that the driver has asked for since the log was cleared. */
static u32 fault_resets(struct nftsw_kt *kt)
{
	return nftsw_bm_log_count(kt->bm, NFTSW_CTRL, true);
}

/* Wait until the driver has brought the chip back; the partners find their link. */
static void fault_wait_recovery(struct kunit *test)
{
	unsigned long end = jiffies + msecs_to_jiffies(FAULT_RECOVERY_MS);
	struct nftsw_kt *kt = test->priv;
	bool up = false;
	u32 i;

	while (!up && time_before(jiffies, end)) {
		msleep(50);
		up = fault_resets(kt) && !READ_ONCE(kt->ns->down) &&
		     nftsw_bm_reg(kt->bm, NFTSW_CTRL) == NFTSW_CTRL_ENABLE;
	}
	KUNIT_ASSERT_TRUE_MSG(test, up, "the driver has not recovered");
	for (i = 0; i < NFTSW_KT_PORTS; i++)
		nftsw_bm_link_set(kt->bm, i, true);
	nftsw_kt_settle(kt);
	for (i = 0; i < NFTSW_KT_PORTS; i++)
		KUNIT_EXPECT_TRUE(test, netif_carrier_ok(nftsw_kt_dev(kt, i)));
}

static void fatal_chip_is_reset(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	fault_start(test);
	nftsw_bm_log_reset(kt->bm);
	nftsw_bm_fault(kt->bm, NFM_FAULT_FATAL, 1);
	nftsw_bm_pump(kt->bm);
	fault_wait_recovery(test);
	fault_expect_working(kt);
}

/* Memory that the driver gave to the chip, found through the ring's registers. */
static void *fault_ring(struct nftsw_kt *kt, u32 ring, u32 *index)
{
	u64 base = nftsw_bm_reg(kt->bm, NFTSW_RING_BASE_LO(ring)) |
		   (u64)nftsw_bm_reg(kt->bm, NFTSW_RING_BASE_HI(ring)) << 32;
	bool sq = !(ring & 1) && ring != NFTSW_RING_EVENT;

	*index = nftsw_bm_reg(kt->bm, sq ? NFTSW_RING_CONS(ring) : NFTSW_RING_PROD(ring));
	return phys_to_virt(dma_to_phys(kt->dev, base));
}

/* A buffer comes back under a number that is not its own: nobody knows who owns what. */
static void wrong_buffer_number_resets_the_chip(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_hw_rxd *rxd;
	struct nftsw_kt_conn conn;
	struct nftsw_kt_frame f;
	u32 index, count;

	fault_start(test);
	rxd = fault_ring(kt, NFTSW_RING_RX_SQ(0), &index);
	count = nftsw_bm_reg(kt->bm, NFTSW_RING_COUNT(NFTSW_RING_RX_SQ(0)));
	rxd[index % count].id = cpu_to_le16(0xffff);
	nftsw_kt_conn_init(&conn, NFPROTO_IPV4, IPPROTO_UDP, nftsw_kt_dev(kt, 0),
			   nftsw_kt_dev(kt, 0));
	nftsw_kt_conn_frame(&conn, NFTSW_KT_ORIG, false, &f);
	nftsw_bm_log_reset(kt->bm);
	nftsw_kt_send(kt, 0, &f);
	nftsw_kt_expect_quiet(kt);
	fault_wait_recovery(test);
	fault_expect_working(kt);
}

/* A frame waits in the ring of port 0: its completion, to be made wrong. */
static struct nftsw_hw_rxc *fault_rxc(struct nftsw_kt *kt)
{
	struct nftsw_hw_rxc *rxc;
	struct nftsw_kt_conn conn;
	struct nftsw_kt_frame f;
	u32 index, count;

	nftsw_kt_conn_init(&conn, NFPROTO_IPV4, IPPROTO_UDP, nftsw_kt_dev(kt, 0),
			   nftsw_kt_dev(kt, 0));
	nftsw_kt_conn_frame(&conn, NFTSW_KT_ORIG, false, &f);
	nftsw_kt_settle(kt);
	nftsw_bm_ingress_quiet(kt->bm, 0, kt->buf, nftsw_kt_frame_build(&f, kt->buf));
	rxc = fault_ring(kt, NFTSW_RING_RX_CQ(0), &index);
	count = nftsw_bm_reg(kt->bm, NFTSW_RING_COUNT(NFTSW_RING_RX_CQ(0)));
	return &rxc[(index - 1) % count];
}

static u64 fault_rx_dropped(struct nftsw_kt *kt, u32 port)
{
	struct rtnl_link_stats64 s;

	nftsw_bm_pump(kt->bm);
	nftsw_kt_expect_quiet(kt);
	dev_get_stats(nftsw_kt_dev(kt, port), &s);
	return s.rx_dropped;
}

/* What the chip has delivered and the driver cannot use is missing somewhere: say where. */
static void frames_lost_by_the_driver_are_counted(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	fault_start(test);
	nftsw_kt_down(kt, 2);
	KUNIT_EXPECT_EQ(test, fault_rx_dropped(kt, 0), 0ull);
	le16_add_cpu(&fault_rxc(kt)->frame_len, 1);
	KUNIT_EXPECT_EQ(test, fault_rx_dropped(kt, 0), 1ull);
	fault_rxc(kt)->len = cpu_to_le16(ETH_HLEN - 1);
	KUNIT_EXPECT_EQ(test, fault_rx_dropped(kt, 0), 2ull);
	fault_rxc(kt)->port = cpu_to_le16(2);
	KUNIT_EXPECT_EQ(test, fault_rx_dropped(kt, 2), 1ull);
	fault_rxc(kt)->port = cpu_to_le16(NFTSW_KT_PORTS);
	nftsw_bm_pump(kt->bm);
	/* a buffer given back without a frame: the chip has counted it */
	fault_rxc(kt)->len = 0;
	KUNIT_EXPECT_EQ(test, fault_rx_dropped(kt, 0), 2ull);
	fault_expect_working(kt);
}

/*
 * A completion that no command has asked for puts the two sides out of step: the next
 * answer lies where the driver has looked already, and its command times out.  The one
 * after that is found, and meanwhile the vector does not interrupt for ever.
 */
static void phantom_completion_costs_one_command(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_cmdq_stats s;
	struct nftsw_hw_cpl *cpl;
	u32 index, count, before, tries = 0;

	fault_start(test);
	cpl = fault_ring(kt, NFTSW_RING_CMD_CQ, &index);
	count = nftsw_bm_reg(kt->bm, NFTSW_RING_COUNT(NFTSW_RING_CMD_CQ));
	before = kt->bm->vec[NFTSW_VEC_CMD].delivered;
	cpl[index % count].tag = cpu_to_le16(0xdead);
	cpl[index % count].flags = index & count ? 0 : NFTSW_PHASE;
	nftsw_wr32(&kt->bm->bus, NFTSW_TEST_IRQ, NFTSW_VEC_CMD);
	nftsw_bm_pump(kt->bm);
	nftsw_cmdq_stats_get(kt->ns, &s);
	KUNIT_EXPECT_EQ(test, s.bogus, 1ull);
	while (nftsw_hw_nop(kt->ns) && ++tries < 3)
		;
	KUNIT_EXPECT_LT(test, tries, 3u);
	nftsw_cmdq_stats_get(kt->ns, &s);
	KUNIT_EXPECT_EQ(test, s.timeouts, 1ull);
	KUNIT_EXPECT_EQ(test, s.quarantined, 0u);
	KUNIT_EXPECT_LT(test, kt->bm->vec[NFTSW_VEC_CMD].delivered - before, 3000u);
	fault_expect_working(kt);
}

/* Suspend and resume, reload: everything that users have set is there again. */
static void settings_survive_down_and_up(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct net_device *dev;
	struct nftsw_kt_conn conn;
	struct nftsw_kt_frame f;

	fault_start(test);
	dev = nftsw_kt_dev(kt, 1);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(dev, 4000), 0);
	rtnl_unlock();
	nftsw_kt_down(kt, 2);
	devl_lock(kt->ns->devlink);
	nftsw_core_down(kt->ns);
	KUNIT_EXPECT_FALSE(test, netif_device_present(dev));
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(dev));
	KUNIT_EXPECT_EQ(test, nftsw_core_up(kt->ns), 0);
	devl_unlock(kt->ns->devlink);
	nftsw_bm_link_set(kt->bm, 1, true);
	nftsw_kt_settle(kt);
	KUNIT_EXPECT_TRUE(test, netif_device_present(dev));
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(dev));
	KUNIT_EXPECT_FALSE(test, kt->bm->lasers & BIT_ULL(2));
	nftsw_kt_conn_init(&conn, NFPROTO_IPV6, IPPROTO_UDP, dev, dev);
	nftsw_kt_conn_frame(&conn, NFTSW_KT_ORIG, false, &f);
	f.payload = 4000 - 48;
	nftsw_kt_send(kt, 1, &f);
	nftsw_kt_expect_rx(kt, 1, &f);
}

static void shutdown_stops_the_chip(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	fault_start(test);
	nftsw_core_shutdown(kt->ns);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reg(kt->bm, NFTSW_CTRL), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_hw_nop(kt->ns), -ENODEV);
	KUNIT_EXPECT_FALSE(test, netif_device_present(nftsw_kt_dev(kt, 0)));
}

/* ---- pulled out ---- */

/* Nobody waits for long, and remove finds nothing to wait for. */
static void surprise_removal_is_quick(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;
	struct nftsw_kt_conn conn;
	struct nftsw_kt_ft *kf;
	unsigned long start;
	u32 i;

	fault_start(test);
	kf = nftsw_kt_ft_new(test, NFPROTO_IPV4);
	for (i = 0; i < NFTSW_KT_PORTS; i++)
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_bind(kf, nftsw_kt_dev(kt, i)), 0);
	nftsw_kt_conn_init(&conn, NFPROTO_IPV4, IPPROTO_TCP, nftsw_kt_dev(kt, 0),
			   nftsw_kt_dev(kt, 1));
	KUNIT_EXPECT_EQ(test, nftsw_kt_offload(kt, kf, &conn, 1), 0);
	nftsw_bm_pull_out(kt->bm, true);
	start = jiffies;
	KUNIT_EXPECT_LT(test, nftsw_hw_nop(kt->ns), 0);
	conn.client.port++;
	KUNIT_EXPECT_LT(test, nftsw_kt_offload(kt, kf, &conn, 3), 0);
	for (i = 0; i < NFTSW_KT_PORTS; i++)
		nftsw_kt_ft_unbind(kf, nftsw_kt_dev(kt, i));
	nftsw_kt_ft_free(test, kf);
	nftsw_kt_remove(kt);
	KUNIT_EXPECT_LT(test, jiffies_to_msecs(jiffies - start), 8000u);
	nftsw_bm_pull_out(kt->bm, false);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	fault_expect_working(kt);
}

/* The chip is there, and answers nothing: whoever waits gives up, and remove is through. */
static void removal_of_a_silent_chip_is_bounded(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 0x33, 0, 0, 0, 1 };
	struct nftsw_kt *kt = test->priv;
	unsigned long start;

	fault_start(test);
	nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_DELAY_NS, 3600 * (u64)NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, dev_uc_add(nftsw_kt_dev(kt, 0), mac), 0);
	start = jiffies;
	nftsw_kt_remove(kt);
	KUNIT_EXPECT_LT(test, jiffies_to_msecs(jiffies - start), 30000u);
	nftsw_bm_fault(kt->bm, NFM_FAULT_CMD_DELAY_NS, 0);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	fault_expect_working(kt);
}

/* Memory is freed behind the chip that does not reset: it must not reach it any more. */
static void chip_stuck_in_reset_loses_dma(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	fault_start(test);
	nftsw_bm_fault(kt->bm, NFM_FAULT_RESET_STUCK, 1);
	nftsw_kt_remove(kt);
	KUNIT_EXPECT_FALSE(test, kt->bm->dma_on);
	nftsw_bm_fault(kt->bm, NFM_FAULT_RESET_STUCK, 0);
	nftsw_bm_pump(kt->bm);
	KUNIT_ASSERT_EQ(test, nftsw_kt_probe(kt), 0);
	fault_expect_working(kt);
}

/* The same for the buffers of a ring that does not stop, until a reset has stopped it. */
static void ring_that_goes_on_loses_dma(struct kunit *test)
{
	static const struct fault_reg on = {
		.off = NFTSW_RING_CTRL(NFTSW_RING_RX_SQ(0)), .val = NFTSW_RING_CTRL_EN,
	};
	struct nftsw_kt *kt = test->priv;
	u32 cuts;

	fault_start(test);
	cuts = kt->bm->dma_cuts;
	kt->bm->hook_priv = (void *)&on;
	kt->bm->rd_hook = fault_rd_hook;
	devl_lock(kt->ns->devlink);
	nftsw_core_down(kt->ns);
	kt->bm->rd_hook = NULL;
	KUNIT_EXPECT_EQ(test, kt->bm->dma_cuts - cuts, 1u);
	KUNIT_EXPECT_TRUE(test, kt->bm->dma_on);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(kt->ns), 0);
	devl_unlock(kt->ns->devlink);
	fault_expect_working(kt);
}

/* A chip that is gone cannot be recovered; it must not be tried for ever. */
static void absence_is_reported_not_recovered(struct kunit *test)
{
	struct nftsw_kt *kt = test->priv;

	fault_start(test);
	nftsw_bm_log_reset(kt->bm);
	nftsw_bm_pull_out(kt->bm, true);
	msleep(2500);
	KUNIT_EXPECT_GE(test, nftsw_bm_log_count(kt->bm, NFTSW_STATUS, false), 1u);
	KUNIT_EXPECT_EQ(test, fault_resets(kt), 0u);
	nftsw_kt_remove(kt);
}

static struct kunit_case fault_cases[] = {
	KUNIT_CASE_PARAM(probe_refuses_register, fault_reg_gen_params),
	KUNIT_CASE(probe_survives_absence),
	KUNIT_CASE(probe_survives_failing_dma),
	KUNIT_CASE_SLOW(probe_survives_stuck_reset),
	KUNIT_CASE_SLOW(probe_survives_lost_test_interrupt),
	KUNIT_CASE(probe_survives_every_missing_vector),
	KUNIT_CASE(probe_makes_do_with_fewer_vectors),
	KUNIT_CASE(probe_undoes_itself_at_every_command),
	KUNIT_CASE(no_dma_before_the_first_reset),
	KUNIT_CASE(probes_again_after_remove),
	KUNIT_CASE_SLOW(fatal_chip_is_reset),
	KUNIT_CASE_SLOW(wrong_buffer_number_resets_the_chip),
	KUNIT_CASE(frames_lost_by_the_driver_are_counted),
	KUNIT_CASE_SLOW(phantom_completion_costs_one_command),
	KUNIT_CASE(settings_survive_down_and_up),
	KUNIT_CASE(shutdown_stops_the_chip),
	KUNIT_CASE_SLOW(surprise_removal_is_quick),
	KUNIT_CASE_SLOW(removal_of_a_silent_chip_is_bounded),
	KUNIT_CASE_SLOW(chip_stuck_in_reset_loses_dma),
	KUNIT_CASE(ring_that_goes_on_loses_dma),
	KUNIT_CASE_SLOW(absence_is_reported_not_recovered),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "nftsw_fault",
	.init = fault_init,
	.test_cases = fault_cases,
};

kunit_test_suite(fault_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw on broken chips");
MODULE_LICENSE("GPL");
