/* SPDX-License-Identifier: MIT
 *
 * The state of a session, for the files of the session alone: session.c for
 * the message, recipients.c for RCPT, sender.c for people who logged in, and
 * report.c for log and counters. Other code includes milter/session/session.h.
 */
#ifndef ALUMNI_MILTER_SESSION_STATE_H
#define ALUMNI_MILTER_SESSION_STATE_H

#include "milter/service/log.h"
#include "milter/plan/message-tags.h"
#include "milter/session/session.h"

#define SESSION_QUEUE_ID_BYTES 64

/* Owns the strings and the account to which the plan's struct
   envelope_recipient points. */
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
	/* The settings at the beginning of the message. */
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
	/* The same recipients in the plan's form; of the same length. */
	struct envelope_recipient *views;
	size_t recipient_count;
	size_t recipient_room;
	struct message_tags tags;
	/* A notice about the account itself, from this machine; never
	   forwarded. */
	bool is_notice;
	/* A look-up failed, and the recipient could not be refused. */
	bool lookup_failed;
};

/* milter/session/session.c */

/* The plan's rules: the settings of the message and the current time. */
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

/* Decides whether the person who logged in may send to one more recipient, and
   blocks the account if it exceeds a limit. Returns a reply without a code if
   sending is allowed, or if nobody logged in. */
struct smtp_reply session_check_sender(struct session *session);
/* Counts an accepted recipient, if somebody logged in. */
void session_count_sent(const struct session *session);
/* Checks that the addresses of a From header belong to the account of the
   login. Sets from_is_foreign if they do not, and lookup_failed if the look-up
   failed. */
void session_check_from(struct session *session, const char *value);

/* milter/session/report.c */

/* Begins a log line with the fields that every line has. */
void session_log_start(const struct session *session, struct log_line *line,
		       const char *event);
/* Logs a failed look-up; key and value name its subject. */
void session_log_lookup_failure(const struct session *session, const char *key,
				const char *value, const struct error *error);
/* Logs the answer to a recipient, or to the sender if address is NULL. */
void session_log_refusal(const struct session *session, const char *address,
			 const struct smtp_reply *reply);

#endif
