# SPDX-License-Identifier: GPL-2.0
"""Rules of nft's netdev chains and tc's filters in the chip, judged by who gets the frames.

Frames are made by hand and leave host lan past its IP stack; what arrives is caught octet by
octet at wan and at h3. The chip's list is read over QMP, past the guest.
"""
import contextlib
import re
import time

import nftsw_router as router
import proof as proofs
import pytest
from evidence import assert_audit, both_offloaded, flows_of, reasons, slot, wait_until
from scapy.all import IP, UDP, Dot1Q, Ether, IPv6, Raw
from traffic import TcpStream
from wire import Wire

P = router.PLAN
DEBUGFS = "/sys/kernel/debug/nftsw/*"
SPORT, DPORT = 40100, 40200
# the connection's five; nft makes one load of "udp sport udp dport", which the kernel does not offload
TUPLE = f"ip saddr {P.lan_host} ip daddr {P.wan_host} udp dport {DPORT} udp sport & 0xffff == {SPORT}"
COUNT = 40
# numbers of frames that only make a connection known
OTHERS = 900000
# frames of other origin (ARP, neighbour queries) that the CPU may see meanwhile
NOISE = 10


def ruleset(rules, devices=("swp1",), priority=10):
    names = ", ".join(f'"{d}"' for d in devices)
    lines = "\n".join(f"\t\t{r}" for r in rules)
    return (f"table netdev acl {{\n\tchain in {{\n\t\ttype filter hook ingress devices = {{ {names} }}"
            f" priority {priority}; policy accept; flags offload\n{lines}\n\t}}\n}}\n")


def load(lab, *rules, **more):
    lab.guest("nft -f -", stdin=ruleset(rules, **more))


def listed(lab, handles=False):
    return lab.guest(f"nft {'-a ' if handles else ''}list table netdev acl").out


def counted(lab, word="counter"):
    """Packets and bytes of the first counter in the chain, as nft tells them."""
    found = re.search(word + r" packets (\d+) bytes (\d+)", listed(lab))
    return int(found[1]), int(found[2])


def at_rest(lab):
    """The same number of packets, when the chip's are in it: the driver asks once a second."""
    seen = [counted(lab)[0]]

    def same():
        seen.append(counted(lab)[0])
        return seen[-1] == seen[-2]

    time.sleep(1.5)
    wait_until("the counter rests", same, interval=1.5)
    return seen[-1]


def chip(lab):
    """The chip's list, in its order."""
    return lab.qmp("query-nftsw-acl")


def verdicts(lab):
    return [r["verdict"] for r in chip(lab)]


def stats(lab):
    text = lab.guest(f"cat {DEBUGFS}/acl_stats").out
    words = [line.strip() for line in text.splitlines() if line.startswith("  ")]
    return {m[1]: int(m[2]) for m in re.finditer(r"^(\w+) +(\d+)$", text, re.M)}, words


@pytest.fixture
def acl(lab):
    """Nothing is left in the chip afterwards, and the driver's list was the chip's."""
    yield lab
    assert_audit(lab)
    lab.guest("nft delete table netdev acl 2>/dev/null; tc qdisc del dev swp1 clsact 2>/dev/null; true")
    wait_until("the chip's list is empty", lambda: not chip(lab))


