/* SPDX-License-Identifier: MIT
 *
 * The message with a code to log in with; see ctl/commands/invite-message.h.
 */
#include "ctl/commands/invite-message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/common/account-view.h"
#include "lib/base/secret.h"
#include "lib/mail/message.h"

/* Returns NULL when memory ran out. */
static char *write_text(const struct configuration *configuration,
			const struct account *account,
			const struct invite *invite)
{
	char contact[CONFIGURATION_CONTACT_BYTES];
	char expiry[TIME_TEXT_BYTES];
	char *text = NULL;

	time_text(invite->expires_at, expiry);
	configuration_contact(configuration, contact);
	if (asprintf(&text,
		     "Hello,\n\n"
		     "you can log in to your mail account %s@%s with\n\n"
		     "    user name: %s\n"
		     "    code:      %s\n\n"
		     "The code takes the place of a password until %s. Log in "
		     "to\nthe webmail with it and set a password of your own: "
		     "with that, the code is no\nlonger good.\n\n"
		     "If you did not ask for this, tell %s.\n",
		     account->name, configuration->domains[0], account->name,
		     invite->code, expiry, contact) < 0)
		return NULL;
	return text;
}

char *invite_message(const struct configuration *configuration,
		     const struct account *account, const char *address,
		     const struct invite *invite, int64_t now,
		     struct error *error)
{
	char subject[ADDRESS_BYTES];
	char *text = write_text(configuration, account, invite);
	const struct message message = {
		.postmaster = configuration->postmaster,
		.domain = configuration->domains[0],
		.recipient = address,
		.subject = subject,
		.text = text,
		.sent_at = now,
	};
	char *composed;

	if (text == NULL) {
		(void)error_set(error, "out of memory");
		return NULL;
	}
	snprintf(subject, sizeof(subject), "Your mail account at %s",
		 configuration->domains[0]);
	composed = message_compose(&message, error);
	invite_message_free(&text);
	return composed;
}

void invite_message_free(char **message)
{
	if (*message != NULL)
		secret_wipe(*message, strlen(*message));
	free(*message);
	*message = NULL;
}
