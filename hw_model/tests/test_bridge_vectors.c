// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Golden vectors of tags in the bridge: each alone, then as a full batch.  DS 9.10, 9.11.
 */
#include <string.h>
#include "br.h"
#include "tap.h"
#include "bridge_vectors.h"

#define PORTS		10
#define RECORDS_MAX	4096
#define RXD_COUNT	24

static u8 records[RECORDS_MAX];

/* Every record of a table by a command of its own.  @indexed: a record begins with its index. */
static void fill(struct host *h, u32 op, const char *hex, u32 bytes, bool indexed)
{
	u32 n = hex_decode(records, sizeof(records), hex);
	u32 i;

	CHECK(n && n % bytes == 0);
	for (i = 0; i < n; i += bytes)
		CHECK_EQ(br_put(h, op, indexed ? records[i] | records[i + 1] << 8 : 0, records + i,
				bytes), NFTSW_ST_OK);
}

static struct host *scene_up(const struct nfm_bridge_scene *s)
{
	struct host *h = br_new(PORTS, 64);

	fill(h, NFTSW_OP_BR_PORT_SET, s->ports, sizeof(struct nftsw_hw_br_port), true);
	fill(h, NFTSW_OP_FID_SET, s->fids, sizeof(struct nftsw_hw_fid), false);
	fill(h, NFTSW_OP_VLAN_SET, s->vlans, sizeof(struct nftsw_hw_vlan), false);
	fill(h, NFTSW_OP_FDB_SET, s->hosts, sizeof(struct nftsw_hw_fdb), false);
	host_rx_fill(h, 0, RXD_COUNT, 512);
	return h;
}

static u32 outs(const struct nfm_bridge_vector *v)
{
	u32 n = 0;

	while (n < NFM_BRIDGE_VECTOR_OUTS && v->out[n].frame)
		n++;
	return n;
}

/* How many of the frames that have left are this one; two of a vector may be alike. */
static u32 left(const struct host *h, u32 port, const char *hex)
{
	static u8 want[2048];
	u32 len = hex_decode(want, sizeof(want), hex);
	u32 i, n = 0;

	for (i = 0; i < h->out_count; i++)
		n += h->out[i].port == port && h->out[i].len == len &&
		     !memcmp(h->out[i].data, want, len);
	return n;
}

static u32 wanted(const struct nfm_bridge_vector *v, u32 at)
{
	u32 i, n = 0;

	for (i = 0; i < outs(v); i++)
		n += v->out[i].port == v->out[at].port && !strcmp(v->out[i].frame, v->out[at].frame);
	return n;
}

static void check_outs(const struct host *h, const struct nfm_bridge_vector *v, u32 times)
{
	u32 i;

	CHECK_EQ(h->out_count, outs(v) * times);
	for (i = 0; i < outs(v); i++)
		CHECK_EQ(left(h, v->out[i].port, v->out[i].frame), wanted(v, i) * times);
}

static void check_cpu(struct host *h, const struct nfm_bridge_vector *v, const struct br_frame *in)
{
	bool marked = v->reason == NFTSW_REASON_BRIDGE_FLOOD;
	struct nftsw_hw_rxc c;

	if (nfm_reason_group(v->reason) != NFTSW_GROUP_NONE) {
		CHECK(br_take_rx(h, &c, in) && c.reason == v->reason &&
		      NFM_LE16(c.port) == v->iport && !!(c.flags & NFTSW_RXC_FWD_MARK) == marked);
	} else if (v->reason != NFTSW_REASON_NONE) {
		CHECK_EQ(h->m->reason[v->reason], 1);
	}
	CHECK(!host_peek(h, NFTSW_RING_RX_CQ(0), &c));
}

static void run_vector(const struct nfm_bridge_vector *v)
{
	struct host *h = scene_up(&nfm_bridge_scenes[v->scene]);
	static struct br_frame in;

	in.len = hex_decode(in.data, sizeof(in.data), v->in);
	br_in(h, v->iport, &in);
	check_outs(h, v, 1);
	check_cpu(h, v, &in);
	host_free(h);
	tap_result("bridge vectors", v->name);
}

/* As many copies as fit into a batch and the host's memory of what has left. */
static void run_batch(const struct nfm_bridge_vector *v)
{
	struct host *h = scene_up(&nfm_bridge_scenes[v->scene]);
	static u8 mem[NFM_BATCH][NFM_HEADROOM + 128];
	struct nfm_frame in[NFM_BATCH];
	u32 i;

	for (i = 0; i < NFM_BATCH; i++) {
		in[i].data = mem[i] + NFM_HEADROOM;
		in[i].len = hex_decode(in[i].data, 128, v->in);
	}
	h->out_count = 0;
	nfm_ingress(h->m, v->iport, in, NFM_BATCH, h->now);
	check_outs(h, v, NFM_BATCH);
	host_free(h);
}

int main(void)
{
	size_t i;

	printf("TAP version 13\n");
	for (i = 0; i < NFM_ARRAY_COUNT(nfm_bridge_vectors); i++)
		run_vector(&nfm_bridge_vectors[i]);
	for (i = 0; i < NFM_ARRAY_COUNT(nfm_bridge_vectors); i++)
		run_batch(&nfm_bridge_vectors[i]);
	tap_result("bridge vectors", "the same in full batches");
	return tap_done();
}
