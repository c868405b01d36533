// SPDX-License-Identifier: GPL-2.0
/*
 * Offloaded rules for people, and the comparison with the chip.  Floor 5.  Called by
 * nftsw_debugfs.c.
 *
 * A rule is one line: its number, where it comes from, what it matches, what it does.  Fields
 * that are matched in part stand with their mask.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <kunit/visibility.h>
#include "nftsw_acl.h"
#include "nftsw_hw.h"

/* Records asked for by one command. */
#define NFTSW_ACL_AUDIT_RECORDS	16

/* ---- Rules ----------------------------------------------------------------------- */

static void nftsw_acl_show_ports(struct seq_file *m, u64 ports)
{
	const char *sep = " ports=";

	if (!ports)
		seq_puts(m, " ports=-");
	for (; ports; ports &= ports - 1, sep = ",")
		seq_printf(m, "%sp%u", sep, (u32)__ffs64(ports) + 1);
}

static void nftsw_acl_show_mac(struct seq_file *m, const char *what, const u8 *mac,
			       const u8 *mask)
{
	if (is_zero_ether_addr(mask))
		return;
	seq_printf(m, " %s=%pM", what, mac);
	if (!is_broadcast_ether_addr(mask))
		seq_printf(m, "/%pM", mask);
}

static void nftsw_acl_show_u16(struct seq_file *m, const char *what, __be16 val, __be16 mask)
{
	if (!mask)
		return;
	seq_printf(m, " %s=%u", what, ntohs(val));
	if (mask != htons(0xffff))
		seq_printf(m, "/%#x", ntohs(mask));
}

static void nftsw_acl_show_addr(struct seq_file *m, const char *what, bool ipv6,
				const u8 *addr, const u8 *mask)
{
	if (!memchr_inv(mask, 0, 16))
		return;
	if (ipv6)
		seq_printf(m, " %s=%pI6c", what, addr);
	else
		seq_printf(m, " %s=%pI4", what, addr);
	if (!memchr_inv(mask, 0xff, ipv6 ? 16 : 4))
		return;
	if (ipv6)
		seq_printf(m, "/%pI6c", mask);
	else
		seq_printf(m, "/%pI4", mask);
}

/* tag=no, tag=yes, or the part of the tag that is matched */
static void nftsw_acl_show_tag(struct seq_file *m, const struct nftsw_acl_spec *s)
{
	if (!(s->mask.flags & NFTSW_AK_TAG))
		return;
	if (!(s->key.flags & NFTSW_AK_TAG))
		seq_puts(m, " tag=no");
	else
		seq_printf(m, " tag=%s", !(s->mask.flags & NFTSW_AK_TAG_AD) ? "yes" :
			   s->key.flags & NFTSW_AK_TAG_AD ? "802.1ad" : "802.1Q");
	nftsw_acl_show_u16(m, "tci", s->key.tci, s->mask.tci);
}

static void nftsw_acl_show_match(struct seq_file *m, const struct nftsw_acl_spec *s)
{
	bool ipv6 = s->key.flags & NFTSW_AK_IPV6;

	nftsw_acl_show_mac(m, "dmac", s->key.dmac, s->mask.dmac);
	nftsw_acl_show_mac(m, "smac", s->key.smac, s->mask.smac);
	nftsw_acl_show_tag(m, s);
	if (s->mask.type)
		seq_printf(m, " type=%#06x", ntohs(s->key.type));
	nftsw_acl_show_addr(m, "src", ipv6, s->key.saddr, s->mask.saddr);
	nftsw_acl_show_addr(m, "dst", ipv6, s->key.daddr, s->mask.daddr);
	if (s->mask.l4proto)
		seq_printf(m, " proto=%u", s->key.l4proto);
	nftsw_acl_show_u16(m, "sport", s->key.sport, s->mask.sport);
	nftsw_acl_show_u16(m, "dport", s->key.dport, s->mask.dport);
	if (s->mask.flags & NFTSW_AK_L2_MISS)
		seq_printf(m, " l2_miss=%u", !!(s->key.flags & NFTSW_AK_L2_MISS));
	if (s->mask.flags & NFTSW_AK_FRAGMENT)
		seq_printf(m, " fragment=%s",
			   s->key.flags & NFTSW_AK_FRAGMENT ? "yes" : "no");
}

