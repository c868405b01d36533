# SPDX-License-Identifier: GPL-2.0
"""What is above the ports: bridges, VLANs, hosts that move, neighbours, routes.

A connection is offloaded, something about its path changes, and it has to go on: through
the new path, in the chip again, with a pause that a person does not notice.
"""
import contextlib
import json
import re
import time
from dataclasses import replace

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from conftest import chip_empty, flowtable_modes, wait_until
from ends import Ends, silent
from evidence import (UDP, assert_audit, assert_both_count, assert_chip_carries, assert_chip_counts, assert_goes_on,
                      bindings, blast, both_offloaded, chip_sends, conntrack, flow_stats, flows_of, kernel_version,
                      limit, reasons, settle, stale)
from nftsw_lab import FOREIGN_MAC
from scapy.all import (ARP, IP, LLC, STP, Dot3, Ether, ICMPv6MLDMultAddrRec, ICMPv6MLReport2, ICMPv6ND_NS,
                       ICMPv6NDOptSrcLLAddr, IPv6, IPv6ExtHdrHopByHop, Raw, RouterAlert)
from scapy.contrib.igmpv3 import IGMPv3, IGMPv3gr, IGMPv3mr
from settings import patient_udp, sysctls
from talk import NOISE, nat_talk, noise
from traffic import SteadyDownload, TcpStream, arrives, capture, download, transfer

P = router.PLAN
BRIDGE = "br-lan"
BRIDGE_MAC = "02:b0:b0:b0:b0:b0"
# Seconds without traffic that a change may cost, as far as they can be counted in frames.
STALL_MAX = 1.0
# Seconds. TCP's own patience is 0.2 s to begin with, and doubles.
PAUSE_MAX = {"plain": 1.0, "debug": 4.0}


def guest(lab, *lines):
    """Shell lines in the switch; the first that fails raises."""
    return lab.guest("set -e\n" + "\n".join(lines)).out


def load(lab, lan_if, wan_ifs=("swp2",), devices=("swp1", "swp2", "swp3"), mode="hardware"):
    """The router's rules with another LAN device, and perhaps more uplinks."""
    wan = ", ".join(f'"{w}"' for w in wan_ifs)
    text = router.ruleset(mode, devices)
    text = text.replace('iifname "swp1"', f'iifname "{lan_if}"')
    text = text.replace('oifname "swp2"', f"oifname {{ {wan} }}")
    lab.guest("nft -f -", stdin=text)


def known_again(lab):
    """Have the LAN host known to the router: a connection that comes first stays in software."""
    router.reach(lab, "lan", P.lan_router)


def foreign_name(lab):
    """The switch's NIC that is not the chip's."""
    lab.guest("modprobe -qa virtio_net || true")
    links = json.loads(lab.guest("ip -j link").out)
    return next(link["ifname"] for link in links if link.get("address") == FOREIGN_MAC)


@contextlib.contextmanager
def bridge(lab, *more, vlan_filtering=0, lan_if=BRIDGE, port="swp1", known=True, mode="hardware"):
    """swp1 and swp3 in a bridge with an address of its own, the router's IP on lan_if.

    port: swp1 itself, or a VLAN device that is made of it.
    known: the LAN host sends untagged frames, so that it can be asked for its address.
    """
    vlan = port.partition(".")[2]
    guest(
        lab,
        f"ip link add {BRIDGE} address {BRIDGE_MAC} type bridge "
        f"vlan_filtering {vlan_filtering} forward_delay 0 mcast_snooping 0",
        f"ip link set {BRIDGE} up",
        f"ip addr del {P.lan_router}/24 dev swp1",
        *([f"ip link add link swp1 name {port} up type vlan id {vlan}"] if vlan else []),
        f"ip link set {port} master {BRIDGE}",
        f"ip link set swp3 master {BRIDGE}",
        *more,
        f"ip addr add {P.lan_router}/24 dev {lan_if}",
    )
    try:
        load(lab, lan_if, mode=mode)
        lab.host("lan", "ip neigh flush all")
        if known:
            known_again(lab)
        time.sleep(0.5)     # the sweeps for the bridge are repeated, and would take what comes before
        yield
        assert_audit(lab)   # while there is a bridge to compare
    finally:
        lab.guest(
            f"nft flush ruleset; ip link del {BRIDGE}; {f'ip link del {port};' if vlan else ''}"
            f"ip addr add {P.lan_router}/24 dev swp1"
        )
        lab.host("lan", "ip neigh flush all")
        router.ready(lab)


def above(vid):
    """Lines that put a VLAN device on the bridge."""
    return (
        f"bridge vlan add dev {BRIDGE} vid {vid} self",
        f"ip link add link {BRIDGE} name {BRIDGE}.{vid} type vlan id {vid}",
        f"ip link set {BRIDGE}.{vid} up",
    )


def offloaded_to(lab, mac=None, port=None, host=P.lan_host):
    """Is the direction towards the LAN host in the chip, with this MAC and port?"""
    reply = flows_of(lab, 6, host)[1]
    if not reply:
        return False
    action = reply["action"]
    return action["dmac"] == (mac or action["dmac"]) and action["port"] == (
        action["port"] if port is None else port
    )


# FM33: a routed bridge


def comes_down(lab, mode):
    """A download comes through whole; in hardware, when the chip shall do it."""
    if mode == "hardware":
        assert_chip_carries(lab, download, 16, 500)
    else:
        sent, got = download(lab, "lan", "wan", P.wan_host, 4)
        assert sent == got


