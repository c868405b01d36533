/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels this driver builds on, 6.12 to 7.3, in one
 * place.  Floor 0.  NFTSW_HAVE_* come from Kbuild, which looks into the headers of the
 * kernel at hand, so that stable and distribution kernels with back-ports fit too.
 */
#ifndef NFTSW_COMPAT_H
#define NFTSW_COMPAT_H

#endif /* NFTSW_COMPAT_H */
