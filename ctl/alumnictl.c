/* SPDX-License-Identifier: MIT
 *
 * alumnictl, the tool of those who run the mail service: parse the command
 * line, open what the command needs, carry it out. Exit statuses are those of
 * sysexits.h, so that scripts can tell bad input from an outage.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "ctl/commands/command-help.h"
#include "ctl/commands/command-line.h"
#include "ctl/common/report.h"
#include "ctl/common/session.h"

/* Output that could not be written is a failure: a script must not take half a
   list for the whole. */
static int finish_output(int status)
{
	if ((fflush(stdout) != 0 || ferror(stdout) != 0) && status == EX_OK)
		return report(EX_IOERR, "cannot write to standard output");
	return status;
}

static int run(struct invocation *invocation)
{
	int status;

	/* SQLite gives its -wal and -shm the mode of the database only after
	   it has created them; under root's umask others would find them
	   closed in between. */
	umask(S_IRWXO);
	status = session_open(invocation);
	if (status == EX_OK)
		status = invocation->command->run(invocation);
	session_close(invocation);
	return status;
}

int main(int argc, char **argv)
{
	struct invocation invocation;
	char topic[COMMAND_TOPIC_BYTES];
	struct error error = {""};

	switch (command_line_parse(argc, argv, &invocation, topic, &error)) {
	case COMMAND_LINE_WRONG:
		return report(EX_USAGE, "%s", error.text);
	case COMMAND_LINE_HELP:
		command_help_print(stdout, topic);
		return finish_output(EX_OK);
	case COMMAND_LINE_VERSION:
		printf("alumnictl %s\n", ALUMNI_VERSION);
		return finish_output(EX_OK);
	case COMMAND_LINE_RUN:
		break;
	}
	return finish_output(run(&invocation));
}
