# SPDX-License-Identifier: GPL-2.0
"""Fixtures of the end-to-end tests: a switch in the debug kernel, and its evidence.

Every test starts from the same state (fw4-style hardware ruleset loaded, chip empty)
and ends with the same questions: is the chip empty after teardown, is the driver's
table the chip's, has the kernel said anything?  Results are printed as TAP.

A test that reproduces a failure mode is named test_fmNN_<what>, NN being its number in
failure_modes.py. One that takes `mode` runs in all three: no flowtable, a software
one, hardware; in `make check`, which has to be quick, in the last one only. One that is
marked soak takes its figures from `length`: short ones here, the full ones in `make soak`. One that
is marked newest is there in the newest kernel only, one that is marked stock in Debian's, one that is
marked ours not there. One that is marked chance is left to `make check-all`: what it hits differs from run to run.
"""
import collections
import os
import pathlib
import re
import sys

import pytest
from _pytest.runner import runtestprotocol

TOOLS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOOLS / "lib"), str(TOOLS / "launch"), str(TOOLS / "demo")]

import nftsw_router as router  # noqa: E402
import proof as proofs  # noqa: E402
from checkout import commit  # noqa: E402
from evidence import chip_empty, flow_stats, leaks, wait_until  # noqa: E402
from lab_channel import LabHang  # noqa: E402
from nftsw_lab import Lab  # noqa: E402

KERNEL = os.environ.get("NFTSW_E2E_KERNEL", "debug")
# set by `make soak`: tests marked soak take their full length
SOAK = bool(os.environ.get("NFTSW_E2E_SOAK"))
# set by `make check`: the modes that tests with `mode` run in; the others compare
MODES = os.environ.get("NFTSW_E2E_MODES", " ".join(router.MODES)).split()
# set by `make check`, too: "first" form of each test that has several, or the "rest"; all unless set
FORMS = os.environ.get("NFTSW_FORMS", "all")


def clear(lab):
    """Back to the state that every test starts from."""
    lab.guest("nft flush ruleset; conntrack -F 2>/dev/null || true")
    wait_until("chip empty after the ruleset went", lambda: chip_empty(lab))
    wait_until("driver's table empty, too", lambda: flow_stats(lab)["entries"] == 0)


def pytest_collection_modifyitems(config, items):
    """What the kernel has is tested; files with many tests first: two workers then end at about the
    same time.
    """
    seen, gone = set(), []
    for item in items:
        name = item.path, item.originalname
        chance = item.get_closest_marker("chance")
        unwanted = (FORMS == "first" and (name in seen or chance) or
                    FORMS == "rest" and name not in seen and not chance)
        other = (item.get_closest_marker("newest") and KERNEL != "debug-next" or
                 item.get_closest_marker("stock") and KERNEL != "stock" or
                 item.get_closest_marker("ours") and KERNEL == "stock")
        if other or unwanted:
            gone.append(item)
        seen.add(name)
    if gone:
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=gone)
    of = "commit", commit()
    for item in items:
        item.user_properties.append(of)                 # for fm.py, by way of JUnit's report
    tests = collections.Counter(item.path for item in items)
    items.sort(key=lambda item: -tests[item.path])


