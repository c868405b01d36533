// SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
/*
 * Access control list: rules with masks, looked at one after the other.  Floor 2; written by
 * nfm_cmd.c and nfm_state.c, walked by nfm_pipe.c.  DS 8.5.
 *
 * What a TCAM does at once is done in a loop here: seven words a rule.  That is slow, and
 * paid for by frames of ports that have rules only.  Silicon has an answer that does not
 * depend on the number of rules; what counts here is that it is the same answer.
 *
 * The key is made by itself, not taken from nfm_parse.c: a flow needs all of a packet to be in
 * order and has a reason for the CPU otherwise, a rule takes what can be read.  It reads as
 * Linux does at the ingress hook of a netdev: behind the outer tag, through IPv4 options and
 * IPv6 extension headers, checksums aside.
 */
#include "nfm_priv.h"
#include "nfm_bytes.h"
#include "nfm_proto.h"

#define NFM_ACL_ETH_HLEN	14
#define NFM_ACL_TAG_HLEN	4
#define NFM_ACL_WORDS		NFM_ARRAY_COUNT(((struct nfm_acl_walk *)0)->words)

#define NFM_IPV4_FRAG		0x3fff	/* more fragments, or an offset */
#define NFM_IPV4_FRAG_OFFSET	0x1fff
#define NFM_IPV6_FRAG_OFFSET	0xfff8
/* Extension headers that are gone through; with more, the protocol is not known. */
#define NFM_IPV6_EXT_MAX	8

/* Rules are compared by words. */
_Static_assert(__builtin_offsetof(struct nftsw_hw_acl_entry, key) % 8 == 0 &&
	       __builtin_offsetof(struct nftsw_hw_acl_entry, mask) % 8 == 0 &&
	       sizeof(struct nftsw_hw_acl_key) % 8 == 0, "words of a rule are not aligned");

/* ---- the key of a frame ------------------------------------------------------------- */

/* @len octets of L4 are there, from the start of its header on. */
static void nfm_acl_l4(struct nftsw_hw_acl_key *k, u8 proto, const u8 *l4, u32 len, bool first)
{
	k->flags |= NFTSW_AK_L4;
	k->l4proto = proto;
	if (!first || len < 4 ||
	    (proto != NFM_PROTO_TCP && proto != NFM_PROTO_UDP && proto != NFM_PROTO_SCTP))
		return;
	k->flags |= NFTSW_AK_PORTS;
	__builtin_memcpy(&k->sport, l4, 2);
	__builtin_memcpy(&k->dport, l4 + 2, 2);
}

static void nfm_acl_ipv4(struct nftsw_hw_acl_key *k, const u8 *ip, u32 room)
{
	u32 hlen, total, frag;

	if (room < 20 || ip[0] >> 4 != 4)
		return;
	hlen = (u32)(ip[0] & 0xf) * 4;
	total = nfm_ld_be16(ip + 2);
	if (hlen < 20 || total < hlen || total > room)
		return;
	k->flags |= NFTSW_AK_IP;
	__builtin_memcpy(k->saddr, ip + 12, 4);
	__builtin_memcpy(k->daddr, ip + 16, 4);
	frag = nfm_ld_be16(ip + 6);
	if (frag & NFM_IPV4_FRAG)
		k->flags |= NFTSW_AK_FRAGMENT;
	nfm_acl_l4(k, ip[9], ip + hlen, total - hlen, !(frag & NFM_IPV4_FRAG_OFFSET));
}

/* Length of the extension header at @p, of which at least 8 octets are there; 0: none. */
static u32 nfm_acl_ext_len(u8 next, const u8 *p)
{
	switch (next) {
	case NFM_PROTO_HOP:
	case NFM_PROTO_ROUTING:
	case NFM_PROTO_DEST:
		return ((u32)p[1] + 1) * 8;
	case NFM_PROTO_AUTH:
		return ((u32)p[1] + 2) * 4;
	case NFM_PROTO_FRAGMENT:
		return 8;
	default:
		return 0;
	}
}

static bool nfm_acl_is_ext(u8 next)
{
	static const u8 any[8];

	return nfm_acl_ext_len(next, any);
}

/* The @left octets at @p, which a header of kind @next begins. */
static void nfm_acl_ipv6_next(struct nftsw_hw_acl_key *k, u8 next, const u8 *p, u32 left)
{
	bool first = true;
	u32 i, len;

	for (i = 0; first && nfm_acl_is_ext(next); i++) {
		if (i == NFM_IPV6_EXT_MAX || left < 8)
			return;
		len = nfm_acl_ext_len(next, p);
		if (len > left)
			return;
		if (next == NFM_PROTO_FRAGMENT) {
			k->flags |= NFTSW_AK_FRAGMENT;
			first = !(nfm_ld_be16(p + 2) & NFM_IPV6_FRAG_OFFSET);
		}
		next = p[0];
		p += len;
		left -= len;
	}
	nfm_acl_l4(k, next, p, left, first);
}

