#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Both ends of many connections, for make bench-insert.

    flowgen.py reflect DEV              the far end
    flowgen.py setup DEV SRC_MAC GW_MAC SRC DST
                                        connections for each line of standard input

A line "tcp|udp DPORT COUNT WINDOW" asks for COUNT connections to that port, WINDOW of them
under way at a time.  UDP is one datagram there and one back.  TCP is SYN, SYN/ACK, ACK and an
octet of data back.  Either way netfilter has offered the connection to its flowtable when
the last packet arrives.  The answer is one line of JSON, with how many packets had to be sent
again.  Frames are built here and read from packet sockets: a socket for each connection
would cost more than what is measured.
"""
import json
import select
import socket
import struct
import sys
import time

ETH_P_IP = 0x0800
TCP, UDP = socket.IPPROTO_TCP, socket.IPPROTO_UDP
SYN, PSH, ACK = 2, 8, 16
SPORT_FIRST, SPORTS = 1024, 60000       # connections for each destination port
UDP_PAYLOAD = 18
ISN, FAR_ISN = 1000, 5000               # the same for all: conntrack looks at differences
STALL_S = 0.5


def packet_socket(dev):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind((dev, ETH_P_IP))
    return sock


def word_sum(data):
    return sum(struct.unpack(f"!{len(data) // 2}H", data))


def checksum(total):
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def l4_proto(frame):
    """TCP or UDP over IPv4 without options; 0 for the lab's own chatter."""
    if len(frame) < 42 or frame[12:15] != b"\x08\x00\x45":
        return 0
    return frame[23] if frame[23] in (TCP, UDP) else 0


class Template:
    """Frames that differ in their ports only."""

    def __init__(self, macs, src, dst, proto, rest):
        """rest: the L4 header behind the ports, its checksum 0, and the payload."""
        size = 24 + len(rest)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size, 0, 0x4000, 64, proto, 0, src, dst)
        ip = ip[:10] + struct.pack("!H", checksum(word_sum(ip))) + ip[12:]
        self.head, self.rest, self.at = macs + b"\x08\x00" + ip, rest, None
        if proto == TCP:                # UDP may do without, and NAT leaves it alone
            self.at = 12
            self.sum = word_sum(src + dst + rest + bytes(len(rest) % 2)) + proto + size - 20

    def frame(self, sport, dport):
        rest = self.rest
        if self.at:
            total = checksum(self.sum + sport + dport)
            rest = rest[:self.at] + struct.pack("!H", total) + rest[self.at + 2:]
        return self.head + struct.pack("!HH", sport, dport) + rest


def tcp_rest(seq, ack, flags, payload=b""):
    return struct.pack("!IIBBHHH", seq, ack, 0x50, flags, 65000, 0, 0) + payload


class Far:
    """The end that answers."""

    def __init__(self, dev):
        self.sock = packet_socket(dev)
        self.known = {}                 # (MACs, addresses) of a sender: its answers

    def answers(self, f):
        key = f[0:12] + f[26:34]
        if key not in self.known:
            macs, src, dst = f[6:12] + f[0:6], f[30:34], f[26:30]
            self.known[key] = (
                Template(macs, src, dst, TCP, tcp_rest(FAR_ISN, ISN + 1, SYN | ACK)),
                Template(macs, src, dst, TCP, tcp_rest(FAR_ISN + 1, ISN + 1, PSH | ACK, b"x")),
                Template(macs, src, dst, UDP, struct.pack("!HH", 8 + UDP_PAYLOAD, 0) +
                         bytes(UDP_PAYLOAD)))
        return self.known[key]

    def run(self):
        while True:
            f = self.sock.recv(2048)
            proto = l4_proto(f)
            if not proto:
                continue
            sport, dport = struct.unpack_from("!HH", f, 34)
            which = 2 if proto == UDP else 0 if f[47] & SYN else 1
            self.sock.send(self.answers(f)[which].frame(dport, sport))


class Setup:
    """The initiating end."""

    def __init__(self, dev, src_mac, gw_mac, src, dst):
        self.sock = packet_socket(dev)
        self.sock.setblocking(False)
        macs = bytes.fromhex((gw_mac + src_mac).replace(":", ""))
        ends = macs, socket.inet_aton(src), socket.inet_aton(dst)
        # what to send at each stage of a connection
        self.stages = {
            "udp": [Template(*ends, UDP, struct.pack("!HH", 8 + UDP_PAYLOAD, 0) + bytes(UDP_PAYLOAD))],
            "tcp": [Template(*ends, TCP, tcp_rest(ISN, 0, SYN)),
                    Template(*ends, TCP, tcp_rest(ISN + 1, FAR_ISN + 1, ACK))],
        }

    def send(self, template, port, n):
        try:
            self.sock.send(template.frame(SPORT_FIRST + n % SPORTS, port + n // SPORTS))
        except BlockingIOError:         # the device is full: as good as lost
            pass

    def take(self, port):
        """(number of the connection, stage that its packet ends) of what has arrived."""
        try:
            while True:
                f = self.sock.recv(2048)
                proto = l4_proto(f)
                if proto:
                    sport, dport = struct.unpack_from("!HH", f, 34)
                    stage = 0 if proto == UDP or f[47] & SYN else 1
                    yield dport - SPORT_FIRST + (sport - port) * SPORTS, stage
        except BlockingIOError:
            return

    def run(self, proto, port, count, window):
        """Connections 0..count - 1 to `port` and the ports above it."""
        stages, waiting, again, n = self.stages[proto], {}, 0, 0
        start = heard = time.monotonic()
        while n < count or waiting:
            while n < count and len(waiting) < window:
                self.send(stages[0], port, n)
                waiting[n] = 0
                n += 1
            select.select([self.sock], [], [], STALL_S)
            now = time.monotonic()
            for i, stage in self.take(port):
                if waiting.get(i) != stage:
                    continue
                heard = now
                if stage + 1 == len(stages):
                    del waiting[i]
                    continue
                waiting[i] = stage + 1
                self.send(stages[stage + 1], port, i)
            if now - heard > STALL_S:
                heard = now
                again += len(waiting)
                for i, stage in waiting.items():
                    self.send(stages[stage], port, i)
        return {"seconds": time.monotonic() - start, "again": again}


def main(argv):
    if argv[0] == "reflect":
        Far(argv[1]).run()
    setup = Setup(*argv[1:])
    for line in sys.stdin:
        proto, *numbers = line.split()
        print(json.dumps(setup.run(proto, *map(int, numbers))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
