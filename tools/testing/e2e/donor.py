#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Opens sockets and TUN devices in this network namespace for somebody outside of it.

    donor.py FD

FD is a Unix socket (SOCK_SEQPACKET). Each message asks for one descriptor, as a JSON
list: ["socket", family, type, protocol] or ["tun", name]. The answer is "ok" with the
descriptor attached, or the error's words. Ends with the socket. A descriptor stays in the
namespace in which it was made, whoever holds it.
"""
import fcntl
import json
import os
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000


def tun(name):
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


def make(kind, *args):
    if kind == "tun":
        return tun(*args)
    return socket.socket(*args).detach()


def main(argv):
    with socket.socket(fileno=int(argv[0])) as line:
        while request := line.recv(4096):
            try:
                fd = make(*json.loads(request))
            except OSError as e:
                line.send(str(e).encode())
                continue
            socket.send_fds(line, [b"ok"], [fd])
            os.close(fd)


if __name__ == "__main__":
    main(sys.argv[1:])
