/*
 * QEMU NFTSW-1 Ethernet switch chip: ports
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One NIC per port that has a netdev.  Receiving only copies the frame behind
 * the others of its port and schedules the bottom half, which feeds them to
 * the chip in batches; a port whose queue is full makes its backend wait, so
 * that nothing is lost here.  Egress goes straight to the backend, one frame
 * at a time: neither the net core nor a TAP takes more.  A TAP with nothing in
 * between is written to without the net core, as vhost does.  Called with the
 * BQL held.
 *
 * Link.  A port has a partner when its netdev is there and its link is not
 * set down (set_link on the device or on the netdev).  Backends cannot be
 * told that software has switched a port off: the frames that they still
 * bring are dropped by the chip and counted, and "info network" shows it.
 * Where the other end is a port of this kind (two ports on one hub and nobody
 * else, which is how ports are looped), the hub is a cable: either end sees
 * the other switched off.
 */

#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "qemu/iov.h"
#include "qemu/memalign.h"
#include "qapi/error.h"
#include "net/hub.h"
#include "net/tap.h"
#include "trace.h"
#include "nftsw.h"

/*
 * Longer frames are oversize for every port, however long: cut before copying.
 */
#define NFTSW_NET_FRAME_BYTES (NFTSW_MAX_FRAME_VAL + 64)
#define NFTSW_NET_SLOT_BYTES(len) \
    ROUND_UP(NFM_HEADROOM + (len), NFM_CACHE_LINE)

static NftswDevPort *nftsw_net_port(NetClientState *nc)
{
    return qemu_get_nic_opaque(nc);
}

static bool nftsw_net_room(const NftswRxq *q)
{
    return q->count < NFTSW_RXQ_FRAMES &&
           q->used + NFTSW_NET_SLOT_BYTES(NFTSW_NET_FRAME_BYTES) <=
           NFTSW_RXQ_BYTES;
}

static bool nftsw_net_can_receive(NetClientState *nc)
{
    NftswDevPort *p = nftsw_net_port(nc);

    if (!nftsw_net_room(p->rxq[p->fill])) {
        p->blocked = true;
    }
    return !p->blocked;
}

static ssize_t nftsw_net_receive_iov(NetClientState *nc,
                                     const struct iovec *iov, int iovcnt)
{
    NftswDevPort *p = nftsw_net_port(nc);
    NftswRxq *q = p->rxq[p->fill];
    size_t size = iov_size(iov, iovcnt);
    size_t len = MIN(size, NFTSW_NET_FRAME_BYTES);
    struct nfm_frame *f;

    if (!nftsw_net_room(q)) {
        p->blocked = true;
        return 0;
    }
    f = &q->frame[q->count++];
    f->data = q->buf + q->used + NFM_HEADROOM;
    f->len = len;
    iov_to_buf(iov, iovcnt, 0, f->data, len);
    q->used += NFTSW_NET_SLOT_BYTES(len);
    p->s->rx_pending |= BIT_ULL(p->index);
    nftsw_dev_kick(p->s);
    return size;
}

static ssize_t nftsw_net_receive(NetClientState *nc, const uint8_t *buf,
                                 size_t size)
{
    struct iovec iov = { .iov_base = (void *)buf, .iov_len = size };

    return nftsw_net_receive_iov(nc, &iov, 1);
}

/* Let the backend go on.  What it had to hold comes in before this returns. */
static void nftsw_net_unblock(NftswDevPort *p)
{
    if (p->blocked) {
        p->blocked = false;
        trace_nftsw_net_unblock(p->index);
        qemu_flush_queued_packets(qemu_get_queue(p->nic));
    }
}

static void nftsw_net_rxq_clear(NftswRxq *q)
{
    q->count = 0;
    q->used = 0;
}

static void nftsw_net_feed_port(NftswDevPort *p, uint64_t now_ns)
{
    NftswRxq *q = p->rxq[p->fill];

    /* What egress brings back through a hub goes to the other queue. */
    p->fill ^= 1;
    trace_nftsw_net_ingress(p->index, q->count);
    nfm_ingress(p->s->chip, p->index, q->frame, q->count, now_ns);
    nftsw_net_rxq_clear(q);
    nftsw_net_unblock(p);
}

/**
 * nftsw_net_feed() - give the chip all frames that wait
 * @s: device
 * @now_ns: time of arrival
 *
 * Order is kept per port.  Ports whose backend had to wait have new frames
 * afterwards: see NftswState.rx_pending.
 */
void nftsw_net_feed(NftswState *s, uint64_t now_ns)
{
    uint64_t todo = s->rx_pending;

    s->rx_pending = 0;
    for (; todo; todo &= todo - 1) {
        nftsw_net_feed_port(&s->port[ctz64(todo)], now_ns);
    }
}

/*
 * The descriptor of a TAP that takes frames by write() alone, or -1: whatever
 * the net core would do besides (filters, a vnet header, frames that wait
 * already, a machine that is stopped) leads through it.
 */
