#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The failure-mode suite: runs the test_fmNN_* and says what became of each FM ('make fm').

out/fm/tests.json has the last result of each test in each of its forms, and the commit that it is
from. What is known of an FM is made of these, in out/fm/summary.json, {kernel: {FMnn: {result,
seconds, again}}}: result is the worst of its tests', "partly run" when one has none yet; again is
how many passed on a second try, and left out when none needed one. So a run of some tests changes
what is said of these, and a kernel that is not run keeps its results. A run of the whole suite also
renews the table in the documentation, Documentation/failure-modes.inc.rst, unless nothing is known of one
of the kernels in it. Arguments that are not known here go to pytest.

A run that breaks off says which tests have no result, and fails; the other results stand.
"""
import argparse
import collections
import datetime
import fcntl
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from checkout import commit
from failure_modes import FAILURE_MODES, HERE, TEST, tests

TOOLS = HERE.parents[1]
REPO = TOOLS.parent
OUT = REPO / "out/fm"
TABLE = REPO / "Documentation/failure-modes.inc.rst"
KERNELS = {"debug": "debug", "debug-next": "debug-next", "next": "debug-next", "stock": "stock"}
# of a date and time in ISO 8601
DAY, MINUTES = 10, 16
NO_TEST, NOT_RUN, NO_RESULT, PARTLY = "no test yet", "not run", "no result", "partly run"
# from bad to good
RESULTS = ("failed", NO_RESULT, PARTLY, "skipped", "passed")
# Debian's kernel, and what picks the tests that run in no other
STOCK, STOCK_ONLY = "stock", ("-m", "stock")
# what asks for less than the whole suite, and may be set for another purpose
CHOICES = ("NFTSW_E2E_MODES", "NFTSW_FORMS")


def parse_args(argv):
    p = argparse.ArgumentParser(prog="tools/nftsw fm", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--kernel", action="append", choices=KERNELS, default=[],
                   help="debug (the default), next: the newest series, stock; may be repeated")
    p.add_argument("--from-e2e", action="store_true",
                   help="run nothing: take the results that whole runs, those of make check-all, have left")
    p.add_argument("--table", action="store_true",
                   help="run nothing: renew the table with the results that there are")
    return p.parse_known_args(argv)


def series(kernel):
    """The name of a kernel in the results: "6.12", "7.3", "6.12-stock"."""
    cache = Path(os.environ["NFTSW_CACHE"])
    release = (cache / f"kernel-{kernel}/release").read_text(encoding="utf-8")
    name = ".".join(release.split(".")[:2])
    return f"{name}-stock" if kernel == "stock" else name


@dataclass(frozen=True)
class Case:
    """What became of a test in one of its forms. tries: 2 when it was run again. commit, date: of
    what was run, and when (ISO 8601, minutes).
    """
    name: str
    result: str
    seconds: float = 0
    tries: int = 1
    commit: str = ""
    date: str = ""

    @property
    def test(self):
        """The name without the form."""
        return self.name.split("[")[0]

    @property
    def mode(self):
        """ "FMnn", or None when the test is of no failure mode."""
        match = TEST.match(f"def {self.test}(")
        return match and f"FM{match[2]}"


def run(kernel, more):
    """Run the suite; ([Case], exit status of pytest)."""
    report = OUT / f"{kernel}.xml"
    report.unlink(missing_ok=True)
    plan = planned(kernel, more)
    done = pytest(kernel, 2, f"--junitxml={report}", *more)
    cases = read(report)
    told = {case.name for case in cases}
    return cases + [Case(name, NO_RESULT) for name in plan if name not in told], done.returncode


def pytest(kernel, workers, *args, env=os.environ, **more):
    env = {"NFTSW_E2E_WORKERS": str(workers), **env, "NFTSW_E2E_KERNEL": kernel}
    return subprocess.run([str(HERE / "run.sh"), "-k", "test_fm", *args], env=env, check=False, **more)


def planned(kernel, more, env=os.environ):
    """Names of the tests that a run with these arguments consists of."""
    listed = pytest(kernel, 1, *more, "--collect-only", env=env, capture_output=True, text=True).stdout
    return re.findall(r"^test_\w+\.py::(test_fm\d\d_.*)$", listed, re.M)


def whole_suite(kernel):
    """Names of all tests that there are on a kernel."""
    return planned(kernel, (), {k: v for k, v in os.environ.items() if k not in CHOICES})


def merged(old, new, suite):
    """Cases of a kernel after a run: each test's last one; the former ones of tests that are there still.

    A test that has never run makes its failure mode partly run. suite may be empty, when nobody knows it.
    """
    last = {case.name: case for case in sorted((*old, *new), key=lambda case: case.date)}
    names = dict.fromkeys((*suite, *(case.name for case in new))) if suite else last
    return [last.get(name) or Case(name, PARTLY) for name in names]


def read(report):
    """The cases of a JUnit report; none when pytest did not come to write it, or not to its end."""
    try:
        suites = list(ET.parse(report).iter("testsuite"))
    except (OSError, ET.ParseError) as e:
        print(f"\npytest has left no report: {e}", file=sys.stderr)
        return []
    cases = [case_of(element, suite.get("timestamp", "")[:MINUTES])
             for suite in suites for element in suite.iter("testcase")]
    return [case for case in cases if case.mode]


def left(kernel, folder=REPO / "out/e2e"):
    """The cases that end-to-end runs have left, in whole or in two halves; each knows its commit and its run's time."""
    reports = (folder / f"{kernel}{form}.xml" for form in ("", "-first", "-rest"))
    return [case for report in reports if report.exists() for case in read(report)]


