// SPDX-License-Identifier: GPL-2.0
/*
 * Forms of rules: every one that nft and flower make, with a frame that it takes and one that it
 * leaves, and every refusal.  Floor 11.
 */

#include <kunit/test.h>
#include <linux/if_arp.h>
#include "nftsw_kt_acl.h"

/* ---- every form: a rule that drops, a frame that it takes, and one that it leaves ---- */

struct acl_form {
	const char *name;
	bool tc;
	void (*rule)(struct nftsw_kt_acl_rule *r, struct nftsw_kt_acl *ctx);
	void (*hit)(struct nftsw_kt_frame *f);
	void (*miss)(struct nftsw_kt_frame *f);
};

#define DROP(r) nftsw_kt_acl_action(r, FLOW_ACTION_DROP)
#define RULE(name, stmt) \
	static void rule_##name(struct nftsw_kt_acl_rule *r, struct nftsw_kt_acl *ctx) { stmt; }
#define FRAME(name, stmt) \
	static void frame_##name(struct nftsw_kt_frame *f) { stmt; }

RULE(everything, (void)0)
RULE(protocol, nftsw_kt_acl_protos(r, ETH_P_IP, 0))
RULE(l4proto, nftsw_kt_acl_protos(r, 0, IPPROTO_UDP))
RULE(saddr, nftsw_kt_acl_protos(r, ETH_P_IP, 0);
	nftsw_kt_acl_ipv4(r, ctx->conn.client.addr.s6_addr32[0], ~0u, 0, 0))
RULE(daddr_net, nftsw_kt_acl_protos(r, ETH_P_IP, 0);
	nftsw_kt_acl_ipv4(r, 0, 0, ctx->conn.server.addr.s6_addr32[0] & htonl(0xffffff00),
			  0xffffff00))
RULE(tuple, nftsw_kt_acl_tuple(r, &ctx->conn))
RULE(sport, nftsw_kt_acl_protos(r, 0, IPPROTO_UDP); nftsw_kt_acl_ports(r, ctx->conn.client.port, 0))
RULE(ipv6, nftsw_kt_acl_protos(r, ETH_P_IPV6, 0);
	nftsw_kt_acl_addr_type(r, FLOW_DISSECTOR_KEY_IPV6_ADDRS);
	NFTSW_KT_ACL_USED(r, IPV6_ADDRS, ipv6);
	r->match.key.ipv6.src.s6_addr[0] = 0x20;
	r->match.mask.ipv6.src.s6_addr[0] = 0xff)
/* flower's of a kernel that keeps both families in one place, and so tells both keys */
RULE(ipv4_both, rule_saddr(r, ctx); NFTSW_KT_ACL_USED(r, IPV6_ADDRS, ipv6))
RULE(ipv6_both, rule_ipv6(r, ctx); NFTSW_KT_ACL_USED(r, IPV4_ADDRS, ipv4))
RULE(iif, NFTSW_KT_ACL_USED(r, META, meta);
	r->match.key.meta.ingress_ifindex = ctx->conn.client.dev->ifindex;
	r->match.mask.meta.ingress_ifindex = ~0)
RULE(eth, NFTSW_KT_ACL_USED(r, META, meta);
	r->match.key.meta.ingress_iftype = ARPHRD_ETHER;
	r->match.mask.meta.ingress_iftype = 0xffff;
	NFTSW_KT_ACL_USED(r, ETH_ADDRS, eth_addrs);
	ether_addr_copy(r->match.key.eth_addrs.src, ctx->conn.client.mac);
	eth_broadcast_addr(r->match.mask.eth_addrs.src))
RULE(vlan, nftsw_kt_acl_vlan(r, ETH_P_8021Q, 7, VLAN_VID_MASK))
RULE(vlan_ip, nftsw_kt_acl_vlan(r, ETH_P_8021Q, 7, VLAN_VID_MASK);
	nftsw_kt_acl_protos(r, ETH_P_IP, 0))
RULE(vlan_any, nftsw_kt_acl_vlan(r, ETH_P_8021AD, 0, 0))
RULE(pcp, nftsw_kt_acl_vlan(r, ETH_P_8021Q, 0, 0);
	r->match.key.vlan.vlan_priority = 5; r->match.mask.vlan.vlan_priority = 7)
