/* SPDX-License-Identifier: MIT
 *
 * Where people may forward their mail to; see forward-rules.h.
 */
#include "plugins/dict/forward-rules.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool is_at_or_below(const char *domain, const char *above)
{
	size_t length = strlen(domain);
	size_t above_length = strlen(above);

	if (length < above_length ||
	    strcasecmp(domain + length - above_length, above) != 0)
		return false;
	return length == above_length ||
	       domain[length - above_length - 1] == '.';
}

int forward_rules_check(const struct configuration *configuration,
			const char *text, char address_r[ADDRESS_BYTES],
			struct error *error)
{
	const char *const *own = (const char *const *)configuration->domains;
	const char *domain;

	if (forward_address_check(text, own, address_r, error) < 0)
		return -1;
	domain = strrchr(address_r, '@') + 1;
	for (; *own != NULL; own++) {
		if (is_at_or_below(domain, *own))
			return error_set(error,
					 "Mail cannot be forwarded to an "
					 "address at %s. Enter an address "
					 "elsewhere.",
					 domain);
	}
	for (char **denied = configuration->forward_denied_domains;
	     denied != NULL && *denied != NULL; denied++) {
		if (is_at_or_below(domain, *denied))
			return error_set(error,
					 "Forwarding to %s is not allowed. "
					 "Enter an address elsewhere.",
					 domain);
	}
	if (configuration->srs_domain != NULL &&
	    strcasecmp(domain, configuration->srs_domain) == 0)
		return error_set(error,
				 "Mail cannot be forwarded to an address at "
				 "%s. Enter an address elsewhere.",
				 domain);
	return 0;
}
