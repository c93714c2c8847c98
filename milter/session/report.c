/* SPDX-License-Identifier: MIT
 *
 * The log lines and counters of a session; see milter/session/state.h.
 */
#include <string.h>
#include <time.h>

#include "milter/session/state.h"

void session_log_start(const struct session *session, struct log_line *line,
		       const char *event)
{
	log_begin(line, event);
	log_text(line, "queue_id",
		 session->queue_id[0] == '\0' ? "NOQUEUE" : session->queue_id);
	log_text(line, "source",
		 session->internal        ? "internal"
		 : session->login != NULL ? "authenticated"
					  : "smtp");
	log_text(line, "login", session->login);
	log_text(line, "from", session->sender);
}

void session_log_lookup_failure(const struct session *session, const char *key,
				const char *value, const struct error *error)
{
	struct log_line line;

	session_log_start(session, &line, "lookup-failed");
	log_text(&line, key, value);
	log_text(&line, "reason", error->text);
	log_write(&line);
}

void session_log_refusal(const struct session *session, const char *address,
			 const struct smtp_reply *reply)
{
	struct log_line line;

	session_log_start(session, &line,
			  address == NULL ? "sender-refused"
					  : "recipient-refused");
	log_text(&line, "to", address);
	log_text(&line, "code", reply->code);
	log_text(&line, "status", reply->status);
	log_number(&line, "declared_size", session->declared_size);
	log_text(&line, "reason", reply->text);
	log_write(&line);
}

static const char *srs_word(enum srs_result result)
{
	switch (result) {
	case SRS_OK:
		return NULL;
	case SRS_TOO_LONG:
		return "too-long";
	default:
		return "not-possible";
	}
}

static void log_decision(const struct session *session,
			 const struct envelope_plan *plan,
			 const char *failed_edit)
{
	struct log_line line;

	session_log_start(session, &line,
			  failed_edit != NULL        ? "message-deferred"
			  : plan->reply.code != NULL ? "message-refused"
						     : "message");
	log_number(&line, "size", session->true_size);
	log_text(&line, "failed_edit", failed_edit);
	log_text(&line, "code", plan->reply.code);
	log_text(&line, "status", plan->reply.status);
	log_text(&line, "suspicion", suspicion_name(session->suspicion));
	log_text(&line, "srs", srs_word(plan->srs_result));
	for (size_t i = 0; i < session->recipient_count; i++) {
		if (session->views[i].account == NULL)
			continue;
		log_text(&line, "to", session->views[i].address);
		log_text(&line, "fate", recipient_fate_name(plan->fates[i]));
	}
	for (size_t i = 0; i < plan->edit_count; i++) {
		if (plan->edits[i].kind == ENVELOPE_CHANGE_SENDER)
			log_text(&line, "new_from", plan->edits[i].address);
		if (plan->edits[i].kind == ENVELOPE_ADD_RECIPIENT)
			log_text(&line, "forward_to", plan->edits[i].address);
	}
	log_write(&line);
}

/* True if an earlier recipient of the same account is forwarded too. */
static bool is_counted(const struct session *session,
		       const struct envelope_plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (recipient_fate_forwards(plan->fates[i]) &&
		    strcmp(session->views[i].account->id,
			   session->views[index].account->id) == 0)
			return true;
	}
	return false;
}

static void count_fates(const struct session *session,
			const struct envelope_plan *plan)
{
	const struct activity one = activity_at(time(NULL), 1, 0);

	for (size_t i = 0; i < session->recipient_count; i++) {
		metrics_count(session->service->metrics,
			      (enum metrics_counter)(METRICS_FATE_OTHER +
						     (int)plan->fates[i]));
		if (recipient_fate_forwards(plan->fates[i]) &&
		    !is_counted(session, plan, i))
			activity_counter_add(session->service->activity,
					     session->views[i].account->id,
					     &one);
	}
}

_Static_assert(METRICS_FATE_OVER_QUOTA - METRICS_FATE_OTHER ==
		       (int)RECIPIENT_FATE_OVER_QUOTA,
	       "the counters of fates must be in the order of the fates");

void session_report(const struct session *session,
		    const struct envelope_plan *plan, const char *failed_edit)
{
	struct metrics *metrics = session->service->metrics;

	log_decision(session, plan, failed_edit);
	if (failed_edit != NULL) {
		metrics_count(metrics, METRICS_MESSAGE_DEFERRED);
	} else if (plan->reply.code != NULL) {
		metrics_count(metrics, METRICS_MESSAGE_REFUSED);
	} else {
		metrics_count(metrics, METRICS_MESSAGE_DECIDED);
		count_fates(session, plan);
	}
}
