// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* See fuzz.h. */
#include <stdio.h>
#include <stdlib.h>
#include <sanitizer/asan_interface.h>
#include "fuzz.h"
#include "../nfm_priv.h"

#define FUZZ_RUNS_MAX	20000
/* The end of each TX buffer, which no frame reaches, is forbidden ground. */
#define FUZZ_TX_GUARD	32

_Static_assert(NFM_HEADROOM + NFTSW_MAX_FRAME_VAL + FUZZ_TX_GUARD <= NFM_TXBUF_BYTES,
	       "the guard is part of a frame");

/* In front of every copy that dma_map hands out. */
struct bounce {
	u64 at;
	u32 len;
	bool write;
};

void fuzz_fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, what);
	abort();
}

static void *alloc(size_t size)
{
	void *p = calloc(1, size);

	FUZZ_ASSERT(p);
	return p;
}

/* Each mapping is a copy of exactly its size, so the sanitizer sees a step beyond. */
static void *fuzz_dma_map(void *host, u64 addr, u32 len, bool write)
{
	struct fuzz_host *h = host;
	struct bounce *b;

	FUZZ_ASSERT(h->inside && len && addr + len >= addr);
	h->calls++;
	if (h->restless)
		h->guest[h->restless++ * 2654435761u % FUZZ_GUEST_BYTES] ^= (u8)h->restless;
	if (addr < FUZZ_GUEST_BASE || addr - FUZZ_GUEST_BASE > FUZZ_GUEST_BYTES ||
	    len > FUZZ_GUEST_BYTES - (addr - FUZZ_GUEST_BASE))
		return NULL;
	b = alloc(sizeof(*b) + len);
	b->at = addr - FUZZ_GUEST_BASE;
	b->len = len;
	b->write = write;
	memcpy(b + 1, h->guest + b->at, len);
	h->mapped++;
	return b + 1;
}

static void fuzz_dma_unmap(void *host, void *p, u32 len, bool write)
{
	struct fuzz_host *h = host;
	struct bounce *b = (struct bounce *)p - 1;

	FUZZ_ASSERT(h->inside && b->len == len && b->write == write && h->mapped);
	if (write)
		memcpy(h->guest + b->at, p, len);
	h->mapped--;
	free(b);
}

static void fuzz_irq(void *host, u32 vec)
{
	struct fuzz_host *h = host;

	FUZZ_ASSERT(h->inside && vec < NFTSW_VEC_QUEUE(FUZZ_QUEUES));
	h->calls++;
}

static u32 be16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

