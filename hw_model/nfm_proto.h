/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Numbers of protocols that the model knows, as IEEE and IANA have assigned them.  Floor 1.
 */
#ifndef NFM_PROTO_H
#define NFM_PROTO_H

/* Ethernet types */
#define NFM_TYPE_IPV4		0x0800
#define NFM_TYPE_VLAN		0x8100
#define NFM_TYPE_IPV6		0x86dd
#define NFM_TYPE_MAC_CTRL	0x8808
#define NFM_TYPE_PPPOE		0x8864
#define NFM_TYPE_VLAN_AD	0x88a8
#define NFM_TYPE_MRP		0x88e3
#define NFM_TYPE_PTP		0x88f7

/* Protocols behind IPv4, and next headers of IPv6 */
#define NFM_PROTO_HOP		0
#define NFM_PROTO_IGMP		2
#define NFM_PROTO_TCP		6
#define NFM_PROTO_UDP		17
#define NFM_PROTO_ROUTING	43
#define NFM_PROTO_FRAGMENT	44
#define NFM_PROTO_GRE		47
#define NFM_PROTO_AUTH		51
#define NFM_PROTO_ICMPV6	58
#define NFM_PROTO_DEST		60
#define NFM_PROTO_SCTP		132

#endif /* NFM_PROTO_H */
