#!/usr/bin/python3 -ISE
# SPDX-License-Identifier: GPL-2.0
"""An end of the tests' traffic, run on a host of the lab. Whatever it sends comes back and is compared.

    endpoint.py serve PORT                       echo TCP and UDP on a port
    endpoint.py pace tcp|udp ADDR PORT           a message every 20 ms, until standard input closes; for each
                                                 line read, a line of JSON about the time since the last one:
                                                 answered, bad, lost, worst (the longest gap between answers, s)
    endpoint.py churn tcp|udp ADDR PORT FLOWS WIDTH
                                                 FLOWS short connections, WIDTH at a time, of which every tenth
                                                 goes on for some seconds; at the end a line of JSON: flows,
                                                 bad, lost
"""
import json
import os
import select
import socket
import struct
import sys
import threading
import time

PACE_S = 0.02
ANSWER_S = 0.5          # a UDP message without an answer after so long is lost
PATIENCE_S = 60         # the same of TCP, which repeats by itself
LINGER_S = 3            # for so long a connection of those that wait until they are offloaded goes on,
LINGER_PACE_S = 0.25    # with a message so often


def tcp_answer(conn):
    with conn:
        while data := conn.recv(1 << 16):
            conn.sendall(data)


def tcp_serve(listener):
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=tcp_answer, args=(conn,), daemon=True).start()


def serve(port):
    family = socket.AF_INET6        # IPv4 comes mapped
    listener = socket.create_server(("::", port), family=family, backlog=512, dualstack_ipv6=True)
    threading.Thread(target=tcp_serve, args=(listener,), daemon=True).start()
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    udp.bind(("::", port))
    while True:
        data, peer = udp.recvfrom(1 << 16)
        udp.sendto(data, peer)


def dial(proto, addr, port):
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM)
    sock.settimeout(PATIENCE_S if proto == "tcp" else ANSWER_S)
    sock.connect((addr, port))
    if proto == "tcp":
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def receive(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise ConnectionError("the connection ended early")
        data += more
    return data


def exchange(proto, sock, number, size=64):
    """One message and its answer: "answered", "bad" or "lost"."""
    message = struct.pack("!Q", number) + os.urandom(size - 8)
    sock.send(message)
    try:
        if proto == "tcp":
            return "answered" if receive(sock, size) == message else "bad"
        while True:
            answer = sock.recv(1 << 16)
            if answer == message:
                return "answered"
            if len(answer) != size or struct.unpack("!Q", answer[:8])[0] >= number:
                return "bad"        # an older number is a late answer
    except TimeoutError:
        return "lost"


class Window:
    """What happened since the last report."""

    def __init__(self):
        self.last = time.monotonic()
        self.reset()

    def reset(self):
        self.count = {"answered": 0, "bad": 0, "lost": 0}
        self.worst = 0.0

    def add(self, outcome):
        self.count[outcome] += 1
        if outcome == "answered":
            now = time.monotonic()
            self.worst, self.last = max(self.worst, now - self.last), now

    def report(self):
        gap = max(self.worst, time.monotonic() - self.last)
        print(json.dumps({**self.count, "worst": round(gap, 3)}), flush=True)
        self.reset()


def pace(proto, addr, port):
    sock, window, number = dial(proto, addr, port), Window(), 0
    while True:
        ready, _, _ = select.select([0], [], [], PACE_S)
        if ready:
            if not os.read(0, 64):
                return
            window.report()
        number += 1
        try:
            window.add(exchange(proto, sock, number))
        except ConnectionRefusedError:
            window.add("lost")      # ICMP, answered for a message of before


class Churn:
    """Short connections, some at a time."""

    def __init__(self, proto, addr, port, flows):
        self.target = (proto, addr, port)
        self.lock = threading.Lock()        # protects the members below
        self.left = flows
        self.total = {"flows": 0, "bad": 0, "lost": 0}

    def one(self, lingers):
        proto = self.target[0]
        outcomes, number = [], 0
        turns = 4 + lingers * int(LINGER_S / LINGER_PACE_S)
        with dial(*self.target) as sock:
            for turn in range(turns):
                if turn >= 4:
                    time.sleep(LINGER_PACE_S)
                for _ in range(6):
                    number += 1
                    outcome = exchange(proto, sock, number, 1024)
                    if outcome != "lost":
                        break
                outcomes.append(outcome)
        return outcomes

    def work(self):
        while True:
            with self.lock:
                if not self.left:
                    return
                self.left -= 1
                lingers = self.left % 10 == 0
            try:
                outcomes = self.one(lingers)
            except OSError:
                outcomes = ["lost"]
            with self.lock:
                self.total["flows"] += 1
                for bad in ("bad", "lost"):
                    self.total[bad] += bad in outcomes

    def run(self, width):
        threads = [threading.Thread(target=self.work) for _ in range(width)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        print(json.dumps(self.total), flush=True)


def main(what, *args):
    if what == "serve":
        serve(int(args[0]))
    elif what == "pace":
        pace(args[0], args[1], int(args[2]))
    else:
        proto, addr, port, flows, width = args
        Churn(proto, addr, int(port), int(flows)).run(int(width))


if __name__ == "__main__":
    main(*sys.argv[1:])
