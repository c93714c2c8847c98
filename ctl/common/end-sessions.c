/* SPDX-License-Identifier: MIT
 *
 * Ends the sessions of an account; see ctl/common/end-sessions.h.
 */
#include "ctl/common/end-sessions.h"

#include <string.h>

#include "ctl/common/report.h"
#include "lib/base/process.h"

#define DOVEADM "/usr/bin/doveadm"

/* doveadm's status when nobody of that name was logged in. */
#define DOVEADM_NOT_FOUND 68

/* True if what doveadm says is that there is no Dovecot to ask. */
static bool does_not_run(const char *complaint)
{
	return strstr(complaint, "net_connect_unix(") != NULL &&
	       (strstr(complaint, "No such file or directory") != NULL ||
		strstr(complaint, "Connection refused") != NULL);
}

int end_sessions(const struct invocation *invocation, const char *name)
{
	const char *const argv[] = {
		DOVEADM, "-c", invocation->configuration->dovecot_config,
		"kick",  name, NULL};
	const struct process doveadm = {.argv = argv};
	struct process_output output;
	struct error error = {""};
	int status = EX_OK;

	if (process_run(&doveadm, &output, &error) < 0)
		status = report(EX_UNAVAILABLE,
				"it is done, but sessions of %s that are open "
				"go on: %s",
				name, error.text);
	else if (output.status != 0 && output.status != DOVEADM_NOT_FOUND &&
		 !does_not_run(output.complaint))
		status = report(EX_UNAVAILABLE,
				"it is done, but sessions of %s that are open "
				"go on (end them as root with: doveadm kick "
				"%s): %s",
				name, name, output.complaint);
	process_output_free(&output);
	return status;
}
