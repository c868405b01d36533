#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clang-format as a helper: shows what it would change in the C files given, or in
# those that differ from the last commit. --write changes them. No gate: the
# kernel's style has tables and alignments that it cannot know.
set -euo pipefail

ROOT="$(cd "$(dirname "$0")/../.." && pwd)"
cd "$ROOT"

write=0
if [ "${1:-}" = --write ]; then
	write=1
	shift
fi
if ! command -v clang-format >/dev/null; then
	echo "clang-format is missing: apt-get install clang-format" >&2
	exit 1
fi
if [ $# -eq 0 ]; then
	mapfile -t files < <(git diff --name-only --diff-filter=d HEAD -- '*.c' '*.h' |
		grep -v '^qemu-device/')
else
	files=("$@")
fi
for f in "${files[@]}"; do
	if [ $write = 1 ]; then
		clang-format -i --style=file "$f"
	else
		clang-format --style=file "$f" | diff -u --label "$f" --label "$f (formatted)" "$f" - || true
	fi
done
