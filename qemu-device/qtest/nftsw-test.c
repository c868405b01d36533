/*
 * QTest of the NFTSW-1 switch chip
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What QEMU's side of the chip must do: config space, BAR0, MSI-X, DMA, reset,
 * ports.  The chip's own rules are tested with the model.
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "hw/pci/pci_regs.h"
#include "hw/net/nftsw/qemu-device/qtest/nftsw-lib.h"

#define TEST_SECOND_NS 1000000000ll
#define ECAM_BASE 0xb0000000ull
#define ECAM_DEV (ECAM_BASE + (4 << 15))

/* ---- identity -------------------------------------------------------- */

static void test_identity(void)
{
    NqChip c;

    nq_start(&c, "");
    g_assert_cmphex(qpci_config_readw(c.dev, PCI_VENDOR_ID), ==,
                    NFTSW_PCI_VENDOR_ID);
    g_assert_cmphex(qpci_config_readw(c.dev, PCI_DEVICE_ID), ==,
                    NFTSW_PCI_DEVICE_ID);
    g_assert_cmphex(qpci_config_readw(c.dev, PCI_CLASS_DEVICE), ==, 0x0280);
    g_assert_cmphex(qpci_config_readb(c.dev, PCI_INTERRUPT_PIN), ==, 0);
    g_assert_cmphex(qpci_config_readb(c.dev, PCI_REVISION_ID), ==,
                    NFTSW_GET(NFTSW_REV_CHIP, nq_rd(&c, NFTSW_REV)));
    g_assert_cmphex(nq_rd(&c, NFTSW_ID), ==, NFTSW_ID_VAL);
    g_assert_cmphex(nq_rd(&c, NFTSW_ABI), ==, NFTSW_ABI_VERSION);
    g_assert_cmpint(nq_rd(&c, NFTSW_PORTS), ==, NQ_PORTS);
    g_assert_cmpint(nq_rd(&c, NFTSW_QUEUES), ==, NQ_QUEUES);
    g_assert_cmpint(nq_rd(&c, NFTSW_FLOWS), ==, NQ_FLOWS);
    g_assert_cmpint(nq_rd(&c, NFTSW_VECTORS), ==, NQ_VECTORS);
    g_assert_cmphex(nq_rd(&c, NFTSW_SERIAL_LO), ==, (uint32_t)NQ_SERIAL);
    g_assert_cmphex(nq_rd(&c, NFTSW_SERIAL_HI), ==, NQ_SERIAL >> 32);
    g_assert_cmphex(nq_rd(&c, NFTSW_MAC_LO), ==, 0x77464e52);
    g_assert_cmphex(nq_rd(&c, NFTSW_MAC_HI), ==, 0);
    nq_stop(&c);
}

static uint32_t ext_cap(NqChip *c, uint16_t id)
{
    uint32_t pos = PCI_CFG_SPACE_SIZE, head;

    while (pos) {
        head = qtest_readl(c->qts, ECAM_DEV + pos);
        if (PCI_EXT_CAP_ID(head) == id) {
            return pos;
        }
        pos = PCI_EXT_CAP_NEXT(head);
    }
    return 0;
}

static void test_capabilities(void)
{
    QPCIDevice *host;
    uint32_t dsn, cap;
    NqChip c;

    nq_start(&c, "");
    host = qpci_device_find(c.bus, 0);
    qpci_config_writel(host, 0x60, ECAM_BASE | 1);

    g_assert_cmpint(qpci_find_capability(c.dev, PCI_CAP_ID_PM, 0), !=, 0);
    cap = qpci_find_capability(c.dev, PCI_CAP_ID_EXP, 0);
    g_assert_cmpint(cap, !=, 0);
    g_assert_true(qpci_config_readl(c.dev, cap + PCI_EXP_DEVCAP) &
                  PCI_EXP_DEVCAP_FLR);
    g_assert_cmpint(ext_cap(&c, PCI_EXT_CAP_ID_ERR), !=, 0);
    dsn = ext_cap(&c, PCI_EXT_CAP_ID_DSN);
    g_assert_cmpint(dsn, !=, 0);
    g_assert_cmphex(qtest_readq(c.qts, ECAM_DEV + dsn + 4), ==, NQ_SERIAL);
    g_free(host);
    nq_stop(&c);
}

