#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""kernel-doc: the kernel's own script has nothing to say about any file, and every
function that a header declares is documented where it is defined.

    kdoc.py KERNEL-SOURCE QEMU-SOURCE

Files of qemu-device/ are read by QEMU's copy of the script, which knows QEMU's words.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DIRS = ("include/nftsw", "drivers", "hw_model", "qemu-device", "kunit")
# Programs, not interfaces: their functions are private to one file.
SKIP = ("hw_model/tests", "hw_model/fuzz", "hw_model/bench", "qemu-device/qtest")
PROTO_RE = re.compile(r"^(?!static|typedef|#|\s|\}|return|extern const)"
                      r"[\w \*]+?[ \*](\w+)\([^;{]*\);", re.M)
DOC_RE = re.compile(r"^\s*/\*\*\s*\n\s*\*\s+(\w+)(?:\(\))? - ", re.M)
DEF_RE = re.compile(r"^[a-z][\w \*]*?[ \*](\w+)\([^;{]*\)\s*\{", re.M)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def files():
    out = []
    for top in DIRS:
        for dirpath, _, names in os.walk(os.path.join(ROOT, top)):
            rel = os.path.relpath(dirpath, ROOT)
            if not rel.startswith(SKIP):
                out += [f"{rel}/{n}" for n in names
                        if n.endswith((".c", ".h")) and not n.endswith(".mod.c")]
    return sorted(out)


def script_says(tree, paths, *opts):
    """What scripts/kernel-doc prints; its exit status misses some errors."""
    p = subprocess.run([os.path.join(tree, "scripts/kernel-doc"), "-none", *opts, *paths],
                       cwd=ROOT, capture_output=True, text=True, check=False)
    return [ln for ln in (p.stdout + p.stderr).splitlines() if ln.strip()]


def undocumented(paths):
    """Functions declared in a header, defined here, and without kernel-doc there."""
    text = {p: read(p) for p in paths}
    bare = {p: re.sub(r"/\*.*?\*/", "", t, flags=re.S) for p, t in text.items()}
    declared = {}
    for p in (p for p in paths if p.endswith(".h")):
        for name in PROTO_RE.findall(bare[p]):
            declared.setdefault(name, p)
    documented = {n for t in text.values() for n in DOC_RE.findall(t)}
    defined = {n: p for p in paths if p.endswith(".c") for n in DEF_RE.findall(bare[p])}
    return [f"{defined[n]}: {n}(), declared in {h}, has no kernel-doc"
            for n, h in sorted(declared.items()) if n in defined and n not in documented], declared


def main():
    paths = files()
    ktree, qtree = sys.argv[1:3]
    qemu = [p for p in paths if p.startswith("qemu-device/")]
    bad = script_says(ktree, [p for p in paths if p not in qemu], "-Wall")
    bad += script_says(qtree, qemu) if qemu else []
    more, declared = undocumented(paths)
    bad += more
    if not declared:
        bad.append("no declarations found in any header")
    print("\n".join(bad))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
