/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts that netfilter sends to through devices that are not the chip's.  Floor 4;
 * nftsw_flow_detour.c has the reasons.
 */
#ifndef NFTSW_FLOW_DETOUR_H
#define NFTSW_FLOW_DETOUR_H

#include <linux/if_ether.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* Hosts that are kept. */
#define NFTSW_FLOW_DETOURS	1024

/**
 * struct nftsw_flow_detour - how netfilter sends to a host
 * @mac: address of the host
 * @ifindex: through which device; 0 = nothing is kept here
 */
struct nftsw_flow_detour {
	u8 mac[ETH_ALEN];
	int ifindex;
};

/**
 * struct nftsw_flow_detours - the hosts of the last refused flows
 * @lock: protects @at
 * @at: hosts, each at the place that its address gives
 */
struct nftsw_flow_detours {
	spinlock_t lock; /* protects at */
	struct nftsw_flow_detour at[NFTSW_FLOW_DETOURS];
};

void nftsw_flow_detour_init(struct nftsw_flow_detours *detours);
void nftsw_flow_detour_note(struct nftsw_flow_detours *detours, const u8 *mac, int ifindex);
int nftsw_flow_detour_of(struct nftsw_flow_detours *detours, const u8 *mac);
void nftsw_flow_detour_forget(struct nftsw_flow_detours *detours, const u8 *mac);

#endif /* NFTSW_FLOW_DETOUR_H */
