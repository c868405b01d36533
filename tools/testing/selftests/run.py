#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Upstream's tools/testing/selftests/net/forwarding, unmodified, on ports of the chip looped in pairs.

Boots one switch with 8 ports, swp1 wired to swp2, swp3 to swp4 and so on, puts the selftests
of the kernel's own source into it and runs the tests of tests.list, or those that are named; on
two kernels, unless --kernel says which.
For those of drivers/net that want a partner outside, a second one, with a NIC wired to swp1.
Prints TAP and a table, writes out/selftests/summary.json, {kernel: {test: {result, seconds,
cpu_data_frames, offloaded}}} (rocker.json for --device rocker) and a log of each test beside it.
Exits 1 when a test has another result than tests.list expects.
"""
import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parents[1]
sys.path[:0] = [str(TOOLS / "lib"), str(TOOLS / "launch")]

import chip  # noqa: E402
import listing  # noqa: E402
import report  # noqa: E402
import verdict  # noqa: E402
from nftsw_lab import CACHE, Lab, LabError  # noqa: E402

PORTS = 8
# What --kernel takes: (kernel of the lab on nftsw, the same on rocker, its source)
KERNELS = {
    "6.12": ("stock", "plain", "linux-6.12"),
    "plain": ("plain", "plain", "linux-6.12"),
    "next": ("plain-next", "plain-next", "linux-next"),
}
# Parts of tools/testing/selftests that the tests read, and of the kernel that those in Python do.
SELFTESTS = ("net/lib.sh", "net/lib", "net/net_helper.sh", "net/forwarding", "drivers/net", "kselftest", "lib")
KERNEL_PARTS = ("tools/net/ynl", "Documentation/netlink/specs")
GUEST_TREE = "/usr/src/linux"
# Of the framework's own variables; an emulated machine is slow, and allowed to say so.
CONFIG = """NETIF_CREATE=no
STABLE_MAC_ADDRS=yes
NETIF_NO_CABLE=none
KSFT_MACHINE_SLOW=yes
NETIFS=(
{netifs}
)
"""
NET_CONFIG = """NETIF=swp1
LOCAL_V4=192.0.2.1
REMOTE_V4=192.0.2.2
LOCAL_V6=2001:db8:f::1
REMOTE_V6=2001:db8:f::2
REMOTE_TYPE=netns
REMOTE_ARGS=partner
"""
# A port of a switch stays in its network namespace, so the partner that drivers/net wants in another
# one is a NIC of QEMU's, wired to swp1.
PARTNER_MAC = "02:00:00:00:02:01"
PARTNER_ARGS = ("-netdev", "hubport,id=partner,hubid=1",
                "-device", f"virtio-net-pci,netdev=partner,mac={PARTNER_MAC},romfile=")
PARTNER_UP = f"""set -e
[ ! -d "/lib/modules/$(uname -r)" ] || modprobe -q virtio_net
dev="$(ip -j link show | jq -r '.[] | select(.address == "{PARTNER_MAC}") | .ifname')"
ip link set dev "$dev" down
[ "$dev" = far0 ] || ip link set dev "$dev" name far0
ip netns add partner
ip link set dev far0 netns partner
ip -n partner link set dev lo up
ip address add 192.0.2.1/24 dev swp1
ip address add 2001:db8:f::1/64 dev swp1 nodad
ip link set dev swp1 up
ip -n partner address add 192.0.2.2/24 dev far0
ip -n partner address add 2001:db8:f::2/64 dev far0 nodad
ip -n partner link set dev far0 up
ping -q -c 1 -w 10 192.0.2.2 >/dev/null
"""


@dataclass
class Outcome:
    """What became of a test."""
    result: str                                 # PASS, FAIL, SKIP, XFAIL
    seconds: float
    reasons: list = field(default_factory=list)
    cases: dict = field(default_factory=dict)   # result: number of its cases
    evidence: chip.Evidence | None = None
    offloaded: bool | None = None
    first_try: list | None = None               # reasons of the try that failed before this one


class Runner:
    """A switch, booted when it is needed and again after it died."""

    def __init__(self, args, kernel):
        self.args = args
        on_nftsw, on_rocker, source = KERNELS[kernel]
        self.kernel = on_nftsw if args.device == "nftsw" else on_rocker
        self.tree = (CACHE / source).resolve()
        self.name = ".".join(self.tree.name.removeprefix("linux-").split(".")[:2])
        self.logs = report.OUT / (self.name if args.device == "nftsw" else f"{self.name}-{args.device}")
        self.logs.mkdir(parents=True, exist_ok=True)
        self.lab = self.partner = None

    @property
    def selftests(self):
        return self.tree / "tools/testing/selftests"

    def close(self):
        if self.lab:
            self.lab.stop()
        self.lab = None

    def boot(self, partner):
        lab = Lab(name=f"selftests-{self.args.device}", topology="bare" if partner else "loop", ports=PORTS,
                  kernel=self.kernel, switch=self.args.device, accel=self.args.accel,
                  module=self.args.module, qemu_args=PARTNER_ARGS if partner else ())
        self.lab, self.partner = lab, partner
        lab.start()
        copy_tree(self.tree, lab.dir / "lab/linux")
        lab.wait_ready()
        lab.guest(f"cp -a /lab/linux {GUEST_TREE}", timeout=120)
        return lab

    def script(self, test):
        return (self.selftests / test.path).read_text(encoding="utf-8")

    def partnered(self, test):
        """Does it go by the rules of drivers/net: one port here, its partner in another namespace?"""
        return test.name.endswith(".py") or "DRIVER_TEST_CONFORMANT:=yes" in self.script(test)

    def ready(self, test):
        """A switch in the state that the test starts from."""
        partner = self.partnered(test)
        if self.lab and self.partner != partner:
            self.close()
        if self.lab is None:
            self.boot(partner)
        self.lab.guest("bash /repo/tools/testing/selftests/reset.sh", timeout=120)
        return self.lab

    def run(self, test):
        """Outcome of a test. One that fails unexpectedly is tried once more, as netdev's own CI does."""
        where = (self.args.device, self.name)
        cause = test.cause("skip", *where)
        if cause:
            return Outcome("SKIP", 0, [cause])
        outcome = self.once(test)
        late = verdict.late(outcome.reasons)
        expected = report.failure(test, where, outcome.reasons, outcome.cases)
        if outcome.result == "FAIL" and not (late or self.args.once or expected):
            again = self.once(test)
            if again.result != "FAIL":
                again.first_try = outcome.reasons
            return again
        return outcome

    def once(self, test):
        """Outcome of one try; the switch is given up when it does not answer any more."""
        start = time.monotonic()
        try:
            outcome = self._run(test)
        except LabError as e:
            log = self.logs / f"{Path(test.name).stem}.log"
            with open(log, "a", encoding="utf-8") as f:
                f.write(f"\n### the switch is gone:\n{e}\n")
            outcome = Outcome("FAIL", 0, [crash(str(e))])
            self.close()
        outcome.seconds = round(time.monotonic() - start, 1)
        return outcome

    def _run(self, test):
        lab = self.ready(test)
        if self.partner:
            done = lab.guest(PARTNER_UP, check=False)
            if not done:
                return Outcome("FAIL", 0, [f"no partner: {done.err.strip()[-200:] or 'it does not answer'}"])
        before = self._snapshot()
        path = Path(test.path)
        output = lab.dir / "lab/output"
        done = lab.guest(
            f"cd {GUEST_TREE}/tools/testing/selftests/{path.parent} && export KSFT_MACHINE_SLOW=yes && "
            f"timeout -k 10 {test.limit} ./{path.name} >/lab/output 2>&1",
            timeout=test.limit + 60, check=False)
        text = output.read_text(encoding="utf-8", errors="replace") if output.exists() else ""
        complaints = lab.kernel_complaints()
        with open(self.logs / f"{path.stem}.log", "w", encoding="utf-8") as f:
            f.write(text)
            if complaints:
                f.write("\n### kernel\n" + lab.guest("dmesg").out)
        result, reasons, cases = verdict.judge(text, done.rc, test.limit)
        if complaints:
            result = "FAIL"
            reasons.insert(0, f"kernel: {complaints[0]}")
        outcome = Outcome(result, 0, reasons, cases)
        self._prove(test, before, outcome)
        return outcome

    def _snapshot(self):
        return chip.snapshot(self.lab) if self.args.device == "nftsw" else None

    def _prove(self, test, before, outcome):
        ports = chip.switch_ports(self.script(test))
        if before is None or not ports:
            return
        outcome.evidence = chip.evidence(before, self._snapshot(), ports)
        if test.bound is not None and outcome.result != "SKIP":
            outcome.offloaded = outcome.evidence.offloaded(test.bound)
        with open(self.logs / f"{Path(test.name).stem}.log", "a", encoding="utf-8") as f:
            f.write(f"\n### chip, ports {ports}: {outcome.evidence}\n")


