// SPDX-License-Identifier: GPL-2.0
/*
 * nftsw_flow_parse(): every form of rule that the kernel generates, and every refusal.
 * Floor 11.  The rules come from nf_flow_table itself, see nftsw_kt_flow.h; the devices
 * are bare netdevs, there is no chip here.
 */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netlink.h>
#include <linux/tc_act/tc_csum.h>
#include <net/tcp.h>
#include <nftsw/regs.h>
#include <nftsw/tbl.h>
#include "../drivers/net/ethernet/nftsw/nftsw_flow.h"
#include "nftsw_kt_flow.h"
#include "nftsw_kt_forms.h"

#define PARSE_PORTS		3
#define PARSE_FOREIGN		2	/* index of the netdev that is no port */
#define PARSE_CAPS_ALL		0xffffffffu

/* ---- devices ---- */

struct parse_ctx {
	struct net_device *dev[PARSE_PORTS];
	struct nftsw_flow_ports ports;
	u8 moved[ETH_ALEN]; /* the host whose path has become another one */
	int foreign; /* what is said of a netdev that is no port */
};

static netdev_tx_t parse_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops parse_netdev_ops = {
	.ndo_start_xmit = parse_xmit,
};

static int parse_by_dev(const void *priv, const struct net_device *dev)
{
	const struct parse_ctx *ctx = priv;
	u32 i;

	for (i = 0; i < PARSE_FOREIGN; i++) {
		if (ctx->dev[i] == dev)
			return 10 + i;
	}
	return ctx->foreign;
}

static int parse_by_ifindex(const void *priv, int ifindex)
{
	const struct parse_ctx *ctx = priv;
	u32 i;

	for (i = 0; i < PARSE_FOREIGN; i++) {
		if (ctx->dev[i]->ifindex == ifindex)
			return 10 + i;
	}
	return -1;
}

static bool parse_outdated(const void *priv, struct net_device *dev, const u8 *mac)
{
	const struct parse_ctx *ctx = priv;

	return dev == ctx->dev[PARSE_FOREIGN] && ether_addr_equal(mac, ctx->moved);
}

static void parse_netdev_free(void *data)
{
	unregister_netdev(data);
	free_netdev(data);
}

static struct net_device *parse_netdev(struct kunit *test)
{
	struct net_device *dev = alloc_etherdev(0);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	dev->netdev_ops = &parse_netdev_ops;
	eth_hw_addr_random(dev);
	if (register_netdev(dev)) {
		free_netdev(dev);
		KUNIT_FAIL_AND_ABORT(test, "netdev does not register");
	}
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, parse_netdev_free,
							   dev));
	return dev;
}

static int parse_init(struct kunit *test)
{
	struct parse_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	for (i = 0; i < PARSE_PORTS; i++)
		ctx->dev[i] = parse_netdev(test);
	ctx->ports.by_ifindex = parse_by_ifindex;
	ctx->ports.by_dev = parse_by_dev;
	ctx->ports.outdated = parse_outdated;
	ctx->ports.priv = ctx;
	ctx->ports.caps = PARSE_CAPS_ALL;
	ctx->foreign = -ENODEV;
	test->priv = ctx;
	return 0;
}

/* ---- what the kernel generates ---- */

KUNIT_ARRAY_PARAM(parse_form, nftsw_kt_forms, nftsw_kt_form_desc);

static void parse_conn(struct kunit *test, const struct nftsw_kt_form *form,
		       struct nftsw_kt_conn *conn)
{
	struct parse_ctx *ctx = test->priv;

	nftsw_kt_conn_form(conn, form, ctx->dev[0], ctx->dev[1]);
}

/* What the chip must be told, from the frames on both sides of it. */
static void parse_expect_match(struct parse_ctx *ctx,
			       const struct nftsw_kt_frame *in,
			       const struct net_device *dev,
			       struct nftsw_flow_match *m)
{
	m->saddr = in->saddr;
	m->daddr = in->daddr;
	m->sport = htons(in->sport);
	m->dport = htons(in->dport);
	m->iport = parse_by_dev(ctx, dev);
	m->l4proto = in->l4proto;
	if (in->family == NFPROTO_IPV6)
		m->flags |= NFTSW_FK_IPV6;
	if (in->sid)
		m->flags |= NFTSW_FK_PPPOE;
	m->sid = in->sid;
	if (in->tag_count > 0) {
		m->flags |= NFTSW_FK_TAG1;
		m->vid1 = in->tag[0].tci;
	}
	if (in->tag_count > 1) {
		m->flags |= NFTSW_FK_TAG2;
		m->vid2 = in->tag[1].tci;
	}
}

static void parse_expect_push(const struct nftsw_kt_frame *out,
			      struct nftsw_flow_spec *s)
{
	if (out->tag_count > 0) {
		s->action |= NFTSW_FA_PUSH1;
		s->tci1 = out->tag[0].tci;
	}
	if (out->tag_count > 1) {
		s->action |= NFTSW_FA_PUSH2;
		s->tci2 = out->tag[1].tci;
	}
	if (out->sid) {
		s->action |= NFTSW_FA_PUSH_PPPOE;
		s->sid = out->sid;
	}
}

