/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Register map of NFTSW-1, BAR0.  Floor 0.
 *
 * The first line of each comment is read by tools/check/abi.py and becomes a row
 * of the datasheet: NAME, offset, access class, "reset" and the reset value
 * ("cfg": a property of the chip).  Access classes:
 *
 *   RO   read only; a write is ignored and counted in BAD_ACCESS
 *   RW   read and write
 *   WO   reads as 0
 *   W1C  read; writing 1 clears the bit
 *   RC   read clears
 *
 * All registers are 32 bits wide and accessed as aligned 32-bit words.  Space
 * without a register reads 0; accesses to it are ignored and counted in
 * BAD_ACCESS.  A 64-bit value is two registers; reading LO latches HI.
 */
#ifndef NFTSW_REGS_H
#define NFTSW_REGS_H

#include "bits.h"

#define NFTSW_PCI_VENDOR_ID		0x1af4
#define NFTSW_PCI_DEVICE_ID		0x10f5
#define NFTSW_PCI_BAR_REGS		0
#define NFTSW_PCI_BAR_MSIX		2
#define NFTSW_BAR0_SIZE			0x10000

#define NFTSW_MAX_PORTS			64
#define NFTSW_MAX_QUEUES		16
#define NFTSW_MIN_FLOWS			16
#define NFTSW_MAX_FLOWS			(1u << 20)
#define NFTSW_MAX_LAGS			32	/* link aggregation groups */
#define NFTSW_MAX_ACLS			256	/* rules of the access control list */

/* Where a port is named, numbers from here on are those of LAGs: DS 8.4 */
#define NFTSW_LAG_PORT(q)		(NFTSW_MAX_PORTS + (q))
#define NFTSW_MAX_LOGICAL		NFTSW_LAG_PORT(NFTSW_MAX_LAGS)

/* ---- Identity and capacity: DS 3.1 ------------------------------------ */

/* ID   0x0000   RO   reset 0x4e465431
 * The letters "NFT1".  Anything else: not this chip, or not reachable.
 */
#define NFTSW_ID			0x0000
#define   NFTSW_ID_VAL			0x4e465431

/* ABI   0x0004   RO   reset 0x00010003
 * Version of this interface.  A driver refuses another MAJOR; MINOR only adds: 1
 * brought link aggregation, 2 the access control list, 3 the bridge.
 */
#define NFTSW_ABI			0x0004
#define   NFTSW_ABI_MAJOR		NFTSW_MASK(31, 16)
#define   NFTSW_ABI_MINOR		NFTSW_MASK(15, 0)
#define NFTSW_ABI_VERSION		0x00010003

/* REV   0x0008   RO   reset cfg
 * CHIP: stepping of the chip: a letter in bits 7:4, 0 = A, and a number in bits 3:0,
 * so that 0x00 is A0 and 0x12 is B2.  BUILD: build number of the model.
 */
#define NFTSW_REV			0x0008
#define   NFTSW_REV_CHIP		NFTSW_MASK(7, 0)
#define   NFTSW_REV_BUILD		NFTSW_MASK(31, 8)

/* CAPS   0x000c   RO   reset cfg
 * What this chip can do; a clear bit means: do not use the function.
 */
#define NFTSW_CAPS			0x000c
#define   NFTSW_CAPS_FLOW		NFTSW_BIT(0)	/* flow table */
#define   NFTSW_CAPS_FLOW_IPV6		NFTSW_BIT(1)	/* IPv6 keys and rewrite */
#define   NFTSW_CAPS_FLOW_VLAN		NFTSW_BIT(2)	/* match, pop, push two tags */
#define   NFTSW_CAPS_FLOW_PPPOE		NFTSW_BIT(3)	/* match, pop, push a session */
#define   NFTSW_CAPS_FLOW_IDLE		NFTSW_BIT(4)	/* idle events */
#define   NFTSW_CAPS_BRIDGE		NFTSW_BIT(5)	/* FDB, VLAN, flooding */
#define   NFTSW_CAPS_POLICER		NFTSW_BIT(6)	/* trap policers */
#define   NFTSW_CAPS_TX_CSUM		NFTSW_BIT(7)	/* checksum insertion on TX */
#define   NFTSW_CAPS_RX_CSUM		NFTSW_BIT(8)	/* checksum verdict on RX */
#define   NFTSW_CAPS_FAULT		NFTSW_BIT(9)	/* fault injection present */
#define   NFTSW_CAPS_LAG		NFTSW_BIT(10)	/* link aggregation groups */
#define   NFTSW_CAPS_ACL		NFTSW_BIT(11)	/* access control list */

