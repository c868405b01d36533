# SPDX-License-Identifier: GPL-2.0
"""Bridges over ports of the chip, for tests: their hosts' cables, and who has forwarded.

Frames are written and read on the cables, so that a copy too many is seen as well as one that
is missing, and the chip's counters say who has forwarded them. At the end of a bridge, what it says of
hosts has to be what the chip's table has, host by host, both ways, and the driver's audit finds no difference.
"""
import base64
import contextlib
import io
import json
import re
import time

import nftsw_router as router
import proof as proofs
from ends import Ends, silent
from evidence import assert_audit, wait_until
from scapy.all import Dot1AD, Dot1Q, Ether, Raw, rdpcap

PORTS = {"lan": "swp1", "h3": "swp3", "h4": "swp4"}
BRIDGE = "br0"
TYPE = 0x88b5                   # for local experiments: nothing in a kernel answers it
Q, AD = 0x8100, 0x88a8
BROADCAST = "ff:ff:ff:ff:ff:ff"
UNKNOWN = "02:99:00:00:00:01"
GROUP = "01:00:5e:01:02:03"
DEBUGFS = "/sys/kernel/debug/nftsw/*"


def guest(lab, *lines):
    return lab.guest("set -e\n" + "\n".join(lines)).out


@contextlib.contextmanager
def bridge(lab, *more, options="", ports=PORTS, filtering=0, name=BRIDGE, inner=False):
    """The hosts' ports in a bridge; the LAN host's address is the router's no longer.

    inner: there is another bridge around this one.
    """
    guest(
        lab,
        "nft flush ruleset",
        f"ip link add {name} type bridge vlan_filtering {filtering} forward_delay 0 "
        f"mcast_snooping 0 {options}",
        f"ip link set {name} up",
        *(f"ip link set {dev} up master {name}" for dev in ports.values()),
        *more,
    )
    try:
        yield
        same_hosts(lab)
        assert_audit(lab)
    finally:
        lab.guest(f"ip link del {name}")
        if not inner:
            router.ready(lab)


# ---- what bridge and chip know -----------------------------------------------------

def fdb(lab, mac, vid=None):
    """What the bridge says of a host: its lines without time."""
    return [line for line in lab.guest(f"bridge fdb show br {BRIDGE}").out.splitlines()
            if line.startswith(mac) and (vid is None or f" vlan {vid} " in f"{line} ")]


def chip_hosts(lab):
    """Every entry of the chip's forwarding database."""
    hosts, start = [], 0
    while start is not None:
        page = lab.qmp("query-nftsw-fdb", start=start, limit=4096)
        hosts += page["hosts"]
        start = page.get("next")
    return hosts


def numbers(lab):
    """The driver's names of the chip's numbers: ({FID: (bridge, VLAN)}, {bridge port: device})."""
    fids, ports, name = {}, {}, None
    for line in lab.guest(f"cat {DEBUGFS}/bridge").out.splitlines():
        if m := re.match(r"bridge (\S+)", line):
            name = m[1]
        elif m := re.match(r"  fid (\d+) vid=(\d+)", line):
            fids[int(m[1])] = name, int(m[2])
        elif m := re.match(r"  port (\S+) nr=(\d+)", line):
            ports[int(m[2])] = m[1]
    return fids, ports


def differences(lab):
    """Between the hosts of the bridges and those of the chip: sentences."""
    fids, ports = numbers(lab)
    chip = {(*fids.get(h["fid"], (h["fid"], None)), h["mac"]): ports.get(h.get("port"))
            for h in chip_hosts(lab)}
    at_chip = {key for key, dev in chip.items() if dev}
    marked, others = {}, set()
    for e in json.loads(lab.guest("bridge -j fdb show").out):
        key = e.get("master"), e.get("vlan", 0), e["mac"]
        if key[:2] not in fids.values() or int(e["mac"][:2], 16) & 1:
            continue
        if e.get("state") == "permanent" or e["ifname"] not in ports.values():
            others.add(key)         # addresses of the switch, hosts of software ports
        elif "offload" in e.get("flags", ()):
            marked[key] = e["ifname"]
    found = [f"{key}: marked as offloaded at {dev}, the chip has {chip.get(key, 'nothing')}"
             for key, dev in marked.items() if chip.get(key) != dev]
    found += [f"{key}: in the chip at {chip[key]}, not marked" for key in at_chip - set(marked)]
    found += [f"{key}: of the CPU in the chip, not in the bridge" for key in set(chip) - at_chip - others]
    found += [f"{key}: of the CPU in the bridge, the chip has {chip.get(key, 'nothing')}"
              for key in others - (set(chip) - at_chip)]
    return found


