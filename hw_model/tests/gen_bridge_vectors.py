#!/usr/bin/python3
# SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
"""Golden vectors of tags in the bridge: a scene, a frame in, the frames out of every port or a reason.

    gen_bridge_vectors.py             write bridge_vectors.h beside this file
    gen_bridge_vectors.py --check     a TAP test: is bridge_vectors.h what would be written?

Every kind of tag meets every kind of bridge port, through ports with and without a PVID. What
must come out follows from the rules of the datasheet (9.10, 9.11), written down here in a
few lines over lists of tags; frames are built from such lists by scapy. Nothing here knows how
the chip moves octets.
"""
import argparse
import logging
import os
import struct
import sys
from dataclasses import dataclass, field

from gen_vectors import hexlines, mac, pad60

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether  # noqa: E402
from scapy.packet import Raw  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "bridge_vectors.h")

Q, AD = 0x8100, 0x88a8
KIND = {Q: "802.1Q", AD: "802.1ad"}
LAYER = {Q: Dot1Q, AD: Dot1AD}
TYPE = 0x88b5                   # for local experiments
AWARE, FLAGS = 1, 0x1e          # learning, and all kinds of flood
FID_VALID, FID_CPU_BCAST = 1, 64
VPORT, VLAN_VPORT, VLAN_CPU = 96, 0xff00, 0xffff
NO_AGE, NO_MOVE = 1, 2

ALL = "ff:ff:ff:ff:ff:ff"
# Two hosts that the FDB knows; where, the scene says.
KNOWN = {"all": ALL, "the first host": "02:00:00:00:0a:01", "the second host": "02:00:00:00:0a:02"}
SOURCE = "02:00:00:00:0b:0%d"

FRAMES = {
    "no tag": [],
    "a priority, 802.1Q": [(Q, 0xb000)],
    "a priority, 802.1ad": [(AD, 0xb000)],
    "802.1Q tag 10": [(Q, 0x7000 | 10)],
    "802.1ad tag 10": [(AD, 0x7000 | 10)],
    "802.1Q tag 20": [(Q, 20)],
    "802.1ad tag 20": [(AD, 20)],
    "802.1Q tag 30": [(Q, 30)],
    "802.1ad tag 30": [(AD, 30)],
    "802.1Q tag 40": [(Q, 0x2000 | 40)],
    "802.1ad tag 40": [(AD, 0x2000 | 40)],
    "802.1Q tag 4095": [(Q, 4095)],
    "802.1ad tag 4095": [(AD, 0xe000 | 4095)],
    "802.1Q tag 10 in 802.1Q tag 20": [(Q, 20), (Q, 0x4000 | 10)],
    "802.1Q tag 20 in 802.1Q tag 10": [(Q, 0xc000 | 10), (Q, 20)],
    "802.1Q tag 20 in 802.1ad tag 10": [(AD, 0xc000 | 10), (Q, 0x2000 | 20)],
    "802.1ad tag 20 in 802.1Q tag 10": [(Q, 10), (AD, 20)],
    "802.1Q tag 10 in a priority": [(Q, 0xa000), (Q, 10)],
}


@dataclass
class Port:
    """A port of the chip: DS 8.6."""
    tpid: int = Q
    fid: int = 0
    pvid: int = 0
    aware: bool = False


@dataclass
class Fid:
    """A broadcast domain, DS 8.8; hosts: where the two known ones are, DS 8.9."""
    members: tuple
    hosts: tuple
    vid: int = 0
    tpid: int = 0
    untagged: tuple = ()


@dataclass
class Scene:
    """ports: number: Port.  vports: number: (port, VLAN, FID).  vlans: (port, VLAN): where it leads."""
    what: str
    ingress: dict               # port: what it is
    ports: dict
    fids: dict
    vlans: dict
    vports: dict = field(default_factory=dict)


