/* SPDX-License-Identifier: MIT
 *
 * alumnictl warnings send: mails the warnings that are due to people whose
 * mailbox is getting full. Whether one is due is known from the usage that mail
 * processes publish; a timer runs this.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/commands/warning-message.h"
#include "lib/base/random.h"
#include "lib/configuration/limits.h"
#include "lib/mail/send-message.h"

#define WARNINGS_PAGE_ACCOUNTS 64

/* Returns 0, or -1 with an error. */
static int send_warning(const struct invocation *invocation,
			const struct account *account, const char *token,
			struct error *error)
{
	const struct configuration *configuration = invocation->configuration;
	enum mail_quota_level level =
		(enum mail_quota_level)account->warning_due;
	char address[ADDRESS_BYTES];
	char *template, *message;
	int result;

	if (warning_template_read(configuration, level, &template, error) < 0)
		return -1;
	result = warning_message_make(configuration, account, template, token,
				      (int64_t)time(NULL), &message, error);
	free(template);
	if (result < 0)
		return error_prefix(error, "%s/%s",
				    configuration->warning_templates,
				    warning_template_name(level));
	snprintf(address, sizeof(address), "%s@%s", account->name,
		 configuration->domains[0]);
	result = send_message(configuration->sendmail, address, message, error);
	free(message);
	return result;
}

/* A mailbox that stores nothing needs no warning, and the limit may be gone
   meanwhile. */
static bool is_wanted(const struct invocation *invocation,
		      const struct account *account)
{
	return account->enabled && account_stores_mail(account) &&
	       limits_quota(account, invocation->configuration) > 0;
}

/* A line for each, with --json too: an array would only be whole at the end. */
static void tell(const struct invocation *invocation,
		 const struct account *account, const char *what)
{
	struct json_object *object;

	if (!invocation->json) {
		printf("%s: %s at %d %%\n", account->name, what,
		       account->warning_due);
		return;
	}
	object = json_object_new_object();
	json_add_text(object, "name", account->name);
	json_add_text(object, "id", account->id);
	json_object_object_add(object, "percent",
			       json_object_new_int(account->warning_due));
	(void)json_print(object);
}

static int warn(const struct invocation *invocation,
		const struct account *account)
{
	bool wanted = is_wanted(invocation, account);
	char token[ACCOUNT_TOKEN_BYTES] = "";
	struct error error = {""};
	int result;

	if (wanted)
		random_hex(token, sizeof(token));
	result = store_warning_take(invocation->store, account->id,
				    account->warning_due, token, &error);
	if (result < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	if (result == 0 || !wanted)
		return EX_OK;
	if (send_warning(invocation, account, token, &error) < 0) {
		/* The next run tries again. */
		(void)store_warning_set(invocation->store, account->id,
					account->warned, account->warned,
					account->warning_due, NULL);
		return report(EX_TEMPFAIL, "%s: %s", account->name, error.text);
	}
	tell(invocation, account, "warned");
	return EX_OK;
}

static int try_only(const struct invocation *invocation,
		    const struct account *account)
{
	if (is_wanted(invocation, account))
		tell(invocation, account, "would be warned");
	return EX_OK;
}

/* A warning that fails does not stop the others. Returns the last failure. */
static int each_due(const struct invocation *invocation, struct account *page)
{
	bool dry_run = invocation_option(invocation, "dry-run") != NULL;
	char after[ACCOUNT_ID_BYTES] = "";
	struct error error = {""};
	int status = EX_OK;
	size_t count;

	do {
		if (store_warnings_due(invocation->store, after, page,
				       WARNINGS_PAGE_ACCOUNTS, &count,
				       &error) < 0)
			return report(EX_TEMPFAIL, "%s", error.text);
		for (size_t i = 0; i < count; i++) {
			int result = dry_run ? try_only(invocation, &page[i])
					     : warn(invocation, &page[i]);

			if (result != EX_OK)
				status = result;
		}
		if (count > 0)
			snprintf(after, sizeof(after), "%s",
				 page[count - 1].id);
	} while (count == WARNINGS_PAGE_ACCOUNTS);
	return status;
}

static int run(struct invocation *invocation)
{
	struct account *page;
	int status;

	if (sodium_init() < 0)
		return report(EX_OSERR, "libsodium cannot be initialised");
	page = calloc(WARNINGS_PAGE_ACCOUNTS, sizeof(*page));
	if (page == NULL)
		return report(EX_OSERR, "out of memory");
	status = each_due(invocation, page);
	free(page);
	return status;
}

const struct command cmd_warnings_send = {
	.name = "warnings send",
	.summary = "mail the warnings about full mailboxes that are due",
	.help = "Mails a warning to everybody whose mailbox has reached 80 or "
		"95 percent of its quota,\nor is full, once for each time that "
		"it does. A timer runs this every minute.",
	.options = {{"dry-run", NULL, "only say who would be warned"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run,
};
