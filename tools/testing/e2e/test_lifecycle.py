# SPDX-License-Identifier: GPL-2.0
"""Flows, ports and the switch itself come and go while connections live in the chip."""
import contextlib
import re
import shlex
import time

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from ends import Ends
from evidence import (TCP, UDP, assert_audit, assert_chip_counts, assert_goes_on, bindings, blast, both_offloaded,
                      chip_empty, chip_sends, conntrack, cookies, driver_flows, fault, flow_stats,
                      flows_of, flows_on, kernel_version, ports_back, settle, slot, stale,
                      wait_until)
from failure_modes import HERE
from scapy.all import Dot1Q
from settings import flow_timeout, load
from talk import side
from traffic import EchoServer, TcpStream, churn, churn_result
from uplink import Uplink

P = router.PLAN


# Requests that repeat, come late, or ask for what is not there


LEAVE = "nft 'delete flowtable inet fw4 ft { devices = { swp2 }; }'"
JOIN = "nft 'add flowtable inet fw4 ft { hook ingress priority 0; devices = { swp2 }; flags offload; }'"


def test_fm07_half_offloaded_connection_is_completed(lab):
    """While swp2 is not in the flowtable, the direction that enters there is refused."""
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        refused = flow_stats(lab)["refused_ingress"]
        lab.guest(LEAVE)
        wait_until("one direction in the chip", lambda: stream.echo("half")
                   and flows_of(lab, TCP, P.lan_host)[0])
        assert flow_stats(lab)["refused_ingress"] > refused
        # the kernel's mark says hardware all the same; the driver's list is honest
        assert conntrack(lab, match="[HW_OFFLOAD]")
        line, = driver_flows(lab)
        assert " other=software " in line and flow_stats(lab)["half"] == 1, line
        repeated = flow_stats(lab)["repeated"]
        lab.guest(JOIN)
        settle(lab, "hardware", stream)
        lines = driver_flows(lab)
        assert [" other=offloaded " in one for one in lines] == [True] * 2, lines
        assert flow_stats(lab)["half"] == 0
        # the kernel asks for both again; the one that is there costs nothing
        assert flow_stats(lab)["repeated"] > repeated, "no request came twice"
        assert_chip_counts(lab, stream)


def test_fm07_requests_about_unknown_flows_are_harmless(lab):
    """The kernel asks for counters and deletion of what was refused, too."""
    fault(lab, "table-full", 1)
    try:
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            settle(lab, "software", stream)
            before = flow_stats(lab)
            lab.guest("conntrack -F 2>/dev/null")
            wait_until("a request about an unknown flow",
                       lambda: flow_stats(lab)["unknown"] >= before["unknown"] + 2)
            assert flow_stats(lab)["entries"] == 0
    finally:
        fault(lab, "table-full", 0)


@pytest.mark.soak
def test_fm08_many_short_flows(lab, length):
    """Workers add, count and delete, for connections end, rest and expire; the tables are equal under way."""
    flows = length(300, 10000)
    before, sent = flow_stats(lab), [chip_sends(lab, port) for port in (0, 1)]
    lab.guest("sysctl -qw net.netfilter.nf_flowtable_udp_timeout=3 net.netfilter.nf_flowtable_tcp_timeout=3")
    try:
        with EchoServer(lab, "wan"):
            running = [churn(lab, proto, P.wan_host, flows, 8) for proto in ("tcp", "udp")]
            while any(p.poll() is None for p in running):
                time.sleep(2)
                equal, words = proofs.audit(lab)
                assert equal, words
            results = [churn_result(p, 60) for p in running]
            assert all(r == {"flows": flows, "bad": 0, "lost": 0} for r in results), results
        after = flow_stats(lab)
        # a short connection may be over before the kernel's worker comes to it: how many is luck
        assert after["replaced"] - before["replaced"] >= flows, "most never came to the driver"
        assert all(after[n] == before[n] for n in ("failed", "stale", "refused", "table_full")), after
        carried = [chip_sends(lab, port) - was for port, was in enumerate(sent)]
        # most are over before the chip has them; every tenth goes on for seconds
        assert min(carried) >= flows // 10, f"the chip forwarded next to nothing (to lan, to wan): {carried}"
        wait_until("the short timeouts empty the chip", lambda: chip_empty(lab), timeout=60)
    finally:
        lab.guest("sysctl -qw net.netfilter.nf_flowtable_udp_timeout=30 net.netfilter.nf_flowtable_tcp_timeout=30")


