/* SPDX-License-Identifier: MIT
 *
 * alumnictl password invite: mails a code to an address outside, with which its
 * owner can log in for a while and set a password. Nobody at the service desk
 * sees it.
 */
#include <stdio.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/commands/invite-message.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/base/secret.h"
#include "lib/password/app-password.h"
#include "lib/mail/retention.h"
#include "lib/mail/send-message.h"

#define INVITE_SECONDS     (INT64_C(7) * 86400)
#define INVITE_SECONDS_MAX (INT64_C(90) * 86400)

static int read_expiry(const struct invocation *invocation, int64_t *seconds_r)
{
	const char *text = invocation_option(invocation, "expires");
	struct error error = {""};

	*seconds_r = INVITE_SECONDS;
	if (text == NULL)
		return EX_OK;
	if (retention_parse(text, seconds_r, &error) < 0)
		return report(EX_DATAERR, "--expires: %s", error.text);
	if (*seconds_r <= 0 || *seconds_r > INVITE_SECONDS_MAX)
		return report(EX_DATAERR,
			      "--expires: it must be from 1s to 90d");
	return EX_OK;
}

static int read_address(const struct invocation *invocation,
			char address_r[ADDRESS_BYTES])
{
	const char *const *domains =
		(const char *const *)invocation->configuration->domains;
	const char *text = invocation_option(invocation, "to");
	struct error error = {""};

	if (text == NULL)
		return report(EX_USAGE, "password invite: --to must be given");
	if (forward_address_check(text, domains, address_r, &error) < 0)
		return report(EX_DATAERR, "--to: %s", error.text);
	return EX_OK;
}

static int send_code(const struct invocation *invocation,
		     const struct account *account, const char *address,
		     const struct invite *invite)
{
	struct error error = {""};
	char *message = invite_message(invocation->configuration, account,
				       address, invite, time(NULL), &error);
	int result;

	if (message == NULL)
		return report(EX_OSERR, "%s", error.text);
	result = send_message(invocation->configuration->sendmail, address,
			      message, &error);
	invite_message_free(&message);
	return result < 0 ? report(EX_TEMPFAIL, "%s", error.text) : EX_OK;
}

static int invite(struct invocation *invocation, const struct account *account,
		  const char *address, const struct invite *invite)
{
	struct credential credential = {
		.kind = CREDENTIAL_INVITE,
		.set_at = time(NULL),
		.expires_at = invite->expires_at,
	};
	struct error error = {""};
	int status;

	if (app_password_hash(invite->code, credential.hash, &error) < 0 ||
	    store_credential_set(invocation->store, account->id, &credential,
				 &error) < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	status = send_code(invocation, account, address, invite);
	/* A code that nobody received must not stay in force. */
	if (status != EX_OK)
		(void)store_credential_clear(invocation->store, account->id,
					     CREDENTIAL_INVITE, "", NULL);
	secret_wipe(&credential, sizeof(credential));
	return status;
}

static int run(struct invocation *invocation)
{
	char expiry[TIME_TEXT_BYTES];
	char address[ADDRESS_BYTES];
	struct account account;
	struct error error = {""};
	struct invite code;
	int64_t seconds;
	int status = read_expiry(invocation, &seconds);

	if (status == EX_OK)
		status = read_address(invocation, address);
	if (status == EX_OK)
		status = session_account(invocation, &account);
	if (status != EX_OK)
		return status;
	code.expires_at = time(NULL) + seconds;
	if (app_password_make(code.code, &error) < 0)
		return report(EX_OSERR, "%s", error.text);
	status = invite(invocation, &account, address, &code);
	secret_wipe(&code.code, sizeof(code.code));
	if (status != EX_OK)
		return status;
	time_text(code.expires_at, expiry);
	return result_account(invocation, &account,
			      "a code was sent to %s, good until %s", address,
			      expiry);
}

const struct command cmd_password_invite = {
	.name = "password invite",
	.summary = "mail a code with which its owner can set a password",
	.help = "Mails a code to an address of the account's owner outside. It "
		"is good for logging in,\nand for setting an alumni password, "
		"until it expires or a password is set. A code\nthat was sent "
		"before is no longer good.",
	.arguments = {"NAME"},
	.options = {{"to", "ADDRESS", "address outside (required)"},
		    {"expires", "SPAN", "for how long it is good (7d)"}},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