def case_of(element, date):
    what = {child.tag for child in element}
    result = "failed" if what & {"failure", "error"} else "skipped" if "skipped" in what else "passed"
    told = {p.get("name"): p.get("value") for p in element.iter("property")}
    return Case(element.get("name"), result, float(element.get("time")), 1 + ("again" in told),
                told.get("commit", ""), date)


def by_mode(cases):
    """{FMnn: {result, seconds, again}} of those that ran, wholly or partly; result: the worst of their tests'."""
    results = {}
    for case in cases:
        one = results.setdefault(case.mode, {"result": case.result, "seconds": 0, "ran": False})
        one["result"] = min(one["result"], case.result, key=RESULTS.index)
        one["seconds"] = round(one["seconds"] + case.seconds, 1)
        one["ran"] |= case.result != PARTLY
        if case.tries > 1:
            one["again"] = one.get("again", 0) + 1
    return {mode: one for mode, one in results.items() if one.pop("ran")}


def summarised(records, former):
    """The summary: made of the tests' results, as far as the tests are there still. A test that has
    never run anywhere leaves its failure mode partly run. A kernel without records keeps what is known.
    """
    there = tests()
    names = {name for of_mode in there.values() for name in of_mode}
    new = names - {case.test for cases in records.values() for case in cases}
    summary = dict(former)
    for kernel, cases in records.items():
        summary[kernel] = by_mode([case for case in cases if case.test in names] +
                                  [Case(name, PARTLY) for name in sorted(new)])
    return summary


def origins(cases):
    """Where results are from, in words: the commits, newest run first, how many tests each and when."""
    ran = collections.Counter((case.date[:DAY], case.commit) for case in cases if case.result != PARTLY)
    return ", ".join(f"{count} tests at ``{of}`` on {date}" for (date, of), count in sorted(ran.items(), reverse=True))


def read_records(path):
    """{kernel: [Case]} as write_records() left it."""
    if not path.exists():
        return {}
    stored = json.loads(path.read_text(encoding="utf-8"))
    return {kernel: [Case(name, **facts) for name, facts in cases.items()] for kernel, cases in stored.items()}


def write_records(path, records):
    facts = {kernel: {case.name: {k: v for k, v in asdict(case).items() if k != "name"} for case in cases}
             for kernel, cases in records.items()}
    path.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def said(result):
    """A result of the summary in words."""
    return result["result"] + (f", {result['again']} on a second try" if "again" in result else "")


