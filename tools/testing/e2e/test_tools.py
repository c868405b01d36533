# SPDX-License-Identifier: GPL-2.0
"""What a person at the switch is told: devlink, ethtool, debugfs, tracing.

The formats are those of Documentation/driver.rst, field by field.
"""
import contextlib
import json
import re
import struct

import nftsw_abi as abi
import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from conftest import wait_until
from evidence import both_offloaded, fault, flows_of
from traffic import TcpStream

P = router.PLAN
DEBUGFS = "/sys/kernel/debug/nftsw"
MAC = r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"
FLOW = re.compile(
    r"^(?P<index>\d+) (?P<state>\w+) (?P<family>ipv[46]) (?P<proto>tcp|udp|gre)"
    r" orig=(?P<orig>\S+)>(?P<orig_to>\S+) new=(?P<new>\S+)>(?P<new_to>\S+)"
    rf" eth=(?P<smac>{MAC})>(?P<dmac>{MAC})"
    r" vlan=(?P<vlan>\S+)>(?P<vlan_to>\S+) pppoe=(?P<pppoe>\S+)>(?P<pppoe_to>\S+)"
    r" in=(?P<in>\S+) out=(?P<out>\S+) other=(?P<other>offloaded|software)"
    r" packets=(?P<packets>\d+) bytes=(?P<bytes>\d+)"
    r" age=(?P<age>\d+)s idle=(?P<idle>\d+s|never)$"
)


def slot(lab):
    """PCI address of the switch."""
    return lab.guest("basename $(readlink /sys/class/net/swp1/device)").out.strip()


def address(lab, dev):
    """MAC address of a netdev of the switch."""
    return lab.guest(f"cat /sys/class/net/{dev}/address").out.strip()


def listed(lab):
    """The lines of debugfs' flows, each taken apart."""
    lines = lab.guest(f"cat {DEBUGFS}/*/flows").out.splitlines()
    parts = [FLOW.match(line) for line in lines]
    assert all(parts), "\n".join(lines)
    return [p.groupdict() for p in parts]


def stats(lab):
    """flow_stats: (name -> count, the last refusals in words)."""
    text = lab.guest(f"cat {DEBUGFS}/*/flow_stats").out
    figures, last = text.split("last refusals:", 1)
    counts = dict(line.split() for line in figures.splitlines())
    words = [line.strip() for line in last.splitlines()[1:]]
    assert int(last.splitlines()[0]) == len(words), text
    return {name: int(n) for name, n in counts.items() if n.isdigit()}, words


def settings(lab, cmd):
    """ethtool's "name: value" lines; of those that repeat, the last."""
    pairs = re.findall(r"^([\w /-]+):\s+(\S+)", lab.guest(f"ethtool {cmd}").out, re.M)
    return {name.strip().lower(): value for name, value in pairs}


def test_devlink_says_what_chip_it_is(lab):
    chip = lab.qmp("query-nftsw")[0]
    info = lab.guest(f"devlink dev info pci/{slot(lab)}").out
    assert "driver nftsw" in info
    assert re.search(rf"serial_number {chip['serial']:016x}\b", info), info
    assert re.search(r"asic\.id 10f5\b", info), info
    rev = f"{chr(ord('A') + (chip['revision'] >> 4))}{chip['revision'] & 15}"
    assert re.search(rf"asic\.rev {rev}\b", info), info
    assert re.search(r"\babi 1\.\d+\b", info), info
    assert re.search(rf"running:\s+fw {chip['build']}\b", info), info
    for port in (1, 4):
        shown = lab.guest(f"devlink port show swp{port}").out
        assert f"flavour physical port {port}" in shown, shown


def registers(lab, words):
    """The first words of the register map, through a snapshot of devlink's region."""
    region = f"pci/{slot(lab)}/registers"
    assert "registers" in lab.guest("devlink region show").out
    lab.guest(f"devlink region new {region} snapshot 7")
    try:
        text = lab.guest(
            f"devlink region read {region} snapshot 7 address 0 length {4 * words}"
        ).out
    finally:
        lab.guest(f"devlink region del {region} snapshot 7")
    octets = [bytes.fromhex(line.split(maxsplit=1)[1]) for line in text.splitlines() if line]
    return struct.unpack(f"<{words}I", b"".join(octets))


