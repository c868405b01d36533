// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* Commands: every opcode's good and bad paths, batches, slices.  DS 5. */
#include "host.h"
#include "chip.h"
#include "tap.h"

#define DATA_BYTES	0x300000u

/* One command with DATA_BYTES of data at h->guest; status only. */
static struct nftsw_hw_cpl cpl;
static u64 data;

static struct host *up(const struct nfm_cfg *cfg)
{
	struct host *h = host_new(cfg);

	host_up(h);
	data = host_alloc(h, DATA_BYTES);
	return h;
}

static u32 run(struct host *h, u32 op, u32 index, u32 count, u32 arg, u32 size)
{
	return host_cmd(h, op, index, count, arg, size ? data : 0, size, &cpl);
}

static void *d(struct host *h)
{
	return host_ptr(h, data);
}

static void test_opcode(void)
{
	static const u16 unknown[] = { 1, 0x0f, 0x13, 0x16, 0x1b, 0x25, 0x2a, 0x2f, 0x31, 0x8000, 0xffff };
	struct host *h = up(NULL);
	u32 i;

	for (i = 0; i < NFM_ARRAY_COUNT(unknown); i++)
		CHECK_EQ(run(h, unknown[i], 0, 0, 0, 0), NFTSW_ST_BAD_OPCODE);
	CHECK_EQ(run(h, NFTSW_OP_NOP, 0, 0, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 1);
	CHECK_EQ(run(h, NFTSW_OP_NOP, 0, 1, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(cpl.rsvd | cpl.next, 0);
	host_free(h);
	tap_result("cmd", "an unknown opcode is refused");
}

struct shape {
	u16 op;
	bool index, count, arg;
	u16 rec;
	u32 good_index;
	u32 good_arg;
};

/* What each command may fill in, and how large its record is. */
static const struct shape shapes[] = {
	{ NFTSW_OP_NOP, false, false, false, 0, 0, 0 },
	{ NFTSW_OP_PORT_SET, true, false, false, 16, 0, 0 },
	{ NFTSW_OP_PORT_GET, true, true, false, 16, 0, 0 },
	{ NFTSW_OP_PORT_CTRS, true, true, false, 8 * NFTSW_PCTR_COUNT, 0, 0 },
	{ NFTSW_OP_RMAC_ADD, false, true, false, 16, 0, 0 },
	{ NFTSW_OP_RMAC_DEL, false, true, false, 16, 0, 0 },
	{ NFTSW_OP_TRAP_SET, true, false, false, 32, 1, 0 },
	{ NFTSW_OP_TRAP_GET, true, true, false, 32, 1, 0 },
	{ NFTSW_OP_REASON_CTRS, true, true, false, 8, 0, 0 },
	{ NFTSW_OP_FLOW_SET, false, true, false, 152, 0, 0 },
	{ NFTSW_OP_FLOW_DEL, true, true, false, 0, 0, 0 },
	{ NFTSW_OP_FLOW_CTRS, true, true, false, 32, 0, 0 },
	{ NFTSW_OP_FLOW_PURGE, false, false, false, 32, 0, 0 },
	{ NFTSW_OP_FLOW_STATE, true, false, true, 0, 0, 0 },
	{ NFTSW_OP_LAG_SET, true, false, false, 32, 5, 0 },
	{ NFTSW_OP_LAG_GET, true, true, false, 32, 5, 0 },
	{ NFTSW_OP_ACL_SET, false, true, false, 160, 0, 0 },
	{ NFTSW_OP_ACL_DEL, true, true, false, 0, 0, 0 },
	{ NFTSW_OP_ACL_CTRS, true, true, false, 32, 0, 0 },
	{ NFTSW_OP_DUMP, true, true, true, 184, 0, NFTSW_TBL_FLOW },
};

/* A record that makes the command succeed with index good_index. */
static void good_record(struct host *h, const struct shape *s)
{
	struct nftsw_hw_port_cfg port = { .max_frame = NFM_TO_LE32(1514) };
	struct nftsw_hw_trap_group trap = { .group = NFM_TO_LE32(1) };
	struct nftsw_hw_rmac rmac = { .mac = { 2, 0, 0, 0, 0, 9 } };
	struct nftsw_hw_lag lag = { .lag = NFM_TO_LE32(5) };
	struct nftsw_hw_flow_entry flow;
	struct nftsw_hw_acl_entry acl;
	u8 *p = d(h);

	memset(p, 0, 512);
	chip_entry(&flow, 0, 5);
	chip_rule(&acl, 0, NFTSW_ACL_VERDICT_PASS);
	if (s->op == NFTSW_OP_PORT_SET)
		memcpy(p, &port, sizeof(port));
	else if (s->op == NFTSW_OP_TRAP_SET)
		memcpy(p, &trap, sizeof(trap));
	else if (s->op == NFTSW_OP_RMAC_ADD || s->op == NFTSW_OP_RMAC_DEL)
		memcpy(p, &rmac, sizeof(rmac));
	else if (s->op == NFTSW_OP_FLOW_SET)
		memcpy(p, &flow, sizeof(flow));
	else if (s->op == NFTSW_OP_LAG_SET)
		memcpy(p, &lag, sizeof(lag));
	else if (s->op == NFTSW_OP_ACL_SET)
		memcpy(p, &acl, sizeof(acl));
}

static u32 shaped(struct host *h, const struct shape *s, u32 index, u32 count, u32 arg, u64 addr,
		  u32 size)
{
	good_record(h, s);
	return host_cmd(h, s->op, index, count, arg, addr, size, &cpl);
}

static void check_shape(struct host *h, const struct shape *s)
{
	u32 i = s->good_index, a = s->good_arg, z = s->rec;
	u64 p = z ? data : 0;
	bool state = s->op == NFTSW_OP_FLOW_STATE;

	CHECK_EQ(shaped(h, s, i, 1, a, p, z), state ? NFTSW_ST_NOT_FOUND : NFTSW_ST_OK);
	if (s->op == NFTSW_OP_RMAC_DEL)
		CHECK_EQ(shaped(h, s, i, 0, a, p, z), NFTSW_ST_NOT_FOUND);
	else
		CHECK_EQ(shaped(h, s, i, 0, a, p, z), state ? NFTSW_ST_NOT_FOUND : NFTSW_ST_OK);
	if (!s->index)
		CHECK_EQ(shaped(h, s, 1, 1, a, p, z), NFTSW_ST_BAD_PARAM);
	else
		CHECK_EQ(shaped(h, s, 0x7fffffff, 1, a, p, z), NFTSW_ST_BAD_PARAM);
	if (!s->count)
		CHECK_EQ(shaped(h, s, i, 2, a, p, 2 * z), NFTSW_ST_BAD_PARAM);
	else if (z)
		CHECK_EQ(shaped(h, s, i, 2, a, p, 2 * z - 1), NFTSW_ST_BAD_PARAM);
	if (s->index && s->count && s->op != NFTSW_OP_DUMP)
		CHECK_EQ(shaped(h, s, i, ~0u - i, a, p, z ? ~0u : 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(shaped(h, s, i, 1, s->arg ? 0xffff : 1, p, z), NFTSW_ST_BAD_PARAM);
	if (!z) {
		CHECK_EQ(shaped(h, s, i, 1, a, data, 0), NFTSW_ST_BAD_PARAM);
		CHECK_EQ(shaped(h, s, i, 1, a, 0, 8), NFTSW_ST_BAD_PARAM);
		return;
	}
	CHECK_EQ(shaped(h, s, i, 1, a, p, z - 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(shaped(h, s, i, 1, a, p + 4, z), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(shaped(h, s, i, 1, a, 0x1000, z), NFTSW_ST_DMA);
	CHECK_EQ(NFM_LE32(cpl.done), 0);
	CHECK_EQ(shaped(h, s, i, 1, a, 0ull - 8, z), NFTSW_ST_DMA);
}

static void test_shapes(void)
{
	struct host *h = up(NULL);
	u32 i;

	CHECK_EQ(shaped(h, &shapes[4], 0, 1, 0, data, 16), NFTSW_ST_OK);
	for (i = 0; i < NFM_ARRAY_COUNT(shapes); i++) {
		u32 before = tap_checks_bad;

		check_shape(h, &shapes[i]);
		if (tap_checks_bad != before)
			printf("# in opcode %#x\n", shapes[i].op);
		run(h, NFTSW_OP_FLOW_DEL, 0, 1024, 0, 0);
	}
	host_free(h);
	tap_result("cmd", "each opcode refuses what it does not use, bad ranges, bad data");
}

static void test_reserved(void)
{
	struct host *h = up(NULL);
	u32 i;

	for (i = 0; i < 9; i++) {
		struct nftsw_hw_cmd c = { .tag = NFM_TO_LE16(0x77) };

		c.rsvd[i] = NFM_TO_LE32(1);
		host_put(h, NFTSW_RING_CMD_SQ, &c);
		host_doorbell(h, NFTSW_RING_CMD_SQ);
		host_run(h);
		CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl));
		CHECK_EQ(cpl.status, NFTSW_ST_BAD_PARAM);
		CHECK_EQ(NFM_LE16(cpl.tag), 0x77);
	}
	host_free(h);
	tap_result("cmd", "a reserved field that is not 0 is refused");
}

static u32 port_set(struct host *h, u32 index, u32 port, u32 queue, u32 max_frame, u32 flags,
		    u32 rsvd)
{
	struct nftsw_hw_port_cfg c = {
		.port = NFM_TO_LE16((u16)port),
		.queue = NFM_TO_LE16((u16)queue),
		.max_frame = NFM_TO_LE32(max_frame),
		.flags = NFM_TO_LE32(flags),
		.mirror_rx = NFM_TO_LE16((u16)rsvd),
	};

	memcpy(d(h), &c, sizeof(c));
	return run(h, NFTSW_OP_PORT_SET, index, 1, 0, sizeof(c));
}

static void test_port(void)
{
	struct host *h = up(NULL);
	struct nftsw_hw_port_cfg c[4];

	CHECK_EQ(port_set(h, 2, 2, 1, 9300, NFTSW_PORT_PROMISC, 0), NFTSW_ST_OK);
	CHECK_EQ(port_set(h, 3, 3, 0, 64, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(port_set(h, 2, 3, 0, 1514, 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(port_set(h, 4, 4, 0, 1514, 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(port_set(h, 2, 2, 2, 1514, 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(port_set(h, 2, 2, 0, 63, 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(port_set(h, 2, 2, 0, 9301, 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(port_set(h, 2, 2, 0, 1514, 2, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(port_set(h, 2, 2, 0, 1514, 0, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(run(h, NFTSW_OP_PORT_GET, 1, 3, 0, 48), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 3);
	memcpy(c, d(h), sizeof(c));
	CHECK(NFM_LE16(c[0].port) == 1 && NFM_LE32(c[0].max_frame) == 1514);
	CHECK(NFM_LE16(c[1].queue) == 1 && NFM_LE32(c[1].max_frame) == 9300);
	CHECK_EQ(NFM_LE32(c[1].flags), NFTSW_PORT_PROMISC);
	CHECK_EQ(NFM_LE32(c[2].max_frame), 64);
	nfm_port_cfg_get(h->m, 2, &c[0]);
	CHECK(!memcmp(&c[0], &c[1], sizeof(c[0])));
	CHECK_EQ(run(h, NFTSW_OP_PORT_GET, 1, 4, 0, 64), NFTSW_ST_BAD_PARAM);
	host_free(h);
	tap_result("cmd", "PORT_SET and PORT_GET: good and bad configurations");
}

static void test_counters(void)
{
	static const u8 frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1 };
	struct host *h = up(NULL);
	__le64 ctr[2 * NFTSW_PCTR_COUNT];

	host_rx_fill(h, 0, 8, 2048);
	host_in(h, 1, frame, sizeof(frame));
	host_in(h, 1, frame, sizeof(frame));
	CHECK_EQ(run(h, NFTSW_OP_PORT_CTRS, 0, 2, 0, sizeof(ctr)), NFTSW_ST_OK);
	memcpy(ctr, d(h), sizeof(ctr));
	CHECK_EQ(NFM_LE64(ctr[NFTSW_PCTR_RX_FRAMES]), 0);
	CHECK_EQ(NFM_LE64(ctr[NFTSW_PCTR_COUNT + NFTSW_PCTR_RX_FRAMES]), 2);
	CHECK_EQ(NFM_LE64(ctr[NFTSW_PCTR_COUNT + NFTSW_PCTR_RX_OCTETS]), 128);
	CHECK_EQ(NFM_LE64(ctr[NFTSW_PCTR_COUNT + NFTSW_PCTR_RX_TO_CPU]), 2);
	CHECK_EQ(run(h, NFTSW_OP_REASON_CTRS, 0, NFTSW_REASON_COUNT, 0, 8 * NFTSW_REASON_COUNT),
		 NFTSW_ST_OK);
	memcpy(ctr, d(h), 8 * NFTSW_REASON_COUNT);
	CHECK_EQ(NFM_LE64(ctr[NFTSW_REASON_LOCAL]), 2);
	CHECK_EQ(NFM_LE64(ctr[NFTSW_REASON_FLOW_MISS]), 0);
	CHECK_EQ(run(h, NFTSW_OP_REASON_CTRS, 1, NFTSW_REASON_COUNT, 0, 8 * NFTSW_REASON_COUNT),
		 NFTSW_ST_BAD_PARAM);
	host_free(h);
	tap_result("cmd", "PORT_CTRS and REASON_CTRS give what was counted");
}

static u32 rmacs(struct host *h, u32 op, u32 port, u32 first, u32 n, u8 flags)
{
	struct nftsw_hw_rmac r = { .port = NFM_TO_LE16((u16)port), .flags = flags };
	u32 i;

	memcpy(r.mac, "\x02\x00\x00\x00\x00\x00", 6);
	for (i = 0; i < n; i++) {
		r.mac[5] = (u8)(first + i);
		memcpy((u8 *)d(h) + i * sizeof(r), &r, sizeof(r));
	}
	return run(h, op, 0, n, 0, n * sizeof(r));
}

static void test_rmac(void)
{
	struct host *h = up(NULL);
	struct nftsw_hw_rmac r = { .mac = { 1, 0, 0, 0, 0, 1 } };

	CHECK_EQ(rmacs(h, NFTSW_OP_RMAC_ADD, 3, 1, 16, 0), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 16);
	CHECK_EQ(rmacs(h, NFTSW_OP_RMAC_ADD, 3, 1, 16, NFTSW_RMAC_ROUTER), NFTSW_ST_OK);
	CHECK_EQ(rmacs(h, NFTSW_OP_RMAC_ADD, 3, 15, 3, 0), NFTSW_ST_NO_SPACE);
	CHECK_EQ(NFM_LE32(cpl.done), 2);
	CHECK_EQ(rmacs(h, NFTSW_OP_RMAC_DEL, 3, 4, 1, 0), NFTSW_ST_OK);
	CHECK_EQ(rmacs(h, NFTSW_OP_RMAC_DEL, 3, 3, 3, 0), NFTSW_ST_NOT_FOUND);
	CHECK_EQ(NFM_LE32(cpl.done), 1);
	CHECK_EQ(rmacs(h, NFTSW_OP_RMAC_ADD, 4, 1, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(rmacs(h, NFTSW_OP_RMAC_ADD, 1, 1, 1, 2), NFTSW_ST_BAD_PARAM);
	memcpy(d(h), &r, sizeof(r));
	CHECK_EQ(run(h, NFTSW_OP_RMAC_ADD, 0, 1, 0, 16), NFTSW_ST_BAD_PARAM);
	r.mac[0] = 0;
	r.mac[5] = 0;
	memcpy(d(h), &r, sizeof(r));
	CHECK_EQ(run(h, NFTSW_OP_RMAC_ADD, 0, 1, 0, 16), NFTSW_ST_BAD_PARAM);
	r.mac[0] = 2;
	r.rsvd2[5] = 1;
	memcpy(d(h), &r, sizeof(r));
	CHECK_EQ(run(h, NFTSW_OP_RMAC_ADD, 0, 1, 0, 16), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(run(h, NFTSW_OP_DUMP, 0, 64, NFTSW_TBL_RMAC, 1024), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 14);
	CHECK_EQ(NFM_LE32(cpl.next), NFTSW_DUMP_END);
	memcpy(&r, d(h), sizeof(r));
	CHECK(NFM_LE16(r.port) == 3 && r.mac[0] == 2);
	host_free(h);
	tap_result("cmd", "RMAC_ADD and RMAC_DEL: sixteen to a port, one by one");
}

static u32 trap_set(struct host *h, u32 index, u32 group, u32 rate, u32 burst)
{
	struct nftsw_hw_trap_group g = {
		.group = NFM_TO_LE32(group),
		.rate_pps = NFM_TO_LE32(rate),
		.burst = NFM_TO_LE32(burst),
	};

	memcpy(d(h), &g, sizeof(g));
	return run(h, NFTSW_OP_TRAP_SET, index, 1, 0, sizeof(g));
}

static void test_trap(void)
{
	struct host *h = up(NULL);
	struct nftsw_hw_trap_group g[2];

	CHECK_EQ(trap_set(h, 3, 3, 10000000, 65536), NFTSW_ST_OK);
	CHECK_EQ(trap_set(h, 4, 4, 1, 1), NFTSW_ST_OK);
	CHECK_EQ(trap_set(h, 0, 0, 1, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(trap_set(h, 3, 4, 1, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(trap_set(h, 5, 5, 1, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(trap_set(h, 3, 3, 10000001, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(trap_set(h, 3, 3, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(trap_set(h, 3, 3, 1, 65537), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(run(h, NFTSW_OP_TRAP_GET, 3, 2, 0, 64), NFTSW_ST_OK);
	memcpy(g, d(h), sizeof(g));
	CHECK(NFM_LE32(g[0].group) == 3 && NFM_LE32(g[0].rate_pps) == 10000000);
	CHECK(NFM_LE32(g[1].group) == 4 && NFM_LE32(g[1].burst) == 1);
	CHECK_EQ(run(h, NFTSW_OP_TRAP_GET, 0, 1, 0, 32), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(run(h, NFTSW_OP_DUMP, 0, 5, NFTSW_TBL_TRAP, 160), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 4);
	host_free(h);
	tap_result("cmd", "TRAP_SET and TRAP_GET: good and bad policers");
}

static void flows_put(struct host *h, u32 first, u32 n)
{
	struct nftsw_hw_flow_entry e;
	u32 i;

	for (i = 0; i < n; i++) {
		chip_entry(&e, first + i, first + i);
		e.block = NFM_TO_LE32((first + i) % 3);
		e.oport = NFM_TO_LE16((u16)((first + i) % 2));
		memcpy((u8 *)d(h) + i * sizeof(e), &e, sizeof(e));
	}
}

static void test_flow_batch(void)
{
	struct host *h = up(NULL);
	struct nftsw_hw_flow_entry e;
	struct nfm_info info;

	flows_put(h, 0, 1000);
	CHECK_EQ(run(h, NFTSW_OP_FLOW_SET, 0, 1000, 0, 1000 * sizeof(e)), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 1000);
	flows_put(h, 1000, 10);
	chip_entry(&e, 1024, 1);
	memcpy((u8 *)d(h) + 7 * sizeof(e), &e, sizeof(e));
	CHECK_EQ(run(h, NFTSW_OP_FLOW_SET, 0, 10, 0, 10 * sizeof(e)), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(NFM_LE32(cpl.done), 7);
	chip_entry(&e, 1010, 5);
	memcpy(d(h), &e, sizeof(e));
	CHECK_EQ(run(h, NFTSW_OP_FLOW_SET, 0, 1, 0, sizeof(e)), NFTSW_ST_EXISTS);
	nfm_info_get(h->m, &info);
	CHECK_EQ(info.flows_used, 1007);
	CHECK_EQ(info.cmd_errors, 2);
	CHECK_EQ(run(h, NFTSW_OP_FLOW_DEL, 1000, 24, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 24);
	CHECK_EQ(run(h, NFTSW_OP_FLOW_DEL, 1000, 25, 0, 0), NFTSW_ST_BAD_PARAM);
	nfm_info_get(h->m, &info);
	CHECK_EQ(info.flows_used, 1000);
	host_free(h);
	tap_result("cmd", "FLOW_SET stops at the first entry that fails, and says where");
}

static void test_flow_state(void)
{
	struct host *h = up(NULL);
	struct nftsw_hw_flow_record rec;
	u32 at = 0;

	flows_put(h, 3, 1);
	run(h, NFTSW_OP_FLOW_SET, 0, 1, 0, 152);
	CHECK_EQ(run(h, NFTSW_OP_FLOW_STATE, 3, 1, NFTSW_FS_STATIC | NFTSW_FS_TO_CPU, 0),
		 NFTSW_ST_OK);
	CHECK(nfm_flow_next(h->m, &at, &rec) && at == 4);
	CHECK_EQ(NFM_LE32(rec.entry.state), NFTSW_FS_VALID | NFTSW_FS_STATIC | NFTSW_FS_TO_CPU);
	CHECK(!nfm_flow_next(h->m, &at, &rec));
	CHECK_EQ(run(h, NFTSW_OP_FLOW_STATE, 3, 1, NFTSW_FS_VALID, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(run(h, NFTSW_OP_FLOW_STATE, 3, 1, 8, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(run(h, NFTSW_OP_FLOW_STATE, 4, 1, 0, 0), NFTSW_ST_NOT_FOUND);
	CHECK_EQ(run(h, NFTSW_OP_FLOW_STATE, 1024, 1, 0, 0), NFTSW_ST_BAD_PARAM);
	host_free(h);
	tap_result("cmd", "FLOW_STATE sets its two flags and no others");
}

static u32 purge(struct host *h, const struct nftsw_hw_flow_purge *p)
{
	memcpy(d(h), p, sizeof(*p));
	return run(h, NFTSW_OP_FLOW_PURGE, 0, 1, 0, sizeof(*p));
}

static void test_purge(void)
{
	struct nftsw_hw_flow_purge p = { .match = NFM_TO_LE32(NFTSW_FP_BLOCK | NFTSW_FP_RANGE) };
	struct host *h = up(NULL);

	flows_put(h, 0, 900);
	run(h, NFTSW_OP_FLOW_SET, 0, 900, 0, 900 * 152);
	run(h, NFTSW_OP_FLOW_STATE, 4, 1, NFTSW_FS_STATIC, 0);
	p.block = NFM_TO_LE32(1);
	p.last = NFM_TO_LE32(29);
	CHECK_EQ(purge(h, &p), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 9);
	p.match = NFM_TO_LE32(NFTSW_FP_PORT);
	p.port = NFM_TO_LE16(1);
	CHECK_EQ(purge(h, &p), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 450 - 5);
	p.port = NFM_TO_LE16(4);
	CHECK_EQ(purge(h, &p), NFTSW_ST_BAD_PARAM);
	p.match = NFM_TO_LE32(16);
	CHECK_EQ(purge(h, &p), NFTSW_ST_BAD_PARAM);
	p.match = NFM_TO_LE32(NFTSW_FP_RANGE);
	p.first = NFM_TO_LE32(30);
	CHECK_EQ(purge(h, &p), NFTSW_ST_BAD_PARAM);
	p.match = 0;
	p.rsvd[1] = NFM_TO_LE32(1);
	CHECK_EQ(purge(h, &p), NFTSW_ST_BAD_PARAM);
	p.rsvd[1] = 0;
	CHECK_EQ(purge(h, &p), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 900 - 9 - 445 - 1);
	CHECK_EQ(run(h, NFTSW_OP_DUMP, 0, 8, NFTSW_TBL_FLOW, 8 * 184), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 1);
	host_free(h);
	tap_result("cmd", "FLOW_PURGE deletes what meets every condition, and spares the static");
}

static void test_dump(void)
{
	struct host *h = up(NULL);
	struct nftsw_hw_flow_record rec;
	u32 next = 0, n = 0, calls = 0;

	flows_put(h, 100, 700);
	run(h, NFTSW_OP_FLOW_SET, 0, 700, 0, 700 * 152);
	while (next != NFTSW_DUMP_END && calls++ < 100) {
		CHECK_EQ(run(h, NFTSW_OP_DUMP, next, 33, NFTSW_TBL_FLOW, 33 * 184), NFTSW_ST_OK);
		memcpy(&rec, d(h), sizeof(rec));
		CHECK_EQ(NFM_LE32(rec.entry.index), 100 + n);
		CHECK_EQ(NFM_LE64(rec.entry.cookie), 0xc00c1e0000000000ull + 100 + n);
		n += NFM_LE32(cpl.done);
		next = NFM_LE32(cpl.next);
	}
	CHECK_EQ(n, 700);
	CHECK_EQ(calls, 22);
	CHECK_EQ(run(h, NFTSW_OP_DUMP, 1023, 1, NFTSW_TBL_FLOW, 184), NFTSW_ST_OK);
	CHECK(!NFM_LE32(cpl.done) && NFM_LE32(cpl.next) == NFTSW_DUMP_END);
	CHECK_EQ(run(h, NFTSW_OP_DUMP, 1024, 1, NFTSW_TBL_FLOW, 184), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(run(h, NFTSW_OP_DUMP, 0, 3, NFTSW_TBL_PORT, 48), NFTSW_ST_OK);
	CHECK(NFM_LE32(cpl.done) == 3 && NFM_LE32(cpl.next) == 3);
	CHECK_EQ(run(h, NFTSW_OP_DUMP, 3, 3, NFTSW_TBL_PORT, 48), NFTSW_ST_OK);
	CHECK(NFM_LE32(cpl.done) == 1 && NFM_LE32(cpl.next) == NFTSW_DUMP_END);
	CHECK_EQ(run(h, NFTSW_OP_DUMP, 0, 1, NFTSW_TBL_COUNT, 184), NFTSW_ST_BAD_PARAM);
	host_free(h);
	tap_result("cmd", "DUMP goes through a table in pieces");
}

/* A large table: every command on all of it comes in bounded slices. */
static void test_slices(void)
{
	struct nftsw_hw_flow_purge all = { .match = 0 };
	struct nftsw_hw_flow_ctrs c;
	struct nfm_cfg cfg;
	struct host *h;
	u32 calls = 0;

	host_cfg(&cfg);
	cfg.flows = 65536;
	h = up(&cfg);
	flows_put(h, 0, 20000);
	CHECK_EQ(run(h, NFTSW_OP_FLOW_SET, 0, 20000, 0, 20000 * 152), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 20000);
	memset(d(h), 0xee, 65536 * 32 + 1);
	host_cmd_put(h, NFTSW_OP_FLOW_CTRS, 0, 65536, 0, data, 65536 * 32);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	while (nfm_run(h->m, h->now, 1))
		calls++;
	CHECK(calls >= 65536 * 32 / 65536);
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl) && cpl.status == NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 65536);
	memcpy(&c, (u8 *)d(h) + 19999 * sizeof(c), sizeof(c));
	CHECK_EQ(NFM_LE64(c.cookie), 0xc00c1e0000000000ull + 19999);
	memcpy(&c, (u8 *)d(h) + 65535 * sizeof(c), sizeof(c));
	CHECK_EQ(NFM_LE64(c.cookie) | NFM_LE64(c.packets), 0);
	CHECK_EQ(*((u8 *)d(h) + 65536 * 32), 0xee);
	CHECK_EQ(run(h, NFTSW_OP_DUMP, 0, 17000, NFTSW_TBL_FLOW, 17000 * 184), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.next), 17000);
	CHECK_EQ(purge(h, &all), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 20000);
	CHECK_EQ(run(h, NFTSW_OP_FLOW_DEL, 0, 65536, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(NFM_LE32(cpl.done), 65536);
	host_free(h);
	tap_result("cmd", "long commands are worked on in slices");
}

/* The data ends in the middle: what was done is said, what comes after goes on. */
static void test_partial_dma(void)
{
	struct nfm_cfg cfg;
	struct host *h;
	u64 addr = HOST_GUEST_BASE + HOST_GUEST_BYTES - 3 * 65536;

	host_cfg(&cfg);
	cfg.flows = 65536;
	h = up(&cfg);
	host_cmd_put(h, NFTSW_OP_FLOW_CTRS, 0, 65536, 0, addr, 65536 * 32);
	host_cmd_put(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	host_run(h);
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl) && cpl.status == NFTSW_ST_DMA);
	CHECK_EQ(NFM_LE32(cpl.done), 3 * 2048);
	CHECK_EQ(NFM_LE16(cpl.sq_cons), 1);
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl) && cpl.status == NFTSW_ST_OK);
	CHECK_EQ(NFM_LE16(cpl.sq_cons), 2);
	host_free(h);
	tap_result("cmd", "a buffer that ends early gives DMA and what was done");
}

static void test_abort(void)
{
	struct nfm_cfg cfg;
	struct host *h;

	host_cfg(&cfg);
	cfg.flows = 65536;
	h = up(&cfg);
	host_cmd_put(h, NFTSW_OP_FLOW_CTRS, 0, 65536, 0, data, 65536 * 32);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	CHECK(nfm_run(h->m, h->now, 2));
	host_wr(h, NFTSW_RING_CTRL(NFTSW_RING_CMD_SQ), 0);
	host_run(h);
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl) && cpl.status == NFTSW_ST_ABORTED);
	CHECK(NFM_LE32(cpl.done) > 0 && NFM_LE32(cpl.done) < 65536);
	host_ring_set(h, NFTSW_RING_CMD_SQ, HOST_RING_COUNT);
	host_cmd_put(h, NFTSW_OP_FLOW_CTRS, 0, 65536, 0, data, 65536 * 32);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	CHECK(nfm_run(h->m, h->now, 2));
	host_ring_set(h, NFTSW_RING_CMD_CQ, HOST_RING_COUNT);
	host_run(h);
	CHECK(!host_peek(h, NFTSW_RING_CMD_CQ, &cpl));
	CHECK_EQ(run(h, NFTSW_OP_NOP, 0, 0, 0, 0), NFTSW_ST_OK);
	host_free(h);
	tap_result("cmd", "stopping the ring aborts the command under way");
}

static void test_batch(void)
{
	struct host *h = up(NULL);
	u32 i;

	for (i = 0; i < 30; i++)
		host_cmd_put(h, i % 5 == 3 ? 0x99 : NFTSW_OP_NOP, 0, 0, 0, 0, 0);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	host_run(h);
	for (i = 0; i < 30; i++) {
		CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl));
		CHECK_EQ(NFM_LE16(cpl.tag), i);
		CHECK_EQ(cpl.status, i % 5 == 3 ? NFTSW_ST_BAD_OPCODE : NFTSW_ST_OK);
	}
	CHECK_EQ(h->traces[NFM_TRACE_CMD], 30);
	host_free(h);
	tap_result("cmd", "a batch completes in order, each command with its own status");
}

/* The host gives the doorbell a moment of its own: answered, before anything else runs. */
static void test_prompt(void)
{
	struct nfm_cfg cfg;
	struct host *h;
	u32 i;

	host_cfg(&cfg);
	cfg.flows = 65536;
	h = up(&cfg);
	host_cmd_put(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	CHECK(!nfm_prompt(h->m, h->now, 16));
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl) && cpl.status == NFTSW_ST_OK);
	CHECK_EQ(h->irqs[NFTSW_VEC_CMD], 0);

	/* an interrupt is raised as ever, and a long command goes on later */
	host_wr(h, NFTSW_IRQ_CTRL(NFTSW_VEC_CMD), NFTSW_IRQ_CTRL_ARM);
	host_cmd_put(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0);
	host_cmd_put(h, NFTSW_OP_FLOW_CTRS, 0, 65536, 0, data, 65536 * 32);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	CHECK(nfm_prompt(h->m, h->now, 4));
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl) && cpl.status == NFTSW_ST_OK);
	CHECK_EQ(h->irqs[NFTSW_VEC_CMD], 1);
	CHECK(!host_peek(h, NFTSW_RING_CMD_CQ, &cpl));
	host_run(h);
	CHECK(host_take(h, NFTSW_RING_CMD_CQ, &cpl) && NFM_LE32(cpl.done) == 65536);

	/* a completion that is held back is told by the deadline, as ever */
	nfm_fault_set(h->m, NFM_FAULT_CMD_DELAY_NS, 1000);
	host_cmd_put(h, NFTSW_OP_NOP, 0, 0, 0, 0, 0);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	for (i = 0; i < 2; i++)
		CHECK(nfm_prompt(h->m, h->now, 16));
	CHECK(!host_peek(h, NFTSW_RING_CMD_CQ, &cpl));
	CHECK_EQ(nfm_deadline(h->m), h->now + 1000);
	host_free(h);
	tap_result("cmd", "a prompt host has its answer behind the doorbell");
}

int main(void)
{
	printf("TAP version 13\n");
	test_opcode();
	test_shapes();
	test_reserved();
	test_port();
	test_counters();
	test_rmac();
	test_trap();
	test_flow_batch();
	test_flow_state();
	test_purge();
	test_dump();
	test_slices();
	test_partial_dma();
	test_abort();
	test_batch();
	test_prompt();
	return tap_done();
}
