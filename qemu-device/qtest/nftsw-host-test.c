/*
 * QTest of the NFTSW-1 switch chip: what the host does with it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Properties, faults, hotplug, migration, monitor.
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "hw/pci/pci_regs.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "qobject/qnum.h"
#include "nftsw-lib.h"

/* ---- faults, hotplug, migration -------------------------------------- */

static void qom_set(NqChip *c, const char *name, int64_t val)
{
    qtest_qmp_assert_success(c->qts, "{'execute': 'qom-set', 'arguments':"
                             " {'path': '/machine/peripheral/sw',"
                             " 'property': %s, 'value': %" PRId64 "}}",
                             name, val);
}

static void test_faults(void)
{
    struct nftsw_hw_cmd cmd = { .opcode = cpu_to_le16(NFTSW_OP_NOP) };
    uint64_t mem;
    NqChip c;

    nq_start(&c, "");
    nq_msix_init(&c);
    nq_cmd_init(&c);
    mem = guest_alloc(&c.alloc, 64);
    qom_set(&c, "fault-dma-fail", 1);
    g_assert_cmphex(nq_dma_test(&c, mem, 64, NFTSW_TEST_DMA_OP_FILL), ==,
                    NFTSW_TEST_DMA_OP_ERROR);
    g_assert_cmphex(nq_dma_test(&c, mem, 64, NFTSW_TEST_DMA_OP_FILL), ==,
                    NFTSW_TEST_DMA_OP_DONE);
    qom_set(&c, "fault-cmd-status", 1);
    g_assert_cmpint(nq_cmd(&c, &cmd, NULL, 0).status, ==, NFTSW_ST_INTERNAL);
    qom_set(&c, "fault-irq-drop", 1);
    nq_wr(&c, NFTSW_TEST_IRQ, 2);
    qtest_clock_step(c.qts, 1000);
    g_assert_false(nq_msix_seen(&c, 2));
    qom_set(&c, "fault-fatal", 1);
    g_assert_true(nq_poll(&c, NFTSW_STATUS, NFTSW_STATUS_FATAL,
                          NFTSW_STATUS_FATAL));
    g_assert_cmpint(NFTSW_GET(NFTSW_STATUS_CAUSE, nq_rd(&c, NFTSW_STATUS)), ==,
                    NFTSW_CAUSE_FORCED);
    nq_stop(&c);
}

/* The guest switches the slot off, which is when QEMU takes the device away. */
static void test_hotplug(void)
{
    QPCIDevice *port;
    uint8_t cap;
    NqChip c;

    nq_start_bare(&c, "-device pcie-root-port,id=rp,addr=03.0"
                  " -netdev hubport,hubid=1,id=a"
                  " -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off");
    port = qpci_device_find(c.bus, QPCI_DEVFN(3, 0));
    cap = qpci_find_capability(port, PCI_CAP_ID_EXP, 0);
    for (int i = 0; i < 3; i++) {
        qpci_config_writew(port, cap + PCI_EXP_SLTCTL,
                           PCI_EXP_SLTCTL_PWR_IND_ON);
        qtest_qmp_device_add(c.qts, "nftsw", "sw",
                             "{'bus': 'rp', 'ports': ['a']}");
        qtest_qmp_device_del_send(c.qts, "sw");
        qpci_config_writew(port, cap + PCI_EXP_SLTCTL,
                           PCI_EXP_SLTCTL_PWR_IND_OFF | PCI_EXP_SLTCTL_PCC);
        qtest_qmp_eventwait(c.qts, "DEVICE_DELETED");
    }
    g_free(port);
    nq_stop(&c);
}

static bool migrated(NqChip *c)
{
    QDict *reply = qtest_qmp_assert_success_ref(c->qts, "{'execute':"
                                                " 'query-migrate'}");
    const char *status = qdict_get_str(reply, "status");
    bool done = !strcmp(status, "completed");

    g_assert_cmpstr(status, !=, "failed");
    qobject_unref(reply);
    return done;
}

