#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""symvers.py KERNEL-SOURCE - a Module.symvers from the sources, without building vmlinux.

Finds what the tree exports by its EXPORT_SYMBOL* lines, so that modpost can refuse a
call of something that is not exported at all, or GPL-only, or in a namespace. It does
not know the configuration: a symbol of an unrelated part counts as there. The debug
kernel, which is really built, has the exact list.
"""
import os
import re
import sys

EXPORT = re.compile(
    r"^\s*(EXPORT_(?:PER_CPU_)?SYMBOL(?:_NS)?(?:_GPL)?)\s*\(\s*(\w+)\s*(?:,\s*\"?(\w+)\"?\s*)?\)", re.M)
TRACE = re.compile(r"^\s*EXPORT_TRACEPOINT_SYMBOL(_GPL)?\s*\(\s*(\w+)\s*\)", re.M)
STATIC_CALL = re.compile(r"^\s*EXPORT_STATIC_CALL(?:_TRAMP)?(_GPL)?\s*\(\s*(\w+)\s*\)", re.M)
ACPI = re.compile(r"^\s*ACPI_EXPORT_SYMBOL\s*\(\s*(\w+)\s*\)", re.M)
LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info")
TYPES = ("byte", "short", "ushort", "int", "uint", "long", "ulong", "ullong", "hexint")
# What macros export: kernel/params.c, net/core/dev.c, drivers/base/core.c, drivers/char/random.c,
# lib/kstrtox.c, kernel/trace/bpf_trace.c, arch/x86/lib/retpoline.S.
GENERATED = (
    [f"{a}_{b}" for a in ("netdev", "_dev") for b in LEVELS]
    + [f"param_{a}_{b}" for a in ("ops", "get", "set") for b in TYPES]
    + [f"get_random_u{n}" for n in (8, 16, 32, 64)]
    + [f"kstrto{t}_from_user" for t in ("int", "l", "ll", "s16", "s8", "u16", "u8", "uint", "ul", "ull")]
    + [f"bpf_trace_run{n}" for n in range(1, 13)]
    + [f"__x86_indirect_thunk_r{r}" for r in
       ("ax", "bx", "cx", "dx", "si", "di", "bp", "8", "9", "10", "11", "12", "13", "14", "15")])
FOLDERS = ("arch/x86", "block", "certs", "crypto", "drivers", "fs", "include", "init", "io_uring", "ipc",
           "kernel", "lib", "mm", "net", "security", "virt")


def sources(root):
    for folder in FOLDERS:
        for path, _, names in os.walk(os.path.join(root, folder)):
            for name in names:
                if name.endswith((".c", ".S", ".h")):
                    yield os.path.join(path, name)


def exports(text):
    """(symbol, kind, namespace) of one file."""
    for macro, symbol, namespace in EXPORT.findall(text):
        yield symbol, "EXPORT_SYMBOL_GPL" if macro.endswith("_GPL") else "EXPORT_SYMBOL", namespace
    for symbol in ACPI.findall(text):
        yield symbol, "EXPORT_SYMBOL", ""
    for gpl, name in TRACE.findall(text):
        for symbol in (f"__tracepoint_{name}", f"__traceiter_{name}", f"__SCK__tp_func_{name}",
                       f"__SCT__tp_func_{name}"):
            yield symbol, f"EXPORT_SYMBOL{gpl}", ""
    for gpl, name in STATIC_CALL.findall(text):
        for prefix in ("__SCK__", "__SCT__"):
            yield prefix + name, f"EXPORT_SYMBOL{gpl}", ""


def main(root):
    found = {symbol: ("EXPORT_SYMBOL", "") for symbol in GENERATED}
    for path in sources(root):
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
        if "EXPORT_" in text:
            for symbol, kind, namespace in exports(text):
                found.setdefault(symbol, (kind, namespace))
    if len(found) < 10000:
        sys.exit(f"symvers.py: only {len(found)} exports found in {root}: not a kernel tree?")
    for symbol, (kind, namespace) in sorted(found.items()):
        print(f"0x00000000\t{symbol}\tvmlinux\t{kind}\t{namespace}")


if __name__ == "__main__":
    main(sys.argv[1])
