#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run the qtest of the device; prints TAP.
#
#   run.sh [options of the test, such as -p /nftsw/forward]
#
# NFTSW_QEMU is the emulator in the build folder of a QEMU tree that has the graft
# and in which tests/qtest/nftsw-test is built ("tools/nftsw qtest" sees to both).
set -eu

qemu=${NFTSW_QEMU:?name qemu-system-x86_64 in its build folder}
test=$(dirname "$qemu")/tests/qtest/nftsw-test

for f in "$test" "$qemu"; do
	[ -x "$f" ] || {
		echo "Bail out! $f is missing: build it with ninja"
		exit 1
	}
done
QTEST_QEMU_BINARY=$qemu exec "$test" --tap -k "$@"
