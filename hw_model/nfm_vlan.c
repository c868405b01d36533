// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * What software tells the bridge of its ports: their properties, their state in each spanning
 * tree, where their VLANs lead, and the broadcast domains (FIDs).  Floor 2, above nfm_mac.c;
 * called by nfm_cmd.c and nfm_dump.c for software, by nfm_core.c, nfm_regs.c and
 * nfm_state.c for birth and reset.  nfm_bridge.c reads the tables filled here.  DS 8.6 to 8.8.
 *
 * What many frames ask of all ports at once is kept as sets of ports: a flooded frame's egress
 * ports are a few ands of 128 bits (members, forwarding, flag, not isolated), not a loop over
 * ports.  m->br_active says which ports and LAGs have anything to do with a bridge; frames of
 * the others are kept out by that one bit.
 */
#include "nfm_bridge.h"
#include "nfm_proto.h"

/* ---- birth ------------------------------------------------------------------------- */

static size_t nfm_br_align(size_t bytes)
{
	return (bytes + NFM_CACHE_LINE - 1) & ~(size_t)(NFM_CACHE_LINE - 1);
}

static size_t nfm_br_vlan_bytes(void)
{
	return (size_t)NFM_VLAN_PORTS * NFM_VLAN_IDS * sizeof(u16);
}

/**
 * nfm_br_size() - memory that the bridge takes
 * @cfg: properties of the chip
 *
 * Return: bytes, a multiple of a cache line; 0 for a chip without a bridge
 */
size_t nfm_br_size(const struct nfm_cfg *cfg)
{
	if (!cfg->fdb)
		return 0;
	return nfm_br_align(sizeof(struct nfm_br)) + nfm_br_vlan_bytes() +
	       NFTSW_MAX_FIDS * sizeof(struct nfm_fid) +
	       nfm_mac_size(cfg->fdb) + nfm_br_align(cfg->fdb * sizeof(struct nfm_host)) +
	       nfm_mac_size(NFTSW_MAX_MDB) + NFTSW_MAX_MDB * sizeof(struct nfm_group);
}

/**
 * nfm_br_init() - lay the bridge's tables out
 * @m: chip; @m->cfg is set
 * @mem: nfm_br_size() bytes, zeroed, on a cache line; not looked at without a bridge
 *
 * nfm_br_reset() has to follow.
 */
void nfm_br_init(struct nfm *m, void *mem)
{
	struct nfm_br *br = mem;
	u8 *p = mem;

	m->br = NULL;
	if (!m->cfg.fdb)
		return;
	m->br = br;
	p += nfm_br_align(sizeof(*br));
	br->vlan = (u16 *)(void *)p;
	p += nfm_br_vlan_bytes();
	br->fid = (struct nfm_fid *)(void *)p;
	p += NFTSW_MAX_FIDS * sizeof(*br->fid);
	p = nfm_mac_init(&br->fdb.tbl, p, m->cfg.fdb);
	br->fdb.host = (struct nfm_host *)(void *)p;
	p += nfm_br_align(m->cfg.fdb * sizeof(*br->fdb.host));
	p = nfm_mac_init(&br->mdb, p, NFTSW_MAX_MDB);
	br->group = (struct nfm_group *)(void *)p;
}

static void nfm_br_reset_ports(const struct nfm *m, struct nfm_br *br)
{
	u32 i;

	memset(br->port, 0, sizeof(br->port));
	memset(br->with, 0, sizeof(br->with));
	memset(br->learning, 0xff, sizeof(br->learning));
	memset(br->forwarding, 0xff, sizeof(br->forwarding));
	memset(&br->exists, 0, sizeof(br->exists));
	memset(br->stps, 0, sizeof(br->stps));
	for (i = 0; i < NFTSW_MAX_BR_PORTS; i++) {
		br->port[i].tpid = NFM_TYPE_VLAN;
		nfm_ports_put(&br->exists, i, i < m->cfg.ports ||
			      (i >= NFTSW_LAG_PORT(0) && i < NFTSW_VPORT(0)));
	}
}

