// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * The bridge against a slow and obvious one (ref_bridge.c): random tables, random frames, and
 * the same end for each: every octet that leaves, every reason, every host that is learned.
 */
#include <stdlib.h>
#include "br.h"
#include "ref_bridge.h"
#include "tap.h"

#define PORTS		8
#define FIDS		5	/* numbers 1 to 5, of which some are there */
#define ROUNDS		120	/* each with tables of its own */
#define FRAMES		250	/* of a round */

static struct ref_br ref;
static struct ref_br_end want;
static u64 rnd;
static u32 ends[NFTSW_REASON_COUNT];

static u32 pick(u32 n)
{
	return (u32)(random_u64(&rnd) >> 33) % n;
}

static bool chance(u32 percent)
{
	return pick(100) < percent;
}

/* Ports 0 to 5, LAG 0 (ports 6 and 7), virtual ports 0 to 2. */
static u32 any_port(void)
{
	static const u32 all[] = { 0, 1, 2, 3, 4, 5, NFTSW_LAG_PORT(0), NFTSW_VPORT(0),
				   NFTSW_VPORT(1), NFTSW_VPORT(2) };

	return all[pick(NFM_ARRAY_COUNT(all))];
}

static const u8 *any_mac(void)
{
	return br_mac(1 + pick(8));
}

static u32 any_vid(void)
{
	return 10 + pick(4);
}

static u32 any_flags(void)
{
	u32 flags = BR_FLAGS, i;

	for (i = 0; i < 10; i++)
		if (chance(12))
			flags ^= NFTSW_BIT(i);
	return flags;
}

static void set_port(struct host *h, u32 port)
{
	struct ref_br_port *r = &ref.port[port];
	struct nftsw_hw_br_port p = { .port = NFM_TO_LE16((u16)port) };
	bool aware;

	memset(r, 0, sizeof(*r));
	r->flags = any_flags() ^ (chance(40) ? NFTSW_BP_VLAN_AWARE : 0);
	if (port >= NFTSW_VPORT(0))
		r->flags &= ~NFTSW_BP_VLAN_AWARE;
	aware = r->flags & NFTSW_BP_VLAN_AWARE;
	r->fid = chance(90) ? 1 + pick(FIDS) : 0;
	r->pvid = aware && chance(80) ? any_vid() : 0;
	r->tpid = chance(85) ? 0x8100 : 0x88a8;
	r->limit = chance(20) ? 1 + pick(3) : 0;
	if (port >= NFTSW_VPORT(0) && chance(90)) {
		/* each on a port of its own, so that none is the same VLAN */
		r->vport_port = port == NFTSW_VPORT(2) ? NFTSW_LAG_PORT(0) : port - 96 + 1;
		r->vport_vid = any_vid();
	}
	p.flags = NFM_TO_LE32(r->flags);
	p.fid = NFM_TO_LE16((u16)r->fid);
	p.pvid = NFM_TO_LE16((u16)r->pvid);
	p.tpid = NFM_TO_BE16((u16)r->tpid);
	p.learn_limit = NFM_TO_LE32(r->limit);
	p.vport_port = NFM_TO_LE16((u16)r->vport_port);
	p.vport_vid = NFM_TO_LE16((u16)r->vport_vid);
	CHECK_EQ(br_put(h, NFTSW_OP_BR_PORT_SET, port, &p, sizeof(p)), NFTSW_ST_OK);
}

static void set_vlan(struct host *h)
{
	u32 port = any_port();
	u32 vid = any_vid();
	u32 to = chance(90) ? 1 + pick(FIDS) : NFTSW_VLAN_NONE;

	if (port >= NFTSW_VPORT(0))
		port = 1 + pick(2);
	if (chance(25))
		to = NFTSW_VLAN_VPORT(pick(3));
	else if (chance(5))
		to = NFTSW_VLAN_CPU;
	ref.vlan[port][vid] = (u16)to;
	CHECK_EQ(br_vlan(h, port, vid, to), NFTSW_ST_OK);
}

