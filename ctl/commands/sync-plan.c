/* SPDX-License-Identifier: MIT
 *
 * What a directory sync is about to change, and changing it; see
 * ctl/commands/sync-plan.h.
 */
#include "ctl/commands/sync-plan.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/common/report.h"

/* ---- making ---- */

static void change_free(struct sync_change *change)
{
	free(change->name);
	free(change->old_class);
	free(change->new_class);
	free(change->directory_id);
	free(change->other_id);
}

static int copy_change(struct sync_change *change,
		       const struct account *account,
		       const struct membership *membership)
{
	*change = (struct sync_change){
		.name = strdup(account->name),
		.old_class = strdup(account->class_name),
		.new_class = strdup(membership->class_name),
		.directory_id = strdup(account->directory_id),
		.change = membership->change,
		.was_suspended = membership->was_suspended,
		.was_readmitted = membership->was_readmitted,
		.other_is_news = membership->other_is_news,
	};
	memcpy(change->account_id, account->id, sizeof(change->account_id));
	if (membership->other_id != NULL)
		change->other_id = strdup(membership->other_id);
	if (change->name != NULL && change->old_class != NULL &&
	    change->new_class != NULL && change->directory_id != NULL &&
	    (membership->other_id == NULL || change->other_id != NULL))
		return 0;
	change_free(change);
	return -1;
}

static int add_change(struct sync_plan *plan, size_t directory,
		      const struct account *account,
		      const struct membership *membership)
{
	struct sync_change change;

	if (plan->change_count == plan->change_room) {
		size_t room = plan->change_room * 2 + 64;
		struct sync_change *larger = reallocarray(
			plan->changes, room, sizeof(*plan->changes));

		if (larger == NULL)
			return report(EX_OSERR, "out of memory");
		plan->changes = larger;
		plan->change_room = room;
	}
	if (copy_change(&change, account, membership) < 0)
		return report(EX_OSERR, "out of memory");
	change.directory = directory;
	plan->changes[plan->change_count++] = change;
	return EX_OK;
}

static int judge_account(void *context, const struct account *account)
{
	struct sync_plan *plan = context;
	const struct configuration *configuration =
		plan->invocation->configuration;
	struct membership membership;
	size_t i = 0;

	if (!account_is_pinned(account)) {
		plan->not_pinned++;
		return EX_OK;
	}
	while (i < configuration->directory_count &&
	       strcmp(configuration->directories[i].name, account->directory) !=
		       0)
		i++;
	if (i == configuration->directory_count) {
		plan->unknown_directory++;
		return EX_OK;
	}
	membership_judge(configuration, plan->rosters.all[i], account,
			 &membership);
	plan->counts[i].members += membership.was_member;
	plan->counts[i].leaving += membership.change == MEMBERSHIP_LEFT;
	if (membership.change == MEMBERSHIP_UNCHANGED &&
	    !membership.was_suspended && !membership.was_readmitted &&
	    !membership.other_is_news)
		return EX_OK;
	return add_change(plan, i, account, &membership);
}

int sync_plan_make(const struct invocation *invocation,
		   struct sync_plan *plan_r)
{
	const struct configuration *configuration = invocation->configuration;
	int status;

	*plan_r = (struct sync_plan){.invocation = invocation};
	plan_r->counts = calloc(configuration->directory_count + 1,
				sizeof(*plan_r->counts));
	if (plan_r->counts == NULL)
		return report(EX_OSERR, "out of memory");
	status = rosters_load(configuration, NULL, &plan_r->rosters);
	if (status != EX_OK)
		return status;
	for (size_t i = 0; i < configuration->directory_count; i++)
		plan_r->counts[i].entries =
			roster_count(plan_r->rosters.all[i]);
	return accounts_walk(invocation, judge_account, plan_r);
}

void sync_plan_free(struct sync_plan *plan)
{
	for (size_t i = 0; i < plan->change_count; i++)
		change_free(&plan->changes[i]);
	free(plan->changes);
	free(plan->counts);
	rosters_free(&plan->rosters);
}

bool sync_plan_is_suspicious(const struct sync_plan *plan, size_t directory)
{
	return membership_is_suspicious(
		&plan->counts[directory],
		plan->invocation->configuration->sync_least_percent);
}

/* ---- applying ---- */

static int apply_name(const struct sync_plan *plan,
		      const struct sync_change *change, struct error *error)
{
	const char *directory =
		plan->invocation->configuration->directories[change->directory]
			.name;
	bool other = change->other_id != NULL;

	if (!change->other_is_news)
		return 1;
	return store_account_set_other(
		plan->invocation->store, change->account_id,
		other ? directory : "", other ? change->other_id : "", error);
}

int sync_change_apply(const struct sync_plan *plan,
		      const struct sync_change *change)
{
	struct store *store = plan->invocation->store;
	const char *id = change->account_id;
	struct error error = {""};
	int result = 1;

	if (change->was_suspended || change->was_readmitted)
		result = store_account_set_denied(
			store, id,
			change->was_suspended ? (int64_t)time(NULL) : 0,
			&error);
	if (result > 0)
		result = apply_name(plan, change, &error);
	if (result > 0 && change->change != MEMBERSHIP_UNCHANGED)
		result = store_account_set_class(store, id, change->new_class,
						 &error);
	if (result < 0)
		return report(EX_TEMPFAIL,
			      "account %s: %s; accounts whose names come "
			      "before it were changed: run this again",
			      change->name, error.text);
	return EX_OK;
}