/**
 * nfm_br_reset() - no bridge, no VLANs, no addresses
 * @m: chip, with a bridge or without one
 *
 * Touches the large tables only where something is in them.
 */
void nfm_br_reset(struct nfm *m)
{
	struct nfm_br *br = m->br;
	u32 i;

	memset(&m->br_active, 0, sizeof(m->br_active));
	if (!br)
		return;
	nfm_br_reset_ports(m, br);
	for (i = 0; i < NFM_VLAN_PORTS; i++)
		if (br->vlans[i])
			memset(nfm_br_vlan(br, i, 0), 0, NFM_VLAN_IDS * sizeof(u16));
	memset(br->vlans, 0, sizeof(br->vlans));
	memset(br->fid, 0, br->fid_end * sizeof(*br->fid));
	br->fid_end = 0;
	nfm_mac_reset(&br->fdb.tbl);
	nfm_mac_reset(&br->mdb);
	br->fdb.age_next_ns = NFM_NEVER;
	br->fdb.age_soonest_ns = NFM_NEVER;
	br->fdb.age_cursor = 0;
	br->fdb.pressure = false;
}

/**
 * nfm_br_seed() - set the seed of the hashes
 * @m: chip
 * @seed: see NFTSW_SEED_LO
 *
 * Has no effect on a database that has an entry.
 */
void nfm_br_seed(struct nfm *m, u64 seed)
{
	if (!m->br)
		return;
	nfm_mac_seed(&m->br->fdb.tbl, seed);
	nfm_mac_seed(&m->br->mdb, seed);
}

/* ---- sets of ports ------------------------------------------------------------------- */

/**
 * nfm_br_port_ok() - does this chip have the bridge port?
 * @m: chip
 * @port: number that software gave
 *
 * Return: true for ports, LAGs and virtual ports, whether these have a VLAN or not.
 */
bool nfm_br_port_ok(const struct nfm *m, u32 port)
{
	return port < m->cfg.ports || (port >= NFTSW_LAG_PORT(0) && port < NFTSW_MAX_BR_PORTS);
}

/**
 * nfm_br_ports_ok() - does this chip have all these bridge ports?
 * @m: chip
 * @set: NFTSW_BR_PORT_WORDS words that software gave
 *
 * Return: true when it has.
 */
bool nfm_br_ports_ok(const struct nfm *m, const __le64 *set)
{
	u64 ports = m->cfg.ports == 64 ? ~(u64)0 : ((u64)1 << m->cfg.ports) - 1;

	_Static_assert(NFTSW_LAG_PORT(0) == 64, "the second word is not all LAGs and vports");
	return !(NFM_LE64(set[0]) & ~ports);
}

/**
 * nfm_br_ports_get() - a set of bridge ports from a table entry
 * @s: filled in
 * @set: NFTSW_BR_PORT_WORDS words
 */
void nfm_br_ports_get(struct nfm_ports *s, const __le64 *set)
{
	u32 i;

	for (i = 0; i < NFTSW_BR_PORT_WORDS; i++)
		s->w[i] = NFM_LE64(set[i]);
}

/**
 * nfm_br_ports_set() - a set of bridge ports into a table entry
 * @set: NFTSW_BR_PORT_WORDS words, filled in
 * @s: set
 */
void nfm_br_ports_set(__le64 *set, const struct nfm_ports *s)
{
	u32 i;

	for (i = 0; i < NFTSW_BR_PORT_WORDS; i++)
		set[i] = NFM_TO_LE64(s->w[i]);
}

/* ---- bridge ports: DS 8.6 --------------------------------------------------------------- */

/* Frames of a port or LAG have something to do with a bridge, or they have not. */
static void nfm_br_port_active(struct nfm *m, u32 port)
{
	const struct nfm_br_port *p = &m->br->port[port];
	u64 bit = (u64)1 << (port % 64);

	if (port >= NFM_VLAN_PORTS)
		return;
	if (p->fid || p->flags & NFTSW_BP_VLAN_AWARE || m->br->vlans[port])
		m->br_active[port / 64] |= bit;
	else
		m->br_active[port / 64] &= ~bit;
}

