/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver's table of offloaded flows: what it is made of.  Floor 4; see the essay at
 * the head of nftsw_flow.c.  What may be done with it is in nftsw_flow.h.
 */
#ifndef NFTSW_FLOW_TABLE_H
#define NFTSW_FLOW_TABLE_H

#include <linux/bitmap.h>
#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "nftsw.h"
#include "nftsw_flow_detour.h"
#include "nftsw_flow_log.h"
#include "nftsw_flow_parse.h"

/* Age of the counters that STATS reports, at most, in ms. */
#define NFTSW_FLOW_CTR_MS	1000

/* Lists of flows by destination address; a power of two. */
#define NFTSW_FLOW_MACS		512

/**
 * enum nftsw_flow_state - where a flow is in its life
 * @NFTSW_FLOW_NEW: being written for the first time
 * @NFTSW_FLOW_OFFLOADED: in the chip
 * @NFTSW_FLOW_DISPLACED: not in the chip: a newer flow claims the same frames
 * @NFTSW_FLOW_ENDED: not in the chip: its connection begins anew or ends, in software
 * @NFTSW_FLOW_STALE: gone for the kernel, but the chip did not answer the deletion;
 *	keeps its entry number until it has
 * @NFTSW_FLOW_DEAD: gone
 */
enum nftsw_flow_state {
	NFTSW_FLOW_NEW,
	NFTSW_FLOW_OFFLOADED,
	NFTSW_FLOW_DISPLACED,
	NFTSW_FLOW_ENDED,
	NFTSW_FLOW_STALE,
	NFTSW_FLOW_DEAD,
};

/**
 * enum nftsw_flow_room - how full the table is
 * @NFTSW_FLOW_ROOM_FREE: there is room
 * @NFTSW_FLOW_ROOM_PRESSURE: more than 90 % is in use, and has not fallen to 80 % since
 * @NFTSW_FLOW_ROOM_FULL: a flow was refused a moment ago
 */
enum nftsw_flow_room {
	NFTSW_FLOW_ROOM_FREE,
	NFTSW_FLOW_ROOM_PRESSURE,
	NFTSW_FLOW_ROOM_FULL,
};

/**
 * struct nftsw_flow_id - what the kernel calls a flow
 * @block: tag of the flowtable's block
 * @cookie: one direction of a flow; reused as soon as it is freed
 */
struct nftsw_flow_id {
	unsigned long block;
	unsigned long cookie;
};

/**
 * struct nftsw_flow_ctr - packets and octets
 * @packets: packets
 * @octets: octets of IP
 */
struct nftsw_flow_ctr {
	u64 packets;
	u64 octets;
};

/**
 * struct nftsw_flow - one direction of an offloaded connection
 * @node: in &nftsw_flow_table.by_id
 * @match_node: in &nftsw_flow_table.by_match while @owner is set
 * @id: what the kernel calls it
 * @ref: users; the table is one
 * @index: entry number on the chip
 * @lock: held over everything that is done to the entry on the chip; protects @state,
 *	@dirty, @rekey, @ended, @in_chip, @written, @hw_mtu.  Never two flows' locks at a
 *	time.
 * @state: see there
 * @dirty: @spec has changed since the chip was told
 * @rekey: its match has
 * @ended: since the kernel's last request, SYN, FIN or RST has been seen
 * @in_chip: the chip may have the entry
 * @written: when the chip took the entry last, in jiffies
 * @hw_mtu: MTU in the chip's entry
 * @owner: the newest flow with this match; under &nftsw_flow_table.lock
 * @spec: what the rule says; written under @lock and &nftsw_flow_table.lock
 * @ctr_lock: protects the members below
 * @gen: cookie of the entry on the chip: new with every key, so that counters of a
 *	recycled entry cannot be mistaken for this flow's
 * @base: counted under former values of @gen
 * @ctr: counted under @gen, as of the last look
 * @reported: told to the kernel
 * @hit_ns: chip time of the last hit, 0 = none
 * @lastused: the same in jiffies, for people
 * @created: when it was made, in jiffies
 * @mac_node: in &nftsw_flow_table.by_dmac; under &nftsw_flow_table.lock, as the next two
 * @in_node: in &nftsw_flow_table.by_iport
 * @out_node: in &nftsw_flow_table.by_oport
 * @purge_node: on the list of a purge in progress
 * @rcu: lookups by @id take no lock
 */
struct nftsw_flow {
	struct rhash_head node;
	struct rhash_head match_node;
	struct nftsw_flow_id id;
	refcount_t ref;
	u32 index;
	struct mutex lock; /* serialises what is done to the entry on the chip */
	enum nftsw_flow_state state;
	bool dirty;
	bool rekey;
	bool ended;
	bool in_chip;
	bool owner;
	u16 hw_mtu;
	unsigned long written;
	struct nftsw_flow_spec spec;
	spinlock_t ctr_lock; /* protects the members below */
	u64 gen;
	struct nftsw_flow_ctr base;
	struct nftsw_flow_ctr ctr;
	struct nftsw_flow_ctr reported;
	u64 hit_ns;
	u64 lastused;
	u64 created;
	struct hlist_node mac_node;
	struct hlist_node in_node;
	struct hlist_node out_node;
	struct list_head purge_node;
	struct rcu_head rcu;
};

