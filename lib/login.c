/* SPDX-License-Identifier: MIT
 *
 * The login decision; see login.h. Each tier either accepts, bars the account
 * in every tier, or passes the question on; what it knew goes into the reason
 * and into what the outcome is when nobody accepts.
 */
#include "lib/login.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/address.h"
#include "lib/password-hash.h"

#define ALUMNI_TIER "alumni"

/* Of a password that nobody knows, with the costs of password_hash_make(). It
   is verified when there is no hash to verify, so that the time taken does not
   tell who has an account. */
static const char dummy_hash[] = "{ARGON2ID}$argon2id$v=19$m=65536,t=2,p=1$"
				 "QWx1bW5pbWFpbER1bW15IQ$"
				 "b9cVsE5nXz2mY7kQ4tR1wJ8uH3aL6oP0dS2fG5hK7iM";

enum tier_outcome {
	TIER_PASSES, /* the next one decides */
	TIER_ACCEPTS,
	TIER_BARS, /* no tier may accept */
};

struct decision {
	const struct login_parts *parts;
	const char *password;
	char name[ADDRESS_LOCAL_BYTES];
	bool have_account;
	struct account account;
	bool could_not_ask;    /* some tier might have accepted */
	bool password_refused; /* some tier knew the user */
	struct login_result *result;
};

/* ---- reasons ---- */

static void note(struct decision *decision, const char *tier,
		 const char *format, ...) __attribute__((format(printf, 3, 4)));