def unaware():
    """Ports 0, 1 and 2 are a bridge; port 3 shares VLAN 20 of two of them.

    VLAN 30 has an upper device, and VLAN 40 leads to a domain that has no VLAN, where tags stay.
    """
    return Scene(
        "not aware", {0: "a port", 1: "a port of 802.1ad"},
        {0: Port(fid=1), 1: Port(tpid=AD, fid=1), 2: Port(fid=1), 3: Port()},
        {1: Fid((0, 1, 2), (2, 2)), 2: Fid((0, 1, 3), (3, 0), 20, Q, (3,)),
         3: Fid((0, 1, 2, 3), (3, 2))},
        {(0, 20): 2, (1, 20): 2, (3, 20): 2, (0, 30): VLAN_CPU, (1, 30): VLAN_CPU, (0, 40): 3, (1, 40): 3})


def aware(tpid):
    """VLAN 10 is FID 1, VLAN 20 is FID 2."""
    def port(pvid=0):
        return Port(tpid, pvid=pvid, aware=True)

    return Scene(
        f"aware, {KIND[tpid]}", {0: "PVID 10", 1: "no PVID"},
        {0: port(10), 1: port(), 2: port(10), 3: port(20), 4: port()},
        {1: Fid((0, 1, 2, 4), (4, 2), 10, tpid, (0, 2)), 2: Fid((0, 1, 3), (0, 3), 20, tpid, (3,))},
        {(p, 10): 1 for p in (0, 1, 2, 4)} | {(p, 20): 2 for p in (0, 1, 3)})


def virtual(tpid):
    """VLAN 10 of ports 0, 1 and 2 and VLAN 20 of port 0 are bridged with port 5, which is not aware."""
    return Scene(
        f"virtual ports, {KIND[tpid]}",
        {0: "a port that stands alone", 1: "a port of a bridge", 2: "a port with PVID 20", 5: "the plain port"},
        {0: Port(tpid), 1: Port(tpid, fid=2), 2: Port(tpid, pvid=20, aware=True), 3: Port(tpid, fid=2),
         4: Port(tpid, aware=True), 5: Port(tpid, fid=1)},
        {1: Fid((5, VPORT, VPORT + 1, VPORT + 2, VPORT + 3), (VPORT + 1, 5)), 2: Fid((1, 3), (3, 1)),
         3: Fid((2, 4), (4, 2), 20, tpid, (2,))},
        {(p, 10): VLAN_VPORT + p for p in (0, 1, 2)} |
        {(0, 20): VLAN_VPORT + 3, (2, 20): 3, (4, 20): 3},
        {0: (0, 10, 1), 1: (1, 10, 1), 2: (2, 10, 1), 3: (0, 20, 1)})


SCENES = [unaware(), aware(Q), aware(AD), virtual(Q), virtual(AD)]


# ---- the rules ---------------------------------------------------------------------

def domain(scene, port, tags):
    """DS 9.10, 2: (FID, bridge port, tag taken off, priority); FID 0 stands alone, None is dropped."""
    p = scene.ports[port]
    of_port = bool(tags) and tags[0][0] == p.tpid
    vid = tags[0][1] & 0xfff if of_port else 0
    pcp = tags[0][1] & 0xf000 if of_port else 0
    if not vid and p.aware:
        vid = p.pvid
    to = scene.vlans.get((port, vid), 0)
    if to == VLAN_CPU:
        return 0, port, False, 0
    if to >= VLAN_VPORT:
        number = to - VLAN_VPORT
        return scene.vports[number][2], VPORT + number, True, 0
    if to:
        return to, port, of_port and scene.fids[to].vid, pcp
    return (None if p.aware else p.fid), port, False, 0


def leaves(scene, fid, bport, tags, taken, pcp):
    """DS 9.11: (port, tags) of the frame as it leaves through a bridge port."""
    f = scene.fids[fid]
    rest = tags[1:] if taken else tags
    if bport >= VPORT:
        port, vid, _ = scene.vports[bport - VPORT]
        return port, [(scene.ports[port].tpid, vid), *rest]
    if f.vid and bport not in f.untagged:
        return bport, [(f.tpid, pcp | f.vid), *rest]
    return bport, rest


