# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Component 'guest': userland as a tar (slow, rarely), from it a disk image
# with the stock kernel's modules and the lab's init (seconds), and an
# initramfs that finds the disk for the stock kernel. All three are in a folder
# named after the list of packages, so that checkouts with other lists do not
# take turns in making them.

GUEST_DIR="$REPO/tools/launch/guest"

# guest_id - short name of the list of packages; nftsw_lab.py knows it, too
guest_id()
{
	sha256sum "$GUEST_DIR/packages.list" | cut -c1-8
}

GUEST_OUT="$CACHE/guest-$(guest_id)"

guest_packages()
{
	sed -e 's/#.*//' "$GUEST_DIR/packages.list" | awk 'NF { print $1 }' | paste -sd,
}

# guest_tar - mmdebstrap as root, or in a user namespace as anybody else
guest_tar()
{
	local mode=unshare key=/usr/share/keyrings/debian-archive-keyring.gpg main sec
	local -a lines

	[ "$(id -u)" != 0 ] || mode=root
	main="$(apt_uri Debian)"
	sec="$(apt_uri Debian-Security)"
	mkdir -p "$GUEST_OUT"
	lines=("deb [signed-by=$key] $main $NFTSW_GUEST_SUITE main")
	[ -z "$sec" ] || lines+=("deb [signed-by=$key] $sec $NFTSW_GUEST_SUITE-security main")
	# shellcheck disable=SC2016 # the hook's $1 is for mmdebstrap
	printf '%s\n' "${lines[@]}" |
		mmdebstrap --mode="$mode" --variant=essential --architectures=amd64 --format=tar \
			--include="$(guest_packages)" \
			--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
			--aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "3"' \
			--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
			--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
			--customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*' \
			"$NFTSW_GUEST_SUITE" "$GUEST_OUT/guest.tar.new" -
	mv "$GUEST_OUT/guest.tar.new" "$GUEST_OUT/guest.tar"
}

# guest_modules <dir> - the stock kernel's modules a switch may want, uncompressed
guest_modules()
{
	local rel from to
	rel="$(cat "$CACHE/kernel-stock/release")"
	from="$CACHE/kernel-stock/lib/modules/$rel"
	to="$1/usr/lib/modules/$rel"

	mkdir -p "$to"
	rsync -a --prune-empty-dirs --include='/kernel/' \
		--include='/kernel/net/***' --exclude='/kernel/net/mac80211/' --include='/kernel/lib/***' \
		--include='/kernel/crypto/***' --include='/kernel/arch/***' \
		--include='/kernel/fs/' --include='/kernel/fs/9p/***' --include='/kernel/fs/netfs/***' \
		--include='/kernel/fs/ext4/***' --include='/kernel/fs/jbd2/***' --include='/kernel/fs/overlayfs/***' \
		--include='/kernel/fs/mbcache.ko*' --include='/kernel/drivers/' \
		--include='/kernel/drivers/block/' --include='/kernel/drivers/block/virtio_blk.ko*' \
		--include='/kernel/drivers/char/***' --include='/kernel/drivers/ptp/***' \
		--include='/kernel/drivers/pps/***' --include='/kernel/drivers/virtio/***' \
		--include='/kernel/drivers/net/' --include='/kernel/drivers/net/*.ko*' \
		--include='/kernel/drivers/net/bonding/***' --include='/kernel/drivers/net/team/***' \
		--include='/kernel/drivers/net/vxlan/***' \
		--include='/kernel/drivers/net/ppp/***' --include='/kernel/drivers/net/phy/***' \
		--include='/kernel/drivers/net/mdio/***' --include='/kernel/drivers/net/slip/***' \
		--exclude='*' "$from/" "$to/"
	cp "$from"/modules.{builtin,builtin.modinfo,order} "$to/"
	find "$to" -name '*.ko.xz' -exec unxz -q {} +
	/sbin/depmod -b "$1/usr" "$rel" 2>/dev/null || /sbin/depmod -b "$1" "$rel"
}

