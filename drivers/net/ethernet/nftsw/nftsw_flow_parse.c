// SPDX-License-Identifier: GPL-2.0
/*
 * From the kernel's flow rule to what the chip shall do.  Floor 3.  Called by
 * nftsw_flow.c for every REPLACE; needs no lock and keeps no state.
 *
 * What netfilter puts into a rule is written down nowhere but in
 * net/netfilter/nf_flow_table_offload.c; its quirks are explained where they are met
 * below.  Every key and every action is either in one of the two tables here or
 * refused by name: a rule that is understood in part would forward frames wrongly.
 * A refusal is no fault, software carries the flow; it is counted and told in words.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netlink.h>
#include <linux/tc_act/tc_csum.h>
#include <net/flow_offload.h>
#include <net/tcp.h>
#include <kunit/visibility.h>
#include <nftsw/regs.h>
#include <nftsw/tbl.h>
#include "nftsw_flow_parse.h"

/* Bits of nftsw_parse.addr_words: which 32-bit words of the addresses are rewritten. */
#define NFTSW_PARSE_SADDR	0x0f
#define NFTSW_PARSE_DADDR	0xf0
/* Keys that only a rule of a tunnel has. */
#define NFTSW_PARSE_TUNNEL_KEYS \
	(BIT_ULL(FLOW_DISSECTOR_KEY_ENC_KEYID) | BIT_ULL(FLOW_DISSECTOR_KEY_ENC_CONTROL) | \
	 BIT_ULL(FLOW_DISSECTOR_KEY_ENC_IPV4_ADDRS) | BIT_ULL(FLOW_DISSECTOR_KEY_ENC_IPV6_ADDRS) | \
	 BIT_ULL(FLOW_DISSECTOR_KEY_ENC_PORTS) | BIT_ULL(FLOW_DISSECTOR_KEY_ENC_IP) | \
	 BIT_ULL(FLOW_DISSECTOR_KEY_ENC_OPTS))
#define NFTSW_PARSE_LAG		"ifindex %d is a LAG that stays in software"

/* A rule on its way through the tables. */
struct nftsw_parse {
	const struct flow_rule *rule;
	const struct nftsw_flow_ports *ports;
	struct nftsw_flow_spec *spec;
	struct nftsw_flow_refusal *refusal;
	u64 handled;		/* keys that a handler has accepted */
	u16 addr_type;		/* FLOW_DISSECTOR_KEY_IPV[46]_ADDRS, or 0 */
	u8 addr_words;		/* NFTSW_PARSE_* */
	u8 tag_keys;
	u8 tag_pops;
	struct net_device *egress;
	u32 eth[3];		/* new destination and source MAC, as in a frame */
	u32 eth_seen[3];	/* their bits that are known */
};

/* A key or an action, and who looks at it. */
struct nftsw_parse_key {
	u64 bit;
	int (*fn)(struct nftsw_parse *p);
};

struct nftsw_parse_action {
	const char *name;
	int (*fn)(struct nftsw_parse *p, const struct flow_action_entry *act);
};

static const char *const nftsw_refusal_names[] = {
#define NFTSW_X_REFUSAL_NAME(sym, name, doc)	name,
	NFTSW_FLOW_REFUSALS(NFTSW_X_REFUSAL_NAME)
};

/**
 * nftsw_flow_refusal_name() - name of a reason, as debugfs shows it
 * @id: reason
 *
 * Return: the name; "?" when @id is none of the list.
 */
const char *nftsw_flow_refusal_name(enum nftsw_flow_refusal_id id)
{
	return id < NFTSW_FLOW_REFUSAL_COUNT ? nftsw_refusal_names[id] : "?";
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_refusal_name);

static __printf(3, 4) int nftsw_parse_refuse(struct nftsw_parse *p,
					     enum nftsw_flow_refusal_id id,
					     const char *fmt, ...)
{
	va_list args;

	p->refusal->id = id;
	va_start(args, fmt);
	vscnprintf(p->refusal->text, sizeof(p->refusal->text), fmt, args);
	va_end(args);
	return -EOPNOTSUPP;
}

