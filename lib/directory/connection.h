/* SPDX-License-Identifier: MIT
 *
 * One connection to one LDAP server. Nothing on it waits past its deadline, and
 * nothing that should be encrypted is sent in the clear. Deadlines are in
 * milliseconds on clock_msecs()'s clock. Internal to the directory.
 */
#ifndef ALUMNI_DIRECTORY_CONNECTION_H
#define ALUMNI_DIRECTORY_CONNECTION_H

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/base/watchdog.h"
#include "lib/configuration/configuration.h"

struct directory_connection {
	LDAP *ldap;   /* NULL = not connected */
	int watch_fd; /* a duplicate that libldap cannot close under us */
	struct watchdog *watchdog; /* the caller's, set before it connects */
	int64_t used_at_msecs;     /* on clock_msecs()'s clock */
};

/* How a step on a connection ended. After STEP_BROKEN or STEP_TIMED_OUT the
   connection is of no use any more: close it. That also makes the server
   abandon the question. */
enum directory_step {
	STEP_ANSWERED, /* the server gave a result, good or bad */
	STEP_BROKEN,   /* the connection is gone */
	STEP_TIMED_OUT,
};

/* The caller frees an answer with ldap_msgfree(messages). */
struct directory_answer {
	int code; /* LDAP result code (RFC 4511, section 4.1.9) */
	LDAPMessage *messages;
};

/* Connects, and encrypts as the options say, within connect_timeout_msecs.
   The look-up of a host name in the DNS is bounded by the resolver's own
   time-outs alone. Returns 0, or -1 with an error: then the connection is not
   open. */
int directory_connection_open(struct directory_connection *connection,
			      const struct directory_options *options,
			      const char *uri, struct error *error);

/* Does the same, and accepts any certificate: for looking at that certificate,
   and nothing else. Send no secret over the connection. */
int directory_connection_open_unchecked(struct directory_connection *connection,
					const struct directory_options *options,
					const char *uri, struct error *error);

/* Closes the connection, if it is open. With politely, says goodbye to the
   server first, which takes a tenth of a second at most: only for a connection
   that works. */
void directory_connection_close(struct directory_connection *connection,
				bool politely);

/* Makes a simple bind (RFC 4513, section 5.1). Returns STEP_ANSWERED with the
   result code in *code_r, or another step with an error. */
enum directory_step
directory_connection_bind(struct directory_connection *connection,
			  const char *dn, const char *password,
			  int64_t deadline_msecs, int *code_r,
			  struct error *error);

/* Sends a search and does not wait for its answer. attributes ends with NULL.
   The server may return two entries at most, which is enough to see that there
   are several. Returns STEP_ANSWERED when the search is sent, with its id for
   directory_connection_wait() in *id_r, or another step with an error. */
enum directory_step directory_connection_search(
	struct directory_connection *connection, const char *base, int scope,
	const char *filter, const char *const *attributes,
	int64_t deadline_msecs, int *id_r, struct error *error);

/* Does the same for a page of a long answer (RFC 2696), with no limit to the
   number of entries. controls ends with NULL. */
enum directory_step directory_connection_search_page(
	struct directory_connection *connection, const char *base, int scope,
	const char *filter, const char *const *attributes,
	LDAPControl **controls, int64_t deadline_msecs, int *id_r,
	struct error *error);

/* Waits for the whole answer to the message of this id. Returns STEP_ANSWERED
   with the answer, or another step with an error: then there is nothing to
   free. */
enum directory_step directory_connection_wait(
	struct directory_connection *connection, int id, int64_t deadline_msecs,
	struct directory_answer *answer_r, struct error *error);

#endif
