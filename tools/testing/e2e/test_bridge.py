# SPDX-License-Identifier: GPL-2.0
"""What the Linux bridge is told, the chip does; what the chip learns, the bridge knows.

Hosts lan, h3 and h4 are behind ports of one bridge; see bridged.py.
"""
import json

import nftsw_measure as measure
import nftsw_router as router
import pytest
from bridged import (BROADCAST, BRIDGE, GROUP, PORTS, TYPE, UNKNOWN, bridge, bridged_by_chip, cables, chip_hosts,
                     fdb, guest)
from evidence import slot, wait_until
from traffic import transfer


@pytest.mark.parametrize("filtering", (0, 1))
def test_fm39_known_unicast_is_the_chips(lab, filtering):
    with bridge(lab, filtering=filtering), cables(lab) as c:
        c.speak("lan", "h3")
        word = bridged_by_chip(lab, lambda: c.send("lan", "h3", 500), 500)
        assert c.counts(word) == {"h3": 500}
        word = bridged_by_chip(lab, lambda: c.send("h3", "lan", 500), 500)
        assert c.counts(word) == {"lan": 500}


def test_fm39_tcp_between_two_ports(lab):
    """A transfer of 64 MiB through the bridge, hosts with their own addresses."""
    addr = "192.168.1.33"
    lab.host("h3", f"ip addr add {addr}/24 dev eth0")
    try:
        with bridge(lab):
            router.reach(lab, "lan", addr)
            sent, got = bridged_by_chip(
                lab, lambda: transfer(lab, "lan", "h3", addr, 64), 1000)
            assert sent == got
    finally:
        lab.host("h3", f"ip addr del {addr}/24 dev eth0")


def test_fm39_learned_aged_and_flushed(lab):
    with bridge(lab, options="ageing_time 300"), cables(lab) as c:
        c.speak("lan", "h3")
        mac = c.mac["h3"]
        entry = wait_until("the bridge knows", lambda: fdb(lab, mac))[0]
        assert "dev swp3" in entry and "extern_learn" in entry and "offload" in entry
        assert c.counts(c.send("lan", "h3")) == {"h3": 1}
        wait_until("forgotten after 3 s", lambda: not fdb(lab, mac), timeout=10)
        assert c.counts(c.send("lan", "h3")) == {"h3": 1, "h4": 1}, "not flooded"
        c.speak("h3")
        wait_until("known again", lambda: fdb(lab, mac))
        guest(lab, f"ip link set {PORTS['h3']} type bridge_slave fdb_flush")
        wait_until("flushed", lambda: not fdb(lab, mac), timeout=5)
        assert c.counts(c.send("lan", "h3")) == {"h3": 1, "h4": 1}, "not flooded"


def test_fm39_host_moves(lab):
    with bridge(lab), cables(lab) as c:
        c.speak("lan", "h3")
        wait_until("known at swp3", lambda: "dev swp3" in str(fdb(lab, c.mac["h3"])))
        c.send("h4", BROADCAST, smac=c.mac["h3"])
        wait_until("known at swp4", lambda: "dev swp4" in str(fdb(lab, c.mac["h3"])))
        assert c.counts(c.send("lan", "h3", 3)) == {"h4": 3}


def test_fm39_static_entry_stays(lab):
    with bridge(lab), cables(lab) as c:
        # it may have been heard before
        guest(lab, f"bridge fdb replace {c.mac['h3']} dev swp3 master static")
        wait_until("offloaded", lambda: "offload" in str(fdb(lab, c.mac["h3"])))
        c.send("h4", BROADCAST, smac=c.mac["h3"])
        assert c.counts(c.send("lan", "h3", 3)) == {"h3": 3}
        guest(lab, f"bridge fdb del {c.mac['h3']} dev swp3 master")


def test_fm39_isolated_ports(lab):
    isolate = [f"bridge link set dev {d} isolated on" for d in ("swp3", "swp4")]
    with bridge(lab, *isolate), cables(lab) as c:
        c.speak("lan", "h3", "h4")
        assert c.counts(c.send("h3", "h4", 5)) == {}
        assert c.counts(c.send("h3", BROADCAST, 5)) == {"lan": 5}
        assert c.counts(c.send("h3", "lan", 5)) == {"lan": 5}
        guest(lab, "bridge link set dev swp4 isolated off")
        assert c.counts(c.send("h3", "h4", 5)) == {"h4": 5}


def test_fm39_locked_port(lab):
    # it may have been heard before
    lock = ("bridge link set dev swp3 learning off locked on", f"bridge fdb flush dev {BRIDGE} brport swp3")
    with bridge(lab, *lock), cables(lab) as c:
        c.speak("lan")
        assert c.counts(c.send("h3", "lan", 5)) == {}
        guest(lab, f"bridge fdb add {c.mac['h3']} dev swp3 master static")
        wait_until("let in", lambda: c.counts(c.send("h3", "lan")) == {"lan": 1})
        guest(lab, f"bridge fdb del {c.mac['h3']} dev swp3 master")
        wait_until("shut out", lambda: not c.counts(c.send("h3", "lan")))