def crash(text):
    """A line about the end of a switch."""
    for line in text.splitlines():
        if "QEMU ended" in line or "does not answer" in line:
            return line.strip()
    return text.splitlines()[0]


def copy_tree(tree, to):
    """The tests as they are, at their places in a kernel's tree, and the lab's configuration."""
    selftests = to / "tools/testing/selftests"
    parts = [(tree / "tools/testing/selftests" / p, selftests / p) for p in SELFTESTS]
    parts += [(tree / p, to / p) for p in KERNEL_PARTS]
    for src, dst in parts:
        dst.parent.mkdir(parents=True, exist_ok=True)
        if src.is_dir():
            subprocess.run(["cp", "-a", f"{src}/.", str(dst)] if dst.exists() else
                           ["cp", "-a", str(src), str(dst)], check=True)
        elif src.exists():
            shutil.copy2(src, dst)
    netifs = "\n".join(f"\t[p{n}]=swp{n}" for n in range(1, PORTS + 1))
    (selftests / "net/forwarding/forwarding.config").write_text(CONFIG.format(netifs=netifs), encoding="utf-8")
    for folder in ("drivers/net", "drivers/net/hw"):
        (selftests / folder / "net.config").write_text(NET_CONFIG, encoding="utf-8")


def parse_args(argv):
    p = argparse.ArgumentParser(prog="tools/nftsw selftests", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--kernel", choices=KERNELS, action="append",
                   help="6.12: Debian's; plain: ours of the same series; next: ours of the newest; may be "
                   "given more than once (default: 6.12 and next; of the group short: 6.12)")
    p.add_argument("--device", choices=("nftsw", "rocker"), default="nftsw", help="whose ports")
    p.add_argument("--group", default="all", choices=("all", "bridge", "router", "tc", "drivers", "short"),
                   help="which part of the list")
    p.add_argument("--proof", action="store_true",
                   help="a test of the chip's forwarding that passes in software only fails")
    p.add_argument("--once", action="store_true", help="no second try for a test that fails")
    p.add_argument("--module", metavar="KO", help="use this module instead of building one")
    p.add_argument("--accel", default="auto", choices=("auto", "kvm", "tcg"))
    p.add_argument("--list", action="store_true", help="say which tests there are")
    p.add_argument("--page", action="store_true", help="renew the page of the documentation, and end")
    p.add_argument("tests", nargs="*", metavar="TEST", help="run these only")
    args = p.parse_args(argv)
    args.kernel = list(dict.fromkeys(args.kernel or (["6.12"] if args.group == "short" else ["6.12", "next"])))
    if args.module and len(args.kernel) > 1:
        p.error("--module is of one kernel: say --kernel, too")
    return args


