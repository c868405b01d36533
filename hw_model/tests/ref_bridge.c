// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/* See ref_bridge.h. */
#include <string.h>
#include "ref_bridge.h"

/* A frame on its way. */
struct ref_frame {
	const u8 *data;
	u32 len;
	u32 iport;
	u32 in;		/* bridge port */
	u32 fid;
	bool had_tag;	/* the tag that said the VLAN, or a priority */
	bool strip;	/* it goes */
	u32 pcp;
};

static u32 be16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

void ref_br_init(struct ref_br *b, u32 ports)
{
	u32 i;

	memset(b, 0, sizeof(*b));
	b->ports = ports;
	memset(b->lag, 0xff, sizeof(b->lag));
	memset(b->stp, NFTSW_STP_FORWARDING, sizeof(b->stp));
	for (i = 0; i < NFTSW_MAX_BR_PORTS; i++)
		b->port[i].tpid = 0x8100;
	for (i = 0; i < ports; i++)
		b->up[i] = true;
}

struct ref_br_host *ref_br_host(struct ref_br *b, u32 fid, const u8 *mac)
{
	u32 i;

	for (i = 0; i < b->hosts; i++)
		if (b->host[i].fid == fid && !memcmp(b->host[i].mac, mac, 6))
			return &b->host[i];
	return NULL;
}

void ref_br_host_set(struct ref_br *b, u32 fid, const u8 *mac, u32 port, u32 flags)
{
	struct ref_br_host *h = ref_br_host(b, fid, mac);

	if (!h)
		h = &b->host[b->hosts++];
	h->fid = fid;
	memcpy(h->mac, mac, 6);
	h->port = port;
	h->flags = flags;
}

bool ref_br_host_del(struct ref_br *b, u32 fid, const u8 *mac)
{
	struct ref_br_host *h = ref_br_host(b, fid, mac);

	if (!h)
		return false;
	*h = b->host[--b->hosts];
	return true;
}

struct ref_br_group *ref_br_group(struct ref_br *b, u32 fid, const u8 *mac)
{
	u32 i;

	for (i = 0; i < b->groups; i++)
		if (b->group[i].fid == fid && !memcmp(b->group[i].mac, mac, 6))
			return &b->group[i];
	return NULL;
}

u32 ref_br_learned(const struct ref_br *b, u32 port)
{
	u32 i, n = 0;

	for (i = 0; i < b->hosts; i++)
		n += b->host[i].port == port && b->host[i].flags & NFTSW_FDB_LEARNED;
	return n;
}

static bool flag(const struct ref_br *b, u32 port, u32 which)
{
	return b->port[port].flags & which;
}

/* ---- which domain ------------------------------------------------------------------ */

/* Returns a reason; NONE with fid 0: the port stands alone. */
static u32 domain(const struct ref_br *b, struct ref_frame *f)
{
	const struct ref_br_port *p = &b->port[f->in];
	bool aware = p->flags & NFTSW_BP_VLAN_AWARE;
	u32 vid = 0, to = 0;

	f->had_tag = be16(f->data + 12) == p->tpid && f->len >= 18;
	if (f->had_tag) {
		vid = be16(f->data + 14) & 0xfff;
		f->pcp = be16(f->data + 14) & 0xf000;
	}
	if (vid) {
		to = b->vlan[f->in][vid];
		f->strip = to || aware;
		if (!to && !aware)
			to = p->fid;
	} else if (aware) {
		to = p->pvid ? b->vlan[f->in][p->pvid] : 0;
		f->strip = f->had_tag;
	} else {
		to = p->fid;
	}
	if (to == NFTSW_VLAN_CPU)
		return NFTSW_REASON_NONE;
	if (to >= NFTSW_VLAN_VPORT(0)) {
		u32 v = NFTSW_VPORT(to - NFTSW_VLAN_VPORT(0));

		if (b->port[v].vport_vid && b->fid[b->port[v].fid].valid) {
			f->in = v;
			f->fid = b->port[v].fid;
			return NFTSW_REASON_NONE;
		}
		return aware ? NFTSW_REASON_VLAN_FILTER : NFTSW_REASON_NONE;
	}
	if (b->fid[to].valid) {
		f->fid = to;
		if (!b->fid[to].vid)
			f->strip = false;
		return NFTSW_REASON_NONE;
	}
	return aware ? NFTSW_REASON_VLAN_FILTER : NFTSW_REASON_NONE;
}

