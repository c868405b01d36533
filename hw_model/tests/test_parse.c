// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Parser: what it finds in whole frames (the vectors show the verdicts), and that
 * no octet of any frame makes it read past the end.
 */
#include <string.h>
#include "chip.h"
#include "tap.h"

/* 802.1ad 7 | 802.1Q 9 | PPPoE session 0x1234 | IPv6 | TCP */
static const char stacked[] =
	"0200000001000200000000aa" "88a8" "0007" "8100" "e009" "8864"
	"11001234" "0040" "0057"
	"60000000" "0016" "06" "40"
	"20010db8000000000000000000000001" "20010db8000000000000000000000002"
	"1f90" "01bb" "00000000" "00000000" "5010" "0000" "0000" "0000" "abcd";
static const char plain[] =
	"0200000001000200000000aa" "0800"
	"4500001c000000004011f775c0a8010ac0a80101" "1f9001bb" "0008" "0000";

static void parse(struct nfm_pkt *pk, struct frame *f)
{
	memset(pk, 0x5a, sizeof(*pk));
	pk->data = f->data;
	pk->len = f->len;
	pk->logical = 5;
	nfm_parse(pk, 1);
}

static struct frame from_hex(const char *hex)
{
	u8 octets[256];
	u32 len = hex_decode(octets, sizeof(octets), hex);

	return frame_new(octets, len);
}

static void test_stacked(void)
{
	struct frame f = from_hex(stacked);
	struct nfm_pkt pk;

	parse(&pk, &f);
	CHECK_EQ(pk.pflags, NFM_P_KEY | NFM_P_IPV6 | NFM_P_PPPOE);
	CHECK_EQ(pk.tags, 2);
	CHECK_EQ(pk.l3_off, 14 + 8 + 8);
	CHECK_EQ(pk.l3_len, 62);
	CHECK_EQ(pk.l4_off, 14 + 8 + 8 + 40);
	CHECK_EQ(NFM_LE16(pk.key.iport), 5);
	CHECK_EQ(pk.key.flags, NFTSW_FK_IPV6 | NFTSW_FK_TAG1 | NFTSW_FK_TAG2 | NFTSW_FK_PPPOE |
		 NFTSW_FK_TAG1_AD);
	CHECK_EQ(pk.key.l4proto, 6);
	CHECK_EQ(NFM_LE16(pk.key.vid1), 7);
	CHECK_EQ(NFM_LE16(pk.key.vid2), 9);
	CHECK_EQ(NFM_LE16(pk.key.sid), 0x1234);
	CHECK_EQ(NFM_BE16(pk.key.sport), 8080);
	CHECK_EQ(NFM_BE16(pk.key.dport), 443);
	CHECK_EQ(pk.key.saddr[15], 1);
	CHECK_EQ(pk.key.daddr[15], 2);
	CHECK_EQ(nfm_parse_overhead(f.data, f.len), 16);
	frame_free(&f);
}

static void test_plain(void)
{
	static const u8 zero[12];
	struct frame f = from_hex(plain);
	struct nfm_pkt pk;

	parse(&pk, &f);
	CHECK_EQ(pk.pflags, NFM_P_KEY | NFM_P_IPV4);
	CHECK_EQ(pk.tags, 0);
	CHECK_EQ(pk.l3_off, 14);
	CHECK_EQ(pk.l3_len, 28);
	CHECK_EQ(pk.l4_off, 34);
	CHECK_EQ(pk.key.flags, 0);
	CHECK_EQ(pk.key.l4proto, 17);
	CHECK(!memcmp(pk.key.saddr, "\xc0\xa8\x01\x0a", 4));
	CHECK(!memcmp(pk.key.daddr, "\xc0\xa8\x01\x01", 4));
	CHECK(!memcmp(pk.key.saddr + 4, zero, 12) && !memcmp(pk.key.daddr + 4, zero, 12));
	CHECK_EQ(pk.key.vid1 | pk.key.vid2 | pk.key.sid | pk.key.rsvd, 0);
	frame_free(&f);
}

