# SPDX-License-Identifier: GPL-2.0
"""VLANs of bridges: 802.1ad, priorities, VLAN devices below a bridge, PVIDs and VLANs that change.

Hosts are behind ports of one or two bridges; see bridged.py.
"""
import pytest
from bridged import AD, BRIDGE, BROADCAST, PORTS, Q, bridge, bridged_by_chip, cables, fdb, guest
from evidence import wait_until


def only(word, frames, host):
    """The frames of a host that carry the word, which has seen all of them alone."""
    assert set(frames) == {host}, f"{word}: {frames.keys()}"
    return frames[host]


def test_fm39_provider_bridge(lab):
    """802.1ad: the provider's VLAN 100 is tagged at lan, untagged at h3; 802.1Q tags are the customer's."""
    vlans = ("bridge vlan add dev swp1 vid 100", "bridge vlan del dev swp3 vid 1",
             "bridge vlan add dev swp3 vid 100 pvid untagged")
    customer = [(Q, 0x6000 | 7)]
    with bridge(lab, *vlans, filtering=1, options="vlan_protocol 802.1ad"), cables(lab) as c:
        for tags, inside in (((), ()), (customer, customer)):
            word = c.send("h3", BROADCAST, 3, tags=tags)
            seen = only(word, c.got(word), "lan")
            assert seen == [c.frame("h3", BROADCAST, word, tags=[(AD, 100), *inside])] * 3
        word = bridged_by_chip(lab, lambda: c.send("lan", "h3", 100, tags=[(AD, 0xa000 | 100), *customer]), 100)
        seen = only(word, c.got(word), "h3")
        assert seen == [c.frame("lan", "h3", word, tags=customer)] * 100
        # a tag of the other kind is no VLAN: PVID 1, where h4 is
        word = c.send("lan", BROADCAST, 3, tags=[(Q, 100)])
        assert only(word, c.got(word), "h4") == [c.frame("lan", BROADCAST, word, tags=[(Q, 100)])] * 3
        assert c.counts(c.send("lan", BROADCAST, 3, tags=[(AD, 101)])) == {}
        assert [f["vid"] for f in sorted(lab.qmp("query-nftsw-vlans"), key=lambda f: f["vid"])] == [1, 100]


@pytest.mark.parametrize("filtering", (0, 1))
def test_fm39_priority_tags(lab, filtering):
    """VLAN 0 is no VLAN. Aware, the priority goes on in the tag of the VLAN; not aware, octets stay."""
    vlans = ("bridge vlan add dev swp1 vid 10", "bridge vlan del dev swp3 vid 1", "bridge vlan del dev swp4 vid 1",
             *(f"bridge vlan add dev {dev} vid 10 pvid untagged" for dev in ("swp3", "swp4")))
    tags = [(Q, 0xa000)]
    with bridge(lab, *(vlans if filtering else ()), filtering=filtering), cables(lab) as c:
        def check(dst, count, *hosts):
            word = bridged_by_chip(lab, lambda: c.send("h3", dst, count, tags=tags), count)
            want = {"lan": [(Q, 0xa000 | 10)], "h4": []} if filtering else {"lan": tags, "h4": tags}
            got = c.got(word)
            assert set(got) == set(hosts)
            for host in hosts:
                assert got[host] == [c.frame("h3", dst, word, tags=want[host])] * count, host

        c.speak("lan", vid=10 if filtering else None)
        c.speak("h4")
        check(BROADCAST, 3, "lan", "h4")
        check("lan", 100, "lan")
        check("h4", 100, "h4")


def received(lab, dev):
    return int(lab.guest(f"cat /sys/class/net/{dev}/statistics/rx_packets").out)


@pytest.mark.parametrize("filtering", (0, 1))
def test_fm39_vlan_device_below_the_bridge(lab, filtering):
    """VLAN 50 of swp1 has a device of its own: its frames come to that, and the bridge has the rest."""
    below = ("ip link add link swp1 name swp1.50 type vlan id 50", "ip link set swp1.50 up")
    with bridge(lab, *below, *(f"bridge vlan add dev {d} vid 51" for d in PORTS.values() if filtering),
                filtering=filtering), cables(lab) as c:
        try:
            own = lab.guest("cat /sys/class/net/swp1.50/address").out.strip()
            c.speak("h3", vid=51)
            for dst in (BROADCAST, own):
                before = received(lab, "swp1.50")
                assert c.counts(c.send("lan", dst, 5, vid=50)) == {}
                assert received(lab, "swp1.50") - before == 5
            before = received(lab, "swp1.50")
            assert c.counts(c.send("lan", BROADCAST, 5, vid=51)) == {"h3": 5, "h4": 5}
            assert c.counts(c.send("lan", BROADCAST, 5)) == {"h3": 5, "h4": 5}
            word = bridged_by_chip(lab, lambda: c.send("lan", "h3", 100, vid=51), 100)
            assert c.counts(word) == {"h3": 100}
            assert received(lab, "swp1.50") == before
            guest(lab, "ip link del swp1.50")
            # nobody's any more: the bridge's, as VLANs are there
            assert c.counts(c.send("lan", BROADCAST, 5, vid=50)) == ({} if filtering else {"h3": 5, "h4": 5})
        finally:
            lab.guest("ip link del swp1.50 2>/dev/null || true")


