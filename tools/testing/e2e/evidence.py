# SPDX-License-Identifier: GPL-2.0
"""What chip, driver and conntrack say about a connection: questions that many tests ask.

The chip is asked over QMP, past the guest; the driver through debugfs. A claim about
the path of packets rests on the chip's counters per direction and on the CPU port.
"""
import contextlib
import re
import time

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs

P = router.PLAN
TCP, UDP = 6, 17
LAG0 = 64               # what flows and bridges in the chip call the first LAG


def wait_until(what, condition, timeout=30, interval=0.2):
    """Poll until condition() is true; AssertionError names `what` when it never is."""
    end = time.monotonic() + timeout
    while True:
        got = condition()
        if got:
            return got
        assert time.monotonic() < end, f"{what}: not within {timeout} s"
        time.sleep(interval)


def chip_empty(lab):
    """Does the chip hold no flow?"""
    return not proofs.chip_flows(lab)


def flows_of(lab, proto, host):
    """(entry from that host, entry towards it) in the chip, or None where missing.

    One that hands its frames to the CPU, since a SYN, FIN or RST, is that of a connection that was before.
    """
    mine = [f for f in proofs.chip_flows(lab) if f["key"]["proto"] == proto and not f["to-cpu"]]
    orig = [f for f in mine if f["key"]["saddr"] == host]
    reply = [f for f in mine if f["key"]["saddr"] != host]
    return (orig[0] if orig else None, reply[0] if reply else None)


def both_offloaded(lab, proto=TCP, host=P.lan_host):
    """Wait for both entries of the connection in the chip."""
    return wait_until(
        "both directions in the chip",
        lambda: all(found := flows_of(lab, proto, host)) and found,
    )


def flows_on(lab, port, proto=TCP):
    """Entries in the chip of connections to or from an L4 port."""
    return [f for f in proofs.chip_flows(lab) if f["key"]["proto"] == proto
            and port in (f["key"]["sport"], f["key"]["dport"])]


def blast(lab, dst=P.wan_host, rate=2000):
    """One-way UDP from lan to wan at a bounded rate."""
    gw = lab.guest(f"cat /sys/class/net/{router.LAN_IF}/address").out.strip()
    frame = measure.frame_config(
        measure.mac(lab, "lan"), gw, P.lan_host, dst, 40000, measure.UDP_PORT
    )
    return measure.Blaster(lab, "lan", frame, rate)


def reasons(lab):
    """Why frames went to the CPU or nowhere: name -> frames, from the chip."""
    return {r["name"]: r["frames"] for r in lab.qmp("query-nftsw")[0]["reasons"]}


def assert_chip_carries(lab, move, mib, least):
    """`move` mib MiB while both directions are in the chip: it forwards and the CPU rests."""
    offloaded = []

    def watch():
        both_offloaded(lab)
        offloaded.append(proofs.port_sums(lab))

    sent, got = move(lab, "lan", "wan", P.wan_host, mib, while_paused=watch)
    after = proofs.port_sums(lab)
    assert sent == got
    assert after[1] - offloaded[0][1] > least, "the flow table forwarded too little"
    assert after[0] - offloaded[0][0] <= 60, "the CPU port saw more than the connection's end"


def assert_audit(lab):
    """What the driver has of flows, rules, LAGs and bridges is what the chip has, field by field."""
    equal, words = proofs.audit(lab)
    assert equal, f"audit: {words}"


def exchanged(lab, stream, lines, host, proto):
    """(both entries before, both after, frames at the CPU port) of `lines` exchanged on a stream."""
    before, cpu = flows_of(lab, proto, host), proofs.port_sums(lab)[0]
    for n in range(lines):
        stream.echo(f"counted {n}")
    return before, flows_of(lab, proto, host), proofs.port_sums(lab)[0] - cpu


