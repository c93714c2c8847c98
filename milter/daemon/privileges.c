/* SPDX-License-Identifier: MIT
 *
 * Becoming an ordinary user; see milter/daemon/privileges.h.
 */
#include "milter/daemon/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int privileges_find(const char *user, const char *socket_group,
		    struct privileges *privileges_r, struct error *error)
{
	const struct passwd *passwd;
	const struct group *group;

	*privileges_r = (struct privileges){
		.is_root = geteuid() == 0,
		.user = user,
		.uid = geteuid(),
		.gid = getegid(),
		.socket_gid = getegid(),
	};
	if (!privileges_r->is_root)
		return 0;
	errno = 0;
	passwd = getpwnam(user);
	if (passwd == NULL)
		return error_set(error,
				 "milter_user: there is no user \"%s\"%s%s",
				 user, errno == 0 ? "" : ": ",
				 errno == 0 ? "" : strerror(errno));
	if (passwd->pw_uid == 0)
		return error_set(error,
				 "milter_user: \"%s\" is root; name a user of "
				 "its own for the mail filter",
				 user);
	privileges_r->uid = passwd->pw_uid;
	privileges_r->gid = passwd->pw_gid;
	errno = 0;
	group = getgrnam(socket_group);
	if (group == NULL)
		return error_set(error,
				 "socket_group: there is no group \"%s\"%s%s",
				 socket_group, errno == 0 ? "" : ": ",
				 errno == 0 ? "" : strerror(errno));
	privileges_r->socket_gid = group->gr_gid;
	return 0;
}

int privileges_drop(const struct privileges *privileges, struct error *error)
{
	if (!privileges->is_root)
		return 0;
	if (initgroups(privileges->user, privileges->gid) < 0 ||
	    setresgid(privileges->gid, privileges->gid, privileges->gid) < 0 ||
	    setresuid(privileges->uid, privileges->uid, privileges->uid) < 0)
		return error_set(error, "cannot become the user %s: %s",
				 privileges->user, strerror(errno));
	if (setuid(0) == 0)
		return error_set(error,
				 "could become root again after "
				 "becoming %s",
				 privileges->user);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(error, "cannot give up gaining privileges: %s",
				 strerror(errno));
	return 0;
}
