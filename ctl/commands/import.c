/* SPDX-License-Identifier: MIT
 *
 * alumnictl import: creates accounts from an export, or from a list of another
 * system. All of them, or none: the input is read once to find what is wrong
 * with it, without a lock on the store, and again to write, as one change. So
 * a program that is killed leaves nothing behind either. With --keep-going,
 * what is right is written in portions.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/progress.h"
#include "ctl/records/format.h"
#include "ctl/common/report.h"
#include "lib/base/secret.h"
#include "lib/store/batch.h"
#include "lib/store/import.h"

/* Other writers wait for this many accounts at most. */
#define PORTION_ACCOUNTS 500
/* Further wrong lines are only counted. */
#define WRONG_LINES_SHOWN 100

struct import {
	struct invocation *invocation;
	const char *path;
	struct record_reader reader;
	struct record record;
	size_t bytes; /* of the whole input */
	bool dry_run, keep_going;
	int64_t now;
	size_t imported;
	size_t wrong;
	struct json_object *errors;
};

/* ---- the input ---- */

/* A pipe can be read only once: its content goes into a file without a
   name. */
static int spool(FILE *from, FILE **stream_r)
{
	FILE *file = tmpfile();
	char buffer[BUFSIZ];
	size_t got;

	if (file == NULL)
		return report(EX_CANTCREAT, "cannot make a temporary file: %s",
			      strerror(errno));
	while ((got = fread(buffer, 1, sizeof(buffer), from)) > 0) {
		if (fwrite(buffer, 1, got, file) != got)
			break;
	}
	secret_wipe(buffer, sizeof(buffer));
	*stream_r = file;
	if (ferror(from) || ferror(file) || fflush(file) != 0)
		return report(EX_IOERR, "cannot read standard input: %s",
			      strerror(errno));
	return EX_OK;
}