static void migrate(NqChip *from, NqChip *to, const char *path)
{
    g_autofree char *uri = g_strdup_printf("file:%s", path);

    qtest_qmp_assert_success(from->qts, "{'execute': 'migrate', 'arguments':"
                             " {'uri': %s}}", uri);
    qtest_qmp_eventwait(from->qts, "STOP");
    while (!migrated(from)) {
        g_usleep(1000);
    }
    qtest_qmp_assert_success(to->qts, "{'execute': 'migrate-incoming',"
                             " 'arguments': {'uri': %s}}", uri);
    qtest_qmp_eventwait(to->qts, "RESUME");
}

static void test_migration(void)
{
    struct nftsw_hw_cmd cmd = { .opcode = cpu_to_le16(NFTSW_OP_NOP) };
    g_autofree char *path = NULL;
    uint8_t frame[256], got[256];
    NqChip from, to;
    size_t len;
    int fd = g_file_open_tmp("nftsw-XXXXXX.mig", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    nq_forwarding_init(&from, "", 3);
    nq_wr(&from, NFTSW_TEST_ECHO, 0x5a5a5a5a);
    nq_start(&to, "-incoming defer");
    migrate(&from, &to, path);
    unlink(path);

    to.cmd_sq = from.cmd_sq;
    to.cmd_cq = from.cmd_cq;
    g_assert_cmphex(nq_rd(&to, NFTSW_TEST_ECHO), ==, ~0x5a5a5a5au);
    g_assert_cmphex(nq_rd(&to, NFTSW_CTRL), ==, NFTSW_CTRL_ENABLE);
    g_assert_cmpint(nq_cmd(&to, &cmd, NULL, 0).status, ==, NFTSW_ST_OK);
    len = nq_flow_frame(frame, 2, 100);
    nq_send(to.sock[0], frame, len);
    do {
        /* QEMU announces every port by RARP once it goes on elsewhere. */
        g_assert_cmpint(nq_recv(&to, to.sock[1], got, sizeof(got)), >, 0);
    } while (lduw_be_p(got + 12) == 0x8035);
    nq_check_nat(frame, got, len);
    nq_stop(&from);
    nq_stop(&to);
}

/* ---- monitor --------------------------------------------------------- */

static int64_t named(QList *list, const char *name, const char *what)
{
    const QListEntry *e;

    QLIST_FOREACH_ENTRY(list, e) {
        QDict *d = qobject_to(QDict, qlist_entry_obj(e));

        if (!strcmp(qdict_get_str(d, "name"), name)) {
            return qdict_get_int(d, what);
        }
    }
    g_assert_not_reached();
}

static QList *query_list(NqChip *c, const char *cmd)
{
    QDict *reply = qtest_qmp(c->qts, "{'execute': %s}", cmd);
    QList *list = qdict_get_qlist(reply, "return");

    g_assert_nonnull(list);
    qobject_ref(list);
    qobject_unref(reply);
    return list;
}

static void forward_some(NqChip *c)
{
    uint8_t frame[256], got[256];

    nq_forwarding_init(c, "", 3);
    for (int i = 0; i < 4; i++) {
        nq_send(c->sock[0], frame, nq_flow_frame(frame, 1, 100));
        g_assert_cmpint(nq_recv(c, c->sock[1], got, sizeof(got)), ==, 142);
    }
    /* This one goes to the CPU, which has given no buffer. */
    nq_send(c->sock[0], frame, nq_flow_frame(frame, 9, 100));
    nq_send(c->sock[0], frame, nq_flow_frame(frame, 1, 100));
    g_assert_cmpint(nq_recv(c, c->sock[1], got, sizeof(got)), ==, 142);
}

static void test_qmp(void)
{
    QList *chips, *ports, *counters;
    QDict *info, *port;
    NqChip c;

    forward_some(&c);
    chips = query_list(&c, "query-nftsw");
    g_assert_cmpint(qlist_size(chips), ==, 1);
    info = qobject_to(QDict, qlist_peek(chips));
    g_assert_cmpstr(qdict_get_str(info, "id"), ==, "sw");
    g_assert_cmpint(qdict_get_int(info, "serial"), ==, NQ_SERIAL);
    g_assert_cmpstr(qdict_get_str(info, "mac"), ==, NQ_MAC);
    g_assert_cmpint(qdict_get_int(info, "flow-used"), ==, 3);
    g_assert_cmpint(qdict_get_int(info, "flow-capacity"), ==, NQ_FLOWS);
    g_assert_true(qdict_get_bool(info, "ready"));
    g_assert_true(qdict_get_bool(info, "enabled"));
    g_assert_false(qdict_get_bool(info, "fatal"));
    g_assert_cmpint(qdict_get_int(info, "commands"), ==, 5);
    g_assert_cmpint(named(qdict_get_qlist(info, "reasons"), "cpu_queue_off",
                          "frames"), ==, 1);
    qobject_unref(chips);

    ports = query_list(&c, "query-nftsw-ports");
    g_assert_cmpint(qlist_size(ports), ==, NQ_PORTS);
    port = qobject_to(QDict, qlist_peek(ports));
    g_assert_cmpstr(qdict_get_str(port, "name"), ==, "port1");
    g_assert_cmpstr(qdict_get_str(port, "netdev"), ==, "n1");
    g_assert_true(qdict_get_bool(port, "link"));
    counters = qdict_get_qlist(port, "counters");
    g_assert_cmpint(qlist_size(counters), ==, NFTSW_PCTR_COUNT);
    g_assert_cmpint(named(counters, "rx_frames", "value"), ==, 6);
    g_assert_cmpint(named(counters, "rx_flow", "value"), ==, 5);
    qobject_unref(ports);
    nq_stop(&c);
}

static void check_flow(QDict *f)
{
    QDict *key = qdict_get_qdict(f, "key");
    QDict *action = qdict_get_qdict(f, "action");
    int64_t index = qdict_get_int(f, "index");

    g_assert_cmpint(qdict_get_int(f, "cookie"), ==, 0xc00c1e00 + index);
    g_assert_cmpint(qdict_get_int(f, "block"), ==, 7);
    g_assert_cmpint(qdict_get_int(f, "packets"), ==, index == 1 ? 5 : 0);
    g_assert_cmpint(qdict_get_int(f, "octets"), ==, index == 1 ? 5 * 128 : 0);
    g_assert_cmpint(qdict_get_int(key, "port"), ==, 0);
    g_assert_cmpint(qdict_get_int(key, "proto"), ==, 17);
    g_assert_cmpstr(qdict_get_str(key, "saddr"), ==, "10.0.0.2");
    g_assert_cmpstr(qdict_get_str(key, "daddr"), ==, "192.0.2.9");
    g_assert_cmpint(qdict_get_int(key, "sport"), ==, 1000 + index);
    g_assert_cmpint(qdict_get_int(action, "port"), ==, 1);
    g_assert_cmpstr(qdict_get_str(action, "dmac"), ==, "02:00:00:00:00:09");
    g_assert_cmpstr(qdict_get_str(action, "saddr"), ==, "203.0.113.1");
    g_assert_cmpint(qdict_get_int(action, "sport"), ==, 40000 + index);
    g_assert_false(qdict_haskey(action, "daddr"));
    g_assert_false(qdict_haskey(action, "dport"));
}

static void test_qmp_flows(void)
{
    int64_t start = 0;
    unsigned seen = 0;
    char *text;
    QDict *page;
    NqChip c;

    forward_some(&c);
    while (start >= 0) {
        QListEntry *e;

        page = qtest_qmp_assert_success_ref(
            c.qts, "{'execute': 'query-nftsw-flows', 'arguments':"
            " {'id': 'sw', 'start': %" PRId64 ", 'limit': 2}}", start);
        QLIST_FOREACH_ENTRY(qdict_get_qlist(page, "flows"), e) {
            check_flow(qobject_to(QDict, qlist_entry_obj(e)));
            seen++;
        }
        start = qdict_get_try_int(page, "next", -1);
        qobject_unref(page);
    }
    g_assert_cmpint(seen, ==, 3);
    page = qtest_qmp_assert_failure_ref(
        c.qts, "{'execute': 'query-nftsw-flows', 'arguments': {'limit': 0}}");
    qobject_unref(page);
    page = qtest_qmp_assert_failure_ref(
        c.qts, "{'execute': 'query-nftsw-ports', 'arguments': {'id': 'x'}}");
    g_assert_cmpstr(qdict_get_str(page, "class"), ==, "DeviceNotFound");
    qobject_unref(page);

    text = qtest_hmp(c.qts, "info nftsw");
    g_assert_nonnull(strstr(text, "sw: serial 0123456789abcdef"));
    g_assert_nonnull(strstr(text, "203.0.113.1.40001"));
    g_free(text);
    nq_stop(&c);
}

/* Ports of the LAG, as a bitmap. */
static uint64_t lag_ports(QDict *lag, const char *which)
{
    const QListEntry *e;
    uint64_t ports = 0;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(lag, which), e) {
        ports |= 1ull << qnum_get_uint(qobject_to(QNum, qlist_entry_obj(e)));
    }
    return ports;
}