@pytest.mark.parametrize("vlan_filtering", (0, 1))
def test_fm33_routed_bridge(lab, mode, vlan_filtering):
    with bridge(lab, vlan_filtering=vlan_filtering, mode=mode):
        comes_down(lab, mode)
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            settle(lab, mode, stream)
            for entry in proofs.chip_flows(lab):
                assert not entry["key"]["tags"] and not entry["action"]["tags"]
            # the host sends to the bridge's address, and the chip takes it as the router's
            neigh = lab.host("lan", f"ip neigh show {P.lan_router}").out
            assert BRIDGE_MAC in neigh
            if mode == "hardware":
                assert flows_of(lab, 6, P.lan_host)[1]["action"]["smac"] == BRIDGE_MAC
            assert_goes_on(lab, stream, mode)


@flowtable_modes
def test_fm33_vlan_device_on_the_bridge_untagged_port(lab, mode):
    """A download is over when its last segment comes through software: there, too, without a tag."""
    more = ("bridge vlan add dev swp1 vid 100 pvid untagged", *above(100))
    with bridge(lab, *more, vlan_filtering=1, lan_if=f"{BRIDGE}.100", mode=mode):
        comes_down(lab, mode)


# How a tag comes to be on the wire of the LAN host: by a VLAN device on the bridge, whose tag the
# port keeps; by the bridge, at a port that is tagged in its PVID; by a VLAN device below the bridge,
# which has taken off the tag of the one above. (The chip bridges no VLAN devices with filtering, so
# this bridge port is software's, and only there netfilter hears that the bridge takes a tag off.)
TAGGING = {
    "above": (100, ("bridge vlan add dev swp1 vid 100", *above(100)), {"lan_if": f"{BRIDGE}.100"}),
    "bridge": (1, ("bridge vlan add dev swp1 vid 1 pvid",), {"lan_if": BRIDGE}),
    "below": (5, ("bridge vlan add dev swp1.5 vid 100 pvid untagged", *above(100)),
              {"lan_if": f"{BRIDGE}.100", "port": "swp1.5"}),
}


@pytest.mark.parametrize("tagging", TAGGING)
def test_fm33_tagged_lan(lab, tagging):
    """The LAN host's side is read and written frame by frame: the tag is on the wire."""
    vid, more, how = TAGGING[tagging]
    lan_mac = measure.mac(lab, "lan")
    # hosts that have just been learned make their connections look for a path once more
    with patient_udp(lab), bridge(lab, *more, vlan_filtering=1, known=False, **how):
        guest(
            lab,
            f"ip neigh replace {P.lan_host} lladdr {lan_mac} dev {how['lan_if']} nud permanent",
        )
        out = (
            f"{{ eth(da={BRIDGE_MAC}, sa={lan_mac}) vlan(id={vid}) "
            f"ipv4(id=0, saddr={P.lan_host}, daddr={P.wan_host}, ttl=64, df) "
            f"udp(sport=40000, dport={measure.UDP_PORT}) fill(0x5a, 18) }}\n"
        )
        with measure.Blaster(lab, "lan", out, 500):
            orig = wait_until("UDP entry", lambda: flows_of(lab, 17, P.lan_host)[0])
            assert [t["vid"] for t in orig["key"]["tags"]] == [vid] and not orig["action"]["tags"]
            wait_until("the chip forwards", lambda: flows_of(lab, 17, P.lan_host)[0]["packets"])
            seen = capture(lab, "wan", f"udp dst port {measure.UDP_PORT}", 20)
            assert all(f.vlan is None and f.ttl == 63 and f.checksums_ok for f in seen)
            gw = lab.guest("cat /sys/class/net/swp2/address").out.strip()
            back = (
                f"{{ eth(da={gw}, sa={measure.mac(lab, 'wan')}) "
                f"ipv4(id=0, saddr={P.wan_host}, daddr={P.wan_router}, ttl=60, df) "
                f"udp(sport={measure.UDP_PORT}, dport={seen[0].sport}) fill(0xa5, 18) }}\n"
            )
            with measure.Blaster(lab, "wan", back, 500):
                there, reply = wait_until("the chip forwards both", lambda: (
                    both := flows_of(lab, 17, P.lan_host)) and all(f and f["packets"] for f in both) and both)
                cpu = proofs.port_sums(lab)[0]
                got = capture(lab, "lan", f"vlan {vid} and udp", 20)
                now = flows_of(lab, 17, P.lan_host)[1]
                assert now["cookie"] == reply["cookie"] and now["packets"] - reply["packets"] >= 20
                assert proofs.port_sums(lab)[0] - cpu <= NOISE, "the CPU port was not silent"
            assert all(f.vlan == vid and f.ttl == 59 and f.checksums_ok for f in got)
            assert [t["vid"] for t in there["key"]["tags"]] == [t["vid"] for t in reply["action"]["tags"]] == [vid]


def test_fm33_bridge_in_the_flowtable(lab):
    """It binds beside its ports, and gives them back; alone it is where no path ends."""
    with bridge(lab):
        load(lab, BRIDGE, devices=(BRIDGE, "swp1", "swp2", "swp3"))
        assert bindings(lab) == 4
        assert_chip_carries(lab, download, 32, 500)
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            guest(lab, f"nft 'delete flowtable inet fw4 ft {{ devices = {{ {BRIDGE} }}; }}'")
            assert bindings(lab) == 3
            settle(lab, "hardware", stream)
            assert_chip_counts(lab, stream)
            load(lab, BRIDGE, devices=(BRIDGE, "swp2"))
            assert bindings(lab) == 2
            stays_out(lab, stream)