static bool nfm_br_tpid_ok(__be16 tpid)
{
	return NFM_BE16(tpid) == NFM_TYPE_VLAN || NFM_BE16(tpid) == NFM_TYPE_VLAN_AD;
}

/* Another virtual port is the same VLAN of the same port. */
static bool nfm_br_vport_taken(const struct nfm_br *br, u32 port, u32 of, u32 vid)
{
	u32 i;

	for (i = NFTSW_VPORT(0); i < NFTSW_MAX_BR_PORTS; i++)
		if (i != port && br->port[i].vport_vid == vid && br->port[i].vport_port == of)
			return true;
	return false;
}

static u32 nfm_br_vport_check(const struct nfm *m, u32 port, const struct nftsw_hw_br_port *cfg)
{
	u32 of = NFM_LE16(cfg->vport_port);
	u32 vid = NFM_LE16(cfg->vport_vid);

	if (!vid)
		return of ? NFTSW_ST_BAD_PARAM : NFTSW_ST_OK;
	if (port < NFTSW_VPORT(0) || vid > NFTSW_MAX_VID || !nfm_br_port_ok(m, of) ||
	    of >= NFTSW_VPORT(0))
		return NFTSW_ST_BAD_PARAM;
	return nfm_br_vport_taken(m->br, port, of, vid) ? NFTSW_ST_EXISTS : NFTSW_ST_OK;
}

static u32 nfm_br_port_check(const struct nfm *m, u32 port, const struct nftsw_hw_br_port *cfg)
{
	u32 flags = NFM_LE32(cfg->flags);
	u32 pvid = NFM_LE16(cfg->pvid);
	bool aware = flags & NFTSW_BP_VLAN_AWARE;

	if (NFM_LE16(cfg->port) != port || !nfm_br_port_ok(m, port) ||
	    NFM_LE16(cfg->fid) >= NFTSW_MAX_FIDS || pvid > NFTSW_MAX_VID ||
	    !nfm_br_tpid_ok(cfg->tpid) || flags & ~NFTSW_BP_ALL || cfg->rsvd[0] || cfg->rsvd[1])
		return NFTSW_ST_BAD_PARAM;
	if (pvid && !aware)
		return NFTSW_ST_BAD_PARAM;
	/* a virtual port is one VLAN: there is nothing to be aware of */
	if (aware && port >= NFTSW_VPORT(0))
		return NFTSW_ST_BAD_PARAM;
	return nfm_br_vport_check(m, port, cfg);
}

/**
 * nfm_br_port_set() - software configures a bridge port
 * @m: chip that has a bridge
 * @port: number
 * @cfg: what it says; learned is read only and not looked at
 *
 * Entries of the FDB stay as they are.
 *
 * Return: OK; BAD_PARAM; EXISTS: another virtual port is the same VLAN
 */
u32 nfm_br_port_set(struct nfm *m, u32 port, const struct nftsw_hw_br_port *cfg)
{
	u32 status = nfm_br_port_check(m, port, cfg);
	struct nfm_br *br = m->br;
	struct nfm_br_port *p;
	u32 i;

	if (status != NFTSW_ST_OK)
		return status;
	p = &br->port[port];
	p->flags = NFM_LE32(cfg->flags);
	p->fid = NFM_LE16(cfg->fid);
	p->pvid = NFM_LE16(cfg->pvid);
	p->tpid = NFM_BE16(cfg->tpid);
	p->learn_limit = NFM_LE32(cfg->learn_limit);
	p->vport_port = NFM_LE16(cfg->vport_port);
	p->vport_vid = NFM_LE16(cfg->vport_vid);
	for (i = 0; i < NFM_BP_FLAGS; i++)
		nfm_ports_put(&br->with[i], port, p->flags >> i & 1);
	if (port >= NFTSW_VPORT(0))
		nfm_ports_put(&br->exists, port, p->vport_vid);
	nfm_br_port_active(m, port);
	return NFTSW_ST_OK;
}