def test_fm39_vlans(lab):
    """h3 in VLAN 10 untagged, lan in it tagged; h4 in none of it."""
    vlans = ("bridge vlan add dev swp1 vid 10", "bridge vlan add dev swp3 vid 10 pvid untagged",
             "bridge vlan del dev swp3 vid 1")
    with bridge(lab, *vlans, filtering=1), cables(lab) as c:
        got = c.got(c.send("lan", BROADCAST, 3, vid=10, pcp=5))
        assert {h: len(f) for h, f in got.items()} == {"h3": 3}
        assert got["h3"][0][12:14] == TYPE.to_bytes(2, "big")
        got = c.got(c.send("h3", BROADCAST, 3))
        assert {h: len(f) for h, f in got.items()} == {"lan": 3}
        assert got["lan"][0][12:16] == b"\x81\x00\x00\x0a"
        assert c.counts(c.send("lan", BROADCAST, 3)) == {"h4": 3}
        assert c.counts(c.send("lan", BROADCAST, 3, vid=11)) == {}
        word = bridged_by_chip(lab, lambda: c.send("lan", "h3", 100, vid=10), 100)
        assert c.counts(word) == {"h3": 100}


def test_fm39_spanning_tree_listens_first(lab):
    """A port listens and learns for four seconds each: nothing passes through it, then all does."""
    with bridge(lab), cables(lab) as c:
        guest(lab, f"ip link set {BRIDGE} type bridge forward_delay 400 stp_state 1",
              "ip link set swp3 down", "ip link set swp3 up")
        wait_until("swp3 listens", lambda: "listening" in
                   lab.guest("bridge link show dev swp3").out, interval=0.05)
        assert c.counts(c.send("lan", BROADCAST, 3)) == {"h4": 3}
        assert c.counts(c.send("h3", BROADCAST, 3)) == {}
        wait_until("swp3 forwards", lambda: "forwarding" in
                   lab.guest("bridge link show dev swp3").out, timeout=20)
        wait_until("all do", lambda: c.counts(c.send("h3", BROADCAST)) == {"lan": 1, "h4": 1})


def test_fm39_spanning_trees_of_vlans(lab):
    """MST: a port blocks in the tree of VLAN 10 and forwards in that of VLAN 20. A new tree is disabled."""
    vlans = [f"bridge vlan add dev {dev} vid {vid}" for dev in PORTS.values() for vid in (10, 20)]
    trees = [f"bridge vlan global set dev {BRIDGE} vid {vid} msti {vid // 10}" for vid in (10, 20)]
    with bridge(lab, filtering=1, options="mst_enabled 1"), cables(lab) as c:
        guest(lab, *vlans, *trees)
        assert c.counts(c.send("lan", BROADCAST, 3, vid=20)) == {}
        guest(lab, *(f"bridge mst set dev {dev} msti {msti} state forwarding"
                     for dev in PORTS.values() for msti in (1, 2)))
        guest(lab, "bridge mst set dev swp3 msti 1 state blocking")
        assert c.counts(c.send("lan", BROADCAST, 3, vid=10)) == {"h4": 3}
        assert c.counts(c.send("h3", BROADCAST, 3, vid=10)) == {}
        assert c.counts(c.send("lan", BROADCAST, 3, vid=20)) == {"h3": 3, "h4": 3}
        guest(lab, "bridge mst set dev swp3 msti 1 state forwarding")
        assert c.counts(c.send("lan", BROADCAST, 3, vid=10)) == {"h3": 3, "h4": 3}


@pytest.mark.faults
def test_fm39_reset_brings_the_bridge_back(lab):
    dev = lab.guest("devlink dev | head -1").out.strip()
    with bridge(lab), cables(lab) as c:
        c.speak("lan", "h3")
        wait_until("known", lambda: fdb(lab, c.mac["h3"]))
        guest(lab, f"devlink health recover {dev} reporter chip || "
                   f"devlink dev reload {dev} action driver_reinit")
        wait_until("forwards again", lambda: c.counts(c.send("lan", BROADCAST))
                   == {"h3": 1, "h4": 1}, timeout=20)
        c.speak("lan", "h3")
        word = bridged_by_chip(lab, lambda: c.send("lan", "h3", 100), 100)
        assert c.counts(word) == {"h3": 100}
        assert measure.mac(lab, "h3") == c.mac["h3"]