static int nftsw_net_tap(NetClientState *nc)
{
#ifdef CONFIG_LINUX
    NetClientState *peer = nc->peer;

    if (peer && peer->info->type == NET_CLIENT_DRIVER_TAP &&
        !nc->link_down && !peer->link_down && !qemu_has_vnet_hdr(peer) &&
        QTAILQ_EMPTY(&nc->filters) && QTAILQ_EMPTY(&peer->filters) &&
        qemu_can_send_packet(nc)) {
        return tap_get_fd(peer);
    }
#endif
    return -1;
}

/**
 * nftsw_net_egress() - nfm_host_ops.egress
 * @host: device
 * @port: port
 * @f: frames
 * @n: number of frames
 *
 * A backend that cannot take a frame now has the net core keep a copy for it,
 * and with that one those behind it.
 */
void nftsw_net_egress(void *host, u32 port, const struct nfm_frame *f, u32 n)
{
    NftswState *s = host;
    NICState *nic = s->port[port].nic;
    NetClientState *nc;
    int fd;

    trace_nftsw_net_egress(port, n);
    if (!nic) {
        return;
    }
    nc = qemu_get_queue(nic);
    fd = nftsw_net_tap(nc);
    for (u32 i = 0; i < n; i++) {
        if (fd >= 0 && RETRY_ON_EINTR(write(fd, f[i].data, f[i].len)) >= 0) {
            continue;
        }
        fd = -1;
        qemu_send_packet(nc, f[i].data, f[i].len);
    }
}

/**
 * nftsw_net_port_on() - has software switched the port on?
 * @p: port
 *
 * Return: PORT_CTRL.EN
 */
bool nftsw_net_port_on(const NftswDevPort *p)
{
    return nfm_mmio_read(p->s->chip, NFTSW_PORT_CTRL(p->index)) &
           NFTSW_PORT_CTRL_EN;
}

static void nftsw_net_link_changed(NetClientState *nc);

static NetClientInfo nftsw_net_info = {
    .type = NET_CLIENT_DRIVER_NIC,
    .size = sizeof(NICState),
    .can_receive = nftsw_net_can_receive,
    .receive = nftsw_net_receive,
    .receive_iov = nftsw_net_receive_iov,
    .link_status_changed = nftsw_net_link_changed,
};

/* The port at the other end of the hub, when just two ends make it a cable. */
static NftswDevPort *nftsw_net_mate(NftswDevPort *p)
{
    NetClientState *own = qemu_get_queue(p->nic)->peer;
    g_autofree NetClientState **ncs = g_new0(NetClientState *, MAX_QUEUE_NUM);
    int hub, id, n, ends = 0;
    NetClientState *other = NULL;

    if (!own || own->info->type != NET_CLIENT_DRIVER_HUBPORT ||
        net_hub_id_for_client(own, &hub)) {
        return NULL;
    }
    n = qemu_find_net_clients_except(NULL, ncs, NET_CLIENT_DRIVER_NIC,
                                     MAX_QUEUE_NUM);
    for (int i = 0; i < MIN(n, MAX_QUEUE_NUM); i++) {
        if (ncs[i] == own || ncs[i]->info->type != NET_CLIENT_DRIVER_HUBPORT ||
            net_hub_id_for_client(ncs[i], &id) || id != hub) {
            continue;
        }
        other = ncs[i]->peer;
        ends++;
    }
    if (ends != 1 || !other || other->info != &nftsw_net_info) {
        return NULL;
    }
    return nftsw_net_port(other);
}

static void nftsw_net_partner_update(NftswDevPort *p)
{
    NetClientState *nc = qemu_get_queue(p->nic);
    NftswDevPort *mate = nftsw_net_mate(p);
    bool up = !nc->link_down &&
              (!mate || (nftsw_net_port_on(mate) &&
                         !qemu_get_queue(mate->nic)->link_down));

    trace_nftsw_net_partner(p->index, up);
    nfm_link_set(p->s->chip, p->index, up);
    qemu_set_info_str(nc, "model=nftsw,port=%u,macaddr=" MAC_FMT ",switched=%s",
                      p->index + 1, MAC_ARG(p->conf.macaddr.a),
                      nftsw_net_port_on(p) ? "on" : "off");
    nftsw_dev_kick(p->s);
}

/* set_link, on our side or at the backend */
static void nftsw_net_link_changed(NetClientState *nc)
{
    NftswDevPort *p = nftsw_net_port(nc);
    NftswDevPort *mate = nftsw_net_mate(p);

    nftsw_net_partner_update(p);
    if (mate) {
        nftsw_net_partner_update(mate);
    }
}

/**
 * nftsw_net_link() - nfm_host_ops.link
 * @host: device
 * @port: port
 * @on: switched on or off by software
 *
 * Called from inside the model: the other end hears of it in
 * nftsw_net_relink().
 */
void nftsw_net_link(void *host, u32 port, bool on)
{
    NftswState *s = host;

    trace_nftsw_net_link(port, on);
    s->relink |= BIT_ULL(port);
    nftsw_dev_kick(s);
}

/**
 * nftsw_net_relink() - tell the other ends which ports were switched
 * @s: device
 */
