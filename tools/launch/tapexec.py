#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Open TAP devices inside network namespaces, then become QEMU.

    tapexec.py NAME=PID... -- COMMAND...

For each NAME=PID a TAP called "eth0" is created in the network namespace of
process PID, and every "@NAME@" in COMMAND is replaced by the number of its
file descriptor. The descriptor keeps working from this namespace, so no device
ever appears here, and all of them vanish with QEMU. Run as root of the user
namespace that owns the namespaces.
"""
import ctypes
import fcntl
import os
import signal
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None, use_errno=True)


def check(rc, what):
    if rc:
        err = ctypes.get_errno()
        sys.exit(f"tapexec: {what}: {os.strerror(err)}")


def enter(fd, what):
    check(libc.setns(fd, CLONE_NEWNET), f"enter the namespace of {what}")


def open_tap(pid, name):
    ns = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    enter(ns, name)
    os.close(ns)
    try:
        fd = os.open("/dev/net/tun", os.O_RDWR)
    except OSError as e:
        sys.exit(f"tapexec: /dev/net/tun: {e.strerror}: load the module 'tun', and give users "
                 "access (mode 0666, as udev does)")
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"eth0", IFF_TAP | IFF_NO_PI))
    os.set_inheritable(fd, True)
    return fd


def main(argv):
    split = argv.index("--")
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    cmd = argv[split + 1:]
    for spec in argv[1:split]:
        name, pid = spec.split("=")
        fd = open_tap(int(pid), name)
        cmd = [arg.replace(f"@{name}@", str(fd)) for arg in cmd]
    enter(home, "the launcher")
    check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    os.execvp(cmd[0], cmd)


if __name__ == "__main__":
    main(sys.argv)