static void nftsw_acl_show_action(struct seq_file *m, const struct nftsw_acl_spec *s)
{
	static const char *const verdicts[] = {
#define NFTSW_X_ACL_VERDICT_NAME(sym, name, doc)	name,
		NFTSW_ACL_VERDICTS(NFTSW_X_ACL_VERDICT_NAME)
	};

	seq_printf(m, " => %s", verdicts[s->verdict]);
	if (s->verdict == NFTSW_ACL_VERDICT_REDIRECT)
		seq_printf(m, " out=p%u", s->oport + 1);
	if (s->police.rate)
		seq_printf(m, " police=%llu%s/s,%llu", s->police.rate,
			   s->police.octets ? "B" : "p", s->police.burst);
	if (s->flags & NFTSW_AF_MIRROR)
		seq_printf(m, " copy=p%u", s->mport + 1);
	if (s->flags & NFTSW_AF_CPU_TOO)
		seq_puts(m, " cpu-too");
}

static void nftsw_acl_show_rule(struct seq_file *m, const struct nftsw_acl_rule *r)
{
	u64 now = get_jiffies_64();

	seq_printf(m, "%u %s %s prio=%u block=%u", r->index, r->in_chip ? "offloaded" : "waiting",
		   r->id.tc ? "tc" : "nft", r->id.prio, r->id.block);
	nftsw_acl_show_ports(m, r->id.ports & r->spec.ports);
	nftsw_acl_show_match(m, &r->spec);
	nftsw_acl_show_action(m, &r->spec);
	seq_printf(m, " packets=%llu bytes=%llu idle=", r->base.packets + r->ctr.packets,
		   r->base.octets + r->ctr.octets);
	if (r->lastused)
		seq_printf(m, "%llus\n", div_u64(now - min(r->lastused, now), HZ));
	else
		seq_puts(m, "never\n");
}

/**
 * nftsw_acl_show() - one line for each rule, in the order in which the chip looks at them
 * @ns: chip with an access control list
 * @m: where to
 *
 * Context: process; waits for the chip.
 */
void nftsw_acl_show(struct nftsw *ns, struct seq_file *m)
{
	struct nftsw_acl_rule *r;

	nftsw_acl_refresh(ns); /* on error, the counters are a second older */
	mutex_lock(&ns->acl->lock);
	list_for_each_entry(r, &ns->acl->rules, list)
		nftsw_acl_show_rule(m, r);
	mutex_unlock(&ns->acl->lock);
}

/* ---- What became of requests -------------------------------------------------------- */

static void nftsw_acl_show_log(struct seq_file *m, const struct nftsw_acl *acl)
{
	u32 n = min(acl->logged, NFTSW_ACL_LOG_COUNT), i;

	seq_printf(m, "last refusals: %u\n", n);
	for (i = acl->logged - n; i != acl->logged; i++) {
		const struct nftsw_acl_log_entry *e = &acl->log[i % NFTSW_ACL_LOG_COUNT];

		seq_printf(m, "  %us ago: %s: %s\n",
			   jiffies_to_msecs(jiffies - e->jiffies) / 1000,
			   e->refusal.id ? nftsw_acl_refusal_name(e->refusal.id) : "failed",
			   e->refusal.text);
	}
}

/**
 * nftsw_acl_stats_show() - how full the list is, and what became of the kernel's requests
 * @ns: chip with an access control list
 * @m: where to
 *
 * Context: process.
 */
void nftsw_acl_stats_show(struct nftsw *ns, struct seq_file *m)
{
	struct nftsw_acl *acl = ns->acl;
	u32 i;

	seq_printf(m, "%-22s %llu\n", "rules", nftsw_acl_occ_get(ns));
	seq_printf(m, "%-22s %u\n", "capacity", ns->info.acls);
	mutex_lock(&acl->lock);
	seq_printf(m, "%-22s %llu\n", "failed", acl->failed);
	for (i = 1; i < NFTSW_ACL_REFUSAL_COUNT; i++)
		seq_printf(m, "refused_%-14s %llu\n", nftsw_acl_refusal_name(i),
			   acl->refused[i]);
	nftsw_acl_show_log(m, acl);
	mutex_unlock(&acl->lock);
}

