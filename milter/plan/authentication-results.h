/* SPDX-License-Identifier: MIT
 *
 * Authentication-Results headers (RFC 8601) of an earlier mail filter of this
 * site: whether a header says that DMARC failed (RFC 7489) for a domain that
 * asks to reject or quarantine such mail.
 */
#ifndef ALUMNI_MILTER_PLAN_AUTHENTICATION_RESULTS_H
#define ALUMNI_MILTER_PLAN_AUTHENTICATION_RESULTS_H

#include <stdbool.h>

#define AUTHENTICATION_RESULTS_HEADER "Authentication-Results"

/* True if the header's value has this authserv-id and reports such a failure.
   The policy is read where filters write it: in a comment, "(p=reject)" or
   "(policy=reject)", or as policy.published-domain-policy=reject. A header that
   is not understood counts as no failure. */
bool authentication_results_fail_dmarc(const char *value,
				       const char *authserv_id);

#endif
