/* SPDX-License-Identifier: MIT
 *
 * Look-ups for Postfix; see milter/maps/maps.h.
 */
#include "milter/maps/maps.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "milter/service/log.h"
#include "milter/plan/recipient.h"
#include "protocol/names.h"

struct question {
	const struct milter_service *service;
	const struct settings *settings;
	const char *key;
};

/* A map's answer to a key: 1 found, with data_r; 0 absent; -1 failed. */
typedef int map_function(const struct question *question,
			 char data_r[2 * ADDRESS_BYTES], struct error *error);

static void classify(const struct question *question,
		     struct recipient *meaning_r)
{
	recipient_classify(question->settings->configuration, question->key,
			   meaning_r);
}

static int look_up_account(const struct question *question,
			   const struct recipient *meaning,
			   struct account *account_r, struct error *error)
{
	if (meaning->name[0] == '\0')
		return 0;
	return store_pool_account(question->service->pool, meaning->name,
				  account_r, error);
}

/* Role addresses and aliases are left to alias; the account that they mean is
   asked for under its own name. */
static int map_mailbox(const struct question *question,
		       char data_r[2 * ADDRESS_BYTES], struct error *error)
{
	struct recipient meaning;
	struct account account;
	struct address address;
	int found;

	classify(question, &meaning);
	if (meaning.kind == RECIPIENT_ROLE) {
		/* "postmaster" may well be the account that has the mail, but
		   "abuse" is one only if somebody made it. */
		if (address_parse(question->key, &address, NULL) < 0 ||
		    address_account_name(&address, meaning.name,
					 sizeof(meaning.name)) < 0)
			return 0;
	} else if (meaning.kind != RECIPIENT_OURS) {
		return 0;
	}
	found = look_up_account(question, &meaning, &account, error);
	if (found <= 0 || strcmp(account.name, meaning.name) != 0)
		return found < 0 ? -1 : 0;
	(void)snprintf(data_r, 2 * ADDRESS_BYTES, "%s", account.name);
	return 1;
}

/* Puts the account's name in the place of the alias, in front of the detail.
   Returns 0, or -1 if it does not fit. */
static int set_name(struct address *address, const struct recipient *meaning,
		    const char *name)
{
	char local[2 * ADDRESS_LOCAL_BYTES];
	int length = snprintf(local, sizeof(local), "%s%s", name,
			      address->local + strlen(meaning->name));

	if (length < 0 || (size_t)length >= sizeof(address->local))
		return -1;
	memcpy(address->local, local, (size_t)length + 1);
	(void)snprintf(address->domain, sizeof(address->domain), "%s",
		       meaning->domain);
	return 0;
}

/* The account's own address in the domain that was asked for, with the detail
   that the alias was given. The account's own address stays as it was written,
   but for the case of its domain, or is absent if own_too is false. Always in
   the form that is one address, whatever the detail has in it: Postfix takes an
   answer for a list. */
static int account_address(const struct question *question,
			   const struct recipient *meaning, bool own_too,
			   char data_r[2 * ADDRESS_BYTES], struct error *error)
{
	struct account account;
	struct address address;
	int found;

	if (address_parse(question->key, &address, NULL) < 0)
		return 0;
	found = look_up_account(question, meaning, &account, error);
	if (found <= 0)
		return found;
	if (strcmp(account.name, meaning->name) == 0) {
		if (!own_too)
			return 0;
	} else if (set_name(&address, meaning, account.name) < 0) {
		return 0;
	}
	return address_format(&address, data_r, 2 * ADDRESS_BYTES) < 0 ? 0 : 1;
}

static int map_alias(const struct question *question,
		     char data_r[2 * ADDRESS_BYTES], struct error *error)
{
	struct recipient meaning;

	classify(question, &meaning);
	if (meaning.kind == RECIPIENT_ROLE) {
		recipient_role_address(question->settings->configuration,
				       data_r);
		return 1;
	}
	if (meaning.kind != RECIPIENT_OURS)
		return 0;
	/* Not an alias of itself, which would go round. */
	return account_address(question, &meaning, false, data_r, error);
}

/* The login names of an account: bare, as our passdb gives it, and with the
   domain. */
static int map_sender_login(const struct question *question,
			    char data_r[2 * ADDRESS_BYTES], struct error *error)
{
	struct recipient meaning;
	struct account account;
	int found;

	classify(question, &meaning);
	if (meaning.kind != RECIPIENT_OURS && meaning.kind != RECIPIENT_ROLE)
		return 0;
	found = look_up_account(question, &meaning, &account, error);
	if (found > 0)
		(void)snprintf(data_r, 2 * ADDRESS_BYTES, "%s, %s@%s",
			       account.name, account.name, meaning.domain);
	return found;
}

