#!/usr/bin/python3
# SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
"""Golden vectors of the pipeline: flow entries, a frame in, the frame out or a reason.

    gen_vectors.py             write vectors.h beside this file
    gen_vectors.py --check     a TAP test: is vectors.h what would be written?

What must come out is built by scapy from the new fields, every length and checksum
computed from scratch; nothing here knows how the chip gets there. Only where a frame
comes in with a checksum that is wrong or absent is the expected one written down by rule.

Every vector meets the same chip (see PORTS in the text that is written).
"""
import argparse
import logging
import os
import struct
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.layers.inet import GRE, ICMP, IP, TCP, UDP  # noqa: E402
from scapy.layers.inet6 import (ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt,  # noqa: E402
                                IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether  # noqa: E402
from scapy.layers.ppp import PPPoE, PPPoED  # noqa: E402
from scapy.packet import Raw  # noqa: E402
from scapy.utils import checksum  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "vectors.h")

FK = {"ipv6": 1, "tag1": 2, "tag2": 4, "pppoe": 8, "ad1": 16, "ad2": 32}
FA = {"saddr": 1, "daddr": 2, "sport": 4, "dport": 8, "push1": 16, "push2": 32, "pppoe": 64}
TO_CPU, STATIC = 2, 4
PROTO = {"tcp": 6, "udp": 17, "gre": 47}
AK = {"tag": 1, "ad": 2, "ip": 4, "ipv6": 8, "l4": 16, "ports": 32, "frag": 64}
VERDICTS = {"next": 0, "pass": 1, "drop": 2, "redirect": 3, "trap": 4}
MIRROR, CPU_TOO = 1, 2

# Addresses of the scene: a host behind port 0, a server behind port 1.
RMAC = "02:00:00:00:01:0%d"
HMAC = "02:00:00:00:02:0%d"
LAN, WAN = "02:aa:00:00:00:01", "02:bb:00:00:00:01"
NEXT = "02:cc:00:00:00:0%d"
V4 = {"src": "192.168.1.10", "dst": "198.51.100.20", "new_src": "203.0.113.7",
      "new_dst": "10.20.30.40"}
V6 = {"src": "2001:db8:1::10", "dst": "2001:db8:ffff::20", "new_src": "2001:db8:7:7::7",
      "new_dst": "2001:db8:40:30:20:10:0:1"}
SPORT, DPORT, NEW_SPORT, NEW_DPORT = 40000, 443, 61001, 8443

vectors = []


def text_addr(a):
    return V6 if ":" in a else V4


def packed(addr):
    import ipaddress
    return ipaddress.ip_address(addr).packed.ljust(16, b"\0")


def mac(s):
    return bytes.fromhex(s.replace(":", ""))


# ---- what goes in front of IP ---------------------------------------------------

def encap_flags(encap):
    """Key flags and ids of a list of (kind, id): kind q, ad or pppoe."""
    flags, vid, sid, tags = 0, [0, 0], 0, 0
    for kind, num in encap:
        if kind == "pppoe":
            flags |= FK["pppoe"]
            sid = num
            continue
        flags |= (FK["tag1"], FK["tag2"])[tags]
        if kind == "ad":
            flags |= (FK["ad1"], FK["ad2"])[tags]
        vid[tags] = num & 0xfff
        tags += 1
    return flags, vid, sid


def link(src, dst, encap, ip):
    """The frame of an IP packet; tag ids carry priority bits above bit 12."""
    p = Ether(src=src, dst=dst)
    for kind, num in encap:
        if kind == "pppoe":
            p = p / PPPoE(sessionid=num, len=len(ip) + 2)
        else:
            p = p / {"q": Dot1Q, "ad": Dot1AD}[kind](vlan=num & 0xfff, prio=num >> 13,
                                                     id=num >> 12 & 1)
    v6 = ip[0] >> 4 == 6
    if encap and encap[-1][0] == "pppoe":
        # two octets always: scapy's PPP would compress the protocol field to one
        p = p / Raw(struct.pack(">H", 0x57 if v6 else 0x21))
    else:
        p.lastlayer().type = 0x86dd if v6 else 0x0800
    types = {"q": 0x8100, "ad": 0x88a8, "pppoe": 0x8864}
    if encap:
        p[Ether].type = types[encap[0][0]]
        for (_, _), (kind, _), layer in zip(encap, encap[1:], tags_of(p)):
            layer.type = types[kind]
    return bytes(p / Raw(ip))


def tags_of(p):
    out = []
    while p:
        if isinstance(p, (Dot1Q, Dot1AD)):
            out.append(p)
        p = p.payload
    return out


def pad60(frame):
    return frame.ljust(60, b"\0")


# ---- IP packets --------------------------------------------------------------------

def packet(proto, addr, src=None, dst=None, sport=SPORT, dport=DPORT, ttl=64, data=b"nftsw",
           ip=None, l4=None):
    """Octets of an IP packet; ip and l4 are more fields for scapy."""
    ip, l4 = dict(ip or {}), dict(l4 or {})
    src, dst = src or addr["src"], dst or addr["dst"]
    if addr is V4:
        p = IP(src=src, dst=dst, ttl=ttl, id=ip.pop("id", 0x1234), **ip)
    else:
        p = IPv6(src=src, dst=dst, hlim=ttl, **ip)
    if proto == "tcp":
        p = p / TCP(sport=sport, dport=dport, seq=0x01020304, ack=0x0a0b0c0d,
                    flags=l4.pop("flags", "A"), **l4)
    elif proto == "udp":
        p = p / UDP(sport=sport, dport=dport, **l4)
    elif proto == "gre":
        p = p / GRE(proto=0x6558, **l4)
    return bytes(p / Raw(data))


def key(proto, addr, iport=0, encap=(), src=None, dst=None, sport=SPORT, dport=DPORT):
    flags, vid, sid = encap_flags(encap)
    if addr is V6:
        flags |= FK["ipv6"]
    if proto == "gre":
        sport = dport = 0
    return (struct.pack("<HBB", iport, flags, PROTO[proto]) + struct.pack(">HH", sport, dport) +
            struct.pack("<HHHH", vid[0], vid[1], sid, 0) +
            packed(src or addr["src"]) + packed(dst or addr["dst"]))


def entry(k, index=0, state=0, oport=1, mtu=1500, nat=None, push=(), dmac=NEXT % 1, smac=None,
          block=7, idle_ms=0, cookie=0x1122334455667788):
    """struct nftsw_hw_flow_entry; nat maps saddr, daddr, sport, dport to new values."""
    nat = nat or {}
    action = sum(FA[n] for n in nat)
    tags = [x for x in push if x[0] != "pppoe"]
    tpid, tci, sid = [0, 0], [0, 0], 0
    for i, (kind, num) in enumerate(tags):
        action |= (FA["push1"], FA["push2"])[i]
        tpid[i] = 0x88a8 if kind == "ad" else 0x8100
        tci[i] = num
    for kind, num in push:
        if kind == "pppoe":
            action |= FA["pppoe"]
            sid = num
    e = k + struct.pack("<IIIHH", index, state, action, oport, mtu)
    e += mac(dmac) + mac(smac or RMAC % oport)
    e += struct.pack(">HHHHH", tpid[0], tci[0], tpid[1], tci[1], sid)
    e += struct.pack(">HH", nat.get("sport", 0), nat.get("dport", 0)) + bytes(2)
    for a in ("saddr", "daddr"):
        e += packed(nat[a]) if a in nat else bytes(16)
    e += struct.pack("<IIIQII", block, idle_ms, 0, cookie, 0, 0)
    assert len(e) == 152, len(e)
    return e


# ---- vectors -----------------------------------------------------------------------

def add(name, frame, reason="NONE", flows=(), iport=0, oport=0, out=None, acls=(), copy=None):
    assert (out is not None) == (reason == "NONE"), name
    assert name not in [v["name"] for v in vectors], name
    vectors.append({"name": name, "in": frame, "reason": reason, "iport": iport,
                    "oport": oport, "out": out, "flows": b"".join(flows),
                    "acls": b"".join(acls), "copy": copy})


