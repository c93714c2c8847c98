/* SPDX-License-Identifier: MIT
 *
 * The account's stored hashes; see lib/login/credentials.h.
 */
#include "lib/login/credentials.h"

#include "lib/base/secret.h"
#include "lib/password/hash-gate.h"

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

int credentials_make_hash(const struct decision *decision,
			  char hash_r[PASSWORD_HASH_BYTES], struct error *error)
{
	const struct login_parts *parts = decision->parts;
	const struct password_cost cost =
		configuration_password_cost(parts->configuration);
	bool has_place = hash_gate_enter(parts->gate);
	int ret = password_hash_make(decision->password, &cost, hash_r, error);

	if (has_place)
		hash_gate_leave(parts->gate);
	return ret;
}

void credentials_verify_dummy(const struct decision *decision)
{
	const struct login_parts *parts = decision->parts;
	const struct password_cost cost =
		configuration_password_cost(parts->configuration);
	char hash[PASSWORD_HASH_BYTES];

	password_hash_dummy(&cost, hash);
	(void)verify_hash(parts, hash, decision->password, NULL);
}

int credentials_read(struct decision *decision, struct error *error)
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

int credentials_verify(struct decision *decision,
		       const struct credential *credential, struct error *error)
{
	int ret = verify_hash(decision->parts, credential->hash,
			      decision->password, error);

	if (ret >= 0)
		decision->hashes_verified++;
	return ret;
}

void credentials_renew(struct decision *decision, const char *tier,
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
	ret = credentials_make_hash(decision, hash, &error);
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
