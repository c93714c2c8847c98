/* SPDX-License-Identifier: MIT
 *
 * Mail about one's own account; see notice.h.
 */
#include "plugins/dict/notice.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/mail/message.h"
#include "lib/mail/send-message.h"
#include "protocol/headers.h"

#define BODY_BYTES 4096

/* The text, and after the mark of a signature (RFC 3676, section 4.3) whom to
   ask. Returns NULL when it does not fit. */
static const char *add_contact(const struct configuration *configuration,
			       const char *body, char *text_r, size_t size)
{
	char contact[CONFIGURATION_CONTACT_BYTES];
	int length;

	configuration_contact(configuration, contact);
	length = snprintf(text_r, size, "%s\n-- \nFor help: %s\n", body,
			  contact);
	return length < 0 || (size_t)length >= size ? NULL : text_r;
}

int notice_send(const struct self_service *service, const char *address,
		const char *subject, const char *body, struct error *error)
{
	const struct configuration *configuration = service->configuration;
	char text[BODY_BYTES + CONFIGURATION_CONTACT_BYTES];
	const struct message message = {
		.postmaster = configuration->postmaster,
		.domain = configuration->domains[0],
		.recipient = address,
		.subject = subject,
		.text = add_contact(configuration, body, text, sizeof(text)),
		.sent_at = service->now,
		.header_name = HEADER_NOTICE,
		.header_value = HEADER_NOTICE_VALUE,
	};
	char *composed;
	int result;

	if (message.text == NULL)
		return error_set(error, "the message is too long");
	composed = message_compose(&message, error);
	if (composed == NULL)
		return -1;
	result =
		send_message(configuration->sendmail, address, composed, error);
	free(composed);
	return result;
}

void notice_tell(struct self_service *service, const char *subject,
		 const char *format, ...)
{
	char address[ADDRESS_BYTES];
	char body[BODY_BYTES];
	struct error error = {""};
	va_list args;

	va_start(args, format);
	(void)vsnprintf(body, sizeof(body), format, args);
	va_end(args);
	(void)snprintf(address, sizeof(address), "%s@%s", service->account.name,
		       service->configuration->domains[0]);
	if (notice_send(service, address, subject, body, &error) < 0)
		(void)error_set(&service->remark, "no notice: %s", error.text);
}
