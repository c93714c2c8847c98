/* SPDX-License-Identifier: MIT
 *
 * Authentication-Results headers (RFC 8601), as an earlier mail filter of this
 * site adds them: whether one says that DMARC failed (RFC 7489) for a domain
 * that asks for such mail to be rejected or quarantined.
 */
#ifndef ALUMNI_MILTER_PLAN_AUTHENTICATION_RESULTS_H
#define ALUMNI_MILTER_PLAN_AUTHENTICATION_RESULTS_H

#include <stdbool.h>

#define AUTHENTICATION_RESULTS_HEADER "Authentication-Results"

/* True if the header's value is of this authserv-id and says so. The policy is
   read where filters write it: in a comment, "(p=reject)" or
   "(policy=reject)", or as policy.published-domain-policy=reject. A header
   that is not understood says nothing. */
bool authentication_results_fail_dmarc(const char *value,
				       const char *authserv_id);

#endif