/**
 * nfm_br_port_read() - a bridge port, as a table entry
 * @m: chip that has a bridge
 * @port: number below NFTSW_MAX_BR_PORTS
 * @cfg: filled in
 *
 * Return: whether it is other than after a reset
 */
bool nfm_br_port_read(const struct nfm *m, u32 port, struct nftsw_hw_br_port *cfg)
{
	const struct nfm_br_port *p = &m->br->port[port];

	memset(cfg, 0, sizeof(*cfg));
	cfg->port = NFM_TO_LE16((u16)port);
	cfg->fid = NFM_TO_LE16(p->fid);
	cfg->pvid = NFM_TO_LE16(p->pvid);
	cfg->tpid = NFM_TO_BE16(p->tpid);
	cfg->flags = NFM_TO_LE32(p->flags);
	cfg->learn_limit = NFM_TO_LE32(p->learn_limit);
	cfg->learned = NFM_TO_LE32(p->learned);
	cfg->vport_port = NFM_TO_LE16(p->vport_port);
	cfg->vport_vid = NFM_TO_LE16(p->vport_vid);
	return p->fid || p->pvid || p->tpid != NFM_TYPE_VLAN || p->flags || p->learn_limit ||
	       p->learned || p->vport_vid;
}

/* ---- spanning trees: DS 8.6 ----------------------------------------------------------------- */

/**
 * nfm_stp_set() - software sets the state of a bridge port in a spanning tree
 * @m: chip that has a bridge
 * @s: what it says
 *
 * Return: OK, BAD_PARAM
 */
u32 nfm_stp_set(struct nfm *m, const struct nftsw_hw_stp *s)
{
	u32 port = NFM_LE16(s->port);
	struct nfm_ports *forwarding;

	if (!nfm_br_port_ok(m, port) || s->msti >= NFTSW_MAX_MSTIS ||
	    s->state >= NFTSW_STP_COUNT || s->rsvd)
		return NFTSW_ST_BAD_PARAM;
	nfm_ports_put(&m->br->learning[s->msti], port, s->state >= NFTSW_STP_LEARNING);
	forwarding = &m->br->forwarding[s->msti];
	m->br->stps[port] = (u8)(m->br->stps[port] - !nfm_ports_has(forwarding, port) +
				 (s->state != NFTSW_STP_FORWARDING));
	nfm_ports_put(forwarding, port, s->state == NFTSW_STP_FORWARDING);
	return NFTSW_ST_OK;
}

/**
 * nfm_stp_skip() - the first number that may have a state other than FORWARDING
 * @m: chip that has a bridge
 * @i: port * NFTSW_MAX_MSTIS + tree, to begin with
 *
 * Return: such a number; NFTSW_MAX_BR_PORTS * NFTSW_MAX_MSTIS when there is none
 */
u32 nfm_stp_skip(const struct nfm *m, u32 i)
{
	while (i < NFTSW_MAX_BR_PORTS * NFTSW_MAX_MSTIS && !m->br->stps[i / NFTSW_MAX_MSTIS])
		i = (i / NFTSW_MAX_MSTIS + 1) * NFTSW_MAX_MSTIS;
	return i;
}

/**
 * nfm_stp_read() - state of a bridge port in a spanning tree, as a table entry
 * @m: chip that has a bridge
 * @i: port * NFTSW_MAX_MSTIS + tree
 * @s: filled in
 *
 * Return: whether it is other than FORWARDING
 */
bool nfm_stp_read(const struct nfm *m, u32 i, struct nftsw_hw_stp *s)
{
	u32 port = i / NFTSW_MAX_MSTIS;
	u32 msti = i % NFTSW_MAX_MSTIS;

	memset(s, 0, sizeof(*s));
	s->port = NFM_TO_LE16((u16)port);
	s->msti = (u8)msti;
	s->state = NFTSW_STP_DISCARDING;
	if (nfm_ports_has(&m->br->forwarding[msti], port))
		s->state = NFTSW_STP_FORWARDING;
	else if (nfm_ports_has(&m->br->learning[msti], port))
		s->state = NFTSW_STP_LEARNING;
	return s->state != NFTSW_STP_FORWARDING;
}