static void parse_expect_nat(const struct nftsw_kt_frame *out, bool source,
			     bool destination, struct nftsw_flow_spec *s)
{
	if (source) {
		s->action |= NFTSW_FA_SADDR | NFTSW_FA_SPORT;
		s->saddr = out->saddr;
		s->sport = htons(out->sport);
	}
	if (destination) {
		s->action |= NFTSW_FA_DADDR | NFTSW_FA_DPORT;
		s->daddr = out->daddr;
		s->dport = htons(out->dport);
	}
}

static void parse_expect(struct parse_ctx *ctx, const struct nftsw_kt_conn *conn,
			 enum flow_offload_tuple_dir dir, struct nftsw_flow_spec *s)
{
	bool orig = dir == NFTSW_KT_ORIG;
	struct nftsw_kt_frame in, out;

	nftsw_kt_conn_frame(conn, dir, false, &in);
	nftsw_kt_conn_frame(conn, dir, true, &out);
	memset(s, 0, sizeof(*s));
	parse_expect_match(ctx, &in, orig ? conn->client.dev : conn->server.dev,
			   &s->match);
	parse_expect_push(&out, s);
	parse_expect_nat(&out, orig ? conn->snat : conn->dnat,
			 orig ? conn->dnat : conn->snat, s);
	ether_addr_copy(s->dmac, out.dmac);
	ether_addr_copy(s->smac, out.smac);
	s->oport = parse_by_dev(ctx, orig ? conn->server.dev : conn->client.dev);
}

static void parse_rule_expect(struct kunit *test, const struct nftsw_kt_rule *rule,
			      const struct nftsw_flow_spec *want)
{
	struct parse_ctx *ctx = test->priv;
	struct nftsw_flow_refusal refusal;
	struct netlink_ext_ack extack = {};
	struct nftsw_flow_spec got;
	int err;

	memset(&got, 0xa5, sizeof(got));
	ctx->ports.session = rule->session;
	err = nftsw_flow_parse(rule->rule, &ctx->ports, &got, &refusal, &extack);
	KUNIT_EXPECT_EQ_MSG(test, err, 0, "refused: %s", refusal.text);
	KUNIT_EXPECT_EQ(test, refusal.id, NFTSW_FLOW_REFUSAL_NONE);
	KUNIT_EXPECT_NULL(test, extack._msg);
	KUNIT_EXPECT_EQ(test, got.action, want->action);
	KUNIT_EXPECT_EQ(test, got.match.flags, want->match.flags);
	KUNIT_EXPECT_MEMEQ(test, &got, want, sizeof(got));
}

static void accepts_kernel_rule(struct kunit *test)
{
	struct parse_ctx *ctx = test->priv;
	struct nftsw_kt_rule *rules;
	struct nftsw_flow_spec want;
	struct nftsw_kt_conn conn;
	u32 dir;

	parse_conn(test, test->param_value, &conn);
	rules = nftsw_kt_rules(test, &conn);
	for (dir = 0; dir < FLOW_OFFLOAD_DIR_MAX; dir++) {
		/* The premise of the driver's handling: as 6.12 and 7.3 have it. */
		KUNIT_EXPECT_FALSE(test, rules[dir].match.dissector.used_keys &
				   (BIT_ULL(FLOW_DISSECTOR_KEY_VLAN) |
				    BIT_ULL(FLOW_DISSECTOR_KEY_CVLAN)));
		parse_expect(ctx, &conn, dir, &want);
		parse_rule_expect(test, &rules[dir], &want);
	}
}

/* The same with a kernel that says which VLAN keys it has filled in. */
static void accepts_rule_with_vlan_bits(struct kunit *test)
{
	struct parse_ctx *ctx = test->priv;
	struct nftsw_kt_rule *rules;
	struct nftsw_flow_spec want;
	struct flow_dissector *d;
	struct nftsw_kt_conn conn;
	u32 dir;

	parse_conn(test, test->param_value, &conn);
	rules = nftsw_kt_rules(test, &conn);
	for (dir = 0; dir < FLOW_OFFLOAD_DIR_MAX; dir++) {
		d = &rules[dir].match.dissector;
		if (d->offset[FLOW_DISSECTOR_KEY_VLAN])
			d->used_keys |= BIT_ULL(FLOW_DISSECTOR_KEY_VLAN);
		if (d->offset[FLOW_DISSECTOR_KEY_CVLAN])
			d->used_keys |= BIT_ULL(FLOW_DISSECTOR_KEY_CVLAN);
		parse_expect(ctx, &conn, dir, &want);
		parse_rule_expect(test, &rules[dir], &want);
	}
}