static void note(struct decision *decision, const char *tier,
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

static void note_failure(struct decision *decision, const char *tier,
			 const struct error *error)
{
	decision->could_not_ask = true;
	note(decision, tier, "%s", error->text);
}

/* ---- the directory tiers ---- */

static bool is_pinned_to(const struct account *account, const char *directory,
			 const char *directory_id)
{
	return account_is_pinned(account) &&
	       strcmp(account->directory, directory) == 0 &&
	       strcmp(account->directory_id, directory_id) == 0;
}

static void accept_account(struct decision *decision, const char *tier)
{
	struct login_result *result = decision->result;

	result->account = decision->account;
	(void)snprintf(result->tier, sizeof(result->tier), "%s", tier);
}

/* Fetches the account again, or for the first time. Returns as the store
   does. */
static int read_account(struct decision *decision, struct error *error)
{
	int ret = store_account_by_name(decision->parts->store, decision->name,
					&decision->account, error);

	decision->have_account = ret > 0;
	return ret;
}

/* A failure here does not stop the login: the class is tried again at the
   next one. */
static void refresh_class(struct decision *decision, const char *tier,
			  const struct directory_entry *entry)
{
	struct account *account = &decision->account;
	struct error error;

	if (entry->class_name[0] == '\0' ||
	    strcmp(entry->class_name, account->class_name) == 0)
		return;
	if (store_account_set_class(decision->parts->store, account->id,
				    entry->class_name, &error) < 0) {
		note(decision, tier, "the class stays %s: %s",
		     account->class_name, error.text);
		return;
	}
	(void)snprintf(account->class_name, sizeof(account->class_name), "%s",
		       entry->class_name);
}

/* The password was right and there was no account: makes one. Whatever came
   of it, the account is read again, since another login may have been first,
   or an administrator, for another person. */
static enum tier_outcome create_account(struct decision *decision,
					const char *tier,
					const struct directory_entry *entry)
{
	const struct configuration *configuration =
		decision->parts->configuration;
	struct account account = {.enabled = true};
	enum store_add_result added;
	struct error error;

	(void)snprintf(account.name, sizeof(account.name), "%s",
		       decision->name);
	(void)snprintf(account.class_name, sizeof(account.class_name), "%s",
		       entry->class_name[0] != '\0'
			       ? entry->class_name
			       : configuration->default_class);
	(void)snprintf(account.directory, sizeof(account.directory), "%s",
		       tier);
	(void)snprintf(account.directory_id, sizeof(account.directory_id), "%s",
		       entry->id);
	added = store_account_add(decision->parts->store, &account,
				  decision->parts->now, &error);
	if (added == STORE_NAME_QUARANTINED) {
		note(decision, tier,
		     "the password is right, but the name belonged to a "
		     "deleted account and is still in quarantine");
		return TIER_PASSES;
	}
	if (added == STORE_ADD_FAILED || read_account(decision, &error) < 0) {
		note_failure(decision, tier, &error);
		return TIER_PASSES;
	}
	if (!decision->have_account) {
		error_set(&error, "the name is an alias of another account, or "
			  "the account was deleted while it was made");
		note_failure(decision, tier, &error);
		return TIER_PASSES;
	}
	decision->result->created = added == STORE_ADDED;
	return TIER_ACCEPTS;
}

/* Whether the entry found is the account's own. An account without this pin
   may be somebody else's: user names are given out again. */
static bool entry_is_the_accounts(struct decision *decision, const char *tier,
				  const struct directory_entry *entry)
{
	const struct account *account = &decision->account;

	if (is_pinned_to(account, tier, entry->id))
		return true;
	note(decision, tier,
	     "skipped: the entry's id is %s, but the account (%s) is pinned "
	     "to %s in %s",
	     entry->id, account->id,
	     account_is_pinned(account) ? account->directory_id : "none",
	     account_is_pinned(account) ? account->directory : "no directory");
	return false;
}

static enum tier_outcome accept_entry(struct decision *decision,
				      const char *tier,
				      const struct directory_entry *entry)
{
	if (!decision->have_account) {
		enum tier_outcome outcome =
			create_account(decision, tier, entry);

		if (outcome != TIER_ACCEPTS)
			return outcome;
		if (!entry_is_the_accounts(decision, tier, entry))
			return TIER_PASSES;
		if (!decision->account.enabled) {
			note(decision, tier, "the account is disabled");
			return TIER_BARS;
		}
	}
	refresh_class(decision, tier, entry);
	accept_account(decision, tier);
	return TIER_ACCEPTS;
}

static enum tier_outcome verify_entry(struct decision *decision,
				      const struct login_directory *directory,
				      const struct directory_entry *entry)
{
	struct error error;
	int ret = directory->verify(directory->context, entry->dn,
				    decision->password, &error);

	if (ret < 0) {
		note_failure(decision, directory->name, &error);
		return TIER_PASSES;
	}
	if (ret == 0) {
		decision->password_refused = true;
		note(decision, directory->name, "the password is wrong");
		return TIER_PASSES;
	}
	return accept_entry(decision, directory->name, entry);
}

static enum tier_outcome check_entry(struct decision *decision,
				     const struct login_directory *directory,
				     const struct directory_entry *entry)
{
	if (decision->have_account &&
	    !entry_is_the_accounts(decision, directory->name, entry))
		return TIER_PASSES;
	if (entry->denied) {
		note(decision, directory->name,
		     "the entry matches deny_filter, so every tier refuses");
		return TIER_BARS;
	}
	if (!entry->active) {
		note(decision, directory->name, "the entry is not active");
		return TIER_PASSES;
	}
	if (!decision->have_account &&
	    !decision->parts->configuration->create_accounts) {
		note(decision, directory->name,
		     "there is no account, and create_accounts is off");
		return TIER_PASSES;
	}
	return verify_entry(decision, directory, entry);
}

static enum tier_outcome ask_directory(struct decision *decision,
				       const struct login_directory *directory)
{
	struct directory_entry entry;
	struct error error;
	int ret;

	/* Only the directory that holds the account's entry has a say, and
	   the others are not even asked: one that does not answer must not
	   keep waiting those who do not need it. */
	if (decision->have_account && !account_is_pinned(&decision->account)) {
		note(decision, directory->name,
		     "skipped: the account (%s) is pinned to no entry",
		     decision->account.id);
		return TIER_PASSES;
	}
	if (decision->have_account &&
	    strcmp(decision->account.directory, directory->name) != 0) {
		note(decision, directory->name,
		     "skipped: the account (%s) is pinned to %s in %s",
		     decision->account.id, decision->account.directory_id,
		     decision->account.directory);
		return TIER_PASSES;
	}
	ret = directory->find(directory->context, decision->name, &entry,
			      &error);
	if (ret > 0)
		return check_entry(decision, directory, &entry);
	if (ret < 0)
		note_failure(decision, directory->name, &error);
	else
		note(decision, directory->name, "no such entry");
	return TIER_PASSES;
}

/* ---- the alumni tier ---- */

static void verify_dummy(const struct decision *decision)
{
	(void)decision->parts->verify_hash(decision->parts->verify_hash_context,
					   dummy_hash, decision->password,
					   NULL);
}

/* Returns the number of hashes verified. */
static size_t verify_hashes(struct decision *decision,
			    const struct credential *credentials, size_t count,
			    enum tier_outcome *outcome_r)
{
	const struct login_parts *parts = decision->parts;
	size_t verified = 0;

	for (size_t i = 0; i < count; i++) {
		struct error error;
		int ret;

		if (credentials[i].kind != CREDENTIAL_PASSWORD)
			continue;
		ret = parts->verify_hash(parts->verify_hash_context,
					 credentials[i].hash,
					 decision->password, &error);
		if (ret < 0) {
			note_failure(decision, ALUMNI_TIER, &error);
			continue;
		}
		verified++;
		if (ret > 0) {
			accept_account(decision, ALUMNI_TIER);
			*outcome_r = TIER_ACCEPTS;
			break;
		}
		decision->password_refused = true;
		note(decision, ALUMNI_TIER, "the password is wrong");
	}
	return verified;
}

static enum tier_outcome ask_alumni(struct decision *decision)
{
	struct credential credentials[CREDENTIALS_MAX];
	enum tier_outcome outcome = TIER_PASSES;
	size_t count = 0;
	struct error error;

	if (!decision->have_account) {
		note(decision, ALUMNI_TIER, "no such account");
		verify_dummy(decision);
		return TIER_PASSES;
	}
	if (store_credentials(decision->parts->store, decision->account.id,
			      credentials, &count, &error) < 0)
		note_failure(decision, ALUMNI_TIER, &error);
	else if (count == 0)
		note(decision, ALUMNI_TIER, "no password is set");
	if (verify_hashes(decision, credentials, count, &outcome) == 0)
		verify_dummy(decision);
	secret_wipe(credentials, sizeof(credentials));
	return outcome;
}

/* ---- the decision ---- */

static enum login_outcome barred(struct decision *decision)
{
	verify_dummy(decision);
	return LOGIN_DISABLED;
}

static enum login_outcome decide(struct decision *decision,
				 const char *typed_name)
{
	const struct login_parts *parts = decision->parts;
	struct error error;

	if (decision->password[0] == '\0') {
		note(decision, "login", "the password is empty");
		return LOGIN_MISMATCH;
	}
	if (strlen(decision->password) > PASSWORD_BYTES_MAX) {
		note(decision, "login", "the password is too long");
		return LOGIN_MISMATCH;
	}
	if (account_name_normalise(
		    typed_name,
		    (const char *const *)parts->configuration->domains,
		    decision->name, &error) < 0) {
		note(decision, "login", "%s", error.text);
		verify_dummy(decision);
		return LOGIN_UNKNOWN_USER;
	}
	if (read_account(decision, &error) < 0) {
		note_failure(decision, "login", &error);
		return LOGIN_TEMPORARY_FAILURE;
	}
	if (decision->have_account && !decision->account.enabled) {
		note(decision, "login", "the account is disabled");
		return barred(decision);
	}

	for (size_t i = 0; i < parts->directory_count; i++) {
		switch (ask_directory(decision, &parts->directories[i])) {
		case TIER_ACCEPTS:
			return LOGIN_OK;
		case TIER_BARS:
			return barred(decision);
		case TIER_PASSES:
			break;
		}
	}
	if (ask_alumni(decision) == TIER_ACCEPTS)
		return LOGIN_OK;
	if (decision->could_not_ask)
		return LOGIN_TEMPORARY_FAILURE;
	if (decision->have_account || decision->password_refused)
		return LOGIN_MISMATCH;
	return LOGIN_UNKNOWN_USER;
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
