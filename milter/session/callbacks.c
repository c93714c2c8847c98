/* SPDX-License-Identifier: MIT
 *
 * libmilter's callbacks; see milter/session/callbacks.h. The callbacks only
 * translate. session.c interprets a message, and milter/plan/envelope-plan.c
 * decides on it.
 */
#include "milter/session/callbacks.h"

#include <errno.h>
#include <libmilter/mfapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/service/log.h"
#include "milter/session/negotiation.h"
#include "milter/session/session.h"
#include "protocol/headers.h"
#include "protocol/names.h"

#define NEEDED_ACTIONS                                                         \
	(SMFIF_ADDHDRS | SMFIF_ADDRCPT | SMFIF_ADDRCPT_PAR | SMFIF_DELRCPT |   \
	 SMFIF_CHGFROM)
/* Set once, before the first thread. */
static const struct milter_service *the_service;

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
			     unsigned long f2, unsigned long f3,
			     unsigned long *pf0, unsigned long *pf1,
			     unsigned long *pf2, unsigned long *pf3)
{
	(void)f2;
	(void)f3;
	*pf2 = *pf3 = 0;
	if (negotiation_agree(ctx, NEEDED_ACTIONS, f0, f1, pf0, pf1))
		return SMFIS_CONTINUE;
	log_failure("negotiation-failed", "the mail server is too old, or its "
					  "milter_protocol is set below 6");
	return SMFIS_REJECT;
}

/* Our context in libmilter; it exists while the connection is counted. */
struct connection {
	struct session *session; /* NULL = its mail is deferred */
	bool begun;              /* false = this message is deferred */
};

static struct session *session_of(SMFICTX *ctx)
{
	const struct connection *connection = smfi_getpriv(ctx);

	return connection == NULL ? NULL : connection->session;
}

static const char *macro(SMFICTX *ctx, const char *name)
{
	char copy[32];

	(void)snprintf(copy, sizeof(copy), "%s", name);
	return smfi_getsymval(ctx, copy);
}

/* Returns false if there are too many already. */
static bool count_connection(void)
{
	struct metrics *metrics = the_service->metrics;

	metrics_count(metrics, METRICS_CONNECTIONS);
	metrics_raise(metrics, METRICS_OPEN_CONNECTIONS, 1);
	if (metrics_gauge_value(metrics, METRICS_OPEN_CONNECTIONS) <=
	    CALLBACKS_CONNECTIONS_MAX)
		return true;
	metrics_count(metrics, METRICS_CONNECTIONS_REFUSED);
	log_failure("too-many-connections",
		    "mail of this connection is deferred");
	return false;
}

/* Postfix does not wait for a reply here. Without a session, RCPT is
   deferred. */
static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
	const char *daemon_name = macro(ctx, "{daemon_name}");
	struct connection *connection = calloc(1, sizeof(*connection));

	(void)host;
	(void)address;
	if (connection == NULL || smfi_setpriv(ctx, connection) != MI_SUCCESS) {
		free(connection);
		return SMFIS_NOREPLY;
	}
	if (count_connection())
		connection->session = session_new(
			the_service,
			daemon_name != NULL &&
				strcmp(daemon_name, MILTER_DAEMON_INTERNAL) ==
					0);
	return SMFIS_NOREPLY;
}

