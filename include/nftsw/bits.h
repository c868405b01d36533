/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Bit and field notation of the NFTSW ABI.  Floor 0: includes nothing but
 * <linux/types.h>, so the kernel, userspace and QEMU read the same text.
 * Masks are plain constant expressions; the driver may hand them to FIELD_GET().
 */
#ifndef NFTSW_BITS_H
#define NFTSW_BITS_H

#include <linux/types.h>

/* One bit, and the field from bit @hi down to bit @lo (both inclusive). */
#define NFTSW_BIT(n)		(1u << (n))
#define NFTSW_MASK(hi, lo) \
	((0xffffffffu >> (31 - (hi))) & (0xffffffffu << (lo)))

/* Lowest set bit of a mask: the factor between a field and its register. */
#define NFTSW_LSB(mask)		((mask) & (~(mask) + 1u))

/* Take a field out of a register value, or place a value into a field. */
#define NFTSW_GET(mask, reg)	(((reg) & (mask)) / NFTSW_LSB(mask))
#define NFTSW_PUT(mask, val)	(((val) * NFTSW_LSB(mask)) & (mask))

/* Size and offset proofs; every structure of the ABI carries them. */
#define NFTSW_SIZE_IS(type, bytes) \
	_Static_assert(sizeof(type) == (bytes), #type " has another size")
#define NFTSW_OFFSET_IS(type, member, bytes) \
	_Static_assert(__builtin_offsetof(type, member) == (bytes), \
		       #type "." #member " has moved")

#endif /* NFTSW_BITS_H */
