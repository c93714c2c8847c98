/* SPDX-License-Identifier: MIT
 *
 * Operations that belong to no user; see plugins/common/mail-dict.h. Apart from
 * what the mail plugins of a process have in common, for whoever has a dict of
 * its own.
 */
#include "plugins/common/dovecot-glue.h"

#include "ioloop.h"
#include "dict.h"

#include "plugins/common/mail-dict.h"

void mail_dict_enter(struct mail_dict_scope *scope_r)
{
	struct ioloop *root = io_loop_get_root();

	scope_r->ioloop = current_ioloop;
	if (current_ioloop != root)
		io_loop_set_current(root);
	scope_r->context = io_loop_get_current_context(root);
	if (scope_r->context != NULL)
		io_loop_context_deactivate(scope_r->context);
}

void mail_dict_leave(const struct mail_dict_scope *scope)
{
	if (scope->context != NULL)
		io_loop_context_activate(scope->context);
	if (current_ioloop != scope->ioloop)
		io_loop_set_current(scope->ioloop);
}

void mail_dict_wait(struct dict *dict)
{
	struct mail_dict_scope scope;

	mail_dict_enter(&scope);
	dict_wait(dict);
	mail_dict_leave(&scope);
}
