/* SPDX-License-Identifier: MIT
 *
 * dict driver "alumni"; see dict-alumni.h.
 */
#include "plugins/common/dovecot-glue.h"

#include <time.h>

#include "lib/base/secret.h"
#include "plugins/dict/account-walk.h"
#include "plugins/dict/dict-alumni.h"
#include "plugins/dict/backend.h"
#include "plugins/dict/dict-glue.h"
#include "plugins/dict/trash-due.h"
#include "protocol/dict-keys.h"
#include "protocol/names.h"
#include "protocol/refusal.h"
#include "protocol/trash.h"

DOVECOT_EXPORT extern const char *dict_alumni_version;
const char *dict_alumni_version = DOVECOT_ABI_VERSION;

struct alumni_dict {
	struct dict dict;
	struct dict_backend *backend;
};

struct alumni_transaction {
	struct dict_transaction_context ctx;
	struct account_changes changes;
	/* Of self-service, which comes alone; value NULL: to be unset. */
	char *key, *value;
	/* The first change that was no good: nothing will be written. */
	char *error;
};

struct alumni_iterate {
	struct dict_iterate_context ctx;
	/* One of them; both are NULL when the path is not known. */
	struct trash_due *due;
	struct account_walk *walk;
	pool_t pool; /* of one row */
	const char *values[2];
	char *error;
};

static struct alumni_dict *alumni_dict(struct dict *dict)
{
	return container_of(dict, struct alumni_dict, dict);
}

int dict_alumni_open(const struct dict *driver, struct dict **dict_r,
		     const char **error_r)
{
	struct error error = {.text = ""};
	struct dict_backend *backend;
	struct alumni_dict *dict;

	if (dict_backend_new(&backend, &error) < 0) {
		*error_r = t_strdup(error.text);
		return -1;
	}
	dict = i_new(struct alumni_dict, 1);
	dict->dict = *driver;
	dict->backend = backend;
	*dict_r = &dict->dict;
	return 0;
}

static void alumni_deinit(struct dict *_dict)
{
	struct alumni_dict *dict = alumni_dict(_dict);

	dict_backend_free(&dict->backend);
	i_free(dict);
}

/* Looks up a key of self-service; as dict_alumni_lookup(). */
static int lookup_self_service(struct dict *dict, const char *user, pool_t pool,
			       const char *key, const char **value_r,
			       const char **error_r)
{
	struct error error = {.text = ""};
	char *value = NULL;
	int ret;

	ret = dict_backend_self_service_get(alumni_dict(dict)->backend, user,
					    key, &value, &error);
	if (ret < 0)
		*error_r = t_strdup(error.text);
	else if (ret > 0)
		*value_r = p_strdup(pool, value);
	free(value);
	return ret;
}

int dict_alumni_lookup(struct dict *dict, const struct dict_op_settings *set,
		       pool_t pool, const char *key, const char **value_r,
		       const char **error_r)
{
	char value[WIRE_VALUE_BYTES];
	struct error error = {.text = ""};
	int ret;

	*value_r = NULL;
	*error_r = NULL;
	if (!str_begins_with(key, DICT_PATH_PRIVATE)) {
		error_set(&error, "there is no key \"%s\"", key);
		*error_r = t_strdup(error.text);
		return -1;
	}
	if (self_service_has_key(key))
		return lookup_self_service(dict, set->username, pool, key,
					   value_r, error_r);
	ret = dict_backend_lookup(alumni_dict(dict)->backend, set->username,
				  key, value, &error);
	if (ret < 0)
		*error_r = t_strdup(error.text);
	else if (ret > 0)
		*value_r = p_strdup(pool, value);
	return ret;
}

/* ---- iteration ---- */

static struct dict_iterate_context *
alumni_iterate_init(struct dict *_dict,
		    const struct dict_op_settings *set ATTR_UNUSED,
		    const char *path, enum dict_iterate_flags flags)
{
	struct alumni_dict *dict = alumni_dict(_dict);
	struct alumni_iterate *iterate = i_new(struct alumni_iterate, 1);
	struct error error = {.text = ""};

	iterate->ctx.dict = _dict;
	iterate->pool = pool_alloconly_create("alumni dict row", 256);
	if (strcmp(path, DICT_KEYS_TRASH_DUE) == 0 &&
	    (flags & DICT_ITERATE_FLAG_EXACT_KEY) == 0) {
		iterate->due = trash_due_new(dict->backend, time(NULL));
	} else if (strcmp(path, DICT_KEYS_ACCOUNTS) == 0 &&
		   (flags & DICT_ITERATE_FLAG_EXACT_KEY) == 0) {
		iterate->walk = account_walk_new(dict->backend);
	} else {
		error_set(&error, "only %s and %s can be iterated, not \"%s\"",
			  DICT_KEYS_TRASH_DUE, DICT_KEYS_ACCOUNTS, path);
		iterate->error = i_strdup(error.text);
	}
	return &iterate->ctx;
}

