/* SPDX-License-Identifier: MIT
 *
 * Accounts; see lib/account/account.h.
 */
#include "lib/account/account.h"

#include <stdio.h>

int account_home(const struct account *account, const char *mail_home,
		 char home_r[ACCOUNT_HOME_BYTES])
{
	int length = snprintf(home_r, ACCOUNT_HOME_BYTES, "%s/%.2s/%s",
			      mail_home, account->id, account->id);

	return length < 0 || length >= ACCOUNT_HOME_BYTES ? -1 : 0;
}
