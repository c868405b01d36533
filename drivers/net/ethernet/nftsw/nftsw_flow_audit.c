// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the driver's flows with a dump of the chip's table.  Floor 5.  Called by
 * nftsw_debugfs.c.
 *
 * Flows come and go meanwhile, so the audit looks twice: the dump only says which
 * entries are suspect, and each of those is read again alone, while the lock of its
 * flow keeps everybody else from changing it.  An entry number is taken before the chip
 * is told and given back after the chip has forgotten it; so an entry on the chip without
 * a flow in the driver is wrong at any time.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>
#include <kunit/visibility.h>
#include "nftsw_flow.h"
#include "nftsw_flow_audit.h"
#include "nftsw_hw.h"

/* Records asked for by one command. */
#define NFTSW_AUDIT_RECORDS	16

/* An audit under way. */
struct nftsw_audit_run {
	struct nftsw *ns;
	struct nftsw_flow_audit *a;
	unsigned long *seen;	/* entry numbers that the chip has */
	unsigned long *suspect;	/* entry numbers to look at again */
	struct nftsw_hw_flow_record rec[NFTSW_AUDIT_RECORDS];
};

static const struct {
	const char *name;
	u16 offset;
	u16 size;
} nftsw_audit_fields[] = {
#define NFTSW_AUDIT_FIELD(member) { #member, offsetof(struct nftsw_hw_flow_entry, member), \
				    sizeof_field(struct nftsw_hw_flow_entry, member) }
	NFTSW_AUDIT_FIELD(key),
	NFTSW_AUDIT_FIELD(index),
	NFTSW_AUDIT_FIELD(state),
	NFTSW_AUDIT_FIELD(action),
	NFTSW_AUDIT_FIELD(oport),
	NFTSW_AUDIT_FIELD(mtu),
	NFTSW_AUDIT_FIELD(dmac),
	NFTSW_AUDIT_FIELD(smac),
	NFTSW_AUDIT_FIELD(tpid1),
	NFTSW_AUDIT_FIELD(tci1),
	NFTSW_AUDIT_FIELD(tpid2),
	NFTSW_AUDIT_FIELD(tci2),
	NFTSW_AUDIT_FIELD(sid),
	NFTSW_AUDIT_FIELD(sport),
	NFTSW_AUDIT_FIELD(dport),
	NFTSW_AUDIT_FIELD(saddr),
	NFTSW_AUDIT_FIELD(daddr),
	NFTSW_AUDIT_FIELD(block),
	NFTSW_AUDIT_FIELD(idle_ms),
	NFTSW_AUDIT_FIELD(cookie),
};

/* The first field in which the chip's entry is not what the driver wrote, or NULL. */
static const char *nftsw_audit_compare(const struct nftsw_flow *nf,
				       const struct nftsw_hw_flow_record *rec)
{
	struct nftsw_hw_flow_entry want;
	u32 i;

	nftsw_flow_encode(nf, &want);
	/* TO_CPU is the chip's to set, with SYN, FIN or RST (DS 9.4). */
	want.state |= cpu_to_le32(NFTSW_FS_VALID) |
		      (rec->entry.state & cpu_to_le32(NFTSW_FS_TO_CPU));
	for (i = 0; i < ARRAY_SIZE(nftsw_audit_fields); i++) {
		u32 off = nftsw_audit_fields[i].offset;

		if (memcmp((u8 *)&want + off, (const u8 *)&rec->entry + off,
			   nftsw_audit_fields[i].size))
			return nftsw_audit_fields[i].name;
	}
	return NULL;
}

static struct nftsw_flow *nftsw_audit_flow(struct nftsw *ns, u32 index)
{
	unsigned long i = index;
	struct nftsw_flow *nf = nftsw_flow_next(ns->flow, &i);

	if (nf && i != index) {
		nftsw_flow_put(nf);
		nf = NULL;
	}
	return nf;
}

static __printf(3, 4) void nftsw_audit_diff(struct nftsw_audit_run *r, u32 index,
					    const char *fmt, ...)
{
	struct nftsw_flow_diff *d;
	va_list args;

	if (r->a->diffs++ >= NFTSW_FLOW_AUDIT_LIST)
		return;
	d = &r->a->diff[r->a->diffs - 1];
	d->index = index;
	va_start(args, fmt);
	vscnprintf(d->text, sizeof(d->text), fmt, args);
	va_end(args);
}

/* First look at an entry that the chip has. */
static void nftsw_audit_record(struct nftsw_audit_run *r,
			       const struct nftsw_hw_flow_record *rec)
{
	u32 index = le32_to_cpu(rec->entry.index);
	struct nftsw_flow *nf;

	r->a->chip++;
	if (index >= r->ns->info.flows || test_and_set_bit(index, r->seen)) {
		nftsw_audit_diff(r, index, "the chip's dump has a bad entry number");
		return;
	}
	nf = nftsw_audit_flow(r->ns, index);
	if (!nf) {
		__set_bit(index, r->suspect);
		return;
	}
	mutex_lock(&nf->lock);
	if (nf->state != NFTSW_FLOW_OFFLOADED || nftsw_audit_compare(nf, rec))
		__set_bit(index, r->suspect);
	mutex_unlock(&nf->lock);
	nftsw_flow_put(nf);
}

