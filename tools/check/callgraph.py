#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Call graph of objects compiled with gcc -fcallgraph-info=su,da: no recursion, no
dynamic stack, and a bound on the deepest chain. Usage: callgraph.py DIR [BYTES]

Calls through pointers end a chain here; the model's only ones are the host's
operations, which may not call back, and its own stage tables.
"""
import pathlib
import re
import sys

LIMIT = 4096
NODE_RE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE_RE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')


def read(folder):
    frames, edges, bad = {}, {}, []
    for f in sorted(pathlib.Path(folder).glob("*.ci")):
        text = f.read_text(encoding="utf-8")
        for title, label in NODE_RE.findall(text):
            m = re.search(r"(\d+) bytes \((\w+)", label)
            if m:
                frames[title] = int(m.group(1))
                if m.group(2) != "static":
                    bad.append(f"{title}: stack frame is {m.group(2)}")
            if re.search(r"[1-9]\d* dynamic objects", label):
                bad.append(f"{title}: dynamic objects on the stack")
        for src, dst in EDGE_RE.findall(text):
            edges.setdefault(src, set()).add(dst)
    return frames, edges, bad


def walk(frames, edges):
    """({function: deepest bytes}, [cycles])"""
    depth, cycles, path = {}, [], []

    def visit(fn):
        if fn in path:
            cycles.append(" -> ".join(path[path.index(fn):] + [fn]))
            return 0
        if fn not in depth:
            path.append(fn)
            below = max((visit(c) for c in sorted(edges.get(fn, ()))), default=0)
            path.pop()
            depth[fn] = frames.get(fn, 0) + below
        return depth[fn]

    for fn in sorted(frames):
        visit(fn)
    return depth, cycles


def main():
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else LIMIT
    frames, edges, bad = read(sys.argv[1])
    if not frames:
        print(f"no call graph in {sys.argv[1]}")
        return 1
    depth, cycles = walk(frames, edges)
    bad += [f"recursion: {c}" for c in cycles]
    bad += [f"{fn}: {n} bytes of stack with its callees, limit {limit}"
            for fn, n in depth.items() if n > limit]
    print("\n".join(bad))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
