# SPDX-License-Identifier: GPL-2.0
"""Random connections through the router, and frames of them: valid, odd and hostile.

Everything comes from one seed, so two runs send the same octets. Each frame carries a
number that routing keeps, in the identification of IPv4 or the flow label of IPv6: by it,
what comes out is told apart, whatever has happened to the rest. Frames are made by scapy,
which knows nothing of the chip; what the chip shall do with each is said by the word
beside its maker: CHIP, or the name of the reason for which it leaves the frame to others.
"""
import random
import struct
from dataclasses import dataclass

from scapy.all import GRE, ICMP, IP, TCP, UDP, ICMPv6DestUnreach, IPv6, Raw, checksum
from scapy.layers.inet import IPOption_NOP, IPOption_Router_Alert, IPOption_RR
from scapy.layers.inet6 import (HBHOptUnknown, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop,
                                IPv6ExtHdrRouting, PadN)

CHIP = "chip"                   # forwarded by the flow table
SIDES = ("lan", "wan")
FIRST_TAG, LAST_TAG = 1, 0xf000     # numbers of frames; above, those that mark an end
HOST_MTU, PATH_MTU = 1600, 1500     # of the hosts and the router's lan, and of its wan
LAN_HOST = {False: "192.168.1.2", True: "2001:db8:1::2"}
VIRTUAL = {False: "10.9.9.9", True: "2001:db8:9::9"}    # where nobody lives
NAT = ("plain", "snat", "dnat", "both")
PROTOCOLS = {"tcp": 6, "udp": 17, "gre": 47}
PPPOE = 0x8864
ETHER = {False: 0x0800, True: 0x86dd}       # what IPv4 and IPv6 are called
PPP = {False: 0x0021, True: 0x0057}         # and in a session
OWN = object()


@dataclass(frozen=True)
class Uplink:
    """A way from the router to a peer: the device, its tags, and addresses by IPv6?

    sid: of the PPPoE session that it is.  host_is: whose wire the peer is on.
    """

    dev: str
    vids: tuple
    router: dict
    host: dict
    mtu: int = PATH_MTU
    sid: int = None
    host_is: str = "wan"


SESSION = Uplink("ppp0", (), {False: "10.64.0.1", True: "2001:db8:66::1"},
                 {False: "10.64.0.2", True: "2001:db8:66::2"}, mtu=PATH_MTU - 8, sid=0x0ace)
HAIRPIN = Uplink("swp1", (), {False: "192.168.3.1", True: "2001:db8:67::1"},
                 {False: "192.168.3.2", True: "2001:db8:67::2"}, mtu=HOST_MTU, host_is="lan")
UPLINKS = (
    Uplink("swp2", (), {False: "203.0.113.1", True: "2001:db8:2::1"},
           {False: "203.0.113.2", True: "2001:db8:2::2"}),
    Uplink("swp2.100", (100,), {False: "198.51.100.1", True: "2001:db8:64::1"},
           {False: "198.51.100.2", True: "2001:db8:64::2"}),
    Uplink("swp2.200.201", (200, 201), {False: "192.0.2.1", True: "2001:db8:65::1"},
           {False: "192.0.2.2", True: "2001:db8:65::2"}),
    SESSION,
    HAIRPIN,
)


@dataclass(frozen=True)
class View:
    """A connection as frames from one side have it."""

    src: str
    sport: int
    dst: str
    dport: int


@dataclass(frozen=True)
class Conn:
    """A connection: what it is on both sides, and the NAT rules that make it so."""

    name: str
    v6: bool
    proto: str
    uplink: Uplink
    opener: str
    view: dict
    dnat: str = ""
    snat: str = ""

    def vids(self, side):
        """Its tags on that side."""
        return self.uplink.vids if side == "wan" else ()

    def sid(self, side):
        """Its PPPoE session on that side; None: it has none."""
        return self.uplink.sid if side == "wan" else None

    def host(self, side):
        """Whose wire that side is on: of a hairpin, both are lan's."""
        return self.uplink.host_is if side == "wan" else side

    def out(self, side):
        """How frames from `side` arrive at the other."""
        v = self.view[other(side)]
        return View(v.dst, v.dport, v.src, v.sport)

    def key(self, side):
        """Of its entry in the chip for frames from `side`."""
        v = self.view[side]
        return (self.host(side), PROTOCOLS[self.proto], v.src, v.sport, v.dst, v.dport)


