// SPDX-License-Identifier: GPL-2.0
/*
 * The model, compiled by this kernel, without the driver: the golden vectors of
 * hw_model/tests, and the rules of registers, rings and commands that the driver leans
 * on.  Floor 11.  A few lines here play the driver: two rings, one page of data.
 */

#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/hex.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include "nftsw_kt.h"
#include "../hw_model/tests/bridge_vectors.h"
#include "../hw_model/tests/vectors.h"

#define MODEL_RING_COUNT	16
#define MODEL_BUF_SIZE		2048
#define MODEL_DATA_SIZE		PAGE_SIZE
#define MODEL_FLOWS_MAX		8
#define MODEL_ACLS_MAX		4
#define MODEL_RECORDS_SIZE	512

/**
 * struct model_mem - what the chip reads and writes
 * @cmd: command ring
 * @cpl: its completions
 * @rxd: RX buffers
 * @rxc: filled RX buffers
 * @data: data buffer of commands
 * @buf: RX buffers' memory
 */
struct model_mem {
	struct nftsw_hw_cmd cmd[MODEL_RING_COUNT];
	struct nftsw_hw_cpl cpl[MODEL_RING_COUNT];
	struct nftsw_hw_rxd rxd[MODEL_RING_COUNT];
	struct nftsw_hw_rxc rxc[MODEL_RING_COUNT];
	u8 data[MODEL_DATA_SIZE] __aligned(8);
	u8 buf[MODEL_RING_COUNT][MODEL_BUF_SIZE];
};

struct model_ctx {
	struct nftsw_kt *kt;
	struct model_mem *mem;
	dma_addr_t dma;
	u16 cmd_prod;
	u16 rx_cons;
	u8 hex_in[NFTSW_KT_FRAME_MAX];
	u8 hex_out[NFTSW_KT_FRAME_MAX];
	struct nftsw_hw_flow_entry flows[MODEL_FLOWS_MAX];
	struct nftsw_hw_acl_entry acls[MODEL_ACLS_MAX];
	u8 records[MODEL_RECORDS_SIZE];
};

#define MODEL_DMA(ctx, member) ((ctx)->dma + offsetof(struct model_mem, member))

static void model_wr(struct model_ctx *ctx, u32 off, u32 val)
{
	nftsw_wr32(&ctx->kt->bm->bus, off, val);
}

static u32 model_rd(struct model_ctx *ctx, u32 off)
{
	return nftsw_rd32(&ctx->kt->bm->bus, off);
}

static void model_ring(struct kunit *test, u32 nr, dma_addr_t base)
{
	struct model_ctx *ctx = test->priv;

	nftsw_wr64(&ctx->kt->bm->bus, NFTSW_RING_BASE_LO(nr), base);
	model_wr(ctx, NFTSW_RING_COUNT(nr), MODEL_RING_COUNT);
	model_wr(ctx, NFTSW_RING_CTRL(nr), NFTSW_RING_CTRL_EN);
	KUNIT_ASSERT_EQ(test, model_rd(ctx, NFTSW_RING_CTRL(nr)),
			NFTSW_RING_CTRL_EN);
}

