/* SPDX-License-Identifier: MIT
 *
 * Sessions; see session.h.
 */
#include "milter/session/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "milter/plan/recipient.h"
#include "milter/session/session-state.h"
#include "protocol/headers.h"

/* Octets around a header: ": " and CRLF. */
#define HEADER_OVERHEAD_BYTES 4

static const struct smtp_reply nothing;
static const struct smtp_reply try_again = {
	"451", "4.3.0", "The mailbox cannot be looked up now, try again later"};
static const struct smtp_reply too_many = {
	"452", "4.5.3", "Too many recipients in one message"};

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
	for (size_t i = 0; i < session->recipient_count; i++) {
		free(session->recipients[i].address);
		free(session->recipients[i].orcpt);
		free(session->recipients[i].notify);
		free(session->recipients[i].account);
	}
	free(session->recipients);
	free(session->views);
	free(session->sender);
	free(session->login);
	session->recipients = NULL;
	session->views = NULL;
	session->sender = session->login = NULL;
	session->recipient_count = session->recipient_room = 0;
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

/* The value of an ESMTP parameter NAME=VALUE, or NULL. */
static const char *parameter(const char *const *parameters, const char *name)
{
	size_t length = strlen(name);

	for (; *parameters != NULL; parameters++) {
		if (strncasecmp(*parameters, name, length) == 0 &&
		    (*parameters)[length] == '=')
			return *parameters + length + 1;
	}
	return NULL;
}

/* RFC 1870: up to 20 digits. Postfix has refused anything else; so what is not
   understood here counts as not declared. */
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
	session->declared_size = parse_size(parameter(parameters, "SIZE"));
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

static struct envelope_rules rules_of(const struct session *session)
{
	return (struct envelope_rules){
		.configuration = session->settings->configuration,
		.srs = session->settings->srs,
		.contact = session->settings->contact,
		.now = time(NULL),
	};
}

static struct envelope envelope_of(const struct session *session, int64_t size)
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

/* Makes room for one more. Returns 0, or -1 when out of memory. */
static int grow(struct session *session)
{
	size_t room =
		session->recipient_room == 0 ? 4 : 2 * session->recipient_room;
	void *recipients, *views;

	if (session->recipient_count < session->recipient_room)
		return 0;
	recipients = reallocarray(session->recipients, room,
				  sizeof(*session->recipients));
	if (recipients == NULL)
		return -1;
	session->recipients = recipients;
	views = reallocarray(session->views, room, sizeof(*session->views));
	if (views == NULL)
		return -1;
	session->views = views;
	session->recipient_room = room;
	return 0;
}

static char *copy_or_null(const char *text, bool *failed)
{
	char *copy;

	if (text == NULL)
		return NULL;
	copy = strdup(text);
	if (copy == NULL)
		*failed = true;
	return copy;
}

/* The last one is then the new one. Returns 0, or -1 when out of memory. */
static int remember(struct session *session, const char *address,
		    const char *const *parameters, bool is_role,
		    const struct account *account)
{
	struct session_recipient *recipient;
	bool failed = false;

	if (grow(session) < 0)
		return -1;
	recipient = &session->recipients[session->recipient_count];
	*recipient = (struct session_recipient){.is_role = is_role};
	recipient->address = copy_or_null(address, &failed);
	recipient->orcpt =
		copy_or_null(parameter(parameters, "ORCPT"), &failed);
	recipient->notify =
		copy_or_null(parameter(parameters, "NOTIFY"), &failed);
	if (account != NULL) {
		recipient->account = malloc(sizeof(*account));
		if (recipient->account == NULL)
			failed = true;
		else
			*recipient->account = *account;
	}
	session->views[session->recipient_count] = (struct envelope_recipient){
		.address = recipient->address,
		.orcpt = recipient->orcpt,
		.notify = recipient->notify,
		.account = recipient->account,
		.is_role = is_role,
	};
	/* Counted even when incomplete: session_end() then frees it. */
	session->recipient_count++;
	return failed ? -1 : 0;
}

static void forget_last(struct session *session)
{
	struct session_recipient *last =
		&session->recipients[--session->recipient_count];

	free(last->address);
	free(last->orcpt);
	free(last->notify);
	free(last->account);
}

/* Returns 1 the account of the recipient, 0 it has none that we speak for, -1
   it cannot be said now. */
static int find_account(const struct session *session,
			const struct recipient *meaning,
			struct account *account_r, struct error *error)
{
	if (meaning->kind != RECIPIENT_OURS && meaning->kind != RECIPIENT_ROLE)
		return 0;
	if (meaning->name[0] == '\0')
		return 0;
	return store_pool_account(session->service->pool, meaning->name,
				  account_r, error);
}

