/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver's objects, and every function that one of its files offers to the
 * floors above.  Floor 1.  Functions are documented where they are defined.
 *
 * Locks, outermost first: devlink instance, RTNL, nftsw_port.lock, the flow table's
 * own, the command queue's spinlock.  What a flow callback can reach takes neither
 * of the first two.
 */
#ifndef NFTSW_H
#define NFTSW_H

#include <linux/bitmap.h>
#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/seq_file.h>
#include <linux/workqueue.h>
#include <net/devlink.h>
#include <nftsw/acl.h>
#include <nftsw/counters.h>
#include <nftsw/desc.h>
#include <nftsw/regs.h>
#include <nftsw/tbl.h>
#include "nftsw_bus.h"

#define NFTSW_DRV_NAME		"nftsw"

/* Addresses of a port in the chip besides the netdev's; two places are kept free. */
#define NFTSW_PORT_UPPERS	(NFTSW_RMAC_PER_PORT - 3)

struct dentry;
struct flow_block_offload;
struct nftsw;
struct nftsw_acl;
struct nftsw_bridges;
struct nftsw_cmdq;
struct nftsw_events;
struct nftsw_flow_table;
struct nftsw_health;
struct nftsw_lags;
struct nftsw_stats;
struct nftsw_tc;
struct nftsw_topo;
struct nftsw_txrx;

/**
 * struct nftsw_info - what the chip says about itself
 * @abi: NFTSW_ABI
 * @rev: NFTSW_REV
 * @caps: NFTSW_CAPS_*
 * @ports: number of ports
 * @queues: queue pairs in use: the chip's, or fewer when vectors are short
 * @flows: flow entries
 * @lags: link aggregation groups
 * @acls: rules of the access control list
 * @fdb: hosts of the forwarding database; 0: the chip has no bridge
 * @max_frame: largest frame in octets, without FCS
 * @serial: serial number
 * @mac: base address; port p has @mac + p
 */
struct nftsw_info {
	u32 abi;
	u32 rev;
	u32 caps;
	u32 ports;
	u32 queues;
	u32 flows;
	u32 lags;
	u32 acls;
	u32 fdb;
	u32 max_frame;
	u64 serial;
	u8 mac[ETH_ALEN];
};

/**
 * struct nftsw_port_ctrs - software's view of a port's counters
 * @ctr: totals since probe, indexed by enum nftsw_pctr; they go on over resets
 */
struct nftsw_port_ctrs {
	u64 ctr[NFTSW_PCTR_COUNT];
};

/**
 * struct nftsw_policer - how many frames of a trap group may go to the CPU
 * @rate: frames a second, 0 = as many as come
 * @burst: frames at once, at least 1
 */
struct nftsw_policer {
	u32 rate;
	u32 burst;
};

/**
 * enum nftsw_fault - faults that the driver reports to devlink health
 * @NFTSW_FAULT_CMD_TIMEOUT: a command was not answered
 * @NFTSW_FAULT_CHIP: the chip sent a HEALTH event of severity ERROR or FATAL
 * @NFTSW_FAULT_RX: an RX queue cannot be trusted any more
 * @NFTSW_FAULT_TX: a TX queue is stuck
 * @NFTSW_FAULT_COUNT: number of faults
 */
enum nftsw_fault {
	NFTSW_FAULT_CMD_TIMEOUT,
	NFTSW_FAULT_CHIP,
	NFTSW_FAULT_RX,
	NFTSW_FAULT_TX,
	NFTSW_FAULT_COUNT,
};

/**
 * struct nftsw_nf_ops - what the driver asks of netfilter
 * @dying: has netfilter given up the flow, or deleted it?  Inside a callback about it
 * @mtu: IP MTU of the flow's route: of the route itself, or of the device that it leaves through,
 *	the topmost one (bridge, VLAN, PPP); 0 = unknown.  Inside a callback about it
 * @session: PPPoE session that the flow's frames come in, 0 = none; -EOPNOTSUPP when they come in
 *	something that a rule has no words for.  Inside a callback about it
 * @other: cookie of the flow's other direction.  Inside a callback about it
 * @teardown: have netfilter give up the flow and look for its path anew; it cannot be
 *	freed meanwhile
 */
