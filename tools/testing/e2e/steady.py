#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A paced TCP transfer whose receiver notes its longest pause; run inside the hosts.

    steady.py serve PORT             send to the first who connects until standard input
                                     ends, at most two minutes; print the SHA-256
    steady.py fetch ADDRESS PORT     receive; print SHA-256, octets and the longest pause

What the receiver prints is one line of JSON.
"""
import hashlib
import json
import os
import select
import socket
import sys
import time

# 100 small segments a second: while software carries them, a debug kernel under TCG has time for more
CHUNK = 1024
INTERVAL = 0.01
SECONDS_MAX = 120


def serve(port):
    digest = hashlib.sha256()
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
        conn, _ = listener.accept()
    with conn:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end = time.monotonic() + SECONDS_MAX
        while not select.select([sys.stdin], [], [], INTERVAL)[0] and time.monotonic() < end:
            data = os.urandom(CHUNK)
            conn.sendall(data)
            digest.update(data)
    print(digest.hexdigest())


def fetch(address, port):
    digest, octets, pause = hashlib.sha256(), 0, 0.0
    with socket.create_connection((address, port)) as conn:
        last = time.monotonic()
        while data := conn.recv(65536):
            now = time.monotonic()
            pause, last = max(pause, now - last), now
            digest.update(data)
            octets += len(data)
    print(json.dumps({"sha256": digest.hexdigest(), "octets": octets, "pause": pause}))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        fetch(sys.argv[2], int(sys.argv[3]))
