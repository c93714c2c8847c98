/* SPDX-License-Identifier: MIT
 *
 * passdb "alumni": logins; see plugins/auth/passdb-alumni.h.
 *
 * An unknown user, a wrong password and a disabled account look the same to
 * the client. The log has the reason of a refusal, in one line a login. The
 * line begins with Dovecot's own words for a failure, which fail2ban and
 * similar programs look for.
 */
#include "plugins/common/dovecot-glue.h"

#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/login/login.h"
#include "lib/password/hash.h"
#include "plugins/auth/authdb-alumni.h"
#include "plugins/auth/authdb-glue.h"
#include "plugins/auth/passdb-alumni.h"
#include "protocol/names.h"

#include "password-scheme.h"

/* Takes every scheme that Dovecot knows, so that accounts can be imported from
   other systems with their hashes. */
static int verify_with_dovecot(void *context, const char *hash,
			       const char *password, struct error *error)
{
	struct auth_request *request = context;
	const char *scheme = password_get_scheme(&hash);
	int ret;

	if (scheme == NULL) {
		return error_set(error, "stored password has no {SCHEME} in "
					"front");
	}
	ret = authdb_password_verify(request, password, hash, scheme);
	if (ret < 0) {
		return error_set(error,
				 "stored password cannot be used: scheme %s",
				 scheme);
	}
	return ret;
}

/* Returns Dovecot's phrase for a failure, by which programs that watch the log
   recognise it, or NULL. */
static const char *failure_phrase(enum login_outcome outcome)
{
	switch (outcome) {
	case LOGIN_MISMATCH:
		return "Password mismatch";
	case LOGIN_UNKNOWN_USER:
		return "unknown user";
	case LOGIN_DISABLED:
		return "Invalid credentials";
	case LOGIN_OK:
	case LOGIN_TEMPORARY_FAILURE:
		break;
	}
	return NULL;
}

static void log_login(struct auth_request *request,
		      const struct login_result *result, long long msecs)
{
	const char *outcome = login_outcome_name(result->outcome);
	const char *tier = result->tier[0] == '\0' ? "none" : result->tier;
	const char *phrase = failure_phrase(result->outcome);
	const char *reason = result->reason.text;
	struct event_passthrough *e =
		event_create_passthrough(authdb_event(request))
			->set_name("alumni_login")
			->add_str("outcome", outcome)
			->add_str("tier", tier)
			->add_int("msecs", msecs);
	const char *line;

	line = t_strdup_printf("login %s: tier %s, %lld ms%s%s%s", outcome,
			       tier, msecs,
			       result->created ? ", account created" : "",
			       reason[0] == '\0' ? "" : ": ", reason);
	if (phrase != NULL)
		line = t_strdup_printf("%s (%s)", phrase, line);
	if (result->outcome == LOGIN_TEMPORARY_FAILURE)
		e_error(e->event(), "%s", line);
	else
		e_info(e->event(), "%s", line);
}

static void log_news(struct auth_request *request)
{
	struct auth_backend_news news;

	while (auth_backend_take_news(authdb_alumni_backend(), &news)) {
		struct event_passthrough *e =
			event_create_passthrough(authdb_event(request));

		if (news.directory[0] != '\0')
			e = e->set_name("alumni_directory")
				    ->add_str("directory", news.directory)
				    ->add_str("state", news.asked
							       ? "asked"
							       : "not asked");
		e_warning(e->event(), "%s", news.text.text);
	}
}

/* Sets the user to the account's name, in place of the typed one (another case,
   or with our domain). Dovecot passes the session of an account with a backend
   on to that host; on the backend itself, proxy_maybe lets the session stay. */
static void set_fields(struct auth_request *request,
		       const struct account *account)
{
	auth_request_set_field(request, "user", account->name, NULL);
	if (account->backend[0] == '\0')
		return;
	auth_request_set_field(request, "host", account->backend, NULL);
	auth_request_set_field(request, "proxy_maybe", "y", NULL);
}

static enum passdb_result passdb_result_of(const struct login_result *result)
{
	switch (result->outcome) {
	case LOGIN_OK:
		return PASSDB_RESULT_OK;
	case LOGIN_UNKNOWN_USER:
		return PASSDB_RESULT_USER_UNKNOWN;
	case LOGIN_MISMATCH:
	case LOGIN_DISABLED:
		/* Not PASSDB_RESULT_USER_DISABLED: Dovecot would tell the
		   client, though no password was right. */
		return PASSDB_RESULT_PASSWORD_MISMATCH;
	case LOGIN_TEMPORARY_FAILURE:
		break;
	}
	return PASSDB_RESULT_INTERNAL_FAILURE;
}