static void model_rings(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;
	u32 i;

	model_ring(test, NFTSW_RING_CMD_CQ, MODEL_DMA(ctx, cpl));
	model_ring(test, NFTSW_RING_CMD_SQ, MODEL_DMA(ctx, cmd));
	model_ring(test, NFTSW_RING_RX_CQ(0), MODEL_DMA(ctx, rxc));
	model_ring(test, NFTSW_RING_RX_SQ(0), MODEL_DMA(ctx, rxd));
	for (i = 0; i < MODEL_RING_COUNT; i++) {
		ctx->mem->rxd[i].addr = cpu_to_le64(MODEL_DMA(ctx, buf[i]));
		ctx->mem->rxd[i].size = cpu_to_le16(MODEL_BUF_SIZE);
		ctx->mem->rxd[i].id = cpu_to_le16(i);
	}
	model_wr(ctx, NFTSW_RING_PROD(NFTSW_RING_RX_SQ(0)), MODEL_RING_COUNT);
	model_wr(ctx, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
}

static int model_init(struct kunit *test)
{
	struct model_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	struct nfm_cfg cfg;

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	nftsw_kt_cfg(&cfg);
	cfg.ports = NFM_VECTOR_PORTS;
	ctx->kt = nftsw_kt_chip(test, &cfg);
	nftsw_bm_pump(ctx->kt->bm);
	ctx->mem = dma_alloc_coherent(ctx->kt->dev, sizeof(*ctx->mem), &ctx->dma,
				      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ctx->mem);
	test->priv = ctx;
	model_rings(test);
	return 0;
}

static void model_exit(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;

	if (!ctx)	/* there was no chip */
		return;
	model_wr(ctx, NFTSW_CTRL, NFTSW_CTRL_RESET);
	nftsw_bm_pump(ctx->kt->bm);
	dma_free_coherent(ctx->kt->dev, sizeof(*ctx->mem), ctx->mem, ctx->dma);
}

/* Put a command into the ring; model_answer() rings the bell and waits. */
static void model_post(struct model_ctx *ctx, u16 opcode, u32 index, u32 count,
		       u32 data_size)
{
	struct nftsw_hw_cmd *cmd;

	cmd = &ctx->mem->cmd[ctx->cmd_prod % MODEL_RING_COUNT];
	memset(cmd, 0, sizeof(*cmd));
	cmd->opcode = cpu_to_le16(opcode);
	cmd->tag = cpu_to_le16(0x8000 | ctx->cmd_prod);
	cmd->index = cpu_to_le32(index);
	cmd->count = cpu_to_le32(count);
	cmd->data_addr = cpu_to_le64(data_size ? MODEL_DMA(ctx, data) : 0);
	cmd->data_size = cpu_to_le32(data_size);
	ctx->cmd_prod++;
}

static struct nftsw_hw_cpl *model_answer(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;
	struct nftsw_hw_cpl *cpl;
	u16 last = ctx->cmd_prod - 1;

	model_wr(ctx, NFTSW_RING_PROD(NFTSW_RING_CMD_SQ), ctx->cmd_prod);
	nftsw_bm_pump(ctx->kt->bm);
	cpl = &ctx->mem->cpl[last % MODEL_RING_COUNT];
	KUNIT_ASSERT_EQ(test, le16_to_cpu(cpl->tag), 0x8000 | last);
	KUNIT_ASSERT_EQ(test, cpl->flags & NFTSW_PHASE,
			last / MODEL_RING_COUNT % 2 ? 0 : NFTSW_PHASE);
	KUNIT_ASSERT_EQ(test, le16_to_cpu(cpl->sq_cons), ctx->cmd_prod);
	model_wr(ctx, NFTSW_RING_CONS(NFTSW_RING_CMD_CQ), ctx->cmd_prod);
	return cpl;
}

static u8 model_cmd(struct kunit *test, u16 opcode, u32 index, u32 count,
		    const void *data, u32 size)
{
	struct model_ctx *ctx = test->priv;

	memcpy(ctx->mem->data, data, size);
	model_post(ctx, opcode, index, count, size);
	return model_answer(test)->status;
}

static u8 model_flow_set(struct kunit *test, const struct nftsw_hw_flow_entry *e)
{
	return model_cmd(test, NFTSW_OP_FLOW_SET, 0, 1, e, sizeof(*e));
}

/* ---- golden vectors ---- */

static void vector_desc(const struct nfm_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(vector, nfm_vectors, vector_desc);

static u32 vector_hex(struct kunit *test, const char *hex, void *to, u32 size)
{
	u32 len = strlen(hex) / 2;

	KUNIT_ASSERT_LE(test, len, size);
	KUNIT_ASSERT_EQ(test, hex2bin(to, hex, len), 0);
	return len;
}

static void vector_rmac(struct kunit *test, u32 port, u8 which, u8 flags)
{
	struct nftsw_hw_rmac r = {
		.port = cpu_to_le16(port),
		.flags = flags,
		.mac = { 2, 0, 0, 0, which, port },
	};

	KUNIT_ASSERT_EQ(test, model_cmd(test, NFTSW_OP_RMAC_ADD, 0, 1, &r,
					sizeof(r)), NFTSW_ST_OK);
}

/* The chip that vectors.h describes. */
static void vector_port(struct kunit *test, u32 port)
{
	struct model_ctx *ctx = test->priv;
	struct nftsw_hw_port_cfg pc = {
		.port = cpu_to_le16(port),
		.max_frame = cpu_to_le32(port == NFM_VECTOR_PORT_PROMISC ?
					 NFM_VECTOR_MAX_FRAME_3 :
					 NFM_VECTOR_MAX_FRAME),
		.flags = cpu_to_le32(port == NFM_VECTOR_PORT_PROMISC ?
				     NFTSW_PORT_PROMISC : 0),
	};

	KUNIT_ASSERT_EQ(test, model_cmd(test, NFTSW_OP_PORT_SET, port, 1, &pc,
					sizeof(pc)), NFTSW_ST_OK);
	vector_rmac(test, port, 1, NFTSW_RMAC_ROUTER);
	vector_rmac(test, port, 2, 0);
	model_wr(ctx, NFTSW_PORT_CTRL(port), NFTSW_PORT_CTRL_EN);
	nftsw_bm_link_set(ctx->kt->bm, port, !(NFM_VECTOR_NO_PARTNER >> port & 1));
}

static void vector_lag(struct kunit *test, u32 lag)
{
	struct nftsw_hw_lag cfg = {
		.lag = cpu_to_le32(lag),
		.members = cpu_to_le64(nfm_vector_lags[lag].members),
		.active = cpu_to_le64(nfm_vector_lags[lag].active),
	};

	KUNIT_ASSERT_EQ(test, model_cmd(test, NFTSW_OP_LAG_SET, lag, 1, &cfg,
					sizeof(cfg)), NFTSW_ST_OK);
}

static void vector_flows(struct kunit *test, const struct nfm_vector *v)
{
	struct model_ctx *ctx = test->priv;
	u32 i, size;

	size = vector_hex(test, v->flows, ctx->flows, sizeof(ctx->flows));
	KUNIT_ASSERT_EQ(test, size % sizeof(ctx->flows[0]), (size_t)0);
	for (i = 0; i < size / sizeof(ctx->flows[0]); i++)
		KUNIT_ASSERT_EQ(test, model_flow_set(test, &ctx->flows[i]),
				NFTSW_ST_OK);
}

static void vector_acls(struct kunit *test, const struct nfm_vector *v)
{
	struct model_ctx *ctx = test->priv;
	u32 i, size;

	if (!v->acls)
		return;
	size = vector_hex(test, v->acls, ctx->acls, sizeof(ctx->acls));
	KUNIT_ASSERT_EQ(test, size % sizeof(ctx->acls[0]), (size_t)0);
	for (i = 0; i < size / sizeof(ctx->acls[0]); i++)
		KUNIT_ASSERT_EQ(test, model_cmd(test, NFTSW_OP_ACL_SET, 0, 1, &ctx->acls[i],
						sizeof(ctx->acls[0])), NFTSW_ST_OK);
}

/* A copy leaves as the frame came in, and before it. */
static void vector_expect_copy(struct kunit *test, const struct nfm_vector *v, u32 len)
{
	struct model_ctx *ctx = test->priv;
	struct nftsw_bm_frame *f = nftsw_bm_egress_take(ctx->kt->bm);

	KUNIT_ASSERT_NOT_NULL_MSG(test, f, "no copy came out");
	KUNIT_EXPECT_EQ(test, f->port, v->copy - 1);
	KUNIT_EXPECT_EQ(test, f->len, len);
	if (f->len == len)
		KUNIT_EXPECT_MEMEQ(test, f->data, ctx->hex_in, len);
	kfree(f);
}

static void vector_expect_out(struct kunit *test, const struct nfm_vector *v)
{
	struct model_ctx *ctx = test->priv;
	struct nftsw_bm_frame *f = nftsw_bm_egress_take(ctx->kt->bm);
	u32 len = vector_hex(test, v->out, ctx->hex_out, sizeof(ctx->hex_out));

	KUNIT_ASSERT_NOT_NULL_MSG(test, f, "no frame came out");
	KUNIT_EXPECT_EQ(test, f->port, v->oport);
	KUNIT_EXPECT_EQ(test, f->len, len);
	if (f->len == len)
		KUNIT_EXPECT_MEMEQ(test, f->data, ctx->hex_out, len);
	kfree(f);
}

/* The frame is in one buffer, as it came in.  @mark: NFTSW_RXC_FWD_MARK or 0 */
static void model_expect_rx(struct kunit *test, u8 reason, u8 mark, u32 port,
			    const void *data, u32 len)
{
	struct model_ctx *ctx = test->priv;
	u32 at = ctx->rx_cons++ % MODEL_RING_COUNT;
	const struct nftsw_hw_rxc *c = &ctx->mem->rxc[at];

	KUNIT_ASSERT_EQ(test, c->flags & (NFTSW_PHASE | NFTSW_RXC_SOP |
					  NFTSW_RXC_EOP | NFTSW_RXC_FWD_MARK),
			NFTSW_PHASE | NFTSW_RXC_SOP | NFTSW_RXC_EOP | mark);
	KUNIT_EXPECT_EQ(test, c->reason, reason);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(c->port), port);
	KUNIT_ASSERT_EQ(test, le16_to_cpu(c->frame_len), len);
	KUNIT_EXPECT_MEMEQ(test, ctx->mem->buf[at], data, len);
}

static void golden_vector(struct kunit *test)
{
	const struct nfm_vector *v = test->param_value;
	struct model_ctx *ctx = test->priv;
	u32 i, len;

	for (i = 0; i < NFM_VECTOR_PORTS; i++)
		vector_port(test, i);
	for (i = 0; i < ARRAY_SIZE(nfm_vector_lags); i++)
		vector_lag(test, i);
	vector_flows(test, v);
	vector_acls(test, v);
	len = vector_hex(test, v->in, ctx->hex_in, sizeof(ctx->hex_in));
	nftsw_bm_ingress(ctx->kt->bm, v->iport, ctx->hex_in, len);
	if (v->copy)
		vector_expect_copy(test, v, len);
	if (v->out) {
		vector_expect_out(test, v);
	} else {
		KUNIT_EXPECT_EQ(test, nftsw_bm_reason(ctx->kt->bm, v->reason), 1);
		if (!nfm_reason_is_drop(v->reason))
			model_expect_rx(test, v->reason, 0, v->iport, ctx->hex_in, len);
	}
	KUNIT_EXPECT_NULL(test, nftsw_bm_egress_take(ctx->kt->bm));
}

/* ---- golden vectors of tags in the bridge ---- */

static void bridge_vector_desc(const struct nfm_bridge_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bridge_vector, nfm_bridge_vectors, bridge_vector_desc);

/* Every record by a command of its own.  @indexed: a record begins with its index. */
static void bridge_vector_fill(struct kunit *test, u16 op, const char *hex, u32 bytes,
			       bool indexed)
{
	struct model_ctx *ctx = test->priv;
	u32 size = vector_hex(test, hex, ctx->records, sizeof(ctx->records));
	const u8 *rec = ctx->records;

	KUNIT_ASSERT_EQ(test, size % bytes, 0u);
	for (; size; size -= bytes, rec += bytes)
		KUNIT_ASSERT_EQ(test, model_cmd(test, op, indexed ? get_unaligned_le16(rec) : 0, 1,
						rec, bytes), NFTSW_ST_OK);
}

static void bridge_vector_scene(struct kunit *test, const struct nfm_bridge_scene *s)
{
	struct model_ctx *ctx = test->priv;
	u32 i;

	for (i = 0; i < NFM_VECTOR_PORTS; i++) {
		model_wr(ctx, NFTSW_PORT_CTRL(i), NFTSW_PORT_CTRL_EN);
		nftsw_bm_link_set(ctx->kt->bm, i, true);
	}
	bridge_vector_fill(test, NFTSW_OP_BR_PORT_SET, s->ports,
			   sizeof(struct nftsw_hw_br_port), true);
	bridge_vector_fill(test, NFTSW_OP_FID_SET, s->fids, sizeof(struct nftsw_hw_fid), false);
	bridge_vector_fill(test, NFTSW_OP_VLAN_SET, s->vlans, sizeof(struct nftsw_hw_vlan), false);
	bridge_vector_fill(test, NFTSW_OP_FDB_SET, s->hosts, sizeof(struct nftsw_hw_fdb), false);
}

/* Which of the vector's frames this is, that has not been seen before.  Or -1. */
static int bridge_vector_which(struct kunit *test, const struct nfm_bridge_vector *v,
			       const struct nftsw_bm_frame *f, u32 seen)
{
	struct model_ctx *ctx = test->priv;
	u32 i, len;

	for (i = 0; i < NFM_BRIDGE_VECTOR_OUTS && v->out[i].frame; i++) {
		len = vector_hex(test, v->out[i].frame, ctx->hex_out, sizeof(ctx->hex_out));
		if (!(seen & BIT(i)) && f->port == v->out[i].port && f->len == len &&
		    !memcmp(f->data, ctx->hex_out, len))
			return i;
	}
	return -1;
}

static void bridge_vector_expect_outs(struct kunit *test, const struct nfm_bridge_vector *v)
{
	struct model_ctx *ctx = test->priv;
	struct nftsw_bm_frame *f;
	u32 seen = 0;
	u32 i;
	int at;

	while ((f = nftsw_bm_egress_take(ctx->kt->bm))) {
		at = bridge_vector_which(test, v, f, seen);
		KUNIT_EXPECT_GE_MSG(test, at, 0, "port %u: %*ph", f->port, (int)f->len, f->data);
		if (at >= 0)
			seen |= BIT(at);
		kfree(f);
	}
	for (i = 0; i < NFM_BRIDGE_VECTOR_OUTS; i++)
		KUNIT_EXPECT_EQ_MSG(test, !!(seen & BIT(i)), !!v->out[i].frame, "frame %u", i);
}

static void golden_bridge_vector(struct kunit *test)
{
	const struct nfm_bridge_vector *v = test->param_value;
	struct model_ctx *ctx = test->priv;
	u8 mark = v->reason == NFTSW_REASON_BRIDGE_FLOOD ? NFTSW_RXC_FWD_MARK : 0;
	u32 len;

	bridge_vector_scene(test, &nfm_bridge_scenes[v->scene]);
	len = vector_hex(test, v->in, ctx->hex_in, sizeof(ctx->hex_in));
	nftsw_bm_ingress(ctx->kt->bm, v->iport, ctx->hex_in, len);
	bridge_vector_expect_outs(test, v);
	if (v->reason == NFTSW_REASON_NONE)
		return;
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(ctx->kt->bm, v->reason), 1);
	if (!nfm_reason_is_drop(v->reason))
		model_expect_rx(test, v->reason, mark, v->iport, ctx->hex_in, len);
}