/* DS 2.3: a chip that is told nothing has a serial number of its own */
static void test_default_serials(void)
{
    uint64_t serial[2];
    NqChip c;

    nq_start_bare(&c, "-device nftsw,addr=04.0 -device nftsw,addr=05.0");
    for (int i = 0; i < 2; i++) {
        QPCIDevice *dev = qpci_device_find(c.bus, QPCI_DEVFN(4 + i, 0));

        nq_attach(&c, dev);
        serial[i] = nq_rd(&c, NFTSW_SERIAL_LO) |
                    (uint64_t)nq_rd(&c, NFTSW_SERIAL_HI) << 32;
        g_assert_cmpint(nq_rd(&c, NFTSW_PORTS), ==, 8);
        if (!i) {
            g_free(dev);
        }
    }
    g_assert_cmphex(serial[0], !=, 0);
    g_assert_cmphex(serial[0], !=, serial[1]);
    nq_stop(&c);
}

/* ---- registers ------------------------------------------------------- */

static void test_echo(void)
{
    NqChip c;

    nq_start(&c, "");
    g_assert_cmphex(nq_rd(&c, NFTSW_TEST_ECHO), ==, 0xffffffff);
    nq_wr(&c, NFTSW_TEST_ECHO, 0x12345678);
    g_assert_cmphex(nq_rd(&c, NFTSW_TEST_ECHO), ==, ~0x12345678u);
    nq_stop(&c);
}

static void test_bad_access(void)
{
    NqChip c;

    nq_start(&c, "");
    nq_rd(&c, NFTSW_BAD_ACCESS);

    /* no register there; read only */
    g_assert_cmphex(nq_rd(&c, NFTSW_BAR0_SIZE - 4), ==, 0);
    nq_wr(&c, NFTSW_BAR0_SIZE - 4, 1);
    nq_wr(&c, NFTSW_ID, 1);
    g_assert_cmphex(nq_rd(&c, NFTSW_ID), ==, NFTSW_ID_VAL);
    g_assert_cmpint(nq_rd(&c, NFTSW_BAD_ACCESS), ==, 3);

    /* not words */
    g_assert_cmphex(qpci_io_readb(c.dev, c.bar, NFTSW_ID), ==, 0);
    g_assert_cmphex(qpci_io_readw(c.dev, c.bar, NFTSW_ID), ==, 0);
    g_assert_cmphex(qpci_io_readq(c.dev, c.bar, NFTSW_ID), ==, 0);
    qpci_io_writeb(c.dev, c.bar, NFTSW_TEST_ECHO, 1);
    qpci_io_writew(c.dev, c.bar, NFTSW_TEST_ECHO, 1);
    qpci_io_writeq(c.dev, c.bar, NFTSW_TEST_ECHO, 1);
    g_assert_cmphex(nq_rd(&c, NFTSW_TEST_ECHO), ==, 0xffffffff);
    g_assert_cmpint(nq_rd(&c, NFTSW_BAD_ACCESS), ==, 6);
    g_assert_cmpint(nq_rd(&c, NFTSW_BAD_ACCESS), ==, 0);
    nq_stop(&c);
}

static void test_time(void)
{
    uint64_t t0, t1;
    NqChip c;

    nq_start(&c, "");
    t0 = nq_rd(&c, NFTSW_TIME_LO);
    t0 |= (uint64_t)nq_rd(&c, NFTSW_TIME_HI) << 32;
    qtest_clock_step(c.qts, 5 * TEST_SECOND_NS);
    t1 = nq_rd(&c, NFTSW_TIME_LO);
    t1 |= (uint64_t)nq_rd(&c, NFTSW_TIME_HI) << 32;
    g_assert_cmpint(t1 - t0, ==, 5 * TEST_SECOND_NS);
    nq_stop(&c);
}

/* ---- interrupts and DMA ---------------------------------------------- */

