# SPDX-License-Identifier: GPL-2.0
"""A host's real stack behind tags or a PPPoE session of which its kernel need know nothing.

A TUN device on the host is one end, the frames of talk.Side are the other. So TCP of a
real kernel goes over any uplink, on machines whose kernel has neither VLANs nor PPP.
"""
import os
import select
import struct
import threading

VLAN, PPPOE = 0x8100, 0x8864
ETHER = {4: 0x0800, 6: 0x86dd}
PPP = {4: 0x0021, 6: 0x0057}
TUN = "tun0"
PACKET = 1400           # fits with every encapsulation that is tested


class Uplink:
    """Address `addr` (with prefix length) on that host, seen by the switch as `side` says."""

    def __init__(self, ends, side, addr):
        host = side.wire.host
        self._tags = b"".join(struct.pack("!HH", VLAN, tag.vlan) for tag in side.tags)
        self._sid = side.sid
        self._macs = b"".join(bytes.fromhex(m.replace(":", "")) for m in (side.router_mac, side.wire.mac))
        self._tun = ends.tun(host, TUN)
        self._wire = ends.wire(host, answer=self._up)
        ends.lab.host(host, f"ip addr add {addr} dev {TUN} && ip link set {TUN} mtu {PACKET} up")
        self._stop = False
        self._reader = threading.Thread(target=self._down, daemon=True)

    def __enter__(self):
        self._reader.start()
        return self

    def __exit__(self, *exc):
        self._stop = True
        self._reader.join()

    def _head(self, version, size):
        """What stands between the addresses and the IP packet."""
        if self._sid is None:
            return self._tags + struct.pack("!H", ETHER[version])
        return self._tags + struct.pack(
            "!HHHHH", PPPOE, 0x1100, self._sid, size + 2, PPP[version])

    def _down(self):
        while not self._stop:
            if select.select([self._tun], [], [], 0.1)[0]:
                packet = os.read(self._tun, 1 << 16)
                head = self._head(packet[0] >> 4, len(packet))
                self._wire.send((self._macs + head + packet).ljust(60, b"\0"))

    def _up(self, frame):
        bare = len(self._head(4, 0))
        if frame[:6] != self._macs[6:] or len(frame) < 12 + bare + 20:
            return
        packet = frame[12 + bare:]
        version = packet[0] >> 4
        if version not in ETHER:
            return
        size = struct.unpack_from("!H", packet, 2)[0] if version == 4 else \
            struct.unpack_from("!H", packet, 4)[0] + 40
        if frame[12:12 + bare] == self._head(version, size):
            os.write(self._tun, packet[:size])
