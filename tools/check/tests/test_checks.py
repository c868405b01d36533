# SPDX-License-Identifier: GPL-2.0
"""Each check must fail on the fault that it is there for: a small tree is copied,
broken in one place, and judged. Run with pytest; part of the lint stage."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

CHECK = pathlib.Path(__file__).resolve().parent.parent
ROOT = CHECK.parent.parent


def sh(*cmd):
    p = subprocess.run([str(c) for c in cmd], capture_output=True, text=True, check=False)
    return p.returncode, p.stdout + p.stderr


@pytest.fixture(name="abi_tree")
def fixture_abi_tree(tmp_path):
    for part in ("include", "Documentation/datasheet"):
        shutil.copytree(ROOT / part, tmp_path / part)
    rc, out = sh(CHECK / "abi.py", "--root", tmp_path)
    assert rc == 0, out
    rc, out = sh(CHECK / "abi.py", "--check", "--root", tmp_path)
    assert rc == 0, out
    return tmp_path


def edit(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r}: adapt this test"
    path.write_text(text.replace(old, new, count), encoding="utf-8")


ABI_FAULTS = {
    "comment offset differs": (
        "regs.h", "/* STATUS   0x0044 ", "/* STATUS   0x0048 ", "STATUS: comment says"),
    "stride differs": (
        "regs.h", "(0x100c + 0x20 * (n))", "(0x100c + 0x40 * (n))", "RING_CTRL: comment says"),
    "registers overlap": (
        "regs.h", "0x0104 + 0x10 *", "0x0110 + 0x10 *", "IRQ_MOD overlaps IRQ_CTRL"),
    "outside BAR0": (
        "regs.h", "#define NFTSW_BAR0_SIZE\t\t\t0x10000", "#define NFTSW_BAR0_SIZE\t\t\t0x8010",
        "outside BAR0"),
    "unknown class": (
        "regs.h", "/* CTRL   0x0040   RW ", "/* CTRL   0x0040   RX ", "access class RX"),
    "malformed register comment": (
        "regs.h", "/* CTRL   0x0040   RW   reset 0", "/* CTRL   0x0040   RW", "register comment"),
    "register without comment": (
        "regs.h", "#define NFTSW_RESET_MS", "#define NFTSW_SECRET\t0x0060\n#define NFTSW_RESET_MS",
        "looks like a register"),
    "name differs": (
        "regs.h", "/* PORTS   0x0010", "/* PORTZ   0x0010", "comment says PORTZ"),
    "fields overlap": (
        "regs.h", "NFTSW_STATUS_FATAL\t\tNFTSW_BIT(1)", "NFTSW_STATUS_FATAL\t\tNFTSW_BIT(0)",
        "overlaps another field"),
    "member undocumented": (
        "tbl.h", " * @burst: packets", " * burst: packets", "burst is not documented"),
    "member documented that is not there": (
        "desc.h", " * @tag: of the command", " * @tagg: of the command", "documents tagg"),
    "hole in a structure": (
        "desc.h", "\t__u8 status;\n\t__u8 flags;\n", "\t__u8 status;\n", "hole of 1 bytes"),
    "structure that ends early": (
        "tbl.h", "\t__u8 flags;\n\t__u8 rsvd;\n", "\t__u8 flags;\n", "members end at 15"),
    "foreign type": (
        "desc.h", "\t__le32 next;", "\tunsigned int next;", "is not '__le"),
    "size proof missing": (
        "desc.h", "NFTSW_SIZE_IS(struct nftsw_hw_cpl, 16);", "", "no NFTSW_SIZE_IS"),
    "size proof wrong": (
        "desc.h", "NFTSW_SIZE_IS(struct nftsw_hw_cpl, 16);",
        "NFTSW_SIZE_IS(struct nftsw_hw_cpl, 24);", "do not compile"),
    "trap without group": (
        "counters.h", "X(TTL, TRAP, EXCEPTION,", "X(TTL, TRAP, NONE,", "a TRAP with group NONE"),
    "unknown group": (
        "counters.h", "X(TTL, TRAP, EXCEPTION,", "X(TTL, TRAP, EXCEPTIONAL,", "no trap group"),
    "flag bit twice": (
        "tbl.h", "NFTSW_FA_PUSH2\t\t\tNFTSW_BIT(5)", "NFTSW_FA_PUSH2\t\t\tNFTSW_BIT(4)",
        "shares a bit"),
    "ALL mask too small": (
        "tbl.h", "NFTSW_FP_ALL\t\t\tNFTSW_MASK(3, 0)", "NFTSW_FP_ALL\t\t\tNFTSW_MASK(2, 0)",
        "the flags are"),
    "foreign include": (
        "desc.h", '#include "bits.h"', '#include "bits.h"\n#include <linux/if_ether.h>',
        "may include <linux/types.h>"),
    "list item without meaning": (
        "counters.h", '"RX buffer unreachable"', '""', "no meaning"),
    "reason that no page explains": (
        "counters.h", "X(TTL, TRAP,", "X(TTLS, TRAP,", "no page says when a frame has the reason TTLS"),
    "changed id of the PCI function": (
        "regs.h", "_PCI_DEVICE_ID\t\t0x10f5", "_PCI_DEVICE_ID\t\t0x10f6", "values.inc.rst is stale"),
    "changed value": (
        "regs.h", "#define NFTSW_RESET_MS\t\t\t100", "#define NFTSW_RESET_MS\t\t\t200", "is stale"),
}


@pytest.mark.parametrize("fault", ABI_FAULTS)
def test_abi_rejects(abi_tree, fault):
    name, old, new, says = ABI_FAULTS[fault]
    edit(abi_tree / "include/nftsw" / name, old, new, count=2)
    rc, out = sh(CHECK / "abi.py", "--check", "--root", abi_tree)
    assert rc == 1 and re.search(says, out), out


def test_abi_rejects_edited_output(abi_tree):
    edit(abi_tree / "Documentation/datasheet/reasons.inc.rst", "trap", "tarp")
    rc, out = sh(CHECK / "abi.py", "--check", "--root", abi_tree)
    assert rc == 1 and "reasons.inc.rst is stale" in out


def test_abi_rejects_leftover_output(abi_tree):
    (abi_tree / "Documentation/datasheet/old.inc.rst").write_text(
        ".. Generated by tools/check/abi.py from nothing\n", encoding="utf-8")
    rc, out = sh(CHECK / "abi.py", "--check", "--root", abi_tree)
    assert rc == 1 and "generated from nothing" in out


def test_abi_rejects_copied_constant(abi_tree):
    (abi_tree / "drivers").mkdir()
    (abi_tree / "drivers/x.h").write_text("#define NFTSW_CTRL 0x40\n", encoding="utf-8")
    rc, out = sh(CHECK / "abi.py", "--check", "--root", abi_tree)
    assert rc == 1 and "belongs to include/nftsw" in out


def test_abi_python_module_round_trip(abi_tree):
    sys.path.insert(0, str(abi_tree / "tools/lib"))
    try:
        import nftsw_abi as a
    finally:
        sys.path.pop(0)
    data = a.pack("nftsw_hw_flow_entry", index=5, mtu=1500, dmac=b"\x02\0\0\0\0\1",
                  key={"iport": 3, "sport": 0x1234, "saddr": bytes([10, 0, 0, 1])})
    assert data[0:2] == b"\x03\x00" and data[4:6] == b"\x12\x34" and len(data) == 152
    back = a.unpack("nftsw_hw_flow_entry", data)
    assert back["index"] == 5 and back["key"]["sport"] == 0x1234 and back["mtu"] == 1500
    with pytest.raises(KeyError):
        a.pack("nftsw_hw_cmd", nonsense=1)


# --- layers ---------------------------------------------------------------------

FILES = {
    "include/nftsw/bits.h": "",
    "hw_model/nfm.h": "#pragma once\nvoid nfm_core(void);\n",
    "hw_model/nfm_priv.h": '#pragma once\n#include "nfm.h"\nvoid nfm_pipe(void);\nvoid nfm_flow(void);\n',
    "hw_model/nfm_flow.c": '#include "nfm_priv.h"\nvoid nfm_flow(void) { }\n',
    "hw_model/nfm_pipe.c": '#include "nfm_priv.h"\nvoid nfm_pipe(void) { nfm_flow(); }\n',
    "hw_model/nfm_core.c": '#include "nfm_priv.h"\nvoid nfm_core(void) { nfm_pipe(); }\n',
    "drivers/net/ethernet/nftsw/nftsw_hw.c": "void nftsw_hw(void);\nvoid nftsw_hw(void) { }\n",
}


@pytest.fixture(name="house")
def fixture_house(tmp_path):
    for name, text in FILES.items():
        put(tmp_path, name, text)
    rc, out = layers(tmp_path)
    assert rc == 0, out
    return tmp_path


def put(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def layers(root, *more, floors=None):
    obj = root / "obj"
    shutil.rmtree(obj, ignore_errors=True)
    for src in root.rglob("*.c"):
        out = obj / src.relative_to(root).with_suffix(".o")
        out.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-w", "-c", "-I", root / "hw_model", src, "-o", out], check=True)
    args = ["--floors", floors] if floors else []
    return sh(CHECK / "layers.py", "--root", root, "--objects", obj, *args, *more)


def test_layers_rejects_call_up(house):
    put(house, "hw_model/nfm_flow.c",
        "void nfm_core(void);\nvoid nfm_flow(void) { nfm_core(); }\n")
    rc, out = layers(house)
    assert rc == 1 and "nfm_flow.c: uses nfm_core of hw_model/nfm_core.c: floor 2" in out, out


def test_layers_rejects_call_sideways(house):
    put(house, "hw_model/nfm_parse.c",
        "void nfm_flow(void);\nvoid nfm_parse(void) { nfm_flow(); }\n")
    rc, out = layers(house)
    assert rc == 1 and "nfm_parse.c: uses nfm_flow" in out, out


def test_layers_rejects_include_up(house):
    put(house, "hw_model/nfm.h", '#pragma once\n#include "nfm_priv.h"\nvoid nfm_core(void);\n')
    rc, out = layers(house)
    assert rc == 1 and "nfm.h: includes nfm_priv.h" in out, out


def test_layers_rejects_driver_that_knows_model(house):
    put(house, "drivers/net/ethernet/nftsw/nftsw_hw.c", '#include "nfm.h"\n')
    rc, out = layers(house)
    assert rc == 1 and "drivers/* must not know hw_model/*" in out, out


def test_layers_rejects_driver_that_calls_model(house):
    put(house, "drivers/net/ethernet/nftsw/nftsw_pci.c",
        "void nfm_core(void);\nvoid nftsw_pci(void) { nfm_core(); }\n")
    rc, out = layers(house)
    assert rc == 1 and "nftsw_pci.c: uses nfm_core" in out, out


def test_layers_rejects_private_header_outside(house):
    put(house, "qemu-device/nftsw.c", '#include "nfm_priv.h"\n')
    rc, out = layers(house)
    assert rc == 1 and "nfm_priv.h is for hw_model/* only" in out, out


def test_layers_rejects_file_without_floor(house):
    put(house, "drivers/net/ethernet/nftsw/misc.c", "\n")
    rc, out = layers(house)
    assert rc == 1 and "misc.c: stands on no floor" in out, out


def test_layers_rejects_lost_object(house):
    obj = house / "obj"
    layers(house)
    os.unlink(obj / "hw_model/nfm_flow.o")
    rc, out = sh(CHECK / "layers.py", "--root", house, "--objects", obj,
                 "--complete", "hw_model/*")
    assert rc == 1 and "nfm_flow.c: no object" in out, out


def test_layers_exceptions_need_reason_and_use(house, tmp_path_factory):
    floors = tmp_path_factory.mktemp("floors") / "floors.txt"
    text = (CHECK / "floors.txt").read_text(encoding="utf-8")
    edge = "allow hw_model/nfm_flow.c -> hw_model/nfm_core.c"
    put(house, "hw_model/nfm_flow.c",
        "void nfm_core(void);\nvoid nfm_flow(void) { nfm_core(); }\n")
    floors.write_text(text + edge + "  # for this test\n", encoding="utf-8")
    assert layers(house, floors=floors)[0] == 0
    floors.write_text(text + edge + "\n", encoding="utf-8")
    assert "not understood" in layers(house, floors=floors)[1]
    put(house, "hw_model/nfm_flow.c", FILES["hw_model/nfm_flow.c"])
    floors.write_text(text + edge + "  # for this test\n", encoding="utf-8")
    rc, out = layers(house, floors=floors)
    assert rc == 1 and "is not needed" in out, out


# --- freestanding ----------------------------------------------------------------

FREE = '#include "nfm_port.h"\nu32 nfm_x(u32 a);\nu32 nfm_x(u32 a)\n{\n\treturn a + 1;\n}\n'
FREE_FAULTS = {
    "libc include": ('#include <stdio.h>\n' + FREE, "stdio.h"),
    "kernel known": (FREE + "#ifdef __KERNEL__\n#endif\n", "known outside"),
    "config known": (FREE + "#ifdef CONFIG_NET\n#endif\n", "known outside"),
    "libc call": (FREE + "void *malloc(size_t n);\nvoid *nfm_y(void);\nvoid *nfm_y(void)\n"
                  "{\n\treturn malloc(7);\n}\n", "malloc"),
    "64-bit division": (FREE + "u64 nfm_y(u64 a, u64 b);\nu64 nfm_y(u64 a, u64 b)\n"
                        "{\n\treturn a / b;\n}\n", "__udivdi3"),
    "global name": (FREE + "u32 bare(u32 a);\nu32 bare(u32 a)\n{\n\treturn a;\n}\n",
                    "without nfm_"),
    "mutable state": (FREE + "static u32 n;\nu32 nfm_y(void);\nu32 nfm_y(void)\n"
                      "{\n\treturn n++;\n}\n", "mutable globals"),
    "implicit narrowing": (FREE + "u8 nfm_y(u32 a);\nu8 nfm_y(u32 a)\n{\n\treturn a;\n}\n",
                           "conversion"),
    "variable-length array": (FREE + "u32 nfm_y(u32 n);\nu32 nfm_y(u32 n)\n"
                              "{\n\tu8 b[n];\n\tmemset(b, 1, n);\n\treturn b[0];\n}\n", "vla"),
    "large frame": (FREE + "u32 nfm_y(u32 n);\nu32 nfm_y(u32 n)\n"
                    "{\n\tu8 b[2000];\n\tmemset(b, (int)n, 2000);\n\treturn b[n];\n}\n",
                    "frame"),
    "recursion": (FREE + "u32 nfm_y(u8 *p, u32 n);\nu32 nfm_y(u8 *p, u32 n)\n{\n"
                  "\tu8 b[8];\n\tmemset(b, (int)n, 8);\n"
                  "\treturn n ? nfm_y(b, n - 1) + p[0] + b[1] : p[0];\n}\n", "recursion"),
    "floating point": (FREE + "u32 nfm_y(u32 n);\nu32 nfm_y(u32 n)\n"
                       "{\n\treturn (u32)((double)n * 1.5);\n}\n", "not ok"),
}


@pytest.fixture(name="free_tree")
def fixture_free_tree(tmp_path):
    shutil.copytree(ROOT / "include", tmp_path / "include")
    (tmp_path / "hw_model").mkdir()
    shutil.copy(ROOT / "hw_model/nfm_port.h", tmp_path / "hw_model")
    put(tmp_path, "hw_model/nfm_x.c", FREE)
    return tmp_path


def test_freestanding_accepts(free_tree):
    rc, out = sh(CHECK / "freestanding.sh", "--root", free_tree)
    assert rc == 0, out


@pytest.mark.parametrize("fault", FREE_FAULTS)
def test_freestanding_rejects(free_tree, fault):
    text, says = FREE_FAULTS[fault]
    put(free_tree, "hw_model/nfm_x.c", text)
    rc, out = sh(CHECK / "freestanding.sh", "--root", free_tree)
    assert rc == 1 and says in out, out


# --- text ------------------------------------------------------------------------

TEXT_FAULTS = {
    "no licence": ("spdx", "tools/a.py", "x = 1\n", "no SPDX"),
    "wrong licence": ("spdx", "hw_model/a.c", "// SPDX-License-Identifier: GPL-2.0\n", "licence"),
    "trailing blank": ("space", "tools/a.py", "x = 1 \n", "trailing"),
    "no newline": ("space", "tools/a.py", "x = 1", "newline"),
    "spaces in C": ("space", "hw_model/a.c", "        x;\n", "spaces"),
    "tabs in QEMU's C": ("space", "qemu-device/a.c", "\tx;\n", "tab"),
    "machine's path": ("words", "tools/a.py", 'P = "/ro' + 'ot/x"\n', "one machine"),
    "unfinished": ("words", "tools/a.py", "# TO" + "DO\n", "unfinished"),
    "long function": ("size", "hw_model/a.c", "void f(void)\n{\n" + "\tx();\n" * 99 + "}\n",
                      "function of 101"),
    "long source": ("size", "drivers/a.c", "\n" * 801, "limit 800"),
    "long header": ("size", "drivers/a.h", "\n" * 301, "limit 300"),
    "test that nobody has": ("tests", "Documentation/a.rst", "As ``test_former`` shows.\n",
                             "begins with test_former"),
    "suite that nobody has": ("tests", "Documentation/a.rst", "As ``former_kunit:\ncase`` shows.\n",
                              "no former_kunit: case"),
}


@pytest.mark.parametrize("fault", TEXT_FAULTS)
def test_text_rejects(tmp_path, fault):
    what, name, text, says = TEXT_FAULTS[fault]
    put(tmp_path, name, text)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    rc, out = sh(CHECK / "text.py", "--root", tmp_path, what)
    assert rc == 1 and says in out, out


# --- failure modes ----------------------------------------------------------------

E2E = "tools/testing/e2e"
FM_FAULTS = {
    "test that is gone": ("Documentation/failure-modes.inc.rst", "``test_fm01_", "``test_fm01_former_",
                          "does not exist"),
    "result without a test": ("Documentation/failure-modes.inc.rst", "- no test yet\n     - -",
                              "- no test yet\n     - passed", "a result is claimed"),
    "part of the tests": ("Documentation/failure-modes.inc.rst", "     - passed", "     - partly run",
                          "FM01: partly run, not passed"),
    "test that fails": ("Documentation/failure-modes.inc.rst", "     - passed", "     - failed",
                        "FM01: failed, not passed"),
    "kernel without results": ("Documentation/failure-modes.inc.rst", "     - passed\n     - passed\n",
                               "     - passed\n", "results of 1 kernels"),
    "tree that nobody has": ("Documentation/failure-modes.inc.rst", ".. list-table::",
                             "Results on Linux 6.12: 1 tests at ``c0ffee-dirty`` on 2026-01-01.\n\n.. list-table::",
                             "changes that were not committed"),
    "test without a row": (f"{E2E}/test_x.py", "def test_fm01_", "def test_fm01_other():\n    pass\n\n\ndef test_fm01_",
                           "test_fm01_other is not in the table"),
    "KUnit case without a row": ("Documentation/failure-modes.inc.rst", "KUnit ``nftsw_tc.probing_leaves_nothing``", "",
                                 "KUnit nftsw_tc.probing_leaves_nothing is not in the table"),
    "another text": ("Documentation/failure-modes.inc.rst", "a firewall probes", "somebody probes",
                     "the text is not"),
    "row that is gone": ("Documentation/failure-modes.inc.rst", "   * - FM41\n", "   * - FM99\n",
                         "FM41 is missing"),
    "mode that is gone": (f"{E2E}/failure_modes.py", 'FailureMode("FM41"', 'FailureMode("FM42"',
                          "FM01 to FM41"),
    "test of no mode": (f"{E2E}/test_x.py", "def test_fm01_", "def test_fm77_", "there is no FM77"),
    "KUnit case that is gone": ("kunit/tc_kunit.c", "KUNIT_CASE(probing_leaves_nothing)", "",
                                "no KUnit case nftsw_tc.probing"),
}


@pytest.fixture(name="fm_tree")
def fixture_fm_tree(tmp_path):
    shutil.copytree(ROOT / "kunit", tmp_path / "kunit")
    put(tmp_path, f"{E2E}/failure_modes.py", (ROOT / E2E / "failure_modes.py").read_text(encoding="utf-8"))
    put(tmp_path, f"{E2E}/test_x.py", "def test_fm01_probe(lab):\n    pass\n")
    for name in ("fm.py", "checkout.py"):
        shutil.copy(ROOT / E2E / name, tmp_path / E2E)
    table = tmp_path / "Documentation/failure-modes.inc.rst"
    table.parent.mkdir()
    rc, out = sh(sys.executable, "-B", "-c", f"import sys; sys.path.insert(0, '{tmp_path / E2E}')\n"
                 "import fm; print(fm.table(dict.fromkeys(('6.12', '7.3'), "
                 "{'FM01': {'result': 'passed', 'seconds': 1}}), {}))")
    assert rc == 0, out
    table.write_text(out, encoding="utf-8")
    rc, out = sh(CHECK / "fm.py", "--root", tmp_path)
    assert rc == 0, out
    return tmp_path


@pytest.mark.parametrize("fault", FM_FAULTS)
def test_failure_modes_rejects(fm_tree, fault):
    name, old, new, says = FM_FAULTS[fault]
    edit(fm_tree / name, old, new)
    rc, out = sh(CHECK / "fm.py", "--root", fm_tree)
    assert rc == 1 and says in out, out


JUNIT = """<testsuites><testsuite><testcase name="test_fm01_a[none]" time="1.5"/>
<testcase name="test_fm01_a[hardware]" time="2">
<properties><property name="again" value="1"/></properties></testcase>
<testcase name="test_fm02_b" time="1"><error message="x">y</error></testcase>
<testcase name="test_other" time="1"/></testsuite></testsuites>
"""


def fm_python(code):
    """What some lines that use the failure-mode suite print."""
    rc, out = sh(sys.executable, "-B", "-c", f"import sys; sys.path.insert(0, '{ROOT / E2E}')\n"
                 f"import fm; from pathlib import Path\n{code}")
    assert rc == 0, out
    return out


def fm_results(tmp_path, junit):
    """What the failure-mode suite makes of a report; of one test more it was said that it would run."""
    (tmp_path / "report.xml").write_text(junit, encoding="utf-8")
    return fm_python(f"report = Path('{tmp_path}/report.xml')\n"
                     "print(fm.by_mode(fm.read(report) + [fm.Case('test_fm03_c', fm.NO_RESULT)]))")


def test_failure_modes_leave_a_table_that_knows_more(fm_tree):
    """Results of one kernel alone do not take the other's out of the documentation; those of both renew it."""
    table = fm_tree / "Documentation/failure-modes.inc.rst"
    before = table.read_text(encoding="utf-8")
    out = fm_python(f"fm.REPO, fm.TABLE = Path('{fm_tree}'), Path('{table}')\n"
                    "one = {'6.12': {'FM01': {'result': 'failed', 'seconds': 1}}}\n"
                    "fm.renew_table(one, {})\nprint(fm.TABLE.read_text().count('- failed'))\n"
                    "fm.renew_table({**one, '7.3': {}}, {})\nprint(fm.TABLE.read_text().count('- failed'))")
    assert "Nothing is known here of Linux 7.3" in out and "\n0\n" in out and out.endswith("\n1\n"), out
    assert "- failed" not in before


