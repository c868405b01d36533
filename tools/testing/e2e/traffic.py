# SPDX-License-Identifier: GPL-2.0
"""Traffic between the hosts of the lab whose payload is checked at both ends."""
import json
import os
import select
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nftsw_measure as measure
from scapy.all import IP, UDP, Dot1Q, IPv6, Raw, rdpcap


def _octets(mib, rest=0):
    """A shell's words for a sender of random octets, to be told with an empty line to go on after the first."""
    return (f"(head -c 64K /dev/urandom; read -r; sleep {rest}; head -c {mib}M /dev/urandom) | "
            "tee >(sha256sum >&2)")


def _go_on(sender, while_paused, while_running):
    if while_paused:
        while_paused()
    sender.stdin.write("\n")
    sender.stdin.flush()
    if while_running:
        while_running()


def transfer(lab, client, server, addr, mib, port=7001, while_paused=None, while_running=None, rest=0):
    """Send `mib` MiB of random octets from client to server over TCP.

    while_paused: called when the first octets are on their way; the others wait until it returns.
    while_running: called once, when the others are on their way.
    rest: seconds of silence after the first octets: netfilter offloads in a worker, which a
    flood keeps from running.
    Returns (sha256 of what was sent, sha256 of what arrived).
    """
    family = "TCP6" if ":" in addr else "TCP4"
    target = f"[{addr}]" if ":" in addr else addr
    cli = srv = lab.host_popen(
        server,
        f"socat -u {family}-LISTEN:{port},reuseaddr STDOUT | sha256sum",
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        measure.wait_listening(lab, server, "tcp", port)
        cli = lab.host_popen(
            client,
            f"{_octets(mib, rest)} | socat -u STDIN {family}:{target}:{port}",
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _go_on(cli, while_paused, while_running)
        _, sent = cli.communicate(timeout=240)
        got, _ = srv.communicate(timeout=60)
    finally:
        measure.end(cli)
        measure.end(srv)
    return sent.split()[0], got.split()[0]


def download(lab, client, server, addr, mib, port=7004, while_paused=None):
    """The same the other way: the client connects, the server sends."""
    srv = lab.host_popen(
        server,
        f"{_octets(mib)} | socat -u STDIN TCP4-LISTEN:{port},reuseaddr",
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    cli = srv
    try:
        measure.wait_listening(lab, server, "tcp", port)
        cli = lab.host_popen(
            client,
            f"socat -u TCP4:{addr}:{port} STDOUT | sha256sum",
            stdout=subprocess.PIPE,
            text=True,
        )
        _go_on(srv, while_paused, None)
        got, _ = cli.communicate(timeout=240)
        _, sent = srv.communicate(timeout=60)
    finally:
        measure.end(cli)
        measure.end(srv)
    return sent.split()[0], got.split()[0]


class TcpStream:
    """A TCP connection that stays open and carries a trickle of lines, echoed back."""

    def __init__(self, lab, client, server, addr, port=7002):
        family = "TCP6" if ":" in addr else "TCP4"
        target = f"[{addr}]" if ":" in addr else addr
        self._srv = lab.host_popen(server, f"exec socat {family}-LISTEN:{port},reuseaddr EXEC:cat")
        measure.wait_listening(lab, server, "tcp", port)
        self._cli = lab.host_popen(
            client,
            f"exec socat STDIO {family}:{target}:{port}",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def answers(self, text, timeout=60):
        """Send one line; has an answer begun to arrive in time?"""
        self._cli.stdin.write(text + "\n")
        self._cli.stdin.flush()
        return self._answered(timeout)

    def answer(self, timeout=60):
        """The next line that comes back."""
        assert self._answered(timeout), "no answer"
        return self._cli.stdout.readline().rstrip("\n")

    def _answered(self, timeout):
        return bool(select.select([self._cli.stdout], [], [], timeout)[0])

    def echo(self, text):
        """One line there and back; returns the seconds it took."""
        start = time.monotonic()
        assert self.answers(text), f"sent {text!r}, no answer"
        back = self.answer()
        assert back == text, f"sent {text!r}, got {back!r}"
        return time.monotonic() - start

    def talk(self, lines=20):
        """Enough lines that both directions are established and offloaded."""
        return max(self.echo(f"line {n}") for n in range(lines))

    def close(self):
        """Kill both ends."""
        measure.end(self._cli)
        measure.end(self._srv)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class SteadyDownload:
    """A paced download by `client`; its receiver notes the longest pause."""

    SCRIPT = Path(__file__).with_name("steady.py")

    def __init__(self, lab, client, server, addr, port=7006):
        self._srv = lab.host_popen(
            server,
            f"exec python3 {self.SCRIPT} serve {port}",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        measure.wait_listening(lab, server, "tcp", port)
        self._cli = lab.host_popen(
            client,
            f"exec python3 {self.SCRIPT} fetch {addr} {port}",
            stdout=subprocess.PIPE,
            text=True,
        )

    def finish(self):
        """End it; the payload must be intact. Returns the longest pause, seconds."""
        sent = self._srv.communicate(timeout=60)[0].strip()
        got = json.loads(self._cli.communicate(timeout=60)[0])
        assert got["sha256"] == sent, f"{got['octets']} octets arrived, not those that were sent"
        print(f"# {got['octets']} octets, longest pause {got['pause']:.3f} s", flush=True)
        return got["pause"]

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        measure.end(self._cli)
        measure.end(self._srv)


ENDPOINT = Path(__file__).resolve().parent / "endpoint.py"
ECHO_PORT = 7010


class EchoServer:
    """Sends back what TCP and UDP bring to a port of a host."""

    def __init__(self, lab, host, port=ECHO_PORT):
        self._proc = lab.host_popen(host, f"exec {ENDPOINT} serve {port}")
        measure.wait_listening(lab, host, "tcp", port)
        measure.wait_listening(lab, host, "udp", port)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        measure.end(self._proc)


class Pace:
    """A connection with a message every 20 ms, which measures how long answers fail to come."""

    def __init__(self, lab, proto, addr, client="lan", port=ECHO_PORT):
        self._proc = lab.host_popen(
            client, f"exec {ENDPOINT} pace {proto} {addr} {port}",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def window(self, timeout=90):
        """Since the last call: dict of answered, bad, lost (messages) and worst (gap, s)."""
        self._proc.stdin.write("\n")
        assert select.select([self._proc.stdout], [], [], timeout)[0], "the endpoint does not answer"
        line = self._proc.stdout.readline()
        assert line, "the endpoint has given up: its connection broke"
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        measure.end(self._proc)


def churn(lab, proto, addr, flows, width, client="lan", port=ECHO_PORT):
    """Start `flows` short connections, `width` at a time; for churn_result()."""
    return lab.host_popen(
        client, f"exec {ENDPOINT} churn {proto} {addr} {port} {flows} {width}",
        stdout=subprocess.PIPE, text=True)


def churn_result(proc, timeout):
    """Wait for its end: dict of flows, bad, lost."""
    try:
        out, _ = proc.communicate(timeout=timeout)
    finally:
        measure.end(proc)
    return json.loads(out)


@dataclass
class Seen:
    """A UDP datagram as it arrived: what the tests ask about."""

    vlan: int | None
    src: str
    dst: str
    ttl: int
    sport: int
    checksums_ok: bool
    payload: bytes


def capture(lab, host, expression, count, timeout=30):
    """The next `count` frames at `host` that match the tcpdump expression."""
    fd, path = tempfile.mkstemp(prefix="nftsw-", suffix=".pcap")
    os.close(fd)
    try:
        lab.host(
            host,
            f"timeout {timeout} tcpdump -Z root -i {measure.DEV} --immediate-mode -U "
            f"-c {count} -w {path} {expression}",
            timeout=timeout + 10,
        )
        return [_seen(frame) for frame in rdpcap(path)]
    finally:
        os.unlink(path)


def _seen(frame):
    again, summed = frame.copy(), [layer for layer in (IP, UDP) if layer in frame]
    for layer in summed:
        del again[layer].chksum
    again = again.__class__(bytes(again))
    same = all(again[layer].chksum == frame[layer].chksum for layer in summed)
    vlan = frame[Dot1Q].vlan if Dot1Q in frame else None
    ip, ttl = (frame[IPv6], frame[IPv6].hlim) if IPv6 in frame else (frame[IP], frame[IP].ttl)
    return Seen(vlan, ip.src, ip.dst, ttl, frame[UDP].sport, same,
                frame[Raw].load if Raw in frame else b"")


def arrives(lab, host, expression, **want):
    """The next frames of a Blaster at `host`: payload and checksums intact, and these fields of Seen.

    Returns one of them.
    """
    want = {"checksums_ok": True, "payload": b"\x5a" * measure.UDP64_PAYLOAD, **want}
    for frame in (seen := capture(lab, host, expression, 20)):
        wrong = {name: value for name, value in want.items() if getattr(frame, name) != value}
        assert not wrong, f"{frame} arrived at {host}, and not with {wrong}"
    return seen[0]