RULE(vlan_type, nftsw_kt_acl_vlan(r, ETH_P_8021Q, 7, VLAN_VID_MASK);
	r->match.key.vlan.vlan_eth_type = htons(ETH_P_IP);
	r->match.mask.vlan.vlan_eth_type = htons(0xffff))
RULE(fragment, nftsw_kt_acl_protos(r, ETH_P_IP, 0); NFTSW_KT_ACL_USED(r, CONTROL, control);
	r->match.key.control.flags = FLOW_DIS_IS_FRAGMENT;
	r->match.mask.control.flags = FLOW_DIS_IS_FRAGMENT)
RULE(l2_hit, NFTSW_KT_ACL_USED(r, META, meta); r->match.mask.meta.l2_miss = 1; r->skip_sw = true)

FRAME(none, (void)0)
FRAME(tcp, f->l4proto = IPPROTO_TCP)
FRAME(saddr, f->saddr.s6_addr[3] ^= 1)
FRAME(daddr_host, f->daddr.s6_addr[3] ^= 1)
FRAME(daddr_net, f->daddr.s6_addr[2] ^= 1)
FRAME(sport, f->sport ^= 1)
FRAME(dport, f->dport ^= 1)
FRAME(ipv6, f->family = NFPROTO_IPV6; f->saddr.s6_addr[0] = 0x20)
FRAME(ipv6_other, f->family = NFPROTO_IPV6; f->saddr.s6_addr[0] = 0x21)
FRAME(smac, f->smac[5] ^= 1)
FRAME(tag, f->tag_count = 1; f->tag[0].tpid = ETH_P_8021Q; f->tag[0].tci = 0xa007)
FRAME(tag_other, f->tag_count = 1; f->tag[0].tpid = ETH_P_8021Q; f->tag[0].tci = 8)
FRAME(tag_ad, f->tag_count = 1; f->tag[0].tpid = ETH_P_8021AD; f->tag[0].tci = 9)
FRAME(fragment, f->frag_off = 0x2000)
FRAME(fragment_later, f->frag_off = 0x0003)

static const struct acl_form acl_forms[] = {
	{ "everything", false, rule_everything, frame_none, NULL },
	{ "meta protocol ip", false, rule_protocol, frame_none, frame_ipv6 },
	{ "meta protocol ip, behind a tag", false, rule_protocol, frame_tag, frame_ipv6 },
	{ "meta l4proto udp", false, rule_l4proto, frame_none, frame_tcp },
	{ "meta l4proto udp, IPv6", false, rule_l4proto, frame_ipv6, frame_tcp },
	{ "ip saddr", false, rule_saddr, frame_none, frame_saddr },
	{ "ip daddr of a network", false, rule_daddr_net, frame_daddr_host, frame_daddr_net },
	{ "5-tuple", false, rule_tuple, frame_none, frame_dport },
	{ "5-tuple of another protocol", false, rule_tuple, frame_none, frame_tcp },
	{ "udp sport", false, rule_sport, frame_none, frame_sport },
	{ "udp sport, first fragment", false, rule_sport, frame_fragment, frame_fragment_later },
	{ "ip6 saddr", false, rule_ipv6, frame_ipv6, frame_ipv6_other },
	{ "tc: src_ip, keys of both families", true, rule_ipv4_both, frame_none, frame_saddr },
	{ "tc: src_ip, IPv6, the same", true, rule_ipv6_both, frame_ipv6, frame_ipv6_other },
	{ "iif", false, rule_iif, frame_none, NULL },
	{ "ether saddr", false, rule_eth, frame_none, frame_smac },
	{ "vlan id", false, rule_vlan, frame_tag, frame_tag_other },
	{ "vlan id, no tag", false, rule_vlan, frame_tag, frame_none },
	{ "vlan id, ip", false, rule_vlan_ip, frame_tag, frame_tag_other },
	{ "vlan of 802.1ad", false, rule_vlan_any, frame_tag_ad, frame_tag },
	{ "vlan pcp", false, rule_pcp, frame_tag, frame_tag_other },
	{ "tc protocol ip", true, rule_protocol, frame_none, frame_tag },
	{ "tc vlan_ethtype", true, rule_vlan_type, frame_tag, frame_none },
	{ "tc ip_flags frag", true, rule_fragment, frame_fragment, frame_none },
	{ "tc 5-tuple", true, rule_tuple, frame_none, frame_sport },
	{ "tc l2_miss 0, alone", true, rule_l2_hit, frame_none, NULL },
	{ "tc src_port, no fragment", true, rule_sport, frame_none, frame_fragment },
};

