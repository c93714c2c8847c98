/* SPDX-License-Identifier: MIT
 *
 * What a found LDAP entry says. Internal to the directory.
 */
#ifndef ALUMNI_DIRECTORY_ENTRY_H
#define ALUMNI_DIRECTORY_ENTRY_H

#include <ldap.h>

#include "lib/configuration.h"
#include "lib/directory.h"
#include "lib/error.h"

/* Takes DN, id and class from the entry; the flags are not touched. Returns 0,
   or -1 with an error when one of them is missing or makes no sense. */
int directory_entry_read(LDAP *ldap, LDAPMessage *message,
			 const struct directory_options *options,
			 struct directory_entry *entry_r, struct error *error);

#endif
