/* SPDX-License-Identifier: MIT
 *
 * What a dict process keeps between requests; see plugins/dict/backend.h.
 */
#include <stdlib.h>
#include <time.h>

#include "lib/mail/quota.h"

#include "lib/configuration/limits.h"
#include "plugins/dict/backend.h"

/* How often the level of warnings is looked at while others change it. */
#define WARNING_TRIES 10

struct dict_backend {
	struct configuration *configuration;
	struct store *store;
	/* Another handle, with credentials, so that usage is published even
	   when those cannot be opened. */
	struct store *credentials;
};

int dict_backend_new(struct dict_backend **backend_r, struct error *error)
{
	struct dict_backend *backend = calloc(1, sizeof(*backend));

	if (backend == NULL)
		return error_set(error, "out of memory");
	if (configuration_load(configuration_path(NULL),
			       &backend->configuration, error) < 0) {
		free(backend);
		return -1;
	}
	*backend_r = backend;
	return 0;
}

void dict_backend_free(struct dict_backend **_backend)
{
	struct dict_backend *backend = *_backend;

	if (backend == NULL)
		return;
	*_backend = NULL;
	store_close(&backend->store);
	store_close(&backend->credentials);
	configuration_free(&backend->configuration);
	free(backend);
}

const struct configuration *
dict_backend_configuration(const struct dict_backend *backend)
{
	return backend->configuration;
}

struct store *dict_backend_store(struct dict_backend *backend,
				 struct error *error)
{
	if (backend->store == NULL &&
	    store_open(backend->configuration->store, STORE_ACCOUNTS,
		       &backend->store, error) < 0)
		return NULL;
	return backend->store;
}

void dict_backend_store_failed(struct dict_backend *backend)
{
	if (backend->store != NULL)
		store_close(&backend->store);
}

/* The name to look for, and where. 1 done, 0 no name of ours, -1 failed. */
static int open_for(struct dict_backend *backend, const char *user,
		    char name_r[ADDRESS_LOCAL_BYTES], struct store **store_r,
		    struct error *error)
{
	const char *const *domains =
		(const char *const *)backend->configuration->domains;

	if (account_name_normalise(user, domains, name_r, error) < 0)
		return 0;
	*store_r = dict_backend_store(backend, error);
	return *store_r == NULL ? -1 : 1;
}

/* 1 found, 0 no account of that name, -1 failed. */
static int find_account(struct dict_backend *backend, const char *user,
			struct account *account_r, struct error *error)
{
	char name[ADDRESS_LOCAL_BYTES];
	struct store *store;
	int ret = open_for(backend, user, name, &store, error);

	if (ret <= 0)
		return ret;
	ret = store_account_by_name(store, name, account_r, error);
	if (ret < 0)
		dict_backend_store_failed(backend);
	return ret;
}

int dict_backend_lookup(struct dict_backend *backend, const char *user,
			const char *key, char value_r[WIRE_VALUE_BYTES],
			struct error *error)
{
	struct account account;
	int ret;

	ret = find_account(backend, user, &account, error);
	if (ret <= 0)
		return ret;
	return account_key_get(&account, backend->configuration, key, value_r,
			       error);
}

/* ---- self-service ---- */

/* Fills in *service_r. 1 found, 0 no account of that name, -1 failed. */
static int begin_service(struct dict_backend *backend, const char *user,
			 struct self_service *service_r, struct error *error)
{
	int ret;

	*service_r = (struct self_service){
		.configuration = backend->configuration,
		.now = (int64_t)time(NULL),
	};
	ret = find_account(backend, user, &service_r->account, error);
	if (ret <= 0)
		return ret;
	if (backend->credentials == NULL &&
	    store_open(backend->configuration->store,
		       STORE_ACCOUNTS_AND_CREDENTIALS, &backend->credentials,
		       error) < 0)
		return -1;
	service_r->store = backend->credentials;
	return 1;
}

int dict_backend_self_service_get(struct dict_backend *backend,
				  const char *user, const char *key,
				  char **value_r, struct error *error)
{
	struct self_service service;
	int ret = begin_service(backend, user, &service, error);

	if (ret <= 0)
		return ret;
	ret = self_service_get(&service, key, value_r, error);
	if (ret < 0)
		store_close(&backend->credentials);
	return ret;
}

enum self_service_result
dict_backend_self_service_set(struct dict_backend *backend, const char *user,
			      const char *key, const char *value,
			      struct error *remark_r, struct error *error)
{
	enum self_service_result result = SELF_SERVICE_FAILED;
	struct self_service service;
	int ret = begin_service(backend, user, &service, error);

	if (ret == 0)
		return self_service_refuse(error, "This account is deleted.");
	if (ret > 0)
		result = self_service_set(&service, key, value, error);
	*remark_r = service.remark;
	if (result == SELF_SERVICE_FAILED)
		store_close(&backend->credentials);
	return result;
}

