# SPDX-License-Identifier: GPL-2.0
"""Crafted connections: each frame is sent, and expected at the other end, octet by octet.

What must come out is not derived from what went in. scapy builds both from scratch: the
same packet with the addresses, ports and TTL that a router has to make of them, and
computes every length and checksum itself.
"""
import random
from dataclasses import dataclass, replace

import nftsw_router as router
import proof as proofs
from ends import Wire
from evidence import TCP, UDP, assert_audit, reasons, taken_out, wait_until
from scapy.all import GRE, ICMP, IP, TCP as TCPHeader, UDP as UDPHeader, Ether, IPv6, Raw
from scapy.layers.ppp import PPPoE
from scapy.packet import Packet

P = router.PLAN
ETH_ZLEN = 60
# frames of other origin (ARP, neighbour queries) that the CPU may see meanwhile
NOISE = 10


@dataclass(frozen=True)
class Tuple:
    """Who sends to whom."""

    src: str
    dst: str
    sport: int = 0
    dport: int = 0

    def back(self):
        return Tuple(self.dst, self.src, self.dport, self.sport)

    @property
    def family(self):
        return 6 if ":" in self.src else 4


@dataclass(frozen=True, eq=False)
class Side:
    """One end: its wire, the router's address there, and what stands before the IP header.

    tags: scapy's layers, outer first.  sid: PPPoE session.
    """

    wire: Wire
    router_mac: str
    tags: tuple = ()
    sid: int | None = None

    def _link(self, src, dst, packet):
        frame = Ether(src=src, dst=dst)
        for tag in self.tags:
            frame /= tag.copy()
        if self.sid is None:
            return bytes(frame / packet)
        # scapy's PPP writes protocols below 256 in one octet, which PPPoE does not have
        proto = b"\0\x57" if IPv6 in packet else b"\0\x21"
        return bytes(frame / PPPoE(sessionid=self.sid) / Raw(proto + bytes(packet)))

    def sends(self, packet):
        """The frame that this end puts on its wire."""
        return self._link(self.wire.mac, self.router_mac, packet)

    def sees(self, packet):
        """The frame that must arrive here; short ones filled up with zeros."""
        return self._link(self.router_mac, self.wire.mac, packet).ljust(ETH_ZLEN, b"\0")


def side(lab, wire, dev, **more):
    """The end behind a port of the switch."""
    mac = lab.guest(f"cat /sys/class/net/{dev}/address").out.strip()
    return Side(wire, mac, **more)


def ip(t, ttl, **fields):
    """The IP header of a packet of that tuple; `fields` as scapy names them in IPv4."""
    if t.family == 4:
        fields = {name: value for name, value in fields.items() if name != "fl"}
        return IP(src=t.src, dst=t.dst, ttl=ttl, **{"flags": "DF", "id": 0, **fields})
    more = {"nh": fields["proto"]} if "proto" in fields else {}
    return IPv6(src=t.src, dst=t.dst, hlim=ttl, tc=fields.get("tos", 0), fl=fields.get("fl", 0), **more)


def udp(payload, chksum=None, **fields):
    """Builder of a UDP packet: (tuple, ttl) -> packet."""
    return lambda t, ttl: (
        ip(t, ttl, **fields) / UDPHeader(sport=t.sport, dport=t.dport, chksum=chksum) / Raw(payload))


def tcp(flags, seq, ack, payload=b"", **fields):
    """Builder of a TCP packet."""
    return lambda t, ttl: (
        ip(t, ttl, **fields) /
        TCPHeader(sport=t.sport, dport=t.dport, flags=flags, seq=seq, ack=ack, window=65535) /
        Raw(payload))


def gre(payload, **fields):
    """Builder of a GRE packet, version 0 with nothing optional."""
    return lambda t, ttl: ip(t, ttl, proto=47, **fields) / GRE(proto=0x6558) / Raw(payload)


def noise(size=32):
    """Random payload."""
    return random.randbytes(size)


