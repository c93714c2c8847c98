/* SPDX-License-Identifier: MIT
 *
 * Reading the LDAP entry that a search found. Internal to the directory.
 */
#ifndef ALUMNI_DIRECTORY_ENTRY_H
#define ALUMNI_DIRECTORY_ENTRY_H

#include <ldap.h>

#include "lib/base/error.h"
#include "lib/configuration/configuration.h"
#include "lib/directory/directory.h"

#define DIRECTORY_ENTRY_ATTRIBUTES 5

/* Lists the attributes that directory_entry_read() looks at, then NULL. The
   names belong to the options. */
void directory_entry_attributes(
	const struct directory_options *options,
	const char *attributes_r[DIRECTORY_ENTRY_ATTRIBUTES + 1]);

/* Fills *entry_r with the entry's DN, id, class and overrides; active and
   denied are false. An override with a value of no use is left out and named in
   entry_r->problem. Returns 0, or -1 with an error when the DN or the id is
   missing or makes no sense, or the class does not fit. */
int directory_entry_read(LDAP *ldap, LDAPMessage *message,
			 const struct directory_options *options,
			 struct directory_entry *entry_r, struct error *error);

#endif