def test_rings_channels_and_moderation(lab):
    rings = settings(lab, "-g swp1")
    assert (rings["rx"], rings["tx"]) == ("512", "1024"), rings
    chip = lab.qmp("query-nftsw")[0]
    channels = settings(lab, "-l swp1")
    assert int(channels["combined"]) == chip["queues"] and channels["other"] == "2", channels
    was = settings(lab, "-c swp1")
    try:
        lab.guest("ethtool -C swp1 rx-usecs 50 rx-frames 9")
        now = settings(lab, "-c swp2")
        assert (now["rx-usecs"], now["rx-frames"]) == ("50", "9"), "not for the whole chip"
        assert lab.guest("ethtool -C swp1 rx-usecs 70000", check=False).rc != 0
        # ID, then IRQ_MOD of the first queue: behind identity, control, time, two vectors
        regs = registers(lab, 32)
        assert regs[0] == 0x4E465431
        assert regs[14 + 2 + 4 + 2 * 3 + 1] == 9 << 16 | 50, [hex(r) for r in regs]
    finally:
        lab.guest(f"ethtool -C swp1 rx-usecs {was['rx-usecs']} rx-frames {was['rx-frames']}")
    assert settings(lab, "-c swp1") == was


def check_flow(lab, flow, chip, orig, new, ports):
    """One line of debugfs against the chip's entry and the connection's ends."""
    assert flow["state"] == flow["other"] == "offloaded" and flow["proto"] == "tcp"
    assert int(flow["index"]) == chip["index"]
    assert (flow["orig"], flow["orig_to"]) == orig
    assert (flow["new"], flow["new_to"]) == new
    assert (flow["in"], flow["out"]) == ports
    assert (flow["vlan"], flow["vlan_to"], flow["pppoe"], flow["pppoe_to"]) == ("-",) * 4
    assert int(flow["packets"]) >= 1 and int(flow["bytes"]) >= 40 * int(flow["packets"])
    assert int(flow["packets"]) <= chip["packets"]
    assert int(flow["age"]) <= 600 and flow["idle"] != "never"


def test_flows_say_what_the_chip_does(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host, port=7050) as stream:
        stream.talk()
        both_offloaded(lab)
        stream.talk()
        out, back = sorted(listed(lab), key=lambda f: f["in"])
        sport = out["orig"].rsplit(":", 1)[1]
        nat = back["orig_to"].rsplit(":", 1)[1]
        lan, wan = f"{P.lan_host}:{sport}", f"{P.wan_host}:7050"
        public = f"{P.wan_router}:{nat}"
        chip_out, chip_back = flows_of(lab, 6, P.lan_host)
        assert out["family"] == back["family"] == "ipv4"
        check_flow(lab, out, chip_out, (lan, wan), (public, wan), ("swp1", "swp2"))
        check_flow(lab, back, chip_back, (wan, public), (wan, lan), ("swp2", "swp1"))
        assert (out["smac"], out["dmac"]) == (address(lab, "swp2"), measure.mac(lab, "wan"))
        assert (back["smac"], back["dmac"]) == (address(lab, "swp1"), measure.mac(lab, "lan"))


def test_flows_of_ipv6(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host6, port=7051) as stream:
        stream.talk()
        wait_until("both directions in the chip", lambda: len(proofs.chip_flows(lab)) == 2)
        stream.talk()
        out, back = sorted(listed(lab), key=lambda f: f["in"])
        sport = out["orig"].rsplit(":", 1)[1]
        lan, wan = f"[{P.lan_host6}]:{sport}", f"[{P.wan_host6}]:7051"
        entries = {f["index"]: f for f in proofs.chip_flows(lab)}
        assert out["family"] == back["family"] == "ipv6"
        for flow, ends, ports in (
            (out, (lan, wan), ("swp1", "swp2")),
            (back, (wan, lan), ("swp2", "swp1")),
        ):
            check_flow(lab, flow, entries[int(flow["index"])], ends, ends, ports)


def test_flow_stats_count_and_tell_refusals(lab):
    before, _ = stats(lab)
    assert {"entries", "capacity", "half", "bound", "replaced", "failed", "destroyed", "purged"} <= set(before)
    assert before["entries"] == 0 and before["capacity"] == 65536
    reasons = [n for n in before if n.startswith("refused_")]
    assert sum(before[n] for n in reasons) == before["refused"]
    with TcpStream(lab, "lan", "wan", P.wan_host, port=7052) as stream:
        stream.talk()
        both_offloaded(lab)
        now, _ = stats(lab)
        assert now["entries"] == 2 and now["replaced"] - before["replaced"] >= 2
        lab.guest("ethtool -K swp2 hw-tc-offload off")
        try:
            gone, _ = stats(lab)
            assert gone["entries"] == 0 and gone["purged"] - now["purged"] == 2
            # software sees the connection's packets, and netfilter offers it again
            wait_until(
                "refused with its reason",
                lambda: stream.echo("x") and stats(lab)[0]["refused_port_off"] > before["refused_port_off"],
                interval=1,
            )
            _, words = stats(lab)
            assert re.fullmatch(
                r"\d+s ago: port_off: port p2 takes no flows \(hw-tc-offload off, or going away\)",
                words[-1],
            ), words
        finally:
            lab.guest("ethtool -K swp2 hw-tc-offload on")
    now, _ = stats(lab)
    assert sum(now[n] for n in reasons) == now["refused"]