/* PORTS   0x0010   RO   reset cfg
 * Number of front-panel ports, 1..64; ports are numbered from 0.
 */
#define NFTSW_PORTS			0x0010

/* QUEUES   0x0014   RO   reset cfg
 * Number of RX/TX queue pairs, 1..16.
 */
#define NFTSW_QUEUES			0x0014

/* FLOWS   0x0018   RO   reset cfg
 * Flow entry numbers are 0..FLOWS-1.
 */
#define NFTSW_FLOWS			0x0018

/* FDB   0x001c   RO   reset cfg
 * Capacity of the forwarding database; 0 without NFTSW_CAPS_BRIDGE.  There are FIDs 1 to 8191,
 * 4,096 groups and 32 virtual ports then.
 */
#define NFTSW_FDB			0x001c

/* SERIAL_LO   0x0020   RO   reset cfg
 * Serial number, also in the PCIe Device Serial Number capability.
 */
#define NFTSW_SERIAL_LO			0x0020
/* SERIAL_HI   0x0024   RO   reset cfg
 * Upper half of the serial number.
 */
#define NFTSW_SERIAL_HI			0x0024

/* MAC_LO   0x0028   RO   reset cfg
 * First four octets of the base MAC address, octet 0 in bits 7:0.  Port p has
 * base + p.
 */
#define NFTSW_MAC_LO			0x0028
/* MAC_HI   0x002c   RO   reset cfg
 * Octets 4 and 5 in bits 7:0 and 15:8.
 */
#define NFTSW_MAC_HI			0x002c

/* MAX_FRAME   0x0030   RO   reset 0x00002454
 * Largest frame of any port in octets, without FCS (9300).
 */
#define NFTSW_MAX_FRAME			0x0030
#define   NFTSW_MAX_FRAME_VAL		9300

/* VECTORS   0x0034   RO   reset cfg
 * Number of MSI-X vectors: NFTSW_VEC_QUEUE(QUEUES).
 */
#define NFTSW_VECTORS			0x0034

/* LAGS   0x0038   RO   reset cfg
 * Number of link aggregation groups, at most 32; 0 without NFTSW_CAPS_LAG.  Not a
 * register in an ABI of MINOR 0.
 */
#define NFTSW_LAGS			0x0038

/* ACLS   0x003c   RO   reset cfg
 * Rules of the access control list are numbered 0..ACLS-1; 0 without NFTSW_CAPS_ACL.  Not a
 * register in an ABI of MINOR 0 or 1.
 */
#define NFTSW_ACLS			0x003c

/* ---- Control: DS 3.2 --------------------------------------------------- */

/* CTRL   0x0040   RW   reset 0
 * RESET: writing 1 resets the chip; reads back 0.  ENABLE: the pipeline runs;
 * while clear, every frame from a port is dropped (reason DISABLED).
 */
#define NFTSW_CTRL			0x0040
#define   NFTSW_CTRL_RESET		NFTSW_BIT(0)
#define   NFTSW_CTRL_ENABLE		NFTSW_BIT(1)

/* STATUS   0x0044   RO   reset 0
 * READY: reset is complete, at most NFTSW_RESET_MS after it was asked for.
 * FATAL: the chip has stopped; CAUSE says why; only a reset helps.
 */
#define NFTSW_STATUS			0x0044
#define   NFTSW_STATUS_READY		NFTSW_BIT(0)
#define   NFTSW_STATUS_FATAL		NFTSW_BIT(1)
#define   NFTSW_STATUS_CAUSE		NFTSW_MASK(15, 8)
#define     NFTSW_CAUSE_NONE		0
#define     NFTSW_CAUSE_CMD_DMA		1	/* command ring unreachable */
#define     NFTSW_CAUSE_CPL_DMA		2	/* completion ring unreachable */
#define     NFTSW_CAUSE_EVQ_DMA		3	/* event ring unreachable */
#define     NFTSW_CAUSE_FORCED		4	/* fault injection */
#define NFTSW_RESET_MS			100

/* BAD_ACCESS   0x0048   RC   reset 0
 * Accesses to unknown registers, writes to RO ones, and unaligned or
 * not 32-bit wide accesses.  Saturates.
 */
#define NFTSW_BAD_ACCESS		0x0048

/* TIME_LO   0x004c   RO   reset cfg
 * Free-running time of the chip in ns; the base of every time stamp.
 */
