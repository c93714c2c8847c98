/* SPDX-License-Identifier: MIT
 *
 * alumnictl audit list and prune: who changed what, and when.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/mail/retention.h"
#include "lib/store/audit.h"
#include "lib/base/utf8.h"

#define PAGE_ENTRIES  256
#define LIMIT_MAX     1000000000L
#define LIMIT_DEFAULT 100
#define CLEAN_BYTES   (2 * AUDIT_DETAIL_BYTES)

/* ---- options ---- */

/* A date, a time (RFC 3339, UTC), or a span before now. */
static int read_since(const struct invocation *invocation, const char *option,
		      int64_t *since_r)
{
	const char *text = invocation_option(invocation, option);
	struct tm parts = {0};
	struct error error = {""};
	const char *end;
	int64_t span;

	*since_r = 0;
	if (text == NULL)
		return EX_OK;
	end = strptime(text, "%Y-%m-%d", &parts);
	if (end != NULL && *end == 'T')
		end = strptime(end, "T%H:%M:%SZ", &parts);
	if (end != NULL && *end == '\0') {
		*since_r = timegm(&parts);
		return EX_OK;
	}
	if (retention_parse(text, &span, &error) < 0 || span <= 0)
		return report(EX_DATAERR,
			      "--%s: \"%s\" must be a date, a time such as "
			      "2026-01-31T12:00:00Z, or a span such as 7d",
			      option, text);
	*since_r = time(NULL) - span;
	return EX_OK;
}

static int read_limit(const struct invocation *invocation, long *limit_r)
{
	const char *text = invocation_option(invocation, "limit");
	char *end;

	*limit_r = LIMIT_DEFAULT;
	if (text == NULL)
		return EX_OK;
	*limit_r = strtol(text, &end, 10);
	if (text[0] == '\0' || *end != '\0' || *limit_r < 0 ||
	    *limit_r > LIMIT_MAX)
		return report(EX_USAGE,
			      "--limit: \"%s\" must be a whole number, 0 for "
			      "all",
			      text);
	return EX_OK;
}

/* ---- list ---- */

struct trail {
	const struct invocation *invocation;
	long left; /* to be shown */
	size_t shown;
};

static int print_json(const struct trail *trail,
		      const struct audit_entry *entry, const char *when)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "at", when);
	json_add_text(object, "name", entry->account_name);
	json_add_text(object, "id", entry->account_id);
	json_add_text(object, "action", entry->action);
	json_add_text(object, "detail", entry->detail);
	json_add_text(object, "actor", entry->actor);
	json_add_text(object, "origin", entry->origin);
	fputs(trail->shown == 0 ? "" : ",", stdout);
	return json_print(object);
}

static int print_entry(struct trail *trail, const struct audit_entry *entry)
{
	char line[CLEAN_BYTES];
	char clean[CLEAN_BYTES];
	char when[TIME_TEXT_BYTES];
	int status = EX_OK;

	time_text(entry->at, when);
	if (trail->invocation->json) {
		status = print_json(trail, entry, when);
	} else {
		snprintf(line, sizeof(line), "%s %s %s%s%s (%s, %s)", when,
			 entry->account_name, entry->action,
			 entry->detail[0] == '\0' ? "" : ": ", entry->detail,
			 entry->actor, entry->origin);
		utf8_clean(line, clean, sizeof(clean));
		puts(clean);
	}
	trail->shown++;
	trail->left--;
	return status;
}

static int print_trail(struct trail *trail, struct store_audit_query *query,
		       struct audit_entry *page)
{
	struct error error = {""};
	int status = EX_OK;
	size_t count;

	do {
		if (store_audit(trail->invocation->store, query, page,
				PAGE_ENTRIES, &count, &error) < 0)
			return report(EX_TEMPFAIL, "%s", error.text);
		for (size_t i = 0;
		     i < count && trail->left > 0 && status == EX_OK; i++)
			status = print_entry(trail, &page[i]);
		if (count > 0)
			query->before = page[count - 1].number;
	} while (count == PAGE_ENTRIES && trail->left > 0 && status == EX_OK);
	return status;
}

static int list(struct invocation *invocation, struct store_audit_query *query,
		long limit)
{
	struct trail trail = {
		.invocation = invocation,
		.left = limit == 0 ? LIMIT_MAX : limit,
	};
	struct audit_entry *page = calloc(PAGE_ENTRIES, sizeof(*page));
	int status;

	if (page == NULL)
		return report(EX_OSERR, "out of memory");
	if (invocation->json)
		puts("[");
	status = print_trail(&trail, query, page);
	if (invocation->json && status == EX_OK)
		puts("]");
	free(page);
	return status;
}

static int run_list(struct invocation *invocation)
{
	struct store_audit_query query = {0};
	char name[ADDRESS_LOCAL_BYTES];
	long limit;
	int status = read_since(invocation, "since", &query.since);

	if (status == EX_OK)
		status = read_limit(invocation, &limit);
	/* The name may be that of an account that no longer exists. */
	if (status == EX_OK && invocation->arguments[0] != NULL) {
		status = session_name(invocation, name);
		query.account_name = name;
	}
	return status == EX_OK ? list(invocation, &query, limit) : status;
}

/* ---- prune ---- */

static int run_prune(struct invocation *invocation)
{
	struct error error = {""};
	int64_t before, removed = 0;
	int status = read_since(invocation, "before", &before);

	if (status != EX_OK)
		return status;
	if (invocation_option(invocation, "before") == NULL &&
	    invocation->configuration->audit_keep > 0)
		before = time(NULL) - invocation->configuration->audit_keep;
	if (before > 0)
		removed = store_audit_prune(invocation->store, before, &error);
	if (removed < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	return result_message(invocation, "%" PRId64 " entr%s removed", removed,
			      removed == 1 ? "y" : "ies");
}

const struct command cmd_audit_list = {
	.name = "audit list",
	.summary = "show who changed what, and when",
	.help = "Shows who changed what, and when, the newest first: for one "
		"account, also under\nits earlier names and when it is "
		"deleted, "
		"or for all. No secret is ever shown.",
	.arguments = {"[NAME]"},
	.options = {{"since", "WHEN",
		     "from this date or time on, or a span before now (7d)"},
		    {"limit", "NUMBER", "at most so many (100); 0 for all"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_list,
};

const struct command cmd_audit_prune = {
	.name = "audit prune",
	.summary = "forget changes that were long ago",
	.help = "Forgets changes from longer ago than audit_keep says. A timer "
		"runs this every day.",
	.options = {{"before", "WHEN",
		     "from before this date or time, or a span before now"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_prune,
};