def table(summary, records):
    """The table of the documentation, reStructuredText."""
    kernels = sorted(k for k in summary if "-" not in k)    # not Debian's, which is for a quick look
    lines = [
        ".. SPDX-License-Identifier: GPL-2.0",
        ".. Generated by a run of tools/nftsw fm; do not edit.", ""]
    lines += [f"Results on Linux {k}: {origins(records[k])}.\n" for k in kernels if k in records]
    lines += [
        ".. list-table::", "   :header-rows: 1",
        f"   :widths: 8 40 40{' 8' * len(kernels)}", ""]
    rows = [("FM", "What it reproduces", ["Tests"], *kernels)]
    have = tests()
    for fm in FAILURE_MODES:
        names = [f"``{t}``" for t in have.get(fm.name, [])] + [f"KUnit ``{case}``" for case in fm.kunit]
        results = [said(summary[k].get(fm.name, {"result": NOT_RUN})) if fm.name in have else "-"
                   for k in kernels]
        rows.append((fm.name, fm.text, names or [NO_TEST], *results))
    for number, text, names, *results in rows:
        lines += [f"   * - {number}", f"     - {text}"]
        if len(names) == 1:
            lines.append(f"     - {names[0]}")
        else:
            lines += [f"     {'-' if name is names[0] else ' '} | {name}" for name in names]
        lines += [f"     - {result}" for result in results]
    return "\n".join(lines) + "\n"


def unknown(summary):
    """Kernels that the table has results of, and the summary has not."""
    columns = re.findall(r"^     - (\d+\.\d+)$", TABLE.read_text(encoding="utf-8"), re.M)
    return [kernel for kernel in columns if kernel not in summary]


def renew_table(summary, records):
    """Write the table of the documentation; not with less than it has."""
    lacking = unknown(summary)
    if lacking:
        print(f"\nNothing is known here of Linux {', '.join(lacking)}: {TABLE.relative_to(REPO)} stays as it is")
        return
    TABLE.write_text(table(summary, records), encoding="utf-8")
    print(f"\nTable: {TABLE.relative_to(REPO)}")


def tell(kernel, results):
    """The results of one kernel, for people."""
    have = tests()
    print(f"\nFailure modes on Linux {kernel}")
    for fm in FAILURE_MODES:
        got = results.get(fm.name)
        words = f"{got['seconds']:5.0f} s  {said(got)}" if got else NOT_RUN if fm.name in have else NO_TEST
        print(f"  {fm.name}  {words:18} {fm.text}")


def take_all(kernels, records):
    """Put what whole end-to-end runs have left into records; 1 when there is something that failed, or nothing."""
    bad = False
    for kernel in dict.fromkeys((*kernels, *([STOCK] if left(STOCK) else ()))):
        cases = left(kernel)
        name = series(kernel)
        records[name] = merged(records.get(name, []), cases, whole_suite(kernel))
        tell(name, by_mode(records[name]))
        bad |= not cases or any(case.result == "failed" for case in cases)
    return 1 if bad else 0


def run_all(kernels, more, records):
    """Run the suite on each kernel, and what only Debian's has; put results into records; 1 when something failed."""
    bad, now = 0, {"commit": commit(), "date": datetime.datetime.now().isoformat()[:MINUTES]}
    wanted = dict.fromkeys(kernels, more)
    if not more:
        wanted.setdefault(STOCK, STOCK_ONLY)
    for kernel, args in wanted.items():
        cases, status = run(kernel, args)
        name = series(kernel)
        records[name] = merged(records.get(name, []), [replace(case, **now) for case in cases], whole_suite(kernel))
        tell(name, by_mode(records[name]))
        lost = [case.name for case in cases if case.result == NO_RESULT]
        for one in lost:
            print(f"  {NO_RESULT}: {one}")
        bad |= bool(status or lost)
    return 1 if bad else 0


def main(argv):
    args, more = parse_args(argv)
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / "lock").open("w") as lock:
        # two at a time would each write the results that they found
        fcntl.flock(lock, fcntl.LOCK_EX)
        return renew(args, more)


def renew(args, more):
    """Run what is asked for, and write results and table; 1 when something failed."""
    path, kept = OUT / "summary.json", OUT / "tests.json"
    former = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    records = read_records(kept)
    kernels = [KERNELS[k] for k in args.kernel or ["debug"]]
    if args.table:
        bad = 0
    elif args.from_e2e:
        bad = take_all(kernels, records)
    else:
        bad = run_all(kernels, more, records)
    summary = summarised(records, former)
    write_records(kept, records)
    path.write_text(json.dumps(summary, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"\nResults: {path.relative_to(REPO)}")
    if not more:
        renew_table(summary, records)
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
