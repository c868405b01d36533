/*
 * QTest of the NFTSW-1 switch chip: a small driver
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/sockets.h"
#include "qemu/units.h"
#include "hw/pci/pci_regs.h"
#include "nftsw-lib.h"

#define NQ_POLLS 2000
#define NQ_POLL_NS (100 * 1000)
#define NQ_ADDR "04.0"
#define NQ_DEVFN QPCI_DEVFN(4, 0)

/* ---- machine --------------------------------------------------------- */

static char *nq_bios_path;

static void nq_bios_remove(void)
{
    unlink(nq_bios_path);
}

/**
 * nq_bios() - firmware that is never run
 *
 * The machine wants a file; no vCPU executes it under qtest.
 *
 * Return: path of 64 KiB of zeroes, removed at exit.
 */
const char *nq_bios(void)
{
    int fd;

    if (!nq_bios_path) {
        fd = g_file_open_tmp("nftsw-XXXXXX.bin", &nq_bios_path, NULL);
        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(ftruncate(fd, 64 * 1024), ==, 0);
        close(fd);
        atexit(nq_bios_remove);
    }
    return nq_bios_path;
}

/**
 * nq_cable() - a netdev whose other end is ours
 * @cmd: command line, to which it is added
 * @id: of the netdev
 * @pair: filled in: our end; QEMU's end, to be closed when QEMU runs
 */
