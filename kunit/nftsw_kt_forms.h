/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every form of connection that a flowtable offloads, as parameters of test cases:
 * the parser must take each of them, and the chip forward it.  Floor 9.
 */
#ifndef NFTSW_KT_FORMS_H
#define NFTSW_KT_FORMS_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/string.h>
#include "nftsw_kt_flow.h"

#define V4	.family = NFPROTO_IPV4
#define V6	.family = NFPROTO_IPV6
#define TCP	.l4proto = IPPROTO_TCP
#define UDP	.l4proto = IPPROTO_UDP
#define GRE	.l4proto = IPPROTO_GRE
#define SNAT	.snat = true
#define DNAT	.dnat = true
#define Q(id)	{ ETH_P_8021Q, id }
#define PPP(id)	{ ETH_P_PPP_SES, id }

static const struct nftsw_kt_form nftsw_kt_forms[] = {
	{ "v4_tcp", V4, TCP },
	{ "v4_udp", V4, UDP },
	{ "v4_gre", V4, GRE },
	{ "v6_tcp", V6, TCP },
	{ "v6_udp", V6, UDP },
	{ "v6_gre", V6, GRE },
	{ "v4_tcp_snat", V4, TCP, SNAT },
	{ "v4_udp_snat", V4, UDP, SNAT },
	{ "v4_tcp_dnat", V4, TCP, DNAT },
	{ "v4_udp_dnat", V4, UDP, DNAT },
	{ "v4_tcp_snat_dnat", V4, TCP, SNAT, DNAT },
	{ "v4_udp_snat_dnat", V4, UDP, SNAT, DNAT },
	{ "v6_tcp_snat", V6, TCP, SNAT },
	{ "v6_udp_dnat", V6, UDP, DNAT },
	{ "v6_tcp_snat_dnat", V6, TCP, SNAT, DNAT },
	{ "v6_udp_snat_dnat", V6, UDP, SNAT, DNAT },
	{ "v4_hairpin", V4, TCP, SNAT, DNAT, .hairpin = true },
	{ "v6_hairpin", V6, UDP, SNAT, DNAT, .hairpin = true },
	{ "v4_vlan_client", V4, TCP, SNAT, .client = { Q(10) } },
	{ "v4_vlan_server", V4, UDP, SNAT, .server = { Q(20) } },
	{ "v4_vlan_both", V4, TCP, SNAT, .client = { Q(10) }, .server = { Q(20) } },
	{ "v6_vlan_both", V6, TCP, .client = { Q(1) }, .server = { Q(4094) } },
	{ "v4_vlan_to_vlan_one_port", V4, TCP, .hairpin = true,
	  .client = { Q(10) }, .server = { Q(20) } },
	{ "v4_qinq_client", V4, UDP, SNAT, .client = { Q(100), Q(7) } },
	{ "v4_qinq_server", V4, TCP, DNAT, .server = { Q(200), Q(8) } },
	{ "v6_qinq_both", V6, UDP, .client = { Q(100), Q(7) },
	  .server = { Q(200), Q(8) } },
	{ "v4_pppoe", V4, TCP, SNAT, .server = { PPP(0x1234) } },
	{ "v6_pppoe", V6, UDP, .server = { PPP(1) } },
	{ "v4_pppoe_over_vlan", V4, TCP, SNAT, .server = { Q(7), PPP(0x99) } },
	{ "v4_vlan_to_pppoe_over_vlan", V4, UDP, SNAT, .client = { Q(10) },
	  .server = { Q(7), PPP(0xfffe) } },
	{ "v4_qinq_to_pppoe", V4, UDP, SNAT, .client = { Q(10), Q(11) },
	  .server = { PPP(0x77) } },
	{ "v4_bridge_vlan", V4, TCP, SNAT, .client = { Q(10) }, .hidden = BIT(0) },
	{ "v4_bridge_vlan_inner", V4, TCP, SNAT, .client = { Q(10), Q(11) },
	  .hidden = BIT(0) },
};

static inline void nftsw_kt_form_desc(const struct nftsw_kt_form *form, char *desc)
{
	strscpy(desc, form->name, KUNIT_PARAM_DESC_SIZE);
}

#endif /* NFTSW_KT_FORMS_H */
