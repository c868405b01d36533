# SPDX-License-Identifier: GPL-2.0
"""The switch's kernel has no memory for the driver: an answer that says so, nothing lost, nothing half done.

A switch of their own: a kernel whose allocations have failed is no place for others' tests.
"""
import memory
import nftsw_router as router
import proof as proofs
import pytest
from bridged import bridge, chip_hosts, same_hosts
from conftest import KERNEL
from evidence import (
    TCP,
    assert_goes_on,
    both_offloaded,
    chip_empty,
    flow_stats,
    flows_of,
    leaks,
    ports_back,
    slot,
    wait_until,
)
from nftsw_lab import Lab
from traffic import TcpStream

P = router.PLAN
pytestmark = pytest.mark.faults
DMA_DEBUG = "DMA-API: cacheline tracking ENOMEM, dma-debug disabled"
BOND = "type bond mode balance-xor xmit_hash_policy layer3+4"
# what a bridge is told, and each tool's way to take it back
BRIDGE = (
    memory.by("ip", "link set swp4 master br0", "link set swp4 nomaster", sure=True),
    memory.by("bridge", "vlan add dev swp3 vid 100 pvid untagged", "vlan del dev swp3 vid 100"),
    memory.by("bridge", "fdb add 02:00:00:00:77:01 dev swp3 master static",
              "fdb del 02:00:00:00:77:01 dev swp3 master"),
    memory.by("bridge", "mdb add dev br0 port swp3 grp 239.1.2.3 permanent", "mdb del dev br0 port swp3 grp 239.1.2.3"),
    memory.by("bridge", "link set dev swp3 isolated on", "link set dev swp3 isolated off"),
    memory.by("ip", "link set br0 type bridge vlan_filtering 0", "link set br0 type bridge vlan_filtering 1"),
)
# and ports, by others
PORTS = (
    memory.by("ip", "link add link swp4 name swp4.7 type vlan id 7", "link del swp4.7"),
    memory.by("ip", "link set swp4 master bond7", "link set swp4 nomaster", sure=True),
    memory.by("ip", "link set swp3 up", "link set swp3 down"),
    memory.by("tc", "filter add dev swp2 ingress pref 1 matchall skip_sw action mirred egress mirror dev swp1",
              "filter del dev swp2 ingress pref 1"),
    memory.by("tc", "filter add dev swp2 ingress pref 2 protocol ip flower skip_sw ip_proto udp dst_port 9 action drop",
              "filter del dev swp2 ingress pref 2"),
    memory.by("tc", "filter add dev swp2 ingress pref 3 matchall skip_sw "
              "action police rate 10mbit burst 64k conform-exceed drop", "filter del dev swp2 ingress pref 3"),
)


@pytest.fixture(scope="module")
def booted():
    """A switch for the tests of this file, and what they have lost of its memory."""
    with Lab(name="memory", topology="router", ports=4, kernel=KERNEL) as lab:
        router.ready(lab)
        yield lab
        lost = leaks(lab)
        assert not lost, "memory leaked in one of the tests:\n" + "\n".join(lost)


def addresses(lab):
    """Of the hosts in the chip; their FIDs are others when a bridge has got other VLANs meanwhile.

    Without those that it has learned: a port that comes or goes takes them along.
    """
    return sorted(host["mac"] for host in chip_hosts(lab) if not host["learned"])


def enough(said, most, share=0.9):
    """So many allocations have failed as were to, or most of an operation that has not as many."""
    return all(said["allocations"]) and sum(said["failed"]) >= min(most, share * said["runs"])


def walk(lab, walks, most):
    """As memory.walk(); in each operation something fails, and behind each, tables are equal."""
    for one in walks:
        said, = memory.walk(lab, [one], most)
        print(f"# {said}")
        assert enough(said, most), f"allocations did not fail: {said}"
        equal, words = proofs.audit(lab)
        assert equal, f"{said['do']}: {words}"