/* ---- rules that a driver leans on ---- */

static void registers_say_what_they_are(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;
	struct nftsw_bus *bus = &ctx->kt->bm->bus;

	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_ID), NFTSW_ID_VAL);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_ABI), NFTSW_ABI_VERSION);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_PORTS), NFM_VECTOR_PORTS);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_QUEUES), NFTSW_KT_QUEUES);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_FLOWS), NFTSW_KT_FLOWS);
	KUNIT_EXPECT_EQ(test, nftsw_rd64(bus, NFTSW_SERIAL_LO),
			ctx->kt->bm->cfg.serial);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_STATUS), NFTSW_STATUS_READY);
	model_wr(ctx, NFTSW_TEST_ECHO, 0x12345678);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_TEST_ECHO), ~0x12345678u);
}

/* Not one unknown access goes unnoticed. */
static void bad_accesses_are_counted(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;

	model_rd(ctx, NFTSW_BAD_ACCESS);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, 0x0ffc), 0u);
	model_wr(ctx, NFTSW_ID, 1);
	model_wr(ctx, 0xfffc, 1);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_BAD_ACCESS), 3u);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_BAD_ACCESS), 0u);
}

/* Three times around the ring: phase and tags are checked by model_answer(). */
static void commands_complete_in_order(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;
	u32 i, n;

	for (i = 0; i < 3 * MODEL_RING_COUNT; i += n) {
		for (n = 0; n < 1 + i % 7; n++)
			model_post(ctx, NFTSW_OP_NOP, 0, 0, 0);
		KUNIT_EXPECT_EQ(test, model_answer(test)->status, NFTSW_ST_OK);
	}
}

