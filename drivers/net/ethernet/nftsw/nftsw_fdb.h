/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts of bridges on the chip.  Floor 1; see the essay at the head of nftsw_fdb.c.  RTNL
 * protects everything here unless it says otherwise.
 */
#ifndef NFTSW_FDB_H
#define NFTSW_FDB_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <nftsw/bridge.h>

struct nftsw_bport;
struct nftsw_bridge;
struct nftsw_bridges;
struct nftsw_fid;
struct switchdev_notifier_fdb_info;

/**
 * struct nftsw_fdb_entry - a host that the chip knows, as far as the driver knows
 * @node: in nftsw_fdb.hosts
 * @list: in nftsw_fid.hosts, where those that the chip has learned come last
 * @f: where it is
 * @key: FID and address
 * @port: bridge port, or NFTSW_FDB_CPU
 * @flags: NFTSW_FDB_*
 * @local: an address of the switch itself
 * @seen: a dump that is under way has it
 */
struct nftsw_fdb_entry {
	struct rhash_head node;
	struct list_head list;
	struct nftsw_fid *f;
	u64 key;
	u16 port;
	u16 flags;
	bool local;
	bool seen;
};

/* Things that may wait. */
#define NFTSW_FDB_TODO		65536
/* Hosts of one command. */
#define NFTSW_FDB_BATCH		32

/**
 * struct nftsw_fdb - hosts
 * @lock: protects @todo and @todo_count; any context but hard interrupts
 * @todo: what bridges and chip have said, in order
 * @todo_count: length of @todo
 * @work: looks at @todo
 * @nb: for hosts that are told again
 * @hosts: what is on the chip
 * @count: how many; read without a lock
 * @forgotten_ns: chip time when hosts were last deleted
 * @lost: chip and bridges may differ; without a lock
 * @dropped: what bridges have said, without room to remember it: they are to tell again; without
 *	a lock
 * @unheard: the same, of hosts that are gone: none tells of those again; without a lock
 * @full: the chip had no room, which was told
 * @refused: there are hosts that had no room
 * @refused_count: @count when that was last so: they are told again when there are fewer
 * @set_count: length of @set
 * @del_count: length of @del
 * @set: hosts to write; there is nothing to delete then
 * @del: hosts to delete
 */
struct nftsw_fdb {
	spinlock_t lock; /* protects todo and todo_count */
	struct list_head todo;
	u32 todo_count;
	struct work_struct work;
	struct notifier_block nb;
	struct rhashtable hosts;
	u32 count;
	u64 forgotten_ns;
	bool lost;
	bool dropped;
	bool unheard;
	bool full;
	bool refused;
	u32 refused_count;
	u32 set_count;
	u32 del_count;
	struct nftsw_hw_fdb set[NFTSW_FDB_BATCH];
	struct nftsw_hw_fdb del[NFTSW_FDB_BATCH];
};

/* nftsw_fdb_table.c: floor 4 */
int nftsw_fdb_table_init(struct nftsw_bridges *brs);
void nftsw_fdb_table_fini(struct nftsw_bridges *brs);
struct nftsw_fdb_entry *nftsw_fdb_find(struct nftsw_bridges *brs, u16 fid, const u8 *mac);
struct nftsw_fdb_entry *nftsw_fdb_new(struct nftsw_fid *f, const u8 *mac);
struct net_device *nftsw_fdb_dev(const struct nftsw_fdb_entry *e);
void nftsw_fdb_say(const struct nftsw_fdb_entry *e, unsigned long event,
		   struct net_device *dev);
void nftsw_fdb_put(struct nftsw_fdb_entry *e, u16 port, u16 flags);
void nftsw_fdb_announce(struct nftsw_fdb_entry *e);
void nftsw_fdb_set(struct nftsw_fdb_entry *e);
void nftsw_fdb_del(struct nftsw_fdb_entry *e);
void nftsw_fdb_drop(struct nftsw_fdb_entry *e);
void nftsw_fdb_flush_batch(struct nftsw_bridges *brs);
void nftsw_fdb_refused(struct nftsw_bridges *brs, u32 count);
void nftsw_fdb_forget(struct nftsw_fid *f, int nr, struct net_device *dev, bool learned);
void nftsw_fdb_start(struct nftsw_bridges *brs);
void nftsw_fdb_flush_fid(struct nftsw_fid *f, u16 nr);
void nftsw_fdb_flush_learned(struct nftsw_bport *bp, u8 msti);
void nftsw_fdb_flush_port(struct nftsw_bport *bp);
void nftsw_fdb_reconcile(struct nftsw_bridges *brs);
void nftsw_fdb_look(struct nftsw_bridges *brs);

/* nftsw_fdb.c: floor 4 */
int nftsw_fdb_init(struct nftsw_bridges *brs);
void nftsw_fdb_fini(struct nftsw_bridges *brs);
int nftsw_fdb_notify(struct nftsw_bridges *brs, unsigned long event,
		     const struct switchdev_notifier_fdb_info *info);
void nftsw_fdb_kick(struct nftsw_bridges *brs);
void nftsw_fdb_retry(struct nftsw_bridges *brs);
void nftsw_fdb_local0_set(struct nftsw_bridge *br, bool on);
void nftsw_fdb_stop(struct nftsw_bridges *brs);

#endif /* NFTSW_FDB_H */