class Talk:
    """A connection from `near` to `far`. `before` is its tuple at near, `after` at far."""

    def __init__(self, lab, near, far, before, after, proto=UDP):
        self.lab, self.near, self.far = lab, near, far
        self.before, self.after, self.proto = before, after, proto
        self._seq = {"there": 1000, "back": 5000}

    def there(self, build, ttl=64):
        """Send a packet from near; it has to arrive at far, as expected in every octet."""
        self._across(self.near, self.far, build(self.before, ttl), build(self.after, ttl - 1))

    def back(self, build, ttl=64):
        """The same from far to near."""
        self._across(self.far, self.near, build(self.after.back(), ttl),
                     build(self.before.back(), ttl - 1))

    @staticmethod
    def _across(source, target, packet, expected):
        mark = target.wire.mark()
        source.wire.send(source.sends(packet))
        wanted = target.sees(expected)
        try:
            target.wire.take(mark, lambda frame: frame == wanted, timeout=10)
        except AssertionError as e:
            raise AssertionError(_difference(packet, wanted, target.wire.since(mark))) from e

    def lost(self, build, ttl=64, back=False, wait=0.5):
        """Send a packet that must not come out at the other end. Returns the source's side."""
        source, target = (self.far, self.near) if back else (self.near, self.far)
        t = self.after.back() if back else self.before
        mark = target.wire.mark()
        source.wire.send(source.sends(build(t, ttl)))
        _sleep_until_quiet(target.wire, wait)
        came = [f for f in target.wire.since(mark) if _is_ip(f)]
        assert not came, f"forwarded, and must not be: {came[0].hex()}"
        return source

    # Opening

    def open(self, mode):
        """Establish it in both directions; with hardware, until the chip has it."""
        if self.proto == TCP:
            self._handshake()
        for _ in range(3):
            self._exchange()
        if mode == "hardware":
            # the kernel offers again what could not be described at first (a neighbour that was
            # being asked for), but only when software sees a packet
            wait_until("both directions in the chip",
                       lambda: all(self.entries()) or self._exchange() or all(self.entries()))
        else:
            assert not proofs.chip_flows(self.lab), f"mode {mode}, and the chip holds flows"

    def _exchange(self):
        self.data_there(noise())
        self.data_back(noise())

    def _handshake(self):
        there, back = self._seq["there"], self._seq["back"]
        self.there(tcp("S", there - 1, 0))
        self.back(tcp("SA", back - 1, there))
        self.there(tcp("A", there, back))

    def data(self, payload, way):
        """The builder of the next data packet in that direction, "there" or "back"."""
        if self.proto == UDP:
            return udp(payload)
        other = "back" if way == "there" else "there"
        seq = self._seq[way]
        self._seq[way] += len(payload)
        return tcp("PA", seq, self._seq[other], payload)

    def untell(self, way, octets):
        """So much of what data() has made was not sent in that direction, or was not to count."""
        self._seq[way] -= octets

    def data_there(self, payload):
        self.there(self.data(payload, "there"))

    def data_back(self, payload):
        self.back(self.data(payload, "back"))

    def seqs(self):
        """(next sequence number there, next one back) of TCP."""
        return self._seq["there"], self._seq["back"]

    # Evidence

    def entries(self):
        """(entry there, entry back) of exactly this connection in the chip; None where missing."""
        flows = proofs.chip_flows(self.lab)
        return tuple(next((f for f in flows if _matches(f["key"], t, self.proto)), None)
                     for t in (self.before, self.after.back()))

    def hits(self):
        """(packets there, packets back) that the chip has forwarded; both entries must be there."""
        entries = self.entries()
        assert all(entries), f"the chip does not have the connection: {taken_out(self.lab)}"
        return tuple(e["packets"] for e in entries)

    def check(self, mode, rounds=10):
        """Random payloads both ways; with hardware, the chip counts each and the CPU none."""
        sizes = [18, 19, 64, 511, 1000, 1001] + [random.randrange(18, 1200) for _ in range(rounds)]
        with carried(self, mode, len(sizes), len(sizes)):
            for size in sizes:
                self.data_there(noise(size))
                self.data_back(noise(size))


