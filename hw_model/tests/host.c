// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* See host.h. */
#include <stdio.h>
#include <stdlib.h>
#include "host.h"

/* In front of every copy that dma_map hands out. */
struct bounce {
	u64 addr;
	u32 len;
	bool write;
};

static void *alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p) {
		printf("Bail out! out of memory\n");
		exit(1);
	}
	return p;
}

static void *host_dma_map(void *host, u64 addr, u32 len, bool write)
{
	struct host *h = host;
	struct bounce *b;

	if (!len || addr + len < addr) {
		printf("Bail out! mapping of %u octets at %#llx\n", len, (unsigned long long)addr);
		exit(1);
	}
	if (h->on_map)
		h->on_map(h, addr, len);
	if (addr < HOST_GUEST_BASE || addr - HOST_GUEST_BASE > HOST_GUEST_BYTES ||
	    len > HOST_GUEST_BYTES - (addr - HOST_GUEST_BASE))
		return NULL;
	b = alloc(sizeof(*b) + len);
	b->addr = addr;
	b->len = len;
	b->write = write;
	memcpy(b + 1, host_ptr(h, addr), len);
	h->mapped++;
	h->maps++;
	return b + 1;
}

static void host_dma_unmap(void *host, void *p, u32 len, bool write)
{
	struct host *h = host;
	struct bounce *b = (struct bounce *)p - 1;

	if (b->len != len || b->write != write) {
		printf("Bail out! dma_unmap() is not the inverse of dma_map()\n");
		exit(1);
	}
	if (write)
		memcpy(host_ptr(h, b->addr), p, len);
	h->mapped--;
	free(b);
}

static void host_irq(void *host, u32 vec)
{
	struct host *h = host;

	h->irqs[vec]++;
}

static void host_egress(void *host, u32 port, const struct nfm_frame *f, u32 n)
{
	struct host *h = host;
	struct host_out *o;

	for (; n; n--, f++) {
		if (h->out_count == HOST_OUT_MAX)
			break;
		o = &h->out[h->out_count++];
		o->port = port;
		o->batch = h->batches;
		o->len = f->len;
		memcpy(o->data, f->data, f->len);
	}
	h->batches++;
}

static void host_link(void *host, u32 port, bool on)
{
	struct host *h = host;

	h->links++;
	h->link[port] = on;
}

static void host_kick(void *host)
{
	struct host *h = host;

	h->kicks++;
}

static void host_trace(void *host, u32 what, u32 a, u64 b)
{
	struct host *h = host;

	(void)a;
	(void)b;
	h->traces[what]++;
}

static const struct nfm_host_ops host_ops = {
	.dma_map = host_dma_map,
	.dma_unmap = host_dma_unmap,
	.irq = host_irq,
	.egress = host_egress,
	.link = host_link,
	.kick = host_kick,
	.trace = host_trace,
};

/* Properties of the chip of most tests. */
void host_cfg(struct nfm_cfg *cfg)
{
	static const u8 mac[6] = { 0x02, 0x4e, 0x46, 0x54, 0x00, 0x00 };
	u32 i;

	memset(cfg, 0, sizeof(*cfg));
	cfg->ports = 4;
	cfg->queues = 2;
	cfg->flows = 1024;
	cfg->fdb = 256;
	cfg->serial = 0x1122334455667788ull;
	memcpy(cfg->mac, mac, 6);
	for (i = 0; i < NFTSW_MAX_PORTS; i++)
		cfg->speed_mbps[i] = 10000;
}

/* A chip in a host; @cfg NULL: that of host_cfg().  The memory is misaligned on purpose. */
struct host *host_new(const struct nfm_cfg *cfg)
{
	struct host *h = alloc(sizeof(*h));

	if (cfg)
		h->cfg = *cfg;
	else
		host_cfg(&h->cfg);
	h->guest = alloc(HOST_GUEST_BYTES);
	h->out = alloc(HOST_OUT_MAX * sizeof(*h->out));
	h->mem = alloc(nfm_size(&h->cfg) + 8);
	h->now = 1000000000ull;
	h->m = nfm_init((u8 *)h->mem + 8, &h->cfg, &host_ops, h);
	return h;
}

/* The same, with rings, ports and pipeline running. */
struct host *host_new_up(void)
{
	struct host *h = host_new(NULL);

	host_up(h);
	return h;
}