def stays_out(lab, stream):
    """The connection of `stream` goes on without the chip, which refuses it if it is asked at all."""
    before = flow_stats(lab)

    def refused():
        return stream.echo("more") and all(
            flow_stats(lab)[r] > before[r] for r in ("refused_ingress", "refused_egress"))

    if kernel_version(lab) < (7, 0):
        # the kernel describes each direction by the device that it found no way below
        wait_until("both directions refused", refused)
        assert not conntrack(lab, match="[HW_OFFLOAD]")
    else:
        # a path that ends outside of the flowtable is none, for software neither
        stream.talk()
        assert flow_stats(lab)["refused"] == before["refused"]
        assert not conntrack(lab, match="OFFLOAD]")
    assert flow_stats(lab)["replaced"] == before["replaced"], "something of it was in the chip"


# FM34: VLANs and bridge ports come and go


@pytest.mark.parametrize(
    ("undo", "redo"),
    (
        ("bridge vlan del dev swp1 vid 1", "bridge vlan add dev swp1 vid 1 pvid untagged"),
        (
            "bridge vlan add dev swp1 vid 20 pvid untagged",
            "bridge vlan del dev swp1 vid 20; bridge vlan add dev swp1 vid 1 pvid untagged",
        ),
        ("ip link set swp1 nomaster", f"ip link set swp1 master {BRIDGE}"),
        (f"ip link set {BRIDGE} down", f"ip link set {BRIDGE} up"),
    ),
    ids=("vlan_deleted", "pvid_changed", "port_leaves_bridge", "bridge_down"),
)
def test_fm34_path_is_cut_and_comes_back(lab, undo, redo):
    with bridge(lab, vlan_filtering=1):
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            before = stale(lab)
            guest(lab, undo)
            wait_until("entries gone", lambda: chip_empty(lab), timeout=5, interval=0.1)
            # As whatever came first: the port, the bridge's forgetting, or the neighbour.
            # The kernel's own clean-up may be ahead with the other direction.
            wait_until("counted", lambda: stale(lab) > before)
            guest(lab, redo)
            known_again(lab)
            assert_goes_on(lab, stream)


@pytest.mark.parametrize(
    ("why", "change", "undo"),
    (
        ("mtu", "ip link set swp1 mtu 1600", "ip link set swp1 mtu 1500"),
        # counted as what came first: the chip has forgotten the host, too, which is in another FID now
        ("", f"ip link set {BRIDGE} type bridge vlan_filtering 0",
         f"ip link set {BRIDGE} type bridge vlan_filtering 1"),
        ("", "bridge vlan del dev swp1 vid 1; bridge vlan add dev swp1 vid 1 pvid untagged",
         "bridge vlan add dev swp1 vid 20 pvid untagged; bridge vlan add dev swp1 vid 1 pvid untagged; "
         "bridge vlan del dev swp1 vid 20"),
    ),
    ids=("mtu", "vlan_filtering", "vlan_and_pvid"),
)
def test_fm34_download_goes_on(lab, why, change, undo):
    """The path may be another one, or is for a moment: out of the chip, and in again; no pause that is seen."""
    with bridge(lab, vlan_filtering=1), SteadyDownload(lab, "lan", "wan", P.wan_host) as steady:
        for command in (change, undo):
            wait_until("offloaded", lambda: offloaded_to(lab, port=0), interval=0.1)
            time.sleep(0.5)
            before = stale(lab, why)
            guest(lab, command)
            wait_until("taken out", lambda: stale(lab, why) > before, interval=0.1)
        wait_until("offloaded again", lambda: offloaded_to(lab, port=0), interval=0.1)
        time.sleep(1)
        assert_both_count(lab)
        assert steady.finish() < limit(lab, **PAUSE_MAX)


def test_fm34_vlan_device_deleted(lab):
    more = ("bridge vlan add dev swp1 vid 100 pvid untagged", *above(100))
    with bridge(lab, *more, vlan_filtering=1, lan_if=f"{BRIDGE}.100"):
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            before = stale(lab)
            guest(lab, f"ip link del {BRIDGE}.100")
            wait_until("entries gone", lambda: chip_empty(lab), timeout=5, interval=0.1)
            # its route goes with it, and may be seen first; KUnit tells the two apart
            wait_until("counted", lambda: stale(lab) > before)
            guest(
                lab,
                *above(100)[1:],
                f"ip addr add {P.lan_router}/24 dev {BRIDGE}.100",
            )
            known_again(lab)
            assert_goes_on(lab, stream)


def test_fm34_vlan_of_others_leaves_the_flow_alone(lab):
    """A VLAN of another port changes nothing. One above the bridge may be that of any untagged frame: the
    flow may be taken out for a moment, and comes back.
    """
    with bridge(lab, vlan_filtering=1):
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            before = stale(lab)
            guest(lab, "bridge vlan add dev swp3 vid 30", "bridge vlan del dev swp3 vid 30")
            assert_goes_on(lab, stream)
            assert stale(lab) == before, "entries were taken out"
            guest(lab, f"ip link add link {BRIDGE} name {BRIDGE}.30 type vlan id 30",
                  f"ip link del {BRIDGE}.30")
            assert_goes_on(lab, stream)


# FM35: a host moves to another port of the bridge


@contextlib.contextmanager
def second_cable(lab, neighbour="h3"):
    """The LAN host owns the far end of a neighbour's port as well, unplugged."""
    lan, other = lab.hosts["lan"].pid, lab.hosts[neighbour].pid
    lab.host(neighbour, f"ip link set eth0 down; ip link set eth0 netns {lan} name eth1")
    try:
        yield
    finally:
        lab.host("lan", f"ip link set eth1 down; ip link set eth1 netns {other} name eth0")
        lab.host(neighbour, "ip link set eth0 up")


