/* SPDX-License-Identifier: MIT
 *
 * The meaning of an address; see milter/plan/recipient.h.
 */
#include "milter/plan/recipient.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/mail/srs.h"

static const char *const role_names[] = {"postmaster", "abuse"};

static bool is_role_name(const char *name)
{
	for (size_t i = 0; i < sizeof(role_names) / sizeof(role_names[0]);
	     i++) {
		if (strcmp(name, role_names[i]) == 0)
			return true;
	}
	return false;
}

bool recipient_domain_is_ours(const struct configuration *configuration,
			      const char *domain)
{
	return domain[0] == '\0' ||
	       address_domain_is_listed(
		       domain, (const char *const *)configuration->domains);
}

/* Fills in the postmaster's account name. The name is empty if the postmaster's
   mail goes to another domain. */
static void postmaster_account(const struct configuration *configuration,
			       char name_r[ADDRESS_LOCAL_BYTES])
{
	struct address address;

	if (address_parse(configuration->postmaster, &address, NULL) < 0 ||
	    !recipient_domain_is_ours(configuration, address.domain) ||
	    address_account_name(&address, name_r, ADDRESS_LOCAL_BYTES) < 0)
		name_r[0] = '\0';
}

/* Postfix gives its tables the bare local part, with unquoted spaces and
   quotes. No account has such a name, but an SRS address may contain one, so
   SRS addresses are recognised before anything is parsed. */
static bool is_rewritten_by_us(const struct configuration *configuration,
			       const char *text)
{
	char domain[ADDRESS_DOMAIN_BYTES];
	const char *at = strrchr(text, '@');
	size_t length;

	if (at == NULL || !srs_is_rewritten(text))
		return false;
	length = strcspn(at + 1, ">");
	if (length == 0 || length >= sizeof(domain))
		return false;
	memcpy(domain, at + 1, length);
	domain[length] = '\0';
	return strcasecmp(domain, configuration->srs_domain) == 0 ||
	       recipient_domain_is_ours(configuration, domain);
}

void recipient_classify(const struct configuration *configuration,
			const char *text, struct recipient *recipient_r)
{
	struct address address;

	*recipient_r = (struct recipient){.kind = RECIPIENT_FOREIGN};
	if (is_rewritten_by_us(configuration, text)) {
		recipient_r->kind = RECIPIENT_REWRITTEN;
		return;
	}
	if (address_parse(text, &address, NULL) < 0 ||
	    !recipient_domain_is_ours(configuration, address.domain))
		return;
	recipient_r->kind = RECIPIENT_OURS;
	(void)snprintf(recipient_r->domain, sizeof(recipient_r->domain), "%s",
		       address.domain[0] == '\0' ? configuration->domains[0]
						 : address.domain);
	if (address_account_name(&address, recipient_r->name,
				 sizeof(recipient_r->name)) < 0)
		recipient_r->name[0] = '\0';
	if (!is_role_name(recipient_r->name))
		return;
	recipient_r->kind = RECIPIENT_ROLE;
	postmaster_account(configuration, recipient_r->name);
}

void recipient_role_address(const struct configuration *configuration,
			    char address_r[ADDRESS_BYTES])
{
	address_complete(configuration->postmaster, configuration->domains[0],
			 address_r);
}
