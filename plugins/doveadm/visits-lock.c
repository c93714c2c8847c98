/* SPDX-License-Identifier: MIT
 *
 * A lock that the kernel lets go of with the process; see visits-lock.h.
 */
#include "plugins/common/dovecot-glue.h"

#include <fcntl.h>
#include <sys/file.h>

#include "doveadm.h"
#include "doveadm-settings.h"

#include "plugins/doveadm/visits-lock.h"

int visits_lock(const char *name)
{
	const char *path =
		t_strdup_printf("%s/%s.lock", doveadm_settings->base_dir, name);
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1) {
		i_error("Cannot open %s: %m: this command is for root", path);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 1; /* fd stays open on purpose */
	if (errno != EWOULDBLOCK)
		i_error("Cannot lock %s: %m", path);
	i_close_fd(&fd);
	return errno == EWOULDBLOCK ? 0 : -1;
}
