/* SPDX-License-Identifier: MIT
 *
 * The kind of an envelope address: foreign, a rewritten sender on its way
 * back, a role address, or an address that may belong to an account. The
 * milter and the maps both use this, so they cannot disagree.
 */
#ifndef ALUMNI_MILTER_PLAN_RECIPIENT_H
#define ALUMNI_MILTER_PLAN_RECIPIENT_H

#include <stdbool.h>

#include "lib/mail/address.h"
#include "lib/configuration/configuration.h"

enum recipient_kind {
	/* An address of another domain, or no address. */
	RECIPIENT_FOREIGN,
	/* An SRS address of ours, genuine or not. */
	RECIPIENT_REWRITTEN,
	/* postmaster (RFC 5321, section 4.5.1) or abuse (RFC 2142), which must
	   always accept mail. */
	RECIPIENT_ROLE,
	/* One of our addresses; it may belong to an account. */
	RECIPIENT_OURS,
};

struct recipient {
	enum recipient_kind kind;
	/* The name of the account to which it may belong, in lower case and
	   without the detail. A role address belongs to the postmaster's
	   account. Empty if it cannot belong to any account. */
	char name[ADDRESS_LOCAL_BYTES];
	/* Its domain. A bare local part gets our primary domain, as in
	   Postfix. */
	char domain[ADDRESS_DOMAIN_BYTES];
};

/* Reads an address, with or without <>, quoted or not. */
void recipient_classify(const struct configuration *configuration,
			const char *text, struct recipient *recipient_r);

/* True if mail with this domain in its sender is our own. */
bool recipient_domain_is_ours(const struct configuration *configuration,
			      const char *domain);

/* The complete postmaster address, which gets the mail for role addresses. */
void recipient_role_address(const struct configuration *configuration,
			    char address_r[ADDRESS_BYTES]);

#endif