/* How the driver finds the other direction of a flow. */
static void reverses_match(struct kunit *test)
{
	struct nftsw_flow_spec want[FLOW_OFFLOAD_DIR_MAX];
	struct parse_ctx *ctx = test->priv;
	struct nftsw_flow_match reverse;
	struct nftsw_kt_conn conn;
	u32 dir;

	parse_conn(test, test->param_value, &conn);
	for (dir = 0; dir < FLOW_OFFLOAD_DIR_MAX; dir++)
		parse_expect(ctx, &conn, dir, &want[dir]);
	for (dir = 0; dir < FLOW_OFFLOAD_DIR_MAX; dir++) {
		memset(&reverse, 0xa5, sizeof(reverse));
		nftsw_flow_match_reverse(&want[dir], &reverse);
		KUNIT_EXPECT_MEMEQ(test, &reverse, &want[!dir].match,
				   sizeof(reverse));
	}
}

/* ---- refusals: a rule of the kernel's, changed in one place ---- */

static const struct nftsw_kt_form parse_form_v4 = { "", V4, TCP, SNAT, DNAT };
static const struct nftsw_kt_form parse_form_v6 = { "", V6, UDP, SNAT, DNAT };
static const struct nftsw_kt_form parse_form_gre = { "", V4, GRE };
static const struct nftsw_kt_form parse_form_tags = {
	"", V4, TCP, SNAT, .client = { Q(10), Q(11) }, .server = { Q(20), Q(21) },
};

/* nothing to match, only to push */
static const struct nftsw_kt_form parse_form_tag_push = {
	"", V4, TCP, SNAT, .server = { Q(20) },
};

static const struct nftsw_kt_form parse_form_pppoe = {
	"", V4, TCP, SNAT, .server = { Q(7), PPP(0x99) },
};

static struct flow_action_entry *parse_entry(struct nftsw_kt_rule *r,
					     enum flow_action_id id)
{
	return &r->rule->action.entries[nftsw_kt_rule_find(r, id)];
}

static struct flow_action_entry *parse_mangle(struct nftsw_kt_rule *r,
					      enum flow_action_mangle_base htype,
					      u32 offset)
{
	struct flow_action *act = &r->rule->action;
	u32 i;

	for (i = 0; i < act->num_entries; i++) {
		if (act->entries[i].id == FLOW_ACTION_MANGLE &&
		    act->entries[i].mangle.htype == htype &&
		    act->entries[i].mangle.offset == offset)
			break;
	}
	return &act->entries[i];
}

static void parse_use(struct nftsw_kt_rule *r, enum flow_dissector_key_id id)
{
	r->match.dissector.used_keys |= BIT_ULL(id);
}

static void parse_unuse(struct nftsw_kt_rule *r, enum flow_dissector_key_id id)
{
	r->match.dissector.used_keys &= ~BIT_ULL(id);
}

static void parse_drop_mangle(struct nftsw_kt_rule *r,
			      enum flow_action_mangle_base htype, u32 offset)
{
	nftsw_kt_rule_drop(r, parse_mangle(r, htype, offset) -
			      r->rule->action.entries);
}

#define MISTAKE(name, body) \
static void parse_##name(struct nftsw_kt_rule *r) { body; }

MISTAKE(key_tos, parse_use(r, FLOW_DISSECTOR_KEY_IP))
MISTAKE(key_eth, parse_use(r, FLOW_DISSECTOR_KEY_ETH_ADDRS))
MISTAKE(key_ct, parse_use(r, FLOW_DISSECTOR_KEY_CT))
MISTAKE(key_pppoe, parse_use(r, FLOW_DISSECTOR_KEY_PPPOE))
MISTAKE(key_iftype, r->match.mask.meta.ingress_iftype = 0xffff)
MISTAKE(key_l2_miss, r->match.mask.meta.l2_miss = 1)
MISTAKE(mask_ifindex, r->match.mask.meta.ingress_ifindex = 0xff)
MISTAKE(mask_n_proto, r->match.mask.basic.n_proto = 0)
MISTAKE(mask_ip_proto, r->match.mask.basic.ip_proto = 0x0f)
MISTAKE(mask_saddr, r->match.mask.ipv4.src = htonl(0xffffff00))
MISTAKE(mask_daddr, r->match.mask.ipv4.dst = 0)
MISTAKE(mask_saddr6, r->match.mask.ipv6.src.s6_addr[15] = 0)
MISTAKE(mask_daddr6, r->match.mask.ipv6.dst.s6_addr[0] = 0xfe)
MISTAKE(mask_sport, r->match.mask.tp.src = 0)
MISTAKE(mask_dport, r->match.mask.tp.dst = htons(0xff00))
MISTAKE(mask_vid, r->match.mask.vlan.vlan_id = 0xff)
MISTAKE(mask_tpid, r->match.mask.cvlan.vlan_tpid = 0)
MISTAKE(missing_meta, parse_unuse(r, FLOW_DISSECTOR_KEY_META))
MISTAKE(missing_basic, parse_unuse(r, FLOW_DISSECTOR_KEY_TCP);
	parse_unuse(r, FLOW_DISSECTOR_KEY_BASIC))
MISTAKE(missing_addrs, parse_unuse(r, FLOW_DISSECTOR_KEY_IPV4_ADDRS))
MISTAKE(missing_ports, parse_unuse(r, FLOW_DISSECTOR_KEY_PORTS))
MISTAKE(missing_redirect,
	nftsw_kt_rule_drop(r, nftsw_kt_rule_find(r, FLOW_ACTION_REDIRECT)))
