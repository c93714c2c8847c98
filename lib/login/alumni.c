/* SPDX-License-Identifier: MIT
 *
 * The tiers whose hashes are in the store: the alumni password, and the
 * password learned of a directory; see lib/login/decision.h.
 *
 * A learned hash must die with the password it was made of. It is replaced or
 * removed as soon as a login shows that the directory has another, and does
 * not count while the directory says that the person is active.
 */
#include <string.h>

#include "lib/login/decision.h"
#include "lib/account/tiers.h"
#include "lib/base/secret.h"
#include "lib/password/hash.h"
#include "lib/login/password-memory.h"

/* For how long nobody looks again whether the hash learned still fits the
   password that the directory accepts. Verifying costs as much as all the rest
   of a login. */
#define LEARNED_MEMORY_SECONDS (INT64_C(60) * 60)

static int verify_hash(const struct login_parts *parts, const char *hash,
		       const char *password, struct error *error)
{
	bool has_place = hash_gate_enter(parts->gate);
	int ret = parts->verify_hash(parts->verify_hash_context, hash, password,
				     error);

	if (has_place)
		hash_gate_leave(parts->gate);
	return ret;
}

static int make_hash(const struct login_parts *parts, const char *password,
		     char hash_r[PASSWORD_HASH_BYTES], struct error *error)
{
	const struct password_cost cost =
		configuration_password_cost(parts->configuration);
	bool has_place = hash_gate_enter(parts->gate);
	int ret = password_hash_make(password, &cost, hash_r, error);

	if (has_place)
		hash_gate_leave(parts->gate);
	return ret;
}

void login_verify_dummy(const struct decision *decision)
{
	const struct login_parts *parts = decision->parts;
	const struct password_cost cost =
		configuration_password_cost(parts->configuration);
	char hash[PASSWORD_HASH_BYTES];

	password_hash_dummy(&cost, hash);
	(void)verify_hash(parts, hash, decision->password, NULL);
}

int login_read_credentials(struct decision *decision, struct error *error)
{
	if (decision->have_credentials)
		return 0;
	if (store_credentials(decision->parts->store, decision->account.id,
			      decision->credentials,
			      &decision->credential_count, error) < 0) {
		decision->credential_count = 0;
		return -1;
	}
	decision->have_credentials = true;
	return 0;
}

static int verify(struct decision *decision,
		  const struct credential *credential, struct error *error)
{
	int ret = verify_hash(decision->parts, credential->hash,
			      decision->password, error);

	if (ret >= 0)
		decision->hashes_verified++;
	return ret;
}

/* A failure does not stop the login: it is tried again at the next one. */
static void renew_hash(struct decision *decision, const char *tier,
		       const struct credential *credential)
{
	const struct configuration *configuration =
		decision->parts->configuration;
	const struct password_cost cost =
		configuration_password_cost(configuration);
	char hash[PASSWORD_HASH_BYTES];
	struct error error;
	int ret;

	if (!configuration->rehash ||
	    !password_hash_is_weak(credential->hash, &cost))
		return;
	ret = make_hash(decision->parts, decision->password, hash, &error);
	if (ret == 0)
		ret = store_credential_rehash(decision->parts->store,
					      decision->account.id, credential,
					      hash, &error);
	if (ret < 0)
		decision_note(decision, tier, "the old hash stays: %s",
			      error.text);
	else if (ret > 0)
		decision_note(decision, tier, "the hash was made anew");
	secret_wipe(hash, sizeof(hash));
}

enum tier_outcome login_ask_alumni(struct decision *decision)
{
	bool is_set = false;
	struct error error;

