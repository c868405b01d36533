/*
 * QEMU NFTSW-1 Ethernet switch chip: "info nftsw"
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Prints for people what the query-nftsw commands say.  Called by the monitor
 * with the BQL held.
 */

#include "qemu/osdep.h"
#include "qemu/module.h"
#include "monitor/hmp.h"
#include "monitor/monitor.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-nftsw.h"
#include "nftsw.h"

#define NFTSW_HMP_FLOWS 16

static void nftsw_hmp_chip(Monitor *mon, const NftswInfo *i)
{
    monitor_printf(mon, "%s: serial %016" PRIx64 " mac %s revision %c%u"
                   " build %u\n", i->id, i->serial, i->mac,
                   'A' + (char)(i->revision >> 4), i->revision & 0xf, i->build);
    monitor_printf(mon, "  state    %s%s\n", i->fatal ? "stopped by a fault" :
                   i->ready ? "ready" : "in reset",
                   i->enabled ? ", pipeline enabled" : "");
    monitor_printf(mon, "  flows    %u of %u\n", i->flow_used,
                   i->flow_capacity);
    monitor_printf(mon, "  commands %" PRIu64 ", %" PRIu64 " refused\n",
                   i->commands, i->command_errors);
    monitor_printf(mon, "  events   %" PRIu64 ", %" PRIu64 " lost\n",
                   i->events, i->events_lost);
    monitor_printf(mon, "  CPU      %" PRIu64 " frames to, %" PRIu64 " from\n",
                   i->cpu_rx_frames, i->cpu_tx_frames);
    monitor_printf(mon, "  faults   %" PRIu64 " DMA errors, %" PRIu64
                   " bad register accesses\n", i->dma_errors, i->bad_accesses);
}

static void nftsw_hmp_reasons(Monitor *mon, const NftswReasonList *list)
{
    for (; list; list = list->next) {
        if (list->value->frames) {
            monitor_printf(mon, "  %s %-16s %" PRIu64 "\n",
                           NftswReasonKind_str(list->value->kind),
                           list->value->name, list->value->frames);
        }
    }
}

static uint64_t nftsw_hmp_counter(const NftswPort *p, const char *name)
{
    for (const NftswCounterList *c = p->counters; c; c = c->next) {
        if (!strcmp(c->value->name, name)) {
            return c->value->value;
        }
    }
    return 0;
}

static void nftsw_hmp_ports(Monitor *mon, const char *id)
{
    g_autoptr(NftswPortList) ports = qmp_query_nftsw_ports(id, &error_abort);

    monitor_printf(mon, "  port   netdev           link    rx frames"
                   "    tx frames      rx flow     rx drops\n");
    for (const NftswPortList *l = ports; l; l = l->next) {
        const NftswPort *p = l->value;

        monitor_printf(mon, "  %-6s %-16s %-4s %12" PRIu64 " %12" PRIu64
                       " %12" PRIu64 " %12" PRIu64 "\n", p->name,
                       p->netdev ? p->netdev : "-",
                       p->link ? "up" : p->enabled ? "down" : "off",
                       nftsw_hmp_counter(p, "rx_frames"),
                       nftsw_hmp_counter(p, "tx_frames"),
                       nftsw_hmp_counter(p, "rx_flow"),
                       nftsw_hmp_counter(p, "rx_drops"));
    }
}

static void nftsw_hmp_port_list(Monitor *mon, const char *what,
                                const uint16List *list)
{
    monitor_printf(mon, " %s", what);
    for (; list; list = list->next) {
        monitor_printf(mon, " port%u", list->value + 1);
    }
}

static void nftsw_hmp_lags(Monitor *mon, const NftswLagList *list)
{
    for (; list; list = list->next) {
        monitor_printf(mon, "  lag%u:", list->value->port - NFTSW_LAG_PORT(0));
        nftsw_hmp_port_list(mon, "members", list->value->members);
        nftsw_hmp_port_list(mon, "active", list->value->active);
        nftsw_hmp_port_list(mon, "sending", list->value->sending);
        monitor_printf(mon, "\n");
    }
}

