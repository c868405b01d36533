// SPDX-License-Identifier: GPL-2.0
/*
 * From the kernel's rule to a rule of the chip's access control list.  Floor 3.  Called by
 * nftsw_tc_block.c for every REPLACE; needs no lock and keeps no state.
 *
 * Two makers of rules meet here, nft's netdev chains and tc's flower, with the same structures
 * and different meanings:
 *
 *   nft  A rule without a verdict goes on with the next one.  "meta protocol" is read behind
 *        the outer tag, tag or no tag.  Ports are known of the first fragment of a packet.
 *   tc   A filter whose actions have come to their end ends the classification.  A protocol
 *        without a VLAN key means that there is no tag.  No fragment has ports.
 *
 * Every key and action is either in one of the two tables or refused by name.  Unlike with a
 * flowtable a refusal is an error for the user: nft refuses the whole ruleset, tc a
 * filter with skip_sw.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/netlink.h>
#include <net/flow_offload.h>
#include <kunit/visibility.h>
#include <nftsw/regs.h>
#include "nftsw_acl_parse.h"

/* A rule on its way through the tables. */
struct nftsw_acl_run {
	const struct flow_rule *rule;
	const struct nftsw_acl_source *src;
	struct nftsw_acl_spec *spec;
	struct nftsw_acl_refusal *refusal;
	u64 handled;	/* keys that a handler has accepted */
	bool ended;	/* an action has ended the rule */
};

struct nftsw_acl_key_fn {
	enum flow_dissector_key_id id;
	int (*fn)(struct nftsw_acl_run *r);
};

struct nftsw_acl_action_fn {
	const char *name;
	int (*fn)(struct nftsw_acl_run *r, const struct flow_action_entry *act);
};

static const char *const nftsw_acl_refusal_names[] = {
#define NFTSW_X_ACL_REFUSAL_NAME(sym, name, doc)	name,
	NFTSW_ACL_REFUSALS(NFTSW_X_ACL_REFUSAL_NAME)
};

/**
 * nftsw_acl_refusal_name() - name of a reason, as debugfs shows it
 * @id: reason
 *
 * Return: the name; "?" when @id is none of the list.
 */
const char *nftsw_acl_refusal_name(enum nftsw_acl_refusal_id id)
{
	return id < NFTSW_ACL_REFUSAL_COUNT ? nftsw_acl_refusal_names[id] : "?";
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_acl_refusal_name);

/**
 * nftsw_acl_refuse() - note why a rule is not offloaded
 * @refusal: filled in
 * @id: reason
 * @fmt: the same in words
 *
 * Return: -EOPNOTSUPP.
 */
int nftsw_acl_refuse(struct nftsw_acl_refusal *refusal, enum nftsw_acl_refusal_id id,
		     const char *fmt, ...)
{
	va_list args;

	refusal->id = id;
	va_start(args, fmt);
	vscnprintf(refusal->text, sizeof(refusal->text), fmt, args);
	va_end(args);
	return -EOPNOTSUPP;
}