/* 1 and a row in the pool, 0 no more, -1 failed. */
static int iterate_due(struct alumni_iterate *iterate, const char **key_r,
		       struct error *error)
{
	const struct account *account;
	char value[WIRE_VALUE_BYTES];
	int64_t retention;
	int ret;

	ret = trash_due_next(iterate->due, &account, &retention, error);
	if (ret <= 0)
		return ret;
	p_clear(iterate->pool);
	*key_r = p_strconcat(iterate->pool, DICT_KEYS_TRASH_DUE, account->name,
			     NULL);
	wire_trash_state_format(
		&(struct wire_trash_state){
			.generation = account->trash_generation,
			.oldest = account->trash_oldest,
			.retention = retention,
		},
		value);
	iterate->values[0] = p_strdup(iterate->pool, value);
	return 1;
}

static int iterate_accounts(struct alumni_iterate *iterate, const char **key_r,
			    struct error *error)
{
	const struct account *account;
	int ret;

	ret = account_walk_next(iterate->walk, &account, error);
	if (ret <= 0)
		return ret;
	p_clear(iterate->pool);
	*key_r = p_strconcat(iterate->pool, DICT_KEYS_ACCOUNTS, account->name,
			     NULL);
	iterate->values[0] = "";
	return 1;
}

static bool alumni_iterate(struct dict_iterate_context *ctx, const char **key_r,
			   const char *const **values_r)
{
	struct alumni_iterate *iterate =
		container_of(ctx, struct alumni_iterate, ctx);
	struct error error = {.text = ""};
	int ret;

	if (iterate->error != NULL)
		return FALSE;
	if (iterate->due != NULL)
		ret = iterate_due(iterate, key_r, &error);
	else
		ret = iterate_accounts(iterate, key_r, &error);
	if (ret < 0)
		iterate->error = i_strdup(error.text);
	if (ret <= 0)
		return FALSE;
	*values_r = iterate->values;
	return TRUE;
}

static int alumni_iterate_deinit(struct dict_iterate_context *ctx,
				 const char **error_r)
{
	struct alumni_iterate *iterate =
		container_of(ctx, struct alumni_iterate, ctx);
	int ret = iterate->error == NULL ? 0 : -1;

	*error_r = t_strdup(iterate->error);
	if (iterate->due != NULL)
		trash_due_free(&iterate->due);
	if (iterate->walk != NULL)
		account_walk_free(&iterate->walk);
	i_free(iterate->error);
	pool_unref(&iterate->pool);
	i_free(iterate);
	return ret;
}

/* ---- transactions ---- */

static struct alumni_transaction *
alumni_transaction(struct dict_transaction_context *ctx)
{
	return container_of(ctx, struct alumni_transaction, ctx);
}

static struct dict_transaction_context *
alumni_transaction_init(struct dict *dict)
{
	struct alumni_transaction *transaction =
		i_new(struct alumni_transaction, 1);

	transaction->ctx.dict = dict;
	account_changes_init(&transaction->changes);
	return &transaction->ctx;
}

static void transaction_free(struct alumni_transaction *transaction)
{
	i_free(transaction->key);
	if (transaction->value != NULL)
		secret_wipe(transaction->value, strlen(transaction->value));
	i_free(transaction->value);
	i_free(transaction->error);
	i_free(transaction);
}

static void alumni_transaction_rollback(struct dict_transaction_context *ctx)
{
	transaction_free(alumni_transaction(ctx));
}

static enum dict_commit_ret
transaction_self_service(struct alumni_transaction *transaction,
			 const char **error_r)
{
	struct alumni_dict *dict = alumni_dict(transaction->ctx.dict);
	const char *user = transaction->ctx.set.username;
	struct event *event = transaction->ctx.event;
	struct error remark = {.text = ""}, error = {.text = ""};
	char refusal[WIRE_REFUSAL_BYTES];

	switch (dict_backend_self_service_set(
		dict->backend, user, transaction->key, transaction->value,
		&remark, &error)) {
	case SELF_SERVICE_DONE:
		if (remark.text[0] != '\0')
			e_warning(event, "%s of %s is set, but %s",
				  transaction->key, user, remark.text);
		return DICT_COMMIT_RET_OK;
	case SELF_SERVICE_REFUSED:
		e_info(event, "%s of %s refused: %s%s%s", transaction->key,
		       user, error.text, remark.text[0] == '\0' ? "" : ": ",
		       remark.text);
		wire_refusal_format(error.text, refusal);
		*error_r = t_strdup(refusal);
		return DICT_COMMIT_RET_FAILED;
	case SELF_SERVICE_FAILED:
		break;
	}
	e_error(event, "%s of %s cannot be set: %s", transaction->key, user,
		error.text);
	*error_r = t_strdup(error.text);
	return DICT_COMMIT_RET_FAILED;
}