class Move:
    """The LAN host changes from one cable to the other, address, MAC and all."""

    def __init__(self, lab):
        self.lab = lab
        self.mac = measure.mac(lab, "lan")
        self.spare = "02:00:00:00:03:99"

    def to(self, new, old, announce=True):
        """From device `old` to device `new` of the host; announced as hosts do, or not."""
        self.lab.host(
            "lan",
            "set -e\n"
            f"sysctl -qw net.ipv4.conf.{new}.arp_notify={int(announce)}\n"
            f"ip link set {old} down\n"
            f"ip addr flush dev {old}\n"
            f"ip link set {old} address {self.spare}\n"
            f"ip link set {new} address {self.mac}\n"
            f"ip addr add {P.lan_host}/24 dev {new}\n"
            f"ip link set {new} up\n"
            f"ip route replace default via {P.lan_router} dev {new}\n",
        )

    def home(self):
        """Back to the state of the lab."""
        lan6 = f"ip addr add {P.lan_host6}/64 dev eth0 nodad; "
        self.lab.host(
            "lan",
            "ip addr flush dev eth1; ip link set eth1 down; "
            f"ip link set eth1 address {self.spare}; ip link set eth0 address {self.mac}; "
            f"ip link set eth0 up; ip addr replace {P.lan_host}/24 dev eth0; {lan6}"
            f"ip route replace default via {P.lan_router} dev eth0; "
            f"ip -6 route replace default via {P.lan_router6} dev eth0",
        )


@contextlib.contextmanager
def movable_host(lab, *more, neighbour="h3"):
    """A bridge, and a LAN host with a cable to port 1 and one to a neighbour's, port 3."""
    move = Move(lab)
    with bridge(lab, *more), second_cable(lab, neighbour):
        try:
            yield move
        finally:
            move.home()


@pytest.mark.parametrize("how", ("learned", "static", "external"))
def test_fm35_host_moves_and_comes_back(lab, how):
    """The bridge learns it, an administrator says so, or a daemon that has learned it elsewhere."""
    flags = {"static": "static", "external": "dynamic extern_learn"}

    def pin(port):
        if how in flags:
            guest(lab, f"bridge fdb replace {move.mac} dev {port} master {flags[how]}")

    with movable_host(lab) as move:
        pin("swp1")
        before = stale(lab, "fdb")
        with SteadyDownload(lab, "lan", "wan", P.wan_host) as steady:
            wait_until("offloaded to port 1", lambda: offloaded_to(lab, port=0), interval=0.1)
            move.to("eth1", "eth0")
            pin("swp3")
            wait_until("offloaded to port 3", lambda: offloaded_to(lab, port=2), interval=0.1)
            assert stale(lab, "fdb") > before
            time.sleep(1)
            move.to("eth0", "eth1")
            pin("swp1")
            wait_until("offloaded to port 1 again", lambda: offloaded_to(lab, port=0), interval=0.1)
            assert_both_count(lab)
            assert steady.finish() < limit(lab, **PAUSE_MAX)


def test_fm35_cable_pulled_before_the_host_says_a_word(lab):
    """The bridge forgets a host whose port is down, and finds it by flooding."""
    with movable_host(lab) as move:
        with SteadyDownload(lab, "lan", "wan", P.wan_host) as steady:
            wait_until("offloaded to port 1", lambda: offloaded_to(lab, port=0), interval=0.1)
            move.to("eth1", "eth0", announce=False)
            lab.set_link(1, False)
            try:
                wait_until("offloaded to port 3", lambda: offloaded_to(lab, port=2), interval=0.1)
                assert_both_count(lab)
                assert steady.finish() < 2 * limit(lab, **PAUSE_MAX)
            finally:
                lab.set_link(1, True)


def test_fm35_host_is_sent_to_before_it_speaks(lab):
    """The bridge has forgotten it: its connection is netfilter's as one of the bridge, until there is a path."""
    old = kernel_version(lab) < (7, 0)      # newer ones make no such connection
    with bridge(lab), SteadyDownload(lab, "lan", "wan", P.wan_host) as steady:
        wait_until("offloaded to port 1", lambda: offloaded_to(lab, port=0), interval=0.1)
        with silent(lab, "lan"):
            time.sleep(0.5)
            before = flow_stats(lab)
            guest(lab, f"bridge fdb del {measure.mac(lab, 'lan')} dev swp1 master")
            wait_until("entries gone", lambda: chip_empty(lab), interval=0.1)
            if old:
                wait_until("refused", lambda: flow_stats(lab)["refused_egress"] > before["refused_egress"])
            else:
                time.sleep(2)
            assert chip_empty(lab)
        wait_until("offloaded to port 1 again", lambda: offloaded_to(lab, port=0), interval=0.1)
        assert_both_count(lab)
        after = flow_stats(lab)
        assert after["stale_fdb"] > before["stale_fdb"]
        assert after["stale_path"] > before["stale_path"] or not old
        steady.finish()


def received(lab, dev):
    """Frames that have arrived on one of the LAN host's cables."""
    return lab.host("lan", f"ip -s -j link show dev {dev}").json()[0]["stats64"]["rx"]["packets"]