def assert_counted(before, after, cpu, lines, silent):
    """What exchanged() found is what the chip leaves, when it forwards each line."""
    assert all(before), "one direction is not in the chip"
    for old, new in zip(before, after):
        assert new and new["packets"] - old["packets"] >= lines, "the chip counted too little"
    assert not silent or cpu <= 10, "the CPU port was not silent"


def assert_chip_counts(lab, stream, lines=20, host=P.lan_host, silent=True, proto=TCP):
    """Of `lines` exchanged on a TcpStream, each direction's entry counts every one.

    silent: and the CPU port sees none, because there is no other traffic.
    """
    assert_counted(*exchanged(lab, stream, lines, host, proto), lines, silent)
    assert_audit(lab)


def assert_goes_on(lab, stream, mode="hardware", lines=20, silent=True, proto=TCP):
    """How a test ends whose connection lives on: it is carried as `mode` says, and each line comes back.

    With hardware, as assert_chip_counts, but for one thing: the driver sweeps twice, the second time a
    quarter of a second after the change. Entries that came in between go, and the count begins again.
    """
    stream.echo("goes on")      # has TCP's own patience: what was cut a moment ago repeats later and later
    settle(lab, mode, stream, proto)
    if mode == "hardware":
        found = exchanged(lab, stream, lines, P.lan_host, proto)
        if [f and f["cookie"] for f in found[0]] != [f and f["cookie"] for f in found[1]]:
            settle(lab, mode, stream, proto)
            found = exchanged(lab, stream, lines, P.lan_host, proto)
        assert_counted(*found, lines, silent)
        assert_audit(lab)
        return
    for n in range(lines):
        stream.echo(f"without the chip {n}")
    assert chip_empty(lab), f"mode {mode}, and the chip holds flows"


def assert_both_count(lab, proto=TCP, host=P.lan_host, more=20):
    """Of a connection that is busy by itself, both entries count so many packets, and the CPU sees none.

    What has just changed may be followed by another sweep: the count begins again with new entries.
    """
    seen = []

    def counted():
        flows, cpu = flows_of(lab, proto, host), proofs.port_sums(lab)[0]
        same = seen and [f and f["cookie"] for f in flows] == [f["cookie"] for f in seen[0]]
        if not same:
            seen[:] = (flows, cpu) if all(flows) else ()
            return False
        if not all(new["packets"] - old["packets"] >= more for old, new in zip(seen[0], flows)):
            return False
        assert cpu - seen[1] <= 10, f"the CPU port saw {cpu - seen[1]} frames"
        return True

    wait_until(f"{more} packets counted in each direction", counted, interval=0.05)
    assert_audit(lab)


def chip_sends(lab, port):
    """Frames that the flow table has sent through a port, counted from 0."""
    counters = lab.qmp("query-nftsw-ports")[port]["counters"]
    return next(c["value"] for c in counters if c["name"] == "tx_flow")


@contextlib.contextmanager
def chip_moves(lab, mode, least):
    """A TCP transfer from lan to wan: with hardware the chip sends so many frames there, and answers back.

    The far end may answer dozens of segments at once. In other modes the chip forwards nothing.
    """
    before = chip_sends(lab, 1), chip_sends(lab, 0)
    yield
    there, back = chip_sends(lab, 1) - before[0], chip_sends(lab, 0) - before[1]
    if mode == "hardware":
        assert there > least and back > least / 100, f"the flow table forwarded {there} there and {back} back"
    else:
        assert (there, back) == (0, 0), f"mode {mode}, and the flow table forwarded {there} there and {back} back"


def slot(lab):
    """PCI address of the switch."""
    return lab.guest("basename $(readlink /sys/class/net/swp1/device)").out.strip()


def flow_stats(lab):
    """The driver's count of what became of the kernel's requests: name -> number."""
    text = lab.guest("cat /sys/kernel/debug/nftsw/*/flow_stats").out
    return {m[1]: int(m[2]) for m in re.finditer(r"^(\w+) +(\d+)$", text, re.M)}


