# SPDX-License-Identifier: GPL-2.0
"""Full tables, of flows and of hosts: software or flooding carries on, and room is used at once.

The switch with the small tables is of no use to others, so the last test shuts it down.
"""
import json
import re
import time

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from bridged import bridge, cables, chip_hosts, fdb, guest, same_hosts
from conftest import KERNEL, wait_until
from evidence import both_offloaded, slot
from nftsw_lab import Lab
from traffic import TcpStream

P = router.PLAN
ENTRIES = 16
HOSTS = 256
BRIDGED = {"lan": "swp1", "wan": "swp2", "h3": "swp3"}
# Every uevent of the switch, one a line, until the guest stops.
UEVENTS = """
import socket
s = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 15)
s.bind((0, 1))
print("listening", flush=True)
while True:
    words = [w for w in s.recv(8192).decode().split("\\0") if w.startswith("NFTSW_")]
    if words:
        print(*words, flush=True)
"""


@pytest.fixture(scope="module")
def small():
    """A switch whose chip has room for eight connections, and a listener for its uevents."""
    with Lab(name="e2e-small", topology="router", ports=3, kernel=KERNEL,
             props={"flows": ENTRIES, "fdb": HOSTS}, qemu_args=["-no-shutdown"]) as lab:
        router.ready(lab)
        router.load(lab, "hardware")
        lab.guest("cat >/tmp/uevents.py", stdin=UEVENTS)
        lab.guest("touch /tmp/uevents /tmp/devlink")
        lab.guest_spawn("python3 -u /tmp/uevents.py >/tmp/uevents")
        lab.guest_spawn("devlink monitor health >/tmp/devlink")
        wait_until("a listener", lambda: "listening" in lab.guest("cat /tmp/uevents").out)
        time.sleep(1)
        yield lab


def told(lab):
    """States of the table that uevents have brought."""
    return re.findall(r"NFTSW_FLOW_TABLE=(\w+)", lab.guest("cat /tmp/uevents").out)


def told_by_devlink(lab):
    """States of the reporter flow_table that devlink has told, with the count of errors."""
    text = lab.guest("cat /tmp/devlink").out
    return re.findall(r"reporter flow_table\s+state (\w+) error (\d+)", text)


def diagnosed(lab):
    """What the reporter says of the table: name -> word."""
    shown = lab.guest(f"devlink -j health diagnose pci/{slot(lab)} reporter flow_table").out
    return json.loads(shown)


def not_recovered(lab):
    """Does the reporter, in error, refuse to recover?"""
    said = lab.guest(f"devlink health recover pci/{slot(lab)} reporter flow_table", check=False)
    return said.rc != 0 and "not supported" in said.err


def flow_stats(lab, name):
    text = lab.guest("cat /sys/kernel/debug/nftsw/*/flow_stats").out
    return re.search(rf"^{name} +(\S+)", text, re.M).group(1)


def mine(lab, port):
    """Entries of the connection to that port of wan."""
    return [f for f in proofs.chip_flows(lab)
            if port in (f["key"]["sport"], f["key"]["dport"])]


