/* SPDX-License-Identifier: MIT
 *
 * alumnictl usage: how full the accounts are, by the usage that mail processes
 * published. Accounts are read in pages, so that memory stays the same however
 * many there are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/commands/commands.h"
#include "ctl/common/report.h"
#include "ctl/commands/usage-report.h"

#define USAGE_PAGE_ACCOUNTS 256
#define USAGE_TOP_DEFAULT   10

/* Hands every account to the report, or prints it as a line if there is none.
 */
static int each_account(struct invocation *invocation,
			struct usage_report *gathered, struct account *page)
{
	char after[ADDRESS_LOCAL_BYTES] = "";
	struct error error = {""};
	size_t count;

	do {
		if (store_accounts_after(invocation->store, after, page,
					 USAGE_PAGE_ACCOUNTS, &count,
					 &error) < 0)
			return report(EX_TEMPFAIL, "%s", error.text);
		for (size_t i = 0; i < count; i++) {
			if (gathered != NULL)
				usage_report_add(gathered, &page[i]);
			else
				usage_csv_print_row(&page[i],
						    invocation->configuration);
		}
		if (count > 0)
			snprintf(after, sizeof(after), "%s",
				 page[count - 1].name);
	} while (count == USAGE_PAGE_ACCOUNTS);
	return EX_OK;
}

static int print_csv(struct invocation *invocation, struct account *page)
{
	if (invocation->json)
		return report(EX_USAGE, "--csv and --json: give one of them");
	usage_csv_print_head();
	return each_account(invocation, NULL, page);
}

static int print_report(struct invocation *invocation, size_t top,
			struct account *page)
{
	struct usage_report *gathered =
		usage_report_new(invocation->configuration, top);
	int status;

	if (gathered == NULL)
		return report(EX_OSERR, "out of memory");
	status = each_account(invocation, gathered, page);
	if (status == EX_OK && invocation->json)
		status = usage_report_print_json(gathered);
	else if (status == EX_OK)
		usage_report_print(gathered);
	usage_report_free(&gathered);
	return status;
}

static int read_top(const struct invocation *invocation, size_t *top_r)
{
	const char *text = invocation_option(invocation, "top");
	unsigned long number;

	*top_r = USAGE_TOP_DEFAULT;
	if (text == NULL)
		return EX_OK;
	number = strtoul(text, NULL, 10);
	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0' ||
	    number > USAGE_TOP_MAX)
		return report(EX_USAGE,
			      "--top: \"%s\" must be a whole number from 0 to "
			      "%d",
			      text, USAGE_TOP_MAX);
	*top_r = number;
	return EX_OK;
}

static int run(struct invocation *invocation)
{
	struct account *page;
	size_t top;
	int status = read_top(invocation, &top);

	if (status != EX_OK)
		return status;
	page = calloc(USAGE_PAGE_ACCOUNTS, sizeof(*page));
	if (page == NULL)
		return report(EX_OSERR, "out of memory");
	if (invocation_option(invocation, "csv") != NULL)
		status = print_csv(invocation, page);
	else
		status = print_report(invocation, top, page);
	free(page);
	return status;
}

const struct command cmd_usage = {
	.name = "usage",
	.summary = "show how full the accounts are",
	.help = "Shows the fullest accounts, how many accounts are how full, "
		"and sums by class, by the\nusage that was last published.",
	.options = {{"top", "NUMBER", "how many of the fullest (10)"},
		    {"csv", NULL, "instead, a line for every account"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run,
};
