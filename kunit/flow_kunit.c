// SPDX-License-Identifier: GPL-2.0
/*
 * Offloaded flows, from the kernel's rule to the frame that leaves the chip.  Floor 11.
 * Every case ends with an audit: the driver's table and the chip's must be equal.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/ppp_defs.h>
#include <linux/rtnetlink.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "nftsw_kt_offload.h"
#include "nftsw_kt_forms.h"

/* ---- forwarding ---- */

KUNIT_ARRAY_PARAM(flow_form, nftsw_kt_forms, nftsw_kt_form_desc);

/* Before: to the CPU.  Then through the chip, to the octet.  Afterwards: to the CPU. */
static void forwards(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	const struct nftsw_kt_form *form = test->param_value;

	nftsw_kt_conn_form(&ctx->conn, form, nftsw_kt_dev(ctx->kt, NFTSW_KT_LAN),
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_WAN));
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	KUNIT_EXPECT_EQ(test, nftsw_flow_half(ctx->kt->ns), 0u);
	nftsw_kt_off_forward(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_diffs(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE), 0);
	KUNIT_EXPECT_EQ(test, nftsw_flow_half(ctx->kt->ns), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + 1), 0);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
}

/*
 * Not for the chip, whatever the table says.  @change: of the description; @patch: of the
 * frame, returns its new length.  IPv4 TCP unless said otherwise.
 */
struct flow_exception {
	const char *name;
	void (*change)(struct nftsw_kt_frame *f);
	enum nftsw_reason reason;
	u32 (*patch)(u8 *frame, u32 len);
	u8 family;
	u8 l4proto;
	bool pppoe;
};

#define EXCEPT(name, body) \
static void flow_##name(struct nftsw_kt_frame *f) { body; }

EXCEPT(ttl_one, f->ttl = 1)
EXCEPT(ttl_zero, f->ttl = 0)
EXCEPT(fragment, f->frag_off = 0x2000)
EXCEPT(last_fragment, f->frag_off = 100)
EXCEPT(fin, f->tcp_fin = true)
EXCEPT(rst, f->tcp_rst = true)
EXCEPT(syn, f->tcp_syn = true)
EXCEPT(over_mtu, f->payload = 1500 - 39)
EXCEPT(short, f->payload = 4)
EXCEPT(other_port, f->sport++)
EXCEPT(tagged, f->tag_count = 1; f->tag[0].tpid = ETH_P_8021Q; f->tag[0].tci = 5)

static u32 flow_ip_options(u8 *frame, u32 len)
{
	u8 *ip = frame + ETH_HLEN;
	__sum16 sum;

	memmove(ip + 24, ip + 20, len - ETH_HLEN - 20);
	memset(ip + 20, 1, 4); /* no operation, four times */
	ip[0] = 0x46;
	put_unaligned_be16(get_unaligned_be16(ip + 2) + 4, ip + 2);
	memset(ip + 10, 0, sizeof(sum));
	sum = ip_fast_csum(ip, 6);
	memcpy(ip + 10, &sum, sizeof(sum));
	return len + 4;
}

/* Eight octets of an extension header in front of L4. */
static u32 flow_extension(u8 *frame, u32 len, u8 type)
{
	u8 *ip = frame + ETH_HLEN, *ext = ip + sizeof(struct ipv6hdr);

	memmove(ext + 8, ext, frame + len - ext);
	memset(ext, 0, 8);
	ext[0] = ip[6];
	ip[6] = type;
	put_unaligned_be16(get_unaligned_be16(ip + 4) + 8, ip + 4);
	return len + 8;
}

#define PATCH(name, body) \
static u32 flow_##name(u8 *frame, u32 len) { body; }

PATCH(hop_by_hop, return flow_extension(frame, len, NEXTHDR_HOP))
PATCH(routing, return flow_extension(frame, len, NEXTHDR_ROUTING))
PATCH(destination, return flow_extension(frame, len, NEXTHDR_DEST))
PATCH(auth, return flow_extension(frame, len, NEXTHDR_AUTH))
PATCH(fragment6, return flow_extension(frame, len, NEXTHDR_FRAGMENT))
PATCH(gre_v1, frame[ETH_HLEN + 20 + 1] |= 1; return len)
PATCH(cut_in_payload, return len - 5)
PATCH(cut_in_l4, return ETH_HLEN + 20 + 12)
PATCH(cut_in_l3, return ETH_HLEN + 30)
PATCH(long_tcp_header, frame[ETH_HLEN + 20 + 12] = 15 << 4; return len)
PATCH(long_udp, frame[ETH_HLEN + 20 + 4] = 1; return len)
PATCH(ppp_lcp, put_unaligned_be16(PPP_LCP, frame + ETH_HLEN + 6); return len)
PATCH(pppoe_cut, return len - 1)

