/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Keyed hash of a flow key.  Floor 1.
 *
 * Three 64 x 64 -> 128 bit products, each folded to 64 bits, and one more to finish:
 * four multiplications for 48 octets.  Every factor that holds key material is first
 * mixed with a secret word, so whoever does not know the seed cannot choose keys whose
 * products vanish or agree; a colliding pair is found by chance only.  The family is
 * that of Black, Halevi, Krawczyk, Krovetz, Rogaway: "UMAC" (CRYPTO '99), NH, with
 * the multiply-and-fold step of wyhash in place of its addition.
 *
 * Machines without a 128-bit product compute the same value from four smaller ones.
 */
#ifndef NFM_HASH_H
#define NFM_HASH_H

#include "nfm_bytes.h"
#include "../include/nftsw/tbl.h"

#define NFM_HASH_SECRETS	8

_Static_assert(sizeof(struct nftsw_hw_flow_key) == 48, "nfm_hash() takes six words");

/* Low half of the product a * b, exclusive or its high half. */
static inline u64 nfm_hash_fold(u64 a, u64 b)
{
#ifdef __SIZEOF_INT128__
	unsigned __int128 p = (unsigned __int128)a * b;

	return (u64)p ^ (u64)(p >> 64);
#else
	u64 ll = (u64)(u32)a * (u32)b;
	u64 lh = (u64)(u32)a * (u32)(b >> 32);
	u64 hl = (u64)(u32)(a >> 32) * (u32)b;
	u64 hh = (u64)(u32)(a >> 32) * (u32)(b >> 32);
	u64 mid = (ll >> 32) + (u32)lh + (u32)hl;

	return ((mid << 32) | (u32)ll) ^ (hh + (lh >> 32) + (hl >> 32) + (mid >> 32));
#endif
}

/* Make the secret words from a seed: splitmix64 (Steele, Lea, Flood, OOPSLA 2014). */
static inline void nfm_hash_expand(u64 secret[NFM_HASH_SECRETS], u64 seed)
{
	u32 i;
	u64 z;

	for (i = 0; i < NFM_HASH_SECRETS; i++) {
		seed += 0x9e3779b97f4a7c15ull;
		z = seed;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
		secret[i] = (z ^ (z >> 31)) | 1;	/* a factor is never 0 */
	}
}

static inline u64 nfm_hash(const u64 secret[NFM_HASH_SECRETS], const struct nftsw_hw_flow_key *key)
{
	const u8 *k = (const u8 *)key;
	u64 h;

	h = nfm_hash_fold(nfm_ld64(k) ^ secret[0], nfm_ld64(k + 8) ^ secret[1]);
	h ^= nfm_hash_fold(nfm_ld64(k + 16) ^ secret[2], nfm_ld64(k + 24) ^ secret[3]);
	h ^= nfm_hash_fold(nfm_ld64(k + 32) ^ secret[4], nfm_ld64(k + 40) ^ secret[5]);
	return nfm_hash_fold(h ^ secret[6], secret[7]);
}

#endif /* NFM_HASH_H */