static void test_msix(void)
{
    uint64_t ctrl;
    NqChip c;

    nq_start(&c, "");
    nq_wr(&c, NFTSW_TEST_IRQ, 0);
    nq_msix_init(&c);
    g_assert_false(nq_msix_seen(&c, 0));
    for (unsigned v = 0; v < NQ_VECTORS; v++) {
        nq_wr(&c, NFTSW_TEST_IRQ, v);
        g_assert_true(nq_msix_wait(&c, v));
        g_assert_cmpint(nq_rd(&c, NFTSW_IRQ_RAISED(v)), >=, 1);
    }

    /* a masked one waits in the pending bits */
    ctrl = c.dev->msix_table_off + PCI_MSIX_ENTRY_SIZE +
           PCI_MSIX_ENTRY_VECTOR_CTRL;
    qpci_io_writel(c.dev, c.dev->msix_table_bar, ctrl, 1);
    nq_wr(&c, NFTSW_TEST_IRQ, 1);
    qtest_clock_step(c.qts, 1000);
    g_assert_true(qpci_msix_pending(c.dev, 1));
    g_assert_false(nq_msix_seen(&c, 1));
    qpci_io_writel(c.dev, c.dev->msix_table_bar, ctrl, 0);
    g_assert_true(nq_msix_wait(&c, 1));
    g_assert_false(qpci_msix_pending(c.dev, 1));
    nq_stop(&c);
}

/*
 * A message aimed at our own doorbell must not get into the chip from inside.
 */
static void test_msix_to_self(void)
{
    uint64_t entry;
    NqChip c;

    nq_start(&c, "");
    nq_msix_init(&c);
    entry = c.dev->msix_table_off;
    qpci_io_writel(c.dev, c.dev->msix_table_bar,
                   entry + PCI_MSIX_ENTRY_LOWER_ADDR,
                   c.bar.addr + NFTSW_CTRL);
    qpci_io_writel(c.dev, c.dev->msix_table_bar,
                   entry + PCI_MSIX_ENTRY_DATA, NFTSW_CTRL_RESET);
    nq_wr(&c, NFTSW_TEST_IRQ, 0);
    qtest_clock_step(c.qts, 1000);
    g_assert_cmphex(nq_rd(&c, NFTSW_ID), ==, NFTSW_ID_VAL);
    nq_ready(&c);
    nq_stop(&c);
}

static void test_dma(void)
{
    uint8_t buf[96];
    uint64_t mem;
    uint16_t cmd;
    NqChip c;

    nq_start(&c, "");
    mem = guest_alloc(&c.alloc, 4096);
    qtest_memset(c.qts, mem, 0x11, 96);
    g_assert_cmphex(nq_dma_test(&c, mem + 16, 64, NFTSW_TEST_DMA_OP_FILL), ==,
                    NFTSW_TEST_DMA_OP_DONE);
    qtest_memread(c.qts, mem, buf, sizeof(buf));
    for (int i = 0; i < 96; i++) {
        g_assert_cmphex(buf[i], ==, i >= 16 && i < 80 ?
                        NFTSW_TEST_DMA_PATTERN : 0x11);
    }
    g_assert_cmphex(nq_dma_test(&c, mem, 96, NFTSW_TEST_DMA_OP_INVERT), ==,
                    NFTSW_TEST_DMA_OP_DONE);
    g_assert_cmphex(qtest_readb(c.qts, mem), ==, 0xee);

    /* nobody there; our own registers; half in memory and half not */
    g_assert_cmphex(nq_dma_test(&c, NQ_BAD_ADDR, 64, NFTSW_TEST_DMA_OP_FILL),
                    ==, NFTSW_TEST_DMA_OP_ERROR);
    g_assert_cmphex(nq_dma_test(&c, c.bar.addr, 64, NFTSW_TEST_DMA_OP_FILL),
                    ==, NFTSW_TEST_DMA_OP_ERROR);
    g_assert_cmphex(nq_dma_test(&c, (64 << 20) - 32, 64,
                                NFTSW_TEST_DMA_OP_FILL),
                    ==, NFTSW_TEST_DMA_OP_ERROR);

    /* not allowed to */
    cmd = qpci_config_readw(c.dev, PCI_COMMAND);
    qpci_config_writew(c.dev, PCI_COMMAND, cmd & ~PCI_COMMAND_MASTER);
    g_assert_cmphex(nq_dma_test(&c, mem, 64, NFTSW_TEST_DMA_OP_FILL), ==,
                    NFTSW_TEST_DMA_OP_ERROR);
    g_assert_cmphex(qtest_readb(c.qts, mem), ==, 0xee);
    qpci_config_writew(c.dev, PCI_COMMAND, cmd);
    g_assert_cmphex(nq_dma_test(&c, mem, 64, NFTSW_TEST_DMA_OP_FILL), ==,
                    NFTSW_TEST_DMA_OP_DONE);
    nq_stop(&c);
}

/* ---- commands -------------------------------------------------------- */