static const struct flow_exception flow_exceptions[] = {
	{ "ttl_one", flow_ttl_one, NFTSW_REASON_TTL },
	{ "ttl_zero", flow_ttl_zero, NFTSW_REASON_TTL },
	{ "fragment", flow_fragment, NFTSW_REASON_FRAGMENT },
	{ "last_fragment", flow_last_fragment, NFTSW_REASON_FRAGMENT },
	{ "fin", flow_fin, NFTSW_REASON_TCP_FLAGS },
	{ "rst", flow_rst, NFTSW_REASON_TCP_FLAGS },
	{ "syn", flow_syn, NFTSW_REASON_TCP_FLAGS },
	{ "over_mtu", flow_over_mtu, NFTSW_REASON_MTU },
	{ "other_port", flow_other_port, NFTSW_REASON_FLOW_MISS },
	{ "tagged", flow_tagged, NFTSW_REASON_FLOW_MISS },
	{ "ip_options", NULL, NFTSW_REASON_IP_OPTIONS, flow_ip_options },
	{ "hop_by_hop", NULL, NFTSW_REASON_IPV6_EXT, flow_hop_by_hop, V6 },
	{ "routing", NULL, NFTSW_REASON_IPV6_EXT, flow_routing, V6 },
	{ "destination", NULL, NFTSW_REASON_IPV6_EXT, flow_destination, V6 },
	{ "auth", NULL, NFTSW_REASON_IPV6_EXT, flow_auth, V6 },
	{ "fragment6", NULL, NFTSW_REASON_FRAGMENT, flow_fragment6, V6 },
	{ "gre_version", NULL, NFTSW_REASON_GRE_VERSION, flow_gre_v1, GRE },
	{ "cut_in_payload", NULL, NFTSW_REASON_TRUNCATED, flow_cut_in_payload },
	{ "cut_in_l4", NULL, NFTSW_REASON_TRUNCATED, flow_cut_in_l4 },
	{ "cut_in_l3", NULL, NFTSW_REASON_TRUNCATED, flow_cut_in_l3, V6 },
	{ "long_tcp_header", flow_short, NFTSW_REASON_TRUNCATED, flow_long_tcp_header },
	{ "long_udp", NULL, NFTSW_REASON_TRUNCATED, flow_long_udp, UDP },
	{ "ppp_lcp", NULL, NFTSW_REASON_ENCAP, flow_ppp_lcp, .pppoe = true },
	{ "pppoe_cut", NULL, NFTSW_REASON_TRUNCATED, flow_pppoe_cut, .pppoe = true },
};

static void flow_exception_desc(const struct flow_exception *e, char *desc)
{
	strscpy(desc, e->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(flow_exception, flow_exceptions, flow_exception_desc);

static void flow_exception_conn(struct kunit *test, const struct flow_exception *e)
{
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_conn_init(&ctx->conn, e->family ?: NFPROTO_IPV4, e->l4proto ?: IPPROTO_TCP,
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_LAN),
			   nftsw_kt_dev(ctx->kt, NFTSW_KT_WAN));
	if (e->pppoe)
		nftsw_kt_end_encap(&ctx->conn.client, ETH_P_PPP_SES, 0x321);
	else if (!e->family && !e->l4proto)
		nftsw_kt_conn_snat(&ctx->conn);
	nftsw_kt_off_add(test);
}

/* Return: its length; it is in ctx->kt->want. */
static u32 flow_exception_frame(struct kunit *test, const struct flow_exception *e)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_frame f;
	u32 len;

	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &f);
	if (e->change)
		e->change(&f);
	len = nftsw_kt_frame_build(&f, ctx->kt->want);
	return e->patch ? e->patch(ctx->kt->want, len) : len;
}

