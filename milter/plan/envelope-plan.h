/* SPDX-License-Identifier: MIT
 *
 * The plan for a message: the reply to each recipient, and at the end of the
 * message the edits of its envelope. The plan is pure: configuration, clock,
 * accounts and SRS are arguments, and nothing is read, written or logged. So
 * tables of cases can test the rules.
 */
#ifndef ALUMNI_MILTER_PLAN_ENVELOPE_PLAN_H
#define ALUMNI_MILTER_PLAN_ENVELOPE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"
#include "lib/base/error.h"
#include "lib/mail/reply-text.h"
#include "lib/mail/srs.h"
#include "milter/plan/spam-marks.h"

struct envelope_rules {
	const struct configuration *configuration;
	const struct srs *srs;
	const char *contact; /* shown in replies */
	int64_t now;         /* Unix seconds */
};

struct envelope_recipient {
	/* As the MTA gave it, with or without <>; DELRCPT must repeat it. */
	const char *address;
	/* Values of the ESMTP parameters, NULL where not given. */
	const char *orcpt;
	const char *notify;
	/* The account of the address; NULL if there is none, or if the address
	   is not ours. */
	const struct account *account;
	/* postmaster and abuse: never refused. */
	bool is_role;
	/* The message carries our tag of this account: it was forwarded
	   before and came back. */
	bool came_back;
	/* Messages forwarded for the account today, before this one. */
	int64_t forwarded_today;
};

struct envelope {
	const char *sender; /* as the MTA gave it; "" or "<>" is null */
	/* The sender logged in. Nothing is refused for lack of room, because a
	   mail program gives up the whole message after one such reply. LMTP
	   decides. */
	bool authenticated;
	/* Not through smtpd: a refusal would defer the whole message. */
	bool internal;
	/* The From header has an address that does not belong to the account of
	   the login, or cannot be parsed. */
	bool from_is_foreign;
	/* The verdict of the headers, known at the end of the message. */
	enum suspicion suspicion;
	/* The message is a notice to people about their own account, and must
	   stay in its mailbox. */
	bool is_notice;
	/* Bytes: as declared at RCPT (0 = not declared), true at the end. */
	int64_t size;
	const struct envelope_recipient *recipients;
	size_t recipient_count;
};

/* An SMTP reply; code is NULL when there is nothing to refuse. */
struct smtp_reply {
	const char *code;   /* "552" */
	const char *status; /* "5.2.2", RFC 3463 */
	/* ASCII without '%', which libmilter would take for a format. */
	char text[REPLY_TEXT_BYTES];
};

enum recipient_fate {
	RECIPIENT_FATE_OTHER,         /* not ours: left alone */
	RECIPIENT_FATE_KEPT,          /* stays in its mailbox */
	RECIPIENT_FATE_FORWARDED,     /* leaves, nothing stays */
	RECIPIENT_FATE_COPIED,        /* leaves, and a copy stays */
	RECIPIENT_FATE_COPY_LEFT_OUT, /* leaves; the copy had no room */
	/* These stay in the mailbox instead of being forwarded. */
	RECIPIENT_FATE_CAME_BACK,   /* was forwarded before */
	RECIPIENT_FATE_HELD_SPAM,   /* marked; goes to Junk */
	RECIPIENT_FATE_HELD_LIMIT,  /* enough were forwarded today */
	RECIPIENT_FATE_HELD_TARGET, /* an address of ours, or none at all */
	RECIPIENT_FATE_HELD_NOTICE, /* about the account itself */
	RECIPIENT_FATE_OVER_QUOTA,  /* no room; LMTP will say so */
};

enum envelope_edit_kind {
	ENVELOPE_CHANGE_SENDER,
	ENVELOPE_ADD_RECIPIENT,
	ENVELOPE_DELETE_RECIPIENT,
};

struct envelope_edit {
	enum envelope_edit_kind kind;
	char *address;    /* in the form that the MTA expects */
	char *parameters; /* ESMTP parameters, or NULL */
};

struct envelope_plan {
	struct smtp_reply reply; /* for the whole message */
	struct envelope_edit *edits;
	size_t edit_count;
	enum recipient_fate *fates; /* one per recipient, in order */
	size_t recipient_count;
	/* One per recipient, too: the forwarding address in its form for the
	   envelope; NULL if the message is not forwarded. */
	char **targets;
	/* Delivery must file the message into Junk. */
	bool is_junk;
	/* The result of SRS for the sender, if anything was forwarded. */
	enum srs_result srs_result;
};

/* Decides on one recipient at RCPT, with the declared size. The recipients of
   the envelope do not count. Returns a reply without a code when the recipient
   is taken. */
struct smtp_reply
envelope_plan_recipient(const struct envelope_rules *rules,
			const struct envelope *envelope,
			const struct envelope_recipient *recipient);

/* True if the end of the message can still change something. If not, the MTA
   need not send us the rest of the message. */
bool envelope_plan_needs_message(const struct envelope_rules *rules,
				 const struct envelope *envelope);
/* True if the plan depends on the true size. */
bool envelope_plan_needs_size(const struct envelope_rules *rules,
			      const struct envelope *envelope);

/* Decides on the message at its end, with the true size. Returns 0, or -1 with
   an error when it cannot be decided now: the message must be deferred. Free
   the plan in both cases. */
int envelope_plan_message(const struct envelope_rules *rules,
			  const struct envelope *envelope,
			  struct envelope_plan *plan_r, struct error *error);
/* Frees what the plan owns and empties it; may be called twice. */
void envelope_plan_free(struct envelope_plan *plan);

/* True if the account forwards this message now. */
bool recipient_fate_forwards(enum recipient_fate fate);
/* A word for the log, which is constant. */
const char *recipient_fate_name(enum recipient_fate fate);

#endif
