/* SPDX-License-Identifier: MIT
 *
 * The METADATA entries; see entries.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "dict.h"
#include "lib/base/secret.h"
#include "str.h"
#include "istream.h"
#include "mail-storage-private.h"
#include "mailbox-attribute-private.h"

#include "lib/password/app-password.h"
#include "lib/password/hash.h"
#include "plugins/common/mail-dict.h"
#include "plugins/selfservice/alumni-selfservice-plugin.h"
#include "plugins/selfservice/entries.h"
#include "plugins/selfservice/sealed-values.h"
#include "protocol/dict-keys.h"
#include "protocol/metadata-entries.h"
#include "protocol/refusal.h"

#define VENDOR MAILBOX_ATTRIBUTE_PREFIX_DOVECOT_PVT_SERVER METADATA_ENTRIES
#define TEXT_UNAVAILABLE                                                       \
	"This cannot be done at the moment. Try again later, or ask for help."
#define TEXT_READ_ONLY "This can only be read."
#define TEXT_TOO_LONG  "This is too long."
#define TEXT_NUL       "This must not contain NUL characters."
#define TEXT_NOBODY_SEES                                                       \
	"An app password is only shown to the session that made it, and this " \
	"one ends here. Use alumnictl app-password add instead."
/* No value is so long; what is longer is not even asked. */
#define VALUE_LENGTH_MAX (3 * PASSWORD_BYTES_MAX)

enum entry_seal {
	ENTRY_PLAIN,
	ENTRY_SEALED,
	/* So, and with a new app password, which the client gets. */
	ENTRY_SEALED_APP_PASSWORD,
};

struct entry {
	const char *name;
	const char *get_key; /* NULL: always NIL */
	const char *set_key; /* NULL: read only */
	enum entry_seal seal;
};

static const struct entry entries[] = {
	{METADATA_ACCOUNT, DICT_KEY_ACCOUNT, NULL, ENTRY_PLAIN},
	{METADATA_APP_PASSWORD, NULL, DICT_KEY_APP_PASSWORD,
	 ENTRY_SEALED_APP_PASSWORD},
	{METADATA_APP_PASSWORD_REVOKE, NULL, DICT_KEY_APP_PASSWORD_REVOKE,
	 ENTRY_PLAIN},
	{METADATA_APP_PASSWORDS, DICT_KEY_APP_PASSWORDS, NULL, ENTRY_PLAIN},
	{METADATA_FORWARD, DICT_KEY_FORWARD_ADDRESS, DICT_KEY_FORWARD_ADDRESS,
	 ENTRY_PLAIN},
	{METADATA_FORWARD_CODE, NULL, DICT_KEY_FORWARD_CODE, ENTRY_PLAIN},
	{METADATA_FORWARD_KEEP_COPY, DICT_KEY_FORWARD_KEEP_COPY,
	 DICT_KEY_FORWARD_KEEP_COPY, ENTRY_PLAIN},
	{METADATA_FORWARD_PENDING, DICT_KEY_FORWARD_PENDING,
	 DICT_KEY_FORWARD_PENDING, ENTRY_PLAIN},
	{METADATA_PASSWORD, NULL, DICT_KEY_PASSWORD, ENTRY_SEALED},
};

static struct mailbox_attribute_internal attributes[N_ELEMENTS(entries)];

static const struct entry *find_entry(const char *key)
{
	const char *name = key + strlen(VENDOR);
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(entries); i++) {
		if (strcmp(entries[i].name, name) == 0)
			return &entries[i];
	}
	i_unreached();
}

static int refuse(struct mailbox *box, const char *text)
{
	mail_storage_set_error(box->storage, MAIL_ERROR_NOTPOSSIBLE, text);
	return -1;
}

static int unavailable(struct mailbox *box)
{
	mail_storage_set_error(box->storage, MAIL_ERROR_UNAVAILABLE,
			       TEXT_UNAVAILABLE);
	return -1;
}

/* ---- reading ---- */

/* The app password that this session made, once. */
static int get_new_password(struct mailbox *box,
			    struct mail_attribute_value *value_r)
{
	char **password = alumni_selfservice_new_password(box->storage->user);

	if (password == NULL || *password == NULL)
		return 0;
	value_r->value = t_strdup(*password);
	secret_wipe(*password, strlen(*password));
	i_free(*password);
	return 1;
}

static int entry_get(struct mailbox *box, const char *key,
		     struct mail_attribute_value *value_r)
{
	const struct entry *entry = find_entry(key);
	struct mail_user *user = box->storage->user;
	struct dict *dict;
	int ret;

	if (entry->seal == ENTRY_SEALED_APP_PASSWORD)
		return get_new_password(box, value_r);
	if (entry->get_key == NULL)
		return 0;
	dict = alumni_selfservice_dict(user);
	if (dict == NULL)
		return unavailable(box);
	ret = mail_dict_lookup(user, dict, entry->get_key, &value_r->value);
	return ret < 0 ? unavailable(box) : ret;
}

/* ---- writing ---- */

/* The value as a string, NULL to remove the entry. A literal comes as a
   stream. Returns 0, or -1 with the storage's error set. */