class Bench:
    """Frames from lan, and who has got them."""

    def __init__(self, lab, lan, wan, h3):
        self.lab, self.lan, self.ends = lab, lan, {"wan": wan, "h3": h3}
        self.mac = lab.guest("cat /sys/class/net/swp1/address").out.strip()

    def frames(self, count=COUNT, dport=DPORT, tag=None, v6=False, first=0):
        """UDP to wan, numbered."""
        out = []
        for n in range(first, first + count):
            eth = Ether(src="02:aa:00:00:00:77", dst=self.mac)
            if tag is not None:
                eth = eth / Dot1Q(vlan=tag)
            ip = IPv6(src=P.lan_host6, dst=P.wan_host6) if v6 else IP(src=P.lan_host, dst=P.wan_host)
            out.append(bytes(eth / ip / UDP(sport=SPORT, dport=dport) / Raw(b"acl %06d" % n + bytes(40))))
        return out

    def send(self, frames):
        for wire in self.ends.values():
            wire.clear()
        self.lan.send(frames)

    @staticmethod
    def numbers(frames):
        found = (int(m[1]) for f in frames if (m := re.search(rb"acl (\d{6})", f)))
        return sorted(n for n in found if n < OTHERS)

    def got(self, end):
        return self.numbers(self.ends[end].seen())

    def arrives(self, frames, end):
        """Send them: each arrives at that end, once; others do not count."""
        want = self.numbers(frames)
        self.send(frames)
        wait_until(f"{len(want)} frames at {end}", lambda: len(self.got(end)) >= len(want))
        self.settle()
        assert self.got(end) == want

    def settle(self, seconds=0.7):
        """Until nothing has come in for a while."""
        wait_until("the wires are quiet", lambda: min(w.quiet_for() for w in self.ends.values()) > seconds)

    def offloaded(self, **kind):
        """Until the chip forwards these frames."""
        def there():
            self.send(self.frames(1, first=OTHERS, **kind))
            return [f for f in proofs.chip_flows(self.lab) if f["key"]["sport"] == SPORT
                    and f["key"]["dport"] == kind.get("dport", DPORT)]
        wait_until("the connection is in the chip", there, interval=0.3)
        self.settle()


@pytest.fixture
def bench(acl):
    lab = acl
    # nobody answers that the port is closed
    lab.host("wan", "nft -f -", stdin="table inet deaf { chain in { type filter hook input priority 0\n"
                                      "meta l4proto udp drop\n}\n}\n")
    with Wire(lab, "lan") as lan, Wire(lab, "wan") as wan, Wire(lab, "h3") as h3:
        yield Bench(lab, lan, wan, h3)
    lab.host("wan", "nft delete table inet deaf")


@contextlib.contextmanager
def cpu_silent(lab):
    before = proofs.port_sums(lab)[0]
    yield
    assert proofs.port_sums(lab)[0] - before <= NOISE, "frames reached the CPU port"


def test_acl_drop_stops_frames_in_the_chip(bench):
    lab = bench.lab
    load(lab, f"udp dport {DPORT} counter drop", "counter accept")
    assert verdicts(lab) == ["drop", "pass"]
    before = reasons(lab)["acl_drop"]
    with cpu_silent(lab):
        bench.send(bench.frames())
        wait_until("dropped", lambda: reasons(lab)["acl_drop"] - before == COUNT)
    bench.settle()
    assert bench.got("wan") == []
    assert chip(lab)[0]["packets"] == COUNT
    wait_until("nft tells it", lambda: counted(lab) == (COUNT, chip(lab)[0]["octets"]))
    assert chip(lab)[0]["octets"] == COUNT * (20 + 8 + 50)
    line = lab.guest(f"cat {DEBUGFS}/acl").out.splitlines()[0]
    assert "offloaded nft prio=10" in line and f"dport={DPORT}" in line and f"packets={COUNT}" in line
    assert f"occ {len(chip(lab))} " in re.sub(r"\s+", " ", lab.guest(
        f"devlink resource show pci/{slot(lab)} | grep acl").out) + " "
    # other frames pass
    bench.arrives(bench.frames(dport=DPORT + 1), "wan")


@pytest.mark.parametrize("rule, taken, left", [
    ("ip6 daddr 2001:db8:2::/64 drop", {"v6": True}, {}),
    (f"{TUPLE} drop", {}, {"dport": 7}),
    ("ether saddr 02:aa:00:00:00:77 meta protocol ip drop", {}, {"v6": True}),
    ("meta l4proto udp drop", {"v6": True}, None),
    ("iif swp1 udp dport 40200 drop", {}, {"dport": 7}),
    ("vlan id 5 drop", {"tag": 5}, {}),
    ("vlan id 5 ip daddr 203.0.113.2 drop", {"tag": 5}, {}),
])
def test_acl_takes_what_nft_says(bench, rule, taken, left):
    lab = bench.lab
    load(lab, rule)
    with cpu_silent(lab):
        bench.send(bench.frames(**taken))
        wait_until("dropped", lambda: chip(lab)[0]["packets"] == COUNT)
    if left is not None:
        bench.arrives(bench.frames(**left), "wan")
        assert chip(lab)[0]["packets"] == COUNT


