/* SPDX-License-Identifier: MIT
 *
 * alumnictl export: all accounts, as import reads them. Accounts are read in
 * pages, so that memory stays the same however many there are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/records/csv.h"
#include "ctl/records/format.h"
#include "ctl/common/report.h"
#include "ctl/common/rosters.h"

struct export
{
	const struct invocation *invocation;
	FILE *stream;
	enum record_format format;
	bool with_hashes;
	struct record record;
	char text[RECORD_TEXT_BYTES];
};

static bool is_shown(const struct export *export,
		     const struct record_column *column)
{
	return export->with_hashes || !column->is_secret;
}

static void write_csv_head(const struct export *export)
{
	for (size_t i = 0; record_columns[i].name != NULL; i++) {
		if (is_shown(export, &record_columns[i]))
			csv_write(export->stream, record_columns[i].name,
				  i == 0);
	}
	putc('\n', export->stream);
}

static void write_csv(struct export *export)
{
	for (size_t i = 0; record_columns[i].name != NULL; i++) {
		if (!is_shown(export, &record_columns[i]))
			continue;
		record_columns[i].write(&export->record, export->text);
		csv_write(export->stream, export->text, i == 0);
	}
	putc('\n', export->stream);
}

static struct json_object *words_json(const char *text)
{
	struct json_object *array = json_object_new_array();

	for (; *text != '\0'; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");

		json_object_array_add(
			array, json_object_new_string_len(text, (int)length));
		text += length;
	}
	return array;
}

static struct json_object *value_json(const struct record_column *column,
				      const char *text)
{
	if (column->type == RECORD_WORDS)
		return words_json(text);
	if (text[0] == '\0')
		return NULL;
	if (column->type == RECORD_SWITCH)
		return json_object_new_boolean(strcmp(text, "yes") == 0);
	if (column->type == RECORD_JSON)
		return json_tokener_parse(text);
	if (column->type == RECORD_NUMBER &&
	    text[strspn(text, "0123456789")] == '\0')
		return json_object_new_int64(strtoll(text, NULL, 10));
	return json_object_new_string(text);
}

static void write_json(struct export *export)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; record_columns[i].name != NULL; i++) {
		const struct record_column *column = &record_columns[i];

		if (!is_shown(export, column))
			continue;
		column->write(&export->record, export->text);
		json_object_object_add(object, column->name,
				       value_json(column, export->text));
	}
	fprintf(export->stream, "%s\n",
		json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PLAIN |
					JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static int write_account(void *context, const struct account *account)
{
	struct export *export = context;
	struct record *record = &export->record;
	struct store *store = export->invocation->store;
	struct error error = {""};

	record->account = *account;
	if (store_aliases(store, account->id, record->aliases,
			  &record->alias_count, &error) < 0 ||
	    (export->with_hashes &&
	     store_credentials(store, account->id, record->credentials,
			       &record->credential_count, &error) < 0))
		return report(EX_TEMPFAIL, "%s", error.text);
	if (export->format == RECORD_FORMAT_CSV)
		write_csv(export);
	else
		write_json(export);
	record_wipe(record);
	return ferror(export->stream)
		       ? report(EX_IOERR, "the export cannot be written")
		       : EX_OK;
}

static int write_all(struct export *export)
{
	if (export->format == RECORD_FORMAT_CSV)
		write_csv_head(export);
	return accounts_walk(export->invocation, write_account, export);
}

/* Overwrites no file: somebody else may have chosen its mode. */
static int write_file(struct export *export, const char *path)
{
	int descriptor =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int status;

	if (descriptor < 0)
		return report(EX_CANTCREAT, "cannot create %s: %s%s", path,
			      strerror(errno),
			      errno == EEXIST ? "; it is not overwritten" : "");
	export->stream = fdopen(descriptor, "w");
	if (export->stream == NULL) {
		close(descriptor);
		return report(EX_OSERR, "out of memory");
	}
	status = write_all(export);
	if (fsync(descriptor) < 0 && status == EX_OK)
		status = report(EX_IOERR, "cannot write %s: %s", path,
				strerror(errno));
	if (fclose(export->stream) != 0 && status == EX_OK)
		status = report(EX_IOERR, "cannot write %s: %s", path,
				strerror(errno));
	if (status != EX_OK)
		(void)unlink(path);
	return status;
}

static int run(struct invocation *invocation)
{
	const char *path = invocation_option(invocation, "output");
	struct export *export;
	bool with_hashes = invocation_option(invocation, "with-hashes") != NULL;
	int status;

	if (with_hashes && path == NULL)
		return report(EX_USAGE,
			      "--with-hashes needs --output: hashes are only "
			      "written into a file that nobody else can read");
	export = calloc(1, sizeof(*export));
	if (export == NULL)
		return report(EX_OSERR, "out of memory");
	export->invocation = invocation;
	export->stream = stdout;
	export->with_hashes = with_hashes;
	status = record_format_choose(invocation, path, &export->format);
	if (status == EX_OK)
		status = path == NULL ? write_all(export)
				      : write_file(export, path);
	free(export);
	return status;
}

const struct command cmd_export = {
	.name = "export",
	.summary = "write all accounts as CSV or JSON lines",
	.help = "Writes all accounts as comma-separated values, or as JSON "
		"with one object a line,\nin order of name: what \"alumnictl "
		"import\" reads. Password hashes only with\n--with-hashes, "
		"into a new file of mode 0600.",
	.options = {{"format", "FORMAT",
		     "csv or json; by the end of the file's name, else csv"},
		    {"output", "FILE", "write a new file of mode 0600"},
		    {"with-hashes", NULL, "password hashes too"}},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
