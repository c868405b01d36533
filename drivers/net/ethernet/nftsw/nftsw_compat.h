/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels this driver builds on, 6.12 to 7.3, in one
 * place.  Floor 0.  NFTSW_HAVE_* come from Kbuild, which looks into the headers of the
 * kernel at hand, so that stable and distribution kernels with back-ports fit too.
 */
#ifndef NFTSW_COMPAT_H
#define NFTSW_COMPAT_H

#include <linux/skbuff.h>

/**
 * nftsw_compat_fwd_mark_set() - note that the hardware has forwarded a frame
 * @skb: frame
 *
 * The flag is only there in kernels with switchdev.
 */
static inline void nftsw_compat_fwd_mark_set(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NET_SWITCHDEV)
	skb->offload_fwd_mark = 1;
#endif
}

#endif /* NFTSW_COMPAT_H */
