# SPDX-License-Identifier: GPL-2.0
"""Many frames, many sizes, many connections at once: nobody starves, nothing is mixed up."""
import collections
import random
import resource
import threading
import time

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from dialogue import push
from ends import Ends, receive, silent
from evidence import TCP, UDP, assert_audit, chip_empty, chip_sends, wait_until
from settings import flow_timeout, mtus
from talk import NOISE, nat_talk, noise, udp

P = router.PLAN
FLOWS = 4
# frames on the wire with FCS, the jumbo one with an MTU of 9000
SIZES = (64, 512, 1518, 9018)
HEADERS = 14 + 20 + 8 + 4


def frames(source, tuples, size):
    """trafgen's words for one frame of each connection."""
    return "".join(
        measure.frame_config(source.wire.mac, source.router_mac, t.src, t.dst, t.sport, t.dport,
                             size - HEADERS) for t in tuples)


def sent_packets(lab, host):
    return lab.host(host, f"ip -s -j link show dev {measure.DEV}").json()[0]["stats64"]["tx"]["packets"]


def came(wire, mark, expected):
    """How often each expected frame has come since then; no other UDP over IPv4 may have."""
    seen = collections.Counter(f for f in wire.since(mark) if f[12:14] == b"\x08\x00" and f[23] == UDP)
    strange = set(seen) - set(expected)
    assert not strange, f"{wire.host} got what nobody sent, e.g. {strange.pop().hex()}"
    return [seen[frame] for frame in expected]


@pytest.mark.parametrize("size", SIZES)
def test_fm40_full_duplex_starves_nobody(lab, mode, size):
    """Four flows in both directions at once: what a host sends, the other gets, each flow its share.

    Without the chip a debug kernel carries them, which are fewer then.
    """
    hardware = mode == "hardware"
    rate = 1500 if hardware else 100
    wide = {"swp1": 9000, "swp2": 9000} if size > 1518 else {}
    with mtus(lab, wide, {"lan": 9000, "wan": 9000} if wide else {}), \
            Ends(lab) as ends, silent(lab, "lan", "wan"):
        talks = [nat_talk(lab, ends, 41400 + n) for n in range(FLOWS)]
        for talk in talks:
            talk.open(mode)
        ways = {"lan": frames(talks[0].near, [t.before for t in talks], size),
                "wan": frames(talks[0].far, [t.after.back() for t in talks], size)}
        build = udp(b"\x5a" * (size - HEADERS))
        expected = ([t.far.sees(build(t.after, 63)) for t in talks],
                    [t.near.sees(build(t.before.back(), 63)) for t in talks])
        wires = talks[0].far.wire, talks[0].near.wire
        before, cpu = [t.hits() for t in talks] if hardware else [], proofs.port_sums(lab)[0]
        marks = [wire.mark() for wire in wires]
        sent = {host: sent_packets(lab, host) for host in ways}
        seen = {host: measure.rx_packets(lab, host) for host in ways}
        with measure.Blaster(lab, "lan", ways["lan"], rate), \
                measure.Blaster(lab, "wan", ways["wan"], rate):
            time.sleep(2)
        time.sleep(0.5)
        hits = list(zip(*map(came, wires, marks, expected)))
        if hardware:
            hits = [[now - was for was, now in zip(old, t.hits())] for old, t in zip(before, talks)]
        for way, (host, other) in enumerate((("lan", "wan"), ("wan", "lan"))):
            out = sent_packets(lab, host) - sent[host]
            into = measure.rx_packets(lab, other) - seen[other]
            shares = [h[way] for h in hits]
            assert sum(shares) > rate / 3, f"{host} sent next to nothing: {shares}"
            assert abs(out - sum(shares)) <= NOISE, f"{host} sent {out}, forwarded {shares}"
            assert abs(into - sum(shares)) <= NOISE, f"{other} got {into}, forwarded {shares}"
            assert max(shares) - min(shares) <= 2, f"from {host}: {shares}"
        assert min(sum(h[0] for h in hits), sum(h[1] for h in hits)) > \
            0.2 * max(sum(h[0] for h in hits), sum(h[1] for h in hits)), f"one way starved: {hits}"
        assert not hardware or proofs.port_sums(lab)[0] - cpu <= NOISE
        for talk in talks:
            talk.check(mode, rounds=0)


