/*
 * QEMU NFTSW-1 Ethernet switch chip: query-nftsw and what begins like it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The chip's own truth, read past the guest.  Only looks, never changes
 * anything.  Called by the monitor with the BQL held.
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-nftsw.h"
#include "nftsw.h"

#define NFTSW_QMP_LIMIT 256
#define NFTSW_QMP_LIMIT_MAX 4096

static char *nftsw_qmp_mac(const uint8_t *mac)
{
    /* lower case, as the guest writes it */
    return g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", MAC_ARG(mac));
}

static char *nftsw_qmp_addr(const uint8_t *addr, bool ipv6)
{
    char text[INET6_ADDRSTRLEN];

    inet_ntop(ipv6 ? AF_INET6 : AF_INET, addr, text, sizeof(text));
    return g_strdup(text);
}

static char *nftsw_qmp_id(NftswState *s)
{
    DeviceState *dev = DEVICE(s);

    return dev->id ? g_strdup(dev->id) : object_get_canonical_path(OBJECT(s));
}

/* ---- finding devices ------------------------------------------------- */

static int nftsw_qmp_collect(Object *obj, void *opaque)
{
    NftswState *s = (NftswState *)object_dynamic_cast(obj, TYPE_NFTSW);

    if (s && s->chip) {
        g_ptr_array_add(opaque, s);
    }
    return 0;
}

static GPtrArray *nftsw_qmp_all(void)
{
    GPtrArray *all = g_ptr_array_new();

    object_child_foreach_recursive(object_get_root(), nftsw_qmp_collect, all);
    return all;
}

static NftswState *nftsw_qmp_find(const char *id, Error **errp)
{
    g_autoptr(GPtrArray) all = nftsw_qmp_all();

    if (!id && all->len == 1) {
        return all->pdata[0];
    }
    if (!id && !all->len) {
        error_setg(errp, "the machine has no nftsw device");
        return NULL;
    }
    if (!id) {
        error_setg(errp, "the machine has %u nftsw devices: name one by 'id'",
                   all->len);
        return NULL;
    }
    for (guint i = 0; i < all->len; i++) {
        g_autofree char *name = nftsw_qmp_id(all->pdata[i]);

        if (!strcmp(name, id)) {
            return all->pdata[i];
        }
    }
    error_set(errp, ERROR_CLASS_DEVICE_NOT_FOUND,
              "there is no nftsw device '%s'", id);
    return NULL;
}

/* ---- query-nftsw ----------------------------------------------------- */

static NftswReasonList *nftsw_qmp_reasons(NftswState *s)
{
    NftswReasonList *head = NULL, **tail = &head;

    for (uint32_t i = NFTSW_REASON_NONE + 1; i < NFTSW_REASON_COUNT; i++) {
        NftswReason *r = g_new0(NftswReason, 1);

        r->name = g_strdup(nfm_reason_name(i));
        r->kind = nfm_reason_is_drop(i) ? NFTSW_REASON_KIND_DROP
                                        : NFTSW_REASON_KIND_TRAP;
        r->frames = nfm_reason_get(s->chip, i);
        QAPI_LIST_APPEND(tail, r);
    }
    return head;
}

static uint16List *nftsw_qmp_port_list(uint64_t ports)
{
    uint16List *head = NULL, **tail = &head;

    for (; ports; ports &= ports - 1) {
        QAPI_LIST_APPEND(tail, ctz64(ports));
    }
    return head;
}

static NftswLagList *nftsw_qmp_lags(NftswState *s)
{
    NftswLagList *head = NULL, **tail = &head;
    struct nftsw_hw_lag cfg;

    for (uint32_t i = 0; i < NFTSW_MAX_LAGS; i++) {
        NftswLag *lag;

        if (!nfm_lag_get(s->chip, i, &cfg)) {
            continue;
        }
        lag = g_new0(NftswLag, 1);
        lag->port = NFTSW_LAG_PORT(i);
        lag->members = nftsw_qmp_port_list(le64_to_cpu(cfg.members));
        lag->active = nftsw_qmp_port_list(le64_to_cpu(cfg.active));
        lag->sending = nftsw_qmp_port_list(le64_to_cpu(cfg.sending));
        QAPI_LIST_APPEND(tail, lag);
    }
    return head;
}

