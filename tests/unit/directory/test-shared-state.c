/* SPDX-License-Identifier: MIT
 *
 * The file that workers share, and its mishaps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/directory/shared-state-fixture.h"
/* Any place in the file. */
#define PLACE SHARED_STATE_BUCKETS_OFFSET

static uint64_t read_word(const struct shared_state *state)
{
	uint64_t word;

	(void)shared_state_read(state, PLACE, &word, sizeof(word));
	return word;
}

static bool write_word(const struct shared_state *state, uint64_t word)
{
	return shared_state_write(state, PLACE, &word, sizeof(word));
}

/* A word that one handle writes the other one reads, and they have one key: so
   they use the same file. */
static void check_share(const struct shared_state *one,
			const struct shared_state *other, const char *what)
{
	uint64_t word = read_word(other) + 1;

	if (!write_word(one, word) || read_word(other) != word)
		fail_msg("%s: not shared", what);
	if (memcmp(shared_state_key(one), shared_state_key(other),
		   SHARED_STATE_KEY_BYTES) != 0)
		fail_msg("%s: two keys", what);
}

/* ---- handles ---- */

static void handles_share_a_file(void **state)
{
	struct shared_state_fixture *fixture = *state;
	struct shared_state *one = shared_state_fixture_open(fixture);
	struct shared_state *other = shared_state_fixture_open(fixture);
	struct shared_state *clone, *reader;
	struct stat status;

	check_share(one, other, "two handles");
	assert_int_equal(shared_state_clone(other, &clone, NULL), 0);
	check_share(one, clone, "a clone");
	assert_int_equal(
		shared_state_open_existing(fixture->folder, &reader, NULL), 1);
	check_share(one, reader, "a reader");
	assert_false(write_word(reader, 0));
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0660);
	shared_state_close(&reader);
	shared_state_close(&clone);
	shared_state_close(&other);
	shared_state_close(&one);
	assert_null(one);
}

static void claims_are_of_one_handle(void **state)
{
	struct shared_state *one = shared_state_fixture_open(*state);
	struct shared_state *clone;

	assert_int_equal(shared_state_clone(one, &clone, NULL), 0);
	assert_true(shared_state_claim(one, PLACE));
	assert_false(shared_state_claim(clone, PLACE));
	assert_true(shared_state_claim(clone, PLACE + 1));
	shared_state_release(one, PLACE);
	assert_true(shared_state_claim(clone, PLACE));
	assert_false(shared_state_claim(one, PLACE));
	shared_state_close(&clone);
	assert_true(shared_state_claim(one, PLACE));
	shared_state_close(&one);
}

static void without_a_folder_each_has_its_own(void **unused)
{
	struct shared_state *one, *other;
	struct error error = {.text = ""};

	(void)unused;
	assert_int_equal(shared_state_open("/nowhere/at/all", &one, &error), 0);
	assert_non_null(strstr(error.text, "/nowhere/at/all"));
	assert_non_null(strstr(error.text, "state_dir"));
	assert_int_equal(shared_state_open("/nowhere/at/all", &other, &error),
			 0);
	assert_true(write_word(one, 7));
	assert_int_equal(read_word(other), 0);
	assert_memory_not_equal(shared_state_key(one), shared_state_key(other),
				SHARED_STATE_KEY_BYTES);
	shared_state_renew(one);
	assert_int_equal(read_word(one), 7);
	shared_state_close(&one);
	shared_state_close(&other);
}

static void no_state_remembers_nothing(void **unused)
{
	uint64_t word = 7;

	(void)unused;
	assert_false(write_word(NULL, word));
	assert_false(shared_state_read(NULL, PLACE, &word, sizeof(word)));
	assert_int_equal(word, 0);
	assert_false(shared_state_claim(NULL, PLACE));
	shared_state_release(NULL, PLACE);
	shared_state_renew(NULL);
	assert_null(shared_state_key(NULL));
}

static void nothing_is_read_behind_the_end(void **state)
{
	struct shared_state *one = shared_state_fixture_open(*state);
	uint64_t word = 7;

	assert_true(shared_state_read(one, SHARED_STATE_BYTES - sizeof(word),
				      &word, sizeof(word)));
	word = 7;
	assert_false(shared_state_read(one,
				       SHARED_STATE_BYTES - sizeof(word) + 1,
				       &word, sizeof(word)));
	assert_int_equal(word, 0);
	shared_state_close(&one);
}

/* ---- a spoilt file ---- */

static void overwrite(const char *path, off_t offset, const void *data,
		      size_t size)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, size, offset), size);
	assert_int_equal(close(fd), 0);
}

static void remove_file(const struct shared_state_fixture *fixture)
{
	assert_int_equal(unlink(fixture->path), 0);
}

static void empty_file(const struct shared_state_fixture *fixture)
{
	assert_int_equal(truncate(fixture->path, 0), 0);
}

/* Not even the header is there. */
static void shorten_to_few_bytes(const struct shared_state_fixture *fixture)
{
	assert_int_equal(truncate(fixture->path, 8), 0);
}

static void shorten_file(const struct shared_state_fixture *fixture)
{
	assert_int_equal(truncate(fixture->path, SHARED_STATE_BYTES - 1), 0);
}

