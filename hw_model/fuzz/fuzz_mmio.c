// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Fuzz target: all that software and the host can do to a chip, in any order: registers,
 * guest memory (also while the chip looks at it), frames, links, faults, time, state.
 * Input: operations, each an octet and what it needs; see ops[].
 *
 * Promises: the chip comes to rest within bounds; without a kick or its deadline there
 * was nothing to do; a state that was saved can be loaded; and no step outside of
 * memory, which the sanitizers watch.
 */
#include <stdlib.h>
#include "fuzz.h"
#include "../tests/vectors.h"

#define DATA_AT		0xc000u

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void wr(struct fuzz_host *h, u32 off, u32 val)
{
	nfm_mmio_write(h->m, off, val);
}

/* Any ring at any place in guest memory, mostly such that it can be enabled. */
static void op_ring(struct fuzz_host *h, struct fuzz_in *in)
{
	u32 n = fuzz_u8(in) % NFTSW_RING_RX_SQ(FUZZ_QUEUES);
	u32 base = FUZZ_GUEST_BASE + (fuzz_u8(in) << 8);

	wr(h, NFTSW_RING_CTRL(n), 0);
	wr(h, NFTSW_RING_BASE_LO(n), base);
	wr(h, NFTSW_RING_BASE_HI(n), 0);
	wr(h, NFTSW_RING_COUNT(n), 8u << (fuzz_u8(in) % 4));
	wr(h, NFTSW_RING_CTRL(n), NFTSW_RING_CTRL_EN);
}

static void op_doorbell(struct fuzz_host *h, struct fuzz_in *in)
{
	u32 n = fuzz_u8(in) % NFTSW_RING_RX_SQ(FUZZ_QUEUES);
	u32 by = fuzz_u8(in) % 34;

	wr(h, NFTSW_RING_PROD(n), (nfm_mmio_read(h->m, NFTSW_RING_PROD(n)) + by) & 0xffff);
}

/* Software has taken all, or some. */
static void op_take(struct fuzz_host *h, struct fuzz_in *in)
{
	u32 n = fuzz_u8(in) % NFTSW_RING_RX_SQ(FUZZ_QUEUES);
	u32 leave = fuzz_u8(in) % 16;

	wr(h, NFTSW_RING_CONS(n), (nfm_mmio_read(h->m, NFTSW_RING_PROD(n)) - leave) & 0xffff);
}

static void op_write(struct fuzz_host *h, struct fuzz_in *in)
{
	u32 off = fuzz_u16(in);

	wr(h, off, fuzz_u32(in));
}

static void op_read(struct fuzz_host *h, struct fuzz_in *in)
{
	nfm_mmio_read(h->m, fuzz_u16(in));
}

static void op_bad(struct fuzz_host *h, struct fuzz_in *in)
{
	nfm_mmio_bad(h->m, fuzz_u32(in), fuzz_u8(in));
}

static void op_memory(struct fuzz_host *h, struct fuzz_in *in)
{
	u32 at = fuzz_u16(in);
	size_t n = fuzz_u8(in);
	const u8 *p;

	if (n > FUZZ_GUEST_BYTES - at)
		n = FUZZ_GUEST_BYTES - at;
	p = fuzz_octets(in, &n);
	memcpy(h->guest + at, p, n);
}

static void op_run(struct fuzz_host *h, struct fuzz_in *in)
{
	h->inside = true;
	if (!nfm_run(h->m, h->now, fuzz_u8(in) % 8))
		h->kicked = false;
	h->inside = false;
	FUZZ_ASSERT(!h->mapped);
}

static void op_rest(struct fuzz_host *h, struct fuzz_in *in)
{
	h->now += (u64)fuzz_u16(in) << (fuzz_u8(in) % 32);
	fuzz_quiesce(h);
}

static void op_deadline(struct fuzz_host *h, struct fuzz_in *in)
{
	u64 at = nfm_deadline(h->m);

	(void)in;
	if (at != NFM_NEVER && at > h->now)
		h->now = at;
	fuzz_quiesce(h);
}

static void op_frame(struct fuzz_host *h, struct fuzz_in *in)
{
	u32 port = fuzz_u8(in) % (FUZZ_PORTS + 1);
	size_t n = fuzz_u8(in) * (1 + fuzz_u8(in) % 4);
	const u8 *p = fuzz_octets(in, &n);
	u32 len = (u32)n;

	fuzz_ingress(h, port, p, &len, 1);
}

