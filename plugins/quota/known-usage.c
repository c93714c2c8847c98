/* SPDX-License-Identifier: MIT
 *
 * Reads the userdb's field; see known-usage.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "mail-user.h"

#include "plugins/quota/known-usage.h"
#include "protocol/names.h"

#define USAGE_FIELD USERDB_FIELD_USAGE "="

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
	struct error error = {.text = ""};

	i_zero(known_r);
	known_r->asked_at = time(NULL);
	if (field == NULL)
		return;
	if (wire_usage_parse(field, &known_r->usage, &error) == 0)
		known_r->is_known = TRUE;
	else
		e_error(user->event,
			"alumni_quota: The userdb's field " USERDB_FIELD_USAGE
			" has an unknown form: %s",
			error.text);
}

bool inbox_state_equals(const struct wire_inbox *a, const struct wire_inbox *b)
{
	return a->uid_validity == b->uid_validity && a->uid_next == b->uid_next;
}
