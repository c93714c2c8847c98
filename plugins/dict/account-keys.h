/* SPDX-License-Identifier: MIT
 *
 * The dict keys of one account, priv/...: which of those in
 * protocol/dict-keys.h there are, and what may be written. This is the one
 * place where that is decided: mail processes reach the store only through
 * these keys. Pure: the store is not touched here.
 */
#ifndef ALUMNI_PLUGINS_DICT_ACCOUNT_KEYS_H
#define ALUMNI_PLUGINS_DICT_ACCOUNT_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"
#include "lib/base/error.h"
#include "lib/store/store.h"
#include "protocol/values.h"

/* Changes of one transaction, gathered until it is committed. */
struct account_changes {
	bool any;
	/* -1: not changed. */
	struct usage_count usage;
	bool has_saved;
	struct usage_saved saved;
	/* Of a warning that was delivered; empty: of none. */
	char warning_token[ACCOUNT_TOKEN_BYTES];
	/* 0: not changed; otherwise the smallest that was set. */
	int64_t trash_saved_at;
	bool has_trash_expired;
	int64_t trash_expired_generation;
	int64_t trash_expired_oldest;
};

/* Makes the changes empty: nothing is to be written. */
void account_changes_init(struct account_changes *changes);

/* The value of the account's key. Returns 1 found, 0 the account has no such
   value, -1 there is no such key, or it cannot be read. */
int account_key_get(const struct account *account,
		    const struct configuration *configuration, const char *key,
		    char value_r[WIRE_VALUE_BYTES], struct error *error);

/* Adds one set to the changes. Returns 0, or -1 with an error: no such key,
   not to be written, or the value makes no sense. */
int account_key_set(struct account_changes *changes, const char *key,
		    const char *value, struct error *error);

#endif
