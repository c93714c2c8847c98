/* SPDX-License-Identifier: MIT
 *
 * Sealed boxes: opened by their key alone, and only as they were closed.
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

#include "lib/password/sealed-box.h"
#include "tests/unit/store/store-fixture.h"

#define TEXT       "current\tnew"
#define PATH_BYTES 300

static char folder[] = "/tmp/test-sealed-box.XXXXXX";
static char key_path[PATH_BYTES], public_path[PATH_BYTES];
static char other_key_path[PATH_BYTES];

static void write_file(char path_r[PATH_BYTES], const char *name,
		       const char *text, mode_t mode)
{
	FILE *file;

	(void)snprintf(path_r, PATH_BYTES, "%s/%s", folder, name);
	file = fopen(path_r, "w");
	assert_non_null(file);
	fprintf(file, "%s\n", text);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path_r, mode), 0);
}

static int set_up(void **state)
{
	char private[SEALED_BOX_KEY_BYTES], public[SEALED_BOX_KEY_BYTES];
	char derived[SEALED_BOX_KEY_BYTES];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(sealed_box_make_keys(private, public, NULL), 0);
	write_file(other_key_path, "other", private, 0640);
	assert_int_equal(sealed_box_make_keys(private, public, NULL), 0);
	write_file(key_path, "key", private, 0640);
	write_file(public_path, "pub", public, 0644);
	assert_int_equal(sealed_box_public_key(key_path, derived, NULL), 0);
	assert_string_equal(derived, public);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	store_fixture_remove(folder);
	return 0;
}

static void the_key_opens_it(void **state)
{
	char sealed[SEALED_BOX_BYTES(sizeof(TEXT))], again[sizeof(sealed)];
	char text[sizeof(TEXT)];

	(void)state;
	assert_int_equal(sealed_box_close(public_path, TEXT, sealed,
					  sizeof(sealed), NULL),
			 0);
	assert_int_equal(
		sealed_box_close(public_path, TEXT, again, sizeof(again), NULL),
		0);
	assert_string_not_equal(sealed, again);
	assert_null(strstr(sealed, "current"));
	assert_int_equal(
		sealed_box_open(key_path, sealed, text, sizeof(text), NULL), 1);
	assert_string_equal(text, TEXT);
	assert_int_equal(sealed_box_open(other_key_path, sealed, text,
					 sizeof(text), NULL),
			 0);
	/* No room. */
	assert_int_equal(
		sealed_box_open(key_path, sealed, text, sizeof(text) - 1, NULL),
		0);
	assert_int_equal(sealed_box_close(public_path, TEXT, sealed, 10, NULL),
			 -1);
}

static void spoilt_boxes_do_not_open(void **state)
{
	static const char *const spoilt[] = {"", "x", "AAAA", "not base64!",
					     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
					     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
					     "AAAA"};
	char sealed[SEALED_BOX_BYTES(sizeof(TEXT))];
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(*spoilt); i++)
		assert_int_equal(sealed_box_open(key_path, spoilt[i], text,
						 sizeof(text), NULL),
				 0);
	assert_int_equal(sealed_box_close(public_path, TEXT, sealed,
					  sizeof(sealed), NULL),
			 0);
	sealed[5] = sealed[5] == 'A' ? 'B' : 'A';
	assert_int_equal(
		sealed_box_open(key_path, sealed, text, sizeof(text), NULL), 0);
}

static void bad_keys_are_named(void **state)
{
	char path[PATH_BYTES], text[64];
	struct error error = {""};

	(void)state;
	assert_int_equal(sealed_box_open("/nonexistent/key", "AAAA", text,
					 sizeof(text), &error),
			 -1);
	assert_non_null(strstr(error.text, "/nonexistent/key"));
	write_file(path, "short", "AAAA", 0640);
	assert_int_equal(
		sealed_box_open(path, "AAAA", text, sizeof(text), &error), -1);
	assert_non_null(strstr(error.text, "password-key init"));
	assert_int_equal(
		sealed_box_close(path, "x", text, sizeof(text), &error), -1);
	/* A key that others may read is none. */
	write_file(path, "open", "AAAA", 0644);
	assert_int_equal(
		sealed_box_open(path, "AAAA", text, sizeof(text), &error), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_opens_it),
		cmocka_unit_test(spoilt_boxes_do_not_open),
		cmocka_unit_test(bad_keys_are_named),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