static void nftsw_qmp_work_done(NftswInfo *info, const struct nfm_info *n)
{
    info->commands = n->cmds;
    info->command_errors = n->cmd_errors;
    info->events = n->events;
    info->events_lost = n->events_lost;
    info->cpu_rx_frames = n->cpu_rx_frames;
    info->cpu_tx_frames = n->cpu_tx_frames;
    info->dma_errors = n->dma_errors;
    info->bad_accesses = n->bad_access;
}

static NftswInfo *nftsw_qmp_info(NftswState *s)
{
    NftswInfo *info = g_new0(NftswInfo, 1);
    uint32_t rev = nfm_mmio_read(s->chip, NFTSW_REV);
    struct nfm_info n;

    nfm_info_get(s->chip, &n);
    info->id = nftsw_qmp_id(s);
    info->serial = s->cfg.serial;
    info->mac = nftsw_qmp_mac(s->cfg.mac);
    info->revision = NFTSW_GET(NFTSW_REV_CHIP, rev);
    info->build = NFTSW_GET(NFTSW_REV_BUILD, rev);
    info->ports = s->cfg.ports;
    info->queues = s->cfg.queues;
    info->ready = n.status & NFTSW_STATUS_READY;
    info->enabled = n.ctrl & NFTSW_CTRL_ENABLE;
    info->fatal = n.status & NFTSW_STATUS_FATAL;
    info->cause = NFTSW_GET(NFTSW_STATUS_CAUSE, n.status);
    info->ctrl = n.ctrl;
    info->status = n.status;
    info->flow_capacity = s->cfg.flows;
    info->flow_used = n.flows_used;
    nftsw_qmp_work_done(info, &n);
    info->reasons = nftsw_qmp_reasons(s);
    info->lags = nftsw_qmp_lags(s);
    return info;
}

NftswInfoList *qmp_query_nftsw(Error **errp)
{
    g_autoptr(GPtrArray) all = nftsw_qmp_all();
    NftswInfoList *head = NULL, **tail = &head;

    for (guint i = 0; i < all->len; i++) {
        QAPI_LIST_APPEND(tail, nftsw_qmp_info(all->pdata[i]));
    }
    return head;
}

/* ---- query-nftsw-ports ----------------------------------------------- */

static NftswCounterList *nftsw_qmp_counters(NftswState *s, uint32_t port)
{
    NftswCounterList *head = NULL, **tail = &head;
    u64 ctr[NFTSW_PCTR_COUNT];

    nfm_port_ctrs_get(s->chip, port, ctr);
    for (uint32_t i = 0; i < NFTSW_PCTR_COUNT; i++) {
        NftswCounter *c = g_new0(NftswCounter, 1);

        c->name = g_strdup(nfm_pctr_name(i));
        c->value = ctr[i];
        QAPI_LIST_APPEND(tail, c);
    }
    return head;
}

static NftswPort *nftsw_qmp_port(NftswState *s, uint32_t i)
{
    NftswDevPort *p = &s->port[i];
    NftswPort *out = g_new0(NftswPort, 1);
    struct nftsw_hw_port_cfg cfg;

    nfm_port_cfg_get(s->chip, i, &cfg);
    out->index = i;
    out->name = g_strdup_printf("port%u", i + 1);
    if (p->nic && qemu_get_queue(p->nic)->peer) {
        out->netdev = g_strdup(qemu_get_queue(p->nic)->peer->name);
    }
    out->mac = nftsw_qmp_mac(p->conf.macaddr.a);
    out->speed = s->cfg.speed_mbps[i];
    out->enabled = nftsw_net_port_on(p);
    out->link = nfm_port_link(s->chip, i);
    out->queue = le16_to_cpu(cfg.queue);
    out->max_frame = le32_to_cpu(cfg.max_frame);
    out->promiscuous = le32_to_cpu(cfg.flags) & NFTSW_PORT_PROMISC;
    out->counters = nftsw_qmp_counters(s, i);
    return out;
}

NftswPortList *qmp_query_nftsw_ports(const char *id, Error **errp)
{
    NftswState *s = nftsw_qmp_find(id, errp);
    NftswPortList *head = NULL, **tail = &head;

    for (uint32_t i = 0; s && i < s->nports; i++) {
        QAPI_LIST_APPEND(tail, nftsw_qmp_port(s, i));
    }
    return head;
}

