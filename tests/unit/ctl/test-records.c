/* SPDX-License-Identifier: MIT
 *
 * Records of accounts: whole files in both formats, and on which line something
 * is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "tests/unit/ctl/records-fixture.h"

#define CORPUS SOURCE_ROOT "/tests/fuzz/corpus/records"

/* ---- whole files ---- */

struct file_case {
	const char *name, *file;
	size_t length; /* 0 = up to the NUL */
	/* What is said of the record at this line, 0 = of the file. */
	size_t line;
	const char *error;
};

static const struct file_case file_cases[] = {
	{"nothing", "", 0, 0, "no line with the names of the columns"},
	{"an empty line", "\n", 0, 0, "no line with the names"},
	{"an unknown column", "name,nme\na,b\n", 0, 0, "no column \"nme\""},
	{"a column without a name", "name,\na,b\n", 0, 0, "no column \"\""},
	{"another case", "Name\na\n", 0, 0, "no column \"Name\""},
	{"a password", "name,password\na,b\n", 0, 0, "see password_hash"},
	{"a column twice", "name,class,name\na,b,c\n", 0, 0,
	 "column name is there twice"},
	{"the last column twice", "name,class,quota,quota\na,b,c,d\n", 0, 0,
	 "column quota is there twice"},
	{"a head with a bad quote", "name,\"class\"x\na,b\n", 0, 0, "quote"},
	{"too few fields", "name,class\nbo,\nanna\n", 0, 3,
	 "there are 1 fields for 2 columns"},
	{"too many fields", "name,class\nanna,alumni,x\n", 0, 2,
	 "there are 3 fields for 2 columns"},
	{"no name", "name,class\n,alumni\n", 0, 2, "there is no name"},
	{"directory alone", "name,directory,directory_id\na,university,\n", 0,
	 2, "directory and directory_id must be given together"},
	{"id alone", "name,directory,directory_id\na,,x\n", 0, 2,
	 "directory and directory_id must be given together"},
	{"another directory", "name,directory,directory_id\na,portal,x\n", 0, 2,
	 "no directory \"portal\" in alumnimail.conf"},
	{"a line end in quotes", "name,class\n\"a\nb\",alumni\nbo,none\n", 0, 2,
	 "name: "},
	{"behind it", "name,class\n\"bo\",\"\n\n\"\n\"x y\",alumni\n", 0, 2,
	 "class: "},
	{"NUL", "name\na\0b\n", 9, 2, "NUL"},
	{"CR LF", "name\r\nbo\r\nx y\r\n", 0, 3, "name: "},
	{"a byte order mark", "\xef\xbb\xbfname\nx y\n", 0, 2, "name: "},
	{"JSON: no object", "{\"name\":\"bo\"}\n[]\n", 0, 2,
	 "it is no JSON object"},
	{"JSON: empty lines", "{\"name\":\"bo\"}\n\n\r\n\"a\"\n", 0, 4,
	 "it is no JSON object"},
	{"JSON: text behind", "{\"name\":\"bo\"} x\n", 0, 1,
	 "it is no JSON object"},
	{"JSON: cut short", "{\"name\":\"bo\"\n", 0, 1, "it is no JSON object"},
	{"JSON: NUL", "{\"name\":\"b\0\"}\n", 14, 1, "it is no JSON object"},
	{"JSON: NUL as an escape", "{\"name\":\"b\\u0000c\"}\n", 0, 1,
	 "there is a NUL character"},
	{"JSON: an unknown column", "{\"name\":\"bo\",\"nme\":1}\n", 0, 1,
	 "no column \"nme\""},
	{"JSON: no UTF-8", "{\"name\":\"b\xff\"}\n", 0, 1,
	 "it is no JSON object"},
	{"JSON: too deep", "{\"name\":[[[[[[[[[\"x\"]]]]]]]]]}\n", 0, 1,
	 "it is no JSON object"},
	{"JSON: a word with a blank",
	 "{\"name\":\"bo\",\"aliases\":[\"a b\"]}\n", 0, 1,
	 "aliases: it must be an array of words"},
	{"JSON: an empty word", "{\"name\":\"bo\",\"aliases\":[\"\"]}\n", 0, 1,
	 "aliases: it must be an array of words"},
	{"JSON: a number for a word", "{\"name\":\"bo\",\"aliases\":[1]}\n", 0,
	 1, "aliases: it must be an array of words"},
	{"JSON: a number for a switch", "{\"name\":\"bo\",\"enabled\":1}\n", 0,
	 1, "enabled: \"1\" must be yes or no"},
};

