#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""make bench-insert: how fast connections get into the chip, beside software alone.

Two switches run the same kernel and driver; the flowtable of one has "flags offload".  There are
two of them for each number of live connections.  All take turns, the others stopped meanwhile, so
that a host that becomes slower does so for all.  Measured is how many connections are set
up in a second, by the wall clock and by what the guest's CPUs ran, from the first packet until
both directions are in the flowtable, and in the chip.  On a kernel whose netdevsim takes flows
and ignores them (7.3) two more switches route between ports of it, into which frames are
redirected from the real ones, one with offload and one without: what is left of the rate there
is what netfilter's own half of an offload leaves any driver.  Writes out/bench/insert.json, of
another kernel than Debian's insert-KERNEL.json;
Documentation/decisions/0008-what-bench-insert-measures.rst says why this and not another.
"""
import argparse
import contextlib
import itertools
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

TOOLS = pathlib.Path(__file__).resolve().parent.parent
REPO = TOOLS.parent
sys.path[:0] = [str(TOOLS / "lib"), str(TOOLS / "launch")]

import nftsw_measure as tools  # noqa: E402
import nftsw_router as router  # noqa: E402
from lab_channel import LabError  # noqa: E402
from nftsw_lab import Lab, qemu_path  # noqa: E402

P = router.PLAN
SIZES = {"1k": 1024, "16k": 16384, "64k": 65536}
SIDES = ("software", "hardware")
# netdevsim's ports, with and without offload.  netdevsim says yes to the flowtable and registers
# no callback, so netfilter queues each flow, builds both rules, and finds nobody to hand them to.
STUB, STUB_BASE = "stub", "stub-software"
PROTOS = ("tcp", "udp")
TARGETS = {"setup_rate": 0.8, "flat": 0.75, "driver_bytes": 512}
GEN = TOOLS / "bench" / "flowgen.py"
# Entries of the chip: two for each connection, and room for those that come and go.
CAPACITY = 256 * 1024
# Connections that stay live use ports from here on, those of a window one port each.
LIVE_PORT, WINDOW_PORT = 20000, 30000
# What two hash tables take of pointers at their emptiest, 30 % full: the kernel shrinks them then.
HASH_BYTES = 53.3
# And the place of an entry number: a pointer, and 4 bytes on the stack of free ones.
INDEX_BYTES = 12.0
# Nothing is to expire or to be polled for its counters while it is measured: the kernel
# asks for them when a tenth of the timeout has passed.
TIMEOUT_S = 36000

# An address moves from a port to a netdevsim port, and with it whatever comes and goes.
REDIRECT = """
addr=$(ip -4 -o address show dev {port} | awk '{{ print $4 }}') &&
ip address flush dev {port} &&
ip link set dev {name} address $(cat /sys/class/net/{port}/address) up &&
ip address add $addr dev {name} &&
tc qdisc add dev {port} clsact && tc qdisc add dev {name} clsact &&
tc filter add dev {port} ingress matchall skip_hw action mirred ingress redirect dev {name} &&
tc filter add dev {name} egress matchall skip_hw action mirred egress redirect dev {port}
"""


class Side:
    """A switch, with the hosts behind it, and so many connections that stay."""

    def __init__(self, mode, size, a):
        self.mode, self.size, self.window_conns = mode, size, a.window
        self.windows = 0
        # how conntrack shows a connection that is where it shall be
        self.mark = "HW_OFFLOAD" if mode == "hardware" else "OFFLOAD"
        self.lab = Lab(name=f"insert-{mode}-{size}", topology="router", ports=2, kernel=a.kernel,
                       accel=a.accel, cpus=a.cpus, memory=2048, module=a.module, props={"flows": CAPACITY})

    def start(self):
        """Boot, prepare, and stop the machine until it is its turn."""
        lab = self.lab
        lab.start()
        lab.wait_ready()
        router.ready(lab)
        self._ruleset()
        lab.guest("sysctl -qw net.netfilter.nf_conntrack_buckets=131072 "
                  "net.netfilter.nf_conntrack_max=1000000 "
                  f"net.netfilter.nf_flowtable_tcp_timeout={TIMEOUT_S} "
                  f"net.netfilter.nf_flowtable_udp_timeout={TIMEOUT_S}")
        for host in ("lan", "wan"):     # packet sockets have seen them, sockets need not
            lab.host(host, "nft -f -", stdin="table inet quiet {\n chain in {\n"
                     "  type filter hook input priority 0;\n  meta l4proto { tcp, udp } drop\n }\n}\n")
        lab.host_popen("wan", ["/usr/bin/python3", str(GEN), "reflect", tools.DEV])
        gw = lab.guest(f"cat /sys/class/net/{router.LAN_IF}/address").out.strip()
        self.gen = lab.host_popen(
            "lan", ["/usr/bin/python3", str(GEN), "setup", tools.DEV, tools.mac(lab, "lan"),
                    gw, P.lan_host, P.wan_host],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        lab.qmp("stop")

    def _ruleset(self):
        """Of its side; with netdevsim its ports have the addresses, and real ports carry their frames."""
        if self.mode not in (STUB, STUB_BASE):
            router.load(self.lab, self.mode)
            return
        self.lab.guest("echo '1 2' > /sys/bus/netdevsim/new_device")
        names = sorted(self.lab.guest("ls /sys/bus/netdevsim/devices/netdevsim1/net").out.split())
        text = router.ruleset("hardware" if self.mode == STUB else "software")
        for port, name in zip((router.LAN_IF, router.WAN_IF), names):
            self.lab.guest(REDIRECT.format(port=port, name=name))
            text = text.replace(f'"{port}"', f'"{name}"')
        self.lab.guest("nft -f -", stdin=text)
        router.ready(self.lab)

    def __enter__(self):
        """Its turn: the machine runs."""
        self.lab.qmp("cont")
        return self

    def __exit__(self, *exc):
        if exc[0] is None:
            self.lab.qmp("stop")

    def used(self):
        """Entries in the chip."""
        return self.lab.qmp("query-nftsw")[0]["flow-used"]

    def conntracks(self):
        return int(self.lab.guest("cat /proc/sys/net/netfilter/nf_conntrack_count").out)

    def cpu_ns(self):
        """Time that the virtual CPUs have run on the host; finer than its clock ticks."""
        task = pathlib.Path(f"/proc/{self.lab.proc.pid}/task")
        return sum(int((task / str(cpu["thread-id"]) / "schedstat").read_text(encoding="ascii").split()[0])
                   for cpu in self.lab.qmp("query-cpus-fast"))

    def counts(self):
        """What the guest and the chip have counted so far."""
        out = self.lab.guest("cat /proc/interrupts /proc/stat").out
        irqs = [line.split() for line in out.splitlines() if "nftsw" in line]
        return {
            "context_switches": int(re.search(r"^ctxt (\d+)", out, re.M).group(1)),
            "command_interrupts": sum(int(w[1]) for w in irqs if w[-1].startswith("nftsw-cmd")),
            "commands": self.lab.qmp("query-nftsw")[0]["commands"],
        }

    def queued(self):
        """Flows that netfilter has yet to hand to the driver."""
        out = self.lab.guest("cat /proc/net/stat/nf_flowtable").out
        return sum(int(line.split()[0]) for line in out.splitlines()[1:])

    def _wait(self, what, condition, timeout=120, pause=0.003):
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise LabError(f"{self.mode}: {what}: not within {timeout} s")
            time.sleep(pause)

    def connect(self, proto, port, count):
        """Set connections up; returns when the flowtable, and the chip, have them all."""
        before = self.used()
        t0, c0 = time.monotonic(), self.cpu_ns()
        self.gen.stdin.write(f"{proto} {port} {count} {self.window_conns}\n")
        self.gen.stdin.flush()
        got = json.loads(self.gen.stdout.readline())
        t1 = time.monotonic()
        if self.mode == "hardware":
            self._wait("entries in the chip", lambda: self.used() >= before + 2 * count)
        if self.mode == STUB:
            self._wait("netfilter's queue empty", lambda: not self.queued(), pause=0.1)
        t2, c2 = time.monotonic(), self.cpu_ns()
        return {"per_cpu_s": count / (c2 - c0) * 1e9, "per_s": count / (t2 - t0),
                "software_s": t1 - t0, "chip_lag_s": t2 - t1, "again": got["again"]}

    def fill(self):
        """Set up the connections that stay."""
        live = SIZES[self.size]
        for n, done in enumerate(range(0, live, 8192)):
            self.connect("tcp", LIVE_PORT + n, min(8192, live - done))
        self._expect(live, "conntrack -L -p tcp")

    def _expect(self, count, cmd):
        """conntrack has to list so many connections with the mark of this side."""
        got = int(self.lab.guest(f"{cmd} 2>/dev/null | grep -c '\\[{self.mark}\\]' || true",
                                 timeout=300).out)
        if got < count:
            raise LabError(f"{self.mode}: {got} of {count} connections are in the flowtable")

    def window(self, proto, count):
        """Measure `count` connections on top of those that are live, and delete them."""
        port = WINDOW_PORT + self.windows
        self.windows += 1
        used, base, before = self.used(), self.conntracks(), self.counts()
        got = self.connect(proto, port, count)
        after = self.counts()
        got["per_flow"] = {k: round((after[k] - before[k]) / count, 3) for k in before}
        self._expect(count, f"conntrack -D -p {proto} --orig-port-dst {port}")
        self._wait("connections gone", lambda: self.conntracks() <= base + 8)
        self._wait("entries gone", lambda: self.used() <= used)
        return got

    def memory(self):
        """Bytes of the guest in use, caches dropped; and what the driver's slabs take of them."""
        out = self.lab.guest("sync; echo 3 >/proc/sys/vm/drop_caches; sleep 1; "
                             "cat /proc/meminfo; echo ==; cat /proc/slabinfo", timeout=120).out
        info, slabs = out.split("==\n")
        kib = dict(re.findall(r"^(\w+): +(\d+) kB", info, re.M))
        got = {"used": (int(kib["MemTotal"]) - int(kib["MemFree"])) * 1024}
        for line in slabs.splitlines():
            w = line.split()
            name = w[0].split("-")[0]
            if name == "nftsw_flow":
                got[name] = int(w[w.index("slabdata") + 2]) * int(w[5]) * 4096
        return got


