/* SPDX-License-Identifier: MIT
 *
 * What administrators ask a directory: for everybody in it, in pages (RFC
 * 2696), and for the entry of one DN. Logins never do.
 */
#ifndef ALUMNI_DIRECTORY_LIST_H
#define ALUMNI_DIRECTORY_LIST_H

#include <stddef.h>

#include "lib/directory/directory.h"
#include "lib/base/error.h"

/* Servers give hardly more at once; each page is a round trip. */
#define DIRECTORY_LIST_PAGE_ENTRIES 500

enum directory_list_part {
	DIRECTORY_LIST_ALL,    /* whoever matches filter, with any name */
	DIRECTORY_LIST_ACTIVE, /* of those who match active_filter */
	DIRECTORY_LIST_DENIED, /* of those who match deny_filter */
};

struct directory_listed {
	/* active and denied are not set: that is what the parts are for. */
	struct directory_entry entry;
	/* Values of name_attribute as they are; only with
	   DIRECTORY_LIST_ALL. */
	const char *const *names;
	size_t name_count;
};

/* Called for each entry; what it is given is good until it returns. Returns
   0, or -1 with an error that ends the listing. */
typedef int directory_list_callback(void *context,
				    const struct directory_listed *listed,
				    struct error *error);

/* Lists the part, page by page. Nothing is listed for a part whose filter is
   not configured. An entry without a proper id is an error: whoever was left
   out would be taken to have left. So is a list that the server cuts short.
   Returns 0 when all was listed, -1 with an error when it was not: then what
   was listed is good for nothing. */
int directory_list(struct directory *directory, enum directory_list_part part,
		   unsigned int page_entries, directory_list_callback *callback,
		   void *context, struct error *error);

/* Reads the entry of a DN; active and denied are not set. Returns 1 found, 0 no
   such entry, or one that filter does not match, -1 failed. */
int directory_find_dn(struct directory *directory, const char *dn,
		      struct directory_entry *entry_r, struct error *error);

#endif