static void acl_form_desc(const struct acl_form *form, char *desc)
{
	strscpy(desc, form->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(acl_form, acl_forms, acl_form_desc);

static void takes_form(struct kunit *test)
{
	const struct acl_form *form = test->param_value;
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_block *b = form->tc ? &ctx->tc : &ctx->nft;
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);
	struct nftsw_kt_frame f;

	form->rule(r, ctx);
	DROP(r);
	KUNIT_ASSERT_EQ(test, nftsw_kt_acl_replace(test, b, NFTSW_KT_ACL_COOKIE, r), 0);
	nftsw_kt_acl_frame(test, &f);
	form->hit(&f);
	nftsw_kt_acl_expect_dropped(test, NFTSW_KT_ACL_LAN, &f);
	if (form->miss) {
		nftsw_kt_acl_frame(test, &f);
		form->miss(&f);
		nftsw_kt_acl_expect_cpu(test, NFTSW_KT_ACL_LAN, &f);
	}
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_diffs(test), 0u);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_destroy(test, b, NFTSW_KT_ACL_COOKIE), 0);
	nftsw_kt_acl_frame(test, &f);
	nftsw_kt_acl_expect_cpu(test, NFTSW_KT_ACL_LAN, &f);
}

/* ---- every refusal ---- */

struct acl_refused {
	const char *name;
	enum nftsw_acl_refusal_id id;
	bool tc;
	void (*rule)(struct nftsw_kt_acl_rule *r, struct nftsw_kt_acl *ctx);
};

RULE(tcp_flags, NFTSW_KT_ACL_USED(r, TCP, tp); DROP(r))
RULE(tos, NFTSW_KT_ACL_USED(r, IP, ip); DROP(r))
RULE(unknown_key, nftsw_kt_acl_used(r, FLOW_DISSECTOR_KEY_CFM, 0); DROP(r))
RULE(iftype, NFTSW_KT_ACL_USED(r, META, meta); r->match.key.meta.ingress_iftype = ARPHRD_PPP;
	r->match.mask.meta.ingress_iftype = 0xffff; DROP(r))
RULE(l2_miss, NFTSW_KT_ACL_USED(r, META, meta); r->match.mask.meta.l2_miss = 1;
	DROP(r))
RULE(foreign_iif, NFTSW_KT_ACL_USED(r, META, meta); r->match.key.meta.ingress_ifindex = 1;
	r->match.mask.meta.ingress_ifindex = ~0; DROP(r))
RULE(control, NFTSW_KT_ACL_USED(r, CONTROL, control);
	r->match.mask.control.flags = FLOW_DIS_FIRST_FRAG; DROP(r))
RULE(families, nftsw_kt_acl_protos(r, ETH_P_IPV6, 0); nftsw_kt_acl_ipv4(r, htonl(1), ~0u, 0, 0);
	DROP(r))
RULE(cvlan, rule_vlan(r, ctx); NFTSW_KT_ACL_USED(r, CVLAN, cvlan); DROP(r))
RULE(tpid, nftsw_kt_acl_vlan(r, 0x9100, 1, VLAN_VID_MASK); DROP(r))
RULE(two_types, rule_vlan_type(r, ctx); nftsw_kt_acl_protos(r, ETH_P_IPV6, 0);
	DROP(r))
