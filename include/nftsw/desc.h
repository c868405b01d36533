/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * What NFTSW-1 and its driver write into each other's rings: commands,
 * completions, events, packet descriptors.  Floor 0.  Little endian throughout.
 *
 * Entries of a CQ carry a phase bit: 1 on the first pass over the ring, then
 * inverted on each pass.  An entry is new when its phase is the one that
 * software expects.  DS 4.3.
 */
#ifndef NFTSW_DESC_H
#define NFTSW_DESC_H

#include "bits.h"

#define NFTSW_PHASE			NFTSW_BIT(0)	/* in the flags of a CQ entry */

/* ---- Status codes of commands and TX completions: DS 5.2 ---------------- */

/* X(SYMBOL, "name", "meaning") */
#define NFTSW_STATUSES(X) \
	X(OK, "ok", "done") \
	X(BAD_OPCODE, "bad_opcode", "unknown opcode") \
	X(BAD_PARAM, "bad_param", "a field is out of range or reserved and not 0") \
	X(UNSUPPORTED, "unsupported", "this chip does not have the function") \
	X(NO_SPACE, "no_space", "the table has no room for the key") \
	X(EXISTS, "exists", "another entry has this key") \
	X(NOT_FOUND, "not_found", "no such entry") \
	X(DMA, "dma", "a data buffer could not be reached") \
	X(ABORTED, "aborted", "dropped by reset or ring stop") \
	X(INTERNAL, "internal", "fault inside the chip")

#define NFTSW_X_ST(sym, name, doc)	NFTSW_ST_##sym,
enum nftsw_status { NFTSW_STATUSES(NFTSW_X_ST) NFTSW_ST_COUNT };

/* ---- Commands: DS 5 ------------------------------------------------------ */

/*
 * X(SYMBOL, value, "meaning").  "data": the buffer at data_addr, data_size bytes.
 * Unused fields of a command must be 0.  A command over several entries stops at
 * the first that fails; cpl.done says how many were done.
 */
#define NFTSW_OPCODES(X) \
	X(NOP, 0x00, "do nothing") \
	X(PORT_SET, 0x10, "configure port index from data: one nftsw_hw_port_cfg") \
	X(PORT_GET, 0x11, "read nftsw_hw_port_cfg of ports index..index+count-1") \
	X(PORT_CTRS, 0x12, "write nftsw_hw_port_ctrs of ports index..index+count-1 to data") \
	X(RMAC_ADD, 0x14, "add data: count nftsw_hw_rmac") \
	X(RMAC_DEL, 0x15, "delete data: count nftsw_hw_rmac") \
	X(TRAP_SET, 0x18, "configure trap group index from data: one nftsw_hw_trap_group") \
	X(TRAP_GET, 0x19, "read nftsw_hw_trap_group of groups index..index+count-1") \
	X(REASON_CTRS, 0x1a, "write __le64 of reasons index..index+count-1 to data") \
	X(FLOW_SET, 0x20, "write data: count nftsw_hw_flow_entry, each at its own index") \
	X(FLOW_DEL, 0x21, "delete entries index..index+count-1; those not valid are no error") \
	X(FLOW_CTRS, 0x22, "write nftsw_hw_flow_ctrs of entries index..index+count-1 to data") \
	X(FLOW_PURGE, 0x23, "delete all that match data: one nftsw_hw_flow_purge; done = deleted") \
	X(FLOW_STATE, 0x24, "set flags TO_CPU, STATIC of entry index to arg") \
	X(LAG_SET, 0x28, "set members of LAG index from data: one nftsw_hw_lag") \
	X(LAG_GET, 0x29, "read nftsw_hw_lag of LAGs index..index+count-1") \
	X(ACL_SET, 0x2c, "write data: count nftsw_hw_acl_entry, each at its own index") \
	X(ACL_DEL, 0x2d, "delete rules index..index+count-1; those not valid are no error") \
	X(ACL_CTRS, 0x2e, "write nftsw_hw_acl_ctrs of rules index..index+count-1 to data") \
	X(BR_PORT_SET, 0x38, "configure bridge port index from data: one nftsw_hw_br_port") \
	X(STP_SET, 0x39, "write data: count nftsw_hw_stp") \
	X(VLAN_SET, 0x3a, "write data: count nftsw_hw_vlan") \
	X(FID_SET, 0x3b, "write data: count nftsw_hw_fid, each at its own number") \
	X(FDB_SET, 0x40, "write data: count nftsw_hw_fdb") \
	X(FDB_DEL, 0x41, "delete data: count nftsw_hw_fdb, by fid and mac alone") \
	X(FDB_FLUSH, 0x42, "delete all that match data: one nftsw_hw_fdb_flush; done = deleted") \
	X(MDB_SET, 0x44, "write data: count nftsw_hw_mdb") \
	X(MDB_DEL, 0x45, "delete data: count nftsw_hw_mdb, by fid and mac alone") \
	X(METER_SET, 0x48, "configure meter index from data: one nftsw_hw_meter") \
	X(METER_GET, 0x49, "read nftsw_hw_meter of meters index..index+count-1") \
	X(DUMP, 0x30, "dump table arg from index, up to count records; next = where to go on")

