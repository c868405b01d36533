#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""OVS with DPDK as a rival: source NAT of numbered flows, one PMD thread.

A private ovsdb-server and ovs-vswitchd in a folder of their own: net_pcap with infinite_rx
gives the frames, net_null takes them. Needs root and 2 MiB hugepages; their
number is put back afterwards. run() returns figures, or {"mpps": None, "why": ...}.
"""
import glob
import os
import pathlib
import re
import struct
import subprocess
import tempfile
import time

DAEMON = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
HUGE = pathlib.Path("/proc/sys/vm/nr_hugepages")
PAGES = 640                     # of 2 MiB: mbufs, and room for the EAL
FLOWS = 1024
ROUTER, LAN = "02:00:00:00:01:00", "02:aa:00:00:00:01"
SMAC, DMAC = "02:00:00:00:01:01", "02:cc:00:00:00:01"


class Impossible(Exception):
    """Why this rival cannot run here."""


class Hugepages:
    """Reserve pages for as long as the block lasts."""

    def __init__(self, pages):
        self.pages = pages
        self.before = None

    def __enter__(self):
        try:
            before = int(HUGE.read_text(encoding="ascii"))
            if before >= self.pages:
                return self
            HUGE.write_text(f"{self.pages}\n", encoding="ascii")
            self.before = before
        except OSError as e:
            raise Impossible(f"hugepages cannot be reserved: {e.strerror}") from e
        got = int(HUGE.read_text(encoding="ascii"))
        if got < self.pages:
            self.__exit__()
            raise Impossible(f"only {got} of {self.pages} hugepages could be reserved")
        return self

    def __exit__(self, *_):
        if self.before is not None:
            HUGE.write_text(f"{self.before}\n", encoding="ascii")
            self.before = None


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def flow_addr(i):
    """Source address and port of numbered flow i, as in hw_model/bench."""
    return f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}", 1024 + (i & 0x3fff)


def frame(i):
    """60 octets: Ethernet, IPv4, UDP, 18 octets of payload."""
    addr, sport = flow_addr(i)
    head = struct.pack(">BBHHHBBH", 0x45, 0, 46, 0, 0x4000, 64, 17, 0)
    ip = head + bytes(map(int, addr.split("."))) + bytes((198, 51, 100, 20))
    total = sum(struct.unpack(">10H", ip))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    ip = ip[:10] + struct.pack(">H", total ^ 0xffff) + ip[12:]
    udp = struct.pack(">HHHH", sport, 53, 26, 0x1234)
    return mac(ROUTER) + mac(LAN) + b"\x08\x00" + ip + udp + bytes(18)


def write_pcap(path, count):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(count):
            octets = frame(i)
            f.write(struct.pack("<IIII", 0, 0, len(octets), len(octets)) + octets)


def write_rules(path, count):
    """One exact rule per flow: what the chip's entry says."""
    with open(path, "w", encoding="ascii") as f:
        for i in range(count):
            addr, sport = flow_addr(i)
            f.write(f"priority=100,in_port=1,dl_dst={ROUTER},udp,nw_src={addr},nw_dst=198.51.100.20,"
                    f"tp_src={sport},tp_dst=53,actions=mod_dl_src:{SMAC},mod_dl_dst:{DMAC},"
                    f"dec_ttl,mod_nw_src:203.0.113.7,mod_tp_src:{(i * 7 + 1) & 0xffff},output:2\n")