def expected(scene, port, to, tags):
    """(reason, [(port, tags)]): where a frame to a known host, or to all, leaves and how."""
    fid, bport, taken, pcp = domain(scene, port, tags)
    if fid is None:
        return "VLAN_FILTER", []
    if not fid:
        return "LOCAL", []
    f = scene.fids[fid]
    where = f.members if to == "all" else f.hosts[list(KNOWN).index(to) - 1:][:1]
    out = [leaves(scene, fid, b, tags, taken, pcp) for b in sorted(where) if b != bport]
    if to == "all":
        return "BRIDGE_FLOOD", out      # the CPU has a copy, as it came
    return ("NONE", out) if out else ("NO_EGRESS", [])


# ---- frames and tables ----------------------------------------------------------------

def build(src, dst, tags, payload):
    """The frame of a list of tags."""
    p = Ether(src=src, dst=dst)
    for tpid, tci in tags:
        p.lastlayer().type = tpid
        p = p / LAYER[tpid](vlan=tci & 0xfff, prio=tci >> 13, id=tci >> 12 & 1)
    p.lastlayer().type = TYPE
    return bytes(p / Raw(payload))


def octets(port, to, tags):
    """60 octets with all their tags, so that one without the outer tag has to be filled up."""
    size = 60 - len(build(ALL, ALL, tags, b""))
    payload = bytes((i * 7 + 1) & 0xff for i in range(size))
    return payload, build(SOURCE % port, KNOWN[to], tags, payload)


def bits(members):
    word = sum(1 << m for m in members)
    return struct.pack("<QQ", word & (1 << 64) - 1, word >> 64)


def tables(scene):
    """Records for BR_PORT_SET, FID_SET, VLAN_SET and FDB_SET."""
    ports = [struct.pack("<HHH", n, p.fid, p.pvid) + struct.pack(">H", p.tpid) +
             struct.pack("<IIIHHQ", FLAGS | (AWARE if p.aware else 0), 0, 0, 0, 0, 0)
             for n, p in scene.ports.items()]
    ports += [struct.pack("<HHH", VPORT + n, fid, 0) + struct.pack(">H", Q) +
              struct.pack("<IIIHHQ", FLAGS, 0, 0, port, vid, 0)
              for n, (port, vid, fid) in scene.vports.items()]
    fids = [struct.pack("<HH", n, f.vid) + struct.pack(">H", f.tpid) +
            struct.pack("<BBII", 0, 0, FID_VALID | FID_CPU_BCAST, 0) + bits(f.members) + bits(f.untagged)
            for n, f in scene.fids.items()]
    vlans = [struct.pack("<HHHH", port, vid, to, 0) for (port, vid), to in scene.vlans.items()]
    hosts = [struct.pack("<H", n) + mac(KNOWN[host]) + struct.pack("<HHI", bport, NO_AGE | NO_MOVE, 0)
             for n, f in scene.fids.items() for host, bport in zip(list(KNOWN)[1:], f.hosts)]
    assert {len(r) for r in ports} == {32} and {len(r) for r in fids} == {48}
    assert {len(r) for r in vlans} == {8} and {len(r) for r in hosts} == {16}
    return {"ports": ports, "fids": fids, "vlans": vlans, "hosts": hosts}


def vectors():
    """Every frame through every port of ingress, to all; and to each known host what has a FID."""
    for number, scene in enumerate(SCENES):
        for port, what in scene.ingress.items():
            for name, tags in FRAMES.items():
                for to in KNOWN:
                    if to != "all" and not domain(scene, port, tags)[0]:
                        continue
                    payload, frame = octets(port, to, tags)
                    reason, out = expected(scene, port, to, tags)
                    yield {"name": f"{scene.what}: {name} through {what}, to {to}", "scene": number,
                           "iport": port, "reason": reason, "in": frame,
                           "out": [(p, pad60(build(SOURCE % port, KNOWN[to], t, payload))) for p, t in out]}


