/* SPDX-License-Identifier: MIT
 *
 * Password hashes in an export; see ctl/records/secrets.h. A hash is taken over
 * as it is, in any scheme that Dovecot knows. A password in the clear is
 * refused.
 */
#include "ctl/records/secrets.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "lib/base/secret.h"
#include "lib/base/utf8.h"

#define SCHEME_BYTES 32

static const struct {
	enum credential_kind kind;
	const char *name;
} kinds[] = {
	{CREDENTIAL_LEARNED, "learned"},
	{CREDENTIAL_APP, "app"},
	{CREDENTIAL_INVITE, "invite"},
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

int record_read_time(int64_t *seconds_r, const char *text, struct error *error)
{
	struct tm parts = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);

	if (end == NULL || *end != '\0')
		return error_set(error,
				 "\"%.64s\" must be a time such as "
				 "2026-01-31T12:00:00Z",
				 text);
	*seconds_r = timegm(&parts);
	return 0;
}

void record_write_time(int64_t seconds, char *text_r)
{
	text_r[0] = '\0';
	if (seconds != 0)
		time_text(seconds, text_r);
}

/* "{SCHEME}hash" in a scheme that hides the password. */
static int check_hash(const char *text, struct error *error)
{
	static const char *const clear[] = {"PLAIN", "CLEAR", "CLEARTEXT",
					    "PLAIN-TRUNC", "LDAP-MD5.B64"};
	size_t length = strcspn(text, "}");
	char scheme[SCHEME_BYTES] = "";

	if (text[0] == '{' && text[length] == '}' && length > 1 &&
	    length <= sizeof(scheme))
		snprintf(scheme, sizeof(scheme), "%.*s", (int)length - 1,
			 text + 1);
	if (scheme[0] == '\0' || text[length + 1] == '\0' ||
	    strlen(text) >= PASSWORD_HASH_BYTES || !utf8_is_printable(text))
		return error_set(error, "the hash must be as Dovecot writes "
					"it, {SCHEME}HASH");
	for (size_t i = 0; i < sizeof(clear) / sizeof(*clear); i++) {
		if (strncasecmp(scheme, clear[i], strlen(clear[i])) == 0)
			return error_set(error,
					 "a password in the clear is no hash: "
					 "make one with `doveadm pw`");
	}
	return 0;
}

static struct credential *find_password(struct record *record)
{
	for (size_t i = 0; i < record->credential_count; i++) {
		if (record->credentials[i].kind == CREDENTIAL_PASSWORD)
			return &record->credentials[i];
	}
	if (record->credential_count == CREDENTIALS_MAX)
		return NULL;
	record->credentials[record->credential_count] =
		(struct credential){.kind = CREDENTIAL_PASSWORD};
	return &record->credentials[record->credential_count++];
}

int record_read_password_hash(struct record *record, const char *text,
			      const struct configuration *configuration,
			      struct error *error)
{
	struct credential *password = find_password(record);

	(void)configuration;
	if (password == NULL)
		return error_set(error, "there are too many credentials");
	if (check_hash(text, error) < 0)
		return -1;
	snprintf(password->hash, sizeof(password->hash), "%s", text);
	return 0;
}

int record_read_password_set_at(struct record *record, const char *text,
				const struct configuration *configuration,
				struct error *error)
{
	struct credential *password = find_password(record);

	(void)configuration;
	if (password == NULL)
		return error_set(error, "there are too many credentials");
	return record_read_time(&password->set_at, text, error);
}

static const struct credential *password_of(const struct record *record)
{
	for (size_t i = 0; i < record->credential_count; i++) {
		if (record->credentials[i].kind == CREDENTIAL_PASSWORD)
			return &record->credentials[i];
	}
	return NULL;
}

void record_write_password_hash(const struct record *record, char *text_r)
{
	const struct credential *password = password_of(record);

	snprintf(text_r, RECORD_TEXT_BYTES, "%s",
		 password == NULL ? "" : password->hash);
}

void record_write_password_set_at(const struct record *record, char *text_r)
{
	const struct credential *password = password_of(record);

	record_write_time(password == NULL ? 0 : password->set_at, text_r);
}

