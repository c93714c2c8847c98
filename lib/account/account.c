/* SPDX-License-Identifier: MIT
 *
 * Accounts; see lib/account/account.h.
 */
#include "lib/account/account.h"

#include <stdio.h>
#include <string.h>

bool account_id_is_valid(const char *id)
{
	size_t length = strspn(id, "0123456789abcdef");

	return length == ACCOUNT_ID_BYTES - 1 && id[length] == '\0';
}

int account_home(const struct account *account, const char *mail_home,
		 char home_r[ACCOUNT_HOME_BYTES])
{
	int length;

	if (!account_id_is_valid(account->id))
		return -1;
	length = snprintf(home_r, ACCOUNT_HOME_BYTES, "%s/%.2s/%s", mail_home,
			  account->id, account->id);
	return length < 0 || length >= ACCOUNT_HOME_BYTES ? -1 : 0;
}