def test_acl_counts_each_frame_once(bench):
    lab = bench.lab
    load(lab, f"{TUPLE} counter accept")
    bench.offloaded()
    before = at_rest(lab)
    with cpu_silent(lab):
        bench.arrives(bench.frames(), "wan")
    wait_until("the chip's are added", lambda: counted(lab)[0] - before == COUNT)
    assert chip(lab)[0]["packets"] >= COUNT
    # a neighbour's are not counted
    before = at_rest(lab)
    bench.arrives(bench.frames(dport=DPORT + 1), "wan")
    assert at_rest(lab) == before
    # without the flow table all of it is software's
    router.load(lab, "none")
    wait_until("software forwards", lambda: not proofs.chip_flows(lab))
    in_chip, before = chip(lab)[0]["packets"], at_rest(lab)
    bench.arrives(bench.frames(), "wan")
    wait_until("software's are there", lambda: counted(lab)[0] - before == COUNT)
    assert chip(lab)[0]["packets"] == in_chip


def test_acl_fwd_sends_frames_as_they_are(bench):
    lab = bench.lab
    load(lab, f'{TUPLE} fwd to "swp3"')
    frames = bench.frames()
    with cpu_silent(lab):
        bench.arrives(frames, "h3")
    assert sorted(f for f in bench.ends["h3"].seen() if b"acl 0" in f) == sorted(frames)
    assert bench.got("wan") == []
    # a neighbour's go where they would
    bench.arrives(bench.frames(dport=DPORT + 1), "wan")
    assert bench.got("h3") == []
    assert chip(lab)[0]["port"] == 2 and chip(lab)[0]["packets"] == COUNT


def test_acl_dup_makes_one_copy(bench):
    lab = bench.lab
    router.load(lab, "none")
    load(lab, f'{TUPLE} dup to "swp3"')
    frames = bench.frames()
    # software has the frames, and copies them
    bench.arrives(frames, "wan")
    assert bench.got("h3") == bench.numbers(frames)
    assert chip(lab)[0]["packets"] == 0
    # the chip has, and does
    router.load(lab, "hardware")
    bench.offloaded()
    with cpu_silent(lab):
        bench.arrives(frames, "wan")
    assert bench.got("h3") == bench.numbers(frames)
    assert sorted(f for f in bench.ends["h3"].seen() if b"acl 0" in f) == sorted(frames)
    assert chip(lab)[0]["packets"] >= COUNT


def test_acl_stops_an_offloaded_connection(bench):
    lab = bench.lab
    bench.offloaded()
    load(lab, f"{TUPLE} drop")
    with cpu_silent(lab):
        bench.send(bench.frames())
        wait_until("dropped", lambda: chip(lab)[0]["packets"] == COUNT)
    bench.settle()
    assert bench.got("wan") == []
    lab.guest("nft delete table netdev acl")
    assert chip(lab) == []
    bench.offloaded()
    with cpu_silent(lab):
        bench.arrives(bench.frames(), "wan")


def test_acl_tcp_stalls_and_goes_on(acl):
    lab = acl
    with TcpStream(lab, "lan", "wan", P.wan_host, port=7091) as stream:
        stream.talk()
        both_offloaded(lab)
        load(lab, "tcp dport 7091 drop")
        rule = chip(lab)[0]
        assert not stream.answers("into the wall", timeout=3)
        assert chip(lab)[0]["packets"] > rule["packets"]
        before = flows_of(lab, 6, P.lan_host)[0]["packets"]
        lab.guest("nft delete table netdev acl")
        assert stream.answers("and on we go")
        wait_until("the chip carries it", lambda: flows_of(lab, 6, P.lan_host)[0]["packets"] > before)


def test_acl_rules_keep_the_order_of_the_chain(bench):
    lab = bench.lab
    load(lab, f"udp dport {DPORT + 1} accept", f"udp dport {DPORT} drop")
    lab.guest(f"nft add rule netdev acl in udp dport {DPORT} accept")
    assert verdicts(lab) == ["pass", "drop", "pass"]
    bench.send(bench.frames())
    wait_until("the first one that matches wins", lambda: chip(lab)[1]["packets"] == COUNT)
    handle = re.search(r"drop # handle (\d+)", listed(lab, handles=True))[1]
    lab.guest(f"nft delete rule netdev acl in handle {handle}")
    assert verdicts(lab) == ["pass", "pass"]
    bench.arrives(bench.frames(), "wan")