#define NFTSW_X_OP(sym, val, doc)	NFTSW_OP_##sym = (val),
enum nftsw_opcode { NFTSW_OPCODES(NFTSW_X_OP) };

/* Tables of NFTSW_OP_DUMP, and what a record is.  X(SYMBOL, "name", record). */
#define NFTSW_TABLES(X) \
	X(FLOW, "flow", struct nftsw_hw_flow_record) \
	X(RMAC, "rmac", struct nftsw_hw_rmac) \
	X(PORT, "port", struct nftsw_hw_port_cfg) \
	X(TRAP, "trap", struct nftsw_hw_trap_group) \
	X(LAG, "lag", struct nftsw_hw_lag) \
	X(ACL, "acl", struct nftsw_hw_acl_record) \
	X(BR_PORT, "br_port", struct nftsw_hw_br_port) \
	X(STP, "stp", struct nftsw_hw_stp) \
	X(VLAN, "vlan", struct nftsw_hw_vlan) \
	X(FID, "fid", struct nftsw_hw_fid) \
	X(FDB, "fdb", struct nftsw_hw_fdb) \
	X(MDB, "mdb", struct nftsw_hw_mdb) \
	X(METER, "meter", struct nftsw_hw_meter)

#define NFTSW_X_TBL(sym, name, rec)	NFTSW_TBL_##sym,
enum nftsw_table { NFTSW_TABLES(NFTSW_X_TBL) NFTSW_TBL_COUNT };

/* dump cursor that says: no more records */
#define NFTSW_DUMP_END			0xffffffffu

/**
 * struct nftsw_hw_cmd - entry of the command ring
 * @opcode: enum nftsw_opcode
 * @tag: given back in the completion
 * @index: first entry, port, group, LAG or rule
 * @count: number of entries; 0 counts as 1
 * @arg: per opcode
 * @data_addr: DMA address of the data buffer, aligned to 8
 * @data_size: size of the data buffer in bytes
 * @rsvd: 0
 */
struct nftsw_hw_cmd {
	__le16 opcode;
	__le16 tag;
	__le32 index;
	__le32 count;
	__le32 arg;
	__le64 data_addr;
	__le32 data_size;
	__le32 rsvd[9];
};
NFTSW_SIZE_IS(struct nftsw_hw_cmd, 64);

/**
 * struct nftsw_hw_cpl - completion of a command
 * @tag: of the command
 * @status: enum nftsw_status
 * @flags: NFTSW_PHASE
 * @done: entries done, all of them when @status is OK
 * @next: DUMP: index to go on from, or NFTSW_DUMP_END
 * @sq_cons: command ring entries taken so far
 * @rsvd: 0
 *
 * Commands complete in order of submission.
 */
struct nftsw_hw_cpl {
	__le16 tag;
	__u8 status;
	__u8 flags;
	__le32 done;
	__le32 next;
	__le16 sq_cons;
	__le16 rsvd;
};
NFTSW_SIZE_IS(struct nftsw_hw_cpl, 16);

/* ---- Events: DS 6 -------------------------------------------------------- */

/* X(SYMBOL, "name", "meaning of index and arg") */
#define NFTSW_EVENTS(X) \
	X(NONE, "none", "never sent") \
	X(LINK, "link", "port index: arg[0] = 1 up, 0 down") \
	X(FLOW_IDLE, "flow_idle", "flow index saw no frame for its idle time; sent once") \
	X(TABLE, "table", "table index passed a mark: arg[0] = used, arg[1] = capacity") \
	X(TRAP_POLICED, "trap_policed", "group index began to drop; at most one a second each") \
	X(HEALTH, "health", "arg[0] = NFTSW_CAUSE_*, index = ring number") \
	X(OVERFLOW, "overflow", "arg[0] events were lost; resynchronise by reading state") \
	X(FDB_LEARNED, "fdb_learned", "a host is new in FID index: NFTSW_EV_FDB_*") \
	X(FDB_MOVED, "fdb_moved", "a host of FID index is at another bridge port: NFTSW_EV_FDB_*") \
	X(FDB_AGED, "fdb_aged", "no frame of a host for its time, it is deleted: NFTSW_EV_FDB_*")

#define NFTSW_X_EV(sym, name, doc)	NFTSW_EV_##sym,
enum nftsw_event_type { NFTSW_EVENTS(NFTSW_X_EV) NFTSW_EV_COUNT };

enum nftsw_severity { NFTSW_SEV_INFO, NFTSW_SEV_WARN, NFTSW_SEV_ERROR, NFTSW_SEV_FATAL };

