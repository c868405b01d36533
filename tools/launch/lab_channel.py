# SPDX-License-Identifier: GPL-2.0
"""Sockets of the lab: the agent in the guest, and QMP. Used by nftsw_lab.py and attach.py."""
import itertools
import json
import queue
import socket
import threading
import time


class LabError(Exception):
    """Something in the lab failed; the text is for people."""


class LabHang(LabError):
    """The switch did not answer in time, or a command in it did not end."""


class Result:
    """Outcome of a command: rc, out, err, timeout."""

    def __init__(self, cmd, rc, out, err, timeout=False):
        self.cmd, self.rc, self.out, self.err, self.timeout = cmd, rc, out, err, timeout

    def __bool__(self):
        return self.rc == 0 and not self.timeout

    def __repr__(self):
        return f"Result({self.cmd!r}, rc={self.rc}, timeout={self.timeout})"

    def must(self, where, late=LabError):
        """This result, or LabError when the command failed, and `late` when it did not end."""
        if not self:
            why = "took too long" if self.timeout else f"failed with status {self.rc}"
            error = late if self.timeout else LabError
            raise error(f"on {where}: {self.cmd}\n{why}\n{self.out[-2000:]}{self.err[-2000:]}")
        return self

    def json(self):
        return json.loads(self.out)


def connect(path, alive, timeout=10):
    """A stream socket to path; waits for it to appear while alive() does not raise."""
    end = time.monotonic() + timeout
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.connect(path)
            return sock
        except OSError as e:
            sock.close()
            alive()
            if time.monotonic() > end:
                raise LabError(f"cannot connect to {path}: {e}") from e
        time.sleep(0.01)


class Agent:
    """Client of guest/agent.py. Calls from several threads may overlap."""

    def __init__(self, sock, alive=lambda: None):
        self.sock, self.alive = sock, alive
        self.ids = itertools.count(1)
        self.lock = threading.Lock()            # protects sock for writing, and waiting
        self.waiting = {}
        self.greeting = queue.Queue()
        self.gone = False
        threading.Thread(target=self._reader, daemon=True).start()

    def _reader(self):
        buf = b""
        while True:
            try:
                data = self.sock.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                break
            *lines, buf = (buf + data).split(b"\n")
            for line in lines:
                self._deliver(json.loads(line))
        self.gone = True
        with self.lock:
            for box in self.waiting.values():
                box.put(None)
        self.greeting.put(None)

    def _deliver(self, msg):
        if "hello" in msg:
            self.greeting.put(msg["hello"])
            return
        with self.lock:
            box = self.waiting.pop(msg["id"], None)
        if box:
            box.put(msg)

    def _get(self, box, timeout):
        try:
            msg = box.get(timeout=timeout)
        except queue.Empty:
            self.alive()
            raise TimeoutError from None
        if msg is None:
            time.sleep(0.2)                     # let QEMU's end be seen by alive()
            self.alive()
            raise LabError("the connection to the guest was lost")
        return msg

    def hello(self, timeout):
        return self._get(self.greeting, timeout)

    def _call(self, req, timeout):
        if self.gone:
            self.alive()
            raise LabError("the connection to the guest was lost")
        box = queue.Queue()
        req["id"] = next(self.ids)
        with self.lock:
            self.waiting[req["id"]] = box
            self.sock.sendall(json.dumps(req).encode() + b"\n")
        return self._get(box, timeout)

    def run(self, cmd, timeout=60, stdin="", patience=30):
        try:
            msg = self._call({"run": cmd, "timeout": timeout, "stdin": stdin}, timeout + patience)
        except TimeoutError as e:
            raise LabHang(f"the guest does not answer (command: {cmd})") from e
        return Result(cmd, msg["rc"], msg["out"], msg["err"], msg["timeout"])

    def spawn(self, cmd):
        try:
            return self._call({"spawn": cmd}, 30)["pid"]
        except TimeoutError as e:
            raise LabError(f"the guest does not answer (command: {cmd})") from e

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


class Qmp:
    """Minimal QMP client: one command at a time, events are skipped."""

    def __init__(self, sock, timeout=30):
        sock.settimeout(timeout)
        self.file = sock.makefile("rw", encoding="utf-8")
        self.sock = sock
        self._read()                            # greeting
        self.command("qmp_capabilities", {})

    def _read(self):
        try:
            line = self.file.readline()
        except OSError as e:
            raise LabError(f"QMP: {e}") from e
        if not line:
            raise LabError("QMP: QEMU closed the connection")
        return json.loads(line)

    def command(self, name, arguments):
        msg = {"execute": name}
        if arguments:
            msg["arguments"] = arguments
        self.file.write(json.dumps(msg) + "\n")
        self.file.flush()
        while True:
            answer = self._read()
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise LabError(f"QMP {name}: {answer['error']['desc']}")

    def close(self):
        self.file.close()
        self.sock.close()
