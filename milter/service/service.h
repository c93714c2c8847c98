/* SPDX-License-Identifier: MIT
 *
 * What all threads of the daemon share. Only the settings change after the
 * start, by settings_reload().
 */
#ifndef ALUMNI_MILTER_SERVICE_SERVICE_H
#define ALUMNI_MILTER_SERVICE_SERVICE_H

#include "lib/base/error.h"
#include "milter/service/activity-counter.h"
#include "milter/service/metrics.h"
#include "milter/service/settings.h"
#include "milter/service/store-pool.h"
#include "milter/service/under-way.h"

struct milter_service {
	struct settings_place *settings;
	struct metrics *metrics;
	struct store_pool *pool;
	struct activity_counter *activity;
	struct under_way *messages; /* messages in the milter's hands */
};

/* Reads configuration and secrets, which may take root. path NULL = as
   configuration_path() says. Returns 0, or -1 with an error; free the service
   in both cases. */
int service_load(struct milter_service *service_r, const char *path,
		 struct error *error);
/* Opens the store, as the user that the daemon runs as. Returns 1, 0 if it
   cannot be opened now, which is tried again with every call, or -1 failed;
   with an error in both cases. */
int service_open_store(struct milter_service *service, struct error *error);
/* Frees everything but `messages` and `metrics`, which threads of libmilter
   that wait for the mail server may still ask after a stop. */
void service_close(struct milter_service *service);
/* Frees everything; nothing may run any more. */
void service_free(struct milter_service *service);

#endif
