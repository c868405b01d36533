# SPDX-License-Identifier: GPL-2.0
"""What a bridge port is told: flags, police, locks; and its neighbours: software ports, control protocols.

Hosts lan, h3 and h4 are behind ports of one bridge; see bridged.py.
"""
import contextlib
import time

import pytest
from bridged import (BRIDGE, BROADCAST, DEBUGFS, GROUP, UNKNOWN, Inside, bridge, bridged_by_chip, cables, counters,
                     fdb, guest, tagged)
from evidence import reasons, wait_until
from scapy.all import IP, UDP, Raw

FAR, OTHER = "02:99:00:00:00:77", "02:99:00:00:00:78"
# the bridge's own device is in no VLAN: the CPU gets no copies of what is flooded
NO_COPIES = (f"bridge vlan del dev {BRIDGE} vid 1 self",)


def port(lab, dev, *flags):
    guest(lab, f"bridge link set dev {dev} {' '.join(flags)}")


# ---- flags: each off, or on, at swp3, where h3 is ------------------------------------

def floods_but(lab, c, flag, dst):
    """One kind of floods leaves the port out, others do not; and it is back with its flag."""
    def check(to, *hosts):
        word = bridged_by_chip(lab, lambda: c.send("lan", to, 50), 50)
        assert c.counts(word) == {h: 50 for h in hosts}, f"{flag}, to {to}"

    port(lab, "swp3", flag, "off")
    for to in (UNKNOWN, GROUP, BROADCAST):
        check(to, *(("h4",) if to == dst else ("h3", "h4")))
    port(lab, "swp3", flag, "on")
    check(dst, "h3", "h4")


def learns_not(lab, c):
    port(lab, "swp3", "learning", "off")
    guest(lab, "ip link set swp3 type bridge_slave fdb_flush")
    c.speak("lan", "h3")
    word = bridged_by_chip(lab, lambda: c.send("lan", "h3", 50), 50)
    assert c.counts(word) == {"h3": 50, "h4": 50}
    assert not fdb(lab, c.mac["h3"]) and fdb(lab, c.mac["lan"])
    port(lab, "swp3", "learning", "on")
    c.speak("h3")
    word = bridged_by_chip(lab, lambda: c.send("lan", "h3", 50), 50)
    assert c.counts(word) == {"h3": 50}


def sends_back(lab, c):
    """Two hosts behind swp3, which is an access point, say."""
    c.speak("h3", smac=OTHER)
    assert c.counts(c.send("h3", OTHER, 5)) == {}
    port(lab, "swp3", "hairpin", "on")
    word = bridged_by_chip(lab, lambda: c.send("h3", OTHER, 50), 50)
    assert c.counts(word) == {"h3": 50}
    word = bridged_by_chip(lab, lambda: c.send("h3", BROADCAST, 50), 50)
    assert c.counts(word) == {"lan": 50, "h3": 50, "h4": 50}
    port(lab, "swp3", "hairpin", "off")
    assert c.counts(c.send("h3", OTHER, 5)) == {}


def locks_out(lab, c):
    """MAB: who is not known is told to user space, as a locked entry, and let in by it."""
    mac = c.mac["h3"]
    c.speak("lan")
    port(lab, "swp3", "locked", "on", "mab", "on")
    seen = reasons(lab)["locked_miss"]
    assert c.counts(c.send("h3", "lan", 5)) == {}
    assert reasons(lab)["locked_miss"] > seen
    wait_until("an entry that is locked", lambda: "locked" in str(fdb(lab, mac)))
    assert c.counts(c.send("h3", "lan", 5)) == {}, "a locked entry lets nobody in"
    guest(lab, f"bridge fdb replace {mac} dev swp3 master static vlan 1")
    wait_until("let in", lambda: c.counts(c.send("h3", "lan")) == {"lan": 1}, timeout=5)
    word = bridged_by_chip(lab, lambda: c.send("h3", "lan", 50), 50)
    assert c.counts(word) == {"lan": 50}
    port(lab, "swp3", "mab", "off", "locked", "off")


FLAGS = {
    "flood": lambda lab, c: floods_but(lab, c, "flood", UNKNOWN),
    "mcast_flood": lambda lab, c: floods_but(lab, c, "mcast_flood", GROUP),
    "bcast_flood": lambda lab, c: floods_but(lab, c, "bcast_flood", BROADCAST),
    "learning": learns_not,
    "hairpin": sends_back,
    "mab": locks_out,
}


@pytest.mark.parametrize("flag", FLAGS)
def test_fm39_flag_of_a_port(lab, flag):
    """Seen at the hosts, and done by the chip: the CPU is left alone."""
    with bridge(lab, *NO_COPIES, filtering=1), cables(lab) as c:
        FLAGS[flag](lab, c)


