# SPDX-License-Identifier: GPL-2.0
"""First light: real connections leave the CPU, come back, and leave nothing behind."""
import re
import time

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from conftest import chip_empty, wait_until
from traffic import TcpStream, capture, download, transfer

P = router.PLAN


def flows_of(lab, proto, host):
    """(entry from that host, entry towards it) in the chip, or None where missing."""
    mine = [f for f in proofs.chip_flows(lab) if f["key"]["proto"] == proto]
    orig = [f for f in mine if f["key"]["saddr"] == host]
    reply = [f for f in mine if f["key"]["saddr"] != host]
    return (orig[0] if orig else None, reply[0] if reply else None)


def both_offloaded(lab, proto=6, host=P.lan_host):
    """Wait for both entries of the connection in the chip."""
    return wait_until(
        "both directions in the chip",
        lambda: all(flows_of(lab, proto, host)) and flows_of(lab, proto, host),
    )


def blast(lab, dst=P.wan_host, rate=2000):
    """One-way UDP from lan to wan at a bounded rate."""
    gw = lab.guest(f"cat /sys/class/net/{router.LAN_IF}/address").out.strip()
    frame = measure.frame_config(
        measure.mac(lab, "lan"), gw, P.lan_host, dst, 40000, measure.UDP_PORT
    )
    return measure.Blaster(lab, "lan", frame, rate)


def test_chip_is_there_and_sane(lab):
    info = lab.guest("devlink dev info").out
    assert "driver nftsw" in info and "serial_number" in info
    test = lab.guest("ethtool -t swp1 online", timeout=120).out
    assert "PASS" in test
    sw = {lab.guest(f"cat /sys/class/net/swp{n}/phys_switch_id").out for n in (1, 2, 3, 4)}
    assert len(sw) == 1
    assert lab.guest("cat /sys/class/net/swp3/phys_port_name").out.strip() == "p3"


def assert_chip_carries(lab, move, mib, least):
    """`move` mib MiB; once both directions are in the chip, it forwards and the CPU rests."""
    offloaded = []

    def watch():
        both_offloaded(lab)
        offloaded.append(proofs.port_sums(lab))

    sent, got = move(lab, "lan", "wan", P.wan_host, mib, while_running=watch)
    after = proofs.port_sums(lab)
    assert sent == got
    assert after[1] - offloaded[0][1] > least, "the flow table forwarded too little"
    assert after[0] - offloaded[0][0] <= 60, "the CPU port saw more than the connection's end"


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
        time.sleep(4)
    time.sleep(0.5)
    chip1, host1 = flows_of(lab, 17, P.lan_host)[0]["packets"], measure.rx_packets(lab, "wan")
    assert chip1 - chip0 > 1000
    assert abs((chip1 - chip0) - (host1 - host0)) <= 25, "frames lost or duplicated"
    assert proofs.port_sums(lab)[0] - cpu0 <= 20


def test_conntrack_accounting_follows_the_chip(lab):
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


