// SPDX-License-Identifier: GPL-2.0
/*
 * What the driver knows of its flows, for people: /sys/kernel/debug/nftsw/<device>/.
 * Floor 8.  Called by nftsw_core.c.
 *
 *   flows       one line per flow, in order of entry numbers
 *   flow_stats  what became of the kernel's requests, and the last refusals and
 *               failures in words
 *   acl         one line per offloaded rule of a chain or filter, in the chip's order
 *   acl_stats   the same as flow_stats, for rules
 *   audit       the driver's flows, rules and LAGs against the chip's tables
 *   reasons     why frames went to the CPU or nowhere
 *   lags        bonds and teams over the ports, one a line
 *
 * Each line is true at the moment when it is written.  Names of ports need the devlink
 * lock.  The files are gone before ports and flows are.
 */
#include <linux/debugfs.h>
#include <linux/if_vlan.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "nftsw_acl.h"
#include "nftsw_bridge_audit.h"
#include "nftsw_flow.h"
#include "nftsw_flow_audit.h"
#include "nftsw_hw.h"
#include "nftsw_lag.h"

/* The folder above those of the chips, and how many chips need it. */
static DEFINE_MUTEX(nftsw_debugfs_lock); /* protects the two below */
static struct dentry *nftsw_debugfs_root;
static u32 nftsw_debugfs_users;

/* ---- flows ------------------------------------------------------------------- */

static void nftsw_debugfs_end(struct seq_file *m, bool ipv6,
			      const struct in6_addr *addr, __be16 port)
{
	if (ipv6)
		seq_printf(m, "[%pI6c]:%u", addr, ntohs(port));
	else
		seq_printf(m, "%pI4:%u", &addr->s6_addr32[0], ntohs(port));
}

static void nftsw_debugfs_tags(struct seq_file *m, bool outer, u16 vid1, bool inner,
			       u16 vid2)
{
	if (!outer)
		seq_puts(m, "-");
	else if (!inner)
		seq_printf(m, "%u", vid1);
	else
		seq_printf(m, "%u.%u", vid1, vid2);
}

static void nftsw_debugfs_session(struct seq_file *m, u16 sid)
{
	if (sid)
		seq_printf(m, "%u", sid);
	else
		seq_puts(m, "-");
}

static void nftsw_debugfs_dev(struct seq_file *m, const char *what,
			      const struct nftsw *ns, u16 port)
{
	if (ns->ports && port < ns->info.ports && ns->ports[port])
		seq_printf(m, " %s=%s", what, ns->ports[port]->dev->name);
	else if (port >= NFTSW_LAG_PORT(0))
		seq_printf(m, " %s=lag%u", what, port - NFTSW_LAG_PORT(0));
	else
		seq_printf(m, " %s=p%u", what, port + 1); /* as phys_port_name */
}

static const char *nftsw_debugfs_l4(u8 l4proto)
{
	switch (l4proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	default:
		return "gre";
	}
}

/* orig= and new=: addresses and ports on the way in, and on the way out. */
static void nftsw_debugfs_tuples(struct seq_file *m, const struct nftsw_flow_spec *s)
{
	const struct nftsw_flow_match *f = &s->match;
	bool v6 = f->flags & NFTSW_FK_IPV6;
	u32 a = s->action;

	seq_puts(m, " orig=");
	nftsw_debugfs_end(m, v6, &f->saddr, f->sport);
	seq_puts(m, ">");
	nftsw_debugfs_end(m, v6, &f->daddr, f->dport);
	seq_puts(m, " new=");
	nftsw_debugfs_end(m, v6, a & NFTSW_FA_SADDR ? &s->saddr : &f->saddr,
			  a & NFTSW_FA_SPORT ? s->sport : f->sport);
	seq_puts(m, ">");
	nftsw_debugfs_end(m, v6, a & NFTSW_FA_DADDR ? &s->daddr : &f->daddr,
			  a & NFTSW_FA_DPORT ? s->dport : f->dport);
}

/* vlan= and pppoe=: what comes off, and what is put on. */
static void nftsw_debugfs_encaps(struct seq_file *m, const struct nftsw_flow_info *i)
{
	const struct nftsw_flow_spec *s = &i->spec;

	seq_puts(m, " vlan=");
	nftsw_debugfs_tags(m, s->match.flags & NFTSW_FK_TAG1, s->match.vid1,
			   s->match.flags & NFTSW_FK_TAG2, s->match.vid2);
	seq_puts(m, ">");
	nftsw_debugfs_tags(m, s->action & NFTSW_FA_PUSH1, s->tci1 & VLAN_VID_MASK,
			   s->action & NFTSW_FA_PUSH2, s->tci2 & VLAN_VID_MASK);
	seq_puts(m, " pppoe=");
	nftsw_debugfs_session(m, s->match.sid);
	seq_puts(m, ">");
	nftsw_debugfs_session(m, s->sid);
}

