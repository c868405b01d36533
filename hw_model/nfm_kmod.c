// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * The model as a kernel module, for KUnit.  Kernel builds only.
 */
#include <linux/export.h>
#include <linux/module.h>

#include "nfm.h"

EXPORT_SYMBOL_GPL(nfm_cfg_check);
EXPORT_SYMBOL_GPL(nfm_size);
EXPORT_SYMBOL_GPL(nfm_init);
EXPORT_SYMBOL_GPL(nfm_reset);
EXPORT_SYMBOL_GPL(nfm_mmio_read);
EXPORT_SYMBOL_GPL(nfm_mmio_write);
EXPORT_SYMBOL_GPL(nfm_mmio_bad);
EXPORT_SYMBOL_GPL(nfm_ingress);
EXPORT_SYMBOL_GPL(nfm_run);
EXPORT_SYMBOL_GPL(nfm_deadline);
EXPORT_SYMBOL_GPL(nfm_link_set);
EXPORT_SYMBOL_GPL(nfm_port_ready);
EXPORT_SYMBOL_GPL(nfm_info_get);
EXPORT_SYMBOL_GPL(nfm_port_cfg_get);
EXPORT_SYMBOL_GPL(nfm_port_ctrs_get);
EXPORT_SYMBOL_GPL(nfm_port_link);
EXPORT_SYMBOL_GPL(nfm_acl_get);
EXPORT_SYMBOL_GPL(nfm_acl_verdict_name);
EXPORT_SYMBOL_GPL(nfm_reason_get);
EXPORT_SYMBOL_GPL(nfm_flow_next);
EXPORT_SYMBOL_GPL(nfm_table_next);
EXPORT_SYMBOL_GPL(nfm_reason_name);
EXPORT_SYMBOL_GPL(nfm_reason_is_drop);
EXPORT_SYMBOL_GPL(nfm_pctr_name);
EXPORT_SYMBOL_GPL(nfm_status_name);
EXPORT_SYMBOL_GPL(nfm_fault_set);
EXPORT_SYMBOL_GPL(nfm_fault_get);
EXPORT_SYMBOL_GPL(nfm_fault_name);
EXPORT_SYMBOL_GPL(nfm_state_size);
EXPORT_SYMBOL_GPL(nfm_state_save);
EXPORT_SYMBOL_GPL(nfm_state_load);

MODULE_LICENSE("Dual BSD/GPL");
MODULE_DESCRIPTION("Model of the NFTSW-1 switch chip");
