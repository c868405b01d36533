// SPDX-License-Identifier: GPL-2.0
/*
 * devlink: the instance, what the chip is (info), how full it is (resources), its
 * registers (region), the policers of what it traps, and reset on request (reload).
 * Floor 8; called by nftsw_core.c.
 * reload creates the ports anew, in another network namespace if asked to; with
 * "action fw_activate" it resets the chip under the netdevs that are there.
 * Single traps come with a later capability: of the chip's trap groups there is a name,
 * and a policer under the same number.
 *
 * Callbacks run with the devlink lock held.
 */
#include <linux/bitfield.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <nftsw/bridge.h>
#include "nftsw_hw.h"

enum nftsw_resource {
	NFTSW_RESOURCE_FLOWS = 1,
	NFTSW_RESOURCE_ACL,
	NFTSW_RESOURCE_FDB,
	NFTSW_RESOURCE_FIDS,
	NFTSW_RESOURCE_MDB,
};

static int nftsw_devlink_versions_put(const struct nftsw_info *info,
				      struct devlink_info_req *req)
{
	u32 chip = FIELD_GET(NFTSW_REV_CHIP, info->rev);
	char buf[32];
	int err;

	snprintf(buf, sizeof(buf), "%04x", NFTSW_PCI_DEVICE_ID);
	err = devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_ID,
					     buf);
	if (err)
		return err;
	snprintf(buf, sizeof(buf), "%c%u", 'A' + (chip >> 4), chip & 0xf);
	err = devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_REV,
					     buf);
	if (err)
		return err;
	snprintf(buf, sizeof(buf), "%u.%u", (u32)FIELD_GET(NFTSW_ABI_MAJOR, info->abi),
		 (u32)FIELD_GET(NFTSW_ABI_MINOR, info->abi));
	err = devlink_info_version_fixed_put(req, "abi", buf);
	if (err)
		return err;
	snprintf(buf, sizeof(buf), "%u", (u32)FIELD_GET(NFTSW_REV_BUILD, info->rev));
	return devlink_info_version_running_put(req, DEVLINK_INFO_VERSION_GENERIC_FW,
						buf);
}

static int nftsw_devlink_info_get(struct devlink *devlink, struct devlink_info_req *req,
				  struct netlink_ext_ack *extack)
{
	struct nftsw *ns = devlink_priv(devlink);
	char buf[32];
	int err;

	snprintf(buf, sizeof(buf), "%016llx", ns->info.serial);
	err = devlink_info_serial_number_put(req, buf);
	return err ?: nftsw_devlink_versions_put(&ns->info, req);
}

static int nftsw_devlink_policer_set(struct devlink *devlink,
				     const struct devlink_trap_policer *policer,
				     u64 rate, u64 burst,
				     struct netlink_ext_ack *extack)
{
	const struct nftsw_policer p = { .rate = rate, .burst = burst };
	int err;

	err = nftsw_trap_policer_set(devlink_priv(devlink), policer->id, &p);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "policer not written to the chip");
	return err;
}

static int nftsw_devlink_policer_drops(struct devlink *devlink,
				       const struct devlink_trap_policer *policer,
				       u64 *drops)
{
	return nftsw_trap_policer_drops(devlink_priv(devlink), policer->id, drops);
}

static int nftsw_devlink_group_action(struct devlink *devlink,
				      const struct devlink_trap_group *group,
				      enum devlink_trap_action action,
				      struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_MOD(extack, "what this chip does with a trap cannot be changed");
	return -EOPNOTSUPP;
}

/* Both are the chip's groups; a driver's own have numbers above devlink's. */
static const struct devlink_trap_policer nftsw_devlink_policers[] = {
#define NFTSW_X_POLICER(sym, rate, burst) \
	DEVLINK_TRAP_POLICER(NFTSW_GROUP_##sym, rate, burst, NFTSW_TRAP_RATE_MAX, 0, \
			     NFTSW_TRAP_BURST_MAX, 1),
	NFTSW_TRAP_POLICERS(NFTSW_X_POLICER)
};

