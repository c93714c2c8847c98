/* SPDX-License-Identifier: MIT
 *
 * One SMTP session as the milter sees it, and the message that is being
 * transferred in it. The session collects the facts that the envelope plan
 * needs. It knows nothing of libmilter; milter/session/callbacks.c calls it.
 */
#ifndef ALUMNI_MILTER_SESSION_SESSION_H
#define ALUMNI_MILTER_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/plan/envelope-plan.h"
#include "milter/service/service.h"

/* Postfix's own limit by default (smtpd_recipient_limit). */
#define SESSION_RECIPIENTS_MAX 1000

struct session;

/* internal: the mail does not come through smtpd. Returns NULL when out of
   memory. */
struct session *session_new(const struct milter_service *service,
			    bool internal);
/* Ends a message that has begun, frees the session and clears the pointer. The
   pointer may be NULL. */
void session_free(struct session **session);

/* MAIL: begins a message. An earlier message that has not ended is forgotten.
   parameters are its ESMTP parameters, NULL-terminated. login is the user name
   of an authenticated client, or NULL. Returns 0, or -1 if memory is exhausted
   or the daemon is about to end. The message must then be deferred. */
int session_begin(struct session *session, const char *sender,
		  const char *const *parameters, const char *login);

/* Sets the queue id for the log, as soon as it is known. NULL changes
   nothing. */
void session_set_queue_id(struct session *session, const char *queue_id);

/* RCPT: looks the recipient up, decides, and remembers the recipient unless it
   is refused. The reply's code is NULL if the recipient is accepted. */
struct smtp_reply session_add_recipient(struct session *session,
					const char *address,
					const char *const *parameters);

/* True if there is something to decide at the end of the message. */
bool session_needs_message(const struct session *session);

/* One header, in the message's order. */
void session_see_header(struct session *session, const char *name,
			const char *value);
/* A part of the body, in bytes. */
void session_see_body(struct session *session, size_t length);

/* End of the message: decides. *header_r is the value of the header to add, or
   NULL. The caller frees it and the plan. Returns 0, or -1 if the message must
   be deferred, which is logged already. */
int session_decide(struct session *session, struct envelope_plan *plan_r,
		   char **header_r);

/* Logs and counts the decision; failed_edit names the edit that the MTA
   refused, NULL if all went well. */
void session_report(const struct session *session,
		    const struct envelope_plan *plan, const char *failed_edit);

/* Instead of session_decide(), when there is nothing to decide. */
void session_pass(struct session *session);

/* Forgets the message, whatever the decision was. May be called twice. */
void session_end(struct session *session);

#endif
