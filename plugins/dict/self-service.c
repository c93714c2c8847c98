/* SPDX-License-Identifier: MIT
 *
 * The keys of self-service; see self-service.h.
 */
#include "plugins/dict/self-service.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/store/audit.h"
#include "lib/base/utf8.h"
#include "protocol/dict-keys.h"

struct self_service_key {
	const char *name;
	/* NULL: cannot be looked up, or set. */
	int (*get)(struct self_service *service, char **value_r,
		   struct error *error);
	enum self_service_result (*set)(struct self_service *service,
					const char *value, struct error *error);
	bool may_unset;
};

static const struct self_service_key keys[] = {
	{DICT_KEY_ACCOUNT, self_service_get_account, NULL, false},
	{DICT_KEY_APP_PASSWORD, NULL, self_service_set_app_password, false},
	{DICT_KEY_APP_PASSWORD_REVOKE, NULL, self_service_revoke_app_password,
	 false},
	{DICT_KEY_APP_PASSWORDS, self_service_get_app_passwords, NULL, false},
	{DICT_KEY_FORWARD_ADDRESS, self_service_get_forward,
	 self_service_set_forward, true},
	{DICT_KEY_FORWARD_CODE, NULL, self_service_set_code, false},
	{DICT_KEY_FORWARD_KEEP_COPY, self_service_get_keep_copy,
	 self_service_set_keep_copy, false},
	{DICT_KEY_FORWARD_PENDING, self_service_get_pending,
	 self_service_set_pending, true},
	{DICT_KEY_PASSWORD, NULL, self_service_set_password, false},
};

static const struct self_service_key *find_key(const char *name)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

bool self_service_has_key(const char *key)
{
	return find_key(key) != NULL;
}

enum self_service_result self_service_refuse(struct error *error,
					     const char *format, ...)
{
	char text[ERROR_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)error_set(error, "%s", text);
	return SELF_SERVICE_REFUSED;
}

int self_service_get(struct self_service *service, const char *key,
		     char **value_r, struct error *error)
{
	const struct self_service_key *found = find_key(key);

	if (found == NULL || found->get == NULL)
		return error_set(error, "%s cannot be looked up", key);
	return found->get(service, value_r, error);
}

enum self_service_result self_service_set(struct self_service *service,
					  const char *key, const char *value,
					  struct error *error)
{
	const struct self_service_key *found = find_key(key);

	if (found == NULL || found->set == NULL)
		return self_service_refuse(error, "This can only be read.");
	if (value == NULL && !found->may_unset)
		return self_service_refuse(error, "This cannot be removed.");
	if (value != NULL && !utf8_is_valid(value))
		return self_service_refuse(error, "This is not valid text.");
	if (!service->account.enabled || account_is_denied(&service->account))
		return self_service_refuse(error, "This account is disabled.");
	service->remark.text[0] = '\0';
	store_set_actor(service->store, "self", "imap");
	return found->set(service, value, error);
}
