/* SPDX-License-Identifier: MIT
 *
 * The dict keys of one account; see account-keys.h.
 */
#include <stdio.h>
#include <string.h>

#include "lib/configuration/limits.h"
#include "plugins/dict/account-keys.h"
#include "protocol/dict-keys.h"
#include "protocol/trash.h"
#include "protocol/usage.h"

struct account_key {
	const char *name;
	/* NULL: cannot be looked up. Returns 1, or 0 when there is none. */
	int (*get)(const struct account *account,
		   const struct configuration *configuration,
		   char value_r[WIRE_VALUE_BYTES]);
	/* NULL: cannot be set. */
	int (*set)(struct account_changes *changes, const char *value,
		   struct error *error);
};

void account_changes_init(struct account_changes *changes)
{
	*changes = (struct account_changes){
		.usage = {.bytes = -1, .messages = -1},
	};
}

_Static_assert(ACCOUNT_TOKEN_BYTES <= WIRE_VALUE_BYTES, "a token must fit");

static int give_number(int64_t number, char value_r[WIRE_VALUE_BYTES])
{
	wire_number_format(number, value_r);
	return 1;
}

/* ---- usage, published by the quota plugin ---- */

static int get_storage(const struct account *account,
		       const struct configuration *configuration
		       __attribute__((unused)),
		       char value_r[WIRE_VALUE_BYTES])
{
	return give_number(account->usage_bytes, value_r);
}

static int set_storage(struct account_changes *changes, const char *value,
		       struct error *error)
{
	return wire_number_parse(value, &changes->usage.bytes, error);
}

static int get_messages(const struct account *account,
			const struct configuration *configuration
			__attribute__((unused)),
			char value_r[WIRE_VALUE_BYTES])
{
	return give_number(account->usage_messages, value_r);
}

static int set_messages(struct account_changes *changes, const char *value,
			struct error *error)
{
	return wire_number_parse(value, &changes->usage.messages, error);
}

static int set_counted_at(struct account_changes *changes, const char *value,
			  struct error *error)
{
	return wire_number_parse(value, &changes->usage.counted_at, error);
}

static int set_inbox(struct account_changes *changes, const char *value,
		     struct error *error)
{
	struct wire_inbox inbox;

	if (wire_inbox_parse(value, &inbox, error) < 0)
		return -1;
	changes->usage.uid_validity = inbox.uid_validity;
	changes->usage.uid_next = inbox.uid_next;
	return 0;
}

static int set_saved(struct account_changes *changes, const char *value,
		     struct error *error)
{
	struct wire_saved saved;

	if (changes->any)
		return error_set(error, "it must be set alone");
	changes->has_saved = true;
	if (wire_saved_parse(value, &saved, error) < 0)
		return -1;
	changes->saved = (struct usage_saved){
		.bytes = saved.bytes,
		.messages = saved.messages,
		.uid_validity = saved.uid_validity,
		.first_uid = saved.first_uid,
		.saved_at = saved.saved_at,
	};
	return 0;
}

static int get_warning_token(const struct account *account,
			     const struct configuration *configuration
			     __attribute__((unused)),
			     char value_r[WIRE_VALUE_BYTES])
{
	if (account->warning_token[0] == '\0')
		return 0;
	snprintf(value_r, WIRE_VALUE_BYTES, "%s", account->warning_token);
	return 1;
}

static int set_warning_delivered(struct account_changes *changes,
				 const char *value, struct error *error)
{
	if (value[0] == '\0' || strlen(value) >= ACCOUNT_TOKEN_BYTES)
		return error_set(error, "\"%.64s\" is no token", value);
	snprintf(changes->warning_token, sizeof(changes->warning_token), "%s",
		 value);
	return 0;
}

static int get_limit(const struct account *account,
		     const struct configuration *configuration,
		     char value_r[WIRE_VALUE_BYTES])
{
	return give_number(limits_quota(account, configuration), value_r);
}

static int get_limits(const struct account *account,
		      const struct configuration *configuration,
		      char value_r[WIRE_VALUE_BYTES])
{
	const struct wire_limits limits = {
		.bytes = limits_quota(account, configuration),
		.messages = limits_messages(account, configuration),
		.trash_allowance = configuration->trash_allowance,
	};

	wire_limits_format(&limits, value_r);
	return 1;
}

