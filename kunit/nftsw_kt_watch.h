/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Complaints of the kernel while tests run.  Floor 9.
 */
#ifndef NFTSW_KT_WATCH_H
#define NFTSW_KT_WATCH_H

#include <linux/types.h>

u32 nftsw_kt_watch_count(void);

#endif /* NFTSW_KT_WATCH_H */