/* Finds an account for a user whose right to it is proved, or does not matter.
   Returns ok, or the reason after logging it. */
static enum passdb_result find_account(struct auth_request *request,
				       struct account *account_r)
{
	struct error error = {.text = ""};
	int ret;

	ret = auth_backend_account(authdb_alumni_backend(),
				   request->fields.user, account_r, &error);
	if (ret < 0) {
		e_error(authdb_event(request), "look-up failed: %s",
			error.text);
		return PASSDB_RESULT_INTERNAL_FAILURE;
	}
	if (ret == 0) {
		e_info(authdb_event(request), "look-up: unknown user%s%s",
		       error.text[0] == '\0' ? "" : ": ", error.text);
		return PASSDB_RESULT_USER_UNKNOWN;
	}
	if (!account_r->enabled) {
		e_info(authdb_event(request), "look-up: account is disabled");
		return PASSDB_RESULT_USER_UNKNOWN;
	}
	set_fields(request, account_r);
	return PASSDB_RESULT_OK;
}

static void passdb_alumni_verify_plain(struct auth_request *request,
				       const char *password,
				       verify_plain_callback_t *callback)
{
	struct login_result result;
	struct account account;
	long long start = clock_msecs();

	if (authdb_passdb_set_fields(request) < 0) {
		callback(PASSDB_RESULT_INTERNAL_FAILURE, request);
		return;
	}
	if (request->fields.skip_password_check) {
		/* Another passdb has verified the password: it is a master
		   user's, which must not reach a directory. */
		callback(find_account(request, &account), request);
		return;
	}
	auth_backend_login(authdb_alumni_backend(),
			   authdb_request_service(request),
			   request->fields.user, password, verify_with_dovecot,
			   request, &result);
	log_login(request, &result, clock_msecs() - start);
	log_news(request);
	if (result.outcome == LOGIN_OK)
		set_fields(request, &result.account);
	callback(passdb_result_of(&result), request);
}

/* Reads the account's alumni password, for a mechanism that needs the stored
   form, such as CRAM-MD5. *password_r points into hash, and is untouched when
   no password is set. */
static enum passdb_result read_credentials(struct auth_request *request,
					   const struct account *account,
					   char hash[PASSWORD_HASH_BYTES],
					   const char **password_r,
					   const char **scheme_r)
{
	struct error error = {.text = ""};
	int ret;

	if (account_is_pinned(account)) {
		/* The directory may bar this person from every tier, and it
		   is not asked here. */
		e_info(authdb_event(request),
		       "look-up: only a plaintext mechanism can log in to an "
		       "account that is pinned to a directory");
		return PASSDB_RESULT_SCHEME_NOT_AVAILABLE;
	}
	ret = auth_backend_password(authdb_alumni_backend(), account, hash,
				    &error);
	if (ret < 0) {
		e_error(authdb_event(request), "look-up failed: %s",
			error.text);
		return PASSDB_RESULT_INTERNAL_FAILURE;
	}
	if (ret == 0)
		return PASSDB_RESULT_OK;
	*password_r = hash;
	*scheme_r = password_get_scheme(password_r);
	if (*scheme_r == NULL) {
		e_error(authdb_event(request),
			"stored password has no {SCHEME} in front");
		return PASSDB_RESULT_INTERNAL_FAILURE;
	}
	return PASSDB_RESULT_OK;
}

/* For such mechanisms, and for look-ups without a password. */
static void
passdb_alumni_lookup_credentials(struct auth_request *request,
				 lookup_credentials_callback_t *callback)
{
	char hash[PASSWORD_HASH_BYTES] = "";
	enum passdb_result result = PASSDB_RESULT_INTERNAL_FAILURE;
	struct account account;
	const char *password = NULL;
	const char *scheme = NULL;

	if (authdb_passdb_set_fields(request) == 0)
		result = find_account(request, &account);
	if (result == PASSDB_RESULT_OK &&
	    *request->wanted_credentials_scheme != '\0')
		result = read_credentials(request, &account, hash, &password,
					  &scheme);
	passdb_handle_credentials(result, password, scheme, callback, request);
	secret_wipe(hash, sizeof(hash));
}

const struct authdb_passdb_functions passdb_alumni_functions = {
	.name = AUTHDB_DRIVER_NAME,
	.check = authdb_alumni_check,
	.verify_plain = passdb_alumni_verify_plain,
	.lookup_credentials = passdb_alumni_lookup_credentials,
};