static void expect_wrong(const struct file_case *test, struct error *error)
{
	int result = record_reader_begin(&reader, error);

	if (test->line == 0) {
		assert_int_equal(result, -1);
		return;
	}
	assert_int_equal(result, 0);
	do
		result = record_reader_next(&reader, &record, error);
	while (result > 0);
	if (result != -1 || reader.line != test->line)
		fail_msg("%s: %d at line %zu", test->name, result, reader.line);
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(file_cases) / sizeof(*file_cases); i++) {
		const struct file_case *test = &file_cases[i];
		struct error error = {""};

		records_begin(test->file, test->length == 0 ? strlen(test->file)
							    : test->length);
		expect_wrong(test, &error);
		if (strstr(error.text, test->error) == NULL)
			fail_msg("%s: got \"%s\"", test->name, error.text);
		records_end();
	}
}

static void hashes_are_taken_when_asked_for(void **state)
{
	static const char *const files[] = {
		"name,password_hash\na," HASH "\n",
		"name,password_set_at\na,\n",
		"name,other_credentials\na,\n",
	};
	static const char json[] =
		"{\"name\":\"a\",\"password_hash\":\"" HASH "\"}\n";
	struct error error = {""};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		records_begin(files[i], strlen(files[i]));
		reader.takes_hashes = false;
		assert_int_equal(record_reader_begin(&reader, &error), -1);
		assert_non_null(strstr(error.text, "--with-hashes"));
		records_end();
	}
	records_begin(json, strlen(json));
	reader.takes_hashes = false;
	assert_int_equal(record_reader_begin(&reader, &error), 0);
	assert_int_equal(record_reader_next(&reader, &record, &error), -1);
	assert_non_null(strstr(error.text, "--with-hashes"));
	records_end();
}

static void values_of_json_are_read(void **state)
{
	static const char json[] =
		"{\"name\":\"anna\",\"enabled\":false,\"quota\":5,"
		"\"aliases\":[\"b\",\"c\"],\"forward\":\"a@outside.example\","
		"\"keep_copy\":true,\"backend\":null}  \r\n"
		"{\"name\":\"bo\",\"aliases\":[],\"quota\":\"1K\"}";
	struct error error = {""};

	(void)state;
	records_begin(json, strlen(json));
	assert_int_equal(record_reader_begin(&reader, &error), 0);
	if (record_reader_next(&reader, &record, &error) != 1)
		fail_msg("%s", error.text);
	assert_false(record.account.enabled);
	assert_true(record.account.has_own_quota);
	assert_int_equal(record.account.own_quota, 5);
	assert_int_equal(record.alias_count, 2);
	assert_string_equal(record.aliases[1].name, "c");
	assert_true(record.account.forward_keep_copy);
	if (record_reader_next(&reader, &record, &error) != 1)
		fail_msg("%s", error.text);
	assert_string_equal(record.account.name, "bo");
	assert_true(record.account.enabled);
	assert_int_equal(record.account.own_quota, 1024);
	assert_int_equal(record.alias_count, 0);
	assert_int_equal(reader.line, 2);
	assert_int_equal(record_reader_next(&reader, &record, &error), 0);
	records_end();
}

