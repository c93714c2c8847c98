/* SPDX-License-Identifier: MIT
 *
 * alumnictl srs init: creates the file with the secret that signs rewritten
 * senders, once.
 */
#include <pwd.h>
#include <sodium.h>
#include <unistd.h>

#include "ctl/commands/commands.h"
#include "ctl/common/new-file.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "lib/base/secret-file.h"
#include "lib/mail/srs.h"

#define SECRET_RANDOM_BYTES 32
#define SECRET_FILE_MODE    0640

/* One line of base64, which no editor or shell can spoil. */
static int write_secret(const struct new_file *file)
{
	unsigned char bytes[SECRET_RANDOM_BYTES];
	char text[sodium_base64_ENCODED_LEN(
		SECRET_RANDOM_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	int status;

	randombytes_buf(bytes, sizeof(bytes));
	(void)sodium_bin2base64(text, sizeof(text), bytes, sizeof(bytes),
				sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	status = new_file_write(file, text);
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(text, sizeof(text));
	return status;
}

/* The milter's group reads the file. A user who makes a file for a trial
   chooses its group. A secret that signs already is never overwritten. */
static int create_file(const struct configuration *configuration)
{
	struct new_file file = {
		.path = configuration->srs_secret_file,
		.mode = SECRET_FILE_MODE,
		.group = NEW_FILE_ANY_GROUP,
	};
	const struct passwd *user;

	if (geteuid() == 0) {
		user = getpwnam(configuration->milter_user);
		if (user == NULL)
			return report(EX_CONFIG,
				      "milter_user: there is no user \"%s\": "
				      "create it, or name one that exists",
				      configuration->milter_user);
		file.group = user->pw_gid;
	}
	return write_secret(&file);
}

static int run(struct invocation *invocation)
{
	const char *path = invocation->configuration->srs_secret_file;
	struct error error = {""};
	char **secrets = NULL;
	size_t count;
	int status;

	if (sodium_init() < 0)
		return report(EX_OSERR, "cannot start libsodium");
	if (access(path, F_OK) < 0) {
		status = create_file(invocation->configuration);
		return status != EX_OK
			       ? status
			       : result_message(invocation,
						"%s is ready, with a new "
						"secret",
						path);
	}
	if (secret_file_read(path, SRS_SECRETS_MAX, &secrets, &count, &error) <
	    0)
		return report(EX_CONFIG, "%s", error.text);
	secret_file_free(&secrets, count);
	return result_message(invocation,
			      "%s is there already, and was not changed", path);
}

const struct command cmd_srs_init = {
	.name = "srs init",
	.summary = "create the secret of rewritten senders",
	.help = "Creates the file that srs_secret_file names, with a new "
		"random secret, readable\nby root and the milter's group "
		"alone. A file that is there is only checked.",
	.store = COMMAND_STORE_NONE,
	.run = run,
};