def test_fm40_full_load_starves_nobody(lab):
    """Both hosts send all they can: much is lost before the switch, of each flow and way alike."""
    with Ends(lab) as ends, silent(lab, "lan", "wan"):
        talks = [nat_talk(lab, ends, 41400 + n) for n in range(FLOWS)]
        for talk in talks:
            talk.open("hardware")
        lan = frames(talks[0].near, [t.before for t in talks], 64)
        wan = frames(talks[0].far, [t.after.back() for t in talks], 64)
        before, cpu = [t.hits() for t in talks], proofs.port_sums(lab)[0]
        with measure.Blaster(lab, "lan", lan), measure.Blaster(lab, "wan", wan):
            time.sleep(1)
        time.sleep(0.5)
        hits = [[now - was for was, now in zip(old, t.hits())] for old, t in zip(before, talks)]
        print(f"# fm40: {hits}", flush=True)
        ways = [sum(way) for way in zip(*hits)]
        assert min(ways) > 3000 and min(ways) > 0.2 * max(ways), f"one way starved: {hits}"
        for shares in zip(*hits):
            assert min(shares) > 0.5 * max(shares), f"one flow starved: {shares}"
        assert proofs.port_sums(lab)[0] - cpu <= NOISE


class Connections:
    """Random connections between lan and wan, each with random payload both ways, all at once."""

    def __init__(self, ends, seed, tcp, udp, carried):
        """carried: waits until all TCP connections are carried as they shall be, or raises."""
        self.ends, self.random = ends, random.Random(seed)
        self.kinds = [self.tcp] * tcp + [self.udp] * udp
        self.begin = threading.Barrier(tcp, carried, timeout=90)
        self.lock = threading.Lock()    # one asks for sockets at a time
        self.failed = []

    def tcp(self, number):
        lan, wan = (P.lan_host6, P.wan_host6) if number % 3 == 0 else (P.lan_host, P.wan_host)
        starts, ends_at = ("lan", "wan")
        with self.lock:
            listener = self.ends.listen(ends_at, wan, 7400 + number)
            client = self.ends.connect(starts, lan, (wan, 7400 + number))
            server = self.ends.accept(listener)
            loads = [self.random.randbytes(self.random.randrange(1, 400_000)) for _ in range(2)]
        push(client, server, b"!")
        self.begin.wait()   # netfilter offloads in a worker, which a flood keeps from running
        back = threading.Thread(target=server.sendall, args=(loads[1],), daemon=True)
        back.start()
        push(client, server, loads[0])
        assert receive(client, len(loads[1])) == loads[1], "the answer is another one"
        back.join()
        client.close()
        assert server.recv(1) == b"", "more than was sent"

    def udp(self, number):
        lan, wan = (P.lan_host6, P.wan_host6) if number % 3 == 0 else (P.lan_host, P.wan_host)
        with self.lock:
            server = self.ends.udp("wan", wan, 7400 + number)
            client = self.ends.udp("lan", lan)
            loads = [self.random.randbytes(self.random.randrange(1, 1400)) for _ in range(60)]
        for load in loads:
            client.sendto(load, (wan, 7400 + number))
            got, source = server.recvfrom(2048)
            assert got == load, "another datagram"
            server.sendto(got[::-1], source)
            assert client.recv(2048) == load[::-1], "another answer"

    def run(self, kind, number):
        try:
            kind(number)
        except Exception as e:          # of a thread: told by all()
            self.failed.append(f"{kind.__name__} {number}: {e!r}")

    def all(self):
        self.random.shuffle(self.kinds)
        threads = [threading.Thread(target=self.run, args=(kind, n), daemon=True)
                   for n, kind in enumerate(self.kinds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
            assert not thread.is_alive(), "a connection hangs"
        assert not self.failed, "\n".join(self.failed)


def test_fm40_many_connections_at_once(lab, mode):
    """Two dozen random connections, IPv4 and IPv6, TCP and UDP: every octet arrives where it belongs."""
    seed = random.randrange(1 << 32)
    print(f"# fm40: seed {seed}", flush=True)
    before, tcp = [chip_sends(lab, port) for port in (0, 1)], 16

    def carried_by_now():
        if mode == "hardware":
            wait_until("all are in the chip", lambda: 2 * tcp == sum(
                f["key"]["proto"] == TCP for f in proofs.chip_flows(lab)))

    with Ends(lab) as ends:
        Connections(ends, seed, tcp, 8, carried_by_now).all()
    carried = [chip_sends(lab, port) - was for port, was in enumerate(before)]
    assert mode != "hardware" or min(carried) > 1000, f"the chip forwarded (to lan, to wan) {carried}"
    wait_until("TCP flows gone after FIN", lambda: not [
        f for f in proofs.chip_flows(lab) if f["key"]["proto"] == 6], timeout=40)


def converse(pairs, rounds=3):
    """A few datagrams there and back between the sockets of each pair, (at the LAN host, at its peer)."""
    for n in range(rounds):
        for sock, peer in pairs:
            payload = noise(40)
            sock.sendto(payload, peer.getsockname())
            got, source = peer.recvfrom(2048)
            assert got == payload
            peer.sendto(got[::-1], source)
            assert sock.recv(2048) == payload[::-1], f"round {n}: another answer"


PEER, PEERS = 7410, 8


@pytest.mark.soak
def test_fm41_churn(lab, length):
    """Batches of flows to several peers come, work, and die in several ways; some come while others die, and the
    tables stay equal all the time.
    """
    seconds, batch = length(8, 3600), length(64, 10000)
    room_for_sockets(batch + batch // PEERS + 2 * PEERS)
    end, made = time.monotonic() + seconds, 0
    # none of the batch may rest for too long while all the others speak
    with flow_timeout(lab, length(10, 600)):
        while time.monotonic() < end or made < 2 * batch:
            with Ends(lab) as ends:
                peers = [ends.udp("wan", P.wan_host, PEER + n) for n in range(PEERS)]
                made += swarm(lab, ends, peers, batch)
                die(lab, made // batch)
                converse([(ends.udp("lan", P.lan_host), peer) for peer in peers])
                assert_audit(lab)
                lab.guest("conntrack -F 2>/dev/null")
                wait_until("all are gone", lambda: chip_empty(lab), timeout=60)
                print(f"# fm41: {made} connections so far", flush=True)
    print(f"# fm41: {made} connections came and went", flush=True)


def swarm(lab, ends, peers, count):
    """`count` connections; those with the first peer are given up while as many others begin. How many in all."""
    def begin(count, peers):
        pairs = [(ends.udp("lan", P.lan_host), peers[n % len(peers)]) for n in range(count)]
        converse(pairs)
        return pairs

    def in_chip(count):
        wait_until(f"{count} connections in the chip",
                   lambda: lab.qmp("query-nftsw")[0]["flow-used"] == 2 * count, timeout=300)

    pairs = begin(count, peers)
    in_chip(count)
    counts_each(lab, pairs[:10])
    assert_audit(lab)
    lab.guest_spawn(f"exec conntrack -D -p udp --orig-port-dst {PEER}")
    others = begin(count // PEERS, peers[1:])
    in_chip(count)
    counts_each(lab, others[:10])
    assert_audit(lab)
    return count + len(others)


def room_for_sockets(count):
    """This process has all of them open, and a few files beside."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 500:
        if hard != resource.RLIM_INFINITY:
            hard = max(hard, count + 500)       # root may have more than it is given
        resource.setrlimit(resource.RLIMIT_NOFILE, (count + 500, hard))


def counts_each(lab, pairs, rounds=3):
    """Both entries of each pair's connection count exactly what they say."""
    ports = {sock.getsockname()[1] for sock, _ in pairs}

    def packets():
        return {f["cookie"]: f["packets"] for f in proofs.chip_flows(lab)
                if ports & {f["key"]["sport"], f["key"]["dport"]}}

    wait_until("both directions of some in the chip", lambda: len(packets()) == 2 * len(pairs))
    before = packets()
    converse(pairs, rounds)
    counted = {cookie: count - before[cookie] for cookie, count in packets().items()}
    assert counted == dict.fromkeys(before, rounds), f"the chip counted {counted}"


def die(lab, turn):
    """One of the ways in which flows end."""
    ways = ("conntrack -F 2>/dev/null", "conntrack -D -p udp >/dev/null 2>&1", "nft flush ruleset")
    lab.guest(ways[turn % len(ways)], timeout=900)
    wait_until("the batch is gone", lambda: chip_empty(lab), timeout=120)
    router.load(lab, "hardware")