static void commands_name_their_error(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;
	struct nftsw_hw_port_cfg pc = {};
	struct nftsw_hw_flow_entry e = {};

	KUNIT_EXPECT_EQ(test, model_cmd(test, 0x7777, 0, 0, "", 0),
			NFTSW_ST_BAD_OPCODE);
	KUNIT_EXPECT_EQ(test, model_cmd(test, NFTSW_OP_PORT_SET, NFTSW_KT_PORTS, 1,
					&pc, sizeof(pc)), NFTSW_ST_BAD_PARAM);
	e.index = cpu_to_le32(NFTSW_KT_FLOWS);
	KUNIT_EXPECT_EQ(test, model_flow_set(test, &e), NFTSW_ST_BAD_PARAM);
	model_post(ctx, NFTSW_OP_PORT_GET, 0, 1, sizeof(pc));
	ctx->mem->cmd[(ctx->cmd_prod - 1) % MODEL_RING_COUNT].data_addr =
		cpu_to_le64(~0xfffull);
	KUNIT_EXPECT_EQ(test, model_answer(test)->status, NFTSW_ST_DMA);
	KUNIT_EXPECT_EQ(test, ctx->kt->bm->dma_bad, 1u);
	ctx->kt->bm->dma_bad = 0;
}

/* A producer index that is more than the ring ahead is refused, and said to be. */
static void doorbell_out_of_range_is_refused(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;
	u32 sts = NFTSW_RING_STS(NFTSW_RING_CMD_SQ);

	model_wr(ctx, NFTSW_RING_PROD(NFTSW_RING_CMD_SQ), MODEL_RING_COUNT + 1);
	nftsw_bm_pump(ctx->kt->bm);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, sts), NFTSW_RING_STS_INDEX);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_RING_PROD(NFTSW_RING_CMD_SQ)), 0u);
	model_wr(ctx, sts, NFTSW_RING_STS_INDEX);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, sts), 0u);
	KUNIT_EXPECT_EQ(test, model_cmd(test, NFTSW_OP_NOP, 0, 0, "", 0),
			NFTSW_ST_OK);
}

