/* SPDX-License-Identifier: MIT
 *
 * Serves the metrics over HTTP to everybody who can reach the port. There is no
 * login, so the address should be one of this machine alone.
 */
#ifndef ALUMNI_MILTER_SERVICE_METRICS_SERVER_H
#define ALUMNI_MILTER_SERVICE_METRICS_SERVER_H

#include "lib/base/error.h"
#include "milter/service/metrics.h"

#define METRICS_SERVER_CONNECTIONS_MAX 8
#define METRICS_SERVER_IDLE_SECONDS    10

struct metrics_server;

/* Listens on "ADDRESS:PORT" and answers GET /metrics from a thread of its own.
   Returns 0, or -1 with an error. */
int metrics_server_start(const struct metrics *metrics, const char *listen,
			 struct metrics_server **server_r, struct error *error);
/* NULL is allowed. */
void metrics_server_stop(struct metrics_server **server);

#endif
