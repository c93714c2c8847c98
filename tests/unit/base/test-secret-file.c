/* SPDX-License-Identifier: MIT
 *
 * Secret files: what is read, and that a file open to others is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/secret-file.h"

#define PATH_BYTES 128

struct fixture {
	char folder[PATH_BYTES];
	char path[2 * PATH_BYTES];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	(void)snprintf(fixture->folder, sizeof(fixture->folder),
		       "/tmp/test-secret-file.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	(void)snprintf(fixture->path, sizeof(fixture->path), "%s/secret",
		       fixture->folder);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	(void)unlink(fixture->path);
	assert_int_equal(rmdir(fixture->folder), 0);
	free(fixture);
	return 0;
}

static void write_file(const struct fixture *fixture, const char *text,
		       size_t length, mode_t mode)
{
	FILE *file = fopen(fixture->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(fixture->path, mode), 0);
}

static void expect_failure(const char *path, size_t max, const char *what)
{
	char **lines = NULL;
	size_t count = 0;
	struct error error = {""};

	assert_int_equal(secret_file_read(path, max, &lines, &count, &error),
			 -1);
	assert_null(lines);
	assert_non_null(strstr(error.text, path));
	if (strstr(error.text, what) == NULL)
		fail_msg("expected \"%s\", got \"%s\"", what, error.text);
}

static void lines_are_read_in_order(void **state)
{
	static const char text[] = "# new first\n\nnew secret \t\r\n"
				   "  indented\n\t \n#old\nold#1";
	const struct fixture *fixture = *state;
	char **lines = NULL;
	size_t count = 0;
	struct error error = {""};

	write_file(fixture, text, strlen(text), 0640);
	assert_int_equal(
		secret_file_read(fixture->path, 3, &lines, &count, &error), 0);
	assert_int_equal(count, 3);
	assert_string_equal(lines[0], "new secret");
	assert_string_equal(lines[1], "  indented");
	assert_string_equal(lines[2], "old#1");
	secret_file_free(&lines, count);
	assert_null(lines);
	secret_file_free(&lines, 0);
	expect_failure(fixture->path, 2, "more than 2 secrets");
}

static void longest_line_is_read_and_a_longer_one_refused(void **state)
{
	const struct fixture *fixture = *state;
	char text[SECRET_BYTES_MAX + 1];
	char **lines = NULL;
	size_t count = 0;
	struct error error = {""};

	memset(text, 'x', sizeof(text));
	write_file(fixture, text, SECRET_BYTES_MAX - 1, 0600);
	assert_int_equal(
		secret_file_read(fixture->path, 1, &lines, &count, &error), 0);
	assert_int_equal(strlen(lines[0]), SECRET_BYTES_MAX - 1);
	secret_file_free(&lines, count);
	write_file(fixture, text, SECRET_BYTES_MAX, 0600);
	expect_failure(fixture->path, 1, "more than 1023 characters");
}

static void files_open_to_others_are_refused(void **state)
{
	static const mode_t modes[] = {0644, 0604, 0602, 0601, 0777};
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		write_file(fixture, "s\n", 2, modes[i]);
		expect_failure(fixture->path, 1, "chmod o=");
	}
}

static void files_without_a_secret_are_refused(void **state)
{
	const struct fixture *fixture = *state;

	write_file(fixture, "", 0, 0600);
	expect_failure(fixture->path, 1, "holds no secret");
	write_file(fixture, "# only\n \n", 9, 0600);
	expect_failure(fixture->path, 1, "holds no secret");
	write_file(fixture, "a\0b\n", 4, 0600);
	expect_failure(fixture->path, 1, "NUL");
}

static void what_is_no_file_is_refused(void **state)
{
	const struct fixture *fixture = *state;

	(void)unlink(fixture->path);
	expect_failure(fixture->path, 1, "does not exist");
	expect_failure(fixture->folder, 1, "is not a file");
	assert_int_equal(mkfifo(fixture->path, 0600), 0);
	expect_failure(fixture->path, 1, "is not a file");
	(void)unlink(fixture->path);
}

static void huge_files_are_refused(void **state)
{
	const struct fixture *fixture = *state;

	write_file(fixture, "s", 1, 0600);
	assert_int_equal(truncate(fixture->path, 1024 * 1024), 0);
	expect_failure(fixture->path, 1, "too large");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_in_order),
		cmocka_unit_test(longest_line_is_read_and_a_longer_one_refused),
		cmocka_unit_test(files_open_to_others_are_refused),
		cmocka_unit_test(files_without_a_secret_are_refused),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(huge_files_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
