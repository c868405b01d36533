#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs commands in the guest for the launcher.

One JSON object per line over the virtio-serial ports "org.nftsw.agent.0" (the
launcher's) and ".1" (tools/nftsw guest):
    -> {"id": 1, "run": "shell command", "timeout": 30, "stdin": ""}
    <- {"id": 1, "rc": 0, "out": "...", "err": "...", "timeout": false}
    -> {"id": 2, "spawn": "shell command"}          runs on; output to /run/nftsw/
    <- {"id": 2, "rc": 0, "pid": 123}
Each run has its own thread and process group, so a hung one blocks no other;
what exceeds its time is killed with its group. A process takes a debug kernel half a second,
so there is no shell where a command needs none, and the files of a bare "cat" the agent reads
itself. The first line on port 0 is {"hello": {...}}, once init has finished.
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

PORT = "org.nftsw.agent."
READY = "/run/nftsw/ready"
LIMIT = 16 << 20                # bytes of output kept per stream
FILES = re.compile(r"cat( /(sys|run|tmp)/[\w/.:*?-]+)+")
PLAIN = re.compile(r"[\w./-]+( [\w./:=,@%+-]+)*")     # to a shell no more than words


def find_port(number):
    """The character device of a port of ours; waits for the driver."""
    base = "/sys/class/virtio-ports"
    for _ in range(500):
        for name in os.listdir(base) if os.path.isdir(base) else []:
            try:
                with open(f"{base}/{name}/name", encoding="ascii") as f:
                    if f.read().strip() == PORT + number:
                        return f"/dev/{name}"
            except OSError:
                pass
        time.sleep(0.02)
    sys.exit(f"agent: no virtio port {PORT}{number}")


def files(cmd):
    """What a command of the form "cat FILE..." prints; None when it is another, or has to say what is wrong."""
    if not FILES.fullmatch(cmd) or "pipe" in cmd:
        return None
    text = b""
    for pattern in cmd.split()[1:]:
        names = sorted(glob.glob(pattern))
        if not names:
            return None
        for name in names:
            try:
                with open(name, "rb") as f:
                    text += f.read()
            except OSError:
                return None
    return text


def argv(cmd):
    """The process of a command: a program with its arguments, or a shell."""
    words = cmd.split(" ")
    return words if PLAIN.fullmatch(cmd) and shutil.which(words[0]) else ["bash", "-c", cmd]


def shell(req):
    """What became of a request: (output, errors, status, was it killed for being late?)."""
    late = False
    try:
        with subprocess.Popen(argv(req["run"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, start_new_session=True) as p:
            try:
                out, err = p.communicate(req.get("stdin", "").encode(), timeout=req.get("timeout", 60))
            except subprocess.TimeoutExpired:
                late = True
                os.killpg(p.pid, signal.SIGKILL)
                out, err = p.communicate()
        return out, err, p.returncode, late
    except OSError as e:
        return b"", str(e).encode(), 127, late


class Agent:
    def __init__(self, fd):
        self.fd = fd
        self.lock = threading.Lock()    # protects writes to fd

    def send(self, msg):
        data = json.dumps(msg).encode() + b"\n"
        with self.lock:
            while data:
                n = os.write(self.fd, data)
                data = data[n:]

    def run(self, req):
        out, err, rc, late = files(req["run"]), b"", 0, False
        if out is None:
            out, err, rc, late = shell(req)
        self.send({"id": req["id"], "rc": rc, "timeout": late,
                   "out": out[:LIMIT].decode(errors="replace"),
                   "err": err[:LIMIT].decode(errors="replace")})

    def spawn(self, req):
        """Start and forget; the child is reaped by its thread."""
        with open(f"/run/nftsw/spawn-{req['id']}.log", "wb") as log, \
             open("/dev/null", "rb") as null:
            p = subprocess.Popen(["bash", "-c", req["spawn"]], stdin=null, stdout=log,
                                 stderr=log, start_new_session=True)
        self.send({"id": req["id"], "rc": 0, "pid": p.pid})
        p.wait()

    def serve(self, line):
        req = json.loads(line)
        fn = self.run if "run" in req else self.spawn
        threading.Thread(target=fn, args=(req,), daemon=True).start()


def read_lines(agent):
    buf = b""
    while True:
        data = os.read(agent.fd, 65536)
        if not data:            # nobody at the other end: wait for one
            buf = b""
            time.sleep(0.5)
            continue
        buf += data
        *lines, buf = buf.split(b"\n")
        for line in lines:
            agent.serve(line)


def main():
    launcher, user = (Agent(os.open(find_port(n), os.O_RDWR)) for n in "01")
    while not os.path.exists(READY):
        time.sleep(0.02)
    with open(READY, encoding="ascii") as f:
        ready = f.read().strip()
    launcher.send({"hello": {"uptime": ready, "kernel": os.uname().release}})
    threading.Thread(target=read_lines, args=(user,), daemon=True).start()
    read_lines(launcher)


if __name__ == "__main__":
    main()