static void check_lag(NqChip *c, uint64_t sending)
{
    QList *chips = query_list(c, "query-nftsw");
    QDict *info = qobject_to(QDict, qlist_peek(chips));
    QList *lags = qdict_get_qlist(info, "lags");
    QDict *lag = qobject_to(QDict, qlist_peek(lags));

    g_assert_cmpint(qlist_size(lags), ==, 1);
    g_assert_cmpint(qdict_get_int(lag, "port"), ==, NFTSW_LAG_PORT(5));
    g_assert_cmphex(lag_ports(lag, "members"), ==, 7);
    g_assert_cmphex(lag_ports(lag, "active"), ==, 3);
    g_assert_cmphex(lag_ports(lag, "sending"), ==, sending);
    qobject_unref(chips);
}

static void lag_link(NqChip *c, bool up)
{
    qtest_qmp_assert_success(c->qts, "{'execute': 'set_link', 'arguments':"
                             " {'name': 'n2', 'up': %i}}", up);
}

static void test_qmp_lags(void)
{
    struct nftsw_hw_cmd cmd = {
        .opcode = cpu_to_le16(NFTSW_OP_LAG_SET),
        .index = cpu_to_le32(5),
    };
    struct nftsw_hw_lag lag = {
        .lag = cpu_to_le32(5),
        .members = cpu_to_le64(7),
        .active = cpu_to_le64(3),
    };
    char *text;
    NqChip c;

    nq_forwarding_init(&c, "", 1);
    g_assert_cmpint(nq_cmd(&c, &cmd, &lag, sizeof(lag)).status, ==,
                    NFTSW_ST_OK);
    check_lag(&c, 3);
    lag_link(&c, false);
    check_lag(&c, 1);
    lag_link(&c, true);
    check_lag(&c, 3);
    text = qtest_hmp(c.qts, "info nftsw");
    g_assert_nonnull(strstr(text, "lag5: members port1 port2 port3"
                            " active port1 port2 sending port1 port2"));
    g_free(text);
    nq_stop(&c);
}

