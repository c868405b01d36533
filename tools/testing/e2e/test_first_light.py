# SPDX-License-Identifier: GPL-2.0
"""First light: real connections leave the CPU, come back, and leave nothing behind."""
import re
import time

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
from evidence import (assert_chip_carries, blast, both_offloaded, chip_empty, chip_moves, chip_sends, flows_of,
                      reasons, slot, wait_until)
from traffic import TcpStream, capture, download, transfer

P = router.PLAN


def test_chip_is_there_and_sane(lab):
    info = lab.guest("devlink dev info").out
    assert "driver nftsw" in info and "serial_number" in info
    test = lab.guest("ethtool -t swp1 online", timeout=120).out
    assert "PASS" in test
    sw = {lab.guest(f"cat /sys/class/net/swp{n}/phys_switch_id").out for n in (1, 2, 3, 4)}
    assert len(sw) == 1
    assert lab.guest("cat /sys/class/net/swp3/phys_port_name").out.strip() == "p3"


def test_tcp_nat_payload_intact_and_forwarded_by_the_chip(lab):
    assert_chip_carries(lab, transfer, 96, 5000)


def test_tcp_proof_both_directions(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        line = lab.guest("conntrack -L -p tcp 2>/dev/null").out
        assert "[HW_OFFLOAD]" in line
        orig, reply = flows_of(lab, 6, P.lan_host)
        cpu = proofs.port_sums(lab)[0]
        for n in range(50):
            stream.echo(f"counted {n}")
        orig2, reply2 = flows_of(lab, 6, P.lan_host)
        assert orig2["packets"] - orig["packets"] >= 50
        assert reply2["packets"] - reply["packets"] >= 50
        assert proofs.port_sums(lab)[0] - cpu <= 5
        listed = lab.guest("cat /sys/kernel/debug/nftsw/*/flows").out
        assert listed.count("orig=") == 2, listed


def test_udp_counters_of_chip_and_endpoint_agree(lab):
    measure.sink(lab, "wan")
    with blast(lab):
        wait_until("UDP entry", lambda: flows_of(lab, 17, P.lan_host)[0])
        time.sleep(1)
        chip0, host0 = flows_of(lab, 17, P.lan_host)[0]["packets"], measure.rx_packets(lab, "wan")
        cpu0 = proofs.port_sums(lab)[0]
        time.sleep(2)
    time.sleep(0.5)
    chip1, host1 = flows_of(lab, 17, P.lan_host)[0]["packets"], measure.rx_packets(lab, "wan")
    assert chip1 - chip0 > 1000
    assert abs((chip1 - chip0) - (host1 - host0)) <= 25, "frames lost or duplicated"
    assert proofs.port_sums(lab)[0] - cpu0 <= 20


def test_fm19_conntrack_accounting_follows_the_chip(lab):
    lab.guest("sysctl -qw net.netfilter.nf_conntrack_acct=1; conntrack -F 2>/dev/null || true")
    measure.sink(lab, "wan")

    def packets():
        text = lab.guest("conntrack -L -p udp 2>/dev/null").out
        found = [int(m) for m in re.findall(r"packets=(\d+)", text)]
        return max(found, default=0)

    with blast(lab):
        wait_until("UDP entry", lambda: flows_of(lab, 17, P.lan_host)[0])
        # the first STATS poll comes a tenth of the timeout after the last refresh
        wait_until("conntrack counts hardware packets", lambda: packets() > 2000, timeout=40)


def test_fm30_tcp_over_ipv6_is_routed_by_the_chip(lab):
    with chip_moves(lab, "hardware", 0.8 * (8 * 1024 * 1024 // 1440)):
        sent, got = transfer(lab, "lan", "wan", P.wan_host6, 8, rest=2)
    assert sent == got


def test_download_direction(lab):
    assert_chip_carries(lab, download, 64, 2000)


def test_fm31_vlan_uplink_pushes_and_pops_the_tag(lab):
    """The far end is read and written frame by frame: tag, NAT, TTL and checksums."""
    wan_mac, wan_ip, router_ip = measure.mac(lab, "wan"), "198.51.100.2", "198.51.100.1"
    lab.guest(
        "set -e; nft flush ruleset; ip link add link swp2 name swp2.100 type vlan id 100\n"
        f"ip addr add {router_ip}/24 dev swp2.100; ip link set swp2.100 up\n"
        f"ip neigh replace {wan_ip} lladdr {wan_mac} dev swp2.100 nud permanent"
    )
    try:
        rules = router.ruleset("hardware").replace('oifname "swp2"', 'oifname "swp2.100"')
        lab.guest("nft -f -", stdin=rules)
        with blast(lab, dst=wan_ip):
            orig = wait_until("UDP entry", lambda: flows_of(lab, 17, P.lan_host)[0])
            tag = {"tpid": 0x8100, "vid": 100, "pcp": 0}
            assert orig["action"]["tags"] == [tag] and not orig["key"]["tags"]
            seen = capture(lab, "wan", f"vlan 100 and udp dst port {measure.UDP_PORT}", 20)
            for frame in seen:
                assert frame.vlan == 100 and frame.src == router_ip and frame.ttl == 63
                assert frame.checksums_ok
            gw = lab.guest("cat /sys/class/net/swp2/address").out.strip()
            back = (
                f"{{ eth(da={gw}, sa={wan_mac}) vlan(id=100) "
                f"ipv4(id=0, saddr={wan_ip}, daddr={router_ip}, ttl=60, df) "
                f"udp(sport={measure.UDP_PORT}, dport={seen[0].sport}) fill(0xa5, 18) }}\n"
            )
            with measure.Blaster(lab, "wan", back, 1000):
                got = capture(lab, "lan", f"udp src port {measure.UDP_PORT}", 20)
                reply = flows_of(lab, 17, P.lan_host)[1]
            assert all(f.vlan is None and f.dst == P.lan_host and f.ttl == 59 for f in got)
            assert all(f.checksums_ok for f in got)
            assert reply["key"]["tags"][0]["vid"] == 100 and reply["packets"] > 0
    finally:
        lab.guest("nft flush ruleset; ip link del swp2.100")


def told_to_be_late(lab):
    """How often the router has sent an ICMP time exceeded."""
    words = lab.guest("nstat -az IcmpOutTimeExcds").out.split()
    return int(words[words.index("IcmpOutTimeExcds") + 1])


def test_fm25_ttl_and_fragments_go_to_the_cpu(lab):
    measure.sink(lab, "wan")
    gw = lab.guest(f"cat /sys/class/net/{router.LAN_IF}/address").out.strip()
    with blast(lab):
        wait_until("UDP entry", lambda: flows_of(lab, 17, P.lan_host)[0])
        frame = measure.frame_config(
            measure.mac(lab, "lan"), gw, P.lan_host, P.wan_host, 40000, measure.UDP_PORT
        )
        expired = told_to_be_late(lab)
        for name, changed in (
            ("ttl", frame.replace("ttl=64", "ttl=1")),
            ("fragment", frame.replace("df)", "mf)")),
        ):
            before = reasons(lab)[name]
            with measure.Blaster(lab, "lan", changed, 50):
                wait_until(name, lambda: reasons(lab)[name] - before >= 20)
        assert told_to_be_late(lab) > expired, "no ICMP time exceeded"
        assert flows_of(lab, 17, P.lan_host)[0], "the exceptions took the flow away"


def test_fm24_egress_mtu_below_ingress(lab):
    """The host there says so in its MSS, so nothing is too large, and the chip sends it all."""
    lab.guest("ip link set swp2 mtu 1400")
    lab.host("wan", "ip link set eth0 mtu 1400")
    try:
        time.sleep(0.5)     # the sweep for the MTU is repeated
        assert_chip_carries(lab, transfer, 4, 2500)
    finally:
        lab.guest("ip link set swp2 mtu 1500")
        lab.host("wan", "ip link set eth0 mtu 1500")
        lab.host("lan", "ip route flush cache")


def test_fm22_fin_takes_the_entries_out(lab):
    before = [chip_sends(lab, port) for port in (0, 1)]
    sent, got = transfer(lab, "lan", "wan", P.wan_host, 1, rest=1)
    assert sent == got
    carried = [chip_sends(lab, port) - was for port, was in enumerate(before)]
    # 700 packets, and acknowledgements that may be for many of them
    assert carried[1] > 500 and carried[0] > 10, f"the chip forwarded (to lan, to wan) {carried}"
    wait_until("entries gone after FIN", lambda: chip_empty(lab), timeout=40)


def test_cable_pulled_and_plugged(lab):
    lab.set_link(2, False)
    wait_until("carrier off", lambda: lab.guest("cat /sys/class/net/swp2/carrier").out.strip() == "0")
    lab.set_link(2, True)
    wait_until("carrier on", lambda: lab.guest("cat /sys/class/net/swp2/carrier").out.strip() == "1")
    router.ready(lab)


def test_devlink_resource_counts_the_flows(lab):
    address = slot(lab)

    def resource():
        return lab.guest(f"devlink resource show pci/{address}").out

    assert re.search(r"size 65536 occ 0\b", resource()), resource()
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        assert re.search(r"size 65536 occ 2\b", resource()), resource()
    stats = lab.guest("cat /sys/kernel/debug/nftsw/*/flow_stats").out
    assert int(re.search(r"^replaced +(\d+)", stats, re.M).group(1)) >= 2
