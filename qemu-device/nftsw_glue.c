/*
 * QEMU NFTSW-1 Ethernet switch chip: what the model asks of its host
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * DMA, interrupts, work to do, time and traces, as struct nfm_host_ops wants
 * them. nftsw.c puts them together.  Called with the BQL held, from inside
 * the model, which none of them may enter again.
 */

#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "qemu/log.h"
#include "qemu/timer.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci.h"
#include "trace.h"
#include "nftsw.h"

static DMADirection nftsw_glue_dir(bool write)
{
    return write ? DMA_DIRECTION_FROM_DEVICE : DMA_DIRECTION_TO_DEVICE;
}

/*
 * The chip does DMA to memory only.  pci_dma_map() alone would hand out a
 * bounce buffer for an address where nothing answers (or bus mastering is
 * off), and the chip would read zeroes instead of seeing the bus error.
 */
static bool nftsw_glue_is_ram(NftswState *s, uint64_t addr, uint32_t len,
                              bool write)
{
    AddressSpace *as = pci_get_address_space(PCI_DEVICE(s));
    hwaddr plen = len, xlat;
    MemoryRegion *mr;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(as, addr, &xlat, &plen, write,
                                 MEMTXATTRS_UNSPECIFIED);
    return memory_access_is_direct(mr, write, MEMTXATTRS_UNSPECIFIED);
}

/**
 * nftsw_glue_dma_map() - nfm_host_ops.dma_map
 * @host: device
 * @addr: bus address, through an IOMMU where there is one
 * @len: bytes
 * @write: the chip will write
 *
 * Return: the mapping of all of it, or NULL.
 */
void *nftsw_glue_dma_map(void *host, u64 addr, u32 len, bool write)
{
    NftswState *s = host;
    PCIDevice *pci = PCI_DEVICE(s);
    dma_addr_t got = len;
    void *p;

    if (!len || !nftsw_glue_is_ram(s, addr, len, write)) {
        return NULL;
    }
    p = pci_dma_map(pci, addr, &got, nftsw_glue_dir(write));
    if (p && got < len) {
        pci_dma_unmap(pci, p, got, nftsw_glue_dir(write), 0);
        p = NULL;
    }
    if (p) {
        trace_nftsw_glue_dma_map(len, addr, write);
    }
    return p;
}

/**
 * nftsw_glue_dma_unmap() - nfm_host_ops.dma_unmap
 * @host: device
 * @p: from nftsw_glue_dma_map()
 * @len: as mapped
 * @write: as mapped
 */
void nftsw_glue_dma_unmap(void *host, void *p, u32 len, bool write)
{
    trace_nftsw_glue_dma_unmap(len, write);
    pci_dma_unmap(PCI_DEVICE(host), p, len, nftsw_glue_dir(write), len);
}

/**
 * nftsw_glue_irq() - nfm_host_ops.irq
 * @host: device
 * @vec: MSI-X vector
 */
void nftsw_glue_irq(void *host, u32 vec)
{
    NftswState *s = host;

    s->irq_pending |= BIT(vec);
}

/**
 * nftsw_glue_irq_deliver() - send the messages of the vectors that were raised
 * @s: device
 *
 * Not from inside the model: the guest chooses where a message is written to,
 * and a write to the right place resets this device, or unplugs it.  The last
 * thing to do with @s; the caller holds a reference.
 */
void nftsw_glue_irq_deliver(NftswState *s)
{
    PCIDevice *pci = PCI_DEVICE(s);
    uint32_t todo = s->irq_pending;

    s->irq_pending = 0;
    for (; todo && s->chip; todo &= todo - 1) {
        uint32_t vec = ctz32(todo);
        bool on = msix_enabled(pci);

        /* There is no INTx to fall back to. */
        trace_nftsw_glue_irq(vec, on);
        if (on) {
            msix_notify(pci, vec);
        }
    }
}

/**
 * nftsw_glue_kick() - nfm_host_ops.kick
 * @host: device
 */
void nftsw_glue_kick(void *host)
{
    NftswState *s = host;

    trace_nftsw_glue_kick();
    if (!s->prompt) {
        nftsw_dev_kick(s);
    }
}

/**
 * nftsw_glue_trace() - nfm_host_ops.trace
 * @host: device
 * @what: enum nfm_trace
 * @a: per @what
 * @b: per @what
 */
void nftsw_glue_trace(void *host, u32 what, u32 a, u64 b)
{
    switch (what) {
    case NFM_TRACE_BAD_READ:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "nftsw: bad read at offset 0x%x\n", a);
        break;
    case NFM_TRACE_BAD_WRITE:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "nftsw: bad write at offset 0x%x, value 0x%x\n", a,
                      (uint32_t)b);
        break;
    case NFM_TRACE_BAD_SIZE:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "nftsw: access of %u bytes at offset 0x%x, only aligned "
                      "32-bit words are registers\n", (uint32_t)b, a);
        break;
    case NFM_TRACE_CMD:
        trace_nftsw_glue_cmd(a & 0xffff, nfm_status_name(a >> 16), b);
        break;
    case NFM_TRACE_EVENT:
        trace_nftsw_glue_event(a, b);
        break;
    case NFM_TRACE_RESET:
        trace_nftsw_glue_reset();
        break;
    case NFM_TRACE_DMA_ERROR:
        trace_nftsw_glue_dma_error(a, b);
        qemu_log_mask(LOG_GUEST_ERROR,
                      "nftsw: no memory for DMA of %u bytes at 0x%" PRIx64 "\n",
                      a, (uint64_t)b);
        break;
    }
}

/**
 * nftsw_glue_arm() - have the bottom half run when the chip next waits for time
 * @s: device
 * @now_ns: time
 *
 * Touches the timer only when the deadline has moved: an idle chip costs
 * nothing.
 */
void nftsw_glue_arm(NftswState *s, uint64_t now_ns)
{
    uint64_t deadline = nfm_deadline(s->chip);

    if (deadline <= now_ns) {
        nftsw_dev_kick(s);
        return;
    }
    if (deadline == s->deadline) {
        return;
    }
    s->deadline = deadline;
    if (deadline > INT64_MAX) {
        timer_del(s->timer);
    } else {
        timer_mod_ns(s->timer, deadline);
    }
}
