# SPDX-License-Identifier: GPL-2.0
"""Reads include/nftsw/*.h: registers, fields, lists, enums, structures.

The text of the headers gives names, comments and grouping; every number comes from
the compiler, so nothing here evaluates C. Problems of form are collected, not
raised: one run shows all of them.
"""
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field

HEADERS = ("bits.h", "regs.h", "desc.h", "tbl.h", "acl.h", "bridge.h", "counters.h")
CLASSES = ("RO", "RW", "WO", "W1C", "W1S", "RC")

SECTION_RE = re.compile(r"^/\* -{2,} (.+?): DS ([0-9., ]+?) -+ ?\*/$")
REG_LIKE_RE = re.compile(r"^/\* [A-Z][A-Z0-9_]*(\(\w\))?\s{2,}\S")
REG_RE = re.compile(
    r"^/\* (?P<name>[A-Z][A-Z0-9_]*)(?:\((?P<par>\w)\))?\s{2,}"
    r"(?P<base>0x[0-9a-f]+)(?: \+ (?P<stride>0x[0-9a-f]+) \* (?P<var>\w))?\s{2,}"
    r"(?P<cls>\S+)\s{2,}reset (?P<reset>\S+)$")
DEFINE_RE = re.compile(
    r"^#define(?P<indent> +)(?P<name>NFTSW_\w+)(?P<par>\(\w+\))?(?:\s+(?P<body>.*?))?\s*$")
COMMENT_TAIL_RE = re.compile(r"^(?P<body>.*?)\s*/\* (?P<text>.*?) \*/$")
LIST_RE = re.compile(r"^#define (?P<name>NFTSW_\w+)\(X\) \\$")
ENUM_X_RE = re.compile(r"enum (\w+) \{ (NFTSW_\w+)\((NFTSW_X_\w+)\)(?: (\w+))? \};")
ENUM_RE = re.compile(r"enum (\w+) \{ ((?:NFTSW_\w+(?:, )?)+) \};")
XPAR_RE = re.compile(r"^#define (NFTSW_X_\w+)\(\w.*?\)\s+(NFTSW_\w+?)##\w+")
MEMBER_RE = re.compile(
    r"^\t(?P<type>(?:struct \w+|__[lb]e(?:16|32|64)|__u8)) (?P<name>\w+)(?:\[(?P<n>\w+)\])?;$")
INCLUDE_RE = re.compile(r"^#include (\S+)")


@dataclass
class Const:
    name: str
    body: str
    doc: str
    header: str
    section: str
    is_mask: bool
    level: int = 0
    value: int = None


@dataclass
class Register:
    name: str
    macro: str
    par: str
    base: int
    stride: int
    cls: str
    reset: str
    doc: list
    section: str
    line: int
    fields: list = field(default_factory=list)
    at: list = None


@dataclass
class Item:
    symbol: str
    args: list
    doc: str
    value: int = None


@dataclass
class XList:
    name: str
    items: list
    header: str
    section: str
    enum: str = None
    prefix: str = None
    count: str = None


@dataclass
class Member:
    type: str
    name: str
    n: str
    doc: str = None
    offset: int = None
    size: int = None


@dataclass
class Struct:
    name: str
    members: list
    brief: str
    text: list
    header: str
    section: str
    sized: bool = False
    size: int = None


class Abi:
    """Everything the headers say, and what is wrong with how they say it."""

    def __init__(self, incdir):
        self.incdir = incdir
        self.problems = []
        self.sections = {}
        self.registers = []
        self.consts = []
        self.lists = []
        self.enums = {}
        self.structs = []
        self.linear = []
        self.macros = set()
        for name in HEADERS:
            HeaderReader(self, name).read()
        if not self.registers or not self.structs or not self.lists:
            self.bad("no registers, structures or lists found: is this include/nftsw?")

    def bad(self, text):
        self.problems.append(text)


def join_doc(lines):
    """Paragraphs of a comment, each one line."""
    out, cur = [], []
    for ln in lines + [""]:
        if ln.strip():
            cur.append(ln.strip())
        elif cur:
            out.append(" ".join(cur))
            cur = []
    return out


