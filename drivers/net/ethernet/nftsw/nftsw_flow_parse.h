/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's flow rule to what the chip shall do, and why not.  Floor 3.
 * Nothing in here touches a chip, takes a lock or allocates memory.
 */
#ifndef NFTSW_FLOW_PARSE_H
#define NFTSW_FLOW_PARSE_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/types.h>

struct flow_rule;
struct net_device;
struct netlink_ext_ack;

/* Room for the words of a refusal: what an extack holds behind "nftsw: ". */
#define NFTSW_FLOW_TEXT_SIZE	72

/* X(SYMBOL, "name in debugfs", "meaning"): why a rule stays in software. */
#define NFTSW_FLOW_REFUSALS(X) \
	X(NONE, "none", "not refused") \
	X(KEY, "key", "match on something the chip does not look at") \
	X(MASK, "mask", "match on a part of a field") \
	X(MISSING, "missing", "match or action that a flow must have is absent") \
	X(INGRESS, "ingress", "ingress is not a port bound to this flowtable") \
	X(CONTROL, "control", "match on fragments or other dissector flags") \
	X(L3PROTO, "l3proto", "neither IPv4 nor IPv6, or contradictory") \
	X(L4PROTO, "l4proto", "not TCP, UDP or GRE, or contradictory") \
	X(TCP_FLAGS, "tcp_flags", "match on TCP flags other than no SYN, FIN, RST") \
	X(VLAN, "vlan", "VLAN match or push that the chip cannot do") \
	X(VLAN_POP, "vlan_pop", "tags matched and tags popped differ in number") \
	X(VLAN_AD, "vlan_ad", "802.1ad tag, or an encapsulation left undescribed") \
	X(PPPOE, "pppoe", "PPPoE push that the chip cannot do") \
	X(TUNNEL, "tunnel", "tunnel header matched, added or taken off") \
	X(ACTION, "action", "action that the chip does not have") \
	X(MANGLE, "mangle", "rewrite of a field that the chip cannot rewrite") \
	X(MAC, "mac", "new MAC addresses incomplete or not unicast") \
	X(NAT, "nat", "address or port rewrite incomplete or contradictory") \
	X(CSUM, "csum", "checksum that the chip does not maintain") \
	X(EGRESS, "egress", "egress is not a port of this chip, or not the only one") \
	X(CAPS, "caps", "this chip lacks the function") \
	X(PORT_OFF, "port_off", "port with hw-tc-offload off, or going away") \
	X(LAG, "lag", "bond or team with a mode or a member that is not the chip's")

#define NFTSW_X_REFUSAL(sym, name, doc)	NFTSW_FLOW_REFUSAL_##sym,
enum nftsw_flow_refusal_id {
	NFTSW_FLOW_REFUSALS(NFTSW_X_REFUSAL)
	NFTSW_FLOW_REFUSAL_COUNT
};

/**
 * struct nftsw_flow_refusal - why a rule was refused
 * @id: counted reason
 * @outdated: with EGRESS, LAG: netfilter would find another path by now
 * @text: @id in words, with the figures of the case
 */
struct nftsw_flow_refusal {
	enum nftsw_flow_refusal_id id;
	bool outdated;
	char text[NFTSW_FLOW_TEXT_SIZE];
};

/**
 * struct nftsw_flow_match - the frames of a flow
 * @saddr: source address; IPv4 in the first word, the rest 0
 * @daddr: destination address, likewise
 * @iport: ingress port, or NFTSW_LAG_PORT() of a LAG
 * @vid1: outer VLAN, with NFTSW_FK_TAG1
 * @vid2: inner VLAN, with NFTSW_FK_TAG2
 * @sid: PPPoE session, with NFTSW_FK_PPPOE
 * @zero: fills up
 * @sport: source port
 * @dport: destination port
 * @flags: NFTSW_FK_*
 * @l4proto: IPPROTO_TCP, IPPROTO_UDP or IPPROTO_GRE
 *
 * Has no padding and no unused bits: compared and hashed as memory.
 */
struct nftsw_flow_match {
	struct in6_addr saddr;
	struct in6_addr daddr;
	u16 iport;
	u16 vid1;
	u16 vid2;
	u16 sid;
	u16 zero;
	__be16 sport;
	__be16 dport;
	u8 flags;
	u8 l4proto;
};

/**
 * struct nftsw_flow_spec - a rule, as the chip can do it
 * @match: its frames
 * @saddr: new source address, with NFTSW_FA_SADDR
 * @daddr: new destination address, with NFTSW_FA_DADDR
 * @action: NFTSW_FA_*
 * @dmac: new destination MAC
 * @smac: new source MAC
 * @oport: egress port, or NFTSW_LAG_PORT() of a LAG
 * @tci1: of the outer tag pushed, with NFTSW_FA_PUSH1
 * @tci2: of the inner tag pushed, with NFTSW_FA_PUSH2
 * @sid: of the PPPoE session pushed, with NFTSW_FA_PUSH_PPPOE
 * @sport: new source port, with NFTSW_FA_SPORT
 * @dport: new destination port, with NFTSW_FA_DPORT
 * @mtu: IP MTU of the bridge or VLAN device that sends through the port; 0 = it is the port
 * @route_mtu: IP MTU of the route, all that is above the port included; 0 = unknown
 *
 * Has no padding; what is unused is 0, so two specs are the same rule when their
 * memory is.  Pushed tags are 802.1Q.
 */
struct nftsw_flow_spec {
	struct nftsw_flow_match match;
	struct in6_addr saddr;
	struct in6_addr daddr;
	u32 action;
	u8 dmac[ETH_ALEN];
	u8 smac[ETH_ALEN];
	u16 oport;
	u16 tci1;
	u16 tci2;
	u16 sid;
	__be16 sport;
	__be16 dport;
	u16 mtu;
	u16 route_mtu;
};

/**
 * struct nftsw_flow_ports - which devices of a rule are ports of the chip
 * @by_ifindex: port number of an ingress, or NFTSW_LAG_PORT() of a LAG; -EOPNOTSUPP for a
 *	LAG that stays in software, -ENODEV for any other device
 * @by_dev: the same of an egress
 * @mtu: IP MTU of the device above an egress that sends there with these VLANs, outer and
 *	inner, 0 = none; 0 when it is the egress itself; may be NULL
 * @outdated: is a path to a MAC address through this egress, which is not the chip's, no longer
 *	what netfilter would find; may be NULL
 * @priv: handed to all
 * @route_mtu: IP MTU of the route that the flow was made from; 0 = unknown
 * @session: PPPoE session that its frames come in, 0 = none; negative when they come in something
 *	that the rule does not describe
 * @caps: NFTSW_CAPS_* of the chip
 */
struct nftsw_flow_ports {
	int (*by_ifindex)(const void *priv, int ifindex);
	int (*by_dev)(const void *priv, const struct net_device *dev);
	u16 (*mtu)(const void *priv, struct net_device *dev, u16 vid1, u16 vid2);
	bool (*outdated)(const void *priv, struct net_device *dev, const u8 *mac);
	const void *priv;
	u16 route_mtu;
	int session;
	u32 caps;
};

int nftsw_flow_parse(const struct flow_rule *rule,
		     const struct nftsw_flow_ports *ports,
		     struct nftsw_flow_spec *spec,
		     struct nftsw_flow_refusal *refusal,
		     struct netlink_ext_ack *extack);
const char *nftsw_flow_refusal_name(enum nftsw_flow_refusal_id id);

#endif /* NFTSW_FLOW_PARSE_H */
