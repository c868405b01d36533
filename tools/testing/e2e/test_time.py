# SPDX-License-Identifier: GPL-2.0
"""Time and accounting: flows that rest, flows that never rest, and what is counted."""
import hashlib
import json
import random
import re
import time

import nftsw_router as router
import proof as proofs
import pytest
from conftest import flowtable_modes
from dialogue import Echo, Stream, push
from ends import Ends, receive, silent
from evidence import (TCP, UDP, assert_goes_on, both_offloaded, chip_empty, conntrack, flows_of,
                      wait_until)
from scapy.all import IP
from settings import ACCT, flow_timeout, sysctls
from talk import ETH_ZLEN, NOISE, Talk, Tuple, nat_talk, noise

P = router.PLAN
MARK = {"software": "[OFFLOAD]", "hardware": "[HW_OFFLOAD]"}


def offloaded(lab, mode, proto="udp"):
    """Is the connection of lan marked and carried as `mode` says?"""
    if mode == "hardware" and not all(flows_of(lab, {"udp": UDP, "tcp": TCP}[proto], P.lan_host)):
        return False
    return any(MARK[mode] in line for line in conntrack(lab, proto, f"src={P.lan_host}"))


def test_fm16_udp_rests_and_goes_on(lab, mode):
    """Offloaded, forgotten after its timeout, offloaded again; and never a hole."""
    with flow_timeout(lab, 3), Ends(lab) as ends:
        echo = Echo(ends, 41016)
        for _ in range(2):
            echo.talk()
            if mode != "none":
                wait_until("offloaded", lambda: echo.once() and offloaded(lab, mode))
                assert_goes_on(lab, echo, mode, lines=6, proto=UDP)
                wait_until("forgotten", lambda: not offloaded(lab, mode), timeout=20)
                assert chip_empty(lab), "the entry outlived its flow"
                assert conntrack(lab, "udp", f"src={P.lan_host}"), "conntrack forgot it, too"


@pytest.mark.soak
def test_fm17_one_way_udp_never_expires(lab, length):
    """Three times its timeout, and for real more than ten minutes: always the same two entries."""
    seconds, timeout = length(10, 620), length(3, None)
    with flow_timeout(lab, timeout), Ends(lab) as ends, silent(lab, "wan"):
        near, far = ends.udp("lan", P.lan_host, 41017), ends.wire("wan")
        sent, seen, cpu, mark, end = 0, None, None, far.mark(), time.monotonic() + seconds
        while time.monotonic() < end:
            near.sendto(sent.to_bytes(4, "big"), (P.wan_host, 5009))
            sent += 1
            time.sleep(0.02)
            if sent % 25:
                continue
            entry = flows_of(lab, UDP, P.lan_host)[0]
            if seen:
                assert entry, "the entry expired under traffic"
                assert entry["cookie"] == seen["cookie"], "the entry came and went"
                assert entry["packets"] > seen["packets"], "the chip has stopped to forward"
            elif entry:
                cpu = proofs.port_sums(lab)[0]
            seen = entry
        assert seen and seen["packets"] > 0.8 * sent, f"{seen} of {sent}"
        assert proofs.port_sums(lab)[0] - cpu <= NOISE + seconds // 10

        def mine(f):
            return f[23:24] == b"\x11" and f[36:38] == (5009).to_bytes(2, "big")

        far.take(mark, mine, sent)
        came = sorted(int.from_bytes(f[42:46], "big") for f in far.since(mark) if mine(f))
        assert came == list(range(sent)), "something came twice, or is another number than was sent"


