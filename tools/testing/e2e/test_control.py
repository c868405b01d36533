# SPDX-License-Identifier: GPL-2.0
"""Rulesets come, go and are loaded again while connections live in the chip."""
import statistics
import time

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from conftest import flowtable_modes
from evidence import (TCP, UDP, assert_both_count, assert_chip_counts, assert_goes_on, bindings, blast,
                      both_offloaded, chip_empty, conntrack, cookies, flow_stats, flows_of, flows_on,
                      kernel_version, limit, settle, wait_until)
from traffic import EchoServer, Pace, TcpStream, arrives

P = router.PLAN
# longest gap between two answers that a reload may cause, in seconds, beside what nft itself costs: of
# most reloads, and of each. A debug kernel loses a message sooner, and each is worth half a second.
STALL = 1.0
STALL_MAX = {"plain": 1.0, "debug": 4.0}
# the kernel collects what has died each second, and takes two rounds until its entries are gone
GC_MAX = {"plain": 3, "debug": 10}
# fw4's question whether these ports can offload: a table that is checked and not made
PROBE = (
    "add table inet probe; add flowtable inet probe ft { hook ingress priority 0; "
    'devices = { "swp1", "swp2", "swp3", "swp4" }; flags offload; }'
)


def test_fm01_probe_leaves_nothing_and_disturbs_nobody(lab, mode):
    users = "cat /sys/module/nftsw/refcnt"
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        settle(lab, mode, stream)
        before = flow_stats(lab), bindings(lab), cookies(lab), lab.guest(users).out
        for _ in range(3):
            lab.guest(f"nft -c '{PROBE}'")
        after = flow_stats(lab), bindings(lab), cookies(lab), lab.guest(users).out
        assert after[0]["bound"] - before[0]["bound"] >= 12, "the ports were not really bound"
        assert after[1:] == before[1:], "the probe left or took something"
        assert_goes_on(lab, stream, mode)


def gaps_around(paces, action, times=5):
    """Do something so often; the longest time without an answer around each, in seconds."""
    gaps = []
    for _ in range(times):
        for pace in paces:
            pace.window()
        action()
        seen = [pace.window() for pace in paces]
        assert all(w["bad"] == 0 and w["answered"] for w in seen), seen
        gaps.append(max(w["worst"] for w in seen))
    return gaps


def test_fm02_reload_under_live_tcp_and_udp(lab, mode):
    with EchoServer(lab, "wan"), Pace(lab, "tcp", P.wan_host) as tcp, \
         Pace(lab, "udp", P.wan_host) as udp:
        def check():
            lab.guest("nft -c -f -", stdin=router.ruleset(mode))

        def reload():
            old = cookies(lab)
            router.load(lab, mode)
            assert not old & cookies(lab), "entries of the old flowtable are still there"
            for proto in (TCP, UDP):
                settle(lab, mode, proto=proto)

        for proto in (TCP, UDP):
            settle(lab, mode, proto=proto)
        # what nft itself and a busy machine hold up is seen when it checks the same rules only
        usual = gaps_around((tcp, udp), check)
        gaps = gaps_around((tcp, udp), reload)
        if mode == "hardware":
            for proto in (TCP, UDP):
                assert_both_count(lab, proto)
        # without a flowtable the kernel drops what comes between the new chain with its
        # policy and the commit: nothing that a driver could shorten
        if mode != "none":
            print(f"# fm02: gaps {gaps} s, nft alone {usual} s", flush=True)
            assert max(gaps) < max(usual) + limit(lab, **STALL_MAX), (gaps, usual)
            assert statistics.median(gaps) < statistics.median(usual) + STALL, (gaps, usual)


def slab_kib(lab):
    """Memory in slabs that cannot be reclaimed, once caches have given back what they can."""
    lab.guest("for c in /sys/kernel/slab/*/shrink; do echo 1 > $c; done 2>/dev/null || true", timeout=120)
    text = lab.guest("cat /proc/meminfo").out
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("SUnreclaim"))