# guest_disk - run under fakeroot when not root: tar + modules + init -> ext4
guest_disk()
{
	local tmp

	tmp="$(mktemp -d "$CACHE/tmp.XXXXXX")"
	tar -C "$tmp" --numeric-owner --exclude='./dev/*' -xpf "$GUEST_OUT/guest.tar"
	guest_modules "$tmp"
	install -d "$tmp/nftsw" "$tmp/repo" "$tmp/lab" "$tmp/sys/kernel/debug"
	install -m 755 "$GUEST_DIR"/{init,agent.py} "$tmp/nftsw/"
	install -m 755 /bin/busybox "$tmp/nftsw/busybox"
	install -m 644 "$GUEST_DIR"/{profile,motd} "$tmp/nftsw/"
	gcc -O2 -static -Wall -o "$tmp/usr/local/bin/msend" "$GUEST_DIR/mtools.c"
	ln -s msend "$tmp/usr/local/bin/mreceive"
	install -m 755 "$GUEST_DIR"/bin/* "$tmp/usr/local/bin/"
	cp "$GUEST_DIR/profile" "$tmp/root/.bashrc"
	rm -f "$tmp/etc/resolv.conf" "$tmp/etc/hostname"
	rm -f "$GUEST_OUT/guest.img.new"
	mke2fs -q -t ext4 -O ^has_journal,^metadata_csum -m 0 -L nftsw -d "$tmp" "$GUEST_OUT/guest.img.new" 900M
	mv "$GUEST_OUT/guest.img.new" "$GUEST_OUT/guest.img"
	rm -rf "$tmp"
}

# guest_initramfs - busybox and the modules between the stock kernel and its disk
guest_initramfs()
{
	local tmp rel m
	rel="$(cat "$CACHE/kernel-stock/release")"

	tmp="$(mktemp -d "$CACHE/tmp.XXXXXX")"
	mkdir -p "$tmp"/{bin,dev,proc,sys,new,mod}
	cp /bin/busybox "$tmp/bin/busybox"
	ln -s busybox "$tmp/bin/sh"
	cp "$GUEST_DIR/initramfs-init" "$tmp/init"
	chmod 755 "$tmp/init"
	for m in virtio_blk ext4; do
		/sbin/modprobe -d "$CACHE/kernel-stock" -S "$rel" --show-depends "$m"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$tmp/list"
	while read -r m; do
		cp "$m" "$tmp/mod/"
		basename "$m" .xz >>"$tmp/mod/order"
	done <"$tmp/list"
	rm "$tmp/list"
	unxz -q "$tmp"/mod/*.xz
	(cd "$tmp" && find . | cpio -o -H newc -R 0:0 --quiet) | gzip -1 >"$GUEST_OUT/guest.initrd.new"
	mv "$GUEST_OUT/guest.initrd.new" "$GUEST_OUT/guest.initrd"
	rm -rf "$tmp"
}

# As root the shell runs guest_disk itself; others need fakeroot around it.
guest_disk_any()
{
	if [ "$(id -u)" = 0 ]; then
		guest_disk
	else
		fakeroot "$REPO/tools/nftsw" internal guest_disk
	fi
}

setup_guest()
{
	local key id
	id="$(guest_id)"

	setup_kernel_stock
	log_open guest
	key="$NFTSW_GUEST_SUITE $(guest_packages)"
	if ! stamp_ok guest-tar-$id "$key" "$GUEST_OUT/guest.tar"; then
		stamp_del guest-tar-$id
		step "userland from $NFTSW_GUEST_SUITE (about a minute)" \
			"check the network; as a user, /etc/subuid must give you a range" guest_tar
		stamp_set guest-tar-$id "$key"
		stamp_del guest-img-$id
	fi
	key="$(cat "$CACHE/kernel-stock/release") $(hash_of "$GUEST_DIR"/* "$GUEST_DIR"/bin/* "$REPO/tools/lib/setup_guest.sh")"
	stamp_ok guest-img-$id "$key" "$GUEST_OUT/guest.img" && return 0
	stamp_del guest-img-$id
	step "disk image" "1 GB of free space in $CACHE?" guest_disk_any
	step "initramfs" "is busybox-static installed? tools/nftsw setup packages" guest_initramfs
	stamp_set guest-img-$id "$key"
}