static void set_fid(struct host *h, u32 fid)
{
	struct ref_br_fid *r = &ref.fid[fid];
	struct nftsw_hw_fid d;
	u32 i, port;

	memset(r, 0, sizeof(*r));
	br_fid_init(&d, fid, 0, 0, 0);
	r->valid = true;
	r->vid = chance(60) ? any_vid() : 0;
	r->tpid = !r->vid ? 0 : chance(85) ? 0x8100 : 0x88a8;
	r->msti = pick(3);
	r->flags = pick(NFTSW_FID_ALL + 1) | NFTSW_FID_VALID;
	for (i = 0; i < 9; i++) {
		port = any_port();
		r->member[port] = true;
		d.members[port / 64] |= NFM_TO_LE64((u64)1 << port % 64);
		if (!r->vid || chance(50))
			continue;
		r->untagged[port] = true;
		d.untagged[port / 64] |= NFM_TO_LE64((u64)1 << port % 64);
	}
	d.vid = NFM_TO_LE16((u16)r->vid);
	d.tpid = NFM_TO_BE16((u16)r->tpid);
	d.msti = (u8)r->msti;
	d.flags = NFM_TO_LE32(r->flags);
	CHECK_EQ(br_fid_put(h, &d), NFTSW_ST_OK);
}

static void set_stp(struct host *h)
{
	u32 port = any_port(), msti = pick(3), state = chance(70) ? 2 : pick(3);

	ref.stp[port][msti] = (u8)state;
	CHECK_EQ(br_stp(h, port, msti, state), NFTSW_ST_OK);
}

static void set_host(struct host *h)
{
	u32 fid = 1 + pick(FIDS), flags = 0;
	const u8 *mac = any_mac();
	u32 port = chance(15) ? NFTSW_FDB_CPU : any_port();
	u32 status;

	if (chance(30)) {
		status = br_fdb_del(h, fid, mac);
		CHECK_EQ(status, ref_br_host_del(&ref, fid, mac) ? NFTSW_ST_OK :
			 NFTSW_ST_NOT_FOUND);
		return;
	}
	flags = pick(4) | (port != NFTSW_FDB_CPU && chance(20) ? NFTSW_FDB_LEARNED : 0);
	status = br_fdb(h, fid, mac, port, flags);
	CHECK_EQ(status, ref.fid[fid].valid ? NFTSW_ST_OK : NFTSW_ST_NOT_FOUND);
	if (status == NFTSW_ST_OK)
		ref_br_host_set(&ref, fid, mac, port, flags);
}

static void group_mac(u8 *mac)
{
	memcpy(mac, "\1\0\x5e\1\2", 5);
	mac[5] = (u8)pick(4);
}

static void set_group(struct host *h)
{
	struct nftsw_hw_mdb e = { .flags = NFM_TO_LE32(pick(2)) };
	struct ref_br_group *g;
	u32 fid = 1 + pick(FIDS);
	u32 i, port;

	group_mac(e.mac);
	e.fid = NFM_TO_LE16((u16)fid);
	g = ref_br_group(&ref, fid, e.mac);
	if (g && chance(50)) {
		*g = ref.group[--ref.groups];
		CHECK_EQ(br_put(h, NFTSW_OP_MDB_DEL, 0, &e, sizeof(e)), NFTSW_ST_OK);
		return;
	}
	if (!ref.fid[fid].valid)
		return;
	if (!g)
		g = &ref.group[ref.groups++];
	memset(g, 0, sizeof(*g));
	g->fid = fid;
	memcpy(g->mac, e.mac, 6);
	g->flags = NFM_LE32(e.flags);
	for (i = 0; i < 4; i++) {
		port = any_port();
		g->port[port] = true;
		e.ports[port / 64] |= NFM_TO_LE64((u64)1 << port % 64);
	}
	CHECK_EQ(br_put(h, NFTSW_OP_MDB_SET, 0, &e, sizeof(e)), NFTSW_ST_OK);
}

static void flush(struct host *h)
{
	u32 match = pick(NFTSW_FF_ALL + 1);
	u32 fid = 1 + pick(FIDS), port = any_port();
	u32 i = 0, n = 0;

	while (i < ref.hosts) {
		const struct ref_br_host *r = &ref.host[i];

		if ((match & NFTSW_FF_FID && r->fid != fid) ||
		    (match & NFTSW_FF_PORT && r->port != port) ||
		    (match & NFTSW_FF_LEARNED && !(r->flags & NFTSW_FDB_LEARNED))) {
			i++;
			continue;
		}
		ref.host[i] = ref.host[--ref.hosts];
		n++;
	}
	CHECK_EQ(br_flush(h, match, fid, port), n);
}

static void link_is(struct host *h, u32 port, bool on)
{
	ref.up[port] = on;
	nfm_link_set(h->m, port, on);
}

