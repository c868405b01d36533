# SPDX-License-Identifier: GPL-2.0
"""Bonds and a team: NAT'ed connections through either member, and on when one fails.

The switch bonds ports 3 and 4; a bridge on one host is the dumb switch at their other ends.
"""
import contextlib
import json

import nftsw_measure as measure
import nftsw_router as router
import proof as proofs
import pytest
from evidence import LAG0, assert_audit, bindings, ports_back, wait_until
from lacp import Partner
from traffic import TcpStream, capture, transfer

BOND, MEMBERS = "uplink", (3, 4)
ROUTER, SERVER = "198.51.100.1", "198.51.100.2"
# How it is made, and how it is taken away.
BONDS = {
    "active_backup": "mode active-backup miimon 50",
    "balance_xor": "mode balance-xor xmit_hash_policy layer3+4 miimon 50",
    "802_3ad": "mode 802.3ad xmit_hash_policy layer3+4 miimon 50 lacp_rate fast",
}
TEAM = ('{"runner": {"name": "loadbalance", "tx_hash": ["ipv4", "l4"]}, '
        '"link_watch": {"name": "ethtool"}}')
MODES = {name: (f"ip link add {BOND} type bond {mode}", f"ip link del {BOND}")
         for name, mode in BONDS.items()}
MODES["team_loadbalance"] = (f"teamd -d -t {BOND} -c '{TEAM}'", f"teamd -k -t {BOND}")
STALL_S = 2


@contextlib.contextmanager
def far_end(lab):
    """Both cables end in host h3, in a bridge with the server's address."""
    h3, h4 = lab.hosts["h3"], lab.hosts["h4"]
    lab.host("h4", f"ip link set eth0 down && ip link set eth0 name eth1 netns {h3.pid}")
    lab.host("h3", "ip link add br0 type bridge forward_delay 0 mcast_snooping 0"
                   " && for d in eth0 eth1; do ip link set $d up master br0 || exit 1; done"
                   f" && ip link set br0 up && ip addr add {SERVER}/24 dev br0"
                   f" && ip route add default via {ROUTER}")
    try:
        yield
    finally:
        lab.host("h3", f"ip link del br0; ip link set eth1 netns {h4.pid}")
        lab.host("h4", "ip link set eth1 name eth0 && ip link set eth0 up")


def join(lab):
    """The ports become the bond's."""
    for n in MEMBERS:
        lab.guest(f"ip link set swp{n} down && ip link set swp{n} master {BOND}")


@contextlib.contextmanager
def bond(lab, mode):
    """swp3 and swp4 become a bond or a team, the way to the server."""
    make, undo = MODES[mode]
    lab.guest(make)
    join(lab)
    lab.guest(f"ip link set {BOND} up && ip addr add {ROUTER}/24 dev {BOND}")
    try:
        router.reach(lab, "h3", ROUTER)
        yield
        assert_audit(lab)
    finally:
        for n in MEMBERS:
            lab.set_link(n, True)
        lab.guest(f"nft flush ruleset; {undo}; for n in {' '.join(map(str, MEMBERS))};"
                  " do ip link set swp$n up; done")


@pytest.fixture
def uplink(lab, request):
    """The bond in the mode of the parameter; nothing of it is left in the chip afterwards."""
    lacp = request.param == "802_3ad"
    with far_end(lab), Partner(lab, "h3", ("eth0", "eth1")) if lacp else contextlib.nullcontext(), \
            bond(lab, request.param):
        load(lab, BOND)
        if lacp:
            wait_until("both members are agreed upon", lambda: len(lags(lab)[0]["sending"]) == 2)
        yield lab
    assert lags(lab) == []


def load(lab, wan, above=()):
    """The ruleset with `wan` as the way out, its flowtable on the bond and what is `above` it."""
    text = router.ruleset("hardware", (router.LAN_IF, BOND, *above))
    lab.guest("nft -f -", stdin=text.replace(f'"{router.WAN_IF}"', f'"{wan}"'))


def lags(lab):
    return lab.qmp("query-nftsw")[0]["lags"]


def sent(lab):
    """Frames that the flow table has sent through each member."""
    counters = [p["counters"] for p in lab.qmp("query-nftsw-ports")]
    return {n: next(c["value"] for c in counters[n - 1] if c["name"] == "tx_flow") for n in MEMBERS}


def entries(lab):
    """The entries of connections to the server: (towards it, from it)."""
    flows = proofs.chip_flows(lab)
    return ([f for f in flows if f["action"]["port"] == LAG0],
            [f for f in flows if f["key"]["port"] == LAG0])