/* ---- query-nftsw-flows ----------------------------------------------- */

static NftswTag *nftsw_qmp_tag(uint16_t tpid, uint16_t tci)
{
    NftswTag *tag = g_new0(NftswTag, 1);

    tag->tpid = tpid;
    tag->vid = tci & 0xfff;
    return tag;
}

static NftswTag *nftsw_qmp_push_tag(uint16_t tpid_be, uint16_t tci_be)
{
    uint16_t tci = be16_to_cpu(tci_be);
    NftswTag *tag = nftsw_qmp_tag(be16_to_cpu(tpid_be), tci);

    tag->has_pcp = true;
    tag->pcp = tci >> 13;
    return tag;
}

static NftswTagList *nftsw_qmp_key_tags(const struct nftsw_hw_flow_key *k)
{
    NftswTagList *head = NULL, **tail = &head;

    if (k->flags & NFTSW_FK_TAG1) {
        QAPI_LIST_APPEND(tail, nftsw_qmp_tag(k->flags & NFTSW_FK_TAG1_AD ?
                                             0x88a8 : 0x8100,
                                             le16_to_cpu(k->vid1)));
    }
    if (k->flags & NFTSW_FK_TAG2) {
        QAPI_LIST_APPEND(tail, nftsw_qmp_tag(k->flags & NFTSW_FK_TAG2_AD ?
                                             0x88a8 : 0x8100,
                                             le16_to_cpu(k->vid2)));
    }
    return head;
}

static NftswFlowKey *nftsw_qmp_key(const struct nftsw_hw_flow_key *k)
{
    NftswFlowKey *out = g_new0(NftswFlowKey, 1);
    bool ipv6 = k->flags & NFTSW_FK_IPV6;

    out->port = le16_to_cpu(k->iport);
    out->family = ipv6 ? 6 : 4;
    out->proto = k->l4proto;
    out->saddr = nftsw_qmp_addr(k->saddr, ipv6);
    out->daddr = nftsw_qmp_addr(k->daddr, ipv6);
    out->sport = be16_to_cpu(k->sport);
    out->dport = be16_to_cpu(k->dport);
    out->tags = nftsw_qmp_key_tags(k);
    out->has_pppoe = k->flags & NFTSW_FK_PPPOE;
    out->pppoe = le16_to_cpu(k->sid);
    return out;
}

static NftswTagList *nftsw_qmp_action_tags(const struct nftsw_hw_flow_entry *e)
{
    uint32_t action = le32_to_cpu(e->action);
    NftswTagList *head = NULL, **tail = &head;

    if (action & NFTSW_FA_PUSH1) {
        QAPI_LIST_APPEND(tail, nftsw_qmp_push_tag(e->tpid1, e->tci1));
    }
    if (action & NFTSW_FA_PUSH2) {
        QAPI_LIST_APPEND(tail, nftsw_qmp_push_tag(e->tpid2, e->tci2));
    }
    return head;
}

static NftswFlowAction *nftsw_qmp_action(const struct nftsw_hw_flow_entry *e)
{
    NftswFlowAction *out = g_new0(NftswFlowAction, 1);
    uint32_t action = le32_to_cpu(e->action);
    bool ipv6 = e->key.flags & NFTSW_FK_IPV6;

    out->port = le16_to_cpu(e->oport);
    out->mtu = le16_to_cpu(e->mtu);
    out->dmac = nftsw_qmp_mac(e->dmac);
    out->smac = nftsw_qmp_mac(e->smac);
    if (action & NFTSW_FA_SADDR) {
        out->saddr = nftsw_qmp_addr(e->saddr, ipv6);
    }
    if (action & NFTSW_FA_DADDR) {
        out->daddr = nftsw_qmp_addr(e->daddr, ipv6);
    }
    out->has_sport = action & NFTSW_FA_SPORT;
    out->sport = be16_to_cpu(e->sport);
    out->has_dport = action & NFTSW_FA_DPORT;
    out->dport = be16_to_cpu(e->dport);
    out->tags = nftsw_qmp_action_tags(e);
    out->has_pppoe = action & NFTSW_FA_PUSH_PPPOE;
    out->pppoe = be16_to_cpu(e->sid);
    return out;
}