/* ---- Audit ------------------------------------------------------------------------------ */

static void nftsw_acl_audit_diff(struct nftsw_acl_audit *a, u32 index, const char *text)
{
	if (a->diffs < NFTSW_ACL_AUDIT_LIST) {
		a->diff[a->diffs].index = index;
		a->diff[a->diffs].text = text;
	}
	a->diffs++;
}

/* acl->lock is held. */
static void nftsw_acl_audit_record(struct nftsw_acl *acl, struct nftsw_acl_audit *a,
				   const struct nftsw_hw_acl_record *rec, unsigned long *seen)
{
	u32 index = le32_to_cpu(rec->entry.index);
	struct nftsw_hw_acl_entry want;
	struct nftsw_acl_rule *r;

	a->chip++;
	if (index < NFTSW_MAX_ACLS)
		__set_bit(index, seen);
	list_for_each_entry(r, &acl->rules, list) {
		if (r->index != index)
			continue;
		nftsw_acl_encode(r, &want);
		if (memcmp(&want, &rec->entry, sizeof(want)))
			nftsw_acl_audit_diff(a, index, "differs");
		return;
	}
	if (index >= NFTSW_MAX_ACLS || !test_bit(index, acl->stale))
		nftsw_acl_audit_diff(a, index, "on the chip, not in the driver");
}

static int nftsw_acl_audit_chip(struct nftsw_acl *acl, struct nftsw_acl_audit *a,
				struct nftsw_hw_acl_record *rec, unsigned long *seen)
{
	u32 cursor = 0, last;
	int i, n;

	do {
		last = cursor;
		n = nftsw_hw_acl_dump(acl->ns, &cursor, rec, NFTSW_ACL_AUDIT_RECORDS);
		if (n < 0)
			return n;
		for (i = 0; i < n; i++)
			nftsw_acl_audit_record(acl, a, &rec[i], seen);
	} while (cursor != NFTSW_DUMP_END && cursor > last);
	return cursor == NFTSW_DUMP_END ? 0 : -EPROTO;
}

static int nftsw_acl_audit_run(struct nftsw_acl *acl, struct nftsw_acl_audit *a,
			       struct nftsw_hw_acl_record *rec)
{
	DECLARE_BITMAP(seen, NFTSW_MAX_ACLS) = {};
	struct nftsw_acl_rule *r;
	int err;

	err = nftsw_acl_audit_chip(acl, a, rec, seen);
	if (err)
		return err;
	list_for_each_entry(r, &acl->rules, list) {
		a->driver += r->in_chip;
		if (r->in_chip != test_bit(r->index, seen))
			nftsw_acl_audit_diff(a, r->index, r->in_chip ? "not on the chip" :
					     "on the chip, waiting in the driver");
	}
	return 0;
}

/**
 * nftsw_acl_audit() - compare the driver's rules with the chip's
 * @ns: chip
 * @a: result
 *
 * Nothing changes meanwhile: requests wait.
 *
 * Context: process; reads the chip's whole list.
 * Return: 0 whether they differ or not; a negative errno when the chip could not be read.
 */
int nftsw_acl_audit(struct nftsw *ns, struct nftsw_acl_audit *a)
{
	struct nftsw_hw_acl_record *rec;
	int err;

	memset(a, 0, sizeof(*a));
	if (!ns->acl)
		return 0;
	rec = kcalloc(NFTSW_ACL_AUDIT_RECORDS, sizeof(*rec), GFP_KERNEL);
	if (!rec)
		return -ENOMEM;
	mutex_lock(&ns->acl->lock);
	err = nftsw_acl_audit_run(ns->acl, a, rec);
	mutex_unlock(&ns->acl->lock);
	kfree(rec);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(nftsw_acl_audit);
