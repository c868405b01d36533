# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Debian's archive without touching the system's apt configuration. Each suite
# gets its own sources file, lists and cache under $CACHE/apt/<suite>; the URIs
# are those the system itself uses, so mirrors and proxies keep working.

# apt_uri <label> - base URI of the system's source with this Release label
apt_uri()
{
	apt-get indextargets --format "\$(LABEL)|\$(REPO_URI)" 'Created-By: Packages' 2>/dev/null |
		awk -F'|' -v l="$1" '$1 == l { print $2; exit }'
}

# apt_sources <suite> - the suite's sources in deb822 form
apt_sources()
{
	local suite="$1" suites main sec key=/usr/share/keyrings/debian-archive-keyring.gpg

	main="$(apt_uri Debian)"
	sec="$(apt_uri Debian-Security)"
	[ -n "$main" ] || die "the system's apt lists name no Debian archive: run 'apt-get update' as root"
	[ -f "$key" ] || die "$key is missing: install debian-archive-keyring"
	# Only releases have satellites.
	suites="$suite $suite-updates $suite-backports"
	[ "$suite" != sid ] || { suites=sid; sec=''; }
	cat <<-END
		Types: deb deb-src
		URIs: $main
		Suites: $suites
		Components: main
		Signed-By: $key
	END
	[ -n "$sec" ] && cat <<-END

		Types: deb deb-src
		URIs: $sec
		Suites: $suite-security
		Components: main
		Signed-By: $key
	END
	return 0
}

# papt <suite> <apt-get|apt-cache> <args...>
papt()
{
	local dir="$CACHE/apt/$1" tool="$2"
	shift 2

	"$tool" -q -o Dir::Etc::sourcelist="$dir/suite.sources" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State="$dir/state" -o Dir::State::status="$dir/state/status" \
		-o Dir::Cache="$dir/cache" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -o Acquire::Retries=3 \
		-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

# papt_update <suite> - refresh the suite's lists when they are older than a day
papt_update()
{
	local dir="$CACHE/apt/$1" old

	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: >>"$dir/state/status"
	old="$(cat "$dir/suite.sources" 2>/dev/null || true)"
	apt_sources "$1" >"$dir/suite.sources"
	if [ "$old" = "$(cat "$dir/suite.sources")" ] &&
	   [ -n "$(find "$dir/updated" -mmin -1440 2>/dev/null)" ]; then
		return 0
	fi
	papt "$1" apt-get update || return 1
	touch "$dir/updated"
}

# papt_version <suite> <package> - its newest version in the suite, backports left out
papt_version()
{
	papt "$1" apt-cache policy "$2" | awk '/Candidate:/ { if ($2 != "(none)") print $2 }'
}

# papt_series <suite> <prefix> <min> <suffix> - oldest package prefixN.Msuffix with N.M >= min
papt_series()
{
	local v

	papt "$1" apt-cache pkgnames "$2" |
		sed -n "s/^$2\([0-9]\+\.[0-9]\+\)$4\$/\1/p" | sort -V |
		while read -r v; do
			if dpkg --compare-versions "$v" ge "$3"; then
				echo "$2$v$4"
				break
			fi
		done
}

# papt_source <suite> <source package> <version> <dir> - download and unpack a source package
papt_source()
{
	local tmp

	tmp="$(mktemp -d "$CACHE/tmp.XXXXXX")"
	(cd "$tmp" && papt "$1" apt-get source --only-source --download-only "$2=$3" &&
	 dpkg-source --no-check -x ./*.dsc tree)
	rm -rf "$4"
	mkdir -p "$(dirname "$4")"
	mv "$tmp/tree" "$4"
	rm -rf "$tmp"
}

# papt_fetch <suite> <package[=version|/suite]> <dir> - download and unpack, without installing
papt_fetch()
{
	local tmp deb

	tmp="$(mktemp -d "$CACHE/tmp.XXXXXX")"
	if ! (cd "$tmp" && papt "$1" apt-get download "$2"); then
		rm -rf "$tmp"
		return 1
	fi
	mkdir -p "$3"
	for deb in "$tmp"/*.deb; do
		dpkg -x "$deb" "$3"
	done
	rm -rf "$tmp"
}
