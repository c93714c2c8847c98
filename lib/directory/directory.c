/* SPDX-License-Identifier: MIT
 *
 * A university directory over LDAP; see lib/directory/directory.h. The service
 * account and the users' binds have a connection each: a bind as a user takes
 * the rights of the connection with it.
 *
 * A step that found its kept connection dead is tried once more on a new one.
 * A step that timed out is tried once more only where there is another server
 * to try, since the same one would only make the person wait twice as long.
 */
#include "lib/directory/directory.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/directory/handle.h"
#include "lib/base/secret-file.h"
#include "lib/base/clock.h"

/* A connection that rested for longer is not used again: servers and firewalls
   drop such connections, some without notice, and a request would time out. */
#define CONNECTION_IDLE_MSECS 60000

int directory_open(const struct directory_options *options,
		   struct directory **directory_r, struct error *error)
{
	struct directory *directory = calloc(1, sizeof(*directory));

	if (directory == NULL)
		return error_set(error, "out of memory");
	directory->options = options;
	while (options->uris[directory->uri_count] != NULL)
		directory->uri_count++;
	if (options->bind_dn != NULL &&
	    secret_file_read(options->bind_password_file, 1,
			     &directory->service_password,
			     &directory->service_password_count, error) < 0) {
		free(directory);
		return error_prefix(error, "directory \"%s\"", options->name);
	}
	*directory_r = directory;
	return 0;
}

const char *directory_name(const struct directory *directory)
{
	return directory->options->name;
}

/* ---- signals ---- */

/* Writing to a connection that the other side closed raises SIGPIPE, which
   ends a program that does not ignore it. libldap does nothing against that.
   So the signal is blocked during a request, and one that the request raised is
   removed. */
struct blocked_sigpipe {
	sigset_t before;
	bool was_pending;
};

static void block_sigpipe(struct blocked_sigpipe *blocked)
{
	sigset_t set;

	(void)sigpending(&set);
	blocked->was_pending = sigismember(&set, SIGPIPE) == 1;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &set, &blocked->before);
}

static void unblock_sigpipe(const struct blocked_sigpipe *blocked)
{
	const struct timespec at_once = {0};
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	if (!blocked->was_pending)
		(void)sigtimedwait(&set, NULL, &at_once);
	(void)pthread_sigmask(SIG_SETMASK, &blocked->before, NULL);
}

/* ---- connections ---- */

int64_t directory_request_deadline(const struct directory *directory)
{
	return clock_msecs() + directory->options->request_timeout_msecs;
}

static int bind_service(struct directory *directory, struct error *error)
{
	const struct directory_options *options = directory->options;
	int code;

	if (options->bind_dn == NULL)
		return 0;
	if (directory_connection_bind(&directory->service, options->bind_dn,
				      directory->service_password[0],
				      directory_request_deadline(directory),
				      &code, error) != STEP_ANSWERED)
		return error_prefix(error, "bind of the service account");
	if (code == LDAP_SUCCESS)
		return 0;
	return error_set(error,
			 "the server refuses the service account \"%s\": %s; "
			 "check bind_dn and the password in %s",
			 options->bind_dn, ldap_err2string(code),
			 options->bind_password_file);
}

static int connect_to_uri(struct directory *directory,
			  struct directory_connection *connection,
			  const char *uri, struct error *error)
{
	if (directory_connection_open(connection, directory->options, uri,
				      error) < 0)
		return -1;
	if (connection == &directory->service &&
	    bind_service(directory, error) < 0) {
		directory_connection_close(connection, false);
		return error_prefix(error, "%s", uri);
	}
	return 0;
}

/* Tries the servers in order, beginning with the one that answered last. */
static int connect_to_any(struct directory *directory,
			  struct directory_connection *connection,
			  struct error *error)
{
	struct error all = {.text = ""};

	if (directory->watchdog == NULL &&
	    watchdog_new(&directory->watchdog, error) < 0)
		return -1;
	connection->watchdog = directory->watchdog;
	for (size_t i = 0; i < directory->uri_count; i++) {
		size_t n = (directory->uri + i) % directory->uri_count;
		struct error one;

		if (connect_to_uri(directory, connection,
				   directory->options->uris[n], &one) == 0) {
			directory->uri = n;
			return 0;
		}
		if (all.text[0] == '\0')
			all = one;
		else
			error_prefix(&all, "%s; before that", one.text);
	}
	return error_set(error, "%s", all.text);
}

static void drop_idle(struct directory_connection *connection)
{
	if (connection->ldap != NULL &&
	    clock_msecs() - connection->used_at_msecs >= CONNECTION_IDLE_MSECS)
		directory_connection_close(connection, true);
}