/**
 * struct nftsw_hw_event - entry of the event ring
 * @type: enum nftsw_event_type
 * @severity: enum nftsw_severity
 * @flags: NFTSW_PHASE
 * @rsvd: 0
 * @index: what it is about
 * @time_ns: chip time
 * @arg: per type
 */
struct nftsw_hw_event {
	__u8 type;
	__u8 severity;
	__u8 flags;
	__u8 rsvd;
	__le32 index;
	__le64 time_ns;
	__le32 arg[4];
};
NFTSW_SIZE_IS(struct nftsw_hw_event, 32);

/* ---- Packets: DS 4.4, 4.5 ------------------------------------------------ */

/**
 * struct nftsw_hw_rxd - RX buffer given to the chip
 * @addr: DMA address
 * @size: size in bytes, 64..65535
 * @id: given back in the completion
 * @rsvd: 0
 */
struct nftsw_hw_rxd {
	__le64 addr;
	__le16 size;
	__le16 id;
	__le32 rsvd;
};
NFTSW_SIZE_IS(struct nftsw_hw_rxd, 16);

#define NFTSW_RXC_SOP			NFTSW_BIT(1)	/* first buffer of a frame */
#define NFTSW_RXC_EOP			NFTSW_BIT(2)	/* last buffer of a frame */
#define NFTSW_RXC_CSUM_OK		NFTSW_BIT(3)	/* IP and L4 checksums seen right */
#define NFTSW_RXC_FWD_MARK		NFTSW_BIT(4)	/* the chip has forwarded it too */
#define NFTSW_RXC_FLOW			NFTSW_BIT(5)	/* flow is valid */
#define NFTSW_RXC_HASH_L4		NFTSW_BIT(6)	/* hash covers ports */

/**
 * struct nftsw_hw_rxc - a filled RX buffer
 * @flags: NFTSW_PHASE, NFTSW_RXC_*
 * @reason: enum nftsw_reason, why the frame came to the CPU
 * @port: ingress port
 * @id: of the buffer
 * @len: octets in this buffer; 0: the buffer comes back empty, its frame was lost (RX_DMA)
 * @frame_len: octets of the whole frame (SOP only)
 * @rsvd: 0
 * @hash: flow hash, 0 = not IP
 * @flow: entry that matched, with NFTSW_RXC_FLOW
 * @time_ns: chip time of arrival
 *
 * A frame takes as many buffers as it needs, in ring order, never interleaved.
 * Only SOP carries @reason, @port, @hash, @flow, @time_ns.
 */
struct nftsw_hw_rxc {
	__u8 flags;
	__u8 reason;
	__le16 port;
	__le16 id;
	__le16 len;
	__le16 frame_len;
	__le16 rsvd[3];
	__le32 hash;
	__le32 flow;
	__le64 time_ns;
};
NFTSW_SIZE_IS(struct nftsw_hw_rxc, 32);

#define NFTSW_TXD_EOP			NFTSW_BIT(0)	/* last buffer of the frame */
#define NFTSW_TXD_REPORT		NFTSW_BIT(1)	/* complete this frame (on EOP) */
#define NFTSW_TXD_CSUM			NFTSW_BIT(2)	/* insert a checksum (on SOP) */
#define NFTSW_TXD_PIPELINE		NFTSW_BIT(3)	/* as if received on port (on SOP) */
#define NFTSW_TX_MAX_FRAGS		20

/**
 * struct nftsw_hw_txd - buffer to send
 * @addr: DMA address
 * @len: octets, 1..65535
 * @flags: NFTSW_TXD_*
 * @port: egress port, or ingress with NFTSW_TXD_PIPELINE (first buffer)
 * @csum_start: octet from which the internet checksum is taken (first buffer)
 * @csum_offset: where to store it, from @csum_start (first buffer)
 * @rsvd: 0
 *
 * At most NFTSW_TX_MAX_FRAGS buffers make a frame of 14..MAX_FRAME octets.
 */
struct nftsw_hw_txd {
	__le64 addr;
	__le16 len;
	__le16 flags;
	__le16 port;
	__le16 csum_start;
	__le16 csum_offset;
	__le16 rsvd[7];
};
NFTSW_SIZE_IS(struct nftsw_hw_txd, 32);

/**
 * struct nftsw_hw_txc - TX completion
 * @flags: NFTSW_PHASE
 * @reason: enum nftsw_reason; NONE: sent
 * @sq_cons: every descriptor before this index is done
 * @rsvd: 0
 *
 * Written for frames with NFTSW_TXD_REPORT and for each frame that failed.
 */
struct nftsw_hw_txc {
	__u8 flags;
	__u8 reason;
	__le16 sq_cons;
	__le32 rsvd[3];
};
NFTSW_SIZE_IS(struct nftsw_hw_txc, 16);

#endif /* NFTSW_DESC_H */
