# SPDX-License-Identifier: GPL-2.0
"""Rules that the ABI must keep, beyond compiling. Each appends to abi.problems."""
import os
import re

INDEX_LIMIT = {"v": "NFTSW_MAX_VECTORS", "n": "NFTSW_MAX_RINGS", "p": "NFTSW_MAX_PORTS"}
SCALAR_SIZE = {"__u8": 1, "__le16": 2, "__be16": 2, "__le32": 4, "__be32": 4,
               "__le64": 8, "__be64": 8}
COPY_DIRS = ("hw_model", "drivers", "qemu-device", "kunit", "tools")


def const_values(abi):
    vals = {c.name: c.value for c in abi.consts}
    return vals


def register_offsets(abi):
    """The comment's offset is the #define's, at indices 0 to 3."""
    for r in abi.registers:
        want = [r.base + r.stride * k for k in range(4)]
        if r.at != want:
            abi.bad(f"regs.h:{r.line}: {r.name}: comment says {want[0]:#06x} + {r.stride:#x} * i, "
                    f"#define gives {', '.join(f'{a:#06x}' for a in r.at)}")
        if r.par and r.par not in INDEX_LIMIT:
            abi.bad(f"regs.h:{r.line}: {r.name}: index '{r.par}' is none of "
                    f"{' '.join(INDEX_LIMIT)}")


def register_space(abi, vals):
    """Registers are aligned, inside BAR0 and do not overlap, whole arrays included."""
    taken = {}
    for r in abi.registers:
        n = vals.get(INDEX_LIMIT.get(r.par), 1) if r.par else 1
        for k in range(n):
            off = r.at[0] + (r.at[1] - r.at[0]) * k
            if off % 4:
                abi.bad(f"regs.h:{r.line}: {r.name} at {off:#x} is not aligned")
            if off + 4 > vals["NFTSW_BAR0_SIZE"]:
                abi.bad(f"regs.h:{r.line}: {r.name}[{k}] at {off:#x} is outside BAR0")
            if off in taken:
                abi.bad(f"regs.h:{r.line}: {r.name} overlaps {taken[off]} at {off:#x}")
                break
            taken[off] = r.name


def register_fields(abi):
    """Fields of a register carry its name or its block's, and share no bits."""
    for r in abi.registers:
        used = 0
        for f in r.fields:
            if f.level > 3 or not f.is_mask:
                continue
            if used & f.value:
                abi.bad(f"regs.h: {f.name} overlaps another field of {r.name}")
            used |= f.value
            if not f.name.startswith(r.macro.split("(")[0].rsplit("_", 1)[0]):
                abi.bad(f"regs.h: {f.name} does not carry the name of {r.name}")
        if r.reset not in ("cfg", "0") and r.reset != f"{int(r.reset, 16):#010x}":
            abi.bad(f"regs.h: reset value of {r.name} is not written as 0x and 8 digits")


def struct_layout(abi):
    """No holes, natural alignment, padding named rsvd*, sizes a multiple of 8."""
    sizes = {f"struct {s.name}": s.size for s in abi.structs}
    for st in abi.structs:
        at = 0
        for m in st.members:
            if m.offset != at:
                abi.bad(f"{st.header}: struct {st.name}: hole of {m.offset - at} bytes "
                        f"before {m.name}")
            unit = SCALAR_SIZE.get(m.type) or sizes.get(m.type)
            if not unit:
                abi.bad(f"{st.header}: struct {st.name}: {m.type} is not a type of the ABI")
            elif m.type in SCALAR_SIZE and m.offset % unit:
                abi.bad(f"{st.header}: struct {st.name}: {m.name} is not aligned")
            if re.match(r"(pad|reserved|unused)", m.name):
                abi.bad(f"{st.header}: struct {st.name}: padding {m.name} must be named rsvd*")
            at = m.offset + m.size
        if at != st.size or st.size % 8:
            abi.bad(f"{st.header}: struct {st.name}: {st.size} bytes, members end at {at}")


