/* SPDX-License-Identifier: MIT
 *
 * The login decision; see lib/login/login.h. Each tier either accepts, bars the
 * account in every tier, or passes the question on; what it knew goes into the
 * reason and into what the outcome is when nobody accepts.
 */
#include "lib/login/login.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/account/tiers.h"
#include "lib/base/secret.h"
#include "lib/mail/address.h"
#include "lib/login/decision.h"
#include "lib/password/hash.h"

void decision_note(struct decision *decision, const char *tier,
		   const char *format, ...)
{
	struct error *reason = &decision->result->reason;
	const struct error before = *reason;
	char text[ERROR_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error_set(reason, "%s%s%s: %s", before.text,
		  before.text[0] == '\0' ? "" : "; ", tier, text);
}

void decision_note_failure(struct decision *decision, const char *tier,
			   const struct error *error)
{
	decision->could_not_ask = true;
	decision_note(decision, tier, "%s", error->text);
}

void decision_accept(struct decision *decision, const char *tier)
{
	struct login_result *result = decision->result;

	result->account = decision->account;
	(void)snprintf(result->tier, sizeof(result->tier), "%s", tier);
}

int decision_read_account(struct decision *decision, struct error *error)
{
	int ret = store_account_by_name(decision->parts->store, decision->name,
					&decision->account, error);

	decision->have_account = ret > 0;
	return ret;
}

/* ---- the order of the tiers ---- */

static bool alumni_is_first(const struct decision *decision)
{
	return decision->parts->configuration->order ==
		       LOGIN_ORDER_LAST_SUCCESS_FIRST &&
	       strcmp(decision->account.last_tier, LOGIN_TIER_ALUMNI) == 0;
}

/* Kept only where it matters: it costs a write. */
static void remember_tier(struct decision *decision)
{
	const struct account *account = &decision->account;
	const char *tier = decision->result->tier;
	struct error error;

	if (decision->parts->configuration->order !=
		    LOGIN_ORDER_LAST_SUCCESS_FIRST ||
	    strcmp(account->last_tier, tier) == 0)
		return;
	if (store_account_set_last_tier(decision->parts->store, account->id,
					tier, &error) < 0)
		decision_note(decision, "login",
			      "the tier cannot be remembered: %s", error.text);
}

static enum tier_outcome ask_tiers(struct decision *decision)
{
	/* It is not remembered as the tier to ask first: it is anyway. */
	enum tier_outcome outcome = login_ask_app(decision);

	if (outcome != TIER_PASSES)
		return outcome;
	if (alumni_is_first(decision)) {
		outcome = login_ask_alumni(decision);
		if (outcome == TIER_PASSES)
			outcome = login_ask_directory(decision);
	} else {
		outcome = login_ask_directory(decision);
		if (outcome == TIER_PASSES)
			outcome = login_ask_alumni(decision);
	}
	if (outcome == TIER_PASSES)
		outcome = login_ask_learned(decision);
	if (outcome == TIER_ACCEPTS)
		remember_tier(decision);
	return outcome;
}

static enum tier_outcome ask_account(struct decision *decision)
{
	enum tier_outcome outcome;

	if (!decision->account.enabled) {
		decision_note(decision, "login", "the account is disabled");
		return TIER_BARS;
	}
	outcome = login_find_pinned(decision);
	if (outcome == TIER_PASSES)
		outcome = ask_tiers(decision);
	if (outcome == TIER_PASSES && !account_is_pinned(&decision->account)) {
		decision_note(decision, "login",
			      "the account (%s) is pinned to no entry",
			      decision->account.id);
		login_find_unpinned(decision);
	}
	return outcome;
}

static enum tier_outcome ask_stranger(struct decision *decision)
{
	enum tier_outcome outcome = login_ask_all(decision);

	/* The account of the name may have been made meanwhile, for another
	   person, whose password this may be. */
	if (outcome == TIER_PASSES)
		outcome = decision->have_account && !decision->account.enabled
				  ? TIER_BARS
				  : login_ask_alumni(decision);
	if (outcome == TIER_ACCEPTS)
		remember_tier(decision);
	return outcome;
}

/* ---- the decision ---- */

static enum login_outcome conclude(struct decision *decision,
				   enum tier_outcome outcome)
{
	if (outcome == TIER_ACCEPTS)
		return LOGIN_OK;
	/* A refusal takes the time of a hash, whatever it is for. */
	if (decision->hashes_verified == 0)
		login_verify_dummy(decision);
	if (outcome == TIER_BARS)
		return LOGIN_DISABLED;
	if (decision->could_not_ask)
		return LOGIN_TEMPORARY_FAILURE;
	if (decision->have_account || decision->password_refused)
		return LOGIN_MISMATCH;
	return LOGIN_UNKNOWN_USER;
}

static enum login_outcome decide(struct decision *decision,
				 const char *typed_name)
{
	const struct login_parts *parts = decision->parts;
	enum tier_outcome outcome;
	struct error error;

	if (decision->password[0] == '\0') {
		decision_note(decision, "login", "the password is empty");
		return LOGIN_MISMATCH;
	}
	if (strlen(decision->password) > PASSWORD_BYTES_MAX) {
		decision_note(decision, "login", "the password is too long");
		return LOGIN_MISMATCH;
	}
	if (account_name_normalise(
		    typed_name,
		    (const char *const *)parts->configuration->domains,
		    decision->name, &error) < 0) {
		decision_note(decision, "login", "%s", error.text);
		return conclude(decision, TIER_PASSES);
	}
	if (decision_read_account(decision, &error) < 0) {
		decision_note_failure(decision, "login", &error);
		return LOGIN_TEMPORARY_FAILURE;
	}
	outcome = decision->have_account ? ask_account(decision)
					 : ask_stranger(decision);
	if (outcome == TIER_ACCEPTS)
		login_remember_refusal(decision, true);
	return conclude(decision, outcome);
}

void login_decide(const struct login_parts *parts, const char *typed_name,
		  const char *password, struct login_result *result_r)
{
	struct decision decision = {
		.parts = parts,
		.password = password,
		.result = result_r,
	};

	memset(result_r, 0, sizeof(*result_r));
	result_r->outcome = decide(&decision, typed_name);
	if (result_r->outcome != LOGIN_OK)
		result_r->created = false;
	secret_wipe(decision.credentials, sizeof(decision.credentials));
}

const char *login_outcome_name(enum login_outcome outcome)
{
	switch (outcome) {
	case LOGIN_OK:
		return "ok";
	case LOGIN_MISMATCH:
		return "mismatch";
	case LOGIN_UNKNOWN_USER:
		return "unknown user";
	case LOGIN_DISABLED:
		return "disabled";
	case LOGIN_TEMPORARY_FAILURE:
		return "temporary failure";
	}
	return "?";
}

static int find_in_directory(void *context, const char *name,
			     struct directory_entry *entry_r,
			     struct error *error)
{
	return directory_find(context, name, entry_r, error);
}

static int verify_in_directory(void *context, const char *dn,
			       const char *password, struct error *error)
{
	return directory_verify(context, dn, password, error);
}

struct login_directory login_directory_of(struct directory *directory)
{
	return (struct login_directory){
		.name = directory_name(directory),
		.context = directory,
		.find = find_in_directory,
		.verify = verify_in_directory,
	};
}