static int nftsw_audit_chip(struct nftsw_audit_run *r)
{
	u32 cursor = 0, last;
	int i, n;

	do {
		last = cursor;
		n = nftsw_hw_flow_dump(r->ns, &cursor, r->rec, NFTSW_AUDIT_RECORDS);
		if (n < 0)
			return n;
		for (i = 0; i < n; i++)
			nftsw_audit_record(r, &r->rec[i]);
	} while (cursor != NFTSW_DUMP_END && cursor > last);
	return cursor == NFTSW_DUMP_END ? 0 : -EPROTO;
}

/* First look at the flows that the chip should have. */
static void nftsw_audit_driver(struct nftsw_audit_run *r)
{
	unsigned long index = 0;
	struct nftsw_flow *nf;

	for (; (nf = nftsw_flow_next(r->ns->flow, &index)); index++) {
		mutex_lock(&nf->lock);
		if (nf->state == NFTSW_FLOW_OFFLOADED) {
			r->a->driver++;
			if (!test_bit(index, r->seen))
				__set_bit(index, r->suspect);
		}
		mutex_unlock(&nf->lock);
		nftsw_flow_put(nf);
	}
}

/* Is entry @index on the chip?  It is in r->rec[0] then. */
static int nftsw_audit_read(struct nftsw_audit_run *r, u32 index)
{
	u32 cursor = index;
	int n = nftsw_hw_flow_dump(r->ns, &cursor, r->rec, 1);

	if (n <= 0)
		return n;
	return le32_to_cpu(r->rec[0].entry.index) == index;
}

/* Second look, with the flow held still.  nf->lock is held. */
static int nftsw_audit_judge(struct nftsw_audit_run *r, const struct nftsw_flow *nf)
{
	int there = nftsw_audit_read(r, nf->index);
	const char *field;

	if (there < 0)
		return there;
	if (nf->state != NFTSW_FLOW_OFFLOADED) {
		if (there)
			nftsw_audit_diff(r, nf->index, "on the chip, %s in the driver",
					 nftsw_flow_state_name(nf->state));
		return 0;
	}
	if (!there) {
		nftsw_audit_diff(r, nf->index, "not on the chip");
		return 0;
	}
	field = nftsw_audit_compare(nf, &r->rec[0]);
	if (field)
		nftsw_audit_diff(r, nf->index, "%s differs", field);
	return 0;
}

static int nftsw_audit_again(struct nftsw_audit_run *r, u32 index)
{
	struct nftsw_flow *nf = nftsw_audit_flow(r->ns, index);
	int err;

	if (!nf) {
		err = nftsw_audit_read(r, index);
		if (err <= 0)
			return err;
		nf = nftsw_audit_flow(r->ns, index);
		if (!nf) {
			nftsw_audit_diff(r, index, "on the chip, not in the driver");
			return 0;
		}
	}
	mutex_lock(&nf->lock);
	/* one that died in between has told the chip, or will be STALE */
	err = nf->state == NFTSW_FLOW_DEAD ? 0 : nftsw_audit_judge(r, nf);
	mutex_unlock(&nf->lock);
	nftsw_flow_put(nf);
	return err;
}

static int nftsw_audit_run(struct nftsw_audit_run *r)
{
	u32 index;
	int err;

	err = nftsw_audit_chip(r);
	if (err)
		return err;
	nftsw_audit_driver(r);
	for_each_set_bit(index, r->suspect, r->ns->info.flows) {
		err = nftsw_audit_again(r, index);
		if (err)
			return err;
	}
	return 0;
}

/**
 * nftsw_flow_audit() - compare the driver's flows with the chip's
 * @ns: chip
 * @a: result
 *
 * Context: process; reads the chip's whole table.
 * Return: 0 whether they differ or not; a negative errno when the chip could not be read.
 */
int nftsw_flow_audit(struct nftsw *ns, struct nftsw_flow_audit *a)
{
	struct nftsw_audit_run *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int err = -ENOMEM;

	if (!r)
		return -ENOMEM;
	memset(a, 0, sizeof(*a));
	r->ns = ns;
	r->a = a;
	r->seen = bitmap_zalloc(ns->info.flows, GFP_KERNEL);
	r->suspect = bitmap_zalloc(ns->info.flows, GFP_KERNEL);
	if (r->seen && r->suspect)
		err = nftsw_audit_run(r);
	bitmap_free(r->suspect);
	bitmap_free(r->seen);
	kfree(r);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_flow_audit);