def vids(lab):
    """VLANs in the chip."""
    return sorted(f["vid"] for f in lab.qmp("query-nftsw-vlans"))


def test_fm39_default_pvid_and_filtering_change(lab):
    """At run time: the kernel lets default_pvid change while VLANs are not filtered."""
    def become(pvid):
        guest(lab, f"ip link set {BRIDGE} type bridge vlan_filtering 0",
              f"ip link set {BRIDGE} type bridge vlan_default_pvid {pvid}",
              f"ip link set {BRIDGE} type bridge vlan_filtering 1")

    with bridge(lab, filtering=1), cables(lab) as c:
        assert vids(lab) == [1]
        become(30)
        assert vids(lab) == [30]
        assert c.counts(c.send("lan", BROADCAST, 3)) == {"h3": 3, "h4": 3}
        assert c.counts(c.send("lan", BROADCAST, 3, vid=30)) == {"h3": 3, "h4": 3}
        assert c.counts(c.send("lan", BROADCAST, 3, vid=1)) == {}
        c.speak("h3")
        word = bridged_by_chip(lab, lambda: c.send("lan", "h3", 100), 100)
        assert c.counts(word) == {"h3": 100}
        wait_until("known in VLAN 30", lambda: fdb(lab, c.mac["h3"], 30))
        become(0)
        assert vids(lab) == []
        assert c.counts(c.send("lan", BROADCAST, 3)) == {}
        become(1)
        assert c.counts(c.send("lan", BROADCAST, 3)) == {"h3": 3, "h4": 3}
        guest(lab, f"ip link set {BRIDGE} type bridge vlan_filtering 0")
        assert vids(lab) == [0]
        assert c.counts(c.send("lan", BROADCAST, 3, vid=77)) == {"h3": 3, "h4": 3}


def test_fm39_fdb_flush_by_vlan(lab):
    """bridge fdb flush, of a VLAN and of all: what is forgotten is flooded again, and nothing else."""
    vlans = [f"bridge vlan add dev {dev} vid {vid}" for dev in PORTS.values() for vid in (10, 20)]
    with bridge(lab, *vlans, filtering=1), cables(lab) as c:
        def known(vid):
            return bool(fdb(lab, c.mac["h3"], vid))

        for vid in (10, 20):
            c.speak("h3", vid=vid)
        wait_until("known in both", lambda: known(10) and known(20))
        guest(lab, f"bridge fdb flush dev {BRIDGE} vlan 10")
        wait_until("forgotten in VLAN 10", lambda: not known(10), timeout=5)
        wait_until("flooded", lambda: c.counts(c.send("lan", "h3", vid=10)) == {"h3": 1, "h4": 1}, timeout=5)
        assert known(20)
        assert c.counts(c.send("lan", "h3", 5, vid=20)) == {"h3": 5}
        guest(lab, f"bridge fdb flush dev {BRIDGE}")
        wait_until("forgotten in VLAN 20", lambda: not known(20), timeout=5)
        wait_until("flooded", lambda: c.counts(c.send("lan", "h3", vid=20)) == {"h3": 1, "h4": 1}, timeout=5)


@pytest.mark.parametrize("filtering", (0, 1))
def test_fm39_two_bridges_do_not_mix(lab, filtering):
    """The same addresses, and the same VLAN, in two bridges: lan and h3 in one, wan and h4 in the other."""
    one, two = {"lan": "swp1", "h3": "swp3"}, {"wan": "swp2", "h4": "swp4"}
    twin, shared = "02:99:00:00:00:42", "02:99:00:00:00:43"
    with bridge(lab, ports=one, filtering=filtering), \
            bridge(lab, ports=two, filtering=filtering, name="br1", inner=True), \
            cables(lab, ("lan", "wan", "h3", "h4")) as c:
        for host in ("h3", "h4"):
            c.speak(host, smac=twin)
        for src, dst in (("lan", "h3"), ("wan", "h4"), ("h3", "lan"), ("h4", "wan")):
            assert c.counts(c.send(src, BROADCAST, 3, smac=shared)) == {dst: 3}
        for src, dst in (("lan", "h3"), ("wan", "h4")):
            word = bridged_by_chip(lab, lambda s=src: c.send(s, twin, 100), 100)
            assert c.counts(word) == {dst: 100}
        # a port goes over: its frames are the other bridge's, and what was known of it is gone
        guest(lab, "ip link set swp3 nomaster", "ip link set swp3 master br1")
        wait_until("h3 is in the other bridge", lambda: c.counts(c.send("wan", BROADCAST)) == {"h3": 1, "h4": 1},
                   timeout=5)
        assert c.counts(c.send("lan", twin, 3)) == {}
        assert c.counts(c.send("lan", BROADCAST, 3)) == {}
        assert c.counts(c.send("h3", twin, 3)) == {"h4": 3}