/* The port takes what the flow's egress does not.  Its flows have to be made after that. */
static void flow_wide_ingress(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(nftsw_kt_dev(ctx->kt, NFTSW_KT_LAN), 2000), 0);
	rtnl_unlock();
	msleep(300);
	nftsw_kt_settle(ctx->kt);
}

/* The stack gets it on the ingress netdev, unchanged, and may forward it itself. */
static void hands_exception_to_stack(struct kunit *test)
{
	const struct flow_exception *e = test->param_value;
	struct nftsw_kt_off *ctx = test->priv;
	u32 len;

	if (e->reason == NFTSW_REASON_MTU)
		flow_wide_ingress(test);
	flow_exception_conn(test, e);
	nftsw_kt_off_forward(test);
	len = flow_exception_frame(test, e);
	nftsw_bm_ingress(ctx->kt->bm, NFTSW_KT_LAN, ctx->kt->want, len);
	nftsw_kt_expect_rx_raw(ctx->kt, NFTSW_KT_LAN, ctx->kt->want, len);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(ctx->kt->bm, e->reason), 1ull);
	nftsw_kt_expect_quiet(ctx->kt);
	if (e->reason != NFTSW_REASON_TCP_FLAGS)
		nftsw_kt_off_forward(test);
}

static const struct flow_exception flow_ends[] = {
	{ "fin", flow_fin },
	{ "rst", flow_rst },
	{ "syn", flow_syn },
};

KUNIT_ARRAY_PARAM(flow_end, flow_ends, flow_exception_desc);

/*
 * The kernel deletes the flow up to a second later, which is too late for a connection
 * that begins at once between the same ports.  Should it live, the kernel asks again.
 */
static void leaves_chip_at_tcp_flags(struct kunit *test)
{
	const struct flow_exception *e = test->param_value;
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_frame f;

	ctx->conn.l4proto = IPPROTO_TCP;
	rules = nftsw_kt_rules(test, &ctx->conn);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &f);
	e->change(&f);
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &f);
	/* nothing passes by, however long the driver takes to hear of it */
	nftsw_kt_expect_rx(ctx->kt, NFTSW_KT_LAN, &f);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_settle(ctx->kt);

	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_ENDED), 1ull);
	/* the direction that is left is alone in the chip, whatever the driver still has */
	KUNIT_EXPECT_EQ(test, nftsw_flow_half(ctx->kt->ns), 1u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_diffs(test), 0u);

	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[0]), 0);
	nftsw_kt_off_forward(test);
	memset(&stats, 0, sizeof(stats));
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 1ull);
}

/* The CPU never got the RST, so the driver does not know why the kernel asks again. */
static void releases_what_the_chip_holds_back(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_frame f;

	ctx->conn.l4proto = IPPROTO_TCP;
	rules = nftsw_kt_rules(test, &ctx->conn);
	nftsw_kt_off_add(test);
	nftsw_flow_end_stop(ctx->kt->ns->flow);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &f);
	flow_rst(&f);
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &f);
	nftsw_kt_expect_rx(ctx->kt, NFTSW_KT_LAN, &f);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_diffs(test), 0u);

	/* at once it is the repetition that the kernel always makes */
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[0]), 0);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	msleep(MSEC_PER_SEC + 100);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[0]), 0);
	nftsw_kt_off_forward(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_REPEATED), 2ull);
}

/*
 * An end that was reported before a reset and not looked at is no end of those that have the
 * entry numbers afterwards, and does not keep theirs from being seen.
 */
static void ends_of_before_a_reset_are_forgotten(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw *ns = ctx->kt->ns;
	struct nftsw_kt_frame f;

	ctx->conn.l4proto = IPPROTO_TCP;
	bitmap_fill(ns->flow->ended, ns->info.flows);
	devl_lock(ns->devlink);
	nftsw_core_down(ns);
	KUNIT_EXPECT_EQ(test, nftsw_core_up(ns), 0);
	devl_unlock(ns->devlink);
	nftsw_kt_settle(ctx->kt);
	nftsw_kt_flush(ctx->kt);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_ENDED), 0ull);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &f);
	flow_rst(&f);
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &f);
	nftsw_kt_expect_rx(ctx->kt, NFTSW_KT_LAN, &f);
	nftsw_kt_settle(ctx->kt);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_ENDED), 1ull);
}