#define nftsw_refuse(p, sym, fmt, ...) \
	nftsw_parse_refuse(p, NFTSW_FLOW_REFUSAL_##sym, fmt, ##__VA_ARGS__)

/* ---- Keys ----------------------------------------------------------------- */

static int nftsw_parse_meta(struct nftsw_parse *p)
{
	struct flow_match_meta m;
	int port;

	flow_rule_match_meta(p->rule, &m);
	if (m.mask->ingress_iftype || m.mask->l2_miss)
		return nftsw_refuse(p, KEY, "match on the kind of ingress device");
	if (m.mask->ingress_ifindex != -1)
		return nftsw_refuse(p, MASK, "partial match on the ingress device");
	port = p->ports->by_ifindex(p->ports->priv, m.key->ingress_ifindex);
	if (port == -EOPNOTSUPP)
		return nftsw_refuse(p, LAG, NFTSW_PARSE_LAG, m.key->ingress_ifindex);
	if (port < 0)
		return nftsw_refuse(p, INGRESS,
				    "ifindex %d is not a port bound to this flowtable",
				    m.key->ingress_ifindex);
	p->spec->match.iport = port;
	return 0;
}

static int nftsw_parse_control(struct nftsw_parse *p)
{
	struct flow_match_control m;

	flow_rule_match_control(p->rule, &m);
	if (m.mask->flags)
		return nftsw_refuse(p, CONTROL, "match on control flags %#x",
				    m.mask->flags);
	if (!m.mask->addr_type)
		return 0;
	if (m.key->addr_type != FLOW_DISSECTOR_KEY_IPV4_ADDRS &&
	    m.key->addr_type != FLOW_DISSECTOR_KEY_IPV6_ADDRS)
		return nftsw_refuse(p, L3PROTO, "addresses of type %u", m.key->addr_type);
	p->addr_type = m.key->addr_type;
	return 0;
}

static int nftsw_parse_basic(struct nftsw_parse *p)
{
	struct flow_match_basic m;

	flow_rule_match_basic(p->rule, &m);
	if (m.mask->n_proto != htons(0xffff) || m.mask->ip_proto != 0xff)
		return nftsw_refuse(p, MASK, "partial match on a protocol number");
	switch (ntohs(m.key->n_proto)) {
	case ETH_P_IP:
		break;
	case ETH_P_IPV6:
		if (!(p->ports->caps & NFTSW_CAPS_FLOW_IPV6))
			return nftsw_refuse(p, CAPS, "this chip has no IPv6 flows");
		p->spec->match.flags |= NFTSW_FK_IPV6;
		break;
	default:
		return nftsw_refuse(p, L3PROTO, "protocol %#06x", ntohs(m.key->n_proto));
	}
	if (m.key->ip_proto != IPPROTO_TCP && m.key->ip_proto != IPPROTO_UDP &&
	    m.key->ip_proto != IPPROTO_GRE)
		return nftsw_refuse(p, L4PROTO, "IP protocol %u", m.key->ip_proto);
	p->spec->match.l4proto = m.key->ip_proto;
	return 0;
}

static int nftsw_parse_addr_family(struct nftsw_parse *p, bool ipv6)
{
	u16 type = ipv6 ? FLOW_DISSECTOR_KEY_IPV6_ADDRS :
			  FLOW_DISSECTOR_KEY_IPV4_ADDRS;

	if (ipv6 != !!(p->spec->match.flags & NFTSW_FK_IPV6) ||
	    (p->addr_type && p->addr_type != type))
		return nftsw_refuse(p, L3PROTO, "addresses contradict the protocol");
	return 0;
}

static int nftsw_parse_ipv4(struct nftsw_parse *p)
{
	struct flow_match_ipv4_addrs m;

	flow_rule_match_ipv4_addrs(p->rule, &m);
	if (m.mask->src != htonl(~0u) || m.mask->dst != htonl(~0u))
		return nftsw_refuse(p, MASK, "match on a range of IPv4 addresses");
	p->spec->match.saddr.s6_addr32[0] = m.key->src;
	p->spec->match.daddr.s6_addr32[0] = m.key->dst;
	return nftsw_parse_addr_family(p, false);
}

static int nftsw_parse_ipv6(struct nftsw_parse *p)
{
	struct flow_match_ipv6_addrs m;

	flow_rule_match_ipv6_addrs(p->rule, &m);
	if (memchr_inv(&m.mask->src, 0xff, sizeof(m.mask->src)) ||
	    memchr_inv(&m.mask->dst, 0xff, sizeof(m.mask->dst)))
		return nftsw_refuse(p, MASK, "match on a range of IPv6 addresses");
	p->spec->match.saddr = m.key->src;
	p->spec->match.daddr = m.key->dst;
	return nftsw_parse_addr_family(p, true);
}

static int nftsw_parse_ports(struct nftsw_parse *p)
{
	struct flow_match_ports m;

	flow_rule_match_ports(p->rule, &m);
	if (p->spec->match.l4proto == IPPROTO_GRE)
		return nftsw_refuse(p, L4PROTO, "match on ports of GRE");
	if (m.mask->src != htons(0xffff) || m.mask->dst != htons(0xffff))
		return nftsw_refuse(p, MASK, "match on a range of ports");
	p->spec->match.sport = m.key->src;
	p->spec->match.dport = m.key->dst;
	return 0;
}

/*
 * The rule wants frames with FIN or RST to miss, so that conntrack sees them.  The
 * chip hands SYN, FIN and RST of every flow to the CPU (DS 9.4), rule or no rule;
 * anything else it cannot tell apart.
 */
static int nftsw_parse_tcp(struct nftsw_parse *p)
{
	struct flow_match_tcp m;
	u16 mask;

	flow_rule_match_tcp(p->rule, &m);
	mask = ntohs(m.mask->flags);
	if (p->spec->match.l4proto != IPPROTO_TCP)
		return nftsw_refuse(p, L4PROTO, "TCP flags, but IP protocol %u",
				    p->spec->match.l4proto);
	if (mask & ~(TCPHDR_FIN | TCPHDR_SYN | TCPHDR_RST) ||
	    ntohs(m.key->flags) & mask)
		return nftsw_refuse(p, TCP_FLAGS, "match on TCP flags %#x of %#x",
				    ntohs(m.key->flags), mask);
	return 0;
}

static int nftsw_parse_tag(struct nftsw_parse *p, u8 flag, u16 *vid,
			   const struct flow_dissector_key_vlan *key,
			   const struct flow_dissector_key_vlan *mask)
{
	if (!(p->ports->caps & NFTSW_CAPS_FLOW_VLAN))
		return nftsw_refuse(p, CAPS, "this chip has no VLAN flows");
	if (mask->vlan_id != VLAN_VID_MASK || mask->vlan_tpid != htons(0xffff))
		return nftsw_refuse(p, MASK, "partial match on a VLAN tag");
	if (mask->vlan_priority || mask->vlan_dei || mask->vlan_eth_type)
		return nftsw_refuse(p, VLAN, "match on priority or type of a VLAN tag");
	if (key->vlan_tpid == htons(ETH_P_8021AD))
		return nftsw_refuse(p, VLAN_AD, "match on 802.1ad VLAN %u",
				    key->vlan_id);
	if (key->vlan_tpid != htons(ETH_P_8021Q))
		return nftsw_refuse(p, VLAN, "match on a VLAN tag of type %#06x",
				    ntohs(key->vlan_tpid));
	p->spec->match.flags |= flag;
	*vid = key->vlan_id;
	p->tag_keys++;
	return 0;
}

/*
 * Up to and including 7.3, netfilter fills in VLAN and CVLAN keys and masks but leaves
 * their bits in used_keys clear.  Its dissector is zeroed memory and begins with the
 * META key, so an offset that is not 0 says that the key is there.  The
 * number of VLAN_POP actions has to confirm it, see nftsw_parse_complete().
 */
static bool nftsw_parse_has_tag(const struct nftsw_parse *p,
				enum flow_dissector_key_id id)
{
	return flow_rule_match_key(p->rule, id) ||
	       p->rule->match.dissector->offset[id];
}

static int nftsw_parse_vlan(struct nftsw_parse *p)
{
	struct flow_match_vlan m;

	flow_rule_match_vlan(p->rule, &m);
	return nftsw_parse_tag(p, NFTSW_FK_TAG1, &p->spec->match.vid1, m.key,
			       m.mask);
}

static int nftsw_parse_cvlan(struct nftsw_parse *p)
{
	struct flow_match_vlan m;

	if (!nftsw_parse_has_tag(p, FLOW_DISSECTOR_KEY_VLAN))
		return nftsw_refuse(p, VLAN, "match on an inner VLAN tag alone");
	flow_rule_match_cvlan(p->rule, &m);
	return nftsw_parse_tag(p, NFTSW_FK_TAG2, &p->spec->match.vid2, m.key,
			       m.mask);
}

/* In this order: a handler may use what those above it have found. */
static const struct nftsw_parse_key nftsw_parse_keys[] = {
	{ BIT_ULL(FLOW_DISSECTOR_KEY_META), nftsw_parse_meta },
	{ BIT_ULL(FLOW_DISSECTOR_KEY_CONTROL), nftsw_parse_control },
	{ BIT_ULL(FLOW_DISSECTOR_KEY_BASIC), nftsw_parse_basic },
	{ BIT_ULL(FLOW_DISSECTOR_KEY_IPV4_ADDRS), nftsw_parse_ipv4 },
	{ BIT_ULL(FLOW_DISSECTOR_KEY_IPV6_ADDRS), nftsw_parse_ipv6 },
	{ BIT_ULL(FLOW_DISSECTOR_KEY_PORTS), nftsw_parse_ports },
	{ BIT_ULL(FLOW_DISSECTOR_KEY_TCP), nftsw_parse_tcp },
	{ BIT_ULL(FLOW_DISSECTOR_KEY_VLAN), nftsw_parse_vlan },
	{ BIT_ULL(FLOW_DISSECTOR_KEY_CVLAN), nftsw_parse_cvlan },
};

/* Names for refusals; a key that is not here is named by its number. */
static const char *const nftsw_parse_key_names[FLOW_DISSECTOR_KEY_MAX] = {
	[FLOW_DISSECTOR_KEY_PORTS_RANGE] = "port ranges",
	[FLOW_DISSECTOR_KEY_ICMP] = "ICMP",
	[FLOW_DISSECTOR_KEY_ETH_ADDRS] = "MAC addresses",
	[FLOW_DISSECTOR_KEY_ARP] = "ARP",
	[FLOW_DISSECTOR_KEY_FLOW_LABEL] = "the IPv6 flow label",
	[FLOW_DISSECTOR_KEY_GRE_KEYID] = "the GRE key",
	[FLOW_DISSECTOR_KEY_MPLS] = "MPLS",
	[FLOW_DISSECTOR_KEY_IP] = "TOS or TTL",
	[FLOW_DISSECTOR_KEY_CT] = "conntrack state",
	[FLOW_DISSECTOR_KEY_NUM_OF_VLANS] = "the number of VLAN tags",
	[FLOW_DISSECTOR_KEY_PPPOE] = "PPPoE",
	[FLOW_DISSECTOR_KEY_IPSEC] = "IPsec",
};

static int nftsw_parse_key_unknown(struct nftsw_parse *p, u64 keys)
{
	u32 id = __ffs64(keys);

	if (id < FLOW_DISSECTOR_KEY_MAX && nftsw_parse_key_names[id])
		return nftsw_refuse(p, KEY, "match on %s", nftsw_parse_key_names[id]);
	return nftsw_refuse(p, KEY, "match on dissector key %u", id);
}

/* The keys of a rule, those that netfilter forgets to mention among them. */
static u64 nftsw_parse_keys_of(const struct nftsw_parse *p)
{
	u64 keys = p->rule->match.dissector->used_keys;

	if (nftsw_parse_has_tag(p, FLOW_DISSECTOR_KEY_VLAN))
		keys |= BIT_ULL(FLOW_DISSECTOR_KEY_VLAN);
	if (nftsw_parse_has_tag(p, FLOW_DISSECTOR_KEY_CVLAN))
		keys |= BIT_ULL(FLOW_DISSECTOR_KEY_CVLAN);
	return keys;
}

static int nftsw_parse_match(struct nftsw_parse *p)
{
	u64 keys = nftsw_parse_keys_of(p);
	int err;
	u32 i;

	if (keys & NFTSW_PARSE_TUNNEL_KEYS)
		return nftsw_refuse(p, TUNNEL, "match on a tunnel header");
	for (i = 0; i < ARRAY_SIZE(nftsw_parse_keys); i++) {
		const struct nftsw_parse_key *k = &nftsw_parse_keys[i];

		if (!(keys & k->bit))
			continue;
		err = k->fn(p);
		if (err)
			return err;
		p->handled |= k->bit;
	}
	if (keys & ~p->handled)
		return nftsw_parse_key_unknown(p, keys & ~p->handled);
	return 0;
}

/* ---- Actions -------------------------------------------------------------- */

/*
 * A MANGLE word is a copy of the header's memory, and a mask bit of 1 keeps.  The word
 * at offset 4 holds the end of one address and the start of the other: netfilter
 * builds it by shifting two u16, which puts them the right way round on little endian
 * machines only.
 */
static int nftsw_parse_mangle_eth(struct nftsw_parse *p,
				  const struct flow_action_entry *act)
{
	u32 val = act->mangle.val, set = ~act->mangle.mask;
	u32 off = act->mangle.offset;
	u32 *eth, *seen;

	if (off != 0 && off != 4 && off != 8)
		return nftsw_refuse(p, MANGLE, "rewrite of the MAC header at %u", off);
	if (IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) && off == 4) {
		val = rol32(val, 16);
		set = rol32(set, 16);
	}
	/* each octet is either set or kept */
	if ((set & 0x01010101) * 0xff != set)
		return nftsw_refuse(p, MANGLE, "rewrite of a part of a MAC octet");
	eth = &p->eth[off / 4];
	seen = &p->eth_seen[off / 4];
	if (*seen & set & (*eth ^ val))
		return nftsw_refuse(p, MAC, "two new values for one MAC octet");
	*eth = (*eth & ~set) | (val & set);
	*seen |= set;
	return 0;
}

