# SPDX-License-Identifier: GPL-2.0
"""The same frames through the kernel's software flowtable and through the chip.

What comes out at both hosts has to be the same, octet by octet. What is let pass is
in canonical(), and in Documentation/testing.rst. That software forwarded is shown by a
chip that did not; that the chip did, by each entry's counter, which must have counted
exactly the frames that were made for it, and by the reasons of all others.

NFTSW_DIFF_SEED is the first seed, NFTSW_DIFF_SEEDS how many follow, NFTSW_DIFF_COUNT the
number of cases with each.
"""
import contextlib
import ipaddress
import os
import struct
import time
from collections import Counter, defaultdict
from dataclasses import dataclass

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from conftest import clear
from ends import Ends
from evidence import chip_empty, reasons, wait_until
from frames import (CHIP, ETHER, HAIRPIN, HOST_MTU, LAN_HOST, LAST_TAG, PPP, PPPOE, SESSION, SIDES, UPLINKS, VIRTUAL,
                    Generator)
from pppoe import Concentrator, dialled_in
from settings import sysctls
from wire import Wire

SEED = int(os.environ.get("NFTSW_DIFF_SEED", "20261126"))
SEEDS = int(os.environ.get("NFTSW_DIFF_SEEDS", "0"))
COUNT = int(os.environ.get("NFTSW_DIFF_COUNT", "0"))
BURST, PAUSE_S = 16, 0.02       # frames at once, and the time between: what a debug kernel bears
FRAGMENT_S = 1                  # how long the router waits for the rest of a packet, and complains then
QUIET_S = FRAGMENT_S + 0.5      # nothing more comes after that
# Reasons that nothing but the test's own frames has.
EXACT = ("ttl", "fragment", "ip_options", "ipv6_ext", "bad_header", "truncated", "encap", "mtu",
         "uc_filter", "l2_control", "gre_version")
MARKS = {"ip_options": 2}       # frames of exchange() itself
LOSSES = ("policed", "cpu_no_buffer", "rx_dma", "egress_oversize", "egress_down")

# What makes the outcome depend on time, and how it is when it does not.
SYSCTLS = {
    "net.ipv4.icmp_ratelimit": 0,
    "net.ipv4.icmp_msgs_per_sec": 1000000,
    "net.ipv4.icmp_msgs_burst": 1000000,
    "net.ipv4.route.error_cost": 0,
    "net.ipv6.icmp.ratelimit": 0,
    "net.ipv4.conf.all.send_redirects": 0,
    "net.ipv4.conf.default.send_redirects": 0,
    "net.ipv4.conf.swp1.send_redirects": 0,
    "net.ipv4.conf.swp2.send_redirects": 0,
    "net.ipv6.conf.default.accept_dad": 0,
    "net.ipv4.ipfrag_time": FRAGMENT_S,
    "net.netfilter.nf_conntrack_frag6_timeout": FRAGMENT_S,
    "net.netfilter.nf_conntrack_tcp_timeout_close": 120,
    "net.netfilter.nf_flowtable_tcp_timeout": 600,
    "net.netfilter.nf_flowtable_udp_timeout": 600,
}

# The hosts' stacks stay out of it; the frames are seen before this.
DEAF = """table netdev deaf
delete table netdev deaf
table netdev deaf {
	chain in {
		type filter hook ingress device "eth0" priority -500; policy drop;
		ether type arp accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
	}
}
"""


