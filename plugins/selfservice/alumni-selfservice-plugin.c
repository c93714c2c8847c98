/* SPDX-License-Identifier: MIT
 *
 * Mail plugin alumni_selfservice: what it keeps for a user; see
 * alumni-selfservice-plugin.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "lib/base/secret.h"
#include "module-context.h"
#include "mail-storage-private.h"
#include "mail-storage-hooks.h"

#include "plugins/common/mail-dict.h"
#include "plugins/selfservice/alumni-selfservice-plugin.h"
#include "plugins/selfservice/entries.h"
#include "plugins/selfservice/unknown-entries.h"

#define ALUMNI_SELFSERVICE_USER(obj)                                           \
	MODULE_CONTEXT(obj, alumni_selfservice_user_module)

static MODULE_CONTEXT_DEFINE_INIT(alumni_selfservice_user_module,
				  &mail_user_module_register);

struct alumni_selfservice_user {
	union mail_user_module_context module_ctx;
	/* Opened when it is first needed, which for most sessions is never. */
	struct dict *dict;
	char *new_password;
};

DOVECOT_EXPORT extern const char *alumni_selfservice_plugin_version;
const char *alumni_selfservice_plugin_version = DOVECOT_ABI_VERSION;
MAIL_DICT_PROCESS(alumni_selfservice_plugin);

struct dict *alumni_selfservice_dict(struct mail_user *user)
{
	struct alumni_selfservice_user *suser = ALUMNI_SELFSERVICE_USER(user);
	const char *error;

	if (suser == NULL)
		return NULL;
	if (suser->dict == NULL &&
	    mail_dict_open(user->set->base_dir, user->event, 0, &suser->dict,
			   &error) < 0) {
		e_error(user->event,
			"alumni_selfservice: Cannot open the dict \"alumni\": "
			"%s",
			error);
		suser->dict = NULL;
	}
	return suser->dict;
}

char **alumni_selfservice_new_password(struct mail_user *user)
{
	struct alumni_selfservice_user *suser = ALUMNI_SELFSERVICE_USER(user);

	return suser == NULL ? NULL : &suser->new_password;
}

static void alumni_selfservice_user_deinit(struct mail_user *user)
{
	struct alumni_selfservice_user *suser = ALUMNI_SELFSERVICE_USER(user);

	if (suser->new_password != NULL)
		secret_wipe(suser->new_password, strlen(suser->new_password));
	i_free(suser->new_password);
	if (suser->dict != NULL)
		mail_dict_close(&suser->dict);
	suser->module_ctx.super.deinit(user);
}

static void alumni_selfservice_user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;
	struct alumni_selfservice_user *suser;

	/* Made by Dovecot itself, as LMTP's for the message that comes in. */
	if (user->autocreated)
		return;
	suser = p_new(user->pool, struct alumni_selfservice_user, 1);
	suser->module_ctx.super = *v;
	user->vlast = &suser->module_ctx.super;
	v->deinit = alumni_selfservice_user_deinit;
	MODULE_CONTEXT_SET(user, alumni_selfservice_user_module, suser);
}

static struct mail_storage_hooks alumni_selfservice_hooks = {
	.mail_user_created = alumni_selfservice_user_created,
	.mailbox_allocated = unknown_entries_mailbox_allocated,
};

DOVECOT_EXPORT void alumni_selfservice_plugin_init(struct module *module)
{
	mail_storage_hooks_add(module, &alumni_selfservice_hooks);
	selfservice_entries_register();
}

DOVECOT_EXPORT void alumni_selfservice_plugin_deinit(void)
{
	selfservice_entries_unregister();
	mail_storage_hooks_remove(&alumni_selfservice_hooks);
}