static int nftsw_parse_addr_word(struct nftsw_parse *p, bool source, u32 word,
				 const struct flow_action_entry *act)
{
	struct in6_addr *addr = source ? &p->spec->saddr : &p->spec->daddr;
	__be32 val = (__force __be32)act->mangle.val;
	u8 bit = BIT(word) << (source ? 0 : 4);

	if (act->mangle.mask)
		return nftsw_refuse(p, NAT, "rewrite of a part of an address");
	if (p->addr_words & bit && addr->s6_addr32[word] != val)
		return nftsw_refuse(p, NAT, "two new values for one address");
	addr->s6_addr32[word] = val;
	p->addr_words |= bit;
	return 0;
}

static int nftsw_parse_mangle_ip4(struct nftsw_parse *p,
				  const struct flow_action_entry *act)
{
	u32 off = act->mangle.offset;

	if (p->spec->match.flags & NFTSW_FK_IPV6)
		return nftsw_refuse(p, NAT, "rewrite of IPv4 in an IPv6 flow");
	if (off != offsetof(struct iphdr, saddr) &&
	    off != offsetof(struct iphdr, daddr))
		return nftsw_refuse(p, MANGLE, "rewrite of the IPv4 header at %u", off);
	return nftsw_parse_addr_word(p, off == offsetof(struct iphdr, saddr), 0, act);
}

