/* SPDX-License-Identifier: MIT
 *
 * Where people may forward their mail to. Pure.
 */
#ifndef ALUMNI_PLUGINS_DICT_FORWARD_RULES_H
#define ALUMNI_PLUGINS_DICT_FORWARD_RULES_H

#include "lib/mail/address.h"
#include "lib/configuration/configuration.h"

/* As forward_address_check(), and besides that not to the domain of rewritten
   senders, nor to or below one of forward_denied_domains. Returns 0, or -1 with
   a sentence for the person. */
int forward_rules_check(const struct configuration *configuration,
			const char *text, char address_r[ADDRESS_BYTES],
			struct error *error);

#endif
