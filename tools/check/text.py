#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What every file of the tree must look like, whatever its language.

    text.py [--root DIR] spdx|space|words|size|ds|tests

spdx   a licence line, the right one for the folder
space  no trailing blanks, one newline at the end, tabs or spaces as the folder wants
words  nothing that belongs to one machine or to unfinished work
size   functions, sources and headers within the limits
ds     every "DS n.m" in a comment is a section of the datasheet
tests  the tests that the documentation names are there
"""
import argparse
import fnmatch
import os
import re
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DUAL = "(GPL-2.0 OR BSD-2-Clause)"
# First match wins.
LICENCE = (
    ("include/nftsw/*", DUAL),
    ("hw_model/*", DUAL),
    ("qemu-device/*", "GPL-2.0-or-later"),
    ("*", "GPL-2.0"),
)
# Texts of licences, data without comments, and notes shown to users.
NO_SPDX = ("LICENSES/*", "*.json", "*.svg", "*.pcap", "*.bin", "*.allow", "*.md", "*/motd",
           "MAINTAINERS", ".gitignore", "*.patch", ".editorconfig", ".checkpatch.conf",
           ".clang-format", "*/config", "*/settings", "*.txt", "*.list", "*.vec")
BINARY = ("*.png", "*.pcap", "*.bin", "*.gz", "*.xz")
VERBATIM = ("LICENSES/*", "*.patch", "*.svg", "*.json")
WORDS = (
    (r"(^|[\s\"'=:])/(root|work|home/\w+)/", "a path of one machine"),
    (r"\b(TODO|FIXME)\b", "unfinished work belongs into an issue"),
    (r"^\s*#\s*if 0\b", "dead code"),
    (r"^(Signed-off|Co-authored)-by:", "trailers belong into commits"),
    (r"\b(https?://)?(deb\.debian\.org|security\.debian\.org|ftp\.\w+\.debian\.org)\b",
     "the system's own sources say where its packages come from"),
)
# The guest's own files may name the guest's own folders; TAP has a word for the unfinished.
WORDS_SKIP = ("LICENSES/*", "tools/check/text.py", "tools/check/tests/*", "tools/launch/guest/*",
              "tools/lib/tap.py", "tools/lib/test_tap.py", "tools/testing/selftests/report.py")
FUNCTION_LINES, SOURCE_LINES, HEADER_LINES = 100, 800, 300
# Files that may be longer, each with its reason.
LONG = {
    "include/nftsw/regs.h": "the register map is one table",
    "hw_model/nfm_priv.h": "the whole chip: its state, and every call between its files",
    "drivers/net/ethernet/nftsw/nftsw.h": "every call between the driver's files",
}
C_DIRS = ("include/*", "drivers/*", "hw_model/*", "qemu-device/*", "kunit/*")
# Tables of cases are data; a frame or a rule per line is what makes them legible.
DATA = ("hw_model/tests/*", "kunit/*_kunit.c")


def matches(path, globs):
    return any(fnmatch.fnmatch(path, g) for g in globs)


def tree(root):
    """Files that are, or could be, committed."""
    p = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                       capture_output=True, text=True, check=False)
    if p.returncode == 0:
        names = p.stdout.splitlines()
    else:
        names = [os.path.relpath(os.path.join(d, f), root)
                 for d, _, fs in os.walk(root) if "/." not in d and "/out" not in d for f in fs]
    return sorted(n for n in names if os.path.isfile(os.path.join(root, n))
                  and not matches(n, BINARY))


def load(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def spdx(root, paths):
    bad = []
    for p in paths:
        text = load(root, p)
        if matches(p, NO_SPDX) or not text.strip():
            continue
        head = "\n".join(text.split("\n")[:4])
        m = re.search(r"SPDX-License-Identifier: (.+?)\s*(\*/|-->)?$", head, re.M)
        want = next(lic for g, lic in LICENCE if fnmatch.fnmatch(p, g))
        if not m:
            bad.append(f"{p}: no SPDX-License-Identifier in the first lines ({want})")
        elif m.group(1).removesuffix("-only") != want:
            bad.append(f"{p}: licence {m.group(1)}, this folder has {want}")
    return bad


def space(root, paths):
    bad = []
    for p in (p for p in paths if not matches(p, VERBATIM)):
        text = load(root, p)
        if not text:
            continue
        if "\r" in text:
            bad.append(f"{p}: carriage return")
        if not text.endswith("\n") or (text.endswith("\n\n") and not p.endswith("/motd")):
            bad.append(f"{p}: must end with exactly one newline")
        tabs = p.endswith((".c", ".h")) and not p.startswith("qemu-device/")
        no_tabs = p.endswith((".c", ".h")) and not tabs
        for no, ln in enumerate(text.split("\n"), 1):
            if ln != ln.rstrip(" \t"):
                bad.append(f"{p}:{no}: trailing blanks")
            if tabs and ln.startswith("        "):
                bad.append(f"{p}:{no}: indented with spaces")
            if no_tabs and ln.startswith("\t"):
                bad.append(f"{p}:{no}: indented with a tab")
    return bad


def words(root, paths):
    bad = []
    for p in (p for p in paths if not matches(p, WORDS_SKIP)):
        for no, ln in enumerate(load(root, p).split("\n"), 1):
            bad += [f"{p}:{no}: {why}: {ln.strip()[:60]}" for rx, why in WORDS
                    if re.search(rx, ln)]
    return bad


def functions(text):
    """(line, length) of each function: braces in column 0, as both styles have them."""
    start = None
    for no, ln in enumerate(text.split("\n"), 1):
        if ln == "{":
            start = no
        elif ln == "}" and start:
            yield start, no - start + 1
            start = None


def size(root, paths):
    bad, lengths = [], []
    for p in (p for p in paths if matches(p, C_DIRS) and p.endswith((".c", ".h"))):
        text = load(root, p)
        lines = text.count("\n")
        limit = HEADER_LINES if p.endswith(".h") else SOURCE_LINES
        if lines > limit and p not in LONG and not matches(p, DATA):
            bad.append(f"{p}: {lines} lines, limit {limit}")
        for no, length in functions(text):
            lengths.append(length - 2)
            if length > FUNCTION_LINES:
                bad.append(f"{p}:{no}: function of {length} lines, limit {FUNCTION_LINES}")
    if lengths:
        q = sorted(lengths)
        print(f"{len(q)} functions: median {statistics.median(q):.0f} lines, "
              f"90 % within {q[len(q) * 9 // 10]}, longest {q[-1]}")
    return bad


def ds(root, paths):
    """References to the datasheet lead somewhere."""
    sections = set()
    for p in (p for p in paths if fnmatch.fnmatch(p, "Documentation/datasheet/*.rst")):
        sections.update(re.findall(r"^(\d+(?:\.\d+)?) \w", load(root, p), re.M))
    bad, count = [], 0
    for p in (p for p in paths if matches(p, C_DIRS)):
        for no, ln in enumerate(load(root, p).split("\n"), 1):
            for ref in re.findall(r"\bDS ((?:\d+(?:\.\d+)?(?:, )?)+)", ln):
                count += 1
                bad += [f"{p}:{no}: the datasheet has no section {r}"
                        for r in ref.rstrip(", .").split(", ") if r not in sections]
    if not sections or not count:
        bad.append("no sections or no references found")
    return bad


def tests(root, paths):
    """``test_x``: the beginning of an end-to-end test's name; ``x_kunit: case``: a case of the suite."""
    functions, cases, bad, count = [], {}, [], 0
    for p in paths:
        if fnmatch.fnmatch(p, "tools/testing/e2e/test_*.py"):
            functions += re.findall(r"^def (test_\w+)", load(root, p), re.M)
        elif fnmatch.fnmatch(p, "kunit/*_kunit.c"):
            suite = os.path.basename(p)[:-2]
            cases[suite] = re.findall(r"\bKUNIT_CASE\w*\((\w+)", load(root, p))
    for p in (p for p in paths if fnmatch.fnmatch(p, "Documentation/*.rst")):
        text = " ".join(load(root, p).split())
        named = re.findall(r"``(test_\w+)``", text)
        bad += [f"{p}: no end-to-end test begins with {ref}" for ref in named
                if not any(f.startswith(ref) for f in functions)]
        of_suites = re.findall(r"``(\w+_kunit)(?:: (\w+))?``", text)
        bad += [f"{p}: there is no {suite}{case and ': ' + case}" for suite, case in of_suites
                if suite not in cases or case and case not in cases[suite]]
        count += len(named) + len(of_suites)
    if not count:
        bad.append("no test is named")
    return bad


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--root", default=ROOT)
    ap.add_argument("what", choices=("spdx", "space", "words", "size", "ds", "tests"))
    a = ap.parse_args()
    paths = tree(a.root)
    bad = {"spdx": spdx, "space": space, "words": words, "size": size,
           "ds": ds, "tests": tests}[a.what](a.root, paths)
    if not paths:
        bad.append("no files found")
    print("\n".join(bad))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
