/*
 * QEMU NFTSW-1 Ethernet switch chip: the PCIe function
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Properties, config space, BAR0, reset, migration, and the bottom half in
 * which the chip works.  hw_model/ decodes the registers.
 *
 *   -device '{"driver":"nftsw","id":"sw1","ports":["lan","wan"],"nports":4}'
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/log.h"
#include "qemu/madvise.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci.h"
#include "hw/pci/pcie.h"
#include "hw/qdev-properties-system.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "system/runstate.h"
#include "trace.h"
#include "nftsw.h"

/*
 * What one call of nfm_run() may do, and how often before the main loop goes
 * on.
 */
#define NFTSW_DEV_BUDGET 256
#define NFTSW_DEV_ROUNDS 4
/*
 * The same when the machine stops: frames and doorbells that came before are
 * done.
 */
#define NFTSW_DEV_STOP_ROUNDS 256
/*
 * What the write of a command doorbell may do before the vCPU goes on: a crowd
 * of table writes, or a piece of something long.
 */
#define NFTSW_DEV_PROMPT_BUDGET 16

#define NFTSW_DEV_DSN_OFFSET (PCI_CONFIG_SPACE_SIZE + 0x50)

/* Serial numbers and addresses of chips that were given none: DS 2.3 */
#define NFTSW_DEV_SERIAL_BASE 0x4e46543100000000ull

QEMU_BUILD_BUG_ON(NFTSW_MAX_PORTS > 64);
QEMU_BUILD_BUG_ON(NFTSW_MAX_VECTORS > 32);

/* ---- work ------------------------------------------------------------ */

static void nftsw_dev_work(NftswState *s, int rounds)
{
    uint64_t now;
    bool more;

    do {
        now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
        nftsw_net_feed(s, now);
        more = nfm_run(s->chip, now, NFTSW_DEV_BUDGET);
        nftsw_net_relink(s);
        more |= s->rx_pending || s->relink;
    } while (more && --rounds);
    trace_nftsw_dev_run(more);

    if (more) {
        nftsw_dev_kick(s);
    } else {
        nftsw_glue_arm(s, now);
    }
    nftsw_glue_irq_deliver(s);
}

static void nftsw_dev_bh(void *opaque)
{
    NftswState *s = opaque;

    s->kicked = false;
    if (!runstate_is_running()) {
        return;
    }
    object_ref(OBJECT(s));
    nftsw_dev_work(s, NFTSW_DEV_ROUNDS);
    object_unref(OBJECT(s));
}

static void nftsw_dev_timer(void *opaque)
{
    NftswState *s = opaque;

    s->deadline = NFM_NEVER;
    nftsw_dev_kick(s);
}

/*
 * Nothing moves while the machine is stopped, memory least of all.  What came
 * in before is done first, so that no frame waits outside of the migrated
 * state.
 */
static void nftsw_dev_vm_change(void *opaque, bool running, RunState state)
{
    NftswState *s = opaque;

    if (running) {
        nftsw_dev_kick(s);
    } else if (s->kicked) {
        object_ref(OBJECT(s));
        nftsw_dev_work(s, NFTSW_DEV_STOP_ROUNDS);
        object_unref(OBJECT(s));
    }
}

static const struct nfm_host_ops nftsw_dev_host_ops = {
    .dma_map = nftsw_glue_dma_map,
    .dma_unmap = nftsw_glue_dma_unmap,
    .irq = nftsw_glue_irq,
    .egress = nftsw_net_egress,
    .link = nftsw_net_link,
    .kick = nftsw_glue_kick,
    .trace = nftsw_glue_trace,
};

/* ---- BAR0 ------------------------------------------------------------ */

/* DS 3: registers are aligned 32-bit words */
static bool nftsw_dev_mmio_ok(NftswState *s, hwaddr addr, unsigned size)
{
    if (size == 4 && !(addr & 3)) {
        return true;
    }
    nfm_mmio_bad(s->chip, addr, size);
    return false;
}

