// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Fuzz target: frames through the pipeline, with any tables.  Input:
 *
 *   ports' flags (1 octet), addresses: count (1) and { port (1), flags (1), 6 octets },
 *   the bridge: count (1) and what fuzz_bridge() eats each,
 *   rules: count (1) and struct nftsw_hw_acl_entry each,
 *   flows: count (1) and struct nftsw_hw_flow_entry each, then how many more (1) to fill the
 *   table with, and a number (4) to make them from,
 *   frames: { port (1), length (2), octets } to the end
 *
 * Promises: nothing outside of a frame and its headroom is touched; every frame has
 * exactly one end, and so has every copy; an IPv4 header that leaves adds up; the state can be
 * saved and loaded.
 */
#include <stdlib.h>
#include "fuzz.h"
#include "../nfm_priv.h"

#define FRAMES_MAX	64
#define OCTETS_MAX	20000

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Flows that nobody hits: they take room, and make others move. */
static void fill(struct nfm *m, u32 n, u32 salt)
{
	struct nftsw_hw_flow_entry e;

	for (; n; n--) {
		memset(&e, 0, sizeof(e));
		salt = salt * 1664525 + 1013904223;
		e.key.l4proto = 17;
		memcpy(e.key.saddr, &salt, 4);
		memcpy(e.key.daddr, &n, 4);
		e.index = NFM_TO_LE32((salt >> 8) % FUZZ_FLOWS);
		e.mtu = NFM_TO_LE16(1500);
		e.dmac[0] = 2;
		e.smac[0] = 2;
		nfm_flow_set(m, &e);
	}
}

static void lags(struct nfm *m, struct fuzz_in *in)
{
	struct nftsw_hw_lag cfg = { 0 };
	u32 n = fuzz_u8(in) % NFTSW_MAX_LAGS;
	u32 i;

	for (i = 0; i < n; i++) {
		cfg.lag = NFM_TO_LE32(i);
		cfg.members = NFM_TO_LE64(fuzz_u16(in));
		cfg.active = NFM_TO_LE64(fuzz_u16(in));
		nfm_lag_set(m, i, &cfg);
	}
}

static void acls(struct nfm *m, struct fuzz_in *in)
{
	struct nftsw_hw_acl_entry e;
	size_t want;
	const u8 *o;
	u32 n;

	for (n = fuzz_u8(in) % 32; n; n--) {
		want = sizeof(e);
		o = fuzz_octets(in, &want);
		memset(&e, 0, sizeof(e));
		memcpy(&e, o, want);
		nfm_acl_set(m, &e);
	}
}

static void bridge(struct nfm *m, struct fuzz_in *in)
{
	union fuzz_br r;
	u32 cursor;
	u32 n;

	for (n = fuzz_u8(in) % 64; n; n--) {
		switch (fuzz_bridge(in, &r)) {
		case FUZZ_BR_PORT:
			nfm_br_port_set(m, NFM_LE16(r.port.port), &r.port);
			break;
		case FUZZ_BR_FID:
			nfm_fid_set(m, &r.fid);
			break;
		case FUZZ_BR_VLAN:
			nfm_vlan_set(m, &r.vlan);
			break;
		case FUZZ_BR_STP:
			nfm_stp_set(m, &r.stp);
			break;
		case FUZZ_BR_FDB:
			nfm_fdb_set(m, &r.fdb);
			break;
		case FUZZ_BR_MDB:
			nfm_mdb_set(m, &r.mdb);
			break;
		default:
			cursor = 0;
			if (nfm_fdb_flush_check(m, &r.flush) == NFTSW_ST_OK)
				nfm_fdb_flush(m, &r.flush, &cursor, FUZZ_FDB);
		}
	}
}

/* Frames that the bridge has sent on, and the copies that it has made of them. */
static void bridged(const struct nfm *m, u64 *frames, u64 *sent)
{
	u64 ctr[NFTSW_PCTR_COUNT];
	u32 i;

	*frames = 0;
	*sent = 0;
	for (i = 0; i < FUZZ_PORTS; i++) {
		nfm_port_ctrs_get(m, i, ctr);
		*frames += ctr[NFTSW_PCTR_RX_BRIDGE];
		*sent += ctr[NFTSW_PCTR_TX_BRIDGE];
	}
}