static void keep_copy_is_told_with_a_forwarding(void **state)
{
	static const char csv[] = "name,forward,keep_copy\n"
				  "a,a@outside.example,no\n"
				  "b,b@outside.example,yes\n"
				  "c,c@outside.example,\n"
				  "d,,\n";
	static const char *const written[] = {"no", "yes", "yes", ""};

	(void)state;
	records_begin(csv, strlen(csv));
	assert_int_equal(record_reader_begin(&reader, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(record_reader_next(&reader, &record, NULL), 1);
		records_column("keep_copy")->write(&record, text);
		assert_string_equal(text, written[i]);
	}
	records_end();
}

static void a_reason_stays_with_its_block(void **state)
{
	static const char csv[] =
		"name,sending_blocked_at,sending_block_reason,password_set_at,"
		"password_hash\n"
		"a,2001-02-03T04:05:06Z,\"sm\xc3\xb8rg\","
		"2001-02-03T04:05:07Z," HASH "\n";

	(void)state;
	records_begin(csv, strlen(csv));
	assert_int_equal(record_reader_begin(&reader, NULL), 0);
	assert_int_equal(record_reader_next(&reader, &record, NULL), 1);
	assert_string_equal(record.account.sending_block_reason,
			    "sm\xc3\xb8rg");
	assert_int_equal(record.credential_count, 1);
	assert_int_equal(record.credentials[0].kind, CREDENTIAL_PASSWORD);
	records_column("password_set_at")->write(&record, text);
	assert_string_equal(text, "2001-02-03T04:05:07Z");
	records_column("password_hash")->write(&record, text);
	assert_string_equal(text, HASH);
	records_end();
}

static void hashes_are_wiped(void **state)
{
	static const char csv[] = "name,password_hash\na," HASH "\n";
	static const struct credential nothing[CREDENTIALS_MAX];

	(void)state;
	records_begin(csv, strlen(csv));
	assert_int_equal(record_reader_begin(&reader, NULL), 0);
	assert_int_equal(record_reader_next(&reader, &record, NULL), 1);
	record_wipe(&record);
	assert_memory_equal(record.credentials, nothing, sizeof(nothing));
	records_end();
}

/* A record with a value of so many letters, or of so many words. */
static int read_long(const char *column, size_t count, bool is_words,
		     struct error *error)
{
	char *file = NULL;
	size_t size;
	FILE *out = open_memstream(&file, &size);
	int result;

	fprintf(out, "name,%s\nanna,", column);
	for (size_t i = 0; i < count; i++) {
		if (is_words)
			fprintf(out, "a%zu ", i);
		else
			putc('x', out);
	}
	putc('\n', out);
	fclose(out);
	records_begin(file, size);
	free(file);
	assert_int_equal(record_reader_begin(&reader, error), 0);
	result = record_reader_next(&reader, &record, error);
	records_end();
	return result;
}

static void what_is_too_long_or_too_many_is_refused(void **state)
{
	struct error error = {""};

	(void)state;
	assert_int_equal(read_long("aliases", ALIASES_MAX, true, &error), 1);
	assert_int_equal(record.alias_count, ALIASES_MAX);
	assert_int_equal(read_long("aliases", ALIASES_MAX + 1, true, &error),
			 -1);
	assert_non_null(strstr(error.text, "aliases: there are more than"));
	assert_int_equal(read_long("aliases", ADDRESS_BYTES, false, &error),
			 -1);
	assert_non_null(strstr(error.text, "or one is too long"));
	assert_int_equal(
		read_long("backend", ACCOUNT_BACKEND_BYTES - 1, false, &error),
		1);
	assert_int_equal(
		read_long("backend", ACCOUNT_BACKEND_BYTES, false, &error), -1);
	assert_non_null(strstr(error.text, "must be at most 255 bytes"));
}

/* ---- what fuzzing begins with ---- */

static char *read_file(const char *path, size_t *size_r)
{
	FILE *file = fopen(path, "r");
	char *content = malloc(RECORD_TEXT_BYTES);

	assert_non_null(file);
	assert_non_null(content);
	*size_r = fread(content, 1, RECORD_TEXT_BYTES, file);
	fclose(file);
	return content;
}

/* Returns the number of its records. */
static size_t expect_records(const char *path)
{
	size_t size, count = 0;
	char *content = read_file(path, &size);
	struct error error = {""};
	int result;

	records_begin(content, size);
	free(content);
	if (record_reader_begin(&reader, &error) < 0)
		fail_msg("%s: %s", path, error.text);
	while ((result = record_reader_next(&reader, &record, &error)) > 0)
		count++;
	if (result < 0)
		fail_msg("%s:%zu: %s", path, reader.line, error.text);
	records_end();
	return count;
}

/* An input that is refused at its head leads nowhere. */
static void the_corpus_is_of_records(void **state)
{
	DIR *folder = opendir(CORPUS);
	const struct dirent *entry;
	size_t files = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		char path[512];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", CORPUS, entry->d_name);
		if (expect_records(path) == 0)
			fail_msg("%s has no record", path);
		files++;
	}
	closedir(folder);
	assert_true(files >= 4);
}

static void the_corpus_has_every_column(void **state)
{
	size_t size;
	char *csv = read_file(CORPUS "/csv", &size);
	char *json = read_file(CORPUS "/json", &size);

	(void)state;
	for (size_t i = 0; record_columns[i].name != NULL; i++) {
		if (strstr(csv, record_columns[i].name) == NULL ||
		    strstr(json, record_columns[i].name) == NULL)
			fail_msg("column %s is missing",
				 record_columns[i].name);
	}
	free(csv);
	free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(hashes_are_taken_when_asked_for),
		cmocka_unit_test(values_of_json_are_read),
		cmocka_unit_test(keep_copy_is_told_with_a_forwarding),
		cmocka_unit_test(a_reason_stays_with_its_block),
		cmocka_unit_test(hashes_are_wiped),
		cmocka_unit_test(what_is_too_long_or_too_many_is_refused),
		cmocka_unit_test(the_corpus_is_of_records),
		cmocka_unit_test(the_corpus_has_every_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
