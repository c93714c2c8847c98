/* SPDX-License-Identifier: MIT
 *
 * Mail about one's own account; see notice.h.
 */
#include "plugins/dict/notice.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <sodium.h>

#include "lib/mail/send-message.h"
#include "protocol/headers.h"

#define MESSAGE_BYTES 8192
#define BODY_BYTES    4096
#define DATE_BYTES    64
#define ID_BYTES      33

static int format_date(int64_t now, char date_r[DATE_BYTES])
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed",
					   "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
					     "May", "Jun", "Jul", "Aug",
					     "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)now;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		return -1;
	/* Not by strftime(), whose names follow the locale. */
	(void)snprintf(date_r, DATE_BYTES,
		       "%s, %02d %s %04d %02d:%02d:%02d +0000",
		       days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
		       tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return 0;
}

int notice_send(const struct self_service *service, const char *address,
		const char *subject, const char *body, struct error *error)
{
	const struct configuration *configuration = service->configuration;
	const char *domain = configuration->domains[0];
	unsigned char random[(ID_BYTES - 1) / 2];
	char message[MESSAGE_BYTES];
	char date[DATE_BYTES];
	char id[ID_BYTES];
	int length;

	if (sodium_init() < 0 || format_date(service->now, date) < 0)
		return error_set(error, "the message cannot be made");
	randombytes_buf(random, sizeof(random));
	(void)sodium_bin2hex(id, sizeof(id), random, sizeof(random));
	length = snprintf(message, sizeof(message),
			  "From: <postmaster@%s>\n"
			  "To: <%s>\n"
			  "Subject: %s\n"
			  "Date: %s\n"
			  "Message-ID: <%s@%s>\n"
			  "Auto-Submitted: auto-generated\n" HEADER_NOTICE
			  ": " HEADER_NOTICE_VALUE "\n"
			  "MIME-Version: 1.0\n"
			  "Content-Type: text/plain; charset=utf-8\n"
			  "Content-Transfer-Encoding: 8bit\n"
			  "\n"
			  "%s\n"
			  "-- \n"
			  "For help: %s%s\n",
			  domain, address, subject, date, id, domain, body,
			  configuration->contact == NULL
				  ? "postmaster@"
				  : configuration->contact,
			  configuration->contact == NULL ? domain : "");
	if (length < 0 || (size_t)length >= sizeof(message))
		return error_set(error, "the message is too long");
	return send_message(configuration->sendmail, address, message, error);
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