class Switch:
    """ovsdb-server and ovs-vswitchd of our own."""

    def __init__(self, folder, core):
        self.dir = folder
        self.core = core
        self.db = f"unix:{folder}/db.sock"
        self.env = {**os.environ, "OVS_RUNDIR": folder, "OVS_DBDIR": folder, "OVS_LOGDIR": folder,
                    "OVS_SYSCONFDIR": folder}
        self.log = open(f"{folder}/log", "w", encoding="utf-8")
        self.children = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.log.close()

    def start(self, *cmd):
        self.children.append(subprocess.Popen(cmd, env=self.env, stdin=subprocess.DEVNULL,
                                              stdout=self.log, stderr=self.log))

    def call(self, *cmd, timeout=60):
        done = subprocess.run(cmd, env=self.env, text=True, capture_output=True, timeout=timeout,
                              check=False)
        if done.returncode:
            raise Impossible(f"{cmd[0]}: {(done.stderr or done.stdout).strip()[:300]}")
        return done.stdout

    def vsctl(self, *args):
        return self.call("ovs-vsctl", f"--db={self.db}", "--timeout=60", *args)

    def appctl(self, *args):
        sock = glob.glob(f"{self.dir}/ovs-vswitchd*.ctl")
        if not sock:
            raise Impossible("ovs-vswitchd did not start")
        return self.call("ovs-appctl", "-t", sock[0], *args)

    def boot(self):
        self.call("ovsdb-tool", "create", f"{self.dir}/conf.db", SCHEMA)
        self.start("ovsdb-server", f"{self.dir}/conf.db", f"--remote=p{self.db}",
                   "--log-file=/dev/null")
        wait_for(f"{self.dir}/db.sock", 20)
        self.vsctl("--no-wait", "init")
        extra = "--in-memory --no-pci --no-telemetry"
        self.vsctl("--no-wait", "set", "Open_vSwitch", ".", "other_config:dpdk-init=true",
                   f"other_config:dpdk-extra={extra}", "other_config:dpdk-socket-mem=1024",
                   f"other_config:pmd-cpu-mask={1 << self.core:#x}",
                   "other_config:emc-insert-inv-prob=1")
        self.start(DAEMON, self.db, f"--pidfile={self.dir}/vswitchd.pid", "--log-file=/dev/null")
        wait_for(f"{self.dir}/vswitchd.pid", 60)

    def wire(self, pcap, rules):
        self.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev",
                   "fail_mode=secure")
        self.vsctl("add-port", "br0", "in0", "--", "set", "Interface", "in0", "type=dpdk",
                   "ofport_request=1",
                   f"options:dpdk-devargs=net_pcap0,rx_pcap={pcap},infinite_rx=1")
        self.vsctl("add-port", "br0", "out0", "--", "set", "Interface", "out0", "type=dpdk",
                   "ofport_request=2", "options:dpdk-devargs=net_null0,no-rx=1")
        for port in ("in0", "out0"):
            error = self.vsctl("get", "Interface", port, "error").strip()
            if error not in ("[]", '""'):
                raise Impossible(f"port {port}: {error}")
        self.call("ovs-ofctl", "add-flows", f"{self.dir}/br0.mgmt", rules)

    def pmd_thread(self):
        pid = pathlib.Path(f"{self.dir}/vswitchd.pid").read_text(encoding="ascii").strip()
        for comm in glob.glob(f"/proc/{pid}/task/*/comm"):
            if pathlib.Path(comm).read_text(encoding="ascii").startswith("pmd-"):
                return os.path.dirname(comm)
        raise Impossible("no PMD thread")


def wait_for(path, seconds):
    deadline = time.monotonic() + seconds
    while not os.path.exists(path):
        if time.monotonic() > deadline:
            raise Impossible(f"{os.path.basename(path)} did not appear within {seconds} s")
        time.sleep(0.1)


def cpu_ns(task):
    """CPU time of a thread: the first figure of schedstat."""
    return int(pathlib.Path(f"{task}/schedstat").read_text(encoding="ascii").split()[0])


def pmd_stats(switch):
    """Figures of the one PMD thread; the main thread's come last."""
    text = switch.appctl("dpif-netdev/pmd-stats-show").split("main thread")[0]
    out = {}
    for line in text.splitlines():
        m = re.match(r"\s+([a-z -]+): ([\d.]+)", line)
        if m:
            out[m.group(1).strip()] = float(m.group(2))
    return out


def measure(switch, seconds):
    """Packets for each ns of CPU, in slices of one second: best and median."""
    task = switch.pmd_thread()
    time.sleep(2)
    switch.appctl("dpif-netdev/pmd-stats-clear")
    rates = []
    for _ in range(seconds):
        n0, t0 = pmd_stats(switch)["packets received"], cpu_ns(task)
        time.sleep(1)
        n1, t1 = pmd_stats(switch)["packets received"], cpu_ns(task)
        rates.append((n1 - n0) * 1000 / (t1 - t0))
    stats = pmd_stats(switch)
    rates.sort()
    sent = switch.vsctl("get", "Interface", "out0", "statistics:tx_packets").strip()
    return {"mpps": round(rates[-1], 3), "mpps_median": round(rates[len(rates) // 2], 3),
            "flows": FLOWS, "emc_hits": int(stats.get("emc hits", 0)),
            "packets": int(stats["packets received"]), "sent": int(sent),
            "cycles_per_packet": stats.get("avg cycles per packet")}


def version(switch):
    text = switch.appctl("version")
    return " / ".join(line.strip() for line in text.splitlines() if line.strip())


def run(seconds=8):
    """The rival's figures on the second core (the first where there is only one)."""
    if os.geteuid():
        return {"mpps": None, "why": "needs root: hugepages"}
    if not os.path.exists(DAEMON):
        return {"mpps": None, "why": "openvswitch-switch-dpdk is not installed"}
    core = max(os.sched_getaffinity(0))
    try:
        with tempfile.TemporaryDirectory(prefix="nftsw-ovs-") as folder, Hugepages(PAGES), \
                Switch(folder, core) as switch:
            write_pcap(f"{folder}/in.pcap", FLOWS)
            write_rules(f"{folder}/rules", FLOWS)
            switch.boot()
            switch.wire(f"{folder}/in.pcap", f"{folder}/rules")
            return {**measure(switch, seconds), "version": version(switch)}
    except (Impossible, OSError, subprocess.SubprocessError, KeyError) as e:
        return {"mpps": None, "why": str(e)}


if __name__ == "__main__":
    print(run())
