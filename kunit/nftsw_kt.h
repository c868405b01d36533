/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fixture of the suites that need a chip: a device, a model on the KUnit bus, and
 * the driver on top, probed as it would be on PCI.  Floor 10.
 */
#ifndef NFTSW_KT_H
#define NFTSW_KT_H

#include <kunit/test.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include "../drivers/net/ethernet/nftsw/nftsw_hw.h"
#include "../drivers/net/ethernet/nftsw/nftsw_flow.h"
#include "nftsw_bus_model.h"
#include "nftsw_kt_flow.h"

#define NFTSW_KT_PORTS		4
#define NFTSW_KT_QUEUES		2
#define NFTSW_KT_FLOWS		64
#define NFTSW_KT_FDB		256

/**
 * struct nftsw_kt - one test's chip and driver
 * @test: test
 * @complaints: of the kernel when the test began
 * @dev: device
 * @bm: chip
 * @ns: driver's instance, or NULL
 * @rx: what the netdevs have received, oldest first
 * @tap: where it comes from
 * @buf: room for one frame
 * @want: room for the frame that is expected
 */
struct nftsw_kt {
	struct kunit *test;
	u32 complaints;
	struct device *dev;
	struct nftsw_bus_model *bm;
	struct nftsw *ns;
	struct sk_buff_head rx;
	struct packet_type tap;
	u8 buf[NFTSW_KT_FRAME_MAX];
	u8 want[NFTSW_KT_FRAME_MAX];
};

void nftsw_kt_cfg(struct nfm_cfg *cfg);
struct nftsw_kt *nftsw_kt_chip(struct kunit *test, const struct nfm_cfg *cfg);
int nftsw_kt_probe(struct nftsw_kt *kt);
void nftsw_kt_remove(struct nftsw_kt *kt);
int nftsw_kt_init(struct kunit *test);
void nftsw_kt_init_cfg(struct kunit *test, const struct nfm_cfg *cfg);
int nftsw_kt_init_up(struct kunit *test);
u32 nftsw_kt_torn_down(void);
void nftsw_kt_nf_give_up(unsigned long cookie);
void nftsw_kt_nf_give_up_late(unsigned long cookie);
void nftsw_kt_nf_route(unsigned long cookie, u16 mtu);

struct net_device *nftsw_kt_dev(const struct nftsw_kt *kt, u32 port);
void nftsw_kt_up(struct nftsw_kt *kt, u32 port);
void nftsw_kt_down(struct nftsw_kt *kt, u32 port);
void nftsw_kt_settle(struct nftsw_kt *kt);

void nftsw_kt_send(struct nftsw_kt *kt, u32 port, const struct nftsw_kt_frame *f);
void nftsw_kt_expect_egress(struct nftsw_kt *kt, u32 port,
			    const struct nftsw_kt_frame *f);
void nftsw_kt_expect_rx(struct nftsw_kt *kt, u32 port,
			const struct nftsw_kt_frame *f);
void nftsw_kt_expect_rx_raw(struct nftsw_kt *kt, u32 port, const void *data,
			    u32 len);
void nftsw_kt_expect_quiet(struct nftsw_kt *kt);
struct sk_buff *nftsw_kt_rx_take(struct nftsw_kt *kt, u32 port);
void nftsw_kt_flush(struct nftsw_kt *kt);

int nftsw_kt_offload(struct nftsw_kt *kt, struct nftsw_kt_ft *kf,
		     const struct nftsw_kt_conn *conn, unsigned long cookie);
void nftsw_kt_expect_forward(struct nftsw_kt *kt, const struct nftsw_kt_conn *conn,
			     enum flow_offload_tuple_dir dir);
void nftsw_kt_expect_trap(struct nftsw_kt *kt, const struct nftsw_kt_conn *conn,
			  enum flow_offload_tuple_dir dir);
u64 nftsw_kt_flow_events(struct nftsw_kt *kt, enum nftsw_flow_event ev);

#endif /* NFTSW_KT_H */
