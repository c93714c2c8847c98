/* SPDX-License-Identifier: MIT
 *
 * Secrets that live in files of their own; see lib/base/secret-file.h. Every
 * buffer that held one is wiped before it is freed.
 */
#include "lib/base/secret-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/secret.h"

#define FILE_BYTES_MAX (64 * 1024)
#define WHITE_SPACE    " \t\r\v\f"

static int check_status(const struct stat *status, const char *path,
			struct error *error)
{
	if (!S_ISREG(status->st_mode))
		return error_set(error, "the secret file %s is not a file",
				 path);
	if ((status->st_mode & S_IRWXO) != 0)
		return error_set(error,
				 "the secret file %s can be used by everybody "
				 "(mode %04o): run `chmod o= %s`, and change "
				 "the secret if others may have read it",
				 path, (unsigned int)status->st_mode & 07777,
				 path);
	if (status->st_size > FILE_BYTES_MAX)
		return error_set(error, "the secret file %s is too large",
				 path);
	return 0;
}

static int open_secret(const char *path, struct error *error)
{
	/* Not blocking, so that a FIFO is refused instead of waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;

	if (fd < 0 && errno == ENOENT)
		return error_set(error,
				 "the secret file %s does not exist: create "
				 "it with one secret in a line, mode 0640",
				 path);
	if (fd < 0)
		return error_set(error,
				 "cannot open the secret file %s: %s; its "
				 "group must be that of this program",
				 path, strerror(errno));
	if (fstat(fd, &status) < 0)
		(void)error_set(error, "cannot examine %s: %s", path,
				strerror(errno));
	else if (check_status(&status, path, error) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Returns the number of bytes read, or -1. */
static ssize_t read_all(int fd, char *text, size_t size, const char *path,
			struct error *error)
{
	size_t used = 0;

	while (used < size) {
		ssize_t got = read(fd, text + used, size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, "cannot read %s: %s", path,
					 strerror(errno));
		if (got == 0)
			return (ssize_t)used;
		used += (size_t)got;
	}
	return error_set(error, "the secret file %s is too large", path);
}

static int add_line(const char *line, size_t length, const char *path,
		    char **lines, size_t *count, struct error *error)
{
	if (length >= SECRET_BYTES_MAX)
		return error_set(error,
				 "a line of the secret file %s has more than "
				 "%d characters",
				 path, SECRET_BYTES_MAX - 1);
	lines[*count] = strndup(line, length);
	if (lines[*count] == NULL)
		return error_set(error, "%s: out of memory", path);
	(*count)++;
	return 0;
}

/* Fills lines, which has room for max. */
static int split_lines(const char *text, const char *path, size_t max,
		       char **lines, size_t *count, struct error *error)
{
	while (*text != '\0') {
		size_t line = strcspn(text, "\n");
		size_t length = line;

		while (length > 0 &&
		       strchr(WHITE_SPACE, text[length - 1]) != NULL)
			length--;
		if (length > 0 && text[0] != '#') {
			if (*count == max)
				return error_set(error,
						 "the secret file %s holds "
						 "more than %zu secret%s: "
						 "remove the oldest",
						 path, max,
						 max == 1 ? "" : "s");
			if (add_line(text, length, path, lines, count, error) <
			    0)
				return -1;
		}
		text += line;
		text += *text == '\n' ? 1 : 0;
	}
	if (*count == 0)
		return error_set(error,
				 "the secret file %s holds no secret: write "
				 "one in a line",
				 path);
	return 0;
}

static int parse_secrets(const char *text, size_t length, const char *path,
			 size_t max, char ***lines_r, size_t *count_r,
			 struct error *error)
{
	char **lines;
	size_t count = 0;

	if (memchr(text, '\0', length) != NULL)
		return error_set(error,
				 "the secret file %s holds a NUL character: "
				 "secrets must be text",
				 path);
	lines = calloc(max, sizeof(*lines));
	if (lines == NULL)
		return error_set(error, "%s: out of memory", path);
	if (split_lines(text, path, max, lines, &count, error) < 0) {
		secret_file_free(&lines, count);
		return -1;
	}
	*lines_r = lines;
	*count_r = count;
	return 0;
}

int secret_file_read(const char *path, size_t max, char ***lines_r,
		     size_t *count_r, struct error *error)
{
	int fd = open_secret(path, error);
	char *text;
	ssize_t length;
	int result = -1;

	if (fd < 0)
		return -1;
	text = calloc(1, FILE_BYTES_MAX + 2);
	if (text == NULL) {
		(void)error_set(error, "%s: out of memory", path);
		goto out;
	}
	length = read_all(fd, text, FILE_BYTES_MAX + 1, path, error);
	if (length >= 0)
		result = parse_secrets(text, (size_t)length, path, max, lines_r,
				       count_r, error);
	secret_wipe(text, FILE_BYTES_MAX + 2);
	free(text);
out:
	(void)close(fd);
	return result;
}

void secret_file_free(char ***lines, size_t count)
{
	if (*lines == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		secret_wipe((*lines)[i], strlen((*lines)[i]));
		free((*lines)[i]);
	}
	free(*lines);
	*lines = NULL;
}
