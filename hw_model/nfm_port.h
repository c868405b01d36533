/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Where the model meets its environment.  Floor 1.
 *
 * The only file of hw_model/ that knows whether it is compiled for the kernel or
 * for userspace (tests, fuzzers, QEMU).  Gives fixed-width types, byte order, the
 * four mem* functions and a few compiler words; nothing else comes from outside.
 */
#ifndef NFM_PORT_H
#define NFM_PORT_H

#ifdef __KERNEL__

#include <linux/types.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <asm/barrier.h>
#include <asm/byteorder.h>

#define NFM_LE16(x)	le16_to_cpu(x)
#define NFM_LE32(x)	le32_to_cpu(x)
#define NFM_LE64(x)	le64_to_cpu(x)
#define NFM_TO_LE16(x)	cpu_to_le16(x)
#define NFM_TO_LE32(x)	cpu_to_le32(x)
#define NFM_TO_LE64(x)	cpu_to_le64(x)
#define NFM_BE16(x)	be16_to_cpu(x)
#define NFM_TO_BE16(x)	cpu_to_be16(x)
#define NFM_STORE_RELEASE(p, v)	smp_store_release(&*(p), v)

#else

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* sparse proves the byte order here too, when it runs over a userspace build */
#ifdef __CHECKER__
#define NFM_FORCE	__attribute__((force))
#else
#define NFM_FORCE
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NFM_LE_SWAP16(x)	(x)
#define NFM_LE_SWAP32(x)	(x)
#define NFM_LE_SWAP64(x)	(x)
#define NFM_BE_SWAP16(x)	__builtin_bswap16(x)
#else
#define NFM_LE_SWAP16(x)	__builtin_bswap16(x)
#define NFM_LE_SWAP32(x)	__builtin_bswap32(x)
#define NFM_LE_SWAP64(x)	__builtin_bswap64(x)
#define NFM_BE_SWAP16(x)	(x)
#endif
#define NFM_LE16(x)	NFM_LE_SWAP16((NFM_FORCE u16)(__le16)(x))
#define NFM_LE32(x)	NFM_LE_SWAP32((NFM_FORCE u32)(__le32)(x))
#define NFM_LE64(x)	NFM_LE_SWAP64((NFM_FORCE u64)(__le64)(x))
#define NFM_BE16(x)	NFM_BE_SWAP16((NFM_FORCE u16)(__be16)(x))
#define NFM_TO_LE16(x)	((NFM_FORCE __le16)NFM_LE_SWAP16((u16)(x)))
#define NFM_TO_LE32(x)	((NFM_FORCE __le32)NFM_LE_SWAP32((u32)(x)))
#define NFM_TO_LE64(x)	((NFM_FORCE __le64)NFM_LE_SWAP64((u64)(x)))
#define NFM_TO_BE16(x)	((NFM_FORCE __be16)NFM_BE_SWAP16((u16)(x)))
/* The phase of an entry becomes visible behind the entry; pairs with software's dma_rmb(). */
#define NFM_STORE_RELEASE(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

#endif /* __KERNEL__ */

#define nfm_likely(x)		__builtin_expect(!!(x), 1)
#define nfm_unlikely(x)		__builtin_expect(!!(x), 0)
#define nfm_prefetch(p)		__builtin_prefetch(p)
#define nfm_prefetch_w(p)	__builtin_prefetch(p, 1)
#define NFM_ALIGNED(n)		__attribute__((__aligned__(n)))
#define NFM_CACHE_LINE		64
#define NFM_ARRAY_COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#endif /* NFM_PORT_H */