static void nftsw_debugfs_times(struct seq_file *m, const struct nftsw_flow_info *i)
{
	u64 now = get_jiffies_64();

	seq_printf(m, " packets=%llu bytes=%llu age=%llus idle=", i->ctr.packets,
		   i->ctr.octets, div_u64(now - i->created, HZ));
	if (i->lastused)
		seq_printf(m, "%llus\n", div_u64(now - min(i->lastused, now), HZ));
	else
		seq_puts(m, "never\n");
}

static void nftsw_debugfs_flow(struct seq_file *m, const struct nftsw *ns,
			       const struct nftsw_flow_info *i)
{
	const struct nftsw_flow_spec *s = &i->spec;

	seq_printf(m, "%u %s %s %s", i->index, nftsw_flow_state_name(i->state),
		   s->match.flags & NFTSW_FK_IPV6 ? "ipv6" : "ipv4",
		   nftsw_debugfs_l4(s->match.l4proto));
	nftsw_debugfs_tuples(m, s);
	seq_printf(m, " eth=%pM>%pM", s->smac, s->dmac);
	nftsw_debugfs_encaps(m, i);
	nftsw_debugfs_dev(m, "in", ns, s->match.iport);
	nftsw_debugfs_dev(m, "out", ns, s->oport);
	seq_printf(m, " other=%s", i->paired ? "offloaded" : "software");
	nftsw_debugfs_times(m, i);
}

/* The position of the file is the entry number; tokens are one more, not to be NULL. */
static void *nftsw_flows_find(struct nftsw *ns, loff_t *pos)
{
	unsigned long index = *pos;
	struct nftsw_flow *nf = nftsw_flow_next(ns->flow, &index);

	if (!nf)
		return NULL;
	nftsw_flow_put(nf);
	*pos = index;
	return (void *)(index + 1);
}

static void *nftsw_flows_start(struct seq_file *m, loff_t *pos)
{
	struct nftsw *ns = m->private;

	if (!*pos)
		nftsw_flow_refresh(ns); /* on error, the counters are a second older */
	return nftsw_flows_find(ns, pos);
}

static void *nftsw_flows_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return nftsw_flows_find(m->private, pos);
}

static void nftsw_flows_stop(struct seq_file *m, void *v)
{
}

static int nftsw_flows_show(struct seq_file *m, void *v)
{
	unsigned long want = (unsigned long)v - 1, index = want;
	struct nftsw_flow_info info;
	struct nftsw *ns = m->private;

	if (!nftsw_flow_info_next(ns, &index, &info) || index != want ||
	    info.state == NFTSW_FLOW_DEAD)
		return SEQ_SKIP;
	devl_lock(ns->devlink); /* a reload takes the ports away */
	nftsw_debugfs_flow(m, ns, &info);
	devl_unlock(ns->devlink);
	return 0;
}

static const struct seq_operations nftsw_flows_sops = {
	.start = nftsw_flows_start,
	.next = nftsw_flows_next,
	.stop = nftsw_flows_stop,
	.show = nftsw_flows_show,
};
DEFINE_SEQ_ATTRIBUTE(nftsw_flows);

/* ---- flow_stats -------------------------------------------------------------- */

static void nftsw_flow_stats_last(struct seq_file *m, struct nftsw_flow_log *log)
{
	struct nftsw_flow_log_entry *last;
	u32 i, n;

	last = kcalloc(NFTSW_FLOW_LOG_COUNT, sizeof(*last), GFP_KERNEL);
	if (!last)
		return;
	n = nftsw_flow_log_last(log, last);
	seq_printf(m, "last refusals: %u\n", n);
	for (i = 0; i < n; i++)
		seq_printf(m, "  %us ago: %s: %s\n",
			   jiffies_to_msecs(jiffies - last[i].jiffies) / 1000,
			   last[i].refusal.id ?
			   nftsw_flow_refusal_name(last[i].refusal.id) : "failed",
			   last[i].refusal.text);
	kfree(last);
}

