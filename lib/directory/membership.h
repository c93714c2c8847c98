/* SPDX-License-Identifier: MIT
 *
 * The consequences of a directory's list for the owner of a pinned account: did
 * the person leave, come back, or change class? Was the account's name given to
 * another person? The functions are pure: they ask nobody.
 *
 * A person is a member if the account's class is not the leavers' class. So the
 * account's class keeps the result of a comparison, and the same comparison
 * made again finds nothing new.
 */
#ifndef ALUMNI_DIRECTORY_MEMBERSHIP_H
#define ALUMNI_DIRECTORY_MEMBERSHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"
#include "lib/directory/roster.h"

enum membership_change {
	MEMBERSHIP_UNCHANGED,
	MEMBERSHIP_LEFT,          /* no longer there, or no longer active */
	MEMBERSHIP_CAME_BACK,     /* is active again */
	MEMBERSHIP_CHANGED_CLASS, /* is active, with another class */
};

struct membership {
	enum membership_change change;
	/* The account's class from now on; also when it stays the same. */
	const char *class_name;
	bool was_suspended;  /* deny_filter matches, and did not before */
	bool was_readmitted; /* deny_filter matched before, and does not now */
	/* The id of an entry that has the account's name and is not the
	   account's own; NULL = there is none. */
	const char *other_id;
	/* The account has another id on record than other_id. */
	bool other_is_news;

	bool was_member;
	bool is_member;
};

/* Judges an account that is pinned to the directory of this roster. The
   pointers in *membership_r are into the arguments. */
void membership_judge(const struct configuration *configuration,
		      const struct roster *roster,
		      const struct account *account,
		      struct membership *membership_r);

/* The numbers of a comparison, by which a directory is recognised that answers
   with too few entries. */
struct membership_counts {
	size_t entries; /* in the directory */
	size_t members; /* before the comparison */
	size_t leaving;
};

/* This many may leave at a time without suspicion, whatever their share is:
   otherwise the last student of a small directory could never leave. */
#define MEMBERSHIP_FEW_LEAVING 3

/* Returns true if more people leave than can be believed: the directory is
   empty, or less than least_percent of its members stay. */
bool membership_is_suspicious(const struct membership_counts *counts,
			      unsigned int least_percent);

#endif
