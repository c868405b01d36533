// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that netfilter is told to begin anew, and how often.  Floor 4, beside
 * nftsw_flow_log.c.  Called by nftsw_flow.c.
 *
 * A connection that is refused for its egress, and would have another path by now, is given up:
 * its next packet finds that path (nftsw_path.c).  netfilter may decide otherwise than we
 * foretell: it looks for no path where IPsec is in the way, for one.  Then the
 * connection comes back as it was, and must not be given up each time.  So a direction has
 * to wait until its next turn; two with the same hash wait for each other.
 *
 * Locking: none; a lost race gives a connection up once more.
 */
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include "nftsw_flow_detour.h"

#define NFTSW_FLOW_DETOUR_HOLD	(10 * HZ)

/**
 * nftsw_flow_detour() - may this direction's connection be begun anew?
 * @detours: when directions were
 * @match: the direction
 *
 * Context: any.
 * Return: true when it may, which is the last time for ten seconds.
 */
bool nftsw_flow_detour(struct nftsw_flow_detours *detours, const struct nftsw_flow_match *match)
{
	u32 hash = jhash2((const u32 *)match, sizeof(*match) / sizeof(u32), 0);
	unsigned long *when = &detours->when[hash % NFTSW_FLOW_DETOURS];
	unsigned long last = READ_ONCE(*when);

	if (last && jiffies - last < NFTSW_FLOW_DETOUR_HOLD)
		return false;
	WRITE_ONCE(*when, jiffies);
	return true;
}