def test_fm09_full_table_means_software_until_there_is_room(lab):
    before = flow_stats(lab)["table_full"]
    fault(lab, "table-full", 1)
    try:
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            settle(lab, "software", stream)
            # the kernel tries again about once a second, and each try is counted
            wait_until("counted again", lambda: stream.echo("more")
                       and flow_stats(lab)["table_full"] >= before + 4)
            fault(lab, "table-full", 0)
            settle(lab, "hardware", stream)
            assert_chip_counts(lab, stream)
    finally:
        fault(lab, "table-full", 0)


def test_fm10_recycled_entry_is_another_flow(lab):
    """Delete a busy connection and begin another at once, which gets its entry numbers."""
    lab.guest("sysctl -qw net.netfilter.nf_conntrack_acct=1")
    measure.sink(lab, "wan")
    with blast(lab):
        old = both_offloaded(lab, UDP)
        wait_until("it is busy", lambda: flows_of(lab, UDP, P.lan_host)[0]["packets"] > 5000)
    numbers = {f["index"] for f in old}
    reused = set()
    for port in range(7002, 7006):
        lab.guest("conntrack -F 2>/dev/null")
        with TcpStream(lab, "lan", "wan", P.wan_host, port) as stream:
            stream.talk()
            new = wait_until("both directions in the chip", lambda: len(flows_on(lab, port)) == 2
                             and flows_on(lab, port))
            reused |= {f["index"] for f in new} & numbers
            numbers |= {f["index"] for f in new}
            # the deletion of the old flow may come late; the new one must stay
            wait_until("the old flow gone", lambda: not cookies(lab) & {f["cookie"] for f in old})
            time.sleep(1)
            assert cookies(lab) == {f["cookie"] for f in new}, "the new flow went with the old one"
            assert_chip_counts(lab, stream)
            assert all(f["packets"] < 500 for f in flows_of(lab, TCP, P.lan_host))
            counted = [int(n) for line in conntrack(lab, match=f"dport={port}")
                       for n in re.findall(r"packets=(\d+)", line)]
            assert counted and max(counted) < 500, f"conntrack got another flow's packets: {counted}"
        old = new
    assert reused, "no entry number was used again"


# Ports


def test_fm11_port_down_takes_its_flows(lab, mode):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        settle(lab, mode, stream)
        lab.guest("ip link set swp2 down")
        wait_until("flows of the port gone", lambda: chip_empty(lab), timeout=10)
        # the IPv6 addresses of the port went with it
        lab.guest("ip link set swp2 up; ip addr replace 2001:db8:2::1/64 dev swp2 nodad")
        router.ready(lab)
        assert_goes_on(lab, stream, mode)


def test_fm11_rename_under_a_live_connection(lab):
    """6.12 keeps the binding; 7.3 looks for names, so the port leaves the flowtable and comes back."""
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        for name, old in (("uplink", "swp2"), ("swp2", "uplink")):
            lab.guest(f"ip link set {old} name {name}")
            assert stream.echo(f"now {name}") < 5
            away = name == "uplink" and kernel_version(lab) >= (7, 0)
            assert bindings(lab) == (1 if away else 2)
            assert not away or not any(f["key"]["port"] == 1 for f in proofs.chip_flows(lab)), "still its entries"
            equal, words = proofs.audit(lab)
            assert equal, words
        settle(lab, "hardware", stream)
        assert_chip_counts(lab, stream)