@dataclass
class Case:
    """Frames with one number, from one side, and what the chip shall do with each."""

    tag: int
    name: str
    side: str
    frames: list
    via: str
    conn: Conn = None
    burst: bool = False         # sent with the next one, without a pause

    @property
    def host(self):
        """Whose wire they are sent on."""
        return self.conn.host(self.side)

    @property
    def heard_at(self):
        """Whose wire they come out at."""
        return self.conn.host(other(self.side))


def other(side):
    return "wan" if side == "lan" else "lan"


def endpoint(addr, port):
    """As nft wants it behind snat and dnat."""
    return f"ip6 to [{addr}]:{port}" if ":" in addr else f"ip to {addr}:{port}"


def connection(kind, v6, proto, uplink, ports):
    """A connection of one kind of NAT; ports: where unused numbers come from."""
    lan, far, router = LAN_HOST[v6], uplink.host[v6], uplink.router[v6]
    lp, fp, xp, vp = (next(ports) for _ in range(4))
    ip = "ip6" if v6 else "ip"
    seen = View(far, fp, router if not v6 else lan, lp)         # masquerade keeps the port
    from_lan, opener, dnat, snat = View(lan, lp, far, fp), "lan", "", ""
    if kind in ("snat", "both"):
        seen = View(far, fp, router, xp)
        snat = f"{ip} daddr {far} {proto} sport {lp} {proto} dport {fp} snat {endpoint(router, xp)}"
    if kind == "both":
        from_lan = View(lan, lp, VIRTUAL[v6], vp)
        dnat = f"{ip} daddr {VIRTUAL[v6]} {proto} dport {vp} dnat {endpoint(far, fp)}"
    if kind == "dnat":
        seen, opener = View(far, fp, router, xp), "wan"
        dnat = f"{ip} daddr {router} {proto} dport {xp} dnat {endpoint(lan, lp)}"
    name = f"{kind} {'IPv6' if v6 else 'IPv4'} {proto} {uplink.dev}"
    return Conn(name, v6, proto, uplink, opener, {"lan": from_lan, "wan": seen}, dnat, snat)


def tunnel(v6, uplink):
    """GRE between two hosts. The kernel offloads it without NAT only: to itself is none."""
    lan, far = LAN_HOST[v6], uplink.host[v6]
    snat = "" if v6 else f"ip saddr {lan} ip daddr {far} meta l4proto gre snat ip to {lan}"
    return Conn(f"{'IPv6' if v6 else 'IPv4'} gre {uplink.dev}", v6, "gre", uplink, "lan",
                {"lan": View(lan, 0, far, 0), "wan": View(far, 0, lan, 0)}, snat=snat)


# ---- makers of frames: maker(generator, connection, side, number) -> frame, frames or None

MAKERS = []


def maker(via, only=None):
    """Register a maker. only: a condition on (connection, side)."""
    def register(fn):
        MAKERS.append((fn.__name__, via, fn, only or (lambda conn, side: True)))
        return fn
    return register


def v4(conn, _side):
    return not conn.v6


def v6(conn, _side):
    return conn.v6


def tcp(conn, _side):
    return conn.proto == "tcp"


def udp(conn, _side):
    return conn.proto == "udp"


def v4_tcp(conn, _side):
    return conn.proto == "tcp" and not conn.v6


def gre(conn, _side):
    return conn.proto == "gre"


def has_ports(conn, _side):
    return conn.proto != "gre"


def into_a_narrower_path(conn, side):
    return side == "lan" and conn.uplink.mtu < HOST_MTU


def between_two_ports(conn, _side):
    return conn.uplink is not HAIRPIN


def has_tag(conn, side):
    return bool(conn.vids(side))


def has_session(conn, side):
    return conn.sid(side) is not None


@maker(CHIP)
def plain(g, conn, side, tag):
    return g.plain(conn, side, tag)


@maker(CHIP)
def no_payload(g, conn, side, tag):
    return g.make(conn, side, tag, 0)