static const struct devlink_trap_group nftsw_devlink_groups[] = {
#define NFTSW_X_TRAP_GROUP(sym, group_name, doc) \
	{ .name = group_name, .id = DEVLINK_TRAP_GROUP_GENERIC_ID_MAX + NFTSW_GROUP_##sym, \
	  .init_policer_id = NFTSW_GROUP_##sym },
	NFTSW_TRAP_GROUPS(NFTSW_X_TRAP_GROUP)
};

/* The first is NONE. */
static_assert(ARRAY_SIZE(nftsw_devlink_groups) == ARRAY_SIZE(nftsw_devlink_policers) + 1);

static int nftsw_devlink_traps_register(struct nftsw *ns)
{
	int err;

	if (!(ns->info.caps & NFTSW_CAPS_POLICER))
		return 0;
	err = devl_trap_policers_register(ns->devlink, nftsw_devlink_policers,
					  ARRAY_SIZE(nftsw_devlink_policers));
	if (err)
		return err;
	err = devl_trap_groups_register(ns->devlink, nftsw_devlink_groups + 1,
					ARRAY_SIZE(nftsw_devlink_groups) - 1);
	if (err)
		devl_trap_policers_unregister(ns->devlink, nftsw_devlink_policers,
					      ARRAY_SIZE(nftsw_devlink_policers));
	ns->traps = !err;
	return err;
}

static void nftsw_devlink_traps_unregister(struct nftsw *ns)
{
	if (!ns->traps)
		return;
	ns->traps = false;
	devl_trap_groups_unregister(ns->devlink, nftsw_devlink_groups + 1,
				    ARRAY_SIZE(nftsw_devlink_groups) - 1);
	devl_trap_policers_unregister(ns->devlink, nftsw_devlink_policers,
				      ARRAY_SIZE(nftsw_devlink_policers));
}

static int nftsw_devlink_reload_down(struct devlink *devlink, bool netns_change,
				     enum devlink_reload_action action,
				     enum devlink_reload_limit limit,
				     struct netlink_ext_ack *extack)
{
	bool reinit = action == DEVLINK_RELOAD_ACTION_DRIVER_REINIT;
	struct nftsw *ns = devlink_priv(devlink);

	ns->reload_down(ns, reinit);
	/* devlink wants them to be made anew, as the ports; policers are as at probe then */
	if (reinit)
		nftsw_devlink_traps_unregister(ns);
	return 0;
}

static int nftsw_devlink_reload_up(struct devlink *devlink,
				   enum devlink_reload_action action,
				   enum devlink_reload_limit limit,
				   u32 *actions_performed, struct netlink_ext_ack *extack)
{
	struct nftsw *ns = devlink_priv(devlink);
	int err;

	*actions_performed = BIT(action);
	if (!ns->traps) {
		nftsw_trap_init(ns);
		err = nftsw_devlink_traps_register(ns);
		if (err) {
			NL_SET_ERR_MSG_MOD(extack, "trap groups not registered");
			return err;
		}
	}
	err = ns->reload_up(ns);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "chip did not come up after its reset");
	return err;
}

static const struct devlink_ops nftsw_devlink_ops = {
	.reload_actions = BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT) |
			  BIT(DEVLINK_RELOAD_ACTION_FW_ACTIVATE),
	.reload_down = nftsw_devlink_reload_down,
	.reload_up = nftsw_devlink_reload_up,
	.info_get = nftsw_devlink_info_get,
	.trap_group_action_set = nftsw_devlink_group_action,
	.trap_policer_set = nftsw_devlink_policer_set,
	.trap_policer_counter_get = nftsw_devlink_policer_drops,
};

static u64 nftsw_devlink_flows_occ(void *priv)
{
	return nftsw_flow_occ_get(priv);
}

static u64 nftsw_devlink_acl_occ(void *priv)
{
	return nftsw_acl_occ_get(priv);
}

/* A table of the chip, of a size that cannot be changed. */
static int nftsw_devlink_resource_register(struct nftsw *ns, const char *name,
					   enum nftsw_resource id, u32 size,
					   devlink_resource_occ_get_t *occ)
{
	struct devlink_resource_size_params params;
	int err;

	if (!size)
		return 0;
	devlink_resource_size_params_init(&params, size, size, 1,
					  DEVLINK_RESOURCE_UNIT_ENTRY);
	err = devl_resource_register(ns->devlink, name, size, id,
				     DEVLINK_RESOURCE_ID_PARENT_TOP, &params);
	if (!err)
		devl_resource_occ_get_register(ns->devlink, id, occ, ns);
	return err;
}

static u64 nftsw_devlink_fdb_occ(void *priv)
{
	u32 hosts, fids, groups;

	nftsw_bridge_occ_get(priv, &hosts, &fids, &groups);
	return hosts;
}

static u64 nftsw_devlink_fids_occ(void *priv)
{
	u32 hosts, fids, groups;

	nftsw_bridge_occ_get(priv, &hosts, &fids, &groups);
	return fids;
}

static u64 nftsw_devlink_mdb_occ(void *priv)
{
	u32 hosts, fids, groups;

	nftsw_bridge_occ_get(priv, &hosts, &fids, &groups);
	return groups;
}

static u32 nftsw_devlink_resource_size(const struct nftsw *ns, enum nftsw_resource id)
{
	switch (id) {
	case NFTSW_RESOURCE_FLOWS:
		return ns->info.flows;
	case NFTSW_RESOURCE_ACL:
		return ns->info.acls;
	case NFTSW_RESOURCE_FDB:
		return ns->bridges ? ns->info.fdb : 0;
	case NFTSW_RESOURCE_FIDS:
		return ns->bridges ? NFTSW_MAX_FIDS - 1 : 0;
	case NFTSW_RESOURCE_MDB:
		return ns->bridges ? NFTSW_MAX_MDB : 0;
	}
	return 0;
}

