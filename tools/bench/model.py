#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""make bench-model: how fast the chip model forwards, beside its rivals, in one run.

Writes out/bench/model.json, a table and an SVG. Every figure is taken from CPU time
of the one thread that does the work, and is the best of several rounds: what the code can
do when neighbours leave cache and memory alone; medians stand beside it. The same
holds for the rivals: DPDK's rte_hash with keys of the same size, and OVS-DPDK on the same
frames, if the machine has hugepages for it.
"""
import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parents[1]
OUT = REPO / "out" / "bench"
BUILD = REPO / "out" / "model"
sys.path.insert(0, str(HERE))

import ovs_dpdk  # noqa: E402

SIZES = {"1k": 1024, "64k": 65536, "1m": 1 << 20}
BATCHES = (1, 8, 32)
OCCUPANCY = (10, 25, 50, 75, 90, 100)   # percent of the entries that the chip promises
TARGETS = {"ovs_dpdk_1k": 2.0, "scale_64k": 0.7, "scale_1m": 0.4}


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def build():
    """The model as its tests have it, and the rival as its library wants to be built."""
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["/usr/bin/meson", "setup", str(BUILD), str(REPO / "hw_model")],
                       stdout=sys.stderr, check=True)
    subprocess.run(["ninja", "-C", str(BUILD), "-j", os.environ.get("NFTSW_JOBS", "2"),
                    "bench/bench_pipe", "bench/bench_lookup"], stdout=sys.stderr, check=True)


def build_rival():
    """Path of the rte_hash program, or None and why not."""
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libdpdk"], text=True,
                           capture_output=True, check=False)
    if flags.returncode:
        return None, "libdpdk-dev is not installed (tools/nftsw setup bench)"
    exe = OUT / "rte_hash"
    subprocess.run(["cc", "-O3", "-o", str(exe), str(HERE / "rte_hash.c"), *flags.stdout.split()],
                   check=True)
    return exe, None


def call(cmd):
    """The JSON object that a benchmark writes."""
    done = subprocess.run([str(c) for c in cmd], text=True, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def pipe(family, flows, batch, a):
    return call([BUILD / "bench/bench_pipe", family, flows, batch, a.ms, a.rounds])


def merge(old, new):
    """Best of two passes; the median of the pass that was less disturbed."""
    if not old or new["mpps_best"] > old["mpps_best"]:
        return new
    return old


def model(a):
    """{family: {size: {batch: result}}}, passes interleaved so that load hits all alike."""
    out = {f: {s: {} for s in SIZES} for f in ("v4", "v6")}
    for n in range(a.passes):
        for family in out:
            for size, flows in SIZES.items():
                for batch in BATCHES:
                    got = pipe(family, flows, batch, a)
                    out[family][size][batch] = merge(out[family][size].get(batch), got)
                say(f"  pass {n + 1}/{a.passes}  {family} {size:>3}  "
                    f"{out[family][size][32]['mpps_best']:6.2f} Mpps")
    return out


def lookups(a):
    rows = []
    for percent in OCCUPANCY:
        rows.append(call([BUILD / "bench/bench_lookup", SIZES["64k"], percent, a.ms, a.rounds]))
    for size in ("1k", "1m"):
        rows.append(call([BUILD / "bench/bench_lookup", SIZES[size], 100, a.ms, a.rounds]))
    say("  lookups measured")
    return rows


def rival_hash(a):
    exe, why = build_rival()
    if not exe:
        return {"why": why}
    out = {}
    try:
        with ovs_dpdk.Hugepages(320):
            return hash_sizes(exe, ["--in-memory"], a, "hugepages")
    except (ovs_dpdk.Impossible, subprocess.SubprocessError) as e:
        say(f"  rte_hash without hugepages: {e}")
    out = hash_sizes(exe, ["--no-huge", "-m", "1024", "--no-shconf"], a, "4 KiB pages")
    return out


def hash_sizes(exe, memory, a, pages):
    out = {"memory": pages, "table": "made for an eighth more entries than it holds"}
    core = max(os.sched_getaffinity(0))
    for size, flows in SIZES.items():
        out[size] = call([exe, *memory, "--no-pci", "--no-telemetry", "--log-level=error",
                          "-l", core, "--", flows, a.ms, a.rounds])
    say("  rte_hash measured")
    return out


def rival_ovs(a):
    got = ovs_dpdk.run(a.ovs_seconds)
    say(f"  OVS-DPDK: {got['mpps']} Mpps" if got["mpps"] else f"  OVS-DPDK: {got['why']}")
    return got


def ratio(x, y):
    return round(x / y, 3) if x and y else None


def report(result, rows, rivals):
    best = {f: {s: result[f][s][32]["mpps_best"] for s in SIZES} for f in result}
    v4 = best["v4"]
    return {
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": machine(),
        "frame": {"v4": "64 octets with FCS, UDP, source NAT", "v6": "70 octets, the same"},
        "mpps": best,
        "mpps_median": {f: {s: result[f][s][32]["mpps"] for s in SIZES} for f in result},
        "batches": {f: {s: {str(b): r["mpps_best"] for b, r in result[f][s].items()}
                        for s in SIZES} for f in result},
        "lost": sum(r["lost"] for f in result.values() for s in f.values() for r in s.values()),
        "lookup": rows,
        "rivals": {"ovs_dpdk": rivals["ovs_dpdk"]["mpps"],
                   "rte_hash": ratio(1000, rivals["rte_hash"].get("1k", {}).get("ns_hit"))},
        "rivals_detail": rivals,
        "ratios": {"ovs_dpdk_1k": ratio(v4["1k"], rivals["ovs_dpdk"]["mpps"]),
                   "scale_64k": ratio(v4["64k"], v4["1k"]),
                   "scale_1m": ratio(v4["1m"], v4["1k"])},
        "targets": TARGETS,
    }


def machine():
    cpu = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    cc = subprocess.run(["cc", "--version"], text=True, capture_output=True, check=False)
    return {"cpu": cpu, "cpus": os.cpu_count(), "kernel": platform.release(),
            "load": os.getloadavg()[0], "compiler": (cc.stdout.splitlines() or ["?"])[0]}


def table(r):
    """What a person wants to see."""
    lines = [f"{'':14}{'1 Ki flows':>12}{'64 Ki':>12}{'1 Mi':>12}   Mpps on one core, batches of 32"]
    for family, name in (("v4", "nftsw IPv4"), ("v6", "nftsw IPv6")):
        lines.append(f"{name:14}" + "".join(f"{r['mpps'][family][s]:12.2f}" for s in SIZES))
    for batch in ("8", "1"):
        lines.append(f"{'  IPv4, by ' + batch:14}" +
                     "".join(f"{r['batches']['v4'][s][batch]:12.2f}" for s in SIZES))
    ovs = r["rivals_detail"]["ovs_dpdk"]
    lines.append(f"{'OVS-DPDK':14}{ovs['mpps']:12.2f}" if ovs["mpps"]
                 else f"OVS-DPDK      {ovs['why']}")
    by_flows = {row["flows"]: row for row in r["lookup"]}
    lines += ["", f"{'':14}{'1 Ki keys':>12}{'64 Ki':>12}{'1 Mi':>12}   ns for each key, full tables",
              f"{'nftsw':14}" + "".join(f"{by_flows[n]['ns_hit']:12.1f}" for n in SIZES.values())]
    rte = r["rivals_detail"]["rte_hash"]
    lines.append(f"{'rte_hash':14}" + "".join(f"{rte[s]['ns_hit']:12.1f}" for s in SIZES)
                 if "1k" in rte else f"rte_hash      {rte['why']}")
    lines += ["", "entries in use  " + "".join(f"{row['percent']:7} %" for row in curve(r)),
              "ns, key there   " + "".join(f"{row['ns_hit']:9.1f}" for row in curve(r)),
              "ns, key absent  " + "".join(f"{row['ns_miss']:9.1f}" for row in curve(r)), ""]
    for name, target in TARGETS.items():
        got = r["ratios"][name]
        lines.append(f"{name:14}{'not measured' if got is None else f'{got:12.2f}'}   "
                     f"to reach {target}")
    return "\n".join(lines)


def curve(r):
    return [row for row in r["lookup"] if row["capacity"] == SIZES["64k"]]


def chart(r, path):
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    names = {"1k": "1 Ki", "64k": "64 Ki", "1m": "1 Mi"}
    for i, (family, label) in enumerate((("v4", "IPv4"), ("v6", "IPv6, 70 octets"))):
        left.bar([x + 0.35 * i for x in range(3)], [r["mpps"][family][s] for s in SIZES], 0.33,
                 label=f"nftsw {label}")
    if r["rivals"]["ovs_dpdk"]:
        left.axhline(r["rivals"]["ovs_dpdk"], color="black", linestyle="--",
                     label="OVS-DPDK, 1 Ki flows")
    left.set_xticks([x + 0.175 for x in range(3)], [f"{n} flows" for n in names.values()])
    left.set_ylabel("Mpps on one core")
    left.set_ylim(top=1.3 * max(max(f.values()) for f in r["mpps"].values()))
    left.set_title("64-octet frames, source NAT")
    left.legend()
    rows = curve(r)
    right.plot([x["percent"] for x in rows], [x["ns_hit"] for x in rows], "o-", label="key there")
    right.plot([x["percent"] for x in rows], [x["ns_miss"] for x in rows], "o-", label="key absent")
    rte = r["rivals_detail"]["rte_hash"]
    if "64k" in rte:
        right.axhline(rte["64k"]["ns_hit"], color="black", linestyle="--",
                      label="rte_hash, key there")
    right.set_ylim(bottom=0)
    right.set_xlabel("entries in use of 64 Ki, %")
    right.set_ylabel("ns for each lookup")
    right.set_title("Lookup against occupancy")
    right.legend()
    fig.tight_layout()
    fig.savefig(path, metadata={"Date": None})


def main(argv):
    p = argparse.ArgumentParser(prog="tools/nftsw bench model", description=__doc__)
    p.add_argument("--ms", type=int, default=100, help="CPU time of a round")
    p.add_argument("--rounds", type=int, default=7, help="rounds of a pass")
    p.add_argument("--passes", type=int, default=3, help="passes over all sizes")
    p.add_argument("--ovs-seconds", type=int, default=8, help="time for OVS-DPDK")
    p.add_argument("--strict", action="store_true", help="fail when a target is not reached")
    a = p.parse_args(argv)
    OUT.mkdir(parents=True, exist_ok=True)
    build()
    rivals = {"rte_hash": rival_hash(a), "ovs_dpdk": rival_ovs(a)}
    r = report(model(a), lookups(a), rivals)
    (OUT / "model.json").write_text(json.dumps(r, indent=2) + "\n", encoding="utf-8")
    text = table(r)
    (OUT / "model.txt").write_text(text + "\n", encoding="utf-8")
    chart(r, OUT / "model.svg")
    print(text)
    missed = [n for n, t in TARGETS.items() if r["ratios"][n] is None or r["ratios"][n] < t]
    if missed:
        say(f"not reached: {', '.join(missed)}")
    return 1 if r["lost"] or (missed and a.strict) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