static void check_rule(NqChip *c)
{
    QList *rules = query_list(c, "query-nftsw-acl");
    QDict *rule = qobject_to(QDict, qlist_peek(rules));

    g_assert_cmpint(qlist_size(rules), ==, 1);
    g_assert_cmpint(qdict_get_int(rule, "index"), ==, 77);
    g_assert_cmpint(qdict_get_int(rule, "prio"), ==, 9);
    g_assert_cmphex(lag_ports(rule, "ports"), ==, 5);
    g_assert_cmpstr(qdict_get_str(rule, "verdict"), ==, "redirect");
    g_assert_cmpint(qdict_get_int(rule, "port"), ==, 1);
    g_assert_cmpint(qdict_get_int(rule, "mirror"), ==, 2);
    g_assert_true(qdict_get_bool(rule, "cpu-too"));
    g_assert_true(g_str_has_prefix(qdict_get_str(rule, "mask"),
                                   "ffffffffffff000000000000"));
    g_assert_cmpint(qdict_get_int(rule, "packets"), ==, 0);
    qobject_unref(rules);
}

static void test_qmp_acl(void)
{
    struct nftsw_hw_cmd cmd = { .opcode = cpu_to_le16(NFTSW_OP_ACL_SET) };
    struct nftsw_hw_acl_entry e = {
        .index = cpu_to_le32(77),
        .prio = cpu_to_le32(9),
        .verdict = NFTSW_ACL_VERDICT_REDIRECT,
        .flags = NFTSW_AF_MIRROR | NFTSW_AF_CPU_TOO,
        .oport = cpu_to_le16(1),
        .mport = cpu_to_le16(2),
        .ports = cpu_to_le64(5),
    };
    char *text;
    NqChip c;

    memset(e.mask.dmac, 0xff, sizeof(e.mask.dmac));
    nq_forwarding_init(&c, "", 1);
    g_assert_cmpint(nq_cmd(&c, &cmd, &e, sizeof(e)).status, ==, NFTSW_ST_OK);
    check_rule(&c);
    text = qtest_hmp(c.qts, "info nftsw");
    g_assert_nonnull(strstr(text, "rule 77: prio 9 group 0 from port1 port3"
                            " => redirect port2, copy to port3"));
    g_free(text);
    nq_stop(&c);
}

