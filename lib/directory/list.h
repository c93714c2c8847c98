/* SPDX-License-Identifier: MIT
 *
 * The questions of administrators to a directory: the list of all its people,
 * in pages (RFC 2696), and the entry of one DN. Logins ask neither.
 */
#ifndef ALUMNI_DIRECTORY_LIST_H
#define ALUMNI_DIRECTORY_LIST_H

#include <stddef.h>

#include "lib/base/error.h"
#include "lib/directory/directory.h"

/* Few servers return more at once; each page is a round trip. */
#define DIRECTORY_LIST_PAGE_ENTRIES 500

enum directory_list_part {
	DIRECTORY_LIST_ALL,    /* every entry that matches filter */
	DIRECTORY_LIST_ACTIVE, /* those that match active_filter as well */
	DIRECTORY_LIST_DENIED, /* those that match deny_filter as well */
};

struct directory_listed {
	/* active and denied are not set: the parts tell them. */
	struct directory_entry entry;
	/* The values of name_attribute as they are; only with
	   DIRECTORY_LIST_ALL. */
	const char *const *names;
	size_t name_count;
};

/* Called for each entry. *listed is valid until the function returns. Returns
   0, or -1 with an error that ends the listing. */
typedef int directory_list_callback(void *context,
				    const struct directory_listed *listed,
				    struct error *error);

/* Lists the part, page by page; blocks for half a minute a page at most. A part
   whose filter is not configured has no entries. An entry without a proper id
   is an error, since a person who was left out would be taken for a leaver. So
   is a list that the server cuts short. Returns 0 when every entry was listed,
   or -1 with an error: then the caller must not use the entries it got. */
int directory_list(struct directory *directory, enum directory_list_part part,
		   unsigned int page_entries, directory_list_callback *callback,
		   void *context, struct error *error);

/* Reads the entry of a DN; active and denied are not set. Returns 1 found, 0 no
   such entry or one that filter does not match, -1 with an error when the
   directory could not be asked or the entry makes no sense. */
int directory_find_dn(struct directory *directory, const char *dn,
		      struct directory_entry *entry_r, struct error *error);

#endif
