/* SPDX-License-Identifier: MIT
 *
 * alumnictl directory status: which directories the running service asks, and
 * which it leaves alone for now because they did not answer.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "lib/directory/breaker.h"
#include "lib/base/clock.h"

struct statuses {
	struct breaker_status all[SHARED_STATE_BREAKERS];
	size_t count;
};

/* NULL for a directory that no login has asked yet. */
static const struct breaker_status *find_status(const struct statuses *statuses,
						const char *directory)
{
	for (size_t i = 0; i < statuses->count; i++) {
		if (strcmp(statuses->all[i].directory, directory) == 0)
			return &statuses->all[i];
	}
	return NULL;
}

static const char *state_word(const struct breaker_status *status)
{
	if (status == NULL)
		return "not-asked-yet";
	return status->open ? "not-answering" : "answering";
}

/* ---- text ---- */

static void print_status(const char *directory,
			 const struct breaker_status *status)
{
	if (status == NULL) {
		printf("%s: no login has asked it yet\n", directory);
		return;
	}
	if (!status->open)
		printf("%s: answers", directory);
	else
		printf("%s: does not answer, for %" PRId64 " s by now; not "
		       "asked by logins meanwhile",
		       directory, status->open_msecs / 1000);
	if (status->open && status->last_probe_msecs >= 0)
		printf(", last probed %" PRId64 " s ago",
		       status->last_probe_msecs / 1000);
	if (status->failures > 0)
		printf("; %" PRIu64 " failure%s in a row", status->failures,
		       status->failures == 1 ? "" : "s");
	printf("; was given up %" PRIu64 " time%s\n", status->times_opened,
	       status->times_opened == 1 ? "" : "s");
}

/* ---- JSON ---- */

static void add_number(struct json_object *object, const char *key,
		       int64_t number)
{
	json_object_object_add(object, key, json_object_new_int64(number));
}

static struct json_object *status_json(const char *directory,
				       const struct breaker_status *status)
{
	static const struct breaker_status none = {.last_probe_msecs = -1};
	struct json_object *object = json_object_new_object();

	json_add_text(object, "name", directory);
	json_add_text(object, "state", state_word(status));
	if (status == NULL)
		status = &none;
	add_number(object, "open_msecs", status->open_msecs);
	add_number(object, "failures", (int64_t)status->failures);
	add_number(object, "times_opened", (int64_t)status->times_opened);
	if (status->last_probe_msecs < 0)
		json_object_object_add(object, "last_probe_msecs", NULL);
	else
		add_number(object, "last_probe_msecs",
			   status->last_probe_msecs);
	return object;
}

static int print_json(const struct configuration *configuration,
		      const struct statuses *statuses)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < configuration->directory_count; i++) {
		const char *name = configuration->directories[i].name;

		json_object_array_add(
			array, status_json(name, find_status(statuses, name)));
	}
	return json_print(array);
}

static int run(struct invocation *invocation)
{
	const struct configuration *configuration = invocation->configuration;
	struct statuses statuses = {.count = 0};
	struct error error = {""};

	if (breaker_statuses_read(configuration->state_dir, clock_msecs(),
				  statuses.all, &statuses.count, &error) < 0)
		return report(EX_NOPERM, "%s", error.text);
	if (invocation->json)
		return print_json(configuration, &statuses);
	for (size_t i = 0; i < configuration->directory_count; i++) {
		const char *name = configuration->directories[i].name;

		print_status(name, find_status(&statuses, name));
	}
	return EX_OK;
}

const struct command cmd_directory_status = {
	.name = "directory status",
	.summary = "show which directories answer",
	.help = "Shows for each directory whether it answers the running "
		"service. One that does not\nis left alone by logins, and "
		"probed beside them.",
	.store = COMMAND_STORE_NONE,
	.run = run,
};
