/* SPDX-License-Identifier: MIT
 *
 * The record of a login decision; see lib/login/decision.h.
 */
#include "lib/login/decision.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/store/audit.h"

void decision_note(struct decision *decision, const char *tier,
		   const char *format, ...)
{
	struct error *reason = &decision->result->reason;
	const struct error before = *reason;
	char text[ERROR_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error_set(reason, "%s%s%s: %s", before.text,
		  before.text[0] == '\0' ? "" : "; ", tier, text);
}

void decision_note_failure(struct decision *decision, const char *tier,
			   const struct error *error)
{
	decision->could_not_ask = true;
	decision_note(decision, tier, "%s", error->text);
}

void decision_accept(struct decision *decision, const char *tier)
{
	struct login_result *result = decision->result;

	result->account = decision->account;
	(void)snprintf(result->tier, sizeof(result->tier), "%s", tier);
}

int decision_read_account(struct decision *decision, struct error *error)
{
	int ret = store_account_by_name(decision->parts->store, decision->name,
					&decision->account, error);

	decision->have_account = ret > 0;
	return ret;
}

bool decision_is_pinned_to(const struct decision *decision,
			   const char *directory, const char *entry_id)
{
	const struct account *account = &decision->account;

	return account_is_pinned(account) &&
	       strcmp(account->directory, directory) == 0 &&
	       strcmp(account->directory_id, entry_id) == 0;
}

void decision_set_actor(struct decision *decision, const char *directory)
{
	char actor[AUDIT_ACTOR_BYTES];

	(void)snprintf(actor, sizeof(actor), "directory %s", directory);
	store_set_actor(decision->parts->store, actor, "login");
}
