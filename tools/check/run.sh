#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# One stage of the static checks: tools/check/run.sh <stage>. TAP on stdout, exit
# status 1 when a case fails. A tool that is missing is a failure that names its
# Debian package; nothing is skipped.
#
#   lint         shellcheck, flake8, licences, blanks, words, sizes, references to
#                the datasheet, failure modes, and the tests of these checks
#   abi          include/nftsw keeps its rules, generated files are fresh
#   layers       nothing includes or calls up
#   freestanding the model needs nothing but four mem* functions
#   checkpatch   the kernel's and QEMU's, --strict
#   kernel-doc   the kernel's script, and documented interfaces
#   doc          the documentation builds without a warning
set -uo pipefail

HERE="$(cd "$(dirname "$0")" && pwd)"
ROOT="$(cd "$HERE/../.." && pwd)"
PY=/usr/bin/python3
# shellcheck source=tools/check/tap.sh
. "$HERE/tap.sh"

# shell_files - scripts of the tree, by name or by first line
shell_files()
{
	git -C "$ROOT" ls-files -co --exclude-standard | while read -r f; do
		[ -f "$ROOT/$f" ] || continue
		case "$f" in
		*.sh) echo "$f" ;;
		*.*) ;;
		*) head -c 64 "$ROOT/$f" | head -n 1 | tr -d '\0' |
			grep -qE '^#!.*/(ba)?sh( |$)' && echo "$f" ;;
		esac
	done
}

run_shellcheck()
{
	local files

	cd "$ROOT" || return 1
	mapfile -t files < <(shell_files)
	[ ${#files[@]} -gt 0 ] || { echo "no shell scripts found"; return 1; }
	shellcheck -x -S warning "${files[@]}"
}

run_flake8()
{
	local files

	cd "$ROOT" || return 1
	mapfile -t files < <(git ls-files -co --exclude-standard '*.py' | while read -r f; do
		[ ! -f "$f" ] || echo "$f"
	done)
	[ ${#files[@]} -gt 0 ] || { echo "no Python files found"; return 1; }
	"$PY" -m flake8 --max-line-length=120 --extend-ignore=W503,W191,E101,E127,E128 "${files[@]}"
}

# need_py <module> <package>
need_py()
{
	"$PY" -c "import $1" 2>/dev/null && return 0
	tap_case "Python module $1 is installed (apt-get install $2)" false
	return 1
}

stage_lint()
{
	tap_need shellcheck shellcheck && tap_case "lint: shellcheck" run_shellcheck
	need_py flake8 python3-flake8 && tap_case "lint: flake8" run_flake8
	tap_case "lint: licences (SPDX)" "$PY" "$HERE/text.py" spdx
	tap_case "lint: blanks, tabs, line ends" "$PY" "$HERE/text.py" space
	tap_case "lint: no machine's paths, no unfinished work" "$PY" "$HERE/text.py" words
	tap_case "lint: functions and files within their limits" "$PY" "$HERE/text.py" size
	tap_case "lint: references to the datasheet lead somewhere" "$PY" "$HERE/text.py" ds
	tap_case "lint: tests that the documentation names are there" "$PY" "$HERE/text.py" tests
	tap_case "lint: failure modes, their tests and their table agree" "$PY" -B "$HERE/fm.py"
	need_py pytest python3-pytest && need_py xdist python3-pytest-xdist &&
		tap_case "lint: the checks fail when they must" \
		"$PY" -m pytest -q -p no:cacheprovider -n auto "$HERE/tests"
}

# delegate <command...> - a part that prints its own TAP
delegate()
{
	"$@"
	exit
}

# tools_path <function> <args...> - a path that tools/nftsw knows
tools_path()
{
	"$ROOT/tools/nftsw" internal "$@" 2>/dev/null
}

# kernel_tree - source of the older kernel: NFTSW_KTREE, or the cache's
kernel_tree()
{
	[ -n "${NFTSW_KTREE:-}" ] || NFTSW_KTREE="$(tools_path kernel_src_dir 6.12)"
	[ -f "${NFTSW_KTREE:-}/scripts/checkpatch.pl" ] && return 0
	tap_case "kernel source is there (tools/nftsw setup kernel-src)" false
	return 1
}

# qemu_tree - QEMU's source: NFTSW_QEMUTREE, or the cache's
qemu_tree()
{
	[ -n "${NFTSW_QEMUTREE:-}" ] || NFTSW_QEMUTREE="$(tools_path qemu_tree)"
	[ -f "${NFTSW_QEMUTREE:-}/scripts/checkpatch.pl" ] && return 0
	tap_case "QEMU's source is there (tools/nftsw setup qemu)" false
	return 1
}

stage_checkpatch()
{
	tap_need perl perl || return
	kernel_tree && tap_case "checkpatch: kernel's, --strict" \
		"$PY" "$HERE/checkpatch.py" kernel "$NFTSW_KTREE"
	qemu_tree && tap_case "checkpatch: QEMU's, --strict" \
		"$PY" "$HERE/checkpatch.py" qemu "$NFTSW_QEMUTREE"
}

stage_kernel_doc()
{
	tap_need perl perl || return
	kernel_tree && qemu_tree &&
		tap_case "kernel-doc: complete, and without a warning" \
			"$PY" "$HERE/kdoc.py" "$NFTSW_KTREE" "$NFTSW_QEMUTREE"
}

# model_objects <dir> - the model as userspace sees it
model_objects()
{
	local f

	mkdir -p "$1/hw_model"
	for f in "$ROOT"/hw_model/nfm_*.c; do
		case "$f" in
		*/nfm_kmod.c) continue ;;
		esac
		gcc -std=gnu11 -c "$f" -o "$1/hw_model/$(basename "${f%.c}").o" || return 1
	done
}

# stage_layers - objects of the driver as a module, of the model, of QEMU's device
stage_layers()
{
	local ko qemu tmp args=()

	tap_need gcc build-essential || return
	tmp="$(mktemp -d)"
	# shellcheck disable=SC2064
	trap "rm -rf '$tmp'" EXIT
	if model_objects "$tmp"; then
		args+=(--objects "$tmp" --complete 'hw_model/nfm_[!k]*')
	else
		tap_case "layers: the model compiles" false
	fi
	ko="$("$ROOT/tools/nftsw" build module 2>/dev/null)"
	if [ -f "$ko" ]; then
		args+=(--objects "$(dirname "$ko")" --complete 'drivers/*')
	else
		tap_case "layers: the module builds (tools/nftsw build module)" false
	fi
	qemu="$(tools_path qemu_bin)"
	if [ -f "$qemu" ]; then
		args+=(--objects "$(dirname "$qemu")" --complete qemu-device/nftsw.c
			--complete 'qemu-device/nftsw_[!s]*.c')
	else
		tap_case "layers: QEMU is built (tools/nftsw setup qemu)" false
	fi
	[ "$TAP_BAD" = 0 ] || return
	"$PY" "$HERE/layers.py" "${args[@]}"
	exit
}

stage="${1:-}"
case "$stage" in
lint|checkpatch|kernel-doc|layers|doc) ;;
abi) delegate "$PY" "$HERE/abi.py" --check ;;
freestanding) delegate "$HERE/freestanding.sh" ;;
*)
	sed -n '/^# One stage/,/^set /s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
case "$stage" in
lint) stage_lint ;;
checkpatch) stage_checkpatch ;;
kernel-doc) stage_kernel_doc ;;
layers) stage_layers ;;
doc) tap_case "doc: sphinx-build -W" "$HERE/doc.sh" ;;
esac
tap_end
