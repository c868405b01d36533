# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Component 'qemu': Debian's QEMU source with the nftsw device grafted in.
# The tree lives in $CACHE/qemu-<version>; hw/net/nftsw in it is a link to this
# repository, so 'ninja' rebuilds after any change of the device or the model.

MESON_DIR="$CACHE/tools/meson"

qemu_tree()  { echo "$CACHE/qemu-$(cat "$CACHE/qemu.version" 2>/dev/null || echo none)"; }
qemu_build() { echo "$(qemu_tree)/build"; }
qemu_bin()   { echo "$(qemu_build)/qemu-system-x86_64"; }

# meson_too_old - does the host's own meson not do for QEMU?
meson_too_old()
{
	local v

	v="$(dpkg-query -W -f '${Version}' meson 2>/dev/null || echo 0)"
	! dpkg --compare-versions "$v" ge "$NFTSW_MESON_MIN"
}

qemu_meson_fetch()
{
	local suite

	suite="$(host_suite)"
	papt_update "$suite"
	rm -rf "$MESON_DIR"
	papt_fetch "$suite" "meson/$suite-backports" "$MESON_DIR"
}

# qemu_python_path - where configure and ninja find a meson that is new enough
qemu_python_path()
{
	if meson_too_old; then
		echo "$MESON_DIR/usr/lib/python3/dist-packages"
	fi
}

# qemu_version_pick - newest version in the pinned suite, must reach the minimum
qemu_version_pick()
{
	local v

	papt_update "$NFTSW_QEMU_SUITE" >&2
	v="$(papt "$NFTSW_QEMU_SUITE" apt-cache showsrc --only-source qemu |
		awk '/^Version:/ { print $2 }' | grep -v '~bpo' | sort -V | tail -n 1)"
	dpkg --compare-versions "${v:-0}" ge "1:$NFTSW_QEMU_MIN" || {
		echo "$NFTSW_QEMU_SUITE offers QEMU '${v:-none}', wanted >= $NFTSW_QEMU_MIN"
		return 1
	}
	echo "$v" >"$CACHE/qemu.debversion"
}

qemu_unpack()
{
	local v up

	v="$(cat "$CACHE/qemu.debversion")"
	up="${v#*:}"
	up="${up%-*}"
	up="${up%+ds}"
	[ -x "$CACHE/qemu-$up/configure" ] || papt_source "$NFTSW_QEMU_SUITE" qemu "$v" "$CACHE/qemu-$up"
	echo "$up" >"$CACHE/qemu.version"
}

QEMU_PATCH="$REPO/qemu-device/patches/qemu-graft.patch"

# qemu_graft - apply the graft patch; a changed patch is taken off first
#
# The patch as applied is kept in the tree, so that its exact reverse is at hand.
qemu_graft()
{
	local tree applied
	tree="$(qemu_tree)"
	applied="$tree/.nftsw-graft.patch"

	[ "$(readlink "$tree/hw/net/nftsw" 2>/dev/null)" = "$REPO" ] || {
		rm -f "$tree/hw/net/nftsw"
		ln -s "$REPO" "$tree/hw/net/nftsw"
	}
	cmp -s "$QEMU_PATCH" "$applied" && return 0
	if [ -f "$applied" ]; then
		patch -d "$tree" -p1 -R -f --no-backup-if-mismatch <"$applied"
		rm -f "$applied"
	fi
	[ -f "$QEMU_PATCH" ] || return 0
	patch -d "$tree" -p1 -f --dry-run <"$QEMU_PATCH"
	patch -d "$tree" -p1 -f --no-backup-if-mismatch <"$QEMU_PATCH"
	cp "$QEMU_PATCH" "$applied"
}

# qemu_devices - write the device list, with NFTSW once the graft is in
qemu_devices()
{
	local tree mak
	tree="$(qemu_tree)"
	mak="$tree/configs/devices/x86_64-softmmu/nftsw.mak"

	cp "$REPO/tools/launch/configs/qemu-devices.mak" "$mak.new"
	[ ! -f "$tree/.nftsw-graft.patch" ] || echo CONFIG_NFTSW=y >>"$mak.new"
	if cmp -s "$mak.new" "$mak"; then
		rm "$mak.new"
	else
		mv "$mak.new" "$mak"
	fi
}

QEMU_OPTIONS=(--target-list=x86_64-softmmu --without-default-features --without-default-devices
	--with-devices-x86_64=nftsw --enable-tcg --enable-kvm --enable-attr --enable-virtfs
	--disable-docs --disable-tools --disable-werror --disable-download
	--disable-install-blobs --python="$PYTHON")

qemu_configure()
{
	local tree
	tree="$(qemu_tree)"

	rm -rf "$tree/build"
	mkdir "$tree/build"
	cd "$tree/build" || return 1
	PYTHONPATH="$(qemu_python_path)" ../configure "${QEMU_OPTIONS[@]}"
}

qemu_ninja()
{
	PYTHONPATH="$(qemu_python_path)" nice ninja -C "$(qemu_build)" -j "$NFTSW_JOBS" "${@:-qemu-system-x86_64}"
}

# qemu_fresh - has ninja nothing to do? QEMU makes qemu-version.h anew each time; that does not count.
# When build.ninja itself is old (the graft is another checkout's) ninja looks no further.
qemu_fresh()
{
	local why left

	[ -x "$(qemu_bin)" ] || return 1
	why="$(PYTHONPATH="$(qemu_python_path)" ninja -C "$(qemu_build)" -n -d explain qemu-system-x86_64 2>&1)" ||
		return 1
	! grep -q 'Regenerating build files' <<<"$why" || return 1
	# counted, not asked for with -q: that ends early, and the pipe with an error
	left="$(grep '^ninja explain: ' <<<"$why" | grep -v ' is dirty$' | grep -cv ' of phony edge ')"
	[ "$left" = 0 ]
}

setup_qemu()
{
	local key

	log_open qemu
	mkdir -p "$CACHE"
	key="$(host_suite) $NFTSW_MESON_MIN"
	if meson_too_old && ! stamp_ok meson "$key" "$MESON_DIR"; then
		stamp_del meson
		step "fetch meson" "check the network; meson >= $NFTSW_MESON_MIN is needed" qemu_meson_fetch
		stamp_set meson "$key"
	fi
	key="$NFTSW_QEMU_SUITE $NFTSW_QEMU_MIN"
	if ! stamp_ok qemu-src "$key" "$(qemu_tree)/configure"; then
		stamp_del qemu-src
		step "find the source" "check the network and tools/versions.env" qemu_version_pick
		step "download and unpack QEMU $(cat "$CACHE/qemu.debversion")" \
			"check the network and 1 GB of free space in $CACHE" qemu_unpack
		stamp_set qemu-src "$key"
	fi
	step_quiet "graft the device" "qemu-graft.patch does not fit $(qemu_tree); delete that folder to start afresh" \
		qemu_graft
	step_quiet "choose devices" "is $CACHE writable?" qemu_devices
	key="$(qemu_tree) ${QEMU_OPTIONS[*]}"
	if ! stamp_ok qemu-configure "$key" "$(qemu_build)/build.ninja"; then
		stamp_del qemu-configure
		step "configure" "a library is missing: tools/nftsw setup packages" qemu_configure
		stamp_set qemu-configure "$key"
	fi
	qemu_fresh && return 0
	step "build (about 5 minutes when cold)" "read the compiler's message in the log" qemu_ninja
	say "  qemu         $(qemu_bin)"
}
