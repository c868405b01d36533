# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Component 'packages': host packages by group (tools/lib/packages.list).

# packages_of <group...>
packages_of()
{
	local g

	for g in "$@"; do
		awk -v g="$g" '$1 == g { print $2 }' "$REPO/tools/lib/packages.list"
	done | sort -u
}

# packages_missing - those of the packages on stdin that are not installed
packages_missing()
{
	local p

	while read -r p; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || echo "$p"
	done
}

packages_update()
{
	as_root apt-get -q update
}

packages_install()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 \
		--no-install-recommends install "$@"
}

# setup_packages [group...] - default: everything but the rivals of the benchmarks
setup_packages()
{
	local missing

	[ $# -gt 0 ] || set -- build qemu guest test
	host_suite >/dev/null
	mapfile -t missing < <(packages_of "$@" | packages_missing)
	[ ${#missing[@]} -gt 0 ] || return 0
	log_open packages
	say "  packages     to install: ${missing[*]}"
	step "refresh the package lists" "check the network and the system's apt sources" packages_update
	step "install ${#missing[@]} packages" \
		"read the log; 'apt-get -f install' as root repairs a broken state" \
		packages_install "${missing[@]}"
}