/* ---- VLANs: DS 8.7 -------------------------------------------------------------------- */

static bool nfm_vlan_to_ok(u32 to)
{
	return to < NFTSW_MAX_FIDS || to == NFTSW_VLAN_CPU ||
	       (to >= NFTSW_VLAN_VPORT(0) && to < NFTSW_VLAN_VPORT(NFTSW_MAX_VPORTS));
}

/**
 * nfm_vlan_set() - software says where a VLAN of a port leads
 * @m: chip that has a bridge
 * @v: what it says
 *
 * The FID or virtual port may come later, and go earlier.
 *
 * Return: OK, BAD_PARAM
 */
u32 nfm_vlan_set(struct nfm *m, const struct nftsw_hw_vlan *v)
{
	u32 port = NFM_LE16(v->port);
	u32 vid = NFM_LE16(v->vid);
	u16 *at;

	if (!nfm_br_port_ok(m, port) || port >= NFM_VLAN_PORTS || !vid || vid > NFTSW_MAX_VID ||
	    !nfm_vlan_to_ok(NFM_LE16(v->to)) || v->rsvd)
		return NFTSW_ST_BAD_PARAM;
	at = nfm_br_vlan(m->br, port, vid);
	m->br->vlans[port] = (u16)(m->br->vlans[port] - !!*at + !!v->to);
	*at = NFM_LE16(v->to);
	nfm_br_port_active(m, port);
	return NFTSW_ST_OK;
}

/**
 * nfm_vlan_skip() - the first number that may have a VLAN
 * @m: chip that has a bridge
 * @i: port * NFM_VLAN_IDS + VLAN, to begin with
 *
 * Return: such a number; NFTSW_VPORT(0) * NFM_VLAN_IDS when there is none
 */
u32 nfm_vlan_skip(const struct nfm *m, u32 i)
{
	while (i < NFM_VLAN_PORTS * NFM_VLAN_IDS && !m->br->vlans[i / NFM_VLAN_IDS])
		i = (i / NFM_VLAN_IDS + 1) * NFM_VLAN_IDS;
	return i;
}

/**
 * nfm_vlan_read() - where a VLAN of a port leads, as a table entry
 * @m: chip that has a bridge
 * @i: port * NFM_VLAN_IDS + VLAN
 * @v: filled in
 *
 * Return: whether the port has it
 */
bool nfm_vlan_read(const struct nfm *m, u32 i, struct nftsw_hw_vlan *v)
{
	u16 to = m->br->vlan[i];

	memset(v, 0, sizeof(*v));
	v->port = NFM_TO_LE16((u16)(i / NFM_VLAN_IDS));
	v->vid = NFM_TO_LE16((u16)(i % NFM_VLAN_IDS));
	v->to = NFM_TO_LE16(to);
	return to;
}

/* ---- FIDs: DS 8.8 --------------------------------------------------------------------- */

/**
 * nfm_fid_valid() - is there such a broadcast domain?
 * @br: bridge
 * @fid: number below NFTSW_MAX_FIDS
 *
 * Return: true when there is; FID 0 is none.
 */
bool nfm_fid_valid(const struct nfm_br *br, u32 fid)
{
	return br->fid[fid].flags & NFTSW_FID_VALID;
}

static u32 nfm_fid_check(const struct nfm *m, const struct nftsw_hw_fid *f)
{
	u32 fid = NFM_LE16(f->fid);
	u32 vid = NFM_LE16(f->vid);
	u32 i;

	if (!fid || fid >= NFTSW_MAX_FIDS || vid > NFTSW_MAX_VID || f->rsvd ||
	    f->msti >= NFTSW_MAX_MSTIS || NFM_LE32(f->flags) & ~NFTSW_FID_ALL ||
	    (vid ? !nfm_br_tpid_ok(f->tpid) : !!f->tpid) || !nfm_br_ports_ok(m, f->members))
		return NFTSW_ST_BAD_PARAM;
	for (i = 0; i < NFTSW_BR_PORT_WORDS; i++)
		if (f->untagged[i] & ~f->members[i] || (f->untagged[i] && !vid))
			return NFTSW_ST_BAD_PARAM;
	return NFTSW_ST_OK;
}