def flag_words(abi):
    """Flags with a common prefix share no bit; *_ALL covers exactly them."""
    groups = {}
    for c in abi.consts:
        if c.header in ("desc.h", "tbl.h", "acl.h", "bridge.h") and c.is_mask:
            groups.setdefault(c.name.rsplit("_", 1)[0] if c.name.count("_") == 2
                              else "_".join(c.name.split("_")[:2]), []).append(c)
    for prefix, cs in groups.items():
        every = [c for c in cs if c.name.endswith("_ALL")]
        bits = 0
        for c in (c for c in cs if c not in every):
            if bits & c.value:
                abi.bad(f"{c.header}: {c.name} shares a bit with another {prefix}_*")
            bits |= c.value
            if not c.doc:
                abi.bad(f"{c.header}: {c.name} has no comment")
        for c in every:
            if c.value != bits:
                abi.bad(f"{c.header}: {c.name} is {c.value:#x}, the flags are {bits:#x}")


def list_items(abi):
    """Names are unique, lower case, short enough for ethtool; values fit and are unique."""
    for lst in abi.lists:
        seen, vals = set(), set()
        for it in lst.items:
            where = f"{lst.header}: {lst.name}: {it.symbol}"
            if it.symbol in seen or it.value in vals:
                abi.bad(f"{where}: twice")
            seen.add(it.symbol)
            vals.add(it.value)
            name = next((a for a in it.args if a == it.symbol.lower()), None)
            if lst.name not in ("NFTSW_OPCODES",) and not name:
                abi.bad(f"{where}: its name is not {it.symbol.lower()}")
            if len(it.symbol) > 31:
                abi.bad(f"{where}: longer than ETH_GSTRING_LEN allows")
            if not it.doc and lst.name != "NFTSW_TABLES":
                abi.bad(f"{where}: no meaning")
        if not lst.enum:
            abi.bad(f"{lst.header}: {lst.name} makes no enum")


def reasons(abi):
    """Traps have a policed group (NONE aside), drops have none, groups exist."""
    by = {x.name: x for x in abi.lists}
    groups = {i.symbol for i in by["NFTSW_TRAP_GROUPS"].items}
    for it in by["NFTSW_REASONS"].items:
        kind, group = it.args[0], it.args[1]
        if kind not in ("TRAP", "DROP"):
            abi.bad(f"counters.h: reason {it.symbol}: kind {kind} is not TRAP or DROP")
        if group not in groups:
            abi.bad(f"counters.h: reason {it.symbol}: no trap group {group}")
        if it.symbol != "NONE" and (kind == "TRAP") == (group == "NONE"):
            abi.bad(f"counters.h: reason {it.symbol}: a {kind} with group {group}")
    if any(i.value > 255 for i in by["NFTSW_REASONS"].items):
        abi.bad("counters.h: a reason does not fit the byte of a descriptor")


def no_copies(abi, root):
    """Nobody else defines a name of the ABI (rule 1: one ABI, no copies)."""
    names = abi.macros
    pat = re.compile(r"^\s*#\s*define\s+(NFTSW_\w+)", re.M)
    for top in COPY_DIRS:
        for dirpath, _, files in os.walk(os.path.join(root, top)):
            for fn in sorted(f for f in files if f.endswith((".c", ".h"))):
                path = os.path.join(dirpath, fn)
                with open(path, encoding="utf-8", errors="replace") as f:
                    for name in pat.findall(f.read()):
                        if name in names:
                            abi.bad(f"{os.path.relpath(path, root)}: defines {name}, "
                                    "which belongs to include/nftsw")


def check_rules(abi, root):
    """All of the above; call after abi_parse.measure()."""
    vals = const_values(abi)
    for name, at in abi.linear.items():
        step = at[1] - at[0]
        if at != [at[0] + step * k for k in range(4)]:
            abi.bad(f"regs.h: {name} is not base + stride * index")
            continue
        vals.setdefault(name, at[0])
    register_offsets(abi)
    register_space(abi, vals)
    register_fields(abi)
    struct_layout(abi)
    flag_words(abi)
    list_items(abi)
    reasons(abi)
    no_copies(abi, root)
