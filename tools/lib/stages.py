# SPDX-License-Identifier: GPL-2.0
"""The stages of 'make check', fastest first. Adding one is one line.

Columns: name, group, output ("tap": must say at least one test; "exit": its exit
status is the one test), seconds it may take, components it needs from setup, command.
Commands run in the top folder; {nftsw} is tools/nftsw. The group "next" needs a second debug
kernel and is left to 'make check-all', as are builds in tree of what other stages build already (KUnit in
tree on 6.12, modules with either compiler), e2e's second and further forms of a test, what a change
of the network may cost a connection, and full tables of hosts: seconds of a debug kernel say little.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    name: str
    group: str
    output: str
    limit: int
    needs: str
    command: str


def _table(text):
    for line in text.strip().splitlines():
        if line and not line.startswith("#"):
            name, group, output, limit, needs, command = line.split(maxsplit=5)
            yield Stage(name, group, output, int(limit), "" if needs == "-" else needs.replace(",", " "), command)


STAGES = tuple(_table("""
# name           group  output limit needs                   command
lint             lint   tap      300 -                       tools/check/run.sh lint
tap              lint   tap       60 -                       tools/lib/test_tap.py
judge            lint   tap       60 -                       tools/testing/selftests/test_judge.py
setup            lint   tap      300 -                       tools/lib/test_setup.sh
abi              lint   tap      120 -                       tools/check/run.sh abi
freestanding     lint   tap      300 -                       tools/check/run.sh freestanding
checkpatch       lint   tap      600 kernel-src,qemu         tools/check/run.sh checkpatch
kernel-doc       lint   tap      300 kernel-src,qemu         tools/check/run.sh kernel-doc
doc              lint   tap      300 -                       tools/check/run.sh doc
model            model  tap      900 -                       {nftsw} model --sanitize
fuzz             model  tap      600 -                       {nftsw} fuzz 60
stock-gcc        build  exit     600 kernel-headers          {nftsw} build silent --kernel stock W=1
6.12-gcc-sparse  build  exit     600 kernel-prep             {nftsw} build silent --kernel 6.12 W=1 C=1
6.12-clang       build  exit     600 kernel-prep             {nftsw} build silent --kernel 6.12 --cc clang W=1
7.3-gcc-sparse   build  exit     600 kernel-prep             {nftsw} build silent --kernel next W=1 C=1
7.3-clang        build  exit     600 kernel-prep             {nftsw} build silent --kernel next --cc clang W=1
debug-gcc        build  exit     600 kernel-debug            {nftsw} build silent --kernel debug W=1
layers           build  tap      600 kernel-headers,qemu     tools/check/run.sh layers
kunit            kernel tap     1800 kernel-src              {nftsw} kunit --raw_output=kunit
qtest            qemu   tap      900 qemu                    {nftsw} qtest
e2e              guest  tap     3000 guest,qemu,kernel-debug env NFTSW_E2E_MODES=hardware NFTSW_FORMS=first {nftsw} e2e
selftests        guest  tap      400 kernel-headers,kernel-src,guest,qemu {nftsw} selftests --group short --proof
demo             guest  exit     300 kernel-headers,guest,qemu {nftsw} demo --seconds 2 --out out/check/demo
6.12-tree-gcc    next   exit     900 kernel-src,sparse       {nftsw} build tree --kernel 6.12 W=1 C=1
6.12-tree-clang  next   exit     900 kernel-src              {nftsw} build tree --kernel 6.12 --cc clang W=1
7.3-tree-gcc     next   exit     900 kernel-src-next,sparse  {nftsw} build tree --kernel next W=1 C=1
7.3-tree-clang   next   exit     900 kernel-src-next         {nftsw} build tree --kernel next --cc clang W=1
7.3-kunit        next   tap     2400 kernel-src-next         {nftsw} kunit --kernel next --raw_output=kunit
7.3-debug-gcc    next   exit     600 kernel-debug-next       {nftsw} build silent --kernel debug-next W=1
e2e-forms        next   tap     5400 guest,qemu,kernel-debug \
                                     env 'NFTSW_E2E_MODES=hardware none software' NFTSW_FORMS=rest {nftsw} e2e
e2e-stock        next   tap     1200 guest,qemu,kernel-stock \
                                     env NFTSW_E2E_KERNEL=stock {nftsw} e2e test_topology.py test_control.py
7.3-plain        next   tap     1200 guest,qemu,kernel-plain-next \
                                     env NFTSW_E2E_KERNEL=plain-next {nftsw} e2e test_topology.py test_control.py
tables-stock     next   tap      600 guest,qemu,kernel-stock env NFTSW_E2E_KERNEL=stock {nftsw} e2e -m stock
7.3-e2e          next   tap     5400 guest,qemu,kernel-debug-next env NFTSW_E2E_KERNEL=debug-next {nftsw} e2e
"""))
