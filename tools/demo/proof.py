# SPDX-License-Identifier: GPL-2.0
"""Did the chip forward it?  Evidence gathered while traffic runs, and the verdict.

Nothing here trusts a ping: the claim stands when the kernel marked the connection,
the chip's two entries count its packets, the CPU port stayed silent, and the
driver's table equals the chip's.
"""
import time
from dataclasses import dataclass, field

import nftsw_router as router

# ARP, neighbour probes and the like that a window of a few seconds may bring to the CPU
CPU_FRAMES_ALLOWED = 20
# frames that each direction's entry must have counted for the run to mean something
MIN_PACKETS = 1000


@dataclass
class Proof:
    """What was seen during the hardware run; fields as in report.json."""

    conntrack_line: str = ""
    hw_offload_seen: bool = False
    orig_packets: int = 0
    orig_bytes: int = 0
    reply_packets: int = 0
    reply_bytes: int = 0
    cpu_port_frames: int = -1
    flow_frames: int = 0
    audit_equal: bool = False
    audit: str = ""
    entries_driver: list = field(default_factory=list)
    entries_chip: list = field(default_factory=list)

    def failures(self):
        """Sentences, one for each part of the proof that does not hold."""
        out = []
        if not self.hw_offload_seen:
            out.append("conntrack shows no [HW_OFFLOAD] for the connection")
        if self.orig_packets < MIN_PACKETS:
            out.append(f"the chip's original entry counted {self.orig_packets} packets only")
        if self.reply_packets < MIN_PACKETS:
            out.append(f"the chip's reply entry counted {self.reply_packets} packets only")
        if not 0 <= self.cpu_port_frames <= CPU_FRAMES_ALLOWED:
            out.append(
                f"{self.cpu_port_frames} frames reached the CPU port, "
                f"more than {CPU_FRAMES_ALLOWED}"
            )
        if self.flow_frames < MIN_PACKETS:
            out.append(f"the ports counted {self.flow_frames} flow-table frames only")
        if not self.audit_equal:
            out.append(f"the driver's table is not the chip's: {self.audit}")
        return out


def port_sums(lab):
    """(frames to the CPU, frames sent by the flow table) over all ports, from the chip."""
    to_cpu = flow = 0
    for port in lab.qmp("query-nftsw-ports"):
        counters = {c["name"]: c["value"] for c in port["counters"]}
        to_cpu += counters["rx_to_cpu"]
        flow += counters["tx_flow"]
    return to_cpu, flow


def chip_flows(lab):
    """Every flow entry, read from the chip by the host: list of dicts."""
    flows, start = [], 0
    while start is not None:
        page = lab.qmp("query-nftsw-flows", start=start)
        flows += page["flows"]
        start = page.get("next")
    return flows


def busiest(flows, proto):
    """Of each direction the entry that counted most: {"orig": flow, "reply": flow}."""
    found = {}
    for flow in flows:
        side = "orig" if flow["key"]["saddr"] == router.PLAN.lan_host else "reply"
        if flow["key"]["proto"] == proto and flow["packets"] >= found.get(side, flow)["packets"]:
            found[side] = flow
    return found


def wait_carried(lab, proto, sides, timeout=60):
    """Wait until the chip has counted enough in these directions; False when it does not happen.

    A fixed time would be a bet on the speed of the machine, and the proof shall not depend on it.
    """
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found = busiest(chip_flows(lab), proto)
        if all(side in found and found[side]["packets"] >= MIN_PACKETS for side in sides):
            return True
        time.sleep(0.5)
    return False


def audit(lab):
    """Of the driver's comparison of its tables with the chip's: (equal?, what differs, or the first line)."""
    lines = lab.guest("cat /sys/kernel/debug/nftsw/*/audit", timeout=300).out.splitlines()
    different = [line for line in lines or ["audit is empty"] if not line.startswith("equal")]
    return not different, "; ".join(different or lines[:1])
