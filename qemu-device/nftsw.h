/*
 * QEMU NFTSW-1 Ethernet switch chip: state of one device
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The chip itself is the model in hw_model/, which knows nothing of QEMU.  This
 * folder gives it a PCIe function (nftsw.c), host memory, interrupts and time
 * (nftsw_glue.c), ports (nftsw_net.c) and monitor commands (nftsw_qmp.c,
 * nftsw_hmp.c).
 *
 * Locking: everything runs under the BQL, in the main loop or in a vCPU's MMIO
 * access.  The model is entered from MMIO, reset, the bottom half and the
 * monitor, never from inside itself: what could come back (a frame through a
 * hub, an interrupt message aimed at our own registers) waits until it returns.
 */
#ifndef HW_NET_NFTSW_H
#define HW_NET_NFTSW_H

#include "hw/pci/pci_device.h"
#include "net/net.h"
#include "qemu/units.h"
#include "qom/object.h"
/* Freestanding, the model declares the mem* functions that it calls itself. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wredundant-decls"
#include "../hw_model/nfm.h"
#pragma GCC diagnostic pop

#define TYPE_NFTSW "nftsw"
OBJECT_DECLARE_SIMPLE_TYPE(NftswState, NFTSW)

/* Frames that a port holds for the bottom half; a TAP brings 50 at once. */
#define NFTSW_RXQ_FRAMES 256
#define NFTSW_RXQ_BYTES (128 * KiB)

/**
 * struct NftswRxq - frames from the outside, packed one behind the other
 * @count: frames in @frame
 * @used: bytes taken from @buf
 * @frame: what nfm_ingress() takes
 * @buf: frames, each with NFM_HEADROOM in front
 */
typedef struct NftswRxq {
    uint32_t count;
    uint32_t used;
    struct nfm_frame frame[NFTSW_RXQ_FRAMES];
    uint8_t buf[NFTSW_RXQ_BYTES] QEMU_ALIGNED(NFM_CACHE_LINE);
} NftswRxq;

/**
 * struct NftswDevPort - a front-panel port
 * @s: the device
 * @index: number in the chip, from 0; property "port<index + 1>"
 * @conf: its netdev and address
 * @nic: NULL when no netdev is plugged in
 * @rxq: one is filled while the other is fed to the chip
 * @fill: which one is filled
 * @blocked: the backend was told to wait; flush when there is room
 */
typedef struct NftswDevPort {
    NftswState *s;
    uint32_t index;
    NICConf conf;
    NICState *nic;
    NftswRxq *rxq[2];
    uint8_t fill;
    bool blocked;
} NftswDevPort;

/**
 * struct NftswState - the PCIe function
 * @parent_obj: PCI device
 * @regs: BAR0
 * @chip: the model, in @chip_mem; NULL until realized
 * @chip_mem: its memory
 * @chip_size: bytes of @chip_mem
 * @bh: does the chip's work
 * @timer: wakes @bh at nfm_deadline()
 * @deadline: what @timer is set to, NFM_NEVER = off
 * @kicked: @bh is scheduled
 * @prompt: the chip is about to work without @bh
 * @vmstate: follows stop and continue of the machine
 * @irq_pending: bitmap of vectors that the chip has raised
 * @rx_pending: bitmap of ports with frames in their queue
 * @relink: bitmap of ports that software switched on or off
 * @port: ports
 * @cfg: what the model was built from
 * @nports: property
 * @queues: property
 * @flows: property
 * @fdb: property, 0 = a chip without a bridge
 * @speed: property, for ports that @speeds does not name
 * @serial: property, 0 = made up
 * @mac: property, unset = made from @serial
 * @num_speeds: length of @speeds
 * @speeds: property
 * @num_peers: length of @peers
 * @peers: property "ports"
 * @fault: knobs set before realize
 * @blob_size: size of @blob
 * @blob: the model's state on its way through migration
 */
struct NftswState {
    PCIDevice parent_obj;

    MemoryRegion regs;
    struct nfm *chip;
    void *chip_mem;
    size_t chip_size;

    QEMUBH *bh;
    QEMUTimer *timer;
    uint64_t deadline;
    bool kicked;
    bool prompt;
    VMChangeStateEntry *vmstate;

    uint32_t irq_pending;
    uint64_t rx_pending;
    uint64_t relink;
    NftswDevPort port[NFTSW_MAX_PORTS];

    struct nfm_cfg cfg;
    uint32_t nports;
    uint32_t queues;
    uint32_t flows;
    uint32_t fdb;
    uint32_t speed;
    uint64_t serial;
    MACAddr mac;
    uint32_t num_speeds;
    uint32_t *speeds;
    uint32_t num_peers;
    NICPeers *peers;
    uint64_t fault[NFM_FAULT_COUNT];

    uint32_t blob_size;
    uint8_t *blob;
};

/* Have the bottom half run soon.  Cheap when it is scheduled already. */
static inline void nftsw_dev_kick(NftswState *s)
{
    if (!s->kicked) {
        s->kicked = true;
        qemu_bh_schedule(s->bh);
    }
}

/* nftsw_net.c */
bool nftsw_net_check(NftswState *s, Error **errp);
void nftsw_net_realize(NftswState *s);
void nftsw_net_unrealize(NftswState *s);
void nftsw_net_reset(NftswState *s);
void nftsw_net_feed(NftswState *s, uint64_t now_ns);
void nftsw_net_egress(void *host, u32 port, const struct nfm_frame *f, u32 n);
void nftsw_net_link(void *host, u32 port, bool on);
void nftsw_net_relink(NftswState *s);
void nftsw_net_partners(NftswState *s);
bool nftsw_net_port_on(const NftswDevPort *p);

/* nftsw_glue.c */
void *nftsw_glue_dma_map(void *host, u64 addr, u32 len, bool write);
void nftsw_glue_dma_unmap(void *host, void *p, u32 len, bool write);
void nftsw_glue_irq(void *host, u32 vec);
void nftsw_glue_irq_deliver(NftswState *s);
void nftsw_glue_kick(void *host);
void nftsw_glue_trace(void *host, u32 what, u32 a, u64 b);
void nftsw_glue_arm(NftswState *s, uint64_t now_ns);

#endif /* HW_NET_NFTSW_H */
