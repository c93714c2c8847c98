/* SPDX-License-Identifier: MIT
 *
 * Giving an account an alumni password; see ctl/common/new-password.h.
 */
#include "ctl/common/new-password.h"

#include <time.h>

#include "ctl/common/report.h"
#include "lib/base/secret.h"

int new_password_store(struct invocation *invocation,
		       const struct account *account, const char *password)
{
	struct credential credential = {
		.kind = CREDENTIAL_PASSWORD,
		.set_at = time(NULL),
	};
	const struct password_cost cost =
		configuration_password_cost(invocation->configuration);
	struct error error = {""};
	int status = EX_OK;

	/* The password was checked before, so only memory can be missing. */
	if (password_hash_make(password, &cost, credential.hash, &error) < 0)
		status = report(EX_TEMPFAIL, "%s", error.text);
	else if (store_credential_set(invocation->store, account->id,
				      &credential, &error) < 0)
		status = report(EX_TEMPFAIL, "%s", error.text);
	secret_wipe(&credential, sizeof(credential));
	return status;
}
