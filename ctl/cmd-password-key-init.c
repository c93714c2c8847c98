/* SPDX-License-Identifier: MIT
 *
 * alumnictl password-key init: makes the pair of keys by which passwords reach
 * Dovecot's dict service unseen, once.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/report.h"
#include "ctl/result.h"
#include "ctl/session.h"
#include "lib/password-hash.h"
#include "lib/sealed-box.h"
#include "lib/store-sqlite-layout.h"

#define PRIVATE_MODE 0640
#define PUBLIC_MODE  0644

/* The dict service's group reads the private key. Somebody else's own file, for
   a trial, is his business. */
static int give_file(int fd, const char *path, const char *group_name)
{
	const struct group *group;

	if (geteuid() != 0 || group_name == NULL)
		return EX_OK;
	group = getgrnam(group_name);
	if (group == NULL)
		return report(EX_CONFIG, "there is no group \"%s\": create it",
			      group_name);
	if (fchown(fd, 0, group->gr_gid) < 0)
		return report(EX_OSERR, "cannot give %s to the group %s: %s",
			      path, group_name, strerror(errno));
	return EX_OK;
}

/* Whole or not at all. replace = a file that is there may go. */
static int write_key(const char *path, const char *key, mode_t mode,
		     const char *group_name, bool replace)
{
	char line[SEALED_BOX_KEY_BYTES + 1];
	int length = snprintf(line, sizeof(line), "%s\n", key);
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
	status = give_file(fd, path, group_name);
	if (status == EX_OK && (write(fd, line, (size_t)length) != length ||
				fsync(fd) < 0 || fchmod(fd, mode) < 0))
		status = report(EX_IOERR, "cannot write %s: %s", new,
				strerror(errno));
	(void)close(fd);
	secret_wipe(line, sizeof(line));
	if (status == EX_OK &&
	    (replace ? rename(new, path) : link(new, path)) < 0)
		status = report(EX_CANTCREAT, "cannot create %s: %s", path,
				strerror(errno));
	(void)unlink(new);
	return status;
}

static int make_keys(const struct configuration *configuration)
{
	char private[SEALED_BOX_KEY_BYTES], public[SEALED_BOX_KEY_BYTES];
	struct error error = {""};
	int status;

	if (sealed_box_make_keys(private, public, &error) < 0)
		return report(EX_OSERR, "%s", error.text);
	status = write_key(configuration->password_key_file, private,
			   PRIVATE_MODE, STORE_CREDENTIALS_GROUP, false);
	secret_wipe(private, sizeof(private));
	return status;
}

static int run(struct invocation *invocation)
{
	const struct configuration *configuration = invocation->configuration;
	const char *path = configuration->password_key_file;
	bool is_new = access(path, F_OK) < 0;
	char public[SEALED_BOX_KEY_BYTES];
	struct error error = {""};
	int status = EX_OK;

	if (is_new)
		status = make_keys(configuration);
	if (status != EX_OK)
		return status;
	if (sealed_box_public_key(path, public, &error) < 0)
		return report(EX_CONFIG, "%s", error.text);
	/* Follows from the other, so it is always made right. */
	status = write_key(configuration->password_public_key_file, public,
			   PUBLIC_MODE, NULL, true);
	if (status != EX_OK)
		return status;
	return result_message(invocation, "%s %s", path,
			      is_new ? "is ready, with a new key"
				     : "is there already, and was not "
				       "changed");
}

const struct command cmd_password_key_init = {
	.name = "password-key init",
	.summary = "create the keys that new passwords are encrypted with",
	.help = "Creates the file that password_key_file names, with a new "
		"private key, readable\nby root and the group alumniauth "
		"alone, and the one that password_public_key_file\nnames, with "
		"its public key. A private key that is there stays.",
	.store = COMMAND_STORE_NONE,
	.run = run,
};
