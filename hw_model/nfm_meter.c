// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Meters: how many frames or octets a second may pass.  Floor 2; set by nfm_cmd.c and
 * nfm_state.c, asked by nfm_pipe.c for rules of the access control list.  DS 8.11.
 *
 * A token bucket, unlike the policers of the traps, whose cost is one number: what a frame
 * costs here depends on its length, and at 400 Gbit/s an octet takes a fiftieth of a
 * nanosecond.  So the bucket is filled by time times rate, in units of 10^-9 frames or octets,
 * which takes one multiplication and no division.
 *
 * Numbers.  A full bucket is below 2^31 * 10^9 < 2^61.  A product of time and rate that could
 * be more than 2^61 fills any bucket, and one that could not has room in 64 bits.
 */
#include "nfm_priv.h"
#include "nfm_bytes.h"

#define NFM_METER_UNIT		1000000000ull	/* of nfm_meter.level in one frame or octet */

_Static_assert(NFTSW_METER_BURST_BITS + 30 <= 61, "a full bucket must be below 2^61");
_Static_assert(NFTSW_MF_ALL == 1, "nfm_meter_set() knows one flag");

/* Bits that it takes to write @v. */
static u32 nfm_meter_bits(u64 v)
{
	u32 high = (u32)(v >> 32);
	u32 low = (u32)v;

	if (high)
		return 64 - (u32)__builtin_clz(high);
	return low ? 32 - (u32)__builtin_clz(low) : 0;
}

static u64 nfm_meter_full(const struct nfm_meter *t)
{
	return t->burst * NFM_METER_UNIT;
}

static void nfm_meter_fill(struct nfm_meter *t, u64 now_ns)
{
	u64 full = nfm_meter_full(t);
	u64 ns = now_ns - t->level_ns;

	t->level_ns = now_ns;
	if (nfm_meter_bits(ns) + nfm_meter_bits(t->rate) > 62)
		t->level = full;
	else
		t->level += ns * t->rate;
	if (t->level > full)
		t->level = full;
}

/**
 * nfm_meter_pass() - may a frame pass?
 * @m: chip
 * @index: meter that exists
 * @octets: of the frame
 *
 * Return: whether it may; counted either way.
 */
bool nfm_meter_pass(struct nfm *m, u32 index, u32 octets)
{
	struct nfm_meter *t = &m->meter[index];
	u64 cost = (t->flags & NFTSW_MF_OCTETS ? octets : 1) * NFM_METER_UNIT;

	if (t->rate) {
		nfm_meter_fill(t, m->now_ns);
		if (t->level < cost) {
			t->dropped++;
			return false;
		}
		t->level -= cost;
	}
	t->passed++;
	return true;
}

/**
 * nfm_meter_set() - configure a meter
 * @m: chip
 * @index: number that exists
 * @cfg: rate and burst; its counters are read only and not looked at
 *
 * Return: OK or BAD_PARAM
 */
u32 nfm_meter_set(struct nfm *m, u32 index, const struct nftsw_hw_meter *cfg)
{
	struct nfm_meter *t = &m->meter[index];
	u64 rate = NFM_LE64(cfg->rate);
	u64 burst = NFM_LE64(cfg->burst);

	if (NFM_LE32(cfg->index) != index || NFM_LE32(cfg->flags) & ~NFTSW_MF_ALL ||
	    rate >> NFTSW_METER_RATE_BITS || burst >> NFTSW_METER_BURST_BITS || (rate && !burst))
		return NFTSW_ST_BAD_PARAM;
	if (!rate)
		memset(t, 0, sizeof(*t));
	t->rate = rate;
	t->burst = burst;
	t->flags = NFM_LE32(cfg->flags);
	t->level = nfm_meter_full(t);
	t->level_ns = m->now_ns;
	return NFTSW_ST_OK;
}

/**
 * nfm_meter_read() - a meter, as a table entry
 * @m: chip
 * @index: number that exists
 * @cfg: filled in
 *
 * Return: whether it holds anything back
 */
bool nfm_meter_read(const struct nfm *m, u32 index, struct nftsw_hw_meter *cfg)
{
	const struct nfm_meter *t = &m->meter[index];

	cfg->index = NFM_TO_LE32(index);
	cfg->flags = NFM_TO_LE32(t->flags);
	cfg->rate = NFM_TO_LE64(t->rate);
	cfg->burst = NFM_TO_LE64(t->burst);
	cfg->passed = NFM_TO_LE64(t->passed);
	cfg->dropped = NFM_TO_LE64(t->dropped);
	return t->rate;
}

/**
 * nfm_meter_reset() - nothing is held back
 * @m: chip
 */
void nfm_meter_reset(struct nfm *m)
{
	memset(m->meter, 0, sizeof(m->meter));
}
