/* SPDX-License-Identifier: MIT
 *
 * All people of a directory, in memory. A comparison of the directory with the
 * accounts looks people up here, instead of asking the directory for each.
 */
#ifndef ALUMNI_DIRECTORY_ROSTER_H
#define ALUMNI_DIRECTORY_ROSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/directory/list.h"

struct roster;

struct roster_entry {
	char *id;
	char *class_name; /* empty when the class map has nothing for it */
	bool active;
	bool denied;
};

/* Called now and then with the number of entries so far, and at the end. */
typedef void roster_progress(void *context, size_t entries);

struct roster_options {
	const struct directory_options *directory; /* its section */
	const char *const *domains; /* ours, as in the configuration */
	unsigned int page_entries;
	roster_progress *progress; /* may be NULL */
	void *progress_context;
};

/* Lists the directory into a new roster; blocks as directory_list() does. Free
   the roster with roster_free(). Returns 0, or -1 with an error when the
   directory could not be listed as a whole, two entries have one id, or memory
   runs out. */
int roster_load(struct directory *directory,
		const struct roster_options *options, struct roster **roster_r,
		struct error *error);

/* Frees the roster and sets *roster to NULL. Takes NULL in *roster. */
void roster_free(struct roster **roster);

/* Returns the number of entries. */
size_t roster_count(const struct roster *roster);

/* Returns the entry with the id, which belongs to the roster, or NULL when
   there is none. */
const struct roster_entry *roster_by_id(const struct roster *roster,
					const char *id);

/* Returns an entry that has the account name and another id than this one ("" =
   any id), or NULL when there is none. The entry belongs to the roster. */
const struct roster_entry *roster_by_name(const struct roster *roster,
					  const char *name,
					  const char *other_than_id);

#endif