/* Class of the destination, and offsets that core.c takes for checksums. */
static void test_kinds(void)
{
	struct frame f = from_hex(plain);
	struct nfm_pkt pk;

	memset(f.data, 0xff, 6);
	parse(&pk, &f);
	CHECK_EQ(pk.pflags & (NFM_P_BCAST | NFM_P_MCAST), NFM_P_BCAST);
	f.data[5] = 0xfe;
	parse(&pk, &f);
	CHECK_EQ(pk.pflags & (NFM_P_BCAST | NFM_P_MCAST), NFM_P_MCAST);
	f.data[22] = 1;			/* TTL; the header checksum follows */
	f.data[24] = 0x36;
	f.data[25] = 0x76;
	parse(&pk, &f);
	CHECK_EQ(NFTSW_GET(NFM_P_EXC, pk.pflags), NFTSW_REASON_TTL);
	CHECK_EQ(pk.pflags & NFM_P_KEY, 0);
	CHECK_EQ(pk.l4_off, 34);
	frame_free(&f);
}

static void test_overhead(void)
{
	static const struct {
		const char *hex;
		u32 extra;
	} c[] = {
		{ "0200000001000200000000aa0800", 0 },
		{ "0200000001000200000000aa8100", 0 },
		{ "0200000001000200000000aa81000001", 0 },
		{ "0200000001000200000000aa810000010800", 4 },
		{ "0200000001000200000000aa88a8000181000002", 4 },
		{ "0200000001000200000000aa88a80001810000020800", 8 },
		{ "0200000001000200000000aa810000018100000281000003" "0800", 8 },
		{ "0200000001000200000000aa8864", 8 },
		{ "0200000001000200000000aa810000018864", 12 },
		{ "0200000001000200000000aa", 0 },
	};
	struct frame f;
	size_t i;

	for (i = 0; i < NFM_ARRAY_COUNT(c); i++) {
		f = from_hex(c[i].hex);
		CHECK_EQ(nfm_parse_overhead(f.data, f.len), c[i].extra);
		frame_free(&f);
	}
}

/* What must hold of every frame, however broken. */
static void invariants(const struct nfm_pkt *pk)
{
	u32 exc = NFTSW_GET(NFM_P_EXC, pk->pflags);

	CHECK(!(pk->pflags & NFM_P_KEY) || !exc);
	CHECK(!(pk->pflags & NFM_P_KEY) || pk->l4_off);
	CHECK(exc < NFTSW_REASON_COUNT);
	CHECK(!exc || nfm_reason_group(exc) == NFTSW_GROUP_EXCEPTION);
	CHECK(pk->tags <= 2);
	CHECK(!pk->l3_off || pk->l3_off + pk->l3_len <= pk->len);
	CHECK(!pk->l4_off || pk->l4_off < pk->l3_off + pk->l3_len);
}

/* Good frames with some octets changed, at every length. */
static void test_mutants(const char *hex, u32 rounds)
{
	struct frame good = from_hex(hex);
	struct nfm_pkt pk;
	struct frame f;
	u64 seed = 42;
	u32 i, k;

	for (i = 0; i < rounds; i++) {
		f = frame_new(good.data, (u32)(random_u64(&seed) >> 32) % (good.len + 1));
		for (k = 0; f.len && k < i % 4; k++)
			f.data[(random_u64(&seed) >> 32) % f.len] = (u8)(random_u64(&seed) >> 40);
		parse(&pk, &f);
		invariants(&pk);
		frame_free(&f);
	}
	frame_free(&good);
}

int main(void)
{
	printf("TAP version 13\n");
	test_stacked();
	tap_result("parse", "two tags, PPPoE, IPv6 and TCP");
	test_plain();
	tap_result("parse", "IPv4 and UDP, the rest of the key is 0");
	test_kinds();
	tap_result("parse", "broadcast, multicast, and offsets in spite of an exception");
	test_overhead();
	tap_result("parse", "how much a frame may exceed the limit");
	test_mutants(stacked, 100000);
	test_mutants(plain, 100000);
	tap_result("parse", "broken frames: nothing is read past the end, no contradiction");
	return tap_done();
}
