/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does the chip have what the driver believes?  Floor 5.
 */
#ifndef NFTSW_FLOW_AUDIT_H
#define NFTSW_FLOW_AUDIT_H

#include "nftsw.h"

/* Differences that are told one by one; the rest is only counted. */
#define NFTSW_FLOW_AUDIT_LIST	64

/**
 * struct nftsw_flow_diff - a flow that differs
 * @index: entry number
 * @text: how
 */
struct nftsw_flow_diff {
	u32 index;
	char text[60];
};

/**
 * struct nftsw_flow_audit - result of an audit
 * @driver: entries that should be on the chip
 * @chip: entries that are
 * @diffs: entries that differ; only the first NFTSW_FLOW_AUDIT_LIST are in @diff
 * @diff: how they differ
 */
struct nftsw_flow_audit {
	u32 driver;
	u32 chip;
	u32 diffs;
	struct nftsw_flow_diff diff[NFTSW_FLOW_AUDIT_LIST];
};

int nftsw_flow_audit(struct nftsw *ns, struct nftsw_flow_audit *a);

#endif /* NFTSW_FLOW_AUDIT_H */
