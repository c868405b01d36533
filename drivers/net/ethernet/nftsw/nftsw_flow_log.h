/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What became of the kernel's requests to offload flows: counted, and the last refusals
 * kept in words.
 */
#ifndef NFTSW_FLOW_LOG_H
#define NFTSW_FLOW_LOG_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include "nftsw_flow_parse.h"

/* Refusals that are kept in words. */
#define NFTSW_FLOW_LOG_COUNT	16

/* X(SYMBOL, "name in debugfs", "meaning"), each counted since probe. */
#define NFTSW_FLOW_EVENTS(X) \
	X(BOUND, "bound", "ports bound to a flowtable") \
	X(UNBOUND, "unbound", "ports unbound from a flowtable") \
	X(REPLACED, "replaced", "flows written to the chip") \
	X(UPDATED, "updated", "flows written again because something changed") \
	X(REPEATED, "repeated", "requests for what the chip already had") \
	X(REFUSED, "refused", "requests that the chip cannot do, see below") \
	X(FULL, "table_full", "flows that the table had no room for") \
	X(FAILED, "failed", "flows lost to a fault: memory, chip or its absence") \
	X(DISPLACED, "displaced", "flows whose frames a newer flow claimed") \
	X(DESTROYED, "destroyed", "flows deleted by the kernel") \
	X(PURGED, "purged", "flows deleted with their flowtable or port") \
	X(UNKNOWN, "unknown", "requests about flows that are not offloaded") \
	X(STALE, "stale", "deletions that the chip did not answer, tried again") \
	X(STALE_NEIGH, "stale_neigh", "flows whose next hop has another MAC address, or failed") \
	X(STALE_FDB, "stale_fdb", "flows whose next hop is at another bridge port, or unknown") \
	X(STALE_PATH, "stale_path", "refused flows whose path would be the chip's by now") \
	X(STALE_ROUTE, "stale_route", "flows whose route or routing rules changed") \
	X(STALE_VLAN, "stale_vlan", "flows whose port changed bridge, VLAN or STP state") \
	X(STALE_MTU, "stale_mtu", "flows whose port, or what is above it, has another MTU") \
	X(STALE_MAC, "stale_mac", "flows that leave with a MAC address the router has given up") \
	X(ROOM, "room_changes", "uevents about how full the table is") \
	X(ENDED, "ended", "flows that left the chip at a SYN, FIN or RST")

#define NFTSW_X_FLOW_EVENT(sym, name, doc)	NFTSW_FLOW_EVENT_##sym,
enum nftsw_flow_event {
	NFTSW_FLOW_EVENTS(NFTSW_X_FLOW_EVENT)
	NFTSW_FLOW_EVENT_COUNT
};

/**
 * struct nftsw_flow_log_entry - one refusal, or fault
 * @jiffies: when
 * @refusal: why; of a fault, its id is NONE
 */
struct nftsw_flow_log_entry {
	unsigned long jiffies;
	struct nftsw_flow_refusal refusal;
};

/**
 * struct nftsw_flow_log - what became of requests
 * @events: how many of each kind
 * @refusals: of these REFUSED, by reason
 * @lock: protects the members below
 * @next: place of the next refusal in @last
 * @count: refusals in @last
 * @last: the last refusals, a ring
 */
struct nftsw_flow_log {
	atomic64_t events[NFTSW_FLOW_EVENT_COUNT];
	atomic64_t refusals[NFTSW_FLOW_REFUSAL_COUNT];
	spinlock_t lock; /* protects the members below */
	u32 next;
	u32 count;
	struct nftsw_flow_log_entry last[NFTSW_FLOW_LOG_COUNT];
};

void nftsw_flow_log_init(struct nftsw_flow_log *log);
void nftsw_flow_log_event(struct nftsw_flow_log *log, enum nftsw_flow_event ev,
			  u32 n);
void nftsw_flow_log_refuse(struct nftsw_flow_log *log,
			   const struct nftsw_flow_refusal *refusal);
void nftsw_flow_log_fail(struct nftsw_flow_log *log, int err);
u64 nftsw_flow_log_get(struct nftsw_flow_log *log, enum nftsw_flow_event ev);
u64 nftsw_flow_log_refused(struct nftsw_flow_log *log,
			   enum nftsw_flow_refusal_id id);
const char *nftsw_flow_log_name(enum nftsw_flow_event ev);
u32 nftsw_flow_log_last(struct nftsw_flow_log *log,
			struct nftsw_flow_log_entry last[NFTSW_FLOW_LOG_COUNT]);

#endif /* NFTSW_FLOW_LOG_H */