/* Sets the reply, if there is one. */
static sfsistat answer(SMFICTX *ctx, const struct smtp_reply *reply)
{
	char code[4], status[16], text[REPLY_TEXT_BYTES];

	if (reply->code == NULL)
		return SMFIS_CONTINUE;
	(void)snprintf(code, sizeof(code), "%s", reply->code);
	(void)snprintf(status, sizeof(status), "%s", reply->status);
	(void)snprintf(text, sizeof(text), "%s", reply->text);
	(void)smfi_setreply(ctx, code, status, text);
	return reply->code[0] == '5' ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

static sfsistat defer(SMFICTX *ctx)
{
	static const struct smtp_reply try_again = {
		"451", "4.3.0",
		"The message cannot be taken now, try again "
		"later"};

	return answer(ctx, &try_again);
}

/* Postfix does not wait for a reply here either. A message that cannot begin is
   deferred at RCPT. */
static sfsistat on_mail(SMFICTX *ctx, char **arguments)
{
	struct connection *connection = smfi_getpriv(ctx);
	struct session *session = session_of(ctx);

	if (session == NULL)
		return SMFIS_NOREPLY;
	connection->begun = session_begin(session, arguments[0],
					  (const char *const *)arguments + 1,
					  macro(ctx, "{auth_authen}")) == 0;
	session_set_queue_id(session, macro(ctx, "i"));
	return SMFIS_NOREPLY;
}

static sfsistat on_rcpt(SMFICTX *ctx, char **arguments)
{
	const struct connection *connection = smfi_getpriv(ctx);
	struct session *session = session_of(ctx);
	struct smtp_reply reply;

	if (session == NULL || !connection->begun)
		return defer(ctx);
	session_set_queue_id(session, macro(ctx, "i"));
	reply = session_add_recipient(session, arguments[0],
				      (const char *const *)arguments + 1);
	return answer(ctx, &reply);
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	session_see_header(session_of(ctx), name, value);
	return SMFIS_NOREPLY;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *chunk, size_t length)
{
	(void)chunk;
	session_see_body(session_of(ctx), length);
	return SMFIS_NOREPLY;
}

static int make_edit(SMFICTX *ctx, const struct envelope_edit *edit)
{
	switch (edit->kind) {
	case ENVELOPE_CHANGE_SENDER:
		return smfi_chgfrom(ctx, edit->address, NULL);
	case ENVELOPE_ADD_RECIPIENT:
		return smfi_addrcpt_par(ctx, edit->address, edit->parameters);
	case ENVELOPE_DELETE_RECIPIENT:
		return smfi_delrcpt(ctx, edit->address);
	}
	return MI_FAILURE;
}

/* The plan's edits begin with the new recipients, and no edit takes effect
   before our reply. If an edit fails, the unchanged message is deferred.
   Returns the name of the edit that failed, or NULL. */
static const char *make_edits(SMFICTX *ctx, const struct envelope_plan *plan,
			      char *header)
{
	char junk_name[] = HEADER_JUNK;
	char junk_value[] = HEADER_JUNK_VALUE;

	static const char *const names[] = {
		[ENVELOPE_CHANGE_SENDER] = "change-sender",
		[ENVELOPE_ADD_RECIPIENT] = "add-recipient",
		[ENVELOPE_DELETE_RECIPIENT] = "delete-recipient",
	};

	for (size_t i = 0; i < plan->edit_count; i++) {
		if (make_edit(ctx, &plan->edits[i]) != MI_SUCCESS)
			return names[plan->edits[i].kind];
	}
	if (header != NULL && smfi_insheader(ctx, 0, (char[]){HEADER_FORWARDED},
					     header) != MI_SUCCESS)
		return "add-header";
	if (plan->is_junk &&
	    smfi_insheader(ctx, 0, junk_name, junk_value) != MI_SUCCESS)
		return "add-junk-header";
	return NULL;
}

static sfsistat decide(SMFICTX *ctx, struct session *session)
{
	struct envelope_plan plan;
	char *header = NULL;
	const char *failed_edit = NULL;
	sfsistat status;

	if (session_decide(session, &plan, &header) < 0) {
		status = defer(ctx);
	} else {
		if (plan.reply.code == NULL)
			failed_edit = make_edits(ctx, &plan, header);
		session_report(session, &plan, failed_edit);
		status = failed_edit != NULL ? defer(ctx)
					     : answer(ctx, &plan.reply);
	}
	free(header);
	envelope_plan_free(&plan);
	return status;
}

static sfsistat on_end_of_message(SMFICTX *ctx)
{
	struct session *session = session_of(ctx);
	sfsistat status = SMFIS_CONTINUE;

	session_set_queue_id(session, macro(ctx, "i"));
	if (session_needs_message(session))
		status = decide(ctx, session);
	else
		session_pass(session);
	session_end(session);
	return status;
}

static sfsistat on_abort(SMFICTX *ctx)
{
	struct session *session = session_of(ctx);

	if (session != NULL)
		session_end(session);
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	/* A connection that only negotiated was never counted. */
	if (connection == NULL)
		return SMFIS_CONTINUE;
	session_free(&connection->session);
	free(connection);
	(void)smfi_setpriv(ctx, NULL);
	metrics_raise(the_service->metrics, METRICS_OPEN_CONNECTIONS, -1);
	return SMFIS_CONTINUE;
}

int callbacks_listen(const struct milter_service *service, const char *path,
		     struct error *error)
{
	static char name[] = "alumni-milter";
	const struct smfiDesc description = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = NEEDED_ACTIONS | SMFIF_SETSYMLIST,
		.xxfi_connect = on_connect,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_header = on_header,
		.xxfi_body = on_body,
		.xxfi_eom = on_end_of_message,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};
	char connection[512];

	the_service = service;
	(void)snprintf(connection, sizeof(connection), "unix:%s", path);
	/* false: the caller has removed an old socket. */
	if (smfi_register(description) != MI_SUCCESS ||
	    smfi_setconn(connection) != MI_SUCCESS ||
	    smfi_opensocket(false) != MI_SUCCESS)
		return error_set(error, "cannot listen on %s: %s", path,
				 strerror(errno));
	return 0;
}
