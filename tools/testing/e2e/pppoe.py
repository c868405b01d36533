# SPDX-License-Identifier: GPL-2.0
"""A PPPoE access concentrator on a host's wire: enough of RFC 2516, 1661 and 1332 for pppd.

It needs nothing of the host's kernel. The session's packets are the business of talk.Side
and of uplink.Uplink; here are discovery, LCP and IPCP, and pppd in the switch.
"""
import contextlib
import struct
import threading
from dataclasses import dataclass, field

from evidence import wait_until

DISCOVERY, SESSION = 0x8863, 0x8864
PADI, PADO, PADR, PADS, PADT = 0x09, 0x07, 0x19, 0x65, 0xa7
SERVICE, NAME, HOST_UNIQ = 0x0101, 0x0102, 0x0103
LCP, IPCP = 0xc021, 0x8021
REQUEST, ACK, NAK, REJECT, TERMINATE, TERMINATED, NO_PROTOCOL, ECHO, ECHOED = 1, 2, 3, 4, 5, 6, 8, 9, 10
IP_ADDRESS = 3
MAGIC = 0x6e667377

PPPD = ("modprobe -qa pppoe || true; exec pppd plugin pppoe.so nic-{dev} ifname ppp0 nodetach noauth "
        "nodefaultroute noipdefault novj noccp noipv6 persist maxfail 0 holdoff 1 "
        "lcp-echo-interval 0 debug logfile /run/nftsw/pppd.log {more}")


@dataclass
class Session:
    """What is known of the session at hand."""

    sid: int
    peer: bytes
    asked: set = field(default_factory=set)     # protocols that we have asked to configure
    agreed: set = field(default_factory=set)    # (protocol, "ours" or "theirs")
    echoed: int = 0
    ended: bool = False


