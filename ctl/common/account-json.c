/* SPDX-License-Identifier: MIT
 *
 * How an account looks, for programs. The keys are a contract with scripts,
 * described in alumnictl(8): add, but never rename.
 */
#include "ctl/common/account-view.h"

#include <stdio.h>

#include "ctl/common/report.h"
#include "lib/configuration/limits.h"
#include "lib/base/utf8.h"

#define CLEAN_TEXT_BYTES 4096

void json_add_text(struct json_object *object, const char *key,
		   const char *text)
{
	char clean[CLEAN_TEXT_BYTES];

	if (text == NULL) {
		json_object_object_add(object, key, NULL);
		return;
	}
	utf8_clean(text, clean, sizeof(clean));
	json_object_object_add(object, key, json_object_new_string(clean));
}

static void json_add_time(struct json_object *object, const char *key,
			  int64_t seconds)
{
	char text[TIME_TEXT_BYTES];

	time_text(seconds, text);
	json_add_text(object, key, seconds == 0 ? NULL : text);
}

static void json_add_number(struct json_object *object, const char *key,
			    int64_t number)
{
	json_object_object_add(object, key, json_object_new_int64(number));
}

static struct json_object *pin_json(const struct account *account)
{
	struct json_object *pin;

	if (!account_is_pinned(account))
		return NULL;
	pin = json_object_new_object();
	json_add_text(pin, "name", account->directory);
	json_add_text(pin, "id", account->directory_id);
	return pin;
}

static struct json_object *other_entry_json(const struct account *account)
{
	struct json_object *other;

	if (account->other_directory_id[0] == '\0')
		return NULL;
	other = json_object_new_object();
	json_add_text(other, "directory", account->other_directory);
	json_add_text(other, "id", account->other_directory_id);
	return other;
}

struct json_object *account_forward_json(const struct account *account)
{
	struct json_object *forward;

	if (!account_forwards(account))
		return NULL;
	forward = json_object_new_object();
	json_add_text(forward, "address", account->forward_address);
	json_object_object_add(
		forward, "keep_copy",
		json_object_new_boolean(account->forward_keep_copy));
	return forward;
}

static struct json_object *quota_json(const struct account_view *view)
{
	struct json_object *quota = json_object_new_object();
	int64_t limit = limits_quota(view->account, view->configuration);

	/* null, not 0: a script that compares the usage with it must notice. */
	if (limit > 0)
		json_add_number(quota, "bytes", limit);
	else
		json_object_object_add(quota, "bytes", NULL);
	json_add_text(quota, "origin",
		      view->account->has_own_quota ? "account" : "class");
	return quota;
}

static struct json_object *trash_json(const struct account_view *view)
{
	struct json_object *trash = json_object_new_object();
	int64_t retention =
		limits_retention(view->account, view->configuration);

	if (retention > 0)
		json_add_number(trash, "retention_seconds", retention);
	else
		json_object_object_add(trash, "retention_seconds", NULL);
	json_add_text(trash, "origin",
		      view->account->has_own_retention ? "account" : "class");
	json_add_time(trash, "oldest_saved_at", view->account->trash_oldest);
	return trash;
}

static struct json_object *usage_json(const struct account *account)
{
	struct json_object *usage = json_object_new_object();

	json_add_number(usage, "bytes", account->usage_bytes);
	json_add_number(usage, "messages", account->usage_messages);
	return usage;
}

struct json_object *aliases_json(const struct alias *aliases, size_t count)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		(void)json_object_array_add(
			array, json_object_new_string(aliases[i].name));
	return array;
}

static struct json_object *sending_json(const struct account *account)
{
	struct json_object *sending = json_object_new_object();
	bool blocked = account_sending_is_blocked(account);

	json_object_object_add(sending, "blocked",
			       json_object_new_boolean(blocked));
	json_add_time(sending, "blocked_at", account->sending_blocked_at);
	json_add_text(sending, "reason",
		      blocked ? account->sending_block_reason : NULL);
	return sending;
}

static struct json_object *activity_json(const struct activity *activity,
					 int64_t now)
{
	struct json_object *object = json_object_new_object();

	json_add_number(object, "recipients_this_hour",
			activity_sent_this_hour(activity, now));
	json_add_number(object, "recipients_today",
			activity_sent_today(activity, now));
	json_add_number(object, "forwarded_today",
			activity_forwarded_today(activity, now));
	return object;
}

static void add_names(struct json_object *object,
		      const struct account_view *view)
{
	const struct account *account = view->account;
	char address[ADDRESS_BYTES];

	snprintf(address, sizeof(address), "%s@%s", account->name,
		 view->configuration->domains[0]);
	json_add_text(object, "name", account->name);
	json_add_text(object, "address", address);
	if (view->aliases != NULL)
		json_object_object_add(
			object, "aliases",
			aliases_json(view->aliases, view->alias_count));
}

struct json_object *account_view_json(const struct account_view *view)
{
	struct json_object *object = json_object_new_object();
	const struct account *account = view->account;
	char folder[ACCOUNT_HOME_BYTES];

	(void)account_home(account, view->configuration->mail_home, folder);
	add_names(object, view);
	json_add_text(object, "id", account->id);
	json_add_text(object, "class", account->class_name);
	json_object_object_add(object, "enabled",
			       json_object_new_boolean(account->enabled));
	json_add_time(object, "created_at", account->created_at);
	if (account_is_deleted(account))
		json_add_time(object, "deleted_at", account->deleted_at);
	json_object_object_add(object, "directory", pin_json(account));
	json_object_object_add(object, "other_entry",
			       other_entry_json(account));
	json_add_time(object, "denied_at", account->denied_at);
	if (view->knows_password) {
		json_add_time(object, "password_set_at", view->password_set_at);
		json_add_time(object, "learned_at", view->learned_at);
	}
	json_add_text(object, "backend",
		      account->backend[0] == '\0' ? NULL : account->backend);
	json_object_object_add(object, "quota", quota_json(view));
	json_object_object_add(object, "usage", usage_json(account));
	json_object_object_add(object, "trash", trash_json(view));
	json_object_object_add(object, "forward",
			       account_forward_json(account));
	json_object_object_add(object, "sending", sending_json(account));
	if (view->activity != NULL)
		json_object_object_add(
			object, "activity",
			activity_json(view->activity, view->now));
	json_add_text(object, "mail_folder", folder);
	return object;
}

int json_print(struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text != NULL)
		printf("%s\n", text);
	json_object_put(object);
	return text == NULL ? report(EX_OSERR, "out of memory") : EX_OK;
}