/* What a flow calls a port: "port1" or "lag0". */
static char *nftsw_hmp_port_name(uint16_t port)
{
    return port < NFTSW_LAG_PORT(0) ?
           g_strdup_printf("port%u", port + 1) :
           g_strdup_printf("lag%u", port - NFTSW_LAG_PORT(0));
}

static void nftsw_hmp_flow(Monitor *mon, const NftswFlow *f)
{
    const NftswFlowKey *k = f->key;
    const NftswFlowAction *a = f->action;
    g_autofree char *in = nftsw_hmp_port_name(k->port);
    g_autofree char *out = nftsw_hmp_port_name(a->port);

    monitor_printf(mon, "  flow %u: %s proto %u %s.%u > %s.%u => %s"
                   " %s.%u > %s.%u%s, %" PRIu64 " packets, %" PRIu64
                   " octets\n",
                   f->index, in, k->proto, k->saddr, k->sport,
                   k->daddr, k->dport, out,
                   a->saddr ? a->saddr : k->saddr,
                   a->has_sport ? a->sport : k->sport,
                   a->daddr ? a->daddr : k->daddr,
                   a->has_dport ? a->dport : k->dport,
                   f->to_cpu ? ", to CPU" : "", f->packets, f->octets);
}

static void nftsw_hmp_flows(Monitor *mon, const char *id)
{
    g_autoptr(NftswFlowPage) page =
        qmp_query_nftsw_flows(id, false, 0, true, NFTSW_HMP_FLOWS,
                              &error_abort);

    for (const NftswFlowList *l = page->flows; l; l = l->next) {
        nftsw_hmp_flow(mon, l->value);
    }
    if (page->has_next) {
        monitor_printf(mon, "  the first %d: more by QMP query-nftsw-flows\n",
                       NFTSW_HMP_FLOWS);
    }
}

static void nftsw_hmp_rule(Monitor *mon, const NftswAclRule *r)
{
    monitor_printf(mon, "  rule %u: prio %u group %u", r->index, r->prio,
                   r->group);
    nftsw_hmp_port_list(mon, "from", r->ports);
    monitor_printf(mon, " => %s", NftswRuleVerdict_str(r->verdict));
    if (r->has_port) {
        monitor_printf(mon, " port%u", r->port + 1);
    }
    if (r->has_mirror) {
        monitor_printf(mon, ", copy to port%u", r->mirror + 1);
    }
    monitor_printf(mon, ", %" PRIu64 " packets, %" PRIu64 " octets\n",
                   r->packets, r->octets);
}

static void nftsw_hmp_acl(Monitor *mon, const char *id)
{
    g_autoptr(NftswAclRuleList) rules = qmp_query_nftsw_acl(id, &error_abort);

    for (const NftswAclRuleList *l = rules; l; l = l->next) {
        nftsw_hmp_rule(mon, l->value);
    }
}

static void nftsw_hmp_info(Monitor *mon, const QDict *qdict)
{
    g_autoptr(NftswInfoList) chips = qmp_query_nftsw(&error_abort);

    if (!chips) {
        monitor_printf(mon, "no nftsw device\n");
    }
    for (const NftswInfoList *l = chips; l; l = l->next) {
        nftsw_hmp_chip(mon, l->value);
        nftsw_hmp_reasons(mon, l->value->reasons);
        nftsw_hmp_ports(mon, l->value->id);
        nftsw_hmp_lags(mon, l->value->lags);
        nftsw_hmp_acl(mon, l->value->id);
        nftsw_hmp_flows(mon, l->value->id);
    }
}

static void nftsw_hmp_register(void)
{
    monitor_register_hmp("nftsw", true, nftsw_hmp_info);
}

type_init(nftsw_hmp_register)