static int nftsw_parse_mangle_ip6(struct nftsw_parse *p,
				  const struct flow_action_entry *act)
{
	const u32 first = offsetof(struct ipv6hdr, saddr);
	u32 off = act->mangle.offset, word;

	if (!(p->spec->match.flags & NFTSW_FK_IPV6))
		return nftsw_refuse(p, NAT, "rewrite of IPv6 in an IPv4 flow");
	if (off < first || off >= sizeof(struct ipv6hdr) || off % 4)
		return nftsw_refuse(p, MANGLE, "rewrite of the IPv6 header at %u", off);
	word = (off - first) / 4;
	return nftsw_parse_addr_word(p, word < 4, word % 4, act);
}

static int nftsw_parse_l4port(struct nftsw_parse *p, u32 flag, __be16 *port,
			      u16 val)
{
	if (p->spec->action & flag && *port != htons(val))
		return nftsw_refuse(p, NAT, "two new values for one port");
	p->spec->action |= flag;
	*port = htons(val);
	return 0;
}

/* Both ports are one word: source in its first half, destination in the other. */
static int nftsw_parse_mangle_l4(struct nftsw_parse *p,
				 const struct flow_action_entry *act, u8 l4proto)
{
	u32 mask = be32_to_cpu((__force __be32)act->mangle.mask);
	u32 val = be32_to_cpu((__force __be32)act->mangle.val);
	int err = 0;

	if (p->spec->match.l4proto != l4proto)
		return nftsw_refuse(p, NAT, "rewrite of IP protocol %u in a flow of %u",
				    l4proto, p->spec->match.l4proto);
	if (act->mangle.offset)
		return nftsw_refuse(p, MANGLE, "rewrite of the L4 header at %u",
				    act->mangle.offset);
	if (mask != 0 && mask != 0xffff && mask != 0xffff0000)
		return nftsw_refuse(p, NAT, "rewrite of a part of a port");
	if (!(mask & 0xffff0000))
		err = nftsw_parse_l4port(p, NFTSW_FA_SPORT, &p->spec->sport, val >> 16);
	if (!err && !(mask & 0xffff))
		err = nftsw_parse_l4port(p, NFTSW_FA_DPORT, &p->spec->dport, val);
	return err;
}

