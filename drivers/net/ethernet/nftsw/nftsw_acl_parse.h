/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's rule of a chain or filter to a rule of the chip, and why not.  Floor 3.
 * Nothing in here touches a chip, takes a lock or allocates memory.
 */
#ifndef NFTSW_ACL_PARSE_H
#define NFTSW_ACL_PARSE_H

#include <linux/types.h>
#include <nftsw/acl.h>
#include "nftsw_flow_parse.h"

/* X(SYMBOL, "name in debugfs", "meaning"): why a rule is not offloaded. */
#define NFTSW_ACL_REFUSALS(X) \
	X(NONE, "none", "not refused") \
	X(KEY, "key", "match on something the chip does not look at") \
	X(CONTROL, "control", "match on dissector flags other than being a fragment") \
	X(L3PROTO, "l3proto", "addresses of another family than the protocol") \
	X(VLAN, "vlan", "match on a VLAN tag that the chip cannot do") \
	X(INGRESS, "ingress", "match on an ingress device that is not bound") \
	X(ACTION, "action", "action that the chip does not have, or none") \
	X(ORDER, "order", "action behind one that ends the rule") \
	X(EGRESS, "egress", "redirection or copy to what is no port of the chip") \
	X(MIRROR, "mirror", "more than one copy, or one in front of a police action") \
	X(POLICE, "police", "rate that a meter of the chip cannot keep, or more than one") \
	X(STATS, "stats", "counters of another kind") \
	X(CHAIN, "chain", "filter of another chain than 0, or priority out of range") \
	X(DEVICE, "device", "nft's chain on a bridge, bond or VLAN device, not on a port") \
	X(PORT_OFF, "port_off", "hw-tc-offload is off on a port") \
	X(FULL, "full", "no room in the access control list")

#define NFTSW_X_ACL_REFUSAL(sym, name, doc)	NFTSW_ACL_REFUSAL_##sym,
enum nftsw_acl_refusal_id {
	NFTSW_ACL_REFUSALS(NFTSW_X_ACL_REFUSAL)
	NFTSW_ACL_REFUSAL_COUNT
};

/**
 * struct nftsw_acl_refusal - why a rule is not offloaded
 * @id: reason
 * @text: the same in words
 */
struct nftsw_acl_refusal {
	enum nftsw_acl_refusal_id id;
	char text[NFTSW_FLOW_TEXT_SIZE];
};

/**
 * struct nftsw_acl_police - a police action
 * @index: tc's number of the action
 * @octets: @rate and @burst are octets, not packets
 * @rate: octets or packets a second, 0 = no police action
 * @burst: octets or packets at once
 */
struct nftsw_acl_police {
	u32 index;
	u32 octets;
	u64 rate;
	u64 burst;
};

/**
 * struct nftsw_acl_spec - what a rule says, in the chip's terms and byte order
 * @key: what a frame must have
 * @mask: which bits count
 * @ports: ingress ports that it is restricted to
 * @police: what frames have to pass
 * @oport: with REDIRECT: egress port
 * @mport: with MIRROR: port of the copy
 * @verdict: enum nftsw_acl_verdict
 * @flags: NFTSW_AF_*
 */
struct nftsw_acl_spec {
	struct nftsw_hw_acl_key key;
	struct nftsw_hw_acl_key mask;
	u64 ports;
	struct nftsw_acl_police police;
	u16 oport;
	u16 mport;
	u8 verdict;
	u8 flags;
};

/**
 * struct nftsw_acl_source - where a rule comes from
 * @ports: which devices are the chip's; of these, those bound to the block as ingress
 * @tc: a filter of tc; else a rule of an nft chain
 * @skip_sw: software does not have the rule
 */
struct nftsw_acl_source {
	struct nftsw_flow_ports ports;
	bool tc;
	bool skip_sw;
};

int nftsw_acl_parse(const struct flow_rule *rule, const struct nftsw_acl_source *src,
		    struct nftsw_acl_spec *spec, struct nftsw_acl_refusal *refusal);
__printf(3, 4) int nftsw_acl_refuse(struct nftsw_acl_refusal *refusal,
				    enum nftsw_acl_refusal_id id, const char *fmt, ...);
const char *nftsw_acl_refusal_name(enum nftsw_acl_refusal_id id);

#endif /* NFTSW_ACL_PARSE_H */