def forward(name, proto, addr, nat=None, encap=(), push=(), pad=0, iport=0, oport=1, ttl=64,
            mtu=1500, fix_in=None, fix_out=None, **kw):
    """A frame that a flow takes; the frame out is built from the new fields."""
    nat = nat or {}
    old = packet(proto, addr, ttl=ttl, **kw)
    new = packet(proto, addr, src=nat.get("saddr"), dst=nat.get("daddr"),
                 sport=nat.get("sport", SPORT), dport=nat.get("dport", DPORT), ttl=ttl - 1, **kw)
    if fix_in:
        old = fix_in(old)
    if fix_out:
        new = fix_out(new, old)
    e = entry(key(proto, addr, iport=iport, encap=encap), nat=nat, push=push, oport=oport, mtu=mtu)
    frame = link(LAN, RMAC % iport, encap, old) + b"\xee" * pad
    out = pad60(link(RMAC % oport, NEXT % 1, push, new))
    add(name, frame, flows=[e], iport=iport, oport=oport, out=out)


def to_cpu(name, reason, ip, flows=None, encap=(), iport=0, dmac=None, cut=None,
           etype=None):
    """A frame that stays as it is."""
    frame = link(LAN, dmac or RMAC % iport, encap, ip)
    if etype:
        frame = put16(frame, 12, etype)
    if cut is not None:
        frame = frame[:cut]
    add(name, frame, reason=reason, iport=iport, flows=flows if flows is not None else [])


def nats(addr, proto):
    n = {"no NAT": {},
         "source address": {"saddr": addr["new_src"]},
         "destination address": {"daddr": addr["new_dst"]},
         "both addresses": {"saddr": addr["new_src"], "daddr": addr["new_dst"]}}
    if proto != "gre":
        n.update({
            "source NAT": {"saddr": addr["new_src"], "sport": NEW_SPORT},
            "destination NAT": {"daddr": addr["new_dst"], "dport": NEW_DPORT},
            "source and destination NAT": {"saddr": addr["new_src"], "sport": NEW_SPORT,
                                           "daddr": addr["new_dst"], "dport": NEW_DPORT},
            "source port": {"sport": NEW_SPORT},
            "destination port": {"dport": NEW_DPORT}})
    return n


ENCAPS = {
    "a tag": [("q", 100)],
    "a tag with priority": [("q", 0xb064)],
    "an 802.1ad tag": [("ad", 4094)],
    "a priority tag": [("q", 0xe000)],
    "two 802.1Q tags": [("q", 5), ("q", 6)],
    "802.1ad and 802.1Q tags": [("ad", 0x6007), ("q", 4095)],
    "PPPoE": [("pppoe", 0x1234)],
    "PPPoE in a tag": [("q", 7), ("pppoe", 1)],
    "PPPoE in two tags": [("ad", 8), ("q", 9), ("pppoe", 0xffff)],
}


def rewrite_vectors():
    for family, addr in (("IPv4", V4), ("IPv6", V6)):
        for proto in ("udp", "tcp", "gre"):
            for what, nat in nats(addr, proto).items():
                forward(f"{family} {proto}: {what}", proto, addr, nat=nat)
        snat = {"saddr": addr["new_src"], "sport": NEW_SPORT}
        for what, encap in ENCAPS.items():
            forward(f"{family} udp: {what} comes off", "udp", addr, encap=encap, nat=snat)
            forward(f"{family} tcp: {what} goes on", "tcp", addr, push=encap, nat=snat)
        forward(f"{family} tcp: a tag is swapped", "tcp", addr, encap=[("q", 10)],
                push=[("q", 20)])
        forward(f"{family} udp: a session becomes a tag", "udp", addr, encap=[("pppoe", 3)],
                push=[("q", 30)], nat=snat)
        forward(f"{family} udp: two tags become a tagged session", "udp", addr,
                encap=[("ad", 1), ("q", 2)], push=[("q", 3), ("pppoe", 4)], nat=snat)
        forward(f"{family} udp: the widest header on both sides", "udp", addr,
                encap=[("ad", 1), ("q", 2), ("pppoe", 3)],
                push=[("ad", 4), ("q", 5), ("pppoe", 6)], nat=snat)
        lengths(family, addr, snat)
        fields_kept(family, addr, snat)


def lengths(family, addr, snat):
    for size in (0, 1, 2, 17, 18, 19, 255, 1400):
        data = bytes((i * 7 + size) & 0xff for i in range(size))
        forward(f"{family} udp: {size} octets of payload", "udp", addr, nat=snat, data=data)
        forward(f"{family} tcp: {size} octets of payload", "tcp", addr, nat=snat, data=data)
    forward(f"{family} udp: padding of the frame is not forwarded", "udp", addr, nat=snat,
            data=b"x", pad=30)
    forward(f"{family} udp: padding makes way for a longer header", "udp", addr, nat=snat,
            data=b"xy", pad=16, push=[("q", 1), ("q", 2), ("pppoe", 9)])
    forward(f"{family} udp: padding inside PPPoE is not forwarded", "udp", addr, nat=snat,
            data=b"x", encap=[("pppoe", 77)], pad=10)
    forward(f"{family} gre: an empty packet, as short as they come", "gre", addr, data=b"")
    forward(f"{family} udp: as long as the MTU allows", "udp", addr, nat=snat, mtu=600,
            data=bytes(600 - (28 if addr is V4 else 48)))


def fields_kept(family, addr, snat):
    v4 = addr is V4
    forward(f"{family} udp: DSCP and ECN stay", "udp", addr, nat=snat,
            ip={"tos": 0xbb} if v4 else {"tc": 0xbb, "fl": 0xabcde})
    forward(f"{family} udp: TTL 255", "udp", addr, nat=snat, ttl=255)
    forward(f"{family} udp: TTL 2 is the last that goes on", "udp", addr, nat=snat, ttl=2)
    for flags in ("PA", "U", "E", "C", "PAU", ""):
        forward(f"{family} tcp: flags '{flags}' go on", "tcp", addr, nat=snat, l4={"flags": flags})
    forward(f"{family} tcp: with options", "tcp", addr, nat=snat,
            l4={"options": [("Timestamp", (1, 2)), ("NOP", None), ("NOP", None)]})
    forward(f"{family} gre: key, checksum and sequence number are payload", "gre", addr,
            nat={"saddr": addr["new_src"]}, l4={"key_present": 1, "key": 5, "chksum_present": 1,
                                                "seqnum_present": 1, "seqence_number": 3})
    if v4:
        forward("IPv4 udp: don't fragment stays", "udp", V4, nat=snat, ip={"flags": "DF", "id": 0})
        forward("IPv4 udp: the reserved flag stays", "udp", V4, nat=snat, ip={"flags": 4})


# ---- checksums at the edges -----------------------------------------------------------

def l4_sum_at(ip, proto):
    off = 20 if ip[0] >> 4 == 4 else 40
    return off + (16 if proto == "tcp" else 6)


def put16(octets, off, value):
    return octets[:off] + struct.pack(">H", value) + octets[off + 2:]


def get16(octets, off):
    return struct.unpack_from(">H", octets, off)[0]


def add1c(a, b):
    s = a + b
    return (s & 0xffff) + (s >> 16)


def payload_for_sum(proto, addr, want, nat=None):
    """Two octets of payload that make the sum of everything else come out as @want."""
    nat = nat or {}
    for word in range(0x10000):
        ip = packet_words(proto, addr, word, nat)
        if ip == want:
            return struct.pack(">H", word)
    raise ValueError("no such payload")


_base = {}


def packet_words(proto, addr, word, nat):
    """Checksum field before UDP's zero rule, with payload word @word."""
    k = (proto, addr["src"], tuple(nat.items()))
    if k not in _base:
        ip = packet(proto, addr, src=nat.get("saddr"), dst=nat.get("daddr"),
                    sport=nat.get("sport", SPORT), dport=nat.get("dport", DPORT), data=b"\0\0")
        _base[k] = get16(ip, l4_sum_at(ip, proto))
    return 0xffff - add1c(0xffff - _base[k], word)


