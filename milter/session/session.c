/* SPDX-License-Identifier: MIT
 *
 * Sessions and their messages; see milter/session/session.h.
 */
#include "milter/session/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "milter/session/state.h"
#include "protocol/headers.h"

/* Octets around a header: ": " and CRLF. */
#define HEADER_OVERHEAD_BYTES 4

struct session *session_new(const struct milter_service *service, bool internal)
{
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->service = service;
	session->internal = internal;
	session->begun_at = time(NULL);
	return session;
}

void session_end(struct session *session)
{
	if (!session->begun)
		return;
	if (!session->decided)
		metrics_count(session->service->metrics,
			      METRICS_MESSAGE_ABORTED);
	session_forget_recipients(session);
	free(session->sender);
	free(session->login);
	session->sender = session->login = NULL;
	session->tags.count = 0;
	session->declared_size = session->true_size = 0;
	session->from_is_foreign = session->lookup_failed = false;
	session->suspicion = SUSPICION_NONE;
	session->is_notice = false;
	session->queue_id[0] = session->sender_account_id[0] = '\0';
	session->begun = session->decided = false;
	settings_give(session->service->settings, &session->settings);
	under_way_end(session->service->messages);
}

void session_free(struct session **session)
{
	if (*session == NULL)
		return;
	session_end(*session);
	free(*session);
	*session = NULL;
}

const char *session_parameter(const char *const *parameters, const char *name)
{
	size_t length = strlen(name);

	for (; *parameters != NULL; parameters++) {
		if (strncasecmp(*parameters, name, length) == 0 &&
		    (*parameters)[length] == '=')
			return *parameters + length + 1;
	}
	return NULL;
}

/* RFC 1870: up to 20 digits. Postfix refuses anything else, so a value that is
   not understood here counts as not declared. */
static int64_t parse_size(const char *text)
{
	char *end;
	long long size;

	if (text == NULL || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	size = strtoll(text, &end, 10);
	if (*end != '\0')
		return 0;
	return errno == ERANGE ? INT64_MAX : size;
}

int session_begin(struct session *session, const char *sender,
		  const char *const *parameters, const char *login)
{
	session_end(session);
	if (!under_way_begin(session->service->messages))
		return -1;
	session->begun = true;
	session->settings = settings_take(session->service->settings);
	session->declared_size =
		parse_size(session_parameter(parameters, "SIZE"));
	session->sender = strdup(sender);
	if (session->sender == NULL)
		return -1;
	if (login == NULL || *login == '\0')
		return 0;
	session->login = strdup(login);
	return session->login == NULL ? -1 : 0;
}

void session_set_queue_id(struct session *session, const char *queue_id)
{
	if (queue_id != NULL)
		(void)snprintf(session->queue_id, sizeof(session->queue_id),
			       "%s", queue_id);
}

static const char *const *secrets_of(const struct session *session)
{
	return (const char *const *)session->settings->secrets;
}

struct envelope_rules session_rules(const struct session *session)
{
	return (struct envelope_rules){
		.configuration = session->settings->configuration,
		.srs = session->settings->srs,
		.contact = session->settings->contact,
		.now = time(NULL),
	};
}

struct envelope session_envelope(const struct session *session, int64_t size)
{
	return (struct envelope){
		.sender = session->sender,
		.authenticated = session->login != NULL,
		.internal = session->internal,
		.from_is_foreign = session->from_is_foreign,
		.suspicion = session->suspicion,
		.is_notice = session->is_notice,
		.size = size,
		.recipients = session->views,
		.recipient_count = session->recipient_count,
	};
}

bool session_needs_message(const struct session *session)
{
	const struct envelope_rules rules = session_rules(session);
	const struct envelope envelope =
		session_envelope(session, session->declared_size);

	return session->lookup_failed ||
	       envelope_plan_needs_message(&rules, &envelope);
}

void session_see_header(struct session *session, const char *name,
			const char *value)
{
	session->true_size += (int64_t)strlen(name) + HEADER_OVERHEAD_BYTES;
	for (const char *p = value; *p != '\0'; p++) {
		/* A folded header arrives with bare newlines, but is stored and
		   counted with CRLF. */
		if (*p != '\r')
			session->true_size += *p == '\n' ? 2 : 1;
	}
	if (strcasecmp(name, HEADER_FORWARDED) == 0)
		message_tags_see(&session->tags, value);
	if (session->internal && strcasecmp(name, HEADER_NOTICE) == 0)
		session->is_notice = true;
	if (session->suspicion == SUSPICION_NONE)
		session->suspicion = spam_marks_judge(
			session->settings->configuration, name, value);
	if (session->login != NULL && !session->from_is_foreign &&
	    session->settings->configuration->submission_check_from &&
	    strcasecmp(name, "From") == 0)
		session_check_from(session, value);
}

void session_see_body(struct session *session, size_t length)
{
	session->true_size += (int64_t)length;
}

/* The verdict of all headers together. */
static void find_returned(struct session *session)
{
	for (size_t i = 0; i < session->recipient_count; i++) {
		struct envelope_recipient *view = &session->views[i];

		if (view->account != NULL && account_forwards(view->account))
			view->came_back = message_tags_have(
				&session->tags, secrets_of(session),
				session->settings->secret_count,
				view->account->id);
	}
}

static int decide(struct session *session, struct envelope_plan *plan_r,
		  char **header_r, struct error *error)
{
	const struct envelope_rules rules = session_rules(session);
	const struct envelope envelope =
		session_envelope(session, session->true_size);

	if (session->lookup_failed)
		return error_set(error, "a recipient could not be looked up");
	if (envelope_plan_message(&rules, &envelope, plan_r, error) < 0)
		return -1;
	if (message_tags_make(session->settings->secrets[0], &envelope, plan_r,
			      header_r) < 0)
		return error_set(error, "out of memory");
	return 0;
}

int session_decide(struct session *session, struct envelope_plan *plan_r,
		   char **header_r)
{
	const int64_t began = metrics_now();
	struct error error = {""};
	struct log_line line;
	int ret;

	*plan_r = (struct envelope_plan){0};
	*header_r = NULL;
	session->decided = true;
	session->true_size += 2; /* the line between headers and body */
	find_returned(session);
	ret = decide(session, plan_r, header_r, &error);
	metrics_time(session->service->metrics, METRICS_TIME_MESSAGE, began);
	if (ret == 0)
		return 0;
	session_log_start(session, &line, "message-deferred");
	log_text(&line, "reason", error.text);
	log_write(&line);
	metrics_count(session->service->metrics, METRICS_MESSAGE_DEFERRED);
	return -1;
}

void session_pass(struct session *session)
{
	session->decided = true;
	metrics_count(session->service->metrics, METRICS_MESSAGE_UNTOUCHED);
}
