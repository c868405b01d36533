# SPDX-License-Identifier: GPL-2.0
"""Does KVM work here? /dev/kvm may exist, open, run a few instructions, and still not boot a
kernel (nested hosts, missing hardware help), so the probe boots one. Used by nftsw_lab.py."""
import json
import os
import subprocess
import threading
from pathlib import Path

# CPU models to try, best first; nested hosts refuse some features.
CPUS = ("host", "host,-arch-capabilities")
# A kernel without a root file system that says this has run millions of instructions.
PROOF = b"Kernel panic - not syncing: VFS"
TIMEOUT = 20


def _boots(qemu, kernel, cpu):
    """Boot to the expected panic; an error of KVM's own ends the wait at once."""
    cmd = [qemu, "-nodefaults", "-display", "none", "-no-user-config", "-no-reboot", "-m", "256",
           "-M", "q35,accel=kvm", "-cpu", cpu, "-serial", "stdio", "-L", "/usr/share/seabios",
           "-L", "/usr/share/qemu", "-kernel", str(kernel), "-append", "console=ttyS0 panic=-1"]
    with subprocess.Popen(cmd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as p:
        timer = threading.Timer(TIMEOUT, p.kill)
        timer.start()
        try:
            for line in p.stdout:
                if PROOF in line:
                    return True
                if b"KVM internal error" in line:
                    return False
            return False
        finally:
            timer.cancel()
            p.kill()


def kvm_cpu(qemu, cache):
    """CPU model with which KVM boots a kernel, or None; remembered until the machine reboots."""
    kernel = next((k for k in (cache / "kernel-stock/bzImage", cache / "kernel-debug/bzImage")
                   if k.exists()), None)
    if kernel is None or not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return None
    key = [Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip(), qemu, str(kernel)]
    memory = cache / "kvm.probe"
    try:
        known, cpu = json.loads(memory.read_text(encoding="utf-8"))
        if known == key:
            return cpu
    except (OSError, ValueError):
        pass
    cpu = next((c for c in CPUS if _boots(qemu, kernel, c)), None)
    memory.write_text(json.dumps([key, cpu]), encoding="utf-8")
    return cpu