static void test_no_device(void)
{
    QDict *reply;
    NqChip c;

    nq_start_bare(&c, "");
    reply = qtest_qmp_assert_failure_ref(
        c.qts, "{'execute': 'query-nftsw-flows', 'arguments': {'limit': 1}}");
    g_assert_cmpstr(qdict_get_str(reply, "desc"), ==,
                    "the machine has no nftsw device");
    qobject_unref(reply);
    nq_stop(&c);
}

/* ---- log and traces -------------------------------------------------- */

static void logged(const char *log, const char *line, bool once)
{
    const char *at = strstr(log, line);

    if (!at || (once && strstr(at + 1, line))) {
        g_test_message("wanted%s: %s", once ? " once" : "", line);
        g_test_fail();
    }
}

/* What the guest does wrong is told once; each seam has its trace points. */
static void test_log(void)
{
    g_autofree char *path = NULL, *extra = NULL, *log = NULL;
    int fd = g_file_open_tmp("nftsw-XXXXXX.log", &path, NULL);
    uint8_t frame[256], got[256];
    NqChip c;

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    extra = g_strdup_printf("-D %s -d guest_errors,trace:nftsw_*", path);
    nq_forwarding_init(&c, extra, 3);
    nq_wr(&c, NFTSW_PORTS, 5);
    nq_rd(&c, NFTSW_BAR0_SIZE - 4);
    nq_wr(&c, NFTSW_BAR0_SIZE - 4, 0x77);
    qpci_io_writew(c.dev, c.bar, NFTSW_CTRL, 1);
    g_assert_cmpint(nq_dma_test(&c, 1ull << 40, 64, NFTSW_TEST_DMA_OP_FILL), ==,
                    NFTSW_TEST_DMA_OP_ERROR);
    nq_send(c.sock[0], frame, nq_flow_frame(frame, 1, 100));
    g_assert_cmpint(nq_recv(&c, c.sock[1], got, sizeof(got)), ==, 142);
    nq_stop(&c);

    g_assert_true(g_file_get_contents(path, &log, NULL, NULL));
    unlink(path);
    logged(log, "nftsw: bad write at offset 0x10, value 0x5\n", true);
    logged(log, "nftsw: bad read at offset 0xfffc\n", true);
    logged(log, "nftsw: bad write at offset 0xfffc, value 0x77\n", true);
    logged(log, "nftsw: access of 2 bytes at offset 0x40, only aligned 32-bit "
           "words are registers\n", true);
    logged(log, "nftsw: no memory for DMA of 64 bytes at 0x10000000000\n",
           true);
    logged(log, "nftsw_dev_mmio_write offset 0x0010 value 0x00000005", true);
    logged(log, "nftsw_glue_dma_map 64 bytes at 0x", false);
    logged(log, "nftsw_glue_dma_unmap 64 bytes", false);
    logged(log, "nftsw_glue_cmd opcode", false);
    logged(log, "nftsw_glue_kick", false);
    logged(log, "nftsw_net_ingress port 0 frames 1", true);
    logged(log, "nftsw_net_egress port 1 frames 1", true);
    logged(log, "nftsw_net_link port 0 switched on 1", true);
}

/* ---- properties ------------------------------------------------------ */

static int64_t serial_of(NqChip *c, const char *id)
{
    QList *chips = query_list(c, "query-nftsw");
    const QListEntry *e;
    int64_t serial = -1;

    QLIST_FOREACH_ENTRY(chips, e) {
        QDict *d = qobject_to(QDict, qlist_entry_obj(e));

        if (!strcmp(qdict_get_str(d, "id"), id)) {
            serial = qdict_get_int(d, "serial");
        }
    }
    qobject_unref(chips);
    return serial;
}