def checksum_vectors():
    for family, addr in (("IPv4", V4), ("IPv6", V6)):
        snat = {"saddr": addr["new_src"], "sport": NEW_SPORT}

        def clear(ip, *_):
            return put16(ip, l4_sum_at(ip, "udp"), 0)

        forward(f"{family} udp: no checksum stays no checksum", "udp", addr, nat=snat,
                fix_in=clear, fix_out=clear)
        forward(f"{family} udp: no checksum, no NAT", "udp", addr, fix_in=clear, fix_out=clear)
        for proto in ("udp", "tcp"):
            wrong_checksum(family, addr, proto, snat)
            data = payload_for_sum(proto, addr, 0, snat)
            forward(f"{family} {proto}: checksum comes out as 0", proto, addr, nat=snat, data=data)
            got = get16(vectors[-1]["out"], 14 + l4_sum_at(vectors[-1]["out"][14:], proto))
            assert got == (0xffff if proto == "udp" else 0), hex(got)
            data = payload_for_sum(proto, addr, 0)
            forward(f"{family} {proto}: checksum comes in as 0 in disguise", proto, addr,
                    nat=snat, data=data)
            forward(f"{family} {proto}: that checksum, without NAT", proto, addr, data=data)
            data = payload_for_sum(proto, addr, 1, snat)
            forward(f"{family} {proto}: checksum comes out as 1", proto, addr, nat=snat, data=data)
        same_sum(family, addr)
    ip_checksum_vectors()


def wrong_checksum(family, addr, proto, snat):
    """A checksum that is wrong by d comes out wrong by d: the receiver must see it."""
    good = packet(proto, addr)
    delta = 0x0101

    def spoil(ip, *_):
        at = l4_sum_at(ip, proto)
        return put16(ip, at, add1c(get16(ip, at), delta))

    assert spoil(good) != good
    forward(f"{family} {proto}: a wrong checksum stays wrong", proto, addr, nat=snat,
            fix_in=spoil, fix_out=spoil)


def same_sum(family, addr):
    """NAT that does not change the sum: one port gains what the other loses."""
    nat = {"sport": SPORT + 1000, "dport": (DPORT - 1000) % 0xffff}
    for proto in ("udp", "tcp"):
        forward(f"{family} {proto}: NAT that leaves the sum alone", proto, addr, nat=nat)


def ip_checksum_vectors():
    """IPv4 header checksums around 0, before and after."""
    for want, when in ((0, "in"), (0xfffe, "in"), (0, "out"), (1, "out"), (0xfffe, "out")):
        ttl = 64 if when == "in" else 63
        src = V4["src"] if when == "in" else V4["new_src"]
        ident = next(i for i in range(0x10000) if _ip_sum(src, ttl, i) == want)
        forward(f"IPv4 udp: header checksum {want:#06x} goes {when}", "udp", V4, data=b"n",
                nat={"saddr": V4["new_src"]}, ip={"id": ident})
        f = vectors[-1]["in" if when == "in" else "out"]
        assert get16(f, 24) == want

    def all_ones(ip, *_):
        return put16(ip, 10, 0xffff)

    ident = next(i for i in range(0x10000) if _ip_sum(V4["src"], 64, i) == 0)
    forward("IPv4 udp: header checksum 0xffff, the other zero, goes in", "udp", V4, data=b"n",
            nat={"saddr": V4["new_src"]}, ip={"id": ident}, fix_in=all_ones)


def _ip_sum(src, ttl, ident):
    k = ("ip", src, ttl)
    if k not in _base:
        _base[k] = get16(packet("udp", V4, src=src, ttl=ttl, data=b"n", ip={"id": 0}), 10)
    return 0xffff - add1c(0xffff - _base[k], ident)


# ---- to the CPU -------------------------------------------------------------------------

def near(proto="udp", addr=V4, **kw):
    """The flow that the frame would match, were it not for what the vector is about."""
    return [entry(key(proto, addr, **kw))]


def exception_vectors():
    for family, addr in (("IPv4", V4), ("IPv6", V6)):
        for ttl in (0, 1):
            to_cpu(f"{family}: TTL {ttl}", "TTL", packet("udp", addr, ttl=ttl), near(addr=addr))
        to_cpu(f"{family}: TTL 1 without a flow", "TTL", packet("tcp", addr, ttl=1))
        for flags in ("S", "F", "R", "SA", "FA", "RA", "FPA", "SEC"):
            to_cpu(f"{family}: TCP flags '{flags}'", "TCP_FLAGS",
                   packet("tcp", addr, l4={"flags": flags}), near("tcp", addr))
        to_cpu(f"{family}: TCP SYN without a flow", "FLOW_MISS",
               packet("tcp", addr, l4={"flags": "S"}))
        to_cpu(f"{family}: one octet above the MTU", "MTU",
               packet("udp", addr, data=bytes(601 - (28 if addr is V4 else 48))),
               [entry(key("udp", addr), mtu=600)])
        to_cpu(f"{family}: an entry in the to-CPU state", "FLOW_TO_CPU", packet("udp", addr),
               [entry(key("udp", addr), state=TO_CPU)])
        to_cpu(f"{family}: TCP flags go before the to-CPU state", "TCP_FLAGS",
               packet("tcp", addr, l4={"flags": "F"}), [entry(key("tcp", addr), state=TO_CPU)])
        for version in (1, 2, 7):
            to_cpu(f"{family}: GRE version {version}", "GRE_VERSION",
                   packet("gre", addr, l4={"version": version}), near("gre", addr))
        truncated_l4(family, addr)
        other_protocols(family, addr)
    ipv4_exceptions()
    ipv6_exceptions()
    encap_exceptions()
    order_of_exceptions()


def set_len(ip, n):
    """IP packet cut to @n octets, lengths and header checksum made to fit."""
    ip = ip[:n]
    if ip[0] >> 4 == 6:
        return put16(ip, 4, n - 40)
    ip = put16(put16(ip, 2, n), 10, 0)
    return put16(ip, 10, checksum(ip[:(ip[0] & 15) * 4]))


def truncated_l4(family, addr):
    hl = 20 if addr is V4 else 40
    for proto, need in (("udp", 8), ("tcp", 20), ("gre", 4)):
        for n in (0, need - 1):
            to_cpu(f"{family}: {proto} header of {n} octets", "TRUNCATED",
                   set_len(packet(proto, addr), hl + n), near(proto, addr))
        to_cpu(f"{family}: {proto} packet longer than its frame", "TRUNCATED",
               packet(proto, addr, data=bytes(100)), near(proto, addr), cut=14 + hl + 20 + 50)
    to_cpu(f"{family}: TCP data offset beyond the packet", "TRUNCATED",
           packet("tcp", addr, data=b"", l4={"dataofs": 6}), near("tcp", addr))
    to_cpu(f"{family}: TCP data offset below 5", "BAD_HEADER",
           packet("tcp", addr, l4={"dataofs": 4}), near("tcp", addr))
    to_cpu(f"{family}: UDP length beyond the packet", "TRUNCATED",
           packet("udp", addr, l4={"len": 14}), near("udp", addr))
    to_cpu(f"{family}: UDP length below 8", "BAD_HEADER",
           packet("udp", addr, l4={"len": 7}), near("udp", addr))


def other_protocols(family, addr):
    base = packet("udp", addr)
    nxt = 9 if addr is V4 else 6
    for num, name in ((1, "ICMP"), (2, "IGMP"), (4, "IPIP"), (41, "IPv6 in IP"),
                      (58, "ICMPv6"), (59, "no next header"), (132, "SCTP"), (136, "UDP-Lite"),
                      (255, "255")):
        ip = base[:nxt] + bytes([num]) + base[nxt + 1:]
        if addr is V4:
            ip = set_len(ip, len(ip))
        to_cpu(f"{family}: protocol {name}", "FLOW_MISS", ip, near(addr=addr))


