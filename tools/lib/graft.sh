# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The repository as a part of the kernel, as Documentation/testing.rst does it by
# hand: a copy of the pristine tree by hard links, a line added to Kbuild and to
# Kconfig, and a link 'nftsw' to this checkout. KUnit runs in it, and 'build tree'
# compiles driver, model and tests in it. Everything is in $CACHE/graft/<checkout>:
#   linux-<series>  the grafted sources, never written to
#   kunit           kunit.py's build folder (UML); kunit-next: that of the newest kernel
#   <series>-<cc>   build folders of 'build tree' (x86), prepared but without vmlinux

graft_top()  { echo "$CACHE/graft/$(repo_id)"; }
graft_tree() { echo "$(graft_top)/linux-$1"; }

# graft_link <source> <tree> - hard-linked copy; the two patched files are real copies
graft_link()
{
	local src="$1" tree="$2"

	rm -rf "$tree.new" "$tree"
	mkdir -p "$(dirname "$tree")"
	cp -al "$src" "$tree.new"
	# Written files must not share an inode with the pristine tree.
	cp --remove-destination "$src/Kbuild" "$tree.new/Kbuild"
	cp --remove-destination "$src/Kconfig" "$tree.new/Kconfig"
	echo 'obj-y += nftsw/' >>"$tree.new/Kbuild"
	echo 'source "nftsw/Kconfig"' >>"$tree.new/Kconfig"
	ln -s "$REPO" "$tree.new/nftsw"
	mv "$tree.new" "$tree"
}

# graft_source <series|next> - have the pristine source
graft_source()
{
	if [ "$1" = next ]; then
		with_lock kernel-src-next setup_kernel_src_next
	else
		with_lock kernel-src setup_kernel_src
	fi
}

# graft <series|next> - have the grafted tree
graft()
{
	local series="$1" src tree key stamp

	stamp="graft-$(repo_id)-$series"
	graft_source "$series"
	src="$(kernel_src_dir "$series")"
	tree="$(graft_tree "$series")"
	key="$src $REPO $(hash_of "$REPO/tools/lib/graft.sh")"
	stamp_ok "$stamp" "$key" "$tree/Makefile" && return 0
	log_open graft
	stamp_del "$stamp"
	step "link into a copy of $(basename "$src")" "delete $tree and try again" graft_link "$src" "$tree"
	stamp_set "$stamp" "$key"
}

# graft_clean - forget this checkout's
graft_clean()
{
	rm -rf "$(graft_top)"
	rm -f "$CACHE/stamps/graft-$(repo_id)-"*
}

# tree_make <series> <cc> <make args...> - the whole repository in tree, compiled anew
#
# Configuring is part of what must be silent: Kconfig complains there.
tree_make()
{
	local series="$1" cc="$2" src obj mode=lax o
	shift 2

	src="$(graft_tree "$series")"
	obj="$(graft_top)/$series-$cc"
	[ "$series" = next ] || mode=strict
	log_open "tree-$series-$cc"
	kernel_config "$src" "$obj" "$cc" "$mode" \
		"$KERNEL_CONFIGS/guest.config" "$KERNEL_CONFIGS/intree.config" >>"$LOG" || return 1
	step "prepare" "a tool is missing: tools/nftsw setup packages" kernel_make "$src" "$obj" "$cc" -s prepare
	rm -rf "$obj/nftsw"
	kernel_make "$src" "$obj" "$cc" -s "$@" nftsw/ || return 1
	for o in drivers/net/ethernet/nftsw/nftsw_pci hw_model/nfm_core kunit/nftsw_kt; do
		[ -s "$obj/nftsw/$o.o" ] || { say "$o.o was not built: the configuration lost it"; return 1; }
	done
}

# build_tree [--kernel K] [--cc C] [W=1] [C=1] ... - driver, model and tests must build without a word
build_tree()
{
	local kernel="$NFTSW_KERNEL_SERIES" cc=gcc
	local -a vars=()

	while [ $# -gt 0 ]; do
		case "$1" in
		--kernel) kernel="$2"; shift ;;
		--cc) cc="$2"; shift ;;
		C=*) vars+=("$1" "CHECK=$SPARSE") ;;
		*=*) vars+=("$1") ;;
		*) die "build tree: unknown argument '$1'" ;;
		esac
		shift
	done
	[ "$kernel" != "$NFTSW_NEXT_SERIES" ] || kernel=next
	case "$kernel-$cc" in
	next-gcc|next-clang|"$NFTSW_KERNEL_SERIES"-gcc|"$NFTSW_KERNEL_SERIES"-clang) ;;
	*) die "build tree: no --kernel $kernel --cc $cc; known are $NFTSW_KERNEL_SERIES and next, gcc and clang" ;;
	esac
	with_lock "graft-$(repo_id)-$kernel" graft "$kernel"
	silent with_lock "tree-$(repo_id)-$kernel-$cc" tree_make "$kernel" "$cc" "${vars[@]}"
}