static NftswFlow *nftsw_qmp_flow(const struct nftsw_hw_flow_record *rec)
{
    const struct nftsw_hw_flow_entry *e = &rec->entry;
    NftswFlow *out = g_new0(NftswFlow, 1);
    uint32_t state = le32_to_cpu(e->state);

    out->index = le32_to_cpu(e->index);
    out->to_cpu = state & NFTSW_FS_TO_CPU;
    out->q_static = state & NFTSW_FS_STATIC;
    out->key = nftsw_qmp_key(&e->key);
    out->action = nftsw_qmp_action(e);
    out->block = le32_to_cpu(e->block);
    out->idle_ms = le32_to_cpu(e->idle_ms);
    out->cookie = le64_to_cpu(e->cookie);
    out->packets = le64_to_cpu(rec->ctrs.packets);
    out->octets = le64_to_cpu(rec->ctrs.octets);
    out->last_hit_ns = le64_to_cpu(rec->ctrs.last_hit_ns);
    return out;
}

NftswFlowPage *qmp_query_nftsw_flows(const char *id, bool has_start,
                                     uint32_t start, bool has_limit,
                                     uint32_t limit, Error **errp)
{
    NftswState *s = nftsw_qmp_find(id, errp);
    struct nftsw_hw_flow_record rec;
    NftswFlowList **tail;
    NftswFlowPage *page;
    u32 index = has_start ? start : 0;

    if (!s) {
        return NULL;
    }
    limit = has_limit ? limit : NFTSW_QMP_LIMIT;
    if (limit < 1 || limit > NFTSW_QMP_LIMIT_MAX) {
        error_setg(errp, "'limit' must be 1 to %d", NFTSW_QMP_LIMIT_MAX);
        return NULL;
    }
    page = g_new0(NftswFlowPage, 1);
    tail = &page->flows;
    while (limit && nfm_flow_next(s->chip, &index, &rec)) {
        QAPI_LIST_APPEND(tail, nftsw_qmp_flow(&rec));
        limit--;
    }
    page->has_next = !limit && index < s->cfg.flows;
    page->next = index;
    return page;
}

/* ---- query-nftsw-acl ------------------------------------------------- */

QEMU_BUILD_BUG_ON((int)NFTSW_RULE_VERDICT__MAX !=
                  (int)NFTSW_ACL_VERDICT_COUNT);

static char *nftsw_qmp_hex(const void *p, size_t size)
{
    GString *s = g_string_sized_new(2 * size);

    for (size_t i = 0; i < size; i++) {
        g_string_append_printf(s, "%02x", ((const uint8_t *)p)[i]);
    }
    return g_string_free(s, false);
}

static NftswAclRule *nftsw_qmp_rule(const struct nftsw_hw_acl_record *rec)
{
    const struct nftsw_hw_acl_entry *e = &rec->entry;
    NftswAclRule *out = g_new0(NftswAclRule, 1);

    out->index = le32_to_cpu(e->index);
    out->prio = le32_to_cpu(e->prio);
    out->group = le32_to_cpu(e->group);
    out->order = le64_to_cpu(e->order);
    out->cookie = le64_to_cpu(e->cookie);
    out->ports = nftsw_qmp_port_list(le64_to_cpu(e->ports));
    out->verdict = e->verdict;
    out->has_port = e->verdict == NFTSW_ACL_VERDICT_REDIRECT;
    out->port = le16_to_cpu(e->oport);
    out->has_mirror = e->flags & NFTSW_AF_MIRROR;
    out->mirror = le16_to_cpu(e->mport);
    out->cpu_too = e->flags & NFTSW_AF_CPU_TOO;
    out->key = nftsw_qmp_hex(&e->key, sizeof(e->key));
    out->mask = nftsw_qmp_hex(&e->mask, sizeof(e->mask));
    out->packets = le64_to_cpu(rec->ctrs.packets);
    out->octets = le64_to_cpu(rec->ctrs.octets);
    out->last_hit_ns = le64_to_cpu(rec->ctrs.last_hit_ns);
    return out;
}

NftswAclRuleList *qmp_query_nftsw_acl(const char *id, Error **errp)
{
    NftswState *s = nftsw_qmp_find(id, errp);
    NftswAclRuleList *head = NULL, **tail = &head;
    struct nftsw_hw_acl_record rec;

    for (u32 i = 0; s && nfm_acl_get(s->chip, i, &rec); i++) {
        QAPI_LIST_APPEND(tail, nftsw_qmp_rule(&rec));
    }
    return head;
}