MISTAKE(ingress_other, r->match.key.meta.ingress_ifindex = 1)
MISTAKE(control_frag, r->match.mask.control.flags = FLOW_DIS_IS_FRAGMENT)
MISTAKE(control_first, r->match.mask.control.flags = FLOW_DIS_FIRST_FRAG)
MISTAKE(l3_arp, r->match.key.basic.n_proto = htons(ETH_P_ARP))
MISTAKE(l3_mixed, r->match.key.basic.n_proto = htons(ETH_P_IPV6))
MISTAKE(l3_addr_type, r->match.key.control.addr_type = FLOW_DISSECTOR_KEY_TIPC)
MISTAKE(l3_addr_type6,
	r->match.key.control.addr_type = FLOW_DISSECTOR_KEY_IPV6_ADDRS)
MISTAKE(l4_icmp, r->match.key.basic.ip_proto = IPPROTO_ICMP)
MISTAKE(l4_sctp, r->match.key.basic.ip_proto = IPPROTO_SCTP)
MISTAKE(l4_gre_ports, parse_use(r, FLOW_DISSECTOR_KEY_PORTS))
MISTAKE(l4_udp_flags, parse_use(r, FLOW_DISSECTOR_KEY_TCP))
MISTAKE(flags_ack, r->match.mask.tcp.flags |= htons(TCPHDR_ACK))
MISTAKE(flags_fin_set, r->match.key.tcp.flags = htons(TCPHDR_FIN))
MISTAKE(vlan_prio, r->match.mask.vlan.vlan_priority = 7)
MISTAKE(vlan_tpid, r->match.key.vlan.vlan_tpid = htons(ETH_P_QINQ1))
MISTAKE(vlan_cvlan_only,
	r->match.dissector.offset[FLOW_DISSECTOR_KEY_VLAN] = 0)
MISTAKE(vlan_push_tpid,
	parse_entry(r, FLOW_ACTION_VLAN_PUSH)->vlan.proto = htons(ETH_P_QINQ2))
MISTAKE(vlan_push_vid, parse_entry(r, FLOW_ACTION_VLAN_PUSH)->vlan.vid = 4096)
MISTAKE(vlan_push_three,
	nftsw_kt_rule_append(r, FLOW_ACTION_VLAN_PUSH)->vlan.proto =
		htons(ETH_P_8021Q))
MISTAKE(vlan_in_pppoe,
	nftsw_kt_rule_append(r, FLOW_ACTION_VLAN_PUSH)->vlan.proto =
		htons(ETH_P_8021Q))
MISTAKE(pop_too_few,
	nftsw_kt_rule_drop(r, nftsw_kt_rule_find(r, FLOW_ACTION_VLAN_POP)))
MISTAKE(pop_too_many, nftsw_kt_rule_append(r, FLOW_ACTION_VLAN_POP))
MISTAKE(ad_match, r->match.key.vlan.vlan_tpid = htons(ETH_P_8021AD))
MISTAKE(ad_push,
	parse_entry(r, FLOW_ACTION_VLAN_PUSH)->vlan.proto = htons(ETH_P_8021AD))
MISTAKE(accept, nftsw_kt_rule_append(r, FLOW_ACTION_ACCEPT))
MISTAKE(pppoe_two, nftsw_kt_rule_append(r, FLOW_ACTION_PPPOE_PUSH)->pppoe.sid = 9)
MISTAKE(pppoe_last, parse_entry(r, FLOW_ACTION_PPPOE_PUSH)->pppoe.sid = 0xffff)
MISTAKE(pppoe_zero, parse_entry(r, FLOW_ACTION_PPPOE_PUSH)->pppoe.sid = 0)
MISTAKE(tunnel_key, parse_use(r, FLOW_DISSECTOR_KEY_ENC_KEYID))
MISTAKE(tunnel_addrs, parse_use(r, FLOW_DISSECTOR_KEY_ENC_IPV4_ADDRS))
MISTAKE(tunnel_encap, nftsw_kt_rule_append(r, FLOW_ACTION_TUNNEL_ENCAP))
MISTAKE(tunnel_decap, nftsw_kt_rule_append(r, FLOW_ACTION_TUNNEL_DECAP))
MISTAKE(action_drop, nftsw_kt_rule_append(r, FLOW_ACTION_DROP))
MISTAKE(action_mirred, nftsw_kt_rule_append(r, FLOW_ACTION_MIRRED))
MISTAKE(action_beyond, nftsw_kt_rule_append(r, NUM_FLOW_ACTIONS))
MISTAKE(mangle_ttl,
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 12)->mangle.offset = 8)
MISTAKE(mangle_flowlabel,
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_IP6, 8)->mangle.offset = 0)
MISTAKE(mangle_type,
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 8)->mangle.offset = 12)
MISTAKE(mangle_l4,
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_TCP, 0)->mangle.offset = 4)
MISTAKE(mangle_bits,
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 8)->mangle.mask = 0x0f)
MISTAKE(mangle_unspec,
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 8)->mangle.htype =
		FLOW_ACT_MANGLE_UNSPEC)
