/* SPDX-License-Identifier: MIT
 *
 * Doctor: the directories. Each is asked over its own protocol, with the
 * service account, whether it answers.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/doctor.h"
#include "lib/breaker.h"
#include "lib/directory.h"
#include "lib/watchdog.h"

/* No account can have it, so that any answer will do. */
#define NAME_OF_NOBODY "alumnictl-doctor"
#define CHECK_BYTES    128

static void ask(struct doctor *doctor, const struct directory_options *options)
{
	struct directory_entry entry;
	struct directory *directory = NULL;
	struct error error = {""};
	char check[CHECK_BYTES];
	int found = -1;

	snprintf(check, sizeof(check), "directory-%s", options->name);
	if (directory_open(options, &directory, &error) == 0) {
		found = directory_find(directory, NAME_OF_NOBODY, &entry,
				       &error);
		directory_close(&directory);
	}
	if (found >= 0)
		doctor_ok(doctor, check,
			  "directory \"%s\" answers searches below %s",
			  options->name, options->base);
	else
		doctor_problem(
			doctor, check,
			doctor_mend(doctor,
				    "look at uris, tls, ca_file, bind_dn, "
				    "bind_password_file and base of directory "
				    "\"%s\" in %s, and whether the server runs",
				    options->name, doctor->configuration_path),
			"directory \"%s\": %s", options->name, error.text);
}

/* What the running service has seen, which may have another network or other
   rights than this program. */
static void check_service(struct doctor *doctor)
{
	struct breaker_status all[LOGIN_STATE_BREAKERS];
	const char *folder = doctor->configuration->state_dir;
	struct error error = {""};
	size_t count = 0;
	bool open = false;

	if (breaker_statuses_read(folder, watchdog_now(), all, &count, &error) <
	    0) {
		doctor_problem(doctor, "login-state",
			       doctor_mend(doctor,
					   "install -d -m 2770 -g alumniauth %s",
					   folder),
			       "%s", error.text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (!all[i].open)
			continue;
		open = true;
		doctor_problem(doctor, "login-state",
			       "find out why it does not answer; logins ask "
			       "again by themselves once it does",
			       "the running service has given directory \"%s\" "
			       "up for now",
			       all[i].directory);
	}
	if (!open)
		doctor_ok(doctor, "login-state",
			  "the running service has given no directory up");
}

void doctor_check_directories(struct doctor *doctor)
{
	const struct configuration *configuration = doctor->configuration;

	for (size_t i = 0; i < configuration->directory_count; i++)
		ask(doctor, &configuration->directories[i]);
	if (configuration->directory_count == 0)
		doctor_ok(doctor, "directory",
			  "no directory is configured, so only alumni "
			  "passwords count");
	else
		check_service(doctor);
}