def run_kernel(runner, tests, tap):
    """The tests on one kernel; {test: Outcome}."""
    results = {}
    try:
        for test in tests:
            results[test.name] = runner.run(test)
            tap.line(runner.name, test, results[test.name])
            report.save(runner.args.device, runner.name, {test.name: results[test.name]})
    finally:
        runner.close()
    return results


def run_all(args, tests):
    """All kernels, one after the other; the tables of all at the end."""
    plan = []
    for kernel in args.kernel:
        runner = Runner(args, kernel)
        # those without a partner first: two boots, not one for each change
        there = sorted((t for t in tests if (runner.selftests / t.path).exists()), key=runner.partnered)
        plan.append((runner, there))
        for name in listing.unknown(listing.load(), runner.selftests):
            print(f"# {listing.LIST.name} says nothing about {name}, Linux {runner.name}")
    tap = report.Tap(sum(len(there) for _, there in plan), args.device, args.proof)
    tables = [(runner.name, there, run_kernel(runner, there, tap)) for runner, there in plan]
    for name, there, results in tables:
        report.table(name, args.device, there, results)
    return 1 if tap.bad else 0


def main(argv):
    args = parse_args(argv)
    tests = listing.choose(listing.load(), args.tests, args.group)
    if args.list:
        for t in tests:
            print(f"{t.name:34} {','.join(t.groups):16} {t.text}")
        return 0
    if args.page:
        report.page(listing.load())
        return 0
    return run_all(args, tests)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (LabError, listing.ListError) as e:
        sys.exit(f"nftsw: {e}")
    except KeyboardInterrupt:
        os._exit(130)
