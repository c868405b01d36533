#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317,SC2329,SC2034 # stand-ins are called by the libraries; versions are read by them
#
# Tests of setup's marks. A component is made once, and made again when what it is
# made of changes (tools/versions.env), when its files are gone, and after a run
# that was cut short. Nothing is fetched or built: the steps are stand-ins. TAP.
set -euo pipefail

REPO="$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)"
NFTSW_CACHE="$(mktemp -d)"
trap 'rm -rf "$NFTSW_CACHE"' EXIT
for lib in common apt setup_packages setup_qemu setup_kernel setup_guest; do
	# shellcheck source=/dev/null
	. "$REPO/tools/lib/$lib.sh"
done
# shellcheck source=tools/check/tap.sh
. "$REPO/tools/check/tap.sh"

GUEST="guest-$(guest_id)"

# What the steps leave behind, as far as setup looks at it.
FILES="kernel-headers/build/Makefile kernel-stock/release linux-next/Makefile linux-6.12/Makefile linux-6.18/Makefile
	tools/sparse/sparse tools/meson/meson qemu-10/configure qemu-10/build/build.ninja $GUEST/guest.tar $GUEST/guest.img
	kernel-prep-next-clang/Module.symvers kernel-debug/bzImage"

SUITE=bookworm
FAIL_AT=0
STEPS=0

host_suite()     { echo "$SUITE"; }
papt_series()    { echo "$2$3"; }
meson_too_old()  { true; }
qemu_fresh()     { true; }
step_quiet()     { true; }
say()            { true; }

# leave_files - what all steps together leave behind
leave_files()
{
	local f

	for f in $FILES; do
		[ -d "$CACHE/${f%/*}" ] || mkdir -p "$CACHE/${f%/*}"
		echo 1 >"$CACHE/$f"
	done
	echo 10 >"$CACHE/qemu.version"
	echo 1:10.0 >"$CACHE/qemu.debversion"
}

# step - stands in for common.sh's: counts, gives up at number FAIL_AT
step()
{
	STEPS=$((STEPS + 1))
	[ "$STEPS" != "$FAIL_AT" ] || exit 1
	leave_files
	echo "$COMPONENT: $1" >>"$CACHE/steps"
}

# steps_of <function> <args...> - how many steps it took; 'cut' when it gave up
steps_of()
{
	: >"$CACHE/steps"
	("$@") || { echo cut; return 0; }
	wc -l <"$CACHE/steps"
}

# expect <steps: none|some|cut> <function> <args...>
expect()
{
	local want="$1" got
	shift

	got="$(steps_of "$@")"
	case "$want-$got" in
	none-0|cut-cut) ;;
	some-0|some-cut) echo "$*: $got steps, expected some"; return 1 ;;
	some-*) ;;
	*) echo "$*: $got steps, expected $want"; return 1 ;;
	esac
}

# case_marks <variable> <new value> <file> <function> <args...>
case_marks()
{
	local var="$1" value="$2" file="$3" old
	shift 3

	old="${!var}"
	rm -rf "${CACHE:?}"/*
	leave_files
	expect some "$@" && expect none "$@" || return 1
	printf -v "$var" %s "$value"
	FAIL_AT=1
	expect cut "$@" || return 1
	FAIL_AT=0
	# the cut run was on its way from one state to the other: neither may count as made
	printf -v "$var" %s "$old"
	expect some "$@" || return 1
	printf -v "$var" %s "$value"
	expect some "$@" && expect none "$@" || return 1
	rm -r "${CACHE:?}/$file"
	expect some "$@"
}

tap_case "setup: headers follow the series"      case_marks NFTSW_KERNEL_SERIES 6.18 kernel-headers/build setup_kernel_headers
tap_case "setup: headers follow the host"        case_marks SUITE trixie kernel-headers/build setup_kernel_headers
tap_case "setup: stock kernel follows the series" case_marks NFTSW_KERNEL_SERIES 6.18 kernel-stock/release setup_kernel_stock
tap_case "setup: source follows the host"        case_marks SUITE trixie linux-6.12/Makefile setup_kernel_src
tap_case "setup: next source follows the series" case_marks NFTSW_NEXT_SERIES 7.4 linux-next/Makefile setup_kernel_src_next
tap_case "setup: next source follows the suite"  case_marks NFTSW_NEXT_SUITE sid linux-next/Makefile setup_kernel_src_next
tap_case "setup: sparse follows its minimum"     case_marks NFTSW_SPARSE_MIN 0.7 tools/sparse/sparse setup_sparse
tap_case "setup: QEMU's source follows its minimum" case_marks NFTSW_QEMU_MIN 11.0 qemu-10/configure setup_qemu
tap_case "setup: meson follows its minimum"      case_marks NFTSW_MESON_MIN 1.9 tools/meson setup_qemu
tap_case "setup: prepared trees follow clang"    case_marks NFTSW_LLVM 20 kernel-prep-next-clang kernel_prep next clang
tap_case "setup: userland follows its suite"     case_marks NFTSW_GUEST_SUITE sid "$GUEST/guest.tar" setup_guest
tap_end