/* The one register that the chip cannot know by itself. */
static void nftsw_dev_tell_time(NftswState *s)
{
    nfm_run(s->chip, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), 0);
    if (s->irq_pending) {
        nftsw_dev_kick(s);
    }
}

static uint64_t nftsw_dev_mmio_read(void *opaque, hwaddr addr, unsigned size)
{
    NftswState *s = opaque;
    uint32_t val;

    if (!nftsw_dev_mmio_ok(s, addr, size)) {
        return 0;
    }
    if (addr == NFTSW_TIME_LO) {
        nftsw_dev_tell_time(s);
    }
    val = nfm_mmio_read(s->chip, addr);
    trace_nftsw_dev_mmio_read(addr, val);
    return val;
}

/*
 * A chip answers a table write within a microsecond or two.  The bottom half
 * takes many times as long to be woken, and the guest as much again to be
 * interrupted, so commands are worked on here.  Interrupts, and what is left,
 * are the bottom half's.
 */
static void nftsw_dev_command(NftswState *s, uint32_t val)
{
    bool left;

    s->prompt = true;
    nfm_mmio_write(s->chip, NFTSW_RING_PROD(NFTSW_RING_CMD_SQ), val);
    s->prompt = false;
    left = nfm_prompt(s->chip, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL),
                      NFTSW_DEV_PROMPT_BUDGET);
    if (left || s->irq_pending) {
        nftsw_dev_kick(s);
    }
}

static void nftsw_dev_mmio_write(void *opaque, hwaddr addr, uint64_t val,
                                 unsigned size)
{
    NftswState *s = opaque;

    if (!nftsw_dev_mmio_ok(s, addr, size)) {
        return;
    }
    trace_nftsw_dev_mmio_write(addr, val);
    if (addr == NFTSW_RING_PROD(NFTSW_RING_CMD_SQ) && runstate_is_running()) {
        nftsw_dev_command(s, val);
    } else {
        nfm_mmio_write(s->chip, addr, val);
    }
}

/* Every size is let through, so that the wrong ones can be counted. */
static const MemoryRegionOps nftsw_dev_mmio_ops = {
    .read = nftsw_dev_mmio_read,
    .write = nftsw_dev_mmio_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {
        .min_access_size = 1,
        .max_access_size = 8,
        .unaligned = true,
    },
    .impl = {
        .min_access_size = 1,
        .max_access_size = 8,
        .unaligned = true,
    },
};

/* ---- config space ---------------------------------------------------- */

static void nftsw_dev_config_write(PCIDevice *pci, uint32_t addr, uint32_t val,
                                   int len)
{
    pci_default_write_config(pci, addr, val, len);
    pcie_cap_flr_write_config(pci, addr, val, len);
    pcie_aer_write_config(pci, addr, val, len);
}

static bool nftsw_dev_pm_init(PCIDevice *pci, Error **errp)
{
    int pos = pci_pm_init(pci, 0, errp);

    if (pos < 0) {
        return false;
    }
    pci_set_word(pci->config + pos + PCI_PM_PMC, 3);
    pci_set_word(pci->config + pos + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET);
    pci_set_word(pci->wmask + pos + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    return true;
}

static bool nftsw_dev_msix_init(NftswState *s, Error **errp)
{
    PCIDevice *pci = PCI_DEVICE(s);
    uint32_t n = NFTSW_VEC_QUEUE(s->queues);

    if (msix_init_exclusive_bar(pci, n, NFTSW_PCI_BAR_MSIX, errp) < 0) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        msix_vector_use(pci, i);
    }
    return true;
}

