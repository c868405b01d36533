#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of the TAP parser and of how 'make check' judges a stage. Speaks TAP itself."""
import sys

from check import judge
from stages import STAGES, Stage
from tap import Report, parse

# name, stream, (passed, failed, skipped)
CASES = (
    ("flat", "TAP version 13\n1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no room\n", (1, 1, 1)),
    ("plan at the end", "ok 1 a\nok 2 b\n1..2\n", (2, 0, 0)),
    ("plan not met", "1..3\nok 1 a\nok 2 b\n", (2, 1, 0)),
    ("more than planned", "1..1\nok 1 a\nok 2 b\n", (2, 1, 0)),
    ("everything skipped", "1..0 # SKIP no KVM\n", (0, 0, 1)),
    ("bail out", "1..2\nok 1 a\nBail out! disk full\n", (1, 2, 0)),
    ("todo does not fail", "1..1\nnot ok 1 a # TODO later\n", (1, 0, 0)),
    ("KTAP counts leaves", "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n    1..2\n"
     "    ok 1 a\n    not ok 2 b\nnot ok 1 s\n", (1, 1, 0)),
    ("KTAP parameters", "KTAP version 1\n1..1\n    1..1\n        KTAP version 1\n        # Subtest: p\n"
     "        ok 1 x\n        ok 2 y\n    ok 1 p\nok 1 s\n", (2, 0, 0)),
    ("suite fails in its exit", "1..1\n    1..1\n    ok 1 a\nnot ok 1 s\n", (1, 1, 0)),
    ("suite after a failed suite", "1..2\n    1..1\n    not ok 1 a\nnot ok 1 s\n    1..1\n    ok 1 b\n"
     "not ok 2 t\n", (1, 2, 0)),
    ("subtests cut short", "1..1\n    1..3\n    ok 1 a\n", (1, 2, 0)),
    ("kernel time stamps", "[    0.1] KTAP version 1\n[    0.2] 1..1\n[    0.3] ok 1 a\n", (1, 0, 0)),
    ("two streams", "TAP version 13\n1..1\nok 1 a\nTAP version 13\n1..1\nok 1 b\n", (2, 0, 0)),
    ("two streams, plans last", "TAP version 13\nok 1 a\n1..1\nTAP version 13\nok 1 b\nok 2 c\n1..2\n", (3, 0, 0)),
    ("noise", "booting\nokay\nnot okay\n# comment\n  ---\n", (0, 0, 0)),
)


def counts(report):
    return len(report.passed), len(report.failed), len(report.skipped)


def stage(output):
    return Stage("s", "g", output, 1, "", "true")


def checks():
    for name, stream, want in CASES:
        got = counts(parse(stream.splitlines(True)))
        yield f"parser: {name}", got == want, f"got {got}, want {want}"
    reason = parse(["ok 1 - a # SKIP no room\n"]).skipped
    yield "parser: reason of a skip", reason == [("a", "no room")], str(reason)
    ok = Report(passed=["a"], spoke=True)
    yield "judge: good TAP and status", counts(judge(stage("tap"), 0, ok)) == (1, 0, 0), ""
    yield "judge: good TAP, bad status", \
        counts(judge(stage("tap"), 3, Report(passed=["a"], spoke=True))) == (1, 1, 0), ""
    yield "judge: silence is failure", counts(judge(stage("tap"), 0, Report())) == (0, 1, 0), ""
    yield "judge: out of time", counts(judge(stage("exit"), None, Report())) == (0, 1, 0), ""
    yield "judge: exit status alone", counts(judge(stage("exit"), 0, Report())) == (1, 0, 0), ""
    names = [s.name for s in STAGES]
    yield "stages: names are unique", len(names) == len(set(names)), ""


def main():
    results = list(checks())
    print(f"TAP version 13\n1..{len(results)}")
    bad = 0
    for number, (name, good, why) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            bad += 1
            print(f"# {why}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
