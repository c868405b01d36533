// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Writes the first inputs of the fuzz targets: the golden vectors for fuzz_frames, and for
 * fuzz_mmio a bring-up followed by each command and by frames both ways.
 *
 *   gen_seeds DIR-FOR-FRAMES DIR-FOR-MMIO
 */
#include <stdio.h>
#include <stdlib.h>
#include "fuzz.h"
#include "../tests/vectors.h"

/* Operations of fuzz_mmio, by their place in its table. */
enum { RING, DOORBELL, TAKE, WRITE, READ, BAD, MEMORY, RUN, REST, DEADLINE, FRAME, LINK, FAULT,
       RESTLESS, RESET, INSPECT, STATE, COMMAND, RMAC, VECTOR, BRIDGE };

static u8 seed[65536];
static size_t used;

static void put(const void *p, size_t n)
{
	FUZZ_ASSERT(n <= sizeof(seed) - used);
	memcpy(seed + used, p, n);
	used += n;
}

static void put8(u32 v)
{
	u8 o = (u8)v;

	put(&o, 1);
}

static void put16(u32 v)
{
	put8(v);
	put8(v >> 8);
}

static void put32(u32 v)
{
	put16(v);
	put16(v >> 16);
}

void fuzz_fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	exit(1);
}

static void finish(const char *dir, const char *name, u32 n)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s-%03u", dir, name, n);
	f = fopen(path, "wb");
	FUZZ_ASSERT(f && fwrite(seed, 1, used, f) == used && !fclose(f));
	used = 0;
}

static u32 digit(char c)
{
	return c <= '9' ? (u32)(c - '0') : (u32)(c - 'a') + 10;
}

static void put_hex(const char *hex)
{
	for (; hex[0] && hex[1]; hex += 2)
		put8(digit(hex[0]) << 4 | digit(hex[1]));
}

static size_t hex_octets(const char *hex)
{
	size_t n = 0;

	while (hex[n])
		n++;
	return n / 2;
}

/* The ports of the golden vectors, as their header describes them. */
static void put_ports(void)
{
	u32 p, host;

	put32(NFM_VECTOR_NO_PARTNER | 1u << (FUZZ_PORTS + NFM_VECTOR_PORT_PROMISC));
	put8(NFM_ARRAY_COUNT(nfm_vector_lags));
	for (p = 0; p < NFM_ARRAY_COUNT(nfm_vector_lags); p++) {
		put16(nfm_vector_lags[p].members);
		put16(nfm_vector_lags[p].active);
	}
	put8(2 * NFM_VECTOR_PORTS);
	for (p = 0; p < NFM_VECTOR_PORTS; p++) {
		for (host = 0; host < 2; host++) {
			u8 mac[6] = { 2, 0, 0, 0, (u8)(1 + host), (u8)p };

			put8(p);
			put8(host ? 0 : NFTSW_RMAC_ROUTER);
			put(mac, sizeof(mac));
		}
	}
}

/* What fuzz_bridge() eats: one FID over ports 0 to 7 and virtual port 0, aware or not. */
static u32 put_bridge(u32 tag, u32 salt)
{
	bool aware = salt & 1;
	u32 p, n = 0;

#define RECORD(...)	do { \
		const u8 o[] = { __VA_ARGS__ }; \
		if (tag) \
			put8(tag); \
		put(o, sizeof(o)); \
		n++; \
	} while (0)
	RECORD(FUZZ_BR_FID, 0, (u8)(salt >> 1), aware ? 2 : 0, 0, 1, 0xff, 0, 1, 1, 0x0f, 0, 0, 0);
	for (p = 0; p < 8; p++) {
		RECORD(FUZZ_BR_VLAN, (u8)p, 2, 1);
		if (aware)
			RECORD(FUZZ_BR_PORT, (u8)p, 1, 0x1f, 0, 2, 0, 0);
		else
			RECORD(FUZZ_BR_PORT, (u8)p, 1, 0x1e, 0, 0, 0);
	}
	RECORD(FUZZ_BR_PORT, 192, 1, 0x1e, 0, 0, 0, 8, 3);
	RECORD(FUZZ_BR_VLAN, 8, 3, 192);
	RECORD(FUZZ_BR_STP, 1, 0, (u8)(salt % 3));
	RECORD(FUZZ_BR_FDB, 0, 0, 2, 0, 2, 0xcc, 0, 0, 0, 1);
	RECORD(FUZZ_BR_MDB, 0, 1, 0xf0, 0, 0, 0, 1, 0, 0x5e, 1, 2, 3);
