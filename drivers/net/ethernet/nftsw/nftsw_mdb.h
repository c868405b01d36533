/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Multicast groups of bridges on the chip.  Floor 1; see the essay at the head of nftsw_mdb.c.
 * RTNL protects everything here.
 */
#ifndef NFTSW_MDB_H
#define NFTSW_MDB_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <nftsw/bridge.h>

struct nftsw_bport;
struct nftsw_bridge;
struct nftsw_bridges;
struct switchdev_obj_port_mdb;

/**
 * struct nftsw_mdb - a group
 * @node: in nftsw_bridge.mdb
 * @mac: its address
 * @vid: VLAN, or 0
 * @host: the CPU is a member
 * @host_suspect: perhaps no more
 * @ports: members
 * @suspect: of these, the ones that may have left
 * @on_chip: the chip has @hw
 * @unsure: or it has not, or has another one: a command has failed
 * @hw: as the chip was told
 */
struct nftsw_mdb {
	struct hlist_node node;
	u8 mac[ETH_ALEN];
	u16 vid;
	bool host;
	bool host_suspect;
	DECLARE_BITMAP(ports, NFTSW_MAX_BR_PORTS);
	DECLARE_BITMAP(suspect, NFTSW_MAX_BR_PORTS);
	bool on_chip;
	bool unsure;
	struct nftsw_hw_mdb hw;
};

/* nftsw_mdb.c: floor 4 */
int nftsw_mdb_change(struct nftsw_bridge *br, struct nftsw_bport *bp,
		     const struct switchdev_obj_port_mdb *mdb, bool add);
void nftsw_mdb_sync_vid(struct nftsw_bridge *br, u16 vid);
void nftsw_mdb_sync_all(struct nftsw_bridge *br);
void nftsw_mdb_retry(struct nftsw_bridge *br);
int nftsw_mdb_look(struct nftsw_bridge *br);
bool nftsw_mdb_router(const struct nftsw_bridge *br, struct net_device *dev);
void nftsw_mdb_leave_vid(struct nftsw_bridge *br, u16 vid);
void nftsw_mdb_port_gone(struct nftsw_bridge *br, u16 nr);
void nftsw_mdb_clear(struct nftsw_bridge *br);
void nftsw_mdb_forget(struct nftsw_bridges *brs);
void nftsw_mdb_lost_sync(struct nftsw_bridges *brs);
void nftsw_mdb_init(struct nftsw_bridges *brs);
void nftsw_mdb_fini(struct nftsw_bridges *brs);

#endif /* NFTSW_MDB_H */
