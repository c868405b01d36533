#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Run the stages of 'make check' (tools/lib/stages.py) and add up what they say.

Each stage's output goes to out/check/<stage>.log. The last line is
'N passed, N failed'; the exit status is 0 only if nothing failed.
"""
import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from stages import STAGES
from tap import Parser, Report

REPO = Path(__file__).resolve().parents[2]
NFTSW = str(REPO / "tools" / "nftsw")
OUT = REPO / "out" / "check"


def parse_args(argv):
    p = argparse.ArgumentParser(prog="tools/nftsw check", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("stages", nargs="*", metavar="STAGE", help="only these (default: all)")
    p.add_argument("--group", action="append", default=[], help="only stages of this group")
    p.add_argument("--all", action="store_true", help="with the stages that run on the newest kernel")
    p.add_argument("--list", action="store_true", help="list the stages and stop")
    p.add_argument("--no-setup", action="store_true", help="take what setup would make as given")
    p.add_argument("--verbose", action="store_true", help="show the stages' output as it comes")
    return p.parse_args(argv)


def choose(args):
    known = {s.name for s in STAGES}
    for name in args.stages:
        if name not in known:
            sys.exit(f"nftsw: no stage '{name}'; known are: {', '.join(s.name for s in STAGES)}")
    wanted = args.all or args.stages or args.group
    chosen = [s for s in STAGES if (not args.stages or s.name in args.stages)
              and (not args.group or s.group in args.group)
              and (wanted or s.group != "next")]
    if not chosen:
        sys.exit(f"nftsw: no stage in group {', '.join(args.group)}")
    return chosen


def setup(stages):
    """Have everything that the chosen stages need; setup itself shows progress."""
    needs = dict.fromkeys(["packages"] + [c for s in stages for c in s.needs.split()])
    return subprocess.run([NFTSW, "setup", *needs], check=False).returncode == 0


def end_group(proc, patience=5):
    """End a stage that took too long, and what it started."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(proc.pid, sig)
            proc.wait(patience)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def execute(stage, log, verbose):
    """Run one stage; (exit status or None when out of time, TAP report)."""
    argv = shlex.split(stage.command.format(nftsw=shlex.quote(NFTSW)))
    env = {**os.environ, "NFTSW_NO_SETUP": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    parser = Parser()
    proc = subprocess.Popen(argv, cwd=REPO, env=env, stdin=subprocess.DEVNULL, stdout=log,
                            stderr=subprocess.STDOUT, start_new_session=True)
    end = time.monotonic() + stage.limit
    try:
        with open(log.name, encoding="utf-8", errors="replace") as view:
            while True:
                done = proc.poll() is not None
                for line in iter(view.readline, ""):
                    parser.feed(line)
                    if verbose:
                        print("    |", line, end="")
                if done:
                    return proc.returncode, parser.finish()
                if time.monotonic() > end:
                    end_group(proc)
                    return None, parser.finish()
                time.sleep(0.1)
    finally:
        if proc.poll() is None:
            end_group(proc)


def judge(stage, status, report):
    """Turn exit status and TAP into one Report; nothing passes by saying nothing."""
    if stage.output == "exit":
        report = Report()
        if status == 0:
            report.passed.append(stage.name)
    elif not report.passed and not report.failed and not report.skipped:
        report.failed.append("said no test result")
    if status is None:
        report.failed.append(f"not finished after {stage.limit} s")
    elif status != 0 and not report.failed:
        report.failed.append(f"exit status {status}")
    return report


def run_stage(stage, number, total, verbose):
    path = OUT / f"{stage.name}.log"
    print(f"[{number:2}/{total}] {stage.name:16}", end="\n" if verbose else "", flush=True)
    start = time.monotonic()
    with open(path, "w", encoding="utf-8") as log:
        try:
            status, report = execute(stage, log, verbose)
        except OSError as e:
            print(e, file=log)
            status, report = 127, Report()
    report = judge(stage, status, report)
    seconds = time.monotonic() - start
    note = f", {len(report.skipped)} skipped" if report.skipped else ""
    print(f" {len(report.passed):5} passed, {len(report.failed):3} failed{note}  ({seconds:.0f} s)", flush=True)
    if report.failed:
        explain(stage, report, path)
    return report, seconds


def explain(stage, report, path, most=12):
    for name in report.failed[:most]:
        print(f"        FAILED  {stage.name}: {name}")
    if len(report.failed) > most:
        print(f"        ... and {len(report.failed) - most} more")
    tail = path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    for line in tail:
        print(f"        | {line}")
    print(f"        whole log: {path.relative_to(REPO)}")


def summary(results, seconds):
    passed = sum(len(r.passed) for r, _ in results.values())
    failed = sum(len(r.failed) for r, _ in results.values())
    data = {"passed": passed, "failed": failed, "seconds": round(seconds),
            "stages": {name: {"passed": len(r.passed), "failed": r.failed,
                              "skipped": [list(s) for s in r.skipped], "seconds": round(t, 1)}
                       for name, (r, t) in results.items()}}
    (OUT / "summary.json").write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    print(f"\n{len(results)} stages in {seconds / 60:.1f} minutes; details in out/check/summary.json")
    skipped = [(name, *s) for name, (r, _) in results.items() for s in r.skipped]
    print(f"skipped: {len(skipped) or 'nothing'}")
    for stage, name, why in skipped:
        print(f"  {stage}: {name}: {why}")
    again = [(stage, name) for stage, (r, _) in results.items() for name in r.passed
             if name.endswith("(second try)")]
    print(f"passed on a second try: {len(again) or 'nothing'}")
    for stage, name in again:
        print(f"  {stage}: {name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main(argv):
    args = parse_args(argv)
    chosen = choose(args)
    if args.list:
        for s in chosen:
            print(f"{s.name:16} {s.group:7} {s.command.format(nftsw='tools/nftsw')}")
        return 0
    OUT.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    if not args.no_setup and not setup(chosen):
        print("\nsetup failed, see above\n0 passed, 1 failed")
        return 1
    results = {}
    for number, stage in enumerate(chosen, 1):
        results[stage.name] = run_stage(stage, number, len(chosen), args.verbose)
    return summary(results, time.monotonic() - start)


if __name__ == "__main__":
    # the stage under way is a session of its own: it is ended on the way out
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
