// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* See br.h. */
#include <stdio.h>
#include <stdlib.h>
#include "br.h"

#define NOWHERE	0xfffe

struct nftsw_hw_cpl br_cpl;
u64 br_data;

struct host *br_new(u32 ports, u32 fdb)
{
	struct nfm_cfg cfg;
	struct host *h;

	host_cfg(&cfg);
	cfg.ports = ports;
	cfg.fdb = fdb;
	h = host_new(&cfg);
	host_up(h);
	br_data = host_alloc(h, BR_DATA_BYTES);
	return h;
}

u32 br_put(struct host *h, u32 op, u32 index, const void *rec, u32 bytes)
{
	memcpy(host_ptr(h, br_data), rec, bytes);
	return host_cmd(h, op, index, 1, 0, br_data, bytes, &br_cpl);
}

void *br_rec(struct host *h)
{
	return host_ptr(h, br_data);
}

/* All records of a table.  Returns how many; they are at br_rec(). */
u32 br_dump(struct host *h, u32 table, u32 bytes, u32 max)
{
	if (host_cmd(h, NFTSW_OP_DUMP, 0, max, table, br_data, max * bytes, &br_cpl) !=
	    NFTSW_ST_OK || NFM_LE32(br_cpl.next) != NFTSW_DUMP_END)
		return ~0u;
	return NFM_LE32(br_cpl.done);
}

u32 br_port(struct host *h, u32 port, u32 fid, u32 pvid, u32 flags)
{
	struct nftsw_hw_br_port p = {
		.port = NFM_TO_LE16((u16)port),
		.fid = NFM_TO_LE16((u16)fid),
		.pvid = NFM_TO_LE16((u16)pvid),
		.tpid = NFM_TO_BE16(0x8100),
		.flags = NFM_TO_LE32(flags),
	};

	return br_put(h, NFTSW_OP_BR_PORT_SET, port, &p, sizeof(p));
}

u32 br_vport(struct host *h, u32 v, u32 port, u32 vid, u32 fid, u32 flags)
{
	struct nftsw_hw_br_port p = {
		.port = NFM_TO_LE16((u16)NFTSW_VPORT(v)),
		.fid = NFM_TO_LE16((u16)fid),
		.tpid = NFM_TO_BE16(0x8100),
		.flags = NFM_TO_LE32(flags),
		.vport_port = NFM_TO_LE16((u16)port),
		.vport_vid = NFM_TO_LE16((u16)vid),
	};

	return br_put(h, NFTSW_OP_BR_PORT_SET, NFTSW_VPORT(v), &p, sizeof(p));
}

u32 br_stp(struct host *h, u32 port, u32 msti, u32 state)
{
	struct nftsw_hw_stp s = {
		.port = NFM_TO_LE16((u16)port),
		.msti = (u8)msti,
		.state = (u8)state,
	};

	return br_put(h, NFTSW_OP_STP_SET, 0, &s, sizeof(s));
}

u32 br_vlan(struct host *h, u32 port, u32 vid, u32 to)
{
	struct nftsw_hw_vlan v = {
		.port = NFM_TO_LE16((u16)port),
		.vid = NFM_TO_LE16((u16)vid),
		.to = NFM_TO_LE16((u16)to),
	};

	return br_put(h, NFTSW_OP_VLAN_SET, 0, &v, sizeof(v));
}

void br_fid_init(struct nftsw_hw_fid *f, u32 fid, u32 vid, u64 members, u64 untagged)
{
	memset(f, 0, sizeof(*f));
	f->fid = NFM_TO_LE16((u16)fid);
	f->vid = NFM_TO_LE16((u16)vid);
	f->tpid = NFM_TO_BE16(vid ? 0x8100 : 0);
	f->flags = NFM_TO_LE32(NFTSW_FID_VALID);
	f->members[0] = NFM_TO_LE64(members);
	f->untagged[0] = NFM_TO_LE64(untagged);
}

u32 br_fid_put(struct host *h, const struct nftsw_hw_fid *f)
{
	return br_put(h, NFTSW_OP_FID_SET, 0, f, sizeof(*f));
}

u32 br_fid(struct host *h, u32 fid, u32 vid, u64 members, u64 untagged)
{
	struct nftsw_hw_fid f;

	br_fid_init(&f, fid, vid, members, untagged);
	return br_fid_put(h, &f);
}

static void fdb_init(struct nftsw_hw_fdb *e, u32 fid, const u8 *mac, u32 port, u32 flags)
{
	memset(e, 0, sizeof(*e));
	e->fid = NFM_TO_LE16((u16)fid);
	memcpy(e->mac, mac, 6);
	e->port = NFM_TO_LE16((u16)port);
	e->flags = NFM_TO_LE16((u16)flags);
}

u32 br_fdb(struct host *h, u32 fid, const u8 *mac, u32 port, u32 flags)
{
	struct nftsw_hw_fdb e;

	fdb_init(&e, fid, mac, port, flags);
	return br_put(h, NFTSW_OP_FDB_SET, 0, &e, sizeof(e));
}

u32 br_fdb_del(struct host *h, u32 fid, const u8 *mac)
{
	struct nftsw_hw_fdb e;

	fdb_init(&e, fid, mac, 0, 0);
	return br_put(h, NFTSW_OP_FDB_DEL, 0, &e, sizeof(e));
}

