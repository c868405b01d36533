# SPDX-License-Identifier: GPL-2.0
"""Results of the selftests: TAP, a table, summary.json, a page of the documentation."""
import json
from pathlib import Path

import verdict

REPO = Path(__file__).resolve().parents[3]
OUT = REPO / "out/selftests"
PAGE = REPO / "Documentation/selftests.inc.rst"
OK = ("PASS", "XFAIL")
FILES = {"nftsw": "summary.json", "rocker": "rocker.json"}


def who(outcome):
    """Who forwarded: "chip", "software", or "-" where there is nothing to prove."""
    return {True: "chip", False: "software", None: "-"}[outcome["offloaded"]]


def entry(outcome):
    """What summary.json says of a test."""
    e = outcome.evidence
    one = {"result": outcome.result, "seconds": outcome.seconds,
           "cpu_data_frames": e.cpu_data if e else None, "offloaded": outcome.offloaded,
           "cases": outcome.cases}
    if e:
        one |= {"rx_bridge": e.rx_bridge, "to_cpu": e.to_cpu, "from_cpu": e.from_cpu}
    if outcome.first_try is not None:
        one["first_try"] = outcome.first_try
    if outcome.reasons:
        one["reasons"] = outcome.reasons
    return one


def failure(test, where, reasons, cases):
    """Why the test is expected to fail at (device, kernel), or None; to reach its limit is a word of its own."""
    return test.cause("hang" if verdict.late(reasons) else "fail", *where, cases=cases.get("FAIL", 0))


def load(device):
    try:
        return json.loads((OUT / FILES[device]).read_text(encoding="utf-8"))
    except OSError:
        return {}


def save(device, kernel, results):
    """Put results into the file; tests that did not run this time keep theirs."""
    summary = load(device)
    summary.setdefault(kernel, {}).update({name: entry(o) for name, o in results.items()})
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / FILES[device]).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")


class Tap:
    """One line for each test on each kernel."""

    def __init__(self, count, device, proof):
        self.device, self.proof = device, proof
        self.number = self.bad = 0
        print(f"TAP version 13\n1..{count}", flush=True)

    def line(self, kernel, test, outcome):
        self.number += 1
        where = (self.device, kernel)
        said, mark = "ok", ""
        expected = failure(test, where, outcome.reasons, outcome.cases)
        if outcome.result == "SKIP":
            expected = test.cause("skip", *where)
            said = "ok" if expected else "not ok"
            mark = f" # SKIP {expected}" if expected else ""
            self.bad += not expected
        elif outcome.result not in OK:
            said, mark = "not ok", f" # TODO {expected}" if expected else ""
            self.bad += not expected
        elif outcome.offloaded is False and self.proof:
            expected = test.cause("software", *where)
            said, mark = "not ok", f" # TODO {expected}" if expected else ""
            self.bad += not expected
        again = " (second try)" if outcome.first_try is not None else ""
        note = [outcome.result, f"{outcome.seconds:.0f} s"]
        if outcome.offloaded is not None:
            note.append(f"{'chip' if outcome.offloaded else 'software'}, "
                        f"{outcome.evidence.cpu_data} data frames at the CPU")
        if expected and outcome.result in OK and outcome.offloaded is not False:
            note.append("although it was expected to fail")
        print(f"{said} {self.number} - {self.device} {kernel}: {test.name} ({', '.join(note)}){again}{mark}",
              flush=True)
        for reason in outcome.first_try or []:
            print(f"# first try: {reason}", flush=True)
        if outcome.result not in OK:
            for reason in outcome.reasons:
                print(f"# {reason}", flush=True)


def table(kernel, device, tests, results):
    """For people, after the last line."""
    print(f"\n# {device}, Linux {kernel}")
    print(f"# {'test':34} {'result':7} {'seconds':>7}  {'cases':14} {'bridged':>8} {'to CPU':>7} {'data':>6}  by")
    for test in tests:
        if test.name not in results:
            continue
        e = entry(results[test.name])
        counts = " ".join(f"{n} {r.lower()}" for r, n in e["cases"].items())
        chip = (f"{e['rx_bridge']:8} {e['to_cpu']:7} {e['cpu_data_frames']:6}" if "to_cpu" in e
                else f"{'-':>8} {'-':>7} {'-':>6}")
        print(f"# {test.name:34} {e['result']:7} {e['seconds']:7.1f}  {counts:14} {chip}  {who(e)}")
    said = [o.result for o in results.values()]
    words = ", ".join(f"{said.count(r)} {r}" for r in ("PASS", "XFAIL", "FAIL", "SKIP"))
    print(f"# {words}; logs and summary.json in {OUT.relative_to(REPO)}/")


def cell(one):
    """Result, seconds and who forwarded, in the page's table."""
    if one is None:
        return "-"
    word = f"{one['result']}, {one['seconds']:.0f} s"
    return f"{word}, {who(one)}" if one["offloaded"] is not None else word


def page(tests):
    """Documentation/selftests.inc.rst from the results that there are."""
    nftsw, rocker = load("nftsw"), load("rocker")
    columns = [("nftsw", k, nftsw[k]) for k in sorted(nftsw)] + [("rocker", k, rocker[k]) for k in sorted(rocker)]
    lines = [".. SPDX-License-Identifier: GPL-2.0",
             ".. Generated by tools/nftsw selftests --page; do not edit.", "",
             ".. list-table::", "   :header-rows: 1", f"   :widths: 24 40{' 14' * len(columns)}", ""]
    rows = [("Test", "Of", *(f"{d}, {k}" for d, k, _ in columns))]
    notes = []
    for t in (t for t in tests if t.runs):
        rows.append((f"``{t.name}``", escape(t.text), *(cell(got.get(t.name)) for _, _, got in columns)))
        for device, kernel, got in columns:
            one = got.get(t.name)
            if one and one["result"] not in OK:
                reasons = one.get("reasons", ["no reason kept"])
                cause = (t.cause("skip", device, kernel) if one["result"] == "SKIP" else
                         failure(t, (device, kernel), reasons, one["cases"]))
                text = cause or "; ".join(reasons[:3])
                notes.append(f"* ``{t.name}`` on {device}, {kernel}: {one['result']}: {escape(text)}")
    for row in rows:
        lines += [f"   {'*' if i == 0 else ' '} - {text}" for i, text in enumerate(row)]
    lines += ["", "What did not pass:", "", *(dict.fromkeys(notes) or ["nothing."]), "", "Not run:", ""]
    lines += [f"* ``{t.name}``: {escape(t.text)}" for t in tests if not t.runs]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def escape(text):
    """No markup of reStructuredText from a test's own words."""
    for char in "\\*`|_":
        text = text.replace(char, "\\" + char)
    return text