@contextlib.contextmanager
def failing(lab, opcode, count):
    """The chip refuses the next `count` commands of one kind; the driver's own look at
    counters, which may come in between, is another."""
    fault(lab, "cmd-opcode", opcode)
    fault(lab, "cmd-status", count)
    try:
        yield
    finally:
        fault(lab, "cmd-status", 0)
        fault(lab, "cmd-opcode", 0)


@pytest.mark.faults
def test_fault_of_the_chip_is_told_in_words(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host, port=7053) as stream:
        stream.talk()
        both_offloaded(lab)
        before, _ = stats(lab)
        try:
            with failing(lab, abi.NFTSW_OP_FLOW_SET, 1):
                lab.guest("ip link set swp2 mtu 1492")
            now, words = stats(lab)
            assert now["failed"] == before["failed"] + 1
            assert re.fullmatch(r"\d+s ago: failed: not written to the chip: -(EIO|5)", words[-1]), words
        finally:
            lab.guest("ip link set swp2 mtu 1500")
        assert stream.echo("software carries it") < 5


@pytest.mark.faults
def test_audit_tells_each_difference(lab):
    def audit():
        return lab.guest(f"cat {DEBUGFS}/*/audit").out

    assert audit() == "equal: 0 entries\n"
    with TcpStream(lab, "lan", "wan", P.wan_host, port=7054) as stream:
        stream.talk()
        both_offloaded(lab)
        assert audit() == "equal: 2 entries\n"
        with failing(lab, abi.NFTSW_OP_FLOW_DEL, 1000):
            lab.guest("conntrack -F 2>/dev/null")
            told = wait_until(
                "deletions that the chip refuses",
                lambda: (out := audit()).startswith("different: 0 driver, 2 chip\n") and out,
            )
        lines = told.splitlines()[1:]
        assert all(re.fullmatch(r"\d+: on the chip, stale in the driver", line) for line in lines)
        assert len(lines) == 2, told
        wait_until("the deletion is repeated", lambda: proofs.audit(lab)[0])


@pytest.mark.faults
def test_refused_purge_is_repeated(lab):
    """A purge takes many flows with one command; refused, they are deleted one by one."""
    with TcpStream(lab, "lan", "wan", P.wan_host, port=7055) as stream:
        stream.talk()
        both_offloaded(lab)
        before, _ = stats(lab)
        try:
            with failing(lab, abi.NFTSW_OP_FLOW_PURGE, 1):
                lab.guest("ethtool -K swp2 hw-tc-offload off")
            wait_until("chip and driver have none", lambda: proofs.audit(lab) == (True, "equal: 0 entries"))
            now, _ = stats(lab)
            assert now["stale"] - before["stale"] == 2
        finally:
            lab.guest("ethtool -K swp2 hw-tc-offload on")


def traced(lab):
    """nftsw_fault lines in the trace buffer."""
    text = lab.guest("cat /sys/kernel/tracing/trace").out
    return [line for line in text.splitlines() if "nftsw_fault:" in line]


def timeouts(lab):
    """Commands not answered, as devlink health counts them."""
    shown = lab.guest(f"devlink health diagnose pci/{slot(lab)} reporter chip").out
    found = re.search(r"command not answered, opcode\W+arg\W+\d+\W+count\W+(\d+)", shown)
    assert found, shown
    return int(found.group(1))


@pytest.mark.faults
def test_fault_is_traced_once_and_counted(lab):
    lab.guest(
        "mountpoint -q /sys/kernel/tracing || mount -t tracefs nodev /sys/kernel/tracing\n"
        "cd /sys/kernel/tracing; echo > trace; echo 1 > events/nftsw/nftsw_fault/enable"
    )
    before = timeouts(lab)
    try:
        fault(lab, "cmd-drop", 1)
        # the next look at the counters is never answered
        wait_until("a command timed out", lambda: timeouts(lab) > before, timeout=60)
        assert timeouts(lab) == before + 1
        wait_until("traced", lambda: traced(lab))
        lab.guest(f"devlink health show pci/{slot(lab)} reporter chip")
        lines = traced(lab)
        assert len(lines) == 1 and "fault=0 " in lines[0], lines
    finally:
        fault(lab, "cmd-drop", 0)
        lab.guest("echo 0 > /sys/kernel/tracing/events/nftsw/nftsw_fault/enable")
    wait_until(
        "healthy again",
        lambda: "state healthy" in lab.guest(f"devlink health show pci/{slot(lab)} reporter chip").out,
    )