def test_fm39_port_is_policed(lab):
    """matchall with a police action: whatever comes in, a burst passes and the chip drops the rest."""
    police = ("tc qdisc add dev swp1 clsact", "tc filter add dev swp1 ingress matchall skip_sw "
              "action police pkts_rate 1 pkts_burst 10 conform-exceed drop/ok")
    with bridge(lab, *NO_COPIES, filtering=1), cables(lab) as c:
        try:
            c.speak("lan", "h3")
            guest(lab, *police)
            before = reasons(lab)["metered"], counters(lab)[1]
            counts = c.counts(c.send("lan", "h3", 50))
            assert set(counts) == {"h3"} and 10 <= counts["h3"] <= 13, counts
            counts = c.counts(c.send("lan", BROADCAST, 50))
            assert all(n <= 3 for n in counts.values()), "the bucket is one for all kinds of frames"
            assert reasons(lab)["metered"] - before[0] >= 80 and counters(lab)[1] - before[1] <= 20
            assert c.counts(c.send("h3", "lan", 50)) == {"lan": 50}, "the other direction is free"
            guest(lab, "tc filter del dev swp1 ingress")
            assert c.counts(c.send("lan", "h3", 50)) == {"h3": 50}
        finally:
            lab.guest("tc qdisc del dev swp1 clsact 2>/dev/null || true")


# ---- software ports --------------------------------------------------------------------

@contextlib.contextmanager
def software_port(lab):
    """Lines that put one end of a veth pair into the bridge; the other end, frame by frame."""
    guest(lab, "ip link add foreign type veth peer name far", "ip link set foreign up", "ip link set far up")
    try:
        with Inside(lab, "far") as far:
            guest(lab, f"ip link set foreign master {BRIDGE}")
            yield far
    finally:
        lab.guest("ip link del foreign")


class Everywhere:
    """Frames from the hosts and from the far end of the software port, and who gets how many of each."""

    def __init__(self, c, far):
        self.c, self.far = c, far
        self._expected, self._inject = {}, []

    def host(self, src, dst, count, *receivers):
        """count frames from a host; each receiver gets all of them, and nobody else any."""
        self._expected[self.c.send(src, dst, count)] = f"{src} to {dst}", {r: count for r in receivers}

    def outside(self, dst, count, *receivers):
        """The same from the far end, with the next check()."""
        word = self.c.word()
        self._inject += [tagged(FAR, self.c.mac.get(dst, dst), (), word.ljust(60, b"."))] * count
        self._expected[word] = f"far to {dst}", {r: count for r in receivers}

    def group(self, src, number, count, *receivers):
        """The same to a group, from a host or with the next check() from the far end."""
        word = self.c.word()
        packet = IP(src="192.0.2.9", dst=f"239.1.2.{number}", ttl=8) / UDP(dport=9) / Raw(word.ljust(60, b"."))
        frames = [tagged(self.c.mac.get(src, FAR), f"01:00:5e:01:02:{number:02x}", (), bytes(packet), 0x800)] * count
        if src == "far":
            self._inject += frames
        else:
            self.c.wire[src].send(*frames)
        self._expected[word] = f"{src} to group {number}", {r: count for r in receivers}

    def _wrong(self):
        """[(what, who got how many)] of those that are not as expected."""
        seen, wrong = self.far.seen(), []
        for word, (what, expected) in self._expected.items():
            got = self.c.counts(word, 0)
            if n := sum(word in frame for frame in seen):
                got["far"] = n
            if got != expected:
                wrong.append((what, got))
        return wrong

    def check(self):
        """All have come, and then no more."""
        self.far.send(*self._inject)
        with contextlib.suppress(AssertionError):
            wait_until("all have come", lambda: not self._wrong(), timeout=5)
        time.sleep(0.3)
        assert not self._wrong()
        self._expected, self._inject = {}, []


@pytest.mark.parametrize("filtering", (0, 1))
def test_fm39_software_port_in_the_bridge(lab, filtering):
    """Each frame once, at each port of either kind, whoever sends it; isolation holds between the kinds, too."""
    with bridge(lab, filtering=filtering), cables(lab) as c, software_port(lab) as far:
        every = Everywhere(c, far)
        for dst in (BROADCAST, UNKNOWN, GROUP):
            every.host("lan", dst, 20, "h3", "h4", "far")
            every.outside(dst, 20, "lan", "h3", "h4")
        every.check()
        # known on both sides
        c.speak("lan", "h3")
        every.host("lan", FAR, 20, "far")
        every.outside("h3", 20, "h3")
        every.check()
        word = bridged_by_chip(lab, lambda: c.send("lan", "h3", 100), 100)
        assert c.counts(word) == {"h3": 100}
        # isolated from each other, and from nobody else
        for dev in ("foreign", "swp3"):
            port(lab, dev, "isolated", "on")
        for dst in (BROADCAST, UNKNOWN):
            every.host("h3", dst, 5, "lan", "h4")
            every.host("lan", dst, 5, "h3", "h4", "far")
            every.outside(dst, 5, "lan", "h4")
        every.host("h3", FAR, 5)
        every.outside("h3", 5)
        every.check()


