// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Golden vectors: each alone, then as a full batch, then cut at every length.
 * Frames lie in memory of exactly their size, so that a sanitizer sees a
 * read or write past either end.
 */
#include <string.h>
#include "chip.h"
#include "tap.h"
#include "vectors.h"

#define FRAME_MAX	2048
#define FLOWS_MAX	8
#define ACLS_MAX	4
#define NOW_NS		1000000007ull

static void vector_lags(struct nfm *m)
{
	u32 i;

	for (i = 0; i < NFM_ARRAY_COUNT(nfm_vector_lags); i++)
		CHECK_EQ(chip_lag(m, i, nfm_vector_lags[i].members, nfm_vector_lags[i].active),
			 NFTSW_ST_OK);
}

static void vector_acls(struct nfm *m, const struct nfm_vector *v)
{
	struct nftsw_hw_acl_entry e[ACLS_MAX];
	u32 i, n;

	n = v->acls ? hex_decode((u8 *)e, sizeof(e), v->acls) : 0;
	CHECK_EQ(n % sizeof(*e), 0);
	for (i = 0; i < n / sizeof(*e); i++)
		CHECK_EQ(nfm_acl_set(m, &e[i]), NFTSW_ST_OK);
}

static struct nfm *vector_chip(const struct nfm_vector *v)
{
	struct nfm *m = chip_new(NFM_VECTOR_PORTS, 64);
	struct nftsw_hw_flow_entry e[FLOWS_MAX];
	u8 mac[6] = { 2, 0, 0, 0, 2, 0 };
	u32 i, n;

	for (i = 0; i < NFM_VECTOR_PORTS; i++) {
		mac[5] = (u8)i;
		chip_rmac(m, i, mac, 0);
		m->port[i].max_frame = NFM_VECTOR_MAX_FRAME;
		m->port[i].partner = !(NFM_VECTOR_NO_PARTNER >> i & 1);
	}
	m->port[3].max_frame = NFM_VECTOR_MAX_FRAME_3;
	vector_lags(m);
	m->port[NFM_VECTOR_PORT_PROMISC].flags = NFTSW_PORT_PROMISC;
	n = hex_decode((u8 *)e, sizeof(e), v->flows);
	CHECK_EQ(n % sizeof(*e), 0);
	for (i = 0; i < n / sizeof(*e); i++)
		CHECK_EQ(nfm_flow_set(m, &e[i]), NFTSW_ST_OK);
	vector_acls(m, v);
	return m;
}

/* Forwarding gives a frame another destination, so one that leaves as it came was redirected. */
static u32 expected_verdict(const struct nfm_vector *v)
{
	if (v->reason == NFTSW_REASON_NONE)
		return strcmp(v->in, v->out) ? NFM_V_FLOW : NFM_V_SEND;
	return nfm_reason_group(v->reason) == NFTSW_GROUP_NONE ? NFM_V_DROP : NFM_V_CPU;
}

static void pkt_set(struct nfm_pkt *pk, const struct frame *f, u32 iport)
{
	memset(pk, 0x5a, sizeof(*pk));
	pk->data = f->data;
	pk->len = f->len;
	pk->iport = (u16)iport;
}

static void check_flow(struct nfm *m, const struct nfm_vector *v, const struct nfm_pkt *pk)
{
	u8 out[FRAME_MAX];
	u32 len = hex_decode(out, sizeof(out), v->out);

	CHECK_EQ(pk->oport, v->oport);
	CHECK_EQ(pk->len, len);
	CHECK(pk->len == len && !memcmp(pk->data, out, len));
	if (pk->verdict == NFM_V_FLOW)
		CHECK(m->flow->hot[pk->flow].last_hit_ns == NOW_NS);
}

static void check_one(struct nfm *m, const struct nfm_vector *v, const struct nfm_pkt *pk,
		      const u8 *in, u32 len)
{
	CHECK_EQ(pk->verdict, expected_verdict(v));
	CHECK_EQ(pk->reason, v->reason);
	if (pk->verdict <= NFM_V_SEND && v->out) {
		check_flow(m, v, pk);
	} else {
		CHECK_EQ(pk->len, len);
		CHECK(!memcmp(pk->data, in, len));
	}
}

static void check_copies(const struct nfm_vector *v, const u8 *in, u32 len, u32 n)
{
	CHECK_EQ(chip_copies.count, v->copy ? n : 0);
	if (!v->copy || !chip_copies.count)
		return;
	CHECK_EQ(chip_copies.port, v->copy - 1);
	CHECK(chip_copies.len == len && !memcmp(chip_copies.data, in, len));
}

static u32 packets(const struct nfm *m)
{
	struct nftsw_hw_flow_ctrs c;
	u32 sum = 0;
	u32 i;

	for (i = 0; i < m->cfg.flows; i++) {
		nfm_flow_ctrs(m, i, &c);
		sum += (u32)NFM_LE64(c.packets);
	}
	return sum;
}

static void run_vector(const struct nfm_vector *v, u32 n)
{
	struct nfm *m = vector_chip(v);
	struct frame f[NFM_BATCH];
	struct nfm_pkt pk[NFM_BATCH];
	u8 in[FRAME_MAX];
	u32 len = hex_decode(in, sizeof(in), v->in);
	u32 i;

	for (i = 0; i < n; i++) {
		f[i] = frame_new(in, len);
		pkt_set(&pk[i], &f[i], v->iport);
	}
	nfm_pipe_run(m, pk, n, NOW_NS);
	for (i = 0; i < n; i++)
		check_one(m, v, &pk[i], in, len);
	CHECK_EQ(packets(m), expected_verdict(v) == NFM_V_FLOW ? n : 0);
	check_copies(v, in, len, n);
	CHECK_EQ(m->reason[v->reason], expected_verdict(v) == NFM_V_DROP ? n : 0);
	for (i = 0; i < n; i++)
		frame_free(&f[i]);
	chip_free(m);
}

/* A frame cut short: no access past its end, and the CPU gets it as it is. */
static void cut_vector(const struct nfm_vector *v)
{
	struct nfm *m = vector_chip(v);
	struct nfm_pkt pk;
	struct frame f;
	u8 in[FRAME_MAX];
	u32 full = hex_decode(in, sizeof(in), v->in);
	u32 len;

	for (len = 0; len < full && len < 160; len++) {
		f = frame_new(in, len);
		pkt_set(&pk, &f, v->iport);
		nfm_pipe_run(m, &pk, 1, NOW_NS);
		CHECK(pk.verdict <= NFM_V_DROP);
		CHECK((pk.verdict <= NFM_V_SEND) == (pk.reason == NFTSW_REASON_NONE));
		if (pk.verdict == NFM_V_CPU)
			CHECK(pk.len == len && !memcmp(pk.data, in, len));
		frame_free(&f);
	}
	chip_free(m);
}

int main(void)
{
	size_t i;

	printf("TAP version 13\n");
	for (i = 0; i < NFM_ARRAY_COUNT(nfm_vectors); i++) {
		run_vector(&nfm_vectors[i], 1);
		tap_result("vectors", nfm_vectors[i].name);
	}
	for (i = 0; i < NFM_ARRAY_COUNT(nfm_vectors); i++)
		run_vector(&nfm_vectors[i], NFM_BATCH);
	tap_result("vectors", "the same in full batches");
	for (i = 0; i < NFM_ARRAY_COUNT(nfm_vectors); i++)
		cut_vector(&nfm_vectors[i]);
	tap_result("vectors", "cut at every length, nothing is read or written past the end");
	return tap_done();
}