@pytest.fixture
def bench(lab):
    """The lab with an uplink of each form, deaf hosts and a wire to each."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(sysctls(lab, SYSCTLS))
        # conntrack for GRE is not in every kernel, and what is offloaded has to outlive a refresh
        lives = {name: 900 for name in lab.guest("sysctl -N net.netfilter").out.split()
                 if "conntrack_gre_timeout" in name}
        if lives:
            stack.enter_context(sysctls(lab, lives))
        stack.callback(router.ready, lab)
        server = Concentrator(stack.enter_context(Ends(lab)), "wan", ours=SESSION.host[False],
                              theirs=SESSION.router[False], sid=SESSION.sid)
        stack.callback(devices_away, lab)
        devices(lab)
        stack.enter_context(dialled_in(lab, server, "swp2"))
        addresses(lab)
        for host in SIDES:
            stack.callback(lab.host, host, "nft delete table netdev deaf; ip link set eth0 mtu 1500")
            lab.host(host, f"ip link set eth0 mtu {HOST_MTU}")
            lab.host(host, "nft -f -", stdin=DEAF)
        yield Bench(lab, {host: stack.enter_context(Wire(lab, host)) for host in SIDES}, bool(lives))


def batch(lab, lines, force=""):
    lab.guest(f"nft flush ruleset; ip {force} -batch -", stdin="\n".join(lines) + "\n")


def devices(lab):
    batch(lab, [f"link set swp1 mtu {HOST_MTU}",
                "link add link swp2 name swp2.100 type vlan id 100",
                "link add link swp2 name swp2.200 type vlan id 200",
                "link set swp2.200 up",
                "link add link swp2.200 name swp2.200.201 type vlan id 201"])


def addresses(lab):
    """Of the router on each uplink; all neighbours are known."""
    lab.guest(f"sysctl -qw net.ipv6.conf.{SESSION.dev}.disable_ipv6=0")
    lines, macs = [], {host: measure.mac(lab, host) for host in SIDES}
    for up in UPLINKS[1:]:
        lines += [f"link set {up.dev} up", f"addr add {up.router[True]}/64 dev {up.dev} nodad"]
        if up is not SESSION:       # pppd has
            lines.append(f"addr add {up.router[False]}/24 dev {up.dev}")
    for up in UPLINKS:
        if up is not SESSION:
            lines += [f"neigh replace {addr} lladdr {macs[up.host_is]} dev {up.dev} nud permanent"
                      for addr in up.host.values()]
    batch(lab, lines + [f"neigh replace {addr} lladdr {macs['lan']} dev swp1 nud permanent"
                        for addr in LAN_HOST.values()])
    # What changes the routing tables later on would throw flows out of the flowtable.
    unsettled = "ip -6 addr show tentative; ip link show up | grep -E 'swp[12].*state (DOWN|LOWER)'"
    wait_until("devices settled", lambda: not lab.guest(unsettled, check=False).out.strip())


def devices_away(lab):
    lines = ["link del swp2.200", "link del swp2.100", "link set swp1 mtu 1500",
             f"addr del {HAIRPIN.router[False]}/24 dev swp1", f"addr del {HAIRPIN.router[True]}/64 dev swp1"]
    lines += [f"neigh del {addr} dev swp2" for addr in UPLINKS[0].host.values()]
    lines += [f"neigh del {addr} dev swp1" for addr in [*LAN_HOST.values(), *HAIRPIN.host.values()]]
    batch(lab, lines, "-force")


class Bench:
    """Sends cases, and says what came of each."""

    def __init__(self, lab, wires, gre):
        self.lab, self.wires, self.gre = lab, wires, gre
        self.macs = {}
        for side, dev in (("lan", router.LAN_IF), ("wan", router.WAN_IF)):
            gate = lab.guest(f"cat /sys/class/net/{dev}/address").out.strip()
            self.macs[side] = tuple(bytes.fromhex(mac.replace(":", ""))
                                    for mac in (measure.mac(lab, side), gate))
        self._marks = iter(range(LAST_TAG, 0x10000))

    def load(self, mode, conns):
        """The router's ruleset in `mode`, with the NAT of these connections."""
        clear(self.lab)
        wan = "{ " + ", ".join(f'"{up.dev}"' for up in UPLINKS if up is not HAIRPIN) + " }"
        text = router.ruleset(mode)
        for word in ("iifname", "oifname"):
            text = text.replace(f'{word} "swp2"', f"{word} {wan}")
        back = f'iifname "{HAIRPIN.dev}" oifname "{HAIRPIN.dev}"'
        text = text.replace("\t\tiifname", f"\t\t{back} accept\n\t\tiifname", 1)
        text = text.replace("l4proto { tcp, udp } flow", "l4proto { tcp, udp, gre } flow")
        nat = "\n".join(
            ["table inet differential {", "chain pre { type nat hook prerouting priority dstnat;"]
            + [c.dnat for c in conns]
            + ["}", "chain post { type nat hook postrouting priority srcnat - 5;"]
            + [c.snat for c in conns]
            + [f"{back} ip daddr {HAIRPIN.host[False]} masquerade", "}", "}"])
        self.lab.guest("nft -f -", stdin=f"{text}\n{nat}\n")

    def _send(self, cases):
        """In their order; a burst in one piece, all others with time to breathe."""
        room = BURST
        for case in cases:
            self.wires[case.host].send(case.frames)
            room -= len(case.frames)
            if room <= 0 and not case.burst:
                time.sleep(PAUSE_S)
                room = BURST

    def _wait_seen(self, side, tags):
        """Until frames with all these numbers have come to `side`."""
        missing = set(tags)

        def arrived():
            missing.difference_update(number(f) for f in self.wires[side].seen())
            return not missing

        wait_until(f"{len(missing)} frames at {side}", arrived, timeout=30, interval=0.02)

    def through(self, cases):
        """Send cases that must arrive at the other side, and wait until they have."""
        self._start()
        self._send(cases)
        for host in SIDES:
            self._wait_seen(host, [c.tag for c in cases if c.heard_at == host])

    def _start(self):
        for wire in self.wires.values():
            wire.clear()

    def exchange(self, gen, marker, cases):
        """Send cases; (outcomes by number, what nobody asked for, as Counter)."""
        self._start()
        self._send(cases)
        for side in SIDES:
            mark = gen.marker(marker, side, next(self._marks))
            self._send([mark])
            self._wait_seen(mark.heard_at, [mark.tag])
        wait_until("quiet", lambda: all(w.quiet_for() > QUIET_S for w in self.wires.values()),
                   interval=0.05)
        return self._sort({case.tag for case in cases})

    def _sort(self, tags):
        out, strays = defaultdict(list), Counter()
        for host in SIDES:
            for frame in self.wires[host].seen():
                if control(frame):
                    continue
                tag = number(frame)
                if tag in tags:
                    out[tag].append((host, frame))
                elif tag < LAST_TAG and not neighbourly(frame):
                    strays[host, canonical(frame)] += 1
        return out, strays

    def entries(self):
        """The chip's flow entries by what they match, as Conn.key() says it."""
        found = {}
        for flow in proofs.chip_flows(self.lab):
            k = flow["key"]
            addr = [str(ipaddress.ip_address(k[name])) for name in ("saddr", "daddr")]
            found[SIDES[k["port"]], k["proto"], addr[0], k["sport"], addr[1], k["dport"]] = flow
        return found