@maker(CHIP)
def as_long_as_the_path(g, conn, side, tag):
    return g.make(conn, side, tag, conn.uplink.mtu - g.headers(conn))


@maker(CHIP)
def something_behind_the_packet(g, conn, side, tag):
    return g.make(conn, side, tag, g.rng.randrange(80)) + g.rng.randbytes(g.rng.randrange(1, 50))


@maker(CHIP, has_ports)
def wrong_l4_checksum(g, conn, side, tag):
    return g.make(conn, side, tag, 100, l4={"chksum": g.rng.randrange(1, 0xffff)})


@maker(CHIP, has_ports)
def l4_checksum_all_ones(g, conn, side, tag):
    return g.make(conn, side, tag, 64, l4={"chksum": 0xffff})


@maker(CHIP, tcp)
def tcp_checksum_0(g, conn, side, tag):
    return g.make(conn, side, tag, 64, l4={"chksum": 0})


@maker(CHIP, udp)
def udp_without_checksum(g, conn, side, tag):
    return g.make(conn, side, tag, g.rng.randrange(600), l4={"chksum": 0})


@maker(CHIP, has_ports)
def l4_checksum_becomes_0(g, conn, side, tag):
    return g.sum_is_zero(conn, side, tag, conn.out(side))


@maker(CHIP, has_ports)
def l4_checksum_was_0(g, conn, side, tag):
    return g.sum_is_zero(conn, side, tag, conn.view[side])


@maker(CHIP, udp)
def udp_shorter_than_its_packet(g, conn, side, tag):
    return g.make(conn, side, tag, 100, l4={"len": 8 + g.rng.randrange(90), "chksum": 0x1234})


@maker(CHIP, tcp)
def tcp_options(g, conn, side, tag):
    options = [("NOP", None), ("NOP", None), ("Timestamp", (g.rng.getrandbits(32), 7))]
    if g.rng.random() < 0.5:
        options += [("NOP", None), ("NOP", None), ("SAck", (1, 2000))]
    return g.make(conn, side, tag, g.rng.randrange(900), l4={"options": options})


@maker(CHIP, tcp)
def odd_tcp_flags(g, conn, side, tag):
    return g.make(conn, side, tag, 40, l4={"flags": g.rng.choice(["", "P", "UP", "PAEC", "UA"]),
                                           "urgptr": g.rng.randrange(100)})


@maker(CHIP, gre)
def optional_fields_of_gre(g, conn, side, tag):
    present = {f"{name}_present": g.rng.randrange(2) for name in ("chksum", "key", "seqnum")}
    return g.make(conn, side, tag, 60, l4={**present, "proto": g.rng.randrange(0x600, 0x10000)})


@maker("gre_version", gre)
def another_version_of_gre(g, conn, side, tag):
    version = g.rng.randrange(1, 8)
    return g.make(conn, side, tag, 60, l4={"key_present": 1, "version": version, "proto": 0x880b})


@maker(CHIP, v4)
def may_be_fragmented(g, conn, side, tag):
    return g.make(conn, side, tag, g.rng.randrange(1000), ip={"flags": g.rng.choice([0, "evil"])})


@maker(CHIP, has_tag)
def priority_in_the_tag(g, conn, side, tag):
    return g.make(conn, side, tag, 60, tags=[(0x8100, vid | g.rng.randrange(1, 16) << 12)
                                             for vid in conn.vids(side)])


@maker("ttl")
def at_its_last_hop(g, conn, side, tag):
    return g.make(conn, side, tag, 60, ttl=g.rng.randrange(2))


@maker("mtu", into_a_narrower_path)
def one_octet_longer_than_the_path(g, conn, side, tag):
    return g.make(conn, side, tag, conn.uplink.mtu + 1 - g.headers(conn))


@maker("mtu", into_a_narrower_path)
def longer_than_the_path(g, conn, side, tag):
    size = g.rng.randrange(conn.uplink.mtu + 1, HOST_MTU + 1) - g.headers(conn)
    return g.make(conn, side, tag, size, ip={} if conn.v6 else {"flags": g.rng.choice([0, "DF"])})