static bool nftsw_dev_pci_init(NftswState *s, Error **errp)
{
    PCIDevice *pci = PCI_DEVICE(s);

    if (!pci_bus_is_express(pci_get_bus(pci))) {
        error_setg(errp, "this is a PCI Express device: plug it into a PCIe "
                   "root port or the root complex");
        return false;
    }
    if (!nftsw_dev_msix_init(s, errp)) {
        return false;
    }
    if (!nftsw_dev_pm_init(pci, errp)) {
        goto err_pm;
    }
    if (pcie_endpoint_cap_init(pci, 0) < 0) {
        error_setg(errp, "no room for the PCI Express capability");
        goto err_pm;
    }
    pcie_cap_flr_init(pci);
    /* Without it no error that AER records is ever reported. */
    pcie_cap_deverr_init(pci);
    if (pcie_aer_init(pci, PCI_ERR_VER, PCI_CONFIG_SPACE_SIZE,
                      PCI_ERR_SIZEOF, errp) < 0) {
        goto err_aer;
    }
    pcie_dev_ser_num_init(pci, NFTSW_DEV_DSN_OFFSET, s->cfg.serial);
    return true;

err_aer:
    pcie_cap_exit(pci);
err_pm:
    msix_uninit_exclusive_bar(pci);
    return false;
}

static void nftsw_dev_pci_exit(NftswState *s)
{
    PCIDevice *pci = PCI_DEVICE(s);

    pcie_aer_exit(pci);
    pcie_cap_exit(pci);
    msix_uninit_exclusive_bar(pci);
}

/* ---- life ------------------------------------------------------------ */

typedef struct NftswSerial {
    uint64_t val;
    bool taken;
} NftswSerial;

static int nftsw_dev_serial_is(Object *obj, void *opaque)
{
    NftswState *s = (NftswState *)object_dynamic_cast(obj, TYPE_NFTSW);
    NftswSerial *serial = opaque;

    serial->taken |= s && s->chip && s->cfg.serial == serial->val;
    return serial->taken;
}

/*
 * The lowest number that no chip of the machine has: the same on both sides of
 * a migration, and again after a chip was unplugged and plugged in.
 */
static uint64_t nftsw_dev_serial_free(void)
{
    NftswSerial serial = { .val = NFTSW_DEV_SERIAL_BASE };

    do {
        serial.val++;
        serial.taken = false;
        object_child_foreach_recursive(object_get_root(), nftsw_dev_serial_is,
                                       &serial);
    } while (serial.taken);
    return serial.val;
}

static void nftsw_dev_identity(NftswState *s)
{
    static const MACAddr unset;
    uint64_t serial = s->serial ? s->serial : nftsw_dev_serial_free();

    s->cfg.serial = serial;
    if (!memcmp(&s->mac, &unset, sizeof(unset))) {
        s->mac = (MACAddr) { {
            0x52, 0x4e, 0x46, serial >> 8 & 0xff, serial & 0xff, 0x00
        } };
    }
    memcpy(s->cfg.mac, s->mac.a, sizeof(s->cfg.mac));
}

static bool nftsw_dev_configure(NftswState *s, Error **errp)
{
    struct nfm_cfg *cfg = &s->cfg;
    const char *refusal;

    cfg->ports = s->nports;
    cfg->queues = s->queues;
    cfg->flows = s->flows;
    cfg->fdb = s->fdb;
    for (uint32_t i = 0; i < NFTSW_MAX_PORTS; i++) {
        cfg->speed_mbps[i] = i < s->num_speeds ? s->speeds[i] : s->speed;
    }
    nftsw_dev_identity(s);
    refusal = nfm_cfg_check(cfg);
    if (refusal) {
        error_setg(errp, "%s", refusal);
        return false;
    }
    if (s->num_speeds > s->nports) {
        error_setg(errp, "'speeds' has %u entries, but the chip has %u ports",
                   s->num_speeds, s->nports);
        return false;
    }
    return nftsw_net_check(s, errp);
}

/*
 * The tables are large and looked up at random: huge pages where the host has
 * them.
 */
static bool nftsw_dev_chip_init(NftswState *s, Error **errp)
{
    s->chip_size = nfm_size(&s->cfg);
    s->chip_mem = qemu_anon_ram_alloc(s->chip_size, NULL, false, false);
    if (!s->chip_mem) {
        error_setg(errp, "no memory for a chip of %u flows (%zu MiB)", s->flows,
                   s->chip_size >> 20);
        return false;
    }
    qemu_madvise(s->chip_mem, s->chip_size, QEMU_MADV_HUGEPAGE);
    s->chip = nfm_init(s->chip_mem, &s->cfg, &nftsw_dev_host_ops, s);
    for (int i = 0; i < NFM_FAULT_COUNT; i++) {
        if (s->fault[i]) {
            nfm_fault_set(s->chip, i, s->fault[i]);
        }
    }
    return true;
}