@pytest.mark.soak
def test_fm18_slow_and_idle_tcp_live_on(lab, mode, length):
    """40 kB/s without a break, and a connection that rests meanwhile: neither is reset."""
    seconds, timeout = length(9, 320), length(4, None)
    with flow_timeout(lab, timeout), Ends(lab) as ends:
        listener = ends.listen("wan", P.wan_host, 7018)
        slow = ends.connect("lan", P.lan_host, (P.wan_host, 7018), 41018)
        slow_end = ends.accept(listener)
        idle = ends.connect("lan", P.lan_host, (P.wan_host, 7018), 42018)
        idle_end = ends.accept(listener)
        for client, server in ((idle, idle_end), (slow, slow_end)):
            for _ in range(5):
                push(client, server, noise(100))
        before, cpu = entries(lab, mode, 41018), proofs.port_sums(lab)[0]
        rounds = trickle(slow, slow_end, seconds)
        assert rounds >= 7.5 * seconds, f"{4 * rounds} kB in {seconds} s are no 40 kB/s"
        after = entries(lab, mode, 41018)
        for old, new in zip(before, after):
            assert new["cookie"] == old["cookie"], "the slow connection did not stay in the chip"
            # three packets each time, and an acknowledgement for every second one
            assert new["packets"] - old["packets"] >= rounds, "the chip counted too little"
        if mode == "hardware":
            assert proofs.port_sums(lab)[0] - cpu <= NOISE + seconds, "the CPU port was not silent"
            assert len(proofs.chip_flows(lab)) == 2, "the idle connection is there still"

        def both_ways():
            push(idle, idle_end, noise(100))
            push(idle_end, idle, noise(100))
            return True

        both_ways()
        before = entries(lab, mode, 42018, both_ways)
        both_ways()
        for old, new in zip(before, entries(lab, mode, 42018)):
            assert new["packets"] > old["packets"], "the chip did not count the one that had rested"
        lives = wait_until("conntrack's again", lambda: lives_without_flow(lab, 42018), timeout=60)
        assert min(lives) > 3600, f"conntrack keeps the connection for {lives} s"


def lives_without_flow(lab, port):
    """How long conntrack keeps the TCP connection from that port, s, when no flowtable has it."""
    return [int(re.search(r"^tcp +6 (\d+)", line)[1])
            for line in conntrack(lab, "tcp", f"sport={port} ") if "OFFLOAD" not in line]


def damaged(payload, talk):
    """Builder of the next TCP packet there, with a wrong IPv4 header checksum: the chip leaves it to
    the CPU, whose flowtable does not look at that and forwards it.
    """
    build = talk.data(payload, "there")

    def wrong(t, ttl):
        packet = IP(bytes(build(t, ttl)))
        total = packet.chksum + 0x1234
        packet.chksum = (total & 0xffff) + (total >> 16)
        return packet
    return wrong


def boot_age(lab):
    return float(lab.guest("cat /proc/uptime").out.split()[0])


@flowtable_modes
@pytest.mark.soak
def test_fm18_what_software_saw_keeps_a_flow_alive(lab, mode, length):
    """Only the CPU sees packets of a connection that is in the chip, until the chip's last hit is longer
    ago than the timeout: the flow is as young as its last packet, wherever that passed. Software
    forwards such packets as long as there is the flow, and never without it.

    netfilter takes the driver's lastused in place of a later end that software has set, but not in the
    first five minutes after boot, when both are numbers of 32 bits. The full length waits for them to
    pass; KUnit nftsw_flow.lastused_never_shortens_a_life needs no such time.
    """
    timeout, rounds, boot = 10, length(2, 4), length(0, 310)
    if boot:
        wait_until("five minutes after boot", lambda: boot_age(lab) > boot, timeout=boot, interval=5)
    with flow_timeout(lab, timeout), Ends(lab) as ends, silent(lab, "lan", "wan"):
        talk = nat_talk(lab, ends, 43018, TCP)
        talk.open(mode)
        talk.check(mode)
        old = talk.entries()
        for n in range(rounds):
            time.sleep(timeout * 0.7)
            talk.there(damaged(noise(), talk))
            assert [e and e["cookie"] for e in talk.entries()] == [e and e["cookie"] for e in old], \
                f"the flow ended under traffic, in round {n}"
        assert [e and e["packets"] for e in talk.entries()] == [e and e["packets"] for e in old]