static void test_command(void)
{
    struct nftsw_hw_cmd cmd = { .opcode = cpu_to_le16(NFTSW_OP_NOP) };
    NqChip c;

    nq_start(&c, "");
    nq_msix_init(&c);
    nq_cmd_init(&c);
    nq_wr(&c, NFTSW_IRQ_CTRL(NFTSW_VEC_CMD), NFTSW_IRQ_CTRL_ARM);
    g_assert_cmpint(nq_cmd(&c, &cmd, NULL, 0).status, ==, NFTSW_ST_OK);
    g_assert_true(nq_msix_wait(&c, NFTSW_VEC_CMD));

    /* raising has disarmed it */
    g_assert_cmpint(nq_cmd(&c, &cmd, NULL, 0).status, ==, NFTSW_ST_OK);
    g_assert_false(nq_msix_seen(&c, NFTSW_VEC_CMD));
    cmd.opcode = cpu_to_le16(0xffff);
    g_assert_cmpint(nq_cmd(&c, &cmd, NULL, 0).status, ==,
                    NFTSW_ST_BAD_OPCODE);

    /* once round the ring, the phase turns */
    cmd.opcode = cpu_to_le16(NFTSW_OP_NOP);
    for (int i = 0; i < 70; i++) {
        g_assert_cmpint(nq_cmd(&c, &cmd, NULL, 0).status, ==, NFTSW_ST_OK);
    }
    nq_stop(&c);
}

static void test_bad_command_ring(void)
{
    struct nftsw_hw_cmd cmd = { .opcode = cpu_to_le16(NFTSW_OP_NOP) };
    uint32_t sq = NFTSW_RING_CMD_SQ;
    NqChip c;

    nq_start(&c, "");
    nq_cmd_init(&c);
    nq_wr(&c, NFTSW_RING_CTRL(sq), 0);
    nq_wr(&c, NFTSW_RING_BASE_HI(sq), NQ_BAD_ADDR >> 32);
    nq_wr(&c, NFTSW_RING_CTRL(sq), NFTSW_RING_CTRL_EN);
    nq_wr(&c, NFTSW_RING_PROD(sq), 1);
    g_assert_true(nq_poll(&c, NFTSW_STATUS, NFTSW_STATUS_FATAL,
                          NFTSW_STATUS_FATAL));
    g_assert_cmpint(NFTSW_GET(NFTSW_STATUS_CAUSE, nq_rd(&c, NFTSW_STATUS)), ==,
                    NFTSW_CAUSE_CMD_DMA);
    g_assert_cmphex(nq_rd(&c, NFTSW_RING_STS(sq)) & NFTSW_RING_STS_DMA, ==,
                    NFTSW_RING_STS_DMA);

    /* only a reset helps, and does */
    nq_wr(&c, NFTSW_CTRL, NFTSW_CTRL_RESET);
    nq_ready(&c);
    g_assert_cmphex(nq_rd(&c, NFTSW_STATUS), ==, NFTSW_STATUS_READY);
    nq_cmd_init(&c);
    g_assert_cmpint(nq_cmd(&c, &cmd, NULL, 0).status, ==, NFTSW_ST_OK);
    nq_stop(&c);
}

static void test_bad_data_buffer(void)
{
    struct nftsw_hw_cmd cmd = {
        .opcode = cpu_to_le16(NFTSW_OP_PORT_GET),
        .data_addr = cpu_to_le64(NQ_BAD_ADDR),
        .data_size = cpu_to_le32(sizeof(struct nftsw_hw_port_cfg)),
    };
    NqChip c;

    nq_start(&c, "");
    nq_cmd_init(&c);
    g_assert_cmpint(nq_cmd(&c, &cmd, NULL, 0).status, ==, NFTSW_ST_DMA);
    g_assert_cmphex(nq_rd(&c, NFTSW_STATUS), ==, NFTSW_STATUS_READY);
    nq_stop(&c);
}

/* ---- reset ----------------------------------------------------------- */

