/* SPDX-License-Identifier: MIT
 *
 * An entry of the account's name that is not the account's own. User names are
 * given out again, so such an entry says nothing about the account: it is
 * skipped, and remembered for `alumnictl account show`. Internal to the login.
 */
#ifndef ALUMNI_LOGIN_OTHER_ENTRY_H
#define ALUMNI_LOGIN_OTHER_ENTRY_H

#include "lib/login/decision.h"

/* Notes, with the ids of both entries, that the entry was skipped, and keeps
   it with the account. A failure to keep it is noted alone. */
void other_entry_note(struct decision *decision,
		      const struct login_directory *directory,
		      const struct directory_entry *entry);

/* There is no such entry now: the account forgets the one it has. A failure is
   noted under the tier's name alone. */
void other_entry_forget(struct decision *decision, const char *tier);

#endif
