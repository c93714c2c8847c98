/* SPDX-License-Identifier: MIT
 *
 * What every thread of the daemon shares. It is made before the first thread
 * and does not change until the last has ended; the pool and the counter lock
 * for themselves.
 */
#ifndef ALUMNI_MILTER_SERVICE_H
#define ALUMNI_MILTER_SERVICE_H

#include <stddef.h>

#include "lib/configuration.h"
#include "lib/error.h"
#include "lib/srs.h"
#include "milter/store-pool.h"
#include "milter/under-way.h"

struct milter_service {
	struct configuration *configuration;
	struct srs *srs;
	/* The SRS secrets, which also make and verify the tags of forwarded
	   messages: the first makes, all verify. */
	char **secrets;
	size_t secret_count;
	struct store_pool *pool;
	struct under_way *messages; /* messages in the milter's hands */
};

/* Reads configuration and secrets, which only root may be able to. path NULL =
   as configuration_path() says. Returns 0, or -1 with an error; free the
   service in both cases. */
int service_load(struct milter_service *service_r, const char *path,
		 struct error *error);
/* Opens the store, as the user that the daemon runs as. Returns 0 or -1. */
int service_open_store(struct milter_service *service, struct error *error);
void service_free(struct milter_service *service);

#endif
