/* SPDX-License-Identifier: MIT
 *
 * Forwarding, as people set it themselves; see self-service.h. A new address
 * is in force once the code that was mailed to it is entered, so that nobody
 * can aim mail at a stranger; how many codes are mailed is limited, so that
 * nobody can be bombed with them either.
 */
#include "plugins/dict/self-service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "lib/store/attempts.h"
#include "lib/store/pending.h"
#include "plugins/dict/forward-rules.h"
#include "plugins/dict/notice.h"
#include "protocol/values.h"

#define CODE_SECONDS  (INT64_C(24) * 60 * 60)
#define CODE_TRIES    5
#define CODES_SECONDS (INT64_C(24) * 60 * 60)
/* Each is told to the mailbox and the address before, which must not be flooded
   either. */
#define CHANGES_MAX     20
#define CHANGES_SECONDS (INT64_C(24) * 60 * 60)
#define CODE_LENGTH_MAX 64
#define BODY_BYTES      2048
#define SUBJECT_CHANGED "The forwarding of your mail was changed"
#define CHANGED_SENTENCE                                                       \
	"If that was not you, somebody else may know your password: change "   \
	"it at once,\nand set the forwarding right.\n"

static int give(const char *text, char **value_r, struct error *error)
{
	*value_r = strdup(text);
	return *value_r == NULL ? error_set(error, "out of memory") : 1;
}

int self_service_get_forward(struct self_service *service, char **value_r,
			     struct error *error)
{
	if (!account_forwards(&service->account))
		return 0;
	return give(service->account.forward_address, value_r, error);
}

int self_service_get_pending(struct self_service *service, char **value_r,
			     struct error *error)
{
	struct pending_forward pending;
	int ret = store_pending_forward(service->store, service->account.id,
					service->now, &pending, error);

	return ret <= 0 ? ret : give(pending.address, value_r, error);
}

int self_service_get_keep_copy(struct self_service *service, char **value_r,
			       struct error *error)
{
	struct pending_forward pending;
	bool keep_copy = service->account.forward_keep_copy;
	int ret = store_pending_forward(service->store, service->account.id,
					service->now, &pending, error);

	if (ret < 0)
		return -1;
	if (ret > 0)
		keep_copy = pending.keep_copy;
	return give(wire_yes_no_format(keep_copy), value_r, error);
}

/* ---- notices ---- */

/* What is told about the forwarding that was in force before. */
static void tell_change(struct self_service *service, const char *old_address,
			const char *new_address, bool keep_copy)
{
	const struct account *account = &service->account;
	const char *domain = service->configuration->domains[0];
	char body[BODY_BYTES];
	struct error error = {""};

	if (new_address[0] == '\0')
		(void)snprintf(body, sizeof(body),
			       "Mail for %s@%s is no longer forwarded to "
			       "%s.\n\n" CHANGED_SENTENCE,
			       account->name, domain, old_address);
	else
		(void)snprintf(body, sizeof(body),
			       "Mail for %s@%s is now forwarded to "
			       "%s%s.\n\n" CHANGED_SENTENCE,
			       account->name, domain, new_address,
			       keep_copy ? ", and a copy is kept"
					 : ", and no copy is kept");
	notice_tell(service, SUBJECT_CHANGED, "%s", body);
	if (old_address[0] != '\0' &&
	    strcasecmp(old_address, new_address) != 0 &&
	    notice_send(service, old_address, SUBJECT_CHANGED, body, &error) <
		    0)
		(void)error_set(&service->remark, "no notice to %s: %s",
				old_address, error.text);
}

/* Takes one of what the limit allows for the key; refused with the sentence
   when there is none left. */
static enum self_service_result take(struct self_service *service,
				     const char *key,
				     const struct attempts_limit *limit,
				     const char *sentence, struct error *error)
{
	int64_t until;

	switch (store_attempt_take(service->store, key, limit, service->now,
				   &until, error)) {
	case 1:
		return SELF_SERVICE_DONE;
	case 0:
		return self_service_refuse(error, "%s", sentence);
	default:
		return SELF_SERVICE_FAILED;
	}
}

static enum self_service_result take_change(struct self_service *service,
					    struct error *error)
{
	static const struct attempts_limit limit = {
		"forward-change", CHANGES_MAX, CHANGES_SECONDS};

