/* SPDX-License-Identifier: MIT
 *
 * Which accounts a list is to show; see ctl/common/account-filter.h.
 */
#include "ctl/common/account-filter.h"

#include <string.h>

#include "ctl/common/report.h"
#include "ctl/common/session.h"
#include "lib/base/secret.h"
#include "lib/configuration/limits.h"

#define STATE_DELETED  "deleted"
#define DIRECTORY_NONE "none"

static bool is_enabled(const struct account *account)
{
	return account->enabled;
}

static bool is_disabled(const struct account *account)
{
	return !account->enabled;
}

static const struct {
	const char *word;
	bool (*holds)(const struct account *account);
} states[] = {
	{"enabled", is_enabled},
	{"disabled", is_disabled},
	{"denied", account_is_denied},
	{"blocked", account_sending_is_blocked},
	{STATE_DELETED, account_is_deleted},
};

#define STATES (sizeof(states) / sizeof(*states))

static bool is_in_state(const struct account *account, const char *word)
{
	for (size_t i = 0; i < STATES; i++) {
		if (strcmp(states[i].word, word) == 0)
			return states[i].holds(account);
	}
	return false;
}

static int check_state(const char *word)
{
	for (size_t i = 0; i < STATES; i++) {
		if (strcmp(states[i].word, word) == 0)
			return EX_OK;
	}
	return report(EX_USAGE,
		      "--state: \"%s\" must be enabled, disabled, denied, "
		      "blocked or deleted",
		      word);
}

int account_filter_read(struct invocation *invocation,
			struct account_filter *filter_r)
{
	int status = EX_OK;

	*filter_r = (struct account_filter){
		.invocation = invocation,
		.class_name = invocation_option(invocation, "class"),
		.state = invocation_option(invocation, "state"),
		.directory = invocation_option(invocation, "directory"),
		.no_password =
			invocation_option(invocation, "no-password") != NULL,
		.forwarding =
			invocation_option(invocation, "forwarding") != NULL,
		.over_quota =
			invocation_option(invocation, "over-quota") != NULL,
	};
	if (filter_r->state != NULL)
		status = check_state(filter_r->state);
	/* A class that left the configuration may still have accounts. */
	if (status == EX_OK && filter_r->directory != NULL &&
	    strcmp(filter_r->directory, DIRECTORY_NONE) != 0 &&
	    !session_directory_is_known(invocation, filter_r->directory))
		status = session_unknown_directory(invocation,
						   filter_r->directory);
	/* Only this filter reads credentials: a user who may not see them can
	   use all the others. */
	if (status == EX_OK && filter_r->no_password)
		status = session_open_credentials(invocation);
	return status;
}

bool account_filter_wants_deleted(const struct account_filter *filter)
{
	return filter->state != NULL &&
	       strcmp(filter->state, STATE_DELETED) == 0;
}

static bool fits(const struct account_filter *filter,
		 const struct account *account)
{
	int64_t limit =
		limits_quota(account, filter->invocation->configuration);

	if (filter->class_name != NULL &&
	    strcmp(filter->class_name, account->class_name) != 0)
		return false;
	if (filter->state != NULL && !is_in_state(account, filter->state))
		return false;
	if (filter->directory != NULL &&
	    strcmp(filter->directory, account_is_pinned(account)
					      ? account->directory
					      : DIRECTORY_NONE) != 0)
		return false;
	if (filter->forwarding && !account_forwards(account))
		return false;
	return !filter->over_quota ||
	       (limit > 0 && account->usage_bytes >= limit);
}

static int has_password(const struct account_filter *filter,
			const struct account *account, bool *has_r)
{
	struct credential credentials[CREDENTIALS_MAX];
	struct error error = {""};
	size_t count = 0;

	*has_r = false;
	if (store_credentials(filter->invocation->store, account->id,
			      credentials, &count, &error) < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	for (size_t i = 0; i < count; i++)
		*has_r |= credentials[i].kind == CREDENTIAL_PASSWORD;
	secret_wipe(credentials, sizeof(credentials));
	return EX_OK;
}

int account_filter_look(const struct account_filter *filter,
			const struct account *account, bool *shown_r)
{
	bool has = false;
	int status = EX_OK;

	*shown_r = fits(filter, account);
	if (*shown_r && filter->no_password)
		status = has_password(filter, account, &has);
	*shown_r = *shown_r && !has;
	return status;
}
