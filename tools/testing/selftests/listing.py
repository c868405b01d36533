# SPDX-License-Identifier: GPL-2.0
"""tests.list: which of upstream's tests run, and what is expected of them."""
import fnmatch
import re
from dataclasses import dataclass, field
from pathlib import Path

LIST = Path(__file__).resolve().parent / "tests.list"
FORWARDING = "net/forwarding"
OTHERWISE = ("fail", "hang", "skip", "software")


class ListError(Exception):
    """A line of tests.list that says nothing."""


@dataclass
class Test:
    """A line of the list. bound: frames that may come to the CPU, None when there is nothing to prove."""
    name: str
    groups: tuple
    limit: int
    bound: int | None
    text: str
    otherwise: list = field(default_factory=list)   # (kind, pattern of device/kernel, cause, cases or None)

    @property
    def path(self):
        """In tools/testing/selftests."""
        return self.name if "/" in self.name else f"{FORWARDING}/{self.name}"

    @property
    def runs(self):
        return "none" not in self.groups

    def cause(self, kind, device, kernel, cases=0):
        """Why it is expected to `kind` there, or None. cases: how many of it have failed."""
        for what, where, cause, most in self.otherwise:
            if what == kind and fnmatch.fnmatch(f"{device}/{kernel}", where):
                return cause if most is None or cases <= most else None
        return None


def parse(text):
    tests = []
    for no, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            if line[0].isspace():
                kind, where, cause = line.split(maxsplit=2)
                kind, bounded, most = kind.partition("<=")
                if bounded and kind not in ("fail", "hang"):
                    raise ValueError("only cases that fail are counted")
                if kind not in OTHERWISE or "/" not in where:
                    raise ValueError(f"one of {', '.join(OTHERWISE)}, then device/kernel")
                tests[-1].otherwise.append((kind, where, cause, int(most) if bounded else None))
                continue
            name, groups, limit, proof, what = line.split(maxsplit=4)
            bound = None if proof == "-" else int(re.fullmatch(r"chip<=(\d+)", proof)[1])
            tests.append(Test(name, tuple(groups.split(",")), int(limit), bound, what))
        except (ValueError, TypeError, IndexError) as e:
            raise ListError(f"{LIST.name}:{no}: {line.strip()}: {e}") from e
    return tests


def load():
    return parse(LIST.read_text(encoding="utf-8"))


def choose(tests, wanted, group):
    """The tests that are named, or all of a group; ListError for a name nobody knows."""
    if not wanted:
        return [t for t in tests if t.runs and (group == "all" or group in t.groups)]
    chosen = []
    for name in wanted:
        short = name.removesuffix(".sh").removesuffix(".py")
        found = [t for t in tests if t.runs and
                 short in (t.name.rsplit(".", 1)[0], Path(t.name).stem)]
        if not found:
            raise ListError(f"no test '{name}' in {LIST.name}")
        chosen += found
    return chosen


def unknown(tests, selftests):
    """Tests of a kernel's net/forwarding, by its Makefile, that no line speaks of."""
    makefile = (selftests / FORWARDING / "Makefile").read_text(encoding="utf-8")
    block = re.search(r"^TEST_PROGS\s*:?=(.*?)(?:^\s*$|^#)", makefile.replace("\\\n", " ") + "\n\n",
                      re.M | re.S)
    names = re.findall(r"\S+\.sh", block[1]) if block else []
    return [n for n in names if not any(fnmatch.fnmatch(n, t.name) for t in tests)]