static void flr(NqChip *c)
{
    uint8_t cap = qpci_find_capability(c->dev, PCI_CAP_ID_EXP, 0);
    uint16_t cmd = qpci_config_readw(c->dev, PCI_COMMAND);

    qpci_config_writew(c->dev, cap + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
    g_assert_cmphex(qpci_config_readw(c->dev, PCI_COMMAND) &
                    (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER), ==, 0);
    qpci_config_writel(c->dev, PCI_BASE_ADDRESS_0, c->bar.addr);
    qpci_config_writew(c->dev, PCI_COMMAND, cmd);
}

static void machine_reset(NqChip *c)
{
    qtest_system_reset(c->qts);
    qpci_config_writel(c->dev, PCI_BASE_ADDRESS_0, c->bar.addr);
    qpci_config_writew(c->dev, PCI_COMMAND,
                       PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void register_reset(NqChip *c)
{
    nq_wr(c, NFTSW_CTRL, NFTSW_CTRL_RESET);
}

static void test_reset(void)
{
    void (*const resets[])(NqChip *) = { register_reset, flr, machine_reset };
    NqChip c;

    nq_start(&c, "");
    for (int i = 0; i < ARRAY_SIZE(resets); i++) {
        nq_cmd_init(&c);
        nq_port_up(&c, 0, true);
        nq_nat_flow(&c, 5);
        nq_wr(&c, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
        nq_wr(&c, NFTSW_TEST_ECHO, 1);
        g_assert_true(nq_poll(&c, NFTSW_PORT_STS(0), NFTSW_PORT_STS_LINK,
                              NFTSW_PORT_STS_LINK));
        resets[i](&c);
        nq_ready(&c);
        g_assert_cmphex(nq_rd(&c, NFTSW_CTRL), ==, 0);
        g_assert_cmphex(nq_rd(&c, NFTSW_TEST_ECHO), ==, 0xffffffff);
        g_assert_cmphex(nq_rd(&c, NFTSW_PORT_STS(0)), ==, 0);
        g_assert_cmphex(nq_rd(&c, NFTSW_RING_CTRL(0)), ==, 0);
        g_assert_cmphex(nq_rd(&c, NFTSW_SERIAL_LO), ==, (uint32_t)NQ_SERIAL);
    }
    nq_stop(&c);
}

/* ---- frames ---------------------------------------------------------- */

static void test_frame_in(void)
{
    struct nftsw_hw_rxd rxd = { .size = cpu_to_le16(2048), .id = 42 };
    struct nftsw_hw_rxc rxc;
    uint8_t frame[256], got[256];
    NqRing sq, cq;
    uint64_t buf;
    size_t len;
    NqChip c;

    nq_start(&c, "");
    nq_msix_init(&c);
    nq_cmd_init(&c);
    nq_ring_init(&c, &cq, NFTSW_RING_RX_CQ(0), 16, sizeof(rxc));
    nq_ring_init(&c, &sq, NFTSW_RING_RX_SQ(0), 16, sizeof(rxd));
    buf = guest_alloc(&c.alloc, 2048);
    rxd.addr = cpu_to_le64(buf);
    nq_ring_put(&c, &sq, &rxd);
    nq_port_up(&c, 0, false);
    nq_wr(&c, NFTSW_CTRL, NFTSW_CTRL_ENABLE);
    nq_wr(&c, NFTSW_IRQ_CTRL(NFTSW_VEC_QUEUE(0)), NFTSW_IRQ_CTRL_ARM);

    len = nq_udp(frame, NQ_MAC, "10.0.0.2", "10.0.0.1", 1, 2, 64, 100);
    nq_send(c.sock[0], frame, len);
    g_assert_true(nq_ring_get(&c, &cq, &rxc,
                              offsetof(struct nftsw_hw_rxc, flags)));
    g_assert_true(nq_msix_wait(&c, NFTSW_VEC_QUEUE(0)));
    g_assert_cmpint(rxc.reason, ==, NFTSW_REASON_LOCAL);
    g_assert_cmpint(le16_to_cpu(rxc.port), ==, 0);
    g_assert_cmpint(le16_to_cpu(rxc.id), ==, 42);
    g_assert_cmpint(le16_to_cpu(rxc.len), ==, len);
    g_assert_cmpint(le16_to_cpu(rxc.frame_len), ==, len);
    g_assert_cmphex(rxc.flags & (NFTSW_RXC_SOP | NFTSW_RXC_EOP), ==,
                    NFTSW_RXC_SOP | NFTSW_RXC_EOP);
    qtest_memread(c.qts, buf, got, len);
    g_assert_cmpmem(got, len, frame, len);
    nq_stop(&c);
}

static void test_frame_out(void)
{
    struct nftsw_hw_txd txd = {
        .flags = cpu_to_le16(NFTSW_TXD_EOP | NFTSW_TXD_REPORT),
        .port = cpu_to_le16(1),
    };
    struct nftsw_hw_txc txc;
    uint8_t frame[256], got[256];
    NqRing sq, cq;
    uint64_t buf;
    size_t len;
    NqChip c;

    nq_start(&c, "");
    nq_cmd_init(&c);
    nq_ring_init(&c, &cq, NFTSW_RING_TX_CQ(1), 16, sizeof(txc));
    nq_ring_init(&c, &sq, NFTSW_RING_TX_SQ(1), 16, sizeof(txd));
    nq_port_up(&c, 1, false);

    len = nq_udp(frame, "02:00:00:00:00:02", "10.0.0.1", "10.0.0.2", 1, 2, 64,
                 100);
    buf = guest_alloc(&c.alloc, 2048);
    qtest_memwrite(c.qts, buf, frame, len);
    txd.addr = cpu_to_le64(buf);
    txd.len = cpu_to_le16(len);
    nq_ring_put(&c, &sq, &txd);
    g_assert_true(nq_ring_get(&c, &cq, &txc,
                              offsetof(struct nftsw_hw_txc, flags)));
    g_assert_cmpint(txc.reason, ==, NFTSW_REASON_NONE);
    g_assert_cmpint(le16_to_cpu(txc.sq_cons), ==, 1);
    g_assert_cmpint(nq_recv(&c, c.sock[1], got, sizeof(got)), ==, len);
    g_assert_cmpmem(got, len, frame, len);

    /* a buffer that is not there is an error of this frame only */
    txd.addr = cpu_to_le64(NQ_BAD_ADDR);
    nq_ring_put(&c, &sq, &txd);
    g_assert_true(nq_ring_get(&c, &cq, &txc,
                              offsetof(struct nftsw_hw_txc, flags)));
    g_assert_cmpint(txc.reason, ==, NFTSW_REASON_TX_DMA);
    nq_stop(&c);
}

static void test_forward(void)
{
    uint8_t frame[1600], got[1600];
    size_t len;
    NqChip c;

    nq_forwarding_init(&c, "", 2);
    for (int i = 0; i < 20; i++) {
        len = nq_flow_frame(frame, i & 1, i * 70);
        nq_send(c.sock[0], frame, len);
        g_assert_cmpint(nq_recv(&c, c.sock[1], got, sizeof(got)), ==, len);
        nq_check_nat(frame, got, len);
    }
    nq_stop(&c);
}

/*
 * Three talkers on a hub bring more at once than the port's queue holds: QEMU
 * must make them wait and go on, each in order, without loss.
 */
static void test_flow_control(void)
{
    enum { TALKERS = 3, FRAMES = 600, LEN = 1000, WINDOW = 90 };
    g_autoptr(GString) cmd = g_string_new("-netdev hubport,hubid=1,id=h1");
    unsigned sent[TALKERS] = { 0 }, seen[TALKERS] = { 0 };
    uint8_t frame[LEN + 64], got[LEN + 64];
    int pair[TALKERS][2];
    NqChip c;

    for (int t = 0; t < TALKERS; t++) {
        g_autofree char *id = g_strdup_printf("t%d", t);

        nq_cable(cmd, id, pair[t]);
        g_string_append_printf(cmd, " -netdev hubport,hubid=1,id=h%d,netdev=%s",
                               t + 2, id);
    }
    nq_forwarding_init(&c, cmd->str, 1);
    nq_flow_frame(frame, 0, LEN);
    stw_be_p(frame + 40, 0);
    for (unsigned n = 0; n < TALKERS * FRAMES; n++) {
        for (int t = 0; n % WINDOW == 0 && t < TALKERS; t++) {
            for (; sent[t] < FRAMES && sent[t] < seen[t] + WINDOW; sent[t]++) {
                stw_be_p(frame + 42, t);
                stl_be_p(frame + 44, sent[t]);
                nq_send(pair[t][0], frame, LEN + 42);
            }
        }
        g_assert_cmpint(nq_recv(&c, c.sock[1], got, sizeof(got)), ==,
                        LEN + 42);
        g_assert_cmpint(lduw_be_p(got + 42), <, TALKERS);
        g_assert_cmpint(ldl_be_p(got + 44), ==, seen[lduw_be_p(got + 42)]++);
    }
    for (int t = 0; t < TALKERS; t++) {
        g_assert_cmpint(seen[t], ==, FRAMES);
        close(pair[t][0]);
        close(pair[t][1]);
    }
    nq_stop(&c);
}

/* ---- links ----------------------------------------------------------- */

static bool link_is(NqChip *c, unsigned port, bool up)
{
    return nq_poll(c, NFTSW_PORT_STS(port), NFTSW_PORT_STS_LINK,
                   up ? NFTSW_PORT_STS_LINK : 0);
}

static void set_link(NqChip *c, const char *name, bool up)
{
    qtest_qmp_assert_success(c->qts, "{'execute': 'set_link', 'arguments':"
                             " {'name': %s, 'up': %i}}", name, up);
}

static void test_set_link(void)
{
    struct nftsw_hw_event ev;
    NqRing eq;
    NqChip c;

    nq_start(&c, "");
    nq_msix_init(&c);
    nq_cmd_init(&c);
    nq_ring_init(&c, &eq, NFTSW_RING_EVENT, 16, sizeof(ev));
    nq_wr(&c, NFTSW_IRQ_CTRL(NFTSW_VEC_EVENT), NFTSW_IRQ_CTRL_ARM);
    nq_port_up(&c, 0, false);
    for (int up = 1; up >= 0; up--) {
        g_assert_true(link_is(&c, 0, up));
        g_assert_true(nq_ring_get(&c, &eq, &ev,
                                  offsetof(struct nftsw_hw_event, flags)));
        g_assert_cmpint(ev.type, ==, NFTSW_EV_LINK);
        g_assert_cmpint(le32_to_cpu(ev.index), ==, 0);
        g_assert_cmpint(le32_to_cpu(ev.arg[0]), ==, up);
        g_assert_true(nq_msix_wait(&c, NFTSW_VEC_EVENT));
        nq_wr(&c, NFTSW_IRQ_CTRL(NFTSW_VEC_EVENT), NFTSW_IRQ_CTRL_ARM);
        set_link(&c, "n1", !up);
    }

    /* a port without a netdev has no partner */
    nq_port_up(&c, 3, false);
    g_assert_true(link_is(&c, 3, false));
    nq_stop(&c);
}

/* Two ports on a hub are two ends of a cable. */
static void test_looped(void)
{
    NqChip c;

    nq_start_bare(&c, "-netdev hubport,hubid=1,id=a"
                  " -netdev hubport,hubid=1,id=b"
                  " -device nftsw,id=sw,addr=04.0,mac=" NQ_MAC
                  ",port1=a,port2=b");
    nq_attach(&c, qpci_device_find(c.bus, QPCI_DEVFN(4, 0)));
    nq_wr(&c, NFTSW_PORT_CTRL(0), NFTSW_PORT_CTRL_EN);
    g_assert_true(link_is(&c, 0, false));
    nq_wr(&c, NFTSW_PORT_CTRL(1), NFTSW_PORT_CTRL_EN);
    g_assert_true(link_is(&c, 0, true));
    g_assert_true(link_is(&c, 1, true));
    nq_wr(&c, NFTSW_PORT_CTRL(0), 0);
    g_assert_true(link_is(&c, 1, false));
    nq_wr(&c, NFTSW_PORT_CTRL(0), NFTSW_PORT_CTRL_EN);
    g_assert_true(link_is(&c, 1, true));
    set_link(&c, "a", false);
    g_assert_true(link_is(&c, 0, false));
    g_assert_true(link_is(&c, 1, false));
    nq_stop(&c);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*fn)(void);
    } tests[] = {
        { "identity", test_identity },
        { "capabilities", test_capabilities },
        { "default-serials", test_default_serials },
        { "echo", test_echo },
        { "bad-access", test_bad_access },
        { "time", test_time },
        { "msix", test_msix },
        { "msix-to-self", test_msix_to_self },
        { "dma", test_dma },
        { "command", test_command },
        { "bad-command-ring", test_bad_command_ring },
        { "bad-data-buffer", test_bad_data_buffer },
        { "reset", test_reset },
        { "frame-in", test_frame_in },
        { "frame-out", test_frame_out },
        { "forward", test_forward },
        { "flow-control", test_flow_control },
        { "set-link", test_set_link },
        { "looped", test_looped },
    };

    g_test_init(&argc, &argv, NULL);
    for (int i = 0; i < ARRAY_SIZE(tests); i++) {
        g_autofree char *path = g_strdup_printf("/nftsw/%s", tests[i].name);

        qtest_add_func(path, tests[i].fn);
    }
    nq_host_tests();
    return g_test_run();
}