#undef RECORD
	return n;
}

#define BRIDGE_RECORDS	22	/* of put_bridge() */

static void frames(const char *dir)
{
	const struct nfm_vector *v = nfm_vectors;
	u32 i;

	for (i = 0; i < NFM_ARRAY_COUNT(nfm_vectors); i++, v++) {
		size_t flows = v->flows ? hex_octets(v->flows) : 0;
		size_t acls = v->acls ? hex_octets(v->acls) : 0;

		put_ports();
		/* every other one on bridged ports */
		put8(i % 2 ? BRIDGE_RECORDS : 0);
		if (i % 2)
			FUZZ_ASSERT(put_bridge(0, i) == BRIDGE_RECORDS);
		put8((u32)(acls / sizeof(struct nftsw_hw_acl_entry)));
		if (v->acls)
			put_hex(v->acls);
		put8((u32)(flows / sizeof(struct nftsw_hw_flow_entry)));
		if (v->flows)
			put_hex(v->flows);
		put8(i % 16 * 8);
		put32(i);
		put8(v->iport);
		put16((u32)hex_octets(v->in));
		put_hex(v->in);
		finish(dir, "vector", i);
	}
}

#define RING_AT(n)	((n) * 0x800u)
#define DATA_AT		0xc000u

static void reg(u32 off, u32 val)
{
	put8(WRITE);
	put16(off);
	put32(val);
}

static void memory(u32 at, const void *p, u32 n)
{
	put8(MEMORY);
	put16(at);
	put8(n);
	put(p, n);
}

static void ring(u32 n)
{
	put8(RING);
	put8(n);
	put8(RING_AT(n) >> 8);
	put8(1);
}

static void doorbell(u32 n, u32 by)
{
	put8(DOORBELL);
	put8(n);
	put8(by);
}

static void rest(void)
{
	put8(REST);
	put16(1000);
	put8(4);
}

static void up(void)
{
	u32 i;

	for (i = 0; i < NFTSW_RING_RX_SQ(FUZZ_QUEUES); i++)
		if (i != 3)
			ring(i);
	for (i = 0; i < FUZZ_PORTS; i++) {
		put8(LINK);
		put8(0x80 | i);
		reg(NFTSW_PORT_CTRL(i), 1);
	}
	for (i = 0; i < NFTSW_VEC_QUEUE(FUZZ_QUEUES); i++)
		reg(NFTSW_IRQ_CTRL(i), 1);
	reg(NFTSW_CTRL, NFTSW_CTRL_ENABLE);
	rest();
}

static void command(u32 slot, u32 op, u32 index, u32 count, u32 arg, u32 size)
{
	struct nftsw_hw_cmd c = {
		.opcode = NFM_TO_LE16((u16)op),
		.index = NFM_TO_LE32(index),
		.count = NFM_TO_LE32(count),
		.arg = NFM_TO_LE32(arg),
		.data_addr = NFM_TO_LE64(size ? FUZZ_GUEST_BASE + DATA_AT : 0),
		.data_size = NFM_TO_LE32(size),
	};

	memory(RING_AT(NFTSW_RING_CMD_SQ) + 64 * slot, &c, sizeof(c));
}

static void ask(u32 op, u32 index, u32 count, u32 arg, u32 size)
{
	command(0, op, index, count, arg, size);
	doorbell(NFTSW_RING_CMD_SQ, 1);
	rest();
	put8(INSPECT);
	put8(0);
	put8(STATE);
	put8(0);
}

static void put_flow(void)
{
	struct nftsw_hw_flow_entry e = { .mtu = NFM_TO_LE16(1500), .idle_ms = NFM_TO_LE32(1) };

	e.key.l4proto = 17;
	e.dmac[0] = 2;
	e.smac[0] = 2;
	e.oport = NFM_TO_LE16(1);
	memory(DATA_AT, &e, sizeof(e));
}

