/* SPDX-License-Identifier: MIT
 *
 * Pinning all accounts at once; see ctl/commands/pin-all.h.
 */
#include "ctl/commands/pin-all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/common/rosters.h"

/* A pin that is there, or is to be made. */
struct pin {
	char *id;
	size_t directory; /* its number; rosters.count = one not configured */
	char account_id[ACCOUNT_ID_BYTES];
	char *name;
};

struct pins {
	struct pin *all;
	size_t count;
	size_t room;
};

struct pin_all {
	const struct invocation *invocation;
	struct rosters rosters;
	struct pins there; /* sorted by id and directory once all are known */
	struct pins wanted;
	size_t without_entry;
	size_t left_alone;
};

static int add_pin(struct pins *pins, const struct account *account,
		   const char *id, size_t directory)
{
	struct pin pin = {.directory = directory};

	if (pins->count == pins->room) {
		size_t room = pins->room * 2 + 256;
		struct pin *larger =
			reallocarray(pins->all, room, sizeof(*pins->all));

		if (larger == NULL)
			return report(EX_OSERR, "out of memory");
		pins->all = larger;
		pins->room = room;
	}
	memcpy(pin.account_id, account->id, sizeof(pin.account_id));
	pin.id = strdup(id);
	pin.name = strdup(account->name);
	if (pin.id == NULL || pin.name == NULL) {
		free(pin.id);
		free(pin.name);
		return report(EX_OSERR, "out of memory");
	}
	pins->all[pins->count++] = pin;
	return EX_OK;
}

static void free_pins(struct pins *pins)
{
	for (size_t i = 0; i < pins->count; i++) {
		free(pins->all[i].id);
		free(pins->all[i].name);
	}
	free(pins->all);
}

