# SPDX-License-Identifier: GPL-2.0
"""Corner cases of TCP and IP on an offloaded connection: what the chip must leave to
software, and that both together do what software alone does.
"""
import contextlib
import errno
import random
import re
import socket
import time
from dataclasses import replace

import nftsw_router as router
import proof as proofs
import pytest
from dialogue import Stream, push
from ends import Ends, close_with_reset, silent
from evidence import (TCP, UDP, assert_goes_on, both_offloaded, chip_empty, chip_moves, conntrack, flow_stats, flows_of,
                      kernel_version, limit, reasons, wait_until)
from scapy.all import (ICMP, IP, SCTP, ICMPv6DestUnreach, ICMPv6PacketTooBig, ICMPv6TimeExceeded,
                       IPOption_EOL, IPOption_NOP, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                       IPv6ExtHdrHopByHop, PadN, Raw, SCTPChunkCookieAck, SCTPChunkCookieEcho,
                       SCTPChunkData, SCTPChunkInit, SCTPChunkInitAck, defragment, defragment6,
                       fragment, fragment6)
from scapy.all import UDP as UDPHeader
from settings import ICMP_AT_ONCE, load, mtus, never_invalid, sysctls
from talk import (NOISE, Talk, Tuple, carried, fits_or_not, gre, ip, nat_talk, noise, parse, punted, routed_talk6,
                  side, tcp, udp)
from traffic import transfer

P = router.PLAN


@contextlib.contextmanager
def crafted(lab):
    """Frames of this process only: the hosts' own kernels keep quiet."""
    with Ends(lab) as ends, silent(lab, "lan", "wan"), sysctls(lab, ICMP_AT_ONCE):
        yield ends


@contextlib.contextmanager
def opened(lab, mode, port, make=nat_talk, proto=UDP):
    """A crafted connection, carried as `mode` says."""
    with crafted(lab) as ends:
        talk = make(lab, ends, port, proto)
        talk.open(mode)
        yield talk


BOTH = pytest.mark.parametrize("make", (nat_talk, routed_talk6), ids=("ipv4", "ipv6"))


# ---- FM22, FM23: connections that end, and begin again ------------------------------------


class Pair:
    """A TCP connection of real stacks from a fixed port, so that it can be opened again."""

    def __init__(self, ends, port):
        self.ends, self.port = ends, port
        self.listener = ends.listen("wan", P.wan_host, 7000 + port % 1000)
        self.client = self.server = None

    def open(self):
        start = time.monotonic()
        self.client = wait_until("the port is free again", self._connect, interval=0.01)
        self.server = self.ends.accept(self.listener)
        return time.monotonic() - start

    def _connect(self):
        try:
            return self.ends.connect(
                "lan", P.lan_host, (P.wan_host, self.listener.getsockname()[1]), self.port)
        except OSError as e:
            if e.errno != errno.EADDRNOTAVAIL:      # the last ACK is still on its way
                raise
            return None

    def echo(self, text):
        push(self.client, self.server, text.encode())
        push(self.server, self.client, text.encode()[::-1])

    def settle(self, lab, mode):
        """Until it is carried as `mode` says; a few lines show it."""
        assert_goes_on(lab, self, mode, lines=5)


def test_fm22_fin_and_half_close(lab, mode):
    with never_invalid(lab), Ends(lab) as ends:
        pair = Pair(ends, 41220)
        pair.open()
        pair.settle(lab, mode)
        flags = reasons(lab)["tcp_flags"]
        pair.client.shutdown(socket.SHUT_WR)
        assert pair.server.recv(1) == b"", "no end of the stream"
        # the other direction lives on
        push(pair.server, pair.client, noise(400_000))
        pair.server.close()
        assert pair.client.recv(1) == b""
        pair.client.close()
        if mode == "hardware":
            # the entry may be gone when the second one comes; both have come through, as seen above
            wait_until("a FIN at the CPU", lambda: reasons(lab)["tcp_flags"] > flags)
        wait_until("entries gone after FIN", lambda: chip_empty(lab), timeout=40)