/* A flow of the first vector that forwards, under another entry number. */
static void model_some_flow(struct kunit *test, struct nftsw_hw_flow_entry *e,
			    u32 index)
{
	struct model_ctx *ctx = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(nfm_vectors) && !nfm_vectors[i].out; i++)
		;
	KUNIT_ASSERT_LT(test, i, (u32)ARRAY_SIZE(nfm_vectors));
	vector_hex(test, nfm_vectors[i].flows, ctx->flows, sizeof(ctx->flows));
	*e = ctx->flows[0];
	e->index = cpu_to_le32(index);
}

/* An entry that cannot be written leaves everything as it was. */
static void refused_flow_changes_nothing(struct kunit *test)
{
	struct nftsw_hw_flow_record before, after;
	struct model_ctx *ctx = test->priv;
	struct nftsw_hw_flow_entry e;

	model_some_flow(test, &e, 3);
	KUNIT_ASSERT_EQ(test, model_flow_set(test, &e), NFTSW_ST_OK);
	nftsw_bm_flows(ctx->kt->bm, 0, &before);
	e.index = cpu_to_le32(4);
	KUNIT_EXPECT_EQ(test, model_flow_set(test, &e), NFTSW_ST_EXISTS);
	e.index = cpu_to_le32(3);
	e.oport = cpu_to_le16(NFM_VECTOR_PORTS);
	KUNIT_EXPECT_EQ(test, model_flow_set(test, &e), NFTSW_ST_BAD_PARAM);
	e.oport = cpu_to_le16(0);
	e.key.sport ^= htons(1);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_TABLE_FULL, 1);
	KUNIT_EXPECT_EQ(test, model_flow_set(test, &e), NFTSW_ST_NO_SPACE);
	KUNIT_EXPECT_EQ(test, nftsw_bm_flows(ctx->kt->bm, 0, &after), 1u);
	KUNIT_EXPECT_MEMEQ(test, &after, &before, sizeof(after));
}

