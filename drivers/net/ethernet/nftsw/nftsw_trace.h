/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the driver.  Floor 1; instantiated in nftsw_cmdq.c.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nftsw

#if !defined(NFTSW_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define NFTSW_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>
#include "nftsw_hw.h"

TRACE_EVENT(nftsw_cmd,
	TP_PROTO(const struct nftsw *ns, const struct nftsw_cmd *cmd),
	TP_ARGS(ns, cmd),
	TP_STRUCT__entry(
		__string(dev, dev_name(ns->dev))
		__field(u16, opcode)
		__field(u32, index)
		__field(u32, count)
		__field(u32, done)
		__field(int, err)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->opcode = cmd->opcode;
		__entry->index = cmd->index;
		__entry->count = cmd->count;
		__entry->done = cmd->done;
		__entry->err = cmd->err;
	),
	TP_printk("%s opcode=%#x index=%u count=%u done=%u err=%d",
		  __get_str(dev), __entry->opcode, __entry->index,
		  __entry->count, __entry->done, __entry->err)
);

TRACE_EVENT(nftsw_event,
	TP_PROTO(const struct nftsw *ns, const struct nftsw_hw_event *ev),
	TP_ARGS(ns, ev),
	TP_STRUCT__entry(
		__string(dev, dev_name(ns->dev))
		__field(u8, type)
		__field(u8, severity)
		__field(u32, index)
		__field(u32, arg)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->type = ev->type;
		__entry->severity = ev->severity;
		__entry->index = le32_to_cpu(ev->index);
		__entry->arg = le32_to_cpu(ev->arg[0]);
	),
	TP_printk("%s type=%u severity=%u index=%u arg=%u",
		  __get_str(dev), __entry->type, __entry->severity,
		  __entry->index, __entry->arg)
);

TRACE_EVENT(nftsw_fault,
	TP_PROTO(const struct nftsw *ns, u32 fault, u32 arg),
	TP_ARGS(ns, fault, arg),
	TP_STRUCT__entry(
		__string(dev, dev_name(ns->dev))
		__field(u32, fault)
		__field(u32, arg)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->fault = fault;
		__entry->arg = arg;
	),
	TP_printk("%s fault=%u arg=%u", __get_str(dev), __entry->fault,
		  __entry->arg)
);

#endif /* NFTSW_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE nftsw_trace
#include <trace/define_trace.h>