	return take(service, service->account.id, &limit,
		    "The forwarding was changed too often today. Try again "
		    "tomorrow.",
		    error);
}

/* Puts it in force. */
static enum self_service_result put_in_force(struct self_service *service,
					     const char *address,
					     bool keep_copy,
					     struct error *error)
{
	char old_address[ADDRESS_BYTES];
	enum self_service_result result = take_change(service, error);
	int ret;

	if (result != SELF_SERVICE_DONE)
		return result;
	memcpy(old_address, service->account.forward_address,
	       sizeof(old_address));
	ret = store_account_set_forward(service->store, service->account.id,
					address, keep_copy, error);
	if (ret < 0)
		return SELF_SERVICE_FAILED;
	if (ret == 0)
		return self_service_refuse(error, "This account is deleted.");
	tell_change(service, old_address, address, keep_copy);
	return SELF_SERVICE_DONE;
}

/* ---- confirmation ---- */

static int send_code(const struct self_service *service, const char *address,
		     const char *code, struct error *error)
{
	char body[BODY_BYTES];

	(void)snprintf(body, sizeof(body),
		       "Somebody who is logged in as %s@%s wants to forward "
		       "the mail of that account to\n%s.\n\n"
		       "If that was you, enter this code where you set the "
		       "forwarding:\n\n    %s\n\n"
		       "It is good for 24 hours. If it was not you, do "
		       "nothing, and nothing happens.\n",
		       service->account.name,
		       service->configuration->domains[0], address, code);
	return notice_send(service, address,
			   "Your code to confirm a forwarding address", body,
			   error);
}

/* Takes one of the codes that an address gets in a day, whoever asks for them:
   one who can speak for many accounts could flood it else. */
static enum self_service_result take_address_mail(struct self_service *service,
						  const char *address,
						  struct error *error)
{
	const struct attempts_limit limit = {
		"forward-address",
		service->configuration->forward_codes_per_day, CODES_SECONDS};
	unsigned char digest[(ACCOUNT_ID_BYTES - 1) / 2];
	char key[ACCOUNT_ID_BYTES];

	(void)crypto_generichash(digest, sizeof(digest),
				 (const unsigned char *)address,
				 strlen(address), NULL, 0);
	(void)sodium_bin2hex(key, sizeof(key), digest, sizeof(digest));
	return take(service, key, &limit,
		    "Too many codes were mailed to this address. Try again "
		    "tomorrow.",
		    error);
}

/* Takes one of the day's codes. */
static enum self_service_result take_code_mail(struct self_service *service,
					       struct error *error)
{
	const struct attempts_limit limit = {
		"forward-code", service->configuration->forward_codes_per_day,
		CODES_SECONDS};

	return take(service, service->account.id, &limit,
		    "Too many codes were mailed for this account. Try again "
		    "tomorrow, or enter the code that you have.",
		    error);
}

static enum self_service_result make_pending(struct self_service *service,
					     const char *address,
					     bool keep_copy,
					     struct error *error)
{
	struct pending_forward pending = {
		.keep_copy = keep_copy,
		.expires_at = service->now + CODE_SECONDS,
	};
	char code[APP_PASSWORD_BYTES];
	enum self_service_result result;
	int ret;

	memcpy(pending.address, address, sizeof(pending.address));
	if (app_password_make_code(code, error) < 0 ||
	    app_password_hash(code, pending.code_hash, error) < 0)
		return SELF_SERVICE_FAILED;
	result = take_code_mail(service, error);
	if (result == SELF_SERVICE_DONE)
		result = take_address_mail(service, address, error);
	if (result != SELF_SERVICE_DONE)
		return result;
	/* The mail first: a failure changes nothing. */
	if (send_code(service, address, code, &service->remark) < 0)
		return self_service_refuse(
			error, "The code could not be mailed to this address "
			       "just now, so nothing was changed. Try again "
			       "later.");
	ret = store_pending_forward_set(service->store, service->account.id,
					&pending, error);
	return ret < 0 ? SELF_SERVICE_FAILED : SELF_SERVICE_DONE;
}

/* ---- the keys ---- */