def trickle(source, target, seconds):
    """40 kB/s for so long; what arrives is what was sent. How often 4 kB."""
    sent, got, rounds, start = hashlib.sha256(), hashlib.sha256(), 0, time.monotonic()
    while time.monotonic() < start + seconds:
        payload = noise(4000)
        source.sendall(payload)
        sent.update(payload)
        got.update(receive(target, len(payload)))
        rounds += 1
        time.sleep(max(0, start + 0.1 * rounds - time.monotonic()))
    assert sent.digest() == got.digest()
    return rounds


def entries(lab, mode, port, nudge=lambda: True):
    """The chip's entries of the connection from that port; waits for them when there must be some."""
    if mode != "hardware":
        return ()
    talk = Talk(lab, None, None, Tuple(P.lan_host, P.wan_host, port, 7018),
                Tuple(P.wan_router, P.wan_host, port, 7018), TCP)
    return wait_until("both directions in the chip",
                      lambda: nudge() and all(found := talk.entries()) and found)


def counted(lab, addr, port):
    """conntrack's [(packets, bytes) there, and back] of the UDP connection from addr and port."""
    family = "ipv6" if ":" in addr else "ipv4"
    lines = lab.guest(f"conntrack -L -f {family} -p udp 2>/dev/null").out.splitlines()
    mine = [line for line in lines if f"src={addr} " in line and f"sport={port} " in line]
    if not mine:
        return None
    return [tuple(map(int, pair)) for pair in re.findall(r"packets=(\d+) bytes=(\d+)", mine[0])]


def test_fm19_conntrack_counts_what_the_endpoints_did(lab, mode):
    """Packets and octets of both directions, exactly, once the last STATS poll has been."""
    with flow_timeout(lab, 10), sysctls(lab, ACCT), Ends(lab) as ends:
        want = {}
        for port, addr, server, header in ((41019, P.lan_host, P.wan_host, 28),
                                           (42019, P.lan_host6, P.wan_host6, 48)):
            echo = Echo(ends, port, addr, server)
            octets = [echo.once(random.randrange(20, 1200)) + header for _ in range(6)]
            if mode == "hardware":
                wait_until("in the chip", lambda: all(flows_of(lab, UDP, addr)))
            octets += [echo.once(random.randrange(20, 1200)) + header for _ in range(60)]
            want[addr, port] = [(len(octets), sum(octets))] * 2
        wait_until("conntrack has all of it",
                   lambda: {who: counted(lab, *who) for who in want} == want, timeout=20)
        time.sleep(2)
        assert {who: counted(lab, *who) for who in want} == want, "counted twice"


def test_fm19_nothing_is_lost_when_a_port_takes_no_flows_any_more(lab):
    """The chip's counters of a flow that goes on in software, or in the chip again, are told as if it had stayed."""
    with flow_timeout(lab, 10), sysctls(lab, ACCT), Ends(lab) as ends:
        echo, octets = Echo(ends, 43019), []

        def some():
            octets.extend(echo.once(random.randrange(20, 1200)) + 28 for _ in range(30))

        for _ in range(3):
            wait_until("in the chip", lambda: octets.append(echo.once() + 28) or all(flows_of(lab, UDP, P.lan_host)))
            some()
            lab.guest("ethtool -K swp1 hw-tc-offload off")
            assert chip_empty(lab)
            some()
            lab.guest("ethtool -K swp1 hw-tc-offload on")
        want = [(len(octets), sum(octets))] * 2
        wait_until("conntrack has all of it", lambda: counted(lab, P.lan_host, 43019) == want, timeout=20)
        time.sleep(2)
        assert counted(lab, P.lan_host, 43019) == want, "counted twice"


