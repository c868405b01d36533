# SPDX-License-Identifier: GPL-2.0
"""Settings of switch and hosts that a test changes for a while; all come back afterwards."""
import contextlib
import re

import nftsw_measure as measure
import nftsw_router as router
from evidence import kernel_version

FLOW_TIMEOUT = "net.netfilter.nf_flowtable_{}_timeout"
ACCT = {"net.netfilter.nf_conntrack_acct": 1}
# errors are answered one by one here, as fast as the tests provoke them
ICMP_AT_ONCE = {"net.ipv4.icmp_ratelimit": 0, "net.ipv6.icmp.ratelimit": 0}


@contextlib.contextmanager
def sysctls(lab, values):
    """Settings of the switch's kernel: {name: value}."""
    names = " ".join(values)
    old = lab.guest(f"sysctl -n {names}").out.split()
    _write(lab, values)
    try:
        yield
    finally:
        _write(lab, dict(zip(values, old)))


def _write(lab, values):
    lab.guest("sysctl -qw " + " ".join(f"{name}={value}" for name, value in values.items()))


def flow_timeout(lab, seconds):
    """How long the flowtable keeps a flow that rests. None: the kernel's own idea of it.

    6.12 takes it off what conntrack gives a connection, whenever a flow is torn down: with 120 s or more,
    which is all that an answered UDP connection has, each of those is over then.
    """
    if seconds is None:
        return contextlib.nullcontext()
    return sysctls(lab, {FLOW_TIMEOUT.format(proto): seconds for proto in ("tcp", "udp")})


def patient_udp(lab):
    """A UDP connection without an answer lives on when its flow is given up.

    6.12 takes the flowtable's timeout for spent then, and conntrack's own for such a connection is as
    long by default: it was over at once, and what comes next is another, perhaps with another port.
    """
    if kernel_version(lab) < (7, 0):
        return sysctls(lab, {"net.netfilter.nf_conntrack_udp_timeout": 60})
    return contextlib.nullcontext()


@contextlib.contextmanager
def mtus(lab, ports=None, hosts=None):
    """MTU of the switch's ports and of hosts: {name: octets}; 1500 afterwards."""
    try:
        for dev, mtu in (ports or {}).items():
            lab.guest(f"ip link set {dev} mtu {mtu}")
        for host, mtu in (hosts or {}).items():
            lab.host(host, f"ip link set {measure.DEV} mtu {mtu}")
        yield
    finally:
        for dev in ports or {}:
            lab.guest(f"ip link set {dev} mtu 1500")
        for host in hosts or {}:
            lab.host(host, f"ip link set {measure.DEV} mtu 1500; "
                           "ip route flush cache; ip -6 route flush cache")


def load(lab, mode, changes=(), devices=("swp1", "swp2")):
    """The router's ruleset with some words replaced: ((old, new), ...)."""
    text = router.ruleset(mode, devices)
    for old, new in changes:
        assert old in text, f"the ruleset has no {old!r}"
        text = text.replace(old, new)
    lab.guest("nft -f -", stdin=text)


@contextlib.contextmanager
def never_invalid(lab):
    """Within this, conntrack finds no packet INVALID, and the ruleset's own counter stays 0."""
    lab.guest(
        "nft -f -",
        stdin="table inet watch\ndelete table inet watch\ntable inet watch {\n\tchain pre {\n"
        "\t\ttype filter hook prerouting priority mangle;\n\t\tct state invalid counter\n\t}\n}\n")
    yield
    rules = lab.guest("nft list ruleset").out
    found = re.findall(r"ct state invalid counter packets (\d+)", rules)
    assert len(found) == 2, rules
    assert found == ["0", "0"], f"INVALID packets (at all, lan to wan): {found}"
