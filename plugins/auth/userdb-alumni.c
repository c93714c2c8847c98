/* SPDX-License-Identifier: MIT
 *
 * userdb "alumni": the place of an account's mail; see
 * plugins/auth/userdb-alumni.h.
 *
 * A disabled account is found here like any other; the passdb decides about
 * logins. LMTP asks here too: mail that the SMTP server accepted before the
 * account was disabled must be neither lost nor returned, and is there when the
 * account is enabled again. The milter refuses new mail for a disabled account,
 * in the SMTP dialogue. doveadm must reach such a mailbox as well, to expire
 * its Trash or to move it.
 */
#include "plugins/common/dovecot-glue.h"

#include "plugins/auth/authdb-alumni.h"
#include "plugins/auth/authdb-glue.h"
#include "plugins/auth/userdb-alumni.h"
#include "protocol/names.h"
#include "protocol/usage.h"

#define ITERATE_PAGE_ACCOUNTS 100

struct alumni_iterate_context {
	struct userdb_iterate_context ctx;
	struct account accounts[ITERATE_PAGE_ACCOUNTS];
	size_t count, next;
	bool last_page;
	/* The name of the last account of the page before. */
	char after[ADDRESS_LOCAL_BYTES];
};

/* For alumni_quota, which would have to ask the dict for it. */
static void set_usage(struct auth_request *request,
		      const struct account *account)
{
	const struct wire_usage usage = {
		.bytes = account->usage_bytes,
		.messages = account->usage_messages,
		.inbox = {.uid_validity = (uint32_t)account->usage_uid_validity,
			  .uid_next = (uint32_t)account->usage_uid_next},
	};
	char text[WIRE_VALUE_BYTES];

	wire_usage_format(&usage, text);
	auth_request_set_userdb_field(request, USERDB_FIELD_USAGE, text);
}

/* Fills the reply. Returns 0, or -1 with an error. */
static int set_reply(struct auth_request *request,
		     const struct account *account, struct error *error)
{
	struct auth_mailbox mailbox;

	if (auth_backend_mailbox(authdb_alumni_backend(), account, &mailbox,
				 error) < 0)
		return -1;
	auth_request_set_userdb_field(request, "user", account->name);
	auth_request_set_userdb_field(request, "uid", dec2str(mailbox.uid));
	auth_request_set_userdb_field(request, "gid", dec2str(mailbox.gid));
	auth_request_set_userdb_field(request, "home", mailbox.home);
	set_usage(request, account);
	authdb_userdb_set_quota(request, mailbox.quota, mailbox.quota_messages);
	if (authdb_userdb_set_fields(request) < 0)
		return error_set(error, "the configured fields do not expand");
	return 0;
}

static void userdb_alumni_lookup(struct auth_request *request,
				 userdb_callback_t *callback)
{
	struct error error = {.text = ""};
	struct account account;
	int ret;

	ret = auth_backend_account(authdb_alumni_backend(),
				   request->fields.user, &account, &error);
	if (ret > 0 && set_reply(request, &account, &error) < 0)
		ret = -1;
	if (ret < 0) {
		e_error(authdb_event(request), "user look-up failed: %s",
			error.text);
		callback(USERDB_RESULT_INTERNAL_FAILURE, request);
	} else if (ret == 0) {
		e_debug(authdb_event(request), "unknown user");
		callback(USERDB_RESULT_USER_UNKNOWN, request);
	} else {
		callback(USERDB_RESULT_OK, request);
	}
}

static struct userdb_iterate_context *
userdb_alumni_iterate_init(struct auth_request *request,
			   userdb_iter_callback_t *callback, void *context)
{
	struct alumni_iterate_context *iterate =
		i_new(struct alumni_iterate_context, 1);

	iterate->ctx.auth_request = request;
	iterate->ctx.callback = callback;
	iterate->ctx.context = context;
	auth_request_ref(request);
	return &iterate->ctx;
}

/* Reads the next page, if there is one. */
static void iterate_read_page(struct alumni_iterate_context *iterate)
{
	struct error error = {.text = ""};

	if (iterate->last_page || iterate->ctx.failed)
		return;
	iterate->next = 0;
	if (auth_backend_accounts_after(
		    authdb_alumni_backend(), iterate->after, iterate->accounts,
		    ITERATE_PAGE_ACCOUNTS, &iterate->count, &error) < 0) {
		e_error(authdb_event(iterate->ctx.auth_request),
			"listing accounts failed: %s", error.text);
		iterate->count = 0;
		iterate->ctx.failed = TRUE;
		return;
	}
	iterate->last_page = iterate->count < ITERATE_PAGE_ACCOUNTS;
	if (iterate->count > 0) {
		i_strocpy(iterate->after,
			  iterate->accounts[iterate->count - 1].name,
			  sizeof(iterate->after));
	}
}

static void userdb_alumni_iterate_next(struct userdb_iterate_context *ctx)
{
	struct alumni_iterate_context *iterate =
		container_of(ctx, struct alumni_iterate_context, ctx);
	const char *name = NULL;

	if (iterate->next == iterate->count)
		iterate_read_page(iterate);
	if (iterate->next < iterate->count)
		name = iterate->accounts[iterate->next++].name;
	/* The callback may free the context. */
	ctx->callback(name, ctx->context);
}

static int userdb_alumni_iterate_deinit(struct userdb_iterate_context *ctx)
{
	struct alumni_iterate_context *iterate =
		container_of(ctx, struct alumni_iterate_context, ctx);
	int ret = ctx->failed ? -1 : 0;

	auth_request_unref(&ctx->auth_request);
	i_free(iterate);
	return ret;
}

const struct authdb_userdb_functions userdb_alumni_functions = {
	.name = AUTHDB_DRIVER_NAME,
	.lookup = userdb_alumni_lookup,
	.iterate_init = userdb_alumni_iterate_init,
	.iterate_next = userdb_alumni_iterate_next,
	.iterate_deinit = userdb_alumni_iterate_deinit,
};
