// SPDX-License-Identifier: GPL-2.0
/*
 * Bridges and their devices, made and changed with rtnetlink's messages.  Floor 10; called by the
 * suites, in process context.
 *
 * A test does what a user does with ip and bridge: the same checks, the same order of
 * notifications.
 */

#include <linux/etherdevice.h>
#include <linux/file.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/neighbour.h>
#include <linux/net.h>
#include <linux/rtnetlink.h>
#include <linux/unaligned.h>
#include <net/addrconf.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include "nftsw_kt_bridge.h"

#define KT_NL_SIZE	1024

/* ---- netlink ------------------------------------------------------------------------ */

static struct sk_buff *kt_nl_new(u16 type, u16 flags, const void *hdr, u32 len)
{
	struct sk_buff *skb = nlmsg_new(KT_NL_SIZE, GFP_KERNEL);
	struct nlmsghdr *nlh;

	if (!skb)
		return NULL;
	nlh = nlmsg_put(skb, 0, 1, type, len, NLM_F_REQUEST | NLM_F_ACK | flags);
	memcpy(nlmsg_data(nlh), hdr, len);
	return skb;
}

/* What the kernel has said last, besides an error. */
static char kt_nl_words[128];

struct kt_nl_answer {
	struct nlmsghdr nlh;
	union {
		struct nlmsgerr err;
		u8 data[KT_NL_SIZE];
	};
};

/* Words that come with an error, or with none. */
static void kt_nl_listen(const struct kt_nl_answer *a, u32 len)
{
	u32 skip = sizeof(a->nlh) + sizeof(a->err);
	const struct nlattr *nla;

	if (!(a->nlh.nlmsg_flags & NLM_F_ACK_TLVS) || len <= skip)
		return;
	nla = nla_find((const void *)a + skip, len - skip, NLMSGERR_ATTR_MSG);
	if (nla)
		nla_strscpy(kt_nl_words, nla, sizeof(kt_nl_words));
}

/* @type: of the message that answers, 0: none does */
static int kt_nl_answer(struct socket *sock, struct kt_nl_answer *answer, u16 type)
{
	struct kvec vec = { .iov_base = answer, .iov_len = sizeof(*answer) };
	struct msghdr msg = {};
	int len;

	len = kernel_recvmsg(sock, &msg, &vec, 1, sizeof(*answer), MSG_DONTWAIT);
	if (len < 0)
		return len;
	if (type && answer->nlh.nlmsg_type == type)
		return 0;
	if (answer->nlh.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	kt_nl_listen(answer, len);
	return answer->err.error;
}

static void kt_nl_opt(struct socket *sock, int opt)
{
	int on = 1;

	sock->ops->setsockopt(sock, SOL_NETLINK, opt, KERNEL_SOCKPTR(&on), sizeof(on));
}

/* Send a message as a program would, and wait for its outcome.  @skb is used up. */
static int kt_nl_ask(struct sk_buff *skb, struct kt_nl_answer *answer, u16 type)
{
	struct msghdr msg = {};
	struct socket *sock;
	struct file *file;
	struct kvec vec;
	int err;

	err = sock_create_kern(&init_net, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, &sock);
	if (err)
		goto out_free;
	/* rights are looked for there */
	file = sock_alloc_file(sock, 0, NULL);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto out_free;
	}
	kt_nl_opt(sock, NETLINK_EXT_ACK);
	kt_nl_opt(sock, NETLINK_CAP_ACK);
	kt_nl_words[0] = 0;
	nlmsg_end(skb, nlmsg_hdr(skb));
	vec.iov_base = skb->data;
	vec.iov_len = skb->len;
	err = kernel_sendmsg(sock, &msg, &vec, 1, vec.iov_len);
	if (err >= 0)
		err = kt_nl_answer(sock, answer, type);
	fput(file);
out_free:
	kfree_skb(skb);
	return err;
}

static int kt_nl_talk(struct sk_buff *skb)
{
	struct kt_nl_answer *answer = kzalloc(sizeof(*answer), GFP_KERNEL);
	int err;

	if (!answer) {
		kfree_skb(skb);
		return -ENOMEM;
	}
	err = kt_nl_ask(skb, answer, 0);
	kfree(answer);
	return err;
}

/**
 * nftsw_kt_said() - has the kernel said this of the last request?
 * @words: or a part of it
 *
 * Return: whether it has.
 */
