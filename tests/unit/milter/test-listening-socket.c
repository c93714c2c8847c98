/* SPDX-License-Identifier: MIT
 *
 * Unix sockets: what may stand in their place, and who gets them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/daemon/listening-socket.h"

#define PATH_BYTES 128

struct fixture {
	char top[32];
	char folder[PATH_BYTES]; /* does not exist */
	char path[2 * PATH_BYTES];
	struct privileges privileges;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	(void)snprintf(fixture.top, sizeof(fixture.top),
		       "/tmp/test-socket-XXXXXX");
	if (mkdtemp(fixture.top) == NULL)
		return -1;
	(void)snprintf(fixture.folder, sizeof(fixture.folder), "%s/spool",
		       fixture.top);
	(void)snprintf(fixture.path, sizeof(fixture.path), "%s/socket",
		       fixture.folder);
	fixture.privileges = (struct privileges){
		.is_root = geteuid() == 0,
		.user = "somebody",
		.uid = geteuid() == 0 ? 4321 : geteuid(),
		.gid = getegid(),
		.socket_gid = geteuid() == 0 ? 8765 : getegid(),
	};
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	const struct fixture *fixture = *state;

	(void)unlink(fixture->path);
	(void)rmdir(fixture->folder);
	return rmdir(fixture->top);
}

static void prepare(const struct fixture *fixture)
{
	struct error error = {""};

	if (listening_socket_prepare(fixture->path, &fixture->privileges,
				     &error) < 0)
		fail_msg("%s", error.text);
}

static void expect_failure(const struct fixture *fixture, const char *path,
			   const char *what)
{
	struct error error = {""};

	assert_int_equal(
		listening_socket_prepare(path, &fixture->privileges, &error),
		-1);
	if (strstr(error.text, what) == NULL)
		fail_msg("expected \"%s\", got \"%s\"", what, error.text);
}

static void check_owner(const struct fixture *fixture, const char *path,
			mode_t mode)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, mode);
	assert_int_equal(status.st_uid, fixture->privileges.uid);
	assert_int_equal(status.st_gid, fixture->privileges.socket_gid);
}

static bool can_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool connected;

	assert_true(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	connected = connect(fd, (const struct sockaddr *)&address,
			    sizeof(address)) == 0;
	(void)close(fd);
	return connected;
}

static void a_socket_gets_its_folder_and_owner(void **state)
{
	const struct fixture *fixture = *state;
	const mode_t before = umask(077);
	struct error error;
	int fd;

	prepare(fixture);
	check_owner(fixture, fixture->folder, 0750);
	fd = listening_socket_open(fixture->path, &error);
	assert_true(fd >= 0);
	assert_true(can_connect(fixture->path));
	assert_int_equal(listening_socket_give(fixture->path,
					       &fixture->privileges, &error),
			 0);
	check_owner(fixture, fixture->path, 0660);
	(void)umask(before);
	(void)close(fd);
}

/* A folder that the administrator made stays as it is. */
static void a_folder_that_is_there_is_left_alone(void **state)
{
	const struct fixture *fixture = *state;
	struct stat status;

	assert_int_equal(mkdir(fixture->folder, 0700), 0);
	assert_int_equal(chmod(fixture->folder, 0701), 0);
	prepare(fixture);
	assert_int_equal(stat(fixture->folder, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0701);
	assert_int_equal(status.st_uid, geteuid());
}

static void a_socket_that_was_left_behind_is_removed(void **state)
{
	const struct fixture *fixture = *state;
	struct error error;
	int fd;

	prepare(fixture);
	fd = listening_socket_open(fixture->path, &error);
	assert_true(fd >= 0);
	expect_failure(fixture, fixture->path, "another process listens");
	assert_int_equal(listening_socket_open(fixture->path, &error), -1);
	assert_non_null(strstr(error.text, fixture->path));
	(void)close(fd);
	assert_false(can_connect(fixture->path));
	assert_int_equal(access(fixture->path, F_OK), 0);
	prepare(fixture);
	assert_int_not_equal(access(fixture->path, F_OK), 0);
}

static void what_is_no_socket_is_left_alone(void **state)
{
	const struct fixture *fixture = *state;
	FILE *file;

	prepare(fixture);
	file = fopen(fixture->path, "w");
	assert_non_null(file);
	(void)fclose(file);
	expect_failure(fixture, fixture->path, "is not a socket");
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(symlink("/nowhere", fixture->path), 0);
	expect_failure(fixture, fixture->path, "is not a socket");
	assert_int_equal(access(fixture->folder, F_OK), 0);
}

static void a_place_that_cannot_be_is_an_error(void **state)
{
	const struct fixture *fixture = *state;
	char path[2 * PATH_BYTES];
	struct sockaddr_un address;
	struct error error = {""};
	size_t used;

	/* Only the last folder is made. */
	(void)snprintf(path, sizeof(path), "%s/deep/socket", fixture->folder);
	expect_failure(fixture, path, "cannot create the folder");
	/* A file is in the way. */
	(void)snprintf(path, sizeof(path), "/etc/passwd/socket");
	expect_failure(fixture, path, "cannot examine");
	/* As long as the system takes, and an octet more. */
	used = (size_t)snprintf(path, sizeof(path), "%s/", fixture->top);
	memset(path + used, 'x', sizeof(path) - used);
	path[sizeof(address.sun_path) - 1] = '\0';
	assert_int_equal(
		listening_socket_prepare(path, &fixture->privileges, &error),
		0);
	path[sizeof(address.sun_path) - 1] = 'x';
	path[sizeof(address.sun_path)] = '\0';
	expect_failure(fixture, path, "longer than 107 octets");
	assert_int_equal(listening_socket_open(path, &error), -1);
	assert_int_equal(listening_socket_give("/nowhere/socket",
					       &fixture->privileges, &error),
			 -1);
}

/* Without root, there is nobody to give it to. */
static void an_ordinary_user_keeps_the_socket(void **state)
{
	struct fixture *fixture = *state;
	struct stat status;
	struct error error;
	int fd;

	fixture->privileges.is_root = false;
	prepare(fixture);
	fd = listening_socket_open(fixture->path, &error);
	assert_true(fd >= 0);
	assert_int_equal(listening_socket_give(fixture->path,
					       &fixture->privileges, &error),
			 0);
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_uid, geteuid());
	assert_int_equal(status.st_mode & 07777, 0660);
	assert_int_equal(stat(fixture->folder, &status), 0);
	assert_int_equal(status.st_uid, geteuid());
	(void)close(fd);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_socket_gets_its_folder_and_owner),
		TEST(a_folder_that_is_there_is_left_alone),
		TEST(a_socket_that_was_left_behind_is_removed),
		TEST(what_is_no_socket_is_left_alone),
		TEST(a_place_that_cannot_be_is_an_error),
		TEST(an_ordinary_user_keeps_the_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
