#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what 'make selftests' makes of outputs, counters and its list.  Boots nothing.  TAP."""
import contextlib
import io
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "lib"), str(HERE)]

import chip  # noqa: E402
import listing  # noqa: E402
import report  # noqa: E402
import run  # noqa: E402
import verdict  # noqa: E402

OK = "TEST: ping                                                      [ OK ]\n"
BAD = "TEST: ping6                                                     [FAIL]\n\tPing6 failed\n"
SKIPPED = "TEST: erspan                                                    [SKIP]\n"
KTAP = "TAP version 13\n1..2\nok 1 stats.check_pause # SKIP not supported\nnot ok 2 stats.qstat\n"


def result(text, rc):
    return verdict.judge(text, rc, 60)[0]


def judged():
    """Exit status and lines of a script become a result."""
    assert result(OK, 0) == "PASS"
    assert result(OK + BAD, 1) == "FAIL"
    assert result(OK + BAD, 0) == "FAIL", "a FAIL line outweighs the status"
    assert result("SKIP: jq not installed\n", 4) == "SKIP"
    assert result(SKIPPED, 0) == "SKIP", "nothing but skipped cases is no pass"
    assert result(OK, 2) == "XFAIL"
    assert result(OK, 124) == "FAIL" and result(OK, -9) == "FAIL", "time is up"
    assert result("", 0) == "PASS" and result("", 7) == "FAIL"


def reasons_kept():
    """Why it failed is said."""
    assert verdict.judge(OK + BAD, 1, 60)[1] == ["ping6: Ping6 failed"]
    assert verdict.judge("SKIP: jq not installed\n", 4, 60)[1] == ["SKIP: jq not installed"]
    assert verdict.judge(OK, 124, 60)[1][0] == "not ended after 60 s"
    assert len(verdict.judge(BAD * 20, 1, 60)[1]) == verdict.REASONS + 1


def ktap_read():
    """Tests in Python speak KTAP."""
    said, why, counts = verdict.judge(KTAP, 1, 60)
    assert (said, counts) == ("FAIL", {"FAIL": 1, "SKIP": 1}), (said, counts)
    assert why == ["stats.qstat"]


SCRIPT = "setup_prepare()\n{\n\th1=${NETIFS[p1]}\n\tswp1=${NETIFS[p2]}\n\n\tswp2=${NETIFS[p3]}\n\th2=${NETIFS[p4]}\n}\n"


def roles():
    """A script says which ports are its switch."""
    assert chip.switch_ports(SCRIPT) == [2, 3]


def counted(ports=None, **reasons):
    """A snapshot: counters of ports 1 to 4, and reasons."""
    return {n: {"rx_to_cpu": 0, "rx_mcast": 0, "rx_bcast": 0, "rx_bridge": 0, "tx_from_cpu": 0,
                **(ports or {}).get(n, {})} for n in range(1, 5)}, reasons


def proved():
    """Control traffic and copies of floods are explained, data is not; hosts do not count."""
    before = counted(local=5)
    chip_did = counted({1: {"rx_to_cpu": 900}, 2: {"rx_to_cpu": 30, "rx_bridge": 500, "rx_mcast": 12, "rx_bcast": 8}},
                       local=905, snooping=10, bridge_flood=20)
    e = chip.evidence(before, chip_did, [2, 3])
    assert (e.to_cpu, e.cpu_data, e.rx_bridge) == (30, 0, 500), e
    assert e.offloaded(0)
    software = counted({2: {"rx_to_cpu": 500}, 3: {"rx_to_cpu": 500, "tx_from_cpu": 500}}, local=1005)
    e = chip.evidence(before, software, [2, 3])
    assert e.cpu_data == 1000 and not e.offloaded(10000), "without rx_bridge nothing is offloaded"
    flood = counted({2: {"rx_to_cpu": 500, "rx_bridge": 500, "rx_bcast": 8}}, bridge_flood=500)
    e = chip.evidence(before, flood, [2, 3])
    assert e.cpu_data == 492, "copies of unknown unicast are data"


def old_chip():
    """A device without rx_bridge reads as software."""
    plain = {n: {"rx_to_cpu": 10} for n in range(1, 5)}, {"local": 20}
    e = chip.evidence(({n: {"rx_to_cpu": 0} for n in range(1, 5)}, {}), plain, [2, 3])
    assert e.rx_bridge == 0 and e.cpu_data == 20 and not e.offloaded(60)


