#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""make bench-rocker: the chip's offloaded path beside QEMU's rocker, in one run.

The same QEMU, guest kernel, taps and 64-octet frames: rocker bridges them between
two ports (the best that it does in its device), nftsw routes and NATs them by a
flow entry.  The two take turns; each is judged by its best round and offered load.
Writes out/bench/rocker.json; exits 1 when a side forwarded nothing or the ratio is
below --goal.
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
import nftsw_router as router  # noqa: E402
from nftsw_lab import Lab  # noqa: E402

P = router.PLAN
# Both hosts of the lab's "bridge" topology live in one subnet.
BRIDGE_LAN, BRIDGE_WAN = "192.168.1.2", "192.168.1.3"
# Frames per second that lan offers; None: all that it can.  A sender at full speed
# takes time from QEMU, so it is not always the load that gets most frames through.
OFFERED_PPS = (300000, 600000, 650000, 700000, 750000, None)


def blast(lab, config, seconds):
    """The window with most frames per second at wan, and the guest's CPU share in it."""
    sink = measure.early_sink(lab, "wan")
    best = measure.best_load(lab, "lan", config, ["wan"], OFFERED_PPS, seconds)
    best = {"udp64_pps": best.pop("pps"), **best}
    return {**best, "sink": sink, "accel": lab.accel, "guest_kernel": lab.guest("uname -r").out.strip(),
            "qemu": lab.qmp("query-version")["qemu"]}


def run_rocker(seconds, accel):
    """rocker as a bridge; the address of wan is learned before the load starts."""
    with Lab(name="rocker", topology="bridge", ports=4, kernel="debug", switch="rocker",
             accel=accel) as lab:
        lab.host("wan", f"ping -q -c 3 -w 30 {BRIDGE_LAN}", timeout=40)
        config = measure.frame_config(
            measure.mac(lab, "lan"), measure.mac(lab, "wan"), BRIDGE_LAN, BRIDGE_WAN, 40000,
            measure.UDP_PORT
        )
        return blast(lab, config, seconds)


def run_nftsw(seconds, accel):
    """nftsw as a NAT router with flags offload."""
    with Lab(name="nftsw", topology="router", ports=4, kernel="debug", accel=accel) as lab:
        router.ready(lab)
        router.load(lab, "hardware")
        dst = lab.guest(f"cat /sys/class/net/{router.LAN_IF}/address").out.strip()
        config = measure.frame_config(
            measure.mac(lab, "lan"), dst, P.lan_host, P.wan_host, 40000, measure.UDP_PORT
        )
        return blast(lab, config, seconds)


def verdict(best, ratio, goal):
    """Exit status, after a word on what is wrong."""
    dead = [name for name, run in best.items() if run["udp64_pps"] < 1000]
    for name in dead:
        print(f"{name} forwarded next to nothing: the comparison is void")
    if not dead and ratio < goal:
        print(f"below the goal of {goal}x")
    return 1 if dead or ratio < goal else 0


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--seconds", type=int, default=4, help="length of each window")
    ap.add_argument("--rounds", type=int, default=2, help="each side this often, taking turns")
    ap.add_argument("--goal", type=float, default=2.0, help="ratio to reach")
    ap.add_argument("--accel", default="auto", choices=("auto", "kvm", "tcg"))
    ap.add_argument("--out", type=pathlib.Path, default=TOOLS.parent / "out/bench/rocker.json")
    args = ap.parse_args()

    runs = {"rocker": [], "nftsw": []}
    for _ in range(args.rounds):
        for name, fn in (("rocker", run_rocker), ("nftsw", run_nftsw)):
            runs[name].append(fn(args.seconds, args.accel))
            print(f"  {name:8} {runs[name][-1]}", flush=True)
    best = {n: max(r, key=lambda x: x["udp64_pps"]) for n, r in runs.items()}
    ratio = best["nftsw"]["udp64_pps"] / max(1, best["rocker"]["udp64_pps"])
    host = {"kernel": platform.release(), "cpus": os.cpu_count(), "date": time.strftime("%Y-%m-%d")}
    result = {**best, "runs": runs, "ratios": {"udp64_pps": round(ratio, 2)}, "host": host}
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(result, indent=1) + "\n")
    print(f"nftsw / rocker: {ratio:.2f}x packets per second ({args.out})")
    return verdict(best, ratio, args.goal)


if __name__ == "__main__":
    sys.exit(main())