MISTAKE(mac_part, parse_drop_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 8))
MISTAKE(mac_zero, parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 8)->mangle.val = 0;
		 parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 4)->mangle.val = 0)
MISTAKE(mac_twice, *nftsw_kt_rule_append(r, FLOW_ACTION_MANGLE) =
		   *parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 8);
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_ETH, 8)->mangle.val ^= 1)
MISTAKE(nat_mask,
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 12)->mangle.mask = 1)
MISTAKE(nat_family, parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 12)->mangle.htype =
		   FLOW_ACT_MANGLE_HDR_TYPE_IP6)
MISTAKE(nat_family6, parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_IP6, 8)->mangle.htype =
		    FLOW_ACT_MANGLE_HDR_TYPE_IP4)
MISTAKE(nat_l4, parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_TCP, 0)->mangle.htype =
		FLOW_ACT_MANGLE_HDR_TYPE_UDP)
MISTAKE(nat_part, parse_drop_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_IP6, 12))
MISTAKE(nat_part_dst, parse_drop_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_IP6, 36))
MISTAKE(nat_twice,
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_IP4, 16)->mangle.offset = 12)
MISTAKE(nat_port_part,
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_TCP, 0)->mangle.mask = 0xff)
MISTAKE(nat_port_twice, *nftsw_kt_rule_append(r, FLOW_ACTION_MANGLE) =
			*parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_TCP, 0);
	parse_mangle(r, FLOW_ACT_MANGLE_HDR_TYPE_TCP, 0)->mangle.val = ~0u)
MISTAKE(csum_sctp, parse_entry(r, FLOW_ACTION_CSUM)->csum_flags |=
		  TCA_CSUM_UPDATE_FLAG_SCTP)
MISTAKE(egress_none, parse_entry(r, FLOW_ACTION_REDIRECT)->dev = NULL)
MISTAKE(egress_two, nftsw_kt_rule_append(r, FLOW_ACTION_REDIRECT)->dev =
		   parse_entry(r, FLOW_ACTION_REDIRECT)->dev)
MISTAKE(none, (void)r)

/**
 * struct parse_refusal - a rule that must stay in software
 * @name: of the test case
 * @form: connection to begin with
 * @change: what is wrong with its original direction's rule
 * @id: reason that must be counted
 * @caps_missing: capabilities that the chip lacks
 * @words: what the text must say, or NULL: anything
 */
struct parse_refusal {
	const char *name;
	const struct nftsw_kt_form *form;
	void (*change)(struct nftsw_kt_rule *rule);
	enum nftsw_flow_refusal_id id;
	u32 caps_missing;
	const char *words;
};