static int read_value(struct mailbox *box,
		      const struct mail_attribute_value *value,
		      const char **value_r)
{
	const unsigned char *data;
	string_t *text;
	size_t size;
	int ret;

	*value_r = value->value;
	if (value->value_stream != NULL) {
		text = t_str_new(128);
		i_stream_seek(value->value_stream, 0);
		while ((ret = i_stream_read_more(value->value_stream, &data,
						 &size)) > 0) {
			if (str_len(text) + size > VALUE_LENGTH_MAX)
				return refuse(box, TEXT_TOO_LONG);
			str_append_data(text, data, size);
			i_stream_skip(value->value_stream, size);
		}
		if (value->value_stream->stream_errno != 0)
			return unavailable(box);
		if (memchr(str_data(text), '\0', str_len(text)) != NULL)
			return refuse(box, TEXT_NUL);
		*value_r = str_c(text);
	}
	if (*value_r != NULL && strlen(*value_r) > VALUE_LENGTH_MAX)
		return refuse(box, TEXT_TOO_LONG);
	return 0;
}

/* What is told of a change that failed: the dict service's own sentence, or
   that it does not work. */
static int fail(struct mailbox *box, time_t asked_at, const struct entry *entry,
		const char *error)
{
	size_t length;
	const char *sentence = wire_refusal_parse(error, &length);

	if (sentence != NULL) {
		mail_dict_answered();
		return refuse(box, t_strndup(sentence, length));
	}
	mail_dict_failed(box->storage->user, asked_at,
			 t_strconcat("set ", entry->set_key, NULL), error);
	return unavailable(box);
}

static int write_key(struct mailbox *box, const struct entry *entry,
		     const char *value)
{
	struct mail_user *user = box->storage->user;
	struct dict *dict = alumni_selfservice_dict(user);
	struct dict_transaction_context *transaction;
	time_t asked_at = time(NULL);
	const char *error = NULL;

	if (dict == NULL || mail_dict_is_paused())
		return unavailable(box);
	transaction = dict_transaction_begin(
		dict, mail_user_get_dict_op_settings(user));
	if (value == NULL)
		dict_unset(transaction, entry->set_key);
	else
		dict_set(transaction, entry->set_key, value);
	if (dict_transaction_commit(&transaction, &error) <= 0)
		return fail(box, asked_at, entry,
			    error == NULL ? "not found" : error);
	mail_dict_answered();
	return 0;
}

static int write_sealed(struct mailbox *box, const struct entry *entry,
			const char *value, const char *app_password)
{
	char sealed[SEALED_VALUE_BYTES];
	struct error error = {.text = ""};
	int ret = sealed_value_make(value, app_password, sealed, &error);

	if (ret < 0) {
		e_error(box->storage->user->event, "alumni_selfservice: %s",
			error.text);
		return unavailable(box);
	}
	if (ret == 0)
		return refuse(box, TEXT_TOO_LONG);
	return write_key(box, entry, sealed);
}

static int write_app_password(struct mailbox *box, const struct entry *entry,
			      const char *value)
{
	char **kept = alumni_selfservice_new_password(box->storage->user);
	char password[APP_PASSWORD_BYTES];
	int ret;

	/* Each command of doveadm is a session of its own. */
	if (strcmp(box->storage->user->service, "doveadm") == 0)
		return refuse(box, TEXT_NOBODY_SEES);
	if (kept == NULL || app_password_make(password, NULL) < 0)
		return unavailable(box);
	ret = write_sealed(box, entry, value, password);
	if (ret == 0) {
		i_free(*kept);
		*kept = i_strdup(password);
	}
	secret_wipe(password, sizeof(password));
	return ret;
}

static int entry_set(struct mailbox_transaction_context *t, const char *key,
		     const struct mail_attribute_value *value)
{
	const struct entry *entry = find_entry(key);
	const char *text;

	if (entry->set_key == NULL)
		return refuse(t->box, TEXT_READ_ONLY);
	if (read_value(t->box, value, &text) < 0)
		return -1;
	if (entry->seal == ENTRY_PLAIN)
		return write_key(t->box, entry, text);
	if (text == NULL)
		return refuse(t->box, "This cannot be removed.");
	return entry->seal == ENTRY_SEALED
		       ? write_sealed(t->box, entry, text, NULL)
		       : write_app_password(t->box, entry, text);
}

void selfservice_entries_register(void)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(entries); i++) {
		struct mailbox_attribute_internal *attribute = &attributes[i];

		attribute->type = MAIL_ATTRIBUTE_TYPE_PRIVATE;
		attribute->key = i_strconcat(VENDOR, entries[i].name, NULL);
		attribute->rank = MAIL_ATTRIBUTE_INTERNAL_RANK_AUTHORITY;
		attribute->flags = MAIL_ATTRIBUTE_INTERNAL_FLAG_VALIDATED;
		attribute->get = entry_get;
		attribute->set = entry_set;
		mailbox_attribute_register_internal(attribute);
	}
}

void selfservice_entries_unregister(void)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(entries); i++) {
		char *key = (char *)attributes[i].key;

		mailbox_attribute_unregister_internal(&attributes[i]);
		i_free(key);
	}
}
