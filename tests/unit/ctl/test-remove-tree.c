/* SPDX-License-Identifier: MIT
 *
 * Removing folders: all of them, and nothing besides.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/commands/remove-tree.h"

#define PATH_BYTES 256

static char top[] = "/tmp/test-tree-XXXXXX";

static void name(char path_r[PATH_BYTES], const char *rest)
{
	(void)snprintf(path_r, PATH_BYTES, "%s/%s", top, rest);
}

static void make_folder(const char *rest)
{
	char path[PATH_BYTES];

	name(path, rest);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void make_file(const char *rest)
{
	char path[PATH_BYTES];
	int fd;

	name(path, rest);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
}

static bool is_there(const char *rest)
{
	struct stat status;
	char path[PATH_BYTES];

	name(path, rest);
	return lstat(path, &status) == 0;
}

static int remove_it(const char *rest, struct error *error)
{
	char path[PATH_BYTES];

	name(path, rest);
	return remove_tree(path, error);
}

static int make_top(void **state)
{
	(void)state;
	return mkdtemp(top) == NULL ? -1 : 0;
}

static int remove_top(void **state)
{
	(void)state;
	return rmdir(top);
}

static void all_of_it_goes(void **state)
{
	struct error error = {""};

	(void)state;
	make_folder("beside");
	make_folder("mail");
	make_folder("mail/cur");
	make_folder("mail/.hidden");
	make_folder("mail/.hidden/...");
	make_file("mail/.hidden/.../file");
	make_file("mail/cur/1");
	make_file("mail/cur/2");
	assert_int_equal(remove_it("mail", &error), 0);
	assert_false(is_there("mail"));
	assert_true(is_there("beside"));
	/* It is no failure that it is gone. */
	assert_int_equal(remove_it("mail", &error), 0);
	assert_int_equal(remove_it("beside", &error), 0);
}

static void no_link_is_followed(void **state)
{
	struct error error = {""};
	char target[PATH_BYTES], path[PATH_BYTES];

	(void)state;
	make_folder("other");
	make_file("other/file");
	make_folder("mail");
	name(target, "other");
	name(path, "mail/link");
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(remove_it("mail", &error), 0);
	assert_false(is_there("mail"));
	assert_true(is_there("other/file"));
	name(path, "mail");
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(remove_it("mail", &error), -1);
	assert_non_null(strstr(error.text, "is no folder"));
	assert_true(is_there("other/file"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(remove_it("other/file", &error), -1);
	assert_true(is_there("other/file"));
	assert_int_equal(remove_it("other", &error), 0);
}

/* Nobody's mail is; a folder that goes on and on must end somewhere. */
static void what_is_too_deep_stays(void **state)
{
	struct error error = {""};
	int fd = open(top, O_RDONLY | O_DIRECTORY);
	char from[PATH_BYTES], path[PATH_BYTES];

	(void)state;
	assert_true(fd >= 0);
	for (int depth = 0; depth <= 201; depth++) {
		int next;

		assert_int_equal(mkdirat(fd, "d", 0700), 0);
		next = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		assert_true(next >= 0);
		(void)close(fd);
		fd = next;
	}
	(void)close(fd);
	assert_int_equal(remove_it("d", &error), -1);
	assert_non_null(strstr(error.text, "too deep"));
	assert_true(is_there("d"));
	/* One less is not too deep. */
	name(from, "d/d");
	name(path, "e");
	assert_int_equal(rename(from, path), 0);
	assert_int_equal(remove_it("e", &error), 0);
	assert_int_equal(remove_it("d", &error), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_goes),
		cmocka_unit_test(no_link_is_followed),
		cmocka_unit_test(what_is_too_deep_stays),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
