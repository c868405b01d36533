#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A host's port, octet by octet: frames leave it as given, and what comes in is kept.

The class is for tests; the same file, run in the host's namespace by it, moves the
frames between the port and its standard input and output, each with its length in
front. Tags that the kernel has taken off are put back.
"""
import os
import socket
import struct
import subprocess
import sys
import threading
import time

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
VLAN_VALID, VLAN_TPID_VALID = 0x10, 0x40        # of tpacket_auxdata.tp_status
AUXDATA = struct.Struct("=IIIHHHH")
LENGTH = struct.Struct("=I")
RCVBUF = 4 << 20


class Wire:
    """Frames from and to a host of the lab, past its IP stack."""

    def __init__(self, lab, host, dev="eth0"):
        self._proc = lab.host_popen(
            host,
            ["/usr/bin/python3", "-ISE", os.path.realpath(__file__), dev],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._lock = threading.Lock()           # protects the members below
        self._seen = []
        self._last = time.monotonic()
        assert self._read() == b"", "the port could not be opened"
        threading.Thread(target=self._keep, daemon=True).start()

    def _read(self):
        """One frame from the port; None at the end."""
        head = self._proc.stdout.read(LENGTH.size)
        return self._proc.stdout.read(LENGTH.unpack(head)[0]) if head else None

    def _keep(self):
        while (frame := self._read()) is not None:
            with self._lock:
                self._seen.append(frame)
                self._last = time.monotonic()

    def send(self, frames):
        """Send them, in this order."""
        self._proc.stdin.write(b"".join(LENGTH.pack(len(f)) + f for f in frames))
        self._proc.stdin.flush()

    def seen(self):
        """What has come in since clear()."""
        with self._lock:
            return list(self._seen)

    def clear(self):
        """Forget what has come in."""
        with self._lock:
            self._seen = []

    def quiet_for(self):
        """Seconds since something came in."""
        with self._lock:
            return time.monotonic() - self._last

    def close(self):
        """Let go of the port."""
        self._proc.stdin.close()
        self._proc.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def tagged(frame, ancillary):
    """The frame as it was on the wire: with the tag that travels beside it."""
    for level, kind, data in ancillary:
        if (level, kind) != (SOL_PACKET, PACKET_AUXDATA):
            continue
        status, _, _, _, _, tci, tpid = AUXDATA.unpack_from(data)
        if status & VLAN_VALID:
            tpid = tpid if status & VLAN_TPID_VALID else 0x8100
            return frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
    return frame


def receive(sock, out):
    while True:
        frame, ancillary, _, _ = sock.recvmsg(65536, 256)
        frame = tagged(frame, ancillary)
        out.write(LENGTH.pack(len(frame)) + frame)
        out.flush()


def main(dev):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    try:
        sock.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_RCVBUFFORCE", 33), RCVBUF)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RCVBUF)
    sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.bind((dev, ETH_P_ALL))
    sys.stdout.buffer.write(LENGTH.pack(0))
    sys.stdout.buffer.flush()
    threading.Thread(target=receive, args=(sock, sys.stdout.buffer), daemon=True).start()
    while head := sys.stdin.buffer.read(LENGTH.size):
        sock.send(sys.stdin.buffer.read(LENGTH.unpack(head)[0]))


if __name__ == "__main__":
    main(sys.argv[1])