bool nftsw_kt_said(const char *words)
{
	return strstr(kt_nl_words, words);
}

/* ---- devices ---------------------------------------------------------------------------- */

/**
 * nftsw_kt_link_free() - ip link del
 * @data: its number, as a pointer; one that is gone is no error
 */
void nftsw_kt_link_free(void *data)
{
	struct ifinfomsg ifm = { .ifi_index = (long)data };

	kt_nl_talk(kt_nl_new(RTM_DELLINK, 0, &ifm, sizeof(ifm)));
}

static struct net_device *kt_link_find(struct kunit *test, const char *name)
{
	struct net_device *dev;
	long ifindex;

	rtnl_lock();
	dev = __dev_get_by_name(&init_net, name);
	rtnl_unlock();
	KUNIT_ASSERT_NOT_NULL(test, dev);
	ifindex = dev->ifindex;
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, nftsw_kt_link_free,
							(void *)ifindex),
			0);
	return dev;
}

static void kt_put(struct sk_buff *skb, u16 attr, u32 val, u32 size)
{
	if (size == 1)
		nla_put_u8(skb, attr, val);
	else if (size == 2)
		nla_put_u16(skb, attr, val);
	else if (size == 4)
		nla_put_u32(skb, attr, val);
	else
		nla_put_u64_64bit(skb, attr, val, 0);
}

/* Without addresses of their own, no device sends what a test has not. */
static int kt_link_create(struct sk_buff *skb)
{
	struct ipv6_devconf *conf = init_net.ipv6.devconf_dflt;
	int was = conf->disable_ipv6, err;

	conf->disable_ipv6 = 1;
	err = kt_nl_talk(skb);
	conf->disable_ipv6 = was;
	return err;
}

/**
 * nftsw_kt_br_new() - make a bridge
 * @test: test
 * @name: its name
 * @flags: BR_KT_*
 *
 * Return: the bridge, up; it goes when the test ends.
 */
struct net_device *nftsw_kt_br_new(struct kunit *test, const char *name, u32 flags)
{
	struct ifinfomsg ifm = {};
	struct nlattr *info, *data;
	struct net_device *dev;
	struct sk_buff *skb;

	skb = kt_nl_new(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifm, sizeof(ifm));
	KUNIT_ASSERT_NOT_NULL(test, skb);
	nla_put_string(skb, IFLA_IFNAME, name);
	info = nla_nest_start(skb, IFLA_LINKINFO);
	nla_put_string(skb, IFLA_INFO_KIND, "bridge");
	data = nla_nest_start(skb, IFLA_INFO_DATA);
	kt_put(skb, IFLA_BR_VLAN_FILTERING, flags & BR_KT_AWARE ? 1 : 0, 1);
	kt_put(skb, IFLA_BR_MCAST_SNOOPING, flags & BR_KT_SNOOPING ? 1 : 0, 1);
	if (flags & BR_KT_STP)
		kt_put(skb, IFLA_BR_STP_STATE, 1, 4);
	nla_nest_end(skb, data);
	nla_nest_end(skb, info);
	KUNIT_ASSERT_EQ(test, kt_link_create(skb), 0);
	dev = kt_link_find(test, name);
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_up(dev, true), 0);
	return dev;
}

/**
 * nftsw_kt_link_try() - ask for a device
 * @name: its name
 * @kind: "dummy" or "vlan"
 * @link: of a VLAN device: what it is above
 * @vid: its VLAN
 * @proto: its protocol
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_link_try(const char *name, const char *kind, struct net_device *link, u16 vid,
		      u16 proto)
{
	struct ifinfomsg ifm = {};
	struct nlattr *info, *data;
	struct sk_buff *skb;

	skb = kt_nl_new(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifm, sizeof(ifm));
	if (!skb)
		return -ENOMEM;
	nla_put_string(skb, IFLA_IFNAME, name);
	if (link)
		nla_put_u32(skb, IFLA_LINK, link->ifindex);
	info = nla_nest_start(skb, IFLA_LINKINFO);
	nla_put_string(skb, IFLA_INFO_KIND, kind);
	data = nla_nest_start(skb, IFLA_INFO_DATA);
	if (link) {
		nla_put_u16(skb, IFLA_VLAN_ID, vid);
		nla_put_be16(skb, IFLA_VLAN_PROTOCOL, htons(proto));
	}
	nla_nest_end(skb, data);
	nla_nest_end(skb, info);
	return kt_link_create(skb);
}

/**
 * nftsw_kt_link_new() - make a device
 * @test: test
 * @name: its name
 * @kind: "dummy" or "vlan"
 * @link: of a VLAN device: what it is above
 * @vid: its VLAN
 * @proto: its protocol
 *
 * Return: the device, down; it goes when the test ends.
 */
