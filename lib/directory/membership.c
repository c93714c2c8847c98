/* SPDX-License-Identifier: MIT
 *
 * The consequences of a directory's list for an account's owner; see
 * lib/directory/membership.h.
 */
#include "lib/directory/membership.h"

#include <string.h>

static bool differs(const char *one, const char *other)
{
	return strcmp(one, other) != 0;
}

/* Returns the class of an active person. Like a login, this leaves the class
   alone where the directory names none. */
static const char *active_class(const struct configuration *configuration,
				const struct roster_entry *entry,
				const struct account *account, bool was_member)
{
	if (entry->class_name[0] != '\0')
		return entry->class_name;
	return was_member ? account->class_name : configuration->default_class;
}

static void judge_class(const struct configuration *configuration,
			const struct roster_entry *entry,
			const struct account *account,
			struct membership *membership)
{
	/* A suspended person has not left. */
	if (entry != NULL && entry->denied && !entry->active) {
		membership->is_member = membership->was_member;
		return;
	}
	if (entry == NULL || !entry->active) {
		membership->class_name = configuration->leaver_class;
		if (membership->was_member)
			membership->change = MEMBERSHIP_LEFT;
		return;
	}
	membership->is_member = true;
	membership->class_name = active_class(configuration, entry, account,
					      membership->was_member);
	if (differs(membership->class_name, account->class_name))
		membership->change = membership->was_member
					     ? MEMBERSHIP_CHANGED_CLASS
					     : MEMBERSHIP_CAME_BACK;
}

static void judge_name(const struct roster *roster,
		       const struct account *account,
		       struct membership *membership)
{
	const struct roster_entry *other =
		roster_by_name(roster, account->name, account->directory_id);

	if (other != NULL)
		membership->other_id = other->id;
	membership->other_is_news = differs(other == NULL ? "" : other->id,
					    account->other_directory_id);
	/* The entry of another directory under this name stays on record. */
	if (other == NULL &&
	    differs(account->other_directory, account->directory))
		membership->other_is_news = false;
}

void membership_judge(const struct configuration *configuration,
		      const struct roster *roster,
		      const struct account *account,
		      struct membership *membership_r)
{
	const struct roster_entry *entry =
		roster_by_id(roster, account->directory_id);

	*membership_r = (struct membership){
		.class_name = account->class_name,
		.was_member = differs(account->class_name,
				      configuration->leaver_class),
	};
	judge_class(configuration, entry, account, membership_r);
	judge_name(roster, account, membership_r);
	if (entry == NULL)
		return;
	membership_r->was_suspended =
		entry->denied && !account_is_denied(account);
	membership_r->was_readmitted =
		!entry->denied && account_is_denied(account);
}

bool membership_is_suspicious(const struct membership_counts *counts,
			      unsigned int least_percent)
{
	size_t staying = counts->members - counts->leaving;

	if (counts->members == 0)
		return false;
	if (counts->entries == 0)
		return true;
	return counts->leaving > MEMBERSHIP_FEW_LEAVING &&
	       staying * 100 < counts->members * (size_t)least_percent;
}
