#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""checkpatch --strict over whole files: the kernel's for kernel-style folders, QEMU's
for qemu-device/. What it may say is in checkpatch.allow; all else fails.

    checkpatch.py kernel KERNEL-SOURCE | qemu QEMU-SOURCE
"""
import concurrent.futures
import fnmatch
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
KERNEL_DIRS = ("include/nftsw", "drivers", "hw_model", "kunit")
# hw_model/ programs for userspace are not kernel code: stdio, main(), libFuzzer.
USERSPACE = ("hw_model/tests/*", "hw_model/fuzz/*", "hw_model/bench/*")
SHARES = 16
REPORT_RE = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): (?P<level>ERROR|WARNING|CHECK):"
                       r"(?:(?P<type>[A-Z_0-9]+):)? ?(?P<msg>.*)$")


def files_of(tops):
    out = []
    for top in tops:
        for dirpath, _, names in os.walk(os.path.join(ROOT, top)):
            out += [os.path.relpath(os.path.join(dirpath, n), ROOT)
                    for n in names if n.endswith((".c", ".h")) and not n.endswith(".mod.c")]
    return sorted(f for f in out if not any(fnmatch.fnmatch(f, u) for u in USERSPACE))


def read_allow(path):
    """([type, glob, regex, reason], [errors])"""
    rules, errors = [], []
    with open(path, encoding="utf-8") as f:
        for no, ln in enumerate(f, 1):
            if not ln.strip() or ln.startswith("#"):
                continue
            m = re.match(r"(\S+)\s+(\S+)\s+(\S+)\s+# (.+)$", ln)
            if m:
                rules.append(m.groups())
            else:
                errors.append(f"checkpatch.allow:{no}: not TYPE glob regex # reason")
    return rules, errors


def source_line(path, no):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        lines = f.read().split("\n")
    return lines[no - 1] if 0 < no <= len(lines) else ""


def allowed(rules, used, kind, path, line):
    for k, (t, g, rx, _) in enumerate(rules):
        if t == kind and fnmatch.fnmatch(path, g) and re.search(rx, line):
            used.add(k)
            return True
    return False


def run(script, tree, files, kernel):
    """Lines that checkpatch prints about files."""
    opts = ["--strict", "--no-tree", "--terse", "--no-summary"]
    if kernel:
        opts += ["--show-types"]
    # checkpatch complains of a name once in a run: what is allowed must not depend on the cores
    shares = [files[n::SHARES] for n in range(SHARES) if files[n::SHARES]]

    def share(some):
        p = subprocess.run(["perl", os.path.join(tree, script), *opts, "-f", *some], cwd=ROOT,
                           capture_output=True, text=True, check=False)
        return (p.stdout + p.stderr).splitlines()

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        lines = [line for part in pool.map(share, shares) for line in part]
    for f in glob.glob(os.path.join(ROOT, ".checkpatch-camelcase*")):
        os.unlink(f)
    return lines


def judge(lines, rules, used):
    bad = []
    for ln in lines:
        m = REPORT_RE.match(ln)
        if not m:
            if ln.strip():
                bad.append(ln)
            continue
        kind = m["type"] or re.sub(r"\W+", "_", m["msg"]).strip("_")
        if not allowed(rules, used, kind, m["file"], source_line(m["file"], int(m["line"]))):
            bad.append(ln)
    return bad


def main():
    which, tree = sys.argv[1:3]
    kernel = which == "kernel"
    files = files_of(KERNEL_DIRS if kernel else ("qemu-device",))
    rules, bad = read_allow(os.path.join(HERE, "checkpatch.allow"))
    rules = [r for r in rules if r[1].startswith("qemu-device") != kernel]
    used = set()
    if not files:
        bad.append(f"no files for the {which} checkpatch")
    else:
        bad += judge(run("scripts/checkpatch.pl", tree, files, kernel), rules, used)
    bad += [f"checkpatch.allow: {r[0]} {r[1]} {r[2]} matches nothing: remove it"
            for k, r in enumerate(rules) if k not in used]
    print("\n".join(bad))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