static void nftsw_dev_realize(PCIDevice *pci, Error **errp)
{
    NftswState *s = NFTSW(pci);
    DeviceState *dev = DEVICE(pci);

    if (!nftsw_dev_configure(s, errp) || !nftsw_dev_pci_init(s, errp)) {
        return;
    }
    s->deadline = NFM_NEVER;
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, nftsw_dev_timer, s);
    s->bh = qemu_bh_new_guarded(nftsw_dev_bh, s, &dev->mem_reentrancy_guard);
    if (!nftsw_dev_chip_init(s, errp)) {
        goto err_chip;
    }
    pci_config_set_revision(pci->config,
                            NFTSW_GET(NFTSW_REV_CHIP,
                                      nfm_mmio_read(s->chip, NFTSW_REV)));
    memory_region_init_io(&s->regs, OBJECT(s), &nftsw_dev_mmio_ops, s,
                          "nftsw-regs", NFTSW_BAR0_SIZE);
    pci_register_bar(pci, NFTSW_PCI_BAR_REGS, PCI_BASE_ADDRESS_SPACE_MEMORY,
                     &s->regs);
    nftsw_net_realize(s);
    s->vmstate = qemu_add_vm_change_state_handler(nftsw_dev_vm_change, s);
    return;

err_chip:
    qemu_bh_delete(s->bh);
    timer_free(s->timer);
    nftsw_dev_pci_exit(s);
}

static void nftsw_dev_exit(PCIDevice *pci)
{
    NftswState *s = NFTSW(pci);

    qemu_del_vm_change_state_handler(s->vmstate);
    nftsw_net_unrealize(s);
    qemu_bh_delete(s->bh);
    timer_free(s->timer);
    s->chip = NULL;
    qemu_anon_ram_free(s->chip_mem, s->chip_size);
    nftsw_dev_pci_exit(s);
}

static void nftsw_dev_finalize(Object *obj)
{
    NftswState *s = NFTSW(obj);

    g_free(s->speeds);
    g_free(s->peers);
    g_free(s->blob);
}

/* ---- reset: DS 10 ---------------------------------------------------- */

static void nftsw_dev_reset_enter(Object *obj, ResetType type)
{
    NftswState *s = NFTSW(obj);

    trace_nftsw_dev_reset(type);
    timer_del(s->timer);
    s->deadline = NFM_NEVER;
    s->irq_pending = 0;
    nftsw_net_reset(s);
}

static void nftsw_dev_reset_hold(Object *obj, ResetType type)
{
    nfm_reset(NFTSW(obj)->chip);
}

/* Ports that were looped see each other again only when all have been reset. */
static void nftsw_dev_reset_exit(Object *obj, ResetType type)
{
    NftswState *s = NFTSW(obj);

    nftsw_net_partners(s);
    nftsw_dev_kick(s);
}

/* ---- faults ---------------------------------------------------------- */

static void nftsw_dev_fault_get(Object *obj, Visitor *v, const char *name,
                                void *opaque, Error **errp)
{
    NftswState *s = NFTSW(obj);
    uintptr_t knob = (uintptr_t)opaque;
    uint64_t val = s->chip ? nfm_fault_get(s->chip, knob) : s->fault[knob];

    visit_type_uint64(v, name, &val, errp);
}

static void nftsw_dev_fault_set(Object *obj, Visitor *v, const char *name,
                                void *opaque, Error **errp)
{
    NftswState *s = NFTSW(obj);
    uintptr_t knob = (uintptr_t)opaque;
    uint64_t val;

    if (!visit_type_uint64(v, name, &val, errp)) {
        return;
    }
    if (!s->chip) {
        s->fault[knob] = val;
        return;
    }
    nfm_fault_set(s->chip, knob, val);
    nftsw_dev_kick(s);
}