@pytest.mark.parametrize("rule, reason, words", [
    ('udp dport 7 fwd to "lo"', "egress", "lo is not a port of this chip"),
    ('udp dport 7 dup to "lo"', "egress", "lo is not a port of this chip"),
    ('udp dport 7 dup to "swp3" dup to "swp4"', "mirror", "more than one copy"),
    ("iif swp4 udp dport 7 drop", "ingress", "is not a port bound to this chain"),
])
def test_acl_refusal_changes_nothing(acl, rule, reason, words):
    lab = acl
    load(lab, "udp dport 7 drop", "udp dport 8 accept")
    before, rules, counts = listed(lab), [(r["index"], r["cookie"]) for r in chip(lab)], stats(lab)[0]
    got = lab.guest(f"nft add rule netdev acl in {rule}", check=False)
    assert got.rc != 0 and "not supported" in got.err.lower(), got.err
    now, last = stats(lab)
    assert now[f"refused_{reason}"] == counts[f"refused_{reason}"] + 1
    assert reason in last[-1] and words in last[-1], last
    assert listed(lab) == before
    assert [(r["index"], r["cookie"]) for r in chip(lab)] == rules
    # what nft deletes in the same breath comes back to its place
    handle = re.search(r"drop # handle (\d+)", listed(lab, handles=True))[1]
    got = lab.guest("nft -f -", check=False,
                    stdin=f"delete rule netdev acl in handle {handle}\nadd rule netdev acl in {rule}\n")
    assert got.rc != 0
    assert listed(lab) == before and verdicts(lab) == ["drop", "pass"]


def test_acl_device_above_is_refused_with_a_reason(acl):
    """nft throws the words of an extack away; the driver's own log has them."""
    lab = acl
    before = stats(lab)[0]["refused_device"]
    lab.guest("nft add table netdev acl; ip link add link swp2 name swp2.9 type vlan id 9")
    try:
        got = lab.guest("nft add chain netdev acl above '{ type filter hook ingress device swp2.9 priority 5; "
                        "flags offload; }'", check=False)
        assert got.rc != 0 and "not supported" in got.err.lower(), got.err
        now, last = stats(lab)
        assert now["refused_device"] == before + 1
        assert "swp2.9 is no port" in last[-1], last
        # tc has its qdisc there all the same, and is not told
        lab.guest("tc qdisc add dev swp2.9 clsact")
        assert stats(lab)[0]["refused_device"] == before + 1
    finally:
        lab.guest("ip link del swp2.9")


def test_acl_ports_share_rules(bench):
    lab = bench.lab
    load(lab, f"udp dport {DPORT} drop", devices=("swp1", "swp2", "swp3"))
    assert [r["ports"] for r in chip(lab)] == [[0, 1, 2]]
    bench.send(bench.frames())
    wait_until("dropped", lambda: chip(lab)[0]["packets"] == COUNT)
    lab.guest("nft add table netdev two; nft add chain netdev two in"
              " '{ type filter hook ingress device swp2 priority 20; flags offload; }';"
              " nft add rule netdev two in udp dport 9 drop")
    try:
        assert [r["ports"] for r in chip(lab)] == [[0, 1, 2], [1]]
    finally:
        lab.guest("nft delete table netdev two")
    assert len(chip(lab)) == 1


def test_acl_survives_the_chip(bench):
    lab = bench.lab
    load(lab, f"udp dport {DPORT} counter drop", "counter accept")
    rules = [(r["index"], r["cookie"], r["verdict"]) for r in chip(lab)]
    bench.send(bench.frames())
    wait_until("counted", lambda: counted(lab)[0] == COUNT)
    lab.guest(f"devlink dev reload pci/{slot(lab)} action fw_activate", timeout=120)
    assert [(r["index"], r["cookie"], r["verdict"]) for r in chip(lab)] == rules
    router.ready(lab)
    with cpu_silent(lab):
        bench.send(bench.frames())
        wait_until("dropped again", lambda: chip(lab)[0]["packets"] == COUNT)
    wait_until("counters go on", lambda: counted(lab)[0] == 2 * COUNT)


