# SPDX-License-Identifier: GPL-2.0
"""Did the chip forward it?  Counters of the chip, read from outside, before and after a test.

In a test of net/forwarding a port is either one of the switch under test (swp1, swp2 ... in the
script) or a host (h1, h2 ...), that ends at the CPU by nature.  Of the first kind, all frames
that came to the CPU are looked at:

    control      reserved groups, IGMP and MLD that are snooped, PTP, sources to be learned
    copies       of broadcasts and multicasts that the bridge has flooded, the CPU being one of
                 its ports; never more than so many have come in
    the rest     data: a bridge that is in hardware leaves few, software everything

A reason is counted for the chip as a whole, frames to the CPU for each port.
"""
import re
from dataclasses import dataclass

# Reasons that are control traffic (include/nftsw/ctr.h, group CONTROL) or asked for.
CONTROL = ("l2_control", "snooping", "ptp", "locked_miss")
COPIES = ("bridge_flood",)


@dataclass
class Evidence:
    """What a test left in the counters of its switch's ports."""
    rx_bridge: int              # frames that the chip bridged
    to_cpu: int                 # frames that came to the CPU
    from_cpu: int               # frames that the CPU sent
    cpu_data: int               # of to_cpu, neither control nor copies of floods
    reasons: dict               # reason: frames, of the whole chip

    def offloaded(self, bound):
        """True: the chip forwarded, and the CPU saw no more data than `bound`."""
        return self.rx_bridge > 0 and self.cpu_data <= bound


def switch_ports(script):
    """Numbers of the ports that a script calls swp1, swp2 ...: its switch."""
    found = re.findall(r"^\s*swp\w*=\$\{NETIFS\[p(\d+)\]\}", script, re.M)
    return sorted({int(n) for n in found})


def snapshot(lab):
    """({port: {counter: value}}, {reason: frames}); ports count from 1."""
    ports = {p["index"] + 1: {c["name"]: c["value"] for c in p["counters"]}
             for p in lab.qmp("query-nftsw-ports")}
    reasons = {r["name"]: r["frames"] for r in lab.qmp("query-nftsw")[0]["reasons"]}
    return ports, reasons


def evidence(before, after, ports):
    """Evidence of what happened between two snapshots on these ports."""
    def delta(name):
        return sum(after[0][p].get(name, 0) - before[0][p].get(name, 0) for p in ports)

    reasons = {name: n - before[1].get(name, 0) for name, n in after[1].items()}
    reasons = {name: n for name, n in reasons.items() if n}
    to_cpu = delta("rx_to_cpu")
    control = sum(reasons.get(name, 0) for name in CONTROL)
    copies = min(sum(reasons.get(name, 0) for name in COPIES), delta("rx_mcast") + delta("rx_bcast"))
    return Evidence(delta("rx_bridge"), to_cpu, delta("tx_from_cpu"),
                    max(0, to_cpu - control - copies), reasons)
