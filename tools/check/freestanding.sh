#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The model is freestanding: it includes its own headers and the ABI, knows the
# kernel in one file, compiles without a C library with gcc and clang, for 64 and
# 32 bits, keeps no state of its own, and asks for nothing but the four mem*
# functions. Output is TAP. --root checks another tree (tests of this check).
set -uo pipefail
# The call graphs that gcc writes beside the objects are not in ccache.
export CCACHE_DISABLE=1

HERE="$(cd "$(dirname "$0")" && pwd)"
ROOT="$(cd "$HERE/../.." && pwd)"
[ "${1:-}" != --root ] || ROOT="$2"
# shellcheck source=tools/check/tap.sh
. "$HERE/tap.sh"

MODEL="$ROOT/hw_model"
PORT_INCLUDES='<linux/(types|stddef|string)\.h>|<asm/(barrier|byteorder)\.h>|<std(bool|def)\.h>'
OWN_INCLUDES='"(nfm[a-z_]*|\.\./include/nftsw/[a-z]+)\.h"'
MEM_FUNCS='^(memcpy|memmove|memset|memcmp)$'
WARN=(-Wall -Wextra -Werror -Wvla -Wframe-larger-than=1024 -Wconversion -Wno-sign-conversion
	-Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wcast-align)
MODE=(-std=gnu11 -O2 -g0 -ffreestanding -nostdinc -fno-pic -fno-asynchronous-unwind-tables
	-fno-stack-protector -mgeneral-regs-only)

TMP="$(mktemp -d)"
trap 'rm -rf "$TMP"' EXIT

sources()
{
	find "$MODEL" -maxdepth 1 -name '*.c' ! -name nfm_kmod.c | sort
}

# matches_none <regex> <what is wrong> <file...>
matches_none()
{
	local re="$1" what="$2" hits
	shift 2

	[ $# -gt 0 ] || return 0
	hits="$(grep -nHE "$re" "$@")" || return 0
	printf '%s:\n%s\n' "$what" "${hits//"$ROOT"\//}"
	return 1
}

has_sources()
{
	[ -n "$(sources)" ] || { echo "no C file in hw_model/"; return 1; }
}

includes_are_listed()
{
	local f allow bad rc=0

	while read -r f; do
		allow="$OWN_INCLUDES"
		case "$f" in
		*/nfm_port.h) allow="$PORT_INCLUDES" ;;
		esac
		bad="$(grep -nE '^[[:space:]]*#[[:space:]]*include' "$f" |
			grep -vE "include[[:space:]]+($allow)")" || continue
		printf '%s: %s\n' "${f#"$ROOT"/}" "$bad"
		rc=1
	done < <(sources; find "$MODEL" -maxdepth 1 -name '*.h' | sort)
	return $rc
}

kernel_in_one_file()
{
	local files

	mapfile -t files < <(find "$MODEL" -maxdepth 1 -name '*.[ch]' \
		! -name nfm_port.h ! -name nfm_kmod.c | sort)
	matches_none '__KERNEL__|(^|[^A-Z_])CONFIG_[A-Z]|__linux__|_WIN32|__APPLE__' \
		"environment is known outside nfm_port.h" "${files[@]}"
}

# compile <compiler> <width> - objects to $TMP/<compiler><width>/
compile()
{
	local cc="$1" width="$2" dir="$TMP/$1$2" f rc=0 inc arch extra=()

	mkdir -p "$dir"
	inc="$("$cc" -print-file-name=include)"
	arch="$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo x86_64-linux-gnu)"
	if [ "$cc" = gcc ]; then
		extra=("-fcallgraph-info=su,da")
	fi
	while read -r f; do
		(cd "$dir" && "$cc" "${MODE[@]}" "${WARN[@]}" "${extra[@]}" "-m$width" -isystem "$inc" \
			-idirafter /usr/include -idirafter "/usr/include/$arch" -c "$f" \
			-o "$(basename "${f%.c}").o") || rc=1
	done < <(sources)
	return $rc
}

# undefined_is_mem <dir> - what the objects, taken together, still ask for
undefined_is_mem()
{
	local bad

	ld -r -m "$2" -o "$1/all.o.tmp" "$1"/*.o || return 1
	mv "$1/all.o.tmp" "$1/all"
	bad="$(nm -u "$1/all" | awk '{ print $2 }' | grep -vE "$MEM_FUNCS")" || return 0
	printf 'undefined symbols other than mem*:\n%s\n' "$bad"
	return 1
}

globals_are_prefixed()
{
	local bad

	bad="$(nm -A -g --defined-only "$1"/*.o | awk '$NF !~ /^nfm_/')"
	[ -z "$bad" ] || { printf 'global symbols without nfm_:\n%s\n' "${bad//"$TMP"\//}"; return 1; }
}

no_mutable_state()
{
	local bad

	bad="$(nm -A "$1"/*.o | awk '$2 ~ /^[bBdDcCgGsS]$/')"
	[ -z "$bad" ] || { printf 'mutable globals:\n%s\n' "${bad//"$TMP"\//}"; return 1; }
}

echo "TAP version 13"
ready=1
tap_need gcc build-essential || ready=0
tap_need clang clang || ready=0
tap_case "freestanding: there is a model to check" has_sources
if [ "$ready" = 1 ] && has_sources >/dev/null; then
	tap_case "freestanding: includes only its own headers and the ABI" includes_are_listed
	tap_case "freestanding: the environment is known in nfm_port.h alone" kernel_in_one_file
	tap_case "freestanding: gcc -m64 compiles without a C library, no warning" compile gcc 64
	tap_case "freestanding: gcc -m32 compiles" compile gcc 32
	tap_case "freestanding: clang compiles" compile clang 64
	tap_case "freestanding: undefined symbols are mem* only (64 bit)" \
		undefined_is_mem "$TMP/gcc64" elf_x86_64
	tap_case "freestanding: no 64-bit division or other helper (32 bit)" \
		undefined_is_mem "$TMP/gcc32" elf_i386
	tap_case "freestanding: every global symbol starts with nfm_" globals_are_prefixed "$TMP/gcc64"
	tap_case "freestanding: no mutable globals" no_mutable_state "$TMP/gcc64"
	tap_case "freestanding: no recursion, no alloca, stack is bounded" \
		/usr/bin/python3 "$HERE/callgraph.py" "$TMP/gcc64"
fi
tap_end
