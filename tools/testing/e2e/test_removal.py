# SPDX-License-Identifier: GPL-2.0
"""The switch is unplugged from its slot and another one plugged in; the bus reports errors.

pciehp asks the driver to let go first; the card that is gone without a word is
in test_lifecycle.py and KUnit's nftsw_fault suite. Always in Debian's kernel: ours has no
extended configuration space, without which the firmware keeps the slot to itself.

Ports that go below a netdev chain of nft are here, too: the kernel keeps the chain's callback,
and with that the module, until it is booted again.
"""
import nftsw_router as router
import proof as proofs
import pytest
from evidence import (
    assert_audit,
    assert_goes_on,
    both_offloaded,
    chip_empty,
    flow_stats,
    flows_on,
    ports_back,
    slot,
    wait_until,
)
from nftsw_lab import Lab
from talk import NOISE
from test_acl import chip, listed, load, tc, verdicts
from traffic import TcpStream

P = router.PLAN


@pytest.fixture(scope="module")
def booted():
    """A switch for the tests of this file, instead of the one that all others share."""
    with Lab(name="removal", topology="router", ports=4, kernel="stock") as lab:
        router.ready(lab)
        yield lab


def unplug(lab):
    """Press the slot's button, wait until the card is out."""
    lab.qmp("device_del", id="sw0")
    wait_until("the card is out", timeout=60, condition=lambda: "sw0" not in
               {o["name"] for o in lab.qmp("qom-list", path="/machine/peripheral")})


def plug(lab, **props):
    """Put a card in; its ports get the same cables. It has addresses of its own."""
    lab.qmp("device_add", driver="nftsw", id="sw0", bus="rp0", nports=lab.ports,
            ports=[f"p{n}" for n in range(1, lab.ports + 1)], **props)
    for host in lab.hosts:
        lab.host(host, "ip neigh flush all")
    ports_back(lab)


def test_fm12_hot_unplug_and_plug_with_flows_live(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        unplug(lab)
        assert "swp" not in lab.guest("ls /sys/class/net").out
        assert "swp" not in lab.guest("devlink port show").out
        plug(lab)
        assert chip_empty(lab)
        router.load(lab, "hardware")
        assert_goes_on(lab, stream)


def recoveries(lab):
    """How often the kernel has said that a device came back."""
    return lab.guest("dmesg").out.count("AER: device recovery successful")


@pytest.mark.parametrize("error", ("COMP_TIME", "DLP"), ids=("nonfatal", "fatal"))
def test_fm12_pcie_error_with_flows_live(lab, error):
    before = recoveries(lab)
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        assert lab.hmp(f"pcie_aer_inject_error sw0 {error}").startswith("OK")
        wait_until("the kernel has recovered the device", lambda: recoveries(lab) > before)
        wait_until("the line comes back", lambda: stream.echo("after the error") < 30)
        assert_goes_on(lab, stream)


@pytest.fixture(name="small")
def fixture_small(lab):
    """A card with room for 16 entries: eight connections."""
    unplug(lab)
    plug(lab, flows=16)
    router.load(lab, "hardware")
    yield lab
    assert_audit(lab)
    lab.guest("nft flush ruleset")
    wait_until("chip empty after the ruleset went", lambda: chip_empty(lab))
    unplug(lab)
    plug(lab)


def talk_all(streams):
    for stream in streams:
        stream.talk(5)
    return True


def packets(lab, port):
    """What both entries of the connection to that port have counted."""
    return [flow["packets"] for flow in flows_on(lab, port)]


def test_fm09_small_table_takes_what_fits(small):
    lab = small
    before = flow_stats(lab)
    assert before["capacity"] == 16
    streams = [TcpStream(lab, "lan", "wan", P.wan_host, 7100 + n) for n in range(12)]
    try:
        wait_until("the table is full", lambda: talk_all(streams)
                   and len(proofs.chip_flows(lab)) == 16)
        wait_until("refusals are counted", lambda: talk_all(streams)
                   and flow_stats(lab)["table_full"] > before["table_full"])
        # software carries the others; whoever leaves makes room for them
        for stream in streams[:8]:
            stream.close()
        ports = range(7108, 7112)
        wait_until("the others moved in", lambda: talk_all(streams[8:]) and all(
            len(flows_on(lab, port)) == 2 for port in ports))
        before, cpu = [packets(lab, port) for port in ports], proofs.port_sums(lab)[0]
        talk_all(streams[8:])
        for port, was in zip(ports, before):
            assert all(now - then >= 5 for now, then in zip(packets(lab, port), was)), f"port {port}: {was}"
        assert proofs.port_sums(lab)[0] - cpu <= NOISE
    finally:
        for stream in streams:
            stream.close()


def test_acl_ports_made_anew(lab):
    """The kernel forgets to tell the driver that a chain has lost its ports."""
    load(lab, "udp dport 7 drop", devices=("swp1", "swp2"))
    lab.guest("tc qdisc add dev swp1 clsact")
    tc(lab, "protocol ip flower ip_proto udp dst_port 8", "action drop")
    assert len(chip(lab)) == 2
    lab.guest(f"devlink dev reload pci/{slot(lab)}", timeout=120)
    try:
        assert chip(lab) == []
        assert "udp dport 7 drop" in listed(lab)
        assert lab.guest("nft add rule netdev acl in udp dport 9 drop", check=False).rc != 0
        lab.guest("nft delete table netdev acl")
    finally:
        ports_back(lab)
    load(lab, "udp dport 7 drop")
    assert verdicts(lab) == ["drop"]
    lab.guest("nft delete table netdev acl")
    wait_until("the chip's list is empty", lambda: not chip(lab))
