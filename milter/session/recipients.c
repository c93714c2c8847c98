/* SPDX-License-Identifier: MIT
 *
 * RCPT: looking a recipient up, and the answer; see milter/session/state.h.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "milter/plan/recipient.h"
#include "milter/session/state.h"

static const struct smtp_reply nothing;
static const struct smtp_reply try_again = {
	"451", "4.3.0", "The mailbox cannot be looked up now, try again later"};
static const struct smtp_reply too_many = {
	"452", "4.5.3", "Too many recipients in one message"};

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

/* The new recipient is then the last one. Returns 0, or -1 when out of
   memory. */
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
		copy_or_null(session_parameter(parameters, "ORCPT"), &failed);
	recipient->notify =
		copy_or_null(session_parameter(parameters, "NOTIFY"), &failed);
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
	/* Counted even if incomplete, so that session_end() frees it. */
	session->recipient_count++;
	return failed ? -1 : 0;
}

static void free_recipient(const struct session_recipient *recipient)
{
	free(recipient->address);
	free(recipient->orcpt);
	free(recipient->notify);
	free(recipient->account);
}

void session_forget_recipients(struct session *session)
{
	for (size_t i = 0; i < session->recipient_count; i++)
		free_recipient(&session->recipients[i]);
	free(session->recipients);
	free(session->views);
	session->recipients = NULL;
	session->views = NULL;
	session->recipient_count = session->recipient_room = 0;
}

static void forget_last(struct session *session)
{
	free_recipient(&session->recipients[--session->recipient_count]);
}

/* Returns 1 and the account of the recipient, 0 if it has none or is not ours,
   -1 if the look-up failed. */
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

/* A failed look-up defers the recipient. If a single recipient cannot be
   deferred, the whole message is deferred at its end. Role addresses pass: LMTP
   finds their mailbox. */
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

/* The number of messages forwarded for the account today, read only if it can
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

/* Decides on the last recipient, which is forgotten if it is refused. */
static struct smtp_reply decide_last(struct session *session)
{
	const struct envelope_rules rules = session_rules(session);
	const struct envelope envelope =
		session_envelope(session, session->declared_size);
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

	/* Mail that does not come through smtpd may exceed the bound, and must
	   not be deferred for ever. */
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
