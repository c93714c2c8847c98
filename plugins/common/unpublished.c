/* SPDX-License-Identifier: MIT
 *
 * Marks are empty files HOME/.alumni-KIND-PID; see
 * plugins/common/unpublished.h.
 */
#include "plugins/common/dovecot-glue.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "mail-user.h"

#include "plugins/common/unpublished.h"

#define UNPUBLISHED_PREFIX ".alumni-"
/* In the place of a pid. */
#define UNPUBLISHED_NOBODY "0"

/* NULL when the user has no home. */
static const char *unpublished_home(struct mail_user *user)
{
	const char *home;

	return mail_user_get_home(user, &home) > 0 ? home : NULL;
}

static const char *unpublished_path(const char *home, const char *kind)
{
	return t_strdup_printf("%s/" UNPUBLISHED_PREFIX "%s-%s", home, kind,
			       dec2str(getpid()));
}

void unpublished_mark(struct mail_user *user, const char *kind)
{
	T_BEGIN
	{
		const char *home = unpublished_home(user);
		int fd;

		fd = home == NULL ? -1
				  : open(unpublished_path(home, kind),
					 O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd != -1)
			i_close_fd(&fd);
	}
	T_END;
}

void unpublished_clear(struct mail_user *user, const char *kind)
{
	T_BEGIN
	{
		const char *home = unpublished_home(user);

		if (home != NULL)
			(void)unlink(unpublished_path(home, kind));
	}
	T_END;
}

void unpublished_leave(struct mail_user *user, const char *kind)
{
	T_BEGIN
	{
		const char *home = unpublished_home(user);

		if (home != NULL)
			(void)rename(unpublished_path(home, kind),
				     t_strdup_printf("%s/" UNPUBLISHED_PREFIX
						     "%s-" UNPUBLISHED_NOBODY,
						     home, kind));
	}
	T_END;
}

/* True if the name is a mark of the kind whose process is no more. */
static bool unpublished_is_left(const char *name, const char *kind)
{
	const char *prefix = t_strdup_printf(UNPUBLISHED_PREFIX "%s-", kind);
	pid_t pid;

	if (!str_begins_with(name, prefix))
		return FALSE;
	name += strlen(prefix);
	if (strcmp(name, UNPUBLISHED_NOBODY) == 0)
		return TRUE;
	if (str_to_pid(name, &pid) < 0 || pid <= 0)
		return FALSE;
	return pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH);
}

static bool unpublished_take(DIR *dir, const char *home, const char *kind)
{
	const struct dirent *entry;
	bool found = FALSE;

	while ((entry = readdir(dir)) != NULL) {
		if (!unpublished_is_left(entry->d_name, kind))
			continue;
		/* The new name first: one of the two is always there. */
		if (!found) {
			const char *path =
				t_strdup_printf("%s/%s", home, entry->d_name);

			if (rename(path, unpublished_path(home, kind)) < 0)
				continue;
			found = TRUE;
		} else {
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
		}
	}
	return found;
}

bool unpublished_inherit(struct mail_user *user, const char *kind)
{
	bool found = FALSE;

	T_BEGIN
	{
		const char *home = unpublished_home(user);
		DIR *dir = home == NULL ? NULL : opendir(home);

		if (dir != NULL) {
			found = unpublished_take(dir, home, kind);
			(void)closedir(dir);
		}
	}
	T_END;
	return found;
}