struct net_device *nftsw_kt_link_new(struct kunit *test, const char *name,
				     const char *kind, struct net_device *link, u16 vid,
				     u16 proto)
{
	KUNIT_ASSERT_EQ(test, nftsw_kt_link_try(name, kind, link, vid, proto), 0);
	return kt_link_find(test, name);
}

/**
 * nftsw_kt_link_up() - ip link set up or down
 * @dev: device
 * @up: which
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_link_up(struct net_device *dev, bool up)
{
	struct ifinfomsg ifm = {
		.ifi_index = dev->ifindex, .ifi_flags = up ? IFF_UP : 0, .ifi_change = IFF_UP,
	};

	return kt_nl_talk(kt_nl_new(RTM_NEWLINK, 0, &ifm, sizeof(ifm)));
}

/**
 * nftsw_kt_link_mtu() - ip link set mtu
 * @dev: device
 * @mtu: octets
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_link_mtu(struct net_device *dev, int mtu)
{
	int err;

	rtnl_lock();
	err = dev_set_mtu(dev, mtu);
	rtnl_unlock();
	return err;
}

/**
 * nftsw_kt_master() - ip link set master
 * @dev: device
 * @master: its new master, or NULL
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_master(struct net_device *dev, struct net_device *master)
{
	struct ifinfomsg ifm = { .ifi_index = dev->ifindex };
	struct sk_buff *skb = kt_nl_new(RTM_NEWLINK, 0, &ifm, sizeof(ifm));

	nla_put_u32(skb, IFLA_MASTER, master ? master->ifindex : 0);
	return kt_nl_talk(skb);
}

/**
 * nftsw_kt_br_attr() - ip link set type bridge
 * @br: bridge
 * @attr: IFLA_BR_*
 * @val: its value
 * @size: of its value, in bytes
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_br_attr(struct net_device *br, u16 attr, u32 val, u32 size)
{
	struct ifinfomsg ifm = { .ifi_index = br->ifindex };
	struct sk_buff *skb = kt_nl_new(RTM_NEWLINK, 0, &ifm, sizeof(ifm));
	struct nlattr *info, *data;
	struct br_boolopt_multi opt = {};

	info = nla_nest_start(skb, IFLA_LINKINFO);
	nla_put_string(skb, IFLA_INFO_KIND, "bridge");
	data = nla_nest_start(skb, IFLA_INFO_DATA);
	if (attr == IFLA_BR_MULTI_BOOLOPT) {
		opt.optmask = size;
		opt.optval = val;
		nla_put(skb, attr, sizeof(opt), &opt);
	} else {
		kt_put(skb, attr, val, size);
	}
	nla_nest_end(skb, data);
	nla_nest_end(skb, info);
	return kt_nl_talk(skb);
}

/**
 * nftsw_kt_brport_attr() - bridge link set
 * @dev: bridge port
 * @attr: IFLA_BRPORT_*
 * @val: its value
 * @size: of its value, in bytes
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_brport_attr(struct net_device *dev, u16 attr, u32 val, u32 size)
{
	struct ifinfomsg ifm = { .ifi_family = PF_BRIDGE, .ifi_index = dev->ifindex };
	struct sk_buff *skb = kt_nl_new(RTM_SETLINK, 0, &ifm, sizeof(ifm));
	struct nlattr *info;

	info = nla_nest_start(skb, IFLA_PROTINFO);
	kt_put(skb, attr, val, size);
	nla_nest_end(skb, info);
	return kt_nl_talk(skb);
}

/**
 * nftsw_kt_vlan() - bridge vlan add or del
 * @dev: bridge port, or bridge
 * @vid: VLAN
 * @flags: BRIDGE_VLAN_INFO_*
 * @add: add it
 * @self: @dev is a bridge
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_vlan(struct net_device *dev, u16 vid, u16 flags, bool add, bool self)
{
	struct ifinfomsg ifm = { .ifi_family = PF_BRIDGE, .ifi_index = dev->ifindex };
	struct bridge_vlan_info vinfo = { .vid = vid, .flags = flags };
	struct sk_buff *skb = kt_nl_new(add ? RTM_SETLINK : RTM_DELLINK, 0, &ifm, sizeof(ifm));
	struct nlattr *spec;

	spec = nla_nest_start(skb, IFLA_AF_SPEC);
	if (self)
		nla_put_u16(skb, IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF);
	nla_put(skb, IFLA_BRIDGE_VLAN_INFO, sizeof(vinfo), &vinfo);
	nla_nest_end(skb, spec);
	return kt_nl_talk(skb);
}

/**
 * nftsw_kt_vlans() - bridge vlan add, many at once
 * @dev: bridge port
 * @first: first VLAN
 * @last: last VLAN
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_vlans(struct net_device *dev, u16 first, u16 last)
{
	struct bridge_vlan_info from = { .vid = first, .flags = BRIDGE_VLAN_INFO_RANGE_BEGIN };
	struct bridge_vlan_info to = { .vid = last, .flags = BRIDGE_VLAN_INFO_RANGE_END };
	struct ifinfomsg ifm = { .ifi_family = PF_BRIDGE, .ifi_index = dev->ifindex };
	struct sk_buff *skb = kt_nl_new(RTM_SETLINK, 0, &ifm, sizeof(ifm));
	struct nlattr *spec;

	spec = nla_nest_start(skb, IFLA_AF_SPEC);
	nla_put(skb, IFLA_BRIDGE_VLAN_INFO, sizeof(from), &from);
	nla_put(skb, IFLA_BRIDGE_VLAN_INFO, sizeof(to), &to);
	nla_nest_end(skb, spec);
	return kt_nl_talk(skb);
}

/**
 * nftsw_kt_vlan_msti() - bridge vlan global set msti
 * @br: bridge
 * @vid: VLAN
 * @msti: spanning tree
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_vlan_msti(struct net_device *br, u16 vid, u16 msti)
{
	struct br_vlan_msg bvm = { .family = PF_BRIDGE, .ifindex = br->ifindex };
	struct sk_buff *skb = kt_nl_new(RTM_NEWVLAN, 0, &bvm, sizeof(bvm));
	struct nlattr *opts;

	opts = nla_nest_start(skb, BRIDGE_VLANDB_GLOBAL_OPTIONS);
	nla_put_u16(skb, BRIDGE_VLANDB_GOPTS_ID, vid);
	nla_put_u16(skb, BRIDGE_VLANDB_GOPTS_MSTI, msti);
	nla_nest_end(skb, opts);
	return kt_nl_talk(skb);
}

/**
 * nftsw_kt_mst_state() - bridge mst set
 * @dev: bridge port
 * @msti: spanning tree
 * @state: BR_STATE_*
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_mst_state(struct net_device *dev, u16 msti, u8 state)
{
	struct ifinfomsg ifm = { .ifi_family = PF_BRIDGE, .ifi_index = dev->ifindex };
	struct sk_buff *skb = kt_nl_new(RTM_SETLINK, 0, &ifm, sizeof(ifm));
	struct nlattr *spec, *mst, *entry;

	spec = nla_nest_start(skb, IFLA_AF_SPEC);
	mst = nla_nest_start(skb, IFLA_BRIDGE_MST);
	entry = nla_nest_start(skb, IFLA_BRIDGE_MST_ENTRY);
	nla_put_u16(skb, IFLA_BRIDGE_MST_ENTRY_MSTI, msti);
	nla_put_u8(skb, IFLA_BRIDGE_MST_ENTRY_STATE, state);
	nla_nest_end(skb, entry);
	nla_nest_end(skb, mst);
	nla_nest_end(skb, spec);
	return kt_nl_talk(skb);
}

/**
 * nftsw_kt_fdb() - bridge fdb add or del, master
 * @dev: bridge port
 * @mac: address
 * @vid: VLAN, or 0
 * @state: NUD_NOARP for static
 * @flags: NTF_*
 * @add: add it
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_fdb(struct net_device *dev, const u8 *mac, u16 vid, u16 state, u8 flags,
		 bool add)
{
	struct ndmsg ndm = {
		.ndm_family = PF_BRIDGE, .ndm_ifindex = dev->ifindex, .ndm_state = state,
		.ndm_flags = NTF_MASTER | flags,
	};
	struct sk_buff *skb;

	skb = kt_nl_new(add ? RTM_NEWNEIGH : RTM_DELNEIGH, add ? NLM_F_CREATE | NLM_F_REPLACE :
			0, &ndm, sizeof(ndm));
	nla_put(skb, NDA_LLADDR, ETH_ALEN, mac);
	if (vid)
		nla_put_u16(skb, NDA_VLAN, vid);
	return kt_nl_talk(skb);
}

/* @e: whose group is there, and the rest is not */
static int kt_mdb(struct net_device *br, struct net_device *port, struct br_mdb_entry *e, u16 vid,
		  bool add)
{
	struct br_port_msg bpm = { .family = PF_BRIDGE, .ifindex = br->ifindex };
	struct sk_buff *skb;

	e->ifindex = port->ifindex;
	e->vid = vid;
	e->state = port == br ? MDB_TEMPORARY : MDB_PERMANENT;
	skb = kt_nl_new(add ? RTM_NEWMDB : RTM_DELMDB, add ? NLM_F_CREATE | NLM_F_EXCL : 0,
			&bpm, sizeof(bpm));
	nla_put(skb, MDBA_SET_ENTRY, sizeof(*e), e);
	return kt_nl_talk(skb);
}