def test_fm35_host_behind_a_foreign_port_and_back(lab):
    """A bridge port of another driver: software sends to the host there, and the chip on its return."""
    nic = foreign_name(lab)
    try:
        with movable_host(lab, f"ip link set {nic} up", f"ip link set {nic} master {BRIDGE}",
                          neighbour="foreign") as move:
            with SteadyDownload(lab, "lan", "wan", P.wan_host) as steady:
                wait_until("offloaded to port 1", lambda: offloaded_to(lab, port=0), interval=0.1)
                before = stale(lab, "fdb")
                move.to("eth1", "eth0")
                wait_until("entries gone", lambda: chip_empty(lab), timeout=5, interval=0.1)
                assert stale(lab, "fdb") > before
                there = received(lab, "eth1")
                wait_until("the download comes through the foreign port",
                           lambda: received(lab, "eth1") > there + 50, interval=0.1)
                assert chip_empty(lab), "the chip has no way to a foreign port"
                move.to("eth0", "eth1")
                wait_until("offloaded to port 1 again", lambda: offloaded_to(lab, port=0), interval=0.1)
                assert_both_count(lab)
                assert steady.finish() < limit(lab, **PAUSE_MAX)
    finally:
        lab.guest(f"ip link set {nic} nomaster; ip link set {nic} down")


# FM36: neighbours and routes


@pytest.mark.parametrize("bridged", (False, True))
def test_fm36_neighbour_gets_another_mac(lab, bridged):
    old, new = measure.mac(lab, "lan"), "02:00:00:00:01:99"
    with bridge(lab) if bridged else contextlib.nullcontext():
        before = stale(lab, "neigh")
        try:
            with SteadyDownload(lab, "lan", "wan", P.wan_host) as steady:
                wait_until("offloaded", lambda: offloaded_to(lab, mac=old), interval=0.1)
                lab.host(
                    "lan",
                    "sysctl -qw net.ipv4.conf.eth0.arp_notify=1; "
                    f"ip link set eth0 address {new}",
                )
                wait_until("offloaded to the new MAC", lambda: offloaded_to(lab, mac=new),
                           interval=0.1)
                assert_both_count(lab)
                assert steady.finish() < limit(lab, **PAUSE_MAX)
            assert stale(lab, "neigh") > before
        finally:
            lab.host("lan", f"ip link set eth0 address {old}")


# Of a neighbour: reachable and waiting for a second, three questions in another one.
QUICK = {f"net.ipv4.neigh.swp1.{name}": value for name, value in (
    ("base_reachable_time_ms", 1000), ("delay_first_probe_time", 1), ("retrans_time_ms", 300))}
# What the LAN host would ask and say by itself when it has another address.
WORDLESS = """table arp wordless
delete table arp wordless
table arp wordless {
 chain out { type filter hook output priority 0; arp operation request drop; }
}
"""


def test_fm36_neighbour_is_another_machine_without_a_word(lab):
    """The kernel sees nothing of what the chip forwards; the driver has it ask who is sent to, and it finds out."""
    old, new = measure.mac(lab, "lan"), "02:00:00:00:01:98"
    gw = lab.guest("cat /sys/class/net/swp1/address").out.strip()
    before = stale(lab, "neigh")
    try:
        with sysctls(lab, QUICK), TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            lab.host("lan", "nft -f -", stdin=WORDLESS)
            # else the packets of before would make the kernel ask by itself
            guest(lab, f"ip neigh replace {P.lan_host} lladdr {old} dev swp1 nud stale")
            lab.host("lan", f"ip link set eth0 address {new}; ip neigh replace {P.lan_router} lladdr {gw} dev eth0 "
                            "nud permanent")
            seconds = stream.echo("is anybody there")
            print(f"# found after {seconds:.1f} s", flush=True)
            wait_until("counted", lambda: stale(lab, "neigh") > before)
            settle(lab, "hardware", stream)
            assert flows_of(lab, 6, P.lan_host)[1]["action"]["dmac"] == new
            assert_goes_on(lab, stream)
    finally:
        lab.host("lan", f"nft delete table arp wordless; ip neigh del {P.lan_router} dev eth0; "
                        f"ip link set eth0 address {old}", check=False)
        known_again(lab)


def test_fm36_one_way_udp_stays_one_connection(lab):
    """netfilter gives the flow up, not the connection, whose address and port on the uplink stay."""
    other = "02:00:00:00:02:99"
    with patient_udp(lab), blast(lab, rate=500):
        wait_until("offloaded", lambda: flows_of(lab, UDP, P.lan_host)[0])
        time.sleep(1)       # a neighbour that was asked for has come
        before = lab.guest("conntrack -L -p udp -o id 2>/dev/null").out
        ids = re.findall(r"id=\d+", before)
        assert len(ids) == 1 and "[UNREPLIED]" in before, before
        guest(lab, f"ip neigh replace {P.wan_host} lladdr {other} dev swp2 nud permanent")
        try:
            wait_until("offloaded to the other MAC", lambda: (
                there := flows_of(lab, UDP, P.lan_host)[0]) and there["action"]["dmac"] == other)
            after = lab.guest("conntrack -L -p udp -o id 2>/dev/null").out
            assert re.findall(r"id=\d+", after) == ids, f"{before}is now\n{after}"
            time.sleep(1)       # what came in before the sweep was repeated went with that
            wait_until("in the chip", lambda: flows_of(lab, UDP, P.lan_host)[0])
            seen, cpu = flows_of(lab, UDP, P.lan_host)[0], proofs.port_sums(lab)[0]
            frames = capture(lab, "wan", f"ether dst {other} and udp dst port {measure.UDP_PORT}", 50)
            assert all(f.ttl == 63 and f.checksums_ok and f.dst == P.wan_host for f in frames)
            assert flows_of(lab, UDP, P.lan_host)[0]["packets"] - seen["packets"] >= 50
            assert proofs.port_sums(lab)[0] - cpu <= NOISE
        finally:
            guest(lab, f"ip neigh del {P.wan_host} dev swp2")


