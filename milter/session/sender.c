/* SPDX-License-Identifier: MIT
 *
 * Limits and sender addresses of people who logged in; see
 * milter/session/state.h. A stolen password is the most common incident of a
 * mail service.
 */
#include <string.h>
#include <time.h>

#include "lib/store/audit.h"
#include "milter/plan/from-header.h"
#include "milter/plan/recipient.h"
#include "milter/plan/sender-rules.h"
#include "milter/session/state.h"

static const struct smtp_reply nothing;
static const struct smtp_reply try_again = {
	"451", "4.3.0",
	"Your account cannot be looked up now, try again later"};

/* Returns 1 with the account of the login and when its passwords were changed,
   0 if there is none, -1 failed. */
static int find_sender(struct session *session, struct account *account_r,
		       int64_t *changed_at_r, struct error *error)
{
	const char *const *domains =
		(const char *const *)session->settings->configuration->domains;
	struct store_pool *pool = session->service->pool;
	char name[ADDRESS_LOCAL_BYTES];
	struct store_handle handle;
	int found;

	if (account_name_normalise(session->login, domains, name, NULL) < 0)
		return 0;
	if (store_pool_take(pool, &handle, error) < 0)
		return -1;
	found = store_account_by_name(handle.store, name, account_r, error);
	if (found > 0 && store_passwords_changed_at(handle.store, account_r->id,
						    changed_at_r, error) < 0)
		found = -1;
	return store_pool_give(pool, &handle, found);
}

static bool has_limits(const struct configuration *configuration)
{
	return configuration->submission_recipients_per_hour != 0 ||
	       configuration->submission_recipients_per_day != 0;
}

/* The line that should wake an administrator. */
static void log_alert(const struct session *session,
		      const struct account *account, const char *reason)
{
	struct log_line line;

	session_log_start(session, &line, "sending-blocked");
	log_text(&line, "level", "alert");
	log_text(&line, "account", account->name);
	log_text(&line, "reason", reason);
	log_write(&line);
}

/* Returns 1 blocked now, 0 it was blocked before, -1 failed. */
static int block_in_store(struct store_pool *pool,
			  const struct account *account, const char *reason,
			  int64_t now, struct error *error)
{
	struct store_handle handle;

	if (store_pool_take(pool, &handle, error) < 0)
		return -1;
	return store_pool_give(pool, &handle,
			       store_sending_block(handle.store, account->id,
						   now, reason, error));
}

static void block(const struct session *session, const struct account *account,
		  const char *reason, int64_t now)
{
	struct error error = {""};

	switch (block_in_store(session->service->pool, account, reason, now,
			       &error)) {
	case 1:
		metrics_count(session->service->metrics,
			      METRICS_SENDING_BLOCKED);
		log_alert(session, account, reason);
		break;
	case 0:
		/* Another session has blocked the account already. */
		break;
	default:
		/* The counts still refuse this recipient. */
		session_log_lookup_failure(session, "account", account->name,
					   &error);
	}
}

static struct smtp_reply refuse(const struct session *session,
				enum sender_verdict verdict)
{
	struct smtp_reply reply =
		sender_rules_reply(session->settings->configuration,
				   session->settings->contact, verdict);

	if (reply.code != NULL)
		session_log_refusal(session, NULL, &reply);
	return reply;
}

static void remember_sender(struct session *session,
			    const struct account *account)
{
	memcpy(session->sender_account_id, account->id, sizeof(account->id));
}

struct smtp_reply session_check_sender(struct session *session)
{
	const struct configuration *configuration =
		session->settings->configuration;
	const int64_t now = time(NULL);
	struct sender_session logged_in = {.begun_at = session->begun_at};
	struct activity activity = {0};
	struct account account;
	struct error error = {""};
	enum sender_verdict verdict;
	const char *reason;
	int found;

	if (session->login == NULL)
		return nothing;
	/* Looked up for every recipient, so that a block takes effect at
	   once. */
	found = find_sender(session, &account, &logged_in.passwords_changed_at,
			    &error);
	if (found < 0 ||
	    (found > 0 && has_limits(configuration) &&
	     activity_counter_read(session->service->activity, account.id,
				   &activity, &error) < 0)) {
		session_log_lookup_failure(session, "login", session->login,
					   &error);
		return try_again;
	}
	verdict = sender_rules_judge(configuration, found > 0 ? &account : NULL,
				     &logged_in, &activity, now);
	reason = sender_verdict_block_reason(verdict);
	if (reason != NULL)
		block(session, &account, reason, now);
	if (verdict == SENDER_MAY_SEND)
		remember_sender(session, &account);
	return refuse(session, verdict);
}

void session_count_sent(const struct session *session)
{
	const struct activity one = activity_at(time(NULL), 0, 1);

	if (session->login != NULL && session->sender_account_id[0] != '\0')
		activity_counter_add(session->service->activity,
				     session->sender_account_id, &one);
}

/* ---- From ---- */

/* Returns 1 if the address belongs to the account, 0 if not, -1 if the look-up
   failed. */
static int is_of_sender(const struct session *session, const char *address,
			struct error *error)
{
	struct recipient meaning;
	struct account owner;
	int found;

	recipient_classify(session->settings->configuration, address, &meaning);
	if ((meaning.kind != RECIPIENT_OURS &&
	     meaning.kind != RECIPIENT_ROLE) ||
	    meaning.name[0] == '\0')
		return 0;
	found = store_pool_account(session->service->pool, meaning.name, &owner,
				   error);
	if (found <= 0)
		return found;
	return strcmp(owner.id, session->sender_account_id) == 0;
}

static void log_foreign(const struct session *session, const char *address)
{
	struct log_line line;

	session_log_start(session, &line, "from-is-foreign");
	log_text(&line, "header_from", address);
	log_write(&line);
}

void session_check_from(struct session *session, const char *value)
{
	char address[ADDRESS_BYTES];
	struct error error = {""};

	for (;;) {
		switch (from_header_next(&value, address)) {
		case FROM_HEADER_END:
			return;
		case FROM_HEADER_MALFORMED:
			session->from_is_foreign = true;
			log_foreign(session, "malformed");
			return;
		case FROM_HEADER_ADDRESS:
			break;
		}
		switch (is_of_sender(session, address, &error)) {
		case 1:
			break;
		case 0:
			session->from_is_foreign = true;
			log_foreign(session, address);
			return;
		default:
			session->lookup_failed = true;
			session_log_lookup_failure(session, "header_from",
						   address, &error);
			return;
		}
	}
}