/* Of the LAG both together: one that is down is worth a look. */
static void set_link(struct host *h)
{
	u32 port = pick(PORTS);
	bool on = chance(65);

	link_is(h, port, on);
	if (port >= 6)
		link_is(h, port ^ 1, on);
}

static void change(struct host *h)
{
	switch (pick(9)) {
	case 0:
		set_port(h, any_port());
		break;
	case 1:
	case 2:
		set_vlan(h);
		break;
	case 3:
		set_fid(h, 1 + pick(FIDS));
		break;
	case 4:
		set_stp(h);
		break;
	case 5:
		set_host(h);
		break;
	case 6:
		set_group(h);
		break;
	case 7:
		if (chance(20))
			flush(h);
		break;
	default:
		set_link(h);
	}
}

/* ---- frames ----------------------------------------------------------------------------- */

static void ipv4(struct br_frame *f)
{
	u8 ip[46] = { 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 239, 1, 2, 3,
		      [25] = 26 };
	u32 sum = 0, i;

	if (chance(30))
		ip[9] = 2;
	if (chance(30))
		memcpy(ip + 16, "\xe0\0\0\1", 4);
	for (i = 0; i < 20; i += 2)
		sum += (u32)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	nfm_st_be16(ip + 10, ~sum);
	br_body(f, 0x0800, ip, sizeof(ip));
}

static void ipv6(struct br_frame *f)
{
	u8 ip[60] = { 0x60, 0, 0, 0, 0, 20, 58, 64, [24] = 0xff, 2, [39] = 1, 143 };

	if (chance(50))
		ip[40] = 128;
	if (chance(50))
		ip[39] = 9;
	br_body(f, 0x86dd, ip, sizeof(ip));
}

static void destination(u8 *mac)
{
	u32 what = pick(100);

	if (what < 60)
		memcpy(mac, any_mac(), 6);
	else if (what < 65)
		memcpy(mac, ref.own[pick(PORTS)], 6);
	else if (what < 80)
		group_mac(mac);
	else if (what < 97)
		memset(mac, 0xff, 6);
	else
		memcpy(mac, "\x01\x80\xc2\0\0\x0e", 6);
}

static void frame(struct br_frame *f)
{
	static const u8 none[6], group[6] = { 3 };
	u8 dst[6], body[64];
	u32 i, tags = chance(60) ? 0 : 1 + pick(2);

	destination(dst);
	br_eth(f, dst, chance(96) ? any_mac() : chance(50) ? none : group);
	if (!tags && chance(20))
		tags = 1;
	for (i = 0; i < tags; i++)
		br_tag(f, chance(80) ? 0x8100 : 0x88a8,
		       pick(16) << 12 | (chance(80) ? any_vid() : chance(50) ? 0 : 4095));
	for (i = 0; i < sizeof(body); i++)
		body[i] = (u8)pick(256);
	if (chance(20))
		ipv4(f);
	else if (chance(12))
		ipv6(f);
	else
		br_body(f, chance(4) ? 0x88f7 : chance(4) ? 0x88e3 : 0x88b5, body, 2 + pick(62));
}

/* ---- comparison --------------------------------------------------------------------------- */

static bool out_matches(struct host *h)
{
	bool used[REF_BR_OUTS] = { false };
	u32 i, k, port;

	if (h->out_count != want.outs)
		return false;
	for (i = 0; i < h->out_count; i++) {
		const struct host_out *o = &h->out[i];

		port = ref.lag[o->port] == ~0u ? o->port : NFTSW_LAG_PORT(ref.lag[o->port]);
		for (k = 0; k < want.outs; k++)
			if (!used[k] && want.out[k].port == port && want.out[k].len == o->len &&
			    !memcmp(want.out[k].data, o->data, o->len))
				break;
		if (k == want.outs || !ref.up[o->port])
			return false;
		used[k] = true;
	}
	return true;
}

static bool cpu_matches(struct host *h, const struct br_frame *f, u32 port)
{
	struct nftsw_hw_rxc c;

	if (want.reason == NFTSW_REASON_NONE || nfm_reason_is_drop(want.reason))
		return !host_peek(h, NFTSW_RING_RX_CQ(0), &c);
	if (!br_take_rx(h, &c, f))
		return false;
	host_rx_fill(h, 0, 1, 128);
	return c.reason == want.reason && NFM_LE16(c.port) == port &&
	       !!(c.flags & NFTSW_RXC_FWD_MARK) == want.mark;
}

