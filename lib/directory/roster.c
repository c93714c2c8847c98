/* SPDX-License-Identifier: MIT
 *
 * All people of a directory; see lib/directory/roster.h. They are in two sorted
 * arrays: a university has some hundred thousand people at most.
 */
#include "lib/directory/roster.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mail/address.h"

#define PROGRESS_ENTRIES 100

struct roster_name {
	char *name; /* as account_name_normalise() makes them */
	char *id;   /* that of an entry, which owns it */
};

struct roster {
	struct roster_entry *entries;
	size_t entry_count;
	size_t entry_room;
	struct roster_name *names;
	size_t name_count;
	size_t name_room;
};

struct load {
	struct roster *roster;
	const struct roster_options *options;
};

/* Makes room for one more. Returns 0, or -1 when memory runs out. */
static int grow(void **array, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room == 0 ? 256 : *room * 2;
	void *larger;

	if (count < *room)
		return 0;
	larger = reallocarray(*array, wanted, size);
	if (larger == NULL)
		return -1;
	*array = larger;
	*room = wanted;
	return 0;
}

/* ---- filling ---- */

/* Leaves out a value that cannot be an account's name. Returns 0, or -1 when
   memory runs out. */
static int add_name(struct load *load, const char *typed, char *id)
{
	struct roster *roster = load->roster;
	char name[ADDRESS_LOCAL_BYTES];
	char *copy;

	if (account_name_normalise(typed, load->options->domains, name, NULL) <
	    0)
		return 0;
	if (grow((void **)&roster->names, roster->name_count,
		 &roster->name_room, sizeof(*roster->names)) < 0)
		return -1;
	copy = strdup(name);
	if (copy == NULL)
		return -1;
	roster->names[roster->name_count++] =
		(struct roster_name){.name = copy, .id = id};
	return 0;
}

static int add_entry(struct load *load, const struct directory_listed *listed)
{
	struct roster *roster = load->roster;
	struct roster_entry entry = {
		.id = strdup(listed->entry.id),
		.class_name = strdup(listed->entry.class_name),
	};

	if (entry.id == NULL || entry.class_name == NULL ||
	    grow((void **)&roster->entries, roster->entry_count,
		 &roster->entry_room, sizeof(*roster->entries)) < 0) {
		free(entry.id);
		free(entry.class_name);
		return -1;
	}
	roster->entries[roster->entry_count++] = entry;
	for (size_t i = 0; i < listed->name_count; i++) {
		if (add_name(load, listed->names[i], entry.id) < 0)
			return -1;
	}
	return 0;
}

static void tell_progress(const struct load *load)
{
	if (load->options->progress != NULL)
		load->options->progress(load->options->progress_context,
					load->roster->entry_count);
}

static int take_anybody(void *context, const struct directory_listed *listed,
			struct error *error)
{
	struct load *load = context;

	if (add_entry(load, listed) < 0)
		return error_set(error, "out of memory");
	if (load->roster->entry_count % PROGRESS_ENTRIES == 0)
		tell_progress(load);
	return 0;
}

static struct roster_entry *find(const struct roster *roster, const char *id)
{
	return (struct roster_entry *)roster_by_id(roster, id);
}

/* A person who came after the first list was made is not in the roster. */
static int take_active(void *context, const struct directory_listed *listed,
		       struct error *error)
{
	const struct load *load = context;
	struct roster_entry *entry = find(load->roster, listed->entry.id);

	(void)error;
	if (entry != NULL)
		entry->active = true;
	return 0;
}

static int take_denied(void *context, const struct directory_listed *listed,
		       struct error *error)
{
	const struct load *load = context;
	struct roster_entry *entry = find(load->roster, listed->entry.id);

	(void)error;
	if (entry != NULL)
		entry->denied = true;
	return 0;
}

static int compare_entries(const void *one, const void *other)
{
	return strcmp(((const struct roster_entry *)one)->id,
		      ((const struct roster_entry *)other)->id);
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(((const struct roster_name *)one)->name,
		      ((const struct roster_name *)other)->name);
}

static int check_ids(const struct roster *roster, struct error *error)
{
	for (size_t i = 1; i < roster->entry_count; i++) {
		if (strcmp(roster->entries[i - 1].id, roster->entries[i].id) ==
		    0)
			return error_set(error,
					 "two entries have the id \"%s\": "
					 "id_attribute must tell everybody "
					 "apart",
					 roster->entries[i].id);
	}
	return 0;
}

static int sort(struct roster *roster, struct error *error)
{
	if (roster->entry_count > 0)
		qsort(roster->entries, roster->entry_count,
		      sizeof(*roster->entries), compare_entries);
	if (roster->name_count > 0)
		qsort(roster->names, roster->name_count, sizeof(*roster->names),
		      compare_names);
	return check_ids(roster, error);
}

static int list(struct directory *directory, struct load *load,
		struct error *error)
{
	bool all_active = load->options->directory->active_filter == NULL;
	unsigned int page = load->options->page_entries;

	if (directory_list(directory, DIRECTORY_LIST_ALL, page, take_anybody,
			   load, error) < 0 ||
	    sort(load->roster, error) < 0)
		return -1;
	tell_progress(load);
	for (size_t i = 0; i < load->roster->entry_count; i++)
		load->roster->entries[i].active = all_active;
	if (directory_list(directory, DIRECTORY_LIST_ACTIVE, page, take_active,
			   load, error) < 0)
		return -1;
	return directory_list(directory, DIRECTORY_LIST_DENIED, page,
			      take_denied, load, error);
}

int roster_load(struct directory *directory,
		const struct roster_options *options, struct roster **roster_r,
		struct error *error)
{
	struct load load = {
		.roster = calloc(1, sizeof(*load.roster)),
		.options = options,
	};

	if (load.roster == NULL)
		return error_set(error, "out of memory");
	if (list(directory, &load, error) < 0) {
		roster_free(&load.roster);
		return error_prefix(error, "directory \"%s\"",
				    directory_name(directory));
	}
	*roster_r = load.roster;
	return 0;
}

void roster_free(struct roster **roster)
{
	struct roster *old = *roster;

	*roster = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < old->name_count; i++)
		free(old->names[i].name);
	for (size_t i = 0; i < old->entry_count; i++) {
		free(old->entries[i].id);
		free(old->entries[i].class_name);
	}
	free(old->names);
	free(old->entries);
	free(old);
}

/* ---- looking up ---- */

size_t roster_count(const struct roster *roster)
{
	return roster->entry_count;
}

const struct roster_entry *roster_by_id(const struct roster *roster,
					const char *id)
{
	const struct roster_entry key = {.id = (char *)id};

	if (roster->entry_count == 0)
		return NULL;
	return bsearch(&key, roster->entries, roster->entry_count,
		       sizeof(*roster->entries), compare_entries);
}

const struct roster_entry *roster_by_name(const struct roster *roster,
					  const char *name,
					  const char *other_than_id)
{
	const struct roster_name key = {.name = (char *)name};
	const struct roster_name *end = roster->names + roster->name_count;
	const struct roster_name *found = NULL;

	if (roster->name_count > 0)
		found = bsearch(&key, roster->names, roster->name_count,
				sizeof(*roster->names), compare_names);
	if (found == NULL)
		return NULL;
	while (found > roster->names && compare_names(found - 1, &key) == 0)
		found--;
	for (; found < end && compare_names(found, &key) == 0; found++) {
		if (strcmp(found->id, other_than_id) != 0)
			return roster_by_id(roster, found->id);
	}
	return NULL;
}
