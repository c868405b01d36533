/*
 * QEMU NFTSW-1 Ethernet switch chip: monitor commands where it is not built in
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-nftsw.h"

static void nftsw_stub_refuse(Error **errp)
{
    error_setg(errp, "this QEMU is built without the nftsw device");
}

NftswInfoList *qmp_query_nftsw(Error **errp)
{
    nftsw_stub_refuse(errp);
    return NULL;
}

NftswPortList *qmp_query_nftsw_ports(const char *id, Error **errp)
{
    nftsw_stub_refuse(errp);
    return NULL;
}

NftswFlowPage *qmp_query_nftsw_flows(const char *id, bool has_start,
                                     uint32_t start, bool has_limit,
                                     uint32_t limit, Error **errp)
{
    nftsw_stub_refuse(errp);
    return NULL;
}

NftswHostPage *qmp_query_nftsw_fdb(const char *id, bool has_start,
                                   uint32_t start, bool has_limit,
                                   uint32_t limit, Error **errp)
{
    nftsw_stub_refuse(errp);
    return NULL;
}

NftswGroupList *qmp_query_nftsw_mdb(const char *id, Error **errp)
{
    nftsw_stub_refuse(errp);
    return NULL;
}

NftswFidList *qmp_query_nftsw_vlans(const char *id, Error **errp)
{
    nftsw_stub_refuse(errp);
    return NULL;
}

NftswAclRuleList *qmp_query_nftsw_acl(const char *id, Error **errp)
{
    nftsw_stub_refuse(errp);
    return NULL;
}
