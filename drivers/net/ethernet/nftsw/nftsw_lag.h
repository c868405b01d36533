/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bonds and teams over ports of the chip.  Floor 4; see the head of nftsw_lag.c.
 */
#ifndef NFTSW_LAG_H
#define NFTSW_LAG_H

#include <linux/if.h>
#include <linux/types.h>

struct net_device;
struct nftsw;

/**
 * struct nftsw_lag_info - a LAG at one moment, for people
 * @name: of the bond or team
 * @members: ports of this chip below it, a bitmap
 * @active: of these, the ones that may send
 * @ready: its connections can be offloaded
 */
struct nftsw_lag_info {
	char name[IFNAMSIZ];
	u64 members;
	u64 active;
	bool ready;
};

int nftsw_lag_init(struct nftsw *ns);
void nftsw_lag_fini(struct nftsw *ns);
void nftsw_lag_start(struct nftsw *ns);
void nftsw_lag_watch(struct nftsw *ns,
		     void (*ready)(struct nftsw *ns, struct net_device *dev));
int nftsw_lag_enter(struct nftsw *ns);
void nftsw_lag_leave(struct nftsw *ns, int token);
int nftsw_lag_port(const struct nftsw *ns, const struct net_device *dev);
int nftsw_lag_logical(const struct nftsw *ns, const struct net_device *dev);
int nftsw_lag_of_port(const struct nftsw *ns, u16 port);
void nftsw_lag_below(const struct nftsw *ns, struct net_device *dev,
		     unsigned long *ports);
struct net_device *nftsw_lag_dev(const struct nftsw *ns, u16 lag);
int nftsw_lag_audit(struct nftsw *ns, u32 *differ);
bool nftsw_lag_info_get(struct nftsw *ns, u32 lag, struct nftsw_lag_info *info);

#endif /* NFTSW_LAG_H */