static void put_record(u32 op)
{
	struct nftsw_hw_port_cfg port = { .max_frame = NFM_TO_LE32(1514) };
	struct nftsw_hw_trap_group trap = { .group = NFM_TO_LE32(1), .rate_pps = NFM_TO_LE32(9),
					    .burst = NFM_TO_LE32(2) };
	struct nftsw_hw_rmac rmac = { .flags = NFTSW_RMAC_ROUTER, .mac = { 2, 0, 0, 0, 1, 0 } };
	struct nftsw_hw_lag lag = { .members = NFM_TO_LE64(6), .active = NFM_TO_LE64(2) };
	struct nftsw_hw_acl_entry acl = { .ports = NFM_TO_LE64(2), .mport = NFM_TO_LE16(3),
					  .flags = NFTSW_AF_MIRROR };

	if (op == NFTSW_OP_PORT_SET)
		memory(DATA_AT, &port, sizeof(port));
	else if (op == NFTSW_OP_TRAP_SET)
		memory(DATA_AT, &trap, sizeof(trap));
	else if (op == NFTSW_OP_RMAC_ADD || op == NFTSW_OP_RMAC_DEL)
		memory(DATA_AT, &rmac, sizeof(rmac));
	else if (op == NFTSW_OP_LAG_SET)
		memory(DATA_AT, &lag, sizeof(lag));
	else if (op == NFTSW_OP_ACL_SET)
		memory(DATA_AT, &acl, sizeof(acl));
	else if (op == NFTSW_OP_FLOW_SET)
		put_flow();
}

static void rx(u32 len)
{
	u8 frame[255];

	memset(frame, 0xff, sizeof(frame));
	put8(FRAME);
	put8(1);
	put8(len);
	put8(0);
	put(frame, len);
}

static void packets(void)
{
	struct nftsw_hw_rxd d = { .addr = NFM_TO_LE64(FUZZ_GUEST_BASE + 0x8000),
				  .size = NFM_TO_LE16(64) };
	struct nftsw_hw_txd t = { .addr = NFM_TO_LE64(FUZZ_GUEST_BASE + 0x9000),
				  .len = NFM_TO_LE16(60) };
	u32 i;

	for (i = 0; i < 8; i++)
		memory(RING_AT(4) + i * (u32)sizeof(d), &d, sizeof(d));
	for (i = 0; i < 3; i++) {
		t.flags = NFM_TO_LE16((u16)(NFTSW_TXD_EOP | NFTSW_TXD_REPORT | i << 2));
		t.port = NFM_TO_LE16((u16)i);
		memory(RING_AT(6) + i * (u32)sizeof(t), &t, sizeof(t));
	}
	doorbell(4, 8);
	rx(60);
	rx(200);
	doorbell(6, 3);
	rest();
	put8(TAKE);
	put8(5);
	put8(0);
	put8(DEADLINE);
}

/* Frames of more and larger pieces than the chip takes. */
static void large_frames(u32 q)
{
	struct nftsw_hw_txd t = { .addr = NFM_TO_LE64(FUZZ_GUEST_BASE) };
	u32 i;

	for (i = 0; i < 16; i++) {
		t.len = NFM_TO_LE16((u16)(4000 + 600 * i));
		t.flags = NFM_TO_LE16(i % 4 == 3 ? NFTSW_TXD_EOP : 0);
		memory(RING_AT(6 + 4 * q) + i * (u32)sizeof(t), &t, sizeof(t));
	}
	doorbell(6 + 4 * q, 16);
	rest();
}

/* A well-formed command; @op: its place in NFTSW_OPCODES */
static void quick(u32 op, u32 index, u32 count, u32 arg, u32 size)
{
	put8(COMMAND);
	put8(op);
	put8(index);
	put8(count);
	put8(arg);
	put8(size / 64);
}

enum { NOP, PORT_SET, PORT_GET, PORT_CTRS, RMAC_ADD, RMAC_DEL, TRAP_SET, TRAP_GET, REASONS,
       FLOW_SET, FLOW_DEL, FLOW_CTRS, FLOW_PURGE, FLOW_STATE, LAG_SET, LAG_GET, ACL_SET, ACL_DEL,
       ACL_CTRS, BR_PORT_SET, STP_SET, VLAN_SET, FID_SET, FDB_SET, FDB_DEL, FDB_FLUSH, MDB_SET,
       MDB_DEL, DUMP };