def ipv4_exceptions():
    udp = packet("udp", V4)
    for what, ip in (("first fragment", {"flags": "MF"}), ("last fragment", {"frag": 100}),
                     ("middle fragment", {"flags": "MF", "frag": 1})):
        to_cpu(f"IPv4: {what}", "FRAGMENT", packet("udp", V4, ip=ip), near())
    to_cpu("IPv4: options", "IP_OPTIONS",
           packet("udp", V4, ip={"options": b"\x94\x04\x00\x00"}), near())
    to_cpu("IPv4: the longest header", "IP_OPTIONS",
           packet("udp", V4, ip={"options": b"\x01" * 40}), near())
    to_cpu("IPv4: options with a wrong checksum", "BAD_HEADER",
           packet("udp", V4, ip={"options": b"\x94\x04\x00\x00", "chksum": 0x1111}), near())
    to_cpu("IPv4: version 5", "BAD_HEADER", b"\x55" + udp[1:], near())
    to_cpu("IPv4: version 6 under type 0x0800", "BAD_HEADER", set_first(udp, 0x65), near(),
           etype=0x0800)
    for ihl in (0, 4):
        to_cpu(f"IPv4: header length {ihl}", "BAD_HEADER", bytes([0x40 | ihl]) + udp[1:], near())
    to_cpu("IPv4: header longer than the packet", "BAD_HEADER", b"\x4f" + udp[1:], near())
    to_cpu("IPv4: total length below the header", "BAD_HEADER", put16(udp, 2, 19), near())
    to_cpu("IPv4: header checksum off by one", "BAD_HEADER",
           put16(udp, 10, get16(udp, 10) ^ 1), near())
    to_cpu("IPv4: header checksum 0", "BAD_HEADER", put16(udp, 10, 0), near())
    for n in (0, 1, 19):
        to_cpu(f"IPv4: {n} octets of header", "TRUNCATED", udp, near(), cut=14 + n)


def set_first(ip, octet):
    ip = put16(bytes([octet]) + ip[1:], 10, 0)
    return put16(ip, 10, checksum(ip[:20]))


def ipv6_exceptions():
    a = {"src": V6["src"], "dst": V6["dst"]}
    tail = UDP(sport=SPORT, dport=DPORT) / Raw(b"nftsw")
    udp = packet("udp", V6)
    for what, ext, reason in (
            ("hop-by-hop options", IPv6ExtHdrHopByHop(), "IPV6_EXT"),
            ("destination options", IPv6ExtHdrDestOpt(), "IPV6_EXT"),
            ("routing header", IPv6ExtHdrRouting(), "IPV6_EXT"),
            ("atomic fragment", IPv6ExtHdrFragment(), "FRAGMENT"),
            ("first fragment", IPv6ExtHdrFragment(m=1), "FRAGMENT"),
            ("last fragment", IPv6ExtHdrFragment(offset=100), "FRAGMENT"),
            ("fragment behind options", IPv6ExtHdrHopByHop() / IPv6ExtHdrFragment(), "IPV6_EXT")):
        to_cpu(f"IPv6: {what}", reason, bytes(IPv6(**a) / ext / tail), near(addr=V6))
    for num in (50, 51, 135, 139, 140):
        to_cpu(f"IPv6: extension header {num}", "IPV6_EXT", udp[:6] + bytes([num]) + udp[7:],
               near(addr=V6))
    to_cpu("IPv6: version 4 under type 0x86dd", "BAD_HEADER", b"\x45" + udp[1:],
           near(addr=V6), etype=0x86dd)
    to_cpu("IPv6: payload length 0", "TRUNCATED", put16(udp, 4, 0), near(addr=V6))
    for n in (0, 1, 39):
        to_cpu(f"IPv6: {n} octets of header", "TRUNCATED", udp, near(addr=V6), cut=14 + n)


def encap_exceptions():
    udp = packet("udp", V4)
    two = [("q", 1), ("q", 2)]
    to_cpu("three tags", "ENCAP", udp, near(encap=two), encap=two + [("q", 3)])
    to_cpu("three 802.1ad tags", "ENCAP", udp, near(encap=two), encap=[("ad", 1)] * 3)
    for n, at in ((0, 14), (3, 17), (4 + 3, 21)):
        to_cpu(f"tags cut after {n} octets", "TRUNCATED", udp, near(encap=two), encap=two, cut=at)
    ses = [("pppoe", 5)]
    good = link(LAN, RMAC % 0, ses, udp)
    flow = near(encap=ses)
    for name, at, value, reason in (
            ("PPPoE version 2", 14, 0x2100, "ENCAP"), ("PPPoE type 2", 14, 0x1200, "ENCAP"),
            ("PPPoE code 1", 14, 0x1101, "ENCAP"), ("PPP protocol LCP", 20, 0xc021, "ENCAP"),
            ("PPP protocol IPCP", 20, 0x8021, "ENCAP"), ("PPP protocol 0", 20, 0, "ENCAP"),
            ("PPPoE length 1", 18, 1, "TRUNCATED"), ("PPPoE length 0", 18, 0, "TRUNCATED"),
            ("PPPoE length beyond the frame", 18, len(udp) + 3, "TRUNCATED"),
            ("PPPoE length below the packet", 18, len(udp) + 1, "TRUNCATED")):
        add(name, put16(good, at, value), reason=reason, flows=flow)
    add("PPPoE header of 7 octets", good[:21], reason="TRUNCATED", flows=flow)
    add("PPPoE in one tag too many", link(LAN, RMAC % 0, two + [("q", 3)] + ses, udp),
        reason="ENCAP", flows=flow)
    add("PPPoE discovery is nothing for flows",
        bytes(Ether(src=LAN, dst=RMAC % 0, type=0x8863) / PPPoED()), reason="LOCAL", flows=flow)


def order_of_exceptions():
    """One frame, several faults: the octets decide in the order in which they stand."""
    to_cpu("a fragment with options", "IP_OPTIONS",
           packet("udp", V4, ip={"options": b"\x01" * 4, "flags": "MF"}), near())
    to_cpu("a fragment with TTL 1", "FRAGMENT", packet("udp", V4, ttl=1, ip={"flags": "MF"}), near())
    to_cpu("GRE version 1 with TTL 1", "GRE_VERSION",
           packet("gre", V4, ttl=1, l4={"version": 1}), near("gre"))
    to_cpu("a SYN above the MTU", "TCP_FLAGS",
           packet("tcp", V4, data=bytes(700), l4={"flags": "S"}),
           [entry(key("tcp", V4), mtu=600)])
    to_cpu("TTL 1 in the to-CPU state", "TTL", packet("udp", V4, ttl=1),
           [entry(key("udp", V4), state=TO_CPU)])
    to_cpu("a bad checksum in a fragment", "BAD_HEADER",
           packet("udp", V4, ip={"flags": "MF", "chksum": 1}), near())


# ---- misses: each field of the key counts ----------------------------------------------

def miss_vectors():
    for family, addr in (("IPv4", V4), ("IPv6", V6)):
        udp = packet("udp", addr)
        to_cpu(f"{family}: empty table", "FLOW_MISS", udp)
        for what, kw in (("ingress port", {"iport": 1}), ("source port", {"sport": SPORT + 1}),
                         ("destination port", {"dport": DPORT + 1}),
                         ("source address", {"src": addr["new_src"]}),
                         ("destination address", {"dst": addr["new_dst"]}),
                         ("tag", {"encap": [("q", 1)]}), ("session", {"encap": [("pppoe", 1)]})):
            to_cpu(f"{family}: the flow has another {what}", "FLOW_MISS", udp, near(addr=addr, **kw))
        to_cpu(f"{family}: the flow has another protocol", "FLOW_MISS", udp, near("tcp", addr))
        to_cpu(f"{family}: the flow is the other direction", "FLOW_MISS", udp,
               near(addr=addr, src=addr["dst"], dst=addr["src"], sport=DPORT, dport=SPORT))
        for what, a, b in (
                ("tag where the flow has none", [("q", 1)], []),
                ("VLAN id", [("q", 1)], [("q", 2)]), ("tag type", [("ad", 1)], [("q", 1)]),
                ("inner VLAN id", [("q", 1), ("q", 2)], [("q", 1), ("q", 3)]),
                ("inner tag type", [("q", 1), ("ad", 2)], [("q", 1), ("q", 2)]),
                ("order of tags", [("q", 1), ("q", 2)], [("q", 2), ("q", 1)]),
                ("number of tags", [("q", 1), ("q", 1)], [("q", 1)]),
                ("session where the flow has none", [("pppoe", 1)], []),
                ("session id", [("pppoe", 1)], [("pppoe", 2)]),
                ("tag below a session", [("q", 1), ("pppoe", 1)], [("pppoe", 1)])):
            to_cpu(f"{family}: another {what}", "FLOW_MISS", udp, near(addr=addr, encap=b), encap=a)
    to_cpu("an IPv4 key is not an IPv6 key", "FLOW_MISS",
           packet("udp", V6, src="c0a8:010a::", dst="c633:6414::"), near())
    many = [entry(key("udp", V4, sport=s), index=i, nat={"sport": 50000 + i})
            for i, s in enumerate((SPORT - 1, SPORT + 1, SPORT + 256, SPORT))]
    out = pad60(link(RMAC % 1, NEXT % 1, [], packet("udp", V4, sport=50003, ttl=63)))
    add("the right one of several", link(LAN, RMAC % 0, [], packet("udp", V4)), flows=many,
        oport=1, out=out)