# ---- the header file ---------------------------------------------------------------------

HEAD = """\
/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause) */
/*
 * Golden vectors of tags in the bridge.  Written by gen_bridge_vectors.py with scapy; do not edit.
 *
 * The chip has ports 0..9 without addresses, all enabled and with a partner.  What is written into
 * its tables is the scene's, in the order of its members.
 */
#ifndef NFM_TEST_BRIDGE_VECTORS_H
#define NFM_TEST_BRIDGE_VECTORS_H

#include "../../include/nftsw/bridge.h"

#define NFM_BRIDGE_VECTOR_OUTS		%d

/**
 * struct nfm_bridge_scene - what is in the tables
 * @ports: struct nftsw_hw_br_port, one after the other, in hexadecimal
 * @fids: struct nftsw_hw_fid, likewise
 * @vlans: struct nftsw_hw_vlan, likewise
 * @hosts: struct nftsw_hw_fdb, likewise
 */
struct nfm_bridge_scene {
	const char *ports;
	const char *fids;
	const char *vlans;
	const char *hosts;
};

/**
 * struct nfm_bridge_vector - one frame, and what must become of it
 * @name: what it shows
 * @scene: index into nfm_bridge_scenes
 * @iport: ingress port
 * @reason: enum nftsw_reason: NONE, it has left; BRIDGE_FLOOD, and the CPU has a copy, marked; else the
 *	CPU has it, or it was dropped
 * @in: frame in, in hexadecimal
 * @out: frames out, in no order, and through which port each; NULL: no more
 */
struct nfm_bridge_vector {
	const char *name;
	unsigned char scene;
	unsigned char iport;
	unsigned char reason;
	const char *in;
	struct {
		unsigned char port;
		const char *frame;
	} out[NFM_BRIDGE_VECTOR_OUTS];
};

static const struct nfm_bridge_scene nfm_bridge_scenes[] = {
"""


def render():
    made = list(vectors())
    names = [v["name"] for v in made]
    assert len(names) == len(set(names))
    out = [HEAD % max(len(v["out"]) for v in made)]
    for scene in SCENES:
        out.append("\t{\n")
        for member, records in tables(scene).items():
            out.append(f"\t\t.{member} =\n\t\t{hexlines(b''.join(records))},\n")
        out.append("\t},\n")
    out.append("};\n\nstatic const struct nfm_bridge_vector nfm_bridge_vectors[] = {\n")
    for v in made:
        out.append("\t{\n")
        out.append(f'\t\t.name = "{v["name"]}",\n')
        out.append(f'\t\t.scene = {v["scene"]}, .iport = {v["iport"]}, .reason = NFTSW_REASON_{v["reason"]},\n')
        out.append(f'\t\t.in =\n\t\t{hexlines(v["in"])},\n')
        for i, (port, frame) in enumerate(v["out"]):
            out.append(f"\t\t.out[{i}] = {{ {port},\n\t\t{hexlines(frame)} }},\n")
        out.append("\t},\n")
    out.append("};\n\n#endif /* NFM_TEST_BRIDGE_VECTORS_H */\n")
    return "".join(out), len(made)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--check", action="store_true", help="compare, do not write")
    a = p.parse_args()
    text, count = render()
    if a.check:
        with open(OUT, encoding="ascii") as f:
            fresh = f.read() == text
        print("TAP version 13\n"
              f"{'' if fresh else 'not '}ok 1 - vectors: bridge_vectors.h is fresh\n1..1")
        sys.exit(not fresh)
    with open(OUT, "w", encoding="ascii") as f:
        f.write(text)
    print(f"{count} vectors")


if __name__ == "__main__":
    main()
