// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Cost of a lookup by itself, against how full the table is.
 *
 *	bench_lookup CAPACITY PERCENT MILLISECONDS ROUNDS
 *
 * Batches of 32 random keys, all of them in the table, then none of them.  Writing the
 * keys is measured by itself and taken off.  Also: what an insert costs on the way to
 * that load, and what reading all counters costs.  Writes one JSON object.
 */
#include <stdio.h>
#include <stdlib.h>
#include "bench.h"

#define MISS	0x400000u	/* no such flow in the table */

static struct bench bench;
static struct nfm_pkt pkts[NFM_BATCH];

enum what { KEYS, HITS, MISSES };

/* ns for each key */
static double run(struct bench *b, enum what what, u32 ms)
{
	u64 begin = bench_cpu_ns();
	u64 keys = 0;
	u64 spent;
	u32 i, k;

	do {
		for (k = 0; k < 128; k++) {
			for (i = 0; i < NFM_BATCH; i++) {
				bench_key(b, &pkts[i].key,
					  bench_pick(b) | (what == MISSES ? MISS : 0));
				pkts[i].pflags = NFM_P_KEY | NFM_P_RMAC;
				pkts[i].verdict = NFM_V_NEXT;
			}
			__asm__ volatile("" : : "r"(pkts) : "memory");
			if (what == KEYS)
				continue;
			nfm_flow_hash(b->m, pkts, NFM_BATCH);
			nfm_flow_lookup(b->m, pkts, NFM_BATCH);
		}
		keys += 128 * NFM_BATCH;
		spent = bench_cpu_ns() - begin;
	} while (spent < (u64)ms * 1000000);
	return (double)spent / (double)keys;
}

static double best(struct bench *b, enum what what, u32 ms, u32 rounds)
{
	double least = run(b, what, ms);
	double ns;

	while (--rounds) {
		ns = run(b, what, ms);
		least = ns < least ? ns : least;
	}
	return least;
}

/* A wrong answer would be fast, too. */
static bool answers_right(struct bench *b)
{
	u32 bad = 0;
	u32 i, n;

	run(b, HITS, 1);
	for (i = 0; i < NFM_BATCH; i++)
		bad += pkts[i].flow >= b->flows;
	run(b, MISSES, 1);
	for (i = 0; i < NFM_BATCH; i++)
		bad += pkts[i].flow != NFM_FLOW_NONE;
	for (i = 0; i < b->flows; i += NFM_BATCH) {
		n = b->flows - i < NFM_BATCH ? b->flows - i : NFM_BATCH;
		for (u32 k = 0; k < n; k++) {
			bench_key(b, &pkts[k].key, i + k);
			pkts[k].verdict = NFM_V_NEXT;
		}
		nfm_flow_hash(b->m, pkts, n);
		nfm_flow_lookup(b->m, pkts, n);
		for (u32 k = 0; k < n; k++)
			bad += pkts[k].flow != i + k;
	}
	return !bad;
}

static double counters_ms(struct bench *b)
{
	struct nftsw_hw_flow_ctrs c[NFM_BATCH];
	u64 begin = bench_cpu_ns();
	u32 i;

	for (i = 0; i < b->m->cfg.flows; i++)
		nfm_flow_ctrs(b->m, i, &c[i % NFM_BATCH]);
	__asm__ volatile("" : : "r"(c) : "memory");
	return (double)(bench_cpu_ns() - begin) / 1000000;
}

int main(int argc, char **argv)
{
	u32 capacity, percent, ms, rounds;
	double keys, hit, miss;
	u64 insert_ns;

	if (argc != 5) {
		fprintf(stderr, "usage: bench_lookup CAPACITY PERCENT MILLISECONDS ROUNDS\n");
		return 2;
	}
	capacity = (u32)atoi(argv[1]);
	percent = (u32)atoi(argv[2]);
	ms = (u32)atoi(argv[3]);
	rounds = (u32)atoi(argv[4]);
	if (capacity < NFTSW_MIN_FLOWS || capacity > NFTSW_MAX_FLOWS || !percent || percent > 100 || !ms ||
	    !rounds) {
		fprintf(stderr, "bench_lookup: number out of range\n");
		return 2;
	}
	insert_ns = bench_cpu_ns();
	bench_init(&bench, false, capacity, (u32)((u64)capacity * percent / 100));
	insert_ns = bench_cpu_ns() - insert_ns;
	keys = best(&bench, KEYS, ms, rounds);
	hit = best(&bench, HITS, ms, rounds) - keys;
	miss = best(&bench, MISSES, ms, rounds) - keys;
	printf("{\"bench\": \"lookup\", \"capacity\": %u, \"flows\": %u, \"percent\": %u, ",
	       capacity, bench.flows, percent);
	printf("\"slots_percent\": %.1f, \"ns_hit\": %.2f, \"ns_miss\": %.2f, \"ns_key\": %.2f, ",
	       (double)bench.flows * 100 /
	       ((double)bench.m->flow->bucket_count * NFM_FLOW_SLOTS), hit, miss, keys);
	printf("\"ns_insert\": %.0f, \"ctrs_ms\": %.2f}\n",
	       (double)insert_ns / (double)bench.flows, counters_ms(&bench));
	if (!answers_right(&bench)) {
		fprintf(stderr, "bench_lookup: wrong answer\n");
		return 1;
	}
	bench_fini(&bench);
	return 0;
}