# ---- layer 2: whose frame is it ---------------------------------------------------------

def l2_vectors():
    udp = packet("udp", V4)

    def frame(dst, payload=None, etype=0x0800, src=LAN):
        return bytes(Ether(src=src, dst=dst, type=etype) / Raw(udp if payload is None else payload))

    arp = bytes(ARP(op=1, psrc=V4["src"], pdst="192.168.1.1"))
    add("ARP broadcast", frame("ff:ff:ff:ff:ff:ff", arp, 0x0806), reason="LOCAL")
    add("ARP to the router's address", frame(RMAC % 0, arp, 0x0806), reason="LOCAL")
    add("IPv4 broadcast matches no flow", frame("ff:ff:ff:ff:ff:ff"), reason="LOCAL", flows=near())
    add("IPv4 multicast matches no flow", frame("01:00:5e:00:00:fb"), reason="LOCAL", flows=near())
    add("IPv6 multicast", frame("33:33:00:00:00:01", bytes(IPv6() / ICMPv6EchoRequest()), 0x86dd),
        reason="LOCAL")
    add("the host's own address matches no flow", frame(HMAC % 0), reason="LOCAL", flows=near())
    add("a fragment to the host's address is no exception",
        frame(HMAC % 0, packet("udp", V4, ip={"flags": "MF"})), reason="LOCAL")
    add("a bad checksum to the host's address is no exception",
        frame(HMAC % 0, put16(udp, 10, 0)), reason="LOCAL")
    add("ICMP to the host's address", frame(HMAC % 0, bytes(IP() / ICMP())), reason="LOCAL")
    add("an unknown Ethernet type", frame(RMAC % 0, b"x" * 50, 0x88b5), reason="LOCAL")
    add("an 802.3 length field", frame(RMAC % 0, b"\x42\x42\x03" + bytes(43), 46), reason="LOCAL")
    add("a tagged frame that is not IP",
        frame(RMAC % 0, struct.pack(">HH", 5, 0x0806) + arp, 0x8100), reason="LOCAL")
    add("the router's address of another port", frame(RMAC % 1), reason="UC_FILTER", flows=near())
    add("foreign unicast", frame(WAN), reason="UC_FILTER", flows=near())
    add("foreign unicast with a bad header", frame(WAN, udp[:10]), reason="UC_FILTER")
    add("foreign unicast on a promiscuous port", frame(WAN), reason="PROMISC", iport=3,
        flows=near(iport=3))
    add("own unicast on a promiscuous port", frame(HMAC % 3), reason="LOCAL", iport=3)
    for mac_, what in (("01:80:c2:00:00:00", "STP"), ("01:80:c2:00:00:02", "LACP"),
                       ("01:80:c2:00:00:03", "802.1X"), ("01:80:c2:00:00:0e", "LLDP"),
                       ("01:80:c2:00:00:0f", "last reserved address"),
                       ("01:80:c2:00:00:01", "pause address, not MAC control")):
        add(f"layer 2 control: {what}", frame(mac_, bytes(46), 0x88cc), reason="L2_CONTROL")
    add("just above the reserved addresses", frame("01:80:c2:00:00:10", bytes(46), 0x88cc),
        reason="LOCAL")
    add("just beside the reserved addresses", frame("01:80:c2:00:01:00", bytes(46), 0x88cc),
        reason="LOCAL")
    add("pause frame", frame("01:80:c2:00:00:01", struct.pack(">HH", 1, 0xffff) + bytes(42), 0x8808),
        reason="PAUSE")
    add("priority pause frame", frame("01:80:c2:00:00:01", struct.pack(">H", 0x101) + bytes(44), 0x8808),
        reason="PAUSE")
    add("pause frame to the port itself", frame(RMAC % 0, struct.pack(">HH", 1, 0) + bytes(42), 0x8808),
        reason="PAUSE")
    limit_vectors(frame)


def limit_vectors(frame):
    """Limits of the MACs: 1514 octets on ports 0 and 1, 600 on port 3."""
    udp = packet("udp", V4)
    add("13 octets are a runt", frame(RMAC % 0)[:13], reason="RUNT")
    add("no octet at all is a runt", b"", reason="RUNT")
    add("14 octets are a frame", frame(RMAC % 0, b"", 0x88b5), reason="LOCAL")
    add("as long as the limit", frame(RMAC % 0, bytes(1500), 0x88b5), reason="LOCAL")
    add("above the limit", frame(RMAC % 0, bytes(1501), 0x88b5), reason="OVERSIZE")
    tag = struct.pack(">HH", 1, 0x8100)
    add("a tag may exceed the limit",
        frame(RMAC % 0, struct.pack(">HH", 1, 0x88b5) + bytes(1500), 0x8100), reason="LOCAL")
    add("a tag, and one octet above the limit",
        frame(RMAC % 0, struct.pack(">HH", 1, 0x88b5) + bytes(1501), 0x8100), reason="OVERSIZE")
    add("two tags may exceed the limit",
        frame(RMAC % 0, tag + struct.pack(">HH", 1, 0x88b5) + bytes(1500), 0x8100), reason="LOCAL")
    add("a third tag may not",
        frame(RMAC % 0, tag * 2 + struct.pack(">HH", 1, 0x88b5) + bytes(1500), 0x8100),
        reason="OVERSIZE")
    big = packet("udp", V4, data=bytes(1500 - 28))
    for what, encap in (("a tag", [("q", 1)]), ("a session in two tags",
                                                [("ad", 1), ("q", 2), ("pppoe", 3)])):
        out = link(RMAC % 1, NEXT % 1, encap, packet("udp", V4, data=bytes(1500 - 28), ttl=63))
        add(f"{what} around a full packet", link(LAN, RMAC % 0, encap, big), oport=1, out=out,
            flows=[entry(key("udp", V4, encap=encap), push=encap)])
    add("port without a partner", frame(RMAC % 2), reason="PORT_DOWN", iport=2, flows=near(iport=2))
    add("egress port without a partner", frame(RMAC % 0), reason="EGRESS_DOWN", oport=2,
        flows=[entry(key("udp", V4), oport=2)])
    for size, reason in ((600, "NONE"), (601, "EGRESS_OVERSIZE")):
        data = bytes(size - 14 - 28)
        out = link(RMAC % 3, NEXT % 1, [], packet("udp", V4, data=data, ttl=63))
        add(f"{size} octets to a port that takes 600", frame(RMAC % 0, packet("udp", V4, data=data)),
            reason=reason, oport=3, out=out if reason == "NONE" else None,
            flows=[entry(key("udp", V4), oport=3)])
    data = bytes(600 - 14 - 28)
    for what, push in (("a tag", [("q", 9)]), ("a session in two tags",
                                              [("ad", 1), ("q", 2), ("pppoe", 3)])):
        out = link(RMAC % 3, NEXT % 1, push, packet("udp", V4, data=data, ttl=63))
        add(f"{what} may exceed the egress limit", frame(RMAC % 0, packet("udp", V4, data=data)),
            oport=3, out=out, flows=[entry(key("udp", V4), oport=3, push=push)])
    out = pad60(link(RMAC % 0, NEXT % 1, [], packet("udp", V4, ttl=63, src=V4["new_src"])))
    add("out of the port that it came in", frame(RMAC % 0, udp), oport=0, out=out,
        flows=[entry(key("udp", V4), oport=0, nat={"saddr": V4["new_src"]})])
    out = pad60(link(RMAC % 1, NEXT % 1, [], packet("udp", V4, ttl=63)))
    add("a static entry forwards", frame(RMAC % 0, udp), oport=1, out=out,
        flows=[entry(key("udp", V4), state=STATIC)])
    add("a promiscuous port forwards too", link(LAN, RMAC % 3, [], udp), iport=3, oport=1, out=out,
        flows=[entry(key("udp", V4, iport=3))])