/* ---- the others ---- */

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	return json_object_is_type(value, json_type_string)
		       ? json_object_get_string(value)
		       : "";
}

static int read_times(struct json_object *object, struct credential *credential,
		      struct error *error)
{
	const struct {
		const char *key;
		int64_t *seconds;
	} times[] = {
		{"set_at", &credential->set_at},
		{"last_used_at", &credential->last_used_at},
		{"expires_at", &credential->expires_at},
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		const char *text = text_of(object, times[i].key);

		if (text[0] != '\0' &&
		    record_read_time(times[i].seconds, text, error) < 0)
			return -1;
	}
	return 0;
}

static int read_credential(struct json_object *object,
			   struct credential *credential_r, struct error *error)
{
	const char *kind = text_of(object, "kind");
	const char *label = text_of(object, "label");
	size_t i = 0;

	while (i < KINDS && strcmp(kinds[i].name, kind) != 0)
		i++;
	if (i == KINDS)
		return error_set(error,
				 "there is no kind \"%.64s\" of "
				 "credentials",
				 kind);
	*credential_r = (struct credential){.kind = kinds[i].kind};
	if (strlen(label) >= sizeof(credential_r->label) ||
	    !utf8_is_printable(label))
		return error_set(error,
				 "the label must be at most %zu bytes "
				 "of printable UTF-8",
				 sizeof(credential_r->label) - 1);
	if (check_hash(text_of(object, "hash"), error) < 0 ||
	    read_times(object, credential_r, error) < 0)
		return -1;
	snprintf(credential_r->label, sizeof(credential_r->label), "%s", label);
	snprintf(credential_r->hash, sizeof(credential_r->hash), "%s",
		 text_of(object, "hash"));
	return 0;
}

int record_read_credentials(struct record *record, const char *text,
			    const struct configuration *configuration,
			    struct error *error)
{
	struct json_object *array = json_tokener_parse(text);
	int result = 0;

	(void)configuration;
	if (!json_object_is_type(array, json_type_array)) {
		json_object_put(array);
		return error_set(error, "other_credentials must be a JSON "
					"array of objects");
	}
	for (size_t i = 0; i < json_object_array_length(array) && result == 0;
	     i++) {
		if (record->credential_count == CREDENTIALS_MAX)
			result = error_set(error,
					   "there are too many credentials");
		else
			result = read_credential(
				json_object_array_get_idx(array, i),
				&record->credentials[record->credential_count],
				error);
		record->credential_count += result == 0;
	}
	json_object_put(array);
	return result;
}

static void add_time(struct json_object *object, const char *key,
		     int64_t seconds)
{
	char text[TIME_TEXT_BYTES];

	if (seconds == 0)
		return;
	time_text(seconds, text);
	json_add_text(object, key, text);
}

void record_write_credentials(const struct record *record, char *text_r)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < record->credential_count; i++) {
		const struct credential *credential = &record->credentials[i];
		struct json_object *object;

		for (size_t j = 0; j < KINDS; j++) {
			if (kinds[j].kind != credential->kind)
				continue;
			object = json_object_new_object();
			json_add_text(object, "kind", kinds[j].name);
			json_add_text(object, "label", credential->label);
			json_add_text(object, "hash", credential->hash);
			add_time(object, "set_at", credential->set_at);
			add_time(object, "last_used_at",
				 credential->last_used_at);
			add_time(object, "expires_at", credential->expires_at);
			json_object_array_add(array, object);
		}
	}
	snprintf(text_r, RECORD_TEXT_BYTES, "%s",
		 json_object_array_length(array) == 0
			 ? ""
			 : json_object_to_json_string_ext(
				   array,
				   JSON_C_TO_STRING_PLAIN |
					   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(array);
}

int record_check_secrets(struct record *record, struct error *error)
{
	const struct credential *password = password_of(record);

	if (password != NULL && password->hash[0] == '\0')
		return error_set(error, "password_set_at is given without "
					"password_hash");
	return 0;
}

void record_wipe(struct record *record)
{
	secret_wipe(record->credentials, sizeof(record->credentials));
}
