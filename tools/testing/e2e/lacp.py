# SPDX-License-Identifier: GPL-2.0
"""The other end of an 802.3ad bond: what a switch with LACP says on each of its cables.

It agrees to everything: the state that a partner reaches in the end, from the first word on.
"""
import threading

from scapy.all import Ether
from scapy.contrib.lacp import LACP, SlowProtocol
from wire import Wire

GROUP = "01:80:c2:00:00:02"
SYSTEM, KEY = "02:4c:41:43:50:00", 7
# active, short timeout, may be aggregated, in sync, collecting, distributing
AGREED = 0x3f


class Partner:
    """Answers on these ports of `host` as one system; a cable that is cut hears nothing."""

    def __init__(self, lab, host, devs):
        self._wires = [Wire(lab, host, dev) for dev in devs]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._stop.set()
        self._thread.join()
        for wire in self._wires:
            wire.close()

    def _run(self):
        while not self._stop.wait(0.1):
            for number, wire in enumerate(self._wires, 1):
                said = [f for f in wire.seen() if f[12:15] == b"\x88\x09\x01"]
                wire.clear()
                if said:
                    wire.send([answer(said[-1], number)])


def answer(frame, number):
    """What the partner's port of that number says to a frame of LACP."""
    heard = Ether(frame)[LACP]
    about = {f"partner_{name}": getattr(heard, f"actor_{name}") for name in (
        "system_priority", "system", "key", "port_priority", "port_number", "state")}
    return bytes(Ether(src=SYSTEM, dst=GROUP) / SlowProtocol() / LACP(
        actor_system_priority=1, actor_system=SYSTEM, actor_key=KEY, actor_port_priority=1,
        actor_port_number=number, actor_state=AGREED, **about))
