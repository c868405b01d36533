// SPDX-License-Identifier: GPL-2.0
/*
 * Rival of the chip's flow table: bulk lookup in DPDK's rte_hash, with keys of the same
 * size, the same numbered flows in the same random order, the same number of entries.
 *
 *	rte_hash [EAL arguments] -- FLOWS MILLISECONDS ROUNDS
 *
 * Hash function and implementation are the library's defaults (CRC32 where the CPU has
 * it; cuckoo with vector compare).  Writing the keys is measured by itself and taken
 * off, as for the model.  Writes one JSON object.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_hash.h>

#define BATCH		32
#define KEY_BYTES	48
#define ROUNDS_MAX	100

static uint8_t keys[BATCH][KEY_BYTES] __attribute__((aligned(64)));
static const void *key_ptrs[BATCH];
static int32_t found[BATCH];
static uint64_t seed = 0x9e3779b97f4a7c15ull;

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint32_t pick(uint32_t flows)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((uint64_t)(uint32_t)seed * flows >> 32);
}

/* The key of the model's flow table: ports, tags, then both addresses. */
static void make_key(uint8_t *key, uint32_t flow)
{
	uint16_t sport = (uint16_t)(1024 + (flow & 0x3fff));

	memset(key, 0, KEY_BYTES);
	key[3] = 17;
	key[4] = (uint8_t)(sport >> 8);
	key[5] = (uint8_t)sport;
	key[7] = 53;
	key[16] = 10;
	key[17] = (uint8_t)(flow >> 16);
	key[18] = (uint8_t)(flow >> 8);
	key[19] = (uint8_t)flow;
	memcpy(key + 32, "\xc6\x33\x64\x14", 4);
}

/* ns for each key; wrong answers go to *bad */
static double run(struct rte_hash *h, uint32_t flows, uint32_t ms, uint32_t *bad)
{
	uint64_t begin = cpu_ns();
	uint64_t done = 0;
	uint64_t spent;
	uint32_t i, k;

	do {
		for (k = 0; k < 128; k++) {
			for (i = 0; i < BATCH; i++)
				make_key(keys[i], pick(flows));
			__asm__ volatile("" : : "r"(keys) : "memory");
			if (h)
				rte_hash_lookup_bulk(h, key_ptrs, BATCH, found);
		}
		for (i = 0; h && i < BATCH; i++)
			*bad += found[i] < 0;
		done += 128 * BATCH;
		spent = cpu_ns() - begin;
	} while (spent < (uint64_t)ms * 1000000);
	return (double)spent / (double)done;
}

static double best(struct rte_hash *h, uint32_t flows, uint32_t ms, uint32_t rounds, uint32_t *bad)
{
	double least = run(h, flows, ms, bad);
	double ns;

	while (--rounds) {
		ns = run(h, flows, ms, bad);
		least = ns < least ? ns : least;
	}
	return least;
}

static struct rte_hash *make_table(uint32_t flows)
{
	struct rte_hash_parameters p = { .name = "rival", .entries = flows, .key_len = KEY_BYTES };
	struct rte_hash *h;
	uint32_t i;

	/* filled to the last entry it may refuse some; the next size up it does not */
	p.entries += p.entries / 8;
	h = rte_hash_create(&p);
	for (i = 0; h && i < flows; i++) {
		make_key(keys[0], i);
		if (rte_hash_add_key(h, keys[0]) < 0) {
			fprintf(stderr, "rte_hash: flow %u: no room\n", i);
			exit(1);
		}
	}
	return h;
}

int main(int argc, char **argv)
{
	int eal = rte_eal_init(argc, argv);
	uint32_t flows, ms, rounds, i;
	uint32_t bad = 0;
	double keys_ns, hit_ns;
	struct rte_hash *h;

	if (eal < 0 || argc - eal != 4) {
		fprintf(stderr, "usage: rte_hash [EAL arguments] -- FLOWS MILLISECONDS ROUNDS\n");
		return 2;
	}
	flows = (uint32_t)atoi(argv[eal + 1]);
	ms = (uint32_t)atoi(argv[eal + 2]);
	rounds = (uint32_t)atoi(argv[eal + 3]);
	if (!flows || !ms || !rounds || rounds > ROUNDS_MAX) {
		fprintf(stderr, "rte_hash: number out of range\n");
		return 2;
	}
	for (i = 0; i < BATCH; i++)
		key_ptrs[i] = keys[i];
	h = make_table(flows);
	if (!h) {
		fprintf(stderr, "rte_hash: no table\n");
		return 1;
	}
	keys_ns = best(NULL, flows, ms, rounds, &bad);
	hit_ns = best(h, flows, ms, rounds, &bad) - keys_ns;
	printf("{\"bench\": \"rte_hash\", \"flows\": %u, \"ns_hit\": %.2f, \"ns_key\": %.2f, ",
	       flows, hit_ns, keys_ns);
	printf("\"wrong\": %u}\n", bad);
	rte_hash_free(h);
	rte_eal_cleanup();
	return bad ? 1 : 0;
}
