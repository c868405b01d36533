#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Build the chip model for userspace (meson) and run its tests; one TAP stream comes out.

Every test program of hw_model/meson.build is one test here, its own cases nested below.
Arguments after the options choose programs by name.
"""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
LIMIT = 300                     # seconds a program may take


def build(folder, sanitize):
    """Configure once, then build; everything meson says goes to stderr."""
    if not (folder / "build.ninja").exists():
        options = ["-Db_sanitize=address,undefined", "-Dbuildtype=debugoptimized"] if sanitize else []
        subprocess.run(["/usr/bin/meson", "setup", *options, str(folder), str(REPO / "hw_model")],
                       stdout=sys.stderr, check=True)
    subprocess.run(["ninja", "-C", str(folder), "-j", os.environ.get("NFTSW_JOBS", "2")],
                   stdout=sys.stderr, check=True)
    listing = subprocess.run(["/usr/bin/meson", "introspect", "--tests", str(folder)],
                             stdout=subprocess.PIPE, check=True)
    return json.loads(listing.stdout)


def run(test):
    """One program; (good?, its TAP lines)."""
    env = {**os.environ, "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1", **test["env"]}
    try:
        done = subprocess.run(test["cmd"], cwd=test["workdir"] or REPO, env=env, text=True,
                              errors="replace", stdout=subprocess.PIPE, timeout=LIMIT, check=False)
        return done.returncode == 0, done.stdout.splitlines()
    except subprocess.TimeoutExpired:
        return False, [f"# {test['name']}: not finished after {LIMIT} s"]


def main(argv):
    p = argparse.ArgumentParser(prog="tools/nftsw model", description=__doc__)
    p.add_argument("--sanitize", action="store_true", help="with ASan and UBSan")
    p.add_argument("names", nargs="*", help="only these test programs")
    args = p.parse_args(argv)
    tests = build(REPO / "out" / ("model-san" if args.sanitize else "model"), args.sanitize)
    if args.names:
        tests = [t for t in tests if t["name"] in args.names]
    print(f"TAP version 14\n1..{len(tests) or 1}")
    if not tests:
        print("not ok 1 - no test program found")
        return 1
    bad = 0
    for number, test in enumerate(tests, 1):
        good, lines = run(test)
        for line in lines:
            print(f"    {line}")
        print(f"{'ok' if good else 'not ok'} {number} - {test['name']}", flush=True)
        bad += not good
    return 1 if bad else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as e:
        sys.exit(f"Bail out! {e}")
