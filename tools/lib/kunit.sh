# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# KUnit on UML, in the grafted kernel (graft.sh): kunit.py takes its root from
# where it really lies.

# kunit_py [kunit.py arguments...] - one at a time: they share the build folder
#
# In UML's time-travel mode the clock jumps over every wait, so timeouts that tests sit out
# cost nothing.
kunit_py()
{
	cd "$(graft_tree "$NFTSW_KERNEL_SERIES")" || return 1
	env -u MAKEFLAGS -u MAKELEVEL nice "$PYTHON" tools/testing/kunit/kunit.py run \
		--kunitconfig=nftsw/kunit --build_dir="$(graft_top)/kunit" \
		--kernel_args=time-travel --jobs="$NFTSW_JOBS" "$@"
}

# kunit_run [kunit.py arguments...] - KTAP on stdout with --raw_output, progress otherwise
kunit_run()
{
	with_lock "graft-$(repo_id)-$NFTSW_KERNEL_SERIES" graft "$NFTSW_KERNEL_SERIES"
	with_lock "kunit-run-$(repo_id)" kunit_py "$@"
}
