/* SPDX-License-Identifier: MIT
 *
 * Passwords that people set themselves; see self-service.h. They come in a
 * sealed box. The current one is checked by Dovecot, over its auth socket, so
 * that every scheme and both tiers count; under a service name of its own, so
 * that an app password does not.
 */
#include "plugins/dict/self-service.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/secret.h"
#include "lib/password/app-password.h"
#include "lib/password/auth-client.h"
#include "lib/password/hash.h"
#include "lib/password/sealed-box.h"
#include "lib/store/attempts.h"
#include "plugins/dict/notice.h"
#include "plugins/dict/password-rules.h"
#include "lib/base/utf8.h"
#include "protocol/fields.h"
#include "protocol/names.h"

#define TRIES             5
#define TRIES_SECONDS     (INT64_C(15) * 60)
#define AUTH_MSECS        20000
#define LABEL_LENGTH_MAX  (CREDENTIAL_LABEL_BYTES - 1)
#define BOX_BYTES         WIRE_FIELDS_BYTES(PASSWORD_BYTES_MAX)
#define SEALED_LENGTH_MAX SEALED_BOX_BYTES(BOX_BYTES)

/* The contents of a sealed box. */
struct box {
	char text[BOX_BYTES];
	const char *fields[WIRE_FIELDS_MAX];
};

static enum self_service_result open_box(struct self_service *service,
					 const char *sealed, size_t fields,
					 struct box *box, struct error *error)
{
	int ret;

	if (strlen(sealed) >= SEALED_LENGTH_MAX)
		return self_service_refuse(error, "This is too long.");
	ret = sealed_box_open(service->configuration->password_key_file, sealed,
			      box->text, sizeof(box->text), error);
	if (ret < 0)
		return SELF_SERVICE_FAILED;
	if (ret == 0) {
		(void)error_set(error, "a password came in a box that the key "
				       "does not open: were the keys changed?");
		return SELF_SERVICE_FAILED;
	}
	if (wire_fields_parse(box->text, box->fields, fields) < 0)
		return self_service_refuse(
			error, "The current password and what is to be set "
			       "must be separated by one TAB.");
	return SELF_SERVICE_DONE;
}

static const struct attempts_limit tries = {"current-password", TRIES,
					    TRIES_SECONDS};

static enum self_service_result ask_dovecot(struct self_service *service,
					    const char *password,
					    struct error *error)
{
	const char *id = service->account.id;
	struct auth_client_reply reply;

	switch (auth_client_try_service(
		service->configuration->auth_socket, AUTH_SERVICE_SELF_SERVICE,
		service->account.name, password, AUTH_MSECS, &reply, error)) {
	case AUTH_CLIENT_ACCEPTED:
		return store_attempts_clear(service->store, id, tries.what,
					    error) < 0
			       ? SELF_SERVICE_FAILED
			       : SELF_SERVICE_DONE;
	case AUTH_CLIENT_REFUSED:
		return self_service_refuse(error, "The current password is "
						  "wrong.");
	case AUTH_CLIENT_TEMPORARY_FAILURE:
	case AUTH_CLIENT_UNAVAILABLE:
	case AUTH_CLIENT_NOT_PERMITTED:
		break;
	}
	/* It was no guess. */
	(void)store_attempt_give_back(service->store, id, tries.what, NULL);
	return SELF_SERVICE_FAILED;
}

/* Done if it is the person's password, or an invite's code. */
static enum self_service_result check_current(struct self_service *service,
					      const char *password,
					      struct error *error)
{
	int64_t until;

	if (password[0] == '\0')
		return self_service_refuse(error,
					   "Enter the current password.");
	if (strlen(password) > PASSWORD_BYTES_MAX)
		return self_service_refuse(error, "The current password is "
						  "wrong.");
	switch (store_attempt_take(service->store, service->account.id, &tries,
				   service->now, &until, error)) {
	case 1:
		return ask_dovecot(service, password, error);
	case 0:
		return self_service_refuse(
			error,
			"The current password was wrong too often. Try again "
			"in %d minutes.",
			(int)((until - service->now + 59) / 60));
	default:
		return SELF_SERVICE_FAILED;
	}
}

/* ---- the alumni password ---- */

static enum self_service_result check_new(struct self_service *service,
					  const char *current,
					  const char *password,
					  struct error *error)
{
	int ret;

	if (password[0] == '\0')
		return self_service_refuse(error, "Enter a new password.");
	if (strlen(password) > PASSWORD_BYTES_MAX)
		return self_service_refuse(error,
					   "The new password is longer than "
					   "%d bytes.",
					   PASSWORD_BYTES_MAX);
	for (const char *p = password; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return self_service_refuse(
				error, "The new password must not contain "
				       "control characters.");
	}
	if (strcmp(current, password) == 0)
		return self_service_refuse(error, "The new password is the "
						  "current one.");
	ret = password_rules_check(service->configuration,
				   service->account.name, password, error);
	if (ret < 0)
		return SELF_SERVICE_FAILED;
	return ret == 0 ? SELF_SERVICE_REFUSED : SELF_SERVICE_DONE;
}

static enum self_service_result keep_password(struct self_service *service,
					      const char *password,
					      struct error *error)
{
	const struct password_cost cost =
		configuration_password_cost(service->configuration);
	struct credential credential = {
		.kind = CREDENTIAL_PASSWORD,
		.set_at = service->now,
	};
	int ret = password_hash_make(password, &cost, credential.hash, error);

