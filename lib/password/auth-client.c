/* SPDX-License-Identifier: MIT
 *
 * Asks Dovecot whether it would accept a login. The protocol has lines of
 * fields with tabs between them:
 *
 *   both      VERSION 1 2
 *   client    CPID <pid>
 *   server    MECH PLAIN ..., SPID, CUID, COOKIE, DONE
 *   client    AUTH 1 PLAIN service=imap secured resp=<base64>
 *   server    OK 1 user=...  or  FAIL 1 user=... code=...
 */
#include "lib/password/auth-client.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/secret.h"
#include "lib/password/hash.h"
#include "lib/base/clock.h"

/* Dovecot's own limit for a line (AUTH_CLIENT_MAX_LINE_LENGTH). */
#define LINE_BYTES_MAX 16384
#define NAME_BYTES_MAX 1024
/* authorization identity, NUL, name, NUL, password */
#define PLAIN_BYTES_MAX (1 + NAME_BYTES_MAX + 1 + PASSWORD_BYTES_MAX)
#define REQUEST_ID      "1"

struct auth_link {
	int fd;
	const char *path;
	int64_t deadline_msecs; /* on the monotonic clock */
	/* buffer holds `used` bytes, of which a line was taken up to `taken`;
	   one byte is spare for a NUL. */
	size_t used;
	size_t taken;
	char buffer[LINE_BYTES_MAX + 1];
	struct error *error;
};

static enum auth_client_outcome link_broken(const struct auth_link *link,
					    const char *what)
{
	error_set(link->error, "Dovecot's auth socket %s %s", link->path, what);
	return AUTH_CLIENT_TEMPORARY_FAILURE;
}

/* Waits for the socket. Returns false, with an error, when the deadline has
   come. */
static bool link_wait(const struct auth_link *link, short events)
{
	struct pollfd waiting = {.fd = link->fd, .events = events};
	int64_t left;
	int result;

	do {
		left = link->deadline_msecs - clock_msecs();
		result = left <= 0 ? 0 : poll(&waiting, 1, (int)left);
	} while (result < 0 && errno == EINTR);
	if (result > 0)
		return true;
	link_broken(link, "did not answer in time; see Dovecot's log");
	return false;
}

static bool link_send(struct auth_link *link, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t sent;

		if (!link_wait(link, POLLOUT))
			return false;
		sent = send(link->fd, text, left, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (sent < 0) {
			link_broken(link, "closed; see Dovecot's log");
			return false;
		}
		text += sent;
		left -= (size_t)sent;
	}
	return true;
}

/* Drops the line that was taken, and reads once. */
static bool link_fill(struct auth_link *link)
{
	ssize_t got;

	memmove(link->buffer, link->buffer + link->taken,
		link->used - link->taken);
	link->used -= link->taken;
	link->taken = 0;
	if (link->used == LINE_BYTES_MAX) {
		link_broken(link, "sent a line that is too long");
		return false;
	}
	do {
		if (!link_wait(link, POLLIN))
			return false;
		got = recv(link->fd, link->buffer + link->used,
			   LINE_BYTES_MAX - link->used, MSG_DONTWAIT);
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got <= 0) {
		link_broken(link, "closed without an answer; see Dovecot's log "
				  "(a client may only connect while Dovecot "
				  "runs and lets it)");
		return false;
	}
	link->used += (size_t)got;
	return true;
}

/* Returns the next line without its LF, valid until the next call, or NULL with
   an error. */
static const char *link_line(struct auth_link *link)
{
	char *start;
	char *end;

	for (;;) {
		start = link->buffer + link->taken;
		end = memchr(start, '\n', link->used - link->taken);
		if (end != NULL)
			break;
		if (!link_fill(link))
			return NULL;
	}
	*end = '\0';
	link->taken = (size_t)(end + 1 - link->buffer);
	return start;
}

/* Returns the rest of the line after this word and a tab, or NULL if the line
   begins with another word. */
static const char *line_after(const char *line, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(line, word, length) != 0)
		return NULL;
	if (line[length] == '\t')
		return line + length + 1;
	return line[length] == '\0' ? line + length : NULL;
}

/* Finds name=value, or a bare name, among fields. Returns the value, which
   ends at a tab or NUL, or NULL. */
static const char *field_find(const char *fields, const char *name)
{
	size_t length = strlen(name);

	while (fields != NULL && *fields != '\0') {
		if (strncmp(fields, name, length) == 0 &&
		    strchr("=\t", fields[length]) != NULL)
			return fields + length + (fields[length] == '=');
		fields = strchr(fields, '\t');
		if (fields != NULL)
			fields++;
	}
	return NULL;
}

static enum auth_client_outcome link_open(struct auth_link *link)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(link->path) >= sizeof(address.sun_path)) {
		error_set(link->error,
			  "auth_socket %s is longer than the %zu bytes that "
			  "the path of a socket can have",
			  link->path, sizeof(address.sun_path) - 1);
		return AUTH_CLIENT_UNAVAILABLE;
	}
	memcpy(address.sun_path, link->path, strlen(link->path) + 1);
	link->fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&address,
				    sizeof(address)) < 0) {
		enum auth_client_outcome outcome =
			errno == EACCES || errno == EPERM
				? AUTH_CLIENT_NOT_PERMITTED
				: AUTH_CLIENT_UNAVAILABLE;

		error_set(link->error,
			  "cannot connect to Dovecot's auth socket %s: %s "
			  "(is Dovecot running, and is auth_socket its "
			  "auth-client socket?)",
			  link->path, strerror(errno));
		return outcome;
	}
	return AUTH_CLIENT_ACCEPTED;
}

