/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * What the model's benchmarks share: a chip in large pages, flows that are numbered,
 * the frames that match them, CPU time.
 */
#ifndef NFM_BENCH_H
#define NFM_BENCH_H

#include "nfm_flow.h"

#define BENCH_FRAME_LEN		60	/* 64 on the wire, with FCS */
#define BENCH_SLOT		128	/* octets from one frame's headroom to the next */

/**
 * struct bench - a chip, and a batch of frames for it
 * @m: chip
 * @mem: its memory
 * @bytes: size of @mem
 * @v6: flows are IPv6
 * @hosts: instead of flows: frames are bridged to that many hosts; 0 = flows
 * @flows: entries in the table
 * @seed: state of the generator of flow numbers
 * @egress: frames that have left
 * @slots: memory of NFM_BATCH frames
 * @frame: the frames
 * @model: the frame of flow 0
 */
struct bench {
	struct nfm *m;
	void *mem;
	size_t bytes;
	bool v6;
	u32 hosts;
	u32 flows;
	u64 seed;
	u64 egress;
	u8 slots[NFM_BATCH * BENCH_SLOT] NFM_ALIGNED(64);
	struct nfm_frame frame[NFM_BATCH];
	u8 model[BENCH_SLOT];
};

void bench_init(struct bench *b, bool v6, u32 capacity, u32 flows);
void bench_init_bridge(struct bench *b, u32 hosts);
void bench_fini(struct bench *b);
void bench_fill(struct bench *b, u32 n);
void bench_key(const struct bench *b, struct nftsw_hw_flow_key *key, u32 flow);
u32 bench_pick(struct bench *b);
u64 bench_cpu_ns(void);
u64 bench_huge_kb(void);

#endif /* NFM_BENCH_H */