def list_read():
    """The list is legible, each test once, and a bad line is refused."""
    tests = listing.load()
    names = [t.name for t in tests]
    assert len(names) == len(set(names))
    assert listing.choose(tests, [], "short") and listing.choose(tests, ["bridge_mdb"], "all")[0].limit > 60
    one = listing.parse("a.sh bridge 60 chip<=5 text\n  fail rocker/* it crashes\n")[0]
    assert one.bound == 5 and one.cause("fail", "rocker", "6.12") == "it crashes"
    assert one.cause("fail", "nftsw", "6.12") is None and one.cause("skip", "rocker", "6.12") is None
    two = listing.parse("a.sh bridge 60 - text\n  fail<=2 */* two of five\n")[0]
    assert two.cause("fail", "nftsw", "7.3", 2) == "two of five" and two.cause("fail", "nftsw", "7.3", 3) is None
    three = listing.parse("a.sh bridge 60 - text\n  hang<=1 */* it waits\n")[0]
    assert three.cause("hang", "nftsw", "7.3", 1) == "it waits" and three.cause("fail", "nftsw", "7.3", 1) is None
    assert three.cause("hang", "nftsw", "7.3", 2) is None
    for bad in ("a.sh bridge 60 chips text", "a.sh bridge sixty - text", "a.sh", "  fail */* before any test",
                "a.sh bridge 60 - text\n  perhaps */* not a word", "a.sh bridge 60 - text\n  skip<=1 */* not counted",
                "a.sh bridge 60 - text\n  fail<=few */* no number"):
        try:
            listing.parse(bad)
        except listing.ListError:
            continue
        raise AssertionError(f"accepted: {bad}")


def outcome_judged():
    """What the list does not expect is not ok, a test that skips itself, too."""
    test = listing.parse("a.sh bridge 60 - text\n  skip nftsw/7.3 no tool\n  fail<=1 nftsw/6.12 one of five\n")[0]
    for kernel, said, cases, bad in (("6.12", "PASS", {}, 0), ("6.12", "SKIP", {}, 1), ("7.3", "SKIP", {}, 0),
                                     ("6.12", "FAIL", {"FAIL": 1}, 0), ("6.12", "FAIL", {"FAIL": 2}, 1),
                                     ("7.3", "FAIL", {"FAIL": 1}, 1)):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            tap = report.Tap(1, "nftsw", False)
            tap.line(kernel, test, run.Outcome(said, 1, ["why"], cases))
        assert tap.bad == bad, (kernel, said, cases, printed.getvalue())
    with contextlib.redirect_stdout(io.StringIO()):
        tap.line("6.12", test, run.Outcome("FAIL", 1, [f"{verdict.LATE} 60 s", "why"], {"FAIL": 1}))
    assert tap.bad == 2, "that it fails does not mean that it may hang"
    test = listing.parse("a.sh bridge 60 - text\n  hang */* it waits\n")[0]
    with contextlib.redirect_stdout(io.StringIO()):
        tap.line("6.12", test, run.Outcome("FAIL", 1, [f"{verdict.LATE} 60 s"], {}))
        assert tap.bad == 2, "it is expected to hang"
        tap.line("6.12", test, run.Outcome("FAIL", 1, ["why"], {"FAIL": 1}))
    assert tap.bad == 3, "that it hangs does not mean that it may fail"


def makefile_known():
    """Tests of a kernel that the list does not name are said."""
    with tempfile.TemporaryDirectory(prefix="nftsw-") as folder:
        path = Path(folder) / listing.FORWARDING
        path.mkdir(parents=True)
        (path / "Makefile").write_text("TEST_PROGS := \\\n\tbridge_mdb.sh \\\n\tnew_one.sh \\\n# end\n\nX = y.sh\n",
                                       encoding="utf-8")
        assert listing.unknown(listing.load(), Path(folder)) == ["new_one.sh"]


def main():
    cases = (judged, reasons_kept, ktap_read, roles, proved, old_chip, list_read, outcome_judged, makefile_known)
    bad = 0
    print(f"TAP version 13\n1..{len(cases)}")
    for no, case in enumerate(cases, 1):
        try:
            case()
            print(f"ok {no} - selftests: {case.__doc__.rstrip('.')}")
        except AssertionError as e:
            bad = 1
            print(f"not ok {no} - selftests: {case.__doc__.rstrip('.')}\n# {e}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
