#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest, before each test: the ports as after boot, whatever the last one left.
# shellcheck disable=SC2046 # names are words
killall -q -KILL mausezahn tcpdump mreceive msend teamd ping socat
for ns in $(ip -j netns list | jq -r '.[].name' 2>/dev/null); do
	ip netns del "$ns"
done
for dev in $(ip -d -j link show | jq -r '.[] | select(.linkinfo.info_kind) | .ifname'); do
	ip link del dev "$dev" 2>/dev/null
done
for dev in $(cd /sys/class/net && ls -d swp*); do
	tc qdisc del dev "$dev" clsact 2>/dev/null
	tc qdisc del dev "$dev" root 2>/dev/null
	ip link set dev "$dev" nomaster down mtu 1500 promisc off allmulticast off
	ip address flush dev "$dev"
	mac="$(ethtool -P "$dev" 2>/dev/null | sed 's/.* //')"
	case "$mac" in
	*:*:*:*:*:*) ip link set dev "$dev" address "$mac" ;;
	esac
done
# A test that was cut short leaves its order of rules behind, which vrf_prepare made.
for family in -4 -6; do
	ip $family rule show | grep -q '^0:' || ip $family rule add pref 0 table local
	while ip $family rule del pref 32765 2>/dev/null; do :; done
done
for f in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding; do
	echo 0 >"$f"
done
# br_netfilter, where a kernel has it, drops what upstream sends without IP checksums.
for f in /proc/sys/net/bridge/bridge-nf-call-*; do
	[ ! -e "$f" ] || echo 0 >"$f"
done
ip neigh flush all 2>/dev/null
dmesg -C
exit 0