/* ---- source -------------------------------------------------------------------------- */

static bool may_learn(const struct ref_br *b, u32 port)
{
	return !b->port[port].limit || ref_br_learned(b, port) < b->port[port].limit;
}

static u32 source(struct ref_br *b, const struct ref_frame *f)
{
	static const u8 zero[6];
	const u8 *mac = f->data + 6;
	u32 state = b->stp[f->in][b->fid[f->fid].msti];
	struct ref_br_host *h = ref_br_host(b, f->fid, mac);

	if (state == NFTSW_STP_DISCARDING)
		return NFTSW_REASON_STP_DISCARD;
	if (mac[0] & 1 || !memcmp(mac, zero, 6))
		return NFTSW_REASON_BAD_SOURCE;
	if (flag(b, f->in, NFTSW_BP_LOCKED) && (!h || h->port != f->in))
		return !h && flag(b, f->in, NFTSW_BP_MAB) ? NFTSW_REASON_LOCKED_MISS :
							    NFTSW_REASON_LOCKED;
	if (flag(b, f->in, NFTSW_BP_LEARNING) && !flag(b, f->in, NFTSW_BP_LOCKED)) {
		if (!h && may_learn(b, f->in))
			ref_br_host_set(b, f->fid, mac, f->in, NFTSW_FDB_LEARNED);
		else if (h && h->port != f->in && !(h->flags & NFTSW_FDB_NO_MOVE) &&
			 may_learn(b, f->in))
			ref_br_host_set(b, f->fid, mac, f->in, NFTSW_FDB_LEARNED |
					(h->port == NFTSW_FDB_CPU ? 0 :
					 h->flags & NFTSW_FDB_NO_AGE));
	}
	return state == NFTSW_STP_LEARNING ? NFTSW_REASON_STP_DISCARD : NFTSW_REASON_NONE;
}

/* ---- destination ------------------------------------------------------------------------ */

static bool reaches(const struct ref_br *b, const struct ref_frame *f, u32 port)
{
	if (!b->fid[f->fid].member[port])
		return false;
	if (b->stp[port][b->fid[f->fid].msti] != NFTSW_STP_FORWARDING)
		return false;
	if (port == f->in && !flag(b, port, NFTSW_BP_HAIRPIN))
		return false;
	if (flag(b, port, NFTSW_BP_ISOLATED) && flag(b, f->in, NFTSW_BP_ISOLATED))
		return false;
	return port < NFTSW_VPORT(0) || b->port[port].vport_vid;
}

/* The port or LAG below; is there a way out? */
static bool is_up(const struct ref_br *b, u32 below)
{
	u32 i;

	if (below < 64)
		return b->up[below];
	for (i = 0; i < b->ports; i++)
		if (b->lag[i] == below - 64 && b->up[i])
			return true;
	return false;
}

/* Appends what leaves through a bridge port, when its link is up. */
static bool copy(const struct ref_br *b, const struct ref_frame *f, u32 port,
		 struct ref_br_end *end)
{
	const struct ref_br_fid *d = &b->fid[f->fid];
	struct ref_br_out *o = &end->out[end->outs];
	u32 from = f->strip ? 16 : 12;
	u32 tpid = 0, tci = 0;

