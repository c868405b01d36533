// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Bridge ports, VLANs and FIDs: what their commands refuse, and what becomes of a frame's
 * tags.  DS 8.6 to 8.8.
 */
#include "br.h"
#include "tap.h"

#define CPU_FLAGS	(NFTSW_FID_VALID | NFTSW_FID_CPU_BCAST)

static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const u8 zeros[64];
static struct br_frame in, want;

/* ---- what commands refuse ------------------------------------------------------ */

static u32 port_put(struct host *h, const struct nftsw_hw_br_port *p)
{
	return br_put(h, NFTSW_OP_BR_PORT_SET, NFM_LE16(p->port), p, sizeof(*p));
}

#define BAD_PORT(...) do { \
		struct nftsw_hw_br_port p = good; \
		__VA_ARGS__; \
		CHECK_EQ(port_put(h, &p), NFTSW_ST_BAD_PARAM); \
	} while (0)

static void test_port_refusals(void)
{
	const struct nftsw_hw_br_port good = {
		.port = NFM_TO_LE16(2), .fid = NFM_TO_LE16(8191), .pvid = NFM_TO_LE16(4094),
		.tpid = NFM_TO_BE16(0x88a8), .flags = NFM_TO_LE32(NFTSW_BP_ALL),
		.learn_limit = NFM_TO_LE32(9), .learned = NFM_TO_LE32(77),
	};
	struct host *h = br_new(8, 256);
	struct nftsw_hw_br_port got;

	CHECK_EQ(port_put(h, &good), NFTSW_ST_OK);
	BAD_PORT(p.port = NFM_TO_LE16(8));
	BAD_PORT(p.port = NFM_TO_LE16(63));
	BAD_PORT(p.port = NFM_TO_LE16(128));
	BAD_PORT(p.fid = NFM_TO_LE16(8192));
	BAD_PORT(p.pvid = NFM_TO_LE16(4095));
	BAD_PORT(p.tpid = 0);
	BAD_PORT(p.tpid = NFM_TO_BE16(0x9100));
	BAD_PORT(p.flags = NFM_TO_LE32(NFTSW_BP_ALL + 1));
	BAD_PORT(p.flags = 0);
	BAD_PORT(p.rsvd[0] = NFM_TO_LE32(1));
	BAD_PORT(p.rsvd[1] = NFM_TO_LE32(1));
	BAD_PORT(p.vport_vid = NFM_TO_LE16(5));
	BAD_PORT(p.vport_port = NFM_TO_LE16(5));
	CHECK_EQ(br_put(h, NFTSW_OP_BR_PORT_SET, 3, &good, sizeof(good)), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_dump(h, NFTSW_TBL_BR_PORT, sizeof(got), 256), 1);
	memcpy(&got, br_rec(h), sizeof(got));
	CHECK_EQ(got.learned, 0);
	got.learned = good.learned;
	CHECK(!memcmp(&got, &good, sizeof(got)));
	/* virtual ports */
	CHECK_EQ(br_vport(h, 0, 1, 10, 1, 0), NFTSW_ST_OK);
	CHECK_EQ(br_vport(h, 0, 1, 10, 2, 0), NFTSW_ST_OK);
	CHECK_EQ(br_vport(h, 31, NFTSW_LAG_PORT(31), 10, 1, 0), NFTSW_ST_OK);
	CHECK_EQ(br_vport(h, 1, 1, 10, 1, 0), NFTSW_ST_EXISTS);
	CHECK_EQ(br_vport(h, 1, 8, 10, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vport(h, 1, NFTSW_VPORT(0), 10, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vport(h, 1, 1, 4095, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vport(h, 1, 1, 0, 1, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vport(h, 1, 1, 11, 1, NFTSW_BP_VLAN_AWARE), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vport(h, 0, 0, 0, 0, 0), NFTSW_ST_OK);
	CHECK_EQ(br_vport(h, 1, 1, 10, 1, 0), NFTSW_ST_OK);
	host_free(h);
	tap_result("vlan", "what BR_PORT_SET refuses, and that it keeps what it takes");
}

static void test_stp_vlan_refusals(void)
{
	struct nftsw_hw_stp s = { .rsvd = NFM_TO_LE32(1) };
	struct nftsw_hw_vlan v = { .vid = NFM_TO_LE16(1), .rsvd = NFM_TO_LE16(1) };
	struct host *h = br_new(8, 256);
	const struct nftsw_hw_vlan *vr;

	CHECK_EQ(br_stp(h, 7, 63, NFTSW_STP_LEARNING), NFTSW_ST_OK);
	CHECK_EQ(br_stp(h, NFTSW_VPORT(31), 0, NFTSW_STP_DISCARDING), NFTSW_ST_OK);
	CHECK_EQ(br_stp(h, 8, 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_stp(h, 128, 0, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_stp(h, 0, 64, 0), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_stp(h, 0, 0, 3), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_put(h, NFTSW_OP_STP_SET, 0, &s, sizeof(s)), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_dump(h, NFTSW_TBL_STP, sizeof(s), 100), 2);
	memcpy(&s, br_rec(h), sizeof(s));
	CHECK(NFM_LE16(s.port) == 7 && s.msti == 63 && s.state == NFTSW_STP_LEARNING);
	CHECK_EQ(br_stp(h, 7, 63, NFTSW_STP_FORWARDING), NFTSW_ST_OK);
	CHECK_EQ(br_dump(h, NFTSW_TBL_STP, sizeof(s), 100), 1);
	/* VLANs */
	CHECK_EQ(br_vlan(h, 7, 4094, 8191), NFTSW_ST_OK);
	CHECK_EQ(br_vlan(h, NFTSW_LAG_PORT(31), 1, NFTSW_VLAN_VPORT(31)), NFTSW_ST_OK);
	CHECK_EQ(br_vlan(h, 0, 1, NFTSW_VLAN_CPU), NFTSW_ST_OK);
	CHECK_EQ(br_vlan(h, 0, 2, 5), NFTSW_ST_OK);
	CHECK_EQ(br_vlan(h, 0, 2, NFTSW_VLAN_NONE), NFTSW_ST_OK);
	CHECK_EQ(br_vlan(h, 8, 1, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vlan(h, NFTSW_VPORT(0), 1, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vlan(h, 0, 0, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vlan(h, 0, 4095, 1), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vlan(h, 0, 1, 8192), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_vlan(h, 0, 1, NFTSW_VLAN_VPORT(32)), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_put(h, NFTSW_OP_VLAN_SET, 0, &v, sizeof(v)), NFTSW_ST_BAD_PARAM);
	CHECK_EQ(br_dump(h, NFTSW_TBL_VLAN, sizeof(v), 100), 3);
	vr = br_rec(h);
	CHECK(NFM_LE16(vr[0].to) == NFTSW_VLAN_CPU && NFM_LE16(vr[1].port) == 7);
	CHECK(NFM_LE16(vr[1].vid) == 4094 && NFM_LE16(vr[1].to) == 8191);
	CHECK(NFM_LE16(vr[2].port) == NFTSW_LAG_PORT(31));
	host_free(h);
	tap_result("vlan", "what STP_SET and VLAN_SET refuse, and their dumps");
}

#define BAD_FID(...) do { \
		struct nftsw_hw_fid f = good; \
		__VA_ARGS__; \
		CHECK_EQ(br_fid_put(h, &f), NFTSW_ST_BAD_PARAM); \
	} while (0)

static void test_fid_refusals(void)
{
	struct host *h = br_new(8, 256);
	struct nftsw_hw_fid good, bare = { .fid = NFM_TO_LE16(8191) };
	struct nftsw_hw_mdb e;

	br_fid_init(&good, 8191, 4094, 0xff, 0x0f);
	good.msti = 63;
	good.flags = NFM_TO_LE32(NFTSW_FID_ALL);
	good.members[1] = ~(__le64)0;
	CHECK_EQ(br_fid_put(h, &good), NFTSW_ST_OK);
	CHECK_EQ(br_dump(h, NFTSW_TBL_FID, sizeof(good), 10), 1);
	CHECK(!memcmp(br_rec(h), &good, sizeof(good)));
	BAD_FID(f.fid = 0);
	BAD_FID(f.fid = NFM_TO_LE16(8192));
	BAD_FID(f.vid = NFM_TO_LE16(4095));
	BAD_FID(f.tpid = 0);
	BAD_FID(f.vid = 0);
	BAD_FID(f.vid = 0; f.tpid = 0);
	BAD_FID(f.msti = 64);
	BAD_FID(f.rsvd = 1);
	BAD_FID(f.flags = NFM_TO_LE32(NFTSW_FID_ALL + 1));
	BAD_FID(f.members[0] = NFM_TO_LE64(0x1ff));
	BAD_FID(f.members[0] = NFM_TO_LE64(0x0e));
	BAD_FID(f.untagged[1] = NFM_TO_LE64(1); f.members[1] = 0);
	/* deletion: bare, and only when nothing is in it */
	BAD_FID(f.flags = 0);
	CHECK_EQ(br_fdb(h, 8191, br_mac(1), 0, 0), NFTSW_ST_OK);
	CHECK_EQ(br_fid_put(h, &bare), NFTSW_ST_EXISTS);
	CHECK_EQ(br_fdb_del(h, 8191, br_mac(1)), NFTSW_ST_OK);
	CHECK_EQ(br_mdb(h, 8191, (const u8 *)"\1\0\x5e\1\1\1", 1, 0), NFTSW_ST_OK);
	CHECK_EQ(br_fid_put(h, &bare), NFTSW_ST_EXISTS);
	CHECK_EQ(br_dump(h, NFTSW_TBL_MDB, sizeof(struct nftsw_hw_mdb), 10), 1);
	memcpy(&e, br_rec(h), sizeof(e));
	CHECK_EQ(br_put(h, NFTSW_OP_MDB_DEL, 0, &e, sizeof(e)), NFTSW_ST_OK);
	CHECK_EQ(br_put(h, NFTSW_OP_MDB_DEL, 0, &e, sizeof(e)), NFTSW_ST_NOT_FOUND);
	CHECK_EQ(br_fid_put(h, &bare), NFTSW_ST_OK);
	CHECK_EQ(br_fid_put(h, &bare), NFTSW_ST_OK);
	CHECK_EQ(br_dump(h, NFTSW_TBL_FID, sizeof(good), 10), 0);
	CHECK_EQ(br_fdb(h, 8191, br_mac(1), 0, 0), NFTSW_ST_NOT_FOUND);
	host_free(h);
	tap_result("vlan", "what FID_SET refuses; a FID goes when nothing is in it any more");
}

/* ---- tags ------------------------------------------------------------------------ */

/* A frame to everybody behind up to two tags. */
static void tagged(struct br_frame *f, u32 src, u32 tpid1, u32 tci1, u32 tpid2, u32 tci2, u32 len)
{
	u8 body[64];

	memset(body, 0x5a, sizeof(body));
	br_eth(f, all, br_mac(src));
	if (tpid1)
		br_tag(f, tpid1, tci1);
	if (tpid2)
		br_tag(f, tpid2, tci2);
	br_body(f, 0x88b5, body, len);
}

static bool leaves(struct host *h, u32 port, u32 tpid1, u32 tci1, u32 tpid2, u32 tci2)
{
	tagged(&want, 1, tpid1, tci1, tpid2, tci2, 60);
	return br_out_is(h, port, &want);
}

/*
 * VLAN 10 is FID 1, VLAN 20 is FID 2.  Port 0: 10 untagged (PVID), 20 tagged.  Port 1: both
 * tagged.  Port 2: 10 untagged, 20 not.  Port 3: 20 untagged (PVID).
 */
static struct host *aware_up(void)
{
	struct host *h = br_new(8, 256);
	u32 p;

	CHECK_EQ(br_fid(h, 1, 10, 0x07, 0x05), NFTSW_ST_OK);
	CHECK_EQ(br_fid(h, 2, 20, 0x0b, 0x08), NFTSW_ST_OK);
	for (p = 0; p < 3; p++)
		br_vlan(h, p, 10, 1);
	br_vlan(h, 0, 20, 2);
	br_vlan(h, 1, 20, 2);
	br_vlan(h, 3, 20, 2);
	CHECK_EQ(br_port(h, 0, 0, 10, BR_AWARE), NFTSW_ST_OK);
	CHECK_EQ(br_port(h, 1, 0, 0, BR_AWARE), NFTSW_ST_OK);
	CHECK_EQ(br_port(h, 2, 0, 10, BR_AWARE), NFTSW_ST_OK);
	CHECK_EQ(br_port(h, 3, 0, 20, BR_AWARE), NFTSW_ST_OK);
	return h;
}

static void test_aware(void)
{
	struct host *h = aware_up();

	tagged(&in, 1, 0, 0, 0, 0, 60);
	CHECK_EQ(br_in(h, 0, &in), 0x06);
	CHECK(leaves(h, 1, 0x8100, 10, 0, 0) && leaves(h, 2, 0, 0, 0, 0));
	tagged(&in, 1, 0x8100, 0xb000 | 10, 0, 0, 60);
	CHECK_EQ(br_in(h, 1, &in), 0x05);
	CHECK(leaves(h, 0, 0, 0, 0, 0) && leaves(h, 2, 0, 0, 0, 0));
	CHECK_EQ(br_in(h, 0, &in), 0x06);
	CHECK(leaves(h, 1, 0x8100, 0xb000 | 10, 0, 0) && leaves(h, 2, 0, 0, 0, 0));
	tagged(&in, 1, 0x8100, 0x7000 | 20, 0, 0, 60);
	CHECK_EQ(br_in(h, 0, &in), 0x0a);
	CHECK(leaves(h, 1, 0x8100, 0x7000 | 20, 0, 0) && leaves(h, 3, 0, 0, 0, 0));
	/* a second tag is payload */
	tagged(&in, 1, 0x8100, 20, 0x8100, 10, 60);
	CHECK_EQ(br_in(h, 1, &in), 0x09);
	CHECK(leaves(h, 0, 0x8100, 20, 0x8100, 10) && leaves(h, 3, 0x8100, 10, 0, 0));
	/* and so is one of another kind: the frame has no VLAN then */
	tagged(&in, 1, 0x88a8, 20, 0, 0, 60);
	CHECK_EQ(br_in(h, 0, &in), 0x06);
	CHECK(leaves(h, 1, 0x8100, 10, 0x88a8, 20) && leaves(h, 2, 0x88a8, 20, 0, 0));
	CHECK_EQ(h->m->reason[NFTSW_REASON_VLAN_FILTER], 0);
	host_free(h);
	tap_result("vlan", "aware: the VLAN is of the tag or the port; frames leave as each port wants");
}

static void test_filter(void)
{
	struct host *h = aware_up();
	u64 n = 0;

	tagged(&in, 1, 0x8100, 20, 0, 0, 60);
	CHECK_EQ(br_in(h, 2, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_VLAN_FILTER], ++n);
	tagged(&in, 1, 0x8100, 4095, 0, 0, 60);
	CHECK_EQ(br_in(h, 0, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_VLAN_FILTER], ++n);
	/* port 1 has no PVID */
	tagged(&in, 1, 0, 0, 0, 0, 60);
	CHECK_EQ(br_in(h, 1, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_VLAN_FILTER], ++n);
	tagged(&in, 1, 0x8100, 0, 0, 0, 60);
	CHECK_EQ(br_in(h, 1, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_VLAN_FILTER], ++n);
	/* its own FID does not help a port that is aware */
	CHECK_EQ(br_port(h, 1, 1, 0, BR_AWARE), NFTSW_ST_OK);
	CHECK_EQ(br_in(h, 1, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_VLAN_FILTER], ++n);
	/* a VLAN that leads to a FID that is not there */
	br_vlan(h, 1, 30, 3);
	tagged(&in, 1, 0x8100, 30, 0, 0, 60);
	CHECK_EQ(br_in(h, 1, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_VLAN_FILTER], ++n);
	CHECK_EQ(host_ctr(h, 1, NFTSW_PCTR_RX_DROPS), 4);
	CHECK_EQ(br_fdb_port(h, 1, br_mac(1)), 0xfffe);
	host_free(h);
	tap_result("vlan", "aware: frames of VLANs that a port does not have are dropped");
}

static void test_priority(void)
{
	struct host *h = aware_up();

	/* VLAN 0 is none: the PVID's, with the priority that came */
	tagged(&in, 1, 0x8100, 0xa000, 0, 0, 60);
	CHECK_EQ(br_in(h, 0, &in), 0x06);
	CHECK(leaves(h, 1, 0x8100, 0xa000 | 10, 0, 0) && leaves(h, 2, 0, 0, 0, 0));
	/* not aware: the tag is payload and stays */
	CHECK_EQ(br_port(h, 0, 1, 0, BR_FLAGS), NFTSW_ST_OK);
	CHECK_EQ(br_in(h, 0, &in), 0x06);
	CHECK(leaves(h, 1, 0x8100, 0xa000 | 10, 0x8100, 0xa000) &&
	      leaves(h, 2, 0x8100, 0xa000, 0, 0));
	host_free(h);
	tap_result("vlan", "a tag of VLAN 0 says a priority and no VLAN");
}

static void test_unaware(void)
{
	static const u32 tags[][4] = {
		{ 0 }, { 0x8100, 10 }, { 0x8100, 0xe000 | 4095 }, { 0x8100, 0 }, { 0x88a8, 7 },
		{ 0x88a8, 7, 0x8100, 9 }, { 0x8100, 7, 0x8100, 9 },
	};
	struct host *h = br_new(8, 256);
	u32 i;

	CHECK_EQ(br_unaware(h, 5, 0x0f), 0);
	for (i = 0; i < NFM_ARRAY_COUNT(tags); i++) {
		tagged(&in, 1, tags[i][0], tags[i][1], tags[i][2], tags[i][3], 20);
		CHECK_EQ(br_in(h, 0, &in), 0x0e);
		CHECK(br_out_is(h, 1, &in) && br_out_is(h, 2, &in) && br_out_is(h, 3, &in));
	}
	CHECK_EQ(br_fdb_port(h, 5, br_mac(1)), 0);
	host_free(h);
	tap_result("vlan", "not aware: tags are payload, every octet stays");
}

static void test_provider(void)
{
	struct host *h = br_new(8, 256);
	struct nftsw_hw_fid f;
	struct nftsw_hw_br_port p = {
		.tpid = NFM_TO_BE16(0x88a8), .flags = NFM_TO_LE32(BR_AWARE),
		.pvid = NFM_TO_LE16(100),
	};
	u32 i;

	/* VLAN 100 of the provider: port 0 is the customer's, ports 1 and 2 carry it tagged */
	br_fid_init(&f, 1, 100, 0x07, 0x01);
	f.tpid = NFM_TO_BE16(0x88a8);
	CHECK_EQ(br_fid_put(h, &f), NFTSW_ST_OK);
	for (i = 0; i < 3; i++) {
		p.port = NFM_TO_LE16((u16)i);
		CHECK_EQ(port_put(h, &p), NFTSW_ST_OK);
		br_vlan(h, i, 100, 1);
	}
	tagged(&in, 1, 0x8100, 0x6000 | 10, 0, 0, 60);
	CHECK_EQ(br_in(h, 0, &in), 0x06);
	CHECK(leaves(h, 1, 0x88a8, 100, 0x8100, 0x6000 | 10));
	tagged(&in, 1, 0x88a8, 0x6000 | 100, 0x8100, 10, 60);
	CHECK_EQ(br_in(h, 1, &in), 0x05);
	CHECK(leaves(h, 0, 0x8100, 10, 0, 0) && leaves(h, 2, 0x88a8, 0x6000 | 100, 0x8100, 10));
	host_free(h);
	tap_result("vlan", "802.1ad: the provider's tag goes on and off, the customer's stays");
}

/*
 * A bridge that is not aware: port 0, VLAN 10 of port 1 (virtual port 0), VLAN 20 of port 1
 * (virtual port 1), VLAN 10 of LAG 0 (virtual port 2), whose members are ports 4 and 5.
 */
static struct host *vport_up(void)
{
	struct host *h = br_new(8, 256);
	struct nftsw_hw_fid f;

	chip_lag(h->m, 0, 0x30, 0x30);
	br_fid_init(&f, 3, 0, 0x01, 0);
	f.members[1] = NFM_TO_LE64(0x7ull << 32);
	CHECK_EQ(br_fid_put(h, &f), NFTSW_ST_OK);
	CHECK_EQ(br_port(h, 0, 3, 0, BR_FLAGS), NFTSW_ST_OK);
	CHECK_EQ(br_vport(h, 0, 1, 10, 3, BR_FLAGS), NFTSW_ST_OK);
	CHECK_EQ(br_vport(h, 1, 1, 20, 3, BR_FLAGS), NFTSW_ST_OK);
	CHECK_EQ(br_vport(h, 2, NFTSW_LAG_PORT(0), 10, 3, BR_FLAGS), NFTSW_ST_OK);
	CHECK_EQ(br_vlan(h, 1, 10, NFTSW_VLAN_VPORT(0)), NFTSW_ST_OK);
	CHECK_EQ(br_vlan(h, 1, 20, NFTSW_VLAN_VPORT(1)), NFTSW_ST_OK);
	CHECK_EQ(br_vlan(h, NFTSW_LAG_PORT(0), 10, NFTSW_VLAN_VPORT(2)), NFTSW_ST_OK);
	return h;
}

static void test_vports(void)
{
	struct host *h = vport_up();
	u64 left;

	/* from port 0: twice through port 1, once through one member of the LAG */
	tagged(&in, 1, 0, 0, 0, 0, 60);
	left = br_in(h, 0, &in);
	CHECK(left == 0x12 || left == 0x22);
	CHECK_EQ(h->out_count, 3);
	tagged(&want, 1, 0x8100, 10, 0, 0, 60);
	CHECK(h->out[0].port == 1 && !memcmp(h->out[0].data, want.data, want.len));
	CHECK(h->out[2].port >= 4 && !memcmp(h->out[2].data, want.data, want.len));
	tagged(&want, 1, 0x8100, 20, 0, 0, 60);
	CHECK(h->out[1].port == 1 && !memcmp(h->out[1].data, want.data, want.len));
	/* from a virtual port: its tag is gone, the other one on the same port gets it */
	tagged(&in, 2, 0x8100, 0xe000 | 10, 0x8100, 5, 60);
	br_in(h, 1, &in);
	CHECK_EQ(h->out_count, 3);
	tagged(&want, 2, 0x8100, 5, 0, 0, 60);
	CHECK(br_out_is(h, 0, &want));
	tagged(&want, 2, 0x8100, 20, 0x8100, 5, 60);
	CHECK(br_out_is(h, 1, &want));
	CHECK_EQ(br_fdb_port(h, 3, br_mac(2)), NFTSW_VPORT(0));
	/* through a member of the LAG */
	tagged(&in, 3, 0x8100, 10, 0, 0, 60);
	CHECK_EQ(br_in(h, 5, &in), 0x03);
	CHECK_EQ(br_fdb_port(h, 3, br_mac(3)), NFTSW_VPORT(2));
	/* known now */
	br_plain(&in, br_mac(2), br_mac(1), 80);
	CHECK_EQ(br_in(h, 0, &in), 0x02);
	CHECK(h->out[0].len == 84 && !memcmp(h->out[0].data + 12, "\x81\0\0\x0a", 4));
	/* untagged on port 1, or another VLAN: the port stands alone */
	tagged(&in, 9, 0x8100, 30, 0, 0, 60);
	CHECK_EQ(br_in(h, 1, &in), 0);
	tagged(&in, 9, 0, 0, 0, 0, 60);
	CHECK_EQ(br_in(h, 1, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_CPU_NO_BUFFER], 2);
	CHECK_EQ(br_fdb_port(h, 3, br_mac(9)), 0xfffe);
	/* one that is no more takes nothing, wherever it is still named */
	CHECK_EQ(br_vport(h, 1, 0, 0, 3, BR_FLAGS), NFTSW_ST_OK);
	tagged(&in, 1, 0, 0, 0, 0, 60);
	br_in(h, 0, &in);
	CHECK_EQ(h->out_count, 2);
	tagged(&in, 9, 0x8100, 20, 0, 0, 60);
	CHECK_EQ(br_in(h, 1, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_CPU_NO_BUFFER], 3);
	host_free(h);
	tap_result("vlan", "virtual ports: one VLAN of a port or LAG, tags come off and go on");
}

static void test_vport_tpid(void)
{
	struct host *h = vport_up();
	struct nftsw_hw_br_port p = {
		.port = NFM_TO_LE16(1), .tpid = NFM_TO_BE16(0x88a8),
	};

	/* the tag is of the kind that the port below says */
	CHECK_EQ(port_put(h, &p), NFTSW_ST_OK);
	tagged(&in, 1, 0x88a8, 10, 0, 0, 60);
	br_in(h, 1, &in);
	CHECK_EQ(h->out_count, 3);
	CHECK(leaves(h, 0, 0, 0, 0, 0) && leaves(h, 1, 0x88a8, 20, 0, 0));
	tagged(&in, 1, 0x8100, 10, 0, 0, 60);
	CHECK_EQ(br_in(h, 1, &in), 0);
	host_free(h);
	tap_result("vlan", "virtual ports: the kind of tag is that of the port below");
}

/* Frames become shorter by a tag: 60 octets leave at least, and the rest is 0. */
static void test_padding(void)
{
	struct host *h = aware_up();
	const struct host_out *o;
	u32 len, i;

	for (len = 0; len < 50; len++) {
		tagged(&in, 1, 0x8100, 10, 0, 0, len);
		CHECK_EQ(br_in(h, 1, &in), 0x05);
		o = br_out(h, 0);
		CHECK_EQ(o->len, 14 + len < 60 ? 60 : 14 + len);
		tagged(&want, 1, 0, 0, 0, 0, len);
		CHECK(!memcmp(o->data, want.data, 14 + len));
		for (i = 14 + len; i < o->len; i++)
			CHECK_EQ(o->data[i], 0);
		/* the same to one port */
		memcpy(in.data, br_mac(2), 6);
		br_fdb(h, 1, br_mac(2), 2, 0);
		CHECK_EQ(br_in(h, 1, &in), 0x04);
		CHECK_EQ(h->out[0].len, o->len);
		CHECK(!memcmp(h->out[0].data + 12, want.data + 12, 2 + len));
		/* and where a tag stays, or none was, nothing is added */
		tagged(&in, 1, 0, 0, 0, 0, len);
		br_in(h, 0, &in);
		CHECK_EQ(br_out(h, 1)->len, 18 + len);
		CHECK_EQ(br_out(h, 2)->len, 14 + len);
	}
	host_free(h);
	tap_result("vlan", "what a tag less makes too short is filled up with zeros");
}

static void test_to_cpu(void)
{
	static const u8 bpdu[6] = { 0x01, 0x80, 0xc2, 0, 0, 0 };
	static const u8 ptp[6] = { 0x01, 0x1b, 0x19, 0, 0, 0 };
	static const u8 mrp[6] = { 0x01, 0x15, 0x4e, 0, 0, 1 };
	struct host *h = aware_up();
	struct nftsw_hw_rxc c;

	host_rx_fill(h, 0, 16, 512);
	br_vlan(h, 0, 30, NFTSW_VLAN_CPU);
	tagged(&in, 1, 0x8100, 30, 0, 0, 60);
	CHECK_EQ(br_in(h, 0, &in), 0);
	CHECK(br_take_rx(h, &c, &in) && c.reason == NFTSW_REASON_LOCAL);
	CHECK(!(c.flags & NFTSW_RXC_FWD_MARK));
	/* its unicast is filtered as on a port that stands alone */
	memcpy(in.data, br_mac(2), 6);
	CHECK_EQ(br_in(h, 0, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_UC_FILTER], 1);
	/* what is not filtered, and not stopped by a tree */
	br_stp(h, 0, 0, NFTSW_STP_DISCARDING);
	tagged(&in, 1, 0x8100, 77, 0, 0, 60);
	memcpy(in.data, bpdu, 6);
	CHECK_EQ(br_in(h, 0, &in), 0);
	CHECK(br_take_rx(h, &c, &in) && c.reason == NFTSW_REASON_L2_CONTROL);
	br_eth(&in, ptp, br_mac(1));
	br_body(&in, 0x88f7, zeros, 46);
	br_in(h, 0, &in);
	CHECK(br_take_rx(h, &c, &in) && c.reason == NFTSW_REASON_PTP);
	br_eth(&in, ptp, br_mac(1));
	br_tag(&in, 0x8100, 77);
	br_body(&in, 0x88f7, zeros, 46);
	br_in(h, 0, &in);
	CHECK(br_take_rx(h, &c, &in) && c.reason == NFTSW_REASON_PTP);
	/* a ring's frames, to a group of their own */
	br_eth(&in, mrp, br_mac(1));
	br_body(&in, 0x88e3, zeros, 46);
	br_in(h, 0, &in);
	CHECK(br_take_rx(h, &c, &in) && c.reason == NFTSW_REASON_L2_CONTROL);
	CHECK(!(c.flags & NFTSW_RXC_FWD_MARK));
	br_eth(&in, mrp, br_mac(1));
	br_tag(&in, 0x8100, 77);
	br_body(&in, 0x88e3, zeros, 46);
	br_in(h, 0, &in);
	CHECK(br_take_rx(h, &c, &in) && c.reason == NFTSW_REASON_L2_CONTROL);
	CHECK_EQ(br_fdb_port(h, 1, br_mac(1)), 0xfffe);
	/* behind two tags nobody looks */
	br_eth(&in, ptp, br_mac(1));
	br_tag(&in, 0x88a8, 77);
	br_tag(&in, 0x8100, 77);
	br_body(&in, 0x88f7, zeros, 46);
	br_in(h, 0, &in);
	CHECK_EQ(h->m->reason[NFTSW_REASON_STP_DISCARD], 1);
	/* on a port without a bridge it is multicast like any other */
	br_eth(&in, ptp, br_mac(1));
	br_body(&in, 0x88f7, zeros, 46);
	br_in(h, 7, &in);
	CHECK(br_take_rx(h, &c, &in) && c.reason == NFTSW_REASON_LOCAL);
	host_free(h);
	tap_result("vlan", "what goes to the CPU whatever VLANs and trees say");
}

static void test_reset(void)
{
	static const u8 rec[] = { sizeof(struct nftsw_hw_br_port), sizeof(struct nftsw_hw_stp),
				  sizeof(struct nftsw_hw_vlan), sizeof(struct nftsw_hw_fid),
				  sizeof(struct nftsw_hw_fdb), sizeof(struct nftsw_hw_mdb) };
	struct host *h = aware_up();
	u32 i;

	br_stp(h, 0, 5, 0);
	br_fdb(h, 1, br_mac(1), 0, 0);
	br_mdb(h, 1, (const u8 *)"\1\0\x5e\1\1\1", 1, 0);
	for (i = 0; i < NFM_ARRAY_COUNT(rec); i++)
		CHECK(br_dump(h, NFTSW_TBL_BR_PORT + i, rec[i], 100) > 0);
	host_wr(h, NFTSW_CTRL, NFTSW_CTRL_RESET);
	host_run(h);
	host_up(h);
	for (i = 0; i < NFM_ARRAY_COUNT(rec); i++)
		CHECK_EQ(br_dump(h, NFTSW_TBL_BR_PORT + i, rec[i], 100), 0);
	tagged(&in, 1, 0, 0, 0, 0, 60);
	CHECK_EQ(br_in(h, 0, &in), 0);
	CHECK_EQ(h->m->reason[NFTSW_REASON_CPU_NO_BUFFER], 1);
	host_free(h);
	tap_result("vlan", "a reset leaves nothing of a bridge");
}

static void test_no_bridge(void)
{
	struct host *h = br_new(4, 0);
	u32 i;

	CHECK_EQ(host_rd(h, NFTSW_FDB), 0);
	CHECK_EQ(host_rd(h, NFTSW_CAPS) & NFTSW_CAPS_BRIDGE, 0);
	CHECK_EQ(br_port(h, 0, 1, 0, 0), NFTSW_ST_UNSUPPORTED);
	CHECK_EQ(br_stp(h, 0, 1, 0), NFTSW_ST_UNSUPPORTED);
	CHECK_EQ(br_vlan(h, 0, 1, 1), NFTSW_ST_UNSUPPORTED);
	CHECK_EQ(br_fid(h, 1, 0, 1, 0), NFTSW_ST_UNSUPPORTED);
	CHECK_EQ(br_fdb(h, 1, br_mac(1), 0, 0), NFTSW_ST_UNSUPPORTED);
	CHECK_EQ(br_fdb_del(h, 1, br_mac(1)), NFTSW_ST_UNSUPPORTED);
	CHECK_EQ(br_flush(h, 0, 0, 0), ~0u);
	CHECK_EQ(br_mdb(h, 1, (const u8 *)"\1\0\x5e\1\1\1", 1, 0), NFTSW_ST_UNSUPPORTED);
	for (i = NFTSW_TBL_BR_PORT; i < NFTSW_TBL_COUNT; i++)
		CHECK_EQ(host_cmd(h, NFTSW_OP_DUMP, 0, 1, i, br_data, 64, &br_cpl),
			 NFTSW_ST_UNSUPPORTED);
	CHECK_EQ(host_cmd(h, NFTSW_OP_DUMP, 0, 1, NFTSW_TBL_COUNT, br_data, 64, &br_cpl),
		 NFTSW_ST_BAD_PARAM);
	host_free(h);
	tap_result("vlan", "a chip without a bridge says so");
}

int main(void)
{
	printf("TAP version 13\n");
	test_port_refusals();
	test_stp_vlan_refusals();
	test_fid_refusals();
	test_aware();
	test_filter();
	test_priority();
	test_unaware();
	test_provider();
	test_vports();
	test_vport_tpid();
	test_padding();
	test_to_cpu();
	test_reset();
	test_no_bridge();
	return tap_done();
}