@pytest.fixture(name="most")
def fixture_most(length):
    """How many of the allocations of an operation fail, each in a run of its own."""
    return length(5, 200)


@pytest.mark.soak
@pytest.mark.chance
def test_no_memory_for_the_bridge(lab, most):
    with bridge(lab, "ip link set br0 type bridge vlan_filtering 1 mcast_snooping 1",
                ports={"lan": "swp1", "h3": "swp3"}):
        hosts = addresses(lab)
        walk(lab, BRIDGE, most)
        same_hosts(lab)
        assert addresses(lab) == hosts
    assert not chip_hosts(lab)


@pytest.mark.soak
@pytest.mark.chance
def test_no_memory_for_ports_and_rules(lab, most):
    lab.guest(f"ip link add bond7 {BOND} && ip link set swp4 down && tc qdisc add dev swp2 clsact")
    try:
        walk(lab, PORTS, most)
    finally:
        lab.guest("ip link del bond7; tc qdisc del dev swp2 clsact; ip link set swp3 up; ip link set swp4 up")
    router.ready(lab)


NO_FLOWS = """
cd /sys/kernel/debug/failslab
for cache in /sys/kernel/slab/nftsw_flow-*; do echo 1 > $cache/failslab; done
echo N > ignore-gfp-wait; echo 0 > verbose; echo -1 > times; echo Y > cache-filter; echo 100 > probability
"""
FLOWS_AGAIN = """
cd /sys/kernel/debug/failslab
echo 0 > probability; echo N > cache-filter
for cache in /sys/kernel/slab/nftsw_flow-*; do echo 0 > $cache/failslab; done
"""


def test_fm09_no_memory_for_flows(lab):
    """Software carries the connection and the failures are counted; with memory, it moves into the chip."""
    before = flow_stats(lab)
    lab.guest(NO_FLOWS)
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        try:
            wait_until("failures are counted", lambda: stream.talk(5) > 0 and
                       flow_stats(lab)["failed"] >= before["failed"] + 4)
            assert chip_empty(lab)
            stream.talk(20)
        finally:
            lab.guest(FLOWS_AGAIN)
        wait_until("the connection moves in", lambda: stream.talk(5) > 0 and all(flows_of(lab, TCP, P.lan_host)))
        assert_goes_on(lab, stream)


# The kernel's own words: vmalloc() and kmem_cache_create() say who has asked in vain, /proc/irq has files that it
# could not make and takes away all the same, and the record of DMA mappings gives up.
WITHOUT = ("vmalloc error", "__kmem_cache_create_args(", "at fs/proc/generic.c", DMA_DEBUG)


def of_no_memory(log, line):
    """Does the kernel say in that line of its log, or a little above, that it has had no memory itself?"""
    n = log.index(line)
    return any(words in above for above in log[max(0, n - 20):n + 1] for words in WITHOUT)


@pytest.mark.soak
@pytest.mark.chance
def test_no_memory_while_probing(lab, most):
    """Probing fails, or the switch is whole; and the last one is."""
    driver, pci = "/sys/bus/pci/drivers/nftsw", slot(lab)
    lab.guest(f"nft flush ruleset; echo {pci} > {driver}/unbind")
    said, = memory.walk(lab, [memory.files(f"{driver}/bind", pci, f"{driver}/unbind", pci)], most)
    print(f"# {said}")
    # how many there are differs from probe to probe: the last ones of the longest are not met each time
    assert enough(said, most, share=0.5), f"allocations did not fail: {said}"
    lab.guest(f"echo {pci} > {driver}/bind")
    ports_back(lab)
    router.load(lab, "hardware")
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        assert_goes_on(lab, stream)
    log = lab.guest("dmesg").out.splitlines()
    wrong = [line for line in lab.kernel_complaints() if not of_no_memory(log, line)]
    assert not wrong, "\n".join(line for n in map(log.index, wrong) for line in log[max(0, n - 8):n + 20])
    lab.guest("dmesg -C")