#define NFTSW_TIME_LO			0x004c
/* TIME_HI   0x0050   RO   reset cfg
 * Latched when TIME_LO is read.
 */
#define NFTSW_TIME_HI			0x0050

/* SEED_LO   0x0054   RW   reset 0
 * Seed of the flow hash.  Takes effect only while the flow table is empty;
 * otherwise the write is ignored and counted in BAD_ACCESS.
 */
#define NFTSW_SEED_LO			0x0054
/* SEED_HI   0x0058   RW   reset 0
 * Upper half of the seed.
 */
#define NFTSW_SEED_HI			0x0058

/* ---- Tests: DS 3.3 ------------------------------------------------------ */

/* TEST_ECHO   0x0080   RW   reset 0xffffffff
 * Reads as the bitwise inverse of the value last written.
 */
#define NFTSW_TEST_ECHO			0x0080

/* TEST_IRQ   0x0084   WO   reset 0
 * Writing v raises vector v once, armed or not, past moderation.
 */
#define NFTSW_TEST_IRQ			0x0084

/* TEST_DMA_LO   0x0088   RW   reset 0
 * Address of the DMA test buffer.
 */
#define NFTSW_TEST_DMA_LO		0x0088
/* TEST_DMA_HI   0x008c   RW   reset 0
 * Upper half of the address.
 */
#define NFTSW_TEST_DMA_HI		0x008c
/* TEST_DMA_SIZE   0x0090   RW   reset 0
 * Size in bytes, 1..4096.
 */
#define NFTSW_TEST_DMA_SIZE		0x0090
/* TEST_DMA_OP   0x0094   RW   reset 0
 * Writing starts the operation on the buffer; reads as RUNNING until it ends,
 * then DONE or ERROR.
 */
#define NFTSW_TEST_DMA_OP		0x0094
#define   NFTSW_TEST_DMA_OP_FILL	1	/* every byte 0x96 */
#define   NFTSW_TEST_DMA_OP_INVERT	2	/* every byte inverted */
#define   NFTSW_TEST_DMA_OP_RUNNING	0x80
#define   NFTSW_TEST_DMA_OP_DONE	0x81
#define   NFTSW_TEST_DMA_OP_ERROR	0x82
#define NFTSW_TEST_DMA_PATTERN		0x96

/* ---- Interrupt vectors: DS 7 -------------------------------------------- */

#define NFTSW_VEC_CMD			0
#define NFTSW_VEC_EVENT			1
#define NFTSW_VEC_QUEUE(q)		(2 + (q))
#define NFTSW_MAX_VECTORS		NFTSW_VEC_QUEUE(NFTSW_MAX_QUEUES)

/* IRQ_CTRL(v)   0x0100 + 0x10 * v   RW   reset 0
 * ARM: raise the vector when one of its rings holds an entry that software has
 * not taken (PROD != CONS).  Raising clears ARM.  Arming while an entry waits
 * raises at once, so no entry is missed between the last look and the arming.
 */
#define NFTSW_IRQ_CTRL(v)		(0x0100 + 0x10 * (v))
#define   NFTSW_IRQ_CTRL_ARM		NFTSW_BIT(0)

/* IRQ_MOD(v)   0x0104 + 0x10 * v   RW   reset 0
 * Moderation: hold the vector back until USECS have passed since it was last
 * raised, or COUNT entries wait.  0 = off.
 */
#define NFTSW_IRQ_MOD(v)		(0x0104 + 0x10 * (v))
#define   NFTSW_IRQ_MOD_USECS		NFTSW_MASK(15, 0)
#define   NFTSW_IRQ_MOD_COUNT		NFTSW_MASK(31, 16)

/* IRQ_RAISED(v)   0x0108 + 0x10 * v   RO   reset 0
 * How often the vector was raised since reset.
 */
#define NFTSW_IRQ_RAISED(v)		(0x0108 + 0x10 * (v))
#define NFTSW_IRQ_STRIDE		0x10

/* ---- Rings: DS 4 --------------------------------------------------------- */

/*
 * Ring numbers.  A submission ring (SQ) is written by software, a completion
 * ring (CQ) by the chip.  The event ring is a CQ.
 */