@pytest.mark.soak
def test_fm03_reload_over_and_over_with_traffic(lab, length):
    count = length(15, 1000)
    lab.guest("cat > /run/reload.nft", stdin=router.ruleset("hardware"))

    def reload(times):
        lab.guest(f"for i in $(seq {times}); do nft -f /run/reload.nft || exit 1; done", timeout=30 + 10 * times)
        for proto in (TCP, UDP):
            both_offloaded(lab, proto)
        assert len(proofs.chip_flows(lab)) == flow_stats(lab)["entries"] == 4

    with EchoServer(lab, "wan"), Pace(lab, "tcp", P.wan_host) as tcp, \
         Pace(lab, "udp", P.wan_host) as udp:
        reload(5)
        stats, bound, slab = flow_stats(lab), bindings(lab), slab_kib(lab)
        reload(count)
        after = flow_stats(lab)
        assert after["bound"] - stats["bound"] >= 2 * count and bindings(lab) == bound
        assert after["failed"] == stats["failed"] and after["stale"] == stats["stale"]
        assert all(pace.window(120)["bad"] == 0 for pace in (tcp, udp))
        for proto in (TCP, UDP):
            assert_both_count(lab, proto)
        out = ("destroyed", "purged", *(n for n in stats if n.startswith("stale_") and n != "stale_path"))
        made, gone = (sum(after[n] - stats[n] for n in names) for names in (("replaced",), out))
        assert made == gone, f"{made} flows made, {gone} taken out, and as many there as before"
        # Room for what conntrack and sockets keep. The flows of a reload are 2 KiB, which the real length would
        # show; in the short form a lost one is kmemleak's to find.
        grown = slab_kib(lab) - slab
        assert grown < 1024 + count // 2, f"{grown} KiB of slab more after {count} reloads"


@pytest.mark.parametrize(
    "command",
    (
        "nft flush ruleset",
        "nft delete table inet fw4",
        "nft 'flush table inet fw4; delete flowtable inet fw4 ft'",
    ),
    ids=("flush_ruleset", "delete_table", "delete_flowtable"),
)
def test_fm04_no_entry_outlives_its_flowtable(lab, command):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        # the last acknowledgement is late; without rules the router would answer for the host
        time.sleep(0.5)
        lab.guest(command)
        assert chip_empty(lab), "entries outlived their flowtable"
        assert flow_stats(lab)["entries"] == 0 and bindings(lab) == 0
        # without the ruleset nobody translates addresses; with it, the connection goes on
        router.load(lab, "hardware")
        assert stream.echo("back again") < 5
        settle(lab, "hardware", stream)
        assert_chip_counts(lab, stream)


SECOND = """table inet second {
	flowtable ft2 { hook ingress priority 10; devices = { "swp1", "swp2" }; flags offload; }
	chain forward { type filter hook forward priority -10; policy accept
		udp dport 5009 flow add @ft2
	}
}
"""


@flowtable_modes
@pytest.mark.parametrize("gone", ("second", "fw4"))
def test_fm05_deleting_one_of_two_flowtables_leaves_the_other(lab, mode, gone):
    """TCP is in fw4's flowtable, UDP in that of the second table; the same ports are in both."""
    hardware = mode == "hardware"
    lab.guest("nft -f -", stdin=SECOND if hardware else SECOND.replace("flags offload; ", ""))
    measure.sink(lab, "wan")
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream, blast(lab, rate=2000 if hardware else 200):
        stream.talk()
        settle(lab, mode, stream)
        settle(lab, mode, proto=UDP)
        tcp, udp = ([f and f["block"] for f in flows_of(lab, proto, P.lan_host)] for proto in (TCP, UDP))
        assert not hardware or tcp[0] == tcp[1] != udp[0], "the wrong flowtable"
        lab.guest(f"nft delete table inet {gone}")
        dead = (udp if gone == "second" else tcp)[0]
        assert dead not in {f["block"] for f in proofs.chip_flows(lab)}, "its entries are still there"
        arrives(lab, "wan", f"udp dst port {measure.UDP_PORT}", src=P.wan_router, ttl=63)
        if gone == "second":
            # UDP is the CPU's until fw4's flowtable takes it
            assert_goes_on(lab, stream, mode, silent=False)
        elif hardware:
            before = both_offloaded(lab, UDP)[0]["packets"]
            wait_until("the other flowtable's entry counts",
                       lambda: flows_of(lab, UDP, P.lan_host)[0]["packets"] > before + 100)
        else:
            settle(lab, mode, proto=UDP)


def test_fm06_foreign_device_is_refused_and_software_routes(lab):
    lab.guest("ip link add veth0 type veth peer name veth1; ip link set veth0 up")
    devices = ("swp1", "swp2", "veth0")
    try:
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            before = cookies(lab), bindings(lab)
            refused = lab.guest("nft -f -", stdin=router.ruleset("hardware", devices), check=False)
            assert refused.rc and "not supported" in refused.err, refused.err
            assert (cookies(lab), bindings(lab)) == before, "a refused ruleset changed something"
            assert_chip_counts(lab, stream)
            # what a firewall does then: the same devices without the flag
            router.load(lab, "software", devices)
            settle(lab, "software", stream)
    finally:
        lab.guest("nft flush ruleset; ip link del veth0")