/* Returns 0 when the server gave an answer, -1 when none was to be had. */
static int ask_server(struct directory *directory,
		      struct directory_connection *connection,
		      directory_question *question, void *context,
		      struct error *error)
{
	drop_idle(connection);
	for (int attempt = 0;; attempt++) {
		bool kept = connection->ldap != NULL;
		enum directory_step step;

		if (!kept && connect_to_any(directory, connection, error) < 0)
			return -1;
		step = question(directory, context, error);
		if (step == STEP_ANSWERED)
			return 0;
		directory_connection_close(connection, false);
		error_prefix(error, "%s",
			     directory->options->uris[directory->uri]);
		if (step == STEP_TIMED_OUT || !kept)
			directory->uri =
				(directory->uri + 1) % directory->uri_count;
		if (attempt > 0 || (directory->uri_count == 1 &&
				    (step == STEP_TIMED_OUT || !kept)))
			return -1;
	}
}

/* ---- the breaker ---- */

static unsigned int shortest_timeout(const struct directory_options *options)
{
	return options->connect_timeout_msecs < options->request_timeout_msecs
		       ? options->connect_timeout_msecs
		       : options->request_timeout_msecs;
}

void directory_use_breaker(struct directory *directory,
			   struct shared_state *state, size_t number)
{
	const struct directory_options *options = directory->options;
	const struct breaker_options breaker = {
		.directory = options->name,
		.number = number,
		.failures = options->breaker_failures,
		.probe_msecs = options->breaker_probe_msecs,
		.timeout_msecs = options->connect_timeout_msecs +
				 2 * options->request_timeout_msecs,
	};

	breaker_init(&directory->breaker, state, &breaker);
}

/* Makes a prober look whether the directory answers again. When there is no
   memory for one, the breaker lets a login try in the end. */
static void start_probing(struct directory *directory)
{
	if (directory->prober == NULL)
		directory->prober = directory_prober_new(directory->options,
							 &directory->breaker);
	if (directory->prober != NULL)
		directory_prober_start(directory->prober);
}

static bool may_ask(struct directory *directory, struct error *error)
{
	const struct breaker *breaker = &directory->breaker;
	int64_t now = clock_msecs();

	if (breaker_ask(breaker, now) != BREAKER_OPEN)
		return true;
	if (breaker_wants_probe(breaker, now))
		start_probing(directory);
	error_set(error, "not asked: it did not answer lately, and is being "
			 "probed");
	return false;
}

int directory_ask(struct directory *directory,
		  struct directory_connection *connection,
		  directory_question *question, void *context,
		  struct error *error)
{
	int64_t begun = clock_msecs();
	struct blocked_sigpipe blocked;
	int64_t took;
	int ret;

	if (!may_ask(directory, error))
		return -1;
	block_sigpipe(&blocked);
	ret = ask_server(directory, connection, question, context, error);
	unblock_sigpipe(&blocked);
	took = clock_msecs() - begun;
	if (ret == 0) {
		(void)breaker_succeeded(&directory->breaker, begun + took);
	} else {
		if (breaker_failed(&directory->breaker,
				   took >= shortest_timeout(directory->options),
				   begun + took))
			start_probing(directory);
	}
	return ret;
}

bool directory_take_news(struct directory *directory, bool *open_r,
			 struct error *news_r)
{
	struct breaker_status status;

	if (directory->breaker.state == NULL ||
	    !breaker_take_news(&directory->breaker, clock_msecs(), &status))
		return false;
	*open_r = status.open;
	if (status.open)
		error_set(news_r,
			  "directory %s does not answer: it is not asked until "
			  "a probe succeeds, one every %u ms",
			  directory->options->name,
			  directory->options->breaker_probe_msecs);
	else
		error_set(news_r, "directory %s answers again",
			  directory->options->name);
	return true;
}

/* The question of a prober, to which any answer is good. */
static enum directory_step ask_anything(struct directory *directory,
					void *context, struct error *error)
{
	static const char *const no_attributes[] = {LDAP_NO_ATTRS, NULL};
	int64_t deadline = directory_request_deadline(directory);
	struct directory_answer answer;
	enum directory_step step;
	int id;

	(void)context;
	step = directory_connection_search(
		&directory->service, directory->options->base, LDAP_SCOPE_BASE,
		"(objectClass=*)", no_attributes, deadline, &id, error);
	if (step == STEP_ANSWERED)
		step = directory_connection_wait(&directory->service, id,
						 deadline, &answer, error);
	if (step == STEP_ANSWERED)
		(void)ldap_msgfree(answer.messages);
	return step;
}

int directory_probe(struct directory *directory, struct error *error)
{
	return directory_ask(directory, &directory->service, ask_anything, NULL,
			     error);
}

void directory_close(struct directory **directory)
{
	struct directory *old = *directory;
	struct blocked_sigpipe blocked;

	if (old == NULL)
		return;
	directory_prober_free(&old->prober);
	block_sigpipe(&blocked);
	directory_connection_close(&old->user, true);
	directory_connection_close(&old->service, true);
	unblock_sigpipe(&blocked);
	watchdog_free(&old->watchdog);
	if (old->service_password != NULL)
		secret_file_free(&old->service_password,
				 old->service_password_count);
	free(old);
	*directory = NULL;
}
