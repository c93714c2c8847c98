/* SPDX-License-Identifier: MIT
 *
 * What an envelope address means to us: foreign, a rewritten sender on its way
 * back, a role address, or one that may belong to an account. The milter and
 * the maps both ask here, so that they can never disagree.
 */
#ifndef ALUMNI_MILTER_PLAN_RECIPIENT_H
#define ALUMNI_MILTER_PLAN_RECIPIENT_H

#include <stdbool.h>

#include "lib/mail/address.h"
#include "lib/configuration/configuration.h"

enum recipient_kind {
	/* Another domain's, or no address at all. */
	RECIPIENT_FOREIGN,
	/* An SRS address of ours, genuine or not. */
	RECIPIENT_REWRITTEN,
	/* postmaster (RFC 5321, section 4.5.1) or abuse (RFC 2142): these must
	   always take mail. */
	RECIPIENT_ROLE,
	/* An address of ours: an account's, or nobody's. */
	RECIPIENT_OURS,
};

struct recipient {
	enum recipient_kind kind;
	/* Name of the account that it may belong to, detail stripped, lower
	   case; a role address belongs to the postmaster's account. Empty when
	   it can belong to none. */
	char name[ADDRESS_LOCAL_BYTES];
	/* Its domain; that of a bare local part is our primary one, as Postfix
	   completes it. */
	char domain[ADDRESS_DOMAIN_BYTES];
};

/* Reads an address, with or without <>, quoted or not. */
void recipient_classify(const struct configuration *configuration,
			const char *text, struct recipient *recipient_r);

/* True if mail with this domain in its sender is our own. */
bool recipient_domain_is_ours(const struct configuration *configuration,
			      const char *domain);

/* Where mail for role addresses goes: the complete postmaster address. */
void recipient_role_address(const struct configuration *configuration,
			    char address_r[ADDRESS_BYTES]);

#endif
