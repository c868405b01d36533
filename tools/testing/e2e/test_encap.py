# SPDX-License-Identifier: GPL-2.0
"""Every form in which a connection may enter and leave: NAT, IPv6, tags, PPPoE.

Frames are compared octet by octet at both ends, and every mode has the same expectation.
"""
import contextlib
import time
from dataclasses import replace

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from ends import Ends, silent
from evidence import (LAG0, TCP, UDP, bindings, chip_empty, chip_moves, flow_stats, kernel_version, reasons,
                      wait_until)
from pppoe import Concentrator, dialled_in
from scapy.all import UDP as UDPHeader
from scapy.all import Dot1AD, Dot1Q, ICMPv6DestUnreach, Raw
from settings import ICMP_AT_ONCE, flow_timeout, load, mtus, sysctls
from talk import Talk, Tuple, carried, fits_or_not, ip, nat_talk, noise, parse, punted, routed_talk6, side, tcp, udp
from traffic import transfer
from uplink import Uplink

P = router.PLAN
LAN_HOST_2 = "192.168.1.3"
UPLINK_ROUTER, UPLINK_HOST = "198.51.100.1", "198.51.100.2"
UPLINK_ROUTER6, UPLINK_HOST6 = "2001:db8:32::1", "2001:db8:32::2"
PROTOS = (UDP, TCP)


@contextlib.contextmanager
def crafted(lab):
    with Ends(lab) as ends, silent(lab, "lan", "wan"):
        yield ends


# ---- FM29, FM30: address translation ----------------------------------------------------------

MASQUERADE = "oifname \"swp2\" jump srcnat_wan"
FORWARD_LAN = "oifname \"swp2\" jump accept_to_wan"
# Rules that are added to the router's; the tuple before and after; who starts.
NAT = {
    "both": ((MASQUERADE, f"oifname \"swp1\" meta l4proto {{ tcp, udp }} snat ip to {P.lan_router}:62290"),
             "wan", "lan", Tuple(P.wan_host, P.wan_router, 41290, 8080),
             Tuple(P.lan_router, P.lan_host, 62290, 5009)),
    "hairpin": ((MASQUERADE, "ip daddr 192.168.1.0/24 masquerade"), "lan", "lan",
                Tuple(P.lan_host, P.wan_router, 41290, 8081), Tuple(P.lan_router, LAN_HOST_2, 41290, 5009)),
    "none": ((MASQUERADE, "accept"), "lan", "wan",
             Tuple(P.lan_host, P.wan_host, 41290, 5009), Tuple(P.lan_host, P.wan_host, 41290, 5009)),
    "snat": (None, "lan", "wan",
             Tuple(P.lan_host, P.wan_host, 41290, 5009), Tuple(P.wan_router, P.wan_host, 41290, 5009)),
    "snat_port": ((MASQUERADE, f"meta l4proto {{ tcp, udp }} oifname \"swp2\" snat ip to {P.wan_router}:61290"),
                  "lan", "wan", Tuple(P.lan_host, P.wan_host, 41290, 5009),
                  Tuple(P.wan_router, P.wan_host, 61290, 5009)),
    "dnat": (None, "wan", "lan",
             Tuple(P.wan_host, P.wan_router, 41290, 5009), Tuple(P.wan_host, P.lan_host, 41290, 5009)),
    "dnat_port": (None, "wan", "lan",
                  Tuple(P.wan_host, P.wan_router, 41290, 8080), Tuple(P.wan_host, P.lan_host, 41290, 5009)),
}
PORT_FORWARDS = f"""
table ip forwards {{
	chain dstnat {{
		type nat hook prerouting priority dstnat
		ip daddr {P.wan_router} meta l4proto {{ tcp, udp }} th dport 5009 dnat to {P.lan_host}
		ip daddr {P.wan_router} meta l4proto {{ tcp, udp }} th dport 8080 dnat to {P.lan_host}:5009
		ip daddr {P.wan_router} meta l4proto {{ tcp, udp }} th dport 8081 dnat to {LAN_HOST_2}:5009
	}}
}}
"""
PORTS = {"lan": "swp1", "wan": "swp2"}