class HeaderReader:
    """One pass over the lines of one header."""

    def __init__(self, abi, name):
        self.abi = abi
        self.name = name
        path = os.path.join(abi.incdir, name)
        with open(path, encoding="utf-8") as f:
            self.lines = f.read().split("\n")
        self.i = 0
        self.section = ""
        self.reg = None
        self.kdoc = None

    def bad(self, text):
        self.abi.bad(f"{self.name}:{self.i + 1}: {text}")

    def read(self):
        while self.i < len(self.lines):
            self.step(self.lines[self.i])
            self.i += 1
        self.scan_sizes()

    def step(self, ln):
        m = SECTION_RE.match(ln)
        if m:
            self.section = m.group(2)
            self.abi.sections[self.section] = m.group(1)
            self.reg = None
        elif ln == "/**":
            self.read_kdoc()
        elif REG_LIKE_RE.match(ln):
            self.read_register(ln)
        elif LIST_RE.match(ln):
            self.read_list(LIST_RE.match(ln).group("name"))
        elif ln.startswith("#define"):
            self.read_define(ln)
        elif ln.startswith("struct "):
            self.read_struct(ln)
        elif ln.startswith("enum "):
            self.read_enum(ln)
        elif ln.startswith("#include"):
            self.read_include(ln)
        elif not ln.strip():
            self.reg = None if self.reg and self.next_is_new() else self.reg

    def next_is_new(self):
        nxt = self.lines[self.i + 1] if self.i + 1 < len(self.lines) else ""
        return not nxt.startswith("#define   ")

    def read_include(self, ln):
        inc = INCLUDE_RE.match(ln).group(1)
        own = {f'"{h}"' for h in HEADERS}
        if inc != "<linux/types.h>" and inc not in own:
            self.bad(f"includes {inc}; the ABI may include <linux/types.h> and itself only")

    def comment_rest(self):
        """Lines of the comment that opened on the current line, after the first."""
        out = []
        while "*/" not in self.lines[self.i]:
            self.i += 1
            text = self.lines[self.i].replace("*/", "").strip()
            out.append(re.sub(r"^\* ?", "", text) if text != "*" else "")
        return out

    def read_register(self, ln):
        first = self.i
        m = REG_RE.match(ln)
        doc = join_doc(self.comment_rest())
        if not m:
            self.i = first
            self.bad("register comment is not 'NAME   offset   CLASS   reset VALUE'")
            self.comment_rest()
            return
        self.i += 1
        d = DEFINE_RE.match(self.lines[self.i]) if self.i < len(self.lines) else None
        if not d:
            self.bad(f"comment of register {m['name']} is not followed by its #define")
            return
        if d["name"] != "NFTSW_" + m["name"]:
            self.bad(f"comment says {m['name']}, #define says {d['name']}")
        if bool(d["par"]) != bool(m["par"]):
            self.bad(f"{m['name']}: comment and #define differ in taking an index")
        if m["par"] != m["var"]:
            self.bad(f"{m['name']}: index of the name and of the offset differ")
        if m["cls"] not in CLASSES:
            self.bad(f"{m['name']}: access class {m['cls']} is none of {' '.join(CLASSES)}")
        if m["reset"] != "cfg" and not re.fullmatch(r"0|0x[0-9a-f]{8}", m["reset"]):
            self.bad(f"{m['name']}: reset value {m['reset']} is not 0, 0x<8 digits> or cfg")
        if not doc:
            self.bad(f"{m['name']}: no description")
        self.reg = Register(m["name"], d["name"], m["par"], int(m["base"], 16),
                            int(m["stride"] or "0", 16), m["cls"], m["reset"], doc,
                            self.section, self.i + 1)
        self.abi.registers.append(self.reg)
        self.abi.macros.add(d["name"])

    def read_define(self, ln):
        while ln.endswith("\\"):
            self.i += 1
            ln = ln[:-1].rstrip() + " " + self.lines[self.i].strip()
        x = XPAR_RE.match(ln)
        if x:
            self.abi.enums.setdefault("x", {})[x.group(1)] = x.group(2)
            return
        m = DEFINE_RE.match(ln)
        if not m or m["body"] is None:
            return
        self.abi.macros.add(m["name"])
        if m["par"]:
            if self.name == "regs.h":
                self.abi.linear.append(m["name"])
            return
        if self.name == "bits.h":
            return
        tail = COMMENT_TAIL_RE.match(m["body"])
        body, doc = (tail["body"], tail["text"]) if tail else (m["body"], "")
        c = Const(m["name"], body, doc, self.name, self.section,
                  bool(re.match(r"NFTSW_(BIT|MASK)\(", body)), len(m["indent"]))
        self.abi.consts.append(c)
        if self.reg and c.level >= 3:
            self.reg.fields.append(c)
        elif self.name == "regs.h" and re.fullmatch(r"0x[0-9a-f]{4}", body) \
                and not c.name.startswith("NFTSW_PCI_"):
            self.bad(f"{c.name} looks like a register and has no register comment")

    def read_list(self, name):
        lst = XList(name, [], self.name, self.section)
        while self.lines[self.i].endswith("\\"):
            self.i += 1
            ln = self.lines[self.i].rstrip("\\ ").strip()
            m = re.fullmatch(r"X\((.*)\)", ln)
            if not m:
                self.bad(f"{name}: line is not X(...)")
                continue
            args = re.findall(r'\s*("[^"]*"|[^,"]+)\s*(?:,|$)', m.group(1))
            doc = args[-1].strip('"') if args[-1].startswith('"') else ""
            lst.items.append(Item(args[0], [a.strip('"') for a in args[1:-1 if doc else None]],
                                  doc))
        self.abi.lists.append(lst)
        self.abi.macros.add(name)

    def read_enum(self, ln):
        m = ENUM_X_RE.match(ln)
        if m:
            lst = next((x for x in self.abi.lists if x.name == m.group(2)), None)
            prefix = self.abi.enums.get("x", {}).get(m.group(3))
            if not lst or not prefix:
                self.bad(f"enum {m.group(1)}: list or helper macro unknown")
                return
            lst.enum, lst.prefix, lst.count = m.group(1), prefix, m.group(4)
            return
        m = ENUM_RE.match(ln)
        if not m:
            self.bad("enum is not of a form that this check can read")
            return
        self.abi.enums[m.group(1)] = m.group(2).split(", ")

    def read_kdoc(self):
        lines = [self.lines[self.i]]
        while "*/" not in self.lines[self.i]:
            self.i += 1
            lines.append(re.sub(r"^ \*/? ?", "", self.lines[self.i]))
        self.kdoc = lines[1:-1]

    def parse_kdoc(self, name):
        """(brief, {member: text}, paragraphs) of the kernel-doc just read."""
        kd, self.kdoc = self.kdoc, None
        if not kd:
            self.bad(f"struct {name} has no kernel-doc")
            return "", {}, []
        m = re.match(r"struct (\w+) - (.+)", kd[0])
        if not m or m.group(1) != name:
            self.bad(f"kernel-doc above struct {name} is about something else")
            return "", {}, []
        docs, text, cur = {}, [], None
        for ln in kd[1:]:
            mm = re.match(r"@(\w+): ?(.*)", ln)
            if mm:
                cur = mm.group(1)
                docs[cur] = mm.group(2)
            elif not ln.strip():
                cur = None
                text.append("")
            elif cur:
                docs[cur] += " " + ln.strip()
            else:
                text.append(ln)
        return m.group(2), docs, join_doc(text)

    def read_struct(self, ln):
        m = re.match(r"struct (\w+) \{$", ln)
        if not m:
            return
        name = m.group(1)
        brief, docs, text = self.parse_kdoc(name)
        st = Struct(name, [], brief, text, self.name, self.section)
        self.i += 1
        while not self.lines[self.i].startswith("}"):
            mm = MEMBER_RE.match(self.lines[self.i])
            if not mm:
                self.bad(f"struct {name}: '{self.lines[self.i].strip()}' is not "
                         "'__le*/__be*/__u8/struct name;'")
            else:
                mem = Member(mm["type"], mm["name"], mm["n"], docs.pop(mm["name"], None))
                if mem.doc is None:
                    self.bad(f"struct {name}: member {mem.name} is not documented")
                st.members.append(mem)
            self.i += 1
        for left in docs:
            self.bad(f"struct {name}: documents {left}, which it does not have")
        self.abi.structs.append(st)

    def scan_sizes(self):
        proved = set(re.findall(r"^NFTSW_SIZE_IS\(struct (\w+),", "\n".join(self.lines), re.M))
        for st in self.abi.structs:
            if st.header == self.name:
                st.sized = st.name in proved
                if not st.sized:
                    self.abi.bad(f"{self.name}: struct {st.name} has no NFTSW_SIZE_IS()")