static void vector(u32 i, u32 what)
{
	put8(VECTOR);
	put16(i);
	put8(what);
}

/* The rules of a vector, its frame, and off again. */
static void rules(u32 i)
{
	vector(i, 4);
	quick(ACL_SET, 0, 1, 0, 192);
	vector(i, 2);
	quick(ACL_CTRS, 0, 16, 0, 512);
	quick(DUMP, 0, 2, NFTSW_TBL_ACL, 512);
	put8(STATE);
	put8(0);
	quick(ACL_DEL, 0, 255, 0, 0);
}

/* A flow in the table, its frame, the same to the CPU, and off again. */
static void forward(u32 i)
{
	u32 p;

	up();
	for (p = 0; p < FUZZ_PORTS; p++) {
		put8(RMAC);
		put8(p);
		quick(RMAC_ADD, 0, 1, 0, 64);
	}
	packets();
	vector(i, 3);
	vector(i, 1);
	quick(FLOW_SET, 0, 1, 0, 192);
	vector(i, 2);
	quick(FLOW_STATE, (i * 7) % FUZZ_FLOWS, 1, NFTSW_FS_TO_CPU, 0);
	vector(i, 2);
	rest();
	quick(DUMP, 0, 2, NFTSW_TBL_FLOW, 512);
	quick(DUMP, 0, 8, NFTSW_TBL_RMAC, 512);
	quick(FLOW_CTRS, 0, FUZZ_FLOWS, 0, 2048);
	rules(i);
	put8(STATE);
	put8(0);
	quick(FLOW_DEL, 0, FUZZ_FLOWS, 0, 0);
	put8(RMAC);
	put8(1);
	quick(RMAC_DEL, 0, 1, 0, 64);
}

/* A bridge, some of its frames, its tables, and off again. */
static void bridge(u32 i)
{
	u32 t;

	up();
	put_bridge(BRIDGE, i);
	packets();
	for (t = 0; t < 8; t++)
		vector(i + t, 2);
	for (t = NFTSW_TBL_BR_PORT; t < NFTSW_TBL_COUNT; t++)
		quick(DUMP, 0, 8, t, 2048);
	put8(STATE);
	put8(0);
	put8(BRIDGE);
	put8(FUZZ_BR_FLUSH);
	put8(0);
	put8(0);
	put8(0);
	rest();
}

static void mmio(const char *dir)
{
#define NFM_X_OPCODE(sym, val, doc)	NFTSW_OP_##sym,
	static const u16 ops[] = { NFTSW_OPCODES(NFM_X_OPCODE) };
	u32 i, n = 0;

	for (i = 0; i < NFM_ARRAY_COUNT(ops); i++) {
		up();
		put_record(ops[i]);
		ask(ops[i], ops[i] == NFTSW_OP_TRAP_SET || ops[i] == NFTSW_OP_TRAP_GET, 1, 0, 512);
		packets();
		ask(NFTSW_OP_DUMP, 0, 4, i % NFTSW_TBL_COUNT, 1024);
		finish(dir, "command", n++);
	}
	for (i = 0; i <= NFM_FAULT_FATAL; i++) {
		up();
		put8(FAULT);
		put8(i);
		put8(3);
		put8(RESTLESS);
		put8(i);
		packets();
		ask(NFTSW_OP_NOP, 0, 0, 0, 0);
		put8(STATE);
		put8(1);
		put16(100 + 40 * i);
		put8(0x55);
		put8(RESET);
		up();
		large_frames(1);
		finish(dir, "fault", i);
	}
	for (i = 0; i < NFM_ARRAY_COUNT(nfm_vectors); i += 8) {
		forward(i);
		finish(dir, "forward", i);
	}
	for (i = 0; i < NFM_ARRAY_COUNT(nfm_vectors); i += 16) {
		bridge(i);
		finish(dir, "bridge", i);
	}
}

int main(int argc, char **argv)
{
	FUZZ_ASSERT(argc == 3);
	frames(argv[1]);
	mmio(argv[2]);
	return 0;
}