#define REFUSE_SAYING(form, change, id, words) \
	{ #change, &parse_form_##form, parse_##change, NFTSW_FLOW_REFUSAL_##id, 0, words }
#define REFUSE_AS(form, change, id) \
	{ #change, &parse_form_##form, parse_##change, NFTSW_FLOW_REFUSAL_##id }

static const struct parse_refusal parse_refusals[] = {
	REFUSE_AS(v4, key_tos, KEY),
	REFUSE_AS(v4, key_eth, KEY),
	REFUSE_AS(v4, key_ct, KEY),
	REFUSE_AS(v4, key_pppoe, KEY),
	REFUSE_AS(v4, key_iftype, KEY),
	REFUSE_AS(v4, key_l2_miss, KEY),
	REFUSE_AS(v4, mask_ifindex, MASK),
	REFUSE_AS(v4, mask_n_proto, MASK),
	REFUSE_AS(v4, mask_ip_proto, MASK),
	REFUSE_AS(v4, mask_saddr, MASK),
	REFUSE_AS(v4, mask_daddr, MASK),
	REFUSE_AS(v6, mask_saddr6, MASK),
	REFUSE_AS(v6, mask_daddr6, MASK),
	REFUSE_AS(v4, mask_sport, MASK),
	REFUSE_AS(v4, mask_dport, MASK),
	REFUSE_AS(tags, mask_vid, MASK),
	REFUSE_AS(tags, mask_tpid, MASK),
	REFUSE_AS(v4, missing_meta, MISSING),
	REFUSE_AS(gre, missing_basic, MISSING),
	REFUSE_AS(v4, missing_addrs, MISSING),
	REFUSE_AS(v4, missing_ports, MISSING),
	REFUSE_AS(v4, missing_redirect, MISSING),
	REFUSE_AS(v4, ingress_other, INGRESS),
	REFUSE_AS(v4, control_frag, CONTROL),
	REFUSE_AS(v6, control_first, CONTROL),
	REFUSE_AS(v4, l3_arp, L3PROTO),
	REFUSE_AS(v4, l3_mixed, L3PROTO),
	REFUSE_AS(v4, l3_addr_type, L3PROTO),
	REFUSE_AS(v4, l3_addr_type6, L3PROTO),
	REFUSE_AS(v6, l4_icmp, L4PROTO),
	REFUSE_AS(v4, l4_sctp, L4PROTO),
	REFUSE_AS(gre, l4_gre_ports, L4PROTO),
	REFUSE_AS(v6, l4_udp_flags, L4PROTO),
	REFUSE_AS(v4, flags_ack, TCP_FLAGS),
	REFUSE_AS(v4, flags_fin_set, TCP_FLAGS),
	REFUSE_AS(tags, vlan_prio, VLAN),
	REFUSE_AS(tags, vlan_tpid, VLAN),
	REFUSE_AS(tags, vlan_cvlan_only, VLAN),
	REFUSE_AS(tags, vlan_push_tpid, VLAN),
	REFUSE_AS(tags, vlan_push_vid, VLAN),
	REFUSE_AS(tags, vlan_push_three, VLAN),
	REFUSE_AS(pppoe, vlan_in_pppoe, VLAN),
	REFUSE_AS(tags, pop_too_few, VLAN_POP),
	REFUSE_AS(v4, pop_too_many, VLAN_POP),
	REFUSE_AS(tags, ad_match, VLAN_AD),
	REFUSE_AS(tags, ad_push, VLAN_AD),
	REFUSE_AS(v4, accept, VLAN_AD),
	REFUSE_AS(pppoe, pppoe_two, PPPOE),
	REFUSE_AS(pppoe, pppoe_zero, PPPOE),
	REFUSE_SAYING(pppoe, pppoe_last, PPPOE, "session 0xffff"),
	REFUSE_AS(v4, tunnel_key, TUNNEL),
	REFUSE_AS(v4, tunnel_addrs, TUNNEL),
	REFUSE_AS(v4, tunnel_encap, TUNNEL),
	REFUSE_AS(v6, tunnel_decap, TUNNEL),
	REFUSE_AS(v4, action_drop, ACTION),
	REFUSE_AS(v4, action_mirred, ACTION),
	REFUSE_AS(v4, action_beyond, ACTION),
	REFUSE_AS(v4, mangle_ttl, MANGLE),
	REFUSE_AS(v6, mangle_flowlabel, MANGLE),
	REFUSE_AS(v4, mangle_type, MANGLE),
	REFUSE_AS(v4, mangle_l4, MANGLE),
	REFUSE_AS(v4, mangle_bits, MANGLE),
	REFUSE_AS(v4, mangle_unspec, MANGLE),
	REFUSE_AS(v4, mac_part, MAC),
	REFUSE_AS(v4, mac_zero, MAC),
	REFUSE_SAYING(v4, mac_twice, MAC, "two new values for one MAC octet"),
	REFUSE_AS(v4, nat_mask, NAT),
	REFUSE_AS(v4, nat_family, NAT),
	REFUSE_AS(v6, nat_family6, NAT),
	REFUSE_AS(v4, nat_l4, NAT),
	REFUSE_AS(v6, nat_part, NAT),
	REFUSE_AS(v6, nat_part_dst, NAT),
	REFUSE_AS(v4, nat_twice, NAT),
	REFUSE_AS(v4, nat_port_part, NAT),
	REFUSE_SAYING(v4, nat_port_twice, NAT, "two new values for one port"),
	REFUSE_AS(v4, csum_sctp, CSUM),
	REFUSE_AS(v4, egress_none, EGRESS),
	REFUSE_AS(v4, egress_two, EGRESS),
	{ "caps_ipv6", &parse_form_v6, parse_none, NFTSW_FLOW_REFUSAL_CAPS,
	  NFTSW_CAPS_FLOW_IPV6 },
	{ "caps_vlan", &parse_form_tags, parse_none, NFTSW_FLOW_REFUSAL_CAPS,
	  NFTSW_CAPS_FLOW_VLAN },
	{ "caps_vlan_push", &parse_form_tag_push, parse_none, NFTSW_FLOW_REFUSAL_CAPS,
	  NFTSW_CAPS_FLOW_VLAN, "no VLAN flows" },
	{ "caps_pppoe", &parse_form_pppoe, parse_none, NFTSW_FLOW_REFUSAL_CAPS,
	  NFTSW_CAPS_FLOW_PPPOE },
};

static void parse_refusal_desc(const struct parse_refusal *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parse_refusal, parse_refusals, parse_refusal_desc);

/* Returns whether netfilter would find another path by now. */
static bool parse_expect_refusal(struct kunit *test,
				 const struct nftsw_kt_rule *rule,
				 enum nftsw_flow_refusal_id id, const char *words)
{
	struct parse_ctx *ctx = test->priv;
	struct netlink_ext_ack extack = {};
	struct nftsw_flow_refusal refusal;
	struct nftsw_flow_spec spec;
	int err;

	ctx->ports.session = rule->session;
	err = nftsw_flow_parse(rule->rule, &ctx->ports, &spec, &refusal, &extack);
	KUNIT_EXPECT_EQ(test, err, -EOPNOTSUPP);
	KUNIT_EXPECT_STREQ_MSG(test, nftsw_flow_refusal_name(refusal.id),
			       nftsw_flow_refusal_name(id), "%s", refusal.text);
	KUNIT_EXPECT_NE(test, refusal.text[0], '\0');
	if (words)
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(refusal.text, words), "%s",
					  refusal.text);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	if (extack._msg)
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(extack._msg, refusal.text),
					  "extack says '%s', refusal '%s'", extack._msg,
					  refusal.text);
	return refusal.outdated;
}

