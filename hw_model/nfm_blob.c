// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * How numbers and octets pass into a blob and out of it.  Floor 4; called by nfm_state.c and
 * nfm_state_br.c.  Integers are little endian, whatever the machine.
 */
#include "nfm_blob.h"

/**
 * nfm_blob_refuse() - something is wrong with a blob that is being read
 * @b: blob
 * @why: a sentence; the first one stays
 */
void nfm_blob_refuse(struct nfm_blob *b, const char *why)
{
	if (!b->error)
		b->error = why;
}

/**
 * nfm_blob_octets() - octets pass either way; behind the end nothing passes
 * @b: blob
 * @p: octets
 * @n: how many
 */
void nfm_blob_octets(struct nfm_blob *b, void *p, size_t n)
{
	if (b->error)
		return;
	if (n > b->end - b->at) {
		b->error = "the state is shorter than its contents";
		return;
	}
	if (b->in)
		memcpy(p, b->in + b->at, n);
	else if (b->out)
		memcpy(b->out + b->at, p, n);
	b->at += n;
}

/**
 * nfm_blob_u64() - a number passes either way
 * @b: blob
 * @v: number
 */
void nfm_blob_u64(struct nfm_blob *b, u64 *v)
{
	__le64 le = NFM_TO_LE64(*v);

	nfm_blob_octets(b, &le, sizeof(le));
	if (b->in && !b->error)
		*v = NFM_LE64(le);
}

/**
 * nfm_blob_u32() - a number passes either way
 * @b: blob
 * @v: number
 */
void nfm_blob_u32(struct nfm_blob *b, u32 *v)
{
	__le32 le = NFM_TO_LE32(*v);

	nfm_blob_octets(b, &le, sizeof(le));
	if (b->in && !b->error)
		*v = NFM_LE32(le);
}

/**
 * nfm_blob_u16() - a small number passes either way
 * @b: blob, in which it takes 32 bits
 * @v: number
 */
void nfm_blob_u16(struct nfm_blob *b, u16 *v)
{
	u32 wide = *v;

	nfm_blob_u32(b, &wide);
	if (wide > 0xffff)
		nfm_blob_refuse(b, "a 16-bit value of the state is too large");
	else if (b->in)
		*v = (u16)wide;
}

/**
 * nfm_blob_bool() - a flag passes either way
 * @b: blob
 * @v: flag
 */
void nfm_blob_bool(struct nfm_blob *b, bool *v)
{
	u32 wide = *v;

	nfm_blob_u32(b, &wide);
	if (wide > 1)
		nfm_blob_refuse(b, "a flag of the state is neither 0 nor 1");
	else if (b->in)
		*v = wide;
}

/**
 * nfm_blob_need() - refuse what was read, unless it is as it must be
 * @b: blob; nothing happens when it is being written
 * @ok: whether it is
 * @why: a sentence
 */
void nfm_blob_need(struct nfm_blob *b, bool ok, const char *why)
{
	if (b->in && !ok)
		nfm_blob_refuse(b, why);
}
