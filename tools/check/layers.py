#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Nothing calls up: judges #include lines and object symbols by tools/check/floors.txt.

    layers.py [--root DIR] [--objects DIR]... [--complete GLOB]...

Without --objects only includes are judged. --complete fails when a source that
matches GLOB has no object in any DIR, so that a build that lost a file cannot pass.
Output is TAP.
"""
import argparse
import fnmatch
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TREES = ("include/nftsw", "drivers/net/ethernet/nftsw", "hw_model", "qemu-device", "kunit")
INCLUDE_RE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.M)


class Floors:
    """The floors file."""

    def __init__(self, path):
        self.rules, self.only, self.deny, self.allow, self.errors = [], [], [], [], []
        with open(path, encoding="utf-8") as f:
            for no, ln in enumerate(f, 1):
                text, _, why = ln.partition("#")
                words = text.split()
                if words and not self.take(words, why.strip()):
                    name = os.path.basename(path)
                    self.errors.append(f"{name}:{no}: not understood: {ln.strip()}")
        self.used = set()

    def take(self, w, why):
        if w[0] == "floor" and len(w) > 2:
            self.rules += [(glob, float(w[1])) for glob in w[2:]]
        elif w[0] == "only" and len(w) > 3 and w[2] == "<-":
            self.only.append((w[1], w[3:]))
        elif w[0] == "deny" and len(w) == 4 and w[2] == "->":
            self.deny.append((w[1], w[3]))
        elif w[0] == "allow" and len(w) == 4 and w[2] == "->":
            self.allow.append((w[1], w[3]))
            return bool(why)
        else:
            return False
        return True

    def of(self, path):
        return next((n for glob, n in self.rules if fnmatch.fnmatchcase(path, glob)), None)

    def judge(self, src, dst):
        """None when src may use dst, else the reason why not."""
        if (src, dst) in self.allow:
            self.used.add((src, dst))
            return None
        for a, b in self.deny:
            if fnmatch.fnmatchcase(src, a) and fnmatch.fnmatchcase(dst, b):
                return f"{a} must not know {b}"
        for a, users in self.only:
            if fnmatch.fnmatchcase(dst, a) and \
                    not any(fnmatch.fnmatchcase(src, u) for u in users):
                return f"{a} is for {' '.join(users)} only"
        lo, hi = self.of(dst), self.of(src)
        if lo is None or hi is None or lo < hi:
            return None
        return f"floor {hi:g} uses floor {lo:g}"


def sources(root):
    out = []
    for top in TREES:
        for dirpath, dirs, files in os.walk(os.path.join(root, top)):
            dirs[:] = [d for d in dirs if not d.startswith(".")]
            out += [os.path.relpath(os.path.join(dirpath, f), root)
                    for f in files if f.endswith((".c", ".h")) and not f.endswith(".mod.c")]
    return sorted(out)


def resolve(root, src, inc, known):
    """Path in the tree of what src includes as inc, or None when it is not ours."""
    here = os.path.dirname(src)
    cands = [os.path.normpath(os.path.join(d, inc))
             for d in (here, "include", "", *TREES)]
    parts = inc.split("/")
    cands += ["/".join(parts[k:]) for k in range(1, len(parts))]
    return next((c for c in cands if c in known), None)


def include_edges(root, files):
    known = set(files)
    for src in files:
        with open(os.path.join(root, src), encoding="utf-8", errors="replace") as f:
            text = f.read()
        for inc in INCLUDE_RE.findall(text):
            yield src, resolve(root, src, inc, known), inc


def object_map(dirs, files):
    """{source: object path}: Kbuild, gcc -c and meson name their objects differently."""
    csrc = [f for f in files if f.endswith(".c")]
    by_name = {f[:-2].replace("/", "_") + ".c.o": f for f in csrc}
    found = {}
    for top in dirs:
        for dirpath, _, names in os.walk(top):
            for n in names:
                if not n.endswith(".o") or n.endswith(".mod.o"):
                    continue
                rel = os.path.relpath(os.path.join(dirpath, n), top)
                src = rel[:-2] + ".c" if rel[:-2] + ".c" in csrc else None
                src = src or next((s for k, s in by_name.items() if n.endswith("_" + k)), None)
                if src:
                    found.setdefault(src, os.path.join(dirpath, n))
    return found


def nm(path):
    """(defined, undefined) external symbols of an object."""
    p = subprocess.run(["nm", path], capture_output=True, text=True, check=True)
    defined, undef = set(), set()
    for ln in p.stdout.splitlines():
        kind, name = ln.split()[-2:]
        if kind in "Uw":
            undef.add(name)
        elif kind.isupper():
            defined.add(name)
    return defined, undef


def symbol_edges(objs):
    table = {src: nm(obj) for src, obj in objs.items()}
    home = {}
    for src, (defined, _) in table.items():
        for s in defined:
            home.setdefault(s, set()).add(src)
    for src, (_, undef) in sorted(table.items()):
        for s in sorted(undef):
            for dst in sorted(home.get(s, ())):
                # The same name may be defined on both sides of a seam's two builds.
                if dst != src:
                    yield src, dst, s


def check_floors(fl, files):
    bad = list(fl.errors)
    bad += [f"{f}: stands on no floor; add it to floors.txt" for f in files if fl.of(f) is None]
    return bad


def check_includes(fl, root, files):
    bad = []
    for src, dst, inc in include_edges(root, files):
        if dst is None:
            base = os.path.basename(inc)
            if re.match(r"(nfm|nftsw)", base) and not re.match(r"nftsw[-_]?trace|trace", base):
                bad.append(f"{src}: includes {inc}, which is not in the tree")
            continue
        why = fl.judge(src, dst) if dst != src else None
        if why:
            bad.append(f"{src}: includes {inc}: {why}")
    return bad


def check_symbols(fl, objs):
    bad, edges = [], 0
    for src, dst, sym in symbol_edges(objs):
        edges += 1
        why = fl.judge(src, dst)
        if why:
            bad.append(f"{src}: uses {sym} of {dst}: {why}")
    return bad, edges


def tap(cases):
    print(f"TAP version 13\n1..{len(cases)}")
    for k, (name, bad) in enumerate(cases, 1):
        for b in bad:
            print("# " + b)
        print(f"{'not ok' if bad else 'ok'} {k} - layers: {name}")
    return int(any(bad for _, bad in cases))


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--root", default=ROOT)
    ap.add_argument("--floors", default=os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                                     "floors.txt"))
    ap.add_argument("--objects", action="append", default=[], metavar="DIR")
    ap.add_argument("--complete", action="append", default=[], metavar="GLOB")
    a = ap.parse_args()

    fl = Floors(a.floors)
    files = sources(a.root)
    cases = [(f"all {len(files)} files stand on a floor",
              check_floors(fl, files) or ([] if files else ["no files"])),
             ("includes go down", check_includes(fl, a.root, files))]
    if a.objects:
        objs = object_map(a.objects, files)
        lost = [f"{f}: no object" for f in files for g in a.complete
                if f.endswith(".c") and fnmatch.fnmatchcase(f, g) and f not in objs]
        cases.append((f"{len(objs)} objects found", lost or ([] if objs else ["no objects"])))
        bad, edges = check_symbols(fl, objs)
        cases.append((f"calls go down ({edges} edges)", bad))
        unused = [f"allow {s} -> {d} is not needed" for s, d in fl.allow if (s, d) not in fl.used]
        cases.append(("every exception is needed", unused))
    return tap(cases)


if __name__ == "__main__":
    sys.exit(main())