/**
 * struct nftsw_flow_index - numbers of the chip's entries
 * @lock: protects all below
 * @flows: flows by number, for readers under RCU
 * @free: stack of the numbers that were given back
 * @size: entries that the chip has
 * @freed: length of @free
 * @top: numbers from here on are free, and not in @free
 * @used: numbers in use
 */
struct nftsw_flow_index {
	spinlock_t lock; /* protects all below */
	struct nftsw_flow __rcu **flows;
	u32 *free;
	u32 size;
	u32 freed;
	u32 top;
	u32 used;
};

/**
 * struct nftsw_flow_tails - counters of flows that have left, and that the kernel may ask for yet
 * @lock: protects all below
 * @count: how many there are
 * @by_cookie: them, by cookie
 */
struct nftsw_flow_tails {
	spinlock_t lock; /* protects all below */
	u32 count;
	DECLARE_HASHTABLE(by_cookie, 12);
};

/**
 * struct nftsw_flow_table - the offloaded flows of one chip
 * @ns: chip
 * @index: flows by entry number; also says which numbers are free
 * @by_id: flows that the kernel knows
 * @by_match: of these, the ones that claim frames; under @lock
 * @by_dmac: flows that have a rule, by the address they are sent to
 * @dmac_hit: lists of @by_dmac with a flow that the chip has forwarded packets of; atomic bits
 * @by_iport: the same flows by the port where they come in
 * @by_oport: the same flows by the port where they leave
 * @lock: protects @by_match, by_dmac, by_iport, by_oport, and what says so in &struct nftsw_flow;
 *	never held over a command
 * @sweep_sem: held for reading while a flow is offloaded, for writing while the chip
 *	deletes by a condition that new flows may meet; before &nftsw_flow.lock
 * @teardown: make netfilter forget a flow whose path is no longer true; called with
 *	&nftsw_flow.lock held, so that netfilter cannot have freed it; NULL: nobody to tell
 * @tells: does their tag tell that frames, which leave through or come to a port, are in no other
 *	VLAN of a bridge?  One that the bridge does not know may be a customer's, in any VLAN
 * @stopped: the chip takes no flows: it is being reset, or is gone; under @lock
 * @blocked: how many reasons forbid flows through a port; under @lock
 * @offload_off: ports with hw-tc-offload off; under @lock
 * @mtu: IP MTU of the ports and LAGs
 * @gen: last value of &nftsw_flow.gen
 * @block_tag: last block tag
 * @stale: flows in state STALE
 * @room: as told to user space; written under @room_lock
 * @room_lock: held while @room is judged and told, which may sleep
 * @refused_at: when a flow last found no room, in jiffies; under @room_lock
 * @tails: what flows that the kernel keeps had counted when they left
 * @log: what became of requests
 * @detours: refused flows that were begun anew
 * @work: keeps counters fresh and gets rid of stale entries
 * @ended: entry numbers at which SYN, FIN or RST has been seen, for @ended_work
 * @ended_work: takes them out of the chip
 * @ctrs: DMA memory that the chip writes counters to
 * @ctrs_dma: its address
 * @ctrs_lock: protects @ctrs and @ctrs_since
 * @ctrs_since: chip time of the last complete fetch: who was not hit since is up to date
 * @cache: where flows come from
 */
struct nftsw_flow_table {
	struct nftsw *ns;
	struct nftsw_flow_index index;
	struct rhashtable by_id;
	struct rhashtable by_match;
	struct hlist_head by_dmac[NFTSW_FLOW_MACS];
	DECLARE_BITMAP(dmac_hit, NFTSW_FLOW_MACS);
	struct hlist_head by_iport[NFTSW_MAX_LOGICAL];
	struct hlist_head by_oport[NFTSW_MAX_LOGICAL];
	spinlock_t lock; /* protects by_*, and what is said above */
	struct rw_semaphore sweep_sem; /* new flows against a sweep of the chip */
	void (*teardown)(struct nftsw *ns, const struct nftsw_flow_id *id);
	bool (*tells)(const struct nftsw *ns, struct net_device *bridge, u16 port, u16 vid);
	bool stopped;
	u32 blocked[NFTSW_MAX_LOGICAL];
	DECLARE_BITMAP(offload_off, NFTSW_MAX_PORTS);
	u32 mtu[NFTSW_MAX_LOGICAL];
	atomic64_t gen;
	atomic_t block_tag;
	atomic_t stale;
	enum nftsw_flow_room room;
	struct mutex room_lock; /* protects room, refused_at */
	u64 refused_at;
	struct nftsw_flow_tails tails;
	struct nftsw_flow_log log;
	struct nftsw_flow_detours detours;
	struct delayed_work work;
	unsigned long *ended;
	struct work_struct ended_work;
	struct nftsw_hw_flow_ctrs *ctrs;
	dma_addr_t ctrs_dma;
	struct mutex ctrs_lock; /* protects ctrs, ctrs_since */
	u64 ctrs_since;
	struct kmem_cache *cache;
};

#endif /* NFTSW_FLOW_TABLE_H */