def same_hosts(lab):
    """What the bridges call offloaded is in the chip, and the other way round; events take their time."""
    seen = []

    def same():
        seen[:] = differences(lab)
        return not seen

    try:
        wait_until("bridge and chip know the same hosts", same, timeout=5)
    except AssertionError as e:
        raise AssertionError(f"{e}:\n" + "\n".join(seen)) from e


# ---- frames --------------------------------------------------------------------------

def counters(lab):
    """(frames that the chip has bridged, frames to the CPU), all ports."""
    bridged = 0
    for port in lab.qmp("query-nftsw-ports"):
        bridged += {c["name"]: c["value"] for c in port["counters"]}["rx_bridge"]
    return bridged, proofs.port_sums(lab)[0]


def bridged_by_chip(lab, move, frames):
    """During move() the chip bridges so many frames, and the CPU is left alone."""
    before = counters(lab)
    result = move()
    wait_until("the chip has bridged them", lambda: counters(lab)[0] - before[0] >= frames, timeout=5)
    assert counters(lab)[1] - before[1] <= 20, "the CPU has seen them"
    return result


def tagged(src, dst, tags, payload, kind=TYPE):
    """A frame behind tags, (TPID, TCI) each, the outer one first."""
    frame = Ether(src=src, dst=dst)
    for tpid, tci in tags:
        frame.lastlayer().type = tpid
        frame = frame / {Q: Dot1Q, AD: Dot1AD}[tpid](vlan=tci & 0xfff, prio=tci >> 13, id=tci >> 12 & 1)
    frame.lastlayer().type = kind
    return bytes(frame / Raw(payload))


class Cables:
    """The hosts' cables, and frames with numbers."""

    def __init__(self, ends, hosts=tuple(PORTS)):
        self.wire = {host: ends.wire(host) for host in hosts}
        self.mac = {host: wire.mac for host, wire in self.wire.items()}
        self._next = 0

    def word(self):
        """What tells the next frames from all others."""
        self._next += 1
        return b"nftsw %08d" % self._next

    def frame(self, src, dst, word, vid=None, smac=None, pcp=0, tags=()):
        """Octets of a frame from one host to another, or to an address."""
        if vid is not None:
            tags = [(Q, pcp << 13 | vid)]
        return tagged(smac or self.mac[src], self.mac.get(dst, dst), tags, word.ljust(60, b"."))

    def send(self, src, dst, count=1, **more):
        """count frames, made as frame() says; the word that each of them carries."""
        word = self.word()
        for _ in range(count):
            self.wire[src].send(self.frame(src, dst, word, **more))
        return word

    def got(self, word, settle=0.4):
        """Which hosts got how many of them: {host: frames}."""
        time.sleep(settle)
        found = {h: [f for f in w.since(0) if word in f] for h, w in self.wire.items()}
        return {h: frames for h, frames in found.items() if frames}

    def counts(self, word, settle=0.4):
        return {h: len(f) for h, f in self.got(word, settle).items()}

    def speak(self, *hosts, **more):
        """Have the bridge learn where they are."""
        for host in hosts:
            self.send(host, BROADCAST, **more)
        time.sleep(0.3)


@contextlib.contextmanager
def cables(lab, hosts=tuple(PORTS)):
    with Ends(lab) as ends, silent(lab, *hosts):
        yield Cables(ends, hosts)


INJECT = ("import socket, sys; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); "
          "s.bind((sys.argv[1], 0)); [s.send(bytes.fromhex(line)) for line in sys.stdin.read().split()]")


class Inside:
    """A device in the switch, frame by frame: what its driver hands to the kernel, and to it."""

    def __init__(self, lab, dev):
        self._lab, self.dev, self._file = lab, dev, f"/run/inside-{dev}.pcap"
        self._pid = None

    def __enter__(self):
        # without -s the ring has room for 32 frames of 64 KiB, and a burst is more
        self._pid = self._lab.guest_spawn("exec timeout 120 tcpdump -Z root -Q in -U --immediate-mode "
                                          f"-s 256 -i {self.dev} -w {self._file}")
        # the file's own header
        wait_until("the capture runs", lambda: self._lab.guest(f"[ -s {self._file} ]", check=False).rc == 0)
        return self

    def __exit__(self, *exc):
        self._lab.guest(f"kill {self._pid}; rm -f {self._file}", check=False)

    def seen(self):
        """All frames so far."""
        text = self._lab.guest(f"base64 -w 0 {self._file}").out
        return [bytes(p) for p in rdpcap(io.BytesIO(base64.b64decode(text)))]

    def count(self, word):
        return sum(word in frame for frame in self.seen())

    def send(self, *frames):
        self._lab.guest(f"python3 -ISE -c '{INJECT}' {self.dev}", stdin="\n".join(f.hex() for f in frames))
