/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fixture of the suites that offload rules: a chain and a qdisc bound to two ports, and a
 * connection through them.  Floor 10.
 */
#ifndef NFTSW_KT_ACL_H
#define NFTSW_KT_ACL_H

#include <linux/if_vlan.h>
#include <net/netfilter/nf_tables_offload.h>
#include <net/flow_offload.h>
#include <net/pkt_cls.h>
#include "../drivers/net/ethernet/nftsw/nftsw_acl.h"
#include "nftsw_kt.h"

#define NFTSW_KT_ACL_LAN     0
#define NFTSW_KT_ACL_WAN     1
#define NFTSW_KT_ACL_OTHER   2
#define NFTSW_KT_ACL_ACTIONS 4
#define NFTSW_KT_ACL_COOKIE  0x5000ul

/**
 * struct nftsw_kt_acl_rule - a rule as the kernel's core hands it out
 * @match: keys, masks and dissector
 * @rule: the rule; its match points into @match; room for NFTSW_KT_ACL_ACTIONS
 * @chain: number of its tc chain
 * @skip_sw: it is in the chip alone
 */
struct nftsw_kt_acl_rule {
	struct nft_flow_match match;
	struct flow_rule *rule;
	u32 chain;
	bool skip_sw;
};

/**
 * struct nftsw_kt_acl_block - an nft chain, or the ingress qdisc of tc
 * @block: its block
 * @tc: it is tc's
 * @prio: of its rules
 */
struct nftsw_kt_acl_block {
	struct flow_block block;
	bool tc;
	u32 prio;
};

/**
 * struct nftsw_kt_acl - a test's blocks and connection; kunit.priv
 * @kt: chip and driver
 * @nft: a chain, bound to ports LAN and WAN
 * @tc: a qdisc, bound to the same
 * @conn: UDP from port LAN to port WAN
 * @extack: of the last request
 */
struct nftsw_kt_acl {
	struct nftsw_kt *kt;
	struct nftsw_kt_acl_block nft;
	struct nftsw_kt_acl_block tc;
	struct nftsw_kt_conn conn;
	struct netlink_ext_ack extack;
};

/* A key of the rule is filled in: its name, and its member of struct nft_flow_key. */
#define NFTSW_KT_ACL_USED(r, id, member) \
	nftsw_kt_acl_used(r, FLOW_DISSECTOR_KEY_##id, \
			  offsetof(struct nft_flow_key, member))

struct nftsw_kt_acl *nftsw_kt_acl_get(struct kunit *test);
struct net_device *nftsw_kt_acl_dev(struct kunit *test, u32 port);
struct nftsw_kt_acl_rule *nftsw_kt_acl_rule_new(struct kunit *test);
void nftsw_kt_acl_used(struct nftsw_kt_acl_rule *r, enum flow_dissector_key_id id,
		       size_t offset);
struct flow_action_entry *nftsw_kt_acl_action(struct nftsw_kt_acl_rule *r,
					      enum flow_action_id id);
void nftsw_kt_acl_action_dev(struct nftsw_kt_acl_rule *r, enum flow_action_id id,
			     struct net_device *dev);
void nftsw_kt_acl_protos(struct nftsw_kt_acl_rule *r, u16 n_proto, u8 ip_proto);
void nftsw_kt_acl_addr_type(struct nftsw_kt_acl_rule *r, u16 type);
void nftsw_kt_acl_ipv4(struct nftsw_kt_acl_rule *r, __be32 src, u32 src_mask, __be32 dst,
		       u32 dst_mask);
void nftsw_kt_acl_ports(struct nftsw_kt_acl_rule *r, u16 sport, u16 dport);
void nftsw_kt_acl_vlan(struct nftsw_kt_acl_rule *r, u16 tpid, u16 id, u16 id_mask);
void nftsw_kt_acl_tuple(struct nftsw_kt_acl_rule *r, const struct nftsw_kt_conn *conn);
void nftsw_kt_acl_bo(struct kunit *test, struct nftsw_kt_acl_block *b,
		     struct flow_block_offload *bo, enum flow_block_command command);
int nftsw_kt_acl_setup(struct kunit *test, u32 port, struct flow_block_offload *bo);
int nftsw_kt_acl_bind(struct kunit *test, struct nftsw_kt_acl_block *b, u32 port);
int nftsw_kt_acl_unbind(struct kunit *test, struct nftsw_kt_acl_block *b, u32 port);
int nftsw_kt_acl_cls(struct kunit *test, struct nftsw_kt_acl_block *b,
		     enum flow_cls_command command, unsigned long cookie,
		     const struct nftsw_kt_acl_rule *r, struct flow_stats *stats);
int nftsw_kt_acl_replace(struct kunit *test, struct nftsw_kt_acl_block *b,
			 unsigned long cookie, const struct nftsw_kt_acl_rule *r);
int nftsw_kt_acl_destroy(struct kunit *test, struct nftsw_kt_acl_block *b,
			 unsigned long cookie);
void nftsw_kt_acl_add(struct kunit *test, struct nftsw_kt_acl_block *b,
		      unsigned long cookie, enum flow_action_id id);
void nftsw_kt_acl_frame(struct kunit *test, struct nftsw_kt_frame *f);
void nftsw_kt_acl_expect_dropped(struct kunit *test, u32 port,
				 const struct nftsw_kt_frame *f);
void nftsw_kt_acl_expect_cpu(struct kunit *test, u32 port,
			     const struct nftsw_kt_frame *f);
void nftsw_kt_acl_expect_stats(struct kunit *test, struct nftsw_kt_acl_block *b,
			       unsigned long cookie, u64 packets);
u32 nftsw_kt_acl_chip_count(struct kunit *test);
u32 nftsw_kt_acl_diffs(struct kunit *test);
int nftsw_kt_acl_init(struct kunit *test);
void nftsw_kt_acl_exit(struct kunit *test);

#endif /* NFTSW_KT_ACL_H */