/* All entry numbers can be used at once, and every one of them is found again. */
static void table_takes_every_entry(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;
	struct nftsw_hw_flow_record rec;
	struct nftsw_hw_flow_entry e;
	u32 i;

	for (i = 0; i < NFTSW_KT_FLOWS; i++) {
		model_some_flow(test, &e, i);
		e.key.sport = htons(1000 + i);
		KUNIT_ASSERT_EQ(test, model_flow_set(test, &e), NFTSW_ST_OK);
	}
	for (i = 0; i < NFTSW_KT_FLOWS; i++) {
		KUNIT_ASSERT_EQ(test, nftsw_bm_flows(ctx->kt->bm, i, &rec),
				NFTSW_KT_FLOWS);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(rec.entry.index), i);
		KUNIT_EXPECT_EQ(test, ntohs(rec.entry.key.sport), 1000 + i);
	}
}

/* Reset empties tables, stops rings and DMA, and is through within its time. */
static void reset_empties_the_chip(struct kunit *test)
{
	struct model_ctx *ctx = test->priv;
	struct nftsw_hw_flow_entry e;
	u64 start = ctx->kt->bm->now_ns;

	model_some_flow(test, &e, 0);
	KUNIT_ASSERT_EQ(test, model_flow_set(test, &e), NFTSW_ST_OK);
	model_wr(ctx, NFTSW_CTRL, NFTSW_CTRL_RESET);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_STATUS) & NFTSW_STATUS_READY, 0u);
	nftsw_bm_pump(ctx->kt->bm);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_STATUS), NFTSW_STATUS_READY);
	KUNIT_EXPECT_LE(test, ctx->kt->bm->now_ns - start,
			NFTSW_RESET_MS * (u64)NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, nftsw_bm_flows(ctx->kt->bm, 0, NULL), 0u);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_CTRL), 0u);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_RING_CTRL(NFTSW_RING_CMD_SQ)), 0u);
	KUNIT_EXPECT_EQ(test, model_rd(ctx, NFTSW_TEST_ECHO), ~0u);
}