RULE(frag_ports, rule_fragment(r, ctx); nftsw_kt_acl_ports(r, 1, 0); DROP(r))
RULE(no_action, (void)0)
RULE(trap_two, nftsw_kt_acl_action(r, FLOW_ACTION_TRAP); DROP(r))
RULE(mangle, nftsw_kt_acl_action(r, FLOW_ACTION_MANGLE))
RULE(bad_action, nftsw_kt_acl_action(r, NUM_FLOW_ACTIONS))
RULE(behind, DROP(r); nftsw_kt_acl_action(r, FLOW_ACTION_ACCEPT))
RULE(foreign_out, nftsw_kt_acl_action_dev(r, FLOW_ACTION_REDIRECT, init_net.loopback_dev))
RULE(no_out, nftsw_kt_acl_action(r, FLOW_ACTION_REDIRECT))
RULE(foreign_copy, nftsw_kt_acl_action_dev(r, FLOW_ACTION_MIRRED, init_net.loopback_dev))
RULE(two_copies, nftsw_kt_acl_action_dev(r, FLOW_ACTION_MIRRED, ctx->conn.server.dev);
	nftsw_kt_acl_action_dev(r, FLOW_ACTION_MIRRED, ctx->conn.server.dev))
RULE(hw_stats, DROP(r)->hw_stats = FLOW_ACTION_HW_STATS_IMMEDIATE)
RULE(chain, r->chain = 1; DROP(r))

/* A police action that is taken; and then something is wrong with it. */
static struct flow_action_entry *acl_police(struct nftsw_kt_acl_rule *r)
{
	struct flow_action_entry *e = nftsw_kt_acl_action(r, FLOW_ACTION_POLICE);

	e->police.rate_pkt_ps = 10;
	e->police.burst_pkt = 2;
	e->police.exceed.act_id = FLOW_ACTION_DROP;
	e->police.notexceed.act_id = FLOW_ACTION_PIPE;
	return e;
}

RULE(police_two, acl_police(r); acl_police(r))
RULE(police_exceed, acl_police(r)->police.exceed.act_id = FLOW_ACTION_PIPE)
RULE(police_conform, acl_police(r)->police.notexceed.act_id = FLOW_ACTION_DROP)
RULE(police_peak, acl_police(r)->police.peakrate_bytes_ps = 1)
RULE(police_rates, acl_police(r)->police.rate_bytes_ps = 1)
RULE(police_no_rate, acl_police(r)->police.rate_pkt_ps = 0)
RULE(police_rate, acl_police(r)->police.rate_pkt_ps = BIT_ULL(NFTSW_METER_RATE_BITS))
RULE(police_burst, acl_police(r)->police.burst_pkt = BIT_ULL(NFTSW_METER_BURST_BITS))
RULE(police_no_burst, acl_police(r)->police.burst_pkt = 0)
RULE(police_copy, nftsw_kt_acl_action_dev(r, FLOW_ACTION_MIRRED, ctx->conn.server.dev);
	acl_police(r))
RULE(police_end, acl_police(r)->police.notexceed.act_id = FLOW_ACTION_ACCEPT; DROP(r))

