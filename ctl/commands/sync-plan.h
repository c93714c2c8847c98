/* SPDX-License-Identifier: MIT
 *
 * What a directory sync is about to change: made from all accounts before the
 * first of them is touched, so that a directory that makes no sense changes
 * nothing.
 */
#ifndef ALUMNI_CTL_COMMANDS_SYNC_PLAN_H
#define ALUMNI_CTL_COMMANDS_SYNC_PLAN_H

#include <json-c/json.h>

#include "ctl/common/rosters.h"
#include "lib/directory/membership.h"

/* An account for which something changes. */
struct sync_change {
	char account_id[ACCOUNT_ID_BYTES];
	char *name;
	char *old_class;
	char *new_class;
	char *directory_id;
	char *other_id;   /* NULL = nobody else has the name */
	size_t directory; /* its number in the configuration */
	enum membership_change change;
	bool was_suspended;
	bool was_readmitted;
	bool other_is_news;
};

struct sync_plan {
	const struct invocation *invocation;
	struct rosters rosters;
	struct membership_counts *counts; /* of each directory */
	struct sync_change *changes;
	size_t change_count;
	size_t change_room;
	size_t not_pinned; /* accounts that no directory has a say in */
	/* Accounts pinned to a directory that is not configured any more. */
	size_t unknown_directory;
};

/* Lists the directories and compares all accounts with them. Shows progress.
   Returns an exit status after a report() of what went wrong; free the plan in
   any case. */
int sync_plan_make(const struct invocation *invocation,
		   struct sync_plan *plan_r);
/* Frees what the plan holds, not the plan itself. */
void sync_plan_free(struct sync_plan *plan);

/* True if the directory of this number has suspiciously few entries. */
bool sync_plan_is_suspicious(const struct sync_plan *plan, size_t directory);

/* Carries out one change in the store. Returns an exit status after a report()
   of what went wrong. An account that was deleted meanwhile is no failure. */
int sync_change_apply(const struct sync_plan *plan,
		      const struct sync_change *change);

/* Prints a line for each thing that changes, for people. */
void sync_change_print(const struct sync_plan *plan,
		       const struct sync_change *change);
/* Prints a line for each directory, and how many accounts none has a say in. */
void sync_plan_print_totals(const struct sync_plan *plan);

/* The whole plan for programs; `applied` says whether it was carried out. The
   caller puts the object. */
struct json_object *sync_plan_json(const struct sync_plan *plan, bool applied);

#endif
