/* SPDX-License-Identifier: MIT
 *
 * What people see of their account, as JSON; see self-service.h. The members
 * are those of protocol/account-json.h.
 */
#include "plugins/dict/self-service.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "lib/account/tiers.h"
#include "lib/base/secret.h"
#include "lib/configuration/limits.h"
#include "lib/store/pending.h"
#include "protocol/account-json.h"

#define DAY_SECONDS (INT64_C(24) * 60 * 60)

/* What a view is made of. */
struct view {
	const struct self_service *service;
	struct credential credentials[CREDENTIALS_MAX];
	size_t count;
	struct pending_forward pending; /* no address: none waits */
};

/* ---- members ---- */

static void put(struct json_object *object, const char *name,
		struct json_object *value)
{
	/* The names are constants, so that they need no copy. */
	(void)json_object_object_add_ex(object, name, value,
					JSON_C_OBJECT_ADD_CONSTANT_KEY);
}

static void put_text(struct json_object *object, const char *name,
		     const char *text)
{
	put(object, name, json_object_new_string(text));
}

static void put_text_or_null(struct json_object *object, const char *name,
			     const char *text)
{
	put(object, name,
	    text[0] == '\0' ? NULL : json_object_new_string(text));
}

static void put_number(struct json_object *object, const char *name,
		       int64_t number)
{
	put(object, name, json_object_new_int64(number));
}

static void put_time(struct json_object *object, const char *name, int64_t at)
{
	put(object, name, at == 0 ? NULL : json_object_new_int64(at));
}

static void put_bool(struct json_object *object, const char *name, bool is_true)
{
	put(object, name, json_object_new_boolean(is_true));
}

/* ---- the account ---- */

/* As far as it is known without asking the directory: `directory sync` gives
   the leaver's class to those who left. */
static bool is_active(const struct self_service *service)
{
	const struct account *account = &service->account;
	const struct configuration *configuration = service->configuration;

	return !account_is_denied(account) &&
	       (configuration->leaver_class == NULL ||
		strcmp(account->class_name, configuration->leaver_class) != 0);
}

static const struct credential *find(const struct view *view,
				     enum credential_kind kind)
{
	for (size_t i = 0; i < view->count; i++) {
		if (view->credentials[i].kind == kind)
			return &view->credentials[i];
	}
	return NULL;
}

static void put_owner(struct json_object *object, const struct view *view)
{
	const struct account *account = &view->service->account;
	char address[ADDRESS_BYTES];

	(void)snprintf(address, sizeof(address), "%s@%s", account->name,
		       view->service->configuration->domains[0]);
	put_text(object, ACCOUNT_JSON_NAME, account->name);
	put_text(object, ACCOUNT_JSON_ADDRESS, address);
	put_text(object, ACCOUNT_JSON_CLASS, account->class_name);
}

static void put_usage(struct json_object *object, const struct view *view)
{
	const struct account *account = &view->service->account;
	const struct configuration *configuration =
		view->service->configuration;
	int64_t retention = limits_retention(account, configuration);

	put_number(object, ACCOUNT_JSON_QUOTA_LIMIT,
		   limits_quota(account, configuration));
	put_number(object, ACCOUNT_JSON_USAGE_BYTES, account->usage_bytes);
	put_number(object, ACCOUNT_JSON_USAGE_MESSAGES,
		   account->usage_messages);
	put_number(object, ACCOUNT_JSON_TRASH_DAYS,
		   (retention + DAY_SECONDS - 1) / DAY_SECONDS);
}

static struct json_object *make_tiers(const struct view *view)
{
	const struct account *account = &view->service->account;
	const struct configuration *configuration =
		view->service->configuration;
	struct json_object *tiers = json_object_new_array();
	const char *names[4];
	size_t found = 0;

	if (account_is_pinned(account) && is_active(view->service))
		names[found++] = account->directory;
	if (find(view, CREDENTIAL_PASSWORD) != NULL)
		names[found++] = LOGIN_TIER_ALUMNI;
	if (configuration->learn_password != LEARN_PASSWORD_NEVER &&
	    find(view, CREDENTIAL_LEARNED) != NULL)
		names[found++] = LOGIN_TIER_LEARNED;
	if (configuration->app_passwords && find(view, CREDENTIAL_APP) != NULL)
		names[found++] = LOGIN_TIER_APP;
	for (size_t i = 0; i < found; i++)
		(void)json_object_array_add(tiers,
					    json_object_new_string(names[i]));
	return tiers;
}

