#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The ABI's keeper: checks include/nftsw/, generates what is derived from it.

    tools/check/abi.py            write the datasheet tables and tools/lib/nftsw_abi.py
    tools/check/abi.py --check    fail when they are stale or the headers break a rule
    tools/check/abi.py --json     the measured ABI as JSON on stdout

--root checks another tree (used by the tests of this check). Output is TAP.
"""
import argparse
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import abi_parse    # noqa: E402
import abi_python   # noqa: E402
import abi_rst      # noqa: E402
import abi_rules    # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHEET = "Documentation/datasheet"
MANUAL = "Documentation"
MODULE = "tools/lib/nftsw_abi.py"


def load(root):
    """(Abi, enum values) with every problem found on the way in abi.problems."""
    abi = abi_parse.Abi(os.path.join(root, "include/nftsw"))
    enums = abi_parse.measure(abi)
    if enums is not None:
        abi_rules.check_rules(abi, root)
    return abi, enums


def outputs(abi, enums, root):
    out = {f"{SHEET}/{k}": v for k, v in abi_rst.render(abi).items()}
    out.update({f"{MANUAL}/{k}": v for k, v in abi_rst.driver_lists(root).items()})
    out[MODULE] = abi_python.render(abi, enums)
    return out


def leftovers(root, files):
    """Generated files on disk that nothing generates any more."""
    have = [f"{d}/{f}" for d in (SHEET, MANUAL) if os.path.isdir(os.path.join(root, d))
            for f in os.listdir(os.path.join(root, d))]
    return sorted(f for f in have if f.endswith(".inc.rst") and f not in files)


def write(root, files):
    for rel, text in files.items():
        path = os.path.join(root, rel)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        old = None
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                old = f.read()
        if old != text:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            print(f"wrote {rel}")
    for rel in leftovers(root, files):
        os.unlink(os.path.join(root, rel))
        print(f"removed {rel}")


def stale(root, files):
    out = [f"{rel}: generated from nothing; remove it" for rel in leftovers(root, files)]
    for rel, text in files.items():
        try:
            with open(os.path.join(root, rel), encoding="utf-8") as f:
                same = f.read() == text
        except FileNotFoundError:
            same = False
        if not same:
            out.append(f"{rel} is stale: run tools/check/abi.py and commit the result")
    return out


def unexplained(abi, root):
    """Reasons that no hand-written page of the datasheet says anything about."""
    folder, words = os.path.join(root, SHEET), set()
    for name in os.listdir(folder):
        if name.endswith(".rst") and not name.endswith(".inc.rst"):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                words.update(re.findall(r"\w+", f.read()))
    return [f"{SHEET}: no page says when a frame has the reason {it.symbol}"
            for lst in abi.lists if lst.name == "NFTSW_REASONS"
            for it in lst.items if it.symbol not in words | {"NONE"}]


def to_json(abi, enums):
    return {
        "constants": {c.name: c.value for c in abi.consts},
        "enums": enums,
        "registers": {r.name: {"offset": r.at[0], "stride": r.stride, "class": r.cls,
                               "reset": r.reset} for r in abi.registers},
        "structs": {s.name: {"size": s.size, "members": {
            m.name: {"offset": m.offset, "size": m.size, "type": m.type} for m in s.members}}
            for s in abi.structs},
    }


def tap(cases):
    """Print TAP for [(name, [problems])]; exit status."""
    print(f"TAP version 13\n1..{len(cases)}")
    for k, (name, bad) in enumerate(cases, 1):
        for b in bad:
            print("# " + b.replace("\n", "\n# "))
        print(f"{'not ok' if bad else 'ok'} {k} - {name}")
    return int(any(bad for _, bad in cases))


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--check", action="store_true", help="compare, write nothing")
    ap.add_argument("--json", action="store_true", help="print the measured ABI")
    ap.add_argument("--root", default=ROOT, help="tree to work on")
    a = ap.parse_args()

    abi, enums = load(a.root)
    if enums is None:
        return tap([("abi: headers keep the rules", abi.problems)])
    if a.json:
        json.dump(to_json(abi, enums), sys.stdout, indent=1)
        print()
        return int(bool(abi.problems))
    files = outputs(abi, enums, a.root)
    if a.check:
        what = f"{len(abi.registers)} registers, {len(abi.structs)} structures, " \
               f"{sum(len(x.items) for x in abi.lists)} list items"
        return tap([(f"abi: headers keep the rules ({what})", abi.problems),
                    (f"abi: {len(files)} generated files are fresh", stale(a.root, files)),
                    ("abi: the datasheet explains every reason", unexplained(abi, a.root))])
    for p in abi.problems:
        print(p, file=sys.stderr)
    write(a.root, files)
    return int(bool(abi.problems))


if __name__ == "__main__":
    sys.exit(main())