# ---- link aggregation ----------------------------------------------------------------

LAG0, LAG1, LAG2, LAG3 = 64, 65, 66, 67


def lag_vectors():
    """A LAG stands for its active members in keys, and for one that can send at egress."""
    for family, addr in (("IPv4", V4), ("IPv6", V6)):
        snat = {"saddr": addr["new_src"], "sport": NEW_SPORT}
        udp = packet("udp", addr)
        new = packet("udp", addr, src=addr["new_src"], sport=NEW_SPORT, ttl=63)

        def flow(iport, oport):
            return [entry(key("udp", addr, iport=iport), nat=snat, oport=oport, smac=RMAC % 1)]

        out = pad60(link(RMAC % 1, NEXT % 1, [], new))
        for port in (4, 5):
            add(f"{family} lag: in through member {port}", link(LAN, RMAC % port, [], udp),
                iport=port, flows=flow(LAG0, 1), oport=1, out=out)
        for what, iport, flows in (
                ("a member's own number is in no key", 4, flow(4, 1)),
                ("the flow has another LAG", 4, flow(LAG1, 1)),
                ("the flow has a LAG, the frame comes in beside it", 0, flow(LAG0, 1)),
                ("a member that is not active", 7, flow(LAG1, 1))):
            add(f"{family} lag: {what}", link(LAN, RMAC % iport, [], udp), iport=iport,
                reason="FLOW_MISS", flows=flows)
        add(f"{family} lag: the router's address of the other member",
            link(LAN, RMAC % 5, [], udp), iport=4, reason="UC_FILTER", flows=flow(LAG0, 1))
        add(f"{family} lag: out through the one member whose link is up",
            link(LAN, RMAC % 0, [], udp), flows=flow(0, LAG2), oport=9, out=out)
        add(f"{family} lag: from one to another", link(LAN, RMAC % 5, [], udp), iport=5,
            flows=flow(LAG0, LAG2), oport=9, out=out)
        add(f"{family} lag: the active member is down, the other may not send",
            link(LAN, RMAC % 0, [], udp), reason="LAG_DOWN", flows=flow(0, LAG1))
        add(f"{family} lag: out to one without members", link(LAN, RMAC % 0, [], udp),
            reason="LAG_DOWN", flows=flow(0, LAG3))
        to_cpu(f"{family} lag: TCP FIN in through a member", "TCP_FLAGS",
               packet("tcp", addr, l4={"flags": "FA"}),
               [entry(key("tcp", addr, iport=LAG0), oport=1)], iport=4)


# ---- access control list -------------------------------------------------------------

def acl_key(flags=0, dmac=bytes(6), smac=bytes(6), etype=0, tci=0, proto=0, sport=0, dport=0,
            src=bytes(16), dst=bytes(16)):
    k = dmac + smac + struct.pack(">HHBBHHH", etype, tci, flags, proto, sport, dport, 0) + src + dst
    assert len(k) == 56, len(k)
    return k


def acl_addr(flags, addr, bits=None):
    """Value, mask of an address or its first bits; notes its family in flags."""
    import ipaddress
    ip = ipaddress.ip_address(addr)
    bits = ip.max_prefixlen if bits is None else bits
    m = ((1 << bits) - 1) << (ip.max_prefixlen - bits)
    size = ip.max_prefixlen // 8
    flags["ip"] = True
    flags["ipv6"] = ip.version == 6
    return ((int(ip) & m).to_bytes(size, "big").ljust(16, b"\0"),
            m.to_bytes(size, "big").ljust(16, b"\0"))


def acl_match(tci=None, src=None, dst=None, etype=None, dmac=None, smac=None, **kw):
    """Key and mask. Flags are True or False, numbers are exact, tci and addresses have masks."""
    flags = {n: kw.pop(n) for n in AK if n in kw}
    key, mask = {}, {}
    for n, full in (("proto", 0xff), ("sport", 0xffff), ("dport", 0xffff)):
        if n in kw:
            key[n], mask[n] = kw.pop(n), full
            flags["l4" if n == "proto" else "ports"] = True
    for n, addr in (("src", src), ("dst", dst)):
        if addr:
            key[n], mask[n] = acl_addr(flags, *(addr if isinstance(addr, tuple) else (addr,)))
    for n, addr in (("dmac", dmac), ("smac", smac)):
        if addr:
            key[n], mask[n] = mac(addr), b"\xff" * 6
    if etype is not None:
        key["etype"], mask["etype"] = etype, 0xffff
    if tci is not None:
        key["tci"], mask["tci"] = tci
        flags["tag"] = True
    assert not kw, kw
    key["flags"] = sum(AK[n] for n, v in flags.items() if v)
    mask["flags"] = sum(AK[n] for n in flags)
    return acl_key(**key) + acl_key(**mask)


def acl(verdict="drop", index=0, prio=1, group=0, order=0, ports=1, oport=0, mport=None, flags=0,
        cookie=0x8877665544332211, **match):
    """struct nftsw_hw_acl_entry"""
    if mport is not None:
        flags |= MIRROR
    return struct.pack("<IIIBBHHHIQQQ", index, prio, group, VERDICTS[verdict], flags, oport,
                       mport or 0, 0, 0, order, ports, cookie) + acl_match(**match)


def acl_vectors():
    for family, addr in (("IPv4", V4), ("IPv6", V6)):
        acl_fields(family, addr)
        acl_encaps(family, addr)
        acl_fragments(family, addr)
        acl_actions(family, addr)
    acl_odd()
    acl_stages()


def acl_both(name, frame, hit, miss, reason="FLOW_MISS", iport=0):
    """A rule that takes the frame, and one that differs in what the name says."""
    ports = 1 << iport
    add(f"acl: {name}", frame, reason="ACL_DROP", acls=[acl(ports=ports, **hit)], iport=iport)
    add(f"acl: another {name}", frame, reason=reason, acls=[acl(ports=ports, **miss)], iport=iport)


def acl_fields(family, addr):
    frame = link(LAN, RMAC % 0, [], packet("udp", addr))
    v6 = addr is V6
    for what, hit, miss in (
            ("destination address", {"dst": addr["dst"]}, {"dst": addr["new_dst"]}),
            ("source address", {"src": addr["src"]}, {"src": addr["dst"]}),
            ("network of the source", {"src": (addr["src"], 48 if v6 else 24)},
             {"src": (addr["new_src"], 48 if v6 else 24)}),
            ("length of network", {"dst": (addr["dst"], 1)},
             {"dst": (addr["dst"][:-1] + "2", 127 if v6 else 31)}),
            ("protocol", {"proto": 17}, {"proto": 6}),
            ("source port", {"proto": 17, "sport": SPORT}, {"sport": DPORT}),
            ("destination port", {"dport": DPORT}, {"dport": DPORT ^ 0x100}),
            ("family", {"ip": True, "ipv6": v6}, {"ip": True, "ipv6": not v6}),
            ("type", {"etype": 0x86dd if v6 else 0x0800}, {"etype": 0x0806}),
            ("destination MAC", {"dmac": RMAC % 0}, {"dmac": RMAC % 1}),
            ("source MAC", {"smac": LAN}, {"smac": WAN}),
            ("tag", {"tag": False}, {"tag": True}),
            ("5-tuple", {"src": addr["src"], "dst": addr["dst"], "proto": 17, "sport": SPORT,
                         "dport": DPORT},
             {"src": addr["src"], "dst": addr["dst"], "proto": 17, "sport": SPORT,
              "dport": DPORT + 1})):
        acl_both(f"{what}, {family} udp", frame, hit, miss)
    for proto in ("tcp", "gre"):
        frame = link(LAN, RMAC % 0, [], packet(proto, addr))
        acl_both(f"protocol, {family} {proto}", frame, {"proto": PROTO[proto]}, {"proto": 17})
    add(f"acl: ports of {family} gre are not known", frame, reason="FLOW_MISS",
        acls=[acl(ports=1, sport=0, dport=0)])
    add(f"acl: everything, {family}", frame, reason="ACL_DROP", acls=[acl()])
    add(f"acl: rules of another port, {family}", frame, reason="FLOW_MISS", acls=[acl(ports=0x3fe)])