/* Into the command ring, wherever software has put it. */
static void submit(struct fuzz_host *h, struct nftsw_hw_cmd *c)
{
	u32 base = nfm_mmio_read(h->m, NFTSW_RING_BASE_LO(NFTSW_RING_CMD_SQ));
	u32 count = nfm_mmio_read(h->m, NFTSW_RING_COUNT(NFTSW_RING_CMD_SQ));
	u32 prod = nfm_mmio_read(h->m, NFTSW_RING_PROD(NFTSW_RING_CMD_SQ));
	u32 at = base - FUZZ_GUEST_BASE + (count ? prod % count : 0) * (u32)sizeof(*c);

	c->tag = NFM_TO_LE16((u16)prod);
	if (base < FUZZ_GUEST_BASE || at > FUZZ_GUEST_BYTES - sizeof(*c))
		return;
	memcpy(h->guest + at, c, sizeof(*c));
	wr(h, NFTSW_RING_PROD(NFTSW_RING_CMD_SQ), (prod + 1) & 0xffff);
	fuzz_quiesce(h);
}

/* A command that is well-formed, except when the input wants it otherwise. */
static void op_command(struct fuzz_host *h, struct fuzz_in *in)
{
#define NFM_X_OPCODE(sym, val, doc)	NFTSW_OP_##sym,
	static const u16 opcodes[] = { NFTSW_OPCODES(NFM_X_OPCODE) };
	u32 what = fuzz_u8(in);
	struct nftsw_hw_cmd c = { 0 };

	c.opcode = NFM_TO_LE16(opcodes[what % NFM_ARRAY_COUNT(opcodes)]);
	c.index = NFM_TO_LE32(fuzz_u8(in));
	c.count = NFM_TO_LE32(fuzz_u8(in));
	c.arg = NFM_TO_LE32(fuzz_u8(in));
	c.data_size = NFM_TO_LE32(fuzz_u8(in) * 64);
	c.data_addr = NFM_TO_LE64(c.data_size ? FUZZ_GUEST_BASE + DATA_AT : 0);
	submit(h, &c);
}

/* An address to listen to, where op_command() looks for data. */
static void op_rmac(struct fuzz_host *h, struct fuzz_in *in)
{
	struct nftsw_hw_rmac r = { .flags = NFTSW_RMAC_ROUTER, .mac = { 2, 0, 0, 0, 1, 0 } };
	u32 v = fuzz_u8(in);

	r.port = NFM_TO_LE16(v % FUZZ_PORTS);
	r.mac[5] = (u8)(v % FUZZ_PORTS + (v >> 4));
	memcpy(h->guest + DATA_AT, &r, sizeof(r));
}

/* A command of the bridge, mostly a good one. */
static void op_bridge(struct fuzz_host *h, struct fuzz_in *in)
{
	static const u16 opcodes[FUZZ_BR_KINDS] = {
		[FUZZ_BR_PORT] = NFTSW_OP_BR_PORT_SET, [FUZZ_BR_FID] = NFTSW_OP_FID_SET,
		[FUZZ_BR_VLAN] = NFTSW_OP_VLAN_SET, [FUZZ_BR_STP] = NFTSW_OP_STP_SET,
		[FUZZ_BR_FDB] = NFTSW_OP_FDB_SET, [FUZZ_BR_MDB] = NFTSW_OP_MDB_SET,
		[FUZZ_BR_FLUSH] = NFTSW_OP_FDB_FLUSH,
	};
	union fuzz_br r;
	u32 kind = fuzz_bridge(in, &r);
	struct nftsw_hw_cmd c = {
		.opcode = NFM_TO_LE16(opcodes[kind]),
		.data_size = NFM_TO_LE32(sizeof(r)),
		.data_addr = NFM_TO_LE64(FUZZ_GUEST_BASE + DATA_AT),
	};

	memcpy(h->guest + DATA_AT, &r, sizeof(r));
	if (kind == FUZZ_BR_PORT)
		c.index = NFM_TO_LE32(NFM_LE16(r.port.port));
	submit(h, &c);
}

static u32 digit(char c)
{
	return c <= '9' ? (u32)(c - '0') : (u32)(c - 'a') + 10;
}

static u32 unhex(u8 *out, u32 size, const char *hex)
{
	u32 n = 0;

	for (; hex && hex[0] && hex[1] && n < size; hex += 2)
		out[n++] = (u8)(digit(hex[0]) << 4 | digit(hex[1]));
	return n;
}

