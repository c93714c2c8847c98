/* SPDX-License-Identifier: MIT
 *
 * The tier of the alumni password; see lib/login/tiers.h.
 */
#include "lib/account/tiers.h"
#include "lib/login/credentials.h"
#include "lib/login/tiers.h"

static enum tier_outcome compare(struct decision *decision,
				 const struct credential *credential)
{
	struct error error;
	int ret = credentials_verify(decision, credential, &error);

	if (ret < 0) {
		decision_note_failure(decision, LOGIN_TIER_ALUMNI, &error);
		return TIER_PASSES;
	}
	if (ret == 0) {
		decision->password_refused = true;
		decision_note(decision, LOGIN_TIER_ALUMNI,
			      "the password is wrong");
		return TIER_PASSES;
	}
	decision_accept(decision, LOGIN_TIER_ALUMNI);
	credentials_renew(decision, LOGIN_TIER_ALUMNI, credential);
	return TIER_ACCEPTS;
}

enum tier_outcome tier_alumni(struct decision *decision)
{
	enum tier_outcome outcome = TIER_PASSES;
	bool is_set = false;
	struct error error;

	if (!decision->have_account) {
		decision_note(decision, LOGIN_TIER_ALUMNI, "no such account");
		return TIER_PASSES;
	}
	if (credentials_read(decision, &error) < 0) {
		decision_note_failure(decision, LOGIN_TIER_ALUMNI, &error);
		return TIER_PASSES;
	}
	for (size_t i = 0;
	     i < decision->credential_count && outcome == TIER_PASSES; i++) {
		if (decision->credentials[i].kind != CREDENTIAL_PASSWORD)
			continue;
		is_set = true;
		outcome = compare(decision, &decision->credentials[i]);
	}
	if (!is_set)
		decision_note(decision, LOGIN_TIER_ALUMNI,
			      "no password is set");
	return outcome;
}