/* An address with any fault is simply none of ours. */
static int map_srs_reverse(const struct question *question,
			   char data_r[2 * ADDRESS_BYTES], struct error *error)
{
	struct recipient meaning;

	classify(question, &meaning);
	if (meaning.kind != RECIPIENT_REWRITTEN)
		return 0;
	switch (srs_reverse(question->settings->srs, question->key, time(NULL),
			    data_r)) {
	case SRS_OK:
		return 1;
	case SRS_FAILED:
		return error_set(error, "the address cannot be reversed now");
	default:
		return 0;
	}
}

/* Postfix looks for a recipient among the virtual aliases before it looks among
   the mailboxes, so that an account that is found here, as itself, needs no
   second question. */
static int map_virtual_alias(const struct question *question,
			     char data_r[2 * ADDRESS_BYTES],
			     struct error *error)
{
	struct recipient meaning;

	classify(question, &meaning);
	if (meaning.kind == RECIPIENT_REWRITTEN)
		return map_srs_reverse(question, data_r, error);
	if (meaning.kind != RECIPIENT_OURS)
		return map_alias(question, data_r, error);
	return account_address(question, &meaning, true, data_r, error);
}

static const struct {
	const char *name;
	map_function *look_up;
} maps[] = {
	{MAP_MAILBOX, map_mailbox},
	{"alias", map_alias},
	{MAP_VIRTUAL_ALIAS, map_virtual_alias},
	{MAP_SENDER_LOGIN, map_sender_login},
	{MAP_SRS_REVERSE, map_srs_reverse},
};

static void log_failed_look_up(const char *map, const char *key,
			       const struct error *error)
{
	struct log_line line;

	log_begin(&line, "lookup-failed");
	log_text(&line, "map", map);
	log_text(&line, "key", key);
	log_text(&line, "reason", error->text);
	log_write(&line);
}

/* The reason goes to the mail server's log; ours has the details. */
static void look_up(const struct milter_service *service, size_t index,
		    const char *key, char answer_r[MAPS_ANSWER_BYTES])
{
	char data[2 * ADDRESS_BYTES];
	struct question question = {
		.service = service,
		.settings = settings_take(service->settings),
		.key = key,
	};
	const int64_t began = metrics_now();
	struct error error = {""};
	int found = maps[index].look_up(&question, data, &error);

	settings_give(service->settings, &question.settings);
	metrics_time(service->metrics, METRICS_TIME_LOOKUP, began);
	metrics_count(service->metrics, found < 0   ? METRICS_LOOKUP_FAILED
					: found > 0 ? METRICS_LOOKUP_FOUND
						    : METRICS_LOOKUP_ABSENT);
	if (found < 0) {
		log_failed_look_up(maps[index].name, key, &error);
		(void)snprintf(answer_r, MAPS_ANSWER_BYTES,
			       "TEMP the accounts cannot be read now");
	} else if (found == 0) {
		(void)snprintf(answer_r, MAPS_ANSWER_BYTES, "NOTFOUND ");
	} else {
		(void)snprintf(answer_r, MAPS_ANSWER_BYTES, "OK %s", data);
	}
}

void maps_answer(const struct milter_service *service, const char *request,
		 size_t length, char answer_r[MAPS_ANSWER_BYTES])
{
	char key[2 * ADDRESS_BYTES];
	const char *space = memchr(request, ' ', length);
	size_t name_length = space == NULL ? length : (size_t)(space - request);
	size_t key_length = space == NULL ? 0 : length - name_length - 1;

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		if (strlen(maps[i].name) != name_length ||
		    memcmp(maps[i].name, request, name_length) != 0)
			continue;
		/* A key that cannot be an address of ours is not looked up. */
		if (key_length == 0 || key_length >= sizeof(key) ||
		    memchr(space + 1, '\0', key_length) != NULL) {
			(void)snprintf(answer_r, MAPS_ANSWER_BYTES,
				       "NOTFOUND ");
			return;
		}
		memcpy(key, space + 1, key_length);
		key[key_length] = '\0';
		look_up(service, i, key, answer_r);
		return;
	}
	log_failure("unknown-map", "a mail server asked for a map that is not "
				   "mailbox, alias, virtual-alias, "
				   "sender-login or srs-reverse");
	(void)snprintf(answer_r, MAPS_ANSWER_BYTES,
		       "TEMP there is no such map");
}