static int nftsw_parse_mangle(struct nftsw_parse *p,
			      const struct flow_action_entry *act)
{
	switch (act->mangle.htype) {
	case FLOW_ACT_MANGLE_HDR_TYPE_ETH:
		return nftsw_parse_mangle_eth(p, act);
	case FLOW_ACT_MANGLE_HDR_TYPE_IP4:
		return nftsw_parse_mangle_ip4(p, act);
	case FLOW_ACT_MANGLE_HDR_TYPE_IP6:
		return nftsw_parse_mangle_ip6(p, act);
	case FLOW_ACT_MANGLE_HDR_TYPE_TCP:
		return nftsw_parse_mangle_l4(p, act, IPPROTO_TCP);
	case FLOW_ACT_MANGLE_HDR_TYPE_UDP:
		return nftsw_parse_mangle_l4(p, act, IPPROTO_UDP);
	default:
		return nftsw_refuse(p, MANGLE, "rewrite of header type %d",
				    act->mangle.htype);
	}
}

static int nftsw_parse_vlan_pop(struct nftsw_parse *p,
				const struct flow_action_entry *act)
{
	p->tag_pops++;
	return 0;
}

/* Tags come in header order, the outer one first, unlike those of a tc rule. */
static int nftsw_parse_vlan_push(struct nftsw_parse *p,
				 const struct flow_action_entry *act)
{
	struct nftsw_flow_spec *s = p->spec;
	u16 tci = act->vlan.vid | act->vlan.prio << VLAN_PRIO_SHIFT;

	if (!(p->ports->caps & NFTSW_CAPS_FLOW_VLAN))
		return nftsw_refuse(p, CAPS, "this chip has no VLAN flows");
	if (act->vlan.proto == htons(ETH_P_8021AD))
		return nftsw_refuse(p, VLAN_AD, "push of 802.1ad VLAN %u", act->vlan.vid);
	if (act->vlan.proto != htons(ETH_P_8021Q) || act->vlan.vid >= VLAN_VID_MASK ||
	    act->vlan.prio > 7)
		return nftsw_refuse(p, VLAN, "push of VLAN %u, priority %u, type %#06x",
				    act->vlan.vid, act->vlan.prio,
				    ntohs(act->vlan.proto));
	if (s->action & NFTSW_FA_PUSH_PPPOE)
		return nftsw_refuse(p, VLAN, "push of a VLAN inside PPPoE");
	if (s->action & NFTSW_FA_PUSH2)
		return nftsw_refuse(p, VLAN, "push of more than two VLANs");
	if (s->action & NFTSW_FA_PUSH1) {
		s->action |= NFTSW_FA_PUSH2;
		s->tci2 = tci;
	} else {
		s->action |= NFTSW_FA_PUSH1;
		s->tci1 = tci;
	}
	return 0;
}