static void compare(struct host *h)
{
	u64 before[NFTSW_REASON_COUNT];
	struct br_frame f;
	u32 port = pick(PORTS);
	u32 i;

	frame(&f);
	for (i = 0; i < NFTSW_REASON_COUNT; i++)
		before[i] = nfm_reason_get(h->m, i);
	ref_br_frame(&ref, port, f.data, f.len, &want);
	br_in(h, port, &f);
	CHECK(out_matches(h));
	CHECK(cpu_matches(h, &f, port));
	for (i = 1; i < NFTSW_REASON_COUNT; i++)
		CHECK_EQ(nfm_reason_get(h->m, i) - before[i], i == want.reason);
	ends[want.reason]++;
}

static void compare_hosts(struct host *h)
{
	u32 n = br_dump(h, NFTSW_TBL_FDB, sizeof(struct nftsw_hw_fdb), 4096);
	const struct nftsw_hw_fdb *e = br_rec(h);
	struct nftsw_hw_br_port p;
	struct ref_br_host *r;
	u32 i;

	CHECK_EQ(n, ref.hosts);
	for (i = 0; i < n && n != ~0u; i++) {
		r = ref_br_host(&ref, NFM_LE16(e[i].fid), e[i].mac);
		CHECK(r && r->port == NFM_LE16(e[i].port) && r->flags == NFM_LE16(e[i].flags));
	}
	for (i = 0; i < NFTSW_MAX_BR_PORTS; i++) {
		nfm_br_port_read(h->m, i, &p);
		CHECK_EQ(NFM_LE32(p.learned), ref_br_learned(&ref, i));
	}
}

static void setup(struct host *h)
{
	u32 i;

	ref_br_init(&ref, PORTS);
	chip_lag(h->m, 0, 0xc0, 0xc0);
	ref.lag[6] = 0;
	ref.lag[7] = 0;
	for (i = 0; i < PORTS; i++) {
		memcpy(ref.own[i], br_mac(0x100 + i), 6);
		ref.router[i] = i % 2;
		host_rmac(h, i, ref.own[i], i % 2 ? NFTSW_RMAC_ROUTER : 0);
	}
	host_rx_fill(h, 0, 24, 128);
	for (i = 1; i <= FIDS; i++)
		if (i < FIDS || chance(50))
			set_fid(h, i);
	for (i = 0; i < 6; i++)
		set_port(h, i);
	set_port(h, NFTSW_LAG_PORT(0));
	for (i = 0; i < 3; i++)
		set_port(h, NFTSW_VPORT(i));
	for (i = 0; i < 60; i++)
		set_vlan(h);
	for (i = 0; i < 20; i++)
		set_host(h);
}

static void test_random(void)
{
	u32 round, i;
	struct host *h;

	for (round = 0; round < ROUNDS; round++) {
		rnd = 0x9e3779b97f4a7c15ull + round;
		h = br_new(PORTS, 256);
		setup(h);
		for (i = 0; i < FRAMES; i++) {
			if (chance(20))
				change(h);
			compare(h);
		}
		compare_hosts(h);
		host_free(h);
	}
	for (i = 0; i < NFTSW_REASON_COUNT; i++)
		if (ends[i])
			printf("# %5u %s\n", ends[i], nfm_reason_name(i));
	/* a test that never gets there proves nothing */
	CHECK(ends[NFTSW_REASON_NONE] > 1000 && ends[NFTSW_REASON_BRIDGE_FLOOD] > 500);
	CHECK(ends[NFTSW_REASON_LOCKED] && ends[NFTSW_REASON_LOCKED_MISS]);
	CHECK(ends[NFTSW_REASON_SNOOPING] && ends[NFTSW_REASON_PTP]);
	CHECK(ends[NFTSW_REASON_VLAN_FILTER] && ends[NFTSW_REASON_STP_DISCARD]);
	CHECK(ends[NFTSW_REASON_NO_EGRESS] && ends[NFTSW_REASON_BRIDGE_LOCAL]);
	CHECK(ends[NFTSW_REASON_LAG_DOWN] && ends[NFTSW_REASON_EGRESS_DOWN]);
	tap_result("bridge_random", "30000 frames end as in a bridge without hashes and sets");
}

int main(void)
{
	printf("TAP version 13\n");
	test_random();
	return tap_done();
}