@maker("ip_options", v4)
def ip_options(g, conn, side, tag):
    options = g.rng.choice([[IPOption_NOP()] * 4, [IPOption_Router_Alert()],
                            [IPOption_RR(length=11, pointer=4, routers=["0.0.0.0"] * 2)]])
    return g.make(conn, side, tag, 80, ip={"options": options})


@maker("ip_options", v4)
def ip_option_longer_than_the_header(g, conn, side, tag):
    frame = g.make(conn, side, tag, 80, ip={"options": [IPOption_NOP()] * 4})
    return g.fixed(conn, side, patch(frame, g.l3(conn, side) + 20, b"\x07\xff\x04\x00"))


@maker("ipv6_ext", v6)
def extension_header(g, conn, side, tag):
    ext = g.rng.choice([IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)]),
                        IPv6ExtHdrHopByHop(options=[HBHOptUnknown(otype=0x9e, optdata=b"\0" * 4)]),
                        IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)]),
                        IPv6ExtHdrRouting(type=4, segleft=0, addresses=[])])
    return g.make(conn, side, tag, 80, ext=ext)


@maker("flow_miss", v6)
def no_next_header(g, conn, side, tag):
    return patch(g.make(conn, side, tag, 80), g.l3(conn, side) + 6, b"\x3b")


@maker("fragment")
def all_fragments(g, conn, side, tag):
    pieces = g.fragments(conn, side, g.make(conn, side, tag, g.rng.randrange(300, 1400)),
                         g.rng.randrange(2, 5))
    if g.rng.random() < 0.4:
        g.rng.shuffle(pieces)
    return pieces


@maker("fragment")
def one_fragment(g, conn, side, tag):
    return [g.rng.choice(g.fragments(conn, side, g.make(conn, side, tag, 700), 3))]


@maker("fragment", v4)
def overlapping_fragments(g, conn, side, tag):
    pieces = g.fragments(conn, side, g.make(conn, side, tag, 600), 3)
    at = g.l3(conn, side) + 6
    off = struct.unpack_from("!H", pieces[1], at)[0]
    pieces[1] = g.fixed(conn, side, patch(pieces[1], at, struct.pack("!H", off - 1)))
    return pieces


@maker("bad_header", v4)
def wrong_ip_checksum(g, conn, side, tag):
    at = g.l3(conn, side) + 10
    frame = g.make(conn, side, tag, 60)
    wrong = struct.unpack_from("!H", frame, at)[0] ^ g.rng.randrange(1, 0xffff)
    return patch(frame, at, struct.pack("!H", wrong))


@maker("bad_header")
def wrong_version(g, conn, side, tag):
    at = g.l3(conn, side)
    frame = g.make(conn, side, tag, 60)
    return g.fixed(conn, side, patch(frame, at, bytes([frame[at] & 0xf | g.rng.choice([0, 5, 15]) << 4])))


@maker("bad_header", v4)
def header_too_short(g, conn, side, tag):
    frame = g.make(conn, side, tag, 60)
    return g.fixed(conn, side, patch(frame, g.l3(conn, side), bytes([0x40 | g.rng.randrange(5)])))


@maker("truncated")
def longer_on_paper(g, conn, side, tag):
    at = g.l3(conn, side) + (4 if conn.v6 else 2)
    frame = g.make(conn, side, tag, 60)
    size = struct.unpack_from("!H", frame, at)[0] + g.rng.randrange(1, 1000)
    return g.fixed(conn, side, patch(frame, at, struct.pack("!H", size)))


@maker("truncated")
def ends_in_the_l4_header(g, conn, side, tag):
    at = g.l3(conn, side) + (4 if conn.v6 else 2)
    size = g.rng.randrange(8 if has_ports(conn, side) else 4) + (0 if conn.v6 else 20)
    return g.fixed(conn, side, patch(g.make(conn, side, tag, 60), at, struct.pack("!H", size)))


@maker("truncated")
def cut_off(g, conn, side, tag):
    frame = g.make(conn, side, tag, 200)
    return frame[:g.rng.randrange(g.l3(conn, side) + 8, len(frame) - 100)]


@maker("bad_header", udp)
def udp_length_too_small(g, conn, side, tag):
    return g.make(conn, side, tag, 60, l4={"len": g.rng.randrange(8)})


