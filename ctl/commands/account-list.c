/* SPDX-License-Identifier: MIT
 *
 * alumnictl account list: all accounts, in pages, so that memory stays the
 * same however many there are.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-filter.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "lib/store/deleted.h"

#define LIST_PAGE_ACCOUNTS 256

struct list {
	struct invocation *invocation;
	struct account_filter filter;
	struct account *page;
	size_t shown;
	bool names_only;
	char prefix[ADDRESS_LOCAL_BYTES]; /* "" = any name */
};

/* Names are sorted byte by byte, so the wanted ones stand together. */
static bool is_past(const struct list *list, const struct account *account)
{
	return strncmp(account->name, list->prefix, strlen(list->prefix)) > 0;
}

/* What sorts right before all names with the prefix: no name has a ~. */
static void find_start(const struct list *list,
		       char after_r[ADDRESS_LOCAL_BYTES])
{
	size_t length = strlen(list->prefix);

	after_r[0] = '\0';
	if (length == 0)
		return;
	memcpy(after_r, list->prefix, length + 1);
	after_r[length - 1]--;
	if (length + 1 < ADDRESS_LOCAL_BYTES)
		memcpy(after_r + length, "~", 2);
}

static int print_account(struct list *list, const struct account *account)
{
	const struct account_view view = {
		.account = account,
		.configuration = list->invocation->configuration,
	};
	bool shown;
	int status = account_filter_look(&list->filter, account, &shown);

	if (status != EX_OK || !shown ||
	    strncmp(account->name, list->prefix, strlen(list->prefix)) != 0)
		return status;
	list->shown++;
	if (list->names_only) {
		puts(account->name);
		return EX_OK;
	}
	if (!list->invocation->json) {
		account_view_print_row(&view);
		return EX_OK;
	}
	fputs(list->shown == 1 ? "" : ",", stdout);
	return json_print(account_view_json(&view));
}

static int print_page(struct list *list, size_t count)
{
	int status = EX_OK;

	for (size_t i = 0; i < count && status == EX_OK; i++)
		status = print_account(list, &list->page[i]);
	return status;
}

static int print_all(struct list *list)
{
	char after[ADDRESS_LOCAL_BYTES];
	struct error error = {""};
	size_t count;
	int status;

	find_start(list, after);
	do {
		if (store_accounts_after(list->invocation->store, after,
					 list->page, LIST_PAGE_ACCOUNTS, &count,
					 &error) < 0)
			return report(EX_TEMPFAIL, "%s", error.text);
		status = print_page(list, count);
		if (status != EX_OK)
			return status;
		if (count > 0)
			snprintf(after, sizeof(after), "%s",
				 list->page[count - 1].name);
	} while (count == LIST_PAGE_ACCOUNTS &&
		 !is_past(list, &list->page[count - 1]));
	return EX_OK;
}

static int print_deleted(struct list *list)
{
	char after_id[ACCOUNT_ID_BYTES] = "";
	struct error error = {""};
	int64_t after_at = 0;
	size_t count;
	int status;

	do {
		if (store_deleted_until(list->invocation->store, INT64_MAX,
					after_at, after_id, list->page,
					LIST_PAGE_ACCOUNTS, &count, &error) < 0)
			return report(EX_TEMPFAIL, "%s", error.text);
		status = print_page(list, count);
		if (status != EX_OK)
			return status;
		if (count > 0) {
			after_at = list->page[count - 1].deleted_at;
			snprintf(after_id, sizeof(after_id), "%s",
				 list->page[count - 1].id);
		}
	} while (count == LIST_PAGE_ACCOUNTS);
	return EX_OK;
}

static int print_list(struct list *list)
{
	int status;

	if (list->invocation->json)
		puts("[");
	else if (!list->names_only)
		account_view_print_head();
	status = account_filter_wants_deleted(&list->filter)
			 ? print_deleted(list)
			 : print_all(list);
	/* A list that was cut short stays open, so that no parser takes it for
	   the whole. */
	if (list->invocation->json && status == EX_OK)
		puts("]");
	return status;
}

static int read_shape(struct list *list)
{
	const char *prefix = invocation_option(list->invocation, "prefix");

	list->names_only = invocation_option(list->invocation, "names") != NULL;
	if (list->names_only && list->invocation->json)
		return report(EX_USAGE, "--names and --json: give one of them");
	if (prefix == NULL)
		return EX_OK;
	if (strlen(prefix) >= sizeof(list->prefix))
		return report(EX_DATAERR, "--prefix: no name is as long");
	for (size_t i = 0; prefix[i] != '\0'; i++)
		list->prefix[i] = prefix[i] >= 'A' && prefix[i] <= 'Z'
					  ? (char)(prefix[i] - 'A' + 'a')
					  : prefix[i];
	return EX_OK;
}

static int run(struct invocation *invocation)
{
	struct list list = {.invocation = invocation};
	int status = account_filter_read(invocation, &list.filter);

	if (status == EX_OK)
		status = read_shape(&list);
	if (status != EX_OK)
		return status;
	list.page = calloc(LIST_PAGE_ACCOUNTS, sizeof(*list.page));
	if (list.page == NULL)
		return report(EX_OSERR, "out of memory");
	status = print_list(&list);
	free(list.page);
	return status;
}

const struct command cmd_account_list = {
	.name = "account list",
	.summary = "list accounts",
	.help = "Lists accounts in order of name: all of them, or those that "
		"fit every option given.\nWith --json, an array of what "
		"\"account show\" prints, without the password's time.\n"
		"--state is enabled, disabled, denied (by the directory), "
		"blocked (from sending) or\ndeleted; deleted accounts are in "
		"no other list.",
	.options = {{"class", "CLASS", "of this class"},
		    {"state", "STATE", "in this state"},
		    {"directory", "NAME",
		     "pinned to an entry there; none = pinned to none"},
		    {"no-password", NULL, "without an alumni password"},
		    {"forwarding", NULL, "whose mail is sent on"},
		    {"over-quota", NULL, "with no room left"},
		    {"prefix", "TEXT", "whose name begins so"},
		    {"names", NULL, "print names and nothing else"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run,
};
