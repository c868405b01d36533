/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that netfilter is told to begin anew, and how often.  Floor 4;
 * nftsw_flow_detour.c has the reasons.
 */
#ifndef NFTSW_FLOW_DETOUR_H
#define NFTSW_FLOW_DETOUR_H

#include <linux/types.h>
#include "nftsw_flow_parse.h"

/* Directions that are kept. */
#define NFTSW_FLOW_DETOURS	1024

/**
 * struct nftsw_flow_detours - when directions were last begun anew
 * @when: when one with this hash was, in jiffies; 0 = never; without a lock
 */
struct nftsw_flow_detours {
	unsigned long when[NFTSW_FLOW_DETOURS];
};

bool nftsw_flow_detour(struct nftsw_flow_detours *detours, const struct nftsw_flow_match *match);

#endif /* NFTSW_FLOW_DETOUR_H */
