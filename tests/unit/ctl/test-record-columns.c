/* SPDX-License-Identifier: MIT
 *
 * Records of accounts: every column out and in again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ctl/records-fixture.h"

struct column_case {
	const char *column, *text;
	/* As it is written again; NULL = as it was read. */
	const char *written;
	/* Instead, what is said of it. */
	const char *error;
};

static const struct column_case column_cases[] = {
	{"name", "anna", NULL, NULL},
	{"name", "Anna@Alumni.example", "anna", NULL},
	{"name", "a b", NULL, "name: "},
	{"name", "a@outside.example", NULL, "outside.example"},
	{"id", ID, NULL, NULL},
	{"id", "0123456789abcdef0123456789abcde", NULL, "32 of 0-9 and a-f"},
	{"id", "0123456789abcdef0123456789abcdef0", NULL, "32 of"},
	{"id", "0123456789ABCDEF0123456789abcdef", NULL, "32 of"},
	{"id", "../../../../../../../../../../x/", NULL, "32 of"},
	{"class", "student", NULL, NULL},
	{"class", "", "alumni", NULL},
	{"class", "staff", NULL, "no class \"staff\" in alumnimail.conf"},
	{"enabled", "no", NULL, NULL},
	{"enabled", "YES", "yes", NULL},
	{"enabled", "", "yes", NULL},
	{"enabled", "1", NULL, "must be yes or no"},
	{"created_at", "2001-02-03T04:05:06Z", NULL, NULL},
	{"created_at", "1970-01-01T00:00:01Z", NULL, NULL},
	{"created_at", "", NULL, NULL},
	{"created_at", "2001-02-03", NULL, "must be a time such as"},
	{"created_at", "2001-02-03T04:05:06Zx", NULL, "must be a time"},
	{"created_at", "2001-02-03T04:05:06+01:00", NULL, "must be a time"},
	{"denied_at", "2001-02-03T04:05:06Z", NULL, NULL},
	{"denied_at", "never", NULL, "denied_at: "},
	{"quota", "", NULL, NULL},
	{"quota", "unlimited", NULL, NULL},
	{"quota", "2G", "2147483648", NULL},
	{"quota", "1", NULL, NULL},
	{"quota", "much", NULL, "quota: "},
	{"trash_retention", "", NULL, NULL},
	{"trash_retention", "never", NULL, NULL},
	{"trash_retention", "7d", "604800s", NULL},
	{"trash_retention", "1s", NULL, NULL},
	{"trash_retention", "7", NULL, "trash_retention: "},
	{"aliases", "", NULL, NULL},
	{"aliases", "b", NULL, NULL},
	{"aliases", "b c.d e-f", NULL, NULL},
	{"aliases", "  b   C ", "b c", NULL},
	{"aliases", "b c@outside.example", NULL, "aliases: "},
	{"forward", "a@outside.example", NULL, NULL},
	{"forward", "a@Outside.example", "a@outside.example", NULL},
	{"forward", "a@alumni.example", NULL, "forward: "},
	{"forward", "nobody", NULL, "forward: "},
	{"keep_copy", "maybe", NULL, "must be yes or no"},
	{"backend", "mail2.example", NULL, NULL},
	{"backend", "[::1]:24", NULL, NULL},
	{"backend", "a b", NULL, "is no name of a host"},
	{"backend", "a/b", NULL, "is no name of a host"},
	{"sending_blocked_at", "2001-02-03T04:05:06Z", NULL, NULL},
	{"sending_blocked_at", "x", NULL, "sending_blocked_at: "},
	/* Not blocked, so there is no reason. */
	{"sending_block_reason", "b", "", NULL},
	{"sending_block_reason", "a\x1b[0m", NULL, "printable UTF-8"},
	{"sending_block_reason", "sm\xf8rg", NULL, "printable UTF-8"},
	{"password_hash", HASH, NULL, NULL},
	{"password_hash", "secret", NULL, "{SCHEME}HASH"},
	{"password_hash", "{}x", NULL, "{SCHEME}HASH"},
	{"password_hash", "{SSHA512}", NULL, "{SCHEME}HASH"},
	{"password_hash", "{SSHA512", NULL, "{SCHEME}HASH"},
	{"password_hash", "{S}x", NULL, NULL},
	{"password_hash", "{PLAIN}secret", NULL, "in the clear"},
	{"password_hash", "{plain.b64}c2Vj", NULL, "in the clear"},
	{"password_hash", "{Cleartext}secret", NULL, "in the clear"},
	{"password_hash", "{ABCDEFGHIJKLMNOPQRSTUVWXYZ01234}x", NULL, NULL},
	{"password_hash", "{ABCDEFGHIJKLMNOPQRSTUVWXYZ012345}x", NULL,
	 "{SCHEME}HASH"},
	{"password_set_at", "2001-02-03T04:05:06Z", NULL,
	 "password_set_at is given without password_hash"},
	{"other_credentials", "", NULL, NULL},
	{"other_credentials", "[]", "", NULL},
	{"other_credentials", "{}", NULL, "must be a JSON array"},
	{"other_credentials", "[", NULL, "must be a JSON array"},
	{"other_credentials", "[1]", NULL, "no kind \"\""},
	{"other_credentials", "[{\"kind\":\"password\"}]", NULL,
	 "no kind \"password\""},
	{"other_credentials", "[{\"kind\":\"app\",\"hash\":\"x\"}]", NULL,
	 "{SCHEME}HASH"},
	{"other_credentials",
	 "[{\"kind\":\"app\",\"label\":\"a\\u001b\",\"hash\":\"" HASH "\"}]",
	 NULL, "the label must be"},
	{"other_credentials",
	 "[{\"kind\":\"app\",\"hash\":\"" HASH "\",\"set_at\":\"x\"}]", NULL,
	 "must be a time"},
	{"other_credentials",
	 "[{\"kind\":\"app\",\"label\":\"my phone\",\"hash\":\"" HASH
	 "\",\"set_at\":\"2001-02-03T04:05:06Z\","
	 "\"last_used_at\":\"2001-02-03T04:05:07Z\","
	 "\"expires_at\":\"2001-02-03T04:05:08Z\"},"
	 "{\"kind\":\"learned\",\"label\":\"university\",\"hash\":\"" HASH
	 "\"},{\"kind\":\"invite\",\"label\":\"\",\"hash\":\"" HASH "\"}]",
	 NULL, NULL},
};

