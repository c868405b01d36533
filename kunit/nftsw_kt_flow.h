/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections, and the rules that the kernel makes of them.  Floor 9.
 *
 * No test builds a flow rule by hand: a connection is put into a real nf_flowtable,
 * whose own code generates the rules of both directions, and a callback on
 * its block takes copies.  What a test wants different it changes in the copy.
 */
#ifndef NFTSW_KT_FLOW_H
#define NFTSW_KT_FLOW_H

#include <kunit/test.h>
#include <linux/in6.h>
#include <net/flow_offload.h>
#include <net/netfilter/nf_flow_table.h>
#include "nftsw_kt_frame.h"

#define NFTSW_KT_ACTIONS	32

#define NFTSW_KT_ORIG		FLOW_OFFLOAD_DIR_ORIGINAL
#define NFTSW_KT_REPLY		FLOW_OFFLOAD_DIR_REPLY

/**
 * struct nftsw_kt_encap - a tag or a PPPoE session
 * @proto: ETH_P_8021Q, ETH_P_8021AD, ETH_P_PPP_SES
 * @id: VLAN or session
 */
struct nftsw_kt_encap {
	u16 proto;
	u16 id;
};

/**
 * struct nftsw_kt_end - one end of a connection, as the switch sees it
 * @dev: port it is behind
 * @addr: its own address; IPv4 in the first word
 * @port: its own L4 port
 * @mac: its MAC address
 * @encap_count: length of @encap
 * @encap: what is around its packets on the wire, outermost first
 * @hidden: bitmap of tags in @encap that the bridge port handles by itself
 * @mtu: of the route to it; 0 = 1500
 */
struct nftsw_kt_end {
	struct net_device *dev;
	struct in6_addr addr;
	u16 port;
	u8 mac[ETH_ALEN];
	u8 encap_count;
	struct nftsw_kt_encap encap[NF_FLOW_TABLE_ENCAP_MAX];
	u8 hidden;
	u16 mtu;
};

/**
 * struct nftsw_kt_conn - a connection, with its address translation
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @l4proto: IPPROTO_TCP, IPPROTO_UDP, IPPROTO_GRE
 * @snat: the client is seen as @snat_addr, @snat_port
 * @dnat: the client asks for @dnat_addr, @dnat_port and gets the server
 * @client: who asks; ORIGINAL frames come from it
 * @server: who answers
 * @snat_addr: with @snat
 * @snat_port: with @snat
 * @dnat_addr: with @dnat
 * @dnat_port: with @dnat
 */
struct nftsw_kt_conn {
	u8 family;
	u8 l4proto;
	bool snat;
	bool dnat;
	struct nftsw_kt_end client;
	struct nftsw_kt_end server;
	struct in6_addr snat_addr;
	u16 snat_port;
	struct in6_addr dnat_addr;
	u16 dnat_port;
};

/**
 * struct nftsw_kt_form - a form of connection, and so of its two rules
 * @name: of the test case
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @l4proto: IPPROTO_*
 * @snat: source NAT
 * @dnat: destination NAT
 * @hairpin: client and server are behind one port
 * @client: encapsulation of the client's frames, outermost first
 * @server: of the server's
 * @hidden: tags of the client that its bridge port handles
 */
struct nftsw_kt_form {
	const char *name;
	u8 family;
	u8 l4proto;
	bool snat;
	bool dnat;
	bool hairpin;
	struct nftsw_kt_encap client[NF_FLOW_TABLE_ENCAP_MAX];
	struct nftsw_kt_encap server[NF_FLOW_TABLE_ENCAP_MAX];
	u8 hidden;
};

/**
 * struct nftsw_kt_rule - a copy of a rule, free to be changed
 * @match: keys, masks and dissector
 * @rule: the rule; its match points into @match; room for NFTSW_KT_ACTIONS
 * @session: what netfilter's flow says of its frames, see &struct nftsw_nf_ops
 * @seen: the kernel has sent it
 */
struct nftsw_kt_rule {
	struct nf_flow_match match;
	struct flow_rule *rule;
	int session;
	bool seen;
};

/**
 * struct nftsw_kt_ft - a flowtable of the kernel's, with hardware offload
 * @ft: the flowtable
 */
struct nftsw_kt_ft {
	struct nf_flowtable ft;
};

void nftsw_kt_conn_init(struct nftsw_kt_conn *conn, u8 family, u8 l4proto,
			struct net_device *client, struct net_device *server);
void nftsw_kt_conn_form(struct nftsw_kt_conn *conn, const struct nftsw_kt_form *form,
			struct net_device *client, struct net_device *server);
void nftsw_kt_conn_snat(struct nftsw_kt_conn *conn);
void nftsw_kt_conn_dnat(struct nftsw_kt_conn *conn);
void nftsw_kt_end_encap(struct nftsw_kt_end *end, u16 proto, u16 id);
void nftsw_kt_conn_frame(const struct nftsw_kt_conn *conn,
			 enum flow_offload_tuple_dir dir, bool out,
			 struct nftsw_kt_frame *f);

struct nftsw_kt_ft *nftsw_kt_ft_new(struct kunit *test, u8 family);
void nftsw_kt_ft_free(struct kunit *test, struct nftsw_kt_ft *kf);
int nftsw_kt_ft_bind(struct nftsw_kt_ft *kf, struct net_device *dev);
int nftsw_kt_ft_unbind(struct nftsw_kt_ft *kf, struct net_device *dev);
u32 nftsw_kt_ft_cb_count(const struct nftsw_kt_ft *kf);
int nftsw_kt_ft_session(unsigned long cookie);
void nftsw_kt_ft_forget(void);
int nftsw_kt_ft_cls(struct nftsw_kt_ft *kf, enum flow_cls_command cmd,
		    unsigned long cookie, const struct nftsw_kt_rule *rule,
		    struct flow_stats *stats);
struct flow_offload *nftsw_kt_ft_flow_add(struct kunit *test,
					  struct nftsw_kt_ft *kf,
					  const struct nftsw_kt_conn *conn);
void nftsw_kt_flow_wait(struct flow_offload *flow);

struct nftsw_kt_rule *nftsw_kt_rules(struct kunit *test,
				     const struct nftsw_kt_conn *conn);
u32 nftsw_kt_rule_find(const struct nftsw_kt_rule *rule, enum flow_action_id id);
struct flow_action_entry *nftsw_kt_rule_append(struct nftsw_kt_rule *rule,
					       enum flow_action_id id);
void nftsw_kt_rule_drop(struct nftsw_kt_rule *rule, u32 index);

#endif /* NFTSW_KT_FLOW_H */
