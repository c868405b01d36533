#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Failure modes: their list, the tests named after them and the documentation's table agree.

The list is tools/testing/e2e/failure_modes.py. FM01 to FM41 are there, each test's number and
each KUnit case exist, and the table in Documentation/failure-modes.inc.rst, which a run
writes, has the list's texts, names the tests and KUnit cases that there are, all and no others,
and on each kernel the result that all of them have passed, in a tree that others have.
"""
import argparse
import os
import re
import sys
from pathlib import Path

ROOT = Path(os.path.dirname(os.path.abspath(__file__))).parents[1]
E2E = "tools/testing/e2e"
TABLE = "Documentation/failure-modes.inc.rst"
NAMES = [f"FM{n:02}" for n in range(1, 42)]
NO_RESULT = ("-", "not run")
PASSED = "passed"
KERNELS = 2


def kunit_cases(root):
    """suite.case of every KUnit case."""
    cases = set()
    for path in root.glob("kunit/*_kunit.c"):
        text = path.read_text(encoding="utf-8")
        suite = re.search(r'struct kunit_suite \w+ = \{\s*\.name = "(\w+)"', text)
        if suite:
            cases |= {f"{suite[1]}.{case}" for case in re.findall(r"KUNIT_CASE\w*\((\w+)", text)}
    return cases


def check_list(root, modes, tests):
    bad = []
    names = [fm.name for fm in modes]
    if names != NAMES:
        bad.append(f"the list is not FM01 to FM41: {', '.join(sorted(set(names) ^ set(NAMES))) or 'order'}")
    known = kunit_cases(root)
    bad += [f"{fm.name}: no KUnit case {case}" for fm in modes for case in fm.kunit if case not in known]
    bad += [f"{name}: there is no {number}" for number in tests if number not in names
            for name in tests[number]]
    return bad


def rows(text):
    """[number, what, tests, result, ...] of each row of the table; cells as written."""
    for row in re.split(r"^   \* - ", text, flags=re.M)[1:]:
        number, *cells = re.split(r"^     - ", row, flags=re.M)
        yield number.strip(), *(cell.strip() for cell in cells)


def check_row(fm, row, tests):
    what, cell, *results = row
    bad = []
    claimed = set(re.findall(r"``(test_\w+)``", cell))
    cases = set(re.findall(r"KUnit ``([\w.]+)``", cell))
    if what != fm.text:
        bad.append("the text is not the list's")
    bad += [f"{name} does not exist" for name in sorted(claimed - set(tests))]
    bad += [f"{name} is not in the table: tools/nftsw fm" for name in sorted(set(tests) - claimed)]
    bad += [f"KUnit {case} is not the list's" for case in sorted(cases - set(fm.kunit))]
    bad += [f"KUnit {case} is not in the table: tools/nftsw fm --table" for case in sorted(set(fm.kunit) - cases)]
    if not claimed and set(results) - set(NO_RESULT):
        bad.append("a result is claimed, but no test")
    if len(results) != KERNELS:
        bad.append(f"results of {len(results)} kernels, not of {KERNELS}: make fm")
    if claimed:
        bad += [f"{result}, not {PASSED}: make fm" for result in results if not result.startswith(PASSED)]
    return [f"{TABLE}: {fm.name}: {b}" for b in bad]


def check_table(text, modes, tests):
    found = {number: rest for number, *rest in rows(text)}
    missing = [f"{TABLE}: {fm.name} is missing" for fm in modes if fm.name not in found]
    if "-dirty``" in text:
        missing.append(f"{TABLE}: results of a tree with changes that were not committed: run those tests again")
    return missing + [b for fm in modes if fm.name in found
                      for b in check_row(fm, found[fm.name], tests.get(fm.name, []))]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--root", default=ROOT, type=Path)
    root = ap.parse_args().root
    sys.path.insert(0, str(root / E2E))
    import failure_modes as data
    tests = data.tests(root / E2E)
    bad = check_list(root, data.FAILURE_MODES, tests)
    bad += check_table((root / TABLE).read_text(encoding="utf-8"), data.FAILURE_MODES, tests)
    print("\n".join(bad))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