static enum dict_commit_ret
transaction_write(struct alumni_transaction *transaction, const char **error_r)
{
	struct alumni_dict *dict = alumni_dict(transaction->ctx.dict);
	const char *user = transaction->ctx.set.username;
	struct event *event = transaction->ctx.event;
	struct error error = {.text = ""};
	int ret;

	if (transaction->error != NULL) {
		*error_r = t_strdup(transaction->error);
		e_error(event, "write for %s refused: %s", user, *error_r);
		return DICT_COMMIT_RET_FAILED;
	}
	if (transaction->key != NULL)
		return transaction_self_service(transaction, error_r);
	ret = dict_backend_commit(dict->backend, user, &transaction->changes,
				  &error);
	if (ret < 0) {
		*error_r = t_strdup(error.text);
		e_error(event, "write for %s failed: %s", user, *error_r);
		return DICT_COMMIT_RET_FAILED;
	}
	/* The publisher sends something else then. */
	if (ret == STORE_USAGE_AGAIN)
		return DICT_COMMIT_RET_NOTFOUND;
	if (ret == 0) {
		/* Deleted while a session was open. */
		e_warning(event, "write for %s dropped: no such account%s%s",
			  user, error.text[0] == '\0' ? "" : ": ", error.text);
		return DICT_COMMIT_RET_NOTFOUND;
	}
	return DICT_COMMIT_RET_OK;
}

static void alumni_transaction_commit(
	struct dict_transaction_context *ctx, bool async ATTR_UNUSED,
	dict_transaction_commit_callback_t *callback, void *context)
{
	struct alumni_transaction *transaction = alumni_transaction(ctx);
	struct dict_commit_result result = {.error = NULL};

	result.ret = transaction_write(transaction, &result.error);
	transaction_free(transaction);
	callback(&result, context);
}

static void transaction_refuse(struct alumni_transaction *transaction,
			       const struct error *error)
{
	if (transaction->error == NULL)
		transaction->error = i_strdup(error->text);
}

/* One key alone, so that a transaction is done or not. */
static void set_self_service(struct alumni_transaction *transaction,
			     const char *key, const char *value)
{
	struct error error = {.text = ""};

	if (transaction->key != NULL || transaction->changes.any) {
		error_set(&error, "%s must be set alone", key);
		transaction_refuse(transaction, &error);
		return;
	}
	transaction->key = i_strdup(key);
	transaction->value = i_strdup(value);
}

static void alumni_set(struct dict_transaction_context *ctx, const char *key,
		       const char *value)
{
	struct alumni_transaction *transaction = alumni_transaction(ctx);
	struct error error = {.text = ""};

	if (self_service_has_key(key))
		set_self_service(transaction, key, value);
	else if (transaction->key != NULL) {
		error_set(&error, "%s must be set alone", transaction->key);
		transaction_refuse(transaction, &error);
	} else if (account_key_set(&transaction->changes, key, value, &error) <
		   0)
		transaction_refuse(transaction, &error);
}

static void alumni_unset(struct dict_transaction_context *ctx, const char *key)
{
	struct error error;

	if (self_service_has_key(key)) {
		set_self_service(alumni_transaction(ctx), key, NULL);
		return;
	}
	error_set(&error, "%s cannot be unset", key);
	transaction_refuse(alumni_transaction(ctx), &error);
}

static void alumni_atomic_inc(struct dict_transaction_context *ctx,
			      const char *key, long long diff ATTR_UNUSED)
{
	struct error error;

	error_set(&error, "%s can only be set, not counted up", key);
	transaction_refuse(alumni_transaction(ctx), &error);
}

const struct dict dict_alumni_driver = {
	.name = DICT_DRIVER_NAME,
	.v =
		{
			.deinit = alumni_deinit,
			.iterate_init = alumni_iterate_init,
			.iterate = alumni_iterate,
			.iterate_deinit = alumni_iterate_deinit,
			.transaction_init = alumni_transaction_init,
			.transaction_commit = alumni_transaction_commit,
			.transaction_rollback = alumni_transaction_rollback,
			.set = alumni_set,
			.unset = alumni_unset,
			.atomic_inc = alumni_atomic_inc,
		},
};

DOVECOT_EXPORT void dict_alumni_init(void)
{
	dict_glue_register();
}

DOVECOT_EXPORT void dict_alumni_deinit(void)
{
	dict_glue_unregister();
}