/* A golden vector: its flows or rules where op_command() looks for data, or its frame. */
static void op_vector(struct fuzz_host *h, struct fuzz_in *in)
{
	const struct nfm_vector *v = &nfm_vectors[fuzz_u16(in) % NFM_ARRAY_COUNT(nfm_vectors)];
	u32 what = fuzz_u8(in);
	u8 frame[4096];
	u32 len;

	if (what & 1)
		unhex(h->guest + DATA_AT, 2048, v->flows);
	if (what & 4)
		unhex(h->guest + DATA_AT, 2048, v->acls);
	if (!(what & 2))
		return;
	len = unhex(frame, sizeof(frame), v->in);
	fuzz_ingress(h, v->iport, frame, &len, 1);
}

static void op_link(struct fuzz_host *h, struct fuzz_in *in)
{
	u32 v = fuzz_u8(in);

	nfm_link_set(h->m, v % (FUZZ_PORTS + 1), v >> 7);
}

static void op_fault(struct fuzz_host *h, struct fuzz_in *in)
{
	nfm_fault_set(h->m, fuzz_u8(in) % (NFM_FAULT_COUNT + 1), fuzz_u8(in) % 8);
}

static void op_restless(struct fuzz_host *h, struct fuzz_in *in)
{
	h->restless = fuzz_u8(in);
}

static void op_reset(struct fuzz_host *h, struct fuzz_in *in)
{
	(void)in;
	nfm_reset(h->m);
}

static void op_inspect(struct fuzz_host *h, struct fuzz_in *in)
{
	struct nftsw_hw_flow_record rec;
	struct nftsw_hw_port_cfg cfg;
	struct nftsw_hw_acl_record acl;
	struct nftsw_hw_lag lag;
	u64 ctr[NFTSW_PCTR_COUNT];
	struct nfm_info info;
	u32 at = fuzz_u8(in);
	union fuzz_br br;
	u32 t, i;

	nfm_info_get(h->m, &info);
	nfm_port_cfg_get(h->m, at, &cfg);
	nfm_port_ctrs_get(h->m, at, ctr);
	nfm_port_ready(h->m, at);
	nfm_lag_get(h->m, at, &lag);
	FUZZ_ASSERT(!(lag.active & ~lag.members) && !(lag.sending & ~lag.active));
	if (nfm_acl_get(h->m, at, &acl))
		FUZZ_ASSERT(acl.entry.ports && acl.ctrs.cookie == acl.entry.cookie);
	nfm_reason_get(h->m, at);
	for (t = NFTSW_TBL_BR_PORT; t <= NFTSW_TBL_COUNT; t++)
		for (i = at; nfm_table_next(h->m, t, &i, &br);)
			FUZZ_ASSERT(t < NFTSW_TBL_COUNT);
	while (nfm_flow_next(h->m, &at, &rec))
		FUZZ_ASSERT(NFM_LE32(rec.entry.state) & NFTSW_FS_VALID);
}

/* FNV-1a, as the head comment of nfm_state.c says. */
static void seal(u8 *p, size_t size)
{
	u64 h = 0xcbf29ce484222325ull;
	size_t i;
	__le64 sum;

	for (i = 0; i < size - 8; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	sum = NFM_TO_LE64(h);
	memcpy(p + size - 8, &sum, 8);
}

/* Out and in again; or in with a lie. */
static void op_state(struct fuzz_host *h, struct fuzz_in *in)
{
	size_t size = nfm_state_size(h->m);
	u8 *p = malloc(size);
	u32 lie = fuzz_u8(in) & 1;
	const char *why;

	FUZZ_ASSERT(p && nfm_state_save(h->m, p, size) == size);
	if (lie) {
		p[fuzz_u16(in) % size] = (u8)fuzz_u8(in);
		seal(p, size);
	}
	why = nfm_state_load(h->m, p, size);
	FUZZ_ASSERT(lie || !why);
	free(p);
}

static void (* const ops[])(struct fuzz_host *h, struct fuzz_in *in) = {
	op_ring, op_doorbell, op_take, op_write, op_read, op_bad, op_memory, op_run, op_rest,
	op_deadline, op_frame, op_link, op_fault, op_restless, op_reset, op_inspect, op_state,
	op_command, op_rmac, op_vector, op_bridge,
};

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_host *h = fuzz_host_new();
	struct fuzz_in in = { .p = data, .n = size };
	u32 n;

	for (n = 0; in.n && n < 300; n++)
		ops[fuzz_u8(&in) % NFM_ARRAY_COUNT(ops)](h, &in);
	fuzz_quiesce(h);
	return 0;
}