@maker("truncated", udp)
def udp_length_too_large(g, conn, side, tag):
    return g.make(conn, side, tag, 60, l4={"len": 69 + g.rng.randrange(1000)})


@maker("bad_header", tcp)
def tcp_header_too_short(g, conn, side, tag):
    return g.make(conn, side, tag, 60, l4={"dataofs": g.rng.randrange(5)})


@maker("truncated", tcp)
def tcp_header_longer_than_the_packet(g, conn, side, tag):
    return g.make(conn, side, tag, 4, l4={"dataofs": g.rng.randrange(7, 16)})


@maker("uc_filter")
def to_another_mac(g, conn, side, tag):
    return patch(g.make(conn, side, tag, 60), 0, b"\x06" + g.rng.randbytes(5))


@maker("local")
def to_a_group_mac(g, conn, side, tag):
    mac = g.rng.choice([b"\xff" * 6, b"\x01\x00\x5e\x01\x02\x03", b"\x33\x33\x00\x00\x00\x01"])
    return patch(g.make(conn, side, tag, 60), 0, mac)


@maker("l2_control")
def to_a_reserved_mac(g, conn, side, tag):
    return patch(g.make(conn, side, tag, 60), 0, b"\x01\x80\xc2\x00\x00" + bytes([g.rng.randrange(16)]))


@maker(CHIP)
def from_an_odd_mac(g, conn, side, tag):
    mac = g.rng.choice([b"\0" * 6, b"\xff" * 6, b"\x06" + g.rng.randbytes(5)])
    return patch(g.make(conn, side, tag, 60), 6, mac)


@maker("flow_miss")
def priority_tag(g, conn, side, tag):
    tags = [(0x8100, g.rng.randrange(16) << 12)] + [(0x8100, vid) for vid in conn.vids(side)]
    return g.make(conn, side, tag, 60, tags=tags[:2])


@maker("flow_miss")
def in_another_vlan(g, conn, side, tag):
    return g.make(conn, side, tag, 60, tags=[(0x8100, g.rng.randrange(300, 4095))])


@maker("flow_miss", has_tag)
def without_its_tags(g, conn, side, tag):
    return g.make(conn, side, tag, 60, tags=[])


@maker("flow_miss", has_tag)
def provider_tag(g, conn, side, tag):
    return g.make(conn, side, tag, 60, tags=[(0x88a8, vid) for vid in conn.vids(side)])


@maker("encap")
def three_tags(g, conn, side, tag):
    return g.make(conn, side, tag, 60, tags=[(0x8100, g.rng.randrange(1, 4095)) for _ in range(3)])


@maker("flow_miss")
def in_a_strange_session(g, conn, side, tag):
    sid = (SESSION.sid + g.rng.randrange(1, 0xffff)) & 0xffff
    return g.make(conn, side, tag, 60, tags=[], sid=sid)


@maker("flow_miss", has_session)
def without_its_session(g, conn, side, tag):
    return g.make(conn, side, tag, 60, sid=None)


@maker("truncated", has_session)
def session_shorter_than_its_packet(g, conn, side, tag):
    at = g.l3(conn, side)
    return g.with_session_length(g.make(conn, side, tag, 60), at, g.rng.randrange(2, 60))


@maker("encap", has_session)
def of_another_version_of_pppoe(g, conn, side, tag):
    return patch(g.make(conn, side, tag, 60), g.l3(conn, side) - 8, bytes([g.rng.choice([0x10, 0x12, 0x21])]))


@maker("local")
def of_an_unknown_type(g, conn, side, tag):
    return patch(g.make(conn, side, tag, 60, tags=[], sid=None), 12, b"\x88\xb5")


@maker("bad_header")
def of_the_other_type(g, conn, side, tag):
    names = ETHER if conn.sid(side) is None else PPP
    return patch(g.make(conn, side, tag, 100), g.l3(conn, side) - 2, struct.pack("!H", names[not conn.v6]))


@maker("flow_miss", between_two_ports)
def from_the_other_port(g, conn, side, tag):
    return g.make(conn, side, tag, 60, tags=[], sid=None, view=conn.view[other(side)])


