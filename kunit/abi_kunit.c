// SPDX-License-Identifier: GPL-2.0
/*
 * The ABI as this compiler and this byte order see it: no hole, no overlap, no
 * renumbering.  Floor 11.  The offsets below are the ones of the datasheet, written a
 * second time on purpose: who changes the ABI has to change them here too.
 */

#include <kunit/test.h>
#include <linux/bitfield.h>
#include <linux/string.h>
#include <nftsw/counters.h>
#include <nftsw/desc.h>
#include <nftsw/regs.h>
#include <nftsw/tbl.h>
#include <nftsw/acl.h>
#include <nftsw/bridge.h>

#define ABI_MEMBERS	24

struct abi_member {
	const char *name;
	u32 want_offset;
	u32 want_size;
	u32 offset;
	u32 size;
};

struct abi_struct {
	const char *name;
	u32 size;
	struct abi_member member[ABI_MEMBERS];
};

#define STRUCT(type)	.name = #type, .size = sizeof(struct type)
#define M(type, mem, off, len) \
	{ #mem, off, len, offsetof(struct type, mem), \
	  sizeof_field(struct type, mem) }

static const struct abi_struct abi_structs[] = {
	{
		STRUCT(nftsw_hw_cmd),
		.member = {
			M(nftsw_hw_cmd, opcode, 0, 2),
			M(nftsw_hw_cmd, tag, 2, 2),
			M(nftsw_hw_cmd, index, 4, 4),
			M(nftsw_hw_cmd, count, 8, 4),
			M(nftsw_hw_cmd, arg, 12, 4),
			M(nftsw_hw_cmd, data_addr, 16, 8),
			M(nftsw_hw_cmd, data_size, 24, 4),
			M(nftsw_hw_cmd, rsvd, 28, 36),
		},
	},
	{
		STRUCT(nftsw_hw_cpl),
		.member = {
			M(nftsw_hw_cpl, tag, 0, 2),
			M(nftsw_hw_cpl, status, 2, 1),
			M(nftsw_hw_cpl, flags, 3, 1),
			M(nftsw_hw_cpl, done, 4, 4),
			M(nftsw_hw_cpl, next, 8, 4),
			M(nftsw_hw_cpl, sq_cons, 12, 2),
			M(nftsw_hw_cpl, rsvd, 14, 2),
		},
	},
	{
		STRUCT(nftsw_hw_event),
		.member = {
			M(nftsw_hw_event, type, 0, 1),
			M(nftsw_hw_event, severity, 1, 1),
			M(nftsw_hw_event, flags, 2, 1),
			M(nftsw_hw_event, rsvd, 3, 1),
			M(nftsw_hw_event, index, 4, 4),
			M(nftsw_hw_event, time_ns, 8, 8),
			M(nftsw_hw_event, arg, 16, 16),
		},
	},
	{
		STRUCT(nftsw_hw_rxd),
		.member = {
			M(nftsw_hw_rxd, addr, 0, 8),
			M(nftsw_hw_rxd, size, 8, 2),
			M(nftsw_hw_rxd, id, 10, 2),
			M(nftsw_hw_rxd, rsvd, 12, 4),
		},
	},
	{
		STRUCT(nftsw_hw_rxc),
		.member = {
			M(nftsw_hw_rxc, flags, 0, 1),
			M(nftsw_hw_rxc, reason, 1, 1),
			M(nftsw_hw_rxc, port, 2, 2),
			M(nftsw_hw_rxc, id, 4, 2),
			M(nftsw_hw_rxc, len, 6, 2),
			M(nftsw_hw_rxc, frame_len, 8, 2),
			M(nftsw_hw_rxc, rsvd, 10, 6),
			M(nftsw_hw_rxc, hash, 16, 4),
			M(nftsw_hw_rxc, flow, 20, 4),
			M(nftsw_hw_rxc, time_ns, 24, 8),
		},
	},
	{
		STRUCT(nftsw_hw_txd),
		.member = {
			M(nftsw_hw_txd, addr, 0, 8),
			M(nftsw_hw_txd, len, 8, 2),
			M(nftsw_hw_txd, flags, 10, 2),
			M(nftsw_hw_txd, port, 12, 2),
			M(nftsw_hw_txd, csum_start, 14, 2),
			M(nftsw_hw_txd, csum_offset, 16, 2),
			M(nftsw_hw_txd, rsvd, 18, 14),
		},
	},
	{
		STRUCT(nftsw_hw_txc),
		.member = {
			M(nftsw_hw_txc, flags, 0, 1),
			M(nftsw_hw_txc, reason, 1, 1),
			M(nftsw_hw_txc, sq_cons, 2, 2),
			M(nftsw_hw_txc, rsvd, 4, 12),
		},
	},
	{
		STRUCT(nftsw_hw_port_cfg),
		.member = {
			M(nftsw_hw_port_cfg, port, 0, 2),
			M(nftsw_hw_port_cfg, queue, 2, 2),
			M(nftsw_hw_port_cfg, max_frame, 4, 4),
			M(nftsw_hw_port_cfg, flags, 8, 4),
			M(nftsw_hw_port_cfg, mirror_rx, 12, 2),
			M(nftsw_hw_port_cfg, mirror_tx, 14, 2),
		},
	},
	{
		STRUCT(nftsw_hw_port_ctrs),
		.member = {
			M(nftsw_hw_port_ctrs, ctr, 0, 8 * NFTSW_PCTR_COUNT),
		},
	},
	{
		STRUCT(nftsw_hw_rmac),
		.member = {
			M(nftsw_hw_rmac, port, 0, 2),
			M(nftsw_hw_rmac, flags, 2, 1),
			M(nftsw_hw_rmac, rsvd, 3, 1),
			M(nftsw_hw_rmac, mac, 4, 6),
			M(nftsw_hw_rmac, rsvd2, 10, 6),
		},
	},
	{
		STRUCT(nftsw_hw_trap_group),
		.member = {
			M(nftsw_hw_trap_group, group, 0, 4),
			M(nftsw_hw_trap_group, rate_pps, 4, 4),
			M(nftsw_hw_trap_group, burst, 8, 4),
			M(nftsw_hw_trap_group, rsvd, 12, 4),
			M(nftsw_hw_trap_group, passed, 16, 8),
			M(nftsw_hw_trap_group, policed, 24, 8),
		},
	},
	{
		STRUCT(nftsw_hw_flow_key),
		.member = {
			M(nftsw_hw_flow_key, iport, 0, 2),
			M(nftsw_hw_flow_key, flags, 2, 1),
			M(nftsw_hw_flow_key, l4proto, 3, 1),
			M(nftsw_hw_flow_key, sport, 4, 2),
			M(nftsw_hw_flow_key, dport, 6, 2),
			M(nftsw_hw_flow_key, vid1, 8, 2),
			M(nftsw_hw_flow_key, vid2, 10, 2),
			M(nftsw_hw_flow_key, sid, 12, 2),
			M(nftsw_hw_flow_key, rsvd, 14, 2),
			M(nftsw_hw_flow_key, saddr, 16, 16),
			M(nftsw_hw_flow_key, daddr, 32, 16),
		},
	},
	{
		STRUCT(nftsw_hw_flow_entry),
		.member = {
			M(nftsw_hw_flow_entry, key, 0, 48),
			M(nftsw_hw_flow_entry, index, 48, 4),
			M(nftsw_hw_flow_entry, state, 52, 4),
			M(nftsw_hw_flow_entry, action, 56, 4),
			M(nftsw_hw_flow_entry, oport, 60, 2),
			M(nftsw_hw_flow_entry, mtu, 62, 2),
			M(nftsw_hw_flow_entry, dmac, 64, 6),
			M(nftsw_hw_flow_entry, smac, 70, 6),
			M(nftsw_hw_flow_entry, tpid1, 76, 2),
			M(nftsw_hw_flow_entry, tci1, 78, 2),
			M(nftsw_hw_flow_entry, tpid2, 80, 2),
			M(nftsw_hw_flow_entry, tci2, 82, 2),
			M(nftsw_hw_flow_entry, sid, 84, 2),
			M(nftsw_hw_flow_entry, sport, 86, 2),
			M(nftsw_hw_flow_entry, dport, 88, 2),
			M(nftsw_hw_flow_entry, rsvd, 90, 2),
			M(nftsw_hw_flow_entry, saddr, 92, 16),
			M(nftsw_hw_flow_entry, daddr, 108, 16),
			M(nftsw_hw_flow_entry, block, 124, 4),
			M(nftsw_hw_flow_entry, idle_ms, 128, 4),
			M(nftsw_hw_flow_entry, rsvd2, 132, 4),
			M(nftsw_hw_flow_entry, cookie, 136, 8),
			M(nftsw_hw_flow_entry, rsvd3, 144, 8),
		},
	},
	{
		STRUCT(nftsw_hw_flow_ctrs),
		.member = {
			M(nftsw_hw_flow_ctrs, packets, 0, 8),
			M(nftsw_hw_flow_ctrs, octets, 8, 8),
			M(nftsw_hw_flow_ctrs, last_hit_ns, 16, 8),
			M(nftsw_hw_flow_ctrs, cookie, 24, 8),
		},
	},
	{
		STRUCT(nftsw_hw_flow_record),
		.member = {
			M(nftsw_hw_flow_record, entry, 0, 152),
			M(nftsw_hw_flow_record, ctrs, 152, 32),
		},
	},
	{
		STRUCT(nftsw_hw_flow_purge),
		.member = {
			M(nftsw_hw_flow_purge, match, 0, 4),
			M(nftsw_hw_flow_purge, block, 4, 4),
			M(nftsw_hw_flow_purge, first, 8, 4),
			M(nftsw_hw_flow_purge, last, 12, 4),
			M(nftsw_hw_flow_purge, port, 16, 2),
			M(nftsw_hw_flow_purge, dmac, 18, 6),
			M(nftsw_hw_flow_purge, rsvd, 24, 8),
		},
	},
	{
		STRUCT(nftsw_hw_acl_key),
		.member = {
			M(nftsw_hw_acl_key, dmac, 0, 6),
			M(nftsw_hw_acl_key, smac, 6, 6),
			M(nftsw_hw_acl_key, type, 12, 2),
			M(nftsw_hw_acl_key, tci, 14, 2),
			M(nftsw_hw_acl_key, flags, 16, 1),
			M(nftsw_hw_acl_key, l4proto, 17, 1),
			M(nftsw_hw_acl_key, sport, 18, 2),
			M(nftsw_hw_acl_key, dport, 20, 2),
			M(nftsw_hw_acl_key, rsvd, 22, 2),
			M(nftsw_hw_acl_key, saddr, 24, 16),
			M(nftsw_hw_acl_key, daddr, 40, 16),
		},
	},
	{
		STRUCT(nftsw_hw_acl_entry),
		.member = {
			M(nftsw_hw_acl_entry, index, 0, 4),
			M(nftsw_hw_acl_entry, prio, 4, 4),
			M(nftsw_hw_acl_entry, group, 8, 4),
			M(nftsw_hw_acl_entry, verdict, 12, 1),
			M(nftsw_hw_acl_entry, flags, 13, 1),
			M(nftsw_hw_acl_entry, oport, 14, 2),
			M(nftsw_hw_acl_entry, mport, 16, 2),
			M(nftsw_hw_acl_entry, meter, 18, 2),
			M(nftsw_hw_acl_entry, rsvd, 20, 4),
			M(nftsw_hw_acl_entry, order, 24, 8),
			M(nftsw_hw_acl_entry, ports, 32, 8),
			M(nftsw_hw_acl_entry, cookie, 40, 8),
			M(nftsw_hw_acl_entry, key, 48, 56),
			M(nftsw_hw_acl_entry, mask, 104, 56),
		},
	},
	{
		STRUCT(nftsw_hw_br_port),
		.member = {
			M(nftsw_hw_br_port, port, 0, 2),
			M(nftsw_hw_br_port, fid, 2, 2),
			M(nftsw_hw_br_port, pvid, 4, 2),
			M(nftsw_hw_br_port, tpid, 6, 2),
			M(nftsw_hw_br_port, flags, 8, 4),
			M(nftsw_hw_br_port, learn_limit, 12, 4),
			M(nftsw_hw_br_port, learned, 16, 4),
			M(nftsw_hw_br_port, vport_port, 20, 2),
			M(nftsw_hw_br_port, vport_vid, 22, 2),
			M(nftsw_hw_br_port, rsvd, 24, 8),
		},
	},
	{
		STRUCT(nftsw_hw_stp),
		.member = {
			M(nftsw_hw_stp, port, 0, 2),
			M(nftsw_hw_stp, msti, 2, 1),
			M(nftsw_hw_stp, state, 3, 1),
			M(nftsw_hw_stp, rsvd, 4, 4),
		},
	},
	{
		STRUCT(nftsw_hw_vlan),
		.member = {
			M(nftsw_hw_vlan, port, 0, 2),
			M(nftsw_hw_vlan, vid, 2, 2),
			M(nftsw_hw_vlan, to, 4, 2),
			M(nftsw_hw_vlan, rsvd, 6, 2),
		},
	},
	{
		STRUCT(nftsw_hw_fid),
		.member = {
			M(nftsw_hw_fid, fid, 0, 2),
			M(nftsw_hw_fid, vid, 2, 2),
			M(nftsw_hw_fid, tpid, 4, 2),
			M(nftsw_hw_fid, msti, 6, 1),
			M(nftsw_hw_fid, rsvd, 7, 1),
			M(nftsw_hw_fid, flags, 8, 4),
			M(nftsw_hw_fid, age_ms, 12, 4),
			M(nftsw_hw_fid, members, 16, 16),
			M(nftsw_hw_fid, untagged, 32, 16),
		},
	},
	{
		STRUCT(nftsw_hw_fdb),
		.member = {
			M(nftsw_hw_fdb, fid, 0, 2),
			M(nftsw_hw_fdb, mac, 2, 6),
			M(nftsw_hw_fdb, port, 8, 2),
			M(nftsw_hw_fdb, flags, 10, 2),
			M(nftsw_hw_fdb, unseen_ms, 12, 4),
		},
	},
	{
		STRUCT(nftsw_hw_fdb_flush),
		.member = {
			M(nftsw_hw_fdb_flush, match, 0, 4),
			M(nftsw_hw_fdb_flush, fid, 4, 2),
			M(nftsw_hw_fdb_flush, port, 6, 2),
			M(nftsw_hw_fdb_flush, rsvd, 8, 8),
		},
	},
	{
		STRUCT(nftsw_hw_mdb),
		.member = {
			M(nftsw_hw_mdb, fid, 0, 2),
			M(nftsw_hw_mdb, mac, 2, 6),
			M(nftsw_hw_mdb, flags, 8, 4),
			M(nftsw_hw_mdb, rsvd, 12, 4),
			M(nftsw_hw_mdb, ports, 16, 16),
		},
	},
	{
		STRUCT(nftsw_hw_acl_ctrs),
		.member = {
			M(nftsw_hw_acl_ctrs, packets, 0, 8),
			M(nftsw_hw_acl_ctrs, octets, 8, 8),
			M(nftsw_hw_acl_ctrs, last_hit_ns, 16, 8),
			M(nftsw_hw_acl_ctrs, cookie, 24, 8),
		},
	},
	{
		STRUCT(nftsw_hw_acl_record),
		.member = {
			M(nftsw_hw_acl_record, entry, 0, 160),
			M(nftsw_hw_acl_record, ctrs, 160, 32),
		},
	},
	{
		STRUCT(nftsw_hw_meter),
		.member = {
			M(nftsw_hw_meter, index, 0, 4),
			M(nftsw_hw_meter, flags, 4, 4),
			M(nftsw_hw_meter, rate, 8, 8),
			M(nftsw_hw_meter, burst, 16, 8),
			M(nftsw_hw_meter, passed, 24, 8),
			M(nftsw_hw_meter, dropped, 32, 8),
		},
	},
};