def acl_encaps(family, addr):
    udp = packet("udp", addr)
    v6 = addr is V6
    here = {"dst": addr["dst"]}
    frame = link(LAN, RMAC % 0, [("q", 0xb064)], udp)
    acl_both(f"VLAN id, {family}", frame, {"tci": (100, 0xfff)}, {"tci": (101, 0xfff)})
    acl_both(f"VLAN priority, {family}", frame, {"tci": (0xa000, 0xe000)}, {"tci": (0x8000, 0xe000)})
    acl_both(f"kind of tag, {family}", frame, {"tag": True, "ad": False}, {"tag": True, "ad": True})
    acl_both(f"address behind a tag, {family}", frame, dict(here, tag=True), dict(here, tag=False))
    acl_both(f"type behind a tag, {family}", frame, {"etype": 0x86dd if v6 else 0x0800},
             {"etype": 0x8100})
    frame = link(LAN, RMAC % 0, [("ad", 7)], udp)
    acl_both(f"kind of 802.1ad tag, {family}", frame, {"tag": True, "ad": True},
             {"tag": True, "ad": False})
    frame = link(LAN, RMAC % 0, [("q", 5), ("q", 6)], udp)
    acl_both(f"outer of two tags, {family}", frame, {"tci": (5, 0xfff), "etype": 0x8100},
             {"tci": (6, 0xfff)})
    add(f"acl: {family} behind two tags is not looked at", frame, reason="FLOW_MISS",
        acls=[acl(**here)])
    frame = link(LAN, RMAC % 0, [("pppoe", 5)], udp)
    acl_both(f"PPPoE by type, {family}", frame, {"etype": 0x8864}, here)


def acl_fragments(family, addr):
    """Of a fragmented packet the first fragment has ports."""
    for what, first in (("first", True), ("later", False)):
        if addr is V4:
            ip = packet("udp", V4, ip={"flags": "MF", "frag": 0 if first else 3})
        else:
            ip = bytes(IPv6(src=V6["src"], dst=V6["dst"]) /
                       IPv6ExtHdrFragment(offset=0 if first else 3, m=1, id=7, nh=17) /
                       UDP(sport=SPORT, dport=DPORT) / Raw(b"nftsw"))
        frame = link(LAN, RMAC % 0, [], ip)
        acl_both(f"fragment, {family}, {what}", frame, {"proto": 17, "frag": True},
                 {"proto": 17, "frag": False}, reason="FRAGMENT")
        add(f"acl: port of the {what} fragment, {family}", frame,
            reason="ACL_DROP" if first else "FRAGMENT", acls=[acl(proto=17, dport=DPORT)])


def acl_actions(family, addr):
    frame = link(LAN, RMAC % 0, [], packet("udp", addr))
    flow = entry(key("udp", addr), nat={"saddr": addr["new_src"], "sport": NEW_SPORT})
    new = packet("udp", addr, src=addr["new_src"], sport=NEW_SPORT, ttl=63)
    out = pad60(link(RMAC % 1, NEXT % 1, [], new))

    def case(name, acls, **kw):
        add(f"acl: {name}, {family}", frame, flows=[flow], acls=acls, **kw)

    case("a flow is dropped", [acl(proto=17)], reason="ACL_DROP")
    case("a flow passes", [acl("pass", proto=17)], oport=1, out=out)
    case("a flow matches nothing", [acl(proto=6)], oport=1, out=out)
    case("a flow is redirected as it came", [acl("redirect", oport=9, proto=17)], oport=9, out=frame)
    case("back out of its own port", [acl("redirect", oport=0)], oport=0, out=frame)
    case("redirected to a port without a partner", [acl("redirect", oport=2)], oport=2,
         reason="EGRESS_DOWN")
    case("a copy, and the flow goes on", [acl("next", mport=3)], oport=1, out=out, copy=3)
    case("a copy, and dropped", [acl("drop", mport=3)], reason="ACL_DROP", copy=3)
    case("a copy, and redirected", [acl("redirect", mport=3, oport=4)], oport=4, out=frame, copy=3)
    case("a copy to a port without a partner is lost alone", [acl("next", mport=8)], oport=1, out=out)
    case("a copy of what software does not see", [acl("next", mport=3, flags=CPU_TOO)], oport=1,
         out=out, copy=3)
    case("next: the rule behind decides", [acl("next", order=1), acl("drop", index=1, order=2)],
         reason="ACL_DROP")
    case("pass: the rule behind does not", [acl("pass", order=1), acl("drop", index=1, order=2)],
         oport=1, out=out)
    case("pass: that of another group does", [acl("pass"), acl("drop", index=1, group=1)],
         reason="ACL_DROP")
    case("order by priority", [acl("pass", prio=2), acl("drop", index=1, order=9)],
         reason="ACL_DROP")
    case("order by group", [acl("drop", group=7), acl("redirect", index=1, group=6, order=9, oport=3)],
         oport=3, out=frame)
    case("order by order", [acl("drop", order=2), acl("redirect", index=1, order=1, oport=3)],
         oport=3, out=frame)
    case("order by number", [acl("drop", index=9), acl("redirect", index=8, oport=3)], oport=3,
         out=frame)
    add(f"acl: software has its own copy of what it sees, {family}", frame, reason="FLOW_MISS",
        acls=[acl("next", mport=3, flags=CPU_TOO)])
    add(f"acl: a copy of what the CPU gets, {family}", frame, reason="FLOW_MISS",
        acls=[acl("next", mport=3)], copy=3)


def acl_odd():
    """What a flow takes for an exception, and what is no IP at all."""
    udp = packet("udp", V4)
    opts = packet("udp", V4, ip={"options": [b"\x01\x01\x01\x00"]})
    frame = link(LAN, RMAC % 0, [], opts)
    acl_both("port behind IPv4 options", frame, {"dport": DPORT}, {"dport": SPORT},
             reason="IP_OPTIONS")
    for what, ext in (("hop-by-hop", IPv6ExtHdrHopByHop()), ("routing", IPv6ExtHdrRouting()),
                      ("destination options", IPv6ExtHdrDestOpt())):
        ip = bytes(IPv6(src=V6["src"], dst=V6["dst"]) / ext / UDP(sport=SPORT, dport=DPORT) /
                   Raw(b"nftsw"))
        acl_both(f"port behind an IPv6 {what} header", link(LAN, RMAC % 0, [], ip),
                 {"proto": 17, "dport": DPORT}, {"dport": SPORT}, reason="IPV6_EXT")
    many = IPv6(src=V6["src"], dst=V6["dst"])
    for _ in range(9):
        many = many / IPv6ExtHdrDestOpt()
    frame = link(LAN, RMAC % 0, [], bytes(many / UDP(sport=SPORT, dport=DPORT) / Raw(b"nftsw")))
    acl_both("behind nine extension headers: the address is known, the protocol is not", frame,
             {"src": V6["src"]}, {"proto": 17}, reason="IPV6_EXT")
    frame = link(LAN, RMAC % 0, [], put16(udp, 10, 0))
    acl_both("a wrong checksum is not looked at, address", frame, {"src": V4["src"]},
             {"src": V4["dst"]}, reason="BAD_HEADER")
    frame = link(LAN, RMAC % 0, [], packet("udp", V4, ttl=1))
    acl_both("TTL 1, port", frame, {"dport": DPORT}, {"dport": SPORT}, reason="TTL")
    for what, ip, reason in (("cut short", udp[:30], "TRUNCATED"),
                             ("of version 5", b"\x55" + udp[1:], "BAD_HEADER"),
                             ("with a header of 16 octets", b"\x44" + udp[1:], "BAD_HEADER")):
        acl_both(f"IPv4 {what}: only the type", link(LAN, RMAC % 0, [], ip), {"etype": 0x0800},
                 {"ip": True}, reason=reason)
    frame = link(LAN, RMAC % 0, [], packet("tcp", V4, data=b"")[:40])
    acl_both("TCP flags are not looked at, port", frame, {"proto": 6, "dport": DPORT},
             {"proto": 6, "dport": SPORT})
    arp = bytes(Ether(src=LAN, dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, psrc=V4["src"]))
    acl_both("ARP by type", arp, {"etype": 0x0806}, {"ip": True}, reason="LOCAL")