/* "fault-cmd-drop" and so on, for every knob that the model has */
static void nftsw_dev_fault_props(ObjectClass *klass)
{
    for (uintptr_t i = 0; i < NFM_FAULT_COUNT; i++) {
        g_autofree char *name = g_strdup_printf("fault-%s", nfm_fault_name(i));

        g_strdelimit(name, "_", '-');
        object_class_property_add(klass, name, "uint64", nftsw_dev_fault_get,
                                  nftsw_dev_fault_set, NULL, (void *)i);
        object_class_property_set_description(klass, name,
                                              "fault injection: see the datasheet");
    }
}

/* ---- migration ------------------------------------------------------- */

static int nftsw_dev_pre_save(void *opaque)
{
    NftswState *s = opaque;

    s->blob_size = nfm_state_size(s->chip);
    s->blob = g_realloc(s->blob, s->blob_size);
    s->blob_size = nfm_state_save(s->chip, s->blob, s->blob_size);
    return s->blob_size ? 0 : -EINVAL;
}

/* Sent, or left over from a load that failed. */
static int nftsw_dev_drop_blob(void *opaque)
{
    NftswState *s = opaque;

    g_clear_pointer(&s->blob, g_free);
    return 0;
}

static int nftsw_dev_post_load(void *opaque, int version_id)
{
    NftswState *s = opaque;
    const char *refusal = nfm_state_load(s->chip, s->blob, s->blob_size);

    nftsw_dev_drop_blob(s);
    if (refusal) {
        error_report("nftsw: state of the chip refused: %s", refusal);
        return -EINVAL;
    }
    nftsw_net_partners(s);
    nftsw_dev_kick(s);
    return 0;
}

/* Before it is allocated: more than any chip of this size could have saved? */
static bool nftsw_dev_blob_size_ok(void *opaque, int version_id)
{
    NftswState *s = opaque;

    return s->blob_size <= 5 * MiB + (uint64_t)s->cfg.flows * 2 *
                           sizeof(struct nftsw_hw_flow_record) +
                           (uint64_t)s->cfg.fdb * 2 *
                           sizeof(struct nftsw_hw_fdb);
}

static const VMStateDescription nftsw_dev_vmstate = {
    .name = TYPE_NFTSW,
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = nftsw_dev_pre_save,
    .post_save = nftsw_dev_drop_blob,
    .pre_load = nftsw_dev_drop_blob,
    .post_load = nftsw_dev_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, NftswState),
        VMSTATE_MSIX(parent_obj, NftswState),
        VMSTATE_UINT32(blob_size, NftswState),
        VMSTATE_VALIDATE("size of the chip's state", nftsw_dev_blob_size_ok),
        VMSTATE_VBUFFER_ALLOC_UINT32(blob, NftswState, 1, NULL, blob_size),
        VMSTATE_END_OF_LIST()
    }
};

/* ---- type ------------------------------------------------------------ */