/**
 * nftsw_kt_mdb() - bridge mdb add or del
 * @br: bridge
 * @port: its port, or itself
 * @group: IPv4 group
 * @vid: VLAN, or 0
 * @add: add it
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_mdb(struct net_device *br, struct net_device *port, __be32 group, u16 vid,
		 bool add)
{
	struct br_mdb_entry e = { .addr.proto = htons(ETH_P_IP) };

	e.addr.u.ip4 = group;
	return kt_mdb(br, port, &e, vid, add);
}

/**
 * nftsw_kt_mdb6() - the same with IPv6
 * @br: bridge
 * @port: its port, or itself
 * @group: IPv6 group
 * @vid: VLAN, or 0
 * @add: add it
 *
 * Return: 0 or a negative errno.
 */
int nftsw_kt_mdb6(struct net_device *br, struct net_device *port,
		  const struct in6_addr *group, u16 vid, bool add)
{
	struct br_mdb_entry e = { .addr.proto = htons(ETH_P_IPV6) };

	e.addr.u.ip6 = *group;
	return kt_mdb(br, port, &e, vid, add);
}

/**
 * nftsw_kt_mdb_offloaded() - bridge mdb get: does the chip forward a group to a port?
 * @br: bridge
 * @group: IPv4 group that has one member
 * @vid: VLAN, or 0
 *
 * Return: whether the bridge has been told so; a negative errno: it does not have the group.
 */
