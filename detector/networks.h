/*
 * networks - what the operator knows of networks better than networks.def:
 * the kinds of some, by AS number, and the ranges that are his own.
 *
 * An entry of `networks` is a number, a kind and, for whoever reads the file,
 * a name: "AS64500 vpn Our staff VPN". An entry of `own_networks` is a prefix:
 * "192.0.2.0/24", "2001:db8::/32". Own webmail, relays and monitoring log in
 * for others from there, so their clients say nothing of where anybody is.
 */
#ifndef DETECTOR_NETWORKS_H
#define DETECTOR_NETWORKS_H

#include "base/conf.h"
#include "detector/origin.h"

struct networks {
	size_t n_kinds, n_own;
	struct {
		uint32_t number;
		enum network_kind kind;
	} kinds[CONF_LIST_MAX];
	struct address_block own[CONF_LIST_MAX];
};

/* Both lists may be NULL. A bad entry, and a number that stands twice, is an
 * error that names the entry and what to write. */
int networks_parse(const struct conf_list *kinds, const struct conf_list *own,
		   struct networks *out, struct err *err);

enum network_kind networks_kind(const struct networks *networks,
				uint32_t as_number);
bool networks_is_own(const struct networks *networks,
		     const struct address *address);

#endif