@contextlib.contextmanager
def translated(lab, mode, form):
    """The router with that form of NAT, and a maker of talks through it."""
    change, start, end, before, after = NAT[form]
    changes = [(FORWARD_LAN, f"{FORWARD_LAN}\n\t\tct status dnat accept")]
    load(lab, mode, changes + ([change] if change else []))
    lab.guest("nft -f -", stdin=PORT_FORWARDS)
    lab.host("lan", f"ip addr add {LAN_HOST_2}/24 dev {measure.DEV}")
    try:
        with crafted(lab) as ends:
            near, far = (side(lab, ends.wire(host), PORTS[host]) for host in (start, end))
            yield lambda proto: Talk(lab, near, far, before, after, proto)
    finally:
        lab.host("lan", f"ip addr del {LAN_HOST_2}/24 dev {measure.DEV}")


@pytest.mark.parametrize("form", NAT)
def test_fm29_nat(lab, mode, form):
    with translated(lab, mode, form) as make:
        for proto in PROTOS:
            talk = make(proto)
            talk.open(mode)
            talk.check(mode, rounds=4)
            edges(talk, mode)


def test_fm23_two_hosts_from_the_same_port(lab, mode):
    """Masquerading gives the second another port; each connection keeps its own way."""
    load(lab, mode)
    lab.host("lan", f"ip addr add {LAN_HOST_2}/24 dev {measure.DEV}")
    try:
        with crafted(lab) as ends:
            near, far = (side(lab, ends.wire(host), PORTS[host]) for host in ("lan", "wan"))
            before = Tuple(P.lan_host, P.wan_host, 41231, 5009)
            first = Talk(lab, near, far, before, replace(before, src=P.wan_router))
            first.open(mode)
            before, mark = replace(before, src=LAN_HOST_2), far.wire.mark()
            near.wire.send(near.sends(udp(noise())(before, 64)))
            port = parse(far.wire.take(mark, lambda f: UDPHeader in parse(f))[0])[UDPHeader].sport
            assert port != before.sport, "two connections with one tuple"
            second = Talk(lab, near, far, before, replace(before, src=P.wan_router, sport=port))
            second.open(mode)
            for talk in (first, second):
                talk.check(mode, rounds=4)
    finally:
        lab.host("lan", f"ip addr del {LAN_HOST_2}/24 dev {measure.DEV}")


def plus(a, b):
    """Sum in one's complement."""
    total = a + b
    return (total & 0xffff) + (total >> 16)


def with_checksum(talk, way, chksum, t, ttl=64):
    """Payload with which the packet of tuple t gets exactly that L4 checksum."""
    build = talk.data(bytes(24), way)
    packet = build(t, ttl)
    is_now = packet.__class__(bytes(packet)).lastlayer().underlayer.chksum
    if talk.proto == TCP:
        talk.untell(way, 24)
    return bytes(22) + plus(chksum ^ 0xffff, is_now).to_bytes(2, "big")


def edges(talk, mode):
    """Checksums that are 0 before and after the translation. UDP sends 0xffff for 0."""
    ways = (("there", talk.data_there, talk.before, talk.after),
            ("back", talk.data_back, talk.after.back(), talk.before.back()))
    with carried(talk, mode, 3, 3):
        for way, send, sent_as, seen_as in ways:
            for t in (sent_as, seen_as):
                send(with_checksum(talk, way, 0, t))
            # the smallest that is not special
            send(with_checksum(talk, way, 1, seen_as))


@pytest.mark.parametrize("proto", PROTOS, ids=("udp", "tcp"))
def test_fm30_ipv6_routed(lab, mode, proto):
    with crafted(lab) as ends:
        talk = routed_talk6(lab, ends, 41300, proto)
        talk.open(mode)
        talk.check(mode)
        edges(talk, mode)


MASQUERADE_ALL = (("meta nfproto ipv4 masquerade", "masquerade"),)


