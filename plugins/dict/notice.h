/* SPDX-License-Identifier: MIT
 *
 * Mail to people about their own account: what was changed, and codes that
 * confirm an address.
 */
#ifndef ALUMNI_PLUGINS_DICT_NOTICE_H
#define ALUMNI_PLUGINS_DICT_NOTICE_H

#include "plugins/dict/self-service.h"

/* Sends a message to the address, by sendmail(1) and with the null sender. The
   body is text with newlines; who to ask for help is added. Returns 0, or -1
   with an error. */
int notice_send(const struct self_service *service, const char *address,
		const char *subject, const char *body, struct error *error);

/* Tells the account's owner, at its own address. A failure is kept as
   service->remark, since what it tells of was done already. */
void notice_tell(struct self_service *service, const char *subject,
		 const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