static void put_logins(struct json_object *object, const struct view *view)
{
	const struct account *account = &view->service->account;
	const struct credential *password = find(view, CREDENTIAL_PASSWORD);

	put_time(object, ACCOUNT_JSON_PASSWORD_SET_AT,
		 password == NULL ? 0 : password->set_at);
	put(object, ACCOUNT_JSON_TIERS, make_tiers(view));
	put_text_or_null(object, ACCOUNT_JSON_DIRECTORY, account->directory);
	if (account_is_pinned(account))
		put_bool(object, ACCOUNT_JSON_DIRECTORY_ACTIVE,
			 is_active(view->service));
	else
		put(object, ACCOUNT_JSON_DIRECTORY_ACTIVE, NULL);
}

static void put_forwarding(struct json_object *object, const struct view *view)
{
	const struct account *account = &view->service->account;
	const struct pending_forward *pending = &view->pending;
	bool waits = pending->address[0] != '\0';

	put_text_or_null(object, ACCOUNT_JSON_FORWARD,
			 account->forward_address);
	put_bool(object, ACCOUNT_JSON_FORWARD_KEEP_COPY,
		 waits ? pending->keep_copy : account->forward_keep_copy);
	put_text_or_null(object, ACCOUNT_JSON_FORWARD_PENDING,
			 pending->address);
	put_bool(object, ACCOUNT_JSON_FORWARD_CONFIRM,
		 view->service->configuration->forward_confirm);
}

static struct json_object *make_account(const struct view *view)
{
	struct json_object *object = json_object_new_object();
	int64_t apps = 0;

	for (size_t i = 0; i < view->count; i++)
		apps += view->credentials[i].kind == CREDENTIAL_APP ? 1 : 0;
	put_owner(object, view);
	put_usage(object, view);
	put_logins(object, view);
	put_forwarding(object, view);
	put_number(object, ACCOUNT_JSON_APP_PASSWORDS, apps);
	put_bool(object, ACCOUNT_JSON_APP_PASSWORDS_USED,
		 view->service->configuration->app_passwords);
	return object;
}

/* ---- app passwords ---- */

static struct json_object *make_app_passwords(const struct view *view)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < view->count; i++) {
		const struct credential *credential = &view->credentials[i];
		struct json_object *object;

		if (credential->kind != CREDENTIAL_APP)
			continue;
		object = json_object_new_object();
		put_text(object, APP_PASSWORD_JSON_LABEL, credential->label);
		put_time(object, APP_PASSWORD_JSON_CREATED_AT,
			 credential->set_at);
		put_time(object, APP_PASSWORD_JSON_LAST_USED_AT,
			 credential->last_used_at);
		(void)json_object_array_add(array, object);
	}
	return array;
}

/* ---- the keys ---- */

/* Takes the JSON over. Returns 1 with a copy of its text, to be freed; or -1.
 */
static int give(struct json_object *json, char **value_r, struct error *error)
{
	const char *text = json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	*value_r = text == NULL ? NULL : strdup(text);
	json_object_put(json);
	return *value_r == NULL ? error_set(error, "out of memory") : 1;
}

static int show(struct self_service *service,
		struct json_object *(*make)(const struct view *view),
		char **value_r, struct error *error)
{
	struct view view = {.service = service};
	int ret;

	if (store_pending_forward(service->store, service->account.id,
				  service->now, &view.pending, error) < 0 ||
	    store_credentials(service->store, service->account.id,
			      view.credentials, &view.count, error) < 0)
		return -1;
	ret = give(make(&view), value_r, error);
	secret_wipe(&view, sizeof(view));
	return ret;
}

int self_service_get_account(struct self_service *service, char **value_r,
			     struct error *error)
{
	return show(service, make_account, value_r, error);
}

int self_service_get_app_passwords(struct self_service *service, char **value_r,
				   struct error *error)
{
	return show(service, make_app_passwords, value_r, error);
}
