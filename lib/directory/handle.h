/* SPDX-License-Identifier: MIT
 *
 * What a directory's handle consists of, and how its functions ask. Internal
 * to the directory.
 */
#ifndef ALUMNI_DIRECTORY_HANDLE_H
#define ALUMNI_DIRECTORY_HANDLE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/directory/breaker.h"
#include "lib/directory/connection.h"
#include "lib/directory/prober.h"
#include "lib/directory/directory.h"

struct directory {
	const struct directory_options *options;
	char **service_password; /* a list of one; NULL = anonymous */
	size_t service_password_count;
	size_t uri_count;
	size_t uri;                /* the one to try first */
	struct watchdog *watchdog; /* started with the first connection */
	struct directory_connection service;
	struct directory_connection user;
	struct breaker breaker; /* never open without a state */
	struct directory_prober *prober;
};

/* One question to the server on a connection that is ready for it. */
typedef enum directory_step directory_question(struct directory *directory,
					       void *context,
					       struct error *error);

/* Asks on the connection, made anew if need be, unless the breaker is open.
   Returns 0 when the server gave an answer, -1 with an error when none was to
   be had. */
int directory_ask(struct directory *directory,
		  struct directory_connection *connection,
		  directory_question *question, void *context,
		  struct error *error);

/* Until when a question that begins now must be answered. */
int64_t directory_request_deadline(const struct directory *directory);

#endif