def test_fm22_reset_and_open_again(lab, mode):
    """RST, and at once a SYN on the same addresses and ports, and a lot of data."""
    with never_invalid(lab), Ends(lab) as ends:
        pair = Pair(ends, 41221)
        for n in range(4):
            assert pair.open() < 5, "the new connection had to wait"
            push(pair.client, pair.server, noise(1_500_000))
            push(pair.server, pair.client, noise(300_000))
            if n % 2:
                pair.settle(lab, mode)
            close_with_reset(pair.client)
            with pytest.raises(ConnectionResetError):
                pair.server.recv(1)
            pair.server.close()
        wait_until("entries gone after RST", lambda: chip_empty(lab), timeout=40)


def test_fm23_port_used_again(lab, mode):
    """The server closes first and keeps TIME_WAIT; the client comes back from the same port."""
    with never_invalid(lab), Ends(lab) as ends:
        pair = Pair(ends, 41230)
        for n in range(6):
            assert pair.open() < 5, "the new connection had to wait"
            pair.echo(f"round {n}")
            push(pair.client, pair.server, noise(200_000))
            if not n % 3:
                pair.settle(lab, mode)
            pair.server.close()
            assert pair.client.recv(1) == b""
            pair.client.close()


# ---- FM24: larger than the MTU of the way out --------------------------------------------


def is_error(kind, source):
    """Matches ICMP errors of that kind from that address."""
    return lambda f: kind in parse(f) and parse(f).payload.src == source


def quoted(error, kind=ICMP):
    """What an ICMP or ICMPv6 error of that kind quotes."""
    return bytes(error[kind].payload)


# of the ways in and out
MTUS = pytest.mark.parametrize("wide, narrow", ((1500, 1400), (9000, 1500), (9000, 2000)))


@MTUS
def test_fm24_larger_than_egress_mtu(lab, mode, wide, narrow):
    with mtus(lab, {"swp1": wide, "swp2": narrow}, {"lan": wide}):
        with opened(lab, mode, 41240) as talk:
            if mode == "hardware":
                assert talk.entries()[0]["action"]["mtu"] == narrow
            fits, too_long = noise(narrow - 28), noise(wide - 28)
            with carried(talk, mode, 1, 0):
                talk.there(udp(fits))
            mark = talk.near.wire.mark()
            with punted(talk, mode, "mtu"):
                talk.lost(udp(too_long))
            error = parse(talk.near.wire.take(mark, is_error(ICMP, P.lan_router))[0])
            assert (error[ICMP].type, error[ICMP].code, error[ICMP].nexthopmtu) == (3, 4, narrow)
            sent = bytes(udp(too_long)(talk.before, 64))
            assert len(quoted(error)) >= 28 and sent.startswith(quoted(error)[:400])
            # without DF it comes in pieces
            with punted(talk, mode, "mtu"):
                in_pieces(talk, udp(too_long, flags=0, id=77))
            talk.check(mode)


def in_pieces(talk, build):
    """Send a packet from near; fragments of it arrive at far, and are it."""
    mark = talk.far.wire.mark()
    talk.near.wire.send(talk.near.sends(build(talk.before, 64)))
    arrives_in_pieces(talk, mark, build(talk.after, 63))


def arrives_in_pieces(talk, mark, expected):
    """Wait until what came since `mark`, put together, is the expected packet."""
    v6 = IPv6 in expected

    def whole():
        seen = [parse(f).payload for f in talk.far.wire.since(mark)]
        mine = [p for p in seen if (IPv6ExtHdrFragment in p if v6 else IP in p and p.frag + p.flags.MF)]
        if not mine:
            return False
        if v6:
            return bytes(defragment6(mine)) == bytes(expected)
        return bytes(expected) in [again(p) for p in defragment(mine)]

    def again(packet):
        packet = packet.copy()
        del packet.chksum, packet.len
        return bytes(packet)

    wait_until("all pieces, and the packet in them", whole, timeout=10, interval=0.2)