def offloaded(lab):
    """Wait until both directions are in the chip."""
    return wait_until("both directions over the LAG", lambda: all(entries(lab)) and entries(lab))


def member_of(lab, stream):
    """The member that the connection leaves through; others are idle, but for a late ACK."""
    before = sent(lab)
    for n in range(20):
        stream.echo(f"which {n}")
    moved = {n: count - before[n] for n, count in sent(lab).items()}
    port = max(moved, key=moved.get)
    assert moved[port] >= 20 and sum(moved.values()) - moved[port] < 12, moved
    return port


def member_is_back(lab, port):
    """Has the bond, or teamd, seen its link, and does the chip send to all that are active?"""
    chip = lags(lab)[0]
    status = lab.guest(f"cat /sys/class/net/swp{port}/bonding_slave/mii_status", check=False)
    seen = "up" in status.out if status else port - 1 in chip["active"]
    return seen and len(chip["sending"]) == len(chip["active"])


@pytest.mark.parametrize("uplink", MODES, indirect=True)
def test_lag_connection_survives_its_member(uplink, request):
    """Where all members are active, the chip does without one at once, and the CPU sees nothing of it."""
    lab = uplink
    backup = request.node.callspec.params["uplink"] == "active_backup"
    with TcpStream(lab, "lan", "h3", SERVER) as stream:
        stream.talk()
        orig, _ = offloaded(lab)
        assert orig[0]["key"]["port"] == 0
        assert sorted(lags(lab)[0]["members"]) == [2, 3]
        port = member_of(lab, stream)
        other = sum(MEMBERS) - port

        cpu = proofs.port_sums(lab)[0]
        lab.set_link(port, False)
        worst = max(stream.echo(f"on we go {n}") for n in range(100))
        assert worst < STALL_S, f"stalled for {worst:.1f} s"
        wait_until("the bond has noticed", lambda: lags(lab)[0]["active"] == [other - 1])
        if backup:
            cpu = proofs.port_sums(lab)[0]
        assert member_of(lab, stream) == other
        assert proofs.port_sums(lab)[0] - cpu <= proofs.CPU_FRAMES_ALLOWED

        lab.set_link(port, True)
        wait_until("the member is back", lambda: member_is_back(lab, port))
        assert max(stream.echo(f"and back {n}") for n in range(50)) < STALL_S


@pytest.mark.parametrize("uplink", ["balance_xor"], indirect=True)
def test_lag_transfer_goes_on_without_a_member(uplink):
    """Of the cable that it is on, which is found out while it runs."""
    lab = uplink
    before, pulled = [], []

    def wait():
        offloaded(lab)
        before.append(proofs.port_sums(lab))

    def pull():
        old = sent(lab)
        grown = wait_until("frames over a member", lambda: {
            port: count - old[port] for port, count in sent(lab).items() if count - old[port] > 100}, interval=0.02)
        port, = grown
        lab.set_link(port, False)
        pulled.append((sum(MEMBERS) - port, sent(lab)))

    for n in range(2):
        first, got = transfer(lab, "lan", "h3", SERVER, (48, 192)[n], port=7100 + n, while_paused=wait,
                              while_running=pull if n else None)
        after = proofs.port_sums(lab)
        assert first == got
        assert after[1] - before[n][1] > 3000, "the chip forwarded too little"
        assert after[0] - before[n][0] <= 60, "the CPU port saw more than the connection's end"
    other, then = pulled[0]
    assert sent(lab)[other] - then[other] > 1000, "there was nothing left to send over the other member"
    equal, words = proofs.audit(lab)
    assert equal, words


@pytest.mark.parametrize("uplink", ["balance_xor"], indirect=True)
def test_lag_connections_spread_over_members(uplink):
    lab = uplink
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(TcpStream(lab, "lan", "h3", SERVER, port=7200 + n))
                   for n in range(12)]

        def all_in_the_chip():
            for stream in streams:      # an idle one would leave it again
                stream.talk(2)
            return [len(way) for way in entries(lab)] == [12, 12]

        wait_until("all of them in the chip", all_in_the_chip, timeout=120)
        used = {member_of(lab, stream) for stream in streams}
        assert used == set(MEMBERS)


def mac(lab, device):
    return lab.guest(f"cat /sys/class/net/{device}/address").out.strip()