static const struct {
	const char *name;
	enum nftsw_resource id;
	devlink_resource_occ_get_t *occ;
} nftsw_devlink_resources[] = {
	{ "flows", NFTSW_RESOURCE_FLOWS, nftsw_devlink_flows_occ },
	{ "acl", NFTSW_RESOURCE_ACL, nftsw_devlink_acl_occ },
	{ "fdb", NFTSW_RESOURCE_FDB, nftsw_devlink_fdb_occ },
	{ "fids", NFTSW_RESOURCE_FIDS, nftsw_devlink_fids_occ },
	{ "mdb", NFTSW_RESOURCE_MDB, nftsw_devlink_mdb_occ },
};

/* The first @n of the table. */
static void nftsw_devlink_resources_drop(struct nftsw *ns, u32 n)
{
	while (n--)
		if (nftsw_devlink_resource_size(ns, nftsw_devlink_resources[n].id))
			devl_resource_occ_get_unregister(ns->devlink,
							 nftsw_devlink_resources[n].id);
	devl_resources_unregister(ns->devlink);
}

static void nftsw_devlink_resources_unregister(struct nftsw *ns)
{
	nftsw_devlink_resources_drop(ns, ARRAY_SIZE(nftsw_devlink_resources));
}

static int nftsw_devlink_resources_register(struct nftsw *ns)
{
	enum nftsw_resource id;
	int err;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(nftsw_devlink_resources); i++) {
		id = nftsw_devlink_resources[i].id;
		err = nftsw_devlink_resource_register(ns, nftsw_devlink_resources[i].name, id,
						      nftsw_devlink_resource_size(ns, id),
						      nftsw_devlink_resources[i].occ);
		if (err) {
			nftsw_devlink_resources_drop(ns, i);
			return err;
		}
	}
	return 0;
}

static int nftsw_devlink_region_snapshot(struct devlink *devlink,
					 const struct devlink_region_ops *ops,
					 struct netlink_ext_ack *extack, u8 **data)
{
	struct nftsw *ns = devlink_priv(devlink);
	void *buf;

	buf = kvmalloc(nftsw_reg_dump_size(ns), GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	nftsw_reg_dump(ns, buf);
	*data = buf;
	return 0;
}

static const struct devlink_region_ops nftsw_devlink_region_ops = {
	.name = "registers",
	.snapshot = nftsw_devlink_region_snapshot,
	.destructor = kvfree,
};

/**
 * nftsw_devlink_alloc() - create a devlink instance, and in it a chip
 * @bus: the chip, as its carrier found it
 *
 * Return: the chip, or NULL when memory is short.
 */
struct nftsw *nftsw_devlink_alloc(struct nftsw_bus *bus)
{
	struct devlink *devlink;
	struct nftsw *ns;

	devlink = devlink_alloc(&nftsw_devlink_ops, sizeof(*ns), bus->dev);
	if (!devlink)
		return NULL;
	ns = devlink_priv(devlink);
	ns->devlink = devlink;
	ns->bus = bus;
	ns->dev = bus->dev;
	spin_lock_init(&ns->time_lock);
	spin_lock_init(&ns->lost_lock);
	INIT_LIST_HEAD(&ns->lost);
	return ns;
}

/**
 * nftsw_devlink_free() - free a chip and its devlink instance
 * @ns: chip, empty
 */
void nftsw_devlink_free(struct nftsw *ns)
{
	devlink_free(ns->devlink);
}

/**
 * nftsw_devlink_init() - create what devlink shows of a chip
 * @ns: chip
 *
 * Context: devlink lock held.
 *
 * Return: 0 or a negative errno.
 */
int nftsw_devlink_init(struct nftsw *ns)
{
	struct devlink_region *region;
	int err;

	err = nftsw_devlink_resources_register(ns);
	if (err)
		return err;
	region = devl_region_create(ns->devlink, &nftsw_devlink_region_ops, 1,
				    nftsw_reg_dump_size(ns));
	if (IS_ERR(region)) {
		err = PTR_ERR(region);
		goto err_region_create;
	}
	ns->region = region;
	err = nftsw_devlink_traps_register(ns);
	if (err)
		goto err_traps_register;
	return 0;

err_traps_register:
	devl_region_destroy(region);
err_region_create:
	nftsw_devlink_resources_unregister(ns);
	return err;
}

/**
 * nftsw_devlink_fini() - destroy what nftsw_devlink_init() created
 * @ns: chip
 *
 * Context: devlink lock held.
 */
void nftsw_devlink_fini(struct nftsw *ns)
{
	nftsw_devlink_traps_unregister(ns);
	devl_region_destroy(ns->region);
	nftsw_devlink_resources_unregister(ns);
}
