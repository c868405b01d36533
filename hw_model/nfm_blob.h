/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * A blob of octets that a chip's state is written to or read from, for nfm_state.c, which
 * explains it, and nfm_state_br.c.  Floor 1.
 */
#ifndef NFM_BLOB_H
#define NFM_BLOB_H

#include "nfm_priv.h"

/**
 * struct nfm_blob - a position in a blob, and which way the octets go
 * @in: being read; NULL when writing
 * @out: being written; NULL when reading, or when only counting
 * @at: position
 * @end: octets that may be read or written
 * @error: first thing that was wrong
 */
struct nfm_blob {
	const u8 *in;
	u8 *out;
	size_t at;
	size_t end;
	const char *error;
};

/* nfm_blob.c (floor 4) */
void nfm_blob_refuse(struct nfm_blob *b, const char *why);
void nfm_blob_octets(struct nfm_blob *b, void *p, size_t n);
void nfm_blob_u64(struct nfm_blob *b, u64 *v);
void nfm_blob_u32(struct nfm_blob *b, u32 *v);
void nfm_blob_u16(struct nfm_blob *b, u16 *v);
void nfm_blob_bool(struct nfm_blob *b, bool *v);
void nfm_blob_need(struct nfm_blob *b, bool ok, const char *why);

/* nfm_state_br.c (floor 4): sections of the bridge */
void nfm_state_bridge(struct nfm *m, struct nfm_blob *b);
void nfm_state_hosts(struct nfm *m, struct nfm_blob *b);
void nfm_state_groups(struct nfm *m, struct nfm_blob *b);

#endif /* NFM_BLOB_H */
