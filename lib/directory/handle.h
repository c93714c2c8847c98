/* SPDX-License-Identifier: MIT
 *
 * The parts of a directory's handle, and the way in which its functions ask.
 * Internal to the directory.
 */
#ifndef ALUMNI_DIRECTORY_HANDLE_H
#define ALUMNI_DIRECTORY_HANDLE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/directory/breaker.h"
#include "lib/directory/connection.h"
#include "lib/directory/directory.h"
#include "lib/directory/prober.h"

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

/* Asks one question on a connection that is ready for it. Returns STEP_ANSWERED
   when the server gave an answer, which the function keeps in its context, or
   how the connection failed, with an error. It may be called twice: the second
   time on a new connection. */
typedef enum directory_step directory_question(struct directory *directory,
					       void *context,
					       struct error *error);

/* Asks the question on the connection, which must be directory->service or
   directory->user, and connects first if need be. Does not ask while the
   breaker is open. Blocks for the directory's time-outs at most. Returns 0 when
   the server gave an answer, good or bad, or -1 with an error when it gave
   none. */
int directory_ask(struct directory *directory,
		  struct directory_connection *connection,
		  directory_question *question, void *context,
		  struct error *error);

/* Returns the time by which a question that begins now must be answered, in
   milliseconds on clock_msecs()'s clock. */
int64_t directory_request_deadline(const struct directory *directory);

#endif
