/* SPDX-License-Identifier: MIT
 *
 * Listing a directory in pages; see lib/directory/list.h.
 */
#include "lib/directory/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/directory/entry.h"
#include "lib/directory/filter.h"
#include "lib/directory/handle.h"
#include "lib/base/clock.h"

/* A page is much more than the one entry of a login, and no mail program waits
   for it. */
#define PAGE_TIMEOUT_MSECS 30000

struct list_question {
	char filter[DIRECTORY_FILTER_BYTES];
	const char *attributes[DIRECTORY_ENTRY_ATTRIBUTES + 2];
	const char *name_attribute; /* NULL = names are not asked for */
	unsigned int page_entries;
	directory_list_callback *callback;
	void *context;
	bool begun;
	int result;
};

/* ---- filters ---- */

/* Makes a filter that finds every person, with * in place of the name. */
static int make_filter(const char *template, char filter_r[],
		       struct error *error)
{
	size_t used = 0;

	for (const char *p = template; *p != '\0'; p++) {
		if (used + 1 >= DIRECTORY_FILTER_BYTES)
			return error_set(error, "the filter \"%s\" is too long",
					 template);
		filter_r[used++] = *p;
		if (*p != '%')
			continue;
		p++;
		filter_r[used - 1] = *p == 'u' ? '*' : '%';
	}
	filter_r[used] = '\0';
	return 0;
}

static int make_part_filter(const char *base, const char *part,
			    char filter_r[DIRECTORY_FILTER_BYTES],
			    struct error *error)
{
	char template[DIRECTORY_FILTER_BYTES];
	int length;

	if (part == NULL)
		return make_filter(base, filter_r, error);
	length = snprintf(template, sizeof(template), "(&%s%s)", base, part);
	if (length < 0 || (size_t)length >= sizeof(template))
		return error_set(error,
				 "the filters \"%s\" and \"%s\" are "
				 "too long together",
				 base, part);
	return make_filter(template, filter_r, error);
}

static int search_scope(const struct directory_options *options)
{
	return options->scope == DIRECTORY_SCOPE_ONE ? LDAP_SCOPE_ONELEVEL
						     : LDAP_SCOPE_SUBTREE;
}

/* ---- entries ---- */

static void free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* Returns 0, or -1 when memory runs out. A value with NUL in it is no name. */
static int copy_names(struct berval **values, char ***names_r, size_t *count_r)
{
	int count = ldap_count_values_len(values);

	*count_r = 0;
	*names_r = calloc((size_t)count + 1, sizeof(**names_r));
	if (*names_r == NULL)
		return -1;
	for (int i = 0; i < count; i++) {
		const struct berval *value = values[i];
		char *name;

		if (memchr(value->bv_val, '\0', value->bv_len) != NULL)
			continue;
		name = strndup(value->bv_val, value->bv_len);
		if (name == NULL) {
			free_names(*names_r, *count_r);
			return -1;
		}
		(*names_r)[(*count_r)++] = name;
	}
	return 0;
}

static int take_entry(struct directory *directory, LDAPMessage *message,
		      struct list_question *question, struct error *error)
{
	LDAP *ldap = directory->service.ldap;
	struct directory_listed listed = {.name_count = 0};
	struct berval **values = NULL;
	char **names = NULL;
	int ret;

	if (directory_entry_read(ldap, message, directory->options,
				 &listed.entry, error) < 0)
		return -1;
	if (question->name_attribute != NULL)
		values = ldap_get_values_len(ldap, message,
					     question->name_attribute);
	ret = copy_names(values, &names, &listed.name_count);
	ldap_value_free_len(values);
	if (ret < 0)
		return error_set(error, "out of memory");
	listed.names = (const char *const *)names;
	ret = question->callback(question->context, &listed, error);
	free_names(names, listed.name_count);
	return ret;
}

static int take_entries(struct directory *directory, LDAPMessage *messages,
			struct list_question *question, struct error *error)
{
	LDAP *ldap = directory->service.ldap;

