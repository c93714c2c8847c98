/* SPDX-License-Identifier: MIT
 *
 * The message that warns the owner of a mailbox that is getting full, made from
 * a template: a line "Subject: ...", an empty line, and the text, in UTF-8. In
 * both, {name}, {address}, {used}, {quota}, {free}, {percent} and {retention}
 * stand for the account's own.
 */
#ifndef ALUMNI_CTL_COMMANDS_WARNING_MESSAGE_H
#define ALUMNI_CTL_COMMANDS_WARNING_MESSAGE_H

#include <stdint.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"
#include "lib/base/error.h"
#include "lib/mail/quota.h"

/* File of the template, in the folder of the configuration. */
const char *warning_template_name(enum mail_quota_level level);

/* Reads the template of the level: text to be freed. Returns 0, or -1 with an
   error that names the file. */
int warning_template_read(const struct configuration *configuration,
			  enum mail_quota_level level, char **template_r,
			  struct error *error);

/* Makes the whole message, lines ending in \n, to be freed. now is in Unix
   seconds. Returns 0, or -1 with an error: the template has no subject, or a
   placeholder that is none. */
int warning_message_make(const struct configuration *configuration,
			 const struct account *account, const char *template,
			 const char *token, int64_t now, char **message_r,
			 struct error *error);

#endif
