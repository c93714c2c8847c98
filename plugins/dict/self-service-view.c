/* SPDX-License-Identifier: MIT
 *
 * What people see of their account, as JSON; see self-service.h.
 */
#include "plugins/dict/self-service.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/account/tiers.h"
#include "lib/base/secret.h"
#include "lib/configuration/limits.h"
#include "lib/store/pending.h"

#define DAY_SECONDS (INT64_C(24) * 60 * 60)

static void put_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void put_string_or_null(FILE *out, const char *text)
{
	if (text[0] == '\0')
		fputs("null", out);
	else
		put_string(out, text);
}

static void put_time(FILE *out, int64_t at)
{
	if (at == 0)
		fputs("null", out);
	else
		fprintf(out, "%" PRId64, at);
}

/* What is known without asking the directory: `directory sync` gives who left
   the leaver's class. */
static bool is_active(const struct self_service *service)
{
	const struct account *account = &service->account;
	const struct configuration *configuration = service->configuration;

	return !account_is_denied(account) &&
	       (configuration->leaver_class == NULL ||
		strcmp(account->class_name, configuration->leaver_class) != 0);
}

static const struct credential *find(const struct credential *credentials,
				     size_t count, enum credential_kind kind)
{
	for (size_t i = 0; i < count; i++) {
		if (credentials[i].kind == kind)
			return &credentials[i];
	}
	return NULL;
}

static void put_tiers(FILE *out, const struct self_service *service,
		      const struct credential *credentials, size_t count)
{
	const struct account *account = &service->account;
	const struct configuration *configuration = service->configuration;
	const char *tiers[4];
	size_t found = 0;

	if (account_is_pinned(account) && is_active(service))
		tiers[found++] = account->directory;
	if (find(credentials, count, CREDENTIAL_PASSWORD) != NULL)
		tiers[found++] = LOGIN_TIER_ALUMNI;
	if (configuration->learn_password != LEARN_PASSWORD_NEVER &&
	    find(credentials, count, CREDENTIAL_LEARNED) != NULL)
		tiers[found++] = LOGIN_TIER_LEARNED;
	if (configuration->app_passwords &&
	    find(credentials, count, CREDENTIAL_APP) != NULL)
		tiers[found++] = LOGIN_TIER_APP;
	fputs("\"tiers\":[", out);
	for (size_t i = 0; i < found; i++) {
		if (i > 0)
			fputc(',', out);
		put_string(out, tiers[i]);
	}
	fputs("],", out);
}

static void put_forwarding(FILE *out, const struct self_service *service,
			   const struct pending_forward *pending)
{
	const struct account *account = &service->account;
	bool keep_copy = pending->address[0] != '\0'
				 ? pending->keep_copy
				 : account->forward_keep_copy;

	fputs("\"forward\":", out);
	put_string_or_null(out, account->forward_address);
	fprintf(out, ",\"forward_keep_copy\":%s,\"forward_pending\":",
		keep_copy ? "true" : "false");
	put_string_or_null(out, pending->address);
	fprintf(out, ",\"forward_confirm\":%s,",
		service->configuration->forward_confirm ? "true" : "false");
}

static void put_account(FILE *out, const struct self_service *service,
			const struct credential *credentials, size_t count,
			const struct pending_forward *pending)
{
	const struct account *account = &service->account;
	const struct configuration *configuration = service->configuration;
	const struct credential *password =
		find(credentials, count, CREDENTIAL_PASSWORD);
	size_t apps = 0;

	fputs("{\"name\":", out);
	put_string(out, account->name);
	fprintf(out, ",\"address\":\"%s@%s\",\"class\":", account->name,
		configuration->domains[0]);
	put_string(out, account->class_name);
	fprintf(out,
		",\"quota_limit\":%" PRId64 ",\"usage_bytes\":%" PRId64
		",\"usage_messages\":%" PRId64 ",\"trash_days\":%" PRId64
		",\"password_set_at\":",
		limits_quota(account, configuration), account->usage_bytes,
		account->usage_messages,
		(limits_retention(account, configuration) + DAY_SECONDS - 1) /
			DAY_SECONDS);
	put_time(out, password == NULL ? 0 : password->set_at);
	fputc(',', out);
	put_tiers(out, service, credentials, count);
	fputs("\"directory\":", out);
	put_string_or_null(out, account->directory);
	fprintf(out, ",\"directory_active\":%s,",
		!account_is_pinned(account) ? "null"
		: is_active(service)        ? "true"
					    : "false");
	put_forwarding(out, service, pending);
	for (size_t i = 0; i < count; i++)
		apps += credentials[i].kind == CREDENTIAL_APP ? 1 : 0;
	fprintf(out, "\"app_passwords\":%zu,\"app_passwords_used\":%s}", apps,
		configuration->app_passwords ? "true" : "false");
}

static void put_app_passwords(FILE *out, const struct self_service *service,
			      const struct credential *credentials,
			      size_t count,
			      const struct pending_forward *pending
			      __attribute__((unused)))
{
	bool first = true;

	(void)service;
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		if (credentials[i].kind != CREDENTIAL_APP)
			continue;
		fputs(first ? "{\"label\":" : ",{\"label\":", out);
		put_string(out, credentials[i].label);
		fputs(",\"created_at\":", out);
		put_time(out, credentials[i].set_at);
		fputs(",\"last_used_at\":", out);
		put_time(out, credentials[i].last_used_at);
		fputc('}', out);
		first = false;
	}
	fputc(']', out);
}

typedef void put_function(FILE *out, const struct self_service *service,
			  const struct credential *credentials, size_t count,
			  const struct pending_forward *pending);

static int write_json(struct self_service *service, put_function *put,
		      char **value_r, struct error *error)
{
	struct credential credentials[CREDENTIALS_MAX];
	struct pending_forward pending;
	size_t count, size;
	FILE *out;

	if (store_pending_forward(service->store, service->account.id,
				  service->now, &pending, error) < 0 ||
	    store_credentials(service->store, service->account.id, credentials,
			      &count, error) < 0)
		return -1;
	out = open_memstream(value_r, &size);
	if (out == NULL) {
		secret_wipe(credentials, sizeof(credentials));
		return error_set(error, "out of memory");
	}
	put(out, service, credentials, count, &pending);
	secret_wipe(credentials, sizeof(credentials));
	if (fclose(out) != 0)
		return error_set(error, "out of memory");
	return 1;
}

int self_service_get_account(struct self_service *service, char **value_r,
			     struct error *error)
{
	return write_json(service, put_account, value_r, error);
}

int self_service_get_app_passwords(struct self_service *service, char **value_r,
				   struct error *error)
{
	return write_json(service, put_app_passwords, value_r, error);
}