@pytest.mark.parametrize("proto", PROTOS, ids=("udp", "tcp"))
def test_fm30_ipv6_nat(lab, mode, proto):
    load(lab, mode, MASQUERADE_ALL)
    with crafted(lab) as ends:
        talk = routed_talk6(lab, ends, 41301, proto)
        talk.after = replace(talk.after, src=P.wan_router6)
        talk.open(mode)
        talk.check(mode)
        edges(talk, mode)
        about = udp(b"nobody listens") if proto == UDP else tcp("A", *talk.seqs(), b"too late")
        with punted(talk, mode, "flow_miss"):
            talk.back(lambda t, ttl: ip(t, ttl) / ICMPv6DestUnreach(code=4) /
                      Raw(bytes(about(t.back(), 63))))


def test_fm30_ipv6_nat_of_real_stacks(lab, mode):
    load(lab, mode, MASQUERADE_ALL)
    with chip_moves(lab, mode, 0.5 * 8 * 1024 * 1024 // 1440):
        sent, got = transfer(lab, "lan", "wan", P.wan_host6, 8, rest=2)
    assert sent == got


# ---- FM31: tags ---------------------------------------------------------------------------------


@contextlib.contextmanager
def uplink_device(lab, mode, dev, commands, parent="swp2"):
    """The router's way to wan is `dev`, which `commands` make; the neighbour there is known."""
    lab.guest(
        f"set -e; {commands}\n"
        f"ip addr add {UPLINK_ROUTER}/24 dev {dev}; ip link set {dev} up\n"
        f"ip neigh replace {UPLINK_HOST} lladdr {measure.mac(lab, 'wan')} dev {dev} nud permanent")
    try:
        load(lab, mode, (("oifname \"swp2\"", f"oifname \"{dev}\""),))
        yield
    finally:
        lab.guest(f"nft flush ruleset; ip link del {parent}.100 2>/dev/null || true")


def uplink_talk(lab, ends, port, proto, **link):
    near, far = side(lab, ends.wire("lan"), "swp1"), side(lab, ends.wire("wan"), "swp2", **link)
    before = Tuple(P.lan_host, UPLINK_HOST, port, 5009)
    return Talk(lab, near, far, before, replace(before, src=UPLINK_ROUTER), proto)


VLAN = "ip link add link swp2 name swp2.100 type vlan id 100; ip link set swp2.100 up"
QINQ = f"{VLAN}; ip link add link swp2.100 name qinq type vlan id 200; ip link set qinq up"
UPLINKS = {"vlan": ("swp2.100", VLAN, (Dot1Q(vlan=100),)),
           "qinq": ("qinq", QINQ, (Dot1Q(vlan=100), Dot1Q(vlan=200)))}


@pytest.mark.parametrize("form", UPLINKS)
def test_fm31_tagged_uplink(lab, mode, form):
    dev, commands, tags = UPLINKS[form]
    with uplink_device(lab, mode, dev, commands):
        with crafted(lab) as ends:
            for proto in PROTOS:
                talk = uplink_talk(lab, ends, 41310, proto, tags=tags)
                talk.open(mode)
                talk.check(mode, rounds=4)
                if mode == "hardware":
                    there, back = talk.entries()
                    vids = [tag.vlan for tag in tags]
                    assert [t["vid"] for t in there["action"]["tags"]] == vids
                    assert [t["vid"] for t in back["key"]["tags"]] == vids
            other_tags_do_not_match(talk, mode, tags)
        real_stacks(lab, mode, side_of_wan(lab, tags=tags))


def test_fm31_vlan_device_in_the_flowtable(lab, mode):
    """It binds beside its port, and the connection is in the chip; when it goes, its binding does."""
    with uplink_device(lab, mode, "swp2.100", VLAN), crafted(lab) as ends:
        load(lab, mode, (("oifname \"swp2\"", "oifname \"swp2.100\""),), ("swp1", "swp2", "swp2.100"))
        assert bindings(lab) == (3 if mode == "hardware" else 0)
        talk = uplink_talk(lab, ends, 41314, UDP, tags=(Dot1Q(vlan=100),))
        talk.open(mode)
        talk.check(mode, rounds=4)
        if mode == "hardware":
            assert [t["vid"] for t in talk.entries()[0]["action"]["tags"]] == [100]
            lab.guest("ip link del swp2.100")
            assert bindings(lab) == 2
            wait_until("its entries gone", lambda: chip_empty(lab), timeout=10)


def other_tags_do_not_match(talk, mode, tags):
    """The connection's answer without its tags, with other ones, with one too few or too many."""
    for other in ((), (Dot1Q(vlan=101), *tags[1:]), (*tags[:-1], Dot1Q(vlan=201)), (*tags, Dot1Q(vlan=1))[:2],
                  tags[:1]):
        if other == tags:
            continue
        before = talk.hits() if mode == "hardware" else None
        stranger = replace(talk.far, tags=other)
        stranger.wire.send(stranger.sends(talk.data(noise(), "back")(talk.after.back(), 64)))
        if talk.proto == TCP:
            talk.untell("back", 32)
        talk.data_back(noise())     # behind it on the same cable, so what was sent before has been through
        if mode == "hardware":
            assert talk.hits()[1] == before[1] + 1, f"the chip took {other} for {tags}"


def side_of_wan(lab, **link):
    return lambda ends: side(lab, ends.wire("wan"), "swp2", **link)


def real_stacks(lab, mode, make_side):
    """A TCP transfer over the uplink, with a real stack at either end."""
    with Ends(lab) as ends, Uplink(ends, make_side(ends), f"{UPLINK_HOST}/24"):
        with chip_moves(lab, mode, 0.5 * 2 * 1024 * 1024 // 1360):
            sent, got = transfer(lab, "lan", "wan", UPLINK_HOST, 2, rest=1)
        assert sent == got


def test_fm24_vlan_device_with_a_smaller_mtu(lab, mode):
    """The device above the port has the route and the last word, also when its MTU changes."""
    with sysctls(lab, ICMP_AT_ONCE), \
            uplink_device(lab, mode, "swp2.100", f"{VLAN}; ip link set swp2.100 mtu 1400"), crafted(lab) as ends:
        talk = uplink_talk(lab, ends, 41240, UDP, tags=(Dot1Q(vlan=100),))
        for mtu in (1400, 1300):
            stale = flow_stats(lab)["stale_mtu"]
            lab.guest(f"ip link set swp2.100 mtu {mtu}")
            if mode == "hardware" and mtu != 1400:
                wait_until("the flow is taken out", lambda: flow_stats(lab)["stale_mtu"] >= stale + 2)
                time.sleep(0.5)     # a sweep is repeated
            talk.open(mode)
            if mode == "hardware":
                assert [e["action"]["mtu"] for e in talk.entries()] == [mtu, 1500]
            fits_or_not(talk, mode, mtu)
            talk.check(mode, rounds=4)


AD = "ip link add link swp2 name swp2.100 type vlan proto 802.1ad id 100; ip link set swp2.100 up"
PROVIDER = {"alone": ("swp2.100", AD, (Dot1AD(vlan=100),)),
            "around_a_tag": ("inner", f"{AD}; ip link add link swp2.100 name inner type vlan id 200",
                             (Dot1AD(vlan=100), Dot1Q(vlan=200)))}


@pytest.mark.parametrize("form", PROVIDER)
def test_fm31_provider_tag_stays_in_software(lab, mode, form):
    """The kernel has no word for 802.1ad in a rule: both directions are refused, and software carries them.
    The way back would else be one of untagged frames, or of those with the inner tag alone.
    """
    dev, commands, tags = PROVIDER[form]
    with uplink_device(lab, mode, dev, commands), crafted(lab) as ends:
        refused = flow_stats(lab)["refused_vlan_ad"]
        talk = uplink_talk(lab, ends, 41311, UDP, tags=tags)
        for _ in range(8):
            talk.data_there(noise())
            talk.data_back(noise())
        if mode == "hardware":
            wait_until("both refusals are counted", lambda: flow_stats(lab)["refused_vlan_ad"] >= refused + 2)
        assert chip_empty(lab)
        talk.data_there(noise())
        talk.data_back(noise())


# Two clients with the same addresses and ports: (interface, port, VLAN) of each and of its uplink.
TWINS = {
    "ports": ((("swp1", "lan", ()), ("swp2", "wan", ())), (("swp3", "h3", ()), ("swp4", "h4", ()))),
    "vlans": ((("swp1.10", "lan", (Dot1Q(vlan=10),)), ("swp2.10", "wan", (Dot1Q(vlan=10),))),
              (("swp1.20", "lan", (Dot1Q(vlan=20),)), ("swp2.20", "wan", (Dot1Q(vlan=20),)))),
    "session": ((("swp1", "lan", ()), ("swp2", "wan", ())), (("swp3", "h3", ()), ("ppp0", "wan", ()))),
    "lag": ((("swp1", "lan", ()), ("lag", "h4", ())), (("swp3", "h3", ()), ("swp2", "wan", ()))),
}
LAG = "ip link add lag type bond mode balance-xor miimon 50; ip link set swp4 down; ip link set swp4 master lag; " \
      "ip link set lag up"
TWIN = Tuple("10.31.0.2", "10.31.1.2", 41312, 5009)


def twin_commands(lab, kind):
    """Interfaces, a zone, routes and neighbours for each of the two."""
    lines, zones = ["set -e"] + [LAG] * (kind == "lag"), []
    for n, pair in enumerate(TWINS[kind], 1):
        for (dev, host, tags), (other, _, _), addr, to in (
                (pair[0], pair[1], TWIN.src, TWIN.dst), (pair[1], pair[0], TWIN.dst, TWIN.src)):
            if tags:
                lines.append(f"ip link add link {dev.split('.')[0]} name {dev} type vlan id {tags[0].vlan}")
                lines.append(f"ip link set {dev} up")
            if dev != "ppp0":
                lines.append(f"ip neigh replace {addr} lladdr {measure.mac(lab, host)} dev {dev} nud permanent")
            # by ingress device for what is forwarded; by egress device when netfilter asks
            lines.append(f"ip route add {addr}/32 dev {dev} metric {n}")
            table = 100 + 2 * n + (addr == TWIN.src)
            lines.append(f"ip route add {addr}/32 dev {dev} table {table}")
            lines.append(f"ip rule add pref {table} iif {other} lookup {table}")
            zones.append(f"iifname \"{dev}\" ct zone set {n}")
    return "\n".join(lines), zones


def undo_twins(lab, kind):
    devs = [dev for pair in TWINS[kind] for dev, _, _ in pair]
    lines = [f"ip link del {d}" if "." in d or d == "lag" else
             f"ip route flush dev {d} proto boot; ip neigh flush dev {d} nud permanent" for d in devs]
    for n in (102, 103, 104, 105):
        lines += [f"ip rule del pref {n}", f"ip route flush table {n}"]
    lab.guest("nft flush ruleset\n" + "\n".join(f"{line} 2>/dev/null" for line in lines) +
              f"\nip addr replace {P.lan_router}/24 dev swp1; ip addr replace {P.wan_router}/24 dev swp2"
              "\nip link set swp4 up")


@contextlib.contextmanager
def twin_session(lab, ends, kind):
    """ppp0, if one of the twins needs it; the number of its session."""
    if kind != "session":
        yield None
        return
    server = Concentrator(ends, "wan")
    with dialled_in(lab, server, "swp2"):
        yield server.session.sid


@contextlib.contextmanager
def twins(lab, mode, kind):
    """Talks of the two."""
    with Ends(lab) as ends, twin_session(lab, ends, kind) as sid:
        commands, zones = twin_commands(lab, kind)
        try:
            lab.guest(commands)
            load(lab, mode, ((MASQUERADE, "accept"), ("policy drop", "policy accept")),
                 devices=("swp1", "swp2", "swp3", "lag" if kind == "lag" else "swp4"))
            if kind == "lag":
                wait_until("the LAG sends", lambda: lab.qmp("query-nftsw")[0]["lags"][0]["sending"])
            lab.guest("nft -f -", stdin="table inet zones { chain pre { type filter hook prerouting "
                      "priority raw; " + "; ".join(zones) + "; }; }\n")
            with silent(lab, "lan", "wan", "h3", "h4"):
                yield [twin_talk(lab, ends, pair, sid) for pair in TWINS[kind]]
        finally:
            undo_twins(lab, kind)


@pytest.mark.parametrize("kind", TWINS)
def test_fm31_same_tuple_does_not_alias(lab, mode, kind):
    """The same 5-tuple on two ports, in two VLANs of one port, in and out of a session or LAG, is two connections."""
    with twins(lab, mode, kind) as talks:
        displaced = flow_stats(lab)["displaced"]
        for talk in talks:
            talk.open(mode)
        for talk, other in (talks, talks[::-1]):
            rests = other.hits() if mode == "hardware" else None
            talk.check(mode)
            if mode == "hardware":
                assert other.hits() == rests, "one connection's frames counted for the other"
        assert flow_stats(lab)["displaced"] == displaced, "one has taken the other's place"


class TwinTalk(Talk):
    """A talk whose entries are told apart by port, VLAN and session as well."""

    def entries(self):
        return tuple(
            next((f for f in proofs.chip_flows(self.lab)
                  if (f["key"]["saddr"], f["key"]["port"]) == (t.src, self.ports[s]) and
                  f["key"].get("pppoe") == s.sid and
                  [tag["vid"] for tag in f["key"]["tags"]] == [tag.vlan for tag in s.tags]), None)
            for s, t in ((self.near, self.before), (self.far, self.after.back())))


def twin_talk(lab, ends, pair, sid):
    ports = ["swp2" if dev == "ppp0" else dev.split(".")[0] for dev, _, _ in pair]
    sides = [side(lab, ends.wire(host), port, tags=tags, sid=sid if dev == "ppp0" else None)
             for (dev, host, tags), port in zip(pair, ports)]
    talk = TwinTalk(lab, *sides, TWIN, TWIN)
    talk.ports = {s: LAG0 if port == "lag" else int(port[3]) - 1 for s, port in zip(sides, ports)}
    return talk


def test_fm31_other_port_does_not_match(lab, mode):
    """A frame of the connection on a port where it does not belong is none of the chip's flows."""
    with crafted(lab) as ends:
        talk = nat_talk(lab, ends, 41313)
        talk.open(mode)
        elsewhere = side(lab, ends.wire("h3"), "swp3")
        stranger = Talk(lab, elsewhere, talk.far, talk.before, talk.after)
        with punted(talk, mode, "flow_miss", 5):
            for _ in range(5):
                stranger.data_there(noise())


# ---- FM32: PPPoE -----------------------------------------------------------------------------------

@contextlib.contextmanager
def dialled(lab, mode, vids, more=""):
    """The router has dialled in at wan; yields what answers there and its ends."""
    dev, make = (("swp2", "true"), ("swp2.100", VLAN), ("qinq", QINQ))[len(vids)]
    with Ends(lab) as ends:
        server = Concentrator(ends, "wan", vids)
        lab.guest(make)
        try:
            with dialled_in(lab, server, dev, more):
                load(lab, mode, (("oifname \"swp2\"", "oifname \"ppp0\""),))
                try:
                    yield server, ends
                finally:
                    lab.guest("nft flush ruleset")
        finally:
            lab.guest("ip link del swp2.100 2>/dev/null || true")


def session_talk(lab, ends, server, port, proto=UDP):
    return uplink_talk(lab, ends, port, proto, sid=server.session.sid,
                       tags=tuple(Dot1Q(vlan=vid) for vid in server.tags))


def knows_session(talk, mode):
    """The chip's entries name the session, and have room for its header."""
    if mode == "hardware":
        there, back = talk.entries()
        assert there["action"]["pppoe"] == back["key"]["pppoe"] == talk.far.sid
        assert there["action"]["mtu"] == 1492


PPPOE = pytest.mark.parametrize("vids", ((), (100,)), ids=("plain", "vlan"))


@PPPOE
def test_fm32_pppoe(lab, mode, vids):
    """Both directions, in every octet; what is not of the session stays out; the session can be watched."""
    with sysctls(lab, ICMP_AT_ONCE), dialled(lab, mode, vids) as (server, ends):
        with silent(lab, "lan", "wan"):
            for proto in (TCP, UDP):
                talk = session_talk(lab, ends, server, 41320, proto)
                talk.open(mode)
                talk.check(mode, rounds=4)
            knows_session(talk, mode)
            fits_or_not(talk, mode, 1492)
            with carried(talk, mode, 0, 1):
                talk.back(udp(noise(1492 - 28)))
            outside_does_not_match(talk, mode)
            with punted(talk, mode, "encap", 3):
                for _ in range(3):
                    server.echo()
            talk.check(mode, rounds=2)
        real_stacks(lab, mode, lambda more: replace(talk.far, wire=more.wire("wan")))


def test_fm32_session_inside_two_tags_stays_in_software(lab, mode):
    """The kernel has words for two encapsulations: 6.12 would leave the outer tag out."""
    refused = flow_stats(lab)["refused_vlan_ad"]
    with dialled(lab, mode, (100, 200)) as (server, ends), silent(lab, "lan", "wan"):
        for proto in (TCP, UDP):
            talk = session_talk(lab, ends, server, 41323, proto)
            talk.open("none")
            for _ in range(3):
                talk.data_there(noise())
                talk.data_back(noise())
                time.sleep(0.5)
        assert chip_empty(lab)
        if mode == "hardware" and kernel_version(lab) < (7, 0):
            wait_until("refused", lambda: flow_stats(lab)["refused_vlan_ad"] >= refused + 4)
        else:
            assert flow_stats(lab)["refused_vlan_ad"] == refused


@PPPOE
def test_fm32_ipv6_in_a_session(lab, mode, vids):
    """Routed beside IPv4 in the same session, in every octet; what is not of the session stays out."""
    t = Tuple(P.lan_host6, UPLINK_HOST6, 41324, 5009)
    with dialled(lab, mode, vids) as (server, ends), silent(lab, "lan", "wan"):
        # IPV6CP would agree on no more than a link-local address
        lab.guest(f"sysctl -qw net.ipv6.conf.ppp0.disable_ipv6=0 && ip addr add {UPLINK_ROUTER6}/64 dev ppp0 nodad")
        time.sleep(1)       # it brings routes, whose sweeps are repeated
        beside = session_talk(lab, ends, server, 41325)
        beside.open(mode)
        for proto in (TCP, UDP):
            talk = Talk(lab, beside.near, beside.far, t, t, proto)
            talk.open(mode)
            talk.check(mode, rounds=4)
        knows_session(talk, mode)
        outside_does_not_match(talk, mode)
        for one in (beside, talk):
            one.check(mode, rounds=2)


def test_fm24_pppoe_device_with_a_smaller_mtu(lab, mode):
    """The PPP device has the route and the last word, also when its MTU changes: the port has room for more."""
    with sysctls(lab, ICMP_AT_ONCE), mtus(lab, {"swp2": 1508}), \
            dialled(lab, mode, (), "mtu 1454") as (server, ends), silent(lab, "lan", "wan"):
        talk = session_talk(lab, ends, server, 41322)
        # a flow of software has the old MTU for ever
        for mtu in (1454, 1492) if mode == "hardware" else (1454,):
            stale = flow_stats(lab)["stale_mtu"]
            lab.guest(f"ip link set ppp0 mtu {mtu}")
            if mtu != 1454:
                wait_until("the flow is taken out", lambda: flow_stats(lab)["stale_mtu"] >= stale + 2)
                time.sleep(0.5)     # a sweep is repeated
            talk.open(mode)
            if mode == "hardware":
                assert [e["action"]["mtu"] for e in talk.entries()] == [mtu, 1500]
            fits_or_not(talk, mode, mtu)
            talk.check(mode, rounds=2)


def outside_does_not_match(talk, mode):
    """The answer's tuple without a session goes to the router, and in a strange one nowhere."""
    strange = Talk(talk.lab, talk.near, replace(talk.far, sid=talk.far.sid ^ 0x100), talk.before, talk.after)
    with punted(talk, mode, "flow_miss"):
        strange.lost(udp(noise()), back=True)
    bare = replace(talk.far, sid=None)
    before = reasons(talk.lab)["flow_miss"]
    with punted(talk, mode, "flow_miss"):
        bare.wire.send(bare.sends(udp(noise())(talk.after.back(), 64)))
        if mode == "hardware":
            wait_until("it is with the CPU", lambda: reasons(talk.lab)["flow_miss"] > before)


@PPPOE
def test_fm32_redial_changes_the_session(lab, mode, vids):
    """The concentrator hangs up (PADT); the router dials again, and flows have the new session."""
    with flow_timeout(lab, 60), dialled(lab, mode, vids) as (server, ends), silent(lab, "lan", "wan"):
        talk = session_talk(lab, ends, server, 41321)
        talk.open(mode)
        old = server.session.sid
        local = reasons(lab)["local"]
        server.hang_up()
        if mode == "hardware":
            wait_until("PADT reaches the CPU", lambda: reasons(lab)["local"] > local)
        server.wait_up(not_sid=old)
        wait_until("ppp0 is back", lambda: server.is_the_way(lab))
        wait_until("the old session's entries are gone", lambda: chip_empty(lab), timeout=5)
        time.sleep(0.5)         # the sweep for its route is repeated
        again = session_talk(lab, ends, server, 41321)
        assert again.far.sid != old
        again.open(mode)
        again.check(mode)
        if mode == "hardware":
            assert again.entries()[0]["action"]["pppoe"] == again.far.sid
        Talk(lab, again.near, replace(again.far, sid=old), again.before, again.after).lost(udp(noise()), back=True)


@PPPOE
def test_fm11_session_deleted_under_a_flow(lab, mode, vids):
    """pppd ends, and its device with it: the entries follow, and what comes then has no way out."""
    with dialled(lab, mode, vids) as (server, ends), silent(lab, "lan", "wan"):
        talk = session_talk(lab, ends, server, 41322)
        talk.open(mode)
        lab.guest("pkill -x pppd")
        wait_until("ppp0 has gone", lambda: "ppp0" not in lab.guest("ls /sys/class/net").out)
        wait_until("the entries have gone", lambda: chip_empty(lab), timeout=10)
        talk.lost(udp(noise()))
        talk.lost(udp(noise()), back=True)
        assert chip_empty(lab), "offloaded again without a device"


def test_fm14_capture_on_a_session(lab, mode):
    """tcpdump on ppp0 sees what software carries, and what the chip carries is none of that."""
    with dialled(lab, mode, ()) as (server, ends), silent(lab, "lan", "wan"):
        talk = session_talk(lab, ends, server, 41323)
        talk.open(mode)
        lab.guest_spawn("exec timeout 60 tcpdump -Z root -Uni ppp0 -w /run/cap udp")
        wait_until("the capture runs", lambda: lab.guest("test -s /run/cap", check=False))
        talk.check(mode, rounds=4)
        lab.guest("pkill -INT tcpdump; while pgrep tcpdump >/dev/null; do sleep 0.2; done")
        seen = int(lab.guest("tcpdump -nr /run/cap 2>/dev/null | grep -c . || true; rm /run/cap").out)
        # ten rounds, there and back; what comes in software's flowtable takes at the port
        low, high = {"none": (20, 30), "software": (0, 15), "hardware": (0, 0)}[mode]
        assert low <= seen <= high, f"{seen} packets seen"
