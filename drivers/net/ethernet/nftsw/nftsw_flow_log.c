// SPDX-License-Identifier: GPL-2.0
/*
 * Counts what became of the kernel's requests to offload flows.  Floor 3.
 * Called by nftsw_flow.c and nftsw_tc.c, read by nftsw_debugfs.c.
 *
 * netfilter drops the extack of a refused flow, so this is the only place where an
 * operator can learn why a flow stays in software.  Counters are atomic; the ring
 * of words has a spinlock of its own, taken inside of no other.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/sprintf.h>
#include <linux/minmax.h>
#include <kunit/visibility.h>
#include "nftsw_flow_log.h"

static const char *const nftsw_flow_event_names[] = {
#define NFTSW_X_FLOW_EVENT_NAME(sym, name, doc)	name,
	NFTSW_FLOW_EVENTS(NFTSW_X_FLOW_EVENT_NAME)
};

/**
 * nftsw_flow_log_init() - prepare a log
 * @log: zeroed memory
 */
void nftsw_flow_log_init(struct nftsw_flow_log *log)
{
	spin_lock_init(&log->lock);
}

/**
 * nftsw_flow_log_event() - count something
 * @log: log
 * @ev: what happened
 * @n: how often
 *
 * Context: any.
 */
void nftsw_flow_log_event(struct nftsw_flow_log *log, enum nftsw_flow_event ev,
			  u32 n)
{
	atomic64_add(n, &log->events[ev]);
}

static void nftsw_flow_log_words(struct nftsw_flow_log *log,
				 const struct nftsw_flow_refusal *refusal)
{
	struct nftsw_flow_log_entry *e;

	spin_lock(&log->lock);
	e = &log->last[log->next];
	e->jiffies = jiffies;
	e->refusal = *refusal;
	log->next = (log->next + 1) % NFTSW_FLOW_LOG_COUNT;
	log->count = min(log->count + 1, NFTSW_FLOW_LOG_COUNT);
	spin_unlock(&log->lock);
}

/**
 * nftsw_flow_log_refuse() - count a refusal and keep its words
 * @log: log
 * @refusal: why
 *
 * Context: process.
 */
void nftsw_flow_log_refuse(struct nftsw_flow_log *log,
			   const struct nftsw_flow_refusal *refusal)
{
	atomic64_inc(&log->events[NFTSW_FLOW_EVENT_REFUSED]);
	atomic64_inc(&log->refusals[refusal->id]);
	nftsw_flow_log_words(log, refusal);
}

/**
 * nftsw_flow_log_fail() - count a flow that was lost to a fault, and say which
 * @log: log
 * @err: negative errno
 *
 * Context: process.
 */
void nftsw_flow_log_fail(struct nftsw_flow_log *log, int err)
{
	struct nftsw_flow_refusal fault = { .id = NFTSW_FLOW_REFUSAL_NONE };

	atomic64_inc(&log->events[NFTSW_FLOW_EVENT_FAILED]);
	scnprintf(fault.text, sizeof(fault.text), "not written to the chip: %pe",
		  ERR_PTR(err));
	nftsw_flow_log_words(log, &fault);
}

/**
 * nftsw_flow_log_get() - how often something happened
 * @log: log
 * @ev: what
 *
 * Return: the count since probe.
 */
u64 nftsw_flow_log_get(struct nftsw_flow_log *log, enum nftsw_flow_event ev)
{
	return atomic64_read(&log->events[ev]);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_log_get);

/**
 * nftsw_flow_log_refused() - refusals for one reason
 * @log: log
 * @id: reason
 *
 * Return: the count since probe.
 */
u64 nftsw_flow_log_refused(struct nftsw_flow_log *log,
			   enum nftsw_flow_refusal_id id)
{
	return atomic64_read(&log->refusals[id]);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_log_refused);

/**
 * nftsw_flow_log_name() - name of an event, as debugfs shows it
 * @ev: event
 *
 * Return: the name.
 */
const char *nftsw_flow_log_name(enum nftsw_flow_event ev)
{
	return nftsw_flow_event_names[ev];
}

/**
 * nftsw_flow_log_last() - the last refusals
 * @log: log
 * @last: result: oldest first
 *
 * Return: how many there are.
 */
u32 nftsw_flow_log_last(struct nftsw_flow_log *log,
			struct nftsw_flow_log_entry last[NFTSW_FLOW_LOG_COUNT])
{
	u32 i, n, first;

	spin_lock(&log->lock);
	n = log->count;
	first = (log->next + NFTSW_FLOW_LOG_COUNT - n) % NFTSW_FLOW_LOG_COUNT;
	for (i = 0; i < n; i++)
		last[i] = log->last[(first + i) % NFTSW_FLOW_LOG_COUNT];
	spin_unlock(&log->lock);
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_log_last);