static const struct acl_refused acl_refusals[] = {
	{ "TCP flags", NFTSW_ACL_REFUSAL_KEY, false, rule_tcp_flags },
	{ "TOS", NFTSW_ACL_REFUSAL_KEY, false, rule_tos },
	{ "an unknown key", NFTSW_ACL_REFUSAL_KEY, false, rule_unknown_key },
	{ "another kind of device", NFTSW_ACL_REFUSAL_KEY, false, rule_iftype },
	{ "l2_miss of nft", NFTSW_ACL_REFUSAL_KEY, false, rule_l2_miss },
	{ "a foreign iif", NFTSW_ACL_REFUSAL_INGRESS, false, rule_foreign_iif },
	{ "first fragments alone", NFTSW_ACL_REFUSAL_CONTROL, true, rule_control },
	{ "ports of fragments", NFTSW_ACL_REFUSAL_CONTROL, true, rule_frag_ports },
	{ "IPv4 in IPv6", NFTSW_ACL_REFUSAL_L3PROTO, false, rule_families },
	{ "an inner tag", NFTSW_ACL_REFUSAL_VLAN, false, rule_cvlan },
	{ "another tag", NFTSW_ACL_REFUSAL_VLAN, false, rule_tpid },
	{ "two types behind a tag", NFTSW_ACL_REFUSAL_VLAN, true, rule_two_types },
	{ "no action", NFTSW_ACL_REFUSAL_ACTION, true, rule_no_action },
	{ "an action behind a trap", NFTSW_ACL_REFUSAL_ORDER, true, rule_trap_two },
	{ "mangle", NFTSW_ACL_REFUSAL_ACTION, true, rule_mangle },
	{ "an unknown action", NFTSW_ACL_REFUSAL_ACTION, true, rule_bad_action },
	{ "an action behind the end", NFTSW_ACL_REFUSAL_ORDER, true, rule_behind },
	{ "fwd to a foreign device", NFTSW_ACL_REFUSAL_EGRESS, false, rule_foreign_out },
	{ "fwd to nowhere", NFTSW_ACL_REFUSAL_EGRESS, false, rule_no_out },
	{ "dup to a foreign device", NFTSW_ACL_REFUSAL_EGRESS, false, rule_foreign_copy },
	{ "two copies", NFTSW_ACL_REFUSAL_MIRROR, false, rule_two_copies },
	{ "two police actions", NFTSW_ACL_REFUSAL_POLICE, true, rule_police_two },
	{ "police: exceeding passes", NFTSW_ACL_REFUSAL_POLICE, true, rule_police_exceed },
	{ "police: conforming is dropped", NFTSW_ACL_REFUSAL_POLICE, true, rule_police_conform },
	{ "police: peak rate", NFTSW_ACL_REFUSAL_POLICE, true, rule_police_peak },
	{ "police: two rates", NFTSW_ACL_REFUSAL_POLICE, true, rule_police_rates },
	{ "police: no rate", NFTSW_ACL_REFUSAL_POLICE, true, rule_police_no_rate },
	{ "police: rate too high", NFTSW_ACL_REFUSAL_POLICE, true, rule_police_rate },
	{ "police: burst too large", NFTSW_ACL_REFUSAL_POLICE, true, rule_police_burst },
	{ "police: no burst", NFTSW_ACL_REFUSAL_POLICE, true, rule_police_no_burst },
	{ "a copy in front of police", NFTSW_ACL_REFUSAL_MIRROR, true, rule_police_copy },
	{ "an action behind police ok", NFTSW_ACL_REFUSAL_ORDER, true, rule_police_end },
	{ "immediate counters", NFTSW_ACL_REFUSAL_STATS, true, rule_hw_stats },
	{ "chain 1", NFTSW_ACL_REFUSAL_CHAIN, true, rule_chain },
};

static void acl_refused_desc(const struct acl_refused *p, char *desc)
{
	strscpy(desc, p->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(acl_refused, acl_refusals, acl_refused_desc);

static void refuses_form(struct kunit *test)
{
	const struct acl_refused *p = test->param_value;
	struct nftsw_kt_acl *ctx = nftsw_kt_acl_get(test);
	struct nftsw_kt_acl_block *b = p->tc ? &ctx->tc : &ctx->nft;
	struct nftsw_kt_acl_rule *r = nftsw_kt_acl_rule_new(test);

	p->rule(r, ctx);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_replace(test, b, NFTSW_KT_ACL_COOKIE, r), -EOPNOTSUPP);
	KUNIT_EXPECT_NOT_NULL(test, ctx->extack._msg);
	KUNIT_EXPECT_EQ(test, ctx->kt->ns->acl->refused[p->id], 1ull);
	KUNIT_EXPECT_EQ(test, ctx->kt->ns->acl->log[0].refusal.id, p->id);
	KUNIT_EXPECT_EQ(test, nftsw_kt_acl_chip_count(test), 0u);
}

static struct kunit_case acl_parse_cases[] = {
	KUNIT_CASE_PARAM(takes_form, acl_form_gen_params),
	KUNIT_CASE_PARAM(refuses_form, acl_refused_gen_params),
	{}
};

static struct kunit_suite acl_parse_suite = {
	.name = "nftsw_acl_parse",
	.init = nftsw_kt_acl_init,
	.exit = nftsw_kt_acl_exit,
	.test_cases = acl_parse_cases,
};

kunit_test_suite(acl_parse_suite);

MODULE_DESCRIPTION("KUnit tests of the forms of rules that nftsw offloads");
MODULE_LICENSE("GPL");