def test_fm39_occupancy_is_the_chips(lab):
    """devlink tells how full the chip's tables are, which QMP counts from outside."""
    dev = f"pci/{slot(lab)}"

    def told():
        found = json.loads(lab.guest(f"devlink -j resource show {dev}").out)["resources"][dev]
        return {r["name"]: r["occ"] for r in found if r["name"] in ("fdb", "fids", "mdb")}

    def counted():
        return {"fdb": len(chip_hosts(lab)), "fids": len(lab.qmp("query-nftsw-vlans")),
                "mdb": len(lab.qmp("query-nftsw-mdb"))}

    assert told() == counted() == {"fdb": 0, "fids": 0, "mdb": 0}
    with bridge(lab, filtering=1, options="mcast_snooping 1"), cables(lab) as c:
        guest(lab, *(f"bridge vlan add dev swp1 vid {vid}" for vid in range(10, 15)),
              *(f"bridge mdb add dev {BRIDGE} port swp3 grp 239.1.2.{n} permanent vid 1" for n in range(3)),
              f"bridge fdb add {UNKNOWN} dev swp3 master static vlan 1")
        c.speak("lan", "h3", "h4")
        seen = wait_until("told as counted", lambda: (now := told()) == counted() and now)
        # three that were learned and one that was written, beside addresses of the switch
        assert seen["fdb"] >= 4 and seen["fids"] == 6 and seen["mdb"] >= 3, seen
    wait_until("empty again", lambda: told() == counted() == {"fdb": 0, "fids": 0, "mdb": 0}, timeout=5)


HOSTS = 16384       # room in the chip's forwarding database


@pytest.mark.stock
def test_fm39_table_of_hosts_is_full(lab):
    """A few hosts more than there is room for: these are flooded to, and get in when others have gone."""
    macs = [f"02:aa:00:00:{n >> 8:02x}:{n & 255:02x}" for n in range(HOSTS + 8)]

    def batch(verb, some):
        lab.guest("bridge -batch -", timeout=120,
                  stdin="".join(f"fdb {verb} {mac} dev swp3 master static\n" for mac in some))

    def inside():
        return {host["mac"] for host in chip_hosts(lab)}.intersection(macs)

    with bridge(lab), cables(lab) as c:
        batch("add", macs)
        wait_until("the table is full", lambda: len(chip_hosts(lab)) == HOSTS, timeout=60)
        there = inside()
        left = [mac for mac in macs if mac not in there]
        marked = sum(" offload" in line for line in fdb(lab, "02:aa:"))
        assert len(left) >= 8 and marked == len(there)
        assert c.counts(c.send("lan", left[0], 3)) == {"h3": 3, "h4": 3}
        assert c.counts(c.send("lan", next(iter(there)), 3)) == {"h3": 3}
        batch("del", sorted(there)[:100])
        wait_until("those that are left are in", lambda: inside().issuperset(left), timeout=30)
        assert c.counts(c.send("lan", left[0], 3)) == {"h3": 3}


STORMS = {
    "broadcast": (BROADCAST, f"dst_mac {BROADCAST}"),
    "multicast": (GROUP, "dst_mac 01:00:00:00:00:00/01:00:00:00:00:00"),
    "unknown_unicast": (UNKNOWN, "l2_miss 1"),
}


@pytest.mark.parametrize("storm", STORMS)
def test_fm39_storm_is_policed(lab, storm):
    """A police action on one kind of frames: a burst passes, the rest is dropped in the chip."""
    dst, match = STORMS[storm]
    police = ("tc qdisc add dev swp1 clsact",
              f"tc filter add dev swp1 ingress prio 1 flower skip_sw {match} "
              "action police pkts_rate 1 pkts_burst 10 conform-exceed drop/ok")
    with bridge(lab, *police), cables(lab) as c:
        try:
            c.speak("h3")
            counts = c.counts(c.send("lan", dst, 50))
            assert set(counts) == {"h3", "h4"} and all(10 <= n <= 13 for n in counts.values()), counts
            assert c.counts(c.send("h3", dst, 50)) == {"lan": 50, "h4": 50}
            assert c.counts(c.send("lan", "h3", 50)) == {"h3": 50}, "known unicast is no storm"
            text = wait_until("drops are told", lambda: "dropped 0" not in
                              (out := lab.guest("tc -s filter show dev swp1 ingress").out) and out)
            assert "in_hw" in text
        finally:
            lab.guest("tc qdisc del dev swp1 clsact")


@pytest.mark.parametrize("side", ("ingress", "egress"))
def test_fm39_mirror(lab, side):
    """What comes in through, or leaves, the port of lan is copied to swp4, which is no bridge's."""
    ports = {h: d for h, d in PORTS.items() if h != "h4"}
    mirror = ("tc qdisc add dev swp1 clsact", "ip link set swp4 up",
              f"tc filter add dev swp1 {side} matchall skip_sw action mirred egress mirror dev swp4")
    with bridge(lab, *mirror, ports=ports), cables(lab) as c:
        try:
            c.speak("lan", "h3")
            sender, receiver = ("lan", "h3") if side == "ingress" else ("h3", "lan")
            word = bridged_by_chip(lab, lambda: c.send(sender, receiver, 20), 20)
            assert c.counts(word) == {receiver: 20, "h4": 20}
            assert c.counts(c.send(receiver, sender, 20)) == {sender: 20}
        finally:
            lab.guest("tc qdisc del dev swp1 clsact")
