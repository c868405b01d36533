#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""holder.py OUTER - keep a network namespace until standard input closes.

Then end every process that is still in it, last of all this one, so that a
launcher that was killed leaves nothing behind. OUTER is the identity of the
launcher's own namespace; being in that one would be a mistake, and is refused.
"""
import os
import signal
import sys


def namespace(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:             # gone, or not ours
        return None


def main(outer):
    mine = namespace("self")
    if mine is None or mine == outer:
        sys.exit("holder: not in a namespace of its own")
    print("ready", flush=True)
    sys.stdin.read()
    for pid in os.listdir("/proc"):
        if pid.isdigit() and int(pid) != os.getpid() and namespace(pid) == mine:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except OSError:
                pass


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    main(sys.argv[1])