class Tally:
    """What really was on the cable of a host, both ways, frame by frame; with padding and FCS."""

    def __init__(self, ends, host):
        self.wire = ends.wire(host, sent=True)

    def facts(self):
        """What the switch's port must have counted: name -> number."""
        out = {}
        for way, frames in (("rx", self.wire.sent()), ("tx", self.wire.since(0))):
            sizes = [max(len(f), ETH_ZLEN) + 4 for f in frames]
            out[f"{way}_frames"], out[f"{way}_octets"] = len(frames), sum(sizes)
            out[f"{way}_bcast"] = sum(f[:6] == b"\xff" * 6 for f in frames)
            out[f"{way}_mcast"] = sum(f[0] & 1 for f in frames) - out[f"{way}_bcast"]
            for low, high in ((0, 64), (65, 127), (128, 255), (256, 511), (512, 1023), (1024, 1518)):
                out[f"{way}_{low}_{high}"] = sum(low <= s <= high for s in sizes)
        return out


def chip_says(lab, port):
    counters = {c["name"]: c["value"] for c in lab.qmp("query-nftsw-ports")[port - 1]["counters"]}
    return {name.replace("_0_64", "_64"): value for name, value in counters.items()}


def ethtool_says(lab, port):
    text = lab.guest(f"ethtool -S swp{port}").out
    return {m[1]: int(m[2]) for m in re.finditer(r"(\w+): (\d+)", text)}


def groups_say(lab, port):
    """The standard groups, in the chip's words; they need a kernel with ethtool netlink, as ours are."""
    got = lab.guest(f"ethtool --json -S swp{port} --groups eth-mac rmon", check=False)
    if "debug" not in lab.kernel and "only with netlink" in got.err:
        return {}
    all_of = json.loads(got.must("the switch").out)[0]
    mac, rmon = all_of["eth-mac"], all_of["rmon"]
    said = {}
    for way, done, part in (("rx", "Received", "rx"), ("tx", "Transmitted", "tx")):
        said[f"{way}_frames"] = mac[f"Frames{done}OK"]
        said[f"{way}_octets"] = mac[f"Octets{done}OK"]
        short = {"rx": "ReceivedOK", "tx": "XmittedOK"}[way]
        said[f"{way}_mcast"] = mac[f"MulticastFrames{short}"]
        said[f"{way}_bcast"] = mac[f"BroadcastFrames{short}"]
        for one in rmon[f"{part}-pktsNtoM"]:
            said[f"{way}_{one['low']}_{one['high']}"] = one["val"]
    return said


def link_says(lab, port):
    """`ip -s link`, which counts octets without FCS."""
    stats = json.loads(lab.guest(f"ip -s -j link show swp{port}").out)[0]["stats64"]
    said = {"rx_mcast": stats["rx"]["multicast"]}
    for way in ("rx", "tx"):
        said[f"{way}_frames"] = stats[way]["packets"]
        said[f"{way}_octets"] = stats[way]["bytes"] + 4 * stats[way]["packets"]
    return said


