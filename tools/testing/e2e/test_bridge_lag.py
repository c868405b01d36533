# SPDX-License-Identifier: GPL-2.0
"""A bond or a team as a port of a bridge that filters VLANs.

Its members are the ports of h3 and h4, whose cables are read and written apart: a frame for
the LAG has to come out of exactly one of them.
"""
import contextlib
import time

import pytest
from bridged import BRIDGE, BROADCAST, GROUP, bridge, bridged_by_chip, cables, fdb, guest
from evidence import LAG0, wait_until

LAG = "lag0"
MEMBERS = ("swp3", "swp4")
STATIC, LEARNED = "02:99:00:00:00:51", "02:99:00:00:00:52"
GROUP_IP = "239.1.2.3"          # whose address is GROUP
TEAM = '{"runner": {"name": "loadbalance", "tx_hash": ["eth"]}, "link_watch": {"name": "ethtool"}}'
KINDS = {
    "xor": (f"ip link add {LAG} type bond mode balance-xor miimon 50", f"ip link del {LAG}"),
    "active_backup": (f"ip link add {LAG} type bond mode active-backup miimon 50", f"ip link del {LAG}"),
    "team_loadbalance": (f"teamd -t {LAG} -d -c '{TEAM}'", f"teamd -t {LAG} -k"),
}


def join(lab, *ports):
    for dev in ports:
        guest(lab, f"ip link set {dev} down", f"ip link set {dev} master {LAG}", f"ip link set {dev} up")


@contextlib.contextmanager
def lag(lab, kind):
    """A bond or team without members yet."""
    make, end = KINDS[kind]
    guest(lab, make, f"ip link set {LAG} up")
    try:
        yield
    finally:
        for n in (3, 4):
            lab.set_link(n, True)
        lab.guest(f"{end}; ip link del {LAG} 2>/dev/null; for p in {' '.join(MEMBERS)}; do ip link set $p up; done")


def members(lab):
    """Of the chip's one LAG: (members, those that send)."""
    lags = lab.qmp("query-nftsw")[0]["lags"]
    assert len(lags) <= 1
    return (sorted(lags[0]["members"]), sorted(set(lags[0]["sending"]) & set(lags[0]["active"]))) if lags else ([], [])


def once(counts, frames):
    """Of the frames for the LAG, each came out of one member; and of no other port."""
    assert set(counts) <= {"h3", "h4"} and sum(counts.values()) == frames, counts


class Scene:
    """VLAN 10: lan and wan tagged, the LAG untagged. A host and a group of an administrator are at the LAG."""

    def __init__(self, lab, c):
        self.lab, self.c = lab, c

    def ready(self, senders):
        """So many members may send, and the bridge's port forwards."""
        wait_until("the members may send", lambda: len(members(self.lab)[1]) == senders)
        wait_until("the LAG forwards", lambda: "state forwarding" in
                   self.lab.guest(f"bridge link show dev {LAG}").out)

    def speaker(self):
        """A host whose member may send, and so receive."""
        return {2: "h3", 3: "h4"}[members(self.lab)[1][0]]

    def carries(self):
        """All kinds of frames, both ways, by the chip."""
        c = self.c

        def everything():
            return {
                "static": c.send("lan", STATIC, 50, vid=10),
                "learned": c.send("lan", LEARNED, 50, vid=10),
                "group": c.send("lan", GROUP, 10, vid=10),
                "broadcast": c.send("lan", BROADCAST, 10, vid=10),
                "other VLAN": c.send("lan", BROADCAST, 5, vid=11),
                "back": c.send(self.speaker(), "lan", 50, smac=LEARNED),
            }

        words = bridged_by_chip(self.lab, everything, 170)
        time.sleep(0.5)
        got = {what: c.got(word, 0) for what, word in words.items()}
        counts = {what: {host: len(frames) for host, frames in seen.items()} for what, seen in got.items()}
        assert counts["broadcast"].pop("wan", 0) == 10
        for what, frames in (("static", 50), ("learned", 50), ("group", 10), ("broadcast", 10)):
            once(counts[what], frames)          # the group's are not for wan
        assert counts["other VLAN"] == {}
        assert counts["back"] == {"lan": 50}
        assert all(f[12:16] == b"\x81\x00\x00\x0a" for f in got["back"]["lan"])

    def learn(self):
        self.c.speak("lan", vid=10)
        self.c.speak(self.speaker(), smac=LEARNED)
        wait_until("learned at the LAG", lambda: f"dev {LAG}" in str(fdb(self.lab, LEARNED, 10)))
        assert "extern_learn" in str(fdb(self.lab, LEARNED, 10))

    def kept(self, learned=True):
        """VLAN, hosts and group are in the chip, at the LAG."""
        lab = self.lab
        vlan = next(f for f in lab.qmp("query-nftsw-vlans") if f["vid"] == 10)
        assert LAG0 in vlan["members"] and LAG0 in vlan["untagged"]
        hosts = {h["mac"]: h.get("port") for h in lab.qmp("query-nftsw-fdb", limit=4096)["hosts"]
                 if h["fid"] == vlan["fid"]}
        assert hosts.get(STATIC) == LAG0 and (not learned or hosts.get(LEARNED) == LAG0)
        assert [LAG0] in [g["ports"] for g in lab.qmp("query-nftsw-mdb") if g["mac"] == GROUP]


@pytest.mark.parametrize("kind", KINDS)
def test_fm39_lag_in_a_bridge(lab, kind):
    """It gets its members when all is set; one is pulled, one leaves and returns, all leave and return."""
    ports = {"lan": "swp1", "wan": "swp2", "lag": LAG}
    vlans = ("bridge vlan add dev swp1 vid 10", "bridge vlan add dev swp2 vid 10",
             f"bridge vlan del dev {LAG} vid 1", f"bridge vlan add dev {LAG} vid 10 pvid untagged",
             f"bridge fdb add {STATIC} dev {LAG} master static vlan 10",
             f"bridge mdb add dev {BRIDGE} port {LAG} grp {GROUP_IP} permanent vid 10")
    senders = 1 if kind == "active_backup" else 2
    with lag(lab, kind), bridge(lab, *vlans, ports=ports, filtering=1, options="mcast_snooping 1"), \
            cables(lab, ("lan", "wan", "h3", "h4")) as c:
        s = Scene(lab, c)
        join(lab, *MEMBERS)                     # late: the bridge knows the LAG already
        s.ready(senders)
        assert members(lab)[0] == [2, 3]
        s.learn()
        s.kept()
        s.carries()

        pulled = {"h3": 3, "h4": 4}[s.speaker()]
        lab.set_link(pulled, False)
        wait_until("the other one sends", lambda: members(lab)[1] == [6 - pulled])
        s.kept()
        s.carries()
        lab.set_link(pulled, True)
        s.ready(senders)
        s.carries()

        guest(lab, "ip link set swp3 nomaster")
        wait_until("swp4 alone", lambda: members(lab) == ([3], [3]))
        s.kept()
        s.carries()
        join(lab, "swp3")
        s.ready(senders)
        assert members(lab)[0] == [2, 3]
        s.kept()
        s.carries()

        guest(lab, *(f"ip link set {dev} nomaster" for dev in MEMBERS))
        assert members(lab) == ([], [])
        join(lab, *MEMBERS)
        s.ready(senders)
        s.learn()
        s.kept()
        s.carries()