def test_fm11_port_leaves_its_flowtable_and_returns(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest(LEAVE)
        # what leaves through the port may be offered again, what enters through it may not
        assert not any(f["key"]["port"] == 1 for f in proofs.chip_flows(lab)), "its entries are there"
        assert bindings(lab) == 1
        stream.talk()
        assert not any(f["key"]["port"] == 1 for f in proofs.chip_flows(lab))
        lab.guest(JOIN)
        assert bindings(lab) == 2
        settle(lab, "hardware", stream)
        assert_chip_counts(lab, stream)


def test_fm11_port_does_not_leave_its_namespace(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        mine = {f["cookie"] for f in both_offloaded(lab)}
        lab.guest("ip netns add elsewhere")
        try:
            refused = lab.guest("ip link set swp2 netns elsewhere", check=False)
            assert refused.rc and ("Invalid argument" in refused.err or "immutable" in refused.err)
        finally:
            lab.guest("ip netns del elsewhere")
        assert cookies(lab) == mine
        assert_chip_counts(lab, stream)


def test_fm11_vlan_device_deleted_above_a_port(lab):
    """The driver sees the device go. (Masquerading would forget its connections, and with them their entries.)"""
    wan_ip = "198.51.100.2"
    lab.guest(
        "set -e; ip link add link swp2 name swp2.100 type vlan id 100\n"
        "ip addr add 198.51.100.1/24 dev swp2.100; ip link set swp2.100 up\n"
        f"ip neigh replace {wan_ip} lladdr {measure.mac(lab, 'wan')} dev swp2.100 nud permanent"
    )
    load(lab, "hardware", (('oifname "swp2"', 'oifname "swp2.100"'), ("meta nfproto ipv4 masquerade", "accept")))
    before = stale(lab)
    # each frame without a route costs a debug kernel milliseconds, and the deletion waits for them
    with blast(lab, dst=wan_ip, rate=100):
        assert both_offloaded(lab, UDP)[0]["action"]["tags"][0]["vid"] == 100
        lab.guest("ip link del swp2.100")
        wait_until("its entries gone under traffic", lambda: chip_empty(lab), timeout=20)
        time.sleep(2)
        assert chip_empty(lab), "offloaded again without a route"
    assert stale(lab) > before


# The switch


def works_anew(lab):
    """After a probe: the ports and the ruleset, nothing of before, and a connection in the chip."""
    ports_back(lab)
    assert chip_empty(lab), "entries survived the probe"
    router.load(lab, "hardware")
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        assert_goes_on(lab, stream)


def test_fm12_module_goes_with_flows_live_and_comes_back(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("rmmod nftsw", timeout=120)
        assert chip_empty(lab)
    lab.guest("nftsw-load", timeout=120)
    works_anew(lab)


def test_fm12_unbind_and_bind_under_traffic(lab):
    measure.sink(lab, "wan")
    address = slot(lab)
    with blast(lab):
        wait_until("UDP entry", lambda: flows_of(lab, UDP, P.lan_host)[0])
        lab.guest(f"echo {address} > /sys/bus/pci/drivers/nftsw/unbind", timeout=120)
        lab.guest(f"echo {address} > /sys/bus/pci/drivers/nftsw/bind", timeout=120)
    works_anew(lab)


@pytest.mark.parametrize(
    "reset",
    (
        "echo 1 > /sys/bus/pci/devices/{address}/reset",
        "devlink dev reload pci/{address} action fw_activate",
        "echo devices > /sys/power/pm_test && echo freeze > /sys/power/state",
    ),
    ids=("flr", "devlink_reload", "suspend_and_resume"),
)
def test_fm12_connection_survives(lab, reset):
    address = slot(lab)
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        if "freeze" in reset:
            lab.guest_sleep(reset)
        else:
            lab.guest(reset.format(address=address), timeout=120)
        wait_until("the line comes back", lambda: stream.echo("after the reset") < 30)
        # software sees packets again, and netfilter offers the connection once more
        settle(lab, "hardware", stream)
        assert_chip_counts(lab, stream)


def test_fm12_card_vanishes_from_the_bus(lab):
    """Reads give all ones and DMA stops, as with a card pulled out; then it is removed and found again."""
    address = slot(lab)
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest(f"setpci -s {address} COMMAND=0:6")
        start = time.monotonic()
        lab.guest(f"echo 1 > /sys/bus/pci/devices/{address}/remove", timeout=120)
        assert time.monotonic() - start < 30, "removal waited for a card that is gone"
    assert "swp" not in lab.guest("ls /sys/class/net").out
    lab.guest("echo 1 > /sys/bus/pci/rescan", timeout=120)
    works_anew(lab)


def reload_ports(lab, how):
    """All ports go and come anew, under the names that the kernel gives; {port: name}."""
    lab.guest(how, timeout=120)
    wait_until("all ports", lambda: len(names_of_ports(lab)) == lab.ports)
    return names_of_ports(lab)


def names_of_ports(lab):
    text = lab.guest("grep -H . /sys/class/net/*/phys_port_name 2>/dev/null || true").out
    return {int(m[2]): m[1] for m in re.finditer(r"net/(\w+)/phys_port_name:p(\d+)", text)}


DRIVER = "/sys/bus/pci/drivers/nftsw"
PORTS_ANEW = {"devlink_reload": "devlink dev reload pci/{address}",
              "unbind": f"echo {{address}} > {DRIVER}/unbind; echo {{address}} > {DRIVER}/bind"}


def flowtable_works(lab, ports=2):
    """So many ports are bound, and the chip carries a connection."""
    wait_until("bound without nft", lambda: bindings(lab) == ports, timeout=5)
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        settle(lab, "hardware", stream)
        assert_chip_counts(lab, stream)


ELSEWHERE = "elsewhere"


def there(lab, command, **more):
    """A shell line in the other network namespace of the switch."""
    return lab.guest(f"ip netns exec {ELSEWHERE} sh -c {shlex.quote(command)}", **more)


def namespace_ends(lab):
    """With a connection live in the chip for a flowtable that was made in it."""
    there(lab, "nft -f -", stdin=router.ruleset("hardware"))
    assert bindings(lab) == 2, "the flowtable of the other namespace binds no ports"
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        settle(lab, "hardware", stream)
        assert_chip_counts(lab, stream)
        lab.guest(f"ip netns del {ELSEWHERE}")
        wait_until("all ports are back", lambda: len(names_of_ports(lab)) == lab.ports)
        assert chip_empty(lab) and flow_stats(lab)["entries"] == bindings(lab) == 0


def test_fm12_ports_move_to_another_network_namespace(lab):
    """devlink takes all ports along; the end of the namespace, with flowtable and flows in it, sends
    them back to where the kernel began.
    """
    card = f"pci/{slot(lab)}"
    lab.guest(f"ip netns add {ELSEWHERE}; ip netns exec {ELSEWHERE} ip link set lo up")
    try:
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            lab.guest(f"devlink dev reload {card} netns {ELSEWHERE}", timeout=120)
            assert chip_empty(lab) and flow_stats(lab)["entries"] == 0, "entries moved with the ports"
        assert bindings(lab) == 0 and not names_of_ports(lab)
        there(lab, f"swp-rename {lab.ports} && nftsw-topo router", timeout=120)
        router.ready(lab)
        assert card in there(lab, "devlink dev show").out and card not in lab.guest("devlink dev show").out
        namespace_ends(lab)
        assert card in lab.guest("devlink dev show").out
    finally:
        lab.guest(f"ip netns del {ELSEWHERE} 2>/dev/null || true")
        wait_until("all ports are back", lambda: len(names_of_ports(lab)) == lab.ports)
        works_anew(lab)


@pytest.mark.newest
@pytest.mark.parametrize("how", PORTS_ANEW)
def test_fm12_flowtable_waits_for_its_ports(lab, how):
    """Since 7.3 it keeps their names, and binds a port that is renamed to one (6.12 forgets them)."""
    before = lab.guest("nft -s list ruleset").out
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        reload_ports(lab, PORTS_ANEW[how].format(address=slot(lab)))
        assert bindings(lab) == 0 and chip_empty(lab)
    ports_back(lab)
    flowtable_works(lab)
    assert lab.guest("nft -s list ruleset").out == before


@pytest.mark.newest
def test_fm12_flowtable_binds_ports_as_they_are_made(lab):
    """The same from within NETDEV_REGISTER: the flowtable has the names that the kernel gives."""
    how = PORTS_ANEW["devlink_reload"].format(address=slot(lab))
    names = reload_ports(lab, how)
    text = router.ruleset("hardware").replace("swp1", names[1]).replace("swp2", names[2])
    lab.guest("nft -f -", stdin=text)
    try:
        assert bindings(lab) == 2
        assert reload_ports(lab, how) == names, "other names than before"
        lab.guest("\n".join(f"ip addr add {addr}/24 dev {names[n]}; ip link set {names[n]} up"
                            for n, addr in ((1, P.lan_router), (2, P.wan_router))))
        router.ready(lab)
        flowtable_works(lab)
    finally:
        lab.guest(f"nft flush ruleset; ip addr flush dev {names[1]}; ip addr flush dev {names[2]}")
        ports_back(lab)


@pytest.mark.newest
def test_fm12_flowtable_takes_every_port_by_its_first_letters(lab):
    """The devices are "swp*": those that are there, and those that come."""
    lab.guest("nft -f -", stdin=re.sub(r"\n\t*devices = .*", "", router.ruleset("hardware")))
    assert bindings(lab) == 0
    # not from the shared folder: 9p has been seen to hang at a first access late in a 7.3's life
    lab.guest("python3 -ISE - fw4 ft swp", stdin=(HERE / "wildcard.py").read_text(encoding="utf-8"))
    assert bindings(lab) == lab.ports
    reload_ports(lab, PORTS_ANEW["devlink_reload"].format(address=slot(lab)))
    assert bindings(lab) == 0
    ports_back(lab)
    flowtable_works(lab, lab.ports)


# What an operator does to a port


def test_fm13_hw_tc_offload_off_and_on(lab):
    try:
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            refused = flow_stats(lab)["refused_port_off"]
            lab.guest("ethtool -K swp1 hw-tc-offload off")
            wait_until("entries of the port gone", lambda: chip_empty(lab), timeout=10)
            wait_until("new requests are refused", lambda: stream.echo("software carries it")
                       and flow_stats(lab)["refused_port_off"] > refused)
            settle(lab, "software", stream)
            with TcpStream(lab, "lan", "wan", P.wan_host, 7003) as fresh:
                fresh.talk()
                assert chip_empty(lab), "a new connection through the port is in the chip"
            lab.guest("ethtool -K swp1 hw-tc-offload on")
            settle(lab, "hardware", stream)
            assert_chip_counts(lab, stream)
    finally:
        lab.guest("ethtool -K swp1 hw-tc-offload on")


def test_fm13_offload_off_does_not_outlive_its_port(lab):
    address = slot(lab)
    lab.guest("nft flush ruleset; ethtool -K swp1 hw-tc-offload off")
    lab.guest(f"devlink dev reload pci/{address}", timeout=120)
    works_anew(lab)
    assert "hw-tc-offload: on" in lab.guest("ethtool -k swp1").out


SEVEN = ("198.51.100.1", "198.51.100.2")     # router and wan in VLAN 7


@contextlib.contextmanager
def vlan_seven(lab, mode):
    """wan is reached in VLAN 7 as well, and the rules let lan out there."""
    both = 'oifname { "swp2", "swp2.7" } jump'
    lab.guest(f"set -e; ip link add link swp2 name swp2.7 type vlan id 7\n"
              f"ip addr add {SEVEN[0]}/24 dev swp2.7; ip link set swp2.7 up\n"
              f"ip neigh replace {SEVEN[1]} lladdr {measure.mac(lab, 'wan')} dev swp2.7 nud permanent")
    try:
        load(lab, mode, (('oifname "swp2" jump', both),))
        time.sleep(0.5)     # the sweeps for its routes are repeated
        with Ends(lab) as ends, \
             Uplink(ends, side(lab, ends.wire("wan"), "swp2", tags=(Dot1Q(vlan=7),)), f"{SEVEN[1]}/24"):
            yield
            assert_audit(lab)
    finally:
        lab.guest("nft flush ruleset; ip link del swp2.7; rm -f /run/cap*")


# Where, what, and how much of 30 lines there and back has to be seen at least in each mode (tcpdump may miss
# a few of 60 in a busy debug kernel, and these modes are no more than the measure of hardware's). What comes in,
# software's flowtable takes at the port, before a device above it sees it, and 7.3's writes the tag of what
# goes out itself.
CAPTURES = (("swp1", "tcp port 7002", {"none": 50, "software": 50}),
            ("swp1", "tcp port 7003", {"none": 50, "software": 50}),
            ("swp2", "tcp port 7002", {"none": 50, "software": 50}),
            ("swp2.7", "tcp port 7003", {"none": 50, "software": 0}))
PINGS = 3       # to the router itself: every capture sees them, in every mode


def captures_begin(lab):
    # -s: what is shown at once has a ring of a few places of the greatest length, and loses what finds none
    for n, (port, what, _) in enumerate(CAPTURES):
        lab.guest_spawn(f"exec timeout 120 tcpdump -Z root --immediate-mode -s 128 -Uni {port} "
                        f"-w /run/cap{n} '{what} or icmp'")
    wait_until("the captures run", lambda: all(
        lab.guest(f"test -s /run/cap{n}", check=False) for n in range(len(CAPTURES))))


def captured(lab, what):
    """How many packets of a kind each capture has written so far."""
    lines = (f"tcpdump -nr /run/cap{n} {what} 2>/dev/null | grep -c . || true" for n in range(len(CAPTURES)))
    return [int(count) for count in lab.guest("\n".join(lines)).out.split()]


def ping_the_ports(lab):
    for host, router_ip in (("lan", P.lan_router), ("wan", P.wan_router), ("wan", SEVEN[0])):
        lab.host(host, f"ping -q -c {PINGS} -i 0.2 {router_ip}")


def captures_end(lab):
    """The connection's packets in each.  Captures are in order: who has the last pings has all before them."""
    ping_the_ports(lab)
    wait_until("the captures have the pings before and after",
               lambda: min(captured(lab, "icmp")) >= 4 * PINGS, timeout=60, interval=1)
    lab.guest("pkill -INT tcpdump; while pgrep tcpdump >/dev/null; do sleep 0.2; done")
    return captured(lab, "tcp")


def test_fm14_capture_on_a_port_changes_nothing(lab, mode):
    """A capture makes the port promiscuous; it sees what the CPU sees: with hardware not the connections."""
    # they rest while captures begin, end and are read, which may take a debug kernel longer than flows rest
    with flow_timeout(lab, 120), vlan_seven(lab, mode), \
         TcpStream(lab, "lan", "wan", P.wan_host, 7002) as stream, \
         TcpStream(lab, "lan", "wan", SEVEN[1], 7003) as tagged:
        for one, port in ((stream, 7002), (tagged, 7003)):
            one.talk()
            wait_until("carried", lambda: one.echo("settle") and carried_so(lab, mode, port))
        mine = cookies(lab)
        captures_begin(lab)
        wait_until("promiscuous", lambda: all(p["promiscuous"] for p in lab.qmp("query-nftsw-ports")[:2]))
        ping_the_ports(lab)
        before = flows_on(lab, 7002) + flows_on(lab, 7003)
        for n in range(30):
            stream.echo(f"captured {n}")
            tagged.echo(f"captured with a tag {n}")
        seen = captures_end(lab)
        after = {f["cookie"]: f["packets"] for f in flows_on(lab, 7002) + flows_on(lab, 7003)}
        assert all(after[f["cookie"]] - f["packets"] >= 30 for f in before), "the chip counted too little"
        for one, port in ((stream, 7002), (tagged, 7003)):
            one.echo("goes on")
            assert carried_so(lab, mode, port)
        assert cookies(lab) == mine
    for (port, what, least), packets in zip(CAPTURES, seen):
        if mode == "hardware":
            assert packets <= 5, f"the capture of {what} on {port} saw {packets} packets that the chip forwarded"
        else:
            assert packets >= least[mode], f"the capture of {what} on {port} saw {packets} packets of 30 lines"
    assert not any(p["promiscuous"] for p in lab.qmp("query-nftsw-ports")[:2])


def carried_so(lab, mode, port):
    """Is the connection to that port carried as `mode` says?"""
    mark = {"none": "", "software": "[OFFLOAD]", "hardware": "[HW_OFFLOAD]"}[mode]
    return (len(flows_on(lab, port)) == (2 if mode == "hardware" else 0)
            and any(mark in line for line in conntrack(lab, match=f"dport={port} ")))
