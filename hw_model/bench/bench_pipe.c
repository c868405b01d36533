// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Speed of the whole pipeline: nfm_ingress() with batches of frames of random flows.
 *
 *	bench_pipe FAMILY FLOWS BATCH MILLISECONDS ROUNDS
 *
 * FAMILY is v4 or v6; or br: frames of IPv4 are bridged to one of FLOWS hosts.  Each frame is copied into its buffer and made to fit its flow
 * first, and that time counts: frames do not come into memory by themselves
 * for the rivals either.  It is measured by itself, too.  Writes one JSON object.
 * Times are of this thread's CPU, so that a busy machine disturbs caches at most.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"

#define ROUNDS_MAX	64

static struct bench bench;

/* Mpps over about @ms of CPU time.  Without @pipe: filling frames alone. */
static double run(struct bench *b, u32 batch, u32 ms, bool pipe)
{
	u64 begin = bench_cpu_ns();
	u64 now = 1000000000;
	u64 spent, frames = 0;
	u32 i;

	do {
		for (i = 0; i < 4096; i += batch) {
			bench_fill(b, batch);
			__asm__ volatile("" : : "r"(b) : "memory");
			if (pipe)
				nfm_ingress(b->m, 0, b->frame, batch, now += 1000);
		}
		frames += i;
		spent = bench_cpu_ns() - begin;
	} while (spent < (u64)ms * 1000000);
	return (double)frames * 1000 / (double)spent;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	double mpps[ROUNDS_MAX], fill;
	bool bridge = argc > 1 && !strcmp(argv[1], "br");
	u32 flows, batch, ms, rounds, i;
	u64 offered;

	if (argc != 6 || (strcmp(argv[1], "v4") && strcmp(argv[1], "v6") && !bridge)) {
		fprintf(stderr, "usage: bench_pipe v4|v6|br FLOWS BATCH MILLISECONDS ROUNDS\n");
		return 2;
	}
	flows = (u32)atoi(argv[2]);
	batch = (u32)atoi(argv[3]);
	ms = (u32)atoi(argv[4]);
	rounds = (u32)atoi(argv[5]);
	if (!flows || flows > (bridge ? NFTSW_MAX_FDB - 64 : NFTSW_MAX_FLOWS) ||
	    !batch || batch > NFM_BATCH || !ms ||
	    !rounds || rounds > ROUNDS_MAX) {
		fprintf(stderr, "bench_pipe: number out of range\n");
		return 2;
	}
	if (bridge)
		bench_init_bridge(&bench, flows);
	else
		bench_init(&bench, argv[1][1] == '6', flows < 16 ? 16 : flows, flows);
	run(&bench, batch, ms, true);
	for (i = 0; i < rounds; i++)
		mpps[i] = run(&bench, batch, ms, true);
	fill = run(&bench, batch, ms, false);
	qsort(mpps, rounds, sizeof(mpps[0]), compare);
	offered = bench.m->port[0].ctr[NFTSW_PCTR_RX_FRAMES];
	printf("{\"bench\": \"pipe\", \"family\": \"%s\", \"flows\": %u, \"batch\": %u, ", argv[1],
	       flows, batch);
	printf("\"mpps\": %.3f, \"mpps_best\": %.3f, \"mpps_worst\": %.3f, \"fill_mpps\": %.3f, ",
	       mpps[rounds / 2], mpps[rounds - 1], mpps[0], fill);
	printf("\"rounds\": %u, \"frames\": %llu, \"lost\": %llu, \"huge_kb\": %llu}\n", rounds,
	       (unsigned long long)offered, (unsigned long long)(offered - bench.egress),
	       (unsigned long long)bench_huge_kb());
	i = offered != bench.egress;
	bench_fini(&bench);
	return (int)i;
}