static int compare_pins(const void *one, const void *other)
{
	const struct pin *a = one;
	const struct pin *b = other;

	if (a->directory != b->directory)
		return a->directory < b->directory ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* ---- finding out ---- */

static int note_pin(void *context, const struct account *account)
{
	struct pin_all *work = context;
	const struct configuration *configuration =
		work->invocation->configuration;
	size_t i = 0;

	if (!account_is_pinned(account))
		return EX_OK;
	while (i < work->rosters.count &&
	       strcmp(configuration->directories[i].name, account->directory) !=
		       0)
		i++;
	return add_pin(&work->there, account, account->directory_id, i);
}

static const struct pin *find_pin(const struct pin_all *work, const char *id,
				  size_t directory)
{
	const struct pin key = {.id = (char *)id, .directory = directory};

	if (work->there.count == 0)
		return NULL;
	return bsearch(&key, work->there.all, work->there.count,
		       sizeof(*work->there.all), compare_pins);
}

/* The entry may be that of a person whose name changed: then the account is
   somebody else's. */
static int consider(struct pin_all *work, const struct account *account,
		    const struct roster_entry *entry, size_t directory)
{
	const char *where =
		work->invocation->configuration->directories[directory].name;
	const struct pin *taken = find_pin(work, entry->id, directory);

	if (roster_by_name(work->rosters.all[directory], account->name,
			   entry->id) != NULL) {
		work->left_alone++;
		return report(EX_OK,
			      "%s: left alone, since several entries in %s "
			      "have this name",
			      account->name, where);
	}
	if (taken != NULL) {
		work->left_alone++;
		return report(EX_OK,
			      "%s: left alone, since its entry %s in %s "
			      "belongs to account %s",
			      account->name, entry->id, where, taken->name);
	}
	return add_pin(&work->wanted, account, entry->id, directory);
}

static int find_entry(void *context, const struct account *account)
{
	struct pin_all *work = context;

	if (account_is_pinned(account))
		return EX_OK;
	for (size_t i = 0; i < work->rosters.count; i++) {
		const struct roster_entry *entry = NULL;

		if (work->rosters.all[i] != NULL)
			entry = roster_by_name(work->rosters.all[i],
					       account->name, "");
		if (entry != NULL)
			return consider(work, account, entry, i);
	}
	work->without_entry++;
	return EX_OK;
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(((const struct pin *)one)->name,
		      ((const struct pin *)other)->name);
}

/* Of accounts that want the same entry, which has several names, none gets
   it. */
static void drop_rivals(struct pin_all *work)
{
	struct pins *pins = &work->wanted;
	size_t kept = 0;

	if (pins->count == 0)
		return;
	qsort(pins->all, pins->count, sizeof(*pins->all), compare_pins);
	for (size_t i = 0, next; i < pins->count; i = next) {
		next = i + 1;
		while (next < pins->count &&
		       compare_pins(&pins->all[i], &pins->all[next]) == 0)
			next++;
		if (next == i + 1) {
			pins->all[kept++] = pins->all[i];
			continue;
		}
		for (size_t j = i; j < next; j++) {
			report(EX_OK,
			       "%s: left alone, since its entry %s has the "
			       "names of other accounts, too",
			       pins->all[j].name, pins->all[j].id);
			free(pins->all[j].id);
			free(pins->all[j].name);
			work->left_alone++;
		}
	}
	pins->count = kept;
	qsort(pins->all, pins->count, sizeof(*pins->all), compare_names);
}

static int find_out(struct pin_all *work, const char *directory)
{
	int status = rosters_load(work->invocation->configuration, directory,
				  &work->rosters);

	if (status == EX_OK)
		status = accounts_walk(work->invocation, note_pin, work);
	if (status != EX_OK)
		return status;
	if (work->there.count > 0)
		qsort(work->there.all, work->there.count,
		      sizeof(*work->there.all), compare_pins);
	status = accounts_walk(work->invocation, find_entry, work);
	if (status == EX_OK)
		drop_rivals(work);
	return status;
}

/* ---- pinning ---- */

static void tell_pin(const struct pin_all *work, const struct pin *pin,
		     const char *directory, bool dry_run,
		     struct json_object *array)
{
	struct json_object *object;

	if (!work->invocation->json) {
		printf("%s: %s %s, id %s\n", pin->name,
		       dry_run ? "would be pinned to" : "pinned to", directory,
		       pin->id);
		return;
	}
	object = json_object_new_object();
	json_add_text(object, "name", pin->name);
	json_add_text(object, "id", pin->account_id);
	json_add_text(object, "directory", directory);
	json_add_text(object, "directory_id", pin->id);
	json_object_array_add(array, object);
}

static int print_totals(const struct pin_all *work, bool dry_run,
			struct json_object *array)
{
	struct json_object *object;

	if (!work->invocation->json) {
		printf("%zu %s, %zu left alone, %zu without an entry\n",
		       work->wanted.count,
		       dry_run ? "would be pinned" : "pinned", work->left_alone,
		       work->without_entry);
		return EX_OK;
	}
	object = json_object_new_object();
	json_object_object_add(object, "applied",
			       json_object_new_boolean(!dry_run));
	json_object_object_add(object, "pinned", json_object_get(array));
	json_object_object_add(
		object, "left_alone",
		json_object_new_int64((int64_t)work->left_alone));
	json_object_object_add(
		object, "without_entry",
		json_object_new_int64((int64_t)work->without_entry));
	return json_print(object);
}

static int make_pins(const struct pin_all *work, bool dry_run,
		     struct json_object *array)
{
	for (size_t i = 0; i < work->wanted.count; i++) {
		const struct pin *pin = &work->wanted.all[i];
		const char *directory = work->invocation->configuration
						->directories[pin->directory]
						.name;
		struct error error = {""};

		if (!dry_run &&
		    store_account_pin(work->invocation->store, pin->account_id,
				      directory, pin->id, &error) < 0)
			return report(EX_TEMPFAIL,
				      "account %s: %s; those printed were "
				      "pinned: run this again",
				      pin->name, error.text);
		tell_pin(work, pin, directory, dry_run, array);
	}
	return print_totals(work, dry_run, array);
}

int pin_all(struct invocation *invocation, const char *directory, bool dry_run)
{
	struct pin_all work = {.invocation = invocation};
	struct json_object *array = json_object_new_array();
	int status = find_out(&work, directory);

	if (status == EX_OK)
		status = make_pins(&work, dry_run, array);
	json_object_put(array);
	free_pins(&work.there);
	free_pins(&work.wanted);
	rosters_free(&work.rosters);
	return status;
}
