# SPDX-License-Identifier: GPL-2.0
"""Measurements between two hosts of the lab: throughput, packet rate, delay, CPU.

The endpoints are real kernel stacks outside the switch.  Each function runs for a
bounded time and returns plain numbers; nothing here knows what forwards the frames.
"""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

# The UDP payload that makes a 64-octet frame: 14 + 20 + 8 + 18 + 4 (FCS).
UDP64_PAYLOAD = 18
# Every host of the lab has one port, of this name.
DEV = "eth0"
XDP_SINK = Path(__file__).resolve().parents[1] / "bench/xdp_sink.c"
UDP_PORT = 5009
ECHO_PORT = 11111


class MeasureError(RuntimeError):
    """A tool ran but did not say what was asked of it."""


def iperf3(lab, client, server, addr, seconds, reverse=False):
    """TCP throughput in Mbit/s from client to server (reverse: the other way)."""
    srv = lab.host_popen(server, "exec iperf3 -s -1")
    wait_listening(lab, server, "tcp", 5201)
    cmd = f"exec iperf3 -J -c {addr} -t {seconds}" + (" -R" if reverse else "")
    cli = lab.host_popen(client, cmd, stdout=subprocess.PIPE, text=True)
    try:
        out, _ = cli.communicate(timeout=seconds + 60)
    finally:
        end(cli)
        end(srv)
    result = json.loads(out)
    if "error" in result:
        raise MeasureError(f"iperf3: {result['error']}")
    return result["end"]["sum_received"]["bits_per_second"] / 1e6


class TcpLoad:
    """A TCP connection at a given rate, for as long as somebody looks at it."""

    def __init__(self, lab, client, server, addr, rate):
        self._srv = lab.host_popen(server, "exec iperf3 -s -1")
        wait_listening(lab, server, "tcp", 5201)
        self._cli = lab.host_popen(client, f"exec iperf3 -c {addr} -b {rate} -t 300")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        end(self._cli)
        end(self._srv)


def end(proc):
    """Kill a process of ours with its group, and wait for it."""
    if proc.poll() is None:
        os.killpg(proc.pid, signal.SIGKILL)
    proc.wait()


def wait_listening(lab, host, proto, port, timeout=15):
    """Until a socket of `host` is bound to the port."""
    flag = {"tcp": "-tln", "udp": "-uln"}[proto]
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if f":{port} " in lab.host(host, f"ss -H {flag}").out:
            return
        time.sleep(0.1)
    raise MeasureError(f"nothing listens on {proto} port {port} of {host} after {timeout} s")


def _packets(lab, host, way):
    """Frames of `host`'s port in that direction, and those of them that it has thrown away."""
    stats = json.loads(lab.host(host, f"ip -s -j link show dev {DEV}").out)
    counted = stats[0]["stats64"][way]
    return counted["packets"], counted["dropped"]


def rx_packets(lab, host):
    """Frames that have arrived at `host` on its port so far, those that ended in a sink included."""
    return sum(_packets(lab, host, "rx"))


def tx_packets(lab, host):
    """Frames that `host` has put on its cable so far."""
    return _packets(lab, host, "tx")[0]


def frame_config(src_mac, dst_mac, saddr, daddr, sport, dport, payload=UDP64_PAYLOAD, vid=None):
    """A trafgen packet: one UDP datagram, with IPv4 in a VLAN if one is given."""
    if ":" in saddr:    # trafgen fills in less of it
        head = (f"eth(da={dst_mac}, sa={src_mac}, type=0x86dd) "
                f"ipv6(saddr={saddr}, daddr={daddr}, hl=64, nexthdr=17)")
    else:
        tag = f"vlan(id={vid}) " if vid else ""
        head = (f"eth(da={dst_mac}, sa={src_mac}) {tag}"
                f"ipv4(id=0, saddr={saddr}, daddr={daddr}, ttl=64, df)")
    return (
        f"{{ {head} "
        f"udp(sport={sport}, dport={dport}) fill(0x5a, {payload}) }}\n"
    )


class Blaster:
    """trafgen in a host's namespace, sending one frame over and over."""

    def __init__(self, lab, host, config, rate_pps=None):
        fd, self._path = tempfile.mkstemp(prefix="nftsw-", suffix=".trafgen")
        with os.fdopen(fd, "w") as f:
            f.write(config)
        rate = f" --rate {rate_pps}pps" if rate_pps else ""
        self._proc = lab.host_popen(
            host,
            f"exec trafgen --dev {DEV} --conf {self._path} --cpus 1 "
            f"--no-sock-mem --no-cpu-stats{rate}",
        )

    def stop(self):
        """End it; safe to call twice."""
        end(self._proc)
        if os.path.exists(self._path):
            os.unlink(self._path)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()