/* Same addresses and ports, but not addressed to the router: none of its business. */
static void leaves_bridged_frame_alone(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_frame f;

	nftsw_kt_off_add(test);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &f);
	eth_broadcast_addr(f.dmac);
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &f);
	nftsw_kt_expect_rx(ctx->kt, NFTSW_KT_LAN, &f);
	u64_to_ether_addr(0x021111111111ull, f.dmac);
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &f);
	nftsw_kt_expect_quiet(ctx->kt);
	KUNIT_EXPECT_EQ(test, nftsw_bm_reason(ctx->kt->bm, NFTSW_REASON_UC_FILTER),
			1ull);
}

static void keeps_udp_without_checksum(struct kunit *test)
{
	struct nftsw_kt_frame in, out;
	struct nftsw_kt_off *ctx = test->priv;

	nftsw_kt_off_add(test);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &in);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, true, &out);
	in.no_csum = true;
	out.no_csum = true;
	in.tos = 0xb9;
	out.tos = 0xb9;
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &in);
	nftsw_kt_expect_egress(ctx->kt, NFTSW_KT_WAN, &out);
}

/* ---- REPLACE ---- */

/* The kernel repeats itself about once a second: no work for the chip. */
static void repeats_are_free(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);
	struct flow_stats stats = {};
	u32 i, before;

	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
	before = nftsw_kt_off_commands(test);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test,
				nftsw_kt_off_replace(test, NFTSW_KT_COOKIE + i % 2,
						     &rules[i % 2]), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_commands(test), before);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_REPEATED),
			10ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 1ull);
}

static void replaces_what_changed(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};

	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
	ctx->conn.server.mac[5]++;
	ctx->conn.server.dev = nftsw_kt_dev(ctx->kt, NFTSW_KT_OTHER);
	ctx->conn.snat_port++;
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_off_forward(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 2ull);
}

/* A cookie is an address of memory that the kernel reuses: another flow entirely. */
static void recycled_cookie_is_another_flow(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_conn old = ctx->conn;

	nftsw_kt_off_add(test);
	ctx->conn.client.addr.s6_addr32[0] ^= htonl(0x40);
	ctx->conn.client.port = 1234;
	ctx->conn.l4proto = IPPROTO_TCP;
	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 2u);
	nftsw_kt_off_forward(test);
	nftsw_kt_expect_trap(ctx->kt, &old, NFTSW_KT_ORIG);
}

static void unknown_cookie_is_no_entry(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};
	u32 before = nftsw_kt_off_commands(test);

	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, 77), -ENOENT);
	KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cls(ctx->kf, FLOW_CLS_STATS, 77, NULL,
					      &stats), -ENOENT);
	KUNIT_EXPECT_EQ(test, stats.pkts, 0ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_commands(test), before);
}

/* A refresh may cross a teardown: what was destroyed may come again. */
static void comes_back_after_destroy(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};
	u32 i;

	for (i = 0; i < 3; i++) {
		nftsw_kt_off_add(test);
		nftsw_kt_off_forward(test);
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE), 0);
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE), -ENOENT);
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), -ENOENT);
		KUNIT_EXPECT_EQ(test, stats.pkts | stats.bytes | stats.lastused, 0ull);
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE + 1, &stats), 0);
		KUNIT_EXPECT_EQ(test, stats.pkts, 1ull);
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + 1), 0);
		nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	}
}

/* People see of the first flow whether software has its other direction. */
static void flow_expect_half(struct kunit *test, bool half)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_flow_info info;
	unsigned long index = 0;

	KUNIT_ASSERT_TRUE(test, nftsw_flow_info_next(ctx->kt->ns, &index, &info));
	KUNIT_EXPECT_EQ(test, info.paired, !half);
	KUNIT_EXPECT_EQ(test, nftsw_flow_half(ctx->kt->ns), (u32)half);
}

/* Half an offload is legal: the other half is software's, which people see. */
static void directions_are_independent(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[NFTSW_KT_ORIG]),
			0);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
	flow_expect_half(test, true);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE + 1,
						   &rules[NFTSW_KT_REPLY]), 0);
	flow_expect_half(test, false);
}

