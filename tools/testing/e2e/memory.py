# SPDX-License-Identifier: GPL-2.0
"""In the switch: an operation is done over and over, each time another of its allocations fails.

The kernel's fault injection counts the allocations of one task (Documentation/fault-injection,
fail-nth) and has the n-th fail. Tools that take commands from a pipe (-batch) are such tasks:
their own start is not in the count. A first run without failure says how many there are; then the
first, second, ... fails, or a choice of them, evenly spread, when there are more than asked for.
"""
import json

# Driver of a walk, run by python3 in the guest: the walk on stdin, what happened on stdout, both JSON.
WALKER = r'''
import array, errno, fcntl, json, os, subprocess, sys, termios, time

MANY = 1 << 30
FAILSLAB = "/sys/kernel/debug/failslab/"


def put(path, text):
    with open(path, "w") as f:
        f.write(text)


class Tool:
    """ip, bridge or tc: sleeps in read(0) between two commands."""

    def __init__(self, name):
        self.name = name
        self.errors = open("/run/walk-errors", "ab")
        self.start()

    def start(self):
        self.p = subprocess.Popen([self.name, "-force", "-batch", "-"], stdin=subprocess.PIPE,
                                  stdout=subprocess.DEVNULL, stderr=self.errors)
        self.nth = os.open(f"/proc/{self.p.pid}/fail-nth", os.O_RDWR)
        self.idle()

    def idle(self):
        unread, end = array.array("i", [1]), time.monotonic() + 30
        while time.monotonic() < end:
            if self.p.poll() is not None:
                return False
            fcntl.ioctl(self.p.stdin, termios.FIONREAD, unread)
            if not unread[0]:
                with open(f"/proc/{self.p.pid}/syscall") as f:
                    if f.read().startswith("0 0x0 "):
                        return True
            time.sleep(0.002)
        raise SystemExit(f"{self.name} hangs")

    def do(self, line, nth=0):
        os.pwrite(self.nth, b"%d" % nth, 0)
        self.p.stdin.write(line.encode() + b"\n")
        self.p.stdin.flush()
        if not self.idle():         # it has not got the memory that it needs itself
            os.close(self.nth)
            self.start()
            return 0
        left = int(os.pread(self.nth, 20, 0))
        os.pwrite(self.nth, b"0", 0)
        if nth not in (0, MANY):    # an answer that could not be read would be taken for the next one's
            self.end()
            self.start()
        return left

    def end(self):
        self.p.stdin.close()
        self.p.wait()
        os.close(self.nth)


class File:
    """A file of sysfs; what is done is to write to it."""

    def __init__(self, name):
        self.fd = os.open(name, os.O_WRONLY)
        self.nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)

    def do(self, text, nth=0):
        text = text.encode()
        os.pwrite(self.nth, b"%d" % nth, 0)
        try:
            os.write(self.fd, text)
        except OSError as e:
            # ENOSPC: the kernel says so of interrupts
            if e.errno not in (errno.ENOMEM, errno.ENOBUFS, errno.ENODEV, errno.EINVAL, errno.EIO, errno.ENOSPC):
                raise
        left = int(os.pread(self.nth, 20, 0))
        os.pwrite(self.nth, b"0", 0)
        return left

    def end(self):
        os.close(self.nth)
        os.close(self.fd)


def tool(name):
    return (File if "/" in name else Tool)(name)


def chosen(total, most):
    step = max(1, -(-total // most))
    return range(1, total + 1, step)


def walk(what, do, undo, sure, most):
    """Each allocation of do fails, then each of undo, unless that has to be sure."""
    doer, undoer = tool(what[0]), tool(what[1])
    doer.do(do)                     # what is allocated for the first time only is not counted
    undoer.do(undo)
    total = [MANY - doer.do(do, MANY), MANY - undoer.do(undo, MANY)]
    runs, failed = 0, [0, 0]
    for n in chosen(total[0], most):
        failed[0] += not doer.do(do, n)
        undoer.do(undo)
        runs += 1
    for n in [] if sure else chosen(total[1], most):
        doer.do(do)
        failed[1] += not undoer.do(undo, n)
        undoer.do(undo)
        runs += 1
    doer.end()
    undoer.end()
    return {"do": do, "allocations": total, "runs": runs, "failed": failed}


job = json.load(sys.stdin)
for name, value in (("ignore-gfp-wait", "N"), ("probability", "0"), ("verbose", "0"), ("task-filter", "N")):
    put(FAILSLAB + name, value)
print(json.dumps([walk(**one, most=job["most"]) for one in job["walks"]]))
'''


def by(tool, do, undo, sure=False):
    """One operation of a tool and what takes it back. sure: never let that fail, the kernel itself cannot."""
    return {"what": [tool, tool], "do": do, "undo": undo, "sure": sure}


def files(do_file, do, undo_file, undo):
    """One operation that is writing to a file, and what takes it back."""
    return {"what": [do_file, undo_file], "do": do, "undo": undo, "sure": False}


def walk(lab, walks, most):
    """Do and undo each of walks, with failing allocations; at most `most` different ones in each.

    Returns what the walker says, [{do, allocations: [of do, of undo], runs, failed: those that had one fail,
    [of do, of undo]}].
    """
    job = json.dumps({"walks": walks, "most": most})
    lab.guest("cat >/run/walk.py", stdin=WALKER)
    # a probe takes seconds in a debug kernel, and is undone
    patience = 300 + 20 * most * len(walks)
    return json.loads(lab.guest("python3 -B /run/walk.py", stdin=job, timeout=patience).out)
