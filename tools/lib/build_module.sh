# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The driver as a module, out of tree. Kbuild writes objects beside sources, so
# the sources are copied to $CACHE/module/<kernel>-<cc>/ and built there; the
# copy keeps times, so an unchanged file is not compiled again.

# module_kdir <stock|debug|debug-next|plain|plain-next|next|6.12> <gcc|clang> - what to build against
module_kdir()
{
	case "$1-$2" in
	stock-gcc) echo "$CACHE/kernel-headers/build" ;;
	debug-gcc|debug-next-gcc|plain-gcc|plain-next-gcc) echo "$CACHE/kernel-$1" ;;
	next-*|"$NFTSW_KERNEL_SERIES"-*) echo "$CACHE/kernel-prep-$1-$2" ;;
	*) die "no kernel tree for --kernel $1 --cc $2 (clang builds go with --kernel $NFTSW_KERNEL_SERIES or next)" ;;
	esac
}

# module_setup <kernel> <cc> - have that tree
module_setup()
{
	case "$1" in
	stock) with_lock kernel-headers setup_kernel_headers ;;
	debug|debug-next|plain|plain-next) with_lock "kernel-$1" "setup_kernel_${1/-/_}" ;;
	*) with_lock "kernel-prep-$1-$2" kernel_prep "$1" "$2" ;;
	esac
}

# module_copy <dir> - what Kbuild reads, and nothing else
module_copy()
{
	mkdir -p "$1"
	rsync -a --delete --exclude='*.o' --exclude='*.cmd' --exclude='*.ko' --exclude='*.mod' \
		--exclude='*.mod.c' --exclude=Module.symvers --exclude=modules.order \
		--include=/Kbuild --include=/Kconfig --include='/drivers/***' --include='/include/***' \
		--include='/hw_model/' --include='/hw_model/*.[ch]' --include='/hw_model/Kbuild' \
		--include='/hw_model/Makefile' --include='/kunit/***' --exclude='*' "$REPO/" "$1/"
}

module_make()
{
	local kdir="$1" dir="$2" cc="$3"
	shift 3

	[ "$cc" = gcc ] || set -- LLVM="-$NFTSW_LLVM" "$@"
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$kdir" M="$dir" -j "$NFTSW_JOBS" "$@" modules
}

# module_in <fresh> <kdir> <dir> <cc> <variables...> - copy and build; one at a time per folder
module_in()
{
	local fresh="$1" kdir="$2" dir="$3" cc="$4"
	shift 4

	[ "$fresh" = 0 ] || rm -rf "$dir"
	module_copy "$dir" && module_make "$kdir" "$dir" "$cc" "$@"
}

# build_module [--kernel K] [--cc C] [--fresh] [W=1] [C=1] ... - prints the module's path
#
# What the compiler, sparse and modpost say goes to stderr; nothing is expected.
build_module()
{
	local kernel=stock cc=gcc fresh=0 kdir dir
	local -a vars=(CONFIG_NFTSW=m)

	while [ $# -gt 0 ]; do
		case "$1" in
		--kernel) kernel="$2"; shift ;;
		--cc) cc="$2"; shift ;;
		--fresh) fresh=1 ;;
		C=*) vars+=("$1" "CHECK=$SPARSE") ;;
		*=*) vars+=("$1") ;;
		*) die "build module: unknown argument '$1'" ;;
		esac
		shift
	done
	[ "$kernel" != "$NFTSW_NEXT_SERIES" ] || kernel=next
	kdir="$(module_kdir "$kernel" "$cc")"
	module_setup "$kernel" "$cc" >&2
	dir="$CACHE/module/$(repo_id)/$kernel-$cc"
	with_lock "module-$(repo_id)-$kernel-$cc" module_in "$fresh" "$kdir" "$dir" "$cc" "${vars[@]}" >&2 ||
		return 1
	find "$dir" -name nftsw.ko -print -quit
}

# silent <command...> - it must succeed without a word, but for the steps of setup
#
# In a shell of its own, so that what it said is shown when it gives up with 'exit' too.
silent()
{
	local log rc=0

	log="$(mktemp "$CACHE/tmp.XXXXXX")"
	("$@") >/dev/null 2>"$log" || rc=$?
	grep -v '^  [a-z0-9.-]*:\{0,1\} ' "$log" | grep . && rc=1
	rm -f "$log"
	return $rc
}

# build_silent <args of build_module> - a build from scratch that must not say a word
build_silent() { silent build_module --fresh "$@"; }
