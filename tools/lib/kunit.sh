# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# KUnit on UML, in the grafted kernel (graft.sh): kunit.py takes its root from
# where it really lies.

# kunit_py <series|next> [kunit.py arguments...] - one at a time: they share the build folder
#
# In UML's time-travel mode the clock jumps over every wait, so timeouts that tests sit out
# cost nothing.
kunit_py()
{
	local build
	build="$(graft_top)/kunit"
	[ "$1" != next ] || build="$build-next"

	cd "$(graft_tree "$1")" || return 1
	shift
	env -u MAKEFLAGS -u MAKELEVEL nice "$PYTHON" tools/testing/kunit/kunit.py run \
		--kunitconfig=nftsw/kunit --build_dir="$build" \
		--kernel_args=time-travel --jobs="$NFTSW_JOBS" "$@"
}

# kunit_run [--kernel next] [kunit.py arguments...] - KTAP on stdout with --raw_output, progress otherwise
kunit_run()
{
	local series="$NFTSW_KERNEL_SERIES"

	if [ "${1:-}" = --kernel ]; then
		series="${2:-}"
		[ $# -lt 2 ] || shift
		shift
	fi
	[ "$series" != "$NFTSW_NEXT_SERIES" ] || series=next
	case "$series" in
	next|"$NFTSW_KERNEL_SERIES") ;;
	*) die "kunit: no --kernel '$series'; known are $NFTSW_KERNEL_SERIES and next" ;;
	esac
	with_lock "graft-$(repo_id)-$series" graft "$series"
	with_lock "kunit-run-$(repo_id)" kunit_py "$series" "$@"
}