/* ---- news of Trash ---- */

static int get_trash_oldest(const struct account *account,
			    const struct configuration *configuration
			    __attribute__((unused)),
			    char value_r[WIRE_VALUE_BYTES])
{
	return give_number(account->trash_oldest, value_r);
}

static int set_trash_oldest(struct account_changes *changes, const char *value,
			    struct error *error)
{
	int64_t saved_at = 0;

	if (wire_number_parse(value, &saved_at, error) < 0)
		return -1;
	if (saved_at == 0) {
		return error_set(error,
				 "a session cannot clear it: only the expiry "
				 "can, by " DICT_KEY_TRASH_EXPIRED);
	}
	if (changes->trash_saved_at == 0 || saved_at < changes->trash_saved_at)
		changes->trash_saved_at = saved_at;
	return 0;
}

static int get_trash_state(const struct account *account,
			   const struct configuration *configuration,
			   char value_r[WIRE_VALUE_BYTES])
{
	const struct wire_trash_state state = {
		.generation = account->trash_generation,
		.oldest = account->trash_oldest,
		.retention = limits_retention(account, configuration),
	};

	wire_trash_state_format(&state, value_r);
	return 1;
}

static int set_trash_expired(struct account_changes *changes, const char *value,
			     struct error *error)
{
	struct wire_trash_expired expired;

	if (wire_trash_expired_parse(value, &expired, error) < 0)
		return -1;
	changes->has_trash_expired = true;
	changes->trash_expired_generation = expired.generation;
	changes->trash_expired_oldest = expired.oldest_left;
	return 0;
}

static const struct account_key account_keys[] = {
	{DICT_KEY_QUOTA_COUNTED_AT, NULL, set_counted_at},
	{DICT_KEY_QUOTA_INBOX, NULL, set_inbox},
	{DICT_KEY_QUOTA_LIMIT, get_limit, NULL},
	{DICT_KEY_QUOTA_LIMITS, get_limits, NULL},
	{DICT_KEY_QUOTA_MESSAGES, get_messages, set_messages},
	{DICT_KEY_QUOTA_SAVED, NULL, set_saved},
	{DICT_KEY_QUOTA_STORAGE, get_storage, set_storage},
	{DICT_KEY_WARNING_DELIVERED, NULL, set_warning_delivered},
	{DICT_KEY_WARNING_TOKEN, get_warning_token, NULL},
	{DICT_KEY_TRASH_EXPIRED, NULL, set_trash_expired},
	{DICT_KEY_TRASH_OLDEST, get_trash_oldest, set_trash_oldest},
	{DICT_KEY_TRASH_STATE, get_trash_state, NULL},
};

static const struct account_key *account_key_find(const char *name,
						  struct error *error)
{
	size_t i;

	for (i = 0; i < sizeof(account_keys) / sizeof(account_keys[0]); i++) {
		if (strcmp(account_keys[i].name, name) == 0)
			return &account_keys[i];
	}
	error_set(error, "there is no key \"%.128s\"", name);
	return NULL;
}

int account_key_get(const struct account *account,
		    const struct configuration *configuration, const char *key,
		    char value_r[WIRE_VALUE_BYTES], struct error *error)
{
	const struct account_key *found = account_key_find(key, error);

	if (found == NULL)
		return -1;
	if (found->get == NULL)
		return error_set(error, "%s cannot be looked up", key);
	return found->get(account, configuration, value_r);
}

int account_key_set(struct account_changes *changes, const char *key,
		    const char *value, struct error *error)
{
	const struct account_key *found = account_key_find(key, error);

	if (found == NULL)
		return -1;
	if (found->set == NULL)
		return error_set(error, "%s cannot be set", key);
	if (changes->has_saved)
		return error_set(error,
				 DICT_KEY_QUOTA_SAVED " must be set alone");
	if (found->set(changes, value, error) < 0)
		return error_prefix(error, "%s", key);
	changes->any = true;
	return 0;
}
