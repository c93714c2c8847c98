/* SPDX-License-Identifier: MIT
 *
 * What a directory says of the owner of a pinned account, and what follows
 * for the account: did the person leave, come back, change class? Was the
 * account's name given to somebody else? Pure: it asks nobody.
 *
 * A member is somebody whose account is not of the leaver's class. So what a
 * comparison found out stands in the account's class, and the same comparison
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
	/* deny_filter matches (or no longer does), which is news. */
	bool was_suspended;
	bool was_readmitted;
	/* An entry that has the account's name and is not the account's. */
	const char *other_id; /* NULL = there is none */
	bool other_is_news;   /* it, or that there is none any more */

	bool was_member;
	bool is_member;
};

/* Judges an account that is pinned to the directory of this roster. Pointers
   of *membership_r are into the arguments. */
void membership_judge(const struct configuration *configuration,
		      const struct roster *roster,
		      const struct account *account,
		      struct membership *membership_r);

/* How many members a comparison found, to tell a directory that answers with
   suspiciously few entries. */
struct membership_counts {
	size_t entries; /* in the directory */
	size_t members; /* before */
	size_t leaving;
};

/* So few may leave at a time without suspicion, whatever their share: else the
   last student of a small directory could never leave. */
#define MEMBERSHIP_FEW_LEAVING 3

/* True if more leave than can be believed: the directory is empty, or less
   than so many percent of its members stay. */
bool membership_is_suspicious(const struct membership_counts *counts,
			      unsigned int least_percent);

#endif
