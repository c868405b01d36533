// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * What the flow table accepts: from a good entry, one field at a time is spoiled, and the
 * status must name the fault and the table stay empty.
 */
#include <string.h>
#include "chip.h"
#include "tap.h"

#define PORTS	4
#define FLOWS	64

/**
 * struct spoil - change of one octet-aligned field
 * @what: for the name of the test
 * @offset: in struct nftsw_hw_flow_entry
 * @size: octets
 * @value: as it stands in memory, low octet first
 * @status: expected
 */
struct spoil {
	const char *what;
	size_t offset;
	u32 size;
	u64 value;
	u32 status;
};

#define AT(field)	offsetof(struct nftsw_hw_flow_entry, field), \
			sizeof(((struct nftsw_hw_flow_entry *)0)->field)
#define BAD		NFTSW_ST_BAD_PARAM
#define UNS		NFTSW_ST_UNSUPPORTED
#define GOOD		NFTSW_ST_OK

static const struct spoil spoils[] = {
	{ "nothing is wrong", AT(mtu), 1500, GOOD },
	{ "ingress port is the last", AT(key.iport), PORTS - 1, GOOD },
	{ "ingress port does not exist", AT(key.iport), PORTS, BAD },
	{ "key flag is unknown", AT(key.flags), 0x40, BAD },
	{ "inner tag without outer", AT(key.flags), NFTSW_FK_TAG2, BAD },
	{ "outer tag type without tag", AT(key.flags), NFTSW_FK_TAG1_AD, BAD },
	{ "inner tag type without tag", AT(key.flags), NFTSW_FK_TAG1 | NFTSW_FK_TAG2_AD, BAD },
	{ "two tags of type 802.1ad", AT(key.flags), 0x36, GOOD },
	{ "protocol is ICMP", AT(key.l4proto), 1, UNS },
	{ "protocol is 0", AT(key.l4proto), 0, UNS },
	{ "protocol is TCP", AT(key.l4proto), 6, GOOD },
	{ "GRE with ports", AT(key.l4proto), 47, BAD },
	{ "VLAN id without tag", AT(key.vid1), 1, BAD },
	{ "inner VLAN id without tag", AT(key.vid2), 1, BAD },
	{ "session without PPPoE", AT(key.sid), 1, BAD },
	{ "PPPoE with session 0", AT(key.flags), NFTSW_FK_PPPOE, GOOD },
	{ "reserved field of the key", AT(key.rsvd), 1, BAD },
	{ "long source address in an IPv4 key", offsetof(struct nftsw_hw_flow_entry, key.saddr) + 4,
	  1, 1, BAD },
	{ "long destination address in an IPv4 key",
	  offsetof(struct nftsw_hw_flow_entry, key.daddr) + 15, 1, 1, BAD },
	{ "index is the last", AT(index), FLOWS - 1, GOOD },
	{ "index does not exist", AT(index), FLOWS, BAD },
	{ "index is all ones", AT(index), 0xffffffff, BAD },
	{ "state of a dump", AT(state), 7, GOOD },
	{ "state is unknown", AT(state), 8, BAD },
	{ "action is unknown", AT(action), 0x85, BAD },
	{ "tag of no type", AT(action), NFTSW_FA_PUSH1 | 5, BAD },
	{ "PPPoE with session 0 goes on", AT(action), NFTSW_FA_PUSH_PPPOE | 5, GOOD },
	{ "new source port without action", AT(action), NFTSW_FA_SADDR, BAD },
	{ "new source address without action", AT(action), NFTSW_FA_SPORT, BAD },
	{ "new destination port without action", AT(dport), 1, BAD },
	{ "new destination address without action", AT(daddr), 1, BAD },
	{ "long new IPv4 address", offsetof(struct nftsw_hw_flow_entry, saddr) + 4, 1, 1, BAD },
	{ "egress port is the last", AT(oport), PORTS - 1, GOOD },
	{ "egress port does not exist", AT(oport), PORTS, BAD },
	{ "MTU 67", AT(mtu), 67, BAD },
	{ "MTU 68", AT(mtu), 68, GOOD },
	{ "MTU 9216", AT(mtu), 9216, GOOD },
	{ "MTU 9217", AT(mtu), 9217, BAD },
	{ "destination MAC is multicast", AT(dmac), 0x000000000001ull, BAD },
	{ "destination MAC is 0", AT(dmac), 0, BAD },
	{ "source MAC is broadcast", AT(smac), 0xffffffffffffull, BAD },
	{ "source MAC is 0", AT(smac), 0, BAD },
	{ "tag type without tag", AT(tpid1), 0x0081, BAD },
	{ "tag without push", AT(tci1), 1, BAD },
	{ "inner tag type without tag to push", AT(tpid2), 0x0081, BAD },
	{ "inner tag without push", AT(tci2), 1, BAD },
	{ "session without push", AT(sid), 1, BAD },
	{ "first reserved field", AT(rsvd), 1, BAD },
	{ "second reserved field", AT(rsvd2), 1, BAD },
	{ "third reserved field", AT(rsvd3), 1, BAD },
	{ "third reserved field, upper half", offsetof(struct nftsw_hw_flow_entry, rsvd3) + 4, 4, 1,
	  BAD },
	{ "block is software's own", AT(block), 0xffffffff, GOOD },
	{ "cookie is software's own", AT(cookie), ~0ull, GOOD },
};

