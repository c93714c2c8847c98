/* SPDX-License-Identifier: MIT
 *
 * What a dict process keeps between requests: the configuration and an open
 * store. A store that failed is opened again at the next request. Knows
 * nothing of Dovecot.
 */
#ifndef ALUMNI_PLUGINS_DICT_BACKEND_H
#define ALUMNI_PLUGINS_DICT_BACKEND_H

#include "lib/configuration/configuration.h"
#include "lib/base/error.h"
#include "lib/store/store.h"
#include "plugins/dict/account-keys.h"
#include "plugins/dict/self-service.h"

struct dict_backend;

/* Reads the configuration; the store is opened when it is first needed.
   Returns 0, or -1 with an error. */
int dict_backend_new(struct dict_backend **backend_r, struct error *error);
void dict_backend_free(struct dict_backend **backend);

/* The configuration as it was read by dict_backend_new(); the backend's own. */
const struct configuration *
dict_backend_configuration(const struct dict_backend *backend);

/* The store, opened if it is not. NULL with an error when it cannot be. */
struct store *dict_backend_store(struct dict_backend *backend,
				 struct error *error);

/* Call when a function of the store has failed. */
void dict_backend_store_failed(struct dict_backend *backend);

/* Looks a key of the user up: 1 found, 0 no such account or no value, -1
   failed, or no such key. */
int dict_backend_lookup(struct dict_backend *backend, const char *user,
			const char *key, char value_r[WIRE_VALUE_BYTES],
			struct error *error);

/* Writes what a transaction has gathered. Returns 1 done, 0 no such account,
   STORE_USAGE_AGAIN (see lib/store/store.h), -1 failed: then some of it may
   have been written, which is harmless, since each change stands for itself and
   is published again. */
int dict_backend_commit(struct dict_backend *backend, const char *user,
			const struct account_changes *changes,
			struct error *error);
/* For the keys of self-service.h; see there. value_r is to be freed. 1 found, 0
   no such account or no value, -1 failed. */
int dict_backend_self_service_get(struct dict_backend *backend,
				  const char *user, const char *key,
				  char **value_r, struct error *error);
/* remark_r gets what is for the log besides, or is empty. */
enum self_service_result
dict_backend_self_service_set(struct dict_backend *backend, const char *user,
			      const char *key, const char *value,
			      struct error *remark_r, struct error *error);

#endif