static bool link_greet(struct auth_link *link)
{
	char greeting[64];
	bool knows_plain = false;
	const char *line;
	const char *rest;

	snprintf(greeting, sizeof(greeting), "VERSION\t1\t2\nCPID\t%ld\n",
		 (long)getpid());
	if (!link_send(link, greeting))
		return false;
	while ((line = link_line(link)) != NULL && strcmp(line, "DONE") != 0) {
		rest = line_after(line, "VERSION");
		if (rest != NULL && line_after(rest, "1") == NULL) {
			link_broken(link, "speaks another version of the "
					  "protocol than 1");
			return false;
		}
		rest = line_after(line, "MECH");
		if (rest != NULL && line_after(rest, "PLAIN") != NULL)
			knows_plain = true;
	}
	if (line != NULL && !knows_plain) {
		link_broken(link, "does not offer PLAIN; add it to Dovecot's "
				  "auth_mechanisms");
		return false;
	}
	return line != NULL;
}

static bool link_ask(struct auth_link *link, const char *service,
		     const char *name, const char *password)
{
	char plain[PLAIN_BYTES_MAX];
	char encoded[sodium_base64_ENCODED_LEN(PLAIN_BYTES_MAX,
					       sodium_base64_VARIANT_ORIGINAL)];
	char request[sizeof(encoded) + 64];
	size_t name_length = strlen(name);
	size_t password_length = strlen(password);
	bool sent;

	if (name_length > NAME_BYTES_MAX ||
	    password_length > PASSWORD_BYTES_MAX) {
		error_set(link->error, "the name or the password is too long");
		return false;
	}
	plain[0] = '\0';
	memcpy(plain + 1, name, name_length + 1);
	memcpy(plain + 1 + name_length + 1, password, password_length);
	sodium_bin2base64(encoded, sizeof(encoded),
			  (const unsigned char *)plain,
			  1 + name_length + 1 + password_length,
			  sodium_base64_VARIANT_ORIGINAL);
	snprintf(request, sizeof(request),
		 "AUTH\t" REQUEST_ID "\tPLAIN\tservice=%s\tsecured\t"
		 "resp=%s\n",
		 service, encoded);
	sent = link_send(link, request);
	secret_wipe(plain, sizeof(plain));
	secret_wipe(encoded, sizeof(encoded));
	secret_wipe(request, sizeof(request));
	return sent;
}

static enum auth_client_outcome take_failure(const struct auth_link *link,
					     const char *fields,
					     struct auth_client_reply *reply_r)
{
	const char *code = field_find(fields, "code");

	if (code != NULL)
		snprintf(reply_r->code, sizeof(reply_r->code), "%.*s",
			 (int)strcspn(code, "\t"), code);
	/* A failure that names no user says nothing about the password: the
	   request was dropped, for instance because it took too long. */
	if (strcmp(reply_r->code, "temp_fail") == 0 ||
	    field_find(fields, "temp") != NULL ||
	    field_find(fields, "user") == NULL) {
		error_set(link->error, "Dovecot could not decide for now; its "
				       "log says why");
		return AUTH_CLIENT_TEMPORARY_FAILURE;
	}
	error_set(link->error,
		  "Dovecot refuses this name and password%s%s; "
		  "its log says why",
		  reply_r->code[0] == '\0' ? "" : ": ", reply_r->code);
	return AUTH_CLIENT_REFUSED;
}

static enum auth_client_outcome link_answer(struct auth_link *link,
					    struct auth_client_reply *reply_r)
{
	const char *line;
	const char *rest;

	while ((line = link_line(link)) != NULL) {
		rest = line_after(line, "OK");
		if (rest != NULL && line_after(rest, REQUEST_ID) != NULL)
			return AUTH_CLIENT_ACCEPTED;
		rest = line_after(line, "FAIL");
		if (rest != NULL)
			rest = line_after(rest, REQUEST_ID);
		if (rest != NULL)
			return take_failure(link, rest, reply_r);
		if (line_after(line, "CONT") != NULL)
			return link_broken(link, "asks for more than PLAIN has "
						 "to say");
	}
	return AUTH_CLIENT_TEMPORARY_FAILURE;
}

enum auth_client_outcome
auth_client_try_service(const char *socket_path, const char *service,
			const char *name, const char *password,
			int timeout_msecs, struct auth_client_reply *reply_r,
			struct error *error)
{
	struct auth_link link = {
		.fd = -1,
		.path = socket_path,
		.deadline_msecs = clock_msecs() + timeout_msecs,
		.error = error,
	};
	enum auth_client_outcome outcome;

	*reply_r = (struct auth_client_reply){""};
	outcome = link_open(&link);
	if (outcome == AUTH_CLIENT_ACCEPTED) {
		if (link_greet(&link) &&
		    link_ask(&link, service, name, password))
			outcome = link_answer(&link, reply_r);
		else
			outcome = AUTH_CLIENT_TEMPORARY_FAILURE;
	}
	if (link.fd >= 0)
		close(link.fd);
	return outcome;
}

enum auth_client_outcome auth_client_try(const char *socket_path,
					 const char *name, const char *password,
					 int timeout_msecs,
					 struct auth_client_reply *reply_r,
					 struct error *error)
{
	return auth_client_try_service(socket_path, "imap", name, password,
				       timeout_msecs, reply_r, error);
}
