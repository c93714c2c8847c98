/* SPDX-License-Identifier: MIT
 *
 * alumnictl srs init: creates the file with the secret that signs rewritten
 * senders, once.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/report.h"
#include "ctl/result.h"
#include "ctl/session.h"
#include "lib/secret-file.h"
#include "lib/srs.h"

#define SECRET_RANDOM_BYTES 32
#define SECRET_FILE_MODE    0640

/* One line of base64, which no editor or shell can spoil. */
static bool write_secret(int fd)
{
	unsigned char bytes[SECRET_RANDOM_BYTES];
	char text[sodium_base64_ENCODED_LEN(
			  SECRET_RANDOM_BYTES,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING) +
		  1];
	size_t length;
	bool written;

	randombytes_buf(bytes, sizeof(bytes));
	(void)sodium_bin2base64(text, sizeof(text) - 1, bytes, sizeof(bytes),
				sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	length = strlen(text);
	text[length++] = '\n';
	written = write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(text, sizeof(text));
	return written;
}

/* The milter's group reads it. Somebody else's own file, for a trial, is his
   business. */
static int give_file(int fd, const char *path, const char *milter_user)
{
	const struct passwd *user;

	if (geteuid() != 0)
		return EX_OK;
	user = getpwnam(milter_user);
	if (user == NULL)
		return report(EX_CONFIG,
			      "milter_user: there is no user \"%s\": create "
			      "it, or name one that exists",
			      milter_user);
	if (fchown(fd, 0, user->pw_gid) < 0)
		return report(EX_OSERR, "cannot give %s to the group of %s: %s",
			      path, milter_user, strerror(errno));
	return EX_OK;
}

static int create_file(const struct configuration *configuration)
{
	const char *path = configuration->srs_secret_file;
	char new[4096];
	int status;
	int fd;

	if ((size_t)snprintf(new, sizeof(new), "%s.new", path) >= sizeof(new))
		return report(EX_CONFIG, "%s: the path is too long", path);
	/* What a run that was cut short has left. */
	(void)unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		  S_IRUSR | S_IWUSR);
	if (fd < 0)
		return report(EX_CANTCREAT, "cannot create %s: %s", new,
			      strerror(errno));
	status = give_file(fd, path, configuration->milter_user);
	if (status == EX_OK &&
	    (!write_secret(fd) || fchmod(fd, SECRET_FILE_MODE) < 0))
		status = report(EX_IOERR, "cannot write %s: %s", new,
				strerror(errno));
	(void)close(fd);
	/* Whole or not at all, and never over one that signs already. */
	if (status == EX_OK && link(new, path) < 0)
		status = report(EX_CANTCREAT, "cannot create %s: %s", path,
				strerror(errno));
	(void)unlink(new);
	return status;
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
