#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Documentation/ as HTML in out/doc/html, with Debian's Sphinx and nothing from the
# network. Stale datasheet tables and every warning are errors.
set -euo pipefail

ROOT="$(cd "$(dirname "$0")/../.." && pwd)"
OUT="$ROOT/out/doc"

if ! /usr/bin/python3 -c 'import sphinx' 2>/dev/null; then
	echo "Sphinx is missing: apt-get install python3-sphinx" >&2
	exit 1
fi
"$ROOT/tools/check/abi.py" --check >/dev/null || {
	echo "the datasheet's tables are stale: run tools/check/abi.py" >&2
	exit 1
}
mkdir -p "$OUT"
/usr/bin/python3 -m sphinx -W --keep-going -q -b html -d "$OUT/doctrees" \
	"$ROOT/Documentation" "$OUT/html"
echo "out/doc/html/index.html"
