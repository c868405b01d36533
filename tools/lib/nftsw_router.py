# SPDX-License-Identifier: GPL-2.0
"""The switch as a home router: one ruleset in the form of OpenWrt's fw4, three modes.

The demo, the benchmarks and the end-to-end tests load it. lan sits behind swp1, wan
behind swp2, with the addresses of the lab's "router" topology; lan is masqueraded
towards wan.
"""
import re
from dataclasses import dataclass
from pathlib import Path

LAN_IF = "swp1"
WAN_IF = "swp2"
MODES = ("none", "software", "hardware")

# The text that a person in the switch loads by hand, too.
OFFLOAD_NFT = Path(__file__).resolve().parents[1] / "launch/guest/offload.nft"


@dataclass(frozen=True)
class Plan:
    """The launcher's addresses of the two hosts and of the router between them."""

    lan_host: str = "192.168.1.2"
    lan_router: str = "192.168.1.1"
    wan_host: str = "203.0.113.2"
    wan_router: str = "203.0.113.1"
    lan_host6: str = "2001:db8:1::2"
    lan_router6: str = "2001:db8:1::1"
    wan_host6: str = "2001:db8:2::2"
    wan_router6: str = "2001:db8:2::1"


PLAN = Plan()


def ruleset(mode, devices=(LAN_IF, WAN_IF)):
    """Text for `nft -f -`: one transaction, as fw4 loads and reloads it.

    mode: "none", "software" or "hardware".  devices: the flowtable's.
    """
    if mode not in MODES:
        raise ValueError(f"mode {mode}: choose from {', '.join(MODES)}")
    text = OFFLOAD_NFT.read_text(encoding="utf-8")
    names = ", ".join(f'"{d}"' for d in devices)
    text = re.sub(r"devices = \{[^}]*\}", f"devices = {{ {names} }}", text)
    if mode != "hardware":
        text = re.sub(r"\n\t*flags offload", "", text)
    if mode == "none":
        text = re.sub(r"\tflowtable ft \{.*?\n\t\}\n", "", text, flags=re.S)
        text = re.sub(r".*flow offload @ft.*\n", "", text)
    return text


def load(lab, mode, devices=(LAN_IF, WAN_IF)):
    """Load the ruleset of `mode` in the guest; raises with nft's own words."""
    lab.guest("nft -f -", stdin=ruleset(mode, devices))


def reach(lab, host, address):
    """Wait until `host` gets an answer from there, so that both know their neighbour."""
    # ping ends at once when a search for the neighbour fails, so it is not left to its own -w
    lab.host(host, f"for n in $(seq 60); do ping -q -c 1 -w 1 {address} && exit; sleep 0.5; done; exit 1", timeout=100)


def ready(lab):
    """Wait until both hosts reach their router, so that every neighbour is known."""
    for host, router in (("lan", PLAN.lan_router), ("wan", PLAN.wan_router)):
        reach(lab, host, router)
