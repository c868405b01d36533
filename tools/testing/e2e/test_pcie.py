# SPDX-License-Identifier: GPL-2.0
"""What the PCIe bus does to a switch with flows live: errors that AER reports and
recovers from, and a card that is unplugged from its slot.

pciehp asks the driver to let go first; the card that is gone without a word is
KUnit's to show, because QEMU has no way to pull one.
"""
import nftsw_router as router
import pytest
from conftest import KERNEL, wait_until
from nftsw_lab import Lab
from test_first_light import both_offloaded, flows_of
from traffic import TcpStream

P = router.PLAN


def recoveries(lab):
    """How often the kernel has said that a device came back."""
    return lab.guest("dmesg").out.count("AER: device recovery successful")


@pytest.mark.parametrize("error", ("COMP_TIME", "DLP"), ids=("nonfatal", "fatal"))
def test_connection_survives_pcie_error(lab, error):
    before = recoveries(lab)
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        assert lab.hmp(f"pcie_aer_inject_error sw0 {error}").startswith("OK")
        wait_until("the kernel has recovered the device", lambda: recoveries(lab) > before)
        wait_until("the line comes back", lambda: stream.echo("after the error") < 30)
        wait_until(
            "offloaded again",
            lambda: stream.echo("and again") and all(flows_of(lab, 6, P.lan_host)),
            interval=1,
        )


def test_hot_unplug_with_flows_live():
    with Lab(name="removal", topology="router", ports=2, kernel=KERNEL) as lab:
        router.ready(lab)
        router.load(lab, "hardware")
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
            both_offloaded(lab)
            lab.qmp("device_del", id="sw0")
            wait_until(
                "netdevs gone",
                lambda: "swp1" not in lab.guest("ls /sys/class/net").out,
                timeout=60,
            )
        lab.guest("nft flush ruleset")
        assert "swp" not in lab.guest("devlink port show").out
        complaints = lab.kernel_complaints()
        assert not complaints, "\n".join(complaints)
