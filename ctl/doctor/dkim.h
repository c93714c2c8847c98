/* SPDX-License-Identifier: MIT
 *
 * Doctor: whether the key that the signing program signs with is the one that
 * DNS gives to those who verify (DKIM, RFC 6376). The options dkim_selector and
 * dkim_keys say where both are.
 */
#ifndef ALUMNI_CTL_DOCTOR_DKIM_H
#define ALUMNI_CTL_DOCTOR_DKIM_H

#include "ctl/doctor/dns-question.h"

/* Compares the domain's key with DNS, and reports. Blocks for name servers. */
void doctor_check_dkim(struct doctor *doctor, struct dns_question *question,
		       const char *domain);

#endif
