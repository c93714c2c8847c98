/* SPDX-License-Identifier: MIT
 *
 * The tier of the passwords that this program made itself: app passwords, and
 * the codes of invites; see lib/login/tiers.h.
 */
#include "lib/account/tiers.h"
#include "lib/login/credentials.h"
#include "lib/login/tiers.h"
#include "lib/password/app-password.h"

static enum tier_outcome accept_app(struct decision *decision,
				    const struct credential *credential)
{
	const struct login_parts *parts = decision->parts;
	struct error error;

	decision_note(decision, LOGIN_TIER_APP, "\"%s\"", credential->label);
	if (parts->no_app_passwords) {
		decision_note(decision, LOGIN_TIER_APP,
			      "an app password changes nothing");
		return TIER_BARS;
	}
	if (!parts->configuration->app_passwords) {
		decision_note(decision, LOGIN_TIER_APP,
			      "app passwords are not used");
		return TIER_BARS;
	}
	decision_accept(decision, LOGIN_TIER_APP);
	if (store_credential_used(parts->store, decision->account.id,
				  credential, parts->now, &error) < 0)
		decision_note(decision, LOGIN_TIER_APP,
			      "the use cannot be kept: %s", error.text);
	return TIER_ACCEPTS;
}

static enum tier_outcome accept_invite(struct decision *decision,
				       const struct credential *credential)
{
	if (credential->expires_at != 0 &&
	    credential->expires_at <= decision->parts->now) {
		decision_note(decision, LOGIN_TIER_INVITE,
			      "the code has expired");
		return TIER_BARS;
	}
	decision_accept(decision, LOGIN_TIER_INVITE);
	return TIER_ACCEPTS;
}

static enum tier_outcome ask_credential(struct decision *decision,
					const struct credential *credential)
{
	if (credential->kind != CREDENTIAL_APP &&
	    credential->kind != CREDENTIAL_INVITE)
		return TIER_PASSES;
	if (!app_password_verify(credential->hash, decision->password))
		return TIER_PASSES;
	return credential->kind == CREDENTIAL_APP
		       ? accept_app(decision, credential)
		       : accept_invite(decision, credential);
}

enum tier_outcome tier_app(struct decision *decision)
{
	enum tier_outcome outcome = TIER_PASSES;
	struct error error;

	if (!app_password_has_shape(decision->password))
		return TIER_PASSES;
	if (credentials_read(decision, &error) < 0) {
		decision_note_failure(decision, LOGIN_TIER_APP, &error);
		return TIER_PASSES;
	}
	for (size_t i = 0;
	     i < decision->credential_count && outcome == TIER_PASSES; i++)
		outcome = ask_credential(decision, &decision->credentials[i]);
	return outcome;
}
