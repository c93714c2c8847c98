/* SPDX-License-Identifier: MIT
 *
 * Files that are made once; see ctl/common/new-file.h.
 */
#include "ctl/common/new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ctl/common/report.h"

#define PATH_BYTES 4096

/* Nobody else can read it before it has its group and mode. */
static int fill(const struct new_file *file, int fd, const char *new,
		const char *line)
{
	const struct iovec parts[] = {
		{.iov_base = (void *)line, .iov_len = strlen(line)},
		{.iov_base = "\n", .iov_len = 1},
	};

	if (file->group != NEW_FILE_ANY_GROUP && fchown(fd, 0, file->group) < 0)
		return report(EX_OSERR, "cannot give %s to its group: %s", new,
			      strerror(errno));
	if (writev(fd, parts, 2) != (ssize_t)strlen(line) + 1 ||
	    fsync(fd) < 0 || fchmod(fd, file->mode) < 0)
		return report(EX_IOERR, "cannot write %s: %s", new,
			      strerror(errno));
	return EX_OK;
}

int new_file_write(const struct new_file *file, const char *line)
{
	char new[PATH_BYTES];
	int status;
	int fd;

	if ((size_t)snprintf(new, sizeof(new), "%s.new", file->path) >=
	    sizeof(new))
		return report(EX_CONFIG, "%s: the path is too long",
			      file->path);
	/* An earlier run that was cut short may have left this. */
	(void)unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		  S_IRUSR | S_IWUSR);
	if (fd < 0)
		return report(EX_CANTCREAT, "cannot create %s: %s", new,
			      strerror(errno));
	status = fill(file, fd, new, line);
	(void)close(fd);
	if (status == EX_OK && (file->replace ? rename(new, file->path)
					      : link(new, file->path)) < 0)
		status = report(EX_CANTCREAT, "cannot create %s: %s",
				file->path, strerror(errno));
	(void)unlink(new);
	return status;
}
