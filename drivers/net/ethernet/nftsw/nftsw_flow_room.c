// SPDX-License-Identifier: GPL-2.0
/*
 * Is there room in the flow table, and who is told when that changes.  Floor 4.05,
 * between nftsw_flow_log.c and nftsw_flow_entry.c.  Called by nftsw_flow.c when a flow
 * found no room, by the work of nftsw_flow_ctr.c once a second, and by the chip's own
 * TABLE event.
 *
 * A full table is nothing to repair: software carries what does not fit, and netfilter
 * offers it again with its next packets.  An operator may want a larger table, or fewer
 * flows, so each change is told by a uevent of the device.  devlink shows how full the
 * table is (resource "flows"), but has no notification for resources; for who listens to
 * devlink alone, the work of nftsw_health.c has a reporter say when the table is full.
 *
 * PRESSURE begins above 90 % and ends at 80 %, as the chip's event does (DS 6.1).  FULL
 * begins with a refusal and ends when there has been none for a while: at the limit each
 * deletion makes room for one, and nobody wants to hear of that.
 *
 * Locking: a mutex, so that each change is told once, and in order.
 */
#include <linux/jiffies.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"

#define NFTSW_FLOW_ROOM_HOLD_MS	3000

/**
 * nftsw_flow_room_name() - name of a state, as uevent and debugfs show it
 * @room: state
 *
 * Return: the name.
 */
const char *nftsw_flow_room_name(enum nftsw_flow_room room)
{
	static const char *const names[] = {
		[NFTSW_FLOW_ROOM_FREE] = "room",
		[NFTSW_FLOW_ROOM_PRESSURE] = "pressure",
		[NFTSW_FLOW_ROOM_FULL] = "full",
	};

	return names[room];
}

static void nftsw_flow_room_tell(struct nftsw_flow_table *ft, enum nftsw_flow_room room)
{
	char state[32], used[32], size[32], refused[48];
	char *env[] = { state, used, size, refused, NULL };

	snprintf(state, sizeof(state), "NFTSW_FLOW_TABLE=%s", nftsw_flow_room_name(room));
	snprintf(used, sizeof(used), "NFTSW_FLOWS_USED=%u",
		 nftsw_flow_index_used(&ft->index));
	snprintf(size, sizeof(size), "NFTSW_FLOWS_SIZE=%u", ft->ns->info.flows);
	snprintf(refused, sizeof(refused), "NFTSW_FLOWS_REFUSED=%llu",
		 nftsw_flow_log_get(&ft->log, NFTSW_FLOW_EVENT_FULL));
	kobject_uevent_env(&ft->ns->dev->kobj, KOBJ_CHANGE, env);
	nftsw_flow_log_event(&ft->log, NFTSW_FLOW_EVENT_ROOM, 1);
}

/**
 * nftsw_flow_room_get() - is there room?
 * @ft: table
 *
 * Return: the state that was told last.
 */
enum nftsw_flow_room nftsw_flow_room_get(struct nftsw_flow_table *ft)
{
	return READ_ONCE(ft->room);
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_room_get);

/* ft->room_lock is held. */
static void nftsw_flow_room_set(struct nftsw_flow_table *ft, enum nftsw_flow_room room)
{
	if (nftsw_flow_room_get(ft) == room)
		return;
	WRITE_ONCE(ft->room, room);
	nftsw_flow_room_tell(ft, room);
}

/**
 * nftsw_flow_room_full() - a flow found no room
 * @ft: table
 *
 * Context: process.
 */
void nftsw_flow_room_full(struct nftsw_flow_table *ft)
{
	mutex_lock(&ft->room_lock);
	ft->refused_at = get_jiffies_64();
	nftsw_flow_room_set(ft, NFTSW_FLOW_ROOM_FULL);
	mutex_unlock(&ft->room_lock);
}

/* ft->room_lock is held.  Between 80 and 90 % things stay as they are, but for FULL, which ends. */
static enum nftsw_flow_room nftsw_flow_room_now(struct nftsw_flow_table *ft)
{
	u64 hold = ft->refused_at + msecs_to_jiffies(NFTSW_FLOW_ROOM_HOLD_MS);
	u32 used = nftsw_flow_index_used(&ft->index), size = ft->ns->info.flows;
	enum nftsw_flow_room room = nftsw_flow_room_get(ft);

	if (room == NFTSW_FLOW_ROOM_FULL && time_before64(get_jiffies_64(), hold))
		return room;
	if (used > size - size / 10)
		return NFTSW_FLOW_ROOM_PRESSURE;
	if (used <= size - size / 5)
		return NFTSW_FLOW_ROOM_FREE;
	return room == NFTSW_FLOW_ROOM_FULL ? NFTSW_FLOW_ROOM_PRESSURE : room;
}

/**
 * nftsw_flow_room_check() - look how full the table is
 * @ft: table
 *
 * Context: process.
 */
void nftsw_flow_room_check(struct nftsw_flow_table *ft)
{
	mutex_lock(&ft->room_lock);
	nftsw_flow_room_set(ft, nftsw_flow_room_now(ft));
	mutex_unlock(&ft->room_lock);
}

static void nftsw_flow_room_event(struct nftsw *ns, const struct nftsw_hw_event *ev,
				  void *priv)
{
	nftsw_flow_room_check(priv);
}

/**
 * nftsw_flow_room_init() - listen to the chip
 * @ft: table
 *
 * Return: 0, or -ENOSPC when the event registry is full.
 */
int nftsw_flow_room_init(struct nftsw_flow_table *ft)
{
	mutex_init(&ft->room_lock);
	return nftsw_event_register(ft->ns, NFTSW_EV_TABLE, nftsw_flow_room_event, ft);
}

/**
 * nftsw_flow_room_fini() - listen no more
 * @ft: table
 */
void nftsw_flow_room_fini(struct nftsw_flow_table *ft)
{
	nftsw_event_unregister(ft->ns, NFTSW_EV_TABLE, nftsw_flow_room_event, ft);
}