def test_failure_modes_tell_second_tries(tmp_path):
    out = fm_results(tmp_path, JUNIT)
    assert "'FM01': {'result': 'passed', 'seconds': 3.5, 'again': 1}" in out, out
    assert "'FM02': {'result': 'failed', 'seconds': 1.0}" in out, out


def test_failure_modes_survive_a_run_that_breaks_off(tmp_path):
    out = fm_results(tmp_path, JUNIT[:100])
    assert "no report" in out and "{'FM03': {'result': 'no result', 'seconds': 0}}" in out, out


# What a run of some tests finds there already: one of them failed, one has gone, one never ran.
FM_RUNS = """
def case(name, result, commit, date, tries=1):
    return fm.Case(name, result, 1, tries, commit, date)
suite = ["test_fm01_a[none]", "test_fm01_a[hardware]", "test_fm02_b", "test_fm03_c", "test_fm04_d", "test_fm04_e"]
old = [case("test_fm01_a[none]", "failed", "aaa", "2026-01-01"),
       case("test_fm01_a[hardware]", "passed", "aaa", "2026-01-01"),
       case("test_fm02_b", "passed", "aaa", "2026-01-01"), case("test_fm02_gone", "failed", "aaa", "2026-01-01"),
       case("test_fm04_d", "passed", "aaa", "2026-01-01")]
some = [case("test_fm01_a[hardware]", "passed", "bbb-dirty", "2026-02-02", 2)]
both = some + [case("test_fm01_a[none]", "passed", "bbb-dirty", "2026-02-02")]
"""


