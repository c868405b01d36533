# SPDX-License-Identifier: GPL-2.0
"""The failure modes of flow offload that users meet, FM01 to FM41: the one list of them.

Collected from what people report about real chips and their drivers. A test of one is named
test_fmNN_<what> and lives in a test_*.py of this folder; where a guest cannot show
it, or not all of it, KUnit cases are named here as suite.case. tools/check/fm.py
holds list, tests and the table in the documentation together.
"""
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEST = re.compile(r"^def (test_fm(\d\d)_\w+)\(", re.M)


@dataclass(frozen=True)
class FailureMode:
    """A failure mode: "FM07", what it reproduces in a line, KUnit cases that are part of it."""
    name: str
    text: str
    kunit: tuple = ()


FAILURE_MODES = (
    # Control plane and life cycle
    FailureMode("FM01", "a firewall probes for offload with nft -c, which binds and unbinds every port",
                ("nftsw_tc.probing_leaves_nothing",)),
    FailureMode("FM02", "the ruleset is loaded again, in one transaction, under live TCP and UDP",
                ("nftsw_flow_life.reload_keeps_forwarding", "nftsw_tc.several_blocks_bind_at_once")),
    FailureMode("FM03", "the ruleset is loaded again a thousand times; nothing piles up"),
    FailureMode("FM04", "ruleset, table or flowtable deleted: no entry outlives it",
                ("nftsw_flow_life.last_unbind_purges", "nftsw_flow_life.kernel_flowtable_is_deleted")),
    FailureMode("FM05", "two flowtables on the same ports; deleting one leaves the other's entries",
                ("nftsw_flow_life.blocks_are_independent",)),
    FailureMode("FM06", "a foreign device in the flowtable's list: refused as a whole, software carries on"),
    FailureMode("FM07", "requests repeated, or about flows that are not or no longer offloaded",
                ("nftsw_flow.repeats_are_free", "nftsw_flow.replaces_what_changed",
                 "nftsw_flow.unknown_cookie_is_no_entry", "nftsw_flow.refused_update_removes_flow",
                 "nftsw_flow.comes_back_after_destroy", "nftsw_tc.ports_share_one_callback")),
    FailureMode("FM08", "thousands of short flows added, counted and deleted concurrently",
                ("nftsw_flow_race.racing_workers_do_no_harm",)),
    FailureMode("FM09", "no room in the table, or an entry that cannot be written: software carries the flow",
                ("nftsw_flow_life.full_table_says_so", "nftsw_flow_life.chip_without_room_says_so",
                 "nftsw_flow_life.chip_fault_loses_only_the_flow")),
    FailureMode("FM10", "an entry number used again at once: the old flow neither kills nor feeds the new one",
                ("nftsw_flow.recycled_cookie_is_another_flow", "nftsw_flow_life.failed_deletion_is_repeated")),
    FailureMode("FM11", "a port goes down, is renamed, leaves its flowtable; a VLAN device above it is deleted",
                ("nftsw_flow_life.partial_unbind_purges_its_port",)),
    FailureMode("FM12", "module, binding, function or card go while flows live; probing fails half way",
                ("nftsw_flow_life.driver_leaves_with_flows_live", "nftsw_fault.surprise_removal_is_quick",
                 "nftsw_fault.probe_undoes_itself_at_every_command",
                 "nftsw_fault.probe_survives_every_missing_vector")),
    FailureMode("FM13", "hw-tc-offload switched off: a port's flows return to software",
                ("nftsw_flow_life.hw_tc_offload_is_obeyed", "nftsw_tc.binds_without_hw_tc_offload")),
    FailureMode("FM14", "a packet capture on a port while its connections are offloaded"),
    FailureMode("FM15", "conntrack entries deleted or flushed; a new drop rule and connections that live on"),
    # Time and accounting
    FailureMode("FM16", "UDP silent for longer than its timeout, then going on"),
    FailureMode("FM17", "a one-way UDP stream, in hardware for more than ten minutes"),
    FailureMode("FM18", "slow or idle TCP for minutes: no reset"),
    FailureMode("FM19", "conntrack's packets and bytes are those of the endpoints, in both directions",
                ("nftsw_flow.stats_are_deltas", "nftsw_flow.stats_fit_into_32_bits",
                 "nftsw_flow_tail.port_that_takes_no_flows", "nftsw_flow_tail.flow_is_offloaded_again")),
    FailureMode("FM20", "counters of port and driver are those of the wire",
                ("nftsw_stats.netdev_counts_octets_without_fcs", "nftsw_stats.totals_survive_a_reset")),
    FailureMode("FM21", "counters asked for while the entry is being deleted"),
    # TCP and IP corner cases
    FailureMode("FM22", "FIN, RST, half-close, and a SYN that opens the same connection again",
                ("nftsw_flow.leaves_chip_at_tcp_flags",)),
    FailureMode("FM23", "a port pair used again within seconds; clashes of NAT",
                ("nftsw_flow_life.connection_ends_while_it_is_offloaded",)),
    FailureMode("FM24", "packets larger than the MTU of the way out",
                ("nftsw_flow_life.mtu_change_reaches_flows",
                 "nftsw_topo_many.another_mtu_of_a_port_takes_its_flows", "nftsw_flow_life.mtu_leaves_room_for_pppoe",
                 "nftsw_flow_life.mtu_of_the_route_counts", "nftsw_topo.mtu_of_a_ppp_device_changes")),
    FailureMode("FM25", "TTL 1, options, fragments, extension headers, bad or absent checksums, ECN and DSCP",
                ("nftsw_flow.hands_exception_to_stack", "nftsw_flow.keeps_udp_without_checksum")),
    FailureMode("FM26", "ICMP errors about an offloaded connection with NAT, in both directions"),
    FailureMode("FM27", "connections that are never offloaded: helpers, SCTP, tunnels"),
    FailureMode("FM28", "the hand-over between software and hardware: nothing twice, reordering within a stated bound"),
    # Encapsulation and topology
    FailureMode("FM29", "every form of NAT, with all checksums",
                ("nftsw_flow.forwards", "nftsw_model.golden_vector")),
    FailureMode("FM30", "IPv6, routed and translated"),
    FailureMode("FM31", "VLAN and QinQ uplinks; one 5-tuple on two ports, in two VLANs, in and out of a session",
                ("nftsw_flow_parse.accepts_rule_with_vlan_bits", "nftsw_flow_parse.refuses_provider_tag",
                 "nftsw_flow.sessions_are_told_apart")),
    FailureMode("FM32", "PPPoE, also in a VLAN: both directions, re-dial, frames outside the session",
                ("nftsw_flow.pppoe_needs_no_other_half", "nftsw_flow.pppoe_session_may_change",
                 "nftsw_topo.session_inside_two_tags_is_refused", "nftsw_topo_bridge.bridge_takes_the_third_off")),
    FailureMode("FM33", "routed through a bridge with VLAN filtering, tagged and untagged"),
    FailureMode("FM34", "a VLAN, a PVID or a bridge port goes while a flow lives"),
    FailureMode("FM35", "a host moves to another port and back"),
    FailureMode("FM36", "a neighbour's address, the gateway, the route or the uplink changes",
                ("nftsw_topo.neighbour_gets_another_address", "nftsw_topo.very_late_request_is_found_too",
                 "nftsw_topo.two_neighbours_have_had_one_address", "nftsw_topo.route_changes",
                 "nftsw_topo.next_hop_objects_change", "nftsw_topo.neighbour_in_use_is_asked",
                 "nftsw_topo.neighbour_fails", "nftsw_topo.neighbour_fails_beside_another")),
    FailureMode("FM37", "frames for router and bridge, and control protocols, are never taken",
                ("nftsw_flow.leaves_bridged_frame_alone",)),
    FailureMode("FM38", "one end of the connection on a foreign device: software carries it, and the reason is counted",
                ("nftsw_flow_parse.refuses_foreign_egress", "nftsw_tc.ingress_must_be_bound")),
    FailureMode("FM39", "bridged traffic in hardware", ("nftsw_model.golden_bridge_vector",)),
    # Load
    FailureMode("FM40", "smallest to largest frames in both directions at once; nobody starves"),
    FailureMode("FM41", "ten thousand flows coming and going for an hour"),
)


def tests(folder=HERE):
    """Tests by failure mode, as the files of the folder have them: {"FM01": [name, ...]}."""
    found = {}
    for path in sorted(folder.glob("test_*.py")):
        for name, number in TEST.findall(path.read_text(encoding="utf-8")):
            found.setdefault(f"FM{number}", []).append(name)
    return found