	if (!decision->have_account) {
		decision_note(decision, LOGIN_TIER_ALUMNI, "no such account");
		return TIER_PASSES;
	}
	if (login_read_credentials(decision, &error) < 0) {
		decision_note_failure(decision, LOGIN_TIER_ALUMNI, &error);
		return TIER_PASSES;
	}
	for (size_t i = 0; i < decision->credential_count; i++) {
		const struct credential *credential = &decision->credentials[i];
		int ret;

		if (credential->kind != CREDENTIAL_PASSWORD)
			continue;
		is_set = true;
		ret = verify(decision, credential, &error);
		if (ret < 0) {
			decision_note_failure(decision, LOGIN_TIER_ALUMNI,
					      &error);
			continue;
		}
		if (ret > 0) {
			decision_accept(decision, LOGIN_TIER_ALUMNI);
			renew_hash(decision, LOGIN_TIER_ALUMNI, credential);
			return TIER_ACCEPTS;
		}
		decision->password_refused = true;
		decision_note(decision, LOGIN_TIER_ALUMNI,
			      "the password is wrong");
	}
	if (!is_set)
		decision_note(decision, LOGIN_TIER_ALUMNI,
			      "no password is set");
	return TIER_PASSES;
}

/* ---- learned ---- */

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

enum tier_outcome login_ask_learned(struct decision *decision)
{
	const struct credential *learned;
	struct error error;
	int ret;

	if (!learning_is_on(decision) || !decision->have_account ||
	    decision->presence == PRESENCE_NONE ||
	    decision->presence == PRESENCE_ACTIVE)
		return TIER_PASSES;
	/* That it cannot be read was noted before. */
	if (login_read_credentials(decision, &error) < 0)
		return TIER_PASSES;
	learned = find_learned(decision);
	if (learned == NULL)
		return TIER_PASSES;
	ret = verify(decision, learned, &error);
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
	renew_hash(decision, LOGIN_TIER_LEARNED, learned);
	return TIER_ACCEPTS;
}

static void forget_learned(struct decision *decision)
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

/* Returns 0 or -1. */
static int keep_learned(struct decision *decision, struct error *error)
{
	struct credential learned = {
		.kind = CREDENTIAL_LEARNED,
		.set_at = decision->parts->now,
	};
	int ret;

	memcpy(learned.label, decision->account.directory,
	       sizeof(learned.label));
	ret = make_hash(decision->parts, decision->password, learned.hash,
			error);
	if (ret == 0)
		ret = store_credential_set(decision->parts->store,
					   decision->account.id, &learned,
					   error);
	if (ret == 0)
		remember_fit(decision, learned.hash);
	secret_wipe(&learned, sizeof(learned));
	return ret;
}

/* Makes what is learned fit the password that the directory accepted. Returns
   0, or -1 with an error. */
static int make_learned_fit(struct decision *decision, struct error *error)
{
	const struct credential *learned;

	if (login_read_credentials(decision, error) < 0)
		return -1;
	learned = find_learned(decision);
	if (learned != NULL && is_known_to_fit(decision, learned->hash))
		return 0;
	if (learned != NULL && verify(decision, learned, NULL) > 0) {
		remember_fit(decision, learned->hash);
		return 0;
	}
	/* One that cannot be verified is replaced like one that is wrong. */
	if (decision->parts->configuration->learn_password ==
		    LEARN_PASSWORD_FIRST &&
	    has_alumni_password(decision)) {
		if (learned != NULL)
			forget_learned(decision);
		return 0;
	}
	return keep_learned(decision, error);
}

void login_learn(struct decision *decision)
{
	struct error error;

	if (learning_is_on(decision) && make_learned_fit(decision, &error) < 0)
		decision_note(decision, LOGIN_TIER_LEARNED,
			      "the password could not be kept: %s", error.text);
}

void login_unlearn(struct decision *decision)
{
	const struct credential *learned;
	struct error error;

	if (!learning_is_on(decision) || !decision->have_account ||
	    login_read_credentials(decision, &error) < 0)
		return;
	learned = find_learned(decision);
	if (learned != NULL && verify(decision, learned, &error) > 0)
		forget_learned(decision);
}
