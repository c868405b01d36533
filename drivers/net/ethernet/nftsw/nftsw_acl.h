/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules of nft chains and tc filters in the chip.  Floor 4; see the essay at the head of
 * nftsw_acl.c.  What nftsw_core.c and nftsw_devlink.c need is in nftsw.h.
 */
#ifndef NFTSW_ACL_H
#define NFTSW_ACL_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "nftsw.h"
#include "nftsw_acl_parse.h"

struct flow_stats;

/* Age of the counters that STATS reports, at most, in ms. */
#define NFTSW_ACL_CTR_MS	1000
/* While somebody asks again and again, in ms. */
#define NFTSW_ACL_CTR_SOON_MS	20
/* Refusals and failures that are kept in words. */
#define NFTSW_ACL_LOG_COUNT	8
/* Differences that an audit tells one by one. */
#define NFTSW_ACL_AUDIT_LIST	16

/**
 * struct nftsw_acl_id - what the kernel calls a rule, and where it stands
 * @block: tag of its chain's or qdisc's block
 * @cookie: of the rule; reused as soon as it is freed
 * @prio: of the chain or filter, at most 16 bits
 * @ports: ports bound to the block
 * @tc: a filter of tc, which comes before all chains of nft
 */
struct nftsw_acl_id {
	u32 block;
	unsigned long cookie;
	u32 prio;
	u64 ports;
	bool tc;
};

/**
 * struct nftsw_acl_ctr - packets and octets
 * @packets: packets
 * @octets: octets behind the link header
 */
struct nftsw_acl_ctr {
	u64 packets;
	u64 octets;
};

/**
 * struct nftsw_meter - a meter of the chip
 * @police: what it is for
 * @refs: rules that refer to it, 0 = free
 * @base: dropped before the chip's last reset
 * @dropped: dropped since, as of the last look
 * @reported: told to the kernel
 */
struct nftsw_meter {
	struct nftsw_acl_police police;
	u32 refs;
	u64 base;
	u64 dropped;
	u64 reported;
};

/**
 * struct nftsw_acl_rule - an offloaded rule
 * @list: in &nftsw_acl.rules or &nftsw_acl.gone
 * @id: what the kernel calls it
 * @spec: what it says
 * @order: among rules of its block and priority; never used twice
 * @index: rule number on the chip
 * @meter: 1 + the number of its meter, 0 = none
 * @in_chip: the chip has it
 * @unsure: the chip may have it otherwise: a command has failed
 * @gen: cookie of the rule on the chip: a number of its own for each rule
 * @base: counted before the chip's last reset
 * @ctr: counted since, as of the last look
 * @reported: told to the kernel
 * @lastused: last hit in jiffies, 0 = never
 * @gone: when the kernel deleted it, in jiffies
 * @undo: a request was refused since: the kernel may be taking the deletion back
 */
struct nftsw_acl_rule {
	struct list_head list;
	struct nftsw_acl_id id;
	struct nftsw_acl_spec spec;
	u64 order;
	u32 index;
	u32 meter;
	bool in_chip;
	bool unsure;
	u64 gen;
	struct nftsw_acl_ctr base;
	struct nftsw_acl_ctr ctr;
	struct nftsw_acl_ctr reported;
	u64 lastused;
	unsigned long gone;
	bool undo;
};

/**
 * struct nftsw_acl_log_entry - a refusal or failure
 * @jiffies: when
 * @refusal: why; of a failure, its id is NONE
 */
struct nftsw_acl_log_entry {
	unsigned long jiffies;
	struct nftsw_acl_refusal refusal;
};