def probe_source(abi):
    """A C program that prints every number of the ABI, one 'key value' per line."""
    out = ["#include <stdio.h>", "#include <stddef.h>"]
    out += [f'#include "{h}"' for h in HEADERS]
    out += ["#define P(k, v) printf(\"%s %llu\\n\", k, (unsigned long long)(v))",
            "int main(void)", "{"]
    for c in abi.consts:
        out.append(f'P("c {c.name}", {c.name});')
    for r in abi.registers:
        for k in range(4):
            out.append(f'P("r {r.macro}", {r.macro}{f"({k})" if r.par else ""});')
    for name in abi.linear:
        for k in range(4):
            out.append(f'P("l {name}", {name}({k}));')
    for lst in abi.lists:
        for it in lst.items if lst.prefix else []:
            out.append(f'P("e {lst.prefix}{it.symbol}", {lst.prefix}{it.symbol});')
    for name, syms in abi.enums.items():
        for s in syms if name != "x" else []:
            out.append(f'P("e {s}", {s});')
    for st in abi.structs:
        out.append(f'P("s {st.name}", sizeof(struct {st.name}));')
        for m in st.members:
            out.append(f'P("o {st.name}.{m.name}", offsetof(struct {st.name}, {m.name}));')
            out.append(f'P("z {st.name}.{m.name}", sizeof(((struct {st.name} *)0)->{m.name}));')
    return "\n".join(out + ["return 0;", "}", ""])