struct nftsw_nf_ops {
	bool (*dying)(unsigned long cookie);
	unsigned long (*other)(unsigned long cookie);
	u16 (*mtu)(unsigned long cookie);
	int (*session)(unsigned long cookie);
	void (*teardown)(unsigned long cookie);
};

/**
 * struct nftsw - one chip
 * @bus: how to reach it
 * @dev: device for DMA and messages
 * @devlink: its devlink instance; this structure is its private part
 * @netdev_ops: of every port's netdev; says which netdevs are ours
 * @info: what the chip can do; constant after probe
 * @ports: indexed by port number; constant between port init and fini
 * @wq: for work that may send commands
 * @cmdq: command queue
 * @events: event ring
 * @txrx: packet rings
 * @stats: port counter cache
 * @flow: offloaded flows
 * @acl: offloaded rules of chains and filters; NULL when the chip has no room for any
 * @lags: bonds and teams over the ports
 * @bridges: bridges over the ports; NULL when the chip has no bridge
 * @tc: blocks bound to this chip
 * @policers: of each trap group; the chip forgets its own at a reset
 * @nf: netfilter
 * @topo: what is above the ports; while there are ports; set and cleared under RTNL
 * @topo_nb: tells @topo of devices, under RTNL; registered as long as the driver has the chip
 * @traps: devlink knows the trap groups and their policers
 * @region: devlink's snapshots of the registers
 * @health: devlink health reporter
 * @debugfs: folder of this chip
 * @reload_down: stop the chip; the netdevs stay, or go as well; devlink lock held
 * @reload_up: reset the chip, create the netdevs if there are none, and bring it to
 *	the state that they want
 * @mirror_set: have copies of what leaves a port leave another one, too; @to is 1 + its
 *	number, 0 = none
 * @fault: tell devlink health about a fault, any context; NULL before there is one
 * @flow_ended: a frame with SYN, FIN or RST has matched that flow entry, from NAPI; NULL
 *	while flows are not taken
 * @lost_lock: protects @lost
 * @lost: memory that the chip may write to until its next reset; see nftsw_reg_lose()
 * @irqs: how often each vector's handler ran; not locked, for the self-test
 * @time_lock: serialises reads of the TIME pair
 * @down: the chip is stopped for reset, sleep or removal
 */
struct nftsw {
	struct nftsw_bus *bus;
	struct device *dev;
	struct devlink *devlink;
	const struct net_device_ops *netdev_ops;
	struct nftsw_info info;
	struct nftsw_port **ports;
	struct workqueue_struct *wq;
	struct nftsw_cmdq *cmdq;
	struct nftsw_events *events;
	struct nftsw_txrx *txrx;
	struct nftsw_stats *stats;
	struct nftsw_flow_table *flow;
	struct nftsw_acl *acl;
	struct nftsw_lags *lags;
	struct nftsw_bridges *bridges;
	struct nftsw_tc *tc;
	struct nftsw_policer policers[NFTSW_GROUP_COUNT];
	const struct nftsw_nf_ops *nf;
	struct nftsw_topo *topo;
	struct notifier_block topo_nb;
	bool traps;
	struct devlink_region *region;
	struct nftsw_health *health;
	struct dentry *debugfs;
	void (*reload_down)(struct nftsw *ns, bool ports);
	int (*reload_up)(struct nftsw *ns);
	int (*mirror_set)(struct nftsw_port *np, u16 to);
	void (*fault)(struct nftsw *ns, enum nftsw_fault fault, u32 arg);
	void (*flow_ended)(struct nftsw *ns, u32 index);
	spinlock_t lost_lock; /* protects lost */
	struct list_head lost;
	u32 irqs[NFTSW_MAX_VECTORS];
	spinlock_t time_lock; /* serialises reads of the TIME pair */
	bool down;
};