static void nfm_acl_ipv6(struct nftsw_hw_acl_key *k, const u8 *ip, u32 room)
{
	u32 plen;

	if (room < 40 || ip[0] >> 4 != 6)
		return;
	plen = nfm_ld_be16(ip + 4);
	if (plen > room - 40)
		return;
	k->flags |= (u8)(NFTSW_AK_IP | NFTSW_AK_IPV6);
	__builtin_memcpy(k->saddr, ip + 8, 16);
	__builtin_memcpy(k->daddr, ip + 24, 16);
	nfm_acl_ipv6_next(k, ip[6], ip + 40, plen);
}

static void nfm_acl_key(struct nftsw_hw_acl_key *k, const u8 *frame, u32 len)
{
	u32 type = nfm_ld_be16(frame + 12);
	u32 off = NFM_ACL_ETH_HLEN;

	__builtin_memcpy(k->dmac, frame, 6);
	__builtin_memcpy(k->smac, frame + 6, 6);
	if ((type == NFM_TYPE_VLAN || type == NFM_TYPE_VLAN_AD) &&
	    len >= NFM_ACL_ETH_HLEN + NFM_ACL_TAG_HLEN) {
		k->flags |= NFTSW_AK_TAG;
		if (type == NFM_TYPE_VLAN_AD)
			k->flags |= NFTSW_AK_TAG_AD;
		__builtin_memcpy(&k->tci, frame + off, 2);
		off += NFM_ACL_TAG_HLEN;
		type = nfm_ld_be16(frame + off - 2);
	}
	__builtin_memcpy(&k->type, frame + off - 2, 2);
	if (type == NFM_TYPE_IPV4)
		nfm_acl_ipv4(k, frame + off, len - off);
	else if (type == NFM_TYPE_IPV6)
		nfm_acl_ipv6(k, frame + off, len - off);
}

/* ---- matching --------------------------------------------------------------------------- */

/**
 * nfm_acl_walk() - begin to look for the rules that a frame matches
 * @w: filled in
 * @pk: frame of at least an Ethernet header, as it came in
 */
void nfm_acl_walk(struct nfm_acl_walk *w, const struct nfm_pkt *pk)
{
	__builtin_memset(w, 0, sizeof(*w));
	w->port = (u64)1 << pk->iport;
	nfm_acl_key(&w->key, pk->data, pk->len);
	if (pk->pflags & NFM_P_L2_MISS)
		w->key.flags |= NFTSW_AK_L2_MISS;
}

static bool nfm_acl_match(const struct nfm_acl_rule *r, const struct nfm_acl_walk *w)
{
	const u8 *key = (const u8 *)&r->e.key;
	const u8 *mask = (const u8 *)&r->e.mask;
	u64 diff = 0;
	u32 i;

	for (i = 0; i < NFM_ACL_WORDS; i++)
		diff |= (w->words[i] & nfm_ld64(mask + 8 * i)) ^ nfm_ld64(key + 8 * i);
	return !diff && NFM_LE64(r->e.ports) & w->port;
}

/**
 * nfm_acl_next() - the next rule that a frame matches
 * @m: chip
 * @w: walk; ends behind DROP, REDIRECT or TRAP
 *
 * Return: the rule, or NULL when there are no more
 */
struct nfm_acl_rule *nfm_acl_next(struct nfm *m, struct nfm_acl_walk *w)
{
	struct nfm_acl_rule *r;
	u32 group;

	while (w->at < m->acl.count) {
		r = &m->acl.rule[m->acl.order[w->at++]];
		group = NFM_LE32(r->e.group);
		if ((w->pass && group == w->passed) || !nfm_acl_match(r, w))
			continue;
		if (r->e.verdict == NFTSW_ACL_VERDICT_PASS) {
			w->pass = true;
			w->passed = group;
		} else if (r->e.verdict != NFTSW_ACL_VERDICT_NEXT) {
			w->at = m->acl.count;
		}
		return r;
	}
	return NULL;
}

/**
 * nfm_acl_count() - a frame has matched a rule
 * @m: chip
 * @r: rule
 * @w: of the frame
 * @len: octets of the frame
 */
void nfm_acl_count(struct nfm *m, struct nfm_acl_rule *r, const struct nfm_acl_walk *w, u32 len)
{
	r->packets++;
	r->octets += len - NFM_ACL_ETH_HLEN -
		     (w->key.flags & NFTSW_AK_TAG ? NFM_ACL_TAG_HLEN : 0);
	r->last_hit_ns = m->now_ns ? m->now_ns : 1;
}

/* ---- the table ---------------------------------------------------------------------------- */

