# SPDX-License-Identifier: GPL-2.0
"""Rulesets come, go and are loaded again while connections live in the chip."""
import nftsw_router as router
from evidence import both_offloaded, chip_empty, flows_of, wait_until
from traffic import TcpStream

P = router.PLAN


def test_fm15_conntrack_flush_empties_the_chip(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("conntrack -F 2>/dev/null")
        wait_until("chip empty", lambda: chip_empty(lab), timeout=10)


def test_fm02_reload_under_traffic(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        for n in range(10):
            router.load(lab, "hardware")
            assert stream.echo(f"reload {n}") < 3
        both_offloaded(lab)


def test_fm04_delete_table_empties_the_chip_at_once(lab):
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("nft delete table inet fw4")
        assert chip_empty(lab), "entries outlived their flowtable"
        # without the table nobody translates addresses; with it, the connection goes on
        router.load(lab, "hardware")
        assert stream.echo("back again") < 5


def test_fm01_probe_binds_and_unbinds(lab):
    probe = (
        "add table inet probe; add flowtable inet probe ft { hook ingress priority 0; "
        'devices = { "swp1", "swp2", "swp3" }; flags offload; }'
    )
    for _ in range(3):
        lab.guest(f"nft -c '{probe}'")
    assert chip_empty(lab)


def test_fm05_two_flowtables_on_the_same_ports(lab):
    lab.guest(
        "nft -f -",
        stdin='table inet second { flowtable ft2 { hook ingress priority 10; '
        'devices = { "swp1", "swp2" }; flags offload; }\n }\n',
    )
    with TcpStream(lab, "lan", "wan", P.wan_host) as stream:
        stream.talk()
        both_offloaded(lab)
        lab.guest("nft delete table inet second")
        assert all(flows_of(lab, 6, P.lan_host)), "the other table's entries went too"
        assert stream.echo("untouched") < 2