def policers(lab):
    """devlink's policers: number -> {"rate": .., "burst": .., "dropped": ..}."""
    shown = json.loads(lab.guest("devlink -j -s trap policer show").out)["trap_policer"]
    return {
        p["policer"]: {"rate": p["rate"], "burst": p["burst"], "dropped": p["stats"]["rx"]["dropped"]}
        for p in shown[f"pci/{slot(lab)}"]
    }


def test_policers_spare_ordinary_traffic_and_can_be_set(lab):
    names = lab.guest("devlink trap group show").out
    for number, name in enumerate(("local", "control", "flow", "exception", "flood", "learn", "acl"), 1):
        assert re.search(rf"name {name} generic false policer {number}\b", names), names
    was = policers(lab)
    assert was[1]["rate"] == 0 and all(was[n]["rate"] >= 10000 for n in (2, 3, 4)), was
    gw = address(lab, "swp1")
    frame = measure.frame_config(
        measure.mac(lab, "lan"), gw, P.lan_host, P.wan_host, 40000, measure.UDP_PORT
    ).replace("ttl=64", "ttl=1")
    setting = f"devlink trap policer set pci/{slot(lab)} policer 4"
    assert lab.guest(f"{setting} rate 10000001", check=False).rc != 0
    try:
        lab.guest(f"{setting} rate 10 burst 5")
        with measure.Blaster(lab, "lan", frame, 500):
            wait_until("the policer drops", lambda: policers(lab)[4]["dropped"] > 200)
        table = {
            name: (kind, int(frames))
            for name, kind, frames in (
                line.split() for line in lab.guest(f"cat {DEBUGFS}/*/reasons").out.splitlines()
            )
        }
        chip = {r["name"]: r for r in lab.qmp("query-nftsw")[0]["reasons"] if r["name"] != "none"}
        assert set(table) == set(chip)
        assert {n: k for n, (k, _) in table.items()} == {n: r["kind"] for n, r in chip.items()}
        assert table["policed"][1] > 200 and table["ttl"][1] > 0, table
        assert table["flow_miss"][1] <= chip["flow_miss"]["frames"]
        lab.guest(f"devlink dev reload pci/{slot(lab)} action fw_activate", timeout=120)
        now = policers(lab)
        assert (now[4]["rate"], now[4]["burst"]) == (10, 5), now
    finally:
        lab.guest(f"{setting} rate {was[4]['rate']} burst {was[4]['burst']}")
    router.ready(lab)


def bus_master(lab, where):
    """May the function reach memory?  As its configuration space says."""
    config = lab.guest(f"od -An -tu2 -j4 -N2 /sys/bus/pci/devices/{where}/config").out
    return bool(int(config) & 4)


def test_dma_is_off_without_the_driver(lab):
    where = slot(lab)
    assert bus_master(lab, where)
    lab.guest("nft flush ruleset")
    lab.guest(f"echo {where} > /sys/bus/pci/drivers/nftsw/unbind", timeout=120)
    assert not bus_master(lab, where)
    # as a kernel that crashed leaves it: the driver must take it from there
    lab.guest(f"printf '\\006' | dd of=/sys/bus/pci/devices/{where}/config bs=1 seek=4 "
              "conv=notrunc 2>/dev/null")
    assert bus_master(lab, where)
    lab.guest(f"echo {where} > /sys/bus/pci/drivers/nftsw/bind", timeout=120)
    assert bus_master(lab, where)
    lab.guest("swp-rename 4; nftsw-topo router")
    router.ready(lab)
    router.load(lab, "hardware")


def test_capture_in_qemu_sees_what_the_chip_forwards(lab, tmp_path):
    """filter-dump on a port's netdev: the device must not go past it on the shorter way to a TAP."""
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        stream.echo("before the capture")
        lab.qmp("object-add", **{"qom-type": "filter-dump", "id": "d2", "netdev": "p2",
                                 "file": str(tmp_path / "p2.pcap")})
        try:
            flow = proofs.port_sums(lab)[1]
            stream.echo("while it runs")
            assert proofs.port_sums(lab)[1] > flow, "not forwarded by the chip"
        finally:
            lab.qmp("object-del", id="d2")
        stream.echo("behind it")
    seen = (tmp_path / "p2.pcap").read_bytes()
    # the word and its echo
    assert seen.count(b"while it runs") >= 2
    assert b"before the capture" not in seen and b"behind it" not in seen