def stale(lab, why=""):
    """How many directions the driver itself has given up so far, for that reason or for any.

    Not what was refused and has found a path since (stale_path): that was never in the chip.
    """
    return sum(n for name, n in flow_stats(lab).items()
               if name.startswith(f"stale_{why}") and name != "stale_path")


def taken_out(lab):
    """How often the driver has taken entries out so far, by reason: for messages."""
    return {name: n for name, n in flow_stats(lab).items() if n and name.startswith(("stale", "purged", "refused_"))}


def driver_flows(lab):
    """The driver's lines of its flow table."""
    return lab.guest("cat /sys/kernel/debug/nftsw/*/flows").out.splitlines()


def conntrack(lab, proto="tcp", match=""):
    """Lines of the kernel's connection table that contain `match`."""
    lines = lab.guest(f"conntrack -L -p {proto} 2>/dev/null").out.splitlines()
    return [line for line in lines if match in line]


def settle(lab, mode, stream=None, proto=TCP):
    """Wait until the one connection of lan is carried as `mode` says.

    stream: exchanges a line before each look, because the kernel offers a
    connection again only when software sees a packet of it.
    """
    def there():
        if stream:
            stream.echo("settle")
        if mode == "hardware":
            return all(flows_of(lab, proto, P.lan_host))
        name = {TCP: "tcp", UDP: "udp"}[proto]
        marks = conntrack(lab, name, f"src={P.lan_host}")
        # the kernel's mark of hardware outlives the chip's entries, so it does not count here
        return marks and chip_empty(lab) and (mode == "none" or any("OFFLOAD]" in m for m in marks))

    wait_until(f"the connection is carried by: {mode}", there)
    if mode == "none":
        assert not conntrack(lab, match="OFFLOAD]"), "offloaded without a flowtable"


def fault(lab, name, value):
    """Set a fault knob of the chip."""
    lab.qmp("qom-set", path="/machine/peripheral/sw0", property=f"fault-{name}", value=value)


def cookies(lab):
    """What tells the chip's entries apart, even when a number is used again."""
    return {f["cookie"] for f in proofs.chip_flows(lab)}


def bindings(lab):
    """How many ports are bound to flowtables now."""
    stats = flow_stats(lab)
    return stats["bound"] - stats["unbound"]


# kmemleak reports nothing that is younger than five seconds, and nothing that two scans do not find alike
KMEMLEAK = """
start=$SECONDS
echo scan > /sys/kernel/debug/kmemleak || exit 1
[ $((SECONDS - start)) -gt 6 ] || sleep $((7 - SECONDS + start))
echo scan > /sys/kernel/debug/kmemleak || exit 1
cat /sys/kernel/debug/kmemleak
"""
# a function of the driver, or an address that has no name any more: a module that is gone had it
OURS = re.compile(r"nftsw|^ +(?:\[<[0-9a-f]+>\] )?0x[0-9a-f]{8,}$", re.M)
# without memory, kmem_cache_create() itself loses the name of the directory that it does not get
THEIRS = re.compile(r"\bsysfs_slab_add\b")


def leaks(lab):
    """What kmemleak says of memory that the driver has asked for and lost since boot; [] without kmemleak.

    An empty list is worth something only when nobody has told kmemleak to forget what it had found.
    """
    if "debug" not in lab.kernel:
        return []
    found = lab.guest(KMEMLEAK, timeout=240).out
    return [one for one in re.split(r"^(?=unreferenced object)", found, flags=re.M)
            if OURS.search(one) and not THEIRS.search(one)]


def kernel_version(lab):
    """(major, minor) of the kernel in the switch."""
    return tuple(int(n) for n in lab.hello["kernel"].split(".")[:2])


def limit(lab, plain, debug):
    """What may be asked of the switch's kernel: seconds of a debug kernel under TCG are long."""
    return debug if lab.kernel.startswith("debug") else plain


def ports_back(lab):
    """The switch has been probed again: names, addresses and neighbours as after boot."""
    lab.guest("swp-rename 4 && nftsw-topo router", timeout=120)
    router.ready(lab)