/* The IPv4 header of a frame that leaves, if one is found, must add up. */
static void check_ipv4(const u8 *p, u32 len)
{
	u32 off = 12;
	u32 sum = 0;
	u32 i;

	while (off + 4 <= len && (be16(p + off) == 0x8100 || be16(p + off) == 0x88a8))
		off += 4;
	if (off + 2 > len || be16(p + off) != 0x0800)
		return;
	p += off + 2;
	if (off + 22 > len || p[0] != 0x45)
		return;
	for (i = 0; i < 20; i += 2)
		sum += be16(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	FUZZ_ASSERT(sum == 0xffff && p[8]);
}

/* Frames that forwarding makes are whole; those from the CPU, or of a rule, are as they are. */
static void fuzz_egress(void *host, u32 port, const struct nfm_frame *f, u32 n)
{
	struct fuzz_host *h = host;
	u64 ctr[NFTSW_PCTR_COUNT];
	u32 sum = 0;
	u32 i, k;

	FUZZ_ASSERT(h->inside && port < FUZZ_PORTS && n && n <= 32 && nfm_port_link(h->m, port));
	h->calls++;
	h->out += n;
	nfm_port_ctrs_get(h->m, port, ctr);
	for (i = 0; i < n; i++) {
		FUZZ_ASSERT(f[i].len >= 14 && f[i].len <= NFTSW_MAX_FRAME_VAL + 16);
		for (k = 0; k < f[i].len; k++)
			sum += f[i].data[k];
		if (!ctr[NFTSW_PCTR_TX_FROM_CPU] && !ctr[NFTSW_PCTR_TX_REDIRECT] &&
		    !ctr[NFTSW_PCTR_TX_MIRROR] && !ctr[NFTSW_PCTR_TX_BRIDGE])
			check_ipv4(f[i].data, f[i].len);
	}
	/* every octet has been looked at, whatever the optimiser thinks of the sum */
	h->calls += sum & 1;
}

static void fuzz_link(void *host, u32 port, bool on)
{
	struct fuzz_host *h = host;

	FUZZ_ASSERT(h->inside && port < FUZZ_PORTS);
	h->calls += 1 + on;
}

static void fuzz_kick(void *host)
{
	struct fuzz_host *h = host;

	h->kicked = true;
}

static void fuzz_trace(void *host, u32 what, u32 a, u64 b)
{
	(void)host;
	(void)a;
	(void)b;
	FUZZ_ASSERT(what <= NFM_TRACE_DMA_ERROR);
}

static const struct nfm_host_ops fuzz_ops = {
	.dma_map = fuzz_dma_map,
	.dma_unmap = fuzz_dma_unmap,
	.irq = fuzz_irq,
	.egress = fuzz_egress,
	.link = fuzz_link,
	.kick = fuzz_kick,
	.trace = fuzz_trace,
};

/* The one host of the process, as new.  */
struct fuzz_host *fuzz_host_new(void)
{
	static struct fuzz_host *h;
	u32 i;

	if (!h) {
		h = alloc(sizeof(*h));
		h->cfg.ports = FUZZ_PORTS;
		h->cfg.queues = FUZZ_QUEUES;
		h->cfg.flows = FUZZ_FLOWS;
		h->cfg.fdb = FUZZ_FDB;
		h->cfg.mac[0] = 2;
		for (i = 0; i < FUZZ_PORTS; i++)
			h->cfg.speed_mbps[i] = 1000;
		FUZZ_ASSERT(!nfm_cfg_check(&h->cfg));
		h->mem_bytes = nfm_size(&h->cfg);
		h->mem = alloc(h->mem_bytes);
	}
	__asan_unpoison_memory_region(h->mem, h->mem_bytes);
	memset(h->mem, 0, h->mem_bytes);
	memset(h->guest, 0, sizeof(h->guest));
	h->now = 1000000000;
	h->calls = 0;
	h->out = 0;
	h->restless = 0;
	h->kicked = false;
	h->inside = false;
	h->m = nfm_init(h->mem, &h->cfg, &fuzz_ops, h);
	for (i = 1; i <= NFM_BATCH; i++)
		__asan_poison_memory_region(h->m->txbuf + i * NFM_TXBUF_BYTES - FUZZ_TX_GUARD,
					    FUZZ_TX_GUARD);
	return h;
}

/* Run until the chip rests.  It must; and without a kick or time there is no work. */
void fuzz_quiesce(struct fuzz_host *h)
{
	bool idle = !h->kicked && nfm_deadline(h->m) > h->now;
	u64 calls = h->calls;
	u32 n = 0;

	h->inside = true;
	while (nfm_run(h->m, h->now, 64))
		FUZZ_ASSERT(++n < FUZZ_RUNS_MAX);
	FUZZ_ASSERT(!idle || (!n && calls == h->calls));
	FUZZ_ASSERT(!h->mapped);
	FUZZ_ASSERT(nfm_deadline(h->m) > h->now);
	h->kicked = false;
	calls = h->calls;
	FUZZ_ASSERT(!nfm_run(h->m, h->now, 64) && calls == h->calls);
	h->inside = false;
}

/* @n frames, one behind the other in @data, each in memory of exactly its size. */
void fuzz_ingress(struct fuzz_host *h, u32 port, const u8 *data, const u32 *len, u32 n)
{
	struct nfm_frame f[64];
	u8 *mem[64];
	u32 i;

	FUZZ_ASSERT(n <= 64);
	for (i = 0; i < n; i++) {
		mem[i] = alloc(NFM_HEADROOM + len[i]);
		f[i].data = mem[i] + NFM_HEADROOM;
		f[i].len = len[i];
		memcpy(f[i].data, data, len[i]);
		data += len[i];
	}
	h->inside = true;
	nfm_ingress(h->m, port, f, n, h->now);
	h->inside = false;
	FUZZ_ASSERT(!h->mapped);
	for (i = 0; i < n; i++)
		free(mem[i]);
}

/* The next octets of the input as a number; 0 behind its end. */
u32 fuzz_u8(struct fuzz_in *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

u32 fuzz_u16(struct fuzz_in *in)
{
	u32 v = fuzz_u8(in);

	return v | fuzz_u8(in) << 8;
}

u32 fuzz_u32(struct fuzz_in *in)
{
	u32 v = fuzz_u16(in);

	return v | fuzz_u16(in) << 16;
}

/* Up to *@n octets of the input; *@n is how many there were. */
const u8 *fuzz_octets(struct fuzz_in *in, size_t *n)
{
	const u8 *p = in->p;

	if (*n > in->n)
		*n = in->n;
	in->p += *n;
	in->n -= *n;
	return p;
}

/* ---- the bridge: records that are mostly good, from few octets --------------------- */

static u16 br_number(struct fuzz_in *in)
{
	u32 v = fuzz_u8(in);

	/* ports, LAGs and virtual ports that others name as well */
	return (u16)(v < 160 ? v % FUZZ_PORTS : v < 192 ? 64 + v % 4 : 96 + v % 8);
}

static void br_sets(struct fuzz_in *in, __le64 set[NFTSW_BR_PORT_WORDS])
{
	set[0] = NFM_TO_LE64(fuzz_u16(in) & ((1u << FUZZ_PORTS) - 1));
	set[1] = NFM_TO_LE64((u64)fuzz_u8(in) << 32 | (fuzz_u8(in) & 0xf));
}

static void br_port(struct fuzz_in *in, struct nftsw_hw_br_port *p)
{
	bool aware;

	p->port = NFM_TO_LE16(br_number(in));
	p->fid = NFM_TO_LE16((u16)(fuzz_u8(in) % 8));
	p->flags = NFM_TO_LE32(fuzz_u16(in) & NFTSW_BP_ALL);
	aware = NFM_LE32(p->flags) & NFTSW_BP_VLAN_AWARE;
	p->pvid = NFM_TO_LE16(aware ? (u16)(fuzz_u8(in) % 8) : 0);
	p->learn_limit = NFM_TO_LE32(fuzz_u8(in) % 16);
	p->tpid = NFM_TO_BE16(fuzz_u8(in) & 1 ? 0x88a8 : 0x8100);
	if (NFM_LE16(p->port) < 96)
		return;
	p->vport_port = NFM_TO_LE16(br_number(in));
	p->vport_vid = NFM_TO_LE16((u16)(fuzz_u8(in) % 8));
}

static void br_fid(struct fuzz_in *in, struct nftsw_hw_fid *f)
{
	u32 i;

	f->fid = NFM_TO_LE16((u16)(1 + fuzz_u8(in) % 7));
	f->flags = NFM_TO_LE32(fuzz_u8(in) ^ NFTSW_FID_VALID);
	if (!(NFM_LE32(f->flags) & NFTSW_FID_VALID)) {
		f->flags = 0;
		return;
	}
	f->vid = NFM_TO_LE16((u16)(fuzz_u8(in) % 8));
	f->tpid = NFM_TO_BE16(f->vid ? 0x8100 : 0);
	f->msti = (u8)(fuzz_u8(in) % 4);
	f->age_ms = NFM_TO_LE32(fuzz_u8(in));
	br_sets(in, f->members);
	br_sets(in, f->untagged);
	for (i = 0; i < NFTSW_BR_PORT_WORDS; i++)
		f->untagged[i] &= f->vid ? f->members[i] : 0;
}

static void br_vlan(struct fuzz_in *in, struct nftsw_hw_vlan *v)
{
	u32 to;

	v->port = NFM_TO_LE16(br_number(in));
	v->vid = NFM_TO_LE16((u16)(fuzz_u8(in) % 8));
	to = fuzz_u8(in);
	v->to = NFM_TO_LE16((u16)(to < 192 ? to % 8 : to == 255 ? NFTSW_VLAN_CPU :
				  NFTSW_VLAN_VPORT(to % 8)));
}

static void br_host(struct fuzz_in *in, struct nftsw_hw_fdb *e)
{
	u32 port = fuzz_u8(in);
	size_t want = 6;
	const u8 *o;

	e->fid = NFM_TO_LE16((u16)(1 + fuzz_u8(in) % 7));
	e->port = NFM_TO_LE16(port == 255 ? NFTSW_FDB_CPU : br_number(in));
	e->flags = NFM_TO_LE16((u16)(fuzz_u8(in) & NFTSW_FDB_ALL));
	o = fuzz_octets(in, &want);
	memcpy(e->mac, o, want);
}

static void br_group(struct fuzz_in *in, struct nftsw_hw_mdb *e)
{
	size_t want = 6;
	const u8 *o;

	e->fid = NFM_TO_LE16((u16)(1 + fuzz_u8(in) % 7));
	e->flags = NFM_TO_LE32(fuzz_u8(in) & NFTSW_MDB_ALL);
	br_sets(in, e->ports);
	o = fuzz_octets(in, &want);
	memcpy(e->mac, o, want);
}

/* Fills a record; returns which kind it is. */
u32 fuzz_bridge(struct fuzz_in *in, union fuzz_br *r)
{
	u32 kind = fuzz_u8(in) % FUZZ_BR_KINDS;

	memset(r, 0, sizeof(*r));
	if (kind == FUZZ_BR_PORT) {
		br_port(in, &r->port);
	} else if (kind == FUZZ_BR_FID) {
		br_fid(in, &r->fid);
	} else if (kind == FUZZ_BR_VLAN) {
		br_vlan(in, &r->vlan);
	} else if (kind == FUZZ_BR_STP) {
		r->stp.port = NFM_TO_LE16(br_number(in));
		r->stp.msti = (u8)(fuzz_u8(in) % 4);
		r->stp.state = (u8)(fuzz_u8(in) % 4);
	} else if (kind == FUZZ_BR_FDB) {
		br_host(in, &r->fdb);
	} else if (kind == FUZZ_BR_MDB) {
		br_group(in, &r->mdb);
	} else {
		r->flush.match = NFM_TO_LE32(fuzz_u8(in) & NFTSW_FF_ALL);
		r->flush.fid = NFM_TO_LE16((u16)(fuzz_u8(in) % 8));
		r->flush.port = NFM_TO_LE16(br_number(in));
	}
	return kind;
}
