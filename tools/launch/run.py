#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Boot the switch with a shell in it, and hosts behind its ports ('make run')."""
import argparse
import os
import sys

from nftsw_lab import MEMORY, SWITCHES, TOPOLOGIES, Lab, LabError

EPILOG = """\
topologies:
  router   swp1 leads to the host "lan" (192.168.1.2), swp2 to "wan" (203.0.113.2), which
           runs an iperf3 server; swp3 and up lead to the hosts h3, h4 ...
  bridge   the same, all ports in br0, lan and wan in one subnet
  loop     ports wired in pairs: 1-2, 3-4 ...
  bare     ports with nothing behind them

While it runs, from a second terminal:
  tools/nftsw host lan ping 203.0.113.2       a command on a host
  tools/nftsw guest 'conntrack -L'            a command in the switch
  tools/nftsw qmp query-nftsw                 the chip, seen from outside
"""


def parse(argv):
    p = argparse.ArgumentParser(prog="tools/nftsw run", description=__doc__, epilog=EPILOG,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ports", type=int, default=4, help="number of switch ports (default 4)")
    p.add_argument("--topology", choices=TOPOLOGIES, default="router", help="what is behind them")
    p.add_argument("--switch", choices=SWITCHES, default="nftsw",
                   help="the device: ours, QEMU's rocker, or one virtio NIC per port")
    p.add_argument("--kernel", choices=tuple(MEMORY), default="stock",
                   help="Debian's, or ours with KASAN, lockdep, kmemleak, DMA debugging (next: newest "
                        "series), or ours without (plain)")
    p.add_argument("--memory", type=int, metavar="MIB", help="guest memory (default 1024, debug 2048)")
    p.add_argument("--cpus", type=int, default=1, help="guest CPUs (default 1)")
    p.add_argument("--accel", choices=("auto", "kvm", "tcg"), default="auto",
                   help="auto takes KVM when a kernel really boots under it")
    p.add_argument("--gdb", action="store_true", help="gdb server on a socket; its path is printed")
    p.add_argument("--gdb-wait", action="store_true", help="the same, and wait for gdb before booting")
    p.add_argument("--prop", action="append", default=[], metavar="NAME=VALUE",
                   help="property of the switch device, e.g. flows=1024")
    p.add_argument("--no-load", action="store_true", help="do not load the module")
    p.add_argument("--modargs", default="", metavar="'A=B ...'", help="module parameters")
    p.add_argument("--append", default="", metavar="ARGS", help="further kernel command line")
    p.add_argument("--module", metavar="KO", help="use this module instead of building one")
    p.add_argument("qemu_args", nargs="*", metavar="QEMU-ARG", help="after --: passed to QEMU")
    return p.parse_args(argv)


def properties(pairs):
    props = {}
    for pair in pairs:
        name, sep, value = pair.partition("=")
        if not sep:
            raise LabError(f"--prop wants NAME=VALUE, not '{pair}'")
        props[name] = int(value, 0) if value.isdigit() or value.startswith("0x") else value
    return props


def main(argv):
    args = parse(argv)
    lab = Lab(name="run", ports=args.ports, switch=args.switch, topology=args.topology,
              kernel=args.kernel, memory=args.memory, cpus=args.cpus, accel=args.accel,
              props=properties(args.prop), load=not args.no_load, modargs=args.modargs,
              append=args.append, module=args.module, qemu_args=args.qemu_args,
              gdb="wait" if args.gdb_wait else args.gdb, console="stdio")
    try:
        lab.start()
        print(f"booting {args.switch} with {args.ports} ports under {lab.accel} ...\r", file=sys.stderr)
        if lab.gdb:
            print(f"gdb: target remote {lab.dir}/gdb\r", file=sys.stderr)
        if "wan" in lab.hosts:
            lab.host_popen("wan", ["iperf3", "-s"])
        return lab.proc.wait()
    finally:
        lab.stop()
        if sys.stdin.isatty():
            os.system("stty sane")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LabError as e:
        sys.exit(f"nftsw: {e}")
    except KeyboardInterrupt:
        sys.exit(130)