def test_failure_modes_passed_means_all_tests():
    """A run of some tests hides nothing of the others."""
    out = fm_python(f"{FM_RUNS}\nfor new in (), some, both:\n"
                    "    print({m: r['result'] for m, r in fm.by_mode(fm.merged(old, new, suite)).items()})\n"
                    "print(len(fm.merged(old, some, [])))")
    assert out.splitlines() == [
        "{'FM01': 'failed', 'FM02': 'passed', 'FM04': 'partly run'}",
        "{'FM01': 'failed', 'FM02': 'passed', 'FM04': 'partly run'}",
        "{'FM01': 'passed', 'FM02': 'passed', 'FM04': 'partly run'}", "5"], out


FM_LEFT = """<testsuites><testsuite timestamp="{}:07.123"><testcase name="{}" time="2">
<properties><property name="commit" value="ccc"/></properties></testcase></testsuite></testsuites>
"""


def test_failure_modes_take_what_whole_runs_have_left(tmp_path):
    """Both halves of a kernel's, not another's; what is older than a result that is known does not replace it."""
    for name, when, test in (("debug-first", "2026-02-01T23:59", "test_fm01_a[hardware]"),
                             ("debug-rest", "2026-02-03T01:02", "test_fm01_a[none]"),
                             ("debug-next", "2026-02-04T01:02", "test_fm02_b")):
        (tmp_path / f"{name}.xml").write_text(FM_LEFT.format(when, test), encoding="utf-8")
    out = fm_python(f"{FM_RUNS}\nleft = fm.left('debug', Path('{tmp_path}'))\n"
                    "for case in sorted(fm.merged(old + some, left, suite[:3]), key=lambda case: case.name):\n"
                    "    print(case.name, case.result, case.commit, case.date)")
    assert out.splitlines() == ["test_fm01_a[hardware] passed bbb-dirty 2026-02-02",
                                "test_fm01_a[none] passed ccc 2026-02-03T01:02",
                                "test_fm02_b passed aaa 2026-01-01"], out