#define nftsw_refuse(r, sym, fmt, ...) \
	nftsw_acl_refuse((r)->refusal, NFTSW_ACL_REFUSAL_##sym, fmt, ##__VA_ARGS__)

/* A frame must have @set of the flags @mask. */
static void nftsw_acl_flags(struct nftsw_acl_run *r, u8 mask, u8 set)
{
	r->spec->mask.flags |= mask;
	r->spec->key.flags |= set;
}

/* ---- Keys ----------------------------------------------------------------- */

/* Software knows it on egress alone: a filter that it has as well would mean two things. */
static int nftsw_acl_l2_miss(struct nftsw_acl_run *r, bool miss)
{
	if (!r->src->skip_sw || !(r->src->ports.caps & NFTSW_CAPS_BRIDGE))
		return nftsw_refuse(r, KEY, "match on the miss of a bridge without skip_sw");
	nftsw_acl_flags(r, NFTSW_AK_L2_MISS, miss ? NFTSW_AK_L2_MISS : 0);
	return 0;
}

static int nftsw_acl_meta(struct nftsw_acl_run *r)
{
	const struct nftsw_flow_ports *ports = &r->src->ports;
	struct flow_match_meta m;
	int port;

	flow_rule_match_meta(r->rule, &m);
	if (m.mask->l2_miss && nftsw_acl_l2_miss(r, m.key->l2_miss))
		return -EOPNOTSUPP;
	/* All ports are Ethernet; nft asks before it looks at MAC addresses. */
	if (m.mask->ingress_iftype && m.key->ingress_iftype != ARPHRD_ETHER)
		return nftsw_refuse(r, KEY, "match on ingress devices of type %u",
				    m.key->ingress_iftype);
	if (!m.mask->ingress_ifindex)
		return 0;
	port = ports->by_ifindex(ports->priv, m.key->ingress_ifindex);
	if (m.mask->ingress_ifindex != -1 || port < 0)
		return nftsw_refuse(r, INGRESS, "ifindex %d is not a port bound to this chain",
				    m.key->ingress_ifindex);
	r->spec->ports = BIT_ULL(port);
	return 0;
}

static int nftsw_acl_control(struct nftsw_acl_run *r)
{
	struct flow_match_control m;

	flow_rule_match_control(r->rule, &m);
	if (m.mask->flags & ~FLOW_DIS_IS_FRAGMENT)
		return nftsw_refuse(r, CONTROL, "match on control flags %#x", m.mask->flags);
	if (m.mask->flags)
		nftsw_acl_flags(r, NFTSW_AK_FRAGMENT,
				m.key->flags & FLOW_DIS_IS_FRAGMENT ? NFTSW_AK_FRAGMENT : 0);
	return 0;
}

static int nftsw_acl_basic(struct nftsw_acl_run *r)
{
	struct nftsw_acl_spec *s = r->spec;
	struct flow_match_basic m;

	flow_rule_match_basic(r->rule, &m);
	s->key.type = m.key->n_proto & m.mask->n_proto;
	s->mask.type = m.mask->n_proto;
	if (r->src->tc && m.mask->n_proto &&
	    !flow_rule_match_key(r->rule, FLOW_DISSECTOR_KEY_VLAN))
		nftsw_acl_flags(r, NFTSW_AK_TAG, 0);
	if (!m.mask->ip_proto)
		return 0;
	s->key.l4proto = m.key->ip_proto & m.mask->ip_proto;
	s->mask.l4proto = m.mask->ip_proto;
	nftsw_acl_flags(r, NFTSW_AK_L4, NFTSW_AK_L4);
	return 0;
}

static int nftsw_acl_eth(struct nftsw_acl_run *r)
{
	struct nftsw_acl_spec *s = r->spec;
	struct flow_match_eth_addrs m;
	u32 i;

	flow_rule_match_eth_addrs(r->rule, &m);
	for (i = 0; i < ETH_ALEN; i++) {
		s->mask.dmac[i] = m.mask->dst[i];
		s->key.dmac[i] = m.key->dst[i] & m.mask->dst[i];
		s->mask.smac[i] = m.mask->src[i];
		s->key.smac[i] = m.key->src[i] & m.mask->src[i];
	}
	return 0;
}

static u16 nftsw_acl_tci(const struct flow_dissector_key_vlan *v)
{
	return v->vlan_id | v->vlan_dei << 12 | v->vlan_priority << VLAN_PRIO_SHIFT;
}

static int nftsw_acl_tpid(struct nftsw_acl_run *r, const struct flow_match_vlan *m)
{
	if (!m->mask->vlan_tpid)
		return 0;
	if (m->mask->vlan_tpid != htons(0xffff) || !eth_type_vlan(m->key->vlan_tpid))
		return nftsw_refuse(r, VLAN, "match on a VLAN tag of type %#06x",
				    ntohs(m->key->vlan_tpid));
	nftsw_acl_flags(r, NFTSW_AK_TAG_AD,
			m->key->vlan_tpid == htons(ETH_P_8021AD) ? NFTSW_AK_TAG_AD : 0);
	return 0;
}

/* flower says twice what is behind the tag, and may leave out the first. */
static int nftsw_acl_vlan_type(struct nftsw_acl_run *r, const struct flow_match_vlan *m)
{
	struct nftsw_acl_spec *s = r->spec;
	__be16 type = m->key->vlan_eth_type & m->mask->vlan_eth_type;

	if (!m->mask->vlan_eth_type)
		return 0;
	if (s->mask.type && (s->mask.type != m->mask->vlan_eth_type || s->key.type != type))
		return nftsw_refuse(r, VLAN, "two types, %#06x and %#06x, behind one tag",
				    ntohs(s->key.type), ntohs(type));
	s->key.type = type;
	s->mask.type = m->mask->vlan_eth_type;
	return 0;
}

static int nftsw_acl_vlan(struct nftsw_acl_run *r)
{
	struct nftsw_acl_spec *s = r->spec;
	struct flow_match_vlan m;
	int err;

	flow_rule_match_vlan(r->rule, &m);
	nftsw_acl_flags(r, NFTSW_AK_TAG, NFTSW_AK_TAG);
	s->mask.tci = htons(nftsw_acl_tci(m.mask));
	s->key.tci = htons(nftsw_acl_tci(m.key)) & s->mask.tci;
	err = nftsw_acl_tpid(r, &m);
	return err ?: nftsw_acl_vlan_type(r, &m);
}

static int nftsw_acl_cvlan(struct nftsw_acl_run *r)
{
	return nftsw_refuse(r, VLAN, "match on an inner VLAN tag");
}

static int nftsw_acl_family(struct nftsw_acl_run *r, bool ipv6)
{
	__be16 type = ipv6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	struct nftsw_acl_spec *s = r->spec;

	if ((s->key.type ^ type) & s->mask.type)
		return nftsw_refuse(r, L3PROTO, "IPv%u addresses in protocol %#06x",
				    ipv6 ? 6 : 4, ntohs(s->key.type));
	nftsw_acl_flags(r, NFTSW_AK_IP | NFTSW_AK_IPV6,
			NFTSW_AK_IP | (ipv6 ? NFTSW_AK_IPV6 : 0));
	return 0;
}

/* @size octets of an address; what is not masked is 0 in the key. */
static void nftsw_acl_addr(u8 *key, u8 *mask, const void *from, const void *from_mask,
			   u32 size)
{
	u32 i;

	memcpy(mask, from_mask, size);
	memcpy(key, from, size);
	for (i = 0; i < size; i++)
		key[i] &= mask[i];
}

/*
 * flower of 6.12 keeps the addresses of both families in one place and so tells both keys; its
 * address type says which one it means.  The other key is passed over only when the one that
 * is meant is there to be taken.
 */
static bool nftsw_acl_not_meant(const struct nftsw_acl_run *r, enum flow_dissector_key_id other)
{
	struct flow_match_control m;

	if (!flow_rule_match_key(r->rule, FLOW_DISSECTOR_KEY_CONTROL) ||
	    !flow_rule_match_key(r->rule, other))
		return false;
	flow_rule_match_control(r->rule, &m);
	return m.mask->addr_type && m.key->addr_type == other;
}

static int nftsw_acl_ipv4(struct nftsw_acl_run *r)
{
	struct nftsw_acl_spec *s = r->spec;
	struct flow_match_ipv4_addrs m;

	if (nftsw_acl_not_meant(r, FLOW_DISSECTOR_KEY_IPV6_ADDRS))
		return 0;
	flow_rule_match_ipv4_addrs(r->rule, &m);
	nftsw_acl_addr(s->key.saddr, s->mask.saddr, &m.key->src, &m.mask->src, 4);
	nftsw_acl_addr(s->key.daddr, s->mask.daddr, &m.key->dst, &m.mask->dst, 4);
	return nftsw_acl_family(r, false);
}

static int nftsw_acl_ipv6(struct nftsw_acl_run *r)
{
	struct nftsw_acl_spec *s = r->spec;
	struct flow_match_ipv6_addrs m;

	if (nftsw_acl_not_meant(r, FLOW_DISSECTOR_KEY_IPV4_ADDRS))
		return 0;
	flow_rule_match_ipv6_addrs(r->rule, &m);
	nftsw_acl_addr(s->key.saddr, s->mask.saddr, &m.key->src, &m.mask->src, 16);
	nftsw_acl_addr(s->key.daddr, s->mask.daddr, &m.key->dst, &m.mask->dst, 16);
	return nftsw_acl_family(r, true);
}

static int nftsw_acl_ports(struct nftsw_acl_run *r)
{
	struct nftsw_acl_spec *s = r->spec;
	struct flow_match_ports m;

	flow_rule_match_ports(r->rule, &m);
	s->mask.sport = m.mask->src;
	s->key.sport = m.key->src & m.mask->src;
	s->mask.dport = m.mask->dst;
	s->key.dport = m.key->dst & m.mask->dst;
	nftsw_acl_flags(r, NFTSW_AK_PORTS, NFTSW_AK_PORTS);
	if (!r->src->tc)
		return 0;
	if (s->key.flags & NFTSW_AK_FRAGMENT)
		return nftsw_refuse(r, CONTROL, "match on ports of fragments");
	nftsw_acl_flags(r, NFTSW_AK_FRAGMENT, 0);
	return 0;
}

/* In this order: a handler may use what those above it have found. */
static const struct nftsw_acl_key_fn nftsw_acl_keys[] = {
	{ FLOW_DISSECTOR_KEY_META, nftsw_acl_meta },
	{ FLOW_DISSECTOR_KEY_CONTROL, nftsw_acl_control },
	{ FLOW_DISSECTOR_KEY_BASIC, nftsw_acl_basic },
	{ FLOW_DISSECTOR_KEY_ETH_ADDRS, nftsw_acl_eth },
	{ FLOW_DISSECTOR_KEY_CVLAN, nftsw_acl_cvlan },
	{ FLOW_DISSECTOR_KEY_VLAN, nftsw_acl_vlan },
	{ FLOW_DISSECTOR_KEY_IPV4_ADDRS, nftsw_acl_ipv4 },
	{ FLOW_DISSECTOR_KEY_IPV6_ADDRS, nftsw_acl_ipv6 },
	{ FLOW_DISSECTOR_KEY_PORTS, nftsw_acl_ports },
};

/* Names for refusals; a key that is not here is named by its number. */
static const char *const nftsw_acl_key_names[FLOW_DISSECTOR_KEY_MAX] = {
	[FLOW_DISSECTOR_KEY_PORTS_RANGE] = "port ranges",
	[FLOW_DISSECTOR_KEY_ICMP] = "ICMP",
	[FLOW_DISSECTOR_KEY_ARP] = "ARP",
	[FLOW_DISSECTOR_KEY_FLOW_LABEL] = "the IPv6 flow label",
	[FLOW_DISSECTOR_KEY_MPLS] = "MPLS",
	[FLOW_DISSECTOR_KEY_TCP] = "TCP flags",
	[FLOW_DISSECTOR_KEY_IP] = "TOS or TTL",
	[FLOW_DISSECTOR_KEY_ENC_CONTROL] = "a tunnel header",
	[FLOW_DISSECTOR_KEY_ENC_KEYID] = "a tunnel header",
	[FLOW_DISSECTOR_KEY_CT] = "conntrack state",
	[FLOW_DISSECTOR_KEY_NUM_OF_VLANS] = "the number of VLAN tags",
	[FLOW_DISSECTOR_KEY_PPPOE] = "PPPoE",
};

static int nftsw_acl_key_unknown(struct nftsw_acl_run *r, u64 keys)
{
	u32 id = __ffs64(keys);

	if (id < FLOW_DISSECTOR_KEY_MAX && nftsw_acl_key_names[id])
		return nftsw_refuse(r, KEY, "match on %s", nftsw_acl_key_names[id]);
	return nftsw_refuse(r, KEY, "match on dissector key %u", id);
}

static int nftsw_acl_match(struct nftsw_acl_run *r)
{
	const struct flow_dissector *d = r->rule->match.dissector;
	u64 used;
	int err;
	u32 i;

	/* matchall */
	if (!d)
		return 0;
	used = d->used_keys;

	for (i = 0; i < ARRAY_SIZE(nftsw_acl_keys); i++) {
		if (!flow_rule_match_key(r->rule, nftsw_acl_keys[i].id))
			continue;
		err = nftsw_acl_keys[i].fn(r);
		if (err)
			return err;
		r->handled |= BIT_ULL(nftsw_acl_keys[i].id);
	}
	if (used & ~r->handled)
		return nftsw_acl_key_unknown(r, used & ~r->handled);
	return 0;
}

/* ---- Actions -------------------------------------------------------------- */

static int nftsw_acl_end(struct nftsw_acl_run *r, u8 verdict)
{
	r->spec->verdict = verdict;
	r->ended = true;
	return 0;
}

static int nftsw_acl_accept(struct nftsw_acl_run *r, const struct flow_action_entry *act)
{
	return nftsw_acl_end(r, NFTSW_ACL_VERDICT_PASS);
}

static int nftsw_acl_drop(struct nftsw_acl_run *r, const struct flow_action_entry *act)
{
	return nftsw_acl_end(r, NFTSW_ACL_VERDICT_DROP);
}

/* To software, which goes on with the frame as if the chip did not forward. */
static int nftsw_acl_trap(struct nftsw_acl_run *r, const struct flow_action_entry *act)
{
	return nftsw_acl_end(r, NFTSW_ACL_VERDICT_TRAP);
}

static int nftsw_acl_egress(struct nftsw_acl_run *r, const struct flow_action_entry *act,
			    u16 *to)
{
	const struct nftsw_flow_ports *ports = &r->src->ports;
	int port = ports->by_dev(ports->priv, act->dev);

	if (port < 0 || port >= NFTSW_LAG_PORT(0))
		return nftsw_refuse(r, EGRESS, "%s is not a port of this chip",
				    act->dev ? act->dev->name : "(none)");
	*to = port;
	return 0;
}

static int nftsw_acl_redirect(struct nftsw_acl_run *r, const struct flow_action_entry *act)
{
	int err = nftsw_acl_egress(r, act, &r->spec->oport);

	return err ?: nftsw_acl_end(r, NFTSW_ACL_VERDICT_REDIRECT);
}

static int nftsw_acl_mirror(struct nftsw_acl_run *r, const struct flow_action_entry *act)
{
	if (r->spec->flags & NFTSW_AF_MIRROR)
		return nftsw_refuse(r, MIRROR, "more than one copy");
	r->spec->flags |= NFTSW_AF_MIRROR;
	return nftsw_acl_egress(r, act, &r->spec->mport);
}

static int nftsw_acl_police_check(struct nftsw_acl_run *r, const struct flow_action_entry *act)
{
	if (r->spec->police.rate)
		return nftsw_refuse(r, POLICE, "more than one police action");
	if (act->police.exceed.act_id != FLOW_ACTION_DROP)
		return nftsw_refuse(r, POLICE, "police action that does not drop what exceeds");
	if (act->police.notexceed.act_id != FLOW_ACTION_PIPE &&
	    act->police.notexceed.act_id != FLOW_ACTION_ACCEPT)
		return nftsw_refuse(r, POLICE, "police action that neither accepts nor pipes");
	if (act->police.peakrate_bytes_ps || act->police.avrate || act->police.overhead)
		return nftsw_refuse(r, POLICE, "police action with peak rate, average or overhead");
	if (!act->police.rate_bytes_ps == !act->police.rate_pkt_ps)
		return nftsw_refuse(r, POLICE, "police action without one rate");
	return 0;
}

/* Of one that pipes, what comes behind sees what has passed: a copy must not be in front. */
static int nftsw_acl_police(struct nftsw_acl_run *r, const struct flow_action_entry *act)
{
	struct nftsw_acl_police *to = &r->spec->police;
	int err = nftsw_acl_police_check(r, act);

	if (err)
		return err;
	if (r->spec->flags & NFTSW_AF_MIRROR)
		return nftsw_refuse(r, MIRROR, "copy in front of a police action");
	to->index = act->hw_index;
	to->octets = !!act->police.rate_bytes_ps;
	to->rate = act->police.rate_bytes_ps ?: act->police.rate_pkt_ps;
	to->burst = to->octets ? act->police.burst : act->police.burst_pkt;
	if (to->rate >> NFTSW_METER_RATE_BITS || to->burst >> NFTSW_METER_BURST_BITS ||
	    !to->burst)
		return nftsw_refuse(r, POLICE, "rate %llu and burst %llu are out of range",
				    to->rate, to->burst);
	return act->police.notexceed.act_id == FLOW_ACTION_ACCEPT ?
	       nftsw_acl_end(r, NFTSW_ACL_VERDICT_PASS) : 0;
}

static const struct nftsw_acl_action_fn nftsw_acl_actions[NUM_FLOW_ACTIONS] = {
	[FLOW_ACTION_ACCEPT] = { "accept", nftsw_acl_accept },
	[FLOW_ACTION_DROP] = { "drop", nftsw_acl_drop },
	[FLOW_ACTION_TRAP] = { "trap", nftsw_acl_trap },
	[FLOW_ACTION_GOTO] = { "goto" },
	[FLOW_ACTION_REDIRECT] = { "redirect", nftsw_acl_redirect },
	[FLOW_ACTION_MIRRED] = { "mirror", nftsw_acl_mirror },
	[FLOW_ACTION_REDIRECT_INGRESS] = { "redirect to ingress" },
	[FLOW_ACTION_MIRRED_INGRESS] = { "mirror to ingress" },
	[FLOW_ACTION_VLAN_PUSH] = { "vlan push" },
	[FLOW_ACTION_VLAN_POP] = { "vlan pop" },
	[FLOW_ACTION_VLAN_MANGLE] = { "vlan modify" },
	[FLOW_ACTION_MANGLE] = { "mangle" },
	[FLOW_ACTION_CSUM] = { "csum" },
	[FLOW_ACTION_MARK] = { "mark" },
	[FLOW_ACTION_PTYPE] = { "ptype" },
	[FLOW_ACTION_PRIORITY] = { "priority" },
	[FLOW_ACTION_QUEUE] = { "queue" },
	[FLOW_ACTION_SAMPLE] = { "sample" },
	[FLOW_ACTION_POLICE] = { "police", nftsw_acl_police },
	[FLOW_ACTION_CT] = { "ct" },
	[FLOW_ACTION_JUMP] = { "jump" },
	[FLOW_ACTION_PIPE] = { "pipe" },
	[FLOW_ACTION_CONTINUE] = { "continue" },
};

static int nftsw_acl_action(struct nftsw_acl_run *r, const struct flow_action_entry *act)
{
	const struct nftsw_acl_action_fn *a;

	if ((u32)act->id >= NUM_FLOW_ACTIONS)
		return nftsw_refuse(r, ACTION, "action %d", act->id);
	a = &nftsw_acl_actions[act->id];
	if (!a->fn)
		return nftsw_refuse(r, ACTION, "action %s (%d)", a->name ?: "unknown", act->id);
	if (r->ended)
		return nftsw_refuse(r, ORDER, "action %s behind the end of the rule", a->name);
	/* The chip's counters are fetched once a second; nft asks for nothing else. */
	if (!(act->hw_stats & FLOW_ACTION_HW_STATS_DELAYED))
		return nftsw_refuse(r, STATS, "counters of another kind than delayed");
	return a->fn(r, act);
}

static int nftsw_acl_action_list(struct nftsw_acl_run *r)
{
	const struct flow_action_entry *act;
	int err, i;

	if (!flow_action_has_entries(&r->rule->action))
		return nftsw_refuse(r, ACTION, "no action");
	flow_action_for_each(i, act, &r->rule->action) {
		err = nftsw_acl_action(r, act);
		if (err)
			return err;
	}
	if (!r->ended && r->src->tc)
		r->spec->verdict = NFTSW_ACL_VERDICT_PASS;
	return 0;
}

/**
 * nftsw_acl_parse() - turn a rule of a chain or filter into a rule of the chip
 * @rule: rule of a FLOW_CLS_REPLACE
 * @src: where it comes from
 * @spec: result
 * @refusal: result: why not, with id NONE when the rule was accepted
 *
 * Follows nft_flow_rule_create() and the offload functions of nft's expressions, and
 * fl_set_key() of flower.
 *
 * Context: any.
 * Return: 0, or -EOPNOTSUPP.
 */
int nftsw_acl_parse(const struct flow_rule *rule, const struct nftsw_acl_source *src,
		    struct nftsw_acl_spec *spec, struct nftsw_acl_refusal *refusal)
{
	struct nftsw_acl_run r = { .rule = rule, .src = src, .spec = spec, .refusal = refusal };
	int err;

	memset(spec, 0, sizeof(*spec));
	memset(refusal, 0, sizeof(*refusal));
	spec->ports = ~0ull;
	spec->verdict = NFTSW_ACL_VERDICT_NEXT;
	spec->flags = src->skip_sw ? 0 : NFTSW_AF_CPU_TOO;
	err = nftsw_acl_match(&r);
	return err ?: nftsw_acl_action_list(&r);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_acl_parse);
