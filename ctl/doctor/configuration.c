/* SPDX-License-Identifier: MIT
 *
 * Doctor's first group: the configuration file, and what of the machine it
 * names: users, groups, programs, texts.
 */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/doctor/doctor.h"
#include "lib/store/sqlite-layout.h"

static void check_mode(struct doctor *doctor)
{
	const char *path = doctor->configuration_path;
	struct stat status;

	if (stat(path, &status) < 0)
		return;
	if ((status.st_mode & S_IROTH) == 0)
		doctor_problem(doctor, "configuration-mode",
			       doctor_mend(doctor, "chmod a+r %s", path),
			       "%s cannot be read by mail processes, which run "
			       "as the mail user",
			       path);
	else if ((status.st_mode & S_IWOTH) != 0)
		doctor_problem(doctor, "configuration-mode",
			       doctor_mend(doctor, "chmod o-w %s", path),
			       "%s can be changed by every user", path);
	else
		doctor_ok(doctor, "configuration-mode",
			  "every process can read %s", path);
}

static void check_user(struct doctor *doctor, const char *option,
		       const char *name)
{
	char check[64];

	snprintf(check, sizeof(check), "user-%s", option);
	if (getpwnam(name) != NULL)
		doctor_ok(doctor, check, "user %s (%s) exists", name, option);
	else
		doctor_problem(
			doctor, check,
			doctor_mend(doctor,
				    "adduser --system --group %s, or name "
				    "another in %s",
				    name, doctor->configuration_path),
			"there is no user %s (%s)", name, option);
}

static void check_group(struct doctor *doctor, const char *check,
			const char *name, const char *why)
{
	if (getgrnam(name) != NULL)
		doctor_ok(doctor, check, "group %s (%s) exists", name, why);
	else
		doctor_problem(doctor, check,
			       doctor_mend(doctor,
					   "addgroup --system %s, then "
					   "alumnictl store init",
					   name),
			       "there is no group %s (%s)", name, why);
}

static void check_users(struct doctor *doctor)
{
	const struct configuration *configuration = doctor->configuration;

	check_user(doctor, "mail_user", configuration->mail_user);
	check_user(doctor, "milter_user", configuration->milter_user);
	check_group(doctor, "group-mail_group", configuration->mail_group,
		    "mail_group");
	check_group(doctor, "group-socket_group", configuration->socket_group,
		    "socket_group");
	check_group(doctor, "group-accounts", STORE_ACCOUNTS_GROUP,
		    "who may reach accounts");
	check_group(doctor, "group-credentials", STORE_CREDENTIALS_GROUP,
		    "who may reach credentials");
}

static void check_templates(struct doctor *doctor)
{
	static const char *const names[] = {"quota-80.txt", "quota-95.txt",
					    "quota-full.txt"};
	const char *folder = doctor->configuration->warning_templates;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		if (access(path, R_OK) == 0)
			continue;
		doctor_problem(doctor, "warning-templates",
			       doctor_mend(doctor,
					   "put the texts there, or name the "
					   "right folder with "
					   "warning_templates in %s",
					   doctor->configuration_path),
			       "%s: %s, so nobody is warned of a full mailbox",
			       path, strerror(errno));
		return;
	}
	doctor_ok(doctor, "warning-templates", "%s has the texts of warnings",
		  folder);
}

static void check_sendmail(struct doctor *doctor)
{
	const char *program = doctor->configuration->sendmail;

	if (access(program, X_OK) == 0)
		doctor_ok(doctor, "sendmail", "%s is there to send mail",
			  program);
	else
		doctor_problem(doctor, "sendmail",
			       doctor_mend(doctor,
					   "install Postfix, or name the right "
					   "program with sendmail in %s",
					   doctor->configuration_path),
			       "%s: %s, so no warning or notice is sent",
			       program, strerror(errno));
}

void doctor_check_configuration(struct doctor *doctor)
{
	struct configuration *configuration = NULL;
	struct error error = {""};

	if (configuration_load(doctor->configuration_path, &configuration,
			       &error) < 0) {
		doctor_problem(doctor, "configuration-file",
			       "mend the line, see alumnimail.conf(5)", "%s",
			       error.text);
		return;
	}
	doctor->configuration = configuration;
	doctor_ok(doctor, "configuration-file", "%s is in order",
		  doctor->configuration_path);
	check_mode(doctor);
	check_users(doctor);
	check_templates(doctor);
	check_sendmail(doctor);
}
