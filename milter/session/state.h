/* SPDX-License-Identifier: MIT
 *
 * What a session remembers, for the files that make it up: session.c for the
 * message, recipients.c for RCPT, sender.c for people who logged in, and
 * report.c for log and counts. Others include milter/session/session.h.
 */
#ifndef ALUMNI_MILTER_SESSION_STATE_H
#define ALUMNI_MILTER_SESSION_STATE_H

#include "milter/service/log.h"
#include "milter/plan/message-tags.h"
#include "milter/session/session.h"

#define SESSION_QUEUE_ID_BYTES 64

/* Owns what the plan's struct envelope_recipient points to. */
struct session_recipient {
	char *address;
	char *orcpt;
	char *notify;
	struct account *account;
	bool is_role;
};

struct session {
	const struct milter_service *service;
	bool internal;
	int64_t begun_at; /* Unix seconds */

	/* The message; all of it is forgotten by session_end(). */
	bool begun;
	bool decided;
	/* In force when it began. */
	const struct settings *settings;
	char queue_id[SESSION_QUEUE_ID_BYTES];
	char *sender;
	char *login; /* NULL = nobody logged in */
	/* The account of the login, once it was looked up at RCPT. */
	char sender_account_id[ACCOUNT_ID_BYTES];
	bool from_is_foreign;
	int64_t declared_size;
	int64_t true_size;
	enum suspicion suspicion;
	struct session_recipient *recipients;
	/* The same, as the plan wants them; of the same length. */
	struct envelope_recipient *views;
	size_t recipient_count;
	size_t recipient_room;
	struct message_tags tags;
	/* About the account itself, from this machine: never forwarded. */
	bool is_notice;
	/* Something could not be looked up, and could not be refused. */
	bool lookup_failed;
};

/* milter/session/session.c */

/* What the plan asks for, with the settings of the message and the time that it
   is now. */
struct envelope_rules session_rules(const struct session *session);
/* The message as far as it is known. size is in bytes. */
struct envelope session_envelope(const struct session *session, int64_t size);
/* The value of an ESMTP parameter NAME=VALUE, or NULL. parameters end with
   NULL, and own the value. */
const char *session_parameter(const char *const *parameters, const char *name);

/* milter/session/recipients.c */

/* Frees all recipients of the message. */
void session_forget_recipients(struct session *session);

/* milter/session/sender.c */

/* Judges whether who logged in may send to one more recipient, and blocks the
   account if it passes a limit. Returns a reply without a code if so, or if
   nobody logged in. */
struct smtp_reply session_check_sender(struct session *session);
/* Counts a recipient that was taken, if somebody logged in. */
void session_count_sent(const struct session *session);
/* Looks whether a From header's addresses are those of the login's account.
   Sets from_is_foreign if not, and lookup_failed if that cannot be said. */
void session_check_from(struct session *session, const char *value);

/* milter/session/report.c */

/* Begins a line with what every line has. */
void session_log_start(const struct session *session, struct log_line *line,
		       const char *event);
/* Logs that something could not be looked up: key and value say what. */
void session_log_lookup_failure(const struct session *session, const char *key,
				const char *value, const struct error *error);
/* Logs what was answered to a recipient; to the sender if address is NULL. */
void session_log_refusal(const struct session *session, const char *address,
			 const struct smtp_reply *reply);

#endif