# ---- frames as they come out

IPV4, IPV6 = ETHER.values()
ROUTERS = {ipaddress.ip_address(a).packed for up in UPLINKS for a in up.router.values()}
# An error about a connection to nobody's address is translated as if it came from there.
ROUTERS |= {ipaddress.ip_address(a).packed
            for a in (router.PLAN.lan_router, router.PLAN.lan_router6, *VIRTUAL.values())}


def tagless(frame):
    """(type, offset) of what a frame carries behind its tags."""
    at = 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    return struct.unpack_from("!H", frame + b"\0\0", at)[0], at + 2


def l3_of(frame):
    """The same behind its session, too."""
    kind, at = tagless(frame)
    if kind != PPPOE or len(frame) < at + 8:
        return kind, at
    ppp, = struct.unpack_from("!H", frame, at + 6)
    return next((ETHER[v6] for v6, name in PPP.items() if name == ppp), kind), at + 8


def control(frame):
    """A session's own business: pppd complains about protocols that it does not know, and counts."""
    return l3_of(frame)[0] == PPPOE


def own_error(frame):
    """Where the packet begins that the router complains about; None when it does not."""
    kind, at = l3_of(frame)
    if kind == IPV4 and len(frame) > at + 32 and frame[at + 9] == 1:
        if frame[at + 12:at + 16] in ROUTERS and frame[at + 20] in (3, 4, 5, 11, 12):
            return at + 28
    if kind == IPV6 and len(frame) > at + 52 and frame[at + 6] == 58:
        if frame[at + 8:at + 24] in ROUTERS and frame[at + 40] < 128:
            return at + 48
    return None


def number_at(frame, kind, at):
    if len(frame) < at + 8:
        return 0
    if kind == IPV4:
        return struct.unpack_from("!H", frame, at + 4)[0]
    if kind == IPV6:
        return struct.unpack_from("!I", frame, at)[0] & 0xfffff
    return 0


def number(frame):
    """The number that a frame was given, or that of the frame an error is about; 0: none."""
    kind, at = l3_of(frame)
    quoted = own_error(frame)
    return (quoted and number_at(frame, kind, quoted)) or number_at(frame, kind, at)


def neighbourly(frame):
    """ARP, neighbour discovery and group membership: none of the test's business."""
    kind, at = l3_of(frame)
    if kind == IPV6:
        return frame[at + 6] in (0, 58) and frame[at + 24:at + 25] == b"\xff" or (
            frame[at + 6] == 58 and 130 <= frame[at + 40] <= 143)
    return kind == 0x0806 or kind == IPV4 and frame[at + 9] == 2


