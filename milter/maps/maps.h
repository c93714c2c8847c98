/* SPDX-License-Identifier: MIT
 *
 * The look-ups that Postfix makes, so that it needs no database configuration:
 *   mailbox       does an account have this address
 *   alias         the account behind an alias; where mail for postmaster@ and
 *                 abuse@ goes
 *   virtual-alias what a recipient stands for: an account for itself, an alias
 *                 and a role address as in alias, an SRS address of ours as in
 *                 srs-reverse. The one question that virtual_alias_maps needs
 *   sender-login  which logins may send as this address
 *   srs-reverse   the true sender behind an SRS address of ours
 * The answers are those of socketmap_table(5).
 */
#ifndef ALUMNI_MILTER_MAPS_MAPS_H
#define ALUMNI_MILTER_MAPS_MAPS_H

#include <stddef.h>

#include "lib/mail/address.h"
#include "milter/service/service.h"

#define MAPS_ANSWER_BYTES (2 * ADDRESS_BYTES + 64)

/* Answers a request "NAME KEY" of any octets: "OK data", "NOTFOUND " or "TEMP
   reason", never PERM, which makes some of Postfix's processes exit. Blocks
   for the store. Thread-safe. */
void maps_answer(const struct milter_service *service, const char *request,
		 size_t length, char answer_r[MAPS_ANSWER_BYTES]);

#endif