def test_fm36_ipv6_neighbour_gets_another_mac(lab):
    old, new = measure.mac(lab, "lan"), "02:00:00:00:01:96"
    before = stale(lab, "neigh")
    try:
        with SteadyDownload(lab, "lan", "wan", P.wan_host6) as steady:
            wait_until("offloaded", lambda: offloaded_to(lab, mac=old, host=P.lan_host6), interval=0.1)
            lab.host("lan", "sysctl -qw net.ipv6.conf.eth0.ndisc_notify=1; "
                            f"ip link set eth0 address {new}")
            wait_until("offloaded to the new MAC",
                       lambda: offloaded_to(lab, mac=new, host=P.lan_host6), interval=0.1)
            assert_both_count(lab, host=P.lan_host6)
            assert steady.finish() < limit(lab, **PAUSE_MAX)
        assert stale(lab, "neigh") > before
    finally:
        lab.host("lan", f"ip link set eth0 address {old}")


FAR, FAR6 = "198.51.100.9", "2001:db8:9::9"
RATE = 250              # frames a second: software alone could carry them, too


@contextlib.contextmanager
def two_uplinks(lab):
    """Two gateways, wan behind swp2 and h4 behind swp4; FAR and FAR6 are behind both."""
    guest(
        lab,
        "ip addr add 10.4.4.1/24 dev swp4",
        "ip addr add 2001:db8:4::1/64 dev swp4 nodad",
        f"ip nexthop add id 7 via {P.wan_host} dev swp2",
        f"ip route add {FAR} nhid 7",
        f"ip route add {FAR6} via {P.wan_host6}",
    )
    lab.host("h4", "ip addr add 10.4.4.2/24 dev eth0; ip addr add 2001:db8:4::2/64 dev eth0 nodad")
    for host, gw in (("h4", "10.4.4.1"), ("h4", "2001:db8:4::1"), ("lan", P.lan_router6), ("wan", P.wan_router6)):
        router.reach(lab, host, gw)
    measure.sink(lab, "wan")
    measure.sink(lab, "h4")
    load(lab, "swp1", ("swp2", "swp4"), ("swp1", "swp2", "swp4"))
    try:
        yield
        assert_audit(lab)
    finally:
        lab.guest(
            f"nft flush ruleset; ip rule del pref 100; ip route flush table 100; "
            f"ip route flush {FAR}; ip nexthop del id 7; ip addr del 10.4.4.1/24 dev swp4; "
            f"ip -6 route flush {FAR6}; ip addr del 2001:db8:4::1/64 dev swp4",
            check=False,
        )
        lab.host("h4", "ip addr del 10.4.4.2/24 dev eth0; ip addr del 2001:db8:4::2/64 dev eth0")


def to_far(lab, source, target):
    """A stream of UDP from the LAN host."""
    gw = lab.guest("cat /sys/class/net/swp1/address").out.strip()
    frame = measure.frame_config(measure.mac(lab, "lan"), gw, source, target, 40000, measure.UDP_PORT)
    return measure.Blaster(lab, "lan", frame, RATE)


def goes_out(lab, source, port):
    """Does the chip send it through that port?"""
    entry = flows_of(lab, UDP, source)[0]
    return entry and entry["action"]["port"] == port


MARKS = (f"nft 'table ip marks {{ chain pre {{ type filter hook prerouting priority mangle; "
         f"ip daddr {FAR} meta mark set 7; }}; }}'")


@pytest.mark.parametrize(
    ("source", "target", "change"),
    (
        (P.lan_host, FAR, f"ip route replace {FAR} via 10.4.4.2"),
        (P.lan_host6, FAR6, f"ip route replace {FAR6} via 2001:db8:4::2"),
        (P.lan_host, FAR, f"ip route add {FAR} via 10.4.4.2 table 100; ip rule add pref 100 lookup 100"),
        (P.lan_host, FAR, f"{MARKS}; ip route add {FAR} via 10.4.4.2 table 100; "
                          "ip rule add pref 100 fwmark 7 lookup 100"),
        (P.lan_host, FAR, "ip nexthop replace id 7 via 10.4.4.2 dev swp4"),
    ),
    ids=("route", "ipv6_route", "rule", "fwmark", "nexthop"),
)
def test_fm36_route_moves_to_another_gateway(lab, source, target, change):
    with two_uplinks(lab):
        with to_far(lab, source, target):
            wait_until("the chip sends to wan", lambda: goes_out(lab, source, 1) and chip_sends(lab, 1))
            before, start = stale(lab, "route"), passed(lab)
            guest(lab, change)
            wait_until("the chip sends to h4", lambda: goes_out(lab, source, 3), timeout=10, interval=0.1)
            assert stale(lab, "route") > before
            h4, wan = measure.rx_packets(lab, "h4"), measure.rx_packets(lab, "wan")
            wait_until("h4 receives", lambda: measure.rx_packets(lab, "h4") - h4 > RATE)
            assert measure.rx_packets(lab, "wan") - wan < 20
            carries_on(lab, source, 3, "h4")
            assert flows_of(lab, UDP, source)[0]["action"]["dmac"] == measure.mac(lab, "h4")
            behind = "10.4.4.1" if source == P.lan_host else source     # NAT is IPv4's
            seen = arrives(lab, "h4", f"udp dst port {measure.UDP_PORT}", src=behind, dst=target, ttl=63)
            answers_come(lab, seen, source, target)
        assert_few_lost(lab, start)


