/* SPDX-License-Identifier: MIT
 *
 * Look-ups for Postfix; see maps.h.
 */
#include "milter/maps.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "milter/log.h"
#include "milter/recipient.h"

/* A map's answer to a key: 1 found, with data_r; 0 absent; -1 failed. */
typedef int map_function(const struct milter_service *service, const char *key,
			 char data_r[2 * ADDRESS_BYTES], struct error *error);

static int look_up_account(const struct milter_service *service,
			   const struct recipient *meaning,
			   struct account *account_r, struct error *error)
{
	if (meaning->name[0] == '\0')
		return 0;
	return store_pool_account(service->pool, meaning->name, account_r,
				  error);
}

/* Role addresses are left to alias; the account that they mean is asked for
   under its own name. */
static int map_mailbox(const struct milter_service *service, const char *key,
		       char data_r[2 * ADDRESS_BYTES], struct error *error)
{
	struct recipient meaning;
	struct account account;
	struct address address;
	int found;

	recipient_classify(service->configuration, key, &meaning);
	if (meaning.kind == RECIPIENT_ROLE) {
		/* "postmaster" may well be the account that has the mail, but
		   "abuse" is one only if somebody made it. */
		if (address_parse(key, &address, NULL) < 0 ||
		    address_account_name(&address, meaning.name,
					 sizeof(meaning.name)) < 0)
			return 0;
	} else if (meaning.kind != RECIPIENT_OURS) {
		return 0;
	}
	found = look_up_account(service, &meaning, &account, error);
	if (found > 0)
		(void)snprintf(data_r, 2 * ADDRESS_BYTES, "%s", account.name);
	return found;
}

static int map_alias(const struct milter_service *service, const char *key,
		     char data_r[2 * ADDRESS_BYTES], struct error *error)
{
	struct recipient meaning;

	(void)error;
	recipient_classify(service->configuration, key, &meaning);
	if (meaning.kind != RECIPIENT_ROLE)
		return 0;
	recipient_role_address(service->configuration, data_r);
	return 1;
}

/* The login names of an account: bare, as our passdb gives it, and with the
   domain. */
static int map_sender_login(const struct milter_service *service,
			    const char *key, char data_r[2 * ADDRESS_BYTES],
			    struct error *error)
{
	struct recipient meaning;
	struct account account;
	int found;

	recipient_classify(service->configuration, key, &meaning);
	if (meaning.kind != RECIPIENT_OURS && meaning.kind != RECIPIENT_ROLE)
		return 0;
	found = look_up_account(service, &meaning, &account, error);
	if (found > 0)
		(void)snprintf(data_r, 2 * ADDRESS_BYTES, "%s, %s@%s",
			       account.name, account.name, meaning.domain);
	return found;
}

/* Whatever is wrong with the address, it is just no address of ours. */
static int map_srs_reverse(const struct milter_service *service,
			   const char *key, char data_r[2 * ADDRESS_BYTES],
			   struct error *error)
{
	struct recipient meaning;

	recipient_classify(service->configuration, key, &meaning);
	if (meaning.kind != RECIPIENT_REWRITTEN)
		return 0;
	switch (srs_reverse(service->srs, key, time(NULL), data_r)) {
	case SRS_OK:
		return 1;
	case SRS_FAILED:
		return error_set(error, "the address cannot be reversed now");
	default:
		return 0;
	}
}

static const struct {
	const char *name;
	map_function *look_up;
} maps[] = {
	{"mailbox", map_mailbox},
	{"alias", map_alias},
	{"sender-login", map_sender_login},
	{"srs-reverse", map_srs_reverse},
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
	struct error error = {""};
	int found = maps[index].look_up(service, key, data, &error);

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
		/* What cannot be an address of ours is not looked at. */
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
				   "mailbox, alias, sender-login or "
				   "srs-reverse");
	(void)snprintf(answer_r, MAPS_ANSWER_BYTES,
		       "TEMP there is no such map");
}
