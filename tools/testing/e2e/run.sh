#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The end-to-end tests, in the debug kernel unless NFTSW_E2E_KERNEL says stock or
# debug-next. Arguments go to pytest. Prints TAP.
cd "$(dirname "$0")" || exit 1
exec /usr/bin/python3 -B -m pytest -q -p no:cacheprovider -s --durations=40 "$@"
