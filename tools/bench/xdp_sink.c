// SPDX-License-Identifier: GPL-2.0
/*
 * Sink of the packet-rate benchmarks: UDP datagrams to one port, tagged or not, end where they enter
 * the host, before the kernel makes a socket buffer of them, so that the far end's cost
 * does not hide the switch's. Everything else passes. The device counts what is dropped
 * here as rx_dropped. Loaded by nftsw_measure.py.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/in.h>
#include <linux/udp.h>

#define section(name) __attribute__((section(name), used))

struct tag {
	__be16 tci;
	__be16 proto;
} __attribute__((packed));

struct headers {
	struct iphdr ip;
	struct udphdr udp;
} __attribute__((packed));

section("xdp") int sink(struct xdp_md *ctx)
{
	const void *end = (void *)(long)ctx->data_end;
	const struct ethhdr *eth = (void *)(long)ctx->data;
	const struct headers *h = (const void *)(eth + 1);
	const struct tag *tag = (const void *)(eth + 1);
	__be16 proto;

	if ((const void *)(tag + 1) > end)
		return XDP_PASS;
	proto = eth->h_proto;
	if (proto == __builtin_bswap16(ETH_P_8021Q)) {
		proto = tag->proto;
		h = (const void *)(tag + 1);
	}
	if ((const void *)(h + 1) > end)
		return XDP_PASS;
	if (proto != __builtin_bswap16(ETH_P_IP) || h->ip.version != 4 ||
	    h->ip.ihl != 5 || h->ip.protocol != IPPROTO_UDP)
		return XDP_PASS;
	return h->udp.dest == __builtin_bswap16(SINK_PORT) ? XDP_DROP : XDP_PASS;
}

section("license") char sink_license[] = "GPL";