def test_fm24_mtu_of_the_port_changes_under_a_live_flow(lab, mode):
    """Netfilter learns its flow anew: smaller, it tells who sends too much; larger again, the chip takes it."""
    with mtus(lab, {"swp2": 1500}), opened(lab, mode, 41242) as talk:
        for mtu in (1300, 1400):
            stale = flow_stats(lab)["stale_mtu"]
            lab.guest(f"ip link set swp2 mtu {mtu}")
            if mode == "hardware":
                wait_until("the flow is taken out", lambda: flow_stats(lab)["stale_mtu"] >= stale + 2)
                time.sleep(0.5)     # a sweep is repeated
                talk.open(mode)
                wait_until("the entry has the new MTU", timeout=5, condition=lambda:
                           talk.entries()[0]["action"]["mtu"] == mtu)
            fits_or_not(talk, mode, mtu)
            talk.check(mode, rounds=0)


def test_fm24_mtu_of_a_route(lab, mode):
    """``ip route ... mtu`` below the port's; another one takes the flow out, and the next has it."""
    route = f"ip route replace {P.wan_host} dev swp2 mtu"
    lab.guest(f"{route} 1300")
    try:
        with opened(lab, mode, 41243) as talk:
            # a flow of software has the old MTU for ever
            for mtu in (1300, 1400) if mode == "hardware" else (1300,):
                if mtu != 1300:
                    stale = flow_stats(lab)["stale_route"]
                    lab.guest(f"{route} {mtu}")
                    wait_until("the flow is taken out", lambda: flow_stats(lab)["stale_route"] >= stale + 2)
                    time.sleep(0.5)     # a sweep is repeated
                    talk.open(mode)
                if mode == "hardware":
                    assert [e["action"]["mtu"] for e in talk.entries()] == [mtu, 1500]
                fits_or_not(talk, mode, mtu)
    finally:
        lab.guest(f"ip route del {P.wan_host} dev swp2")


@MTUS
def test_fm24_ipv6_packet_too_big(lab, mode, wide, narrow):
    with mtus(lab, {"swp1": wide, "swp2": narrow}, {"lan": wide}):
        with opened(lab, mode, 41241, routed_talk6) as talk:
            with carried(talk, mode, 1, 0):
                talk.there(udp(noise(narrow - 48)))
            too_long, mark = noise(wide - 48), talk.near.wire.mark()
            with punted(talk, mode, "mtu"):
                talk.lost(udp(too_long))
            error = parse(talk.near.wire.take(mark, is_error(ICMPv6PacketTooBig, P.lan_router6))[0])
            assert error[ICMPv6PacketTooBig].mtu == narrow
            sent = bytes(udp(too_long)(talk.before, 64))
            assert sent.startswith(quoted(error, ICMPv6PacketTooBig)[:400])
            talk.check(mode)