/* A look-up that failed defers the recipient; where that cannot be done, the
   whole message at its end. Role addresses pass: LMTP finds their mailbox. */
static struct smtp_reply defer(struct session *session, const char *address,
			       bool is_role, const struct error *error)
{
	session_log_lookup_failure(session, "to", address, error);
	if (is_role)
		return nothing;
	if (session->internal) {
		session->lookup_failed = true;
		return nothing;
	}
	return try_again;
}

/* How much was forwarded for the account today; asked only where that can
   matter. A count that cannot be read stops nothing. */
static void find_forwarded(const struct session *session,
			   struct envelope_recipient *view)
{
	struct activity activity;
	struct error error = {""};

	if (view->account == NULL || !account_forwards(view->account) ||
	    session->settings->configuration->forward_messages_per_day == 0)
		return;
	if (activity_counter_read(session->service->activity, view->account->id,
				  &activity, &error) < 0)
		session_log_lookup_failure(session, "account",
					   view->account->name, &error);
	else
		view->forwarded_today =
			activity_forwarded_today(&activity, time(NULL));
}

/* The last recipient is the one to decide on; it is forgotten if refused. */
static struct smtp_reply decide_last(struct session *session)
{
	const struct envelope_rules rules = rules_of(session);
	const struct envelope envelope =
		envelope_of(session, session->declared_size);
	struct envelope_recipient *last =
		&session->views[session->recipient_count - 1];
	struct smtp_reply reply;

	find_forwarded(session, last);
	reply = envelope_plan_recipient(&rules, &envelope, last);
	if (reply.code != NULL) {
		session_log_refusal(session, last->address, &reply);
		forget_last(session);
	}
	return reply;
}

static struct smtp_reply add_recipient(struct session *session,
				       const char *address,
				       const char *const *parameters)
{
	struct recipient meaning;
	struct account account;
	struct smtp_reply reply;
	struct error error = {""};
	bool is_role;
	int found;

	/* Mail that does not come through smtpd has passed that bound, and
	   must not be deferred for ever. */
	if (session->recipient_count >= SESSION_RECIPIENTS_MAX &&
	    !session->internal)
		return too_many;
	reply = session_check_sender(session);
	if (reply.code != NULL)
		return reply;
	recipient_classify(session->settings->configuration, address, &meaning);
	is_role = meaning.kind == RECIPIENT_ROLE;
	found = find_account(session, &meaning, &account, &error);
	if (found < 0)
		reply = defer(session, address, is_role, &error);
	if (reply.code != NULL)
		return reply;
	if (remember(session, address, parameters, is_role,
		     found > 0 ? &account : NULL) < 0) {
		log_failure("out-of-memory", "a recipient is deferred");
		session->lookup_failed = true;
		return session->internal ? nothing : try_again;
	}
	return decide_last(session);
}

static enum metrics_counter outcome_of(const struct smtp_reply *reply)
{
	if (reply->code == NULL)
		return METRICS_RECIPIENT_TAKEN;
	if (reply->code[0] == '4')
		return METRICS_RECIPIENT_DEFERRED;
	if (strcmp(reply->status, "5.2.1") == 0)
		return METRICS_RECIPIENT_DISABLED;
	if (strcmp(reply->status, "5.2.2") == 0)
		return METRICS_RECIPIENT_OVER_QUOTA;
	return METRICS_RECIPIENT_SENDER_REFUSED;
}

struct smtp_reply session_add_recipient(struct session *session,
					const char *address,
					const char *const *parameters)
{
	const int64_t began = metrics_now();
	struct smtp_reply reply = add_recipient(session, address, parameters);

	if (reply.code == NULL)
		session_count_sent(session);
	metrics_count(session->service->metrics, outcome_of(&reply));
	metrics_time(session->service->metrics, METRICS_TIME_RECIPIENT, began);
	return reply;
}

bool session_needs_message(const struct session *session)
{
	const struct envelope_rules rules = rules_of(session);
	const struct envelope envelope =
		envelope_of(session, session->declared_size);

	return session->lookup_failed ||
	       envelope_plan_needs_message(&rules, &envelope);
}

void session_see_header(struct session *session, const char *name,
			const char *value)
{
	session->true_size += (int64_t)strlen(name) + HEADER_OVERHEAD_BYTES;
	for (const char *p = value; *p != '\0'; p++) {
		/* A folded header comes with bare newlines, but is stored and
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

/* What all the headers together say. */
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
	const struct envelope_rules rules = rules_of(session);
	const struct envelope envelope =
		envelope_of(session, session->true_size);

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