@maker("flow_miss")
def icmp_error_about_it(g, conn, side, tag):
    about = bytes(g.packet(conn, conn.out(other(side)), 0, g.rng.randbytes(40)))
    v = conn.view[side]
    if conn.v6:
        l3 = IPv6(src=v.src, dst=v.dst, fl=tag) / ICMPv6DestUnreach(code=4)
    else:
        l3 = IP(src=v.src, dst=v.dst, id=tag) / ICMP(type=3, code=3)
    return g.framed(conn, side, l3 / Raw(about))


def patch(frame, at, octets):
    """The frame with other octets there."""
    return frame[:at] + octets + frame[at + len(octets):]


class Generator:
    """Connections and frames from a seed.

    macs: side -> (the host's address, the router's), as octets.
    """

    def __init__(self, seed, macs):
        self.rng = random.Random(seed)
        self._macs = macs
        self._ports = iter(self.rng.sample(range(20000, 60000), 2000))
        self._tags = iter(range(FIRST_TAG, LAST_TAG))

    def connections(self, rounds=1, gre=False):
        """`rounds` times every kind of NAT, family and protocol, and both over each uplink; GRE over each."""
        out = []
        for v6, proto in [(v6, proto) for v6 in (False, True) for proto in ("tcp", "udp")] * rounds:
            kinds = self.rng.sample(NAT, len(NAT))
            out += [connection(kinds[n % len(NAT)], v6, proto, up, self._ports)
                    for n, up in enumerate(self.rng.sample(UPLINKS, len(UPLINKS)))]
        return out + [tunnel(v6, up) for up in UPLINKS for v6 in (False, True) if gre]

    def ordinary(self, proto, v6=False):
        """A connection of the plainest kind."""
        return connection("plain", v6, proto, UPLINKS[0], self._ports)

    # Parts of frames

    def link(self, conn, side, tags, sid):
        """All that stands before an IP packet of that connection; tags: (type, control) of each."""
        host, router = self._macs[conn.host(side)]
        kinds = [kind for kind, _ in tags] + [ETHER[conn.v6] if sid is None else PPPOE]
        head = router + host + struct.pack("!H", kinds[0])
        for (_, control), after in zip(tags, kinds[1:]):
            head += struct.pack("!HH", control, after)
        return head if sid is None else head + struct.pack("!HHHH", 0x1100, sid, 0, PPP[conn.v6])

    def framed(self, conn, side, packet, *, tags=None, sid=OWN):
        """An IP packet in a frame of the connection, with its own tags and session unless told others."""
        if tags is None:
            tags = [(0x8100, vid) for vid in conn.vids(side)]
        sid = conn.sid(side) if sid is OWN else sid
        head = self.link(conn, side, tags, sid)
        frame = head + bytes(packet)
        return frame if sid is None else self.with_session_length(frame, len(head), len(packet))

    @staticmethod
    def with_session_length(frame, at, size):
        """The frame whose PPPoE header says `size` octets of packet, which begins at `at`."""
        return patch(frame, at - 4, struct.pack("!H", size + 2))

    @staticmethod
    def l3(conn, side):
        """Where the IP header of a frame from `side` begins."""
        return 14 + 4 * len(conn.vids(side)) + (8 if has_session(conn, side) else 0)

    @staticmethod
    def headers(conn):
        """Octets of IP and L4 header."""
        return (40 if conn.v6 else 20) + {"tcp": 20, "udp": 8, "gre": 4}[conn.proto]

    def packet(self, conn, view, tag, payload, *, ttl=64, ip=None, l4=None, ext=None):
        """An IP packet of the connection (scapy)."""
        if conn.v6:
            l3 = IPv6(src=view.src, dst=view.dst, fl=tag, **{"hlim": ttl, **(ip or {})})
        else:
            l3 = IP(src=view.src, dst=view.dst, id=tag, **{"ttl": ttl, "flags": "DF", **(ip or {})})
        if ext is not None:
            l3 = l3 / ext
        if conn.proto == "gre":
            return l3 / GRE(**{"proto": 0x6558, **(l4 or {})}) / Raw(payload)
        if conn.proto == "udp":
            return l3 / UDP(sport=view.sport, dport=view.dport, **(l4 or {})) / Raw(payload)
        fields = {"flags": "A", "seq": 2000 + self.rng.randrange(20000), "ack": 1001, "window": 60000}
        return l3 / TCP(sport=view.sport, dport=view.dport, **{**fields, **(l4 or {})}) / Raw(payload)

    def make(self, conn, side, tag, size, *, tags=None, sid=OWN, view=None, payload=None, **fields):
        """A frame of the connection from `side` with `size` octets of payload.

        tags: (type, control) of each, in place of the connection's own; sid: in place of its session.
        """
        payload = self.rng.randbytes(size) if payload is None else payload
        packet = self.packet(conn, view or conn.view[side], tag, payload, **fields)
        return self.framed(conn, side, packet, tags=tags, sid=sid)

    def plain(self, conn, side, tag):
        """An ordinary frame: any length, TTL, DSCP and ECN."""
        byte = self.rng.randrange(256)
        l4 = {"flags": self.rng.choice(["A", "PA", "AE", "AC"])} if conn.proto == "tcp" else {}
        size = self.rng.randrange(conn.uplink.mtu - self.headers(conn))
        return self.make(conn, side, tag, size, ttl=self.rng.randrange(2, 256),
                         ip={"tc": byte} if conn.v6 else {"tos": byte}, l4=l4)

    def fixed(self, conn, side, frame):
        """The frame with its IPv4 header checksum and its session's length right again."""
        at = self.l3(conn, side)
        if has_session(conn, side):
            frame = self.with_session_length(frame, at, len(frame) - at)
        if conn.v6:
            return frame
        head = patch(frame[at:at + 4 * max(5, frame[at] & 0xf)], 10, b"\0\0")
        return patch(frame, at + 10, struct.pack("!H", checksum(head)))

    def sum_is_zero(self, conn, side, tag, view):
        """A frame whose L4 checksum is 0 when addresses and ports are those of `view`."""
        state = self.rng.getstate()
        payload = self.rng.randbytes(50) + b"\0\0"
        l4 = {"seq": 3000} if conn.proto == "tcp" else {}
        packet = self.packet(conn, view, tag, payload, l4=l4)
        l4_class = TCP if conn.proto == "tcp" else UDP
        rest = packet.__class__(bytes(packet))[l4_class].chksum
        self.rng.setstate(state)
        payload = self.rng.randbytes(50) + struct.pack("!H", rest)
        return self.make(conn, side, tag, 0, payload=payload, l4=l4)

    def fragments(self, conn, side, frame, count):
        """The frame in `count` fragments, in order."""
        at = self.l3(conn, side)
        hlen = 40 if conn.v6 else 20
        head, body = frame[:at + hlen], frame[at + hlen:]
        step = max(8, len(body) // count // 8 * 8)
        starts = [n * step for n in range(count)]
        ident, proto = self.rng.getrandbits(32), frame[at + 6]
        out = []
        for start in starts:
            last = start == starts[-1]
            piece = body[start:] if last else body[start:start + step]
            if conn.v6:
                ext = struct.pack("!BBHI", proto, 0, start | (not last), ident)
                new = patch(patch(head, at + 6, b"\x2c"), at + 4, struct.pack("!H", 8 + len(piece)))
                new += ext
            else:
                new = patch(head, at + 2, struct.pack("!H", 20 + len(piece)))
                new = patch(new, at + 6, struct.pack("!H", start // 8 | (0 if last else 0x2000)))
            out.append(self.fixed(conn, side, new + piece))
        return out

    # Cases

    def case(self, name, via, conn, side, fn):
        """One case of a maker."""
        tag = next(self._tags)
        made = fn(self, conn, side, tag)
        frames = made if isinstance(made, list) else [made]
        return Case(tag, name, side, frames, via, conn)

    def train(self, conn, side):
        """Segments in a row, as a sender in full swing makes them: software joins and splits them."""
        seq, cases = 5000, []
        for n in range(self.rng.randrange(3, 7)):
            tag, size = next(self._tags), 1000
            l4 = {"seq": seq, "flags": "A"} if conn.proto == "tcp" else {}
            frame = self.make(conn, side, tag, size, l4=l4)
            cases.append(Case(tag, f"train, {n}", side, [frame], CHIP, conn, burst=True))
            seq += size
        return cases

    def batch(self, conns, count):
        """At least `count` cases: every maker once, the rest half ordinary, half any."""
        cases = []
        for name, via, fn, fits in MAKERS:
            places = [(c, s) for c in conns for s in SIDES if fits(c, s)]
            cases.append(self.case(name, via, *self.rng.choice(places), fn))
        while len(cases) < count:
            conn, side = self.rng.choice(conns), self.rng.choice(SIDES)
            name, via, fn, fits = self.rng.choice(MAKERS)
            dice = self.rng.random()
            if dice < 0.05:
                cases += self.train(conn, side)
            elif dice < 0.5 or not fits(conn, side):
                cases.append(self.case("plain", CHIP, conn, side, plain))
            else:
                cases.append(self.case(name, via, conn, side, fn))
        return cases

    def _spared(self, conn, side):
        """Bits of a frame that mutated() leaves alone, as (octet, bit)."""
        at = self.l3(conn, side)
        octets = [*range(at + 1, at + 4), *range(at + 24, at + 40)] if conn.v6 else \
            [*range(at + 4, at + 6), *range(at + 16, at + 20)]
        if conn.proto == "tcp":
            octets.append(at + self.headers(conn) - 7)
        tags = range(14, 14 + 4 * len(conn.vids(side)), 4)
        return {(n, bit) for n in octets for bit in range(8)} | \
            {(n, bit) for n in tags for bit in range(4, 8)}

    def mutated(self, conns, count):
        """Ordinary frames in which up to three bits have turned over.

        Not in the number by which they are known; not in the destination address, which
        might be one that has to be asked for; not in TCP's flags, which end connections;
        not in the priority of a tag: software takes such a frame for another VLAN's and the
        slow path, where conntrack throws out what has a wrong checksum.
        """
        cases = []
        for _ in range(count):
            conn, side, tag = self.rng.choice(conns), self.rng.choice(SIDES), next(self._tags)
            frame = bytearray(self.make(conn, side, tag, self.rng.randrange(30)))
            spared = self._spared(conn, side)
            bits = [(n, bit) for n in range(len(frame)) for bit in range(8)
                    if (n, bit) not in spared]
            for n, bit in self.rng.sample(bits, self.rng.randrange(1, 4)):
                frame[n] ^= 1 << bit
            cases.append(Case(tag, "mutated", side, [bytes(frame)], "", conn))
        return cases

    def marker(self, conn, side, tag):
        """A frame that takes the slow path through the router, behind all that came before."""
        return Case(tag, "marker", side,
                    [self.make(conn, side, tag, 8, ip={"options": [IPOption_NOP()] * 4})],
                    "ip_options", conn)

    def handshake(self, conns):
        """Rounds of frames that make conntrack see both directions established."""
        rounds = [[] for _ in range(5)]
        steps = {"tcp": (("S", 1000, 0), ("SA", 5000, 1001), ("A", 1001, 5001),
                         ("PA", 5001, 1001), ("PA", 1001, 5001))}
        for conn in conns:
            for n, cases in enumerate(rounds):
                side = conn.opener if n % 2 == 0 else other(conn.opener)
                tag, l4 = next(self._tags), {}
                if conn.proto == "tcp":
                    flags, seq, ack = steps["tcp"][n]
                    l4 = {"flags": flags, "seq": seq, "ack": ack}
                frame = self.make(conn, side, tag, 0 if n < 3 else 20, l4=l4)
                cases.append(Case(tag, f"handshake, {n}", side, [frame], "", conn))
        return rounds

    def control(self, conn, side, flags):
        """A TCP segment with these flags."""
        tag = next(self._tags)
        frame = self.make(conn, side, tag, 0, l4={"flags": flags, "seq": 5021, "ack": 1021})
        return Case(tag, f"segment {flags}", side, [frame], "tcp_flags", conn)

    def data(self, conn, side):
        """An ordinary frame of which nothing is foretold."""
        tag = next(self._tags)
        return Case(tag, "data", side, [self.plain(conn, side, tag)], "", conn)
