# SPDX-License-Identifier: GPL-2.0
"""What real stacks on the hosts say to each other, checked octet by octet as they go."""
import contextlib
import hashlib
import socket
import threading
import time

import nftsw_router as router
from ends import SO_RCVBUFFORCE, receive
from talk import noise

P = router.PLAN


def push(source, target, payload):
    """All of it from source to target; what arrives is what was sent."""
    thread = threading.Thread(target=source.sendall, args=(payload,), daemon=True)
    thread.start()
    got = receive(target, len(payload))
    thread.join(30)
    assert hashlib.sha256(got).digest() == hashlib.sha256(payload).digest(), \
        f"{len(got)} octets of {len(payload)}, or other ones"


class Echo:
    """Numbered datagrams from lan to wan and back: nothing is lost, nothing comes twice."""

    def __init__(self, ends, port, addr=P.lan_host, server=P.wan_host):
        self.server = ends.udp("wan", server, port)
        self.client = ends.udp("lan", addr, port)
        self.to = (server, port)
        self.number = 0

    def once(self, size=32):
        """One there and back; returns the payload's size."""
        self.number += 1
        payload = self.number.to_bytes(4, "big") + noise(size - 4)
        self.client.sendto(payload, self.to)
        got, source = self.server.recvfrom(2048)
        assert got == payload, "another datagram than the one sent"
        self.server.sendto(payload[::-1], source)
        assert self.client.recv(2048) == payload[::-1], "another answer than the one sent"
        return size

    def echo(self, _text):
        """The same, for those who have lines to say."""
        return self.once()

    def talk(self, times=6):
        for _ in range(times):
            self.once()


class Way:
    """Numbered datagrams of 60 octets from one socket to another at a rate, until stopped; and what came of them."""

    def __init__(self, source, target, to, rate):
        self._from, self._at = source, target
        self._at.settimeout(0.25)
        with contextlib.suppress(PermissionError):
            self._at.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self._to, self._pause = to, 1 / rate
        self.sent, self.came, self._stop = 0, [], False
        self.seen_from = None                   # who has sent, as the target sees it
        self.left_at, self.came_at = [], []     # when each of sent, and each of came; monotonic seconds
        self._threads = [threading.Thread(target=f, daemon=True) for f in (self._send, self._read)]

    def _send(self):
        while not self._stop:
            self.left_at.append(time.monotonic())
            self._from.sendto(self.sent.to_bytes(4, "big") + bytes(28), self._to)
            self.sent += 1
            time.sleep(self._pause)

    def _read(self):
        idle = 0
        while idle < 4:
            try:
                data, self.seen_from = self._at.recvfrom(64)
                self.came.append(int.from_bytes(data[:4], "big"))
                self.came_at.append(time.monotonic())
                idle = 0
            except socket.timeout:
                idle = idle + 1 if self._stop else 0

    def latencies(self, first, end):
        """How long each of the datagrams with these numbers was under way, in seconds; once stopped."""
        return [at - self.left_at[n] for n, at in zip(self.came, self.came_at) if first <= n < end]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        """Send no more, and wait until nothing comes."""
        self._stop = True
        for thread in self._threads:
            thread.join()

    def __exit__(self, *exc):
        self.stop()


class Stream(Way):
    """From lan to wan, from and to the same port."""

    def __init__(self, ends, port, rate):
        super().__init__(ends.udp("lan", P.lan_host, port), ends.udp("wan", P.wan_host, port), (P.wan_host, port),
                         rate)

    def back(self, rate):
        """The other way of the same connection; something has to have come."""
        return Way(self._at, self._from, self.seen_from, rate)