/* Is rule @a looked at before rule @b? */
static bool nfm_acl_before(const struct nfm *m, u32 a, u32 b)
{
	const struct nftsw_hw_acl_entry *x = &m->acl.rule[a].e;
	const struct nftsw_hw_acl_entry *y = &m->acl.rule[b].e;

	if (x->prio != y->prio)
		return NFM_LE32(x->prio) < NFM_LE32(y->prio);
	if (x->group != y->group)
		return NFM_LE32(x->group) < NFM_LE32(y->group);
	if (x->order != y->order)
		return NFM_LE64(x->order) < NFM_LE64(y->order);
	return a < b;
}

static void nfm_acl_link(struct nfm *m, u32 index)
{
	struct nfm_acl *t = &m->acl;
	u32 i;

	for (i = t->count++; i && nfm_acl_before(m, index, t->order[i - 1]); i--)
		t->order[i] = t->order[i - 1];
	t->order[i] = (u16)index;
}

static void nfm_acl_unlink(struct nfm *m, u32 index)
{
	struct nfm_acl *t = &m->acl;
	u32 i;

	for (i = 0; t->order[i] != index; i++)
		;
	for (t->count--; i < t->count; i++)
		t->order[i] = t->order[i + 1];
}

static void nfm_acl_ports(struct nfm *m)
{
	const struct nftsw_hw_acl_entry *e;
	u32 i;

	m->acl.ports = 0;
	m->acl.l2_miss = 0;
	for (i = 0; i < m->acl.count; i++) {
		e = &m->acl.rule[m->acl.order[i]].e;
		m->acl.ports |= NFM_LE64(e->ports);
		if (e->mask.flags & NFTSW_AK_L2_MISS)
			m->acl.l2_miss |= NFM_LE64(e->ports);
	}
}

/**
 * nfm_acl_set() - write a rule
 * @m: chip
 * @e: rule, at the index that it names
 *
 * Return: OK, BAD_PARAM, or NO_SPACE by fault injection
 */
u32 nfm_acl_set(struct nfm *m, const struct nftsw_hw_acl_entry *e)
{
	u32 status = nfm_acl_check(m, e);
	struct nfm_acl_rule *r;

	if (status != NFTSW_ST_OK)
		return status;
	r = &m->acl.rule[NFM_LE32(e->index)];
	if (!r->valid && m->fault[NFM_FAULT_TABLE_FULL])
		return NFTSW_ST_NO_SPACE;
	if (r->valid)
		nfm_acl_unlink(m, NFM_LE32(e->index));
	if (!r->valid || r->e.cookie != e->cookie)
		memset(r, 0, sizeof(*r));
	r->e = *e;
	r->valid = true;
	nfm_acl_link(m, NFM_LE32(e->index));
	nfm_acl_ports(m);
	return NFTSW_ST_OK;
}

/**
 * nfm_acl_del() - delete a rule
 * @m: chip
 * @index: number that exists; a rule that does not is no error
 */
void nfm_acl_del(struct nfm *m, u32 index)
{
	struct nfm_acl_rule *r = &m->acl.rule[index];

	if (!r->valid)
		return;
	nfm_acl_unlink(m, index);
	memset(r, 0, sizeof(*r));
	nfm_acl_ports(m);
}

/**
 * nfm_acl_ctrs() - counters of a rule
 * @m: chip
 * @index: number that exists
 * @c: filled in; all 0 when there is no rule
 */
void nfm_acl_ctrs(const struct nfm *m, u32 index, struct nftsw_hw_acl_ctrs *c)
{
	const struct nfm_acl_rule *r = &m->acl.rule[index];

	c->packets = NFM_TO_LE64(r->packets);
	c->octets = NFM_TO_LE64(r->octets);
	c->last_hit_ns = NFM_TO_LE64(r->last_hit_ns);
	c->cookie = r->e.cookie;
}

/**
 * nfm_acl_read() - a rule and its counters
 * @m: chip
 * @index: number that exists
 * @rec: filled in
 *
 * Return: false when there is no rule
 */
bool nfm_acl_read(const struct nfm *m, u32 index, struct nftsw_hw_acl_record *rec)
{
	rec->entry = m->acl.rule[index].e;
	nfm_acl_ctrs(m, index, &rec->ctrs);
	return m->acl.rule[index].valid;
}

/**
 * nfm_acl_ctrs_restore() - set the counters of a rule, as they were saved
 * @m: chip
 * @index: rule that is valid
 * @c: counters
 */
void nfm_acl_ctrs_restore(struct nfm *m, u32 index, const struct nftsw_hw_acl_ctrs *c)
{
	struct nfm_acl_rule *r = &m->acl.rule[index];

	r->packets = NFM_LE64(c->packets);
	r->octets = NFM_LE64(c->octets);
	r->last_hit_ns = NFM_LE64(c->last_hit_ns);
}

/**
 * nfm_acl_reset() - no rules
 * @m: chip
 */
void nfm_acl_reset(struct nfm *m)
{
	memset(&m->acl, 0, sizeof(m->acl));
}