def test_failure_modes_run_what_only_one_kernel_has():
    """The whole suite has the tests of Debian's kernel alone; a run of some tests has not."""
    out = fm_python("fm.run = lambda kernel, args: print(kernel, list(args)) or ([], 0)\n"
                    "fm.series, fm.whole_suite, fm.tell = str, lambda kernel: [], lambda *what: None\n"
                    "fm.run_all(['debug', 'debug-next'], [], {})\nfm.run_all(['debug'], ['-k', 'fm01'], {})")
    assert out.splitlines() == ["debug []", "debug-next []", "stock ['-m', 'stock']", "debug ['-k', 'fm01']"], out


def test_failure_modes_results_say_where_they_are_from(tmp_path):
    """The records are what was written, and the table names commits and days; a result whose test has
    gone since, or that somebody has written a new test for, is claimed no more.
    """
    out = fm_python(f"""{FM_RUNS}
path = Path('{tmp_path}/tests.json')
fm.write_records(path, {{"6.12": fm.merged(old, both, suite)}})
records = fm.read_records(path)
assert set(records["6.12"]) == set(fm.merged(old, both, suite))
fm.tests = lambda: {{"FM01": ["test_fm01_a"], "FM02": ["test_fm02_b", "test_fm02_new"], "FM03": ["test_fm03_c"]}}
former = {{"7.3": {{"FM05": {{"result": "passed", "seconds": 1}}}}, "6.12": {{"FM09": {{"result": "failed"}}}}}}
summary = fm.summarised(records, former)
print(summary)
print(fm.table(summary, records))
""")
    assert "{'7.3': {'FM05': {'result': 'passed', 'seconds': 1}}, '6.12': {'FM01': {'result': 'passed', " \
           "'seconds': 2, 'again': 1}, 'FM02': {'result': 'partly run', 'seconds': 1}}}" in out, out
    assert "\nResults on Linux 6.12: 2 tests at ``bbb-dirty`` on 2026-02-02, 2 tests at ``aaa`` on 2026-01-01.\n" \
        in out, out
