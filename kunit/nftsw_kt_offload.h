/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fixture of the suites that offload flows: a flowtable bound to all ports, and a
 * connection through two of them.  Floor 10.
 */
#ifndef NFTSW_KT_OFFLOAD_H
#define NFTSW_KT_OFFLOAD_H

#include "nftsw_kt.h"

#define NFTSW_KT_COOKIE		0x1000ul
#define NFTSW_KT_LAN		0
#define NFTSW_KT_WAN		1
#define NFTSW_KT_OTHER		2

/**
 * struct nftsw_kt_off - a test's flowtable and connection; kunit.priv
 * @kt: chip and driver
 * @kf: flowtable, IPv4; NULL: the test has freed it
 * @conn: UDP with source NAT, from port LAN to port WAN
 */
struct nftsw_kt_off {
	struct nftsw_kt *kt;
	struct nftsw_kt_ft *kf;
	struct nftsw_kt_conn conn;
};

void nftsw_kt_off_init_cfg(struct kunit *test, const struct nfm_cfg *cfg);
int nftsw_kt_off_init(struct kunit *test);
void nftsw_kt_off_exit(struct kunit *test);
void nftsw_kt_off_bind(struct kunit *test, struct nftsw_kt_ft *kf);
void nftsw_kt_off_unbind(struct kunit *test, struct nftsw_kt_ft *kf);
void nftsw_kt_off_add(struct kunit *test);
void nftsw_kt_off_forward(struct kunit *test);
int nftsw_kt_off_replace(struct kunit *test, unsigned long cookie,
			 const struct nftsw_kt_rule *rule);
int nftsw_kt_off_destroy(struct kunit *test, unsigned long cookie);
int nftsw_kt_off_stats(struct kunit *test, unsigned long cookie,
		       struct flow_stats *stats);
u32 nftsw_kt_off_count(struct kunit *test);
u16 nftsw_kt_off_mtu(struct kunit *test, u32 oport);
u32 nftsw_kt_off_diffs(struct kunit *test);
u32 nftsw_kt_off_commands(struct kunit *test);

#endif /* NFTSW_KT_OFFLOAD_H */
