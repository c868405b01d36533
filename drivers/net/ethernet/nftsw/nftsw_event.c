// SPDX-License-Identifier: GPL-2.0
/*
 * Event ring: takes the chip's events and hands them to who registered for them.
 * Floor 3.
 *
 * The interrupt only queues work on ns->wq; handlers run there, one event at a time,
 * with nftsw_events.lock held, so that after nftsw_event_unregister() none runs.
 * A handler may sleep and send commands, but may not (un)register.
 *
 * When the ring overflows the chip says how many events are lost (DS 6.2); those who
 * registered for NFTSW_EV_OVERFLOW read the state again.
 */
#include <linux/mutex.h>
#include <linux/slab.h>
#include "nftsw.h"
#include "nftsw_ring.h"
#include "nftsw_trace.h"

#define NFTSW_EVENT_COUNT	1024
#define NFTSW_EVENT_HANDLERS	24
/* Events after which the ring is released, so that the chip never waits for long */
#define NFTSW_EVENT_BATCH	64
/* Looks in a row that may find nothing before the vector is left unarmed */
#define NFTSW_EVENT_IDLE	16

/**
 * struct nftsw_event_handler - who wants to know what
 * @type: event
 * @fn: handler, NULL: free
 * @priv: its argument
 */
struct nftsw_event_handler {
	enum nftsw_event_type type;
	nftsw_event_fn fn;
	void *priv;
};

/**
 * struct nftsw_events - event ring of a chip
 * @ns: chip
 * @lock: protects @ring, @up, @idle and @handlers
 * @ring: events
 * @up: the ring is started
 * @idle: looks in a row that found nothing
 * @work: drains it
 * @handlers: registry
 */
struct nftsw_events {
	struct nftsw *ns;
	struct mutex lock; /* protects ring, up, idle, handlers */
	struct nftsw_ring ring;
	bool up;
	u32 idle;
	struct work_struct work;
	struct nftsw_event_handler handlers[NFTSW_EVENT_HANDLERS];
};

static void nftsw_event_dispatch(struct nftsw_events *evs,
				 const struct nftsw_hw_event *ev)
{
	const struct nftsw_event_handler *h;
	u32 i;

	trace_nftsw_event(evs->ns, ev);
	for (i = 0; i < NFTSW_EVENT_HANDLERS; i++) {
		h = &evs->handlers[i];
		if (h->fn && h->type == ev->type)
			h->fn(evs->ns, ev, h->priv);
	}
}

/* Return: events taken, at most a batch. */
static u32 nftsw_event_drain(struct nftsw_events *evs)
{
	struct nftsw_ring *r = &evs->ring;
	const struct nftsw_hw_event *slot;
	struct nftsw_hw_event ev;
	u32 n;

	for (n = 0; n < NFTSW_EVENT_BATCH; n++) {
		slot = nftsw_ring_entry(r, r->cons);
		if (!nftsw_ring_is_new(r, &slot->flags))
			break;
		ev = *slot;
		r->cons++;
		nftsw_event_dispatch(evs, &ev);
	}
	if (n)
		nftsw_ring_release(r, evs->ns->bus);
	return n;
}

static void nftsw_event_work(struct work_struct *work)
{
	struct nftsw_events *evs = container_of(work, struct nftsw_events, work);
	u32 n;

	mutex_lock(&evs->lock);
	if (!evs->up)
		goto out_unlock;
	n = nftsw_event_drain(evs);
	evs->idle = n ? 0 : evs->idle + 1;
	/* More than a batch waits: let others have their turn on the queue. */
	if (n == NFTSW_EVENT_BATCH)
		queue_work(evs->ns->wq, &evs->work);
	/* A chip out of step with us would interrupt for ever; nftsw_event_poll() helps. */
	else if (evs->idle < NFTSW_EVENT_IDLE)
		nftsw_wr32(evs->ns->bus, NFTSW_IRQ_CTRL(NFTSW_VEC_EVENT),
			   NFTSW_IRQ_CTRL_ARM);
out_unlock:
	mutex_unlock(&evs->lock);
}

static irqreturn_t nftsw_event_irq(int irq, void *data)
{
	struct nftsw_events *evs = data;

	nftsw_irq_seen(evs->ns, NFTSW_VEC_EVENT);
	queue_work(evs->ns->wq, &evs->work);
	return IRQ_HANDLED;
}

/**
 * nftsw_event_poll() - look at the event ring, in case an interrupt was lost
 * @ns: chip
 *
 * Context: process, may sleep.
 */