@pytest.mark.parametrize("filtering", (0, 1))
def test_fm39_groups_behind_a_software_port(lab, filtering):
    """Each frame once, at each member of either kind, and at routers; and at nobody else, since there is a querier."""
    options = "mcast_snooping 1 mcast_igmp_version 2 mcast_query_response_interval 100 mcast_querier 1"
    vid = "vid 1" if filtering else ""

    def member(action, dev, number):
        guest(lab, f"bridge mdb {action} dev {BRIDGE} port {dev} grp 239.1.2.{number} permanent {vid}")

    with bridge(lab, options=options, filtering=filtering), cables(lab) as c, software_port(lab) as far:
        wait_until("a querier", lambda: " querier4 " in lab.guest(f"cat {DEBUGFS}/bridge").out, timeout=20)
        for dev, number in (("swp3", 1), ("foreign", 1), ("foreign", 2), ("swp3", 3)):
            member("add", dev, number)
        every, bridged = Everywhere(c, far), counters(lab)[0]
        every.group("lan", 1, 20, "h3", "far")
        every.group("lan", 2, 20, "far")
        every.group("lan", 3, 20, "h3")
        every.group("lan", 4, 20)
        every.group("far", 1, 20, "h3")
        every.group("far", 2, 20)
        every.check()
        assert counters(lab)[0] - bridged >= 40, "the chip forwards to its own members"
        # one of two members leaves, and a router comes
        member("del", "swp3", 1)
        port(lab, "foreign", "mcast_router", "2")
        every.group("lan", 1, 20, "far")
        every.group("lan", 3, 20, "h3", "far")
        every.group("lan", 4, 20, "far")
        every.check()
        # no member is left that software serves: the CPU is left alone again
        guest(lab, "ip link set foreign nomaster")
        before = counters(lab)[1]
        every.group("lan", 3, 100, "h3")
        every.group("lan", 1, 100)
        every.check()
        assert counters(lab)[1] - before <= 20, "the CPU has seen them"


# ---- control protocols ------------------------------------------------------------------

# name: (destination, type or length, what is in front of the payload)
CONTROL = {
    "LLDP": ("01:80:c2:00:00:0e", 0x88cc, b""),
    "LACP": ("01:80:c2:00:00:02", 0x8809, b"\x01\x01"),
    "EAPOL": ("01:80:c2:00:00:03", 0x888e, b"\x02\x01"),
    "STP": ("01:80:c2:00:00:00", 60, b"\x42\x42\x03"),
    "PTP": ("01:1b:19:00:00:00", 0x88f7, b"\x00\x02"),
    "PTP peer delay": ("01:80:c2:00:00:0e", 0x88f7, b"\x02\x02"),
}
STATES = {
    "forwarding": (("state", "3"), ("state", "3")),
    # without a spanning tree the kernel leaves no other state as it is
    "disabled": (("state", "0"), ("state", "3")),
    # the kernel learns from LLDP and the like even at a locked port, unless learning is off
    "locked": (("locked", "on", "learning", "off"), ("locked", "off", "learning", "on")),
}


def control(c, kind, src):
    """A frame of that protocol, and the word in it."""
    word = c.word()
    dst, etype, front = CONTROL[kind]
    return word, tagged(src, dst, (), (front + word).ljust(60, b"."), etype)


def test_fm39_control_protocols_reach_the_cpu(lab):
    """To the CPU whatever the port's state, never forwarded by the chip; software forwards what it would.

    That is PTP to an ordinary group, STP while the bridge has none, and LLDP when group_fwd_mask says
    so: were the frames marked as forwarded by the chip, software would not.
    """
    with bridge(lab), cables(lab) as c, Inside(lab, "swp1") as cpu:
        for n, (state, (on, off)) in enumerate(STATES.items()):
            port(lab, "swp1", *on)
            stranger = f"02:99:00:00:01:{n:02x}"    # software, too, lets nobody through a lock that it knows not
            bridged, before = counters(lab)[0], reasons(lab)
            sent = {kind: control(c, kind, stranger) for kind in CONTROL}
            for _, frame in sent.values():
                c.wire["lan"].send(*[frame] * 3)
            wait_until("all at the CPU", lambda: all(cpu.count(word) >= 3 for word, _ in sent.values()), timeout=5)
            # a host may say a word of its own meanwhile, but not three
            assert counters(lab)[0] - bridged < 3, "the chip has forwarded"
            after = reasons(lab)
            assert after["l2_control"] - before["l2_control"] >= 15 and after["ptp"] - before["ptp"] == 3
            time.sleep(0.4)
            for kind, (word, _) in sent.items():
                assert cpu.count(word) == 3, f"{kind}, {state}"
                software = kind in ("PTP", "STP") and state == "forwarding"
                assert c.counts(word, 0) == ({"h3": 3, "h4": 3} if software else {}), f"{kind}, {state}"
            port(lab, "swp1", *off)
        guest(lab, f"ip link set {BRIDGE} type bridge group_fwd_mask 0x4000")
        word, frame = control(c, "LLDP", c.mac["lan"])
        c.wire["lan"].send(*[frame] * 3)
        assert c.counts(word) == {"h3": 3, "h4": 3}
