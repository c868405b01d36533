/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does the chip have the bridges that the driver believes?  Floor 6.
 */
#ifndef NFTSW_BRIDGE_AUDIT_H
#define NFTSW_BRIDGE_AUDIT_H

#include <linux/seq_file.h>
#include "nftsw.h"

/* Differences that are told one by one; the rest is only counted. */
#define NFTSW_BRIDGE_AUDIT_LIST	16

/**
 * struct nftsw_bridge_audit - result of an audit
 * @records: records that are on the chip
 * @diffs: records that differ; the first NFTSW_BRIDGE_AUDIT_LIST are in @diff
 * @diff: how they differ
 */
struct nftsw_bridge_audit {
	u32 records;
	u32 diffs;
	char diff[NFTSW_BRIDGE_AUDIT_LIST][60];
};

int nftsw_bridge_audit(struct nftsw *ns, struct nftsw_bridge_audit *a);
void nftsw_bridge_show(struct nftsw *ns, struct seq_file *m);

#endif /* NFTSW_BRIDGE_AUDIT_H */
