# SPDX-License-Identifier: GPL-2.0
"""Flows, ports and the switch itself come and go while connections live in the chip."""
import nftsw_measure as measure
import nftsw_router as router
import pytest
from evidence import blast, both_offloaded, chip_empty, flows_of, slot, wait_until
from traffic import TcpStream, transfer

P = router.PLAN


def test_fm13_hw_tc_offload_off_and_on(lab):
    try:
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            lab.guest("ethtool -K swp1 hw-tc-offload off")
            wait_until("entries of the port gone", lambda: chip_empty(lab), timeout=10)
            assert stream.echo("software carries it") < 3
    finally:
        lab.guest("ethtool -K swp1 hw-tc-offload on")


def test_fm11_port_down_takes_its_flows(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("ip link set swp2 down")
        wait_until("flows of the port gone", lambda: chip_empty(lab), timeout=10)
        lab.guest("ip link set swp2 up")
        router.ready(lab)


def test_fm12_module_goes_with_flows_live_and_comes_back(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("rmmod nftsw", timeout=120)
        assert chip_empty(lab)
    lab.guest("nftsw-load && swp-rename 4 && nftsw-topo router", timeout=120)
    router.ready(lab)
    router.load(lab, "hardware")
    sent, got = transfer(lab, "lan", "wan", P.wan_host, 1)
    assert sent == got


def test_fm12_unbind_and_bind_under_traffic(lab):
    measure.sink(lab, "wan")
    address = slot(lab)
    with blast(lab):
        wait_until("UDP entry", lambda: flows_of(lab, 17, P.lan_host)[0])
        lab.guest(f"echo {address} > /sys/bus/pci/drivers/nftsw/unbind", timeout=120)
        lab.guest(f"echo {address} > /sys/bus/pci/drivers/nftsw/bind", timeout=120)
    lab.guest("swp-rename 4; nftsw-topo router")
    router.ready(lab)
    router.load(lab, "hardware")


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
        lab.guest(reset.format(address=address), timeout=120)
        wait_until("the line comes back", lambda: stream.echo("after the reset") < 30)
        # software sees packets again, and netfilter offers the connection once more
        wait_until(
            "offloaded again",
            lambda: stream.echo("and again") and all(flows_of(lab, 6, P.lan_host)),
            interval=1,
        )


def test_fm13_offload_off_does_not_outlive_its_port(lab):
    address = slot(lab)
    lab.guest("nft flush ruleset; ethtool -K swp1 hw-tc-offload off")
    lab.guest(f"devlink dev reload pci/{address} && swp-rename 4 && nftsw-topo router", timeout=120)
    assert "hw-tc-offload: on" in lab.guest("ethtool -k swp1").out
    router.ready(lab)
    router.load(lab, "hardware")
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
