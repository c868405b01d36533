// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* See chip.h. */
#include <stdio.h>
#include <stdlib.h>
#include "chip.h"

static void *alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p) {
		printf("Bail out! out of memory\n");
		exit(1);
	}
	return p;
}

struct chip_copies chip_copies;

static void chip_egress(void *host, u32 port, const struct nfm_frame *f, u32 n)
{
	(void)host;
	for (; n; n--, f++) {
		chip_copies.count++;
		chip_copies.port = port;
		chip_copies.len = f->len;
		memcpy(chip_copies.data, f->data, f->len < sizeof(chip_copies.data) ?
		       f->len : sizeof(chip_copies.data));
	}
}

static const struct nfm_host_ops chip_ops = { .egress = chip_egress };

/* Ports up, pipeline enabled, port p a router at 02:00:00:00:01:0p. */
struct nfm *chip_new(u32 ports, u32 flows)
{
	struct nfm *m = alloc(sizeof(*m));
	u8 mac[6] = { 2, 0, 0, 0, 1, 0 };
	u32 p;

	memset(&chip_copies, 0, sizeof(chip_copies));
	m->ops = &chip_ops;
	m->cfg.ports = ports;
	m->cfg.flows = flows;
	m->ctrl = NFTSW_CTRL_ENABLE;
	for (p = 0; p < ports; p++) {
		m->port[p].enabled = true;
		m->port[p].partner = true;
		m->port[p].max_frame = 1514;
		mac[5] = (u8)p;
		chip_rmac(m, p, mac, NFTSW_RMAC_ROUTER);
	}
	m->host = alloc(nfm_flow_size(&m->cfg));
	nfm_flow_init(m, m->host);
	nfm_lag_reset(m);
	return m;
}

void chip_free(struct nfm *m)
{
	free(m->host);
	free(m);
}

void chip_rmac(struct nfm *m, u32 port, const u8 *mac, u8 flags)
{
	struct nfm_rmac *r = &m->port[port].rmac[m->port[port].rmac_count++];

	memcpy(r->mac, mac, 6);
	r->flags = flags;
}

/* Returns enum nftsw_status. */
u32 chip_lag(struct nfm *m, u32 lag, u64 members, u64 active)
{
	struct nftsw_hw_lag cfg = {
		.lag = NFM_TO_LE32(lag),
		.members = NFM_TO_LE64(members),
		.active = NFM_TO_LE64(active),
	};

	return nfm_lag_set(m, lag, &cfg);
}

/* A valid rule of port 0 that takes every frame. */
void chip_rule(struct nftsw_hw_acl_entry *e, u32 index, u8 verdict)
{
	memset(e, 0, sizeof(*e));
	e->index = NFM_TO_LE32(index);
	e->verdict = verdict;
	e->ports = NFM_TO_LE64(1);
	e->cookie = NFM_TO_LE64(0xac10000000000000ull + index);
}

/* A valid IPv4 UDP entry with source NAT; different salts, different keys. */
void chip_entry(struct nftsw_hw_flow_entry *e, u32 index, u32 salt)
{
	memset(e, 0, sizeof(*e));
	e->key.l4proto = 17;
	e->key.sport = NFM_TO_BE16((u16)(1024 + salt % 50000));
	e->key.dport = NFM_TO_BE16(443);
	memcpy(e->key.saddr, "\xc0\xa8\x01\x0a", 4);
	memcpy(e->key.daddr, &salt, 4);
	e->index = NFM_TO_LE32(index);
	e->action = NFM_TO_LE32(NFTSW_FA_SADDR | NFTSW_FA_SPORT);
	e->mtu = NFM_TO_LE16(1500);
	memcpy(e->dmac, "\x02\xcc\x00\x00\x00\x01", 6);
	memcpy(e->smac, "\x02\x00\x00\x00\x01\x00", 6);
	e->sport = NFM_TO_BE16((u16)(2000 + salt % 60000));
	memcpy(e->saddr, "\xcb\x00\x71\x07", 4);
	e->cookie = NFM_TO_LE64(0xc00c1e0000000000ull + salt);
}

struct frame frame_new(const u8 *octets, u32 len)
{
	struct frame f;

	f.mem = alloc(NFM_HEADROOM + len);
	f.data = f.mem + NFM_HEADROOM;
	f.len = len;
	if (len)
		memcpy(f.data, octets, len);
	return f;
}

static u16 ip_sum(const u8 *ip)
{
	u32 sum = 0;
	u32 i;

	for (i = 0; i < 20; i += 2)
		sum += (u32)ip[i] << 8 | ip[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

/* The frame that an IPv4 UDP key without tags matches; no UDP checksum. */
/* Ethernet, IPv4 and the ports, of an IP packet of @len octets. */
static void frame_head(u8 *octets, const struct nftsw_hw_flow_key *key, const u8 *dmac, u8 proto,
		       u32 len)
{
	u8 *ip = octets + 14;

	memcpy(octets, dmac, 6);
	memcpy(octets + 6, "\x02\xaa\x00\x00\x00\x01\x08\x00\x45", 9);
	nfm_st_be16(ip + 2, len);
	ip[8] = 64;
	ip[9] = proto;
	memcpy(ip + 12, key->saddr, 4);
	memcpy(ip + 16, key->daddr, 4);
	nfm_st_be16(ip + 10, ip_sum(ip));
	memcpy(ip + 20, &key->sport, 2);
	memcpy(ip + 22, &key->dport, 2);
}

struct frame frame_udp(const struct nftsw_hw_flow_key *key, const u8 *dmac, u32 payload)
{
	u8 octets[2048] = { 0 };

	frame_head(octets, key, dmac, 17, 28 + payload);
	nfm_st_be16(octets + 38, 8 + payload);
	return frame_new(octets, 42 + payload);
}

/* @flags: the octet of the header with SYN, FIN, RST. */
struct frame frame_tcp(const struct nftsw_hw_flow_key *key, const u8 *dmac, u8 flags)
{
	u8 octets[60] = { 0 };

	frame_head(octets, key, dmac, 6, 40);
	octets[46] = 0x50;
	octets[47] = flags;
	return frame_new(octets, sizeof(octets));
}

void frame_free(struct frame *f)
{
	free(f->mem);
}

static u32 hex_digit(char c)
{
	return c <= '9' ? (u32)(c - '0') : (u32)(c - 'a') + 10;
}

/* Returns the octets that @hex stands for, at most @size. */
u32 hex_decode(u8 *out, u32 size, const char *hex)
{
	u32 n = 0;

	for (; hex[0] && hex[1] && n < size; hex += 2)
		out[n++] = (u8)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
	return n;
}

/* xorshift64*: the same numbers on every machine. */
u64 random_u64(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}
