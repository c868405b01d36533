/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * A chip without registers and rings, for tests of the pipeline and what is below it:
 * struct nfm with its ports and its flow table, set up by hand.
 */
#ifndef NFM_TEST_CHIP_H
#define NFM_TEST_CHIP_H

#include "nfm_flow.h"

/**
 * struct chip_copies - what nfm_pipe_run() has sent by itself: copies of frames
 * @count: how many
 * @port: port of the last one
 * @len: its octets
 * @data: likewise
 */
struct chip_copies {
	u32 count;
	u32 port;
	u32 len;
	u8 data[2048];
};

extern struct chip_copies chip_copies;

/**
 * struct frame - a frame in memory of exactly its size behind the headroom
 * @mem: what was allocated
 * @data: first octet
 * @len: octets
 */
struct frame {
	u8 *mem;
	u8 *data;
	u32 len;
};

struct nfm *chip_new(u32 ports, u32 flows);
void chip_free(struct nfm *m);
void chip_rmac(struct nfm *m, u32 port, const u8 *mac, u8 flags);
u32 chip_lag(struct nfm *m, u32 lag, u64 members, u64 active);
void chip_rule(struct nftsw_hw_acl_entry *e, u32 index, u8 verdict);
void chip_entry(struct nftsw_hw_flow_entry *e, u32 index, u32 salt);
struct frame frame_new(const u8 *octets, u32 len);
struct frame frame_udp(const struct nftsw_hw_flow_key *key, const u8 *dmac, u32 payload);
struct frame frame_tcp(const struct nftsw_hw_flow_key *key, const u8 *dmac, u8 flags);
void frame_free(struct frame *f);
u32 hex_decode(u8 *out, u32 size, const char *hex);
u64 random_u64(u64 *state);

#endif /* NFM_TEST_CHIP_H */
