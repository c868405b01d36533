// SPDX-License-Identifier: GPL-2.0
/*
 * Meters of the chip for the police actions of tc.  Floor 4, below nftsw_acl.c, which calls it
 * with nftsw_acl.lock held.
 *
 * A police action has an index of its own, and filters that name the same one share its
 * rate.  So a meter belongs to an action, and rules take references.  An action that is
 * changed while filters use it is another meter to the filters that come later, as tc does not
 * tell of the change.
 *
 * What a meter has dropped is told once, to whichever rule of its action asks first: the kernel
 * adds it to the action.
 */
#include "nftsw_acl.h"
#include "nftsw_hw.h"

static bool nftsw_meter_is(const struct nftsw_meter *t, const struct nftsw_acl_police *p)
{
	return t->refs && t->police.index == p->index && t->police.octets == p->octets &&
	       t->police.rate == p->rate && t->police.burst == p->burst;
}

static int nftsw_meter_write(struct nftsw *ns, u32 index, const struct nftsw_acl_police *p)
{
	struct nftsw_hw_meter cfg = {
		.index = cpu_to_le32(index),
		.flags = cpu_to_le32(p->octets ? NFTSW_MF_OCTETS : 0),
		.rate = cpu_to_le64(p->rate),
		.burst = cpu_to_le64(p->burst),
	};

	return nftsw_hw_meter_set(ns, &cfg);
}

/**
 * nftsw_meter_get() - a meter for a police action
 * @acl: rules, locked
 * @p: the action
 *
 * Return: its number; -ENOSPC when all are in use; or the error of the command.
 */
int nftsw_meter_get(struct nftsw_acl *acl, const struct nftsw_acl_police *p)
{
	int index = -ENOSPC, err;
	struct nftsw_meter *t;
	u32 i;

	for (i = 0; i < NFTSW_MAX_METERS; i++) {
		if (nftsw_meter_is(&acl->meter[i], p)) {
			acl->meter[i].refs++;
			return i;
		}
		if (index < 0 && !acl->meter[i].refs)
			index = i;
	}
	if (index < 0)
		return index;
	err = acl->stopped ? 0 : nftsw_meter_write(acl->ns, index, p);
	if (err)
		return err;
	t = &acl->meter[index];
	spin_lock(&acl->ctr_lock);
	memset(t, 0, sizeof(*t));
	t->police = *p;
	t->refs = 1;
	spin_unlock(&acl->ctr_lock);
	return index;
}

/**
 * nftsw_meter_put() - a rule with a meter is off the chip
 * @acl: rules, locked
 * @index: number of the meter
 *
 * One that is no longer used stays on the chip as it is: no rule refers to it, and it is
 * written when it is used again.
 */
void nftsw_meter_put(struct nftsw_acl *acl, u32 index)
{
	acl->meter[index].refs--;
}

/**
 * nftsw_meter_start() - write all meters in use to a chip that has been reset
 * @acl: rules, locked
 *
 * Return: 0 or the error of the command that failed.
 */
int nftsw_meter_start(struct nftsw_acl *acl)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < NFTSW_MAX_METERS; i++)
		if (acl->meter[i].refs)
			err = nftsw_meter_write(acl->ns, i, &acl->meter[i].police);
	return err;
}

/**
 * nftsw_meter_stop() - the chip's counters are going to begin anew
 * @acl: rules, locked
 */
void nftsw_meter_stop(struct nftsw_acl *acl)
{
	u32 i;

	spin_lock(&acl->ctr_lock);
	for (i = 0; i < NFTSW_MAX_METERS; i++) {
		acl->meter[i].base += acl->meter[i].dropped;
		acl->meter[i].dropped = 0;
	}
	spin_unlock(&acl->ctr_lock);
}

/**
 * nftsw_meter_refresh() - fetch what the meters in use have dropped
 * @acl: rules, locked; the chip is up
 *
 * Return: 0 or the error of a command.
 */
int nftsw_meter_refresh(struct nftsw_acl *acl)
{
	struct nftsw_hw_meter cfg;
	int err;
	u32 i;

	for (i = 0; i < NFTSW_MAX_METERS; i++) {
		if (!acl->meter[i].refs)
			continue;
		err = nftsw_hw_meter_get(acl->ns, i, &cfg);
		if (err)
			return err;
		spin_lock(&acl->ctr_lock);
		acl->meter[i].dropped = le64_to_cpu(cfg.dropped);
		spin_unlock(&acl->ctr_lock);
	}
	return 0;
}

/**
 * nftsw_meter_drops() - frames that a meter has dropped and that nobody was told of
 * @acl: rules; &nftsw_acl.ctr_lock held
 * @index: number of the meter
 *
 * Return: how many; they count as told.
 */
u64 nftsw_meter_drops(struct nftsw_acl *acl, u32 index)
{
	struct nftsw_meter *t = &acl->meter[index];
	u64 n = t->base + t->dropped - t->reported;

	t->reported += n;
	return n;
}