class carried:
    """Within this, the chip forwards exactly so many frames of a talk, and the CPU sees none."""

    def __init__(self, talk, mode, there, back):
        self.talk, self.mode, self.want = talk, mode, (there, back)

    def __enter__(self):
        if self.mode == "hardware":
            self._hits, self._cpu = self.talk.hits(), proofs.port_sums(self.talk.lab)[0]
        return self

    def __exit__(self, kind, *exc):
        if kind or self.mode != "hardware":
            return
        hits, cpu = self.talk.hits(), proofs.port_sums(self.talk.lab)[0]
        got = tuple(now - was for was, now in zip(self._hits, hits))
        assert got == self.want, f"the chip forwarded {got} frames (there, back), not {self.want}"
        assert cpu - self._cpu <= NOISE, f"the CPU saw {cpu - self._cpu} frames"
        assert_audit(self.talk.lab)


class punted:
    """Within this, exactly so many frames go to the CPU or nowhere for that reason, and none of
    the talk through the chip. What matches no flow may also be neighbour discovery.
    """

    def __init__(self, talk, mode, reason, count=1):
        self.talk, self.mode, self.reason, self.count = talk, mode, reason, count

    def __enter__(self):
        if self.mode == "hardware":
            self._hits, self._was = self.talk.hits(), reasons(self.talk.lab)[self.reason]
        return self

    def __exit__(self, kind, *exc):
        if kind or self.mode != "hardware":
            return
        got = reasons(self.talk.lab)[self.reason] - self._was
        most = self.count + (NOISE if self.reason == "flow_miss" else 0)
        assert self.count <= got <= most, f"{got} frames for reason {self.reason}, not {self.count}"
        assert self.talk.hits() == self._hits, "the chip forwarded one of them"


def fits_or_not(talk, mode, most):
    """So many octets of IPv4 go through, one more does not, and who sends it is told at once (ICMP_AT_ONCE)."""
    with carried(talk, mode, 1, 0):
        talk.there(udp(noise(most - 28)))
    mark = talk.near.wire.mark()
    with punted(talk, mode, "mtu"):
        talk.lost(udp(noise(most + 1 - 28)))
    error = parse(talk.near.wire.take(mark, lambda frame: ICMP in parse(frame))[0])
    assert error.payload.src == P.lan_router
    assert (error[ICMP].type, error[ICMP].code, error[ICMP].nexthopmtu) == (3, 4, most)


def nat_talk(lab, ends, port, proto=UDP):
    """lan to wan as the router's ruleset masquerades it; IPv4."""
    near, far = side(lab, ends.wire("lan"), "swp1"), side(lab, ends.wire("wan"), "swp2")
    before = Tuple(P.lan_host, P.wan_host, port, 5009)
    return Talk(lab, near, far, before, replace(before, src=P.wan_router), proto)


def routed_talk6(lab, ends, port, proto=UDP):
    """lan to wan in IPv6, which the router's ruleset does not translate."""
    near, far = side(lab, ends.wire("lan"), "swp1"), side(lab, ends.wire("wan"), "swp2")
    t = Tuple(P.lan_host6, P.wan_host6, port, 5009)
    return Talk(lab, near, far, t, t, proto)


def parse(frame):
    """A frame as scapy sees it."""
    return Ether(frame)


def intact(packet):
    """Are all lengths and checksums of this packet what scapy computes from scratch?"""
    again = packet.copy()
    layer = again
    while isinstance(layer, Packet) and layer.payload:
        for field in ("chksum", "len", "plen"):
            if field in layer.fields:
                del layer.fields[field]
        layer = layer.payload
    return bytes(again) == bytes(packet)


def _matches(key, t, proto):
    return (key["proto"], key["saddr"], key["daddr"], key["sport"], key["dport"]) == (
        proto, t.src, t.dst, t.sport, t.dport)


def _is_ip(frame):
    packet = Ether(frame)
    return IP in packet or UDPHeader in packet or TCPHeader in packet


def _sleep_until_quiet(wire, seconds):
    """Wait until nothing has come for that long."""
    wait_until("a quiet wire", lambda: _quiet(wire, seconds), timeout=30, interval=0)


def _quiet(wire, seconds):
    mark = wire.mark()
    try:
        wire.take(mark, _is_ip, timeout=seconds)
    except AssertionError:
        return True
    return False


def _difference(packet, wanted, came):
    """What arrived instead."""
    lines = [f"sent      {packet.summary()}", f"expected  {wanted.hex()}"]
    near = [f for f in came if f[12:14] == wanted[12:14]]
    lines += [f"came      {f.hex()}" for f in near[:4]] or ["nothing came"]
    return "\n".join(lines)
