/* SPDX-License-Identifier: MIT
 *
 * A university directory over LDAP; see directory.h. The service account and
 * the users' binds have a connection each: a bind as a user takes the rights
 * of the connection with it.
 *
 * A step that found its kept connection dead is tried once more on a new one.
 * A step that timed out is tried once more only where there is another server
 * to try, since the same one would only make the person wait twice as long.
 */
#include "lib/directory.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/directory-connection.h"
#include "lib/directory-entry.h"
#include "lib/directory-filter.h"
#include "lib/secret-file.h"

/* A connection that rested longer is not used again: servers and firewalls
   drop those, some without a word, which would cost a time-out. */
#define CONNECTION_IDLE_MSECS 60000

struct directory {
	const struct directory_options *options;
	char **service_password; /* a list of one; NULL = anonymous */
	size_t service_password_count;
	size_t uri_count;
	size_t uri;                /* the one to try first */
	struct watchdog *watchdog; /* started with the first connection */
	struct directory_connection service;
	struct directory_connection user;
};

/* One question to the server on a connection that is ready for it. */
typedef enum directory_step ask_function(struct directory *directory,
					 void *question, struct error *error);

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
   ends a program that does not ignore it. libldap does nothing against that,
   so it is blocked, and taken back if it came from here. */
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

static int64_t request_deadline(const struct directory *directory)
{
	return watchdog_now() + directory->options->request_timeout_msecs;
}

static int bind_service(struct directory *directory, struct error *error)
{
	const struct directory_options *options = directory->options;
	int code;

	if (options->bind_dn == NULL)
		return 0;
	if (directory_connection_bind(&directory->service, options->bind_dn,
				      directory->service_password[0],
				      request_deadline(directory), &code,
				      error) != STEP_ANSWERED)
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
	    watchdog_now() - connection->used_at_msecs >= CONNECTION_IDLE_MSECS)
		directory_connection_close(connection, true);
}

/* Asks on the connection, made anew if need be. Returns 0 when the server gave
   an answer, -1 with an error when none was to be had. */