static int nftsw_flow_stats_show(struct seq_file *m, void *v)
{
	struct nftsw *ns = m->private;
	struct nftsw_flow_log *log = &ns->flow->log;
	u32 i;

	seq_printf(m, "%-22s %llu\n", "entries", nftsw_flow_occ_get(ns));
	seq_printf(m, "%-22s %u\n", "capacity", ns->info.flows);
	seq_printf(m, "%-22s %u\n", "half", nftsw_flow_half(ns));
	seq_printf(m, "%-22s %s\n", "table",
		   nftsw_flow_room_name(nftsw_flow_room_get(ns->flow)));
	for (i = 0; i < NFTSW_FLOW_EVENT_COUNT; i++)
		seq_printf(m, "%-22s %llu\n", nftsw_flow_log_name(i),
			   nftsw_flow_log_get(log, i));
	for (i = 1; i < NFTSW_FLOW_REFUSAL_COUNT; i++)
		seq_printf(m, "refused_%-14s %llu\n", nftsw_flow_refusal_name(i),
			   nftsw_flow_log_refused(log, i));
	nftsw_flow_stats_last(m, log);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(nftsw_flow_stats);

/* ---- audit --------------------------------------------------------------------- */

static void nftsw_audit_print_flows(struct seq_file *m, const struct nftsw_flow_audit *a)
{
	u32 i, n = min(a->diffs, NFTSW_FLOW_AUDIT_LIST);

	if (!a->diffs) {
		seq_printf(m, "equal: %u entries\n", a->driver);
		return;
	}
	seq_printf(m, "different: %u driver, %u chip\n", a->driver, a->chip);
	for (i = 0; i < n; i++)
		seq_printf(m, "%u: %s\n", a->diff[i].index, a->diff[i].text);
	if (a->diffs > n)
		seq_printf(m, "and %u more\n", a->diffs - n);
}

static void nftsw_audit_print_rules(struct seq_file *m, const struct nftsw_acl_audit *a)
{
	u32 i, n = min(a->diffs, NFTSW_ACL_AUDIT_LIST);

	if (!a->diffs && a->driver)
		seq_printf(m, "equal: %u rules\n", a->driver);
	if (!a->diffs)
		return;
	seq_printf(m, "different: %u rules driver, %u chip\n", a->driver, a->chip);
	for (i = 0; i < n; i++)
		seq_printf(m, "rule %u: %s\n", a->diff[i].index, a->diff[i].text);
	if (a->diffs > n)
		seq_printf(m, "and %u more\n", a->diffs - n);
}

static void nftsw_audit_print_lags(struct seq_file *m, unsigned long differ)
{
	u32 lag;

	for_each_set_bit(lag, &differ, NFTSW_MAX_LAGS)
		seq_printf(m, "different: lag%u has other ports on the chip\n", lag);
}

static void nftsw_audit_print_bridge(struct seq_file *m, const struct nftsw_bridge_audit *a)
{
	u32 i, n = min_t(u32, a->diffs, NFTSW_BRIDGE_AUDIT_LIST);

	if (!a->diffs && a->records)
		seq_printf(m, "equal: %u bridge records\n", a->records);
	for (i = 0; i < n; i++)
		seq_printf(m, "different: %s\n", a->diff[i]);
	if (a->diffs > n)
		seq_printf(m, "different: %u more of the bridge\n", a->diffs - n);
}

struct nftsw_audits {
	struct nftsw_flow_audit flows;
	struct nftsw_acl_audit rules;
	struct nftsw_bridge_audit bridge;
	u32 lags;
};

/* What differs comes first. */
static void nftsw_audit_print(struct seq_file *m, const struct nftsw_audits *a)
{
	nftsw_audit_print_lags(m, a->lags);
	if (a->rules.diffs)
		nftsw_audit_print_rules(m, &a->rules);
	if (a->bridge.diffs)
		nftsw_audit_print_bridge(m, &a->bridge);
	nftsw_audit_print_flows(m, &a->flows);
	if (!a->rules.diffs)
		nftsw_audit_print_rules(m, &a->rules);
	if (!a->bridge.diffs)
		nftsw_audit_print_bridge(m, &a->bridge);
}

static int nftsw_audit_show(struct seq_file *m, void *v)
{
	struct nftsw_audits *a = kzalloc(sizeof(*a), GFP_KERNEL);
	struct nftsw *ns = m->private;
	int err;

	if (!a)
		return -ENOMEM;
	err = nftsw_flow_audit(ns, &a->flows) ?: nftsw_acl_audit(ns, &a->rules) ?:
	      nftsw_lag_audit(ns, &a->lags) ?: nftsw_bridge_audit(ns, &a->bridge);
	if (!err)
		nftsw_audit_print(m, a);
	kfree(a);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(nftsw_audit);

/* ---- reasons ------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum nftsw_reason_kind kind;
} nftsw_reasons[] = {
#define NFTSW_X_REASON_NAME(sym, k, group, n, doc)	{ n, NFTSW_KIND_##k },
	NFTSW_REASONS(NFTSW_X_REASON_NAME)
};

static int nftsw_reasons_show(struct seq_file *m, void *v)
{
	u64 ctrs[NFTSW_REASON_COUNT];
	u32 i;
	int err;

	err = nftsw_hw_reason_ctrs(m->private, ctrs);
	for (i = NFTSW_REASON_NONE + 1; !err && i < NFTSW_REASON_COUNT; i++)
		seq_printf(m, "%-16s %s %llu\n", nftsw_reasons[i].name,
			   nftsw_reasons[i].kind == NFTSW_KIND_DROP ? "drop" : "trap",
			   ctrs[i]);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(nftsw_reasons);

/* ---- lags ---------------------------------------------------------------------- */

static void nftsw_lags_ports(struct seq_file *m, const char *what, u64 ports)
{
	const char *sep = "";

	seq_printf(m, " %s=", what);
	for (; ports; ports &= ports - 1, sep = ",")
		seq_printf(m, "%sp%u", sep, (u32)__ffs64(ports) + 1);
}

static int nftsw_lags_show(struct seq_file *m, void *v)
{
	struct nftsw *ns = m->private;
	struct nftsw_lag_info info;
	u32 i;

	for (i = 0; i < ns->info.lags; i++) {
		if (!nftsw_lag_info_get(ns, i, &info))
			continue;
		seq_printf(m, "lag%u %s %s", i, info.name,
			   info.ready ? "offloaded" : "software");
		nftsw_lags_ports(m, "members", info.members);
		nftsw_lags_ports(m, "active", info.active);
		seq_puts(m, "\n");
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(nftsw_lags);

/* ---- acl, acl_stats ---------------------------------------------------------------- */

static int nftsw_acl_file_show(struct seq_file *m, void *v)
{
	nftsw_acl_show(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(nftsw_acl_file);

static int nftsw_acl_stats_file_show(struct seq_file *m, void *v)
{
	nftsw_acl_stats_show(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(nftsw_acl_stats_file);

/* ---- bridge ------------------------------------------------------------------------ */

static int nftsw_bridge_file_show(struct seq_file *m, void *v)
{
	nftsw_bridge_show(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(nftsw_bridge_file);

/* ---- Life ------------------------------------------------------------------------ */

static struct dentry *nftsw_debugfs_root_get(void)
{
	mutex_lock(&nftsw_debugfs_lock);
	if (!nftsw_debugfs_users++)
		nftsw_debugfs_root = debugfs_create_dir(NFTSW_DRV_NAME, NULL);
	mutex_unlock(&nftsw_debugfs_lock);
	return nftsw_debugfs_root;
}

static void nftsw_debugfs_root_put(void)
{
	mutex_lock(&nftsw_debugfs_lock);
	if (!--nftsw_debugfs_users)
		debugfs_remove(nftsw_debugfs_root);
	mutex_unlock(&nftsw_debugfs_lock);
}

/**
 * nftsw_debugfs_init() - make the files of a chip
 * @ns: chip; its ports and flow table are there
 *
 * Without debugfs the driver works all the same.
 */
void nftsw_debugfs_init(struct nftsw *ns)
{
	ns->debugfs = debugfs_create_dir(ns->bus->name, nftsw_debugfs_root_get());
	debugfs_create_file("flows", 0400, ns->debugfs, ns, &nftsw_flows_fops);
	debugfs_create_file("flow_stats", 0400, ns->debugfs, ns,
			    &nftsw_flow_stats_fops);
	debugfs_create_file("audit", 0400, ns->debugfs, ns, &nftsw_audit_fops);
	debugfs_create_file("reasons", 0400, ns->debugfs, ns, &nftsw_reasons_fops);
	debugfs_create_file("lags", 0400, ns->debugfs, ns, &nftsw_lags_fops);
	if (ns->bridges)
		debugfs_create_file("bridge", 0400, ns->debugfs, ns, &nftsw_bridge_file_fops);
	if (!ns->acl)
		return;
	debugfs_create_file("acl", 0400, ns->debugfs, ns, &nftsw_acl_file_fops);
	debugfs_create_file("acl_stats", 0400, ns->debugfs, ns, &nftsw_acl_stats_file_fops);
}

/**
 * nftsw_debugfs_fini() - remove the files of a chip
 * @ns: chip
 *
 * Context: process; waits for readers.
 */
void nftsw_debugfs_fini(struct nftsw *ns)
{
	debugfs_remove(ns->debugfs);
	ns->debugfs = NULL;
	nftsw_debugfs_root_put();
}
