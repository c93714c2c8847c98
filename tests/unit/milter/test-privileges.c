/* SPDX-License-Identifier: MIT
 *
 * Becoming an ordinary user, in processes of their own. What takes root is
 * tested as root alone.
 */
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/daemon/privileges.h"

#define USER  "nobody"
#define GROUP "mail"

static void expect_failure(const char *user, const char *group,
			   const char *option)
{
	struct privileges privileges;
	struct error error = {""};

	assert_int_equal(privileges_find(user, group, &privileges, &error), -1);
	assert_ptr_equal(strstr(error.text, option), error.text);
}

static void root_becomes_the_user_of_the_configuration(void **state)
{
	const struct passwd *passwd = getpwnam(USER);
	const struct group *group = getgrnam(GROUP);
	struct privileges privileges;
	struct error error;

	(void)state;
	assert_non_null(passwd);
	assert_non_null(group);
	assert_int_equal(privileges_find(USER, GROUP, &privileges, &error), 0);
	assert_string_equal(privileges.user, USER);
	assert_int_equal(privileges.is_root, geteuid() == 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(privileges.uid, passwd->pw_uid);
	assert_int_equal(privileges.gid, passwd->pw_gid);
	assert_int_equal(privileges.socket_gid, group->gr_gid);
	expect_failure("no-such-user", GROUP, "milter_user: ");
	expect_failure("root", GROUP, "milter_user: ");
	expect_failure(USER, "no-such-group", "socket_group: ");
}

/* Runs in a child process. Returns 0, or the number of what is wrong. */
static int drop(void)
{
	const struct passwd *passwd = getpwnam(USER);
	struct privileges privileges;
	gid_t groups[2];
	uid_t real, effective, saved;
	gid_t real_group, effective_group, saved_group;

	if (setgroups(1, (gid_t[]){0}) < 0 ||
	    privileges_find(USER, GROUP, &privileges, NULL) < 0)
		return 1;
	if (privileges_drop(&privileges, NULL) < 0)
		return 2;
	if (getresuid(&real, &effective, &saved) < 0 ||
	    real != passwd->pw_uid || effective != real || saved != real)
		return 3;
	if (getresgid(&real_group, &effective_group, &saved_group) < 0 ||
	    real_group != passwd->pw_gid || effective_group != real_group ||
	    saved_group != real_group)
		return 4;
	/* Its own group, and none of root's. */
	if (getgroups(2, groups) != 1 || groups[0] != passwd->pw_gid)
		return 5;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 6;
	/* Whoever is no root any more stays what they are. */
	if (privileges_find("no-such-user", "no-such-group", &privileges,
			    NULL) < 0 ||
	    privileges.is_root || privileges.uid != passwd->pw_uid ||
	    privileges.gid != passwd->pw_gid ||
	    privileges.socket_gid != passwd->pw_gid)
		return 7;
	return privileges_drop(&privileges, NULL) < 0 ? 8 : 0;
}

/* Claims to be root, and is not. */
static int drop_without_root(void)
{
	const struct privileges privileges = {
		.is_root = true, .user = USER, .uid = 1, .gid = 1};
	struct error error = {""};

	if (setresuid(65534, 65534, 65534) < 0)
		return 1;
	return privileges_drop(&privileges, &error) < 0 &&
			       strstr(error.text, USER) != NULL
		       ? 0
		       : 2;
}

/* To root: the daemon must not go on as what it was. */
static int drop_to_root(void)
{
	const struct privileges privileges = {.is_root = true, .user = "root"};
	struct error error = {""};

	return privileges_drop(&privileges, &error) < 0 &&
			       strstr(error.text, "root again") != NULL
		       ? 0
		       : 1;
}

static int run(int (*function)(void))
{
	const pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(function());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void what_is_dropped_is_gone(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return;
	assert_int_equal(run(drop), 0);
	assert_int_equal(run(drop_without_root), 0);
	assert_int_equal(run(drop_to_root), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_becomes_the_user_of_the_configuration),
		cmocka_unit_test(what_is_dropped_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
