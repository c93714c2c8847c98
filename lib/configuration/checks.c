/* SPDX-License-Identifier: MIT
 *
 * Checks of single configuration values; see lib/configuration/checks.h.
 */
#include "lib/configuration/checks.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/account/account.h"
#include "lib/mail/address.h"
#include "lib/mail/quota.h"
#include "lib/password/hash.h"
#include "lib/mail/retention.h"
#include "lib/configuration/configuration.h"
#include "lib/configuration/store-location.h"
#include "lib/base/listen-address.h"

#define LETTERS        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS         "0123456789"
#define LABEL_MAX      63  /* RFC 1035, section 2.3.4 */
#define DOMAIN_MAX     253 /* octets of a domain name as text */
#define UNIX_NAME_MAX  32
#define CONTACT_MAX    100
#define PORT_MAX       65535
#define PORT_DIGITS    5
#define ADDRESS_DIGITS 46 /* INET6_ADDRSTRLEN */

_Static_assert(ADDRESS_DIGITS >= INET6_ADDRSTRLEN, "an address must fit");

int check_section_name(const char *value, struct error *error)
{
	size_t length = strspn(value, LETTERS DIGITS "._-");

	if (length == 0 || value[length] != '\0' ||
	    length >= ACCOUNT_CLASS_BYTES)
		return error_set(error,
				 "the name \"%s\" must be 1 to %d letters, "
				 "digits, dots, hyphens or underscores",
				 value, ACCOUNT_CLASS_BYTES - 1);
	return 0;
}

static bool is_label(const char *label, size_t length)
{
	return length > 0 && length <= LABEL_MAX && label[0] != '-' &&
	       label[length - 1] != '-' &&
	       strspn(label, LETTERS DIGITS "-") >= length;
}

int check_domain(const char *value, struct error *error)
{
	const char *label = value;
	bool valid = strlen(value) <= DOMAIN_MAX;

	while (valid) {
		size_t length = strcspn(label, ".");

		valid = is_label(label, length);
		if (label[length] == '\0')
			break;
		label += length + 1;
	}
	if (!valid)
		return error_set(error,
				 "\"%s\" is not a domain name such as "
				 "\"alumni.example\"",
				 value);
	return 0;
}

int check_host(const char *value, struct error *error)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, value, address) == 1 ||
	    inet_pton(AF_INET6, value, address) == 1)
		return 0;
	return check_domain(value, error);
}

int check_absolute_path(const char *value, struct error *error)
{
	if (value[0] != '/')
		return error_set(error,
				 "\"%s\" must be a whole path that begins "
				 "with /",
				 value);
	return 0;
}

int check_unix_name(const char *value, struct error *error)
{
	size_t length = strspn(value, LETTERS DIGITS "._-");

	if (length == 0 || value[length] != '\0' || value[0] == '-' ||
	    length > UNIX_NAME_MAX)
		return error_set(error,
				 "\"%s\" is not the name of a user or group",
				 value);
	return 0;
}

int check_mailbox(const char *value, struct error *error)
{
	static const char *const no_domains[] = {NULL};
	char name[ADDRESS_LOCAL_BYTES];
	struct address address;

	if (strchr(value, '@') == NULL)
		return account_name_normalise(value, no_domains, name, error);
	return address_parse(value, &address, error);
}

int check_contact(const char *value, struct error *error)
{
	size_t length = strlen(value);
	bool valid = length <= CONTACT_MAX;

	for (const char *p = value; *p != '\0'; p++)
		valid = valid && *p > ' ' && *p < 0x7f && *p != '%';
	if (!valid)
		return error_set(
			error,
			"\"%s\" must be an address or a URL of at most "
			"%d characters, without spaces and %%",
			value, CONTACT_MAX);
	return 0;
}

int check_header_value(const char *value, struct error *error)
{
	const char *colon = strchr(value, ':');
	bool valid = colon != NULL && colon != value;

	/* RFC 5322, section 2.2: printable ASCII without the colon. */
	for (const char *p = value; valid && p < colon; p++)
		valid = *p > ' ' && *p < 0x7f;
	if (!valid || colon[1 + strspn(colon + 1, " ")] == '\0')
		return error_set(error,
				 "\"%s\" must be a header's name and value, "
				 "such as \"X-Spam: Yes\"",
				 value);
	return 0;
}