void host_free(struct host *h)
{
	if (h->mapped) {
		printf("Bail out! %u mappings were never undone\n", h->mapped);
		exit(1);
	}
	free(h->mem);
	free(h->out);
	free(h->guest);
	free(h);
}

u32 host_rd(struct host *h, u32 off)
{
	return nfm_mmio_read(h->m, off);
}

void host_wr(struct host *h, u32 off, u32 val)
{
	nfm_mmio_write(h->m, off, val);
}

/* Until the chip has nothing more to do.  Returns the calls it took. */
u32 host_run(struct host *h)
{
	u32 n = 0;

	do {
		if (++n > 100000) {
			printf("Bail out! the chip never comes to rest\n");
			exit(1);
		}
	} while (nfm_run(h->m, h->now, 64));
	return n;
}

/* Zeroed guest memory, aligned to 64.  Returns its DMA address. */
u64 host_alloc(struct host *h, u32 bytes)
{
	u32 at = h->used;

	h->used += (bytes + 63) & ~63u;
	if (h->used > HOST_GUEST_BYTES) {
		printf("Bail out! guest memory is used up\n");
		exit(1);
	}
	memset(h->guest + at, 0, bytes);
	return HOST_GUEST_BASE + at;
}

void *host_ptr(struct host *h, u64 addr)
{
	return h->guest + (addr - HOST_GUEST_BASE);
}

static void host_ring_kind(struct host_ring *r, u32 n)
{
	static const u8 bytes[4] = { sizeof(struct nftsw_hw_rxd), sizeof(struct nftsw_hw_rxc),
				     sizeof(struct nftsw_hw_txd), sizeof(struct nftsw_hw_txc) };

	r->flags_at = 0;
	if (n == NFTSW_RING_CMD_SQ) {
		r->bytes = sizeof(struct nftsw_hw_cmd);
	} else if (n == NFTSW_RING_CMD_CQ) {
		r->bytes = sizeof(struct nftsw_hw_cpl);
		r->flags_at = 3;
	} else if (n == NFTSW_RING_EVENT) {
		r->bytes = sizeof(struct nftsw_hw_event);
		r->flags_at = 2;
	} else {
		r->bytes = bytes[n & 3];
	}
}

/* Set a ring up with @count entries in new memory, and enable it. */
void host_ring_set(struct host *h, u32 n, u32 count)
{
	struct host_ring *r = &h->ring[n];

	host_ring_kind(r, n);
	r->count = count;
	r->idx = 0;
	r->phase = 1;
	r->addr = host_alloc(h, count * r->bytes);
	host_wr(h, NFTSW_RING_CTRL(n), 0);
	host_wr(h, NFTSW_RING_BASE_LO(n), (u32)r->addr);
	host_wr(h, NFTSW_RING_BASE_HI(n), (u32)(r->addr >> 32));
	host_wr(h, NFTSW_RING_COUNT(n), count);
	host_wr(h, NFTSW_RING_CTRL(n), NFTSW_RING_CTRL_EN);
}

static u8 *host_entry(struct host *h, struct host_ring *r)
{
	return (u8 *)host_ptr(h, r->addr) + (r->idx & (r->count - 1)) * r->bytes;
}

/* Write the next entry of an SQ, without telling the chip. */
void host_put(struct host *h, u32 n, const void *entry)
{
	struct host_ring *r = &h->ring[n];

	memcpy(host_entry(h, r), entry, r->bytes);
	r->idx++;
}

void host_doorbell(struct host *h, u32 n)
{
	host_wr(h, NFTSW_RING_PROD(n), h->ring[n].idx);
}

/* The next entry of a CQ, if it is new. */
bool host_peek(struct host *h, u32 n, void *entry)
{
	struct host_ring *r = &h->ring[n];
	u8 *p = host_entry(h, r);

	if ((p[r->flags_at] & NFTSW_PHASE) != r->phase)
		return false;
	memcpy(entry, p, r->bytes);
	return true;
}

/* The same, and give its place back to the chip. */
bool host_take(struct host *h, u32 n, void *entry)
{
	struct host_ring *r = &h->ring[n];

	if (!host_peek(h, n, entry))
		return false;
	r->idx++;
	if (!(r->idx & (r->count - 1)))
		r->phase ^= 1;
	host_wr(h, NFTSW_RING_CONS(n), r->idx);
	return true;
}