	for (LDAPMessage *message = ldap_first_entry(ldap, messages);
	     message != NULL; message = ldap_next_entry(ldap, message)) {
		if (take_entry(directory, message, question, error) < 0)
			return -1;
	}
	return 0;
}

/* ---- pages ---- */

static int check_code(const struct directory *directory, int code,
		      struct error *error)
{
	const char *bind_dn = directory->options->bind_dn;

	switch (code) {
	case LDAP_SUCCESS:
		return 0;
	case LDAP_SIZELIMIT_EXCEEDED:
	case LDAP_ADMINLIMIT_EXCEEDED:
	case LDAP_TIMELIMIT_EXCEEDED:
		return error_set(error,
				 "the server cuts the list short (%s): let "
				 "\"%s\" list without limits there",
				 ldap_err2string(code),
				 bind_dn == NULL ? "anonymous" : bind_dn);
	case LDAP_UNAVAILABLE_CRITICAL_EXTENSION:
		return error_set(error,
				 "the server knows no paged results (RFC "
				 "2696)");
	case LDAP_NO_SUCH_OBJECT:
		return error_set(error,
				 "\"%s\" does not exist, or the service "
				 "account may not see it",
				 directory->options->base);
	default:
		return error_set(error, "the search in \"%s\" failed: %s",
				 directory->options->base,
				 ldap_err2string(code));
	}
}

/* Replaces the cookie with the one that the server wants to get with the next
   question; it is empty after the last page. Returns 0, or -1 with an error. */
static int take_cookie(LDAP *ldap, LDAPMessage *messages, struct berval *cookie,
		       struct error *error)
{
	LDAPControl **controls = NULL;
	LDAPControl *control;
	ber_int_t estimate;
	int ret = 0;

	ber_memfree(cookie->bv_val);
	*cookie = (struct berval){0};
	if (ldap_parse_result(ldap, messages, NULL, NULL, NULL, NULL, &controls,
			      0) != LDAP_SUCCESS)
		return error_set(error, "the server's answer makes no sense");
	control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (control == NULL ||
	    ldap_parse_pageresponse_control(ldap, control, &estimate, cookie) !=
		    LDAP_SUCCESS)
		ret = error_set(error, "the server does not say whether the "
				       "list goes on (RFC 2696)");
	ldap_controls_free(controls);
	return ret;
}

static int take_page(struct directory *directory,
		     const struct directory_answer *answer,
		     struct list_question *question, struct berval *cookie,
		     struct error *error)
{
	if (check_code(directory, answer->code, error) < 0 ||
	    take_entries(directory, answer->messages, question, error) < 0)
		return -1;
	return take_cookie(directory->service.ldap, answer->messages, cookie,
			   error);
}

static enum directory_step ask_page(struct directory *directory,
				    struct list_question *question,
				    struct berval *cookie, struct error *error)
{
	const struct directory_options *options = directory->options;
	int64_t deadline = clock_msecs() + PAGE_TIMEOUT_MSECS;
	LDAPControl *controls[2] = {NULL};
	struct directory_answer answer;
	enum directory_step step;
	int id;

	if (ldap_create_page_control(directory->service.ldap,
				     (ber_int_t)question->page_entries, cookie,
				     1, &controls[0]) != LDAP_SUCCESS) {
		question->result = error_set(error, "out of memory");
		return STEP_ANSWERED;
	}
	step = directory_connection_search_page(
		&directory->service, options->base, search_scope(options),
		question->filter, question->attributes, controls, deadline, &id,
		error);
	ldap_control_free(controls[0]);
	if (step == STEP_ANSWERED)
		step = directory_connection_wait(&directory->service, id,
						 deadline, &answer, error);
	if (step != STEP_ANSWERED)
		return step;
	question->result =
		take_page(directory, &answer, question, cookie, error);
	(void)ldap_msgfree(answer.messages);
	return STEP_ANSWERED;
}