void nftsw_net_relink(NftswState *s)
{
    uint64_t todo = s->relink;

    s->relink = 0;
    for (; todo; todo &= todo - 1) {
        NftswDevPort *p = &s->port[ctz64(todo)];

        if (p->nic) {
            nftsw_net_link_changed(qemu_get_queue(p->nic));
        }
    }
}

/**
 * nftsw_net_partners() - tell the chip afresh who is at the other ends
 * @s: device
 */
void nftsw_net_partners(NftswState *s)
{
    for (uint32_t i = 0; i < s->nports; i++) {
        NftswDevPort *p = &s->port[i];

        if (p->nic) {
            nftsw_net_link_changed(qemu_get_queue(p->nic));
        } else {
            nfm_link_set(s->chip, i, false);
        }
    }
}

/**
 * nftsw_net_reset() - forget frames that the chip has not seen
 * @s: device
 */
void nftsw_net_reset(NftswState *s)
{
    s->rx_pending = 0;
    for (uint32_t i = 0; i < s->nports; i++) {
        NftswDevPort *p = &s->port[i];

        if (p->nic) {
            nftsw_net_rxq_clear(p->rxq[p->fill]);
            nftsw_net_unblock(p);
        }
    }
}

/* The list "ports" is the same as port1, port2, ... */
static bool nftsw_net_take_list(NftswState *s, Error **errp)
{
    if (s->num_peers > s->nports) {
        error_setg(errp, "'ports' names %u netdevs, but the chip has %u ports: "
                   "set 'nports'", s->num_peers, s->nports);
        return false;
    }
    for (uint32_t i = 0; i < s->num_peers; i++) {
        NICPeers *peers = &s->port[i].conf.peers;

        if (peers->queues) {
            error_setg(errp, "'ports' and 'port%u' both give a netdev for "
                       "port %u", i + 1, i + 1);
            return false;
        }
        *peers = s->peers[i];
    }
    return true;
}

static bool nftsw_net_check_port(NftswState *s, uint32_t i, Error **errp)
{
    NICPeers *peers = &s->port[i].conf.peers;

    if (!peers->queues) {
        return true;
    }
    if (i >= s->nports) {
        error_setg(errp, "'port%u' has a netdev, but the chip has %u ports: "
                   "set 'nports'", i + 1, s->nports);
        return false;
    }
    if (peers->queues > 1) {
        error_setg(errp, "netdev '%s' has %d queues, but a port takes one",
                   peers->ncs[0]->name, peers->queues);
        return false;
    }
    for (uint32_t j = 0; j < i; j++) {
        if (s->port[j].conf.peers.ncs[0] == peers->ncs[0]) {
            error_setg(errp, "netdev '%s' is given to port %u and port %u",
                       peers->ncs[0]->name, j + 1, i + 1);
            return false;
        }
    }
    return true;
}

/**
 * nftsw_net_check() - bring the netdev properties together
 * @s: device, not yet realized
 * @errp: which of them cannot be
 *
 * Return: whether nftsw_net_realize() may follow.
 */
bool nftsw_net_check(NftswState *s, Error **errp)
{
    if (!nftsw_net_take_list(s, errp)) {
        return false;
    }
    for (uint32_t i = 0; i < NFTSW_MAX_PORTS; i++) {
        if (!nftsw_net_check_port(s, i, errp)) {
            return false;
        }
    }
    return true;
}

/* Port addresses count up from the chip's, as the driver's do. */
static void nftsw_net_port_mac(NftswState *s, NftswDevPort *p)
{
    uint8_t *mac = p->conf.macaddr.a;
    uint64_t v;

    memcpy(mac, s->cfg.mac, sizeof(s->cfg.mac));
    v = ((uint64_t)lduw_be_p(mac) << 32 | ldl_be_p(mac + 2)) + p->index;
    stw_be_p(mac, v >> 32);
    stl_be_p(mac + 2, v);
}

/**
 * nftsw_net_realize() - plug the netdevs in
 * @s: device with a chip
 */
void nftsw_net_realize(NftswState *s)
{
    DeviceState *dev = DEVICE(s);

    for (uint32_t i = 0; i < s->nports; i++) {
        NftswDevPort *p = &s->port[i];

        p->s = s;
        p->index = i;
        nftsw_net_port_mac(s, p);
        if (!p->conf.peers.queues) {
            continue;
        }
        for (int q = 0; q < 2; q++) {
            p->rxq[q] = qemu_memalign(NFM_CACHE_LINE, sizeof(*p->rxq[q]));
            nftsw_net_rxq_clear(p->rxq[q]);
        }
        p->nic = qemu_new_nic(&nftsw_net_info, &p->conf, TYPE_NFTSW, dev->id,
                              &dev->mem_reentrancy_guard, p);
    }
}

/**
 * nftsw_net_unrealize() - pull them out
 * @s: device
 */
void nftsw_net_unrealize(NftswState *s)
{
    for (uint32_t i = 0; i < s->nports; i++) {
        NftswDevPort *p = &s->port[i];

        if (p->nic) {
            qemu_del_nic(p->nic);
            p->nic = NULL;
        }
        for (int q = 0; q < 2; q++) {
            qemu_vfree(p->rxq[q]);
            p->rxq[q] = NULL;
        }
    }
}