/* ---- query-nftsw-fdb, -mdb, -vlans ------------------------------------ */

static uint16List *nftsw_qmp_br_ports(const __le64 *set)
{
    uint16List *head = NULL, **tail = &head;

    for (uint32_t i = 0; i < NFTSW_MAX_BR_PORTS; i++) {
        if (le64_to_cpu(set[i / 64]) >> (i % 64) & 1) {
            QAPI_LIST_APPEND(tail, i);
        }
    }
    return head;
}

static NftswHost *nftsw_qmp_host(const struct nftsw_hw_fdb *e)
{
    NftswHost *out = g_new0(NftswHost, 1);
    uint32_t flags = le16_to_cpu(e->flags);

    out->fid = le16_to_cpu(e->fid);
    out->mac = nftsw_qmp_mac(e->mac);
    out->port = le16_to_cpu(e->port);
    out->has_port = out->port != NFTSW_FDB_CPU;
    out->no_age = flags & NFTSW_FDB_NO_AGE;
    out->no_move = flags & NFTSW_FDB_NO_MOVE;
    out->learned = flags & NFTSW_FDB_LEARNED;
    out->unseen_ms = le32_to_cpu(e->unseen_ms);
    return out;
}

NftswHostPage *qmp_query_nftsw_fdb(const char *id, bool has_start,
                                   uint32_t start, bool has_limit,
                                   uint32_t limit, Error **errp)
{
    NftswState *s = nftsw_qmp_find(id, errp);
    u32 index = has_start ? start : 0;
    struct nftsw_hw_fdb rec;
    NftswHostList **tail;
    NftswHostPage *page;

    if (!s) {
        return NULL;
    }
    limit = has_limit ? limit : NFTSW_QMP_LIMIT;
    if (limit < 1 || limit > NFTSW_QMP_LIMIT_MAX) {
        error_setg(errp, "'limit' must be 1 to %d", NFTSW_QMP_LIMIT_MAX);
        return NULL;
    }
    page = g_new0(NftswHostPage, 1);
    tail = &page->hosts;
    while (limit && nfm_table_next(s->chip, NFTSW_TBL_FDB, &index, &rec)) {
        QAPI_LIST_APPEND(tail, nftsw_qmp_host(&rec));
        limit--;
    }
    page->has_next = !limit && index < s->cfg.fdb;
    page->next = index;
    return page;
}

NftswGroupList *qmp_query_nftsw_mdb(const char *id, Error **errp)
{
    NftswState *s = nftsw_qmp_find(id, errp);
    NftswGroupList *head = NULL, **tail = &head;
    struct nftsw_hw_mdb rec;
    u32 index = 0;

    while (s && nfm_table_next(s->chip, NFTSW_TBL_MDB, &index, &rec)) {
        NftswGroup *out = g_new0(NftswGroup, 1);

        out->fid = le16_to_cpu(rec.fid);
        out->mac = nftsw_qmp_mac(rec.mac);
        out->ports = nftsw_qmp_br_ports(rec.ports);
        out->cpu = le32_to_cpu(rec.flags) & NFTSW_MDB_CPU;
        QAPI_LIST_APPEND(tail, out);
    }
    return head;
}

NftswFidList *qmp_query_nftsw_vlans(const char *id, Error **errp)
{
    NftswState *s = nftsw_qmp_find(id, errp);
    NftswFidList *head = NULL, **tail = &head;
    struct nftsw_hw_fid rec;
    u32 index = 0;

    while (s && nfm_table_next(s->chip, NFTSW_TBL_FID, &index, &rec)) {
        NftswFid *out = g_new0(NftswFid, 1);

        out->fid = le16_to_cpu(rec.fid);
        out->vid = le16_to_cpu(rec.vid);
        out->tree = rec.msti;
        out->flags = le32_to_cpu(rec.flags);
        out->age_ms = le32_to_cpu(rec.age_ms);
        out->members = nftsw_qmp_br_ports(rec.members);
        out->untagged = nftsw_qmp_br_ports(rec.untagged);
        QAPI_LIST_APPEND(tail, out);
    }
    return head;
}
