#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""make bench-bridge: a bridge over the chip's ports beside one over QEMU's rocker, in one run.

The same QEMU, guest kernel, taps and 64-octet frames; the hosts are outside of the switch.
Both are asked for three things, each at its best offered load:

  unicast   frames from the hosts of one port to those of another, which the bridge has learned
  flood     frames to an address that nobody has, of four ports: three copies, which are counted
  vlan      learned unicast again, tagged, in a VLAN-aware bridge
  pair      learned unicast with one host at either port, where there is nothing to search for

A bridge has as many hosts as people have desks: HOSTS at each of two ports, but for "pair",
which is told beside the others and has no goal: rocker walks its flow table for every frame,
and does best where that is shortest.

The two take turns and are judged by their best rounds. cpu_frames are the frames that the
guest's CPU saw in the best window: of nftsw, by the chip's own counter. Writes
out/bench/bridge.json, bridge.txt and bridge.svg; exits 1 when nftsw forwarded nothing, or a
ratio is below --goal.
"""
import argparse
import json
import os
import pathlib
import platform
import sys
import time

TOOLS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOOLS / "lib"), str(TOOLS / "launch")]

import nftsw_measure as measure  # noqa: E402
from nftsw_lab import Lab, LabError  # noqa: E402

PORTS = 4
VID = 10
HOSTS = 64              # behind each of the two ports
NOBODY = "02:00:00:00:ff:fe"
# Addresses of the lab's "bridge" topology.
LAN, WAN = "192.168.1.2", "192.168.1.3"
OFFERED_PPS = (50000, 150000, 300000, 600000, 750000, None)
MODES = ("pair", "unicast", "flood", "vlan")
GOAL_MODES = ("unicast", "flood", "vlan")
TITLES = {"pair": "learned unicast, 2 hosts, frames/s",
          "unicast": f"learned unicast, {2 * HOSTS} hosts, frames/s",
          "flood": f"flooding to 3 ports, {2 * HOSTS} hosts, copies/s",
          "vlan": f"the same, tagged, {2 * HOSTS} hosts, frames/s"}
DEVICES = ("rocker", "nftsw")
DEAD_PPS = 1000         # fewer is nothing


def cpu_frames(lab):
    """Frames that the switch has handed to its CPU so far."""
    if lab.switch == "nftsw":
        return lab.qmp("query-nftsw")[0]["cpu-rx-frames"]
    return int(lab.guest("cat /sys/class/net/swp*/statistics/rx_packets | awk '{ n += $1 } END { print n }'").out)


def frames(pairs, vid=None):
    """trafgen's idea of frames of 64 octets, tag included, for each (source, destination)."""
    payload = measure.UDP64_PAYLOAD - (4 if vid else 0)
    return "".join(measure.frame_config(src, dst, LAN, WAN, 40000, measure.UDP_PORT, payload, vid)
                   for src, dst in pairs)


def addresses(lab, host, count):
    """The host's own address, and those of more that it plays."""
    number = {"lan": 1, "wan": 2}[host]
    return [measure.mac(lab, host)] + [f"02:00:00:01:{number:02x}:{n:02x}" for n in range(1, count)]


def prepare(lab, mode):
    """The bridge of a mode, and what lan has to send over it."""
    count = 1 if mode == "pair" else HOSTS
    lan, wan = addresses(lab, "lan", count), addresses(lab, "wan", count)
    vid = VID if mode == "vlan" else None
    if mode == "vlan":
        lab.guest("ip link set dev br0 type bridge vlan_filtering 1 && "
                  f"for d in swp1 swp2 swp3 swp4; do bridge vlan add vid {VID} dev $d; done")
    # All addresses are learned before the load starts, each by frames of its own.
    there = list(zip(lan, wan))
    back = [(b, a) for a, b in there]
    for host, pairs in (("wan", back), ("lan", there)):
        with measure.Blaster(lab, host, frames(pairs, vid), 20 * count):
            time.sleep(2)
    known = learned(lab, vid)
    if known < 2 * count:
        raise LabError(f"the bridge has learned {known} of {2 * count} hosts")
    return frames([(a, NOBODY) for a in lan] if mode == "flood" else there, vid)


def learned(lab, vid):
    """Hosts that the switch forwards to by itself, by its driver's word."""
    show = f"bridge fdb show br br0 {f'vlan {vid}' if vid else ''}"
    return int(lab.guest(f"{show} | grep -c offload || true").out)


def window(lab, mode, seconds):
    """The best offered load of a mode, and what the CPU saw of it, per second of one more window."""
    receivers = ["wan", "h3", "h4"] if mode == "flood" else ["wan"]
    config = prepare(lab, mode)
    best = measure.best_load(lab, "lan", config, receivers, OFFERED_PPS, seconds)
    with measure.Blaster(lab, "lan", config, best["offered_pps"]):
        time.sleep(1)
        n0, t0 = cpu_frames(lab), time.monotonic()
        time.sleep(1)
        best["cpu_frames_per_s"] = round((cpu_frames(lab) - n0) / (time.monotonic() - t0))
    return best