def acl_stages():
    """Which frames meet the rules, and in front of what."""
    udp = packet("udp", V4)

    def frame(dst, etype=0x0800, payload=None):
        return bytes(Ether(src=LAN, dst=dst, type=etype) / Raw(udp if payload is None else payload))

    drop = [acl(ports=0x3ff)]
    for what, dst, reason in (("broadcast", "ff:ff:ff:ff:ff:ff", "LOCAL"),
                              ("multicast", "01:00:5e:00:00:fb", "LOCAL"),
                              ("STP", "01:80:c2:00:00:00", "L2_CONTROL"),
                              ("the host's address", HMAC % 0, "LOCAL")):
        add(f"acl: {what} is dropped", frame(dst), reason="ACL_DROP", acls=drop)
        add(f"acl: {what} passes", frame(dst), reason=reason, acls=[acl("pass")])
        add(f"acl: {what} is redirected", frame(dst), oport=9, out=frame(dst),
            acls=[acl("redirect", oport=9)])
    add("acl: foreign unicast is dropped", frame(WAN), reason="ACL_DROP", acls=drop)
    add("acl: foreign unicast is dropped by what software has, too", frame(WAN), reason="ACL_DROP",
        acls=[acl(flags=CPU_TOO)])
    add("acl: foreign unicast passes, and is filtered", frame(WAN), reason="UC_FILTER", acls=[acl("pass")])
    add("acl: foreign unicast is redirected", frame(WAN), oport=9, out=frame(WAN), acls=[acl("redirect", oport=9)])
    add("acl: foreign unicast is trapped", frame(WAN), reason="ACL_TRAP", acls=[acl("trap")])
    add("acl: foreign unicast on a promiscuous port is", frame(WAN), reason="ACL_DROP", iport=3,
        acls=drop)
    add("acl: pause frames are not seen", frame("01:80:c2:00:00:01", 0x8808, bytes(46)),
        reason="PAUSE", acls=drop)
    add("acl: a port without a partner", frame(RMAC % 2), reason="PORT_DOWN", iport=2, acls=drop)
    add("acl: a runt", frame(RMAC % 0)[:13], reason="RUNT", acls=drop)
    syn = link(LAN, RMAC % 0, [], packet("tcp", V4, l4={"flags": "S"}))
    flow = [entry(key("tcp", V4))]
    add("acl: a SYN is dropped in front of its flow", syn, reason="ACL_DROP", flows=flow, acls=drop)
    add("acl: a SYN passes", syn, reason="TCP_FLAGS", flows=flow, acls=[acl("pass")])
    for port in (4, 7):
        add(f"acl: rules are of the port, not of its LAG, port {port}",
            link(LAN, RMAC % port, [], udp), iport=port, reason="ACL_DROP",
            acls=[acl(ports=1 << port)])
    big = frame(RMAC % 0, 0x88b5, bytes(600))
    add("acl: redirected to a port that takes less", big, oport=3, reason="EGRESS_OVERSIZE",
        acls=[acl("redirect", oport=3)])
    add("acl: a copy to a port that takes less is lost alone", big, reason="LOCAL",
        acls=[acl("next", mport=3)])
    tagged = link(LAN, RMAC % 0, [("q", 9), ("q", 8)], packet("udp", V4, data=bytes(600 - 14 - 28)))
    add("acl: tags are no part of the limit", tagged, oport=3, out=tagged,
        acls=[acl("redirect", oport=3)])


# ---- the header file ---------------------------------------------------------------------

HEAD = """\
/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Golden vectors of the pipeline.  Written by gen_vectors.py with scapy; do not edit.
 *
 * PORTS of the chip that they meet: 0..9, all enabled, pipeline enabled.
 *   port p listens to 02:00:00:00:01:0p (router) and 02:00:00:00:02:0p (host)
 *   ports 2, 6 and 8 have no partner; port 3 is promiscuous
 *   LAG 0 has ports 4 and 5, LAG 1 ports 6 and 7, LAG 2 ports 8 and 9; port 7 is not
 *   active
 *   max_frame is 1514, on port 3 600
 * The flow entries and rules of a vector are the only ones in the tables.
 */
#ifndef NFM_TEST_VECTORS_H
#define NFM_TEST_VECTORS_H

#include "../../include/nftsw/tbl.h"
#include "../../include/nftsw/acl.h"

#define NFM_VECTOR_PORTS		10
#define NFM_VECTOR_NO_PARTNER		0x144	/* bitmap of ports */
#define NFM_VECTOR_PORT_PROMISC		3
#define NFM_VECTOR_MAX_FRAME		1514
#define NFM_VECTOR_MAX_FRAME_3		600

/**
 * struct nfm_vector - one frame, and what must become of it
 * @name: what it shows
 * @flows: struct nftsw_hw_flow_entry, one after the other, in hexadecimal
 * @acls: struct nftsw_hw_acl_entry, likewise; NULL: none
 * @in: frame in, in hexadecimal
 * @out: frame out; NULL when @reason is not NONE (to the CPU unchanged, or dropped)
 * @reason: enum nftsw_reason
 * @iport: ingress port
 * @oport: egress port of a forwarded frame
 * @copy: port through which a copy of the frame leaves, plus 1; 0: none
 */
struct nfm_vector {
	const char *name;
	const char *flows;
	const char *acls;
	const char *in;
	const char *out;
	unsigned char reason;
	unsigned char iport;
	unsigned char oport;
	unsigned char copy;
};

/**
 * struct nfm_vector_lag - a LAG of the chip
 * @members: bitmap of ports
 * @active: likewise
 */
struct nfm_vector_lag {
	unsigned int members;
	unsigned int active;
};

static const struct nfm_vector_lag nfm_vector_lags[] = {
	{ .members = 0x030, .active = 0x030 },
	{ .members = 0x0c0, .active = 0x040 },
	{ .members = 0x300, .active = 0x300 },
};

static const struct nfm_vector nfm_vectors[] = {
"""


def hexlines(octets):
    h = octets.hex()
    parts = [h[i:i + 80] for i in range(0, len(h), 80)] or [""]
    return "\n\t\t".join(f'"{p}"' for p in parts)


def render():
    out = [HEAD]
    for v in vectors:
        out.append("\t{\n")
        out.append(f'\t\t.name = "{v["name"]}",\n')
        out.append(f'\t\t.flows =\n\t\t{hexlines(v["flows"])},\n')
        if v["acls"]:
            out.append(f'\t\t.acls =\n\t\t{hexlines(v["acls"])},\n')
        out.append(f'\t\t.in =\n\t\t{hexlines(v["in"])},\n')
        if v["out"] is not None:
            out.append(f'\t\t.out =\n\t\t{hexlines(v["out"])},\n')
        out.append(f'\t\t.reason = NFTSW_REASON_{v["reason"]},\n')
        out.append(f'\t\t.iport = {v["iport"]},\n\t\t.oport = {v["oport"]},\n')
        if v["copy"] is not None:
            out.append(f'\t\t.copy = {v["copy"] + 1},\n')
        out.append("\t},\n")
    out.append("};\n\n#endif /* NFM_TEST_VECTORS_H */\n")
    return "".join(out)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--check", action="store_true", help="compare, do not write")
    a = p.parse_args()
    for make in (rewrite_vectors, checksum_vectors, exception_vectors, miss_vectors, l2_vectors,
                 lag_vectors, acl_vectors):
        make()
    text = render()
    if a.check:
        with open(OUT, encoding="ascii") as f:
            fresh = f.read() == text
        print(f"TAP version 13\n{'' if fresh else 'not '}ok 1 - vectors: vectors.h is fresh\n1..1")
        sys.exit(not fresh)
    with open(OUT, "w", encoding="ascii") as f:
        f.write(text)
    print(f"{len(vectors)} vectors")


if __name__ == "__main__":
    main()
