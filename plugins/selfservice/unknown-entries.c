/* SPDX-License-Identifier: MIT
 *
 * Entries that are none of ours; see unknown-entries.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "module-context.h"
#include "mail-storage-private.h"

#include "plugins/selfservice/unknown-entries.h"
#include "protocol/metadata-entries.h"

#define TEXT_UNKNOWN                                                           \
	"There is no setting of this name. Those of the account are entries "  \
	"of the server, below /private/" METADATA_ENTRIES "."

#define UNKNOWN_ENTRIES_BOX(obj)                                               \
	MODULE_CONTEXT_REQUIRE(obj, unknown_entries_storage_module)

static MODULE_CONTEXT_DEFINE_INIT(unknown_entries_storage_module,
				  &mail_storage_module_register);

/* An entry's name has no case in IMAP, and has one over doveadm. */
static bool is_below_ours(const char *key)
{
	const size_t server =
		strlen(MAILBOX_ATTRIBUTE_PREFIX_DOVECOT_PVT_SERVER);

	if (strncmp(key, MAILBOX_ATTRIBUTE_PREFIX_DOVECOT_PVT_SERVER, server) ==
	    0)
		key += server;
	return strncasecmp(key, METADATA_ENTRIES, strlen(METADATA_ENTRIES)) ==
	       0;
}

static int attribute_set(struct mailbox_transaction_context *t,
			 enum mail_attribute_type type, const char *key,
			 const struct mail_attribute_value *value)
{
	union mailbox_module_context *ubox = UNKNOWN_ENTRIES_BOX(t->box);

	if ((value->value != NULL || value->value_stream != NULL) &&
	    is_below_ours(key)) {
		mail_storage_set_error(t->box->storage, MAIL_ERROR_NOTPOSSIBLE,
				       TEXT_UNKNOWN);
		return -1;
	}
	return ubox->super.attribute_set(t, type, key, value);
}

void unknown_entries_mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	union mailbox_module_context *ubox;

	ubox = p_new(box->pool, union mailbox_module_context, 1);
	ubox->super = *v;
	box->vlast = &ubox->super;
	v->attribute_set = attribute_set;
	MODULE_CONTEXT_SET_SELF(box, unknown_entries_storage_module, ubox);
}
