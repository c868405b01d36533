# SPDX-License-Identifier: GPL-2.0
#
# For people: every target forwards to tools/nftsw. The kernel's build reads
# Kbuild, not this file; should it come here, it finds nothing to do.
ifeq ($(KERNELRELEASE),)

NFTSW := tools/nftsw
V_KERNEL ?= stock
V_CC ?= gcc

.DEFAULT_GOAL := help
.PHONY: help setup run demo check check-all lint module qemu kunit qtest e2e fm soak fuzz fmt doc \
	clean model selftests bench bench-model bench-rocker bench-insert bench-bridge

help:
	@echo 'First:    make demo          boot the switch, offload a connection, prove it'
	@echo '          make run           the same switch with a shell in it'
	@echo '          make check         everything that must hold'
	@echo
	@echo 'Parts:    make setup         fetch and build what the lab needs (others call it)'
	@echo '          make module        the driver (V_KERNEL=stock|debug|debug-next|plain|plain-next|6.12|next V_CC=gcc|clang)'
	@echo '          make qemu          QEMU with the device'
	@echo '          make model | kunit | qtest | e2e | lint | fuzz'
	@echo '          make fm            the failure modes of flow offload, one by one'
	@echo '          make selftests     upstream'"'"'s net/forwarding suite on looped ports'
	@echo '          make check-all     make check, and end to end on the newest kernel'
	@echo '          make soak          the long end-to-end tests at full length, an hour and a half'
	@echo '          make bench         make bench-model, bench-rocker, bench-insert, bench-bridge'
	@echo '          make fmt | doc | clean'
	@echo
	@echo 'More options: tools/nftsw help, tools/nftsw run --help. ARGS="..." is passed on.'

setup run demo check model kunit qtest e2e selftests soak fuzz fmt doc clean:
	@$(NFTSW) $@ $(ARGS)

# the suite and its table are for both kernels
fm:
	@$(NFTSW) fm $(if $(findstring --kernel,$(ARGS)),,--kernel debug --kernel next) $(ARGS)

check-all:
	@$(NFTSW) check --all $(ARGS)

lint:
	@$(NFTSW) check --group lint $(ARGS)

module:
	@$(NFTSW) build module --kernel $(V_KERNEL) --cc $(V_CC) $(ARGS)

qemu:
	@$(NFTSW) build qemu

bench: bench-model bench-rocker bench-insert bench-bridge

bench-model bench-rocker bench-bridge: bench-%:
	@$(NFTSW) bench $* $(ARGS)

# on both kernels; netdevsim is a rival on the newest
bench-insert:
	@$(NFTSW) bench insert $(ARGS)
ifeq ($(findstring --kernel,$(ARGS)),)
	@$(NFTSW) bench insert --kernel plain-next $(ARGS)
endif

endif