def passed(lab):
    """(sent by lan, arrived at both gateways); what is on its way counts as lost."""
    sent = measure.tx_packets(lab, "lan")
    return sent, sum(measure.rx_packets(lab, h) for h in ("wan", "h4"))


def assert_few_lost(lab, start, changes=1):
    """Since passed() was `start` the stream of to_far(), now over, has had no longer stalls than it may."""
    time.sleep(0.5)
    sent, came = (now - then for now, then in zip(passed(lab), start))
    print(f"# {sent} sent, {sent - came} of them lost", flush=True)
    most = changes * RATE * STALL_MAX
    assert sent > most and sent - came < most


LINKDOWN = ("net.ipv4.conf.all.ignore_routes_with_linkdown", "net.ipv6.conf.swp2.ignore_routes_with_linkdown")


@pytest.mark.parametrize(
    ("source", "target", "first", "second"),
    ((P.lan_host, FAR, P.wan_host, "10.4.4.2"), (P.lan_host6, FAR6, P.wan_host6, "2001:db8:4::2")),
    ids=("ipv4", "ipv6"),
)
def test_fm36_uplink_loses_its_link_and_has_it_back(lab, source, target, first, second):
    """The route with the better metric waits while its cable is pulled; the other one has its traffic."""
    with two_uplinks(lab), sysctls(lab, dict.fromkeys(LINKDOWN, 1)):
        guest(lab, f"ip route del {target}",
              f"ip route add {target} via {first} metric 100", f"ip route add {target} via {second} metric 200")
        time.sleep(0.5)     # the sweeps for them are repeated
        with to_far(lab, source, target):
            wait_until("the chip sends to wan", lambda: goes_out(lab, source, 1))
            start = passed(lab)
            lab.set_link(2, False)
            try:
                wait_until("the chip sends to h4", lambda: goes_out(lab, source, 3), timeout=10, interval=0.1)
                carries_on(lab, source, 3, "h4")
            finally:
                lab.set_link(2, True)
            wait_until("the chip sends to wan again", lambda: goes_out(lab, source, 1), interval=0.1)
            carries_on(lab, source, 1, "wan")
        assert_few_lost(lab, start, changes=2)


def carries_on(lab, source, port, host):
    """The chip sends all of it through that port, and it arrives."""
    time.sleep(1)           # what comes in before a sweep is repeated goes with that
    wait_until("in the chip", lambda: goes_out(lab, source, port))
    sent, cpu, came = chip_sends(lab, port), proofs.port_sums(lab)[0], measure.rx_packets(lab, host)
    time.sleep(1)
    assert chip_sends(lab, port) - sent > RATE / 2 and proofs.port_sums(lab)[0] - cpu <= NOISE
    assert measure.rx_packets(lab, host) - came > RATE / 2


def answers_come(lab, seen, source, target):
    """h4 answers for the target to what it has seen; the chip forwards that, too."""
    gw = lab.guest("cat /sys/class/net/swp4/address").out.strip()
    back = measure.frame_config(measure.mac(lab, "h4"), gw, target, seen.src, measure.UDP_PORT, seen.sport)
    with measure.Blaster(lab, "h4", back, 500):
        wait_until("the chip forwards the answers",
                   lambda: (flows_of(lab, UDP, source)[1] or {"packets": 0})["packets"] > 0)
        arrives(lab, "lan", f"udp src port {measure.UDP_PORT}", src=target, dst=source, ttl=63)


# FM37: what is bridged, or meant for the bridge, is not the chip's


def bridged(lab):
    """Frames that came in through swp1 and the chip has bridged."""
    port = lab.qmp("query-nftsw-ports")[0]
    return {c["name"]: c["value"] for c in port["counters"]}["rx_bridge"]


def test_fm37_bridged_frames_of_the_same_connection_stay_apart(lab, mode):
    """Frames of its addresses and ports to another host of the bridge arrive there as they were sent, and nowhere
    else; the chip bridges them in each mode. (Of those that are flooded the CPU gets a copy, which software's
    flowtable, as it looks at no MAC address, routes.)
    """
    h3_mac = measure.mac(lab, "h3")
    with bridge(lab, mode=mode):
        with Ends(lab) as ends, silent(lab, "lan", "wan"):
            talk = nat_talk(lab, ends, 41371)
            talk.near = replace(talk.near, router_mac=BRIDGE_MAC)
            talk.open(mode)
            h3 = ends.wire("h3")
            h3.send(bytes(Ether(src=h3_mac, dst="ff:ff:ff:ff:ff:ff", type=0x88b5) / Raw(bytes(46))))
            time.sleep(0.3)         # the bridge has learned where it is
            for dst in (h3_mac, "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:fb"):
                mark, far, hits, before = h3.mark(), talk.far.wire.mark(), talk.hits() if mode == "hardware" else 0, \
                    bridged(lab)
                frames = [bytes(Ether(src=talk.near.wire.mac, dst=dst) / talk.data(noise(), "there")(talk.before, 64))
                          for _ in range(30)]
                talk.near.wire.send(*frames)
                assert h3.take(mark, lambda f: f in frames, 30) == frames, f"{dst}: others arrived, or in another order"
                wait_until(f"the chip bridges to {dst}", lambda: bridged(lab) - before >= 30)
                assert mode != "hardware" or talk.hits() == hits, f"{dst}: the chip counted it for the connection"
                if dst == h3_mac:
                    time.sleep(0.3)
                    strays = [f for f in talk.far.wire.since(far) if f[12:14] == b"\x08\x00"]
                    assert not strays, f"routed as well: {strays[0].hex()}"
            talk.check(mode)
        # ARP comes to the bridge's own address as well
        lab.host("lan", "ip neigh flush all")
        known_again(lab)