int nftsw_kt_mdb_offloaded(struct net_device *br, __be32 group, u16 vid)
{
	struct br_port_msg bpm = { .family = PF_BRIDGE, .ifindex = br->ifindex };
	struct sk_buff *skb = kt_nl_new(RTM_GETMDB, 0, &bpm, sizeof(bpm));
	struct br_mdb_entry e = { .vid = vid, .addr.proto = htons(ETH_P_IP) };
	struct kt_nl_answer *a = kzalloc(sizeof(*a), GFP_KERNEL);
	const struct nlattr *nla;
	const struct nlmsghdr *nlh = &a->nlh;
	int err;

	e.addr.u.ip4 = group;
	nla_put(skb, MDBA_GET_ENTRY, sizeof(e), &e);
	err = kt_nl_ask(skb, a, RTM_NEWMDB);
	if (err)
		goto out_free;
	err = -ENOENT;
	nla = nlmsg_find_attr(nlh, sizeof(bpm), MDBA_MDB);
	nla = nla ? nla_find_nested(nla, MDBA_MDB_ENTRY) : NULL;
	nla = nla ? nla_find_nested(nla, MDBA_MDB_ENTRY_INFO) : NULL;
	if (nla)
		err = !!(((const struct br_mdb_entry *)nla_data(nla))->flags & MDB_FLAGS_OFFLOAD);
out_free:
	kfree(a);
	return err;
}
