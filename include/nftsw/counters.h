/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Counters and reasons of NFTSW-1, as X-macro lists.  Floor 0.
 * Order is ABI: the position in a list is the index in DMA memory.  Append only.
 */
#ifndef NFTSW_COUNTERS_H
#define NFTSW_COUNTERS_H

#include "bits.h"

/*
 * NFTSW_PORT_CTRS: X(SYMBOL, "ethtool name", "meaning").  64-bit, octets without
 * preamble and with the 4 octets of FCS (RFC 2819), though the model carries none.
 */
#define NFTSW_PORT_CTRS(X) \
	X(RX_FRAMES, "rx_frames", "good frames received") \
	X(RX_OCTETS, "rx_octets", "octets in good frames received") \
	X(RX_UCAST, "rx_ucast", "good frames to a unicast address") \
	X(RX_MCAST, "rx_mcast", "good frames to a multicast address") \
	X(RX_BCAST, "rx_bcast", "good frames to the broadcast address") \
	X(RX_PAUSE, "rx_pause", "MAC control PAUSE frames received") \
	X(RX_64, "rx_64", "good frames of 64 octets or fewer") \
	X(RX_65_127, "rx_65_127", "good frames of 65 to 127 octets") \
	X(RX_128_255, "rx_128_255", "good frames of 128 to 255 octets") \
	X(RX_256_511, "rx_256_511", "good frames of 256 to 511 octets") \
	X(RX_512_1023, "rx_512_1023", "good frames of 512 to 1023 octets") \
	X(RX_1024_1518, "rx_1024_1518", "good frames of 1024 to 1518 octets") \
	X(RX_1519_MAX, "rx_1519_max", "good frames of 1519 octets to the limit") \
	X(RX_RUNT, "rx_runt", "frames shorter than an Ethernet header, dropped") \
	X(RX_OVERSIZE, "rx_oversize", "frames above the limit of the port, dropped") \
	X(RX_DROPS, "rx_drops", "good frames dropped by the chip, all reasons") \
	X(RX_TO_CPU, "rx_to_cpu", "good frames handed to the CPU port") \
	X(RX_FLOW, "rx_flow", "good frames forwarded by the flow table") \
	X(RX_FLOW_OCTETS, "rx_flow_octets", "octets of RX_FLOW frames") \
	X(TX_FRAMES, "tx_frames", "frames sent") \
	X(TX_OCTETS, "tx_octets", "octets in frames sent") \
	X(TX_UCAST, "tx_ucast", "frames sent to a unicast address") \
	X(TX_MCAST, "tx_mcast", "frames sent to a multicast address") \
	X(TX_BCAST, "tx_bcast", "frames sent to the broadcast address") \
	X(TX_PAUSE, "tx_pause", "MAC control PAUSE frames sent") \
	X(TX_64, "tx_64", "frames of 64 octets or fewer sent") \
	X(TX_65_127, "tx_65_127", "frames of 65 to 127 octets sent") \
	X(TX_128_255, "tx_128_255", "frames of 128 to 255 octets sent") \
	X(TX_256_511, "tx_256_511", "frames of 256 to 511 octets sent") \
	X(TX_512_1023, "tx_512_1023", "frames of 512 to 1023 octets sent") \
	X(TX_1024_1518, "tx_1024_1518", "frames of 1024 to 1518 octets sent") \
	X(TX_1519_MAX, "tx_1519_max", "frames of 1519 octets to the limit sent") \
	X(TX_DROPS, "tx_drops", "frames for this port dropped by the chip") \
	X(TX_FROM_CPU, "tx_from_cpu", "frames sent for the CPU port") \
	X(TX_FLOW, "tx_flow", "frames sent by the flow table") \
	X(TX_FLOW_OCTETS, "tx_flow_octets", "octets of TX_FLOW frames") \
	X(RX_NO_BUFFER, "rx_no_buffer", "of RX_DROPS: no RX buffer of the CPU's was free") \
	X(RX_REDIRECT, "rx_redirect", "good frames sent on by a rule of the ACL") \
	X(TX_REDIRECT, "tx_redirect", "frames sent by a rule of the ACL") \
	X(TX_MIRROR, "tx_mirror", "copies sent by a rule of the ACL, or of a mirrored port") \
	X(RX_BRIDGE, "rx_bridge", "good frames that the bridge sent on through other ports") \
	X(TX_BRIDGE, "tx_bridge", "frames sent by the bridge")

/*
 * NFTSW_REASONS: X(SYMBOL, KIND, GROUP, "name", "meaning").
 * KIND TRAP: the frame goes to the CPU, unchanged.  KIND DROP: it goes nowhere.
 * GROUP: the policer of a trap (drops: NONE).  Every frame that does not leave
 * through a port has exactly one reason, and every reason a counter.
 */