/* A file of one record, with a name unless that is the column. */
static void begin_with(const struct column_case *test)
{
	char *file = NULL;
	size_t size;
	FILE *out = open_memstream(&file, &size);
	bool is_name = strcmp(test->column, "name") == 0;

	fprintf(out, "%s%s\n", is_name ? "" : "name,", test->column);
	if (!is_name)
		fputs("anna", out);
	csv_write(out, test->text, is_name);
	fputs("\nend\n", out);
	fclose(out);
	records_begin(file, size);
	free(file);
}

static void columns_are_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(column_cases) / sizeof(*column_cases);
	     i++) {
		const struct column_case *test = &column_cases[i];
		struct error error = {""};
		int result;

		begin_with(test);
		assert_int_equal(record_reader_begin(&reader, &error), 0);
		result = record_reader_next(&reader, &record, &error);
		assert_int_equal(reader.line, 2);
		if (test->error != NULL) {
			if (result != -1 ||
			    strstr(error.text, test->error) == NULL)
				fail_msg("%s \"%s\": %d \"%s\"", test->column,
					 test->text, result, error.text);
		} else {
			if (result != 1)
				fail_msg("%s \"%s\": %s", test->column,
					 test->text, error.text);
			records_column(test->column)->write(&record, text);
			assert_string_equal(text, test->written == NULL
							  ? test->text
							  : test->written);
		}
		records_end();
	}
}

/* A new column needs cases above. */
static void every_column_has_a_case(void **state)
{
	static const char *const together[] = {"directory", "directory_id",
					       NULL};

	(void)state;
	for (size_t i = 0; record_columns[i].name != NULL; i++) {
		const char *name = record_columns[i].name;
		bool found = false;

		for (size_t j = 0; together[j] != NULL; j++)
			found |= strcmp(together[j], name) == 0;
		for (size_t j = 0;
		     j < sizeof(column_cases) / sizeof(*column_cases); j++)
			found |= strcmp(column_cases[j].column, name) == 0;
		if (!found)
			fail_msg("column %s has no case", name);
		assert_ptr_equal(record_column_find(name), &record_columns[i]);
	}
	assert_null(record_column_find("nme"));
	assert_null(record_column_find(""));
}

static void hashes_are_secret(void **state)
{
	static const char *const secrets[] = {
		"password_hash", "password_set_at", "other_credentials"};
	size_t count = 0;

	(void)state;
	for (size_t i = 0; record_columns[i].name != NULL; i++)
		count += record_columns[i].is_secret ? 1 : 0;
	assert_int_equal(count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(records_column(secrets[i])->is_secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_read_and_written),
		cmocka_unit_test(every_column_has_a_case),
		cmocka_unit_test(hashes_are_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