static void lengthen_file(const struct shared_state_fixture *fixture)
{
	assert_int_equal(truncate(fixture->path, SHARED_STATE_BYTES + 1), 0);
}

static void fill_with_rubbish(const struct shared_state_fixture *fixture)
{
	static char rubbish[SHARED_STATE_BYTES];

	memset(rubbish, 0xff, sizeof(rubbish));
	overwrite(fixture->path, 0, rubbish, sizeof(rubbish));
}

static void set_next_version(const struct shared_state_fixture *fixture)
{
	overwrite(fixture->path, 7, "2", 1);
}

/* A link to a file that is all right, but may be anybody's. */
static void replace_by_link(const struct shared_state_fixture *fixture)
{
	static char bytes[SHARED_STATE_BYTES];
	int fd = open(fixture->path, O_RDONLY);
	FILE *copy = fopen(fixture->elsewhere, "w");

	assert_true(fd >= 0 && copy != NULL);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(fwrite(bytes, 1, sizeof(bytes), copy), sizeof(bytes));
	assert_int_equal(fclose(copy), 0);
	(void)close(fd);
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(symlink(fixture->elsewhere, fixture->path), 0);
}

static void replace_by_pipe(const struct shared_state_fixture *fixture)
{
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(mkfifo(fixture->path, 0600), 0);
}

struct mishap {
	const char *what;
	void (*spoil)(const struct shared_state_fixture *fixture);
	/* What a program is told that only reads the file. */
	int to_readers;
	/* Who has the file open sees that it is of no use any more, before
	   anybody makes a new one. */
	bool is_seen;
};

static const struct mishap mishaps[] = {
	{"removed", remove_file, 0, true},
	{"empty", empty_file, -1, true},
	{"far too short", shorten_to_few_bytes, -1, true},
	{"too short", shorten_file, -1, true},
	{"too long", lengthen_file, -1, true},
	{"rubbish", fill_with_rubbish, -1, false},
	{"of another version", set_next_version, -1, false},
	{"a link", replace_by_link, -1, true},
	{"a pipe", replace_by_pipe, -1, true},
};

static void check_is_whole(const struct shared_state_fixture *fixture,
			   const char *what)
{
	struct stat status;

	assert_int_equal(lstat(fixture->path, &status), 0);
	if (!S_ISREG(status.st_mode) || status.st_size != SHARED_STATE_BYTES)
		fail_msg("%s: mode %o, %lld bytes", what, status.st_mode,
			 (long long)status.st_size);
}

static void a_spoilt_file_is_made_anew(void **state)
{
	struct shared_state_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(mishaps) / sizeof(*mishaps); i++) {
		const char *what = mishaps[i].what;
		struct shared_state *old = shared_state_fixture_open(fixture),
				    *new;

		mishaps[i].spoil(fixture);
		/* A worker that has the file open goes on, */
		(void)write_word(old, 7);
		/* and shares again with a worker that comes now. */
		new = shared_state_fixture_open(fixture);
		check_is_whole(fixture, what);
		if (read_word(new) != 0)
			fail_msg("%s: the same file as before", what);
		shared_state_renew(old);
		check_share(new, old, what);
		shared_state_close(&old);
		shared_state_close(&new);
	}
}

static void a_worker_makes_a_useless_file_anew(void **state)
{
	struct shared_state_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(mishaps) / sizeof(*mishaps); i++) {
		const char *what = mishaps[i].what;
		struct shared_state *old = shared_state_fixture_open(fixture),
				    *new;

		if (mishaps[i].is_seen) {
			mishaps[i].spoil(fixture);
			shared_state_renew(old);
			check_is_whole(fixture, what);
		}
		new = shared_state_fixture_open(fixture);
		check_share(old, new, what);
		/* A file that is in order stays. */
		shared_state_renew(old);
		check_share(old, new, what);
		shared_state_close(&old);
		shared_state_close(&new);
	}
}

static void readers_are_told_of_a_spoilt_file(void **state)
{
	struct shared_state_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(mishaps) / sizeof(*mishaps); i++) {
		struct shared_state *one = shared_state_fixture_open(fixture);
		struct shared_state *reader = one;
		struct error error = {.text = ""};
		int ret;

		shared_state_close(&one);
		assert_int_equal(shared_state_open_existing(fixture->folder,
							    &reader, &error),
				 1);
		shared_state_close(&reader);
		mishaps[i].spoil(fixture);
		ret = shared_state_open_existing(fixture->folder, &reader,
						 &error);
		if (ret != mishaps[i].to_readers)
			fail_msg("%s: %d", mishaps[i].what, ret);
		assert_null(reader);
		if (ret < 0)
			assert_non_null(strstr(error.text, fixture->path));
	}
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, shared_state_fixture_set_up, \
					shared_state_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(handles_share_a_file),
		TEST(claims_are_of_one_handle),
		cmocka_unit_test(without_a_folder_each_has_its_own),
		cmocka_unit_test(no_state_remembers_nothing),
		TEST(nothing_is_read_behind_the_end),
		TEST(a_spoilt_file_is_made_anew),
		TEST(a_worker_makes_a_useless_file_anew),
		TEST(readers_are_told_of_a_spoilt_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