	o->port = port >= NFTSW_VPORT(0) ? b->port[port].vport_port : port;
	if (!is_up(b, o->port))
		return false;
	if (port >= NFTSW_VPORT(0)) {
		tpid = b->port[o->port].tpid;
		tci = b->port[port].vport_vid;
	} else if (d->vid && !d->untagged[port]) {
		tpid = d->tpid;
		tci = d->vid | f->pcp;
	}
	memset(o->data, 0, sizeof(o->data));
	memcpy(o->data, f->data, 12);
	o->len = 12;
	if (tpid) {
		o->data[12] = (u8)(tpid >> 8);
		o->data[13] = (u8)tpid;
		o->data[14] = (u8)(tci >> 8);
		o->data[15] = (u8)tci;
		o->len = 16;
	}
	memcpy(o->data + o->len, f->data + from, f->len - from);
	o->len += f->len - from;
	if (f->strip && !tpid && o->len < 60)
		o->len = 60;
	end->outs++;
	return true;
}

static void flood(const struct ref_br *b, const struct ref_frame *f, const bool *to, bool cpu,
		  struct ref_br_end *end)
{
	u32 i;

	for (i = 0; i < NFTSW_MAX_BR_PORTS; i++)
		if (to[i] && reaches(b, f, i))
			copy(b, f, i, end);
	end->mark = cpu;
	if (cpu)
		end->reason = NFTSW_REASON_BRIDGE_FLOOD;
	else if (!end->outs)
		end->reason = NFTSW_REASON_NO_EGRESS;
}

static void by_flag(const struct ref_br *b, u32 which, bool *to)
{
	u32 i;

	for (i = 0; i < NFTSW_MAX_BR_PORTS; i++)
		to[i] |= flag(b, i, which);
}

/* The IP header behind up to two tags, or 0.  Good enough for the frames of the test. */
static u32 ip_at(const struct ref_frame *f, u32 *type)
{
	u32 at = 12;

	while (be16(f->data + at) == 0x8100 || be16(f->data + at) == 0x88a8)
		at += 4;
	*type = be16(f->data + at);
	return at <= 20 && (*type == 0x0800 || *type == 0x86dd) ? at + 2 : 0;
}

static void mcast(struct ref_br *b, const struct ref_frame *f, struct ref_br_end *end)
{
	static const u8 nodes[16] = { 0xff, 2, [15] = 1 };
	const struct ref_br_fid *d = &b->fid[f->fid];
	struct ref_br_group *g = ref_br_group(b, f->fid, f->data);
	bool to[NFTSW_MAX_BR_PORTS] = { false };
	bool cpu = d->flags & NFTSW_FID_CPU_ROUTER;
	bool v4, v6, routers;
	u32 ip, type;

	ip = ip_at(f, &type);
	v4 = ip && type == 0x0800;
	v6 = ip && type == 0x86dd;
	if (d->flags & NFTSW_FID_SNOOPING &&
	    ((v4 && f->data[ip + 9] == 2) ||
	     (v6 && f->data[ip + 6] == 58 && f->data[ip + 40] == 143))) {
		end->reason = NFTSW_REASON_SNOOPING;
		return;
	}
	routers = (v4 && d->flags & NFTSW_FID_MC4_ROUTERS &&
		   memcmp(f->data + ip + 16, "\xe0\0\0", 3)) ||
		  (v6 && d->flags & NFTSW_FID_MC6_ROUTERS &&
		   memcmp(f->data + ip + 24, nodes, 16));
	if (g) {
		memcpy(to, g->port, sizeof(to));
		cpu |= g->flags & NFTSW_MDB_CPU;
	} else if (!routers) {
		by_flag(b, NFTSW_BP_MCAST_FLOOD, to);
		cpu = d->flags & NFTSW_FID_CPU_MCAST;
	}
	by_flag(b, NFTSW_BP_MROUTER, to);
	flood(b, f, to, cpu, end);
}

