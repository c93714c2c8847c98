/* SPDX-License-Identifier: MIT
 *
 * The message with a code to log in with; see ctl/commands/invite-message.h.
 * Postfix adds Date and Message-ID, as to all mail of this machine.
 */
#include "ctl/commands/invite-message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/common/account-view.h"
#include "lib/base/secret.h"

static void write_head(FILE *out, const struct configuration *configuration,
		       const char *address)
{
	const char *postmaster = configuration->postmaster;
	bool is_local = strchr(postmaster, '@') == NULL;

	fprintf(out,
		"From: <%s%s%s>\n"
		"To: <%s>\n"
		"Subject: Your mail account at %s\n"
		"Auto-Submitted: auto-generated\n"
		"MIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: 8bit\n\n",
		postmaster, is_local ? "@" : "",
		is_local ? configuration->domains[0] : "", address,
		configuration->domains[0]);
}

char *invite_message(const struct configuration *configuration,
		     const struct account *account, const char *address,
		     const struct invite *invite)
{
	const char *domain = configuration->domains[0];
	char expiry[TIME_TEXT_BYTES];
	char *message = NULL;
	size_t size;
	FILE *out = open_memstream(&message, &size);

	if (out == NULL)
		return NULL;
	time_text(invite->expires_at, expiry);
	write_head(out, configuration, address);
	fprintf(out,
		"Hello,\n\n"
		"you can log in to your mail account %s@%s with\n\n"
		"    user name: %s\n"
		"    code:      %s\n\n"
		"The code takes the place of a password until %s. Log in to\n"
		"the webmail with it and set a password of your own: with "
		"that, the code is no\nlonger good.\n\n"
		"If you did not ask for this, tell %s%s%s.\n",
		account->name, domain, account->name, invite->code, expiry,
		configuration->contact == NULL ? "postmaster@" : "",
		configuration->contact == NULL ? domain : "",
		configuration->contact == NULL ? "" : configuration->contact);
	if (fclose(out) != 0)
		invite_message_free(&message);
	return message;
}

void invite_message_free(char **message)
{
	if (*message != NULL)
		secret_wipe(*message, strlen(*message));
	free(*message);
	*message = NULL;
}