static void refusal_is_counted_and_harmless(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	nftsw_kt_rule_append(&rules[0], FLOW_ACTION_POLICE);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[0]), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_REFUSED),
			1ull);
	KUNIT_EXPECT_EQ(test, nftsw_flow_log_refused(&ctx->kt->ns->flow->log,
						     NFTSW_FLOW_REFUSAL_ACTION),
			1ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE), -ENOENT);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 0u);
}

/* An accepted flow whose new rule is refused must not go on with the old one. */
static void refused_update_removes_flow(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules = nftsw_kt_rules(test, &ctx->conn);

	nftsw_kt_off_add(test);
	nftsw_kt_rule_append(&rules[0], FLOW_ACTION_POLICE);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, &rules[0]), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), 1u);
	nftsw_kt_expect_trap(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
}

/* ---- PPPoE ---- */

/* The way back of a connection to the server is offloaded, with another session. */
static void flow_back_in_session(struct kunit *test, unsigned long cookie, u16 sid)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_rule *rules;

	ctx->conn.server.encap_count = 0;
	if (sid)
		nftsw_kt_end_encap(&ctx->conn.server, ETH_P_PPP_SES, sid);
	rules = nftsw_kt_rules(test, &ctx->conn);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, cookie, &rules[NFTSW_KT_REPLY]), 0);
}

/* The rule of this direction does not say so; netfilter's flow does. */
static void pppoe_needs_no_other_half(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_kt_frame bare;

	flow_back_in_session(test, NFTSW_KT_COOKIE, 0x321);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_REPLY, false, &bare);
	bare.sid = 0;
	nftsw_kt_send(ctx->kt, NFTSW_KT_WAN, &bare);
	nftsw_kt_expect_rx(ctx->kt, NFTSW_KT_WAN, &bare);
	nftsw_kt_expect_quiet(ctx->kt);
}

/* The same addresses and ports in a session, in another one, and outside, are three flows. */
static void sessions_are_told_apart(struct kunit *test)
{
	static const u16 sids[] = { 0x321, 0x322, 0 };
	struct nftsw_kt_off *ctx = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sids); i++)
		flow_back_in_session(test, NFTSW_KT_COOKIE + i, sids[i]);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_count(test), (u32)ARRAY_SIZE(sids));
	KUNIT_EXPECT_EQ(test, nftsw_kt_flow_events(ctx->kt, NFTSW_FLOW_EVENT_DISPLACED), 0ull);
	for (i = 0; i < ARRAY_SIZE(sids); i++) {
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + i), 0);
		flow_back_in_session(test, NFTSW_KT_COOKIE + i, sids[i]);
		nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_REPLY);
	}
}

static void pppoe_session_may_change(struct kunit *test)
{
	struct nftsw_kt_conn old;
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};

	nftsw_kt_end_encap(&ctx->conn.server, ETH_P_PPP_SES, 0x321);
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
	old = ctx->conn;
	ctx->conn.server.encap[0].id = 0x322;
	nftsw_kt_off_add(test);
	nftsw_kt_off_forward(test);
	nftsw_kt_expect_trap(ctx->kt, &old, NFTSW_KT_REPLY);
	/* the entry has another key, the flow goes on */
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE + 1, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 2ull);
}

/* ---- counters ---- */

static void stats_are_deltas(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};
	struct nftsw_kt_frame f;
	u64 before;
	u32 i;

	nftsw_kt_off_add(test);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 0ull);
	KUNIT_EXPECT_EQ(test, stats.lastused, 0ull);
	before = jiffies;
	for (i = 0; i < 5; i++)
		nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &f);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 5ull);
	KUNIT_EXPECT_EQ(test, stats.bytes, 5ull * nftsw_kt_frame_ip_len(&f));
	KUNIT_EXPECT_GE(test, stats.lastused, before);
	KUNIT_EXPECT_LE(test, stats.lastused, (u64)jiffies);
	memset(&stats, 0, sizeof(stats));
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 0ull);
	KUNIT_EXPECT_EQ(test, stats.bytes, 0ull);
	KUNIT_EXPECT_EQ(test, stats.lastused, 0ull);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE + 1, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 0ull);
}