/**
 * struct nftsw_acl - the offloaded rules of one chip
 * @ns: chip
 * @lock: held over everything that is done to the chip's list; protects all but what
 *	@ctr_lock does
 * @rules: that the kernel knows, in the order in which the chip looks at them
 * @gone: deleted a moment ago, newest first
 * @used: numbers in use
 * @stale: of these, the ones whose deletion the chip did not answer
 * @held: of these, 1 + the meter that each may refer to
 * @meter: the chip's meters; their counters under @ctr_lock
 * @next: last value of &nftsw_acl_rule.order and .gen
 * @block_tag: last block tag
 * @stopped: the chip is being reset, or is gone; changes under both locks
 * @ctr_lock: protects counters, and @rules against STATS, which must not sleep; inside of
 *	@lock
 * @asked: STATS has hurried @work; under @ctr_lock
 * @work: keeps counters fresh, and gets rid of stale rules
 * @ctrs: DMA memory that the chip writes counters to
 * @ctrs_dma: its address
 * @refused: requests by reason
 * @failed: requests lost to a fault
 * @logged: refusals and failures so far
 * @log: the last of them, a ring
 */
struct nftsw_acl {
	struct nftsw *ns;
	struct mutex lock; /* serialises what is done to the chip's list */
	struct list_head rules;
	struct list_head gone;
	DECLARE_BITMAP(used, NFTSW_MAX_ACLS);
	DECLARE_BITMAP(stale, NFTSW_MAX_ACLS);
	u16 held[NFTSW_MAX_ACLS];
	struct nftsw_meter meter[NFTSW_MAX_METERS];
	u64 next;
	u32 block_tag;
	bool stopped;
	spinlock_t ctr_lock; /* protects counters, and rules against STATS */
	bool asked;
	struct delayed_work work;
	struct nftsw_hw_acl_ctrs *ctrs;
	dma_addr_t ctrs_dma;
	u64 refused[NFTSW_ACL_REFUSAL_COUNT];
	u64 failed;
	u32 logged;
	struct nftsw_acl_log_entry log[NFTSW_ACL_LOG_COUNT];
};

/**
 * struct nftsw_acl_audit - does the chip have what the driver believes?
 * @driver: rules that should be on the chip
 * @chip: rules that are
 * @diffs: rules that differ; only the first NFTSW_ACL_AUDIT_LIST are in @diff
 * @diff: how they differ: number and words
 */
struct nftsw_acl_audit {
	u32 driver;
	u32 chip;
	u32 diffs;
	struct {
		u32 index;
		const char *text;
	} diff[NFTSW_ACL_AUDIT_LIST];
};

/* nftsw_meter.c: floor 4 */
int nftsw_meter_get(struct nftsw_acl *acl, const struct nftsw_acl_police *p);
void nftsw_meter_put(struct nftsw_acl *acl, u32 index);
int nftsw_meter_start(struct nftsw_acl *acl);
void nftsw_meter_stop(struct nftsw_acl *acl);
int nftsw_meter_refresh(struct nftsw_acl *acl);
u64 nftsw_meter_drops(struct nftsw_acl *acl, u32 index);

/* nftsw_acl.c: floor 4.  Process context; all but stats wait for the chip. */
u32 nftsw_acl_block_new(struct nftsw *ns);
int nftsw_acl_replace(struct nftsw *ns, const struct nftsw_acl_id *id,
		      const struct nftsw_acl_spec *spec, struct nftsw_acl_refusal *refusal);
void nftsw_acl_destroy(struct nftsw *ns, u32 block, unsigned long cookie);
int nftsw_acl_stats(struct nftsw *ns, u32 block, unsigned long cookie,
		    struct flow_stats *stats);
int nftsw_acl_block_ports(struct nftsw *ns, u32 block, u64 ports);
void nftsw_acl_block_purge(struct nftsw *ns, u32 block);
bool nftsw_acl_port_used(struct nftsw *ns, u16 port);
void nftsw_acl_failed(struct nftsw *ns, int err, const struct nftsw_acl_refusal *refusal);
int nftsw_acl_refresh(struct nftsw *ns);
void nftsw_acl_encode(const struct nftsw_acl_rule *r, struct nftsw_hw_acl_entry *e);

/* nftsw_acl_show.c: floor 5 */
void nftsw_acl_show(struct nftsw *ns, struct seq_file *m);
void nftsw_acl_stats_show(struct nftsw *ns, struct seq_file *m);
int nftsw_acl_audit(struct nftsw *ns, struct nftsw_acl_audit *a);

#endif /* NFTSW_ACL_H */