/* ---- what is published ---- */

/* Nanoseconds by the clock that the mail processes of this machine count by. */
static int64_t monotonic_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return 0;
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The latest time that a count of the clock of now can have, for
   store_usage_set(). A known one that is yet to come is of another clock. Now
   must be asked for after the account was read: a count may have been written
   between the two, or while the store waits for its turn to write, and that one
   is no less of this clock for being later than now. */
static int64_t latest_count(const struct account *account)
{
	int64_t known = account->usage_counted_at;

	if (known < account->usage_saved_at)
		known = account->usage_saved_at;
	return known <= monotonic_now() ? INT64_MAX : known - 1;
}

static enum mail_quota_level level_of(const struct dict_backend *backend,
				      const struct account *account)
{
	return mail_quota_level(account->usage_bytes,
				limits_quota(account, backend->configuration),
				(enum mail_quota_level)account->warned);
}

/* Brings the level that triggers warnings in line with the usage. Returns 1
   done, 0 no such account, -1 failed. *again_r is set when the level was
   changed, by this call or by another process. */
static int write_warning_once(struct dict_backend *backend, const char *id,
			      bool *again_r, struct error *error)
{
	struct account account;
	enum mail_quota_level level;
	int ret, due;

	*again_r = false;
	ret = store_account_by_id(backend->store, id, &account, error);
	if (ret <= 0)
		return ret;
	level = level_of(backend, &account);
	if ((int)level == account.warned)
		return 1;
	due = account.warning_due;
	if ((int)level > account.warned)
		due = (int)level;
	else if (due > (int)level)
		due = 0;
	*again_r = true;
	return store_warning_set(backend->store, id, account.warned, (int)level,
				 due, error) < 0
		       ? -1
		       : 1;
}

/* Every writer of the usage or the level checks afterwards that the two agree.
   So the last of several writers at once leaves them right. */
static int write_warning(struct dict_backend *backend, const char *id,
			 struct error *error)
{
	bool again = true;
	int ret = 1, tries = WARNING_TRIES;

	while (ret > 0 && again && tries-- > 0)
		ret = write_warning_once(backend, id, &again, error);
	return ret;
}

static int write_usage(struct dict_backend *backend,
		       const struct account *account,
		       const struct account_changes *changes,
		       struct error *error)
{
	int ret = store_usage_set(backend->store, account->id, &changes->usage,
				  latest_count(account), error);

	if (ret != 1 || changes->usage.bytes < 0)
		return ret;
	return write_warning(backend, account->id, error);
}

/* What LMTP saved comes with each message, alone: one statement does it. */
static int write_saved(struct dict_backend *backend, const char *user,
		       const struct usage_saved *saved, struct error *error)
{
	char name[ADDRESS_LOCAL_BYTES];
	struct account account;
	struct store *store;
	int ret = open_for(backend, user, name, &store, error);

	if (ret <= 0)
		return ret;
	ret = store_usage_add(store, name, saved, monotonic_now(), &account,
			      error);
	if (ret == 1 && (int)level_of(backend, &account) != account.warned)
		ret = write_warning(backend, account.id, error);
	return ret;
}

static int write_changes(struct dict_backend *backend,
			 const struct account *account,
			 const struct account_changes *changes,
			 struct error *error)
{
	struct store *store = backend->store;
	const char *id = account->id;
	int ret = 1;

	if (changes->usage.bytes >= 0 || changes->usage.messages >= 0)
		ret = write_usage(backend, account, changes, error);
	/* 0 means that the token is used up already. */
	if (ret > 0 && changes->warning_token[0] != '\0' &&
	    store_warning_delivered(store, id, changes->warning_token, error) <
		    0)
		ret = -1;
	if (ret > 0 && changes->trash_saved_at > 0)
		ret = store_trash_saved(store, id, changes->trash_saved_at,
					error);
	/* Not before the usage is right: who looks full gets no mail, and would
	   not be visited again. 0 means that a session came first: the account
	   just stays due. */
	if (ret == 1 && changes->has_trash_expired &&
	    store_trash_expired(store, id, changes->trash_expired_generation,
				changes->trash_expired_oldest, error) < 0)
		ret = -1;
	return ret;
}

int dict_backend_commit(struct dict_backend *backend, const char *user,
			const struct account_changes *changes,
			struct error *error)
{
	struct account account;
	int ret;

	if (!changes->any)
		return 1;
	if (changes->has_saved) {
		ret = write_saved(backend, user, &changes->saved, error);
	} else {
		ret = find_account(backend, user, &account, error);
		if (ret <= 0)
			return ret;
		ret = write_changes(backend, &account, changes, error);
	}
	if (ret < 0)
		dict_backend_store_failed(backend);
	return ret;
}
