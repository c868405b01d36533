/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A netdev that says to be a bond.  The test does what the bonding driver does: it links ports
 * below it, and says who may send.  Floor 10.
 */
#ifndef NFTSW_KT_BOND_H
#define NFTSW_KT_BOND_H

#include <kunit/test.h>
#include <linux/netdevice.h>

struct net_device *nftsw_kt_bond_new(struct kunit *test);
void nftsw_kt_bond_join(struct kunit *test, struct net_device *bond, struct net_device *dev);
void nftsw_kt_bond_leave(struct net_device *bond, struct net_device *dev);
void nftsw_kt_bond_free(void *bond);

#endif /* NFTSW_KT_BOND_H */
