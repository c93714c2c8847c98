/* SPDX-License-Identifier: MIT
 *
 * Everybody in a directory, in memory: what a whole comparison with the
 * accounts looks people up in, without asking the directory for each.
 */
#ifndef ALUMNI_DIRECTORY_ROSTER_H
#define ALUMNI_DIRECTORY_ROSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/directory/list.h"
#include "lib/base/error.h"

struct roster;

struct roster_entry {
	char *id;
	char *class_name; /* empty when the class map has nothing for it */
	bool active;
	bool denied;
};

/* Called after every so many entries, with how many there are by now. */
typedef void roster_progress(void *context, size_t entries);

struct roster_options {
	const struct directory_options *directory; /* its section */
	const char *const *domains; /* ours, as in the configuration */
	unsigned int page_entries;
	roster_progress *progress; /* may be NULL */
	void *progress_context;
};

/* Lists the directory. Returns 0, or -1 with an error when it could not be
   listed as a whole. */
int roster_load(struct directory *directory,
		const struct roster_options *options, struct roster **roster_r,
		struct error *error);
void roster_free(struct roster **roster);

/* How many entries were listed. */
size_t roster_count(const struct roster *roster);

/* NULL when nobody has the id. */
const struct roster_entry *roster_by_id(const struct roster *roster,
					const char *id);

/* Somebody who has the account name, but not the id ("" = whatever the id).
   NULL when there is nobody. */
const struct roster_entry *roster_by_name(const struct roster *roster,
					  const char *name,
					  const char *other_than_id);

#endif
