/* SPDX-License-Identifier: MIT
 *
 * The columns of an export that hold no secret, and the table of all; see
 * ctl/records/record.h. The names are a contract, described in alumnictl(8):
 * add, but never rename.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctl/common/account-view.h"
#include "ctl/records/secrets.h"
#include "ctl/common/report.h"
#include "lib/mail/quota.h"
#include "lib/mail/retention.h"
#include "lib/base/utf8.h"

#define READ(name)                                                             \
	static int read_##name(struct record *record, const char *text,        \
			       const struct configuration *configuration,      \
			       struct error *error)
#define WRITE(name)                                                            \
	static void write_##name(const struct record *record, char *text_r)

static void put(char *text_r, const char *text)
{
	snprintf(text_r, RECORD_TEXT_BYTES, "%s", text);
}

static int read_text(char *text_r, size_t size, const char *text,
		     struct error *error)
{
	if (strlen(text) >= size || !utf8_is_printable(text))
		return error_set(error,
				 "\"%.64s\" must be at most %zu bytes of "
				 "printable UTF-8",
				 text, size - 1);
	snprintf(text_r, size, "%s", text);
	return 0;
}

static int read_switch(bool *value_r, const char *text, struct error *error)
{
	*value_r = strcasecmp(text, "yes") == 0;
	if (!*value_r && strcasecmp(text, "no") != 0)
		return error_set(error, "\"%.64s\" must be yes or no", text);
	return 0;
}

/* ---- name, id, class, state ---- */

READ(name)
{
	return account_name_normalise(
		text, (const char *const *)configuration->domains,
		record->account.name, error);
}

WRITE(name)
{
	put(text_r, record->account.name);
}

READ(id)
{
	(void)configuration;
	if (strlen(text) != ACCOUNT_ID_BYTES - 1 ||
	    text[strspn(text, "0123456789abcdef")] != '\0')
		return error_set(error, "\"%.64s\" must be %d of 0-9 and a-f",
				 text, ACCOUNT_ID_BYTES - 1);
	return read_text(record->account.id, sizeof(record->account.id), text,
			 error);
}

WRITE(id)
{
	put(text_r, record->account.id);
}

READ(class)
{
	if (configuration_class(configuration, text) == NULL)
		return error_set(error, "there is no class \"%.64s\" in %s",
				 text, configuration->path);
	return read_text(record->account.class_name,
			 sizeof(record->account.class_name), text, error);
}

WRITE(class)
{
	put(text_r, record->account.class_name);
}

READ(enabled)
{
	(void)configuration;
	return read_switch(&record->account.enabled, text, error);
}

WRITE(enabled)
{
	put(text_r, record->account.enabled ? "yes" : "no");
}

READ(created_at)
{
	(void)configuration;
	return record_read_time(&record->account.created_at, text, error);
}

WRITE(created_at)
{
	record_write_time(record->account.created_at, text_r);
}

/* ---- directory ---- */

READ(directory)
{
	for (size_t i = 0; i < configuration->directory_count; i++) {
		if (strcmp(configuration->directories[i].name, text) == 0)
			return read_text(record->account.directory,
					 sizeof(record->account.directory),
					 text, error);
	}
	return error_set(error, "there is no directory \"%.64s\" in %s", text,
			 configuration->path);
}

WRITE(directory)
{
	put(text_r, record->account.directory);
}

READ(directory_id)
{
	(void)configuration;
	return read_text(record->account.directory_id,
			 sizeof(record->account.directory_id), text, error);
}

WRITE(directory_id)
{
	put(text_r, record->account.directory_id);
}

READ(denied_at)
{
	(void)configuration;
	return record_read_time(&record->account.denied_at, text, error);
}

WRITE(denied_at)
{
	record_write_time(record->account.denied_at, text_r);
}

/* ---- limits ---- */

READ(quota)
{
	(void)configuration;
	record->account.has_own_quota = true;
	return mail_quota_parse(text, &record->account.own_quota, error);
}

WRITE(quota)
{
	const struct account *account = &record->account;

	if (!account->has_own_quota)
		put(text_r, "");
	else if (account->own_quota == 0)
		put(text_r, "unlimited");
	else
		snprintf(text_r, RECORD_TEXT_BYTES, "%" PRId64,
			 account->own_quota);
}

READ(trash_retention)
{
	(void)configuration;
	record->account.has_own_retention = true;
	return retention_parse(text, &record->account.own_retention, error);
}

WRITE(trash_retention)
{
	const struct account *account = &record->account;

	if (!account->has_own_retention)
		put(text_r, "");
	else if (account->own_retention == 0)
		put(text_r, "never");
	else
		snprintf(text_r, RECORD_TEXT_BYTES, "%" PRId64 "s",
			 account->own_retention);
}

/* ---- aliases, forwarding ---- */

