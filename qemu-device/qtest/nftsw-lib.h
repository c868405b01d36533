/*
 * QTest of the NFTSW-1 switch chip: a small driver
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Starts a Q35 machine with one chip on the root complex and sockets for
 * cables, and talks to the chip as software does: registers, rings in guest
 * memory, MSI-X messages.  The messages are aimed at guest memory, where they
 * can be seen.
 *
 * Time stands still under qtest unless nq_poll() or the test moves it.
 */
#ifndef NFTSW_QTEST_LIB_H
#define NFTSW_QTEST_LIB_H

#include "tests/qtest/libqos/pci-pc.h"
#include "tests/qtest/libqos/malloc-pc.h"
#include "hw/net/nftsw/include/nftsw/regs.h"
#include "hw/net/nftsw/include/nftsw/desc.h"
#include "hw/net/nftsw/include/nftsw/tbl.h"
#include "hw/net/nftsw/include/nftsw/acl.h"

#define NQ_PORTS 4
#define NQ_QUEUES 2
#define NQ_FLOWS 1024
#define NQ_SERIAL 0x0123456789abcdefull
#define NQ_MAC "52:4e:46:77:00:00"
#define NQ_VECTORS NFTSW_VEC_QUEUE(NQ_QUEUES)
#define NQ_MSI_DATA 0xc0de0000
/* Nothing answers there. */
#define NQ_BAD_ADDR 0x0000700000000000ull

/**
 * struct NqRing - a ring in guest memory
 * @n: ring number
 * @base: guest address
 * @count: entries
 * @size: bytes of an entry
 * @idx: free-running index of software: producer of an SQ, consumer of a CQ
 */
typedef struct NqRing {
    unsigned n;
    uint64_t base;
    unsigned count;
    unsigned size;
    uint16_t idx;
} NqRing;

/**
 * struct NqChip - machine and chip under test
 * @qts: QEMU
 * @bus: PCI bus
 * @dev: the chip's function
 * @bar: BAR0
 * @alloc: guest memory
 * @sock: our ends of the cables to the first two ports, -1 = none
 * @msi: guest memory where the message of each vector arrives
 * @cmd_sq: command ring
 * @cmd_cq: its completions
 */
typedef struct NqChip {
    QTestState *qts;
    QPCIBus *bus;
    QPCIDevice *dev;
    QPCIBar bar;
    QGuestAllocator alloc;
    int sock[2];
    uint64_t msi;
    NqRing cmd_sq;
    NqRing cmd_cq;
} NqChip;

const char *nq_bios(void);
void nq_cable(GString *cmd, const char *id, int pair[2]);
void nq_start(NqChip *c, const char *extra);
void nq_start_bare(NqChip *c, const char *extra);
void nq_stop(NqChip *c);
void nq_attach(NqChip *c, QPCIDevice *dev);

uint32_t nq_rd(NqChip *c, uint32_t off);
void nq_wr(NqChip *c, uint32_t off, uint32_t val);
bool nq_poll(NqChip *c, uint32_t off, uint32_t mask, uint32_t want);
void nq_ready(NqChip *c);

void nq_msix_init(NqChip *c);
bool nq_msix_wait(NqChip *c, unsigned vec);
bool nq_msix_seen(NqChip *c, unsigned vec);

uint32_t nq_dma_test(NqChip *c, uint64_t addr, uint32_t size, uint32_t op);

void nq_ring_init(NqChip *c, NqRing *r, unsigned n, unsigned count,
                  unsigned size);
void nq_ring_put(NqChip *c, NqRing *r, const void *entry);
bool nq_ring_get(NqChip *c, NqRing *r, void *entry, size_t flags_at);

void nq_cmd_init(NqChip *c);
struct nftsw_hw_cpl nq_cmd(NqChip *c, struct nftsw_hw_cmd *cmd,
                           const void *data, size_t size);

size_t nq_udp(uint8_t *frame, const char *dmac, const char *saddr,
              const char *daddr, uint16_t sport, uint16_t dport, uint8_t ttl,
              size_t payload);
bool nq_csums_ok(const uint8_t *frame);
void nq_send(int sock, const uint8_t *frame, size_t len);
size_t nq_recv(NqChip *c, int sock, uint8_t *frame, size_t size);

void nq_port_up(NqChip *c, unsigned port, bool router_mac);
void nq_nat_flow(NqChip *c, uint32_t index);
void nq_forwarding_init(NqChip *c, const char *extra, unsigned flows);
size_t nq_flow_frame(uint8_t *frame, unsigned index, size_t payload);
void nq_check_nat(const uint8_t *in, const uint8_t *out, size_t len);

/* nftsw-host-test.c */
void nq_host_tests(void);

#endif /* NFTSW_QTEST_LIB_H */
