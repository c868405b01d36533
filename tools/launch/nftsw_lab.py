# SPDX-License-Identifier: GPL-2.0
"""The lab: one switch (a QEMU guest) and the hosts behind its ports.

    with Lab(ports=2, topology="router") as lab:
        lab.guest("nft -f /repo/tools/launch/guest/offload.nft")
        lab.host("lan", "ping -c 1 203.0.113.2")
        lab.qmp("query-nftsw")

Hosts are network namespaces with real kernel stacks, one TAP ("eth0") each.
As an ordinary user they live in one user namespace. A namespace is held by a
process (holder.py) that ends when its standard input closes, TAPs belong to QEMU, and QEMU
dies with the launcher, so nothing survives even a killed launcher. Used by
run.py, the demo, the end-to-end tests and the benchmarks.
"""
import atexit
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from lab_channel import Agent, LabError, LabHang, Qmp, Result, connect
from lab_kvm import kvm_cpu

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
CACHE = Path(os.environ.get("NFTSW_CACHE")
             or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nftsw")
OUT = REPO / "out"
FIRMWARE = ("/usr/share/seabios", "/usr/share/qemu")

# Addresses of the hosts; the guest's side is in guest/bin/nftsw-topo.
ROUTER = {
    "lan": {"addr": ("192.168.1.2/24", "2001:db8:1::2/64"), "via": ("192.168.1.1", "2001:db8:1::1")},
    "wan": {"addr": ("203.0.113.2/24", "2001:db8:2::2/64"), "via": ("203.0.113.1", "2001:db8:2::1")},
}
BRIDGE = {
    "lan": {"addr": ("192.168.1.2/24", "2001:db8:1::2/64"), "via": ()},
    "wan": {"addr": ("192.168.1.3/24", "2001:db8:1::3/64"), "via": ()},
}
# not one that swp-rename takes for a port
FOREIGN_MAC = "02:00:00:00:02:01"
TOPOLOGIES = ("router", "bridge", "loop", "bare")
SWITCHES = ("nftsw", "rocker", "virtio")
MEMORY = {"stock": 1024, "debug": 2048, "debug-next": 2048, "plain": 1024, "plain-next": 1024}

# Users' PATH on Debian lacks the folders of ip, sysctl and nft.
os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"

_live = []              # labs to stop at exit


def qemu_path():
    """The QEMU that 'tools/nftsw setup qemu' built, or $NFTSW_QEMU."""
    if os.environ.get("NFTSW_QEMU"):
        return os.environ["NFTSW_QEMU"]
    try:
        version = (CACHE / "qemu.version").read_text().strip()
    except OSError as e:
        raise LabError("QEMU is not built yet: tools/nftsw setup qemu") from e
    return str(CACHE / f"qemu-{version}" / "build" / "qemu-system-x86_64")


def guest_dir():
    """Where 'tools/nftsw setup guest' puts the userland: one folder for each list of packages."""
    listed = (HERE / "guest" / "packages.list").read_bytes()
    return CACHE / f"guest-{hashlib.sha256(listed).hexdigest()[:8]}"


def firmware_args():
    return [arg for path in FIRMWARE for arg in ("-L", path)]


def accel_args(accel):
    """The choice made of "auto", "kvm" or "tcg", and QEMU's arguments for it."""
    cpu = None if accel == "tcg" else kvm_cpu(qemu_path(), CACHE)
    if cpu:
        return "kvm", ["-accel", "kvm", "-cpu", cpu]
    if accel == "kvm":
        raise LabError("KVM does not work on this machine; leave --accel out, or say --accel tcg")
    return "tcg", ["-accel", "tcg,thread=multi,tb-size=256", "-cpu", "qemu64,+rdrand,+x2apic"]


class Host:
    """A network namespace, and how to run something in it."""

    def __init__(self, name, base=None):
        front = ["unshare", "-n"]
        if base:
            front = base.enter(net=False) + front
        elif os.geteuid() != 0:
            front = ["unshare", "-Urn"]
        self.name = name
        self.own_user = base is not None or os.geteuid() != 0
        # Not left to 'with': the process is the namespace, close() ends it.
        self.proc = subprocess.Popen(
            [*front, "/usr/bin/python3", "-ISE", str(HERE / "holder.py"), os.readlink("/proc/self/ns/net")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        if self.proc.stdout.readline() != b"ready\n":
            self.close()
            raise LabError(f"cannot make a network namespace for {name}: as a user, "
                           "user namespaces must be allowed (kernel.unprivileged_userns_clone)")

    @property
    def pid(self):
        return self.proc.pid

    def enter(self, net=True):
        cmd = ["nsenter", "-t", str(self.pid)]
        if self.own_user:
            cmd += ["-U", "--preserve-credentials"]
        return cmd + ["-n"] if net else cmd

    def argv(self, cmd):
        shell = ["bash", "-c", cmd] if isinstance(cmd, str) else list(cmd)
        return self.enter() + shell

    def run(self, cmd, timeout=60, stdin=""):
        with subprocess.Popen(self.argv(cmd), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace",
                              start_new_session=True) as p:
            try:
                out, err = p.communicate(stdin, timeout)
                return Result(cmd, p.returncode, out, err)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                out, err = p.communicate()
                return Result(cmd, p.returncode, out, err, timeout=True)

    def close(self):
        self.proc.stdin.close()
        self.proc.stdout.close()
        try:
            self.proc.wait(5)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            self.proc.wait()


class Lab:
    """See the module. All arguments are keywords; unknown values raise LabError.

    ports      number of switch ports
    switch     nftsw, rocker (QEMU's own), virtio (one NIC per port)
    topology   router, bridge: port 1 leads to lan, port 2 to wan, the others to h3, h4 ...
               loop: ports wired in pairs; bare: ports wired to nothing
    kernel     stock (Debian's), debug (KASAN, lockdep ...), debug-next (the same, newest series),
               plain, plain-next (ours without debugging)
    memory     MiB; cpus; accel (auto, kvm, tcg)
    props      further properties of the switch device, e.g. {"flows": 1024}
    foreign    True: one NIC more, which is no port of the switch (virtio, FOREIGN_MAC), to host "foreign"
    load       False: leave the module out, for tests that load it themselves
    modargs    module parameters; append: further kernel command line
    module     a .ko to use instead of building one
    gdb        True: a gdb server on a socket in the lab's folder; "wait": stopped at start
    qemu_args  further QEMU arguments
    console    None: log file only; "stdio": the terminal
    """

    def __init__(self, *, name="lab", ports=4, switch="nftsw", topology="router", kernel="stock",
                 memory=None, cpus=1, accel="auto", props=None, foreign=False, load=True, modargs="", append="",
                 module=None, gdb=False, qemu_args=(), console=None):
        self._check(ports, switch, topology, kernel)
        self.name, self.ports, self.switch = name, ports, switch
        self.topology, self.kernel, self.cpus = topology, kernel, cpus
        self.memory = memory or MEMORY[kernel]
        self.accel, self.props, self.foreign, self.load = accel, dict(props or {}), foreign, load
        self.modargs, self.append, self.module = modargs, append, module
        self.gdb, self.qemu_args, self.console = gdb, list(qemu_args), console
        self.hosts, self.children = {}, []
        self.base = self.proc = self.agent = self.dir = None
        self._qmp = None
        self.boot_s = None              # launch to ready, seconds
        self.started = None
        self.lock = threading.Lock()    # protects _qmp

    @staticmethod
    def _check(ports, switch, topology, kernel):
        for value, known, what in ((switch, SWITCHES, "switch"), (topology, TOPOLOGIES, "topology"),
                                   (kernel, tuple(MEMORY), "kernel")):
            if value not in known:
                raise LabError(f"unknown {what} '{value}': choose from {', '.join(known)}")
        most = {"nftsw": 64, "rocker": 62, "virtio": 16}[switch]
        if not 1 <= ports <= most:
            raise LabError(f"{switch} has 1 to {most} ports, not {ports}")
        if topology == "loop" and ports % 2:
            raise LabError("topology 'loop' wires ports in pairs: give an even number")
        if topology in ("router", "bridge") and ports < 2:
            raise LabError(f"topology '{topology}' needs two ports at least")
        if kernel == "stock" and switch == "rocker":
            raise LabError("Debian's kernel has no rocker driver: use kernel 'debug' or 'plain'")

    def __enter__(self):
        try:
            self.start()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc):
        self.stop()

    # Starting

    def start(self):
        """Make the hosts, start QEMU, return at once; wait_ready() comes next."""
        if not _live:
            atexit.register(stop_all)
        _live.append(self)
        sweep()
        self.dir = Path(tempfile.mkdtemp(prefix=f"nftsw-lab-{os.getpid()}-"))
        (self.dir / "lab").mkdir()
        (OUT / "log").mkdir(parents=True, exist_ok=True)
        self.console_log = OUT / "log" / f"{self.name}.console.log"
        self.qemu_log = OUT / "log" / f"{self.name}.qemu.log"
        if self.switch == "nftsw":
            self._put_module()
        self._make_hosts()
        self.accel, accel = accel_args(self.accel)
        cmd = self._command(accel)
        self.qemu_log.write_text(shlex.join(cmd) + "\n", encoding="utf-8")
        self.started = time.monotonic()
        with open(self.qemu_log, "ab") as log:
            self.proc = subprocess.Popen(
                cmd, stdin=None if self.console == "stdio" else subprocess.DEVNULL,
                stdout=None if self.console == "stdio" else log, stderr=log)
        self.agent = Agent(self._connect("agent0"), self._alive)
        self._configure_hosts()
        self._register()

    def _put_module(self):
        path = self.module
        if not path:
            done = subprocess.run([str(REPO / "tools" / "nftsw"), "build", "module", "--kernel", self.kernel],
                                  stdout=subprocess.PIPE, text=True, check=False)
            path = done.stdout.strip()
            if done.returncode or not path:
                raise LabError(f"the module did not build for kernel '{self.kernel}'")
        shutil.copy(path, self.dir / "lab" / "nftsw.ko")

    def _make_hosts(self):
        if os.geteuid() != 0:
            self.base = Host("the lab")
        if self.topology in ("router", "bridge"):
            for n in range(1, self.ports + 1):
                name = self.host_name(n)
                self.hosts[name] = Host(name, self.base)
        if self.foreign:
            self.hosts["foreign"] = Host("foreign", self.base)

    @staticmethod
    def host_name(port):
        """The host behind a port, counted from 1."""
        return {1: "lan", 2: "wan"}.get(port, f"h{port}")

    def _configure_hosts(self):
        plan = {"router": ROUTER, "bridge": BRIDGE}.get(self.topology, {})
        for name, host in self.hosts.items():
            lines = ["sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_ra=0 "
                     "net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth0.router_solicitations=0",
                     "ip link set lo up", "ip link set eth0 up"]
            for addr in plan.get(name, {}).get("addr", ()):
                lines.append(f"ip addr add {addr} dev eth0 {'nodad' if ':' in addr else ''}")
            for via in plan.get(name, {}).get("via", ()):
                lines.append(f"ip {'-6' if ':' in via else '-4'} route add default via {via}")
            done = host.run("\n".join(["set -e"] + lines))
            if done.rc:
                self._alive()
                raise LabError(f"cannot configure host {name}: {done.err.strip()}")

    def _kernel_args(self):
        image = "vmlinux" if self.kernel == "stock" else "bzImage"
        args = ["-kernel", str(CACHE / f"kernel-{self.kernel}" / image)]
        if self.kernel == "stock":
            args += ["-initrd", str(guest_dir() / "guest.initrd")]
        switches = {
            "hostname": "switch", "switch": self.switch, "ports": self.ports, "topo": self.topology,
            "load": int(self.load), "modargs": self.modargs.replace(" ", ","),
            "shell": int(self.console == "stdio"), "agent": 1}
        line = ["console=ttyS0", "root=/dev/vda", "rw", "init=/nftsw/init", "panic=-1", "quiet",
                "loglevel=5", "tsc=reliable", "no_timer_check", "mitigations=off", "nokaslr",
                "random.trust_cpu=on", "cryptomgr.notests", "lsm="]
        line += [f"nftsw.{k}={v}" for k, v in switches.items()]
        return args + ["-append", " ".join(line + [self.append])]

    def _netdev_args(self):
        args = []
        for n in range(1, self.ports + 1):
            if self.topology in ("router", "bridge"):
                args += ["-netdev", f"tap,id=p{n},fd=@{self.host_name(n)}@"]
            else:
                hub = (n + 1) // 2 if self.topology == "loop" else n
                args += ["-netdev", f"hubport,id=p{n},hubid={hub}"]
        return args

    def _switch_args(self):
        ports = [f"p{n}" for n in range(1, self.ports + 1)]
        root = ["-device", "pcie-root-port,id=rp0,bus=pcie.0,chassis=1,slot=1"]
        if self.switch == "nftsw":
            dev = {"driver": "nftsw", "id": "sw0", "bus": "rp0", "nports": self.ports,
                   "ports": ports, **self.props}
            return root + ["-device", json.dumps(dev)]
        if self.switch == "rocker":
            dev = {"driver": "rocker", "id": "sw0", "name": "sw0", "ports": ports, **self.props}
            return root + ["-device", json.dumps(dev)]
        args = []
        for n, port in enumerate(ports, 1):
            args += ["-device", f"virtio-net-pci,netdev={port},mac=02:00:00:00:01:{n:02x},romfile="]
        return args

    def _foreign_args(self):
        return ["-netdev", "tap,id=foreign,fd=@foreign@", "-device",
                f"virtio-net-pci,netdev=foreign,mac={FOREIGN_MAC},romfile="] if self.foreign else []

    def _share_args(self):
        args = []
        for tag, path, readonly in (("repo", REPO, "on"), ("lab", self.dir / "lab", "off")):
            args += ["-fsdev", f"local,id={tag},path={path},security_model=none,readonly={readonly},"
                     "multidevs=remap",
                     "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]
        return args

    def _channel_args(self):
        args = ["-device", "virtio-serial-pci,max_ports=4"]
        for n in (0, 1):
            args += ["-chardev", f"socket,id=agent{n},path={self.dir}/agent{n},server=on,wait=off",
                     "-device", f"virtserialport,chardev=agent{n},name=org.nftsw.agent.{n}",
                     "-chardev", f"socket,id=qmp{n},path={self.dir}/qmp{n},server=on,wait=off",
                     "-mon", f"chardev=qmp{n},mode=control"]
        if self.console == "stdio":
            args += ["-chardev", f"stdio,id=con,mux=on,signal=off,logfile={self.console_log}",
                     "-mon", "chardev=con,mode=readline"]
        else:
            args += ["-chardev", f"file,id=con,path={self.console_log}"]
        return args + ["-serial", "chardev:con"]

    def _command(self, accel):
        cmd = [qemu_path(), "-name", f"nftsw-{self.name}", "-M", "q35,hpet=off,smbus=off,sata=off",
               "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
        # native PCIe hotplug, as on real boards: device_del reaches pciehp in the guest
        cmd += ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]
        cmd += firmware_args() + accel + ["-m", str(self.memory), "-smp", str(self.cpus)]
        cmd += self._kernel_args()
        cmd += ["-drive", f"file={guest_dir()}/guest.img,format=raw,if=none,id=disk,snapshot=on",
                "-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci"]
        cmd += self._channel_args() + self._share_args() + self._netdev_args() + self._switch_args()
        cmd += self._foreign_args()
        if self.gdb:
            cmd += ["-gdb", f"unix:path={self.dir}/gdb,server=on,wait=off"]
            if self.gdb == "wait":
                cmd += ["-S"]
        taps = [f"{name}={host.pid}" for name, host in self.hosts.items()]
        front = self.base.enter() if self.base else []
        return front + ["/usr/bin/python3", str(HERE / "tapexec.py"), *taps, "--",
                        *cmd, *self.qemu_args]

    def _alive(self):
        """Raise with the console's last lines when QEMU is gone."""
        if self.proc.poll() is not None:
            raise LabError(f"QEMU ended with status {self.proc.returncode}\n{self.tail()}")

    def tail(self, lines=25):
        """Last lines of QEMU's own messages and of the console."""
        text = []
        for path in (self.qemu_log, self.console_log):
            try:
                data = path.read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                continue
            skip = 1 if path == self.qemu_log else 0
            text += [f"  {path.name}: {line}" for line in data[skip:][-lines:]]
        return "\n".join(text)

    def _connect(self, name):
        return connect(str(self.dir / name), self._alive)

    def wait_ready(self, timeout=None):
        """Until the guest has finished its init; sets boot_s."""
        if timeout is None:
            timeout = 120 if self.kernel == "stock" else 400
        try:
            self.hello = self.agent.hello(timeout)
        except TimeoutError as e:
            raise LabError(f"the guest was not ready after {timeout} s\n{self.tail()}") from e
        self.boot_s = time.monotonic() - self.started
        return self

    def _register(self):
        """Tell 'tools/nftsw host' and friends where this lab is."""
        state = CACHE / "run"
        state.mkdir(exist_ok=True)
        self.state = state / f"{os.getpid()}-{self.name}.json"
        self.state.write_text(json.dumps({
            "name": self.name, "pid": os.getpid(), "dir": str(self.dir),
            "hosts": {name: host.enter() for name, host in self.hosts.items()}}), encoding="utf-8")

    # Using

    def guest(self, cmd, timeout=60, check=True, stdin=""):
        """Run a shell command in the guest; a Result. With check, failure raises LabError."""
        result = self.agent.run(cmd, timeout, stdin)
        return result.must("the switch", LabHang) if check else result

    def guest_spawn(self, cmd):
        """Start a shell command in the guest that runs on; its pid."""
        return self.agent.spawn(cmd)

    def guest_sleep(self, cmd, timeout=60):
        """Run a shell command that suspends the guest and wakes it up; LabError when it fails.

        Linux 7.3 forgets meanwhile that the other end of the agent's line is open, so it is
        opened anew until somebody answers.
        """
        self.guest_spawn(f"rm -f /run/slept; ({cmd}); echo $? >/run/slept")
        end = time.monotonic() + timeout
        status = ""
        while not status:
            if time.monotonic() > end:
                raise LabError(f"the guest did not wake up within {timeout} s (command: {cmd})")
            time.sleep(2)
            self.agent.close()
            self.agent = Agent(self._connect("agent0"), self._alive)
            try:
                status = self.agent.run("cat /run/slept", timeout=2, patience=4).out.strip()
            except (LabError, OSError):
                self._alive()
        if status != "0":
            raise LabError(f"failed with status {status}: {cmd}")

    def host(self, name, cmd, timeout=60, check=True, stdin=""):
        """Run a command (a shell line, or a list) on a host; a Result."""
        result = self.hosts[name].run(cmd, timeout, stdin)
        return result.must(f"host {name}") if check else result

    def host_popen(self, name, cmd, **kwargs):
        """Start a command on a host that runs on; ended by stop() at the latest."""
        kwargs.setdefault("stdin", subprocess.DEVNULL)
        kwargs.setdefault("stdout", subprocess.DEVNULL)
        kwargs.setdefault("stderr", subprocess.DEVNULL)
        p = subprocess.Popen(self.hosts[name].argv(cmd), start_new_session=True, **kwargs)
        self.children.append(p)
        return p

    def qmp(self, command, **arguments):
        """One QMP command; its return value. QMP errors raise LabError."""
        with self.lock:
            if self._qmp is None:
                self._qmp = Qmp(self._connect("qmp0"))
            return self._qmp.command(command, arguments)

    def hmp(self, line):
        """One line for the human monitor; its output."""
        return self.qmp("human-monitor-command", **{"command-line": line})

    def set_link(self, port, up):
        """Pull or plug the cable of a port (counted from 1)."""
        self.qmp("set_link", name=f"p{port}", up=bool(up))

    def vcpu_seconds(self):
        """Host CPU time that the virtual CPUs have used, seconds."""
        total = 0
        for cpu in self.qmp("query-cpus-fast"):
            stat = Path(f"/proc/{self.proc.pid}/task/{cpu['thread-id']}/stat").read_text(encoding="ascii")
            fields = stat.rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def console_text(self):
        return self.console_log.read_text(encoding="utf-8", errors="replace")

    def kernel_complaints(self, log=None):
        """Lines of a kernel log (default: the guest's dmesg) that say something is broken."""
        bad = re.compile(r"BUG:|WARNING:|KASAN|UBSAN|Oops|general protection|INFO: (possible|suspicious|"
                         r"task|rcu)|DMA-API:|ODEBUG:|unreferenced object|new suspected memory leaks|"
                         r"Call Trace|refcount_t")
        log = self.guest("dmesg").out if log is None else log
        return [line for line in log.splitlines()
                if bad.search(line) and "preallocated" not in line and "debugging enabled" not in line]

    # Stopping

    def stop(self):
        """End everything this lab started; safe to call twice."""
        if self in _live:
            _live.remove(self)
        for p in self.children:
            if p.poll() is None:
                os.killpg(p.pid, signal.SIGKILL)
            p.wait()
        self.children = []
        self._stop_qemu()
        for host in [*self.hosts.values(), *([self.base] if self.base else [])]:
            host.close()
        self.hosts, self.base = {}, None
        if getattr(self, "state", None):
            self.state.unlink(missing_ok=True)
        if self.dir:
            shutil.rmtree(self.dir, ignore_errors=True)

    def _stop_qemu(self):
        if self.agent:
            self.agent.close()
        if self.proc is None:
            return
        if self.proc.poll() is None:
            self.proc.terminate()
            try:
                self.proc.wait(5)
            except subprocess.TimeoutExpired:
                self.proc.kill()
        self.proc.wait()
        if self._qmp:
            self._qmp.close()


def sweep():
    """Remove the folders of our own labs whose launcher was killed."""
    for path in Path(tempfile.gettempdir()).glob("nftsw-lab-*"):
        pid = path.name.split("-")[2]
        try:
            if path.stat().st_uid == os.geteuid() and not Path(f"/proc/{pid}").exists():
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            pass


def stop_all():
    for lab in list(_live):
        lab.stop()


def _on_sigterm(_signum, _frame):
    sys.exit(143)


if threading.current_thread() is threading.main_thread() and \
        signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
    signal.signal(signal.SIGTERM, _on_sigterm)
