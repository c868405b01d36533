// SPDX-License-Identifier: GPL-2.0
/*
 * Policers: how many frames of each trap group the chip may hand to the CPU.  Floor 4.
 * Called by nftsw_core.c when the chip has been reset, and by nftsw_devlink.c for users.
 *
 * What software forwards or receives in the normal course of things is not policed: how
 * much of it a CPU can take is not the driver's to guess, and a full ring drops the
 * rest.  The other groups are of frames that cost the CPU more than they bring, and
 * their limits lie far above what a network sends that is in order:
 *
 *   control     10,000/s  64 ports with STP, LACP and LLDP bring some hundred a second
 *   flow       100,000/s  connections that begin and end, frames above an MTU
 *   exception  100,000/s  fragments, options, TTL 1, broken headers
 *   flood       10,000/s  copies of what the chip has flooded: ARP and ND of a large
 *                         network come far below, a loop or a storm above
 *   learn        1,000/s  hosts that want to be let in at a locked port (MAB): each costs a
 *                         notification to user space, and says it again if it is lost
 *   acl        100,000/s  what a user has asked for, with a filter that may match too much
 *
 * Locking: the devlink lock protects nftsw.policers.
 */
#include <kunit/visibility.h>
#include "nftsw_hw.h"

static const struct nftsw_policer nftsw_trap_defaults[NFTSW_GROUP_COUNT] = {
#define NFTSW_X_TRAP_DEFAULT(sym, pps, n) \
	[NFTSW_GROUP_##sym] = { .rate = (pps), .burst = (n) },
	NFTSW_TRAP_POLICERS(NFTSW_X_TRAP_DEFAULT)
};

/**
 * nftsw_trap_init() - choose the policers of a chip
 * @ns: chip; it is not told before nftsw_trap_start()
 */
void nftsw_trap_init(struct nftsw *ns)
{
	memcpy(ns->policers, nftsw_trap_defaults, sizeof(ns->policers));
}

/**
 * nftsw_trap_start() - tell a chip that has been reset its policers
 * @ns: chip, its command queue open
 *
 * Return: 0 or a negative errno.
 */
int nftsw_trap_start(struct nftsw *ns)
{
	u32 group;
	int err;

	if (!(ns->info.caps & NFTSW_CAPS_POLICER))
		return 0;
	for (group = NFTSW_GROUP_NONE + 1; group < NFTSW_GROUP_COUNT; group++) {
		err = nftsw_hw_trap_set(ns, group, ns->policers[group].rate,
					ns->policers[group].burst);
		if (err)
			return err;
	}
	return 0;
}

/**
 * nftsw_trap_policer_set() - change a policer
 * @ns: chip; one that is down is told when it comes up
 * @group: enum nftsw_trap_group, not NONE
 * @p: policer, within NFTSW_TRAP_RATE_MAX and NFTSW_TRAP_BURST_MAX
 *
 * Context: devlink lock held.
 * Return: 0 or a negative errno; the old policer stays then.
 */
int nftsw_trap_policer_set(struct nftsw *ns, u32 group, const struct nftsw_policer *p)
{
	int err = 0;

	if (!ns->down)
		err = nftsw_hw_trap_set(ns, group, p->rate, p->burst);
	if (!err)
		ns->policers[group] = *p;
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_trap_policer_set);

/**
 * nftsw_trap_policer_drops() - frames that a policer has dropped since the last reset
 * @ns: chip
 * @group: enum nftsw_trap_group, not NONE
 * @drops: result
 *
 * Return: 0 or a negative errno.
 */
int nftsw_trap_policer_drops(struct nftsw *ns, u32 group, u64 *drops)
{
	struct nftsw_hw_trap_group tg;
	int err;

	*drops = 0;
	if (ns->down)
		return 0;
	err = nftsw_hw_trap_get(ns, group, &tg);
	if (!err)
		*drops = le64_to_cpu(tg.policed);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_trap_policer_drops);
