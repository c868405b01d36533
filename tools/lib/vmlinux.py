#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""vmlinux.py BZIMAGE VMLINUX - take the kernel proper out of a compressed x86 image.

Decompressing it under emulation costs over a second of every boot; QEMU starts
the ELF file directly (PVH). Offsets: Documentation/arch/x86/boot.rst in Linux.
"""
import gzip
import lzma
import struct
import subprocess
import sys


def payload(image):
    if image[0x202:0x206] != b"HdrS":
        sys.exit("vmlinux.py: not an x86 boot image")
    start = (image[0x1f1] + 1) * 512
    offset, length = struct.unpack_from("<II", image, 0x248)
    return image[start + offset:start + offset + length]


def unpack(data):
    if data.startswith(b"\x1f\x8b"):
        return gzip.decompress(data)
    if data.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor().decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        # The last four bytes are the size, for the boot stub.
        return subprocess.run(["zstd", "-dcq"], input=data[:-4], stdout=subprocess.PIPE, check=True).stdout
    sys.exit("vmlinux.py: unknown compression")


def main(image, out):
    with open(image, "rb") as f:
        elf = unpack(payload(f.read()))
    if not elf.startswith(b"\x7fELF"):
        sys.exit("vmlinux.py: no ELF file inside")
    with open(out, "wb") as f:
        f.write(elf)


if __name__ == "__main__":
    main(*sys.argv[1:])