@pytest.fixture(scope="session")
def booted():
    """One switch for all tests, or for all of one worker's.

    What the driver has lost of the kernel's memory meanwhile is an error behind the last test.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    with Lab(name=f"e2e{worker}", topology="router", ports=4, kernel=KERNEL, foreign=True) as lab:
        router.ready(lab)
        yield lab
        lost = leaks(lab)
        assert not lost, "memory leaked in one of the session's tests:\n" + "\n".join(lost)


class Said:
    """What the switch has said of itself until now: complaints of its kernel, faults of the chip, commands failed."""

    FAULT = re.compile(r"nftsw .*(resetting the chip|receive filter not set)|chip has not taken|NETDEV WATCHDOG")

    def __init__(self, lab):
        log = lab.guest("dmesg").out
        stats = flow_stats(lab)
        self.complaints = lab.kernel_complaints(log)
        self.faults = [line for line in log.splitlines() if self.FAULT.search(line)]
        self.failed = {name: stats[name] for name in ("failed", "stale")}

    def assert_no_complaint(self, before):
        """The kernel is content."""
        news = [line for line in self.complaints if line not in before.complaints]
        assert not news, "the kernel complained:\n" + "\n".join(news)

    def assert_no_fault(self, before):
        """The chip has done all that it was told, and was not reset."""
        news = [line for line in self.faults if line not in before.faults]      # a log may have been cleared meanwhile
        assert not news, "of the chip:\n" + "\n".join(news)
        more = {name: count for name, count in self.failed.items() if count > before.failed[name]}
        assert not more, f"commands failed: {before.failed} became {self.failed}"


_said = {}              # lab -> what it had said when its last test ended


@pytest.fixture
def lab(booted, request):
    """The switch with the hardware ruleset; checked for consistency afterwards."""
    before = _said.get(booted) or Said(booted)
    router.load(booted, "hardware")
    yield booted
    equal, words = proofs.audit(booted)
    booted.guest("nft flush ruleset && conntrack -F >/dev/null 2>&1", timeout=120)
    wait_until("driver's table empty", lambda: flow_stats(booted)["entries"] == 0)
    now = _said[booted] = Said(booted)
    assert equal, f"audit: {words}"
    wait_until("chip empty after the ruleset went", lambda: chip_empty(booted))
    now.assert_no_complaint(before)
    if not request.node.get_closest_marker("faults"):
        now.assert_no_fault(before)


@pytest.fixture(params=MODES)
def mode(request, lab):
    """Who shall forward; its ruleset is loaded."""
    if request.param != "hardware":
        router.load(lab, request.param)
        wait_until("chip empty without hardware ruleset", lambda: chip_empty(lab))
    return request.param


# for tests whose question needs a flowtable
flowtable_modes = pytest.mark.parametrize("mode", [m for m in MODES if m != "none"], indirect=True)


@pytest.fixture
def length(request):
    """length(short, full): how much of it, in this run."""
    assert request.node.get_closest_marker("soak"), "only tests marked soak have two lengths"
    return lambda short, full: full if SOAK else short


def pytest_configure(config):
    config.addinivalue_line("markers", "soak: has a full length, which `make soak` takes")
    config.addinivalue_line("markers", "chance: what exactly happens differs from run to run; not in `make check`")
    config.addinivalue_line("markers", "faults: makes commands of the driver fail, or resets the chip")
    config.addinivalue_line("markers", "newest: about what only the newest kernel has")
    config.addinivalue_line("markers", "ours: needs a driver that Debian's kernel has not")
    config.addinivalue_line("markers", "stock: minutes in a debug kernel, which is not what is tested")


# A second try.  Endpoints, captures and a guest under TCG share two cores, and a frame that is
# seen late once in a thousand tests is no news of the switch.  Only a test whose own assertion
# failed is tried again, never one in which the switch hung, or behind which the tables differed
# or the kernel complained, and none that compares octets or counters exactly: what is not
# equal once is wrong.
# What needed it is said in its TAP line, and again in the summary of `make check`.

AGAIN = "(second try)"
ONCE = re.compile(r"test_(fm(11|14|18|19|2\d|3[0-2]|37|39|4[01])|acl|differential)_")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().hung = bool(call.excinfo and call.excinfo.errisinstance(LabHang))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if [r.when for r in reports if r.failed] == ["call"] and not any(r.hung for r in reports) \
            and not ONCE.match(item.name):
        first = next(r for r in reports if r.failed)
        item._initrequest()
        item.user_properties.append(("again", 1))       # for fm.py, too
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            report.first_try = str(first.longrepr)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


# TAP: one line for each test, as every other stage of `make check` prints.  Workers do not
# speak: what they report arrives here a second time, in the process that started them.

_count = 0
_worker = "PYTEST_XDIST_WORKER" in os.environ


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report):
    """No letters of progress: a "." or "F" in front of a result would hide it from a TAP parser."""
    if report.when == "call" or report.outcome != "passed":
        outcome = report.outcome if report.when == "call" or report.skipped else "error"
        return outcome, "", outcome.upper()
    return None


def _plan(tests):
    global _planned
    if not _planned and not _worker:
        print(f"TAP version 13\n1..{tests}", flush=True)
    _planned = True


_planned = False


def pytest_collection_finish(session):
    if not session.config.getoption("numprocesses", None):
        _plan(len(session.items))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(ids):
    """Every worker has collected all tests."""
    _plan(len(ids))


def pytest_runtest_logreport(report):
    if _worker:
        return
    failed_around = report.when != "call" and report.failed
    if report.when == "call" and not report.failed:
        _pending[report.nodeid] = report
        return
    if report.when == "teardown" and report.nodeid in _pending and not report.failed:
        done = _pending.pop(report.nodeid)
        first = getattr(done, "first_try", None)
        _quote(first)
        _line("ok", report.nodeid, f" # SKIP {done.longrepr[2]}" if done.skipped else
              f" {AGAIN}" if first else "")
    elif report.when == "setup" and report.skipped:
        _line("ok", report.nodeid, f" # SKIP {report.longrepr[2]}")
    elif report.failed and (report.when == "call" or failed_around):
        _pending.pop(report.nodeid, None)
        if report.nodeid not in _failed:
            _failed.add(report.nodeid)
            _line("not ok", report.nodeid, "")
            _quote(report.longrepr)


_pending = {}
_failed = set()


def _quote(failure):
    for text in str(failure or "").splitlines()[-40:]:
        print(f"# {text}")


def _line(verdict, nodeid, rest):
    global _count
    _count += 1
    name = nodeid.split("::", 1)[1].removeprefix("test_").replace("_", " ")
    print(f"{verdict} {_count} - e2e: {name}{rest}", flush=True)