/* Every name list has a name for every number. */
static void names_are_complete(struct kunit *test)
{
	u32 i;

	for (i = 0; i < NFTSW_REASON_COUNT; i++)
		KUNIT_EXPECT_STRNEQ(test, nfm_reason_name(i), "unknown");
	for (i = 0; i < NFTSW_PCTR_COUNT; i++)
		KUNIT_EXPECT_STRNEQ(test, nfm_pctr_name(i), "unknown");
	for (i = 0; i < NFTSW_ST_COUNT; i++)
		KUNIT_EXPECT_STRNEQ(test, nfm_status_name(i), "unknown");
	for (i = 0; i < NFM_FAULT_COUNT; i++)
		KUNIT_EXPECT_STRNEQ(test, nfm_fault_name(i), "unknown");
	KUNIT_EXPECT_STREQ(test, nfm_reason_name(NFTSW_REASON_COUNT), "unknown");
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE_PARAM(golden_vector, vector_gen_params),
	KUNIT_CASE_PARAM(golden_bridge_vector, bridge_vector_gen_params),
	KUNIT_CASE(registers_say_what_they_are),
	KUNIT_CASE(bad_accesses_are_counted),
	KUNIT_CASE(commands_complete_in_order),
	KUNIT_CASE(commands_name_their_error),
	KUNIT_CASE(doorbell_out_of_range_is_refused),
	KUNIT_CASE(refused_flow_changes_nothing),
	KUNIT_CASE(table_takes_every_entry),
	KUNIT_CASE(reset_empties_the_chip),
	KUNIT_CASE(names_are_complete),
	{}
};

static struct kunit_suite model_suite = {
	.name = "nftsw_model",
	.init = model_init,
	.exit = model_exit,
	.test_cases = model_cases,
};

kunit_test_suite(model_suite);

MODULE_DESCRIPTION("KUnit tests of the model of NFTSW-1");
MODULE_LICENSE("GPL");