def run(device, args):
    """{mode: figures, or {"error": text}} of one boot; a switch that dies is booted again."""
    figures, lab = {}, None
    try:
        for mode in args.modes:
            try:
                if lab is None:
                    lab = Lab(name=f"bridge-{device}", topology="bridge", ports=PORTS, kernel=args.kernel,
                              switch=device, accel=args.accel, module=args.module)
                    lab.start()
                    lab.wait_ready()
                    sinks = {h: measure.early_sink(lab, h) for h in ("wan", "h3", "h4")}
                    lab.host("lan", f"ping -q -c 2 -w 30 {WAN}", timeout=40)
                    facts = {"guest_kernel": lab.guest("uname -r").out.strip(), "accel": lab.accel,
                             "sink": sinks["wan"], "qemu": lab.qmp("query-version")["qemu"]}
                figures[mode] = window(lab, mode, args.seconds) | facts
            except LabError as e:
                figures[mode] = {"pps": 0, "error": str(e).splitlines()[0]}
                if lab:
                    lab.stop()
                lab = None
            print(f"  {device:8} {mode:8} {figures[mode]}", flush=True)
    finally:
        if lab:
            lab.stop()
    return figures


def best_of(runs, mode):
    return max((r[mode] for r in runs), key=lambda one: one["pps"])


def table(best, ratios):
    """Text for people."""
    lines = [f"{'':42}{'rocker':>12}{'nftsw':>12}{'ratio':>9}{'CPU frames/s of nftsw':>24}"]
    for mode in ratios:
        rocker, nftsw = best["rocker"][mode], best["nftsw"][mode]
        ratio = f"{ratios[mode]:.2f}x" if ratios[mode] else "-"
        lines.append(f"{TITLES[mode]:42}{rocker['pps']:>12,}{nftsw['pps']:>12,}{ratio:>9}"
                     f"{nftsw.get('cpu_frames_per_s', 0):>24,}")
    return "\n".join(lines)


def chart(best, modes, path):
    import matplotlib
    matplotlib.use("svg")
    from matplotlib import pyplot
    fig, axes = pyplot.subplots(1, len(modes), figsize=(3.3 * len(modes), 3.4), squeeze=False)
    for ax, mode in zip(axes[0], modes):
        bars = ax.bar(DEVICES, [best[d][mode]["pps"] for d in DEVICES], color=("#9aa5b1", "#d9822b"))
        ax.bar_label(bars, labels=[f"{best[d][mode]['pps']:,}" for d in DEVICES], fontsize=8)
        ax.set_title(TITLES[mode], fontsize=9)
        ax.spines[["top", "right"]].set_visible(False)
        ax.margins(y=0.15)
        ax.tick_params(labelsize=8)
    fig.tight_layout()
    fig.savefig(path)
    pyplot.close(fig)


def verdict(best, ratios, goal):
    """Exit status, after a word on what is wrong."""
    bad = 0
    for mode, ratio in ratios.items():
        if best["nftsw"][mode]["pps"] < DEAD_PPS:
            print(f"{mode}: nftsw forwarded next to nothing")
            bad = 1
        elif ratio is None:
            print(f"{mode}: rocker forwarded nothing ({best['rocker'][mode].get('error', 'no frames')})")
        elif mode in GOAL_MODES and ratio < goal:
            print(f"{mode}: below the goal of {goal}x")
            bad = 1
    return bad


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--seconds", type=int, default=4, help="length of each window")
    ap.add_argument("--rounds", type=int, default=2, help="each side this often, taking turns")
    ap.add_argument("--goal", type=float, default=3.0, help="ratio to reach")
    ap.add_argument("--kernel", default="plain", choices=("plain", "plain-next", "debug", "debug-next"),
                    help="the guest's, with rocker's driver")
    ap.add_argument("--modes", nargs="+", default=list(MODES), choices=MODES)
    ap.add_argument("--accel", default="auto", choices=("auto", "kvm", "tcg"))
    ap.add_argument("--module", metavar="KO", help="use this module instead of building one")
    ap.add_argument("--out", type=pathlib.Path, default=TOOLS.parent / "out/bench/bridge.json")
    args = ap.parse_args()

    runs = {d: [] for d in DEVICES}
    for _ in range(args.rounds):
        for device in DEVICES:
            runs[device].append(run(device, args))
    best = {d: {m: best_of(runs[d], m) for m in args.modes} for d in DEVICES}
    ratios = {}
    for mode in args.modes:
        base = best["rocker"][mode]["pps"]
        ratios[mode] = round(best["nftsw"][mode]["pps"] / base, 2) if base >= DEAD_PPS else None
    host = {"kernel": platform.release(), "cpus": os.cpu_count(), "date": time.strftime("%Y-%m-%d")}
    args.out.parent.mkdir(parents=True, exist_ok=True)
    result = {**best, "ratios": ratios, "goal": args.goal, "hosts": 2 * HOSTS, "runs": runs, "host": host}
    args.out.write_text(json.dumps(result, indent=1) + "\n")
    text = table(best, ratios)
    args.out.with_suffix(".txt").write_text(text + "\n")
    chart(best, args.modes, args.out.with_suffix(".svg"))
    print(f"\n{text}\n({args.out})")
    return verdict(best, ratios, args.goal)


if __name__ == "__main__":
    sys.exit(main())
