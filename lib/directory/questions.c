/* SPDX-License-Identifier: MIT
 *
 * The questions of a login to a directory: the entry of an account's name, and
 * whether a password is right; see lib/directory/directory.h.
 */
#include <stdio.h>
#include <string.h>

#include "lib/directory/entry.h"
#include "lib/directory/filter.h"
#include "lib/directory/handle.h"

/* ---- finding an entry ---- */

struct find_question {
	const char *name;
	struct directory_entry *entry;
	/* The answer, as directory_find() returns it. */
	int result;
};

/* Returns 0 if the server gave the entries that match, or -1 with an error. */
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
					const char *template, int64_t deadline,
					struct error *error)
{
	const struct directory_options *options = directory->options;
	const char *attributes[DIRECTORY_ENTRY_ATTRIBUTES + 1];
	char filter[DIRECTORY_FILTER_BYTES];
	struct directory_answer answer;
	enum directory_step step;
	int id;

	if (directory_filter_make(template, question->name, filter, error) <
	    0) {
		question->result = -1;
		return STEP_ANSWERED;
	}
	directory_entry_attributes(options, attributes);
	step = directory_connection_search(
		&directory->service, options->base,
		options->scope == DIRECTORY_SCOPE_ONE ? LDAP_SCOPE_ONELEVEL
						      : LDAP_SCOPE_SUBTREE,
		filter, attributes, deadline, &id, error);
	if (step == STEP_ANSWERED)
		step = directory_connection_wait(&directory->service, id,
						 deadline, &answer, error);
	if (step != STEP_ANSWERED)
		return step;
	question->result = take_entry(directory, &answer, question, error);
	(void)ldap_msgfree(answer.messages);
	return STEP_ANSWERED;
}

/* The server's judgement whether the found entry matches a filter. */
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

/* Sends all questions before it waits for the first answer: one round trip. */
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
	/* Every question that was sent is waited for: an answer that nobody
	   takes would stay in memory as long as the connection is kept. */
	for (size_t i = 0; i < count && step == STEP_ANSWERED; i++) {
		if (matches[i].id != 0)
			step = receive_match(directory, question, &matches[i],
					     deadline, error);
	}
	return step;
}

/* Looks for an entry that is active and not denied. That is one question
   instead of three for nearly every login with this directory's password. */
static enum directory_step search_active(struct directory *directory,
					 struct find_question *question,
					 int64_t deadline, struct error *error)
{
	const struct directory_options *options = directory->options;
	const char *active = options->active_filter;
	const char *deny = options->deny_filter;
	char template[DIRECTORY_FILTER_BYTES];
	enum directory_step step;
	int length;

	question->result = 0;
	if (active == NULL && deny == NULL)
		return STEP_ANSWERED;
	length = snprintf(template, sizeof(template), "(&%s%s%s%s%s)",
			  options->filter, active == NULL ? "" : active,
			  deny == NULL ? "" : "(!", deny == NULL ? "" : deny,
			  deny == NULL ? "" : ")");
	if (length < 0 || (size_t)length >= sizeof(template))
		return STEP_ANSWERED;
	step = search_entry(directory, question, template, deadline, error);
	question->entry->active = true;
	question->entry->denied = false;
	return step;
}

static enum directory_step ask_find(struct directory *directory, void *context,
				    struct error *error)
{
	struct find_question *question = context;
	int64_t deadline = directory_request_deadline(directory);
	enum directory_step step =
		search_active(directory, question, deadline, error);

	if (step != STEP_ANSWERED || question->result != 0)
		return step;
	step = search_entry(directory, question, directory->options->filter,
			    deadline, error);
	if (step == STEP_ANSWERED && question->result > 0)
		step = match_entry(directory, question, deadline, error);
	return step;
}

int directory_find(struct directory *directory, const char *name,
		   struct directory_entry *entry_r, struct error *error)
{
	struct find_question question = {.name = name, .entry = entry_r};

	if (directory_ask(directory, &directory->service, ask_find, &question,
			  error) < 0)
		return -1;
	return question.result;
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
		directory_request_deadline(directory), &question->code, error);
}

int directory_verify(struct directory *directory, const char *dn,
		     const char *password, struct error *error)
{
	struct verify_question question = {.dn = dn, .password = password};

	if (password[0] == '\0')
		return 0;
	if (dn[0] == '\0')
		return error_set(error, "cannot bind without a DN");
	if (directory_ask(directory, &directory->user, ask_verify, &question,
			  error) < 0)
		return -1;
	switch (question.code) {
	case LDAP_SUCCESS:
		return 1;
	case LDAP_INVALID_CREDENTIALS:
	/* From 389 Directory Server, after too many wrong passwords. */
	case LDAP_CONSTRAINT_VIOLATION:
	/* The entry has no password. */
	case LDAP_INAPPROPRIATE_AUTH:
		return 0;
	default:
		return error_set(error, "the bind as \"%s\" failed: %s", dn,
				 ldap_err2string(question.code));
	}
}
