/* SPDX-License-Identifier: MIT
 *
 * One connection to one LDAP server, on which nothing waits past its deadline
 * and from which nothing is sent in the clear that should be encrypted.
 * Internal to the directory.
 */
#ifndef ALUMNI_DIRECTORY_CONNECTION_H
#define ALUMNI_DIRECTORY_CONNECTION_H

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/configuration/configuration.h"
#include "lib/base/error.h"
#include "lib/base/watchdog.h"

struct directory_connection {
	LDAP *ldap;   /* NULL = not connected */
	int watch_fd; /* a duplicate that libldap cannot close under us */
	struct watchdog *watchdog;
	int64_t used_at_msecs; /* on clock_msecs()'s clock */
};

/* How a step on a connection ended. After anything but STEP_ANSWERED the
   connection is of no use any more: close it, which also makes the server
   abandon what it was asked. */
enum directory_step {
	STEP_ANSWERED, /* the server gave a result, good or bad */
	STEP_BROKEN,   /* the connection is gone */
	STEP_TIMED_OUT,
};

/* An answer: free with ldap_msgfree(messages). */
struct directory_answer {
	int code; /* LDAP result code */
	LDAPMessage *messages;
};

/* Connects, and encrypts as the options say, within connect_timeout_msecs.
   Looking a host name up in the DNS is not bounded by this but by the
   resolver's own time-outs. Returns 0, or -1 with an error. */
int directory_connection_open(struct directory_connection *connection,
			      const struct directory_options *options,
			      const char *uri, struct error *error);
/* The same, whatever certificate the server shows: for looking at that
   certificate, and nothing else. Send no secret over it. */
int directory_connection_open_unchecked(struct directory_connection *connection,
					const struct directory_options *options,
					const char *uri, struct error *error);
/* politely: says goodbye to the server; only for a connection that works. */
void directory_connection_close(struct directory_connection *connection,
				bool politely);

/* Simple bind. code_r gets the result code with STEP_ANSWERED; otherwise
   there is an error. */
enum directory_step
directory_connection_bind(struct directory_connection *connection,
			  const char *dn, const char *password,
			  int64_t deadline_msecs, int *code_r,
			  struct error *error);

/* Sends a search and does not wait for its answer. attributes is
   NULL-terminated. */
enum directory_step directory_connection_search(
	struct directory_connection *connection, const char *base, int scope,
	const char *filter, const char *const *attributes,
	int64_t deadline_msecs, int *id_r, struct error *error);

/* The same for a page of a long answer (RFC 2696): controls is
   NULL-terminated, and the size is not limited from here. */
enum directory_step directory_connection_search_page(
	struct directory_connection *connection, const char *base, int scope,
	const char *filter, const char *const *attributes,
	LDAPControl **controls, int64_t deadline_msecs, int *id_r,
	struct error *error);

/* Waits for the whole answer to what was sent. */
enum directory_step directory_connection_wait(
	struct directory_connection *connection, int id, int64_t deadline_msecs,
	struct directory_answer *answer_r, struct error *error);

#endif
