/* SPDX-License-Identifier: MIT
 *
 * alumnictl password-key init: makes the pair of keys by which passwords reach
 * Dovecot's dict service unseen, once.
 */
#include <grp.h>
#include <unistd.h>

#include "ctl/commands/commands.h"
#include "ctl/common/new-file.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "lib/base/secret.h"
#include "lib/password/sealed-box.h"
#include "lib/store/sqlite-layout.h"

#define PRIVATE_MODE 0640
#define PUBLIC_MODE  0644

/* The dict service's group reads the private key. A user who makes a file for a
   trial chooses its group. */
static int find_group(gid_t *group_r)
{
	const struct group *group;

	*group_r = NEW_FILE_ANY_GROUP;
	if (geteuid() != 0)
		return EX_OK;
	group = getgrnam(STORE_CREDENTIALS_GROUP);
	if (group == NULL)
		return report(EX_CONFIG, "there is no group \"%s\": create it",
			      STORE_CREDENTIALS_GROUP);
	*group_r = group->gr_gid;
	return EX_OK;
}

static int make_keys(const struct configuration *configuration)
{
	char private[SEALED_BOX_KEY_BYTES], public[SEALED_BOX_KEY_BYTES];
	struct new_file file = {
		.path = configuration->password_key_file,
		.mode = PRIVATE_MODE,
	};
	struct error error = {""};
	int status = find_group(&file.group);

	if (status != EX_OK)
		return status;
	if (sealed_box_make_keys(private, public, &error) < 0)
		return report(EX_OSERR, "%s", error.text);
	status = new_file_write(&file, private);
	secret_wipe(private, sizeof(private));
	return status;
}

static int run(struct invocation *invocation)
{
	const struct configuration *configuration = invocation->configuration;
	const char *path = configuration->password_key_file;
	/* The public key follows from the private one, so it is always written
	   anew. */
	const struct new_file public_file = {
		.path = configuration->password_public_key_file,
		.mode = PUBLIC_MODE,
		.group = NEW_FILE_ANY_GROUP,
		.replace = true,
	};
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
	status = new_file_write(&public_file, public);
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