def canonical(frame):
    """The frame without what may differ, which is:

    * octets behind the IP packet: software carries them along, and counts them in the length of
      a PPPoE header that it makes; the chip drops them and fills up with zeros;
    * the identification, flow label and header checksum of messages that the router
      makes itself, and of its fragments of IPv6: it draws them by lot.
    """
    kind, at = l3_of(frame)
    out, in_session = bytearray(frame), tagless(frame)[0] == PPPOE
    all_of_it = in_session and session_length(frame, at) == len(frame) - at
    if kind == IPV4:
        del out[at + max(20, struct.unpack_from("!H", frame, at + 2)[0]):]
        if own_error(frame):
            out[at + 4:at + 6] = out[at + 10:at + 12] = b"\0\0"
    elif kind == IPV6:
        del out[at + 40 + struct.unpack_from("!H", frame, at + 4)[0]:]
        if own_error(frame):
            out[at + 1:at + 4] = b"\0\0\0"
        elif frame[at + 6] == 44:
            out[at + 44:at + 48] = b"\0" * 4
    if all_of_it:
        struct.pack_into("!H", out, at - 4, len(out) - at + 2)
    return bytes(out)


def session_length(frame, at):
    """What the PPPoE header says of the packet that begins at `at`."""
    return struct.unpack_from("!H", frame, at - 4)[0] - 2


def padded_with_zeros(frame):
    """Is it as the chip makes frames: nothing behind the packet but zeros up to 60 octets?"""
    kind, at = l3_of(frame)
    end = at + struct.unpack_from("!H", frame, at + (2 if kind == IPV4 else 4))[0]
    end += 0 if kind == IPV4 else 40
    if tagless(frame)[0] == PPPOE and session_length(frame, at) != end - at:
        return False
    return len(frame) == max(60, end) and not any(frame[end:])


# ---- running the same in both modes

def carried(bench, conns, mode):
    """Does `mode` carry all these connections?"""
    if mode == "hardware":
        there = bench.entries()
        return all(c.key(side) in there for c in conns for side in SIDES)
    listed = "conntrack -L -f ipv4 2>/dev/null; conntrack -L -f ipv6 2>/dev/null"
    return bench.lab.guest(listed).out.count("[OFFLOAD]") >= len(conns)


def establish(bench, gen, conns, mode):
    """Open the connections, and wait until `mode` carries them all."""
    bench.load(mode, conns)
    for cases in gen.handshake(conns):
        bench.through(cases)
    spare = Generator(0, bench.macs)    # how often it is asked must not move the other one

    def primed():
        if carried(bench, conns, mode):
            return True
        bench.through([spare.data(c, c.opener) for c in conns])
        return False

    wait_until(f"all connections are carried by {mode}", primed, timeout=40, interval=1)
    assert mode == "hardware" or chip_empty(bench.lab)


@dataclass
class Run:
    """What one mode made of the cases, and the chip's state before and after."""

    cases: list
    outcome: dict
    strays: Counter
    before: tuple
    after: tuple


def chip_state(bench):
    """Entries, reasons, frames to the CPU, frames forwarded."""
    return bench.entries(), reasons(bench.lab), *proofs.port_sums(bench.lab)


def run(bench, seed, mode, rounds, make):
    """`rounds` sets of connections in `mode`, and the cases that make(gen, conns) makes."""
    gen = Generator(seed, bench.macs)
    conns, marker = gen.connections(rounds, bench.gre), gen.ordinary("udp")
    establish(bench, gen, conns, mode)
    cases, before = make(gen, conns), chip_state(bench)
    outcome, strays = bench.exchange(gen, marker, cases)
    after = chip_state(bench)
    assert carried(bench, conns, mode), f"{mode} has lost a connection on the way"
    forwarded = after[3] - before[3]
    assert (forwarded > 0) == (mode == "hardware"), f"{mode}: the chip forwarded {forwarded}"
    for name in LOSSES:
        assert after[1][name] == before[1][name], f"{mode}: frames were lost on the way: {name}"
    return Run(cases, outcome, strays, before, after)


def pretty(outcome):
    return "; ".join(f"{host}: {frame.hex()}" for host, frame in outcome) or "nothing"


def assert_same(software, hardware, seed):
    """Every case came out the same, and so did what nobody asked for.

    Fragments of a packet may overtake each other: without ports, they choose queues alone.
    """
    bad = []
    assert software.cases == hardware.cases
    for case in software.cases:
        soft, hard = (sorted((host, canonical(f)) for host, f in r.outcome.get(case.tag, []))
                      for r in (software, hardware))
        if soft != hard:
            sent = " ".join(f.hex() for f in case.frames)
            bad.append(f"{case.name}, {case.conn.name}, from {case.side}: sent {sent}\n"
                       f"  software {pretty(soft)}\n  hardware {pretty(hard)}")
    for only, than, name in ((software, hardware, "software"), (hardware, software, "hardware")):
        for (host, frame), count in (only.strays - than.strays).items():
            bad.append(f"only with {name}, {count} times at {host}: {frame.hex()}")
    assert not bad, "\n".join([f"seed {seed}: {len(bad)} differences"] + bad[:8])