static void refuses(struct kunit *test)
{
	const struct parse_refusal *r = test->param_value;
	struct parse_ctx *ctx = test->priv;
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_conn conn;

	parse_conn(test, r->form, &conn);
	rules = nftsw_kt_rules(test, &conn);
	r->change(&rules[NFTSW_KT_ORIG]);
	ctx->ports.caps &= ~r->caps_missing;
	parse_expect_refusal(test, &rules[NFTSW_KT_ORIG], r->id, r->words);
}

static const struct nftsw_kt_form parse_provider_forms[] = {
	{ "alone", V4, TCP, SNAT, .server = { { ETH_P_8021AD, 5 } } },
	{ "around_a_tag", V4, TCP, SNAT, .server = { { ETH_P_8021AD, 5 }, Q(6) } },
	{ "around_a_session", V4, TCP, SNAT, .server = { { ETH_P_8021AD, 5 }, PPP(6) } },
};

KUNIT_ARRAY_PARAM(parse_provider, parse_provider_forms, nftsw_kt_form_desc);

/* 802.1ad: the kernel leaves an action 0 behind, and of what frames come in there is no word. */
static void refuses_provider_tag(struct kunit *test)
{
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_conn conn;

	parse_conn(test, test->param_value, &conn);
	rules = nftsw_kt_rules(test, &conn);
	KUNIT_EXPECT_LT(test,
			nftsw_kt_rule_find(&rules[NFTSW_KT_ORIG],
					   FLOW_ACTION_ACCEPT),
			rules[NFTSW_KT_ORIG].rule->action.num_entries);
	parse_expect_refusal(test, &rules[NFTSW_KT_ORIG],
			     NFTSW_FLOW_REFUSAL_VLAN_AD, NULL);
	parse_expect_refusal(test, &rules[NFTSW_KT_REPLY],
			     NFTSW_FLOW_REFUSAL_VLAN_AD, "no words");
}

/* One that a bridge puts on is not on the wire. */
static void takes_a_provider_tag_of_the_bridge(struct kunit *test)
{
	static const struct nftsw_kt_form form = {
		"", V4, TCP, SNAT, .client = { { ETH_P_8021AD, 5 } }, .hidden = BIT(0),
	};
	struct parse_ctx *ctx = test->priv;
	struct nftsw_flow_spec want;
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_conn conn;

	parse_conn(test, &form, &conn);
	rules = nftsw_kt_rules(test, &conn);
	parse_expect(ctx, &conn, NFTSW_KT_ORIG, &want);
	parse_rule_expect(test, &rules[NFTSW_KT_ORIG], &want);
}

static void refuses_foreign_egress(struct kunit *test)
{
	struct parse_ctx *ctx = test->priv;
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_conn conn;

	nftsw_kt_conn_init(&conn, NFPROTO_IPV4, IPPROTO_TCP, ctx->dev[0],
			   ctx->dev[PARSE_FOREIGN]);
	rules = nftsw_kt_rules(test, &conn);
	KUNIT_EXPECT_FALSE(test, parse_expect_refusal(test, &rules[NFTSW_KT_ORIG],
						      NFTSW_FLOW_REFUSAL_EGRESS,
						      "is not a port of this chip"));
	KUNIT_EXPECT_FALSE(test, parse_expect_refusal(test, &rules[NFTSW_KT_REPLY],
						      NFTSW_FLOW_REFUSAL_INGRESS, NULL));
	ether_addr_copy(ctx->moved, conn.server.mac);
	KUNIT_EXPECT_TRUE(test, parse_expect_refusal(test, &rules[NFTSW_KT_ORIG],
						     NFTSW_FLOW_REFUSAL_EGRESS, NULL));
	/* a bond that stays in software */
	ctx->foreign = -EOPNOTSUPP;
	KUNIT_EXPECT_TRUE(test, parse_expect_refusal(test, &rules[NFTSW_KT_ORIG],
						     NFTSW_FLOW_REFUSAL_LAG, NULL));
}

static void refuses_group_mac(struct kunit *test)
{
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_conn conn;

	parse_conn(test, &parse_form_v4, &conn);
	conn.server.mac[0] |= 1;
	rules = nftsw_kt_rules(test, &conn);
	parse_expect_refusal(test, &rules[NFTSW_KT_ORIG], NFTSW_FLOW_REFUSAL_MAC, NULL);
}