static int nftsw_parse_pppoe_push(struct nftsw_parse *p,
				  const struct flow_action_entry *act)
{
	if (!(p->ports->caps & NFTSW_CAPS_FLOW_PPPOE))
		return nftsw_refuse(p, CAPS, "this chip has no PPPoE flows");
	if (p->spec->action & NFTSW_FA_PUSH_PPPOE)
		return nftsw_refuse(p, PPPOE, "push of two PPPoE sessions");
	if (!act->pppoe.sid || act->pppoe.sid == 0xffff)
		return nftsw_refuse(p, PPPOE, "push of PPPoE session %#x",
				    act->pppoe.sid);
	p->spec->action |= NFTSW_FA_PUSH_PPPOE;
	p->spec->sid = act->pppoe.sid;
	return 0;
}

/*
 * The chip keeps the checksums of IP, TCP and UDP right in any case; netfilter asks
 * for it with IPv4 NAT and forgets it with IPv6 NAT and with no NAT.
 */
static int nftsw_parse_csum(struct nftsw_parse *p, const struct flow_action_entry *act)
{
	u32 rest = act->csum_flags & ~(TCA_CSUM_UPDATE_FLAG_IPV4HDR |
				       TCA_CSUM_UPDATE_FLAG_TCP |
				       TCA_CSUM_UPDATE_FLAG_UDP);

	if (rest)
		return nftsw_refuse(p, CSUM, "checksum update %#x", rest);
	return 0;
}

static int nftsw_parse_redirect(struct nftsw_parse *p, const struct flow_action_entry *act)
{
	int port = p->ports->by_dev(p->ports->priv, act->dev);

	if (p->egress)
		return nftsw_refuse(p, EGRESS, "more than one egress");
	if (port < 0)
		p->refusal->outdated = act->dev && p->ports->outdated &&
				       p->ports->outdated(p->ports->priv, act->dev,
							  (const u8 *)p->eth);
	if (port == -EOPNOTSUPP)
		return nftsw_refuse(p, LAG, NFTSW_PARSE_LAG, act->dev->ifindex);
	if (port < 0)
		return nftsw_refuse(p, EGRESS, "egress %s is not a port of this chip",
				    act->dev ? act->dev->name : "(none)");
	p->spec->oport = port;
	p->egress = act->dev;
	return 0;
}

static int nftsw_parse_tunnel(struct nftsw_parse *p, const struct flow_action_entry *act)
{
	return nftsw_refuse(p, TUNNEL, "tunnel header to be added or taken off");
}

/*
 * An encapsulation that netfilter cannot describe (802.1ad) takes a place in the list
 * but leaves it 0, and 0 is ACCEPT.
 */
static int nftsw_parse_accept(struct nftsw_parse *p, const struct flow_action_entry *act)
{
	return nftsw_refuse(p, VLAN_AD, "accept: an encapsulation left undescribed");
}