int check_authserv_id(const char *value, struct error *error)
{
	size_t length = strspn(value, LETTERS DIGITS "._-");

	if (length == 0 || value[length] != '\0')
		return error_set(error,
				 "\"%s\" must be a name such as "
				 "\"mail.alumni.example\"",
				 value);
	return 0;
}

int check_listen(const char *value, struct error *error)
{
	struct listen_address address;

	return listen_address_parse(value, &address, error);
}

int check_limited_size(const char *value, struct error *error)
{
	int64_t bytes;

	if (strcasecmp(value, "unlimited") == 0 ||
	    mail_quota_parse(value, &bytes, NULL) < 0)
		return error_set(error,
				 "\"%s\" is not a size such as \"10M\", or "
				 "\"0\"",
				 value);
	return 0;
}

int check_limited_span(const char *value, struct error *error)
{
	int64_t seconds;

	if (strcasecmp(value, "never") == 0 ||
	    retention_parse(value, &seconds, NULL) < 0)
		return error_set(error,
				 "\"%s\" is not a time span such as "
				 "\"365d\", or \"0\"",
				 value);
	return 0;
}

int check_memory_span(const char *value, struct error *error)
{
	int64_t seconds;

	if (check_limited_span(value, error) < 0)
		return -1;
	(void)retention_parse(value, &seconds, NULL);
	if (seconds > CONFIGURATION_REFUSED_MEMORY_SECONDS_MAX)
		return error_set(error, "\"%s\" must be a week at most", value);
	return 0;
}

int check_hash_memory(const char *value, struct error *error)
{
	int64_t bytes;

	if (check_limited_size(value, error) < 0)
		return -1;
	(void)mail_quota_parse(value, &bytes, NULL);
	if (bytes < PASSWORD_COST_MEMORY_MIN ||
	    bytes > PASSWORD_COST_MEMORY_MAX)
		return error_set(error, "\"%s\" must be from 8M to 1G", value);
	return 0;
}

int check_ldap_uri(const char *value, struct error *error)
{
	static const char *const schemes[] = {"ldap://", "ldaps://",
					      "ldapi://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		size_t length = strlen(schemes[i]);

		if (strncasecmp(value, schemes[i], length) == 0 &&
		    value[length] != '\0' && strpbrk(value, " \t,") == NULL)
			return 0;
	}
	return error_set(error,
			 "\"%s\" must be one URI such as "
			 "\"ldap://ldap.university.example\"",
			 value);
}

int check_ldap_dn(const char *value, struct error *error)
{
	const char *equals = strchr(value, '=');

	if (equals == NULL || equals == value)
		return error_set(error,
				 "\"%s\" is not a distinguished name "
				 "such as "
				 "\"ou=people,dc=university,dc=example\"",
				 value);
	return 0;
}

int check_ldap_attribute(const char *value, struct error *error)
{
	size_t length = strspn(value, LETTERS DIGITS "-.;");

	if (length == 0 || value[length] != '\0')
		return error_set(error,
				 "\"%s\" is not the name of an LDAP "
				 "attribute",
				 value);
	return 0;
}

/* A filter has every parenthesis that is text as \28 or \29 (RFC 4515, section
   3), so the plain ones must be balanced. */
static bool is_balanced(const char *filter)
{
	size_t depth = 0;

	if (filter[0] != '(')
		return false;
	for (const char *p = filter; *p != '\0'; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p[1] == '\0';
	}
	return false;
}

int check_ldap_filter(const char *value, struct error *error)
{
	if (!is_balanced(value))
		return error_set(error,
				 "\"%s\" is not an LDAP filter in "
				 "parentheses such as \"(uid=%%u)\"",
				 value);
	return 0;
}

int check_ldap_user_filter(const char *value, struct error *error)
{
	if (strstr(value, "%u") == NULL)
		return error_set(error,
				 "\"%s\" does not contain %%u, where "
				 "the account name goes: write it as "
				 "in \"(uid=%%u)\"",
				 value);
	return check_ldap_filter(value, error);
}

int check_store_location(const char *value, struct error *error)
{
	struct store_location location;

	return store_location_parse(value, &location, error);
}
