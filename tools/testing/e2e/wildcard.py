#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Have a flowtable take every device whose name begins like that; run inside the switch.

    python3 - TABLE FLOWTABLE PREFIX

Linux 7.3 knows such devices ("swp*"); the lab's nft, which is Debian's, does not yet. So this
is the netlink message that a newer one sends: the flowtable, of family inet, is there already.
"""
import os
import socket
import struct
import sys

NETLINK_NETFILTER = 12
BATCH_BEGIN, BATCH_END = 0x10, 0x11
NFTABLES, NEWFLOWTABLE, INET = 10, 22, 1
REQUEST, ACK, CREATE = 1, 4, 0x400
NESTED = 0x8000
TABLE, NAME, HOOK = 1, 2, 3
HOOK_NUM, HOOK_PRIORITY, HOOK_DEVS = 1, 2, 3
DEVICE_PREFIX = 2


def attr(kind, data):
    size = 4 + len(data)
    return struct.pack("=HH", size, kind) + data + bytes(-size % 4)


def message(kind, flags, family, resource, body=b""):
    return struct.pack("=IHHIIBBH", 20 + len(body), kind, REQUEST | flags, 1, 0, family, 0,
                       socket.htons(resource)) + body


def main(table, name, prefix):
    devices = attr(HOOK_DEVS | NESTED, attr(DEVICE_PREFIX, prefix.encode() + b"\0"))
    hook = attr(HOOK_NUM, bytes(4)) + attr(HOOK_PRIORITY, bytes(4)) + devices
    body = attr(TABLE, table.encode() + b"\0") + attr(NAME, name.encode() + b"\0") + \
        attr(HOOK | NESTED, hook)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as sock:
        sock.send(message(BATCH_BEGIN, 0, 0, NFTABLES) +
                  message(NFTABLES << 8 | NEWFLOWTABLE, CREATE | ACK, INET, 0, body) +
                  message(BATCH_END, 0, 0, NFTABLES))
        error = -struct.unpack_from("=i", sock.recv(65536), 16)[0]
    return os.strerror(error) if error else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