static int ask(struct directory *directory,
	       struct directory_connection *connection, ask_function *function,
	       void *question, struct error *error)
{
	drop_idle(connection);
	for (int attempt = 0;; attempt++) {
		bool kept = connection->ldap != NULL;
		enum directory_step step;

		if (!kept && connect_to_any(directory, connection, error) < 0)
			return -1;
		step = function(directory, question, error);
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

void directory_close(struct directory **directory)
{
	struct directory *old = *directory;
	struct blocked_sigpipe blocked;

	if (old == NULL)
		return;
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

/* ---- finding an entry ---- */

struct find_question {
	const char *name;
	struct directory_entry *entry;
	/* The answer, as directory_find() returns it. */
	int result;
};

/* Whether the server gave the entries that fit, rather than an error. */
static int check_search_code(int code, const char *base, struct error *error)
{
	if (code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED)
		return 0;
	if (code == LDAP_NO_SUCH_OBJECT)
		return error_set(error,
				 "\"%s\" does not exist, or the service "
				 "account may not see it",
				 base);
	return error_set(error, "the search in \"%s\" failed: %s", base,
			 ldap_err2string(code));
}

static int take_entry(struct directory *directory,
		      const struct directory_answer *answer,
		      const struct find_question *question, struct error *error)
{
	LDAP *ldap = directory->service.ldap;
	int count = ldap_count_entries(ldap, answer->messages);

	if (check_search_code(answer->code, directory->options->base, error) <
	    0)
		return -1;
	if (count > 1 || answer->code == LDAP_SIZELIMIT_EXCEEDED)
		return error_set(error,
				 "several entries have the name \"%s\": "
				 "filter must find one at most",
				 question->name);
	if (count <= 0)
		return count;
	if (directory_entry_read(ldap, ldap_first_entry(ldap, answer->messages),
				 directory->options, question->entry,
				 error) < 0)
		return -1;
	return 1;
}

static enum directory_step search_entry(struct directory *directory,
					struct find_question *question,
					int64_t deadline, struct error *error)
{
	const struct directory_options *options = directory->options;
	const char *const attributes[] = {options->id_attribute,
					  options->class_attribute, NULL};
	char filter[DIRECTORY_FILTER_BYTES];
	struct directory_answer answer;
	enum directory_step step;
	int id;

	if (directory_filter_make(options->filter, question->name, filter,
				  error) < 0) {
		question->result = -1;
		return STEP_ANSWERED;
	}
	step = directory_connection_search(&directory->service, options->base,
					   LDAP_SCOPE_SUBTREE, filter,
					   attributes, deadline, &id, error);
	if (step == STEP_ANSWERED)
		step = directory_connection_wait(&directory->service, id,
						 deadline, &answer, error);
	if (step != STEP_ANSWERED)
		return step;
	question->result = take_entry(directory, &answer, question, error);
	(void)ldap_msgfree(answer.messages);
	return STEP_ANSWERED;
}

/* Whether the entry found matches a filter, as the server judges it. */
struct match {
	const char *template; /* NULL = not asked */
	bool *matches_r;
	int id; /* 0 = not sent; libldap counts from 1 */
};

static enum directory_step send_match(struct directory *directory,
				      struct find_question *question,
				      struct match *match, int64_t deadline,
				      struct error *error)
{
	static const char *const no_attributes[] = {LDAP_NO_ATTRS, NULL};
	char filter[DIRECTORY_FILTER_BYTES];

	if (directory_filter_make(match->template, question->name, filter,
				  error) < 0) {
		question->result = -1;
		return STEP_ANSWERED;
	}
	return directory_connection_search(
		&directory->service, question->entry->dn, LDAP_SCOPE_BASE,
		filter, no_attributes, deadline, &match->id, error);
}

static enum directory_step receive_match(struct directory *directory,
					 struct find_question *question,
					 const struct match *match,
					 int64_t deadline, struct error *error)
{
	struct directory_answer answer;
	enum directory_step step = directory_connection_wait(
		&directory->service, match->id, deadline, &answer, error);

	if (step != STEP_ANSWERED)
		return step;
	if (check_search_code(answer.code, question->entry->dn, error) < 0)
		question->result = -1;
	else
		*match->matches_r = ldap_count_entries(directory->service.ldap,
						       answer.messages) > 0;
	(void)ldap_msgfree(answer.messages);
	return STEP_ANSWERED;
}

/* All are sent before the first is waited for: one round trip. */
static enum directory_step match_entry(struct directory *directory,
				       struct find_question *question,
				       int64_t deadline, struct error *error)
{
	struct match matches[] = {
		{.template = directory->options->active_filter,
		 .matches_r = &question->entry->active},
		{.template = directory->options->deny_filter,
		 .matches_r = &question->entry->denied},
	};
	const size_t count = sizeof(matches) / sizeof(*matches);
	enum directory_step step = STEP_ANSWERED;

	question->entry->active = directory->options->active_filter == NULL;
	question->entry->denied = false;
	for (size_t i = 0; i < count && step == STEP_ANSWERED; i++) {
		if (matches[i].template != NULL && question->result > 0)
			step = send_match(directory, question, &matches[i],
					  deadline, error);
	}
	/* What was sent is always waited for: an answer that nobody takes
	   would stay in memory for as long as the connection is kept. */
	for (size_t i = 0; i < count && step == STEP_ANSWERED; i++) {
		if (matches[i].id != 0)
			step = receive_match(directory, question, &matches[i],
					     deadline, error);
	}
	return step;
}

static enum directory_step ask_find(struct directory *directory, void *context,
				    struct error *error)
{
	struct find_question *question = context;
	int64_t deadline = request_deadline(directory);
	enum directory_step step =
		search_entry(directory, question, deadline, error);

	if (step == STEP_ANSWERED && question->result > 0)
		step = match_entry(directory, question, deadline, error);
	return step;
}

int directory_find(struct directory *directory, const char *name,
		   struct directory_entry *entry_r, struct error *error)
{
	struct find_question question = {.name = name, .entry = entry_r};
	struct blocked_sigpipe blocked;
	int ret;

	block_sigpipe(&blocked);
	ret = ask(directory, &directory->service, ask_find, &question, error);
	unblock_sigpipe(&blocked);
	return ret < 0 ? -1 : question.result;
}

/* ---- verifying a password ---- */

struct verify_question {
	const char *dn;
	const char *password;
	int code; /* LDAP result code */
};

static enum directory_step ask_verify(struct directory *directory,
				      void *context, struct error *error)
{
	struct verify_question *question = context;

	return directory_connection_bind(
		&directory->user, question->dn, question->password,
		request_deadline(directory), &question->code, error);
}

int directory_verify(struct directory *directory, const char *dn,
		     const char *password, struct error *error)
{
	struct verify_question question = {.dn = dn, .password = password};
	struct blocked_sigpipe blocked;
	int ret;

	if (password[0] == '\0')
		return 0;
	if (dn[0] == '\0')
		return error_set(error, "cannot bind without a DN");
	block_sigpipe(&blocked);
	ret = ask(directory, &directory->user, ask_verify, &question, error);
	unblock_sigpipe(&blocked);
	if (ret < 0)
		return -1;
	switch (question.code) {
	case LDAP_SUCCESS:
		return 1;
	case LDAP_INVALID_CREDENTIALS:
	/* 389 Directory Server, after too many wrong ones. */
	case LDAP_CONSTRAINT_VIOLATION:
	/* The entry has no password. */
	case LDAP_INAPPROPRIATE_AUTH:
		return 0;
	default:
		return error_set(error, "the bind as \"%s\" failed: %s", dn,
				 ldap_err2string(question.code));
	}
}