static int open_input(struct import *import)
{
	struct stat status;

	if (strcmp(import->path, "-") == 0) {
		int result = spool(stdin, &import->reader.stream);

		if (result != EX_OK)
			return result;
	} else {
		import->reader.stream = fopen(import->path, "re");
	}
	if (import->reader.stream == NULL ||
	    fstat(fileno(import->reader.stream), &status) < 0)
		return report(EX_NOINPUT, "cannot read %s: %s", import->path,
			      strerror(errno));
	if (!S_ISREG(status.st_mode))
		return report(EX_NOINPUT,
			      "%s is no file; give - to read standard input",
			      import->path);
	import->bytes = (size_t)status.st_size;
	if (import->reader.takes_hashes &&
	    (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return report(EX_CONFIG,
			      "%s has password hashes, but is open to others "
			      "(mode %04o); mend it with: chmod 0600 %s",
			      import->path,
			      (unsigned int)status.st_mode & 07777,
			      import->path);
	return EX_OK;
}

/* ---- what is wrong ---- */

static void note_wrong(struct import *import, const char *text)
{
	struct json_object *object;

	if (++import->wrong > WRONG_LINES_SHOWN)
		return;
	if (!import->invocation->json)
		(void)report(EX_DATAERR, "%s:%zu: %s", import->path,
			     import->reader.line, text);
	object = json_object_new_object();
	json_object_object_add(
		object, "line",
		json_object_new_int64((int64_t)import->reader.line));
	json_add_text(object, "text", text);
	json_object_array_add(import->errors, object);
}

/* ---- passes ---- */

/* What is done with each record. Returns 0, or -1 when nothing more can be
   done, with an error. */
typedef int record_action(struct import *import, struct error *error);

static int each_record(struct import *import, const char *what,
		       record_action *action)
{
	struct progress progress;
	struct error error = {""};
	int result = record_reader_begin(&import->reader, &error);

	if (result < 0)
		return report(EX_DATAERR, "%s: %s", import->path, error.text);
	progress_begin(&progress, what, import->bytes);
	while ((result = record_reader_next(&import->reader, &import->record,
					    &error)) != 0) {
		if (result < 0)
			note_wrong(import, error.text);
		else if (action != NULL && action(import, &error) < 0)
			break;
		progress_show(&progress, (size_t)ftell(import->reader.stream));
		if (ferror(import->reader.stream))
			break;
	}
	progress_end(&progress);
	record_wipe(&import->record);
	return result == 0 ? EX_OK : report(EX_TEMPFAIL, "%s", error.text);
}

static int add_record(struct import *import, struct error *error)
{
	struct record *record = &import->record;
	const struct store_import what = {
		.account = &record->account,
		.aliases = record->aliases,
		.alias_count = record->alias_count,
		.credentials = record->credentials,
		.credential_count = record->credential_count,
	};
	struct error clash = {""};

	switch (store_import(import->invocation->store, &what, import->now,
			     &clash)) {
	case STORE_ADDED:
		import->imported++;
		return 0;
	case STORE_NAME_TAKEN:
	case STORE_NAME_QUARANTINED:
		note_wrong(import, clash.text);
		return 0;
	case STORE_ADD_FAILED:
		break;
	}
	*error = clash;
	return -1;
}

static int add_in_portions(struct import *import, struct error *error)
{
	struct store *store = import->invocation->store;

	if (add_record(import, error) < 0)
		return -1;
	if (import->imported % PORTION_ACCOUNTS != 0)
		return 0;
	if (store_batch_commit(store, error) < 0)
		return -1;
	return store_batch_begin(store, error);
}

/* Writes, or with --dry-run finds out what would be in the way. */
static int write_all(struct import *import)
{
	struct store *store = import->invocation->store;
	struct error error = {""};
	bool in_portions = import->keep_going && !import->dry_run;
	int status;

	if (store_batch_begin(store, &error) < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	status = each_record(import, "import",
			     in_portions ? add_in_portions : add_record);
	if (status == EX_OK && !import->dry_run &&
	    (import->keep_going || import->wrong == 0)) {
		if (store_batch_commit(store, &error) == 0)
			return EX_OK;
		status = report(EX_TEMPFAIL,
				"%s; what was imported before is "
				"in the store",
				error.text);
	}
	store_batch_rollback(store);
	return status;
}

/* ---- the result ---- */

static bool is_applied(const struct import *import)
{
	return !import->dry_run && (import->keep_going || import->wrong == 0);
}

static int print_result(const struct import *import)
{
	struct json_object *object;

	if (!import->invocation->json) {
		printf("%zu account%s %s, %zu line%s wrong\n", import->imported,
		       import->imported == 1 ? "" : "s",
		       is_applied(import) ? "imported" : "could be imported",
		       import->wrong, import->wrong == 1 ? "" : "s");
		return EX_OK;
	}
	object = json_object_new_object();
	json_object_object_add(object, "applied",
			       json_object_new_boolean(is_applied(import)));
	json_object_object_add(
		object, "accounts",
		json_object_new_int64((int64_t)import->imported));
	json_object_object_add(object, "wrong_lines",
			       json_object_new_int64((int64_t)import->wrong));
	json_object_object_add(object, "errors",
			       json_object_get(import->errors));
	return json_print(object);
}

static int finish(const struct import *import, int status)
{
	if (status == EX_OK &&
	    (import->invocation->json || import->wrong == 0 ||
	     import->keep_going || import->dry_run))
		status = print_result(import);
	if (status != EX_OK || import->wrong == 0)
		return status;
	return report(EX_DATAERR, "%zu line%s wrong%s", import->wrong,
		      import->wrong == 1 ? " is" : "s are",
		      is_applied(import) ? "; the others were imported"
					 : "; nothing was imported");
}

static int carry_out(struct import *import)
{
	int status = open_input(import);

	/* The first pass takes no lock on the store. */
	if (status == EX_OK && !import->keep_going)
		status = each_record(import, "check", NULL);
	if (status == EX_OK && import->wrong == 0)
		status = write_all(import);
	return finish(import, status);
}

static int run(struct invocation *invocation)
{
	struct import *import = calloc(1, sizeof(*import));
	int status;

	if (import == NULL)
		return report(EX_OSERR, "out of memory");
	import->invocation = invocation;
	import->path = invocation->arguments[0];
	import->dry_run = invocation_option(invocation, "dry-run") != NULL;
	import->keep_going =
		invocation_option(invocation, "keep-going") != NULL;
	import->reader.configuration = invocation->configuration;
	import->reader.takes_hashes =
		invocation_option(invocation, "with-hashes") != NULL;
	import->errors = json_object_new_array();
	import->now = time(NULL);
	status = record_format_choose(invocation, import->path,
				      &import->reader.format);
	if (status == EX_OK)
		status = carry_out(import);
	if (import->reader.stream != NULL)
		fclose(import->reader.stream);
	record_reader_end(&import->reader);
	json_object_put(import->errors);
	free(import);
	return status;
}

const struct command cmd_import = {
	.name = "import",
	.summary = "create accounts from CSV or JSON lines",
	.help = "Creates the accounts of FILE, or of standard input with -: "
		"all of them, or none when\na line is wrong. What a column "
		"means is in alumnictl(8); only name must be there.\nPassword "
		"hashes are only taken with --with-hashes, from a file that is "
		"closed to\nothers.",
	.arguments = {"FILE"},
	.options = {{"format", "FORMAT",
		     "csv or json; by the end of the file's name, else csv"},
		    {"dry-run", NULL, "only look whether it could be done"},
		    {"keep-going", NULL, "leave wrong lines out"},
		    {"with-hashes", NULL, "password hashes too"}},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
