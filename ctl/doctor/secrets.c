/* SPDX-License-Identifier: MIT
 *
 * Doctor: the files with secrets. Each must be there, hold something, and be
 * open to those who need it and to nobody else.
 */
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/doctor/doctor.h"
#include "lib/password/sealed-box.h"
#include "lib/base/secret-file.h"
#include "lib/store/sqlite-layout.h"

#define SECRETS_MAX 64

static bool check_readable(struct doctor *doctor, const char *check,
			   const char *path, const char *make)
{
	struct error error = {""};
	char **lines = NULL;
	struct stat status;
	size_t count = 0;

	if (secret_file_read(path, SECRETS_MAX, &lines, &count, &error) == 0) {
		secret_file_free(&lines, count);
		return true;
	}
	if (stat(path, &status) == 0 && (status.st_mode & S_IRWXO) != 0)
		make = doctor_mend(doctor, "chmod o= %s, and make a new secret",
				   path);
	doctor_problem(doctor, check, make, "%s", error.text);
	return false;
}

/* The owner is root, so those who need the file are in a group. NULL = the
   group is not known. */
static void check_secret(struct doctor *doctor, const char *check,
			 const char *path, const struct group *group,
			 const char *make)
{
	struct stat status;

	if (!check_readable(doctor, check, path, make) ||
	    stat(path, &status) < 0)
		return;
	if (group != NULL &&
	    (status.st_gid != group->gr_gid || (status.st_mode & S_IRGRP) == 0))
		doctor_problem(
			doctor, check,
			doctor_mend(doctor, "chown root:%s %s && chmod 0640 %s",
				    group->gr_name, path, path),
			"%s cannot be read by group %s", path, group->gr_name);
	else if ((status.st_mode & S_IWGRP) != 0)
		doctor_problem(doctor, check,
			       doctor_mend(doctor, "chmod g-w %s", path),
			       "%s can be changed by its group", path);
	else
		doctor_ok(doctor, check, "%s is there, and closed to others",
			  path);
}

/* The milter's own group: its user has no other that counts. */
static const struct group *
milter_group(const struct configuration *configuration)
{
	const struct passwd *user = getpwnam(configuration->milter_user);

	return user == NULL ? NULL : getgrgid(user->pw_gid);
}

/* Mail processes encrypt a new password with it, and only the private key opens
   that. */
static void check_public_key(struct doctor *doctor)
{
	const struct configuration *configuration = doctor->configuration;
	const char *path = configuration->password_public_key_file;
	char expected[SEALED_BOX_KEY_BYTES];
	char found[SEALED_BOX_KEY_BYTES] = "";
	struct stat status;
	FILE *file;

	/* The line before says why. */
	if (sealed_box_public_key(configuration->password_key_file, expected,
				  NULL) < 0)
		return;
	file = fopen(path, "re");
	if (file != NULL) {
		if (fgets(found, sizeof(found), file) == NULL)
			found[0] = '\0';
		fclose(file);
	}
	found[strcspn(found, "\n")] = '\0';
	if (strcmp(found, expected) != 0)
		doctor_problem(doctor, "password-public-key",
			       "alumnictl password-key init",
			       "%s does not hold the public key of %s, so "
			       "nobody can change a password in the webmail",
			       path, configuration->password_key_file);
	else if (stat(path, &status) == 0 && (status.st_mode & S_IROTH) == 0)
		doctor_problem(doctor, "password-public-key",
			       doctor_mend(doctor, "chmod a+r %s", path),
			       "%s cannot be read by mail processes", path);
	else
		doctor_ok(doctor, "password-public-key",
			  "%s is the public key to it", path);
}

void doctor_check_secrets(struct doctor *doctor)
{
	const struct configuration *configuration = doctor->configuration;

	check_secret(doctor, "srs-secret", configuration->srs_secret_file,
		     milter_group(configuration), "alumnictl srs init");
	check_secret(doctor, "password-key", configuration->password_key_file,
		     getgrnam(STORE_CREDENTIALS_GROUP),
		     "alumnictl password-key init");
	check_public_key(doctor);
	for (size_t i = 0; i < configuration->directory_count; i++) {
		const struct directory_options *directory =
			&configuration->directories[i];
		char check[128];

		if (directory->bind_password_file == NULL)
			continue;
		snprintf(check, sizeof(check), "bind-password-%s",
			 directory->name);
		check_secret(doctor, check, directory->bind_password_file,
			     getgrnam(STORE_CREDENTIALS_GROUP),
			     "write the service account's password into it");
	}
}
