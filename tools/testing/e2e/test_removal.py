# SPDX-License-Identifier: GPL-2.0
"""The switch is unplugged from its slot while flows are live: the kernel stays up.

pciehp asks the driver to let go first; the card that is gone without a word is
KUnit's to show, because QEMU has no way to pull one.
"""
import nftsw_router as router
from evidence import wait_until
from nftsw_lab import Lab
from traffic import TcpStream

P = router.PLAN


def test_fm12_hot_unplug_with_flows_live():
    with Lab(name="removal", topology="router", ports=2, kernel="stock") as lab:
        router.ready(lab)
        router.load(lab, "hardware")
        with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
            stream.talk()
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