#define NFTSW_DEV_PORT(n) \
    DEFINE_PROP_NETDEV("port" #n, NftswState, port[(n) - 1].conf.peers)

static const Property nftsw_dev_properties[] = {
    DEFINE_PROP_UINT32("nports", NftswState, nports, 8),
    DEFINE_PROP_UINT32("queues", NftswState, queues, 4),
    DEFINE_PROP_UINT32("flows", NftswState, flows, 64 * KiB),
    DEFINE_PROP_UINT32("fdb", NftswState, fdb, 16 * KiB),
    DEFINE_PROP_UINT64("serial", NftswState, serial, 0),
    DEFINE_PROP_MACADDR("mac", NftswState, mac),
    DEFINE_PROP_UINT32("speed", NftswState, speed, 10000),
    DEFINE_PROP_ARRAY("speeds", NftswState, num_speeds, speeds,
                      qdev_prop_uint32, uint32_t),
    DEFINE_PROP_ARRAY("ports", NftswState, num_peers, peers,
                      qdev_prop_netdev, NICPeers),
    NFTSW_DEV_PORT(1), NFTSW_DEV_PORT(2), NFTSW_DEV_PORT(3),
    NFTSW_DEV_PORT(4), NFTSW_DEV_PORT(5), NFTSW_DEV_PORT(6),
    NFTSW_DEV_PORT(7), NFTSW_DEV_PORT(8), NFTSW_DEV_PORT(9),
    NFTSW_DEV_PORT(10), NFTSW_DEV_PORT(11), NFTSW_DEV_PORT(12),
    NFTSW_DEV_PORT(13), NFTSW_DEV_PORT(14), NFTSW_DEV_PORT(15),
    NFTSW_DEV_PORT(16), NFTSW_DEV_PORT(17), NFTSW_DEV_PORT(18),
    NFTSW_DEV_PORT(19), NFTSW_DEV_PORT(20), NFTSW_DEV_PORT(21),
    NFTSW_DEV_PORT(22), NFTSW_DEV_PORT(23), NFTSW_DEV_PORT(24),
    NFTSW_DEV_PORT(25), NFTSW_DEV_PORT(26), NFTSW_DEV_PORT(27),
    NFTSW_DEV_PORT(28), NFTSW_DEV_PORT(29), NFTSW_DEV_PORT(30),
    NFTSW_DEV_PORT(31), NFTSW_DEV_PORT(32), NFTSW_DEV_PORT(33),
    NFTSW_DEV_PORT(34), NFTSW_DEV_PORT(35), NFTSW_DEV_PORT(36),
    NFTSW_DEV_PORT(37), NFTSW_DEV_PORT(38), NFTSW_DEV_PORT(39),
    NFTSW_DEV_PORT(40), NFTSW_DEV_PORT(41), NFTSW_DEV_PORT(42),
    NFTSW_DEV_PORT(43), NFTSW_DEV_PORT(44), NFTSW_DEV_PORT(45),
    NFTSW_DEV_PORT(46), NFTSW_DEV_PORT(47), NFTSW_DEV_PORT(48),
    NFTSW_DEV_PORT(49), NFTSW_DEV_PORT(50), NFTSW_DEV_PORT(51),
    NFTSW_DEV_PORT(52), NFTSW_DEV_PORT(53), NFTSW_DEV_PORT(54),
    NFTSW_DEV_PORT(55), NFTSW_DEV_PORT(56), NFTSW_DEV_PORT(57),
    NFTSW_DEV_PORT(58), NFTSW_DEV_PORT(59), NFTSW_DEV_PORT(60),
    NFTSW_DEV_PORT(61), NFTSW_DEV_PORT(62), NFTSW_DEV_PORT(63),
    NFTSW_DEV_PORT(64),
};

static void nftsw_dev_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    pc->realize = nftsw_dev_realize;
    pc->exit = nftsw_dev_exit;
    pc->config_write = nftsw_dev_config_write;
    pc->vendor_id = NFTSW_PCI_VENDOR_ID;
    pc->device_id = NFTSW_PCI_DEVICE_ID;
    pc->class_id = PCI_CLASS_NETWORK_OTHER;

    rc->phases.enter = nftsw_dev_reset_enter;
    rc->phases.hold = nftsw_dev_reset_hold;
    rc->phases.exit = nftsw_dev_reset_exit;

    dc->desc = "NFTSW-1 Ethernet switch chip";
    dc->vmsd = &nftsw_dev_vmstate;
    device_class_set_props(dc, nftsw_dev_properties);
    nftsw_dev_fault_props(klass);
    set_bit(DEVICE_CATEGORY_NETWORK, dc->categories);
}

static const TypeInfo nftsw_dev_types[] = {
    {
        .name = TYPE_NFTSW,
        .parent = TYPE_PCI_DEVICE,
        .instance_size = sizeof(NftswState),
        .instance_finalize = nftsw_dev_finalize,
        .class_init = nftsw_dev_class_init,
        .interfaces = (InterfaceInfo[]) {
            { INTERFACE_PCIE_DEVICE },
            { }
        },
    },
};

DEFINE_TYPES(nftsw_dev_types)