def chip_bytes():
    """Bytes of the model for each entry: what a chip with twice as many takes more."""
    text = ('#include <stdio.h>\n#include "nfm.h"\nint main(void)\n{\n'
            "\tstruct nfm_cfg a = { .ports = 2, .queues = 1, .flows = 1 << 17 }, b = a;\n"
            "\tb.flows *= 2;\n"
            '\tprintf("%f\\n", (double)(nfm_size(&b) - nfm_size(&a)) / a.flows);\n}\n')
    model = REPO / "hw_model"
    files = re.findall(r"'(nfm_\w+\.c)'", (model / "meson.build").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as tmp:
        src = pathlib.Path(tmp) / "size.c"
        src.write_text(text, encoding="utf-8")
        subprocess.run(["cc", "-std=gnu11", "-o", f"{tmp}/size", str(src),
                        *(str(model / f) for f in files), f"-I{model}", f"-I{REPO}/include"],
                       check=True)
        return float(subprocess.run([f"{tmp}/size"], text=True, capture_output=True,
                                    check=True).stdout)


def prepare(side):
    """(bytes of memory in use without connections, and with those that stay)"""
    with side:
        empty = side.memory()
        side.fill()
        return empty, side.memory()


def measure(sides, a):
    """{size: {proto: {side: [window]}}}, from sides[size][mode] taking turns."""
    runs = {s: {p: {m: [] for m in a.sides} for p in PROTOS} for s in a.sizes}
    for n in range(-1, a.rounds):       # before the first, for emulators translate code at first
        for proto, size in itertools.product(PROTOS, a.sizes):
            # neighbours stay neighbours, and who comes first changes
            for mode in a.sides if n % 2 else a.sides[::-1]:
                with sides[size][mode] as side:
                    r = side.window(proto, a.connections[proto])
                if n < 0:
                    continue
                runs[size][proto][mode].append(r)
                print(f"  round {n + 1}, {proto}, {size:>3} live, {mode:13}  "
                      f"{r['per_s']:7.0f} per second, {r['per_cpu_s']:7.0f} per CPU second", flush=True)
    return runs


def driver_memory(memory, size):
    """What a direction takes of the driver.  memory: {mode: what prepare() has found}"""
    grown = {m: {k: (full[k] - empty.get(k, 0)) / (2 * SIZES[size]) for k in full}
             for m, (empty, full) in memory.items()}
    parts = {k: round(v, 1) for k, v in grown["hardware"].items() if k != "used"}
    parts["hash tables"] = HASH_BYTES
    parts["entry numbers"] = INDEX_BYTES
    return {
        "driver": round(sum(parts.values()), 1), "driver_parts": parts,
        "guest_difference": round(grown["hardware"]["used"] - grown["software"]["used"], 1),
    }


def middle(runs, what):
    return round(statistics.median(r[what] for r in runs), 1)


def ratios(runs, what, side, to):
    """A side over another, round for round, each beside its neighbour in time."""
    return {size: [h[what] / s[what] for h, s in zip(r[side], r[to])] for size, r in runs.items()}


def medians(by_size):
    return {size: round(statistics.median(v), 3) for size, v in by_size.items()}


def intervals(by_size):
    """Where the true median lies, with a confidence of 95 % and whatever the distribution is."""
    out = {}
    for size, values in by_size.items():
        v, n = sorted(values), len(values)
        tails = itertools.accumulate(math.comb(n, i) / 2 ** n for i in range(n // 2))
        k = max(sum(tail <= 0.025 for tail in tails), 1)
        out[size] = [round(v[k - 1], 3), round(v[-k], 3)]
    return out


# ratios of the JSON: (name, connections of, measure)
RATIOS = (("setup_rate", "tcp", "per_s"), ("setup_rate_udp", "udp", "per_s"),
          ("setup_rate_cpu", "tcp", "per_cpu_s"), ("setup_rate_cpu_udp", "udp", "per_cpu_s"))
# What netfilter's own work leaves of the rates.
STUB_RATIOS = tuple((name.replace("setup_rate", "stub"), proto, what) for name, proto, what in RATIOS)


def report(runs, memory, a, hello):
    """runs: {size: {proto: {side: [window]}}}"""
    by_proto = {p: {s: runs[s][p] for s in runs} for p in PROTOS}
    rates = {p: {m: {s: {"per_cpu_s": middle(r[m], "per_cpu_s"), "per_s": middle(r[m], "per_s"),
                         "runs": r[m]} for s, r in by_proto[p].items()} for m in a.sides}
             for p in PROTOS}
    beside = {name: ratios(by_proto[p], what, "hardware", "software") for name, p, what in RATIOS}
    if a.stub:
        beside |= {name: ratios(by_proto[p], what, STUB, STUB_BASE) for name, p, what in STUB_RATIOS}
    return {
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "versions": versions(hello), "machine": machine(),
        "guest_cpus": a.cpus, "connections_per_window": a.connections, "under_way": a.window, "rounds": a.rounds,
        "rates": rates,
        "ratios": {**{name: medians(r) for name, r in beside.items()},
                   "flat": flat(rates["tcp"]["hardware"], "per_s"),
                   "flat_cpu": flat(rates["tcp"]["hardware"], "per_cpu_s")},
        "intervals": {name: intervals(r) for name, r in beside.items()},
        "bytes_per_direction": memory,
        "targets": TARGETS,
    }


def flat(rates, what):
    """The slowest size over the fastest."""
    got = [r[what] for r in rates.values()]
    return round(min(got) / max(got), 3)


def versions(hello):
    git = subprocess.run(["git", "-C", str(REPO), "describe", "--always", "--dirty"], text=True,
                         capture_output=True, check=False).stdout.strip()
    qemu = subprocess.run([qemu_path(), "--version"], text=True, capture_output=True, check=True)
    return {"kernel": hello["kernel"], "qemu": qemu.stdout.splitlines()[0], "nftsw": git}


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    name = re.search(r"^model name\s*: (.*)", text, re.M)
    return {"cpu": name.group(1) if name else "unknown", "cpus": os.cpu_count(),
            "load": os.getloadavg()[0]}


def table(r):
    """What a person wants to see."""
    sizes = list(r["ratios"]["setup_rate"])

    def row(words, values, form="{:10.0f}"):
        lines.append(f"{words:50}" + "".join(form.format(v) for v in values))

    lines = [f"{'connections live':50}" + "".join(f"{s:>10}" for s in sizes)]
    for what, words in (("per_s", "set up per second"), ("per_cpu_s", "per second of guest CPU")):
        for p, m in itertools.product(PROTOS, r["rates"]["tcp"]):
            row(f"{p}, {m}, {words}", [r["rates"][p][m][s][what] for s in sizes])
    for names, words in ((RATIOS, "hardware / software"), (STUB_RATIOS, "netdevsim's stub / software")):
        for name, p, what in names:
            if name in r["ratios"]:
                row(f"{words}, {p}{', of guest CPU' if what == 'per_cpu_s' else ''}",
                    r["ratios"][name].values(), "{:10.2f}")
                spans = ("{:.2f}-{:.2f}".format(*span) for span in r["intervals"][name].values())
                row("  95 % confidence", spans, "{:>10}")
    row("slowest / fastest size, tcp, hardware", [r["ratios"]["flat"]], "{:10.2f}")
    row("slowest / fastest size, tcp, hardware, guest CPU", [r["ratios"]["flat_cpu"]], "{:10.2f}")
    last = r["rates"]["tcp"]["hardware"][sizes[-1]]["runs"][-1]["per_flow"]
    lines.append("a connection costs in hardware mode: " +
                 ", ".join(f"{v:.2f} {k.replace('_', ' ')}" for k, v in last.items()))
    m = r["bytes_per_direction"]
    parts = ", ".join(f"{k} {v:.0f}" for k, v in m["driver_parts"].items())
    lines.append(f"memory of a direction: driver {m['driver']:.0f} bytes ({parts}), "
                 f"chip {m['chip']:.0f} bytes")
    return "\n".join(lines)


def missed(r):
    out = [f"setup rate at {s}: {v} (to reach {TARGETS['setup_rate']})"
           for s, v in r["ratios"]["setup_rate"].items() if v < TARGETS["setup_rate"]]
    if r["ratios"]["flat"] < TARGETS["flat"]:
        out.append(f"flat: {r['ratios']['flat']} (to reach {TARGETS['flat']})")
    if r["bytes_per_direction"]["driver"] > TARGETS["driver_bytes"]:
        out.append(f"driver: more than {TARGETS['driver_bytes']} bytes a direction")
    return out


def main(argv):
    p = argparse.ArgumentParser(prog="tools/nftsw bench insert", description=__doc__)
    p.add_argument("--kernel", default="stock", choices=("stock", "plain", "plain-next", "debug"),
                   help="guest kernel; checks of a debug kernel distort the figures")
    p.add_argument("--sizes", nargs="+", default=list(SIZES), choices=SIZES)
    p.add_argument("--cpus", type=int, default=2, help="CPUs of the guest")
    p.add_argument("--connections", type=int, default=4096,
                   help="TCP connections set up in one window; twice as many of UDP")
    p.add_argument("--window", type=int, default=128, help="connections under way at a time")
    p.add_argument("--rounds", type=int, default=15, help="windows of each switch, taking turns")
    p.add_argument("--module", help="a .ko to use instead of this tree's")
    p.add_argument("--accel", default="auto", choices=("auto", "kvm", "tcg"))
    p.add_argument("--strict", action="store_true", help="fail when a target is not reached")
    p.add_argument("--out", type=pathlib.Path,
                   help="default: out/bench/insert.json, of another kernel than Debian's insert-KERNEL.json")
    a = p.parse_args(argv)
    a.out = a.out or REPO / f"out/bench/insert{'' if a.kernel == 'stock' else f'-{a.kernel}'}.json"
    a.stub = "next" in a.kernel
    a.sides = (*SIDES, STUB_BASE, STUB) if a.stub else SIDES
    # of UDP, which is quicker, windows that are as long
    a.connections = {"tcp": a.connections, "udp": 2 * a.connections}
    chip = round(chip_bytes(), 1)
    with contextlib.ExitStack() as stack:
        sides, memory = {s: {} for s in a.sizes}, {s: {} for s in a.sizes}
        for size, mode in itertools.product(a.sizes, a.sides):
            side = sides[size][mode] = Side(mode, size, a)
            stack.callback(side.lab.stop)
            side.start()
            memory[size][mode] = prepare(side)
            print(f"  {mode}: {SIZES[size]} connections live", flush=True)
        runs = measure(sides, a)
        last = max(a.sizes, key=SIZES.get)
        r = report(runs, {**driver_memory(memory[last], last), "chip": chip}, a,
                   sides[last]["hardware"].lab.hello)
    a.out.parent.mkdir(parents=True, exist_ok=True)
    a.out.write_text(json.dumps(r, indent=1) + "\n", encoding="utf-8")
    print(table(r))
    for line in missed(r):
        print(f"not reached: {line}")
    return 1 if a.strict and missed(r) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
