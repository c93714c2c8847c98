/* SPDX-License-Identifier: MIT
 *
 * alumnictl doctor: looks at everything that must be in order for mail to
 * flow, changes nothing, and says what to do about what is not.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/doctor/doctor.h"
#include "ctl/common/report.h"

#define GROUP_COLUMNS 14

static const char *text_of(struct json_object *finding, const char *key)
{
	return json_object_get_string(json_object_object_get(finding, key));
}

static void print_finding(struct json_object *finding)
{
	const char *state = text_of(finding, "state");
	const char *mend = text_of(finding, "mend");

	printf("%-8s %-*s %s\n",
	       strcmp(state, "ok") == 0        ? "OK"
	       : strcmp(state, "problem") == 0 ? "PROBLEM"
					       : "UNKNOWN",
	       GROUP_COLUMNS, text_of(finding, "group"),
	       text_of(finding, "text"));
	if (mend != NULL)
		printf("%*s mend: %s\n", 8 + 1 + GROUP_COLUMNS, "", mend);
}

static void print_new(const struct doctor *doctor, size_t from)
{
	for (size_t i = from; i < json_object_array_length(doctor->findings);
	     i++)
		print_finding(json_object_array_get_idx(doctor->findings, i));
	/* Some groups wait for servers; what is known is shown meanwhile. */
	fflush(stdout);
}

static void run_groups(struct doctor *doctor, const char *only, bool json)
{
	for (size_t i = 0; doctor_groups[i].name != NULL; i++) {
		size_t from = json_object_array_length(doctor->findings);
		bool wanted = only == NULL ||
			      strcmp(doctor_groups[i].name, only) == 0;

		/* The first group reads the configuration for all others. */
		if (i > 0 && (!wanted || doctor->configuration == NULL))
			continue;
		doctor->group = doctor_groups[i].name;
		doctor_groups[i].check(doctor);
		if (!json)
			print_new(doctor, from);
	}
}

static int check_group(const char *only)
{
	if (only == NULL)
		return EX_OK;
	for (size_t i = 0; doctor_groups[i].name != NULL; i++) {
		if (strcmp(doctor_groups[i].name, only) == 0)
			return EX_OK;
	}
	return report(EX_USAGE, "doctor has no group %s of checks", only);
}

static int print_json(const struct doctor *doctor)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "findings",
			       json_object_get(doctor->findings));
	json_object_object_add(object, "problems",
			       json_object_new_int64(doctor->problems));
	json_object_object_add(object, "unknown",
			       json_object_new_int64(doctor->unknown));
	return json_print(object);
}

static int run(struct invocation *invocation)
{
	const char *only = invocation_option(invocation, "group");
	struct doctor doctor = {
		.configuration_path =
			configuration_path(invocation->configuration_path),
		.findings = json_object_new_array(),
	};
	int status = check_group(only);

	if (status == EX_OK) {
		run_groups(&doctor, only, invocation->json);
		/* The caller closes what was opened here, as after any command.
		 */
		invocation->configuration =
			(struct configuration *)doctor.configuration;
		invocation->store = doctor.store;
		if (invocation->json)
			status = print_json(&doctor);
		else
			printf("%u problem%s, %u thing%s not visible from "
			       "here\n",
			       doctor.problems, doctor.problems == 1 ? "" : "s",
			       doctor.unknown, doctor.unknown == 1 ? "" : "s");
	}
	json_object_put(doctor.findings);
	return status == EX_OK && doctor.problems > 0 ? EX_CONFIG : status;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = "look whether everything is in order",
	.help = "Looks at the configuration, secrets, store, directories, "
		"certificates, sockets, at how\nPostfix and Dovecot are set "
		"up, and at what DNS says, and tells how to mend what is\nnot "
		"in order. Changes nothing. Run it as root, who may see all of "
		"it.",
	.options = {{"group", "GROUP", "only this group of checks"}},
	.opens_nothing = true,
	.store = COMMAND_STORE_NONE,
	.run = run,
};