/* The reason that must be counted for a key that the kernel never uses here. */
static enum nftsw_flow_refusal_id parse_other_key_reason(u32 id)
{
	switch (id) {
	case FLOW_DISSECTOR_KEY_ENC_KEYID:
	case FLOW_DISSECTOR_KEY_ENC_CONTROL:
	case FLOW_DISSECTOR_KEY_ENC_IPV4_ADDRS:
	case FLOW_DISSECTOR_KEY_ENC_IPV6_ADDRS:
	case FLOW_DISSECTOR_KEY_ENC_PORTS:
	case FLOW_DISSECTOR_KEY_ENC_IP:
	case FLOW_DISSECTOR_KEY_ENC_OPTS:
		return NFTSW_FLOW_REFUSAL_TUNNEL;
	case FLOW_DISSECTOR_KEY_IPV6_ADDRS: /* the mask is that of IPv4, and too short */
		return NFTSW_FLOW_REFUSAL_MASK;
	case FLOW_DISSECTOR_KEY_VLAN: /* neither has a place: the mask is another key's */
	case FLOW_DISSECTOR_KEY_CVLAN:
		return NFTSW_FLOW_REFUSAL_VLAN;
	default:
		return NFTSW_FLOW_REFUSAL_KEY;
	}
}

/* Nothing is ignored: each key and each action that is not known is refused. */
static void refuses_every_other_key(struct kunit *test)
{
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_conn conn;
	u64 used;
	u32 id;

	parse_conn(test, &parse_form_v4, &conn);
	rules = nftsw_kt_rules(test, &conn);
	used = rules[0].match.dissector.used_keys;
	for (id = 0; id < FLOW_DISSECTOR_KEY_MAX; id++) {
		if (used & BIT_ULL(id))
			continue;
		rules[0].match.dissector.used_keys = used | BIT_ULL(id);
		parse_expect_refusal(test, &rules[0], parse_other_key_reason(id), NULL);
	}
}

static bool parse_action_known(u32 id)
{
	switch (id) {
	case FLOW_ACTION_REDIRECT:
	case FLOW_ACTION_VLAN_PUSH:
	case FLOW_ACTION_VLAN_POP:
	case FLOW_ACTION_MANGLE:
	case FLOW_ACTION_CSUM:
	case FLOW_ACTION_PPPOE_PUSH:
		return true;
	default:
		return false;
	}
}

static enum nftsw_flow_refusal_id parse_other_action_reason(u32 id)
{
	switch (id) {
	case FLOW_ACTION_ACCEPT:
		return NFTSW_FLOW_REFUSAL_VLAN_AD;
	case FLOW_ACTION_TUNNEL_ENCAP:
	case FLOW_ACTION_TUNNEL_DECAP:
		return NFTSW_FLOW_REFUSAL_TUNNEL;
	default:
		return NFTSW_FLOW_REFUSAL_ACTION;
	}
}

static void refuses_every_other_action(struct kunit *test)
{
	struct nftsw_kt_rule *rules;
	struct nftsw_kt_conn conn;
	u32 id, count;

	parse_conn(test, &parse_form_v4, &conn);
	rules = nftsw_kt_rules(test, &conn);
	count = rules[0].rule->action.num_entries;
	for (id = 0; id < NUM_FLOW_ACTIONS; id++) {
		if (parse_action_known(id))
			continue;
		rules[0].rule->action.num_entries = count;
		nftsw_kt_rule_append(&rules[0], id);
		parse_expect_refusal(test, &rules[0], parse_other_action_reason(id), NULL);
	}
}

/* What follows from the list of reasons: each has its own name, none is "?". */
static void refusals_have_names(struct kunit *test)
{
	const char *name;
	u32 i, j;

	for (i = 0; i < NFTSW_FLOW_REFUSAL_COUNT; i++) {
		name = nftsw_flow_refusal_name(i);
		KUNIT_EXPECT_STRNEQ(test, name, "?");
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, name, nftsw_flow_refusal_name(j));
	}
	KUNIT_EXPECT_STREQ(test, nftsw_flow_refusal_name(NFTSW_FLOW_REFUSAL_COUNT),
			   "?");
}

static struct kunit_case flow_parse_cases[] = {
	KUNIT_CASE_PARAM(accepts_kernel_rule, parse_form_gen_params),
	KUNIT_CASE_PARAM(accepts_rule_with_vlan_bits, parse_form_gen_params),
	KUNIT_CASE_PARAM(reverses_match, parse_form_gen_params),
	KUNIT_CASE_PARAM(refuses, parse_refusal_gen_params),
	KUNIT_CASE_PARAM(refuses_provider_tag, parse_provider_gen_params),
	KUNIT_CASE(takes_a_provider_tag_of_the_bridge),
	KUNIT_CASE(refuses_foreign_egress),
	KUNIT_CASE(refuses_group_mac),
	KUNIT_CASE(refuses_every_other_key),
	KUNIT_CASE(refuses_every_other_action),
	KUNIT_CASE(refusals_have_names),
	{}
};

static struct kunit_suite flow_parse_suite = {
	.name = "nftsw_flow_parse",
	.init = parse_init,
	.test_cases = flow_parse_cases,
};

kunit_test_suite(flow_parse_suite);

MODULE_DESCRIPTION("KUnit tests of nftsw's flow rule parser");
MODULE_LICENSE("GPL");
