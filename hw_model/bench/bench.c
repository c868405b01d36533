// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* See bench.h. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include "bench.h"

#define LARGE_PAGE	(2u << 20)

static const u8 router[6] = { 2, 0, 0, 0, 1, 0 };

u64 bench_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

/* Memory of this process that lies in transparent large pages. */
u64 bench_huge_kb(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	unsigned long long kb = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "AnonHugePages: %llu kB", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

static void *bench_alloc(struct bench *b)
{
	u8 *p;

	b->bytes = nfm_size(&b->m->cfg) + 2 * LARGE_PAGE;
	p = mmap(NULL, b->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	madvise(p, b->bytes, MADV_HUGEPAGE);
	b->mem = p;
	return p + (-(size_t)p & (LARGE_PAGE - 1));
}

static void bench_egress(void *host, u32 port, const struct nfm_frame *f, u32 n)
{
	struct bench *b = host;

	(void)port;
	(void)f;
	b->egress += n;
}

static void *bench_dma_map(void *host, u64 addr, u32 len, bool write)
{
	(void)host;
	(void)addr;
	(void)len;
	(void)write;
	return NULL;
}

static void bench_dma_unmap(void *host, void *p, u32 len, bool write)
{
	(void)host;
	(void)p;
	(void)len;
	(void)write;
}

static void bench_vec(void *host, u32 vec)
{
	(void)host;
	(void)vec;
}

static void bench_link(void *host, u32 port, bool on)
{
	(void)host;
	(void)port;
	(void)on;
}

static void bench_kick(void *host)
{
	(void)host;
}

static const struct nfm_host_ops bench_ops = {
	.dma_map = bench_dma_map,
	.dma_unmap = bench_dma_unmap,
	.irq = bench_vec,
	.egress = bench_egress,
	.link = bench_link,
	.kick = bench_kick,
};

/* Flow @flow of the numbered flows: its source address and port say which. */
void bench_key(const struct bench *b, struct nftsw_hw_flow_key *key, u32 flow)
{
	memset(key, 0, sizeof(*key));
	key->l4proto = 17;
	key->sport = NFM_TO_BE16((u16)(1024 + (flow & 0x3fff)));
	key->dport = NFM_TO_BE16(53);
	if (b->v6) {
		key->flags = NFTSW_FK_IPV6;
		memcpy(key->saddr, "\x20\x01\x0d\xb8\0\1\0\0\0\0\0\0", 12);
		memcpy(key->daddr, "\x20\x01\x0d\xb8\xff\xff\0\0\0\0\0\0\0\0\0\x20", 16);
		nfm_st_be16(key->saddr + 12, flow >> 16);
		nfm_st_be16(key->saddr + 14, flow);
	} else {
		key->saddr[0] = 10;
		key->saddr[1] = (u8)(flow >> 16);
		nfm_st_be16(key->saddr + 2, flow);
		memcpy(key->daddr, "\xc6\x33\x64\x14", 4);
	}
}

static void bench_add(struct bench *b, u32 flow)
{
	struct nftsw_hw_flow_entry e = { 0 };
	u32 status;

	bench_key(b, &e.key, flow);
	e.index = NFM_TO_LE32(flow);
	e.action = NFM_TO_LE32(NFTSW_FA_SADDR | NFTSW_FA_SPORT);
	e.oport = NFM_TO_LE16(1);
	e.mtu = NFM_TO_LE16(1500);
	memcpy(e.dmac, "\x02\xcc\0\0\0\1", 6);
	memcpy(e.smac, "\x02\0\0\0\1\1", 6);
	e.sport = NFM_TO_BE16((u16)(flow * 7 + 1));
	if (b->v6)
		memcpy(e.saddr, "\x20\x01\x0d\xb8\0\7\0\0\0\0\0\0\0\0\0\7", 16);
	else
		memcpy(e.saddr, "\xcb\0\x71\7", 4);
	status = nfm_flow_set(b->m, &e);
	if (status != NFTSW_ST_OK) {
		fprintf(stderr, "flow %u: %s\n", flow, nfm_status_name(status));
		exit(1);
	}
}

/* Frame of flow 0: 60 octets of IPv4, 66 of IPv6 (which needs 48 for its headers). */
static void bench_model(struct bench *b)
{
	struct nftsw_hw_flow_key key;
	u8 *f = b->model;
	u8 *ip = f + 14;
	u8 *l4;

	bench_key(b, &key, 0);
	memcpy(f, router, 6);
	memcpy(f + 6, "\x02\xaa\0\0\0\1", 6);
	if (b->v6) {
		nfm_st_be16(f + 12, 0x86dd);
		ip[0] = 0x60;
		nfm_st_be16(ip + 4, 12);
		ip[6] = 17;
		ip[7] = 64;
		memcpy(ip + 8, key.saddr, 16);
		memcpy(ip + 24, key.daddr, 16);
		l4 = ip + 40;
		nfm_st_be16(l4 + 4, 12);
	} else {
		nfm_st_be16(f + 12, 0x0800);
		memcpy(ip, "\x45\0\0\x2e\0\0\x40\0\x40\x11", 10);
		memcpy(ip + 12, key.saddr, 4);
		memcpy(ip + 16, key.daddr, 4);
		l4 = ip + 20;
		nfm_st_be16(l4 + 4, 26);
	}
	memcpy(l4, &key.sport, 2);
	memcpy(l4 + 2, &key.dport, 2);
	nfm_st16(l4 + 6, 0x1234);
}

static void bench_chip(struct bench *b, const struct nfm_cfg *cfg)
{
	struct nfm shape;
	u32 i;

	b->seed = 0x9e3779b97f4a7c15ull;
	shape.cfg = *cfg;
	b->m = &shape;
	b->m = nfm_init(bench_alloc(b), cfg, &bench_ops, b);
	nfm_mmio_write(b->m, NFTSW_SEED_LO, 0x66747377);
	nfm_mmio_write(b->m, NFTSW_SEED_HI, 0x6e);
	nfm_mmio_write(b->m, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
	for (i = 0; i < 2; i++) {
		nfm_mmio_write(b->m, NFTSW_PORT_CTRL(i), NFTSW_PORT_CTRL_EN);
		nfm_link_set(b->m, i, true);
	}
}

void bench_init(struct bench *b, bool v6, u32 capacity, u32 flows)
{
	struct nfm_cfg cfg = { .ports = 2, .queues = 1, .flows = capacity, .fdb = 16384,
			       .serial = 1, .mac = { 2 }, .speed_mbps = { 10000, 10000 } };
	u32 i;

	memset(b, 0, sizeof(*b));
	b->v6 = v6;
	b->flows = flows;
	bench_chip(b, &cfg);
	memcpy(b->m->port[0].rmac[0].mac, router, 6);
	b->m->port[0].rmac[0].flags = NFTSW_RMAC_ROUTER;
	b->m->port[0].rmac_count = 1;
	for (i = 0; i < flows; i++)
		bench_add(b, i);
	bench_model(b);
}

static void bench_host_mac(u8 *mac, u32 host)
{
	memcpy(mac, "\x02\xbb\0", 3);
	mac[3] = (u8)(host >> 16);
	nfm_st_be16(mac + 4, host);
}

static void bench_bridge(struct bench *b)
{
	struct nftsw_hw_fid fid = { .fid = NFM_TO_LE16(1), .members[0] = NFM_TO_LE64(3),
				    .flags = NFM_TO_LE32(NFTSW_FID_VALID),
				    .age_ms = NFM_TO_LE32(300000) };
	struct nftsw_hw_br_port port = { .fid = NFM_TO_LE16(1), .tpid = NFM_TO_BE16(0x8100),
					 .flags = NFM_TO_LE32(NFTSW_BP_LEARNING) };
	u32 i;

	nfm_fid_set(b->m, &fid);
	for (i = 0; i < 2; i++) {
		port.port = NFM_TO_LE16((u16)i);
		nfm_br_port_set(b->m, i, &port);
	}
}

/* Every frame is of one host of port 0, to a random one of those behind port 1. */
void bench_init_bridge(struct bench *b, u32 hosts)
{
	struct nfm_cfg cfg = { .ports = 2, .queues = 1, .flows = 16, .serial = 1, .mac = { 2 },
			       .speed_mbps = { 10000, 10000 } };
	struct nftsw_hw_fdb e = { .fid = NFM_TO_LE16(1), .port = NFM_TO_LE16(1) };
	u32 i;

	memset(b, 0, sizeof(*b));
	b->hosts = hosts;
	b->flows = hosts;
	cfg.fdb = hosts + 64 > NFTSW_MAX_FDB ? NFTSW_MAX_FDB : hosts + 64;
	bench_chip(b, &cfg);
	bench_bridge(b);
	for (i = 0; i < hosts; i++) {
		bench_host_mac(e.mac, i);
		if (nfm_fdb_set(b->m, &e) != NFTSW_ST_OK) {
			fprintf(stderr, "host %u does not fit\n", i);
			exit(1);
		}
	}
	bench_model(b);
}

void bench_fini(struct bench *b)
{
	munmap(b->mem, b->bytes);
}

/* A flow number, uniform over the table. */
u32 bench_pick(struct bench *b)
{
	b->seed ^= b->seed << 13;
	b->seed ^= b->seed >> 7;
	b->seed ^= b->seed << 17;
	return (u32)((u64)(u32)b->seed * b->flows >> 32);
}

static void bench_fill_v4(u8 *f, u32 flow)
{
	u32 sum = 0x4500 + 0x002e + 0x4000 + 0x4011 + 0xc633 + 0x6414;

	f[27] = (u8)(flow >> 16);
	nfm_st_be16(f + 28, flow);
	sum += 0x0a00 + (flow >> 16 & 0xff) + (flow & 0xffff);
	sum = (sum & 0xffff) + (sum >> 16);
	nfm_st_be16(f + 24, ~((sum & 0xffff) + (sum >> 16)));
	nfm_st_be16(f + 34, 1024 + (flow & 0x3fff));
}

static void bench_fill_v6(u8 *f, u32 flow)
{
	nfm_st_be16(f + 34, flow >> 16);
	nfm_st_be16(f + 36, flow);
	nfm_st_be16(f + 54, 1024 + (flow & 0x3fff));
}

/* A batch of frames of random flows, as a port would deliver it. */
void bench_fill(struct bench *b, u32 n)
{
	u32 i;
	u8 *f;

	for (i = 0; i < n; i++) {
		f = b->slots + i * BENCH_SLOT + NFM_HEADROOM;
		__builtin_memcpy(f, b->model, 66);
		if (b->hosts)
			bench_host_mac(f, bench_pick(b));
		else if (b->v6)
			bench_fill_v6(f, bench_pick(b));
		else
			bench_fill_v4(f, bench_pick(b));
		b->frame[i].data = f;
		b->frame[i].len = b->v6 ? 66 : BENCH_FRAME_LEN;
	}
}
