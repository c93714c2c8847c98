/* SPDX-License-Identifier: MIT
 *
 * Reads the userdb's field; see known-usage.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "mail-user.h"

#include "plugins/common/mail-dict.h"
#include "plugins/quota/known-usage.h"

#define USAGE_FIELD MAIL_DICT_USERDB_USAGE "="

static int known_usage_parse(const char *text, struct known_usage *known)
{
	const char *const *words = t_strsplit(text, " ");

	if (str_array_length(words) != 4 ||
	    str_to_uint64(words[0], &known->bytes) < 0 ||
	    str_to_uint64(words[1], &known->messages) < 0 ||
	    str_to_uint32(words[2], &known->inbox.uid_validity) < 0 ||
	    str_to_uint32(words[3], &known->inbox.uid_next) < 0)
		return -1;
	return 0;
}

static const char *known_usage_field(struct mail_user *user)
{
	const char *const *fields = user->userdb_fields;

	for (; fields != NULL && *fields != NULL; fields++) {
		if (str_begins_with(*fields, USAGE_FIELD))
			return *fields + strlen(USAGE_FIELD);
	}
	return NULL;
}

void known_usage_get(struct mail_user *user, struct known_usage *known_r)
{
	const char *field = known_usage_field(user);

	i_zero(known_r);
	known_r->asked_at = time(NULL);
	if (field == NULL)
		return;
	T_BEGIN
	{
		if (known_usage_parse(field, known_r) == 0)
			known_r->is_known = TRUE;
		else
			e_error(user->event,
				"alumni_quota: The userdb's "
				"field " MAIL_DICT_USERDB_USAGE
				" has an unknown form: "
				"%s",
				field);
	}
	T_END;
}

bool inbox_state_equals(const struct inbox_state *a,
			const struct inbox_state *b)
{
	return a->uid_validity == b->uid_validity && a->uid_next == b->uid_next;
}
