/* SPDX-License-Identifier: MIT
 *
 * Checks of single configuration values, for the table of options
 * (lib/configuration/options.c). All have one contract: the value is as the
 * file has it, and is not changed. The function returns 0 if the value is good,
 * or -1 with a sentence that says which value would be. A comment below says
 * more only where the name does not say it. Internal to the configuration.
 */
#ifndef ALUMNI_CONFIGURATION_CHECKS_H
#define ALUMNI_CONFIGURATION_CHECKS_H

#include "lib/base/error.h"

/* The name of a class or a directory. */
int check_section_name(const char *value, struct error *error);
/* Labels of letters, digits and hyphens. */
int check_domain(const char *value, struct error *error);
/* The name of a host, or its numeric address. */
int check_host(const char *value, struct error *error);
int check_absolute_path(const char *value, struct error *error);
/* The name of a user or a group of the system. */
int check_unix_name(const char *value, struct error *error);
/* An account name, or a complete address. */
int check_mailbox(const char *value, struct error *error);
/* Printable ASCII that an SMTP reply can carry. */
int check_contact(const char *value, struct error *error);
/* "Name: value" of a header. */
int check_header_value(const char *value, struct error *error);
/* One token (RFC 8601, section 2.2). */
int check_authserv_id(const char *value, struct error *error);
/* ADDRESS:PORT with a numeric address. */
int check_listen(const char *value, struct error *error);
/* Sizes and time spans for which "unlimited" or "never" makes no sense. */
int check_limited_size(const char *value, struct error *error);
int check_limited_span(const char *value, struct error *error);
/* For how long a refused password is remembered. */
int check_memory_span(const char *value, struct error *error);
/* The memory that a password hash takes. */
int check_hash_memory(const char *value, struct error *error);

/* What LDAP's library takes: a server, the name of an entry, the name of an
   attribute, a filter. */
int check_ldap_uri(const char *value, struct error *error);
int check_ldap_dn(const char *value, struct error *error);
int check_ldap_attribute(const char *value, struct error *error);
int check_ldap_filter(const char *value, struct error *error);
/* A filter with %u in the place of the account name. */
int check_ldap_user_filter(const char *value, struct error *error);
/* A location that store_location_parse() takes. */
int check_store_location(const char *value, struct error *error);

#endif
