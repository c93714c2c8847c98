/* SPDX-License-Identifier: MIT
 *
 * The handle of a store: opening and closing it by the engine that a location
 * names, creating a store, and many changes as one; see lib/store/store.h and
 * lib/store/batch.h.
 */
#include "lib/store/store.h"

#include <stdlib.h>

#include "lib/configuration/store-location.h"
#include "lib/store/batch.h"
#include "lib/store/handle.h"

static const struct engine *const engines[] = {
	[STORE_ENGINE_SQLITE] = &sqlite_engine,
};

/* Finds the engine and what it is to open: *place_r. Returns NULL with an
   error when there is none for the location. */
static const struct engine *
find_engine(const char *location, const char **place_r, struct error *error)
{
	struct store_location parsed;

	if (store_location_parse(location, &parsed, error) < 0)
		return NULL;
	*place_r = parsed.place;
	return engines[parsed.engine];
}

static int open_databases(struct store *store, const struct engine *engine,
			  const char *place, enum store_access access,
			  struct error *error)
{
	if (engine->open(place, access, store, error) < 0 ||
	    database_prepare(store->accounts, accounts_statements,
			     ACCOUNTS_STATEMENTS, error) < 0)
		return -1;
	if (store->credentials == NULL)
		return 0;
	return database_prepare(store->credentials, credentials_statements,
				CREDENTIALS_STATEMENTS, error);
}

int store_open(const char *location, enum store_access access,
	       struct store **store_r, struct error *error)
{
	const char *place;
	const struct engine *engine = find_engine(location, &place, error);
	struct store *store;

	if (engine == NULL)
		return -1;
	store = calloc(1, sizeof(*store));
	if (store == NULL)
		return error_set(error, "out of memory");
	if (open_databases(store, engine, place, access, error) < 0) {
		store_close(&store);
		return -1;
	}
	store_set_actor(store, "-", "-");
	*store_r = store;
	return 0;
}

void store_close(struct store **store)
{
	if (*store == NULL)
		return;
	database_close(&(*store)->credentials);
	database_close(&(*store)->accounts);
	free(*store);
	*store = NULL;
}

int store_create(const char *location, struct error *error)
{
	const char *place;
	const struct engine *engine = find_engine(location, &place, error);

	return engine == NULL ? -1 : engine->create(place, error);
}

int store_layout_check(const char *location, struct error *error)
{
	const char *place;
	const struct engine *engine = find_engine(location, &place, error);

	return engine == NULL ? -1 : engine->layout_check(place, error);
}

/* ---- many changes as one ---- */

int store_batch_begin(struct store *store, struct error *error)
{
	if (database_begin(store->accounts, error) < 0)
		return -1;
	if (store->credentials != NULL &&
	    database_begin(store->credentials, error) < 0) {
		database_rollback(store->accounts);
		return -1;
	}
	return 0;
}

int store_batch_commit(struct store *store, struct error *error)
{
	if (store->credentials != NULL &&
	    database_commit(store->credentials, error) < 0)
		return -1;
	return database_commit(store->accounts, error);
}

void store_batch_rollback(struct store *store)
{
	/* Does nothing to one that is committed already. */
	if (store->credentials != NULL)
		database_rollback(store->credentials);
	database_rollback(store->accounts);
}
