#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The end-to-end tests, in the debug kernel unless NFTSW_E2E_KERNEL says stock, plain,
# debug-next or plain-next. Arguments go to pytest. Prints TAP.
#
# All tests are shared out, file by file, between two switches (NFTSW_E2E_WORKERS), because
# one mostly waits; where there is no memory for two, one does it all. A choice of tests
# runs on one. JUnit's report, which says what commit each result is of, is left in
# out/e2e/<kernel>.xml, that of half of the forms (NFTSW_FORMS) beside it.
cd "$(dirname "$0")" || exit 1

workers="${NFTSW_E2E_WORKERS:-$(($# == 0 ? 2 : 1))}"
# a debug kernel's switch takes up to 2 GiB, and some tests boot a second one
mem_gib="$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)"
[ "$mem_gib" -ge $((workers * 3)) ] || workers=1
args=()
case " $* " in
*" --collect-only "*) ;;
*) args+=(--junitxml="../../../out/e2e/${NFTSW_E2E_KERNEL:-debug}${NFTSW_FORMS:+-$NFTSW_FORMS}.xml") ;;
esac
[ "$workers" = 1 ] || args+=(-n "$workers" --dist loadfile)
exec /usr/bin/python3 -B -m pytest -q -p no:cacheprovider -s --durations=40 "${args[@]}" "$@"
