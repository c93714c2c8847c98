/* SPDX-License-Identifier: MIT
 *
 * The dict keys of one account; see account-keys.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/configuration/limits.h"
#include "plugins/dict/account-keys.h"

struct account_key {
	const char *name;
	/* NULL: cannot be looked up. Returns 1, or 0 when there is none. */
	int (*get)(const struct account *account,
		   const struct configuration *configuration, char *value_r,
		   size_t size);
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

/* Reads a decimal number of 0 or more, and moves past it. */
static int read_number(const char **text, int64_t *number_r)
{
	char *end;

	if (**text < '0' || **text > '9')
		return -1;
	errno = 0;
	*number_r = strtoll(*text, &end, 10);
	if (errno != 0)
		return -1;
	*text = end;
	return 0;
}

/* Reads numbers with a space between them. */
static int parse_numbers(const char *value, int64_t *const *numbers,
			 size_t count, struct error *error)
{
	const char *rest = value;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0 && *rest++ != ' ')
			break;
		if (read_number(&rest, numbers[i]) < 0)
			break;
	}
	if (i < count || *rest != '\0') {
		return error_set(
			error,
			"\"%.128s\" is not %zu decimal numbers of 0 or "
			"more",
			value, count);
	}
	return 0;
}

/* IMAP has UIDs of no more (RFC 9051, 2.3.1.1), and their sums must not
   overflow. */
static int check_32_bits(const char *value, int64_t *const *numbers,
			 size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (*numbers[i] > UINT32_MAX)
			return error_set(error,
					 "\"%.128s\" has a number of more than "
					 "32 bits where IMAP has none",
					 value);
	}
	return 0;
}

static int parse_number(const char *value, int64_t *number_r,
			struct error *error)
{
	const char *rest = value;

	if (read_number(&rest, number_r) < 0 || *rest != '\0') {
		return error_set(error,
				 "\"%.64s\" is not a decimal number of 0 or "
				 "more",
				 value);
	}
	return 0;
}

static int write_number(int64_t number, char *value_r, size_t size)
{
	snprintf(value_r, size, "%" PRId64, number);
	return 1;
}

/* ---- usage, published by the quota plugin ---- */

static int get_storage(const struct account *account,
		       const struct configuration *configuration
		       __attribute__((unused)),
		       char *value_r, size_t size)
{
	return write_number(account->usage_bytes, value_r, size);
}

static int set_storage(struct account_changes *changes, const char *value,
		       struct error *error)
{
	return parse_number(value, &changes->usage.bytes, error);
}

static int get_messages(const struct account *account,
			const struct configuration *configuration
			__attribute__((unused)),
			char *value_r, size_t size)
{
	return write_number(account->usage_messages, value_r, size);
}

static int set_messages(struct account_changes *changes, const char *value,
			struct error *error)
{
	return parse_number(value, &changes->usage.messages, error);
}

static int set_counted_at(struct account_changes *changes, const char *value,
			  struct error *error)
{
	return parse_number(value, &changes->usage.counted_at, error);
}

static int set_inbox(struct account_changes *changes, const char *value,
		     struct error *error)
{
	int64_t *const numbers[] = {&changes->usage.uid_validity,
				    &changes->usage.uid_next};

	if (parse_numbers(value, numbers, 2, error) < 0)
		return -1;
	return check_32_bits(value, numbers, 2, error);
}

static int set_saved(struct account_changes *changes, const char *value,
		     struct error *error)
{
	struct usage_saved *saved = &changes->saved;
	int64_t *const numbers[] = {&saved->bytes, &saved->messages,
				    &saved->uid_validity, &saved->first_uid,
				    &saved->saved_at};

	if (changes->any)
		return error_set(error, "it must be set alone");
	changes->has_saved = true;
	if (parse_numbers(value, numbers, 5, error) < 0)
		return -1;
	if (saved->messages == 0 || saved->uid_validity == 0 ||
	    saved->first_uid == 0)
		return error_set(error, "\"%.128s\" tells of no message",
				 value);
	return check_32_bits(value, numbers + 1, 3, error);
}

static int get_warning_token(const struct account *account,
			     const struct configuration *configuration
			     __attribute__((unused)),
			     char *value_r, size_t size)
{
	if (account->warning_token[0] == '\0')
		return 0;
	snprintf(value_r, size, "%s", account->warning_token);
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
		     const struct configuration *configuration, char *value_r,
		     size_t size)
{
	return write_number(limits_quota(account, configuration), value_r,
			    size);
}

static int get_limits(const struct account *account,
		      const struct configuration *configuration, char *value_r,
		      size_t size)
{
	snprintf(value_r, size, "%" PRId64 " %" PRId64 " %" PRId64,
		 limits_quota(account, configuration),
		 limits_messages(account, configuration),
		 configuration->trash_allowance);
	return 1;
}

/* ---- news of Trash ---- */

static int get_trash_oldest(const struct account *account,
			    const struct configuration *configuration
			    __attribute__((unused)),
			    char *value_r, size_t size)
{
	return write_number(account->trash_oldest, value_r, size);
}

static int set_trash_oldest(struct account_changes *changes, const char *value,
			    struct error *error)
{
	int64_t saved_at = 0;

	if (parse_number(value, &saved_at, error) < 0)
		return -1;
	if (saved_at == 0) {
		return error_set(error, "a session cannot clear it: only "
					"the expiry can, by priv/trash/"
					"expired");
	}
	if (changes->trash_saved_at == 0 || saved_at < changes->trash_saved_at)
		changes->trash_saved_at = saved_at;
	return 0;
}

static int get_trash_state(const struct account *account,
			   const struct configuration *configuration,
			   char *value_r, size_t size)
{
	snprintf(value_r, size, "%" PRId64 " %" PRId64 " %" PRId64,
		 account->trash_generation, account->trash_oldest,
		 limits_retention(account, configuration));
	return 1;
}

static int set_trash_expired(struct account_changes *changes, const char *value,
			     struct error *error)
{
	int64_t *const numbers[] = {&changes->trash_expired_generation,
				    &changes->trash_expired_oldest};

	changes->has_trash_expired = true;
	return parse_numbers(value, numbers, 2, error);
}

static const struct account_key account_keys[] = {
	{"priv/quota/counted-at", NULL, set_counted_at},
	{"priv/quota/inbox", NULL, set_inbox},
	{"priv/quota/limit", get_limit, NULL},
	{"priv/quota/limits", get_limits, NULL},
	{"priv/quota/messages", get_messages, set_messages},
	{"priv/quota/saved", NULL, set_saved},
	{"priv/quota/storage", get_storage, set_storage},
	{"priv/quota/warning-delivered", NULL, set_warning_delivered},
	{"priv/quota/warning-token", get_warning_token, NULL},
	{"priv/trash/expired", NULL, set_trash_expired},
	{"priv/trash/oldest", get_trash_oldest, set_trash_oldest},
	{"priv/trash/state", get_trash_state, NULL},
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
		    char value_r[ACCOUNT_KEY_VALUE_BYTES], struct error *error)
{
	const struct account_key *found = account_key_find(key, error);

	if (found == NULL)
		return -1;
	if (found->get == NULL)
		return error_set(error, "%s cannot be looked up", key);
	return found->get(account, configuration, value_r,
			  ACCOUNT_KEY_VALUE_BYTES);
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
		return error_set(error, "priv/quota/saved must be set alone");
	if (found->set(changes, value, error) < 0)
		return error_prefix(error, "%s", key);
	changes->any = true;
	return 0;
}