def test_fm09_refused_flow_gets_in_when_there_is_room(small):
    lab = small
    streams = []
    try:
        for n in range(ENTRIES // 2):
            streams.append(TcpStream(lab, "lan", "wan", P.wan_host, port=7100 + n))
            streams[n].talk(5)
        wait_until("chip full", lambda: len(proofs.chip_flows(lab)) == ENTRIES)
        wait_until("uevent of pressure", lambda: "pressure" in told(lab))
        late = TcpStream(lab, "lan", "wan", P.wan_host, port=7200)
        streams.append(late)
        late.talk(5)
        wait_until("refusal counted", lambda: int(flow_stats(lab, "table_full")) >= 2)
        wait_until("uevent of a full table", lambda: "full" in told(lab))
        # each packet that software sees a second after the last is another try
        wait_until("a full table in flow_stats",
                   lambda: late.echo("again") and flow_stats(lab, "table") == "full")
        wait_until("devlink's word of a full table",
                   lambda: late.echo("again") and told_by_devlink(lab)[-1:] and
                   told_by_devlink(lab)[-1][0] == "error")
        wait_until("its diagnosis", lambda: late.echo("again") and diagnosed(lab)["table"] == "full")
        table = diagnosed(lab)
        assert (table["size"], table["used"]) == (ENTRIES, ENTRIES) and table["refused"] >= 2, table
        wait_until("nothing to recover", lambda: late.echo("again") and not_recovered(lab))
        assert not mine(lab, 7200)
        cpu = proofs.port_sums(lab)[0]
        for n in range(20):
            assert late.echo(f"software {n}") < 5
        assert proofs.port_sums(lab)[0] - cpu >= 20, "who carried that?"
        listed = lab.guest("conntrack -L -p tcp --orig-port-dst 7200 2>/dev/null").out
        assert "[HW_OFFLOAD]" not in listed and "[OFFLOAD]" in listed, listed

        # one goes, and takes its two entries along: the late one needs no more than packets
        measure.end(streams[0]._cli)
        lab.guest("conntrack -D -p tcp --orig-port-dst 7100 >/dev/null 2>&1 || true")
        start = time.monotonic()
        wait_until("the late connection offloaded",
                   lambda: late.echo("room?") and len(mine(lab, 7200)) == 2,
                   timeout=10, interval=0.3)
        # the deletion is the kernel's next round, the offer the second after the last refusal
        print(f"# offloaded {time.monotonic() - start:.1f} s after room was made")
        wait_until("CPU port silent for it", lambda: carried_by_chip(lab, late), timeout=20)
        equal, words = proofs.audit(lab)
        assert equal, words
    finally:
        for s in streams:
            s.close()
    lab.guest("conntrack -F >/dev/null 2>&1 || true")
    wait_until("chip empty", lambda: not proofs.chip_flows(lab))
    wait_until("uevent of room", lambda: told(lab)[-1] == "room")
    states = told(lab)
    assert all(a != b for a, b in zip(states, states[1:])), f"told twice: {states}"
    assert flow_stats(lab, "table") == "room"
    wait_until("devlink's word of its end", lambda: told_by_devlink(lab)[-1][0] == "healthy")
    # once for each time; two in the same second are one
    words = told_by_devlink(lab)
    assert words == [(state, str(n + 1)) for n in range(len(words) // 2)
                     for state in ("error", "healthy")], words
    assert len(words) // 2 <= states.count("full"), (words, states)
    assert int(flow_stats(lab, "room_changes")) == len(states)
    assert not lab.kernel_complaints()


def carried_by_chip(lab, stream):
    """Ten lines there and back, and not one packet for the CPU."""
    cpu = proofs.port_sums(lab)[0]
    for n in range(10):
        stream.echo(f"hardware {n}")
    return proofs.port_sums(lab)[0] - cpu <= 2


def test_fm39_more_hosts_than_there_is_room_for(small):
    """Hosts beyond the chip's table are flooded to, those in it are not; a flush makes room for others."""
    lab, late = small, f"02:77:00:00:{HOSTS + 50 >> 8:02x}:{HOSTS + 50 & 255:02x}"
    with bridge(lab, ports=BRIDGED), cables(lab, tuple(BRIDGED)) as c:
        c.speak("lan", "h3")
        for n in range(HOSTS + 51):
            c.wire["wan"].send(c.frame("wan", "lan", b"one of many", smac=f"02:77:00:00:{n >> 8:02x}:{n & 255:02x}"))
        hosts = wait_until("the table is as full as it gets", lambda: len(now := chip_hosts(lab)) > HOSTS * 0.9 and now)
        assert late not in [h["mac"] for h in hosts], "there was room for all"
        assert c.counts(c.send("lan", "h3", 50)) == {"h3": 50}
        assert c.counts(c.send("lan", late, 50)) == {"h3": 50, "wan": 50}
        same_hosts(lab)
        guest(lab, f"ip link set {BRIDGED['wan']} type bridge_slave fdb_flush")
        wait_until("room", lambda: len(chip_hosts(lab)) < HOSTS // 4)
        c.speak("wan", smac=late)
        wait_until("the late one is in the chip", lambda: "offload" in str(fdb(lab, late)))
        assert c.counts(c.send("lan", late, 50)) == {"wan": 50}
    router.load(lab, "hardware")
    assert not lab.kernel_complaints()


def test_shutdown_stops_the_chip(small):
    """The system goes down with flows live: no frame is forwarded afterwards."""
    lab = small
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        assert lab.qmp("query-nftsw")[0]["enabled"]
        lab.guest("echo 7 >/proc/sys/kernel/printk")  # warnings to the console, which stays
        # the agent answers first, and then goes down with the rest
        lab.guest_spawn("sleep 0.5; /nftsw/busybox reboot -f")
        wait_until(
            "the machine has stopped",
            lambda: lab.qmp("query-status")["status"] in ("shutdown", "paused"),
            timeout=60,
        )
        chip = lab.qmp("query-nftsw")[0]
        assert chip["ready"] and not chip["enabled"] and chip["flow-used"] == 0, chip
    assert not lab.kernel_complaints(lab.console_text())