/* A refused device takes no number; one that somebody has is skipped. */
static void test_serial(void)
{
    const int64_t first = 0x4e46543100000001;
    QDict *reply;
    NqChip c;

    nq_start_bare(&c, "-device pcie-root-port,id=rp1,addr=03.0,chassis=1"
                  " -device pcie-root-port,id=rp2,addr=04.0,chassis=2"
                  " -device nftsw,id=given,addr=05.0,nports=1,serial=0x4e46543100000002");
    reply = qtest_qmp(c.qts, "{'execute': 'device_add', 'arguments':"
                      " {'driver': 'nftsw', 'id': 'bad', 'bus': 'rp1',"
                      " 'flows': 1}}");
    g_assert_true(qdict_haskey(reply, "error"));
    qobject_unref(reply);
    qtest_qmp_device_add(c.qts, "nftsw", "one", "{'bus': 'rp1'}");
    qtest_qmp_device_add(c.qts, "nftsw", "three", "{'bus': 'rp2'}");
    g_assert_cmphex(serial_of(&c, "one"), ==, first);
    g_assert_cmphex(serial_of(&c, "given"), ==, first + 1);
    g_assert_cmphex(serial_of(&c, "three"), ==, first + 2);
    nq_stop(&c);
}

static void refused(const char *args, const char *sentence)
{
    g_autofree char *line = NULL;
    g_autofree char *err = NULL;
    g_auto(GStrv) argv = NULL;
    int status;

    line = g_strdup_printf("%s -M q35 -accel qtest -nodefaults -display none"
                           " -global apic-common.vapic=off -bios %s -netdev hubport,hubid=1,id=a"
                           " -netdev hubport,hubid=1,id=b %s",
                           getenv("QTEST_QEMU_BINARY"), nq_bios(), args);
    g_assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    g_assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL,
                               NULL, NULL, NULL, &err, &status, NULL));
    g_assert_cmpint(status, !=, 0);
    if (!strstr(err, sentence)) {
        g_test_message("wanted '%s', got '%s'", sentence, err);
        g_test_fail();
    }
}

static void test_refused(void)
{
    refused("-device nftsw,nports=65", "the number of ports must be 1 to 64");
    refused("-device nftsw,nports=0", "the number of ports must be 1 to 64");
    refused("-device nftsw,queues=17", "the number of queues must be 1 to 16");
    refused("-device nftsw,flows=3", "the number of flows must be");
    refused("-device nftsw,mac=01:00:5e:00:00:01", "must be unicast");
    refused("-device nftsw,speed=0", "the speed of a port must be");
    refused("-device nftsw,nports=2,port3=a", "'port3' has a netdev, but the "
            "chip has 2 ports: set 'nports'");
    refused("-device nftsw,port1=a,port2=a", "is given to port 1 and port 2");
    refused("-device nftsw,port1=nobody", "nobody");
    refused("-device '{\"driver\":\"nftsw\",\"nports\":1,"
            "\"ports\":[\"a\",\"b\"]}'", "'ports' names 2 netdevs, but the "
            "chip has 1 ports: set 'nports'");
    refused("-device '{\"driver\":\"nftsw\",\"port1\":\"b\","
            "\"ports\":[\"a\"]}'", "'ports' and 'port1' both give a netdev");
    refused("-device '{\"driver\":\"nftsw\",\"nports\":1,"
            "\"speeds\":[10,100]}'", "'speeds' has 2 entries");
}

/**
 * nq_host_tests() - register the tests of this file
 */
void nq_host_tests(void)
{
    qtest_add_func("/nftsw/faults", test_faults);
    qtest_add_func("/nftsw/hotplug", test_hotplug);
    qtest_add_func("/nftsw/migration", test_migration);
    qtest_add_func("/nftsw/qmp", test_qmp);
    qtest_add_func("/nftsw/qmp-flows", test_qmp_flows);
    qtest_add_func("/nftsw/no-device", test_no_device);
    qtest_add_func("/nftsw/log", test_log);
    qtest_add_func("/nftsw/serial", test_serial);
    qtest_add_func("/nftsw/qmp-lags", test_qmp_lags);
    qtest_add_func("/nftsw/qmp-acl", test_qmp_acl);
    qtest_add_func("/nftsw/refused", test_refused);
}
