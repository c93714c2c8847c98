/* SPDX-License-Identifier: MIT
 *
 * alumnictl account list: all accounts, in pages, so that memory stays the
 * same however many there are.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/account-view.h"
#include "ctl/report.h"
#include "ctl/session.h"

#define LIST_PAGE_ACCOUNTS 256

static int print_page(const struct invocation *invocation,
		      const struct account *accounts, size_t count,
		      bool is_first)
{
	for (size_t i = 0; i < count; i++) {
		struct account_view view = {
			.account = &accounts[i],
			.configuration = invocation->configuration,
		};
		int status;

		if (!invocation->json) {
			account_view_print_row(&view);
			continue;
		}
		fputs(is_first && i == 0 ? "" : ",", stdout);
		status = json_print(account_view_json(&view));
		if (status != EX_OK)
			return status;
	}
	return EX_OK;
}

static int print_all(struct invocation *invocation, struct account *page)
{
	char after[ADDRESS_LOCAL_BYTES] = "";
	struct error error = {""};
	size_t count;
	int status;

	do {
		if (store_accounts_after(invocation->store, after, page,
					 LIST_PAGE_ACCOUNTS, &count,
					 &error) < 0)
			return report(EX_TEMPFAIL, "%s", error.text);
		status = print_page(invocation, page, count, after[0] == '\0');
		if (status != EX_OK)
			return status;
		if (count > 0)
			snprintf(after, sizeof(after), "%s",
				 page[count - 1].name);
	} while (count == LIST_PAGE_ACCOUNTS);
	return EX_OK;
}

static int run(struct invocation *invocation)
{
	struct account *page = calloc(LIST_PAGE_ACCOUNTS, sizeof(*page));
	int status;

	if (page == NULL)
		return report(EX_OSERR, "out of memory");
	if (invocation->json)
		puts("[");
	else
		account_view_print_head();
	status = print_all(invocation, page);
	/* A list that was cut short stays open, so that no parser takes it for
	   the whole. */
	if (invocation->json && status == EX_OK)
		puts("]");
	free(page);
	return status;
}

const struct command cmd_account_list = {
	.name = "account list",
	.summary = "list all accounts",
	.help = "Lists all accounts in order of name. With --json, an array of "
		"what \"account show\"\nprints, without the password's time.",
	.prints_data = true,
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run,
};
