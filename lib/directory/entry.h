/* SPDX-License-Identifier: MIT
 *
 * What a found LDAP entry says. Internal to the directory.
 */
#ifndef ALUMNI_DIRECTORY_ENTRY_H
#define ALUMNI_DIRECTORY_ENTRY_H

#include <ldap.h>

#include "lib/configuration/configuration.h"
#include "lib/directory/directory.h"
#include "lib/base/error.h"

#define DIRECTORY_ENTRY_ATTRIBUTES 5

/* The attributes that directory_entry_read() looks at, then NULL. */
void directory_entry_attributes(
	const struct directory_options *options,
	const char *attributes_r[DIRECTORY_ENTRY_ATTRIBUTES + 1]);

/* Takes DN, id, class and overrides from the entry; the flags are not touched.
   Returns 0, or -1 with an error when one of the first three is missing or
   makes no sense. */
int directory_entry_read(LDAP *ldap, LDAPMessage *message,
			 const struct directory_options *options,
			 struct directory_entry *entry_r, struct error *error);

#endif
