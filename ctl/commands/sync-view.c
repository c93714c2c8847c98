/* SPDX-License-Identifier: MIT
 *
 * How a directory sync looks, as text and as JSON; see
 * ctl/commands/sync-plan.h.
 */
#include <stdio.h>

#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/commands/sync-plan.h"
#include "lib/base/utf8.h"

#define TEXT_BYTES 1024

static const char *const change_words[] = {
	[MEMBERSHIP_UNCHANGED] = NULL,
	[MEMBERSHIP_LEFT] = "left",
	[MEMBERSHIP_CAME_BACK] = "came-back",
	[MEMBERSHIP_CHANGED_CLASS] = "changed-class",
};

static const char *const change_phrases[] = {
	[MEMBERSHIP_LEFT] = "left",
	[MEMBERSHIP_CAME_BACK] = "came back",
	[MEMBERSHIP_CHANGED_CLASS] = "changed",
};

static const char *directory_of(const struct sync_plan *plan,
				const struct sync_change *change)
{
	return plan->invocation->configuration->directories[change->directory]
		.name;
}

/* ---- text ---- */

static void print_line(const struct sync_change *change, const char *text)
{
	char clean[TEXT_BYTES];

	utf8_clean(text, clean, sizeof(clean));
	printf("%s: %s\n", change->name, clean);
}

void sync_change_print(const struct sync_plan *plan,
		       const struct sync_change *change)
{
	char text[TEXT_BYTES];

	if (change->change != MEMBERSHIP_UNCHANGED) {
		snprintf(text, sizeof(text), "%s, class %s -> %s",
			 change_phrases[change->change], change->old_class,
			 change->new_class);
		print_line(change, text);
	}
	if (change->was_suspended)
		print_line(change, "suspended in the directory: no password "
				   "opens the account");
	if (change->was_readmitted)
		print_line(change, "no longer suspended in the directory");
	if (!change->other_is_news)
		return;
	if (change->other_id == NULL) {
		print_line(change, "nobody else has this name any more");
		return;
	}
	snprintf(text, sizeof(text),
		 "the name now belongs to %s in %s; the account stays that of "
		 "%s",
		 change->other_id, directory_of(plan, change),
		 change->directory_id);
	print_line(change, text);
}

static size_t count_changes(const struct sync_plan *plan, size_t directory,
			    enum membership_change kind)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->change_count; i++)
		count += plan->changes[i].directory == directory &&
			 plan->changes[i].change == kind;
	return count;
}

void sync_plan_print_totals(const struct sync_plan *plan)
{
	const struct configuration *configuration =
		plan->invocation->configuration;

	for (size_t i = 0; i < plan->rosters.count; i++)
		printf("%s: %zu entries, %zu members: %zu left, %zu came back, "
		       "%zu changed class\n",
		       configuration->directories[i].name,
		       plan->counts[i].entries, plan->counts[i].members,
		       plan->counts[i].leaving,
		       count_changes(plan, i, MEMBERSHIP_CAME_BACK),
		       count_changes(plan, i, MEMBERSHIP_CHANGED_CLASS));
	printf("accounts pinned to no entry: %zu\n", plan->not_pinned);
	if (plan->unknown_directory > 0)
		printf("accounts pinned to a directory that is not configured: "
		       "%zu\n",
		       plan->unknown_directory);
}

/* ---- JSON ---- */

static void add_number(struct json_object *object, const char *key,
		       size_t number)
{
	json_object_object_add(object, key,
			       json_object_new_int64((int64_t)number));
}

static void add_truth(struct json_object *object, const char *key, bool truth)
{
	json_object_object_add(object, key, json_object_new_boolean(truth));
}

static struct json_object *change_json(const struct sync_plan *plan,
				       const struct sync_change *change)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "name", change->name);
	json_add_text(object, "id", change->account_id);
	json_add_text(object, "directory", directory_of(plan, change));
	json_add_text(object, "directory_id", change->directory_id);
	json_add_text(object, "change", change_words[change->change]);
	json_add_text(object, "old_class", change->old_class);
	json_add_text(object, "class", change->new_class);
	add_truth(object, "suspended", change->was_suspended);
	add_truth(object, "readmitted", change->was_readmitted);
	add_truth(object, "name_reused",
		  change->other_is_news && change->other_id != NULL);
	json_add_text(object, "name_belongs_to", change->other_id);
	return object;
}

static struct json_object *directory_json(const struct sync_plan *plan,
					  size_t i)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "name",
		      plan->invocation->configuration->directories[i].name);
	add_number(object, "entries", plan->counts[i].entries);
	add_number(object, "members", plan->counts[i].members);
	add_number(object, "leaving", plan->counts[i].leaving);
	add_truth(object, "suspicious", sync_plan_is_suspicious(plan, i));
	return object;
}

struct json_object *sync_plan_json(const struct sync_plan *plan, bool applied)
{
	struct json_object *object = json_object_new_object();
	struct json_object *directories = json_object_new_array();
	struct json_object *changes = json_object_new_array();

	for (size_t i = 0; i < plan->rosters.count; i++)
		json_object_array_add(directories, directory_json(plan, i));
	for (size_t i = 0; i < plan->change_count; i++)
		json_object_array_add(changes,
				      change_json(plan, &plan->changes[i]));
	add_truth(object, "applied", applied);
	json_object_object_add(object, "directories", directories);
	json_object_object_add(object, "changes", changes);
	add_number(object, "not_pinned", plan->not_pinned);
	add_number(object, "unknown_directory", plan->unknown_directory);
	return object;
}