/* By a dump, from end to end. */
bool br_fdb_get(struct host *h, u32 fid, const u8 *mac, struct nftsw_hw_fdb *e)
{
	u32 n = br_dump(h, NFTSW_TBL_FDB, sizeof(*e), BR_DATA_BYTES / sizeof(*e));
	const struct nftsw_hw_fdb *rec = br_rec(h);
	u32 i;

	for (i = 0; i < n && n != ~0u; i++) {
		if (NFM_LE16(rec[i].fid) != fid || memcmp(rec[i].mac, mac, 6))
			continue;
		*e = rec[i];
		return true;
	}
	return false;
}

/* Where a host is; 0xfffe: nobody knows. */
u32 br_fdb_port(struct host *h, u32 fid, const u8 *mac)
{
	struct nftsw_hw_fdb e;

	return br_fdb_get(h, fid, mac, &e) ? NFM_LE16(e.port) : NOWHERE;
}

/* Returns how many were deleted; ~0: refused. */
u32 br_flush(struct host *h, u32 match, u32 fid, u32 port)
{
	struct nftsw_hw_fdb_flush f = {
		.match = NFM_TO_LE32(match),
		.fid = NFM_TO_LE16((u16)fid),
		.port = NFM_TO_LE16((u16)port),
	};

	if (br_put(h, NFTSW_OP_FDB_FLUSH, 0, &f, sizeof(f)) != NFTSW_ST_OK)
		return ~0u;
	return NFM_LE32(br_cpl.done);
}

u32 br_mdb(struct host *h, u32 fid, const u8 *mac, u64 ports, u32 flags)
{
	struct nftsw_hw_mdb e = {
		.fid = NFM_TO_LE16((u16)fid),
		.flags = NFM_TO_LE32(flags),
		.ports[0] = NFM_TO_LE64(ports),
	};

	memcpy(e.mac, mac, 6);
	return br_put(h, NFTSW_OP_MDB_SET, 0, &e, sizeof(e));
}

/* A bridge that is not aware of VLANs, over a set of ports.  Returns 0 when all went well. */
u32 br_unaware(struct host *h, u32 fid, u64 ports)
{
	u32 bad = br_fid(h, fid, 0, ports, 0);
	u32 p;

	for (p = 0; p < 64; p++)
		if (ports >> p & 1)
			bad |= br_port(h, p, fid, 0, BR_FLAGS);
	return bad;
}

/* ---- frames ------------------------------------------------------------------ */

/* 02:00:00:00:hh:ll; good for the next few calls. */
const u8 *br_mac(u32 n)
{
	static u8 mac[8][6];
	static u32 at;
	u8 *p = mac[at++ % 8];

	p[0] = 2;
	p[1] = 0;
	p[2] = 0;
	p[3] = (u8)(n >> 16);
	p[4] = (u8)(n >> 8);
	p[5] = (u8)n;
	return p;
}

void br_eth(struct br_frame *f, const u8 *dst, const u8 *src)
{
	memcpy(f->data, dst, 6);
	memcpy(f->data + 6, src, 6);
	f->len = 12;
}

void br_tag(struct br_frame *f, u32 tpid, u32 tci)
{
	nfm_st_be16(f->data + f->len, tpid);
	nfm_st_be16(f->data + f->len + 2, tci);
	f->len += 4;
}

void br_body(struct br_frame *f, u32 type, const void *body, u32 len)
{
	nfm_st_be16(f->data + f->len, type);
	memcpy(f->data + f->len + 2, body, len);
	f->len += 2 + len;
}

/* A frame of @len octets in all, of a type that nobody knows. */
void br_plain(struct br_frame *f, const u8 *dst, const u8 *src, u32 len)
{
	u8 body[2000];
	u32 i;

	br_eth(f, dst, src);
	for (i = 0; i < sizeof(body); i++)
		body[i] = (u8)(i * 7 + 1);
	br_body(f, 0x88b5, body, len - 14);
}

/* A frame comes in.  Returns the ports that it left through, bit by bit. */
u64 br_in(struct host *h, u32 port, const struct br_frame *f)
{
	u64 left = 0;
	u32 i;

	h->out_count = 0;
	host_in(h, port, f->data, f->len);
	for (i = 0; i < h->out_count; i++)
		left |= (u64)1 << h->out[i].port;
	return left;
}

const struct host_out *br_out(struct host *h, u32 port)
{
	u32 i;

	for (i = 0; i < h->out_count; i++)
		if (h->out[i].port == port)
			return &h->out[i];
	return NULL;
}

/* Of the last frame: exactly this has left through the port, once. */
bool br_out_is(struct host *h, u32 port, const struct br_frame *f)
{
	const struct host_out *o = br_out(h, port);
	u32 i, n = 0;

	for (i = 0; i < h->out_count; i++)
		n += h->out[i].port == port;
	return n == 1 && o->len == f->len && !memcmp(o->data, f->data, f->len);
}

/*
 * The CPU has got a frame of queue 0.  Its completion is in *@c.  Returns false when there is
 * none, or its octets are not those of @f.
 */
bool br_take_rx(struct host *h, struct nftsw_hw_rxc *c, const struct br_frame *f)
{
	struct host_ring *sq = &h->ring[NFTSW_RING_RX_SQ(0)];
	const struct nftsw_hw_rxd *d = host_ptr(h, sq->addr);

	if (!host_take(h, NFTSW_RING_RX_CQ(0), c))
		return false;
	d += NFM_LE16(c->id) & (sq->count - 1);
	return NFM_LE16(c->len) == f->len &&
	       !memcmp(host_ptr(h, NFM_LE64(d->addr)), f->data, f->len);
}

/* The next event that is not about a link. */
bool br_event(struct host *h, struct nftsw_hw_event *ev)
{
	while (host_take(h, NFTSW_RING_EVENT, ev))
		if (ev->type != NFTSW_EV_LINK)
			return true;
	return false;
}
