# SPDX-License-Identifier: GPL-2.0
"""The project's one TAP and KTAP parser: model tests, KUnit, kselftest, qtest, pytest, checks.

Only leaves are counted. A result line whose subtests (deeper indentation) stand in
front of it is their sum, and counts itself only when it failed although none of them
did. A plan that is not met and a bail out are failures. Streams may follow each other
when each begins with its version line or its plan.
"""
import re
from dataclasses import dataclass, field

VERSION = re.compile(r"^( *)K?TAP version \d+")
RESULT = re.compile(r"^( *)(ok|not ok)\b *(\d+)? *-? *(.*)$")
PLAN = re.compile(r"^( *)1\.\.(\d+) *(.*)$")
SKIP = re.compile(r"#\s*SKIP\b:?\s*(.*)$", re.IGNORECASE)
TODO = re.compile(r"#\s*TODO\b", re.IGNORECASE)
# Kernels put a time in front: "[    0.123456] ok 1 name".
STAMP = re.compile(r"^(?:<\d+>)?\[ *\d+\.\d+\] ?")


@dataclass
class Report:
    """What a stream said: names of passed and failed tests, (name, reason) of skipped ones."""
    passed: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)
    spoke: bool = False             # was there any TAP at all?


@dataclass
class _Level:
    """An open list of results at one indentation."""
    indent: int
    plan: int | None = None
    seen: int = 0
    failed: int = 0                 # failures here and in closed subtests
    subtests: bool = False          # since the last result here, deeper ones were seen
    subfailed: int = 0              # failures among those


class Parser:
    """Feed lines, then finish()."""

    def __init__(self):
        self.report = Report()
        self.levels = []

    def feed(self, line):
        line = STAMP.sub("", line.rstrip("\r\n").expandtabs(8))
        if m := VERSION.match(line):
            self.report.spoke = True
            self._close_above(len(m[1]) - 1)
        elif line.startswith("Bail out!"):
            self.report.spoke = True
            self.report.failed.append(line)
        elif m := PLAN.match(line):
            self._plan(self._level(len(m[1])), int(m[2]), m[3])
        elif m := RESULT.match(line):
            level = self._level(len(m[1]))
            level.seen += 1
            self._result(level, m[2] == "ok", m[4].strip() or f"test {m[3] or level.seen}")

    def finish(self):
        self._close_above(-1)
        return self.report

    def _close_above(self, indent):
        """End the levels that are deeper than indent; their failures go to the one above."""
        while self.levels and self.levels[-1].indent > indent:
            level = self.levels.pop()
            if level.plan is not None and level.plan != level.seen:
                self._fail(level, f"{level.plan} tests planned, {level.seen} seen")
            if self.levels:
                self.levels[-1].subtests = True
                self.levels[-1].subfailed += level.failed + level.subfailed

    def _level(self, indent):
        self.report.spoke = True
        if indent and not self.levels:
            self.levels.append(_Level(0))
        self._close_above(indent)
        if not self.levels or self.levels[-1].indent < indent:
            self.levels.append(_Level(indent))
        return self.levels[-1]

    def _fail(self, level, name):
        level.failed += 1
        self.report.failed.append(name)

    def _plan(self, level, count, rest):
        if level.plan is not None:          # the plan of a following stream
            if level.plan != level.seen:
                self._fail(level, f"{level.plan} tests planned, {level.seen} seen")
            level.seen = 0
        level.plan = count
        if count == 0:
            skip = SKIP.search(rest)
            self.report.skipped.append(("all tests", skip[1].strip() if skip else "none planned"))

    def _result(self, level, ok, name):
        skip, todo = SKIP.search(name), TODO.search(name)
        if level.subtests:
            if not ok and not todo and not level.subfailed:
                self._fail(level, name)
            level.failed += level.subfailed
            level.subtests, level.subfailed = False, 0
        elif skip:
            self.report.skipped.append((name[:skip.start()].strip(" -"), skip[1].strip() or "no reason given"))
        elif ok or todo:
            self.report.passed.append(name)
        else:
            self._fail(level, name)


def parse(lines):
    """Report of a whole stream."""
    parser = Parser()
    for line in lines:
        parser.feed(line)
    return parser.finish()
