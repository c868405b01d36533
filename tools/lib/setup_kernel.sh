# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Kernels, none of them installed on the host:
#   kernel-src-6.12, kernel-src-next  unpacked sources, links $CACHE/linux-<series>
#   kernel-headers                    Debian's headers of the stock kernel, unpacked
#   kernel-stock                      Debian's image and modules, unpacked
#   kernel-prep-<series>-<cc>         'modules_prepare' trees to build modules against
#   kernel-debug, kernel-debug-next   our own configuration, built to bzImage
#   kernel-plain, kernel-plain-next   the same without debugging, for upstream's selftests
#   sparse                            the checker behind C=1, which 7.x wants newer than hosts have

# kernel_pkg <kind> - the stock kernel's package of a kind (image, headers) on this host
#
# Debian 12 has it under a name with the series, in Debian 13 it is the default.
kernel_pkg()
{
	local suite p v
	suite="$(host_suite)"

	for p in "linux-$1-$NFTSW_KERNEL_SERIES-amd64" "linux-$1-amd64"; do
		v="$(papt_version "$suite" "$p")"
		case "$v" in
		"$NFTSW_KERNEL_SERIES".*) echo "$p"; return 0 ;;
		esac
	done
	echo "$suite has no linux-$1 of series $NFTSW_KERNEL_SERIES" >&2
	return 1
}

# kernel_pkg_deps <package> <pattern> - its direct dependencies that match
kernel_pkg_deps()
{
	papt "$(host_suite)" apt-cache depends "$1" | sed -n 's/^ *Depends: //p' | grep -E "$2"
}

# kernel_source_fetch <suite> <package> <link name>
kernel_source_fetch()
{
	local tmp ver dir

	papt_update "$1"
	tmp="$(mktemp -d "$CACHE/tmp.XXXXXX")"
	papt_fetch "$1" "$2" "$tmp/deb"
	mkdir "$tmp/tree"
	tar -C "$tmp/tree" --strip-components=1 -xJf "$tmp/deb/usr/src/$2.tar.xz"
	ver="$(make -s -C "$tmp/tree" kernelversion)"
	dir="$CACHE/src/linux-$ver"
	mkdir -p "$CACHE/src"
	rm -rf "$dir"
	mv "$tmp/tree" "$dir"
	ln -sfn "src/linux-$ver" "$CACHE/$3"
	rm -rf "$tmp"
}

kernel_src_setup()
{
	local suite="$1" min="$2" link="$3" pkg

	log_open "kernel-src-${link#linux-}"
	stamp_ok "$COMPONENT" "$suite $min" "$CACHE/$link/Makefile" && return 0
	stamp_del "$COMPONENT"
	step "refresh the package lists of $suite" "check the network" papt_update "$suite"
	pkg="$(papt_series "$suite" linux-source- "$min" '')"
	[ -n "$pkg" ] || die "$suite has no linux-source of series $min or newer (tools/versions.env)"
	step "download and unpack $pkg" "check the network and 2 GB of free space in $CACHE" \
		kernel_source_fetch "$suite" "$pkg" "$link"
	stamp_set "$COMPONENT" "$suite $min"
	say "  $COMPONENT $(readlink -f "$CACHE/$link")"
}

setup_kernel_src()      { kernel_src_setup "$(host_suite)" "$NFTSW_KERNEL_SERIES" "linux-$NFTSW_KERNEL_SERIES"; }
setup_kernel_src_next() { kernel_src_setup "$NFTSW_NEXT_SUITE" "$NFTSW_NEXT_SERIES" linux-next; }

# kernel_headers_fetch - headers, kbuild tools; their absolute paths become relative to the cache
kernel_headers_fetch()
{
	local suite dir=$CACHE/kernel-headers meta flavour pkg p
	suite="$(host_suite)"

	meta="$(kernel_pkg headers)"
	flavour="$(kernel_pkg_deps "$meta" '^linux-headers-.*-amd64$')"
	rm -rf "$dir"
	for pkg in "$flavour" $(kernel_pkg_deps "$flavour" '^linux-(headers-.*-common|kbuild-.*)$'); do
		papt_fetch "$suite" "$pkg" "$dir"
	done
	p="$dir/usr/src/$flavour"
	sed -i "s,/usr/src/,$dir/usr/src/,g" "$p/Makefile"
	for pkg in scripts tools; do
		[ -L "$p/$pkg" ] || continue
		ln -sfn "$dir/usr/lib/$(readlink "$p/$pkg" | sed 's,.*/lib/,,')" "$p/$pkg"
	done
	for pkg in "$dir"/usr/src/*-common/scripts "$dir"/usr/src/*-common/tools; do
		[ -L "$pkg" ] || continue
		ln -sfn "$dir/usr/lib/$(readlink "$pkg" | sed 's,.*/lib/,,')" "$pkg"
	done
	ln -sfn "usr/src/$flavour" "$dir/build"
}

