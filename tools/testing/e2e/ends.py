# SPDX-License-Identifier: GPL-2.0
"""The hosts' ends of the cables, used from the test's own process.

A socket stays in the network namespace in which it was made. So a small process inside
(donor.py) makes it and hands it over, and the test drives both kernels' stacks, or
bare frames, in plain Python: no shell, no pipes, no process for each connection.
"""
import contextlib
import json
import os
import select
import socket
import struct
import threading
import time
from pathlib import Path

import nftsw_measure as measure

DONOR = Path(__file__).resolve().parent / "donor.py"
ETH_P_ALL = 3
SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
SO_RCVBUFFORCE = 33
TP_STATUS_VLAN_VALID = 0x10
AUXDATA = struct.Struct("=IIIHHHH")         # struct tpacket_auxdata


class Ends:
    """Makes sockets on hosts; closes all of them at the end."""

    def __init__(self, lab):
        self.lab = lab
        self._lines = {}
        self._open = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._open.close()

    def _line(self, host):
        if host not in self._lines:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._open.callback(ours.close)
            with theirs:
                proc = self.lab.host_popen(
                    host, ["/usr/bin/python3", "-ISE", str(DONOR), str(theirs.fileno())],
                    pass_fds=[theirs.fileno()])
            self._open.callback(measure.end, proc)
            self._lines[host] = ours
        return self._lines[host]

    def _ask(self, host, *request):
        line = self._line(host)
        line.send(json.dumps(request).encode())
        words, fds, _, _ = socket.recv_fds(line, 4096, 1)
        if words != b"ok":
            raise OSError(f"host {host}: {request}: {words.decode()}")
        return fds[0]

    def socket(self, host, family, kind, proto=0, timeout=30):
        """A socket on that host; operations on it take `timeout` seconds at most."""
        fd = self._ask(host, "socket", family, kind, proto)
        sock = socket.socket(family, kind, proto, fileno=fd)
        sock.settimeout(timeout)
        return self._open.enter_context(sock)

    def tun(self, host, name):
        """Descriptor of a new TUN device on that host."""
        fd = self._ask(host, "tun", name)
        self._open.callback(os.close, fd)
        return fd

    def udp(self, host, addr, port=0):
        """A UDP socket bound there."""
        return self._bound(host, socket.SOCK_DGRAM, addr, port)

    def listen(self, host, addr, port=0):
        """A listening TCP socket."""
        sock = self._bound(host, socket.SOCK_STREAM, addr, port)
        sock.listen(64)
        return sock

    def connect(self, host, addr, to, port=0):
        """A TCP connection from addr and port of that host to `to`, an (address, port)."""
        sock = self._bound(host, socket.SOCK_STREAM, addr, port)
        sock.connect(to)
        return sock

    def _bound(self, host, kind, addr, port):
        family = socket.AF_INET6 if ":" in addr else socket.AF_INET
        sock = self.socket(host, family, kind)
        # with it the kernel would give a port that it chooses to two UDP sockets
        if kind == socket.SOCK_STREAM or port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((addr, port))
        return sock

    def accept(self, listener):
        """The next connection of a listening socket."""
        sock, _ = listener.accept()
        sock.settimeout(listener.gettimeout())
        return self._open.enter_context(sock)

    def wire(self, host, **more):
        """The host's port, frame by frame."""
        return self._open.enter_context(Wire(self, host, **more))


class Wire:
    """A port's cable: frames out, and all frames that come in, octet by octet.

    sent: keep what others on this host send as well.  answer: called with each frame that
    has come in.
    """

    def __init__(self, ends, host, sent=False, answer=None):
        self.host, self._answer = host, answer
        self.mac = measure.mac(ends.lab, host)
        self._sock = ends.socket(host, socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self._sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        if not sent:
            self._sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        with contextlib.suppress(PermissionError):
            self._sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self._sock.bind((measure.DEV, ETH_P_ALL))
        self._seen, self._sent = [], []
        self._news = threading.Condition()      # protects _seen and _sent
        self._stop = False
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self):
        self._reader.start()
        return self

    def __exit__(self, *exc):
        self._stop = True
        self._reader.join()

    def send(self, *frames):
        """Put frames on the cable as they are."""
        for frame in frames:
            self._sock.send(bytes(frame))

    def _read(self):
        while not self._stop:
            if not select.select([self._sock], [], [], 0.1)[0]:
                continue
            data, extra, _, addr = self._sock.recvmsg(1 << 16, 64)
            data, sent = _with_tag(data, extra), addr[2] == socket.PACKET_OUTGOING
            with self._news:
                (self._sent if sent else self._seen).append(data)
                self._news.notify_all()
            if self._answer and not sent:
                self._answer(data)

    def mark(self):
        """A place in the stream of frames, for take() and since()."""
        with self._news:
            return len(self._seen)

    def since(self, mark):
        """All frames that have come since then."""
        with self._news:
            return self._seen[mark:]

    def sent(self):
        """All frames that others on this host have sent so far."""
        with self._news:
            return list(self._sent)

    def take(self, mark, wanted, count=1, timeout=15):
        """Since `mark`: the first `count` frames for which wanted(frame); waits for them."""
        end = time.monotonic() + timeout
        with self._news:
            while True:
                got = [f for f in self._seen[mark:] if wanted(f)]
                left = end - time.monotonic()
                if len(got) >= count or left <= 0:
                    break
                self._news.wait(left)
        assert len(got) >= count, f"host {self.host}: {len(got)} frames of {count} within {timeout} s"
        return got[:count]


def _with_tag(data, extra):
    """The kernel has taken the outer tag off and tells it beside the frame: put it back."""
    for level, kind, value in extra:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, tpid = AUXDATA.unpack(value[:AUXDATA.size])
            if status & TP_STATUS_VLAN_VALID:
                return data[:12] + struct.pack("!HH", tpid or 0x8100, tci) + data[12:]
    return data


@contextlib.contextmanager
def silent(lab, *hosts):
    """The kernels of these hosts answer neighbour queries and nothing else; wires still see all."""
    rules = (
        "table netdev silent\ndelete table netdev silent\ntable netdev silent {\n\tchain in {\n"
        f'\t\ttype filter hook ingress device "{measure.DEV}" priority -450;\n'
        "\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n"
        "\t\tmeta protocol { ip, ip6 } drop\n\t}\n}\n"
    )
    for host in hosts:
        lab.host(host, "nft -f -", stdin=rules)
    try:
        yield
    finally:
        for host in hosts:
            lab.host(host, "nft delete table netdev silent")


def receive(sock, size):
    """Exactly that many octets of a stream, or what there was before its end."""
    got = bytearray()
    while len(got) < size:
        part = sock.recv(size - len(got))
        if not part:
            break
        got += part
    return bytes(got)


def close_with_reset(sock):
    """Close a TCP socket so that it sends RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