@pytest.mark.parametrize("uplink", ["active_backup"], indirect=True)
def test_lag_vlan_above_the_bond(uplink):
    """The far end is read and written frame by frame, on the cable of the active member."""
    lab = uplink
    vlan, gw, server = f"{BOND}.7", "198.51.101.1", "198.51.101.2"
    far_mac = json.loads(lab.host("h3", "ip -j link show br0").out)[0]["address"]
    lab.guest(f"ip link add link {BOND} name {vlan} type vlan id 7 && ip link set {vlan} up"
              f" && ip addr add {gw}/24 dev {vlan}"
              f" && ip neigh replace {server} lladdr {far_mac} dev {vlan} nud permanent")
    load(lab, vlan, above=[vlan])
    out = measure.frame_config(measure.mac(lab, "lan"), mac(lab, router.LAN_IF), router.PLAN.lan_host,
                               server, 40000, measure.UDP_PORT)
    with measure.Blaster(lab, "lan", out, 1000):
        orig = wait_until("an entry over the LAG", lambda: entries(lab)[0])
        assert [t["vid"] for t in orig[0]["action"]["tags"]] == [7]
        seen = capture(lab, "h3", f"vlan 7 and udp dst port {measure.UDP_PORT}", 20)
        assert all(f.vlan == 7 and f.src == gw and f.ttl == 63 and f.checksums_ok for f in seen)
        back = (f"{{ eth(da={mac(lab, BOND)}, sa={far_mac}) vlan(id=7) "
                f"ipv4(id=0, saddr={server}, daddr={gw}, ttl=60, df) "
                f"udp(sport={measure.UDP_PORT}, dport={seen[0].sport}) fill(0xa5, 18) }}\n")
        with measure.Blaster(lab, "h3", back, 1000):
            got = capture(lab, "lan", f"udp src port {measure.UDP_PORT}", 20)
            reply = wait_until("packets of the reply", lambda: [f for f in entries(lab)[1] if f["packets"]])
    assert all(f.vlan is None and f.ttl == 59 and f.checksums_ok for f in got)
    assert [t["vid"] for t in reply[0]["key"]["tags"]] == [7]


@pytest.mark.parametrize("uplink", ["active_backup"], indirect=True)
def test_lag_goes_with_its_last_member(uplink):
    lab = uplink
    with TcpStream(lab, "lan", "h3", SERVER) as stream:
        stream.talk()
        offloaded(lab)
        lab.guest("ip link set swp4 nomaster")
        assert lags(lab)[0]["members"] == [2]
        stream.echo("one is enough")
        lab.guest("ip link set swp3 nomaster")
        assert lags(lab) == []
        wait_until("no entry over the LAG", lambda: not any(entries(lab)))


@pytest.mark.parametrize("uplink", ["balance_xor"], indirect=True)
def test_lag_leaves_its_flowtable_and_returns(uplink):
    """What comes in through the bond leaves the chip with the binding, and stays out."""
    lab = uplink
    bound = bindings(lab)
    with TcpStream(lab, "lan", "h3", SERVER) as stream:
        stream.talk()
        offloaded(lab)
        lab.guest(f"nft 'delete flowtable inet fw4 ft {{ devices = {{ {BOND} }}; }}'")
        assert bindings(lab) == bound - 1
        assert not entries(lab)[1], "its entries are there"
        assert sorted(lags(lab)[0]["members"]) == [2, 3]
        stream.talk()
        assert not entries(lab)[1], "offered again, and taken"
        lab.guest(f"nft 'add flowtable inet fw4 ft {{ hook ingress priority 0; devices = {{ {BOND} }};"
                  " flags offload; }'")
        assert bindings(lab) == bound
        wait_until("both directions again", lambda: stream.echo("back") and all(entries(lab)))
        member_of(lab, stream)
    equal, words = proofs.audit(lab)
    assert equal, words


@pytest.mark.parametrize("uplink", ["balance_xor"], indirect=True)
def test_lag_driver_leaves_and_returns(uplink):
    """Its callback for the bond goes with it, and the bond stays in the flowtable, whose chip is gone."""
    lab = uplink
    with TcpStream(lab, "lan", "h3", SERVER) as stream:
        stream.talk()
        offloaded(lab)
        lab.guest("rmmod nftsw", timeout=120)
        assert not any(entries(lab)) and not lags(lab), "the chip has something of the bond"
        assert BOND in lab.guest("nft list flowtables").out
    lab.guest("nft flush ruleset; nftsw-load", timeout=120)
    ports_back(lab)
    join(lab)
    load(lab, BOND)
    with TcpStream(lab, "lan", "h3", SERVER, port=7003) as stream:
        stream.talk()
        offloaded(lab)
        member_of(lab, stream)