/* Flows that nobody hits are passed over when counters are fetched; none is forgotten. */
static void idle_flows_keep_their_counters(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};
	u32 i;

	nftsw_kt_off_add(test);
	for (i = 0; i < 3; i++) {
		nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
		KUNIT_EXPECT_EQ(test, nftsw_flow_refresh(ctx->kt->ns), 0);
		nftsw_bm_advance(ctx->kt->bm, NSEC_PER_SEC);
		KUNIT_EXPECT_EQ(test, nftsw_flow_refresh(ctx->kt->ns), 0);
		nftsw_bm_advance(ctx->kt->bm, NSEC_PER_SEC);
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
		KUNIT_EXPECT_EQ(test, stats.pkts, 1ull);
		KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
		KUNIT_EXPECT_EQ(test, stats.pkts, 0ull);
	}
}

/* A fetch that fails half-way has not told of everybody. */
static void failed_fetch_loses_no_counter(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};

	nftsw_kt_off_add(test);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_bm_advance(ctx->kt->bm, NSEC_PER_SEC);
	nftsw_bm_fault(ctx->kt->bm, NFM_FAULT_CMD_STATUS, 1);
	KUNIT_EXPECT_EQ(test, nftsw_flow_refresh(ctx->kt->ns), -EIO);
	nftsw_bm_advance(ctx->kt->bm, NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 1ull);
}

/* Chip time goes on without traffic: the last hit gets old, and people see how old. */
static void idle_is_since_the_last_hit(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct nftsw_flow_info info;
	unsigned long index = 0;
	u64 age;

	nftsw_kt_off_add(test);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	nftsw_bm_advance(ctx->kt->bm, 2 * (u64)NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, nftsw_flow_refresh(ctx->kt->ns), 0);
	KUNIT_ASSERT_TRUE(test, nftsw_flow_info_next(ctx->kt->ns, &index, &info));
	age = get_jiffies_64() - info.lastused;
	KUNIT_EXPECT_GE(test, age, 2ull * HZ - HZ / 10);
	KUNIT_EXPECT_LE(test, age, 2ull * HZ + HZ);
}

/* Beyond 2^32 jiffies, which begin 300 s before that, with what STATS adds. */
#define FLOW_LIFE		(400 * HZ)

/* What flow_offload_work_stats() does with the answer to STATS. */
static u32 flow_polled(struct kunit *test, u32 timeout)
{
	struct flow_stats stats = {};

	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_LE(test, stats.lastused, get_jiffies_64());
	return max_t(u64, timeout, stats.lastused + FLOW_LIFE);
}

/*
 * Packets that software sees (exceptions) refresh a flow, too.  What the chip has seen
 * before must not take that back, be it told for the first time or again.
 */
static void lastused_never_shortens_a_life(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u32 refreshed, hit, i;

	nftsw_kt_off_add(test);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	hit = (u32)jiffies + FLOW_LIFE;
	for (i = 0; i < 3; i++) {
		nftsw_bm_advance(ctx->kt->bm, NSEC_PER_SEC);
		msleep(MSEC_PER_SEC);
		/* flow_offload_refresh() */
		refreshed = (u32)jiffies + FLOW_LIFE;
		KUNIT_EXPECT_GE(test, (s32)(flow_polled(test, refreshed) - refreshed), 0);
	}
	/* nor does the chip's own word come to nothing */
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_GE(test, (s32)(flow_polled(test, hit) - refreshed), 0);
}

/*
 * A newer flow takes the match; when it is gone, the kernel offers the older one again.
 * It counts on from where it was, and none of the other's; nor is lost what the chip had
 * counted since the driver last looked.
 */
static void displaced_flow_counts_on(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	const struct nftsw_kt_rule *rule = nftsw_kt_rules(test, &ctx->conn);
	struct flow_stats stats = {};
	u32 i;

	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, rule), 0);
	for (i = 0; i < 3; i++)
		nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 3ull);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE + 1, rule), 0);
	nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_destroy(test, NFTSW_KT_COOKIE + 1), 0);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_replace(test, NFTSW_KT_COOKIE, rule), 0);
	for (i = 0; i < 2; i++)
		nftsw_kt_expect_forward(ctx->kt, &ctx->conn, NFTSW_KT_ORIG);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 1 + 2ull);
}