def count_window(lab, host, seconds):
    """Frames per second received by `host` over the next `seconds`."""
    t0, n0 = time.monotonic(), rx_packets(lab, host)
    time.sleep(seconds)
    t1, n1 = time.monotonic(), rx_packets(lab, host)
    return (n1 - n0) / (t1 - t0)


def best_load(lab, sender, config, receivers, rates, seconds):
    """The window with most frames per second at all receivers together, by what `sender` offers.

    rates: frames per second, None for all that it can.  A sender at full speed takes time from
    QEMU, so it is not always the load that gets most frames through.
    """
    best = {"pps": -1}
    for rate in rates:
        with Blaster(lab, sender, config, rate):
            time.sleep(2)
            cpu = CpuWatch(lab)
            t0, n0 = time.monotonic(), sum(rx_packets(lab, r) for r in receivers)
            time.sleep(seconds)
            t1, n1 = time.monotonic(), sum(rx_packets(lab, r) for r in receivers)
            busy = cpu.share()
        pps = round((n1 - n0) / (t1 - t0))
        if pps > best["pps"]:
            best = {"pps": pps, "guest_cpu_busy": round(busy, 4), "offered_pps": rate}
    return best


def sink(lab, host):
    """Count and drop the test datagrams as they enter `host`, so that they cost it little."""
    lab.host(
        host,
        "nft -f -",
        stdin="table netdev sink\ndelete table netdev sink\ntable netdev sink {\n\tchain in {\n"
        f'\t\ttype filter hook ingress device "{DEV}" priority -500;\n'
        f"\t\tudp dport {UDP_PORT} counter drop\n\t}}\n}}\n",
    )


def early_sink(lab, host):
    """sink() in XDP, before `host` makes a socket buffer of a frame; sink() where BPF is not allowed.

    Returns "xdp" or "nft".
    """
    clang = "-".join(filter(None, ("clang", os.environ.get("NFTSW_LLVM"))))
    with tempfile.TemporaryDirectory(prefix="nftsw-") as folder:
        obj = f"{folder}/sink.o"
        subprocess.run(
            [clang, "-O2", "-g", "-target", "bpf", f"-DSINK_PORT={UDP_PORT}",
             "-I", f"/usr/include/{os.uname().machine}-linux-gnu", "-c", str(XDP_SINK), "-o", obj],
            check=True)
        loaded = lab.host(host, f"ip link set dev {DEV} xdpdrv obj {obj} sec xdp", check=False)
    if loaded.rc == 0:
        return "xdp"
    sink(lab, host)
    return "nft"


def udp_rtt(lab, client, server, addr, seconds):
    """Round trip of small UDP messages in us: (p50, p99), by sockperf.

    UDP and not ICMP, because a flowtable never carries ICMP: a ping would show
    the software path in every mode.
    """
    srv = lab.host_popen(server, f"exec sockperf server -p {ECHO_PORT}")
    try:
        wait_listening(lab, server, "udp", ECHO_PORT)
        done = lab.host(
            client,
            f"sockperf ping-pong -i {addr} -p {ECHO_PORT} -t {seconds} --full-rtt",
            timeout=seconds + 60,
        )
    finally:
        end(srv)
    return _percentile(done.out, "50.000"), _percentile(done.out, "99.000")


def _percentile(text, name):
    m = re.search(rf"percentile {re.escape(name)} =\s+([0-9.]+)", text)
    if not m:
        raise MeasureError(f"sockperf printed no percentile {name}:\n{text}")
    return float(m.group(1))


class CpuWatch:
    """How busy the switch's CPU is over a window, as the share of one host core.

    Taken from the virtual CPUs' host threads: what the guest really costs, and
    free of the guest's own idea of time.
    """

    def __init__(self, lab):
        self._lab = lab
        self._t0, self._c0 = time.monotonic(), lab.vcpu_seconds()

    def share(self):
        """Since it was made."""
        return (self._lab.vcpu_seconds() - self._c0) / (time.monotonic() - self._t0)


def mac(lab, host):
    """Address of a host's port; from the kernel, since /sys shows another namespace."""
    return json.loads(lab.host(host, f"ip -j link show dev {DEV}").out)[0]["address"]
