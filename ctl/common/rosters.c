/* SPDX-License-Identifier: MIT
 *
 * The rosters of the configured directories, and walking through all
 * accounts; see ctl/common/rosters.h.
 */
#include "ctl/common/rosters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/common/progress.h"
#include "ctl/common/report.h"

#define PAGE_ACCOUNTS 256

int directory_open_configured(const struct directory_options *options,
			      struct directory **directory_r)
{
	struct error error = {""};

	if (directory_open(options, directory_r, &error) < 0)
		return report(EX_CONFIG, "%s", error.text);
	return EX_OK;
}

static void show_progress(void *context, size_t entries)
{
	progress_show(context, entries);
}

static int load_one(const struct configuration *configuration,
		    const struct directory_options *directory_options,
		    struct roster **roster_r)
{
	struct progress progress;
	const struct roster_options options = {
		.directory = directory_options,
		.domains = (const char *const *)configuration->domains,
		.page_entries = DIRECTORY_LIST_PAGE_ENTRIES,
		.progress = show_progress,
		.progress_context = &progress,
	};
	struct directory *directory;
	struct error error = {""};
	int status = directory_open_configured(directory_options, &directory);
	int result;

	if (status != EX_OK)
		return status;
	progress_begin(&progress, directory_options->name, 0);
	result = roster_load(directory, &options, roster_r, &error);
	progress_end(&progress);
	directory_close(&directory);
	if (result < 0)
		return report(EX_TEMPFAIL, "%s; nothing was changed",
			      error.text);
	return EX_OK;
}

int rosters_load(const struct configuration *configuration, const char *only,
		 struct rosters *rosters_r)
{
	size_t count = configuration->directory_count;
	int status = EX_OK;

	rosters_r->count = count;
	rosters_r->all = calloc(count + 1, sizeof(*rosters_r->all));
	if (rosters_r->all == NULL)
		return report(EX_OSERR, "out of memory");
	for (size_t i = 0; i < count && status == EX_OK; i++) {
		const struct directory_options *directory =
			&configuration->directories[i];

		if (only == NULL || strcmp(only, directory->name) == 0)
			status = load_one(configuration, directory,
					  &rosters_r->all[i]);
	}
	return status;
}

void rosters_free(struct rosters *rosters)
{
	for (size_t i = 0; rosters->all != NULL && i < rosters->count; i++)
		roster_free(&rosters->all[i]);
	free(rosters->all);
	rosters->all = NULL;
}

/* ---- accounts ---- */

static int walk_pages(const struct invocation *invocation, struct account *page,
		      struct progress *progress, accounts_callback *callback,
		      void *context)
{
	char after[ADDRESS_LOCAL_BYTES] = "";
	struct error error = {""};
	size_t done = 0;
	size_t count;

	do {
		if (store_accounts_after(invocation->store, after, page,
					 PAGE_ACCOUNTS, &count, &error) < 0)
			return report(EX_TEMPFAIL, "%s", error.text);
		for (size_t i = 0; i < count; i++) {
			int status = callback(context, &page[i]);

			if (status != EX_OK)
				return status;
		}
		if (count > 0)
			snprintf(after, sizeof(after), "%s",
				 page[count - 1].name);
		done += count;
		progress_show(progress, done);
	} while (count == PAGE_ACCOUNTS);
	return EX_OK;
}

int accounts_walk(const struct invocation *invocation,
		  accounts_callback *callback, void *context)
{
	struct account *page = calloc(PAGE_ACCOUNTS, sizeof(*page));
	struct progress progress;
	int status;

	if (page == NULL)
		return report(EX_OSERR, "out of memory");
	progress_begin(&progress, "accounts", 0);
	status = walk_pages(invocation, page, &progress, callback, context);
	progress_end(&progress);
	free(page);
	return status;
}
