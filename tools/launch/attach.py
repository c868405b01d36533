#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Commands for a lab that is already running.

    host NAME CMD...    on a host behind a port (lan, wan, h3 ...)
    guest CMD...        in the switch
    qmp CMD [JSON]      to QEMU; arguments as one JSON object
"""
import json
import os
import shlex
import sys
from pathlib import Path

from lab_channel import Agent, LabError, Qmp, connect
from nftsw_lab import CACHE


def alive(pid):
    return Path(f"/proc/{pid}").is_dir()


def running():
    """The newest running lab's state; leftovers of killed ones are removed."""
    found = []
    for path in (CACHE / "run").glob("*.json"):
        state = json.loads(path.read_text(encoding="utf-8"))
        if alive(state["pid"]):
            found.append((path.stat().st_mtime, state))
        else:
            path.unlink(missing_ok=True)
    if not found:
        raise LabError("no lab is running: start one with 'make run'")
    return max(found, key=lambda item: item[0])[1]


def host(state, argv):
    hosts = state["hosts"]
    if len(argv) < 2 or argv[0] not in hosts:
        raise LabError(f"usage: tools/nftsw host {'|'.join(hosts) or 'NAME'} CMD...")
    cmd = hosts[argv[0]] + (["bash", "-c", argv[1]] if len(argv) == 2 else argv[1:])
    os.execvp(cmd[0], cmd)


def guest(state, argv):
    if not argv:
        raise LabError("usage: tools/nftsw guest CMD...")
    agent = Agent(connect(f"{state['dir']}/agent1", lambda: None))
    result = agent.run(argv[0] if len(argv) == 1 else shlex.join(argv), timeout=600)
    sys.stdout.write(result.out)
    sys.stderr.write(result.err)
    return result.rc


def qmp(state, argv):
    if not argv:
        raise LabError("usage: tools/nftsw qmp CMD [JSON]")
    client = Qmp(connect(f"{state['dir']}/qmp1", lambda: None))
    answer = client.command(argv[0], json.loads(argv[1]) if len(argv) > 1 else {})
    print(json.dumps(answer, indent=2))
    return 0


def main(argv):
    verbs = {"host": host, "guest": guest, "qmp": qmp}
    return verbs[argv[0]](running(), argv[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LabError as e:
        sys.exit(f"nftsw: {e}")
