# SPDX-License-Identifier: GPL-2.0
"""What a test of upstream's said: its exit status and its lines."""
import re

import tap

# Exit statuses of kselftest, and of timeout(1).
STATUS = {0: "PASS", 1: "FAIL", 2: "XFAIL", 4: "SKIP"}
TIMEOUT = (124, 137)
CASE = re.compile(r"^(?:TEST|INFO): (.*?)\s+\[\s*(OK|PASS|FAIL|SKIP|XFAIL|XPASS)\s*\]\s*$")
REASONS = 6             # lines kept
LATE = "not ended after"


def late(reasons):
    """Did the test reach its limit?"""
    return any(LATE in reason for reason in reasons or ())


def forwarding(text):
    """([(case, result, reason)]) of the lines that log_test() prints."""
    cases = []
    for line in text.splitlines():
        if m := CASE.match(line):
            result = {"OK": "PASS"}.get(m[2], m[2])
            cases.append([" ".join(m[1].split()), result, ""])
        elif line.startswith("\t") and cases and not cases[-1][2]:
            cases[-1][2] = line.strip()
    return cases


def ktap(text):
    """The same of KTAP, which the tests in Python print."""
    said = tap.parse(text.splitlines())
    return ([[n, "PASS", ""] for n in said.passed] + [[n, "FAIL", ""] for n in said.failed] +
            [[n, "SKIP", why] for n, why in said.skipped])


def judge(text, rc, limit):
    """(result, reasons, {result: number of cases})."""
    cases = forwarding(text)
    if not cases and "TAP version" in text:
        cases = ktap(text)
    reasons = [f"{name}: {why}" if why else name for name, result, why in cases if result == "FAIL"]
    counts = {}
    for _, result, _ in cases:
        counts[result] = counts.get(result, 0) + 1
    if rc in TIMEOUT or rc is None or rc < 0:
        return "FAIL", [f"{LATE} {limit} s", *reasons][:REASONS], counts
    result = STATUS.get(rc, "FAIL")
    if result == "PASS" and counts.get("FAIL"):
        result = "FAIL"
    if result == "PASS" and cases and set(counts) == {"SKIP"}:
        result = "SKIP"
    if result == "SKIP":
        reasons = [ln.strip() for ln in text.splitlines() if "SKIP" in ln] or ["no reason given"]
    elif result == "FAIL" and not reasons:
        reasons = [ln for ln in text.splitlines() if ln.strip()][-2:] or [f"exit status {rc}"]
    elif result == "XFAIL":
        reasons = [f"{n}: {w}" for n, r, w in cases if r == "XFAIL"]
    if len(reasons) > REASONS:
        reasons = reasons[:REASONS] + [f"and {len(reasons) - REASONS} more"]
    return result, reasons, counts