	if (ret == 0)
		ret = store_credential_set(service->store, service->account.id,
					   &credential, error);
	secret_wipe(&credential, sizeof(credential));
	return ret < 0 ? SELF_SERVICE_FAILED : SELF_SERVICE_DONE;
}

static enum self_service_result change_password(struct self_service *service,
						const struct box *box,
						struct error *error)
{
	enum self_service_result result =
		check_new(service, box->fields[0], box->fields[1], error);

	if (result == SELF_SERVICE_DONE)
		result = check_current(service, box->fields[0], error);
	if (result == SELF_SERVICE_DONE)
		result = keep_password(service, box->fields[1], error);
	if (result == SELF_SERVICE_DONE)
		notice_tell(service, "Your mail password was changed",
			    "The alumni password of %s@%s was set just now.\n\n"
			    "If that was not you, ask for help at once.\n",
			    service->account.name,
			    service->configuration->domains[0]);
	return result;
}

enum self_service_result self_service_set_password(struct self_service *service,
						   const char *value,
						   struct error *error)
{
	struct box box;
	enum self_service_result result =
		open_box(service, value, 2, &box, error);

	if (result == SELF_SERVICE_DONE)
		result = change_password(service, &box, error);
	secret_wipe(&box, sizeof(box));
	return result;
}

/* ---- app passwords ---- */

static enum self_service_result check_label(const char *label,
					    struct error *error)
{
	if (label[0] == '\0' || label[strspn(label, " ")] == '\0')
		return self_service_refuse(error, "Give the app password a "
						  "name, such as \"phone\".");
	if (strlen(label) > LABEL_LENGTH_MAX)
		return self_service_refuse(error,
					   "The name is longer than %d bytes.",
					   LABEL_LENGTH_MAX);
	if (!utf8_is_valid(label))
		return self_service_refuse(error, "This is not valid text.");
	for (const char *p = label; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return self_service_refuse(
				error, "The name must not contain control "
				       "characters.");
	}
	return SELF_SERVICE_DONE;
}

static enum self_service_result keep_app_password(struct self_service *service,
						  const char *label,
						  const char *password,
						  struct error *error)
{
	struct credential credential = {
		.kind = CREDENTIAL_APP,
		.set_at = service->now,
	};
	int ret;

	(void)snprintf(credential.label, sizeof(credential.label), "%s", label);
	if (app_password_hash(password, credential.hash, error) < 0)
		return SELF_SERVICE_FAILED;
	ret = store_credential_add(service->store, service->account.id,
				   &credential, error);
	if (ret == 0)
		return self_service_refuse(error, "There is an app password "
						  "of this name already.");
	return ret < 0 ? SELF_SERVICE_FAILED : SELF_SERVICE_DONE;
}

static enum self_service_result check_count(struct self_service *service,
					    struct error *error)
{
	struct credential credentials[CREDENTIALS_MAX];
	size_t count, apps = 0;

	if (store_credentials(service->store, service->account.id, credentials,
			      &count, error) < 0)
		return SELF_SERVICE_FAILED;
	for (size_t i = 0; i < count; i++)
		apps += credentials[i].kind == CREDENTIAL_APP ? 1 : 0;
	secret_wipe(credentials, sizeof(credentials));
	if (apps < APP_PASSWORDS_MAX)
		return SELF_SERVICE_DONE;
	return self_service_refuse(error,
				   "There are %d app passwords already: revoke "
				   "one first.",
				   APP_PASSWORDS_MAX);
}

static enum self_service_result make_app_password(struct self_service *service,
						  const struct box *box,
						  struct error *error)
{
	const char *label = box->fields[1];
	const char *password = box->fields[2];
	enum self_service_result result = check_label(label, error);

	if (result == SELF_SERVICE_DONE && !app_password_has_shape(password))
		result = self_service_refuse(error, "This is not an app "
						    "password of our making.");
	if (result == SELF_SERVICE_DONE)
		result = check_count(service, error);
	if (result == SELF_SERVICE_DONE)
		result = check_current(service, box->fields[0], error);
	if (result == SELF_SERVICE_DONE)
		result = keep_app_password(service, label, password, error);
	if (result == SELF_SERVICE_DONE)
		notice_tell(service, "An app password was made",
			    "An app password with the name \"%s\" was made for "
			    "%s@%s.\n\nIf that was not you, revoke it, and "
			    "change your password.\n",
			    label, service->account.name,
			    service->configuration->domains[0]);
	return result;
}

enum self_service_result
self_service_set_app_password(struct self_service *service, const char *value,
			      struct error *error)
{
	struct box box;
	enum self_service_result result;

	if (!service->configuration->app_passwords)
		return self_service_refuse(error, "App passwords are not used "
						  "here.");
	result = open_box(service, value, 3, &box, error);
	if (result == SELF_SERVICE_DONE)
		result = make_app_password(service, &box, error);
	secret_wipe(&box, sizeof(box));
	return result;
}

enum self_service_result
self_service_revoke_app_password(struct self_service *service,
				 const char *value, struct error *error)
{
	int ret = store_credential_clear(service->store, service->account.id,
					 CREDENTIAL_APP, value, error);

	if (ret < 0)
		return SELF_SERVICE_FAILED;
	if (ret == 0)
		return self_service_refuse(error, "There is no app password "
						  "of this name.");
	notice_tell(service, "An app password was revoked",
		    "The app password with the name \"%s\" of %s@%s was "
		    "revoked.\n",
		    value, service->account.name,
		    service->configuration->domains[0]);
	return SELF_SERVICE_DONE;
}
