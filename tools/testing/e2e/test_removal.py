# SPDX-License-Identifier: GPL-2.0
"""The switch is pulled out of its slot while flows are live: the kernel stays up."""
import nftsw_router as router
from conftest import KERNEL, wait_until
from nftsw_lab import Lab
from traffic import TcpStream

P = router.PLAN


def test_surprise_removal_with_flows_live():
    with Lab(name="removal", topology="router", ports=2, kernel=KERNEL) as lab:
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