#define NFTSW_RING_CMD_SQ		0
#define NFTSW_RING_CMD_CQ		1
#define NFTSW_RING_EVENT		2
#define NFTSW_RING_RX_SQ(q)		(4 + 4 * (q))
#define NFTSW_RING_RX_CQ(q)		(5 + 4 * (q))
#define NFTSW_RING_TX_SQ(q)		(6 + 4 * (q))
#define NFTSW_RING_TX_CQ(q)		(7 + 4 * (q))
#define NFTSW_MAX_RINGS			NFTSW_RING_RX_SQ(NFTSW_MAX_QUEUES)
#define NFTSW_RING_MIN_COUNT		8
#define NFTSW_RING_MAX_COUNT		4096
#define NFTSW_CMD_MAX_COUNT		1024

/* RING_BASE_LO(n)   0x1000 + 0x20 * n   RW   reset 0
 * DMA address of the first entry, aligned to 64.  Written only while EN is clear.
 */
#define NFTSW_RING_BASE_LO(n)		(0x1000 + 0x20 * (n))
/* RING_BASE_HI(n)   0x1004 + 0x20 * n   RW   reset 0
 * Upper half of the address.
 */
#define NFTSW_RING_BASE_HI(n)		(0x1004 + 0x20 * (n))
/* RING_COUNT(n)   0x1008 + 0x20 * n   RW   reset 0
 * Entries: a power of two, 8..4096 (command rings: at most 1024).  Written
 * only while EN is clear.
 */
#define NFTSW_RING_COUNT(n)		(0x1008 + 0x20 * (n))
/* RING_CTRL(n)   0x100c + 0x20 * n   RW   reset 0
 * EN: setting it clears PROD and CONS and starts the phase at 1; refused
 * (STS.CONFIG) with a bad base or count.  Clearing it stops the ring; the chip
 * touches its memory no more once the write has been read back.
 */
#define NFTSW_RING_CTRL(n)		(0x100c + 0x20 * (n))
#define   NFTSW_RING_CTRL_EN		NFTSW_BIT(0)
/* RING_PROD(n)   0x1010 + 0x20 * n   RW   reset 0
 * Producer index, free running modulo 65536.  Written by software on an SQ (the
 * doorbell: entries [old, new) are published), by the chip on a CQ.  An index
 * that would leave more than COUNT entries in the ring sets STS.INDEX and is
 * ignored.
 */
#define NFTSW_RING_PROD(n)		(0x1010 + 0x20 * (n))
/* RING_CONS(n)   0x1014 + 0x20 * n   RW   reset 0
 * Consumer index, free running modulo 65536.  Written by software on a CQ (entries
 * up to it are free again), by the chip on an SQ.  An index outside
 * [old, PROD] sets STS.INDEX and is ignored.
 */
#define NFTSW_RING_CONS(n)		(0x1014 + 0x20 * (n))
#define   NFTSW_RING_IDX		NFTSW_MASK(15, 0)
/* RING_STS(n)   0x1018 + 0x20 * n   W1C   reset 0
 * Sticky errors.  DMA: the chip could not reach the ring; it is stopped.
 * OVERFLOW: a CQ had no room (events: see DS 6.2).
 */
#define NFTSW_RING_STS(n)		(0x1018 + 0x20 * (n))
#define   NFTSW_RING_STS_CONFIG		NFTSW_BIT(0)
#define   NFTSW_RING_STS_INDEX		NFTSW_BIT(1)
#define   NFTSW_RING_STS_DMA		NFTSW_BIT(2)
#define   NFTSW_RING_STS_OVERFLOW	NFTSW_BIT(3)
#define NFTSW_RING_STRIDE		0x20

/* ---- Ports: DS 3.5 ------------------------------------------------------- */

/* PORT_CTRL(p)   0x8000 + 0x20 * p   RW   reset 0
 * EN: the MAC is on and the link may come up.
 */
#define NFTSW_PORT_CTRL(p)		(0x8000 + 0x20 * (p))
#define   NFTSW_PORT_CTRL_EN		NFTSW_BIT(0)
/* PORT_STS(p)   0x8004 + 0x20 * p   RO   reset 0
 * LINK: EN is set and the partner is there.
 */
#define NFTSW_PORT_STS(p)		(0x8004 + 0x20 * (p))
#define   NFTSW_PORT_STS_LINK		NFTSW_BIT(0)
/* PORT_SPEED(p)   0x8008 + 0x20 * p   RO   reset cfg
 * Speed in Mbit/s, full duplex.
 */
#define NFTSW_PORT_SPEED(p)		(0x8008 + 0x20 * (p))
#define NFTSW_PORT_STRIDE		0x20

#endif /* NFTSW_REGS_H */
