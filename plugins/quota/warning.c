/* SPDX-License-Identifier: MIT
 *
 * Recognises warnings by their token; see plugins/quota/warning.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "dict.h"
#include "mail-user.h"
#include "mail-storage.h"

#include "plugins/common/mail-dict.h"
#include "plugins/quota/warning.h"
#include "protocol/dict-keys.h"
#include "protocol/headers.h"

bool quota_warning_is(struct mail_user *user, struct dict *dict,
		      struct mail *mail, const char **token_r)
{
	const char *header, *token;

	if (mail_get_first_header(mail, HEADER_QUOTA_WARNING, &header) <= 0)
		return FALSE;
	if (mail_dict_lookup(user, dict, DICT_KEY_WARNING_TOKEN, &token) <= 0)
		return FALSE;
	if (strcmp(header, token) != 0)
		return FALSE;
	*token_r = token;
	return TRUE;
}

void quota_warning_delivered(struct mail_user *user, struct dict *dict,
			     const char *token)
{
	struct dict_transaction_context *transaction;
	time_t asked_at = time(NULL);
	const char *error = NULL;

	transaction = dict_transaction_begin(
		dict, mail_user_get_dict_op_settings(user));
	dict_set(transaction, DICT_KEY_WARNING_DELIVERED, token);
	if (dict_transaction_commit(&transaction, &error) < 0)
		mail_dict_failed(user, asked_at, "tell of a warning", error);
}