setup_kernel_headers()
{
	local key

	key="$(host_suite) $NFTSW_KERNEL_SERIES"
	log_open kernel-headers
	stamp_ok kernel-headers "$key" "$CACHE/kernel-headers/build/Makefile" && return 0
	stamp_del kernel-headers
	step "refresh the package lists" "check the network" papt_update "$(host_suite)"
	step "download and unpack" "check the network" kernel_headers_fetch
	stamp_set kernel-headers "$key"
	say "  $COMPONENT $CACHE/kernel-headers/build"
}

kernel_image_fetch()
{
	local suite dir=$CACHE/kernel-stock meta pkg rel
	suite="$(host_suite)"

	meta="$(kernel_pkg image)"
	pkg="$(kernel_pkg_deps "$meta" '^linux-image-.*-amd64(-unsigned)?$' | head -n 1)"
	rm -rf "$dir"
	papt_fetch "$suite" "$pkg" "$dir"
	rel="$(cd "$dir/boot" && echo vmlinuz-*)"
	rel="${rel#vmlinuz-}"
	ln -sfn "boot/vmlinuz-$rel" "$dir/bzImage"
	"$PYTHON" "$REPO/tools/lib/vmlinux.py" "$dir/bzImage" "$dir/vmlinux"
	[ -d "$dir/lib/modules/$rel" ] || { mkdir -p "$dir/lib/modules"; ln -s "../../usr/lib/modules/$rel" "$dir/lib/modules/$rel"; }
	/sbin/depmod -b "$dir" "$rel"
	echo "$rel" >"$dir/release"
}

setup_kernel_stock()
{
	local key

	key="$(host_suite) $NFTSW_KERNEL_SERIES"
	log_open kernel-stock
	stamp_ok kernel-stock "$key" "$CACHE/kernel-stock/release" && return 0
	stamp_del kernel-stock
	step "refresh the package lists" "check the network" papt_update "$(host_suite)"
	step "download and unpack" "check the network" kernel_image_fetch
	stamp_set kernel-stock "$key"
	say "  $COMPONENT $(cat "$CACHE/kernel-stock/release")"
}

# kernel_make <source> <objdir> <gcc|clang> <make args...>
kernel_make()
{
	local src="$1" obj="$2" cc="$3"
	shift 3

	[ "$cc" = gcc ] || set -- LLVM="-$NFTSW_LLVM" "$@"
	env -u MAKEFLAGS -u MAKELEVEL nice make -C "$src" O="$obj" ARCH=x86_64 -j "$NFTSW_JOBS" "$@"
}

# kernel_config <source> <objdir> <cc> <strict|lax> <fragment...>
#
# allnoconfig seeded with the fragments; strict fails when a line got lost.
kernel_config()
{
	local src="$1" obj="$2" cc="$3" mode="$4" line lost=0
	shift 4

	mkdir -p "$obj"
	cat "$@" >"$obj/nftsw.seed"
	kernel_make "$src" "$obj" "$cc" -s KCONFIG_ALLCONFIG="$obj/nftsw.seed" allnoconfig || return 1
	while read -r line; do
		if ! grep -qxF "$line" "$obj/.config"; then
			echo "not taken by Kconfig: $line"
			lost=1
		fi
	done < <(grep '^CONFIG_' "$obj/nftsw.seed" | grep -v '=n$')
	[ $lost = 0 ] || [ "$mode" = lax ]
}

# kernel_src_dir <series|next> - the source folder behind a series link
kernel_src_dir()
{
	readlink -f "$CACHE/linux-$1"
}

SPARSE="$CACHE/tools/sparse/sparse"

sparse_build()
{
	local v

	papt_update "$NFTSW_SPARSE_SUITE"
	v="$(papt "$NFTSW_SPARSE_SUITE" apt-cache showsrc --only-source sparse |
		awk '/^Version:/ { print $2 }' | sort -V | tail -n 1)"
	dpkg --compare-versions "${v:-0}" ge "$NFTSW_SPARSE_MIN" || {
		echo "$NFTSW_SPARSE_SUITE offers sparse '${v:-none}', wanted >= $NFTSW_SPARSE_MIN"
		return 1
	}
	papt_source "$NFTSW_SPARSE_SUITE" sparse "$v" "$CACHE/tools/sparse"
	make -s -C "$CACHE/tools/sparse" CC=gcc HAVE_LIBXML=no HAVE_GTK=no HAVE_LLVM=no HAVE_SQLITE=no \
		-j "$NFTSW_JOBS" sparse
}