READ(aliases)
{
	const char *const *domains =
		(const char *const *)configuration->domains;
	char name[ADDRESS_BYTES];

	for (; *(text += strspn(text, " ")) != '\0';
	     text += strcspn(text, " ")) {
		size_t length = strcspn(text, " ");

		if (record->alias_count == ALIASES_MAX ||
		    length >= sizeof(name))
			return error_set(error,
					 "there are more than %d aliases, or "
					 "one is too long",
					 ALIASES_MAX);
		memcpy(name, text, length);
		name[length] = '\0';
		if (account_name_normalise(
			    name, domains,
			    record->aliases[record->alias_count].name,
			    error) < 0)
			return -1;
		record->alias_count++;
	}
	return 0;
}

WRITE(aliases)
{
	size_t used = 0;

	put(text_r, "");
	for (size_t i = 0; i < record->alias_count; i++)
		used += (size_t)snprintf(
			text_r + used, RECORD_TEXT_BYTES - used, "%s%s",
			i == 0 ? "" : " ", record->aliases[i].name);
}

READ(forward)
{
	return forward_address_check(
		text, (const char *const *)configuration->domains,
		record->account.forward_address, error);
}

WRITE(forward)
{
	put(text_r, record->account.forward_address);
}

READ(keep_copy)
{
	(void)configuration;
	return read_switch(&record->account.forward_keep_copy, text, error);
}

WRITE(keep_copy)
{
	const struct account *account = &record->account;

	put(text_r, !account_forwards(account)   ? ""
		    : account->forward_keep_copy ? "yes"
						 : "no");
}

/* ---- the rest ---- */

READ(backend)
{
	(void)configuration;
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789.-:[]_")] != '\0')
		return error_set(error, "\"%.64s\" is no name of a host", text);
	return read_text(record->account.backend,
			 sizeof(record->account.backend), text, error);
}

WRITE(backend)
{
	put(text_r, record->account.backend);
}

READ(sending_blocked_at)
{
	(void)configuration;
	return record_read_time(&record->account.sending_blocked_at, text,
				error);
}

WRITE(sending_blocked_at)
{
	record_write_time(record->account.sending_blocked_at, text_r);
}

READ(sending_block_reason)
{
	(void)configuration;
	return read_text(record->account.sending_block_reason,
			 sizeof(record->account.sending_block_reason), text,
			 error);
}

WRITE(sending_block_reason)
{
	put(text_r, record->account.sending_block_reason);
}

#define COLUMN(name, type, is_secret)                                          \
	{                                                                      \
#name, type, is_secret, read_##name, write_##name              \
	}

const struct record_column record_columns[] = {
	COLUMN(name, RECORD_TEXT, false),
	COLUMN(id, RECORD_TEXT, false),
	COLUMN(class, RECORD_TEXT, false),
	COLUMN(enabled, RECORD_SWITCH, false),
	COLUMN(created_at, RECORD_TEXT, false),
	COLUMN(directory, RECORD_TEXT, false),
	COLUMN(directory_id, RECORD_TEXT, false),
	COLUMN(denied_at, RECORD_TEXT, false),
	COLUMN(quota, RECORD_NUMBER, false),
	COLUMN(trash_retention, RECORD_TEXT, false),
	COLUMN(aliases, RECORD_WORDS, false),
	COLUMN(forward, RECORD_TEXT, false),
	COLUMN(keep_copy, RECORD_SWITCH, false),
	COLUMN(backend, RECORD_TEXT, false),
	COLUMN(sending_blocked_at, RECORD_TEXT, false),
	COLUMN(sending_block_reason, RECORD_TEXT, false),
	{"password_hash", RECORD_TEXT, true, record_read_password_hash,
	 record_write_password_hash},
	{"password_set_at", RECORD_TEXT, true, record_read_password_set_at,
	 record_write_password_set_at},
	{"other_credentials", RECORD_JSON, true, record_read_credentials,
	 record_write_credentials},
	{NULL, RECORD_TEXT, false, NULL, NULL},
};

const struct record_column *record_column_find(const char *name)
{
	for (size_t i = 0; record_columns[i].name != NULL; i++) {
		if (strcmp(record_columns[i].name, name) == 0)
			return &record_columns[i];
	}
	return NULL;
}

void record_begin(struct record *record,
		  const struct configuration *configuration)
{
	*record = (struct record){
		.account = {.enabled = true, .forward_keep_copy = true}};
	snprintf(record->account.class_name, sizeof(record->account.class_name),
		 "%s", configuration->default_class);
}

int record_check(struct record *record, struct error *error)
{
	struct account *account = &record->account;

	if (account->name[0] == '\0')
		return error_set(error, "there is no name");
	if ((account->directory[0] == '\0') !=
	    (account->directory_id[0] == '\0'))
		return error_set(error, "directory and directory_id must be "
					"given together");
	/* As the store has it. */
	if (!account_sending_is_blocked(account))
		account->sending_block_reason[0] = '\0';
	return record_check_secrets(record, error);
}