GROUP_MAC, GROUP6_MAC, NODE_MAC = "01:00:5e:00:00:16", "33:33:00:00:00:16", "33:33:ff:00:00:01"


def control_frames(mac):
    """What stations say to bridges and routers: {name: (reason at a port, at a bridge's port, frame)}."""
    igmp = IP(src=P.lan_host, dst="224.0.0.22", ttl=1) / IGMPv3() / IGMPv3mr(
        records=[IGMPv3gr(rtype=4, maddr="239.1.2.3")])
    mld = IPv6(src="fe80::1", dst="ff02::16", hlim=1) / \
        IPv6ExtHdrHopByHop(options=[RouterAlert()]) / \
        ICMPv6MLReport2(records=[ICMPv6MLDMultAddrRec(rtype=4, dst="ff05::1:3")])
    lldp = bytes.fromhex("0207 04 020000000101 0403 07 6c31 0602 0078 0000")
    return {
        "lldp": ("l2_control", "l2_control", Ether(src=mac, dst="01:80:c2:00:00:0e", type=0x88cc) / Raw(lldp)),
        "bpdu": ("l2_control", "l2_control",
                 Dot3(src=mac, dst="01:80:c2:00:00:00") / LLC(dsap=0x42, ssap=0x42, ctrl=3) / STP()),
        "igmp": ("local", "snooping", Ether(src=mac, dst=GROUP_MAC) / igmp),
        "mld": ("local", "snooping", Ether(src=mac, dst=GROUP6_MAC) / mld),
        "arp": ("local", "bridge_flood",
                Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc=mac, psrc=P.lan_host, pdst=P.lan_router)),
        "nd": ("local", "bridge_flood",
               Ether(src=mac, dst=NODE_MAC) / IPv6(src=P.lan_host6, dst="ff02::1:ff00:1", hlim=255) /
               ICMPv6ND_NS(tgt=P.lan_router6) / ICMPv6NDOptSrcLLAddr(lladdr=mac)),
    }


@pytest.mark.parametrize("on_bridge", (False, True), ids=("port", "bridge"))
def test_fm37_control_protocols_reach_the_cpu(lab, on_bridge):
    """Each with its reason, and every one of them; the connection beside them counts its own frames."""
    snoop = f"ip link set {BRIDGE} type bridge mcast_snooping 1"
    with bridge(lab, snoop) if on_bridge else contextlib.nullcontext(), \
            Ends(lab) as ends, silent(lab, "lan", "wan"):
        talk = nat_talk(lab, ends, 41370)
        if on_bridge:
            talk.near = replace(talk.near, router_mac=BRIDGE_MAC)
        talk.open("hardware")
        hits = talk.hits()
        for name, (*wanted, frame) in control_frames(talk.near.wire.mac).items():
            reason = wanted[on_bridge]
            before = reasons(lab)[reason]
            talk.near.wire.send(*[bytes(frame).ljust(60, b"\0")] * 20)
            wait_until(f"{name} at the CPU", lambda: reasons(lab)[reason] - before >= 20, timeout=10)
            assert reasons(lab)[reason] - before <= 20 + NOISE, f"{name}: more than were sent"
        assert talk.hits() == hits, "the chip counted a control frame for the connection"
        talk.check("hardware", rounds=0)


# FM38: one end behind a NIC that is no port of the chip

FOREIGN_ROUTER, FOREIGN_HOST = "10.38.0.1", "10.38.0.2"


@contextlib.contextmanager
def foreign_nic(lab):
    """That NIC has an address, and a host; yields its name."""
    nic = foreign_name(lab)
    guest(lab, f"ip addr add {FOREIGN_ROUTER}/24 dev {nic}", f"ip link set {nic} up")
    lab.host("foreign", f"ip addr add {FOREIGN_HOST}/24 dev eth0; ip route add default via {FOREIGN_ROUTER}")
    try:
        router.reach(lab, "foreign", FOREIGN_ROUTER)
        yield nic
    finally:
        lab.guest(f"nft flush ruleset; ip link set {nic} down; ip addr flush dev {nic}")
        lab.host("foreign", "ip addr flush dev eth0")


def test_fm38_host_behind_a_foreign_nic(lab):
    """Software carries it, the reasons are counted, and the chip has the connections that are its own."""
    with foreign_nic(lab) as nic:
        load(lab, "swp1", ("swp2", nic), devices=("swp1", "swp2"))
        with TcpStream(lab, "lan", "foreign", FOREIGN_HOST) as stream:
            stream.talk()
            stays_out(lab, stream)
            before = flow_stats(lab)["replaced"], proofs.port_sums(lab)[1]
            for move in (transfer, download):
                sent, got = move(lab, "lan", "foreign", FOREIGN_HOST, 4)
                assert sent == got
                assert not conntrack(lab, match="[HW_OFFLOAD]")
            assert (flow_stats(lab)["replaced"], proofs.port_sums(lab)[1]) == before
            with TcpStream(lab, "lan", "wan", P.wan_host) as own:
                own.talk()
                settle(lab, "hardware", own)
                assert_chip_counts(lab, own)
                stream.echo("and on")
                assert len(proofs.chip_flows(lab)) == 2
