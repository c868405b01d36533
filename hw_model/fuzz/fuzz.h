/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * What both fuzz targets share: a small chip in a host that notices everything, and a
 * reader of the input.
 */
#ifndef NFM_FUZZ_H
#define NFM_FUZZ_H

#include "nfm.h"

#define FUZZ_GUEST_BASE		0x10000u
#define FUZZ_GUEST_BYTES	0x10000u
#define FUZZ_PORTS		10
#define FUZZ_QUEUES		2
#define FUZZ_FLOWS		64
#define FUZZ_FDB		64

/* A broken promise of the model is a crash, and so a finding. */
#define FUZZ_ASSERT(cond)	do { if (!(cond)) fuzz_fail(#cond, __FILE__, __LINE__); } while (0)

/**
 * struct fuzz_in - the input, eaten from the front
 * @p: what is left
 * @n: octets left
 */
struct fuzz_in {
	const u8 *p;
	size_t n;
};

/**
 * struct fuzz_host - a chip and its surroundings
 * @m: the chip
 * @cfg: its properties
 * @mem: its memory
 * @mem_bytes: size of @mem
 * @now: time
 * @mapped: mappings not undone
 * @calls: calls that touch the world: mappings, interrupts, egress, link
 * @out: frames that left
 * @kicked: kick was called since the chip last came to rest
 * @inside: a call into the model is under way
 * @restless: octets of guest memory that change at each mapping
 * @guest: guest memory at FUZZ_GUEST_BASE
 */
struct fuzz_host {
	struct nfm *m;
	struct nfm_cfg cfg;
	void *mem;
	size_t mem_bytes;
	u64 now;
	u32 mapped;
	u64 calls;
	u64 out;
	bool kicked;
	bool inside;
	u32 restless;
	u8 guest[FUZZ_GUEST_BYTES];
};

/* A record of one of the bridge's commands. */
union fuzz_br {
	struct nftsw_hw_br_port port;
	struct nftsw_hw_stp stp;
	struct nftsw_hw_vlan vlan;
	struct nftsw_hw_fid fid;
	struct nftsw_hw_fdb fdb;
	struct nftsw_hw_mdb mdb;
	struct nftsw_hw_fdb_flush flush;
	u8 octets[64];
};

/* Of fuzz_bridge(): kinds of records. */
enum { FUZZ_BR_PORT, FUZZ_BR_FID, FUZZ_BR_VLAN, FUZZ_BR_STP, FUZZ_BR_FDB, FUZZ_BR_MDB,
       FUZZ_BR_FLUSH, FUZZ_BR_KINDS };

void fuzz_fail(const char *what, const char *file, int line) __attribute__((noreturn));
struct fuzz_host *fuzz_host_new(void);
void fuzz_quiesce(struct fuzz_host *h);
void fuzz_ingress(struct fuzz_host *h, u32 port, const u8 *data, const u32 *len, u32 n);
u32 fuzz_u8(struct fuzz_in *in);
u32 fuzz_u16(struct fuzz_in *in);
u32 fuzz_u32(struct fuzz_in *in);
const u8 *fuzz_octets(struct fuzz_in *in, size_t *n);
u32 fuzz_bridge(struct fuzz_in *in, union fuzz_br *r);

#endif /* NFM_FUZZ_H */
