/* SPDX-License-Identifier: MIT
 *
 * How an account looks, for people. Text from the directory or the
 * configuration is cleaned on its way out.
 */
#include "ctl/common/account-view.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "ctl/common/report.h"
#include "lib/configuration/limits.h"
#include "lib/mail/quota.h"
#include "lib/base/utf8.h"

#define CLEAN_TEXT_BYTES 4096

void time_text(int64_t seconds, char text_r[TIME_TEXT_BYTES])
{
	time_t when = (time_t)seconds;
	struct tm parts;

	if (gmtime_r(&when, &parts) == NULL ||
	    strftime(text_r, TIME_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &parts) ==
		    0)
		snprintf(text_r, TIME_TEXT_BYTES, "@%" PRId64, seconds);
}

void quota_text(int64_t bytes, char text_r[QUOTA_TEXT_BYTES])
{
	if (bytes <= 0)
		snprintf(text_r, QUOTA_TEXT_BYTES, "unlimited");
	else
		mail_quota_format(bytes, text_r, QUOTA_TEXT_BYTES);
}

void retention_text(int64_t seconds, char text_r[RETENTION_TEXT_BYTES])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {
		{86400, "day"},
		{3600, "hour"},
		{60, "minute"},
		{1, "second"},
	};
	size_t i = 0;

	if (seconds <= 0) {
		snprintf(text_r, RETENTION_TEXT_BYTES, "for ever");
		return;
	}
	/* The last unit divides every span. */
	while (seconds % units[i].seconds != 0)
		i++;
	seconds /= units[i].seconds;
	snprintf(text_r, RETENTION_TEXT_BYTES, "%" PRId64 " %s%s", seconds,
		 units[i].name, seconds == 1 ? "" : "s");
}

static void print_line(const char *label, const char *text)
{
	char clean[CLEAN_TEXT_BYTES];

	utf8_clean(text, clean, sizeof(clean));
	printf("%-14s%s\n", label, clean);
}

static void print_quota(const struct account_view *view)
{
	const struct account *account = view->account;
	int64_t limit = limits_quota(account, view->configuration);
	char quota[QUOTA_TEXT_BYTES];
	char usage[QUOTA_TEXT_BYTES];
	char text[CLEAN_TEXT_BYTES];

	quota_text(limit, quota);
	if (account->has_own_quota)
		snprintf(text, sizeof(text), "%s (its own)", quota);
	else
		snprintf(text, sizeof(text), "%s (of class %s)", quota,
			 configuration_class_or_default(view->configuration,
							account->class_name)
				 ->name);
	print_line("Quota:", text);

	mail_quota_format(account->usage_bytes, usage, sizeof(usage));
	snprintf(text, sizeof(text), "%s in %" PRId64 " message%s", usage,
		 account->usage_messages,
		 account->usage_messages == 1 ? "" : "s");
	if (limit > 0)
		snprintf(text, sizeof(text),
			 "%s in %" PRId64 " message%s, %.0f %%", usage,
			 account->usage_messages,
			 account->usage_messages == 1 ? "" : "s",
			 100.0 * (double)account->usage_bytes / (double)limit);
	print_line("Usage:", text);
}

static void print_pin(const struct account *account)
{
	char text[CLEAN_TEXT_BYTES];

	if (!account_is_pinned(account)) {
		print_line("Directory:", "not pinned");
		return;
	}
	snprintf(text, sizeof(text), "%s, id %s", account->directory,
		 account->directory_id);
	print_line("Directory:", text);
}

static void print_trash(const struct account_view *view)
{
	const struct account *account = view->account;
	char span[RETENTION_TEXT_BYTES];
	char text[CLEAN_TEXT_BYTES];

	retention_text(limits_retention(account, view->configuration), span);
	if (account->has_own_retention)
		snprintf(text, sizeof(text), "messages stay %s (its own)",
			 span);
	else
		snprintf(text, sizeof(text), "messages stay %s (of class %s)",
			 span,
			 configuration_class_or_default(view->configuration,
							account->class_name)
				 ->name);
	print_line("Trash:", text);
}

static void print_other_entry(const struct account *account)
{
	char text[CLEAN_TEXT_BYTES];

	if (account->other_directory_id[0] == '\0')
		return;
	snprintf(text, sizeof(text),
		 "%s, id %s, has this name but not this account",
		 account->other_directory, account->other_directory_id);
	print_line("Other entry:", text);
}

static void print_denial(const struct account *account)
{
	char when[TIME_TEXT_BYTES];
	char text[CLEAN_TEXT_BYTES];

	if (!account_is_denied(account))
		return;
	time_text(account->denied_at, when);
	snprintf(text, sizeof(text), "by the directory (deny_filter), seen %s",
		 when);
	print_line("Denied:", text);
}

static void print_forward(const struct account *account)
{
	char text[CLEAN_TEXT_BYTES];

	if (!account_forwards(account)) {
		print_line("Forwarding:", "none");
		return;
	}
	snprintf(text, sizeof(text), "%s, %s", account->forward_address,
		 account->forward_keep_copy ? "a copy is kept"
					    : "no copy is kept");
	print_line("Forwarding:", text);
}