#define NFTSW_REASONS(X) \
	X(NONE, TRAP, NONE, "none", "no reason: forwarded, or never happened") \
	X(LOCAL, TRAP, LOCAL, "local", "port stands alone: host, group address or not IP") \
	X(FLOW_MISS, TRAP, LOCAL, "flow_miss", "IP to a router MAC that no flow entry matches") \
	X(PROMISC, TRAP, LOCAL, "promisc", "foreign unicast on a promiscuous port") \
	X(L2_CONTROL, TRAP, CONTROL, "l2_control", "to 01:80:c2:00:00:0x; MRP on a bridge port") \
	X(FLOW_TO_CPU, TRAP, FLOW, "flow_to_cpu", "flow entry in the to-CPU state") \
	X(TCP_FLAGS, TRAP, FLOW, "tcp_flags", "SYN, FIN or RST of a flow in the table") \
	X(MTU, TRAP, FLOW, "mtu", "flow matched, larger than the MTU of its egress") \
	X(TTL, TRAP, EXCEPTION, "ttl", "TTL or hop limit 0 or 1 to a router MAC") \
	X(FRAGMENT, TRAP, EXCEPTION, "fragment", "IP fragment to a router MAC") \
	X(IP_OPTIONS, TRAP, EXCEPTION, "ip_options", "IPv4 header with options to a router MAC") \
	X(IPV6_EXT, TRAP, EXCEPTION, "ipv6_ext", "IPv6 extension header to a router MAC") \
	X(GRE_VERSION, TRAP, EXCEPTION, "gre_version", "GRE with a version other than 0") \
	X(BAD_HEADER, TRAP, EXCEPTION, "bad_header", "IP version, length or checksum wrong") \
	X(TRUNCATED, TRAP, EXCEPTION, "truncated", "headers end behind the frame's end") \
	X(ENCAP, TRAP, EXCEPTION, "encap", "more tags than two, or PPPoE without IP") \
	X(DISABLED, DROP, NONE, "disabled", "pipeline not enabled") \
	X(PORT_DOWN, DROP, NONE, "port_down", "ingress port down") \
	X(RUNT, DROP, NONE, "runt", "shorter than an Ethernet header") \
	X(OVERSIZE, DROP, NONE, "oversize", "above the frame limit of the ingress port") \
	X(UC_FILTER, DROP, NONE, "uc_filter", "unicast to an address that is not the port's") \
	X(PAUSE, DROP, NONE, "pause", "MAC control frame, consumed by the MAC") \
	X(POLICED, DROP, NONE, "policed", "policer of its trap group exceeded") \
	X(CPU_NO_BUFFER, DROP, NONE, "cpu_no_buffer", "RX queue without buffer or CQ room") \
	X(CPU_QUEUE_OFF, DROP, NONE, "cpu_queue_off", "RX queue not enabled") \
	X(RX_DMA, DROP, NONE, "rx_dma", "RX buffer unreachable") \
	X(EGRESS_DOWN, DROP, NONE, "egress_down", "egress port down") \
	X(EGRESS_OVERSIZE, DROP, NONE, "egress_oversize", "above the frame limit of the egress") \
	X(TX_DMA, DROP, NONE, "tx_dma", "TX buffer unreachable") \
	X(TX_BAD_DESC, DROP, NONE, "tx_bad_desc", "bad TX port, length, offset or chain") \
	X(LAG_DOWN, DROP, NONE, "lag_down", "no member of the egress LAG may send") \
	X(ACL_DROP, DROP, NONE, "acl_drop", "dropped by a rule of the access control list") \
	X(BRIDGE_LOCAL, TRAP, LOCAL, "bridge_local", "the FDB has the CPU as the destination") \
	X(BRIDGE_FLOOD, TRAP, FLOOD, "bridge_flood", "copy of a frame that the bridge floods") \
	X(SNOOPING, TRAP, CONTROL, "snooping", "IGMP or MLD in a domain with snooping") \
	X(PTP, TRAP, CONTROL, "ptp", "PTP over Ethernet (0x88f7) on a bridge port") \
	X(LOCKED_MISS, TRAP, LEARN, "locked_miss", "unknown source on a locked port with MAB") \
	X(LOCKED, DROP, NONE, "locked", "source that a locked port does not know") \
	X(VLAN_FILTER, DROP, NONE, "vlan_filter", "VLAN that the bridge port does not have") \
	X(STP_DISCARD, DROP, NONE, "stp_discard", "ingress not forwarding in its spanning tree") \
	X(BAD_SOURCE, DROP, NONE, "bad_source", "source is a group or zero, on a bridge port") \
	X(NO_EGRESS, DROP, NONE, "no_egress", "no port may take it: same, isolated, blocked") \
	X(METERED, DROP, NONE, "metered", "over the rate of the meter of a rule") \
	X(ACL_TRAP, TRAP, ACL, "acl_trap", "sent to the CPU by a rule of the access control list")

/* NFTSW_TRAP_GROUPS: X(SYMBOL, "name", "meaning"). */
#define NFTSW_TRAP_GROUPS(X) \
	X(NONE, "none", "not policed") \
	X(LOCAL, "local", "traffic of the host, and flows not in the table") \
	X(CONTROL, "control", "layer 2 control protocols") \
	X(FLOW, "flow", "packets of flows that need software") \
	X(EXCEPTION, "exception", "packets that the chip cannot forward") \
	X(FLOOD, "flood", "copies of frames that a bridge has flooded") \
	X(LEARN, "learn", "sources that software has to learn") \
	X(ACL, "acl", "what rules of the access control list send to the CPU")

#define NFTSW_X_PCTR(sym, name, doc)		NFTSW_PCTR_##sym,
#define NFTSW_X_REASON(sym, k, g, name, doc)	NFTSW_REASON_##sym,
#define NFTSW_X_GROUP(sym, name, doc)		NFTSW_GROUP_##sym,

enum nftsw_pctr { NFTSW_PORT_CTRS(NFTSW_X_PCTR) NFTSW_PCTR_COUNT };
enum nftsw_reason { NFTSW_REASONS(NFTSW_X_REASON) NFTSW_REASON_COUNT };
enum nftsw_trap_group { NFTSW_TRAP_GROUPS(NFTSW_X_GROUP) NFTSW_GROUP_COUNT };

enum nftsw_reason_kind { NFTSW_KIND_TRAP, NFTSW_KIND_DROP };

#endif /* NFTSW_COUNTERS_H */