def assert_chip_did_it(r):
    """Every entry counted its frames, every reason those of its kind."""
    (flows0, why0, cpu0, _), (flows1, why1, cpu1, _) = r.before, r.after
    want = Counter(c.conn.key(c.side) for c in r.cases if c.via == CHIP)
    got = Counter({key: flows1[key]["packets"] - flow["packets"] for key, flow in flows0.items()})
    assert want == +got, f"not as foretold: {want - got} missing, {got - want} too many"
    for name in EXACT:
        foretold = sum(len(c.frames) for c in r.cases if c.via == name) + MARKS.get(name, 0)
        assert why1[name] - why0[name] == foretold, f"reason {name}: {why1[name] - why0[name]}, " \
                                                    f"foretold {foretold}"
    to_cpu = sum(len(c.frames) for c in r.cases if c.via not in (CHIP, "uc_filter"))
    assert to_cpu <= cpu1 - cpu0 <= to_cpu + 60, "the CPU port saw more than it should"
    for case in r.cases:
        if case.via == CHIP:
            (host, frame), = r.outcome[case.tag]
            assert host == case.heard_at and padded_with_zeros(frame), case.name


def compare(bench, seed, count, rounds):
    """Valid and hostile frames of that seed through software and through the chip."""
    print(f"# seed {seed}, {count} cases", flush=True)
    software, hardware = (
        run(bench, seed, mode, rounds, lambda gen, conns: gen.batch(conns, count))
        for mode in ("software", "hardware"))
    assert_same(software, hardware, seed)
    assert_chip_did_it(hardware)


def compare_mutated(bench, seed, count, rounds):
    """The same with valid frames in which bits are turned over."""
    print(f"# seed {seed}, {count} cases", flush=True)
    assert_same(*(run(bench, seed, mode, rounds, lambda gen, conns: gen.mutated(conns, count))
                  for mode in ("software", "hardware")), seed)


@pytest.mark.soak
def test_differential_valid_and_hostile_frames(bench, length):
    for seed in range(SEED, SEED + (SEEDS or length(1, 3))):
        compare(bench, seed, COUNT or length(400, 3000), length(1, 2))


@pytest.mark.soak
def test_differential_frames_with_bits_turned_over(bench, length):
    for seed in range(SEED, SEED + (SEEDS or length(1, 3))):
        compare_mutated(bench, seed, COUNT or length(200, 3000), length(1, 2))


@pytest.mark.chance
def test_differential_frames_of_this_minute(bench):
    """A seed that no run has had before. It is told, and NFTSW_DIFF_SEED brings it back in the tests above."""
    seed = int(time.time()) // 60
    compare(bench, seed, 400, 1)
    compare_mutated(bench, seed, 200, 1)


def test_differential_beginnings_and_ends(bench):
    """SYN, FIN and RST from either side, and what comes after them.

    After FIN and RST the chip is given time to lose the entries: until then it forwards
    what software already refuses.
    """
    segments = [(side, flags) for side in SIDES for flags in ("S", "FA", "R", "RA")] * 2
    runs = {}
    for mode in ("software", "hardware"):
        gen = Generator(SEED, bench.macs)
        marker = gen.ordinary("udp")
        conns = [gen.ordinary("tcp", 2 * n >= len(segments)) for n in range(len(segments))]
        establish(bench, gen, conns, mode)
        cases = [gen.control(conn, *what) for conn, what in zip(conns, segments)]
        outcome, strays = bench.exchange(gen, marker, cases)
        over = [c for c, (_, flags) in zip(conns, segments) if flags != "S"]
        if mode == "hardware":
            wait_until("entries gone after FIN and RST", lambda: not bench.entries().keys() & {
                c.key(side) for c in over for side in SIDES})
        else:
            time.sleep(2)
        cases += [gen.data(c, side) for c in conns for side in SIDES]
        more, more_strays = bench.exchange(gen, marker, cases[len(conns):])
        runs[mode] = Run(cases, {**outcome, **more}, strays + more_strays, (), ())
    assert_same(runs["software"], runs["hardware"], SEED)
