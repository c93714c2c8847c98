/* SPDX-License-Identifier: MIT
 *
 * A bind with the password at the directory; see lib/login/bind.h.
 *
 * A directory counts refused binds and locks the person's account after some.
 * So a login makes one bind at most, and no bind with a password that was
 * refused not long ago: a mail program that keeps sending an old password, or
 * the alumni password, locks nobody out.
 */
#include "lib/login/bind.h"

#include "lib/login/password-memory.h"

/* How long a login waits for another login that is trying the same password. */
#define CLAIM_WAIT_MSECS 2000

static struct password_about about_bind(const struct decision *decision)
{
	return (struct password_about){
		.directory = decision->directory->name,
		.entry_id = decision->entry.id,
		.password = decision->password,
	};
}

static bool was_refused(const struct decision *decision)
{
	const struct password_about about = about_bind(decision);

	return password_memory_knows(decision->parts->state, PASSWORD_REFUSED,
				     &about, decision->parts->now);
}

static enum tier_outcome refused_before(struct decision *decision)
{
	decision->bind_refused_before = true;
	decision->password_refused = true;
	decision_note(decision, decision->directory->name,
		      "not tried: the password was refused not long ago");
	return TIER_PASSES;
}

static enum tier_outcome try_password(struct decision *decision)
{
	const struct login_directory *directory = decision->directory;
	struct error error;
	int ret = directory->verify(directory->context, decision->entry.dn,
				    decision->password, &error);

	if (ret > 0)
		return TIER_ACCEPTS;
	if (ret < 0) {
		decision->presence = PRESENCE_UNKNOWN;
		decision_note_failure(decision, directory->name, &error);
		return TIER_PASSES;
	}
	decision->bind_refused = true;
	decision->password_refused = true;
	/* Before the claim is released: other logins may be waiting to try the
	   same password. */
	bind_remember_refusal(decision, false);
	decision_note(decision, directory->name, "the password is wrong");
	return TIER_PASSES;
}

enum tier_outcome bind_try(struct decision *decision)
{
	const struct login_parts *parts = decision->parts;
	struct password_about about;
	struct password_claim claim;
	enum tier_outcome outcome;

	if (decision->directory == NULL)
		return TIER_PASSES;
	if (was_refused(decision))
		return refused_before(decision);
	about = about_bind(decision);
	claim = password_memory_claim(parts->state, &about, CLAIM_WAIT_MSECS);
	if (was_refused(decision))
		outcome = refused_before(decision);
	else
		outcome = try_password(decision);
	password_memory_release(parts->state, &claim);
	return outcome;
}

void bind_remember_refusal(const struct decision *decision, bool accepted)
{
	const struct login_parts *parts = decision->parts;
	const struct configuration *configuration = parts->configuration;
	struct password_about about;

	if (!decision->bind_refused &&
	    !(accepted && decision->bind_refused_before))
		return;
	about = about_bind(decision);
	password_memory_set(parts->state, PASSWORD_REFUSED, &about, parts->now,
			    accepted ? configuration->refused_memory_accepted
				     : configuration->refused_memory);
}
