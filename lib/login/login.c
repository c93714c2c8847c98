/* SPDX-License-Identifier: MIT
 *
 * The login decision; see lib/login/login.h. It asks the tiers of a table in
 * turn. Each tier accepts, bars the account in every tier, or passes the
 * question on (lib/login/tiers.h). When no tier accepts, the outcome follows
 * from the notes that the tiers left in the record.
 */
#include "lib/login/login.h"

#include <string.h>

#include "lib/account/tiers.h"
#include "lib/base/secret.h"
#include "lib/login/bind.h"
#include "lib/login/credentials.h"
#include "lib/login/decision.h"
#include "lib/login/tiers.h"
#include "lib/mail/address.h"
#include "lib/password/hash.h"

/* ---- the order of the tiers ---- */

struct tier {
	tier_function *ask;
	/* With order = last-success-first, the account keeps the tier's name
	   when the tier accepts. An app password is asked before the tiers that
	   may change places, so a success there says nothing about their
	   order. */
	bool is_remembered;
};

/* Each order ends with an empty row. */
static const struct tier directory_first[] = {
	{.ask = tier_enabled},
	{.ask = tier_entry},
	{.ask = tier_app},
	{.ask = tier_directory, .is_remembered = true},
	{.ask = tier_alumni, .is_remembered = true},
	{.ask = tier_learned, .is_remembered = true},
	{.ask = tier_namesake},
	{.ask = NULL},
};

static const struct tier alumni_first[] = {
	{.ask = tier_enabled},
	{.ask = tier_entry},
	{.ask = tier_app},
	{.ask = tier_alumni, .is_remembered = true},
	{.ask = tier_directory, .is_remembered = true},
	{.ask = tier_learned, .is_remembered = true},
	{.ask = tier_namesake},
	{.ask = NULL},
};

/* For a name without an account. While a directory is asked, an account of this
   name may be made for another person, who may be the one that logs in: so the
   last two tiers look at it. */
static const struct tier no_account[] = {
	{.ask = tier_newcomer, .is_remembered = true},
	{.ask = tier_enabled},
	{.ask = tier_alumni, .is_remembered = true},
	{.ask = NULL},
};

static const struct tier *choose_order(const struct decision *decision)
{
	if (!decision->have_account)
		return no_account;
	if (decision->parts->configuration->order ==
		    LOGIN_ORDER_LAST_SUCCESS_FIRST &&
	    strcmp(decision->account.last_tier, LOGIN_TIER_ALUMNI) == 0)
		return alumni_first;
	return directory_first;
}

/* Writes to the store only if the order depends on the tier and the tier is
   another one than before. */
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
	enum tier_outcome outcome = TIER_PASSES;

	for (const struct tier *tier = choose_order(decision);
	     tier->ask != NULL && outcome == TIER_PASSES; tier++) {
		outcome = tier->ask(decision);
		if (outcome == TIER_ACCEPTS && tier->is_remembered)
			remember_tier(decision);
	}
	return outcome;
}

/* ---- the decision ---- */

static bool password_may_be_asked(struct decision *decision)
{
	if (decision->password[0] == '\0') {
		decision_note(decision, "login", "the password is empty");
		return false;
	}
	if (strlen(decision->password) > PASSWORD_BYTES_MAX) {
		decision_note(decision, "login", "the password is too long");
		return false;
	}
	return true;
}

static enum login_outcome conclude(struct decision *decision,
				   enum tier_outcome outcome)
{
	if (outcome == TIER_ACCEPTS)
		return LOGIN_OK;
	/* Every refusal takes the time of a hash, so that the time does not
	   tell the reason. */
	if (decision->hashes_verified == 0)
		credentials_verify_dummy(decision);
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
	const char *const *domains =
		(const char *const *)decision->parts->configuration->domains;
	enum tier_outcome outcome;
	struct error error;

	if (!password_may_be_asked(decision))
		return LOGIN_MISMATCH;
	if (account_name_normalise(typed_name, domains, decision->name,
				   &error) < 0) {
		decision_note(decision, "login", "%s", error.text);
		return conclude(decision, TIER_PASSES);
	}
	if (decision_read_account(decision, &error) < 0) {
		decision_note_failure(decision, "login", &error);
		return LOGIN_TEMPORARY_FAILURE;
	}
	outcome = ask_tiers(decision);
	if (outcome == TIER_ACCEPTS)
		bind_remember_refusal(decision, true);
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