static enum directory_step ask_list(struct directory *directory, void *context,
				    struct error *error)
{
	struct list_question *question = context;
	struct berval cookie = {0};
	enum directory_step step;

	/* On another connection the list would begin again, and entries would
	   come twice. */
	if (question->begun) {
		question->result = error_set(error, "the connection broke in "
						    "the middle of the list: "
						    "try again");
		return STEP_ANSWERED;
	}
	do {
		step = ask_page(directory, question, &cookie, error);
		question->begun = true;
	} while (step == STEP_ANSWERED && question->result == 0 &&
		 cookie.bv_len > 0);
	ber_memfree(cookie.bv_val);
	return step;
}

int directory_list(struct directory *directory, enum directory_list_part part,
		   unsigned int page_entries, directory_list_callback *callback,
		   void *context, struct error *error)
{
	const struct directory_options *options = directory->options;
	const char *filter =
		part == DIRECTORY_LIST_ACTIVE   ? options->active_filter
		: part == DIRECTORY_LIST_DENIED ? options->deny_filter
						: NULL;
	struct list_question question = {
		.page_entries = page_entries,
		.callback = callback,
		.context = context,
	};
	size_t count = 0;

	if (part != DIRECTORY_LIST_ALL && filter == NULL)
		return 0;
	if (make_part_filter(options->filter, filter, question.filter, error) <
	    0)
		return -1;
	if (part == DIRECTORY_LIST_ALL) {
		directory_entry_attributes(options, question.attributes);
		question.name_attribute = options->name_attribute;
		while (question.attributes[count] != NULL)
			count++;
		question.attributes[count] = options->name_attribute;
	} else {
		question.attributes[0] = options->id_attribute;
	}
	if (directory_ask(directory, &directory->service, ask_list, &question,
			  error) < 0)
		return -1;
	return question.result;
}

/* ---- one DN ---- */

struct dn_question {
	const char *dn;
	char filter[DIRECTORY_FILTER_BYTES];
	struct directory_entry *entry;
	int result;
};

static int take_dn(struct directory *directory,
		   const struct directory_answer *answer,
		   struct dn_question *question, struct error *error)
{
	LDAPMessage *message =
		ldap_first_entry(directory->service.ldap, answer->messages);

	if (answer->code == LDAP_NO_SUCH_OBJECT)
		return 0;
	if (answer->code != LDAP_SUCCESS)
		return error_set(error, "\"%s\" cannot be read: %s",
				 question->dn, ldap_err2string(answer->code));
	if (message == NULL)
		return 0;
	return directory_entry_read(directory->service.ldap, message,
				    directory->options, question->entry,
				    error) < 0
		       ? -1
		       : 1;
}

static enum directory_step ask_dn(struct directory *directory, void *context,
				  struct error *error)
{
	struct dn_question *question = context;
	int64_t deadline = directory_request_deadline(directory);
	const char *attributes[DIRECTORY_ENTRY_ATTRIBUTES + 1];
	struct directory_answer answer;
	enum directory_step step;
	int id;

	directory_entry_attributes(directory->options, attributes);
	step = directory_connection_search(&directory->service, question->dn,
					   LDAP_SCOPE_BASE, question->filter,
					   attributes, deadline, &id, error);
	if (step == STEP_ANSWERED)
		step = directory_connection_wait(&directory->service, id,
						 deadline, &answer, error);
	if (step != STEP_ANSWERED)
		return step;
	question->result = take_dn(directory, &answer, question, error);
	(void)ldap_msgfree(answer.messages);
	return STEP_ANSWERED;
}

int directory_find_dn(struct directory *directory, const char *dn,
		      struct directory_entry *entry_r, struct error *error)
{
	struct dn_question question = {.dn = dn, .entry = entry_r};

	if (make_filter(directory->options->filter, question.filter, error) < 0)
		return -1;
	if (directory_ask(directory, &directory->service, ask_dn, &question,
			  error) < 0)
		return -1;
	return question.result;
}