static void abi_struct_desc(const struct abi_struct *s, char *desc)
{
	strscpy(desc, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(abi_struct, abi_structs, abi_struct_desc);

/* Every octet of a structure belongs to exactly one member, at its documented place. */
static void struct_has_no_hole(struct kunit *test)
{
	const struct abi_struct *s = test->param_value;
	const struct abi_member *m;
	u32 end = 0;

	for (m = s->member; m < s->member + ABI_MEMBERS && m->name; m++) {
		KUNIT_EXPECT_EQ_MSG(test, m->offset, m->want_offset, "%s", m->name);
		KUNIT_EXPECT_EQ_MSG(test, m->size, m->want_size, "%s", m->name);
		KUNIT_EXPECT_EQ_MSG(test, m->offset, end, "hole before %s", m->name);
		end = m->offset + m->size;
	}
	KUNIT_EXPECT_EQ(test, end, s->size);
}

/* What travels by DMA starts on its natural boundary inside a ring or an array. */
static void struct_keeps_alignment(struct kunit *test)
{
	const struct abi_struct *s = test->param_value;

	KUNIT_EXPECT_EQ(test, s->size % 8, 0u);
}

/* A command, octet by octet, as a chip of any byte order must find it. */
static void command_is_little_endian(struct kunit *test)
{
	static const u8 want[28] = {
		0x22, 0x00, 0x34, 0x12, 0x04, 0x03, 0x02, 0x01,
		0x14, 0x13, 0x12, 0x11, 0x24, 0x23, 0x22, 0x21,
		0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31,
		0x44, 0x43, 0x42, 0x41,
	};
	struct nftsw_hw_cmd cmd = {
		.opcode = cpu_to_le16(NFTSW_OP_FLOW_CTRS),
		.tag = cpu_to_le16(0x1234),
		.index = cpu_to_le32(0x01020304),
		.count = cpu_to_le32(0x11121314),
		.arg = cpu_to_le32(0x21222324),
		.data_addr = cpu_to_le64(0x3132333435363738ull),
		.data_size = cpu_to_le32(0x41424344),
	};

	KUNIT_EXPECT_MEMEQ(test, &cmd, want, sizeof(want));
	KUNIT_EXPECT_TRUE(test, mem_is_zero((u8 *)&cmd + sizeof(want),
					    sizeof(cmd) - sizeof(want)));
}

/* The kernel's field helpers and the ABI's own agree on every register field. */
static void fields_agree_with_kernel(struct kunit *test)
{
	const u32 v = 0xa5c3961e;

	KUNIT_EXPECT_EQ(test, FIELD_GET(NFTSW_ABI_MAJOR, v),
			NFTSW_GET(NFTSW_ABI_MAJOR, v));
	KUNIT_EXPECT_EQ(test, FIELD_GET(NFTSW_STATUS_CAUSE, v),
			NFTSW_GET(NFTSW_STATUS_CAUSE, v));
	KUNIT_EXPECT_EQ(test, FIELD_GET(NFTSW_REV_BUILD, v),
			NFTSW_GET(NFTSW_REV_BUILD, v));
	KUNIT_EXPECT_EQ(test, FIELD_GET(NFTSW_IRQ_MOD_COUNT, v),
			NFTSW_GET(NFTSW_IRQ_MOD_COUNT, v));
	KUNIT_EXPECT_EQ(test, (u32)FIELD_PREP(NFTSW_IRQ_MOD_COUNT, 0x1234u),
			NFTSW_PUT(NFTSW_IRQ_MOD_COUNT, 0x1234u));
	KUNIT_EXPECT_EQ(test, (u32)FIELD_PREP(NFTSW_RING_IDX, 0xfffeu),
			NFTSW_PUT(NFTSW_RING_IDX, 0xfffeu));
	KUNIT_EXPECT_EQ(test, NFTSW_MASK(31, 0), ~0u);
	KUNIT_EXPECT_EQ(test, NFTSW_MASK(7, 7), NFTSW_BIT(7));
}

/* The arrays of registers fit between each other at their largest. */
static void register_arrays_fit(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, NFTSW_IRQ_CTRL(NFTSW_MAX_VECTORS),
			NFTSW_RING_BASE_LO(0));
	KUNIT_EXPECT_LE(test, NFTSW_RING_BASE_LO(NFTSW_MAX_RINGS),
			NFTSW_PORT_CTRL(0));
	KUNIT_EXPECT_LE(test, NFTSW_PORT_CTRL(NFTSW_MAX_PORTS), NFTSW_BAR0_SIZE);
	KUNIT_EXPECT_LT(test, NFTSW_IRQ_RAISED(0) - NFTSW_IRQ_CTRL(0),
			NFTSW_IRQ_STRIDE);
	KUNIT_EXPECT_LT(test, NFTSW_RING_STS(0) - NFTSW_RING_BASE_LO(0),
			NFTSW_RING_STRIDE);
	KUNIT_EXPECT_LT(test, NFTSW_PORT_SPEED(0) - NFTSW_PORT_CTRL(0),
			NFTSW_PORT_STRIDE);
	KUNIT_EXPECT_EQ(test, NFTSW_RING_TX_CQ(NFTSW_MAX_QUEUES - 1) + 1,
			NFTSW_MAX_RINGS);
}

/* Numbers that are in the field: a list may only grow at its end. */
static void lists_keep_numbers(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, NFTSW_ABI_VERSION, 0x00010003);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_ST_OK, 0u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_ST_NO_SPACE, 4u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_ST_INTERNAL, 9u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_REASON_TCP_FLAGS, 6u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_REASON_DISABLED, 16u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_REASON_TX_BAD_DESC, 29u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_PCTR_RX_FLOW, 17u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_PCTR_TX_FLOW_OCTETS, 35u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_PCTR_RX_NO_BUFFER, 36u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_GROUP_EXCEPTION, 4u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_EV_OVERFLOW, 6u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_TBL_TRAP, 3u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_TBL_LAG, 4u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_REASON_LAG_DOWN, 30u);
	KUNIT_EXPECT_EQ(test, NFTSW_LAG_PORT(0), 64);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_TBL_ACL, 5u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_REASON_ACL_DROP, 31u);
	/* minor version 3 */
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_EV_FDB_AGED, 9u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_REASON_NO_EGRESS, 41u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_REASON_METERED, 42u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_TBL_MDB, 11u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_TBL_METER, 12u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_PCTR_TX_MIRROR, 39u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_ACL_VERDICT_REDIRECT, 3u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_ACL_VERDICT_TRAP, 4u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_REASON_ACL_TRAP, 43u);
	KUNIT_EXPECT_EQ(test, (u32)NFTSW_GROUP_ACL, 7u);
}

static struct kunit_case abi_cases[] = {
	KUNIT_CASE_PARAM(struct_has_no_hole, abi_struct_gen_params),
	KUNIT_CASE_PARAM(struct_keeps_alignment, abi_struct_gen_params),
	KUNIT_CASE(command_is_little_endian),
	KUNIT_CASE(fields_agree_with_kernel),
	KUNIT_CASE(register_arrays_fit),
	KUNIT_CASE(lists_keep_numbers),
	{}
};

static struct kunit_suite abi_suite = {
	.name = "nftsw_abi",
	.test_cases = abi_cases,
};

kunit_test_suite(abi_suite);

MODULE_DESCRIPTION("KUnit tests of the NFTSW ABI");
MODULE_LICENSE("GPL");