static enum self_service_result clear_pending(struct self_service *service,
					      struct error *error)
{
	return store_pending_forward_clear(service->store, service->account.id,
					   error) < 0
		       ? SELF_SERVICE_FAILED
		       : SELF_SERVICE_DONE;
}

static enum self_service_result stop(struct self_service *service,
				     struct error *error)
{
	enum self_service_result result = clear_pending(service, error);

	/* A copy is kept again by whatever comes next, unless said so. */
	if (result == SELF_SERVICE_DONE && account_forwards(&service->account))
		result = put_in_force(service, "", true, error);
	return result;
}

enum self_service_result self_service_set_forward(struct self_service *service,
						  const char *value,
						  struct error *error)
{
	const struct account *account = &service->account;
	struct pending_forward pending;
	char address[ADDRESS_BYTES] = "";
	bool keep_copy = account->forward_keep_copy;
	int waits;

	if (value == NULL || value[0] == '\0')
		return stop(service, error);
	if (forward_rules_check(service->configuration, value, address, error) <
	    0)
		return SELF_SERVICE_REFUSED;
	if (strcmp(address, account->forward_address) == 0)
		return clear_pending(service, error);
	if (!service->configuration->forward_confirm) {
		if (clear_pending(service, error) != SELF_SERVICE_DONE)
			return SELF_SERVICE_FAILED;
		return put_in_force(service, address, keep_copy, error);
	}
	waits = store_pending_forward(service->store, account->id, service->now,
				      &pending, error);
	if (waits < 0)
		return SELF_SERVICE_FAILED;
	if (waits > 0)
		keep_copy = pending.keep_copy;
	return make_pending(service, address, keep_copy, error);
}

enum self_service_result
self_service_set_keep_copy(struct self_service *service, const char *value,
			   struct error *error)
{
	const struct account *account = &service->account;
	bool keep_copy;

	if (wire_yes_no_parse(value, &keep_copy) < 0)
		return self_service_refuse(error, "Say \"yes\" or \"no\".");
	if (store_pending_forward_keep_copy(service->store, account->id,
					    keep_copy, error) < 0)
		return SELF_SERVICE_FAILED;
	if (keep_copy == account->forward_keep_copy)
		return SELF_SERVICE_DONE;
	if (account_forwards(account))
		return put_in_force(service, account->forward_address,
				    keep_copy, error);
	/* For the address that comes next. */
	return store_account_set_forward(service->store, account->id, "",
					 keep_copy, error) < 0
		       ? SELF_SERVICE_FAILED
		       : SELF_SERVICE_DONE;
}

enum self_service_result self_service_set_pending(struct self_service *service,
						  const char *value,
						  struct error *error)
{
	if (value != NULL && value[0] != '\0')
		return self_service_refuse(
			error, "This can only be given up; set the forwarding "
			       "address instead.");
	return clear_pending(service, error);
}

enum self_service_result self_service_set_code(struct self_service *service,
					       const char *value,
					       struct error *error)
{
	struct pending_forward pending;
	const char *id = service->account.id;
	char old_address[ADDRESS_BYTES];
	int ret = store_pending_forward(service->store, id, service->now,
					&pending, error);

	if (ret < 0)
		return SELF_SERVICE_FAILED;
	if (ret == 0)
		return self_service_refuse(
			error, "No address waits for a code, or the code has "
			       "expired. Set the address again.");
	/* Counted before it is looked at. */
	ret = store_pending_forward_try(service->store, id, CODE_TRIES, error);
	if (ret < 0)
		return SELF_SERVICE_FAILED;
	if (ret == 0)
		return self_service_refuse(
			error, "Too many wrong codes. Set the address again "
			       "to get a new one.");
	if (strlen(value) > CODE_LENGTH_MAX ||
	    !app_password_verify(pending.code_hash, value))
		return self_service_refuse(error, "This is not the code.");
	memcpy(old_address, service->account.forward_address,
	       sizeof(old_address));
	ret = store_pending_forward_confirm(service->store, id,
					    pending.code_hash, error);
	if (ret < 0)
		return SELF_SERVICE_FAILED;
	if (ret == 0)
		return self_service_refuse(error,
					   "Another address waits by now.");
	tell_change(service, old_address, pending.address, pending.keep_copy);
	return SELF_SERVICE_DONE;
}