static void try_spoil(struct nfm *m, const struct spoil *s)
{
	struct nftsw_hw_flow_entry e;
	struct nftsw_hw_flow_record rec;
	u32 i;

	chip_entry(&e, 1, 0);
	e.key.dport = NFM_TO_BE16(443);
	for (i = 0; i < s->size; i++)
		((u8 *)&e)[s->offset + i] = i < 8 ? (u8)(s->value >> 8 * i) : 0;
	CHECK_EQ(nfm_flow_set(m, &e), s->status);
	CHECK_EQ(nfm_flow_used(m), s->status == GOOD);
	if (s->status == GOOD) {
		CHECK(nfm_flow_read(m, NFM_LE32(e.index), &rec));
		e.state |= NFM_TO_LE32(NFTSW_FS_VALID);
		CHECK(!memcmp(&rec.entry, &e, sizeof(e)));
	}
	tap_result("flow_check", s->what);
}

/* Pushed tags: every type that there is, and some that there are not. */
static void test_push(struct nfm *m)
{
	static const struct {
		u16 tpid1, tpid2;
		u32 status;
	} c[] = {
		{ 0x8100, 0x8100, GOOD }, { 0x88a8, 0x8100, GOOD }, { 0x8100, 0x88a8, GOOD },
		{ 0x9100, 0x8100, BAD }, { 0x8100, 0, BAD }, { 0, 0x8100, BAD },
	};
	struct nftsw_hw_flow_entry e;
	size_t i;

	for (i = 0; i < NFM_ARRAY_COUNT(c); i++) {
		chip_entry(&e, 1, 0);
		e.action |= NFM_TO_LE32(NFTSW_FA_PUSH1 | NFTSW_FA_PUSH2);
		e.tpid1 = NFM_TO_BE16(c[i].tpid1);
		e.tpid2 = NFM_TO_BE16(c[i].tpid2);
		CHECK_EQ(nfm_flow_set(m, &e), c[i].status);
	}
	chip_entry(&e, 1, 0);
	e.action |= NFM_TO_LE32(NFTSW_FA_PUSH2);	/* and no PUSH1 */
	e.tpid2 = NFM_TO_BE16(0x8100);
	CHECK_EQ(nfm_flow_set(m, &e), BAD);
}

static void test_gre(struct nfm *m)
{
	struct nftsw_hw_flow_entry e;

	chip_entry(&e, 2, 0);
	e.key.l4proto = 47;
	e.key.sport = 0;
	e.key.dport = 0;
	CHECK_EQ(nfm_flow_set(m, &e), BAD);	/* it has a new source port */
	e.action = NFM_TO_LE32(NFTSW_FA_SADDR);
	e.sport = 0;
	CHECK_EQ(nfm_flow_set(m, &e), GOOD);
}

static void test_vid(struct nfm *m)
{
	struct nftsw_hw_flow_entry e;

	chip_entry(&e, 3, 9);
	e.key.flags = NFTSW_FK_TAG1 | NFTSW_FK_TAG2;
	e.key.vid1 = NFM_TO_LE16(4095);
	e.key.vid2 = NFM_TO_LE16(4096);
	CHECK_EQ(nfm_flow_set(m, &e), BAD);
	e.key.vid2 = NFM_TO_LE16(4095);
	CHECK_EQ(nfm_flow_set(m, &e), GOOD);
}

static void test_purge(struct nfm *m)
{
	struct nftsw_hw_flow_purge p = { 0 };

	CHECK_EQ(nfm_flow_purge_check(m, &p), GOOD);
	p.match = NFM_TO_LE32(NFTSW_FP_ALL + 1);
	CHECK_EQ(nfm_flow_purge_check(m, &p), BAD);
	p.match = NFM_TO_LE32(NFTSW_FP_PORT);
	p.port = NFM_TO_LE16(PORTS);
	CHECK_EQ(nfm_flow_purge_check(m, &p), BAD);
	p.match = NFM_TO_LE32(NFTSW_FP_RANGE);
	p.last = NFM_TO_LE32(FLOWS);
	CHECK_EQ(nfm_flow_purge_check(m, &p), BAD);
	p.last = NFM_TO_LE32(FLOWS - 1);
	CHECK_EQ(nfm_flow_purge_check(m, &p), GOOD);
	p.first = NFM_TO_LE32(FLOWS);
	CHECK_EQ(nfm_flow_purge_check(m, &p), BAD);
	memset(&p, 0, sizeof(p));
	p.rsvd[1] = NFM_TO_LE32(1);
	CHECK_EQ(nfm_flow_purge_check(m, &p), BAD);
}

int main(void)
{
	struct nfm *m;
	size_t i;

	printf("TAP version 13\n");
	for (i = 0; i < NFM_ARRAY_COUNT(spoils); i++) {
		m = chip_new(PORTS, FLOWS);
		try_spoil(m, &spoils[i]);
		chip_free(m);
	}
	m = chip_new(PORTS, FLOWS);
	test_push(m);
	tap_result("flow_check", "types of pushed tags");
	test_gre(m);
	tap_result("flow_check", "GRE has no ports to rewrite");
	test_vid(m);
	tap_result("flow_check", "VLAN ids have twelve bits");
	test_purge(m);
	tap_result("flow_check", "conditions of a purge");
	chip_free(m);
	return tap_done();
}