/**
 * struct nftsw_port - one port; private part of its netdev
 * @ns: chip
 * @dev: netdev
 * @devlink_port: devlink port
 * @port: number on the chip
 * @registered: the netdev is registered
 * @lock: protects what the chip knows of the port: the members below
 * @rmac: addresses that the chip has besides @router_mac, @rmac_count of them
 * @rmac_routed: which of these it routes
 * @rmac_count: length of @rmac
 * @router_mac: the netdev's address, which the chip routes
 * @uppers: addresses of devices above, to be routed, too
 * @upper_count: length of @uppers
 * @promisc: the chip hands all unicast to the CPU
 * @max_frame: the chip's frame limit
 * @mirror: 1 + the port that gets copies of what leaves this one, 0 = none
 * @mirror_cookie: of the filter that says so; under RTNL
 * @rx_mode_work: brings @rmac and @promisc up to date
 */
struct nftsw_port {
	struct nftsw *ns;
	struct net_device *dev;
	struct devlink_port devlink_port;
	u16 port;
	bool registered;
	struct mutex lock; /* protects the members below */
	u8 rmac[NFTSW_RMAC_PER_PORT][ETH_ALEN];
	DECLARE_BITMAP(rmac_routed, NFTSW_RMAC_PER_PORT);
	u32 rmac_count;
	u8 router_mac[ETH_ALEN];
	u8 uppers[NFTSW_PORT_UPPERS][ETH_ALEN];
	u32 upper_count;
	bool promisc;
	u32 max_frame;
	u16 mirror;
	unsigned long mirror_cookie;
	struct work_struct rx_mode_work;
};

/**
 * nftsw_port_get() - the port behind a netdev
 * @ns: chip
 * @dev: any netdev
 *
 * Return: the port when @dev is one of this chip's, else NULL.
 */
static inline struct nftsw_port *nftsw_port_get(const struct nftsw *ns,
						const struct net_device *dev)
{
	struct nftsw_port *np;

	if (!dev || dev->netdev_ops != ns->netdev_ops)
		return NULL;
	np = netdev_priv(dev);
	return np->ns == ns ? np : NULL;
}

/**
 * nftsw_irq_seen() - note that the handler of a vector runs
 * @ns: chip
 * @vec: vector
 */
static inline void nftsw_irq_seen(struct nftsw *ns, u32 vec)
{
	WRITE_ONCE(ns->irqs[vec], ns->irqs[vec] + 1);
}

/* nftsw_reg.c: floor 2 */

/**
 * struct nftsw_reg_section - a run of registers
 * @name: what they are
 * @base: offset of the first
 * @words: registers in one instance
 * @stride: distance of instances in bytes
 * @instances: how many there are on this chip
 */
struct nftsw_reg_section {
	const char *name;
	u32 base;
	u32 words;
	u32 stride;
	u32 instances;
};

u32 nftsw_reg_section_count(void);
void nftsw_reg_section_get(const struct nftsw *ns, u32 i,
			   struct nftsw_reg_section *sec);
u32 nftsw_reg_dump_size(const struct nftsw *ns);
void nftsw_reg_dump(struct nftsw *ns, u32 *buf);
int nftsw_reg_test_echo(struct nftsw *ns);
int nftsw_reg_test_dma(struct nftsw *ns);
int nftsw_reg_test_irq(struct nftsw *ns);
int nftsw_reg_wait_ready(struct nftsw *ns);
int nftsw_reg_reset(struct nftsw *ns);
int nftsw_reg_info_read(struct nftsw *ns);
void nftsw_reg_lose(struct nftsw *ns, void *va, dma_addr_t dma, size_t size);
void nftsw_reg_lost_free(struct nftsw *ns);

/* nftsw_cmdq.c: floor 2; the rest of it is in nftsw_hw.h */
int nftsw_cmdq_init(struct nftsw *ns);
void nftsw_cmdq_fini(struct nftsw *ns);
int nftsw_cmdq_start(struct nftsw *ns);
void nftsw_cmdq_stop(struct nftsw *ns);