def measure(abi):
    """Compile and run the probe; fill the numbers in. Returns {enum symbol: value}."""
    with tempfile.TemporaryDirectory(prefix="nftsw-abi-") as tmp:
        src, exe = os.path.join(tmp, "probe.c"), os.path.join(tmp, "probe")
        with open(src, "w", encoding="utf-8") as f:
            f.write(probe_source(abi))
        cc = os.environ.get("HOSTCC", "cc")
        p = subprocess.run([cc, "-std=gnu11", "-I", abi.incdir, "-o", exe, src],
                           capture_output=True, text=True, check=False)
        if p.returncode:
            abi.bad("the headers do not compile:\n" + p.stderr)
            return None
        text = subprocess.run([exe], capture_output=True, text=True, check=True).stdout
    got = {}
    for ln in text.splitlines():
        key, val = ln.rsplit(" ", 1)
        got.setdefault(key, []).append(int(val))
    for c in abi.consts:
        c.value = got["c " + c.name][0]
    for r in abi.registers:
        r.at = got["r " + r.macro]
    abi.linear = {n: got["l " + n] for n in abi.linear}
    for lst in abi.lists:
        for it in lst.items if lst.prefix else []:
            it.value = got[f"e {lst.prefix}{it.symbol}"][0]
    for st in abi.structs:
        st.size = got["s " + st.name][0]
        for m in st.members:
            m.offset = got[f"o {st.name}.{m.name}"][0]
            m.size = got[f"z {st.name}.{m.name}"][0]
    return {k[2:]: v[0] for k, v in got.items() if k.startswith("e ")}
