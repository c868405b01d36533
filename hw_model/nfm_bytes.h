/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Unaligned loads and stores, and the internet checksum's arithmetic.  Floor 1.
 *
 * Frames have no alignment, so every access goes through a fixed-size copy that the
 * compiler turns into one instruction, -ffreestanding or not.
 *
 * Sums are taken over 16-bit words in the order of the machine: one's complement
 * addition does not care (RFC 1071 2.B), as long as constants are brought into the
 * same order with nfm_sum_word().
 */
#ifndef NFM_BYTES_H
#define NFM_BYTES_H

#include "nfm_port.h"

static inline u16 nfm_ld16(const void *p)
{
	u16 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline u32 nfm_ld32(const void *p)
{
	u32 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline u64 nfm_ld64(const void *p)
{
	u64 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline void nfm_st16(void *p, u16 v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

static inline void nfm_st32(void *p, u32 v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

static inline void nfm_st64(void *p, u64 v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

/* A 16-bit number of a header, in the order of the machine. */
static inline u16 nfm_ld_be16(const u8 *p)
{
	return (u16)((u32)p[0] << 8 | p[1]);
}

static inline void nfm_st_be16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8 & 0xff);
	p[1] = (u8)(v & 0xff);
}

/* Lowest set bit of @v, not 0.  32-bit compilers would call a library for it. */
static inline u32 nfm_ctz64(u64 v)
{
#if __SIZEOF_LONG__ == 8
	return (u32)__builtin_ctzl(v);
#else
	return (u32)v ? (u32)__builtin_ctz((u32)v) : 32 + (u32)__builtin_ctz((u32)(v >> 32));
#endif
}

/* Both addresses are equal: six octets. */
static inline bool nfm_mac_eq(const u8 *a, const u8 *b)
{
	return ((nfm_ld32(a) ^ nfm_ld32(b)) |
		(u32)(nfm_ld16(a + 4) ^ nfm_ld16(b + 4))) == 0;
}

/* 01:80:c2:00:00:00 to :0f, which no bridge forwards (IEEE 802.1Q, table 8-1). */
static inline bool nfm_mac_is_reserved(const u8 *mac)
{
	static const u8 reserved[5] = { 0x01, 0x80, 0xc2, 0x00, 0x00 };

	return nfm_ld32(mac) == nfm_ld32(reserved) && mac[4] == reserved[4] && mac[5] < 0x10;
}

/* What nfm_ld16() would give for @v in a header. */
static inline u16 nfm_sum_word(u16 v)
{
	u8 p[2];

	nfm_st_be16(p, v);
	return nfm_ld16(p);
}

/* Fold a sum of up to 2^32 words into 16 bits; 0 only when the sum is 0. */
static inline u16 nfm_sum_fold(u64 sum)
{
	sum = (sum & 0xffffffffu) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)((sum & 0xffff) + (sum >> 16));
}

/* Change the checksum at @p by @delta, the folded sum of ~old + new (RFC 1624). */
static inline u16 nfm_sum_apply(u16 check, u16 delta)
{
	u32 sum = (u32)(u16)~check + delta;

	return (u16)~((sum & 0xffff) + (sum >> 16));
}

#endif /* NFM_BYTES_H */