def test_ipv6_tcp_routed_by_the_chip(lab):
    before = proofs.port_sums(lab)
    sent, got = transfer(lab, "lan", "wan", P.wan_host6, 8)
    assert sent == got
    assert proofs.port_sums(lab)[1] - before[1] > 0.8 * (8 * 1024 * 1024 // 1440)


def test_download_direction(lab):
    assert_chip_carries(lab, download, 64, 2000)


def test_vlan_uplink_pushes_and_pops_the_tag(lab):
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


def reasons(lab):
    """Why frames went to the CPU or nowhere: name -> frames, from the chip."""
    return {r["name"]: r["frames"] for r in lab.qmp("query-nftsw")[0]["reasons"]}


def test_ttl_and_fragments_of_an_offloaded_flow_go_to_the_cpu(lab):
    measure.sink(lab, "wan")
    gw = lab.guest(f"cat /sys/class/net/{router.LAN_IF}/address").out.strip()
    with blast(lab):
        wait_until("UDP entry", lambda: flows_of(lab, 17, P.lan_host)[0])
        frame = measure.frame_config(
            measure.mac(lab, "lan"), gw, P.lan_host, P.wan_host, 40000, measure.UDP_PORT
        )
        for name, changed in (
            ("ttl", frame.replace("ttl=64", "ttl=1")),
            ("fragment", frame.replace("df)", "mf)")),
        ):
            before = reasons(lab)[name]
            with measure.Blaster(lab, "lan", changed, 50):
                wait_until(name, lambda: reasons(lab)[name] - before >= 20)
        expired = lab.guest("nstat -az IcmpOutTimeExcds").out.split()
        assert int(expired[expired.index("IcmpOutTimeExcds") + 1]) > 0, "no ICMP time exceeded"
        assert flows_of(lab, 17, P.lan_host)[0], "the exceptions took the flow away"


def test_egress_mtu_below_ingress(lab):
    lab.guest("ip link set swp2 mtu 1400")
    lab.host("wan", "ip link set eth0 mtu 1400")
    try:
        sent, got = transfer(lab, "lan", "wan", P.wan_host, 4)
        assert sent == got
    finally:
        lab.guest("ip link set swp2 mtu 1500")
        lab.host("wan", "ip link set eth0 mtu 1500")
        lab.host("lan", "ip route flush cache")


def test_fin_takes_the_entries_out(lab):
    sent, got = transfer(lab, "lan", "wan", P.wan_host, 1)
    assert sent == got
    wait_until("entries gone after FIN", lambda: chip_empty(lab), timeout=40)


def test_conntrack_flush_empties_the_chip(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("conntrack -F 2>/dev/null")
        wait_until("chip empty", lambda: chip_empty(lab), timeout=10)


def test_reload_under_traffic(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        for n in range(10):
            router.load(lab, "hardware")
            assert stream.echo(f"reload {n}") < 3
        both_offloaded(lab)


def test_delete_table_empties_the_chip_at_once(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("nft delete table inet fw4")
        assert chip_empty(lab), "entries outlived their flowtable"
        # without the table nobody translates addresses; with it, the connection goes on
        router.load(lab, "hardware")
        assert stream.echo("back again") < 5


def test_probe_of_fw4_binds_and_unbinds(lab):
    probe = (
        "add table inet probe; add flowtable inet probe ft { hook ingress priority 0; "
        'devices = { "swp1", "swp2", "swp3" }; flags offload; }'
    )
    for _ in range(3):
        lab.guest(f"nft -c '{probe}'")
    assert chip_empty(lab)


def test_two_flowtables_on_the_same_ports(lab):
    lab.guest(
        "nft -f -",
        stdin='table inet second { flowtable ft2 { hook ingress priority 10; '
        'devices = { "swp1", "swp2" }; flags offload; }\n }\n',
    )
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("nft delete table inet second")
        assert all(flows_of(lab, 6, P.lan_host)), "the other table's entries went too"
        assert stream.echo("untouched") < 2


def test_hw_tc_offload_off_and_on(lab):
    try:
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            lab.guest("ethtool -K swp1 hw-tc-offload off")
            wait_until("entries of the port gone", lambda: chip_empty(lab), timeout=10)
            assert stream.echo("software carries it") < 3
    finally:
        lab.guest("ethtool -K swp1 hw-tc-offload on")


def test_port_down_takes_its_flows(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("ip link set swp2 down")
        wait_until("flows of the port gone", lambda: chip_empty(lab), timeout=10)
        lab.guest("ip link set swp2 up")
        router.ready(lab)


def test_cable_pulled_and_plugged(lab):
    lab.set_link(2, False)
    wait_until("carrier off", lambda: lab.guest("cat /sys/class/net/swp2/carrier").out.strip() == "0")
    lab.set_link(2, True)
    wait_until("carrier on", lambda: lab.guest("cat /sys/class/net/swp2/carrier").out.strip() == "1")
    router.ready(lab)


def test_module_goes_with_flows_live_and_comes_back(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("rmmod nftsw", timeout=120)
        assert chip_empty(lab)
    lab.guest("nftsw-load && swp-rename 4 && nftsw-topo router", timeout=120)
    router.ready(lab)
    router.load(lab, "hardware")
    sent, got = transfer(lab, "lan", "wan", P.wan_host, 1)
    assert sent == got


def test_unbind_and_bind_under_traffic(lab):
    measure.sink(lab, "wan")
    slot = lab.guest("basename $(readlink /sys/class/net/swp1/device)").out.strip()
    with blast(lab):
        wait_until("UDP entry", lambda: flows_of(lab, 17, P.lan_host)[0])
        lab.guest(f"echo {slot} > /sys/bus/pci/drivers/nftsw/unbind", timeout=120)
        lab.guest(f"echo {slot} > /sys/bus/pci/drivers/nftsw/bind", timeout=120)
    lab.guest("swp-rename 4; nftsw-topo router")
    router.ready(lab)
    router.load(lab, "hardware")


@pytest.mark.parametrize(
    "reset",
    (
        "echo 1 > /sys/bus/pci/devices/{slot}/reset",
        "devlink dev reload pci/{slot} action fw_activate",
        "echo devices > /sys/power/pm_test && echo freeze > /sys/power/state",
    ),
    ids=("flr", "devlink_reload", "suspend_and_resume"),
)
def test_connection_survives(lab, reset):
    slot = lab.guest("basename $(readlink /sys/class/net/swp1/device)").out.strip()
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest(reset.format(slot=slot), timeout=120)
        wait_until("the line comes back", lambda: stream.echo("after the reset") < 30)
        # software sees packets again, and netfilter offers the connection once more
        wait_until(
            "offloaded again",
            lambda: stream.echo("and again") and all(flows_of(lab, 6, P.lan_host)),
            interval=1,
        )


def test_offload_off_does_not_outlive_its_port(lab):
    slot = lab.guest("basename $(readlink /sys/class/net/swp1/device)").out.strip()
    lab.guest("nft flush ruleset; ethtool -K swp1 hw-tc-offload off")
    lab.guest(f"devlink dev reload pci/{slot} && swp-rename 4 && nftsw-topo router", timeout=120)
    assert "hw-tc-offload: on" in lab.guest("ethtool -k swp1").out
    router.ready(lab)
    router.load(lab, "hardware")
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)


def test_devlink_resource_counts_the_flows(lab):
    slot = lab.guest("basename $(readlink /sys/class/net/swp1/device)").out.strip()

    def resource():
        return lab.guest(f"devlink resource show pci/{slot}").out

    assert re.search(r"size 65536 occ 0\b", resource()), resource()
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        assert re.search(r"size 65536 occ 2\b", resource()), resource()
    stats = lab.guest("cat /sys/kernel/debug/nftsw/*/flow_stats").out
    assert int(re.search(r"^replaced +(\d+)", stats, re.M).group(1)) >= 2


def test_no_kernel_memory_leaked(lab):
    if "debug" not in lab.kernel:
        pytest.skip("kmemleak is in the debug kernel only")
    lab.guest("nft flush ruleset; echo clear > /sys/kernel/debug/kmemleak")
    for _ in range(3):
        router.load(lab, "hardware")
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
        lab.guest("nft flush ruleset")
    time.sleep(6)
    lab.guest("echo scan > /sys/kernel/debug/kmemleak; echo scan > /sys/kernel/debug/kmemleak",
              timeout=240)
    leaks = lab.guest("cat /sys/kernel/debug/kmemleak").out
    assert "nftsw" not in leaks, leaks