/* Exceptions are software's packets, and counted there. */
static void trapped_frames_are_not_counted(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	struct flow_stats stats = {};
	struct nftsw_kt_frame f;

	nftsw_kt_off_add(test);
	nftsw_kt_conn_frame(&ctx->conn, NFTSW_KT_ORIG, false, &f);
	f.ttl = 1;
	nftsw_kt_send(ctx->kt, NFTSW_KT_LAN, &f);
	nftsw_kt_expect_rx(ctx->kt, NFTSW_KT_LAN, &f);
	KUNIT_EXPECT_EQ(test, nftsw_kt_off_stats(test, NFTSW_KT_COOKIE, &stats), 0);
	KUNIT_EXPECT_EQ(test, stats.pkts, 0ull);
	KUNIT_EXPECT_EQ(test, stats.lastused, 0ull);
}

/* The kernel takes 32 bits; what does not fit is told the next time. */
static void stats_fit_into_32_bits(struct kunit *test)
{
	struct nftsw_kt_off *ctx = test->priv;
	u64 octets = 10ull << 30, packets = 8ull << 20, bytes = 0, pkts = 0;
	struct flow_stats stats = {};
	unsigned long index = 0;
	struct nftsw_flow *nf;
	u32 calls = 0;

	nftsw_kt_off_add(test);
	nf = nftsw_flow_next(ctx->kt->ns->flow, &index);
	KUNIT_ASSERT_NOT_NULL(test, nf);
	spin_lock(&nf->ctr_lock);
	nf->base.packets = packets;
	nf->base.octets = octets;
	spin_unlock(&nf->ctr_lock);
	do {
		KUNIT_EXPECT_EQ(test, nftsw_kt_ft_cls(ctx->kf, FLOW_CLS_STATS,
						      nf->id.cookie, NULL, &stats), 0);
		KUNIT_EXPECT_LE(test, stats.bytes, (u64)U32_MAX);
		KUNIT_EXPECT_TRUE(test, stats.pkts || !stats.bytes);
		bytes += stats.bytes;
		pkts += stats.pkts;
	} while (stats.bytes && ++calls < 10);
	KUNIT_EXPECT_EQ(test, calls, 3u);
	KUNIT_EXPECT_EQ(test, bytes, octets);
	KUNIT_EXPECT_EQ(test, pkts, packets);
	nftsw_flow_put(nf);
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE_PARAM(forwards, flow_form_gen_params),
	KUNIT_CASE_PARAM(hands_exception_to_stack, flow_exception_gen_params),
	KUNIT_CASE_PARAM(leaves_chip_at_tcp_flags, flow_end_gen_params),
	KUNIT_CASE_SLOW(releases_what_the_chip_holds_back),
	KUNIT_CASE(ends_of_before_a_reset_are_forgotten),
	KUNIT_CASE(leaves_bridged_frame_alone),
	KUNIT_CASE(keeps_udp_without_checksum),
	KUNIT_CASE(repeats_are_free),
	KUNIT_CASE(replaces_what_changed),
	KUNIT_CASE(recycled_cookie_is_another_flow),
	KUNIT_CASE(unknown_cookie_is_no_entry),
	KUNIT_CASE(comes_back_after_destroy),
	KUNIT_CASE(directions_are_independent),
	KUNIT_CASE(refusal_is_counted_and_harmless),
	KUNIT_CASE(refused_update_removes_flow),
	KUNIT_CASE(pppoe_needs_no_other_half),
	KUNIT_CASE(sessions_are_told_apart),
	KUNIT_CASE(pppoe_session_may_change),
	KUNIT_CASE(stats_are_deltas),
	KUNIT_CASE(idle_flows_keep_their_counters),
	KUNIT_CASE(failed_fetch_loses_no_counter),
	KUNIT_CASE(idle_is_since_the_last_hit),
	KUNIT_CASE(lastused_never_shortens_a_life),
	KUNIT_CASE(displaced_flow_counts_on),
	KUNIT_CASE(trapped_frames_are_not_counted),
	KUNIT_CASE(stats_fit_into_32_bits),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "nftsw_flow",
	.init = nftsw_kt_off_init,
	.exit = nftsw_kt_off_exit,
	.test_cases = flow_cases,
};

kunit_test_suite(flow_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's flow offload");
MODULE_LICENSE("GPL");