@pytest.mark.ours
def test_fm06_netdevsim_in_the_list(lab):
    """6.12 refuses it as any foreign device; 7.3's accepts the binding, and asks for no flow."""
    lab.guest("echo '1 1' > /sys/bus/netdevsim/new_device")
    try:
        name = lab.guest("ls /sys/bus/netdevsim/devices/netdevsim1/net").out.strip()
        rules = router.ruleset("hardware", ("swp1", "swp2", name))
        done = lab.guest("nft -f -", stdin=rules, check=False)
        assert bool(done) == (kernel_version(lab) >= (7, 0)), done.err
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            settle(lab, "hardware", stream)
            assert_chip_counts(lab, stream)
            if done:
                ends_at_a_device_that_does_nothing(lab, name)
    finally:
        lab.guest("nft flush ruleset; echo 1 > /sys/bus/netdevsim/del_device")


def ends_at_a_device_that_does_nothing(lab, name):
    """A connection between a port and netdevsim, which sends to itself: the only one who could take it is
    ours, who says why not, and software's flowtable carries it.
    """
    there = "198.18.6.2"
    lab.guest(f"set -e; ip addr add 198.18.6.1/24 dev {name}; ip link set {name} up; ethtool -K {name} loopback on\n"
              f"ip neigh replace {there} lladdr 02:00:00:00:06:02 dev {name} nud permanent\n"
              f"nft add rule inet fw4 forward_lan oifname {name} jump accept_to_wan")

    def sent():
        return int(lab.guest(f"cat /sys/class/net/{name}/statistics/tx_packets").out)

    refused = flow_stats(lab)
    with blast(lab, dst=there, rate=100):
        wait_until("both directions refused", lambda: all(
            flow_stats(lab)[why] > refused[why] for why in ("refused_egress", "refused_ingress")))
        assert conntrack(lab, "udp", "[OFFLOAD]") and not conntrack(lab, "udp", "[HW_OFFLOAD]")
        before = sent()
        wait_until("netdevsim sends them", lambda: sent() > before + 100)
        assert not any(flows_of(lab, UDP, P.lan_host)), "an entry for a way out that is none of the chip's"
        assert flow_stats(lab)["replaced"] == refused["replaced"]


def test_fm15_conntrack_delete_takes_one_connection(lab, mode):
    with TcpStream(lab, "lan", "wan", P.wan_host, 7002) as one, \
         TcpStream(lab, "lan", "wan", P.wan_host, 7003) as other:
        for stream in (one, other):
            stream.talk()
            settle(lab, mode, stream)
        if mode == "hardware":
            wait_until("both connections in the chip", lambda: len(proofs.chip_flows(lab)) == 4)
        lab.guest("conntrack -D -p tcp --orig-port-dst 7002 2>/dev/null")
        wait_until("its entries gone", lambda: not flows_on(lab, 7002), timeout=limit(lab, **GC_MAX))
        if mode == "hardware":
            assert len(flows_on(lab, 7003)) == 2, "the other connection's entries went, too"
        assert_goes_on(lab, other, mode)
        # conntrack takes it up where it is
        one.talk()


def test_fm15_conntrack_flush_empties_the_chip(lab, mode):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        settle(lab, mode, stream)
        lab.guest("conntrack -F 2>/dev/null")
        wait_until("chip empty", lambda: chip_empty(lab), timeout=limit(lab, **GC_MAX))
        assert_goes_on(lab, stream, mode)


def test_fm15_drop_rule_spares_live_connections_until_deleted(lab, mode):
    """By the kernel's design an offloaded connection passes no rule; conntrack -D ends it."""
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        settle(lab, mode, stream)
        lab.guest(f"nft insert rule inet fw4 forward ip daddr {P.wan_host} drop")
        ping = lab.host("lan", f"ping -q -c 1 -W 2 {P.wan_host}", check=False)
        assert ping.rc, "the rule does not drop"
        if mode != "none":
            assert_goes_on(lab, stream, mode)
            lab.guest(f"conntrack -D -d {P.wan_host} 2>/dev/null")
            wait_until("its entries gone", lambda: chip_empty(lab), timeout=limit(lab, **GC_MAX))
        assert not stream.answers("is anybody there", timeout=3), "the connection lives on"
        assert not conntrack(lab, match="ESTABLISHED") or mode == "none"