/* nftsw_event.c: floor 3.  Handlers run in process context and may sleep. */
typedef void (*nftsw_event_fn)(struct nftsw *ns, const struct nftsw_hw_event *ev,
			       void *priv);
int nftsw_event_init(struct nftsw *ns);
void nftsw_event_fini(struct nftsw *ns);
int nftsw_event_start(struct nftsw *ns);
void nftsw_event_stop(struct nftsw *ns);
void nftsw_event_poll(struct nftsw *ns);
int nftsw_event_register(struct nftsw *ns, enum nftsw_event_type type,
			 nftsw_event_fn fn, void *priv);
void nftsw_event_unregister(struct nftsw *ns, enum nftsw_event_type type,
			    nftsw_event_fn fn, void *priv);

/*
 * nftsw_flow.c, nftsw_flow_purge.c: floor 4.  stop: the chip is about to be reset;
 * forget every entry and refuse new ones until start.  mtu_set: the egress limit of a
 * port is now @mtu octets of IP.  purge_port: no entry may use the port any more on return.
 * NFTSW_LAG_PORT() of a LAG is a port here, too.
 */
int nftsw_flow_init(struct nftsw *ns);
void nftsw_flow_fini(struct nftsw *ns);
void nftsw_flow_stop(struct nftsw *ns);
void nftsw_flow_start(struct nftsw *ns);
void nftsw_flow_purge_port(struct nftsw *ns, u16 port);
void nftsw_flow_port_mtu_set(struct nftsw *ns, u16 port, u32 mtu);
u64 nftsw_flow_occ_get(struct nftsw *ns);

/*
 * nftsw_acl.c: floor 4.  stop: the chip is about to be reset; remember every rule.
 * start: write them again.
 */
int nftsw_acl_init(struct nftsw *ns);
void nftsw_acl_fini(struct nftsw *ns);
void nftsw_acl_stop(struct nftsw *ns);
int nftsw_acl_start(struct nftsw *ns);
u64 nftsw_acl_occ_get(struct nftsw *ns);

/* nftsw_nf.c: floor 4 */
extern const struct nftsw_nf_ops nftsw_nf_ops;

/* nftsw_path.c: floor 4 */
int nftsw_path_end(struct net_device *dev, const u8 *mac);
bool nftsw_path_is_told(struct net_device *dev, const u8 *mac);

/* nftsw_txrx.c: floor 4 */
int nftsw_txrx_init(struct nftsw *ns);
void nftsw_txrx_fini(struct nftsw *ns);
int nftsw_txrx_start(struct nftsw *ns);
void nftsw_txrx_stop(struct nftsw *ns);
void nftsw_txrx_port_set(struct nftsw *ns, u16 port, struct net_device *dev);
netdev_tx_t nftsw_txrx_xmit(struct nftsw_port *np, struct sk_buff *skb);
u32 nftsw_txrx_queue_stats_count(const struct nftsw *ns);
void nftsw_txrx_queue_stats_names(const struct nftsw *ns, u8 **data);
void nftsw_txrx_queue_stats(const struct nftsw *ns, u64 *data);
void nftsw_txrx_ring_get(u32 *rx, u32 *tx);
void nftsw_txrx_coalesce_get(const struct nftsw *ns, u32 *usecs, u32 *frames);
int nftsw_txrx_coalesce_set(struct nftsw *ns, u32 usecs, u32 frames);

/* nftsw_stats.c: floor 4 */
int nftsw_stats_init(struct nftsw *ns);
void nftsw_stats_fini(struct nftsw *ns);
void nftsw_stats_start(struct nftsw *ns);
void nftsw_stats_stop(struct nftsw *ns);
int nftsw_stats_refresh(struct nftsw *ns);
void nftsw_stats_get(struct nftsw_port *np, struct nftsw_port_ctrs *ctrs);