void nq_cable(GString *cmd, const char *id, int pair[2])
{
    int room = MiB;

    g_assert_cmpint(socketpair(PF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    qemu_socket_set_nonblock(pair[0]);
    g_unix_set_fd_nonblocking(pair[1], true, NULL);
    g_string_append_printf(cmd, " -netdev socket,id=%s,fd=%d", id, pair[1]);
}

/**
 * nq_attach() - map a chip that is there and let it do DMA
 * @c: where to keep what is found
 * @dev: its function
 */
void nq_attach(NqChip *c, QPCIDevice *dev)
{
    uint16_t cmd = qpci_config_readw(dev, PCI_COMMAND);

    c->dev = dev;
    c->bar = qpci_iomap(dev, NFTSW_PCI_BAR_REGS, NULL);
    qpci_config_writew(dev, PCI_COMMAND,
                       cmd | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

/**
 * nq_start_bare() - a machine without a chip
 * @c: filled in
 * @extra: more options
 */
void nq_start_bare(NqChip *c, const char *extra)
{
    memset(c, 0, sizeof(*c));
    c->sock[0] = c->sock[1] = -1;
    c->qts = qtest_initf("-M q35 -m 64 -nodefaults -bios %s"
                         " -global apic-common.vapic=off %s", nq_bios(),
                         extra);
    c->bus = qpci_new_pc(c->qts, NULL);
    pc_alloc_init(&c->alloc, c->qts, 0);
}

/**
 * nq_start() - a machine with a chip whose first two ports end in our sockets
 * @c: filled in
 * @extra: more options; a netdev h1 in them is the first port's
 */
void nq_start(NqChip *c, const char *extra)
{
    g_autoptr(GString) cmd = g_string_new(extra);
    const char *port1 = strstr(extra, "id=h1") ? "h1" : "n1";
    int pair[2][2];
    QPCIDevice *dev;

    nq_cable(cmd, "n1", pair[0]);
    nq_cable(cmd, "n2", pair[1]);
    g_string_append_printf(cmd, " -device nftsw,id=sw,addr=" NQ_ADDR
                           ",nports=%d,queues=%d,flows=%d,serial=0x%" PRIx64
                           ",mac=" NQ_MAC ",port1=%s,port2=n2", NQ_PORTS,
                           NQ_QUEUES, NQ_FLOWS, (uint64_t)NQ_SERIAL, port1);
    nq_start_bare(c, cmd->str);
    for (int i = 0; i < 2; i++) {
        c->sock[i] = pair[i][0];
        close(pair[i][1]);
    }
    dev = qpci_device_find(c->bus, NQ_DEVFN);
    g_assert_nonnull(dev);
    nq_attach(c, dev);
}

/**
 * nq_stop() - switch the machine off
 * @c: machine
 */
void nq_stop(NqChip *c)
{
    for (int i = 0; i < 2; i++) {
        if (c->sock[i] >= 0) {
            close(c->sock[i]);
        }
    }
    g_free(c->dev);
    alloc_destroy(&c->alloc);
    qpci_free_pc(c->bus);
    qtest_quit(c->qts);
}

/* ---- registers ------------------------------------------------------- */

/**
 * nq_rd() - read a register
 * @c: chip
 * @off: offset
 *
 * Return: its value.
 */
uint32_t nq_rd(NqChip *c, uint32_t off)
{
    return qpci_io_readl(c->dev, c->bar, off);
}

/**
 * nq_wr() - write a register
 * @c: chip
 * @off: offset
 * @val: value
 */
void nq_wr(NqChip *c, uint32_t off, uint32_t val)
{
    qpci_io_writel(c->dev, c->bar, off, val);
}

/**
 * nq_poll() - let time go by until a register has a value
 * @c: chip
 * @off: offset
 * @mask: bits to look at
 * @want: what they shall be
 *
 * Return: whether they were, within 200 ms of the machine's time.
 */
bool nq_poll(NqChip *c, uint32_t off, uint32_t mask, uint32_t want)
{
    for (int i = 0; i < NQ_POLLS; i++) {
        if ((nq_rd(c, off) & mask) == want) {
            return true;
        }
        qtest_clock_step(c->qts, NQ_POLL_NS);
    }
    return false;
}

/**
 * nq_ready() - wait until a reset is complete
 * @c: chip
 */
void nq_ready(NqChip *c)
{
    g_assert_true(nq_poll(c, NFTSW_STATUS, NFTSW_STATUS_READY,
                          NFTSW_STATUS_READY));
}

/* ---- interrupts ------------------------------------------------------ */

/**
 * nq_msix_init() - aim every vector at its own word of guest memory
 * @c: chip
 */
void nq_msix_init(NqChip *c)
{
    c->msi = guest_alloc(&c->alloc, 4 * NQ_VECTORS);
    qtest_memset(c->qts, c->msi, 0, 4 * NQ_VECTORS);
    qpci_msix_enable(c->dev);
    g_assert_cmpint(qpci_msix_table_size(c->dev), ==, NQ_VECTORS);
    for (unsigned i = 0; i < NQ_VECTORS; i++) {
        uint64_t at = c->dev->msix_table_off + i * PCI_MSIX_ENTRY_SIZE;

        qpci_io_writel(c->dev, c->dev->msix_table_bar,
                       at + PCI_MSIX_ENTRY_LOWER_ADDR, c->msi + 4 * i);
        qpci_io_writel(c->dev, c->dev->msix_table_bar,
                       at + PCI_MSIX_ENTRY_UPPER_ADDR, 0);
        qpci_io_writel(c->dev, c->dev->msix_table_bar,
                       at + PCI_MSIX_ENTRY_DATA, NQ_MSI_DATA + i);
        qpci_io_writel(c->dev, c->dev->msix_table_bar,
                       at + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
    }
}

/**
 * nq_msix_seen() - has a vector been raised?  Forgets it.
 * @c: chip
 * @vec: vector
 *
 * Return: whether its message is there.
 */
bool nq_msix_seen(NqChip *c, unsigned vec)
{
    uint32_t data = qtest_readl(c->qts, c->msi + 4 * vec);

    if (data) {
        g_assert_cmphex(data, ==, NQ_MSI_DATA + vec);
        qtest_writel(c->qts, c->msi + 4 * vec, 0);
    }
    return data;
}

/**
 * nq_msix_wait() - let time go by until a vector is raised
 * @c: chip
 * @vec: vector
 *
 * Return: whether it was.
 */
bool nq_msix_wait(NqChip *c, unsigned vec)
{
    for (int i = 0; i < NQ_POLLS; i++) {
        if (nq_msix_seen(c, vec)) {
            return true;
        }
        qtest_clock_step(c->qts, NQ_POLL_NS);
    }
    return false;
}

/* ---- DMA ------------------------------------------------------------- */

/**
 * nq_dma_test() - have the chip do its DMA test
 * @c: chip
 * @addr: buffer
 * @size: bytes
 * @op: NFTSW_TEST_DMA_OP_*
 *
 * Return: how it ended.
 */
uint32_t nq_dma_test(NqChip *c, uint64_t addr, uint32_t size,
                            uint32_t op)
{
    nq_wr(c, NFTSW_TEST_DMA_LO, addr);
    nq_wr(c, NFTSW_TEST_DMA_HI, addr >> 32);
    nq_wr(c, NFTSW_TEST_DMA_SIZE, size);
    nq_wr(c, NFTSW_TEST_DMA_OP, op);
    g_assert_true(nq_poll(c, NFTSW_TEST_DMA_OP, 0x82, 0x82) ||
                  nq_poll(c, NFTSW_TEST_DMA_OP, 0xff,
                          NFTSW_TEST_DMA_OP_DONE));
    return nq_rd(c, NFTSW_TEST_DMA_OP);
}

/* ---- rings ----------------------------------------------------------- */

/**
 * nq_ring_init() - give the chip a ring
 * @c: chip
 * @r: filled in
 * @n: ring number
 * @count: entries
 * @size: bytes of an entry
 */
void nq_ring_init(NqChip *c, NqRing *r, unsigned n, unsigned count,
                  unsigned size)
{
    r->n = n;
    r->count = count;
    r->size = size;
    r->idx = 0;
    r->base = guest_alloc(&c->alloc, count * size);
    qtest_memset(c->qts, r->base, 0, count * size);
    nq_wr(c, NFTSW_RING_BASE_LO(n), r->base);
    nq_wr(c, NFTSW_RING_BASE_HI(n), r->base >> 32);
    nq_wr(c, NFTSW_RING_COUNT(n), count);
    nq_wr(c, NFTSW_RING_CTRL(n), NFTSW_RING_CTRL_EN);
    g_assert_cmphex(nq_rd(c, NFTSW_RING_STS(n)), ==, 0);
    g_assert_cmphex(nq_rd(c, NFTSW_RING_CTRL(n)), ==, NFTSW_RING_CTRL_EN);
}

/**
 * nq_ring_put() - put an entry into an SQ and ring the doorbell
 * @c: chip
 * @r: ring
 * @entry: entry
 */
void nq_ring_put(NqChip *c, NqRing *r, const void *entry)
{
    uint64_t at = r->base + (r->idx & (r->count - 1)) * r->size;

    qtest_memwrite(c->qts, at, entry, r->size);
    nq_wr(c, NFTSW_RING_PROD(r->n), ++r->idx);
}

/**
 * nq_ring_get() - wait for the next entry of a CQ and free it
 * @c: chip
 * @r: ring
 * @entry: filled in
 * @flags_at: offset of the octet with the phase bit
 *
 * Return: false when none came.
 */
bool nq_ring_get(NqChip *c, NqRing *r, void *entry, size_t flags_at)
{
    uint64_t at = r->base + (r->idx & (r->count - 1)) * r->size;
    unsigned phase = r->idx & r->count ? 0 : NFTSW_PHASE;

    for (int i = 0; i < NQ_POLLS; i++) {
        if ((qtest_readb(c->qts, at + flags_at) & NFTSW_PHASE) == phase) {
            qtest_memread(c->qts, at, entry, r->size);
            nq_wr(c, NFTSW_RING_CONS(r->n), ++r->idx);
            return true;
        }
        qtest_clock_step(c->qts, NQ_POLL_NS);
    }
    return false;
}

/* ---- commands -------------------------------------------------------- */

/**
 * nq_cmd_init() - give the chip its command rings
 * @c: chip
 */
void nq_cmd_init(NqChip *c)
{
    nq_ring_init(c, &c->cmd_cq, NFTSW_RING_CMD_CQ, 64,
                 sizeof(struct nftsw_hw_cpl));
    nq_ring_init(c, &c->cmd_sq, NFTSW_RING_CMD_SQ, 64,
                 sizeof(struct nftsw_hw_cmd));
}

/**
 * nq_cmd() - have a command done
 * @c: chip
 * @cmd: command; its data fields are filled in when there is @data
 * @data: contents of the data buffer
 * @size: bytes of it
 *
 * Return: the completion.
 */
struct nftsw_hw_cpl nq_cmd(NqChip *c, struct nftsw_hw_cmd *cmd,
                           const void *data, size_t size)
{
    static uint16_t tag;
    struct nftsw_hw_cpl cpl;
    uint64_t buf = 0;

    if (size) {
        buf = guest_alloc(&c->alloc, size);
        qtest_memwrite(c->qts, buf, data, size);
        cmd->data_addr = cpu_to_le64(buf);
        cmd->data_size = cpu_to_le32(size);
    }
    cmd->tag = cpu_to_le16(++tag);
    nq_ring_put(c, &c->cmd_sq, cmd);
    g_assert_true(nq_ring_get(c, &c->cmd_cq, &cpl,
                              offsetof(struct nftsw_hw_cpl, flags)));
    g_assert_cmpint(le16_to_cpu(cpl.tag), ==, tag);
    if (size) {
        guest_free(&c->alloc, buf);
    }
    return cpl;
}

/* ---- frames ---------------------------------------------------------- */

static uint32_t nq_sum(uint32_t sum, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum += i & 1 ? p[i] : p[i] << 8;
    }
    return sum;
}

static uint16_t nq_fold(uint32_t sum)
{
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum;
}

/* Sum over pseudo header and UDP of an untagged frame without IP options. */
static uint32_t nq_udp_sum(const uint8_t *frame)
{
    size_t len = lduw_be_p(frame + 38);

    return nq_sum(17 + len, frame + 26, 8) + nq_sum(0, frame + 34, len);
}

static void nq_mac_parse(uint8_t *out, const char *mac)
{
    unsigned v[6];

    g_assert_cmpint(sscanf(mac, "%x:%x:%x:%x:%x:%x", &v[0], &v[1], &v[2],
                           &v[3], &v[4], &v[5]), ==, 6);
    for (int i = 0; i < 6; i++) {
        out[i] = v[i];
    }
}

/**
 * nq_udp() - make an IPv4 UDP frame with right checksums
 * @frame: filled in
 * @dmac: destination MAC
 * @saddr: source address
 * @daddr: destination address
 * @sport: source port
 * @dport: destination port
 * @ttl: time to live
 * @payload: octets of UDP payload
 *
 * Return: octets of the frame, at least 60.
 */
size_t nq_udp(uint8_t *frame, const char *dmac, const char *saddr,
              const char *daddr, uint16_t sport, uint16_t dport, uint8_t ttl,
              size_t payload)
{
    size_t len = 42 + payload;

    memset(frame, 0, MAX(len, 60));
    nq_mac_parse(frame, dmac);
    nq_mac_parse(frame + 6, "02:00:00:00:00:01");
    stw_be_p(frame + 12, 0x0800);
    frame[14] = 0x45;
    stw_be_p(frame + 16, 28 + payload);
    frame[22] = ttl;
    frame[23] = 17;
    g_assert_cmpint(inet_pton(AF_INET, saddr, frame + 26), ==, 1);
    g_assert_cmpint(inet_pton(AF_INET, daddr, frame + 30), ==, 1);
    stw_be_p(frame + 24, nq_fold(nq_sum(0, frame + 14, 20)));
    stw_be_p(frame + 34, sport);
    stw_be_p(frame + 36, dport);
    stw_be_p(frame + 38, 8 + payload);
    for (size_t i = 0; i < payload; i++) {
        frame[42 + i] = i;
    }
    stw_be_p(frame + 40, nq_fold(nq_udp_sum(frame)));
    return MAX(len, 60);
}

/**
 * nq_csums_ok() - are IPv4 header and UDP checksum right?
 * @frame: as made by nq_udp()
 *
 * Return: whether they are.
 */
bool nq_csums_ok(const uint8_t *frame)
{
    return !nq_fold(nq_sum(0, frame + 14, 20)) && !nq_fold(nq_udp_sum(frame));
}

static void nq_write_all(int sock, const void *buf, size_t len)
{
    const uint8_t *p = buf;

    for (int i = 0; len && i < NQ_POLLS; i++) {
        ssize_t n = send(sock, p, len, 0);

        if (n < 0) {
            g_assert_cmpint(errno, ==, EAGAIN);
            g_usleep(1000);
            continue;
        }
        p += n;
        len -= n;
    }
    g_assert_cmpint(len, ==, 0);
}

/**
 * nq_send() - put a frame on a cable
 * @sock: our end
 * @frame: frame
 * @len: octets
 */
void nq_send(int sock, const uint8_t *frame, size_t len)
{
    g_autofree uint8_t *buf = g_malloc(4 + len);

    stl_be_p(buf, len);
    memcpy(buf + 4, frame, len);
    nq_write_all(sock, buf, 4 + len);
}

static bool nq_read_all(NqChip *c, int sock, void *buf, size_t len)
{
    uint8_t *p = buf;

    for (int i = 0; len && i < NQ_POLLS; i++) {
        ssize_t n = recv(sock, p, len, 0);

        if (n > 0) {
            p += n;
            len -= n;
        } else {
            /* Lets QEMU's main loop go round once more. */
            qtest_clock_step(c->qts, NQ_POLL_NS);
        }
    }
    return !len;
}

/**
 * nq_recv() - take a frame off a cable
 * @c: machine
 * @sock: our end
 * @frame: filled in
 * @size: octets that fit
 *
 * Return: octets, 0 when none came.
 */
size_t nq_recv(NqChip *c, int sock, uint8_t *frame, size_t size)
{
    uint32_t head;

    if (!nq_read_all(c, sock, &head, sizeof(head))) {
        return 0;
    }
    head = ntohl(head);
    g_assert_cmpint(head, <=, size);
    g_assert_true(nq_read_all(c, sock, frame, head));
    return head;
}

/* ---- set-up of the chip ---------------------------------------------- */

/**
 * nq_port_up() - switch a port on
 * @c: chip with command rings
 * @port: port
 * @router_mac: give it its own MAC as that of a router; else as the host's
 */
void nq_port_up(NqChip *c, unsigned port, bool router_mac)
{
    struct nftsw_hw_rmac rmac = { .port = cpu_to_le16(port) };
    struct nftsw_hw_cmd cmd = { .opcode = cpu_to_le16(NFTSW_OP_RMAC_ADD) };

    nq_mac_parse(rmac.mac, NQ_MAC);
    rmac.mac[5] += port;
    rmac.flags = router_mac ? NFTSW_RMAC_ROUTER : 0;
    g_assert_cmpint(nq_cmd(c, &cmd, &rmac, sizeof(rmac)).status, ==,
                    NFTSW_ST_OK);
    nq_wr(c, NFTSW_PORT_CTRL(port), NFTSW_PORT_CTRL_EN);
}

/**
 * nq_nat_flow() - have the chip forward and NAT a UDP flow
 * @c: chip with command rings
 * @index: entry number
 *
 * 10.0.0.2:1000+index > 192.0.2.9:2000 at port 0 leaves port 1 as
 * 203.0.113.1:40000+index > 192.0.2.9:2000.
 */
void nq_nat_flow(NqChip *c, uint32_t index)
{
    struct nftsw_hw_flow_entry e = {
        .key = {
            .l4proto = 17,
            .sport = cpu_to_be16(1000 + index),
            .dport = cpu_to_be16(2000),
            .saddr = { 10, 0, 0, 2 },
            .daddr = { 192, 0, 2, 9 },
        },
        .index = cpu_to_le32(index),
        .action = cpu_to_le32(NFTSW_FA_SADDR | NFTSW_FA_SPORT),
        .oport = cpu_to_le16(1),
        .mtu = cpu_to_le16(1500),
        .dmac = { 2, 0, 0, 0, 0, 9 },
        .smac = { 2, 0, 0, 0, 0, 8 },
        .sport = cpu_to_be16(40000 + index),
        .saddr = { 203, 0, 113, 1 },
        .block = cpu_to_le32(7),
        .cookie = cpu_to_le64(0xc00c1e00 + index),
    };
    struct nftsw_hw_cmd cmd = {
        .opcode = cpu_to_le16(NFTSW_OP_FLOW_SET),
        .count = cpu_to_le32(1),
    };

    g_assert_cmpint(nq_cmd(c, &cmd, &e, sizeof(e)).status, ==, NFTSW_ST_OK);
}

/**
 * nq_forwarding_init() - a chip that forwards from port 0 to port 1
 * @c: filled in
 * @extra: more options of the machine
 * @flows: number of NAT flows
 */
void nq_forwarding_init(NqChip *c, const char *extra, unsigned flows)
{
    nq_start(c, extra);
    nq_cmd_init(c);
    for (unsigned i = 0; i < flows; i++) {
        nq_nat_flow(c, i);
    }
    nq_port_up(c, 0, true);
    nq_port_up(c, 1, true);
    nq_wr(c, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
    g_assert_true(nq_poll(c, NFTSW_PORT_STS(1), NFTSW_PORT_STS_LINK,
                          NFTSW_PORT_STS_LINK));
}

/**
 * nq_flow_frame() - a frame that matches a flow of nq_nat_flow()
 * @frame: filled in
 * @index: which flow
 * @payload: octets of UDP payload
 *
 * Return: octets.
 */
size_t nq_flow_frame(uint8_t *frame, unsigned index, size_t payload)
{
    return nq_udp(frame, NQ_MAC, "10.0.0.2", "192.0.2.9", 1000 + index,
                  2000, 64, payload);
}

/**
 * nq_check_nat() - has the chip done to a frame what nq_nat_flow() says?
 * @in: as sent
 * @out: as received
 * @len: octets of both
 */
void nq_check_nat(const uint8_t *in, const uint8_t *out, size_t len)
{
    static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8 };
    static const uint8_t saddr[4] = { 203, 0, 113, 1 };

    g_assert_cmpmem(out, 12, macs, 12);
    g_assert_cmpmem(out + 26, 4, saddr, 4);
    g_assert_cmpmem(out + 30, 4, in + 30, 4);
    g_assert_cmpint(out[22], ==, in[22] - 1);
    g_assert_cmpint(lduw_be_p(out + 34), ==, lduw_be_p(in + 34) + 39000);
    g_assert_cmpmem(out + 42, len - 42, in + 42, len - 42);
    g_assert_true(nq_csums_ok(out));
}