class Concentrator:
    """Answers on `host`; gives `theirs` to the router, and is `ours` itself.

    tags: VLAN ids that all its frames carry, outer first.
    """

    def __init__(self, ends, host, tags=(), ours="198.51.100.2", theirs="198.51.100.1", sid=0x0ace):
        self.tags, self.ours, self.theirs = tags, ours, theirs
        self._lock = threading.Lock()           # protects session and _next
        self._next, self.session = sid, None
        self.wire = ends.wire(host, answer=self._frame)

    # Frames

    def _link(self, kind):
        tags = b"".join(struct.pack("!HH", 0x8100, vid) for vid in self.tags)
        return tags + struct.pack("!H", kind)

    def _send(self, peer, kind, code, sid, body):
        ours = bytes.fromhex(self.wire.mac.replace(":", ""))
        head = struct.pack("!BBHH", 0x11, code, sid, len(body))
        self.wire.send((peer + ours + self._link(kind) + head + body).ljust(60, b"\0"))

    def _frame(self, frame):
        for kind, handler in ((DISCOVERY, self._discovery), (SESSION, self._ppp)):
            link = self._link(kind)
            if frame[12:12 + len(link)] == link:
                at = 12 + len(link)
                _, code, sid, size = struct.unpack_from("!BBHH", frame, at)
                with self._lock:
                    handler(frame[6:12], code, sid, frame[at + 6:at + 6 + size])

    # Discovery

    def _discovery(self, peer, code, _sid, body):
        tags = dict(_tags(body))
        answer = _tag(SERVICE, b"") + (_tag(HOST_UNIQ, tags[HOST_UNIQ]) if HOST_UNIQ in tags else b"")
        if code == PADI:
            self._send(peer, DISCOVERY, PADO, 0, _tag(NAME, b"lab") + answer)
        elif code == PADR:
            self.session = Session(self._next, peer)
            self._next += 1
            self._send(peer, DISCOVERY, PADS, self.session.sid, answer)
        elif code == PADT and self.session:
            self.session.ended = True

    # PPP

    def _ppp(self, peer, _code, sid, body):
        session = self.session
        if not session or session.sid != sid or session.ended or len(body) < 6:
            return
        proto, code, number, size = struct.unpack_from("!HBBH", body)
        data = body[6:2 + size]
        if proto in (LCP, IPCP):
            self._control(session, proto, code, number, data)
        elif proto & 0x8000:
            self._say(session, LCP, NO_PROTOCOL, 1, body[:2 + size])

    def _say(self, session, proto, code, number, data):
        self._send(session.peer, SESSION, 0, session.sid,
                   struct.pack("!HBBH", proto, code, number, len(data) + 4) + data)

    def _control(self, session, proto, code, number, data):
        if code == REQUEST:
            verdict, options = self._judge(proto, data)
            self._say(session, proto, verdict, number, options)
            if verdict == ACK:
                session.agreed.add((proto, "theirs"))
            if proto not in session.asked:
                session.asked.add(proto)
                own = struct.pack("!BB4s", IP_ADDRESS, 6, _octets(self.ours)) if proto == IPCP else b""
                self._say(session, proto, REQUEST, 1, own)
        elif code == ACK:
            session.agreed.add((proto, "ours"))
        elif code == TERMINATE:
            self._say(session, proto, TERMINATED, number, b"")
            session.ended = True
        elif code == ECHO:
            self._say(session, proto, ECHOED, number, struct.pack("!I", MAGIC) + data[4:])
        elif code == ECHOED:
            session.echoed += 1

    def _judge(self, proto, data):
        """Our answer to a configure request: its code and options."""
        if proto == LCP:
            return ACK, data
        options = list(_options(data))
        strange = b"".join(raw for kind, raw in options if kind != IP_ADDRESS)
        if strange:
            return REJECT, strange
        right = struct.pack("!BB4s", IP_ADDRESS, 6, _octets(self.theirs))
        return (ACK, data) if data == right else (NAK, right)

    # For tests

    def wait_up(self, not_sid=None):
        """Wait for a session that is agreed upon; its number."""
        need = {(p, who) for p in (LCP, IPCP) for who in ("ours", "theirs")}

        def up():
            s = self.session
            return s and not s.ended and need <= s.agreed and s.sid != not_sid
        wait_until("a PPPoE session", up, timeout=40, interval=0.2)
        return self.session.sid

    def is_the_way(self, lab):
        """Does the switch route through the session? It has its address a moment earlier."""
        said = lab.guest(f"ip -4 addr show dev ppp0; ip -4 route get {self.ours}", check=False).out
        return self.theirs in said and f"{self.ours} dev ppp0" in said

    def echo(self):
        """LCP echo to the router; waits for the answer."""
        with self._lock:
            session, before = self.session, self.session.echoed
            self._say(session, LCP, ECHO, 7, struct.pack("!I", MAGIC))
        wait_until("an LCP echo", lambda: session.echoed > before, timeout=10, interval=0.1)

    def hang_up(self):
        """End the session with PADT, as a concentrator that restarts does."""
        with self._lock:
            self.session.ended = True
            self._send(self.session.peer, DISCOVERY, PADT, self.session.sid, b"")


@contextlib.contextmanager
def dialled_in(lab, server, dev, more=""):
    """The switch has dialled in over `dev`: ppp0 is its way to `server`. more: words for pppd."""
    pid = lab.guest_spawn(PPPD.format(dev=dev, more=more))
    try:
        server.wait_up()
        wait_until("ppp0 is the way", lambda: server.is_the_way(lab))
        yield
    finally:
        lab.guest(f"kill {pid} 2>/dev/null || true")
        wait_until("pppd has gone", lambda: not lab.guest(f"kill -0 {pid}", check=False))


def _octets(addr):
    return bytes(map(int, addr.split(".")))


def _tag(kind, value):
    return struct.pack("!HH", kind, len(value)) + value


def _tags(body):
    at = 0
    while at + 4 <= len(body):
        kind, size = struct.unpack_from("!HH", body, at)
        yield kind, body[at + 4:at + 4 + size]
        at += 4 + size


def _options(data):
    at = 0
    while at + 2 <= len(data):
        kind, size = data[at], max(data[at + 1], 2)
        yield kind, data[at:at + size]
        at += size
