/* SPDX-License-Identifier: MIT
 *
 * What people may change of their own account, and see of it: the dict keys
 * behind the IMAP METADATA entries of the plugin alumni_selfservice. All rules
 * are enforced here, in the dict process, since a mail process may be taken
 * over. The keys and their values are those of the last part of
 * protocol/dict-keys.h.
 */
#ifndef ALUMNI_PLUGINS_DICT_SELF_SERVICE_H
#define ALUMNI_PLUGINS_DICT_SELF_SERVICE_H

#include <stdbool.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"
#include "lib/base/error.h"
#include "lib/store/store.h"

enum self_service_result {
	/* Something could not be asked or done; the error is for the log. */
	SELF_SERVICE_FAILED = -1,
	SELF_SERVICE_DONE = 0,
	/* The error is a sentence for the person. */
	SELF_SERVICE_REFUSED = 1,
};

/* What came with one request. */
struct self_service {
	const struct configuration *configuration;
	struct store *store; /* with credentials */
	struct account account;
	int64_t now; /* Unix seconds */
	/* Something that did not stop the change, for the log; or empty. */
	struct error remark;
};

/* True if the key is one of these. */
bool self_service_has_key(const char *key);

/* The key's value, to be freed. Returns 1 found, 0 no value, -1 failed, or it
   cannot be looked up. */
int self_service_get(struct self_service *service, const char *key,
		     char **value_r, struct error *error);

/* Sets the key; value NULL unsets it. Blocks while Dovecot checks a password
   and Postfix takes a message. */
enum self_service_result self_service_set(struct self_service *service,
					  const char *key, const char *value,
					  struct error *error);

/* ---- the parts ---- */

/* Refuses, with a sentence. */
enum self_service_result self_service_refuse(struct error *error,
					     const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* self-service-forward.c */
int self_service_get_forward(struct self_service *service, char **value_r,
			     struct error *error);
int self_service_get_keep_copy(struct self_service *service, char **value_r,
			       struct error *error);
int self_service_get_pending(struct self_service *service, char **value_r,
			     struct error *error);
enum self_service_result self_service_set_forward(struct self_service *service,
						  const char *value,
						  struct error *error);
enum self_service_result
self_service_set_keep_copy(struct self_service *service, const char *value,
			   struct error *error);
enum self_service_result self_service_set_pending(struct self_service *service,
						  const char *value,
						  struct error *error);
enum self_service_result self_service_set_code(struct self_service *service,
					       const char *value,
					       struct error *error);

/* self-service-password.c */
enum self_service_result self_service_set_password(struct self_service *service,
						   const char *value,
						   struct error *error);
enum self_service_result
self_service_set_app_password(struct self_service *service, const char *value,
			      struct error *error);
enum self_service_result
self_service_revoke_app_password(struct self_service *service,
				 const char *value, struct error *error);

/* self-service-view.c */
int self_service_get_account(struct self_service *service, char **value_r,
			     struct error *error);
int self_service_get_app_passwords(struct self_service *service, char **value_r,
				   struct error *error);

#endif