static const struct nftsw_parse_action nftsw_parse_actions[NUM_FLOW_ACTIONS] = {
	[FLOW_ACTION_ACCEPT] = { "accept", nftsw_parse_accept },
	[FLOW_ACTION_DROP] = { "drop" },
	[FLOW_ACTION_TRAP] = { "trap" },
	[FLOW_ACTION_GOTO] = { "goto" },
	[FLOW_ACTION_REDIRECT] = { "redirect", nftsw_parse_redirect },
	[FLOW_ACTION_MIRRED] = { "mirror" },
	[FLOW_ACTION_REDIRECT_INGRESS] = { "redirect to ingress" },
	[FLOW_ACTION_MIRRED_INGRESS] = { "mirror to ingress" },
	[FLOW_ACTION_VLAN_PUSH] = { "vlan push", nftsw_parse_vlan_push },
	[FLOW_ACTION_VLAN_POP] = { "vlan pop", nftsw_parse_vlan_pop },
	[FLOW_ACTION_VLAN_MANGLE] = { "vlan modify" },
	[FLOW_ACTION_TUNNEL_ENCAP] = { "tunnel encap", nftsw_parse_tunnel },
	[FLOW_ACTION_TUNNEL_DECAP] = { "tunnel decap", nftsw_parse_tunnel },
	[FLOW_ACTION_MANGLE] = { "mangle", nftsw_parse_mangle },
	[FLOW_ACTION_ADD] = { "add" },
	[FLOW_ACTION_CSUM] = { "csum", nftsw_parse_csum },
	[FLOW_ACTION_MARK] = { "mark" },
	[FLOW_ACTION_PTYPE] = { "ptype" },
	[FLOW_ACTION_PRIORITY] = { "priority" },
	[FLOW_ACTION_RX_QUEUE_MAPPING] = { "rx queue" },
	[FLOW_ACTION_WAKE] = { "wake" },
	[FLOW_ACTION_QUEUE] = { "queue" },
	[FLOW_ACTION_SAMPLE] = { "sample" },
	[FLOW_ACTION_POLICE] = { "police" },
	[FLOW_ACTION_CT] = { "ct" },
	[FLOW_ACTION_CT_METADATA] = { "ct metadata" },
	[FLOW_ACTION_MPLS_PUSH] = { "mpls push" },
	[FLOW_ACTION_MPLS_POP] = { "mpls pop" },
	[FLOW_ACTION_MPLS_MANGLE] = { "mpls modify" },
	[FLOW_ACTION_GATE] = { "gate" },
	[FLOW_ACTION_PPPOE_PUSH] = { "pppoe push", nftsw_parse_pppoe_push },
	[FLOW_ACTION_JUMP] = { "jump" },
	[FLOW_ACTION_PIPE] = { "pipe" },
	[FLOW_ACTION_VLAN_PUSH_ETH] = { "ethernet push" },
	[FLOW_ACTION_VLAN_POP_ETH] = { "ethernet pop" },
	[FLOW_ACTION_CONTINUE] = { "continue" },
};

static int nftsw_parse_action(struct nftsw_parse *p,
			      const struct flow_action_entry *act)
{
	const struct nftsw_parse_action *a;

	if ((u32)act->id >= NUM_FLOW_ACTIONS)
		return nftsw_refuse(p, ACTION, "action %d", act->id);
	a = &nftsw_parse_actions[act->id];
	if (!a->fn)
		return nftsw_refuse(p, ACTION, "action %s (%d)", a->name ?: "unknown",
				    act->id);
	return a->fn(p, act);
}

static int nftsw_parse_action_list(struct nftsw_parse *p)
{
	const struct flow_action_entry *act;
	int err, i;

	flow_action_for_each(i, act, &p->rule->action) {
		err = nftsw_parse_action(p, act);
		if (err)
			return err;
	}
	return 0;
}

/* ---- The whole ------------------------------------------------------------ */

static int nftsw_parse_complete_match(struct nftsw_parse *p)
{
	const u64 addrs = BIT_ULL(FLOW_DISSECTOR_KEY_IPV4_ADDRS) |
			  BIT_ULL(FLOW_DISSECTOR_KEY_IPV6_ADDRS);
	const u64 ports = BIT_ULL(FLOW_DISSECTOR_KEY_PORTS);

	if (!(p->handled & BIT_ULL(FLOW_DISSECTOR_KEY_META)))
		return nftsw_refuse(p, MISSING, "no match on the ingress device");
	if (!(p->handled & BIT_ULL(FLOW_DISSECTOR_KEY_BASIC)))
		return nftsw_refuse(p, MISSING, "no match on the protocols");
	if (!(p->handled & addrs))
		return nftsw_refuse(p, MISSING, "no match on addresses");
	if (p->spec->match.l4proto != IPPROTO_GRE && !(p->handled & ports))
		return nftsw_refuse(p, MISSING, "no match on ports");
	return 0;
}