void nftsw_event_poll(struct nftsw *ns)
{
	struct nftsw_events *evs = ns->events;

	mutex_lock(&evs->lock);
	evs->idle = 0;
	mutex_unlock(&evs->lock);
	queue_work(ns->wq, &evs->work);
}

/**
 * nftsw_event_register() - ask for events
 * @ns: chip
 * @type: which
 * @fn: handler; process context, may sleep and send commands
 * @priv: its argument
 *
 * Return: 0, or -ENOSPC when the registry is full.
 */
int nftsw_event_register(struct nftsw *ns, enum nftsw_event_type type,
			 nftsw_event_fn fn, void *priv)
{
	struct nftsw_events *evs = ns->events;
	int err = -ENOSPC;
	u32 i;

	mutex_lock(&evs->lock);
	for (i = 0; i < NFTSW_EVENT_HANDLERS; i++) {
		if (evs->handlers[i].fn)
			continue;
		evs->handlers[i].type = type;
		evs->handlers[i].fn = fn;
		evs->handlers[i].priv = priv;
		err = 0;
		break;
	}
	mutex_unlock(&evs->lock);
	return err;
}

/**
 * nftsw_event_unregister() - ask for no more events
 * @ns: chip
 * @type: as registered
 * @fn: as registered
 * @priv: as registered
 *
 * On return @fn does not run.
 */
void nftsw_event_unregister(struct nftsw *ns, enum nftsw_event_type type,
			    nftsw_event_fn fn, void *priv)
{
	struct nftsw_events *evs = ns->events;
	struct nftsw_event_handler *h;
	u32 i;

	mutex_lock(&evs->lock);
	for (i = 0; i < NFTSW_EVENT_HANDLERS; i++) {
		h = &evs->handlers[i];
		if (h->fn == fn && h->type == type && h->priv == priv)
			h->fn = NULL;
	}
	mutex_unlock(&evs->lock);
}

/**
 * nftsw_event_start() - start the ring on a chip that has been reset
 * @ns: chip
 *
 * Return: 0, or -EIO when the chip refuses the ring.
 */
int nftsw_event_start(struct nftsw *ns)
{
	struct nftsw_events *evs = ns->events;
	int err;

	mutex_lock(&evs->lock);
	err = nftsw_ring_start(&evs->ring, ns->bus);
	evs->up = !err;
	mutex_unlock(&evs->lock);
	if (!err)
		nftsw_event_poll(ns);
	return err;
}

/**
 * nftsw_event_stop() - stop the ring
 * @ns: chip
 *
 * On return no handler runs.
 */
void nftsw_event_stop(struct nftsw *ns)
{
	struct nftsw_events *evs = ns->events;

	mutex_lock(&evs->lock);
	if (evs->up)
		nftsw_ring_stop(&evs->ring, ns->bus);
	evs->up = false;
	mutex_unlock(&evs->lock);
	cancel_work_sync(&evs->work);
}

/**
 * nftsw_event_init() - create the event ring, stopped
 * @ns: chip
 *
 * Return: 0, -ENOMEM, or why the interrupt could not be had.
 */
int nftsw_event_init(struct nftsw *ns)
{
	struct nftsw_events *evs;
	int err;

	evs = kzalloc(sizeof(*evs), GFP_KERNEL);
	if (!evs)
		return -ENOMEM;
	evs->ns = ns;
	mutex_init(&evs->lock);
	INIT_WORK(&evs->work, nftsw_event_work);
	err = nftsw_ring_alloc(&evs->ring, ns->dev, NFTSW_RING_EVENT,
			       NFTSW_EVENT_COUNT, sizeof(struct nftsw_hw_event));
	if (err)
		goto err_ring_alloc;
	err = ns->bus->ops->irq_request(ns->bus, NFTSW_VEC_EVENT, nftsw_event_irq,
					"event", evs);
	if (err)
		goto err_irq_request;
	ns->events = evs;
	return 0;

err_irq_request:
	nftsw_ring_free(&evs->ring, ns->dev);
err_ring_alloc:
	mutex_destroy(&evs->lock);
	kfree(evs);
	return err;
}

/**
 * nftsw_event_fini() - destroy the event ring
 * @ns: chip; the ring is stopped
 */
void nftsw_event_fini(struct nftsw *ns)
{
	struct nftsw_events *evs = ns->events;

	ns->bus->ops->irq_free(ns->bus, NFTSW_VEC_EVENT, evs);
	cancel_work_sync(&evs->work);
	nftsw_ring_free(&evs->ring, ns->dev);
	mutex_destroy(&evs->lock);
	ns->events = NULL;
	kfree(evs);
}