static void ucast(struct ref_br *b, const struct ref_frame *f, struct ref_br_end *end)
{
	struct ref_br_host *h = ref_br_host(b, f->fid, f->data);
	bool to[NFTSW_MAX_BR_PORTS] = { false };
	u32 below;

	if (!h) {
		by_flag(b, NFTSW_BP_FLOOD, to);
		flood(b, f, to, b->fid[f->fid].flags & NFTSW_FID_CPU_UCAST, end);
	} else if (h->port == NFTSW_FDB_CPU) {
		end->reason = NFTSW_REASON_BRIDGE_LOCAL;
	} else if (!reaches(b, f, h->port)) {
		end->reason = NFTSW_REASON_NO_EGRESS;
	} else if (!copy(b, f, h->port, end)) {
		below = h->port >= NFTSW_VPORT(0) ? b->port[h->port].vport_port : h->port;
		end->reason = below < 64 ? NFTSW_REASON_EGRESS_DOWN : NFTSW_REASON_LAG_DOWN;
	}
}

/* To an address of the port that it came in through?  There are no flows. */
static bool own(const struct ref_br *b, const struct ref_frame *f, struct ref_br_end *end)
{
	u32 type;

	if (memcmp(f->data, b->own[f->iport], 6))
		return false;
	end->reason = b->router[f->iport] && ip_at(f, &type) ? NFTSW_REASON_FLOW_MISS :
							       NFTSW_REASON_LOCAL;
	return true;
}

static void alone(const struct ref_br *b, const struct ref_frame *f, struct ref_br_end *end)
{
	if (!own(b, f, end))
		end->reason = f->data[0] & 1 ? NFTSW_REASON_LOCAL : NFTSW_REASON_UC_FILTER;
}

static bool in_a_bridge(const struct ref_br *b, u32 port)
{
	u32 i;

	if (b->port[port].fid || flag(b, port, NFTSW_BP_VLAN_AWARE))
		return true;
	for (i = 0; i < 4096; i++)
		if (b->vlan[port][i])
			return true;
	return false;
}

static u32 control(const struct ref_frame *f)
{
	u32 type = be16(f->data + 12);

	if (type == 0x8100 || type == 0x88a8)
		type = be16(f->data + 16);
	if (type == 0x88f7)
		return NFTSW_REASON_PTP;
	return type == 0x88e3 ? NFTSW_REASON_L2_CONTROL : NFTSW_REASON_NONE;
}

void ref_br_frame(struct ref_br *b, u32 port, const u8 *data, u32 len, struct ref_br_end *end)
{
	struct ref_frame f = { .data = data, .len = len, .iport = port, .in = port };
	bool to[NFTSW_MAX_BR_PORTS] = { false };

	memset(end, 0, sizeof(*end));
	if (b->lag[port] != ~0u)
		f.in = NFTSW_LAG_PORT(b->lag[port]);
	if (!b->up[port]) {
		end->reason = NFTSW_REASON_PORT_DOWN;
		return;
	}
	if (!memcmp(data, "\x01\x80\xc2\0\0", 5) && data[5] < 16) {
		end->reason = NFTSW_REASON_L2_CONTROL;
		return;
	}
	end->reason = in_a_bridge(b, f.in) ? control(&f) : NFTSW_REASON_NONE;
	if (end->reason != NFTSW_REASON_NONE)
		return;
	end->reason = domain(b, &f);
	if (end->reason != NFTSW_REASON_NONE)
		return;
	if (!f.fid) {
		alone(b, &f, end);
		return;
	}
	end->reason = source(b, &f);
	if (end->reason != NFTSW_REASON_NONE || (b->router[port] && own(b, &f, end)))
		return;
	if (!memcmp(data, "\xff\xff\xff\xff\xff\xff", 6)) {
		by_flag(b, NFTSW_BP_BCAST_FLOOD, to);
		flood(b, &f, to, b->fid[f.fid].flags & NFTSW_FID_CPU_BCAST, end);
	} else if (data[0] & 1) {
		mcast(b, &f, end);
	} else {
		ucast(b, &f, end);
	}
}
