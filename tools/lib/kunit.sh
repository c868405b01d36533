# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# KUnit on UML. kunit.py takes its root from where it really lies, so the tests
# need their own copy of the kernel: hard links of the pristine tree, with two
# lines added and a link 'nftsw' to this repository.

kunit_tree() { echo "$CACHE/kunit/$(repo_id)/linux"; }

# kunit_link_tree <source> <tree> - hard-linked copy; the two patched files are real copies
kunit_link_tree()
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

# kunit_graft - have the grafted tree
kunit_graft()
{
	local src tree key

	with_lock kernel-src setup_kernel_src
	src="$(kernel_src_dir "$NFTSW_KERNEL_SERIES")"
	tree="$(kunit_tree)"
	key="$src $REPO $(hash_of "$REPO/tools/lib/kunit.sh")"
	stamp_ok "kunit-$(repo_id)" "$key" && [ -d "$tree" ] && return 0
	log_open kunit
	step "graft into a copy of $(basename "$src")" "delete $tree and try again" \
		kunit_link_tree "$src" "$tree"
	stamp_set "kunit-$(repo_id)" "$key"
}

# kunit_py [kunit.py arguments...] - one at a time: they share the build folder
kunit_py()
{
	cd "$(kunit_tree)" || return 1
	env -u MAKEFLAGS -u MAKELEVEL nice "$PYTHON" tools/testing/kunit/kunit.py run \
		--kunitconfig=nftsw/kunit --build_dir="$CACHE/kunit/$(repo_id)/build" \
		--jobs="$NFTSW_JOBS" "$@"
}

# kunit_run [kunit.py arguments...] - KTAP on stdout with --raw_output, progress otherwise
kunit_run()
{
	with_lock "kunit-$(repo_id)" kunit_graft
	with_lock "kunit-run-$(repo_id)" kunit_py "$@"
}