def test_acl_offload_has_to_be_on(acl):
    lab = acl
    lab.guest("ethtool -K swp1 hw-tc-offload off")
    try:
        got = lab.guest("nft -f -", check=False, stdin=ruleset(["udp dport 7 drop"]))
        assert got.rc != 0
        assert "hw-tc-offload is off on swp1" in stats(lab)[1][-1]
        assert chip(lab) == []
    finally:
        lab.guest("ethtool -K swp1 hw-tc-offload on")
    load(lab, "udp dport 7 drop")
    lab.guest("ethtool -K swp1 hw-tc-offload off", check=False)
    try:
        assert "hw-tc-offload: on" in lab.guest("ethtool -k swp1").out
        assert len(chip(lab)) == 1
    finally:    # or it goes off when the features are next looked at, as when a bridge comes
        lab.guest("ethtool -K swp1 hw-tc-offload on")


def tc(lab, match, action, check=True):
    return lab.guest(f"tc filter add dev swp1 ingress {match} skip_sw {action}", check=check)


def trapped_then_routed(bench):
    """What a filter traps software routes: it arrives, and the chip has said why it went to the CPU."""
    lab = bench.lab
    before = reasons(lab)["acl_trap"]
    tc(lab, f"pref 6 protocol ip flower ip_proto udp dst_port {DPORT}", "action trap")
    assert verdicts(lab) == ["redirect", "trap", "pass"]
    bench.arrives(bench.frames(), "wan")
    assert reasons(lab)["acl_trap"] - before == COUNT
    assert chip(lab)[1]["packets"] == COUNT
    lab.guest("tc filter del dev swp1 ingress pref 6")


def test_acl_takes_filters_of_tc(bench):
    lab = bench.lab
    lab.guest("tc qdisc add dev swp1 clsact")
    tc(lab, f"pref 7 protocol ip flower ip_proto udp src_ip {P.lan_host} dst_ip {P.wan_host} dst_port {DPORT}",
       "action drop")
    tc(lab, "pref 8 protocol ipv6 flower dst_ip 2001:db8:ffff::1", "action drop")
    lab.guest("tc filter del dev swp1 ingress pref 8")
    tc(lab, f"pref 5 protocol ip flower ip_proto udp dst_port {DPORT + 1}",
       "action mirred egress redirect dev swp3")
    assert verdicts(lab) == ["redirect", "drop"]
    with cpu_silent(lab):
        bench.send(bench.frames())
        wait_until("dropped", lambda: chip(lab)[1]["packets"] == COUNT)
        bench.arrives(bench.frames(dport=DPORT + 1), "h3")

    def told():
        out = lab.guest("tc -s filter show dev swp1 ingress").out
        return "in_hw" in out and len(re.findall(rf"Sent hardware \d+ bytes {COUNT} pkt", out)) == 2

    wait_until("tc tells it", told)
    # in front of nft, which does not see what tc has dropped
    load(lab, f"udp dport {DPORT} counter accept", priority=1)
    assert verdicts(lab) == ["redirect", "drop", "pass"]
    got = tc(lab, "pref 9 protocol ip flower ip_tos 4", "action drop", check=False)
    assert got.rc != 0 and "match on TOS or TTL" in got.err + got.out, got.err
    got = tc(lab, "pref 9 protocol ip matchall", "action drop", check=False)
    assert got.rc != 0 and "for protocol all only" in got.err + got.out, got.err
    lab.guest("tc filter del dev swp1 ingress pref 7")
    assert verdicts(lab) == ["redirect", "pass"]
    trapped_then_routed(bench)
    lab.guest("tc qdisc del dev swp1 clsact")
    assert verdicts(lab) == ["pass"]


def test_acl_makes_a_bump_in_the_wire(bench):
    """A filter sees unicast that the port's address filter keeps out."""
    lab = bench.lab
    frames = [b"\x02\xbb\x00\x00\x00\x01" + frame[6:] for frame in bench.frames()]
    before = reasons(lab)["uc_filter"]
    lab.guest("tc qdisc add dev swp1 clsact")
    tc(lab, "matchall", "action mirred egress redirect dev swp3")
    with cpu_silent(lab):
        bench.arrives(frames, "h3")
    assert reasons(lab)["uc_filter"] == before
    assert chip(lab)[0]["packets"] >= COUNT
    lab.guest("tc filter del dev swp1 ingress")
    bench.send(frames)
    wait_until("kept out again", lambda: reasons(lab)["uc_filter"] - before == COUNT)
    assert bench.got("h3") == []