def test_fm20_counters_are_the_wire(lab, mode):
    """Chip, ethtool -S, its standard groups and ip -s link: all say what the hosts' cables saw."""
    sources = {"chip": chip_says, "ethtool -S": ethtool_says, "groups": groups_say, "ip": link_says}
    with Ends(lab) as ends:
        tallies = {1: Tally(ends, "lan"), 2: Tally(ends, "wan")}

        def snapshot():
            """What wire and switch say at one moment: nothing passes while they are asked."""
            facts = {port: t.facts() for port, t in tallies.items()}
            said = {(what, port): ask(lab, port) for what, ask in sources.items() for port in tallies}
            time.sleep(0.5)     # a capture may be late: a frame is on the wire before it is in the list
            return facts == {port: t.facts() for port, t in tallies.items()} and (facts, said)

        with silent(lab, "lan", "wan"):
            facts0, before = wait_until("a moment without a frame", snapshot)
            talk = nat_talk(lab, ends, 41020)
            talk.open(mode)
            talk.check(mode)
            for size in (18, 22, 86, 214, 470, 982, 1458):      # the edges of the histogram
                talk.data_there(noise(size))
                talk.data_back(noise(size + 1))
        lab.host("lan", f"ping -q -c 2 -i 0.2 {P.lan_router}; ping -q -c 2 -i 0.2 -b 192.168.1.255",
                 check=False)

        compared = {what: set() for what in sources}

        def differences():
            wrong = []
            for (what, port), old in before.items():
                now, facts = sources[what](lab, port), tallies[port].facts()
                for name, value in facts.items():
                    key = name if name in now else name.replace("_0_64", "_64")
                    if key in now:
                        compared[what].add(name)
                    if key in now and now[key] - old[key] != value - facts0[port][name]:
                        wrong.append(f"{what} swp{port} {name}: {now[key] - old[key]}, "
                                     f"wire {value - facts0[port][name]}")
            return wrong

        # asked once more it may be wrong: `ip` is up to a second old, and a neighbour is asked for at any time
        end = time.monotonic() + 10
        while (wrong := differences()) and time.monotonic() < end:
            time.sleep(0.5)
        assert not wrong, "\n".join(wrong)
        everything = set(facts0[1])
        said = dict.fromkeys(sources, everything)
        said["ip"] = {"rx_mcast"} | {n for n in everything if n.endswith(("_frames", "_octets"))}
        for what, names in said.items():
            assert compared[what] == names or not before[what, 1], f"{what} says {compared[what]}"


# seconds: the driver's reading, the kernel's question, which a busy debug kernel puts off, and the deletion
POLLED = 4


def test_fm21_counters_while_entries_are_deleted(lab):
    """Conntrack entries die under traffic: what they counted is never more than what was sent, never
    shrinks, and what is missing (no STATS before DESTROY) is in the port's counters.
    """
    with sysctls(lab, ACCT), flow_timeout(lab, 10), Ends(lab) as ends:
        ports, dead = proofs.port_sums(lab)[1], []
        with Stream(ends, 41021, 200) as stream:
            for _ in range(3):
                old = both_offloaded(lab, UDP)[0]["cookie"]
                grows(lab, 41021, 5)
                dead.append(kill(lab, 41021))
                wait_until("another entry", lambda: renewed(lab, old))
            stream.stop()
        wait_until("the last poll", lambda: counts_rest(lab, 41021), interval=0)
        dead.append(kill(lab, 41021))
        total, octets = (sum(d[n] for d in dead) for n in (0, 1))
        tail = stream.sent - total
        print(f"# fm21: {stream.sent} sent, {total} in conntrack: {tail} fell behind the last polls "
              f"before three deletions", flush=True)
        assert sorted(stream.came) == list(range(stream.sent)), "lost or doubled"
        assert 0 <= tail <= 3 * POLLED * 200, "counted twice, or not for so long"
        assert octets == 60 * total
        flow = proofs.port_sums(lab)[1] - ports
        assert total - 100 <= flow <= stream.sent, f"the port counters say {flow}"


def kill(lab, port):
    """Delete the connection from that port; (packets, octets) there that it had counted."""
    line = lab.guest(f"conntrack -D -p udp --orig-port-src {port} 2>/dev/null").out
    return tuple(map(int, re.search(r"packets=(\d+) bytes=(\d+)", line).groups()))


def grows(lab, port, seconds):
    """For so long, conntrack's counters of the connection do not shrink."""
    last, end = (0, 0), time.monotonic() + seconds
    while time.monotonic() < end:
        now = counted(lab, P.lan_host, port)[0]
        assert now >= last, f"{now} after {last}"
        last = now
        time.sleep(0.2)


def renewed(lab, cookie):
    """Does the chip have the connection, in another entry than that one?"""
    entry = flows_of(lab, UDP, P.lan_host)[0]
    return entry and entry["cookie"] != cookie


def counts_rest(lab, port):
    """Have conntrack's counters stood still for two seconds, being those of the chip?"""
    now = counted(lab, P.lan_host, port)
    time.sleep(2.5)
    return now == counted(lab, P.lan_host, port)