def test_fm24_path_mtu_discovery(lab, mode):
    """Both hosts have jumbo frames, the way between has not: TCP finds out, and goes on in the chip."""
    with mtus(lab, {"swp1": 9000}, {"lan": 9000, "wan": 9000}):
        time.sleep(0.5)     # a sweep is repeated
        for addr in (P.wan_host, P.wan_host6):
            with chip_moves(lab, mode, 0.5 * 6 * 1024 * 1024 // 1460):
                sent, got = transfer(lab, "lan", "wan", addr, 6, rest=0.5)
            assert sent == got
            assert " mtu 1500" in lab.host("lan", f"ip route get {addr}").out, "nobody said how much fits"


# ---- FM25: frames that are not like the others, octet by octet ------------------------------


@BOTH
def test_fm25_ttl(lab, mode, make):
    with opened(lab, mode, 41250, make) as talk:
        with carried(talk, mode, 2, 2):
            for ttl in (2, 255):
                talk.there(udp(noise()), ttl)
                talk.back(udp(noise()), ttl)
        v6 = talk.before.family == 6
        kind, routers = (ICMPv6TimeExceeded, (P.lan_router6, P.wan_router6)) if v6 else \
            (ICMP, (P.lan_router, P.wan_router))
        for ttl in (1, 0):
            for back, t, source in ((False, talk.before, routers[0]), (True, talk.after.back(), routers[1])):
                build, sender = udp(noise(100)), talk.far if back else talk.near
                mark = sender.wire.mark()
                with punted(talk, mode, "ttl"):
                    talk.lost(build, ttl, back)
                error = parse(sender.wire.take(mark, is_error(kind, source))[0])
                assert not v6 or error[kind].code == 0
                assert v6 or (error[ICMP].type, error[ICMP].code) == (11, 0)
                sent = bytes(build(t, ttl))
                assert quoted(error, kind)[:len(sent)] == sent, "the error quotes something else"
        talk.check(mode)


def test_fm25_ipv4_options(lab, mode):
    def build(t, ttl):
        return IP(src=t.src, dst=t.dst, ttl=ttl, flags="DF",
                  options=[IPOption_NOP(), IPOption_NOP(), IPOption_NOP(), IPOption_EOL()]) / \
            UDPHeader(sport=t.sport, dport=t.dport) / Raw(b"with options")

    with opened(lab, mode, 41251) as talk:
        with punted(talk, mode, "ip_options", 2):
            talk.there(build)
            talk.back(build)
        talk.check(mode)


@pytest.mark.parametrize("header", (IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt), ids=("hopbyhop", "destopt"))
def test_fm25_ipv6_extension_headers(lab, mode, header):
    def build(t, ttl):
        return IPv6(src=t.src, dst=t.dst, hlim=ttl) / header(options=[PadN(optdata=bytes(4))]) / \
            UDPHeader(sport=t.sport, dport=t.dport) / Raw(b"with an extension")

    with opened(lab, mode, 41252, routed_talk6) as talk:
        with punted(talk, mode, "ipv6_ext", 2):
            talk.there(build)
            talk.back(build)
        talk.check(mode)


@BOTH
def test_fm25_fragments(lab, mode, make):
    with opened(lab, mode, 41253, make) as talk:
        build, mark = udp(noise(1300), flags=0, id=random.randrange(1, 65536)), talk.far.wire.mark()
        whole = build(talk.before, 64)
        if talk.before.family == 4:
            pieces = fragment(IP(bytes(whole)), 800)
        else:
            whole = IPv6(bytes(whole))
            pieces = fragment6(whole.__class__(
                src=whole.src, dst=whole.dst, hlim=64) / IPv6ExtHdrFragment(id=99) / whole.payload, 900)
        assert len(pieces) == 2
        with punted(talk, mode, "fragment", 2):
            talk.near.wire.send(*map(talk.near.sends, pieces))
            arrives_in_pieces(talk, mark, build(talk.after, 63))
        talk.check(mode)


def off_by(build, difference):
    """The same packet with an L4 checksum that is wrong by so much, in one's complement."""
    def wrong(t, ttl):
        packet = build(t, ttl)
        packet = packet.__class__(bytes(packet))
        header = packet.lastlayer().underlayer
        total = header.chksum + difference
        header.chksum = (total & 0xffff) + (total >> 16)
        return packet
    return wrong


@BOTH
@pytest.mark.parametrize("proto", (UDP, TCP), ids=("udp", "tcp"))
def test_fm25_bad_l4_checksum(lab, mode, make, proto):
    """Wrong stays wrong, by the same difference; conntrack alone would drop it."""
    with opened(lab, mode, 41254, make, proto) as talk:
        build = off_by(talk.data(b"damaged on the way to the router", "there"), 0x1234)
        if mode == "none":
            talk.lost(build)
        else:
            with carried(talk, mode, 1, 0):
                talk.there(build)
        if proto == UDP:
            talk.check(mode)


def test_fm25_bad_ip_header_checksum(lab, mode):
    """The chip hands it over; the stack drops it, and the kernel's flowtable, which does not look
    at that checksum either, passes it on as wrong as it came.
    """
    def build(t, ttl):
        packet = IP(bytes(udp(b"damaged before the router")(t, ttl)))
        total = packet.chksum + 0x1234
        packet.chksum = (total & 0xffff) + (total >> 16)
        return packet

    with opened(lab, mode, 41255) as talk:
        with punted(talk, mode, "bad_header", 2):
            if mode == "none":
                talk.lost(build)
                talk.lost(build, back=True)
            else:
                talk.there(build)
                talk.back(build)
        talk.check(mode)


@BOTH
def test_fm25_udp_checksum_zero_stays(lab, mode, make):
    with opened(lab, mode, 41256, make) as talk:
        with carried(talk, mode, 1, 1):
            talk.there(udp(noise(), chksum=0))
            talk.back(udp(noise(), chksum=0))


@BOTH
def test_fm25_ecn_and_dscp_are_kept(lab, mode, make):
    marks = (0x01, 0x03, 0xb8, 0xff)
    with opened(lab, mode, 41257, make) as talk:
        with carried(talk, mode, len(marks), len(marks)):
            for tos in marks:
                talk.there(udp(noise(), tos=tos, fl=0xabcde))
                talk.back(udp(noise(), tos=tos, fl=0x12345))


# ---- FM26: ICMP errors about an offloaded connection ---------------------------------------


def icmp_error(about, **fields):
    """Builder of an ICMP error that quotes a packet of the opposite direction."""
    return lambda t, ttl: (ip(t, ttl) / ICMP(**{"type": 3, "code": 3, **fields}) /
                           Raw(bytes(about(t.back(), 63))))


@pytest.mark.parametrize("proto", (UDP, TCP), ids=("udp", "tcp"))
def test_fm26_icmp_errors_are_translated(lab, mode, proto):
    """Outer and inner header, in both directions, with all checksums."""
    with opened(lab, mode, 41260, proto=proto) as talk:
        about = udp(noise()) if proto == UDP else tcp("A", *talk.seqs(), noise())
        about_back = udp(noise()) if proto == UDP else tcp("A", *talk.seqs()[::-1], noise())
        for fields in ({}, {"code": 4, "nexthopmtu": 1300}, {"type": 11, "code": 0}):
            with punted(talk, mode, "flow_miss", 2):
                talk.back(icmp_error(about, **fields))
                talk.there(icmp_error(about_back, **fields))
        talk.check(mode)


def test_fm26_icmpv6_errors_are_routed(lab, mode):
    def error(t, ttl):
        return ip(t, ttl) / ICMPv6DestUnreach(code=4) / Raw(bytes(udp(b"nobody listens")(t.back(), 63)))

    with opened(lab, mode, 41261, routed_talk6) as talk:
        with punted(talk, mode, "flow_miss", 2):
            talk.back(error)
            talk.there(error)
        talk.check(mode)


# ---- FM27: what is never offloaded, and what may be ------------------------------------------

FTP_HELPER = """
table inet helpers {
	ct helper ftp { type "ftp" protocol tcp; }
	chain pre {
		type filter hook prerouting priority filter
		tcp dport 21 ct helper set "ftp"
	}
}
"""


def test_fm27_ftp_control_stays_in_software(lab, mode):
    """The helper rewrites PORT, so it has to see the control connection; the data may fly."""
    lab.guest("modprobe -qa nf_conntrack_ftp nf_nat_ftp || true")
    lab.guest("nft -f -", stdin=FTP_HELPER)
    with never_invalid(lab), Ends(lab) as ends:
        listener = ends.listen("wan", P.wan_host, 21)
        control = ends.connect("lan", P.lan_host, (P.wan_host, 21), 41270)
        control_end = ends.accept(listener)
        for n in range(10):
            push(control, control_end, f"NOOP {n}\r\n".encode())
            push(control_end, control, b"200 done\r\n")
        data = ends.listen("lan", P.lan_host, 40961)
        control.sendall(b"PORT 192,168,1,2,160,1\r\n")
        order = control_end.recv(100)
        match = re.fullmatch(rb"PORT (\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\r\n", order)
        assert match, order
        numbers = [int(n) for n in match.groups()]
        where = ".".join(map(str, numbers[:4])), numbers[4] * 256 + numbers[5]
        assert where[0] == P.wan_router, f"PORT says {where}"
        out = ends.connect("wan", P.wan_host, where, 20)
        into = ends.accept(data)
        if mode == "hardware":
            push(out, into, noise(1000))
            before = both_offloaded(lab, TCP, P.wan_host)
        push(out, into, noise(1_000_000))
        # lengths have changed, sequence numbers are shifted from here on
        push(control_end, control, b"226 done\r\n")
        push(control, control_end, b"QUIT\r\n")
        if mode == "hardware":
            sent, acked = (now["packets"] - was["packets"]
                           for was, now in zip(before, flows_of(lab, TCP, P.wan_host)))
            assert sent >= 500 and acked > 0, f"of the data the chip forwarded {sent}, {acked} back"
        ports = {f["key"][p] for f in proofs.chip_flows(lab) for p in ("sport", "dport")}
        assert 21 not in ports, "the control connection is in the chip"
        assert not [line for line in conntrack(lab, "tcp", "dport=21 ") if "OFFLOAD" in line]


EVERYTHING = (("meta l4proto { tcp, udp } flow offload @ft", "flow offload @ft"),)


def test_fm27_sctp_stays_in_software(lab, mode):
    """A ruleset that offers everything; the kernel takes no SCTP. No half entry, and it works."""
    if mode != "none":
        load(lab, mode, EVERYTHING)

    def sctp(tag, chunk):
        return lambda t, ttl: ip(t, ttl) / SCTP(sport=t.sport, dport=t.dport, tag=tag) / chunk

    with crafted(lab) as ends:
        talk = nat_talk(lab, ends, 41271)
        talk.there(sctp(0, SCTPChunkInit(init_tag=0x1111, a_rwnd=65535, n_out_streams=1,
                                         n_in_streams=1, init_tsn=1)))
        talk.back(sctp(0x1111, SCTPChunkInitAck(init_tag=0x2222, a_rwnd=65535, n_out_streams=1,
                                                n_in_streams=1, init_tsn=1)))
        talk.there(sctp(0x2222, SCTPChunkCookieEcho(cookie=b"cake")))
        talk.back(sctp(0x1111, SCTPChunkCookieAck()))
        for n in range(1, 6):
            talk.there(sctp(0x2222, SCTPChunkData(tsn=n, stream_id=0, beginning=1, ending=1,
                                                  data=noise())))
            talk.back(sctp(0x1111, SCTPChunkData(tsn=n, stream_id=0, beginning=1, ending=1,
                                                 data=noise())))
        assert chip_empty(lab)


@pytest.mark.parametrize("ends_of", ((P.lan_host, P.wan_host), (P.lan_host6, P.wan_host6)), ids=("ipv4", "ipv6"))
def test_fm27_gre_v0_in_the_chip(lab, mode, ends_of):
    """GRE version 0 without NAT is the one other protocol that the kernel may offer: it does where
    conntrack knows GRE, as in the debug kernels. Elsewhere it stays in software, and the chip empty.
    """
    load(lab, mode, (("meta nfproto ipv4 masquerade", "accept"),) +
         (EVERYTHING if mode != "none" else ()))
    # the kernel warns about GRE that it would have to keep alive longer than this
    lives = {name: 900 for name in lab.guest("sysctl -N net.netfilter").out.split()
             if "conntrack_gre_timeout" in name}
    assert lives or "debug" not in lab.kernel, "this kernel has conntrack for GRE, and says nothing of it"
    carrier = mode if lives else "none"
    with crafted(lab) as ends, sysctls(lab, lives) if lives else contextlib.nullcontext():
        near, far = side(lab, ends.wire("lan"), "swp1"), side(lab, ends.wire("wan"), "swp2")
        t = Tuple(*ends_of)
        talk = Talk(lab, near, far, t, t, 47)
        for _ in range(4):
            talk.there(gre(noise()))
            talk.back(gre(noise()))
        if carrier == "hardware":
            wait_until("GRE in the chip", lambda: all(talk.entries()))
        else:
            assert chip_empty(lab)
        with carried(talk, carrier, 10, 10):
            for size in range(40, 50):
                talk.there(gre(noise(size)))
                talk.back(gre(noise(size)))
        # another version is another protocol, and never the flow's
        v1 = bytes.fromhex("2001880b00080001") + noise(8)
        with punted(talk, carrier, "gre_version"):
            talk.there(lambda t, ttl: ip(t, ttl, proto=47) / Raw(v1))


TUNNEL_ROUTER, TUNNEL_HOST = "198.51.100.1", "198.51.100.2"
# What stands between the packets of a device's kind and the outer IP header, whose protocol it says.
TUNNELS = {"ipip": (4, b""), "gre": (47, bytes.fromhex("00000800"))}
TUN0 = (f"ip tunnel add tun0 mode {{kind}} local {P.wan_router} remote {P.wan_host}",
        f"ip addr add {TUNNEL_ROUTER} peer {TUNNEL_HOST} dev tun0", "ip link set tun0 up")
# a device without ends of its own: the route says what to wrap packets in
LWT = ("ip link add tun0 type ipip external", f"ip addr add {TUNNEL_ROUTER} dev tun0", "ip link set tun0 up")
LWT_ROUTE = f"ip route add {TUNNEL_HOST} encap ip id 42 src {P.wan_router} dst {P.wan_host} dev tun0"


class TunnelTalk(Talk):
    """A talk with a host at the end of a tunnel, whose outer header is the kernel's to fill in."""

    def __init__(self, lab, near, far, port, kind):
        before = Tuple(P.lan_host, TUNNEL_HOST, port, 5009)
        super().__init__(lab, near, far, before, replace(before, src=TUNNEL_ROUTER))
        proto, self._head = TUNNELS[kind]
        self._outer = IP(src=P.wan_host, dst=P.wan_router, proto=proto)

    def _across(self, source, target, packet, expected):
        mark, wanted = target.wire.mark(), bytes(expected)
        if source is self.far:
            source.wire.send(source.sends(self._outer / Raw(self._head + bytes(packet))))
            target.wire.take(mark, lambda frame: frame[14:] == wanted, timeout=10)
            return
        source.wire.send(source.sends(packet))
        target.wire.take(mark, lambda frame: frame[23] == self._outer.proto and
                         frame[34:] == self._head + wanted, timeout=10)


def through_tunnel(lab, mode, port, kind, refused):
    """A connection through tun0: no half of it is in the chip, and it works. refused: what 6.12's offers
    come back with, {reason: least number}; 7.3 knows that hardware has no tunnels.
    """
    load(lab, mode, (("oifname \"swp2\"", "oifname \"tun0\""),))
    with crafted(lab) as ends:
        talk = TunnelTalk(lab, side(lab, ends.wire("lan"), "swp1"), side(lab, ends.wire("wan"), "swp2"),
                          port, kind)
        before = flow_stats(lab)
        for size in range(40, 50):
            talk.data_there(noise(size))
            talk.data_back(noise(size))
        if mode == "hardware" and kernel_version(lab) < (7, 0):
            wait_until("both directions refused", lambda: all(
                flow_stats(lab)[r] >= before[r] + least for r, least in refused.items()))
        if mode == "software" and kernel_version(lab) < (7, 0):
            assert conntrack(lab, "udp", "[OFFLOAD]"), "software's flowtable does not carry it"
        assert not conntrack(lab, "udp", "[HW_OFFLOAD]")
        assert chip_empty(lab) and flow_stats(lab)["replaced"] == before["replaced"]
        talk.data_there(noise())
        talk.data_back(noise())


@pytest.mark.parametrize("kind", TUNNELS)
def test_fm27_tunnel_stays_in_software(lab, mode, kind):
    """A way out through a tunnel's device, which is none of the chip's."""
    lab.guest("\n".join(("set -e", *TUN0)).format(kind=kind))
    try:
        through_tunnel(lab, mode, 41273, kind, {"refused_ingress": 1, "refused_egress": 1})
    finally:
        lab.guest("nft flush ruleset; ip link del tun0")


def test_fm27_route_into_a_tunnel_stays_in_software(lab, mode):
    """A lightweight tunnel: the route itself asks for the header, and netfilter for the chip to do it."""
    lab.guest("\n".join(("set -e", *LWT)))
    try:
        lab.guest(LWT_ROUTE)
        through_tunnel(lab, mode, 41274, "ipip", {"refused_tunnel": 2})
    finally:
        lab.guest("nft flush ruleset; ip link del tun0")


# ---- FM28: hand-over --------------------------------------------------------------------------


# datagrams a second, both ways together: as many as software alone carries without a loss
HAND_OVER_RATE = {"plain": 1000, "debug": 300}
RING = 512      # frames that may wait for the CPU
SPARE = 8       # the sender's clock is uneven: so many come closer together than the rate says


def test_fm28_hand_over_loses_and_doubles_nothing(lab):
    """Software, hardware and back, again and again, under numbered datagrams both ways. Those that are on
    their way through the CPU when the chip takes over are overtaken, and no others: so many as are sent in
    the time that software needs for one, which the stream itself shows while nobody hands over.
    """
    rate = limit(lab, **HAND_OVER_RATE) / 2
    with Ends(lab) as ends, Stream(ends, 41280, rate) as there:
        wait_until("the first has arrived", lambda: there.seen_from)
        with there.back(rate) as back:
            resting = [in_software(lab, there, back) for _ in range(6)]
            in_hardware(lab, rate)
        # who deletes a connection has answers meet a router that knows nothing of it: one way only
        old = both_offloaded(lab, UDP)[0]["cookie"]
        lab.guest("conntrack -D -p udp --orig-port-src 41280")
        wait_until("another entry", lambda: (flows_of(lab, UDP, P.lan_host)[0] or {"cookie": old})["cookie"] != old)
        in_hardware(lab, rate, ways=1)
        there.stop()
    for way, name, rests in zip((there, back), ("there", "back"), zip(*resting)):
        in_order(way, name, rests)


def in_order(way, name, resting):
    """All has come, once, and nothing later than it may. resting: from and to which number software had it."""
    took = [seconds for first, end in resting for seconds in way.latencies(first, end)]
    rate = way.sent / (way.left_at[-1] - way.left_at[0])
    late, bound = furthest_overtaken(way.came), min(RING, int(max(took) * rate) + SPARE)
    print(f"# fm28: {name}: {way.sent} datagrams, {rate:.0f} a second, at most {late} overtook another; software "
          f"took {1000 * max(took):.1f} ms at most: bound {bound}", flush=True)
    lost = sorted(set(range(way.sent)) - set(way.came))
    assert not lost and len(way.came) == way.sent, f"{name}: doubled, or lost: {len(lost)}, from {lost[:3]}"
    assert late <= bound, name


def in_hardware(lab, rate, ways=2):
    """For half a second the chip forwards the stream there, and the one back, and the CPU sees nothing."""
    if ways == 2:
        both_offloaded(lab, UDP)
    time.sleep(0.1)
    before, cpu = flows_of(lab, UDP, P.lan_host)[:ways], proofs.port_sums(lab)[0]
    time.sleep(0.5)
    for old, new in zip(before, flows_of(lab, UDP, P.lan_host)):
        assert new["cookie"] == old["cookie"] and new["packets"] - old["packets"] > rate / 4, (old, new)
    assert proofs.port_sums(lab)[0] - cpu <= NOISE


def in_software(lab, *ways):
    """From hardware to software and back, with half a second there; of each way, numbers of that time's datagrams."""
    both_offloaded(lab, UDP)
    lab.guest("ethtool -K swp1 hw-tc-offload off")
    wait_until("back in software", lambda: chip_empty(lab))
    time.sleep(0.1)
    first = [way.sent for way in ways]
    time.sleep(0.5)
    end = [way.sent for way in ways]
    time.sleep(0.1)
    lab.guest("ethtool -K swp1 hw-tc-offload on")
    return list(zip(first, end))


def furthest_overtaken(numbers):
    """How many, at most, came before one that had been sent before them."""
    top = most = 0
    for place, n in enumerate(numbers):
        if n < top:
            most = max(most, sum(before > n for before in numbers[:place]))
        top = max(top, n)
    return most