setup_sparse()
{
	local key="$NFTSW_SPARSE_SUITE $NFTSW_SPARSE_MIN"

	log_open sparse
	stamp_ok sparse "$key" "$SPARSE" && return 0
	stamp_del sparse
	step "download and build" "check the network and tools/versions.env" sparse_build
	stamp_set sparse "$key"
}

KERNEL_CONFIGS="$REPO/tools/launch/configs"

# kernel_symvers <source> <objdir> - what modpost checks calls of a module against
kernel_symvers()
{
	local known
	known="$CACHE/src/$(basename "$1").symvers-$(hash_of "$REPO/tools/lib/symvers.py")"

	if [ ! -s "$known" ]; then
		"$PYTHON" "$REPO/tools/lib/symvers.py" "$1" >"$known.new"
		mv "$known.new" "$known"
	fi
	cp "$known" "$2/Module.symvers"
}

# kernel_prep <series|next> <gcc|clang> - a tree to build modules against, without vmlinux
kernel_prep()
{
	local series="$1" cc="$2" obj src key mode=lax
	obj="$CACHE/kernel-prep-$series-$cc"

	if [ "$series" = next ]; then
		setup_kernel_src_next
	else
		setup_kernel_src
		mode=strict
	fi
	src="$(kernel_src_dir "$series")"
	key="$src $cc $(hash_of "$KERNEL_CONFIGS/guest.config" "$REPO/tools/lib/symvers.py")"
	[ "$cc" = gcc ] || key+=" $NFTSW_LLVM"
	log_open "kernel-prep-$series-$cc"
	stamp_ok "$COMPONENT" "$key" "$obj/Module.symvers" && return 0
	stamp_del "$COMPONENT"
	rm -rf "$obj"
	step "configure" "tools/launch/configs/guest.config does not fit $src" \
		kernel_config "$src" "$obj" "$cc" "$mode" "$KERNEL_CONFIGS/guest.config"
	step "modules_prepare" "a tool is missing: tools/nftsw setup packages" \
		kernel_make "$src" "$obj" "$cc" -s modules_prepare
	step "exported symbols" "read the log" kernel_symvers "$src" "$obj"
	stamp_set "$COMPONENT" "$key"
	say "  $COMPONENT $obj"
}

setup_kernel_prep()
{
	local s cc

	with_lock sparse setup_sparse
	for s in next "$NFTSW_KERNEL_SERIES"; do
		for cc in gcc clang; do
			kernel_prep "$s" "$cc"
		done
	done
}

kernel_own_build()
{
	kernel_make "$1" "$2" gcc -s bzImage modules
	ln -sfn arch/x86/boot/bzImage "$2/bzImage"
	make -s -C "$2" kernelrelease >"$2/release"
}

# kernel_own <series|next> <component> <fragment> - our configuration of a series, built and bootable
#
# The fragments are written for the older series and must all survive there; what
# the newer one does not know any more is named in the log.
kernel_own()
{
	local series="$1" name="$2" obj="$CACHE/$2" more="$KERNEL_CONFIGS/$3" src key mode=strict

	if [ "$series" = next ]; then
		setup_kernel_src_next
		mode=lax
	else
		setup_kernel_src
	fi
	src="$(kernel_src_dir "$series")"
	key="$src $(hash_of "$KERNEL_CONFIGS/guest.config" "$more")"
	log_open "$name"
	stamp_ok "$name" "$key" "$obj/bzImage" && return 0
	stamp_del "$name"
	step "configure" "tools/launch/configs/*.config do not fit $src" \
		kernel_config "$src" "$obj" gcc "$mode" "$KERNEL_CONFIGS/guest.config" "$more"
	step "build (about 15 minutes when cold)" "read the compiler's message in the log" \
		kernel_own_build "$src" "$obj"
	stamp_set "$name" "$key"
	say "  $name $obj/bzImage"
}

setup_kernel_debug()      { kernel_own "$NFTSW_KERNEL_SERIES" kernel-debug debug.config; }
setup_kernel_debug_next() { kernel_own next kernel-debug-next debug.config; }
setup_kernel_plain()      { kernel_own "$NFTSW_KERNEL_SERIES" kernel-plain selftests.config; }
setup_kernel_plain_next() { kernel_own next kernel-plain-next selftests.config; }