/* Copies of frames that rules have made. */
static u64 copies(const struct nfm *m)
{
	struct nftsw_hw_acl_record rec;
	u64 sum = 0;
	u32 i;

	for (i = 0; nfm_acl_get(m, i, &rec); i++)
		if (rec.entry.flags & NFTSW_AF_MIRROR)
			sum += NFM_LE64(rec.ctrs.packets);
	return sum;
}

/* The tables are written below the registers: commands have a target of their own. */
static void tables(struct nfm *m, struct fuzz_in *in)
{
	struct nftsw_hw_flow_entry e;
	struct nfm_port_state *p;
	u32 flags = fuzz_u32(in);
	size_t want;
	const u8 *o;
	u32 n, i;

	for (i = 0; i < FUZZ_PORTS; i++) {
		m->port[i].enabled = true;
		m->port[i].partner = !(flags >> i & 1);
		m->port[i].flags = flags >> (FUZZ_PORTS + i) & 1;
		m->port[i].max_frame = i ? 1514 : NFTSW_MAX_FRAME_VAL;
	}
	m->ctrl = NFTSW_CTRL_ENABLE;
	lags(m, in);
	for (n = fuzz_u8(in) % 32; n; n--) {
		p = &m->port[fuzz_u8(in) % FUZZ_PORTS];
		if (p->rmac_count == NFTSW_RMAC_PER_PORT)
			break;
		p->rmac[p->rmac_count].flags = fuzz_u8(in) & NFTSW_RMAC_ROUTER;
		want = 6;
		o = fuzz_octets(in, &want);
		memcpy(p->rmac[p->rmac_count].mac, o, want);
		/* RMAC_ADD takes no group address */
		p->rmac[p->rmac_count++].mac[0] &= 0xfe;
	}
	bridge(m, in);
	acls(m, in);
	for (n = fuzz_u8(in) % 32; n; n--) {
		want = sizeof(e);
		o = fuzz_octets(in, &want);
		memset(&e, 0, sizeof(e));
		memcpy(&e, o, want);
		nfm_flow_set(m, &e);
	}
	n = fuzz_u8(in);
	fill(m, n, fuzz_u32(in));
}

/* Frames from the input in one call; returns how many, 0 at the end. */
static u32 frames(struct fuzz_host *h, struct fuzz_in *in)
{
	static u8 octets[OCTETS_MAX];
	u32 len[FRAMES_MAX];
	u32 port = in->n ? in->p[0] % FUZZ_PORTS : 0;
	size_t used = 0, want;
	const u8 *o;
	u32 n = 0;

	while (in->n && n < FRAMES_MAX && in->p[0] % FUZZ_PORTS == port) {
		fuzz_u8(in);
		want = fuzz_u16(in);
		if (want > sizeof(octets) - used)
			want = sizeof(octets) - used;
		o = fuzz_octets(in, &want);
		memcpy(octets + used, o, want);
		used += want;
		len[n++] = (u32)want;
	}
	fuzz_ingress(h, port, octets, len, n);
	return n;
}

/* A chip at rest, saved, loaded and at rest again, is the same. */
static void check_state(struct fuzz_host *h)
{
	size_t size;
	u8 *one, *two;

	fuzz_quiesce(h);
	size = nfm_state_size(h->m);
	one = malloc(size);
	two = malloc(size);
	FUZZ_ASSERT(one && two && nfm_state_save(h->m, one, size) == size);
	FUZZ_ASSERT(!nfm_state_load(h->m, one, size));
	fuzz_quiesce(h);
	FUZZ_ASSERT(nfm_state_save(h->m, two, size) == size && !memcmp(one, two, size));
	free(one);
	free(two);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_host *h = fuzz_host_new();
	struct fuzz_in in = { .p = data, .n = size };
	u64 total = 0, ends = 0, frames_bridged, sent;
	u32 n, i;

	tables(h->m, &in);
	for (n = 1; n && in.n; total += n) {
		h->now += 1000000;
		n = frames(h, &in);
	}
	for (i = 0; i < NFTSW_REASON_COUNT; i++)
		ends += nfm_reason_get(h->m, i);
	/* a frame that was flooded may have gone to the CPU as well: two ends, both counted */
	bridged(h->m, &frames_bridged, &sent);
	ends += h->out - sent + frames_bridged;
	FUZZ_ASSERT(ends >= total + copies(h->m));
	FUZZ_ASSERT(ends <= total + copies(h->m) + frames_bridged);
	FUZZ_ASSERT(!nfm_reason_get(h->m, NFTSW_REASON_NONE));
	check_state(h);
	return 0;
}
