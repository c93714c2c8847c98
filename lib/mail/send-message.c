/* SPDX-License-Identifier: MIT
 *
 * Runs sendmail(1); see lib/mail/send-message.h.
 */
#include "lib/mail/send-message.h"

#include <stddef.h>

#include "lib/base/process.h"

int send_message(const char *program, const char *recipient,
		 const char *message, struct error *error)
{
	/* -i: a line with a lone dot ends nothing. */
	const char *const argv[] = {program, "-i",      "-f", "<>",
				    "--",    recipient, NULL};
	const struct process sendmail = {
		.argv = argv,
		.input = message,
		.msecs_max = SEND_MESSAGE_MSECS,
	};
	struct process_output output;
	int result = process_run(&sendmail, &output, error);

	if (result == 0 && output.status != 0)
		result = error_set(error,
				   "%s did not take the message for %s (status "
				   "%d): %s; see Postfix's log",
				   program, recipient, output.status,
				   output.complaint);
	process_output_free(&output);
	return result;
}