/* Without VALID everything but the number is 0. */
static u32 nfm_fid_del(struct nfm_br *br, const struct nftsw_hw_fid *f)
{
	struct nftsw_hw_fid bare = { .fid = f->fid };
	u32 fid = NFM_LE16(f->fid);

	if (!fid || fid >= NFTSW_MAX_FIDS || memcmp(f, &bare, sizeof(bare)))
		return NFTSW_ST_BAD_PARAM;
	if (br->fid[fid].hosts || br->fid[fid].groups)
		return NFTSW_ST_EXISTS;
	memset(&br->fid[fid], 0, sizeof(br->fid[fid]));
	return NFTSW_ST_OK;
}

/**
 * nfm_fid_set() - software makes, changes or deletes a broadcast domain
 * @m: chip that has a bridge
 * @f: what it says
 *
 * Return: OK, also when what is deleted was not there; BAD_PARAM; EXISTS: to be deleted, but the
 * FDB or the MDB has entries in it
 */
u32 nfm_fid_set(struct nfm *m, const struct nftsw_hw_fid *f)
{
	struct nfm_br *br = m->br;
	struct nfm_fid *d;

	if (!(NFM_LE32(f->flags) & NFTSW_FID_VALID))
		return nfm_fid_del(br, f);
	if (nfm_fid_check(m, f) != NFTSW_ST_OK)
		return NFTSW_ST_BAD_PARAM;
	d = &br->fid[NFM_LE16(f->fid)];
	if (br->fid_end <= NFM_LE16(f->fid))
		br->fid_end = NFM_LE16(f->fid) + 1u;
	/* what has been found out about the life of hosts no longer holds: look again */
	if (d->hosts && d->age_ms != NFM_LE32(f->age_ms)) {
		br->fdb.age_next_ns = 0;
		br->fdb.age_cursor = 0;
	}
	d->flags = NFM_LE32(f->flags);
	d->age_ms = NFM_LE32(f->age_ms);
	d->vid = NFM_LE16(f->vid);
	d->tpid = NFM_BE16(f->tpid);
	d->msti = f->msti;
	nfm_br_ports_get(&d->members, f->members);
	nfm_br_ports_get(&d->untagged, f->untagged);
	return NFTSW_ST_OK;
}

/**
 * nfm_fid_skip() - the first number that may be a FID
 * @m: chip that has a bridge
 * @fid: to begin with
 *
 * Return: such a number, or NFTSW_MAX_FIDS
 */
u32 nfm_fid_skip(const struct nfm *m, u32 fid)
{
	return fid < m->br->fid_end ? fid : NFTSW_MAX_FIDS;
}

/**
 * nfm_fid_read() - a broadcast domain, as a table entry
 * @m: chip that has a bridge
 * @fid: number below NFTSW_MAX_FIDS
 * @f: filled in
 *
 * Return: whether there is one
 */
bool nfm_fid_read(const struct nfm *m, u32 fid, struct nftsw_hw_fid *f)
{
	const struct nfm_fid *d = &m->br->fid[fid];

	memset(f, 0, sizeof(*f));
	f->fid = NFM_TO_LE16((u16)fid);
	f->vid = NFM_TO_LE16(d->vid);
	f->tpid = NFM_TO_BE16(d->tpid);
	f->msti = d->msti;
	f->flags = NFM_TO_LE32(d->flags);
	f->age_ms = NFM_TO_LE32(d->age_ms);
	nfm_br_ports_set(f->members, &d->members);
	nfm_br_ports_set(f->untagged, &d->untagged);
	return d->flags & NFTSW_FID_VALID;
}
