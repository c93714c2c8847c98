/* SPDX-License-Identifier: MIT
 *
 * Asks Dovecot whether it would accept a login, over its auth client socket
 * and protocol, version 1
 * (https://doc.dovecot.org/developer_manual/design/auth_protocol/).
 */
#ifndef ALUMNI_PASSWORD_AUTH_CLIENT_H
#define ALUMNI_PASSWORD_AUTH_CLIENT_H

#include "lib/base/error.h"

#define AUTH_CLIENT_CODE_BYTES 32
/* Longer than Dovecot takes for a refusal (auth_failure_delay, 2 s) and for
   directories that answer late; shorter than a person's patience. */
#define AUTH_CLIENT_TIMEOUT_MSECS 60000

enum auth_client_outcome {
	AUTH_CLIENT_ACCEPTED,
	AUTH_CLIENT_REFUSED,
	AUTH_CLIENT_TEMPORARY_FAILURE, /* Dovecot could not decide */
	AUTH_CLIENT_UNAVAILABLE,       /* no server answers at the socket */
	AUTH_CLIENT_NOT_PERMITTED,     /* this user may not connect */
};

struct auth_client_reply {
	/* Dovecot's word for the kind of failure ("user_disabled"), or "". */
	char code[AUTH_CLIENT_CODE_BYTES];
};

/* Tries the name, as it was typed, with the password: SASL PLAIN (RFC 4616),
   service imap, as over TLS. Blocks for timeout_msecs at most. Fills *reply_r
   in every case, and sets the error for every outcome but AUTH_CLIENT_ACCEPTED.
 */
enum auth_client_outcome auth_client_try(const char *socket_path,
					 const char *name, const char *password,
					 int timeout_msecs,
					 struct auth_client_reply *reply_r,
					 struct error *error);

/* Does the same under another name of the service. */
enum auth_client_outcome
auth_client_try_service(const char *socket_path, const char *service,
			const char *name, const char *password,
			int timeout_msecs, struct auth_client_reply *reply_r,
			struct error *error);

#endif
