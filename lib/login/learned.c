/* SPDX-License-Identifier: MIT
 *
 * The tier of the password learned of a directory; see lib/login/learned.h and
 * lib/login/tiers.h.
 */
#include "lib/login/learned.h"

#include <string.h>

#include "lib/account/tiers.h"
#include "lib/base/secret.h"
#include "lib/login/credentials.h"
#include "lib/login/password-memory.h"
#include "lib/login/tiers.h"

/* For how long a learned hash that fits the directory's password is taken to
   fit it without another look. A look costs as much as all the rest of a
   login. */
#define LEARNED_MEMORY_SECONDS (INT64_C(60) * 60)

static const struct credential *find_learned(const struct decision *decision)
{
	for (size_t i = 0; i < decision->credential_count; i++) {
		const struct credential *credential = &decision->credentials[i];

		if (credential->kind == CREDENTIAL_LEARNED &&
		    strcmp(credential->label, decision->account.directory) == 0)
			return credential;
	}
	return NULL;
}

static bool has_alumni_password(const struct decision *decision)
{
	for (size_t i = 0; i < decision->credential_count; i++) {
		if (decision->credentials[i].kind == CREDENTIAL_PASSWORD)
			return true;
	}
	return false;
}

static bool learning_is_on(const struct decision *decision)
{
	return decision->parts->configuration->learn_password !=
	       LEARN_PASSWORD_NEVER;
}

static void clear_learned(struct decision *decision)
{
	struct error error;

	if (store_credential_clear(decision->parts->store, decision->account.id,
				   CREDENTIAL_LEARNED,
				   decision->account.directory, &error) < 0)
		decision_note(decision, LOGIN_TIER_LEARNED,
			      "the password could not be forgotten: %s",
			      error.text);
	else
		decision_note(decision, LOGIN_TIER_LEARNED,
			      "the password is no longer right, and forgotten");
}

static struct password_about about_hash(const struct decision *decision,
					const char *hash)
{
	return (struct password_about){
		.directory = decision->account.directory,
		.entry_id = hash,
		.password = decision->password,
	};
}

static void remember_fit(const struct decision *decision, const char *hash)
{
	const struct login_parts *parts = decision->parts;
	const struct password_about about = about_hash(decision, hash);

	password_memory_set(parts->state, PASSWORD_FITS_HASH, &about,
			    parts->now, LEARNED_MEMORY_SECONDS);
}

static bool is_known_to_fit(const struct decision *decision, const char *hash)
{
	const struct login_parts *parts = decision->parts;
	const struct password_about about = about_hash(decision, hash);

	return password_memory_knows(parts->state, PASSWORD_FITS_HASH, &about,
				     parts->now);
}

/* Returns 0, or -1 with an error. */
static int store_learned(struct decision *decision, struct error *error)
{
	struct credential learned = {
		.kind = CREDENTIAL_LEARNED,
		.set_at = decision->parts->now,
	};
	int ret;

	memcpy(learned.label, decision->account.directory,
	       sizeof(learned.label));
	ret = credentials_make_hash(decision, learned.hash, error);
	if (ret == 0)
		ret = store_credential_set(decision->parts->store,
					   decision->account.id, &learned,
					   error);
	if (ret == 0)
		remember_fit(decision, learned.hash);
	secret_wipe(&learned, sizeof(learned));
	return ret;
}

/* Makes the learned hash fit the password that the directory accepted. Returns
   0, or -1 with an error. */
static int make_learned_fit(struct decision *decision, struct error *error)
{
	const struct credential *learned;

	if (credentials_read(decision, error) < 0)
		return -1;
	learned = find_learned(decision);
	if (learned != NULL && is_known_to_fit(decision, learned->hash))
		return 0;
	if (learned != NULL &&
	    credentials_verify(decision, learned, NULL) > 0) {
		remember_fit(decision, learned->hash);
		return 0;
	}
	/* A hash that cannot be verified is replaced like one that is wrong. */
	if (decision->parts->configuration->learn_password ==
		    LEARN_PASSWORD_FIRST &&
	    has_alumni_password(decision)) {
		if (learned != NULL)
			clear_learned(decision);
		return 0;
	}
	return store_learned(decision, error);
}

void learned_keep(struct decision *decision)
{
	struct error error;

	if (learning_is_on(decision) && make_learned_fit(decision, &error) < 0)
		decision_note(decision, LOGIN_TIER_LEARNED,
			      "the password could not be kept: %s", error.text);
}

void learned_forget(struct decision *decision)
{
	const struct credential *learned;
	struct error error;

	if (!learning_is_on(decision) || !decision->have_account ||
	    credentials_read(decision, &error) < 0)
		return;
	learned = find_learned(decision);
	if (learned != NULL &&
	    credentials_verify(decision, learned, &error) > 0)
		clear_learned(decision);
}

enum tier_outcome tier_learned(struct decision *decision)
{
	const struct credential *learned;
	struct error error;
	int ret;

	if (!learning_is_on(decision) || !decision->have_account ||
	    decision->presence == PRESENCE_NONE ||
	    decision->presence == PRESENCE_ACTIVE)
		return TIER_PASSES;
	/* The failure to read them was noted by the tier before. */
	if (credentials_read(decision, &error) < 0)
		return TIER_PASSES;
	learned = find_learned(decision);
	if (learned == NULL)
		return TIER_PASSES;
	ret = credentials_verify(decision, learned, &error);
	if (ret < 0) {
		decision_note_failure(decision, LOGIN_TIER_LEARNED, &error);
		return TIER_PASSES;
	}
	if (ret == 0) {
		decision->password_refused = true;
		decision_note(decision, LOGIN_TIER_LEARNED,
			      "the password is wrong");
		return TIER_PASSES;
	}
	decision_accept(decision, LOGIN_TIER_LEARNED);
	credentials_renew(decision, LOGIN_TIER_LEARNED, learned);
	return TIER_ACCEPTS;
}