static void print_password(const struct account_view *view)
{
	char when[TIME_TEXT_BYTES];
	char text[CLEAN_TEXT_BYTES];

	if (!view->knows_password)
		return;
	if (view->password_set_at == 0) {
		print_line("Password:", "none");
		return;
	}
	time_text(view->password_set_at, when);
	snprintf(text, sizeof(text), "set %s", when);
	print_line("Password:", text);
}

static void print_learned(const struct account_view *view)
{
	char when[TIME_TEXT_BYTES];

	if (!view->knows_password || view->learned_at == 0)
		return;
	time_text(view->learned_at, when);
	print_line("Learned:", when);
}

static void print_aliases(const struct account_view *view)
{
	char text[CLEAN_TEXT_BYTES] = "none";
	size_t used = 0;

	if (view->aliases == NULL)
		return;
	for (size_t i = 0; i < view->alias_count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%s", i == 0 ? "" : ", ",
					 view->aliases[i].name);
	print_line("Aliases:", text);
}

/* "3 of 100", or "3" without a limit. */
static void count_text(int64_t count, unsigned int limit, char *text_r,
		       size_t size)
{
	if (limit == 0)
		snprintf(text_r, size, "%" PRId64, count);
	else
		snprintf(text_r, size, "%" PRId64 " of %u", count, limit);
}

static void print_activity(const struct account_view *view)
{
	const struct configuration *configuration = view->configuration;
	char hour[QUOTA_TEXT_BYTES];
	char day[QUOTA_TEXT_BYTES];
	char text[CLEAN_TEXT_BYTES];

	if (view->activity == NULL)
		return;
	count_text(activity_sent_this_hour(view->activity, view->now),
		   configuration->submission_recipients_per_hour, hour,
		   sizeof(hour));
	count_text(activity_sent_today(view->activity, view->now),
		   configuration->submission_recipients_per_day, day,
		   sizeof(day));
	snprintf(text, sizeof(text), "%s recipients this hour, %s today", hour,
		 day);
	print_line("Sent:", text);
	count_text(activity_forwarded_today(view->activity, view->now),
		   configuration->forward_messages_per_day, day, sizeof(day));
	snprintf(text, sizeof(text), "%s messages today", day);
	print_line("Forwarded:", text);
}

static void print_sending(const struct account *account)
{
	char when[TIME_TEXT_BYTES];
	char text[CLEAN_TEXT_BYTES];

	if (!account_sending_is_blocked(account)) {
		print_line("Sending:", "allowed");
		return;
	}
	time_text(account->sending_blocked_at, when);
	snprintf(text, sizeof(text), "BLOCKED since %s: %s", when,
		 account->sending_block_reason);
	print_line("Sending:", text);
}

void account_view_print(const struct account_view *view)
{
	const struct account *account = view->account;
	char text[CLEAN_TEXT_BYTES];
	char when[TIME_TEXT_BYTES];
	char folder[ACCOUNT_HOME_BYTES];

	snprintf(text, sizeof(text), "%s@%s", account->name,
		 view->configuration->domains[0]);
	time_text(account->created_at, when);
	(void)account_home(account, view->configuration->mail_home, folder);
	print_line("Name:", account->name);
	print_line("Address:", text);
	print_aliases(view);
	print_line("Id:", account->id);
	print_line("Class:", account->class_name);
	print_line("State:", account->enabled ? "enabled" : "disabled");
	print_line("Created:", when);
	print_pin(account);
	print_other_entry(account);
	print_denial(account);
	print_password(view);
	print_learned(view);
	if (account->backend[0] != '\0')
		print_line("Backend:", account->backend);
	print_quota(view);
	print_trash(view);
	print_forward(account);
	print_sending(account);
	print_activity(view);
	print_line("Mail folder:", folder);
}

#define ROW_FORMAT "%-24s %-12s %-9s %10s %10s  %s\n"

void account_view_print_head(void)
{
	printf(ROW_FORMAT, "NAME", "CLASS", "STATE", "USAGE", "QUOTA",
	       "FORWARDING");
}

void account_view_print_row(const struct account_view *view)
{
	const struct account *account = view->account;
	char quota[QUOTA_TEXT_BYTES];
	char usage[QUOTA_TEXT_BYTES];
	char class_name[ACCOUNT_CLASS_BYTES];
	char forward[CLEAN_TEXT_BYTES] = "-";

	quota_text(limits_quota(account, view->configuration), quota);
	mail_quota_format(account->usage_bytes, usage, sizeof(usage));
	utf8_clean(account->class_name, class_name, sizeof(class_name));
	if (account_forwards(account))
		utf8_clean(account->forward_address, forward, sizeof(forward));
	printf(ROW_FORMAT, account->name, class_name,
	       account_is_deleted(account) ? "deleted"
	       : account->enabled          ? "enabled"
					   : "disabled",
	       usage, quota, forward);
}
