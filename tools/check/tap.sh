# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# TAP for the check scripts: tap_case runs one command as one case, its output
# becomes diagnostics when it fails. Sourced with set -u; ends with tap_end.

TAP_N=0
TAP_BAD=0

# tap_case <name> <command...>
tap_case()
{
	local name="$1" out
	shift

	TAP_N=$((TAP_N + 1))
	if out="$("$@" 2>&1)"; then
		printf 'ok %d - %s\n' "$TAP_N" "$name"
	else
		TAP_BAD=$((TAP_BAD + 1))
		[ -z "$out" ] || printf '%s\n' "$out" | sed 's/^/# /'
		printf 'not ok %d - %s\n' "$TAP_N" "$name"
	fi
}

# tap_need <command> <Debian package> - a missing tool is a failure, never a skip
tap_need()
{
	command -v "$1" >/dev/null 2>&1 && return 0
	TAP_N=$((TAP_N + 1))
	TAP_BAD=$((TAP_BAD + 1))
	printf '# %s is missing: apt-get install %s\n' "$1" "$2"
	printf 'not ok %d - tool %s is installed\n' "$TAP_N" "$1"
	return 1
}

tap_end()
{
	printf '1..%d\n' "$TAP_N"
	[ "$TAP_BAD" = 0 ]
}