/* Of the session that its frames come in, the rule says nothing; netfilter's flow does. */
static int nftsw_parse_session(struct nftsw_parse *p)
{
	int sid = p->ports->session;

	if (sid < 0)
		return nftsw_refuse(p, VLAN_AD, "an encapsulation that rules have no words for");
	if (sid && !(p->ports->caps & NFTSW_CAPS_FLOW_PPPOE))
		return nftsw_refuse(p, CAPS, "this chip has no PPPoE flows");
	p->spec->match.sid = sid;
	p->spec->match.flags |= sid ? NFTSW_FK_PPPOE : 0;
	return 0;
}

static int nftsw_parse_complete_mac(struct nftsw_parse *p)
{
	struct nftsw_flow_spec *s = p->spec;

	if ((p->eth_seen[0] & p->eth_seen[1] & p->eth_seen[2]) != U32_MAX)
		return nftsw_refuse(p, MAC, "new MAC addresses are incomplete");
	memcpy(s->dmac, p->eth, ETH_ALEN);
	memcpy(s->smac, (const u8 *)p->eth + ETH_ALEN, ETH_ALEN);
	if (!is_valid_ether_addr(s->dmac))
		return nftsw_refuse(p, MAC, "new destination MAC %pM", s->dmac);
	if (!is_valid_ether_addr(s->smac))
		return nftsw_refuse(p, MAC, "new source MAC %pM", s->smac);
	return 0;
}

static int nftsw_parse_complete_nat(struct nftsw_parse *p)
{
	u8 whole = p->spec->match.flags & NFTSW_FK_IPV6 ? 0x0f : 0x01;
	u8 src = p->addr_words & NFTSW_PARSE_SADDR;
	u8 dst = (p->addr_words & NFTSW_PARSE_DADDR) >> 4;

	if ((src && src != whole) || (dst && dst != whole))
		return nftsw_refuse(p, NAT, "new address is incomplete");
	p->spec->action |= (src ? NFTSW_FA_SADDR : 0) | (dst ? NFTSW_FA_DADDR : 0);
	return 0;
}

static int nftsw_parse_complete(struct nftsw_parse *p)
{
	int err = nftsw_parse_complete_match(p);
	struct nftsw_flow_spec *s = p->spec;

	if (err)
		return err;
	if (!p->egress)
		return nftsw_refuse(p, MISSING, "no egress");
	if (p->tag_pops != p->tag_keys)
		return nftsw_refuse(p, VLAN_POP, "%u tags matched, %u popped",
				    p->tag_keys, p->tag_pops);
	s->route_mtu = p->ports->route_mtu;
	/* The rule names the port, and not the device above with the route. */
	if (p->ports->mtu)
		s->mtu = p->ports->mtu(p->ports->priv, p->egress,
				       s->tci1 & VLAN_VID_MASK, s->tci2 & VLAN_VID_MASK);
	err = nftsw_parse_complete_mac(p);
	return err ?: nftsw_parse_complete_nat(p);
}

/**
 * nftsw_flow_parse() - turn a flow rule into what the chip shall do
 * @rule: rule of a FLOW_CLS_REPLACE
 * @ports: which devices are the chip's
 * @spec: result
 * @refusal: result: why not, with id NONE when the rule was accepted
 * @extack: gets the words of a refusal; may be NULL
 *
 * Follows nf_flow_rule_match() and nf_flow_rule_route_ipv{4,6}() of the kernel.  TTL
 * decrement, checksums and the MTU of the egress are implied by a flow rule.
 *
 * Context: any.
 * Return: 0, or -EOPNOTSUPP.
 */
int nftsw_flow_parse(const struct flow_rule *rule,
		     const struct nftsw_flow_ports *ports,
		     struct nftsw_flow_spec *spec,
		     struct nftsw_flow_refusal *refusal,
		     struct netlink_ext_ack *extack)
{
	struct nftsw_parse p = {
		.rule = rule,
		.ports = ports,
		.spec = spec,
		.refusal = refusal,
	};
	int err;

	BUILD_BUG_ON(sizeof(struct nftsw_flow_match) != 48);
	BUILD_BUG_ON(sizeof(struct nftsw_flow_spec) != 112);
	memset(spec, 0, sizeof(*spec));
	memset(refusal, 0, sizeof(*refusal));
	err = nftsw_parse_match(&p);
	if (!err)
		err = nftsw_parse_session(&p);
	if (!err)
		err = nftsw_parse_action_list(&p);
	if (!err)
		err = nftsw_parse_complete(&p);
	if (err)
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s", refusal->text);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_parse);