/* Every ring, every port with its partner, the pipeline. */
void host_up(struct host *h)
{
	u32 i;

	for (i = NFTSW_RING_CMD_SQ; i <= NFTSW_RING_EVENT; i++)
		host_ring_set(h, i, HOST_RING_COUNT);
	for (i = NFTSW_RING_RX_SQ(0); i < NFTSW_RING_RX_SQ(h->cfg.queues); i++)
		host_ring_set(h, i, HOST_RING_COUNT);
	for (i = 0; i < h->cfg.ports; i++) {
		nfm_link_set(h->m, i, true);
		host_wr(h, NFTSW_PORT_CTRL(i), NFTSW_PORT_CTRL_EN);
	}
	host_wr(h, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
	host_run(h);
}

/* Give a queue @n buffers of @size octets; their ids are the ring indices. */
void host_rx_fill(struct host *h, u32 q, u32 n, u16 size)
{
	u32 sq = NFTSW_RING_RX_SQ(q);
	struct nftsw_hw_rxd d;

	for (; n; n--) {
		memset(&d, 0, sizeof(d));
		d.addr = NFM_TO_LE64(host_alloc(h, size));
		d.size = NFM_TO_LE16(size);
		d.id = NFM_TO_LE16(h->ring[sq].idx);
		host_put(h, sq, &d);
	}
	host_doorbell(h, sq);
}

/* Write a command without telling the chip. */
void host_cmd_put(struct host *h, u32 op, u32 index, u32 count, u32 arg, u64 addr, u32 size)
{
	struct nftsw_hw_cmd c = {
		.opcode = NFM_TO_LE16((u16)op),
		.tag = NFM_TO_LE16(h->tag++),
		.index = NFM_TO_LE32(index),
		.count = NFM_TO_LE32(count),
		.arg = NFM_TO_LE32(arg),
		.data_addr = NFM_TO_LE64(addr),
		.data_size = NFM_TO_LE32(size),
	};

	host_put(h, NFTSW_RING_CMD_SQ, &c);
}

/*
 * One command from start to end.  Returns its status; 0xff when there is no
 * completion, or one of another command.
 */
u32 host_cmd(struct host *h, u32 op, u32 index, u32 count, u32 arg, u64 addr, u32 size,
	     struct nftsw_hw_cpl *cpl)
{
	struct nftsw_hw_cpl local;

	if (!cpl)
		cpl = &local;
	host_cmd_put(h, op, index, count, arg, addr, size);
	host_doorbell(h, NFTSW_RING_CMD_SQ);
	host_run(h);
	memset(cpl, 0, sizeof(*cpl));
	if (!host_take(h, NFTSW_RING_CMD_CQ, cpl) || NFM_LE16(cpl->tag) != (u16)(h->tag - 1))
		return 0xff;
	return cpl->status;
}

void host_rmac(struct host *h, u32 port, const u8 *mac, u8 flags)
{
	struct nftsw_hw_rmac r = { .port = NFM_TO_LE16((u16)port), .flags = flags };
	u64 addr = host_alloc(h, sizeof(r));

	memcpy(r.mac, mac, 6);
	memcpy(host_ptr(h, addr), &r, sizeof(r));
	if (host_cmd(h, NFTSW_OP_RMAC_ADD, 0, 1, 0, addr, sizeof(r), NULL)) {
		printf("Bail out! RMAC_ADD failed\n");
		exit(1);
	}
}

/* One frame arrives, in memory of exactly its size. */
void host_in(struct host *h, u32 port, const u8 *data, u32 len)
{
	u8 *mem = alloc(NFM_HEADROOM + len);
	struct nfm_frame f = { .data = mem + NFM_HEADROOM, .len = len };

	memcpy(f.data, data, len);
	nfm_ingress(h->m, port, &f, 1, h->now);
	free(mem);
}

/* Write one TX descriptor, without telling the chip. */
void host_tx(struct host *h, u32 q, const void *data, u32 len, u16 flags, u16 port)
{
	struct nftsw_hw_txd d = {
		.len = NFM_TO_LE16((u16)len),
		.flags = NFM_TO_LE16(flags),
		.port = NFM_TO_LE16(port),
	};
	u64 addr = host_alloc(h, len ? len : 1);

	memcpy(host_ptr(h, addr), data, len);
	d.addr = NFM_TO_LE64(addr);
	host_put(h, NFTSW_RING_TX_SQ(q), &d);
}

u64 host_ctr(struct host *h, u32 port, u32 ctr)
{
	u64 all[NFTSW_PCTR_COUNT];

	nfm_port_ctrs_get(h->m, port, all);
	return all[ctr];
}