/* nftsw_trap.c: floor 4.  What the chip takes (DS 8.2): */
#define NFTSW_TRAP_RATE_MAX	10000000
#define NFTSW_TRAP_BURST_MAX	65536
/* X(SYMBOL, rate, burst): until a user says otherwise; the file says why */
#define NFTSW_TRAP_POLICERS(X) \
	X(LOCAL, 0, 1000) \
	X(CONTROL, 10000, 1000) \
	X(FLOW, 100000, 10000) \
	X(EXCEPTION, 100000, 10000) \
	X(FLOOD, 10000, 1000) \
	X(LEARN, 1000, 100) \
	X(ACL, 100000, 10000)
void nftsw_trap_init(struct nftsw *ns);
int nftsw_trap_start(struct nftsw *ns);
int nftsw_trap_policer_set(struct nftsw *ns, u32 group, const struct nftsw_policer *p);
int nftsw_trap_policer_drops(struct nftsw *ns, u32 group, u64 *drops);

/* nftsw_ethtool.c: floor 5 */
extern const struct ethtool_ops nftsw_ethtool_ops;

/* nftsw_tc.c: floor 5.  Neither RTNL nor devlink lock is taken inside. */
int nftsw_tc_init(struct nftsw *ns);
void nftsw_tc_fini(struct nftsw *ns);
int nftsw_tc_setup(struct nftsw_port *np, enum tc_setup_type type, void *type_data);
int nftsw_tc_offload_set(struct nftsw_port *np, bool on);

/* nftsw_tc_egress.c: floor 4 */
int nftsw_tc_egress_setup(struct nftsw_port *np, struct flow_block_offload *bo);

/* nftsw_tc_block.c: floor 4 */
int nftsw_tc_block_setup(struct nftsw_port *np, struct flow_block_offload *bo);
void nftsw_tc_block_above(struct nftsw *ns, struct net_device *dev,
			  struct netlink_ext_ack *extack);
void nftsw_tc_block_port_gone(struct nftsw_port *np);

/* nftsw_port.c: floor 6 */
int nftsw_port_init(struct nftsw *ns);
void nftsw_port_fini(struct nftsw *ns);
void nftsw_port_detach_all(struct nftsw *ns);
int nftsw_port_attach_all(struct nftsw *ns);
void nftsw_port_uppers_set(struct nftsw_port *np, const u8 (*macs)[ETH_ALEN],
			   u32 count);

/* nftsw_topo.c: floor 6 */
int nftsw_topo_listen(struct nftsw *ns);
void nftsw_topo_ignore(struct nftsw *ns);
int nftsw_topo_init(struct nftsw *ns);
void nftsw_topo_fini(struct nftsw *ns);

/*
 * nftsw_bridge.c: floor 6.  stop: the chip is about to be reset.  start: tell it again.
 */
int nftsw_bridge_init(struct nftsw *ns);
void nftsw_bridge_fini(struct nftsw *ns);
void nftsw_bridge_stop(struct nftsw *ns);
void nftsw_bridge_start(struct nftsw *ns);

/* nftsw_bridge_audit.c: floor 7 */
void nftsw_bridge_occ_get(const struct nftsw *ns, u32 *hosts, u32 *fids, u32 *groups);

/* nftsw_health.c: floor 7 */
int nftsw_health_init(struct nftsw *ns);
void nftsw_health_fini(struct nftsw *ns);
void nftsw_health_start(struct nftsw *ns);
void nftsw_health_stop(struct nftsw *ns);

/* nftsw_devlink.c: floor 8 */
struct nftsw *nftsw_devlink_alloc(struct nftsw_bus *bus);
void nftsw_devlink_free(struct nftsw *ns);
int nftsw_devlink_init(struct nftsw *ns);
void nftsw_devlink_fini(struct nftsw *ns);

/* nftsw_debugfs.c: floor 8 */
void nftsw_debugfs_init(struct nftsw *ns);
void nftsw_debugfs_fini(struct nftsw *ns);

/* nftsw_core.c: floor 9 */
struct nftsw *nftsw_core_probe(struct nftsw_bus *bus);
void nftsw_core_remove(struct nftsw *ns);
void nftsw_core_shutdown(struct nftsw *ns);
void nftsw_core_down(struct nftsw *ns);
int nftsw_core_up(struct nftsw *ns);

#endif /* NFTSW_H */
